#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dunlin merge: two branches came together that numbered their migrations alike.

load helper

setup() {
    helper_setup
    git init -q -b main .
    git config user.name test
    git config user.email test@example.com
    mkdir -p migrations/meta
}

commit() {
    git add -A
    git commit -qm "$1"
}

# A native project that numbers its migrations; with a word, git has the merge driver.
native() {
    printf '{"migrations": "migrations", "dialect": "sqlite", "tags": "sequence", "snapshots": "off",
        "targets": {"main": {"url": "sqlite:app.db", "backup": "none"}}}' >dunlin.json
    printf 'app.db*\n' >.gitignore
    jq -n '{version: 1, layout: "dunlin", dialect: "sqlite", entries: []}' >migrations/meta/_journal.json
    if [ -n "${1-}" ]; then
        printf 'migrations/meta/_journal.json merge=dunlin-journal\n' >.gitattributes
        git config merge.dunlin-journal.driver "$DUNLIN merge-driver %O %A %B"
    fi
    add users 'CREATE TABLE users (id integer PRIMARY KEY);'
    commit start
}

# add NAME SQL: a migration with the next number.
add() {
    dunlin new "$1"
    assert_exit 0
    printf '%s\n' "$2" >"$output"
}

# Both branches add 0002, and feature 0003 as well; main's is in the database.
two_branches() {
    git checkout -qb feature
    add teams 'CREATE TABLE teams (id integer PRIMARY KEY);'
    add members 'CREATE TABLE members (id integer PRIMARY KEY REFERENCES teams);'
    commit feature
    git checkout -q main
    add posts 'CREATE TABLE posts (id integer PRIMARY KEY);'
    commit main
    dunlin migrate
    assert_exit 0
    git checkout -q feature
}

entries() {
    jq -c '[.entries[] | [.idx, .tag]]' migrations/meta/_journal.json
}

@test "what is not applied gets the numbers behind what is" {
    native with-driver
    two_branches
    git merge -q --no-edit main
    assert_equal "$(entries)" '[[0,"0001_users"],[1,"0002_teams"],[2,"0003_members"],[3,"0002_posts"]]'
    run_json merge
    assert_exit 4
    assert_json_form merge
    assert_json .applied false
    assert_json '[.steps[] | select(.action == "renumber") | [.tag, .new_tag]]' \
        '[["0002_teams","0003_teams"],["0003_members","0004_members"]]'
    assert_json '[.steps[] | select(.action == "file") | [.path, .new_path]]' \
        '[["0003_members.sql","0004_members.sql"],["0002_teams.sql","0003_teams.sql"]]'
    assert_file migrations/0002_teams.sql
    run_json merge --apply
    assert_exit 0
    assert_json_form merge
    assert_equal "$(entries)" '[[0,"0001_users"],[1,"0002_posts"],[2,"0003_teams"],[3,"0004_members"]]'
    assert_equal "$(ls migrations)" $'0001_users.sql\n0002_posts.sql\n0003_teams.sql\n0004_members.sql\nmeta'
    refute_file migrations/.dunlin-merge.json
    dunlin migrate
    assert_exit 0
    dunlin status --check
    assert_exit 0
    dunlin merge
    assert_exit 0
    assert_stdout 'nothing to do'
}

@test "a journal with git's conflict marks is put together" {
    native
    two_branches
    run ! git merge -q --no-edit main
    dunlin status
    assert_exit 2
    assert_stderr 'hint: where git left its marks, run `dunlin merge`'
    dunlin merge --apply
    assert_exit 0
    assert_stdout '0002_teams -> 0003_teams'
    assert_equal "$(entries)" '[[0,"0001_users"],[1,"0002_posts"],[2,"0003_teams"],[3,"0004_members"]]'
    dunlin migrate
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT group_concat(tag) FROM dunlin_migrations')" \
        0001_users,0002_posts,0003_teams,0004_members
}

@test "without a database the other branch of the merge stays as it is, or the one that is named" {
    native with-driver
    two_branches
    rm app.db*
    dunlin merge --offline
    assert_exit 2
    assert_stderr 'merge.no-branch'
    git merge -q --no-edit main
    run_json merge --offline
    assert_exit 4
    assert_json .target null
    assert_json .onto 'HEAD^2'
    assert_json '[.steps[] | select(.action == "renumber") | .new_tag]' '["0003_teams","0004_members"]'
    run_json merge --offline --onto 'HEAD^1'
    assert_json '[.steps[] | select(.action == "renumber") | [.tag, .new_tag]]' '[["0002_posts","0004_posts"]]'
    dunlin merge --offline --onto nowhere
    assert_exit 2
    assert_stderr 'nowhere'
}

@test "two numbers that are both applied stay, and a finding names them" {
    native with-driver
    two_branches
    dunlin migrate --allow 0002_posts
    git merge -q --no-edit main
    dunlin migrate
    run_json merge --apply
    assert_exit 4
    assert_json '[.findings[] | [.id, .object]]' '[["merge.settled","0002_posts"]]'
    assert_equal "$(ls migrations)" $'0001_users.sql\n0002_posts.sql\n0002_teams.sql\n0003_members.sql\nmeta'
}

@test "a file that the merge left out of the journal comes back with the other branch" {
    native
    two_branches
    run ! git merge -q --no-edit main
    git checkout -q --ours migrations/meta/_journal.json
    run_json merge --apply
    assert_exit 0
    assert_json '[.steps[] | select(.action == "list") | .tag]' '["0002_posts"]'
    assert_equal "$(entries)" '[[0,"0001_users"],[1,"0002_posts"],[2,"0003_teams"],[3,"0004_members"]]'
}

@test "both branches with a file of one name are a person's to take apart" {
    native with-driver
    git checkout -qb feature
    add posts 'CREATE TABLE posts (id integer PRIMARY KEY);'
    commit feature
    git checkout -q main
    add posts 'CREATE TABLE posts (id text PRIMARY KEY);'
    commit main
    run ! git merge -q --no-edit feature
    dunlin merge --offline --onto HEAD --apply
    assert_exit 4
    assert_stderr 'merge.conflict-marks'
    assert_stderr '0002_posts.sql'
}

@test "down files, files of single drivers and files of effects move along" {
    native with-driver
    git checkout -qb feature
    add teams 'CREATE TABLE teams (id integer PRIMARY KEY);'
    echo 'DROP TABLE teams;' >migrations/0002_teams.down.sql
    echo 'CREATE TABLE teams (id bigint PRIMARY KEY);' >migrations/0002_teams.postgres.sql
    mkdir -p migrations/meta/_dunlin/sqlite
    echo '{}' >migrations/meta/_dunlin/sqlite/0002_teams.effects.json
    commit feature
    git checkout -q main
    add posts 'CREATE TABLE posts (id integer PRIMARY KEY);'
    commit main
    git merge -q --no-edit feature
    dunlin merge --offline --onto 'HEAD^1' --apply
    assert_exit 0
    assert_file migrations/0003_teams.sql
    assert_file migrations/0003_teams.down.sql
    assert_file migrations/0003_teams.postgres.sql
    assert_file migrations/meta/_dunlin/sqlite/0003_teams.effects.json
}

@test "a name that is taken already is no reason to lose a file" {
    native with-driver
    two_branches
    git merge -q --no-edit main
    echo mine >migrations/0004_members.sql
    dunlin merge --apply
    assert_exit 1
    assert_stderr 'merge.in-the-way'
    assert_equal "$(cat migrations/0004_members.sql)" mine
    assert_file migrations/0002_teams.sql
}

@test "a merge that is killed anywhere is finished by the next one" {
    [ -n "${SANITIZED:-}" ] || skip "fault points are in the build with sanitizers"
    native with-driver
    two_branches
    git merge -q --no-edit main
    commit merged || true
    local point
    for point in merge.after-note:1 merge.after-rename:1 merge.after-rename:2 merge.after-write:1 \
        merge.before-end:1; do
        git checkout -q -f HEAD
        git clean -qfd migrations
        DUNLIN_FAULT=$point:kill dunlin merge --apply
        assert_equal "$status" 137
        dunlin migrate
        assert_exit 4
        assert_stderr 'merge.unfinished'
        run_json merge
        assert_exit 4
        assert_json '.steps[0].action' finish
        dunlin merge --apply
        assert_exit 0
        assert_equal "$(entries)" \
            '[[0,"0001_users"],[1,"0002_posts"],[2,"0003_teams"],[3,"0004_members"]]'
        assert_equal "$(ls -A migrations)" \
            $'0001_users.sql\n0002_posts.sql\n0003_teams.sql\n0004_members.sql\nmeta'
        git reset -q
    done
}

@test "a note that leads out of the folder is refused" {
    native
    echo '{"renames": [], "writes": [["../evil", "x"]], "removes": []}' >migrations/.dunlin-merge.json
    dunlin merge --apply
    assert_exit 1
    assert_stderr 'merge.note'
    refute_file evil
}

# numbered TOOL ENDING NAME-OF-1 NAME-OF-2 NAME-OF-2-AGAIN: branches of a folder without a journal.
numbered() {
    printf '{"migrations": "migrations", "dialect": "sqlite", "layout": "%s",
        "targets": {"main": {"url": "sqlite:app.db", "backup": "none"}}}' "$1" >dunlin.json
    printf 'app.db*\n' >.gitignore
    rm -r migrations
    mkdir migrations
    printf '%bCREATE TABLE a (id integer);\n' "$6" >"migrations/$3$2"
    commit start
    git checkout -qb feature
    printf '%bCREATE TABLE b (id integer);\n' "$6" >"migrations/$4$2"
    commit feature
    git checkout -q main
    printf '%bCREATE TABLE c (id integer);\n' "$6" >"migrations/$5$2"
    commit main
    git checkout -q feature
    git merge -q --no-edit main
    dunlin merge --offline --apply
    assert_exit 0
    dunlin merge --offline
    assert_exit 0
}

@test "folders of other tools that have numbers are renumbered" {
    numbered golang-migrate .up.sql 000001_a 000002_b 000002_c ''
    assert_equal "$(ls migrations)" $'000001_a.up.sql\n000002_c.up.sql\n000003_b.up.sql'
}

@test "goose" {
    numbered goose .sql 00009_a 00010_b 00010_c '-- +goose Up\n'
    assert_equal "$(ls migrations)" $'00009_a.sql\n00010_c.sql\n00011_b.sql'
}

@test "dbmate, whose numbers are times" {
    numbered dbmate .sql 20260101000000_a 20260102000000_b 20260103235959_c '-- migrate:up\n'
    assert_equal "$(ls migrations)" $'20260101000000_a.sql\n20260103235959_c.sql\n20260104000000_b.sql'
}

# twins TOOL FIRST SECOND MARK: two files with one number, of which SECOND is in the database; then merged.
twins() {
    rm -rf migrations app.db*
    mkdir migrations
    printf '{"migrations": "migrations", "dialect": "sqlite", "layout": "%s",
        "targets": {"main": {"url": "sqlite:app.db", "backup": "none"}}}' "$1" >dunlin.json
    printf '%bCREATE TABLE c (id integer);\n' "$4" >"migrations/$3.sql"
    dunlin migrate
    assert_exit 0
    printf '%b%s\n' "$4" "${5:-CREATE TABLE b (id integer);}" >"migrations/$2.sql"
}

@test "which of two with one number was applied the schema shows, where it does" {
    twins goose 00007_b 00007_c '-- +goose Up\n'
    run_json merge
    assert_exit 4
    assert_json '[.steps[] | select(.action == "renumber") | [.tag, .new_tag]]' '[["00007_b","00008_b"]]'
    refute_file migrations/meta
    dunlin merge --apply
    assert_exit 0
    dunlin migrate
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT group_concat(version_id) FROM goose_db_version')" 0,7,8
    twins goose 00007_b 00007_c '-- +goose Up\n' 'DELETE FROM c;'
    dunlin merge
    assert_exit 4
    assert_stderr "the schema does not show which of them was applied [merge.ambiguous]"
}

@test "of golang-migrate, whose table has the newest number alone, the schema shows what was applied" {
    rm -rf migrations app.db*
    mkdir migrations
    printf '{"migrations": "migrations", "dialect": "sqlite", "layout": "golang-migrate",
        "targets": {"main": {"url": "sqlite:app.db", "backup": "none"}}}' >dunlin.json
    echo 'CREATE TABLE a (id integer);' >migrations/000001_a.up.sql
    echo 'CREATE TABLE c (id integer);' >migrations/000003_c.up.sql
    dunlin migrate
    assert_exit 0
    echo 'CREATE TABLE b (id integer);' >migrations/000002_b.up.sql
    echo 'DROP TABLE b;' >migrations/000002_b.down.sql
    echo 'CREATE TABLE d (id integer);' >migrations/000003_d.up.sql
    echo 'CREATE TABLE e (id integer);' >migrations/000004_e.up.sql
    dunlin merge --apply
    assert_exit 0
    assert_equal "$(ls migrations)" \
        $'000001_a.up.sql\n000003_c.up.sql\n000004_b.down.sql\n000004_b.up.sql\n000005_d.up.sql\n000006_e.up.sql'
    dunlin migrate
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT version, dirty FROM schema_migrations')" "6|0"
    assert_equal "$(sql app.db "SELECT group_concat(name) FROM sqlite_schema WHERE name IN ('b', 'd', 'e')")" "b,d,e"
    echo 'DELETE FROM e;' >migrations/000006_rows.up.sql
    dunlin merge
    assert_exit 4
    assert_stderr "the schema does not show whether '000006_rows' was applied [merge.ambiguous]"
}

@test "the snapshot of one branch goes, and the next run writes that of both" {
    native with-driver
    sed -i 's/"snapshots": "off",//' dunlin.json
    dunlin migrate
    dunlin snapshot
    commit snapshots
    two_branches
    git merge -q --no-edit main
    assert_file migrations/meta/_dunlin/sqlite/head.json
    run_json merge --apply
    assert_exit 0
    assert_json_form merge
    assert_json '[.steps[] | select(.action == "remove" and (.path | endswith("head.json"))) | .path, .why]' \
        '["meta/_dunlin/sqlite/head.json","it is the schema of one branch; the next migrate writes it anew"]'
    refute_file migrations/meta/_dunlin/sqlite/head.json
    dunlin migrate
    assert_exit 0
    dunlin check --target main
    assert_exit 0
}

@test "Flyway" {
    numbered flyway .sql V1.8__a V1.9__b V1.9__c ''
    assert_equal "$(ls migrations)" $'V1.10__b.sql\nV1.8__a.sql\nV1.9__c.sql'
}

@test "plain files, where no number would sort behind the last" {
    printf '{"migrations": "migrations", "dialect": "sqlite"}' >dunlin.json
    rm -r migrations
    mkdir migrations
    echo 'CREATE TABLE a (id integer);' >migrations/8_a.sql
    commit start
    git checkout -qb feature
    echo 'CREATE TABLE b (id integer);' >migrations/9_b.sql
    commit feature
    git checkout -q main
    echo 'CREATE TABLE c (id integer);' >migrations/9_c.sql
    commit main
    git checkout -q feature
    git merge -q --no-edit main
    dunlin merge --offline --apply
    assert_exit 4
    assert_stderr 'merge.number'
    assert_file migrations/9_b.sql
}

@test "a folder without numbers says why there is nothing to do" {
    printf '{"migrations": "migrations", "dialect": "sqlite"}' >dunlin.json
    rm -r migrations
    mkdir -p migrations/20260101000000_a
    echo 'CREATE TABLE a (id integer);' >migrations/20260101000000_a/migration.sql
    touch migrations/migration_lock.toml
    commit start
    dunlin merge --offline --onto HEAD
    assert_exit 1
    assert_stderr 'merge.layout'
    assert_stderr 'Prisma'
}

# --- drizzle 0.x ---------------------------------------------------------------------------------

# kit NUMBER NAME WHEN ID PREVIOUS TABLE...: what drizzle-kit generate leaves.
kit() {
    local number=$1 name=$2 when=$3 id=$4 previous=$5
    shift 5
    printf 'CREATE TABLE `%s` (`id` integer);\n' "${@: -1}" >"migrations/${number}_$name.sql"
    jq --indent 2 -n --arg id "$id" --arg previous "$previous" \
        '{version: "6", dialect: "sqlite", id: $id, prevId: $previous,
          tables: ($ARGS.positional | map({key: ., value: {name: ., columns: {}}}) | from_entries),
          views: {}}' --args "$@" | head -c -1 >"migrations/meta/${number}_snapshot.json"
    [ -f migrations/meta/_journal.json ] ||
        printf '{"version": "7", "dialect": "sqlite", "entries": []}' >migrations/meta/_journal.json
    jq --indent 2 --arg tag "${number}_$name" --argjson when "$when" \
        '.entries += [{idx: (.entries | length), version: "6", when: $when, tag: $tag, breakpoints: true}]' \
        migrations/meta/_journal.json | head -c -1 >journal
    mv journal migrations/meta/_journal.json
}

drizzle_branches() {
    printf '{"migrations": "migrations", "dialect": "sqlite"}' >dunlin.json
    kit 0000 a 1000 id-a 00000000-0000-0000-0000-000000000000 a
    commit start
    git checkout -qb feature
    kit 0001 b 2000 id-b id-a a b
    kit 0002 c 2500 id-c id-b a b c
    commit feature
    git checkout -q main
    kit 0001 x 3000 id-x id-a a x
    commit main
    git checkout -q feature
    run ! git merge -q --no-edit main
}

@test "a Drizzle journal, its times and its snapshots follow" {
    drizzle_branches
    run_json merge --offline --apply
    assert_exit 0
    assert_json_form merge
    assert_equal "$(jq -c '[.entries[] | [.idx, .when, .tag, .version, .breakpoints]]' migrations/meta/_journal.json)" \
        '[[0,1000,"0000_a","6",true],[1,3000,"0001_x","6",true],[2,3001,"0002_b","6",true],[3,3002,"0003_c","6",true]]'
    assert_equal "$(ls migrations migrations/meta | tr '\n' ' ')" \
        'migrations: 0000_a.sql 0001_x.sql 0002_b.sql 0003_c.sql meta  migrations/meta: 0000_snapshot.json 0001_snapshot.json 0002_snapshot.json 0003_snapshot.json _journal.json '
    local number
    for number in 0000 0001 0002 0003; do
        jq -c '[.id, .prevId, (.tables | keys)]' "migrations/meta/${number}_snapshot.json"
    done >chain
    assert_equal "$(cat chain)" \
        '["id-a","00000000-0000-0000-0000-000000000000",["a"]]
["id-x","id-a",["a","x"]]
["id-b","id-x",["a","b","x"]]
["id-c","id-b",["a","b","c","x"]]'
    assert_equal "$(cat migrations/meta/0001_snapshot.json)" "$(git show main:migrations/meta/0001_snapshot.json)"
    dunlin merge --offline
    assert_exit 0
}

@test "the same with the other branch's migrations behind ours" {
    drizzle_branches
    run_json merge --offline --onto HEAD --apply
    assert_exit 0
    assert_equal "$(jq -c '[.entries[].tag]' migrations/meta/_journal.json)" '["0000_a","0001_b","0002_c","0003_x"]'
    assert_equal "$(jq -c '[.id, .prevId, (.tables | keys)]' migrations/meta/0003_snapshot.json)" \
        '["id-x","id-c",["a","b","c","x"]]'
    assert_equal "$(cat migrations/meta/0001_snapshot.json)" "$(git show feature:migrations/meta/0001_snapshot.json)"
}

@test "snapshots in which both branches changed one thing are not guessed" {
    printf '{"migrations": "migrations", "dialect": "sqlite"}' >dunlin.json
    kit 0000 a 1000 id-a 00000000-0000-0000-0000-000000000000 a
    commit start
    git checkout -qb feature
    kit 0001 b 2000 id-b id-a a both
    sed -i 's/"name": "both"/"name": "ours"/' migrations/meta/0001_snapshot.json
    commit feature
    git checkout -q main
    kit 0001 x 3000 id-x id-a a both
    commit main
    git checkout -q feature
    run ! git merge -q --no-edit main
    run_json merge --offline --apply
    assert_exit 4
    assert_json '[.findings[].id]' '["snapshot.missing"]'
    assert_json '.findings[0].message | contains("tables.both")' true
    assert_file migrations/0002_b.sql
    refute_file migrations/meta/0002_snapshot.json
    assert_equal "$(jq -r .id migrations/meta/0001_snapshot.json)" id-x
}

# --- two files with one number -------------------------------------------------------------------

check_journal() {
    dunlin journal check --json
}

@test "two files with one number are named, with the command that helps" {
    native with-driver
    two_branches
    git merge -q --no-edit main
    run_json status --check
    assert_exit 4
    assert_json '[.findings[] | select(.id == "journal.duplicate-number") | .severity, .message]' \
        "[\"warning\",\"'0002_posts' and '0002_teams' have one number, 0002: 'dunlin merge' gives the one that is not applied the next\"]"
    dunlin migrate --allow 0002_teams --allow 0003_members
    assert_exit 0
    run_json status --check
    assert_exit 0
    assert_json '[.findings[] | select(.id == "journal.duplicate-number") | .severity]' '["note"]'
}

@test "one of the two without an entry is found, and a file that is only misnamed is not" {
    native
    echo 'CREATE TABLE posts (id integer);' >migrations/0001_posts.sql
    check_journal
    assert_exit 4
    assert_json '[.findings[].id]' '["journal.unlisted-file","journal.duplicate-number"]'
    mv migrations/0001_users.sql migrations/0001_people.sql
    rm migrations/0001_posts.sql
    check_journal
    assert_json '[.findings[].id]' '["journal.file-missing","journal.unlisted-file"]'
}

@test "in a Drizzle folder as well, and times in front of names are no numbers" {
    printf '{"migrations": "migrations", "dialect": "sqlite"}' >dunlin.json
    kit 0000 a 1000 id-a 00000000-0000-0000-0000-000000000000 a
    kit 0001 b 2000 id-b id-a a b
    kit 0001 c 3000 id-c id-b a b c
    check_journal
    assert_exit 4
    assert_json '[.findings[] | select(.id == "journal.duplicate-number") | .object]' '["0001_c"]'
    rm -r migrations/*
    mkdir -p migrations/meta
    jq -n '{version: 1, layout: "dunlin", dialect: "sqlite", entries: [
        {idx: 0, tag: "20260101000000_a"}, {idx: 1, tag: "20260101000000_b"}]}' >migrations/meta/_journal.json
    echo 'SELECT 1;' | tee migrations/20260101000000_a.sql >migrations/20260101000000_b.sql
    check_journal
    assert_exit 0
}

# twice LAYOUT ENDING ONE OTHER MARK: nothing is sent while two have one number.
twice() {
    printf '{"migrations": "migrations", "dialect": "sqlite", "layout": "%s",
        "targets": {"main": {"url": "sqlite:app.db", "backup": "none"}}}' "$1" >dunlin.json
    rm -rf migrations
    mkdir migrations
    printf '%bCREATE TABLE a (id integer);\n' "$5" >"migrations/$3$2"
    printf '%bCREATE TABLE b (id integer);\n' "$5" >"migrations/$4$2"
    dunlin migrate
    assert_exit 4
    assert_stderr 'journal.duplicate-version'
    assert_stderr "'$3' and '$4'"
    assert_stderr 'dunlin merge'
}

@test "where a number is all that a tool keeps, two with one number stop migrate" {
    twice golang-migrate .up.sql 0007_a 07_b ''
    twice goose .sql 00007_a 00007_b '-- +goose Up\n'
    twice dbmate .sql 20260101000000_a 20260101000000_b '-- migrate:up\n'
    twice flyway .sql V1.0__a V1__b ''
    twice sqlx .sql 7_a 7_b ''
}
