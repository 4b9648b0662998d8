/* SPDX-License-Identifier: MIT
 *
 * Queries -> text.
 */
#include "core/ddl/write.h"

#include <string.h>

/* --- scope --- */
bool
dn_write_enter_table(dn_writer *writer, const dn_ddl_object *table, dunlin_string alias)
{
    dn_scope *scope = dn_arena_alloc(writer->arena, sizeof *scope);

    if (!scope)
        return dn_write_refuse(writer, 0, "there is no memory");
    *scope = (dn_scope){.table = *table, .alias = alias, .outer = writer->scope};
    writer->scope = scope;
    return true;
}

/* The query that a WITH has given this name. */
static const dn_named_query *
query_named(const dn_writer *writer, const dn_ddl_object *table)
{
    const dn_named_query *named = table->space.length ? NULL : writer->named;

    while (named && !dn_ddl_same(named->with->name, table->name))
        named = named->outer;
    return named;
}

static bool
enter_one(dn_writer *writer, const dn_from *from)
{
    const dn_named_query *named = query_named(writer, &from->table);
    dn_scope *scope;

    if (from->kind == DN_FROM_TABLE && !named)
        return dn_write_enter_table(writer, &from->table, from->alias);
    scope = dn_arena_alloc(writer->arena, sizeof *scope);
    if (!scope)
        return dn_write_refuse(writer, from->offset, "there is no memory");
    *scope = (dn_scope){.table = from->table,
                        .alias = from->alias,
                        .query = from->query,
                        .columns = &from->columns,
                        .knows = writer->named,
                        .outer = writer->scope};
    if (from->kind == DN_FROM_TABLE) {
        scope->query = named->with->query;
        scope->columns = from->columns.count ? &from->columns : &named->with->columns;
        scope->knows = named->recursive ? named : named->outer;
        scope->recursive = named->recursive;
    }
    writer->scope = scope;
    return true;
}

static bool
know_one(dn_writer *writer, const dn_with *with, bool recursive)
{
    dn_named_query *named = dn_arena_alloc(writer->arena, sizeof *named);

    if (!named)
        return dn_write_refuse(writer, 0, "there is no memory");
    *named = (dn_named_query){with, recursive, writer->named};
    writer->named = named;
    return true;
}

bool
dn_write_know(dn_writer *writer, const dn_with *with, bool recursive)
{
    for (; with; with = with->next)
        if (!know_one(writer, with, recursive))
            return false;
    return true;
}

bool
dn_write_enter(dn_writer *writer, const dn_from *from)
{
    for (; from; from = from->next) {
        if (from->kind == DN_FROM_JOIN) {
            if (!dn_write_enter(writer, from->left) || !dn_write_enter(writer, from->right))
                return false;
        } else if (!enter_one(writer, from)) {
            return false;
        }
    }
    return true;
}

/* --- FROM --- */
static bool write_one_from(dn_writer *writer, const dn_from *from, dn_text *out);

static bool
write_join(dn_writer *writer, const dn_from *from, dn_text *out)
{
    static const char *const plain[] = {"inner join", "left join", "cross join"};
    const dn_rule *rule;
    bool needs = true;

    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        needs = needs && strcmp(from->join, plain[i]) != 0;
    if (needs && !dn_write_clause(writer, from->join, from->offset, &rule))
        return false;
    if (from->natural && !dn_write_clause(writer, "natural join", from->offset, &rule))
        return false;
    if (from->join_using.count && !dn_write_clause(writer, "join using", from->offset, &rule))
        return false;
    if (!write_one_from(writer, from->left, out))
        return false;
    dn_text_add_string(out, from->natural ? " NATURAL " : " ");
    for (const char *c = from->join; *c; c++)
        dn_text_add_char(out, *c == ' ' ? ' ' : (char)(*c - 32));
    dn_text_add_char(out, ' ');
    if (from->right->kind == DN_FROM_JOIN)
        dn_text_add_char(out, '(');
    if (!write_one_from(writer, from->right, out))
        return false;
    if (from->right->kind == DN_FROM_JOIN)
        dn_text_add_char(out, ')');
    if (from->on) {
        dn_text_add_string(out, " ON ");
        return dn_write_expression(writer, from->on, out);
    }
    if (from->join_using.count) {
        dn_text_add_string(out, " USING (");
        if (!dn_write_names(writer, &from->join_using, out))
            return false;
        dn_text_add_char(out, ')');
    }
    return true;
}

static bool
write_one_from(dn_writer *writer, const dn_from *from, dn_text *out)
{
    const dn_rule *rule;

    if (from->kind == DN_FROM_JOIN)
        return write_join(writer, from, out);
    if (from->lateral) {
        if (!dn_write_clause(writer, "lateral", from->offset, &rule))
            return false;
        dn_text_add_string(out, "LATERAL ");
    }
    if (from->kind == DN_FROM_QUERY ? !dn_write_in_parentheses(writer, from->query, out)
                                    : !dn_write_table(writer, &from->table, from->offset, out))
        return false;
    if (!from->alias.length)
        return true;
    dn_text_add_string(out, " AS ");
    if (!dn_write_name(writer, from->alias, out))
        return false;
    if (!from->columns.count)
        return true;
    if (!dn_write_clause(writer, "derived columns", from->offset, &rule))
        return false;
    dn_text_add_string(out, " (");
    if (!dn_write_names(writer, &from->columns, out))
        return false;
    dn_text_add_char(out, ')');
    return true;
}

bool
dn_write_from(dn_writer *writer, const dn_from *from, dn_text *out)
{
    for (const dn_from *one = from; one; one = one->next) {
        if (one != from)
            dn_text_add_string(out, ", ");
        if (!write_one_from(writer, one, out))
            return false;
    }
    return true;
}

/* --- WITH --- */
bool
dn_write_with(dn_writer *writer, const dn_with *with, bool recursive, const char *clause,
              dn_text *out)
{
    const dn_rule *rule;

    if (!with)
        return true;
    if ((!recursive || strcmp(clause, "with") != 0) && !dn_write_clause(writer, clause, 0, &rule))
        return false;
    if (recursive && !dn_write_clause(writer, "with recursive", 0, &rule))
        return false;
    dn_text_add_string(out, recursive ? "WITH RECURSIVE " : "WITH ");
    for (const dn_with *one = with; one; one = one->next) {
        if (one != with)
            dn_text_add_string(out, ", ");
        if (!dn_write_name(writer, one->name, out))
            return false;
        if (one->columns.count) {
            dn_text_add_string(out, " (");
            if (!dn_write_names(writer, &one->columns, out))
                return false;
            dn_text_add_char(out, ')');
        }
        dn_text_add_string(out, " AS ");
        if ((recursive && !know_one(writer, one, true)) ||
            !dn_write_in_parentheses(writer, one->query, out) ||
            (!recursive && !know_one(writer, one, false)))
            return false;
    }
    dn_text_add_char(out, ' ');
    return true;
}

/* --- SELECT --- */
static bool
write_distinct(dn_writer *writer, const dn_query *query, dn_text *out)
{
    const dn_rule *rule;

    if (!query->distinct)
        return true;
    dn_text_add_string(out, "DISTINCT ");
    if (!query->distinct_on.count)
        return true;
    if (!dn_write_clause(writer, "distinct on", query->offset, &rule))
        return false;
    dn_text_add_string(out, "ON (");
    if (!dn_write_list(writer, &query->distinct_on, 0, out))
        return false;
    dn_text_add_string(out, ") ");
    return true;
}

static bool
write_windows(dn_writer *writer, const dn_query *query, dn_text *out)
{
    (void)out;
    if (!query->windows)
        return true;
    return dn_write_refuse(writer, query->offset,
                           "a WINDOW clause has no translation; write the "
                           "window behind OVER");
}

static bool
write_where(dn_writer *writer, const dn_query *query, dn_text *out)
{
    const dn_rule *rule;

    if (query->from) {
        dn_text_add_string(out, " FROM ");
        if (!dn_write_from(writer, query->from, out))
            return false;
    } else if (query->where && writer->target->rules) {
        rule = dn_rule_named(writer->target->rules, DUNLIN_RULE_CLAUSE, "select without from");
        if (rule)
            dn_text_add(out, rule->native.data, rule->native.length);
    }
    if (!query->where)
        return true;
    dn_text_add_string(out, " WHERE ");
    return dn_write_expression(writer, query->where, out);
}

static bool
write_select(dn_writer *writer, const dn_query *query, dn_text *out)
{
    if (!dn_write_enter(writer, query->from))
        return false;
    dn_text_add_string(out, "SELECT ");
    if (!write_distinct(writer, query, out) || !dn_write_items(writer, query, out) ||
        !write_where(writer, query, out))
        return false;
    if (query->group.count) {
        dn_text_add_string(out, " GROUP BY ");
        if (!dn_write_made_texts(writer, &query->group, out))
            return false;
    }
    if (query->having) {
        dn_text_add_string(out, " HAVING ");
        if (!dn_write_expression(writer, query->having, out))
            return false;
    }
    return write_windows(writer, query, out);
}

static bool
write_values(dn_writer *writer, const dn_query *query, dn_text *out)
{
    dn_text_add_string(out, "VALUES ");
    for (size_t i = 0; i < query->rows.count; i++) {
        dn_text_add_string(out, i ? ", (" : "(");
        for (size_t k = 0; k < query->rows.list[i]->items.count; k++) {
            const dn_node *item = query->rows.list[i]->items.list[k];

            dn_text_add_string(out, k ? ", " : "");
            if (writer->depth > 1 ? !dn_write_made_text(writer, item, out)
                                  : !dn_write_expression(writer, item, out))
                return false;
        }
        dn_text_add_char(out, ')');
    }
    return true;
}

/* --- sets --- */
/* A query with an order of its own, or a set, as a member of a set. SQLite takes no parentheses
 * there, and MySQL only newer ones; a subquery is read everywhere. */
static bool
write_wrapped(dn_writer *writer, const dn_query *query, dn_text *out)
{
    dn_text_add_string(out, "SELECT * FROM ");
    if (!dn_write_in_parentheses(writer, query, out))
        return false;
    dn_text_add_string(out, " AS ");
    return dn_write_name(writer, dn_string("member"), out);
}

static bool
is_ordered(const dn_query *query)
{
    return query->order.count || query->limit || query->offset_rows || query->with;
}

static bool
write_member(dn_writer *writer, const dn_query *query, dn_text *out)
{
    return query->set || query->left || is_ordered(query) ? write_wrapped(writer, query, out)
                                                          : dn_write_query(writer, query, out);
}

/* a UNION b EXCEPT c is read from the left everywhere; only INTERSECT binds tighter, but not in
 * SQLite. */
static bool
is_chain(const dn_query *query)
{
    const dn_query *left = query->left;
    bool intersect = strncmp(query->set, "intersect", 9) == 0;

    return left->set && !is_ordered(left) && intersect == (strncmp(left->set, "intersect", 9) == 0);
}

static bool
write_set(dn_writer *writer, const dn_query *query, dn_text *out)
{
    const dn_rule *rule;

    if (strncmp(query->set, "union", 5) != 0 &&
        !dn_write_clause(writer, query->set, query->offset, &rule))
        return false;
    if (is_chain(query) ? !write_set(writer, query->left, out)
                        : !write_member(writer, query->left, out))
        return false;
    dn_text_add_char(out, ' ');
    for (const char *c = query->set; *c; c++)
        dn_text_add_char(out, *c == ' ' ? ' ' : (char)(*c - 32));
    dn_text_add_char(out, ' ');
    return write_member(writer, query->right, out);
}

static bool
write_limit(dn_writer *writer, const dn_query *query, dn_text *out)
{
    dn_text text = DN_TEXT_INIT;
    dn_part part;
    bool fine;

    if (query->limit) {
        dn_text_add_string(out, " LIMIT ");
        if (!dn_write_expression(writer, query->limit, out))
            return false;
        if (!query->offset_rows)
            return true;
        dn_text_add_string(out, " OFFSET ");
        return dn_write_expression(writer, query->offset_rows, out);
    }
    if (!query->offset_rows)
        return true;
    dn_text_add_char(out, ' ');
    fine = dn_write_expression(writer, query->offset_rows, &text) &&
           dn_write_part(writer, &text, DN_SHAPE_ATOM, &part) &&
           dn_write_clause_parts(writer, "offset", query->offset, "OFFSET $1", &part, 1, out);
    dn_text_free(&text);
    return fine;
}

static bool
write_body(dn_writer *writer, const dn_query *query, dn_text *out)
{
    if (query->set)
        return write_set(writer, query, out);
    if (query->left)
        return write_wrapped(writer, query->left, out);
    return query->rows.count ? write_values(writer, query, out) : write_select(writer, query, out);
}

bool
dn_write_query(dn_writer *writer, const dn_query *query, dn_text *out)
{
    const dn_scope *scope = writer->scope;
    const dn_named_query *named = writer->named;
    bool fine;

    writer->depth++;
    fine = dn_write_with(writer, query->with, query->recursive, "with", out) &&
           write_body(writer, query, out);

    if (fine && query->order.count) {
        dn_text_add_string(out, " ORDER BY ");
        fine = dn_write_sorts(writer, &query->order, query, out);
    }
    fine = fine && write_limit(writer, query, out);
    writer->depth--;
    writer->scope = scope;
    writer->named = named;
    return fine;
}
