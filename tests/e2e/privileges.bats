#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the database user may not do is named before anything is sent, with the statement that gives
# it; and nothing is refused that would have worked.

load helper

# a_user DIALECT: a fresh database in $database; $url is that of a user in it without privileges,
# whose name is $user.
a_user() {
    database=$(fresh_database "$1")
    user=lowly_$RANDOM$RANDOM
    echo "$user" >>"$BATS_TEST_TMPDIR/users_$1"
    case $1 in
        postgresql) sql_pg "$database" "CREATE ROLE $user LOGIN" ;;
        mysql)
            sql_my "$database" "CREATE USER $user@'%'" "GRANT SELECT ON ${database##*/}.* TO $user@'%'"
            ;;
    esac
    url=${database/dunlin@/$user@}
    mkdir -p project/migrations
    write_config project migrations "$url"
    sed -i 's|"url"|"backup": "none", "url"|' project/dunlin.json
}

teardown() {
    helper_teardown
    local name
    [ ! -e "$BATS_TEST_TMPDIR/users_postgresql" ] || while read -r name; do
        sql_pg "$server_postgresql" "DROP ROLE IF EXISTS $name" || true
    done <"$BATS_TEST_TMPDIR/users_postgresql"
    [ ! -e "$BATS_TEST_TMPDIR/users_mysql" ] || while read -r name; do
        sql_my "$server_mysql" "DROP USER IF EXISTS $name@'%'"
    done <"$BATS_TEST_TMPDIR/users_mysql"
}

# migration NAME: from standard input.
migration() {
    cat >"project/migrations/$1.sql"
}

# refused: the last run named what is missing, and changed nothing.
refused() {
    assert_exit 1
    assert_stderr '[privileges.missing]'
    assert_stderr 'nothing was sent'
    assert_stdout 'stopped before anything was sent'
}

# --- PostgreSQL ------------------------------------------------------------------------------------

@test "postgresql: who may not read the tracker is told what gives it, and not how many migrations are pending" {
    a_user postgresql
    migration 0001_items <<<'CREATE TABLE items (id int PRIMARY KEY);'
    dunlin migrate -C project --url "$database"
    assert_exit 0
    migration 0002_more <<<'CREATE TABLE more (id int PRIMARY KEY);'
    dunlin migrate -C project
    assert_exit 1
    assert_stderr 'permission denied for table dunlin_migrations'
    assert_stderr "hint: GRANT SELECT ON \"dunlin_migrations\" TO \"$user\""
    refute_stdout pending
    sql_pg "$database" "GRANT SELECT ON \"dunlin_migrations\" TO \"$user\""
    dunlin migrate -C project
    refused # with all the rest
    assert_stdout 'stopped before anything was sent; 1 pending'
}

@test "postgresql: who may create nothing is told so, and the statement given helps" {
    a_user postgresql
    migration 0001_items <<'END'
CREATE TABLE items (id int PRIMARY KEY);
CREATE VIEW seen AS SELECT id FROM items;
END
    dunlin migrate -C project
    refused
    assert_stderr "error: the user $user lacks a privilege that the pending migrations need"
    assert_stderr "CREATE on schema public (for the tracker): GRANT CREATE ON SCHEMA public TO $user"
    assert_equal "$(sql_pg "$database" "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")" 0
    dunlin migrate -C project --dry-run
    refused
    sql_pg "$database" "GRANT CREATE ON SCHEMA public TO $user"
    dunlin migrate -C project
    assert_exit 0
}

@test "postgresql: other people's tables, and rows that may not be changed" {
    a_user postgresql
    sql_pg "$database" "GRANT CREATE ON SCHEMA public TO $user" "CREATE TABLE theirs (id int)" \
        'CREATE TABLE "Odd name" (id int)' "CREATE TABLE partly (a int, b int)" \
        "GRANT INSERT (a) ON partly TO $user" "CREATE SCHEMA closed" "CREATE TABLE closed.t (id int)"
    migration 0001_change <<'END'
CREATE TABLE mine (id int);
ALTER TABLE theirs ADD COLUMN extra int;
DELETE FROM "Odd name" WHERE id = 1;
INSERT INTO partly (a) VALUES (1);
INSERT INTO closed.t VALUES (1);
CREATE SCHEMA another;
END
    dunlin migrate -C project --allow-nonempty
    refused
    assert_stderr "ownership on relation public.theirs (0001_change line 2): ALTER TABLE public.theirs OWNER TO $user"
    assert_stderr "DELETE on table public.\"Odd name\" (0001_change line 3): GRANT DELETE ON public.\"Odd name\" TO $user"
    assert_stderr "USAGE on schema closed (0001_change line 5): GRANT USAGE ON SCHEMA closed TO $user"
    assert_stderr "CREATE on database ${database##*/} (0001_change line 6): GRANT CREATE ON DATABASE"
    refute_stderr partly
    assert_equal "$(sql_pg "$database" "SELECT to_regclass('mine') IS NULL")" t
    sql_pg "$database" "ALTER TABLE theirs OWNER TO $user" "GRANT SELECT, DELETE ON \"Odd name\" TO $user" \
        "GRANT USAGE ON SCHEMA closed TO $user" "GRANT INSERT ON closed.t TO $user" \
        "GRANT CREATE ON DATABASE ${database##*/} TO $user"
    dunlin migrate -C project --allow-nonempty
    assert_exit 0
}

@test "postgresql: what foreign keys, triggers, comments, roles and databases need is told, too" {
    a_user postgresql
    sql_pg "$database" "GRANT CREATE ON SCHEMA public TO $user" "CREATE TABLE theirs (id int PRIMARY KEY)" \
        "CREATE TABLE others (id int PRIMARY KEY)" "CREATE TABLE watched (id int)" "CREATE TABLE said (id int)" \
        "CREATE TABLE partly (id int PRIMARY KEY)" "GRANT REFERENCES (id) ON partly TO $user"
    migration 0001_all <<END
CREATE TABLE mine (id int PRIMARY KEY, own int REFERENCES mine (id), a int REFERENCES theirs (id),
  b int REFERENCES partly);
ALTER TABLE mine ADD COLUMN c int, ADD CONSTRAINT mine_c FOREIGN KEY (c) REFERENCES public.others (id);
CREATE TRIGGER seen BEFORE UPDATE OF id ON watched FOR EACH ROW
  EXECUTE FUNCTION suppress_redundant_updates_trigger();
COMMENT ON TABLE mine IS 'ours';
COMMENT ON COLUMN mine.id IS 'ours';
COMMENT ON COLUMN public.said.id IS 'not ours';
CREATE ROLE ${user}_child;
CREATE DATABASE ${user}_db;
END
    echo "${user}_child" >>"$BATS_TEST_TMPDIR/users_postgresql"
    dunlin migrate -C project --allow-nonempty
    refused
    assert_stderr "REFERENCES on table public.theirs (0001_all line 1): GRANT REFERENCES ON public.theirs TO $user"
    assert_stderr "REFERENCES on table public.others (0001_all line 3): GRANT REFERENCES ON public.others TO $user"
    assert_stderr "TRIGGER on table public.watched (0001_all line 4): GRANT TRIGGER ON public.watched TO $user"
    assert_stderr "ownership on relation public.said (0001_all line 8): ALTER TABLE public.said OWNER TO $user"
    assert_stderr "CREATEROLE on role $user (0001_all line 9): ALTER ROLE $user CREATEROLE"
    assert_stderr "CREATEDB on role $user (0001_all line 10): ALTER ROLE $user CREATEDB"
    refute_stderr partly
    refute_stderr mine
    sql_pg "$database" "GRANT REFERENCES ON theirs, others TO $user" "GRANT TRIGGER ON watched TO $user" \
        "ALTER TABLE said OWNER TO $user" "ALTER ROLE $user CREATEROLE CREATEDB"
    dunlin migrate -C project --allow-nonempty
    assert_exit 0
    sql_pg "$database" "DROP DATABASE ${user}_db"
}

@test "postgresql: who has nothing to do with a table may grant nothing on it, and is told so" {
    a_user postgresql
    sql_pg "$database" "GRANT CREATE ON SCHEMA public TO $user" "CREATE TABLE theirs (id int)" \
        "CREATE TABLE seen (id int)" "GRANT SELECT ON seen TO $user" "CREATE SEQUENCE counter"
    migration 0001_all <<'END'
CREATE TABLE mine (id int);
GRANT SELECT, update ON TABLE mine, seen, public.theirs TO public;
END
    dunlin migrate -C project --allow-nonempty
    refused
    assert_stderr "SELECT, update WITH GRANT OPTION on table public.theirs (0001_all line 2): GRANT SELECT, update ON public.theirs TO $user WITH GRANT OPTION"
    refute_stderr mine
    refute_stderr seen
    migration 0001_all <<'END'
CREATE TABLE mine (id int);
REVOKE GRANT OPTION FOR ALL ON theirs FROM public;
END
    dunlin migrate -C project --allow-nonempty
    refused
    assert_stderr "GRANT OPTION on table public.theirs (0001_all line 2)"
    sql_pg "$database" "GRANT ALL ON theirs TO $user WITH GRANT OPTION" "ALTER SEQUENCE counter OWNER TO $user"
    # Of a list every table counts, and behind CASCADE nothing is certain.
    sql_pg "$database" "CREATE TABLE own (id int)" "ALTER TABLE own OWNER TO $user"
    migration 0001_all <<'END'
DROP TABLE own, seen;
END
    dunlin migrate -C project --allow-nonempty
    refused
    assert_stderr "ownership on relation public.seen (0001_all line 1)"
    migration 0001_all <<'END'
CREATE TABLE mine (id int);
END
    migration 0002_more <<'END'
GRANT USAGE ON SEQUENCE counter TO public;
END
    dunlin migrate -C project --allow-nonempty
    assert_exit 0
}

@test "postgresql: what locks, types, rules, policies, publications and extensions need is told, too" {
    a_user postgresql
    sql_pg "$database" "GRANT CREATE ON SCHEMA public TO $user" "CREATE TABLE locked (id int)" \
        "CREATE TABLE seen (id int)" "GRANT SELECT ON seen TO $user" "CREATE TABLE deleted (id int)" \
        "GRANT DELETE ON deleted TO $user" "CREATE TABLE theirs (id int)" "CREATE TABLE ours (id int)" \
        "ALTER TABLE ours OWNER TO $user" "CREATE TYPE mood AS ENUM ('a')" "CREATE DOMAIN small AS int" \
        "CREATE TYPE pair AS (a int)"
    migration 0001_all <<'END'
LOCK TABLE ONLY locked, deleted;
LOCK seen IN ACCESS SHARE MODE;
LOCK TABLE seen IN ROW EXCLUSIVE MODE;
LOCK ours, deleted IN SHARE ROW EXCLUSIVE MODE NOWAIT;
ALTER TYPE mood ADD VALUE 'b';
ALTER DOMAIN small SET DEFAULT 3;
DROP TYPE public.pair;
CREATE TYPE mine AS ENUM ('a');
ALTER TYPE mine RENAME TO renamed;
ALTER TYPE renamed RENAME VALUE 'a' TO 'b';
CREATE RULE quiet AS ON DELETE TO theirs DO INSTEAD NOTHING;
CREATE POLICY everybody ON public.theirs USING (true);
CREATE POLICY everybody ON ours USING (true);
CREATE PUBLICATION p FOR TABLE ours (id), TABLE seen WHERE (id > 1), locked;
CREATE EXTENSION citext;
END
    dunlin migrate -C project --allow-nonempty
    refused
    assert_stderr "UPDATE on table public.locked (0001_all line 1): GRANT UPDATE ON public.locked TO $user"
    assert_stderr "INSERT on table public.seen (0001_all line 3): GRANT INSERT ON public.seen TO $user"
    assert_stderr "ownership on type public.mood (0001_all line 5): ALTER TYPE public.mood OWNER TO $user"
    assert_stderr "ownership on type public.small (0001_all line 6): ALTER DOMAIN public.small OWNER TO $user"
    assert_stderr "ownership on type public.pair (0001_all line 7): ALTER TYPE public.pair OWNER TO $user"
    assert_stderr "ownership on relation public.theirs (0001_all line 11): ALTER TABLE public.theirs OWNER TO $user"
    assert_stderr "CREATE on database ${database##*/} (0001_all line 14): GRANT CREATE ON DATABASE ${database##*/} TO $user"
    assert_stderr "ownership on relation public.seen (0001_all line 14)"
    refute_stderr deleted
    refute_stderr ours
    refute_stderr renamed
    sql_pg "$database" "GRANT UPDATE ON locked TO $user" "ALTER TYPE mood OWNER TO $user" \
        "ALTER DOMAIN small OWNER TO $user" "ALTER TYPE pair OWNER TO $user" \
        "ALTER TABLE theirs OWNER TO $user" "ALTER TABLE seen OWNER TO $user" "ALTER TABLE locked OWNER TO $user" \
        "GRANT CREATE ON DATABASE ${database##*/} TO $user"
    dunlin migrate -C project --allow-nonempty
    assert_exit 0
}

@test "postgresql: who may make nothing in the database may make no trusted extension, and is told so" {
    a_user postgresql
    sql_pg "$database" "GRANT CREATE ON SCHEMA public TO $user"
    migration 0001_all <<'END'
CREATE EXTENSION citext;
END
    dunlin migrate -C project --allow-nonempty
    refused
    assert_stderr "CREATE on database ${database##*/} (0001_all line 1)"
    # Whom a service lets make those that are not trusted, the catalogue does not tell.
    migration 0001_all <<'END'
CREATE EXTENSION pg_stat_statements;
END
    dunlin migrate -C project --allow-nonempty
    assert_exit 1
    assert_stderr 'permission denied to create extension "pg_stat_statements"'
    refute_stderr '[privileges.missing]'
}

@test "postgresql: of very many that are missing as many are told as there is room for" {
    local i
    a_user postgresql
    sql_pg "$database" "GRANT CREATE ON SCHEMA public TO $user"
    for i in {10..40}; do
        sql_pg "$database" "CREATE TABLE somebodys_table_number_$i (id int)"
        echo "ALTER TABLE somebodys_table_number_$i ADD COLUMN extra int;"
    done | migration 0001_many
    dunlin migrate -C project --allow-nonempty
    refused
    assert_stderr "ALTER TABLE public.somebodys_table_number_14 OWNER TO $user"
    [[ $stderr =~ 'hint: these are '(5|6|7|8)' of 31; let' ]] || fail "$stderr"
    assert_equal "$(grep -c 'missing:' <<<"$stderr")" "${BASH_REMATCH[1]}"
}

@test "postgresql: what would have worked is not refused" {
    a_user postgresql
    sql_pg "$database" "CREATE SCHEMA $user AUTHORIZATION $user" "CREATE TABLE public.plain (id int)" \
        "CREATE ROLE ${user}_owner" "GRANT ${user}_owner TO $user" \
        "CREATE TABLE public.groups (id int)" "ALTER TABLE public.groups OWNER TO ${user}_owner" \
        "CREATE ROLE ${user}_admin" "ALTER ROLE $user NOINHERIT" "CREATE TABLE $user.foreign_one (id int)" \
        "GRANT CREATE ON SCHEMA public TO ${user}_owner" "GRANT USAGE ON SCHEMA public TO ${user}_owner"
    printf '%s\n' "${user}_owner" "${user}_admin" >>"$BATS_TEST_TMPDIR/users_postgresql"
    migration 0001_own_schema <<'END'
CREATE TABLE items (id int);
ALTER TABLE items ADD COLUMN name text;
ALTER TABLE items RENAME TO things;
ALTER TABLE things RENAME COLUMN name TO title;
CREATE TEMPORARY TABLE plain (x int);
INSERT INTO plain VALUES (1);
ALTER TABLE plain ADD COLUMN y int;
DROP TABLE IF EXISTS nothing_like_it;
ALTER TABLE IF EXISTS neither ADD COLUMN z int;
END
    # The owner of a schema may drop what others made in it, and make it anew.
    migration 0002_again <<END
DROP TABLE $user.foreign_one;
CREATE TABLE $user.foreign_one (id int);
ALTER TABLE $user.foreign_one ADD COLUMN extra int;
END
    # Without INHERIT the rights of a role come with SET ROLE.
    migration 0003_role <<END
SET ROLE ${user}_owner;
ALTER TABLE public.groups ADD COLUMN extra int;
CREATE TABLE public.made_by_role (id int);
RESET ROLE;
END
    migration 0004_block <<'END'
DO $$ BEGIN EXECUTE 'SET search_path = public'; END $$;
SELECT 1;
END
    dunlin migrate -C project --allow-nonempty
    assert_exit 0
    assert_equal "$stderr" ''
}

@test "postgresql: a migration that takes a role is recorded by the user who connected, by a script, too" {
    local other owners wanted
    a_user postgresql
    other=$(fresh_database postgresql)
    sql_pg "$database" "CREATE ROLE ${user}_owner" "GRANT ${user}_owner TO $user"
    for one in "$database" "$other"; do
        sql_pg "$one" "GRANT CREATE ON SCHEMA public TO $user, ${user}_owner"
    done
    echo "${user}_owner" >>"$BATS_TEST_TMPDIR/users_postgresql"
    migration 0001_role <<END
SET ROLE ${user}_owner;
CREATE TABLE first_one (id int PRIMARY KEY);
END
    migration 0002_local <<END
SET LOCAL ROLE ${user}_owner;
CREATE TABLE second_one (id int PRIMARY KEY);
INSERT INTO first_one VALUES (1);
END
    migration 0003_nobody <<'END'
CREATE TABLE third_one (id int PRIMARY KEY);
END
    dunlin migrate -C project
    assert_exit 0
    assert_equal "$stderr" ''
    owners="SELECT relname, pg_get_userbyid(relowner) FROM pg_class WHERE relname LIKE '%\_one' ORDER BY 1"
    wanted="first_one|${user}_owner
second_one|${user}_owner
third_one|$user"
    assert_equal "$(sql_pg "$database" "$owners")" "$wanted"
    dunlin status -C project
    assert_stdout '3 applied, nothing pending'
    dunlin export -C project --driver postgres --output "$BATS_TEST_TMPDIR/script.sql"
    assert_exit 0
    for _ in 1 2; do
        psql -X -q -v ON_ERROR_STOP=1 -f "$BATS_TEST_TMPDIR/script.sql" "${other/dunlin@/$user@}"
    done
    assert_equal "$(sql_pg "$other" "$owners")" "$wanted"
    dunlin status -C project --url "${other/dunlin@/$user@}"
    assert_stdout '3 applied, nothing pending'
}

@test "postgresql: who may not use the schema is told so, and guards are answered for who sees little" {
    a_user postgresql
    sed -i '1s|{|{"dialect": "portable",|' project/dunlin.json
    sql_pg "$database" "CREATE TABLE theirs (id bigint PRIMARY KEY, x integer)" \
        "REVOKE ALL ON SCHEMA public FROM PUBLIC"
    migration 0001_guards <<'END'
CREATE TABLE IF NOT EXISTS theirs (id bigint PRIMARY KEY, x integer);
CREATE TABLE IF NOT EXISTS mine (id bigint PRIMARY KEY);
END
    dunlin migrate -C project --dry-run --allow-nonempty
    assert_exit 1
    assert_stderr 'none of the search path may be used [translate.no-schema]'
    sql_pg "$database" "GRANT USAGE, CREATE ON SCHEMA public TO $user"
    dunlin migrate -C project --dry-run --allow-nonempty
    assert_exit 0
    assert_stdout "line 1 is left out: table 'public.theirs' is there already"
}

# --- MySQL and MariaDB -----------------------------------------------------------------------------

@test "mysql: who may create nothing is told so, and the statements given help" {
    a_user mysql
    migration 0001_items <<'END'
CREATE TABLE items (id int PRIMARY KEY);
INSERT INTO items VALUES (1);
ALTER TABLE items ADD name varchar(10);
CREATE INDEX items_name ON items (name);
END
    dunlin migrate -C project
    refused
    local scope="\`${database##*/}\`"
    assert_stderr "lacks privileges that the pending migrations need"
    assert_stderr "(for the tracker): GRANT CREATE ON $scope.* TO \`$user\`@\`%\`"
    assert_stderr "INSERT on table ${database##*/}.items (0001_items line 2): GRANT INSERT ON $scope.\`items\` TO"
    assert_stderr "(0001_items line 3): GRANT ALTER ON $scope.* TO"
    assert_stderr "(0001_items line 4): GRANT INDEX ON $scope.* TO"
    assert_equal "$(sql_my "$database" "SHOW TABLES")" ''
    sql_my "$database" "GRANT CREATE, ALTER, INDEX, INSERT, UPDATE, DELETE ON ${database##*/}.* TO $user@'%'"
    dunlin migrate -C project
    assert_exit 0
}

@test "mysql: what would have worked is not refused" {
    a_user mysql
    local name=${database##*/} pattern
    pattern=${name//_/\\_}
    sql_my "$database" "REVOKE ALL ON $name.* FROM $user@'%'" \
        "GRANT SELECT, CREATE, ALTER, INSERT, UPDATE, DELETE ON \`${pattern%??}%\`.* TO $user@'%'" \
        "GRANT CREATE TEMPORARY TABLES ON *.* TO $user@'%'" \
        "CREATE TABLE single (a int, b int)" "GRANT DROP, INDEX ON $name.single TO $user@'%'"
    migration 0001_patterns <<'END'
CREATE TABLE items (id int);
ALTER TABLE items ADD name varchar(10);
INSERT INTO items (id) VALUES (1);
CREATE INDEX single_a ON single (a);
TRUNCATE TABLE single;
DROP TABLE single;
END
    migration 0002_temporary <<'END'
CREATE TEMPORARY TABLE passing (id int);
CREATE INDEX passing_id ON passing (id);
DROP TEMPORARY TABLE passing;
END
    dunlin migrate -C project --allow-nonempty
    assert_exit 0
    assert_equal "$stderr" ''
}

@test "mysql: privileges that come with a role count" {
    a_user mysql
    sql_my "$database" "CREATE ROLE ${user}_r" "GRANT ALL ON ${database##*/}.* TO ${user}_r" \
        "GRANT ${user}_r TO $user@'%'" "SET DEFAULT ROLE ${user}_r FOR $user@'%'"
    migration 0001_items <<'END'
CREATE TABLE items (id int);
DROP TABLE items;
END
    dunlin migrate -C project
    sql_my "$database" "DROP ROLE ${user}_r"
    assert_exit 0
}

@test "mysql: what exists and may not be seen is not taken for absent" {
    a_user mysql
    local name=${database##*/} table
    sed -i '1s|{|{"dialect": "portable",|' project/dunlin.json
    echo 'CREATE TABLE first (id bigint PRIMARY KEY);' | migration 0000_first
    dunlin migrate -C project --url "$database" --no-backup --quiet
    assert_exit 0
    sql_my "$database" "CREATE TABLE theirs (id bigint NOT NULL PRIMARY KEY, x integer)" \
        "REVOKE ALL ON $name.* FROM $user@'%'"
    for table in dunlin_migrations dunlin_statements; do
        sql_my "$database" "GRANT SELECT, INSERT, UPDATE, DELETE ON $name.$table TO $user@'%'"
    done
    echo 'CREATE TABLE IF NOT EXISTS theirs (id bigint NOT NULL PRIMARY KEY, x integer);' |
        migration 0001_guards
    dunlin migrate -C project --dry-run
    assert_exit 1
    assert_stderr "table 'theirs' cannot be read: SHOW command denied to user"
    assert_stderr '[schema.unreadable]'
    # The name alone: of its columns this user sees none.
    sql_my "$database" "GRANT CREATE, ALTER ON $name.* TO $user@'%'"
    dunlin migrate -C project --dry-run
    assert_exit 1
    assert_stderr "table 'theirs' cannot be read: the user may not see its columns [schema.unreadable]"
    sql_my "$database" "GRANT SELECT ON $name.theirs TO $user@'%'"
    dunlin migrate -C project --dry-run
    assert_exit 0
    assert_stdout "line 1 is left out: table 'theirs' is there already"
}

# --- doctor ------------------------------------------------------------------------------------------

# doctor_warns DIALECT: of what a repair would stop at, by a user of few rights in a folder of another's.
doctor_warns() {
    a_user "$1"
    migration 0001_items <<<'CREATE TABLE items (id int PRIMARY KEY);'
    mkdir project/migrations/meta
    jq -n '{version: 1, layout: "dunlin", entries: [range(2) | {idx: ., tag: "0001_items"}]}' \
        >project/migrations/meta/_journal.json
    chmod -R go+rX,go-w project
    as_nobody "$DUNLIN" doctor --json -C project
    assert_exit 4
    assert_json '[.plan[] | select(.action == "file" or .action == "apply") | .action]' '["file","apply"]'
    assert_json '[.findings[] | select(.id == "environment.folder") | .severity, .message]' \
        "[\"warning\",\"'$PWD/project/migrations' cannot be written: Permission denied\"]"
    assert_json '[.findings[] | select(.id == "environment.privileges") | .severity]' '["warning"]'
    assert_json '.findings[] | select(.id == "environment.privileges").message | contains("lacks a privilege that the pending migrations need")' true
}

@test "postgresql: doctor tells before a repair stops that the folder and the schema are closed" {
    doctor_warns postgresql
    assert_json ".findings[] | select(.id == \"environment.privileges\").message | contains(\"GRANT CREATE ON SCHEMA public TO $user\")" true
    sql_pg "$database" "GRANT CREATE ON SCHEMA public TO $user"
    run_json doctor -C project
    assert_json '[.findings[] | select(.id | startswith("environment."))]' '[]'
}

@test "mysql: doctor tells before a repair stops that the folder and the database are closed" {
    doctor_warns mysql
    assert_json ".findings[] | select(.id == \"environment.privileges\").message | contains(\"GRANT CREATE\")" true
    sql_my "$database" "GRANT ALL ON ${database##*/}.* TO $user@'%'"
    run_json doctor -C project
    assert_json '[.findings[] | select(.id | startswith("environment."))]' '[]'
}
