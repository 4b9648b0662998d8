#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The conformance kit against the drivers of servers.

load helper

# passes DRIVER URL: no case fails, and but for files and what is not claimed none is skipped.
passes() {
    dunlin driver check "$1" "$2"
    assert_exit 0
    assert_equal "$stderr" ""
    refute_stdout "not ok"
    [ "$(grep -c '^ok [^#]*$' <<<"$output")" -ge 140 ] || fail "too few cases were run"
    [ "$(grep -c '# SKIP' <<<"$output")" -le 14 ] || fail "too many cases were skipped"
}

@test "the PostgreSQL driver passes every case" {
    passes postgres "$(fresh_database postgresql)"
}

@test "the MySQL driver passes every case" {
    passes mysql "$(fresh_database mysql)"
}

@test "passwords of a server's URL are not shown" {
    local url
    url=$(server_of postgresql)
    dunlin driver check postgres "postgres://nobody:s3cr3t-Passw0rd@${url#*@}"
    assert_exit 1
    refute_stdout s3cr3t
    refute_stderr s3cr3t
    url=$(server_of mysql)
    dunlin driver check mysql "mysql://nobody:s3cr3t-Passw0rd@${url#*@}"
    assert_exit 1
    refute_stdout s3cr3t
    refute_stderr s3cr3t
}
