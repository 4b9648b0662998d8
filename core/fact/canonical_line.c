/* SPDX-License-Identifier: MIT
 *
 * One line of a snapshot as dn_fact_write() writes it -> a fact, without a tree in between. What is
 * escaped, tagged, wrong or merely unusual is left to the reader that takes any JSON.
 */
#include <string.h>

#include "core/fact/canonical_internal.h"

/* Whole numbers of so many digits are below 2^53. */
enum { DIGITS_AT_MOST = 15, NESTED_AT_MOST = 8 };

typedef struct scanner {
    const char *at;
    const char *end;
    dunlin_string kind;
    dn_properties *list;
    int depth;
} scanner;

static bool
take(scanner *scan, char byte)
{
    if (scan->at == scan->end || *scan->at != byte)
        return false;
    scan->at++;
    return true;
}

static bool
take_string(scanner *scan, dunlin_string *text)
{
    const char *start;

    if (!take(scan, '"'))
        return false;
    start = scan->at;
    while (scan->at < scan->end && *scan->at != '"') {
        if (*scan->at == '\\' || (unsigned char)*scan->at < 0x20)
            return false;
        scan->at++;
    }
    *text = dn_span(start, (uint64_t)(scan->at - start));
    return take(scan, '"');
}

static bool
take_word(scanner *scan, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0)
        return false;
    scan->at += length;
    return true;
}

static bool
take_integer(scanner *scan, int64_t *integer)
{
    bool negative = take(scan, '-');
    const char *start = scan->at;

    for (*integer = 0; scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9'; scan->at++) {
        if (scan->at - start == DIGITS_AT_MOST)
            return false;
        *integer = *integer * 10 + (*scan->at - '0');
    }
    if (scan->at == start || (*start == '0' && (negative || scan->at - start > 1)))
        return false;
    if (negative)
        *integer = -*integer;
    return true;
}

static void
add(scanner *scan, dunlin_string name, dunlin_property property)
{
    dn_properties_add(scan->list, NULL, property.type, property.integer, property.text);
    if (scan->list->failed)
        return;
    scan->list->items[scan->list->count - 1].name = name;
    scan->list->items[scan->list->count - 1].index = property.index;
}

/* `name` is what stands in the property, `member` decides what a string is. */
typedef struct place {
    dunlin_string name;
    dunlin_string member;
    uint32_t index;
} place;

static bool take_value(scanner *scan, place here);

/* Behind '{': members up to '}'. */
static bool
take_members(scanner *scan)
{
    dunlin_string name;

    if (take(scan, '}'))
        return true;
    do
        if (!take_string(scan, &name) || (name.length && name.data[0] == '$') || !take(scan, ':') ||
            !take_value(scan, (place){name, name, 0}))
            return false;
    while (take(scan, ','));
    return take(scan, '}');
}

/* Behind '[': elements up to ']'. */
static bool
take_elements(scanner *scan, dunlin_string member)
{
    place here = {dn_string(""), member, 0};

    if (take(scan, ']'))
        return true;
    for (;; here.index++) {
        if (!take_value(scan, here))
            return false;
        if (!take(scan, ','))
            return take(scan, ']');
    }
}

static bool
take_nested(scanner *scan, place here)
{
    bool list = *scan->at++ == '[';
    bool good;

    add(scan, here.name,
        (dunlin_property){.type = list ? DUNLIN_PROPERTY_LIST_BEGIN : DUNLIN_PROPERTY_STRUCT_BEGIN,
                          .index = here.index});
    scan->depth++;
    good = scan->depth <= NESTED_AT_MOST &&
           (list ? take_elements(scan, here.member) : take_members(scan));
    scan->depth--;
    add(scan, dn_string(""), (dunlin_property){.type = DUNLIN_PROPERTY_END});
    return good;
}

static bool
take_value(scanner *scan, place here)
{
    dunlin_property property = {.index = here.index};

    if (scan->at == scan->end)
        return false;
    switch (*scan->at) {
    case '{':
    case '[': return take_nested(scan, here);
    case '"':
        if (!take_string(scan, &property.text))
            return false;
        property.type = dn_canonical_type(scan->kind, here.member);
        break;
    case 't':
        if (!take_word(scan, "true"))
            return false;
        property.type = DUNLIN_PROPERTY_BOOLEAN;
        property.integer = 1;
        break;
    default:
        if (!take_integer(scan, &property.integer))
            return false;
        property.type = DUNLIN_PROPERTY_INTEGER;
    }
    add(scan, here.name, property);
    return true;
}

/* A kind and at least one name, none with a '%' in it. */
static bool
split_key(dunlin_string key, dn_fact_line *line)
{
    const char *at = key.data;
    const char *end = key.data + key.length;
    size_t parts = 0;

    if (memchr(at, '%', (size_t)key.length))
        return false;
    for (;;) {
        const char *slash = memchr(at, '/', (size_t)(end - at));

        if (parts == sizeof line->parts / sizeof *line->parts)
            return false;
        line->parts[parts++] = dn_span(at, (uint64_t)((slash ? slash : end) - at));
        if (!slash)
            break;
        at = slash + 1;
    }
    line->fact = (dunlin_fact){.size = sizeof line->fact,
                               .kind = line->parts[0],
                               .path = line->parts + 1,
                               .path_count = parts - 1};
    return parts >= 2 && line->parts[0].length > 0;
}

/* What stands at the scanner: the value of a fact of `kind`. */
static int
read_value(scanner *scan, dn_fact_line *line)
{
    line->properties.count = 0;
    scan->list = &line->properties;
    scan->kind = line->fact.kind;
    if (!take(scan, '{') || !take_members(scan))
        return 1;
    if (line->properties.failed)
        return -1;
    line->fact.properties = line->properties.items;
    line->fact.property_count = line->properties.count;
    return 0;
}

int
dn_fact_read_line(dunlin_string text, dn_fact_line *line)
{
    scanner scan = {.at = text.data, .end = text.data + text.length};
    dunlin_string key;
    int answer;

    if (!take_string(&scan, &key) || !split_key(key, line) || !take(&scan, ':'))
        return 1;
    answer = read_value(&scan, line);
    return answer ? answer : scan.at != scan.end;
}

static int
read_side(scanner *scan, dunlin_string key, dn_fact_line *side)
{
    if (!split_key(key, side))
        return 1;
    if (!take_word(scan, "null"))
        return read_value(scan, side);
    side->fact.size = 0;
    return 0;
}

int
dn_fact_read_change(dunlin_string text, dn_fact_line *before, dn_fact_line *after)
{
    scanner scan = {.at = text.data, .end = text.data + text.length};
    dunlin_string key;
    int answer;

    if (!take_string(&scan, &key) || !take_word(&scan, ":["))
        return 1;
    answer = read_side(&scan, key, before);
    if (answer == 0)
        answer = take(&scan, ',') ? read_side(&scan, key, after) : 1;
    if (answer)
        return answer;
    return !take(&scan, ']') || scan.at != scan.end;
}
