/* SPDX-License-Identifier: MIT
 *
 * Portable text -> text by rules: the cases of ddl_translate_cases.txt.
 *
 *     d> DELETE FROM t          what: e an expression, q a query, d a data statement
 *     = DELETE FROM "t"         in the standard form, without rules
 *     ~ DELETE FROM `t`         by the rules below; "! reason" where there is no translation
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
#include "core/ddl/translate.h"

/* clang-format off */
#define TEXT(text) {text, sizeof(text) - 1}
#define RULE(kind, name, operands, native, refusal) \
    {sizeof(dunlin_expression_rule), DUNLIN_RULE_##kind, 0, TEXT(name), TEXT(operands), TEXT(""), \
     TEXT(native), TEXT(refusal)}

/* An invented database: a little of each of the real ones. */
static const dunlin_expression_rule rules[] = {
    RULE(OPERATOR, "+", "number number", "", ""),
    RULE(OPERATOR, "-", "number number", "", ""),
    RULE(OPERATOR, "*", "", "", ""),
    RULE(OPERATOR, "/", "int int", "$1 DIV $2", ""),
    RULE(OPERATOR, "/", "number number", "", ""),
    RULE(OPERATOR, "/", "", "", "the types of its operands are not known"),
    RULE(OPERATOR, "||", "", "CONCAT($1, $2)", ""),
    RULE(OPERATOR, "like", "", "$1 GLOB $G2", ""),
    RULE(OPERATOR, "not like", "", "$1 NOT LIKE $L2 ESCAPE '\\'", ""),
    RULE(OPERATOR, "is distinct from", "", "NOT ($1 <=> $2)", ""),
    RULE(OPERATOR, "+ interval day", "", "datetime($1, '+' || $2 || ' days')", ""),
    RULE(OPERATOR, "in row", "", "", ""),
    RULE(CAST, "text", "constant", "$1", ""),
    RULE(CAST, "text", "", "CAST($1 AS CHAR)", ""),
    RULE(CAST, "numeric", "", "CAST($1 AS DECIMAL$()", ""),
    RULE(CAST, "numeric length", "decimal", "ROUND($1, $.)", ""),
    RULE(CAST, "numeric length", "", "CAST($1 AS DECIMAL$()", ""),
    RULE(FUNCTION, "lower", "", "", ""),
    RULE(FUNCTION, "concat", "", "$[coalesce($0, '')$| || $]", ""),
    RULE(FUNCTION, "greatest", "", "MAX($*)", ""),
    RULE(FUNCTION, "concat_ws", "", "JOIN($1; $2*)", ""),
    RULE(FUNCTION, "length", "text", "CHAR_LENGTH($1)", ""),
    RULE(FUNCTION, "length", "blob", "LENGTH($1)", ""),
    RULE(FUNCTION, "extract year", "", "YEAR($1)", ""),
    RULE(FUNCTION, "string_agg", "", "GROUP_CONCAT($1 SEPARATOR $2)", ""),
    RULE(FUNCTION, "string_agg order by", "", "GROUP_CONCAT($1 ORDER BY $3 SEPARATOR $2)", ""),
    RULE(VALUE, "true", "", "1", ""),
    RULE(VALUE, "false", "", "0", ""),
    RULE(VALUE, "current_timestamp", "", "CURRENT_TIMESTAMP(6)", ""),
    RULE(VALUE, "excluded", "", "VALUES($1)", ""),
    RULE(VALUE, "blob", "", "X'$1'", ""),
    RULE(CLAUSE, "order asc", "blob", "", "blobs are not sorted"),
    RULE(CLAUSE, "order asc", "", "$1 IS NULL, $1", ""),
    RULE(CLAUSE, "order desc nulls last", "", "", ""),
    RULE(CLAUSE, "offset", "", "LIMIT -1 OFFSET $1", ""),
    RULE(CLAUSE, "with", "", "", ""),
    RULE(CLAUSE, "full join", "", "", "there is no FULL JOIN"),
    RULE(CLAUSE, "insert or replace", "", "REPLACE INTO", ""),
    RULE(CLAUSE, "on conflict do nothing", "", "ON DUPLICATE KEY UPDATE $3 = $2.$3", ""),
    RULE(CLAUSE, "on conflict target do update", "", "ON DUPLICATE KEY UPDATE $2", ""),
    RULE(CLAUSE, "on conflict after select", "", "true", ""),
    RULE(CLAUSE, "update from", "", "UPDATE $1, $3 SET $5$4", ""),
    RULE(CLAUSE, "truncate", "", "DELETE FROM $1", ""),
};
/* clang-format on */

static int
quote(char mark, dunlin_string value, dn_text *text)
{
    dn_text_add_char(text, mark);
    for (uint64_t i = 0; i < value.length; i++) {
        if (value.data[i] == mark)
            dn_text_add_char(text, mark);
        dn_text_add_char(text, value.data[i]);
    }
    dn_text_add_char(text, mark);
    return 0;
}

static int
quote_double(void *context, dunlin_string name, dn_text *text, dn_error *error)
{
    (void)context;
    (void)error;
    return quote('"', name, text);
}

static int
quote_back(void *context, dunlin_string name, dn_text *text, dn_error *error)
{
    (void)context;
    (void)error;
    return quote('`', name, text);
}

static int
quote_literal(void *context, dunlin_string value, dn_text *text, dn_error *error)
{
    (void)context;
    (void)error;
    return quote('\'', value, text);
}

/* Columns called n1, n2 .. are whole numbers, d1 .. decimal, b1 .. blob, s1 .. text. */
static const char *
class_of(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    (void)context;
    (void)space;
    (void)table;
    if (column.length != 2 || column.data[1] < '1' || column.data[1] > '9')
        return NULL;
    return column.data[0] == 'n'   ? "int"
           : column.data[0] == 'd' ? "decimal"
           : column.data[0] == 'b' ? "blob"
           : column.data[0] == 's' ? "text"
                                   : NULL;
}

typedef struct test_run {
    dn_arena arena;
    dn_ddl_target standard;
    dn_ddl_target ruled;
    char sql[4000];
    int32_t what;
    unsigned line;
    unsigned wrong;
    unsigned count;
} test_run;

static void
prepare(test_run *fixture)
{
    const dn_lex_rules *portable;
    dn_ddl_rules *made;
    dn_error error;

    memset(fixture, 0, sizeof *fixture);
    assert_int_equal(dn_ddl_portable_rules(&fixture->arena, &portable, &error), 0);
    made = dn_ddl_rules_new(&fixture->arena);
    assert_non_null(made);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        assert_int_equal(dn_ddl_rules_add(made, &rules[i], &error), 0);
    fixture->standard = (dn_ddl_target){
        .portable = portable,
        .namespaces = true,
        .quote_name = quote_double,
        .quote_literal = quote_literal,
    };
    fixture->ruled = (dn_ddl_target){
        .portable = portable,
        .rules = made,
        .quote_name = quote_back,
        .quote_literal = quote_literal,
        .column_class = class_of,
    };
}

static void
check(test_run *fixture, const dn_ddl_target *target, const char *sql, const char *expected)
{
    dn_ddl_translation translation;
    dn_error error;
    char found[4000];

    assert_int_equal(dn_ddl_translate(target, fixture->what, dn_string(sql), &fixture->arena,
                                      &translation, &error),
                     0);
    if (translation.text.data)
        snprintf(found, sizeof found, "%.*s", (int)translation.text.length, translation.text.data);
    else
        snprintf(found, sizeof found, "! %llu %s", (unsigned long long)translation.offset,
                 translation.reason);
    if (strcmp(found, expected) != 0) {
        print_error("ddl_translate_cases.txt:%u: %s\nexpected: %s\nfound:    %s\n", fixture->line,
                    sql, expected, found);
        fixture->wrong++;
    }
    fixture->count++;
}

static void
take_line(test_run *fixture, const char *line)
{
    if (line[0] && line[1] == '>') {
        fixture->what = line[0] == 'q'   ? DUNLIN_TRANSLATE_QUERY
                        : line[0] == 'd' ? DUNLIN_TRANSLATE_DATA
                                         : DUNLIN_TRANSLATE_EXPRESSION;
        snprintf(fixture->sql, sizeof fixture->sql, "%s", line + 3);
    } else if (line[0] == '=') {
        check(fixture, &fixture->standard, fixture->sql, line + 2);
        /* What was written is read as the same. */
        if (line[2] != '!')
            check(fixture, &fixture->standard, line + 2, line + 2);
    } else if (line[0] == '~') {
        check(fixture, &fixture->ruled, fixture->sql, line + 2);
    }
}

static void
test_text_is_translated_by_rules(void **state)
{
    const char *source = getenv("SRC");
    test_run fixture;
    dn_text file = DN_TEXT_INIT;
    dn_error error;
    char line[4000];

    (void)state;
    prepare(&fixture);
    assert_int_equal(
        dn_file_read(dn_arena_printf(&fixture.arena, "%s/tests/unit/ddl_translate_cases.txt",
                                     source ? source : "."),
                     &file, &error),
        0);
    for (const char *at = file.data; *at;) {
        size_t length = strcspn(at, "\n");

        snprintf(line, sizeof line, "%.*s", (int)length, at);
        fixture.line++;
        take_line(&fixture, line);
        at += length + (at[length] == '\n');
    }
    assert_true(fixture.count > 100);
    assert_int_equal(fixture.wrong, 0);
    dn_text_free(&file);
    dn_arena_free(&fixture.arena);
}

static void
test_rules_that_mean_nothing_are_refused(void **state)
{
    static const struct {
        dunlin_expression_rule rule;
        const char *message;
    } cases[] = {
        {RULE(OPERATOR, "+", "int integer", "", ""),
         "the rule '+' for portable expressions names a class of operands that there is none of"},
        {RULE(OPERATOR, "", "", "", ""), "the rule '' for portable expressions has no name"},
    };
    dn_arena arena = DN_ARENA_INIT;
    dn_ddl_rules *made = dn_ddl_rules_new(&arena);
    dn_error error;

    (void)state;
    assert_non_null(made);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(dn_ddl_rules_add(made, &cases[i].rule, &error), -1);
        assert_string_equal(error.id, "ddl.bad-rule");
        assert_string_equal(error.message, cases[i].message);
    }
    dn_arena_free(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_translated_by_rules),
        cmocka_unit_test(test_rules_that_mean_nothing_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
