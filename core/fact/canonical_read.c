/* SPDX-License-Identifier: MIT
 *
 * Canonical JSON -> facts.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/fact/canonical_internal.h"

/* --- what members are ------------------------------------------------------------------------- */

#define WORD(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

static bool
is_among(dunlin_string name, const dunlin_string *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].length == name.length &&
            memcmp(list[i].data, name.data, (size_t)name.length) == 0)
            return true;
    return false;
}

/* The table of docs/facts.md. */
int32_t
dn_canonical_type(dunlin_string kind, dunlin_string name)
{
    static const dunlin_string identifiers[] = {WORD("after"),
                                                WORD("check_names"),
                                                WORD("column"),
                                                WORD("columns"),
                                                WORD("constraint"),
                                                WORD("desc_columns"),
                                                WORD("not_valid_checks"),
                                                WORD("include"),
                                                WORD("on_delete_columns"),
                                                WORD("order"),
                                                WORD("owned_by"),
                                                WORD("ref"),
                                                WORD("ref_columns"),
                                                WORD("schema"),
                                                WORD("type_path"),
                                                WORD("desc_columns")};
    static const dunlin_string expressions[] = {
        WORD("check"), WORD("checks"),    WORD("default"), WORD("definition"),
        WORD("expr"),  WORD("generated"), WORD("using"),   WORD("where")};

    if (dn_string_equal(name, "on_update") && dn_string_equal(kind, DUNLIN_KIND_COLUMN))
        return DUNLIN_PROPERTY_EXPRESSION;
    if (is_among(name, identifiers, sizeof identifiers / sizeof *identifiers))
        return DUNLIN_PROPERTY_IDENTIFIER;
    return is_among(name, expressions, sizeof expressions / sizeof *expressions)
               ? DUNLIN_PROPERTY_EXPRESSION
               : DUNLIN_PROPERTY_TEXT;
}

/* --- keys --------------------------------------------------------------------------------------- */

/* Undoes %2F and %25 in place; false: something else behind a '%'. */
static bool
unescape(char *name, uint64_t *length)
{
    uint64_t to = 0;

    for (uint64_t from = 0; from < *length; from++) {
        char byte = name[from];

        if (byte == '%') {
            if (*length - from < 3 || name[from + 1] != '2' ||
                (name[from + 2] != 'F' && name[from + 2] != '5'))
                return false;
            byte = name[from + 2] == 'F' ? '/' : '%';
            from += 2;
        }
        name[to++] = byte;
    }
    name[to] = '\0';
    *length = to;
    return true;
}

static int
read_key(const char *key, dn_arena *arena, dunlin_fact *fact, dn_fact_flaw *flaw)
{
    char *copy = dn_arena_text(arena, key);
    size_t parts = 1;
    dunlin_string *path;

    for (const char *at = key; *at; at++)
        parts += *at == '/';
    path = dn_arena_array(arena, parts, sizeof *path);
    if (!copy || !path)
        return -1;
    for (size_t i = 0; i < parts; i++) {
        char *slash = strchr(copy, '/');

        path[i] = dn_string(copy);
        if (slash)
            path[i].length = (uint64_t)(slash - copy);
        if (!unescape(copy, &path[i].length)) {
            flaw->words = "'%' in a key stands only before '2F' and '25'";
            return 1;
        }
        copy = slash ? slash + 1 : copy;
    }
    if (parts < 2 || path[0].length == 0) {
        flaw->words = "a key is a kind and names, as in 'table/users'";
        return 1;
    }
    fact->kind = path[0];
    fact->path = path + 1;
    fact->path_count = parts - 1;
    return 0;
}

/* --- values ------------------------------------------------------------------------------------- */

typedef struct reading {
    dunlin_string kind;
    dn_properties list;
    dn_fact_flaw *flaw;
} reading;

static int
refuse(reading *work, const cJSON *node, const char *words)
{
    *work->flaw = (dn_fact_flaw){words, node};
    return 1;
}

static dunlin_string
copy_of(reading *work, const char *text)
{
    size_t length = strlen(text);
    char *copy = dn_arena_copy(work->list.arena, text, length);

    work->list.failed = work->list.failed || !copy;
    return dn_span(copy, copy ? length : 0);
}

static void
add(reading *work, dunlin_string name, dunlin_property property)
{
    dn_properties_add(&work->list, NULL, property.type, property.integer, property.text);
    if (work->list.failed)
        return;
    work->list.items[work->list.count - 1].name = name;
    work->list.items[work->list.count - 1].index = property.index;
}

/* {"$expression":"..."}: false when it is none. */
static bool
read_tagged(const cJSON *node, dunlin_property *property, const char **text)
{
    static const struct {
        const char *tag;
        int32_t type;
    } tags[] = {
        {DN_CANONICAL_TEXT, DUNLIN_PROPERTY_TEXT},
        {DN_CANONICAL_IDENTIFIER, DUNLIN_PROPERTY_IDENTIFIER},
        {DN_CANONICAL_EXPRESSION, DUNLIN_PROPERTY_EXPRESSION},
        {DN_CANONICAL_INTEGER, DUNLIN_PROPERTY_INTEGER},
    };
    const cJSON *child = node->child;

    if (!cJSON_IsObject(node) || !child || child->next || !cJSON_IsString(child))
        return false;
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
        if (strcmp(child->string, tags[i].tag) == 0) {
            property->type = tags[i].type;
            *text = child->valuestring;
            return true;
        }
    return false;
}

static int
read_integer(reading *work, const cJSON *node, const char *text, int64_t *integer)
{
    char *end;

    errno = 0;
    *integer = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end)
        return refuse(work, node, "not a whole number of 64 bits");
    return 0;
}

static int read_value(reading *work, dunlin_string name, dunlin_string member, uint32_t index,
                      const cJSON *node);

static int
read_children(reading *work, dunlin_string name, dunlin_string member, uint32_t index,
              const cJSON *node)
{
    bool list = cJSON_IsArray(node);
    uint32_t count = 0;
    int answer = 0;

    add(work, name,
        (dunlin_property){.type = list ? DUNLIN_PROPERTY_LIST_BEGIN : DUNLIN_PROPERTY_STRUCT_BEGIN,
                          .index = index});
    for (const cJSON *child = node->child; child && answer == 0; child = child->next) {
        dunlin_string own = list ? dn_string("") : copy_of(work, child->string);

        answer = read_value(work, own, list ? member : own, list ? count++ : 0, child);
    }
    add(work, dn_string(""), (dunlin_property){.type = DUNLIN_PROPERTY_END});
    return answer;
}

/* `name` is what stands in the property, `member` decides what a string is. */
static int
read_value(reading *work, dunlin_string name, dunlin_string member, uint32_t index,
           const cJSON *node)
{
    dunlin_property property = {.index = index};
    const char *text = NULL;
    int answer = 0;

    if (cJSON_IsString(node)) {
        property.type = dn_canonical_type(work->kind, member);
        text = node->valuestring;
    } else if (cJSON_IsTrue(node)) {
        property.type = DUNLIN_PROPERTY_BOOLEAN;
        property.integer = 1;
    } else if (cJSON_IsNumber(node)) {
        property.type = DUNLIN_PROPERTY_INTEGER;
        if (!dn_json_integer(node, &property.integer))
            return refuse(work, node, "not a whole number below 2^53");
    } else if (cJSON_IsFalse(node) || cJSON_IsNull(node)) {
        return refuse(work, node, "what is false or null is left out");
    } else if (!read_tagged(node, &property, &text)) {
        return read_children(work, name, member, index, node);
    }
    if (property.type == DUNLIN_PROPERTY_INTEGER && text)
        answer = read_integer(work, node, text, &property.integer);
    else if (text)
        property.text = copy_of(work, text);
    if (answer == 0)
        add(work, name, property);
    return answer;
}

/* How many properties the children of a node make, at most. */
static size_t
count_properties(const cJSON *node)
{
    size_t count = 0;

    for (const cJSON *child = node->child; child; child = child->next)
        count += 1 + (child->child ? count_properties(child) + 1 : 0);
    return count;
}

int
dn_fact_read(const char *key, const cJSON *value, dn_arena *arena, dunlin_fact *fact,
             dn_fact_flaw *flaw)
{
    reading work = {.list = {.arena = arena}, .flaw = flaw};
    int answer;

    *flaw = (dn_fact_flaw){NULL, NULL};
    *fact = (dunlin_fact){.size = sizeof *fact};
    answer = read_key(key, arena, fact, flaw);
    if (answer)
        return answer;
    if (!cJSON_IsObject(value))
        return refuse(&work, value, "the value of a fact is an object");
    work.kind = fact->kind;
    dn_properties_reserve(&work.list, count_properties(value));
    for (const cJSON *child = value->child; child && answer == 0; child = child->next) {
        dunlin_string name = copy_of(&work, child->string);

        answer = read_value(&work, name, name, 0, child);
    }
    if (work.list.failed)
        return -1;
    fact->properties = work.list.items;
    fact->property_count = work.list.count;
    return answer;
}
