#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dunlin export: scripts for psql and the mariadb client, run by them.

load helper
load export_helper

@test "postgresql: the script of the sample project run three times equals migrate" { three_times postgresql; }
@test "postgresql: a script that begins in the middle wants the rest to be recorded" { from_half_way postgresql; }
@test "postgresql: a script finishes what migrate and a shorter script began" { whole_over_half postgresql; }
@test "postgresql: a script that was stopped anywhere finishes when it is run again" { interrupted postgresql; }
@test "postgresql: a key without a name is made once, when a script is killed behind it" {
    keys_without_name postgresql '-- dunlin: no-transaction' known 'ALTER TABLE t ADD CHECK (a > 0)' \
        'CREATE INDEX ON t (b)'
    keys_without_name postgresql '-- dunlin: no-transaction' unknown 'CREATE INDEX CONCURRENTLY ON t (b)' \
        'CREATE INDEX CONCURRENTLY ON t (b) WITH (fillfactor = 50)' \
        'DO $$ BEGIN INSERT INTO r VALUES (1); COMMIT; END $$'
    keys_without_name postgresql '-- dunlin: no-transaction' known \
        'DO $$ BEGIN ALTER TABLE t ADD CHECK (b > 0); END $$' \
        'ALTER TABLE t ADD EXCLUDE USING btree (a WITH =)'
}
@test "postgresql: without records nothing is done twice that must not be" { emptied_and_unsafe postgresql; }
@test "postgresql: without records a USING that computes is not done twice" { emptied_and_computed postgresql; }
@test "postgresql: what only makes things is recorded where it is there" { emptied_and_safe postgresql; }
@test "postgresql: what is there and different stops a script, which shows both" { different postgresql; }
@test "postgresql: views, types, checks, computed columns and keys that are different stop a script" {
    different_kinds postgresql
}
@test "postgresql: a trigger that is there and different stops a script" {
    only_here postgresql 'looks BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION look()' \
        'CREATE TRIGGER looks AFTER INSERT ON people FOR EACH ROW EXECUTE FUNCTION look()' \
        'CREATE TRIGGER "looks" BEFORE INSERT ON public.people FOR EACH ROW EXECUTE PROCEDURE look()'
}
@test "postgresql: sections, strings and assertions stand in a script" { directives postgresql "$(another postgresql app)"; }
@test "postgresql: a migration that was recorded with other SQL stops the script" { edited postgresql; }

@test "mysql: the script of the sample project run three times equals migrate" { three_times mysql; }
@test "mysql: a script that begins in the middle wants the rest to be recorded" { from_half_way mysql; }
@test "mysql: a script finishes what migrate and a shorter script began" { whole_over_half mysql; }
@test "mysql: a script that was stopped anywhere finishes when it is run again" { interrupted mysql; }
@test "mysql: a key without a name is made once, when a script is killed behind it" {
    keys_without_name mysql '' unknown 'ALTER TABLE t ADD CHECK (a > 0)' 'ALTER TABLE t ADD UNIQUE (b)' \
        'ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES r (id)' 'ALTER TABLE t ADD INDEX (b)' \
        "ALTER TABLE t ADD KEY (a) USING HASH COMMENT 'x'"
}
@test "mysql: what no guard understands is done once, when a script is killed behind it" {
    keys_without_name mysql '' unknown 'ALTER TABLE t PARTITION BY HASH (a) PARTITIONS 4' \
        'RENAME TABLE r TO z, t TO r, z TO t' 'ALTER TABLE t RENAME COLUMN a TO b, RENAME COLUMN b TO a' \
        'BEGIN NOT ATOMIC INSERT INTO r VALUES (1); END'
    keys_without_name mysql '' known 'CREATE OR REPLACE PROCEDURE p() SELECT 1' 'RENAME TABLE r TO z, t TO r' \
        'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1'
    written=portable keys_without_name mysql '' unknown 'RENAME TABLE r TO z, t TO r, z TO t'
}
@test "mysql: a key without a name that was refused is made by the next run" { refused_key mysql; }
@test "mysql: without records nothing is done twice that must not be" { emptied_and_unsafe mysql; }
@test "mysql: what only makes things is recorded where it is there" { emptied_and_safe mysql; }
@test "mysql: what is there and different stops a script, which shows both" { different mysql; }
@test "mysql: views, sequences, checks, computed columns and keys that are different stop a script" {
    different_kinds mysql
}
@test "mysql: a trigger that is there and different stops a script" {
    only_here mysql 'looks BEFORE INSERT ON people FOR EACH ROW BEGIN SET NEW.age = 1; SET NEW.email = "x\\\\y\n"; END' \
        'CREATE TRIGGER looks BEFORE INSERT ON people FOR EACH ROW SET NEW.age = 2' \
        "EXECUTE IMMEDIATE 'CREATE TRIGGER looks before insert ON people FOR EACH ROW
            BEGIN /* why */ SET NEW.\`age\`  = 1; SET NEW.email = \"x\\\\\\\\\\\\\\\\y\\\\n\"; END'"
}
@test "mysql: sections, strings and assertions stand in a script" { directives mysql "$(another mysql app)"; }
@test "mysql: a migration that was recorded with other SQL stops the script" { edited mysql; }

@test "postgresql: what is missing is not passed over by a script" { missing postgresql; }
@test "mysql: what is missing is not passed over by a script" { missing mysql; }
@test "mysql: rows that have no value for a new column stop a script" { required mysql; }

# --- Drizzle ----------------------------------------------------------------------------------------

# drizzle DIALECT FIXTURE TRACKER
drizzle() {
    local where other
    drizzle_project project "$2"
    cd project || return 1
    where=$database
    export_to script.sql "$1"
    for _ in 1 2 3; do
        run_script "$where" script.sql
        assert_exit 0
    done
    assert_same_as_migrate "$1" "$where"
    other=$(another "$1" drizzled)
    dunlin migrate --url "$other" --quiet
    assert_exit 0
    assert_equal "$(sql_in "$where" "SELECT id, hash, created_at FROM $3 ORDER BY id")" \
        "$(sql_in "$other" "SELECT id, hash, created_at FROM $3 ORDER BY id")"
}

@test "postgresql: the script of a Drizzle project equals migrate" {
    drizzle postgresql postgresql drizzle.__drizzle_migrations
}

@test "postgresql, drizzle 1.0: the script of a Drizzle project equals migrate" {
    drizzle postgresql v1-postgresql drizzle.__drizzle_migrations
}

@test "mysql: the script of a Drizzle project equals migrate, triggers included" {
    drizzle mysql mysql __drizzle_migrations
}

# --- one database each --------------------------------------------------------------------------------

@test "postgresql: an index is built concurrently, and again where it was left invalid" {
    local where
    where=$(another postgresql app)
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    echo 'CREATE TABLE a (id bigint PRIMARY KEY, b integer);' >migrations/0001_a.sql
    echo 'CREATE INDEX CONCURRENTLY a_b_idx ON a (b);' >migrations/0002_b.sql
    export_to script.sql postgresql
    head -n "$(grep -n '^-- 0002_b' script.sql | cut -d: -f1)" script.sql >part.sql
    run_script "$where" part.sql
    assert_exit 0
    sql_in "$where" 'INSERT INTO a VALUES (1, 1), (2, 1)'
    run sql_in "$where" 'CREATE UNIQUE INDEX CONCURRENTLY a_b_idx ON a (b)'
    [ "$status" -ne 0 ]
    for _ in 1 2 3; do
        run_script "$where" script.sql
        assert_exit 0
    done
    assert_equal "$(sql_in "$where" "SELECT indisvalid, indisunique FROM pg_index
        WHERE indexrelid = 'a_b_idx'::regclass")" 't|f'
    assert_same_as_migrate postgresql "$where"
}

@test "postgresql: a server older than the script, or another search_path, is refused" {
    local where
    sample
    where=$(another postgresql app)
    dunlin export --driver postgres --server 'postgres 99' --output script.sql
    assert_exit 0
    run_script "$where" script.sql
    [ "$status" -eq 3 ]
    assert_stdout 'this script was written for PostgreSQL 99 or later'
    export_to script.sql postgresql
    sql_in "$where" 'CREATE SCHEMA other' \
        "DO \$\$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET search_path TO other'; END \$\$"
    run_script "$where" script.sql
    [ "$status" -eq 3 ]
    assert_stdout 'new tables of this session would not go to the schema public'
}

@test "mysql: a script for MySQL is refused by MariaDB" {
    local where
    sample
    where=$(another mysql app)
    dunlin export --driver mysql --server 'mysql 8.0' --output script.sql
    assert_exit 0
    run_script "$where" script.sql
    [ "$status" -ne 0 ]
    assert_stdout 'this script was written for MySQL'
    assert_equal "$(sql_in "$where" 'SHOW TABLES')" ''
}

@test "mysql: migrate takes up what a script has left half done" {
    local where
    sample
    where=$(another mysql app)
    export_to script.sql mysql
    # Behind the rows of plans, before the migration is recorded.
    head -n "$(grep -n '^SET @dunlin_wanted.*20260119084500.*ordinal = 3' script.sql | cut -d: -f1)" \
        script.sql >part.sql
    run_script "$where" part.sql
    assert_exit 0
    assert_equal "$(sql_in "$where" 'SELECT count(*) FROM plans')" 3
    dunlin migrate --url "$where" --quiet
    assert_exit 0
    assert_equal "$(sql_in "$where" 'SELECT count(*) FROM plans')" 3
    dunlin status --check --url "$where"
    assert_exit 0
    run_script "$where" script.sql
    assert_exit 0
}

@test "mysql: a key that goes leaves an index behind for its foreign key" {
    local where
    where=$(another mysql app)
    mkdir migrations
    printf '{"migrations": "migrations", "dialect": "portable"}\n' >dunlin.json
    cat >migrations/0001_keys.sql <<'SQL'
CREATE TABLE a (id integer PRIMARY KEY);
CREATE TABLE b (a_id integer REFERENCES a (id), n integer, CONSTRAINT b_k PRIMARY KEY (a_id, n));
ALTER TABLE b DROP CONSTRAINT b_k;
SQL
    dunlin export --driver mysql --server 'mariadb 10.11' --output script.sql
    assert_exit 0
    for _ in 1 2; do
        run_script "$where" script.sql
        assert_exit 0
    done
    assert_equal "$(sql_in "$where" "SELECT INDEX_NAME FROM information_schema.STATISTICS
        WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'b'")" b_a_id_fkey
}

@test "keys and checks without a name in the own dialect are all in the script, and none comes twice" {
    local url
    url=$(fresh_database postgresql)
    mkdir migrations
    cat >migrations/0001_a.sql <<'SQL'
CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY, x int CHECK (x > 0));
ALTER TABLE t ADD COLUMN IF NOT EXISTS a int UNIQUE CHECK (a > 0) REFERENCES t (id);
SQL
    dunlin export --driver postgres --output script.sql
    assert_exit 0
    for _ in 1 2; do
        run_script "$url" script.sql
        assert_exit 0
        sql_pg "$url" 'DELETE FROM dunlin_migrations'
        assert_equal "$(sql_pg "$url" "SELECT string_agg(conname, ' ' ORDER BY conname) FROM pg_constraint WHERE conrelid = 't'::regclass")" \
            't_a_check t_a_fkey t_a_key t_pkey t_x_check'
    done
}

@test "mysql: without records a key or check without a name is not added once more" {
    local url
    url=$(fresh_database mysql)
    mkdir migrations
    printf '{"migrations": "migrations", "dialect": "mysql"}\n' >dunlin.json
    printf 'CREATE TABLE t (id int PRIMARY KEY CHECK (id > 0), y int UNIQUE);\nALTER TABLE t ADD CHECK (y > 1), ADD UNIQUE (y, id);\n' \
        >migrations/0001_a.sql
    dunlin export --driver mysql --output script.sql
    assert_exit 0
    run_script "$url" script.sql
    assert_exit 0
    run_script "$url" script.sql
    assert_exit 0
    sql_my "$url" 'DELETE FROM dunlin_migrations'
    run_script "$url" script.sql
    [ "$status" -ne 0 ] || fail "it ran twice"
    [[ $output == *"this must not run twice: 0001_a"* ]] || fail "another error"
    assert_equal "$(sql_my "$url" 'SELECT count(*) FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()')" 2
}
