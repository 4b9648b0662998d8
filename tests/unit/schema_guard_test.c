/* SPDX-License-Identifier: MIT
 *
 * The four answers of a guard.
 */
#include "tests/unit/schema_fixture.h"

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

static const dn_guard_options as_written;

static dn_guard
ask(schema_fixture *fixture, const char *text, const dn_guard_options *options, char *why,
    size_t size)
{
    const dunlin_operation *operation = operation_of(&fixture->arena, text);
    dunlin_fact fact = dn_operation_fact(operation);
    const dunlin_fact *facts[] = {&fact};
    const dn_wanted wanted = {facts, 1};
    dn_text told = DN_TEXT_INIT;
    dn_guard guard;

    guard =
        dn_schema_resolve(fixture->map, operation,
                          operation->verb <= DUNLIN_VERB_ALTER ? &wanted : NULL, options, &told);
    snprintf(why, size, "%s", told.data ? told.data : "");
    dn_text_free(&told);
    return guard;
}

static void
expect(schema_fixture *fixture, const char *text, dn_guard guard, const char *why)
{
    char told[1000];

    if (ask(fixture, text, &as_written, told, sizeof told) != guard || strcmp(told, why) != 0)
        fail_msg("%s: told '%s'", text, told);
}

static void
what_has_no_condition_is_run(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "table t");
    expect(fixture, "create table t", DN_GUARD_RUN, "");
    expect(fixture, "drop table u", DN_GUARD_RUN, "");
    expect(fixture, "alter column t/a type=text", DN_GUARD_RUN, "");
}

static void
what_is_absent_is_made_and_what_is_present_is_left(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "table t");
    given(fixture, "column t/a type=INTEGER not_null!");
    expect(fixture, "create? table u", DN_GUARD_RUN, "");
    expect(fixture, "create? table t", DN_GUARD_SKIP, "table 't' is there already");
    expect(fixture, "create? table T", DN_GUARD_SKIP, "table 'T' is there already");
    expect(fixture, "create? column t/b type=TEXT", DN_GUARD_RUN, "");
    expect(fixture, "create? column t/A type=INTEGER not_null!", DN_GUARD_SKIP,
           "column 't.A' is there already");
}

static void
exists_but_different_is_no_skip(void **state)
{
    schema_fixture *fixture = *state;
    dn_guard_options keep = {.keep_different = true};
    char told[1000];

    given(fixture, "table t");
    given(fixture, "column t/a type=INTEGER not_null!");
    expect(fixture, "create? column t/a type=INTEGER", DN_GUARD_CONFLICT,
           "column 't.a' exists, but different: it is (type INTEGER, not_null), wanted is (type "
           "INTEGER)");
    expect(fixture, "create? column t/a type=TEXT not_null!", DN_GUARD_CONFLICT,
           "column 't.a' exists, but different: it is (type INTEGER, not_null), wanted is (type "
           "TEXT, not_null)");
    assert_int_equal(ask(fixture, "create? column t/a type=TEXT", &keep, told, sizeof told),
                     DN_GUARD_KEEP);
    assert_string_equal(told, "column 't.a' exists, but different: it is (type INTEGER, not_null), "
                              "wanted is (type TEXT)");
}

static void
members_that_only_the_server_can_print_are_not_compared(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "table t");
    given(fixture, "column t/a type=INTEGER default=(1~+~1)");
    expect(fixture, "create? column t/a type=INTEGER default=1+1 unsure=[default]", DN_GUARD_SKIP,
           "column 't.a' is there already");
}

static void
a_key_column_may_be_called_nullable_or_not(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "table t");
    given(fixture, "column t/id type=INTEGER not_null!");
    given(fixture, "pk t/t_pkey columns=[id]");
    expect(fixture, "create? column t/id type=INTEGER", DN_GUARD_SKIP,
           "column 't.id' is there already");
    expect(fixture, "create? pk t/other columns=[id]", DN_GUARD_SKIP,
           "pk 't.other' is there already");
}

static void
a_rowid_numbers_itself_asked_for_or_not(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "table t");
    given(fixture, "column t/a type=INTEGER auto=rowid");
    expect(fixture, "create? column t/a type=INTEGER", DN_GUARD_SKIP,
           "column 't.a' is there already");
}

static void
a_name_may_be_taken_by_something_else(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "view v definition=select~1");
    given(fixture, "table t");
    given(fixture, "index t/i keys=[a]");
    given(fixture, "table u");
    expect(fixture, "create? table v", DN_GUARD_CONFLICT,
           "table 'v': the name is taken by view 'v'");
    expect(fixture, "create? index u/i keys=[a]", DN_GUARD_CONFLICT,
           "index 'u.i': the name is taken by index 't.i'");
    given(fixture, "type row definition=x");
    given(fixture, "domain amount type=integer");
    expect(fixture, "drop? enum row", DN_GUARD_RUN, "");
    expect(fixture, "drop? enum amount", DN_GUARD_RUN, "");
    expect(fixture, "drop? enum other", DN_GUARD_SKIP, "enum 'other' does not exist");
    expect(fixture, "drop? domain row", DN_GUARD_CONFLICT,
           "domain 'row': what has that name is type 'row'");
    expect(fixture, "create? enum amount values=[a]", DN_GUARD_CONFLICT,
           "enum 'amount': the name is taken by domain 'amount'");
    expect(fixture, "drop? table v", DN_GUARD_CONFLICT,
           "table 'v': what has that name is view 'v'");
}

static void
an_invalid_index_is_no_index(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "table public/t");
    given(fixture, "index public/t/i keys=[a] invalid!");
    expect(fixture, "create? index public/t/i keys=[a]", DN_GUARD_RUN, "");
}

static void
without_its_table_nothing_can_be_made(void **state)
{
    schema_fixture *fixture = *state;
    dunlin_operation *operation;
    dn_text told = DN_TEXT_INIT;

    expect(fixture, "create? column t/a type=TEXT", DN_GUARD_CANNOT, "table 't' does not exist");
    expect(fixture, "create? index t/i keys=[a]", DN_GUARD_CANNOT, "table 't' does not exist");
    operation = operation_of(&fixture->arena, "create column t/a type=TEXT");
    operation->flags = DUNLIN_OPERATION_PARENT_IF_EXISTS;
    assert_int_equal(dn_schema_resolve(fixture->map, operation, NULL, &as_written, &told),
                     DN_GUARD_SKIP);
    dn_text_free(&told);
}

static void
a_drop_is_left_out_where_there_is_nothing(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "table t");
    given(fixture, "column t/a type=TEXT");
    expect(fixture, "drop? column t/b", DN_GUARD_SKIP, "column 't.b' does not exist");
    expect(fixture, "drop? column t/a", DN_GUARD_RUN, "");
    expect(fixture, "drop? constraint t/c", DN_GUARD_SKIP, "constraint 't.c' does not exist");
}

static void
a_rename_looks_at_both_ends(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "table old");
    expect(fixture, "rename? table old to=new", DN_GUARD_RUN, "");
    given(fixture, "table new");
    expect(fixture, "rename? table old to=new", DN_GUARD_CONFLICT,
           "table 'old': both it and its new name 'new' exist");
    dn_fact_map_remove(fixture->map, dn_string("table"),
                       fact_of(&fixture->arena, "table old")->path, 1);
    expect(fixture, "rename? table old to=new", DN_GUARD_SKIP, "table 'old' is renamed already");
    expect(fixture, "rename? table x to=y", DN_GUARD_CANNOT,
           "table 'x': neither it nor its new name 'y' exists");
    given(fixture, "type pair definition=x");
    expect(fixture, "rename? enum pair to=other", DN_GUARD_RUN, "");
}

static void
an_alter_that_is_so_already_is_left_out(void **state)
{
    schema_fixture *fixture = *state;
    dunlin_operation *operation;
    dunlin_string unset = dn_string("default");
    dn_text told = DN_TEXT_INIT;

    given(fixture, "table t");
    given(fixture, "column t/a type=TEXT not_null! default='x'");
    expect(fixture, "alter? column t/a default='x'", DN_GUARD_SKIP, "column 't.a' is so already");
    expect(fixture, "alter? column t/a default='y'", DN_GUARD_RUN, "");
    expect(fixture, "alter? column t/b default='y'", DN_GUARD_SKIP, "column 't.b' does not exist");
    operation = operation_of(&fixture->arena, "alter? column t/a");
    operation->unset = &unset;
    operation->unset_count = 1;
    assert_int_equal(dn_schema_resolve(fixture->map, operation, NULL, &as_written, &told),
                     DN_GUARD_RUN);
    dn_text_free(&told);
}

static void
an_interrupted_statement_is_decided_as_if_it_were_guarded(void **state)
{
    schema_fixture *fixture = *state;
    const dn_guard_options again = {.assume_guarded = true};
    char told[1000];

    given(fixture, "table t");
    given(fixture, "column t/a type=TEXT");
    assert_int_equal(ask(fixture, "create column t/a type=TEXT", &again, told, sizeof told),
                     DN_GUARD_SKIP);
    assert_int_equal(ask(fixture, "drop column t/b", &again, told, sizeof told), DN_GUARD_SKIP);
    assert_int_equal(ask(fixture, "create column t/b type=TEXT", &again, told, sizeof told),
                     DN_GUARD_RUN);
}

/* MySQL makes a unique constraint of a unique index. */
static void
what_the_server_makes_something_else_of_is_found_as_that(void **state)
{
    schema_fixture *fixture = *state;
    const dunlin_operation *operation = operation_of(&fixture->arena, "create? index t/u unique!");
    const dunlin_operation *made = operation_of(&fixture->arena, "create unique t/u columns=[a]");
    dunlin_fact fact = dn_operation_fact(made);
    const dunlin_fact *facts[] = {&fact};
    const dn_wanted wanted = {facts, 1};
    dn_text why = DN_TEXT_INIT;

    given(fixture, "table t");
    assert_int_equal(dn_schema_resolve(fixture->map, operation, &wanted, &as_written, &why),
                     DN_GUARD_RUN);
    given(fixture, "unique t/u columns=[a]");
    assert_int_equal(dn_schema_resolve(fixture->map, operation, &wanted, &as_written, &why),
                     DN_GUARD_SKIP);
    dn_text_free(&why);
}

int
main(void)
{
#define PLAIN(name) cmocka_unit_test_setup_teardown(name, setup_plain, teardown_schema)
#define SPACES(name) cmocka_unit_test_setup_teardown(name, setup_spaces, teardown_schema)
    const struct CMUnitTest tests[] = {
        PLAIN(what_has_no_condition_is_run),
        PLAIN(what_is_absent_is_made_and_what_is_present_is_left),
        PLAIN(exists_but_different_is_no_skip),
        PLAIN(members_that_only_the_server_can_print_are_not_compared),
        PLAIN(a_key_column_may_be_called_nullable_or_not),
        PLAIN(a_rowid_numbers_itself_asked_for_or_not),
        PLAIN(a_name_may_be_taken_by_something_else),
        SPACES(an_invalid_index_is_no_index),
        PLAIN(without_its_table_nothing_can_be_made),
        PLAIN(a_drop_is_left_out_where_there_is_nothing),
        PLAIN(a_rename_looks_at_both_ends),
        PLAIN(an_alter_that_is_so_already_is_left_out),
        PLAIN(an_interrupted_statement_is_decided_as_if_it_were_guarded),
        PLAIN(what_the_server_makes_something_else_of_is_found_as_that),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
