/* SPDX-License-Identifier: MIT
 *
 * SQLite's errors -> classes. The code says little about schema errors (all are SQLITE_ERROR), so
 * those are told apart by the message, whose wording has been the same in every 3.x.
 */
#include "drivers/sqlite/sqlite_driver.h"

#include <errno.h>
#include <string.h>

#include "drivers/sqlite/sqlite_rebuild.h"

static const struct {
    int code; /* primary */
    int32_t status;
} classes_by_code[] = {
    {SQLITE_PERM, DUNLIN_PERMISSION},       {SQLITE_AUTH, DUNLIN_PERMISSION},
    {SQLITE_BUSY, DUNLIN_LOCKED},           {SQLITE_LOCKED, DUNLIN_LOCKED},
    {SQLITE_NOMEM, DUNLIN_NO_MEMORY},       {SQLITE_READONLY, DUNLIN_READ_ONLY},
    {SQLITE_INTERRUPT, DUNLIN_CANCELLED},   {SQLITE_CORRUPT, DUNLIN_CORRUPT},
    {SQLITE_NOTADB, DUNLIN_CORRUPT},        {SQLITE_FULL, DUNLIN_DISK_FULL},
    {SQLITE_CONSTRAINT, DUNLIN_CONSTRAINT},
};

/* A message that begins with `begin` and ends with `end`; what is between them is the object's
 * name where `named`. */
static const struct {
    const char *begin;
    const char *end;
    int32_t status;
    bool named;
} classes_by_message[] = {
    {"no such ", "", DUNLIN_MISSING, false},
    {"duplicate column name: ", "", DUNLIN_EXISTS, true},
    {"table ", " already exists", DUNLIN_EXISTS, true},
    {"view ", " already exists", DUNLIN_EXISTS, true},
    {"index ", " already exists", DUNLIN_EXISTS, true},
    {"trigger ", " already exists", DUNLIN_EXISTS, true},
    {"there is already ", "", DUNLIN_EXISTS, false},
    {"", " already exists", DUNLIN_EXISTS, false},
    {"", ": syntax error", DUNLIN_SYNTAX, false},
    {"incomplete input", "", DUNLIN_SYNTAX, false},
    {"unrecognized token: ", "", DUNLIN_SYNTAX, false},
};

static bool
fits(const char *message, const char *begin, const char *end)
{
    size_t length = strlen(message);
    size_t begins = strlen(begin);
    size_t ends = strlen(end);

    return length >= begins + ends && strncmp(message, begin, begins) == 0 &&
           strcmp(message + length - ends, end) == 0;
}

static int32_t
class_by_message(const char *message, dunlin_string *object)
{
    for (size_t i = 0; i < sizeof(classes_by_message) / sizeof(classes_by_message[0]); i++) {
        const char *begin = classes_by_message[i].begin;
        const char *end = classes_by_message[i].end;

        if (!fits(message, begin, end))
            continue;
        if (classes_by_message[i].named) {
            object->data = message + strlen(begin);
            object->length = strlen(message) - strlen(begin) - strlen(end);
        } else if (classes_by_message[i].status == DUNLIN_MISSING) {
            /* "no such table: main.users" */
            const char *colon = strstr(message, ": ");

            if (colon != NULL)
                *object = dn_kit_string(colon + 2);
        }
        return classes_by_message[i].status;
    }
    return DUNLIN_FAILED;
}

/* For the codes that stand for a failed system call. */
static int32_t
class_by_errno(sqlite3 *db)
{
    int error = sqlite3_system_errno(db);

    /* ENOENT here is a file of SQLite's own, not an object of the schema. */
    return error == ENOENT || error == ENOTDIR ? DUNLIN_FAILED
                                               : dn_kit_errno_class(error, DUNLIN_FAILED);
}

static int32_t
class_of(sqlite3 *db, int code, const char *message, dunlin_string *object)
{
    int primary = code & 0xff;

    if (primary == SQLITE_CONSTRAINT) {
        /* "UNIQUE constraint failed: users.email" */
        const char *named = strstr(message, " constraint failed: ");

        if (named != NULL)
            *object = dn_kit_string(named + strlen(" constraint failed: "));
    }
    for (size_t i = 0; i < sizeof(classes_by_code) / sizeof(classes_by_code[0]); i++)
        if (classes_by_code[i].code == primary)
            return classes_by_code[i].status;
    if (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN)
        return class_by_errno(db);
    return primary == SQLITE_ERROR ? class_by_message(message, object) : DUNLIN_FAILED;
}

/* A row that does not fit a table that is being built anew is told of the table that the user knows. */
static void
name_the_table(char *message)
{
    static const size_t prefix = sizeof(DN_SQLITE_REBUILT) - 1;

    while ((message = strstr(message, DN_SQLITE_REBUILT)) != NULL)
        memmove(message, message + prefix, strlen(message + prefix) + 1);
}

/* In our words where SQLite's leave out what the user needs; NULL: SQLite's are good. */
static const char *
why_stopped(const dunlin_connection *connection)
{
    if (connection->item_deadline_ns != 0 && dn_kit_now_ns() >= connection->item_deadline_ns)
        return "the statement took longer than its time limit";
    if (connection->call->deadline_ns != 0 && dn_kit_now_ns() >= connection->call->deadline_ns)
        return "the time limit has passed";
    return "cancelled";
}

static void
write_message(const dunlin_connection *connection, dunlin_failure *failure, const char *message,
              dn_kit_text *text)
{
    int primary = failure->native_code & 0xff;

    if (connection != NULL && primary == SQLITE_BUSY && dn_sqlite_wants_to_stop(connection)) {
        failure->status = DUNLIN_CANCELLED;
        dn_kit_text_format(text, "%s while waiting for a lock", why_stopped(connection));
    } else if (connection != NULL && primary == SQLITE_INTERRUPT) {
        dn_kit_text_add(text, why_stopped(connection));
    } else if (failure->native_code == SQLITE_BUSY_SNAPSHOT) {
        dn_kit_text_add(text, "database is locked: another program has written to it since this "
                              "transaction first read it");
    } else if (connection != NULL && primary == SQLITE_BUSY) {
        dn_kit_text_format(text, "database is locked: another program is %s it (waited %lld ms)",
                           connection->committing ? "reading" : "writing to",
                           (long long)connection->waited_ms);
    } else {
        dn_kit_text_add(text, message);
        /* How casts fail (sqlite_rules.c), for want of another way. */
        if (strcmp(message, "integer overflow") == 0)
            dn_kit_text_add(text, ": a value is none of the type that it is cast to, or too large");
    }
}

static int32_t
report(const dunlin_call *call, const dunlin_connection *connection, sqlite3 *db, int code,
       const char *what, int64_t offset)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    DN_KIT_CLEANUP(dn_kit_free) char *message = strdup(sqlite3_errmsg(db));
    dunlin_failure failure = {
        .size = sizeof(failure),
        .native_code = code,
        .offset = offset,
        .inner_offset = -1,
        .object = dn_kit_string(NULL),
    };

    if (message == NULL)
        return dn_kit_no_memory(call);
    if ((code & 0xff) == SQLITE_CONSTRAINT)
        name_the_table(message);
    failure.status = class_of(db, code, message, &failure.object);
    if (what != NULL)
        dn_kit_text_format(&text, "%s: ", what);
    write_message(connection, &failure, message, &text);
    if (text.failed)
        return dn_kit_no_memory(call);
    failure.message = dn_kit_text_string(&text);
    return call->host->fail(call, &failure);
}

int32_t
dn_sqlite_fail(dunlin_connection *connection, const char *what)
{
    return report(connection->call, connection, connection->db,
                  sqlite3_extended_errcode(connection->db), what, -1);
}

int32_t
dn_sqlite_fail_statement(dunlin_connection *connection)
{
    int64_t offset = -1;

#if SQLITE_VERSION_NUMBER >= 3038000
    offset = sqlite3_error_offset(connection->db);
#endif
    return report(connection->call, connection, connection->db,
                  sqlite3_extended_errcode(connection->db), NULL, offset);
}

int32_t
dn_sqlite_fail_db(const dunlin_call *call, sqlite3 *db, int code, const char *what)
{
    return report(call, NULL, db, code, what, -1);
}
