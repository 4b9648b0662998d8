/* SPDX-License-Identifier: MIT
 *
 * Patterns of what is kept out of sight.
 */
#include "core/fact/ignore.h"
#include "tests/unit/schema_fixture.h"

static int
setup_spaces(void **state)
{
    return setup_schema(state, DN_FACT_NAMESPACES);
}

static int
setup_folding(void **state)
{
    return setup_schema(state, DN_FACT_FOLDS_OBJECTS | DN_FACT_FOLDS_MEMBERS);
}

typedef struct listing {
    dn_text text;
} listing;

static int
list_fact(const dunlin_fact *fact, void *context)
{
    listing *work = context;

    if (work->text.length)
        dn_text_add_string(&work->text, ", ");
    dn_fact_describe(&work->text, fact->kind, fact->path, fact->path_count);
    return 0;
}

/* What is left of a schema behind one pattern. */
static void
expect_left(schema_fixture *fixture, const char *schema, const char *pattern, const char *expected)
{
    dn_fact_map *facts = schema_of(fixture, dn_fact_map_naming(fixture->map), schema);
    dn_ignore_pattern parsed;
    dn_ignore ignore = {&parsed, 1};
    listing work = {DN_TEXT_INIT};
    const char *wrong = NULL;

    assert_int_equal(dn_ignore_parse(pattern, &fixture->arena, &parsed, &wrong), 0);
    assert_int_equal(dn_ignore_apply(&ignore, facts, &fixture->error), 0);
    dn_fact_map_each(facts, NULL, list_fact, &work);
    assert_string_equal(work.text.data ? work.text.data : "", expected);
    dn_text_free(&work.text);
}

static void
a_name_hides_objects_of_every_schema_with_all_that_is_in_them(void **state)
{
    expect_left(*state,
                "table a/log\ncolumn a/log/log type=int\nindex a/log/i keys=[log]\n"
                "table b/log\nview b/logs definition=x\ncolumn b/t/log type=int\n"
                "sequence b/log\nfunction b/log/integer definition=x",
                "log", "view 'b.logs', column 'b.t.log'");
}

static void
a_schema_before_the_name_counts(void **state)
{
    expect_left(*state, "table a/log\ntable b/log\nschema a\nschema b", "a.*",
                "table 'b.log', schema 'a', schema 'b'");
}

static void
a_schema_goes_with_everything_in_it(void **state)
{
    expect_left(*state, "schema a\ntable a/t\ncolumn a/t/c type=int\nschema ab\ntable ab/t",
                "schema:a", "schema 'ab', table 'ab.t'");
}

static void
a_kind_leaves_others_alone(void **state)
{
    expect_left(*state, "table a/x1\nview a/x2 definition=x\nindex a/t/x3 keys=[c]\nextension x4",
                "view:x*", "table 'a.x1', index 'a.t.x3', extension 'x4'");
    expect_left(*state, "index a/t/tmp_1 keys=[c]\nindex a/u/tmp_2 keys=[c]\nindex a/t/i keys=[c]",
                "index:t.tmp_?", "index 'a.u.tmp_2', index 'a.t.i'");
    expect_left(*state, "extension pgcrypto\nextension citext\ntable a/citext", "extension:c*",
                "extension 'pgcrypto', table 'a.citext'");
}

static void
a_trigger_goes_with_the_view_it_is_on_and_not_with_a_table_of_like_name(void **state)
{
    expect_left(*state,
                "view a/x_v definition=x\ntrigger a/x_v/t definition=x\ntable a/y_v\n"
                "trigger a/y_v/t definition=x\ncolumn a/y_v/c type=int",
                "view:*_v", "table 'a.y_v', trigger 'a.y_v.t', column 'a.y_v.c'");
}

static void
a_grant_goes_with_what_it_is_on_and_not_with_a_grantee_of_that_name(void **state)
{
    expect_left(*state,
                "table a/log\ngrant a/log/bob/SELECT\ncolumn a/log/c type=int\n"
                "grant a/log/c/bob/SELECT~ON~COLUMN\nschema a\ngrant a/log/USAGE~ON~SCHEMA\n"
                "function a/f/integer definition=x\ngrant a/f/integer/log/EXECUTE~ON~FUNCTION",
                "log",
                "schema 'a', grant USAGE ON SCHEMA 'a' TO 'log', function 'a.f.integer', grant "
                "EXECUTE ON FUNCTION 'a.f.integer' TO 'log'");
}

static void
a_grantee_hides_what_is_granted_to_him(void **state)
{
    static const char schema[] = "table a/t\ngrant a/t/bob/SELECT\ngrant a/t/app@10.0.%/SELECT\n"
                                 "grant a/bob/USAGE~ON~SCHEMA\nschema a\ntable a/bob";

    expect_left(*state, schema, "grant:bob",
                "table 'a.t', grant SELECT ON 'a.t' TO 'app@10.0.%', schema 'a', table 'a.bob'");
    expect_left(*state, schema, "grant:app@10.0.*",
                "table 'a.t', grant SELECT ON 'a.t' TO 'bob', grant USAGE ON SCHEMA 'a' TO 'bob', "
                "schema 'a', table 'a.bob'");
}

static void
case_counts_where_it_counts_for_the_database(void **state)
{
    expect_left(*state, "table Audit\ncolumn Audit/id type=int\ntable users", "aud*",
                "table 'users'");
}

static void
case_counts_with_schemas(void **state)
{
    expect_left(*state, "table a/Audit\ntable a/audit", "audit", "table 'a.Audit'");
}

static void
expect_wrong(schema_fixture *fixture, const char *pattern, const char *expected)
{
    dn_ignore_pattern parsed;
    const char *wrong = NULL;

    assert_int_equal(dn_ignore_parse(pattern, &fixture->arena, &parsed, &wrong), 1);
    assert_string_equal(wrong, expected);
}

static void
other_forms_are_wrong(void **state)
{
    static const char kinds[] =
        "there is no such kind of object; the kinds are those of docs/facts.md";

    expect_wrong(*state, "tables:x", kinds);
    expect_wrong(*state, ":x", kinds);
    expect_wrong(*state, "!x:y", kinds);
    expect_wrong(*state, "", "a part of its name is empty");
    expect_wrong(*state, "a..b", "a part of its name is empty");
    expect_wrong(*state, "a.", "a part of its name is empty");
    expect_wrong(*state, "table:", "a part of its name is empty");
    expect_wrong(*state, "a.b.c", "it has too many parts");
    expect_wrong(*state, "table:a.b.c", "it has too many parts");
    expect_wrong(*state, "schema:a.b", "it has too many parts");
    expect_wrong(*state, "index:a.b.c.d", "it has too many parts");
}

static void
objects_are_hidden_by_their_names_alone(void **state)
{
    schema_fixture *fixture = *state;
    dn_ignore_pattern parsed;
    dn_ignore ignore = {&parsed, 1};
    const char *wrong = NULL;
    dunlin_string home = dn_string("public");

    assert_int_equal(dn_ignore_parse("public.spatial_*", &fixture->arena, &parsed, &wrong), 0);
    assert_true(dn_ignore_hides_object(&ignore, home, "table", "spatial_ref"));
    assert_false(dn_ignore_hides_object(&ignore, home, "table", "other.spatial_ref"));
    assert_false(dn_ignore_hides_object(&ignore, home, "table", "users"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(function, setup) cmocka_unit_test_setup_teardown(function, setup, teardown_schema)
        TEST(a_name_hides_objects_of_every_schema_with_all_that_is_in_them, setup_spaces),
        TEST(a_schema_before_the_name_counts, setup_spaces),
        TEST(a_schema_goes_with_everything_in_it, setup_spaces),
        TEST(a_kind_leaves_others_alone, setup_spaces),
        TEST(a_trigger_goes_with_the_view_it_is_on_and_not_with_a_table_of_like_name, setup_spaces),
        TEST(a_grant_goes_with_what_it_is_on_and_not_with_a_grantee_of_that_name, setup_spaces),
        TEST(a_grantee_hides_what_is_granted_to_him, setup_spaces),
        TEST(case_counts_where_it_counts_for_the_database, setup_folding),
        TEST(case_counts_with_schemas, setup_spaces),
        TEST(other_forms_are_wrong, setup_spaces),
        TEST(objects_are_hidden_by_their_names_alone, setup_spaces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
