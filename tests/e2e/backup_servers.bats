#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Backups of databases on servers: by pg_dump, by mariadb-dump, by a command of one's own.

load helper

# a_project DIALECT [TARGET MEMBERS]: folder "project" for a fresh database, whose URL is in
# $database, with one migration applied and one pending.
a_project() {
    database=$(fresh_database "$1")
    mkdir -p project/migrations
    write_config project migrations "$database"
    sed -i "s|\"url\"|${2:+$2, }\"url\"|" project/dunlin.json
    cat >project/migrations/0001_items.sql <<'END'
CREATE TABLE items (id int PRIMARY KEY, name varchar(40));
INSERT INTO items VALUES (1, 'a precious row');
END
    dunlin migrate -C project
    assert_exit 0
    refute_stdout backup # of an empty database there is none
    echo 'CREATE TABLE later (id int PRIMARY KEY);' >project/migrations/0002_later.sql
}

# the_backup: path of the only one there is.
the_backup() {
    printf '%s\n' project/*-dunlin-backups/*.backup
}

# --- what is taken, and when -----------------------------------------------------------------------

schema_by_default() {
    a_project "$1"
    dunlin migrate -C project
    assert_exit 0
    assert_stdout "backup  $PWD/project/"
    assert_stdout '(schema and tracker, '
    local file
    file=$(the_backup)
    assert_equal "$(stat -c %a "$file")" 600
    grep -qi 'create table.*items' "$file"
    grep -q '0001_items' "$file" # the tracker's row
    run ! grep -q 'a precious row' "$file"
    run ! grep -qi 'create table.*later' "$file"
    assert_equal "$(find project -name '*.partial')" ''
    dunlin migrate -C project # nothing to do, nothing to save
    assert_exit 0
    refute_stdout backup
    run_json backups -C project
    assert_json '.backups | length' 1
}

@test "postgresql: schema and tracker are saved before the first change" {
    schema_by_default postgresql
}

@test "mysql: schema and tracker are saved before the first change" {
    schema_by_default mysql
}

kept() {
    a_project "$1" '"backups": 2'
    local n
    for n in 2 3 4 5; do
        echo "CREATE TABLE t$n (id int);" >"project/migrations/000${n}_t.sql"
        rm -f project/migrations/0002_later.sql
        dunlin migrate -C project
        assert_exit 0
    done
    run_json backups -C project
    assert_json '.backups | length' 2
}

@test "postgresql: as many are kept as the target says" {
    kept postgresql
}

@test "mysql: as many are kept as the target says" {
    kept mysql
}

no_backup() {
    a_project "$1"
    dunlin migrate -C project --no-backup
    assert_exit 0
    refute_stdout backup
    assert_equal "$(find project -name '*-dunlin-backups')" ''
    sed -i 's|"url"|"backup": "none", "url"|' project/dunlin.json
    echo 'CREATE TABLE more (id int);' >project/migrations/0003_more.sql
    run_json migrate -C project
    assert_exit 0
    assert_json .backup null
}

@test "postgresql: --no-backup leaves it out once, the setting of the target always" {
    no_backup postgresql
}

@test "mysql: --no-backup leaves it out once, the setting of the target always" {
    no_backup mysql
}

@test "mysql: without the tool nothing is sent, and the ways out are named" {
    a_project mysql
    run --separate-stderr env PATH=/nowhere "$DUNLIN" migrate -C project
    assert_exit 1
    assert_stderr "the program 'mariadb-dump' is not installed (Debian: mariadb-client)"
    assert_stderr '--no-backup once, "backup": "none" of the target for good'
    refute_stderr '.partial'
    assert_equal "$(sql_my "$database" "SHOW TABLES LIKE 'later'")" ''
    assert_equal "$(sql_my "$database" "SELECT COUNT(*) FROM dunlin_migrations")" 1
    run --separate-stderr env PATH=/nowhere "$DUNLIN" check --env -C project
    assert_exit 4
    assert_stdout "to mend: install the tool, make room, or choose another destination, as it says"
    run --separate-stderr env PATH=/nowhere "$DUNLIN" migrate -C project --no-backup
    assert_exit 0
}

@test "the journal of a server's project is saved with the backup" {
    database=$(fresh_database postgresql)
    mkdir project
    dunlin init -C project
    assert_exit 0
    sed -i "s|\"url\": \"[^\"]*\"|\"url\": \"$database\"|" project/dunlin.json
    find project/migrations -name '*.sql' -exec sh -c 'echo "CREATE TABLE a (id int);" >"$1"' _ {} \;
    dunlin migrate -C project
    assert_exit 0
    dunlin new -C project more
    assert_exit 0
    echo 'CREATE TABLE b (id int);' >"$output"
    dunlin migrate -C project
    assert_exit 0
    cmp "$(the_backup | sed 's/backup$/journal.json/')" project/migrations/meta/_journal.json
}

# --- a command -------------------------------------------------------------------------------------

@test "a command of one's own makes the backup, or stops the run" {
    a_project postgresql '"backup": ["sh", "-c", "echo saved >$DUNLIN_BACKUP_FILE"]'
    dunlin migrate -C project
    assert_exit 0
    assert_equal "$(cat "$(the_backup)")" saved
    sed -i 's|"echo saved[^"]*"|"echo the disk is on fire >\&2; exit 3"|' project/dunlin.json
    echo 'CREATE TABLE more (id int);' >project/migrations/0003_more.sql
    dunlin migrate -C project
    assert_exit 1
    assert_stderr "'sh' failed with exit code 3: the disk is on fire [process.failed]"
    assert_equal "$(sql_pg "$database" "SELECT to_regclass('more') IS NULL")" t
}

# --- by hand, and back -----------------------------------------------------------------------------

back_and_forth() {
    a_project "$1"
    dunlin backup -C project
    assert_exit 0
    local file
    file=$(basename "$(the_backup)")
    dunlin migrate -C project --no-backup
    assert_exit 0
    sql_in "$database" "UPDATE items SET name = 'spoilt'" "ALTER TABLE items ADD extra int" \
        "CREATE VIEW seen AS SELECT id FROM items"
    dunlin restore -C project "$file"
    assert_exit 0
    assert_stdout 'restored; the state before is saved'
    assert_equal "$(sql_in "$database" "SELECT name FROM items")" 'a precious row'
    run ! sql_in "$database" "SELECT extra FROM items"
    run ! sql_in "$database" "SELECT * FROM later"
    run ! sql_in "$database" "SELECT * FROM seen"
    run_json status -C project
    assert_json '[.migrations[].verdict]' '["applied","pending"]'
    # and forth again, to what was saved on the way
    run_json backups -C project
    dunlin restore -C project "$(json '.backups[0].name')"
    assert_exit 0
    assert_equal "$(sql_in "$database" "SELECT name FROM items")" spoilt
    assert_equal "$(sql_in "$database" "SELECT COUNT(*) FROM seen")" 1
}

@test "postgresql: a full backup comes back, whatever came after it" {
    back_and_forth postgresql
}

@test "mysql: a full backup comes back, whatever came after it" {
    back_and_forth mysql
}

schema_over_rows() {
    a_project "$1"
    dunlin migrate -C project
    assert_exit 0
    local file empty
    file=$(the_backup)
    dunlin restore -C project "$PWD/$file"
    assert_exit 1
    assert_stderr 'holds a schema without its rows, and this database is not empty'
    assert_equal "$(sql_in "$database" "SELECT name FROM items")" 'a precious row'
    empty=$(fresh_database "$1")
    dunlin restore --url "$empty" "$PWD/$file"
    assert_exit 0
    assert_equal "$(sql_in "$empty" "SELECT COUNT(*) FROM items")" 0
    assert_equal "$(sql_in "$empty" "SELECT tag FROM dunlin_migrations")" 0001_items
}

@test "postgresql: a schema never goes over rows, and comes back into an empty database" {
    schema_over_rows postgresql
}

@test "mysql: a schema never goes over rows, and comes back into an empty database" {
    schema_over_rows mysql
}

@test "postgresql: a restore that fails leaves everything as it was" {
    a_project postgresql
    dunlin backup -C project broken.sql
    assert_exit 0
    printf -- '-- PostgreSQL database dump\nCREATE TABLE a (id int);\nnonsense;\n' >half.sql
    sql_pg "$database" "CREATE TABLE keep (id int)"
    dunlin restore --url "$database" "$PWD/half.sql"
    assert_exit 1
    assert_equal "$(sql_pg "$database" "SELECT name FROM items")" 'a precious row'
    assert_equal "$(sql_pg "$database" "SELECT to_regclass('a') IS NULL AND to_regclass('keep') IS NOT NULL")" t
    echo hello >notes.txt
    dunlin restore -C project "$PWD/notes.txt"
    assert_exit 1
    assert_stderr 'is no backup of a PostgreSQL database'
}

# --- passwords -------------------------------------------------------------------------------------

# On other servers nothing that a view reads can go away.
@test "mysql: views that read what is not there are left out of a backup, with their text, and all else comes back" {
    a_project mysql
    sql_my "$database" "CREATE TABLE t (id int PRIMARY KEY, n int); CREATE VIEW ok AS SELECT id FROM t;
        CREATE VIEW grown AS SELECT id, n, 'a
b' AS s FROM t; CREATE VIEW \`on it\` AS SELECT id FROM grown; ALTER TABLE t DROP COLUMN n; INSERT INTO t VALUES (7)"
    echo 'DROP VIEW grown;' >project/migrations/0002_later.sql # mends it
    dunlin migrate -C project
    assert_exit 0
    assert_stderr "the backup is without the views 'grown', 'on it', which the server cannot open: something that they read is not there, or may not be read; what they were stands at the end of the file, as a comment"
    grep -qx -- "-- .*VIEW .grown. AS select .*" "$(the_backup)"
    grep -qx -- '-- Dump completed, without 2 views' "$(the_backup)"
    sql_my "$database" 'CREATE TABLE u (a int); CREATE VIEW grown AS SELECT a FROM u; DROP TABLE u'
    dunlin backup -C project full.backup
    assert_exit 0
    sql_my "$database" 'DROP TABLE t'
    dunlin restore -C project "$PWD/full.backup"
    assert_exit 0
    assert_stderr "the backup is without 2 views that the server could not open when it was taken"
    assert_equal "$(sql_my "$database" 'SELECT id FROM ok')" 7
    assert_equal "$(sql_my "$database" 'SELECT count(*) FROM information_schema.views WHERE table_schema = database()')" 1
    # What else the tool cannot do is no less an error.
    sql_my "$database" 'CREATE TABLE x (a int) ENGINE=MyISAM; CREATE TABLE m (a int) ENGINE=MERGE UNION=(x); DROP TABLE x'
    echo 'CREATE TABLE more (id int PRIMARY KEY);' >project/migrations/0003_more.sql
    dunlin migrate -C project
    assert_exit 1
    assert_stderr "'mariadb-dump' failed with exit code 2"
}

@test "mysql: the tool gets the password where nobody sees it" {
    a_project mysql
    local real
    real=$(command -v mariadb-dump)
    mkdir bin
    cat >bin/mariadb-dump <<END
#!/bin/sh
{ echo "arguments \$*"; echo "password \$MYSQL_PWD"; } >>"$PWD/seen"
exec $real "\$@"
END
    chmod +x bin/mariadb-dump
    sql_my "$(server_of mysql)" "GRANT ALL ON ${database##*/}.* TO restricted@'127.0.0.1'" ||
        sql_my "$(server_of mysql)" "GRANT ALL ON ${database##*/}.* TO restricted@'%'"
    PATH=$PWD/bin:$PATH dunlin migrate -C project \
        --url "mysql://restricted:s3cr3t-Passw0rd@${database#*@}"
    assert_exit 0
    refute_stdout s3cr3t
    grep -q '^password s3cr3t-Passw0rd$' seen
    run ! grep -q 'arguments.*s3cr3t' seen
}

@test "postgresql: a backup that cannot be taken is told before the lock, and doctor and repair tell it, too" {
    a_project postgresql '"backupFolder": "dunlin.json/backups"'
    run_json migrate -C project
    assert_exit 1
    assert_json_form migrate
    assert_json .summary 'stopped before anything was sent; 1 pending'
    assert_json .backup null
    assert_stderr "cannot write into '$PWD/project/dunlin.json': Not a directory"
    assert_stderr '--no-backup once'
    assert_equal "$(sql_in "$database" "SELECT to_regclass('later') IS NULL")" t
    rm project/migrations/0002_later.sql
    dunlin doctor -C project --shadow
    assert_exit 0
    refute_stdout "Not a directory"
    sql_in "$database" "DELETE FROM dunlin_migrations"
    run_json doctor -C project --shadow
    assert_exit 4
    assert_json_form doctor
    assert_json '[.findings[] | select(.id == "environment.backup").message]' \
        "[\"cannot write into '$PWD/project/dunlin.json': Not a directory\"]"
    run_json repair -C project --shadow
    assert_json '[.findings[].id | select(startswith("environment"))]' '["environment.backup"]'
    dunlin repair -C project --shadow --apply
    assert_exit 1
    assert_stderr "cannot write into '$PWD/project/dunlin.json': Not a directory"
    assert_equal "$(sql_in "$database" "SELECT count(*) FROM dunlin_migrations")" 0
    dunlin repair -C project --shadow --apply --no-backup
    assert_exit 0
    assert_equal "$(sql_in "$database" "SELECT count(*) FROM dunlin_migrations")" 1
}
