#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What `migrate` and `snapshot` keep up to date in the project: head snapshot, effects, definition.

load helper

setup() {
    helper_setup
    printf '{"targets": {"dev": {"url": "sqlite:dev.db", "kind": "development"}}}\n' >dunlin.json
    mkdir migrations
    printf 'CREATE TABLE users (id integer PRIMARY KEY, name text);\n' >migrations/0001_users.sql
    printf 'ALTER TABLE users ADD COLUMN zip text;\n' >migrations/0002_zip.sql
    meta=migrations/meta/_dunlin/sqlite
}

more() {
    printf 'CREATE INDEX users_%s ON users (%s);\n' "$2" "$2" >"migrations/$1_$2.sql"
}

@test "a run on a target for development leaves snapshot, effects and definition" {
    dunlin migrate
    assert_exit 0
    assert_stdout "written $PWD/$meta (effects of 2 migrations)"
    assert_stdout "written $PWD/$meta/head.json"
    assert_stdout "written $PWD/schema.sql"
    assert_equal "$(sed -n '3,$p' $meta/0002_zip.effects.json)" '"column/users/zip":[null,{"type":"TEXT"}]
}}'
    dunlin diff $meta/head.json dev --exit-code
    assert_exit 0
    dunlin schema check schema.sql
    assert_exit 0
    # A second checkout with a database of its own comes to the same bytes.
    cp -r . ../second
    rm -r ../second/dev.db ../second/schema.sql ../second/$meta
    dunlin migrate -C ../second
    diff -r $meta ../second/$meta
    diff schema.sql ../second/schema.sql
    rm -r ../second
    # The files of others are as they should be, and stay as they are.
    rm dev.db
    touch -d 2026-01-01 $meta/* schema.sql
    run_json migrate
    assert_exit 0
    assert_json_form migrate
    assert_json '[.files[] | [.what, .written, .why]]' \
        '[["effects",0,null],["snapshot",0,null],["definition",0,null]]'
    assert_equal "$(find $meta schema.sql -type f -newermt 2026-01-02)" ""
}

@test "what a run tells is lost is not told again by the replay behind it" {
    printf '{"dialect": "portable", "targets": {"dev": {"url": "sqlite:dev.db", "kind": "development"}}}\n' >dunlin.json
    printf 'CREATE TABLE users (id integer PRIMARY KEY, name varchar(10));\n' >migrations/0001_users.sql
    dunlin migrate
    assert_exit 0
    assert_stdout "written $PWD/$meta/head.json"
    assert_equal "$(grep -c 'the length is not enforced' <<<"$stderr")" 1
    dunlin doctor
    assert_exit 0
    refute_stderr 'the length is not enforced'
}

@test "each migration adds its effects and changes what it changes" {
    dunlin migrate
    cp schema.sql before.sql
    cp $meta/head.json before.json
    more 0003 zip
    dunlin migrate --no-backup
    assert_exit 0
    assert_equal "$(diff before.sql schema.sql)" '9a10
> CREATE INDEX "users_zip" ON "users" ("zip");'
    assert_equal "$(diff <(sed 1d before.json) <(sed 1d $meta/head.json))" '4a5
> "index/users/users_zip":{"keys":[{"column":"zip"}]},'
    assert_stdout "(effects of 1 migration)"
}

@test "nothing is written behind a run that failed or stopped early, nor where it is switched off" {
    printf 'CREATE INDEX broken ON nowhere (n);\n' >migrations/0003_broken.sql
    dunlin migrate
    assert_exit 1
    refute_file schema.sql
    refute_file migrations/meta
    rm migrations/0003_broken.sql
    more 0003 zip
    dunlin migrate --to 0002_zip
    dunlin migrate --to 0002_zip
    assert_exit 0
    refute_file schema.sql
    printf '{"snapshots": "off", "targets": {"dev": {"url": "sqlite:dev.db", "kind": "development"}}}\n' >dunlin.json
    dunlin migrate --no-backup
    assert_exit 0
    refute_file schema.sql
    refute_file migrations/meta
    # Not for development, and switched on.
    printf '{"snapshots": "on", "targets": {"dev": {"url": "sqlite:new.db"}}}\n' >dunlin.json
    dunlin migrate
    assert_exit 0
    assert_file schema.sql
    rm -r schema.sql migrations/meta
    printf '{"targets": {"dev": {"url": "sqlite:third.db"}}}\n' >dunlin.json
    dunlin migrate
    assert_exit 0
    refute_file schema.sql
}

@test "a definition that was edited is never overwritten" {
    dunlin migrate
    echo 'CREATE TABLE more (n int);' >>schema.sql
    cp schema.sql edited.sql
    more 0003 zip
    dunlin migrate --no-backup
    assert_exit 0
    assert_stdout "left    $PWD/schema.sql: it was edited, and is not what the migrations make (table 'more', and more)"
    assert_stdout "'dunlin generate NAME' writes the migration that is missing"
    diff schema.sql edited.sql
    # What cannot be loaded was edited, too.
    echo 'CREATE TABLE (' >schema.sql
    more 0004 name
    dunlin migrate --no-backup
    assert_exit 0
    assert_stdout "left    $PWD/schema.sql: what it says is not known: "
    assert_equal "$(cat schema.sql)" 'CREATE TABLE ('
}

@test "a definition in somebody's own words stays as long as it says the same" {
    cat >schema.sql <<'END'
-- Ours.
CREATE TABLE users (id integer, name TEXT, zip TEXT, PRIMARY KEY (id));
END
    cp schema.sql ours.sql
    dunlin migrate
    assert_exit 0
    refute_stdout schema.sql
    diff schema.sql ours.sql
    more 0003 zip
    dunlin migrate --no-backup
    assert_stdout "left    $PWD/schema.sql: it is behind the migrations, and not dunlin's own text"
    diff schema.sql ours.sql
    # The edit comes first, then the migration that it needs.
    echo 'CREATE INDEX users_zip ON users (zip); CREATE INDEX users_name ON users (name);' >>schema.sql
    more 0004 name
    dunlin migrate --no-backup
    assert_exit 0
    refute_stdout schema.sql
}

@test "a definition that dunlin wrote for an earlier state is written anew" {
    dunlin migrate
    cp schema.sql second.sql
    more 0003 zip
    more 0004 name
    dunlin migrate --no-backup
    cp second.sql schema.sql
    more 0005 id
    dunlin migrate --no-backup
    assert_exit 0
    assert_stdout "written $PWD/schema.sql"
    dunlin schema check schema.sql
    assert_exit 0
}

@test "what somebody did to the database by hand gets into no file" {
    dunlin migrate
    sql dev.db "ALTER TABLE users ADD COLUMN hand int"
    more 0003 zip
    dunlin migrate --no-backup
    assert_exit 0
    assert_stderr "the target is not what its migrations make (column 'users.hand')"
    run grep -rl hand $meta schema.sql
    assert_exit 1
    dunlin snapshot
    assert_exit 0
    assert_stdout "as it was"
    assert_stderr "[snapshot.drift]"
    run_json snapshot
    assert_json_form snapshot
}

@test "a folder that cannot be written is told, and the migrations stay applied" {
    mkdir -p migrations/meta
    : >migrations/meta/_dunlin
    run_json migrate
    assert_exit 0
    assert_json '.files[] | select(.what == "snapshot") | .why' \
        "cannot create the folder '$PWD/migrations/meta/_dunlin': something else is in its place"
    assert_json '.counts.applied' 2
    dunlin snapshot
    assert_exit 1
    assert_stderr "[snapshot.not-written]"
}

@test "targets of several kinds have a definition each, and drizzle's are not ours" {
    printf '{"targets": {"dev": {"url": "sqlite:dev.db", "kind": "development"}, "p": {"url": "postgres://x/y"}}, "default": "dev"}\n' >dunlin.json
    dunlin migrate
    assert_exit 0
    assert_file schema.sqlite.sql
    refute_file schema.sql
    drizzle_project app
    sed -i 's/"sqlite:app.db"/&, "kind": "development"/' app/dunlin.json
    dunlin migrate -C app
    assert_exit 0
    assert_file app/drizzle/meta/_dunlin/sqlite/head.json
    refute_file app/schema.sql
}
