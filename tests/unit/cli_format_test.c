/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/format.h"
#include "cli/json.h"

static const char *
duration(int64_t us)
{
    static char text[DN_FORMAT_SIZE];

    dn_cli_format_duration(us, text);
    return text;
}

static const char *
bytes(int64_t count)
{
    static char text[DN_FORMAT_SIZE];

    dn_cli_format_bytes(count, text);
    return text;
}

static const char *
when(const char *iso)
{
    static char text[DN_FORMAT_SIZE];

    dn_cli_format_time(iso, text);
    return text;
}

static void
durations_have_a_unit_that_suits_their_size(void **state)
{
    (void)state;
    assert_string_equal(duration(0), "0.0 ms");
    assert_string_equal(duration(1234), "1.2 ms");
    assert_string_equal(duration(10000), "10 ms");
    assert_string_equal(duration(999999), "999 ms");
    assert_string_equal(duration(1000000), "1.0 s");
    assert_string_equal(duration(3456789), "3.4 s");
    assert_string_equal(duration(59999999), "59.9 s");
    assert_string_equal(duration(125000000), "2 min 5 s");
    assert_string_equal(duration(INT64_C(7384000000)), "2 h 3 min");
}

static void
sizes_have_a_unit_that_suits_them(void **state)
{
    (void)state;
    assert_string_equal(bytes(0), "0 bytes");
    assert_string_equal(bytes(1), "1 byte");
    assert_string_equal(bytes(999), "999 bytes");
    assert_string_equal(bytes(1000), "1.0 kB");
    assert_string_equal(bytes(999949), "999.9 kB");
    assert_string_equal(bytes(999999), "1.0 MB");
    assert_string_equal(bytes(1234567), "1.2 MB");
    assert_string_equal(bytes(INT64_C(5000000000000000)), "5.0 PB");
}

static void
a_time_loses_its_fraction_and_letters(void **state)
{
    (void)state;
    assert_string_equal(when("2026-11-23T10:54:10.123456Z"), "2026-11-23 10:54:10");
    assert_string_equal(when("2026-11-23T10:54:10Z"), "2026-11-23 10:54:10");
    assert_string_equal(when("yesterday"), "yesterday");
    assert_string_equal(when("2026-11-23"), "2026-11-23");
    assert_string_equal(when(NULL), "");
}

/* Free it. */
static char *
put(const char *text, int indent)
{
    char *out = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);

    dn_cli_put(stream, text, indent);
    fclose(stream);
    return out;
}

static void
assert_put(const char *text, const char *expected)
{
    char *out = put(text, 4);

    assert_string_equal(out, expected);
    free(out);
}

static void
what_could_upset_a_terminal_is_shown_in_hexadecimal(void **state)
{
    (void)state;
    assert_put("gr\xc3\xb6\xc3\x9f"
               "e \xe2\x82\xac \xf0\x9f\xa6\x86\tx",
               "gr\xc3\xb6\xc3\x9f"
               "e \xe2\x82\xac \xf0\x9f\xa6\x86\tx");
    assert_put("a\033[31mb\rc\x7f", "a\\x1b[31mb\\x0dc\\x7f");
    assert_put("one\ntwo", "one\n    two");
    assert_put("\xc2\x9b", "\\xc2\\x9b"); /* CSI as one character */
    assert_put("\xff"
               "a\xc3",
               "\\xffa\\xc3");                                       /* no UTF-8 */
    assert_put("\xc0\xaf\xe0\x80\xaf", "\\xc0\\xaf\\xe0\\x80\\xaf"); /* overlong */
    assert_put("\xed\xa0\x80", "\\xed\\xa0\\x80");                   /* a surrogate */
    assert_put("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");          /* above U+10FFFF */
    assert_put(NULL, "");
}

static void
documents_are_json_whatever_text_is_in_them(void **state)
{
    char *out = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);
    dn_json_writer json = {stream, false};

    (void)state;
    dn_cli_json_open(&json, NULL, '{');
    dn_cli_json_text(&json, "a", "quote \" slash \\ line\n bell\a \xc3\xb6 \xff.");
    dn_cli_json_text(&json, "b", NULL);
    dn_cli_json_open(&json, "c", '[');
    dn_cli_json_integer(&json, NULL, -5);
    dn_cli_json_boolean(&json, NULL, true);
    dn_cli_json_open(&json, NULL, '{');
    dn_cli_json_close(&json, '}');
    dn_cli_json_close(&json, ']');
    dn_cli_json_boolean(&json, "d", false);
    dn_cli_json_close(&json, '}');
    fclose(stream);
    assert_string_equal(out, "{\"a\":\"quote \\\" slash \\\\ line\\n bell\\u0007 \xc3\xb6 "
                             "\\ufffd.\",\"b\":null,\"c\":[-5,true,{}],\"d\":false}");
    free(out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_have_a_unit_that_suits_their_size),
        cmocka_unit_test(sizes_have_a_unit_that_suits_them),
        cmocka_unit_test(a_time_loses_its_fraction_and_letters),
        cmocka_unit_test(what_could_upset_a_terminal_is_shown_in_hexadecimal),
        cmocka_unit_test(documents_are_json_whatever_text_is_in_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
