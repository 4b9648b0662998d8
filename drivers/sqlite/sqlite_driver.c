/* SPDX-License-Identifier: MIT
 *
 * The SQLite driver's entry and its table.
 */
#include "drivers/sqlite/sqlite_local.h"

#include <stdio.h>

DUNLIN_DRIVER_EXPORT const dunlin_driver *dunlin_driver_entry_v0(uint32_t host_abi,
                                                                 uint32_t host_revision);

static char library_text[64];
static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void
write_library_text(void)
{
    snprintf(library_text, sizeof(library_text), "SQLite %s", sqlite3_libversion());
}

static const char *
library(void)
{
    pthread_once(&library_once, write_library_text);
    return library_text;
}

int32_t
dn_sqlite_capabilities(const dunlin_call *call, const dunlin_profile *profile,
                       dunlin_capabilities *capabilities)
{
    DN_KIT_UNUSED(call);
    DN_KIT_UNUSED(profile);
    capabilities->flags = DUNLIN_CAN_TRANSACTIONAL_DDL | DUNLIN_CAN_SHADOW_MEMORY |
                          DUNLIN_CAN_BACKUP_ITSELF | DUNLIN_CAN_CANCEL |
                          DUNLIN_CAN_INTROSPECT_OBJECTS | DUNLIN_CAN_INTROSPECT_FACTS |
                          DUNLIN_CAN_TRANSLATE | DUNLIN_CAN_FOLD_OBJECTS | DUNLIN_CAN_FOLD_MEMBERS |
                          DUNLIN_CAN_INTROSPECT_SINCE | DUNLIN_CAN_REBUILD | DUNLIN_CAN_KEEP_TEXTS |
                          DUNLIN_CAN_REFER_AHEAD;
    capabilities->lock_kind = DUNLIN_LOCK_SESSION;
    capabilities->identifier_limit = 0;
    capabilities->loose_type = "TEXT";
    return DUNLIN_OK;
}

static const dunlin_driver table = {
    .size = sizeof(table),
    .abi = DUNLIN_DRIVER_ABI,
    .revision = DUNLIN_DRIVER_REVISION,
    .name = "sqlite",
    .version = "0.1.0",
    .description = "SQLite 3 database files",
    .dialect = "sqlite",
    .schemes = "sqlite3",
    .library = library,
    .url = dn_sqlite_url,
    .assume = dn_sqlite_assume,
    .capabilities = dn_sqlite_capabilities,
    .lexer_rules = dn_sqlite_lexer_rules,
    .quote_identifier = dn_sqlite_quote_identifier,
    .quote_literal = dn_sqlite_quote_literal,
    .classify = dn_sqlite_classify,
    .realise = dn_sqlite_realise,
    .render = dn_sqlite_render,
    .open = dn_sqlite_open,
    .close = dn_sqlite_close,
    .describe = dn_sqlite_describe,
    .run = dn_sqlite_run,
    .query = dn_sqlite_query,
    .introspect = dn_sqlite_introspect,
    .try_lock = dn_sqlite_try_lock,
    .unlock = dn_sqlite_unlock,
    .lock_holder = dn_sqlite_lock_holder,
    .cancel_handle = dn_sqlite_cancel_handle,
    .cancel = dn_sqlite_cancel,
    .cancel_free = dn_sqlite_cancel_free,
    .shadow_create = dn_sqlite_shadow_create,
    .shadow_reset = dn_sqlite_shadow_reset,
    .shadow_drop = dn_sqlite_shadow_drop,
    .backup_check = dn_sqlite_backup_check,
    .backup = dn_sqlite_backup,
    .restore = dn_sqlite_restore,
    .expression_rules = dn_sqlite_expression_rules,
    .script = dn_sqlite_script,
    .hazards = dn_sqlite_hazards,
    .type_classes = dn_sqlite_type_classes,
};

const dunlin_driver *
dunlin_driver_entry_v0(uint32_t host_abi, uint32_t host_revision)
{
    DN_KIT_UNUSED(host_abi);
    DN_KIT_UNUSED(host_revision);
    return &table;
}
