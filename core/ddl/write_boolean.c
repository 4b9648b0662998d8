/* SPDX-License-Identifier: MIT
 *
 * Booleans as MySQL and SQLite write them, 1 and 0 in the place of a boolean's value, and as a text
 * that PostgreSQL reads: 't', 'off'. To SQLite that would be a text, and neither true nor false. And
 * in the place of numbers, decimals where these are whole, and texts, which SQLite would keep.
 */
#include "core/ddl/write.h"

#include <string.h>

/* Why the database takes no number for a boolean; NULL: it does. */
static const dn_rule *
refusal_of_numbers(const dn_writer *writer)
{
    const dn_rule *rule =
        writer->target->rules
            ? dn_rule_named(writer->target->rules, DUNLIN_RULE_CLAUSE, "number for a boolean")
            : NULL;

    return rule && rule->refusal.length ? rule : NULL;
}

static bool
is_number(const dn_node *node, char digit)
{
    return node->text.length == 1 && *node->text.data == digit;
}

static bool
become_value(dn_node *node, bool value)
{
    node->name = value ? "true" : "false";
    node->kind = DN_NODE_VALUE;
    return true;
}

static bool
read_boolean(dn_writer *writer, dunlin_string column, dn_node *node)
{
    static const char *const words[][2] = {{"t", "f"},    {"true", "false"}, {"y", "n"},
                                           {"yes", "no"}, {"on", "off"},     {"1", "0"}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        for (size_t k = 0; k < 2; k++)
            if (dn_string_equal_fold(node->text, words[i][k]))
                return become_value(node, k == 0);
    return dn_write_refuse(
        writer, node->offset, "'%.*s' is boolean, and '%.*s' is neither true nor false",
        (int)column.length, column.data, (int)node->text.length, node->text.data);
}

/* Another number would be kept where booleans are numbers, and be true without being equal to TRUE. */
static bool
become_boolean(dn_writer *writer, dunlin_string column, dn_node *node)
{
    const dn_rule *rule;

    if (node->kind == DN_NODE_STRING)
        return read_boolean(writer, column, node);
    if (is_number(node, '0') || is_number(node, '1'))
        return become_value(node, is_number(node, '1'));
    rule = refusal_of_numbers(writer);
    if (!rule)
        return dn_write_refuse(writer, node->offset,
                               "'%.*s' is boolean, and no number but 0 and 1 stands for one",
                               (int)column.length, column.data);
    return dn_write_refuse(writer, node->offset, "'%.*s' is boolean: %.*s", (int)column.length,
                           column.data, (int)rule->refusal.length, rule->refusal.data);
}

/* --- what a column is given ------------------------------------------------------------------------ */

static bool
is_constant(const dn_node *node)
{
    return node->kind == DN_NODE_NUMBER || node->kind == DN_NODE_STRING;
}

/* Is one of its arguments what it is worth? */
static bool
is_choice(const dn_node *node)
{
    return node->kind == DN_NODE_CALL &&
           (strcmp(node->name, "coalesce") == 0 || strcmp(node->name, "greatest") == 0 ||
            strcmp(node->name, "least") == 0);
}

static bool give(dn_writer *writer, dunlin_string column, dn_node *node);

/* (SELECT 1), (SELECT n FROM t) */
static bool
give_query(dn_writer *writer, dunlin_string column, const dn_query *query)
{
    const dn_scope *outer = writer->scope;
    const dn_named_query *named = writer->named;
    bool fine;

    if (!query)
        return true;
    for (size_t i = 0; i < query->rows.count; i++)
        if (query->rows.list[i]->items.count == 1 &&
            !give(writer, column, query->rows.list[i]->items.list[0]))
            return false;
    fine =
        dn_write_know(writer, query->with, query->recursive) && dn_write_enter(writer, query->from);
    if (fine && query->item_count == 1)
        fine = give(writer, column, query->items[0].node);
    writer->scope = outer;
    writer->named = named;
    return fine && give_query(writer, column, query->left) &&
           give_query(writer, column, query->right);
}

/* A constant, or what a CASE, a choice or a query is worth. */
static bool
give(dn_writer *writer, dunlin_string column, dn_node *node)
{
    if (is_constant(node))
        return become_boolean(writer, column, node);
    if (node->kind == DN_NODE_QUERY)
        return give_query(writer, column, node->query);
    for (size_t i = 0; is_choice(node) && i < node->items.count; i++)
        if (!give(writer, column, node->items.list[i]))
            return false;
    if (node->kind != DN_NODE_CASE)
        return dn_write_assigned(writer, DN_CLASS_BOOL, column, node);
    for (size_t i = 1; i < node->items.count; i += 2)
        if (!give(writer, column, node->items.list[i]))
            return false;
    return !node->otherwise || give(writer, column, node->otherwise);
}

/* "2026-01-31 10:00+02", "..Z" */
static bool
has_zone(dunlin_string text)
{
    const char *colon = memchr(text.data, ':', (size_t)text.length);
    uint64_t at = colon ? (uint64_t)(colon - text.data) : text.length;

    for (; at < text.length; at++)
        if (memchr("+-Zz", text.data[at], 4))
            return true;
    return false;
}

static bool
refuse_text(dn_writer *writer, const char *clause, dunlin_string column, const dn_node *node,
            const char *what)
{
    const dn_ddl_rules *rules = writer->target->rules;
    const dn_rule *rule = rules ? dn_rule_named(rules, DUNLIN_RULE_CLAUSE, clause) : NULL;

    return !rule ||
           dn_write_refuse(writer, node->offset, "'%.*s' is given '%.*s', which %s: %.*s",
                           (int)column.length, column.data,
                           node->text.length < 60 ? (int)node->text.length : 60, node->text.data,
                           what, (int)rule->refusal.length, rule->refusal.data);
}

/* PostgreSQL takes a text for a number where it says one, and for a time with its zone. */
static bool
check_text(dn_writer *writer, dn_class class, const dn_ddl_object *table, dunlin_string column,
           dn_node *node)
{
    if (!dn_write_given_time(writer, class, table, column, node))
        return false;
    if (node->kind != DN_NODE_STRING)
        return true;
    if (class == DN_CLASS_TS)
        return !has_zone(node->text) ||
               refuse_text(writer, "zone of a time", column, node, "has a time zone");
    if (!dn_class_is_number(class) || dn_literal_is_number(node->text, dn_class_is_whole(class)))
        return true;
    return refuse_text(writer, "text for a number", column, node, "is no such number");
}

/* `whole`: the value is what the column gets, and not first compared with others. */
static bool
give_column(dn_writer *writer, const dn_data *data, dunlin_string column, dn_node *node, bool whole)
{
    dn_class class;

    if (!column.length || !writer->target->column_class)
        return true;
    class = dn_class_of_column(writer, &data->table, column);
    if (whole && !dn_write_assigned(writer, class, column, node))
        return false;
    if (node->kind == DN_NODE_VALUE)
        return true;
    if (class == DN_CLASS_BOOL)
        return give(writer, column, node);
    if (dn_class_is_whole(class) && is_constant(node) &&
        !dn_write_given_number(writer, &data->table, column, node))
        return false;
    if (!check_text(writer, class, &data->table, column, node) ||
        !dn_write_given_blob(writer, class, node) || !dn_write_given_char(writer, class, node))
        return false;
    /* A cast rounds as an assignment does. */
    if (whole && dn_write_is_decimal_for_integer(writer, class, node) &&
        !dn_write_wrap(writer, DN_NODE_CAST, "integer", node))
        return false;
    return !whole || dn_write_given_range(writer, class, &data->table, column, node);
}

static dunlin_string
column_at(const dn_writer *writer, const dn_data *data, size_t at)
{
    const dn_ddl_target *target = writer->target;

    if (data->columns.count)
        return at < data->columns.count ? data->columns.list[at] : dn_string("");
    return target->column_at
               ? target->column_at(target->context, data->table.space, data->table.name, at)
               : dn_string("");
}

static bool
give_items(dn_writer *writer, const dn_data *data, const dn_query *query, bool whole)
{
    const dn_scope *outer = writer->scope;
    const dn_named_query *named = writer->named;
    bool fine =
        dn_write_know(writer, query->with, query->recursive) && dn_write_enter(writer, query->from);

    for (size_t k = 0; fine && k < query->item_count; k++)
        fine = give_column(writer, data, column_at(writer, data, k), query->items[k].node,
                           whole && !dn_write_merges(query));
    writer->scope = outer;
    writer->named = named;
    return fine;
}

static bool
give_rows(dn_writer *writer, const dn_data *data, const dn_query *query, bool whole)
{
    if (!query)
        return true;
    for (size_t i = 0; i < query->rows.count; i++)
        for (size_t k = 0; k < query->rows.list[i]->items.count; k++)
            if (!give_column(writer, data, column_at(writer, data, k),
                             query->rows.list[i]->items.list[k], whole))
                return false;
    whole = whole && !dn_write_merges(query);
    return give_items(writer, data, query, whole) && give_rows(writer, data, query->left, whole) &&
           give_rows(writer, data, query->right, whole);
}

/* SELECT DISTINCT n FROM t: what rows are compared by is not converted, but what is left of them. */
static bool
give_merged(dn_writer *writer, dn_data *data)
{
    dn_query *around = NULL;

    if (!writer->target->column_class || !data->source || !dn_write_merges(data->source) ||
        !(around = dn_write_query_around(writer, data->source)))
        return !writer->failed;
    if (!give_items(writer, data, around, true))
        return false;
    for (size_t i = 0; i < around->item_count; i++)
        if (around->items[i].node->kind != DN_NODE_COLUMN)
            data->source = around;
    return true;
}

bool
dn_write_given(dn_writer *writer, dn_data *data)
{
    const dn_scope *outer = writer->scope;
    const dn_named_query *named = writer->named;
    bool fine = dn_write_name_given(writer, data) && dn_write_check_key(writer, data) &&
                dn_write_know(writer, data->with, data->recursive) &&
                dn_write_enter_table(writer, &data->table, data->alias) &&
                dn_write_enter(writer, data->from);

    for (size_t i = 0; fine && i < data->set.count; i++)
        fine = give_column(writer, data, data->set.list[i].column, data->set.list[i].value, true);
    writer->scope = outer;
    fine = fine && give_rows(writer, data, data->source, true) && give_merged(writer, data);
    writer->named = named;
    return fine;
}

/* --- what it is compared with ---------------------------------------------------------------------- */

bool
dn_write_compares(const dn_node *node)
{
    static const char *const names[] = {
        "=", "<>", "<", "<=", ">", ">=", "is distinct from", "is not distinct from"};

    if (node->kind == DN_NODE_IN || node->kind == DN_NODE_BETWEEN)
        return true;
    if (node->kind == DN_NODE_CALL)
        return strcmp(node->name, "coalesce") == 0 || strcmp(node->name, "nullif") == 0;
    for (size_t i = 0; node->kind == DN_NODE_OPERATOR && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(node->name, names[i]) == 0)
            return true;
    return false;
}

static dunlin_string
name_of(const dn_node *node)
{
    return node->kind == DN_NODE_COLUMN ? node->parts[node->part_count - 1] : dn_string("this");
}

/* Numbers where the database takes none, and texts everywhere. */
static bool
is_to_become(const dn_writer *writer, const dn_node *node)
{
    return node->kind == DN_NODE_STRING ||
           (node->kind == DN_NODE_NUMBER && refusal_of_numbers(writer));
}

static bool
become_all(dn_writer *writer, const dn_node *boolean, const dn_nodes *nodes)
{
    for (size_t i = 0; i < nodes->count; i++)
        if (is_to_become(writer, nodes->list[i]) &&
            !become_boolean(writer, name_of(boolean), nodes->list[i]))
            return false;
    return true;
}

/* CASE flag WHEN 1 THEN ... */
static bool
become_cases(dn_writer *writer, const dn_node *node)
{
    if (dn_class_of(writer, node->operand) != DN_CLASS_BOOL)
        return true;
    for (size_t i = 0; i + 1 < node->items.count; i += 2)
        if (is_to_become(writer, node->items.list[i]) &&
            !become_boolean(writer, name_of(node->operand), node->items.list[i]))
            return false;
    return true;
}

bool
dn_write_compared_booleans(dn_writer *writer, const dn_node *node)
{
    const dn_node *boolean = NULL;
    bool some = false;

    if (node->kind == DN_NODE_CASE && node->operand)
        return become_cases(writer, node);
    if (!dn_write_compares(node))
        return true;
    for (size_t i = 0; i < node->items.count; i++)
        some = some || is_to_become(writer, node->items.list[i]);
    for (size_t i = 0; some && !boolean && i < node->items.count; i++)
        if (dn_class_of(writer, node->items.list[i]) == DN_CLASS_BOOL)
            boolean = node->items.list[i];
    return !boolean || become_all(writer, boolean, &node->items);
}
