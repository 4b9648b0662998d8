/* SPDX-License-Identifier: MIT
 *
 * What a SELECT gives -> text. A view keeps the columns and names that it was made with, wherever it
 * is; SQLite reads its text anew each time. So there each column says its name in a view, and a star
 * stands for the columns that there are now.
 */
#include "core/ddl/write.h"

#include <string.h>

enum { MOST_COLUMNS = 2000 };

static bool
is_view(const dn_writer *writer)
{
    return writer->view && writer->target->rules &&
           dn_rule_named(writer->target->rules, DUNLIN_RULE_CLAUSE, "columns of a view");
}

static bool
write_named(dn_writer *writer, dunlin_string table, dunlin_string column, dn_text *out)
{
    if (table.length) {
        if (!dn_write_name(writer, table, out))
            return false;
        dn_text_add_char(out, '.');
    }
    if (!dn_write_name(writer, column, out))
        return false;
    dn_text_add_string(out, " AS ");
    return dn_write_name(writer, column, out);
}

/* --- a star --- */
static dunlin_string
column_at(const dn_writer *writer, const dn_from *from, uint64_t at)
{
    const dn_ddl_target *target = writer->target;

    return from->kind == DN_FROM_TABLE && target->column_at
               ? target->column_at(target->context, from->table.space, from->table.name, at)
               : dn_string("");
}

static dunlin_string
called(const dn_from *from)
{
    return from->alias.length ? from->alias : from->table.name;
}

/* Are all tables known, and does each column stand for itself? */
static bool
is_known(const dn_writer *writer, const dn_from *from)
{
    for (; from; from = from->next) {
        if (from->kind != DN_FROM_JOIN) {
            if (!column_at(writer, from, 0).length || from->columns.count)
                return false;
        } else if (from->natural || from->join_using.count || !is_known(writer, from->left) ||
                   !is_known(writer, from->right)) {
            return false;
        }
    }
    return true;
}

/* `only`: the table whose columns are wanted; empty: all. */
static bool
write_columns(dn_writer *writer, const dn_from *from, dunlin_string only, bool *some, dn_text *out)
{
    for (; from; from = from->next) {
        dunlin_string column;

        if (from->kind == DN_FROM_JOIN) {
            if (!write_columns(writer, from->left, only, some, out) ||
                !write_columns(writer, from->right, only, some, out))
                return false;
            continue;
        }
        if (only.length && !dn_ddl_same(called(from), only))
            continue;
        for (uint64_t i = 0; i < MOST_COLUMNS; i++) {
            column = column_at(writer, from, i);
            if (!column.length)
                break;
            dn_text_add_string(out, *some ? ", " : "");
            *some = true;
            if (!write_named(writer, called(from), column, out))
                return false;
        }
    }
    return true;
}

static bool
write_star(dn_writer *writer, const dn_query *query, const dn_node *star, dn_text *out)
{
    dunlin_string only = star->part_count ? star->parts[star->part_count - 1] : dn_string("");
    bool some = false;

    if (!is_view(writer) || !query->from || star->part_count > 1 || !is_known(writer, query->from))
        return dn_write_expression(writer, star, out);
    return write_columns(writer, query->from, only, &some, out) &&
           (some || dn_write_expression(writer, star, out));
}

/* --- all --- */
static bool
write_item(dn_writer *writer, const dn_query *query, const dn_item *item, dn_text *out)
{
    const dn_node *node = item->node;
    dunlin_string alias = item->alias;
    /* Here, or where it is a column of something else. */
    bool compares_rows = writer->view || writer->depth > 1 || query->distinct ||
                         query->group.count > 0 || query->order.count > 0;

    if (node->kind == DN_NODE_STAR)
        return write_star(writer, query, node, out);
    if (!alias.length && node->kind == DN_NODE_COLUMN && is_view(writer))
        alias = node->parts[node->part_count - 1];
    if (compares_rows ? !dn_write_made_text(writer, node, out)
                      : !dn_write_expression(writer, node, out))
        return false;
    if (!alias.length)
        return true;
    dn_text_add_string(out, " AS ");
    return dn_write_name(writer, alias, out);
}

bool
dn_write_items(dn_writer *writer, const dn_query *query, dn_text *out)
{
    for (size_t i = 0; i < query->item_count; i++) {
        dn_text_add_string(out, i ? ", " : "");
        if (!write_item(writer, query, &query->items[i], out))
            return false;
    }
    return true;
}
