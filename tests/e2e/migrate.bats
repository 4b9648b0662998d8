#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dunlin migrate: the main job, on SQLite.
# bats file_tags=plain

load helper

# one NAME SQL: adds a migration to ./migrations, without a journal.
one() {
    mkdir -p migrations
    printf '%s\n' "$2" >"migrations/$1.sql"
}

@test "the sample project is migrated, and a second run has nothing to do" {
    cp -r "$tree/migrations" .
    run_json migrate --url sqlite:app.db
    assert_exit 0
    assert_json '.counts' '{"already_applied":0,"applied":14,"remaining":0}'
    run_json migrate --url sqlite:app.db
    assert_exit 0
    assert_json '.counts' '{"already_applied":14,"applied":0,"remaining":0}'
    assert_json '.summary' 'nothing to do; the database is up to date'
}

@test "a run with nothing to do changes no byte of the database and takes no lock" {
    make_project . 3
    dunlin migrate --url sqlite:app.db
    assert_exit 0
    rm -f app.db-dunlin.lock
    sha256sum app.db >before
    dunlin migrate --url sqlite:app.db
    assert_exit 0
    sha256sum --quiet -c before
    refute_file app.db-dunlin.lock
}

@test "DATABASE_URL and a migrations folder are enough" {
    one 001_a 'CREATE TABLE a (x int);'
    one 002_b 'CREATE TABLE b (x int);'
    DATABASE_URL=sqlite:app.db dunlin migrate
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT tag FROM dunlin_migrations ORDER BY seq')" $'001_a\n002_b'
}

@test "each row of the tracker keeps digests, text, time and who" {
    one 001_a 'CREATE TABLE a (x int);'
    dunlin migrate --url sqlite:app.db
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT digest_raw FROM dunlin_migrations')" \
        "$(sha256sum <migrations/001_a.sql | cut -d ' ' -f 1)"
    assert_equal "$(sql app.db "SELECT state, algorithm, statements, tool_version, applied_by
        FROM dunlin_migrations")" "applied|sha256/1|1|0.1.0|$(id -un)"
    assert_equal "$(sql app.db 'SELECT CAST(sql_up AS text) FROM dunlin_migrations')" \
        "$(cat migrations/001_a.sql)"
}

@test "the tracker keeps a long text compressed, and one of more than 4 MiB not at all" {
    { echo 'CREATE TABLE a (x int);'; yes 'INSERT INTO a VALUES (1);' | head -n 200; } >long
    one 001_a "$(cat long)"
    one 002_b "$(yes 'INSERT INTO a VALUES (2);' | head -n 200000)"
    dunlin migrate --url sqlite:app.db
    assert_exit 0
    sql app.db "SELECT writefile('kept.zst', sql_up) FROM dunlin_migrations WHERE seq = 1" >/dev/null
    cmp <(zstd -dc kept.zst) migrations/001_a.sql
    assert_equal "$(sql app.db 'SELECT sql_up IS NULL FROM dunlin_migrations WHERE seq = 2')" 1
    echo '-- more' >>migrations/002_b.sql
    run_json status --url sqlite:app.db
    assert_json '.migrations[1].file' edited-cosmetic
}

@test "--to stops behind a tag and says what is held back" {
    make_project . 5
    run_json migrate --url sqlite:app.db --to "$(tag_of 2)"
    assert_exit 0
    assert_json '[.applied[].tag]' "[\"$(tag_of 1)\",\"$(tag_of 2)\"]"
    assert_json '.remaining | length' 3
    dunlin migrate --url sqlite:app.db --to nosuch
    assert_exit 2
    assert_stderr "--to names 'nosuch', and there is no such migration"
}

@test "--dry-run shows the statements and creates nothing" {
    one 001_a $'CREATE TABLE a (x int);\nINSERT INTO a VALUES (1);'
    run_json migrate --url sqlite:app.db --dry-run
    assert_exit 0
    assert_json '[.plan[].action]' '["create-tracker","apply"]'
    assert_json '[.plan[1].sql[] | [.line, .kind, .text]]' \
        '[[null,"begin","BEGIN"],[1,"statement","CREATE TABLE a (x int)"],[2,"statement","INSERT INTO a VALUES (1)"],[null,"record","dunlin_migrations"],[null,"commit","COMMIT"]]'
    refute_file app.db
    refute_file app.db-dunlin.lock
}

@test "a failing statement leaves its migration without a mark and says where it stands" {
    one 001_a 'CREATE TABLE a (x int);'
    one 002_b $'CREATE TABLE b (x int);\nINSERT INTO b VALUES (1);\n\nINSERT INTO nosuch\n  VALUES (1);'
    one 003_c 'CREATE TABLE c (x int);'
    run_json migrate --url sqlite:app.db
    assert_exit 1
    assert_json '.failed | [.tag, .statement, .line, .column]' '["002_b",3,4,1]'
    assert_json '.failed.sql' $'INSERT INTO nosuch\n  VALUES (1)'
    assert_json '.failed.hint' null
    assert_json '[.applied[].tag]' '["001_a"]'
    assert_json '.remaining' '["002_b","003_c"]'
    assert_stderr 'migrations/002_b.sql:4:1: no such table: nosuch'
    assert_equal "$(sql app.db "SELECT name FROM sqlite_schema WHERE name IN ('a','b','c')")" a
    assert_equal "$(sql app.db 'SELECT tag FROM dunlin_migrations')" 001_a
}

@test "the place of a syntax error is the place inside the statement" {
    one 001_a $'-- a comment\nCREATE TABLE a (\n  x int,\n  y it is wrong here)\n);'
    dunlin migrate --url sqlite:app.db
    assert_exit 1
    assert_stderr 'migrations/001_a.sql:4:'
}

@test "the run goes on behind what a mended failure left" {
    one 001_a 'CREATE TABLE a (x int);'
    one 002_b 'CREATE TABLE nonsense;'
    dunlin migrate --url sqlite:app.db
    assert_exit 1
    one 002_b 'CREATE TABLE b (x int);'
    run_json migrate --url sqlite:app.db
    assert_exit 0
    assert_json '[.applied[].tag]' '["002_b"]'
}

@test "--single-transaction undoes everything when one migration fails" {
    one 001_a 'CREATE TABLE a (x int);'
    one 002_b 'CREATE TABLE b (x int);'
    one 003_c 'INSERT INTO nosuch VALUES (1);'
    dunlin migrate --url sqlite:app.db --single-transaction
    assert_exit 1
    assert_equal "$(sql app.db "SELECT name FROM sqlite_schema WHERE name IN ('a','b')")" ''
    assert_equal "$(sql app.db 'SELECT count(*) FROM dunlin_migrations')" 0
    rm migrations/003_c.sql
    run_json migrate --url sqlite:app.db --single-transaction
    assert_exit 0
    assert_json '.counts.applied' 2
}

@test "a rebuild behind a harmless setting keeps child rows in a single transaction as well" {
    one 001_a $'CREATE TABLE p (id integer PRIMARY KEY);\nCREATE TABLE c (p_id int REFERENCES p (id) ON DELETE CASCADE);\nINSERT INTO p VALUES (1);\nINSERT INTO c VALUES (1);'
    one 002_b $'PRAGMA foreign_keys=ON;\nCREATE TABLE b (x int);'
    one 003_c $'PRAGMA foreign_keys=OFF;\nCREATE TABLE new_p (id integer PRIMARY KEY);\nINSERT INTO new_p SELECT id FROM p;\nDROP TABLE p;\nALTER TABLE new_p RENAME TO p;\nPRAGMA foreign_keys=ON;'
    dunlin migrate --url sqlite:app.db --to 001_a
    assert_exit 0
    dunlin migrate --url sqlite:app.db --single-transaction
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT count(*) FROM c')" 1
}

@test "a migration that a transaction cannot hold is refused by --single-transaction" {
    one 001_a $'CREATE TABLE a (x int);\nVACUUM;'
    dunlin migrate --url sqlite:app.db --single-transaction
    assert_exit 2
    assert_stderr '--single-transaction cannot hold this migration: it has a statement that cannot run inside a transaction'
}

# --- transaction control in files --------------------------------------------------------------------

@test "one BEGIN and COMMIT around everything are taken as dunlin's own" {
    one 001_a $'BEGIN;\nCREATE TABLE a (x int);\nINSERT INTO a VALUES (1);\nCOMMIT;'
    run_json migrate --url sqlite:app.db
    assert_exit 0
    assert_json '.plan[-1].transactional' true
    assert_equal "$(sql app.db 'SELECT count(*) FROM a')" 1
}

@test "further transactions in a file are kept, and VACUUM runs outside" {
    one 001_a $'BEGIN;\nCREATE TABLE a (x int);\nCOMMIT;\nVACUUM;\nBEGIN;\nINSERT INTO a VALUES (1);\nCOMMIT;'
    run_json migrate --url sqlite:app.db
    assert_exit 0
    assert_json '.plan[-1].transactional' false
    assert_equal "$(sql app.db 'SELECT count(*) FROM a')" 1
    assert_equal "$(sql app.db 'SELECT count(*) FROM dunlin_statements')" 0
}

@test "a migration outside a transaction that stopped part-way is taken up where it stood" {
    one 001_a $'-- dunlin: no-transaction\nCREATE TABLE a (x int);\nINSERT INTO a VALUES (1);\nINSERT INTO nosuch VALUES (1);'
    dunlin migrate --url sqlite:app.db
    assert_exit 6
    assert_stderr "'001_a' is done up to its statement 2"
    assert_equal "$(sql app.db 'SELECT count(*) FROM a')" 1
    one 001_a $'-- dunlin: no-transaction\nCREATE TABLE a (x int);\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (2);'
    dunlin migrate --url sqlite:app.db
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT group_concat(x) FROM a')" 1,2
    assert_equal "$(sql app.db 'SELECT count(*) FROM dunlin_statements')" 0
}

@test "a statement that an unfinished run executed may not be edited" {
    one 001_a $'-- dunlin: no-transaction\nCREATE TABLE a (x int);\nINSERT INTO nosuch VALUES (1);'
    dunlin migrate --url sqlite:app.db
    assert_exit 6
    one 001_a $'-- dunlin: no-transaction\nCREATE TABLE a (y int);'
    dunlin migrate --url sqlite:app.db
    assert_exit 6
    assert_stderr 'migrations/001_a.sql:2:1: statement 1 was run by an earlier, unfinished run, and has been edited since'
}

@test "transaction control that does not pair up is refused before anything is sent" {
    one 001_a 'CREATE TABLE a (x int);'
    one 002_b $'BEGIN;\nCREATE TABLE b (x int);'
    dunlin migrate --url sqlite:app.db
    assert_exit 2
    assert_stderr 'migrations/002_b.sql:1:1: the transaction begun here is never committed'
    assert_equal "$(sql app.db "SELECT name FROM sqlite_schema WHERE name IN ('a','b')")" ''
}

@test "a rebuild that leaves a dangling reference is not committed" {
    one 001_a $'CREATE TABLE p (id integer PRIMARY KEY);\nCREATE TABLE c (p_id int REFERENCES p (id));\nINSERT INTO p VALUES (1);\nINSERT INTO c VALUES (1);'
    one 002_b $'PRAGMA foreign_keys=OFF;\nCREATE TABLE new_p (id integer PRIMARY KEY);\nDROP TABLE p;\nALTER TABLE new_p RENAME TO p;\nPRAGMA foreign_keys=ON;'
    dunlin migrate --url sqlite:app.db --to 001_a
    assert_exit 0
    dunlin migrate --url sqlite:app.db
    assert_exit 1
    assert_equal "$(sql app.db 'SELECT count(*) FROM p')" 1
    assert_equal "$(sql app.db 'SELECT tag FROM dunlin_migrations')" 001_a
}

# --- directives ---------------------------------------------------------------------------------------

@test "a section for other drivers is left out" {
    one 001_a $'CREATE TABLE a (x int);\n-- dunlin: only postgres\nCREATE EXTENSION citext;\n-- dunlin: end\n-- dunlin: only sqlite\nINSERT INTO a VALUES (7);\n-- dunlin: end'
    dunlin migrate --url sqlite:app.db
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT x FROM a')" 7
}

@test "a section for another driver is read by that driver's rules" {
    printf '{"dialect": "portable", "targets": {"app": {"url": "sqlite:app.db"}}}\n' >dunlin.json
    one 001_a "CREATE TABLE a (x int);
-- dunlin: only postgres
COPY a FROM stdin;
it's; -- \"
\\.
-- dunlin: end
-- dunlin: only mysql
CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = length('it\\'s;');
-- dunlin: end
INSERT INTO a VALUES (7);"
    dunlin migrate
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT x FROM a')" 7
}

@test "rows behind a section of the database's own are written by what it made" {
    printf '{"dialect": "portable", "targets": {"app": {"url": "sqlite:app.db"}}}\n' >dunlin.json
    one 001_a "CREATE TABLE a (n int, flag boolean);
-- dunlin: only sqlite
CREATE TABLE b (n INTEGER, flag BOOLEAN);
-- dunlin: end
INSERT INTO b VALUES (7, 't');
CREATE TABLE c (n int, flag boolean);
INSERT INTO a SELECT n / 2, 'f' FROM b;
INSERT INTO c SELECT n / 2, flag FROM a;"
    dunlin migrate
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT * FROM a, b, c')" '3|0|7|1|1|0'
    # What has no translation is found before anything is sent, there too.
    one 002_b "INSERT INTO c SELECT no_such_function(n), 't' FROM b;"
    one 003_c "CREATE TABLE d (n int);"
    dunlin migrate
    assert_exit 2
    assert_stderr 'the function no_such_function has no translation'
}

@test "what stands behind the down directive is not run" {
    one 001_a $'CREATE TABLE a (x int);\n-- dunlin: down\nDROP TABLE a;'
    dunlin migrate --url sqlite:app.db
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT count(*) FROM a')" 0
}

@test "an assertion that does not hold undoes its migration" {
    one 001_a $'CREATE TABLE a (x int);\nINSERT INTO a VALUES (1);\n-- dunlin: assert SELECT count(*) FROM a = 0'
    dunlin migrate --url sqlite:app.db
    assert_exit 1
    assert_equal "$(sql app.db "SELECT name FROM sqlite_schema WHERE name = 'a'")" ''
    one 001_a $'CREATE TABLE a (x int);\nINSERT INTO a VALUES (1);\n-- dunlin: assert SELECT count(*) FROM a = 1'
    dunlin migrate --url sqlite:app.db
    assert_exit 0
}

@test "an unknown directive is an error with its place, and nothing is sent" {
    one 001_a $'CREATE TABLE a (x int);\n-- dunlin: onyl sqlite\n'
    dunlin migrate --url sqlite:app.db
    assert_exit 2
    assert_stderr "migrations/001_a.sql:2:12: unknown directive: '-- dunlin: onyl sqlite'"
    assert_equal "$(sql app.db "SELECT name FROM sqlite_schema WHERE name = 'a'")" ''
}

# --- what stops a run -----------------------------------------------------------------------------------

@test "a database with tables and no tracker is not touched" {
    make_project . 2
    sql app.db 'CREATE TABLE t00001 (id int)'
    sha256sum app.db >before
    dunlin migrate --url sqlite:app.db
    assert_exit 4
    assert_stderr "the database holds 1 object ('t00001'), but the tracker 'dunlin_migrations' is missing"
    assert_stderr doctor
    assert_stderr repair
    assert_stderr baseline
    sha256sum --quiet -c before
}

@test "a database with tables and an emptied tracker is not touched" {
    make_project . 2
    dunlin migrate --url sqlite:app.db
    sql app.db 'DELETE FROM dunlin_migrations'
    dunlin migrate --url sqlite:app.db
    assert_exit 4
    assert_stderr "but the tracker 'dunlin_migrations' is empty"
    run_json status --url sqlite:app.db --check
    assert_exit 4
    assert_json '.agreement.agrees' false
}

@test "--allow-nonempty starts on a database that holds something else" {
    make_project . 2
    sql app.db 'CREATE TABLE legacy (id int)'
    dunlin migrate --url sqlite:app.db --allow-nonempty
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT count(*) FROM dunlin_migrations')" 2
}

@test "an applied migration whose SQL was edited stops the run unless it is allowed" {
    one 001_a 'CREATE TABLE a (x int);'
    dunlin migrate --url sqlite:app.db
    one 001_a 'CREATE TABLE a (x text);'
    one 002_b 'CREATE TABLE b (x int);'
    dunlin migrate --url sqlite:app.db
    assert_exit 4
    assert_stderr '001_a: its SQL was edited after it was applied'
    assert_equal "$(sql app.db "SELECT name FROM sqlite_schema WHERE name = 'b'")" ''
    dunlin migrate --url sqlite:app.db --allow 001_a
    assert_exit 0
}

@test "comments, blanks and line ends are no edit" {
    one 001_a 'CREATE TABLE a (x int);'
    dunlin migrate --url sqlite:app.db
    printf -- '-- reviewed\r\n\r\nCREATE TABLE  a (x int) ;' >migrations/001_a.sql
    one 002_b 'CREATE TABLE b (x int);'
    run_json status --url sqlite:app.db
    assert_json '.migrations[0] | [.verdict, .file]' '["edited","edited-cosmetic"]'
    assert_json '.agreement.agrees' true
    dunlin migrate --url sqlite:app.db
    assert_exit 0
}

@test "a renamed file is recognised by its content, and the run goes on" {
    one 001_a 'CREATE TABLE a (x int);'
    dunlin migrate --url sqlite:app.db
    mv migrations/001_a.sql migrations/001_first.sql
    one 002_b 'CREATE TABLE b (x int);'
    run_json migrate --url sqlite:app.db
    assert_exit 0
    assert_json '[.findings[] | select(.id == "file.renamed").message]' \
        "[\"001_first: recorded as '001_a', with the same content\"]"
    assert_json '[.applied[].tag]' '["002_b"]'
}

@test "a journal entry without file stops the run, with the place of the entry" {
    make_project . 3
    rm "migrations/$(tag_of 2).sql"
    dunlin migrate --url sqlite:app.db
    assert_exit 4
    assert_stderr "_journal.json:7:"
    assert_stderr "'$(tag_of 2).sql' is missing"
    refute_file app.db
}

@test "an edited or missing file stops a run with nothing pending, too" {
    make_project . 2
    dunlin migrate --url sqlite:app.db
    assert_exit 0
    sed -i 's/int/text/' "migrations/$(tag_of 2).sql"
    echo '-- and more' >>"migrations/$(tag_of 2).sql"
    echo 'CREATE TABLE more (x);' >>"migrations/$(tag_of 2).sql"
    run_json migrate --url sqlite:app.db
    assert_exit 4
    assert_stderr "$(tag_of 2): its SQL was edited after it was applied"
    dunlin migrate --url sqlite:app.db --allow "$(tag_of 2)"
    assert_exit 0
    rm "migrations/$(tag_of 2).sql"
    dunlin migrate --url sqlite:app.db
    assert_exit 4
    assert_stderr "'$(tag_of 2).sql' is missing"
    assert_equal "$(sql app.db 'SELECT count(*) FROM dunlin_migrations')" 2
}

@test "an entry that was never applied stops a run with nothing pending when its file is missing" {
    make_project . 2
    dunlin migrate --url sqlite:app.db --to "$(tag_of 1)"
    rm "migrations/$(tag_of 2).sql"
    dunlin migrate --url sqlite:app.db
    assert_exit 4
    assert_stderr "'$(tag_of 2).sql' is missing"
    dunlin migrate --url sqlite:app.db --allow "$(tag_of 2)"
    assert_exit 0
}

@test "a file that is left out for its name stops a run where the files are the history" {
    one 001_a 'CREATE TABLE a (x int);'
    one '002 b' 'CREATE TABLE b (x int);'
    dunlin migrate --url sqlite:app.db
    assert_exit 4
    assert_stderr "002 b"
    refute_file app.db
}

@test "a late file with the content of an applied one is applied itself, and the other one not again" {
    one 001_a 'CREATE TABLE a (x int);'
    one 003_c 'INSERT INTO a VALUES (1);'
    dunlin migrate --url sqlite:app.db
    one 002_b 'INSERT INTO a VALUES (1);'
    dunlin migrate --url sqlite:app.db
    assert_exit 4
    assert_stderr "'002_b' arrived late"
    run_json migrate --url sqlite:app.db --allow 002_b
    assert_exit 0
    assert_json '[.applied[].tag]' '["002_b"]'
    assert_equal "$(sql app.db 'SELECT group_concat(tag) FROM dunlin_migrations')" 001_a,003_c,002_b
}

@test "a configured tracker holds the rows, and a second run reads them there" {
    one 001_a 'CREATE TABLE a (x int);'
    echo '{"targets": {"app": {"url": "sqlite:app.db", "tracker": "the log"}}}' >dunlin.json
    dunlin migrate
    assert_exit 0
    run_json migrate
    assert_exit 0
    assert_json '.counts' '{"already_applied":1,"applied":0,"remaining":0}'
    assert_equal "$(sql app.db 'SELECT tag FROM "the log"')" 001_a
    assert_equal "$(sql app.db "SELECT count(*) FROM sqlite_schema WHERE name = 'dunlin_migrations'")" 0
}

@test "a file the journal does not list is left out, and the exit code says so" {
    make_project . 2
    one 20270101000000_extra 'CREATE TABLE extra (x int);'
    run_json migrate --url sqlite:app.db
    assert_exit 4
    assert_json '.counts.applied' 2
    assert_equal "$(sql app.db "SELECT name FROM sqlite_schema WHERE name = 'extra'")" ''
}

@test "rows that this checkout does not know stop a run with something pending, and only that" {
    make_project . 3
    dunlin migrate --url sqlite:app.db
    make_project older 2
    dunlin migrate --url sqlite:app.db -C older
    assert_exit 0
    make_project older 2
    mkdir -p other/migrations
    cp older/migrations/*.sql other/migrations
    echo 'CREATE TABLE z (x int);' >other/migrations/29990101000000_z.sql
    dunlin migrate --url sqlite:app.db -C other
    assert_exit 4
    assert_stderr "unknown-row: the tracker 'dunlin_migrations' records '$(tag_of 3)'"
}

@test "an entry that arrived late is applied with a warning" {
    one 001_a 'CREATE TABLE a (x int);'
    one 003_c 'CREATE TABLE c (x int);'
    dunlin migrate --url sqlite:app.db
    one 002_b 'CREATE TABLE b (x int);'
    run_json migrate --url sqlite:app.db
    assert_exit 0
    assert_json '[.applied[].tag]' '["002_b"]'
    assert_json '[.findings[] | select(.id == "migration.late").object]' '["002_b"]'
}

@test "a migration that holds no statement is recorded, and the plan says that it holds none" {
    one 001_a '-- to be written'
    run_json migrate --url sqlite:app.db
    assert_exit 0
    assert_json '.plan[-1].why' 'pending; it holds no statement'
    assert_equal "$(sql app.db 'SELECT tag, statements FROM dunlin_migrations')" '001_a|0'
}

@test "migrations written for another database are translated, or refused" {
    make_project . 1
    sed -i 's/"portable"/"postgresql"/' migrations/meta/_journal.json
    echo 'CREATE EXTENSION citext;' >>"$(echo migrations/*.sql)"
    dunlin migrate --url sqlite:app.db
    assert_exit 2
    assert_stderr "not portable to 'sqlite'"
    refute_stdout "applied"
    sed -i '/EXTENSION/d' migrations/*.sql
    dunlin migrate --url sqlite:app.db
    assert_exit 0
}

@test "a down directive inside a section for a driver is refused" {
    one 001_a $'CREATE TABLE a (x int);\n-- dunlin: only postgres\n-- dunlin: down\n-- dunlin: end\nCREATE TABLE c (x int);'
    dunlin migrate --url sqlite:app.db
    assert_exit 2
    assert_stderr "001_a.sql:3:12: 'down' may not stand inside an 'only' section"
}

@test "a refused run says that nothing was sent and how much is pending" {
    make_project . 3
    sql app.db 'CREATE TABLE legacy (x int)'
    run_json migrate --url sqlite:app.db
    assert_exit 4
    assert_json .summary 'stopped before anything was sent; 3 pending'
    assert_json '.remaining | length' 3
}

@test "a failed run that kept nothing leaves no backup behind" {
    one 001_a 'CREATE TABLE a (x int);'
    dunlin migrate --url sqlite:app.db
    one 002_b 'CREATE TABLE nonsense;'
    run_json migrate --url sqlite:app.db
    assert_exit 1
    assert_json .backup null
    assert_equal "$(find . -name '*.backup')" ''
    one 002_b 'CREATE TABLE b (x int);'
    one 003_c 'CREATE TABLE nonsense;'
    run_json migrate --url sqlite:app.db
    assert_exit 1
    assert_file "$(json .backup.path)"
}

@test "rows of a newer checkout are agreement as long as nothing is pending" {
    make_project . 3
    dunlin migrate --url sqlite:app.db
    make_project older 2
    run_json status --url sqlite:app.db -C older --check
    assert_exit 0
    assert_json '[.findings[].id]' '["tracker.unknown-row"]'
}

@test "a person decides for a statement of which nothing tells whether it took effect" {
    one 001_a $'CREATE TABLE a (x int);\nATTACH \'other.db\' AS other;\nINSERT INTO a VALUES (1);'
    dunlin migrate --url sqlite:app.db --to 001_a
    assert_exit 0
    one 002_b $'-- dunlin: no-transaction\nINSERT INTO a VALUES (2);\nINSERT INTO a VALUES (3);\nINSERT INTO nosuch VALUES (1);'
    dunlin migrate --url sqlite:app.db
    assert_exit 6
    # As a run leaves it that was killed inside its second statement.
    sql app.db "DELETE FROM dunlin_statements WHERE ordinal > 2" \
        "UPDATE dunlin_statements SET phase = 'intent' WHERE ordinal = 2" \
        "DELETE FROM a WHERE x = 3"
    one 002_b $'-- dunlin: no-transaction\nINSERT INTO a VALUES (2);\nINSERT INTO a VALUES (3);'
    dunlin migrate --url sqlite:app.db
    assert_exit 6
    assert_stderr '002_b.sql:3:1: an earlier run stopped while this statement was running'
    assert_stderr "'dunlin resume 002_b --done', or '--redo'"
    dunlin resume 002_b --url sqlite:app.db
    assert_exit 2
    dunlin resume 001_a --done --url sqlite:app.db
    assert_exit 2
    run_json resume 002_b --redo --url sqlite:app.db
    assert_exit 0
    assert_json '[.statement, .sql, .decision]' '[2,"INSERT INTO a VALUES (3)","redo"]'
    # The one that stopped need not be named; several have to be.
    sql app.db "UPDATE dunlin_statements SET phase = 'intent' WHERE ordinal = 2"
    sql app.db "INSERT INTO dunlin_statements (run_id, tag, ordinal, digest, phase, at)
        SELECT run_id, '003_c', ordinal, digest, phase, at FROM dunlin_statements WHERE ordinal = 2"
    dunlin resume --redo --url sqlite:app.db
    assert_exit 2
    assert_stderr "2 migrations stopped part-way, '002_b' and '003_c' among them"
    sql app.db "DELETE FROM dunlin_statements WHERE tag = '003_c'"
    run_json resume --redo --url sqlite:app.db
    assert_exit 0
    assert_json '[.tag, .sql, .decision]' '["002_b","INSERT INTO a VALUES (3)","redo"]'
    dunlin resume --redo --url sqlite:app.db
    assert_exit 2
    dunlin migrate --url sqlite:app.db
    assert_exit 0
    assert_equal "$(sql app.db 'SELECT group_concat(x) FROM a')" 1,2,3
}

@test "a locked database is tried again before it is given up" {
    local held
    make_project . 2
    dunlin migrate --url sqlite:app.db --to "$(tag_of 1)"
    python3 - <<'END' &
import sqlite3, time
db = sqlite3.connect("app.db", isolation_level=None)
db.execute("BEGIN IMMEDIATE")
open("held", "w").close()
time.sleep(0.8)
db.execute("ROLLBACK")
END
    held=$!
    while [ ! -e held ]; do sleep 0.02; done
    dunlin migrate --url 'sqlite:app.db?busy_timeout=100' --no-backup
    wait "$held"
    assert_exit 0
    assert_stderr 'trying again'
}

@test "a guard knows what statements without one did before it" {
    one 001_a 'CREATE TABLE a (x int, y int); CREATE TABLE c (x int);'
    dunlin migrate --url sqlite:app.db
    assert_exit 0
    one 002_b 'ALTER TABLE a RENAME TO b; ALTER TABLE c ADD COLUMN y int;'
    one 003_c 'ALTER TABLE b ADD COLUMN IF NOT EXISTS y int;
ALTER TABLE c ADD COLUMN IF NOT EXISTS y int; ALTER TABLE b ADD COLUMN IF NOT EXISTS z int;'
    dunlin migrate --url sqlite:app.db
    assert_exit 0
    assert_equal "$(sql app.db "SELECT group_concat(name) FROM pragma_table_info('b')")" x,y,z
    assert_equal "$(sql app.db "SELECT group_concat(name) FROM pragma_table_info('c')")" x,y
}

@test "a journal that cannot be read is told before a database that cannot be opened" {
    dunlin init --quiet
    printf '{"version": 1,' >migrations/meta/_journal.json
    printf 'this is no database, whatever its name' >app.db
    dunlin migrate --url sqlite:app.db
    assert_exit 2
    assert_stderr "[journal.syntax]"
    refute_stderr "app.db"
}
