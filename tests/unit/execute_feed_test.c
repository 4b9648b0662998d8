/* SPDX-License-Identifier: MIT
 *
 * Feeding transactions to a real database: the order of items, what a failure leaves and says,
 * and a user who stops.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/execution_fixture.h"

static void
each_migration_travels_with_its_record_and_commit(void **state)
{
    static const struct {
        const char *text;
        const char *items;
    } cases[] = {
        {"", "begin\nrecord\ncommit\napplied m1\nreset\n"},
        {"CREATE TABLE a (x); INSERT INTO a VALUES (1);",
         "begin\nstatement: CREATE TABLE a (x)\nstatement: INSERT INTO a VALUES (1)\nrecord\n"
         "commit\napplied m1\nreset\n"},
        {"BEGIN; CREATE TABLE b (x); COMMIT;",
         "begin\nstatement: CREATE TABLE b (x)\nrecord\ncommit\napplied m1\nreset\n"},
        {"CREATE TABLE c (x); PRAGMA foreign_keys=OFF; DROP TABLE c; PRAGMA foreign_keys=ON;",
         "statement: PRAGMA foreign_keys=OFF\nbegin\nstatement: CREATE TABLE c (x)\n"
         "statement: DROP TABLE c\nrecord\ncommit\napplied m1\nreset\n"},
        {"CREATE TABLE d (x);\n-- dunlin: assert SELECT count(*) FROM d = 0\nDROP TABLE d;",
         "begin\nstatement: CREATE TABLE d (x)\ncheck: SELECT count(*) FROM d\n"
         "statement: DROP TABLE d\nrecord\ncommit\napplied m1\nreset\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_executed(TEXTS(cases[i].text));
        assert_string_equal(sent.data, cases[i].items);
        assert_string_equal(applied(), "+");
        assert_string_equal(stop(), "nowhere");
    }
    assert_string_equal(tables(), "a,b\n");
}

static void
in_a_drizzle_project_drizzles_row_travels_along(void **state)
{
    (void)state;
    layout = DN_LAYOUT_DRIZZLE;
    expect_executed(TEXTS("CREATE TABLE a (x)"));
    layout = DN_LAYOUT_NATIVE;
    assert_string_equal(sent.data, "begin\nstatement: CREATE TABLE a (x)\nrecord\nrecord drizzle\n"
                                   "commit\napplied m1\nreset\n");
    assert_string_equal(cells("SELECT created_at FROM __drizzle_migrations"), "1000\n");
}

static void
a_single_transaction_holds_all_migrations(void **state)
{
    (void)state;
    prepare(TEXTS("PRAGMA foreign_keys=ON; CREATE TABLE a (x)",
                  "PRAGMA foreign_keys=OFF; CREATE TABLE b (x)", "CREATE TABLE c (x)"));
    execution.single_transaction = true;
    assert_int_equal(execute_prepared(), 0);
    assert_string_equal(sent.data,
                        "statement: PRAGMA foreign_keys=OFF\nbegin\nstatement: CREATE TABLE a (x)\n"
                        "record\nstatement: CREATE TABLE b (x)\nrecord\n"
                        "statement: CREATE TABLE c (x)\nrecord\ncommit\napplied m1\napplied m2\n"
                        "applied m3\nreset\n");
    assert_string_equal(applied(), "+++");
    assert_string_equal(tags(), "m1,m2,m3\n");
    for (int i = 0; i < 2; i++)
        assert_int_equal(jobs[i].duration_us, jobs[2].duration_us);
}

static void
a_single_transaction_that_fails_leaves_nothing(void **state)
{
    (void)state;
    prepare(TEXTS("CREATE TABLE a (x)", "CREATE TABLE b (x)", "nonsense"));
    execution.single_transaction = true;
    assert_int_equal(execute_prepared(), -1);
    assert_string_equal(applied(), "---");
    assert_string_equal(stop(), "m3 1 1:1 nonsense");
    assert_string_equal(tags(), "null\n");
    assert_string_equal(tables(), "null\n");
}

static void
a_failure_says_where_it_stands_and_leaves_no_mark(void **state)
{
    static const struct {
        const char *text; /* of m2 of three */
        const char *id;
        const char *message;
        const char *context;
        const char *stop;
    } cases[] = {
        {"CREATE TABLE b (x);\n\n  INSERT INTO nosuch\n VALUES (1);", "database.missing",
         "m2.sql:3:3: no such table: nosuch", "while running statement 2 of 'm2'",
         "m2 2 3:3 INSERT INTO nosuch\n VALUES (1)"},
        {"-- x\nCREATE TABLE b (\n  x int,\n  y it is wrong (here)\n);", "database.syntax",
         "m2.sql:4:8: near \"is\": syntax error", "while running statement 1 of 'm2'", NULL},
        {"CREATE TABLE b (x);\n-- dunlin: assert SELECT count(*) FROM b = 1\n",
         "database.constraint", "m2.sql:2:12: expected 1, got 0",
         "while running statement 2 of 'm2'", "m2 2 2:12 SELECT count(*) FROM b "},
        {"CREATE TABLE p (id int PRIMARY KEY);"
         "CREATE TABLE b (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED);"
         "INSERT INTO b VALUES (1);",
         "database.constraint", NULL, "while committing 'm2'", "m2 0 0:0 -"},
        {"DROP TABLE dunlin_migrations;", "database.missing",
         "no such table: main.dunlin_migrations", "while recording 'm2'", "m2 0 0:0 -"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(
            execute(TEXTS("CREATE TABLE IF NOT EXISTS a (x)", cases[i].text, "SELECT 1")), -1);
        assert_string_equal(error.id, cases[i].id);
        assert_string_equal(error.context, cases[i].context);
        if (cases[i].message)
            assert_string_equal(error.message, cases[i].message);
        if (cases[i].stop)
            assert_string_equal(stop(), cases[i].stop);
        assert_string_equal(applied(), "+--");
        assert_string_equal(tables(), "a\n");
        assert_non_null(strstr(sent.data, "rollback\nreset\n"));
    }
    assert_string_equal(tags(), "m1,m1,m1,m1,m1\n");
}

static void
a_long_statement_is_shown_cut(void **state)
{
    char text[600];

    (void)state;
    memset(text, ' ', sizeof text);
    memcpy(text, "INSERT INTO nosuch VALUES (1,", 29);
    memcpy(text + sizeof text - 3, "2)", 3);
    assert_int_equal(execute(TEXTS(text)), -1);
    assert_int_equal(strlen(execution.stop.sql), 404);
    assert_memory_equal(execution.stop.sql, text, 400);
    assert_string_equal(execution.stop.sql + 400, " ...");
}

static void
a_file_that_changes_between_plan_and_run_is_undone(void **state)
{
    (void)state;
    budget = 0;
    prepare(TEXTS("CREATE TABLE a (x);", "CREATE TABLE b (x);"));
    budget = 4096;
    put("m2.sql", "CREATE TABLE c (x);");
    assert_int_equal(execute_prepared(), -1);
    expect_error("script.changed", "the file 'm2.sql' changed while it was read");
    assert_string_equal(stop(), "m2 0 0:0 -");
    assert_string_equal(applied(), "+-");
    assert_string_equal(tables(), "a\n");
    assert_int_equal(unlink("m2.sql"), 0);
    budget = 0;
    prepare(TEXTS("SELECT 1"));
    budget = 4096;
    assert_int_equal(unlink("m1.sql"), 0);
    assert_int_equal(execute_prepared(), -1);
    assert_string_equal(stop(), "m1 0 0:0 -");
}

/* Whenever the user wants to stop: whole migrations, no open transaction, settings as before. */
static void
a_user_who_stops_gets_whole_migrations(void **state)
{
    static const char *const texts[] = {
        "CREATE TABLE a (x); INSERT INTO a VALUES (1)",
        "PRAGMA foreign_keys=OFF; CREATE TABLE b (x); INSERT INTO b VALUES (1)",
        "CREATE TABLE c (x)",
        NULL,
    };
    static const char *const after[] = {"null\n", "a\n", "a,b\n", "a,b,c\n"};
    int seen[4] = {0};
    int answer;
    int stops = 0;

    (void)state;
    do {
        size_t whole;

        assert_int_equal(unlink("app.db"), 0);
        connect_again();
        prepare(texts);
        cancel_after = stops++;
        answer = execute_prepared();
        cancel_after = -1;
        whole = strspn(applied(), "+");
        assert_string_equal(applied() + whole, &"---"[whole]);
        assert_string_equal(tables(), after[whole]);
        assert_int_equal(strtol(cells("SELECT count(*) FROM dunlin_migrations"), NULL, 10), whole);
        assert_string_equal(cells("PRAGMA foreign_keys"), "1\n");
        run_sql("SAVEPOINT is_it_open");
        run_sql("RELEASE is_it_open");
        assert_int_equal(
            dn_connection_execute(connection, DUNLIN_ITEM_BEGIN, NULL, NULL, 0, &error), 0);
        assert_int_equal(
            dn_connection_execute(connection, DUNLIN_ITEM_ROLLBACK, NULL, NULL, 0, &error), 0);
        seen[whole]++;
    } while (answer < 0);
    assert_true(seen[0] > 3 && seen[1] > 3 && seen[2] > 3 && seen[3] > 0);
}

static void
a_stopped_run_says_so(void **state)
{
    (void)state;
    prepare(TEXTS("SELECT 1"));
    cancel_after = 0;
    assert_int_equal(execute_prepared(), -1);
    expect_error("run.cancelled", "stopped on request");
    assert_int_equal(error.status, DUNLIN_CANCELLED);
    assert_string_equal(sent.length ? sent.data : "", "");
}

static void
what_fits_no_transaction_runs_in_its_place_of_the_order(void **state)
{
    (void)state;
    expect_executed(TEXTS("CREATE TABLE a (x)", "VACUUM", "CREATE TABLE b (x)"));
    assert_string_equal(applied(), "+++");
    assert_string_equal(tags(), "m1,m2,m3\n");
    assert_ptr_equal(strstr(sent.data, "begin\nstatement: CREATE TABLE a (x)\nrecord\ncommit\n"),
                     sent.data);
    assert_non_null(strstr(sent.data, "statement: VACUUM\n"));
    assert_string_equal(strstr(sent.data, "applied m2\n"),
                        "applied m2\nreset\nbegin\nstatement: CREATE TABLE b (x)\nrecord\n"
                        "commit\napplied m3\nreset\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DATABASE_TEST(each_migration_travels_with_its_record_and_commit),
        DATABASE_TEST(in_a_drizzle_project_drizzles_row_travels_along),
        DATABASE_TEST(a_single_transaction_holds_all_migrations),
        DATABASE_TEST(a_single_transaction_that_fails_leaves_nothing),
        DATABASE_TEST(a_failure_says_where_it_stands_and_leaves_no_mark),
        DATABASE_TEST(a_long_statement_is_shown_cut),
        DATABASE_TEST(a_file_that_changes_between_plan_and_run_is_undone),
        DATABASE_TEST(a_user_who_stops_gets_whole_migrations),
        DATABASE_TEST(a_stopped_run_says_so),
        DATABASE_TEST(what_fits_no_transaction_runs_in_its_place_of_the_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
