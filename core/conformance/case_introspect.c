/* SPDX-License-Identifier: MIT
 *
 * introspect() with DUNLIN_SCOPE_OBJECTS: which objects there are.
 */
#include <string.h>

#include "core/conformance/check.h"

static const char view_name[] = "dunlin_check_view";
static const char index_name[] = "dunlin_check_index";

typedef struct seen_object {
    const char *kind;
    const char *name; /* the last part of the path */
} seen_object;

/* What one call pushed. */
typedef struct listing {
    dn_check *check;
    seen_object *objects;
    size_t count;
    size_t capacity;
    seen_object gone; /* the last one */
    size_t gone_count;
    size_t properties;
    size_t answer_at; /* fact, counted from 1, that is answered with CANCELLED; 0: none */
} listing;

static bool
keep(listing *list, const dunlin_fact *fact, seen_object *object)
{
    dn_arena *arena = &list->check->arena;
    dunlin_string name = fact->path_count ? fact->path[fact->path_count - 1] : dn_string("");

    object->kind = dn_arena_copy(arena, fact->kind.data, (size_t)fact->kind.length);
    object->name = dn_arena_copy(arena, name.data, (size_t)name.length);
    return object->kind && object->name;
}

static int32_t
take_fact(dn_call *call, const dunlin_fact *fact)
{
    listing *list = call->target;

    list->objects = dn_arena_grow(&list->check->arena, list->objects, &list->capacity,
                                  list->count + 1, sizeof *list->objects);
    if (!list->objects || !keep(list, fact, &list->objects[list->count]))
        return dn_call_no_memory(call);
    list->properties += (size_t)fact->property_count;
    list->count++;
    return list->count == list->answer_at ? DUNLIN_CANCELLED : DUNLIN_OK;
}

static int32_t
take_gone(dn_call *call, const dunlin_fact *key)
{
    listing *list = call->target;

    list->gone_count++;
    return keep(list, key, &list->gone) ? DUNLIN_OK : dn_call_no_memory(call);
}

static int32_t
introspect(dn_check *check, const dunlin_scope *scope, listing *list, dn_error *error)
{
    static const dn_call_sinks sinks = {.fact = take_fact, .gone = take_gone};
    dn_connection *connection = dn_check_first(check);
    dn_call call;
    int32_t status;

    list->check = check;
    dn_connection_begin(connection, &call, "introspect", &sinks, list, error);
    status = check->driver->table.introspect(&call.driver_view, connection->handle, scope);
    dn_call_end(&call, status);
    return status;
}

static int
list_all(dn_check *check, const dunlin_scope *scope, listing *list)
{
    memset(list, 0, sizeof *list);
    if (!dn_check_first(check))
        return -1;
    if (introspect(check, scope, list, &check->error) == DUNLIN_OK)
        return 0;
    return check->error.message[0] ? -1 : dn_check_fail(check, "introspect() failed");
}

static size_t
count_of(const listing *list, const char *kind, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < list->count; i++)
        count +=
            strcmp(list->objects[i].kind, kind) == 0 && strcmp(list->objects[i].name, name) == 0;
    return count;
}

static int
expect_objects(dn_check *check, const listing *list, size_t tables, size_t views, size_t indexes)
{
    const struct {
        const char *kind;
        const char *name;
        size_t wanted;
    } wanted[] = {
        {DUNLIN_KIND_TABLE, DN_CHECK_ITEMS, tables},
        {DUNLIN_KIND_VIEW, view_name, views},
        {DUNLIN_KIND_INDEX, index_name, indexes},
    };

    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        size_t found = count_of(list, wanted[i].kind, wanted[i].name);

        if (found != wanted[i].wanted)
            return dn_check_fail(check, "the %s '%s' is listed %zu times and not %zu",
                                 wanted[i].kind, wanted[i].name, found, wanted[i].wanted);
    }
    return 0;
}

static const dunlin_scope everything = {.size = sizeof everything, .depth = DUNLIN_SCOPE_OBJECTS};

static int
make_objects(dn_check *check)
{
    if (dn_check_items(check) < 0 || dn_check_own(check, "VIEW", view_name) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_STATEMENT,
                         "CREATE INDEX dunlin_check_index ON " DN_CHECK_ITEMS " (name)") < 0)
        return -1;
    return dn_check_execute(check, DUNLIN_ITEM_STATEMENT,
                            "CREATE VIEW dunlin_check_view AS SELECT id FROM " DN_CHECK_ITEMS);
}

static int
objects(dn_check *check)
{
    listing list;

    if (make_objects(check) < 0 || list_all(check, &everything, &list) < 0)
        return -1;
    if (list.properties)
        return dn_check_fail(check, "objects were pushed with properties");
    return expect_objects(check, &list, 1, 1, 1);
}

static int
exclusions(dn_check *check)
{
    const dunlin_string names[] = {dn_string(DN_CHECK_ITEMS), dn_string("dunlin_check_nothing")};
    dunlin_scope scope = everything;
    listing list;

    scope.exclusions = names;
    scope.exclusion_count = 2;
    if (make_objects(check) < 0 || list_all(check, &scope, &list) < 0)
        return -1;
    return expect_objects(check, &list, 0, 1, 0);
}

/* The path of a table: where the driver has namespaces, in that of the connection. */
static uint64_t
table_path(dn_check *check, const char *name, dunlin_string path[2])
{
    dn_connection *connection = dn_check_first(check);
    const dunlin_profile *profile = connection ? dn_connection_server(connection)->profile : NULL;
    uint64_t count = 0;

    for (uint64_t i = 0; profile && i + 1 < profile->setting_count; i += 2)
        if (check->capabilities->flags & DUNLIN_CAN_NAMESPACES &&
            dn_string_equal(profile->settings[i], "namespace"))
            path[count++] = profile->settings[i + 1];
    path[count++] = dn_string(name);
    return count;
}

static int
keys(dn_check *check)
{
    dunlin_string there[2];
    dunlin_string gone[2];
    const dunlin_fact first = {.size = sizeof first,
                               .kind = dn_string(DUNLIN_KIND_TABLE),
                               .path = there,
                               .path_count = table_path(check, DN_CHECK_ITEMS, there)};
    const dunlin_fact second = {.size = sizeof second,
                                .kind = dn_string(DUNLIN_KIND_TABLE),
                                .path = gone,
                                .path_count = table_path(check, "dunlin_check_missing", gone)};
    const dunlin_fact *const wanted[] = {&first, &second};
    dunlin_scope scope = everything;
    listing list;

    scope.keys = wanted;
    scope.key_count = 2;
    if (make_objects(check) < 0 || list_all(check, &scope, &list) < 0)
        return -1;
    if (list.count != 1 || expect_objects(check, &list, 1, 0, 0) < 0)
        return dn_check_fail(check, "asked for one table, introspect() listed %zu objects",
                             list.count);
    if (list.gone_count != 1 || strcmp(list.gone.name, "dunlin_check_missing") != 0)
        return dn_check_fail(check, "gone() was called %zu times for one missing table",
                             list.gone_count);
    return 0;
}

static int
left_early(dn_check *check)
{
    listing list = {.answer_at = 1};
    dn_error ignored;
    int32_t status;

    if (make_objects(check) < 0)
        return -1;
    status = introspect(check, &everything, &list, &ignored);
    if (status != DUNLIN_CANCELLED || list.count != 1)
        return dn_check_fail(check,
                             "introspect() returned '%s' after %zu facts, where the first "
                             "was answered with 'cancelled'",
                             dn_check_class(status), list.count);
    if (list_all(check, &everything, &list) < 0)
        return dn_while(&check->error, "asking again after a list that was left");
    return expect_objects(check, &list, 1, 1, 1);
}

static int
dropped(dn_check *check)
{
    listing list;

    if (make_objects(check) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_STATEMENT, "DROP VIEW dunlin_check_view") < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_STATEMENT, "DROP TABLE " DN_CHECK_ITEMS) < 0 ||
        list_all(check, &everything, &list) < 0)
        return -1;
    return expect_objects(check, &list, 0, 0, 0);
}

static int
inside(dn_check *check)
{
    listing list;

    if (dn_check_own(check, "TABLE", DN_CHECK_ITEMS) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_BEGIN, NULL) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_STATEMENT,
                         "CREATE TABLE " DN_CHECK_ITEMS " (id INTEGER)") < 0 ||
        list_all(check, &everything, &list) < 0 || expect_objects(check, &list, 1, 0, 0) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_ROLLBACK, NULL) < 0 ||
        list_all(check, &everything, &list) < 0)
        return -1;
    return expect_objects(check, &list, 0, 0, 0);
}

static const dn_case cases[] = {
    {"introspect.objects", "tables, views and indexes are listed once, without properties", objects,
     NULL, DUNLIN_CAN_INTROSPECT_OBJECTS},
    {"introspect.exclusions", "an excluded table is left out with its indexes, and nothing else",
     exclusions, NULL, DUNLIN_CAN_INTROSPECT_OBJECTS},
    {"introspect.keys", "asked for some objects, it tells those that exist and those that are gone",
     keys, NULL, DUNLIN_CAN_INTROSPECT_OBJECTS},
    {"introspect.left-early",
     "a fact that is answered with a status ends the list with that status", left_early, NULL,
     DUNLIN_CAN_INTROSPECT_OBJECTS},
    {"introspect.dropped", "what was dropped is not listed", dropped, NULL,
     DUNLIN_CAN_INTROSPECT_OBJECTS},
    {"introspect.inside", "a transaction sees its own objects", inside, NULL,
     DUNLIN_CAN_INTROSPECT_OBJECTS | DUNLIN_CAN_TRANSACTIONAL_DDL},
};

const dn_area dn_area_introspect = DN_AREA(cases);
