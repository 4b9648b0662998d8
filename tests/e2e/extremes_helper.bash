# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What extremes.bats and extremes_servers.bats share: every command that reads a schema. Load it behind
# helper.

# many_tables COUNT: as migrations that all databases take, none with more tables than a PostgreSQL
# server has locks for.
many_tables() {
    python3 -c '
import sys
for i in range(int(sys.argv[1])):
    ref = f", CONSTRAINT t{i:05}_fk FOREIGN KEY (parent) REFERENCES t{i - 1:05} (id)" if i else ""
    with open(f"migrations/{2 + i // 500:04}_many.sql", "a") as file:
        print(f"CREATE TABLE t{i:05} (id integer NOT NULL, parent integer, name varchar(40) NOT NULL "
              f"DEFAULT \x27x\x27, n numeric(10,2), CONSTRAINT t{i:05}_pk PRIMARY KEY (id){ref});",
              file=file)
        print(f"CREATE INDEX t{i:05}_name ON t{i:05} (name);", file=file)
' "$1"
}

# odd_names DIALECT: SQL that makes objects whose names need care everywhere.
odd_names() {
    local q='"'
    [ "$1" != mysql ] || q='`'
    # shellcheck disable=SC2016
    printf 'CREATE TABLE %s (%s integer PRIMARY KEY, %s varchar(9), %s integer);\n' \
        "${q}it's a.b/c%d;${q}" "${q}select${q}" "${q}-- no comment${q}" "${q}<b>&amp;\"\"${q}"
    printf 'CREATE INDEX %s ON %s (%s);\n' "${q}i ndex${q}" "${q}it's a.b/c%d;${q}" "${q}-- no comment${q}"
    printf 'CREATE TABLE %s (%s integer);\n' "${q}größe ☂${q}" "${q}größe ☂${q}"
}

# project_of DIALECT URL: with a target and a database to replay in, which is in $scratch.
project_of() {
    scratch=()
    mkdir -p migrations
    printf '{"dialect": "%s", "default": "app", "targets": {"app": {"url": "%s"}}}\n' "$1" "$2" \
        >dunlin.json
    [ "$1" = sqlite ] || scratch=(--shadow-url "$(fresh_database "$1")")
}

# every_reader FACTS: all commands that read the schema agree about it; nothing is pending. The head
# snapshot has at least so many facts.
every_reader() {
    run_json snapshot "${scratch[@]}"
    assert_exit 0
    [ "$(json .facts)" -ge "$1" ] || fail "too few facts"
    dunlin snapshot --output live.json
    assert_exit 0
    dunlin schema dump --output schema.sql
    assert_exit 0
    dunlin schema check schema.sql "${scratch[@]}"
    assert_exit 0
    dunlin diff app live.json --exit-code
    assert_exit 0
    dunlin doctor "${scratch[@]}"
    assert_exit 0
    run_json check --target app --complete "${scratch[@]}"
    assert_exit 0
    assert_json .agrees true
    dunlin diagram --format mermaid
    assert_exit 0
    assert_stdout erDiagram
    dunlin docs --output docs.html
    assert_exit 0
    assert_file docs.html
}

# extremes DIALECT COUNT: nothing, odd names, many tables.
extremes() {
    local url
    url=$(fresh_url "$1" empty)
    project_of "$1" "$url"
    dunlin migrate --no-backup
    assert_exit 0
    every_reader 0

    odd_names "$1" >migrations/0001_odd.sql
    dunlin migrate --no-backup
    assert_exit 0
    every_reader 8
    grep -q 'größe ☂' schema.sql
    grep -q 'größe ☂' docs.html
    ! grep -q '<b>&amp;' docs.html || fail "a name is not escaped in the page"

    many_tables "$2"
    dunlin migrate --no-backup
    assert_exit 0
    every_reader $(($2 * 7))
}

# fresh_url DIALECT NAME
fresh_url() {
    if [ "$1" = sqlite ]; then
        printf 'sqlite:%s.db\n' "$2"
    else
        fresh_database "$1"
    fi
}
