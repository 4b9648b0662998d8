/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/base/document.h"

/* A document of every kind of value; dn_result_ok() tells whether it came about. */
static dunlin_result *
build(void)
{
    dunlin_result *result = dn_result_new("dunlin-test/1");
    dunlin_node *root = dn_result_node(result);
    dunlin_node *target = dn_node_object(result, root, "target");
    dunlin_node *list = dn_node_array(result, root, "migrations");
    dunlin_node *tags;

    dn_node_set_text(result, target, "name", "a \"b\"\n");
    dn_node_set_null(result, target, "driver");
    dn_node_object(result, target, "empty");
    for (int i = 0; i < 2; i++) {
        dunlin_node *entry = dn_node_object(result, list, NULL);

        dn_node_set_integer(result, entry, "idx", i);
        dn_node_set_boolean(result, entry, "applied", i == 0);
        tags = dn_node_array(result, entry, "tags");
        dn_node_set_word(result, tags, NULL, "x");
        dn_node_set_string(result, tags, NULL, dn_span("yz!", 2));
    }
    tags = dn_node_array(result, root, "tags");
    dn_node_set_text(result, tags, NULL, "first");
    dn_node_set_text(result, tags, NULL, NULL);
    dn_node_array(result, root, "none");
    dn_node_set_word(result, root, "missing", NULL);
    return result;
}

static void
the_json_has_a_line_for_each_element(void **state)
{
    dunlin_result *result = build();

    (void)state;
    assert_true(dn_result_ok(result));
    assert_string_equal(dunlin_result_json(result),
                        "{\n"
                        "  \"format\": \"dunlin-test/1\",\n"
                        "  \"target\": {\n"
                        "    \"name\": \"a \\\"b\\\"\\n\",\n"
                        "    \"driver\": null,\n"
                        "    \"empty\": {}\n"
                        "  },\n"
                        "  \"migrations\": [\n"
                        "    {\"idx\": 0, \"applied\": true, \"tags\": [\"x\", \"yz\"]},\n"
                        "    {\"idx\": 1, \"applied\": false, \"tags\": [\"x\", \"yz\"]}\n"
                        "  ],\n"
                        "  \"tags\": [\n"
                        "    \"first\",\n"
                        "    null\n"
                        "  ],\n"
                        "  \"none\": [],\n"
                        "  \"missing\": null\n"
                        "}\n");
    dunlin_result_free(result);
}

static void
the_json_follows_what_is_added_later(void **state)
{
    dunlin_result *result = dn_result_new("f/1");
    const char *json = dunlin_result_json(result);

    (void)state;
    assert_string_equal(json, "{\n  \"format\": \"f/1\"\n}\n");
    assert_ptr_equal(dunlin_result_json(result), json);
    dn_node_set_integer(result, dn_result_node(result), "n", 1);
    assert_string_equal(dunlin_result_json(result), "{\n  \"format\": \"f/1\",\n  \"n\": 1\n}\n");
    dunlin_result_free(result);
}

static void
getters_answer_what_was_set(void **state)
{
    dunlin_result *result = build();
    const dunlin_node *root = dunlin_result_root(result);
    const dunlin_node *list = dunlin_node_get(root, "migrations");
    const dunlin_node *second = dunlin_node_next(dunlin_node_first(list));
    const dunlin_node *tags = dunlin_node_get(second, "tags");

    (void)state;
    assert_string_equal(dunlin_node_text(root, "format"), "dunlin-test/1");
    assert_string_equal(dunlin_node_text(dunlin_node_get(root, "target"), "name"), "a \"b\"\n");
    assert_int_equal(dunlin_node_count(list), 2);
    assert_int_equal(dunlin_node_count(root), 6);
    assert_int_equal(dunlin_node_integer(second, "idx", -1), 1);
    assert_int_equal(dunlin_node_boolean(second, "applied"), 0);
    assert_int_equal(dunlin_node_boolean(dunlin_node_first(list), "applied"), 1);
    assert_string_equal(dunlin_node_own_text(dunlin_node_next(dunlin_node_first(tags))), "yz");
    assert_null(dunlin_node_next(second));
    dunlin_result_free(result);
}

static void
getters_answer_nothing_for_what_is_absent_or_another_kind(void **state)
{
    dunlin_result *result = build();
    const dunlin_node *root = dunlin_result_root(result);

    (void)state;
    assert_null(dunlin_node_get(root, "Format"));
    assert_null(dunlin_node_text(root, "missing"));
    assert_null(dunlin_node_text(root, "tags"));
    assert_int_equal(dunlin_node_integer(root, "format", 77), 77);
    assert_int_equal(dunlin_node_integer(root, "absent", 77), 77);
    assert_int_equal(dunlin_node_boolean(root, "format"), 0);
    assert_null(dunlin_node_first(dunlin_node_get(root, "none")));
    assert_null(dunlin_node_get(dunlin_node_get(root, "tags"), "x"));
    assert_null(dunlin_node_get(NULL, "x"));
    assert_null(dunlin_node_first(NULL));
    assert_null(dunlin_node_next(NULL));
    assert_int_equal(dunlin_node_count(NULL), 0);
    assert_null(dunlin_node_text(NULL, "x"));
    assert_null(dunlin_node_own_text(NULL));
    assert_int_equal(dunlin_node_integer(NULL, "x", 5), 5);
    assert_int_equal(dunlin_node_boolean(NULL, "x"), 0);
    assert_null(dunlin_result_root(NULL));
    assert_null(dunlin_result_json(NULL));
    assert_int_equal(dunlin_result_exit_code(NULL), 0);
    dunlin_result_free(NULL);
    dunlin_result_free(result);
}

static void
integers_keep_all_their_digits(void **state)
{
    static const int64_t values[] = {0,
                                     -1,
                                     INT64_MAX,
                                     INT64_MIN,
                                     INT64_C(9007199254740991),
                                     INT64_C(9007199254740993),
                                     INT64_C(-9007199254740993)};
    dunlin_result *result = dn_result_new("f/1");
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g"};

    (void)state;
    for (size_t i = 0; i < 7; i++)
        dn_node_set_integer(result, dn_result_node(result), names[i], values[i]);
    for (size_t i = 0; i < 7; i++)
        assert_true(dunlin_node_integer(dunlin_result_root(result), names[i], 5) == values[i]);
    assert_string_equal(dunlin_result_json(result), "{\n"
                                                    "  \"format\": \"f/1\",\n"
                                                    "  \"a\": 0,\n"
                                                    "  \"b\": -1,\n"
                                                    "  \"c\": 9223372036854775807,\n"
                                                    "  \"d\": -9223372036854775808,\n"
                                                    "  \"e\": 9007199254740991,\n"
                                                    "  \"f\": 9007199254740993,\n"
                                                    "  \"g\": -9007199254740993\n"
                                                    "}\n");
    dunlin_result_free(result);
}

static void
texts_that_json_cannot_hold_are_repaired(void **state)
{
    dunlin_result *result = dn_result_new("f/1");

    (void)state;
    dn_node_set_string(result, dn_result_node(result), "nul", dn_span("a\0b\0", 4));
    dn_node_set_text(result, dn_result_node(result), "bytes", "\xFFx");
    dn_node_set_string(result, dn_result_node(result), "empty", dn_span("", 0));
    dn_node_set_string(result, dn_result_node(result), "null", dn_span(NULL, 0));
    assert_string_equal(dunlin_result_json(result), "{\n"
                                                    "  \"format\": \"f/1\",\n"
                                                    "  \"nul\": \"a\xEF\xBF\xBD"
                                                    "b\xEF\xBF\xBD\",\n"
                                                    "  \"bytes\": \"\xEF\xBF\xBDx\",\n"
                                                    "  \"empty\": \"\",\n"
                                                    "  \"null\": null\n"
                                                    "}\n");
    dunlin_result_free(result);
}

static void
building_on_nothing_does_nothing(void **state)
{
    dunlin_result *result = dn_result_new("f/1");

    (void)state;
    assert_null(dn_node_object(result, NULL, "x"));
    assert_null(dn_node_array(result, NULL, "x"));
    dn_node_set_text(result, NULL, "x", "y");
    dn_node_set_string(result, NULL, "x", dn_string("y"));
    dn_node_set_integer(result, NULL, "x", 1);
    dn_node_set_boolean(result, NULL, "x", true);
    dn_node_set_null(result, NULL, "x");
    assert_true(dn_result_ok(result));
    assert_false(dn_result_ok(NULL));
    assert_null(dn_result_node(NULL));
    dn_result_set_exit_code(NULL, 3);
    dn_result_set_exit_code(result, 3);
    assert_int_equal(dunlin_result_exit_code(result), 3);
    dunlin_result_free(result);
}

static double
seconds_to_append(int elements)
{
    dunlin_result *result = dn_result_new("f/1");
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "list");
    clock_t before = clock();
    double seconds;

    for (int i = 0; i < elements; i++)
        dn_node_set_integer(result, list, NULL, i);
    seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
    assert_int_equal(dunlin_node_count(list), elements);
    dunlin_result_free(result);
    return seconds;
}

/* 20 times as many take 20 times as long when appending is O(1), 400 times when it is not. */
static void
appending_does_not_slow_down(void **state)
{
    double few = seconds_to_append(10000);
    double many = seconds_to_append(200000);

    (void)state;
    assert_true(many < 100 * (few < 0.001 ? 0.001 : few));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_json_has_a_line_for_each_element),
        cmocka_unit_test(the_json_follows_what_is_added_later),
        cmocka_unit_test(getters_answer_what_was_set),
        cmocka_unit_test(getters_answer_nothing_for_what_is_absent_or_another_kind),
        cmocka_unit_test(integers_keep_all_their_digits),
        cmocka_unit_test(texts_that_json_cannot_hold_are_repaired),
        cmocka_unit_test(building_on_nothing_does_nothing),
        cmocka_unit_test(appending_does_not_slow_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
