#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dunlin check --portability: what has no translation, found without a database.

load helper

# folder DIALECT: a folder of one migration, whose text comes from standard input.
folder() {
    mkdir -p migrations
    printf '{"dialect": "%s", "targets": {"one": {"url": "sqlite:app.db"}}}\n' "$1" >dunlin.json
    cat >migrations/0001_one.sql
}

# obstacles DRIVER: "file:line:column", one a line.
obstacles() {
    json ".drivers[] | select(.driver == \"$1\") | .obstacles[] |
        (.file | split(\"/\")[-1]) + \":\" + (.line | tostring) + \":\" + (.column | tostring)"
}

@test "the sample project is portable, and its targets give the drivers" {
    cp -r "$tree/migrations" .
    cat >dunlin.json <<'JSON'
{"dialect": "portable", "targets": {
    "a": {"url": "sqlite:app.db"}, "b": {"url": "sqlite:other.db"},
    "c": {"url": "postgres://nobody@nowhere.invalid/x"}, "d": {"url": "mysql://nobody@nowhere.invalid/x"}}}
JSON
    run_json check --portability
    assert_exit 0
    assert_json_form check
    assert_json '[.drivers[] | [.driver, .targets, .portable, .refused]]' \
        '[["sqlite",["a","b"],true,0],["postgres",["c"],true,0],["mysql",["d"],true,0]]'
    assert_json .portable true
    refute_file app.db
    dunlin check --portability --target a
    assert_exit 0
    assert_stdout 'sqlite, lost: the length is not enforced'
    assert_stdout 'sqlite: 40 statements, all can be translated; something is lost in 27 places'
    refute_stdout 'mysql'
}

@test "what may not be lost under strict portability is not portable" {
    folder portable <<<'CREATE TABLE t (a varchar(3));'
    dunlin check --portability
    assert_exit 0
    sed -i 's/{/{"portability": "strict", /' dunlin.json
    dunlin check --portability
    assert_exit 4
    assert_stdout 'something is lost in 1 place, which "portability": "strict" does not allow'
    # So says the check of everything, and once: what the migrations make is another question.
    echo 'ALTER TABLE t ADD COLUMN b integer;' >migrations/0002_two.sql
    dunlin check
    assert_exit 4
    assert_equal "$output" "$(cat <<OUT
ok            journal: journal and files agree
DISAGREES     portability (sqlite): 2 statements, all can be translated; something is lost in 1 place, which "portability": "strict" does not allow
                $PWD/migrations/0001_one.sql:1 'a': lost: the length is not enforced
                  to mend: change the statement, or say "portability": "warn" in dunlin.json to accept it
ok            replay (sqlite): 2 migrations run from empty
1 of 3 checks disagree
OUT
    )"
}

@test "what cannot be translated is told once by the check of everything, and what may follow from it as that" {
    folder portable <<'SQL'
CREATE TABLE t (id integer PRIMARY KEY, a citext);
SQL
    echo 'ALTER TABLE t ADD COLUMN b integer;' >migrations/0002_two.sql
    dunlin check
    assert_exit 4
    assert_equal "$output" "$(cat <<OUT
ok            journal: journal and files agree
DISAGREES     portability (sqlite): 2 statements, 1 of them cannot be translated
                $PWD/migrations/0001_one.sql:1:43: the type citext is not portable
                  to mend: the statement between '-- dunlin: only NAME' and '-- dunlin: end', for the database that it is for, and what sqlite gets instead in '-- dunlin: only sqlite'; or, also where a database has applied the migration, a file '0001_one.sqlite.sql', which sqlite gets in place of the whole of it
not verified  replay (sqlite): what cannot be translated was left out, and may be missing behind it
                0002_two: $PWD/migrations/0002_two.sql:1: no such table: t
                  to mend: mend '0001_one' first: this may follow from it
1 of 3 checks disagree; 1 could not be verified
OUT
    )"
}

@test "each native statement of the Drizzle fixture is named at once" {
    cp -r "$fixtures_folder/drizzle-postgresql/drizzle" migrations
    # Production has the files: a section would make them others there.
    echo '{"targets": {"one": {"url": "sqlite:app.db"}}}' >dunlin.json
    dunlin migrate
    assert_exit 2
    assert_stderr "hint: a file '0003_audit_trail.sqlite.sql', which sqlite gets in place of the whole migration; or, where no database has applied it yet, the statement between '-- dunlin: only postgresql' and '-- dunlin: end', and what sqlite gets instead in '-- dunlin: only sqlite' ('dunlin check --portability' lists all such statements)"
    rm dunlin.json
    run_json check --portability --driver sqlite --driver postgres
    assert_exit 4
    assert_json_form check
    assert_json '.drivers[0].obstacles[0] | [.reason, .way_out[:39]]' \
        '["SQLite has no schemas","a file '"'0003_audit_trail.sqlite.sql'"', w"]'
    assert_equal "$(obstacles sqlite)" "$(cat <<'OUT'
0003_audit_trail.sql:1:1
0003_audit_trail.sql:3:1
0003_audit_trail.sql:12:1
0003_audit_trail.sql:13:1
0003_audit_trail.sql:14:1
0003_audit_trail.sql:15:61
0006_backfill_and_touch_trigger.sql:2:37
0006_backfill_and_touch_trigger.sql:6:1
0006_backfill_and_touch_trigger.sql:16:1
0008_reporting_views.sql:2:1
OUT
    )"
    assert_json '.drivers[0].refused' 10
    assert_json '.drivers[1] | [.driver, .own_dialect, .portable]' '["postgres",true,true]'
}

@test "an obstacle names place, statement, driver, reason and both ways out" {
    folder portable <<'SQL'
CREATE TABLE t (id integer PRIMARY KEY, a inet, b citext);
CREATE TABLE u (id integer);
CREATE TRIGGER g
    BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
SQL
    dunlin check --portability --driver mysql
    assert_exit 4
    assert_equal "$output" "$(cat <<OUT
note: there is no journal in '$PWD/migrations': the names of the files are the order [journal.none]
$PWD/migrations/0001_one.sql:1:43: mysql: the type inet is not portable
  CREATE TABLE t (id integer PRIMARY KEY, a inet, b ...
$PWD/migrations/0001_one.sql:1:51: mysql: the type citext is not portable
  CREATE TABLE t (id integer PRIMARY KEY, a inet, b ...
$PWD/migrations/0001_one.sql:3:1: mysql: triggers are written in the database's own language
  CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW E...
  way out: the statement between '-- dunlin: only NAME' and '-- dunlin: end', for the database that it is for, and what mysql gets instead in '-- dunlin: only mysql'; or, also where a database has applied the migration, a file '0001_one.mysql.sql', which mysql gets in place of the whole of it
mysql: 3 statements, 2 of them cannot be translated
OUT
    )"
}

@test "two tables with a foreign key of one name are no translation for mysql" {
    folder portable <<'SQL'
CREATE TABLE p (id integer PRIMARY KEY);
CREATE TABLE a (id integer, CONSTRAINT owner FOREIGN KEY (id) REFERENCES p (id));
ALTER TABLE a DROP CONSTRAINT owner, ADD CONSTRAINT owner FOREIGN KEY (id) REFERENCES p (id);
CREATE TABLE b (id integer, CONSTRAINT "Owner" FOREIGN KEY (id) REFERENCES p (id));
DROP TABLE a;
CREATE TABLE c (id integer, CONSTRAINT owner FOREIGN KEY (id) REFERENCES p (id));
ALTER TABLE b DROP CONSTRAINT "Owner";
ALTER TABLE p ADD CONSTRAINT "Owner" FOREIGN KEY (id) REFERENCES b (id);
SQL
    dunlin check --portability --driver mysql
    assert_exit 4
    assert_stdout "0001_one.sql:4:29: mysql: MariaDB has no second foreign key of one name in a database: 'Owner' is in 'a' already"
    assert_stdout "0001_one.sql:6:29: mysql: MariaDB has no second foreign key of one name in a database: 'owner' is in 'b' already"
    assert_stdout 'mysql: 8 statements, 3 of them cannot be translated'
    dunlin check --portability --driver sqlite --driver postgres
    assert_exit 0
}

@test "a foreign key to a table that is made later is for sqlite alone" {
    folder portable <<'SQL'
CREATE TABLE a (id integer PRIMARY KEY, b_id integer REFERENCES b (id), old_id integer REFERENCES brownfield (id), up integer REFERENCES a (id));
CREATE TABLE c (id integer PRIMARY KEY, a_id integer, b_id integer, FOREIGN KEY (b_id) REFERENCES b (id));
SQL
    cat >migrations/0002_two.sql <<'SQL'
CREATE TABLE b (id integer PRIMARY KEY, a_id integer REFERENCES a (id));
ALTER TABLE c ADD CONSTRAINT c_b FOREIGN KEY (b_id) REFERENCES b (id);
SQL
    dunlin check --portability --driver sqlite
    assert_exit 0
    dunlin check --portability --driver postgres
    assert_exit 4
    assert_stdout "0001_one.sql:1:54: postgres: the table 'b' is made later, in line 1 of $PWD/migrations/0002_two.sql: the foreign key belongs into an ALTER TABLE behind that"
    assert_stdout "0001_one.sql:2:69: postgres: the table 'b' is made later"
    assert_stdout "postgres: 4 statements, 2 of them cannot be translated"
    refute_stdout brownfield
    printf '%s\n' '-- dunlin: only mysql' 'CREATE TABLE b (id int PRIMARY KEY);' '-- dunlin: end' >migrations/0002_two.sql
    dunlin check --portability --driver mysql
    assert_exit 4
    assert_stdout "the table 'b' is made later, in line 2 of"
    assert_stdout "mysql: 2 statements, 2 of them cannot be translated"
}

@test "both ways out are ways out" {
    folder portable <<'SQL'
CREATE TABLE t (id integer PRIMARY KEY, a text);
-- dunlin: only postgres
CREATE INDEX i ON t USING gin (to_tsvector('simple', a));
-- dunlin: end
-- dunlin: only sqlite
CREATE TABLE own (id INTEGER PRIMARY KEY, a TEXT) STRICT;
-- dunlin: end
SQL
    echo 'CREATE TRIGGER g AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();' \
        >migrations/0002_two.sql
    dunlin check --portability
    assert_exit 4
    assert_stdout "0002_two.sql:1:1: sqlite: triggers"
    echo 'CREATE TRIGGER g AFTER UPDATE ON t BEGIN SELECT 1; END;' >migrations/0002_two.sqlite.sql
    run_json check --portability --driver sqlite --driver postgres
    assert_exit 4
    assert_json '[.drivers[] | [.driver, .portable, .native]]' \
        '[["sqlite",true,2],["postgres",false,1]]'
}

@test "of what native text made only a run can tell" {
    folder portable <<'SQL'
-- dunlin: only sqlite
CREATE TABLE x AS SELECT 1 AS a;
CREATE TABLE y (a int, b text);
-- dunlin: end
ALTER TABLE x ALTER COLUMN a TYPE text;
ALTER TABLE y ALTER COLUMN a TYPE text;
CREATE TABLE z (a integer);
CREATE SEQUENCE s;
SQL
    run_json check --portability
    assert_exit 4
    assert_equal "$(obstacles sqlite)" 0001_one.sql:8:1
    assert_json '.drivers[0] | [.statements, .refused, .native, .unsure]' '[4,1,2,2]'
}

@test "the history is followed: rebuilds, enums and renamed tables of earlier migrations" {
    folder portable <<'SQL'
CREATE TYPE color AS ENUM ('red', 'green');
CREATE TABLE t (id integer PRIMARY KEY, a integer, c color);
SQL
    echo 'ALTER TABLE t RENAME TO u;' >migrations/0002_two.sql
    cat >migrations/0003_three.sql <<'SQL'
ALTER TABLE u ALTER COLUMN a TYPE bigint;
ALTER TABLE u ADD COLUMN d color;
CREATE TABLE IF NOT EXISTS u (id integer PRIMARY KEY);
SQL
    run_json check --portability --driver sqlite --driver mysql --driver postgres
    assert_exit 0
    assert_json '[.drivers[].statements]' '[6,6,6]'
    echo 'ALTER TABLE u ADD COLUMN e colour;' >migrations/0004_four.sql
    dunlin check --portability --driver sqlite
    assert_exit 4
    assert_stdout '0004_four.sql:1:'
    assert_stdout 'colour'
}

@test "bad input is told with its place and the exit code for it" {
    folder portable <<<'CREATE TABLE t (id integer);'
    dunlin check --portability --driver nosuch
    assert_exit 2
    assert_stderr nosuch
    dunlin check --portability --driver
    assert_exit 2
    printf -- '-- dunlin: only sqlite\nSELECT 1;\n' >migrations/0002_two.sql
    dunlin check --portability
    assert_exit 2
    assert_stderr '0002_two.sql:1:1'
    printf "SELECT 'open\n" >migrations/0002_two.sql
    dunlin check --portability
    assert_stderr '0002_two.sql:1:8'
    [ "$status" -ne 0 ] || fail "it succeeded"
    echo 'CREATE TABLE v (a int,);' >migrations/0002_two.sql
    run_json check --portability
    assert_exit 4
    assert_json '.drivers[0].obstacles[0] | [.line, .column, .kind]' '[1,23,"wrong"]'
}

@test "a target that cannot be resolved is an error that names --driver; so is a folder without dialect" {
    folder portable <<<'CREATE TABLE t (id integer);'
    echo '{"dialect": "portable", "targets": {"one": {"url": "env:NOT_SET"}}}' >dunlin.json
    dunlin check --portability
    assert_exit 2
    assert_stderr NOT_SET
    assert_stderr --driver
    dunlin check --portability --driver sqlite
    assert_exit 0
    echo '{"targets": {"one": {"url": "sqlite:app.db"}}}' >dunlin.json
    dunlin check --portability
    assert_exit 2
    assert_stderr check.no-dialect
    assert_stderr '"dialect" in dunlin.json'
}

@test "a target whose URL is not known here is left out of every check, which is told" {
    dunlin init --quiet --dialect portable
    local command told="note: target 'production' is left out: the URL of target \"production\" is in the variable 'DATABASE_URL', which is not set; with '--driver NAME' its kind of database is checked, too [target.left-out]"
    for command in check 'check --portability'; do
        dunlin $command
        assert_exit 0
        assert_stdout "$told"
        run_json $command
        assert_json_form check
        assert_json '.findings[] | select(.id == "target.left-out") | [.severity, .object]' '["note","production"]'
    done
    assert_json '[.drivers[].driver]' '["sqlite"]'
    dunlin check --portability --driver sqlite --driver mysql
    assert_exit 0
    refute_stdout left-out
    dunlin parity
    assert_exit 2
    assert_stderr "or name those that are to be compared with --targets"
}

@test "a listed migration without a file is a disagreement" {
    dunlin init --quiet
    dunlin new two --quiet
    rm migrations/*_two.sql
    dunlin check --portability --driver sqlite
    assert_exit 4
    assert_stdout journal.file-missing
}

# --- names of drivers -----------------------------------------------------------------------------------

@test "a section for a driver that nobody knows is an error with its place; nothing is applied" {
    folder portable <<'SQL'
CREATE TABLE t (id integer);
SQL
    printf 'CREATE TABLE u (id integer);\n-- dunlin: only mysql, oracel\nSELECT 1;\n-- dunlin: end\n' \
        >migrations/0002_two.sql
    local command
    for command in migrate 'check --portability' 'check --portability --driver mysql'; do
        dunlin $command
        assert_exit 2
        assert_stderr "0002_two.sql:2:24: there is no driver 'oracel'; known are mysql, postgres and sqlite"
        assert_stderr '        -- dunlin: only mysql, oracel'
        assert_stderr '                               ^'
        assert_stderr script.unknown-driver
        assert_stderr 'give dunlin.json a target'
    done
    dunlin status
    assert_stdout '0 applied'
    sed -i 's/oracel/MariaDB, postgresql/' migrations/0002_two.sql
    dunlin migrate
    assert_exit 0
}

@test "a driver of somebody else is known by a target, or where it is installed" {
    folder portable <<'SQL'
CREATE TABLE t (id integer);
-- dunlin: only oracle
SELECT 1;
-- dunlin: end
SQL
    dunlin migrate
    assert_exit 2
    echo '{"dialect": "portable", "default": "one", "targets": {"one": {"url": "sqlite:app.db"},
        "away": {"url": "env:NOT_SET"}, "two": {"url": "oracle:there"}}}' >dunlin.json
    dunlin migrate
    assert_exit 0
    dunlin check --portability --driver sqlite
    assert_exit 0
    rm -r app.db
    folder portable <<'SQL'
CREATE TABLE t (id integer);
-- dunlin: only plaything
SELECT 1;
-- dunlin: end
SQL
    dunlin migrate
    assert_exit 2
    assert_stderr "there is no driver 'plaything'"
    mkdir drivers
    cp "$(realpath -ms "${BUILD:-$tree/build}/tests/drivers/.libs")/toy.so" drivers
    dunlin migrate --driver-path drivers
    assert_exit 0
}

@test "a file for a driver that nobody knows is a warning of the check" {
    folder portable <<'SQL'
CREATE TABLE t (id integer);
SQL
    echo 'SELECT 1;' | tee migrations/0001_one.{sqlit,postgres,postgresql,down}.sql >migrations/README.txt
    run_json check --portability
    assert_exit 0
    assert_json '[.findings[] | select(.severity == "warning") | [.id, .object]]' \
        '[["journal.unknown-override","0001_one.postgresql.sql"],["journal.unknown-override","0001_one.sqlit.sql"]]'
    dunlin check --portability
    [[ $output$stderr == *"no database gets '0001_one.sqlit.sql': there is no driver 'sqlit'; known are"* ]] ||
        fail 'the file is not told'
    [[ $output$stderr == *"no database gets '0001_one.postgresql.sql': in names of files the driver is 'postgres'"* ]] ||
        fail 'the other file is not told'
    dunlin migrate
    assert_exit 0
}
