/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/cli_fakes.h"

#define TARGET                                                                                     \
    "\"target\":{\"name\":\"main\",\"url\":\"sqlite:app.db\",\"server\":\"SQLite 3.40.1\"}"

static int
forget(void **state)
{
    (void)state;
    memset(&fakes, 0, sizeof(fakes));
    return 0;
}

static void
assert_out(const char *const *words, const char *expected)
{
    cli_run run = run_line(words);

    assert_string_equal(run.out, expected);
    run_free(&run);
}

#define ASSERT_OUT(expected, ...) assert_out((const char *const[]){__VA_ARGS__, NULL}, expected)

static const char status_json[] =
    "{" TARGET ",\"migrations\":["
    "{\"tag\":\"0000_users\",\"verdict\":\"applied\",\"applied_at\":\"2026-11-23T10:54:10.5Z\","
    "\"duration_us\":1234,\"findings\":[]},"
    "{\"tag\":\"0001_teams\",\"verdict\":\"edited\",\"applied_at\":\"2026-11-23T10:54:11Z\","
    "\"duration_us\":3456789,\"findings\":[\"statement 2 differs\",\"and more\"]},"
    "{\"tag\":\"0002_plans\",\"verdict\":\"pending\",\"applied_at\":null,\"duration_us\":null,"
    "\"findings\":[]}],"
    "\"findings\":[{\"id\":\"journal.x\",\"message\":\"a line\\nand another\","
    "\"severity\":\"error\"}],"
    "\"agreement\":{\"agrees\":false,\"summary\":\"files and tracker disagree\"}}";

static void
status_lists_migrations_then_findings_then_the_agreement(void **state)
{
    (void)state;
    fakes.json = status_json;
    ASSERT_OUT("target  main, sqlite:app.db, SQLite 3.40.1\n"
               "TAG        STATE   WHEN                DURATION FINDING\n"
               "0000_users applied 2026-11-23 10:54:10   1.2 ms \n"
               "0001_teams edited  2026-11-23 10:54:11    3.4 s statement 2 differs; and more\n"
               "0002_plans pending                              \n"
               "\n"
               "error: a line\n    and another [journal.x]\n"
               "files and tracker disagree\n",
               "status");
}

static void
status_lists_only_what_is_asked_for(void **state)
{
    (void)state;
    fakes.json = status_json;
    ASSERT_OUT("target  main, sqlite:app.db, SQLite 3.40.1\n"
               "TAG        STATE   WHEN DURATION FINDING\n"
               "0002_plans pending               \n"
               "\n"
               "error: a line\n    and another [journal.x]\n"
               "files and tracker disagree\n",
               "status", "--last", "1", "--pending");
}

static void
status_without_migrations_has_no_table(void **state)
{
    (void)state;
    fakes.json = "{" TARGET ",\"migrations\":[],\"agreement\":{\"summary\":\"nothing here\"}}";
    ASSERT_OUT("target  main, sqlite:app.db, SQLite 3.40.1\nnothing here\n", "status");
}

static const char migrate_json[] =
    "{" TARGET
    ",\"dry_run\":false,\"backup\":{\"content\":\"full\",\"path\":\"b.db\",\"bytes\":4096},"
    "\"applied\":[{\"tag\":\"0000_users\",\"duration_us\":1500}],"
    "\"failed\":{\"tag\":\"0001_teams\",\"path\":\"m/0001_teams.sql\",\"statement\":2,\"line\":12,"
    "\"column\":5,\"sql\":\"ALTER TABLE x\\nADD y;\",\"message\":\"no such table: x\"},"
    "\"remaining\":[\"0001_teams\",\"0002_plans\"],"
    "\"findings\":[{\"id\":\"a.b\",\"message\":\"legacy objects\",\"severity\":\"warning\"}],"
    "\"summary\":\"applied 1 of 3 migrations\"}";

static void
migrate_tells_what_it_applied(void **state)
{
    cli_run run;

    (void)state;
    fakes.json = migrate_json;
    run = RUN("migrate");
    assert_string_equal(run.out, "target  main, sqlite:app.db, SQLite 3.40.1\n"
                                 "backup  b.db (4.1 kB)\n"
                                 "applied 0000_users (1.5 ms)\n"
                                 "applied 1 of 3 migrations\n");
    assert_string_equal(run.err, "dunlin: warning: legacy objects [a.b]\n");
    run_free(&run);
}

static void
a_failed_migration_shows_statement_place_message_and_what_is_left(void **state)
{
    cli_run run;

    (void)state;
    fakes.json = migrate_json;
    fakes.error.status = DUNLIN_FAILED;
    fakes.error.exit_code = DUNLIN_EXIT_FAILED;
    snprintf(fakes.error.message, sizeof(fakes.error.message), "'0001_teams' failed");
    run = RUN("migrate");
    assert_string_equal(run.err, "dunlin: warning: legacy objects [a.b]\n"
                                 "dunlin: error: '0001_teams' failed\n"
                                 "\n"
                                 "        ALTER TABLE x\n"
                                 "        ADD y;\n"
                                 "\n"
                                 "    nothing kept of: 0001_teams\n"
                                 "    applied before: 1 migration\n"
                                 "    not applied: 0002_plans\n");
    run_free(&run);
    fakes.error.exit_code = DUNLIN_EXIT_PARTIAL;
    run = RUN("migrate");
    assert_null(strstr(run.err, "nothing kept")); /* what was done before it stays */
    run_free(&run);
}

static void
a_long_list_of_what_is_left_is_counted(void **state)
{
    cli_run run;

    (void)state;
    fakes.json = "{\"remaining\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\","
                 "\"11\",\"12\"]}";
    fakes.error.status = DUNLIN_FAILED;
    run = RUN("migrate");
    assert_non_null(strstr(run.err, "    not applied: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more\n"));
    run_free(&run);
}

static void
a_dry_run_shows_the_plan_with_its_sql(void **state)
{
    (void)state;
    fakes.json = "{\"dry_run\":true,\"plan\":[{\"action\":\"backup\",\"path\":\"b.db\"},"
                 "{\"action\":\"create-tracker\",\"why\":\"there is none\"},"
                 "{\"action\":\"apply\",\"tag\":\"0000_a\",\"statements\":1,\"path\":\"m/0000_a\","
                 "\"sql\":[{\"kind\":\"begin\",\"text\":\"BEGIN\"},"
                 "{\"line\":1,\"kind\":\"statement\",\"text\":\"CREATE TABLE a(\\n  x int\\n)\","
                 "\"notes\":[\"'x': smaller than meant\"]},"
                 "{\"line\":5,\"kind\":\"left-out\",\"text\":\"DROP TABLE\\n b\",\"why\":\"no b\"},"
                 "{\"line\":7,\"kind\":\"check\",\"text\":\"SELECT 1\",\"expected\":\"1\"},"
                 "{\"kind\":\"record\",\"text\":\"dunlin_migrations\"},"
                 "{\"kind\":\"commit\",\"text\":\"COMMIT\"}]}],"
                 "\"summary\":\"1 migration would be applied\"}";
    ASSERT_OUT("plan\n"
               "  back up to b.db\n"
               "  create the tracker: there is none\n"
               "  apply 0000_a (1 statement)\n"
               "      BEGIN;\n"
               "      -- 'x': smaller than meant\n"
               "      CREATE TABLE a(\n"
               "        x int\n"
               "      );\n"
               "      -- line 5 is left out: no b\n"
               "      --   DROP TABLE\n"
               "      --    b\n"
               "      -- asked: SELECT 1\n"
               "      --   must give: 1\n"
               "      -- the row of 0000_a in dunlin_migrations\n"
               "      COMMIT;\n"
               "1 migration would be applied\n",
               "migrate", "--dry-run");
}

static void
new_prints_the_path_alone(void **state)
{
    (void)state;
    fakes.json = "{\"tag\":\"0001_a\",\"path\":\"m/0001_a.sql\",\"idx\":1,\"journal\":\"j\"}";
    ASSERT_OUT("m/0001_a.sql\n", "new", "a");
}

static void
init_tells_what_is_new_and_what_is_next(void **state)
{
    (void)state;
    fakes.json = "{\"created\":[\"dunlin.json\"],\"kept\":[\".gitignore\"],\"next\":[\"edit\"]}";
    ASSERT_OUT("created  dunlin.json\nkept     .gitignore\nnext     edit\n", "init");
}

static void
the_journal_commands_list_findings_and_changes(void **state)
{
    (void)state;
    fakes.json = "{\"findings\":[{\"id\":\"a.b\",\"message\":\"m\",\"severity\":\"warning\"}],"
                 "\"summary\":\"they disagree\"}";
    ASSERT_OUT("warning: m [a.b]\nthey disagree\n", "journal", "check");
    fakes.json = "{\"changes\":[{\"id\":\"a.b\",\"message\":\"added x\",\"severity\":\"note\"}],"
                 "\"summary\":\"written\"}";
    ASSERT_OUT("note: added x [a.b]\nwritten\n", "journal", "rebuild");
}

static void
backups_are_listed_with_time_and_size(void **state)
{
    (void)state;
    fakes.json = "{\"folder\":\"/b\",\"backups\":[{\"name\":\"app-2.db\",\"bytes\":123456789,"
                 "\"taken_at\":\"2026-11-23T10:54:10.000000Z\"},{\"name\":\"app-1.db\","
                 "\"bytes\":1}]}";
    ASSERT_OUT("folder  /b\n"
               "NAME     TAKEN                   SIZE\n"
               "app-2.db 2026-11-23 10:54:10 123.5 MB\n"
               "app-1.db                       1 byte\n",
               "backups");
    fakes.json = "{\"backups\":[]}";
    ASSERT_OUT("no backups\n", "backups");
}

static void
a_backup_and_a_restore_name_their_files(void **state)
{
    (void)state;
    fakes.json = "{\"path\":\"/b/x.db\",\"bytes\":999,\"duration_us\":1500}";
    ASSERT_OUT("backup  /b/x.db (999 bytes in 1.5 ms)\n", "backup");
    fakes.json = "{\"restored\":\"/b/x.db\",\"saved\":null,\"summary\":\"restored\"}";
    ASSERT_OUT("restored  /b/x.db\nrestored\n", "restore", "x");
}

static void
drivers_are_listed_with_what_was_refused_and_searched(void **state)
{
    (void)state;
    fakes.json = "{\"drivers\":[{\"name\":\"sqlite\",\"version\":\"0.1.0\",\"path\":\"/d/s.so\","
                 "\"schemes\":[\"sqlite\",\"file\"]}],\"refused\":[{\"name\":\"evil\","
                 "\"path\":\"/d/evil.so\",\"reason\":\"world-writable\"}],\"places\":["
                 "{\"path\":\"/d\",\"source\":\"installation\",\"exists\":true},"
                 "{\"path\":\"/u\",\"source\":\"user\",\"exists\":false},"
                 "{\"path\":\"/w\",\"source\":\"environment\",\"exists\":true,"
                 "\"ignored\":\"not absolute\"}]}";
    ASSERT_OUT("sqlite 0.1.0\n"
               "  path          /d/s.so\n"
               "  schemes       sqlite, file\n"
               "refused evil: world-writable\n"
               "  path          /d/evil.so\n"
               "places searched\n"
               "  /d (installation)\n"
               "  /u (user, absent)\n"
               "  /w (environment, ignored: not absolute)\n",
               "drivers");
    fakes.json = "{}";
    ASSERT_OUT("no drivers found\n", "drivers");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(status_lists_migrations_then_findings_then_the_agreement, forget),
        cmocka_unit_test_setup(status_lists_only_what_is_asked_for, forget),
        cmocka_unit_test_setup(status_without_migrations_has_no_table, forget),
        cmocka_unit_test_setup(migrate_tells_what_it_applied, forget),
        cmocka_unit_test_setup(a_failed_migration_shows_statement_place_message_and_what_is_left,
                               forget),
        cmocka_unit_test_setup(a_long_list_of_what_is_left_is_counted, forget),
        cmocka_unit_test_setup(a_dry_run_shows_the_plan_with_its_sql, forget),
        cmocka_unit_test_setup(new_prints_the_path_alone, forget),
        cmocka_unit_test_setup(init_tells_what_is_new_and_what_is_next, forget),
        cmocka_unit_test_setup(the_journal_commands_list_findings_and_changes, forget),
        cmocka_unit_test_setup(backups_are_listed_with_time_and_size, forget),
        cmocka_unit_test_setup(a_backup_and_a_restore_name_their_files, forget),
        cmocka_unit_test_setup(drivers_are_listed_with_what_was_refused_and_searched, forget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
