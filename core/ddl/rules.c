/* SPDX-License-Identifier: MIT
 *
 * Rules of a driver for portable expressions.
 */
#include "core/ddl/write.h"

#include <string.h>

enum { BUCKETS = 512 };

struct dn_ddl_rules {
    dn_arena *arena;
    dn_rule *buckets[BUCKETS];
};

static const char *const class_names[] = {
    "unknown", "int",   "bigint", "whole",    "bool",   "decimal",  "float", "text",
    "char",    "enum",  "ts",     "date",     "time",   "interval", "uuid",  "json",
    "blob",    "array", "any",    "constant", "number", "*",
};

dn_class
dn_class_of_word(dunlin_string word)
{
    for (size_t i = 1; i < sizeof class_names / sizeof class_names[0]; i++)
        if (dn_string_equal(word, class_names[i]))
            return (dn_class)i;
    return DN_CLASS_UNKNOWN;
}

const char *
dn_class_name(dn_class class)
{
    return class_names[class];
}

static unsigned
hash(int32_t kind, const char *name, size_t length)
{
    unsigned sum = 5381 + (unsigned)kind;

    for (size_t i = 0; i < length; i++)
        sum = sum * 33 + (unsigned char)name[i];
    return sum % BUCKETS;
}

dn_ddl_rules *
dn_ddl_rules_new(dn_arena *arena)
{
    dn_ddl_rules *rules = dn_arena_alloc(arena, sizeof *rules);

    if (!rules)
        return NULL;
    memset(rules, 0, sizeof *rules);
    rules->arena = arena;
    return rules;
}

static int
bad_rule(const dunlin_expression_rule *rule, const char *what, dn_error *error)
{
    return dn_fail(error, DUNLIN_INTERNAL, "ddl.bad-rule",
                   "the rule '%.*s' for portable expressions %s",
                   rule->name.length < 100 ? (int)rule->name.length : 100, rule->name.data, what);
}

static bool
copy(dn_arena *arena, dunlin_string text, dunlin_string *to)
{
    const char *data = dn_arena_copy(arena, text.length ? text.data : "", text.length);

    *to = dn_span(data, text.length);
    return data != NULL;
}

static const char *
read_operands(dn_rule *made, dunlin_string text)
{
    const char *at = text.data;
    const char *end = text.length ? text.data + text.length : at;

    while (at < end) {
        const char *blank = memchr(at, ' ', (size_t)(end - at));
        size_t length = blank ? (size_t)(blank - at) : (size_t)(end - at);
        dn_class class = dn_class_of_word(dn_span(at, length));

        if (class == DN_CLASS_UNKNOWN)
            return "names a class of operands that there is none of";
        if (made->operand_count == DN_RULE_OPERANDS)
            return "has too many operands";
        made->operands[made->operand_count++] = class;
        at += length + 1;
    }
    return NULL;
}

static bool
contains(dunlin_string text, const char *part)
{
    size_t length = strlen(part);

    for (uint64_t i = 0; i + length <= text.length; i++)
        if (memcmp(text.data + i, part, length) == 0)
            return true;
    return false;
}

int
dn_ddl_rules_add(dn_ddl_rules *rules, const dunlin_expression_rule *rule, dn_error *error)
{
    dn_rule *made = dn_arena_alloc(rules->arena, sizeof *made);
    dn_rule **last;
    const char *wrong;

    if (!made)
        return dn_no_memory(error);
    memset(made, 0, sizeof *made);
    if (rule->kind < DUNLIN_RULE_FUNCTION || rule->kind > DUNLIN_RULE_CLAUSE)
        return bad_rule(rule, "is of no kind", error);
    if (!rule->name.length)
        return bad_rule(rule, "has no name", error);
    made->kind = rule->kind;
    wrong = read_operands(made, rule->operands);
    if (wrong)
        return bad_rule(rule, wrong, error);
    if (rule->result.length) {
        made->result = dn_class_of_word(rule->result);
        if (made->result == DN_CLASS_UNKNOWN)
            return bad_rule(rule, "has a result of no class", error);
    }
    made->constant_second = contains(rule->native, "$G2") || contains(rule->native, "$L2");
    if (!copy(rules->arena, rule->name, &made->name) ||
        !copy(rules->arena, rule->native, &made->native) ||
        !copy(rules->arena, rule->refusal, &made->refusal))
        return dn_no_memory(error);
    last = &rules->buckets[hash(rule->kind, made->name.data, made->name.length)];
    while (*last)
        last = &(*last)->next;
    *last = made;
    return 0;
}

bool
dn_class_is_whole(dn_class class)
{
    return class == DN_CLASS_INT || class == DN_CLASS_BIGINT || class == DN_CLASS_WHOLE;
}

bool
dn_class_is_number(dn_class class)
{
    return dn_class_is_whole(class) || class == DN_CLASS_DECIMAL || class == DN_CLASS_FLOAT;
}

static bool
class_fits(dn_class wanted, dn_class class, const dn_node *operand)
{
    if (wanted == DN_CLASS_ANY || wanted == class)
        return true;
    if (wanted == DN_CLASS_CONSTANT)
        return operand->kind == DN_NODE_STRING;
    if (wanted == DN_CLASS_INT)
        return dn_class_is_whole(class);
    if (wanted == DN_CLASS_TEXT)
        return class == DN_CLASS_CHAR;
    return wanted == DN_CLASS_NUMBER && dn_class_is_number(class);
}

static bool
fits(const dn_rule *rule, const dn_node *const *operands, const dn_class *classes, size_t count)
{
    bool more = rule->operand_count && rule->operands[rule->operand_count - 1] == DN_CLASS_MORE;
    size_t wanted = rule->operand_count - more;

    if (rule->constant_second && (count < 2 || operands[1]->kind != DN_NODE_STRING))
        return false;
    if (!rule->operand_count)
        return true;
    if (count < wanted || (count > wanted && !more))
        return false;
    for (size_t i = 0; i < wanted; i++)
        if (!class_fits(rule->operands[i], classes[i], operands[i]))
            return false;
    return true;
}

const dn_rule *
dn_rule_find(const dn_ddl_rules *rules, int32_t kind, const char *name,
             const dn_node *const *operands, const dn_class *classes, size_t count, bool *any)
{
    *any = false;
    for (const dn_rule *rule = rules->buckets[hash(kind, name, strlen(name))]; rule;
         rule = rule->next) {
        if (rule->kind != kind || !dn_string_equal(rule->name, name))
            continue;
        *any = true;
        if (fits(rule, operands, classes, count))
            return rule;
    }
    return NULL;
}

const dn_rule *
dn_rule_named(const dn_ddl_rules *rules, int32_t kind, const char *name)
{
    for (const dn_rule *rule = rules->buckets[hash(kind, name, strlen(name))]; rule;
         rule = rule->next)
        if (rule->kind == kind && dn_string_equal(rule->name, name))
            return rule;
    return NULL;
}
