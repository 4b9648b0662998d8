/* SPDX-License-Identifier: MIT
 *
 * The canonical spelling of facts, and reading it back.
 */
#include "tests/unit/schema_fixture.h"

#include "core/fact/canonical.h"

static int
setup(void **state)
{
    return setup_schema(state, 0);
}

static const char *
written(schema_fixture *fixture, const dunlin_fact *fact)
{
    dn_text text = DN_TEXT_INIT;
    const char *copy;

    assert_int_equal(dn_fact_write(&text, fact, &fixture->error), 0);
    copy = dn_arena_copy(&fixture->arena, text.data, text.length);
    dn_text_free(&text);
    return copy;
}

static void
writes(void **state, const char *fact, const char *line)
{
    schema_fixture *fixture = *state;

    assert_string_equal(written(fixture, fact_of(&fixture->arena, fact)), line);
}

/* --- writing ---------------------------------------------------------------------------------- */

static void
test_members_are_sorted_and_nothing_is_padded(void **state)
{
    writes(state, "column public/t_1/code type=character~varying(40) not_null!",
           "\"column/public/t_1/code\":{\"not_null\":true,\"type\":\"character varying(40)\"}");
    writes(state, "fk t/f ref_columns=[id] ref=[public,t_0] columns=[a,b] on_delete=cascade",
           "\"fk/t/f\":{\"columns\":[\"a\",\"b\"],\"on_delete\":\"cascade\",\"ref\":[\"public\","
           "\"t_0\"],\"ref_columns\":[\"id\"]}");
    writes(state, "table t", "\"table/t\":{}");
}

static void
test_slash_and_percent_of_names_are_escaped(void **state)
{
    schema_fixture *fixture = *state;
    dunlin_string path[] = {dn_string("a/b"), dn_string("50%"), dn_string("")};
    dn_text text = DN_TEXT_INIT;

    dn_fact_write_key(&text, dn_string("index"), path, 3);
    assert_string_equal(text.data, "index/a%2Fb/50%25/");
    dn_text_free(&text);
    assert_non_null(fixture);
}

static void
test_false_and_the_servers_own_text_are_left_out(void **state)
{
    schema_fixture *fixture = *state;
    dunlin_string path = dn_string("v");
    dn_properties list = {.arena = &fixture->arena};
    dunlin_fact fact = {
        .size = sizeof fact, .kind = dn_string("view"), .path = &path, .path_count = 1};

    dn_properties_add(&list, "text", DUNLIN_PROPERTY_TEXT, 0, dn_string("create VIEW v ..."));
    dn_properties_add(&list, "invisible", DUNLIN_PROPERTY_BOOLEAN, 0, dn_string(NULL));
    dn_properties_add(&list, "definition", DUNLIN_PROPERTY_EXPRESSION, 0, dn_string("SELECT 1"));
    fact.properties = list.items;
    fact.property_count = list.count;
    assert_string_equal(written(fixture, &fact), "\"view/v\":{\"definition\":\"SELECT 1\"}");
}

static void
test_a_text_of_the_server_that_is_a_list_is_left_out_as_a_whole(void **state)
{
    writes(state, "view v text=[a,b] type=query", "\"view/v\":{\"type\":\"query\"}");
}

static void
test_depends_is_a_set_and_sorted(void **state)
{
    schema_fixture *fixture = *state;
    dunlin_string path = dn_string("v");
    dn_properties list = {.arena = &fixture->arena};
    dunlin_fact fact = {
        .size = sizeof fact, .kind = dn_string("view"), .path = &path, .path_count = 1};

    dn_properties_add(&list, "depends", DUNLIN_PROPERTY_LIST_BEGIN, 0, dn_string(NULL));
    dn_properties_add(&list, NULL, DUNLIN_PROPERTY_TEXT, 0, dn_string("view/w"));
    dn_properties_add(&list, NULL, DUNLIN_PROPERTY_TEXT, 0, dn_string("table/a"));
    dn_properties_add(&list, NULL, DUNLIN_PROPERTY_TEXT, 0, dn_string("table"));
    dn_properties_add(&list, NULL, DUNLIN_PROPERTY_END, 0, dn_string(NULL));
    fact.properties = list.items;
    fact.property_count = list.count;
    assert_string_equal(written(fixture, &fact),
                        "\"view/v\":{\"depends\":[\"table\",\"table/a\",\"view/w\"]}");
}

static void
test_what_the_name_of_a_member_does_not_tell_is_said(void **state)
{
    schema_fixture *fixture = *state;
    dunlin_string path = dn_string("s");
    dn_properties list = {.arena = &fixture->arena};
    dunlin_fact fact = {
        .size = sizeof fact, .kind = dn_string("sequence"), .path = &path, .path_count = 1};

    dn_properties_add(&list, "zone", DUNLIN_PROPERTY_EXPRESSION, 0, dn_string("now()"));
    dn_properties_add(&list, "who", DUNLIN_PROPERTY_IDENTIFIER, 0, dn_string("me"));
    dn_properties_add(&list, "default", DUNLIN_PROPERTY_TEXT, 0, dn_string("x"));
    dn_properties_add(&list, "max", DUNLIN_PROPERTY_INTEGER, INT64_MAX, dn_string(NULL));
    dn_properties_add(&list, "min", DUNLIN_PROPERTY_INTEGER, -9007199254740991, dn_string(NULL));
    fact.properties = list.items;
    fact.property_count = list.count;
    assert_string_equal(written(fixture, &fact),
                        "\"sequence/s\":{\"default\":{\"$text\":\"x\"},"
                        "\"max\":{\"$integer\":\"9223372036854775807\"},\"min\":-9007199254740991,"
                        "\"who\":{\"$identifier\":\"me\"},\"zone\":{\"$expression\":\"now()\"}}");
}

static void
test_facts_come_in_the_order_of_their_keys(void **state)
{
    schema_fixture *fixture = *state;
    const dunlin_fact **list;

    given(fixture, "table b");
    given(fixture, "table a-b");
    given(fixture, "column a/c");
    given(fixture, "table a");
    list = dn_fact_sorted(fixture->map, &fixture->arena);
    assert_string_equal(written(fixture, list[0]), "\"column/a/c\":{}");
    assert_string_equal(written(fixture, list[1]), "\"table/a\":{}");
    assert_string_equal(written(fixture, list[2]), "\"table/a-b\":{}");
    assert_string_equal(written(fixture, list[3]), "\"table/b\":{}");
}

/* printf '"column/a/c":{"type":"int"}\n"table/a":{}\n' | sha256sum */
static void
test_the_digest_is_that_of_the_lines(void **state)
{
    schema_fixture *fixture = *state;
    char hex[DN_DIGEST_HEX];
    dn_digest digest;

    given(fixture, "table a");
    given(fixture, "column a/c type=int");
    assert_int_equal(dn_fact_map_digest(fixture->map, &digest, &fixture->error), 0);
    dn_digest_hex(&digest, hex);
    assert_string_equal(hex, "1162a966804e9bb826e595242b7981e4eb1d25e66426d553675812214ea2f2c7");
}

/* --- reading ---------------------------------------------------------------------------------- */

static void
reads_back(void **state, const char *line)
{
    schema_fixture *fixture = *state;
    dn_text document = DN_TEXT_INIT;
    dn_fact_flaw flaw;
    dunlin_fact fact;
    cJSON *root;

    dn_text_printf(&document, "{%s}", line);
    root = cJSON_Parse(document.data);
    assert_non_null(root);
    assert_int_equal(dn_fact_read(root->child->string, root->child, &fixture->arena, &fact, &flaw),
                     0);
    assert_string_equal(written(fixture, &fact), line);
    cJSON_Delete(root);
    dn_text_free(&document);
}

static void
test_what_was_written_is_read_as_it_was(void **state)
{
    reads_back(state, "\"column/public/a%2Fb/50%25\":{\"default\":\"now()\",\"not_null\":true}");
    reads_back(state, "\"index/t/i\":{\"keys\":[{\"column\":\"a\",\"desc\":true,\"length\":5},"
                      "{\"expr\":\"lower(b)\"}],\"unique\":true,\"where\":\"a > 0\"}");
    reads_back(state, "\"sequence/s\":{\"default\":{\"$text\":\"x\"},"
                      "\"max\":{\"$integer\":\"9223372036854775807\"},\"min\":-9007199254740991}");
    reads_back(state, "\"x/s\":{\"a\":{\"b\":[[1],[]]},\"text_too\":\"\\u0001 \\\" \xC3\xA9\"}");
}

static void
test_members_are_of_the_types_that_drivers_push(void **state)
{
    schema_fixture *fixture = *state;
    cJSON *root = cJSON_Parse("{\"columns\":[\"a\"],\"expr\":\"x\",\"on_update\":\"cascade\","
                              "\"type\":\"int\"}");
    dn_fact_flaw flaw;
    dunlin_fact fact;

    assert_int_equal(dn_fact_read("fk/t/f", root, &fixture->arena, &fact, &flaw), 0);
    assert_int_equal(fact.path_count, 2);
    assert_int_equal(fact.properties[1].type, DUNLIN_PROPERTY_IDENTIFIER);
    assert_int_equal(fact.properties[3].type, DUNLIN_PROPERTY_EXPRESSION);
    assert_int_equal(fact.properties[4].type, DUNLIN_PROPERTY_TEXT);
    assert_int_equal(fact.properties[5].type, DUNLIN_PROPERTY_TEXT);
    assert_int_equal(dn_fact_read("column/t/c", root, &fixture->arena, &fact, &flaw), 0);
    assert_int_equal(fact.properties[4].type, DUNLIN_PROPERTY_EXPRESSION);
    cJSON_Delete(root);
}

static void
is_refused(void **state, const char *key, const char *value, const char *words, bool at_key)
{
    schema_fixture *fixture = *state;
    cJSON *root = cJSON_Parse(value);
    dn_fact_flaw flaw;
    dunlin_fact fact;

    assert_int_equal(dn_fact_read(key, root, &fixture->arena, &fact, &flaw), 1);
    assert_string_equal(flaw.words, words);
    assert_int_equal(flaw.node == NULL, at_key);
    cJSON_Delete(root);
}

static void
test_what_is_no_fact_is_refused_with_the_reason(void **state)
{
    is_refused(state, "table", "{}", "a key is a kind and names, as in 'table/users'", true);
    is_refused(state, "/users", "{}", "a key is a kind and names, as in 'table/users'", true);
    is_refused(state, "table/50%", "{}", "'%' in a key stands only before '2F' and '25'", true);
    is_refused(state, "table/t", "[]", "the value of a fact is an object", false);
    is_refused(state, "table/t", "{\"a\":false}", "what is false or null is left out", false);
    is_refused(state, "table/t", "{\"a\":1.5}", "not a whole number below 2^53", false);
    is_refused(state, "table/t", "{\"a\":{\"$integer\":\"1x\"}}", "not a whole number of 64 bits",
               false);
}

static void
line_is_read(void **state, const char *text, int answer)
{
    schema_fixture *fixture = *state;
    dn_fact_line line = {.properties = {.arena = &fixture->arena}};

    assert_int_equal(dn_fact_read_line(dn_string(text), &line), answer);
    if (answer == 0)
        assert_string_equal(written(fixture, &line.fact), text);
}

/* The same bytes again, so the same fact. */
static void
test_a_plain_line_is_read_without_a_tree(void **state)
{
    line_is_read(state, "\"table/public/t\":{}", 0);
    line_is_read(state,
                 "\"column/t/a\":{\"default\":\"now()\",\"not_null\":true,\"on_update\":\"x\"}", 0);
    line_is_read(state,
                 "\"index/t/i\":{\"keys\":[{\"column\":\"\xC3\xA9\",\"desc\":true,\"length\":5},"
                 "{\"expr\":\"lower(b)\"}],\"unique\":true,\"where\":\"a > 0\"}",
                 0);
    line_is_read(state,
                 "\"x/s\":{\"a\":{\"b\":[[1],[]],\"c\":{}},\"max\":-999999999999999,\"n\":0}", 0);
}

static const char *
side_of(schema_fixture *fixture, const dn_fact_line *side)
{
    return side->fact.size ? written(fixture, &side->fact) : "null";
}

static void
change_is_read(void **state, const char *text, const char *before, const char *after)
{
    schema_fixture *fixture = *state;
    dn_fact_line sides[2] = {{.properties = {.arena = &fixture->arena}},
                             {.properties = {.arena = &fixture->arena}}};

    assert_int_equal(dn_fact_read_change(dn_string(text), &sides[0], &sides[1]), before ? 0 : 1);
    if (!before)
        return;
    assert_string_equal(side_of(fixture, &sides[0]), before);
    assert_string_equal(side_of(fixture, &sides[1]), after);
}

static void
test_a_change_has_a_fact_before_and_one_after(void **state)
{
    change_is_read(state, "\"table/t\":[null,{\"order\":[\"a\"]}]", "null",
                   "\"table/t\":{\"order\":[\"a\"]}");
    change_is_read(state, "\"table/t\":[{},null]", "\"table/t\":{}", "null");
    change_is_read(state, "\"column/t/a\":[{\"type\":\"int\"},{\"type\":\"text\"}]",
                   "\"column/t/a\":{\"type\":\"int\"}", "\"column/t/a\":{\"type\":\"text\"}");
    change_is_read(state, "\"table/t\":{}", NULL, NULL);
    change_is_read(state, "\"table/t\":[null]", NULL, NULL);
    change_is_read(state, "\"table/t\":[null,null", NULL, NULL);
    change_is_read(state, "\"table/t\":[null,{}],", NULL, NULL);
    change_is_read(state, "\"table/t\":[null,{\"a\":null}]", NULL, NULL);
    change_is_read(state, "\"table\":[null,{}]", NULL, NULL);
    change_is_read(state, "\"table/50%25\":[null,{}]", NULL, NULL);
}

static void
test_a_line_that_is_not_plain_is_left_to_the_other_reader(void **state)
{
    static const char *const lines[] = {"",
                                        "{}",
                                        "\"table\":{}",
                                        "\"/t\":{}",
                                        "\"table/50%25\":{}",
                                        "\"table/t\":[]",
                                        "\"table/t\":{},",
                                        "\"table/t\":{}}",
                                        "\"table/t\":{",
                                        "\"table/t\": {}",
                                        "\"table/t\":{\"a\"}",
                                        "\"table/t\":{\"a\":}",
                                        "\"table/t\":{\"a\":1,}",
                                        "\"table/t\":{\"a\":[1,]}",
                                        "\"table/t\":{\"a\":[1}",
                                        "\"table/t\":{\"a\":\"b}",
                                        "\"table/t\":{\"a\":\"\\n\"}",
                                        "\"table/t\":{\"a\":\"\t\"}",
                                        "\"table/t\":{\"a\":false}",
                                        "\"table/t\":{\"a\":null}",
                                        "\"table/t\":{\"a\":truth}",
                                        "\"table/t\":{\"a\":01}",
                                        "\"table/t\":{\"a\":-0}",
                                        "\"table/t\":{\"a\":-}",
                                        "\"table/t\":{\"a\":1.5}",
                                        "\"table/t\":{\"a\":1e3}",
                                        "\"table/t\":{\"a\":1000000000000000}",
                                        "\"table/t\":{\"a\":{\"$text\":\"b\"}}",
                                        "\"table/t\":{\"a\":[[[[[[[[[1]]]]]]]]]}",
                                        "\"t/1/2/3/4/5/6/7/8\":{}"};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        line_is_read(state, lines[i], 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_members_are_sorted_and_nothing_is_padded, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_slash_and_percent_of_names_are_escaped, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_false_and_the_servers_own_text_are_left_out, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(
            test_a_text_of_the_server_that_is_a_list_is_left_out_as_a_whole, setup,
            teardown_schema),
        cmocka_unit_test_setup_teardown(test_depends_is_a_set_and_sorted, setup, teardown_schema),
        cmocka_unit_test_setup_teardown(test_what_the_name_of_a_member_does_not_tell_is_said, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_facts_come_in_the_order_of_their_keys, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_the_digest_is_that_of_the_lines, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_what_was_written_is_read_as_it_was, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_members_are_of_the_types_that_drivers_push, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_what_is_no_fact_is_refused_with_the_reason, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_a_plain_line_is_read_without_a_tree, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_a_change_has_a_fact_before_and_one_after, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_a_line_that_is_not_plain_is_left_to_the_other_reader,
                                        setup, teardown_schema),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
