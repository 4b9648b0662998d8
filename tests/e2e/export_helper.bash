# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What tests of `dunlin export` share: the stock clients, and what databases look like to them.

# pg_dump stands beside psql.
pg_dump_program() {
    local psql
    psql=$(psql_program)
    printf '%s\n' "${psql%psql}pg_dump"
}

# mariadb_on PROGRAM URL ARGUMENT...
mariadb_on() {
    local program=$1 url=$2 rest host
    rest=${url#*@}
    host=${rest%%/*}
    "$program" --no-defaults --protocol=tcp -h "${host%:*}" -P "${host#*:}" -u dunlin \
        "${@:3}" "${rest#*/}"
}

# run_script WHERE FILE: by the stock client, as the script's first lines say. Sets $status, $output.
run_script() {
    case $(dialect_of "$1") in
        postgresql) run "$(psql_program)" -X -d "$1" -f "$2" ;;
        mysql) run mariadb_on mariadb "$1" <"$2" ;;
        *) run sqlite3 -batch -init /dev/null "$1" <"$2" ;;
    esac
}

# catalog_of WHERE: all definitions, as the database's own tool prints them, without the table in which
# a run leaves what it saw: a script sees nothing.
catalog_of() {
    case $(dialect_of "$1") in
        postgresql) "$(pg_dump_program)" -s -T dunlin_schema -d "$1" | grep -Ev '^\\(un)?restrict' ;;
        mysql)
            mariadb_on mariadb-dump "$1" --no-data --routines --skip-comments \
                --ignore-table="${1##*/}.dunlin_schema" |
                sed 's/ AUTO_INCREMENT=[0-9]*//'
            ;;
        *)
            sql "$1" "SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL
                AND tbl_name <> 'dunlin_schema'" | LC_ALL=C sort
            ;;
    esac
}

# records_of WHERE: what dunlin keeps of each migration, but when and by whom.
records_of() {
    sql_in "$1" "SELECT seq, tag, state, digest_raw, digest_text, digest_tokens, algorithm,
                        statements, sql_up FROM dunlin_migrations ORDER BY seq"
}

# another DIALECT NAME: a further empty database.
another() {
    case $1 in
        sqlite) printf '%s\n' "$PWD/$2.db" ;;
        *) fresh_database "$1" ;;
    esac
}

# url_of WHERE
url_of() {
    case $1 in
        /*) printf 'sqlite:%s\n' "$1" ;;
        *) printf '%s\n' "$1" ;;
    esac
}

# driver_of DIALECT
driver_of() {
    case $1 in
        postgresql) echo postgres ;;
        *) echo "$1" ;;
    esac
}

# export_to FILE DIALECT OPTION...: in the working folder.
export_to() {
    dunlin export --driver "$(driver_of "$2")" --output "$1" "${@:3}"
    assert_exit 0
}

# sample: the project of the sources.
sample() {
    mkdir -p project
    cp -r "$tree/migrations" project
    cd project || return 1
}

# assert_same_as_migrate DIALECT WHERE: catalogs and records equal what `migrate` makes elsewhere,
# and dunlin has nothing to say or to do.
assert_same_as_migrate() {
    local other
    other=$(another "$1" migrated)
    dunlin migrate --url "$(url_of "$other")" --quiet
    assert_exit 0
    assert_equal "$(catalog_of "$2")" "$(catalog_of "$other")"
    assert_equal "$(records_of "$2")" "$(records_of "$other")"
    dunlin status --check --url "$(url_of "$2")"
    assert_exit 0
}

# --- the sample project ---------------------------------------------------------------------------

three_times() {
    local where
    sample
    where=$(another "$1" app)
    export_to script.sql "$1"
    for _ in 1 2 3; do
        run_script "$where" script.sql
        assert_exit 0
    done
    assert_same_as_migrate "$1" "$where"
    assert_equal "$(sql_in "$where" 'SELECT count(*) FROM plans')" 3
}

from_half_way() {
    local where
    sample
    where=$(another "$1" app)
    dunlin migrate --url "$(url_of "$where")" --to 20260209111500_create_audit_log --quiet
    assert_exit 0
    export_to rest.sql "$1" --from 20260216130000_add_user_profile
    run_script "$where" rest.sql
    assert_exit 0
    run_script "$where" rest.sql
    assert_exit 0
    assert_same_as_migrate "$1" "$where"
    where=$(another "$1" empty)
    run_script "$where" rest.sql
    [ "$status" -ne 0 ]
    assert_stdout "not all migrations before 20260216130000_add_user_profile, where this script begins"
    dunlin migrate --url "$(url_of "$where")" --quiet
    assert_exit 0
    run_script "$where" rest.sql
    assert_exit 0
}

whole_over_half() {
    local where
    sample
    where=$(another "$1" app)
    dunlin migrate --url "$(url_of "$where")" --to 20260119084500_create_plans_and_settings --quiet
    assert_exit 0
    export_to some.sql "$1" --to 20260309103000_create_reporting_views
    export_to all.sql "$1"
    run_script "$where" some.sql
    assert_exit 0
    run_script "$where" all.sql
    assert_exit 0
    assert_same_as_migrate "$1" "$where"
}

# Whatever line it is cut behind, the next run finishes; rows are changed once.
interrupted() {
    local where total at
    sample
    where=$(another "$1" app)
    export_to script.sql "$1"
    total=$(wc -l <script.sql)
    for at in 10 23 37 41 48 56 63 78 87 93; do
        head -n $((total * at / 100)) script.sql >part.sql
        run_script "$where" part.sql
    done
    run_script "$where" script.sql
    assert_exit 0
    assert_same_as_migrate "$1" "$where"
    assert_equal "$(sql_in "$where" 'SELECT count(*) FROM plans')" 3
}

# killed WHERE: the client dies when the first statement of 0002_b has been sent, and no more.
killed() {
    awk '!dead && /dunlin_statements.*0002_b\x27+,? (1,|AND ordinal = 1).*/ && /INSERT.*done|SET phase =/ {
        print "\\! kill -9 $PPID"; dead = 1 } { print }' script.sql >part.sql
    run_script "$1" part.sql
    assert_equal "$status" 137
}

# keys_without_name DIALECT DIRECTIVE KNOWN STATEMENT...: what no guard finds is made once, whenever its script is killed;
# in the dialect $written, or the database's own.
keys_without_name() {
    local where statement
    mkdir -p migrations
    echo "{\"dialect\": \"${written:-$(driver_of "$1")}\"}" >dunlin.json
    echo 'CREATE TABLE r (id integer PRIMARY KEY); CREATE TABLE t (a integer, b integer);' >migrations/0001_a.sql
    for statement in "${@:4}"; do
        printf '%s\n%s;\nCREATE TABLE u (c integer);\n' "$2" "$statement" >migrations/0002_b.sql
        where=$(another "$1" killed)
        export_to script.sql "$1"
        killed "$where"
        if [ "$3" = unknown ]; then
            run_script "$where" script.sql
            [ "$status" -ne 0 ]
            assert_stdout '0002_b: whether statement 1 took effect is not known: look'
            dunlin resume 0002_b --url "$(url_of "$where")" --done
            assert_exit 0
        fi
        run_script "$where" script.sql
        assert_exit 0
        sql_in "$where" 'DROP TABLE IF EXISTS dunlin_log'
        assert_same_as_migrate "$1" "$where"
    done
}

# What the database refuses is not in doubt.
refused_key() {
    local where
    mkdir -p migrations
    echo '{}' >dunlin.json
    echo 'CREATE TABLE t (a integer); INSERT INTO t VALUES (0);' >migrations/0001_a.sql
    echo 'ALTER TABLE t ADD CHECK (a > 0);' >migrations/0002_b.sql
    where=$(another "$1" refused)
    export_to script.sql "$1"
    run_script "$where" script.sql
    [ "$status" -ne 0 ]
    sql_in "$where" 'UPDATE t SET a = 1'
    run_script "$where" script.sql
    assert_exit 0
    sql_in "$where" 'UPDATE t SET a = 0' && return 1
    assert_equal "$(sql_in "$where" 'SELECT count(*) FROM dunlin_statements')" 0
}

# --- a tracker that lost its rows -------------------------------------------------------------------

# emptied DIALECT WHERE: the script runs; without records it is not run again.
emptied() {
    local before
    export_to script.sql "$1"
    run_script "$2" script.sql
    assert_exit 0
    sql_in "$2" 'DELETE FROM dunlin_migrations'
    before=$(catalog_of "$2")
    run_script "$2" script.sql
    [ "$status" -ne 0 ]
    assert_stdout 'tables of these migrations exist here, but nothing is recorded'
    assert_equal "$(catalog_of "$2")" "$before"
    assert_equal "$(sql_in "$2" 'SELECT count(*) FROM dunlin_migrations')" 0
}

# The history of the sample changes rows: what was done cannot be told from the tables. Nor can it where a table is
# called otherwise by now.
emptied_and_unsafe() {
    sample
    emptied "$1" "$(another "$1" app)"
    rm -rf migrations
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    echo 'CREATE TABLE a (b integer);' >migrations/0001_a.sql
    echo 'ALTER TABLE a RENAME TO c;' >migrations/0002_b.sql
    emptied "$1" "$(another "$1" renamed)"
}

# USING that computes is not done twice; one that casts may be.
emptied_and_computed() {
    local where
    where=$(another "$1" app)
    mkdir -p migrations
    echo '{"dialect": "portable"}' >dunlin.json
    echo 'CREATE TABLE IF NOT EXISTS prices (id integer PRIMARY KEY, cents integer, words varchar(9));' \
        >migrations/0001_prices.sql
    echo 'ALTER TABLE prices ALTER COLUMN words TYPE integer USING words::integer;' >migrations/0002_cast.sql
    echo 'ALTER TABLE prices ALTER COLUMN cents TYPE integer USING cents * 100;' >migrations/0003_cents.sql
    export_to script.sql "$1" --to 0002_cast
    run_script "$where" script.sql
    assert_exit 0
    sql_in "$where" "INSERT INTO prices VALUES (1, 7, 12)"
    sql_in "$where" "DELETE FROM dunlin_migrations WHERE tag = '0002_cast'"
    run_script "$where" script.sql
    assert_exit 0
    export_to script.sql "$1"
    run_script "$where" script.sql
    assert_exit 0
    sql_in "$where" 'DELETE FROM dunlin_migrations'
    run_script "$where" script.sql
    [ "$status" -ne 0 ]
    assert_stdout 'this must not run twice: 0003_cents'
    assert_equal "$(sql_in "$where" 'SELECT cents + words FROM prices')" 712
}

# A history that only makes things is recorded, and nothing fails.
emptied_and_safe() {
    local where before
    where=$(another "$1" app)
    mkdir -p migrations
    echo '{"dialect": "portable"}' >dunlin.json
    cat >migrations/0001_people.sql <<'SQL'
CREATE TABLE IF NOT EXISTS people (id bigint PRIMARY KEY, email varchar(100) NOT NULL);
CREATE UNIQUE INDEX people_email_idx ON people (email);
SQL
    cat >migrations/0002_more.sql <<'SQL'
ALTER TABLE people ADD COLUMN IF NOT EXISTS nick varchar(30);
ALTER TABLE people ADD CONSTRAINT nick_long CHECK (length(nick) > 0);
CREATE TABLE pets (id bigint PRIMARY KEY, owner_id bigint REFERENCES people (id));
CREATE VIEW names AS SELECT nick FROM people;
SQL
    cat >migrations/0003_wide.sql <<'SQL'
CREATE TABLE wide (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    small smallint NOT NULL DEFAULT -1,
    money numeric(12, 2) DEFAULT 0,
    ratio double precision DEFAULT 1.5,
    fine boolean NOT NULL DEFAULT true,
    words text,
    quoted varchar(20) DEFAULT 'it''s (so)' NOT NULL,
    code char(3),
    day date,
    at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    zoned timestamptz,
    uid uuid,
    doc json,
    raw bytea,
    twice integer GENERATED ALWAYS AS (small * 2) STORED,
    person bigint REFERENCES people (id) ON DELETE SET NULL ON UPDATE CASCADE,
    UNIQUE (small, code),
    CONSTRAINT wide_small CHECK (wide.small < 100)
);
CREATE INDEX wide_day ON wide (day DESC, code);
CREATE INDEX wide_words ON wide (small, words DESC);
ALTER TABLE wide ADD COLUMN since date, ADD COLUMN worth numeric(8, 3) NOT NULL DEFAULT 1.5;
ALTER TABLE wide ADD CONSTRAINT wide_uid UNIQUE (uid);
ALTER TABLE pets ADD COLUMN friend_id bigint;
ALTER TABLE pets ADD CONSTRAINT pets_friend FOREIGN KEY (friend_id) REFERENCES pets (id) ON DELETE CASCADE;
SQL
    export_to script.sql "$1"
    run_script "$where" script.sql
    assert_exit 0
    sql_in "$where" "INSERT INTO people VALUES (1, 'a@example.org', 'a')"
    before=$(catalog_of "$where")
    sql_in "$where" 'DELETE FROM dunlin_migrations'
    run_script "$where" script.sql
    assert_exit 0
    assert_equal "$(catalog_of "$where")" "$before"
    assert_equal "$(sql_in "$where" 'SELECT tag FROM dunlin_migrations ORDER BY seq')" \
        $'0001_people\n0002_more\n0003_wide'
    assert_equal "$(sql_in "$where" 'SELECT count(*) FROM people')" 1
    dunlin status --check --url "$(url_of "$where")"
    assert_exit 0
}

# --- what is there, and different -------------------------------------------------------------------

# stop_at DIALECT SQL NAME: beside what the first migration made, somebody has run the SQL; the script stops
# at the object of that name, and shows both. Leaves $where, and in $before the catalogue before the script.
stop_at() {
    tried=$((${tried:-0} + 1))
    where=$(another "$1" "app_$tried")
    run_script "$where" first.sql
    assert_exit 0
    sql_in "$where" "$2"
    before=$(catalog_of "$where")
    run_script "$where" script.sql
    [ "$status" -ne 0 ]
    assert_stdout "$3' exists, but different: it is ("
    assert_stdout '), wanted is ('
    assert_equal "$(sql_in "$where" 'SELECT tag FROM dunlin_migrations')" 0001_people
}

# differs DIALECT SQL NAME: it stops there, and has changed nothing but, on MySQL, what came before.
differs() {
    local where before
    stop_at "$@"
    if [ "$1" = mysql ]; then
        assert_equal "$(catalog_of "$where" | grep -Ev 'nick|email_idx')" \
            "$(grep -Ev 'nick|email_idx' <<<"$before")"
    else
        assert_equal "$(catalog_of "$where")" "$before"
    fi
}

different() {
    local big=bigint short="varchar(9) NOT NULL DEFAULT 'x'"
    [ "$1" != sqlite ] || big=integer
    mkdir -p migrations
    echo '{"dialect": "portable"}' >dunlin.json
    cat >migrations/0001_people.sql <<'SQL'
CREATE TABLE people (id bigint PRIMARY KEY, email varchar(100) NOT NULL, age integer DEFAULT 1, UNIQUE (age));
SQL
    cat >migrations/0002_more.sql <<'SQL'
ALTER TABLE people ADD COLUMN IF NOT EXISTS nick varchar(30) DEFAULT 'none';
CREATE UNIQUE INDEX IF NOT EXISTS people_email_idx ON people (email);
CREATE TABLE IF NOT EXISTS pets (
    id integer PRIMARY KEY, people_id bigint, n varchar(9) NOT NULL DEFAULT 'x',
    CONSTRAINT pets_people FOREIGN KEY (people_id) REFERENCES people (id) ON DELETE CASCADE
);
SQL
    export_to first.sql "$1" --to 0001_people
    export_to script.sql "$1"
    differs "$1" "ALTER TABLE people ADD COLUMN nick varchar(31) DEFAULT 'none'" people.nick
    differs "$1" "ALTER TABLE people ADD COLUMN nick varchar(30) DEFAULT 'nobody'" people.nick
    differs "$1" "CREATE UNIQUE INDEX people_email_idx ON people (email, age)" people_email_idx
    differs "$1" "CREATE INDEX people_email_idx ON people (email)" people_email_idx
    differs "$1" "CREATE TABLE pets (id integer PRIMARY KEY, people_id date, n $short)" pets.people_id
    differs "$1" "CREATE TABLE pets (id integer PRIMARY KEY, people_id $big, n ${short%% *})" pets.n
    differs "$1" "CREATE TABLE pets (id integer NOT NULL PRIMARY KEY, people_id $big, n $short,
        CONSTRAINT pets_people FOREIGN KEY (people_id) REFERENCES people (id))" pets_people
}

# stops DIALECT SQL NAME: it stops there. On MySQL what came before stays.
stops() {
    local where before
    stop_at "$@"
    [ "$1" = mysql ] || assert_equal "$(catalog_of "$where")" "$before"
}

# passes DIALECT: the script three times, as `migrate` does it; and once more where what the second
# migration made is there, but no record of it.
passes() {
    local where before
    export_to first.sql "$1" --to 0001_people
    export_to script.sql "$1"
    where=$(another "$1" passes)
    for _ in 1 2 3; do
        run_script "$where" script.sql
        assert_exit 0
    done
    assert_same_as_migrate "$1" "$where"
    before=$(catalog_of "$where")
    sql_in "$where" "DELETE FROM dunlin_migrations WHERE tag = '0002_more'"
    run_script "$where" script.sql
    assert_exit 0
    assert_equal "$(catalog_of "$where")" "$before"
    assert_equal "$(sql_in "$where" 'SELECT count(*) FROM dunlin_migrations')" 2
}

# Everything that has more to it than columns and keys.
different_kinds() {
    local sequence='' type='' big=bigint key=bare_key
    local mood="text CONSTRAINT m CHECK (mood IN ('ok', 'sad'))"
    mkdir -p migrations
    echo '{"dialect": "portable"}' >dunlin.json
    cat >migrations/0001_people.sql <<'SQL'
CREATE TABLE people (id bigint PRIMARY KEY, age integer NOT NULL, email varchar(100));
CREATE TABLE bare (a integer NOT NULL, b bigint);
SQL
    case $1 in
        sqlite) big=integer ;;
        mysql) mood="enum('ok', 'sad')" key=PRIMARY ;;
        *) mood=mood type="CREATE TYPE mood AS ENUM ('ok', 'sad');" ;;
    esac
    [ "$1" = sqlite ] || sequence='CREATE SEQUENCE IF NOT EXISTS numbers START 5 INCREMENT 2;'
    cat >migrations/0002_more.sql <<SQL
CREATE TYPE IF NOT EXISTS mood AS ENUM ('ok', 'sad');
$sequence
CREATE VIEW IF NOT EXISTS adults AS SELECT id, email FROM people WHERE email <> 'It''s  me' AND age > 17;
CREATE TABLE IF NOT EXISTS pets (
    id bigint PRIMARY KEY, age integer, twice integer GENERATED ALWAYS AS (age * 2) STORED, mood mood,
    CONSTRAINT pets_age CHECK (pets.age > 1)
);
ALTER TABLE bare ADD CONSTRAINT IF NOT EXISTS bare_a CHECK (bare.a < 100);
ALTER TABLE bare ADD CONSTRAINT IF NOT EXISTS bare_key PRIMARY KEY (a);
ALTER TABLE bare ADD CONSTRAINT IF NOT EXISTS bare_b UNIQUE (b);
ALTER TABLE bare ADD CONSTRAINT IF NOT EXISTS bare_people FOREIGN KEY (b) REFERENCES people (id) ON DELETE CASCADE;
ALTER TABLE people ADD COLUMN IF NOT EXISTS later integer GENERATED ALWAYS AS (age + 1) STORED;
SQL
    passes "$1"
    [ -z "$sequence" ] || stops "$1" 'CREATE SEQUENCE numbers START 6 INCREMENT 2' numbers
    [ -z "$type" ] || stops "$1" "CREATE TYPE mood AS ENUM ('sad', 'ok')" mood
    stops "$1" "CREATE VIEW adults AS SELECT id, email FROM people WHERE email <> 'It''s me' AND age > 17" adults
    stops "$1" 'CREATE TABLE adults (id integer)' adults
    stops "$1" "$type CREATE TABLE pets (id $big NOT NULL, age integer,
        twice integer GENERATED ALWAYS AS (age * 2) STORED, mood $mood, PRIMARY KEY (id))" pets.pets_age
    stops "$1" "$type CREATE TABLE pets (id $big NOT NULL, age integer,
        twice integer GENERATED ALWAYS AS (age * 2) STORED, mood $mood, PRIMARY KEY (id),
        CONSTRAINT pets_age CHECK (age > 2))" pets.pets_age
    stops "$1" "$type CREATE TABLE pets (id $big NOT NULL, age integer,
        twice integer GENERATED ALWAYS AS (age * 3) STORED, mood $mood, PRIMARY KEY (id),
        CONSTRAINT pets_age CHECK (age > 1))" pets.twice
    stops "$1" "DROP TABLE bare; CREATE TABLE bare (a integer NOT NULL, b $big,
        CONSTRAINT bare_a CHECK (a < 101))" bare.bare_a
    stops "$1" "DROP TABLE bare; CREATE TABLE bare (a integer NOT NULL, b $big NOT NULL,
        CONSTRAINT bare_key PRIMARY KEY (b))" "bare.$key"
    stops "$1" "DROP TABLE bare; CREATE TABLE bare (a integer NOT NULL, b $big,
        CONSTRAINT bare_b UNIQUE (a, b))" bare.bare_b
    stops "$1" "DROP TABLE bare; CREATE TABLE bare (a integer NOT NULL, b $big,
        CONSTRAINT bare_people FOREIGN KEY (b) REFERENCES people (id))" bare.bare_people
    stops "$1" "DROP TABLE people; CREATE TABLE people (id $big NOT NULL, age integer NOT NULL,
        email varchar(100), later integer GENERATED ALWAYS AS (age + 2) STORED, PRIMARY KEY (id))" people.later
    stops "$1" 'ALTER TABLE people ADD COLUMN later integer DEFAULT 3' people.later
}

# only_here DIALECT TRIGGER OTHER SAME: triggers are each database's own.
only_here() {
    mkdir -p migrations
    echo '{"dialect": "portable"}' >dunlin.json
    echo 'CREATE TABLE people (id bigint PRIMARY KEY, age integer, email varchar(100));' >migrations/0001_people.sql
    [ "$1" != postgresql ] || cat >>migrations/0001_people.sql <<'SQL'
-- dunlin: only postgres
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
-- dunlin: end
SQL
    printf -- '-- dunlin: only %s\nCREATE TRIGGER IF NOT EXISTS %s;\n-- dunlin: end\n' \
        "$(driver_of "$1")" "$2" >migrations/0002_more.sql
    export_to first.sql "$1" --to 0001_people
    export_to script.sql "$1"
    stops "$1" "$3" looks
    local where
    where=$(another "$1" same)
    run_script "$where" first.sql
    assert_exit 0
    sql_in "$where" "$4"
    for _ in 1 2 3; do
        run_script "$where" script.sql
        assert_exit 0
    done
    assert_equal "$(sql_in "$where" 'SELECT count(*) FROM dunlin_migrations')" 2
}

# behind_rename DIALECT CHANGE: runs a script that makes the change where somebody renamed what it is about, in $where.
behind_rename() {
    echo "$2;" >migrations/0002_b.sql
    export_to script.sql "$1"
    where=$(another "$1" missing)
    rm -f missing.db
    run_script "$where" first.sql
    assert_exit 0
    sql_in "$where" "ALTER TABLE a RENAME $([[ "$2" =~ ' TO f'|'ON TABLE' ]] || echo 'COLUMN c') TO d"
    run_script "$where" script.sql
}

# missing DIALECT: a column or table that somebody renamed is not passed over, unless the statement says so.
missing() {
    local where change
    mkdir -p migrations
    echo '{"dialect": "portable"}' >dunlin.json
    echo 'CREATE TABLE a (b integer, c integer);' >migrations/0001_a.sql
    export_to first.sql "$1"
    for change in 'ALTER TABLE a ALTER COLUMN c SET NOT NULL' 'ALTER TABLE a RENAME COLUMN c TO e' \
        'ALTER TABLE a RENAME TO f' "COMMENT ON TABLE a IS 'x'"; do
        behind_rename "$1" "$change"
        [ "$status" -ne 0 ]
        assert_equal "$(sql_in "$where" 'SELECT count(*) FROM dunlin_migrations')" 1
    done
    for change in 'ALTER TABLE IF EXISTS a RENAME TO f' 'ALTER TABLE a RENAME COLUMN IF EXISTS c TO e' \
        'ALTER TABLE a ALTER COLUMN IF EXISTS c SET NOT NULL' \
        'ALTER TABLE a ALTER COLUMN IF EXISTS c TYPE text, ALTER COLUMN IF EXISTS c SET DEFAULT 2' \
        "COMMENT ON COLUMN IF EXISTS a.c IS 'x'"; do
        behind_rename "$1" "$change"
        assert_exit 0
        assert_equal "$(sql_in "$where" 'SELECT count(*) FROM dunlin_migrations')" 2
    done
}

# A column that must not be null and has no default: rows stand in its way, and an empty table does not.
required() {
    local where
    mkdir -p migrations
    echo '{"dialect": "portable"}' >dunlin.json
    echo 'CREATE TABLE a (b integer); INSERT INTO a VALUES (1);' >migrations/0001_a.sql
    echo 'ALTER TABLE a ADD COLUMN c integer NOT NULL;' >migrations/0002_c.sql
    where=$(another "$1" app)
    export_to script.sql "$1"
    run_script "$where" script.sql
    [ "$status" -ne 0 ]
    assert_equal "$(sql_in "$where" 'SELECT * FROM a')" 1
    assert_equal "$(sql_in "$where" 'SELECT count(*) FROM dunlin_migrations')" 1
    sql_in "$where" 'DELETE FROM a'
    for _ in 1 2; do
        run_script "$where" script.sql
        assert_exit 0
        sql_in "$where" 'INSERT INTO a VALUES (1, 2)'
    done
    assert_equal "$(sql_in "$where" 'SELECT count(*) FROM a WHERE c = 2')" 2
}

# --- what a file can have in it ---------------------------------------------------------------------

directives() {
    local where=$2
    mkdir -p migrations
    echo '{"dialect": "portable"}' >dunlin.json
    cat >migrations/0001_notes.sql <<'SQL'
CREATE TABLE notes (id bigint PRIMARY KEY, body text NOT NULL);
INSERT INTO notes (id, body) VALUES (1, 'it''s; -- no comment
"two" lines'), (2, 'back\slash');
-- dunlin: assert SELECT count(*) FROM notes = 2
-- dunlin: only sqlite
UPDATE notes SET body = body || ' on sqlite' WHERE id = 1;
-- dunlin: end
-- dunlin: only postgres
UPDATE notes SET body = body || $$ on 'postgres'$$ WHERE id = 1;
-- dunlin: end
-- dunlin: only mysql
UPDATE notes SET body = concat(body, ' on mysql') WHERE id = 1;
-- dunlin: end
SQL
    cat >migrations/0002_wrong.sql <<'SQL'
UPDATE notes SET body = 'new';
-- dunlin: assert SELECT count(*) FROM notes = 3
SQL
    export_to script.sql "$1" --to 0001_notes
    run_script "$where" script.sql
    assert_exit 0
    assert_same_as_migrate_to_first "$1" "$where"
    export_to script.sql "$1"
    run_script "$where" script.sql
    [ "$status" -ne 0 ]
    assert_stdout 'the answer is not 3'
    assert_equal "$(sql_in "$where" "SELECT count(*) FROM notes WHERE body = 'new'")" 0
    assert_equal "$(sql_in "$where" 'SELECT count(*) FROM dunlin_migrations')" 1
}

assert_same_as_migrate_to_first() {
    local other rows="SELECT id, replace(body, '
', '/') FROM notes ORDER BY id"
    other=$(another "$1" first)
    dunlin migrate --url "$(url_of "$other")" --to 0001_notes --quiet
    assert_exit 0
    assert_equal "$(sql_in "$2" "$rows")" "$(sql_in "$other" "$rows")"
}

# --- other SQL -----------------------------------------------------------------------------------------

edited() {
    local where
    sample
    where=$(another "$1" app)
    dunlin migrate --url "$(url_of "$where")" --to 20260105090000_create_users --quiet
    assert_exit 0
    sed -i 's/varchar(100)/varchar(120)/' migrations/20260105090000_create_users.sql
    export_to script.sql "$1"
    run_script "$where" script.sql
    [ "$status" -ne 0 ]
    assert_stdout '20260105090000_create_users was applied here with other SQL'
    assert_equal "$(sql_in "$where" 'SELECT count(*) FROM dunlin_migrations')" 1
}
