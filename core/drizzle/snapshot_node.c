/* SPDX-License-Identifier: MIT
 *
 * Columns and indexes in the words of drizzle-kit's snapshots, and expressions in those of the
 * migrations.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/drizzle/drizzle_internal.h"

static void
put_text(cJSON *list, const char *name, const dn_drizzle_values *values, dunlin_string text)
{
    const char *copy = dn_arena_copy(values->arena, text.data, (size_t)text.length);

    dn_drizzle_put(list, name, copy ? cJSON_CreateString(copy) : NULL);
}

/* --- types ----------------------------------------------------------------------------------------------- */

static bool
take(dunlin_string text, const char *words, dunlin_string *rest)
{
    size_t length = strlen(words);

    if (text.length < length || memcmp(text.data, words, length) != 0)
        return false;
    *rest = dn_span(text.data + length, (size_t)text.length - length);
    return true;
}

/* "timestamp(3) with time zone" is "timestamp (3) with time zone" there. */
static const char *
time_type(const dn_drizzle_values *values, dunlin_string type, const char *word)
{
    dunlin_string rest;
    dunlin_string zone;
    size_t digits;

    if (!take(type, word, &rest))
        return NULL;
    digits = rest.length && rest.data[0] == '(' ? strcspn(rest.data, ")") + 1 : 0;
    zone = dn_span(rest.data + digits, (size_t)rest.length - digits);
    return dn_arena_printf(values->arena, "%s%s%.*s%s", word, digits ? " " : "", (int)digits,
                           rest.data,
                           strncmp(zone.data, " with ", 6) == 0 ? " with time zone" : "");
}

static const char *
postgres_type(const dn_drizzle_values *values, const dunlin_fact *column)
{
    dunlin_string type = dn_fact_text(column, "type");
    dunlin_string rest;
    const char *comma = memchr(type.data ? type.data : "", ',', (size_t)type.length);

    if (dn_string_equal(dn_fact_text(column, "auto"), "serial"))
        return dn_string_equal(type, "bigint")     ? "bigserial"
               : dn_string_equal(type, "smallint") ? "smallserial"
                                                   : "serial";
    if (take(type, "character varying", &rest))
        return dn_arena_printf(values->arena, "varchar%.*s", (int)rest.length, rest.data);
    if (take(type, "character", &rest))
        return dn_arena_printf(values->arena, "char%.*s", (int)rest.length, rest.data);
    if (take(type, "timestamp", &rest))
        return time_type(values, type, "timestamp");
    if (take(type, "time", &rest))
        return time_type(values, type, "time");
    if (take(type, "numeric(", &rest) && comma)
        return dn_arena_printf(values->arena, "%.*s, %.*s", (int)(comma - type.data), type.data,
                               (int)(type.length - (size_t)(comma - type.data) - 1), comma + 1);
    return dn_arena_copy(values->arena, type.data, (size_t)type.length);
}

static const char *
mysql_type(const dn_drizzle_values *values, const dunlin_fact *column)
{
    dunlin_string type = dn_fact_text(column, "type");
    char *copy;

    if (dn_string_equal(type, "tinyint(1)"))
        return "boolean";
    if (dn_string_equal(type, "enum")) {
        const dunlin_property *value =
            dn_property_find(column->properties, column->property_count, "values");
        const char *text = "enum(";

        for (value = value ? value + 1 : NULL; text && value && value->type != DUNLIN_PROPERTY_END;
             value++)
            text = dn_arena_printf(values->arena, "%s%s'%.*s'", text,
                                   text[strlen(text) - 1] == '(' ? "" : ",",
                                   (int)value->text.length, value->text.data);
        return text ? dn_arena_printf(values->arena, "%s)", text) : NULL;
    }
    copy = dn_arena_copy(values->arena, type.data, (size_t)type.length);
    for (char *at = copy; at && *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return copy;
}

static void
put_type(const dn_drizzle_values *values, cJSON *node, const dunlin_fact *column)
{
    const dunlin_property *path =
        dn_property_find(column->properties, column->property_count, "type_path");
    const char *type;

    if (path && path[1].type != DUNLIN_PROPERTY_END && path[2].type != DUNLIN_PROPERTY_END) {
        put_text(node, "type", values, path[2].text);
        put_text(node, "typeSchema", values, path[1].text);
        return;
    }
    type = values->dialect->namespaces ? postgres_type(values, column) : mysql_type(values, column);
    dn_drizzle_put(node, "type", cJSON_CreateString(type ? type : ""));
}

/* --- defaults ---------------------------------------------------------------------------------------------- */

static bool
is_number(dunlin_string text)
{
    size_t at = text.length && text.data[0] == '-' ? 1 : 0;

    for (size_t i = at; i < text.length; i++)
        if (!isdigit((unsigned char)text.data[i]) && text.data[i] != '.')
            return false;
    return text.length > at;
}

/* 'x'::text without what the server adds; of json that stays. */
static dunlin_string
without_cast(dunlin_string text)
{
    size_t at = 1;

    if (!text.length || text.data[0] != '\'')
        return text;
    for (; at < text.length; at++)
        if (text.data[at] == '\'' && !(at + 1 < text.length && text.data[at + 1] == '\''))
            break;
        else if (text.data[at] == '\'')
            at++;
    at++;
    if (at + 6 < text.length && strncmp(text.data + at, "::json", 6) == 0)
        return text;
    return dn_span(text.data, at < text.length ? at : (size_t)text.length);
}

static cJSON *
number_node(const dn_drizzle_values *values, const dunlin_fact *column, dunlin_string text)
{
    dunlin_string type = dn_fact_text(column, "type");
    dunlin_string rest;
    const char *copy = dn_arena_copy(values->arena, text.data, (size_t)text.length);

    if (dn_string_equal(type, "tinyint(1)"))
        return cJSON_CreateBool(text.data[0] != '0');
    if (take(type, "numeric", &rest) || take(type, "decimal", &rest)) {
        copy = dn_arena_printf(values->arena, "'%s'", copy ? copy : "");
        return copy ? cJSON_CreateString(copy) : NULL;
    }
    return copy ? cJSON_CreateNumber(strtod(copy, NULL)) : NULL;
}

static void
put_default(const dn_drizzle_values *values, cJSON *node, const dunlin_fact *column)
{
    dunlin_string text = dn_fact_text(column, "default");
    bool plain;

    if (!text.length)
        return;
    if (is_number(text)) {
        dn_drizzle_put(node, "default", number_node(values, column, text));
        return;
    }
    if (dn_string_among(text, "true false")) {
        dn_drizzle_put(node, "default", cJSON_CreateBool(text.data[0] == 't'));
        return;
    }
    if (dn_string_equal(text, "current_timestamp()"))
        text = dn_string("now()");
    plain = values->dialect->namespaces ||
            (text.data[0] == '\'' && !dn_string_equal(dn_fact_text(column, "type"), "json"));
    text = values->dialect->namespaces ? without_cast(text) : text;
    put_text(
        node, "default", values,
        plain ? text
              : dn_string(dn_arena_printf(values->arena, "(%.*s)", (int)text.length, text.data)));
}

cJSON *
dn_drizzle_column_node(const dn_drizzle_values *values, const dunlin_fact *column, bool key)
{
    cJSON *node = cJSON_CreateObject();
    dunlin_string automatic = dn_fact_text(column, "auto");
    dunlin_string generated = dn_fact_text(column, "generated");

    put_text(node, "name", values, column->path[column->path_count - 1]);
    put_type(values, node, column);
    dn_drizzle_put(node, "primaryKey", cJSON_CreateBool(key));
    dn_drizzle_put(node, "notNull", cJSON_CreateBool(dn_fact_flag(column, "not_null")));
    if (!values->dialect->namespaces)
        dn_drizzle_put(node, "autoincrement",
                       cJSON_CreateBool(dn_string_equal(automatic, "increment")));
    if (generated.length) {
        cJSON *made = cJSON_CreateObject();

        put_text(made, "as", values, generated);
        put_text(made, "type", values, dn_fact_text(column, "generated_kind"));
        dn_drizzle_put(node, "generated", made);
    } else {
        put_default(values, node, column);
    }
    if (dn_string_among(automatic, "always identity")) {
        cJSON *identity = cJSON_CreateObject();

        dn_drizzle_put(
            identity, "type",
            cJSON_CreateString(dn_string_equal(automatic, "always") ? "always" : "byDefault"));
        dn_drizzle_put(node, "identity", identity);
    }
    if (dn_fact_text(column, "on_update").length)
        dn_drizzle_put(node, "onUpdate", cJSON_CreateBool(true));
    return node;
}

/* --- indexes ----------------------------------------------------------------------------------------------- */

static cJSON *
key_node(const dn_drizzle_values *values, const dunlin_property *key)
{
    cJSON *node;
    const char *text = NULL;
    bool expression = false;
    bool descending = false;
    const char *nulls = NULL;

    for (key++; key->type != DUNLIN_PROPERTY_END; key++) {
        if (dn_string_equal(key->name, "column") || dn_string_equal(key->name, "expr")) {
            text = dn_arena_copy(values->arena, key->text.data, (size_t)key->text.length);
            expression = dn_string_equal(key->name, "expr");
        } else if (dn_string_equal(key->name, "desc")) {
            descending = key->integer != 0;
        } else if (dn_string_equal(key->name, "nulls")) {
            nulls = dn_arena_copy(values->arena, key->text.data, (size_t)key->text.length);
        }
    }
    if (!values->dialect->namespaces)
        return cJSON_CreateString(text ? text : "");
    node = cJSON_CreateObject();
    dn_drizzle_put(node, "expression", cJSON_CreateString(text ? text : ""));
    dn_drizzle_put(node, "isExpression", cJSON_CreateBool(expression));
    dn_drizzle_put(node, "asc", cJSON_CreateBool(!descending));
    dn_drizzle_put(node, "nulls",
                   cJSON_CreateString(nulls        ? nulls
                                      : descending ? "first"
                                                   : "last"));
    return node;
}

cJSON *
dn_drizzle_index_node(const dn_drizzle_values *values, const dunlin_fact *index)
{
    const dunlin_property *keys =
        dn_property_find(index->properties, index->property_count, "keys");
    dunlin_string where = dn_fact_text(index, "where");
    dunlin_string method = dn_fact_text(index, "method");
    dunlin_string name = index->path[index->path_count - 1];
    const char *own = dn_arena_copy(values->arena, name.data, (size_t)name.length);
    const char *words = own ? dn_drizzle_find_where(values->history, own, values->arena) : NULL;
    cJSON *node = cJSON_CreateObject();
    cJSON *columns = cJSON_CreateArray();
    uint64_t at = keys ? (uint64_t)(keys - index->properties) + 1 : 0;

    put_text(node, "name", values, name);
    while (keys && index->properties[at].type != DUNLIN_PROPERTY_END) {
        cJSON_AddItemToArray(columns, key_node(values, &index->properties[at]));
        at += dn_property_span(index->properties, index->property_count, at);
    }
    dn_drizzle_put(node, "columns", columns);
    dn_drizzle_put(node, "isUnique", cJSON_CreateBool(dn_fact_flag(index, "unique")));
    if (where.length && words)
        dn_drizzle_put(node, "where", cJSON_CreateString(words));
    else if (where.length)
        put_text(node, "where", values, where);
    if (!values->dialect->namespaces)
        return node;
    dn_drizzle_put(node, "concurrently", cJSON_CreateBool(false));
    put_text(node, "method", values, method.length ? method : dn_string("btree"));
    dn_drizzle_put(node, "with", cJSON_CreateObject());
    return node;
}

/* --- the words of authors ---------------------------------------------------------------------------------- */

/* Behind the last place where the name stands in quotes behind `before`, blanks apart. */
static const char *
find_last(const dn_text *history, const char *before, const char *name)
{
    const char *found = NULL;
    size_t length = strlen(name);

    for (const char *at = history->data; at && (at = strstr(at, before)) != NULL; at++) {
        const char *quote = at + strlen(before) + strspn(at + strlen(before), " \n\t");

        if ((*quote == '"' || *quote == '`') && strncmp(quote + 1, name, length) == 0 &&
            quote[length + 1] == *quote)
            found = quote + length + 2;
    }
    return found;
}

const char *
dn_drizzle_find_check(const dn_text *history, const char *name, dn_arena *arena)
{
    const char *at = history ? find_last(history, "CONSTRAINT", name) : NULL;
    const char *begin;
    int depth = 0;

    if (!at)
        return NULL;
    at += strspn(at, " ");
    if (strncmp(at, "CHECK", 5) != 0)
        return NULL;
    begin = strchr(at, '(');
    for (at = begin; at && *at; at++) {
        if (*at == '\'') {
            at = strchr(at + 1, '\'');
            if (!at)
                return NULL;
        }
        depth += *at == '(' ? 1 : *at == ')' ? -1 : 0;
        if (depth == 0)
            return dn_arena_copy(arena, begin + 1, (size_t)(at - begin - 1));
    }
    return NULL;
}

const char *
dn_drizzle_find_where(const dn_text *history, const char *name, dn_arena *arena)
{
    const char *at = history ? find_last(history, "INDEX", name) : NULL;
    const char *end = at ? at + strcspn(at, ";") : NULL;
    const char *where = at ? strstr(at, " WHERE ") : NULL;
    const char *mark = at ? strstr(at, "--> statement-breakpoint") : NULL;

    if (mark && end && mark < end)
        end = mark;
    if (!where || where > end)
        return NULL;
    where += strlen(" WHERE ");
    while (end > where && isspace((unsigned char)end[-1]))
        end--;
    return dn_arena_copy(arena, where, (size_t)(end - where));
}

/* --- printing ------------------------------------------------------------------------------------------------ */

static void
indent(dn_text *text, int depth)
{
    dn_text_add_char(text, '\n');
    for (int i = 0; i < depth; i++)
        dn_text_add_string(text, "  ");
}

void
dn_drizzle_print(const cJSON *node, int depth, dn_text *text)
{
    bool array = cJSON_IsArray(node);

    if (!array && !cJSON_IsObject(node)) {
        char number[32];

        if (cJSON_IsString(node)) {
            dn_json_add_string(text, node->valuestring, strlen(node->valuestring));
        } else if (cJSON_IsNumber(node)) {
            snprintf(number, sizeof number, "%.15g", node->valuedouble);
            dn_text_add_string(text, number);
        } else {
            dn_text_add_string(text, cJSON_IsTrue(node)    ? "true"
                                     : cJSON_IsFalse(node) ? "false"
                                                           : "null");
        }
        return;
    }
    dn_text_add_char(text, array ? '[' : '{');
    for (const cJSON *child = node->child; child; child = child->next) {
        if (child != node->child)
            dn_text_add_char(text, ',');
        indent(text, depth + 1);
        if (!array) {
            dn_json_add_string(text, child->string, strlen(child->string));
            dn_text_add_string(text, ": ");
        }
        dn_drizzle_print(child, depth + 1, text);
    }
    if (node->child)
        indent(text, depth);
    dn_text_add_char(text, array ? ']' : '}');
}
