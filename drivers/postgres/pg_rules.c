/* SPDX-License-Identifier: MIT
 *
 * Rules of portable expressions (docs/expressions.md). The portable spelling is PostgreSQL's, so
 * most of them only say that something is known here.
 */
#include <string.h>

#include "drivers/postgres/pg_driver.h"

/* Names that are written as they stand, separated by '|'. */
static const struct {
    int32_t kind;
    int since; /* major version, 0: all that are supported */
    const char *names;
} as_they_stand[] = {
    {DUNLIN_RULE_VALUE, 0,
     "true|false|null|current_timestamp|localtimestamp|current_date|current_time|localtime|"
     "current_user|session_user|default|excluded"},
    {DUNLIN_RULE_OPERATOR, 0, "+|-|*|%|/|^|&|#|<<|>>|~|~*|!~|!~*|->|->>|#>|#>>|@>|<@|?"},
    {DUNLIN_RULE_OPERATOR, 0,
     "like|not like|like escape|not like escape|ilike|not ilike|similar to|not similar to|"
     "is true|is not true|is false|is not false|is distinct from|is not distinct from|"
     "collate|at time zone"},
    {DUNLIN_RULE_OPERATOR, 0,
     "+ interval second|+ interval minute|+ interval hour|+ interval day|+ interval month|"
     "+ interval year|- interval second|- interval minute|- interval hour|- interval day|"
     "- interval month|- interval year"},
    {DUNLIN_RULE_OPERATOR, 0,
     "in row|not in row|row =|row <>|row <|row <=|row >|row >=|= any|<> any|< any|<= any|> any|"
     ">= any|= all|<> all|< all|<= all|> all|>= all"},
    {DUNLIN_RULE_PREFIX, 0, "-|+|~|array"},
    {DUNLIN_RULE_CAST, 0,
     "boolean|smallint|integer|bigint|numeric|real|double precision|text|varchar|char|date|time|"
     "timestamp|timestamptz|interval|json|jsonb|uuid|array"},
    {DUNLIN_RULE_FUNCTION, 0,
     "lower|upper|btrim|ltrim|rtrim|substr|replace|repeat|reverse|left|right|lpad|rpad|concat|"
     "concat_ws|initcap|split_part|chr|md5|to_hex|to_char|translate|format|quote_literal|length|"
     "octet_length|strpos|ascii|mod|nextval|currval|abs|ceil|floor|round|trunc|sign|coalesce|"
     "nullif|greatest|least|power|sqrt|exp|ln|log|random|pi|starts_with|to_timestamp|"
     "current_timestamp|localtimestamp|json_build_object|jsonb_build_object|json_build_array|"
     "jsonb_build_array|json_agg|jsonb_agg|count|sum|avg|min|max|string_agg|string_agg order by|"
     "bool_and|bool_or|array_agg|row_number|rank|dense_rank|ntile|lag|lead|first_value|"
     "last_value|nth_value|percent_rank|cume_dist"},
    {DUNLIN_RULE_FUNCTION, 0,
     "extract year|extract month|extract day|extract hour|extract minute|extract second|"
     "extract dow|extract doy|extract week|extract quarter|extract epoch|extract isodow|"
     "date_trunc year|date_trunc quarter|date_trunc month|date_trunc week|date_trunc day|"
     "date_trunc hour|date_trunc minute|date_trunc second"},
    {DUNLIN_RULE_FUNCTION, 13, "gen_random_uuid"},
    {DUNLIN_RULE_CLAUSE, 0,
     "order asc|order desc|order asc nulls first|order asc nulls last|order desc nulls first|"
     "order desc nulls last|offset|right join|full join|natural join|join using|lateral|with|"
     "with recursive|data with|intersect|except|intersect all|except all|distinct on|values|"
     "derived columns|rollup|cube|grouping sets|for update|over|frame|window|filter|"
     "aggregate order by|insert default values|insert alias|on conflict do nothing|"
     "on conflict target do nothing|on conflict constraint do nothing|"
     "on conflict target do update|on conflict constraint do update|on conflict target where|"
     "on conflict do update where|returning|update alias|update from|set row|delete alias|"
     "delete using|truncate|truncate several|truncate cascade|truncate restart identity"},
};

/* "|" is what separates the names above. */
static const struct {
    int32_t kind;
    const char *name;
    const char *native;
} others[] = {
    {DUNLIN_RULE_OPERATOR, "||", ""},
    {DUNLIN_RULE_OPERATOR, "|", ""},
    {DUNLIN_RULE_VALUE, "blob", "'\\x$1'::bytea"},
    {DUNLIN_RULE_CAST, "blob", "CAST($1 AS bytea)"},
};

static const struct {
    const char *name;
    const char *refusal;
} refused[] = {
    {"on conflict do update",
     "PostgreSQL wants to know which key: write ON CONFLICT (columns) DO UPDATE"},
    {"insert or replace",
     "PostgreSQL has no REPLACE: write INSERT .. ON CONFLICT (columns) DO UPDATE"},
    {"update limit", "PostgreSQL has no LIMIT in UPDATE"},
    {"number for a boolean", "PostgreSQL takes no number but 0 and 1, which become FALSE and TRUE"},
    {"delete limit", "PostgreSQL has no LIMIT in DELETE"},
};

static int32_t
push(const dunlin_call *call, int32_t kind, dunlin_string name, const char *native,
     const char *refusal)
{
    dunlin_expression_rule rule = {.size = sizeof(rule),
                                   .kind = kind,
                                   .name = name,
                                   .operands = dn_kit_string(""),
                                   .result = dn_kit_string(""),
                                   .native = dn_kit_string(native),
                                   .refusal = dn_kit_string(refusal)};

    return call->host->expression_rule(call, &rule);
}

static int32_t
push_names(const dunlin_call *call, int32_t kind, const char *names)
{
    int32_t status = DUNLIN_OK;

    while (*names != '\0' && status == DUNLIN_OK) {
        dunlin_string name = {names, strcspn(names, "|")};

        status = push(call, kind, name, "", "");
        names += name.length;
        names += *names == '|' ? 1 : 0;
    }
    return status;
}

int32_t
dn_pg_expression_rules(const dunlin_call *call, const dunlin_profile *profile)
{
    int version = profile != NULL && profile->major > 0 ? profile->major : 17;
    int32_t status = DUNLIN_OK;

    for (size_t i = 0; i < sizeof(as_they_stand) / sizeof(as_they_stand[0]); i++)
        if (status == DUNLIN_OK && version >= as_they_stand[i].since)
            status = push_names(call, as_they_stand[i].kind, as_they_stand[i].names);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]) && status == DUNLIN_OK; i++)
        status = push(call, others[i].kind, dn_kit_string(others[i].name), others[i].native, "");
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]) && status == DUNLIN_OK; i++)
        status =
            push(call, DUNLIN_RULE_CLAUSE, dn_kit_string(refused[i].name), "", refused[i].refusal);
    return status;
}
