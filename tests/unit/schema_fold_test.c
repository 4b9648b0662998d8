/* SPDX-License-Identifier: MIT
 *
 * Operations completed for a target, and what they leave behind.
 */
#include "tests/unit/schema_fixture.h"

static int
setup_plain(void **state)
{
    return setup_schema(state, DN_FACT_FOLDS_OBJECTS | DN_FACT_FOLDS_MEMBERS);
}

static void
apply(schema_fixture *fixture, const char *text)
{
    assert_int_equal(
        dn_schema_fold(fixture->map, operation_of(&fixture->arena, text), NULL, &fixture->error),
        0);
}

static void
a_dropped_column_takes_its_keys_along(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "table t");
    given(fixture, "column t/a type=TEXT");
    given(fixture, "column t/b type=TEXT");
    given(fixture, "unique t/t_a_key columns=[a]");
    given(fixture, "unique t/t_b_key columns=[b]");
    apply(fixture, "drop column t/a");
    assert_false(holds(fixture, "column t/a type=TEXT"));
    assert_false(holds(fixture, "unique t/t_a_key columns=[a]"));
    assert_true(holds(fixture, "unique t/t_b_key columns=[b]"));
}

static void
a_dropped_table_takes_all_in_it_along(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "table t");
    given(fixture, "column t/a type=TEXT");
    given(fixture, "index t/i keys=[a]");
    given(fixture, "table t2");
    given(fixture, "column t2/a type=TEXT");
    apply(fixture, "drop table t");
    assert_int_equal(dn_fact_map_count(fixture->map), 2);
    assert_true(holds(fixture, "column t2/a type=TEXT"));
}

static int
setup_spaces(void **state)
{
    return setup_schema(state, DN_FACT_NAMESPACES);
}

/* A grantee has the name of a table, a function that of another one. */
static void
grants_go_with_what_they_are_on(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "table a/t");
    given(fixture, "column a/t/c type=TEXT");
    given(fixture, "grant a/t/bob/SELECT");
    given(fixture, "grant a/t/c/bob/UPDATE~ON~COLUMN");
    given(fixture, "grant a/t/USAGE~ON~SCHEMA");
    given(fixture, "grant a/t/c/bob/EXECUTE~ON~FUNCTION");
    apply(fixture, "rename column a/t/c to=d");
    assert_true(holds(fixture, "grant a/t/d/bob/UPDATE~ON~COLUMN"));
    assert_false(holds(fixture, "grant a/t/c/bob/UPDATE~ON~COLUMN"));
    apply(fixture, "rename table a/t to=u");
    assert_true(holds(fixture, "grant a/u/bob/SELECT"));
    assert_true(holds(fixture, "grant a/u/d/bob/UPDATE~ON~COLUMN"));
    assert_true(holds(fixture, "grant a/t/USAGE~ON~SCHEMA"));
    assert_true(holds(fixture, "grant a/t/c/bob/EXECUTE~ON~FUNCTION"));
    apply(fixture, "drop column a/u/d");
    assert_false(holds(fixture, "grant a/u/d/bob/UPDATE~ON~COLUMN"));
    assert_true(holds(fixture, "grant a/u/bob/SELECT"));
    apply(fixture, "drop table a/u");
    assert_int_equal(dn_fact_map_count(fixture->map), 2);
}

static void
a_renamed_column_is_renamed_wherever_it_is_named(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "table t");
    given(fixture, "column t/a type=TEXT");
    given(fixture, "unique t/u columns=[a,b]");
    given(fixture, "fk s/f columns=[a] ref=[t] ref_columns=[a]");
    given(fixture, "table s");
    apply(fixture, "rename column t/a to=z");
    assert_true(holds(fixture, "column t/z type=TEXT"));
    assert_true(holds(fixture, "unique t/u columns=[z,b]"));
    assert_true(holds(fixture, "fk s/f columns=[a] ref=[t] ref_columns=[z]"));
}

static void
a_renamed_table_takes_all_in_it_along(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "table t");
    given(fixture, "column t/a type=TEXT");
    given(fixture, "fk s/f columns=[x] ref=[t] ref_columns=[a]");
    apply(fixture, "rename table t to=r");
    assert_true(holds(fixture, "table r"));
    assert_true(holds(fixture, "column r/a type=TEXT"));
    assert_true(holds(fixture, "fk s/f columns=[x] ref=[r] ref_columns=[a]"));
    assert_false(holds(fixture, "table t"));
}

static int
join_name(const dunlin_fact *fact, void *context)
{
    strncat(context, fact->path[1].data, 10);
    return 0;
}

/* A table that is built anew has its columns in this order. */
static void
a_renamed_column_keeps_its_place(void **state)
{
    schema_fixture *fixture = *state;
    char names[40] = "";

    given(fixture, "table t order=[a,b,c]");
    given(fixture, "column t/a type=TEXT");
    given(fixture, "column t/b type=TEXT");
    given(fixture, "column t/c type=TEXT");
    apply(fixture, "rename column t/b to=z");
    assert_true(holds(fixture, "table t order=[a,z,c]"));
    dn_fact_map_each(fixture->map, "column", join_name, names);
    assert_string_equal(names, "azc");
}

static void
an_alter_changes_what_it_names(void **state)
{
    schema_fixture *fixture = *state;
    dunlin_operation *operation = operation_of(&fixture->arena, "alter column t/a type=INTEGER");
    dunlin_string unset = dn_string("default");

    given(fixture, "column t/a type=TEXT not_null! default='x'");
    operation->unset = &unset;
    operation->unset_count = 1;
    assert_int_equal(dn_schema_fold(fixture->map, operation, NULL, &fixture->error), 0);
    assert_true(holds(fixture, "column t/a not_null! type=INTEGER"));
}

static void
no_members_are_added_as_none(void **state)
{
    schema_fixture *fixture = *state;
    dn_properties list = {.arena = &fixture->arena};

    dn_properties_add_span(&list, NULL, 0);
    assert_int_equal(list.count, 0);
    assert_false(list.failed);
}

/* --- addressing ------------------------------------------------------------------------------- */

static const dn_schema_target spaces = {DN_FACT_NAMESPACES, {"app", 3}, true};
static const dn_schema_target plain = {0, {"", 0}, false};

static dn_operations
address(schema_fixture *fixture, const dn_schema_target *target, const char *const *texts,
        dn_fact_map *logical)
{
    dn_operations out = {.arena = &fixture->arena};
    const dunlin_operation *list[8];
    size_t count = 0;

    for (; texts[count]; count++)
        list[count] = operation_of(&fixture->arena, texts[count]);
    if (dn_schema_address(target, list, count, true, fixture->map, logical, &out, &fixture->error) <
        0)
        print_message("%s\n", fixture->error.message);
    return out;
}

static const char *
path_of(schema_fixture *fixture, const dunlin_operation *operation)
{
    dn_text text = DN_TEXT_INIT;
    const char *copy;

    dn_operation_describe(&text, operation);
    copy = dn_arena_text(&fixture->arena, text.data);
    dn_text_free(&text);
    return copy;
}

static void
namespaces_are_filled_in_or_taken_out(void **state)
{
    schema_fixture *fixture = *state;
    const char *const texts[] = {"create table -/t", "create fk public/t/f columns=[a] ref=[-,r]",
                                 NULL};
    dn_operations out = address(fixture, &spaces, texts, fixture->map);

    assert_string_equal(path_of(fixture, out.items[0]), "create table 'app.t'");
    assert_string_equal(path_of(fixture, out.items[1]), "create fk 'public.t.f'");
    assert_true(
        dn_property_lists(out.items[1]->set, out.items[1]->set_count, "ref", dn_string("app")));
    out = address(fixture, &plain, texts, fixture->map);
    assert_string_equal(path_of(fixture, out.items[0]), "create table 't'");
    assert_string_equal(path_of(fixture, out.items[1]), "create fk 't.f'");
    assert_int_equal(out.items[1]->path_count, 2);
}

static void
a_schema_of_its_own_has_no_place_where_there_are_none(void **state)
{
    schema_fixture *fixture = *state;
    const char *const texts[] = {"create table billing/t", NULL};

    assert_int_equal(address(fixture, &plain, texts, fixture->map).count, 0);
    assert_string_equal(fixture->error.id, "translate.namespace");
    assert_string_equal(fixture->error.message,
                        "this database has no schemas inside it, so 'billing' in front of 't' has "
                        "no meaning there");
}

static void
unnamed_constraints_get_the_names_postgresql_gives(void **state)
{
    schema_fixture *fixture = *state;
    const char *const texts[] = {"create table -/t",
                                 "create column -/t/a type=integer",
                                 "create pk -/t/- columns=[a]",
                                 "create unique -/t/- columns=[a,b]",
                                 "create check -/t/- expr=a>0",
                                 "create check -/t/- expr=a<9",
                                 "create fk -/t/- columns=[b] ref=[-,r]",
                                 NULL};
    dn_operations out = address(fixture, &plain, texts, fixture->map);

    assert_int_equal(out.count, 7);
    assert_string_equal(path_of(fixture, out.items[2]), "create pk 't.t_pkey'");
    assert_string_equal(path_of(fixture, out.items[3]), "create unique 't.t_a_b_key'");
    assert_string_equal(path_of(fixture, out.items[4]), "create check 't.t_a_check'");
    assert_string_equal(path_of(fixture, out.items[5]), "create check 't.t_a_check1'");
    assert_string_equal(path_of(fixture, out.items[6]), "create fk 't.t_b_fkey'");
    assert_non_null(dn_property_find(out.items[1]->set, out.items[1]->set_count, "not_null"));
}

/* Printed by PostgreSQL 15.20 for these names. */
static void
long_names_are_shortened_as_postgresql_does(void **state)
{
    schema_fixture *fixture = *state;
    const char *const texts[] = {"create unique -/a_table_with_a_name_of_just_about_forty_five/- "
                                 "columns=[and_a_column_of_thirty_bytes_in]",
                                 NULL};
    dn_operations out = address(fixture, &plain, texts, fixture->map);

    assert_string_equal(path_of(fixture, out.items[0]),
                        "create unique 'a_table_with_a_name_of_just_about_forty_five."
                        "a_table_with_a_name_of_just_a_and_a_column_of_thirty_bytes__key'");
}

static void
a_constraint_is_found_by_its_name_and_an_index_without_its_table(void **state)
{
    schema_fixture *fixture = *state;
    const char *const texts[] = {"drop constraint -/t/f", "drop constraint -/t/t_pkey",
                                 "drop index -/-/i", NULL};
    dn_operations out;

    given(fixture, "fk t/f columns=[a] ref=[r]");
    given(fixture, "pk t/PRIMARY columns=[a]");
    given(fixture, "index t/i keys=[a]");
    out = address(fixture, &plain, texts, fixture->map);
    assert_string_equal(path_of(fixture, out.items[0]), "drop fk 't.f'");
    assert_string_equal(path_of(fixture, out.items[1]), "drop pk 't.PRIMARY'");
    assert_string_equal(path_of(fixture, out.items[2]), "drop index 't.i'");
}

static void
where_types_have_no_names_their_labels_go_into_the_columns(void **state)
{
    schema_fixture *fixture = *state;
    dn_fact_map *logical = dn_fact_map_new(&fixture->arena, 0);
    const char *const made[] = {"create enum -/mood values=[sad,happy]",
                                "create column -/t/m type_path=[-,mood] not_null!", NULL};
    const char *const grown[] = {"alter enum -/mood add_value=ok before=happy", NULL};
    const char *const unknown[] = {"create column -/t/n type_path=[-,color]", NULL};
    dn_operations out = address(fixture, &plain, made, logical);
    dn_text told = DN_TEXT_INIT;

    assert_int_equal(out.count, 1);
    dn_property_describe(&told, out.items[0]->set, out.items[0]->set_count);
    assert_string_equal(told.data, "type enum, values [sad, happy], not_null");
    out = address(fixture, &plain, grown, logical);
    assert_int_equal(out.count, 1);
    assert_string_equal(path_of(fixture, out.items[0]), "alter column 't.m'");
    dn_text_clear(&told);
    dn_property_describe(&told, out.items[0]->set, out.items[0]->set_count);
    assert_string_equal(told.data, "type enum, values [sad, ok, happy]");
    dn_text_free(&told);
    address(fixture, &plain, unknown, logical);
    assert_string_equal(fixture->error.id, "translate.unknown-type");
}

/* MySQL reads a unique index back as a unique constraint. */
static void
an_index_that_reads_back_as_a_constraint_is_found(void **state)
{
    schema_fixture *fixture = *state;
    const char *const texts[] = {"drop index -/t/u", "drop index -/-/u", "rename index -/t/u v",
                                 "create index -/t/u", NULL};
    dn_operations out;

    given(fixture, "unique t/u columns=[a]");
    out = address(fixture, &plain, texts, fixture->map);
    assert_int_equal(out.count, 4);
    assert_string_equal(path_of(fixture, out.items[0]), "drop unique 't.u'");
    assert_string_equal(path_of(fixture, out.items[1]), "drop unique 't.u'");
    assert_string_equal(path_of(fixture, out.items[2]), "rename unique 't.u'");
    assert_string_equal(path_of(fixture, out.items[3]), "create index 't.u'");
}

int
main(void)
{
#define PLAIN(name) cmocka_unit_test_setup_teardown(name, setup_plain, teardown_schema)
    const struct CMUnitTest tests[] = {
        PLAIN(a_dropped_column_takes_its_keys_along),
        PLAIN(a_dropped_table_takes_all_in_it_along),
        cmocka_unit_test_setup_teardown(grants_go_with_what_they_are_on, setup_spaces,
                                        teardown_schema),
        PLAIN(a_renamed_column_is_renamed_wherever_it_is_named),
        PLAIN(a_renamed_table_takes_all_in_it_along),
        PLAIN(a_renamed_column_keeps_its_place),
        PLAIN(an_alter_changes_what_it_names),
        PLAIN(no_members_are_added_as_none),
        PLAIN(namespaces_are_filled_in_or_taken_out),
        PLAIN(a_schema_of_its_own_has_no_place_where_there_are_none),
        PLAIN(unnamed_constraints_get_the_names_postgresql_gives),
        PLAIN(long_names_are_shortened_as_postgresql_does),
        PLAIN(a_constraint_is_found_by_its_name_and_an_index_without_its_table),
        PLAIN(an_index_that_reads_back_as_a_constraint_is_found),
        PLAIN(where_types_have_no_names_their_labels_go_into_the_columns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
