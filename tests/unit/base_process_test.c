/* SPDX-License-Identifier: MIT
 *
 * Running other programs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/arena.h"
#include "core/base/clock.h"
#include "core/base/process.h"
#include "core/base/text.h"

static dn_error error;
static char path[64];

/* A shell is what the tests run; the runner itself never uses one. */
static int
run_script(const char *script, dn_process process)
{
    const char *const arguments[] = {"sh", "-c", script, NULL};

    process.arguments = arguments;
    dn_error_clear(&error);
    return dn_process_run(&process, &error);
}

static int32_t
collect(dunlin_string text, void *context)
{
    dn_text_add(context, text.data, (size_t)text.length);
    return 0;
}

static void
what_a_program_prints_is_handed_over(void **state)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const char *const environment[] = {"DUNLIN_TEST_SECRET=a b", NULL};

    (void)state;
    assert_int_equal(
        run_script("printf '%s|' \"$DUNLIN_TEST_SECRET\" \"$PWD\"; cat",
                   (dn_process){.environment = environment, .visit = collect, .context = &text}),
        0);
    assert_memory_equal(text.data, "a b|/", 5);
}

static void
output_is_added_to_a_file_that_only_its_owner_reads(void **state)
{
    struct stat facts;
    char line[32] = "";
    FILE *file;

    (void)state;
    snprintf(path, sizeof path, "/tmp/dunlin-process-%ld", (long)getpid());
    assert_int_equal(run_script("echo one", (dn_process){.output = path}), 0);
    assert_int_equal(run_script("echo two", (dn_process){.output = path}), 0);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fread(line, 1, sizeof line - 1, file), 8);
    fclose(file);
    unlink(path);
    assert_string_equal(line, "one\ntwo\n");
}

static void
a_failure_is_told_in_the_words_of_the_program(void **state)
{
    (void)state;
    assert_int_equal(run_script("echo first >&2; echo 'no such table' >&2; exit 3",
                                (dn_process){.arguments = NULL}),
                     -1);
    assert_string_equal(error.id, "process.failed");
    assert_string_equal(error.message, "'sh' failed with exit code 3: no such table");
    assert_int_equal(run_script("exit 1", (dn_process){.arguments = NULL}), -1);
    assert_string_equal(error.message, "'sh' failed with exit code 1: it did not say why");
    assert_int_equal(run_script("kill -9 $$", (dn_process){.arguments = NULL}), -1);
    assert_string_equal(error.message, "'sh' was ended by signal 9: it did not say why");
}

static void
a_program_that_is_not_there_is_named(void **state)
{
    const char *const arguments[] = {"dunlin-no-such-program", NULL};
    const dn_process process = {.arguments = arguments};

    (void)state;
    assert_int_equal(dn_process_run(&process, &error), -1);
    assert_string_equal(error.id, "process.missing");
    assert_string_equal(error.message,
                        "the program 'dunlin-no-such-program' is not installed, or not in PATH");
}

static int32_t
yes(void *context)
{
    (void)context;
    return 1;
}

static void
who_wants_to_stop_does_not_wait_for_the_program(void **state)
{
    const dn_log log = {.cancelled = yes};
    int64_t start = dn_clock_monotonic_ns();

    (void)state;
    assert_int_equal(run_script("exec sleep 30", (dn_process){.log = &log}), -1);
    assert_string_equal(error.id, "run.cancelled");
    assert_true(dn_clock_monotonic_ns() - start < INT64_C(10000000000));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_program_prints_is_handed_over),
        cmocka_unit_test(output_is_added_to_a_file_that_only_its_owner_reads),
        cmocka_unit_test(a_failure_is_told_in_the_words_of_the_program),
        cmocka_unit_test(a_program_that_is_not_there_is_named),
        cmocka_unit_test(who_wants_to_stop_does_not_wait_for_the_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
