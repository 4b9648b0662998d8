/* SPDX-License-Identifier: MIT
 *
 * The smallest parts of expressions: literals, names, casts, CASE, parentheses.
 */
#include "core/ddl/tree.h"

#include <string.h>

/* --- literals --- */
/* '\x00ff' of a bytea, or X'00ff': the digits, when they are nothing else. */
static bool
hexadecimal(dunlin_string text)
{
    for (uint64_t i = 0; i < text.length; i++) {
        char c = text.data[i];

        if (!((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f')))
            return false;
    }
    return text.length % 2 == 0;
}

static dn_node *
string(dn_ddl_parser *parser)
{
    const dn_ddl_token *token = dn_ddl_peek(parser);
    bool blob = token->text.data[0] == 'X' || token->text.data[0] == 'x';
    dn_node *node = dn_node_new(parser, blob ? DN_NODE_BLOB : DN_NODE_STRING, parser->at);

    if (!node)
        return NULL;
    if (blob) {
        node->text =
            dn_span(token->text.data + 2, token->text.length > 3 ? token->text.length - 3 : 0);
        if (!hexadecimal(node->text)) {
            dn_ddl_wrong(parser, "this is not a row of hexadecimal digits");
            return NULL;
        }
        parser->at++;
        return node;
    }
    if (!dn_ddl_string(parser, &node->text))
        return NULL;
    if (dn_ddl_peek(parser)->kind == DUNLIN_TOKEN_STRING) {
        dn_ddl_native(parser, "strings one after the other are not portable");
        return NULL;
    }
    return node;
}

static uint64_t
skip_digits(dunlin_string text, uint64_t at)
{
    while (at < text.length && text.data[at] >= '0' && text.data[at] <= '9')
        at++;
    return at;
}

/* 12, 1.5, .5, 1., 1e3, 1.5E-3 */
static bool
is_number(dunlin_string text)
{
    uint64_t at = skip_digits(text, 0);
    uint64_t begin;

    if (at < text.length && text.data[at] == '.')
        at = skip_digits(text, at + 1);
    if (at == text.length)
        return true;
    if ((text.data[at] | 32) != 'e')
        return false;
    begin = at + 1;
    if (begin < text.length && (text.data[begin] == '-' || text.data[begin] == '+'))
        begin++;
    at = skip_digits(text, begin);
    return at > begin && at == text.length;
}

static dn_node *
number(dn_ddl_parser *parser)
{
    dn_node *node = dn_node_new(parser, DN_NODE_NUMBER, parser->at);
    const dn_ddl_token *token = dn_ddl_peek(parser);

    if (!node)
        return NULL;
    if (!is_number(token->text)) {
        dn_ddl_native(parser, "a number of this form is not portable");
        return NULL;
    }
    node->text = token->text;
    parser->at++;
    return node;
}

/* --- casts --- */
bool
dn_tree_type(dn_ddl_parser *parser, const char **name, dunlin_string *length)
{
    dunlin_string none = dn_string("");
    dn_ddl_draft *draft = dn_ddl_draft_new(parser, DUNLIN_VERB_CREATE, "", none, none, none, 0);
    const dunlin_property *type;
    const char *open;
    size_t bytes;

    if (!draft || !dn_ddl_type(parser, draft))
        return false;
    type = dn_ddl_member(draft, "type");
    if (draft->mark.native)
        return dn_ddl_native(parser, "%s", draft->mark.native);
    if (!type || dn_ddl_member(draft, "auto") || dn_ddl_member(draft, "values"))
        return dn_ddl_native(parser, "a cast to this type is not portable");
    open = memchr(type->text.data, '(', type->text.length);
    bytes = open ? (size_t)(open - type->text.data) : type->text.length;
    *length = dn_span(type->text.data + bytes, type->text.length - bytes);
    if (type->text.length > 2 && type->text.data[type->text.length - 1] == ']') {
        /* The whole type stands for the length: the class is the same whatever is in it. */
        *name = "array";
        *length = type->text;
        return type->text.length > 4 && memcmp(type->text.data, "blob", 4) == 0
                   ? dn_ddl_native(parser, "a cast to this type is not portable")
                   : true;
    }
    *name = dn_arena_copy(parser->arena, type->text.data, bytes);
    return *name ? true : dn_ddl_no_memory(parser);
}

dn_node *
dn_tree_cast(dn_ddl_parser *parser, dn_node *operand, const char *type, dunlin_string length,
             size_t token)
{
    dn_node *node;

    if (!operand)
        return NULL;
    if (operand->kind == DN_NODE_STRING && strcmp(type, "blob") == 0 && operand->text.length > 1 &&
        operand->text.data[0] == '\\' && operand->text.data[1] == 'x' &&
        hexadecimal(dn_span(operand->text.data + 2, operand->text.length - 2))) {
        operand->kind = DN_NODE_BLOB;
        operand->text = dn_span(operand->text.data + 2, operand->text.length - 2);
        return operand;
    }
    node = dn_node_new(parser, DN_NODE_CAST, token);
    if (!node)
        return NULL;
    node->name = type;
    node->text = length;
    return dn_node_add(parser, &node->items, operand) ? node : NULL;
}

static dn_node *
cast_call(dn_ddl_parser *parser, size_t token)
{
    dn_node *operand;
    const char *type;
    dunlin_string length;

    if (!dn_ddl_expect(parser, "("))
        return NULL;
    operand = dn_tree_expression(parser);
    if (!operand || !dn_ddl_expect(parser, "AS"))
        return NULL;
    /* MySQL's names for integers in a cast. */
    if (dn_ddl_accept(parser, "SIGNED INTEGER") || dn_ddl_accept(parser, "SIGNED")) {
        type = "bigint";
        length = dn_string("");
    } else if (!dn_tree_type(parser, &type, &length)) {
        return NULL;
    }
    return dn_ddl_expect(parser, ")") ? dn_tree_cast(parser, operand, type, length, token) : NULL;
}

/* --- intervals --- */
static const struct {
    const char *word;
    const char *unit;
    int times;
} units[] = {
    {"second", "second", 1}, {"minute", "minute", 1}, {"hour", "hour", 1}, {"day", "day", 1},
    {"week", "day", 7},      {"month", "month", 1},   {"mon", "month", 1}, {"year", "year", 1},
    {"sec", "second", 1},    {"min", "minute", 1},
};

/* "-3 days" -> -3 and "days"; false without a whole number. */
static bool
split_interval(dunlin_string text, long long *count, dunlin_string *unit)
{
    bool negative = text.length && text.data[0] == '-';
    size_t at = negative;
    size_t begin = at;

    *count = 0;
    while (at < text.length && text.data[at] >= '0' && text.data[at] <= '9' && at - begin < 15)
        *count = *count * 10 + (text.data[at++] - '0');
    if (negative)
        *count = -*count;
    if (at == begin)
        return false;
    while (at < text.length && text.data[at] == ' ')
        at++;
    *unit = dn_span(text.data + at, text.length - at);
    return true;
}

static bool
is_unit(dunlin_string text, const char *word)
{
    bool plural = text.length > 1 && (text.data[text.length - 1] | 32) == 's';

    return dn_string_equal_fold(text, word) ||
           (plural && dn_string_equal_fold(dn_span(text.data, text.length - 1), word));
}

/* interval '3 days', and interval '3' day: one number and one unit. */
static dn_node *
interval(dn_ddl_parser *parser, size_t token)
{
    dunlin_string text;
    dunlin_string unit = {"", 0};
    dn_node *node = dn_node_new(parser, DN_NODE_INTERVAL, token);
    dn_node *number_node = dn_node_new(parser, DN_NODE_NUMBER, token);
    long long count;
    bool number_found;

    if (!node || !number_node || !dn_ddl_string(parser, &text))
        return NULL;
    number_found = split_interval(text, &count, &unit);
    if (!unit.length && dn_ddl_peek(parser)->kind == DUNLIN_TOKEN_WORD) {
        unit = dn_ddl_peek(parser)->text;
        parser->at++;
    }
    for (size_t i = 0; number_found && i < sizeof units / sizeof units[0]; i++) {
        if (!is_unit(unit, units[i].word))
            continue;
        node->name = units[i].unit;
        number_node->text =
            dn_string(dn_arena_printf(parser->arena, "%lld", count * units[i].times));
        if (!number_node->text.data) {
            dn_ddl_no_memory(parser);
            return NULL;
        }
        return dn_node_add(parser, &node->items, number_node) ? node : NULL;
    }
    dn_ddl_native(parser, "only an interval of one whole number and one unit is portable");
    return NULL;
}

/* --- CASE --- */
static dn_node *
case_expression(dn_ddl_parser *parser, size_t token)
{
    dn_node *node = dn_node_new(parser, DN_NODE_CASE, token);

    if (!node)
        return NULL;
    if (!dn_ddl_is(parser, "WHEN")) {
        node->operand = dn_tree_expression(parser);
        if (!node->operand)
            return NULL;
    }
    while (dn_ddl_accept(parser, "WHEN"))
        if (!dn_node_add(parser, &node->items, dn_tree_expression(parser)) ||
            !dn_ddl_expect(parser, "THEN") ||
            !dn_node_add(parser, &node->items, dn_tree_expression(parser)))
            return NULL;
    if (!node->items.count) {
        dn_ddl_expected(parser, "WHEN");
        return NULL;
    }
    if (dn_ddl_accept(parser, "ELSE")) {
        node->otherwise = dn_tree_expression(parser);
        if (!node->otherwise)
            return NULL;
    }
    return dn_ddl_expect(parser, "END") ? node : NULL;
}

/* --- parentheses --- */
static dn_node *
query_node(dn_ddl_parser *parser, dn_node_kind kind, size_t token)
{
    dn_node *node = dn_node_new(parser, kind, token);

    if (!node || !dn_ddl_expect(parser, "("))
        return NULL;
    node->query = dn_tree_query(parser);
    return node->query && dn_ddl_expect(parser, ")") ? node : NULL;
}

static dn_node *
parenthesis(dn_ddl_parser *parser, bool row)
{
    size_t token = parser->at;
    dn_node *node;

    parser->at++;
    if (!row && dn_tree_query_fills(parser)) {
        parser->at = token;
        return query_node(parser, DN_NODE_QUERY, token);
    }
    node = dn_node_new(parser, DN_NODE_ROW, token);
    if (!node || !dn_tree_list(parser, &node->items) || !dn_ddl_expect(parser, ")"))
        return NULL;
    return node->items.count == 1 && !row ? node->items.list[0] : node;
}

static dn_node *
array(dn_ddl_parser *parser, size_t token)
{
    dn_node *node = dn_node_new(parser, DN_NODE_ARRAY, token);

    if (!node || !dn_ddl_expect(parser, "["))
        return NULL;
    if (!dn_ddl_is(parser, "]") && !dn_tree_list(parser, &node->items))
        return NULL;
    return dn_ddl_expect(parser, "]") ? node : NULL;
}

/* --- names --- */
static dn_node *
column(dn_ddl_parser *parser)
{
    size_t token = parser->at;
    dn_node *node = dn_node_new(parser, DN_NODE_COLUMN, token);

    if (!node)
        return NULL;
    do {
        if (node->part_count == 3) {
            dn_ddl_native(parser, "the name belongs to another database");
            return NULL;
        }
        if (dn_ddl_is(parser, "*")) {
            dn_ddl_native(parser,
                          "all columns of a table are portable only as an item of a SELECT");
            return NULL;
        }
        if (!dn_ddl_name(parser, &node->parts[node->part_count++]))
            return NULL;
    } while (dn_ddl_accept(parser, "."));
    if (node->part_count == 2 && dn_string_equal(node->parts[0], "excluded")) {
        node->kind = DN_NODE_EXCLUDED;
        node->parts[0] = node->parts[1];
    }
    if (dn_ddl_is(parser, "(")) {
        char *name;

        if (node->part_count > 1 && !dn_string_equal(node->parts[0], "pg_catalog")) {
            dn_ddl_native(parser, "functions of a schema are not portable");
            return NULL;
        }
        name = dn_arena_copy(parser->arena, node->parts[node->part_count - 1].data,
                             node->parts[node->part_count - 1].length);
        if (!name) {
            dn_ddl_no_memory(parser);
            return NULL;
        }
        return dn_tree_call(parser, name, token);
    }
    return node;
}

/* The tokens "name.name.*" ahead; 0: there is no star at the end of them. */
static size_t
star_ahead(const dn_ddl_parser *parser)
{
    size_t ahead = 0;

    while (dn_ddl_token_is(dn_ddl_ahead(parser, ahead + 1), ".") &&
           (dn_ddl_ahead(parser, ahead)->kind == DUNLIN_TOKEN_WORD ||
            dn_ddl_ahead(parser, ahead)->kind == DUNLIN_TOKEN_NAME))
        ahead += 2;
    return dn_ddl_token_is(dn_ddl_ahead(parser, ahead), "*") ? ahead + 1 : 0;
}

bool
dn_tree_star(dn_ddl_parser *parser, dn_node **node)
{
    size_t count = star_ahead(parser);

    *node = NULL;
    if (!count)
        return true;
    if (count > 5)
        return dn_ddl_native(parser, "the name belongs to another database");
    *node = dn_node_new(parser, DN_NODE_STAR, parser->at);
    if (!*node)
        return false;
    while (dn_ddl_ahead(parser, 1)->kind && dn_ddl_token_is(dn_ddl_ahead(parser, 1), "."))
        if (!dn_ddl_name(parser, &(*node)->parts[(*node)->part_count++]) ||
            !dn_ddl_expect(parser, "."))
            return false;
    return dn_ddl_expect(parser, "*");
}

/* Words that are values, or cannot be a column where an expression begins. */
static const struct {
    const char *word;
    const char *value; /* NULL: not an expression */
} words[] = {
    {"TRUE", "true"},
    {"FALSE", "false"},
    {"NULL", "null"},
    {"CURRENT_DATE", "current_date"},
    {"CURRENT_USER", "current_user"},
    {"SESSION_USER", "session_user"},
    {"CURRENT_TIMESTAMP", "current_timestamp"},
    {"CURRENT_TIME", "current_time"},
    {"LOCALTIMESTAMP", "localtimestamp"},
    {"LOCALTIME", "localtime"},
    {"FROM", NULL},
    {"WHERE", NULL},
    {"SELECT", NULL},
    {"AND", NULL},
    {"OR", NULL},
    {"THEN", NULL},
    {"END", NULL},
    {"WHEN", NULL},
    {"ON", NULL},
    {"AS", NULL},
    {"UNION", NULL},
    {"GROUP", NULL},
    {"ORDER", NULL},
    {"DEFAULT", NULL},
    {"DISTINCT", NULL},
    {"ALL", NULL},
    {"ASC", NULL},
    {"BETWEEN", NULL},
    {"COLLATE", NULL},
    {"DESC", NULL},
    {"ELSE", NULL},
    {"EXCEPT", NULL},
    {"HAVING", NULL},
    {"IN", NULL},
    {"INTERSECT", NULL},
    {"INTO", NULL},
    {"IS", NULL},
    {"LIKE", NULL},
    {"LIMIT", NULL},
    {"TO", NULL},
    {"USING", NULL},
    {"WITH", NULL},
};

/* Words that are read otherwise than as a name where a parenthesis comes next. */
static const char *const openers[] = {
    "not",      "case", "cast", "exists",    "row",        "extract", "trim",   "substring",
    "position", "any",  "some", "symmetric", "asymmetric", "values",  "rollup", "cube",
};

bool
dn_tree_calls(const char *name, bool arguments)
{
    for (size_t i = 0; i < sizeof openers / sizeof openers[0]; i++)
        if (strcmp(name, openers[i]) == 0)
            return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (dn_string_equal_fold(dn_string(name), words[i].word))
            return words[i].value && arguments;
    return true;
}

static dn_node *
value(dn_ddl_parser *parser, const char *name, size_t token)
{
    dn_node *node = dn_node_new(parser, DN_NODE_VALUE, token);

    if (node)
        node->name = name;
    return node;
}

/* A word that is not just a name; *node stays NULL when it is one. */
static bool
reserved(dn_ddl_parser *parser, dn_node **node)
{
    size_t token = parser->at;

    *node = NULL;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!dn_ddl_is(parser, words[i].word))
            continue;
        if (!words[i].value)
            return dn_ddl_expected(parser, "an expression");
        parser->at++;
        /* CURRENT_TIMESTAMP(3) is a call; MySQL also writes CURRENT_TIMESTAMP(). */
        if (dn_ddl_is(parser, "(")) {
            if (!dn_ddl_accept(parser, "( )")) {
                *node = dn_tree_call(parser, words[i].value, token);
                return *node != NULL;
            }
        }
        *node = value(parser, words[i].value, token);
        return *node != NULL;
    }
    /* VALUES (column), MySQL's way to name what would have been inserted. */
    if (dn_ddl_is(parser, "VALUES (") && (dn_ddl_ahead(parser, 2)->kind == DUNLIN_TOKEN_NUMBER ||
                                          !dn_ddl_token_is(dn_ddl_ahead(parser, 3), ")")))
        return dn_ddl_expected(parser, "an expression");
    if (dn_ddl_accept(parser, "CASE"))
        return (*node = case_expression(parser, token)) != NULL;
    if (dn_ddl_is(parser, "CAST (")) {
        parser->at++;
        return (*node = cast_call(parser, token)) != NULL;
    }
    if (dn_ddl_is(parser, "EXISTS (")) {
        parser->at++;
        return (*node = query_node(parser, DN_NODE_EXISTS, token)) != NULL;
    }
    if (dn_ddl_is(parser, "ARRAY [")) {
        parser->at++;
        return (*node = array(parser, token)) != NULL;
    }
    if (dn_ddl_is(parser, "ROW (")) {
        parser->at++;
        return (*node = parenthesis(parser, true)) != NULL;
    }
    return dn_tree_special(parser, node);
}

/* date '2026-01-31', timestamp '...': a type and a string. */
static bool
typed_literal(dn_ddl_parser *parser, dn_node **node)
{
    static const char *const types[][2] = {
        {"DATE", "date"},           {"TIME", "time"}, {"TIMESTAMPTZ", "timestamptz"},
        {"TIMESTAMP", "timestamp"}, {"JSON", "json"}, {"JSONB", "jsonb"},
        {"UUID", "uuid"},
    };
    size_t token = parser->at;

    *node = NULL;
    if (dn_ddl_ahead(parser, 1)->kind != DUNLIN_TOKEN_STRING)
        return true;
    if (dn_ddl_accept(parser, "INTERVAL"))
        return (*node = interval(parser, token)) != NULL;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (!dn_ddl_accept(parser, types[i][0]))
            continue;
        *node = dn_tree_cast(parser, string(parser), types[i][1], dn_string(""), token);
        return *node != NULL;
    }
    return true;
}

static dn_node *
word(dn_ddl_parser *parser)
{
    dn_node *node;

    if (!typed_literal(parser, &node))
        return NULL;
    if (node)
        return node;
    if (!reserved(parser, &node))
        return NULL;
    return node ? node : column(parser);
}

static dn_node *
first(dn_ddl_parser *parser)
{
    switch (dn_ddl_peek(parser)->kind) {
    case DUNLIN_TOKEN_STRING: return string(parser);
    case DUNLIN_TOKEN_NUMBER: return number(parser);
    case DUNLIN_TOKEN_WORD: return word(parser);
    case DUNLIN_TOKEN_NAME: return column(parser);
    case DUNLIN_TOKEN_SYMBOL: break;
    default: dn_ddl_expected(parser, "an expression"); return NULL;
    }
    if (dn_ddl_is(parser, "("))
        return parenthesis(parser, false);
    if (dn_ddl_is(parser, "[") && dn_ddl_name_follows(parser))
        return column(parser);
    dn_ddl_expected(parser, "an expression");
    return NULL;
}

dn_node *
dn_tree_primary(dn_ddl_parser *parser)
{
    dn_node *node = first(parser);

    while (node) {
        size_t token = parser->at;
        const char *type;
        dunlin_string length;

        if (dn_ddl_accept(parser, "::")) {
            if (!dn_tree_type(parser, &type, &length))
                return NULL;
            node = dn_tree_cast(parser, node, type, length, token);
        } else if (dn_ddl_is(parser, "[")) {
            dn_ddl_native(parser, "elements of arrays are not portable");
            return NULL;
        } else {
            return node;
        }
    }
    return NULL;
}
