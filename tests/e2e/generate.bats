#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin generate`: the migration that the schema definition asks for.

load helper
load tools_helper

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
    echo 'CREATE TABLE a (x INTEGER PRIMARY KEY, y INTEGER, z TEXT); CREATE TABLE b (x INTEGER) STRICT;' >schema.sql
    dunlin generate other --dry-run
    assert_stdout "-- ! a.y: values are read as the new type: how they were written is lost, as the zeros of '007', and what cannot be read may fail"
    assert_stdout "-- ? b: fails where a value is not of the type of its column"
    echo 'CREATE TABLE a (x INTEGER PRIMARY KEY, y TEXT);' >schema.sql
    dunlin generate less --dry-run
    assert_exit 0
    assert_stdout "-- ! a.z: the values of the column are lost: 1 value in 'app'"
    assert_stdout "-- ! b: the rows of the table are lost: 1 row in 'app'"
    refute_stdout "dunlin: down"
    assert_stdout "
-- There is no way back: what is lost does not come back."
    run_json generate less
    assert_json .no_down "what is lost does not come back"
    assert_json .summary "2 changes; 2 of them lose data"
}

@test "a table that is made anew behind others has its losses marked, too" {
    project <<<'CREATE TABLE a (x INTEGER PRIMARY KEY, y TEXT, z TEXT); CREATE TABLE b (x INTEGER, y TEXT); CREATE INDEX i ON b (x, y);'
    dunlin generate first
    dunlin migrate
    assert_exit 0
    sql app.db "INSERT INTO a VALUES (1, 'y', 'z')" "INSERT INTO b VALUES (1, 'y')"
    echo 'CREATE TABLE a (x INTEGER PRIMARY KEY, y VARCHAR(9)); CREATE TABLE b (x INTEGER); CREATE INDEX i ON b (x);' >schema.sql
    dunlin generate less --dry-run
    assert_exit 0
    assert_stdout "-- ? a.y: values are converted to another type: they may not fit, or be cut"
    assert_stdout "-- ! a.z: the values of the column are lost: 1 value in 'app'"
    assert_stdout "-- ! b.y: the values of the column are lost: 1 value in 'app'"
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
    assert_stderr "no table, column or value of an enum 'people.nick' to be renamed"
    sed -i '$d' schema.sql
    echo '-- dunlin: rename people' >>schema.sql
    dunlin generate more
    assert_exit 2
    assert_stderr "schema.sql:4:12: 'rename' wants OLD -> NEW"
    # So may those of which one leads to a name that another one left.
    cat >schema.sql <<'END'
-- dunlin: rename people.id -> key
-- dunlin: rename people.full_name -> id
CREATE TABLE people (key INTEGER PRIMARY KEY, id TEXT);
END
    dunlin generate along
    assert_exit 0
    dunlin migrate
    assert_equal "$(sql app.db 'SELECT key, id FROM people')" "1|ada"
    dunlin generate more
    assert_exit 0
    assert_stdout "nothing to do"
}

@test "portable text marks what other databases cut" {
    project portable <<<'CREATE TABLE t (id INTEGER PRIMARY KEY, n NUMERIC(10,3));'
    dunlin generate first
    sed -i 's/10,3/10,2/' schema.sql
    dunlin generate second --dry-run
    assert_exit 0
    assert_stdout "-- ! t.n: values are cut: the new type has no place for some of their digits or parts
ALTER TABLE t ALTER COLUMN n TYPE NUMERIC(10,2);"
    refute_stdout "dunlin: down"
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
    assert_exit 1
    assert_equal "$(ls migrations)" 0001_bad.sql
    dunlin generate
    assert_exit 2
}

# foreign LAYOUT: a folder of the tool whose one migration made a table, and what is wanted beyond it.
foreign() {
    rm -rf migrations app.db
    mkdir migrations
    jq -n --arg layout "$1" '{dialect: "sqlite", layout: $layout, targets: {app: {url: "sqlite:app.db"}}}' \
        >dunlin.json
    printf '%s\n' 'CREATE TABLE users (id INTEGER PRIMARY KEY, n TEXT);' \
        'CREATE TRIGGER users_n AFTER INSERT ON users BEGIN UPDATE users SET n = 1; DELETE FROM users WHERE n = 2; END;' \
        >schema.sql
}

# foreign_generate FILE TEXT: one migration, in this file with this text, runs and leads to what is wanted.
foreign_generate() {
    dunlin generate add n
    assert_exit 0
    # shellcheck disable=SC2086
    assert_equal "$(cat $1)" "$2"
    dunlin migrate
    assert_exit 0
    dunlin schema check schema.sql
    assert_exit 0
    dunlin generate more
    assert_exit 0
    assert_stdout "nothing to do"
}

new_column='-- Made by `dunlin generate`.
ALTER TABLE "users" ADD COLUMN "n" TEXT;
'
new_trigger='CREATE TRIGGER "users_n" AFTER INSERT ON users BEGIN UPDATE users SET n = 1; DELETE FROM users WHERE n = 2; END;'
back='DROP TRIGGER "users_n";
-- ! users.n: the values of the column are lost
ALTER TABLE "users" DROP COLUMN "n";'

@test "in a folder of dbmate or goose there and back have the marks of the tool" {
    foreign dbmate
    printf -- '-- migrate:up\nCREATE TABLE users (id INTEGER PRIMARY KEY);\n\n-- migrate:down\n' \
        >migrations/20250101000000_users.sql
    foreign_generate 'migrations/*_add_n.sql' "-- migrate:up
$new_column$new_trigger

-- migrate:down
$back"
    foreign goose
    printf -- '-- +goose Up\nCREATE TABLE users (id INTEGER PRIMARY KEY);\n' >migrations/00001_users.sql
    foreign_generate migrations/00002_add_n.sql "-- +goose Up
$new_column-- +goose StatementBegin
$new_trigger
-- +goose StatementEnd

-- +goose Down
$back"
}

@test "dbmate runs what was generated, and takes it back" {
    foreign dbmate
    printf -- '-- migrate:up\nCREATE TABLE users (id INTEGER PRIMARY KEY);\n\n-- migrate:down\nDROP TABLE users;\n' \
        >migrations/20250101000000_users.sql
    dunlin generate add n
    assert_exit 0
    database=sqlite:app.db
    dbmate_run up
    assert_equal "$(sql app.db "SELECT name FROM sqlite_schema WHERE name LIKE 'users_%'")" users_n
    dunlin schema check schema.sql
    assert_exit 0
    dbmate_run down
    assert_equal "$(sql app.db "SELECT name FROM pragma_table_info('users')")" id
}

@test "in folders of golang-migrate and sqlx the way back is a file, where others have none" {
    foreign golang-migrate
    echo 'CREATE TABLE users (id INTEGER PRIMARY KEY);' >migrations/000001_users.up.sql
    echo 'DROP TABLE users;' >migrations/000001_users.down.sql
    foreign_generate migrations/000002_add_n.up.sql "$new_column$new_trigger"
    assert_equal "$(cat migrations/000002_add_n.down.sql)" "$back"
    foreign sqlx
    echo 'CREATE TABLE users (id INTEGER PRIMARY KEY);' >migrations/20250101000000_users.sql
    foreign_generate 'migrations/*_add_n.sql' "$new_column$new_trigger"
    assert_equal "$(find migrations -name '*.down.sql')" ""
    foreign flyway
    echo 'CREATE TABLE users (id INTEGER PRIMARY KEY);' >migrations/V1__users.sql
    run_json generate add n --dry-run
    assert_json .no_down "the folder has no place for one"
    foreign_generate migrations/V2__add_n.sql "$new_column$new_trigger"
    foreign prisma
    mkdir migrations/20250101000000_users
    echo 'provider = "sqlite"' >migrations/migration_lock.toml
    echo 'CREATE TABLE users (id INTEGER PRIMARY KEY);' >migrations/20250101000000_users/migration.sql
    foreign_generate 'migrations/*_add_n/migration.sql' "$new_column$new_trigger"
}

@test "what loses data has an empty way back in other tools' folders, and no file for one" {
    foreign golang-migrate
    echo 'CREATE TABLE users (id INTEGER PRIMARY KEY, n TEXT);' >migrations/000001_users.up.sql
    echo 'CREATE TABLE users (id INTEGER PRIMARY KEY);' >schema.sql
    dunlin generate drop n
    assert_exit 0
    refute_file migrations/000002_drop_n.down.sql
    foreign dbmate
    printf -- '-- migrate:up\nCREATE TABLE users (id INTEGER PRIMARY KEY, n TEXT);\n' \
        >migrations/20250101000000_users.sql
    echo 'CREATE TABLE users (id INTEGER PRIMARY KEY);' >schema.sql
    dunlin generate drop n
    assert_exit 0
    assert_equal "$(tail -n 3 migrations/*_drop_n.sql)" 'ALTER TABLE "users" DROP COLUMN "n";

-- migrate:down'
}

@test "a folder that only its tool can write is left to it" {
    drizzle_project .
    echo 'CREATE TABLE t (a INTEGER);' >schema.sql
    dunlin generate x
    assert_exit 1
    assert_stderr "is Drizzle's, which makes migrations from its own definition and keeps a snapshot beside each: edit that, and run 'npx drizzle-kit generate --name x' [generate.layout]"
    foreign knex
    echo 'exports.up = () => {};' >migrations/20250101000000_users.js
    dunlin generate x
    assert_exit 1
    assert_stderr "holds programs of knex: make one with 'npx knex migrate:make x', and let it run what 'dunlin diff TARGET definition --sql' prints [generate.layout]"
    # Which works as it stands.
    printf '{"targets": {"app": {"url": "sqlite:other.db"}}}\n' >dunlin.json
    dunlin diff app definition --sql
    assert_exit 0
    assert_stdout 'CREATE TABLE "users"'
}

# The sums of a folder after Atlas' manual; the first one is of Atlas' own test data.
atlas_sums() {
    python3 - <<'END'
import base64, glob, hashlib, os
files, lines, text = hashlib.sha256(), hashlib.sha256(), ""
for path in sorted(glob.glob("migrations/*.sql")):
    name = os.path.basename(path)
    content = open(path, "rb").read()
    files.update(name.encode())
    if content.startswith(b"-- atlas:sum ignore\n"):
        continue
    files.update(content)
    digest = base64.b64encode(files.digest()).decode()
    lines.update((name + digest).encode())
    text += f"{name} h1:{digest}\n"
print("h1:" + base64.b64encode(lines.digest()).decode() + "\n" + text, end="")
END
}

@test "Atlas' folder gets a migration, and the sums of all of them" {
    foreign atlas
    echo 'create table a(x int);' >migrations/20250101000000_a.sql
    cat >migrations/atlas.sum <<'END'
h1:JkoMiMhrxac2Kr62RTu1pXTLqPqGx/Sne9veEorcUJo=
20250101000000_a.sql h1:a8x5EkcTU8eJ8Jvyp09ENPEmhWbUEduewYG08HzUYME=
END
    echo 'CREATE TABLE a (x int); CREATE TABLE b (id INTEGER PRIMARY KEY);' >schema.sql
    dunlin generate add b
    assert_exit 0
    assert_equal "$(cat migrations/*_add_b.sql)" '-- Made by `dunlin generate`.
CREATE TABLE "b" (
    "id" INTEGER,
    PRIMARY KEY ("id")
);'
    assert_equal "$(wc -l <migrations/atlas.sum)" 3
    grep -q '^20250101000000_a.sql h1:a8x5EkcTU8eJ8Jvyp09ENPEmhWbUEduewYG08HzUYME=$' migrations/atlas.sum
    assert_equal "$(cat migrations/atlas.sum)" "$(atlas_sums)"
    # One more, beside a file that is not summed up.
    printf -- '-- atlas:sum ignore\nSELECT 1;\n' >migrations/20250102000000_ignored.sql
    atlas_sums >migrations/atlas.sum
    echo 'CREATE TABLE c (id INTEGER PRIMARY KEY);' >>schema.sql
    dunlin generate add c
    assert_exit 0
    assert_equal "$(cat migrations/atlas.sum)" "$(atlas_sums)"
    # What somebody changed since is not summed up behind Atlas' back.
    cp migrations/atlas.sum before
    echo '-- changed' >>migrations/20250101000000_a.sql
    echo 'CREATE TABLE d (id INTEGER PRIMARY KEY);' >>schema.sql
    dunlin generate add d
    assert_exit 4
    assert_stderr "are not those that 'atlas.sum' was made of [journal.sums]"
    cmp before migrations/atlas.sum
    assert_equal "$(find migrations -name '*_add_d.sql')" ""
    # A file that is still to be written would be another one than was summed up.
    dunlin new d
    assert_exit 1
    assert_stderr "are for Atlas itself to make [journal.new]"
}

@test "portable SQL goes into other tools' folders, sections for one database do not" {
    foreign dbmate
    jq '.dialect = "portable" | .definitionForm = "portable"' dunlin.json >new.json && mv new.json dunlin.json
    printf -- '-- migrate:up\nCREATE TABLE users (id integer PRIMARY KEY);\n' >migrations/20250101000000_users.sql
    echo 'CREATE TABLE users (id integer PRIMARY KEY, n varchar(9));' >schema.sql
    dunlin generate add n
    assert_exit 0
    dunlin migrate
    assert_exit 0
    printf '%s\n' '-- dunlin: only sqlite' \
        'CREATE TRIGGER users_n AFTER INSERT ON users BEGIN DELETE FROM users; END;' '-- dunlin: end' >>schema.sql
    dunlin generate more
    assert_exit 1
    assert_stderr "the change needs SQL for sqlite alone, and what else runs"
}

@test "leftovers of a Drizzle project are dropped in a file that its migrator takes" {
    drizzle_project .
    dunlin migrate --url sqlite:app.db
    assert_exit 0
    sql app.db "CREATE TABLE a (id INTEGER PRIMARY KEY)" "CREATE TABLE b (id INTEGER PRIMARY KEY)"
    dunlin generate drop leftovers --drop-legacy --url sqlite:app.db
    assert_exit 0
    assert_equal "$(cat drizzle/*_drop_leftovers.sql migrations/*_drop_leftovers.sql 2>/dev/null)" "-- Made by \`dunlin generate --drop-legacy\`: what belongs to no migration.
-- ! a: the rows of the table are lost: 0 rows in 'default'
DROP TABLE IF EXISTS \"a\";
--> statement-breakpoint
-- ! b: the rows of the table are lost: 0 rows in 'default'
DROP TABLE IF EXISTS \"b\";"
    dunlin migrate --url sqlite:app.db
    assert_exit 0
}

@test "what belongs to no migration is dropped on request, counted, guarded and in order" {
    project <<<''
    echo 'CREATE TABLE users (id INTEGER PRIMARY KEY);' >migrations/0001_users.sql
    dunlin migrate
    assert_exit 0
    sql app.db "CREATE TABLE a (id INTEGER PRIMARY KEY, b INTEGER REFERENCES b (id), u REFERENCES users (id))" \
        "CREATE TABLE b (id INTEGER PRIMARY KEY)" "CREATE VIEW v AS SELECT a.id FROM a" \
        "CREATE TABLE tmp_kept (x INTEGER)" "INSERT INTO b VALUES (1), (2)" "INSERT INTO a VALUES (1, 2, NULL)" \
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

@test "leftovers that refer to each other are dropped with foreign keys off" {
    project <<<''
    echo 'CREATE TABLE users (id INTEGER PRIMARY KEY);' >migrations/0001_users.sql
    dunlin migrate
    sql app.db "CREATE TABLE a (id INTEGER PRIMARY KEY, b INTEGER REFERENCES b (id))" \
        "CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a (id))" \
        "INSERT INTO a VALUES (1, NULL)" "INSERT INTO b VALUES (1, 1)" "UPDATE a SET b = 1"
    dunlin generate drop leftovers --drop-legacy
    assert_exit 0
    assert_equal "$(cat migrations/0002_drop_leftovers.sql)" "-- Made by \`dunlin generate --drop-legacy\`: what belongs to no migration.
PRAGMA foreign_keys = OFF;
-- ! b: the rows of the table are lost: 1 row in 'app'
DROP TABLE IF EXISTS \"b\";

-- ! a: the rows of the table are lost: 1 row in 'app'
DROP TABLE IF EXISTS \"a\";
PRAGMA foreign_keys = ON;"
    dunlin migrate
    assert_exit 0
    assert_equal "$(sql app.db "SELECT count(*) FROM sqlite_schema WHERE name IN ('a', 'b')")" 0
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

@test "a name that is spelled otherwise in the definition is spelled so by the migration, as by drift --fix" {
    local edit
    project <<'END'
CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);
CREATE INDEX users_name ON users (name);
CREATE TABLE posts (id integer PRIMARY KEY, uid integer REFERENCES users (id));
CREATE VIEW v AS SELECT name FROM users;
CREATE TRIGGER tr AFTER INSERT ON posts BEGIN UPDATE users SET name = 'x'; END;
END
    for edit in '' 's/\bname\b/Name/g' 's/\busers\b/Users/g'; do
        sed -i "$edit" schema.sql
        dunlin generate next
        assert_exit 0
        dunlin migrate --target app
        assert_exit 0
        dunlin generate again --dry-run
        assert_stdout "nothing to do"
        [ -n "$edit" ] || sql app.db "INSERT INTO users VALUES (1, 'ada')"
    done
    ! grep -q 'RENAME COLUMN' migrations/0003_next.sql || false
    assert_equal "$(sql app.db "SELECT Name FROM Users")" ada
    assert_equal "$(sql app.db "SELECT sql LIKE '%Users%' FROM sqlite_master WHERE name = 'Users'")" 1
    sql app.db 'ALTER TABLE Users RENAME COLUMN Name TO NAME'
    dunlin drift --target app
    assert_exit 4
    assert_stdout "~ column Users.NAME"
    dunlin drift --fix mend --target app
    assert_exit 4
    dunlin migrate --target app
    assert_exit 0
    dunlin schema dump --target app --output schema.sql
    dunlin check --target app
    assert_exit 0
}

@test "random definitions: each migration leads to the next one, and back" {
    generated_walk sqlite 12 150
}

@test "in a portable folder what is written for one database alone is told with the reason" {
    mkdir -p migrations
    printf '%s\n' '{"dialect": "portable", "targets": {"only": {"url": "sqlite:app.db", "kind": "development",' \
        '"backup": "none"}}}' >dunlin.json
    echo 'CREATE TABLE t (id bigint PRIMARY KEY);' >migrations/0001_t.sql
    dunlin migrate
    assert_exit 0
    dunlin schema dump --output schema.sql
    echo 'CREATE TRIGGER touch AFTER INSERT ON t BEGIN SELECT 1; END;' >>schema.sql
    dunlin generate touch
    assert_exit 0
    assert_stderr 'dunlin: warning: not in portable SQL: what that can say is not all of the difference'
}
