/* SPDX-License-Identifier: MIT
 *
 * Statements -> operations: the cases of ddl_cases.txt, each with what it has to give. What is
 * written of these operations has to be read into the same ones.
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

/* --- written and read back --- */
/* What is written of the operations is read into the same ones. */
static unsigned
check_written(const test_case *test, const dn_lex_rules *rules, const dn_ddl_statement *statement,
              dn_arena *arena)
{
    dn_ddl_options options = {.rules = rules};
    dn_text written = DN_TEXT_INIT;
    dn_text before = DN_TEXT_INIT;
    dn_text after = DN_TEXT_INIT;
    dn_lex_splitter *splitter;
    dn_lex_item item;
    dn_error error;
    dn_lex_text from;
    unsigned wrong;

    for (size_t i = 0; i < statement->count; i++)
        dump_sorted(&before, statement->operations[i]);
    assert_int_equal(dn_ddl_write(statement->operations, statement->count, &written, &error), 0);
    from = (dn_lex_text){written.data, written.length};
    splitter = dn_lex_open(rules, "written", dn_lex_read_text, &from, &error);
    assert_non_null(splitter);
    for (;;) {
        dn_ddl_statement again;
        dunlin_string text;

        assert_int_equal(dn_lex_next(splitter, &item, &error), 0);
        if (item.kind == DN_LEX_END)
            break;
        text = dn_span(dn_arena_copy(arena, item.text.data, item.text.length), item.text.length);
        assert_int_equal(dn_ddl_parse(text, &options, arena, &again, &error), 0);
        if (again.reason)
            dn_text_printf(&after, "%s\n", again.reason);
        for (size_t i = 0; i < again.count; i++)
            dump_sorted(&after, again.operations[i]);
    }
    dn_lex_close(splitter);
    wrong = strcmp(before.data, after.data) != 0;
    if (wrong)
        print_error("ddl_cases.txt:%u: %s\nwritten:\n%sbefore:\n%safter:\n%s\n", test->line,
                    test->sql.data, written.data, before.data, after.data);
    dn_text_free(&written);
    dn_text_free(&before);
    dn_text_free(&after);
    return wrong;
}

/* --- guarded --- */
static void
dump_unconditional(dn_text *text, const dn_ddl_statement *statement)
{
    for (size_t i = 0; i < statement->count; i++) {
        dunlin_operation plain = *statement->operations[i];

        plain.condition = DUNLIN_CONDITION_NONE;
        dump_sorted(text, &plain);
    }
}

/* With IF [NOT] EXISTS in it a statement gives the same operations, with more conditions, and takes
 * no more of them. */
static unsigned
check_guarded(const test_case *test, const dn_ddl_options *options,
              const dn_ddl_statement *statement, dn_arena *arena)
{
    dn_text before = DN_TEXT_INIT;
    dn_text after = DN_TEXT_INIT;
    dn_ddl_guarded guarded;
    dn_ddl_guarded again;
    dn_ddl_statement read;
    dn_error error;
    unsigned wrong;
    size_t more = 0;

    assert_int_equal(dn_ddl_guard(dn_span(test->sql.data, test->sql.length), options, NULL, NULL,
                                  arena, &guarded, &error),
                     0);
    assert_int_equal(dn_ddl_guard(guarded.text, options, NULL, NULL, arena, &again, &error), 0);
    assert_int_equal(dn_ddl_parse(guarded.text, options, arena, &read, &error), 0);
    dump_unconditional(&before, statement);
    dump_unconditional(&after, &read);
    for (size_t i = 0; i < read.count && read.count == statement->count; i++) {
        more += !statement->operations[i]->condition && read.operations[i]->condition;
        if (statement->operations[i]->condition &&
            statement->operations[i]->condition != read.operations[i]->condition)
            more = SIZE_MAX / 2;
    }
    wrong = strcmp(before.data, after.data) != 0 || again.guards || more < guarded.guards ||
            (guarded.guarding == DN_DDL_GUARDS_ADDED) != (guarded.guards > 0);
    if (wrong)
        print_error("ddl_cases.txt:%u: %s\nguarded:\n%.*s\nbefore:\n%safter:\n%s\n", test->line,
                    test->sql.data, (int)guarded.text.length, guarded.text.data, before.data,
                    after.data);
    dn_text_free(&before);
    dn_text_free(&after);
    return wrong;
}

/* An expression that the translator cannot read is kept as it stands, but no portable text. */
static bool
found_native(const dn_ddl_statement *parsed, const dn_ddl_statement *verified)
{
    for (size_t i = 0; i < parsed->count; i++)
        if (verified->marks[i].native && !parsed->marks[i].native)
            return true;
    return false;
}

static unsigned
check_case(const test_case *test, const dn_lex_rules *rules)
{
    dn_arena arena = DN_ARENA_INIT;
    dn_ddl_options options = {.rules = rules, .own = test->own, .keep_case = test->own};
    dunlin_string sql = dn_span(test->sql.data, test->sql.length);
    dn_ddl_statement statement;
    dn_ddl_statement verified;
    dn_text found = DN_TEXT_INIT;
    dn_error error;
    unsigned wrong;

    assert_int_equal(dn_ddl_parse(sql, &options, &arena, &statement, &error), 0);
    verified = statement;
    assert_int_equal(dn_ddl_verify(sql, &options, &arena, &verified, &error), 0);
    dump_statement(&found, &verified);
    assert_false(found.failed);
    wrong = !found.data || !test->expected.data || strcmp(found.data, test->expected.data) != 0;
    if (wrong)
        print_error("ddl_cases.txt:%u: %s\nexpected:\n%sfound:\n%s\n", test->line, test->sql.data,
                    test->expected.data ? test->expected.data : "", found.data ? found.data : "");
    if (!test->own && statement.kind == DN_DDL_OPERATIONS && !found_native(&statement, &verified))
        wrong += check_written(test, rules, &statement, &arena);
    wrong += check_guarded(test, &options, &statement, &arena);
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
