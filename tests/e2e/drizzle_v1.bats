#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Snapshots of drizzle-kit 1.0, made by `drizzle-kit up` of 1.0.0-rc.5 from those of 0.31.

load helper

# opinions DIALECT: behind each migration, the snapshot is what the migrations make; a changed one is
# not.
opinions() {
    local dialect=$1 scratch=() all=() step
    drizzle_project app "v1-$dialect"
    [ "$dialect" = sqlite ] || scratch=(--shadow-url "$(fresh_database "$dialect")")
    cd app || return 1
    mv drizzle whole
    mkdir drizzle
    all=(whole/*)
    assert_equal "${#all[@]}" 13
    for ((step = 0; step < 13; step++)); do
        cp -r "${all[step]}" drizzle/
        run_json check "${scratch[@]}"
        assert_exit 0
        assert_json '.checks[] | select(.check == "drizzle-snapshot") | .outcome' agrees
    done
    dunlin migrate --no-backup
    assert_exit 0
    run_json doctor "${scratch[@]}"
    assert_exit 0
    assert_json '[.findings[] | select(.id | startswith("snapshot."))]' '[]'

    # The file still reads as drizzle-kit wrote it, but for one word.
    sed -i 's/"invited_by"/"asked_by"/' drizzle/20250320222632_team_invites/snapshot.json
    run_json check "${scratch[@]}"
    assert_exit 4
    assert_json '.checks[] | select(.check == "drizzle-snapshot") | .outcome' disagrees
    run_json doctor "${scratch[@]}"
    assert_json '[.findings[] | select(.id == "snapshot.stale")] | length' 1
}

@test "SQLite: each snapshot of drizzle-kit 1.0 is what the migrations make, a changed one is found" {
    opinions sqlite
}

@test "PostgreSQL: each snapshot of drizzle-kit 1.0 is what the migrations make, a changed one is found" {
    opinions postgresql
}

@test "MariaDB: each snapshot of drizzle-kit 1.0 is what the migrations make, a changed one is found" {
    opinions mysql
}
