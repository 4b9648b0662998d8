/* SPDX-License-Identifier: MIT
 *
 * What dunlin has to know to go on after a crash: whether a statement took effect, and whether the
 * session that ran it is gone.
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/conformance/check.h"

enum { DYING_MS = 10000 };

/* --- fingerprints ---------------------------------------------------------------------------- */

static int
fingerprint(dn_check *check, const char *statement, dn_digest *digest)
{
    bool known;

    if (dn_connection_fingerprint(dn_check_first(check), dn_string(statement), &known, digest,
                                  &check->error) < 0)
        return -1;
    return known ? 0 : dn_check_fail(check, "what '%s' touches is not known", statement);
}

static int
expect_change(dn_check *check, const char *statement)
{
    dn_digest before;
    dn_digest again;
    dn_digest after;

    if (fingerprint(check, statement, &before) < 0 || fingerprint(check, statement, &again) < 0)
        return -1;
    if (memcmp(&before, &again, sizeof before) != 0)
        return dn_check_fail(check, "two looks before '%s' differ", statement);
    if (dn_check_execute(check, DUNLIN_ITEM_STATEMENT, statement) < 0 ||
        fingerprint(check, statement, &after) < 0)
        return -1;
    if (memcmp(&before, &after, sizeof before) == 0)
        return dn_check_fail(check, "before and after '%s' everything looks the same", statement);
    return 0;
}

/* Each statement in turn; looked at are those that cannot share a transaction with their record. */
static int
fingerprints(dn_check *check)
{
    static const struct {
        const char *sql;
        bool portable; /* else run only where the driver knows it, by refusing it a transaction */
    } statements[] = {
        {"CREATE TABLE " DN_CHECK_ITEMS " (id INTEGER, name VARCHAR(100))", true},
        {"ALTER TABLE " DN_CHECK_ITEMS " ADD COLUMN note VARCHAR(100)", true},
        {"CREATE INDEX dunlin_check_index ON " DN_CHECK_ITEMS " (name)", true},
        {"CREATE INDEX CONCURRENTLY dunlin_check_other ON " DN_CHECK_ITEMS " (id)", false},
        {"DROP TABLE " DN_CHECK_ITEMS, true},
    };
    size_t count = 0;

    if (dn_check_own(check, "TABLE", DN_CHECK_ITEMS) < 0)
        return -1;
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        const char *sql = statements[i].sql;
        uint64_t flags;

        if (dn_connection_classify(dn_check_first(check), dn_string(sql), &flags, &check->error) <
            0)
            return -1;
        if ((flags & DUNLIN_CLASS_NO_TRANSACTION) ||
            ((flags & DUNLIN_CLASS_COMMITS) && statements[i].portable)) {
            if (expect_change(check, sql) < 0)
                return -1;
            count++;
        } else if (statements[i].portable &&
                   dn_check_execute(check, DUNLIN_ITEM_STATEMENT, sql) < 0) {
            return -1;
        }
    }
    return count ? 0 : dn_check_skip(check, "no DDL of the kit runs outside of transactions here");
}

/* --- sessions -------------------------------------------------------------------------------- */

static int
ask(dn_check *check, dunlin_string backend, dunlin_string start, int32_t *answer)
{
    dn_connection *connection = dn_check_second(check);
    dn_call call;

    *answer = -1;
    if (!connection)
        return -1;
    dn_check_begin(check, connection, &call, "session_alive", NULL, NULL);
    if (dn_call_end(&call, check->driver->table.session_alive(&call.driver_view, connection->handle,
                                                              backend, start, answer)) < 0)
        return -1;
    if (*answer < DUNLIN_SESSION_GONE || *answer > DUNLIN_SESSION_UNKNOWN)
        return dn_check_fail(check, "session_alive() answered %d", (int)*answer);
    return 0;
}

static int
session(dn_check *check)
{
    dn_connection *first = dn_check_first(check);
    const dunlin_server *server;
    dunlin_string backend;
    dunlin_string start;
    int64_t end = dn_clock_monotonic_ns() + DYING_MS * INT64_C(1000000);
    int32_t answer;

    if (!check->driver->table.session_alive)
        return dn_check_skip(check, "the driver does not know other sessions");
    if (!first)
        return -1;
    server = dn_connection_server(first);
    backend =
        dn_span(dn_arena_copy(&check->arena, server->backend.data, (size_t)server->backend.length),
                (size_t)server->backend.length);
    start = dn_span(dn_arena_copy(&check->arena, server->backend_start.data,
                                  (size_t)server->backend_start.length),
                    (size_t)server->backend_start.length);
    if (!backend.data || !start.data)
        return dn_check_no_memory(check);
    if (ask(check, backend, start, &answer) < 0)
        return -1;
    if (answer == DUNLIN_SESSION_GONE)
        return dn_check_fail(check, "a session that is open is called gone");
    dn_check_close(check, 0);
    do {
        if (ask(check, backend, start, &answer) < 0)
            return -1;
        if (answer == DUNLIN_SESSION_GONE || answer == DUNLIN_SESSION_UNKNOWN)
            return 0;
        dn_clock_sleep_ms(20);
    } while (dn_clock_monotonic_ns() < end);
    return dn_check_fail(check, "a session that was closed is called alive");
}

static int
never_was(dn_check *check)
{
    int32_t answer;

    if (!check->driver->table.session_alive)
        return dn_check_skip(check, "the driver does not know other sessions");
    if (ask(check, dn_string("999999999"), dn_string("2001-01-01 00:00:00"), &answer) < 0)
        return -1;
    return answer == DUNLIN_SESSION_ALIVE
               ? dn_check_fail(check, "a session that never was is called alive")
               : 0;
}

static const dn_case cases[] = {
    {"resume.fingerprint",
     "what DDL outside of transactions touches looks different after it, not before", fingerprints,
     NULL, DUNLIN_CAN_FINGERPRINT},
    {"resume.session", "a session is not called gone while it lives, nor alive when it is closed",
     session, NULL, 0},
    {"resume.never-was", "a session that never was is not called alive", never_was, NULL, 0},
};

const dn_area dn_area_resume = DN_AREA(cases);
