#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Runs that meet, and runs that die.

load helper

@test "fifty processes at once apply each migration once and take one backup" {
    local i failed=0
    make_project . 6
    dunlin migrate --url sqlite:app.db --to "$(tag_of 2)"
    assert_exit 0
    for i in {1..50}; do
        "$DUNLIN" migrate --url sqlite:app.db >"out.$i" 2>&1 &
        pids[i]=$!
    done
    for i in {1..50}; do
        wait "${pids[i]}" || failed=$((failed + 1))
    done
    [ "$failed" -eq 0 ] || fail "$failed of 50 failed: $(cat out.*)"
    assert_equal "$(sql app.db 'SELECT count(*), count(DISTINCT tag), count(DISTINCT run_id)
        FROM dunlin_migrations')" '6|6|2'
    assert_equal "$(find app.db-dunlin-backups -name '*.backup' | wc -l)" 1
    assert_equal "$(sql app.db 'PRAGMA integrity_check')" ok
}

@test "fifty processes at once start a database from nothing" {
    local i
    make_project . 5
    for i in {1..50}; do
        "$DUNLIN" migrate --url sqlite:app.db >"out.$i" 2>&1 &
        pids[i]=$!
    done
    for i in {1..50}; do
        wait "${pids[i]}" || fail "a run failed: $(cat "out.$i")"
    done
    assert_equal "$(sql app.db 'SELECT count(*), count(DISTINCT run_id) FROM dunlin_migrations')" '5|1'
}

@test "a run that cannot get the lock in time names its holder" {
    make_project . 1
    exec 9>app.db-dunlin.lock
    python3 - <<'END' &
import fcntl, os, struct, time
fd = os.open("app.db-dunlin.lock", os.O_RDWR)
fcntl.fcntl(fd, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))  # F_OFD_SETLK
open("held", "w").close()
time.sleep(20)
END
    holder=$!
    while [ ! -e held ]; do sleep 0.05; done
    dunlin migrate --url sqlite:app.db --lock-timeout 300ms
    kill "$holder"
    assert_exit 5
    assert_stderr 'another run holds the lock of this database'
    assert_stderr 'still does after 300 ms'
}

@test "another program's transaction is waited for, and then named" {
    make_project . 1
    sql app.db 'CREATE TABLE dunlin_meta (x)'
    mkfifo pipe
    sqlite3 -init /dev/null app.db <pipe >/dev/null &
    exec 9>pipe
    echo 'BEGIN EXCLUSIVE; CREATE TABLE z (x); SELECT 1;' >&9
    sleep 0.5
    dunlin migrate --url 'sqlite:app.db?busy_timeout=200'
    exec 9>&-
    wait
    assert_exit 1
    assert_stderr 'locked'
}

@test "a run killed anywhere leaves whole migrations, and the next one finishes" {
    local round
    make_project . 300
    for round in {1..12}; do
        "$DUNLIN" migrate --url sqlite:app.db --no-backup >/dev/null 2>&1 &
        pid=$!
        sleep "0.0$((RANDOM % 60 + 10))"
        kill -9 "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
        [ -e app.db ] || continue
        assert_equal "$(sql app.db 'PRAGMA integrity_check')" ok
        sql app.db 'SELECT 1 FROM dunlin_migrations LIMIT 0' 2>/dev/null || continue
        # Every table belongs to a recorded migration, and every recorded one has its table.
        assert_equal "$(sql app.db "SELECT count(*) FROM sqlite_schema WHERE name GLOB 't?????'")" \
            "$(sql app.db 'SELECT count(*) FROM dunlin_migrations')"
    done
    dunlin migrate --url sqlite:app.db --no-backup
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT count(*) FROM dunlin_migrations')" 300
}

@test "a migration outside a transaction, killed anywhere, is finished exactly once" {
    local round i
    mkdir migrations
    { echo '-- dunlin: no-transaction'
      echo 'CREATE TABLE a (x int);'
      for i in {1..400}; do echo "INSERT INTO a VALUES ($i);"; done
      echo 'VACUUM;'
      for i in {401..600}; do echo "INSERT INTO a VALUES ($i);"; done
    } >migrations/001_a.sql
    for round in {1..10}; do
        "$DUNLIN" migrate --url sqlite:app.db --no-backup >/dev/null 2>&1 &
        pid=$!
        sleep "0.0$((RANDOM % 60 + 10))"
        kill -9 "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    dunlin migrate --url sqlite:app.db --no-backup
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT count(*), count(DISTINCT x), max(x) FROM a')" '600|600|600'
    assert_equal "$(sql app.db 'SELECT tag FROM dunlin_migrations')" 001_a
}
