# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What fresh.bats and fresh_servers.bats share. Load it behind helper.

# drizzle_kit WORD...: in this folder; installs it the first time.
drizzle_kit() {
    HOME=$caller_home "$tests_folder/e2e/node/install" "$node_folder"
    [ -e node_modules ] || ln -s "$node_folder/node_modules" node_modules
    run --separate-stderr node node_modules/drizzle-kit/bin.cjs "$@"
}

# same_snapshot NAME: but for the id and the order of members.
same_snapshot() {
    assert_equal "$(jq -S 'del(.id, .prevId)' "drizzle/meta/$1")" \
        "$(jq -S 'del(.id, .prevId)' "$original/drizzle/meta/$1")"
}

# fresh_snapshots DIALECT: the newest one, one in the middle, and what drizzle-kit makes of them.
fresh_snapshots() {
    local scratch=() before
    original=$(fixture "drizzle-$1")
    drizzle_project app "$1"
    cd app || return 1
    if [ "$1" = sqlite ]; then
        dunlin migrate --no-backup
    else
        scratch=(--shadow-url "$(fresh_database "$1")")
        dunlin migrate --no-backup
    fi
    assert_exit 0
    run_json snapshot --drizzle "${scratch[@]}"
    assert_exit 0
    assert_json .changed false

    rm drizzle/meta/0012_snapshot.json
    run_json snapshot --drizzle "${scratch[@]}"
    assert_exit 0
    assert_json_form snapshot
    assert_json .changed true
    same_snapshot 0012_snapshot.json
    assert_equal "$(jq -r .prevId drizzle/meta/0012_snapshot.json)" \
        "$(jq -r .id drizzle/meta/0011_snapshot.json)"
    run_json check "${scratch[@]}"
    assert_exit 0
    drizzle_kit generate
    [[ $output == *"No schema changes"* ]] || fail "drizzle-kit would generate something"
    drizzle_kit check
    [[ $output == *"Everything's fine"* ]] || fail "drizzle-kit does not like it"

    # In the middle it gets the name that the next one knows it by.
    before=$(jq -r .prevId drizzle/meta/0011_snapshot.json)
    rm drizzle/meta/0010_snapshot.json
    run_json repair --apply "${scratch[@]}"
    assert_exit 0
    assert_equal "$(jq -r .id drizzle/meta/0010_snapshot.json)" "$before"
    same_snapshot 0010_snapshot.json
    drizzle_kit check
    [[ $output == *"Everything's fine"* ]] || fail "drizzle-kit does not like it"
}
