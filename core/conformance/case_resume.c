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

/* What describe() told of the first connection. */
typedef struct told {
    dunlin_string backend;
    dunlin_string start;
} told;

static int
copy(dn_check *check, dunlin_string *to, dunlin_string from)
{
    to->data = dn_arena_copy(&check->arena, from.data, (size_t)from.length);
    to->length = from.length;
    return to->data ? 0 : dn_check_no_memory(check);
}

static int
first_session(dn_check *check, told *session)
{
    dn_connection *first = dn_check_first(check);
    const dunlin_server *server = first ? dn_connection_server(first) : NULL;

    if (!server || copy(check, &session->backend, server->backend) < 0 ||
        copy(check, &session->start, server->backend_start) < 0)
        return -1;
    return session->backend.length ? 0
                                   : dn_check_fail(check, "describe() tells no id of the session");
}

static int
ask(dn_check *check, dunlin_string backend, dunlin_string start, int32_t *answer)
{
    dn_connection *connection = dn_check_second(check);

    return connection
               ? dn_connection_session_alive(connection, backend, start, answer, &check->error)
               : -1;
}

static int
end(dn_check *check, dunlin_string backend, dunlin_string start, int32_t *answer)
{
    dn_connection *connection = dn_check_second(check);

    return connection ? dn_connection_session_end(connection, backend, start, answer, &check->error)
                      : -1;
}

/* Until it is no longer called alive. */
static int
wait_for_end(dn_check *check, const told *session, const char *what)
{
    int64_t deadline = dn_clock_monotonic_ns() + DYING_MS * INT64_C(1000000);
    int32_t answer;

    do {
        if (ask(check, session->backend, session->start, &answer) < 0)
            return -1;
        if (answer != DUNLIN_SESSION_ALIVE)
            return 0;
        dn_clock_sleep_ms(20);
    } while (dn_clock_monotonic_ns() < deadline);
    return dn_check_fail(check, "a session that was %s is called alive", what);
}

static int
session(dn_check *check)
{
    told first;
    int32_t answer;

    if (!check->driver->table.session_alive)
        return dn_check_skip(check, "the driver does not know other sessions");
    if (first_session(check, &first) < 0 || ask(check, first.backend, first.start, &answer) < 0)
        return -1;
    if (answer == DUNLIN_SESSION_GONE)
        return dn_check_fail(check, "a session that is open is called gone");
    dn_check_close(check, 0);
    return wait_for_end(check, &first, "closed");
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

static int
ended(dn_check *check)
{
    told first;
    int32_t answer;
    dn_error error;

    if (!check->driver->table.session_end)
        return dn_check_skip(check, "the driver does not end other sessions");
    if (first_session(check, &first) < 0 || end(check, first.backend, first.start, &answer) < 0)
        return -1;
    if (answer != DUNLIN_SESSION_ALIVE)
        return dn_check_fail(check, "session_end() answered %d for a session that is open",
                             (int)answer);
    if (wait_for_end(check, &first, "ended") < 0)
        return -1;
    if (dn_connection_execute(dn_check_first(check), DUNLIN_ITEM_STATEMENT, "SELECT 1", NULL, 0,
                              &error) == 0)
        return dn_check_fail(check, "a session that was ended runs a statement");
    return error.status == DUNLIN_LOST
               ? 0
               : dn_check_fail(check, "the class is '%s' and not 'lost': %s",
                               dn_check_class(error.status), error.message);
}

/* The number is right, and the start another session's. */
static int
ended_other(dn_check *check)
{
    told first;
    int32_t answer;

    if (!check->driver->table.session_end)
        return dn_check_skip(check, "the driver does not end other sessions");
    if (first_session(check, &first) < 0)
        return -1;
    if (!first.start.length)
        return dn_check_skip(check, "this server does not tell when a session began");
    if (end(check, first.backend, dn_string("2001-01-01 00:00:00"), &answer) < 0)
        return -1;
    if (answer == DUNLIN_SESSION_ALIVE)
        return dn_check_fail(check, "session_end() took another session for the one asked for");
    return dn_check_execute(check, DUNLIN_ITEM_STATEMENT, "SELECT 1");
}

static const dn_case cases[] = {
    {"resume.fingerprint",
     "what DDL outside of transactions touches looks different after it, not before", fingerprints,
     NULL, DUNLIN_CAN_FINGERPRINT},
    {"resume.session", "a session is not called gone while it lives, nor alive when it is closed",
     session, NULL, 0},
    {"resume.never-was", "a session that never was is not called alive", never_was, NULL, 0},
    {"resume.end", "another session can be ended, and its connection is lost then", ended, NULL, 0},
    {"resume.end-other", "a session with the number, but not the start, is left alone", ended_other,
     NULL, 0},
};

const dn_area dn_area_resume = DN_AREA(cases);
