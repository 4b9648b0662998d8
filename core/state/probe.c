/* SPDX-License-Identifier: MIT
 *
 * Probes: what a migration that changes rows says about how to see that it ran.
 */
#include <string.h>

#include "core/state/state_internal.h"

/* Databases without a boolean answer 1, 't' or 'true'. */
static bool
is_true(const dunlin_value *value)
{
    if (value->type == DUNLIN_VALUE_INTEGER)
        return value->integer != 0;
    return value->type == DUNLIN_VALUE_TEXT &&
           (dn_string_equal_fold(value->text, "t") || dn_string_equal_fold(value->text, "true") ||
            dn_string_equal(value->text, "1"));
}

static int
take_answer(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    bool *answer = context;

    (void)error;
    *answer = count && is_true(&values[0]);
    return 1;
}

static int
read_probe(dn_connection *connection, const dn_migration *migration, dn_text *sql, dn_error *error)
{
    dn_auto(dn_script) *script = NULL;
    dn_script_item item;

    if (dn_script_open(connection, NULL, migration, NULL, false, &script, error) < 0)
        return -1;
    do {
        if (dn_script_next(script, &item, error) < 0)
            return -1;
    } while (item.kind != DN_SCRIPT_END);
    if (dn_script_probe(script))
        dn_text_add_string(sql, dn_script_probe(script));
    return sql->failed ? dn_no_memory(error) : 0;
}

dn_probe
dn_observe_probe(dn_connection *connection, const dn_migration *migration)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    bool answer = false;
    dn_error ignored;

    if (migration->unprobed || read_probe(connection, migration, &sql, &ignored) < 0 ||
        !sql.length ||
        dn_connection_query(connection, sql.data, NULL, 0, take_answer, &answer, &ignored) < 0)
        return DN_PROBE_NONE;
    return answer ? DN_PROBE_TRUE : DN_PROBE_FALSE;
}
