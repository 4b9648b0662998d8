/* SPDX-License-Identifier: MIT
 *
 * Constants in the place of a time, a uuid or a number that is not any: what a column is given or compared
 * with, and what is cast to a type.
 */
#include "core/ddl/write.h"

#include <string.h>

static bool
is_text(dn_class class)
{
    return dn_literal_is_time(class) || class == DN_CLASS_UUID;
}

/* Why it is no such value; else it is written as such a value is printed. */
static const char *
become(dn_writer *writer, dn_class class, bool drops_zone, dn_node *node)
{
    const char *fault = NULL;

    if (node->kind == DN_NODE_NUMBER)
        return dn_literal_number_fault(class);
    if (node->kind == DN_NODE_STRING && !(fault = dn_literal_fault(class, node->text)))
        node->text = dn_literal_standard(writer->arena, class, drops_zone, node->text);
    return fault;
}

static int
shown(const dn_node *node)
{
    return node->text.length < 60 ? (int)node->text.length : 60;
}

/* Words that only some databases take for a time. */
static bool
check_words(dn_writer *writer, dn_class class, const dn_node *node)
{
    const dn_ddl_rules *rules = writer->target->rules;
    const dn_rule *rule = NULL;
    const char *name;

    if (rules && node->kind == DN_NODE_STRING && dn_literal_is_time(class) &&
        dn_literal_needs_rule(class, node->text, &name))
        rule = dn_rule_named(rules, DUNLIN_RULE_CLAUSE, name);
    return !rule || dn_write_refuse(writer, node->offset, "'%.*s': %.*s", shown(node),
                                    node->text.data, (int)rule->refusal.length, rule->refusal.data);
}

static bool
check(dn_writer *writer, dn_class class, dn_node *node)
{
    const char *fault = become(writer, class, false, node);

    return fault ? dn_write_refuse(writer, node->offset, "'%.*s' %s", shown(node), node->text.data,
                                   fault)
                 : check_words(writer, class, node);
}

static dunlin_string
type_of(const dn_writer *writer, const dn_ddl_object *table, dunlin_string column)
{
    const dn_ddl_target *target = writer->target;

    return target->column_type
               ? target->column_type(target->context, table->space, table->name, column)
               : dn_string("");
}

/* "timestamp", "timestamp(3)" */
static bool
has_no_zone(dunlin_string type)
{
    static const char name[] = "timestamp";
    const size_t length = sizeof name - 1;

    return type.length >= length && dn_string_equal(dn_span(type.data, length), name) &&
           (type.length == length || type.data[length] == '(');
}

bool
dn_write_in_utc(dn_writer *writer, dunlin_string type, dn_node *node)
{
    static const char name[] = "timestamptz";
    const size_t length = sizeof name - 1;
    const dn_ddl_rules *rules = writer->target->rules;
    dunlin_string made;

    if (node->kind != DN_NODE_STRING || type.length < length ||
        !dn_string_equal(dn_span(type.data, length), name) || !rules ||
        !dn_rule_named(rules, DUNLIN_RULE_CLAUSE, "moments in utc"))
        return false;
    made = dn_literal_in_utc(writer->arena, node->text);
    if (!made.length && node->text.length) {
        dn_no_memory(writer->error);
        writer->failed = true;
    }
    if (writer->failed || made.data == node->text.data)
        return false;
    node->text = made;
    return true;
}

bool
dn_write_given_time(dn_writer *writer, dn_class class, const dn_ddl_object *table,
                    dunlin_string column, dn_node *node)
{
    bool drops_zone = class == DN_CLASS_TS && has_no_zone(type_of(writer, table, column));
    const char *fault = is_text(class) ? become(writer, class, drops_zone, node) : NULL;

    if (!fault && class == DN_CLASS_TS)
        dn_write_in_utc(writer, type_of(writer, table, column), node);
    return fault ? dn_write_refuse(writer, node->offset, "'%.*s' is given '%.*s', which %s",
                                   (int)column.length, column.data, shown(node), node->text.data,
                                   fault)
                 : check_words(writer, class, node);
}

bool
dn_write_given_number(dn_writer *writer, const dn_ddl_object *table, dunlin_string column,
                      const dn_node *node)
{
    dunlin_string type = type_of(writer, table, column);
    const char *fault = type.length ? dn_literal_range_fault(type, node->text) : NULL;

    return !fault ||
           dn_write_refuse(writer, node->offset, "'%.*s' is given %.*s, which %s",
                           (int)column.length, column.data, shown(node), node->text.data, fault);
}

static size_t
size_of(dunlin_string type)
{
    return dn_string_equal(type, "smallint")  ? 2
           : dn_string_equal(type, "integer") ? 4
           : dn_string_equal(type, "bigint")  ? 8
                                              : 0;
}

static bool
is_alone(const dn_writer *writer, const dn_ddl_object *table)
{
    const dn_scope *scope = writer->scope;

    return !scope ||
           (!scope->outer && !scope->query && dn_string_same(scope->table.name, table->name));
}

/* A column of the table itself, whose numbers are not larger. */
static bool
is_small_column(const dn_writer *writer, const dn_ddl_object *table, const dn_node *node,
                size_t size)
{
    size_t known;

    if (node->kind != DN_NODE_EXCLUDED &&
        (node->kind != DN_NODE_COLUMN || node->part_count != 1 || !is_alone(writer, table)))
        return false;
    known = size_of(type_of(writer, table, node->parts[0]));
    return known && known <= size;
}

bool
dn_write_given_range(dn_writer *writer, dn_class class, const dn_ddl_object *table,
                     dunlin_string column, dn_node *node)
{
    const dn_ddl_rules *rules = writer->target->rules;
    size_t size = dn_class_is_whole(class) ? size_of(type_of(writer, table, column)) : 0;
    const char *name = size == 2   ? "within smallint"
                       : size == 4 ? "within integer"
                                   : "within bigint";
    dn_class given = DN_CLASS_UNKNOWN;

    if (!size || !rules || !dn_rule_named(rules, DUNLIN_RULE_FUNCTION, name) ||
        node->kind == DN_NODE_NUMBER || node->kind == DN_NODE_STRING ||
        (size == 8 && (node->kind == DN_NODE_COLUMN || node->kind == DN_NODE_EXCLUDED)) ||
        is_small_column(writer, table, node, size))
        return true;
    given = dn_class_of(writer, node);
    if (given != DN_CLASS_UNKNOWN && !dn_class_is_number(given))
        return true;
    return dn_write_wrap(writer, DN_NODE_CALL, name, node);
}

static bool
is_constant(const dn_node *node)
{
    return node->kind == DN_NODE_STRING || node->kind == DN_NODE_NUMBER;
}

/* The declared type of a column of one of the tables; empty where it is not known. */
static dunlin_string
type_of_node(const dn_writer *writer, const dn_node *node)
{
    dunlin_string type = dn_string("");

    if (node->kind != DN_NODE_COLUMN)
        return type;
    for (const dn_scope *scope = writer->scope; scope && !type.length; scope = scope->outer)
        if (scope->table.name.length &&
            (node->part_count < 2 ||
             dn_ddl_same(node->parts[node->part_count - 2],
                         scope->alias.length ? scope->alias : scope->table.name)))
            type = type_of(writer, &scope->table, node->parts[node->part_count - 1]);
    return type;
}

/* CASE t WHEN '5' THEN .. */
static bool
check_cases(dn_writer *writer, const dn_node *node)
{
    dn_class class = dn_class_of(writer, node->operand);

    for (size_t i = 0; is_text(class) && i + 1 < node->items.count; i += 2)
        if (!check(writer, class, node->items.list[i]))
            return false;
    return true;
}

bool
dn_write_compared_times(dn_writer *writer, const dn_node *node)
{
    dn_class class = DN_CLASS_UNKNOWN;
    bool some = false;

    if (node->kind == DN_NODE_CAST)
        return !is_text(dn_class_of_type(node->name)) ||
               check(writer, dn_class_of_type(node->name), node->items.list[0]);
    if (node->kind == DN_NODE_CASE && node->operand)
        return check_cases(writer, node);
    if (!dn_write_compares(node))
        return true;
    for (size_t i = 0; i < node->items.count; i++)
        some = some || is_constant(node->items.list[i]);
    for (size_t i = 0; some && !is_text(class) && i < node->items.count; i++)
        class = dn_class_of(writer, node->items.list[i]);
    for (size_t i = 0; is_text(class) && i < node->items.count; i++)
        if (!check(writer, class, node->items.list[i]))
            return false;
    for (size_t i = 0; class == DN_CLASS_TS && i < node->items.count; i++)
        for (size_t k = 0; k < node->items.count; k++)
            dn_write_in_utc(writer, type_of_node(writer, node->items.list[i]), node->items.list[k]);
    return !writer->failed;
}
