#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A Drizzle project keeps working with drizzle: dunlin and the real drizzle-orm take turns.

load helper

# through IDX: dunlin applies everything up to and including this entry.
through() {
    dunlin migrate -C project --to "$(drizzle_tag "$1")"
    assert_exit 0
}

@test "each step of the fixture leaves the schema and tracker that drizzle would leave" {
    local idx
    drizzle_project project
    for idx in $(fixture_steps); do
        through "$idx"
        assert_drizzle_state project/app.db "$idx"
    done
}

@test "all of the fixture at once ends in the same state" {
    drizzle_project project
    dunlin migrate -C project
    assert_exit 0
    assert_drizzle_state project/app.db 12
}

@test "drizzle-orm takes over half-way and finds nothing to repeat" {
    drizzle_project project
    through 5
    drizzle_migrate project/app.db project/drizzle
    assert_drizzle_state project/app.db 12
    run_json status -C project
    assert_json '.agreement.agrees' true
    assert_json '[.migrations[].verdict] | unique' '["applied"]'
}

@test "dunlin takes over from drizzle-orm half-way" {
    drizzle_project project
    drizzle_migrate project/app.db project/drizzle --through 6
    run_json migrate -C project
    assert_exit 0
    assert_json '[.applied[].idx]' '[7,8,9,10,11,12]'
    assert_drizzle_state project/app.db 12
}

@test "drizzle-orm has nothing to do after dunlin did everything" {
    drizzle_project project
    dunlin migrate -C project
    assert_exit 0
    drizzle_migrate project/app.db project/drizzle
    assert_drizzle_state project/app.db 12
}

@test "a rebuild in a drizzle file keeps the rows of child tables" {
    drizzle_project project
    through 10
    sql project/app.db "
        INSERT INTO users (id, email, display_name, password_hash) VALUES (1, 'a@example.com', 'a', 'x');
        INSERT INTO teams (id, name, slug, owner_id) VALUES (1, 't', 't', 1);
        INSERT INTO memberships (team_id, user_id) VALUES (1, 1);
        INSERT INTO api_keys (team_id, label, key_hash) VALUES (1, 'k', 'h');"
    dunlin migrate -C project
    assert_exit 0
    assert_schema project/app.db 12
    assert_equal "$(sql project/app.db 'SELECT count(*) FROM memberships')" 1
    assert_equal "$(sql project/app.db 'SELECT count(*) FROM api_keys')" 1
    assert_equal "$(sql project/app.db 'SELECT count(*) FROM pragma_foreign_key_check')" 0
}

@test "what dunlin adds to a Drizzle project stays out of drizzle's journal" {
    drizzle_project project
    dunlin migrate -C project
    assert_exit 0
    cmp project/drizzle/meta/_journal.json "$(fixture drizzle-sqlite/drizzle/meta/_journal.json)"
}

@test "an entry that arrived late is applied, where drizzle would skip it for ever" {
    drizzle_project project
    dunlin migrate -C project
    sql project/app.db "DELETE FROM __drizzle_migrations WHERE created_at =
        $(jq '.entries[12].when' project/drizzle/meta/_journal.json)"
    sql project/app.db 'DROP TABLE team_invites'
    jq '.entries |= (.[0:11] + [.[12]] + [.[11]])' project/drizzle/meta/_journal.json >journal
    cp journal project/drizzle/meta/_journal.json
    run_json migrate -C project
    assert_exit 0
    assert_json '[.applied[].tag]' '["0012_team_invites"]'
    assert_json '[.findings[] | select(.id == "migration.late").object]' '["0012_team_invites"]'
}

@test "a row of an applied CRLF file still records the file with plain line ends" {
    drizzle_project project
    perl -pi -e 's/\n/\r\n/' project/drizzle/0002_brave_invoice_ledger.sql
    drizzle_migrate project/app.db project/drizzle
    perl -pi -e 's/\r\n/\n/' project/drizzle/0002_brave_invoice_ledger.sql
    run_json status -C project
    assert_json '.migrations[2].verdict' edited
    assert_json '.migrations[2].file' edited-cosmetic
    assert_json '.agreement.agrees' true
}

# --- drizzle 1.0 -----------------------------------------------------------------------------------

# v1_project FOLDER: the fixture in the layout of drizzle 1.0, made as `drizzle-kit up` does.
v1_project() {
    local when tag
    drizzle_project "$1"
    while read -r when tag; do
        mkdir -p "$1/v1/$(date -u -d "@$((when / 1000))" +%Y%m%d%H%M%S)_${tag#*_}"
        cp "$1/drizzle/$tag.sql" \
            "$1/v1/$(date -u -d "@$((when / 1000))" +%Y%m%d%H%M%S)_${tag#*_}/migration.sql"
    done < <(jq -r '.entries[] | "\(.when) \(.tag)"' "$1/drizzle/meta/_journal.json")
    write_config "$1" v1
}

@test "drizzle 1.0 finds nothing to repeat after dunlin, and the other way round" {
    v1_project project
    dunlin migrate -C project --to "$(basename "$(echo project/v1/*_more_member_roles)")"
    assert_exit 0
    drizzle_migrate project/app.db project/v1 --v1
    assert_schema project/app.db 12
    run_json status -C project
    assert_json '.project.layout' drizzle-v1
    assert_json '[.migrations[].verdict] | unique' '["applied"]'
    v1_project other
    drizzle_migrate other/app.db other/v1 --v1 --through 6
    dunlin migrate -C other
    assert_exit 0
    assert_schema other/app.db 12
    drizzle_migrate other/app.db other/v1 --v1
    assert_equal "$(sql other/app.db 'SELECT count(*), count(name) FROM __drizzle_migrations')" '13|13'
}

@test "dunlin writes a drizzle 1.0 tracker row for row as drizzle does" {
    v1_project ours
    v1_project theirs
    dunlin migrate -C ours
    assert_exit 0
    drizzle_migrate theirs/app.db theirs/v1 --v1
    assert_equal \
        "$(sql ours/app.db 'SELECT id, hash, created_at, name FROM __drizzle_migrations ORDER BY id')" \
        "$(sql theirs/app.db 'SELECT id, hash, created_at, name FROM __drizzle_migrations ORDER BY id')"
    assert_equal "$(sql ours/app.db "SELECT count(*) FROM __drizzle_migrations
        WHERE applied_at GLOB '????-??-??T??:??:??.*Z'")" 13
}

@test "a tracker that drizzle 1.0 has taken over gets rows with names, so that 1.0 repeats nothing" {
    v1_project project
    drizzle_migrate project/app.db project/drizzle --through 11
    cp -r project/v1 twelve
    rm -r twelve/*_team_invites
    drizzle_migrate project/app.db twelve --v1
    write_config project drizzle
    dunlin migrate -C project
    assert_exit 0
    assert_equal "$(sql project/app.db 'SELECT count(*), count(name) FROM __drizzle_migrations')" '13|13'
    drizzle_migrate project/app.db project/v1 --v1
    assert_schema project/app.db 12
}
