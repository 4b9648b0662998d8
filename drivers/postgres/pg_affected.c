/* SPDX-License-Identifier: MIT
 *
 * The objects whose facts a statement may change, as far as its text tells. Whatever is not listed
 * here may change anything.
 */
#include "drivers/postgres/pg_driver.h"

#include <string.h>

#include "drivers/postgres/pg_scan.h"

/* What stands behind the pattern. */
typedef enum where {
    NOTHING, /* the statement changes no facts */
    NAME,    /* the name of the object */
    LIST,    /* names, with commas */
    GRANTS,  /* the same, where privileges are facts; without a kind anything may change */
    ON_NAME  /* somewhere ON and the name of a table */
} where;

/* The first pattern that fits counts (patterns: pg_scan.h). */
static const struct {
    const char *pattern;
    where where;
    const char *kind;
} patterns[] = {
    {"INSERT", NOTHING, NULL},
    {"UPDATE", NOTHING, NULL},
    {"DELETE", NOTHING, NULL},
    {"MERGE", NOTHING, NULL},
    {"TRUNCATE", NOTHING, NULL},
    {"COPY", NOTHING, NULL},
    {"{GRANT,REVOKE} * ON ALL", GRANTS, NULL},
    {"{GRANT,REVOKE} * ON SCHEMA", GRANTS, DUNLIN_KIND_SCHEMA},
    {"{GRANT,REVOKE} * ON {SEQUENCE,FUNCTION,PROCEDURE,ROUTINE,TYPE,DOMAIN}", GRANTS, NULL},
    {"{GRANT,REVOKE} * ON [TABLE]", GRANTS, DUNLIN_KIND_TABLE},
    {"{GRANT,REVOKE}", NOTHING, NULL},
    {"{ANALYZE,ANALYSE,VACUUM,REINDEX,CLUSTER,LOCK,NOTIFY,VALUES,SHOW}", NOTHING, NULL},
    {"REFRESH MATERIALIZED VIEW", NOTHING, NULL},
    {"{BEGIN,COMMIT,SAVEPOINT,RELEASE,ROLLBACK}", NOTHING, NULL},
    {"SET {LOCK_TIMEOUT,STATEMENT_TIMEOUT,CONSTRAINTS}", NOTHING, NULL},
    {"SET {LOCAL,SESSION} {LOCK_TIMEOUT,STATEMENT_TIMEOUT}", NOTHING, NULL},
    {"CREATE [UNLOGGED] TABLE", NAME, DUNLIN_KIND_TABLE},
    {"ALTER TABLE", NAME, DUNLIN_KIND_TABLE},
    {"DROP TABLE", LIST, DUNLIN_KIND_TABLE},
    {"CREATE [UNIQUE] INDEX", ON_NAME, DUNLIN_KIND_TABLE},
    {"DROP INDEX", LIST, DUNLIN_KIND_INDEX},
    {"CREATE [OR] [REPLACE] VIEW", NAME, DUNLIN_KIND_VIEW},
    {"DROP VIEW", LIST, DUNLIN_KIND_VIEW},
    {"CREATE MATERIALIZED VIEW", NAME, DUNLIN_KIND_MATERIALIZED_VIEW},
    {"DROP MATERIALIZED VIEW", LIST, DUNLIN_KIND_MATERIALIZED_VIEW},
    {"CREATE [OR] [REPLACE] [CONSTRAINT] TRIGGER", ON_NAME, DUNLIN_KIND_TABLE},
    {"CREATE POLICY", ON_NAME, DUNLIN_KIND_TABLE},
    {"CREATE [OR] [REPLACE] FUNCTION", NAME, DUNLIN_KIND_FUNCTION},
    {"CREATE [OR] [REPLACE] PROCEDURE", NAME, DUNLIN_KIND_PROCEDURE},
    {"CREATE SEQUENCE", NAME, DUNLIN_KIND_SEQUENCE},
    {"CREATE DOMAIN", NAME, DUNLIN_KIND_DOMAIN},
    {"COMMENT ON TABLE", NAME, DUNLIN_KIND_TABLE},
};

/* Words after which an ALTER TABLE may change other objects: what refers to the table, its partitions
 * and children. */
static const char *const wide[] = {"RENAME", "CASCADE", "SCHEMA", "ATTACH",
                                   "DETACH", "INHERIT", "ALL"};

/* --- names ---------------------------------------------------------------------------------------- */
static dunlin_string
home_of(const dunlin_connection *connection)
{
    return dn_kit_string(connection->home != NULL ? connection->home : "");
}

/* An index is found by its name in whichever table. */
static int32_t
push(const dunlin_call *call, const dunlin_connection *connection, const char *kind,
     const dn_kit_text names[2], uint64_t count)
{
    bool index = strcmp(kind, DUNLIN_KIND_INDEX) == 0;
    dunlin_string name = dn_kit_text_string(&names[count - 1]);
    dunlin_string path[3] = {count == 2 ? dn_kit_text_string(&names[0]) : home_of(connection),
                             index ? dn_kit_string("") : name, name};
    dunlin_fact key = {
        .size = sizeof(key),
        .kind = dn_kit_string(kind),
        .path = path,
        .path_count = index ? 3 : 2,
    };

    if (names[0].failed || names[1].failed)
        return dn_kit_no_memory(call);
    return call->host->touched(call, &key);
}

static int32_t
push_name(const dunlin_call *call, const dunlin_connection *connection, const char *kind,
          dn_pg_scan *scan, int32_t *known)
{
    dn_kit_text names[2] = {{0}, {0}};
    uint64_t count;
    int32_t status = DUNLIN_OK;

    *known = dn_pg_take_names(scan, names, &count) ? 1 : 0;
    if (*known)
        status = push(call, connection, kind, names, count);
    dn_kit_text_free(&names[0]);
    dn_kit_text_free(&names[1]);
    return status;
}

static bool
mentions(dn_pg_scan scan, const char *const *words, size_t count)
{
    dn_pg_token token;

    while (dn_pg_scan_next(&scan, &token))
        for (size_t i = 0; i < count; i++)
            if (dn_pg_is_word(&token, words[i]))
                return true;
    return false;
}

/* --- statements ----------------------------------------------------------------------------------- */
static void
skip_words(dn_pg_scan *scan)
{
    dn_pg_scan_fits(scan, "CONCURRENTLY");
    if (!dn_pg_scan_fits(scan, "IF NOT EXISTS"))
        dn_pg_scan_fits(scan, "IF EXISTS");
    dn_pg_scan_fits(scan, "ONLY");
}

static int32_t
push_list(const dunlin_call *call, const dunlin_connection *connection, const char *kind,
          dn_pg_scan *scan, int32_t *known)
{
    static const char *const cascade[] = {"CASCADE"};
    int32_t status;

    if (mentions(*scan, cascade, 1))
        return DUNLIN_OK;
    do
        status = push_name(call, connection, kind, scan, known);
    while (status == DUNLIN_OK && *known && dn_pg_scan_fits(scan, ","));
    return status;
}

static int32_t
push_schema(const dunlin_call *call, dn_pg_scan *scan, int32_t *known)
{
    dn_kit_text names[2] = {{0}, {0}};
    uint64_t count;
    int32_t status = DUNLIN_OK;

    *known = dn_pg_take_names(scan, names, &count) && count == 1 ? 1 : 0;
    if (*known) {
        const dunlin_string path = dn_kit_text_string(&names[0]);
        const dunlin_fact key = {.size = sizeof(key),
                                 .kind = dn_kit_string(DUNLIN_KIND_SCHEMA),
                                 .path = &path,
                                 .path_count = 1};

        status = names[0].failed ? dn_kit_no_memory(call) : call->host->touched(call, &key);
    }
    dn_kit_text_free(&names[0]);
    dn_kit_text_free(&names[1]);
    return status;
}

static int32_t
push_granted(const dunlin_call *call, const dunlin_connection *connection, const char *kind,
             dn_pg_scan *scan, int32_t *known)
{
    int32_t status = DUNLIN_OK;

    *known = (call->flags & DUNLIN_CALL_GRANTS) ? 0 : 1;
    if (*known || kind == NULL)
        return DUNLIN_OK;
    do
        status = strcmp(kind, DUNLIN_KIND_SCHEMA) == 0
                     ? push_schema(call, scan, known)
                     : push_name(call, connection, kind, scan, known);
    while (status == DUNLIN_OK && *known && dn_pg_scan_fits(scan, ","));
    return status;
}

int32_t
dn_pg_affected(const dunlin_call *call, dunlin_connection *connection, dunlin_string statement,
               int32_t *known)
{
    dn_pg_scan scan = dn_pg_scan_begin(statement);

    *known = 0;
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        const char *kind = patterns[i].kind;

        if (!dn_pg_scan_fits(&scan, patterns[i].pattern))
            continue;
        skip_words(&scan);
        switch (patterns[i].where) {
        case NOTHING: *known = 1; return DUNLIN_OK;
        case LIST: return push_list(call, connection, kind, &scan, known);
        case GRANTS: return push_granted(call, connection, kind, &scan, known);
        case ON_NAME:
            if (!dn_pg_scan_fits(&scan, "* ON [ONLY]"))
                return DUNLIN_OK;
            break;
        case NAME:
            if (strncmp(patterns[i].pattern, "ALTER", 5) == 0 &&
                mentions(scan, wide, sizeof(wide) / sizeof(wide[0])))
                return DUNLIN_OK;
            break;
        }
        return push_name(call, connection, kind, &scan, known);
    }
    return DUNLIN_OK;
}
