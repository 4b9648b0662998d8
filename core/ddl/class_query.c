/* SPDX-License-Identifier: MIT
 *
 * Classes of the columns of queries: of those in FROM, of those that a WITH names, and of views, whose
 * text a database keeps.
 */
#include "core/ddl/write.h"

#include <string.h>

enum { MOST_QUERIES = 8 }; /* in each other: each may ask several times for what is in it */

static dn_class class_of_query(dn_writer *writer, const dn_query *query,
                               const dn_ddl_result *column);

/* t.* and *: the column of that name of what they stand for. */
static dn_class
class_of_star(const dn_writer *writer, const dn_node *star, dunlin_string name)
{
    dn_node column = *star;

    if (!name.length || star->part_count > 1)
        return DN_CLASS_UNKNOWN;
    column.kind = DN_NODE_COLUMN;
    column.parts[column.part_count++] = name;
    return dn_class_of(writer, &column);
}

static bool
is_called(const dn_item *item, dunlin_string name)
{
    const dn_node *node = item->node;

    if (item->alias.length)
        return dn_ddl_same(item->alias, name);
    return node->kind == DN_NODE_COLUMN && dn_ddl_same(node->parts[node->part_count - 1], name);
}

static dn_class
class_of_select(dn_writer *writer, const dn_query *query, const dn_ddl_result *column)
{
    if (!dn_write_enter(writer, query->from))
        return DN_CLASS_UNKNOWN;
    for (size_t i = 0; i < query->item_count; i++) {
        const dn_node *node = query->items[i].node;

        if (node->kind == DN_NODE_STAR) {
            dn_class class = class_of_star(writer, node, column->name);

            /* What stands behind it has no place that is known. */
            if (class != DN_CLASS_UNKNOWN || !column->name.length)
                return class;
        } else if (column->name.length ? is_called(&query->items[i], column->name)
                                       : column->place == i) {
            return dn_class_of(writer, node);
        }
    }
    return DN_CLASS_UNKNOWN;
}

/* Of two rows, or members of a set. A text may be a literal, which takes the class of the other. */
static dn_class
class_of_both(dn_class one, dn_class other)
{
    if (one == other)
        return one;
    if (dn_class_is_number(one) && dn_class_is_number(other))
        return dn_class_wider(one, other);
    if (one == DN_CLASS_UNKNOWN || other == DN_CLASS_UNKNOWN)
        /* NULL, and what is not known: that might be another kind of number. */
        return dn_class_is_number(one) || dn_class_is_number(other) ? DN_CLASS_UNKNOWN
               : one == DN_CLASS_UNKNOWN                            ? other
                                                                    : one;
    return DN_CLASS_UNKNOWN;
}

static dn_class
class_of_values(const dn_writer *writer, const dn_query *query, const dn_ddl_result *column)
{
    dn_class class = DN_CLASS_UNKNOWN;

    for (size_t i = 0; i < query->rows.count; i++) {
        const dn_nodes *items = &query->rows.list[i]->items;

        if (column->name.length || column->place >= items->count)
            return DN_CLASS_UNKNOWN;
        class = i ? class_of_both(class, dn_class_of(writer, items->list[column->place]))
                  : dn_class_of(writer, items->list[column->place]);
    }
    return class;
}

/* The names of a set are those of its first member. */
static bool
place_in_set(const dn_query *query, const dn_ddl_result *column, dn_ddl_result *place)
{
    *place = *column;
    if (!column->name.length)
        return true;
    while (query->left)
        query = query->left;
    place->name = dn_string("");
    for (place->place = 0; place->place < query->item_count; place->place++)
        if (query->items[place->place].node->kind == DN_NODE_STAR)
            return false;
        else if (is_called(&query->items[place->place], column->name))
            return true;
    return false;
}

static dn_class
class_of_body(dn_writer *writer, const dn_query *query, const dn_ddl_result *column)
{
    dn_ddl_result place;

    if (query->left && !query->set)
        return class_of_query(writer, query->left, column);
    if (!query->left)
        return query->rows.count ? class_of_values(writer, query, column)
                                 : class_of_select(writer, query, column);
    if (!place_in_set(query, column, &place))
        return DN_CLASS_UNKNOWN;
    return class_of_both(class_of_query(writer, query->left, &place),
                         class_of_query(writer, query->right, &place));
}

static dn_class
class_of_query(dn_writer *writer, const dn_query *query, const dn_ddl_result *column)
{
    const dn_scope *scope = writer->scope;
    const dn_named_query *named = writer->named;
    dn_class class = dn_write_know(writer, query->with, query->recursive)
                         ? class_of_body(writer, query, column)
                         : DN_CLASS_UNKNOWN;

    writer->scope = scope;
    writer->named = named;
    return class;
}

dn_class
dn_class_of_result(const dn_writer *writer, const dn_scope *scope, dunlin_string column)
{
    dn_writer inner = *writer; /* where what it refuses is no refusal */
    dn_ddl_result looking = {.name = column};

    if (++inner.asks > MOST_QUERIES)
        return DN_CLASS_UNKNOWN;
    inner.scope = scope->outer;
    inner.named = scope->knows;
    if (scope->columns->count) {
        looking.name = dn_string("");
        while (looking.place < scope->columns->count &&
               !dn_ddl_same(scope->columns->list[looking.place], column))
            looking.place++;
        if (looking.place == scope->columns->count)
            return DN_CLASS_UNKNOWN;
    }
    /* Its first member says what a recursive one is of. */
    return class_of_query(
        &inner, scope->recursive && scope->query->left ? scope->query->left : scope->query,
        &looking);
}

static const dn_query *
read_query(dn_ddl_parser *parser)
{
    const dn_query *query = dn_ddl_tokenise(parser) ? dn_tree_query(parser) : NULL;

    return query && dn_ddl_at_end(parser) ? query : NULL;
}

const char *
dn_ddl_query_class(const dn_ddl_target *target, dunlin_string query, dn_ddl_result column,
                   dn_arena *arena)
{
    const dn_ddl_options options = {.rules = target->portable};
    dn_ddl_parser parser = {.text = query, .options = &options, .arena = arena};
    dn_error ignored = {0};
    dn_writer writer = {.target = target, .arena = arena, .error = &ignored, .view = true};
    const dn_query *tree = read_query(&parser);
    dn_class class = tree ? class_of_query(&writer, tree, &column) : DN_CLASS_UNKNOWN;

    return class == DN_CLASS_UNKNOWN ? NULL : dn_class_name(class);
}

dunlin_string
dn_ddl_query_column(const dn_lex_rules *rules, dunlin_string text, uint64_t place, dn_arena *arena)
{
    const dn_ddl_options options = {.rules = rules};
    dn_ddl_parser parser = {.text = text, .options = &options, .arena = arena};
    const dn_query *query = read_query(&parser);
    const dn_node *node;

    while (query && query->left)
        query = query->left;
    if (!query || place >= query->item_count)
        return dn_string("");
    for (uint64_t i = 0; i <= place; i++)
        if (query->items[i].node->kind == DN_NODE_STAR)
            return dn_string("");
    node = query->items[place].node;
    if (query->items[place].alias.length)
        return query->items[place].alias;
    return node->kind == DN_NODE_COLUMN ? node->parts[node->part_count - 1] : dn_string("");
}

void
dn_ddl_query_ask(const dn_ddl_target *target, dunlin_string query, dn_arena *arena)
{
    const dn_ddl_options options = {.rules = target->portable};
    dn_ddl_parser parser = {.text = query, .options = &options, .arena = arena};
    dn_error ignored = {0};
    dn_writer writer = {.target = target, .arena = arena, .error = &ignored, .view = true};
    const dn_query *tree = read_query(&parser);
    const dn_query *first = tree;

    while (first && first->left)
        first = first->left;
    for (size_t i = 0; first && i < first->item_count; i++)
        class_of_query(&writer, tree, &(dn_ddl_result){.place = i});
}
