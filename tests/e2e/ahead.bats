#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A target that knows more migrations than the checkout, or other bytes of them; SQLite.

load helper
load ahead_helper

@test "what a migration did that this checkout does not have is told from its kept text" {
    what_is_ahead_is_told sqlite
}

@test "the digest of a cosmetic edit is renewed on request" {
    cosmetic_digests_are_renewed sqlite
}

@test "a row without its text is told without what it did" {
    ahead_project sqlite
    dunlin migrate
    sql app.db "UPDATE dunlin_migrations SET sql_up = NULL WHERE tag = '0002_teams'"
    rm migrations/0002_teams.sql
    list_tags 0001_users
    run_json status
    assert_json '.unknown[0] | [.text_kept, .does]' '[false,[]]'
}

@test "in a Drizzle project the row of the owner's table is renewed, too" {
    mkdir -p migrations/meta
    printf '{"migrations": "migrations", "snapshots": "off", "targets": {"main": {"url": "sqlite:app.db", "backup": "none"}}}' >dunlin.json
    printf '{"version": "7", "dialect": "sqlite", "entries": [{"idx": 0, "version": "6", "when": 1000, "tag": "0000_a", "breakpoints": true}]}' \
        >migrations/meta/_journal.json
    echo 'CREATE TABLE a (id integer);' >migrations/0000_a.sql
    dunlin migrate
    assert_exit 0
    echo 'CREATE TABLE a (id integer); -- kept' >migrations/0000_a.sql
    run_json repair --digests --apply --no-backup
    assert_exit 0
    assert_json '[.performed[].action]' '["renew","verify"]'
    assert_equal "$(sql app.db 'SELECT hash FROM __drizzle_migrations')" "$(sha256sum migrations/0000_a.sql | cut -d' ' -f1)"
    assert_equal "$(sql app.db 'SELECT digest_raw FROM dunlin_migrations')" "$(sha256sum migrations/0000_a.sql | cut -d' ' -f1)"
    dunlin status --check
    assert_exit 0
}

@test "what migrations that an older checkout lacks did is not said to be done by hand" {
    drizzle_project project
    dunlin migrate -C project
    assert_exit 0
    rm project/drizzle/001[12]*.sql
    jq '.entries |= .[:11]' project/drizzle/meta/_journal.json >journal
    mv journal project/drizzle/meta/_journal.json
    run_json doctor -C project
    assert_exit 4
    assert_json '[.unknown[].tag]' '["0011_retire_legacy_import","0012_team_invites"]'
    assert_json '[.plan[] | .action]' '["ask"]'
    assert_json .story "The tracker records 2 migrations that this checkout does not have: the database is ahead of it, or they were removed. The schema was changed by what this checkout does not have, or by hand: index 'users.users_legacy_import_idx' and 1 more are not as the migrations left them."
    dunlin doctor -C project
    assert_stdout "the tracker '__drizzle_migrations' records '0012_team_invites' ("
}

# A database that golang-migrate left at version 3, of files 1 and 3.
golang_project() {
    printf '{"migrations": "migrations", "dialect": "sqlite", "layout": "golang-migrate", "snapshots": "off",
        "targets": {"main": {"url": "sqlite:app.db", "backup": "none"}}}' >dunlin.json
    mkdir migrations
    echo 'CREATE TABLE a (id integer);' >migrations/1_a.up.sql
    echo 'CREATE TABLE c (id integer);' >migrations/3_c.up.sql
    sql app.db 'CREATE TABLE schema_migrations (version uint64, dirty bool)' \
        'CREATE UNIQUE INDEX version_unique ON schema_migrations (version)' \
        'INSERT INTO schema_migrations VALUES (3, 0)' 'CREATE TABLE a (id integer)' 'CREATE TABLE c (id integer)'
}

@test "of a late file of golang-migrate status says that nothing tells whether it was applied" {
    golang_project
    echo 'CREATE TABLE b (id integer);' >migrations/2_b.up.sql
    run_json status
    assert_json '[.migrations[].confidence]' '["unprovable","unprovable","recorded"]'
    assert_json '[.findings[] | [.id, .severity, .object]]' '[["tracker.newest-only","note","1_a"]]'
    dunlin status
    assert_stdout "nothing in it tells whether '1_a' or one of 1 others before it was applied"
    run_json doctor
    assert_exit 4
    assert_json '[.migrations[] | [.tag, .verdict]]' \
        '[["1_a","applied"],["2_b","recorded-absent"],["3_c","applied"]]'
}

@test "what dunlin itself applied of such a folder is known" {
    golang_project
    sql app.db 'DROP TABLE schema_migrations' 'DROP TABLE a' 'DROP TABLE c'
    dunlin migrate
    assert_exit 0
    run_json status
    assert_json '[.migrations[].confidence]' '["recorded","recorded"]'
    assert_json '[.findings[].id]' '[]'
}
