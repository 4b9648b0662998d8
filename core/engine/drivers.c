/* SPDX-License-Identifier: MIT
 *
 * dunlin drivers: what was found, where, what it can do, and what was refused and why.
 */
#include <dunlin/dunlin.h>

#include "core/base/document.h"
#include "core/driver/call.h"
#include "core/driver/driver.h"

static const struct {
    uint64_t flag;
    const char *name;
} capability_names[] = {
    {DUNLIN_CAN_TRANSACTIONAL_DDL, "transactional-ddl"},
    {DUNLIN_CAN_PIPELINE, "pipeline"},
    {DUNLIN_CAN_SHADOW_MEMORY, "shadow-memory"},
    {DUNLIN_CAN_SHADOW_DATABASE, "shadow-database"},
    {DUNLIN_CAN_BACKUP_ITSELF, "backup"},
    {DUNLIN_CAN_CANCEL, "cancel"},
    {DUNLIN_CAN_INTROSPECT_OBJECTS, "introspect-objects"},
    {DUNLIN_CAN_INTROSPECT_FACTS, "introspect-facts"},
    {DUNLIN_CAN_FINGERPRINT, "fingerprint"},
    {DUNLIN_CAN_NAMESPACES, "namespaces"},
    {DUNLIN_CAN_NAMED_TYPES, "named-types"},
    {DUNLIN_CAN_TRANSLATE, "translate"},
    {DUNLIN_CAN_FOLD_OBJECTS, "fold-objects"},
    {DUNLIN_CAN_FOLD_MEMBERS, "fold-members"},
    {DUNLIN_CAN_BACKUP_SCHEMA, "backup-schema"},
    {DUNLIN_CAN_LEASE, "lease"},
    {DUNLIN_CAN_TABLE_INDEXES, "table-indexes"},
    {DUNLIN_CAN_INTROSPECT_SINCE, "introspect-since"},
    {DUNLIN_CAN_NAME_NOT_NULL, "name-not-null"},
    {DUNLIN_CAN_REBUILD, "rebuild"},
    {DUNLIN_CAN_KEEP_TEXTS, "keep-texts"},
    {DUNLIN_CAN_GRANTS, "grants"},
    {DUNLIN_CAN_NAME_BY_COLUMNS, "name-by-columns"},
    {DUNLIN_CAN_RESET_INSIDE, "reset-inside"},
    {DUNLIN_CAN_REFER_AHEAD, "refer-ahead"},
};

static const char *
lock_name(int32_t kind)
{
    switch (kind) {
    case DUNLIN_LOCK_SESSION: return "session";
    case DUNLIN_LOCK_TRANSACTION: return "transaction";
    case DUNLIN_LOCK_LEASE: return "lease";
    default: return NULL;
    }
}

static void
add_schemes(dunlin_result *result, dunlin_node *node, const dn_driver *driver)
{
    dunlin_node *schemes = dn_node_array(result, node, "schemes");
    const char *from = driver->table.schemes;

    dn_node_set_text(result, schemes, NULL, driver->table.name);
    while (*from) {
        size_t length = 0;

        while (from[length] && from[length] != ' ')
            length++;
        if (length)
            dn_node_set_string(result, schemes, NULL, dn_span(from, length));
        from += length;
        from += *from == ' ';
    }
}

static void
add_driver(dunlin_result *result, dunlin_node *list, const dn_driver_found *found,
           const dunlin_capabilities *capabilities)
{
    const dunlin_driver *table = &found->driver->table;
    dunlin_node *node = dn_node_object(result, list, NULL);
    dunlin_node *names;

    dn_node_set_text(result, node, "name", table->name);
    dn_node_set_text(result, node, "version", table->version);
    dn_node_set_text(result, node, "description", table->description);
    dn_node_set_text(result, node, "dialect", table->dialect);
    dn_node_set_text(result, node, "library", table->library ? table->library() : NULL);
    dn_node_set_text(result, node, "path", found->path);
    dn_node_set_text(result, node, "source", found->source);
    add_schemes(result, node, found->driver);
    names = dn_node_array(result, node, "capabilities");
    for (size_t i = 0; i < sizeof capability_names / sizeof capability_names[0]; i++)
        if (capabilities->flags & capability_names[i].flag)
            dn_node_set_text(result, names, NULL, capability_names[i].name);
    dn_node_set_text(result, node, "lock", lock_name(capabilities->lock_kind));
}

static void
add_refused(dunlin_result *result, dunlin_node *list, const dn_driver_found *found,
            const char *reason)
{
    dunlin_node *node = dn_node_object(result, list, NULL);

    dn_node_set_text(result, node, "name", found->name);
    dn_node_set_text(result, node, "path", found->path);
    dn_node_set_text(result, node, "source", found->source);
    dn_node_set_text(result, node, "reason", reason);
}

static void
add_found(dunlin_result *result, const dn_driver_found *found, size_t count)
{
    dunlin_node *root = dn_result_node(result);
    dunlin_node *drivers = dn_node_array(result, root, "drivers");
    dunlin_node *refused = dn_node_array(result, root, "refused");

    for (size_t i = 0; i < count; i++) {
        dunlin_capabilities capabilities;
        dn_error error;

        if (found[i].refused)
            add_refused(result, refused, &found[i], found[i].refused);
        else if (dn_driver_capabilities(found[i].driver, NULL, &capabilities, &error) < 0)
            add_refused(result, refused, &found[i], error.message);
        else
            add_driver(result, drivers, &found[i], &capabilities);
    }
}

static void
add_places(dunlin_result *result, const dn_driver_place *places, size_t count)
{
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "places");

    for (size_t i = 0; i < count; i++) {
        dunlin_node *node = dn_node_object(result, list, NULL);

        dn_node_set_text(result, node, "path", places[i].path);
        dn_node_set_text(result, node, "source", places[i].source);
        dn_node_set_boolean(result, node, "exists", places[i].exists);
        dn_node_set_text(result, node, "ignored", places[i].ignored);
    }
}

int
dunlin_drivers(const dunlin_options *options, dunlin_result **result, dunlin_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    const dn_driver_places where = {.option = options ? options->driver_path : NULL};
    dn_driver_place *places;
    size_t place_count;
    dn_driver_found *found;
    size_t count;
    dunlin_result *made;

    *result = NULL;
    if (dn_driver_place_list(&where, &arena, &places, &place_count, error) < 0 ||
        dn_driver_list(&where, &arena, &found, &count, error) < 0)
        return -1;
    made = dn_result_new("dunlin-drivers/1");
    if (!made)
        return dn_no_memory(error);
    add_found(made, found, count);
    add_places(made, places, place_count);
    dn_node_set_integer(made, dn_result_node(made), "abi", DUNLIN_DRIVER_ABI);
    dn_node_set_integer(made, dn_result_node(made), "revision", DUNLIN_DRIVER_REVISION);
    if (!dn_result_ok(made)) {
        dunlin_result_free(made);
        return dn_no_memory(error);
    }
    dn_result_set_exit_code(made, DUNLIN_EXIT_OK);
    *result = made;
    return 0;
}

void
dunlin_own_process(void)
{
    dn_call_own_process();
}
