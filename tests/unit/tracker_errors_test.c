/* SPDX-License-Identifier: MIT
 *
 * What trackers make of a database that refuses: errors that no real one gives at will.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/tracker/tracker.h"
#include "tests/unit/driver_fixture.h"

#define QUOTE "quote_identifier dunlin_migrations\n text \"ours\"\n"
#define QUOTE_DRIZZLE "quote_identifier __drizzle_migrations\n text \"theirs\"\n"
#define MISSING " fail MISSING no such table\n return MISSING\n"
#define CREATE "render\n step 3 CREATE ours\n"
#define RAN " done 0 ran\n pull end\n"
#define BEGUN "run\n pull begin\n" RAN
#define CREATED "run\n pull statement CREATE ours\n" RAN
#define ROLLED_BACK "run\n pull rollback\n" RAN

static const dn_log no_log = {.line = NULL};

typedef struct failing {
    dn_layout layout;
    const char *script;
    const char *id;
    const char *message;
    const char *context;
} failing;

static void
expect(driver_fixture *fixture, const failing *wanted)
{
    assert_string_equal(fixture->error.id, wanted->id);
    assert_string_equal(fixture->error.message, wanted->message);
    assert_string_equal(fixture->error.context, wanted->context);
    assert_string_equal(complaints(fixture), "");
}

static void
a_tracker_that_cannot_be_read_is_not_taken_for_a_missing_one(void **state)
{
    static const failing cases[] = {
        {DN_LAYOUT_NATIVE,
         QUOTE "query SELECT seq, tag, digest_raw, state FROM \"ours\"\n fail CORRUPT damaged\n"
               " return CORRUPT\n",
         "database.corrupt", "damaged", "while reading the tracker 'dunlin_migrations'"},
        {DN_LAYOUT_DRIZZLE,
         QUOTE_DRIZZLE "query SELECT hash, created_at FROM \"theirs\" ORDER BY created_at\n"
                       " fail PERMISSION no\n return PERMISSION\n",
         "database.permission", "no", "while reading the tracker '__drizzle_migrations'"},
        {DN_LAYOUT_DRIZZLE_V1,
         QUOTE_DRIZZLE "query SELECT hash, created_at, name, applied_at FROM \"theirs\" ORDER BY "
                       "created_at\n" MISSING
                       "query SELECT hash, created_at FROM \"theirs\" ORDER BY created_at\n"
                       " fail LOST gone\n return LOST\n",
         "database.lost", "gone", "while reading the tracker '__drizzle_migrations'"},
        {DN_LAYOUT_DRIZZLE,
         QUOTE_DRIZZLE "query SELECT hash, created_at FROM \"theirs\" ORDER BY created_at\n"
                       " row "
                       "abc|#5\nquery SELECT max(seq) FROM dunlin_migrations\n"
                       " fail LOCKED busy\n return LOCKED\n",
         "database.locked", "busy", "while reading dunlin_migrations"},
    };
    driver_fixture *fixture = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dn_connection *connection = open_scripted(fixture, cases[i].script, no_log);
        dn_tracker tracker;

        assert_int_equal(dn_tracker_read(connection, cases[i].layout, NULL, DN_TRACKER_MATCH,
                                         &fixture->arena, &tracker, &fixture->error),
                         -1);
        dn_connection_close(connection);
        expect(fixture, &cases[i]);
    }
}

static void
a_tracker_that_cannot_be_created_is_undone(void **state)
{
    static const failing cases[] = {
        {DN_LAYOUT_NATIVE,
         CREATE "run\n pull begin\n fail LOCKED busy\n done 0 failed\n return LOCKED\n",
         "database.locked", "busy", ""},
        {DN_LAYOUT_NATIVE,
         CREATE BEGUN "run\n pull statement CREATE ours\n fail PERMISSION no\n done 0 failed\n"
                      " return PERMISSION\n" ROLLED_BACK,
         "database.permission", "no", "while creating the tracker table 'dunlin_migrations'"},
        {DN_LAYOUT_NATIVE,
         CREATE BEGUN CREATED "run\n pull commit\n fail DISK_FULL full\n done 0 failed\n"
                              " return DISK_FULL\n" ROLLED_BACK,
         "database.disk-full", "full", "while creating the tracker table 'dunlin_migrations'"},
        {DN_LAYOUT_NATIVE,
         CREATE BEGUN CREATED "run\n pull commit\n fail LOST gone\n done 0 lost\n return LOST\n"
                              "run\n fail LOST still gone\n return LOST\n",
         "database.lost", "gone", "while creating the tracker table 'dunlin_migrations'"},
        {DN_LAYOUT_DRIZZLE, CREATE BEGUN CREATED ROLLED_BACK, "tracker.unsupported",
         "drizzle keeps no tracker on scripted",
         "while creating the tracker table '__drizzle_migrations'"},
        {DN_LAYOUT_NATIVE, "render\n fail UNSUPPORTED no tables here\n return UNSUPPORTED\n",
         "driver.unsupported", "no tables here", ""},
    };
    driver_fixture *fixture = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool drizzle = cases[i].layout == DN_LAYOUT_DRIZZLE;
        dn_tracker tracker = {
            .owner = drizzle ? DN_OWNER_DRIZZLE : DN_OWNER_DUNLIN,
            .table = drizzle ? "__drizzle_migrations" : "dunlin_migrations",
            .quoted = "\"theirs\"",
        };
        dn_connection *connection = open_scripted(fixture, cases[i].script, no_log);

        assert_int_equal(dn_tracker_create(connection, &tracker, &fixture->error), -1);
        assert_false(tracker.present || tracker.ours_present);
        dn_connection_close(connection);
        expect(fixture, &cases[i]);
    }
}

static void
a_ledger_that_cannot_be_read_or_made_is_an_error(void **state)
{
    static const failing reading = {
        DN_LAYOUT_NATIVE, "query\n fail CORRUPT damaged\n return CORRUPT\n", "database.corrupt",
        "damaged", "while reading 'dunlin_statements'"};
    static const failing making = {
        DN_LAYOUT_NATIVE,
        CREATE "run\n pull statement\n fail READ_ONLY no\n done 0 failed\n return READ_ONLY\n",
        "database.read-only", "no", "while creating 'dunlin_statements'"};
    driver_fixture *fixture = *state;
    dn_connection *connection = open_scripted(fixture, reading.script, no_log);
    const char **tags;
    size_t count;

    assert_int_equal(
        dn_tracker_unfinished(connection, &fixture->arena, &tags, &count, &fixture->error), -1);
    dn_connection_close(connection);
    expect(fixture, &reading);
    connection = open_scripted(fixture, making.script, no_log);
    assert_int_equal(dn_tracker_create_statements(connection, &fixture->error), -1);
    dn_connection_close(connection);
    expect(fixture, &making);
}

static void
the_highest_number_may_come_as_text_or_not_at_all(void **state)
{
    static const struct {
        const char *row;
        int64_t first;
    } cases[] = {{" row #41\n", 42}, {" row 41\n", 42}, {" row null\n", 1}, {"", 1}};
    driver_fixture *fixture = *state;
    dn_migration migration = {.tag = "001_a"};
    dn_tracker_entry entry = {.migration = &migration, .state = "applied"};
    dn_tracker tracker = {.ours = "o", .quoted = "o"};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dn_connection *connection = open_scripted(
            fixture,
            dn_arena_printf(&fixture->arena, "query SELECT max(seq) FROM o\n%s", cases[i].row),
            no_log);
        dn_tracker_writer *writer;
        const dn_tracker_statement *statements;
        size_t count;

        assert_int_equal(
            dn_tracker_writer_open(connection, &tracker, "run", &writer, &fixture->error), 0);
        for (int turn = 0; turn < 2; turn++) {
            assert_int_equal(
                dn_tracker_record(writer, &entry, &statements, &count, &fixture->error), 0);
            assert_int_equal(statements[0].values[0].integer, cases[i].first + turn);
        }
        dn_tracker_writer_close(writer);
        dn_connection_close(connection);
        assert_string_equal(complaints(fixture), "");
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_fixture, teardown_fixture)
    const struct CMUnitTest tests[] = {
        TEST(a_tracker_that_cannot_be_read_is_not_taken_for_a_missing_one),
        TEST(a_tracker_that_cannot_be_created_is_undone),
        TEST(a_ledger_that_cannot_be_read_or_made_is_an_error),
        TEST(the_highest_number_may_come_as_text_or_not_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
