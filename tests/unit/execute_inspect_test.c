/* SPDX-License-Identifier: MIT
 *
 * How a file must run, found out before anything is sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/sqlite_fixture.h"

#define ODD "transaction control other than one BEGIN and one COMMIT around everything"
#define OUTSIDE "a statement that cannot run inside a transaction"

static int
inspect(const char *text, dn_script_info *info)
{
    dn_migration migration = migration_of("a", text);
    size_t budget = 1000;

    return dn_script_inspect(connection, NULL, &migration, &arena, &budget, info, &error);
}

static void
a_file_fits_a_transaction_or_there_is_a_reason(void **state)
{
    static const struct {
        const char *text;
        unsigned statements;
        const char *reason; /* NULL: it fits */
        unsigned line;
    } cases[] = {
        {"", 0, NULL, 0},
        {"-- note", 0, NULL, 0},
        {"SELECT 1;\nSELECT 2;", 2, NULL, 0},
        {"SELECT 1;\n-- dunlin: assert SELECT 1 = 1\n", 1, NULL, 0},
        /* one pair around everything is ours */
        {"BEGIN; SELECT 1; COMMIT;", 1, NULL, 0},
        {"BEGIN; COMMIT;", 0, NULL, 0},
        {"PRAGMA foreign_keys=OFF; BEGIN; SELECT 1; COMMIT; PRAGMA foreign_keys=ON;", 1, NULL, 0},
        {"BEGIN; SAVEPOINT a; RELEASE a; END;", 2, NULL, 0},
        /* any other is not */
        {"SELECT 1;\nBEGIN; SELECT 2; COMMIT;", 2, ODD, 2},
        {"BEGIN; SELECT 2; COMMIT;\nSELECT 1;", 2, ODD, 1},
        {"-- dunlin: assert SELECT 1 = 1\nBEGIN; SELECT 2; COMMIT;", 1, ODD, 2},
        {"BEGIN; SELECT 1; COMMIT;\n-- dunlin: assert SELECT 1 = 1\n", 1, ODD, 1},
        {"BEGIN; SELECT 1; COMMIT;\nBEGIN; SELECT 2; COMMIT;", 2, ODD, 1},
        /* statements, the first of which is named, and the directive */
        {"SELECT 1;\nVACUUM;\nVACUUM;", 3, OUTSIDE, 2},
        {"BEGIN; SELECT 1; COMMIT;\nVACUUM;", 2, OUTSIDE, 2},
        {"SELECT 1;\n-- dunlin: no-transaction\n", 1, "the directive no-transaction", 0},
        {"VACUUM;\n-- dunlin: no-transaction\n", 1, OUTSIDE, 1},
        /* what is not for this driver does not count */
        {"-- dunlin: only mysql\nVACUUM; BEGIN;\n-- dunlin: end\nSELECT 1;", 1, NULL, 0},
        {"SELECT 1;\n-- dunlin: down\nVACUUM; COMMIT;\n", 1, NULL, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dn_script_info info;

        if (inspect(cases[i].text, &info) < 0)
            fail_msg("%s: %s", cases[i].text, error.message);
        assert_int_equal(info.statements, cases[i].statements);
        assert_int_equal(info.transactional, cases[i].reason == NULL);
        if (cases[i].reason)
            assert_string_equal(info.reason, cases[i].reason);
        else
            assert_null(info.reason);
        assert_int_equal(info.reason_line, cases[i].line);
    }
    assert_string_equal(sent.length ? sent.data : "", "");
}

static void
transaction_control_that_does_not_pair_up_is_refused(void **state)
{
    static const struct {
        const char *text;
        const char *id;
        const char *message;
    } cases[] = {
        {"SELECT 1;\n  ROLLBACK;", "script.rollback",
         "a.sql:2:3: a migration cannot roll back what it did"},
        {"BEGIN; ROLLBACK;", "script.rollback",
         "a.sql:1:8: a migration cannot roll back what it did"},
        {"COMMIT;", "script.transaction", "a.sql:1:1: COMMIT without a BEGIN before it"},
        {"BEGIN; COMMIT;\nEND;", "script.transaction",
         "a.sql:2:1: COMMIT without a BEGIN before it"},
        {"BEGIN;\nSELECT 1;\nBEGIN;", "script.transaction",
         "a.sql:3:1: BEGIN inside a transaction that was not committed"},
        {"BEGIN; COMMIT;\nBEGIN;\nSELECT 1;", "script.transaction",
         "a.sql:2:1: the transaction begun here is never committed"},
        {"SELECT 1;\n-- dunlin: what\n", "script.unknown-directive",
         "a.sql:2:12: unknown directive: '-- dunlin: what'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dn_script_info info;

        assert_int_equal(inspect(cases[i].text, &info), -1);
        expect_error(cases[i].id, cases[i].message);
        assert_int_equal(error.exit_code, DUNLIN_EXIT_USAGE);
    }
}

static void
of_several_settings_the_first_that_relaxes_decides_else_the_first(void **state)
{
    static const struct {
        const char *text;
        const char *around;
        bool relaxes;
    } cases[] = {
        {"SELECT 1;", NULL, false},
        {"PRAGMA foreign_keys = ON; PRAGMA foreign_keys = 1;", "PRAGMA foreign_keys = ON", false},
        {"PRAGMA foreign_keys=OFF; SELECT 1; PRAGMA foreign_keys=ON;", "PRAGMA foreign_keys=OFF",
         true},
        {"PRAGMA foreign_keys=ON; PRAGMA foreign_keys=0; PRAGMA foreign_keys=OFF;",
         "PRAGMA foreign_keys=0", true},
        {"BEGIN; PRAGMA foreign_keys=OFF; COMMIT;", "PRAGMA foreign_keys=OFF", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dn_script_info info;

        assert_int_equal(inspect(cases[i].text, &info), 0);
        assert_int_equal(info.relaxes, cases[i].relaxes);
        assert_true(info.transactional);
        if (cases[i].around)
            assert_string_equal(info.around, cases[i].around);
        else
            assert_null(info.around);
    }
}

static void
texts_are_kept_as_long_as_there_is_room(void **state)
{
    dn_migration migrations[3];
    dn_script_info info[3];
    size_t budget = 20;

    (void)state;
    migrations[0] = migration_of("a", "SELECT 1;");
    migrations[1] = migration_of("b", "SELECT 123456;");
    migrations[2] = migration_of("c", "SELECT 2222");
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            dn_script_inspect(connection, NULL, &migrations[i], &arena, &budget, &info[i], &error),
            0);
    assert_string_equal(info[0].kept.data, "SELECT 1;");
    assert_int_equal(info[0].kept.length, 9);
    assert_null(info[1].kept.data); /* 14 bytes, and 11 were left */
    assert_string_equal(info[2].kept.data, "SELECT 2222");
    assert_int_equal(budget, 0);
}

static void
a_file_that_changed_since_it_was_observed_is_not_inspected(void **state)
{
    dn_migration migration = migration_of("a", "SELECT 1;");
    dn_script_info info;
    size_t budget = 0;

    (void)state;
    put("a.sql", "SELECT 2;");
    assert_int_equal(
        dn_script_inspect(connection, NULL, &migration, &arena, &budget, &info, &error), -1);
    expect_error("script.changed", "the file 'a.sql' changed while it was read");
    assert_int_equal(error.exit_code, DUNLIN_EXIT_DISAGREEMENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DATABASE_TEST(a_file_fits_a_transaction_or_there_is_a_reason),
        DATABASE_TEST(transaction_control_that_does_not_pair_up_is_refused),
        DATABASE_TEST(of_several_settings_the_first_that_relaxes_decides_else_the_first),
        DATABASE_TEST(texts_are_kept_as_long_as_there_is_room),
        DATABASE_TEST(a_file_that_changed_since_it_was_observed_is_not_inspected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
