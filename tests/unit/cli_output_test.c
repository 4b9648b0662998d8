/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/cli_fakes.h"

static int
forget(void **state)
{
    (void)state;
    memset(&fakes, 0, sizeof(fakes));
    unsetenv("NO_COLOR");
    return 0;
}

static void
fail_with(int status, int exit_code, const char *hint)
{
    fakes.error.status = status;
    fakes.error.exit_code = exit_code;
    snprintf(fakes.error.id, sizeof(fakes.error.id), "journal.file-missing");
    snprintf(fakes.error.message, sizeof(fakes.error.message), "cannot open '0001_a.sql'");
    snprintf(fakes.error.context, sizeof(fakes.error.context),
             "while reading 'migrations'\nwhile checking the journal");
    snprintf(fakes.error.hint, sizeof(fakes.error.hint), "%s", hint);
}

static void
an_error_tells_its_id_what_was_being_done_and_what_to_do(void **state)
{
    cli_run run;

    (void)state;
    fail_with(DUNLIN_DISAGREEMENT, DUNLIN_EXIT_DISAGREEMENT, "put the file back");
    run = RUN("status");
    assert_int_equal(run.code, 4);
    assert_string_equal(run.out, "");
    assert_string_equal(run.err, "dunlin: error: cannot open '0001_a.sql' [journal.file-missing]\n"
                                 "    while reading 'migrations'\n"
                                 "    while checking the journal\n"
                                 "    hint: put the file back\n");
    run_free(&run);
}

static void
an_error_without_a_result_is_a_document_with_json(void **state)
{
    cli_run run;

    (void)state;
    fail_with(DUNLIN_DISAGREEMENT, DUNLIN_EXIT_DISAGREEMENT, "");
    run = RUN("status", "--json");
    assert_int_equal(run.code, 4);
    assert_string_equal(run.out,
                        "{\"format\":\"dunlin-error/1\",\"error\":{\"id\":\"journal.file-missing\","
                        "\"status\":20,\"exit_code\":4,\"message\":\"cannot open '0001_a.sql'\","
                        "\"context\":[\"while reading 'migrations'\",\"while checking the "
                        "journal\"],\"hint\":null}}\n");
    assert_non_null(strstr(run.err, "cannot open '0001_a.sql'"));
    run_free(&run);
}

static void
a_result_is_the_only_document_even_when_the_command_failed(void **state)
{
    cli_run run;

    (void)state;
    fail_with(DUNLIN_FAILED, DUNLIN_EXIT_FAILED, "");
    fakes.json = "{\"n\": 1}";
    run = RUN("migrate", "--json");
    assert_int_equal(run.code, 1);
    assert_string_equal(run.out, "{\n  \"format\": \"dunlin-fake/1\",\n  \"n\": 1\n}\n");
    assert_non_null(strstr(run.err, "[journal.file-missing]"));
    run_free(&run);
}

static void
a_failure_without_an_exit_code_of_its_own_is_one(void **state)
{
    cli_run run;

    (void)state;
    fail_with(DUNLIN_INTERNAL, 0, "");
    run = RUN("drivers");
    assert_int_equal(run.code, 1);
    run_free(&run);
}

static void
the_exit_code_of_success_is_the_results(void **state)
{
    cli_run run;

    (void)state;
    fakes.json = "{}";
    fakes.exit_code = DUNLIN_EXIT_PENDING;
    run = RUN("status", "--check");
    assert_int_equal(run.code, 3);
    run_free(&run);
}

static void
quiet_leaves_errors_and_documents(void **state)
{
    cli_run run;

    (void)state;
    fakes.json = "{\"summary\": \"all is well\"}";
    fakes.log = "the disk is nearly full";
    fakes.log_level = DUNLIN_LOG_LINE_WARNING;
    run = RUN("migrate", "--quiet");
    assert_string_equal(run.out, "");
    assert_string_equal(run.err, "");
    run_free(&run);
    run = RUN("migrate", "--quiet", "--json");
    assert_string_not_equal(run.out, "");
    run_free(&run);
    fail_with(DUNLIN_FAILED, DUNLIN_EXIT_FAILED, "");
    run = RUN("migrate", "--quiet");
    assert_string_equal(run.out, "");
    assert_string_not_equal(run.err, "");
    run_free(&run);
}

/* What a line of this level gives on standard error. Free it. */
static char *
logged(int level, const char *option)
{
    cli_run run;

    fakes.json = "{}";
    fakes.log = "a line";
    fakes.log_level = level;
    run = RUN("migrate", option);
    free(run.out);
    return run.err;
}

static void
log_lines_appear_as_far_as_asked_for(void **state)
{
    static const struct {
        int level;
        const char *option;
        const char *expected;
    } cases[] = {
        {DUNLIN_LOG_LINE_WARNING, "--dry-run", "dunlin: warning: a line\n"},
        {DUNLIN_LOG_LINE_INFO, "--dry-run", ""},
        {DUNLIN_LOG_LINE_INFO, "-v", "dunlin: a line\n"},
        {DUNLIN_LOG_LINE_DEBUG, "-v", ""},
        {DUNLIN_LOG_LINE_DEBUG, "-vv", "dunlin: a line\n"},
        {DUNLIN_LOG_LINE_DEBUG, "-vvq", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *err = logged(cases[i].level, cases[i].option);

        assert_string_equal(err, cases[i].expected);
        free(err);
    }
}

static void
colour_is_for_terminals_unless_it_is_always(void **state)
{
    cli_run run;

    (void)state;
    fail_with(DUNLIN_FAILED, DUNLIN_EXIT_FAILED, "");
    run = RUN("drivers");
    assert_null(strchr(run.err, '\033'));
    run_free(&run);
    setenv("NO_COLOR", "1", 1);
    run = RUN("drivers", "--color=always");
    assert_non_null(strstr(run.err, "\033[31mdunlin: error: \033[0mcannot"));
    run_free(&run);
}

static void
commands_hand_their_options_to_the_library(void **state)
{
    static const struct {
        const char *words[8];
        const char *called;
    } cases[] = {
        {{"init", "--dialect", "sqlite"}, "init sqlite"},
        {{"new", "add", "session", "timeout"}, "new add_session_timeout"},
        {{"status", "--check", "-C", "app", "--url=sqlite:x", "--lock-timeout=2m"},
         "status check=1 dir=app url=sqlite:x timeout=120000"},
        {{"status"}, "status check=0 dir=- url=- timeout=-1"},
        {{"migrate"}, "migrate to=- dry=0 single=0 no-backup=0 nonempty=0 allow=0:-,-"},
        {{"migrate", "--to=t", "--dry-run", "--single-transaction", "--no-backup",
          "--allow-nonempty", "--allow=a"},
         "migrate to=t dry=1 single=1 no-backup=1 nonempty=1 allow=1:a,-"},
        {{"journal", "check"}, "journal check"},
        {{"journal", "rebuild", "--dry-run"}, "journal rebuild dry=1"},
        {{"adopt", "--apply"}, "adopt apply=1 no-backup=0"},
        {{"repair", "--apply", "--shadow-url=sqlite:s.db"},
         "repair apply=1 no-backup=0 shadow=0,sqlite:s.db"},
        {{"merge", "--apply", "--offline", "--onto=main"}, "merge apply=1 offline=1 onto=main"},
        {{"merge-driver", "o", "a", "b"}, "merge-driver o a b"},
        {{"backup"}, "backup -"},
        {{"backup", "x.db"}, "backup x.db"},
        {{"backups"}, "backups"},
        {{"restore", "x"}, "restore x"},
        {{"drivers"}, "drivers"},
    };

    (void)state;
    fakes.json = "{}";
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cli_run run = run_line(cases[i].words);

        assert_int_equal(run.code, 0);
        assert_string_equal(fakes.called, cases[i].called);
        run_free(&run);
    }
}

static void
a_merge_that_needs_a_person_is_not_a_success(void **state)
{
    cli_run run;

    (void)state;
    fail_with(DUNLIN_DISAGREEMENT, DUNLIN_EXIT_DISAGREEMENT, "");
    run = RUN("merge-driver", "o", "a", "b");
    assert_int_equal(run.code, 4);
    run_free(&run);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_error_tells_its_id_what_was_being_done_and_what_to_do, forget),
        cmocka_unit_test_setup(an_error_without_a_result_is_a_document_with_json, forget),
        cmocka_unit_test_setup(a_result_is_the_only_document_even_when_the_command_failed, forget),
        cmocka_unit_test_setup(a_failure_without_an_exit_code_of_its_own_is_one, forget),
        cmocka_unit_test_setup(the_exit_code_of_success_is_the_results, forget),
        cmocka_unit_test_setup(quiet_leaves_errors_and_documents, forget),
        cmocka_unit_test_setup(log_lines_appear_as_far_as_asked_for, forget),
        cmocka_unit_test_setup(colour_is_for_terminals_unless_it_is_always, forget),
        cmocka_unit_test_setup(commands_hand_their_options_to_the_library, forget),
        cmocka_unit_test_setup(a_merge_that_needs_a_person_is_not_a_success, forget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
