#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Through a pooler that hands out server processes by transaction (pgbouncer), where the run lock is
# a lease. DUNLIN_TEST_PGBOUNCER is its URL, as tests/servers gives it.

pooler=${DUNLIN_TEST_PGBOUNCER-}

load helper

setup() {
    helper_setup
    [ -n "$pooler" ] || fail "there is no pooler: DUNLIN_TEST_PGBOUNCER is not set" \
        "run this as: tests/servers run postgres pgbouncer -- COMMAND"
    direct=$(fresh_database postgresql)
    pooled=${pooler%/*}/${direct##*/}
    mkdir migrations
}

# Also those that stand still.
teardown() {
    [ -z "${holder-}" ] || kill -9 "$holder" 2>/dev/null || true
    helper_teardown
}

# migration TAG STATEMENT...
migration() {
    printf '%s;\n' "${@:2}" >"migrations/$1.sql"
}

# A run through the pooler whose first migration lasts until the table
# `go` has a row; $holder is its process.
start_holder() {
    sql_pg "$direct" 'CREATE TABLE IF NOT EXISTS dunlin_go (id int)'
    migration 0001_slow "DO \$\$ BEGIN FOR i IN 1..3000 LOOP
        EXIT WHEN EXISTS (SELECT 1 FROM dunlin_go); PERFORM pg_sleep(0.01); END LOOP; END \$\$"
    migration 0002_after 'CREATE TABLE after (id int)'
    "$DUNLIN" migrate --no-backup --url "$pooled" >holder.out 2>holder.err &
    holder=$!
    for _ in {1..500}; do
        [ "$(sql_pg "$direct" "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
            AND state = 'active' AND query LIKE 'DO %'")" = 1 ] && return
        sleep 0.02
    done
    fail 'the slow migration does not start' "$(cat holder.out holder.err)"
}

@test "a database is migrated from empty through a pooler, and a second run has nothing to do" {
    make_project . 20
    dunlin migrate --url "$pooled"
    assert_exit 0
    assert_equal "$(sql_pg "$direct" 'SELECT count(*) FROM dunlin_migrations')" 20
    assert_equal "$(sql_pg "$direct" 'SELECT count(*) FROM dunlin_meta')" 0
    dunlin migrate --url "$pooled"
    assert_exit 0
    assert_stdout 'nothing to do'
    dunlin status --check --url "$pooled"
    assert_exit 0
}

@test "a role that a migration takes through a pooler neither records it nor stays" {
    local role=lowly_$RANDOM$RANDOM
    sql_pg "$direct" "CREATE ROLE $role" "GRANT CREATE ON SCHEMA public TO $role"
    migration 0001_role "SET ROLE $role" 'CREATE TABLE first_one (id int)'
    migration 0002_local "SET LOCAL ROLE $role" 'CREATE TABLE second_one (id int)'
    migration 0003_nobody 'CREATE TABLE third_one (id int)'
    dunlin migrate --no-backup --url "$pooled"
    assert_exit 0
    assert_equal "$(sql_pg "$direct" "SELECT pg_get_userbyid(relowner) FROM pg_class
        WHERE relname LIKE '%\\_one' ORDER BY relname" | paste -sd ' ')" "$role $role dunlin"
    sql_pg "$direct" "DROP OWNED BY $role" "DROP ROLE $role"
}

@test "a failed migration through a pooler leaves no mark, and the lease is given back" {
    migration 0001_a 'CREATE TABLE a (id int)'
    migration 0002_b 'CREATE TABLE b (id int)' 'SELECT 1 / 0'
    migration 0003_c 'CREATE TABLE c (id int)'
    dunlin migrate --url "$pooled"
    assert_exit 1
    assert_stderr '0002_b.sql:2:'
    assert_stderr 'division by zero'
    assert_equal "$(sql_pg "$direct" 'SELECT tag FROM dunlin_migrations')" 0001_a
    assert_equal "$(sql_pg "$direct" "SELECT to_regclass('b') IS NULL, to_regclass('c') IS NULL")" 't|t'
    assert_equal "$(sql_pg "$direct" 'SELECT count(*) FROM dunlin_meta')" 0
}

@test "many runs at once through a pooler and beside it apply each migration once" {
    local i url failed=0
    make_project . 6
    for i in {1..12}; do
        url=$pooled
        [ $((i % 3)) -ne 0 ] || url=$direct
        "$DUNLIN" migrate --no-backup --url "$url" >"out.$i" 2>&1 &
        pids[i]=$!
    done
    for i in {1..12}; do
        wait "${pids[i]}" || failed=$((failed + 1))
    done
    [ "$failed" -eq 0 ] || fail "$failed of 12 failed: $(cat out.*)"
    assert_equal "$(sql_pg "$direct" 'SELECT count(*), count(DISTINCT tag), count(DISTINCT run_id)
        FROM dunlin_migrations')" '6|6|1'
}

@test "whoever waits for a lease in vain hears who holds it, with or without a pooler" {
    local url
    start_holder
    for url in "$pooled" "$direct"; do
        dunlin migrate --no-backup --url "$url" --lock-timeout 300ms
        assert_exit 5
        assert_stderr "another run holds the lock of this database (process $holder on $(hostname) (dunlin"
        assert_stderr 'still does after 300 ms'
    done
    sql_pg "$direct" 'INSERT INTO dunlin_go VALUES (1)'
    wait "$holder" || fail "$(cat holder.err)"
    assert_equal "$(sql_pg "$direct" 'SELECT count(*) FROM dunlin_migrations')" 2
}

@test "a run through a pooler waits for one that holds the lock of a session" {
    local blocker
    sql_pg "$direct" 'CREATE TABLE dunlin_go (id int)'
    migration 0001_slow "DO \$\$ BEGIN FOR i IN 1..3000 LOOP
        EXIT WHEN EXISTS (SELECT 1 FROM dunlin_go); PERFORM pg_sleep(0.01); END LOOP; END \$\$"
    "$DUNLIN" migrate --url "$direct" >holder.out 2>holder.err &
    blocker=$!
    for _ in {1..500}; do
        [ "$(sql_pg "$direct" "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" = 1 ] && break
        sleep 0.02
    done
    dunlin migrate --no-backup --url "$pooled" --lock-timeout 300ms
    assert_exit 5
    assert_stderr 'another run holds the lock of this database (process '
    sql_pg "$direct" 'INSERT INTO dunlin_go VALUES (1)'
    wait "$blocker" || fail "$(cat holder.err)"
    dunlin migrate --url "$pooled"
    assert_exit 0
}

@test "the lease of a run that was killed runs out, and the next run goes on" {
    start_holder
    kill -9 "$holder"
    wait "$holder" || true
    # Its server process ends when the pooler drops it; until then its transaction holds the row.
    sql_pg "$direct" "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'DO %' AND pid <> pg_backend_pid()"
    sql_pg "$direct" 'INSERT INTO dunlin_go VALUES (1)'
    dunlin migrate --no-backup --url "$pooled" --lock-timeout 0
    assert_exit 5
    assert_stderr "(process $holder on"
    dunlin migrate --no-backup --url "$pooled" --lock-timeout 40s
    assert_exit 0
    assert_equal "$(sql_pg "$direct" 'SELECT count(*), count(DISTINCT tag) FROM dunlin_migrations')" '2|2'
}

@test "a lease does not run out while its holder is in a transaction" {
    start_holder
    sql_pg "$direct" "UPDATE dunlin_meta SET expires_at = '2001-01-01'" & # waits for the holder
    sleep 0.3
    dunlin migrate --no-backup --url "$pooled" --lock-timeout 500ms
    assert_exit 5
    sql_pg "$direct" 'INSERT INTO dunlin_go VALUES (1)'
    wait "$holder" || fail "$(cat holder.err)"
    wait
    assert_equal "$(sql_pg "$direct" 'SELECT count(DISTINCT run_id) FROM dunlin_migrations')" 1
}

@test "with --cancel the lease of a killed run is taken at once, and a live one commits nothing more" {
    start_holder
    kill -STOP "$holder"
    sql_pg "$direct" 'INSERT INTO dunlin_go VALUES (1)'
    # In its transaction it cannot be robbed.
    dunlin migrate --no-backup --url "$pooled" --lock-timeout 500ms --cancel
    assert_exit 5
    sql_pg "$direct" "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"
    dunlin migrate --no-backup --url "$pooled" --cancel --lock-timeout 10s
    assert_exit 0
    assert_stderr 'ending the run that holds the lock of this database'
    kill -CONT "$holder"
    wait "$holder" || true
    assert_equal "$(sql_pg "$direct" 'SELECT count(*), count(DISTINCT run_id) FROM dunlin_migrations')" '2|1'
}

@test "what cannot run in a transaction is refused before anything is sent" {
    migration 0001_a 'CREATE TABLE a (id int)'
    migration 0002_b 'CREATE INDEX CONCURRENTLY a_id ON a (id)'
    dunlin migrate --url "$pooled"
    assert_exit 2
    assert_stderr '0002_b.sql:1: this migration cannot run through a transaction pooler'
    assert_stderr 'use a direct URL'
    assert_stderr '[plan.pooled]'
    assert_equal "$(sql_pg "$direct" "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")" 0
    dunlin migrate --url "$direct"
    assert_exit 0
    dunlin resume 0002_b --done --url "$pooled"
    assert_exit 2
    assert_stderr '[plan.pooled]'
}

@test "settings of a migration do not stay with the pooler's server processes" {
    migration 0001_a 'SET search_path = pg_catalog' "SET DateStyle = 'SQL, DMY'" 'CREATE TABLE public.a (id int)' \
        "SELECT set_config('statement_timeout', '77s', false)"
    migration 0002_b 'CREATE TABLE b (id int)'
    dunlin migrate --url "$pooled"
    assert_exit 0
    assert_equal "$(sql_pg "$pooled" 'SHOW search_path' 'SHOW statement_timeout')" $'"$user", public\n0'
    assert_equal "$(sql_pg "$direct" "SELECT relnamespace::regnamespace FROM pg_class WHERE relname = 'b'")" public
}

@test "the pinned settings hold in each transaction through a pooler" {
    migration 0001_a "CREATE TABLE a AS SELECT current_setting('bytea_output') AS o,
        current_setting('lock_timeout') AS l, current_setting('jit') AS j"
    sql_pg "$direct" "ALTER DATABASE \"${direct##*/}\" SET bytea_output = 'escape'" \
        "ALTER DATABASE \"${direct##*/}\" SET jit = on"
    dunlin migrate --url "$pooled"
    assert_exit 0
    assert_equal "$(sql_pg "$direct" 'SELECT * FROM a')" 'hex|10s|off'
}

@test "a backup tool is not let through a pooler: it would leave its settings with others" {
    sql_pg "$direct" 'CREATE TABLE a (id int)' 'INSERT INTO a VALUES (1)'
    migration 0001_b 'CREATE TABLE b (id int)'
    for arguments in '--allow-nonempty' '--allow-nonempty --dry-run'; do
        # shellcheck disable=SC2086 # several of them
        dunlin migrate --url "$pooled" $arguments
        assert_exit 2
        assert_stderr 'a backup is neither taken nor brought back through a transaction pooler'
        assert_stderr 'use a direct URL: that of the server itself, not of the pooler'
        assert_stderr '--no-backup'
        assert_stderr '[backup.pooled]'
    done
    assert_equal "$(sql_pg "$direct" "SELECT string_agg(relname, ' ') FROM pg_class
        WHERE relnamespace = 'public'::regnamespace")" a
    dunlin backup "$PWD/a.backup" --url "$pooled"
    assert_exit 2
    assert_stderr '[backup.pooled]'
    [ ! -e a.backup ] || fail 'something was written'
    dunlin backup "$PWD/a.backup" --url "$direct"
    assert_exit 0
    dunlin restore "$PWD/a.backup" --url "$pooled"
    assert_exit 2
    assert_stderr '[backup.pooled]'
    dunlin backups --url "$pooled"
    assert_exit 0
    dunlin check --env --url "$pooled"
    assert_stdout 'a backup is neither taken nor brought back through a transaction pooler'
    assert_equal "$(sql_pg "$pooled" 'SHOW search_path')" '"$user", public'

    dunlin migrate --url "$pooled" --allow-nonempty --no-backup
    assert_exit 0
    assert_equal "$(sql_pg "$direct" "SELECT to_regclass('public.b') IS NOT NULL")" t
}

@test "what another tool recorded is not taken over through a pooler without leave to do so" {
    sql_pg "$direct" 'CREATE TABLE a (id int)' 'CREATE TABLE goose_db_version (id serial PRIMARY KEY,
        version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp DEFAULT now())' \
        'INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true)'
    printf -- '-- +goose Up\nCREATE TABLE a (id int);\n' >migrations/00001_a.sql
    dunlin adopt --url "$pooled" --apply
    assert_exit 2
    assert_stderr '[backup.pooled]'
    assert_equal "$(sql_pg "$direct" "SELECT string_agg(relname, ' ' ORDER BY 1) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")" 'a goose_db_version'
    dunlin adopt --url "$pooled" --apply --no-backup
    assert_exit 0
    assert_equal "$(sql_pg "$direct" 'SELECT count(*) FROM dunlin_migrations')" 1
}

# What pg_dump leaves with a pooler's sessions, here with three at once: this is how it begins, and with
# others about, what it says next reaches another session.
soil_sessions() {
    local i
    for i in 1 2 3; do
        sql_pg "$pooled" "SELECT pg_catalog.set_config('search_path', '', false), pg_sleep(0.3)" &
    done >/dev/null
    wait
    assert_equal "$(sql_pg "$pooled" 'SHOW search_path')" ''
}

@test "a session that somebody's pg_dump left without a search_path makes no run act elsewhere" {
    migration 0001_a 'CREATE TABLE a (id int)' 'INSERT INTO a VALUES (1)'
    soil_sessions
    dunlin migrate --url "$pooled"
    assert_exit 0
    migration 0002_b 'CREATE VIEW b AS SELECT * FROM a' \
        "DO \$\$ BEGIN EXECUTE 'CREATE TABLE c (id int)'; END \$\$"
    soil_sessions
    dunlin status --check --url "$pooled"
    assert_exit 3
    dunlin migrate --url "$pooled" --no-backup
    assert_exit 0
    assert_equal "$(sql_pg "$direct" "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relname IN ('a', 'b', 'c')")" 'a b c'
    soil_sessions
    dunlin migrate --url "$pooled"
    assert_exit 0
    assert_stdout 'nothing to do'
}

@test "a database's own search_path holds through a pooler, whatever its sessions were left with" {
    sql_pg "$direct" 'CREATE SCHEMA app' "ALTER DATABASE \"${direct##*/}\" SET search_path = app, public"
    soil_sessions
    migration 0001_a 'CREATE TABLE a (id int)'
    dunlin migrate --url "$pooled"
    assert_exit 0
    assert_equal "$(sql_pg "$direct" "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class
        WHERE relnamespace = 'app'::regnamespace AND relname IN ('a', 'dunlin_migrations')")" \
        'a dunlin_migrations'
}
