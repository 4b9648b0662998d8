#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin drift` on servers.

load helper

# project DIALECT: the sample project on a fresh database, not for development. Sets $url.
project() {
    url=$(fresh_database "$1")
    cp -r "$tree/migrations" migrations
    printf '{"dialect": "portable", "targets": {"app": {"url": "%s"}}}\n' "$url" >dunlin.json
    dunlin migrate --no-backup
    assert_exit 0
}

# drifts DIALECT: found without a replay and with one, made a migration, the same elsewhere.
drifts() {
    local other file
    project "$1"
    dunlin drift
    assert_exit 0
    assert_stdout "no drift: the schema is as it was left"
    sql_in "$url" "ALTER TABLE users ADD COLUMN hand integer" "ALTER TABLE teams DROP COLUMN name" \
        "CREATE TABLE legacy (n integer)" "CREATE INDEX invoices_hand ON invoices (team_id, id)"
    for how in "" --shadow; do
        run_json drift $how
        assert_exit 4
        assert_json_form drift
        assert_json '[.differences[] | [.change, .kind, .path[-1]]] | sort' \
            '[["extra","column","hand"],["extra","index","invoices_hand"],["missing","column","name"]]'
        assert_json '.legacy | length' 1
    done
    assert_json .compared shadow
    # It is only written when it was tried.
    dunlin drift --fix "keep it"
    assert_exit 2
    assert_stderr "a migration is only written when it was tried: a throw-away database on the target's server needs --shadow"
    dunlin drift --fix "keep it" --shadow
    assert_exit 4
    file=$(echo migrations/*_keep_it.sql)
    assert_equal "$(grep -c "IF NOT EXISTS\|IF EXISTS" "$file")" 3
    dunlin migrate --no-backup
    assert_exit 0
    for how in "" "--replay --shadow"; do
        # shellcheck disable=SC2086
        dunlin drift $how
        assert_exit 0
    done
    other=$(fresh_database "$1")
    dunlin migrate --url "$other" --no-backup
    assert_exit 0
    dunlin diff "$url" "$other"
    assert_exit 0
    refute_stdout hand
    refute_stdout "column name"
    # Where the row of a migration is lost, the tracker is stale, and nothing is written once more.
    sql_in "$url" "DELETE FROM dunlin_migrations WHERE tag LIKE '%_keep_it'"
    run_json drift --shadow
    assert_json '[.differences[] | [.stale, (.unrecorded | sub("^.*_keep"; "keep"))]] | unique' '[["tracker","keep_it"]]'
    dunlin drift --shadow --fix again
    assert_exit 4
    assert_stderr "[drift.unrecorded]"
    dunlin repair --apply --shadow --no-backup
    dunlin drift --shadow
    assert_exit 0
    # Accepted, and another thing behind it.
    sql_in "$url" "ALTER TABLE users ADD COLUMN later integer"
    dunlin drift --accept --why "as it should be"
    assert_exit 0
    dunlin drift
    assert_exit 0
    assert_stdout "as it should be"
    sql_in "$url" "ALTER TABLE users ADD COLUMN latest integer"
    for compared in cache record; do
        run_json drift
        assert_exit 4
        assert_json '[.compared, [.differences[].path[-1]]]' "[\"$compared\",[\"latest\"]]"
        rm -rf migrations/meta/_dunlin
    done
    # What is accepted is named by those who hold the target against the migrations, and nothing to repair.
    sql_in "$url" "DROP INDEX sessions_token_hash_idx$([ "$1" = mysql ] && echo " ON sessions")" \
        "DROP TABLE team_settings"
    dunlin drift --accept --why "as it should be, too"
    assert_exit 0
    for how in "" --shadow; do
        dunlin doctor $how
        assert_exit 0
        assert_stdout "sessions.sessions_token_hash_idx' is not there; 'dunlin drift --replay --fix NAME' makes that a migration [schema.accepted]"
        assert_stdout "team_settings' is not there"
        refute_stdout api_keys_key_hash_idx
        # Names alone tell less, and that is said.
        if [ "$how" ]; then
            assert_stdout "column '$([ "$1" = mysql ] || echo public.)users.later', which no migration makes"
            refute_stdout "only names tell"
        else
            assert_stdout "only names tell what is otherwise than the migrations make it"
            dunlin check --target app
            assert_stdout "note: the schema was accepted at 20"
        fi
        dunlin repair --apply --no-backup $how
        assert_exit 0
    done
}

@test "postgres: what was changed by hand is found, made a migration, and accepted" {
    drifts postgresql
}

@test "mysql: what was changed by hand is found, made a migration, and accepted" {
    drifts mysql
}

@test "postgres: schemas beside public, and a role that may read nothing" {
    local role=drift_$$
    url=$(fresh_database postgresql)
    mkdir migrations
    printf '{"dialect": "postgresql", "targets": {"app": {"url": "%s"}}}\n' "$url" >dunlin.json
    printf 'CREATE SCHEMA shop; CREATE TABLE shop.orders (id integer PRIMARY KEY); CREATE TYPE shop.mood AS ENUM ($$a$$);' \
        | sed "s/\\$\\$/'/g" >migrations/0001_shop.sql
    dunlin migrate --no-backup
    assert_exit 0
    sql_pg "$url" "ALTER TABLE shop.orders ADD COLUMN hand integer" "ALTER TYPE shop.mood ADD VALUE 'b'" \
        "CREATE SCHEMA others" "CREATE TABLE others.t (n int)" \
        "CREATE ROLE $role LOGIN" "GRANT SELECT ON dunlin_migrations, dunlin_schema TO $role"
    run_json drift --url "${url/dunlin@/$role@}"
    assert_exit 4
    assert_json '[.differences[] | [.change, .path[0], .path[-1]]]' \
        '[["changed","shop","mood"],["extra","shop","hand"]]'
    assert_json .legacy '["schema '"'others'"'","table '"'others.t'"'"]'
    # What lies in a schema that the role may not use is not taken for missing, the tracker least of all.
    sql_pg "$url" "REVOKE ALL ON SCHEMA public FROM public"
    for command in status doctor check drift docs "migrate --dry-run"; do
        # shellcheck disable=SC2086
        dunlin $command --url "${url/dunlin@/$role@}"
        assert_exit 1
        assert_stderr "the user '$role' may not use the schema public, where 'dunlin_migrations' is: GRANT USAGE ON SCHEMA public TO $role"
    done
    dunlin snapshot --url "${url/dunlin@/$role@}" --output weak.json
    dunlin diff "$url" weak.json --exit-code
    assert_exit 0
    sql_pg "$url" "DROP OWNED BY $role" "DROP ROLE $role"
}

@test "mysql: what a role may not see is told, and is not taken to be gone" {
    local account=drift_$$
    project mysql
    sql_my "$url" "CREATE USER '$account'@'%'" "GRANT SELECT ON \`${url##*/}\`.* TO '$account'@'%'"
    dunlin drift --url "${url/dunlin@/$account@}"
    assert_exit 0
    assert_stdout "not seen view "
    assert_stdout "no drift, as far as it can be seen: "
    sql_my "$url" "ALTER TABLE users ADD COLUMN hand integer"
    run_json drift --url "${url/dunlin@/$account@}"
    assert_exit 4
    assert_json '[.differences[] | [.change, .path[-1]]]' '[["extra","hand"]]'
    dunlin drift --url "${url/dunlin@/$account@}" --accept --why x
    [ "$status" -ne 0 ] || fail "it was accepted"
    dunlin drift --url "${url/dunlin@/$account@}" --fix x
    assert_exit 1
    assert_stderr "[drift.unseen]"
    sql_my "$url" "DROP USER '$account'@'%'"
}

@test "postgres: what needs something that no migration makes is no migration, and the reason is told" {
    project postgresql
    sql_in "$url" "CREATE TYPE moods AS ENUM ('sad')" "ALTER TABLE users ADD COLUMN mood moods"
    dunlin drift --fix "keep it" --shadow
    assert_exit 1
    assert_stderr "the new migration does not run, and is not written:"
    assert_stderr 'type "public.moods" does not exist'
    assert_equal "$(ls migrations/*keep_it* 2>/dev/null)" ""
    dunlin drift --fix "take it back" --revert --shadow
    assert_exit 4
    dunlin migrate --no-backup
    assert_exit 0
    dunlin drift
    assert_exit 0
    sql_in "$url" "INSERT INTO users (id, email, display_name, password_hash) VALUES (11, 'a@x.org', 'a', 'a'), (12, 'b@x.org', 'b', 'a')"
    run psql -q "$url" -c "CREATE UNIQUE INDEX CONCURRENTLY half ON users ((1))"
    dunlin drift --fix "keep it" --shadow
    assert_exit 1
    assert_stderr "index 'public.users.half' is invalid in the database, and no migration makes one that is"
    assert_stderr "--revert writes a migration that brings back what was there before"
}

@test "postgres: policies, rules, triggers and other things without guards of their own are made a migration" {
    local how
    url=$(fresh_database postgresql)
    mkdir migrations
    printf '{"dialect": "postgresql", "targets": {"app": {"url": "%s"}}}\n' "$url" >dunlin.json
    cat >migrations/0001_t.sql <<'SQL'
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE DOMAIN d AS int CHECK (VALUE > 0);
CREATE TYPE c AS (x int, y text, z text);
CREATE TYPE m AS ENUM ('a', 'b', 'c');
CREATE TABLE up (b int);
CREATE TABLE off (b int) INHERITS (up);
CREATE TYPE w AS (x m);
CREATE TYPE r AS RANGE (SUBTYPE = int);
CREATE TABLE t (a d, b int, p c, m m DEFAULT 'a', w w[], r r, s r_multirange);
CREATE TRIGGER gone BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
CREATE POLICY gone ON t;
CREATE RULE gone AS ON DELETE TO t DO INSTEAD NOTHING;
CREATE STATISTICS gone ON a, b FROM t;
CREATE TABLE num (a serial, b int GENERATED ALWAYS AS IDENTITY);
CREATE TABLE whole (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE part PARTITION OF whole FOR VALUES FROM (1) TO (9);
CREATE TABLE leaves PARTITION OF whole FOR VALUES FROM (9) TO (19);
CREATE TABLE lost PARTITION OF whole FOR VALUES FROM (19) TO (29);
CREATE TYPE lines AS (x int);
CREATE TABLE typed OF lines;
CREATE TABLE plain (x int);
SQL
    dunlin migrate --no-backup
    assert_exit 0
    sql_pg "$url" "DROP TRIGGER gone ON t" "DROP POLICY gone ON t" "DROP RULE gone ON t" "DROP STATISTICS gone" \
        "CREATE TRIGGER hand AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()" "CREATE POLICY hand ON t USING (b > 1)" \
        "CREATE RULE hand AS ON INSERT TO t DO INSTEAD NOTHING" "CREATE STATISTICS hand ON b, a FROM t" \
        "ALTER DOMAIN d ADD CONSTRAINT hand CHECK (VALUE < 9)" "CREATE EXTENSION hstore" \
        "ALTER TABLE typed NOT OF" "ALTER TABLE plain OF lines" \
        "ALTER TYPE c DROP ATTRIBUTE z, ADD ATTRIBUTE hand int" "ALTER TYPE m RENAME TO n" \
        "CREATE TYPE m AS ENUM ('c', 'a')" "ALTER TABLE t ALTER m DROP DEFAULT, ALTER m TYPE m USING m::text::m, ALTER m SET DEFAULT 'a'" \
        "ALTER TABLE t INHERIT up" "ALTER TABLE off NO INHERIT up" \
        "ALTER TABLE t DROP w, DROP r, DROP s" "DROP TYPE w, n, r" "CREATE TYPE w AS (x m)" \
        "CREATE TYPE r AS RANGE (SUBTYPE = bigint)" "ALTER TABLE t ADD w w[], ADD r r, ADD s r_multirange" \
        "ALTER TABLE num ALTER a DROP DEFAULT" "DROP SEQUENCE num_a_seq" "ALTER TABLE num ALTER a ADD GENERATED BY DEFAULT AS IDENTITY" \
        "ALTER TABLE num ALTER b DROP IDENTITY" "CREATE SEQUENCE num_b_seq AS int OWNED BY num.b" "ALTER TABLE num ALTER b SET DEFAULT nextval('num_b_seq')" \
        "DROP TABLE lost" "ALTER TABLE whole DETACH PARTITION leaves" "ALTER TABLE whole DETACH PARTITION part" \
        "ALTER TABLE whole ATTACH PARTITION part FOR VALUES FROM (1) TO (5)"
    for how in "" --revert; do
        # shellcheck disable=SC2086
        dunlin drift --fix "mend$how" $how --shadow
        assert_exit 4
        assert_stdout "legacy    extension 'hstore'"
        [ -n "$how" ] || cp -r . ../forward
        [ -z "$how" ] || dunlin migrate --no-backup
        [ -z "$how" ] || assert_exit 0
        [ -n "$how" ] || rm migrations/*_mend.sql
    done
    dunlin drift --replay --shadow
    assert_exit 0
    # Of what the first one made, everything is as it was by hand.
    cd ../forward
    dunlin migrate --no-backup --url "$(fresh_database postgresql)"
    assert_exit 0
}

@test "postgres: what excludes, and a column of a relation's rows, is made a migration, and taken back" {
    project postgresql
    sql_in "$url" "ALTER TABLE users ADD COLUMN during tstzrange" "ALTER TABLE users ADD CONSTRAINT apart EXCLUDE USING gist (during WITH &&)" \
        "ALTER TABLE users ADD COLUMN of teams"
    dunlin drift --fix "keep it" --shadow
    assert_exit 4
    dunlin migrate --no-backup
    assert_exit 0
    sql_in "$url" "ALTER TABLE users DROP CONSTRAINT apart" "ALTER TABLE users DROP COLUMN of"
    dunlin drift --fix "take it back" --revert --shadow
    assert_exit 4
    dunlin migrate --no-backup
    assert_exit 0
    dunlin drift --replay --shadow
    assert_exit 0
}

@test "mysql: a change that is taken back was tried in a copy of the database" {
    project mysql
    sql_in "$url" "CREATE TRIGGER hand BEFORE INSERT ON teams FOR EACH ROW SET @hand = 1"
    dunlin drift --fix "keep it" --shadow
    assert_exit 4
    dunlin migrate --no-backup
    assert_exit 0
    sql_in "$url" "ALTER TABLE users ADD COLUMN hand integer" "ALTER TABLE teams MODIFY name varchar(300)"
    dunlin drift --fix "take it back" --revert --shadow
    assert_exit 4
    dunlin migrate --no-backup
    assert_exit 0
    dunlin drift --replay --shadow
    assert_exit 0
}

@test "postgres: a default that is the time of its making is told alike by each replay, and is no drift" {
    local url
    url=$(fresh_database postgresql)
    jq -n --arg url "$url" '{dialect: "postgresql", definition: "schema.sql", snapshots: "on",
        targets: {app: {url: $url, kind: "development", backup: "none"}}}' >dunlin.json
    mkdir migrations
    echo "CREATE TABLE t (a timestamptz DEFAULT 'now', b timestamp(3) NOT NULL DEFAULT 'now',
        c timestamptz DEFAULT '2024-01-01', d timestamptz DEFAULT now(), e text DEFAULT 'now');" >migrations/0001_t.sql
    dunlin migrate
    assert_exit 0
    dunlin check --target app
    assert_exit 0
    dunlin drift --shadow
    assert_exit 0
    cp migrations/meta/_dunlin/postgresql/head.json first.json
    grep -q '"column/public/t/a":{"default":"'"'now'"'::timestamp with time zone","frozen":true,' first.json
    grep -q '"column/public/t/c":{"default":"'"'2024-01-01 00:00:00+00'"'::timestamp with time zone","type"' first.json
    grep -q '"column/public/t/e":{"default":"'"'now'"'::text","type"' first.json
    dunlin snapshot
    assert_exit 0
    cmp migrations/meta/_dunlin/postgresql/head.json first.json
    dunlin diff app definition --exit-code
    assert_exit 0
    # Another default than a time is one.
    sql_pg "$url" "ALTER TABLE t ALTER a SET DEFAULT now()"
    dunlin drift --shadow
    assert_exit 4
    assert_stdout 'column public.t.a'
    refute_stdout 'column public.t.b'
}

@test "mysql: routines that the user may not see are told of, and none is taken for missing" {
    local url name user seen
    url=$(fresh_database mysql)
    name=${url##*/}
    user=${name}_u
    mkdir -p migrations
    echo 'CREATE TABLE t (a int);' >migrations/0001_t.sql
    printf 'CREATE PROCEDURE p() SELECT 1;\nCREATE FUNCTION f() RETURNS int RETURN 1;\n' >migrations/0002_p.sql
    write_config . migrations "$url"
    dunlin migrate --no-backup
    assert_exit 0
    dunlin snapshot --shadow
    assert_exit 0
    dunlin snapshot --url "$url" --output all.json
    sql_my "$url" "CREATE USER $user@'%'" "GRANT ALL ON \`$name\`.* TO $user@'%'" \
        "REVOKE EXECUTE, ALTER ROUTINE, CREATE ROUTINE ON \`$name\`.* FROM $user@'%'"
    seen=${url/dunlin@/$user@}
    dunlin drift --url "$seen"
    assert_exit 0
    assert_stderr "warning: routines that others made may be there and not be shown"
    assert_stdout "no drift, as far as it can be seen: there may be more"
    dunlin doctor --url "$seen"
    assert_exit 0
    assert_stderr "routines that others made may be there"
    refute_stdout recorded-absent
    dunlin diff "$seen" all.json --exit-code
    assert_exit 0
    assert_stderr "none of them is taken for missing"
    dunlin diff all.json "$seen" --exit-code
    assert_exit 0
    dunlin schema dump --url "$seen" --output seen.sql
    assert_exit 0
    assert_stderr "routines that others made may be there"
    # What it is shown is compared, and what else is missing.
    sql_my "$url" "GRANT EXECUTE ON PROCEDURE \`$name\`.p TO $user@'%'" "DROP PROCEDURE p" \
        "ALTER TABLE t ADD b int"
    dunlin diff all.json "$seen" --exit-code
    assert_exit 4
    assert_stdout "+ column b"
    refute_stdout procedure
    sql_my "$url" "GRANT SELECT ON mysql.proc TO $user@'%'"
    dunlin diff all.json "$seen" --exit-code
    assert_exit 4
    assert_stdout "- procedure p"
    refute_stderr routines
    sql_my "$url" "DROP USER $user@'%'"
}

@test "mysql: triggers and columns that the user may not see are told of, and none is taken for missing" {
    local url name user seen table
    url=$(fresh_database mysql)
    name=${url##*/}
    user=${name}_u
    mkdir -p migrations
    echo 'CREATE TABLE t (a int, b int);' >migrations/0001_t.sql
    echo 'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;' >migrations/0002_g.sql
    write_config . migrations "$url"
    dunlin migrate --no-backup
    assert_exit 0
    dunlin snapshot --url "$url" --output all.json
    sql_my "$url" "CREATE USER $user@'%'" "GRANT SELECT, SHOW VIEW, EXECUTE ON \`$name\`.* TO $user@'%'"
    seen=${url/dunlin@/$user@}
    dunlin drift --url "$seen"
    assert_exit 0
    assert_stderr "warning: triggers may be there and not be shown: this user has no TRIGGER on all tables"
    assert_stdout "no drift, as far as it can be seen: there may be more"
    dunlin doctor --url "$seen"
    assert_exit 0
    refute_stdout missing
    dunlin diff all.json "$seen" --exit-code
    assert_exit 0
    # On each of them is enough, and what is granted to everybody or to the role of the session.
    for table in $(sql_my "$url" 'SHOW TABLES'); do
        sql_my "$url" "GRANT TRIGGER ON \`$name\`.$table TO $user@'%'"
    done
    sql_my "$url" "DROP TRIGGER g"
    dunlin diff all.json "$seen" --exit-code
    assert_exit 4
    assert_stdout "- trigger g"
    refute_stderr triggers
    # A table of which it sees a column.
    sql_my "$url" "REVOKE ALL PRIVILEGES, GRANT OPTION FROM $user@'%'" "GRANT TRIGGER, EXECUTE ON \`$name\`.* TO $user@'%'" \
        "GRANT SELECT (a), INSERT (b) ON \`$name\`.t TO $user@'%'"
    for table in $(sql_my "$url" "SHOW TABLES LIKE 'dunlin%'"); do
        sql_my "$url" "GRANT SELECT ON \`$name\`.$table TO $user@'%'"
    done
    dunlin drift --url "$seen"
    assert_stdout "not seen table 't': the user may see some of its columns alone"
    refute_stdout "column t.b"
    dunlin snapshot --url "$seen" --output some.json
    assert_exit 1
    assert_stderr "table 't': the user may see some of its columns alone [schema.unreadable]"
    sql_my "$url" "DROP USER $user@'%'"
}

# mariadb_one, mariadb_two: what changes in ways for which IF [NOT] EXISTS has no place.
mariadb_one() {
    cat <<'SQL'
CREATE TABLE moves (a int NOT NULL AUTO_INCREMENT, b int, PRIMARY KEY (a));
CREATE TABLE loses (a int NOT NULL AUTO_INCREMENT, b int, PRIMARY KEY (a));
CREATE TABLE widens (a int NOT NULL AUTO_INCREMENT, b int, PRIMARY KEY (a));
CREATE TABLE gets (b int);
CREATE TABLE versioned (a int, b int) WITH SYSTEM VERSIONING;
CREATE TABLE kept (a int, b int) WITH SYSTEM VERSIONING;
CREATE TABLE timed (a int);
CREATE TABLE aria (a int) ENGINE = Aria TRANSACTIONAL = 1;
CREATE TABLE spans (a int, s date, e date, PERIOD FOR p (s, e), UNIQUE k (a, p WITHOUT OVERLAPS));
CREATE TABLE parts (a int) PARTITION BY HASH (a) PARTITIONS 2;
CREATE TABLE checks (a int NOT NULL DEFAULT 3 CHECK (a > 0), b int, CHECK (b <> 5));
CREATE TABLE computed (a int, b int AS (a * 2) VIRTUAL, c int AS (a + 1) STORED);
CREATE TABLE chars (a varchar(9), b varchar(9) CHARACTER SET latin1) CHARSET = utf8mb4;
CREATE TABLE p (id int PRIMARY KEY, k varchar(9) CHARACTER SET latin1, UNIQUE (k));
CREATE TABLE c (a int, k varchar(9) CHARACTER SET latin1, KEY i (a, k), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id), FOREIGN KEY (k) REFERENCES p (k));
CREATE TABLE gone (a int, token varchar(9), UNIQUE KEY u (token));
CREATE TABLE named (a int, b int, c int, KEY k_a (a), KEY k_b (b));
CREATE TABLE fk_p (id int PRIMARY KEY);
CREATE TABLE fk_1 (a int, b int, c int, CONSTRAINT fk1 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE TABLE fk_2 (a int, b int, c int, KEY fk2 (a, b), CONSTRAINT fk2 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE TABLE fk_3 (a int, b int, c int, CONSTRAINT fk3 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE TABLE fk_4 (a int, b int, c int, UNIQUE KEY fk4 (a), CONSTRAINT fk4 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE TABLE fk_5 (a int, b int, c int, KEY fk5 (a, b), CONSTRAINT fk5 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE TABLE fk_6 (a int, b int, c int, KEY o6 (a), CONSTRAINT fk6 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE TABLE fk_7 (a int, b int, c int, KEY o7 (a), CONSTRAINT fk7 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE TABLE fk_8 (a int, b int, c int, UNIQUE KEY fk8 (a), CONSTRAINT fk8 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE TABLE fk_9 (a int, b int, c int, UNIQUE KEY fk9 (a), CONSTRAINT fk9 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE FUNCTION f(a varchar(99)) RETURNS varchar(99) RETURN concat(a, "d\"q" /* it's */);
SQL
}

mariadb_two() {
    cat <<'SQL'
CREATE TABLE moves (a int NOT NULL, b int NOT NULL AUTO_INCREMENT, PRIMARY KEY (b));
CREATE TABLE loses (a int NOT NULL, b int);
CREATE TABLE widens (a int NOT NULL AUTO_INCREMENT, b int, KEY (a));
CREATE TABLE gets (b int, id int NOT NULL AUTO_INCREMENT PRIMARY KEY, c int UNIQUE);
CREATE TABLE versioned (a int, b int);
CREATE TABLE kept (a bigint, c int) WITH SYSTEM VERSIONING;
CREATE TABLE timed (a int, s timestamp(6) GENERATED ALWAYS AS ROW START INVISIBLE, e timestamp(6) GENERATED ALWAYS AS ROW END,
    PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING;
CREATE TABLE aria (a int) ENGINE = MyISAM;
CREATE TABLE spans (a int, s date, e date, PERIOD FOR p (s, e), PRIMARY KEY (a, p WITHOUT OVERLAPS));
CREATE TABLE parts (a int);
CREATE TABLE checks (a int NOT NULL DEFAULT 3 CHECK (a > 1), b int CHECK (b is not null), c int CHECK (c > 0));
CREATE TABLE computed (a bigint, b int AS (a * 3) STORED, c int AS (a + 1) VIRTUAL, d int AS (b + c) VIRTUAL);
CREATE TABLE chars (a varchar(9) NOT NULL, b varchar(9)) CHARSET = latin1 COLLATE = latin1_bin;
CREATE TABLE p (id int PRIMARY KEY, k varchar(9) CHARACTER SET latin1 NOT NULL, UNIQUE (k));
CREATE TABLE named (a int, b int, c int, e enum('x', 'it''s') NOT NULL DEFAULT 'x', CONSTRAINT k_a FOREIGN KEY (a) REFERENCES p (id), CONSTRAINT k_b FOREIGN KEY (c) REFERENCES p (id));
CREATE TABLE c (a int, k varchar(9) CHARACTER SET latin1 NOT NULL, x int, KEY i (a, x), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id), FOREIGN KEY (k) REFERENCES p (k));
CREATE TABLE fk_p (id int PRIMARY KEY);
CREATE TABLE fk_1 (a int, b int, c int, KEY fk1 (a, b), CONSTRAINT fk1 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE TABLE fk_2 (a int, b int, c int, CONSTRAINT fk2 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE TABLE fk_3 (a int, b int, c int, UNIQUE KEY fk3 (a), CONSTRAINT fk3 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE TABLE fk_4 (a int, b int, c int, CONSTRAINT fk4 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE TABLE fk_5 (a int, b int, c int, KEY fk5 (a, c), CONSTRAINT fk5 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE TABLE fk_6 (a int, b int, c int, KEY fk6 (a, c), CONSTRAINT fk6 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE TABLE fk_7 (a int, b int, c int, UNIQUE KEY fk7 (a), CONSTRAINT fk7 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE TABLE fk_8 (a int, b int, c int, KEY o8 (a), CONSTRAINT fk8 FOREIGN KEY (a) REFERENCES fk_p (id));
CREATE TABLE fk_9 (a int, b int, c int, KEY fk9 (a, c), CONSTRAINT fk9 FOREIGN KEY (a) REFERENCES fk_p (id));
SQL
}

# fixes FROM TO [--revert]: from the first schema a database was taken to the other one by hand.
fixes() {
    local to elsewhere
    url=$(fresh_database mysql) to=$(fresh_database mysql) elsewhere=$(fresh_database mysql)
    rm -rf migrations schema.sql && mkdir migrations
    "$1" >migrations/0001_one.sql
    printf '{"dialect": "mysql", "targets": {"app": {"url": "%s", "kind": "development", "backup": "none"}}}\n' \
        "$url" >dunlin.json
    dunlin migrate
    assert_exit 0
    run_script "$to" "$("$2")"
    dunlin diff "$url" "$to" --sql
    assert_exit 0
    run_script "$url" "$output"
    dunlin drift --fix "by hand" "${@:3}"
    assert_exit 4
    assert_stdout "written "
    dunlin migrate
    assert_exit 0
    dunlin drift
    assert_exit 0
    dunlin migrate --url "$elsewhere"
    assert_exit 0
    # A routine or table that no migration knows is nobody's.
    [ "$1" = mariadb_one ] || sql_in "$url" "DROP FUNCTION f" "DROP TABLE gone"
    dunlin diff "$url" "$elsewhere" --exit-code
    assert_exit 0
    [ -z "${3-}" ] || return 0
    [ "$1" = mariadb_one ] || sql_in "$to" "DROP FUNCTION f" "DROP TABLE gone"
    dunlin diff "$url" "$to" --exit-code
    assert_exit 0
}

@test "mysql: changes for which IF [NOT] EXISTS has no place are made a migration, and taken back" {
    with_plain_build
    fixes mariadb_one mariadb_two
    fixes mariadb_two mariadb_one
    fixes mariadb_one mariadb_two --revert
}

@test "mysql: a column that was renamed by hand below a view is pointed out where no migration can be written" {
    url=$(fresh_database mysql)
    mkdir migrations
    printf '{"dialect": "mysql", "targets": {"app": {"url": "%s", "kind": "development"}}}\n' "$url" >dunlin.json
    echo 'CREATE TABLE u (id int PRIMARY KEY, name varchar(20)); CREATE VIEW uv AS SELECT id, name FROM u;' \
        >migrations/0001_u.sql
    dunlin migrate --no-backup
    assert_exit 0
    sql_in "$url" "ALTER TABLE u RENAME COLUMN name TO full_name"
    dunlin drift --fix ren
    assert_exit 1
    assert_stderr "MariaDB has no dropping of 'name', which view 'uv' uses"
    assert_stderr "hint: perhaps column 'u.name' was renamed to 'full_name': then write that with 'dunlin new NAME', and 'dunlin repair --apply' records it"
    dunlin new ren
    echo 'ALTER TABLE u RENAME COLUMN name TO full_name;' >"$output"
    dunlin repair --apply --no-backup
    assert_exit 0
    dunlin status --check
    assert_exit 0
}
