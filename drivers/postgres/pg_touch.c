/* SPDX-License-Identifier: MIT
 *
 * What the statements that run outside transactions touch, so that after an interruption the
 * catalog can tell whether they took effect.
 */
#include "drivers/postgres/pg_driver.h"

#include "drivers/postgres/pg_scan.h"

static int32_t
push_key(const dunlin_call *call, const char *kind, const dn_kit_text *names, uint64_t count,
         int32_t *known)
{
    dunlin_fact fact = {.size = sizeof(fact), .kind = dn_kit_string(kind), .path_count = count};
    dunlin_string path[3];

    for (uint64_t i = 0; i < count; i++) {
        if (names[i].failed)
            return dn_kit_no_memory(call);
        path[i] = dn_kit_text_string(&names[i]);
    }
    fact.path = path;
    *known = 1;
    return call->host->touched != NULL ? call->host->touched(call, &fact) : DUNLIN_OK;
}

/* ... name ON [ONLY] [schema.]table: the index is [schema/]table/name. */
static int32_t
touch_index(const dunlin_call *call, dn_pg_scan *scan, dn_kit_text names[3], int32_t *known)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text index = {0};
    dn_pg_token token;
    uint64_t count;

    dn_pg_scan_next(scan, &token);
    dn_pg_add_name(&index, &token);
    /* Without a name the server is to find one. */
    if (!dn_pg_scan_fits(scan, "ON [ONLY]") || !dn_pg_take_names(scan, names, &count))
        return DUNLIN_OK;
    dn_kit_text_add_string(&names[count], dn_kit_text_string(&index));
    return push_key(call, DN_PG_KIND_BUILT, names, count + 1, known);
}

static const struct {
    const char *pattern; /* up to the name */
    const char *kind;
} statements[] = {
    {"DROP INDEX CONCURRENTLY", DN_PG_KIND_RELATION},
    {"{CREATE,DROP} DATABASE", DN_PG_KIND_DATABASE},
    {"ALTER DATABASE", DN_PG_KIND_DATABASE},
    {"{CREATE,DROP} TABLESPACE", DN_PG_KIND_TABLESPACE},
    {"{CREATE,DROP} SUBSCRIPTION", DN_PG_KIND_SUBSCRIPTION},
    {"PREPARE TRANSACTION", DN_PG_KIND_PREPARED},
    {"{COMMIT,ROLLBACK} PREPARED", DN_PG_KIND_PREPARED},
};

static int32_t
touch(const dunlin_call *call, dunlin_string sql, dn_kit_text names[3], int32_t *known)
{
    dn_pg_scan scan = dn_pg_scan_begin(sql);
    uint64_t count;

    if (dn_pg_scan_fits(&scan, "CREATE [UNIQUE] INDEX CONCURRENTLY")) {
        dn_pg_scan_fits(&scan, "IF NOT EXISTS");
        return touch_index(call, &scan, names, known);
    }
    /* It may run twice, and says what it may have left half done. */
    if (dn_pg_scan_fits(&scan, "REINDEX () {TABLE,INDEX}")) {
        int32_t ignored;

        dn_pg_scan_fits(&scan, "CONCURRENTLY");
        return dn_pg_take_names(&scan, names, &count)
                   ? push_key(call, DN_PG_KIND_RELATION, names, count, &ignored)
                   : DUNLIN_OK;
    }
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        if (!dn_pg_scan_fits(&scan, statements[i].pattern))
            continue;
        dn_pg_scan_fits(&scan, "IF EXISTS");
        return dn_pg_take_names(&scan, names, &count)
                   ? push_key(call, statements[i].kind, names, count, known)
                   : DUNLIN_OK;
    }
    return DUNLIN_OK;
}

int32_t
dn_pg_touch(const dunlin_call *call, dunlin_string sql, int32_t *known)
{
    dn_kit_text names[3] = {{0}, {0}, {0}};
    int32_t status = touch(call, sql, names, known);

    for (int i = 0; i < 3; i++)
        dn_kit_text_free(&names[i]);
    return status;
}
