/* SPDX-License-Identifier: MIT
 *
 * What core/driver does when memory runs out, at every single allocation. Built with the sources
 * of core/base and DN_TEST_FAULTS.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/alloc.h"
#include "tests/unit/driver_fixture.h"

/* What the jobs work with; made while memory lasts. */
typedef struct job {
    driver_fixture *fixture;
    dn_driver_places places;
    const char *url;
    const char *path;
    const dn_driver *driver;
} job;

static int
list_drivers(job *self)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_driver_found *found;
    size_t count;

    return dn_driver_list(&self->places, &arena, &found, &count, &self->fixture->error);
}

static int
find_by_alias(job *self)
{
    return dn_driver_find(&self->places, "plaything", &self->driver, &self->fixture->error);
}

static int
work_with_a_database(job *self)
{
    static const dn_open_options options = {.purpose = DUNLIN_PURPOSE_WORK};
    __attribute__((cleanup(dn_connection_cleanup))) dn_connection *connection = NULL;
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_error *error = &self->fixture->error;
    dn_object *objects;
    size_t count;
    bool acquired;

    if (dn_connection_open(self->driver, self->url, &options, &connection, error) < 0 ||
        dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, "CREATE TABLE IF NOT EXISTS t (a)",
                              NULL, 0, error) < 0 ||
        dn_connection_check(connection, "SELECT count(*) FROM t", "0", error) < 0 ||
        dn_connection_objects(connection, &arena, &objects, &count, error) < 0 ||
        dn_connection_try_lock(connection, "k", &acquired, error) < 0 ||
        dn_connection_lock_holder(connection, "k", &text, error) < 0 ||
        dn_driver_quote(self->driver, NULL, "a b", &text, error) < 0)
        return -1;
    return count == 1 ? 0 : 1;
}

/* With its first, second ... allocation failing, once alone and once with all that follow, the
 * work says so each time; leaks are found by the sanitizer. */
static void
fail_everywhere(job *self, int (*run)(job *self))
{
    for (int and_after = 0; and_after < 2; and_after++) {
        long needed;

        dn_alloc_fail_at(0, false);
        assert_int_equal(run(self), 0);
        needed = dn_alloc_calls();
        assert_true(needed > 0);
        for (long nth = 1; nth <= needed; nth++) {
            int result;

            dn_alloc_fail_at(nth, and_after);
            result = run(self);
            dn_alloc_fail_at(0, false);
            if (result != -1)
                fail_msg("allocation %ld of %ld failed unnoticed", nth, needed);
            assert_string_equal(self->fixture->error.id, "memory");
        }
    }
}

static job
prepare(driver_fixture *fixture)
{
    job self = {.fixture = fixture};

    self.path = place_driver(fixture, "toy", "option", "toy");
    place_driver(fixture, "no_entry", "option", "no_entry");
    self.places.option = inside(fixture, "option");
    self.url = dn_arena_printf(&fixture->arena, "toy:%s/db", fixture->folder);
    return self;
}

static void
finding_drivers_without_memory_fails_and_says_so(void **state)
{
    job self = prepare(*state);

    /* Loaded once, it stays so, and needs less memory the second time. */
    assert_int_equal(dn_driver_load(self.path, &self.driver, &self.fixture->error), 0);
    fail_everywhere(&self, list_drivers);
    fail_everywhere(&self, find_by_alias);
}

static void
loading_a_driver_without_memory_fails_and_may_be_tried_again(void **state)
{
    job self = prepare(*state);
    long nth = 1;

    for (;; nth++) {
        int result;

        dn_alloc_fail_at(nth, false);
        result = dn_driver_load(self.path, &self.driver, &self.fixture->error);
        dn_alloc_fail_at(0, false);
        if (result == 0)
            break;
        assert_null(self.driver);
        assert_string_equal(self.fixture->error.id, "memory");
    }
    assert_true(nth > 1);
    assert_string_equal(self.driver->table.name, "toy");
}

static void
a_connection_without_memory_fails_and_says_so(void **state)
{
    job self = prepare(*state);

    assert_int_equal(dn_driver_load(self.path, &self.driver, &self.fixture->error), 0);
    fail_everywhere(&self, work_with_a_database);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_fixture, teardown_fixture)
    const struct CMUnitTest tests[] = {
        TEST(finding_drivers_without_memory_fails_and_says_so),
        TEST(loading_a_driver_without_memory_fails_and_may_be_tried_again),
        TEST(a_connection_without_memory_fails_and_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
