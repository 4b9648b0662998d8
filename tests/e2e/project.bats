#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# init, new, the journal and its merge in git, status, backups.

load helper

# --- init and new ------------------------------------------------------------------------------------

@test "init makes a project that migrates at once" {
    run_json init
    assert_exit 0
    assert_file dunlin.json
    assert_file migrations/meta/_journal.json
    assert_equal "$(cat .gitignore)" $'.env\n*-dunlin.lock\n*-dunlin-backups/\n/dev.db*'
    assert_equal "$(jq '.entries | length' migrations/meta/_journal.json)" 1
    dunlin migrate
    assert_exit 0
    dunlin status --check
    assert_exit 0
    assert_file dev.db
}

@test "init takes the URL it is given, and writes no password down" {
    dunlin init --url sqlite:shop.db
    assert_exit 0
    assert_equal "$(grep -c '"dev": { "url": "sqlite:shop.db" }' dunlin.json)" 1
    assert_stdout 'say so in dunlin.json: "kind": "development"'
    dunlin migrate
    assert_file shop.db
    dunlin init -C sub --url sqlite:other.db
    grep -qF "\"dev\": { \"url\": \"sqlite:$PWD/other.db\" }" sub/dunlin.json
    dunlin init -C secret --url 'postgres://joe:s3cret@db/shop'
    assert_exit 0
    assert_stdout 'put the URL into DEV_DATABASE_URL'
    grep -qF '"dev": { "url": "env:DEV_DATABASE_URL" }' secret/dunlin.json
    run ! grep -r s3cret secret
    echo 'DEV_DATABASE_URL=sqlite:mine.db' >secret/.env
    dunlin migrate -C secret
    assert_exit 0
    dunlin init -C plain --url shop.db
    assert_exit 2
    assert_stderr '[target.url]'
}

@test "init never overwrites, and adds only what is missing" {
    echo '{"targets": {"x": {"url": "sqlite:x.db"}}}' >dunlin.json
    printf 'node_modules\n.env' >.gitignore
    cp dunlin.json before.json
    run_json init
    assert_exit 0
    cmp dunlin.json before.json
    assert_equal "$(head -n 3 .gitignore)" $'node_modules\n.env\n*-dunlin.lock'
    cp -r . ../again
    run_json init
    assert_exit 0
    assert_json '.created' '[]'
    diff -r . ../again
}

@test "init lists the migrations that are there already" {
    mkdir migrations
    echo 'CREATE TABLE b (x int);' >migrations/002_b.sql
    echo 'CREATE TABLE a (x int);' >migrations/001_a.sql
    dunlin init
    assert_exit 0
    assert_equal "$(jq -c '[.entries[].tag]' migrations/meta/_journal.json)" '["001_a","002_b"]'
}

@test "init takes a Drizzle folder as it is" {
    copy_fixture drizzle-sqlite .
    dunlin init
    assert_exit 0
    cmp drizzle/meta/_journal.json "$(fixture drizzle-sqlite/drizzle/meta/_journal.json)"
    dunlin migrate
    assert_exit 0
    assert_drizzle_state dev.db 12
}

@test "new adds a file and its entry, newer than every other" {
    dunlin init
    run_json new add invoice table
    assert_exit 0
    [[ $(json .tag) =~ ^[0-9]{14}_add_invoice_table$ ]]
    assert_file "$(json .path)"
    run_json new second
    assert_exit 0
    dunlin journal check
    assert_exit 0
    dunlin new '../evil'
    assert_exit 2
    dunlin migrate
    assert_exit 0
}

@test "new in a Drizzle folder continues its numbers and leaves the rest byte for byte" {
    local before
    drizzle_project project
    before=$(fixture drizzle-sqlite/drizzle/meta/_journal.json)
    run_json new reports -C project
    assert_exit 0
    assert_json .tag 0013_reports
    jq '.entries |= .[0:13]' project/drizzle/meta/_journal.json >cut
    assert_equal "$(cat cut)" "$(jq . "$before")"
    head -c "$(($(stat -c %s "$before") - 6))" "$before" |
        cmp - <(head -c "$(($(stat -c %s "$before") - 6))" project/drizzle/meta/_journal.json)
}

# --- the journal -----------------------------------------------------------------------------------------

@test "journal check finds what does not agree, and rebuild mends it" {
    make_project . 4
    rm "migrations/$(tag_of 2).sql"
    echo 'CREATE TABLE z (x int);' >migrations/20270101000000_z.sql
    run_json journal check
    assert_exit 4
    assert_json '[.findings[].id]' '["journal.file-missing","journal.unlisted-file"]'
    assert_json .mend 'restore the file from version control, or dunlin journal rebuild'
    dunlin status --url sqlite:app.db
    assert_stdout 'to mend: restore the file from version control, or dunlin journal rebuild'
    cp migrations/meta/_journal.json before
    run_json journal rebuild --dry-run
    assert_exit 0
    assert_json .written false
    cmp migrations/meta/_journal.json before
    dunlin journal rebuild
    assert_exit 0
    assert_stdout ', and the journal is written'
    dunlin journal check
    assert_exit 0
    assert_equal "$(jq -c '[.entries[].tag]' migrations/meta/_journal.json)" \
        "[\"$(tag_of 1)\",\"$(tag_of 3)\",\"$(tag_of 4)\",\"20270101000000_z\"]"
    # Of a migration that is applied a rebuild would make one that nobody knows.
    dunlin migrate --url sqlite:app.db
    assert_exit 0
    rm "migrations/$(tag_of 3).sql"
    dunlin status --url sqlite:app.db
    assert_stdout 'to mend: restore the file from version control: the migration is applied'
}

run_json() {
    # "journal check" and "journal rebuild" are two words, and their format one.
    if [ "$1" = journal ]; then
        dunlin journal "$2" --json "${@:3}"
    else
        dunlin "$1" --json "${@:2}"
    fi
    jq -e .format <<<"$output" >/dev/null || fail "'dunlin $*' printed no document"
}

@test "two branches that each add a migration merge without a hand" {
    git init -q -b main .
    git config user.name test
    git config user.email test@example.com
    dunlin init
    assert_exit 0
    assert_equal "$(git config merge.dunlin-journal.driver)" 'dunlin merge-driver %O %A %B'
    git add -A
    git commit -qm start
    PATH=$(dirname "$DUNLIN"):$PATH
    git checkout -qb left
    dunlin new left
    git add -A
    git commit -qm left
    git checkout -q main
    sleep 1.1
    dunlin new right
    git add -A
    git commit -qm right
    git merge -q left -m merged
    assert_equal "$(jq -c '[.entries[].tag | sub("^[0-9]*_"; "")]' migrations/meta/_journal.json)" \
        '["init","right","left"]'
    assert_equal "$(jq -c '[.entries[].idx]' migrations/meta/_journal.json)" '[0,1,2]'
    dunlin journal check
    assert_exit 0
    dunlin migrate
    assert_exit 0
}

# --- status --------------------------------------------------------------------------------------------------

@test "status tells pending apart from agreement by its exit code" {
    make_project . 3
    dunlin migrate --url sqlite:app.db --to "$(tag_of 2)"
    dunlin status --url sqlite:app.db
    assert_exit 0
    run_json status --url sqlite:app.db --check
    assert_exit 3
    assert_json '.counts' '{"applied":2,"pending":1}'
    assert_json '.agreement | [.agrees, .pending]' '[true,1]'
    dunlin migrate --url sqlite:app.db
    dunlin status --url sqlite:app.db --check
    assert_exit 0
    assert_stdout 'journal, files and tracker agree: 3 applied, nothing pending'
}

@test "status creates nothing where there is no database yet" {
    make_project . 1
    run_json status --url sqlite:app.db
    assert_exit 0
    assert_json '.tracker.present' false
    refute_file app.db
    refute_file app.db-dunlin.lock
}

@test "status of a migration that stopped part-way says so" {
    mkdir migrations
    printf -- '-- dunlin: no-transaction\nCREATE TABLE a (x int);\nINSERT INTO nosuch VALUES (1);\n' \
        >migrations/001_a.sql
    dunlin migrate --url sqlite:app.db
    assert_exit 6
    run_json status --url sqlite:app.db
    assert_json '.migrations[0].verdict' partial
}

@test "status of 10,000 migrations is readable at 80 columns" {
    make_project . 10000 --shape mixed
    dunlin migrate --url sqlite:app.db --single-transaction -q
    assert_exit 0
    dunlin status --url sqlite:app.db
    assert_exit 0
    [ "$(wc -l <<<"$output")" -ge 10002 ]
    [ "$(head -n 3000 <<<"$output" | awk '{ if (length > m) m = length } END { print m }')" -le 80 ]
    assert_stdout '10000 applied, nothing pending'
}

@test "the password of a URL appears nowhere" {
    make_project . 1
    printf '{"targets": {"prod": {"url": "nosuchdb://joe:s3cret@db/app"}}}' >dunlin.json
    dunlin status -vv
    [ "$status" -ne 0 ]
    refute_stdout s3cret
    refute_stderr s3cret
    dunlin status --url 'nosuchdb://joe:s3cret@db/app' -vv
    refute_stderr s3cret
}

# --- backups ------------------------------------------------------------------------------------------------------

@test "the first change is preceded by a backup that restore puts back" {
    local backup
    make_project . 3
    dunlin migrate --url sqlite:app.db --to "$(tag_of 1)"
    sql app.db "INSERT INTO t00001 (id, name) VALUES (77, 'kept')"
    sql_dump app.db >before
    run_json migrate --url sqlite:app.db
    assert_exit 0
    backup=$(json .backup.path)
    assert_file "$backup"
    sql "$backup" .dump | diff before -
    run_json backups --url sqlite:app.db
    assert_json '.backups | length' 1
    run_json restore --url sqlite:app.db "$(json '.backups[0].name')"
    assert_exit 0
    assert_file "$(json .saved)"
    sql_dump app.db | diff before -
    run_json migrate --url sqlite:app.db
    assert_exit 0
    assert_json '.counts.applied' 2
}

@test "a new database has nothing to back up, and --no-backup takes none" {
    make_project . 2
    run_json migrate --url sqlite:app.db --to "$(tag_of 1)"
    assert_json .backup null
    run_json migrate --url sqlite:app.db --no-backup
    assert_json .backup null
    refute_file app.db-dunlin-backups
}

@test "the last five backups stay, and foreign files in their folder are left alone" {
    local n
    make_project . 9
    dunlin migrate --url sqlite:app.db --to "$(tag_of 1)"
    mkdir app.db-dunlin-backups
    echo mine >app.db-dunlin-backups/mine.backup
    for n in {2..9}; do
        dunlin migrate --url sqlite:app.db --to "$(tag_of "$n")"
        assert_exit 0
    done
    assert_equal "$(find app.db-dunlin-backups -name '*.backup' | wc -l)" 6
    assert_equal "$(cat app.db-dunlin-backups/mine.backup)" mine
    run_json backups --url sqlite:app.db
    assert_json '.backups | length' 5
}

@test "what a killed backup left is removed by the next one, and what is being written stays" {
    local folder=app.db-dunlin-backups writer
    make_project . 1
    cat >dunlin.json <<'END'
{ "targets": {
    "whole": { "url": "sqlite:app.db" },
    "slow": { "url": "sqlite:app.db",
              "backup": ["sh", "-c", "echo half >\"$DUNLIN_BACKUP_FILE\"; touch started; exec sleep 60"] } } }
END
    dunlin migrate --target whole
    mkdir -p "$folder"
    touch "$folder/notes.partial"
    "$DUNLIN" backup --target slow >/dev/null 2>&1 &
    writer=$!
    until [ -e started ]; do sleep 0.05; done
    dunlin backup --target whole
    assert_exit 0
    assert_equal "$(find "$folder" -name '*.backup.partial' | wc -l)" 1
    kill -9 "$writer"
    wait "$writer" || true
    dunlin backup --target whole
    assert_exit 0
    assert_equal "$(find "$folder" -name '*.partial')" "$folder/notes.partial"
    assert_equal "$(find "$folder" -name '*.backup' | wc -l)" 2
}

@test "backup of a database in use holds what was committed" {
    make_project . 2
    dunlin migrate --url sqlite:app.db
    sql app.db 'PRAGMA journal_mode=WAL' "INSERT INTO t00001 (id, name) VALUES (9, 'wal')" >/dev/null
    run_json backup --url sqlite:app.db copy.db
    assert_exit 0
    assert_equal "$(sql copy.db 'SELECT name FROM t00001 WHERE id = 9')" wal
    dunlin backup --url sqlite:app.db copy.db
    assert_exit 1
    assert_stderr copy.db
}

@test "restore refuses what is no database, and leaves the present one as it is" {
    make_project . 1
    dunlin migrate --url sqlite:app.db
    sql_dump app.db >before
    seq 1 5000 >junk.db
    dunlin restore --url sqlite:app.db ./junk.db
    assert_exit 1
    sql_dump app.db | diff before -
    dunlin restore --url sqlite:app.db nosuch
    assert_exit 2
    assert_stderr nosuch
}
