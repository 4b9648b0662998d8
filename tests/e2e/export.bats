#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dunlin export: scripts for the sqlite3 shell, and what is said without any database.

load helper
load export_helper

@test "sqlite: the script of the sample project run three times equals migrate" { three_times sqlite; }
@test "sqlite: a script that begins in the middle wants the rest to be recorded" { from_half_way sqlite; }
@test "sqlite: a script finishes what migrate and a shorter script began" { whole_over_half sqlite; }
@test "sqlite: a script that was stopped anywhere finishes when it is run again" { interrupted sqlite; }
@test "sqlite: without records nothing is done twice that must not be" { emptied_and_unsafe sqlite; }
@test "sqlite: without records a USING that computes is not done twice" { emptied_and_computed sqlite; }
@test "sqlite: what only makes things is recorded where it is there" { emptied_and_safe sqlite; }
@test "sqlite: what is there and different stops a script, which shows both" { different sqlite; }
@test "sqlite: views, checks, computed columns and keys that are different stop a script" { different_kinds sqlite; }
@test "sqlite: a trigger that is there and different stops a script" {
    only_here sqlite 'looks AFTER INSERT ON people BEGIN UPDATE people SET email = "x  y"; DELETE FROM people; END' \
        "CREATE TRIGGER looks AFTER INSERT ON people BEGIN UPDATE people SET email = 'x y'; DELETE FROM people; END" \
        "CREATE TRIGGER looks after insert ON [people] BEGIN -- why
            UPDATE people SET email = \"x  y\"; DELETE /* all */ FROM people; END"
}
@test "sqlite: a rebuild of a script leaves out nothing that somebody added" {
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    echo 'CREATE TABLE z (b bigint PRIMARY KEY); CREATE TABLE a (b integer, c integer);' >migrations/0001_people.sql
    echo 'ALTER TABLE a ALTER COLUMN b SET NOT NULL;' >migrations/0002_more.sql
    export_to first.sql sqlite --to 0001_people
    export_to script.sql sqlite
    for constraint in 'CHECK (c > 1)' 'UNIQUE (c)' 'FOREIGN KEY (c) REFERENCES z (b)'; do
        rm -f app.db
        run_script "$PWD/app.db" first.sql
        assert_exit 0
        sql app.db 'DROP TABLE a' "CREATE TABLE a (b INTEGER, c INTEGER, $constraint)"
        run_script "$PWD/app.db" script.sql
        assert_exit 1
        assert_stdout "table 'a' is to be built anew, and has keys or checks that no migration made"
        assert_equal "$(sql app.db "SELECT sql FROM sqlite_master WHERE name = 'a'")" \
            "CREATE TABLE a (b INTEGER, c INTEGER, $constraint)"
    done
}
@test "sqlite: a rebuild of a script is not passed over where the table has other columns" {
    local before
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    echo 'CREATE TABLE a (b integer, c integer); INSERT INTO a VALUES (1, 2);' >migrations/0001_people.sql
    for change in 'ALTER COLUMN b SET NOT NULL' 'ALTER COLUMN c TYPE numeric(8,2)' 'ADD CHECK (c > 1)' \
        'ALTER COLUMN c SET DEFAULT 3' 'ADD UNIQUE (c)' 'ADD CONSTRAINT k PRIMARY KEY (b)'; do
        echo "ALTER TABLE a $change;" >migrations/0002_more.sql
        export_to first.sql sqlite --to 0001_people
        export_to script.sql sqlite
        for somebody in 'ADD COLUMN d integer' 'RENAME COLUMN c TO d' 'RENAME COLUMN b TO d'; do
            rm -f app.db
            run_script "$PWD/app.db" first.sql
            assert_exit 0
            sql app.db "ALTER TABLE a $somebody"
            before=$(catalog_of "$PWD/app.db")
            run_script "$PWD/app.db" script.sql
            assert_exit 1
            assert_stdout "table 'a' is to be built anew, and has other columns than the migrations made"
            assert_equal "$(catalog_of "$PWD/app.db")" "$before"
            assert_equal "$(sql app.db 'SELECT count(*) FROM dunlin_migrations')" 1
        done
    done
}
@test "sqlite: a rebuild of a script that was made before is passed over, whatever came later" {
    local before
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    echo 'CREATE TABLE a (b integer, c integer, e varchar(5)); CREATE TABLE z (b integer PRIMARY KEY);' \
        >migrations/0001_people.sql
    cat >migrations/0002_more.sql <<'SQL'
ALTER TABLE a ADD CHECK (c > 1), ADD CONSTRAINT "A k" CHECK (b > 0), ADD UNIQUE (c), ADD FOREIGN KEY (b) REFERENCES z (b);
ALTER TABLE a ADD CONSTRAINT k PRIMARY KEY (b);
ALTER TABLE a ADD COLUMN IF NOT EXISTS d timestamp DEFAULT '2026-01-01 00:00:00', ADD COLUMN f text NOT NULL DEFAULT lower('X');
ALTER TABLE a ADD COLUMN g integer;
SQL
    export_to script.sql sqlite
    run_script "$PWD/app.db" script.sql
    assert_exit 0
    before=$(catalog_of "$PWD/app.db")
    sql app.db 'DELETE FROM dunlin_migrations'
    run_script "$PWD/app.db" script.sql
    assert_exit 0
    assert_equal "$(catalog_of "$PWD/app.db")" "$before"
    assert_equal "$(sql app.db "SELECT name FROM pragma_table_info('a') WHERE \"notnull\"")" $'b\nf'
}
@test "sqlite: what is missing is not passed over by a script" { missing sqlite; }
@test "a script changes no columns that only the database knows" {
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    cat >migrations/0001_copy.sql <<'SQL'
CREATE TABLE a (b integer NOT NULL, c varchar(5) NOT NULL DEFAULT 'x');
CREATE TABLE copy AS SELECT b, c FROM a;
ALTER TABLE copy ADD COLUMN d integer;
SQL
    for driver in sqlite mysql postgres; do
        dunlin export --driver $driver --output script.sql
        assert_exit 0
    done
    echo 'ALTER TABLE copy ALTER COLUMN c TYPE varchar(9);' >migrations/0002_copy.sql
    for driver in sqlite mysql; do
        dunlin export --driver $driver --output script.sql
        assert_exit 2
        assert_stderr "0002_copy.sql:1:1: what columns table 'copy' has is not known in a script, as CREATE TABLE .. AS made it: name them"
    done
    echo 'ALTER TABLE copy ADD CHECK (d > 0);' >migrations/0002_copy.sql
    dunlin export --driver sqlite --output script.sql
    assert_exit 2
    dunlin export --driver mysql --output script.sql
    assert_exit 0
}
@test "sqlite: a rebuild of a script keeps triggers, and indexes that somebody added" {
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    cat >migrations/0001_people.sql <<'SQL'
CREATE TABLE a (id integer PRIMARY KEY, b text);
CREATE TABLE seen (b text);
CREATE INDEX a_b ON a (b);
-- dunlin: only sqlite
CREATE TRIGGER IF NOT EXISTS guarded AFTER INSERT ON a BEGIN INSERT INTO seen VALUES (new.b || '; one'); END;
CREATE TRIGGER bare AFTER INSERT ON a BEGIN INSERT INTO seen VALUES (new.b || '; two'); END;
-- dunlin: end
SQL
    cat >migrations/0002_more.sql <<'SQL'
ALTER TABLE a ADD CONSTRAINT a_id CHECK (id > 0);
INSERT INTO a VALUES (1, 'it''s');
SQL
    export_to first.sql sqlite --to 0001_people
    export_to script.sql sqlite
    run_script "$PWD/app.db" first.sql
    assert_exit 0
    sql app.db 'CREATE INDEX others ON a (b DESC)'
    for _ in 1 2 3; do
        run_script "$PWD/app.db" script.sql
        assert_exit 0
    done
    assert_equal "$(sql app.db 'SELECT b FROM seen ORDER BY b')" $'it\'s; one\nit\'s; two'
    assert_equal "$(sql app.db "SELECT sql FROM sqlite_master WHERE name = 'others'")" \
        'CREATE INDEX others ON a (b DESC)'
    sql app.db 'DROP INDEX others'
    assert_same_as_migrate sqlite "$PWD/app.db"
}
@test "a default that stays behind a change of type is compared as one of the new type" {
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    echo 'CREATE TABLE a (id integer PRIMARY KEY, b integer DEFAULT 5); ALTER TABLE a ALTER COLUMN b TYPE numeric(12,3);' \
        >migrations/0001_people.sql
    echo 'ALTER TABLE a ADD COLUMN IF NOT EXISTS b numeric(12,3) DEFAULT 5;' >migrations/0002_more.sql
    for driver in mysql postgres sqlite; do
        export_to script.sql "$driver"
    done
    run_script "$PWD/app.db" script.sql
    assert_exit 0
    echo 'ALTER TABLE a ADD COLUMN IF NOT EXISTS b numeric(12,3) DEFAULT 6;' >migrations/0002_more.sql
    dunlin export --driver sqlite
    assert_exit 4
    assert_stderr "column 'a.b' exists, but different"
}
@test "sqlite: the check of an enum is the new one, and no other, in what follows a new label" {
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    cat >migrations/0001_people.sql <<'SQL'
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE people (id integer PRIMARY KEY, "Mood" mood NOT NULL DEFAULT 'sad', doc json);
SQL
    echo "ALTER TYPE mood ADD VALUE 'angry'; ALTER TYPE mood RENAME VALUE 'sad' TO 'low';" >migrations/0002_label.sql
    cat >migrations/0003_more.sql <<'SQL'
ALTER TABLE people ADD CONSTRAINT people_id CHECK (id > 0);
INSERT INTO people (id, "Mood", doc) VALUES (1, 'angry', '{}'), (2, 'low', NULL);
SQL
    echo 'ALTER TABLE people ALTER COLUMN "Mood" TYPE text, ALTER COLUMN doc TYPE text;' >migrations/0004_text.sql
    echo "INSERT INTO people VALUES (3, 'any', 'no json');" >migrations/0005_rows.sql
    dunlin migrate --url sqlite:dry.db --dry-run
    assert_exit 0
    refute_stdout "CHECK (Mood IN ('sad', 'ok')) CHECK"
    export_to script.sql sqlite
    for _ in 1 2 3; do
        run_script "$PWD/app.db" script.sql
        assert_exit 0
    done
    assert_same_as_migrate sqlite "$PWD/app.db"
}
@test "sqlite: an index over another expression, or with another condition, stops a script" {
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    echo 'CREATE TABLE people (id bigint PRIMARY KEY, email text, age integer);' >migrations/0001_people.sql
    echo 'CREATE INDEX IF NOT EXISTS mails ON people (lower(email), age DESC) WHERE age > 17;' \
        >migrations/0002_more.sql
    passes sqlite
    stops sqlite 'CREATE INDEX mails ON people (upper(email), age DESC) WHERE age > 17' mails
    stops sqlite 'CREATE INDEX mails ON people (lower(email), age DESC) WHERE age > 18' mails
}
@test "sqlite: sections, strings and assertions stand in a script" { directives sqlite "$(another sqlite app)"; }
@test "sqlite: a migration that was recorded with other SQL stops the script" { edited sqlite; }

@test "sqlite: the script of a Drizzle project equals migrate" {
    drizzle_project project
    cd project
    export_to script.sql sqlite
    for _ in 1 2 3; do
        run_script "$PWD/other.db" script.sql
        assert_exit 0
    done
    assert_same_as_migrate sqlite "$PWD/other.db"
    assert_equal "$(sql other.db 'SELECT hash, created_at FROM __drizzle_migrations')" \
        "$(sql migrated.db 'SELECT hash, created_at FROM __drizzle_migrations')"
}

@test "sqlite: rows of children survive the rebuilds of a script" {
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    cat >migrations/0001_people.sql <<'SQL'
CREATE TABLE people (id bigint PRIMARY KEY, age varchar(10));
CREATE TABLE pets (id bigint PRIMARY KEY, owner_id bigint REFERENCES people (id) ON DELETE CASCADE);
INSERT INTO people VALUES (1, '30');
INSERT INTO pets VALUES (1, 1);
SQL
    echo 'ALTER TABLE people ALTER COLUMN age TYPE integer USING CAST(age AS integer);' \
        >migrations/0002_age.sql
    export_to script.sql sqlite
    for _ in 1 2 3; do
        run_script "$PWD/app.db" script.sql
        assert_exit 0
    done
    assert_equal "$(sql app.db 'SELECT * FROM pets' 'SELECT age, typeof(age) FROM people')" \
        $'1|1\n30|integer'
    assert_same_as_migrate sqlite "$PWD/app.db"
}

@test "sqlite: rows change beside rebuilds of a script as with migrate, and nothing is printed" {
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    cat >migrations/0001_people.sql <<'SQL'
CREATE TABLE people (id bigint PRIMARY KEY, age varchar(10));
CREATE TABLE pets (id bigint PRIMARY KEY,
    owner_id bigint REFERENCES people (id) ON DELETE CASCADE ON UPDATE CASCADE);
INSERT INTO people VALUES (1, '30'), (2, '40');
INSERT INTO pets VALUES (1, 1), (2, 2);
SQL
    cat >migrations/0002_age.sql <<'SQL'
ALTER TABLE people ALTER COLUMN age TYPE integer USING CAST(age AS integer);
DELETE FROM people WHERE id = 1;
ALTER TABLE people ALTER COLUMN age SET NOT NULL;
UPDATE people SET id = 22 WHERE id = 2;
SQL
    export_to script.sql sqlite
    for _ in 1 2 3; do
        run_script "$PWD/app.db" script.sql
        assert_exit 0
        assert_equal "$output" ''
    done
    assert_equal "$(sql app.db 'SELECT * FROM pets' 'SELECT id FROM people')" $'2|22\n22'
    assert_same_as_migrate sqlite "$PWD/app.db"
    # A key that rows violate stops the script before COMMIT.
    echo 'ALTER TABLE people ADD CONSTRAINT k FOREIGN KEY (age) REFERENCES pets (id);' \
        >migrations/0003_broken.sql
    export_to script.sql sqlite
    run_script "$PWD/app.db" script.sql
    assert_exit 1
    assert_stdout 'foreign keys are violated that were not before'
    assert_equal "$(sql app.db 'SELECT count(*) FROM dunlin_migrations')" 2
}

# --- what is said -----------------------------------------------------------------------------------

@test "the script goes to standard output, and with --output to a file" {
    sample
    dunlin export --driver postgres
    assert_exit 0
    assert_stdout '-- Migrations 20260105090000_create_users to 20260330100000_create_team_invites'
    assert_stdout '\set ON_ERROR_STOP on'
    "$DUNLIN" export --driver postgres --quiet >printed.sql
    dunlin export --driver postgres --output script.sql
    assert_exit 0
    assert_equal "$output" '14 migrations written to script.sql'
    dunlin export --driver postgres --output script.sql --quiet
    assert_equal "$output" ''
    cmp printed.sql script.sql
    run_json export --driver postgres --from 20260316091000_add_session_timeout_preference
    assert_exit 0
    assert_json '[.driver, .server, (.migrations | length), .output]' \
        '["postgres","postgresql 15.0",3,null]'
    assert_json '.migrations[0]' "$(printf '%s' \
        '{"idx":11,"path":"'"$PWD"'/migrations/20260316091000_add_session_timeout_preference.sql",' \
        '"reason":null,"statements":3,"tag":"20260316091000_add_session_timeout_preference",' \
        '"transactional":true}')"
    assert_json '.script | startswith("-- Migrations 20260316091000")' true
}

@test "only what the migrations of a script lose is told, and may not be lost" {
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    echo 'CREATE TABLE a (id integer, n varchar(3));' >migrations/0001_a.sql
    echo 'CREATE TABLE b (id integer);' >migrations/0002_b.sql
    echo 'CREATE TABLE c (id integer, n numeric(4, 2));' >migrations/0003_c.sql
    run_json export --driver sqlite --from 0002_b --to 0002_b
    assert_exit 0
    assert_json .losses '[]'
    run_json export --driver sqlite
    assert_json '[.losses[].count]' '[1,1]'
    echo '{"dialect": "portable", "portability": "strict"}' >dunlin.json
    dunlin export --driver sqlite --from 0002_b --to 0002_b
    assert_exit 0
    dunlin export --driver sqlite --from 0002_b
    assert_exit 2
    assert_stderr '0003_c.sql:1:1:'
}

@test "what is not portable is named with its place" {
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    printf 'CREATE TABLE a (id bigint);\n\nVACUUM;\n' >migrations/0001_a.sql
    dunlin export --driver postgres
    assert_exit 2
    assert_stderr 'migrations/0001_a.sql:3:1: not portable to '"'postgres'"
    assert_equal "$output" ''
}

@test "data behind COPY cannot stand in a script" {
    mkdir migrations
    echo '{"dialect": "postgresql"}' >dunlin.json
    printf 'CREATE TABLE a (id int);\nCOPY a FROM stdin;\n1\n\\.\n' >migrations/0001_a.sql
    dunlin export --driver postgres
    assert_exit 1
    assert_stderr "0001_a.sql:2:1: 'COPY a FROM stdin' cannot stand in a script for 'postgres': data lines follow it"
    assert_stderr 'export.cannot'
}

@test "triggers cannot stand in a script for MySQL, and can in one for MariaDB" {
    mkdir migrations
    echo '{"dialect": "mysql"}' >dunlin.json
    printf 'CREATE TABLE a (id int);\nCREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.id = 1;\n' \
        >migrations/0001_a.sql
    dunlin export --driver mysql --server 'mysql 8.0'
    assert_exit 1
    assert_stderr "0001_a.sql:2:1: 'CREATE TRIGGER t BEFORE INSERT"
    assert_stderr 'MySQL prepares no statements about triggers and routines'
    dunlin export --driver mariadb
    assert_exit 0
}

@test "in a script for MySQL the like of a table has checks without names, which a database has once" {
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    echo 'CREATE TABLE a (b integer, CONSTRAINT c CHECK (b > 1));' >migrations/0001_a.sql
    dunlin export --driver mysql --server 'mysql 8.4'
    assert_exit 0
    refute_stdout CHECK_CONSTRAINTS
    assert_equal "$(grep -c 'CONSTRAINT `c` CHECK' <<<"$output")" 1
    dunlin export --driver mariadb
    assert_exit 0
    assert_stdout CHECK_CONSTRAINTS
    assert_equal "$(grep -c 'CONSTRAINT `c` CHECK' <<<"$output")" 2
}

@test "a rename to a name that is taken is refused, also where CHANGE swaps names, and no script passes it over" {
    local driver statement
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    echo 'CREATE TABLE a (x integer, y integer); CREATE TABLE b (z integer);' >migrations/0001_a.sql
    for driver in sqlite postgres mysql; do
        for statement in 'ALTER TABLE a RENAME TO b' 'ALTER TABLE a RENAME COLUMN x TO y' 'RENAME TABLE a TO b, b TO a' \
            'ALTER TABLE a CHANGE x y integer, CHANGE y x integer' 'ALTER TABLE a CHANGE x y integer, DROP COLUMN y'; do
            echo "$statement;" >migrations/0002_b.sql
            dunlin export --driver "$driver" --from 0002_b
            assert_exit 4
            assert_stderr 'both it and its new name '
        done
        for statement in 'RENAME TABLE a TO z, b TO a, z TO b' 'ALTER TABLE a DROP COLUMN y, RENAME COLUMN x TO y' \
            'ALTER TABLE a RENAME COLUMN x TO z; ALTER TABLE a RENAME COLUMN y TO x'; do
            echo "$statement;" >migrations/0002_b.sql
            dunlin export --driver "$driver" --from 0002_b
            assert_exit 0
        done
    done
}

@test "carriage returns in strings cannot stand in a script for SQLite" {
    mkdir migrations
    echo '{"dialect": "sqlite"}' >dunlin.json
    printf 'CREATE TABLE a (b text);\r\n' >migrations/0001_a.sql
    dunlin export --driver sqlite
    assert_exit 0
    printf "INSERT INTO a VALUES ('x\r\ny');\n" >migrations/0002_b.sql
    dunlin export --driver sqlite
    assert_exit 1
    assert_stderr '0002_b.sql:1:1:'
    assert_stderr 'the sqlite3 shell takes carriage returns out of strings'
}

@test "unknown tags, servers and drivers are usage errors" {
    sample
    dunlin export --driver sqlite --from nothing
    assert_exit 2
    assert_stderr "--from names 'nothing', and there is no such migration"
    dunlin export --driver sqlite --from 20260216130000_add_user_profile --to 20260112101500_create_sessions
    assert_exit 2
    assert_stderr "'20260216130000_add_user_profile' of --from comes behind"
    dunlin export --driver postgres --server 'mariadb 10.11'
    assert_exit 2
    dunlin export --driver none
    assert_exit 2
    dunlin export
    assert_exit 2
}
