#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Data sections of PostgreSQL files: COPY ... FROM stdin, as pg_dump writes them.

load helper

# a_project: folder "project" for a fresh database, whose URL is in $database.
a_project() {
    database=$(fresh_database postgresql)
    mkdir -p project/migrations
    write_config project migrations "$database"
    # What backups cost and hold is the business of other tests.
    sed -i 's|"url"|"backup": "none", "url"|' project/dunlin.json
}

# migration NAME: from standard input.
migration() {
    cat >"project/migrations/$1.sql"
}

@test "a data section is applied with its migration" {
    a_project
    migration 0001_items <<'END'
CREATE TABLE items (id int PRIMARY KEY, name text);
COPY items (id, name) FROM stdin; -- two of them
1	one; DROP TABLE items;
2	\N
\.
UPDATE items SET name = 'two' WHERE id = 2;
COPY items FROM stdin WITH (FORMAT csv);
3,"a ""quoted"" name"
\.
END
    migration 0002_empty <<'END'
COPY items FROM stdin;
\.
INSERT INTO items VALUES (4, 'four');
END
    dunlin migrate -C project
    assert_exit 0
    assert_equal "$(sql_pg "$database" "SELECT * FROM items ORDER BY id")" \
        $'1|one; DROP TABLE items;\n2|two\n3|a "quoted" name\n4|four'
    run_json status -C project
    assert_json '[.migrations[].verdict] | unique' '["applied"]'
    dunlin migrate -C project --dry-run
    assert_exit 0
}

@test "data that do not fit are named with file and line, and nothing is kept" {
    a_project
    migration 0001_items <<'END'
CREATE TABLE items (id int PRIMARY KEY, name text);

COPY items (id, name) FROM stdin;
1	one
2	two
three	3
4	four
\.
END
    dunlin migrate -C project
    assert_exit 1
    assert_stderr 'migrations/0001_items.sql:6:1: invalid input syntax for type integer: "three"'
    assert_stderr "    while running statement 2 of '0001_items'"
    assert_stderr $'        three\t3'
    assert_equal "$(sql_pg "$database" "SELECT count(*) FROM pg_tables
        WHERE tablename IN ('items', 'dunlin_migrations') AND tablename = 'items'")" 0
    sed -i 's/^three/3/' project/migrations/0001_items.sql
    dunlin migrate -C project
    assert_exit 0
    assert_equal "$(sql_pg "$database" "SELECT count(*) FROM items")" 4
}

@test "a section among statements that cannot share a transaction" {
    a_project
    migration 0001_items <<'END'
CREATE TABLE items (id int, name text);
COPY items FROM stdin;
1	one
2	two
\.
CREATE UNIQUE INDEX CONCURRENTLY items_id ON items (id);
COPY items FROM stdin;
3	three
1	again
\.
END
    dunlin migrate -C project
    assert_exit 6
    assert_stderr 'migrations/0001_items.sql:9:1: duplicate key value violates unique constraint'
    sed -i 's/^1\tagain/4\tfour/' project/migrations/0001_items.sql
    dunlin migrate -C project
    assert_exit 0
    assert_equal "$(sql_pg "$database" "SELECT * FROM items ORDER BY id")" \
        $'1|one\n2|two\n3|three\n4|four'
}

@test "a section of another database, or behind 'down', is passed over" {
    a_project
    migration 0001_items <<'END'
CREATE TABLE items (id int);
-- dunlin: only mysql
INSERT INTO items VALUES ('it\'s no number');
-- dunlin: end
INSERT INTO items VALUES (1);
-- dunlin: down
COPY items FROM stdin;
neither
\.
END
    dunlin migrate -C project
    assert_exit 0
    assert_equal "$(sql_pg "$database" "SELECT * FROM items")" 1
}

@test "a section without an end is named before anything is sent" {
    a_project
    migration 0001_items <<'END'
CREATE TABLE items (id int);
COPY items FROM stdin;
1
END
    dunlin migrate -C project
    assert_exit 2
    assert_stderr '0001_items.sql:3:1: the data section that begins here is not closed'
    assert_equal "$(sql_pg "$database" "SELECT count(*) FROM pg_tables WHERE tablename = 'items'")" 0
}

@test "what pg_dump writes runs, once its commands for psql are taken out" {
    local source
    source=$(fresh_database postgresql)
    sql_pg "$source" "CREATE TABLE notes (id serial PRIMARY KEY, body text)" \
        "INSERT INTO notes (body) SELECT 'line ' || n || E'\\n\\tend' FROM generate_series(1, 5000) n" \
        "CREATE FUNCTION shout(text) RETURNS text LANGUAGE plpgsql AS \$\$ BEGIN RETURN upper(\$1) || ';'; END \$\$"
    a_project
    "$(dirname "$(psql_program)")/pg_dump" --no-owner --no-acl "$source" | tee dump.sql |
        sed '/^\\\(un\)\{0,1\}restrict /d' >project/migrations/0001_dump.sql
    dunlin migrate -C project
    assert_exit 0
    assert_equal "$(sql_pg "$database" "SELECT count(*), max(id), shout('a') FROM notes")" '5000|5000|A;'
    assert_equal "$(sql_pg "$database" "SELECT count(*) FROM public.dunlin_migrations")" 1
    if grep -q '^\\restrict ' dump.sql; then
        cp dump.sql project/migrations/0002_whole.sql
        dunlin migrate -C project
        assert_exit 2
        assert_stderr "'\restrict' is a command for a client program, not for the server"
        assert_stderr 'take it out of the file'
    fi
}
