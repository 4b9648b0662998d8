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

# said FILE: what a snapshot says, apart from its own name, what it goes on from and the order of rows;
# what it would touch is told by drizzle-kit alone.
said() {
    jq -S 'del(.id, .prevIds, .footprints, .renames)
           | if .ddl then .ddl |= sort_by(tojson) else .deltas |= sort_by(tojson) end' "$1"
}

# fresh DIALECT: the newest one is written as drizzle-kit wrote it, beside the one before it.
fresh() {
    local dialect=$1 scratch=() newest=drizzle/20250320222632_team_invites/snapshot.json
    drizzle_project app "v1-$dialect"
    [ "$dialect" = sqlite ] || scratch=(--shadow-url "$(fresh_database "$dialect")")
    cd app || return 1
    run_json snapshot --drizzle "${scratch[@]}"
    assert_exit 0
    assert_json .changed false

    mv "$newest" original.json
    run_json snapshot --drizzle "${scratch[@]}"
    assert_exit 0
    assert_json_form snapshot
    assert_json .changed true
    assert_equal "$(said "$newest")" "$(said original.json)"
    assert_equal "$(jq -c .prevIds "$newest")" "$(jq -c .prevIds original.json)"
    [ "$(jq .id "$newest")" != "$(jq .id original.json)" ] || fail "it has the name of another one"
    run_json check "${scratch[@]}"
    assert_exit 0
    run_json snapshot --drizzle "${scratch[@]}"
    assert_json .changed false

    # One that has fallen behind is written anew.
    sed -i 's/"invited_by"/"asked_by"/' "$newest"
    run_json snapshot --drizzle "${scratch[@]}"
    assert_exit 0
    assert_json .changed true
    assert_equal "$(said "$newest")" "$(said original.json)"

    # A migration that no snapshot knows says in its own words what is the same to the server.
    if [ "$dialect" = postgresql ]; then
        mkdir drizzle/20250401000000_words
        echo "ALTER TABLE invoices DROP CONSTRAINT invoices_total_nonnegative, ADD CONSTRAINT" \
            '"invoices_total_nonnegative" CHECK ("total_cents" >= 0);' \
            >drizzle/20250401000000_words/migration.sql
        run_json snapshot --drizzle "${scratch[@]}"
        assert_exit 0
        assert_equal "$(jq -c '[.deltas[] | [.op, .set]]' drizzle/20250401000000_words/snapshot.json)" \
            '[["alter",{"value":"\"total_cents\" >= 0"}]]'
        assert_equal "$(jq -c .prevIds drizzle/20250401000000_words/snapshot.json)" \
            "$(jq -c '[.id]' "$newest")"
    fi

    # Nothing stands before the first.
    rm -r drizzle/*/snapshot.json
    run_json snapshot --drizzle "${scratch[@]}"
    assert_exit 0
    assert_json .drizzle.prev_id 00000000-0000-0000-0000-000000000000
    run_json check "${scratch[@]}"
    assert_exit 0
    assert_json '.checks[] | select(.check == "drizzle-snapshot") | .outcome' agrees
}

@test "SQLite: a fresh snapshot of drizzle-kit 1.0 is the one that it wrote itself" {
    fresh sqlite
}

@test "PostgreSQL: a fresh snapshot of drizzle-kit 1.0 is the one that it wrote itself" {
    fresh postgresql
}

@test "MariaDB: a fresh snapshot of drizzle-kit 1.0 is the one that it wrote itself" {
    fresh mysql
}
