/* SPDX-License-Identifier: MIT
 *
 * Expressions, by the precedence of PostgreSQL's operators (its manual, "Operator Precedence").
 */
#include "core/ddl/tree.h"

#include <string.h>

enum { DEEPEST = 200 };

/* From loose to tight. */
enum {
    LEVEL_OR = 1,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_IS,
    LEVEL_COMPARE,
    LEVEL_LIKE, /* BETWEEN, IN, LIKE */
    LEVEL_OTHER,
    LEVEL_SUM,
    LEVEL_PRODUCT,
    LEVEL_POWER,
    LEVEL_ZONE,
    LEVEL_COLLATE,
    LEVEL_SIGN
};

static const struct {
    const char *words;
    const char *name;
    int level;
} operators[] = {
    {"OR", "or", LEVEL_OR},
    {"AND", "and", LEVEL_AND},
    {"=", "=", LEVEL_COMPARE},
    {"==", "=", LEVEL_COMPARE},
    {"<>", "<>", LEVEL_COMPARE},
    {"!=", "<>", LEVEL_COMPARE},
    {"<=", "<=", LEVEL_COMPARE},
    {">=", ">=", LEVEL_COMPARE},
    {"<", "<", LEVEL_COMPARE},
    {">", ">", LEVEL_COMPARE},
    {"<=>", "is not distinct from", LEVEL_COMPARE},
    {"||", "||", LEVEL_OTHER},
    {"->>", "->>", LEVEL_OTHER},
    {"->", "->", LEVEL_OTHER},
    {"# >>", "#>>", LEVEL_OTHER},
    {"# >", "#>", LEVEL_OTHER},
    {"@ >", "@>", LEVEL_OTHER},
    {"< @", "<@", LEVEL_OTHER},
    {"?", "?", LEVEL_OTHER},
    {"~ *", "~*", LEVEL_OTHER},
    {"! ~ *", "!~*", LEVEL_OTHER},
    {"! ~", "!~", LEVEL_OTHER},
    {"~", "~", LEVEL_OTHER},
    {"&", "&", LEVEL_OTHER},
    {"|", "|", LEVEL_OTHER},
    {"#", "#", LEVEL_OTHER},
    {"<<", "<<", LEVEL_OTHER},
    {">>", ">>", LEVEL_OTHER},
    {"+", "+", LEVEL_SUM},
    {"-", "-", LEVEL_SUM},
    {"*", "*", LEVEL_PRODUCT},
    {"/", "/", LEVEL_PRODUCT},
    {"%", "%", LEVEL_PRODUCT},
    {"^", "^", LEVEL_POWER},
    {"AT TIME ZONE", "at time zone", LEVEL_ZONE},
    {"MOD", "%", LEVEL_PRODUCT},
};

static dn_node *parse(dn_ddl_parser *parser, int level);

bool
dn_tree_nested(dn_ddl_parser *parser)
{
    if (++parser->depth > DEEPEST)
        return dn_ddl_native(parser, "this is nested too deeply");
    return true;
}

static dn_node *
enter(dn_ddl_parser *parser, int level, bool bare)
{
    bool outer = parser->bare;
    dn_node *node;

    if (!dn_tree_nested(parser))
        return NULL;
    parser->bare = bare;
    node = parse(parser, level);
    parser->bare = outer;
    parser->depth--;
    return node;
}

dn_node *
dn_tree_expression(dn_ddl_parser *parser)
{
    return enter(parser, LEVEL_OR, false);
}

dn_node *
dn_tree_operand(dn_ddl_parser *parser)
{
    return enter(parser, LEVEL_OTHER, false);
}

dn_node *
dn_tree_bare(dn_ddl_parser *parser)
{
    return enter(parser, LEVEL_COMPARE, true);
}

dn_node *
dn_tree_value(dn_ddl_parser *parser)
{
    dn_node *node;

    if (!dn_ddl_is(parser, "DEFAULT"))
        return dn_tree_expression(parser);
    node = dn_node_new(parser, DN_NODE_VALUE, parser->at++);
    if (node)
        node->name = "default";
    return node;
}

bool
dn_tree_values(dn_ddl_parser *parser, dn_nodes *nodes)
{
    do {
        if (!dn_node_add(parser, nodes, dn_tree_value(parser)))
            return false;
    } while (dn_ddl_accept(parser, ","));
    return true;
}

bool
dn_tree_list(dn_ddl_parser *parser, dn_nodes *nodes)
{
    do {
        if (!dn_node_add(parser, nodes, dn_tree_expression(parser)))
            return false;
    } while (dn_ddl_accept(parser, ","));
    return true;
}

bool
dn_tree_sorts(dn_ddl_parser *parser, dn_sorts *sorts)
{
    do {
        dn_sort sort = {dn_tree_expression(parser), false, NULL};

        if (!sort.node)
            return false;
        if (dn_ddl_accept(parser, "DESC"))
            sort.descending = true;
        else
            dn_ddl_accept(parser, "ASC");
        if (dn_ddl_is(parser, "USING"))
            return dn_ddl_native(parser, "ORDER BY .. USING is not portable");
        if (dn_ddl_accept(parser, "NULLS FIRST"))
            sort.nulls = "first";
        else if (dn_ddl_accept(parser, "NULLS LAST"))
            sort.nulls = "last";
        sorts->list = dn_arena_grow(parser->arena, sorts->list, &sorts->capacity, sorts->count + 1,
                                    sizeof *sorts->list);
        if (!sorts->list)
            return dn_ddl_no_memory(parser);
        sorts->list[sorts->count++] = sort;
    } while (dn_ddl_accept(parser, ","));
    return true;
}

/* --- binary operators --- */
static dn_node *
binary(dn_ddl_parser *parser, const char *name, dn_node *left, dn_node *right, size_t token)
{
    dn_node *node = left && right ? dn_node_new(parser, DN_NODE_OPERATOR, token) : NULL;

    if (!node)
        return NULL;
    node->name = name;
    return dn_node_add(parser, &node->items, left) && dn_node_add(parser, &node->items, right)
               ? node
               : NULL;
}

/* Symbols of an operator must touch each other: "@ >" in the table is "@>" in the text. */
static bool
operator_at(const dn_ddl_parser *parser, const char *words)
{
    const dn_ddl_token *token = dn_ddl_peek(parser);

    if (!dn_ddl_is(parser, words))
        return false;
    if (token->kind != DUNLIN_TOKEN_SYMBOL)
        return true;
    for (size_t i = 0; words[i]; i++) {
        if (words[i] != ' ')
            continue;
        if (token[1].offset != token->offset + token->text.length)
            return false;
        token++;
    }
    return true;
}

/* "@>" falls into two tokens, and so does "<@". */
static size_t
find_operator(const dn_ddl_parser *parser)
{
    size_t best = sizeof operators / sizeof operators[0];
    size_t longest = 0;

    if (dn_ddl_peek(parser)->kind != DUNLIN_TOKEN_SYMBOL &&
        dn_ddl_peek(parser)->kind != DUNLIN_TOKEN_WORD)
        return best;
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        size_t length;

        if (!operator_at(parser, operators[i].words))
            continue;
        length = strlen(operators[i].words);
        if (length > longest) {
            best = i;
            longest = length;
        }
    }
    return best;
}

/* x = ANY (SELECT ..) and x = ANY (ARRAY[..]) are IN; <> ALL is NOT IN. */
static dn_node *
as_in(dn_ddl_parser *parser, dn_node *left, bool negated, dn_query *query, const dn_nodes *others,
      size_t token)
{
    dn_node *node = dn_node_new(parser, DN_NODE_IN, token);

    if (!node || !dn_node_add(parser, &node->items, left))
        return NULL;
    node->negated = negated;
    node->query = query;
    for (size_t i = 0; others && i < others->count; i++)
        if (!dn_node_add(parser, &node->items, others->list[i]))
            return NULL;
    return node;
}

/* = ANY (...), < ALL (...). */
static dn_node *
quantified(dn_ddl_parser *parser, const char *operator, dn_node * left, size_t token)
{
    bool all = dn_ddl_is(parser, "ALL");
    bool in = strcmp(operator, all ? "<>" : "=") == 0;
    dn_query *query = NULL;
    dn_node *right;

    parser->at++;
    if (!dn_ddl_expect(parser, "("))
        return NULL;
    if (dn_tree_query_fills(parser)) {
        query = dn_tree_query(parser);
        right = query ? dn_node_new(parser, DN_NODE_QUERY, token) : NULL;
        if (right)
            right->query = query;
    } else {
        right = dn_tree_expression(parser);
    }
    if (!right || !dn_ddl_expect(parser, ")"))
        return NULL;
    if (in && (query || right->kind == DN_NODE_ARRAY))
        return as_in(parser, left, all, query, query ? NULL : &right->items, token);
    return binary(parser, dn_arena_printf(parser->arena, "%s %s", operator, all ? "all" : "any"),
                  left, right, token);
}

static dn_node *
read_binary(dn_ddl_parser *parser, dn_node *left, size_t i)
{
    size_t token = parser->at;
    int level = operators[i].level;
    dn_node *right;

    dn_ddl_accept(parser, operators[i].words);
    if (level == LEVEL_COMPARE &&
        (dn_ddl_is(parser, "ANY (") || dn_ddl_is(parser, "ALL (") || dn_ddl_is(parser, "SOME (")))
        return quantified(parser, operators[i].name, left, token);
    right = parse(parser, level + 1);
    return binary(parser, operators[i].name, left, right, token);
}

/* --- IS, BETWEEN, IN, LIKE --- */
static dn_node *
is_test(dn_ddl_parser *parser, dn_node *left, size_t token)
{
    static const char *const tests[][3] = {
        {"TRUE", "is true", "is not true"},
        {"FALSE", "is false", "is not false"},
        {"DISTINCT FROM", "is distinct from", "is not distinct from"},
    };
    bool negated = dn_ddl_accept(parser, "NOT");
    dn_node *node;

    if (dn_ddl_accept(parser, "NULL") || dn_ddl_accept(parser, "UNKNOWN")) {
        node = dn_node_new(parser, DN_NODE_IS_NULL, token);
        if (!node)
            return NULL;
        node->negated = negated;
        return dn_node_add(parser, &node->items, left) ? node : NULL;
    }
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        if (!dn_ddl_accept(parser, tests[i][0]))
            continue;
        if (i == 2)
            return binary(parser, tests[i][1 + negated], left, parse(parser, LEVEL_COMPARE), token);
        node = dn_node_new(parser, DN_NODE_OPERATOR, token);
        if (!node)
            return NULL;
        node->name = tests[i][1 + negated];
        return dn_node_add(parser, &node->items, left) ? node : NULL;
    }
    dn_ddl_expected(parser, "NULL, TRUE, FALSE or DISTINCT FROM");
    return NULL;
}

static dn_node *
in_list(dn_ddl_parser *parser, dn_node *left, bool negated, size_t token)
{
    dn_node *node = dn_node_new(parser, DN_NODE_IN, token);

    if (!node || !dn_ddl_expect(parser, "(") || !dn_node_add(parser, &node->items, left))
        return NULL;
    node->negated = negated;
    if (dn_tree_query_fills(parser)) {
        node->query = dn_tree_query(parser);
        if (!node->query)
            return NULL;
    } else if (!dn_tree_list(parser, &node->items)) {
        return NULL;
    }
    return dn_ddl_expect(parser, ")") ? node : NULL;
}

static dn_node *
between(dn_ddl_parser *parser, dn_node *left, bool negated, size_t token)
{
    dn_node *node = dn_node_new(parser, DN_NODE_BETWEEN, token);

    if (!node)
        return NULL;
    if (dn_ddl_is(parser, "SYMMETRIC")) {
        dn_ddl_native(parser, "BETWEEN SYMMETRIC is not portable");
        return NULL;
    }
    dn_ddl_accept(parser, "ASYMMETRIC");
    node->negated = negated;
    if (!dn_node_add(parser, &node->items, left) ||
        !dn_node_add(parser, &node->items, parse(parser, LEVEL_OTHER)) ||
        !dn_ddl_expect(parser, "AND") ||
        !dn_node_add(parser, &node->items, parse(parser, LEVEL_OTHER)))
        return NULL;
    return node;
}

static dn_node *
like(dn_ddl_parser *parser, dn_node *left, const char *name, bool negated, size_t token)
{
    dn_node *node = dn_node_new(parser, DN_NODE_OPERATOR, token);

    if (!node)
        return NULL;
    if (dn_ddl_is(parser, "ANY (") || dn_ddl_is(parser, "ALL (")) {
        dn_ddl_native(parser, "LIKE with ANY or ALL is not portable");
        return NULL;
    }
    node->name = dn_arena_printf(parser->arena, "%s%s", negated ? "not " : "", name);
    if (!node->name) {
        dn_ddl_no_memory(parser);
        return NULL;
    }
    if (!dn_node_add(parser, &node->items, left) ||
        !dn_node_add(parser, &node->items, parse(parser, LEVEL_OTHER)))
        return NULL;
    if (dn_ddl_accept(parser, "ESCAPE") &&
        !dn_node_add(parser, &node->items, parse(parser, LEVEL_OTHER)))
        return NULL;
    return node;
}

/* What begins with a word behind an operand; *node stays NULL when nothing does. */
static bool
read_predicate(dn_ddl_parser *parser, dn_node *left, int level, dn_node **node)
{
    static const char *const likes[][2] = {
        {"LIKE", "like"}, {"ILIKE", "ilike"},   {"SIMILAR TO", "similar to"},
        {"GLOB", "glob"}, {"REGEXP", "regexp"},
    };
    size_t begin = parser->at;
    bool negated;

    *node = NULL;
    if (dn_ddl_peek(parser)->kind != DUNLIN_TOKEN_WORD)
        return true;
    if (level <= LEVEL_IS) {
        if (dn_ddl_accept(parser, "IS"))
            return (*node = is_test(parser, left, begin)) != NULL;
        if (dn_ddl_is(parser, "ISNULL") || dn_ddl_is(parser, "NOTNULL")) {
            *node = dn_node_new(parser, DN_NODE_IS_NULL, begin);
            if (!*node)
                return false;
            (*node)->negated = dn_ddl_is(parser, "NOTNULL");
            parser->at++;
            return dn_node_add(parser, &(*node)->items, left);
        }
    }
    if (level > LEVEL_LIKE)
        return true;
    negated = dn_ddl_accept(parser, "NOT");
    if (dn_ddl_accept(parser, "BETWEEN"))
        return (*node = between(parser, left, negated, begin)) != NULL;
    if (dn_ddl_accept(parser, "IN"))
        return (*node = in_list(parser, left, negated, begin)) != NULL;
    for (size_t i = 0; i < sizeof likes / sizeof likes[0]; i++)
        if (dn_ddl_accept(parser, likes[i][0]))
            return (*node = like(parser, left, likes[i][1], negated, begin)) != NULL;
    parser->at = begin;
    return true;
}

static dn_node *
collate(dn_ddl_parser *parser, dn_node *left)
{
    size_t token = parser->at - 1;
    dunlin_string parts[4];
    size_t count;
    dn_node *name = dn_node_new(parser, DN_NODE_COLUMN, parser->at);

    if (!name || !dn_ddl_dotted(parser, parts, &count))
        return NULL;
    name->parts[0] = parts[count - 1];
    name->part_count = 1;
    return binary(parser, "collate", left, name, token);
}

/* --- what stands before an operand --- */
static dn_node *
prefix(dn_ddl_parser *parser, const char *name, int level)
{
    size_t token = parser->at - 1;
    dn_node *operand;
    dn_node *node;

    if (!dn_tree_nested(parser))
        return NULL;
    operand = parse(parser, level);
    parser->depth--;
    if (!operand)
        return NULL;
    if (operand->kind == DN_NODE_NUMBER && strcmp(name, "not") != 0 && *name != '~') {
        if (*name == '-') {
            const char *text =
                operand->text.data[0] == '-'
                    ? dn_arena_printf(parser->arena, "%.*s", (int)operand->text.length - 1,
                                      operand->text.data + 1)
                    : dn_arena_printf(parser->arena, "-%.*s", (int)operand->text.length,
                                      operand->text.data);

            if (!text) {
                dn_ddl_no_memory(parser);
                return NULL;
            }
            operand->text = dn_string(text);
        }
        return operand;
    }
    node = dn_node_new(parser, DN_NODE_PREFIX, token);
    if (!node)
        return NULL;
    node->name = name;
    return dn_node_add(parser, &node->items, operand) ? node : NULL;
}

static dn_node *
begin(dn_ddl_parser *parser, int level)
{
    if (level <= LEVEL_NOT && dn_ddl_accept(parser, "NOT"))
        return prefix(parser, "not", LEVEL_NOT);
    if (dn_ddl_accept(parser, "-"))
        return prefix(parser, "-", LEVEL_SIGN);
    if (dn_ddl_accept(parser, "+"))
        return prefix(parser, "+", LEVEL_SIGN);
    if (dn_ddl_accept(parser, "~"))
        return prefix(parser, "~", LEVEL_SUM);
    return dn_tree_primary(parser);
}

static dn_node *
parse(dn_ddl_parser *parser, int level)
{
    dn_node *left = begin(parser, level);

    while (left) {
        dn_node *node = NULL;
        size_t i;

        if (!parser->bare && level <= LEVEL_COLLATE && dn_ddl_accept(parser, "COLLATE")) {
            left = collate(parser, left);
            continue;
        }
        if (!parser->bare && !read_predicate(parser, left, level, &node))
            return NULL;
        if (node) {
            left = node;
            continue;
        }
        i = find_operator(parser);
        if (i == sizeof operators / sizeof operators[0] || operators[i].level < level)
            return left;
        left = read_binary(parser, left, i);
    }
    return NULL;
}
