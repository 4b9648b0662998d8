/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/journal/journal.h"
#include "tests/unit/tree_fixture.h"

static dn_error error;

static int
setup(void **state)
{
    return tree_make(state);
}

#define JOURNAL(entries)                                                                           \
    "{\n  \"version\": 1,\n  \"layout\": \"dunlin\",\n  \"dialect\": \"portable\",\n"              \
    "  \"entries\": [" entries "]\n}\n"
#define A "\n    {\"idx\": 0, \"tag\": \"a\", \"when\": 1}"
#define B "\n    {\"idx\": 1, \"tag\": \"b\", \"when\": 2}"

static int
merge(const char *base, const char *ours, const char *theirs)
{
    put("base", base);
    put("ours", ours);
    put("theirs", theirs);
    dn_error_clear(&error);
    return dn_journal_merge(at("base"), at("ours"), at("theirs"), &error);
}

static void
expect_merged(const char *base, const char *ours, const char *theirs, const char *expected)
{
    char *merged;

    if (merge(base, ours, theirs) < 0)
        fail_msg("%s", error.message);
    merged = get("ours");
    assert_string_equal(merged, expected);
    free(merged);
}

static void
expect_conflict(const char *base, const char *ours, const char *theirs, const char *message)
{
    char *left;

    assert_int_equal(merge(base, ours, theirs), -1);
    assert_string_equal(error.message, message);
    assert_string_equal(error.id, "journal.merge-conflict");
    assert_int_equal(error.status, DUNLIN_DISAGREEMENT);
    left = get("ours");
    assert_string_equal(left, ours);
    free(left);
}

static void
what_both_sides_added_comes_after_the_base_ours_first(void **state)
{
    (void)state;
    expect_merged(JOURNAL(A "\n  "),
                  JOURNAL(A ","
                            "\n    {\"idx\": 1, \"tag\": \"m\", \"when\": 9, \"by\": \"us\"}"
                            "\n  "),
                  JOURNAL(A ","
                            "\n    {\"idx\": 1, \"tag\": \"z\", \"when\": 3}"
                            ","
                            "\n    {\"idx\": 2, \"tag\": \"c\", \"when\": 4}"
                            "\n  "),
                  JOURNAL(A ","
                            "\n    {\"idx\": 1, \"tag\": \"m\", \"when\": 9, \"by\": \"us\"}"
                            ","
                            "\n    {\"idx\": 2, \"tag\": \"c\", \"when\": 4}"
                            ","
                            "\n    {\"idx\": 3, \"tag\": \"z\", \"when\": 3}"
                            "\n  "));
}

static void
the_same_addition_on_both_sides_is_one(void **state)
{
    (void)state;
    expect_merged(JOURNAL(""), JOURNAL(A "\n  "), JOURNAL(A "," B "\n  "), JOURNAL(A "," B "\n  "));
}

static void
a_file_that_both_sides_added_has_an_empty_base(void **state)
{
    (void)state;
    expect_merged("", JOURNAL(A "\n  "),
                  JOURNAL("\n    {\"idx\": 0, \"tag\": \"b\", \"when\": 2}\n  "),
                  JOURNAL(A "," B "\n  "));
}

static void
an_entry_that_one_side_removed_goes(void **state)
{
    static const char only_b[] = JOURNAL("\n    {\"idx\": 0, \"tag\": \"b\", \"when\": 2}\n  ");

    (void)state;
    expect_merged(JOURNAL(A "," B "\n  "), JOURNAL(A "," B "\n  "), only_b, only_b);
    expect_merged(JOURNAL(A "," B "\n  "), only_b, JOURNAL(A "," B "\n  "), only_b);
}

static void
a_change_of_one_side_is_taken(void **state)
{
    static const char changed[] =
        JOURNAL("\n    {\"idx\": 0, \"tag\": \"a\", \"when\": 7}," B "\n  ");

    (void)state;
    expect_merged(JOURNAL(A "," B "\n  "), JOURNAL(A "," B "\n  "), changed, changed);
    expect_merged(JOURNAL(A "," B "\n  "), changed, JOURNAL(A "," B "\n  "), changed);
    expect_merged(JOURNAL(A "," B "\n  "), changed, changed, changed);
}

static void
members_of_the_journal_are_merged_too(void **state)
{
    (void)state;
    expect_merged("{\"version\":1,\"layout\":\"dunlin\",\"x\":1,\"y\":1,\"entries\":[]}",
                  "{\"version\":1,\"layout\":\"dunlin\",\"x\":2,\"y\":1,\"entries\":[]}",
                  "{\"version\":1,\"layout\":\"dunlin\",\"x\":1,\"z\":[3],\"entries\":[]}",
                  "{\n  \"version\": 1,\n  \"layout\": \"dunlin\",\n  \"x\": 2,\n  \"z\": [\n"
                  "    3\n  ],\n  \"entries\": []\n}\n");
}

static void
what_both_changed_in_different_ways_is_a_conflict(void **state)
{
    (void)state;
    expect_conflict(JOURNAL(A "\n  "),
                    JOURNAL("\n    {\"idx\": 0, \"tag\": \"a\", \"when\": 7}\n  "),
                    JOURNAL("\n    {\"idx\": 0, \"tag\": \"a\", \"when\": 8}\n  "),
                    "both sides changed the entry 'a', each in its own way");
    expect_conflict(JOURNAL(""), JOURNAL("\n    {\"idx\": 0, \"tag\": \"a\", \"when\": 7}\n  "),
                    JOURNAL("\n    {\"idx\": 0, \"tag\": \"a\", \"when\": 8}\n  "),
                    "both sides changed the entry 'a', each in its own way");
    expect_conflict("{\"layout\":\"dunlin\",\"dialect\":\"a\",\"entries\":[]}",
                    "{\"layout\":\"dunlin\",\"dialect\":\"b\",\"entries\":[]}",
                    "{\"layout\":\"dunlin\",\"dialect\":\"c\",\"entries\":[]}",
                    "both sides changed \"dialect\", each in its own way");
}

static void
what_one_removed_and_the_other_changed_is_a_conflict(void **state)
{
    static const char changed[] = JOURNAL("\n    {\"idx\": 0, \"tag\": \"a\", \"when\": 7}\n  ");
    static const char message[] = "one side removed the entry 'a', the other changed it";

    (void)state;
    expect_conflict(JOURNAL(A "\n  "), changed, JOURNAL(""), message);
    expect_conflict(JOURNAL(A "\n  "), JOURNAL(""), changed, message);
}

static void
another_order_on_the_other_side_is_a_conflict(void **state)
{
    (void)state;
    expect_conflict(JOURNAL(A "," B "\n  "), JOURNAL(A "," B "\n  "), JOURNAL(B "," A "\n  "),
                    "the other side put the entries into another order");
}

static void
a_drizzle_journal_is_left_to_drizzle(void **state)
{
    static const char journal[] = "{\"version\":\"7\",\"dialect\":\"toy\",\"entries\":[]}";
    char message[256];

    (void)state;
    snprintf(message, sizeof message,
             "'%s' is a Drizzle journal: its entries, numbers and snapshots are merged by Drizzle "
             "or by hand",
             at("base"));
    expect_conflict(journal, journal, journal, message);
}

static void
a_side_that_cannot_be_read_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(merge(JOURNAL(""), "<<<<", JOURNAL("")), -1);
    assert_string_equal(error.id, "journal.syntax");
    assert_int_equal(merge(JOURNAL(""), "", JOURNAL("")), -1);
    assert_string_equal(error.id, "journal.syntax");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, tree_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_both_sides_added_comes_after_the_base_ours_first),
        TEST(the_same_addition_on_both_sides_is_one),
        TEST(a_file_that_both_sides_added_has_an_empty_base),
        TEST(an_entry_that_one_side_removed_goes),
        TEST(a_change_of_one_side_is_taken),
        TEST(members_of_the_journal_are_merged_too),
        TEST(what_both_changed_in_different_ways_is_a_conflict),
        TEST(what_one_removed_and_the_other_changed_is_a_conflict),
        TEST(another_order_on_the_other_side_is_a_conflict),
        TEST(a_drizzle_journal_is_left_to_drizzle),
        TEST(a_side_that_cannot_be_read_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
