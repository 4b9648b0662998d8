/* SPDX-License-Identifier: MIT
 *
 * The run lock: one connection has it, and it ends with that connection.
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/conformance/check.h"

enum { AT_ONCE_MS = 2000, DYING_MS = 10000 };

static const char lock_key[] = "dunlin_check_lock";

static int
expect(dn_check *check, dn_connection *connection, bool wanted, const char *when)
{
    bool acquired;

    if (!connection || dn_connection_try_lock(connection, lock_key, &acquired, &check->error) < 0)
        return -1;
    if (acquired == wanted)
        return 0;
    return dn_check_fail(check, "the lock was %s %s", acquired ? "had" : "not to be had", when);
}

static int
give_back(dn_check *check, dn_connection *connection)
{
    return dn_connection_unlock(connection, lock_key, &check->error);
}

static int
exclusive(dn_check *check)
{
    dn_connection *first = dn_check_first(check);
    dn_connection *second = first ? dn_check_second(check) : NULL;

    if (!second || expect(check, first, true, "though nobody held it") < 0 ||
        expect(check, second, false, "by two at once") < 0 || give_back(check, first) < 0 ||
        expect(check, second, true, "after it was given back") < 0 ||
        expect(check, first, false, "by two at once") < 0)
        return -1;
    return give_back(check, second);
}

static int
at_once(dn_check *check)
{
    dn_connection *first = dn_check_first(check);
    dn_connection *second = first ? dn_check_second(check) : NULL;
    int64_t begin;
    int64_t elapsed_ms;

    if (!second || expect(check, first, true, "though nobody held it") < 0)
        return -1;
    begin = dn_clock_monotonic_ns();
    if (expect(check, second, false, "by two at once") < 0)
        return -1;
    elapsed_ms = (dn_clock_monotonic_ns() - begin) / 1000000;
    if (elapsed_ms > AT_ONCE_MS)
        return dn_check_fail(check, "one try took %lld ms", (long long)elapsed_ms);
    return give_back(check, first);
}

static int
holder(dn_check *check)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_connection *first = dn_check_first(check);
    dn_connection *second = first ? dn_check_second(check) : NULL;
    dunlin_string backend;

    if (!check->driver->table.lock_holder)
        return dn_check_skip(check, "the driver does not tell who holds a lock");
    if (!second || expect(check, first, true, "though nobody held it") < 0 ||
        expect(check, second, false, "by two at once") < 0 ||
        dn_connection_lock_holder(second, lock_key, &text, &check->error) < 0)
        return -1;
    backend = dn_connection_server(first)->backend;
    if (!text.length)
        return dn_check_fail(check, "lock_holder() told nobody");
    if (!memmem(text.data, text.length, backend.data, (size_t)backend.length))
        return dn_check_fail(check, "the holder '%s' is not the session '%s'",
                             dn_check_shown(check, dn_span(text.data, text.length)),
                             dn_check_shown(check, backend));
    return give_back(check, first);
}

static int
nobody(dn_check *check)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (!check->driver->table.lock_holder)
        return dn_check_skip(check, "the driver does not tell who holds a lock");
    if (!dn_check_first(check) ||
        dn_connection_lock_holder(dn_check_first(check), lock_key, &text, &check->error) < 0)
        return -1;
    return text.length ? dn_check_fail(check, "a lock that nobody holds is held by '%s'",
                                       dn_check_shown(check, dn_span(text.data, text.length)))
                       : 0;
}

/* A server may take a moment to notice that a session is over. */
static int
dies(dn_check *check)
{
    dn_connection *first = dn_check_first(check);
    dn_connection *second = first ? dn_check_second(check) : NULL;
    int64_t end;
    bool acquired = false;

    if (!second || expect(check, first, true, "though nobody held it") < 0)
        return -1;
    dn_check_close(check, 0);
    end = dn_clock_monotonic_ns() + DYING_MS * INT64_C(1000000);
    while (!acquired && dn_clock_monotonic_ns() < end) {
        if (dn_connection_try_lock(second, lock_key, &acquired, &check->error) < 0)
            return -1;
        if (!acquired)
            dn_clock_sleep_ms(20);
    }
    if (!acquired)
        return dn_check_fail(check, "the lock did not end with its connection");
    return give_back(check, second);
}

/* A session's lock holds through transactions, failures and RESET. */
static int
lasts(dn_check *check)
{
    dn_connection *first;

    if (check->capabilities->lock_kind != DUNLIN_LOCK_SESSION)
        return dn_check_skip(check, "the driver's locks are not those of a session");
    if (dn_check_items(check) < 0 || !dn_check_second(check))
        return -1;
    first = dn_check_first(check);
    if (expect(check, first, true, "though nobody held it") < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_BEGIN, NULL) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_STATEMENT,
                         "INSERT INTO " DN_CHECK_ITEMS " (id) VALUES (1)") < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_COMMIT, NULL) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_BEGIN, NULL) < 0 ||
        dn_check_refused(check, first, "INSERT INTO dunlin_check_missing (id) VALUES (1)",
                         DUNLIN_MISSING) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_ROLLBACK, NULL) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_RESET, NULL) < 0 ||
        expect(check, dn_check_second(check), false, "after transactions of its holder") < 0)
        return -1;
    return give_back(check, first);
}

static const dn_case cases[] = {
    {"lock.exclusive", "one connection has the lock, until it gives it back", exclusive, NULL, 0},
    {"lock.at-once", "a try does not wait", at_once, NULL, 0},
    {"lock.holder", "the holder of the lock is named", holder, NULL, 0},
    {"lock.nobody", "of a lock that nobody holds no holder is named", nobody, NULL, 0},
    {"lock.dies", "the lock ends with its connection", dies, NULL, 0},
    {"lock.lasts", "the lock of a session outlives transactions, failures and RESET", lasts, NULL,
     0},
};

const dn_area dn_area_lock = DN_AREA(cases);
