#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin diagram`: tables and foreign keys as a picture.

load helper

setup() {
    helper_setup
    cp -r "$tree/migrations" migrations
    write_config .
    dunlin migrate
    assert_exit 0
}

@test "a diagram shows every table and every foreign key, and no tracker" {
    local tables keys
    run_json diagram
    assert_exit 0
    assert_json_form diagram
    tables=$(sql app.db "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND
        name NOT LIKE 'dunlin%' AND name NOT LIKE 'sqlite%'")
    keys=$(sql app.db "SELECT count(DISTINCT m.name || f.id) FROM sqlite_schema m,
        pragma_foreign_key_list(m.name) f WHERE m.type = 'table'")
    [ "$tables" -gt 3 ] && [ "$keys" -gt 3 ] || fail "the sample has $tables tables, $keys keys"
    assert_json .tables "$tables"
    assert_json .links "$keys"
    assert_equal "$(json .text | grep -c ' {$')" "$tables"
    assert_equal "$(json .text | grep -c -e '--o')" "$keys"
    refute_stdout dunlin_migrations
}

@test "around one table, and into a file" {
    dunlin diagram --table nobody
    assert_exit 2
    assert_stderr "there is no table 'nobody'"
    dunlin diagram --depth 2
    assert_exit 2
    assert_stderr "--depth is about what is around a table"
    sql app.db "CREATE TABLE a (n INTEGER PRIMARY KEY)" \
        "CREATE TABLE b (n INTEGER PRIMARY KEY REFERENCES a)" \
        "CREATE TABLE c (n INTEGER REFERENCES b (n))"
    run_json diagram --table a --output a.mmd
    assert_exit 0
    assert_json_form diagram
    assert_json '[.tables, .links, .path, .text]' '[2,1,"a.mmd",null]'
    assert_equal "$(tail -n 1 a.mmd | cut -d: -f1)" '    "a" ||--o| "b" '
    run_json diagram --table A --depth 2
    assert_json '[.tables, .links]' '[3,2]'
    dunlin diagram --table a
    assert_exit 0
    assert_equal "$stderr" ""
    sql app.db "CREATE TABLE wide ($(seq -f 'a_column_with_a_name_of_40_characters_%04g text' -s , 1 900))"
    dunlin diagram
    assert_exit 0
    assert_stderr "warning: Mermaid draws up to 50000 characters and 500 lines unless its maxTextSize"
}

@test "SVG is drawn by Graphviz, whose absence is said" {
    mkdir bin
    ln -s "$(command -v mktemp)" "$(command -v rm)" bin
    PATH=$PWD/bin dunlin diagram --format svg
    assert_exit 1
    assert_stderr "Graphviz"
    mkdir tmp
    sql app.db 'CREATE TABLE "" ("" NOT NULL, "<b>" text NOT NULL)'
    TMPDIR=$PWD/tmp dunlin diagram --format svg --output schema.svg
    assert_exit 0
    python3 - <<'END'
import xml.etree.ElementTree as tree
svg = tree.parse("schema.svg").getroot()
assert svg.tag == "{http://www.w3.org/2000/svg}svg", svg.tag
assert len(svg.findall(".//*[@class='node']")) > 3
END
    assert_equal "$(ls tmp)" ""
}
