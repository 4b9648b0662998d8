#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is wrong is said clearly, with the documented exit code, and nothing is changed.

load helper

teardown() {
    if mountpoint -q "$BATS_TEST_TMPDIR/test/small"; then
        umount "$BATS_TEST_TMPDIR/test/small"
    fi
}

# --- folders and files ---------------------------------------------------------------------------------

@test "a missing migrations folder is named" {
    dunlin migrate --url sqlite:app.db
    assert_exit 2
    assert_stderr "/migrations'"
    refute_file app.db
}

@test "an unreadable migration is named, and nothing is sent" {
    make_project . 2
    chmod 777 .
    chmod 000 "migrations/$(tag_of 2).sql"
    as_nobody "$DUNLIN" migrate --url sqlite:app.db
    assert_exit 1
    assert_stderr "$(tag_of 2).sql"
    assert_stderr 'ermission denied'
    refute_file app.db
}

@test "a file that is no text is refused with its place" {
    make_project . 1
    printf 'CREATE TABLE a (x int);\n\0' >"migrations/20270101000000_a.sql"
    rm migrations/meta/_journal.json
    dunlin migrate --url sqlite:app.db
    assert_exit 2
    assert_stderr '20270101000000_a.sql:2:1'
}

@test "an unterminated string is refused with the place where it begins" {
    make_project . 1
    printf "CREATE TABLE a (x int);\nINSERT INTO a VALUES ('it);\n" >"migrations/20270101000000_a.sql"
    rm migrations/meta/_journal.json
    dunlin migrate --url sqlite:app.db
    assert_exit 2
    assert_stderr '20270101000000_a.sql:2:23'
    assert_equal "$(sql app.db "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'dunlin%'")" 0
}

@test "a command of the sqlite3 shell is refused" {
    make_project . 1
    printf 'CREATE TABLE a (x int);\n.mode column\n' >"migrations/20270101000000_a.sql"
    rm migrations/meta/_journal.json
    dunlin migrate --url sqlite:app.db
    assert_exit 2
    assert_stderr '20270101000000_a.sql:2:1'
}

# --- journals and tags -----------------------------------------------------------------------------------

@test "hostile tags never leave the folder" {
    local tag
    make_project . 1
    echo 'CREATE TABLE evil (x int);' >evil.sql
    for tag in ../evil /etc/passwd .hidden a/../../evil "$(printf 'x%.0s' {1..4096})"; do
        printf '{"version": 1, "layout": "dunlin", "dialect": "portable", "entries": [\n    {"idx": 0, "tag": "%s", "when": 1}\n]}\n' \
            "$tag" >migrations/meta/_journal.json
        dunlin migrate --url sqlite:app.db
        assert_exit 2
        assert_stderr '_journal.json:2:'
        refute_file app.db
    done
}

@test "a NUL in a tag is refused with its place" {
    make_project . 1
    printf '{"version": 1, "layout": "dunlin", "entries": [\n    {"idx": 0, "tag": "a\\u0000b", "when": 1}\n]}\n' \
        >migrations/meta/_journal.json
    dunlin migrate --url sqlite:app.db
    assert_exit 2
    assert_stderr '_journal.json:2:'
}

@test "a truncated journal says where it ends and how to rebuild it" {
    make_project . 5
    head -c 300 migrations/meta/_journal.json >cut
    cp cut migrations/meta/_journal.json
    dunlin migrate --url sqlite:app.db
    assert_exit 2
    assert_stderr '_journal.json:'
    assert_stderr 'dunlin journal rebuild'
    dunlin journal rebuild
    assert_exit 0
    dunlin migrate --url sqlite:app.db
    assert_exit 0
}

# --- configuration --------------------------------------------------------------------------------------------

@test "a malformed dunlin.json is an error with line and column" {
    make_project . 1
    printf '{\n  "migrations": "migrations",\n  "targets": {"a": {"url": }}\n}\n' >dunlin.json
    dunlin migrate
    assert_exit 2
    assert_stderr 'dunlin.json:3:'
    printf '{\n  // a comment\n  "migratons": "migrations"\n}\n' >dunlin.json
    dunlin migrate
    assert_exit 2
    assert_stderr 'dunlin.json:3:'
    assert_stderr 'migrations'
}

@test "an unset variable of a target is named" {
    make_project . 1
    printf '{"targets": {"prod": {"url": "env:NOT_SET"}}}' >dunlin.json
    dunlin migrate
    assert_exit 2
    assert_stderr NOT_SET
}

@test "a project without a target says how to give one" {
    make_project . 1
    dunlin migrate
    assert_exit 2
    assert_stderr -- --url
    assert_stderr DATABASE_URL
}

# --- databases ---------------------------------------------------------------------------------------------------

@test "a read-only database is left as it is" {
    make_project . 2
    dunlin migrate --url sqlite:app.db --to "$(tag_of 1)"
    rm -rf app.db-dunlin*
    chmod 444 app.db
    sha256sum app.db >before
    chmod 777 .
    as_nobody "$DUNLIN" migrate --url sqlite:app.db
    assert_exit 1
    assert_stderr 'app.db'
    sha256sum --quiet -c before
}

@test "a database in a read-only folder is left as it is, and status still reads it" {
    make_project . 2
    mkdir data
    dunlin migrate --url sqlite:data/app.db --to "$(tag_of 1)"
    rm -rf data/app.db-dunlin*
    chmod 555 data
    as_nobody "$DUNLIN" migrate --url sqlite:data/app.db
    assert_exit 1
    assert_stderr 'data'
    as_nobody "$DUNLIN" status --url sqlite:data/app.db
    chmod 755 data
    assert_exit 0
}

@test "a file that is no database is refused" {
    make_project . 1
    seq 1 1000 >app.db
    sha256sum app.db >before
    dunlin migrate --url sqlite:app.db
    assert_exit 1
    assert_stderr 'app.db'
    assert_stderr 'not a'
    sha256sum --quiet -c before
}

@test "a damaged database is reported, not migrated" {
    make_project . 40
    dunlin migrate --url sqlite:app.db --to "$(tag_of 39)" --no-backup
    printf 'garbage%.0s' {1..800} | dd of=app.db bs=1 seek=100 conv=notrunc status=none
    dunlin migrate --url sqlite:app.db
    assert_exit 1
    assert_stderr 'app.db'
}

@test "a folder in the place of the database is refused" {
    make_project . 1
    mkdir app.db
    dunlin migrate --url sqlite:app.db
    [ "$status" -ne 0 ]
    assert_stderr 'app.db'
}

@test "a missing folder of the database is named" {
    make_project . 1
    dunlin migrate --url sqlite:nosuch/app.db
    [ "$status" -ne 0 ]
    assert_stderr 'nosuch'
}

@test "an unknown parameter of a URL is refused with those that are known" {
    make_project . 1
    dunlin migrate --url 'sqlite:app.db?foriegn_keys=on'
    assert_exit 2
    assert_stderr foriegn_keys
    assert_stderr foreign_keys
}

@test "a full disk fails the migration and leaves the database as before it" {
    local n
    mkdir small
    mount -t tmpfs -o size=2m none small
    mkdir migrations
    echo 'CREATE TABLE a (x text);' >migrations/001_a.sql
    dunlin migrate --url sqlite:small/app.db --no-backup
    assert_exit 0
    for n in {1..400}; do
        echo "INSERT INTO a VALUES (hex(zeroblob(5000)));"
    done >migrations/002_b.sql
    dunlin migrate --url sqlite:small/app.db --no-backup
    assert_exit 1
    assert_stderr 'full'
    assert_equal "$(sql small/app.db 'PRAGMA integrity_check')" ok
    assert_equal "$(sql small/app.db 'SELECT count(*) FROM a')" 0
    assert_equal "$(sql small/app.db 'SELECT tag FROM dunlin_migrations')" 001_a
}

@test "a backup that has no room keeps the run from starting" {
    mkdir small
    mount -t tmpfs -o size=2m none small
    mkdir migrations
    echo 'CREATE TABLE a (x text); INSERT INTO a VALUES (hex(zeroblob(600000)));' >migrations/001_a.sql
    dunlin migrate --url sqlite:small/app.db --no-backup
    assert_exit 0
    echo 'CREATE TABLE b (x text);' >migrations/002_b.sql
    dunlin migrate --url sqlite:small/app.db
    assert_exit 1
    assert_equal "$(sql small/app.db "SELECT count(*) FROM sqlite_schema WHERE name = 'b'")" 0
    assert_equal "$(find small -name '*.partial' -o -name '*.backup')" ''
}

# --- large input -----------------------------------------------------------------------------------------------------

@test "a statement of 100 MB runs" {
    mkdir migrations
    { printf "CREATE TABLE a (x text);\nINSERT INTO a VALUES ('"
      head -c 100000000 /dev/zero | tr '\0' x
      printf "');\n"; } >migrations/001_a.sql
    dunlin migrate --url sqlite:app.db
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT length(x) FROM a')" 100000000
}

# bats test_tags=plain
@test "a file of 200 MB runs in little memory" {
    mkdir migrations
    { echo 'CREATE TABLE a (x int, y text);'
      perl -e 'for my $i (1..200) { print "INSERT INTO a VALUES ", join(",", map { "($_,\x27" . "y" x 990 . "\x27)" } 1..1000), ";\n" }'
    } >migrations/001_a.sql
    [ "$(stat -c %s migrations/001_a.sql)" -ge 199000000 ]
    run --separate-stderr /usr/bin/env time -f %M "$DUNLIN" migrate --url sqlite:app.db
    assert_exit 0
    # Sanitizers keep freed memory for a while.
    [ "${stderr##*$'\n'}" -lt "${SANITIZED:+6}40000" ] || fail "peak memory: ${stderr##*$'\n'} kB"
    assert_equal "$(sql app.db 'SELECT count(*) FROM a')" 200000
}

# --- drivers ------------------------------------------------------------------------------------------------------------

# driver_folder: a copy of the drivers in ./drivers, which may be spoilt.
driver_folder() {
    local built
    built=$(dirname "$DUNLIN")/../lib/dunlin/drivers/0
    mkdir drivers
    cp -L "$built"/*.so drivers
    chmod 755 drivers drivers/*.so
}

@test "a driver that is missing is named with every place looked at" {
    make_project . 1
    dunlin migrate --url nosuchdb:app.db --driver-path .
    assert_exit 2
    assert_stderr nosuchdb
    assert_stderr lib/dunlin/drivers/0
}

@test "a driver that others may write is refused" {
    make_project . 1
    driver_folder
    chmod 757 drivers/sqlite.so
    dunlin migrate --url sqlite:app.db --driver-path drivers
    [ "$status" -ne 0 ]
    assert_stderr 'drivers/sqlite.so'
    assert_stderr writ
    refute_file app.db
}

@test "a driver in a folder that others may write is refused" {
    make_project . 1
    driver_folder
    chmod 777 drivers
    dunlin migrate --url sqlite:app.db --driver-path drivers
    [ "$status" -ne 0 ]
    assert_stderr writ
    refute_file app.db
}

@test "a file that is no driver is refused with the reason" {
    make_project . 1
    mkdir drivers
    chmod 755 drivers
    echo 'not a library' >drivers/sqlite.so
    dunlin migrate --url sqlite:app.db --driver-path drivers
    [ "$status" -ne 0 ]
    assert_stderr 'drivers/sqlite.so'
    refute_file app.db
}

@test "a driver in the working folder is never found by itself" {
    make_project . 1
    driver_folder
    mv drivers/sqlite.so ./other.so
    dunlin migrate --url other:app.db
    assert_exit 2
    assert_stderr other
}
