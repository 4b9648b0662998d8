/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/journal/parts.h"
#include "tests/unit/tree_fixture.h"

static dn_arena arena;
static dn_journal journal;
static dn_error error;

#define ENTRY(idx, tag, when) "{\"idx\": " #idx ", \"tag\": \"" tag "\", \"when\": " #when "}"
#define JOURNAL(...)                                                                               \
    "{\n  \"version\": 1,\n  \"layout\": \"dunlin\",\n  \"entries\": [\n    " __VA_ARGS__          \
    "\n  ]\n}\n"
#define NEXT ",\n    "

static int
setup(void **state)
{
    return tree_make(state);
}

static int
teardown(void **state)
{
    dn_journal_close(&journal);
    dn_arena_free(&arena);
    return tree_remove(state);
}

static void
given(const char *text)
{
    const dn_journal_options options = {.folder = at("m")};

    put("m/a.sql", "SELECT 1;");
    put("m/meta/_journal.json", text);
    dn_error_clear(&error);
    if (dn_journal_read(&options, &arena, &journal, &error) < 0)
        fail_msg("%s", error.message);
}

static int
amend(dn_amendment amendment)
{
    dn_error_clear(&error);
    return dn_journal_amend(&journal, &amendment, amendment.tag ? 1 : 0, false, &arena, &error);
}

static void
expect(const char *text)
{
    char *found = get("m/meta/_journal.json");

    assert_string_equal(found, text);
    free(found);
}

static void
an_added_entry_comes_before_those_with_later_names(void **state)
{
    (void)state;
    given(JOURNAL(ENTRY(0, "a", 10) NEXT ENTRY(2, "c", 30)));
    assert_int_equal(amend((dn_amendment){"b", NULL, 20}), 0);
    expect(JOURNAL(ENTRY(0, "a", 10) NEXT ENTRY(1, "b", 20) NEXT ENTRY(2, "c", 30)));
}

static void
what_follows_an_added_entry_gets_a_free_number(void **state)
{
    (void)state;
    given(JOURNAL(ENTRY(0, "a", 10) NEXT ENTRY(1, "c", 30) NEXT ENTRY(5, "d", 40)));
    assert_int_equal(amend((dn_amendment){"b", NULL, 0}), 0);
    expect(JOURNAL(ENTRY(0, "a", 10) NEXT ENTRY(1, "b", 11) NEXT ENTRY(2, "c", 30)
                       NEXT ENTRY(5, "d", 40)));
}

static void
the_latest_name_comes_last_and_the_first_one_first(void **state)
{
    (void)state;
    given(JOURNAL(ENTRY(0, "b", 10)));
    assert_int_equal(amend((dn_amendment){"c", NULL, 0}), 0);
    expect(JOURNAL(ENTRY(0, "b", 10) NEXT ENTRY(1, "c", 11)));
    given(JOURNAL(ENTRY(0, "b", 10)));
    assert_int_equal(amend((dn_amendment){"a", NULL, 0}), 0);
    expect(JOURNAL(ENTRY(0, "a", 9) NEXT ENTRY(1, "b", 10)));
}

static void
an_entry_that_is_there_is_not_added(void **state)
{
    (void)state;
    given(JOURNAL(ENTRY(0, "a", 10)));
    assert_int_equal(amend((dn_amendment){"a", NULL, 99}), 0);
    expect(JOURNAL(ENTRY(0, "a", 10)));
}

static void
a_tag_is_put_right_and_the_rest_stays(void **state)
{
    (void)state;
    given(JOURNAL(
        "{\"idx\": 0, \"tag\": \"x\", \"when\": 10, \"team\": \"blue\"}" NEXT ENTRY(1, "c", 30)));
    assert_int_equal(amend((dn_amendment){"x", "a", 0}), 0);
    expect(JOURNAL(
        "{\"idx\": 0, \"tag\": \"a\", \"when\": 10, \"team\": \"blue\"}" NEXT ENTRY(1, "c", 30)));
}

static void
an_entry_that_is_not_there_cannot_be_put_right(void **state)
{
    (void)state;
    given(JOURNAL(ENTRY(0, "a", 10)));
    assert_int_equal(amend((dn_amendment){"x", "y", 0}), -1);
    assert_string_equal(error.id, "journal.no-entry");
    assert_string_equal(error.message, "the journal has no entry 'x'");
    expect(JOURNAL(ENTRY(0, "a", 10)));
}

static void
a_journal_that_somebody_else_changed_is_left_alone(void **state)
{
    (void)state;
    given(JOURNAL(ENTRY(0, "a", 10)));
    put("m/meta/_journal.json", JOURNAL(ENTRY(0, "other", 10)));
    assert_int_equal(amend((dn_amendment){"b", NULL, 0}), -1);
    assert_string_equal(error.id, "journal.changed");
    expect(JOURNAL(ENTRY(0, "other", 10)));
}

static void
a_byte_order_mark_and_a_double_go_by_themselves(void **state)
{
    (void)state;
    given("\xef\xbb\xbf" JOURNAL(ENTRY(0, "a", 10) NEXT ENTRY(0, "a", 10)));
    assert_int_equal(amend((dn_amendment){NULL, NULL, 0}), 0);
    expect(JOURNAL(ENTRY(0, "a", 10)));
}

#define AMENDED(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        AMENDED(an_added_entry_comes_before_those_with_later_names),
        AMENDED(what_follows_an_added_entry_gets_a_free_number),
        AMENDED(the_latest_name_comes_last_and_the_first_one_first),
        AMENDED(an_entry_that_is_there_is_not_added),
        AMENDED(a_tag_is_put_right_and_the_rest_stays),
        AMENDED(an_entry_that_is_not_there_cannot_be_put_right),
        AMENDED(a_journal_that_somebody_else_changed_is_left_alone),
        AMENDED(a_byte_order_mark_and_a_double_go_by_themselves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
