# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the end-to-end tests share. A test file starts with: load helper
#
#   DUNLIN           the program under test       default: build/bin/dunlin
#   DUNLIN_PLAIN     the same without sanitizers  default: the one under test
#   DUNLIN_FIXTURES  folder of fixtures           default: tests/fixtures
#   DUNLIN_NODE      where Node packages are put  default: build/node
#   DUNLIN_TEST_POSTGRES, DUNLIN_TEST_MYSQL       URLs of servers, as tests/servers gives them;
#                    needed by tests of these databases alone
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
plain_program=${DUNLIN_PLAIN-}
server_postgresql=${DUNLIN_TEST_POSTGRES-}
server_mysql=${DUNLIN_TEST_MYSQL-}
postgres_programs=${DUNLIN_POSTGRES_BIN-}
# A check says the same twice; with LONG=1 what is random is random, and its seed is printed.
caller_seed=${DUNLIN_SEED-}
[ -n "$caller_seed" ] || [ -n "${LONG:-}" ] || caller_seed=1

# A file with a setup of its own calls this first.
helper_setup() {
    if [ ! -x "$DUNLIN" ]; then
        fail "there is no program '$DUNLIN': build it, or set DUNLIN"
    fi
    local name
    for name in DATABASE_URL "${!DUNLIN_@}" "${!PG@}" "${!MYSQL_@}"; do
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

# A file with a teardown of its own calls this.
helper_teardown() {
    drop_databases
}

teardown() {
    helper_teardown
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
# never reads from the terminal the tests were started on. As `run --separate-stderr` does it, in half the
# time: this is called by the thousand.
dunlin() {
    local flags=$- errors=$BATS_TEST_TMPDIR/stderr
    set +eET # what bats does at each step and failure is not for this
    if [ -t 0 ]; then
        output=$("$DUNLIN" "$@" 2>"$errors" </dev/null) && status=0 || status=$?
    else
        output=$("$DUNLIN" "$@" 2>"$errors") && status=0 || status=$?
    fi
    read -d '' -r stderr <"$errors"
    set "-$flags"
}

# What starts it by the thousand to try statements on a server takes the build that users get: with sanitizers
# it starts in five times the time. With LONG=1 it is the one under test.
with_plain_build() {
    if [ -n "$plain_program" ] && [ -z "${LONG:-}" ]; then
        DUNLIN=$plain_program
    fi
}

# run_json COMMAND ARGUMENT...: the same with --json; fails unless stdout is exactly one JSON
# document whose format is dunlin-COMMAND/<number>. Look into it with: json FILTER
run_json() {
    dunlin "$1" --json "${@:2}"
    if ! gojq -se --arg command "$1" \
        'length == 1 and (.[0].format | test("^dunlin-" + $command + "/[0-9]+$"))' \
        <<<"$output" >/dev/null 2>&1; then
        fail "'dunlin $*' did not print one JSON document whose format is dunlin-$1/<number>"
    fi
}

# json FILTER [JQ OPTION...]: strings raw, everything else compact, with keys in order. (gojq starts in a
# tenth of the time of jq.)
json() {
    gojq -rc "${@:2}" "$1" <<<"$output"
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
    actual=$(json "$1") || fail "gojq cannot evaluate '$1'"
    [ "$actual" = "$2" ] || fail "$1 is" "    $actual" "instead of" "    $2"
}

# assert_json_form NAME: stdout of the last run is valid against docs/json/NAME-1.schema.json.
assert_json_form() {
    local mistakes
    mistakes=$(python3 -B "$tests_folder/e2e/json-schema.py" "$tree/docs/json/$1-1.schema.json" \
        <<<"$output" 2>&1) || fail "not a dunlin-$1/1 document:" "$mistakes"
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

# dialect_of WHERE: of a URL, or of the name of a SQLite file.
dialect_of() {
    case $1 in
        postgres://* | postgresql://*) echo postgresql ;;
        mysql://* | mariadb://*) echo mysql ;;
        *) echo sqlite ;;
    esac
}

# schema_of WHERE: as canonical fixture-schema/1, without our tables and drizzle's tracker; read
# by another client than ours. schema_of WHERE --tracker: with the rows of drizzle's tracker.
schema_of() {
    local schema script=sqlite-schema
    case $(dialect_of "$1") in
        postgresql) script=postgres-schema ;;
        mysql) script=mysql-schema ;;
    esac
    schema=$(node_script "$script" "$@") || fail "cannot read the schema of '$1'"
    jq -S . <<<"$schema"
}

# --- servers -------------------------------------------------------------------------------------

# The real one: Debian's wrapper in PATH takes most of a second.
psql_program() {
    if [ -n "$postgres_programs" ]; then
        printf '%s\n' "$postgres_programs/psql"
    else
        printf '%s\n' /usr/lib/postgresql/*/bin/psql | sort -V | tail -n 1
    fi
}

# sql_pg URL STATEMENT...: columns separated by |.
sql_pg() {
    local url=$1 statement
    local -a commands
    shift
    for statement; do
        commands+=(-c "$statement")
    done
    "$(psql_program)" -XAtq -v ON_ERROR_STOP=1 -d "$url" "${commands[@]}"
}

# sql_my URL STATEMENT...: columns separated by tabs.
sql_my() {
    local url=$1 user host port database
    IFS=$'\t' read -r user host port database < <(
        sed -nE 's|^[a-z]+://([^@:/]+)@([^:/]+):([0-9]+)/(.*)$|\1\t\2\t\3\t\4|p' <<<"$url")
    if [ -z "$database" ]; then
        fail "not understood: '$url'"
        return 1
    fi
    shift
    mariadb --no-defaults --protocol=tcp -N -B -h "$host" -P "$port" -u "$user" -D "$database" \
        -e "$(printf '%s;\n' "$@")"
}

# sql_in WHERE STATEMENT...: on any of them.
sql_in() {
    case $(dialect_of "$1") in
        postgresql) sql_pg "$@" ;;
        mysql) sql_my "$@" ;;
        *) sql "$@" ;;
    esac
}

# server_of DIALECT: the URL of a database that is always there.
server_of() {
    local url=$server_mysql variable=DUNLIN_TEST_MYSQL
    if [ "$1" = postgresql ]; then
        url=$server_postgresql variable=DUNLIN_TEST_POSTGRES
    fi
    if [ -z "$url" ]; then
        fail "there is no server: $variable is not set" "run this as: tests/servers run -- COMMAND"
        return 1 # errexit does not reach into $(...)
    fi
    printf '%s\n' "$url"
}

# fresh_database DIALECT: makes an empty database and prints its URL; it goes with the test.
fresh_database() {
    local server name
    server=$(server_of "$1") || return 1
    name=dunlin_${BATS_ROOT_PID:-0}_$(date +%s%N)_$RANDOM
    sql_in "$server" "CREATE DATABASE $name" || return 1
    printf '%s\n' "${server%/*}/$name" | tee -a "$BATS_TEST_TMPDIR/databases"
}

# Whoever still uses one of them does so in vain.
drop_databases() {
    local url name
    [ -e "$BATS_TEST_TMPDIR/databases" ] || return 0
    while read -r url; do
        name=${url##*/}
        case $(dialect_of "$url") in
            postgresql) sql_pg "$server_postgresql" "DROP DATABASE IF EXISTS $name WITH (FORCE)" ;;
            *) sql_my "$server_mysql" "DROP DATABASE IF EXISTS $name" ;;
        esac
    done <"$BATS_TEST_TMPDIR/databases"
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

# write_config FOLDER [MIGRATIONS [URL]]: a dunlin.json with the target "app", else FOLDER/app.db.
write_config() {
    cat >"$1/dunlin.json" <<END
{
  "migrations": "${2:-migrations}",
  "default": "app",
  "targets": {
    "app": {"url": "${3:-sqlite:app.db}"}
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

# A DIALECT below is sqlite (when it is left out), postgresql or mysql; with v1- before it the fixture
# is in the layout of drizzle 1.0.

# drizzle_project FOLDER [DIALECT]: the fixture with a dunlin.json. Sets $database, which is empty:
# FOLDER/app.db, or the URL of a fresh database on the server.
drizzle_project() {
    local dialect=${2:-sqlite}
    copy_fixture "drizzle-$dialect" "$1"
    if [ "${dialect#v1-}" = sqlite ]; then
        database=$1/app.db
        write_config "$1" drizzle
    else
        database=$(fresh_database "${dialect#v1-}")
        write_config "$1" drizzle "$database"
    fi
}

# drizzle_tag IDX [DIALECT]: of the fixture.
drizzle_tag() {
    local folder
    folder=$(fixture "drizzle-${2:-sqlite}/drizzle")
    if [ -e "$folder/meta/_journal.json" ]; then
        jq -r --argjson idx "$1" '.entries[] | select(.idx == $idx).tag' \
            "$folder/meta/_journal.json"
    else
        (cd "$folder" && printf '%s\n' */) | LC_ALL=C sort | sed -n "$(($1 + 1))s|/\$||p"
    fi
}

# The migrations of a fixture behind which a test looks: all of them with LONG=1, and the first one and every
# fourth otherwise, for each look starts Node.
fixture_steps() {
    if [ -n "${LONG:-}" ]; then
        echo {0..12}
    else
        echo 0 4 8 12
    fi
}

# assert_schema WHERE IDX: the database holds what the fixture holds after migration IDX.
assert_schema() {
    schema_of "$1" >actual-schema.json
    expected_after "$2" "$(dialect_of "$1")" | jq -S 'del(.tracker)' >expected-schema.json
    compare_schemas "$@"
}

# assert_drizzle_state WHERE IDX [DIALECT]: the same, and drizzle's tracker has the rows drizzle
# would write; DIALECT to tell drizzle 1.0 apart.
assert_drizzle_state() {
    schema_of "$1" --tracker >actual-schema.json
    expected_after "$2" "${3:-$(dialect_of "$1")}" >expected-schema.json
    compare_schemas "$@"
}

# Of drizzle 1.0 only the last tracker was kept; the schema is that of its twin.
expected_after() {
    local expected
    expected=$(fixture "drizzle-${2#v1-}/expected/$(printf '%04d' "$1").json") || return 1
    if [ "$2" = "${2#v1-}" ]; then
        jq -S 'del(.after)' "$expected"
    else
        jq -S --argjson last "$1" --slurpfile twin "$expected" '.rows as $rows
            | $twin[0] | del(.after)
            | .tracker.rows = [$rows[:$last + 1][] | del(.applied_at_null)]' \
            "$(fixture "drizzle-$2/expected/tracker.json")"
    fi
}

compare_schemas() {
    diff -u expected-schema.json actual-schema.json >schema.diff ||
        fail "'$1' is not as after migration $2:" "$(cat schema.diff)"
}

# --- other people's tools ------------------------------------------------------------------------

# node_script NAME ARGUMENT...: runs tests/e2e/node/NAME.mjs; installs its packages the first time.
node_script() {
    HOME=$caller_home "$tests_folder/e2e/node/install" "$node_folder" ||
        fail "cannot install the Node packages"
    node "$node_folder/$1.mjs" "${@:2}"
}

# drizzle_migrate WHERE FOLDER [--through IDX] [--v1]: drizzle-orm itself applies the folder.
drizzle_migrate() {
    node_script drizzle-migrate "$@"
}

# --- schemas -------------------------------------------------------------------------------------

# empty_database DIALECT NAME: prints the URL of one; of SQLite the file NAME.db here.
empty_database() {
    if [ "$1" = sqlite ]; then
        rm -f "$2.db"
        printf 'sqlite:%s.db\n' "$2"
    else
        fresh_database "$1"
    fi
}

# run_script URL TEXT: by the stock client.
run_script() {
    local url=$1 file=$BATS_TEST_TMPDIR/script.sql host port
    printf '%s\n' "$2" >"$file"
    case $(dialect_of "$url") in
        postgresql) "$(psql_program)" -XAtq -v ON_ERROR_STOP=1 -d "$url" -f "$file" ;;
        mysql)
            IFS=$'\t' read -r host port < <(
                sed -nE 's|^[a-z]+://[^@:/]+@([^:/]+):([0-9]+)/.*$|\1\t\2|p' <<<"$url")
            mariadb --no-defaults --comments --protocol=tcp -h "$host" -P "$port" -u dunlin -D "${url##*/}" \
                <"$file"
            ;;
        *) sql "${url#sqlite:}" <"$file" ;;
    esac || fail "the stock client refuses:" "$2"
}

# states_of DIALECT: state_00.json, state_01.json ... of the sample project.
states_of() {
    local url tag number=0
    url=$(empty_database "$1" states)
    dunlin snapshot --url "$url" --output state_00.json
    assert_exit 0
    while read -r tag; do
        number=$((number + 1))
        dunlin migrate --url "$url" --migrations "$tree/migrations" --no-backup --to "$tag"
        assert_exit 0
        dunlin snapshot --url "$url" --output "$(printf 'state_%02d.json' "$number")"
        assert_exit 0
    done < <(jq -r '.entries[].tag' "$tree/migrations/meta/_journal.json")
}

# step_to URL SNAPSHOT: brings a database to a state by the statements of `dunlin diff`.
step_to() {
    dunlin diff "$1" "$2" --sql
    assert_exit 0
    run_script "$1" "$output"
    dunlin diff "$1" "$2" --exit-code
    assert_exit 0
}

# pairs_of DIALECT: from each schema of tests/schema/DIALECT.pairs to the other one of its pair by the statements
# of `dunlin diff`, and back; and from nothing to both.
pairs_of() {
    local name first second one two
    while IFS=$'\t' read -r name first second; do
        echo "# $name"
        one=$(empty_database "$1" one)
        two=$(empty_database "$1" two)
        run_script "$one" "$first"
        run_script "$two" "$second"
        dunlin snapshot --url "$one" --output one.json
        dunlin snapshot --url "$two" --output two.json
        step_to "$one" two.json
        step_to "$two" one.json
        step_to "$(empty_database "$1" three)" one.json
        step_to "$(empty_database "$1" three)" two.json
    done < <(awk '/^== / { name = substr($0, 4) }
        /^one: / { one = substr($0, 6) }
        /^two: / { print name "\t" one "\t" substr($0, 6) }' "$tests_folder/schema/$1.pairs")
}

# every_state DIALECT: up and down through all states of the sample project.
every_state() {
    local url state
    states_of "$1"
    url=$(empty_database "$1" live)
    for state in state_*.json; do
        step_to "$url" "$state"
    done
    for state in $(printf '%s\n' state_*.json | sort -r); do
        step_to "$url" "$state"
    done
}

# round_trip DIALECT MIGRATIONS: the state behind them, dumped and loaded into an empty database, has
# the same snapshot; loaded by dunlin and by the stock client.
round_trip() {
    local one two three
    one=$(empty_database "$1" one)
    two=$(empty_database "$1" two)
    three=$(empty_database "$1" three)
    dunlin migrate --url "$one" --migrations "$2" --no-backup
    assert_exit 0
    dunlin snapshot --url "$one" --output one.json
    assert_exit 0
    dunlin schema dump --url "$one" --output schema.sql
    assert_exit 0
    dunlin schema load schema.sql --url "$two"
    assert_exit 0
    run_script "$three" "$(cat schema.sql)"
    for url in "$two" "$three"; do
        dunlin snapshot --url "$url" --output again.json
        assert_exit 0
        assert_equal "$(cat again.json)" "$(cat one.json)"
    done
    # Once more: the dump is what the dump gives.
    dunlin schema dump --url "$two" --output again.sql
    assert_equal "$(cat again.sql)" "$(cat schema.sql)"
    # And what the migrations make is what they made.
    dunlin status --url "$one" --migrations "$2" --json
    dunlin schema dump --url "$one" --migrations "$2" --shadow --tag "$(jq -r '.migrations[-1].tag' <<<"$output")" \
        --output again.sql
    assert_exit 0
    assert_equal "$(cat again.sql)" "$(cat schema.sql)"
}

# random_pairs DIALECT COUNT: from one random schema to another by the statements of `dunlin diff`.
# DUNLIN_SEED repeats a run; the seed of a pair that fails is in the message.
random_pairs() {
    local seed=${caller_seed:-$RANDOM} one two number
    for ((number = 0; number < $2; number++)); do
        echo "# pair $number of $1, DUNLIN_SEED=$seed"
        one=$(empty_database "$1" one)
        two=$(empty_database "$1" two)
        run_script "$one" "$(python3 -B "$tests_folder/e2e/random-schema.py" "$1" "$seed/$number/a")"
        run_script "$two" "$(python3 -B "$tests_folder/e2e/random-schema.py" "$1" "$seed/$number/b")"
        step_to "$one" "$two"
    done
}

# generated_walk DIALECT COUNT LONG_COUNT: from one random schema to the next by `generate`, which tries each
# migration and its way back; every one is applied, and the database has to be what the definition says.
generated_walk() {
    local count=$2 number url seed=${caller_seed:-$RANDOM$RANDOM}
    [ -z "${LONG:-}" ] || count=$3
    url=$(empty_database "$1" walk)
    jq -n --arg dialect "$1" --arg url "$url" '{dialect: $dialect, tags: "sequence", snapshots: "on",
        targets: {app: {url: $url, kind: "development", backup: "none"}}}' >dunlin.json
    mkdir -p migrations
    for ((number = 0; number < count; number++)); do
        echo "# step $number of $1, DUNLIN_SEED=$seed"
        python3 -B "$tests_folder/e2e/random-schema.py" "$1" "$seed/$number" >schema.sql
        run_json generate "step $number"
        assert_exit 0
        [ "$(json .no_down)" = null ] || assert_json .no_down "what is lost does not come back"
        dunlin migrate
        assert_exit 0
        dunlin diff app file:schema.sql --exit-code
        assert_exit 0
    done
}

# corruptions_of DIALECT COUNT LONG_COUNT: histories that are broken at random, as corruptions.py says.
corruptions_of() {
    local count=$2
    [ -z "${LONG:-}" ] || count=$3
    DUNLIN=$DUNLIN DUNLIN_TEST_POSTGRES=$server_postgresql DUNLIN_TEST_MYSQL=$server_mysql \
        DUNLIN_POSTGRES_BIN=$postgres_programs \
        run python3 -B "$tests_folder/e2e/corruptions.py" "$1" "$count" ${caller_seed:+"$caller_seed"}
    [ "$status" -eq 0 ] || fail "$(grep -v '^ok ' <<<"$output")"
    tail -n 1 <<<"$output" | sed "s/^#/# $1:/" >&3
}

# decisions_are_told DIALECT: what dunlin log shows of mark, baseline and repair.
decisions_are_told() {
    local url
    url=$(empty_database "$1" app)
    make_project . 4
    write_config . migrations "$url"
    jq '.targets.app.kind = "development"' dunlin.json >new.json && mv new.json dunlin.json
    dunlin migrate --no-backup --to "$(tag_of 2)"
    assert_exit 0
    dunlin mark "$(tag_of 3)" --applied --why "run by hand, it's #7"
    assert_exit 0
    dunlin baseline "$(tag_of 4)"
    assert_exit 0
    # Neither of them is there: what was asserted is taken back and applied.
    dunlin repair --apply --no-backup
    assert_exit 0
    run_json log
    assert_exit 0
    assert_json_form log
    assert_json '[.entries[] | .action + " " + .step + " " + (.tags | length | tostring)]' \
        '["mark record 1","baseline record 1","repair unrecord 2","repair apply 2"]'
    assert_json '.entries[0].why' "run by hand, it's #7"
    assert_json '.entries[0].who' "$(id -un)@$(uname -n)"
    assert_json '.entries[0].at | sub("[.][0-9]+Z$"; "Z") | fromdateiso8601 > 1700000000' true
    assert_json '[.entries[2:][].run_id] | unique | length' 1
    dunlin log
    assert_exit 0
    assert_stdout "mark"
    assert_stdout "run by hand, it's #7"
    dunlin doctor
    assert_exit 0
}

# scenarios_own DIALECT: those of tests/e2e/scenarios.
scenarios_own() {
    DUNLIN=$DUNLIN DUNLIN_FIXTURES=$fixtures_folder DUNLIN_TEST_POSTGRES=$server_postgresql \
        DUNLIN_TEST_MYSQL=$server_mysql DUNLIN_POSTGRES_BIN=$postgres_programs \
        run python3 -B "$tests_folder/e2e/scenarios.py" --own --repair "$1"
    [ "$status" -eq 0 ] || fail "$(grep -v '^ok ' <<<"$output")"
}

# environment_is_told DIALECT: what dunlin check --env says of a target that has everything.
environment_is_told() {
    local url
    url=$(empty_database "$1" app)
    make_project . 2
    write_config . migrations "$url"
    run_json check --env
    assert_exit 0
    assert_json_form check
    assert_json '[.checks[] | select(.check | IN("env-charset", "env-collation", "env-clock") | not) | .check + " " + .outcome] | join(", ")' \
        "env-configuration agrees, env-folder agrees, env-driver agrees, env-connection agrees, env-tracker agrees, env-lock agrees, env-privileges agrees, env-room agrees, env-backup agrees"
    assert_json '[.checks[] | select(.check == "env-privileges").summary | test("2 pending")]' '[true]'
    dunlin check --env
    assert_stdout "the run lock can be had"
    dunlin migrate --no-backup
    assert_exit 0
    run_json check --env
    assert_exit 0
    assert_json '[.checks[] | select(.check == "env-tracker").summary | test("2 rows")]' '[true]'
}

# as_nobody COMMAND...: without the rights of root, which would read and write anything.
as_nobody() {
    if [ "$(id -u)" -eq 0 ]; then
        chmod o+rx "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/test"
        run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    else
        run --separate-stderr "$@"
    fi
}
