/* SPDX-License-Identifier: MIT
 *
 * Calls of functions: other names folded to one, forms with words between the arguments, aggregates
 * and windows.
 */
#include "core/ddl/tree.h"

#include <string.h>

static const char *const aliases[][2] = {
    {"char_length", "length"},
    {"character_length", "length"},
    {"len", "length"},
    {"ceiling", "ceil"},
    {"pow", "power"},
    {"ifnull", "coalesce"},
    {"lcase", "lower"},
    {"ucase", "upper"},
    {"mid", "substr"},
    {"substring", "substr"},
    {"every", "bool_and"},
    {"group_concat", "string_agg"},
    {"rand", "random"},
    {"uuid", "gen_random_uuid"},
    {"datetrunc", "date_trunc"},
};

/* Functions without arguments that are values. */
static const char *const values[][2] = {
    {"now", "current_timestamp"},     {"transaction_timestamp", "current_timestamp"},
    {"curdate", "current_date"},      {"curtime", "current_time"},
    {"current_user", "current_user"},
};

static const char *const units[] = {
    "year", "month", "day",  "hour",    "minute", "second",
    "dow",  "doy",   "week", "quarter", "epoch",  "isodow",
};

static dn_node *
new_call(dn_ddl_parser *parser, const char *name, size_t token)
{
    dn_node *node = dn_node_new(parser, DN_NODE_CALL, token);

    if (node)
        node->name = name;
    return node;
}

static const char *
unit_of(dunlin_string text)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (dn_string_equal_fold(text, units[i]))
            return units[i];
    return NULL;
}

/* "extract year", "date_trunc day". */
static const char *
with_unit(dn_ddl_parser *parser, const char *name, dunlin_string text)
{
    const char *unit = unit_of(text);
    const char *made;

    if (!unit) {
        dn_ddl_native(parser, "%s of '%.*s' is not portable", name,
                      text.length < 40 ? (int)text.length : 40, text.data);
        return NULL;
    }
    made = dn_arena_printf(parser->arena, "%s %s", name, unit);
    if (!made)
        dn_ddl_no_memory(parser);
    return made;
}

/* --- forms with words --- */
static dn_node *
extract(dn_ddl_parser *parser, size_t token)
{
    const dn_ddl_token *unit = dn_ddl_peek(parser);
    dunlin_string text = unit->text;
    dn_node *node;
    const char *name;

    if (unit->kind == DUNLIN_TOKEN_STRING && !dn_ddl_decode(parser, unit, &text))
        return NULL;
    name = with_unit(parser, "extract", text);
    node = name ? new_call(parser, name, token) : NULL;
    if (!node)
        return NULL;
    parser->at++;
    if (!dn_ddl_expect(parser, "FROM") ||
        !dn_node_add(parser, &node->items, dn_tree_expression(parser)))
        return NULL;
    return dn_ddl_expect(parser, ")") ? node : NULL;
}

static dn_node *
trim(dn_ddl_parser *parser, size_t token)
{
    const char *name = dn_ddl_accept(parser, "LEADING")    ? "ltrim"
                       : dn_ddl_accept(parser, "TRAILING") ? "rtrim"
                                                           : "btrim";
    dn_node *node = new_call(parser, name, token);
    dn_node *first = NULL;

    if (!node)
        return NULL;
    dn_ddl_accept(parser, "BOTH");
    if (!dn_ddl_is(parser, "FROM")) {
        first = dn_tree_expression(parser);
        if (!first)
            return NULL;
    }
    if (dn_ddl_accept(parser, "FROM")) {
        if (!dn_node_add(parser, &node->items, dn_tree_expression(parser)) ||
            (first && !dn_node_add(parser, &node->items, first)))
            return NULL;
    } else {
        if (!dn_node_add(parser, &node->items, first))
            return NULL;
        if (dn_ddl_accept(parser, ",") &&
            !dn_node_add(parser, &node->items, dn_tree_expression(parser)))
            return NULL;
    }
    return dn_ddl_expect(parser, ")") ? node : NULL;
}

static dn_node *
substring(dn_ddl_parser *parser, size_t token)
{
    dn_node *node = new_call(parser, "substr", token);
    dn_node *one;

    if (!node || !dn_node_add(parser, &node->items, dn_tree_expression(parser)))
        return NULL;
    if (dn_ddl_is(parser, "FOR")) {
        /* substring(s FOR n) begins at the first character. */
        one = dn_node_new(parser, DN_NODE_NUMBER, parser->at);
        if (!one)
            return NULL;
        one->text = dn_string("1");
        if (!dn_node_add(parser, &node->items, one))
            return NULL;
    } else if (dn_ddl_accept(parser, "FROM") || dn_ddl_accept(parser, ",")) {
        if (!dn_node_add(parser, &node->items, dn_tree_expression(parser)))
            return NULL;
        if (node->items.list[1]->kind == DN_NODE_STRING) {
            dn_ddl_native(parser, "substring by a pattern is not portable");
            return NULL;
        }
    }
    if ((dn_ddl_accept(parser, "FOR") || dn_ddl_accept(parser, ",")) &&
        !dn_node_add(parser, &node->items, dn_tree_expression(parser)))
        return NULL;
    return dn_ddl_expect(parser, ")") ? node : NULL;
}

static dn_node *
position(dn_ddl_parser *parser, size_t token)
{
    dn_node *node = new_call(parser, "strpos", token);
    dn_node *needle = node ? dn_tree_operand(parser) : NULL;

    if (!needle || !dn_ddl_expect(parser, "IN") ||
        !dn_node_add(parser, &node->items, dn_tree_expression(parser)) ||
        !dn_node_add(parser, &node->items, needle))
        return NULL;
    return dn_ddl_expect(parser, ")") ? node : NULL;
}

static const struct {
    const char *words;
    dn_node *(*read)(dn_ddl_parser *parser, size_t token);
} special[] = {
    {"EXTRACT (", extract},
    {"TRIM (", trim},
    {"SUBSTRING (", substring},
    {"POSITION (", position},
};

bool
dn_tree_special(dn_ddl_parser *parser, dn_node **node)
{
    size_t token = parser->at;

    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        if (dn_ddl_accept(parser, special[i].words))
            return (*node = special[i].read(parser, token)) != NULL;
    return true;
}

/* --- windows --- */
static bool
frame(dn_ddl_parser *parser, dn_window *window)
{
    size_t begin = parser->at;

    window->frame_offset = dn_ddl_peek(parser)->offset;
    while (!dn_ddl_at_end(parser) && !dn_ddl_is(parser, ")")) {
        if (dn_ddl_is(parser, "(") || dn_ddl_peek(parser)->kind == DUNLIN_TOKEN_STRING)
            return dn_ddl_native(parser, "a frame of this form is not portable");
        parser->at++;
    }
    return dn_ddl_text_of(parser, begin, parser->at, &window->frame);
}

/* Behind OVER or AS: a parenthesis, or a name. */
bool
dn_tree_window(dn_ddl_parser *parser, dn_window **made)
{
    dn_window *window = dn_arena_alloc(parser->arena, sizeof *window);

    if (!window)
        return dn_ddl_no_memory(parser);
    memset(window, 0, sizeof *window);
    *made = window;
    if (!dn_ddl_accept(parser, "("))
        return dn_ddl_name(parser, &window->name);
    if (dn_ddl_peek(parser)->kind == DUNLIN_TOKEN_WORD && !dn_ddl_is(parser, "PARTITION") &&
        !dn_ddl_is(parser, "ORDER") && !dn_ddl_is(parser, "ROWS") && !dn_ddl_is(parser, "RANGE") &&
        !dn_ddl_is(parser, "GROUPS"))
        return dn_ddl_native(parser, "a window that builds on another is not portable");
    if (dn_ddl_accept(parser, "PARTITION BY") && !dn_tree_list(parser, &window->partition))
        return false;
    if (dn_ddl_accept(parser, "ORDER BY") && !dn_tree_sorts(parser, &window->order))
        return false;
    if (!dn_ddl_is(parser, ")") && !frame(parser, window))
        return false;
    return dn_ddl_expect(parser, ")");
}

/* --- ordinary calls --- */
static bool
behind_call(dn_ddl_parser *parser, dn_node *node)
{
    if (dn_ddl_is(parser, "WITHIN GROUP"))
        return dn_ddl_native(parser, "WITHIN GROUP is not portable");
    if (dn_ddl_accept(parser, "FILTER (")) {
        if (!dn_ddl_expect(parser, "WHERE"))
            return false;
        node->filter = dn_tree_expression(parser);
        if (!node->filter || !dn_ddl_expect(parser, ")"))
            return false;
    }
    if (dn_ddl_is(parser, "IGNORE NULLS") || dn_ddl_is(parser, "RESPECT NULLS"))
        return dn_ddl_native(parser, "IGNORE NULLS is not portable");
    return !dn_ddl_accept(parser, "OVER") || dn_tree_window(parser, &node->over);
}

static bool
arguments(dn_ddl_parser *parser, dn_node *node)
{
    dunlin_string text;
    dn_node *separator;
    dn_node *star;

    if (dn_ddl_accept(parser, "DISTINCT"))
        node->distinct = true;
    else
        dn_ddl_accept(parser, "ALL");
    if (strcmp(node->name, "count") == 0 && !node->distinct && dn_ddl_is(parser, "* )")) {
        if (!dn_tree_star(parser, &star) || !dn_node_add(parser, &node->items, star))
            return false;
    } else if (!dn_ddl_is(parser, ")") && !dn_tree_list(parser, &node->items)) {
        return false;
    }
    if (dn_ddl_is(parser, "=>") || dn_ddl_is(parser, ":="))
        return dn_ddl_native(parser, "arguments by name are not portable");
    if (dn_ddl_accept(parser, "ORDER BY") && !dn_tree_sorts(parser, &node->order))
        return false;
    /* GROUP_CONCAT(x SEPARATOR ', '); without it the separator is a comma. */
    if (strcmp(node->name, "string_agg") == 0 && node->items.count == 1) {
        text = dn_string(",");
        separator = dn_node_new(parser, DN_NODE_STRING, parser->at);
        if (!separator || (dn_ddl_accept(parser, "SEPARATOR") && !dn_ddl_string(parser, &text)) ||
            !dn_node_add(parser, &node->items, separator))
            return false;
        separator->text = text;
    }
    return dn_ddl_expect(parser, ")");
}

/* Calls whose first argument is part of the name, or that are something else altogether. */
static dn_node *
folded(dn_ddl_parser *parser, dn_node *node)
{
    bool part = strcmp(node->name, "date_part") == 0;

    if ((part || strcmp(node->name, "date_trunc") == 0) && node->items.count == 2) {
        if (node->items.list[0]->kind != DN_NODE_STRING) {
            dn_ddl_native(parser, "%s is portable only with a constant unit", node->name);
            return NULL;
        }
        node->name = with_unit(parser, part ? "extract" : "date_trunc", node->items.list[0]->text);
        node->items.list++;
        node->items.count--;
        node->items.capacity = 0;
        return node->name ? node : NULL;
    }
    if (node->items.count == 1 && unit_of(dn_string(node->name)))
        return (node->name = with_unit(parser, "extract", dn_string(node->name))) ? node : NULL;
    if (strcmp(node->name, "instr") == 0 && node->items.count == 2) {
        node->name = "strpos";
        return node;
    }
    if (strcmp(node->name, "values") == 0 && node->items.count == 1 &&
        node->items.list[0]->kind == DN_NODE_COLUMN) {
        /* MySQL, in ON DUPLICATE KEY UPDATE. */
        node->kind = DN_NODE_EXCLUDED;
        node->parts[0] = node->items.list[0]->parts[node->items.list[0]->part_count - 1];
        return node;
    }
    if (!node->items.count)
        for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
            if (strcmp(node->name, values[i][0]) == 0) {
                node->kind = DN_NODE_VALUE;
                node->name = values[i][1];
            }
    return node;
}

dn_node *
dn_tree_call(dn_ddl_parser *parser, const char *name, size_t token)
{
    dn_node *node;

    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        if (strcmp(name, aliases[i][0]) == 0)
            name = aliases[i][1];
    node = new_call(parser, name, token);
    if (!node || !dn_ddl_expect(parser, "(") || !arguments(parser, node))
        return NULL;
    node = folded(parser, node);
    return node && behind_call(parser, node) ? node : NULL;
}
