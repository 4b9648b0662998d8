/* SPDX-License-Identifier: MIT
 *
 * A schema in HTML.
 */
#include "core/schema/page.h"

#include <time.h>

#include "tests/unit/schema_fixture.h"

static int
setup(void **state)
{
    return setup_schema(state, DN_FACT_NAMESPACES);
}

static void
write_sections(schema_fixture *fixture, const dn_fact_map *facts, dn_text *text)
{
    dn_picture picture;

    assert_int_equal(
        dn_picture_build(facts, dn_string("public"), &fixture->arena, &picture, &fixture->error),
        0);
    assert_int_equal(dn_page_sections(facts, &picture, text, &fixture->error), 0);
}

static void
what_lies_in_a_table_is_listed_in_its_section_alone(void **state)
{
    schema_fixture *fixture = *state;
    dn_auto(dn_text) text = DN_TEXT_INIT;

    write_sections(fixture,
                   schema_of(fixture, DN_FACT_NAMESPACES,
                             "table public/a order=[n]\n"
                             "column public/a/n type=integer\n"
                             "table public/b order=[n]\n"
                             "column public/b/n type=integer\n"
                             "index public/b/b_n keys={n}\n"
                             "check public/a/a_n definition=n~>~0\n"),
                   &text);
    assert_string_equal(
        text.data,
        "<section id=\"o1\" data-name=\"a\"><h2><small>table</small> a</h2>\n"
        "<table><thead><tr><th>column</th><th>type</th><th>null</th><th>key</th><th>default</th>"
        "<th>comment</th></tr></thead><tbody>\n"
        "<tr><th>n</th><td>integer</td><td>yes</td><td></td><td></td><td></td></tr>\n"
        "</tbody></table>\n"
        "<h3>Checks</h3><ul><li><b>a_n</b> <pre>n &gt; 0</pre></li>\n</ul>\n"
        "</section>\n"
        "<section id=\"o2\" data-name=\"b\"><h2><small>table</small> b</h2>\n"
        "<table><thead><tr><th>column</th><th>type</th><th>null</th><th>key</th><th>default</th>"
        "<th>comment</th></tr></thead><tbody>\n"
        "<tr><th>n</th><td>integer</td><td>yes</td><td></td><td></td><td></td></tr>\n"
        "</tbody></table>\n"
        "<h3>Indexes</h3><ul><li><b>b_n</b> <code>(n)</code></li>\n</ul>\n"
        "</section>\n");
}

/* Processor time of the sections of so many tables with an index each, the least of three. */
static double
seconds_for(schema_fixture *fixture, unsigned tables)
{
    dn_fact_map *facts = dn_fact_map_new(&fixture->arena, DN_FACT_NAMESPACES);
    double least = 1e9;

    for (unsigned i = 0; i < tables; i++) {
        char line[80];

        snprintf(line, sizeof line, "table public/t%u order=[]", i);
        assert_int_equal(dn_fact_map_put(facts, fact_of(&fixture->arena, line), &fixture->error),
                         0);
        snprintf(line, sizeof line, "index public/t%u/i%u keys={n}", i, i);
        assert_int_equal(dn_fact_map_put(facts, fact_of(&fixture->arena, line), &fixture->error),
                         0);
    }
    for (int i = 0; i < 3; i++) {
        dn_auto(dn_text) text = DN_TEXT_INIT;
        clock_t begun = clock();
        double seconds;

        write_sections(fixture, facts, &text);
        seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;
        least = seconds < least ? seconds : least;
    }
    return least;
}

/* Ten times as many take ten times as long: a hundred times, if each table looked at all. */
static void
a_page_grows_as_its_tables_do(void **state)
{
    double few = seconds_for(*state, 500);
    double many = seconds_for(*state, 5000);

    if (many > 35 * few)
        fail_msg("5,000 tables take %.3f s, 500 take %.3f s", many, few);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_lies_in_a_table_is_listed_in_its_section_alone, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(a_page_grows_as_its_tables_do, setup, teardown_schema),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
