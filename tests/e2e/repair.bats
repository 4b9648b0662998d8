#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin repair`: shows the plan, and carries it out with --apply. What it makes of the scenarios of
# tests/fixtures/scenarios: scenarios.bats.

load helper

through() {
    dunlin migrate -C project --to "$(drizzle_tag "$1")"
    assert_exit 0
    sql project/app.db 'DROP TABLE dunlin_migrations'
}

lose_the_tracker() {
    drizzle_project project
    through 10
    sql project/app.db "INSERT INTO users (id, email, display_name, password_hash)
                        VALUES (1, 'a@example.com', 'a', 'x')" 'DELETE FROM __drizzle_migrations'
    sed -i 's/0009_glamorous_boom_boom/0009_sleepy_dreaming_celestial/' \
        project/drizzle/meta/_journal.json
}

@test "without --apply nothing is changed" {
    lose_the_tracker
    sql_dump project/app.db >before.sql
    cp project/drizzle/meta/_journal.json before.json
    run_json repair -C project
    assert_exit 4
    assert_json_form repair
    assert_json '[.plan[].action]' '["backup","file","record","apply","verify"]'
    assert_json '[.performed, .left]' '[[],[]]'
    sql_dump project/app.db | diff before.sql -
    cmp before.json project/drizzle/meta/_journal.json
}

@test "the incident is mended without losing a row" {
    lose_the_tracker
    run_json repair -C project --apply
    assert_exit 0
    assert_json_form repair
    assert_json '[.performed[].action]' '["backup","file","record","apply","verify"]'
    assert_json .left '[]'
    assert_json .agreement.agrees true
    assert_file "$(json .backup)"
    cmp project/drizzle/meta/_journal.json "$(fixture drizzle-sqlite/drizzle/meta/_journal.json)"
    assert_drizzle_state project/app.db 12
    assert_equal "$(sql project/app.db 'SELECT email FROM users')" a@example.com
    dunlin migrate -C project
    assert_exit 0
    assert_stdout "nothing to do"
}

@test "what was recorded says who recorded it and what proves it" {
    lose_the_tracker
    dunlin repair -C project --apply --no-backup
    assert_exit 0
    refute_stdout backup
    assert_equal "$(sql project/app.db "SELECT count(*) FROM dunlin_migrations WHERE state = 'baselined'")" 11
    assert_equal "$(sql project/app.db "SELECT json_extract(evidence, '\$.confidence') || ' ' ||
        json_extract(evidence, '\$.why') FROM dunlin_migrations WHERE tag = '0000_init_accounts'")" \
        "proved the schema holds the effects"
}

@test "a journal that is lost with some of the rows gets times in the order of its migrations" {
    drizzle_project project
    through 12
    sql project/app.db 'DELETE FROM __drizzle_migrations WHERE rowid IN (1, 2, 3, 8)'
    rm project/drizzle/meta/_journal.json
    dunlin repair -C project --apply --no-backup
    assert_exit 0
    assert_equal "$(jq -c '[.entries[].when] | . == (sort | unique)' project/drizzle/meta/_journal.json)" true
    dunlin doctor -C project
    assert_exit 0
}

@test "what a person has to decide is left" {
    drizzle_project project
    through 9
    sql project/app.db 'ALTER TABLE users ADD COLUMN session_timeout_preference TEXT'
    sql_dump project/app.db >before.sql
    run_json repair -C project --apply
    assert_exit 4
    assert_json '[.left[].action]' '["ask"]'
    assert_json .backup null
    sql_dump project/app.db | diff before.sql -
}

@test "a statement that fails leaves a state that the next doctor explains" {
    drizzle_project project
    through 8
    sql project/app.db "CREATE TABLE api_keys (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
        team_id INTEGER NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
        created_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
        label TEXT NOT NULL, key_hash TEXT NOT NULL, revoked_at INTEGER,
        created_at INTEGER DEFAULT (unixepoch()) NOT NULL)" \
        "INSERT INTO users (id, email, display_name, password_hash) VALUES (1, 'a', 'a', 'x')" \
        "INSERT INTO teams (id, name, slug, owner_id) VALUES (1, 't', 't', 1)" \
        "INSERT INTO api_keys (team_id, label, key_hash) VALUES (1, 'a', 'h'), (1, 'b', 'h')"
    run_json doctor -C project
    assert_json '.migrations[9].verdict' partial
    assert_json '[.plan[] | select(.action == "apply-statements") | .statements]' '[[2,3]]'
    dunlin repair -C project --apply
    assert_exit 1
    assert_stderr "repairing, step 2 of 5: apply-statements"
    run_json doctor -C project
    assert_json '.migrations[9].verdict' partial
    assert_equal "$(sql project/app.db 'SELECT count(*) FROM api_keys')" 2
}

@test "what a repair makes plain is mended in the same go" {
    make_project . 3
    write_config .
    dunlin migrate
    assert_exit 0
    rm -rf schema.sql
    sql app.db "DROP TABLE t00003"
    mv "migrations/$(tag_of 3).sql" migrations/20260101000003_renamed.sql
    run_json repair --apply --no-backup
    assert_exit 0
    assert_json_form repair
    assert_json '[.performed[] | .op // .action]' \
        '["journal-set","relink","verify","unrecord","apply","verify"]'
    assert_json '.left' '[]'
    dunlin status --check
    assert_exit 0
}

@test "a row does not take the name of a file that is only asked about" {
    make_project . 1
    write_config .
    dunlin migrate
    dunlin journal rebuild
    mv "migrations/$(tag_of 1).sql" "migrations/$(tag_of 1)x.sql"
    echo 'CREATE TABLE extra (id integer PRIMARY KEY);' >>"migrations/$(tag_of 1)x.sql"
    run_json repair --apply
    assert_json '[.performed[].action] | index("relink")' null
    assert_json '[.left[].action]' '["ask"]'
    assert_equal "$(sql app.db 'SELECT tag FROM dunlin_migrations')" "$(tag_of 1)"
}

@test "a file that got another name takes its record along, and its journal entry keeps its place" {
    cp -r "$tree/migrations" migrations
    write_config .
    dunlin migrate
    assert_exit 0
    local tag=20260105090000_create_users
    mv "migrations/$tag.sql" migrations/20260105090000_create_people.sql
    grep -v 20260107143000_create_teams migrations/meta/_journal.json >journal
    mv journal migrations/meta/_journal.json
    run_json repair --apply --no-backup
    assert_exit 0
    assert_json_form repair
    assert_json '[.performed[] | .op // .action]' '["journal-set","journal-append","relink","verify"]'
    assert_equal "$(jq -r '[.entries[:3][].tag] | join(" ")' migrations/meta/_journal.json)" \
        "20260105090000_create_people 20260107143000_create_teams 20260112101500_create_sessions"
    assert_equal "$(sql app.db 'SELECT tag FROM dunlin_migrations WHERE seq = 1')" \
        20260105090000_create_people
    dunlin migrate
    assert_stdout "nothing to do"
}

@test "a repair that ends between applying and renumbering is finished by the next, in either order" {
    make_project . 2
    write_config .
    dunlin journal rebuild
    cp migrations/meta/_journal.json listed
    mv "migrations/$(tag_of 1).sql" late.sql
    dunlin journal rebuild
    dunlin migrate
    mv late.sql "migrations/$(tag_of 1).sql"
    jq '.entries[1].idx = 0' listed >migrations/meta/_journal.json
    cp -r . ../second
    dunlin migrate --no-backup
    assert_exit 0
    run_json repair --apply --no-backup
    assert_exit 0
    assert_json '[.performed[] | .op // .action]' '["journal-renumber","verify"]'
    cd ../second
    cp listed migrations/meta/_journal.json
    run_json repair --apply --no-backup
    assert_exit 0
    assert_json '[.performed[] | .op // .action]' '["apply","verify"]'
    cmp migrations/meta/_journal.json "$OLDPWD/migrations/meta/_journal.json"
}

@test "--relink says which file is that of an entry without one, whatever the content" {
    make_project . 2
    write_config .
    dunlin migrate
    dunlin journal rebuild
    mv "migrations/$(tag_of 1).sql" migrations/elsewhere.sql
    echo '-- and a remark' >>migrations/elsewhere.sql
    dunlin repair --apply --relink "$(tag_of 1)=nowhere"
    assert_exit 2
    assert_stderr "[repair.relink]"
    run_json repair --apply --digests --relink "$(tag_of 1)=elsewhere"
    assert_exit 0
    assert_json '[.performed[].action]' '["backup","file","relink","verify","renew","verify"]'
    assert_equal "$(sql app.db 'SELECT tag FROM dunlin_migrations ORDER BY seq LIMIT 1')" elsewhere
    assert_equal "$(jq -r '.entries[0].tag' migrations/meta/_journal.json)" elsewhere
    dunlin status --check
    assert_exit 0
    dunlin repair --apply --relink "$(tag_of 1)=elsewhere"
    assert_exit 0
    assert_stdout "journal, files, tracker and schema agree: 2 applied"
    dunlin repair --apply --relink "elsewhere=$(tag_of 2)"
    assert_exit 2
}

@test "what is made again is empty, and a repair names what had filled it" {
    mkdir -p migrations
    write_config .
    echo 'CREATE TABLE towns (id integer PRIMARY KEY, name varchar(20));' >migrations/0001_towns.sql
    echo "INSERT INTO towns VALUES (1, 'Bern');" >migrations/0002_bern.sql
    echo 'CREATE TABLE lakes (id integer PRIMARY KEY);' >migrations/0003_lakes.sql
    dunlin migrate
    sql app.db 'DROP TABLE lakes'
    run_json repair
    assert_json '[.plan[] | select(.action == "apply") | .why]' '["pending"]'
    sql app.db 'DROP TABLE towns'
    dunlin repair --apply
    assert_exit 0
    assert_stdout "apply 0001_towns and 0003_lakes: pending; what is made again has no rows, and of '0002_bern', which changed rows, the record stays: \`dunlin mark TAG --pending\` has it run again"
    dunlin mark 0002_bern --pending --why 'its rows are gone'
    dunlin migrate --allow 0002_bern
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT name FROM towns')" Bern
}

@test "what a migration whose file is lost may have dropped is not missed" {
    mkdir -p migrations
    write_config .
    echo 'CREATE TABLE old (id integer PRIMARY KEY);' >migrations/0001_old.sql
    echo 'CREATE TABLE users (id integer PRIMARY KEY, phone varchar(20)); CREATE TABLE more (id integer);' \
        >migrations/0002_users.sql
    echo 'ALTER TABLE users ADD COLUMN fax varchar(20);' >migrations/0003_fax.sql
    printf '%s\n' 'DROP TABLE old;' 'DROP TABLE more;' 'ALTER TABLE users DROP COLUMN fax;' >migrations/0004_drop.sql
    dunlin journal rebuild
    dunlin migrate
    mv migrations/0004_drop.sql lost.sql
    run_json repair --apply
    assert_exit 4
    assert_json '[.migrations[].verdict]' '["applied","applied","applied","missing-file"]'
    assert_json '[.performed[].action]' '[]'
    assert_json '.story' "There is no file of migration 0004_drop."
    # Nor where its record is lost as well, though it may not have been run then.
    sql app.db "DELETE FROM dunlin_migrations WHERE tag = '0004_drop'"
    run_json repair --apply
    assert_exit 4
    assert_json '[.migrations[].verdict]' '["applied","applied","applied","missing-file"]'
    assert_json '[.performed[].action]' '[]'
    mv lost.sql migrations/0004_drop.sql
    dunlin repair --apply
    assert_exit 0
}
