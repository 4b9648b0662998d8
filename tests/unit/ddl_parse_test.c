/* SPDX-License-Identifier: MIT
 *
 * Statements -> operations: the cases of ddl_cases.txt, each with what it has to give.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/file.h"
#include "tests/unit/ddl_dump.h"

static const char *
source_folder(void)
{
    const char *folder = getenv("SRC");

    return folder ? folder : ".";
}

/* One case: lines that begin with "> " (portable) or "own> " are the statement, those up to the
 * next empty line what comes out. */
typedef struct test_case {
    dn_text sql;
    dn_text expected;
    bool own;
    unsigned line;
} test_case;

static unsigned
check_case(const test_case *test, const dn_lex_rules *rules)
{
    dn_arena arena = DN_ARENA_INIT;
    dn_ddl_options options = {rules, test->own, test->own};
    dn_ddl_statement statement;
    dn_text found = DN_TEXT_INIT;
    dn_error error;
    unsigned wrong;

    assert_int_equal(dn_ddl_parse(dn_span(test->sql.data, test->sql.length), &options, &arena,
                                  &statement, &error),
                     0);
    dump_statement(&found, &statement);
    assert_false(found.failed);
    wrong = !found.data || !test->expected.data || strcmp(found.data, test->expected.data) != 0;
    if (wrong)
        print_error("ddl_cases.txt:%u: %s\nexpected:\n%sfound:\n%s\n", test->line, test->sql.data,
                    test->expected.data ? test->expected.data : "", found.data ? found.data : "");
    dn_text_free(&found);
    dn_arena_free(&arena);
    return wrong;
}

static void
take_line(test_case *test, const char *line, size_t length)
{
    bool own = length >= 5 && memcmp(line, "own> ", 5) == 0;
    size_t lead = own ? 5 : 2;

    if (own || (length >= 2 && memcmp(line, "> ", 2) == 0)) {
        test->own = own;
        if (test->sql.length)
            dn_text_add_char(&test->sql, '\n');
        dn_text_add(&test->sql, line + lead, length - lead);
        return;
    }
    dn_text_add(&test->expected, line, length);
    dn_text_add_char(&test->expected, '\n');
}

static void
test_statements_give_the_operations_of_the_table(void **state)
{
    char *path;
    dn_arena arena = DN_ARENA_INIT;
    const dn_lex_rules *rules;
    test_case test = {DN_TEXT_INIT, DN_TEXT_INIT, false, 0};
    dn_text file = DN_TEXT_INIT;
    dn_error error;
    unsigned wrong = 0;
    unsigned count = 0;
    unsigned number = 0;

    (void)state;
    path = dn_arena_printf(&arena, "%s/tests/unit/ddl_cases.txt", source_folder());
    assert_int_equal(dn_file_read(path, &file, &error), 0);
    assert_int_equal(dn_ddl_portable_rules(&arena, &rules, &error), 0);
    for (const char *line = file.data; line && *line;) {
        size_t length = strcspn(line, "\n");

        number++;
        if (length > 0 && line[0] != '#') {
            if (!test.sql.length)
                test.line = number;
            take_line(&test, line, length);
        }
        line += length + (line[length] == '\n');
        if ((length == 0 || !*line) && test.sql.length) {
            wrong += check_case(&test, rules);
            count++;
            dn_text_clear(&test.sql);
            dn_text_clear(&test.expected);
        }
    }
    assert_true(count > 50);
    assert_int_equal(wrong, 0);
    dn_text_free(&test.sql);
    dn_text_free(&test.expected);
    dn_text_free(&file);
    dn_arena_free(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements_give_the_operations_of_the_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
