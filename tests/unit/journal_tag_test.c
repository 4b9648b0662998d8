/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/journal/parts.h"

static void
tags_that_are_names_of_files_are_fine(void **state)
{
    static const char *const tags[] = {"0000_init", "20260101000000_a", "_none",   "a.b-c",
                                       "-x",        "\xC3\xA4rger",     "A",       "0",
                                       "x.",        "\xF0\x9F\xA6\xA6", "0001_.x", "a--b"};

    (void)state;
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
        assert_int_equal(dn_tag_check(tags[i], strlen(tags[i]), NULL), 0);
}

static void
hostile_tags_are_refused(void **state)
{
    static const struct {
        const char *tag;
        const char *message;
    } cases[] = {
        {"", "the tag '' is empty"},
        {".", "the tag '.' starts with a dot"},
        {"..", "the tag '..' has two dots in a row in it"},
        {"a/../b", "the tag 'a/../b' has two dots in a row in it"},
        {"a/b", "the tag 'a/b' has a slash in it"},
        {"a\\b", "the tag 'a\\b' has a slash in it"},
        {"a\nb", "the tag 'a\\nb' has a control character in it"},
        {"a\x7F", "the tag 'a\\x7f' has a control character in it"},
        {"a\xC2\x9B", NULL},
        {"a b", "the tag 'a b' has a character other than letters, digits and _ . - in it"},
        {"a'b", "the tag 'a'b' has a character other than letters, digits and _ . - in it"},
        {"a\xFF", NULL},
        {"\xC3", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dn_error error;

        assert_int_equal(dn_tag_check(cases[i].tag, strlen(cases[i].tag), &error), -1);
        assert_string_equal(error.id, "journal.bad-tag");
        if (cases[i].message)
            assert_string_equal(error.message, cases[i].message);
    }
    assert_int_equal(dn_tag_check("a\0b", 3, NULL), -1);
}

static void
a_tag_may_have_200_bytes_and_no_more(void **state)
{
    char tag[202];

    (void)state;
    memset(tag, 'x', sizeof tag);
    assert_int_equal(dn_tag_check(tag, 200, NULL), 0);
    assert_int_equal(dn_tag_check(tag, 201, NULL), -1);
}

static void
a_prefix_of_fourteen_digits_is_a_time_when_it_can_be_one(void **state)
{
    int64_t ms = -1;

    (void)state;
    assert_true(dn_tag_time("20250106090000_x", &ms));
    assert_int_equal(ms, INT64_C(1736154000000)); /* date -u -d '2025-01-06 09:00:00' +%s */
    assert_true(dn_tag_time("20240229235959", &ms));
    assert_int_equal(ms, INT64_C(1709251199000));
    assert_false(dn_tag_time("20230229000000_x", &ms));
    assert_false(dn_tag_time("20250101250000_x", &ms));
    assert_false(dn_tag_time("20250101006000_x", &ms));
    assert_false(dn_tag_time("20251301000000_x", &ms));
    assert_false(dn_tag_time("00000000000000_x", &ms));
    assert_false(dn_tag_time("2025010100000_x", &ms));
    assert_false(dn_tag_time("202501010000000_x", &ms));
    assert_false(dn_tag_time("x", &ms));
}

static void
names_become_slugs(void **state)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_error error;
    char longest[152];

    (void)state;
    assert_string_equal(dn_tag_slug(&arena, "Add users-table", &error), "add_users_table");
    assert_string_equal(dn_tag_slug(&arena, "  v2_final ", &error), "v2_final");
    memset(longest, 'a', sizeof longest);
    longest[150] = '\0';
    assert_non_null(dn_tag_slug(&arena, longest, &error));
    longest[150] = 'a';
    longest[151] = '\0';
    assert_null(dn_tag_slug(&arena, longest, &error));
    assert_string_equal(error.id, "journal.bad-name");
}

static void
a_name_that_cannot_become_a_slug_is_an_error(void **state)
{
    static const char *const names[] = {"",    "  ",          "a/b", "../x",
                                        "a.b", "caf\xC3\xA9", "a'b", "a\nb"};
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_error error;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        dn_error_clear(&error);
        assert_null(dn_tag_slug(&arena, names[i], &error));
        assert_string_equal(error.id, "journal.bad-name");
    }
    assert_null(dn_tag_slug(&arena, "a/b", &error));
    assert_string_equal(error.message,
                        "the name 'a/b' wants letters, digits, blanks, - and _ only, "
                        "and one at least");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_that_are_names_of_files_are_fine),
        cmocka_unit_test(hostile_tags_are_refused),
        cmocka_unit_test(a_tag_may_have_200_bytes_and_no_more),
        cmocka_unit_test(a_prefix_of_fourteen_digits_is_a_time_when_it_can_be_one),
        cmocka_unit_test(names_become_slugs),
        cmocka_unit_test(a_name_that_cannot_become_a_slug_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
