/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/log.h"

typedef struct listener {
    char lines[4000];
    int cancelled;
} listener;

static void
keep_line(int32_t level, const char *line, void *context)
{
    listener *heard = context;
    size_t used = strlen(heard->lines);

    snprintf(heard->lines + used, sizeof heard->lines - used, "%d:%s|", level, line);
}

static void
keep_progress(const char *what, int64_t done, int64_t total, void *context)
{
    listener *heard = context;
    size_t used = strlen(heard->lines);

    snprintf(heard->lines + used, sizeof heard->lines - used, "%s %d/%d|", what, (int)done,
             (int)total);
}

static int32_t
is_cancelled(void *context)
{
    return ((listener *)context)->cancelled;
}

static dunlin_options
options_for(listener *heard)
{
    dunlin_options options = DUNLIN_OPTIONS_DEFAULTS;

    options.log_level = DUNLIN_LOG_LINE_DEBUG;
    options.log = keep_line;
    options.progress = keep_progress;
    options.cancelled = is_cancelled;
    options.context = heard;
    return options;
}

static void
lines_and_progress_reach_the_callbacks(void **state)
{
    listener heard = {.cancelled = 0};
    dunlin_options options = options_for(&heard);
    dn_log log;

    (void)state;
    options.log_level = DUNLIN_LOG_LINE_DEBUG;
    log = dn_log_from(&options);
    dn_log_debug(&log, "a %d", 1);
    dn_log_info(&log, "b");
    dn_log_warning(&log, "c%%");
    dn_log_progress(&log, "work", 3, 10);
    assert_string_equal(heard.lines, "1:a 1|2:b|3:c%|work 3/10|");
    log.level = DUNLIN_LOG_LINE_WARNING;
    dn_log_info(&log, "not wanted");
    assert_string_equal(heard.lines, "1:a 1|2:b|3:c%|work 3/10|");
}

static void
lines_below_the_wanted_level_are_left_out(void **state)
{
    listener heard = {.cancelled = 0};
    dunlin_options options = options_for(&heard);
    dn_log log;

    (void)state;
    options.log_level = DUNLIN_LOG_LINE_WARNING;
    log = dn_log_from(&options);
    dn_log_debug(&log, "a");
    dn_log_info(&log, "b");
    dn_log_warning(&log, "c");
    assert_string_equal(heard.lines, "3:c|");
}

static void
a_log_line_is_one_line_however_long(void **state)
{
    listener heard = {.cancelled = 0};
    dunlin_options options = options_for(&heard);
    dn_log log = dn_log_from(&options);

    (void)state;
    dn_log_info(&log, "one\ntwo\x1b[0m\r\n");
    assert_string_equal(heard.lines, "2:one two [0m|");
    heard.lines[0] = '\0';
    dn_log_info(&log, "%3000d", 7);
    assert_int_equal(strlen(heard.lines), 2 + 3000 + 1);
    heard.lines[0] = '\0';
    dn_log_info(&log, "%s", "");
    assert_string_equal(heard.lines, "2:|");
}

static void
cancelling_is_asked_each_time(void **state)
{
    listener heard = {.cancelled = 0};
    dunlin_options options = options_for(&heard);
    dn_log log = dn_log_from(&options);

    (void)state;
    assert_int_equal(dn_log_cancelled(&log), 0);
    heard.cancelled = 7;
    assert_int_equal(dn_log_cancelled(&log), 1);
}

static void
nobody_needs_to_listen(void **state)
{
    dn_log log = dn_log_from(NULL);

    (void)state;
    dn_log_info(&log, "x");
    dn_log_progress(&log, "x", 1, 2);
    assert_int_equal(dn_log_cancelled(&log), 0);
    dn_log_info(NULL, "x");
    dn_log_progress(NULL, "x", 1, 2);
    assert_int_equal(dn_log_cancelled(NULL), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_progress_reach_the_callbacks),
        cmocka_unit_test(lines_below_the_wanted_level_are_left_out),
        cmocka_unit_test(a_log_line_is_one_line_however_long),
        cmocka_unit_test(cancelling_is_asked_each_time),
        cmocka_unit_test(nobody_needs_to_listen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
