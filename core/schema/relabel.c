/* SPDX-License-Identifier: MIT
 *
 * A label of an enum that gets another name: defaults that are this label follow it, as they do in the
 * database.
 */
#include "core/schema/schema_internal.h"

#include <string.h>

typedef struct relabelling {
    dn_fact_map *facts;
    const dunlin_operation *operation;
    const char *old; /* in quotes */
    const char *now;
    dn_arena arena;
    dn_fact_list list;
    dn_error *error;
} relabelling;

/* A default 'old', or 'old'::type as the database prints it. */
static int
collect_labelled(const dunlin_fact *column, void *context)
{
    relabelling *work = context;
    const dunlin_operation *type = work->operation;
    dunlin_string value = dn_fact_text(column, "default");
    size_t length = strlen(work->old);

    if (!dn_property_lists(column->properties, column->property_count, "type_path",
                           type->path[type->path_count - 1]) ||
        value.length < length || memcmp(value.data, work->old, length) != 0 ||
        (value.length > length && value.data[length] != ':'))
        return 0;
    return dn_fact_list_add(&work->list, &work->arena, column, work->error);
}

static int
relabel(relabelling *work, const dunlin_fact *column)
{
    dunlin_string value = dn_fact_text(column, "default");
    size_t length = strlen(work->old);
    const char *text = dn_arena_printf(&work->arena, "%s%.*s", work->now,
                                       (int)(value.length - length), value.data + length);
    dn_properties set = {.arena = &work->arena};
    dunlin_fact changed = *column;

    dn_properties_add_all(&set, column->properties, column->property_count, "default");
    dn_properties_add(&set, "default", DUNLIN_PROPERTY_EXPRESSION, 0, dn_string(text));
    if (set.failed || !text)
        return dn_no_memory(work->error);
    changed.properties = set.items;
    changed.property_count = set.count;
    return dn_fact_map_put(work->facts, &changed, work->error);
}

static const char *
quoted(dn_arena *arena, dunlin_string label)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    dn_text_add_quoted(&text, '\'', label);
    return text.failed ? NULL : dn_arena_copy(arena, text.data, text.length);
}

/* Where one label alone is another one, and stands where that stood. */
static bool
find_pair(dn_arena *arena, const dunlin_property *old, const dunlin_property *now,
          relabelling *work)
{
    const dunlin_property *from = NULL;
    const dunlin_property *to = NULL;

    for (; old->type != DUNLIN_PROPERTY_END && now->type != DUNLIN_PROPERTY_END; old++, now++) {
        if (dn_schema_same(old->text, now->text))
            continue;
        if (from)
            return false;
        from = old;
        to = now;
    }
    if (!from || old->type != now->type)
        return false;
    work->old = quoted(arena, from->text);
    work->now = quoted(arena, to->text);
    return true;
}

int
dn_schema_relabel(dn_fact_map *facts, const dunlin_operation *operation, dn_error *error)
{
    const dunlin_fact *type =
        dn_fact_map_find(facts, operation->kind, operation->path, operation->path_count);
    const dunlin_property *old =
        type ? dn_property_find(type->properties, type->property_count, "values") : NULL;
    const dunlin_property *now = dn_property_find(operation->set, operation->set_count, "values");
    relabelling work = {
        .facts = facts, .operation = operation, .arena = DN_ARENA_INIT, .error = error};
    int answer = 0;

    if (old && now && find_pair(&work.arena, old + 1, now + 1, &work))
        answer = work.old && work.now
                     ? dn_fact_map_each(facts, DUNLIN_KIND_COLUMN, collect_labelled, &work)
                     : dn_no_memory(error);
    for (size_t i = 0; answer == 0 && i < work.list.count; i++)
        answer = relabel(&work, work.list.items[i]);
    dn_arena_free(&work.arena);
    return answer;
}
