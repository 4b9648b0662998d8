/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "core/base/json.h"

/* What the callbacks were told, as text. */
typedef struct recording {
    const char *text;
    dn_text told;
    int stop_after; /* elements; 0: never */
    size_t elements;
    int64_t sum;
} recording;

static int
note_other(const char *name, const cJSON *value, dn_json_place place, void *context,
           dn_error *error)
{
    recording *record = context;

    (void)error;
    dn_text_printf(&record->told, "%s=%s@%u:%u;", name, dn_json_kind(value), place.line,
                   place.column);
    return 0;
}

static int
note_element(const cJSON *value, dn_json_place place, size_t offset, size_t length, void *context,
             dn_error *error)
{
    recording *record = context;

    (void)value;
    assert_int_equal(place.offset, offset);
    dn_text_printf(&record->told, "%.*s@%u:%u;", (int)length, record->text + offset, place.line,
                   place.column);
    if (++record->elements == (size_t)record->stop_after)
        return dn_fail(error, DUNLIN_FAILED, "internal", "enough");
    return 0;
}

static int
read_text(recording *record, const char *text, size_t length, bool *bom, dn_error *error)
{
    dn_json_stream stream = {
        .name = "f.json",
        .array = "entries",
        .id = "test.syntax",
        .other = note_other,
        .element = note_element,
        .context = record,
        .bom = bom,
    };

    record->text = text;
    return dn_json_read_stream(&stream, text, length, error);
}

static void
assert_refused(const char *text, const char *message)
{
    recording record = {.text = NULL};
    char *copy = malloc(strlen(text) + 1);
    dn_error error;

    assert_non_null(copy);
    memcpy(copy, text, strlen(text));
    copy = realloc(copy, strlen(text) ? strlen(text) : 1);
    assert_int_equal(read_text(&record, copy, strlen(text), NULL, &error), -1);
    assert_string_equal(error.message, message);
    assert_string_equal(error.id, "test.syntax");
    free(copy);
    dn_text_free(&record.told);
}

static void
elements_and_other_members_come_in_order_with_their_places(void **state)
{
    static const char text[] = "\xEF\xBB\xBF{\"version\": \"7\",\n"
                               " \"entries\" : [ {\"a\": 1} ,\n"
                               "  2,[\"]\"]],\n"
                               " \"more\": {\"entries\": [5]}}\n";
    recording record = {.text = NULL};
    bool bom = false;
    dn_error error;

    (void)state;
    assert_int_equal(read_text(&record, text, strlen(text), &bom, &error), 0);
    assert_string_equal(record.told.data, "version=a string@1:13;{\"a\": 1}@2:16;2@3:3;"
                                          "[\"]\"]@3:5;more=an object@4:10;");
    assert_true(bom);
    dn_text_free(&record.told);
}

static void
an_empty_or_absent_array_gives_no_elements(void **state)
{
    recording record = {.text = NULL};
    bool bom = true;
    dn_error error;

    (void)state;
    assert_int_equal(read_text(&record, "{}", 2, &bom, &error), 0);
    assert_int_equal(read_text(&record, "{\"entries\":[ ]}", 15, NULL, &error), 0);
    assert_null(record.told.data);
    assert_false(bom);
}

static void
a_callback_can_stop_the_reading(void **state)
{
    static const char text[] = "{\"entries\": [1, 2, 3, bad";
    recording record = {.stop_after = 2};
    dn_error error;

    (void)state;
    assert_int_equal(read_text(&record, text, strlen(text), NULL, &error), -1);
    assert_string_equal(error.message, "enough");
    assert_string_equal(record.told.data, "1@1:14;2@1:17;");
    dn_text_free(&record.told);
}

/* Writes the members down; declines elements with a member `no`. */
static int
note_plain(const dn_json_member *members, size_t count, dn_json_place place, void *context,
           dn_error *error)
{
    recording *record = context;

    (void)error;
    for (size_t i = 0; i < count; i++)
        if (members[i].name_length == 2 && memcmp(members[i].name, "no", 2) == 0)
            return 1;
    dn_text_printf(&record->told, "plain@%u:%u", place.line, place.column);
    for (size_t i = 0; i < count; i++) {
        const dn_json_member *member = &members[i];

        dn_text_printf(&record->told, " %.*s", (int)member->name_length, member->name);
        if (member->kind == DN_JSON_STRING)
            dn_text_printf(&record->told, "'%.*s'", (int)member->length, member->text);
        if (member->kind == DN_JSON_NUMBER)
            dn_text_printf(&record->told, "#%lld", (long long)member->number);
    }
    dn_text_add_char(&record->told, ';');
    return 0;
}

static const char *
told_of(const char *element, recording *record)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_json_stream stream = {
        .name = "f.json",
        .array = "entries",
        .id = "test.syntax",
        .plain = note_plain,
        .element = note_element,
        .context = record,
    };
    dn_error error;

    dn_text_printf(&text, "{\"entries\": [\n%s]}", element);
    record->text = text.data;
    dn_text_clear(&record->told);
    if (dn_json_read_stream(&stream, text.data, text.length, &error) < 0)
        dn_text_printf(&record->told, "%s", error.message);
    return record->told.data;
}

static void
plain_elements_are_given_without_a_tree(void **state)
{
    recording record = {.text = NULL};

    (void)state;
    assert_string_equal(told_of("{\"idx\": 7, \"tag\" :\"a b\",\n\"on\":true, \"off\":null}, { }, "
                                "{\"when\":999999999999999}",
                                &record),
                        "plain@2:1 idx#7 tag'a b' on off;plain@3:25;"
                        "plain@3:30 when#999999999999999;");
    dn_text_free(&record.told);
}

static void
other_elements_are_given_as_trees(void **state)
{
    static const char *const elements[] = {
        "{\"a\": \"\\u0041\"}",
        "{\"\\u0061\": 1}",
        "{\"a\": -1}",
        "{\"a\": 1.5}",
        "{\"a\": 1e2}",
        "{\"a\": 1000000000000000}",
        "{\"a\": [1]}",
        "{\"a\": {}}",
        "[1]",
        "{\"no\": 1, \"a\": \"x\"}",
        "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1}",
    };
    recording record = {.text = NULL};
    char wanted[200];

    (void)state;
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        snprintf(wanted, sizeof wanted, "%s@2:1;", elements[i]);
        assert_string_equal(told_of(elements[i], &record), wanted);
    }
    dn_text_free(&record.told);
}

static void
faults_of_plain_elements_are_told_as_those_of_others(void **state)
{
    recording record = {.text = NULL};

    (void)state;
    assert_string_equal(told_of("{\"a\": 1, \"a\": 2}", &record),
                        "f.json:2:10: the member 'a' stands here twice");
    assert_string_equal(told_of("{\"a\": 01}", &record),
                        "f.json:2:7: a number must not start with 0");
    assert_string_equal(told_of("{\"a\": 1,}", &record),
                        "f.json:2:9: a comma with nothing after it");
    assert_string_equal(told_of("{\"a\": tru}", &record), "f.json:2:7: expected a value");
    assert_string_equal(told_of("{\"a\" 1}", &record), "f.json:2:6: expected ':'");
    assert_string_equal(told_of("{\"a\": \"x\n\"}", &record),
                        "f.json:2:9: a string that does not end on its line");
    dn_text_free(&record.told);
}

static void
callbacks_may_be_absent(void **state)
{
    dn_json_stream stream = {.name = "f.json", .array = "entries", .id = "test.syntax"};
    dn_error error;

    (void)state;
    assert_int_equal(dn_json_read_stream(&stream, "{\"entries\":[1],\"a\":2}", 21, &error), 0);
}

static void
errors_between_and_inside_elements_name_their_place(void **state)
{
    (void)state;
    assert_refused("", "f.json:1:1: expected an object, but the text ends here");
    assert_refused("[1]", "f.json:1:1: expected an object");
    assert_refused("{\"entries\": {}}", "f.json:1:13: expected an array");
    assert_refused("{\"entries\": null}", "f.json:1:13: expected an array");
    assert_refused("{\"entries\": [1 2]}", "f.json:1:16: expected ',' or ']'");
    assert_refused("{\"entries\": [1,]}", "f.json:1:16: a comma with nothing after it");
    assert_refused("{\"entries\": [,1]}", "f.json:1:14: expected a value");
    assert_refused("{\"entries\": [1],\n}", "f.json:2:1: a comma with nothing after it");
    assert_refused("{\"entries\": [1]]", "f.json:1:16: expected ',' or '}'");
    assert_refused("{\"entries\": [\n {\"a\": 01}]}", "f.json:2:8: a number must not start with 0");
    assert_refused("{\"entries\": [1]} x", "f.json:1:18: expected nothing after the document");
    assert_refused("{\"a\": [\"\xFF\"]}", "f.json:1:9: a byte that is not UTF-8");
}

static void
repeated_names_are_refused_at_the_root_and_inside(void **state)
{
    (void)state;
    assert_refused("{\"a\": 1,\n \"\\u0061\": 2}", "f.json:2:2: the member 'a' stands here twice");
    assert_refused("{\"entries\": [1],\n \"entries\": []}",
                   "f.json:2:2: the member 'entries' stands here twice");
    assert_refused("{\"entries\": [{},\n {\"x\": 0, \"y\": {\"k\": 1, \"k\": 2}}]}",
                   "f.json:2:25: the member 'k' stands here twice");
}

static void
nesting_counts_from_the_root(void **state)
{
    char text[400] = "{\"entries\": [";
    recording record = {.text = NULL};
    size_t start = strlen(text);
    dn_error error;

    (void)state;
    memset(text + start, '[', 98);
    memset(text + start + 98, ']', 98);
    memcpy(text + start + 196, "]}", 3);
    assert_int_equal(read_text(&record, text, strlen(text), NULL, &error), 0);
    dn_text_free(&record.told);
    memset(text + start, '[', 99);
    assert_refused(text, "f.json:1:112: nested more than 100 deep");
}

static void
every_truncation_is_an_error_with_a_place(void **state)
{
    static const char text[] =
        "\xEF\xBB\xBF{\n"
        "  \"version\": \"7\",\n"
        "  \"entries\": [\n"
        "    {\"idx\": 0, \"when\": 17123, \"tag\": \"0\\u00e9\", \"b\": true},\n"
        "    {\"idx\": 1, \"tag\": \"\xC3\xA9\", \"z\": [[], {}, null]}\n"
        "  ],\n"
        "  \"tail\": -1.5e-3\n"
        "}";

    (void)state;
    for (size_t length = 0; length < strlen(text); length++) {
        char *copy = malloc(length + 1);
        recording record = {.text = NULL};
        unsigned line = 0, column = 0;
        dn_error error;

        assert_non_null(copy);
        memcpy(copy, text, length);
        copy = realloc(copy, length ? length : 1);
        assert_int_equal(read_text(&record, copy, length, NULL, &error), -1);
        assert_int_equal(sscanf(error.message, "f.json:%u:%u: ", &line, &column), 2);
        assert_in_range(line, 1, 8);
        assert_in_range(column, 1, 60);
        free(copy);
        dn_text_free(&record.told);
    }
}

static int
add_up(const cJSON *value, dn_json_place place, size_t offset, size_t length, void *context,
       dn_error *error)
{
    recording *record = context;
    int64_t idx = -1;

    (void)length;
    (void)error;
    assert_true(dn_json_integer(cJSON_GetObjectItemCaseSensitive(value, "idx"), &idx));
    assert_int_equal(place.line, 2 + record->elements);
    assert_int_equal(record->text[offset], '{');
    record->elements++;
    record->sum += idx;
    return 0;
}

static void
a_hundred_thousand_elements_need_little_memory(void **state)
{
    recording record = {.text = NULL};
    dn_json_stream stream = {
        .name = "f.json", .array = "entries", .id = "test.syntax", .element = add_up};
    dn_auto(dn_text) text = DN_TEXT_INIT;
    struct rusage before, after;
    dn_error error;

    (void)state;
    dn_text_add_string(&text, "{\"entries\": [\n");
    for (int i = 0; i < 100000; i++)
        dn_text_printf(&text,
                       "{\"idx\": %d, \"when\": 1712345678901, \"tag\": \"%04d_add_some_column\", "
                       "\"breakpoints\": true}%s\n",
                       i, i, i < 99999 ? "," : "");
    dn_text_add_string(&text, "]}");
    stream.context = &record;
    record.text = text.data;
    getrusage(RUSAGE_SELF, &before);
    assert_int_equal(dn_json_read_stream(&stream, text.data, text.length, &error), 0);
    getrusage(RUSAGE_SELF, &after);
    assert_int_equal(record.elements, 100000);
    assert_int_equal(record.sum, INT64_C(4999950000));
#ifndef __SANITIZE_ADDRESS__                                /* which keeps freed memory */
    assert_true(after.ru_maxrss - before.ru_maxrss < 2048); /* KiB; a whole tree takes 50 MiB */
#endif
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_and_other_members_come_in_order_with_their_places),
        cmocka_unit_test(an_empty_or_absent_array_gives_no_elements),
        cmocka_unit_test(a_callback_can_stop_the_reading),
        cmocka_unit_test(plain_elements_are_given_without_a_tree),
        cmocka_unit_test(other_elements_are_given_as_trees),
        cmocka_unit_test(faults_of_plain_elements_are_told_as_those_of_others),
        cmocka_unit_test(callbacks_may_be_absent),
        cmocka_unit_test(errors_between_and_inside_elements_name_their_place),
        cmocka_unit_test(repeated_names_are_refused_at_the_root_and_inside),
        cmocka_unit_test(nesting_counts_from_the_root),
        cmocka_unit_test(every_truncation_is_an_error_with_a_place),
        cmocka_unit_test(a_hundred_thousand_elements_need_little_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
