/* SPDX-License-Identifier: MIT
 *
 * SQLSTATE -> class (PostgreSQL manual, appendix A).
 */
#include "drivers/postgres/pg_driver.h"

#include <string.h>

/* By the whole code or by its class, the first two characters; the longer ones come first. */
static const struct {
    const char *prefix;
    int32_t status;
} classes[] = {
    {"42P07", DUNLIN_EXISTS},  /* table, index, view */
    {"42710", DUNLIN_EXISTS},  /* constraint, type, role, trigger */
    {"42P06", DUNLIN_EXISTS},  /* schema */
    {"42P04", DUNLIN_EXISTS},  /* database */
    {"42723", DUNLIN_EXISTS},  /* function */
    {"42701", DUNLIN_EXISTS},  /* column */
    {"42P01", DUNLIN_MISSING}, /* table */
    {"42703", DUNLIN_MISSING}, /* column */
    {"42704", DUNLIN_MISSING}, /* constraint, index, type, role */
    {"42883", DUNLIN_MISSING}, /* function */
    {"3F000", DUNLIN_MISSING}, /* schema */
    {"3D000", DUNLIN_MISSING}, /* database */
    {"42601", DUNLIN_SYNTAX},     {"42602", DUNLIN_SYNTAX},
    {"42501", DUNLIN_PERMISSION}, {"28000", DUNLIN_AUTH},
    {"28P01", DUNLIN_AUTH},       {"55P03", DUNLIN_LOCKED},
    {"40P01", DUNLIN_LOCKED}, /* deadlock: this session was the victim */
    {"40001", DUNLIN_LOCKED}, /* serialization */
    {"53100", DUNLIN_DISK_FULL},  {"25006", DUNLIN_READ_ONLY},
    {"57P01", DUNLIN_LOST},       {"57P02", DUNLIN_LOST},
    {"57P03", DUNLIN_CONNECT}, /* starting up or shutting down */
    {"57P04", DUNLIN_LOST},       {"57P05", DUNLIN_LOST},
    {"25P03", DUNLIN_LOST},    /* idle in transaction for too long */
    {"25P04", DUNLIN_LOST},    /* transaction timeout */
    {"53300", DUNLIN_CONNECT}, /* too many connections */
    {"XX001", DUNLIN_CORRUPT},    {"XX002", DUNLIN_CORRUPT},
    {"0A", DUNLIN_UNSUPPORTED},   {"08", DUNLIN_LOST},
    {"23", DUNLIN_CONSTRAINT},    {"28", DUNLIN_AUTH},
};

int32_t
dn_pg_class(const char *sqlstate)
{
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (strncmp(sqlstate, classes[i].prefix, strlen(classes[i].prefix)) == 0)
            return classes[i].status;
    return DUNLIN_FAILED;
}
