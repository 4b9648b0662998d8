/* SPDX-License-Identifier: MIT
 *
 * Expressions -> text. Where two databases could read a text without parentheses differently, there
 * are parentheses.
 */
#include "core/ddl/write.h"

#include <string.h>

/* May `inner` stand beside an operator of `outer` without a parenthesis, everywhere? SQLite binds
 * || tighter than *, MySQL NOT and || its own way; so only these are safe. */
static bool
safe_within(dn_shape outer, dn_shape inner, bool left)
{
    switch (outer) {
    case DN_SHAPE_OR:
        return inner == DN_SHAPE_ATOM || inner == DN_SHAPE_AND || inner == DN_SHAPE_OR ||
               inner == DN_SHAPE_COMPARE;
    case DN_SHAPE_AND:
        return inner == DN_SHAPE_ATOM || inner == DN_SHAPE_AND || inner == DN_SHAPE_COMPARE;
    case DN_SHAPE_COMPARE: return inner <= DN_SHAPE_SUM;
    case DN_SHAPE_SUM: return inner <= DN_SHAPE_PRODUCT || (left && inner == DN_SHAPE_SUM);
    case DN_SHAPE_PRODUCT: return inner == DN_SHAPE_ATOM || (left && inner == DN_SHAPE_PRODUCT);
    case DN_SHAPE_CONCAT: return inner == DN_SHAPE_ATOM || (left && inner == DN_SHAPE_CONCAT);
    default: return inner == DN_SHAPE_ATOM;
    }
}

static bool
write_operand(dn_writer *writer, const dn_node *node, dn_shape outer, bool left, dn_text *out)
{
    dn_shape shape;
    dn_part part;
    dn_text text = DN_TEXT_INIT;
    bool fine;

    fine = dn_write_node(writer, node, &text, &shape) && dn_write_part(writer, &text, shape, &part);
    dn_text_free(&text);
    if (!fine)
        return false;
    if (safe_within(outer, shape, left)) {
        dn_text_add(out, part.text.data, part.text.length);
    } else {
        dn_text_add_char(out, '(');
        dn_text_add(out, part.text.data, part.text.length);
        dn_text_add_char(out, ')');
    }
    return true;
}

bool
dn_write_expression(dn_writer *writer, const dn_node *node, dn_text *out)
{
    dn_shape shape;

    return dn_write_node(writer, node, out, &shape);
}

bool
dn_write_list(dn_writer *writer, const dn_nodes *nodes, size_t first, dn_text *out)
{
    for (size_t i = first; i < nodes->count; i++) {
        if (i > first)
            dn_text_add_string(out, ", ");
        if (!dn_write_expression(writer, nodes->list[i], out))
            return false;
    }
    return true;
}

bool
dn_write_in_parentheses(dn_writer *writer, const dn_query *query, dn_text *out)
{
    dn_text_add_char(out, '(');
    if (!dn_write_query(writer, query, out))
        return false;
    dn_text_add_char(out, ')');
    return true;
}

/* --- leaves --- */
static bool
write_column(dn_writer *writer, const dn_node *node, dn_text *out)
{
    size_t first = 0;

    if (node->part_count == 3) {
        dn_ddl_object table = {node->parts[0], node->parts[1]};

        if (!dn_write_table(writer, &table, node->offset, out))
            return false;
        dn_text_add_char(out, '.');
        first = 2;
    }
    for (size_t i = first; i < node->part_count; i++) {
        if (i > first)
            dn_text_add_char(out, '.');
        if (!dn_write_name(writer, node->parts[i], out))
            return false;
    }
    if (node->kind == DN_NODE_STAR)
        dn_text_add_string(out, node->part_count ? ".*" : "*");
    return true;
}

static bool
write_value(dn_writer *writer, const char *name, const dn_node *node, const dn_part *part,
            const char *standard, dn_text *out, dn_shape *shape)
{
    const dn_rule *rule = writer->target->rules
                              ? dn_rule_named(writer->target->rules, DUNLIN_RULE_VALUE, name)
                              : NULL;
    bool plain = strcmp(name, "null") == 0 || strcmp(name, "default") == 0;

    if (writer->target->rules && !rule && !plain)
        return dn_write_refuse(writer, node->offset, "%s has no translation", name);
    if (rule && rule->refusal.length)
        return dn_write_refuse(writer, node->offset, "%s: %.*s", name, (int)rule->refusal.length,
                               rule->refusal.data);
    return dn_write_template(writer,
                             rule && rule->native.length ? rule->native : dn_string(standard), part,
                             part ? 1 : 0, NULL, dn_string(""), out, shape);
}

static bool
write_word(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    char upper[40];
    size_t length = strlen(node->name);

    for (size_t i = 0; i <= length && i < sizeof upper; i++)
        upper[i] = node->name[i] >= 'a' && node->name[i] <= 'z' ? (char)(node->name[i] - 32)
                                                                : node->name[i];
    return write_value(writer, node->name, node, NULL, upper, out, shape);
}

static bool
write_excluded(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    dn_text name = DN_TEXT_INIT;
    dn_part part;
    bool fine = dn_write_name(writer, node->parts[0], &name) &&
                dn_write_part(writer, &name, DN_SHAPE_ATOM, &part) &&
                write_value(writer, "excluded", node, &part, "excluded.$1", out, shape);

    dn_text_free(&name);
    *shape = DN_SHAPE_ATOM;
    return fine;
}

static bool
write_number(const dn_node *node, dn_text *out, dn_shape *shape)
{
    dn_text_add(out, node->text.data, node->text.length);
    *shape = node->text.length && node->text.data[0] == '-' ? DN_SHAPE_OTHER : DN_SHAPE_ATOM;
    return true;
}

/* --- operators --- */
static const struct {
    const char *name;
    const char *words;
    dn_shape shape;
    bool needed; /* there has to be a rule */
} operators[] = {
    {"and", "AND", DN_SHAPE_AND, false}, {"or", "OR", DN_SHAPE_OR, false},
    {"=", "=", DN_SHAPE_COMPARE, false}, {"<>", "<>", DN_SHAPE_COMPARE, false},
    {"<", "<", DN_SHAPE_COMPARE, false}, {"<=", "<=", DN_SHAPE_COMPARE, false},
    {">", ">", DN_SHAPE_COMPARE, false}, {">=", ">=", DN_SHAPE_COMPARE, false},
    {"+", "+", DN_SHAPE_SUM, true},      {"-", "-", DN_SHAPE_SUM, true},
    {"*", "*", DN_SHAPE_PRODUCT, true},  {"/", "/", DN_SHAPE_PRODUCT, true},
    {"%", "%", DN_SHAPE_PRODUCT, true},  {"||", "||", DN_SHAPE_CONCAT, true},
};

static bool
write_plain(dn_writer *writer, const dn_node *node, size_t i, dn_text *out, dn_shape *shape)
{
    *shape = operators[i].shape;
    if (!write_operand(writer, node->items.list[0], *shape, true, out))
        return false;
    dn_text_printf(out, " %s ", operators[i].words);
    return write_operand(writer, node->items.list[1], *shape, false, out);
}

/* The rule for the operator, when it has a template of its own. */
static bool
rule_for(dn_writer *writer, const char *name, const dn_node *node, bool needed,
         const dn_rule **rule)
{
    dn_class classes[3];
    bool any = false;

    *rule = NULL;
    if (!writer->target->rules)
        return true;
    for (size_t i = 0; i < node->items.count && i < 3; i++)
        classes[i] = dn_class_of(writer, node->items.list[i]);
    *rule =
        dn_rule_find(writer->target->rules, DUNLIN_RULE_OPERATOR, name,
                     (const dn_node *const *)node->items.list, classes, node->items.count, &any);
    if (*rule && (*rule)->refusal.length)
        return dn_write_refuse(writer, node->offset, "%s: %.*s", name, (int)(*rule)->refusal.length,
                               (*rule)->refusal.data);
    if (*rule || (!any && !needed))
        return true;
    if (!any)
        return dn_write_refuse(writer, node->offset, "the operator %s has no translation", name);
    return dn_write_refuse(writer, node->offset, "the operator %s has no translation for %s and %s",
                           name, dn_class_name(classes[0]),
                           node->items.count > 1 ? dn_class_name(classes[1]) : "nothing");
}

/* "like" with a constant pattern and a constant escape: the escape becomes the backslash. */
static bool
fold_escape(dn_writer *writer, const dn_node *node, dn_node *folded)
{
    const dn_node *pattern = node->items.list[1];
    const dn_node *mark = node->items.list[2];
    dn_node *made = dn_arena_alloc(writer->arena, sizeof *made);
    char *text = dn_arena_alloc(writer->arena, pattern->text.length * 2 + 1);
    size_t length = 0;

    if (!made || !text)
        return dn_write_refuse(writer, node->offset, "there is no memory");
    for (uint64_t i = 0; i < pattern->text.length; i++) {
        char c = pattern->text.data[i];

        if (mark->text.length && c == mark->text.data[0] && i + 1 < pattern->text.length) {
            text[length++] = '\\';
            text[length++] = pattern->text.data[++i];
            continue;
        }
        if (c == '\\')
            text[length++] = '\\';
        text[length++] = c;
    }
    *made = *pattern;
    made->text = dn_span(text, length);
    folded->items.list[1] = made;
    folded->items.count = 2;
    return true;
}

static bool
write_like(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    dn_node copy = *node;
    dn_node *items[3];
    const char *standard;

    if (!dn_write_char_pattern(writer, node))
        return false;
    memcpy(items, node->items.list, node->items.count * sizeof(dn_node *));
    copy.items.list = items;
    if (node->items.count == 3 && items[1]->kind == DN_NODE_STRING &&
        items[2]->kind == DN_NODE_STRING && items[2]->text.length <= 1) {
        if (!fold_escape(writer, node, &copy))
            return false;
    }
    if (copy.items.count == 3) {
        copy.name = strcmp(node->name, "like") == 0       ? "like escape"
                    : strcmp(node->name, "not like") == 0 ? "not like escape"
                                                          : node->name;
        standard = strncmp(node->name, "not", 3) == 0 ? "$1 NOT LIKE $2 ESCAPE $3"
                                                      : "$1 LIKE $2 ESCAPE $3";
        if (strstr(node->name, "ilike") || strstr(node->name, "similar"))
            return dn_write_refuse(writer, node->offset, "%s with an escape has no translation",
                                   node->name);
    } else {
        standard = strcmp(node->name, "like") == 0         ? "$1 LIKE $2"
                   : strcmp(node->name, "not like") == 0   ? "$1 NOT LIKE $2"
                   : strcmp(node->name, "ilike") == 0      ? "$1 ILIKE $2"
                   : strcmp(node->name, "not ilike") == 0  ? "$1 NOT ILIKE $2"
                   : strcmp(node->name, "similar to") == 0 ? "$1 SIMILAR TO $2"
                                                           : "$1 NOT SIMILAR TO $2";
    }
    return dn_write_by_rule(writer, DUNLIN_RULE_OPERATOR, copy.name, node,
                            (const dn_node *const *)copy.items.list, copy.items.count, standard,
                            true, out, shape);
}

/* a + interval '3 days' */
static bool
write_interval(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    const dn_node *interval = node->items.list[1];
    const dn_node *operands[2] = {node->items.list[0], interval->items.list[0]};
    const char *name = dn_arena_printf(writer->arena, "%s interval %s", node->name, interval->name);
    const char *standard = dn_arena_printf(writer->arena, "$1 %s interval '%.*s %s'", node->name,
                                           (int)interval->items.list[0]->text.length,
                                           interval->items.list[0]->text.data, interval->name);

    if (!name || !standard)
        return dn_write_refuse(writer, node->offset, "there is no memory");
    return dn_write_by_rule(writer, DUNLIN_RULE_OPERATOR, name, node, operands, 2, standard, true,
                            out, shape);
}

static bool
write_row_part(dn_writer *writer, const dn_node *node, dn_part *part)
{
    dn_text text = DN_TEXT_INIT;
    dn_shape shape = DN_SHAPE_ATOM;
    bool row = node->kind == DN_NODE_ROW;
    bool fine;

    dn_text_add_string(&text, row ? "(" : "");
    fine = row ? dn_write_list(writer, &node->items, 0, &text)
               : dn_write_node(writer, node, &text, &shape);
    dn_text_add_string(&text, row ? ")" : "");
    fine = fine && dn_write_part(writer, &text, shape, part);
    dn_text_free(&text);
    return fine;
}

/* (a, b) < (c, d), (a, b) = (SELECT ..) */
static bool
write_row_operator(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    const char *name = dn_arena_printf(writer->arena, "row %s", node->name);
    const char *standard = dn_arena_printf(writer->arena, "$1 %s $2", node->name);
    dn_part parts[2];
    const dn_rule *rule;

    if (!name || !standard)
        return dn_write_refuse(writer, node->offset, "there is no memory");
    return rule_for(writer, name, node, true, &rule) &&
           write_row_part(writer, node->items.list[0], &parts[0]) &&
           write_row_part(writer, node->items.list[1], &parts[1]) &&
           dn_write_template(writer,
                             rule && rule->native.length ? rule->native : dn_string(standard),
                             parts, 2, NULL, dn_string(""), out, shape);
}

static bool
write_rows(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    const dn_node *left = node->items.list[0];
    const dn_node *right = node->items.list[1];
    bool equal = strcmp(node->name, "=") == 0;

    if (right->kind == DN_NODE_ROW && right->items.count == left->items.count &&
        (equal || strcmp(node->name, "<>") == 0)) {
        *shape = left->items.count > 1 ? (equal ? DN_SHAPE_AND : DN_SHAPE_OR) : DN_SHAPE_COMPARE;
        for (size_t i = 0; i < left->items.count; i++) {
            if (i)
                dn_text_add_string(out, equal ? " AND " : " OR ");
            if (!write_operand(writer, left->items.list[i], DN_SHAPE_COMPARE, true, out))
                return false;
            dn_text_printf(out, " %s ", node->name);
            if (!write_operand(writer, right->items.list[i], DN_SHAPE_COMPARE, false, out))
                return false;
        }
        return true;
    }
    return write_row_operator(writer, node, out, shape);
}

/* "is true" -> "$1 IS TRUE", "~*" -> "$1 ~* $2", "= any" -> "$1 = ANY ($2)" */
static const char *
standard_form(dn_writer *writer, const dn_node *node)
{
    char *words = dn_arena_text(writer->arena, node->name);
    size_t length = strlen(node->name);
    bool quantified = length > 4 && (strcmp(node->name + length - 4, " any") == 0 ||
                                     strcmp(node->name + length - 4, " all") == 0);

    for (char *c = words; c && *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 32);
    if (!words)
        return NULL;
    /* A query is in a parenthesis already. */
    if (quantified && node->items.list[1]->kind != DN_NODE_QUERY)
        return dn_arena_printf(writer->arena, "$1 %s ($2)", words);
    return dn_arena_printf(writer->arena, node->items.count > 1 ? "$1 %s $2" : "$1 %s", words);
}

static bool
write_operator(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    const dn_rule *rule;

    if (strstr(node->name, "like") || strstr(node->name, "similar"))
        return write_like(writer, node, out, shape);
    if (node->items.list[0]->kind == DN_NODE_ROW && node->items.count == 2)
        return write_rows(writer, node, out, shape);
    if (node->items.count == 2 && node->items.list[1]->kind == DN_NODE_INTERVAL &&
        (strcmp(node->name, "+") == 0 || strcmp(node->name, "-") == 0))
        return write_interval(writer, node, out, shape);
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        if (strcmp(operators[i].name, node->name) != 0)
            continue;
        if (!rule_for(writer, node->name, node, operators[i].needed, &rule))
            return false;
        if (!rule || !rule->native.length)
            return write_plain(writer, node, i, out, shape);
        break;
    }
    return dn_write_by_rule(writer, DUNLIN_RULE_OPERATOR, node->name, node,
                            (const dn_node *const *)node->items.list, node->items.count,
                            standard_form(writer, node), true, out, shape);
}

static bool
write_prefix(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    if (strcmp(node->name, "not") == 0) {
        dn_text_add_string(out, "NOT ");
        *shape = DN_SHAPE_OTHER;
        return write_operand(writer, node->items.list[0], DN_SHAPE_OTHER, true, out);
    }
    return dn_write_by_rule(writer, DUNLIN_RULE_PREFIX, node->name, node,
                            (const dn_node *const *)node->items.list, 1,
                            *node->name == '-'   ? "-$1"
                            : *node->name == '+' ? "+$1"
                                                 : "~$1",
                            true, out, shape);
}

/* --- predicates --- */
/* A rule may refuse a predicate, or say it otherwise. */
static bool
predicate_rule(dn_writer *writer, const char *name, const dn_node *node, dn_text *out,
               dn_shape *shape, bool *written)
{
    const dn_rule *rule;

    *written = false;
    if (!rule_for(writer, name, node, false, &rule))
        return false;
    if (!rule || !rule->native.length)
        return true;
    *written = true;
    return dn_write_by_rule(writer, DUNLIN_RULE_OPERATOR, name, node,
                            (const dn_node *const *)node->items.list, node->items.count, "$1", true,
                            out, shape);
}

static bool
write_in(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    const dn_node *left = node->items.list[0];
    const dn_rule *rule = NULL;
    dn_class class = dn_class_of(writer, left);
    const dn_node *operands[1] = {left};
    bool any;

    *shape = DN_SHAPE_COMPARE;
    if (left->kind == DN_NODE_ROW && writer->target->rules) {
        rule = dn_rule_find(writer->target->rules, DUNLIN_RULE_OPERATOR, "in row", operands, &class,
                            1, &any);
        if (!rule || rule->refusal.length)
            return dn_write_refuse(writer, node->offset, "IN with a row has no translation");
    }
    if (left->kind == DN_NODE_ROW) {
        dn_text_add_char(out, '(');
        if (!dn_write_list(writer, &left->items, 0, out))
            return false;
        dn_text_add_char(out, ')');
    } else if (!write_operand(writer, left, DN_SHAPE_COMPARE, true, out)) {
        return false;
    }
    dn_text_add_string(out, node->negated ? " NOT IN " : " IN ");
    if (node->query)
        return dn_write_in_parentheses(writer, node->query, out);
    dn_text_add_char(out, '(');
    for (size_t i = 1; i < node->items.count; i++) {
        const dn_node *item = node->items.list[i];

        if (i > 1)
            dn_text_add_string(out, ", ");
        if (item->kind == DN_NODE_ROW)
            dn_text_add_char(out, '(');
        if (item->kind == DN_NODE_ROW ? !dn_write_list(writer, &item->items, 0, out)
                                      : !dn_write_expression(writer, item, out))
            return false;
        if (item->kind == DN_NODE_ROW)
            dn_text_add_char(out, ')');
    }
    dn_text_add_char(out, ')');
    return true;
}

static bool
write_between(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    bool written;

    if (!predicate_rule(writer, node->negated ? "not between" : "between", node, out, shape,
                        &written))
        return false;
    if (written)
        return true;
    /* BETWEEN has an AND in it: it stays together only in a parenthesis, everywhere. */
    *shape = DN_SHAPE_COMPARE;
    if (!write_operand(writer, node->items.list[0], DN_SHAPE_COMPARE, true, out))
        return false;
    dn_text_add_string(out, node->negated ? " NOT BETWEEN " : " BETWEEN ");
    if (!write_operand(writer, node->items.list[1], DN_SHAPE_COMPARE, true, out))
        return false;
    dn_text_add_string(out, " AND ");
    return write_operand(writer, node->items.list[2], DN_SHAPE_COMPARE, false, out);
}

static bool
write_is_null(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    *shape = DN_SHAPE_COMPARE;
    if (!write_operand(writer, node->items.list[0], DN_SHAPE_COMPARE, true, out))
        return false;
    dn_text_add_string(out, node->negated ? " IS NOT NULL" : " IS NULL");
    return true;
}

static bool
write_predicate(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    return node->kind == DN_NODE_IN        ? write_in(writer, node, out, shape)
           : node->kind == DN_NODE_BETWEEN ? write_between(writer, node, out, shape)
                                           : write_is_null(writer, node, out, shape);
}

static bool
write_case(dn_writer *writer, const dn_node *node, dn_text *out)
{
    dn_text_add_string(out, "CASE");
    if (node->operand) {
        dn_text_add_char(out, ' ');
        if (!dn_write_expression(writer, node->operand, out))
            return false;
    }
    for (size_t i = 0; i + 1 < node->items.count; i += 2) {
        dn_text_add_string(out, " WHEN ");
        if (!dn_write_expression(writer, node->items.list[i], out))
            return false;
        dn_text_add_string(out, " THEN ");
        if (!dn_write_expression(writer, node->items.list[i + 1], out))
            return false;
    }
    if (node->otherwise) {
        dn_text_add_string(out, " ELSE ");
        if (!dn_write_expression(writer, node->otherwise, out))
            return false;
    }
    dn_text_add_string(out, " END");
    return true;
}

static bool
write_blob(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    dn_part part = {node->text, DN_SHAPE_ATOM};
    bool fine = write_value(writer, "blob", node, &part, "'\\x$1'::bytea", out, shape);

    *shape = DN_SHAPE_OTHER;
    return fine;
}

static bool
write_cast(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    const char *type = strcmp(node->name, "blob") == 0    ? "bytea"
                       : strcmp(node->name, "array") == 0 ? ""
                                                          : node->name;
    const char *name = node->name;
    const char *longer = node->text.length && writer->target->rules
                             ? dn_arena_printf(writer->arena, "%s length", name)
                             : NULL;

    /* Where a length that is cast to does not cut by itself. */
    if (longer && dn_rule_named(writer->target->rules, DUNLIN_RULE_CAST, longer))
        name = longer;
    return dn_write_by_rule(
        writer, DUNLIN_RULE_CAST, name, node, (const dn_node *const *)node->items.list, 1,
        dn_arena_printf(writer->arena, "CAST($1 AS %s$()", type), true, out, shape);
}

static bool
write_leaf(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    switch (node->kind) {
    case DN_NODE_NUMBER: return write_number(node, out, shape);
    case DN_NODE_STRING: return dn_write_literal(writer, node->text, out);
    case DN_NODE_BLOB: return write_blob(writer, node, out, shape);
    case DN_NODE_VALUE: return write_word(writer, node, out, shape);
    case DN_NODE_EXCLUDED: return write_excluded(writer, node, out, shape);
    case DN_NODE_ROW: return dn_write_refuse(writer, node->offset, "a row has no translation here");
    case DN_NODE_INTERVAL:
        return dn_write_refuse(writer, node->offset,
                               "an interval is portable only behind + or - and a date or time");
    default: return write_column(writer, node, out);
    }
}

static bool
write_query_node(dn_writer *writer, const dn_node *node, dn_text *out)
{
    if (node->kind == DN_NODE_EXISTS)
        dn_text_add_string(out, "EXISTS ");
    return dn_write_in_parentheses(writer, node->query, out);
}

bool
dn_write_node(dn_writer *writer, const dn_node *node, dn_text *out, dn_shape *shape)
{
    *shape = DN_SHAPE_ATOM;
    if (!dn_write_compared_booleans(writer, node) || !dn_write_compared_blobs(writer, node) ||
        !dn_write_compared_times(writer, node))
        return false;
    dn_write_compared_chars(writer, node);
    if (!dn_write_compared_literals(writer, node))
        return false;
    switch (node->kind) {
    case DN_NODE_CALL: return dn_write_call(writer, node, out, shape);
    case DN_NODE_COLLATED: return dn_write_collated(writer, node, out, shape);
    case DN_NODE_OPERATOR: return write_operator(writer, node, out, shape);
    case DN_NODE_PREFIX: return write_prefix(writer, node, out, shape);
    case DN_NODE_CAST: return write_cast(writer, node, out, shape);
    case DN_NODE_CASE: return write_case(writer, node, out);
    case DN_NODE_IN:
    case DN_NODE_BETWEEN:
    case DN_NODE_IS_NULL: return write_predicate(writer, node, out, shape);
    case DN_NODE_EXISTS:
    case DN_NODE_QUERY: return write_query_node(writer, node, out);
    case DN_NODE_ARRAY:
        return dn_write_by_rule(writer, DUNLIN_RULE_PREFIX, "array", node,
                                (const dn_node *const *)node->items.list, node->items.count,
                                "ARRAY[$*]", true, out, shape);
    default: return write_leaf(writer, node, out, shape);
    }
}
