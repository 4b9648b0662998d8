/* SPDX-License-Identifier: MIT
 *
 * The MySQL and MariaDB driver's entry and its table.
 */
#include "drivers/mysql/my_driver.h"

#include <stdio.h>

DUNLIN_DRIVER_EXPORT const dunlin_driver *dunlin_driver_entry_v0(uint32_t host_abi,
                                                                 uint32_t host_revision);

static char library_text[96];
static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void
write_library_text(void)
{
#ifdef LIBMARIADB
    snprintf(library_text, sizeof(library_text), "MariaDB Connector/C %s", mysql_get_client_info());
#else
    snprintf(library_text, sizeof(library_text), "libmysqlclient %s", mysql_get_client_info());
#endif
}

static const char *
library(void)
{
    pthread_once(&library_once, write_library_text);
    return library_text;
}

static int32_t
capabilities(const dunlin_call *call, const dunlin_profile *profile, dunlin_capabilities *answer)
{
    DN_KIT_UNUSED(call);
    answer->flags = DUNLIN_CAN_SHADOW_DATABASE | DUNLIN_CAN_CANCEL | DUNLIN_CAN_INTROSPECT_OBJECTS |
                    DUNLIN_CAN_INTROSPECT_FACTS | DUNLIN_CAN_FINGERPRINT | DUNLIN_CAN_TRANSLATE;
    answer->flags |= DUNLIN_CAN_FOLD_MEMBERS | DUNLIN_CAN_BACKUP_SCHEMA | DUNLIN_CAN_TABLE_INDEXES |
                     DUNLIN_CAN_GRANTS;
    for (uint64_t i = 0; profile != NULL && i + 1 < profile->setting_count; i += 2)
        if (dn_kit_same(profile->settings[i], "lower_case_table_names") &&
            !dn_kit_same(profile->settings[i + 1], "0"))
            answer->flags |= DUNLIN_CAN_FOLD_OBJECTS;
    /* [M] Before 5.7.5 a session holds one lock at most: nothing tells whether it is alive. */
    if (profile != NULL && dn_kit_same(profile->flavour, "mysql") &&
        profile->major * 10000 + profile->minor * 100 + profile->patch < 50705)
        answer->flags &= ~(uint64_t)DUNLIN_CAN_SHADOW_DATABASE;
    answer->lock_kind = DUNLIN_LOCK_SESSION;
    /* Characters, in truth: 64 bytes is the safe side. */
    answer->identifier_limit = 64;
    return DUNLIN_OK;
}

static const dunlin_driver table = {
    .size = sizeof(table),
    .abi = DUNLIN_DRIVER_ABI,
    .revision = DUNLIN_DRIVER_REVISION,
    .name = "mysql",
    .version = "0.1.0",
    .description = "MySQL and MariaDB servers; what MySQL from 5.7 on alone is sent is unverified",
    .dialect = "mysql",
    .schemes = "mariadb",
    .library = library,
    .url = dn_mysql_url,
    .assume = dn_mysql_assume,
    .capabilities = capabilities,
    .lexer_rules = dn_mysql_lexer_rules,
    .quote_identifier = dn_mysql_quote_identifier,
    .quote_literal = dn_mysql_quote_literal,
    .classify = dn_mysql_classify,
    .realise = dn_mysql_realise,
    .render = dn_mysql_render,
    .open = dn_mysql_open,
    .close = dn_mysql_close,
    .describe = dn_mysql_describe,
    .run = dn_mysql_run,
    .query = dn_mysql_query,
    .introspect = dn_mysql_introspect,
    .settle = dn_mysql_settle,
    .try_lock = dn_mysql_try_lock,
    .unlock = dn_mysql_unlock,
    .lock_holder = dn_mysql_lock_holder,
    .session_alive = dn_mysql_session_alive,
    .check_privileges = dn_mysql_check_privileges,
    .session_end = dn_mysql_session_end,
    .cancel_handle = dn_mysql_cancel_handle,
    .cancel = dn_mysql_cancel,
    .cancel_free = dn_mysql_cancel_free,
    .shadow_create = dn_mysql_shadow_create,
    .shadow_reset = dn_mysql_shadow_reset,
    .shadow_drop = dn_mysql_shadow_drop,
    .shadow_list = dn_mysql_shadow_list,
    .backup_check = dn_mysql_backup_check,
    .backup = dn_mysql_backup,
    .restore = dn_mysql_restore,
    .expression_rules = dn_mysql_expression_rules,
    .script = dn_mysql_script,
    .hazards = dn_mysql_hazards,
    .type_classes = dn_mysql_type_classes,
    .affected = dn_mysql_affected,
};

const dunlin_driver *
dunlin_driver_entry_v0(uint32_t host_abi, uint32_t host_revision)
{
    DN_KIT_UNUSED(host_abi);
    DN_KIT_UNUSED(host_revision);
    return &table;
}
