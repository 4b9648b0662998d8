/* SPDX-License-Identifier: MIT
 *
 * Nodes and lists of trees.
 */
#include "core/ddl/tree.h"

#include <string.h>

dn_node *
dn_node_new(dn_ddl_parser *parser, dn_node_kind kind, size_t token)
{
    dn_node *node = dn_arena_alloc(parser->arena, sizeof *node);

    if (!node) {
        dn_ddl_no_memory(parser);
        return NULL;
    }
    memset(node, 0, sizeof *node);
    node->kind = kind;
    node->offset = parser->tokens[token].offset;
    return node;
}

bool
dn_node_add(dn_ddl_parser *parser, dn_nodes *nodes, dn_node *node)
{
    if (!node)
        return false;
    nodes->list = dn_arena_grow(parser->arena, nodes->list, &nodes->capacity, nodes->count + 1,
                                sizeof(dn_node *));
    if (!nodes->list)
        return dn_ddl_no_memory(parser);
    nodes->list[nodes->count++] = node;
    return true;
}

bool
dn_names_add(dn_ddl_parser *parser, dn_names *names, dunlin_string name)
{
    names->list = dn_arena_grow(parser->arena, names->list, &names->capacity, names->count + 1,
                                sizeof *names->list);
    if (!names->list)
        return dn_ddl_no_memory(parser);
    names->list[names->count++] = name;
    return true;
}
