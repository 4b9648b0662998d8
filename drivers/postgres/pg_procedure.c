/* SPDX-License-Identifier: MIT
 *
 * Blocks and procedures that end transactions by themselves. Inside one they fail, and outside
 * nothing tells afterwards how far they came.
 */
#include "drivers/postgres/pg_driver.h"

#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/pg_scan.h"

struct dn_pg_procedure {
    dn_pg_procedure *next;
    bool ends;
    char name[]; /* without its schema: of several with one name the last is meant */
};

void
dn_pg_procedures_free(dn_pg_procedure *first)
{
    while (first != NULL) {
        dn_pg_procedure *next = first->next;

        free(first);
        first = next;
    }
}

static void
note(dunlin_connection *connection, const char *name, bool ends)
{
    size_t size = strlen(name) + 1;
    dn_pg_procedure *known = malloc(sizeof(*known) + size);

    if (known == NULL)
        return; /* it is looked up again */
    known->next = connection->procedures;
    known->ends = ends;
    memcpy(known->name, name, size);
    connection->procedures = known;
}

/* What stands between the quotes. */
static dunlin_string
inside(dunlin_string string)
{
    const char *end = string.data + string.length;
    const char *open = string.data + strcspn(string.data, "'$");
    size_t quote = 1;

    if (*open == '$')
        quote += (size_t)((const char *)memchr(open + 1, '$', (size_t)(end - open - 1)) - open);
    open += quote;
    return (dunlin_string){open, open + quote <= end ? (uint64_t)(end - quote - open) : 0};
}

/* "COMMIT;", "ROLLBACK AND CHAIN;": not to a savepoint, which there is none of in a block. */
static bool
has_end(dunlin_string body)
{
    dn_pg_scan scan = dn_pg_scan_begin(body);

    return dn_pg_scan_fits(&scan, "* {COMMIT,ROLLBACK} {;,AND}");
}

static bool
has_end_in_strings(dn_pg_scan scan)
{
    dn_pg_token token;

    while (dn_pg_scan_next(&scan, &token))
        if (token.kind == DN_PG_STRING && has_end(inside(token.text)))
            return true;
    return false;
}

/* The last part of a name. */
static char *
take_name(dn_pg_scan *scan)
{
    dn_kit_text names[2] = {{0}, {0}};
    uint64_t count = 0;
    char *name = NULL;

    if (dn_pg_take_names(scan, names, &count) && count > 0)
        name = dn_kit_copy(dn_kit_text_string(&names[count - 1]));
    dn_kit_text_free(&names[0]);
    dn_kit_text_free(&names[1]);
    return name;
}

static int32_t
look_up(dunlin_connection *connection, const char *name, bool *ends)
{
    static const char question[] =
        "SELECT pg_catalog.bool_or(prosrc ~* '\\m(commit|rollback)\\M') FROM pg_catalog.pg_proc"
        " WHERE proname = $1::text AND prokind = 'p'";
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    const char *values[] = {name};
    bool entered;
    int32_t status = dn_pg_pooler_enter(connection, &entered);

    if (status == DUNLIN_OK)
        status = dn_pg_pooler_leave(connection, entered,
                                    dn_pg_execute(connection, question, values, 1, &result));
    if (status != DUNLIN_OK || PQntuples(result) != 1 || PQgetisnull(result, 0, 0))
        return status; /* there is none yet */
    *ends = strcmp(PQgetvalue(result, 0, 0), "t") == 0;
    note(connection, name, *ends);
    return DUNLIN_OK;
}

static int32_t
calls(const dunlin_call *call, dunlin_connection *connection, const char *name, bool *ends)
{
    const dunlin_call *outer;
    int32_t status;

    for (const dn_pg_procedure *known = connection->procedures; known != NULL; known = known->next)
        if (strcmp(known->name, name) == 0) {
            *ends = known->ends;
            return DUNLIN_OK;
        }
    if (PQpipelineStatus(connection->pg) != PQ_PIPELINE_OFF ||
        PQtransactionStatus(connection->pg) == PQTRANS_INERROR)
        return DUNLIN_OK;
    outer = dn_pg_enter(call, connection);
    status = look_up(connection, name, ends);
    dn_pg_leave(connection, outer);
    return status;
}

int32_t
dn_pg_ends_transaction(const dunlin_call *call, dunlin_connection *connection,
                       dunlin_string statement, bool *ends)
{
    dn_pg_scan scan = dn_pg_scan_begin(statement);
    DN_KIT_CLEANUP(dn_kit_free) char *name = NULL;

    *ends = false;
    if (dn_pg_scan_fits(&scan, "DO")) {
        *ends = has_end_in_strings(scan);
        return DUNLIN_OK;
    }
    if (connection == NULL)
        return DUNLIN_OK;
    if (dn_pg_scan_fits(&scan, "CREATE [OR] [REPLACE] PROCEDURE")) {
        if ((name = take_name(&scan)) != NULL)
            note(connection, name, has_end_in_strings(scan));
        return DUNLIN_OK;
    }
    if (!dn_pg_scan_fits(&scan, "CALL") || (name = take_name(&scan)) == NULL)
        return DUNLIN_OK;
    return calls(call, connection, name, ends);
}
