/* SPDX-License-Identifier: MIT
 *
 * Blanks behind a char(n). PostgreSQL fills a value up with them and does not count them when it
 * compares; elsewhere they are kept, or lost, as any character. So they are left out of what such a
 * column is given and compared with.
 */
#include "core/ddl/write.h"

#include <string.h>

static const dn_rule *
rule_of(const dn_writer *writer, const char *clause)
{
    return writer->target->rules ? dn_rule_named(writer->target->rules, DUNLIN_RULE_CLAUSE, clause)
                                 : NULL;
}

static void
trim(dn_node *node)
{
    while (node->text.length && node->text.data[node->text.length - 1] == ' ')
        node->text.length--;
}

bool
dn_write_given_char(dn_writer *writer, dn_class class, dn_node *node)
{
    if (class != DN_CLASS_CHAR || node->kind == DN_NODE_VALUE ||
        !rule_of(writer, "text for a char"))
        return true;
    if (node->kind == DN_NODE_STRING) {
        trim(node);
        return true;
    }
    return dn_class_of(writer, node) == DN_CLASS_CHAR ||
           dn_write_wrap(writer, DN_NODE_CALL, "rtrim", node);
}

static void
trim_all(const dn_nodes *nodes, size_t step)
{
    for (size_t i = 0; i < nodes->count; i += step)
        if (nodes->list[i]->kind == DN_NODE_STRING)
            trim(nodes->list[i]);
}

void
dn_write_compared_chars(const dn_writer *writer, const dn_node *node)
{
    bool constant = false;
    bool is_char = false;

    if (node->kind == DN_NODE_CASE && node->operand) {
        if (rule_of(writer, "blanks of a char") &&
            dn_class_of(writer, node->operand) == DN_CLASS_CHAR)
            trim_all(&node->items, 2);
        return;
    }
    if (!dn_write_compares(node) || !rule_of(writer, "blanks of a char"))
        return;
    for (size_t i = 0; i < node->items.count; i++)
        constant = constant || node->items.list[i]->kind == DN_NODE_STRING;
    for (size_t i = 0; constant && !is_char && i < node->items.count; i++)
        is_char = dn_class_of(writer, node->items.list[i]) == DN_CLASS_CHAR;
    if (is_char)
        trim_all(&node->items, 1);
}

/* 'ab%' matches whatever comes behind; with a blank, '_' or another end than '%' it depends. */
static bool
leaves_blanks_alone(const dn_node *pattern)
{
    dunlin_string text = pattern->text;

    return pattern->kind == DN_NODE_STRING && text.length && text.data[text.length - 1] == '%' &&
           !memchr(text.data, ' ', (size_t)text.length) &&
           !memchr(text.data, '_', (size_t)text.length) &&
           !memchr(text.data, '\\', (size_t)text.length);
}

bool
dn_write_char_pattern(dn_writer *writer, const dn_node *node)
{
    const dn_rule *rule = rule_of(writer, "blanks of a char");

    if (!rule || !rule->refusal.length ||
        dn_class_of(writer, node->items.list[0]) != DN_CLASS_CHAR ||
        (node->items.count == 2 && leaves_blanks_alone(node->items.list[1])))
        return true;
    return dn_write_refuse(writer, node->offset, "%s: %.*s", node->name, (int)rule->refusal.length,
                           rule->refusal.data);
}
