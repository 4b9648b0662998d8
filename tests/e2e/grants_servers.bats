#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Grants as part of the schema: "grants" in dunlin.json.

load helper

setup() {
    helper_setup
    role=grants_$$_$RANDOM
    odd="grants $role 'O\"Neil\" /% ~"
}

# Roles, and what everybody may do on MariaDB, are of the whole server.
teardown() {
    local name
    helper_teardown
    sql_pg "$server_postgresql" "DROP ROLE IF EXISTS $role" \
        "DROP ROLE IF EXISTS \"${odd//\"/\"\"}\"" 2>/dev/null
    sql_my "$server_mysql" "DROP USER IF EXISTS '$role'@'%', \`${odd//\`/}\`@'10.%'" \
        "DROP ROLE IF EXISTS ${role}_r" 2>/dev/null || true
    for name in $(sed -n 's|^mysql://.*/||p' "$BATS_TEST_TMPDIR/databases" 2>/dev/null); do
        sql_my "$server_mysql" "REVOKE SELECT ON $name.people FROM PUBLIC" 2>/dev/null || true
    done
}

# configure DIALECT [GRANTS]: fresh databases $url and $other, the targets "app" and "other".
configure() {
    url=$(fresh_database "$1")
    other=$(fresh_database "$1")
    mkdir -p migrations
    tell_grants "$1" "${2:-true}"
}

tell_grants() {
    cat >dunlin.json <<END
{"dialect": "$1", "grants": $2, "default": "app", "targets": {
 "app": {"url": "$url", "kind": "development"}, "other": {"url": "$other", "kind": "development"}}}
END
}

# facts FILE: the grants of a snapshot, a line each, as [path, value].
grants_in() {
    jq -c '.facts | to_entries[] | select(.key | startswith("grant/")) | [.key, .value]' "$1"
}

# same_again: the definition makes the same bytes of an empty database, and every comparison agrees.
same_again() {
    dunlin schema load schema.sql --target other
    assert_exit 0
    dunlin snapshot --target app --output app.json
    assert_exit 0
    dunlin snapshot --target other --output other.json
    assert_exit 0
    cmp app.json other.json || fail "the definition does not make the same schema"
    dunlin diff app other --exit-code
    assert_exit 0
    dunlin check
    assert_exit 0
    dunlin schema check schema.sql
    assert_exit 0
    dunlin drift
    assert_exit 0
    dunlin drift --replay
    assert_exit 0
    dunlin doctor
    assert_exit 0
}

# comes_back: what was done by hand is drift, a migration of it is one that is kept.
comes_back() {
    dunlin drift --fix "keep it"
    assert_exit 4
    dunlin migrate --no-backup
    assert_exit 0
    dunlin drift --replay
    assert_exit 0
    assert_stdout "no drift"
    dunlin diff app other --sql
    assert_exit 0
    printf '%s\n' "$output" >back.sql
    sql_in "$url" "$(cat back.sql)"
    dunlin diff app other --exit-code
    assert_exit 0
}

# A project on PostgreSQL with a privilege on everything that can have one.
postgres_project() {
    configure postgresql "${1:-true}"
    sql_pg "$url" "CREATE ROLE $role" "CREATE ROLE \"${odd//\"/\"\"}\""
    cat >migrations/0001_schema.sql <<'END'
CREATE TABLE users (id serial PRIMARY KEY, email text, name text);
ALTER TABLE users RENAME TO people;
CREATE VIEW v AS SELECT id FROM people;
CREATE MATERIALIZED VIEW m AS SELECT id FROM people;
CREATE SEQUENCE alone;
CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('sad');
CREATE DOMAIN short AS text;
CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1';
END
    cat >migrations/0002_grants.sql <<END
GRANT SELECT, INSERT ON people TO $role WITH GRANT OPTION;
GRANT UPDATE (email, name) ON people TO "${odd//\"/\"\"}";
GRANT SELECT ON v, m TO PUBLIC;
GRANT SELECT (id) ON v TO $role;
GRANT USAGE ON SEQUENCE alone, users_id_seq TO $role;
GRANT USAGE ON SCHEMA app TO $role;
REVOKE EXECUTE ON FUNCTION f(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION f(integer) TO $role;
GRANT EXECUTE ON PROCEDURE p() TO $role;
REVOKE USAGE ON TYPE mood FROM PUBLIC;
GRANT USAGE ON TYPE short TO $role;
REVOKE DELETE ON people FROM CURRENT_USER;
END
    dunlin migrate --no-backup
    assert_exit 0
}

@test "postgres: privileges are facts, and a definition makes the same again" {
    postgres_project
    assert_equal "$(grants_in migrations/meta/_dunlin/postgresql/head.json)" "$(cat <<END
["grant/app/$role/USAGE ON SCHEMA",{}]
["grant/public/alone/$role/USAGE ON SEQUENCE",{}]
["grant/public/f/a integer/$role/EXECUTE ON FUNCTION",{}]
["grant/public/f/a integer/public/EXECUTE ON FUNCTION",{"revoked":true}]
["grant/public/m/public/SELECT",{}]
["grant/public/mood/public/USAGE ON TYPE",{"revoked":true}]
["grant/public/p//$role/EXECUTE ON PROCEDURE",{}]
["grant/public/people//DELETE",{"revoked":true}]
["grant/public/people/email/grants $role 'O\"Neil\" %2F%25 ~/UPDATE ON COLUMN",{}]
["grant/public/people/$role/INSERT",{"grantable":true}]
["grant/public/people/$role/SELECT",{"grantable":true}]
["grant/public/people/id/$role/USAGE ON SEQUENCE",{}]
["grant/public/people/name/grants $role 'O\"Neil\" %2F%25 ~/UPDATE ON COLUMN",{}]
["grant/public/short/$role/USAGE ON TYPE",{}]
["grant/public/v/id/$role/SELECT ON COLUMN",{}]
["grant/public/v/public/SELECT",{}]
END
)"
    same_again
}

@test "postgres: a GRANT by hand is drift, and its migration is kept" {
    postgres_project
    dunlin schema load schema.sql --target other
    assert_exit 0
    sql_pg "$url" "GRANT DELETE, TRUNCATE ON people TO $role" "REVOKE INSERT ON people FROM $role" \
        "REVOKE GRANT OPTION FOR SELECT ON people FROM $role" "GRANT CREATE ON SCHEMA app TO PUBLIC" \
        "REVOKE USAGE ON SEQUENCE users_id_seq FROM $role"
    for how in "" --replay; do
        run_json drift $how
        assert_exit 4
        assert_json_form drift
        assert_json '[.differences[] | [.change, .path[-2], .path[-1]]]' \
            "[[\"extra\",\"public\",\"CREATE ON SCHEMA\"],[\"extra\",\"$role\",\"DELETE\"],[\"missing\",\"$role\",\"INSERT\"],[\"changed\",\"$role\",\"SELECT\"],[\"extra\",\"$role\",\"TRUNCATE\"],[\"missing\",\"$role\",\"USAGE ON SEQUENCE\"]]"
    done
    dunlin drift
    assert_stdout "+ grant CREATE ON SCHEMA app TO public"
    assert_stdout "- grant USAGE ON SEQUENCE public.people.id TO $role  made by 0002_grants"
    dunlin doctor
    assert_exit 4
    assert_stdout "grant DELETE ON 'public.people' TO '$role'"
    dunlin diff other app
    assert_stdout "~ schema app
    + grant CREATE TO public
~ table public.people
    + grant DELETE TO $role
    - grant INSERT TO $role  grantable true  ! whoever has the privilege by this loses it"
    run_json diff other app --sql
    assert_json_form diff
    assert_json '.statements[0:2] | map([.danger, .sql])' \
        "[[\"loses-access\",\"REVOKE INSERT ON \\\"public\\\".\\\"people\\\" FROM \\\"$role\\\" CASCADE\"],[\"loses-access\",\"DO \$dunlin\$ BEGIN EXECUTE 'REVOKE USAGE ON SEQUENCE ' || pg_catalog.pg_get_serial_sequence('\\\"public\\\".\\\"people\\\"', 'id') || ' FROM \\\"$role\\\"'; END \$dunlin\$\"]]"
    comes_back
}

@test "postgres: what is made anew keeps its privileges" {
    postgres_project
    sed -i 's/RETURNS integer/RETURNS text/; s/SELECT 1/SELECT 1::text/' schema.sql
    dunlin generate "returns text"
    assert_exit 0
    dunlin migrate --no-backup
    assert_exit 0
    dunlin drift --replay
    assert_exit 0
    assert_equal "$(sql_pg "$url" "SELECT has_function_privilege('$role', 'f(integer)', 'EXECUTE'), has_function_privilege('public', 'f(integer)', 'EXECUTE')")" "t|f"
}

@test "postgres: what was passed on by somebody who loses a privilege, or the right to, is taken and given as it has to be" {
    local second
    postgres_project
    second="\"${odd//\"/\"\"}\""
    sql_pg "$url" "GRANT USAGE, CREATE ON SCHEMA app TO $role WITH GRANT OPTION" \
        "SET ROLE $role; GRANT SELECT ON people TO $second; GRANT INSERT ON people TO PUBLIC;
         GRANT USAGE, CREATE ON SCHEMA app TO $second"
    sql_pg "$other" "$(cat migrations/0001_schema.sql migrations/0002_grants.sql)" \
        "GRANT SELECT ON people TO $second" "REVOKE SELECT ON people FROM $role" \
        "GRANT USAGE ON SCHEMA app TO $role WITH GRANT OPTION" "GRANT CREATE ON SCHEMA app TO $role, $second"
    dunlin diff app other --sql
    assert_exit 0
    run_script "$url" "$output"
    dunlin diff app other --exit-code
    assert_exit 0
    assert_equal "$(sql_pg "$url" "SELECT has_schema_privilege('$role', 'app', 'CREATE WITH GRANT OPTION'),
        has_table_privilege('$role', 'people', 'INSERT WITH GRANT OPTION')")" "f|t"
}

@test "postgres: what belongs to no migration goes with its privileges" {
    postgres_project
    sql_pg "$url" "CREATE TABLE old (a integer)" "GRANT SELECT ON old TO $role" \
        "GRANT UPDATE (a) ON old TO $role" "GRANT DELETE ON people TO $role" "CREATE SCHEMA strange" \
        "GRANT USAGE ON SCHEMA strange TO $role" "CREATE FUNCTION g() RETURNS integer LANGUAGE sql AS 'SELECT 1'" \
        "REVOKE EXECUTE ON FUNCTION g() FROM PUBLIC"
    dunlin drift
    assert_exit 4
    assert_stdout "1 thing in the database was changed by hand"
    dunlin generate --drop-legacy leftovers
    assert_exit 0
    assert_equal "$(grep -c 'GRANT\|REVOKE' migrations/*_leftovers.sql)" 0
    dunlin migrate --no-backup
    assert_exit 0
    dunlin drift
    assert_exit 4
    assert_stdout "+ grant DELETE ON public.people TO $role"
    assert_stdout "1 thing in the database was changed by hand"
}

@test "postgres: a portable project gets a section of its own" {
    postgres_project
    rm -r migrations schema.sql
    sed -i 's/"dialect": "postgresql"/"dialect": "portable"/' dunlin.json
    url=$(fresh_database postgresql)
    tell_grants portable true
    mkdir migrations
    echo "CREATE TABLE t (id integer PRIMARY KEY);" >migrations/0001_t.sql
    dunlin migrate --no-backup
    assert_exit 0
    sql_pg "$url" "GRANT SELECT ON t TO $role"
    dunlin drift --fix grant
    assert_exit 4
    assert_equal "$(tail -n 3 migrations/*_grant.sql)" "-- dunlin: only postgres
GRANT SELECT ON \"public\".\"t\" TO \"$role\";
-- dunlin: end"
    dunlin migrate --no-backup
    assert_exit 0
    dunlin drift --replay
    assert_exit 0
}

@test "postgres: what was read without grants is compared without them, and says so" {
    postgres_project false
    assert_equal "$(grants_in migrations/meta/_dunlin/postgresql/head.json)" ""
    cp migrations/meta/_dunlin/postgresql/head.json without.json
    sql_pg "$url" "GRANT DELETE ON people TO $role"
    dunlin drift
    assert_exit 0
    tell_grants postgresql true
    # What migrations make is known again from a replay; a run that did not look at them cannot tell.
    dunlin drift
    assert_exit 4
    assert_stdout "+ grant DELETE ON public.people TO $role"
    run_json diff without.json app --exit-code
    assert_exit 0
    assert_json_form diff
    assert_json .note "grants are not compared: 'without.json' was read without them"
    run_json check
    assert_exit 4
    assert_json '[.checks[] | select(.check == "snapshot") | .problems[].message]' \
        '["it was taken without grants, which are part of the schema"]'
    rm -r migrations/meta
    sed -i 's/"kind": "development"/"kind": "production"/' dunlin.json
    run_json drift
    assert_exit 0
    assert_json '.note | test("^grants were not looked at on .*, and are not compared$")' true
    tell_grants postgresql false
    dunlin diff app app --exit-code
    assert_exit 0
    refute_stdout grants
}

@test "postgres: a role that is not there is named" {
    postgres_project
    echo "GRANT SELECT ON people TO ${role}_none;" >migrations/0003_none.sql
    dunlin diff 0002 0003
    assert_exit 1
    assert_stderr "the state behind '0003_none' is not known: '0003_none': "
    assert_stderr "role \"${role}_none\" does not exist"
}

# --- MariaDB ---

# A project on MariaDB; accounts and a role.
mysql_project() {
    configure mysql
    account="\`${odd//\`/}\`@'10.%'"
    sql_my "$url" "CREATE USER '$role'@'%'" "CREATE ROLE ${role}_r" "CREATE USER $account"
    cat >migrations/0001_schema.sql <<'END'
CREATE TABLE people (id integer PRIMARY KEY, email varchar(50), name varchar(50));
CREATE VIEW v AS SELECT id FROM people;
CREATE FUNCTION f(a integer) RETURNS integer DETERMINISTIC RETURN 1;
CREATE PROCEDURE p() SELECT 1;
END
    cat >migrations/0002_grants.sql <<END
GRANT SELECT, INSERT ON people TO '$role'@'%' WITH GRANT OPTION;
GRANT UPDATE (email, Name), SELECT (id) ON people TO $account;
GRANT SELECT ON v TO ${role}_r;
GRANT SELECT ON people TO PUBLIC;
GRANT DELETE HISTORY ON people TO ${role}_r;
GRANT EXECUTE ON FUNCTION F TO '$role'@'%';
GRANT EXECUTE, ALTER ROUTINE ON PROCEDURE p TO '$role'@'%' WITH GRANT OPTION;
END
    dunlin migrate --no-backup
    assert_exit 0
}

# remains: what replays left on the server.
remains() {
    sql_my "$url" "SELECT COUNT(*) FROM mysql.tables_priv WHERE Db LIKE 'dunlin\\_shadow\\_%' AND User LIKE '%$role%'" \
        "SELECT COUNT(*) FROM mysql.procs_priv WHERE Db LIKE 'dunlin\\_shadow\\_%' AND User LIKE '%$role%'" | tr '\n' ' '
}

@test "mariadb: privileges are facts, and a definition makes the same again" {
    mysql_project
    assert_equal "$(grants_in migrations/meta/_dunlin/mysql/head.json)" "$(cat <<END
["grant/f//$role@%25/EXECUTE ON FUNCTION",{}]
["grant/p//$role@%25/ALTER ROUTINE ON PROCEDURE",{}]
["grant/p//$role@%25/EXECUTE ON PROCEDURE",{}]
["grant/p//$role@%25/GRANT OPTION ON PROCEDURE",{}]
["grant/people/PUBLIC/SELECT",{}]
["grant/people/email/grants $role 'O\"Neil\" %2F%25 ~@10.%25/UPDATE ON COLUMN",{}]
["grant/people/$role@%25/GRANT OPTION",{}]
["grant/people/$role@%25/INSERT",{}]
["grant/people/$role@%25/SELECT",{}]
["grant/people/${role}_r/DELETE HISTORY",{}]
["grant/people/id/grants $role 'O\"Neil\" %2F%25 ~@10.%25/SELECT ON COLUMN",{}]
["grant/people/name/grants $role 'O\"Neil\" %2F%25 ~@10.%25/UPDATE ON COLUMN",{}]
["grant/v/${role}_r/SELECT",{}]
END
)"
    same_again
    assert_equal "$(remains)" "0 0 "
}

@test "mariadb: a GRANT by hand is drift, and its migration is kept" {
    mysql_project
    dunlin schema load schema.sql --target other
    assert_exit 0
    sql_my "$url" "GRANT DELETE ON people TO '$role'@'%'" "REVOKE INSERT, GRANT OPTION ON people FROM '$role'@'%'" \
        "REVOKE UPDATE (email) ON people FROM $account" "GRANT EXECUTE ON PROCEDURE p TO ${role}_r"
    for how in "" --replay; do
        run_json drift $how
        assert_exit 4
        assert_json '[.differences[] | [.change, .path[-1]]]' \
            '[["extra","EXECUTE ON PROCEDURE"],["missing","UPDATE ON COLUMN"],["extra","DELETE"],["missing","GRANT OPTION"],["missing","INSERT"]]'
    done
    dunlin diff other app --sql
    assert_stdout "REVOKE GRANT OPTION, INSERT ON \`people\` FROM \`$role\`@\`%\`;"
    assert_stdout "GRANT EXECUTE ON PROCEDURE \`p\` TO \`${role}_r\`;"
    comes_back
    assert_equal "$(remains)" "0 0 "
}

@test "mariadb: what stays of a table that was dropped is no grant, and comes back with it" {
    mysql_project
    cat >migrations/0003_drop.sql <<END
DROP TABLE people;
ALTER TABLE more RENAME TO most;
END
    sed -i 's/^DROP/CREATE TABLE more (id integer); DROP VIEW v; DROP/' migrations/0003_drop.sql
    dunlin migrate --no-backup
    assert_exit 0
    assert_equal "$(grants_in migrations/meta/_dunlin/mysql/head.json | grep -c people)" 0
    dunlin drift --replay
    assert_exit 0
    echo "CREATE TABLE people (id integer PRIMARY KEY, email varchar(50));" >migrations/0004_again.sql
    dunlin migrate --no-backup
    assert_exit 0
    # The name column is not there any more.
    assert_equal "$(grants_in migrations/meta/_dunlin/mysql/head.json | grep -c people)" 7
    dunlin drift --replay
    assert_exit 0
}

@test "mariadb: who may not read privileges is told, and they are not taken to be gone" {
    mysql_project
    sql_my "$url" "GRANT SELECT ON *.* TO '${role}'@'%'"
    dunlin drift --url "${url/dunlin@/$role@}"
    assert_exit 0
    sql_my "$url" "REVOKE SELECT ON *.* FROM '${role}'@'%'" "GRANT ALL ON \`${url##*/}\`.* TO '${role}'@'%'"
    dunlin drift --url "${url/dunlin@/$role@}"
    assert_exit 0
    assert_stdout "not seen grant"
    assert_stdout "the user may not read the tables mysql.tables_priv, columns_priv and procs_priv, which takes SELECT on them"
    assert_stdout "no drift, as far as it can be seen"
    dunlin snapshot --url "${url/dunlin@/$role@}" --output weak.json
    assert_exit 1
    assert_stderr "[schema.unreadable]"
    tell_grants mysql false
    dunlin snapshot --url "${url/dunlin@/$role@}" --output weak.json
    refute_stderr mysql.tables_priv
}

@test "mariadb: a GRANT on the whole database, or of an account, is not replayed" {
    mysql_project
    echo "GRANT SELECT ON * TO '$role'@'%';" >migrations/0003_all.sql
    dunlin diff 0002 0003
    assert_exit 1
    assert_stderr "the state behind '0003_all' is not known"
}

@test "sqlite: there are no grants, and the setting changes nothing" {
    mkdir migrations
    echo "CREATE TABLE t (id integer PRIMARY KEY);" >migrations/0001_t.sql
    echo '{"grants": true, "targets": {"app": {"url": "sqlite:app.db", "kind": "development"}}}' >dunlin.json
    dunlin migrate --no-backup
    assert_exit 0
    refute_stderr grants
    assert_equal "$(grep -c grants migrations/meta/_dunlin/sqlite/head.json)" 0
    dunlin drift --verbose
    assert_exit 0
    assert_stderr "the driver 'sqlite' tells no grants: \"grants\" changes nothing"
    dunlin check
    assert_exit 0
}
