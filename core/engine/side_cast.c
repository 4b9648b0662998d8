/* SPDX-License-Identifier: MIT
 *
 * Changes of types that the server makes only when it is told how. Where types are objects of their
 * own (DUNLIN_CAN_NAMED_TYPES) a column is converted by an assignment cast or not at all, and from
 * text to a number, say, there is none.
 */
#include <string.h>

#include "core/engine/side.h"

typedef struct casting {
    dn_session *session;
    const dn_side *from;
    const dn_side *to;
    dn_driver_view view;
    dn_error *error;
} casting;

typedef enum casting_way { BY_ITSELF, BY_CAST, BY_TEXT, BY_NUMBER, BY_TRUTH } casting_way;

static const dunlin_property *
member(const dunlin_fact *fact, const char *name)
{
    return dn_property_find(fact->properties, fact->property_count, name);
}

/* The main class of a column's type, "" where it is not known. */
static int
class_of(casting *work, const dunlin_fact *column, char class[16])
{
    dn_auto(dn_text) classes = DN_TEXT_INIT;
    size_t length;

    if (dn_driver_type_classes(&work->view, column, &classes, work->error) < 0)
        return -1;
    length = classes.data ? strcspn(classes.data, " ") : 0;
    length = length < 15 ? length : 15;
    memcpy(class, classes.data ? classes.data : "", length);
    class[length] = '\0';
    return classes.failed ? dn_no_memory(work->error) : 0;
}

static bool
both_among(const char *before, const char *after, const char *classes)
{
    return dn_string_among(dn_string(before), classes) &&
           dn_string_among(dn_string(after), classes);
}

static bool
is_assigned(const char *before, const char *after)
{
    return strcmp(after, "text") == 0 || both_among(before, after, "int decimal float") ||
           both_among(before, after, "ts date") ||
           (strcmp(before, after) == 0 &&
            !dn_string_among(dn_string(before), "enum range multirange"));
}

/* Of the classes of which it is known: other casts between them there are none. Values that cannot be read fail. */
static bool
lacks_cast(const char *before, const char *after)
{
    static const char known[] =
        "int decimal float bool date time ts interval json uuid range multirange";
    static const char *const casts[][2] = {
        {"ts", "time"},          {"time", "interval"},
        {"interval", "time"},    {"json", "int decimal float bool"},
        {"range", "multirange"},
    };

    for (size_t i = 0; i < sizeof casts / sizeof casts[0]; i++)
        if (strcmp(before, casts[i][0]) == 0 && dn_string_among(dn_string(after), casts[i][1]))
            return false;
    return strcmp(before, "enum") == 0 || both_among(before, after, known);
}

/* Truth is a number for people, and for the server only as an integer. */
static casting_way
way_between(const char *before, const char *after)
{
    static const char numbers[] = "int decimal float";

    if (is_assigned(before, after))
        return BY_ITSELF;
    if (strcmp(before, "bool") == 0 && dn_string_among(dn_string(after), numbers))
        return BY_NUMBER;
    if (strcmp(after, "bool") == 0 && dn_string_among(dn_string(before), numbers))
        return BY_TRUTH;
    return lacks_cast(before, after) ? BY_TEXT : BY_CAST;
}

/* --- domains -------------------------------------------------------------------------------------------- */

/* What comes with the server has no namespace before its name. */
static bool
is_qualified(dunlin_string type)
{
    return type.length && memchr(type.data, '.', (size_t)type.length);
}

/* What the column is of at last, where that is a domain over a type which comes with the server; NULL: no memory. */
static const dunlin_fact *
without_domain(casting *work, const dn_side *side, const dunlin_fact *column)
{
    const dunlin_property *path = member(column, "type_path");
    dn_arena *arena = &work->session->arena;
    dunlin_string names[2];
    uint64_t count = 0;

    for (path = path ? path + 1 : NULL; path && path->type != DUNLIN_PROPERTY_END && count < 2;
         path++)
        names[count++] = path->text;
    for (int depth = 0; count && depth < 16; depth++) {
        const dunlin_fact *domain =
            dn_fact_map_find(side->facts, dn_string(DUNLIN_KIND_DOMAIN), names, count);
        dunlin_fact base = {.size = sizeof base,
                            .kind = dn_string(DUNLIN_KIND_COLUMN),
                            .path = column->path,
                            .path_count = column->path_count,
                            .properties = domain ? member(domain, "type") : NULL,
                            .property_count = 1};

        if (!base.properties)
            return column;
        if (!is_qualified(base.properties->text))
            return dn_fact_copy(arena, &base);
        if (base.properties->text.data[base.properties->text.length - 1] == ']')
            return column;
        count = dn_schema_printed_path(arena, base.properties->text, names);
    }
    return column;
}

/* An enum, a range, what an extension brings; arrays of these. */
static bool
is_own(const dunlin_fact *column)
{
    return member(column, "type_path") || is_qualified(dn_fact_text(column, "type"));
}

/* character varying(5)[] and character varying[]. */
static bool
same_but_for_width(dunlin_string left, dunlin_string right)
{
    uint64_t i = 0;
    uint64_t k = 0;

    while (i < left.length && k < right.length) {
        const char *end = left.data[i] == '(' ? memchr(left.data + i, ')', left.length - i) : NULL;
        const char *other =
            right.data[k] == '(' ? memchr(right.data + k, ')', right.length - k) : NULL;

        if (!end && !other && left.data[i++] != right.data[k++])
            return false;
        i = end ? (uint64_t)(end - left.data) + 1 : i;
        k = other ? (uint64_t)(other - right.data) + 1 : k;
    }
    return i == left.length && k == right.length;
}

static int
add_type(casting *work, const dunlin_fact *column, dn_text *text)
{
    const dunlin_property *type = member(column, "type");
    const dunlin_property *path = member(column, "type_path");

    if (type)
        dn_text_add(text, type->text.data, (size_t)type->text.length);
    for (path = path ? path + 1 : NULL; path && path->type != DUNLIN_PROPERTY_END; path++) {
        const char *name =
            dn_arena_copy(&work->session->arena, path->text.data, (size_t)path->text.length);

        if (!name)
            return dn_no_memory(work->error);
        if (dn_driver_quote(work->view.driver, work->view.profile, name, text, work->error) < 0)
            return -1;
        if (path[1].type != DUNLIN_PROPERTY_END)
            dn_text_add_char(text, '.');
    }
    return 0;
}

/* CAST(c AS type), by way of text where the old type has no other. */
static int
add_cast(casting *work, dunlin_operation *operation, const dunlin_fact *after, casting_way way)
{
    static const char *const words[][2] = {
        [BY_ITSELF] = {"", ""},
        [BY_CAST] = {"CAST(", " AS "},
        [BY_TEXT] = {"CAST(CAST(", " AS " DUNLIN_TYPE_TEXT ") AS "},
        [BY_NUMBER] = {"CAST(CAST(", " AS integer) AS "},
        [BY_TRUTH] = {"", " <> 0"},
    };
    dn_arena *arena = &work->session->arena;
    dunlin_string column = operation->path[operation->path_count - 1];
    const char *name = dn_arena_copy(arena, column.data, (size_t)column.length);
    dn_auto(dn_text) text = DN_TEXT_INIT;
    char *copy;

    if (!name)
        return dn_no_memory(work->error);
    dn_text_add_string(&text, words[way][0]);
    if (dn_driver_quote(work->view.driver, work->view.profile, name, &text, work->error) < 0)
        return -1;
    dn_text_add_string(&text, words[way][1]);
    if (way != BY_TRUTH && add_type(work, after, &text) < 0)
        return -1;
    dn_text_add_string(&text, way == BY_TRUTH ? "" : ")");
    copy = text.failed ? NULL : dn_arena_copy(arena, text.data, text.length);
    if (!copy)
        return dn_no_memory(work->error);
    operation->using_expression = dn_span(copy, text.length);
    return 0;
}

/* Of types that are no server's own, one that is made anew among them, each is read from the text of the other. A width
 * is held to by assignment alone: a cast cuts. */
static int
conversion(casting *work, const dunlin_fact *old, const dunlin_fact *new, casting_way *way)
{
    char classes[2][16];

    if (class_of(work, old, classes[0]) < 0 || class_of(work, new, classes[1]) < 0)
        return -1;
    if (is_own(old) && is_own(new))
        *way = BY_TEXT;
    else if (!is_own(old) && !is_own(new) &&
             same_but_for_width(dn_fact_text(old, "type"), dn_fact_text(new, "type")))
        *way = BY_ITSELF;
    else
        *way = way_between(classes[0], classes[1]);
    return 0;
}

static int
look_at(casting *work, const dunlin_operation **place)
{
    const dunlin_operation *operation = *place;
    const dunlin_fact *before = dn_fact_map_find(work->from->facts, operation->kind,
                                                 operation->path, operation->path_count);
    const dunlin_fact *after =
        dn_fact_map_find(work->to->facts, operation->kind, operation->path, operation->path_count);
    const dunlin_fact *base;
    dunlin_operation *copy;
    casting_way way;

    if (!dn_operation_is(operation, DUNLIN_VERB_ALTER, DUNLIN_KIND_COLUMN) || !before || !after ||
        !(dn_property_find(operation->set, operation->set_count, "type") ||
          dn_property_find(operation->set, operation->set_count, "type_path")))
        return 0;
    before = without_domain(work, work->from, before);
    if (!before)
        return dn_no_memory(work->error);
    base = without_domain(work, work->to, after);
    if (!base)
        return dn_no_memory(work->error);
    if (conversion(work, before, base, &way) < 0)
        return -1;
    if (way == BY_ITSELF)
        return 0;
    copy = dn_operation_copy(&work->session->arena, operation);
    if (!copy)
        return dn_no_memory(work->error);
    *place = copy;
    return add_cast(work, copy, after, way);
}

int
dn_side_cast(dn_session *session, const dn_side *from, const dn_side *to,
             const dn_driver_view *view, dn_operations *operations, dn_error *error)
{
    casting work = {session, from, to, *view, error};
    dunlin_capabilities capabilities;

    if (dn_driver_capabilities(view->driver, view->profile, &capabilities, error) < 0)
        return -1;
    if (!(capabilities.flags & DUNLIN_CAN_NAMED_TYPES) || !view->driver->table.type_classes)
        return 0;
    for (size_t i = 0; i < operations->count; i++)
        if (look_at(&work, &operations->items[i]) < 0)
            return -1;
    return 0;
}
