/* SPDX-License-Identifier: MIT
 *
 * Throw-away databases: making, emptying, dropping and listing them.
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/driver/connection_internal.h"

enum { ID_DIGITS = 16 };

typedef struct shadow_wish {
    const char *url;
    const char *given; /* or NULL */
} shadow_wish;

static int
create(dn_connection *connection, const void *context, dn_error *error)
{
    const shadow_wish *wish = context;
    const dunlin_driver *table = &connection->driver->table;
    char name[sizeof(DUNLIN_SHADOW_PREFIX) + 33] = DUNLIN_SHADOW_PREFIX;
    dunlin_shadow shadow = {.size = sizeof shadow,
                            .url = dn_string(wish->url),
                            .name = dn_string(name),
                            .given = dn_string(wish->given ? wish->given : "")};
    dn_call call;
    int32_t status;

    connection->shadow = true;
    dn_random_id(name + strlen(DUNLIN_SHADOW_PREFIX));
    name[strlen(DUNLIN_SHADOW_PREFIX) + ID_DIGITS] = '\0';
    shadow.name = dn_string(name);
    dn_connection_begin(connection, &call, "shadow_create", NULL, NULL, error);
    status = table->shadow_create(&call.driver_view, &shadow, &connection->handle);
    if (status == DUNLIN_OK && !connection->handle)
        status = dn_call_breach(&call, "made a shadow and did not give it");
    return dn_call_end(&call, status);
}

int
dn_shadow_open(const dn_driver *driver, const char *url, const char *given, const dn_log *log,
               dn_connection **shadow, dn_error *error)
{
    const shadow_wish wish = {url, given};

    *shadow = NULL;
    if (!driver->table.shadow_create || !driver->table.shadow_drop)
        return dn_driver_cannot(driver, "make a throw-away database", error);
    if (dn_connection_make(driver, given ? given : url, log, create, &wish, shadow, error) < 0)
        return dn_while(error, "making a throw-away database");
    return 0;
}

int
dn_shadow_reset(dn_connection *shadow, dn_error *error)
{
    dn_call call;

    if (!shadow->driver->table.shadow_reset)
        return dn_driver_cannot(shadow->driver, "empty a throw-away database", error);
    dn_connection_begin(shadow, &call, "shadow_reset", NULL, NULL, error);
    return dn_call_end(&call,
                       shadow->driver->table.shadow_reset(&call.driver_view, shadow->handle));
}

int
dn_shadow_end(dn_connection *shadow, dn_error *error)
{
    dn_call call;
    int answer;

    if (!shadow)
        return 0;
    dn_connection_begin(shadow, &call, "shadow_drop", NULL, NULL, error);
    answer =
        dn_call_end(&call, shadow->driver->table.shadow_drop(&call.driver_view, shadow->handle));
    shadow->handle = NULL;
    dn_connection_close(shadow);
    return answer;
}

/* --- listing ---------------------------------------------------------------------------------- */
typedef struct shadow_list {
    dn_arena *arena;
    dn_shadow *items;
    size_t count;
    size_t capacity;
} shadow_list;

static int32_t
take_shadow(dn_call *call, const dunlin_shadow_found *found)
{
    shadow_list *list = call->target;
    const char *name = dn_arena_copy(list->arena, found->name.data, (size_t)found->name.length);

    list->items = dn_arena_grow(list->arena, list->items, &list->capacity, list->count + 1,
                                sizeof *list->items);
    if (!name || !list->items)
        return dn_call_no_memory(call);
    list->items[list->count++] = (dn_shadow){name, found->state};
    return DUNLIN_OK;
}

int
dn_shadow_list(const dn_driver *driver, const char *url, const dn_log *log, dn_arena *arena,
               dn_shadow **shadows, size_t *count, dn_error *error)
{
    static const dn_call_sinks sinks = {.shadow = take_shadow};
    shadow_list list = {.arena = arena};
    dn_url_info info = {NULL, NULL};
    int answer = 0;

    if (driver->table.shadow_list) {
        dn_call call;

        if (dn_driver_url(driver, url, arena, &info, error) < 0)
            return -1;
        dn_call_begin(&call, driver, "shadow_list", &sinks, &list, error);
        call.log = log;
        call.url = url;
        call.redacted = info.redacted;
        answer = dn_call_end(&call, driver->table.shadow_list(&call.driver_view, dn_string(url)));
    }
    *shadows = list.items;
    *count = list.count;
    return answer;
}
