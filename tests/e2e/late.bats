#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Entries that arrive late, from another branch.

load helper

setup() {
    helper_setup
    git init -q -b main .
    git config user.name test
    git config user.email test@example.com
    mkdir -p migrations/meta
    write_config .
    write_journal 0001_users
    echo 'CREATE TABLE users (id integer PRIMARY KEY, name varchar(20));' >migrations/0001_users.sql
    git add -A
    git commit -qm start
}

# write_journal TAG...
write_journal() {
    jq -n '{version: 1, layout: "dunlin", dialect: "portable", entries: [$ARGS.positional | to_entries[] |
        {idx: .key, tag: .value, when: (1767603600000 + .key)}]}' --args "$@" \
        >migrations/meta/_journal.json
}

# One branch adds 0002, another 0003, which is applied before both come together.
branches() {
    git checkout -qb one
    write_journal 0001_users 0002_one
    echo "$1" >migrations/0002_one.sql
    git add -A
    git commit -qm one
    git checkout -q main
    write_journal 0001_users 0003_two
    echo "$2" >migrations/0003_two.sql
    git add -A
    git commit -qm two
    dunlin migrate --no-backup
    assert_exit 0
    git merge -q one || true
    write_journal 0001_users 0002_one 0003_two
    git add -A
    git commit -qm both
}

# The same without branches: 0003 is applied, and 0002 runs behind it.
overtaken() {
    rm -rf app.db* migrations/000[23]*
    write_journal 0001_users 0003_two
    echo "$2" >migrations/0003_two.sql
    dunlin migrate --no-backup
    write_journal 0001_users 0002_one 0003_two
    echo "$1" >migrations/0002_one.sql
    dunlin migrate --no-backup
}

# conflict LATE APPLIED: in the order of the journal, on a new database, the second would fail.
conflict() {
    overtaken "$1" "$2"
    assert_exit 4
    assert_stderr '[plan.late-conflict]'
}

@test "what a migration uses of what a late one renames, or the other way round, is a conflict" {
    conflict 'ALTER TABLE users RENAME COLUMN name TO full_name;' 'CREATE INDEX users_name ON users (name);'
    conflict 'ALTER TABLE users RENAME COLUMN name TO full_name;' 'CREATE VIEW v AS SELECT name FROM users;'
    conflict 'ALTER TABLE users RENAME COLUMN name TO full_name;' \
        "ALTER TABLE users ADD CONSTRAINT named CHECK (name <> '');"
    conflict 'ALTER TABLE users RENAME TO people;' \
        'CREATE TABLE posts (id integer PRIMARY KEY, author integer REFERENCES users (id));'
    conflict 'CREATE INDEX users_more ON users (more);' 'ALTER TABLE users ADD COLUMN more integer;'
}

@test "a foreign key to a table that the other rebuilds is no conflict, a view of it is one" {
    local rebuild='CREATE TABLE new_users (id integer PRIMARY KEY, name varchar(20), more integer);
        DROP TABLE users; ALTER TABLE new_users RENAME TO users;'
    overtaken 'CREATE TABLE posts (id integer PRIMARY KEY, author integer REFERENCES users (id));' "$rebuild"
    assert_exit 0
    conflict 'CREATE VIEW v AS SELECT name FROM users;' "$rebuild"
    conflict 'CREATE TABLE posts (id integer PRIMARY KEY, author integer REFERENCES users (id));' \
        'DROP TABLE users;'
}

@test "rebuilds as Drizzle and Prisma write them touch their own table alone" {
    local drizzle='PRAGMA foreign_keys=OFF;
        CREATE TABLE `__new_posts` (`id` integer PRIMARY KEY, `author` integer DEFAULT 1,
            FOREIGN KEY (`author`) REFERENCES `users`(`id`));
        INSERT INTO `__new_posts`("id", "author") SELECT "id", "author" FROM `posts`;
        DROP TABLE `posts`; ALTER TABLE `__new_posts` RENAME TO `posts`;
        PRAGMA foreign_keys=ON;'
    local prisma='PRAGMA defer_foreign_keys=ON; PRAGMA foreign_keys=OFF;
        CREATE TABLE "new_users" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL);
        INSERT INTO "new_users" ("id", "name") SELECT "id", coalesce("name", $$$$) AS "name" FROM "users";
        DROP TABLE "users"; ALTER TABLE "new_users" RENAME TO "users";
        PRAGMA foreign_keys=ON; PRAGMA defer_foreign_keys=OFF;'
    prisma=${prisma//\$\$\$\$/"''"}
    sed -i 's/"portable"/"sqlite"/' migrations/meta/_journal.json
    write_journal() {
        jq -n '{version: 1, layout: "dunlin", dialect: "sqlite", entries: [$ARGS.positional | to_entries[] |
            {idx: .key, tag: .value, when: (1767603600000 + .key)}]}' --args "$@" >migrations/meta/_journal.json
    }
    echo 'CREATE TABLE posts (id integer PRIMARY KEY, author integer REFERENCES users (id));' \
        >>migrations/0001_users.sql
    overtaken "$drizzle" 'ALTER TABLE users ADD COLUMN team integer REFERENCES teams (id);'
    assert_exit 0
    overtaken 'CREATE INDEX users_name ON users (name); ALTER TABLE users ADD COLUMN team integer;' "$drizzle"
    assert_exit 0
    overtaken "$drizzle" "$prisma"
    assert_exit 0
    overtaken "$prisma" "$drizzle"
    assert_exit 0
    conflict "$drizzle" 'ALTER TABLE posts ADD COLUMN title text;'
    conflict 'CREATE INDEX users_name ON users (name);' "$prisma"
    # What is copied was something else before.
    conflict 'CREATE TABLE names (name text); INSERT INTO names SELECT name FROM users;' \
        "UPDATE users SET name = 'x';"
    conflict "CREATE TABLE names (name text); INSERT INTO names WITH gone AS (SELECT 1) SELECT name FROM users;" \
        'ALTER TABLE users DROP COLUMN name;'
}

@test "a table that a late migration makes may be filled by it" {
    overtaken "CREATE TABLE roles (id integer, name varchar(20)); INSERT INTO roles VALUES (1, 'delete'), (2, 'users');" \
        "UPDATE users SET name = 'x';"
    assert_exit 0
    overtaken "UPDATE users SET name = 'x';" "CREATE TABLE roles (id integer); INSERT INTO roles (id) VALUES (1);"
    assert_exit 0
    # Its rows hold those that they refer to.
    conflict 'CREATE TABLE posts (author integer REFERENCES users (id)); INSERT INTO posts VALUES (1);' \
        'DELETE FROM users;'
}

@test "what a late migration uses and the other leaves alone is none" {
    overtaken 'CREATE TABLE posts (id integer PRIMARY KEY, author integer REFERENCES users (id));' \
        'ALTER TABLE users ADD COLUMN more integer;'
    assert_exit 0
    overtaken 'CREATE INDEX users_name ON users (name);' \
        'ALTER TABLE users ADD COLUMN more integer; CREATE INDEX users_more ON users (more);'
    assert_exit 0
}

@test "a late migration that touches nothing of what came after is applied by itself" {
    branches 'ALTER TABLE users ADD COLUMN one integer; CREATE INDEX users_one ON users (one);' \
        'CREATE TABLE teams (id integer PRIMARY KEY); ALTER TABLE users ADD COLUMN two integer;'
    run_json migrate --no-backup
    assert_exit 0
    assert_json '[.applied[].tag]' '["0002_one"]'
    assert_json '[.findings[].id]' '["migration.late"]'
    dunlin doctor
    assert_exit 0
}

@test "a late migration that touches the same is named with the other, and needs consent" {
    branches 'ALTER TABLE users RENAME COLUMN name TO called;' \
        'CREATE INDEX users_name ON users (name); ALTER TABLE users ALTER COLUMN name SET DEFAULT $$x$$;'
    dunlin migrate --no-backup
    assert_exit 4
    assert_stderr "'0002_one' arrived late: it touches 'users', and so does '0003_two', which is applied already"
    assert_stderr "--allow TAG"
    assert_equal "$(sql app.db 'SELECT count(*) FROM dunlin_migrations')" 2
    dunlin migrate --no-backup --allow 0002_one
    assert_exit 0
    assert_equal "$(sql app.db "SELECT name FROM pragma_table_info('users') WHERE name = 'called'")" called
}

@test "late rows are not guessed about, unless the others only make tables" {
    branches "UPDATE users SET name = 'x';" 'ALTER TABLE users ADD COLUMN two integer;'
    dunlin migrate --no-backup
    assert_exit 4
    assert_stderr "'0002_one' arrived late, and nothing tells whether it does the same behind '0003_two', which is applied already: it changes rows, or is not understood"
    git checkout -q main
    overtaken "UPDATE users SET name = 'x';" 'CREATE TABLE teams (id integer PRIMARY KEY);'
    assert_exit 0
}

@test "doctor and repair ask about one that migrate would stop at, and what is pending behind it waits" {
    branches "ALTER TABLE users ADD COLUMN one integer; UPDATE users SET one = 1;" \
        'ALTER TABLE users ADD COLUMN two integer;'
    write_journal 0001_users 0002_one 0003_two 0004_teams
    echo 'CREATE TABLE teams (id integer PRIMARY KEY);' >migrations/0004_teams.sql
    run_json doctor
    assert_exit 3
    assert_json '[.plan[].action]' '["ask"]'
    assert_json '.plan[0].tag' 0002_one
    assert_json '.plan[0].why' "'0002_one' arrived late, and nothing tells whether it does the same behind '0003_two', which is applied already: it changes rows, or is not understood; put it behind the applied ones in the journal, or apply it all the same with \`dunlin migrate --allow 0002_one\`"
    assert_json .automatic false
    dunlin repair --apply --no-backup
    assert_exit 3
    assert_equal "$(sql app.db 'SELECT count(*) FROM dunlin_migrations')" 2
    dunlin migrate --no-backup --allow 0002_one
    assert_exit 0
    dunlin doctor
    assert_exit 0
}

@test "one that does the same in either order is still applied by repair" {
    branches 'ALTER TABLE users ADD COLUMN one integer;' 'ALTER TABLE users ADD COLUMN two integer;'
    run_json doctor
    assert_json '[.plan[].action]' '["backup","apply","verify"]'
    dunlin repair --apply --no-backup
    assert_exit 0
}

# --- told by a replay -------------------------------------------------------------------------------------

@test "two that touch one column are replayed in both orders, and one schema is no conflict" {
    branches 'ALTER TABLE users ALTER COLUMN name SET DEFAULT $$x$$;' \
        'ALTER TABLE users ALTER COLUMN name SET NOT NULL;'
    run_json migrate --no-backup
    assert_exit 0
    assert_json '[.applied[].tag]' '["0002_one"]'
    assert_json '[.findings[].id]' '["migration.late"]'
    dunlin doctor
    assert_exit 0
}

@test "two schemas are a conflict, and so are rows that could be lost on the way" {
    branches 'ALTER TABLE users ALTER COLUMN name SET DEFAULT $$x$$;' \
        'ALTER TABLE users ALTER COLUMN name SET DEFAULT $$y$$;'
    dunlin migrate --no-backup
    assert_exit 4
    assert_stderr "'0002_one' arrived late: it touches 'users', and so does '0003_two', which is applied already; a replay does not show that both orders give one schema [plan.late-conflict]"
    git checkout -qf main
    git reset -q --hard main~1
    # In either order one schema; behind the other the texts of "name" would be lost.
    overtaken 'ALTER TABLE users ADD COLUMN called varchar(20); ALTER TABLE users DROP COLUMN name; ALTER TABLE users ADD COLUMN name varchar(20);' \
        'ALTER TABLE users DROP COLUMN name; ALTER TABLE users ADD COLUMN name varchar(20);'
    assert_exit 4
    assert_stderr '[plan.late-conflict]'
}

@test "what no parser understands is replayed, too" {
    sed -i 's/"portable"/"sqlite"/' migrations/meta/_journal.json
    write_journal() {
        jq -n '{version: 1, layout: "dunlin", dialect: "sqlite", entries: [$ARGS.positional | to_entries[] |
            {idx: .key, tag: .value, when: (1767603600000 + .key)}]}' --args "$@" >migrations/meta/_journal.json
    }
    branches "CREATE TRIGGER one AFTER INSERT ON users BEGIN SELECT 1; END;" \
        'ALTER TABLE users ADD COLUMN two integer;'
    run_json migrate --no-backup
    assert_exit 0
    assert_json '[.applied[].tag]' '["0002_one"]'
}

@test "one whose changes a later one overwrote is late, and not taken to have been run" {
    sed -i 's/varchar(20)/varchar(20), n integer/' migrations/0001_users.sql
    echo 'CREATE VIEW names AS SELECT name FROM users;' >>migrations/0001_users.sql
    overtaken "DROP VIEW names; CREATE VIEW names AS SELECT id, name FROM users; INSERT INTO users (id, name) VALUES (7, 'Ada');" \
        'DROP VIEW names; CREATE VIEW names AS SELECT n FROM users;'
    assert_exit 4
    assert_stderr "'0002_one' arrived late: it touches 'names', and so does '0003_two'"
    run_json doctor
    assert_exit 3
    assert_json '.migrations[1] | [.verdict, .recorded, .effects, .confidence]' \
        '["pending","no","superseded","consistent"]'
    assert_json '[.plan[].action]' '["ask"]'
    # Its row would be lost if it were recorded.
    dunlin repair --apply --no-backup
    assert_exit 3
    assert_equal "$(sql app.db 'SELECT count(*) FROM dunlin_migrations')" 2
    dunlin migrate --no-backup --allow 0002_one
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT name FROM users')" Ada
}
