#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tests/fuzz/run-short, with programs that write down how they are called.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export BUILD=$BATS_TEST_TMPDIR
    mkdir -p "$BUILD/tests/fuzz"
    unset LONG FUZZ_SECONDS
}

# target NAME STATUS
target() {
    cat >"$BUILD/tests/fuzz/${1}_fuzz" <<END
#!/bin/bash
printf '%s\n' "\$*" | grep -o -e '-seed=[0-9]*\|-runs=[0-9]*\|-max_total_time=[0-9]*' | xargs >>"$BUILD/$1.calls"
echo "stat::number_of_executed_units: 40000"
exit $2
END
    chmod +x "$BUILD/tests/fuzz/${1}_fuzz"
}

@test "each target runs a fixed number of inputs, and then on until 60 seconds are over" {
    target lex 0
    target render_sqlite 0
    run "$root/tests/fuzz/run-short"
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = 1..2 ]
    [[ "${lines[1]}" == "ok 1 - lex: "[01]" seconds, 80000 inputs" ]]
    [[ "${lines[2]}" == "ok 2 - render_sqlite: "[01]" seconds, 80000 inputs" ]]
    [ "$(head -n 1 "$BUILD/lex.calls")" = "-seed=1 -runs=60000 -max_total_time=180" ]
    [[ "$(tail -n +2 "$BUILD/lex.calls")" == "-seed=2 -max_total_time="@(59|60) ]]
    [ "$(head -n 1 "$BUILD/render_sqlite.calls")" = "-seed=1 -runs=6000 -max_total_time=180" ]
}

@test "with FUZZ_SECONDS a target runs once, from a random seed" {
    target lex 0
    target ddl 0
    FUZZ_SECONDS=7 run "$root/tests/fuzz/run-short" lex
    [ "$status" -eq 0 ]
    [ "$(cat "$BUILD/lex.calls")" = "-seed=0 -max_total_time=7" ]
    [ ! -e "$BUILD/ddl.calls" ]
}

@test "a target that finds something is named, and the others run all the same" {
    target ddl 1
    target lex 0
    target snapshot 0
    run "$root/tests/fuzz/run-short"
    [ "$status" -eq 1 ]
    [ "$(grep -c '^not ok 1 - ddl found something' <<<"$output")" -eq 1 ]
    [ "$(grep -c '^ok ' <<<"$output")" -eq 2 ]
}

@test "without any target it fails" {
    run "$root/tests/fuzz/run-short"
    [ "$status" -eq 1 ]
    [[ "$output" == *"there is no fuzz target in"* ]]
}
