/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/base/json.h"

static const cJSON *
member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static void
assert_refused_span(const char *text, size_t length, bool comments, const char *message)
{
    /* An exact copy on the heap, so that reading one byte too many is seen. */
    char *copy = malloc(length ? length : 1);
    dn_json json;
    dn_error error;

    assert_non_null(copy);
    memcpy(copy, text, length);
    assert_int_equal(dn_json_parse(&json, "f.json", copy, length, comments, "test.syntax", &error),
                     -1);
    assert_string_equal(error.message, message);
    assert_string_equal(error.id, "test.syntax");
    assert_int_equal(error.status, DUNLIN_USAGE);
    assert_int_equal(error.exit_code, 2);
    assert_null(json.root);
    assert_null(json.text);
    free(copy);
}

static void
assert_refused(const char *text, const char *message)
{
    assert_refused_span(text, strlen(text), false, message);
}

static void
a_document_becomes_a_tree(void **state)
{
    static const char text[] =
        " {\"a\": [1, -2.5e1, true, false, null, \"x\\u00e9\\ud83d\\ude00\"],"
        "\r\n\t\"b\": {}, \"c\": []} \n";
    dn_auto(dn_json) json;
    dn_error error;

    (void)state;
    assert_int_equal(
        dn_json_parse(&json, "f.json", text, strlen(text), false, "test.syntax", &error), 0);
    assert_false(json.bom);
    assert_int_equal(cJSON_GetArraySize(json.root), 3);
    assert_int_equal(cJSON_GetArraySize(member(json.root, "a")), 6);
    assert_true(cJSON_GetArrayItem(member(json.root, "a"), 1)->valuedouble == -25.0);
    assert_string_equal(cJSON_GetArrayItem(member(json.root, "a"), 5)->valuestring,
                        "x\xC3\xA9\xF0\x9F\x98\x80");
}

static void
any_value_may_be_the_document(void **state)
{
    static const char *const texts[] = {"1",  "\"\"", "null", "true", "false",
                                        "[]", "{}",   "-0.0", "1E+2"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        dn_auto(dn_json) json;
        dn_error error;

        assert_int_equal(dn_json_parse(&json, "f.json", texts[i], strlen(texts[i]), false,
                                       "test.syntax", &error),
                         0);
    }
}

static void
syntax_errors_name_the_place_and_what_was_expected(void **state)
{
    (void)state;
    assert_refused("", "f.json:1:1: expected a value, but the text ends here");
    assert_refused(" \n ", "f.json:2:2: expected a value, but the text ends here");
    assert_refused("{\n  \"a\" 1}", "f.json:2:7: expected ':'");
    assert_refused("{\"a\": 1 \"b\": 2}", "f.json:1:9: expected ',' or '}'");
    assert_refused("[1 2]", "f.json:1:4: expected ',' or ']'");
    assert_refused("[1,]", "f.json:1:4: a comma with nothing after it");
    assert_refused("{\"a\":1,\n}", "f.json:2:1: a comma with nothing after it");
    assert_refused("{a: 1}", "f.json:1:2: expected a member name in double quotes");
    assert_refused("{'a': 1}", "f.json:1:2: expected a member name in double quotes");
    assert_refused("{,}", "f.json:1:2: expected a member name in double quotes");
    assert_refused("[tru]", "f.json:1:2: expected a value");
    assert_refused("nul", "f.json:1:1: expected a value");
    assert_refused("{} {}", "f.json:1:4: expected nothing after the document");
    assert_refused("[1]]", "f.json:1:4: expected nothing after the document");
    assert_refused("[", "f.json:1:2: expected a value, but the text ends here");
    assert_refused("{\"a\":{\"b\":[1", "f.json:1:13: expected ',' or ']', but the text ends here");
    assert_refused("[1}", "f.json:1:3: expected ',' or ']'");
    assert_refused("// x\n1", "f.json:1:1: comments are not allowed here");
    assert_refused("[/* x */]", "f.json:1:2: comments are not allowed here");
}

static void
numbers_are_those_of_the_standard(void **state)
{
    (void)state;
    assert_refused("[01]", "f.json:1:2: a number must not start with 0");
    assert_refused("[-00]", "f.json:1:2: a number must not start with 0");
    assert_refused("[+1]", "f.json:1:2: expected a value");
    assert_refused("[-]", "f.json:1:3: expected a digit");
    assert_refused("[.5]", "f.json:1:2: expected a value");
    assert_refused("[1.]", "f.json:1:4: expected a digit after the decimal point");
    assert_refused("[1e]", "f.json:1:4: expected a digit in the exponent");
    assert_refused("[1e+]", "f.json:1:5: expected a digit in the exponent");
    assert_refused("[0x1]", "f.json:1:3: expected ',' or ']'");
    assert_refused("NaN", "f.json:1:1: expected a value");
    assert_refused("1111111111222222222233333333334444444444555555555566666666667",
                   "f.json:1:1: a number with too many digits");
}

static void
strings_are_those_of_the_standard(void **state)
{
    (void)state;
    assert_refused("[\"a", "f.json:1:2: a string without its closing quote");
    assert_refused("[\"a\\", "f.json:1:4: a backslash that starts no known escape");
    assert_refused("[\"a\n\"]", "f.json:1:4: a string that does not end on its line");
    assert_refused("[\"a\x01\"]", "f.json:1:4: a control character in a string");
    assert_refused("[\"\\x\"]", "f.json:1:3: a backslash that starts no known escape");
    assert_refused("[\"\\u12G4\"]", "f.json:1:3: expected four hexadecimal digits after '\\u'");
    assert_refused("[\"\\u12", "f.json:1:3: expected four hexadecimal digits after '\\u'");
    assert_refused("[\"\\u0000\"]", "f.json:1:3: a string must not hold the character U+0000");
    assert_refused("[\"\\ud83d\"]", "f.json:1:3: half of a surrogate pair");
    assert_refused("[\"\\ud83d\\n12345\"]", "f.json:1:3: half of a surrogate pair");
    assert_refused("[\"\\ud83d\\u0041\"]", "f.json:1:3: half of a surrogate pair");
    assert_refused("[\"\\ude00\"]", "f.json:1:3: half of a surrogate pair");
}

static void
bytes_that_are_no_text_are_refused_anywhere(void **state)
{
    (void)state;
    assert_refused_span("{\"a\":\n \"\0\"}", 11, false, "f.json:2:3: a NUL byte");
    assert_refused_span("{}\0", 3, false, "f.json:1:3: a NUL byte");
    assert_refused_span("\0", 1, false, "f.json:1:1: a NUL byte");
    assert_refused("[\"\xFF\"]", "f.json:1:3: a byte that is not UTF-8");
    assert_refused("[\"\xC3\"]", "f.json:1:3: a byte that is not UTF-8");
    assert_refused_span("// \xFF\n1", 6, true, "f.json:1:4: a byte that is not UTF-8");
    assert_refused_span("\xFF\xFE{\0", 4, false, "f.json:1:1: a byte that is not UTF-8");
    assert_refused("[\v1]", "f.json:1:2: expected a value");
    assert_refused("[\xC2\xA0]", "f.json:1:2: expected a value");
}

static void
deep_nesting_is_refused_at_the_level_that_is_too_deep(void **state)
{
    char text[300];
    dn_auto(dn_json) json;
    dn_error error;

    (void)state;
    memset(text, '[', 100);
    memset(text + 100, ']', 100);
    assert_int_equal(dn_json_parse(&json, "f.json", text, 200, false, "test.syntax", &error), 0);
    memset(text, '[', sizeof text);
    assert_refused_span(text, sizeof text, false, "f.json:1:101: nested more than 100 deep");
}

static void
repeated_member_names_are_refused_where_they_repeat(void **state)
{
    char text[2000] = "{\n";

    (void)state;
    assert_refused("{\"a\": 1,\n \"a\": 2}", "f.json:2:2: the member 'a' stands here twice");
    assert_refused("[0, {\"b\": {\"a\": 1, \"\\u0061\": 2}}]",
                   "f.json:1:20: the member 'a' stands here twice");
    assert_refused("{\"\": 1, \"\": 2}", "f.json:1:9: the member '' stands here twice");
    for (int i = 0; i < 40; i++) {
        size_t used = strlen(text);

        snprintf(text + used, sizeof text - used, "\"m%d\": {\"x\": [%d]},\n", i == 30 ? 7 : i, i);
    }
    memcpy(text + strlen(text) - 2, "}", 2);
    assert_refused(text, "f.json:32:1: the member 'm7' stands here twice");
}

static void
names_that_differ_in_case_are_different(void **state)
{
    static const char text[] = "{\"a\": 1, \"A\": 2}";
    dn_auto(dn_json) json;
    dn_error error;

    (void)state;
    assert_int_equal(
        dn_json_parse(&json, "f.json", text, strlen(text), false, "test.syntax", &error), 0);
    assert_int_equal(member(json.root, "A")->valueint, 2);
}

static void
comments_count_as_blanks_and_keep_places(void **state)
{
    static const char text[] = "// first\n"
                               "{ /* \"x\": */ \"a//b\": \"/* \\\" //\", // tail \"\n"
                               "  /* two\n"
                               "     lines **/ \"c\": /**/ 3 } // end";
    dn_auto(dn_json) json;
    dn_error error;
    dn_json_place place;

    (void)state;
    assert_int_equal(
        dn_json_parse(&json, "f.json", text, strlen(text), true, "test.syntax", &error), 0);
    assert_string_equal(member(json.root, "a//b")->valuestring, "/* \" //");
    place = dn_json_name_place(&json, member(json.root, "c"));
    assert_int_equal(place.line, 4);
    assert_int_equal(place.column, 16);
    place = dn_json_value_place(&json, member(json.root, "c"));
    assert_int_equal(place.line, 4);
    assert_int_equal(place.column, 26);
    assert_int_equal(text[place.offset], '3');
}

static void
a_comment_that_is_not_closed_is_named(void **state)
{
    (void)state;
    assert_refused_span("{}\n /* x", 8, true, "f.json:2:2: a comment that is not closed");
    assert_refused_span("{}\n /*/", 7, true, "f.json:2:2: a comment that is not closed");
    assert_refused_span("{} /", 4, true, "f.json:1:4: expected nothing after the document");
}

static void
a_byte_order_mark_takes_no_column(void **state)
{
    static const char text[] = "\xEF\xBB\xBF{\"a\":\n 1}";
    dn_auto(dn_json) json;
    dn_error error;
    dn_json_place place;

    (void)state;
    assert_int_equal(
        dn_json_parse(&json, "f.json", text, strlen(text), false, "test.syntax", &error), 0);
    assert_true(json.bom);
    place = dn_json_name_place(&json, member(json.root, "a"));
    assert_int_equal(place.offset, 4);
    assert_int_equal(place.line, 1);
    assert_int_equal(place.column, 2);
    place = dn_json_value_place(&json, member(json.root, "a"));
    assert_int_equal(place.line, 2);
    assert_int_equal(place.column, 2);
    assert_refused("\xEF\xBB\xBF{\"a\"", "f.json:1:5: expected ':', but the text ends here");
    assert_refused("\xEF\xBB\xBF", "f.json:1:1: expected a value, but the text ends here");
    assert_refused("\xEF\xBB\xBF\xEF\xBB\xBF{}", "f.json:1:1: expected a value");
}

static void
every_node_is_found_again(void **state)
{
    static const char text[] = "{\n"
                               "  \"x\": [10, {\"k\\\"\": \"]}\", \"n\": [[], [null]]}],\n"
                               "  \"y\": {\"z\": true}\n"
                               "}";
    dn_auto(dn_json) json;
    dn_error error;
    const cJSON *x, *inner;

    (void)state;
    assert_int_equal(
        dn_json_parse(&json, "f.json", text, strlen(text), false, "test.syntax", &error), 0);
    x = member(json.root, "x");
    inner = cJSON_GetArrayItem(x, 1);
    assert_int_equal(dn_json_value_place(&json, json.root).offset, 0);
    assert_int_equal(dn_json_name_place(&json, x).column, 3);
    assert_int_equal(dn_json_value_place(&json, x).column, 8);
    assert_int_equal(dn_json_value_place(&json, cJSON_GetArrayItem(x, 0)).column, 9);
    assert_int_equal(dn_json_value_place(&json, inner).column, 13);
    assert_int_equal(dn_json_name_place(&json, member(inner, "k\"")).column, 14);
    assert_int_equal(dn_json_value_place(&json, member(inner, "k\"")).column, 21);
    assert_int_equal(
        dn_json_value_place(&json, cJSON_GetArrayItem(member(inner, "n"), 1)->child).column, 38);
    assert_int_equal(dn_json_value_place(&json, member(json.root, "y")->child).line, 3);
    assert_int_equal(dn_json_value_place(&json, member(json.root, "y")->child).column, 14);
}

static void
a_failure_about_a_node_names_its_place(void **state)
{
    static const char text[] = "{\"a\":\n  [true]}";
    dn_auto(dn_json) json;
    dn_error error;

    (void)state;
    assert_int_equal(
        dn_json_parse(&json, "f.json", text, strlen(text), false, "test.syntax", &error), 0);
    assert_int_equal(dn_json_fail(&json, member(json.root, "a")->child, "test.syntax", &error,
                                  "expected a string, not %s",
                                  dn_json_kind(member(json.root, "a")->child)),
                     -1);
    assert_string_equal(error.message, "f.json:2:4: expected a string, not true");
    assert_int_equal(error.exit_code, 2);
}

/* A realistic file cut at every byte: never accepted, always with line and column. */
static void
every_truncation_is_an_error_with_a_place(void **state)
{
    static const char text[] =
        "\xEF\xBB\xBF{\r\n"
        "  \"version\": \"7\", // kept\n"
        "  \"dialect\": \"sqlite\",\n"
        "  \"entries\": [\n"
        "    {\"idx\": 0, \"when\": 1712345678901, \"tag\": \"0000_\\u00e9\\n\","
        " \"breakpoints\": true, \"x\": null, \"y\": -1.5e-3},\n"
        "    {\"idx\": 1, \"tag\": \"0001_\xC3\xA9\", /* a */ \"z\": [[], {}]}\n"
        "  ]\n"
        "}";

    (void)state;
    for (int comments = 0; comments < 2; comments++)
        for (size_t length = 0; length < strlen(text); length++) {
            char *copy = malloc(length + 1);
            unsigned line = 0, column = 0;
            dn_json json;
            dn_error error;

            assert_non_null(copy);
            memcpy(copy, text, length);
            copy = realloc(copy, length ? length : 1);
            assert_int_equal(
                dn_json_parse(&json, "f.json", copy, length, comments, "test.syntax", &error), -1);
            assert_int_equal(sscanf(error.message, "f.json:%u:%u: ", &line, &column), 2);
            assert_in_range(line, 1, 8);
            assert_in_range(column, 1, 120);
            free(copy);
        }
}

static void
whole_numbers_are_exact_or_refused(void **state)
{
    static const char text[] = "[0, -5, 9007199254740991, -9007199254740991, 1e3,"
                               "9007199254740992, 9007199254740993, 1.5, 1e999, \"1\", null]";
    static const int64_t expected[] = {0, -5, INT64_C(9007199254740991), INT64_C(-9007199254740991),
                                       1000};
    dn_auto(dn_json) json;
    dn_error error;
    int64_t value = 77;

    (void)state;
    assert_int_equal(
        dn_json_parse(&json, "f.json", text, strlen(text), false, "test.syntax", &error), 0);
    for (int i = 0; i < 11; i++) {
        const cJSON *item = cJSON_GetArrayItem(json.root, i);

        assert_int_equal(dn_json_integer(item, &value), i < 5);
        if (i < 5)
            assert_true(value == expected[i]);
    }
    assert_false(dn_json_integer(NULL, &value));
}

static void
kinds_have_names_for_messages(void **state)
{
    static const char text[] = "[{}, [], \"\", 1, true, false, null]";
    static const char *const names[] = {"an object", "an array", "a string", "a number",
                                        "true",      "false",    "null"};
    dn_auto(dn_json) json;
    dn_error error;

    (void)state;
    assert_int_equal(
        dn_json_parse(&json, "f.json", text, strlen(text), false, "test.syntax", &error), 0);
    for (int i = 0; i < 7; i++)
        assert_string_equal(dn_json_kind(cJSON_GetArrayItem(json.root, i)), names[i]);
    assert_string_equal(dn_json_kind(NULL), "nothing");
}

/* Expected: what node's JSON.stringify gives for the same characters. */
static void
strings_are_escaped_as_javascript_does(void **state)
{
    static const char all[] = "a\"b\\c/\b\f\n\r\t\x01\x1f\x7f\xC3\xA9\xF0\x9F\x98\x80";
    dn_auto(dn_text) text = DN_TEXT_INIT;

    (void)state;
    dn_json_add_string(&text, all, strlen(all));
    assert_string_equal(text.data, "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xC3\xA9"
                                   "\xF0\x9F\x98\x80\"");
    dn_text_clear(&text);
    dn_json_add_string(&text, "", 0);
    assert_string_equal(text.data, "\"\"");
    dn_text_clear(&text);
    dn_json_add_string(&text, "\0\xFF\"\xC3", 4);
    assert_string_equal(text.data, "\"\\u0000\xEF\xBF\xBD\\\"\xEF\xBF\xBD\"");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_becomes_a_tree),
        cmocka_unit_test(any_value_may_be_the_document),
        cmocka_unit_test(syntax_errors_name_the_place_and_what_was_expected),
        cmocka_unit_test(numbers_are_those_of_the_standard),
        cmocka_unit_test(strings_are_those_of_the_standard),
        cmocka_unit_test(bytes_that_are_no_text_are_refused_anywhere),
        cmocka_unit_test(deep_nesting_is_refused_at_the_level_that_is_too_deep),
        cmocka_unit_test(repeated_member_names_are_refused_where_they_repeat),
        cmocka_unit_test(names_that_differ_in_case_are_different),
        cmocka_unit_test(comments_count_as_blanks_and_keep_places),
        cmocka_unit_test(a_comment_that_is_not_closed_is_named),
        cmocka_unit_test(a_byte_order_mark_takes_no_column),
        cmocka_unit_test(every_node_is_found_again),
        cmocka_unit_test(a_failure_about_a_node_names_its_place),
        cmocka_unit_test(every_truncation_is_an_error_with_a_place),
        cmocka_unit_test(whole_numbers_are_exact_or_refused),
        cmocka_unit_test(kinds_have_names_for_messages),
        cmocka_unit_test(strings_are_escaped_as_javascript_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
