/* SPDX-License-Identifier: MIT
 *
 * The rules for portable expressions, each computed by the server. Expected are the values that
 * PostgreSQL gives, by its manual (chapter 9).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/mysql_server.h"

static struct {
    int32_t kind;
    char name[64];
    char operands[64];
    char native[300];
    int refused;
} known[512];
static int known_count;

static int32_t
take_rule(const dunlin_expression_rule *rule)
{
    assert_true(known_count < COUNT(known));
    known[known_count].kind = rule->kind;
    known[known_count].refused = rule->refusal.length > 0;
#define KEEP(field)                                                                                \
    snprintf(known[known_count].field, sizeof(known[known_count].field), "%.*s",                   \
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
    if (mysql_set_up(state) != 0)
        return -1;
    known_count = 0;
    host.take_expression_rule = take_rule;
    assert_done(&host, driver->expression_rules(fake_call(&host), NULL));
    execute("SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin");
    return 0;
}

enum {
    FUNCTION = DUNLIN_RULE_FUNCTION,
    OPERATOR = DUNLIN_RULE_OPERATOR,
    PREFIX = DUNLIN_RULE_PREFIX,
    CAST = DUNLIN_RULE_CAST,
    VALUE = DUNLIN_RULE_VALUE
};

/* operands: which rule of that name, as it spells them; the arguments are SQL. */
static const struct {
    int32_t kind;
    const char *name;
    const char *operands;
    const char *arguments[4];
    const char *value;
} cases[] = {
    {VALUE, "true", "", {NULL}, "1"},
    {VALUE, "blob", "", {"00ff"}, "blob(2)"},
    {OPERATOR, "+", "date int", {"DATE '2026-01-31'", "1"}, "'2026-02-01'"},
    {OPERATOR, "-", "date date", {"DATE '2026-02-01'", "DATE '2026-01-30'"}, "2"},
    {OPERATOR, "%", "", {"-7", "3"}, "-1"},
    {OPERATOR, "/", "int int", {"7", "2"}, "3"},
    {OPERATOR, "/", "int int", {"-7", "2"}, "-3"},
    {OPERATOR, "/", "decimal any", {"1.0", "8"}, "'0.125000000000000000000000'"},
    {OPERATOR, "^", "", {"2", "10"}, "'1024'"},
    {OPERATOR, "||", "", {"'a'", "'b'"}, "'ab'"},
    {OPERATOR, "||", "", {"'a'", "NULL"}, "null"},
    {OPERATOR, "||", "", {"'a'", "5"}, "'a5'"},
    {OPERATOR, "&", "", {"-1", "6"}, "6"},
    {OPERATOR, "|", "", {"-8", "3"}, "-5"},
    {OPERATOR, "#", "", {"5", "1"}, "4"},
    {OPERATOR, "<<", "", {"1", "4"}, "16"},
    {OPERATOR, ">>", "", {"-8", "1"}, "-4"},
    {OPERATOR, "like", "", {"'abc'", "'a%'"}, "1"},
    {OPERATOR, "like", "", {"'abc'", "'A%'"}, "0"},
    {OPERATOR, "like", "", {"'a%'", "'a\\\\%'"}, "1"},
    {OPERATOR, "like", "", {"'ab'", "'a\\\\%'"}, "0"},
    {OPERATOR, "not like", "", {"'abc'", "'x%'"}, "1"},
    {OPERATOR, "like escape", "", {"'a%'", "'a!%'", "'!'"}, "1"},
    {OPERATOR, "ilike", "", {"'\xc3\x84'", "'\xc3\xa4%'"}, "1"},
    {OPERATOR, "is true", "", {"NULL"}, NULL},
    {OPERATOR, "is distinct from", "", {"1", "NULL"}, "1"},
    {OPERATOR, "is distinct from", "", {"NULL", "NULL"}, "0"},
    {OPERATOR, "is not distinct from", "", {"NULL", "NULL"}, "1"},
    {OPERATOR,
     "+ interval month",
     "",
     {"TIMESTAMP '2026-01-31 10:00:00'", "1"},
     "'2026-02-28 10:00:00'"},
    {OPERATOR,
     "- interval day",
     "date any",
     {"DATE '2026-03-01'", "1"},
     "'2026-02-28 00:00:00.000000'"},
    {PREFIX, "~", "", {"5"}, "-6"},
    {CAST, "boolean", "int", {"2"}, "1"},
    {CAST, "boolean", "constant", {"'Yes'"}, "1"},
    {CAST, "boolean", "constant", {"'f'"}, "0"},
    {CAST, "integer", "", {"2.5"}, "3"},
    {CAST, "integer", "float", {"2.5e0"}, "2"},
    {CAST, "bigint", "", {"'12'"}, "12"},
    {CAST, "text", "", {"5"}, "'5'"},
    {CAST, "text", "bool", {"1 = 2"}, "'false'"},
    {CAST, "text", "bool", {"NULL"}, "null"},
    {CAST, "date", "", {"'2026-01-31'"}, "'2026-01-31'"},
    {CAST, "timestamp", "", {"'2026-01-31 10:00:00.5'"}, "'2026-01-31 10:00:00.500000'"},
    {FUNCTION, "lower", "", {"'\xc3\x84'"}, "'\xc3\xa4'"},
    {FUNCTION, "btrim", "any", {"'  a '"}, "'a'"},
    {FUNCTION, "substr", "any any", {"'abcdef'", "3"}, "'cdef'"},
    {FUNCTION, "substr", "any any", {"'abc'", "-1"}, "'abc'"},
    {FUNCTION, "substr", "any any any", {"'abcdef'", "2", "3"}, "'bcd'"},
    {FUNCTION, "substr", "any any any", {"'abcdef'", "0", "2"}, "'a'"},
    {FUNCTION, "left", "", {"'abcdef'", "-2"}, "'abcd'"},
    {FUNCTION, "right", "", {"'abcdef'", "-2"}, "'cdef'"},
    {FUNCTION, "right", "", {"'abcdef'", "2"}, "'ef'"},
    {FUNCTION, "lpad", "any any", {"'a'", "3"}, "'  a'"},
    {FUNCTION, "rpad", "any any any", {"'abcd'", "2", "'x'"}, "'ab'"},
    {FUNCTION, "concat", "", {"'a'", "NULL", "'b'"}, "'ab'"},
    {FUNCTION, "to_hex", "", {"255"}, "'ff'"},
    {FUNCTION, "length", "", {"'\xc3\xa4'"}, "1"},
    {FUNCTION, "octet_length", "", {"'\xc3\xa4'"}, "2"},
    {FUNCTION, "strpos", "", {"'abc'", "'c'"}, "3"},
    {FUNCTION, "strpos", "", {"'abc'", "'C'"}, "0"},
    {FUNCTION, "strpos", "", {"'abc'", "''"}, "1"},
    {FUNCTION, "mod", "", {"-7", "3"}, "-1"},
    {FUNCTION, "extract year", "", {"TIMESTAMP '2026-11-28 10:20:30.5'"}, "2026"},
    {FUNCTION, "extract second", "", {"TIMESTAMP '2026-11-28 10:20:30.5'"}, "'30.5000'"},
    {FUNCTION, "extract dow", "", {"DATE '2026-11-29'"}, "0"},
    {FUNCTION, "extract isodow", "", {"DATE '2026-11-29'"}, "7"},
    {FUNCTION, "extract week", "", {"DATE '2027-01-01'"}, "53"},
    {FUNCTION, "extract quarter", "", {"DATE '2026-11-29'"}, "4"},
    {FUNCTION, "extract epoch", "", {"TIMESTAMP '1969-12-31 23:59:59'"}, "'-1.0000'"},
    {FUNCTION, "round", "", {"2.5"}, "'3'"},
    {FUNCTION, "trunc", "any", {"-2.7"}, "'-2'"},
    {FUNCTION, "greatest", "any any", {"1", "CAST(NULL AS SIGNED)"}, "1"},
    {FUNCTION, "least", "any any any", {"CAST(NULL AS SIGNED)", "3", "2"}, "2"},
    {FUNCTION,
     "greatest",
     "any any any",
     {"CAST(NULL AS SIGNED)", "CAST(NULL AS SIGNED)", "CAST(NULL AS SIGNED)"},
     "null"},
    {FUNCTION, "power", "", {"2", "3"}, "'8'"},
    {FUNCTION, "log", "any", {"100"}, "'2'"},
    {FUNCTION, "starts_with", "", {"'abc'", "'ab'"}, "1"},
    {FUNCTION, "starts_with", "", {"'abc'", "'Ab'"}, "0"},
    {FUNCTION,
     "date_trunc month",
     "",
     {"TIMESTAMP '2026-11-28 10:20:30'"},
     "'2026-11-01 00:00:00.000000'"},
    {FUNCTION,
     "date_trunc week",
     "",
     {"TIMESTAMP '2026-11-29 10:20:30'"},
     "'2026-11-23 00:00:00.000000'"},
    {FUNCTION,
     "date_trunc quarter",
     "",
     {"TIMESTAMP '2026-11-28 10:20:30'"},
     "'2026-10-01 00:00:00.000000'"},
    {FUNCTION, "json_build_array", "", {"1", "'a'"}, "'[1, \"a\"]'"},
    {FUNCTION, "avg", "", {"7"}, "'7.00000000000000000000'"},
    {FUNCTION, "string_agg", "", {"'a'", "', '"}, "'a'"},
    {FUNCTION, "bool_and", "", {"NULL"}, "null"},
    {FUNCTION, "bool_or", "", {"1 = 1"}, "1"},
};

static int
find_rule(int32_t kind, const char *name, const char *operands)
{
    for (int i = 0; i < known_count; i++)
        if (known[i].kind == kind && strcmp(known[i].name, name) == 0 &&
            strcmp(known[i].operands, operands) == 0)
            return i;
    print_error("no rule '%s' of '%s'\n", name, operands);
    fail();
    return -1;
}

static void
add(char *sql, const char *text, size_t length)
{
    size_t at = strlen(sql);

    assert_true(at + length < 1000);
    memcpy(sql + at, text, length);
    sql[at + length] = '\0';
}

static void
fill(char *sql, const char *template, const char *const *arguments)
{
    for (const char *at = template; *at != '\0'; at++) {
        if (at[0] == '$' && at[1] >= '1' && at[1] <= '4') {
            const char *argument = arguments[at[1] - '1'];
            int bare = strstr(template, "X'$1'") != NULL || strstr(template, "SEPARATOR") != NULL;

            add(sql, bare ? "" : "(", bare ? 0 : 1);
            add(sql, argument, strlen(argument));
            add(sql, bare ? "" : ")", bare ? 0 : 1);
            at++;
        } else if (at[0] == '$' && at[1] == '*') {
            for (int i = 0; arguments[i] != NULL; i++) {
                add(sql, ", ", i > 0 ? 2 : 0);
                add(sql, arguments[i], strlen(arguments[i]));
            }
            at++;
        } else if (at[0] == '$' && at[1] == '(') {
            at++;
        } else {
            add(sql, at, 1);
        }
    }
}

/* What stands for an empty template. */
static const char *
as_it_stands(int32_t kind, const char *name)
{
    static char template[100];

    if (kind == FUNCTION)
        snprintf(template, sizeof(template), "%s($*)", name);
    else if (kind == PREFIX)
        snprintf(template, sizeof(template), "%s $1", name);
    else if (strncmp(name, "is ", 3) == 0)
        snprintf(template, sizeof(template), "$1 %s", name);
    else
        snprintf(template, sizeof(template), "$1 %s $2", name);
    return template;
}

static void
every_rule_gives_what_postgresql_gives(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT(cases); i++) {
        int rule = find_rule(cases[i].kind, cases[i].name, cases[i].operands);
        const char *template = known[rule].native;
        char sql[1000] = "SELECT ";
        char value[200];

        assert_int_equal(known[rule].refused, 0);
        if (cases[i].value == NULL)
            continue;
        fill(sql, *template != '\0' ? template : as_it_stands(cases[i].kind, cases[i].name),
             cases[i].arguments);
        snprintf(value, sizeof(value), "%s\n", cases[i].value);
        if (strcmp(rows(sql), value) != 0)
            print_error("%s\n", sql);
        assert_string_equal(host.lines, value);
    }
}

/* Rows as ON CONFLICT, ORDER BY and UPDATE FROM leave them. */
static void
clauses_do_what_postgresqls_do(void **state)
{
    (void)state;
    execute("CREATE TABLE g (a int PRIMARY KEY, b varchar(20), c int, UNIQUE (b))");
    execute("INSERT INTO g (a, b, c) VALUES (1, 'x', NULL), (2, 'y', 5) "
            "ON DUPLICATE KEY UPDATE `g`.`a` = `g`.`a`");
    execute("INSERT INTO g (a, b, c) VALUES (1, 'z', 9), (3, 'w', 1) "
            "ON DUPLICATE KEY UPDATE `g`.`a` = "
            "IF(`g`.`a` = VALUES(`a`), `g`.`a`, (SELECT 1 UNION SELECT 2))");
    execute("INSERT INTO g (a, b, c) VALUES (2, 'y', 8) "
            "ON DUPLICATE KEY UPDATE `c` = VALUES(`c`) + `g`.`c`");
    assert_string_equal(rows("SELECT a, b, c FROM g ORDER BY c IS NULL, c"),
                        "3|'w'|1\n2|'y'|13\n1|'x'|null\n");
    assert_string_equal(rows("SELECT a FROM g ORDER BY c IS NULL DESC, c DESC"), "1\n2\n3\n");
    execute("UPDATE `g`, (SELECT 1 AS k, 'new' AS v) AS s SET `g`.`b` = s.v WHERE g.a = s.k");
    execute("DELETE g FROM g, (SELECT 2 AS k) AS s WHERE g.a = s.k");
    assert_string_equal(rows("SELECT a, b FROM g ORDER BY a"), "1|'new'\n3|'w'\n");
    assert_string_equal(
        known[find_rule(DUNLIN_RULE_CLAUSE, "on conflict target do nothing", "")].native,
        "ON DUPLICATE KEY UPDATE $2.$3 = IF($4, $2.$3, (SELECT 1 UNION SELECT 2))");
    assert_string_equal(known[find_rule(DUNLIN_RULE_CLAUSE, "order desc", "")].native,
                        "$1 IS NULL DESC, $1 DESC");
    assert_string_equal(known[find_rule(DUNLIN_RULE_CLAUSE, "update from", "")].native,
                        "UPDATE $1, $3 SET $5$4");
    assert_string_equal(known[find_rule(DUNLIN_RULE_CLAUSE, "delete using", "")].native,
                        "DELETE $4 FROM $1, $2$3");
}

static void
columns_have_the_classes_of_their_types(void **state)
{
    static const char *const types[][2] = {
        {"boolean", "bool int"}, {"tinyint(1)", "bool int"},
        {"integer", "int"},      {"numeric(5,2)", "decimal"},
        {"real", "float"},       {"text", "text"},
        {"timestamp", "ts"},     {"timestamptz", "ts"},
        {"date", "date"},        {"time", "time"},
        {"jsonb", "json array"}, {"text[]", "json array"},
        {"uuid", "uuid"},        {"char(36)", "uuid text"},
        {"blob", "blob"},        {"enum", "enum text"},
        {"point", "any"},
    };

    (void)state;
    for (int i = 0; i < COUNT(types); i++) {
        dunlin_property type = {
            .name = NAMED("type"), .type = DUNLIN_PROPERTY_TEXT, .text = fake_string(types[i][0])};
        dunlin_fact column = {.size = sizeof(column),
                              .kind = NAMED("column"),
                              .properties = &type,
                              .property_count = 1};
        char wanted[40];

        snprintf(wanted, sizeof(wanted), "%s\n", types[i][1]);
        assert_done(&host, driver->type_classes(fake_call(&host), NULL, &column));
        assert_string_equal(host.lines, wanted);
    }
}

#define RULES_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, mysql_tear_down)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        RULES_TEST(every_rule_gives_what_postgresql_gives),
        RULES_TEST(clauses_do_what_postgresqls_do),
        RULES_TEST(columns_have_the_classes_of_their_types),
    };
    int answer;

    if (!mysql_begin(&answer))
        return answer;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
