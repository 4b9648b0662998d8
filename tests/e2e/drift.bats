#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin drift`: what was changed by hand, and who is stale.

load helper

# project KIND: three migrations, applied; of the kind "development" with snapshots and definition.
project() {
    printf '{"dialect": "sqlite", "targets": {"app": {"url": "sqlite:app.db"%s}}}\n' "${1:+, \"kind\": \"$1\"}" \
        >dunlin.json
    mkdir migrations
    printf 'CREATE TABLE users (id integer PRIMARY KEY, name text);\n' >migrations/0001_users.sql
    printf 'ALTER TABLE users ADD COLUMN zip text;\n' >migrations/0002_zip.sql
    printf 'CREATE INDEX users_zip ON users (zip);\n' >migrations/0003_index.sql
    dunlin migrate
    assert_exit 0
}

@test "a migration that would lose rows in the database that it was made from is not written" {
    mkdir migrations
    echo '{"dialect": "sqlite", "targets": {"app": {"url": "sqlite:app.db", "kind": "development", "backup": "none"}}}' \
        >dunlin.json
    echo 'CREATE TABLE a (id integer PRIMARY KEY, n text NOT NULL);' >migrations/0001_a.sql
    dunlin migrate
    assert_exit 0
    sql app.db "DROP TABLE a" "CREATE TABLE a (id integer PRIMARY KEY, n text, y text NOT NULL DEFAULT 'q')" \
        "INSERT INTO a VALUES (1, 'x', 'by hand')"
    dunlin drift --fix "by hand" --shadow
    assert_exit 1
    assert_stderr "column 'y' of 'a' is new, and the migration builds tables anew"
    assert_equal "$(ls migrations)" $'0001_a.sql\nmeta'
    # As the hint says.
    echo "ALTER TABLE a ADD COLUMN IF NOT EXISTS y text NOT NULL DEFAULT 'q';" >migrations/0002_y.sql
    dunlin migrate
    assert_exit 0
    dunlin drift --fix "by hand" --shadow
    dunlin migrate
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT * FROM a')" '1|x|by hand'
}

@test "as long as the fingerprint fits, nothing is replayed" {
    project
    # the digest stands with the last row of the run
    assert_equal "$(sql app.db "SELECT seq FROM dunlin_migrations WHERE schema_digest IS NOT NULL")" 3
    dunlin drift -vv
    assert_exit 0
    assert_stdout "no drift: the schema is as it was left"
    refute_stderr "replay"
    run_json drift
    assert_json_form drift
    assert_json '[.drift, .compared, .known.action, .known.basis, .known.digest]' \
        "[false,\"fingerprint\",\"migrate\",\"empty\",\"$(sql app.db "SELECT schema_digest FROM dunlin_migrations WHERE seq = 3")\"]"
    run_json drift --replay
    assert_exit 0
    assert_json .compared shadow
}

@test "what was changed by hand is told object by object" {
    project
    sql app.db "ALTER TABLE users ADD COLUMN hand int" "DROP INDEX users_zip" \
        "CREATE TABLE legacy (n int)" "CREATE VIEW old AS SELECT 1 AS one"
    dunlin drift
    assert_exit 4
    assert_stdout "changed in the database by hand
    + column users.hand  type INT
    - index users.users_zip  keys [[column zip]]  made by 0003_index
    'dunlin drift --fix NAME' makes it a migration, with --revert one that takes it back; 'dunlin drift --accept --why TEXT' keeps it as it is"
    assert_stdout "legacy    table 'legacy'
legacy    view 'old'"
    assert_stdout "2 things in the database were changed by hand"
    run_json drift
    assert_exit 4
    assert_json_form drift
    assert_json '[.differences[] | [.change, .kind, .stale, .made_by]]' \
        '[["extra","column","database",null],["missing","index","database","0003_index"]]'
    # A later run hides nothing.
    printf 'CREATE TABLE more (n integer);\n' >migrations/0004_more.sql
    dunlin migrate --no-backup --allow 0003_index
    assert_exit 0
    dunlin drift
    assert_exit 4
    assert_stdout "2 things in the database were changed by hand"
    # Put right by hand, it is as if nothing had been.
    sql app.db "ALTER TABLE users DROP COLUMN hand" "CREATE INDEX users_zip ON users (zip)"
    dunlin drift
    assert_exit 0
    # And a table that is no migration's is no drift.
    assert_stdout "legacy    table 'legacy'"
}

@test "the definition tells who is stale" {
    project development
    assert_file schema.sql
    sql app.db "ALTER TABLE users ADD COLUMN by_hand int" "ALTER TABLE users ADD COLUMN forgotten int"
    sed -i 's/"zip" TEXT,/"zip" TEXT, "forgotten" int, "planned" int,/; /CREATE INDEX/d' schema.sql
    run_json drift
    assert_exit 4
    assert_json_form drift
    assert_json '[.differences[] | [.path[1], .change, .in, .stale]]' \
        '[["by_hand","extra","database","database"],["forgotten","extra","database","journal"],["planned","extra","definition","journal"],["users_zip","missing","definition","definition"]]'
    dunlin drift
    assert_exit 4
    assert_stdout "in no migration
    + column users.forgotten  type INT
    'dunlin drift --fix NAME' writes what the database has already
in the schema definition alone
    + column users.planned  type INT
    'dunlin generate NAME' writes the migration that makes it"
    assert_stdout "stale in the schema definition
    - index users.users_zip"
    # Migrations that are pending make what the definition has.
    printf 'ALTER TABLE users ADD COLUMN IF NOT EXISTS forgotten int; ALTER TABLE users ADD COLUMN planned int;\n' \
        >migrations/0004_columns.sql
    run_json drift
    assert_json '[.differences[] | [.path[1], .stale]]' \
        '[["by_hand","database"],["forgotten","tracker"],["users_zip","definition"]]'
}

@test "what the definition alone has is no migration's to write down from the database" {
    project development
    sed -i 's/"zip" TEXT,/"zip" TEXT, "phone" TEXT,/' schema.sql
    dunlin drift
    assert_exit 4
    assert_stdout "in the schema definition alone
    + column users.phone  type TEXT
    'dunlin generate NAME' writes the migration that makes it"
    refute_stdout "drift --fix"
    dunlin drift --fix phone
    assert_exit 4
    assert_stdout "note: nothing was written: the database is as the migrations make it, and the definition alone is otherwise: 'dunlin generate NAME' writes the migration that makes it"
    run_json drift --fix phone
    assert_json_form drift
    assert_json '[.fix, (.not_written | length > 0)]' '[null,true]'
    dunlin generate phone
    dunlin migrate --no-backup
    dunlin drift --fix phone
    assert_exit 0
    assert_stdout "note: nothing was written: the database is as the migrations make it"
    assert_equal "$(ls migrations/*phone*.sql | wc -l)" 1
}

@test "what a migration makes that is not recorded is told so, and not written a second time" {
    project
    sql app.db "DELETE FROM dunlin_migrations WHERE tag IN ('0002_zip', '0003_index')"
    dunlin drift
    assert_exit 4
    assert_stdout "made by a migration that is not recorded
    + column users.zip  type TEXT  made by 0002_zip
    + index users.users_zip  keys [[column zip]]  made by 0003_index
    'dunlin doctor' tells how much of that migration is there; 'dunlin repair' what is to be done: to record it, or to run the rest
2 things are made by migrations that are not recorded"
    local revert
    for revert in "" --revert; do
        dunlin drift --fix again $revert
        assert_exit 4
        assert_stderr "column 'users.zip': '0002_zip' makes that, and is not recorded in 'app'"
        assert_stderr "[drift.unrecorded]"
    done
    # Nor what is in its place.
    sql app.db "DROP INDEX users_zip" "ALTER TABLE users DROP COLUMN zip" "ALTER TABLE users ADD COLUMN zip int"
    dunlin drift --target app
    assert_stdout "changed in the database by hand
    + column users.zip  type INT  (0002_zip, which is not recorded, makes it otherwise)"
    dunlin drift --fix again
    assert_stderr "column 'users.zip': '0002_zip' makes that otherwise, and is not recorded in 'app'"
    assert_equal "$(find migrations -name '*.sql' | wc -l)" 3
    sql app.db "ALTER TABLE users DROP COLUMN zip" "ALTER TABLE users ADD COLUMN zip text" \
        "CREATE INDEX users_zip ON users (zip)"
    dunlin repair --apply --no-backup
    dunlin drift
    assert_exit 0
}

@test "what may have been renamed by hand is pointed out, and a migration of that is recorded" {
    project
    sql app.db "INSERT INTO users (name) VALUES ('Ada')" "ALTER TABLE users RENAME COLUMN name TO full_name"
    dunlin drift
    assert_exit 4
    assert_stdout "perhaps renamed: column users.name to full_name
    then write that with 'dunlin new NAME', and 'dunlin repair --apply' records it; --fix would make it anew, without what stands in it"
    run_json drift
    assert_json_form drift
    assert_json '.rename_candidates | map([.kind, .from, .to])' '[["column",["users","name"],["users","full_name"]]]'
    dunlin new full name
    echo 'ALTER TABLE users RENAME COLUMN name TO full_name;' >"$output"
    dunlin repair --apply --no-backup
    dunlin drift --replay
    assert_exit 0
    assert_equal "$(sql app.db "SELECT full_name FROM users")" Ada
}

@test "a table that the definition has is told once, whoever made it" {
    project development
    sql app.db "CREATE TABLE old (x int)"
    dunlin schema dump --output schema.sql
    dunlin drift
    assert_exit 4
    assert_stdout "in no migration
    + table old
    + column old.x  type INT
    'dunlin drift --fix NAME' writes what the database has already"
    refute_stdout legacy
    dunlin drift --fix old
    dunlin migrate --no-backup
    assert_exit 0
    dunlin check --target app
    assert_exit 0
}

@test "a migration is written that does nothing here, and makes the same elsewhere" {
    project development
    sql app.db "ALTER TABLE users ADD COLUMN hand int" "DROP INDEX users_zip" \
        "CREATE TRIGGER by_hand AFTER INSERT ON users BEGIN SELECT 1; END" \
        "INSERT INTO users (name, hand) VALUES ('Ada', 7)"
    dunlin drift --fix "keep hand"
    assert_exit 4
    local file
    file=$(echo migrations/*_keep_hand.sql)
    assert_equal "$(cat "$file")" "-- Made by \`dunlin drift --fix\` from 'app'.
DROP INDEX IF EXISTS \"users_zip\";
ALTER TABLE \"users\" ADD COLUMN IF NOT EXISTS \"hand\" INT;
DROP TRIGGER IF EXISTS \"by_hand\";
CREATE TRIGGER \"by_hand\" AFTER INSERT ON users BEGIN SELECT 1; END;"
    dunlin migrate --no-backup
    assert_exit 0
    assert_equal "$(sql app.db "SELECT name, hand FROM users")" "Ada|7"
    for how in "" --replay; do
        dunlin drift $how
        assert_exit 0
        assert_stdout "no drift"
    done
    dunlin migrate --url sqlite:other.db
    assert_exit 0
    dunlin diff app sqlite:other.db --exit-code
    assert_exit 0
}

@test "what only the definition has keeps no migration from being written" {
    project development
    echo 'CREATE TABLE "more" ("n" integer);' >>schema.sql
    sql app.db "CREATE INDEX by_hand ON users (name)"
    dunlin drift --fix "by hand"
    assert_exit 4
    assert_equal "$(tail -n 1 migrations/*_by_hand.sql)" 'CREATE INDEX IF NOT EXISTS "by_hand" ON "users" ("name");'
}

@test "in a portable folder it is in a section, whose guards are answered" {
    mkdir migrations
    echo '{"dialect": "portable", "targets": {"app": {"url": "sqlite:app.db"}}}' >dunlin.json
    echo 'CREATE TABLE users (id bigint PRIMARY KEY, name text);' >migrations/0001_users.sql
    dunlin migrate
    sql app.db "INSERT INTO users VALUES (1, 'Ada')" "ALTER TABLE users RENAME TO old" \
        "CREATE TABLE users (id integer PRIMARY KEY, name text)" \
        "INSERT INTO users SELECT * FROM old" "DROP TABLE old"
    dunlin drift --fix key
    assert_exit 4
    assert_equal "$(grep -c "only sqlite" migrations/*_key.sql)" 1
    dunlin migrate --no-backup
    assert_exit 0
    assert_equal "$(sql app.db "SELECT id, name FROM users")" "1|Ada"
    dunlin drift --replay
    assert_exit 0
    sql app.db "ALTER TABLE users ADD COLUMN age int" "UPDATE users SET age = 36"
    dunlin drift --fix age
    assert_exit 4
    assert_equal "$(cat migrations/*_age.sql)" "-- Made by \`dunlin drift --fix\` from 'app'.
-- dunlin: only sqlite
ALTER TABLE \"users\" ADD COLUMN IF NOT EXISTS \"age\" INT;
-- dunlin: end"
    dunlin migrate --no-backup
    assert_exit 0
    assert_equal "$(sql app.db "SELECT age FROM users")" 36
    for how in "" --replay; do
        dunlin drift $how
        assert_exit 0
    done
}

@test "or one that takes it back" {
    project
    sql app.db "ALTER TABLE users ADD COLUMN hand int" "DROP INDEX users_zip"
    dunlin drift --fix "take it back" --revert
    assert_exit 4
    assert_equal "$(grep -v "^-- Made" migrations/*_take_it_back.sql)" '-- ! the values of the column are lost
ALTER TABLE "users" DROP COLUMN IF EXISTS "hand";
CREATE INDEX IF NOT EXISTS "users_zip" ON "users" ("zip");'
    dunlin migrate --no-backup
    assert_exit 0
    dunlin drift
    assert_exit 0
    dunlin drift --replay
    assert_exit 0
}

@test "a migration that would not run behind the others is not written" {
    project
    sql app.db "ALTER TABLE users ADD COLUMN hand int"
    echo 'DROP TABLE users;' >migrations/0004_gone.sql
    dunlin drift --fix "keep hand"
    assert_exit 1
    assert_stderr "the new migration does not run, and is not written: the new migration:2:"
    assert_stderr "table 'users' does not exist"
    refute_file migrations/0005_keep_hand.sql
    assert_equal "$(ls migrations/*keep* 2>/dev/null)" ""
}

@test "in a folder of another tool a correction has its marks" {
    printf '{"dialect": "sqlite", "layout": "dbmate", "targets": {"app": {"url": "sqlite:app.db"}}}\n' >dunlin.json
    mkdir migrations
    printf -- '-- migrate:up\nCREATE TABLE users (id integer PRIMARY KEY);\n\n-- migrate:down\n' \
        >migrations/20250101000000_users.sql
    dunlin migrate
    assert_exit 0
    sql app.db "ALTER TABLE users ADD COLUMN hand int"
    dunlin drift --fix "keep hand"
    assert_exit 4
    assert_equal "$(cat migrations/*_keep_hand.sql)" "-- migrate:up
-- Made by \`dunlin drift --fix\` from 'app'.
ALTER TABLE \"users\" ADD COLUMN \"hand\" INT;

-- migrate:down"
    dunlin repair --apply --no-backup
    dunlin drift
    assert_exit 0
}

@test "a correction that another tool can run is recorded where its effects are, not run" {
    cp -r "$(fixture drizzle-sqlite)/drizzle" migrations
    chmod -R u+w migrations
    printf '{"targets": {"dev": {"url": "sqlite:app.db", "kind": "development", "backup": "none"}}}\n' >dunlin.json
    dunlin migrate --quiet
    sql app.db "ALTER TABLE teams ADD COLUMN extra INT"
    dunlin drift --fix nothing --revert
    assert_exit 1
    assert_stderr "would fail wherever there is nothing to take back"
    assert_stderr "[generate.layout]"
    dunlin drift --fix more
    assert_exit 4
    assert_stdout "note: '0013_more' makes what 'dev' has already, without a guard"
    assert_equal "$(tail -1 migrations/0013_more.sql)" 'ALTER TABLE "teams" ADD COLUMN "extra" INT;'
    sqlite3 another.db "CREATE TABLE teams (id)" ".read migrations/0013_more.sql"
    dunlin repair --apply
    assert_stdout "record 0013_more: the schema holds the effects"
    dunlin status --check
    assert_exit 0
    dunlin drift
    assert_exit 0
}

@test "what is accepted is no drift any more, and says who and why" {
    project
    sql app.db "ALTER TABLE users ADD COLUMN hand int"
    dunlin drift --accept
    assert_exit 2
    dunlin drift --accept --why "the incident of May"
    assert_exit 0
    assert_stdout "accepted as it is"
    dunlin drift
    assert_exit 0
    assert_stdout "by $(id -un): the incident of May"
    dunlin drift --replay
    assert_exit 0
    assert_stdout "no drift; accepted: 1"
    # Whoever wants a migration of it gets one, and check says how.
    cp -r . "$BATS_TEST_TMPDIR/fixed"
    (
        cd "$BATS_TEST_TMPDIR/fixed" || exit 1
        dunlin check --target app
        assert_exit 0
        assert_stdout "note: accepted, otherwise than the migrations make it: column 'users.hand'; 'dunlin drift --replay --fix NAME' makes that a migration"
        dunlin drift --replay --fix "by hand" --target app
        assert_stdout "written "
        dunlin migrate --no-backup
        assert_exit 0
        dunlin check --target app
        assert_exit 0
    )
    # Nothing else is.
    printf 'CREATE TABLE more (n integer);\n' >migrations/0004_more.sql
    dunlin migrate --no-backup
    sql app.db "ALTER TABLE users ADD COLUMN other int"
    run_json drift
    assert_exit 4
    assert_json_form drift
    assert_json '[.accepted, [.differences[].path[1]]]' '[1,["other"]]'
    assert_equal "$(sql app.db "SELECT action, basis, why, facts IS NULL FROM dunlin_schema ORDER BY seq")" \
        "migrate|empty||1
accept|accepted|the incident of May|1
migrate|accepted||0"
}

@test "what is accepted is named, and nothing to repair" {
    project
    printf 'CREATE TABLE notes (id integer PRIMARY KEY);\n' >migrations/0004_notes.sql
    dunlin migrate --no-backup
    sql app.db "DROP INDEX users_zip" "DROP TABLE notes" "ALTER TABLE users ADD COLUMN hand int" \
        "ALTER TABLE users DROP COLUMN zip" "ALTER TABLE users ADD COLUMN zip text DEFAULT '0'"
    dunlin drift --accept --why "so it should be"
    assert_exit 0
    run_json doctor
    assert_exit 0
    assert_json '[.agreement.agrees, .plan, [.findings[] | select(.id == "schema.accepted").object]]' \
        "[true,[],[\"table 'notes'\",\"column 'users.hand'\",\"column 'users.zip'\",\"index 'users.users_zip'\"]]"
    dunlin repair --apply --no-backup
    assert_exit 0
    assert_equal "$(sql app.db "SELECT count(*) FROM sqlite_schema WHERE name IN ('notes', 'users_zip')")" 0
    dunlin drift
    assert_exit 0
    # What changes later is drift, and alone is to be mended.
    sql app.db "ALTER TABLE users ADD COLUMN later int"
    dunlin check --target app
    assert_exit 4
    assert_stdout "column 'users.later': drift: extra column"
    assert_stdout "to mend: dunlin drift --fix NAME for a migration"
    refute_stdout "users.hand': drift"
}

@test "an upgrade is no drift" {
    project
    # As another version of dunlin would have printed it.
    sql app.db "UPDATE dunlin_schema SET reader = 'sqlite 2.8, driver sqlite 0.0.1, format 1.1', digest = 'x'"
    dunlin drift
    assert_exit 0
    assert_stdout "no drift"
    # Nor is it where nothing can be replayed.
    printf 'THIS IS NO SQL;\n' >>migrations/0002_zip.sql
    sql app.db "UPDATE dunlin_migrations SET digest_raw = '$(sha256sum <migrations/0002_zip.sql | cut -c1-64)' WHERE tag = '0002_zip'"
    dunlin drift
    assert_exit 1
    assert_stderr "nothing tells what the schema of 'app' should be: no run has left it since the tracker was changed otherwise"
    assert_stderr "[drift.unknown]"
    # Whoever accepts that is told that nothing was looked at.
    dunlin drift --accept --why "nobody knows"
    assert_exit 0
    assert_stdout "note: nothing tells what the schema of 'app' should be"
    assert_stdout "nothing was compared; recorded as accepted"
}

@test "what a run leaves is told in today's words, whoever wrote it" {
    project
    # Texts: where nothing can be replayed, they are what is compared.
    printf 'THIS IS NO SQL;\n' >>migrations/0002_zip.sql
    sql app.db "UPDATE dunlin_schema SET reader = 'sqlite 2.8, driver sqlite 0.0.1, format 1.1'" \
        "ALTER TABLE users ADD COLUMN hand int"
    run_json drift
    assert_exit 4
    assert_json '[.compared, [.differences[].path[1]]]' '["record",["hand"]]'
}

@test "a virtual table and what it keeps its data in are no drift" {
    project
    printf 'CREATE VIRTUAL TABLE words USING fts5 (word);\n' >migrations/0004_words.sql
    dunlin migrate --no-backup
    assert_exit 0
    run_json drift
    assert_exit 0
    assert_json .compared fingerprint
    sql app.db "DROP TABLE words"
    dunlin drift
    assert_exit 4
    assert_stdout "words"
}

@test "where what a run left is damaged, the migrations are replayed" {
    project
    sql app.db "UPDATE dunlin_schema SET facts = CAST('texts 1' || char(10) || '5 3' AS BLOB)" \
        "ALTER TABLE users ADD COLUMN hand int"
    run_json drift
    assert_exit 4
    assert_json '[.compared, [.differences[].path[1]]]' '["shadow",["hand"]]'
}

@test "a state that nothing proves is told from one that is proved" {
    sql app.db "CREATE TABLE users (id integer PRIMARY KEY, name text)"
    project_migrations_of_another_tool
}

project_migrations_of_another_tool() {
    printf '{"targets": {"app": {"url": "sqlite:app.db"}}}\n' >dunlin.json
    mkdir migrations
    printf 'CREATE TABLE more (n integer);\n' >migrations/0001_more.sql
    dunlin migrate --allow-nonempty --no-backup
    assert_exit 0
    run_json drift
    assert_exit 0
    assert_json '[.compared, .known.basis, .legacy]' '["shadow","observed",["table '"'users'"'"]]'
    sql app.db "ALTER TABLE users ADD COLUMN x int" "ALTER TABLE more ADD COLUMN x int"
    run_json drift
    assert_exit 4
    assert_json '[.differences[].path[0]]' '["more"]'
}

@test "what is ignored may change" {
    project
    sql app.db "CREATE TABLE audit_log (n int)"
    printf '{"ignore": ["audit_*"], "targets": {"app": {"url": "sqlite:app.db"}}}\n' >dunlin.json
    run_json drift
    assert_exit 0
    assert_json '[.drift, .legacy]' '[false,[]]'
}

@test "bad usage is told" {
    project
    dunlin drift --accept --why x --fix y
    assert_exit 2
    dunlin drift --revert
    assert_exit 2
    assert_stderr "--revert is about a migration: --fix NAME"
    sql app.db "ALTER TABLE users ADD COLUMN hand int"
    dunlin drift --fix "///"
    assert_exit 2
    assert_equal "$(find migrations -name "*.sql" | wc -l)" 3
}

# known: who left what is known of the schema, and on what basis.
known() {
    sql app.db "SELECT group_concat(action || ' ' || basis, ', ') FROM (SELECT * FROM dunlin_schema ORDER BY seq)"
}

@test "what is accepted stands in the log, with who and why" {
    project
    sql app.db "ALTER TABLE users ADD COLUMN hand int"
    dunlin drift --accept --why 'made by an extension'
    assert_exit 0
    run_json log
    assert_exit 0
    assert_json_form log
    assert_json '[.entries[] | [.action, .step, .why, .tags]]' '[["drift","accept","made by an extension",[]]]'
    assert_json '.entries[0].who | test("@")' true
    assert_equal "$(json '.entries[0].run_id')" "$(sql app.db "SELECT run_id FROM dunlin_schema ORDER BY seq DESC LIMIT 1")"
    dunlin log
    assert_stdout 'made by an extension'
}

@test "a mark goes on with what was known, and hides nothing" {
    project
    sql app.db "ALTER TABLE users ADD COLUMN hand int"
    dunlin mark 0003_index --pending --why test
    assert_exit 0
    assert_equal "$(known)" 'migrate empty, mark observed'
    dunlin mark 0003_index --applied --why test
    assert_exit 0
    assert_equal "$(known)" 'migrate empty, mark observed, mark observed'
    dunlin drift
    assert_exit 4
    assert_stdout '+ column users.hand'
    refute_stdout 'users_zip'
    # Nothing to write: no row.
    dunlin mark 0003_index --applied --why test
    assert_equal "$(known)" 'migrate empty, mark observed, mark observed'
}

@test "a baseline leaves what is known of the schema" {
    project
    sql app.db "DROP TABLE dunlin_migrations" "DROP TABLE dunlin_schema"
    dunlin baseline 0003_index
    assert_exit 0
    assert_equal "$(known)" 'baseline observed'
    sql app.db "DROP INDEX users_zip"
    dunlin drift
    assert_exit 4
    assert_stdout '- index users.users_zip'
}

@test "a repair leaves what is known of the schema, and of files alone none" {
    project
    sql app.db "DELETE FROM dunlin_migrations WHERE tag = '0003_index'" "DELETE FROM dunlin_schema"
    dunlin repair --apply --no-backup
    assert_exit 0
    assert_equal "$(known)" 'repair observed'
    assert_equal "$(sql app.db "SELECT run_id FROM dunlin_schema")" \
        "$(sql app.db "SELECT DISTINCT run_id FROM dunlin_log")"
    dunlin drift
    assert_exit 0
    sql app.db "ALTER TABLE users ADD COLUMN hand int"
    dunlin drift
    assert_exit 4
    assert_stdout '+ column users.hand'
}
