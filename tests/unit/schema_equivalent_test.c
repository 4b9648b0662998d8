/* SPDX-License-Identifier: MIT
 *
 * Two schemas compared by what they mean. Left is like PostgreSQL, right like SQLite or MySQL.
 */
#include "core/schema/equivalent.h"
#include "tests/unit/schema_fixture.h"

/* What the drivers say of the types that these tests use. */
static int
classes_of(const dunlin_fact *column, dn_text *classes, void *context, dn_error *error)
{
    static const char *const known[][2] = {
        {"integer", "int"},         {"bigint", "int"},
        {"smallint", "int"},        {"INTEGER", "int bool ts"},
        {"BOOLEAN", "bool"},        {"boolean", "bool"},
        {"tinyint(1)", "bool int"}, {"text", "text"},
        {"varchar", "text"},        {"TEXT", "text ts json enum"},
        {"numeric", "decimal"},     {"jsonb", "json"},
        {"timestamp", "ts"},        {"NUMERIC", "decimal int"},
        {"enum", "enum text"},      {"odd", "any"},
    };
    const dunlin_property *type =
        dn_property_find(column->properties, column->property_count, "type");

    (void)context;
    (void)error;
    if (!type) {
        dn_text_add_string(classes, "enum text");
        return 0;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (type->text.length >= strlen(known[i][0]) &&
            memcmp(type->text.data, known[i][0], strlen(known[i][0])) == 0) {
            dn_text_add_string(classes, known[i][1]);
            return 0;
        }
    fail_msg("no class for %.*s", (int)type->text.length, type->text.data);
    return -1;
}

static int
setup(void **state)
{
    return setup_schema(state, 0);
}

/* What is told, one a line; "?" before warnings. */
static void
expect(schema_fixture *fixture, const char *left, const char *right, const char *expected)
{
    const dn_schema_side sides[2] = {
        {.facts = schema_of(fixture, DN_FACT_NAMESPACES, left),
         .label = "dev",
         .home = dn_string("public"),
         .classes = classes_of},
        {.facts = schema_of(fixture, DN_FACT_FOLDS_OBJECTS | DN_FACT_FOLDS_MEMBERS, right),
         .label = "prod",
         .classes = classes_of}};
    dn_inequalities list;
    dn_text told = DN_TEXT_INIT;

    assert_int_equal(
        dn_schema_equivalent(&sides[0], &sides[1], &fixture->arena, &list, &fixture->error), 0);
    for (size_t i = 0; i < list.count; i++)
        dn_text_printf(&told, "%s%s: %s: %s\n", list.items[i].warning ? "? " : "",
                       list.items[i].object, list.items[i].what, list.items[i].message);
    assert_string_equal(told.data ? told.data : "", expected);
    dn_text_free(&told);
}

#define LEFT                                                                                       \
    "table public/t\ncolumn public/t/id type=bigint not_null!\npk public/t/t_pkey columns=[id]\n"
#define RIGHT "table T\ncolumn T/ID type=INTEGER auto=rowid\npk T/(ID) columns=[ID]\n"

static void
one_schema_on_two_kinds_of_servers_is_the_same(void **state)
{
    expect(*state,
           LEFT
           "column public/t/name type=varchar(40) not_null! default='x'::character~varying\n"
           "column public/t/at type=timestamp default=now()\n"
           "column public/t/on type=boolean default=true\n"
           "column public/t/sum type=numeric(12,2) default='7.50'::numeric\n"
           "column public/t/then type=timestamp default='2026-01-01~10:00:00'::timestamp\n"
           "column public/t/day type=timestamp default='2026-01-01'::timestamp\n"
           "column public/t/whole type=integer default=-9.5\n"
           "column public/t/less type=integer default=1.4\n"
           "column public/t/even type=integer default='-4.50'::double~precision\n"
           "unique public/t/t_name_key columns=[name,at]\n"
           "fk public/t/f columns=[id] ref=[public,u] ref_columns=[id] on_delete=restrict\n"
           "index public/t/i keys={name,at-}\n"
           "table public/u\ncolumn public/u/id type=bigint not_null!\npk public/u/p columns=[id]\n"
           "view public/v definition=SELECT~1",
           RIGHT "column T/at type=TEXT default=CURRENT_TIMESTAMP\n"
                 "column T/name type=TEXT not_null! default='x'\n"
                 "column T/on type=tinyint(1) default=1\n"
                 "column T/sum type=NUMERIC(12,2) default=7.5\n"
                 "column T/then type=TEXT default='2026-01-01~10:00:00.000000'\n"
                 "column T/day type=TEXT default='2026-01-01~00:00:00'\n"
                 "column T/whole type=INTEGER default=-10\n"
                 "column T/less type=INTEGER default=1\n"
                 "column T/even type=INTEGER default=-4\n"
                 "index T/t_name_key unique! keys={at,name}\n"
                 "fk T/other columns=[id] ref=[U] ref_columns=[ID]\n"
                 "index T/f keys={id} implied!\nindex T/i keys={name,at-}\n"
                 "table U\ncolumn U/id type=INTEGER\npk U/PRIMARY columns=[id]\n"
                 "view V definition=select~2",
           "");
}

static void
objects_of_one_side_are_told(void **state)
{
    expect(*state, LEFT "table public/a\nview public/v\nfunction public/f/-\ntable app/t",
           RIGHT "table z",
           "table 'a': missing: table 'a' is in dev, not in prod\n"
           "table 'app.t': missing: table 'app.t' is in dev, not in prod\n"
           "view 'v': missing: view 'v' is in dev, not in prod\n"
           "table 'z': missing: table 'z' is in prod, not in dev\n"
           "? function 'f': missing: function 'f' is in dev, not in prod\n");
    expect(*state, "table public/Order", "",
           "table 'Order': missing: table 'Order' is in dev, not in prod\n");
    expect(*state, "view public/t", RIGHT "",
           "view 't': kind: it is a view in dev, a table in prod\n");
}

static void
columns_differ_in_type_and_nullability(void **state)
{
    expect(*state,
           LEFT "column public/t/a type=text\ncolumn public/t/b type=jsonb\n"
                "column public/t/c type=varchar(40)\ncolumn public/t/d type=bigint\n"
                "column public/t/only type=text",
           RIGHT "column t/a type=INTEGER\ncolumn t/b type=TEXT not_null!\n"
                 "column t/c type=varchar(50)\ncolumn t/d type=integer",
           "table 't': type: column 'a' is text in dev, INTEGER in prod\n"
           "table 't': not_null: column 'b' may be in dev, is never null in prod\n"
           "? table 't': type: column 'c' is varchar(40) in dev, varchar(50) in prod\n"
           "? table 't': type: column 'd' is bigint in dev, integer in prod\n"
           "table 't': missing: column 'only' is in dev, not in prod\n");
    /* Both may hold a time. */
    expect(*state, "table public/t\ncolumn public/t/a type=INTEGER",
           "table t\ncolumn t/a type=TEXT",
           "table 't': type: column 'a' is INTEGER in dev, TEXT in prod\n");
}

static void
defaults_are_compared_by_what_they_are(void **state)
{
    expect(*state,
           LEFT "column public/t/a type=integer default=1\ncolumn public/t/b type=integer\n"
                "column public/t/c type=text default='007'::text\n"
                "column public/t/d type=timestamp default=now()\n"
                "column public/t/e type=integer default='-2'::integer\n"
                "column public/t/f type=text default=upper('a')\n"
                "column public/t/g type=text default=NULL\n"
                "column public/t/h type=text default=('it''s')::text",
           RIGHT "column t/a type=INTEGER default=2\ncolumn t/b type=INTEGER default=0\n"
                 "column t/c type=TEXT default='7'\ncolumn t/d type=TEXT default='2020'\n"
                 "column t/e type=INTEGER default=(-2.0)\ncolumn t/f type=TEXT default='A'\n"
                 "column t/g type=TEXT\ncolumn t/h type=TEXT default='it''s'",
           "table 't': default: the default of column 'a' is 1 in dev, 2 in prod\n"
           "table 't': default: the default of column 'b' is none in dev, 0 in prod\n"
           "table 't': default: the default of column 'c' is 007 in dev, 7 in prod\n"
           "table 't': default: the default of column 'd' is now() in dev, 2020 in prod\n"
           "? table 't': default: the default of column 'f' is upper('a') in dev, A in prod\n");
}

static void
columns_that_fill_themselves_are_told_from_others(void **state)
{
    expect(*state,
           LEFT "column public/t/a type=integer auto=identity\n"
                "column public/t/b type=integer auto=serial\n"
                "column public/t/c type=integer generated=(a+1) generated_kind=stored\n"
                "column public/t/d type=integer generated=(a+1) generated_kind=stored\n"
                "column public/t/e type=integer not_null! generated=a generated_kind=stored",
           RIGHT "column t/a type=INTEGER auto=increment\ncolumn t/b type=INTEGER default=3\n"
                 "column t/c type=INTEGER\n"
                 "column t/d type=INTEGER generated=a+1 generated_kind=virtual\n"
                 "column t/e type=INTEGER generated=a generated_kind=stored",
           "table 't': auto: column 'b' fills itself in dev, does not in prod\n"
           "table 't': generated: column 'c' is generated in dev, is not in prod\n"
           "? table 't': generated: column 'd' is generated and stored in dev, when it is read in "
           "prod\n"
           "? table 't': not_null: column 'e' is never null in dev, may be in prod\n");
}

static void
labels_of_enums_and_of_checks_are_compared(void **state)
{
    expect(*state,
           LEFT "enum public/mood values=[sad,ok]\ncolumn public/t/m type_path=[public,mood]",
           RIGHT "column t/m type=TEXT\ncheck t/c expr=\"m\"~IN~('sad',~'ok')", "");
    expect(*state,
           LEFT "enum public/mood values=[sad,ok]\ncolumn public/t/m type_path=[public,mood]",
           RIGHT "column t/m type=TEXT\ncheck t/c expr=(m~in~('sad',~'ok',~'fine'))",
           "table 't': values: column 'm' takes (sad, ok) in dev, (sad, ok, fine) in prod\n");
    expect(*state,
           LEFT "enum public/mood values=[sad,ok]\ncolumn public/t/m type_path=[public,mood]",
           RIGHT "column t/m type=enum values=[ok,sad]",
           "table 't': values: column 'm' takes (sad, ok) in dev, (ok, sad) in prod\n");
    expect(*state,
           LEFT "enum public/mood values=[sad,ok]\ncolumn public/t/m type_path=[public,mood]",
           RIGHT "column t/m type=TEXT",
           "? table 't': values: column 'm' takes (sad, ok) in dev, anything in prod\n");
}

static void
a_domain_is_what_it_is_made_of(void **state)
{
    expect(*state,
           LEFT "domain public/qty type=integer not_null! default=1\n"
                "column public/t/q type_path=[public,qty]",
           RIGHT "column t/q type=INTEGER not_null! default=1", "");
    expect(*state, LEFT "domain public/qty type=integer\ncolumn public/t/q type_path=[public,qty]",
           RIGHT "column t/q type=TEXT not_null!",
           "table 't': type: column 'q' is qty in dev, TEXT in prod\n"
           "table 't': not_null: column 'q' may be in dev, is never null in prod\n");
}

static void
keys_are_compared_by_their_columns(void **state)
{
    expect(*state, "table public/t\npk public/t/p columns=[a,b]", "table t\npk t/q columns=[b,a]",
           "table 't': columns: the primary key is (a, b) in dev, (b, a) in prod\n");
    expect(*state, "table public/t\npk public/t/p columns=[a,b]", "table t",
           "table 't': missing: primary key (a, b) is in dev, not in prod\n");
    expect(*state, "table public/t\nunique public/t/u columns=[a,b] deferrable!",
           "table t\nunique t/other columns=[b,a]\nindex t/v unique! keys={c}",
           "? table 't': deferrable: unique key (a, b) is deferrable in dev only\n"
           "table 't': missing: unique key (c) is in prod, not in dev\n");
}

static void
foreign_keys_are_compared_by_what_they_do(void **state)
{
    expect(*state,
           "table public/t\nfk public/t/f columns=[a,b] ref=[public,u] ref_columns=[x,y] "
           "on_delete=cascade deferrable!\n"
           "fk public/t/g columns=[c] ref=[public,u] ref_columns=[x]",
           "table t\nfk t/h columns=[b,a] ref=[u] ref_columns=[y,x] on_update=restrict\n"
           "fk t/i columns=[c] ref=[v] ref_columns=[x]",
           "table 't': on_delete: ON DELETE of foreign key (a -> u.x, b -> u.y) is cascade in dev, "
           "no action in prod\n"
           "? table 't': deferrable: foreign key (a -> u.x, b -> u.y) is deferrable in dev only\n"
           "table 't': missing: foreign key (c -> u.x) is in dev, not in prod\n"
           "table 't': missing: foreign key (c -> v.x) is in prod, not in dev\n");
}

static void
indexes_are_compared_by_what_they_hold(void **state)
{
    expect(*state,
           "table public/t\nindex public/t/i keys={a,b}\nindex public/t/j keys={c} where=c>0\n"
           "index public/t/k keys={lower(d)}\nindex public/t/l keys={e-}\n"
           "index public/t/m keys={f} invalid!",
           "table t\nindex t/i keys={b,a}\nindex t/x keys={c}\nindex t/k keys={d:20}\n"
           "index t/l keys={e}\nindex t/m keys={f}",
           "? table 't': desc: index (e) is descending in dev only\n"
           "table 't': invalid: index (f) was not built to the end, and is invalid, in dev only\n"
           "? table 't': where: index (c) leaves rows out in dev only\n"
           "? table 't': length: index (<expression>) holds beginnings of columns in prod only\n"
           "table 't': missing: index 'i' (a, b) is in dev, not in prod\n"
           "table 't': missing: index 'i' (b, a) is in prod, not in dev\n");
}

static void
an_index_that_repeats_a_key_is_not_missed(void **state)
{
    expect(*state,
           "table public/t\nunique public/t/u columns=[a]\nindex public/t/i keys={a}\n"
           "index public/t/z unique! keys={lower(b)}",
           "table t\nindex t/u unique! keys={a}\nindex t/fk keys={q} implied!\n"
           "index t/z keys={lower(b)}",
           "table 't': unique: index (<expression>) is unique in dev only\n");
}

static void
checks_are_counted_without_those_that_stand_for_types(void **state)
{
    expect(*state,
           LEFT "column public/t/j type=jsonb\ncolumn public/t/b type=boolean\n"
                "check public/t/c expr=(a~>~0)\ncheck public/t/d expr=(b~>~0)",
           RIGHT "column t/j type=TEXT\ncolumn t/b type=INTEGER\n"
                 "check t/1 expr=json_valid(coalesce(\"j\",~'null'))\ncheck t/2 expr=b~IN~(0,~1)\n"
                 "check t/c expr=a>0",
           "table 't': missing: check 'd' ((b > 0)) is in dev, not in prod\n");
    expect(*state, "table public/t\ncheck public/t/c expr=x", "table t\ncheck t/z expr=y", "");
    /* As PostgreSQL prints lists. */
    expect(*state,
           LEFT "column public/t/b type=boolean\n"
                "check public/t/b expr=(b~=~ANY~(ARRAY[false,~true]))\n"
                "column public/t/v type=text\n"
                "check public/t/v expr=(v~=~ANY~(ARRAY['a'::text,~'it''s'::text]))\n"
                "column public/t/w type=varchar(9)\n"
                "check public/t/w expr=((w)::text~=~ANY~((ARRAY['a'::character~varying,"
                "~'b'::character~varying(9)])::text[]))",
           RIGHT "column t/b type=INTEGER\ncheck t/b expr=b~IN~(0,~1)\n"
                 "column t/v type=enum values=[a,it's]\ncolumn t/w type=enum values=[a,b]",
           "");
}

static void
triggers_are_only_warned_about(void **state)
{
    expect(*state,
           "table public/t\ntrigger public/t/a definition=x\ntrigger public/t/b definition=x",
           "table t\ntrigger t/B definition=y",
           "? table 't': missing: trigger 'a' is in dev, not in prod\n");
}

static void
unlike_columns_of_views_are_told_where_both_are_known(void **state)
{
    expect(*state, "view public/v columns=[a,b]\nview public/w columns=[a]",
           "view v columns=[a,c]\nview w",
           "view 'v': columns: columns are (a, b) in dev, (a, c) in prod\n");
}

int
main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown_schema)
    const struct CMUnitTest tests[] = {
        TEST(one_schema_on_two_kinds_of_servers_is_the_same),
        TEST(objects_of_one_side_are_told),
        TEST(columns_differ_in_type_and_nullability),
        TEST(defaults_are_compared_by_what_they_are),
        TEST(columns_that_fill_themselves_are_told_from_others),
        TEST(labels_of_enums_and_of_checks_are_compared),
        TEST(a_domain_is_what_it_is_made_of),
        TEST(keys_are_compared_by_their_columns),
        TEST(foreign_keys_are_compared_by_what_they_do),
        TEST(indexes_are_compared_by_what_they_hold),
        TEST(an_index_that_repeats_a_key_is_not_missed),
        TEST(checks_are_counted_without_those_that_stand_for_types),
        TEST(triggers_are_only_warned_about),
        TEST(unlike_columns_of_views_are_told_where_both_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
