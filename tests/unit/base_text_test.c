/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/base/text.h"

static void
a_text_grows_and_stays_terminated(void **state)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    (void)state;
    dn_text_add(&text, NULL, 0);
    assert_string_equal(text.data, "");
    dn_text_add(&text, "abc", 2);
    dn_text_add_string(&text, "cd");
    dn_text_add_char(&text, '!');
    dn_text_printf(&text, " %d%%", 7);
    assert_string_equal(text.data, "abcd! 7%");
    assert_int_equal(text.length, 8);
    for (int i = 0; i < 100000; i++)
        dn_text_add_char(&text, 'x');
    assert_int_equal(text.length, 100008);
    assert_int_equal(strlen(text.data), 100008);
    assert_false(text.failed);
}

static void
clearing_keeps_the_memory_and_forgets_a_failure(void **state)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const char *data;

    (void)state;
    dn_text_add_string(&text, "something");
    data = text.data;
    assert_null(dn_text_reserve(&text, SIZE_MAX));
    assert_true(text.failed);
    dn_text_add_string(&text, " else");
    assert_string_equal(text.data, "something");
    dn_text_clear(&text);
    assert_false(text.failed);
    dn_text_add_string(&text, "new");
    assert_string_equal(text.data, "new");
    assert_ptr_equal(text.data, data);
}

static void
reserved_room_is_written_by_the_caller(void **state)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    char *room;

    (void)state;
    dn_text_add_string(&text, "a");
    room = dn_text_reserve(&text, 1000);
    assert_non_null(room);
    assert_int_equal(text.length, 1);
    memset(room, 'b', 1000);
    text.length += 1000;
    dn_text_add_char(&text, 'c');
    assert_int_equal(text.length, 1002);
    assert_string_equal(text.data + 999, "bbc");
}

static void
strings_compare_by_bytes_or_without_ascii_case(void **state)
{
    (void)state;
    assert_true(dn_string_equal(dn_string("abc"), "abc"));
    assert_false(dn_string_equal(dn_string("abc"), "abcd"));
    assert_false(dn_string_equal(dn_string("abc"), "ab"));
    assert_false(dn_string_equal(dn_string("abc"), "abC"));
    assert_false(dn_string_equal(dn_span("ab\0c", 4), "ab"));
    assert_true(dn_string_equal(dn_string(NULL), ""));
    assert_false(dn_string_equal(dn_string(""), NULL));
    assert_true(dn_string_equal_fold(dn_string("AbC_[z"), "aBc_[Z"));
    assert_false(dn_string_equal_fold(dn_string("@"), "`"));
    assert_false(dn_string_equal_fold(dn_string("\xC3\x84"), "\xC3\xA4"));
    assert_false(dn_string_equal_fold(dn_string("a"), "ab"));
}

/* Examples of the Unicode standard, section 3.9, and their neighbours. */
static void
utf8_is_checked_to_the_letter(void **state)
{
    static const char *const good[] = {
        "",
        "plain",
        "\xC2\x80",
        "\xDF\xBF",
        "\xE0\xA0\x80",
        "\xED\x9F\xBF",
        "\xEE\x80\x80",
        "\xF0\x90\x80\x80",
        "\xF4\x8F\xBF\xBF",
        ("12345678\xE2\x82\xAC"
         "12345678"),
    };
    static const char *const bad[] = {
        "\x80",     /* starts in the middle */
        "\xC0\xAF", /* overlong */
        "\xC1\xBF",
        "\xE0\x9F\xBF",
        "\xF0\x8F\xBF\xBF",
        "\xED\xA0\x80",     /* surrogate */
        "\xF4\x90\x80\x80", /* above U+10FFFF */
        "\xF5\x80\x80\x80",
        "\xE2\x82", /* cut */
        "\xE2\x82(",
        "1234567\xFF",
        ("12345678\xFF"
         "12345678"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(dn_utf8_valid(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(dn_utf8_valid(bad[i], strlen(bad[i])));
    assert_int_equal(dn_utf8_prefix("12345678\xFF"
                                    "1",
                                    10),
                     8);
    assert_int_equal(dn_utf8_prefix("ab\xE2\x82", 4), 2);
}

static const char *
shown(dn_text *text, const char *data, size_t length, size_t limit)
{
    dn_text_clear(text);
    dn_text_add_visible(text, data, length, limit);
    return text->data ? text->data : "";
}

static void
messages_show_control_and_broken_bytes_escaped(void **state)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    (void)state;
    assert_string_equal(shown(&text, "a\n\t\r\0\x1b\x7f", 7, 100), "a\\n\\t\\r\\x00\\x1b\\x7f");
    assert_string_equal(shown(&text, "\xC3\xA9\xFF\xC3", 4, 100), "\xC3\xA9\\xff\\xc3");
    assert_string_equal(shown(&text, "\xC2\x9B", 2, 100), "\\xc2\\x9b");
    assert_string_equal(shown(&text, "C:\\x", 4, 100), "C:\\x");
}

static void
a_shown_text_is_cut_between_characters(void **state)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    (void)state;
    assert_string_equal(shown(&text, "abcdef", 6, 6), "abcdef");
    assert_string_equal(shown(&text, "abcdefg", 7, 6), "abcdef...");
    assert_string_equal(shown(&text,
                              "ab\xE2\x82\xAC"
                              "d",
                              6, 4),
                        "ab...");
    assert_string_equal(shown(&text, "abc\x01", 4, 5), "abc...");
    assert_string_equal(shown(&text, "a", 1, 0), "...");
}

static void
counts_agree_with_their_noun(void **state)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    (void)state;
    dn_text_add_count(&text, 0, "migration", "migrations");
    dn_text_add_string(&text, ", ");
    dn_text_add_count(&text, 1, "migration", "migrations");
    dn_text_add_string(&text, ", ");
    dn_text_add_count(&text, 10000, "migration", "migrations");
    assert_string_equal(text.data, "0 migrations, 1 migration, 10000 migrations");
}

static void
test_a_quoted_text_has_its_marks_twice(void **state)
{
    dn_text text = DN_TEXT_INIT;

    (void)state;
    dn_text_add_quoted(&text, '\'', dn_string("it's"));
    dn_text_add_quoted(&text, '"', dn_string("a\"b'"));
    dn_text_add_quoted(&text, '"', dn_span(NULL, 0));
    assert_string_equal(text.data, "'it''s'\"a\"\"b'\"\"\"");
    dn_text_free(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_quoted_text_has_its_marks_twice),
        cmocka_unit_test(a_text_grows_and_stays_terminated),
        cmocka_unit_test(clearing_keeps_the_memory_and_forgets_a_failure),
        cmocka_unit_test(reserved_room_is_written_by_the_caller),
        cmocka_unit_test(strings_compare_by_bytes_or_without_ascii_case),
        cmocka_unit_test(utf8_is_checked_to_the_letter),
        cmocka_unit_test(messages_show_control_and_broken_bytes_escaped),
        cmocka_unit_test(a_shown_text_is_cut_between_characters),
        cmocka_unit_test(counts_agree_with_their_noun),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
