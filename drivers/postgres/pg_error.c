/* SPDX-License-Identifier: MIT
 *
 * What the server or libpq reports -> a failure.
 */
#include "drivers/postgres/pg_driver.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* --- places ------------------------------------------------------------------------------------- */
/* The server counts characters from 1; UTF-8 is pinned. */
static int64_t
byte_offset(const char *sql, const char *position)
{
    long long characters = position != NULL ? strtoll(position, NULL, 10) : 0;
    const char *at = sql;

    if (characters < 1)
        return -1;
    while (--characters > 0 && *at != '\0') {
        at++;
        while (((unsigned char)*at & 0xc0) == 0x80)
            at++;
    }
    return at - sql;
}

static const char *
field(const PGresult *result, int code)
{
    const char *text = PQresultErrorField(result, code);

    return text != NULL ? text : "";
}

/* The most telling of the names the server gives. */
static dunlin_string
object_name(const PGresult *result)
{
    static const int codes[] = {PG_DIAG_CONSTRAINT_NAME, PG_DIAG_COLUMN_NAME, PG_DIAG_TABLE_NAME,
                                PG_DIAG_DATATYPE_NAME, PG_DIAG_SCHEMA_NAME};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (*field(result, codes[i]) != '\0')
            return dn_kit_string(field(result, codes[i]));
    return dn_kit_string(NULL);
}

/* --- results ------------------------------------------------------------------------------------ */
static bool
is_fatal(const PGresult *result)
{
    const char *severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);

    return strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0;
}

static int32_t
class_of(const dunlin_connection *connection, const PGresult *result, const char *sqlstate)
{
    bool asked = connection->cancel_asked ||
                 __atomic_load_n(&connection->control->cancelled, __ATOMIC_RELAXED) != 0;

    /* The code of a statement timeout too, and of a cancellation by somebody else. */
    if (strcmp(sqlstate, "57014") == 0)
        return asked ? DUNLIN_CANCELLED : DUNLIN_FAILED;
    /* A FATAL error has ended the session; the codes of connections in an ERROR are those of
     * another one (dblink), or of the protocol. */
    if (is_fatal(result))
        return DUNLIN_LOST;
    if (dn_pg_class(sqlstate) == DUNLIN_LOST || dn_pg_class(sqlstate) == DUNLIN_CONNECT)
        return DUNLIN_FAILED;
    /* Two sessions that create one object at the same time meet in a catalog's unique index. */
    if (strcmp(sqlstate, "23505") == 0 &&
        strcmp(field(result, PG_DIAG_SCHEMA_NAME), "pg_catalog") == 0)
        return DUNLIN_LOCKED;
    return dn_pg_class(sqlstate);
}

static void
write_detail(dn_kit_text *text, const PGresult *result)
{
    const char *context = field(result, PG_DIAG_CONTEXT);

    dn_kit_text_add(text, field(result, PG_DIAG_MESSAGE_DETAIL));
    if (*context != '\0')
        dn_kit_text_format(text, "%s%s", text->length > 0 ? "\n" : "", context);
}

/* The privilege that a statement wants of a relation. */
static const char *
privilege_of(const char *sql)
{
    static const char *const words[] = {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"};

    while (sql != NULL && isspace((unsigned char)*sql))
        sql++;
    for (size_t i = 0; sql != NULL && i < sizeof(words) / sizeof(words[0]); i++)
        if (strncasecmp(sql, words[i], strlen(words[i])) == 0 &&
            !isalnum((unsigned char)sql[strlen(words[i])]))
            return words[i];
    return NULL;
}

/* "permission denied for table t": what gives it. Where the server speaks another language, nothing. */
static void
add_grant(const dunlin_connection *connection, const char *message, const char *sql,
          dn_kit_text *hint)
{
    static const struct {
        const char *kind;
        const char *on;
        const char *privilege; /* NULL: what the statement wants */
    } kinds[] = {
        {"table ", "", NULL},
        {"view ", "", NULL},
        {"materialized view ", "", NULL},
        {"foreign table ", "", NULL},
        {"sequence ", "SEQUENCE ", "USAGE"},
        {"schema ", "SCHEMA ", "USAGE"},
        {"database ", "DATABASE ", "CREATE"},
    };
    static const char begin[] = "permission denied for ";

    if (strncmp(message, begin, strlen(begin)) != 0)
        return;
    message += strlen(begin);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const char *privilege = kinds[i].privilege != NULL ? kinds[i].privilege : privilege_of(sql);

        if (strncmp(message, kinds[i].kind, strlen(kinds[i].kind)) != 0 || privilege == NULL)
            continue;
        if (strcmp(kinds[i].on, "SCHEMA ") == 0 && sql != NULL && privilege_of(sql) == NULL)
            privilege = "CREATE"; /* objects are made there */
        dn_kit_text_format(hint, "GRANT %s ON %s", privilege, kinds[i].on);
        dn_kit_text_quote(hint, '"', dn_kit_string(message + strlen(kinds[i].kind)));
        dn_kit_text_add(hint, " TO ");
        dn_kit_text_quote(hint, '"', dn_kit_string(PQuser(connection->pg)));
        return;
    }
}

static const char *
hint_of(const PGresult *result, int32_t status)
{
    const char *hint = field(result, PG_DIAG_MESSAGE_HINT);

    if (*hint == '\0' && status == DUNLIN_LOCKED &&
        strcmp(field(result, PG_DIAG_SQLSTATE), "23505") == 0)
        return "another session created the same object at the same moment; run it again";
    if (*hint == '\0' && status == DUNLIN_READ_ONLY)
        return "use the URL of the primary server, or see to it that default_transaction_read_only is off";
    return hint;
}

/* Data of COPY have their place in the context, "COPY t, line 2, column a: ...". From 0. */
static int64_t
copy_line(const char *context)
{
    while (context != NULL && strncmp(context, "COPY ", 5) != 0) {
        context = strchr(context, '\n');
        context += context != NULL ? 1 : 0;
    }
    context = context != NULL ? strstr(context, ", line ") : NULL;
    return context != NULL ? strtoll(context + strlen(", line "), NULL, 10) - 1 : -1;
}

int32_t
dn_pg_fail(dunlin_connection *connection, const PGresult *result, const char *sql)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text detail = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text grant = {0};
    const char *sqlstate = field(result, PG_DIAG_SQLSTATE);
    const char *inner = field(result, PG_DIAG_INTERNAL_QUERY);
    dunlin_failure failure = {.size = sizeof(failure), .offset = -1, .inner_offset = -1};

    /* Errors without a code are libpq's own: it has lost the connection. */
    if (*sqlstate == '\0')
        return dn_pg_fail_lost(connection);
    failure.status = class_of(connection, result, sqlstate);
    strncpy(failure.sqlstate, sqlstate, sizeof(failure.sqlstate) - 1);
    if (sql != NULL)
        failure.offset = byte_offset(sql, PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION));
    else
        failure.offset = copy_line(PQresultErrorField(result, PG_DIAG_CONTEXT));
    if (*inner != '\0') {
        failure.inner_sql = dn_kit_string(inner);
        failure.inner_offset =
            byte_offset(inner, PQresultErrorField(result, PG_DIAG_INTERNAL_POSITION));
    }
    write_detail(&detail, result);
    if (detail.failed)
        return dn_kit_no_memory(connection->call);
    failure.message = dn_kit_string(field(result, PG_DIAG_MESSAGE_PRIMARY));
    failure.detail = dn_kit_text_string(&detail);
    failure.hint = dn_kit_string(hint_of(result, failure.status));
    if (failure.hint.length == 0 && failure.status == DUNLIN_PERMISSION)
        add_grant(connection, field(result, PG_DIAG_MESSAGE_PRIMARY), sql, &grant);
    if (grant.length > 0 && !grant.failed)
        failure.hint = dn_kit_text_string(&grant);
    failure.object = object_name(result);
    if (is_fatal(result))
        connection->dead = true;
    return connection->call->host->fail(connection->call, &failure);
}

/* --- messages of libpq ------------------------------------------------------------------------------ */
/* "FATAL:  28P01: password authentication failed": where the code begins, or NULL. */
static char *
find_sqlstate(char *message)
{
    for (char *at = strstr(message, ":  "); at != NULL; at = strstr(at + 1, ":  ")) {
        const char *code = at + 3;
        size_t length = 0;

        while (isdigit((unsigned char)code[length]) || isupper((unsigned char)code[length]))
            length++;
        if (length == 5 && code[5] == ':')
            return at + 3;
    }
    return NULL;
}

/* "LOCATION:  auth_failed, auth.c:326", in any language. */
static bool
is_location(const char *line, size_t length)
{
    const char *colon = memrchr(line, ':', length);

    if (colon == NULL || colon - line < 3 || memcmp(colon - 2, ".c", 2) != 0)
        return false;
    for (const char *at = colon + 1; at < line + length; at++)
        if (!isdigit((unsigned char)*at))
            return false;
    return true;
}

/* In one line: no code, no location, lines joined by "; ". *sqlstate: the last code there was. */
static void
write_message(dn_kit_text *text, char *message, char sqlstate[6])
{
    for (char *code = find_sqlstate(message); code != NULL; code = find_sqlstate(message)) {
        memcpy(sqlstate, code, 5);
        sqlstate[5] = '\0';
        memmove(code, code + 7, strlen(code + 7) + 1);
    }
    while (*message != '\0') {
        size_t length = strcspn(message, "\n");
        const char *next = message + length + (message[length] == '\n' ? 1 : 0);

        while (length > 0 && isspace((unsigned char)message[length - 1]))
            length--;
        if (length > 0 && !is_location(message, length)) {
            dn_kit_text_add(text, text->length > 0 ? "; " : "");
            dn_kit_text_add_string(text, (dunlin_string){message, length});
        }
        message += next - message;
    }
}

int32_t
dn_pg_fail_lost(dunlin_connection *connection)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    DN_KIT_CLEANUP(dn_kit_free) char *message = strdup(PQerrorMessage(connection->pg));
    char sqlstate[6] = "";

    connection->dead = true;
    if (message != NULL)
        write_message(&text, message, sqlstate);
    if (connection->give_up_ns != 0 && dn_kit_now_ns() >= connection->give_up_ns)
        return dn_kit_fail(connection->call, DUNLIN_LOST,
                           "the server did not answer when it was asked to stop");
    return dn_kit_fail(connection->call, DUNLIN_LOST, "the connection to the server was lost%s%s",
                       text.length > 0 ? ": " : "", text.length > 0 ? text.data : "");
}

static int32_t
class_of_connect(PGconn *pg, const char *sqlstate)
{
    int32_t status;

    if (*sqlstate == '\0')
        return PQconnectionNeedsPassword(pg) ? DUNLIN_AUTH : DUNLIN_CONNECT;
    status = dn_pg_class(sqlstate);
    return status == DUNLIN_LOST ? DUNLIN_CONNECT : status;
}

static const char *
connect_hint(PGconn *pg, int32_t status)
{
    if (status == DUNLIN_AUTH && PQconnectionNeedsPassword(pg))
        return "give the password in the URL, in PGPASSWORD or in ~/.pgpass";
    return NULL;
}

int32_t
dn_pg_fail_connect(const dunlin_call *call, const dn_pg_address *address, PGconn *pg)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    DN_KIT_CLEANUP(dn_kit_free) char *message = strdup(PQerrorMessage(pg));
    dunlin_failure failure = {.size = sizeof(failure), .offset = -1, .inner_offset = -1};
    char sqlstate[6] = "";

    if (message == NULL)
        return dn_kit_no_memory(call);
    dn_pg_address_hide(address, message);
    write_message(&text, message, sqlstate);
    if (text.failed)
        return dn_kit_no_memory(call);
    failure.status = class_of_connect(pg, sqlstate);
    memcpy(failure.sqlstate, sqlstate, sizeof(sqlstate));
    failure.message =
        text.length > 0 ? dn_kit_text_string(&text) : dn_kit_string("cannot connect to the server");
    failure.hint = dn_kit_string(connect_hint(pg, failure.status));
    return call->host->fail(call, &failure);
}

bool
dn_pg_startup_refused(PGconn *pg)
{
    return strstr(PQerrorMessage(pg), "unsupported startup parameter") != NULL;
}
