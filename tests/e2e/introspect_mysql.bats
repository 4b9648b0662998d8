#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A whole schema of MariaDB: ordinary tables print themselves, whatever prints more is asked for view
# by view. Both have to say the same.

load helper

# ordinary COUNT: tables that print nothing out of the way.
ordinary() {
    local i
    for ((i = 1; i <= $1; i++)); do
        echo "CREATE TABLE plain_$i (id int PRIMARY KEY, code varchar(20), up int, note text COMMENT 'it''s', UNIQUE KEY code_$i (code), KEY note_$i (note(9)),"
        echo "  CONSTRAINT up_$i FOREIGN KEY (up) REFERENCES plain_1 (id) ON DELETE CASCADE ON UPDATE SET NULL) COMMENT='number $i';"
    done
}

# odd: one of each that has more to tell.
odd() {
    cat <<'SQL'
CREATE TABLE checked (n int CHECK (n > 0), m int, CONSTRAINT m_small CHECK (m < 9));
CREATE TABLE falling (n int, m int, KEY falling_idx (n DESC, m));
CREATE TABLE searched (t text, FULLTEXT KEY searched_idx (t));
CREATE TABLE placed (p point NOT NULL, SPATIAL KEY placed_idx (p));
CREATE TABLE packed (n int) ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=4;
CREATE TABLE kept (n int, KEY kept_idx (n)) ENGINE=MEMORY;
CREATE TABLE listed (n int) PARTITION BY HASH (n) PARTITIONS 3;
CREATE TABLE aged (n int) WITH SYSTEM VERSIONING;
CREATE TABLE hashed (t text, UNIQUE KEY hashed_idx (t));
CREATE TABLE noted (n int, KEY noted_idx (n) COMMENT 'an index', KEY shut (n, n2) IGNORED, n2 int);
CREATE TABLE `q``uote` (`a``b` int PRIMARY KEY);
CREATE TABLE broken (t varchar(99) DEFAULT 'one\n) ENGINE=InnoDB\n  KEY `x` (`t`)', u int COMMENT 'a ''CHECK''') COMMENT='with ''quotes'' \\ and\n lines';
CREATE TABLE far (a int, b int, c int, PRIMARY KEY (a, b));
CREATE TABLE near (x int, y int, z int, KEY near_idx (x, y), CONSTRAINT far_away FOREIGN KEY (x, y) REFERENCES far (a, b) ON DELETE NO ACTION);
CREATE VIEW seen AS SELECT n FROM checked;
CREATE SEQUENCE counted START WITH 5;
SQL
}

all_of_them() {
    local line wanted=(
        '"check/checked/m_small":{"expr":"`m` < 9"}'
        '"check/checked/n":{"expr":"`n` > 0","level":"column"}'
        '"index/falling/falling_idx":{"keys":[{"column":"n","desc":true},{"column":"m"}]}'
        '"index/searched/searched_idx":{"keys":[{"column":"t"}],"method":"fulltext"}'
        '"index/placed/placed_idx":{"keys":[{"column":"p"}],"method":"spatial"}'
        '"index/kept/kept_idx":{"keys":[{"column":"n"}],"method":"hash"}'
        '"index/noted/noted_idx":{"comment":"an index","keys":[{"column":"n"}]}'
        '"fk/near/far_away":{"columns":["x","y"],"ref":["far"],"ref_columns":["a","b"]}'
        '"index/plain_7/note_7":{"keys":[{"column":"note","length":9}]}'
        '"unique/plain_7/code_7":{"columns":["code"]}'
        '"fk/plain_7/up_7":{"columns":["up"],"on_delete":"cascade","on_update":"set null","ref":["plain_1"],"ref_columns":["id"]}'
    )
    dunlin snapshot --url "$url" --output facts.json
    assert_exit 0
    for line in "${wanted[@]}"; do
        grep -qF -- "$line" facts.json || fail "missing: $line"
    done
    grep -q '"table/packed":.*KEY_BLOCK_SIZE' facts.json -i
    grep -q '"table/listed":.*"partition_by":"' facts.json
    grep -q '"table/aged":.*WITH SYSTEM VERSIONING' facts.json
    grep -q '"table/plain_7":.*"comment":"number 7"' facts.json
    grep -qF '"pk/q`uote/' facts.json
    grep -q '^"sequence/counted"' facts.json
    grep -q '^"view/seen"' facts.json
}

# there_and_back: the server's own dump of what dunlin wrote is that of what it read.
there_and_back() {
    local other
    other=$(fresh_database mysql)
    dunlin schema dump --url "$url" --output schema.sql
    assert_exit 0
    dunlin schema load schema.sql --url "$other"
    assert_exit 0
    dunlin snapshot --url "$other" --output again.json
    assert_exit 0
    assert_equal "$(cat again.json)" "$(cat facts.json)"
}

@test "a few odd tables among many ordinary ones are read with all they have" {
    url=$(fresh_database mysql)
    sql_my "$url" "$(ordinary 100) $(odd)"
    all_of_them
    there_and_back
}

@test "many odd tables are read with all they have" {
    url=$(fresh_database mysql)
    sql_my "$url" "$(odd) $(ordinary 10)"
    all_of_them
}
