/* SPDX-License-Identifier: MIT
 *
 * What must be computed once: an operand that is another value each time, in a template that has it several times,
 * and a query whose rows are compared before a column is given their values.
 */
#include "core/ddl/write.h"

#include <string.h>

enum { MOST_TIMES = 9 };

/* --- operands that are never the same --------------------------------------------------------------- */
static bool in_query(const dn_query *query);

static bool
in_nodes(const dn_nodes *nodes)
{
    for (size_t i = 0; i < nodes->count; i++)
        if (dn_write_is_volatile(nodes->list[i]))
            return true;
    return false;
}

bool
dn_write_is_volatile(const dn_node *node)
{
    static const char *const names[] = {"random", "gen_random_uuid", "nextval", "clock_timestamp"};

    if (!node)
        return false;
    for (size_t i = 0; node->kind == DN_NODE_CALL && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(node->name, names[i]) == 0)
            return true;
    return in_nodes(&node->items) || dn_write_is_volatile(node->operand) ||
           dn_write_is_volatile(node->otherwise) || dn_write_is_volatile(node->filter) ||
           in_query(node->query);
}

static bool
in_query(const dn_query *query)
{
    if (!query)
        return false;
    for (size_t i = 0; i < query->item_count; i++)
        if (dn_write_is_volatile(query->items[i].node))
            return true;
    for (const dn_from *from = query->from; from; from = from->next)
        if (in_query(from->query))
            return true;
    for (size_t i = 0; i < query->order.count; i++)
        if (dn_write_is_volatile(query->order.list[i].node))
            return true;
    return in_nodes(&query->rows) || dn_write_is_volatile(query->where) || in_query(query->left) ||
           in_query(query->right);
}

/* $1 again behind a first $1 */
static bool
is_repeated(dunlin_string native, size_t operand)
{
    size_t times = 0;

    for (uint64_t i = 0; i + 1 < native.length; i++)
        times += native.data[i] == '$' && native.data[i + 1] == (char)('1' + operand);
    return times > 1;
}

bool
dn_write_compute_once(dn_writer *writer, dunlin_string native, const dn_node *const *operands,
                      size_t count, dn_part *parts, dunlin_string *computed)
{
    const dn_ddl_rules *rules = writer->target->rules;
    dn_auto(dn_text) text = DN_TEXT_INIT;

    *computed = dn_string("");
    if (!rules || !dn_rule_named(rules, DUNLIN_RULE_CLAUSE, "computed once"))
        return true;
    for (size_t i = 0; i < count && i < MOST_TIMES; i++) {
        if (!is_repeated(native, i) || !dn_write_is_volatile(operands[i]))
            continue;
        if (writer->alone)
            return dn_write_refuse(writer, operands[i]->offset,
                                   "it is another value each time it is computed, and would be "
                                   "computed several times here");
        dn_text_printf(&text, "%s%.*s AS dunlin_%zu", text.length ? ", " : "",
                       (int)parts[i].text.length, parts[i].text.data, i + 1);
        parts[i].text = dn_string(dn_arena_printf(writer->arena, "dunlin_%zu", i + 1));
        parts[i].shape = DN_SHAPE_ATOM;
        if (!parts[i].text.length)
            text.failed = true;
    }
    if (text.length)
        *computed = dn_span(dn_arena_copy(writer->arena, text.data, text.length), text.length);
    if (text.failed || !computed->data) {
        dn_no_memory(writer->error);
        writer->failed = true;
        return false;
    }
    return true;
}

bool
dn_write_computed(dn_writer *writer, dunlin_string computed, size_t before, dn_text *out,
                  dn_shape *shape)
{
    const dn_rule *rule;
    dn_part parts[2];

    if (!computed.length)
        return true;
    parts[0] =
        (dn_part){dn_span(dn_arena_copy(writer->arena, out->data + before, out->length - before),
                          out->length - before),
                  DN_SHAPE_ATOM};
    parts[1] = (dn_part){computed, DN_SHAPE_ATOM};
    if (!parts[0].text.data) {
        dn_no_memory(writer->error);
        writer->failed = true;
        return false;
    }
    out->length = before;
    rule = dn_rule_named(writer->target->rules, DUNLIN_RULE_CLAUSE, "computed once");
    return dn_write_template(writer, rule->native, parts, 2, NULL, dn_string(""), out, shape);
}

/* --- queries whose rows are compared first --------------------------------------------------------------- */
bool
dn_write_merges(const dn_query *query)
{
    return query->distinct || query->distinct_on.count ||
           (query->set && (strcmp(query->set, "union all") != 0 || query->order.count ||
                           query->limit || query->offset_rows));
}

static bool
is_named_so(const dn_query *query, size_t count, dunlin_string name)
{
    for (size_t i = 0; i < count; i++)
        if (dn_string_same(query->items[i].alias, name))
            return true;
    return false;
}

/* The columns of a query get names by which a query around it can call them. */
static bool
name_items(dn_writer *writer, dn_query *query)
{
    while (query->left)
        query = query->left;
    for (size_t i = 0; i < query->item_count; i++) {
        dn_item *item = &query->items[i];
        const dn_node *node = item->node;

        if (node->kind == DN_NODE_STAR)
            return false;
        if (!item->alias.length && node->kind == DN_NODE_COLUMN)
            item->alias = node->parts[node->part_count - 1];
        if (!item->alias.length || is_named_so(query, i, item->alias))
            item->alias = dn_string(dn_arena_printf(writer->arena, "dunlin_%zu", i + 1));
        if (!item->alias.length) {
            dn_no_memory(writer->error);
            writer->failed = true;
            return false;
        }
    }
    return query->item_count > 0;
}

static dn_node *
column_of(dn_writer *writer, dunlin_string name, uint32_t offset)
{
    dn_node *node = dn_arena_alloc(writer->arena, sizeof *node);

    if (node)
        *node = (dn_node){.kind = DN_NODE_COLUMN,
                          .offset = offset,
                          .name = "",
                          .text = dn_string(""),
                          .parts = {name},
                          .part_count = 1};
    return node;
}

dn_query *
dn_write_query_around(dn_writer *writer, dn_query *query)
{
    dn_query *around = dn_arena_alloc(writer->arena, sizeof *around);
    dn_from *from = dn_arena_alloc(writer->arena, sizeof *from);
    const dn_query *first = query;

    while (first->left)
        first = first->left;
    if (!around || !from || !name_items(writer, query))
        return NULL;
    memset(around, 0, sizeof *around);
    memset(from, 0, sizeof *from);
    *from = (dn_from){.kind = DN_FROM_QUERY,
                      .offset = query->offset,
                      .query = query,
                      .alias = dn_string("dunlin_given")};
    around->offset = query->offset;
    around->from = from;
    around->items = dn_arena_array(writer->arena, first->item_count, sizeof *around->items);
    for (size_t i = 0; around->items && i < first->item_count; i++) {
        around->items[i] = (dn_item){
            .node = column_of(writer, first->items[i].alias, first->items[i].node->offset)};
        if (!around->items[i].node)
            return NULL;
        around->item_count++;
    }
    return around->items ? around : NULL;
}
