/* SPDX-License-Identifier: MIT
 *
 * Operations between two schemas: which, and in which order.
 */
#include "tests/unit/schema_fixture.h"

#include "core/schema/diff_internal.h"

enum { MOST = 16 };

static int
setup(void **state)
{
    return setup_schema(state, 0);
}

static const dn_fact_map *
map_of(schema_fixture *fixture, const char *const *facts)
{
    dn_fact_map *map = dn_fact_map_new(&fixture->arena, 0);

    assert_non_null(map);
    for (; *facts; facts++)
        assert_int_equal(dn_fact_map_put(map, fact_of(&fixture->arena, *facts), &fixture->error),
                         0);
    return map;
}

static void
differs_by(void **state, const char *const *before, const char *const *after,
           const char *const *wanted)
{
    schema_fixture *fixture = *state;
    dn_diff diff;
    size_t i = 0;

    assert_int_equal(dn_schema_diff(map_of(fixture, before), map_of(fixture, after), NULL,
                                    &fixture->arena, &diff, &fixture->error),
                     0);
    for (; i < diff.operations.count; i++) {
        dn_text words = DN_TEXT_INIT;

        dn_operation_describe(&words, diff.operations.items[i]);
        assert_non_null(wanted[i]);
        assert_string_equal(words.data, wanted[i]);
        dn_text_free(&words);
    }
    assert_null(wanted[i]);
}

#define LIST(...) ((const char *const[MOST]){__VA_ARGS__})

/* --- grants ------------------------------------------------------------------------------------- */

static void
test_grants_come_last_and_what_is_revoked_goes_first(void **state)
{
    differs_by(state,
               LIST("table t", "grant t/bob/SELECT", "grant t/bob/INSERT grantable!", "table u",
                    "grant u/bob/SELECT"),
               LIST("table t", "column t/a type=int", "grant t/bob/INSERT",
                    "grant t/a/bob/UPDATE~ON~COLUMN", "view v definition=x", "grant v/bob/SELECT"),
               LIST("drop grant SELECT ON 't' TO 'bob'", "create column 't.a'", "create view 'v'",
                    "alter grant INSERT ON 't' TO 'bob'",
                    "create grant UPDATE ON COLUMN 't.a' TO 'bob'",
                    "create grant SELECT ON 'v' TO 'bob'", "drop table 'u'"));
}

static void
test_what_is_made_anew_gets_its_grants_again(void **state)
{
    differs_by(
        state,
        LIST("function f/int definition=returns~int~as~x", "grant f/int/bob/EXECUTE~ON~FUNCTION",
             "grant f/int/public/EXECUTE~ON~FUNCTION revoked!",
             "grant f/int/gone/EXECUTE~ON~FUNCTION"),
        LIST("function f/int definition=returns~text~as~x", "grant f/int/bob/EXECUTE~ON~FUNCTION",
             "grant f/int/public/EXECUTE~ON~FUNCTION revoked!"),
        LIST("drop function 'f.int'", "create function 'f.int'",
             "create grant EXECUTE ON FUNCTION 'f.int' TO 'bob'",
             "create grant EXECUTE ON FUNCTION 'f.int' TO 'public'"));
}

static void
test_a_column_gets_again_what_is_revoked_from_the_table(void **state)
{
    differs_by(
        state,
        LIST("table t", "column t/a type=int", "grant t/bob/SELECT",
             "grant t/a/bob/SELECT~ON~COLUMN", "grant t/a/eve/SELECT~ON~COLUMN"),
        LIST("table t", "column t/a type=int", "grant t/a/bob/SELECT~ON~COLUMN",
             "grant t/a/eve/SELECT~ON~COLUMN"),
        LIST("drop grant SELECT ON 't' TO 'bob'", "create grant SELECT ON COLUMN 't.a' TO 'bob'"));
}

/* --- order -------------------------------------------------------------------------------------- */

static void
test_a_table_comes_with_its_columns_in_their_order_and_foreign_keys_are_last(void **state)
{
    differs_by(state, LIST(NULL),
               LIST("table b order=[z,a]", "column b/z type=int", "column b/a type=int",
                    "pk b/b_pk columns=[z]", "fk b/b_a columns=[a] ref=[c]", "index b/b_i unique!",
                    "table c order=[k]", "column c/k type=int"),
               LIST("create table 'b'", "create column 'b.z'", "create column 'b.a'",
                    "create pk 'b.b_pk'", "create index 'b.b_i'", "create table 'c'",
                    "create column 'c.k'", "create fk 'b.b_a'"));
}

static void
test_views_stand_behind_what_they_need(void **state)
{
    const char *const *none = LIST(NULL);
    const char *const *views = LIST("view a depends=[b]", "view b depends=[t]", "table t");

    differs_by(state, none, views, LIST("create table 't'", "create view 'b'", "create view 'a'"));
    differs_by(state, views, none, LIST("drop view 'a'", "drop view 'b'", "drop table 't'"));
}

static void
test_a_table_goes_before_the_one_it_refers_to(void **state)
{
    differs_by(state,
               LIST("table a", "table b", "column b/a type=int", "fk b/b_a columns=[a] ref=[a]"),
               LIST(NULL), LIST("drop table 'b'", "drop table 'a'"));
}

static void
test_tables_that_refer_to_each_other_lose_a_key_first(void **state)
{
    differs_by(
        state,
        LIST("table a", "table b", "fk a/a_b columns=[b] ref=[b]", "fk b/b_a columns=[a] ref=[a]"),
        LIST(NULL), LIST("drop fk 'a.a_b'", "drop table 'b'", "drop table 'a'"));
}

static void
test_a_name_that_is_needed_again_is_free_before(void **state)
{
    differs_by(state, LIST("table t", "column t/a type=int"), LIST("view t depends=[u]", "table u"),
               LIST("drop table 't'", "create table 'u'", "create view 't'"));
    differs_by(state, LIST("table t", "index t/i unique!"), LIST("table u", "index u/i unique!"),
               LIST("drop table 't'", "create table 'u'", "create index 'u.i'"));
    differs_by(state, LIST("table t", "index t/i unique!"), LIST("table u", "index u/k unique!"),
               LIST("create table 'u'", "create index 'u.k'", "drop table 't'"));
}

static void
test_a_function_that_a_table_calls_comes_before_it(void **state)
{
    schema_fixture *fixture = *state;
    dn_properties list = {.arena = &fixture->arena};
    dn_fact_map *map = dn_fact_map_new(&fixture->arena, 0);
    dn_fact_map *none = dn_fact_map_new(&fixture->arena, 0);
    dunlin_string path[] = {dn_string("t"), dn_string("c")};
    dunlin_fact column = {
        .size = sizeof column, .kind = dn_string("column"), .path = path, .path_count = 2};
    dn_diff diff;

    dn_properties_add(&list, "default", DUNLIN_PROPERTY_EXPRESSION, 0, dn_string("(f(1))"));
    column.properties = list.items;
    column.property_count = list.count;
    assert_int_equal(dn_fact_map_put(map, &column, &fixture->error), 0);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(
            dn_fact_map_put(
                map, fact_of(&fixture->arena, LIST("table t", "function f/-", "function g/-")[i]),
                &fixture->error),
            0);
    assert_int_equal(dn_schema_diff(none, map, NULL, &fixture->arena, &diff, &fixture->error), 0);
    assert_int_equal(diff.operations.count, 4);
    assert_string_equal(diff.operations.items[0]->path[0].data, "f");
    assert_true(dn_operation_is(diff.operations.items[1], DUNLIN_VERB_CREATE, "table"));
    assert_string_equal(diff.operations.items[3]->path[0].data, "g");
}

/* --- what is in the way ------------------------------------------------------------------------- */

static void
test_a_view_over_a_column_whose_type_changes_is_made_anew_and_what_is_over_it(void **state)
{
    differs_by(
        state,
        LIST("table t", "column t/a type=int", "view v depends=[column/t/a]",
             "view w depends=[view/v]", "view x depends=[column/t/b]", "column t/b type=int"),
        LIST("table t", "column t/a type=text", "view v depends=[column/t/a]",
             "view w depends=[view/v]", "view x depends=[column/t/b]", "column t/b type=int"),
        LIST("drop view 'w'", "drop view 'v'", "alter column 't.a'", "create view 'v'",
             "create view 'w'"));
}

static void
test_a_view_that_gets_another_comment_is_made_anew_over_a_column_whose_type_changes(void **state)
{
    differs_by(state,
               LIST("table t", "column t/a type=int", "view v depends=[column/t/a] comment=x",
                    "trigger v/r definition=x comment=x"),
               LIST("table t", "column t/a type=text", "view v depends=[column/t/a] comment=y",
                    "trigger v/r definition=x comment=y"),
               LIST("drop trigger 'v.r'", "drop view 'v'", "alter column 't.a'", "create view 'v'",
                    "create trigger 'v.r'"));
}

static void
test_types_domains_and_what_they_call_come_as_they_need_each_other(void **state)
{
    differs_by(state, LIST(NULL),
               LIST("function f/a definition=m", "domain d definition=f", "type m definition=int",
                    "type a definition=d", "function g/- definition=x", "table t",
                    "check t/c definition=f"),
               LIST("create type 'm'", "create function 'f.a'", "create domain 'd'",
                    "create type 'a'", "create table 't'", "create check 't.c'",
                    "create function 'g'"));
}

static void
test_an_aggregate_is_made_anew_with_the_views_and_rules_over_it(void **state)
{
    differs_by(state,
               LIST("table t", "aggregate s/int definition=x", "view v depends=[aggregate/s/int]",
                    "rule v/r definition=x", "statistics t/e definition=a"),
               LIST("table t", "aggregate s/int definition=y", "view v depends=[aggregate/s/int]",
                    "rule v/r definition=x", "statistics t/e definition=b"),
               LIST("drop statistics 't.e'", "drop rule 'v.r'", "drop view 'v'",
                    "drop aggregate 's.int'", "create aggregate 's.int'", "create view 'v'",
                    "create statistics 't.e'", "create rule 'v.r'"));
}

static void
test_a_default_is_in_nobodys_way(void **state)
{
    differs_by(state, LIST("table t", "column t/a type=int", "view v depends=[column/t/a]"),
               LIST("table t", "column t/a type=int default=1", "view v depends=[column/t/a]"),
               LIST("alter column 't.a'"));
}

static void
test_a_foreign_key_is_made_anew_around_a_change_of_its_key(void **state)
{
    differs_by(
        state,
        LIST("table a", "unique a/u columns=[x]", "unique a/w columns=[y]", "table b",
             "fk b/f columns=[x] ref=[a] ref_columns=[x]",
             "fk b/g columns=[y] ref=[a] ref_columns=[y]"),
        LIST("table a", "unique a/u columns=[x] deferrable!", "unique a/w columns=[y]", "table b",
             "fk b/f columns=[x] ref=[a] ref_columns=[x]",
             "fk b/g columns=[y] ref=[a] ref_columns=[y]"),
        LIST("drop fk 'b.f'", "drop unique 'a.u'", "create unique 'a.u'", "create fk 'b.f'"));
}

static void
test_an_index_that_the_server_made_by_itself_goes_by_itself(void **state)
{
    differs_by(
        state,
        LIST("table a", "table b", "column b/p type=int", "column b/q type=int",
             "fk b/f columns=[p] ref=[a]", "index b/f columns=[p] implied!",
             "index b/i columns=[p,q]"),
        LIST("table a", "table b", "column b/q type=int", "index b/i columns=[q]"),
        LIST("drop fk 'b.f'", "drop index 'b.i'", "drop column 'b.p'", "create index 'b.i'"));
}

static void
test_triggers_of_a_view_come_back_with_it(void **state)
{
    differs_by(
        state, LIST("view v definition=1", "trigger v/r definition=x"),
        LIST("view v definition=2", "trigger v/r definition=x"),
        LIST("drop trigger 'v.r'", "drop view 'v'", "create view 'v'", "create trigger 'v.r'"));
}

/* --- what can be replaced ------------------------------------------------------------------------ */

static void
replaced(void **state, const char *before, const char *after, bool wanted)
{
    schema_fixture *fixture = *state;
    const dn_fact_map *maps[2];
    dn_diff diff;

    maps[0] = map_of(fixture, LIST(before, "view w definition=1 depends=[view/v]"));
    maps[1] = map_of(fixture, LIST(after, "view w definition=1 depends=[view/v]"));
    assert_int_equal(
        dn_schema_diff(maps[0], maps[1], NULL, &fixture->arena, &diff, &fixture->error), 0);
    assert_int_equal(diff.operations.items[0]->verb,
                     wanted ? DUNLIN_VERB_CREATE : DUNLIN_VERB_DROP);
    if (wanted) {
        assert_int_equal(diff.operations.count, 1);
        assert_true(diff.operations.items[0]->flags & DUNLIN_OPERATION_OR_REPLACE);
    }
}

static void
test_a_view_that_keeps_its_columns_is_replaced(void **state)
{
    replaced(state, "view v definition=SELECT~a~FROM~t",
             "view v definition=SELECT~a~FROM~t~WHERE~b", true);
    replaced(state, "view v definition=SELECT~a~FROM~t", "view v definition=SELECT~a,~b~FROM~t",
             true);
    replaced(state, "view v definition=SELECT~a~FROM~t", "view v definition=SELECT~b,~a~FROM~t",
             false);
    replaced(state, "view v definition=SELECT~a~FROM~t", "view v definition=SELECT~ab~FROM~t",
             false);
    replaced(state, "view v definition=SELECT~f('from')~FROM~t",
             "view v definition=SELECT~f('to')~FROM~t", false);
    replaced(state, "view v definition=SELECT~a~FROM~t~UNION~SELECT~b~FROM~t",
             "view v definition=SELECT~a~FROM~t~UNION~SELECT~c~FROM~t", false);
    replaced(state, "view v columns=[a,b] definition=SELECT~a,~b~FROM~t",
             "view v columns=[a,c] definition=SELECT~a,~b~FROM~t~WHERE~a", false);
    replaced(state, "view v definition=SELECT~t.a~FROM~t depends=[column/t/a]",
             "view v definition=SELECT~t.a~FROM~u~t depends=[column/u/a]", false);
    replaced(state, "view v definition=SELECT~a~FROM~t check_option=local",
             "view v definition=SELECT~a~FROM~t~WHERE~b check_option=local", true);
}

static void
test_a_view_that_would_be_replaced_goes_when_a_column_that_it_used_goes(void **state)
{
    differs_by(state,
               LIST("table t", "column t/a type=int", "column t/b type=int",
                    "view v definition=SELECT~a~FROM~t~WHERE~b depends=[column/t/a,column/t/b]"),
               LIST("table t", "column t/a type=int",
                    "view v definition=SELECT~a~FROM~t depends=[column/t/a]"),
               LIST("drop view 'v'", "drop column 't.b'", "create view 'v'"));
}

static void
test_a_function_that_returns_something_else_is_made_anew_with_what_calls_it(void **state)
{
    differs_by(
        state,
        LIST("table t", "index t/c keys={f(a)}", "function f/int definition=F~RETURNS~int~AS~1"),
        LIST("table t", "index t/c keys={f(a)}", "function f/int definition=F~RETURNS~int~AS~2"),
        LIST("alter function 'f.int'"));
    differs_by(
        state,
        LIST("table t", "index t/c keys={f(a)}", "index t/d keys={ff(a)}",
             "view v depends=[function/f/int]", "function f/int definition=F~RETURNS~int~AS~1"),
        LIST("table t", "index t/c keys={f(a)}", "index t/d keys={ff(a)}",
             "view v depends=[function/f/int]", "function f/int definition=F~RETURNS~big~AS~1"),
        LIST("drop view 'v'", "drop index 't.c'", "drop function 'f.int'",
             "create function 'f.int'", "create index 't.c'", "create view 'v'"));
}

/* --- members ------------------------------------------------------------------------------------- */

static void
test_a_changed_column_says_what_changes_and_what_goes_with_a_type(void **state)
{
    schema_fixture *fixture = *state;
    const dn_fact_map *before =
        map_of(fixture, LIST("table t", "column t/a type=int default=1 comment=x collation=c"));
    const dn_fact_map *after =
        map_of(fixture, LIST("table t", "column t/a type=text default=1 not_null! collation=c"));
    const dunlin_operation *alter;
    dn_text words = DN_TEXT_INIT;
    dn_diff diff;

    assert_int_equal(dn_schema_diff(before, after, NULL, &fixture->arena, &diff, &fixture->error),
                     0);
    assert_int_equal(diff.operations.count, 1);
    alter = diff.operations.items[0];
    dn_property_describe(&words, alter->set, alter->set_count);
    assert_string_equal(words.data, "type text, not_null, collation c, default 1");
    assert_int_equal(alter->unset_count, 1);
    assert_true(dn_string_equal(alter->unset[0], "comment"));
    dn_text_free(&words);
}

static void
test_keys_are_made_anew_and_comments_are_changed(void **state)
{
    differs_by(state, LIST("table t", "check t/c expr=1", "index t/i where=1"),
               LIST("table t", "check t/c expr=2", "index t/i where=1 comment=x"),
               LIST("drop check 't.c'", "create check 't.c'", "alter index 't.i'"));
}

static void
test_order_depends_and_versions_are_no_differences(void **state)
{
    differs_by(state, LIST("table t order=[a,b]", "view v depends=[t]", "extension x version=1"),
               LIST("table t order=[b,a]", "view v depends=[u]", "extension x version=2"),
               LIST(NULL));
}

/* --- danger, renames ------------------------------------------------------------------------------ */

static void
is_dangerous(void **state, const char *const *before, const char *const *after, dn_danger danger,
             const char *reason)
{
    schema_fixture *fixture = *state;
    dn_diff diff;

    assert_int_equal(dn_schema_diff(map_of(fixture, before), map_of(fixture, after), NULL,
                                    &fixture->arena, &diff, &fixture->error),
                     0);
    assert_int_equal(diff.operations.count, 1);
    assert_int_equal(diff.risks[0].danger, danger);
    if (reason)
        assert_string_equal(diff.risks[0].reason, reason);
    else
        assert_null(diff.risks[0].reason);
}

static void
test_danger_is_named(void **state)
{
    is_dangerous(state, LIST("table t", "column t/a type=int"), LIST("table t"), DN_DANGER_LOSES,
                 "the values of the column are lost");
    is_dangerous(state, LIST("table t"), LIST(NULL), DN_DANGER_LOSES,
                 "the rows of the table are lost");
    is_dangerous(state, LIST("table t", "column t/a generated=1"), LIST("table t"), DN_DANGER_NONE,
                 NULL);
    is_dangerous(state, LIST("table t"), LIST("table t", "column t/a type=int not_null!"),
                 DN_DANGER_FAILS,
                 "fails where the table has rows: the column is NOT NULL and has no default");
    is_dangerous(state, LIST("table t"), LIST("table t", "column t/a not_null! default=1"),
                 DN_DANGER_NONE, NULL);
    is_dangerous(state, LIST("table t"), LIST("table t", "index t/i unique!"), DN_DANGER_FAILS,
                 "fails where rows are not unique");
    is_dangerous(state, LIST("table t"), LIST("table t", "index t/i where=1"), DN_DANGER_NONE,
                 NULL);
    is_dangerous(state, LIST("table p partition_of=t"), LIST("table p"), DN_DANGER_FAILS,
                 "its rows are not among those of the table above it any more");
    is_dangerous(state, LIST("table p"), LIST("table p partition_of=t"), DN_DANGER_FAILS,
                 "fails where its rows do not belong there");
    is_dangerous(state, LIST("table p"), LIST("table p comment=t"), DN_DANGER_NONE, NULL);
}

static void
test_a_rename_is_pointed_out_and_never_guessed(void **state)
{
    schema_fixture *fixture = *state;
    const dn_fact_map *before =
        map_of(fixture, LIST("table t", "column t/name type=text", "column t/n type=int"));
    const dn_fact_map *after =
        map_of(fixture, LIST("table t", "column t/title type=text", "column t/n type=int"));
    const dunlin_operation *rename = operation_of(&fixture->arena, "rename column t/name to=title");
    dn_diff_options options = {.renames = &rename, .rename_count = 1};
    dn_diff diff;

    assert_int_equal(dn_schema_diff(before, after, NULL, &fixture->arena, &diff, &fixture->error),
                     0);
    assert_int_equal(diff.operations.count, 2);
    assert_int_equal(diff.candidate_count, 1);
    assert_true(dn_string_equal(diff.candidates[0].from->path[1], "name"));
    assert_true(dn_string_equal(diff.candidates[0].to->path[1], "title"));

    assert_int_equal(
        dn_schema_diff(before, after, &options, &fixture->arena, &diff, &fixture->error), 0);
    assert_int_equal(diff.operations.count, 1);
    assert_int_equal(diff.operations.items[0]->verb, DUNLIN_VERB_RENAME);
    assert_int_equal(diff.differences.count, 0);
    assert_int_equal(diff.candidate_count, 0);
}

static void
test_few_of_many_renames_that_it_could_be_are_pointed_out(void **state)
{
    enum { TABLES = 40, SHOWN = 8 };
    schema_fixture *fixture = *state;
    dn_fact_map *sides[2];
    dn_diff diff;

    for (size_t side = 0; side < 2; side++) {
        sides[side] = dn_fact_map_new(&fixture->arena, 0);
        assert_non_null(sides[side]);
        for (int i = 0; i < TABLES; i++) {
            static const char *const forms[] = {"table %c%d", "column %c%d/n type=int"};

            for (size_t form = 0; form < 2; form++) {
                char text[64];

                snprintf(text, sizeof text, forms[form], side ? 'u' : 't', i);
                assert_int_equal(
                    dn_fact_map_put(sides[side], fact_of(&fixture->arena, text), &fixture->error),
                    0);
            }
        }
    }
    assert_int_equal(
        dn_schema_diff(sides[0], sides[1], NULL, &fixture->arena, &diff, &fixture->error), 0);
    assert_int_equal(diff.candidate_count, TABLES * SHOWN);
}

static void
test_a_rename_that_does_not_fit_is_refused(void **state)
{
    schema_fixture *fixture = *state;
    const dn_fact_map *map = map_of(fixture, LIST("table t", "column t/name type=text"));
    const dunlin_operation *rename = operation_of(&fixture->arena, "rename column t/name to=title");
    dn_diff_options options = {.renames = &rename, .rename_count = 1};
    dn_diff diff;

    assert_int_equal(dn_schema_diff(map, map, &options, &fixture->arena, &diff, &fixture->error),
                     -1);
    assert_string_equal(fixture->error.message, "column 't.name' cannot have been renamed to "
                                                "'title': there is nothing of the new name");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown_schema)

/* --- types -------------------------------------------------------------------------------------- */

static void
test_a_type_widens_where_every_value_fits_and_stays_what_it_is(void **state)
{
    static const struct {
        const char *before;
        const char *after;
        bool widens;
    } examples[] = {
        {"INT", "BIGINT", true},
        {"bigint", "integer", false},
        {"smallint", "integer", true},
        {"int(11)", "bigint(20)", true},
        {"int(10) unsigned", "int(11)", false},
        {"int unsigned", "bigint", true},
        {"int", "bigint unsigned", false},
        {"integer", "text", false},
        {"integer", "numeric(20,0)", false},
        {"character varying(40)", "character varying(80)", true},
        {"varchar(80)", "varchar(40)", false},
        {"varchar(80)", "text", true},
        {"varchar(20000)", "text", false},
        {"varchar(20000)", "longtext", false},
        {"character varying(9)", "character varying", true},
        {"character varying", "character varying(9)", false},
        {"text", "varchar(80)", false},
        {"text", "mediumtext", true},
        {"longtext", "text", false},
        {"binary(2)", "binary(4)", false},
        {"numeric(10,2)", "numeric(12,2)", true},
        {"numeric(10,2)", "decimal(12,4)", true},
        {"numeric(10,2)", "numeric(11,4)", false},
        {"numeric(10,2)", "numeric(12,1)", false},
        {"numeric", "numeric(12,1)", false},
        {"real", "double precision", true},
        {"double", "float", false},
        {"enum('a','b')", "enum('a','b','c')", true},
        {"enum('a','b')", "enum('a','bc')", false},
        {"enum('a','b')", "enum('a')", false},
        {"enum('a','b')", "varchar(9)", false},
        {"timestamp(3) without time zone", "timestamp(6) without time zone", false},
        {"int[]", "bigint[]", false},
        {"varchar(", "varchar(9)", false},
        {"varchar(99999999999)", "varchar(9)", false},
        {"", "", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        if (dn_type_widens(dn_string(examples[i].before), dn_string(examples[i].after)) !=
            examples[i].widens)
            fail_msg("%s -> %s", examples[i].before, examples[i].after);
}

static void
test_a_type_cuts_what_it_has_no_place_for(void **state)
{
    static const struct {
        const char *before;
        const char *after;
        bool cuts;
    } examples[] = {
        {"numeric(9,3)", "numeric(9,2)", true},
        {"numeric(9,3)", "decimal(5,3)", false},
        {"numeric", "numeric(9,2)", true},
        {"numeric", "integer", true},
        {"decimal(9,0)", "int", false},
        {"decimal(9,3)", "int", true},
        {"double precision", "real", true},
        {"double", "decimal(9,3)", true},
        {"real", "double precision", false},
        {"bigint", "integer", false},
        {"bigint", "double", true},
        {"smallint", "real", false},
        {"integer", "boolean", true},
        {"boolean", "integer", false},
        {"integer", "text", false},
        {"text", "integer", false},
        {"varchar(20)", "varchar(10)", false},
        {"timestamp without time zone", "date", true},
        {"datetime", "date", true},
        {"TIMESTAMP", "date", true},
        {"date", "timestamp without time zone", false},
        {"timestamp with time zone", "timestamp(0) with time zone", true},
        {"timestamp(3) without time zone", "timestamp with time zone", false},
        {"datetime(6)", "datetime", true},
        {"datetime", "datetime(6)", false},
        {"time(3)", "TIME", true},
        {"TIMESTAMP(3)", "TIMESTAMP", true},
        {"TIMESTAMP", "DATE", false},
        {"timestamp without time zone", "time without time zone", true},
        {"timestamp without time zone", "text", false},
        {"real", "numeric", true},
        {"double precision", "numeric(9,3)", true},
        {"integer", "numeric", false},
        {"integer", "bit(3)", true},
        {"numeric(12,4)", "money", true},
        {"interval", "time without time zone", true},
        {"decimal(10,2)", "int(10) unsigned zerofill", true},
        {"float", "bit(8)", true},
        {"interval", "time(0) without time zone", true},
        {"inet", "cidr", true},
        {"cidr", "inet", false},
        {"varchar(90)", "name", true},
        {"numeric(9,3)[]", "numeric(9,2)[]", true},
        {"decimal(9,2)", "enum('a','b')", true},
        {"decimal(9,0)", "enum('a','b')", false},
        {"double", "set('a','b')", true},
        {"int(11)", "enum('a','b')", false},
        {"timestamp without time zone[]", "date[]", true},
        {"numeric(9,3)", "numeric(9,2)[]", false},
        {"NUMERIC(9,3)", "NUMERIC(9,2)", false},
        {"REAL", "INTEGER", false},
        {"", "", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        if (dn_type_cuts(dn_string(examples[i].before), dn_string(examples[i].after), false) !=
            examples[i].cuts)
            fail_msg("%s -> %s", examples[i].before, examples[i].after);
    assert_true(dn_type_cuts(dn_string("NUMERIC(9,3)"), dn_string("NUMERIC(9,2)"), true));
    assert_false(dn_type_cuts(dn_string("NUMERIC(9,2)"), dn_string("NUMERIC(9,3)"), true));
}

static void
test_a_text_that_becomes_a_value_loses_how_it_was_written(void **state)
{
    static const struct {
        const char *before;
        const char *after;
        bool respells;
    } examples[] = {
        {"text", "integer", true},
        {"TEXT", "INTEGER", true},
        {"varchar(9)", "int unsigned", true},
        {"character varying(9)", "numeric(9,2)", true},
        {"text", "double precision", true},
        {"text", "boolean", true},
        {"text", "timestamp(3) without time zone", true},
        {"varchar(20)", "date", true},
        {"TEXT", "DATE", false},
        {"text", "jsonb", true},
        {"json", "jsonb", true},
        {"text", "json", false},
        {"text", "uuid", true},
        {"text", "enum('a')", true},
        {"varchar(9)", "set('a','b')", true},
        {"enum('a')", "enum('b')", false},
        {"xml", "character(9)", true},
        {"json", "character(9)", true},
        {"name", "bytea", true},
        {"name", "integer", true},
        {"xml", "text", false},
        {"text", "varchar(9)", false},
        {"integer", "text", false},
        {"integer", "date", false},
        {"text[]", "integer[]", true},
        {"text[]", "text[]", false},
        {"text", "integer[]", true},
        {"integer[]", "text", false},
        {"text", "character(5)", true},
        {"varchar(9)", "char(9)", true},
        {"char(5)", "char(9)", false},
        {"TEXT", "CHAR(5)", false},
        {"TEXT", "char(5)", true},
        {"varchar(9)", "binary(5)", true},
        {"BLOB", "binary(5)", true},
        {"TEXT", "int(10) unsigned zerofill", true},
        {"text", "bytea", true},
        {"bytea", "text", false},
        {"text", "daterange", true},
        {"", "integer", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        if (dn_type_respells(dn_string(examples[i].before), dn_string(examples[i].after), false) !=
            examples[i].respells)
            fail_msg("%s -> %s", examples[i].before, examples[i].after);
    assert_true(dn_type_respells(dn_string("TEXT"), dn_string("DATE"), true));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_grants_come_last_and_what_is_revoked_goes_first),
        TEST(test_what_is_made_anew_gets_its_grants_again),
        TEST(test_a_column_gets_again_what_is_revoked_from_the_table),
        TEST(test_a_table_comes_with_its_columns_in_their_order_and_foreign_keys_are_last),
        TEST(test_views_stand_behind_what_they_need),
        TEST(test_a_table_goes_before_the_one_it_refers_to),
        TEST(test_tables_that_refer_to_each_other_lose_a_key_first),
        TEST(test_a_name_that_is_needed_again_is_free_before),
        TEST(test_a_function_that_a_table_calls_comes_before_it),
        TEST(test_a_view_over_a_column_whose_type_changes_is_made_anew_and_what_is_over_it),
        TEST(test_a_view_that_gets_another_comment_is_made_anew_over_a_column_whose_type_changes),
        TEST(test_types_domains_and_what_they_call_come_as_they_need_each_other),
        TEST(test_an_aggregate_is_made_anew_with_the_views_and_rules_over_it),
        TEST(test_a_default_is_in_nobodys_way),
        TEST(test_a_foreign_key_is_made_anew_around_a_change_of_its_key),
        TEST(test_an_index_that_the_server_made_by_itself_goes_by_itself),
        TEST(test_triggers_of_a_view_come_back_with_it),
        TEST(test_a_view_that_keeps_its_columns_is_replaced),
        TEST(test_a_view_that_would_be_replaced_goes_when_a_column_that_it_used_goes),
        TEST(test_a_function_that_returns_something_else_is_made_anew_with_what_calls_it),
        TEST(test_a_changed_column_says_what_changes_and_what_goes_with_a_type),
        TEST(test_keys_are_made_anew_and_comments_are_changed),
        TEST(test_order_depends_and_versions_are_no_differences),
        TEST(test_danger_is_named),
        TEST(test_a_rename_is_pointed_out_and_never_guessed),
        TEST(test_few_of_many_renames_that_it_could_be_are_pointed_out),
        TEST(test_a_rename_that_does_not_fit_is_refused),
        TEST(test_a_text_that_becomes_a_value_loses_how_it_was_written),
        cmocka_unit_test(test_a_type_widens_where_every_value_fits_and_stays_what_it_is),
        cmocka_unit_test(test_a_type_cuts_what_it_has_no_place_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
