/* SPDX-License-Identifier: MIT
 *
 * The run lock: GET_LOCK, which belongs to the session, outlives commits and DDL, and dies with
 * it. Its names are the server's, so the key is of the database; they are lower case and at most
 * 64 characters, because MariaDB tells cases apart where MySQL does not, and MySQL refuses longer
 * ones. And the sessions themselves: alive or not, by a lock each of them holds.
 */
#include "drivers/mysql/my_driver.h"

#include <stdio.h>
#include <string.h>

/* --- names ------------------------------------------------------------------------------------------ */
/* FNV-1a with a finish that spreads the last bytes. Two of them, from different starts, make
 * locks of different databases meet never. */
static uint64_t
hash(dunlin_string text, uint64_t value)
{
    value = dn_kit_hash(value, text);
    value = (value ^ (value >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    value = (value ^ (value >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return value ^ (value >> 33);
}

static void
write_name(dunlin_string key, char name[DN_MYSQL_TOKEN_BYTES])
{
    snprintf(name, DN_MYSQL_TOKEN_BYTES, "dunlin_%016llx%016llx",
             (unsigned long long)hash(key, DN_KIT_HASH_BASIS),
             (unsigned long long)hash(key, UINT64_C(0x9ae16a3b2f90404f)));
}

/* SELECT function('name'suffix): the one cell, NULL for null. */
static int32_t
ask(dunlin_connection *connection, const char *function, const char *name, const char *suffix,
    const char **cell)
{
    char sql[160];
    bool found;

    snprintf(sql, sizeof(sql), "SELECT %s('%s'%s)", function, name, suffix);
    return dn_mysql_first_row(connection, dn_kit_string(sql), cell, 1, &found);
}

/* --- since when ---------------------------------------------------------------------------------------- */
/* Nobody can ask since when a session holds a lock. So it holds more of them, one for each bit of
 * that time which is set, and IS_USED_LOCK tells of these, too. */
enum { TIME_BITS = 32 };

/* The sum of `each` over all bits: $ stands for the name of a bit's lock, # for its value. */
static void
add_bits(dn_kit_text *sql, const char *name, const char *each)
{
    for (int bit = 0; bit < TIME_BITS; bit++) {
        dn_kit_text_add(sql, bit > 0 ? " + " : "");
        for (const char *at = each; *at != '\0'; at++)
            if (*at == '$')
                dn_kit_text_format(sql, "'%s_%d'", name, bit);
            else if (*at == '#')
                dn_kit_text_format(sql, "%lu", 1ul << bit);
            else
                dn_kit_text_add_string(sql, (dunlin_string){at, 1});
    }
}

static int32_t
ask_text(dunlin_connection *connection, const dn_kit_text *sql, const char **cell)
{
    bool found;

    if (sql->failed)
        return dn_kit_no_memory(connection->call);
    return dn_mysql_first_row(connection, dn_kit_text_string(sql), cell, 1, &found);
}

static int32_t
get_lock(dunlin_connection *connection, const char *name, const char **cell)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};

    if (connection->token[0] == '\0') /* one lock is all that this server lets a session have */
        return ask(connection, "GET_LOCK", name, ", 0", cell);
    dn_kit_text_format(&sql, "SELECT CASE GET_LOCK('%s', 0) WHEN 1 THEN 1 + 0 * (", name);
    add_bits(&sql, name, "IF(UNIX_TIMESTAMP() & #, GET_LOCK($, 0), 0)");
    dn_kit_text_add(&sql, ") WHEN 0 THEN 0 END");
    return ask_text(connection, &sql, cell);
}

static int32_t
release_lock(dunlin_connection *connection, const char *name)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    const char *cell;

    if (connection->token[0] == '\0')
        return ask(connection, "RELEASE_LOCK", name, "", &cell);
    /* It itself last: who gets it next takes the others, too. */
    dn_kit_text_add(&sql, "SELECT 0 * (");
    add_bits(&sql, name, "COALESCE(RELEASE_LOCK($), 0)");
    dn_kit_text_format(&sql, ") + RELEASE_LOCK('%s')", name);
    return ask_text(connection, &sql, &cell);
}

/* "2026-11-23T10:00:00Z", or NULL. */
static const char *
held_since(dunlin_connection *connection, const char *name, const char *id)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text each = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    const char *cell;
    bool found;

    dn_kit_text_format(&each, "IF(IS_USED_LOCK($) = %s, #, 0)", id);
    dn_kit_text_add(&sql, "SELECT FROM_UNIXTIME(NULLIF(");
    if (!each.failed)
        add_bits(&sql, name, each.data);
    dn_kit_text_add(&sql, ", 0), '%Y-%m-%dT%H:%i:%sZ')");
    if (each.failed || sql.failed)
        return NULL;
    return dn_mysql_try_first_row(connection, dn_kit_text_string(&sql), &cell, 1, &found) && found
               ? cell
               : NULL;
}

/* --- the run lock -------------------------------------------------------------------------------------- */
static int32_t
try_lock(dunlin_connection *connection, dunlin_string key, int32_t *acquired)
{
    char name[DN_MYSQL_TOKEN_BYTES];
    const char *cell;
    int32_t status;

    *acquired = 1;
    write_name(key, name);
    if (strcmp(connection->lock, name) == 0)
        return DUNLIN_OK;
    status = get_lock(connection, name, &cell);
    *acquired = 0;
    if (status != DUNLIN_OK)
        return status;
    if (cell == NULL)
        return dn_kit_fail(connection->call, DUNLIN_FAILED,
                           "the server could not say whether the run lock is free");
    *acquired = strcmp(cell, "1") == 0 ? 1 : 0;
    if (*acquired != 0)
        memcpy(connection->lock, name, sizeof(connection->lock));
    return DUNLIN_OK;
}

int32_t
dn_mysql_try_lock(const dunlin_call *call, dunlin_connection *connection, dunlin_string key,
                  int32_t *acquired)
{
    const dunlin_call *outer = dn_mysql_enter(call, connection);
    int32_t status = try_lock(connection, key, acquired);

    dn_mysql_leave(connection, outer);
    return status;
}

int32_t
dn_mysql_unlock(const dunlin_call *call, dunlin_connection *connection, dunlin_string key)
{
    const dunlin_call *outer;
    char name[DN_MYSQL_TOKEN_BYTES];
    int32_t status;

    write_name(key, name);
    if (strcmp(connection->lock, name) != 0)
        return DUNLIN_OK;
    connection->lock[0] = '\0';
    outer = dn_mysql_enter(call, connection);
    connection->undisturbed = true;
    status = release_lock(connection, name);
    connection->undisturbed = false;
    dn_mysql_leave(connection, outer);
    return status;
}

/* --- its holder ---------------------------------------------------------------------------------------- */
/* Sessions of other users are shown to whoever has PROCESS; of our own user's, always. */
static bool
read_session(dunlin_connection *connection, const char *id, const char *cells[2])
{
    char sql[160];
    bool found;

    snprintf(sql, sizeof(sql),
             "SELECT host, user FROM information_schema.processlist WHERE id = %s", id);
    return dn_mysql_try_first_row(connection, dn_kit_string(sql), cells, 2, &found) && found;
}

/* What the session says of itself; needs performance_schema, which MariaDB has off. */
static const char *
read_application(dunlin_connection *connection, const char *id)
{
    char sql[256];
    const char *cell;
    bool found;

    snprintf(sql, sizeof(sql),
             "SELECT attr_value FROM performance_schema.session_account_connect_attrs "
             "WHERE processlist_id = %s AND attr_name = 'program_name'",
             id);
    return dn_mysql_try_first_row(connection, dn_kit_string(sql), &cell, 1, &found) && found ? cell
                                                                                             : NULL;
}

static int32_t
push_holder(dunlin_connection *connection, const char *name, const char *id)
{
    dunlin_holder holder = {.size = sizeof(holder), .backend = dn_kit_string(id)};
    const char *cells[2] = {NULL, NULL};
    const char *application;
    const char *colon;

    read_session(connection, id, cells);
    application = read_application(connection, id);
    holder.host = dn_kit_string(cells[0]);
    /* "db1:45678": the port says nothing to anybody. */
    colon = cells[0] != NULL ? strrchr(cells[0], ':') : NULL;
    if (colon != NULL)
        holder.host.length = (uint64_t)(colon - cells[0]);
    holder.application = dn_kit_string(application != NULL ? application : cells[1]);
    holder.since = dn_kit_string(held_since(connection, name, id));
    return connection->call->host->holder(connection->call, &holder);
}

int32_t
dn_mysql_lock_holder(const dunlin_call *call, dunlin_connection *connection, dunlin_string key)
{
    const dunlin_call *outer = dn_mysql_enter(call, connection);
    char name[DN_MYSQL_TOKEN_BYTES];
    const char *cell;
    int32_t status;

    write_name(key, name);
    status = ask(connection, "IS_USED_LOCK", name, "", &cell);
    if (status == DUNLIN_OK && cell != NULL && strspn(cell, "0123456789") == strlen(cell))
        status = push_holder(connection, name, cell);
    dn_mysql_leave(connection, outer);
    return status;
}

/* --- sessions -------------------------------------------------------------------------------------------- */
static bool
is_token(dunlin_string text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

    for (uint64_t i = 0; i < text.length; i++)
        if (text.data[i] == '\0' || strchr(allowed, text.data[i]) == NULL)
            return false;
    return text.length > 0 && text.length < DN_MYSQL_TOKEN_BYTES;
}

static bool
is_number(dunlin_string text)
{
    for (uint64_t i = 0; i < text.length; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.length > 0 && text.length < 24;
}

/* Without PROCESS the sessions of other users are hidden, and a missing one may well be there. */
static int32_t
look_for_session(dunlin_connection *connection, dunlin_string id, int32_t *answer)
{
    char sql[256];
    const char *cells[2];
    bool found;
    int32_t status;

    snprintf(sql, sizeof(sql),
             "SELECT (SELECT COUNT(*) FROM information_schema.processlist WHERE id = %.*s), "
             "(SELECT COUNT(*) FROM information_schema.user_privileges "
             "WHERE privilege_type = 'PROCESS')",
             (int)id.length, id.data);
    status = dn_mysql_first_row(connection, dn_kit_string(sql), cells, 2, &found);
    if (status != DUNLIN_OK || cells[0] == NULL || cells[1] == NULL)
        return status;
    if (strcmp(cells[0], "0") != 0)
        *answer = DUNLIN_SESSION_ALIVE;
    else if (strcmp(cells[1], "0") != 0)
        *answer = DUNLIN_SESSION_GONE;
    return DUNLIN_OK;
}

/* backend_start is the name of a lock that the session has held since it began: the lock is
 * exact, also after a restart of the server, and needs no privilege. */
static int32_t
session_alive(dunlin_connection *connection, dunlin_string backend, dunlin_string backend_start,
              int32_t *answer)
{
    char text[DN_MYSQL_TOKEN_BYTES];
    const char *cell;
    int32_t status;

    *answer = DUNLIN_SESSION_UNKNOWN;
    if (is_token(backend_start)) {
        snprintf(text, sizeof(text), "%.*s", (int)backend_start.length, backend_start.data);
        status = ask(connection, "IS_USED_LOCK", text, "", &cell);
        if (status == DUNLIN_OK)
            *answer = cell != NULL ? DUNLIN_SESSION_ALIVE : DUNLIN_SESSION_GONE;
        return status;
    }
    return is_number(backend) ? look_for_session(connection, backend, answer) : DUNLIN_OK;
}

int32_t
dn_mysql_session_alive(const dunlin_call *call, dunlin_connection *connection,
                       dunlin_string backend, dunlin_string backend_start, int32_t *answer)
{
    const dunlin_call *outer = dn_mysql_enter(call, connection);
    int32_t status = session_alive(connection, backend, backend_start, answer);

    dn_mysql_leave(connection, outer);
    return status;
}

/* KILL, which the same user may send to his own sessions. A session that holds no lock of this name
 * is another one. */
static int32_t
session_end(dunlin_connection *connection, dunlin_string backend, dunlin_string backend_start,
            int32_t *answer)
{
    enum { NO_SUCH_THREAD = 1094 };
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    char token[DN_MYSQL_TOKEN_BYTES];
    char own[24];
    const char *holder = NULL;
    int64_t ignored;
    int32_t status = DUNLIN_OK;

    *answer = DUNLIN_SESSION_UNKNOWN;
    snprintf(own, sizeof(own), "%lu", mysql_thread_id(connection->mysql));
    if (!is_number(backend) || dn_kit_same(backend, own))
        return DUNLIN_OK;
    if (backend_start.length > 0) {
        if (!is_token(backend_start))
            return DUNLIN_OK;
        snprintf(token, sizeof(token), "%.*s", (int)backend_start.length, backend_start.data);
        status = ask(connection, "IS_USED_LOCK", token, "", &holder);
        if (status != DUNLIN_OK)
            return status;
        *answer = DUNLIN_SESSION_GONE;
        if (holder == NULL || !dn_kit_same(backend, holder))
            return DUNLIN_OK;
    }
    dn_kit_text_format(&sql, "KILL %.*s", (int)backend.length, backend.data);
    if (sql.failed)
        return dn_kit_no_memory(connection->call);
    *answer = DUNLIN_SESSION_ALIVE;
    if (dn_mysql_send(connection, dn_kit_text_string(&sql)) && dn_mysql_drain(connection, &ignored))
        return DUNLIN_OK;
    if (mysql_errno(connection->mysql) != NO_SUCH_THREAD)
        return dn_mysql_fail_statement(connection, dn_kit_text_string(&sql));
    *answer = DUNLIN_SESSION_GONE;
    return DUNLIN_OK;
}

int32_t
dn_mysql_session_end(const dunlin_call *call, dunlin_connection *connection, dunlin_string backend,
                     dunlin_string backend_start, int32_t *answer)
{
    const dunlin_call *outer = dn_mysql_enter(call, connection);
    int32_t status = session_end(connection, backend, backend_start, answer);

    dn_mysql_leave(connection, outer);
    return status;
}
