/* SPDX-License-Identifier: MIT
 *
 * Where drivers are looked for, in which order, and what is said when there is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/driver_fixture.h"

static const char *
user_folder(driver_fixture *fixture)
{
    return make_folder(fixture, "data/dunlin/drivers/0");
}

static void
the_option_comes_before_the_variable_and_the_variable_before_the_users_folder(void **state)
{
    driver_fixture *fixture = *state;
    const char *user = place_driver(fixture, "toy", "data/dunlin/drivers/0", "toy");
    const char *second = place_driver(fixture, "toy", "second", "toy");
    const char *first = place_driver(fixture, "toy", "first", "toy");
    const char *option = place_driver(fixture, "toy", "option", "toy");
    const dn_driver_places none = {NULL};
    const dn_driver_places given = {inside(fixture, "option")};
    const dn_driver *driver;

    assert_int_equal(dn_driver_find(&none, "toy", &driver, &fixture->error), 0);
    assert_string_equal(driver->path, user);
    setenv("DUNLIN_DRIVER_PATH",
           dn_arena_printf(&fixture->arena, "%s::%s:", inside(fixture, "first"),
                           inside(fixture, "second")),
           1);
    assert_int_equal(dn_driver_find(&none, "toy", &driver, &fixture->error), 0);
    assert_string_equal(driver->path, first);
    assert_int_equal(unlink(first), 0);
    assert_int_equal(dn_driver_find(&none, "toy", &driver, &fixture->error), 0);
    assert_string_equal(driver->path, second);
    assert_int_equal(dn_driver_find(&given, "toy", &driver, &fixture->error), 0);
    assert_string_equal(driver->path, option);
}

static void
the_option_may_be_relative_and_the_variable_may_not(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "toy", "here", "toy");
    const dn_driver_places relative = {"here"};
    const dn_driver_places none = {NULL};
    char before[PATH_MAX];
    const dn_driver *driver;
    int result;

    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(fixture->folder), 0);
    result = dn_driver_find(&relative, "toy", &driver, &fixture->error);
    setenv("DUNLIN_DRIVER_PATH", "here", 1);
    if (result == 0)
        assert_int_equal(dn_driver_find(&none, "toy", &driver, &fixture->error), -1);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(result, 0);
    assert_non_null(strstr(fixture->error.context,
                           "while looking in 'here' (DUNLIN_DRIVER_PATH; it is not an absolute "
                           "path)\n"));
    unsetenv("DUNLIN_DRIVER_PATH");
    assert_int_equal(dn_driver_find(&(dn_driver_places){inside(fixture, "here")}, "toy", &driver,
                                    &fixture->error),
                     0);
    assert_string_equal(driver->path, path);
}

static void
the_working_folder_is_never_looked_at(void **state)
{
    driver_fixture *fixture = *state;
    const dn_driver_places none = {NULL};
    char before[PATH_MAX];
    const dn_driver *driver;
    int result;

    place_driver(fixture, "toy", "here", "toy");
    place_driver(fixture, "toy", "here/lib/dunlin/drivers/0", "toy");
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(inside(fixture, "here")), 0);
    setenv("DUNLIN_DRIVER_PATH", ":", 1);
    result = dn_driver_find(&none, "toy", &driver, &fixture->error);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(result, -1);
    assert_string_equal(fixture->error.id, "driver.not-found");
}

static void
a_failed_search_lists_every_place_looked_at(void **state)
{
    driver_fixture *fixture = *state;
    const dn_driver_places given = {make_folder(fixture, "option")};
    const char *missing = inside(fixture, "missing");
    const char *user = user_folder(fixture);
    const char *lines[4];
    const dn_driver *driver;

    setenv("DUNLIN_DRIVER_PATH", missing, 1);
    assert_int_equal(dn_driver_find(&given, "oracle", &driver, &fixture->error), -1);
    assert_string_equal(fixture->error.id, "driver.not-found");
    assert_string_equal(fixture->error.message, "there is no driver 'oracle'");
    assert_int_equal(fixture->error.exit_code, 2);
    lines[0] = dn_arena_printf(&fixture->arena,
                               "while looking in '%s' (--driver-path)\n"
                               "while looking in '%s' (DUNLIN_DRIVER_PATH; no such folder)\n",
                               given.option, missing);
    lines[1] = "/lib/dunlin/drivers/0' (program; no such folder)\n";
    lines[2] = " (system";
    lines[3] = dn_arena_printf(&fixture->arena, "\nwhile looking in '%s' (user)", user);
    for (size_t i = 0; i < 4; i++)
        if (!strstr(fixture->error.context, lines[i]))
            fail_msg("'%s' does not say '%s'", fixture->error.context, lines[i]);
}

static void
a_name_is_letters_digits_and_underscores(void **state)
{
    static const char *const bad[] = {"", "../toy", "a/b", "Toy", "to-y", "toy.so", "t\n"};
    driver_fixture *fixture = *state;
    const dn_driver_places none = {NULL};
    const dn_driver *driver;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(dn_driver_find(&none, bad[i], &driver, &fixture->error), -1);
        assert_string_equal(fixture->error.id, "driver.bad-name");
        assert_int_equal(fixture->error.exit_code, 2);
    }
    assert_int_equal(dn_driver_find(&none, "../toy", &driver, &fixture->error), -1);
    assert_string_equal(fixture->error.message,
                        "'../toy' cannot be the name of a driver: only a-z, 0-9 and _ may stand "
                        "in it");
}

static void
an_alias_is_found_by_asking_the_drivers_present(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "toy", "option", "toy");
    const dn_driver_places given = {inside(fixture, "option")};
    const dn_driver *driver;

    place_driver(fixture, "scripted", "option", "scripted");
    assert_int_equal(dn_driver_find(&given, "plaything", &driver, &fixture->error), 0);
    assert_string_equal(driver->path, path);
    assert_int_equal(dn_driver_find(&given, "toys", &driver, &fixture->error), 0);
    assert_string_equal(driver->path, path);
    /* Whole words only. */
    assert_int_equal(dn_driver_find(&given, "play", &driver, &fixture->error), -1);
    assert_int_equal(dn_driver_find(&given, "toyss", &driver, &fixture->error), -1);
}

static void
a_search_for_an_alias_says_which_drivers_could_not_be_asked(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "too_new", "option", "too_new");
    const dn_driver_places given = {inside(fixture, "option")};
    const dn_driver *driver;

    assert_int_equal(dn_driver_find(&given, "plaything", &driver, &fixture->error), -1);
    assert_string_equal(fixture->error.id, "driver.not-found");
    if (!strstr(fixture->error.context,
                dn_arena_printf(&fixture->arena,
                                "\nwhile asking what is there: driver '%s' was built for driver "
                                "interface 0.%u",
                                path, DUNLIN_DRIVER_REVISION + 1)))
        fail_msg("%s", fixture->error.context);
}

static void
the_first_of_a_name_decides_even_when_it_is_refused(void **state)
{
    driver_fixture *fixture = *state;
    const char *open = place_driver(fixture, "toy", "option", "toy");
    const dn_driver_places given = {inside(fixture, "option")};
    const dn_driver *driver;

    place_driver(fixture, "toy", "data/dunlin/drivers/0", "toy");
    assert_int_equal(chmod(open, 0666), 0);
    assert_int_equal(dn_driver_find(&given, "toy", &driver, &fixture->error), -1);
    assert_string_equal(fixture->error.id, "driver.refused");
}

static void
the_users_folder_cannot_give_an_official_driver(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "toy", "data/dunlin/drivers/0", "sqlite");
    const dn_driver_places none = {NULL};
    const dn_driver *driver;

    assert_int_equal(dn_driver_find(&none, "sqlite", &driver, &fixture->error), -1);
    assert_string_equal(fixture->error.id, "driver.refused");
    assert_string_equal(
        fixture->error.message,
        dn_arena_printf(&fixture->arena,
                        "driver '%s' is refused: the name 'sqlite' belongs to a driver that comes "
                        "with dunlin and is not taken from a user's folder",
                        path));
}

static void
in_the_users_folder_a_file_of_another_user_is_refused(void **state)
{
    driver_fixture *fixture = *state;
    const char *path = place_driver(fixture, "toy", "data/dunlin/drivers/0", "toy");
    const dn_driver_places none = {NULL};
    const dn_driver_places option = {user_folder(fixture)};
    const dn_driver *driver;

    if (chown(path, 65534, 65534) < 0)
        skip(); /* only root may give files away */
    assert_int_equal(dn_driver_find(&none, "toy", &driver, &fixture->error), -1);
    assert_string_equal(fixture->error.message,
                        dn_arena_printf(&fixture->arena,
                                        "driver '%s' is refused: it belongs to another user",
                                        path));
    assert_int_equal(chown(path, 0, 0), 0);
    assert_int_equal(chown(option.option, 65534, 65534), 0);
    assert_int_equal(dn_driver_find(&none, "toy", &driver, &fixture->error), -1);
    assert_string_equal(
        fixture->error.message,
        dn_arena_printf(&fixture->arena,
                        "driver '%s' is refused: its folder belongs to another user", path));
    /* The same folder named by the user is the user's choice. */
    assert_int_equal(dn_driver_find(&option, "toy", &driver, &fixture->error), 0);
}

static void
a_list_shows_what_is_used_what_is_refused_and_what_is_shadowed(void **state)
{
    driver_fixture *fixture = *state;
    const char *toy = place_driver(fixture, "toy", "option", "toy");
    const char *fresh = place_driver(fixture, "too_new", "option", "too_new");
    const char *second = place_driver(fixture, "toy", "data/dunlin/drivers/0", "toy");
    const dn_driver_places given = {inside(fixture, "option")};
    dn_driver_found *found;
    size_t count;

    assert_int_equal(dn_file_write(inside(fixture, "option/readme.txt"), "x", 1, &fixture->error),
                     0);
    assert_int_equal(dn_driver_list(&given, &fixture->arena, &found, &count, &fixture->error), 0);
    assert_int_equal(count, 3);
    assert_string_equal(found[0].path, fresh);
    assert_string_equal(found[0].refused,
                        dn_arena_printf(&fixture->arena,
                                        "driver '%s' was built for driver interface 0.%u, and this "
                                        "dunlin has the older 0.%u",
                                        fresh, DUNLIN_DRIVER_REVISION + 1, DUNLIN_DRIVER_REVISION));
    assert_null(found[0].driver);
    assert_string_equal(found[1].path, toy);
    assert_string_equal(found[1].name, "toy");
    assert_string_equal(found[1].source, "--driver-path");
    assert_null(found[1].refused);
    assert_string_equal(found[1].driver->table.version, "1.0");
    assert_string_equal(found[2].path, second);
    assert_string_equal(found[2].source, "user");
    assert_true(found[2].shadowed);
    assert_string_equal(found[2].refused,
                        dn_arena_printf(&fixture->arena, "'%s' comes first", toy));
    assert_null(found[2].driver);
}

static void
one_folder_named_twice_is_one_place(void **state)
{
    driver_fixture *fixture = *state;
    const dn_driver_places given = {make_folder(fixture, "a")};
    dn_driver_place *places;
    size_t count;
    size_t seen = 0;

    assert_int_equal(symlink("a", inside(fixture, "b")), 0);
    setenv("DUNLIN_DRIVER_PATH", inside(fixture, "b"), 1);
    assert_int_equal(
        dn_driver_place_list(&given, &fixture->arena, &places, &count, &fixture->error), 0);
    for (size_t i = 0; i < count; i++)
        seen += strcmp(places[i].path, given.option) == 0;
    assert_int_equal(seen, 1);
    assert_string_equal(places[0].source, "--driver-path");
    assert_true(places[0].exists);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_fixture, teardown_fixture)
    const struct CMUnitTest tests[] = {
        TEST(the_option_comes_before_the_variable_and_the_variable_before_the_users_folder),
        TEST(the_option_may_be_relative_and_the_variable_may_not),
        TEST(the_working_folder_is_never_looked_at),
        TEST(a_failed_search_lists_every_place_looked_at),
        TEST(a_name_is_letters_digits_and_underscores),
        TEST(an_alias_is_found_by_asking_the_drivers_present),
        TEST(a_search_for_an_alias_says_which_drivers_could_not_be_asked),
        TEST(the_first_of_a_name_decides_even_when_it_is_refused),
        TEST(the_users_folder_cannot_give_an_official_driver),
        TEST(in_the_users_folder_a_file_of_another_user_is_refused),
        TEST(a_list_shows_what_is_used_what_is_refused_and_what_is_shadowed),
        TEST(one_folder_named_twice_is_one_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
