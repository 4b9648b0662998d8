/* SPDX-License-Identifier: MIT
 *
 * CREATE INDEX, and the keys of indexes written elsewhere.
 */
#include "core/ddl/parts.h"

static bool
key_order(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    if (dn_ddl_accept(parser, "DESC")) {
        if (!dn_ddl_set_true(parser, draft, "desc"))
            return false;
    } else {
        dn_ddl_accept(parser, "ASC");
    }
    if (dn_ddl_accept(parser, "NULLS FIRST"))
        return dn_ddl_set_text(parser, draft, "nulls", dn_string("first"));
    if (dn_ddl_accept(parser, "NULLS LAST"))
        return dn_ddl_set_text(parser, draft, "nulls", dn_string("last"));
    return true;
}

static bool
is_key_end(const dn_ddl_parser *parser)
{
    return dn_ddl_is(parser, ",") || dn_ddl_is(parser, ")") || dn_ddl_is(parser, "ASC") ||
           dn_ddl_is(parser, "DESC") || dn_ddl_is(parser, "NULLS");
}

static bool
operator_class(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    size_t begin = parser->at;
    dunlin_string parts[4];
    size_t count;

    if (is_key_end(parser))
        return true;
    if (!dn_ddl_dotted(parser, parts, &count) ||
        !dn_ddl_set_text(parser, draft, "opclass", parts[count - 1]))
        return false;
    if (dn_ddl_is(parser, "(") && !dn_ddl_skip_parenthesis(parser))
        return false;
    return dn_ddl_mark_native(parser, draft, begin, "an operator class is not portable");
}

/* A function call or an expression in parentheses; their text, without the parentheses. */
static bool
key_expression(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    size_t begin = parser->at;
    dunlin_string text;

    if (dn_ddl_is(parser, "(")) {
        /* MySQL wants two parentheses around it, PostgreSQL one. */
        if (!dn_ddl_bracketed(parser, &text))
            return false;
    } else {
        dunlin_string parts[4];
        size_t count;

        if (!dn_ddl_dotted(parser, parts, &count) || !dn_ddl_skip_parenthesis(parser))
            return false;
        /* SQLite takes an expression without parentheses: a + b. */
        while (!dn_ddl_at_end(parser) && !is_key_end(parser) && !dn_ddl_is(parser, "COLLATE") &&
               dn_ddl_peek(parser)->kind == DUNLIN_TOKEN_SYMBOL)
            parser->at += 2;
        if (parser->at > parser->count)
            parser->at = parser->count;
        if (!dn_ddl_text_of(parser, begin, parser->at, &text))
            return false;
    }
    return dn_ddl_set_expression(parser, draft, "expr", text);
}

static bool
key_column(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    dunlin_string name;

    return dn_ddl_name(parser, &name) && dn_ddl_set_name(parser, draft, "column", name);
}

/* name(10): MySQL's index over the beginning of a text. */
static bool
key_prefix(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    int64_t length;

    return key_column(parser, draft) && dn_ddl_expect(parser, "(") &&
           dn_ddl_integer(parser, &length) && dn_ddl_expect(parser, ")") &&
           dn_ddl_set_integer(parser, draft, "length", length);
}

static bool
key(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    const dn_ddl_token *second = dn_ddl_ahead(parser, 1);
    bool call = dn_ddl_token_is(second, "(");
    bool fine;

    if (!dn_ddl_open_struct(parser, draft, ""))
        return false;
    if (call && dn_ddl_name_follows(parser) &&
        dn_ddl_ahead(parser, 2)->kind == DUNLIN_TOKEN_NUMBER &&
        dn_ddl_token_is(dn_ddl_ahead(parser, 3), ")"))
        fine = key_prefix(parser, draft);
    else if (dn_ddl_is(parser, "(") || call || dn_ddl_token_is(second, "."))
        fine = key_expression(parser, draft);
    else
        fine = key_column(parser, draft);
    if (fine && dn_ddl_accept(parser, "COLLATE")) {
        dunlin_string parts[4];
        size_t count;

        fine = dn_ddl_dotted(parser, parts, &count) &&
               dn_ddl_set_text(parser, draft, "collation", parts[count - 1]);
    }
    return fine && operator_class(parser, draft) && key_order(parser, draft) &&
           dn_ddl_close(parser, draft);
}

bool
dn_ddl_index_keys(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    if (!dn_ddl_expect(parser, "(") || !dn_ddl_open_list(parser, draft, "keys"))
        return false;
    do {
        if (!key(parser, draft))
            return false;
    } while (dn_ddl_accept(parser, ","));
    return dn_ddl_expect(parser, ")") && dn_ddl_close(parser, draft);
}

static bool
method(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    size_t at = parser->at;
    dunlin_string name;

    if (!dn_ddl_accept(parser, "USING"))
        return true;
    if (!dn_ddl_name(parser, &name))
        return false;
    if (dn_string_equal_fold(name, "btree"))
        return true;
    return dn_ddl_set_text(parser, draft, "method", name) &&
           dn_ddl_mark_native(parser, draft, at, "an index USING %.*s is not portable",
                              name.length < 40 ? (int)name.length : 40, name.data);
}

bool
dn_ddl_index_options(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    bool found = true;
    dunlin_string text;

    if (dn_ddl_accept(parser, "INCLUDE") && !dn_ddl_names_in_parentheses(parser, draft, "include"))
        return false;
    if (dn_ddl_accept(parser, "NULLS NOT DISTINCT") &&
        !dn_ddl_set_true(parser, draft, "nulls_not_distinct"))
        return false;
    dn_ddl_accept(parser, "NULLS DISTINCT");
    while (found) {
        if (dn_ddl_accept(parser, "COMMENT")) {
            if (!dn_ddl_string(parser, &text) || !dn_ddl_set_text(parser, draft, "comment", text))
                return false;
        } else if (dn_ddl_accept(parser, "ALGORITHM") || dn_ddl_accept(parser, "LOCK")) {
            dn_ddl_accept(parser, "=");
            parser->at += !dn_ddl_at_end(parser);
        } else if (dn_ddl_is(parser, "USING")) {
            if (!method(parser, draft))
                return false;
        } else {
            found = dn_ddl_accept(parser, "VISIBLE");
        }
    }
    if (!dn_ddl_storage(parser, draft))
        return false;
    if (dn_ddl_accept(parser, "WHERE"))
        return dn_ddl_rest(parser, NULL, &text) &&
               dn_ddl_set_expression(parser, draft, "where", text);
    return true;
}

bool
dn_ddl_create_index(dn_ddl_parser *parser)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    uint64_t flags = 0;
    dn_ddl_object index = {{"", 0}, {"", 0}};
    dn_ddl_object table;
    dn_ddl_draft *draft;

    if (dn_ddl_accept(parser, "CONCURRENTLY"))
        flags |= DUNLIN_OPERATION_CONCURRENTLY;
    if (parser->or_replace)
        flags |= DUNLIN_OPERATION_OR_REPLACE;
    dn_ddl_if_not_exists(parser, &condition);
    if (!dn_ddl_is(parser, "ON") && !dn_ddl_qualified(parser, &index))
        return false;
    draft = dn_ddl_draft_new(parser, DUNLIN_VERB_CREATE, DUNLIN_KIND_INDEX, index.space,
                             dn_string(""), index.name, 3);
    if (!draft)
        return false;
    draft->operation.flags |= flags;
    draft->operation.condition = condition;
    if (!method(parser, draft) || !dn_ddl_expect(parser, "ON"))
        return false;
    dn_ddl_accept(parser, "ONLY");
    if (!dn_ddl_qualified(parser, &table))
        return false;
    ((dunlin_string *)(uintptr_t)draft->operation.path)[1] = table.name;
    if (table.space.length)
        ((dunlin_string *)(uintptr_t)draft->operation.path)[0] = table.space;
    if (parser->unique && !dn_ddl_set_true(parser, draft, "unique"))
        return false;
    if (parser->method &&
        (!dn_ddl_set_text(parser, draft, "method", dn_string(parser->method)) ||
         !dn_ddl_mark_native(parser, draft, 1, "a %s index is not portable", parser->method)))
        return false;
    return method(parser, draft) && dn_ddl_index_keys(parser, draft) &&
           dn_ddl_index_options(parser, draft) && dn_ddl_make_name(parser, draft, "idx", "keys") &&
           dn_ddl_done(parser, draft);
}
