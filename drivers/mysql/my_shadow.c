/* SPDX-License-Identifier: MIT
 *
 * Shadows: databases beside the target's, marked by a table. The session that makes one works in it,
 * and holds a lock of the server that is called like it: where nobody holds that, the run is gone.
 */
#include "drivers/mysql/my_shadow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drivers/mysql/my_scan.h"

#define MARK "CREATE TABLE " DN_MYSQL_SHADOW_TABLE " (mark INT PRIMARY KEY) ENGINE=InnoDB"

int32_t
dn_mysql_shadow_send(dunlin_connection *connection, const char *format, const char *name)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    const char *at = strchr(format, '@');

    /* '@' stands for the name. */
    dn_kit_text_add_string(&sql, (dunlin_string){format, (uint64_t)(at - format)});
    dn_kit_text_quote(&sql, '`', dn_kit_string(name));
    dn_kit_text_add(&sql, at + 1);
    return sql.failed ? dn_kit_no_memory(connection->call)
                      : dn_mysql_execute(connection, dn_kit_text_string(&sql), NULL);
}

/* --- lists -------------------------------------------------------------------------------------- */
void
dn_mysql_names_free(dn_mysql_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->list[i]);
    free(names->list);
    memset(names, 0, sizeof(*names));
}

int32_t
dn_mysql_names_read(dunlin_connection *connection, const char *sql, dn_mysql_names *names)
{
    MYSQL_RES *result;
    MYSQL_ROW row;

    if (!dn_mysql_send(connection, dn_kit_string(sql)) ||
        (result = mysql_store_result(connection->mysql)) == NULL)
        return dn_mysql_fail(connection, "listing databases");
    names->list = calloc((size_t)mysql_num_rows(result) + 1, sizeof(*names->list));
    while (names->list != NULL && (row = mysql_fetch_row(result)) != NULL) {
        names->list[names->count] = strdup(row[0] != NULL ? row[0] : "");
        if (names->list[names->count] == NULL)
            break;
        names->count++;
    }
    if (names->list != NULL && names->count == mysql_num_rows(result)) {
        mysql_free_result(result);
        return DUNLIN_OK;
    }
    mysql_free_result(result);
    return dn_kit_no_memory(connection->call);
}

/* A shadow's name and nothing else: it is put into statements. */
static bool
is_shadow_name(const char *name)
{
    size_t prefix = strlen(DUNLIN_SHADOW_PREFIX);

    return strncmp(name, DUNLIN_SHADOW_PREFIX, prefix) == 0 && strlen(name) == prefix + 16 &&
           strspn(name + prefix, "0123456789abcdef") == 16;
}

static int32_t
read_state(dunlin_connection *connection, const char *name, int32_t *state)
{
    char sql[256];
    const char *cells[2];
    bool found;
    int32_t status;

    snprintf(sql, sizeof(sql),
             "SELECT IS_USED_LOCK('%s'), (SELECT COUNT(*) FROM information_schema.tables "
             "WHERE table_schema = '%s' AND table_name = '" DN_MYSQL_SHADOW_TABLE "')",
             name, name);
    status = dn_mysql_first_row(connection, dn_kit_string(sql), cells, 2, &found);
    if (status != DUNLIN_OK)
        return status;
    if (cells[1] == NULL || strcmp(cells[1], "1") != 0)
        *state = DUNLIN_SHADOW_UNMARKED;
    else
        *state = cells[0] != NULL ? DUNLIN_SHADOW_IN_USE : DUNLIN_SHADOW_ABANDONED;
    return DUNLIN_OK;
}

#define LISTING "SHOW DATABASES LIKE 'dunlin\\_shadow\\_%'"

int32_t
dn_mysql_shadow_list(const dunlin_call *call, dunlin_string url)
{
    const dunlin_open_options open = {.size = sizeof(open),
                                      .purpose = DUNLIN_PURPOSE_MAINTENANCE,
                                      .read_only = 1,
                                      .application = dn_kit_string("dunlin")};
    DN_KIT_CLEANUP(dn_mysql_names_free) dn_mysql_names names = {0};
    dunlin_connection *connection;
    int32_t status = dn_mysql_open(call, url, &open, &connection);

    if (status != DUNLIN_OK)
        return status;
    dn_mysql_enter(call, connection);
    status = dn_mysql_names_read(connection, LISTING, &names);
    for (size_t i = 0; status == DUNLIN_OK && i < names.count; i++) {
        dunlin_shadow_found found = {.size = sizeof(found), .name = dn_kit_string(names.list[i])};

        if (!is_shadow_name(names.list[i]))
            continue;
        status = read_state(connection, names.list[i], &found.state);
        if (status == DUNLIN_OK)
            status = call->host->shadow(call, &found);
    }
    dn_mysql_leave(connection, NULL);
    dn_mysql_close(connection);
    return status;
}

/* What others cannot drop, or are dropping themselves, is no reason to stop. */
static int32_t
sweep(dunlin_connection *connection)
{
    DN_KIT_CLEANUP(dn_mysql_names_free) dn_mysql_names names = {0};
    const dunlin_call *call = connection->call;
    int32_t status = dn_mysql_names_read(connection, LISTING, &names);

    for (size_t i = 0; status == DUNLIN_OK && i < names.count; i++) {
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text line = {0};
        char sql[96];
        int32_t state = DUNLIN_SHADOW_UNMARKED;
        int64_t ignored;
        bool dropped;

        if (is_shadow_name(names.list[i]))
            status = read_state(connection, names.list[i], &state);
        if (status != DUNLIN_OK || state != DUNLIN_SHADOW_ABANDONED)
            continue;
        snprintf(sql, sizeof(sql), "DROP DATABASE `%s`", names.list[i]);
        dropped =
            dn_mysql_send(connection, dn_kit_string(sql)) && dn_mysql_drain(connection, &ignored);
        dn_kit_text_format(&line,
                           dropped ? "dropped '%s', which a run that was killed left behind"
                                   : "'%s', which a run that was killed left behind, could not be "
                                     "dropped",
                           names.list[i]);
        if (!line.failed)
            call->host->log(call, DUNLIN_LOG_INFO, dn_kit_text_string(&line));
    }
    return status;
}

/* --- making one --------------------------------------------------------------------------------- */
static int32_t
lock_name(dunlin_connection *connection, const char *name)
{
    char sql[96];
    const char *cell;
    bool found;
    int32_t status;

    snprintf(sql, sizeof(sql), "SELECT GET_LOCK('%s', 0)", name);
    status = dn_mysql_first_row(connection, dn_kit_string(sql), &cell, 1, &found);
    if (status == DUNLIN_OK && (!found || cell == NULL || strcmp(cell, "1") != 0))
        status = dn_kit_fail(connection->call, DUNLIN_LOCKED, "somebody holds the lock '%s'", name);
    return status;
}

int32_t
dn_mysql_shadow_mark(dunlin_connection *connection)
{
    return dn_mysql_execute(connection, dn_kit_string(MARK), NULL);
}

/* What the session is in, as everything else here knows it. */
static int32_t
move_to(dunlin_connection *connection, const char *name)
{
    char *database = strdup(name);
    char *address = strdup(name);
    int32_t status;

    if (database == NULL || address == NULL) {
        free(database);
        free(address);
        return dn_kit_no_memory(connection->call);
    }
    free(connection->facts.database);
    free(connection->control->address.database);
    connection->facts.database = database;
    connection->control->address.database = address;
    connection->facts.empty = DUNLIN_EMPTY_UNKNOWN;
    status = dn_mysql_shadow_send(connection, "USE @", name);
    return status == DUNLIN_OK ? dn_mysql_shadow_mark(connection) : status;
}

static int32_t
make_database(dunlin_connection *connection)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text format = {0};
    dn_mysql_shadow *shadow = connection->shadow;
    int32_t status;

    dn_kit_text_format(&format, "CREATE DATABASE @ CHARACTER SET %s COLLATE %s", shadow->charset,
                       shadow->collation);
    if (format.failed)
        return dn_kit_no_memory(connection->call);
    status = dn_mysql_shadow_send(connection, format.data, shadow->name);
    return status == DUNLIN_OK ? move_to(connection, shadow->name) : status;
}

void
dn_mysql_shadow_free(dn_mysql_shadow *shadow)
{
    if (shadow == NULL)
        return;
    dn_mysql_names_free(&shadow->others);
    free(shadow->name);
    free(shadow->charset);
    free(shadow->collation);
    free(shadow);
}

int32_t
dn_mysql_shadow_attach(dunlin_connection *connection, const char *name, bool given)
{
    static const char sql[] = "SELECT @@character_set_database, @@collation_database";
    dn_mysql_shadow *shadow = calloc(1, sizeof(*shadow));
    const char *cells[2];
    bool found;
    int32_t status;

    connection->shadow = shadow;
    if (shadow == NULL)
        return dn_kit_no_memory(connection->call);
    shadow->given = given;
    status = dn_mysql_first_row(connection, dn_kit_string(sql), cells, 2, &found);
    if (status != DUNLIN_OK)
        return status;
    shadow->name = strdup(name);
    shadow->charset = strdup(cells[0] != NULL ? cells[0] : "");
    shadow->collation = strdup(cells[1] != NULL ? cells[1] : "");
    if (shadow->name == NULL || shadow->charset == NULL || shadow->collation == NULL)
        return dn_kit_no_memory(connection->call);
    return dn_mysql_names_read(connection, "SHOW DATABASES", &shadow->others);
}

static int32_t
create_new(dunlin_connection *connection, const char *name)
{
    int32_t status;

    if (connection->token[0] == '\0')
        return dn_kit_fail(connection->call, DUNLIN_UNSUPPORTED,
                           "this server cannot tell whether a session is still alive, which a "
                           "shadow needs");
    status = sweep(connection);
    if (status == DUNLIN_OK)
        status = lock_name(connection, name);
    if (status == DUNLIN_OK)
        status = dn_mysql_shadow_attach(connection, name, false);
    return status == DUNLIN_OK ? make_database(connection) : status;
}

int32_t
dn_mysql_shadow_create(const dunlin_call *call, const dunlin_shadow *shadow,
                       dunlin_connection **opened)
{
    const dunlin_open_options open = {.size = sizeof(open),
                                      .purpose = DUNLIN_PURPOSE_SHADOW,
                                      .application = dn_kit_string("dunlin")};
    DN_KIT_CLEANUP(dn_kit_free) char *name = dn_kit_copy(shadow->name);
    dunlin_connection *connection;
    int32_t status;

    *opened = NULL;
    if (name == NULL)
        return dn_kit_no_memory(call);
    if (shadow->given.length > 0)
        return dn_mysql_shadow_take(call, shadow, &open, opened);
    status = dn_mysql_open(call, shadow->url, &open, &connection);
    if (status != DUNLIN_OK)
        return status;
    dn_mysql_enter(call, connection);
    status = create_new(connection, name);
    dn_mysql_leave(connection, NULL);
    if (status == DUNLIN_OK)
        *opened = connection;
    else
        dn_mysql_close(connection);
    return status;
}

/* --- emptying and dropping it ------------------------------------------------------------------- */
int32_t
dn_mysql_shadow_reset(const dunlin_call *call, dunlin_connection *connection)
{
    const dunlin_call *outer = dn_mysql_enter(call, connection);
    int32_t status = dn_mysql_pins_restore(connection);

    dn_mysql_fresh_forget(connection);
    connection->engine_count = 0;
    if (status == DUNLIN_OK)
        status = dn_mysql_shadow_revoke(connection);
    if (status == DUNLIN_OK && connection->shadow->given) {
        status = dn_mysql_shadow_empty(connection);
    } else if (status == DUNLIN_OK) {
        status = dn_mysql_shadow_send(connection, "DROP DATABASE @", connection->shadow->name);
        if (status == DUNLIN_OK)
            status = make_database(connection);
    }
    dn_mysql_leave(connection, outer);
    return status;
}

int32_t
dn_mysql_shadow_drop(const dunlin_call *call, dunlin_connection *connection)
{
    int32_t status;
    int32_t revoked;

    dn_mysql_enter(call, connection);
    connection->undisturbed = true;
    revoked = dn_mysql_shadow_revoke(connection);
    status = connection->shadow->given
                 ? dn_mysql_shadow_give_back(connection)
                 : dn_mysql_shadow_send(connection, "DROP DATABASE @", connection->shadow->name);
    status = status == DUNLIN_OK ? revoked : status;
    connection->undisturbed = false;
    dn_mysql_leave(connection, NULL);
    dn_mysql_close(connection);
    return status;
}

/* --- what reaches outside ------------------------------------------------------------------------- */
static bool
is_of_name(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte == '_' || byte == '$' || (byte & 0x80) != 0;
}

/* name . something, quoted or not. */
static bool
names_database(dunlin_string text, const char *name)
{
    size_t length = strlen(name);

    for (uint64_t i = 0; i + length < text.length; i++) {
        const char *at = text.data + i;
        const char *end = text.data + text.length;

        if (((*at ^ *name) & ~0x20) != 0 || strncasecmp(at, name, length) != 0 ||
            (i > 0 && is_of_name(at[-1])))
            continue;
        at += length;
        if (*at == '`' || *at == '"')
            at++;
        while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
            at++;
        if (at < end && *at == '.')
            return true;
    }
    return false;
}

/* Tables that are kept elsewhere, and files. */
static bool
has_words(dunlin_string text)
{
    dn_mysql_scan scan;
    dn_mysql_token token;
    bool engine = false; /* its name is next */

    dn_mysql_scan_begin(&scan, text);
    while (dn_mysql_scan_next(&scan, &token)) {
        if (dn_mysql_is_one_of(&token,
                               "FEDERATED FEDERATEDX DIRECTORY OUTFILE DUMPFILE LOAD_FILE") ||
            (engine && dn_mysql_is_one_of(&token, "CONNECT SPIDER S3")))
            return true;
        engine = dn_mysql_is_word(&token, "ENGINE") || (engine && dn_mysql_is_symbol(&token, '='));
    }
    return false;
}

/* Its whole text is searched, strings and comments included: code is written there, too. */
bool
dn_mysql_reaches_outside(const dunlin_connection *connection, dunlin_string statement)
{
    const dn_mysql_shadow *shadow = connection->shadow;

    for (size_t i = 0; i < shadow->others.count; i++) {
        const char *name = shadow->others.list[i];

        if (strcasecmp(name, shadow->name) == 0 || strcasecmp(name, "information_schema") == 0 ||
            strcasecmp(name, "performance_schema") == 0)
            continue;
        if (names_database(statement, name))
            return true;
    }
    return has_words(statement);
}
