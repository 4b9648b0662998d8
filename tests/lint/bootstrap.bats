#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# ./bootstrap installs what is missing and nothing else, says what it cannot do, and miscounts
# nothing.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    stubs=$BATS_TEST_TMPDIR/stubs
    mkdir -p "$stubs"
    # Every package is there but the ones named in $MISSING.
    stub dpkg-query 'case " $MISSING " in *" ${!#} "*) exit 1 ;; *) printf installed ;; esac'
    stub apt-get 'echo "$DEBIAN_FRONTEND apt-get $*" >>"$APT_LOG"'
    stub sudo 'exit 1'
    stub id 'echo "$WHO"'
    export APT_LOG=$BATS_TEST_TMPDIR/apt.log MISSING='' WHO=0
    : >"$APT_LOG"
    PATH=$stubs:$PATH
}

stub() {
    printf '#!/bin/bash\n%s\n' "$2" >"$stubs/$1"
    chmod +x "$stubs/$1"
}

# The functions of bootstrap, with a build folder of the test's own.
functions() {
    source "$root/bootstrap"
    build=$BATS_TEST_TMPDIR/build
    set +e
}

@test "without a command, or with an unknown one, it prints its usage and exits 2" {
    run "$root/bootstrap"
    [ "$status" -eq 2 ]
    [ "${lines[0]}" = "usage: ./bootstrap COMMAND" ]
    run "$root/bootstrap" dmeo
    [ "$status" -eq 2 ]
    run "$root/bootstrap" check --quick
    [ "$status" -eq 2 ]
}

@test "when nothing is missing it calls neither apt-get nor sudo" {
    run "$root/bootstrap" deps </dev/null
    [ "$status" -eq 0 ]
    [ "$output" = "" ]
    [ ! -s "$APT_LOG" ]
}

@test "as root it installs the missing packages, and only those, without asking" {
    MISSING='bats libcjson-dev' run "$root/bootstrap" deps </dev/null
    [ "$status" -eq 0 ]
    [ "$output" = "== installing libcjson-dev bats" ]
    [ "$(cat "$APT_LOG")" = "noninteractive apt-get update -q
noninteractive apt-get install -q -y --no-install-recommends libcjson-dev bats" ]
}

@test "as another user it goes through sudo" {
    stub sudo 'case $1 in -n) exit 0 ;; esac; echo "sudo $*" >>"$APT_LOG"; "$@"'
    WHO=1000 MISSING='bats' run "$root/bootstrap" deps </dev/null
    [ "$status" -eq 0 ]
    [ "$(head -n 2 "$APT_LOG")" = "sudo env DEBIAN_FRONTEND=noninteractive apt-get update -q
noninteractive apt-get update -q" ]
}

@test "without root and sudo it names the missing packages and fails" {
    WHO=1000 MISSING='libzstd-dev bats' run "$root/bootstrap" deps </dev/null
    [ "$status" -eq 1 ]
    [ "$output" = "bootstrap: these packages are missing, and installing them needs root or sudo:
    apt-get install --no-install-recommends libzstd-dev bats" ]
    [ ! -s "$APT_LOG" ]
}

@test "node and npm are installed only where there is no node" {
    functions
    mkdir "$BATS_TEST_TMPDIR/bare"
    for tool in bash cat dirname; do
        ln -s "$(command -v "$tool")" "$BATS_TEST_TMPDIR/bare/"
    done
    install_packages() { echo "$*"; }
    need_tools() { :; }
    [[ " $(PATH=$stubs:$BATS_TEST_TMPDIR/bare install_for_check) " == *" nodejs npm "* ]]
    stub node ''
    [[ " $(install_for_check) " != *" nodejs npm "* ]]
}

@test "a tool that is still missing is a failure that names it" {
    functions
    run need_tools bash no-such-tool another-missing-one
    [ "$status" -eq 1 ]
    [ "$output" = "bootstrap: these tools are missing: no-such-tool another-missing-one" ]
}

@test "TAP is counted: passed, failed and skipped" {
    functions
    suite() { printf '%s\n' 1..4 'ok 1 a' 'not ok 2 b' '# why' 'ok 3 c # skip no d' 'ok 4 e'; return 1; }
    tap "a suite" suite >/dev/null
    [ "$passed $failed $skipped" = "2 1 1" ]
    run verdict
    [ "$status" -eq 1 ]
    [ "$output" = "failed: a suite
2 passed, 1 failed, 1 skipped" ]
}

@test "a suite that stops half-way, prints nothing or fails without a reason counts as a failure" {
    functions
    half() { printf '%s\n' 1..3 'ok 1 a'; }
    tap "half" half >/dev/null
    [ "$passed $failed" = "1 1" ]
    tap "nothing" true >/dev/null
    [ "$passed $failed" = "1 2" ]
    unexplained() { printf '%s\n' 1..1 'ok 1 a'; return 1; }
    tap "unexplained" unexplained >/dev/null
    [ "$passed $failed" = "2 3" ]
}

@test "a suite beside another is shown and counted when it is joined" {
    functions
    aside() { tap "a suite" suite; tap "another" suite; }
    suite() { printf '%s\n' 1..3 'ok 1 a' 'not ok 2 b' '# why' 'ok 3 c # skip no d'; return 1; }
    beside "two suites" aside >/dev/null
    passed=10
    joined "two suites" >"$BATS_TEST_TMPDIR/said" && false
    [ "$passed $failed $skipped" = "12 2 2" ]
    [ "${failures[*]}" = "a suite another" ]
    [ "$(grep -c '^# why' "$BATS_TEST_TMPDIR/said")" -eq 2 ]
    grep -q '^   another: 1 passed, 1 failed, 1 skipped' "$BATS_TEST_TMPDIR/said"

    beside "nothing wrong" true >/dev/null
    joined "nothing wrong"
    [ "$passed $failed $skipped" = "12 2 2" ]
}

@test "a suite beside another that ends before it counts is a failure" {
    functions
    stops() { echo "not today"; exit 3; }
    beside "a suite" stops >/dev/null
    run joined "a suite"
    [ "$status" -eq 1 ]
    [ "$output" = "not today
a suite ended with status 3" ]
    joined "a suite" >/dev/null && false
    [ "$passed $failed" = "0 1" ]
    run verdict
    [ "${lines[0]}" = "failed: a suite" ]
}

@test "what runs beside others ends with the check, and what it began" {
    functions
    cd "$BATS_TEST_TMPDIR"
    mkdir tests
    printf '#!/bin/bash\n' >tests/servers
    chmod +x tests/servers
    long() { sleep 600 & echo "$!" >"$BATS_TEST_TMPDIR/process"; wait; }
    beside "a suite" long >/dev/null 3>&-
    until [ -s process ]; do sleep 0.02; done
    kill -0 "$(cat process)"
    end_all
    for _ in {1..200}; do
        kill -0 "$(cat process)" 2>/dev/null || return 0
        sleep 0.02
    done
    return 1
}

# A check in which every suite succeeds, and does nothing but count; builds named in $broken fail.
stubbed_check() {
    functions
    cd "$root"
    install_for_check() { :; }
    start_servers() { :; }
    logged() { :; }
    counts_one() { step "$1" >/dev/null; counted "$1" 1 0 0; }
    tap() { counts_one "$@"; }
    units() { counts_one "$@"; }
    one() { counts_one "$@"; }
    tree() {
        [[ $broken == *"[$1]"* ]] || return 0
        counted "$1" 0 1 0
        return 1
    }
    let_tests_mount() { mounting=(); }
    check
}

@test "a check runs every suite, those beside others, too, and counts them all" {
    unset LONG MATRIX
    broken='' run stubbed_check
    [ "$status" -eq 0 ]
    for suite in "lints" "tests of the lints" "end-to-end tests" "distribution" \
        "unit tests with sanitizers" "end-to-end tests with sanitizers" "crash tests" "fuzzing"; do
        [ "$(grep -c "^   $suite: 1 passed" <<<"$output")" -eq 1 ]
    done
    [ "${lines[-1]}" = "8 passed, 0 failed, 0 skipped" ]
    LONG=1 broken='[build with sanitizers]' run stubbed_check
    [ "$(grep -c "^   unit tests: 1 passed" <<<"$output")" -eq 1 ]
}

@test "a check without one of its builds runs what it can, and fails" {
    unset LONG MATRIX
    broken='[build]' run stubbed_check
    [ "$status" -eq 1 ]
    [ "${lines[-2]}" = "failed: build" ]
    [ "${lines[-1]}" = "4 passed, 1 failed, 0 skipped" ]
    broken='[build with sanitizers]' run stubbed_check
    [ "$status" -eq 1 ]
    [ "${lines[-2]}" = "failed: build with sanitizers" ]
    [ "${lines[-1]}" = "5 passed, 1 failed, 0 skipped" ]
}

@test "when all is well the last line says so and the exit code is 0" {
    functions
    suite() { printf '%s\n' 1..1 'ok 1 a'; }
    tap "a suite" suite >/dev/null
    run verdict
    [ "$status" -eq 0 ]
    [ "$output" = "1 passed, 0 failed, 0 skipped" ]
}

# make_check EXIT-STATUS: stands in for `make check`, with the results in $BATS_TEST_TMPDIR/results
make_check() {
    stub make "cp $BATS_TEST_TMPDIR/results/* $BATS_TEST_TMPDIR/tree/tests/; exit $1"
    mkdir -p "$BATS_TEST_TMPDIR/tree/tests" "$BATS_TEST_TMPDIR/results"
}

# result NAME RESULT LINE...: what one test program left behind
result() {
    printf ':test-result: %s\n' "$2" >"$BATS_TEST_TMPDIR/results/$1.trs"
    printf '%s\n' "${@:3}" >"$BATS_TEST_TMPDIR/results/$1.log"
}

@test "cases of unit tests are counted as cmocka reports them" {
    functions
    make_check 1
    result a_test PASS '[==========] Running 3 test(s).' '[ RUN      ] x' '[       OK ] x' \
        '[ RUN      ] y' '[       OK ] y' '[ RUN      ] z' '[  SKIPPED ] z' \
        '[==========] 3 test(s) run.' '[  PASSED  ] 2 test(s).' \
        '[  SKIPPED ] 1 test(s), listed below:' '[  SKIPPED ] z'
    result b_test FAIL '[==========] Running 2 test(s).' '[ RUN      ] x' '[       OK ] x' \
        '[ RUN      ] y' '[  FAILED  ] y' '[==========] 2 test(s) run.' '[  PASSED  ] 1 test(s).' \
        '[  FAILED  ] 1 test(s), listed below:' '[  FAILED  ] y'
    units "units" "$BATS_TEST_TMPDIR/tree" >/dev/null
    [ "$passed $failed $skipped" = "3 1 1" ]
}

@test "a unit test that is skipped as a whole is counted and named" {
    functions
    make_check 0
    result a_test PASS '[       OK ] x'
    result b_test SKIP 'skipped: there is no server'
    units "units" "$BATS_TEST_TMPDIR/tree" >"$BATS_TEST_TMPDIR/said"
    [ "$passed $failed $skipped" = "1 0 1" ]
    [ "$(head -n 1 "$BATS_TEST_TMPDIR/said")" = \
        "tests/b_test.log was skipped: skipped: there is no server" ]
}

@test "a unit test that died counts as a failure, and what an earlier run left does not count" {
    functions
    make_check 1
    result old_test PASS '[       OK ] x'
    cp "$BATS_TEST_TMPDIR"/results/* "$BATS_TEST_TMPDIR/tree/tests/"
    rm "$BATS_TEST_TMPDIR"/results/*
    result a_test FAIL '[ RUN      ] x' 'Segmentation fault'
    units "units" "$BATS_TEST_TMPDIR/tree" >/dev/null
    [ "$passed $failed $skipped" = "0 1 0" ]
}

@test "unit tests that do not build, or are not there, are a failure" {
    functions
    make_check 2
    result a_test PASS '[       OK ] x'
    units "units" "$BATS_TEST_TMPDIR/tree" >/dev/null
    [ "$passed $failed" = "1 1" ]
    rm "$BATS_TEST_TMPDIR"/results/*
    stub make 'exit 0'
    units "units" "$BATS_TEST_TMPDIR/tree" >/dev/null
    [ "$passed $failed" = "1 2" ]
}

@test "check takes --long and --matrix in any order, and nothing else" {
    functions
    check() { echo "long ${LONG:-no}, matrix ${MATRIX:-no}"; }
    run main check
    [ "$output" = "long no, matrix no" ]
    run main check --matrix --long
    [ "$output" = "long 1, matrix 1" ]
    run main check --fast
    [ "$status" -eq 2 ]
    run main demo --long
    [ "$status" -eq 2 ]
}
