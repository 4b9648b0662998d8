/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/error.h"
#include "core/base/text.h"

static void
a_failure_takes_exit_code_and_hint_from_the_table(void **state)
{
    dn_error error;

    (void)state;
    memset(&error, 'x', sizeof error);
    assert_int_equal(dn_fail(&error, DUNLIN_USAGE, "file.missing", "bad '%s'", "thing"), -1);
    assert_int_equal(error.status, DUNLIN_USAGE);
    assert_int_equal(error.exit_code, 1); /* of the table, not of the status */
    assert_string_equal(error.id, "file.missing");
    assert_string_equal(error.message, "bad 'thing'");
    assert_string_equal(error.context, "");
    assert_string_equal(error.hint, "check the path");
}

static void
an_unknown_id_falls_back_to_its_status(void **state)
{
    dn_error error;

    (void)state;
    dn_fail(&error, DUNLIN_LOCKED, "no-such.id", "held");
    assert_int_equal(error.exit_code, 5);
    assert_string_equal(error.id, "no-such.id");
    assert_string_equal(error.hint, "");
}

static void
every_status_has_an_exit_code(void **state)
{
    (void)state;
    assert_int_equal(dn_exit_code(DUNLIN_OK), 0);
    assert_int_equal(dn_exit_code(DUNLIN_INTERNAL), 1);
    assert_int_equal(dn_exit_code(DUNLIN_USAGE), 2);
    assert_int_equal(dn_exit_code(DUNLIN_CONNECT), 1);
    assert_int_equal(dn_exit_code(DUNLIN_DISAGREEMENT), 4);
    assert_int_equal(dn_exit_code(DUNLIN_LOCKED), 5);
    assert_int_equal(dn_exit_code(DUNLIN_PARTIAL), 6);
    assert_int_equal(dn_exit_code(12345), 1);
}

static void
the_hint_can_be_replaced(void **state)
{
    dn_error error;

    (void)state;
    dn_fail(&error, DUNLIN_MISSING, "file.missing", "gone");
    assert_int_equal(dn_hint(&error, "run 'dunlin %s'", "init"), -1);
    assert_string_equal(error.hint, "run 'dunlin init'");
    assert_string_equal(error.message, "gone");
}

static void
context_lines_stand_innermost_first(void **state)
{
    dn_error error;

    (void)state;
    dn_fail(&error, DUNLIN_MISSING, "file.missing", "gone");
    assert_int_equal(dn_while(&error, "reading '%s'", "a.sql"), -1);
    dn_while(&error, "migrating");
    assert_string_equal(error.context, "while reading 'a.sql'\nwhile migrating");
}

static void
a_context_line_that_does_not_fit_is_left_out_whole(void **state)
{
    dn_error error;
    char line[600];

    (void)state;
    memset(line, 'l', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    dn_fail(&error, DUNLIN_MISSING, "file.missing", "gone");
    dn_while(&error, "%s", line);
    dn_while(&error, "%s", line);
    dn_while(&error, "short");
    assert_int_equal(strlen(error.context), 6 + 599 + 1 + 11);
    assert_string_equal(error.context + 6 + 599, "\nwhile short");
}

static void
a_long_message_is_cut_between_characters(void **state)
{
    char text[3 * sizeof((dn_error *)0)->message];
    dn_error error;

    (void)state;
    for (size_t lead = 0; lead < 4; lead++) {
        memset(text, 'a', lead);
        for (size_t i = lead; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "\xE2\x82\xAC", 4);
        dn_fail(&error, DUNLIN_FAILED, "internal", "%s", text);
        assert_true(dn_utf8_valid(error.message, strlen(error.message)));
        assert_true(strlen(error.message) >= sizeof error.message - 3);
        assert_null(strchr(error.message, '?'));
    }
}

static void
messages_are_utf8_and_harmless_to_a_terminal(void **state)
{
    dn_error error;

    (void)state;
    dn_fail(&error, DUNLIN_FAILED, "internal",
            "a\xFF"
            "b\x1b[2J\xC3\xA9\n\tc\xC3");
    assert_string_equal(error.message, "a?b?[2J\xC3\xA9\n\tc?");
}

static void
a_message_may_be_made_from_the_one_it_replaces(void **state)
{
    dn_error error;

    (void)state;
    dn_fail(&error, DUNLIN_FAILED, "internal", "inner");
    dn_fail(&error, DUNLIN_FAILED, error.id, "outer: %s", error.message);
    assert_string_equal(error.message, "outer: inner");
    assert_string_equal(error.id, "internal");
}

static void
a_system_error_names_path_and_reason(void **state)
{
    dn_error error;

    (void)state;
    errno = EACCES;
    assert_int_equal(dn_fail_errno(&error, "file.unreadable", "cannot open", "/x/y"), -1);
    assert_int_equal(error.status, DUNLIN_PERMISSION);
    assert_string_equal(error.message, "cannot open '/x/y': Permission denied");
    errno = ENOSPC;
    dn_fail_errno(&error, "file.disk-full", "cannot write", "z");
    assert_int_equal(error.status, DUNLIN_DISK_FULL);
    assert_string_equal(error.message, "cannot write 'z': No space left on device");
    assert_string_equal(dn_errno_text(99999), "unknown error");
}

static void
nobody_needs_to_want_the_error(void **state)
{
    (void)state;
    assert_int_equal(dn_fail(NULL, DUNLIN_FAILED, "internal", "x"), -1);
    assert_int_equal(dn_hint(NULL, "x"), -1);
    assert_int_equal(dn_while(NULL, "x"), -1);
    assert_int_equal(dn_no_memory(NULL), -1);
    dn_error_clear(NULL);
}

static void
the_table_is_sorted_and_its_texts_fit(void **state)
{
    const dn_error_entry *before = NULL;
    const dn_error_entry *entry;
    dn_error error;

    (void)state;
    for (size_t i = 0; (entry = dn_error_table(i)) != NULL; before = entry, i++) {
        if (before && strcmp(before->id, entry->id) >= 0)
            fail_msg("'%s' must stand before '%s'", entry->id, before->id);
        assert_true(strlen(entry->id) < sizeof error.id);
        assert_true(strlen(entry->hint) < sizeof error.hint);
        /* DUNLIN_EXIT_OK: a finding that stops nothing. */
        assert_true(entry->exit_code >= DUNLIN_EXIT_OK && entry->exit_code <= DUNLIN_EXIT_PARTIAL);
        if (strlen(entry->meaning) < 10 || entry->meaning[strlen(entry->meaning) - 1] != '.')
            fail_msg("the meaning of '%s' is not a sentence", entry->id);
    }
    assert_non_null(before);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_takes_exit_code_and_hint_from_the_table),
        cmocka_unit_test(an_unknown_id_falls_back_to_its_status),
        cmocka_unit_test(every_status_has_an_exit_code),
        cmocka_unit_test(the_hint_can_be_replaced),
        cmocka_unit_test(context_lines_stand_innermost_first),
        cmocka_unit_test(a_context_line_that_does_not_fit_is_left_out_whole),
        cmocka_unit_test(a_long_message_is_cut_between_characters),
        cmocka_unit_test(messages_are_utf8_and_harmless_to_a_terminal),
        cmocka_unit_test(a_message_may_be_made_from_the_one_it_replaces),
        cmocka_unit_test(a_system_error_names_path_and_reason),
        cmocka_unit_test(nobody_needs_to_want_the_error),
        cmocka_unit_test(the_table_is_sorted_and_its_texts_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
