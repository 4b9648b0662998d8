/* SPDX-License-Identifier: MIT
 *
 * The PostgreSQL driver's entry and its table.
 */
#include "drivers/postgres/pg_driver.h"

#include <stdio.h>

DUNLIN_DRIVER_EXPORT const dunlin_driver *dunlin_driver_entry_v0(uint32_t host_abi,
                                                                 uint32_t host_revision);

/* NAMEDATALEN - 1, fixed when a server is compiled; no packaged one differs. */
enum { LONGEST_NAME = 63 };

static char library_text[32];
static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void
write_library_text(void)
{
    int version = PQlibVersion();

    snprintf(library_text, sizeof(library_text), "libpq %d.%d", version / 10000, version % 10000);
}

static const char *
library(void)
{
    pthread_once(&library_once, write_library_text);
    return library_text;
}

int32_t
dn_pg_capabilities(const dunlin_call *call, const dunlin_profile *profile,
                   dunlin_capabilities *capabilities)
{
    DN_KIT_UNUSED(call);
    capabilities->flags = DUNLIN_CAN_NAME_BY_COLUMNS | DUNLIN_CAN_TRANSACTIONAL_DDL |
                          DUNLIN_CAN_PIPELINE | DUNLIN_CAN_CANCEL | DUNLIN_CAN_INTROSPECT_OBJECTS |
                          DUNLIN_CAN_INTROSPECT_FACTS | DUNLIN_CAN_FINGERPRINT |
                          DUNLIN_CAN_NAMESPACES | DUNLIN_CAN_NAMED_TYPES |
                          DUNLIN_CAN_BACKUP_SCHEMA | DUNLIN_CAN_TRANSLATE | DUNLIN_CAN_LEASE |
                          DUNLIN_CAN_SHADOW_DATABASE | DUNLIN_CAN_GRANTS | DUNLIN_CAN_RESET_INSIDE;
    if (profile != NULL && profile->major >= 18)
        capabilities->flags |= DUNLIN_CAN_NAME_NOT_NULL;
    capabilities->lock_kind = DUNLIN_LOCK_SESSION;
    capabilities->identifier_limit = LONGEST_NAME;
    return DUNLIN_OK;
}

static const dunlin_driver table = {
    .size = sizeof(table),
    .abi = DUNLIN_DRIVER_ABI,
    .revision = DUNLIN_DRIVER_REVISION,
    .name = "postgres",
    .version = "0.1.0",
    .description = "PostgreSQL 12 and later",
    .dialect = "postgresql",
    .schemes = "postgresql",
    .library = library,
    .url = dn_pg_url,
    .assume = dn_pg_assume,
    .capabilities = dn_pg_capabilities,
    .lexer_rules = dn_pg_lexer_rules,
    .quote_identifier = dn_pg_quote_identifier,
    .quote_literal = dn_pg_quote_literal,
    .classify = dn_pg_classify,
    .realise = dn_pg_realise,
    .render = dn_pg_render,
    .open = dn_pg_open,
    .close = dn_pg_close,
    .describe = dn_pg_describe,
    .run = dn_pg_run,
    .query = dn_pg_query,
    .introspect = dn_pg_introspect,
    .settle = dn_pg_settle,
    .try_lock = dn_pg_try_lock,
    .unlock = dn_pg_unlock,
    .lock_holder = dn_pg_lock_holder,
    .session_alive = dn_pg_session_alive,
    .session_end = dn_pg_session_end,
    .debris = dn_pg_debris,
    .check_privileges = dn_pg_check_privileges,
    .cancel_handle = dn_pg_cancel_handle,
    .cancel = dn_pg_cancel,
    .cancel_free = dn_pg_cancel_free,
    .shadow_create = dn_pg_shadow_create,
    .shadow_reset = dn_pg_shadow_reset,
    .shadow_drop = dn_pg_shadow_drop,
    .shadow_list = dn_pg_shadow_list,
    .backup_check = dn_pg_backup_check,
    .backup = dn_pg_backup,
    .restore = dn_pg_restore,
    .expression_rules = dn_pg_expression_rules,
    .type_classes = dn_pg_classes_of_column,
    .affected = dn_pg_affected,
    .script = dn_pg_script,
    .hazards = dn_pg_hazards,
};

const dunlin_driver *
dunlin_driver_entry_v0(uint32_t host_abi, uint32_t host_revision)
{
    DN_KIT_UNUSED(host_abi);
    DN_KIT_UNUSED(host_revision);
    return &table;
}
