/* SPDX-License-Identifier: MIT
 *
 * A result is a cJSON tree, and a dunlin_node is one of its nodes under another name. What a
 * double cannot hold exactly is kept as a raw number.
 */
#include "core/base/document.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "core/base/alloc.h"
#include "core/base/arena.h"
#include "core/base/json.h"

struct dunlin_result {
    cJSON *root;
    int exit_code;
    bool failed;
    dn_text json;
};

/* --- building --------------------------------------------------------------------------------- */

/* Takes the item over. NULL items are allocations that failed. */
static dunlin_node *
attach(dunlin_result *result, dunlin_node *parent, const char *name, cJSON *item)
{
    cJSON *into = (cJSON *)parent;

    if (!result || !into) {
        cJSON_Delete(item);
        return NULL;
    }
    dn_text_clear(&result->json);
    if (!item ||
        !(name ? cJSON_AddItemToObjectCS(into, name, item) : cJSON_AddItemToArray(into, item))) {
        cJSON_Delete(item);
        result->failed = true;
        return NULL;
    }
    return (dunlin_node *)item;
}

dunlin_result *
dn_result_new(const char *format)
{
    dunlin_result *result = dn_malloc(sizeof *result);

    if (!result)
        return NULL;
    *result = (dunlin_result){.root = cJSON_CreateObject()};
    if (result->root)
        dn_node_set_text(result, (dunlin_node *)result->root, "format", format);
    if (!result->root || result->failed) {
        dunlin_result_free(result);
        return NULL;
    }
    return result;
}

void
dn_result_set_exit_code(dunlin_result *result, int exit_code)
{
    if (result)
        result->exit_code = exit_code;
}

bool
dn_result_ok(const dunlin_result *result)
{
    return result && !result->failed;
}

dunlin_node *
dn_result_node(dunlin_result *result)
{
    return result ? (dunlin_node *)result->root : NULL;
}

dunlin_node *
dn_node_object(dunlin_result *result, dunlin_node *parent, const char *name)
{
    return parent ? attach(result, parent, name, cJSON_CreateObject()) : NULL;
}

dunlin_node *
dn_node_array(dunlin_result *result, dunlin_node *parent, const char *name)
{
    return parent ? attach(result, parent, name, cJSON_CreateArray()) : NULL;
}

void
dn_node_set_text(dunlin_result *result, dunlin_node *parent, const char *name, const char *text)
{
    if (parent)
        attach(result, parent, name, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

void
dn_node_set_word(dunlin_result *result, dunlin_node *parent, const char *name, const char *word)
{
    if (parent)
        attach(result, parent, name, word ? cJSON_CreateStringReference(word) : cJSON_CreateNull());
}

/* The views are not terminated, and may hold NUL bytes, which become U+FFFD. */
void
dn_node_set_string(dunlin_result *result, dunlin_node *parent, const char *name, dunlin_string text)
{
    dn_auto(dn_text) copy = DN_TEXT_INIT;
    const char *nul;

    if (!result || !parent)
        return;
    if (!text.data) {
        dn_node_set_null(result, parent, name);
        return;
    }
    while (text.length && (nul = memchr(text.data, '\0', text.length)) != NULL) {
        size_t before = (size_t)(nul - text.data);

        dn_text_add(&copy, text.data, before);
        dn_text_add_string(&copy, "\xEF\xBF\xBD");
        text = dn_span(nul + 1, text.length - before - 1);
    }
    dn_text_add(&copy, text.data, text.length);
    attach(result, parent, name, copy.failed ? NULL : cJSON_CreateString(copy.data));
}

void
dn_node_set_integer(dunlin_result *result, dunlin_node *parent, const char *name, int64_t value)
{
    const int64_t exact = INT64_C(1) << 53;
    char digits[24];

    if (!parent)
        return;
    if (value < exact && value > -exact) {
        attach(result, parent, name, cJSON_CreateNumber((double)value));
        return;
    }
    snprintf(digits, sizeof digits, "%" PRId64, value);
    attach(result, parent, name, cJSON_CreateRaw(digits));
}

void
dn_node_set_boolean(dunlin_result *result, dunlin_node *parent, const char *name, bool value)
{
    if (parent)
        attach(result, parent, name, cJSON_CreateBool(value));
}

void
dn_node_set_null(dunlin_result *result, dunlin_node *parent, const char *name)
{
    if (parent)
        attach(result, parent, name, cJSON_CreateNull());
}

/* --- reading ---------------------------------------------------------------------------------- */

static const cJSON *
item_of(const dunlin_node *node)
{
    return (const cJSON *)node;
}

static const dunlin_node *
node_of(const cJSON *item)
{
    return (const dunlin_node *)item;
}

const dunlin_node *
dunlin_result_root(const dunlin_result *result)
{
    return result ? node_of(result->root) : NULL;
}

int
dunlin_result_exit_code(const dunlin_result *result)
{
    return result ? result->exit_code : DUNLIN_EXIT_OK;
}

void
dunlin_result_free(dunlin_result *result)
{
    if (!result)
        return;
    cJSON_Delete(result->root);
    dn_text_free(&result->json);
    free(result);
}

const dunlin_node *
dunlin_node_get(const dunlin_node *node, const char *name)
{
    return node_of(cJSON_GetObjectItemCaseSensitive(item_of(node), name));
}

const dunlin_node *
dunlin_node_first(const dunlin_node *node)
{
    return node ? node_of(item_of(node)->child) : NULL;
}

const dunlin_node *
dunlin_node_next(const dunlin_node *node)
{
    return node ? node_of(item_of(node)->next) : NULL;
}

size_t
dunlin_node_count(const dunlin_node *node)
{
    size_t count = 0;

    for (const dunlin_node *child = dunlin_node_first(node); child; child = dunlin_node_next(child))
        count++;
    return count;
}

const char *
dunlin_node_own_text(const dunlin_node *node)
{
    return cJSON_GetStringValue(item_of(node));
}

const char *
dunlin_node_text(const dunlin_node *node, const char *name)
{
    return dunlin_node_own_text(dunlin_node_get(node, name));
}

int64_t
dunlin_node_own_integer(const dunlin_node *node, int64_t otherwise)
{
    const cJSON *item = item_of(node);

    if (cJSON_IsRaw(item))
        return strtoll(item->valuestring, NULL, 10);
    return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : otherwise;
}

int64_t
dunlin_node_integer(const dunlin_node *node, const char *name, int64_t otherwise)
{
    return dunlin_node_own_integer(dunlin_node_get(node, name), otherwise);
}

int
dunlin_node_boolean(const dunlin_node *node, const char *name)
{
    return cJSON_IsTrue(item_of(dunlin_node_get(node, name)));
}

/* --- writing ---------------------------------------------------------------------------------- */

enum { ON_ONE_LINE = -1, INDENT = 2 };

static void add_value(dn_text *text, const cJSON *item, int indent);

static void
add_break(dn_text *text, int indent, bool between)
{
    if (indent != ON_ONE_LINE)
        dn_text_printf(text, "\n%*s", indent, "");
    else if (between)
        dn_text_add_char(text, ' ');
}

/* Objects spread over lines as long as no array is around them; an array has a line for each of
 * its elements. `indent` is that of the line the container begins on. */
static void
add_container(dn_text *text, const cJSON *item, int indent)
{
    bool object = cJSON_IsObject(item);
    int inner = indent == ON_ONE_LINE || !item->child ? ON_ONE_LINE : indent + INDENT;

    dn_text_add_char(text, object ? '{' : '[');
    for (const cJSON *child = item->child; child; child = child->next) {
        if (child != item->child)
            dn_text_add_char(text, ',');
        add_break(text, inner, child != item->child);
        if (object) {
            dn_json_add_string(text, child->string, strlen(child->string));
            dn_text_add(text, ": ", 2);
        }
        add_value(text, child, object ? inner : ON_ONE_LINE);
    }
    if (item->child)
        add_break(text, indent, false);
    dn_text_add_char(text, object ? '}' : ']');
}

static void
add_value(dn_text *text, const cJSON *item, int indent)
{
    switch (item->type & 0xFF) {
    case cJSON_Object:
    case cJSON_Array: add_container(text, item, indent); break;
    case cJSON_String:
        dn_json_add_string(text, item->valuestring, strlen(item->valuestring));
        break;
    case cJSON_Number: dn_text_printf(text, "%" PRId64, (int64_t)item->valuedouble); break;
    case cJSON_Raw: dn_text_add_string(text, item->valuestring); break;
    case cJSON_True: dn_text_add(text, "true", 4); break;
    case cJSON_False: dn_text_add(text, "false", 5); break;
    default: dn_text_add(text, "null", 4); break;
    }
}

const char *
dunlin_result_json(dunlin_result *result)
{
    if (!dn_result_ok(result))
        return NULL;
    if (result->json.length == 0 || result->json.failed) {
        dn_text_clear(&result->json);
        add_value(&result->json, result->root, 0);
        dn_text_add_char(&result->json, '\n');
    }
    return result->json.failed ? NULL : result->json.data;
}
