# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the tests of targets that know more, or other bytes, than the checkout share.

# ahead_project DIALECT: a project with a target of the dialect, and two migrations.
ahead_project() {
    url=sqlite:app.db where=app.db
    if [ "$1" != sqlite ]; then
        url=$(fresh_database "$1")
        where=$url
    fi
    jq -n --arg url "$url" '{migrations: "migrations", dialect: "portable", snapshots: "off",
        targets: {main: {url: $url, backup: "none"}}}' >dunlin.json
    mkdir -p migrations/meta
    echo 'CREATE TABLE users (id integer PRIMARY KEY);' >migrations/0001_users.sql
    local other=mysql
    [ "$1" != mysql ] || other=postgres
    sed "s/OTHER/$other/" >migrations/0002_teams.sql <<'END'
CREATE TABLE teams (id integer PRIMARY KEY, name varchar(40) NOT NULL);
ALTER TABLE users ADD COLUMN team integer;
-- dunlin: only OTHER
CREATE TABLE elsewhere (id integer);
-- dunlin: end
INSERT INTO teams (id, name) VALUES (1, 'a');
-- dunlin: down
DROP TABLE teams;
END
    list_tags 0001_users 0002_teams
}

list_tags() {
    jq -n '{version: 1, layout: "dunlin", dialect: "portable", entries: [$ARGS.positional | to_entries[] |
        {idx: .key, tag: .value, when: (1767603600000 + .key)}]}' --args "$@" \
        >migrations/meta/_journal.json
}

# what_is_ahead_is_told DIALECT
what_is_ahead_is_told() {
    ahead_project "$1"
    dunlin migrate
    assert_exit 0
    rm migrations/0002_teams.sql
    list_tags 0001_users
    run_json status --check
    assert_exit 0
    assert_json '.unknown | length' 1
    assert_json '.unknown[0] | [.tag, .text_kept]' '["0002_teams",true]'
    assert_json '.unknown[0].does' \
        '["create table teams","create column users.team","INSERT INTO teams"]'
    assert_json '.unknown[0].applied_at | type' string
    assert_json '[.findings[] | select(.id == "tracker.unknown-row") | .severity]' '["warning"]'
    dunlin status
    assert_stdout 'which this checkout does not have: create table teams, create column users.team, INSERT INTO teams'
    run_json doctor
    assert_json '.unknown[0].does[0]' 'create table teams'
    # What it changed was not changed by hand.
    assert_json '[.findings[] | select(.id | startswith("schema.")) | select(.severity != "note")]' '[]'
    assert_json '.story | test("by hand")' false
    dunlin migrate
    assert_exit 0
    jq '.ahead = "fail"' dunlin.json >x && mv x dunlin.json
    run_json status --check
    assert_exit 4
    assert_json '[.findings[] | select(.id == "tracker.unknown-row") | .severity]' '["error"]'
    dunlin migrate
    assert_exit 4
}

# cosmetic_digests_are_renewed DIALECT
cosmetic_digests_are_renewed() {
    local recorded
    ahead_project "$1"
    dunlin migrate
    assert_exit 0
    printf -- '-- who uses it\nCREATE TABLE users (\n  id integer PRIMARY KEY\n);\n' >migrations/0001_users.sql
    run_json status
    assert_json '.migrations[0].file' edited-cosmetic
    run_json repair --apply --shadow
    assert_json '.migrations[0].file' edited-cosmetic
    run_json repair --digests --shadow
    assert_json '[.plan[] | select(.action == "renew") | .tag // .tags[0]]' '["0001_users"]'
    run_json repair --digests --apply --no-backup --shadow
    assert_exit 0
    assert_json '[.performed[].action]' '["renew","verify"]'
    run_json status --check
    assert_exit 0
    assert_json '.migrations[0] | [.verdict, .file, .recorded]' '["applied","ok","yes"]'
    recorded=$(sql_in "$where" "SELECT digest_raw FROM dunlin_migrations WHERE tag = '0001_users'")
    assert_equal "$recorded" "$(sha256sum migrations/0001_users.sql | cut -d' ' -f1)"
    assert_equal "$(sql_in "$where" "SELECT count(*) FROM dunlin_migrations")" 2
    run_json log
    assert_json '[.entries[-1] | .action, .step, .tags[0]]' '["repair","renew","0001_users"]'
    # The new text is the one that later edits are compared with.
    echo 'CREATE TABLE users (id integer PRIMARY KEY);' >migrations/0001_users.sql
    run_json status
    assert_json '.migrations[0].file' edited-cosmetic
    echo 'CREATE TABLE users (id bigint PRIMARY KEY);' >migrations/0001_users.sql
    run_json repair --digests --apply --no-backup --shadow
    assert_exit 4
    assert_json '[.performed[] | select(.action == "renew")]' '[]'
}
