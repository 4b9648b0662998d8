/* SPDX-License-Identifier: MIT
 *
 * What the database does to texts and times, for `dunlin check --env`. Nothing here keeps a run from
 * working: our own sessions say what they want. What is told is what programs may meet.
 */
#include <string.h>

#include "core/engine/check.h"

static const char *
text_of(const dunlin_value *value, dn_arena *arena)
{
    return value->type == DUNLIN_VALUE_NULL
               ? NULL
               : dn_arena_copy(arena, value->text.data, (size_t)value->text.length);
}

static bool
is_true(const dunlin_value *value)
{
    return value->type == DUNLIN_VALUE_INTEGER
               ? value->integer != 0
               : value->type == DUNLIN_VALUE_TEXT && dn_string_equal(value->text, "1");
}

static int
hear(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    static const struct {
        const char *area;
        const char *id;
    } ids[] = {{"charset", "env-charset"}, {"collation", "env-collation"}, {"clock", "env-clock"}};
    dn_checking *checking = context;
    dn_session *session = checking->session;
    const char *id = NULL;
    const char *summary;
    const char *mend;
    dn_check_item check;

    for (size_t i = 0; count == 4 && i < sizeof ids / sizeof ids[0]; i++)
        if (values[0].type == DUNLIN_VALUE_TEXT && dn_string_equal(values[0].text, ids[i].area))
            id = ids[i].id;
    if (!id || values[2].type != DUNLIN_VALUE_TEXT ||
        (values[3].type != DUNLIN_VALUE_TEXT && values[3].type != DUNLIN_VALUE_NULL))
        return dn_fail(error, DUNLIN_INTERNAL, "driver.broken",
                       "driver '%s': its query for hazards gives other rows than were agreed",
                       session->driver->table.name);
    summary = text_of(&values[2], &session->arena);
    mend = text_of(&values[3], &session->arena);
    if (!summary || (!mend && values[3].type == DUNLIN_VALUE_TEXT))
        return dn_no_memory(error);
    dn_checks_begin(checking, &check, id, session->driver->table.name, NULL);
    dn_checks_end(checking, &check, is_true(&values[1]) ? DN_CHECK_UNVERIFIED : DN_CHECK_AGREES,
                  summary, mend);
    return 0;
}

int
dn_checks_hazards(dn_checking *checking, dn_error *error)
{
    dn_session *session = checking->session;
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    dn_check_item check;
    dn_error problem;

    if (dn_driver_hazards(session->driver, dn_connection_server(session->connection)->profile, &sql,
                          error) < 0)
        return -1;
    if (!sql.length)
        return 0;
    dn_error_clear(&problem);
    if (dn_connection_query(session->connection, sql.data, NULL, 0, hear, checking, &problem) == 0)
        return 0;
    if (problem.status == DUNLIN_NO_MEMORY)
        return dn_no_memory(error);
    dn_checks_begin(checking, &check, "env-charset", session->driver->table.name, NULL);
    dn_checks_end(checking, &check, DN_CHECK_UNVERIFIED,
                  dn_arena_printf(&session->arena, "nobody can tell: %s", problem.message), NULL);
    return 0;
}
