/* SPDX-License-Identifier: MIT
 *
 * Maps of facts: the lists that are kept along stay right through all changes.
 */
#include "tests/unit/schema_fixture.h"

static int
setup_plain(void **state)
{
    return setup_schema(state, DN_FACT_FOLDS_OBJECTS | DN_FACT_FOLDS_MEMBERS);
}

static int
add_name(const dunlin_fact *fact, void *context)
{
    dn_text_add_char(context, ' ');
    for (uint64_t i = 0; i < fact->path_count; i++)
        dn_text_printf(context, "%s%s", i ? "." : "", fact->path[i].data);
    return 0;
}

static void
assert_members(schema_fixture *fixture, const char *kind, const char *table, const char *wanted)
{
    dunlin_string path = dn_string(table);
    dn_auto(dn_text) names = DN_TEXT_INIT;

    dn_fact_map_members(fixture->map, kind, &path, 1, add_name, &names);
    assert_string_equal(names.data ? names.data : "", wanted);
}

static void
assert_namesakes(schema_fixture *fixture, const char *kind, const char *name, const char *wanted)
{
    dunlin_string path[2] = {dn_string(""), dn_string(name)};
    dn_auto(dn_text) names = DN_TEXT_INIT;

    dn_fact_map_namesakes(fixture->map, kind, path, 2, add_name, &names);
    assert_string_equal(names.data ? names.data : "", wanted);
}

static void
assert_kind(schema_fixture *fixture, const char *kind, const char *wanted)
{
    dn_auto(dn_text) names = DN_TEXT_INIT;

    dn_fact_map_each(fixture->map, kind, add_name, &names);
    assert_string_equal(names.data ? names.data : "", wanted);
}

static void
move(schema_fixture *fixture, const char *from, const char *to)
{
    assert_int_equal(dn_fact_map_move(fixture->map, fact_of(&fixture->arena, from),
                                      fact_of(&fixture->arena, to), &fixture->error),
                     0);
}

static void
take_away(schema_fixture *fixture, const char *text)
{
    const dunlin_fact *fact = fact_of(&fixture->arena, text);

    dn_fact_map_remove(fixture->map, fact->kind, fact->path, fact->path_count);
}

static void
members_are_found_in_the_order_they_came(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "table t");
    given(fixture, "column t/b");
    given(fixture, "column s/b");
    given(fixture, "index t/i");
    given(fixture, "column T/a");
    assert_members(fixture, "column", "t", " t.b T.a");
    assert_members(fixture, NULL, "t", " t.b t.i T.a");
    assert_members(fixture, "column", "u", "");
    assert_kind(fixture, "column", " t.b s.b T.a");
    assert_kind(fixture, NULL, " t t.b s.b t.i T.a");
}

static void
namesakes_are_found_whatever_their_table(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "index t/i");
    given(fixture, "index t/k");
    given(fixture, "index s/I");
    given(fixture, "unique r/i");
    given(fixture, "table i");
    assert_namesakes(fixture, "index", "i", " t.i s.I");
    assert_namesakes(fixture, "index", "j", "");
}

static void
what_is_removed_is_in_no_list(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "column t/a");
    given(fixture, "column t/b");
    given(fixture, "column t/c");
    take_away(fixture, "column t/b");
    assert_members(fixture, "column", "t", " t.a t.c");
    take_away(fixture, "column t/c");
    take_away(fixture, "column t/a");
    assert_members(fixture, "column", "t", "");
    assert_kind(fixture, "column", "");
    given(fixture, "column t/b");
    assert_members(fixture, "column", "t", " t.b");
    assert_namesakes(fixture, "column", "b", " t.b");
}

static void
what_is_moved_is_where_it_is_now(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "column t/a");
    given(fixture, "column t/b");
    given(fixture, "column s/c");
    move(fixture, "column t/a", "column t/z");
    assert_members(fixture, "column", "t", " t.z t.b");
    assert_namesakes(fixture, "column", "a", "");
    assert_namesakes(fixture, "column", "z", " t.z");
    move(fixture, "column t/z", "column s/z");
    assert_members(fixture, "column", "t", " t.b");
    assert_members(fixture, "column", "s", " s.c s.z");
    move(fixture, "column s/c", "column t/b");
    assert_members(fixture, "column", "t", " t.b");
    assert_members(fixture, "column", "s", " s.z");
    assert_int_equal(dn_fact_map_count(fixture->map), 2);
}

/* Found by its table alone, whatever its name. */
static void
a_primary_key_may_change_its_name(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "pk t/one columns=[a]");
    given(fixture, "pk s/one columns=[a]");
    given(fixture, "pk t/two columns=[b]");
    assert_members(fixture, "pk", "t", " t.two");
    assert_namesakes(fixture, "pk", "one", " s.one");
    take_away(fixture, "pk t/three");
    assert_members(fixture, "pk", "t", "");
    assert_namesakes(fixture, "pk", "one", " s.one");
    assert_namesakes(fixture, "pk", "two", "");
}

typedef struct removing {
    dn_fact_map *map;
    size_t seen;
} removing;

static int
remove_it(const dunlin_fact *fact, void *context)
{
    removing *work = context;

    dn_fact_map_remove(work->map, fact->kind, fact->path, fact->path_count);
    work->seen++;
    return 0;
}

static void
a_walk_may_remove_what_it_visits(void **state)
{
    schema_fixture *fixture = *state;
    removing work = {fixture->map, 0};
    dunlin_string path = dn_string("t");

    given(fixture, "column t/a");
    given(fixture, "column t/b");
    given(fixture, "column t/c");
    dn_fact_map_members(fixture->map, "column", &path, 1, remove_it, &work);
    assert_int_equal(work.seen, 3);
    assert_int_equal(dn_fact_map_count(fixture->map), 0);
}

static void
lists_stay_right_as_the_map_grows(void **state)
{
    schema_fixture *fixture = *state;
    char text[64];

    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "column t%d/c%d", i % 100, i);
        given(fixture, text);
    }
    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "column t%d/c%d", i % 100, i);
        if (i % 100 != 7 || i > 300)
            take_away(fixture, text);
    }
    assert_members(fixture, "column", "t7", " t7.c7 t7.c107 t7.c207");
    assert_members(fixture, "column", "t8", "");
    assert_kind(fixture, "column", " t7.c7 t7.c107 t7.c207");
}

/* A walk through slots that are all taken never ended. */
static void
what_moves_often_leaves_room(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "table a");
    for (int i = 0; i < 500; i++) {
        move(fixture, "table a", "table b");
        move(fixture, "table b", "table a");
    }
    given(fixture, "table c");
    assert_kind(fixture, "table", " a c");
}

static size_t
number_of(schema_fixture *fixture, const char *text)
{
    const dunlin_fact *fact = fact_of(&fixture->arena, text);

    return dn_fact_map_number(fixture->map, fact->kind, fact->path, fact->path_count);
}

static void
a_fact_keeps_its_number(void **state)
{
    schema_fixture *fixture = *state;

    given(fixture, "table a");
    given(fixture, "table b");
    given(fixture, "column b/c");
    assert_int_equal(number_of(fixture, "table B"), 2);
    take_away(fixture, "table a");
    given(fixture, "table b {comment: 'again'}");
    assert_int_equal(number_of(fixture, "table b"), 2);
    assert_int_equal(number_of(fixture, "column b/c"), 3);
    assert_int_equal(number_of(fixture, "table a"), 0);
    assert_null(dn_fact_map_numbered(fixture->map, 1));
    assert_string_equal(dn_fact_map_numbered(fixture->map, 2)->path[0].data, "b");
    assert_int_equal(dn_fact_map_last(fixture->map), 3);
}

int
main(void)
{
#define PLAIN(name) cmocka_unit_test_setup_teardown(name, setup_plain, teardown_schema)
    const struct CMUnitTest tests[] = {
        PLAIN(members_are_found_in_the_order_they_came),
        PLAIN(namesakes_are_found_whatever_their_table),
        PLAIN(what_is_removed_is_in_no_list),
        PLAIN(what_is_moved_is_where_it_is_now),
        PLAIN(a_primary_key_may_change_its_name),
        PLAIN(a_walk_may_remove_what_it_visits),
        PLAIN(what_moves_often_leaves_room),
        PLAIN(a_fact_keeps_its_number),
        PLAIN(lists_stay_right_as_the_map_grows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
