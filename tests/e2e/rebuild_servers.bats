#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Rows that change beside tables that SQLite builds anew: foreign keys act as they do elsewhere.

load helper

# on DATABASE TEST: a fresh database of that kind with a portable project, and the test on it.
on() {
    dialect=$1
    database=$(empty_database "$1" app)
    mkdir -p migrations
    printf '{"dialect": "portable", "targets": {"only": {"url": "%s", "backup": "none"}}}\n' \
        "$database" >dunlin.json
    "$2"
}

# migration NAME: its text from standard input.
migration() {
    cat >"migrations/$1.sql"
}

# rows SQL: cells with '|' between them.
rows() {
    sql_in "${database#sqlite:}" "$1" | tr '\t' '|'
}

family() {
    migration 0000_family <<'SQL'
CREATE TABLE parents (id integer PRIMARY KEY, name varchar(20));
CREATE TABLE children (
    id integer PRIMARY KEY, age integer,
    parent integer CONSTRAINT children_parent_fkey REFERENCES parents (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE toys (
    id integer PRIMARY KEY,
    child integer REFERENCES children (id) ON DELETE SET NULL
);
INSERT INTO parents VALUES (1, 'a'), (2, 'b'), (3, 'c');
INSERT INTO children VALUES (10, 1, 1), (20, 2, 2), (30, 3, 3), (31, 3, 3);
INSERT INTO toys VALUES (100, 10), (200, 20), (300, 31);
SQL
    migration 0001_both <<'SQL'
ALTER TABLE parents ALTER COLUMN name SET NOT NULL;
DELETE FROM parents WHERE id = 1;
ALTER TABLE children ADD CONSTRAINT children_age_check CHECK (age > 1);
UPDATE parents SET id = 22 WHERE id = 2;
ALTER TABLE parents ALTER COLUMN name DROP NOT NULL;
DELETE FROM children WHERE id = 31;
SQL
}

# family_is_right: as any database with foreign keys has it.
family_is_right() {
    assert_equal "$(rows 'SELECT id FROM parents ORDER BY id')" $'3\n22'
    assert_equal "$(rows 'SELECT id, parent FROM children ORDER BY id')" $'20|22\n30|3'
    assert_equal "$(rows "SELECT id, coalesce(child, -1) FROM toys ORDER BY id")" $'100|-1\n200|20\n300|-1'
}

beside() {
    family
    dunlin migrate --quiet
    assert_exit 0
    assert_equal "$stderr" ''
    family_is_right
    dunlin status --check
    assert_exit 0
}

@test "sqlite: rows that go and change beside a rebuild take their children along" { on sqlite beside; }
@test "postgresql: the same rows" { on postgresql beside; }
@test "mysql: the same rows" { on mysql beside; }

broken() {
    family
    echo 'ALTER TABLE toys ADD CONSTRAINT toys_parent_fkey FOREIGN KEY (id) REFERENCES parents (id);' \
        >migrations/0002_broken.sql
    dunlin migrate --quiet
    assert_exit 1
    assert_stderr "row 100 of table 'toys' refers to a row of 'parents' that does not exist"
    family_is_right
    printf 'ALTER TABLE parents ALTER COLUMN name SET NOT NULL;\nINSERT INTO children VALUES (1, 5, 99);\n' \
        >migrations/0002_broken.sql
    dunlin migrate --quiet
    assert_exit 1
    assert_stderr '0002_broken.sql:2:1: FOREIGN KEY constraint failed'
}

@test "sqlite: keys that rows violate stop the migration where they do" { on sqlite broken; }

@test "sqlite: foreign keys that the file switches off stay off behind a rebuild" {
    on sqlite off_refused
}
off_refused() {
    family
    migration 0001_both <<'SQL'
-- dunlin: only sqlite
PRAGMA foreign_keys = OFF;
-- dunlin: end
ALTER TABLE parents ALTER COLUMN name SET NOT NULL;
DELETE FROM parents WHERE id = 1;
SQL
    dunlin migrate --quiet
    assert_exit 1
    assert_stderr "row 10 of table 'children' refers to a row of 'parents' that does not exist"
    assert_stderr 'ON DELETE and ON UPDATE did nothing meanwhile'
    assert_equal "$(rows 'SELECT count(*) FROM parents')" 3
}

apart() {
    family
    sed -i '1i -- dunlin: no-transaction' migrations/0001_both.sql
    dunlin migrate --quiet
    assert_exit 0
    family_is_right
}

@test "sqlite: outside of one transaction, a rebuild is one by itself" { on sqlite apart; }
