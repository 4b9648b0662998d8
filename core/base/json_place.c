/* SPDX-License-Identifier: MIT */
#include "core/base/json_place.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/arena.h"

enum { SHOWN_NAME = 80, FEW_MEMBERS = 8 };

/* --- offsets to places ------------------------------------------------------------------------ */

dn_json_lines
dn_json_lines_of(const char *name, const char *text, size_t length, bool bom)
{
    dn_json_lines lines = {name, text, length, bom, 0, 0, 1};

    return lines;
}

dn_json_place
dn_json_lines_place(dn_json_lines *lines, size_t offset)
{
    dn_json_place place;
    const char *end;

    if (offset < lines->counted)
        *lines = dn_json_lines_of(lines->name, lines->text, lines->length, lines->bom);
    while ((end = memchr(lines->text + lines->counted, '\n', offset - lines->counted)) != NULL) {
        lines->line++;
        lines->counted = (size_t)(end - lines->text) + 1;
        lines->line_start = lines->counted;
    }
    lines->counted = offset;
    place.offset = offset;
    place.line = lines->line;
    place.column = (unsigned)(offset - lines->line_start) + 1;
    if (lines->bom && lines->line == 1 && offset >= DN_JSON_BOM)
        place.column -= DN_JSON_BOM;
    return place;
}

bool
dn_json_has_bom(const char *text, size_t length)
{
    return length >= DN_JSON_BOM && memcmp(text, "\xEF\xBB\xBF", DN_JSON_BOM) == 0;
}

int
dn_json_scan_fail(dn_json_lines *lines, const dn_json_scan *scan, const char *id, dn_error *error)
{
    dn_json_place place = dn_json_lines_place(lines, scan->at);

    return dn_fail(error, DUNLIN_USAGE, id, "%s:%u:%u: %s%s", lines->name, place.line, place.column,
                   scan->problem, scan->at == scan->length ? ", but the text ends here" : "");
}

int
dn_json_check_bytes(dn_json_lines *lines, const char *id, dn_error *error)
{
    dn_json_scan scan = {.text = lines->text, .length = lines->length};
    size_t valid = dn_utf8_prefix(lines->text, lines->length);
    const char *nul = valid ? memchr(lines->text, '\0', valid) : NULL;

    if (nul) {
        scan.at = (size_t)(nul - lines->text);
        scan.problem = "a NUL byte";
    } else if (valid < lines->length) {
        scan.at = valid;
        scan.problem = "a byte that is not UTF-8";
    }
    return scan.problem ? dn_json_scan_fail(lines, &scan, id, error) : 0;
}

/* --- nodes to offsets ------------------------------------------------------------------------- */

/* The way from a root to a node: which child, at each level. */
typedef struct tree_way {
    size_t index[DN_JSON_DEPTH];
    size_t length;
} tree_way;

static bool
find_way(const cJSON *at, const cJSON *node, tree_way *way)
{
    size_t i = 0;

    if (at == node)
        return true;
    if (way->length == DN_JSON_DEPTH)
        return false;
    for (const cJSON *child = at->child; child; child = child->next, i++) {
        way->index[way->length++] = i;
        if (find_way(child, node, way))
            return true;
        way->length--;
    }
    return false;
}

/* Into child `index` of the container that is next. */
static int
enter_child(dn_json_scan *scan, size_t index, dn_json_offsets *found)
{
    bool object = dn_json_scan_is(scan, '{');
    char close = object ? '}' : ']';
    int more;

    if (!object && !dn_json_scan_is(scan, '['))
        return -1;
    for (more = dn_json_scan_open(scan); more > 0; more = dn_json_scan_next(scan, close)) {
        found->name = scan->at;
        if (object && dn_json_scan_name(scan) < 0)
            return -1;
        found->value = scan->at;
        if (index-- == 0)
            return 0;
        if (dn_json_scan_value(scan) < 0)
            return -1;
    }
    return -1;
}

dn_json_offsets
dn_json_find(const char *text, size_t length, size_t start, const cJSON *root, const cJSON *node)
{
    dn_json_scan scan = {.text = text, .length = length, .at = start};
    dn_json_offsets found;
    tree_way way = {.length = 0};

    dn_json_scan_blank(&scan);
    found.name = found.value = scan.at;
    if (!root || !find_way(root, node, &way))
        return found;
    /* A tree that no longer matches its text gives the nearest place there is. */
    for (size_t i = 0; i < way.length; i++)
        if (enter_child(&scan, way.index[i], &found) < 0)
            break;
    return found;
}

/* --- member names ----------------------------------------------------------------------------- */

typedef struct member {
    const cJSON *node;
    size_t index;
} member;

static int
by_name(const void *a, const void *b)
{
    const member *first = a;
    const member *second = b;
    int order = strcmp(first->node->string, second->node->string);

    if (order)
        return order;
    return first->index < second->index ? -1 : first->index > second->index;
}

/* The earliest member of `object` whose name stands before it already, in *repeated. */
static int
find_repeated(const cJSON *object, size_t count, const cJSON **repeated)
{
    member few[FEW_MEMBERS];
    member *members = few;
    size_t earliest = count;
    size_t i = 0;

    if (count > FEW_MEMBERS) {
        members = dn_malloc(count * sizeof *members);
        if (!members)
            return -1;
    }
    for (const cJSON *child = object->child; child; child = child->next, i++)
        members[i] = (member){child, i};
    qsort(members, count, sizeof *members, by_name);
    for (i = 1; i < count; i++)
        if (members[i].index < earliest &&
            strcmp(members[i - 1].node->string, members[i].node->string) == 0) {
            earliest = members[i].index;
            *repeated = members[i].node;
        }
    if (members != few)
        free(members);
    return 0;
}

static int
find_repeated_in_tree(const cJSON *node, const cJSON **repeated)
{
    size_t count = 0;

    for (const cJSON *child = node->child; child && !*repeated; child = child->next) {
        count++;
        if (child->child && find_repeated_in_tree(child, repeated) < 0)
            return -1;
    }
    if (*repeated || count < 2 || !cJSON_IsObject(node))
        return 0;
    return find_repeated(node, count, repeated);
}

int
dn_json_check_names(dn_json_lines *lines, size_t start, const cJSON *root, const char *id,
                    dn_error *error)
{
    dn_auto(dn_text) shown = DN_TEXT_INIT;
    const cJSON *repeated = NULL;
    dn_json_place place;

    if (find_repeated_in_tree(root, &repeated) < 0)
        return dn_no_memory(error);
    if (!repeated)
        return 0;
    dn_text_add_visible(&shown, repeated->string, strlen(repeated->string), SHOWN_NAME);
    place = dn_json_lines_place(
        lines, dn_json_find(lines->text, lines->length, start, root, repeated).name);
    return dn_fail(error, DUNLIN_USAGE, id, "%s:%u:%u: the member '%s' stands here twice",
                   lines->name, place.line, place.column, shown.data ? shown.data : "");
}
