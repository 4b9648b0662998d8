#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Late migrations on servers that are not for development: what texts do not tell, a replay tells where it
# is allowed.

load helper

# late DIALECT
late() {
    local url spare
    url=$(empty_database "$1" app)
    spare=$(empty_database "$1" spare)
    make_project . 1
    write_config . migrations "$url"
    journal m00001 m00003
    echo "CREATE TABLE users (id integer PRIMARY KEY, name varchar(50));" >migrations/m00001.sql
    echo "ALTER TABLE users ALTER COLUMN name SET NOT NULL;" >migrations/m00003.sql
    dunlin migrate --no-backup
    assert_exit 0
    journal m00001 m00002 m00003
    echo "ALTER TABLE users ALTER COLUMN name SET DEFAULT 'x';" >migrations/m00002.sql
    dunlin migrate --no-backup
    assert_exit 4
    assert_stderr "'m00002' arrived late: it touches 'users', and so does 'm00003', which is applied already [plan.late-conflict]"
    assert_stderr "hint: let a replay of both orders tell, with --shadow or --shadow-url URL; or put it behind the applied ones in the journal, or apply it all the same with --allow m00002"
    dunlin migrate --dry-run --shadow
    assert_exit 0
    dunlin migrate --no-backup --shadow-url "$spare"
    assert_exit 0
    dunlin status --check
    assert_exit 0
    run_json doctor --shadow
    assert_exit 0
}

# journal TAG...
journal() {
    rm -f migrations/2026*
    jq -n '{version: 1, layout: "dunlin", dialect: "portable", entries: [$ARGS.positional | to_entries[] |
        {idx: .key, tag: .value, when: (1767603600000 + .key)}]}' --args "$@" >migrations/meta/_journal.json
}

@test "postgresql: a replay tells of a late migration where it is allowed" {
    late postgresql
}

@test "mysql: a replay tells of a late migration where it is allowed" {
    late mysql
}
