/* SPDX-License-Identifier: MIT
 *
 * What the server is: one SELECT behind the session's settings, sent together with them, which also
 * takes the lock that tells others whether this session still lives.
 */
#include "drivers/mysql/my_driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

enum fact_cell {
    CELL_DATABASE,
    CELL_SQL_MODE,
    CELL_MAX_PACKET,
    CELL_ACCOUNT,
    CELL_HOST,
    CELL_PORT,
    CELL_CASE,
    CELL_TIMESTAMP,
    CELL_READ_ONLY,
    CELL_ENGINE,
    CELL_UUID,
    CELL_TOKEN,
    CELL_COUNT
};

/* Every server with this protocol answers these. */
#define FEW_CELLS                                                                                  \
    "SELECT DATABASE(), @@SESSION.sql_mode, @@GLOBAL.max_allowed_packet, CURRENT_USER()"
#define MORE_CELLS                                                                                 \
    ", @@hostname, @@port, @@lower_case_table_names, @@GLOBAL.explicit_defaults_for_timestamp, "   \
    "@@GLOBAL.read_only, @@default_storage_engine"

/* 10.11.6-MariaDB-0+deb12u1, 5.5.5-10.11.6-MariaDB (as replicas of old were told), 8.0.36-28,
 * 5.7.25-TiDB-v7.1.0 */
void
dn_mysql_facts_version(dn_mysql_facts *facts, const char *version)
{
    static const char trick[] = "5.5.5-";

    facts->mariadb = strcasestr(version, "mariadb") != NULL;
    if (facts->mariadb && strncmp(version, trick, sizeof(trick) - 1) == 0)
        version += sizeof(trick) - 1;
    facts->major = facts->minor = facts->patch = 0;
    sscanf(version, "%u.%u.%u", &facts->major, &facts->minor, &facts->patch);
    free(facts->version);
    facts->version = strdup(version);
}

void
dn_mysql_facts_free(dn_mysql_facts *facts)
{
    free(facts->version);
    free(facts->database);
    free(facts->host);
    free(facts->port);
    free(facts->uuid);
    free(facts->account);
    free(facts->sql_mode);
    free(facts->lower_case_table_names);
    free(facts->explicit_defaults_for_timestamp);
    memset(facts, 0, sizeof(*facts));
}

/* A name that no other session has or will have. */
static bool
make_token(char token[DN_MYSQL_TOKEN_BYTES])
{
    unsigned char random[16];
    int length;

    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return false;
    length = snprintf(token, DN_MYSQL_TOKEN_BYTES, "dunlin_s_");
    for (size_t i = 0; i < sizeof(random); i++)
        length +=
            snprintf(token + length, DN_MYSQL_TOKEN_BYTES - (size_t)length, "%02x", random[i]);
    return true;
}

/* [M] Before 5.7.5 a session had one such lock, and the run needs it. */
static bool
has_many_locks(const dn_mysql_facts *facts)
{
    unsigned version = facts->major * 10000 + facts->minor * 100 + facts->patch;

    return version >= (facts->mariadb ? 100002u : 50705u);
}

static bool
ask(dunlin_connection *connection, bool pins, bool all, const char **cells, bool *found)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};

    if (pins) {
        dn_mysql_pins_write(connection, &sql);
        dn_kit_text_add(&sql, "; ");
    }
    dn_kit_text_add(&sql, FEW_CELLS);
    if (all) {
        dn_kit_text_add(&sql, MORE_CELLS);
        dn_kit_text_add(&sql, connection->facts.mariadb ? ", ''" : ", @@server_uuid");
        dn_kit_text_add(&sql, connection->token[0] != '\0' ? ", GET_LOCK(" : ", NULL");
        if (connection->token[0] != '\0') {
            dn_mysql_add_text(&sql, connection->token);
            dn_kit_text_add(&sql, ", 0)");
        }
    }
    return !sql.failed && dn_mysql_try_row_behind(connection, dn_kit_text_string(&sql),
                                                  pins ? 1 : 0, cells, CELL_COUNT, found);
}

static bool
keep(char **place, const char *cell)
{
    free(*place);
    *place = strdup(cell != NULL ? cell : "");
    return *place != NULL;
}

/* A replica says 1 or ON; [MDB] newer ones have words for degrees of it. */
static bool
is_on(const char *cell)
{
    return cell != NULL && strcmp(cell, "0") != 0 && strcasecmp(cell, "OFF") != 0;
}

static bool
keep_texts(dn_mysql_facts *facts, const char *const cells[CELL_COUNT])
{
    return keep(&facts->database, cells[CELL_DATABASE]) &&
           keep(&facts->sql_mode, cells[CELL_SQL_MODE]) && keep(&facts->host, cells[CELL_HOST]) &&
           keep(&facts->port, cells[CELL_PORT]) &&
           keep(&facts->lower_case_table_names, cells[CELL_CASE]) &&
           keep(&facts->explicit_defaults_for_timestamp, cells[CELL_TIMESTAMP]) &&
           keep(&facts->uuid, cells[CELL_UUID]) && keep(&facts->account, cells[CELL_ACCOUNT]);
}

/* Together, and where a server lacks something of it, or takes one statement at a time, one by one. */
static int32_t
set_up_and_ask(dunlin_connection *connection, const char *cells[CELL_COUNT])
{
    bool found;
    int32_t status;

    connection->lock_timeout_now_s = connection->lock_timeout_s;
    if (connection->joins && ask(connection, true, true, cells, &found))
        return DUNLIN_OK;
    if (!connection->joins || !dn_mysql_is_lost(mysql_errno(connection->mysql))) {
        status = dn_mysql_pins_set(connection);
        if (status != DUNLIN_OK || ask(connection, false, true, cells, &found))
            return status;
    }
    connection->token[0] = '\0';
    if (!dn_mysql_is_lost(mysql_errno(connection->mysql)) &&
        ask(connection, false, false, cells, &found))
        return DUNLIN_OK;
    return dn_mysql_fail(connection, "asking the server what it is");
}

int32_t
dn_mysql_set_up(dunlin_connection *connection, bool writes)
{
    dn_mysql_facts *facts = &connection->facts;
    const char *cells[CELL_COUNT];
    int32_t status;

    if (writes && has_many_locks(facts) && !make_token(connection->token))
        connection->token[0] = '\0';
    status = set_up_and_ask(connection, cells);
    if (status != DUNLIN_OK)
        return status;
    if (cells[CELL_TOKEN] == NULL || strcmp(cells[CELL_TOKEN], "1") != 0)
        connection->token[0] = '\0';
    facts->empty = DUNLIN_EMPTY_UNKNOWN;
    facts->read_only = is_on(cells[CELL_READ_ONLY]);
    facts->innodb = cells[CELL_ENGINE] != NULL && strcasecmp(cells[CELL_ENGINE], "InnoDB") == 0;
    facts->max_packet =
        cells[CELL_MAX_PACKET] != NULL ? strtoull(cells[CELL_MAX_PACKET], NULL, 10) : 0;
    if (!keep_texts(facts, cells))
        return dn_kit_no_memory(connection->call);
    return DUNLIN_OK;
}

/* Cold, information_schema takes longer than all the rest of a run that has nothing to do. */
int32_t
dn_mysql_facts_empty(dunlin_connection *connection)
{
    static const char sql[] = "SELECT NOT EXISTS (SELECT 1 FROM information_schema.tables "
                              "WHERE table_schema = DATABASE())";
    const char *cell;
    bool found;
    int32_t status = dn_mysql_first_row(connection, dn_kit_string(sql), &cell, 1, &found);

    if (status == DUNLIN_OK)
        connection->facts.empty = is_on(cell) ? 1 : 0;
    return status;
}
