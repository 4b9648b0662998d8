/* SPDX-License-Identifier: MIT
 *
 * DROP of everything that stands on its own.
 */
#include "core/ddl/parts.h"

#include <string.h>

typedef enum drop_form {
    BY_NAME,   /* [namespace.]name */
    ALONE,     /* name, without a namespace */
    OF_TABLE,  /* an index or trigger: its table is named behind ON, or not at all */
    SIGNATURE, /* name(arguments) */
} drop_form;

static const struct {
    const char *words;
    const char *kind;
    drop_form form;
    const char *native;
} kinds[] = {
    {"TABLE", DUNLIN_KIND_TABLE, BY_NAME, NULL},
    {"TEMPORARY TABLE", DUNLIN_KIND_TABLE, BY_NAME, NULL},
    {"VIEW", DUNLIN_KIND_VIEW, BY_NAME, NULL},
    {"MATERIALIZED VIEW", DUNLIN_KIND_MATERIALIZED_VIEW, BY_NAME, NULL},
    {"INDEX", DUNLIN_KIND_INDEX, OF_TABLE, NULL},
    {"SEQUENCE", DUNLIN_KIND_SEQUENCE, BY_NAME, NULL},
    {"TYPE", DUNLIN_KIND_ENUM, BY_NAME, NULL},
    {"DOMAIN", DUNLIN_KIND_DOMAIN, BY_NAME, NULL},
    {"SCHEMA", DUNLIN_KIND_SCHEMA, ALONE, NULL},
    {"EXTENSION", DUNLIN_KIND_EXTENSION, ALONE, "extensions are not portable"},
    {"TRIGGER", DUNLIN_KIND_TRIGGER, OF_TABLE, "triggers are not portable"},
    {"FUNCTION", DUNLIN_KIND_FUNCTION, SIGNATURE, "functions are not portable"},
    {"PROCEDURE", DUNLIN_KIND_PROCEDURE, SIGNATURE, "procedures are not portable"},
};

static dn_ddl_draft *
drop_signature(dn_ddl_parser *parser, const char *kind, const dn_ddl_object *name)
{
    dunlin_string arguments = dn_string("");

    if (dn_ddl_is(parser, "(")) {
        size_t begin = parser->at;

        if (!dn_ddl_skip_parenthesis(parser) ||
            !dn_ddl_text_of(parser, begin + 1, parser->at - 1, &arguments))
            return NULL;
    }
    return dn_ddl_begin_part(parser, DUNLIN_VERB_DROP, kind, name, arguments);
}

static dn_ddl_draft *
drop_of_table(dn_ddl_parser *parser, const char *kind, const dn_ddl_object *name)
{
    dn_ddl_object table = {name->space, {"", 0}};

    if (dn_ddl_accept(parser, "ON") && !dn_ddl_qualified(parser, &table))
        return NULL;
    if (!table.space.length)
        table.space = name->space;
    return dn_ddl_begin_part(parser, DUNLIN_VERB_DROP, kind, &table, name->name);
}

static bool
drop_one(dn_ddl_parser *parser, size_t i, dn_ddl_draft **made)
{
    dn_ddl_object name;
    dn_ddl_draft *draft;

    if (!dn_ddl_qualified(parser, &name))
        return false;
    if (kinds[i].form == OF_TABLE)
        draft = drop_of_table(parser, kinds[i].kind, &name);
    else if (kinds[i].form == SIGNATURE)
        draft = drop_signature(parser, kinds[i].kind, &name);
    else if (kinds[i].form == ALONE)
        draft = dn_ddl_draft_new(parser, DUNLIN_VERB_DROP, kinds[i].kind, name.name, dn_string(""),
                                 dn_string(""), 1);
    else
        draft = dn_ddl_begin(parser, DUNLIN_VERB_DROP, kinds[i].kind, &name);
    *made = draft;
    if (!draft)
        return false;
    if (kinds[i].native && !dn_ddl_mark_native(parser, draft, 1, "%s", kinds[i].native))
        return false;
    return dn_ddl_done(parser, draft);
}

static bool
drop_list(dn_ddl_parser *parser, size_t i)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    uint64_t flags = 0;
    dn_ddl_draft *first = NULL;
    dn_ddl_draft *draft;

    if (dn_ddl_accept(parser, "CONCURRENTLY"))
        flags |= DUNLIN_OPERATION_CONCURRENTLY;
    dn_ddl_if_exists(parser, &condition);
    do {
        if (first)
            parser->begin = parser->at;
        if (!drop_one(parser, i, &draft))
            return false;
        if (!first)
            first = draft;
    } while (dn_ddl_accept(parser, ","));
    flags |= dn_ddl_behaviour(parser);
    while (dn_ddl_accept(parser, "ALGORITHM") || dn_ddl_accept(parser, "LOCK")) {
        dn_ddl_accept(parser, "=");
        parser->at += !dn_ddl_at_end(parser);
    }
    for (draft = first; draft; draft = draft->following) {
        draft->operation.flags |= flags;
        draft->operation.condition = condition;
    }
    return true;
}

bool
dn_ddl_drop(dn_ddl_parser *parser)
{
    const dn_ddl_token *token = dn_ddl_peek(parser);

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (dn_ddl_accept(parser, kinds[i].words))
            return drop_list(parser, i);
    if (token->kind == DUNLIN_TOKEN_WORD)
        return dn_ddl_native(parser, "DROP %.*s has no portable form",
                             token->text.length < 40 ? (int)token->text.length : 40,
                             token->text.data);
    return dn_ddl_expected(parser, "what to drop");
}
