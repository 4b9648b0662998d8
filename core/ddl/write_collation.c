/* SPDX-License-Identifier: MIT
 *
 * Texts that come from no column. Where two of them are compared with each other, or become a column
 * that others may be compared with, a database may go by the session's collation, to which 'a' and
 * 'A' are one.
 */
#include "core/ddl/write.h"

#include <string.h>

typedef enum source { NO_TEXT, OF_LITERALS, OF_COLUMNS } source;

static source source_of(const dn_node *node);

static source
source_of_all(const dn_nodes *nodes, size_t first, size_t step, source known)
{
    for (size_t i = first; i < nodes->count && known != OF_COLUMNS; i += step) {
        source one = source_of(nodes->list[i]);

        known = one > known ? one : known;
    }
    return known;
}

static source
source_of(const dn_node *node)
{
    switch (node->kind) {
    case DN_NODE_STRING: return OF_LITERALS;
    case DN_NODE_NUMBER:
    case DN_NODE_VALUE:
    case DN_NODE_INTERVAL: return NO_TEXT;
    case DN_NODE_CASE:
        return source_of_all(&node->items, 1, 2,
                             node->otherwise ? source_of(node->otherwise) : NO_TEXT);
    case DN_NODE_CALL:
    case DN_NODE_CAST:
    case DN_NODE_PREFIX:
    case DN_NODE_OPERATOR: return source_of_all(&node->items, 0, 1, NO_TEXT);
    default: return OF_COLUMNS;
    }
}

static const dn_rule *
rule_of(const dn_writer *writer)
{
    return writer->target->rules
               ? dn_rule_named(writer->target->rules, DUNLIN_RULE_CLAUSE, "text of literals")
               : NULL;
}

static bool
is_text_of_literals(const dn_writer *writer, const dn_node *node)
{
    return source_of(node) == OF_LITERALS && dn_class_of(writer, node) == DN_CLASS_TEXT;
}

bool
dn_write_collated(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    dn_text text = DN_TEXT_INIT;
    dn_part part;
    bool fine = dn_write_node(writer, node->items.list[0], &text, shape) &&
                dn_write_part(writer, &text, *shape, &part);

    dn_text_free(&text);
    *shape = DN_SHAPE_OTHER;
    return fine && dn_write_template(writer, rule_of(writer)->native, &part, 1, NULL, dn_string(""),
                                     out, shape);
}

bool
dn_write_made_text(dn_writer *writer, const dn_node *node, dn_text *out)
{
    dn_node *items[] = {(dn_node *)(uintptr_t)node};
    const dn_node collated = {
        .kind = DN_NODE_COLLATED, .offset = node->offset, .items = {items, 1, 1}};

    return dn_write_expression(
        writer, rule_of(writer) && is_text_of_literals(writer, node) ? &collated : node, out);
}

bool
dn_write_compared_literals(dn_writer *writer, const dn_node *node)
{
    bool like = node->kind == DN_NODE_OPERATOR && strstr(node->name, "like");
    dn_node **first = node->items.list;
    dn_node *collated;
    dn_node **items;

    if ((!like && !dn_write_compares(node)) || node->query || !rule_of(writer) ||
        source_of_all(&node->items, 0, 1, NO_TEXT) != OF_LITERALS ||
        !is_text_of_literals(writer, *first))
        return true;
    collated = dn_arena_alloc(writer->arena, sizeof *collated);
    items = dn_arena_array(writer->arena, 1, sizeof *items);
    if (!collated || !items)
        return dn_write_refuse(writer, node->offset, "there is no memory");
    items[0] = *first;
    *collated =
        (dn_node){.kind = DN_NODE_COLLATED, .offset = items[0]->offset, .items = {items, 1, 1}};
    *first = collated;
    return true;
}
