#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin generate`: the migration that the schema definition asks for.

load helper

# A project of the given dialect (else sqlite) with schema.sql from standard input.
project() {
    jq -n --arg dialect "${1:-sqlite}" \
        '{dialect: $dialect, tags: "sequence", targets: {app: {url: "sqlite:app.db"}}}' >dunlin.json
    mkdir -p migrations
    cat >schema.sql
}

@test "an edited definition becomes the next migration, which leads to it" {
    project <<<'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
        CREATE VIEW names AS SELECT name FROM users;'
    dunlin generate first
    assert_exit 0
    assert_stdout migrations/0001_first.sql
    dunlin migrate
    assert_exit 0
    sql app.db "INSERT INTO users (name) VALUES ('a'), ('b')"
    cat >schema.sql <<'END'
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x', age INTEGER CHECK (age > 0));
CREATE INDEX users_age ON users (age);
CREATE VIEW names AS SELECT name, age FROM users;
CREATE TABLE widgets (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES users (id));
END
    dunlin generate add widgets
    assert_exit 0
    assert_stdout migrations/0002_add_widgets.sql
    dunlin migrate
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT count(*) FROM users')" 2
    dunlin schema check schema.sql
    assert_exit 0
    dunlin generate more
    assert_exit 0
    assert_stdout "nothing to do: the migrations make what"
    refute_file migrations/0003_more.sql
}

@test "with a journal the migration is listed; --dry-run writes nothing; --json tells all" {
    dunlin init --dialect sqlite
    assert_exit 0
    echo 'CREATE TABLE t (a INTEGER PRIMARY KEY);' >schema.sql
    dunlin generate first --dry-run --url sqlite:app.db
    assert_exit 0
    assert_stdout 'CREATE TABLE "t"'
    assert_equal "$(jq '.entries | length' migrations/meta/_journal.json)" 1
    run_json generate first --url sqlite:app.db
    assert_exit 0
    assert_json_form generate
    assert_json .written true
    assert_json .down true
    assert_json '[.changes[].description] | index("create table '"'t'"'") != null' true
    assert_equal "$(jq -r '.entries[1].tag' migrations/meta/_journal.json)" "$(json .tag)"
    run_json generate more --url sqlite:app.db
    assert_exit 0
    assert_json_form generate
    assert_json .text null
    refute_file app.db
}

@test "what loses data is marked with what the target holds, and has no way back" {
    project <<<'CREATE TABLE a (x INTEGER PRIMARY KEY, y TEXT, z TEXT); CREATE TABLE b (x INTEGER);'
    dunlin generate first
    dunlin migrate
    assert_exit 0
    sql app.db "INSERT INTO a VALUES (1, 'y', NULL), (2, 'y', 'z'), (3, 'y', NULL)" "INSERT INTO b VALUES (1)"
    echo 'CREATE TABLE a (x INTEGER PRIMARY KEY, y TEXT);' >schema.sql
    dunlin generate less --dry-run
    assert_exit 0
    assert_stdout "-- ! a.z: the values of the column are lost: 1 value in 'app'"
    assert_stdout "-- ! b: the rows of the table are lost: 1 row in 'app'"
    refute_stdout "dunlin: down"
    run_json generate less
    assert_json .no_down "what is lost does not come back"
    assert_json .summary "2 changes; 2 of them lose data"
}

@test "the way back leads back" {
    project <<<'CREATE TABLE a (x INTEGER PRIMARY KEY, y TEXT);'
    dunlin generate first
    dunlin migrate
    assert_exit 0
    dunlin snapshot --output before.json
    cat >schema.sql <<'END'
CREATE TABLE a (x INTEGER PRIMARY KEY, y TEXT NOT NULL DEFAULT 'a;b');
CREATE TRIGGER touch AFTER UPDATE ON a BEGIN UPDATE a SET y = 'x' WHERE x = 1; DELETE FROM a; END;
CREATE INDEX i ON a (y) WHERE y > 'a';
END
    dunlin generate more
    dunlin migrate
    assert_exit 0
    sed -n '/dunlin: down/,$p' migrations/0002_more.sql | tail -n +2 >down.sql
    sql app.db <down.sql
    dunlin snapshot --output after.json
    assert_equal "$(cat after.json)" "$(cat before.json)"
}

@test "a rename is one when it is said, and pointed out when it looks like one" {
    project <<<'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);'
    dunlin generate first
    dunlin migrate
    assert_exit 0
    sql app.db "INSERT INTO users VALUES (1, 'ada')"
    echo 'CREATE TABLE people (id INTEGER PRIMARY KEY, full_name TEXT);' >schema.sql
    dunlin generate guess --dry-run
    assert_exit 0
    assert_stdout "-- ! users: the rows of the table are lost: 1 row in 'app'"
    dunlin generate said --rename users=people --dry-run
    assert_exit 0
    assert_stderr "perhaps renamed: --rename people.name=full_name"
    sed -i '1i -- dunlin: rename users -> people\n-- dunlin: rename people.name -> full_name' schema.sql
    dunlin generate said
    assert_exit 0
    dunlin migrate
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT full_name FROM people')" ada
    # It is done: the lines may stay.
    dunlin generate more
    assert_exit 0
    assert_stdout "nothing to do"
    echo '-- dunlin: rename people.nick -> short' >>schema.sql
    dunlin generate more
    assert_exit 2
    assert_stderr "no table or column 'people.nick' to be renamed"
    sed -i '$d' schema.sql
    echo '-- dunlin: rename people' >>schema.sql
    dunlin generate more
    assert_exit 2
    assert_stderr "schema.sql:4:12: 'rename' wants OLD -> NEW"
}

@test "a portable folder gets a section for the database at hand, ignored objects are left alone" {
    project portable <<<'CREATE TABLE t (a integer PRIMARY KEY); CREATE TABLE tmp_x (a integer);'
    jq '.ignore = ["tmp_*"]' dunlin.json >new.json && mv new.json dunlin.json
    dunlin generate first
    assert_exit 0
    dunlin migrate
    assert_exit 0
    assert_equal "$(sql app.db "SELECT name FROM sqlite_schema WHERE name IN ('t', 'tmp_x')")" t
    dunlin generate more
    assert_stdout "nothing to do"
}

@test "what cannot be generated is said, and nothing is written" {
    project <<<'CREATE TABLE t (a INTEGER PRIMARY KEY); CREATE TABL u (b INTEGER);'
    dunlin generate x
    assert_exit 1
    assert_stderr "schema.sql:1:"
    rm schema.sql
    dunlin generate x
    assert_exit 2
    assert_stderr "there is no schema definition"
    echo 'CREATE TABLE t (a INTEGER);' >schema.sql
    echo 'CREATE TABLE nope (' >migrations/0001_bad.sql
    dunlin generate x
    assert_exit 4
    assert_equal "$(ls migrations)" 0001_bad.sql
    dunlin generate
    assert_exit 2
}

@test "a folder of another tool is left to it" {
    drizzle_project .
    echo 'CREATE TABLE t (a INTEGER);' >schema.sql
    dunlin generate x
    assert_exit 1
    assert_stderr "has the layout 'drizzle', in which no migrations are generated"
}

@test "what belongs to no migration is dropped on request, counted, guarded and in order" {
    project <<<''
    echo 'CREATE TABLE users (id INTEGER PRIMARY KEY);' >migrations/0001_users.sql
    dunlin migrate
    assert_exit 0
    sql app.db "CREATE TABLE a (id INTEGER PRIMARY KEY, b INTEGER REFERENCES b (id))" \
        "CREATE TABLE b (id INTEGER PRIMARY KEY)" "CREATE VIEW v AS SELECT a.id FROM a" \
        "CREATE TABLE tmp_kept (x INTEGER)" "INSERT INTO b VALUES (1), (2)" "INSERT INTO a VALUES (1, 2)" \
        "ALTER TABLE users ADD COLUMN extra TEXT"
    jq '.ignore = ["tmp_*"]' dunlin.json >new.json && mv new.json dunlin.json
    run_json generate drop leftovers --drop-legacy
    assert_exit 0
    assert_json_form generate
    assert_equal "$(cat migrations/0002_drop_leftovers.sql)" "-- Made by \`dunlin generate --drop-legacy\`: what belongs to no migration.
DROP VIEW IF EXISTS \"v\";

-- ! a: the rows of the table are lost: 1 row in 'app'
DROP TABLE IF EXISTS \"a\";

-- ! b: the rows of the table are lost: 2 rows in 'app'
DROP TABLE IF EXISTS \"b\";"
    dunlin generate more --drop-legacy
    assert_exit 4
    assert_stderr "cannot be told while 1 is pending"
    dunlin migrate
    assert_exit 0
    assert_equal "$(sql app.db "SELECT group_concat(name) FROM sqlite_schema WHERE type IN ('table', 'view')
        AND name NOT GLOB 'dunlin*'")" users,tmp_kept
    dunlin generate more --drop-legacy
    assert_exit 0
    assert_stdout "nothing to do: all that 'app' holds belongs to migrations"
    # On a fresh database there is nothing to drop.
    dunlin migrate --url sqlite:other.db
    assert_exit 0
    # What another checkout's migration made is somebody's.
    echo 'CREATE TABLE theirs (x INTEGER);' >migrations/0003_theirs.sql
    dunlin migrate
    rm migrations/0003_theirs.sql
    dunlin generate more --drop-legacy
    assert_exit 4
    assert_stderr "it has migrations that are not known here"
}

@test "what the migrations made and what was changed to use leftovers is not dropped with them" {
    project <<<''
    echo 'CREATE TABLE users (id INTEGER PRIMARY KEY); CREATE VIEW v AS SELECT id FROM users;' >migrations/0001_users.sql
    dunlin migrate
    sql app.db "CREATE TABLE other (id INTEGER)" "DROP VIEW v" "CREATE VIEW v AS SELECT id FROM other"
    dunlin generate less --drop-legacy
    assert_exit 4
    assert_stderr "view 'v' belongs to the migrations and uses something that does not"
    refute_file migrations/0002_less.sql
}

@test "random definitions: each migration leads to the next one, and back" {
    generated_walk sqlite 12 150
}
