#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The conformance kit: dunlin's own driver and an honest one pass, one with a mistake does not.
#
#   BUILD    the build folder, whose tests/drivers holds the test drivers (made by `make check`)

load helper

test_drivers=$(realpath -ms "${BUILD:-$tree/build}/tests/drivers/.libs")
toy_quirks=$tests_folder/drivers/toy.quirks.json

# toy: sets $toy, a copy of the toy driver; the file that is built stands in a folder which may be
# written by a group.
toy() {
    [ -e "$test_drivers/toy.so" ] || fail "there is no '$test_drivers/toy.so': run make check first"
    mkdir -p drivers
    cp "$test_drivers/toy.so" "$test_drivers/broken.so" drivers
    toy=$PWD/drivers/toy.so
}

# assert_tap: the last run printed TAP as its plan says, numbered from 1.
assert_tap() {
    assert_equal "$(head -n 1 <<<"$output")" "TAP version 14"
    awk '
        /^1\.\.[0-9]+$/ { plan = substr($0, 4) }
        /^(not )?ok / { number = $1 == "ok" ? $2 : $3; if (number != ++count) wrong = 1 }
        /^  ---$/ { open++ }
        /^  \.\.\.$/ { open-- }
        END { exit wrong || open || !plan || plan != count }' <<<"$output" || fail "this is no TAP"
}

# outcome_of ID: of the last run with --json.
outcome_of() {
    json '.cases[] | select(.id == $id).outcome' --arg id "$1"
}

# --- drivers that pass ---------------------------------------------------------------------------

@test "the SQLite driver passes every case" {
    dunlin driver check sqlite "sqlite:$PWD/check.db"
    assert_exit 0
    assert_equal "$stderr" ""
    assert_tap
    assert_stdout "# sqlite 3."
    refute_stdout "not ok"
    dunlin driver check sqlite "sqlite:$PWD/check.db" --json
    assert_json '[.cases[] | select(.outcome == "passed")] | length >= 140' true
    assert_json '.passed + .skipped' "$(json '.cases | length')"
}

@test "what the kit makes is gone afterwards, and the rest untouched" {
    sql app.db "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)" \
        "INSERT INTO people (name) VALUES ('Ada'), ('Grace')" "CREATE INDEX people_name ON people (name)"
    sql_dump app.db >before
    dunlin driver check sqlite "sqlite:$PWD/app.db"
    assert_exit 0
    diff before <(sql_dump app.db)
    assert_equal "$(echo app.db*)" "app.db app.db-dunlin.lock"
}

@test "what a killed run left does not disturb the next" {
    sql app.db "CREATE TABLE dunlin_check_items (other TEXT)" \
        "CREATE VIEW dunlin_check_view AS SELECT 1"
    dunlin driver check sqlite "sqlite:$PWD/app.db" --case 'introspect.*' --case 'run.*'
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT count(*) FROM sqlite_schema')" 0
}

@test "the toy passes with its quirks, which are told" {
    toy
    dunlin driver check "$toy" "toy:$PWD/toy.txt" --quirks "$toy_quirks"
    assert_exit 0
    assert_tap
    assert_stdout " # SKIP the toy ignores WHERE"
    assert_stdout " # TODO the toy does not look at keys
  ---
  message: 'gone() was called 0 times for one missing table'
  ..."
    assert_equal "$(grep -c '^not ok' <<<"$output")" "$(grep -c '^not ok .* # TODO ' <<<"$output")"
}

@test "without its quirks the toy fails" {
    toy
    dunlin driver check "$toy" "toy:$PWD/toy.txt" --case 'error.*'
    assert_exit 1
    assert_tap
    assert_stdout ": a key twice fails as constraint
  ---
  message: 'item 0 did not fail; while running ''INSERT INTO dunlin_check_keyed"
}

# --- drivers with one mistake ----------------------------------------------------------------------

# finds NAME CASE MESSAGE: in the toy with that mistake the case fails with the message.
finds() {
    [ -n "${toy-}" ] || toy
    cp drivers/broken.so "drivers/broken_$1.so"
    rm -f "$1.txt"
    dunlin driver check "drivers/broken_$1.so" "toy:$PWD/$1.txt" --quirks "$toy_quirks" --json \
        --case "$2" --case url.stable
    assert_exit 1
    assert_json .failed 1
    assert_equal "$(outcome_of url.stable)" passed
    assert_json '.cases[] | select(.outcome == "failed") | .id' "$2"
    [[ $(json '.cases[] | select(.outcome == "failed") | .message') == *"$3"* ]] ||
        fail "the message of '$2' lacks: $3"
}

@test "a driver that fails without a reason is found" {
    finds silent run.failure "item 1 was reported as failed before fail() was called"
    finds silent query.failure "query() returned 'missing' without calling fail()"
    finds mute run.failure "run() failed without a message"
}

@test "a driver that tells a failure twice, or in the wrong class, is found" {
    finds twice transaction.failure "run() called fail() 2 times for one failure"
    finds class query.failure "'failed'"
}

@test "a driver that goes on behind a failure is found" {
    finds eager run.failure "dunlin_check_items has 3 rows and not 1"
    finds eager transaction.failure "dunlin_check_items has"
    finds eager transaction.failed-check "dunlin_check_items has"
}

@test "a driver that miscounts outcomes, or keeps some to itself, is found" {
    finds ordinal run.outcomes "reported item 1 when item 0 was due"
    finds unheard run.outcomes "item 2 was reported when item 1 was due"
}

@test "a driver that does not obey what the host answers is found" {
    finds deaf run.done-answered "run() returned 'ok' where the host had answered 'cancelled'"
    finds stop query.left-early "query() pushed a row after it was told to stop"
}

# bats test_tags=plain
@test "a driver that keeps borrowed text is found" {
    [ -z "${SANITIZED-}" ] || skip "AddressSanitizer ends the program at the first such read"
    finds late run.borrowed-text "rows and not 4"
}

@test "a driver whose ROLLBACK commits is found" {
    finds rollback transaction.rollback "dunlin_check_items has 2 rows and not 1"
    finds rollback transaction.ddl "ROLLBACK left a table"
}

@test "a driver that mixes up types is found" {
    finds values query.nulls "null came back as the text ''"
    finds values query.blobs "came back as the text"
}

@test "a driver whose lock is had by two is found" {
    finds lock lock.exclusive "the lock was had by two at once"
}

@test "a driver whose query for hazards does not run is found" {
    finds hazards hazards.rows "hazards"
}

# --- the quirks file -------------------------------------------------------------------------------

# with_quirks TEXT: what the kit says of one case with these quirks.
with_quirks() {
    printf '%s\n' "$1" >quirks.json
    dunlin driver check sqlite "sqlite:$PWD/q.db" --quirks quirks.json --case run.nothing \
        --case error.syntax
}

@test "a quirk skips a case, excuses it, or changes its SQL" {
    with_quirks '{"format": "dunlin-quirks/1", "cases": {"run.*": {"skip": "no # runs"}}}'
    assert_exit 0
    assert_stdout 'ok 1 - run.nothing: a batch without items succeeds # SKIP no \# runs'
    with_quirks '{"format": "dunlin-quirks/1", "cases": {
        "error.*": {"skip": "not this one"}, // the longer key counts
        "error.syntax": {"sql": {"statement": "SELECT 1"}}}}'
    assert_exit 1
    assert_stdout "not ok 2 - error.syntax: an unknown keyword fails as syntax
  ---
  message: 'item 0 did not fail; while running ''SELECT 1'''
  ..."
    with_quirks '{"format": "dunlin-quirks/1", "cases": {
        "error.syntax": {"sql": {"statement": "SELECT 1"}, "todo": "issue 7"}}}'
    assert_exit 0
    assert_stdout "not ok 2 - error.syntax: an unknown keyword fails as syntax # TODO issue 7"
    assert_stdout "# 1 passed, 0 failed, 0 skipped, 1 todo"
}

@test "an excused case that passes all the same says so" {
    with_quirks '{"format": "dunlin-quirks/1", "cases": {"run.nothing": {"todo": "issue 7"}}}'
    assert_exit 0
    assert_stdout "ok 1 - run.nothing: a batch without items succeeds # TODO issue 7"
    assert_stdout "# 2 passed"
}

@test "mistakes in a quirks file are told with their place" {
    with_quirks '{"format": "dunlin-quirks/1", "cases": {"run.nothin": {"skip": "x"}}}'
    assert_exit 2
    assert_equal "$output" ""
    assert_stderr "quirks.json:1:55: there is no case 'run.nothin' [driver.quirks]"
    with_quirks '{"format": "dunlin-quirks/1", "cases": {"run.nothing": {"skip": true}}}'
    assert_exit 2
    assert_stderr "quirks.json:1:65: 'skip' must say why: it takes a text, and not "
    with_quirks '{"format": "dunlin-quirks/1", "cases": {"run.nothing": {"skp": "x"}}}'
    assert_exit 2
    assert_stderr "a quirk has no key 'skp' (its keys are skip, todo and sql)"
    with_quirks '{"format": "dunlin-quirks/2"}'
    assert_exit 2
    assert_stderr "quirks.json:1:12: 'format' must be \"dunlin-quirks/1\""
    with_quirks '{"format": '
    assert_exit 2
    assert_stderr "quirks.json:"
    dunlin driver check sqlite "sqlite:$PWD/q.db" --quirks missing.json
    assert_exit 1
    assert_stderr "missing.json"
}

# --- the command -----------------------------------------------------------------------------------

@test "cases are chosen by id and by area" {
    dunlin driver check sqlite "sqlite:$PWD/c.db" --case entry.names --case 'lock.*'
    assert_exit 0
    assert_tap
    assert_stdout "1..7"
    dunlin driver check sqlite "sqlite:$PWD/c.db" --case lock.nothing
    assert_exit 2
    assert_stderr "there is no case 'lock.nothing' [driver.unknown-case]"
}

@test "a driver that is not there and a database that cannot be reached are errors" {
    dunlin driver check nothing "nothing:x"
    assert_exit 2
    assert_equal "$output" ""
    assert_stderr "there is no driver 'nothing'"
    dunlin driver check ./nothing.so "nothing:x"
    assert_exit 2
    assert_stderr "nothing.so"
    dunlin driver check sqlite "sqlite:$PWD/missing/c.db"
    assert_exit 2
    assert_equal "$output" ""
    dunlin driver check sqlite
    assert_exit 2
}

@test "the URL is not among the arguments of the running process" {
    local arguments='' pid
    "$DUNLIN" driver check sqlite "sqlite:$PWD/secret.db" >/dev/null 2>&1 &
    pid=$!
    for _ in {1..100}; do
        arguments=$(tr '\0' ' ' <"/proc/$pid/cmdline") || true
        [[ $arguments != *xxxx* ]] || break
        sleep 0.02
    done
    kill "$pid" || true
    wait "$pid" || true
    [[ $arguments == *"driver check sqlite xxxx"* && $arguments != *secret* ]] ||
        fail "shown: $arguments"
}

@test "the document is as its schema says" {
    toy
    dunlin driver check "$toy" "toy:$PWD/toy.txt" --quirks "$toy_quirks" --json \
        --case 'error.*' --case 'introspect.*' --case 'lock.*'
    assert_exit 0
    assert_json_form driver-check
    assert_json '.driver.name, .server.flavour' $'toy\ntoy'
    assert_json '[.cases[] | .outcome] | group_by(.) | map(length) | add' "$(json '.cases | length')"
}

@test "the page describes the cases that there are, as they describe themselves" {
    dunlin driver check sqlite "sqlite:$PWD/c.db" --json
    assert_equal "$(sed -nE '/^## The cases/,$ s/^\| `([a-z]+\.[a-z-]+)` \| (.*) \| .* \|$/\1 \2/p' "$tree/docs/conformance.md")" \
        "$(json '.cases[] | .id + " " + .demand')"
}
