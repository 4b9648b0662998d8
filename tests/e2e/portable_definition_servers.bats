#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# One portable schema definition for several databases, on all of them.

load helper

# project FOLDER [NAME...]: migrations from there, and targets for development on each database.
project() {
    local folder=$1
    postgres=$(fresh_database postgresql)
    mysql=$(fresh_database mysql)
    mkdir -p migrations
    cp -r "$folder"/. migrations/
    jq -n --arg postgres "$postgres" --arg mysql "$mysql" '
        {dialect: "portable", definitionForm: "portable", targets: {
            lite: {url: "sqlite:app.db"}, pg: {url: $postgres}, my: {url: $mysql}}} |
        .targets[] += {kind: "development", backup: "none"}' >dunlin.json
}

# The file makes on each database what the migrations make there: to `check`, to snapshots and to
# another reader of schemas.
everywhere_the_same() {
    local target url
    for target in lite pg my; do
        dunlin migrate --target $target
        assert_exit 0
        case $target in
            lite) url=sqlite:loaded.db ;;
            pg) url=$(fresh_database postgresql) ;;
            my) url=$(fresh_database mysql) ;;
        esac
        dunlin schema load schema.sql --url "$url"
        assert_exit 0
        dunlin snapshot --target $target --output migrated.json
        assert_exit 0
        dunlin snapshot --url "$url" --output loaded.json
        assert_exit 0
        assert_equal "$(cat loaded.json)" "$(cat migrated.json)"
    done
    rm loaded.db
}

@test "the sample project: one file makes the migrated schema on all three, and says nothing twice" {
    project "$tree/migrations"
    dunlin schema dump --output schema.sql
    assert_exit 0
    assert_equal "$(grep -c 'dunlin: only' schema.sql)" 0
    dunlin check
    assert_exit 0
    assert_stdout "definition (sqlite): the schema definition is what the migrations make"
    assert_stdout "definition (postgres): the schema definition is what the migrations make"
    assert_stdout "definition (mysql): the schema definition is what the migrations make"
    everywhere_the_same
}

@test "74 migrations of all kinds of changes: the file is what they make on all three" {
    project "$tree/tests/portable/history"
    dunlin schema dump --output schema.sql
    assert_exit 0
    dunlin check
    assert_exit 0
    everywhere_the_same
}
