/* SPDX-License-Identifier: MIT
 *
 * What core/lex does when memory runs out, at every single allocation. Built with the sources of
 * core/base and DN_TEST_FAULTS.
 */
#include "tests/unit/lex_helper.h"

#include "core/base/alloc.h"

/* Compiles the rules of a dialect and splits a text of 300 kB; -1 when memory ran out. */
static int
compile_and_split(int dialect, const char *text, size_t length, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    source from = {text, length, 0, 65536};
    dn_lex_rules *rules = dn_lex_rules_new(&arena);
    dn_lex_splitter *splitter;
    dn_lex_item item = {.kind = DN_LEX_STATEMENT};
    int answer = 0;

    if (!rules)
        return dn_no_memory(error);
    rules = dialect_rules(&arena, dialect, error);
    if (!rules)
        return error->id[0] ? -1 : dn_no_memory(error); /* dn_lex_rules_new has no error */
    splitter = dn_lex_open(rules, "t.sql", read_source, &from, error);
    if (!splitter)
        return -1;
    while (answer == 0 && item.kind != DN_LEX_END)
        answer = dn_lex_next(splitter, &item, error);
    dn_lex_close(splitter);
    return answer;
}

TEST(every_allocation_that_fails_is_reported_as_such)
{
    enum { LENGTH = 300000 };
    char *text = malloc(LENGTH + 1);

    memset(text, ' ', LENGTH);
    memcpy(text, "select 1;\nselect", 16);
    text[LENGTH - 1] = '2';
    text[LENGTH] = '\0';
    for (int dialect = SQLITE; dialect <= MYSQL; dialect++) {
        dn_error error = {0};
        long calls;

        dn_alloc_fail_at(0, false);
        assert_int_equal(compile_and_split(dialect, text, LENGTH, &error), 0);
        calls = dn_alloc_calls();
        assert_true(calls > 5);
        for (long nth = 1; nth <= calls; nth++) {
            dn_error_clear(&error);
            dn_alloc_fail_at(nth, false);
            assert_int_equal(compile_and_split(dialect, text, LENGTH, &error), -1);
            assert_string_equal(error.id, "memory");
            assert_int_equal(error.status, DUNLIN_NO_MEMORY);
        }
    }
    dn_alloc_fail_at(0, false);
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_that_fails_is_reported_as_such),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
