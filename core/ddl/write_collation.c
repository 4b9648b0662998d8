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
dn_write_sorted_text(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    dn_node *items[] = {(dn_node *)(uintptr_t)node};
    const dn_node collated = {
        .kind = DN_NODE_COLLATED, .offset = node->offset, .items = {items, 1, 1}};

    return dn_write_node(writer,
                         rule_of(writer) && is_text_of_literals(writer, node) ? &collated : node,
                         out, shape);
}

bool
dn_write_made_text(dn_writer *writer, const dn_node *node, dn_text *out)
{
    dn_shape ignored;

    return dn_write_sorted_text(writer, node, out, &ignored);
}

bool
dn_write_made_texts(dn_writer *writer, const dn_nodes *nodes, dn_text *out)
{
    for (size_t i = 0; i < nodes->count; i++) {
        dn_text_add_string(out, i ? ", " : "");
        if (!dn_write_made_text(writer, nodes->list[i], out))
            return false;
    }
    return true;
}

/* Aggregates and functions that compare the texts they are given. */
static bool
compares_arguments(const dn_node *node)
{
    static const char *const names[] = {"min", "max", "greatest", "least", "strpos", "starts_with"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(node->name, names[i]) == 0)
            return true;
    return node->distinct;
}

static bool
compares_texts(const dn_node *node)
{
    return dn_write_compares(node) ||
           (node->kind == DN_NODE_OPERATOR && strstr(node->name, "like")) ||
           (node->kind == DN_NODE_CALL && node->items.count && compares_arguments(node));
}

static bool
collate(dn_writer *writer, dn_node **node)
{
    dn_node *collated = dn_arena_alloc(writer->arena, sizeof *collated);
    dn_node **items = dn_arena_array(writer->arena, 1, sizeof *items);

    if (!collated || !items)
        return dn_write_refuse(writer, (*node)->offset, "there is no memory");
    items[0] = *node;
    *collated =
        (dn_node){.kind = DN_NODE_COLLATED, .offset = items[0]->offset, .items = {items, 1, 1}};
    *node = collated;
    return true;
}

/* CASE x WHEN 'a': each is compared by itself. */
static bool
collate_cases(dn_writer *writer, const dn_node *node)
{
    if (source_of_all(&node->items, 0, 2, source_of(node->operand)) != OF_LITERALS)
        return true;
    for (size_t i = 0; i + 1 < node->items.count; i += 2)
        if (is_text_of_literals(writer, node->items.list[i]) &&
            !collate(writer, &node->items.list[i]))
            return false;
    return true;
}

bool
dn_write_compared_literals(dn_writer *writer, const dn_node *node)
{
    if (!rule_of(writer) || node->query)
        return true;
    if (node->kind == DN_NODE_CASE && node->operand)
        return collate_cases(writer, node);
    return !compares_texts(node) || source_of_all(&node->items, 0, 1, NO_TEXT) != OF_LITERALS ||
           !is_text_of_literals(writer, *node->items.list) || collate(writer, node->items.list);
}
