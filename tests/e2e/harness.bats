#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The yardsticks themselves, without dunlin: the schema reader, drizzle-orm, the sample project.

load helper

@test "the schema reader sees every step of drizzle-orm as the fixture describes it" {
    local drizzle idx
    drizzle=$(fixture drizzle-sqlite/drizzle)
    for idx in $(fixture_steps); do
        drizzle_migrate app.db "$drizzle" --through "$idx"
        assert_drizzle_state app.db "$idx"
    done
}

@test "the comparison with the fixture notices a column too many" {
    drizzle_migrate app.db "$(fixture drizzle-sqlite/drizzle)" --through 0
    assert_schema app.db 0
    sql app.db 'ALTER TABLE users ADD COLUMN extra text'
    run ! assert_schema app.db 0
    [[ $output == *'"name": "extra"'* ]]
}

@test "the comparison with the fixture notices a tracker row that drizzle would not write" {
    drizzle_migrate app.db "$(fixture drizzle-sqlite/drizzle)" --through 0
    sql app.db 'UPDATE __drizzle_migrations SET created_at = created_at + 1'
    assert_schema app.db 0
    run ! assert_drizzle_state app.db 0
}

@test "drizzle-orm 1.0 applies a folder of folders up to the one that is asked for" {
    mkdir -p drizzle/20250101000000_first drizzle/20250102000000_second
    echo 'create table a(x int);' >drizzle/20250101000000_first/migration.sql
    echo 'create table b(x int);' >drizzle/20250102000000_second/migration.sql
    drizzle_migrate app.db drizzle --v1 --through 0
    assert_equal "$(sql app.db 'SELECT name FROM __drizzle_migrations')" 20250101000000_first
    drizzle_migrate app.db drizzle --v1
    assert_equal "$(sql app.db "SELECT group_concat(name) FROM sqlite_schema
        WHERE name IN ('a', 'b')")" a,b
}

@test "the sample project's files run in order on SQLite as they are" {
    local file tag tags
    tags=$(jq -r '.entries[].tag' "$tree/migrations/meta/_journal.json")
    assert_equal "$tags" "$(cd "$tree/migrations" && LC_ALL=C ls -- *.sql | sed 's/\.sql$//')"
    for tag in $tags; do
        file=$tree/migrations/$tag.sql
        { echo 'PRAGMA foreign_keys = ON; BEGIN;'; cat "$file"; echo 'COMMIT;'; } >step.sql
        sql app.db '.read step.sql'
    done
    assert_equal "$(sql app.db 'SELECT id, code, monthly_price, seats FROM plans')" \
        $'1|free|0|3\n2|team|29|10\n3|business|149.5|100'
    schema_of app.db >schema.json
    assert_equal "$(jq -r '.tables[].name' schema.json | paste -sd ' ')" \
        "api_keys audit_log invoice_lines invoices memberships plans sessions team_invites \
team_settings teams users"
    assert_equal "$(jq -r '.views[].name' schema.json)" $'active_members\nteam_revenue'
}

@test "the journal of the sample project gives each migration the time of its tag" {
    run jq -e 'all(.entries[];
        .when == (.tag[:14] | strptime("%Y%m%d%H%M%S") | mktime * 1000))' \
        "$tree/migrations/meta/_journal.json"
    assert_exit 0
}

@test "generated projects have a journal entry for each file and the tags that tag_of tells" {
    make_project project 3
    assert_equal "$(jq -r '.entries[].tag' project/migrations/meta/_journal.json)" \
        "$(tag_of 1; tag_of 2; tag_of 3)"
    sql app.db ".read project/migrations/$(tag_of 3).sql"
    assert_equal "$(sql app.db 'SELECT id, name FROM t00003')" '3|row of migration 3'
}
