/* SPDX-License-Identifier: MIT
 *
 * The core's own statements come again and again with other values. From the second time on the
 * server keeps them prepared, which takes most of the work of a tracker's row off it.
 */
#include "drivers/postgres/pg_driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
forget(dn_pg_prepared *one)
{
    free(one->sql);
    free(one->types);
    memset(one, 0, sizeof(*one));
}

void
dn_pg_prepared_forget(dunlin_connection *connection)
{
    for (size_t i = 0; i < DN_PG_PREPARED; i++)
        forget(&connection->prepared[i]);
    memset(connection->questions, 0, sizeof(connection->questions));
}

static bool
is_same(const dn_pg_prepared *one, const char *sql, const dn_pg_parameters *parameters)
{
    return one->count == parameters->count && strcmp(one->sql, sql) == 0 &&
           memcmp(one->types, parameters->types, sizeof(Oid) * (size_t)one->count) == 0;
}

static void
remember(dunlin_connection *connection, dn_pg_prepared *one, const char *sql,
         const dn_pg_parameters *parameters)
{
    size_t size = sizeof(Oid) * (size_t)parameters->count;

    one->sql = strdup(sql);
    one->types = malloc(size);
    one->count = parameters->count;
    /* A name is never used twice: nobody knows what became of one that was in a failed pipeline. */
    snprintf(one->name, sizeof(one->name), "dunlin_%u", ++connection->prepared_names);
    if (one->sql == NULL || one->types == NULL)
        forget(one);
    else
        memcpy(one->types, parameters->types, size);
}

dn_pg_prepared *
dn_pg_prepared_find(dunlin_connection *connection, const char *sql,
                    const dn_pg_parameters *parameters)
{
    /* A pooler would have each transaction look for them in another session. */
    if (parameters->count == 0 || connection->pooled || connection->pins_local)
        return NULL;
    for (size_t i = 0; i < DN_PG_PREPARED; i++) {
        dn_pg_prepared *one = &connection->prepared[i];

        if (one->sql != NULL && is_same(one, sql, parameters))
            return one;
        if (one->sql == NULL) {
            remember(connection, one, sql, parameters);
            return NULL;
        }
    }
    return NULL;
}
