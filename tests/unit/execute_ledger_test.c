/* SPDX-License-Identifier: MIT
 *
 * What cannot share a transaction with its record: the statement ledger, and taking up a run that
 * stopped part-way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/execution_fixture.h"

#define OUTSIDE "-- dunlin: no-transaction\n"
#define RECORDED "begin\nrecord\nclear\ncommit\napplied m1\nreset\n"

/* A row that an earlier run left of m1: of the statement with this text. */
static void
leave_row(int ordinal, const char *statement, const char *phase)
{
    dn_digest digest = dn_hash_of(statement, strlen(statement));

    assert_int_equal(dn_tracker_create_statements(connection, &error), 0);
    run_sql(
        dn_arena_printf(&arena,
                        "INSERT INTO dunlin_statements (run_id, tag, ordinal, digest, phase, at)"
                        " VALUES ('run-0', 'm1', %d, '%s', '%s', '2026')",
                        ordinal, hex_of(&digest), phase));
}

static void
each_statement_leaves_a_row_until_all_is_recorded(void **state)
{
    static const struct {
        const char *text;
        const char *items;
    } cases[] = {
        {"CREATE TABLE a (x); INSERT INTO a VALUES (1); VACUUM; DROP TABLE a",
         "ledger\nbegin\nstatement: CREATE TABLE a (x)\nstatement: INSERT INTO a VALUES (1)\n"
         "book\ncommit\nstatement: VACUUM\nbegin\nstatement: DROP TABLE a\nrecord\nclear\n"
         "commit\napplied m1\nreset\n"},
        {OUTSIDE "CREATE TABLE a (x); DROP TABLE a",
         "ledger\nbegin\nstatement: CREATE TABLE a (x)\nbook\ncommit\n"
         "begin\nstatement: DROP TABLE a\nbook\ncommit\n" RECORDED},
        {"VACUUM", "ledger\nbook\nstatement: VACUUM\n" RECORDED},
        {"BEGIN; CREATE TABLE a (x); DROP TABLE a; COMMIT; VACUUM; BEGIN; COMMIT",
         "ledger\nbegin\nstatement: CREATE TABLE a (x)\nstatement: DROP TABLE a\nbook\n"
         "commit\nbook\nstatement: VACUUM\n" RECORDED},
        {OUTSIDE "BEGIN; CREATE TABLE a (x); DROP TABLE a; COMMIT",
         "ledger\nbegin\nstatement: CREATE TABLE a (x)\nstatement: DROP TABLE a\nbook\n"
         "commit\n" RECORDED},
        {"PRAGMA foreign_keys=OFF; CREATE TABLE b (x); PRAGMA foreign_keys=ON; DROP TABLE b;"
         "VACUUM",
         "ledger\nstatement: PRAGMA foreign_keys=OFF\nbegin\nstatement: CREATE TABLE b (x)\nbook\n"
         "commit\nstatement: PRAGMA foreign_keys=ON\nbegin\nstatement: DROP TABLE b\nbook\n"
         "commit\nstatement: VACUUM\n" RECORDED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_executed(TEXTS(cases[i].text));
        assert_string_equal(sent.data, cases[i].items);
        assert_string_equal(applied(), "+");
        assert_string_equal(cells("SELECT count(*) FROM dunlin_statements"), "0\n");
    }
    assert_string_equal(cells("SELECT statements FROM dunlin_migrations"), "4\n2\n1\n3\n2\n3\n");
}

static void
a_row_says_which_statement_of_which_run(void **state)
{
    (void)state;
    assert_int_equal(execute(TEXTS(OUTSIDE "CREATE TABLE a (x); VACUUM INTO '/nosuch/a'")), -1);
    /* printf 'CREATE TABLE a (x)' | sha256sum */
    assert_string_equal(
        cells("SELECT run_id, tag, ordinal, digest, phase, at LIKE"
              " '____-__-__ __:__:__.______' FROM dunlin_statements"),
        "run-1|m1|1|e0782122f01bfe9d4a4df45c1e26dafd152b24305ab01f8b8cdb00ddf4ebc354|done|1\n"
        "run-1|m1|2|7bc8a8ef325d0ded2164855c66eeb4cd191cde15d4605a58d41b82885f21785f|failed|1\n");
}

static void
a_failure_behind_something_done_stops_part_way(void **state)
{
    static const struct {
        const char *text;
        const char *message;
        const char *stop;
        int exit_code;
        const char *hint; /* NULL: that of the error */
    } cases[] = {
        {OUTSIDE "nonsense", "m1.sql:2:1: near \"nonsense\": syntax error", "m1 1 2:1 nonsense",
         DUNLIN_EXIT_FAILED, NULL},
        {OUTSIDE "CREATE TABLE a (x);\n\nnonsense", "m1.sql:4:1: near \"nonsense\": syntax error",
         "m1 2 4:1 nonsense", DUNLIN_EXIT_PARTIAL,
         "'m1' is done up to its statement 1; mend what stopped it and run 'dunlin migrate' again, "
         "which goes on there"},
        {"BEGIN; CREATE TABLE a (x); nonsense; COMMIT; VACUUM",
         "m1.sql:1:28: near \"nonsense\": syntax error", "m1 3 1:28 nonsense", DUNLIN_EXIT_FAILED,
         NULL},
        {"VACUUM; BEGIN; CREATE TABLE a (x); nonsense; COMMIT;",
         "m1.sql:1:36: near \"nonsense\": syntax error", "m1 4 1:36 nonsense", DUNLIN_EXIT_PARTIAL,
         "'m1' is done up to its statement 1; mend what stopped it and run 'dunlin migrate' again, "
         "which goes on there"},
        {OUTSIDE "CREATE TABLE a (x);\n-- dunlin: assert SELECT count(*) FROM a = 1\n",
         "m1.sql:3:12: 'SELECT count(*) FROM a ' gives '0' and not '1'",
         "m1 2 3:12 SELECT count(*) FROM a ", DUNLIN_EXIT_PARTIAL,
         "'m1' is done up to its statement 1; mend what stopped it and run 'dunlin migrate' again, "
         "which goes on there"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(execute(TEXTS(cases[i].text)), -1);
        assert_string_equal(error.message, cases[i].message);
        assert_string_equal(stop(), cases[i].stop);
        assert_int_equal(error.exit_code, cases[i].exit_code);
        assert_int_equal(error.status == DUNLIN_PARTIAL, cases[i].hint != NULL);
        if (cases[i].hint)
            assert_string_equal(error.hint, cases[i].hint);
        assert_string_equal(applied(), "-");
        assert_non_null(strstr(sent.data, "rollback\nreset\n"));
        assert_string_equal(tags(), "null\n");
        run_sql("DELETE FROM dunlin_statements");
        run_sql("DROP TABLE IF EXISTS a");
    }
}

typedef struct left_row {
    const char *statement;
    const char *phase;
} left_row;

static void
a_run_goes_on_where_an_earlier_one_stood(void **state)
{
    static const struct {
        left_row rows[3];
        const char *text;
        const char *items; /* behind the ledger */
    } cases[] = {
        {{{"S1", "done"}},
         OUTSIDE "S1; CREATE TABLE a (x)",
         "begin\nstatement: CREATE TABLE a (x)\nbook\ncommit\n" RECORDED},
        {{{"S1", "done"}, {"S2", "done"}},
         OUTSIDE "-- a new comment\nS1; -- here, too\nS2;",
         RECORDED},
        {{{"VACUUM", "done"}},
         "VACUUM; CREATE TABLE a (x)",
         "begin\nstatement: CREATE TABLE a (x)\nrecord\nclear\ncommit\napplied m1\nreset\n"},
        /* announced, and harmless; with something behind it, it is done */
        {{{"S1", "done"}, {"VACUUM", "intent"}},
         "S1; VACUUM",
         "mark\nstatement: VACUUM\n" RECORDED},
        {{{"VACUUM", "what a later version writes"}},
         "VACUUM",
         "mark\nstatement: VACUUM\n" RECORDED},
        {{{"VACUUM", "intent"}, {"S2", "done"}}, "VACUUM; S2;", RECORDED},
        /* refused by the database, then mended */
        {{{"VACUUM", "failed"}}, "VACUUM", "mark\nstatement: VACUUM\n" RECORDED},
        {{{"VACUUM", "failed"}},
         OUTSIDE "CREATE TABLE a (x)",
         "begin\nstatement: CREATE TABLE a (x)\nmark\ncommit\n" RECORDED},
        {{{"VACUUM", "failed"}},
         "PRAGMA wal_checkpoint",
         "mark\nstatement: PRAGMA wal_checkpoint\n" RECORDED},
        /* groups */
        {{{"S1", "done"}, {"S2", "done"}},
         "BEGIN; S1; S2; COMMIT; VACUUM",
         "book\nstatement: VACUUM\n" RECORDED},
        {{{"VACUUM", "done"}},
         "VACUUM; BEGIN; CREATE TABLE a (x); COMMIT",
         "begin\nstatement: CREATE TABLE a (x)\nbook\ncommit\n" RECORDED},
        {{{"S1", "done"}},
         "BEGIN; S1; CREATE TABLE a (x); COMMIT; VACUUM",
         "begin\nstatement: CREATE TABLE a (x)\nbook\ncommit\nbook\nstatement: VACUUM\n" RECORDED},
        /* assertions that held when their place was passed */
        {{{"S1", "done"}, {"S2", "done"}},
         OUTSIDE "-- dunlin: assert SELECT 1 = 2\nS1;\n-- dunlin: assert SELECT 1 = 2\nS2;\n"
                 "-- dunlin: assert SELECT 1 = 1\n",
         RECORDED},
        /* settings count again */
        {{{"S1", "done"}},
         OUTSIDE "PRAGMA foreign_keys=OFF; S1; CREATE TABLE a (x)",
         "statement: PRAGMA foreign_keys=OFF\nbegin\nstatement: CREATE TABLE a (x)\nbook\n"
         "commit\n" RECORDED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int row = 0; row < 3 && cases[i].rows[row].phase; row++)
            leave_row(row + 1, cases[i].rows[row].statement, cases[i].rows[row].phase);
        expect_executed(TEXTS(cases[i].text));
        assert_string_equal(sent.data, dn_arena_printf(&arena, "ledger\n%s", cases[i].items));
        run_sql("DROP TABLE IF EXISTS a");
    }
}

static void
what_an_earlier_run_left_may_forbid_to_go_on(void **state)
{
    static const struct {
        left_row rows[2];
        const char *text;
        const char *id;
        const char *message;
    } cases[] = {
        {{{"S1", "done"}},
         OUTSIDE "  S2;",
         "ledger.edited",
         "m1.sql:2:3: statement 1 was run by an earlier, unfinished run, and has been edited "
         "since"},
        {{{"S1", "done"}, {"S2", "done"}},
         OUTSIDE "S1;\nCREATE TABLE a (x);\nS2;",
         "ledger.edited",
         "m1.sql:3:1: statement 2 was run by an earlier, unfinished run, and has been edited "
         "since"},
        {{{"S1", "done"}, {"S2", "intent"}},
         OUTSIDE "S1;\nS2;",
         "ledger.undecided",
         "m1.sql:3:1: an earlier run stopped while this statement was running, and nothing tells "
         "whether it took effect"},
        {{{"S1", "intent"}},
         "VACUUM",
         "ledger.edited",
         "m1.sql:1:1: statement 1 was run by an earlier, unfinished run, and has been edited "
         "since"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int row = 0; row < 2 && cases[i].rows[row].phase; row++)
            leave_row(row + 1, cases[i].rows[row].statement, cases[i].rows[row].phase);
        assert_int_equal(execute(TEXTS(cases[i].text)), -1);
        expect_error(cases[i].id, cases[i].message);
        assert_int_equal(error.exit_code, DUNLIN_EXIT_PARTIAL);
        assert_string_equal(sent.data, "ledger\nrollback\nreset\n");
        run_sql("DELETE FROM dunlin_statements");
    }
    leave_row(1, "S1", "done");
    run_sql("UPDATE dunlin_statements SET digest = 'dead'");
    assert_int_equal(execute(TEXTS("VACUUM")), -1);
    expect_error("ledger.damaged", "a row of dunlin_statements for 'm1' has a damaged digest");
}

static void
a_statement_that_was_refused_and_mended_keeps_its_one_row(void **state)
{
    (void)state;
    leave_row(1, "VACUUM", "failed");
    assert_int_equal(execute(TEXTS(OUTSIDE "CREATE TABLE a (x); nonsense")), -1);
    assert_string_equal(cells("SELECT ordinal, phase FROM dunlin_statements"), "1|done\n");
    expect_executed(TEXTS(OUTSIDE "CREATE TABLE a (x); CREATE TABLE b (x)"));
    assert_string_equal(tables(), "a,b\n");
}

static void
more_rows_than_one_statement_takes_are_all_written(void **state)
{
    const char *text = "CREATE TABLE a (x);";

    (void)state;
    for (int i = 0; i < 250; i++)
        text = dn_arena_printf(&arena, "%sINSERT INTO a VALUES (%d);", text, i);
    assert_int_equal(execute(TEXTS(dn_arena_printf(&arena, "%sVACUUM; nonsense", text))), -1);
    assert_string_equal(cells("SELECT count(*), count(DISTINCT digest), min(ordinal), max(ordinal),"
                              " sum(phase = 'done') FROM dunlin_statements"),
                        "252|252|1|252|251\n");
    assert_string_equal(cells("SELECT phase FROM dunlin_statements WHERE ordinal = 252"),
                        "intent\n");
    expect_executed(TEXTS(dn_arena_printf(&arena, "%sVACUUM;", text)));
    assert_string_equal(cells("SELECT count(*) FROM a"), "250\n");
}

/* Whenever the run is stopped, the next one ends where one that is not stopped ends. */
static void
a_run_that_was_stopped_anywhere_is_finished_exactly_once(void **state)
{
    static const char text[] =
        "CREATE TABLE a (x);\nINSERT INTO a VALUES (1);\nVACUUM;\n"
        "PRAGMA foreign_keys=OFF;\n"
        "BEGIN; INSERT INTO a VALUES (2); INSERT INTO a VALUES (3); COMMIT;\n"
        "-- dunlin: assert SELECT count(*) FROM a = 3\n"
        "INSERT INTO a VALUES (4);\nVACUUM;\n"
        "-- dunlin: assert SELECT count(*) FROM a = 4\n";
    int stopped;
    int partial = 0;
    int stops = 0;

    (void)state;
    do {
        assert_int_equal(unlink("app.db"), 0);
        connect_again();
        prepare(TEXTS(text));
        cancel_after = stops++;
        stopped = execute_prepared() < 0;
        cancel_after = -1;
        if (stopped) {
            /* The process is gone: nothing but the database is left. */
            partial += error.status == DUNLIN_PARTIAL;
            assert_true(error.status == DUNLIN_PARTIAL || error.status == DUNLIN_CANCELLED);
            assert_string_equal(tags(), "null\n");
            connect_again();
            expect_executed(TEXTS(text));
        }
        assert_string_equal(cells("SELECT group_concat(x) FROM a"), "1,2,3,4\n");
        assert_string_equal(tags(), "m1\n");
        assert_string_equal(cells("SELECT count(*) FROM dunlin_statements"), "0\n");
        assert_string_equal(cells("PRAGMA foreign_keys"), "1\n");
    } while (stopped);
    assert_true(partial > 20);
}

static void
a_file_that_changed_is_not_recorded(void **state)
{
    (void)state;
    budget = 0;
    prepare(TEXTS(OUTSIDE "CREATE TABLE a (x);"));
    budget = 4096;
    put("m1.sql", OUTSIDE "CREATE TABLE b (x);");
    assert_int_equal(execute_prepared(), -1);
    expect_error("script.changed", "the file 'm1.sql' changed while it was read");
    assert_int_equal(error.exit_code, DUNLIN_EXIT_PARTIAL);
    assert_string_equal(tags(), "null\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DATABASE_TEST(each_statement_leaves_a_row_until_all_is_recorded),
        DATABASE_TEST(a_row_says_which_statement_of_which_run),
        DATABASE_TEST(a_failure_behind_something_done_stops_part_way),
        DATABASE_TEST(a_run_goes_on_where_an_earlier_one_stood),
        DATABASE_TEST(what_an_earlier_run_left_may_forbid_to_go_on),
        DATABASE_TEST(a_statement_that_was_refused_and_mended_keeps_its_one_row),
        DATABASE_TEST(more_rows_than_one_statement_takes_are_all_written),
        DATABASE_TEST(a_run_that_was_stopped_anywhere_is_finished_exactly_once),
        DATABASE_TEST(a_file_that_changed_is_not_recorded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
