#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The pipelines of docs/deploy.md, their shell steps run as they stand there.

load helper

setup() {
    helper_setup
    cp -r "$tree/migrations" migrations
    mkdir bin
    ln -s "$DUNLIN" bin/dunlin
    export DATABASE_URL=sqlite:app.db
    echo '{"targets": {"app": {"url": "env:DATABASE_URL"}}, "default": "app"}' >dunlin.json
}

# steps NUMBER: the shell of the block of YAML with this number, one step a line, NUL between them.
steps() {
    python3 - "$tree/docs/deploy.md" "$1" <<'END'
import re, sys
text = open(sys.argv[1], encoding="utf-8").read()
block = re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S)[int(sys.argv[2])]
found, lines, at = [], block.split("\n"), 0
while at < len(lines):
    line = lines[at]
    at += 1
    step = re.match(r"\s+(?:- )?run: (.*)", line)
    if step and step[1] == "|":
        indent = len(line) - len(line.lstrip())
        body = []
        while at < len(lines) and len(lines[at]) - len(lines[at].lstrip()) > indent:
            body.append(lines[at].strip())
            at += 1
        found.append("\n".join(body))
    elif step:
        found.append(step[1])
    elif "command: [" in line:
        found.append(" ".join(re.findall(r'"([^"]+)"', line)))
    elif re.match(r"    - ", line):
        found.append(line[6:])
assert found, block
sys.stdout.write("\0".join(found) + "\0")
END
}

# run_steps NUMBER: as a runner does: each step in a shell that ends with the first failure. Sets
# $failed to the step that failed, or to nothing.
run_steps() {
    local step
    failed=
    count=0
    while IFS= read -r -d '' step; do
        count=$((count + 1))
        if ! PATH=$PWD/bin:$PATH bash -e -c "$step" >>log 2>&1; then
            failed=$step
            return 0
        fi
    done < <(steps "$1")
}

@test "a pull request in order passes" {
    run_steps 0
    assert_equal "$failed" "" "$(cat log)"
    assert_equal "$count" 4
    rm ci.db
    run_steps 1
    assert_equal "$failed" ""
    assert_equal "$count" 3
}

@test "a pull request whose file is not in the journal stops at the first step" {
    echo 'SELECT 1;' >migrations/20990101000000_forgotten.sql
    run_steps 0
    assert_equal "$failed" "dunlin journal check"
}

@test "a pull request with a mistake in its SQL stops when the history is applied" {
    PATH=$PWD/bin:$PATH dunlin new broken
    assert_exit 0
    echo 'CREATE TABLE broken (id integer PRIMARY KEY, id integer);' \
        >"$(printf '%s\n' migrations/*_broken.sql)"
    run_steps 0
    [[ $failed == "dunlin migrate"* ]] || fail "failed: $failed" "$(cat log)"
}

@test "plan, deployment and init container of a pending change, and of none" {
    run_steps 2
    assert_equal "$failed" ""
    refute_file app.db
    run_steps 3
    assert_equal "$failed" "" "$(cat log)"
    assert_equal "$count" 2
    run_steps 2
    assert_equal "$failed" ""
    run_steps 4
    assert_equal "$failed" ""
    assert_equal "$count" 1
}

@test "a deployment stops where the schema was made by hand" {
    sql app.db "CREATE TABLE users (id integer)"
    run_steps 3
    assert_equal "$failed" "dunlin migrate --lock-timeout 5m"
    assert_equal "$(sql app.db "SELECT count(*) FROM sqlite_schema")" 1
}
