#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin doctor`: what happened, verdicts by what the schema shows, and the plan.

load helper

setup() {
    helper_setup
    drizzle_project project
}

through() {
    dunlin migrate -C project --to "$(drizzle_tag "$1")"
    assert_exit 0
    sql project/app.db 'DROP TABLE dunlin_migrations'
}

# The incident that dunlin was made for.
lose_the_tracker() {
    through 10
    sql project/app.db 'DELETE FROM __drizzle_migrations'
    sed -i 's/0009_glamorous_boom_boom/0009_sleepy_dreaming_celestial/' \
        project/drizzle/meta/_journal.json
}

@test "the incident is told in a paragraph, and the plan mends it" {
    lose_the_tracker
    dunlin doctor -C project
    assert_exit 4
    assert_stdout "The schema holds the effects of migrations 0000_init_accounts to 0010_session_timeout_preference, but the tracker '__drizzle_migrations' is empty: they were run outside of it, or its rows were deleted."
    assert_stdout "The journal lists '0009_sleepy_dreaming_celestial', whose file is '0009_glamorous_boom_boom.sql'."
    assert_stdout "Migrations 0011_retire_legacy_import and 0012_team_invites are pending."
    assert_stdout "2. file journal-set 0009_sleepy_dreaming_celestial -> 0009_glamorous_boom_boom: the schema holds the effects of the file of that name"
    assert_stdout "3. record 0000_init_accounts to 0010_session_timeout_preference (11): the schema holds the effects"
    assert_stdout "4. apply 0011_retire_legacy_import and 0012_team_invites: pending"
    assert_equal "$(sql project/app.db 'SELECT count(*) FROM __drizzle_migrations')" 0
}

@test "a plan tells the gaps among the migrations that a step is about" {
    through 12
    sql project/app.db "DELETE FROM __drizzle_migrations WHERE rowid NOT IN (1, 5, 7, 8, 10, 11)"
    dunlin doctor -C project
    assert_exit 4
    assert_stdout "record $(drizzle_tag 1) to $(drizzle_tag 3) (3), $(drizzle_tag 5), $(drizzle_tag 8), $(drizzle_tag 11) and $(drizzle_tag 12): the schema holds"
}

@test "a Drizzle project that lost all of meta is known by its tracker, and gets a journal again" {
    dunlin migrate -C project
    cp -r project before
    rm -r project/drizzle/meta
    sql project/app.db 'DELETE FROM __drizzle_migrations WHERE rowid > 3'
    dunlin doctor -C project
    assert_exit 4
    assert_stdout "The schema holds the effects of migrations $(drizzle_tag 3) to $(drizzle_tag 12), but the tracker '__drizzle_migrations' does not record them: run outside of it, or the rows were deleted. The journal is lost"
    assert_stdout "error: there is no journal in '$PWD/project/drizzle', and Drizzle's tracker '__drizzle_migrations' records its files: the journal is lost [journal.lost]"
    # Nothing is recorded in a table that Drizzle does not look at.
    echo 'CREATE TABLE late (id integer);' >project/drizzle/0013_late.sql
    dunlin migrate -C project
    assert_exit 4
    assert_stderr '[journal.lost]'
    rm project/drizzle/0013_late.sql
    dunlin repair -C project --apply
    assert_exit 0
    assert_equal "$(jq -c '.dialect, .version, .entries[:3]' project/drizzle/meta/_journal.json)" \
        "$(jq -c '.dialect, .version, .entries[:3]' before/drizzle/meta/_journal.json)"
    assert_equal "$(jq -c '.entries[].tag' project/drizzle/meta/_journal.json)" \
        "$(jq -c '.entries[].tag' before/drizzle/meta/_journal.json)"
    assert_equal "$(sql project/app.db 'SELECT count(*) FROM __drizzle_migrations')" 13
    dunlin doctor -C project
    assert_exit 0
}

@test "an empty tracker of Drizzle beside plain files is a question, and dunlin.json answers it" {
    dunlin migrate -C project
    rm -r project/drizzle/meta
    sql project/app.db 'DELETE FROM __drizzle_migrations'
    dunlin repair -C project --apply
    assert_exit 4
    assert_stdout "error: Drizzle's tracker '__drizzle_migrations' is there, and empty, and is left out of all this: '$PWD/project/drizzle' holds 13 migrations and no 'meta', so it is taken for a folder of plain files [tracker.drizzle]"
    assert_stdout 'say "layout": "drizzle" or "files" in dunlin.json'
    jq '.layout = "files"' project/dunlin.json >new && cp new project/dunlin.json
    dunlin doctor -C project
    assert_exit 0
    jq '.layout = "drizzle"' project/dunlin.json >new && cp new project/dunlin.json
    dunlin status -C project
    assert_stdout '[journal.lost]'
    dunlin repair -C project --apply
    assert_exit 0
    assert_equal "$(sql project/app.db 'SELECT count(*) FROM __drizzle_migrations')" 13
    dunlin doctor -C project
    assert_exit 0
}

@test "the document is what its schema says, and a second doctor replays nothing" {
    lose_the_tracker
    run_json doctor -C project
    assert_exit 4
    assert_json_form doctor
    assert_json .evidence.source shadow
    assert_json '[.migrations[] | select(.confidence == "proved")] | length' 11
    run_json doctor -C project
    assert_exit 4
    assert_json_form doctor
    assert_json .evidence.source cache
    assert_json '[.plan[].action]' '["backup","file","record","apply","verify"]'
}

@test "a file of effects that was edited counts for nothing, and a warning says so" {
    lose_the_tracker
    run_json doctor -C project
    sed -i 's/api_keys/apy_keys/' project/drizzle/meta/_dunlin/sqlite/0009_*.effects.json
    run_json doctor -C project
    assert_json .evidence.source shadow
    assert_stderr "was edited by hand or merged, and counts for nothing"
    run_json doctor -C project
    assert_json .evidence.source cache
    refute_stderr "counts for nothing"
}

@test "exit codes tell agreement, pending migrations and disagreement" {
    through 11
    dunlin doctor -C project
    assert_exit 3
    assert_stdout "Journal, files, tracker and schema agree; migration 0012_team_invites is pending."
    through 12
    dunlin doctor -C project
    assert_exit 0
    assert_stdout "Journal, files, tracker and schema agree."
    sql project/app.db 'ALTER TABLE users ADD COLUMN nickname TEXT'
    dunlin doctor -C project
    assert_exit 4
    assert_stdout "The schema was changed by hand: column 'users.nickname' is there, and no migration makes it."
    assert_stdout "error: drift: extra column 'users.nickname', which no migration makes [schema.extra]"
}

@test "something else in the place of what is pending is shown with both definitions" {
    through 9
    sql project/app.db 'ALTER TABLE users ADD COLUMN session_timeout_preference TEXT'
    run_json doctor -C project
    assert_exit 4
    assert_json '.migrations[10].verdict' contradicted
    assert_json '.migrations[10].findings[0]' "the schema holds something else: column 'users.session_timeout_preference' should be (default 30, type INTEGER) and is (type TEXT)"
    assert_json '[.plan[].action]' '["ask"]'
    assert_json .automatic false
}

@test "of one that came late, too, it is told what stands in its place" {
    make_project . 2
    write_config .
    dunlin migrate
    assert_exit 0
    sql app.db "DELETE FROM dunlin_migrations WHERE seq = 1" "DROP TABLE t00001" "CREATE TABLE t00001 (other int)"
    run_json doctor
    assert_exit 4
    assert_json '.migrations[0].verdict' contradicted
    assert_json '.plan[] | select(.action == "ask") | .why | test("the schema holds something of the same name")' true
    dunlin doctor
    assert_stdout "
    the schema holds something of the same name without column"
}

@test "rows that nobody recorded are asked about, unless a probe tells" {
    through 12
    printf "UPDATE users SET display_name = 'x' WHERE display_name = '';\n" >project/drizzle/0013_names.sql
    jq '.entries += [.entries[-1] + {idx: 13, tag: "0013_names", when: (.entries[-1].when + 1000)}]' \
        project/drizzle/meta/_journal.json >journal && mv journal project/drizzle/meta/_journal.json
    sql project/app.db 'DELETE FROM __drizzle_migrations'
    run_json doctor -C project
    assert_json '.migrations[13].verdict' unprovable
    assert_json '[.plan[].action]' '["backup","ask","record","verify"]'

    sed -i "1i -- dunlin: probe SELECT count(*) = 0 FROM users WHERE display_name = ''" \
        project/drizzle/0013_names.sql
    run_json doctor -C project
    assert_json '.migrations[13].verdict' applied-unrecorded
    assert_json '.migrations[13].confidence' proved
    assert_json '.plan[1].tags | length' 14
}

@test "a journal that cannot be read is gone around" {
    through 12
    head -c 900 project/drizzle/meta/_journal.json >journal
    mv journal project/drizzle/meta/_journal.json
    run_json doctor -C project
    assert_exit 4
    assert_json '[.migrations[].verdict] | unique' '["applied"]'
    assert_json '[.findings[].id] | index("journal.illegible") != null' true
    assert_json '[.plan[] | .op // .action]' '["journal-rebuild","verify"]'
    # The paragraph says so, too.
    sql project/app.db 'DROP INDEX api_keys_key_hash_idx'
    dunlin doctor -C project
    assert_stdout "The journal cannot be read: what is not legible of it is taken from the names of the files. The schema was changed by hand: index 'api_keys.api_keys_key_hash_idx' is gone."
    rm project/drizzle/meta/_journal.json
    dunlin doctor -C project
    assert_stdout "The journal is lost: its entries are taken from the names of the files."
}

@test "a native project is examined like any other" {
    cp -r "$tree/migrations" migrations
    write_config .
    dunlin migrate
    assert_exit 0
    run_json doctor
    assert_exit 0
    assert_json_form doctor
    sql app.db 'DELETE FROM dunlin_migrations'
    run_json doctor
    assert_exit 4
    assert_json '[.migrations[].recorded] | unique' '["no"]'
    assert_json '[.plan[].action] | index("record") != null' true
}

@test "a folder and a database that cannot be written are told before a repair stops at them" {
    lose_the_tracker
    chmod 755 project project/drizzle
    chmod 644 project/app.db
    as_nobody "$DUNLIN" doctor --json -C project
    assert_exit 4
    assert_json '[.findings[] | select(.id == "environment.folder") | .severity, .object, .message]' \
        "[\"warning\",\"$PWD/project/drizzle\",\"'$PWD/project/drizzle' cannot be written: Permission denied\"]"
    assert_json '[.findings[] | select(.id == "environment.database") | .severity, .message]' \
        "[\"warning\",\"'$PWD/project/app.db' cannot be written: Permission denied\"]"
    run_json doctor -C project
    assert_json '[.findings[] | select(.id | startswith("environment."))]' '[]'
}

@test "of what was kept of many migrations one edited file counts for nothing, and the others do" {
    make_project . 60
    write_config .
    dunlin migrate
    assert_exit 0
    run_json doctor
    assert_json .evidence.source shadow
    run_json doctor
    assert_exit 0
    assert_json .evidence.source cache
    assert_json '[.migrations[].confidence] | unique' '["consistent"]'
    sed -i 's/TEXT/BLOB/' "migrations/meta/_dunlin/sqlite/$(tag_of 45).effects.json"
    dunlin doctor
    assert_exit 0
    assert_stderr "$(tag_of 45).effects.json' was edited by hand or merged, and counts for nothing"
    run_json doctor
    assert_exit 0
    assert_json .evidence.source cache
}
