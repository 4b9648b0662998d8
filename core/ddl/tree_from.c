/* SPDX-License-Identifier: MIT
 *
 * FROM: tables, subqueries and joins.
 */
#include "core/ddl/tree.h"

#include <string.h>

static dn_from *
new_from(dn_ddl_parser *parser, dn_from_kind kind)
{
    dn_from *from = dn_arena_alloc(parser->arena, sizeof *from);

    if (!from) {
        dn_ddl_no_memory(parser);
        return NULL;
    }
    memset(from, 0, sizeof *from);
    from->kind = kind;
    from->offset = dn_ddl_peek(parser)->offset;
    return from;
}

static dn_from *joined(dn_ddl_parser *parser);

static bool
table_alias(dn_ddl_parser *parser, dn_from *from)
{
    if (!dn_tree_alias(parser, &from->alias))
        return false;
    return !from->alias.length || !dn_ddl_is(parser, "(") || dn_tree_names(parser, &from->columns);
}

static dn_from *
subquery(dn_ddl_parser *parser, bool lateral)
{
    dn_from *from = new_from(parser, DN_FROM_QUERY);

    if (!from || !dn_ddl_expect(parser, "(") || !(from->query = dn_tree_query(parser)) ||
        !dn_ddl_expect(parser, ")"))
        return NULL;
    from->lateral = lateral;
    if (!table_alias(parser, from))
        return NULL;
    if (!from->alias.length) {
        dn_ddl_native(parser, "a subquery in FROM needs a name");
        return NULL;
    }
    return from;
}

static dn_from *
primary(dn_ddl_parser *parser)
{
    bool lateral = dn_ddl_accept(parser, "LATERAL");
    dn_from *from;

    if (dn_ddl_is(parser, "(")) {
        if (dn_tree_query_follows(parser))
            return subquery(parser, lateral);
        parser->at++;
        from = joined(parser);
        return from && dn_ddl_expect(parser, ")") ? from : NULL;
    }
    dn_ddl_accept(parser, "ONLY");
    from = new_from(parser, DN_FROM_TABLE);
    if (!from || !dn_ddl_qualified(parser, &from->table))
        return NULL;
    if (dn_ddl_is(parser, "(")) {
        dn_ddl_native(parser, "functions in FROM are not portable");
        return NULL;
    }
    if (!table_alias(parser, from))
        return NULL;
    if (dn_ddl_is(parser, "TABLESAMPLE")) {
        dn_ddl_native(parser, "TABLESAMPLE is not portable");
        return NULL;
    }
    return from;
}

static const struct {
    const char *words;
    const char *join;
} joins[] = {
    {"INNER JOIN", "inner join"},       {"JOIN", "inner join"},
    {"LEFT OUTER JOIN", "left join"},   {"LEFT JOIN", "left join"},
    {"RIGHT OUTER JOIN", "right join"}, {"RIGHT JOIN", "right join"},
    {"FULL OUTER JOIN", "full join"},   {"FULL JOIN", "full join"},
    {"CROSS JOIN", "cross join"},
};

static bool
join_condition(dn_ddl_parser *parser, dn_from *from)
{
    if (from->natural || strcmp(from->join, "cross join") == 0)
        return true;
    if (dn_ddl_accept(parser, "USING"))
        return dn_tree_names(parser, &from->join_using);
    if (dn_ddl_accept(parser, "ON"))
        return (from->on = dn_tree_expression(parser)) != NULL;
    return dn_ddl_expected(parser, "ON or USING");
}

static dn_from *
joined(dn_ddl_parser *parser)
{
    dn_from *left = primary(parser);

    while (left) {
        bool natural = dn_ddl_accept(parser, "NATURAL");
        const char *join = NULL;
        dn_from *from;

        for (size_t i = 0; i < sizeof joins / sizeof joins[0] && !join; i++)
            if (dn_ddl_accept(parser, joins[i].words))
                join = joins[i].join;
        if (!join) {
            if (natural)
                dn_ddl_expected(parser, "JOIN");
            return natural ? NULL : left;
        }
        from = new_from(parser, DN_FROM_JOIN);
        if (!from)
            return NULL;
        from->join = join;
        from->natural = natural;
        from->left = left;
        from->right = primary(parser);
        if (!from->right || !join_condition(parser, from))
            return NULL;
        left = from;
    }
    return NULL;
}

bool
dn_tree_from(dn_ddl_parser *parser, dn_from **from)
{
    dn_from **last = from;

    do {
        *last = joined(parser);
        if (!*last)
            return false;
        last = &(*last)->next;
    } while (dn_ddl_accept(parser, ","));
    return true;
}
