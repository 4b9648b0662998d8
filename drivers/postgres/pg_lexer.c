/* SPDX-License-Identifier: MIT
 *
 * How PostgreSQL's text falls into tokens and statements, as rules for the core's lexer.
 */
#include "drivers/postgres/pg_driver.h"

static const struct {
    int32_t kind;
    int32_t flags;
    const char *open;
    const char *close;
    const char *head;
    const char *openers;
    const char *closers;
} rules[] = {
    {DUNLIN_LEX_QUOTE, DUNLIN_LEX_DOUBLED, "'", "'", NULL, NULL, NULL},
    {DUNLIN_LEX_QUOTE, DUNLIN_LEX_DOUBLED | DUNLIN_LEX_BACKSLASH | DUNLIN_LEX_PREFIXED, "'", "'",
     "E", NULL, NULL},
    {DUNLIN_LEX_QUOTE, DUNLIN_LEX_DOUBLED | DUNLIN_LEX_PREFIXED, "'", "'", "B|N|X|U&", NULL, NULL},
    {DUNLIN_LEX_QUOTE, DUNLIN_LEX_DOUBLED | DUNLIN_LEX_IDENTIFIER, "\"", "\"", NULL, NULL, NULL},
    {DUNLIN_LEX_QUOTE, DUNLIN_LEX_DOUBLED | DUNLIN_LEX_IDENTIFIER | DUNLIN_LEX_PREFIXED, "\"", "\"",
     "U&", NULL, NULL},
    {DUNLIN_LEX_DOLLAR_QUOTE, 0, NULL, NULL, NULL, NULL, NULL},
    {DUNLIN_LEX_COMMENT, DUNLIN_LEX_CR_ENDS, "--", NULL, NULL, NULL, NULL},
    {DUNLIN_LEX_COMMENT, DUNLIN_LEX_NESTS, "/*", "*/", NULL, NULL, NULL},
    {DUNLIN_LEX_BODY, 0, NULL, NULL, "CREATE [OR REPLACE] {FUNCTION,PROCEDURE}",
     "BEGIN ATOMIC|+CASE", "END"},
    {DUNLIN_LEX_BODY, 0, NULL, NULL, "CREATE [OR REPLACE] RULE", "(", ")"},
    {DUNLIN_LEX_DATA_SECTION, 0, NULL, "\\.", "COPY * FROM STDIN", NULL, NULL},
    {DUNLIN_LEX_CLIENT_COMMAND, DUNLIN_LEX_ANYWHERE, "\\", NULL, NULL, NULL, NULL},
    {DUNLIN_LEX_CONDITION, 0, NULL, NULL,
     "CREATE [{TEMP,TEMPORARY,UNLOGGED}] {TABLE,SEQUENCE}|CREATE MATERIALIZED VIEW"
     "|CREATE {SCHEMA,EXTENSION,STATISTICS,COLLATION}|CREATE [UNIQUE] INDEX [CONCURRENTLY]",
     NULL, NULL},
    {DUNLIN_LEX_CONDITION, 0, NULL, NULL,
     "ALTER {TABLE,INDEX,VIEW,MATERIALIZED VIEW,SEQUENCE}|ALTER TABLE * ADD [COLUMN]"
     "|ALTER TABLE * DROP [{COLUMN,CONSTRAINT}]|ALTER TABLE * DROP {IDENTITY,EXPRESSION}"
     "|ALTER TYPE * ADD VALUE|ALTER TYPE * {ADD,DROP} ATTRIBUTE|ALTER DOMAIN * DROP CONSTRAINT",
     NULL, NULL},
    {DUNLIN_LEX_CONDITION, 0, NULL, NULL,
     "DROP {TABLE,VIEW,MATERIALIZED VIEW,SEQUENCE,SCHEMA,TYPE,DOMAIN,EXTENSION,STATISTICS,COLLATION}"
     "|DROP INDEX [CONCURRENTLY]|DROP {FUNCTION,PROCEDURE,ROUTINE,AGGREGATE,TRIGGER,RULE,POLICY}",
     NULL, NULL},
};

int32_t
dn_pg_lexer_rules(const dunlin_call *call, const dunlin_profile *profile)
{
    DN_KIT_UNUSED(profile);
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        dunlin_lexer_rule rule = {
            .size = sizeof(rule),
            .kind = rules[i].kind,
            .flags = rules[i].flags,
            .open = dn_kit_string(rules[i].open),
            .close = dn_kit_string(rules[i].close),
            .head = dn_kit_string(rules[i].head),
            .openers = dn_kit_string(rules[i].openers),
            .closers = dn_kit_string(rules[i].closers),
        };
        int32_t status = call->host->lexer_rule(call, &rule);

        if (status != DUNLIN_OK)
            return status;
    }
    return DUNLIN_OK;
}
