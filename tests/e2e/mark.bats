#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin mark` and `dunlin baseline`: what a person asserts.

load helper

setup() {
    helper_setup
    make_project . 4
    echo '{"dialect": "sqlite", "targets": {"app": {"url": "sqlite:app.db"}}, "default": "app"}' \
        >dunlin.json
    sed -i 's/"portable"/"sqlite"/' migrations/meta/_journal.json
}

states() {
    sql app.db "SELECT state FROM dunlin_migrations ORDER BY seq" | paste -sd ' '
}

@test "a baseline records everything up to a migration, and migrate goes on behind it" {
    # Made without dunlin.
    sql app.db <migrations/"$(tag_of 1)".sql
    sql app.db <migrations/"$(tag_of 2)".sql
    dunlin migrate
    assert_exit 4
    assert_stderr "dunlin baseline"
    run_json baseline "$(tag_of 2)"
    assert_exit 0
    assert_json_form baseline
    assert_json '.migrations | length' 2
    assert_equal "$(sql app.db "SELECT json_extract(evidence, '$.by') FROM dunlin_migrations LIMIT 1")" \
        baseline
    run_json baseline "$(tag_of 2)"
    assert_exit 0
    assert_json '.migrations' '[]'
    dunlin migrate
    assert_exit 0
    assert_equal "$(states)" "asserted asserted applied applied"
    dunlin status --check
    assert_exit 0
    dunlin doctor
    assert_exit 0
}

@test "one migration is marked as applied, or as pending, with a reason" {
    dunlin migrate --to "$(tag_of 2)"
    dunlin mark "$(tag_of 3)" --applied
    assert_exit 2
    assert_stderr "--why"
    dunlin mark "$(tag_of 3)" --why nothing
    assert_exit 2
    run_json mark "$(tag_of 3)" --applied --why "run by hand, it's #7"
    assert_exit 0
    assert_json_form mark
    assert_equal "$(states)" "applied applied asserted"
    assert_equal "$(sql app.db "SELECT json_extract(evidence, '$.why') FROM dunlin_migrations
        WHERE state = 'asserted'")" "run by hand, it's #7"
    run_json mark "$(tag_of 3)" --pending --why "it was not"
    assert_exit 0
    assert_json '[.recorded, .migrations[0]]' "[\"no\",\"$(tag_of 3)\"]"
    dunlin migrate
    assert_exit 0
    dunlin status --check
    assert_exit 0
}

@test "what is not in the journal, or has no file, cannot be marked" {
    dunlin mark nobody --applied --why x
    assert_exit 2
    assert_stderr "plan.unknown-tag"
    rm migrations/"$(tag_of 4)".sql
    dunlin baseline "$(tag_of 4)"
    assert_exit 4
    assert_stderr "has no file"
    dunlin status --json
    assert_json '.tracker.rows' 0
}
