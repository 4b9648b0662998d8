/* SPDX-License-Identifier: MIT
 *
 * Reading facts: what is asked, in which order the answers are put together.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/pg_catalog.h"

/* The values that every question takes, as the server reads them. */
typedef struct values {
    dn_kit_text texts[DN_PG_CATALOG_VALUES];
    const char *list[DN_PG_CATALOG_VALUES];
} values;

enum { NAMESPACES, KEY_NAMESPACES, KEY_NAMES, TRIGGERS };

static void
free_values(values *work)
{
    for (size_t i = 0; i < DN_PG_CATALOG_VALUES; i++)
        dn_kit_text_free(&work->texts[i]);
}

static bool
set(values *work, int place, const dunlin_string *list, uint64_t count)
{
    dn_pg_array_write(&work->texts[place], list, count);
    work->list[place] = work->texts[place].data;
    return !work->texts[place].failed;
}

static bool
is_kind(const dunlin_fact *key, const char *kind)
{
    return dn_kit_same(key->kind, kind);
}

/* Relations, types and routines by namespace and name. A schema or extension is in no namespace.
 * An index is also looked for by its own name, a trigger only where its table is not told. */
static int32_t
set_keys(const dunlin_call *call, dn_pg_arena *arena, const dunlin_scope *scope, values *work)
{
    uint64_t most = 2 * scope->key_count;
    dunlin_string *spaces = dn_pg_arena_take(arena, most * sizeof(*spaces));
    dunlin_string *names = dn_pg_arena_take(arena, most * sizeof(*names));
    dunlin_string *triggers = dn_pg_arena_take(arena, most * sizeof(*triggers));
    uint64_t count = 0;
    uint64_t trigger_count = 0;

    if (spaces == NULL || names == NULL || triggers == NULL)
        return dn_kit_no_memory(call);
    for (uint64_t i = 0; i < scope->key_count; i++) {
        const dunlin_fact *key = scope->keys[i];

        if (key->path_count == 0 || key->path_count > 3)
            return dn_kit_fail(call, DUNLIN_USAGE, "a key of the kind '%.*s' with %d names",
                               (int)key->kind.length, key->kind.data, (int)key->path_count);
        spaces[count] = key->path_count > 1 ? key->path[0] : dn_kit_string("");
        names[count++] = key->path[key->path_count > 1 ? 1 : 0];
        if (key->path_count < 3)
            continue;
        if (is_kind(key, DUNLIN_KIND_INDEX)) {
            spaces[count] = key->path[0];
            names[count++] = key->path[2];
        } else if (is_kind(key, DUNLIN_KIND_TRIGGER) && key->path[1].length == 0) {
            triggers[trigger_count++] = key->path[2];
        }
    }
    if (!set(work, KEY_NAMESPACES, spaces, count) || !set(work, KEY_NAMES, names, count) ||
        (trigger_count > 0 && !set(work, TRIGGERS, triggers, trigger_count)))
        return dn_kit_no_memory(call);
    return DUNLIN_OK;
}

static int32_t
fill_values(dn_pg_reading *reading, values *work)
{
    const dunlin_scope *scope = reading->scope;

    if (scope->key_count > 0)
        return set_keys(reading->call, &reading->arena, scope, work);
    if (scope->namespace_count > 0 &&
        !set(work, NAMESPACES, scope->namespaces, scope->namespace_count))
        return dn_kit_no_memory(reading->call);
    return DUNLIN_OK;
}

static int32_t
read_facts(dn_pg_reading *reading, dunlin_connection *connection, values *work)
{
    dn_pg_question questions[DN_PG_CATALOG_QUESTIONS];
    dn_pg_extent extent = dn_pg_wishes_extent(reading->scope);
    dn_pg_curiosity curiosity = {
        .shadow = connection->shadow != NULL,
        .grants = (reading->call->flags & DUNLIN_CALL_GRANTS) != 0,
        .unread = (reading->call->flags & DUNLIN_CALL_UNREAD) != 0,
    };
    size_t count;
    int32_t status =
        dn_pg_wishes_begin(reading->call, &reading->arena, reading->scope, &reading->wishes);

    if (status == DUNLIN_OK)
        status = fill_values(reading, work);
    if (status != DUNLIN_OK)
        return status;
    count = dn_pg_catalog_questions(&reading->arena, reading->version, curiosity, extent,
                                    work->list, questions);
    if (count == 0)
        return dn_kit_no_memory(reading->call);
    status = dn_pg_ask_together(connection, questions, count, extent, reading);
    if (status == DUNLIN_OK)
        status = dn_pg_push_relations(reading);
    if (status == DUNLIN_OK)
        status = dn_pg_wishes_close(reading->call, &reading->wishes);
    if (status == DUNLIN_OK)
        status = dn_kit_warn_of_unread(reading->call, &reading->unread);
    return status;
}

int32_t
dn_pg_read_facts(const dunlin_call *call, dunlin_connection *connection, const dunlin_scope *scope)
{
    dn_pg_reading reading = {
        .call = call, .scope = scope, .version = PQserverVersion(connection->pg)};
    values work = {.list = {NULL}};
    int32_t status = read_facts(&reading, connection, &work);

    free_values(&work);
    dn_pg_reading_free(&reading);
    return status;
}
