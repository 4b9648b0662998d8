/* SPDX-License-Identifier: MIT
 *
 * The forms that the MySQL driver chooses by server, without one: what it writes, notes and
 * refuses. What MySQL 5.7 and 8 make of it was read in their manuals, not run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/mysql_operations.h"

static fact_store facts;
static written_list current;
static written_list written;

/* Notes stand before the statements, a refusal in their place. */
static const struct {
    const char *server;
    int32_t mode;
    const char *facts;
    const char *operations;
    const char *out;
} cases[] = {
#include "tests/conformance/mysql_forms.h"
};

static char *
render_case(int i)
{
    const char *steps;
    char *out;
    size_t size;
    FILE *file;

    store_clear(&facts);
    store_to = &facts;
    written_free(&current);
    write_operations(&current, cases[i].facts);
    for (size_t k = 0; k < current.count; k++)
        host.services.fact(fake_call(&host), current.facts[k]);
    store_from = &facts;
    written_free(&written);
    write_operations(&written, cases[i].operations);
    steps = render_written(assumed_profile(cases[i].server), cases[i].mode, written.list,
                           written.count);
    file = open_memstream(&out, &size);
    assert_non_null(file);
    fprintf(file, "%s%s", host.lines, steps);
    if (render_status() != DUNLIN_OK)
        fprintf(file, "refused: %s\nhint: %s\n", host.message, host.hint);
    fclose(file);
    return out;
}

static void
every_server_gets_its_own_forms(void **state)
{
    (void)state;
    fake_begin(&host, driver);
    store_serve(&host);
    for (int i = 0; i < COUNT(cases); i++) {
        char *out = render_case(i);

        if (getenv("SHOW_FORMS") != NULL)
            printf("=== %d %s\n%s", i, cases[i].server, out);
        else
            assert_string_equal(out, cases[i].out);
        free(out);
    }
    store_clear(&facts);
    written_free(&current);
    written_free(&written);
    fake_end(&host);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_server_gets_its_own_forms),
    };

    driver = fake_load("mysql");
    if (driver == NULL)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
