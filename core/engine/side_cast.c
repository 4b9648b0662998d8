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
           (strcmp(before, after) == 0 && strcmp(before, "enum") != 0);
}

static dunlin_string
text_of(const dunlin_fact *fact, const char *name)
{
    const dunlin_property *found = member(fact, name);

    return found ? found->text : dn_string("");
}

/* Arrays of one type that is made anew: nothing of the column is another. */
static bool
is_made_anew(const dunlin_fact *before, const dunlin_fact *after)
{
    dunlin_string type = text_of(before, "type");

    return type.length > 2 && memcmp(type.data + type.length - 2, "[]", 2) == 0 &&
           dn_string_same(type, text_of(after, "type")) &&
           dn_string_same(text_of(before, "collation"), text_of(after, "collation"));
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
add_cast(casting *work, dunlin_operation *operation, const dunlin_fact *after, bool by_text)
{
    dn_arena *arena = &work->session->arena;
    dunlin_string column = operation->path[operation->path_count - 1];
    const char *name = dn_arena_copy(arena, column.data, (size_t)column.length);
    dn_auto(dn_text) text = DN_TEXT_INIT;
    char *copy;

    if (!name)
        return dn_no_memory(work->error);
    dn_text_add_string(&text, by_text ? "CAST(CAST(" : "CAST(");
    if (dn_driver_quote(work->view.driver, work->view.profile, name, &text, work->error) < 0)
        return -1;
    dn_text_add_string(&text, by_text ? " AS " DUNLIN_TYPE_TEXT ") AS " : " AS ");
    if (add_type(work, after, &text) < 0)
        return -1;
    dn_text_add_char(&text, ')');
    copy = text.failed ? NULL : dn_arena_copy(arena, text.data, text.length);
    if (!copy)
        return dn_no_memory(work->error);
    operation->using_expression = dn_span(copy, text.length);
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
    dunlin_operation *copy;
    char classes[2][16];

    if (!dn_operation_is(operation, DUNLIN_VERB_ALTER, DUNLIN_KIND_COLUMN) || !before || !after ||
        !(dn_property_find(operation->set, operation->set_count, "type") ||
          dn_property_find(operation->set, operation->set_count, "type_path")))
        return 0;
    if (class_of(work, before, classes[0]) < 0 || class_of(work, after, classes[1]) < 0)
        return -1;
    if (is_assigned(classes[0], classes[1]) && !is_made_anew(before, after))
        return 0;
    copy = dn_operation_copy(&work->session->arena, operation);
    if (!copy)
        return dn_no_memory(work->error);
    *place = copy;
    return add_cast(work, copy, after,
                    strcmp(classes[0], "enum") == 0 || is_made_anew(before, after));
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
