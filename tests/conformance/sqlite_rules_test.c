/* SPDX-License-Identifier: MIT
 *
 * The rules for portable expressions, each computed by SQLite. Expected are the values that
 * PostgreSQL gives, by its manual (chapter 9) and by PostgreSQL 15.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/conformance/fake_host.h"

static const dunlin_driver *driver;
static fake_host host;
static dunlin_connection *connection;

static struct {
    int32_t kind;
    char name[64];
    char operands[64];
    char native[1200];
    int refused;
} known[512];
static size_t known_count;

static int32_t
take_rule(const dunlin_expression_rule *rule)
{
    known[known_count].kind = rule->kind;
    known[known_count].refused = rule->refusal.length > 0;
#define KEEP(field)                                                                                \
    snprintf(known[known_count].field, sizeof known[known_count].field, "%.*s",                    \
             (int)rule->field.length, rule->field.data)
    KEEP(name);
    KEEP(operands);
    KEEP(native);
    known_count++;
    return DUNLIN_OK;
}

static int
set_up(void **state)
{
    (void)state;
    driver = fake_load("sqlite");
    if (driver == NULL)
        return -1;
    fake_begin(&host, driver);
    host.take_expression_rule = take_rule;
    connection = fake_open(&host, "sqlite::memory:");
    return connection != NULL && driver->expression_rules(fake_call(&host), NULL) == DUNLIN_OK ? 0
                                                                                               : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    driver->close(connection);
    fake_end(&host);
    return 0;
}

/* The template with its operands, each in parentheses; $* with commas, $[..] as the core does; the length
 * of a cast is 3, and two digits stand behind the point. */
static void
fill(char *sql, size_t size, const char *template, const char *const *operands)
{
    const char *piece = NULL;
    size_t at = 0;

#define ADD(...) snprintf(sql + strlen(sql), size - strlen(sql), __VA_ARGS__)
    sql[0] = '\0';
    while (*template != '\0') {
        if (template[0] != '$') {
            ADD("%c", *template ++);
        } else if (template[1] >= '1' && template[1] <= '9') {
            const char *operand = operands[template[1] - '1'];

            assert_non_null(operand);
            ADD("(%s)", operand);
            template += 2;
        } else if (template[1] == '0') {
            ADD("(%s)", operands[at]);
            template += 2;
        } else if (template[1] == '*') {
            for (size_t i = 0; operands[i] != NULL; i++)
                ADD("%s(%s)", i > 0 ? ", " : "", operands[i]);
            template += 2;
        } else if (template[1] == '(') {
            ADD("(3)");
            template += 2;
        } else if (template[1] == '.') {
            ADD("2");
            template += 2;
        } else if (template[1] == '[') {
            piece = template += 2;
        } else if (template[1] == '|') {
            const char *end = strstr(template, "$]");

            if (operands[at + 1] != NULL) {
                ADD("%.*s", (int)(end - template - 2), template + 2);
                at++;
                template = piece;
            } else {
                template = end + 2;
            }
        } else {
            fail_msg("the test cannot fill %s", template);
        }
    }
}

typedef struct value_case {
    int32_t kind;
    const char *name;
    const char *operands; /* of the rule */
    const char *given[6];
    const char *expected;
} value_case;

#define F DUNLIN_RULE_FUNCTION
#define O DUNLIN_RULE_OPERATOR
#define C DUNLIN_RULE_CAST
#define V DUNLIN_RULE_VALUE
static const value_case cases[] = {
    {V, "true", "", {NULL}, "1"},
    {V, "false", "", {NULL}, "0"},
    {C, "varchar length", "", {"'abcdef'"}, "'abc'"},
    {C, "char length", "text", {"'abcdef'"}, "'abc'"},
    {C, "varchar", "bool", {"1"}, "'true'"},
    {O, "/", "int int", {"7", "2"}, "3"},
    {O, "/", "int int", {"-7", "2"}, "-3"},
    {O, "/", "decimal any", {"7.0", "2"}, "'3.5'"},
    {O, "%", "int int", {"-7", "3"}, "-1"},
    {O, "||", "text any", {"'a'", "'b'"}, "'ab'"},
    {O, "||", "text any", {"'a'", "NULL"}, "null"},
    {O, "#", "", {"5", "3"}, "6"},
    {O, "-", "date date", {"'2026-03-01'", "'2026-02-01'"}, "28"},
    {O, "is true", "", {"NULL"}, "0"},
    {O, "is not true", "", {"NULL"}, "1"},
    {O, "is distinct from", "", {"1", "NULL"}, "1"},
    {O, "is not distinct from", "", {"NULL", "NULL"}, "1"},
    {O, "->", "json any", {"'{\"a\": [1]}'", "'a'"}, "'[1]'"},
    {O, "->>", "json any", {"'{\"a\": true}'", "'a'"}, "'true'"},
    {O, "->>", "json any", {"'{\"a\": \"x\"}'", "'a'"}, "'x'"},
    {O, "->>", "json any", {"'{\"a\": 7}'", "'a'"}, "'7'"},
    {O, "->>", "json any", {"'{}'", "'a'"}, "null"},
    {O, "+ interval day", "ts any", {"'2026-02-27 10:00:00'", "3"}, "'2026-03-02 10:00:00'"},
    {O, "- interval hour", "ts any", {"'2026-03-01 01:00:00'", "2"}, "'2026-02-28 23:00:00'"},
    {O, "+ interval day", "date any", {"'2026-02-27'", "1"}, "'2026-02-28 00:00:00'"},
    {C, "integer", "decimal", {"2.5"}, "3"},
    {C, "integer", "float", {"-2.6"}, "-3"},
    {C, "integer", "", {"' 42 '"}, "42"},
    {C, "integer", "", {"'+7'"}, "7"},
    {C, "integer", "", {"NULL"}, "null"},
    {C, "bigint", "", {"9007199254740993"}, "9007199254740993"},
    {C, "boolean", "int", {"7"}, "1"},
    {C, "text", "bool", {"TRUE"}, "'true'"},
    {C, "text", "bool", {"NULL"}, "null"},
    {C, "text", "", {"12"}, "'12'"},
    {C, "double precision", "int", {"1"}, "'1.0'"},
    {C, "numeric", "", {"' 1.5'"}, "'1.5'"},
    {C, "date", "", {"'2026-02-27 10:00:00'"}, "'2026-02-27'"},
    {C, "timestamp", "", {"'2026-02-27'"}, "'2026-02-27 00:00:00'"},
    {F, "lower", "", {"'AbC'"}, "'abc'"},
    {F, "btrim", "", {"'  a '"}, "'a'"},
    {F, "btrim", "", {"'xyaxy'", "'xy'"}, "'a'"},
    {F, "length", "", {"'h\xc3\xa4'"}, "2"},
    {F, "octet_length", "", {"'h\xc3\xa4'"}, "3"},
    {F, "strpos", "", {"'high'", "'ig'"}, "2"},
    {F, "strpos", "", {"'high'", "'x'"}, "0"},
    {F, "left", "any int", {"'abcde'", "2"}, "'ab'"},
    {F, "left", "any int", {"'abcde'", "-2"}, "'abc'"},
    {F, "left", "any int", {"'abcde'", "-9"}, "''"},
    {F, "right", "any int", {"'abcde'", "2"}, "'de'"},
    {F, "right", "any int", {"'abcde'", "9"}, "'abcde'"},
    {F, "right", "any int", {"'abcde'", "-2"}, "'cde'"},
    {F, "right", "any int", {"'abcde'", "0"}, "''"},
    {F, "substr", "any any", {"'alphabet'", "3"}, "'phabet'"},
    {F, "substr", "any any", {"'alphabet'", "-1"}, "'alphabet'"},
    {F, "substr", "any any any", {"'alphabet'", "3", "2"}, "'ph'"},
    {F, "substr", "any any any", {"'alphabet'", "0", "2"}, "'a'"},
    {F, "repeat", "any any", {"'Pg'", "3"}, "'PgPgPg'"},
    {F, "repeat", "any any", {"'Pg'", "0"}, "''"},
    {F, "repeat", "any any", {"'Pg'", "NULL"}, "null"},
    {F, "concat", "", {"'a'", "NULL", "2"}, "'a2'"},
    {F, "chr", "", {"228"}, "'\xc3\xa4'"},
    {F, "ascii", "", {"'x'"}, "120"},
    {F, "ascii", "", {"''"}, "0"},
    {F, "to_hex", "", {"255"}, "'ff'"},
    {F, "starts_with", "", {"'alphabet'", "'alph'"}, "1"},
    {F, "starts_with", "", {"'alphabet'", "'ALPH'"}, "0"},
    {F, "sign", "", {"-8"}, "-1"},
    {F, "trunc", "any", {"-42.8"}, "-42"},
    {F, "ceil", "any", {"42.2"}, "43"},
    {F, "ceil", "any", {"-42.8"}, "-42"},
    {F, "floor", "any", {"-42.8"}, "-43"},
    {F, "floor", "any", {"42"}, "42"},
    {F, "mod", "int int", {"9", "4"}, "1"},
    {F, "greatest", "any any", {"1", "NULL"}, "1"},
    {F, "greatest", "any any any", {"1", "3", "2"}, "3"},
    {F, "greatest", "any any any", {"NULL", "NULL", "NULL"}, "null"},
    {F, "least", "any any any", {"NULL", "3", "2"}, "2"},
    {F, "least", "any any any any", {"4", "NULL", "9", "5"}, "4"},
    {F, "extract year", "", {"'2026-02-27 10:11:12'"}, "2026"},
    {F, "extract month", "", {"'2026-02-27 10:11:12'"}, "2"},
    {F, "extract doy", "", {"'2026-02-27'"}, "58"},
    {F, "extract dow", "", {"'2026-02-27'"}, "5"},
    {F, "extract isodow", "", {"'2026-03-01'"}, "7"},
    {F, "extract quarter", "", {"'2026-05-27'"}, "2"},
    {F, "extract epoch", "", {"'1970-01-02 00:00:01'"}, "'86401.0'"},
    {F, "date_trunc month", "", {"'2026-02-27 10:11:12'"}, "'2026-02-01 00:00:00'"},
    {F, "date_trunc hour", "", {"'2026-02-27 10:11:12'"}, "'2026-02-27 10:00:00'"},
    {F, "to_timestamp", "int", {"86400"}, "'1970-01-02 00:00:00'"},
    {F, "bool_and", "", {"TRUE"}, "1"},
    {F, "json_build_object", "", {"'a'", "1"}, "'{\"a\":1}'"},
    {F, "json_build_array", "", {"'a'", "1"}, "'[\"a\",1]'"},
    {F, "string_agg", "", {"'a'", "','"}, "'a'"},
    {F, "within smallint", "", {"-32768"}, "-32768"},
    {F, "within integer", "", {"NULL"}, "null"},
    {F, "within bigint", "", {"9223372036854775807"}, "9223372036854775807"},
};

static size_t
find_rule(const value_case *wanted)
{
    for (size_t i = 0; i < known_count; i++)
        if (known[i].kind == wanted->kind && strcmp(known[i].name, wanted->name) == 0 &&
            strcmp(known[i].operands, wanted->operands) == 0)
            return i;
    fail_msg("there is no rule for %s (%s)", wanted->name, wanted->operands);
    return 0;
}

static void
rules_mean_what_they_mean_in_postgresql(void **state)
{
    char expression[2000];
    char sql[2100];
    char expected[100];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t rule = find_rule(&cases[i]);

        assert_false(known[rule].refused);
        fill(expression, sizeof expression, known[rule].native, cases[i].given);
        snprintf(sql, sizeof sql, "SELECT %s", expression);
        snprintf(expected, sizeof expected, "%s\n", cases[i].expected);
        if (strcmp(fake_rows(&host, connection, sql), expected) != 0)
            fail_msg("%s gives %s and not %s", sql, host.lines, expected);
    }
}

/* Every template is something that SQLite takes. */
static void
every_function_exists(void **state)
{
    static const char *const operands[] = {"'1'", "'1'", "'1'", "'1'", NULL};
    static const char *const one[] = {"'1'", NULL};
    static const char *const moment[] = {"'2020-01-02'", NULL};
    static const char *const uuid[] = {"'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", NULL};
    char expression[4000];
    char sql[4100];

    (void)state;
    for (size_t i = 0; i < known_count; i++) {
        if ((known[i].kind != F && known[i].kind != C) || known[i].refused ||
            strstr(known[i].name, "rank") != NULL || strstr(known[i].name, "_value") != NULL ||
            strcmp(known[i].name, "lag") == 0 || strcmp(known[i].name, "lead") == 0 ||
            strcmp(known[i].name, "ntile") == 0 || strcmp(known[i].name, "row_number") == 0 ||
            strcmp(known[i].name, "cume_dist") == 0)
            continue;
        fill(expression, sizeof expression, known[i].native,
             known[i].kind == C && (strstr(known[i].name, "date") != NULL ||
                                    strstr(known[i].name, "time") != NULL)
                 ? moment
             : known[i].kind == C && strcmp(known[i].name, "uuid") == 0 ? uuid
             : strstr(known[i].native, "$*") != NULL && strstr(known[i].native, "json") == NULL
                 ? one
                 : operands);
        snprintf(sql, sizeof sql, "SELECT %s", expression);
        fake_rows(&host, connection, sql);
    }
}

static void
a_text_that_is_none_is_not_taken_for_one(void **state)
{
    static const char *const given[] = {"a", NULL};
    static const value_case whole = {C, "integer", "", {NULL}, NULL};
    static const value_case number = {C, "numeric", "", {NULL}, NULL};
    static const value_case moment = {C, "timestamp", "", {NULL}, NULL};
    const value_case *casts[] = {&whole, &number, &moment};
    char expression[4000];
    char sql[4100];

    (void)state;
    assert_done(&host, fake_execute(&host, connection, "CREATE TABLE t (a TEXT)"));
    assert_done(&host, fake_execute(&host, connection, "INSERT INTO t VALUES ('1'), ('12a')"));
    for (size_t i = 0; i < sizeof casts / sizeof casts[0]; i++) {
        fill(expression, sizeof expression, known[find_rule(casts[i])].native, given);
        snprintf(sql, sizeof sql, "SELECT %s FROM t", expression);
        assert_int_not_equal(driver->query(fake_call(&host), connection, fake_string(sql), NULL, 0),
                             DUNLIN_OK);
        assert_string_equal(host.message,
                            "integer overflow: a value is none of the type that it is "
                            "cast to, or too large");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_mean_what_they_mean_in_postgresql),
        cmocka_unit_test(every_function_exists),
        cmocka_unit_test(a_text_that_is_none_is_not_taken_for_one),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
