/* SPDX-License-Identifier: MIT */
#include "core/export/units.h"

#include <string.h>

void
dn_unit_begin(dn_unit *unit, const dn_driver *driver, const dunlin_profile *profile,
              dn_arena *arena)
{
    memset(unit, 0, sizeof *unit);
    unit->driver = driver;
    unit->profile = profile;
    unit->arena = arena;
}

void
dn_unit_end(dn_unit *unit)
{
    dn_text_free(&unit->condition);
}

static bool
is_there(const dn_unit *unit, const dunlin_script_item *item)
{
    for (size_t i = 0; item->role && i < unit->count; i++)
        if (unit->items[i]->role == item->role &&
            dn_string_equal(unit->items[i]->sql, item->sql.data))
            return true;
    return false;
}

/* The driver says now, about this item alone, whether it can be. */
static int
try_item(const dn_unit *unit, const dunlin_script_item *const *item, dn_error *error)
{
    dn_auto(dn_text) ignored = DN_TEXT_INIT;
    const dunlin_script_part part = {
        .size = sizeof part, .kind = DUNLIN_SCRIPT_UNIT, .items = item, .item_count = 1};

    return dn_driver_script(unit->driver, unit->profile, &part, &ignored, error);
}

static const dunlin_string *
copy_path(dn_unit *unit, const dunlin_string *path, uint64_t count)
{
    dunlin_string *copy = dn_arena_array(unit->arena, count + 1, sizeof *copy);

    for (uint64_t i = 0; copy && i < count; i++) {
        const char *text = dn_arena_copy(unit->arena, path[i].data, (size_t)path[i].length);

        if (!text)
            return NULL;
        copy[i] = dn_span(text, (size_t)path[i].length);
    }
    return copy;
}

static const dunlin_property *
copy_set(dn_unit *unit, const dunlin_property *set, uint64_t count)
{
    dunlin_property *copy = dn_arena_array(unit->arena, count + 1, sizeof *copy);

    for (uint64_t i = 0; copy && i < count; i++) {
        const dunlin_string *name = copy_path(unit, &set[i].name, 1);
        const dunlin_string *text = copy_path(unit, &set[i].text, 1);

        if (!name || !text)
            return NULL;
        copy[i] = set[i];
        copy[i].name = *name;
        copy[i].text = *text;
    }
    return copy;
}

/* What guards and comparisons ask about. */
static int
copy_operations(dn_unit *unit, dunlin_script_item *item, dn_error *error)
{
    const dunlin_operation **list =
        dn_arena_array(unit->arena, item->operation_count + 1, sizeof *list);

    for (uint64_t i = 0; list && i < item->operation_count; i++) {
        const dunlin_operation *from = item->operations[i];
        dunlin_operation *copy = dn_arena_alloc(unit->arena, sizeof *copy);
        const dunlin_string *kind = copy_path(unit, &from->kind, 1);

        if (!copy || !kind)
            return dn_no_memory(error);
        *copy =
            (dunlin_operation){.size = sizeof *copy,
                               .verb = from->verb,
                               .kind = *kind,
                               .path = copy_path(unit, from->path, from->path_count),
                               .path_count = from->path_count,
                               .new_path = copy_path(unit, from->new_path, from->new_path_count),
                               .new_path_count = from->new_path_count,
                               .set = copy_set(unit, from->set, from->set_count),
                               .set_count = from->set_count};
        if (!copy->path || !copy->new_path || !copy->set)
            return dn_no_memory(error);
        list[i] = copy;
    }
    item->operations = list;
    return list ? 0 : dn_no_memory(error);
}

int
dn_unit_add(dn_unit *unit, const dunlin_script_item *item, dn_error *error)
{
    dunlin_script_item *copy = dn_arena_alloc(unit->arena, sizeof *copy);
    const char *sql = dn_arena_copy(unit->arena, item->sql.data, (size_t)item->sql.length);
    const char *expected = dn_arena_copy(
        unit->arena, item->expected.data ? item->expected.data : "", (size_t)item->expected.length);

    const char *otherwise =
        dn_arena_copy(unit->arena, item->otherwise.data ? item->otherwise.data : "",
                      (size_t)item->otherwise.length);

    if (!copy || !sql || !expected || !otherwise)
        return dn_no_memory(error);
    *copy = *item;
    copy->size = sizeof *copy;
    copy->sql = dn_span(sql, (size_t)item->sql.length);
    copy->expected = dn_span(expected, (size_t)item->expected.length);
    copy->otherwise = dn_span(otherwise, (size_t)item->otherwise.length);
    if (is_there(unit, copy))
        return 0;
    if (copy->operation_count && copy_operations(unit, copy, error) < 0)
        return -1;
    unit->items = dn_arena_grow(unit->arena, unit->items, &unit->capacity, unit->count + 1,
                                sizeof *unit->items);
    if (!unit->items)
        return dn_no_memory(error);
    unit->items[unit->count] = copy;
    if (try_item(unit, &unit->items[unit->count], error) < 0)
        return -1;
    unit->count++;
    return 0;
}

int
dn_unit_add_statement(dn_unit *unit, const char *sql, dn_error *error)
{
    const dunlin_script_item item = {.kind = DUNLIN_SCRIPT_STATEMENT, .sql = dn_string(sql)};

    return dn_unit_add(unit, &item, error);
}

int
dn_unit_write(dn_unit *unit, dn_text *text, dn_error *error)
{
    const dunlin_script_part part = {
        .size = sizeof part,
        .kind = DUNLIN_SCRIPT_UNIT,
        .flags = unit->flags,
        .condition = dn_span(unit->condition.data, unit->condition.length),
        .items = unit->items,
        .item_count = unit->count,
    };
    int answer = unit->condition.failed
                     ? dn_no_memory(error)
                     : dn_driver_script(unit->driver, unit->profile, &part, text, error);

    dn_unit_end(unit);
    return answer;
}

int
dn_unit_require(const dn_driver *driver, const dunlin_profile *profile,
                const dn_requirement *requirement, dn_text *text, dn_error *error)
{
    const dunlin_script_part part = {
        .size = sizeof part,
        .kind = DUNLIN_SCRIPT_REQUIRE,
        .condition = dn_string(requirement->condition),
        .message = dn_string(requirement->message),
        .absent = requirement->absent,
        .absent_count = requirement->absent_count,
    };

    return dn_driver_script(driver, profile, &part, text, error);
}
