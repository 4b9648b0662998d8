#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin adopt`: taking over from another tool; see docs/adopt.md.

load helper
load tools_helper

@test "from dbmate" {
    is_taken_over dbmate
}

@test "from golang-migrate" {
    is_taken_over golang-migrate
}

@test "from goose" {
    is_taken_over goose
}

@test "from Prisma" {
    is_taken_over prisma
}

@test "from Flyway" {
    is_taken_over flyway
}

@test "from Alembic, whose revisions are programs" {
    begins_beside_claims alembic
}

@test "a claim is told as long as nothing is recorded, and moves nobody" {
    tool_database alembic
    mkdir migrations
    echo 'create table a(x int);' >migrations/0001_a.sql
    echo 'create table c(x int);' >migrations/0002_c.sql
    sql tool.db "INSERT INTO alembic_version VALUES ('0000' || char(10) || 'x')"
    run_json status "${common[@]}"
    assert_exit 0
    assert_json '.findings[] | select(.id == "tracker.claim") | [.severity, .message]' \
        "[\"note\",\"Alembic says in 'alembic_version' that the database is at '0000\\\\nx', 'afdcdf264764'; that is no record of the migrations here, and which of them are applied the schema alone tells; nothing is written there, so Alembic does not learn of what is applied here\"]"
    dunlin migrate "${common[@]}" --no-backup
    assert_exit 4
    assert_stderr "'alembic_version' is a tracker of Alembic: 'dunlin adopt' takes over from it [tracker.not-empty]"
    run_json adopt "${common[@]}" --apply --no-backup
    assert_exit 0
    assert_json '[.performed[].action]' '["create-tracker","record","apply","verify"]'
    assert_json '[.findings[].id]' '["journal.none","schema.legacy"]'
    sql tool.db 'DELETE FROM alembic_version; DROP TABLE dunlin_migrations'
    run_json status "${common[@]}"
    assert_json '.findings[] | select(.id == "tracker.claim").message | test("^Alembic says in .alembic_version. that nothing is applied;")' true
    sql tool.db 'DROP TABLE alembic_version; CREATE TABLE alembic_version(other INT)'
    run_json status "${common[@]}"
    assert_json '.findings[] | select(.id == "tracker.claim").message | test("^Alembic says in .alembic_version. what cannot be read: ")' true
}

@test "a folder without SQL is nothing to prove, and a tool is looked for where it is said to be" {
    tool_database alembic
    mkdir migrations
    echo 'revision = "1"' >migrations/1_first.py
    dunlin adopt "${common[@]}"
    assert_exit 1
    assert_stderr "'$PWD/migrations' holds no migrations of SQL: of Alembic, whose table 'alembic_version' is, dunlin reads no others [adopt.programs]"
    sql tool.db 'DROP TABLE alembic_version'
    dunlin adopt "${common[@]}" --from alembic
    assert_exit 2
    assert_stderr "the database of target 'default' has no table 'alembic_version' of Alembic [adopt.no-table]"
}

@test "from sqitch, whose plan is the order" {
    changes_are_proved sqlite
    dunlin journal rebuild --migrations sqitch/deploy
    assert_exit 0
    assert_equal "$(jq -c '[.entries[].tag]' sqitch/deploy/meta/_journal.json)" '["first","second","alpha"]'
}

@test "a plan of sqitch that the folder does not follow stops" {
    copy_fixture tools/sqitch sqitch
    rm sqitch/deploy/first.sql
    echo 'second [second@v1.0] 2026-11-24T08:37:22Z Test User <test@example.com> # Again' >>sqitch/sqitch.plan
    dunlin migrate --url sqlite:fresh.db --migrations sqitch/deploy
    assert_exit 4
    assert_stderr "the plan '$PWD/sqitch/sqitch.plan' has the change 'first' without a script in the folder"
    dunlin status --url sqlite:fresh.db --migrations sqitch/deploy
    assert_stdout "the plan '$PWD/sqitch/sqitch.plan' has the change 'second' twice: one of its scripts has another name, and which was run when only sqitch knows [journal.plan]"
}

@test "from sqlx, which its table tells" {
    is_taken_over sqlx
    tool_project sqlx
    rm dunlin.json
    run_json adopt "${common[@]}"
    assert_exit 0
    assert_json '[.from.tool, .from.proved]' '["sqlx",2]'
    # Nothing else says in a folder of plain files whose they are.
    dunlin doctor "${common[@]}"
    assert_exit 4
    assert_stdout "but there is no tracker 'dunlin_migrations'; '_sqlx_migrations' is a tracker of sqlx: 'dunlin adopt' takes over from it."
}

@test "one that was run half-way is told as that, and what is missing of it not as a matter of breakpoints" {
    tool_project dbmate
    printf -- '-- migrate:up\ncreate table p (x int);\ncreate index p_x on p (x);\n-- migrate:down\n' \
        >migrations/20250103000000_third.sql
    sql tool.db 'create table p (x int)' "INSERT INTO schema_migrations VALUES ('20250103000000')"
    dunlin adopt "${common[@]}"
    assert_exit 4
    assert_stderr "'20250103000000_third' cannot be taken over: it was run half-way: part of it is in the schema; statement 2 of 2 is not done [adopt.contradicted]"
    dunlin repair "${common[@]}"
    assert_stdout "sql 20250103000000_third: its migration is recorded, and the schema holds nothing of it"
}

@test "what is there and not in the tool's table is taken over, what is neither stays pending" {
    tool_project dbmate
    sql tool.db "DELETE FROM schema_migrations WHERE version = '20250102000000'"
    add_third dbmate
    run_json adopt "${common[@]}" --apply --no-backup
    assert_exit 3
    assert_json '[.migrations[].verdict]' '["applied","applied","pending"]'
    assert_json .agreement.agrees true
}

@test "a claim that the schema denies is refused, and nothing is written" {
    tool_project goose
    sql tool.db 'DROP TABLE b'
    sql_dump tool.db >before.sql
    dunlin adopt "${common[@]}" --apply --no-backup
    assert_exit 4
    assert_stderr "'00002_second' cannot be taken over: it is recorded, and nothing of it is in the schema"
    assert_stderr "[adopt.contradicted]"
    sql_dump tool.db | diff before.sql -
    refute_file migrations/meta/_journal.json
}

@test "what the tool calls dirty or failed is refused" {
    tool_project golang-migrate
    sql tool.db 'UPDATE schema_migrations SET dirty = 1'
    dunlin adopt "${common[@]}" --apply
    assert_exit 4
    assert_stderr "golang-migrate began it and did not finish: it is dirty [tracker.failed]"
    tool_project flyway
    sql tool.db 'UPDATE flyway_schema_history SET success = 0 WHERE installed_rank = 2'
    dunlin adopt "${common[@]}" --apply
    assert_exit 4
    assert_stderr "[tracker.failed]"
}

@test "what nothing can prove is taken over as claimed" {
    tool_project dbmate
    cp migrations/20250102000000_second.sql .
    printf -- '-- migrate:up\nupdate a set x = 1;\n-- migrate:down\n' >migrations/20250103000000_data.sql
    sql tool.db "INSERT INTO schema_migrations VALUES ('20250103000000')"
    run_json adopt "${common[@]}" --apply --no-backup
    assert_exit 0
    assert_json '[.from.proved, .from.claimed]' '[2,1]'
    assert_equal "$(sql tool.db "SELECT state, json_extract(evidence, '\$.confidence') FROM dunlin_migrations ORDER BY seq")" \
        "$(printf 'baselined|proved\nbaselined|proved\nasserted|claimed')"
    assert_json '.performed[] | select(.op == "claimed").why' \
        "'schema_migrations' of dbmate says so; the schema neither proves nor denies it"
}

@test "what dunlin did in place has its record already" {
    tool_project goose
    add_third goose
    dunlin migrate "${common[@]}" --no-backup
    run_json adopt "${common[@]}" --apply --no-backup
    assert_exit 0
    assert_json .from.proved 2
    assert_equal "$(sql tool.db 'SELECT count(*) FROM dunlin_migrations')" 3
}

@test "an adoption that stopped before the journal was there is done again" {
    tool_project dbmate
    run_json adopt "${common[@]}" --apply --no-backup
    rm -r migrations/meta
    run_json adopt "${common[@]}" --apply --no-backup
    assert_exit 0
    assert_json '[.performed[].action]' '["file","verify"]'
    assert_equal "$(sql tool.db 'SELECT count(*) FROM dunlin_migrations')" 2
}

@test "a row without a file stays with the tool" {
    tool_project dbmate
    sql tool.db "INSERT INTO schema_migrations VALUES ('20240101000000')"
    run_json adopt "${common[@]}" --apply --no-backup
    assert_exit 0
    assert_json '[.left[].why]' "[\"'schema_migrations' records '20240101000000', which has no file here: that stays where it is and is not taken over\"]"
}

@test "a table of another tool than the files' is a question" {
    tool_project dbmate
    sql tool.db 'CREATE TABLE _prisma_migrations (id TEXT)'
    dunlin adopt "${common[@]}"
    assert_exit 2
    assert_stderr "the files in '$PWD/migrations' are those of dbmate, and the database has '_prisma_migrations', a tracker of Prisma [adopt.ambiguous]"
    dunlin adopt "${common[@]}" --from dbmate
    assert_exit 0
    dunlin adopt "${common[@]}" --from rails
    assert_exit 2
    assert_stderr "'rails' is no tool that can be taken over from: prisma, dbmate, golang-migrate, goose, flyway, sqlx, atlas, knex, alembic, liquibase, sqitch can [adopt.unknown-tool]"
}

@test "a table by another name is named" {
    tool_project dbmate
    sql tool.db 'ALTER TABLE schema_migrations RENAME TO done'
    run_json adopt "${common[@]}" --table "done" --apply --no-backup
    assert_exit 0
    assert_json '[.from.table, .from.rows, .from.proved]' '["done",2,2]'
}

@test "files that the tool leaves alone stand in the way" {
    tool_project flyway
    echo 'drop table a;' >migrations/U1__first.sql
    dunlin adopt "${common[@]}" --apply
    assert_exit 4
    assert_stderr "'$PWD/migrations/U1__first.sql' is no migration of Flyway, and a native project would take it for one [adopt.other-files]"
}

@test "where no other tool was, the schema alone proves" {
    make_project project 3
    dunlin migrate -C project --url sqlite:"$PWD/app.db"
    sql app.db 'DROP TABLE dunlin_migrations'
    run_json adopt -C project --url sqlite:"$PWD/app.db" --apply --no-backup
    assert_exit 0
    assert_json_form adopt
    assert_json '[.migrations[].verdict] | unique' '["applied"]'
    assert_equal "$(sql app.db "SELECT count(*) FROM dunlin_migrations WHERE evidence LIKE '{\"by\": \"adopt\"%'")" 3
}
