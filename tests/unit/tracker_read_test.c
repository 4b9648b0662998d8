/* SPDX-License-Identifier: MIT
 *
 * Reading trackers: ours and drizzle's, and what ours keeps of the texts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/sqlite_fixture.h"

#define DIGEST_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define DIGEST_C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static dn_tracker
read_as(dn_layout layout, const char *override, dn_tracker_depth depth)
{
    dn_tracker tracker;

    if (dn_tracker_read(connection, layout, override, depth, &arena, &tracker, &error) < 0)
        fail_msg("%s", error.message);
    return tracker;
}

static const char *
or_none(const char *text)
{
    return text ? text : "-";
}

/* One line a row: seq, tag, first digit of the digest, time; when full, what people want to see. */
static const char *
shown(const dn_tracker *tracker, bool full)
{
    const char *text = "";

    for (size_t i = 0; i < tracker->count; i++) {
        const dn_tracker_row *row = &tracker->rows[i];

        text = dn_arena_printf(&arena, "%s%lld %s %.1s %lld", text, (long long)row->seq,
                               or_none(row->tag), row->has_digest ? hex_of(&row->digest) : "-",
                               (long long)row->when_ms);
        if (full)
            text = dn_arena_printf(&arena, "%s %s %s %s %lld", text, or_none(row->state),
                                   or_none(row->applied_at), or_none(row->applied_by),
                                   (long long)row->duration_us);
        else
            assert_true(!row->state && !row->applied_at && !row->applied_by &&
                        row->duration_us == -1);
        text = dn_arena_printf(&arena, "%s\n", text);
    }
    return text;
}

static void
create(dn_layout layout)
{
    dn_tracker tracker = read_as(layout, NULL, DN_TRACKER_MATCH);

    assert_int_equal(dn_tracker_create(connection, &tracker, &error), 0);
}

static void
insert(const char *values)
{
    run_sql(
        dn_arena_printf(&arena,
                        "INSERT INTO dunlin_migrations (seq, tag, state, digest_raw, applied_at,"
                        " duration_us, applied_by, algorithm) VALUES (%s, 'sha256/1')",
                        values));
}

static void
a_database_without_tracker_has_no_rows(void **state)
{
    static const struct {
        dn_layout layout;
        dn_tracker_owner owner;
        const char *table;
        const char *ours;
        bool named;
    } cases[] = {
        {DN_LAYOUT_NATIVE, DN_OWNER_DUNLIN, "dunlin_migrations", "main.dunlin_migrations", false},
        {DN_LAYOUT_FILES, DN_OWNER_DUNLIN, "dunlin_migrations", "main.dunlin_migrations", false},
        {DN_LAYOUT_DRIZZLE, DN_OWNER_DRIZZLE, "__drizzle_migrations", "main.dunlin_migrations",
         false},
        {DN_LAYOUT_DRIZZLE_V1, DN_OWNER_DRIZZLE, "__drizzle_migrations", "main.dunlin_migrations",
         true},
        {DN_LAYOUT_DBMATE, DN_OWNER_FOREIGN, "schema_migrations", "main.dunlin_migrations", false},
        {DN_LAYOUT_FLYWAY, DN_OWNER_FOREIGN, "flyway_schema_history", "main.dunlin_migrations",
         false},
    };
    static const char *const owners[] = {"dunlin",  "dunlin", "drizzle",
                                         "drizzle", "dbmate", "flyway"};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dn_tracker tracker = read_as(cases[i].layout, NULL, DN_TRACKER_FULL);

        assert_int_equal(tracker.owner, cases[i].owner);
        assert_string_equal(dn_tracker_owner_name(&tracker), owners[i]);
        assert_string_equal(tracker.table, cases[i].table);
        assert_string_equal(tracker.ours, cases[i].ours);
        assert_int_equal(tracker.named, cases[i].named);
        assert_false(tracker.present || tracker.ours_present);
        assert_int_equal(tracker.count, 0);
    }
}

static void
rows_come_in_order_of_application_without_reverted_ones(void **state)
{
    dn_tracker tracker;

    (void)state;
    create(DN_LAYOUT_NATIVE);
    insert("3, '003_c', 'baselined', '" DIGEST_C "', '2026-01-03 00:00:00.000000', NULL, NULL");
    insert("1, '001_a', 'applied', '" DIGEST_A "', '2026-01-01 00:00:00.000000', 12, 'root'");
    insert("2, '002_b', 'reverted', '" DIGEST_B "', '2026-01-02 00:00:00.000000', 1, 'root'");
    tracker = read_as(DN_LAYOUT_NATIVE, NULL, DN_TRACKER_MATCH);
    assert_true(tracker.present && tracker.ours_present);
    assert_string_equal(shown(&tracker, false), "1 001_a a 0\n3 003_c c 0\n");
    tracker = read_as(DN_LAYOUT_NATIVE, NULL, DN_TRACKER_FULL);
    assert_string_equal(shown(&tracker, true),
                        "1 001_a a 0 applied 2026-01-01 00:00:00.000000 root 12\n"
                        "3 003_c c 0 baselined 2026-01-03 00:00:00.000000 - -1\n");
}

static void
a_damaged_digest_is_no_digest(void **state)
{
    static const char *const damaged[] = {
        "''",
        "'abc'",
        "'" DIGEST_A "a'",
        "'zaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaa'",
        "x'00ff'",
    };
    dn_tracker tracker;

    (void)state;
    create(DN_LAYOUT_NATIVE);
    for (int i = 0; i < 5; i++)
        insert(dn_arena_printf(&arena, "%d, 't%d', 'applied', %s, '2026', 1, 'root'", i + 1, i,
                               damaged[i]));
    tracker = read_as(DN_LAYOUT_NATIVE, NULL, DN_TRACKER_MATCH);
    assert_string_equal(shown(&tracker, false),
                        "1 t0 - 0\n2 t1 - 0\n3 t2 - 0\n4 t3 - 0\n5 t4 - 0\n");
}

static void
columns_that_a_later_version_added_are_ignored(void **state)
{
    dn_tracker tracker;

    (void)state;
    create(DN_LAYOUT_NATIVE);
    run_sql("ALTER TABLE dunlin_migrations ADD COLUMN mood text DEFAULT 'good'");
    insert("1, '001_a', 'applied', '" DIGEST_A "', '2026', 12, 'root'");
    tracker = read_as(DN_LAYOUT_NATIVE, NULL, DN_TRACKER_FULL);
    assert_string_equal(shown(&tracker, true), "1 001_a a 0 applied 2026 root 12\n");
}

static void
a_configured_name_is_the_tracker_and_needs_quotes(void **state)
{
    dn_tracker tracker = read_as(DN_LAYOUT_NATIVE, "the \"log\"", DN_TRACKER_MATCH);
    int64_t rows;

    (void)state;
    assert_string_equal(tracker.table, "the \"log\"");
    assert_string_equal(tracker.quoted, "main.`the \"log\"`");
    assert_false(tracker.present);
    assert_int_equal(dn_tracker_create(connection, &tracker, &error), 0);
    assert_string_equal(cells("SELECT name FROM sqlite_schema WHERE type = 'table'"),
                        "the \"log\"\n");
    run_sql("INSERT INTO \"the \"\"log\"\"\" (seq, tag, state, digest_raw, algorithm, applied_at,"
            " run_id) VALUES (7, '001_a', 'applied', '" DIGEST_A "', 'x', '2026', 'run')");
    tracker = read_as(DN_LAYOUT_NATIVE, "the \"log\"", DN_TRACKER_MATCH);
    assert_string_equal(shown(&tracker, false), "7 001_a a 0\n");
    assert_int_equal(dn_tracker_run_rows(connection, &tracker, "run", &rows, &error), 0);
    assert_int_equal(rows, 1);
}

/* --- drizzle's -------------------------------------------------------------------------------- */
static void
drizzles_rows_have_a_time_and_in_the_later_format_a_name(void **state)
{
    dn_tracker tracker;

    (void)state;
    run_sql("CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text, created_at"
            " numeric)");
    run_sql("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('" DIGEST_B "', 2000),"
            " ('" DIGEST_A "', 1000), ('short', 3000)");
    for (int layout = DN_LAYOUT_DRIZZLE; layout <= DN_LAYOUT_DRIZZLE_V1; layout++) {
        tracker = read_as((dn_layout)layout, NULL, DN_TRACKER_MATCH);
        assert_string_equal(shown(&tracker, false), "1 - a 1000\n2 - b 2000\n3 - - 3000\n");
        assert_true(tracker.present && !tracker.ours_present && !tracker.named);
    }
    run_sql("ALTER TABLE __drizzle_migrations ADD COLUMN name text");
    run_sql("ALTER TABLE __drizzle_migrations ADD COLUMN applied_at text");
    run_sql("UPDATE __drizzle_migrations SET name = 'first', applied_at = 'once'"
            " WHERE created_at = 1000");
    tracker = read_as(DN_LAYOUT_DRIZZLE_V1, NULL, DN_TRACKER_FULL);
    assert_true(tracker.named);
    assert_string_equal(shown(&tracker, true), "1 first a 1000 - once - -1\n"
                                               "2 - b 2000 - - - -1\n3 - - 3000 - - - -1\n");
}

static void
our_rows_tell_who_and_when_of_drizzles(void **state)
{
    dn_tracker tracker;

    (void)state;
    create(DN_LAYOUT_DRIZZLE);
    run_sql("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('" DIGEST_A "', 1000),"
            " ('" DIGEST_A "', 2000), ('" DIGEST_B "', 3000)");
    insert("1, '0001_a', 'applied', '" DIGEST_A "', '2026-01-01', 12, 'ada'");
    insert("2, '0002_b', 'applied', '" DIGEST_A "', '2026-01-02', 13, 'eve'");
    insert("3, '0003_c', 'applied', '" DIGEST_C "', '2026-01-03', 14, 'bob'");
    tracker = read_as(DN_LAYOUT_DRIZZLE, NULL, DN_TRACKER_FULL);
    assert_true(tracker.ours_present);
    assert_string_equal(shown(&tracker, true), "1 - a 1000 applied 2026-01-01 ada 12\n"
                                               "2 - a 2000 applied 2026-01-02 eve 13\n"
                                               "3 - b 3000 - - - -1\n");
    tracker = read_as(DN_LAYOUT_DRIZZLE, NULL, DN_TRACKER_MATCH);
    assert_string_equal(shown(&tracker, false), "1 - a 1000\n2 - a 2000\n3 - b 3000\n");
}

/* --- what ours keeps -------------------------------------------------------------------------- */
static dn_tracker_kept
explain(const char *hex, const char *tag, dn_text *sql)
{
    dn_tracker tracker = read_as(DN_LAYOUT_NATIVE, NULL, DN_TRACKER_MATCH);
    dn_tracker_kept kept;
    dn_digest digest;

    if (hex)
        assert_true(dn_digest_parse(hex, strlen(hex), &digest));
    if (dn_tracker_explain(connection, &tracker, hex ? &digest : NULL, tag, &kept, sql, &error) < 0)
        fail_msg("%s", error.message);
    return kept;
}

static void
a_migration_is_explained_by_its_digest_or_else_its_tag(void **state)
{
    static const struct {
        const char *digest;
        const char *tag;
        const char *text; /* NULL: nothing found */
    } cases[] = {
        {DIGEST_A, "001_a", "second"}, /* the later of two rows */
        {DIGEST_A, "nobody", "second"}, {DIGEST_C, "001_a", NULL}, {NULL, "002_b", "other"},
        {NULL, "003_c", NULL},          {NULL, NULL, NULL},
    };
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    dn_tracker_kept kept = explain(DIGEST_A, "001_a", &sql);

    (void)state;
    assert_false(kept.found); /* there is no tracker */
    create(DN_LAYOUT_NATIVE);
    insert("1, '001_a', 'reverted', '" DIGEST_A "', '2026', 1, 'ada'");
    insert("2, '001_a', 'applied', '" DIGEST_A "', '2026', 1, 'ada'");
    insert("3, '002_b', 'applied', '" DIGEST_B "', '2026', 1, 'ada'");
    run_sql("UPDATE dunlin_migrations SET digest_text = '" DIGEST_B "', digest_tokens = '" DIGEST_C
            "', sql_up = CASE seq WHEN 1 THEN x'6669727374' WHEN 2 THEN x'7365636f6e64'"
            " ELSE x'6f74686572' END");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dn_text_clear(&sql);
        kept = explain(cases[i].digest, cases[i].tag, &sql);
        assert_int_equal(kept.found, cases[i].text != NULL);
        if (!cases[i].text)
            continue;
        assert_true(kept.has_text && kept.has_tokens);
        assert_string_equal(sql.data, cases[i].text);
        assert_string_equal(hex_of(&kept.text), DIGEST_B);
        assert_string_equal(hex_of(&kept.tokens), DIGEST_C);
    }
    run_sql("UPDATE dunlin_migrations SET digest_tokens = NULL, sql_up = NULL");
    kept = explain(DIGEST_B, NULL, &sql);
    assert_true(kept.found && !kept.has_text && !kept.has_tokens);
}

static void
a_kept_text_that_cannot_be_unpacked_is_an_error(void **state)
{
    dn_tracker tracker;
    dn_tracker_kept kept;
    dn_auto(dn_text) sql = DN_TEXT_INIT;

    (void)state;
    create(DN_LAYOUT_NATIVE);
    insert("1, '001_a', 'applied', '" DIGEST_A "', '2026', 1, 'ada'");
    run_sql("UPDATE dunlin_migrations SET sql_up = x'28b52ffd0000'");
    tracker = read_as(DN_LAYOUT_NATIVE, NULL, DN_TRACKER_MATCH);
    assert_int_equal(dn_tracker_explain(connection, &tracker, NULL, "001_a", &kept, &sql, &error),
                     -1);
    expect_error("tracker.bad-text", "the SQL text kept in the tracker is damaged");
}

static void
unfinished_migrations_are_those_the_ledger_has_rows_of(void **state)
{
    const char **tags;
    size_t count;

    (void)state;
    assert_int_equal(dn_tracker_unfinished(connection, &arena, &tags, &count, &error), 0);
    assert_int_equal(count, 0);
    assert_int_equal(dn_tracker_create_statements(connection, &error), 0);
    assert_int_equal(dn_tracker_create_statements(connection, &error), 0);
    run_sql("INSERT INTO dunlin_statements (run_id, tag, ordinal, digest, phase, at) VALUES"
            " ('r', 'b', 1, 'd', 'done', 'now'), ('r', 'b', 2, 'd', 'intent', 'now'),"
            " ('r', 'a', 1, 'd', 'done', 'now')");
    assert_int_equal(dn_tracker_unfinished(connection, &arena, &tags, &count, &error), 0);
    assert_int_equal(count, 2);
    assert_true(strcmp(tags[0], tags[1]) != 0);
    for (int i = 0; i < 2; i++)
        assert_true(strcmp(tags[i], "a") == 0 || strcmp(tags[i], "b") == 0);
}

static void
rows_of_a_run_are_those_it_applied(void **state)
{
    dn_tracker tracker;
    int64_t rows;

    (void)state;
    create(DN_LAYOUT_NATIVE);
    for (int i = 1; i <= 4; i++)
        insert(dn_arena_printf(&arena, "%d, 't', 'applied', 'd', '2026', 1, 'ada'", i));
    run_sql("UPDATE dunlin_migrations SET run_id = CASE WHEN seq = 4 THEN 'theirs' ELSE 'ours' END,"
            " state = CASE WHEN seq = 3 THEN 'baselined' ELSE state END");
    tracker = read_as(DN_LAYOUT_NATIVE, NULL, DN_TRACKER_MATCH);
    assert_int_equal(dn_tracker_run_rows(connection, &tracker, "ours", &rows, &error), 0);
    assert_int_equal(rows, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DATABASE_TEST(a_database_without_tracker_has_no_rows),
        DATABASE_TEST(rows_come_in_order_of_application_without_reverted_ones),
        DATABASE_TEST(a_damaged_digest_is_no_digest),
        DATABASE_TEST(columns_that_a_later_version_added_are_ignored),
        DATABASE_TEST(a_configured_name_is_the_tracker_and_needs_quotes),
        DATABASE_TEST(drizzles_rows_have_a_time_and_in_the_later_format_a_name),
        DATABASE_TEST(our_rows_tell_who_and_when_of_drizzles),
        DATABASE_TEST(a_migration_is_explained_by_its_digest_or_else_its_tag),
        DATABASE_TEST(a_kept_text_that_cannot_be_unpacked_is_an_error),
        DATABASE_TEST(unfinished_migrations_are_those_the_ledger_has_rows_of),
        DATABASE_TEST(rows_of_a_run_are_those_it_applied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
