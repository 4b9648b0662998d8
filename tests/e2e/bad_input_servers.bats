#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What goes wrong with servers is said clearly, with the documented exit code, nothing is half
# recorded, and passwords are shown nowhere.

load helper

# a_project DIALECT: folder "project" for a fresh database in $database, and a user $user whose URL
# is $url, with all rights there.
a_project() {
    database=$(fresh_database "$1")
    name=${database##*/}
    user=someone_$RANDOM$RANDOM
    echo "$user" >>"$BATS_TEST_TMPDIR/users_$1"
    case $1 in
        postgresql)
            sql_pg "$database" "CREATE ROLE $user LOGIN" "GRANT CREATE ON DATABASE $name TO $user" \
                "GRANT CREATE, USAGE ON SCHEMA public TO $user"
            ;;
        mysql) sql_my "$database" "CREATE USER $user@'%'" "GRANT ALL ON $name.* TO $user@'%'" ;;
    esac
    url=${database/dunlin@/$user@}
    mkdir -p project/migrations
    write_config project migrations "$url"
    sed -i 's|"url"|"backup": "none", "url"|' project/dunlin.json
    echo 'CREATE TABLE items (id int PRIMARY KEY);' >project/migrations/0001_items.sql
}

teardown() {
    local dialect user
    [ -z "${background-}" ] || { kill "$background" && wait "$background"; } 2>/dev/null || true
    helper_teardown
    for dialect in postgresql mysql; do
        [ -e "$BATS_TEST_TMPDIR/users_$dialect" ] || continue
        while read -r user; do
            case $dialect in
                postgresql) sql_pg "$server_postgresql" "DROP ROLE IF EXISTS $user" ;;
                mysql) sql_my "$server_mysql" "DROP USER IF EXISTS $user@'%'" ;;
            esac
        done <"$BATS_TEST_TMPDIR/users_$dialect"
    done
}

# restricted_url DIALECT [PASSWORD]: of the user whose password is asked for.
restricted_url() {
    local server
    server=$(server_of "$1")
    printf '%s\n' "${server/dunlin@/restricted:${2:-wr0ng-Passw0rd}@}"
}

# nothing_there: neither tables nor a record.
nothing_there() {
    case $database in
        postgres*) assert_equal "$(sql_pg "$database" "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")" 0 ;;
        *) assert_equal "$(sql_my "$database" "SHOW TABLES")" '' ;;
    esac
}

# no_record TABLE...: nothing is recorded, and none of these tables is there.
no_record() {
    local table
    for table; do
        run ! sql_in "$database" "SELECT * FROM $table"
    done
    assert_equal "$(sql_in "$database" "SELECT COUNT(*) FROM dunlin_migrations" 2>/dev/null || echo 0)" 0
}

# --- getting in ------------------------------------------------------------------------------------

wrong_password() {
    a_project "$1"
    dunlin migrate -C project --url "$(restricted_url "$1")"
    assert_exit 1
    assert_stderr "$2"
    assert_stderr '[database.auth]'
    assert_stderr 'hint: check user'
    refute_stderr wr0ng
    refute_stdout wr0ng
    dunlin migrate -C project --json --url "$(restricted_url "$1")"
    refute_stdout wr0ng
    dunlin migrate -C project --verbose --url "$(restricted_url "$1")"
    refute_stderr wr0ng
}

@test "postgresql: a wrong password is named, and not shown" {
    wrong_password postgresql 'password authentication failed for user "restricted"'
}

@test "mysql: a wrong password is named, and not shown" {
    wrong_password mysql "Access denied for user 'restricted'"
}

@test "postgresql: a password that is missing is asked for, in words" {
    a_project postgresql
    local address
    address=$(server_of postgresql)
    dunlin migrate -C project --url "${address/dunlin@/restricted@}"
    assert_exit 1
    assert_stderr '[database.auth]'
    assert_stderr 'give the password in the URL, in PGPASSWORD or in ~/.pgpass'
}

unknown_database() {
    a_project "$1"
    dunlin migrate -C project --url "${database%/*}/no_such_db"
    assert_exit 1
    assert_stderr "$2"
    assert_stderr '[database.missing]'
}

@test "postgresql: an unknown database is named" {
    unknown_database postgresql 'database "no_such_db" does not exist'
}

@test "mysql: an unknown database is named" {
    unknown_database mysql "Unknown database 'no_such_db'"
}

nobody_listens() {
    a_project "$1"
    dunlin migrate -C project --url "$2://someone@127.0.0.1:1/app"
    assert_exit 1
    assert_stderr '[database.connect]'
}

@test "postgresql: a server that is not there" {
    nobody_listens postgresql postgres
}

@test "mysql: a server that is not there" {
    nobody_listens mysql mysql
}

@test "postgresql: TLS that the server does not offer" {
    a_project postgresql
    dunlin migrate -C project --url "$url?sslmode=require"
    assert_exit 1
    assert_stderr 'server does not support SSL, but SSL was required'
    assert_stderr '[database.connect]'
    nothing_there
}

@test "mysql: TLS that the server does not offer" {
    a_project mysql
    dunlin migrate -C project --url "$url?ssl-mode=REQUIRED"
    assert_exit 1
    assert_stderr 'the server offers no TLS, and the URL asks for it [database.connect]'
    nothing_there
}

@test "postgresql: a connection limit" {
    a_project postgresql
    sql_pg "$database" "ALTER ROLE $user CONNECTION LIMIT 0"
    dunlin migrate -C project
    assert_exit 1
    assert_stderr "too many connections for role \"$user\""
    assert_stderr '[database.connect]'
    nothing_there
}

@test "mysql: a connection limit" {
    a_project mysql
    sql_my "$database" "ALTER USER $user@'%' WITH MAX_USER_CONNECTIONS 1"
    sql_my "$url" "SELECT SLEEP(20)" >/dev/null &
    background=$!
    until [ "$(sql_my "$database" "SELECT COUNT(*) FROM information_schema.processlist
        WHERE user = '$user'")" = 1 ]; do sleep 0.1; done
    dunlin migrate -C project
    assert_exit 1
    assert_stderr 'max_user_connections'
    assert_stderr '[database.connect]'
    sql_my "$database" "KILL USER $user"
    nothing_there
}

# too_old DIALECT SCHEME VERSION
too_old() {
    a_project "$1"
    local port
    exec 5< <(exec python3 "$tests_folder/e2e/fake-server.py" "$1" "$3")
    read -r port <&5
    dunlin migrate -C project --url "$2://someone:s3cret-word@127.0.0.1:$port/app"
    exec 5<&-
    assert_exit 1
    assert_stderr "$4"
    assert_stderr '[driver.unsupported]'
    assert_stderr 'hint: upgrade the server'
    refute_stderr s3cret
}

@test "postgresql: a server that is too old" {
    too_old postgresql postgres 9.6.24 'the server is PostgreSQL 9.6.24; the oldest version supported is 12'
}

@test "mysql: a server that is too old" {
    too_old mysql mysql 5.5.62 'MySQL 5.5.62 is too old: MySQL 5.6.4 or MariaDB 10.0.2 is needed'
}

# --- at work ---------------------------------------------------------------------------------------

@test "postgresql: a database that may only be read" {
    a_project postgresql
    sql_pg "$server_postgresql" "ALTER DATABASE $name SET default_transaction_read_only = on"
    dunlin migrate -C project
    assert_exit 1
    assert_stderr '[database.read-only]'
    assert_stderr 'hint: use the URL of the primary server, or see to it that default_transaction_read_only is off'
    nothing_there
    dunlin status -C project
    assert_exit 0
}

@test "postgresql: a standby" {
    a_project postgresql
    start_standby
    dunlin migrate -C project --url "postgres://dunlin@/$name?host=${standby//\//%2F}"
    local code=$status text=$stderr
    stop_standby
    status=$code stderr=$text
    assert_exit 1
    assert_stderr 'error: the server is a standby, which takes no changes [database.read-only]'
    assert_stderr 'hint: use the URL of the primary server'
    refute_stderr 'while running statement'
    nothing_there
}

# start_standby: a copy of the server that follows it, with its socket in $standby: no port of it can
# be somebody else's.
start_standby() {
    local programs user
    programs=$(dirname "$(psql_program)")
    sql_pg "$server_postgresql" "CHECKPOINT"
    standby=$(mktemp -d /tmp/dunlin-standby.XXXXXX)
    user=$(stat -c %U "$(sql_pg "$server_postgresql" "SHOW data_directory")")
    chown "$user" "$standby"
    as_user "$user" "$programs/pg_basebackup" -d "$server_postgresql" -D "$standby/data" -R -X stream \
        -c fast
    if ! as_user "$user" "$programs/pg_ctl" -D "$standby/data" -w -l "$standby/log" \
        -o "-p 5432 -k $standby -c listen_addresses=''" start >/dev/null; then
        cat "$standby/log" >&2
        return 1
    fi
}

stop_standby() {
    local user
    user=$(stat -c %U "$standby")
    as_user "$user" "$(dirname "$(psql_program)")/pg_ctl" -D "$standby/data" -m immediate stop >/dev/null
    rm -rf "$standby"
}

as_user() {
    local user=$1
    shift
    if [ "$(id -un)" = "$user" ]; then
        "$@"
    else
        (cd / && setpriv --reuid="$user" --regid="$user" --clear-groups "$@")
    fi
}

# Its own server: the setting is one for all.
@test "mysql: a replica that may only be read" {
    export DUNLIN_SERVERS=$PWD/servers
    "$tests_folder/servers" start mariadb >/dev/null
    eval "$("$tests_folder/servers" env)"
    server_mysql=$DUNLIN_TEST_MYSQL
    a_project mysql
    sql_my "$server_mysql" "SET GLOBAL read_only = 1"
    dunlin migrate -C project
    local code=$status text=$stderr
    local tables
    tables=$(sql_my "$database" "SHOW TABLES")
    "$tests_folder/servers" stop
    rm -f "$BATS_TEST_TMPDIR"/users_mysql "$BATS_TEST_TMPDIR/databases"
    status=$code stderr=$text
    assert_exit 1
    assert_stderr '[database.read-only]'
    assert_equal "$tables" ''
}

# Its own server, too: a session has the server's sql_mode.
@test "mysql: files are cut into statements as the server's sql_mode says" {
    export DUNLIN_SERVERS=$PWD/servers
    "$tests_folder/servers" start mariadb >/dev/null
    eval "$("$tests_folder/servers" env)"
    server_mysql=$DUNLIN_TEST_MYSQL
    a_project mysql
    cat >project/migrations/0001_items.sql <<'END'
CREATE TABLE "odd;name" (path varchar(20));
INSERT INTO "odd;name" VALUES ('C:\'), ('semi;colon');
END
    sql_my "$server_mysql" "SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'"
    dunlin migrate -C project
    local code=$status text=$stderr
    local rows
    rows=$(sql_my "$database" 'SELECT HEX(path) FROM `odd;name`')
    "$tests_folder/servers" stop
    rm -f "$BATS_TEST_TMPDIR"/users_mysql "$BATS_TEST_TMPDIR/databases"
    status=$code stderr=$text
    assert_exit 0
    assert_equal "$rows" $'433A5C\n73656D693B636F6C6F6E'
}

@test "postgresql: a statement timeout stops a migration and leaves nothing of it" {
    a_project postgresql
    sql_pg "$server_postgresql" "ALTER ROLE $user SET statement_timeout = '300ms'"
    printf 'CREATE TABLE first (id int);\nSELECT pg_sleep(20);\n' >project/migrations/0001_items.sql
    dunlin migrate -C project
    assert_exit 1
    assert_stderr '0001_items.sql:2:1: canceling statement due to statement timeout'
    no_record first
}

@test "mysql: a statement timeout stops a migration and leaves nothing of it" {
    a_project mysql
    sql_my "$database" "ALTER USER $user@'%' WITH MAX_STATEMENT_TIME 0.3" "CREATE TABLE t (id int) ENGINE=InnoDB"
    printf 'INSERT INTO t VALUES (1);\nINSERT INTO t SELECT SLEEP(20);\n' >project/migrations/0001_items.sql
    dunlin migrate -C project --allow-nonempty
    assert_exit 1
    assert_stderr '0001_items.sql:2:1: Query execution was interrupted (max_statement_time exceeded)'
    assert_equal "$(sql_my "$database" "SELECT COUNT(*) FROM t")" 0
    no_record
}

# deadlock DIALECT: a migration and somebody else lock a and b in turn.
deadlock() {
    a_project "$1"
    local sleep_now='SELECT SLEEP' patience='SELECT 1' rows='' line
    case $1 in
        postgresql)
            sleep_now='SELECT pg_sleep' patience="SET deadlock_timeout = '1h'"
            sql_pg "$server_postgresql" "ALTER ROLE $user SET deadlock_timeout = '200ms'" ||
                return 1
            ;;
    esac
    sql_in "$database" "CREATE TABLE a (id int PRIMARY KEY, n int)" "CREATE TABLE b (id int PRIMARY KEY, n int)" \
        "CREATE TABLE weight (id int)" "INSERT INTO a VALUES (1, 0)" "INSERT INTO b VALUES (1, 0)"
    case $1 in
        postgresql) sql_in "$database" "GRANT ALL ON a, b, weight TO $user" ;;
    esac
    # Who has changed more rows is spared on InnoDB. On PostgreSQL it is who looks for a deadlock that
    # ends: the migration, which begins to wait later, and looks.
    for line in {1..200}; do rows+="${rows:+,}($line)"; done
    printf '%s;\n' 'UPDATE a SET n = n + 1' "$sleep_now(4)" 'UPDATE b SET n = n + 1' \
        >project/migrations/0001_items.sql
    (
        sleep 0.3
        sql_in "$database" "$patience" "BEGIN" "INSERT INTO weight VALUES $rows" \
            "UPDATE b SET n = n + 10" "$sleep_now(2)" "UPDATE a SET n = n + 10" "COMMIT" >/dev/null
    ) 3>&- &
    other=$!
}

deadlock_victim() {
    deadlock "$1"
    sed -i 's|"url"|"lockRetries": 0, "url"|' project/dunlin.json
    dunlin migrate -C project --allow-nonempty
    wait "$other"
    assert_exit "$3"
    assert_stderr "0001_items.sql:3:1: $2"
    assert_stderr '[database.locked]'
    no_record
    assert_equal "$(sql_in "$database" "SELECT n FROM a")" 10
    dunlin migrate -C project --allow-nonempty
    assert_exit 0
    assert_equal "$(sql_in "$database" "SELECT n FROM a")" 11
}

@test "postgresql: the victim of a deadlock leaves nothing, and may run again" {
    deadlock_victim postgresql 'deadlock detected' 1
}

@test "mysql: the victim of a deadlock leaves nothing, and may run again" {
    deadlock_victim mysql 'Deadlock found when trying to get lock' 1
}

deadlock_retried() {
    deadlock "$1"
    dunlin migrate -C project --allow-nonempty
    wait "$other"
    assert_exit 0
    assert_stderr 'trying again'
    assert_equal "$(sql_in "$database" "SELECT n FROM a")" 11
    assert_equal "$(sql_in "$database" "SELECT COUNT(*) FROM dunlin_migrations")" 1
}

@test "postgresql: a deadlock is tried again" {
    deadlock_retried postgresql
}

@test "mysql: a deadlock is tried again" {
    deadlock_retried mysql
}

# --- passwords -------------------------------------------------------------------------------------

# in_ps PATTERN: whether the command line of any process of ours had it, while COMMAND... runs.
in_ps() {
    local pattern=$1 watcher
    shift
    (
        while :; do
            cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' '
            sleep 0.01
        done >"$BATS_TEST_TMPDIR/processes"
    ) 3>&- &
    watcher=$!
    sleep 0.1
    "$@"
    kill "$watcher"
    wait "$watcher" || true
    grep -q "$pattern" "$BATS_TEST_TMPDIR/processes"
}

# Tests run beside this one, whose passwords are in lists: this one has a password of its own.
password_in_ps() {
    a_project "$1"
    local address user=hidden_$RANDOM$RANDOM password=unseen-$RANDOM$RANDOM
    case $1 in
        postgresql)
            sql_pg "$database" "CREATE ROLE $user LOGIN PASSWORD '$password'" \
                "GRANT CREATE, USAGE ON SCHEMA public TO $user"
            ;;
        mysql)
            sql_my "$database" "CREATE USER $user@'127.0.0.1' IDENTIFIED BY '$password'" \
                "GRANT ALL ON $name.* TO $user@'127.0.0.1'"
            ;;
    esac
    address=${database/dunlin@/$user:$password@}
    export APP_URL=$address
    sed -i "s|\"backup\": \"none\", \"url\": \"[^\"]*\"|\"backup\": \"full\", \"url\": \"env:APP_URL\"|" project/dunlin.json
    dunlin migrate -C project
    assert_exit 0
    echo 'CREATE TABLE more (id int);' >project/migrations/0002_more.sql
    run ! in_ps "$password" dunlin migrate -C project
    # The lists are those of the run; tools may be too quick to be in one.
    grep -q 'migrate -C project' "$BATS_TEST_TMPDIR/processes"
    [ -n "$(find project -name '*.backup')" ]
    run_json status -C project
    assert_json '[.migrations[].verdict] | unique' '["applied"]'
}

@test "postgresql: a password is in no list of processes, while the backup is made either" {
    password_in_ps postgresql
}

@test "mysql: a password is in no list of processes, while the backup is made either" {
    password_in_ps mysql
}
