# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the end-to-end tests share. A test file starts with: load helper
#
#   DUNLIN           the program under test       default: build/bin/dunlin
#   DUNLIN_FIXTURES  folder of fixtures           default: tests/fixtures
#   DUNLIN_NODE      where Node packages are put  default: build/node
#
# Each test starts in an empty folder of its own, with an empty HOME, no colour, UTC, and none of
# the caller's variables that change what dunlin does. What is needed and absent fails the test:
# nothing is skipped.

bats_require_minimum_version 1.5.0

tests_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tree=$(dirname "$tests_folder")
DUNLIN=$(realpath -ms "${DUNLIN:-$tree/build/bin/dunlin}")
fixtures_folder=$(realpath -ms "${DUNLIN_FIXTURES:-$tree/tests/fixtures}")
node_folder=$(realpath -ms "${DUNLIN_NODE:-$tree/build/node}")
caller_home=$HOME

# A file with a setup of its own calls this first.
helper_setup() {
    if [ ! -x "$DUNLIN" ]; then
        fail "there is no program '$DUNLIN': build it, or set DUNLIN"
    fi
    local name
    for name in DATABASE_URL "${!DUNLIN_@}"; do
        case $name in
            DUNLIN_DRIVER_PATH) ;;
            *) unset "$name" ;;
        esac
    done
    export HOME=$BATS_TEST_TMPDIR/home TZ=UTC LC_ALL=C.UTF-8 NO_COLOR=1
    unset XDG_DATA_HOME XDG_CONFIG_HOME XDG_CACHE_HOME XDG_STATE_HOME
    mkdir "$HOME" "$BATS_TEST_TMPDIR/test"
    cd "$BATS_TEST_TMPDIR/test" || return 1
}

setup() {
    helper_setup
}

# --- running -------------------------------------------------------------------------------------

# fail MESSAGE...: ends the test, showing what the last run printed.
fail() {
    {
        printf '%s\n' "$@"
        if [ -n "${status+set}" ]; then
            printf -- '--- exit %s\n--- stdout\n%s\n' "$status" "${output-}"
            printf -- '--- stderr\n%s\n' "${stderr-}"
        fi
    } >&2
    return 1
}

# dunlin ARGUMENT...: sets $status, $output (stdout alone) and $stderr. Never fails by itself, and
# never reads from the terminal the tests were started on.
dunlin() {
    if [ -t 0 ]; then
        run --separate-stderr "$DUNLIN" "$@" </dev/null
    else
        run --separate-stderr "$DUNLIN" "$@"
    fi
}

# run_json COMMAND ARGUMENT...: the same with --json; fails unless stdout is exactly one JSON
# document whose format is dunlin-COMMAND/<number>. Look into it with: json FILTER
run_json() {
    dunlin "$1" --json "${@:2}"
    local count
    if ! count=$(jq -s length <<<"$output" 2>/dev/null) || [ "$count" -ne 1 ]; then
        fail "'dunlin $*' did not print one JSON document"
    fi
    if ! jq -e --arg command "$1" \
        '.format | test("^dunlin-" + $command + "/[0-9]+$")' <<<"$output" >/dev/null; then
        fail "the format of 'dunlin $*' is not dunlin-$1/<number>"
    fi
}

# json FILTER [JQ OPTION...]: strings raw, everything else compact.
json() {
    jq -rc "${@:2}" "$1" <<<"$output"
}

# --- assertions ----------------------------------------------------------------------------------

# assert_exit CODE: of the last run.
assert_exit() {
    [ "$status" -eq "$1" ] || fail "exit code $status instead of $1"
}

# assert_equal ACTUAL EXPECTED
assert_equal() {
    [ "$1" = "$2" ] || fail "differs:" "$(diff -u --label expected --label actual \
        <(printf '%s\n' "$2") <(printf '%s\n' "$1"))"
}

# assert_json FILTER EXPECTED: what json FILTER prints for the last run.
assert_json() {
    local actual
    actual=$(json "$1") || fail "jq cannot evaluate '$1'"
    [ "$actual" = "$2" ] || fail "$1 is" "    $actual" "instead of" "    $2"
}

# assert_stdout TEXT / assert_stderr TEXT: the text stands somewhere in it, as it is.
assert_stdout() {
    [[ ${output-} == *"$1"* ]] || fail "stdout lacks: $1"
}

assert_stderr() {
    [[ ${stderr-} == *"$1"* ]] || fail "stderr lacks: $1"
}

refute_stdout() {
    [[ ${output-} != *"$1"* ]] || fail "stdout has: $1"
}

refute_stderr() {
    [[ ${stderr-} != *"$1"* ]] || fail "stderr has: $1"
}

assert_file() {
    [ -f "$1" ] || fail "there is no file '$1'"
}

refute_file() {
    [ ! -e "$1" ] || fail "'$1' exists"
}

# --- databases -----------------------------------------------------------------------------------

# sql FILE STATEMENT...: columns separated by |, foreign keys as dunlin leaves them to SQLite.
sql() {
    local file=$1
    shift
    sqlite3 -init /dev/null -batch -bail "$file" "$@"
}

# sql_dump FILE: everything in it as text, the same for the same content.
sql_dump() {
    sql "$1" .dump
}

# schema_of FILE: as canonical fixture-schema/1, without our tables and drizzle's tracker;
# read by another SQLite than ours. schema_of FILE --tracker: with the rows of drizzle's tracker.
schema_of() {
    local schema
    schema=$(node_script sqlite-schema "$@") || fail "cannot read the schema of '$1'"
    jq -S . <<<"$schema"
}

# --- projects ------------------------------------------------------------------------------------

# make_project FOLDER COUNT [OPTION...]: generated migrations; tests/bench/project.py says which.
# Table t00001 comes with migration 1, and so on.
make_project() {
    python3 -B "$tests_folder/bench/project.py" "$@"
}

# tag_of NUMBER: of a migration of make_project, counted from 1.
tag_of() {
    printf '%s_m%05d\n' "$(date -u -d "2026-01-01 + $1 seconds" +%Y%m%d%H%M%S)" "$1"
}

# write_config FOLDER [MIGRATIONS]: a dunlin.json with the target "app", FOLDER/app.db.
write_config() {
    cat >"$1/dunlin.json" <<END
{
  "migrations": "${2:-migrations}",
  "default": "app",
  "targets": {
    "app": {"url": "sqlite:app.db"}
  }
}
END
}

# --- fixtures ------------------------------------------------------------------------------------

# fixture NAME: its path.
fixture() {
    [ -e "$fixtures_folder/$1" ] || fail "there is no fixture '$fixtures_folder/$1'" \
        "set DUNLIN_FIXTURES to the folder of fixtures"
    printf '%s\n' "$fixtures_folder/$1"
}

# copy_fixture NAME FOLDER: a copy that may be written to.
copy_fixture() {
    local source
    source=$(fixture "$1")
    mkdir -p "$2"
    cp -r --no-preserve=mode "$source/." "$2"
}

# drizzle_project FOLDER: the SQLite fixture with a dunlin.json; the database is FOLDER/app.db.
drizzle_project() {
    copy_fixture drizzle-sqlite "$1"
    write_config "$1" drizzle
}

# drizzle_tag IDX: of the SQLite fixture.
drizzle_tag() {
    jq -r --argjson idx "$1" '.entries[] | select(.idx == $idx).tag' \
        "$(fixture drizzle-sqlite/drizzle/meta/_journal.json)"
}

# assert_schema FILE IDX: the database holds what the SQLite fixture holds after migration IDX.
assert_schema() {
    compare_with_fixture "$1" "$2" 'del(.after, .tracker)'
}

# assert_drizzle_state FILE IDX: the same, and drizzle's tracker has the rows drizzle would write.
assert_drizzle_state() {
    compare_with_fixture "$1" "$2" 'del(.after)' --tracker
}

compare_with_fixture() {
    local expected name
    name=$(printf '%04d' "$2")
    expected=$(fixture "drizzle-sqlite/expected/$name.json")
    schema_of "$1" "${@:4}" >actual-schema.json
    jq -S "$3" "$expected" >expected-schema.json
    diff -u expected-schema.json actual-schema.json >schema.diff ||
        fail "'$1' is not as after $name:" "$(cat schema.diff)"
}

# --- other people's tools ------------------------------------------------------------------------

# node_script NAME ARGUMENT...: runs tests/e2e/node/NAME.mjs; installs its packages the first time.
node_script() {
    HOME=$caller_home "$tests_folder/e2e/node/install" "$node_folder" ||
        fail "cannot install the Node packages"
    node "$node_folder/$1.mjs" "${@:2}"
}

# drizzle_migrate FILE FOLDER [--through IDX] [--v1]: drizzle-orm itself applies the folder.
drizzle_migrate() {
    node_script drizzle-migrate "$@"
}
