/* SPDX-License-Identifier: MIT
 *
 * CREATE TABLE .. AS. Names of columns and WITH NO DATA are no clauses everywhere: the query says the
 * same on every database, so the operation's body is the query with the names in it, and with LIMIT 0.
 */
#include "core/ddl/print.h"
#include "core/ddl/tree.h"

/* "(a, b) AS": names without types. */
static bool
names_follow(const dn_ddl_parser *parser)
{
    size_t ahead = 1;

    if (!dn_ddl_is(parser, "("))
        return false;
    for (;; ahead += 2) {
        int32_t kind = dn_ddl_ahead(parser, ahead)->kind;

        if (kind != DUNLIN_TOKEN_WORD && kind != DUNLIN_TOKEN_NAME)
            return false;
        if (!dn_ddl_token_is(dn_ddl_ahead(parser, ahead + 1), ","))
            break;
    }
    return dn_ddl_token_is(dn_ddl_ahead(parser, ahead + 1), ")") &&
           dn_ddl_token_is(dn_ddl_ahead(parser, ahead + 2), "AS");
}

bool
dn_ddl_table_as_follows(const dn_ddl_parser *parser)
{
    /* MySQL does without the AS. */
    return dn_ddl_is(parser, "AS") || dn_ddl_is(parser, "SELECT") ||
           (!parser->options->own && names_follow(parser));
}

/* What stands at the very end is taken off. */
static bool
without_data(dn_ddl_parser *parser, bool *no_data)
{
    const dn_ddl_token *last = &parser->tokens[parser->count - 1];

    *no_data = false;
    if (parser->count < parser->at + 4 || !dn_ddl_token_is(last, "DATA"))
        return true;
    if (dn_ddl_token_is(last - 1, "WITH")) {
        parser->count -= 2;
    } else if (dn_ddl_token_is(last - 1, "NO") && dn_ddl_token_is(last - 2, "WITH")) {
        if (parser->options->own)
            return dn_ddl_native(parser, "WITH NO DATA stays as it is written");
        parser->count -= 3;
        *no_data = true;
    }
    return true;
}

static void
add(dn_text *text, dunlin_string string)
{
    dn_text_add(text, string.data, string.length);
}

/* The SELECT whose items name the columns. */
static const dn_query *
naming_select(const dn_query *query)
{
    while (query->left)
        query = query->left;
    return query;
}

static bool
has_star(const dn_query *select)
{
    for (size_t i = 0; i < select->item_count; i++)
        if (select->items[i].node->kind == DN_NODE_STAR)
            return true;
    return select->item_count == 0;
}

/* SELECT x AS a, y AS b: each item under its new name. */
static void
add_renamed(const dn_ddl_parser *parser, const dn_query *select, const dn_names *names,
            size_t begin, size_t end, dn_text *text)
{
    for (size_t i = 0; i < select->item_count; i++) {
        add(text, dn_ddl_slice(parser, begin, select->items[i].behind));
        dn_text_add_string(text, " AS ");
        dn_print_name(names->list[i], text);
        begin = select->items[i].end;
        if (begin < end && !dn_ddl_token_is(&parser->tokens[begin], ","))
            dn_text_add_char(text, ' ');
    }
    add(text, dn_ddl_slice(parser, begin, end));
}

/* The query becomes the body; `names`: those that it does not give to its columns itself. */
static bool
set_body(dn_ddl_parser *parser, dn_ddl_draft *draft, const dn_text *query, const dn_names *names,
         bool limited, bool no_data)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dunlin_string table = draft->operation.path[1];
    const char *body;

    if (names->count || (limited && no_data)) {
        /* Nothing in the query can have the name of the new table. */
        dn_text_add_string(&text, "WITH ");
        dn_print_name(table, &text);
        for (size_t i = 0; i < names->count; i++) {
            dn_text_add_string(&text, i ? ", " : " (");
            dn_print_name(names->list[i], &text);
        }
        dn_text_add_string(&text, names->count ? ") AS (" : " AS (");
        dn_text_add(&text, query->data, query->length);
        dn_text_add_string(&text, ") SELECT * FROM ");
        dn_print_name(table, &text);
    } else {
        dn_text_add(&text, query->data, query->length);
    }
    if (no_data)
        dn_text_add_string(&text, " LIMIT 0");
    body =
        query->failed || text.failed ? NULL : dn_arena_copy(parser->arena, text.data, text.length);
    draft->operation.body = dn_span(body, text.length);
    return body ? true : dn_ddl_no_memory(parser);
}

/* The query at [begin, parser->count) with names for its columns, or without rows. */
static bool
rewrite(dn_ddl_parser *parser, dn_ddl_draft *draft, const dn_names *names, bool no_data)
{
    static const dn_names none = {NULL, 0, 0};
    dn_auto(dn_text) text = DN_TEXT_INIT;
    size_t begin = parser->at;
    size_t end = parser->count;
    const dn_query *query = dn_tree_query(parser);
    const dn_query *select;
    bool star;

    if (!query)
        return false;
    if (parser->at < end)
        return dn_ddl_expected(parser, "the end");
    select = naming_select(query);
    star = has_star(select);
    if (names->count && !star && select->item_count != names->count)
        return dn_ddl_wrong(parser, "there are %zu names for %zu columns", names->count,
                            select->item_count);
    if (names->count && !star)
        add_renamed(parser, select, names, begin, end, &text);
    else
        add(&text, dn_ddl_slice(parser, begin, end));
    return set_body(parser, draft, &text, star ? names : &none, query->limit || query->offset_rows,
                    no_data);
}

/* AS TABLE name */
static bool
as_table(dn_ddl_parser *parser, dn_ddl_draft *draft, const dn_names *names, bool no_data)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_ddl_object table;

    if (!dn_ddl_qualified(parser, &table))
        return false;
    if (parser->at < parser->count)
        return dn_ddl_expected(parser, "the end");
    dn_text_add_string(&text, "SELECT * FROM ");
    dn_print_object((dunlin_string[]){table.space, table.name}, &text);
    return set_body(parser, draft, &text, names, false, no_data);
}

bool
dn_ddl_table_as(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    dn_names names = {NULL, 0, 0};
    size_t count = parser->count;
    dn_ddl_token behind;
    bool fine = true;
    bool no_data;

    if (dn_ddl_is(parser, "(") && !dn_tree_names(parser, &names))
        return false;
    dn_ddl_accept(parser, "AS");
    if (dn_ddl_is(parser, "EXECUTE"))
        return dn_ddl_native(parser, "only CREATE TABLE .. AS SELECT is portable");
    if (!without_data(parser, &no_data))
        return false;
    if (dn_ddl_at_end(parser))
        return dn_ddl_expected(parser, "a SELECT");
    /* For whoever reads the query, the statement ends here. */
    behind = parser->tokens[parser->count];
    parser->tokens[parser->count] =
        (dn_ddl_token){.text = dn_span(behind.text.data, 0), .offset = behind.offset, .kind = 0};
    if (dn_ddl_accept(parser, "TABLE"))
        fine = as_table(parser, draft, &names, no_data);
    else if (names.count || no_data)
        fine = rewrite(parser, draft, &names, no_data);
    else
        draft->operation.body = dn_ddl_slice(parser, parser->at, parser->count);
    parser->tokens[parser->count] = behind;
    parser->count = count;
    if (fine)
        parser->at = count;
    return fine;
}
