/* SPDX-License-Identifier: MIT
 *
 * What may be loaded, and what is refused with which words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/driver_fixture.h"

static void
expect_refusal(driver_fixture *fixture, const char *path, const char *id, const char *message)
{
    const dn_driver *driver = (const dn_driver *)fixture;

    assert_int_equal(dn_driver_load(path, &driver, &fixture->error), -1);
    assert_null(driver);
    assert_string_equal(fixture->error.id, id);
    assert_string_equal(fixture->error.message, message);
    assert_int_equal(fixture->error.exit_code, 2);
}

static void
an_honest_driver_is_loaded_once(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "toy", "a", "toy");
    const dn_driver *first;
    const dn_driver *second;

    assert_int_equal(dn_driver_load(path, &first, &fixture->error), 0);
    assert_int_equal(dn_driver_load(path, &second, &fixture->error), 0);
    assert_ptr_equal(first, second);
    assert_string_equal(first->table.name, "toy");
    assert_string_equal(first->path, path);
}

static void
what_is_behind_a_drivers_own_size_is_not_looked_at(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "incomplete", "a", "incomplete");
    const dn_driver *driver;

    /* Its table ends before `open`, which it has set all the same. */
    assert_int_equal(dn_driver_load(path, &driver, &fixture->error), -1);
    assert_string_equal(fixture->error.id, "driver.broken");
    assert_string_equal(fixture->error.message,
                        dn_arena_printf(&fixture->arena,
                                        "driver '%s' broke the contract: it has no function 'open'",
                                        path));
}

static void
a_file_that_is_no_shared_object_is_refused_in_the_linkers_words(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = dn_arena_printf(&fixture->arena, "%s/text.so", make_folder(fixture, "a"));

    assert_int_equal(dn_file_write(path, "hello\n", 6, &fixture->error), 0);
    expect_refusal(
        fixture, path, "driver.not-loadable",
        dn_arena_printf(&fixture->arena, "cannot load driver '%s': file too short", path));
}

static void
a_driver_that_needs_what_nobody_has_is_refused_before_it_is_used(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "unbound", "a", "unbound");

    expect_refusal(
        fixture, path, "driver.not-loadable",
        dn_arena_printf(&fixture->arena,
                        "cannot load driver '%s': undefined symbol: dunlin_unbound_nowhere", path));
}

static void
a_shared_object_without_the_entry_is_no_driver(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "no_entry", "a", "no_entry");

    expect_refusal(fixture, path, "driver.not-a-driver",
                   dn_arena_printf(&fixture->arena,
                                   "'%s' is not a dunlin driver: it has no dunlin_driver_entry_v0",
                                   path));
}

static void
a_driver_for_another_revision_is_refused_and_told_which_side_is_newer(void **state)
{
    driver_fixture *fixture = *state;
    const char *newer = place_driver(fixture, "too_new", "a", "too_new");
    const char *older = place_driver(fixture, "too_old", "a", "too_old");

    expect_refusal(fixture, newer, "driver.too-new",
                   dn_arena_printf(&fixture->arena,
                                   "driver '%s' was built for driver interface 0.%u, and this "
                                   "dunlin has the older 0.%u",
                                   newer, DUNLIN_DRIVER_REVISION + 1, DUNLIN_DRIVER_REVISION));
    assert_string_equal(fixture->error.hint,
                        "install a newer dunlin, or the driver that came with this one");
    expect_refusal(fixture, older, "driver.too-old",
                   dn_arena_printf(&fixture->arena,
                                   "driver '%s' was built for driver interface 0.%u, and this "
                                   "dunlin has the newer 0.%u",
                                   older, DUNLIN_DRIVER_REVISION - 1, DUNLIN_DRIVER_REVISION));
    assert_string_equal(fixture->error.hint,
                        "install the driver that came with this dunlin, or build it again");
}

static void
a_driver_for_a_later_interface_is_known_by_its_symbol(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "future", "a", "future");

    expect_refusal(fixture, path, "driver.too-new",
                   dn_arena_printf(&fixture->arena,
                                   "driver '%s' was built for driver interface 2, and this "
                                   "dunlin has the older 0",
                                   path));
}

static void
a_driver_must_have_the_name_of_its_file(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "wrong_name", "a", "wrong_name");
    const char *toy = place_driver(fixture, "toy", "a", "toy");
    const char *link = inside(fixture, "a/sqlite.so");
    const dn_driver *driver;

    expect_refusal(fixture, path, "driver.wrong-name",
                   dn_arena_printf(&fixture->arena,
                                   "driver '%s' is refused: it calls itself 'right_name' and not "
                                   "'wrong_name'",
                                   path));
    /* Nor may a link give one that is loaded already another name. */
    assert_int_equal(dn_driver_load(toy, &driver, &fixture->error), 0);
    assert_int_equal(symlink("toy.so", link), 0);
    expect_refusal(fixture, link, "driver.wrong-name",
                   dn_arena_printf(&fixture->arena,
                                   "driver '%s' is refused: it calls itself 'toy' and not 'sqlite'",
                                   link));
}

static void
a_file_whose_name_cannot_be_a_drivers_is_refused(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "toy", "a", "Toy-2");

    expect_refusal(fixture, path, "driver.bad-name",
                   dn_arena_printf(&fixture->arena,
                                   "'%s' cannot be a driver: its name is not of the form "
                                   "[a-z0-9_]+.so",
                                   path));
}

static void
a_file_that_everybody_may_write_is_refused(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "toy", "a", "toy");

    assert_int_equal(chmod(path, 0666), 0);
    expect_refusal(fixture, path, "driver.refused",
                   dn_arena_printf(&fixture->arena,
                                   "driver '%s' is refused: it may be written by everybody", path));
    assert_string_equal(fixture->error.hint,
                        "correct owner and permissions of the file and its folders (chmod o-w)");
}

static void
a_folder_that_everybody_may_write_is_refused_sticky_or_not(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "toy", "a", "toy");
    const char *message = dn_arena_printf(
        &fixture->arena, "driver '%s' is refused: its folder may be written by everybody", path);

    assert_int_equal(chmod(inside(fixture, "a"), 0777), 0);
    expect_refusal(fixture, path, "driver.refused", message);
    assert_int_equal(chmod(inside(fixture, "a"), 01777), 0);
    expect_refusal(fixture, path, "driver.refused", message);
}

static void
a_folder_above_may_be_written_by_everybody_only_when_it_is_sticky(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "toy", "above/a", "toy");
    const dn_driver *driver;

    assert_int_equal(chmod(inside(fixture, "above"), 0777), 0);
    expect_refusal(fixture, path, "driver.refused",
                   dn_arena_printf(&fixture->arena,
                                   "driver '%s' is refused: the folder '%s' above it may be "
                                   "written by everybody",
                                   path, inside(fixture, "above")));
    assert_int_equal(chmod(inside(fixture, "above"), 01777), 0);
    assert_int_equal(dn_driver_load(path, &driver, &fixture->error), 0);
}

static void
a_link_out_of_a_folder_that_everybody_may_write_is_refused(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = dn_arena_printf(&fixture->arena, "%s/toy.so", make_folder(fixture, "open"));

    place_driver(fixture, "toy", "a", "toy");
    assert_int_equal(symlink("../a/toy.so", path), 0);
    assert_int_equal(chmod(inside(fixture, "open"), 0777), 0);
    expect_refusal(fixture, path, "driver.refused",
                   dn_arena_printf(&fixture->arena,
                                   "driver '%s' is refused: its folder may be written by everybody",
                                   path));
}

static void
a_folder_with_the_name_of_a_driver_is_refused(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = make_folder(fixture, "a/toy.so");

    expect_refusal(
        fixture, path, "driver.refused",
        dn_arena_printf(&fixture->arena, "driver '%s' is refused: it is not a file", path));
}

static void
a_path_where_nothing_is_says_so(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = inside(fixture, "nothing.so");

    expect_refusal(fixture, path, "driver.not-found",
                   dn_arena_printf(&fixture->arena,
                                   "there is no driver '%s': No such file or directory", path));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_fixture, teardown_fixture)
    const struct CMUnitTest tests[] = {
        TEST(an_honest_driver_is_loaded_once),
        TEST(what_is_behind_a_drivers_own_size_is_not_looked_at),
        TEST(a_file_that_is_no_shared_object_is_refused_in_the_linkers_words),
        TEST(a_driver_that_needs_what_nobody_has_is_refused_before_it_is_used),
        TEST(a_shared_object_without_the_entry_is_no_driver),
        TEST(a_driver_for_another_revision_is_refused_and_told_which_side_is_newer),
        TEST(a_driver_for_a_later_interface_is_known_by_its_symbol),
        TEST(a_driver_must_have_the_name_of_its_file),
        TEST(a_file_whose_name_cannot_be_a_drivers_is_refused),
        TEST(a_file_that_everybody_may_write_is_refused),
        TEST(a_folder_that_everybody_may_write_is_refused_sticky_or_not),
        TEST(a_folder_above_may_be_written_by_everybody_only_when_it_is_sticky),
        TEST(a_link_out_of_a_folder_that_everybody_may_write_is_refused),
        TEST(a_folder_with_the_name_of_a_driver_is_refused),
        TEST(a_path_where_nothing_is_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
