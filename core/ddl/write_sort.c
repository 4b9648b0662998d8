/* SPDX-License-Identifier: MIT
 *
 * Keys of ORDER BY -> text. A rule goes by the class of what is sorted, which a key may name by its
 * place or by its name in the result.
 */
#include "core/ddl/write.h"

#include <string.h>

enum { PLACES = 10000 };

/* --- what a key means --- */
/* The query that names the columns of the result. */
static const dn_query *
naming_query(const dn_query *query)
{
    while (query && query->left)
        query = query->left;
    return query;
}

static size_t
place_of(dunlin_string digits)
{
    size_t at = 0;

    for (uint64_t i = 0; i < digits.length; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9' || at > PLACES)
            return 0;
        at = at * 10 + (size_t)(digits.data[i] - '0');
    }
    return at;
}

/* The column at a place among those of a star; false: it cannot be told which one that is. */
static bool
item_of_star(const dn_writer *writer, const dn_query *query, size_t at, dn_item *made)
{
    const dn_from *from = query->from;
    const dn_ddl_target *target = writer->target;
    dn_node *column = dn_arena_alloc(writer->arena, sizeof *column);
    dunlin_string name;

    if (!column || !from || from->kind != DN_FROM_TABLE || from->next || !target->column_at)
        return false;
    name = target->column_at(target->context, from->table.space, from->table.name, at - 1);
    *column = (dn_node){.kind = DN_NODE_COLUMN, .parts = {name}, .part_count = 1};
    *made = (dn_item){.node = column};
    return name.length > 0;
}

/* The column of the result at a place; *item stays NULL when there is none. False: it cannot be
 * told. */
static bool
item_at(const dn_writer *writer, const dn_query *query, dunlin_string digits, const dn_item **item)
{
    size_t at = place_of(digits);
    size_t first_star = 0;
    dn_item *made;

    while (first_star < query->item_count && query->items[first_star].node->kind != DN_NODE_STAR)
        first_star++;
    if (at && at <= first_star)
        *item = &query->items[at - 1];
    if (at <= first_star || first_star == query->item_count)
        return true;
    made = dn_arena_alloc(writer->arena, sizeof *made);
    if (!made || !item_of_star(writer, query, at - first_star, made))
        return false;
    *item = made;
    return true;
}

static const dn_item *
item_called(const dn_query *query, dunlin_string name)
{
    for (size_t i = 0; i < query->item_count; i++)
        if (query->items[i].alias.length && dn_ddl_same(query->items[i].alias, name))
            return &query->items[i];
    return NULL;
}

/* The column of the result that the key is; NULL: it is an expression of its own. False: it cannot
 * be told which one. */
static bool
item_of(const dn_writer *writer, const dn_query *query, const dn_node *key, const dn_item **item)
{
    const dn_query *naming = naming_query(query);

    *item = NULL;
    if (!naming)
        return true;
    if (key->kind == DN_NODE_COLUMN && key->part_count == 1)
        *item = item_called(naming, key->parts[0]);
    return key->kind != DN_NODE_NUMBER || item_at(writer, naming, key->text, item);
}

/* --- rules --- */
static const dn_rule *
rule_of(dn_writer *writer, const char *name, const dn_node *meant)
{
    dn_class class = dn_class_of(writer, meant);
    bool any;

    return dn_rule_find(writer->target->rules, DUNLIN_RULE_CLAUSE, name, &meant, &class, 1, &any);
}

/* The rule for one key, or NULL where it is written as it stands. */
static bool
sort_rule(dn_writer *writer, const dn_sort *sort, const dn_node *meant, const char **standard,
          const dn_rule **rule)
{
    const char *direction = sort->descending ? "order desc" : "order asc";
    bool natural = sort->nulls && (sort->descending == (sort->nulls[0] == 'f'));
    const char *name = sort->nulls
                           ? dn_arena_printf(writer->arena, "%s nulls %s", direction, sort->nulls)
                           : direction;

    *rule = NULL;
    if (!name)
        return dn_write_refuse(writer, sort->node->offset, "there is no memory");
    if (!writer->target->rules)
        return true;
    *rule = rule_of(writer, name, meant);
    /* What PostgreSQL does anyway. */
    if (!*rule && natural) {
        *rule = rule_of(writer, direction, meant);
        *standard = sort->descending ? "$1 DESC" : "$1";
    }
    if (!*rule && sort->nulls)
        return dn_write_refuse(writer, sort->node->offset, "NULLS %s has no translation",
                               sort->nulls[0] == 'f' ? "FIRST" : "LAST");
    if (*rule && (*rule)->refusal.length)
        return dn_write_refuse(writer, sort->node->offset, "%s: %.*s", name,
                               (int)(*rule)->refusal.length, (*rule)->refusal.data);
    return true;
}

/* --- keys --- */
/* "$1 IS NULL, $1": a place in an expression is only a number. */
static bool
reckons_with(const dn_rule *rule)
{
    return rule && rule->native.length > 2 &&
           memmem(rule->native.data + 2, (size_t)rule->native.length - 2, "$1", 2);
}

/* A column of the result of a UNION goes by its name; there may be none to go by. */
static bool
write_result_column(dn_writer *writer, const dn_query *query, const dn_item *item,
                    const dn_node *key, dn_text *out, dn_shape *shape)
{
    const dn_node *node = item->node;

    *shape = DN_SHAPE_ATOM;
    if (node->kind == DN_NODE_NUMBER)
        return dn_write_node(writer, key, out, shape);
    if (!query->left)
        return dn_write_sorted_text(writer, node, out, shape);
    if (item->alias.length)
        return dn_write_name(writer, item->alias, out);
    if (node->kind == DN_NODE_COLUMN)
        return dn_write_name(writer, node->parts[node->part_count - 1], out);
    return dn_write_refuse(writer, key->offset,
                           "column %.*s is to be sorted and has no name: give it one with AS",
                           (int)key->text.length, key->text.data);
}

static bool
write_key(dn_writer *writer, const dn_query *query, const dn_sort *sort, dn_text *out)
{
    static const char *const forms[2][3] = {
        {"$1", "$1 NULLS FIRST", "$1 NULLS LAST"},
        {"$1 DESC", "$1 DESC NULLS FIRST", "$1 DESC NULLS LAST"},
    };
    const char *standard = forms[sort->descending][!sort->nulls            ? 0
                                                   : sort->nulls[0] == 'f' ? 1
                                                                           : 2];
    const dn_item *item;
    const dn_rule *rule;
    dn_text text = DN_TEXT_INIT;
    dn_shape shape;
    dn_part part;
    bool told;
    bool fine;

    told = item_of(writer, query, sort->node, &item);
    if (!sort_rule(writer, sort, item ? item->node : sort->node, &standard, &rule))
        return false;
    /* Where the rule goes by what is sorted. */
    if (!told && rule && rule->native.length)
        return dn_write_refuse(writer, sort->node->offset,
                               "which column is sorted by its place %.*s cannot be told because of "
                               "*: name it",
                               (int)sort->node->text.length, sort->node->text.data);
    fine = item && sort->node->kind == DN_NODE_NUMBER && reckons_with(rule)
               ? write_result_column(writer, query, item, sort->node, &text, &shape)
               : dn_write_sorted_text(writer, sort->node, &text, &shape);
    /* A key alone needs no parenthesis; in a template with more it is one thing. */
    fine = fine && dn_write_part(writer, &text, shape, &part);
    dn_text_free(&text);
    return fine && dn_write_template(
                       writer, rule && rule->native.length ? rule->native : dn_string(standard),
                       &part, 1, NULL, dn_string(""), out, &shape);
}

bool
dn_write_sorts(dn_writer *writer, const dn_sorts *sorts, const dn_query *query, dn_text *out)
{
    const dn_scope *scope = writer->scope;
    bool fine = !query || !query->left || dn_write_enter(writer, naming_query(query)->from);

    for (size_t i = 0; fine && i < sorts->count; i++) {
        if (i)
            dn_text_add_string(out, ", ");
        fine = write_key(writer, query, &sorts->list[i], out);
    }
    writer->scope = scope;
    return fine;
}
