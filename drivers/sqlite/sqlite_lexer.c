/* SPDX-License-Identifier: MIT
 *
 * How SQLite's text falls into tokens and statements, as rules for the core's lexer.
 */
#include "drivers/sqlite/sqlite_driver.h"

static const struct {
    int32_t kind;
    int32_t flags;
    const char *open;
    const char *close;
    const char *head;
} rules[] = {
    {DUNLIN_LEX_QUOTE, DUNLIN_LEX_DOUBLED, "'", "'", NULL},
    {DUNLIN_LEX_QUOTE, DUNLIN_LEX_PREFIXED, "'", "'", "X"},
    {DUNLIN_LEX_QUOTE, DUNLIN_LEX_DOUBLED | DUNLIN_LEX_IDENTIFIER, "\"", "\"", NULL},
    {DUNLIN_LEX_QUOTE, DUNLIN_LEX_DOUBLED | DUNLIN_LEX_IDENTIFIER, "`", "`", NULL},
    {DUNLIN_LEX_QUOTE, DUNLIN_LEX_IDENTIFIER, "[", "]", NULL},
    {DUNLIN_LEX_COMMENT, 0, "--", NULL, NULL},
    {DUNLIN_LEX_COMMENT, 0, "/*", "*/", NULL},
    {DUNLIN_LEX_BODY, DUNLIN_LEX_END_STATEMENT, NULL, NULL,
     "[EXPLAIN [QUERY PLAN]] CREATE [{TEMP,TEMPORARY}] TRIGGER"},
    {DUNLIN_LEX_CLIENT_COMMAND, 0, ".", NULL, NULL},
    {DUNLIN_LEX_CONDITION, 0, NULL, NULL,
     "CREATE [{TEMP,TEMPORARY}] {TABLE,VIEW,TRIGGER}|CREATE VIRTUAL TABLE|CREATE [UNIQUE] INDEX"
     "|DROP {TABLE,VIEW,TRIGGER,INDEX}"},
};

int32_t
dn_sqlite_lexer_rules(const dunlin_call *call, const dunlin_profile *profile)
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
            .openers = dn_kit_string(NULL),
            .closers = dn_kit_string(NULL),
        };
        int32_t status = call->host->lexer_rule(call, &rule);

        if (status != DUNLIN_OK)
            return status;
    }
    return DUNLIN_OK;
}
