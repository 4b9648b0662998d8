#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Late migrations on servers that are not for development: what texts do not tell, a replay tells where it
# is allowed.

load helper

# late DIALECT
late() {
    local url spare
    url=$(empty_database "$1" app)
    spare=$(empty_database "$1" spare)
    make_project . 1
    write_config . migrations "$url"
    journal m00001 m00003
    echo "CREATE TABLE users (id integer PRIMARY KEY, name varchar(50));" >migrations/m00001.sql
    echo "ALTER TABLE users ALTER COLUMN name SET NOT NULL;" >migrations/m00003.sql
    dunlin migrate --no-backup
    assert_exit 0
    journal m00001 m00002 m00003
    echo "ALTER TABLE users ALTER COLUMN name SET DEFAULT 'x';" >migrations/m00002.sql
    dunlin migrate --no-backup
    assert_exit 4
    assert_stderr "'m00002' arrived late: it touches 'users', and so does 'm00003', which is applied already [plan.late-conflict]"
    assert_stderr "hint: let a replay of both orders tell, with --shadow or --shadow-url URL; or put it behind the applied ones in the journal, or apply it all the same with --allow m00002"
    dunlin migrate --dry-run --shadow
    assert_exit 0
    dunlin migrate --no-backup --shadow-url "$spare"
    assert_exit 0
    dunlin status --check
    assert_exit 0
    run_json doctor --shadow
    assert_exit 0
}

# journal TAG...
journal() {
    rm -f migrations/2026*
    jq -n '{version: 1, layout: "dunlin", dialect: "portable", entries: [$ARGS.positional | to_entries[] |
        {idx: .key, tag: .value, when: (1767603600000 + .key)}]}' --args "$@" >migrations/meta/_journal.json
}

# judge DIALECT LATE APPLIED: the code of a run that is told by the texts alone, the server being no replay.
judge() {
    write_config . migrations "$(empty_database "$1" judged)"
    rm -rf migrations/meta/_dunlin
    native "$1" m00001 m00003
    echo "$3" >migrations/m00003.sql
    rm -f migrations/m00002.sql
    dunlin migrate --no-backup
    assert_exit 0
    native "$1" m00001 m00002 m00003
    echo "$2" >migrations/m00002.sql
    dunlin migrate --no-backup
}

# native DIALECT TAG...
native() {
    journal "${@:2}"
    sed -i "s/portable/$1/" migrations/meta/_journal.json
}

# either DIALECT ONE OTHER: whichever of them comes late, it is applied.
either() {
    judge "$1" "$2" "$3"
    assert_exit 0
    judge "$1" "$3" "$2"
    assert_exit 0
}

refused() {
    judge "$@"
    assert_exit 4
    assert_stderr '[plan.late-conflict]'
}

@test "postgresql: a word that is no name of what the other changes is no conflict" {
    make_project . 1
    echo "CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE TABLE teams (id integer PRIMARY KEY, name text);
        CREATE TABLE users (id integer PRIMARY KEY, name text, category integer);
        CREATE INDEX users_id ON users (id);" >migrations/m00001.sql
    # A type, a text, a column called as a table is.
    either postgresql 'ALTER TABLE users ADD COLUMN born date;' 'ALTER TABLE users ADD COLUMN date text;'
    either postgresql "ALTER TABLE users ADD COLUMN role text DEFAULT 'member';" \
        'ALTER TABLE users ADD COLUMN member boolean;'
    either postgresql "ALTER TABLE users ADD COLUMN kind text CHECK (kind IN ('orders', 'posts'));" \
        'CREATE TABLE orders (id integer PRIMARY KEY, kind text);'
    either postgresql 'CREATE TABLE category (id integer PRIMARY KEY);' \
        'CREATE INDEX users_category ON users (category);'
    # Its own column, and that of the table it refers to.
    either postgresql 'CREATE TABLE members (user_id integer REFERENCES users (id), team_id integer);' \
        'ALTER TABLE users ADD COLUMN team_id integer REFERENCES teams (id);'
    either postgresql 'ALTER TABLE users ADD COLUMN age integer CHECK (age > 0);' \
        'ALTER TABLE users ADD COLUMN team_id integer REFERENCES teams (id);'
    # An index without its table, a schema, an extension.
    either postgresql 'DROP INDEX users_id;' \
        'CREATE TABLE posts (id serial PRIMARY KEY); ALTER TABLE users ADD COLUMN post_id integer REFERENCES posts (id);'
    either postgresql 'CREATE SCHEMA audit; CREATE TABLE audit.log (id integer);' \
        'CREATE EXTENSION IF NOT EXISTS plpgsql; ALTER TABLE users ADD COLUMN age integer; DROP TABLE teams;'
}

@test "postgresql: what is the same for its user before and after is no conflict" {
    make_project . 1
    echo "CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE TABLE users (id integer PRIMARY KEY, name text, note text);" >migrations/m00001.sql
    either postgresql 'CREATE INDEX users_name ON users (name);' \
        "ALTER TABLE users ALTER COLUMN name SET DEFAULT 'x'; ALTER TABLE users ALTER COLUMN name SET NOT NULL;"
    either postgresql "ALTER TYPE mood ADD VALUE 'glad';" "ALTER TABLE users ADD COLUMN mood mood DEFAULT 'ok';"
    either postgresql 'CREATE TABLE posts (author integer REFERENCES users (id));' \
        "COMMENT ON TABLE users IS 'people';"
    either postgresql 'CREATE VIEW named AS SELECT id, name FROM users;' \
        'ALTER TABLE users ADD COLUMN age integer; ALTER TABLE users DROP COLUMN note;'
}

@test "postgresql: constraints without names are called after their columns, and meet where those are the same" {
    make_project . 1
    echo "CREATE TABLE teams (id integer PRIMARY KEY, note integer);
        CREATE TABLE users (id integer PRIMARY KEY, name text, note integer, age integer, team integer, home integer,
            a_note integer, a integer);" >migrations/m00001.sql
    either postgresql 'ALTER TABLE users ADD FOREIGN KEY (team) REFERENCES teams (id);' \
        'ALTER TABLE users ADD FOREIGN KEY (home) REFERENCES teams (id); ALTER TABLE users ADD CHECK (age > 0);'
    either postgresql 'ALTER TABLE users ADD COLUMN club integer REFERENCES teams (id) CHECK (club > 0);' \
        'ALTER TABLE users ADD COLUMN city integer REFERENCES teams (id) CHECK (city IN (1, 2));'
    either postgresql "ALTER TABLE users ADD CHECK (length(name) > 2 AND name <> 'x'::text);" \
        'ALTER TABLE users ADD CHECK ("note" IS NOT NULL OR note > 9);'
    either postgresql 'ALTER TABLE users ADD CONSTRAINT team_of FOREIGN KEY (team) REFERENCES teams (id);' \
        'ALTER TABLE users ADD FOREIGN KEY (home) REFERENCES teams (id);'
    # The same names, one of them with a number; checks of several columns, or of none, are all called alike.
    refused postgresql 'ALTER TABLE users ADD FOREIGN KEY (team) REFERENCES teams (id);' \
        'ALTER TABLE users ADD FOREIGN KEY (team) REFERENCES users (id);'
    refused postgresql 'ALTER TABLE users ADD CHECK (age > note);' 'ALTER TABLE users ADD CHECK (team > home);'
    refused postgresql 'ALTER TABLE users ADD CHECK (age > note);' \
        "ALTER TABLE users ADD CHECK (current_user <> 'nobody');"
    refused postgresql 'ALTER TABLE users ADD UNIQUE (a, note);' 'ALTER TABLE users ADD UNIQUE (a_note, id); ALTER TABLE users ADD UNIQUE (a_note);'
    refused postgresql 'ALTER TABLE users ADD CONSTRAINT users_home_fkey FOREIGN KEY (team) REFERENCES teams (id);' \
        'ALTER TABLE users ADD FOREIGN KEY (home) REFERENCES teams (id);'
}

@test "postgresql: what a name stands for is a conflict" {
    make_project . 1
    echo "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE SEQUENCE numbers;
        CREATE TABLE users (id integer PRIMARY KEY, name text, note integer, mood mood);" >migrations/m00001.sql
    refused postgresql 'CREATE VIEW named AS SELECT name FROM users;' \
        'ALTER TABLE users ALTER COLUMN name TYPE varchar(20);'
    refused postgresql 'CREATE VIEW named AS SELECT * FROM users;' 'ALTER TABLE users ADD COLUMN age integer;'
    refused postgresql 'ALTER TABLE users ALTER COLUMN note SET NOT NULL;' \
        'ALTER TABLE users ADD FOREIGN KEY (note) REFERENCES users (id) ON DELETE SET NULL;'
    refused postgresql 'ALTER TYPE mood RENAME TO feeling;' 'CREATE TABLE days (m mood);'
    refused postgresql "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';" "CREATE TABLE days (m mood DEFAULT 'ok');"
    refused postgresql 'ALTER SEQUENCE numbers RENAME TO counts;' \
        "ALTER TABLE users ADD COLUMN n bigint DEFAULT nextval('numbers');"
    refused postgresql 'DROP INDEX IF EXISTS users_name;' 'CREATE INDEX users_name ON users (name);'
    refused postgresql 'ALTER TABLE users ADD CHECK (note > 0);' 'ALTER TABLE users ADD CHECK (note < 9);'
}

@test "mysql: words that are no names, and names that are counted" {
    make_project . 1
    echo "CREATE TABLE teams (id bigint PRIMARY KEY);
        CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50), note varchar(50));" >migrations/m00001.sql
    either mysql "ALTER TABLE users ADD role varchar(20) DEFAULT 'member';" 'ALTER TABLE users ADD member boolean;'
    either mysql 'ALTER TABLE users MODIFY COLUMN note varchar(20) NOT NULL;' 'CREATE INDEX users_name ON users (name);'
    either mysql "CREATE TABLE kinds (id int PRIMARY KEY, name varchar(20)); INSERT INTO kinds VALUES (1, 'users');" \
        'ALTER TABLE users ADD team_id bigint REFERENCES teams (id);'
    # users_ibfk_1 and users_ibfk_2 would change places.
    refused mysql 'ALTER TABLE users ADD team_id bigint REFERENCES teams (id);' \
        'ALTER TABLE users ADD home_id bigint REFERENCES teams (id);'
    # name and name_2 would.
    refused mysql 'ALTER TABLE users ADD UNIQUE (name, id);' 'ALTER TABLE users ADD UNIQUE (name, note);'
    either mysql 'ALTER TABLE users ADD UNIQUE (name, id);' 'ALTER TABLE users ADD UNIQUE (note, id);'
}

@test "postgresql: a replay tells of a late migration where it is allowed" {
    late postgresql
}

@test "mysql: a replay tells of a late migration where it is allowed" {
    late mysql
}
