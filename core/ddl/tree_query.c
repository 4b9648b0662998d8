/* SPDX-License-Identifier: MIT
 *
 * Queries: SELECT, VALUES, and what combines them.
 */
#include "core/ddl/tree.h"

#include <string.h>

bool
dn_tree_query_follows(const dn_ddl_parser *parser)
{
    size_t ahead = 0;

    while (dn_ddl_token_is(dn_ddl_ahead(parser, ahead), "("))
        ahead++;
    return dn_ddl_token_is(dn_ddl_ahead(parser, ahead), "SELECT") ||
           dn_ddl_token_is(dn_ddl_ahead(parser, ahead), "WITH") ||
           (dn_ddl_token_is(dn_ddl_ahead(parser, ahead), "VALUES") &&
            dn_ddl_token_is(dn_ddl_ahead(parser, ahead + 1), "("));
}

/* The place behind the parenthesis that is closed next, from `ahead` on. */
static size_t
behind_parenthesis(const dn_ddl_parser *parser, size_t ahead)
{
    size_t depth = 0;

    for (;; ahead++) {
        const dn_ddl_token *token = dn_ddl_ahead(parser, ahead);

        if (token->kind == 0)
            return ahead;
        if (dn_ddl_token_is(token, "("))
            depth++;
        else if (dn_ddl_token_is(token, ")") && depth-- == 0)
            return ahead + 1;
    }
}

/* What goes on a query that stands in parentheses. */
static bool
goes_on(const dn_ddl_token *token)
{
    static const char *const words[] = {"UNION", "INTERSECT", "EXCEPT", "ORDER",
                                        "LIMIT", "OFFSET",    "FETCH",  "FOR"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (dn_ddl_token_is(token, words[i]))
            return true;
    return false;
}

/* VALUES (a) + 1 is MySQL's function, VALUES (a), (b) is a query. */
static bool
is_value_of_row(const dn_ddl_parser *parser, size_t ahead)
{
    const dn_ddl_token *behind;

    if (!dn_ddl_token_is(dn_ddl_ahead(parser, ahead), "VALUES"))
        return false;
    behind = dn_ddl_ahead(parser, behind_parenthesis(parser, ahead + 2));
    return behind->kind != 0 && !dn_ddl_token_is(behind, ",") && !dn_ddl_token_is(behind, ")") &&
           !goes_on(behind);
}

bool
dn_tree_query_fills(const dn_ddl_parser *parser)
{
    size_t ahead = 0;

    if (!dn_tree_query_follows(parser))
        return false;
    while (dn_ddl_token_is(dn_ddl_ahead(parser, ahead), "("))
        ahead++;
    if (is_value_of_row(parser, ahead))
        return false;
    /* ((SELECT ..) + 1) is no query, ((SELECT ..) UNION ..) is one. */
    for (size_t depth = ahead, at = ahead; depth > 0; depth--) {
        at = behind_parenthesis(parser, at);
        if (goes_on(dn_ddl_ahead(parser, at)))
            return true;
        if (!dn_ddl_token_is(dn_ddl_ahead(parser, at), ")"))
            return false;
    }
    return true;
}

static dn_query *
new_query(dn_ddl_parser *parser)
{
    dn_query *query = dn_arena_alloc(parser->arena, sizeof *query);

    if (!query) {
        dn_ddl_no_memory(parser);
        return NULL;
    }
    memset(query, 0, sizeof *query);
    query->offset = dn_ddl_peek(parser)->offset;
    return query;
}

/* --- SELECT --- */
/* Words that cannot be an alias without AS. */
static const char *const not_aliases[] = {
    "FROM",        "WHERE",     "GROUP",         "HAVING", "ORDER",  "LIMIT",  "OFFSET",
    "UNION",       "EXCEPT",    "INTERSECT",     "FETCH",  "FOR",    "WINDOW", "INTO",
    "ON",          "RETURNING", "INNER",         "LEFT",   "RIGHT",  "FULL",   "CROSS",
    "JOIN",        "NATURAL",   "USING",         "SET",    "VALUES", "SELECT", "DEFAULT",
    "TABLESAMPLE", "LATERAL",   "STRAIGHT_JOIN",
};

bool
dn_tree_alias(dn_ddl_parser *parser, dunlin_string *alias)
{
    *alias = dn_string("");
    if (dn_ddl_accept(parser, "AS"))
        return dn_ddl_name(parser, alias);
    if (!dn_ddl_name_follows(parser))
        return true;
    for (size_t i = 0; i < sizeof not_aliases / sizeof not_aliases[0]; i++)
        if (dn_ddl_is(parser, not_aliases[i]))
            return true;
    return dn_ddl_name(parser, alias);
}

static bool
select_items(dn_ddl_parser *parser, dn_query *query)
{
    do {
        dn_item item = {NULL, {"", 0}, 0, 0};
        bool star;

        if (!dn_tree_star(parser, &item.node))
            return false;
        star = item.node != NULL;
        if (!star && !(item.node = dn_tree_expression(parser)))
            return false;
        item.behind = parser->at;
        if (!star && !dn_tree_alias(parser, &item.alias))
            return false;
        item.end = parser->at;
        query->items = dn_arena_grow(parser->arena, query->items, &query->item_capacity,
                                     query->item_count + 1, sizeof *query->items);
        if (!query->items)
            return dn_ddl_no_memory(parser);
        query->items[query->item_count++] = item;
    } while (dn_ddl_accept(parser, ","));
    return true;
}

static bool
distinct(dn_ddl_parser *parser, dn_query *query)
{
    if (dn_ddl_accept(parser, "ALL") || !dn_ddl_accept(parser, "DISTINCT"))
        return true;
    query->distinct = true;
    if (!dn_ddl_accept(parser, "ON"))
        return true;
    return dn_ddl_expect(parser, "(") && dn_tree_list(parser, &query->distinct_on) &&
           dn_ddl_expect(parser, ")");
}

static bool
group_by(dn_ddl_parser *parser, dn_query *query)
{
    if (dn_ddl_is(parser, "ROLLUP") || dn_ddl_is(parser, "CUBE") ||
        dn_ddl_is(parser, "GROUPING SETS") || dn_ddl_is(parser, "ALL") ||
        dn_ddl_is(parser, "DISTINCT"))
        return dn_ddl_native(parser, "GROUP BY of this form is not portable");
    if (!dn_tree_list(parser, &query->group))
        return false;
    if (dn_ddl_is(parser, "WITH ROLLUP"))
        return dn_ddl_native(parser, "WITH ROLLUP is not portable");
    return true;
}

static bool
named_windows(dn_ddl_parser *parser, dn_query *query)
{
    dn_named_window **last = &query->windows;

    do {
        dn_named_window *window = dn_arena_alloc(parser->arena, sizeof *window);

        if (!window)
            return dn_ddl_no_memory(parser);
        memset(window, 0, sizeof *window);
        if (!dn_ddl_name(parser, &window->name) || !dn_ddl_expect(parser, "AS") ||
            !dn_tree_window(parser, &window->window))
            return false;
        *last = window;
        last = &window->next;
    } while (dn_ddl_accept(parser, ","));
    return true;
}

static bool
select_body(dn_ddl_parser *parser, dn_query *query)
{
    if (!distinct(parser, query) || !select_items(parser, query))
        return false;
    if (dn_ddl_is(parser, "INTO"))
        return dn_ddl_native(parser, "SELECT INTO is not portable; write CREATE TABLE .. AS");
    if (dn_ddl_accept(parser, "FROM") && !dn_tree_from(parser, &query->from))
        return false;
    if (dn_ddl_accept(parser, "WHERE") && !(query->where = dn_tree_expression(parser)))
        return false;
    if (dn_ddl_accept(parser, "GROUP BY") && !group_by(parser, query))
        return false;
    if (dn_ddl_accept(parser, "HAVING") && !(query->having = dn_tree_expression(parser)))
        return false;
    return !dn_ddl_accept(parser, "WINDOW") || named_windows(parser, query);
}

/* --- VALUES --- */
static bool
values(dn_ddl_parser *parser, dn_query *query)
{
    do {
        dn_node *row = dn_node_new(parser, DN_NODE_ROW, parser->at);

        dn_ddl_accept(parser, "ROW");
        if (!row || !dn_ddl_expect(parser, "(") || !dn_tree_values(parser, &row->items) ||
            !dn_ddl_expect(parser, ")") || !dn_node_add(parser, &query->rows, row))
            return false;
    } while (dn_ddl_accept(parser, ","));
    return true;
}

/* --- what stands behind any of them --- */
static bool
fetch_first(dn_ddl_parser *parser, dn_query *query)
{
    dn_node *one;

    if (!dn_ddl_accept(parser, "FIRST") && !dn_ddl_expect(parser, "NEXT"))
        return false;
    if (dn_ddl_is(parser, "ROW") || dn_ddl_is(parser, "ROWS")) {
        one = dn_node_new(parser, DN_NODE_NUMBER, parser->at);
        if (!one)
            return false;
        one->text = dn_string("1");
        query->limit = one;
    } else if (!(query->limit = dn_tree_operand(parser))) {
        return false;
    }
    if (!dn_ddl_accept(parser, "ROWS") && !dn_ddl_expect(parser, "ROW"))
        return false;
    if (dn_ddl_is(parser, "WITH TIES"))
        return dn_ddl_native(parser, "WITH TIES is not portable");
    return dn_ddl_expect(parser, "ONLY");
}

static bool
limit(dn_ddl_parser *parser, dn_query *query)
{
    if (dn_ddl_accept(parser, "ALL"))
        return true;
    query->limit = dn_tree_operand(parser);
    if (!query->limit)
        return false;
    if (dn_ddl_accept(parser, ",")) {
        /* MySQL: LIMIT offset, count */
        query->offset_rows = query->limit;
        query->limit = dn_tree_operand(parser);
    }
    return query->limit != NULL;
}

static bool
tail(dn_ddl_parser *parser, dn_query *query)
{
    if (dn_ddl_accept(parser, "ORDER BY") && !dn_tree_sorts(parser, &query->order))
        return false;
    for (;;) {
        if (dn_ddl_accept(parser, "LIMIT")) {
            if (!limit(parser, query))
                return false;
        } else if (dn_ddl_accept(parser, "OFFSET")) {
            if (!(query->offset_rows = dn_tree_operand(parser)))
                return false;
            if (!dn_ddl_accept(parser, "ROWS"))
                dn_ddl_accept(parser, "ROW");
        } else if (dn_ddl_accept(parser, "FETCH")) {
            if (!fetch_first(parser, query))
                return false;
        } else {
            break;
        }
    }
    if (dn_ddl_is(parser, "FOR UPDATE") || dn_ddl_is(parser, "FOR SHARE") ||
        dn_ddl_is(parser, "FOR NO KEY") || dn_ddl_is(parser, "FOR KEY"))
        return dn_ddl_native(parser, "locking rows in a query is not portable");
    return true;
}

static dn_query *
term(dn_ddl_parser *parser)
{
    dn_query *query;

    if (dn_ddl_accept(parser, "(")) {
        query = dn_tree_query(parser);
        if (!query || !dn_ddl_expect(parser, ")"))
            return NULL;
        query->parenthesis = true;
        return query;
    }
    query = new_query(parser);
    if (!query)
        return NULL;
    if (dn_ddl_accept(parser, "SELECT"))
        return select_body(parser, query) ? query : NULL;
    if (dn_ddl_accept(parser, "VALUES"))
        return values(parser, query) ? query : NULL;
    dn_ddl_expected(parser, "SELECT");
    return NULL;
}

/* Of one precedence: INTERSECT binds tighter than UNION and EXCEPT. */
static dn_query *
combined(dn_ddl_parser *parser, bool intersect)
{
    dn_query *left = intersect ? term(parser) : combined(parser, true);

    while (left && (intersect ? dn_ddl_is(parser, "INTERSECT")
                              : dn_ddl_is(parser, "UNION") || dn_ddl_is(parser, "EXCEPT"))) {
        const char *name = intersect                    ? "intersect"
                           : dn_ddl_is(parser, "UNION") ? "union"
                                                        : "except";
        dn_query *query = new_query(parser);
        bool all;

        parser->at++;
        all = dn_ddl_accept(parser, "ALL");
        dn_ddl_accept(parser, "DISTINCT");
        if (!query)
            return NULL;
        query->left = left;
        query->right = intersect ? term(parser) : combined(parser, true);
        query->set = all ? dn_arena_printf(parser->arena, "%s all", name) : name;
        if (!query->set)
            dn_ddl_no_memory(parser);
        left = query->right && query->set ? query : NULL;
    }
    return left;
}

bool
dn_tree_names(dn_ddl_parser *parser, dn_names *names)
{
    if (!dn_ddl_expect(parser, "("))
        return false;
    do {
        dunlin_string name;

        if (!dn_ddl_name(parser, &name) || !dn_names_add(parser, names, name))
            return false;
    } while (dn_ddl_accept(parser, ","));
    return dn_ddl_expect(parser, ")");
}

/* Behind WITH. */
bool
dn_tree_with(dn_ddl_parser *parser, dn_with **with, bool *recursive)
{
    dn_with **last = with;

    *recursive = dn_ddl_accept(parser, "RECURSIVE");
    do {
        dn_with *one = dn_arena_alloc(parser->arena, sizeof *one);

        if (!one)
            return dn_ddl_no_memory(parser);
        memset(one, 0, sizeof *one);
        if (!dn_ddl_name(parser, &one->name) ||
            (dn_ddl_is(parser, "(") && !dn_tree_names(parser, &one->columns)) ||
            !dn_ddl_expect(parser, "AS"))
            return false;
        if (dn_ddl_is(parser, "MATERIALIZED") || dn_ddl_is(parser, "NOT MATERIALIZED"))
            return dn_ddl_native(parser, "MATERIALIZED is not portable");
        if (!dn_ddl_expect(parser, "("))
            return false;
        if (dn_ddl_is(parser, "INSERT") || dn_ddl_is(parser, "UPDATE") ||
            dn_ddl_is(parser, "DELETE"))
            return dn_ddl_native(parser, "a data statement inside a query is not portable");
        if (!(one->query = dn_tree_query(parser)) || !dn_ddl_expect(parser, ")"))
            return false;
        *last = one;
        last = &one->next;
    } while (dn_ddl_accept(parser, ","));
    return true;
}

dn_query *
dn_tree_query(dn_ddl_parser *parser)
{
    dn_with *with = NULL;
    bool recursive = false;
    dn_query *query;
    dn_query *outer;

    if (!dn_tree_nested(parser))
        return NULL;
    if (dn_ddl_accept(parser, "WITH") && !dn_tree_with(parser, &with, &recursive))
        return NULL;
    query = combined(parser, false);
    if (!query)
        return NULL;
    /* (SELECT ..) ORDER BY: the order belongs to what is around the parenthesis. */
    if (query->parenthesis && (with || dn_ddl_is(parser, "ORDER") || dn_ddl_is(parser, "LIMIT") ||
                               dn_ddl_is(parser, "OFFSET"))) {
        outer = new_query(parser);
        if (!outer)
            return NULL;
        outer->left = query;
        query = outer;
    }
    query->with = with;
    query->recursive = recursive;
    if (!tail(parser, query))
        return NULL;
    parser->depth--;
    return query;
}
