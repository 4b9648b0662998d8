/* SPDX-License-Identifier: MIT
 *
 * Two schemas compared as they are.
 */
#include "core/schema/compare.h"
#include "tests/unit/schema_fixture.h"

static const dn_compare_options as_they_are;

static int
setup_plain(void **state)
{
    return setup_schema(state, DN_FACT_FOLDS_OBJECTS | DN_FACT_FOLDS_MEMBERS);
}

static int
setup_spaces(void **state)
{
    return setup_schema(state, DN_FACT_NAMESPACES);
}

/* "+ column 't.a'", "- ...", "~ ...", separated by ", ". */
static void
expect(schema_fixture *fixture, const char *before, const char *after,
       const dn_compare_options *options, const char *expected)
{
    dn_differences differences;
    dn_text told = DN_TEXT_INIT;

    uint64_t naming = dn_fact_map_naming(fixture->map);

    assert_int_equal(dn_schema_compare(schema_of(fixture, naming, before),
                                       schema_of(fixture, naming, after), options, &fixture->arena,
                                       &differences, &fixture->error),
                     0);
    for (size_t i = 0; i < differences.count; i++) {
        const dn_difference *one = &differences.items[i];
        const dunlin_fact *key = dn_difference_key(one);

        dn_text_add_string(&told, i ? ", " : "");
        dn_text_add_string(&told, !one->before ? "+ " : !one->after ? "- " : "~ ");
        dn_fact_describe(&told, key->kind, key->path, key->path_count);
    }
    assert_string_equal(told.data ? told.data : "", expected);
    dn_text_free(&told);
}

static void
equal_schemas_have_no_difference_whatever_their_order(void **state)
{
    expect(*state,
           "table t order=[a,b]\ncolumn t/a type=TEXT not_null!\ncolumn t/b type=INTEGER\n"
           "view v definition=select~1 depends=[x]",
           "view v definition=select~1 text=create~view~v\ncolumn t/b type=INTEGER\n"
           "column t/a not_null! type=TEXT\ntable t order=[b,a]",
           &as_they_are, "");
}

static void
differences_are_told_object_by_object(void **state)
{
    expect(*state,
           "index t/i keys=[a]\ncolumn t/z type=TEXT\ncolumn t/b type=TEXT\ntable t\n"
           "table gone\ncolumn gone/a type=TEXT\nview a definition=select~1",
           "table t\ncolumn t/b type=INTEGER\ncolumn t/c type=TEXT\npk t/p columns=[b]\n"
           "view a definition=select~2\ntable new",
           &as_they_are,
           "~ view 'a', - table 'gone', - column 'gone.a', + table 'new', ~ column 't.b', "
           "+ column 't.c', - column 't.z', + pk 't.p', - index 't.i'");
}

static void
objects_of_a_namespace_stand_together(void **state)
{
    expect(*state, "",
           "table b/t\ncolumn b/t/x type=int\ntable a/z\ncolumn a/z/x type=int\nschema b",
           &as_they_are,
           "+ table 'a.z', + column 'a.z.x', + schema 'b', + table 'b.t', + column 'b.t.x'");
}

static void
a_member_that_one_side_lacks_is_a_difference(void **state)
{
    expect(*state, "column t/a type=TEXT", "column t/a type=TEXT default='x'", &as_they_are,
           "~ column 't.a'");
    expect(*state, "column t/a type=TEXT collation=x", "column t/a type=TEXT", &as_they_are,
           "~ column 't.a'");
    expect(*state, "pk t/p columns=[a,b]", "pk t/p columns=[b,a]", &as_they_are, "~ pk 't.p'");
}

static void
what_only_the_server_can_print_is_not_compared(void **state)
{
    expect(*state, "check t/c expr=a>0 unsure=[expr]", "check t/c expr=(a~>~0)", &as_they_are, "");
    expect(*state, "check t/c expr=(a~>~0)", "check t/c expr=a>0 unsure=[expr]", &as_they_are, "");
    expect(*state, "check t/c expr=(a~>~0)", "check t/c expr=a>0 unsure=[other]", &as_they_are,
           "~ check 't.c'");
}

static void
an_index_that_the_server_made_for_itself_is_no_difference(void **state)
{
    expect(*state, "index t/f keys=[a] implied!", "", &as_they_are, "");
    expect(*state, "", "index t/f keys=[a] implied!", &as_they_are, "");
    expect(*state, "index t/f keys=[a] implied!", "index t/f keys=[b] implied!", &as_they_are, "");
    /* It stays when the foreign key goes that it was made for, and is no key's then. */
    expect(*state, "index t/f keys=[a] implied!", "index t/f keys=[a]", &as_they_are,
           "+ index 't.f'");
    expect(*state, "index t/f keys=[a]", "index t/f keys=[a] implied!", &as_they_are,
           "- index 't.f'");
}

static void
a_rowid_fills_itself_asked_for_or_not(void **state)
{
    expect(*state, "column t/a type=INTEGER auto=rowid", "column t/a type=INTEGER", &as_they_are,
           "");
    expect(*state, "column t/a type=INTEGER", "column t/a type=INTEGER auto=increment",
           &as_they_are, "~ column 't.a'");
    expect(*state, "column t/a type=INTEGER auto=rowid", "column t/a type=INTEGER auto=increment",
           &as_they_are, "~ column 't.a'");
}

static void
a_default_that_is_the_time_of_its_making_equals_any_time(void **state)
{
    const char *frozen = "column t/a type=ts default='now'::ts frozen!";

    expect(*state, frozen, "column t/a type=ts default='2024-01-01~10:00'::ts", &as_they_are, "");
    expect(*state, frozen, frozen, &as_they_are, "");
    expect(*state, frozen, "column t/a type=ts default=now()", &as_they_are, "~ column 't.a'");
    expect(*state, "column t/a type=ts", frozen, &as_they_are, "~ column 't.a'");
    expect(*state, frozen, "column t/a type=date default='2024-01-01'::ts", &as_they_are,
           "~ column 't.a'");
    expect(*state, "column t/a type=ts default='2024-01-01'::ts",
           "column t/a type=ts default='2024-01-02'::ts", &as_they_are, "~ column 't.a'");
}

static void
kinds_and_members_can_be_left_out(void **state)
{
    const dn_compare_options options = {.without_kinds = "trigger extension",
                                        .without_members = "comment engine"};

    expect(*state, "table t engine=x comment=y\ntrigger t/g definition=z",
           "table t engine=z\nextension e version=1", &options, "");
    expect(*state, "table t engine=x strict!", "table t engine=z", &options, "~ table 't'");
    expect(*state, "table t engine=x", "table t engine=z", &as_they_are, "~ table 't'");
}

static void
the_order_of_columns_counts_where_it_is_asked_for(void **state)
{
    const dn_compare_options options = {.column_order = true};

    expect(*state, "table t order=[a,b]", "table t order=[b,a]", &options, "~ table 't'");
    expect(*state, "table t order=[a,b]", "table t order=[a,b]", &options, "");
}

static void
spelling_counts_where_it_is_asked_for(void **state)
{
    const dn_compare_options options = {.spelling = true};

    expect(*state, "table Users\npk Users/p columns=[a]", "table users\npk users/q columns=[a]",
           &as_they_are, "");
    expect(*state, "table Users\npk Users/p columns=[a]", "table users\npk Users/q columns=[a]",
           &options, "~ pk 'Users.q', ~ table 'users'");
}

static int
collect(const dunlin_property *before, const dunlin_property *after, void *context)
{
    const dunlin_property *member = before ? before : after;

    dn_text_add_string(context, !before ? "+" : !after ? "-" : "~");
    dn_text_add(context, member->name.data, (size_t)member->name.length);
    return dn_string_equal(member->name, "stop") ? 7 : 0;
}

static void
members_that_differ_are_told_one_by_one(void **state)
{
    schema_fixture *fixture = *state;
    const dunlin_fact *before = fact_of(&fixture->arena, "column t/a type=x default=1 not_null!");
    const dunlin_fact *after = fact_of(&fixture->arena, "column t/a collation=c type=y not_null!");
    const dunlin_fact *other = fact_of(&fixture->arena, "column t/a stop=1 type=z");
    dn_text told = DN_TEXT_INIT;

    assert_int_equal(dn_schema_each_member(before, after, &as_they_are, collect, &told), 0);
    assert_string_equal(told.data, "~type-default+collation");
    dn_text_clear(&told);
    assert_int_equal(dn_schema_each_member(other, after, &as_they_are, collect, &told), 7);
    assert_string_equal(told.data, "-stop");
    dn_text_free(&told);
    assert_true(dn_schema_equal(before, before, &as_they_are));
    assert_false(dn_schema_equal(before, after, &as_they_are));
}

static dn_fact_map *
large_schema(schema_fixture *fixture, int tables, int changed)
{
    dn_fact_map *map = dn_fact_map_new(&fixture->arena, 0);

    for (int t = 0; t < tables; t++)
        for (int c = 0; c < 16; c++) {
            char line[100];

            snprintf(line, sizeof line, "column table_%d/column_%d type=%s not_null! default=0", t,
                     c, t == changed && c == 3 ? "TEXT" : "INTEGER");
            assert_int_equal(dn_fact_map_put(map, fact_of(&fixture->arena, line), &fixture->error),
                             0);
        }
    return map;
}

static void
the_one_difference_of_ten_thousand_tables_is_found(void **state)
{
    schema_fixture *fixture = *state;
    dn_fact_map *before = large_schema(fixture, 10000, -1);
    dn_fact_map *after = large_schema(fixture, 10000, 7777);
    dn_differences differences;

    assert_int_equal(dn_schema_compare(before, after, &as_they_are, &fixture->arena, &differences,
                                       &fixture->error),
                     0);
    assert_int_equal(differences.count, 1);
    assert_true(dn_string_equal(differences.items[0].after->path[0], "table_7777"));
    assert_true(dn_string_equal(differences.items[0].before->path[1], "column_3"));
}

int
main(void)
{
#define PLAIN(test) cmocka_unit_test_setup_teardown(test, setup_plain, teardown_schema)
    const struct CMUnitTest tests[] = {
        PLAIN(equal_schemas_have_no_difference_whatever_their_order),
        PLAIN(differences_are_told_object_by_object),
        cmocka_unit_test_setup_teardown(objects_of_a_namespace_stand_together, setup_spaces,
                                        teardown_schema),
        PLAIN(a_member_that_one_side_lacks_is_a_difference),
        PLAIN(what_only_the_server_can_print_is_not_compared),
        PLAIN(an_index_that_the_server_made_for_itself_is_no_difference),
        PLAIN(a_rowid_fills_itself_asked_for_or_not),
        PLAIN(a_default_that_is_the_time_of_its_making_equals_any_time),
        PLAIN(kinds_and_members_can_be_left_out),
        PLAIN(the_order_of_columns_counts_where_it_is_asked_for),
        PLAIN(spelling_counts_where_it_is_asked_for),
        PLAIN(members_that_differ_are_told_one_by_one),
        PLAIN(the_one_difference_of_ten_thousand_tables_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
