/* SPDX-License-Identifier: MIT
 *
 * Classes of expressions, as far as they can be told without asking a database.
 */
#include "core/ddl/write.h"

#include <string.h>

typedef struct named_class {
    const char *name;
    dn_class class;
} named_class;

static const named_class types[] = {
    {"boolean", DN_CLASS_BOOL},
    {"smallint", DN_CLASS_INT},
    {"integer", DN_CLASS_INT},
    {"bigint", DN_CLASS_BIGINT},
    {"numeric", DN_CLASS_DECIMAL},
    {"real", DN_CLASS_FLOAT},
    {"double precision", DN_CLASS_FLOAT},
    {"text", DN_CLASS_TEXT},
    {"varchar", DN_CLASS_TEXT},
    {"char", DN_CLASS_CHAR},
    {"blob", DN_CLASS_BLOB},
    {"date", DN_CLASS_DATE},
    {"time", DN_CLASS_TIME},
    {"timestamp", DN_CLASS_TS},
    {"timestamptz", DN_CLASS_TS},
    {"interval", DN_CLASS_INTERVAL},
    {"json", DN_CLASS_JSON},
    {"jsonb", DN_CLASS_JSON},
    {"uuid", DN_CLASS_UUID},
    {"array", DN_CLASS_ARRAY},
    {"enum", DN_CLASS_ENUM},
};

/* Functions whose result does not depend on their arguments; what is not here has the class of its
 * first argument. A name ending in a blank stands for all units behind it. */
static const named_class functions[] = {
    {"lower", DN_CLASS_TEXT},
    {"upper", DN_CLASS_TEXT},
    {"btrim", DN_CLASS_TEXT},
    {"ltrim", DN_CLASS_TEXT},
    {"rtrim", DN_CLASS_TEXT},
    {"substr", DN_CLASS_TEXT},
    {"replace", DN_CLASS_TEXT},
    {"repeat", DN_CLASS_TEXT},
    {"reverse", DN_CLASS_TEXT},
    {"left", DN_CLASS_TEXT},
    {"right", DN_CLASS_TEXT},
    {"lpad", DN_CLASS_TEXT},
    {"rpad", DN_CLASS_TEXT},
    {"concat", DN_CLASS_TEXT},
    {"concat_ws", DN_CLASS_TEXT},
    {"initcap", DN_CLASS_TEXT},
    {"split_part", DN_CLASS_TEXT},
    {"chr", DN_CLASS_TEXT},
    {"md5", DN_CLASS_TEXT},
    {"to_hex", DN_CLASS_TEXT},
    {"to_char", DN_CLASS_TEXT},
    {"translate", DN_CLASS_TEXT},
    {"format", DN_CLASS_TEXT},
    {"quote_literal", DN_CLASS_TEXT},
    {"string_agg", DN_CLASS_TEXT},
    {"length", DN_CLASS_INT},
    {"octet_length", DN_CLASS_INT},
    {"strpos", DN_CLASS_INT},
    {"ascii", DN_CLASS_INT},
    /* numeric since PostgreSQL 14, so a quotient of it is not whole. */
    {"extract ", DN_CLASS_DECIMAL},
    {"nextval", DN_CLASS_BIGINT},
    {"currval", DN_CLASS_BIGINT},
    {"count", DN_CLASS_BIGINT},
    {"row_number", DN_CLASS_BIGINT},
    {"rank", DN_CLASS_BIGINT},
    {"dense_rank", DN_CLASS_BIGINT},
    {"ntile", DN_CLASS_INT},
    {"power", DN_CLASS_FLOAT},
    {"sqrt", DN_CLASS_FLOAT},
    {"exp", DN_CLASS_FLOAT},
    {"ln", DN_CLASS_FLOAT},
    {"log", DN_CLASS_FLOAT},
    {"random", DN_CLASS_FLOAT},
    {"pi", DN_CLASS_FLOAT},
    {"percent_rank", DN_CLASS_FLOAT},
    {"cume_dist", DN_CLASS_FLOAT},
    {"starts_with", DN_CLASS_BOOL},
    {"bool_and", DN_CLASS_BOOL},
    {"bool_or", DN_CLASS_BOOL},
    {"date_trunc ", DN_CLASS_TS},
    {"to_timestamp", DN_CLASS_TS},
    {"current_timestamp", DN_CLASS_TS},
    {"localtimestamp", DN_CLASS_TS},
    {"gen_random_uuid", DN_CLASS_UUID},
    {"array_agg", DN_CLASS_ARRAY},
    {"json", DN_CLASS_JSON},
};

static const named_class values[] = {
    {"true", DN_CLASS_BOOL},
    {"false", DN_CLASS_BOOL},
    {"current_timestamp", DN_CLASS_TS},
    {"localtimestamp", DN_CLASS_TS},
    {"current_date", DN_CLASS_DATE},
    {"current_time", DN_CLASS_TIME},
    {"localtime", DN_CLASS_TIME},
    {"current_user", DN_CLASS_TEXT},
    {"session_user", DN_CLASS_TEXT},
};

static dn_class
look_up(const named_class *table, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(table[i].name);

        if (strcmp(table[i].name, name) == 0 ||
            (table[i].name[length - 1] == ' ' && strncmp(table[i].name, name, length) == 0))
            return table[i].class;
    }
    return DN_CLASS_UNKNOWN;
}

#define LOOK_UP(table, name) look_up(table, sizeof table / sizeof table[0], name)

dn_class
dn_class_of_type(const char *type)
{
    return LOOK_UP(types, type);
}

const char *
dn_ddl_type_class(dunlin_string type)
{
    char name[64];
    dunlin_string bare = type;
    dn_class class;

    while (bare.length && bare.data[bare.length - 1] != '(' && memchr(bare.data, '(', bare.length))
        bare.length--;
    if (bare.length && bare.data[bare.length - 1] == '(')
        bare.length--;
    if (bare.length >= sizeof name)
        return NULL;
    memcpy(name, bare.data, bare.length);
    name[bare.length] = '\0';
    class = dn_class_of_type(name);
    return class == DN_CLASS_UNKNOWN ? NULL : dn_class_name(class);
}

/* "2147483648" needs more bits than an integer has, and 9223372036854775808 more than any. */
static dn_class
class_of_digits(dunlin_string text)
{
    static const char small[] = "2147483647";
    static const char big[] = "9223372036854775807";

    while (text.length > 1 && *text.data == '0') {
        text.data++;
        text.length--;
    }
    if (text.length < sizeof small - 1 ||
        (text.length == sizeof small - 1 && memcmp(text.data, small, sizeof small - 1) <= 0))
        return DN_CLASS_INT;
    if (text.length < sizeof big - 1 ||
        (text.length == sizeof big - 1 && memcmp(text.data, big, sizeof big - 1) <= 0))
        return DN_CLASS_BIGINT;
    return DN_CLASS_DECIMAL;
}

static dn_class
class_of_number(dunlin_string text)
{
    bool negative = text.length && *text.data == '-';
    dn_class class = class_of_digits((dunlin_string){text.data + negative, text.length - negative});

    for (uint64_t i = 0; i < text.length; i++) {
        if ((text.data[i] | 32) == 'e')
            return DN_CLASS_FLOAT;
        if (text.data[i] == '.')
            class = DN_CLASS_DECIMAL;
    }
    return class;
}

dn_class
dn_class_of_column(const dn_writer *writer, const dn_ddl_object *table, dunlin_string column)
{
    const dn_ddl_target *target = writer->target;
    const char *class = target->column_class(target->context, table->space, table->name, column);

    return class ? dn_class_of_word(dn_string(class)) : DN_CLASS_UNKNOWN;
}

static dn_class
class_of_column(const dn_writer *writer, const dn_node *node)
{
    static const dn_ddl_object at_hand = {{"", 0}, {"", 0}};
    dunlin_string column = node->parts[node->part_count - 1];
    dn_class class;

    if (!writer->target->column_class)
        return DN_CLASS_UNKNOWN;
    for (const dn_scope *scope = writer->scope; scope; scope = scope->outer) {
        if (!scope->table.name.length && !scope->query)
            continue;
        if (node->part_count > 1 &&
            !dn_ddl_same(node->parts[node->part_count - 2],
                         scope->alias.length ? scope->alias : scope->table.name))
            continue;
        class = scope->query ? dn_class_of_result(writer, scope, column)
                             : dn_class_of_column(writer, &scope->table, column);
        if (class != DN_CLASS_UNKNOWN)
            return class;
    }
    return writer->scope ? DN_CLASS_UNKNOWN : dn_class_of_column(writer, &at_hand, column);
}

/* Of two kinds of numbers the one that holds both. */
dn_class
dn_class_wider(dn_class one, dn_class other)
{
    static const dn_class order[] = {DN_CLASS_FLOAT, DN_CLASS_DECIMAL, DN_CLASS_WHOLE,
                                     DN_CLASS_BIGINT};

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (one == order[i] || other == order[i])
            return order[i];
    return one;
}

static dn_class
class_of_arithmetic(const dn_writer *writer, const dn_node *node, dn_class left)
{
    dn_class right = node->items.count > 1 ? dn_class_of(writer, node->items.list[1]) : left;

    if (dn_class_is_number(left) && dn_class_is_number(right))
        return dn_class_wider(left, right);
    if (right == DN_CLASS_INTERVAL)
        return left == DN_CLASS_DATE ? DN_CLASS_TS : left;
    if (left == DN_CLASS_DATE && right == DN_CLASS_DATE)
        return DN_CLASS_INT;
    if (left == DN_CLASS_DATE && dn_class_is_whole(right))
        return DN_CLASS_DATE;
    return DN_CLASS_UNKNOWN;
}

static dn_class
class_of_operator(const dn_writer *writer, const dn_node *node)
{
    const char *name = node->name;
    dn_class left = dn_class_of(writer, node->items.list[0]);

    if (strcmp(name, "||") == 0)
        return left == DN_CLASS_ARRAY || left == DN_CLASS_JSON ? left : DN_CLASS_TEXT;
    if (strcmp(name, "->") == 0 || strcmp(name, "#>") == 0)
        return DN_CLASS_JSON;
    if (strcmp(name, "->>") == 0 || strcmp(name, "#>>") == 0)
        return DN_CLASS_TEXT;
    if (name[0] && !name[1] && strchr("+-*/%", name[0]))
        return class_of_arithmetic(writer, node, left);
    if (strcmp(name, "^") == 0)
        return left == DN_CLASS_DECIMAL ? left : DN_CLASS_FLOAT;
    if (name[0] && !name[1] && strchr("&|#", name[0]))
        return DN_CLASS_INT;
    if (strcmp(name, "<<") == 0 || strcmp(name, ">>") == 0)
        return DN_CLASS_INT;
    if (strcmp(name, "collate") == 0)
        return left;
    if (strcmp(name, "at time zone") == 0)
        return DN_CLASS_TS;
    return DN_CLASS_BOOL;
}

/* What stands for any of several values: numbers of several kinds become the widest of them, and of
 * others the first that is known tells. `step` 2: the values of a CASE. */
static dn_class
class_of_any(const dn_writer *writer, const dn_nodes *nodes, size_t first, size_t step,
             const dn_node *otherwise)
{
    dn_class class = DN_CLASS_UNKNOWN;
    bool text = false;
    bool unknown = false;

    for (size_t i = first; i < nodes->count || otherwise; i += step) {
        const dn_node *node = i < nodes->count ? nodes->list[i] : otherwise;
        dn_class one = dn_class_of(writer, node);

        if (i >= nodes->count)
            otherwise = NULL;
        if (node->kind == DN_NODE_STRING)
            text = true; /* and of the class of the others, if there are any */
        else if (one == DN_CLASS_UNKNOWN)
            unknown = unknown || node->kind != DN_NODE_VALUE;
        else if (class == DN_CLASS_UNKNOWN)
            class = one;
        else if (dn_class_is_number(class) && dn_class_is_number(one))
            class = dn_class_wider(class, one);
    }
    if (class == DN_CLASS_UNKNOWN)
        return text ? DN_CLASS_TEXT : class;
    return unknown && dn_class_is_number(class) ? DN_CLASS_UNKNOWN : class;
}

/* sum(integer) is bigint, sum(bigint) and avg() of whole numbers are numeric. */
static dn_class
class_of_aggregate(const dn_writer *writer, const dn_node *node)
{
    dn_class class =
        node->items.count ? dn_class_of(writer, node->items.list[0]) : DN_CLASS_UNKNOWN;

    if (*node->name == 'a')
        return class == DN_CLASS_FLOAT || !dn_class_is_number(class) ? class : DN_CLASS_DECIMAL;
    return class == DN_CLASS_INT      ? DN_CLASS_BIGINT
           : class == DN_CLASS_BIGINT ? DN_CLASS_DECIMAL
           : class == DN_CLASS_WHOLE  ? DN_CLASS_UNKNOWN
                                      : class;
}

static bool
is_among(const char *name, const char *const *names)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

bool
dn_class_knows_call(const char *name)
{
    static const char *const by_arguments[] = {
        "round",    "trunc", "ceil",        "floor",  "sign",      "abs",        "coalesce",
        "greatest", "least", "mod",         "nullif", "sum",       "avg",        "min",
        "max",      "lag",   "first_value", "lead",   "nth_value", "last_value", NULL};

    return LOOK_UP(functions, name) != DN_CLASS_UNKNOWN || is_among(name, by_arguments);
}

/* round(integer) is double precision, and round(integer, 2) numeric. */
static dn_class
class_of_rounded(const dn_writer *writer, const dn_node *node)
{
    dn_class class =
        node->items.count ? dn_class_of(writer, node->items.list[0]) : DN_CLASS_UNKNOWN;

    return !dn_class_is_whole(class) ? class
           : node->items.count > 1   ? DN_CLASS_DECIMAL
                                     : DN_CLASS_FLOAT;
}

static dn_class
class_of_call(const dn_writer *writer, const dn_node *node)
{
    static const char *const aggregates[] = {"sum", "avg", NULL};
    static const char *const rounding[] = {"round", "trunc", "ceil", "floor", "sign", NULL};
    static const char *const choosing[] = {"coalesce", "greatest", "least", "mod", NULL};
    dn_class class = LOOK_UP(functions, node->name);
    const dn_rule *rule;

    if (class != DN_CLASS_UNKNOWN)
        return class;
    if (strncmp(node->name, "json", 4) == 0)
        return DN_CLASS_JSON;
    rule = writer->target->rules
               ? dn_rule_named(writer->target->rules, DUNLIN_RULE_FUNCTION, node->name)
               : NULL;
    if (rule && rule->result != DN_CLASS_UNKNOWN)
        return rule->result;
    if (is_among(node->name, aggregates))
        return class_of_aggregate(writer, node);
    if (is_among(node->name, rounding))
        return class_of_rounded(writer, node);
    if (is_among(node->name, choosing))
        return class_of_any(writer, &node->items, 0, 1, NULL);
    for (size_t i = 0; i < node->items.count && class == DN_CLASS_UNKNOWN; i++)
        class = dn_class_of(writer, node->items.list[i]);
    return class;
}

/* Of the table itself, by its name alone. */
static dn_class
class_of_excluded(const dn_writer *writer, const dn_node *node)
{
    dn_node column = *node;

    column.part_count = 1;
    return class_of_column(writer, &column);
}

dn_class
dn_class_of(const dn_writer *writer, const dn_node *node)
{
    switch (node->kind) {
    case DN_NODE_NUMBER: return class_of_number(node->text);
    case DN_NODE_STRING: return DN_CLASS_TEXT;
    case DN_NODE_BLOB: return DN_CLASS_BLOB;
    case DN_NODE_VALUE: return LOOK_UP(values, node->name);
    case DN_NODE_COLUMN: return class_of_column(writer, node);
    case DN_NODE_EXCLUDED: return class_of_excluded(writer, node);
    case DN_NODE_CALL: return class_of_call(writer, node);
    case DN_NODE_OPERATOR: return class_of_operator(writer, node);
    case DN_NODE_PREFIX:
        return strcmp(node->name, "not") == 0 ? DN_CLASS_BOOL
                                              : dn_class_of(writer, node->items.list[0]);
    case DN_NODE_CAST: return dn_class_of_type(node->name);
    case DN_NODE_CASE: return class_of_any(writer, &node->items, 1, 2, node->otherwise);
    case DN_NODE_IN:
    case DN_NODE_BETWEEN:
    case DN_NODE_IS_NULL:
    case DN_NODE_EXISTS: return DN_CLASS_BOOL;
    case DN_NODE_INTERVAL: return DN_CLASS_INTERVAL;
    case DN_NODE_ARRAY: return DN_CLASS_ARRAY;
    case DN_NODE_COLLATED: return dn_class_of(writer, node->items.list[0]);
    default: return DN_CLASS_UNKNOWN;
    }
}
