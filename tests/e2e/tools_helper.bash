# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Folders and tables of other tools: tests/fixtures/tools/TOOL holds two small migrations and, for each
# dialect, the database as the tool itself left it (its README says which version). Load after helper.

# tool_project TOOL [DIALECT]: the folder "migrations" and a database in which the tool applied it. Sets
# $database, its URL.
tool_project() {
    local dialect=${2:-sqlite}
    rm -rf migrations
    copy_fixture "tools/$1/migrations" migrations
    database=$(empty_database "$dialect" tool)
    run_script "$database" "$(cat "$(fixture "tools/$1/$dialect.sql")")" >/dev/null
    common=(--url "$database" --migrations migrations)
    rm -f dunlin.json
    if [ "$1" = sqlx ]; then # whose files look like anybody's
        echo '{"layout": "sqlx"}' >dunlin.json
    fi
}

# tool_database TOOL [DIALECT]: the database alone.
tool_database() {
    rm -rf migrations dunlin.json
    database=$(empty_database "${2:-sqlite}" tool)
    run_script "$database" "$(cat "$(fixture "tools/$1/${2:-sqlite}.sql")")" >/dev/null
    common=(--url "$database" --migrations migrations)
}

# add_third TOOL [TABLE]: one more migration, which makes table c.
add_third() {
    local table=${2:-c}
    local up="create table $table(x int);" down="drop table $table;"
    case $1 in
        dbmate) printf -- '-- migrate:up\n%s\n-- migrate:down\n%s\n' "$up" "$down" \
            >migrations/20250103000000_third.sql ;;
        goose) printf -- '-- +goose Up\n%s\n-- +goose Down\n%s\n' "$up" "$down" \
            >migrations/00003_third.sql ;;
        golang-migrate)
            printf '%s\n' "$up" >migrations/000003_third.up.sql
            printf '%s\n' "$down" >migrations/000003_third.down.sql
            ;;
        prisma)
            mkdir migrations/20250103000000_third
            printf '%s\n' "$up" >migrations/20250103000000_third/migration.sql
            ;;
        flyway) printf '%s\n' "$up" >migrations/V1.2__third_one.sql ;;
        sqlx) printf '%s\n' "$up" >migrations/20250103000000_third.sql ;;
        *) fail "add_third does not know '$1'" ;;
    esac
}

# where URL: as sql_in wants it.
where() {
    printf '%s\n' "${1#sqlite:}"
}

# newest_row TOOL: what the tool's table says of the newest migration, in words that are the same on all
# databases.
newest_row() {
    local query
    case $1 in
        dbmate) query="SELECT version FROM schema_migrations ORDER BY version DESC LIMIT 1" ;;
        golang-migrate) query="SELECT version, CASE WHEN dirty THEN 'dirty' ELSE 'clean' END FROM schema_migrations" ;;
        goose) query="SELECT id, version_id, CASE WHEN is_applied THEN 'yes' ELSE 'no' END
            FROM goose_db_version ORDER BY id DESC LIMIT 1" ;;
        prisma) query="SELECT migration_name, checksum, applied_steps_count,
            CASE WHEN finished_at IS NULL THEN 'open' ELSE 'finished' END, length(id)
            FROM _prisma_migrations ORDER BY started_at DESC LIMIT 1" ;;
        flyway) query="SELECT installed_rank, version, description, type, script, checksum,
            CASE WHEN success THEN 'yes' ELSE 'no' END FROM flyway_schema_history
            ORDER BY installed_rank DESC LIMIT 1" ;;
        sqlx) query="SELECT version, description, CASE WHEN success THEN 'yes' ELSE 'no' END, lower(hex(checksum))
            FROM _sqlx_migrations ORDER BY version DESC LIMIT 1" ;;
    esac
    if [ "$(dialect_of "$database")" = postgresql ]; then
        query=${query/lower(hex(checksum))/encode(checksum, \'hex\')}
    fi
    sql_in "$(where "$database")" "$query" | tr '\t' '|'
}

# What the tool itself would have written there for the file of add_third. The sums are those of
# sha256sum, and of Flyway 13.12 for a file of the same text.
wanted_row() {
    case $1 in
        dbmate) echo 20250103000000 ;;
        golang-migrate) echo '3|clean' ;;
        goose) echo '4|3|yes' ;;
        prisma) echo "20250103000000_third|$(echo 'create table c(x int);' | sha256sum | cut -d' ' -f1)|1|finished|36" ;;
        sqlx) echo "20250103000000|third|yes|$(echo 'create table c(x int);' | sha384sum | cut -d' ' -f1)" ;;
        flyway) echo '4|1.2|third one|SQL|V1.2__third_one.sql|993965530|yes' ;;
    esac
}

# The tool's database is read, continued in the tool's own table, and proved.
goes_on_in_place() {
    local tool=$1 dialect=${2:-sqlite} count
    tool_project "$tool" "$dialect"
    run_json status "${common[@]}"
    assert_exit 0
    assert_json .project.layout "$tool"
    assert_json .tracker.owner "$tool"
    assert_json '[.migrations[] | select(.verdict != "applied")]' '[]'
    count=$(json '.migrations | length')
    add_third "$tool"
    run_json status "${common[@]}"
    assert_json .agreement.pending 1
    dunlin migrate "${common[@]}" --no-backup
    assert_exit 0
    assert_equal "$(newest_row "$tool")" "$(wanted_row "$tool")"
    run_json doctor "${common[@]}" --shadow
    assert_exit 0
    assert_json '[.migrations[].confidence] | unique' '["proved"]'
    assert_json '.migrations | length' "$((count + 1))"
}

# sqlx-cli's reversible migrations: the same rows, by the files that go up.
pairs_go_on_in_place() {
    local file
    tool_project sqlx "${1:-sqlite}"
    add_third sqlx
    for file in migrations/*.sql; do
        echo "drop table x;" >"${file%.sql}.down.sql"
        mv "$file" "${file%.sql}.up.sql"
    done
    run_json status "${common[@]}"
    assert_json '[.migrations[].verdict]' '["applied","applied","pending"]'
    dunlin migrate "${common[@]}" --no-backup
    assert_exit 0
    assert_equal "$(newest_row sqlx)" "$(wanted_row sqlx)"
    dunlin new "${common[@]}" fourth
    assert_exit 0
    assert_equal "$(find migrations -name '*_fourth.*.sql' | wc -l)" 2
}

# In an empty database the tool's table is made as the tool makes it.
begins_in_place() {
    local tool=$1 dialect=${2:-sqlite}
    tool_project "$tool" "$dialect"
    database=$(empty_database "$dialect" fresh)
    common=(--url "$database" --migrations migrations)
    dunlin migrate "${common[@]}"
    assert_exit 0
    run_json status "${common[@]}"
    assert_exit 0
    assert_json .tracker.owner "$tool"
    assert_json .agreement.pending 0
}

# dbmate_run ARGUMENT...: the real one, which comes as an npm package.
dbmate_run() {
    HOME=$caller_home "$tests_folder/e2e/node/install" "$node_folder" ||
        fail "cannot install the Node packages"
    local url=$database
    case $(dialect_of "$database") in
        postgresql) url+='?sslmode=disable' ;;
    esac
    run --separate-stderr "$node_folder/node_modules/@dbmate/linux-x64/bin/dbmate" --no-dump-schema \
        --url "$url" --migrations-dir migrations "$@"
    assert_exit 0
}

# prisma_run ARGUMENT...: the real one, by the WebAssembly of its npm package: the programs that it would
# fetch are not needed then.
prisma_run() {
    local folder=$node_folder/prisma
    HOME=$caller_home "$tests_folder/e2e/node/install" "$folder" "$tests_folder/e2e/prisma" ||
        fail "cannot install Prisma"
    cp "$tests_folder/e2e/prisma/schema.prisma" "$folder/"
    DATABASE_URL=$database PRISMA_MIGRATIONS=$PWD/migrations CHECKPOINT_DISABLE=1 PRISMA_HIDE_UPDATE_MESSAGE=1 \
        PRISMA_QUERY_ENGINE_LIBRARY=/dev/null PRISMA_SCHEMA_ENGINE_BINARY=/bin/true \
        run --separate-stderr node "$folder/node_modules/prisma/build/index.js" "$@" \
        --config "$folder/prisma.config.mjs"
}

# Prisma and dunlin take turns.
takes_turns_with_prisma() {
    copy_fixture tools/prisma/migrations migrations
    echo 'provider = "postgresql"' >migrations/migration_lock.toml
    database=$(fresh_database postgresql)
    common=(--url "$database" --migrations migrations)
    prisma_run migrate deploy
    assert_exit 0
    assert_stdout "All migrations have been successfully applied."
    run_json status "${common[@]}" --check
    assert_exit 0
    assert_json '[.migrations[].verdict] | unique' '["applied"]'
    add_third prisma
    dunlin migrate "${common[@]}" --no-backup
    assert_exit 0
    prisma_run migrate status
    assert_exit 0
    assert_stdout "Database schema is up to date!"
    mkdir migrations/20250104000000_fourth
    echo 'create table d(x int);' >migrations/20250104000000_fourth/migration.sql
    prisma_run migrate status
    assert_exit 1
    assert_stdout "20250104000000_fourth"
    prisma_run migrate deploy
    assert_exit 0
    run_json status "${common[@]}" --check
    assert_exit 0
    assert_json '.migrations | length' 4
    # Edited behind Prisma's back: both see the sum.
    echo '-- later' >>migrations/20250103000000_third/migration.sql
    dunlin status "${common[@]}" --check
    assert_stdout "edited"
}

# dbmate and dunlin take turns.
takes_turns_with_dbmate() {
    tool_project dbmate "${1:-sqlite}"
    add_third dbmate
    dunlin migrate "${common[@]}" --no-backup
    assert_exit 0
    dbmate_run status
    assert_stdout "Pending: 0"
    sed 's/table c/table d/' migrations/20250103000000_third.sql >migrations/20250104000000_fourth.sql
    dbmate_run up
    assert_stdout "Applied: 20250104000000_fourth.sql"
    run_json status "${common[@]}"
    assert_exit 0
    assert_json '[.migrations[].verdict] | unique' '["applied"]'
    dbmate_run rollback
    run_json status "${common[@]}"
    assert_json '.migrations[3].verdict' pending
}

# on_servers FUNCTION: for a few tools on each server; for all of them with LONG=1.
on_servers() {
    local tool
    local -a postgresql=(golang-migrate prisma sqlx) mysql=(dbmate flyway)
    if [ -n "${LONG-}" ]; then
        postgresql=(dbmate golang-migrate goose prisma flyway sqlx)
        mysql=(dbmate golang-migrate goose flyway sqlx)
    fi
    for tool in "${postgresql[@]}"; do
        "$1" "$tool" postgresql
    done
    for tool in "${mysql[@]}"; do
        "$1" "$tool" mysql
    done
}

# The tool's table keeps its rows, and dunlin goes on without it.
is_taken_over() {
    local tool=$1 dialect=${2:-sqlite} count
    tool_project "$tool" "$dialect"
    run_json adopt "${common[@]}" --shadow
    assert_exit 0
    assert_json_form adopt
    count=$(json .from.rows)
    assert_json '[.from.tool, .from.proved, .from.claimed]' "[\"$tool\",$count,0]"
    refute_file migrations/meta/_journal.json
    newest_row "$tool" >before
    run_json adopt "${common[@]}" --shadow --apply --no-backup
    assert_exit 0
    assert_json_form adopt
    assert_json .agreement.agrees true
    assert_json .project.layout native
    assert_json '[.migrations[].confidence] | unique' '["proved"]'
    assert_equal "$(newest_row "$tool")" "$(cat before)"
    assert_equal "$(sql_in "$(where "$database")" "SELECT count(*) FROM dunlin_migrations
        WHERE state = 'baselined' AND evidence LIKE '%\"confidence\": \"proved\"%'")" "$count"
    dunlin new third "${common[@]:2}"
    echo 'create table c(x int);' >>"$(printf '%s\n' migrations/*_third.sql)"
    dunlin migrate "${common[@]}" --no-backup
    assert_exit 0
    assert_equal "$(newest_row "$tool")" "$(cat before)"
    run_json status "${common[@]}"
    assert_exit 0
    assert_json '.migrations | length' "$((count + 1))"
}

# A tool's migrations are not read: the schema becomes the first one of a new folder, is proved, and goes on.
begins_beside_claims() {
    local tool=$1 dialect=${2:-sqlite} table=alembic_version
    tool_database "$tool" "$dialect"
    mkdir migrations
    dunlin schema dump --url "$database" --output migrations/0001_schema.sql
    assert_exit 0
    run grep -c "$table" migrations/0001_schema.sql
    assert_equal "$output" 0
    run_json adopt "${common[@]}" --from "$tool" --shadow
    assert_exit 4
    assert_json_form adopt
    assert_json '.findings[] | select(.id == "tracker.claim").message | test("that the database is at .afdcdf264764.; that is no record")' true
    run_json adopt "${common[@]}" --shadow --apply --no-backup
    assert_exit 0
    assert_json '[.agreement.agrees, .migrations[0].verdict, .migrations[0].confidence]' '[true,"applied","proved"]'
    echo 'create table c(x int);' >migrations/0002_c.sql
    dunlin migrate "${common[@]}" --no-backup
    assert_exit 0
    assert_equal "$(sql_in "$(where "$database")" "SELECT version_num FROM alembic_version")" afdcdf264764
    run_json doctor "${common[@]}" --shadow
    assert_exit 0
    assert_json '[.migrations[].confidence] | unique' '["proved"]'
    assert_json '[.findings[].id]' '["journal.none"]'
}

# A file of Liquibase's is one migration. What chooses among changesets is refused with its place.
formatted_sql_is_proved() {
    local dialect=$1 table=databasechangelog
    tool_project liquibase "$dialect"
    if [ "$dialect" = mysql ]; then
        table=DATABASECHANGELOG
    fi
    dunlin adopt "${common[@]}" --shadow
    assert_exit 4
    assert_stdout "Liquibase says in '$table' that it ran, newest first, 'changelog.sql::second::bob', 'changelog.sql::1::alice'; that is no record"
    assert_stdout "changelog.sql:7:1: dunlin cannot do what this line asks for: '-- changeset bob:second runInTransaction:false context:dev labels:l1'"
    sed -i 's/ context:dev labels:l1//' migrations/changelog.sql
    run_json adopt "${common[@]}" --shadow --apply --no-backup
    assert_exit 0
    assert_json '[.agreement.agrees, .migrations[0].verdict, .migrations[0].confidence]' '[true,"applied","proved"]'
    assert_json '[.findings[].id]' '["journal.none"]'
    dunlin schema dump --url "$database"
    refute_stdout hangelog
    refute_stdout HANGELOG
    assert_equal "$(sql_in "$(where "$database")" "SELECT count(*) FROM $table")" 2
    # In an empty database the same file does what Liquibase did.
    database=$(fresh_database "$dialect")
    dunlin migrate --url "$database" --migrations migrations
    assert_exit 0
    assert_equal "$(sql_in "$(where "$database")" "SELECT count(*) FROM a, b")" 0
}

# The deploy scripts of sqitch are migrations, in the order of its plan.
changes_are_proved() {
    local dialect=$1 registry
    copy_fixture tools/sqitch sqitch
    database=$(empty_database "$dialect" tool)
    common=(--url "$database" --migrations sqitch/deploy)
    if [ "$dialect" = postgresql ]; then
        run_script "$database" "$(cat "$(fixture tools/sqitch/postgresql.sql)")" >/dev/null
    else # its tables are in a database of their own
        run_script "$database" "$(cat sqitch/deploy/first.sql sqitch/deploy/second.sql)" >/dev/null
        run_json adopt "${common[@]}" --shadow
        assert_json '[.findings[] | select(.id == "tracker.claim")]' '[]'
        dunlin adopt "${common[@]}" --from sqitch
        assert_exit 2
        assert_stderr '[adopt.no-table]'
    fi
    case $dialect in
        sqlite)
            registry=$PWD/sqitch.db
            sql sqitch.db <sqitch/registry.sqlite.sql
            ;;
        mysql)
            registry=sqitch.changes
            run_script "$database" "$(cat sqitch/registry.mysql.sql)"
            # What is in it of other databases is not told.
            sql_my "$database" "INSERT INTO sqitch.projects (project, created_at, creator_name, creator_email) VALUES ('other', now(), 'x', 'x')" \
                "INSERT INTO sqitch.changes (change_id, \`change\`, project, note, committed_at, committer_name, committer_email, planned_at, planner_name, planner_email) VALUES ('x', 'x', 'other', '', now(), 'x', 'x', now(), 'x', 'x')"
            ;;
        postgresql) registry=sqitch.changes ;;
    esac
    run_json adopt "${common[@]}" --shadow
    assert_exit 4
    assert_json '[.findings[] | select(.id == "tracker.claim").message]' \
        "[\"sqitch says in '$registry' that it ran, newest first, 'demo::second', 'demo::first'; that is no record of the migrations here, and which of them are applied the schema alone tells; nothing is written there, so sqitch does not learn of what is applied here\"]"
    run_json adopt "${common[@]}" --shadow --from sqitch
    assert_exit 4
    echo 'alpha [second] 2026-11-25T08:37:23Z Test User <test@example.com> # By name it would be the first' >>sqitch/sqitch.plan
    printf -- '-- Deploy demo:alpha\nBEGIN;\nalter table b add y int;\nCOMMIT;\n' >sqitch/deploy/alpha.sql
    run_json adopt "${common[@]}" --shadow --apply --no-backup
    assert_exit 0
    assert_json '[.migrations[] | [.tag, .verdict, .confidence]]' \
        '[["first","applied","proved"],["second","applied","proved"],["alpha","applied","proved"]]'
    assert_json '[.findings[].id]' '["journal.none"]'
    dunlin schema dump --url "$database"
    refute_stdout sqitch
    case $dialect in
        postgresql) assert_equal "$(sql_in "$database" "SELECT count(*) FROM sqitch.changes")" 2 ;;
        mysql) sql_my "$database" "DROP DATABASE sqitch" ;;
        sqlite) assert_equal "$(sql sqitch.db .dump)" "$(cat sqitch/registry.sqlite.sql)" ;;
    esac
}
