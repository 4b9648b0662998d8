/* SPDX-License-Identifier: MIT
 *
 * Waiting for the session of an earlier run. The run lock dies with the session that has it, so
 * that whoever got the lock mostly finds it gone. But a migration may give all locks of its session
 * back, or a server may have lost them, and what a session still does must not be judged.
 */
#include "core/execute/ledger.h"

#include <string.h>

#include "core/base/clock.h"

enum { WAIT_MS = 100, NOTICE_AFTER_MS = 1000 };

static bool
same(dunlin_string a, dunlin_string b)
{
    return a.length == b.length && (!a.length || memcmp(a.data, b.data, (size_t)a.length) == 0);
}

static bool
is_own(dn_connection *connection, const dn_ledger_row *row)
{
    const dunlin_server *server = dn_connection_server(connection);

    return same(server->backend, row->backend) && same(server->backend_start, row->backend_start);
}

static int
give_up(const dn_execution *execution, const dn_ledger_row *row, dn_error *error)
{
    return dn_fail(error, DUNLIN_PARTIAL, "ledger.session",
                   "the session of an earlier run (process %.*s) is still there after %lld ms, and "
                   "may be running this statement",
                   (int)row->backend.length, row->backend.data,
                   (long long)execution->session_timeout_ms);
}

static int
end_session(dn_execution *execution, const dn_ledger_row *row, dn_error *error)
{
    int32_t answer;

    dn_log_warning(&execution->log, "ending the session of an earlier run (process %.*s)",
                   (int)row->backend.length, row->backend.data);
    if (dn_connection_session_end(execution->connection, row->backend, row->backend_start, &answer,
                                  error) < 0)
        return dn_while(error, "ending the session of an earlier run");
    return 0;
}

int
dn_ledger_wait(dn_execution *execution, const dn_ledger_row *row, dn_error *error)
{
    int64_t start = dn_clock_monotonic_ns();
    bool told = false;
    bool asked = false;

    if (!row->backend.length || is_own(execution->connection, row))
        return 0;
    for (;;) {
        int64_t waited = (dn_clock_monotonic_ns() - start) / 1000000;
        int32_t answer;

        if (dn_connection_session_alive(execution->connection, row->backend, row->backend_start,
                                        &answer, error) < 0)
            return dn_while(error, "asking for the session of an earlier run");
        if (answer != DUNLIN_SESSION_ALIVE)
            return 0;
        if (execution->end_sessions && !asked && end_session(execution, row, error) < 0)
            return -1;
        asked = true;
        if (waited >= execution->session_timeout_ms)
            return give_up(execution, row, error);
        if (dn_log_cancelled(&execution->log))
            return dn_fail(error, DUNLIN_CANCELLED, "run.cancelled", "stopped on request");
        if (waited >= NOTICE_AFTER_MS && !told) {
            dn_log_warning(&execution->log,
                           "waiting for the session of an earlier run (process %.*s) to end",
                           (int)row->backend.length, row->backend.data);
            told = true;
        }
        dn_clock_sleep_ms(WAIT_MS);
    }
}
