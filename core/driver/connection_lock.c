/* SPDX-License-Identifier: MIT
 *
 * The run lock as a driver offers it: one try at a time; waiting is core/run's. And the sessions
 * that may have it.
 */
#include "core/driver/connection_internal.h"

int
dn_connection_try_lock(dn_connection *connection, const char *key, bool *acquired, dn_error *error)
{
    int32_t answer = 0;
    dn_call call;
    int32_t status;

    *acquired = false;
    if (!connection->driver->table.try_lock)
        return dn_driver_cannot(connection->driver, "take the run lock", error);
    dn_connection_begin(connection, &call, "try_lock", NULL, NULL, error);
    status = connection->driver->table.try_lock(&call.driver_view, connection->handle,
                                                dn_string(key), &answer);
    if (dn_call_end(&call, status) < 0)
        return -1;
    *acquired = answer != 0;
    return 0;
}

int
dn_connection_unlock(dn_connection *connection, const char *key, dn_error *error)
{
    dn_call call;

    if (!connection->driver->table.unlock)
        return dn_driver_cannot(connection->driver, "give back the run lock", error);
    dn_connection_begin(connection, &call, "unlock", NULL, NULL, error);
    return dn_call_end(&call, connection->driver->table.unlock(&call.driver_view,
                                                               connection->handle, dn_string(key)));
}

static void
add_part(dn_text *text, const char *before, dunlin_string part, const char *after)
{
    if (!part.length)
        return;
    dn_text_add_string(text, before);
    dn_text_add_visible(text, part.data, part.length, 200);
    dn_text_add_string(text, after);
}

/* Several holders (of a shared lock) are listed. */
static int32_t
take_holder(dn_call *call, const dunlin_holder *holder)
{
    dn_text *text = call->target;

    if (text->length)
        dn_text_add_string(text, "; ");
    if (holder->backend.length)
        add_part(text, "process ", holder->backend, "");
    else
        dn_text_add_string(text, "a process");
    add_part(text, " on ", holder->host, "");
    add_part(text, " (", holder->application, ")");
    add_part(text, ", since ", holder->since, "");
    return text->failed ? dn_call_no_memory(call) : DUNLIN_OK;
}

int
dn_connection_lock_holder(dn_connection *connection, const char *key, dn_text *holder,
                          dn_error *error)
{
    static const dn_call_sinks sinks = {.holder = take_holder};
    dn_call call;

    dn_text_clear(holder);
    if (!connection->driver->table.lock_holder)
        return 0;
    dn_connection_begin(connection, &call, "lock_holder", &sinks, holder, error);
    return dn_call_end(&call, connection->driver->table.lock_holder(
                                  &call.driver_view, connection->handle, dn_string(key)));
}

static int32_t
take_session(dn_call *call, const dunlin_holder *holder)
{
    dn_text *text = call->target;

    if (text->length || !holder->backend.length)
        return DUNLIN_OK;
    dn_text_add(text, holder->backend.data, (size_t)holder->backend.length);
    return text->failed ? dn_call_no_memory(call) : DUNLIN_OK;
}

int
dn_connection_lock_session(dn_connection *connection, const char *key, dn_text *backend,
                           dn_error *error)
{
    static const dn_call_sinks sinks = {.holder = take_session};
    dn_call call;

    dn_text_clear(backend);
    if (!connection->driver->table.lock_holder)
        return 0;
    dn_connection_begin(connection, &call, "lock_holder", &sinks, backend, error);
    return dn_call_end(&call, connection->driver->table.lock_holder(
                                  &call.driver_view, connection->handle, dn_string(key)));
}

/* --- sessions --- */
static int32_t
check_answer(dn_call *call, int32_t status, int32_t answer)
{
    if (status != DUNLIN_OK || (answer >= DUNLIN_SESSION_GONE && answer <= DUNLIN_SESSION_UNKNOWN))
        return status;
    return dn_call_breach(call, "answered %d when asked about a session", (int)answer);
}

int
dn_connection_session_alive(dn_connection *connection, dunlin_string backend, dunlin_string start,
                            int32_t *answer, dn_error *error)
{
    const dunlin_driver *table = &connection->driver->table;
    dn_call call;
    int32_t status;

    *answer = DUNLIN_SESSION_UNKNOWN;
    if (!table->session_alive)
        return 0;
    dn_connection_begin(connection, &call, "session_alive", NULL, NULL, error);
    status = table->session_alive(&call.driver_view, connection->handle, backend, start, answer);
    return dn_call_end(&call, check_answer(&call, status, *answer));
}

int
dn_connection_session_end(dn_connection *connection, dunlin_string backend, dunlin_string start,
                          int32_t *answer, dn_error *error)
{
    const dunlin_driver *table = &connection->driver->table;
    dn_call call;
    int32_t status;

    *answer = DUNLIN_SESSION_UNKNOWN;
    if (!table->session_end)
        return dn_driver_cannot(connection->driver, "end another session", error);
    dn_connection_begin(connection, &call, "session_end", NULL, NULL, error);
    status = table->session_end(&call.driver_view, connection->handle, backend, start, answer);
    return dn_call_end(&call, check_answer(&call, status, *answer));
}
