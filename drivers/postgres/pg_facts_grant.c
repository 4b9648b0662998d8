/* SPDX-License-Identifier: MIT
 *
 * Privileges.
 */
#include "drivers/postgres/pg_catalog.h"

static void
add_name(dunlin_string *path, size_t *count, const dn_pg_row *row, int column)
{
    if (!dn_pg_cell_is_null(row, column))
        path[(*count)++] = dn_pg_cell(row, column);
}

/* The path of the object, the grantee, the privilege with the words for what it is on. */
int32_t
dn_pg_take_grant(void *context, const dn_pg_row *row)
{
    dn_pg_reading *reading = context;
    dn_pg_fact *fact = &reading->fact;
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text privilege = {0};
    dunlin_string path[5];
    size_t count = 0;

    dn_kit_text_add_string(&privilege, dn_pg_cell(row, DN_PG_GRANT_PRIVILEGE));
    dn_kit_text_add_string(&privilege, dn_pg_cell(row, DN_PG_GRANT_WORDS));
    if (privilege.failed)
        return dn_kit_no_memory(reading->call);
    add_name(path, &count, row, DN_PG_GRANT_SCHEMA);
    add_name(path, &count, row, DN_PG_GRANT_NAME);
    add_name(path, &count, row, DN_PG_GRANT_ARGUMENTS);
    add_name(path, &count, row, DN_PG_GRANT_COLUMN);
    path[count++] = dn_pg_cell(row, DN_PG_GRANT_GRANTEE);
    path[count++] = dn_kit_text_string(&privilege);
    dn_pg_fact_begin(fact, DUNLIN_KIND_GRANT, path, count);
    dn_pg_fact_boolean(fact, "grantable", dn_pg_cell_is_true(row, DN_PG_GRANT_GRANTABLE));
    dn_pg_fact_boolean(fact, "revoked", dn_pg_cell_is_true(row, DN_PG_GRANT_REVOKED));
    return dn_pg_reading_push(reading);
}

int32_t
dn_pg_take_unread(void *context, const dn_pg_row *row)
{
    dn_pg_reading *reading = context;

    dn_kit_add_unread(&reading->unread, dn_pg_cell(row, DN_PG_UNREAD_KIND),
                      (uint64_t)dn_pg_cell_integer(row, DN_PG_UNREAD_COUNT),
                      dn_pg_cell(row, DN_PG_UNREAD_NAMES));
    return reading->unread.failed ? dn_kit_no_memory(reading->call) : DUNLIN_OK;
}
