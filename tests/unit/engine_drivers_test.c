/* SPDX-License-Identifier: MIT
 *
 * The result of `dunlin drivers`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/driver_fixture.h"

#include <dunlin/dunlin.h>

static dunlin_result *
drivers(driver_fixture *fixture, const char *folder)
{
    dunlin_options options = DUNLIN_OPTIONS_DEFAULTS;
    dunlin_result *result;

    options.driver_path = folder;
    assert_int_equal(dunlin_drivers(&options, &result, &fixture->error), 0);
    return result;
}

static const dunlin_node *
only(const dunlin_result *result, const char *list)
{
    const dunlin_node *node = dunlin_node_get(dunlin_result_root(result), list);

    assert_int_equal(dunlin_node_count(node), 1);
    return dunlin_node_first(node);
}

static const char *
joined(driver_fixture *fixture, const dunlin_node *list)
{
    const char *text = "";

    for (const dunlin_node *node = dunlin_node_first(list); node; node = dunlin_node_next(node))
        text = dn_arena_printf(&fixture->arena, "%s%s ", text, dunlin_node_own_text(node));
    return text;
}

static void
a_driver_is_listed_with_what_it_says_of_itself(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "toy", "option", "toy");
    dunlin_result *result = drivers(fixture, inside(fixture, "option"));
    const dunlin_node *node = only(result, "drivers");

    assert_string_equal(dunlin_node_text(dunlin_result_root(result), "format"), "dunlin-drivers/1");
    assert_int_equal(dunlin_node_integer(dunlin_result_root(result), "abi", -1), 0);
    assert_int_equal(dunlin_node_integer(dunlin_result_root(result), "revision", -1),
                     DUNLIN_DRIVER_REVISION);
    assert_string_equal(dunlin_node_text(node, "name"), "toy");
    assert_string_equal(dunlin_node_text(node, "version"), "1.0");
    assert_string_equal(dunlin_node_text(node, "description"),
                        "statements in a text file, for tests");
    assert_string_equal(dunlin_node_text(node, "dialect"), "toy");
    assert_string_equal(dunlin_node_text(node, "library"), "Toy 1.0");
    assert_string_equal(dunlin_node_text(node, "path"), path);
    assert_string_equal(dunlin_node_text(node, "source"), "--driver-path");
    assert_string_equal(dunlin_node_text(node, "lock"), "session");
    assert_string_equal(joined(fixture, dunlin_node_get(node, "schemes")), "toy toys plaything ");
    assert_string_equal(joined(fixture, dunlin_node_get(node, "capabilities")),
                        "transactional-ddl introspect-objects ");
    assert_int_equal(dunlin_result_exit_code(result), 0);
    dunlin_result_free(result);
}

static void
a_refused_driver_is_listed_with_the_reason(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "no_entry", "option", "no_entry");
    dunlin_result *result = drivers(fixture, inside(fixture, "option"));
    const dunlin_node *node = only(result, "refused");

    assert_string_equal(dunlin_node_text(node, "name"), "no_entry");
    assert_string_equal(dunlin_node_text(node, "path"), path);
    assert_string_equal(dunlin_node_text(node, "reason"),
                        dn_arena_printf(&fixture->arena,
                                        "'%s' is not a dunlin driver: it has no "
                                        "dunlin_driver_entry_v0",
                                        path));
    assert_int_equal(dunlin_node_count(dunlin_node_get(dunlin_result_root(result), "drivers")), 0);
    dunlin_result_free(result);
}

static void
a_driver_that_cannot_tell_its_capabilities_is_refused(void **state)
{
    driver_fixture *fixture = *state;
    dunlin_result *result;

    place_driver(fixture, "scripted", "option", "scripted");
    set_script(fixture, "capabilities\n fail INTERNAL no idea\n return INTERNAL\n");
    result = drivers(fixture, inside(fixture, "option"));
    assert_string_equal(dunlin_node_text(only(result, "refused"), "reason"), "no idea");
    assert_string_equal(complaints(fixture), "");
    dunlin_result_free(result);
}

static void
every_place_is_listed_whether_it_exists_or_not(void **state)
{
    driver_fixture *fixture = *state;
    const char *folder = make_folder(fixture, "option");
    dunlin_result *result = drivers(fixture, folder);
    const dunlin_node *first =
        dunlin_node_first(dunlin_node_get(dunlin_result_root(result), "places"));
    const dunlin_node *last = first;

    assert_string_equal(dunlin_node_text(first, "path"), folder);
    assert_string_equal(dunlin_node_text(first, "source"), "--driver-path");
    assert_int_equal(dunlin_node_boolean(first, "exists"), 1);
    while (dunlin_node_next(last))
        last = dunlin_node_next(last);
    assert_string_equal(dunlin_node_text(last, "path"), inside(fixture, "data/dunlin/drivers/0"));
    assert_string_equal(dunlin_node_text(last, "source"), "user");
    assert_int_equal(dunlin_node_boolean(last, "exists"), 0);
    dunlin_result_free(result);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_fixture, teardown_fixture)
    const struct CMUnitTest tests[] = {
        TEST(a_driver_is_listed_with_what_it_says_of_itself),
        TEST(a_refused_driver_is_listed_with_the_reason),
        TEST(a_driver_that_cannot_tell_its_capabilities_is_refused),
        TEST(every_place_is_listed_whether_it_exists_or_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
