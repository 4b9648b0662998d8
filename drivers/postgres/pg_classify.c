/* SPDX-License-Identifier: MIT
 *
 * What kind of statement is this: by its first words, from tables.
 */
#include "drivers/postgres/pg_driver.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drivers/postgres/pg_scan.h"

#define DDL DUNLIN_CLASS_DDL
#define DATA DUNLIN_CLASS_DATA
#define QUERY DUNLIN_CLASS_QUERY
#define ALONE DUNLIN_CLASS_NO_TRANSACTION
#define AGAIN DUNLIN_CLASS_REPEATABLE
#define OUTSIDE DUNLIN_CLASS_REACHES_OUTSIDE

/* Statements beyond this many bytes are data; nobody looks for function calls in them. */
enum { LOOK_INTO = 65536 };

/* The first pattern that fits counts (patterns: pg_scan.h). */
static const struct {
    const char *pattern;
    uint64_t flags;
} patterns[] = {
    {"INSERT", DATA},
    {"CREATE [UNIQUE] INDEX CONCURRENTLY", DDL | ALONE},
    {"CREATE {DATABASE,TABLESPACE}", DDL | ALONE | OUTSIDE},
    {"CREATE SUBSCRIPTION", DDL | ALONE | OUTSIDE},
    {"CREATE {ROLE,USER,GROUP,SERVER}", DDL | OUTSIDE},
    {"CREATE", DDL},
    {"ALTER TYPE . ADD VALUE", DDL | DUNLIN_CLASS_COMMIT_BEFORE_USE},
    {"ALTER TABLE * DETACH PARTITION . CONCURRENTLY", DDL | ALONE},
    {"ALTER DATABASE . SET TABLESPACE", DDL | ALONE | OUTSIDE},
    {"ALTER DATABASE", DDL | OUTSIDE},
    {"ALTER SYSTEM", ALONE | OUTSIDE | AGAIN},
    {"ALTER SUBSCRIPTION . {REFRESH,SET,ADD,DROP} PUBLICATION", DDL | ALONE | OUTSIDE},
    {"ALTER SUBSCRIPTION . REFRESH", DDL | ALONE | OUTSIDE},
    {"ALTER {ROLE,USER,GROUP,TABLESPACE,SERVER,SUBSCRIPTION}", DDL | OUTSIDE},
    {"ALTER", DDL},
    {"DROP INDEX CONCURRENTLY", DDL | ALONE},
    {"DROP {DATABASE,TABLESPACE,SUBSCRIPTION}", DDL | ALONE | OUTSIDE},
    {"DROP {ROLE,USER,GROUP,SERVER}", DDL | OUTSIDE},
    {"DROP OWNED", DDL | OUTSIDE},
    {"DROP", DDL},
    {"UPDATE", DATA},
    {"DELETE", DATA},
    {"MERGE", DATA},
    {"COMMENT ON {DATABASE,ROLE,TABLESPACE,SUBSCRIPTION}", DDL | OUTSIDE},
    {"COMMENT", DDL},
    {"{GRANT,REVOKE} * ON {DATABASE,TABLESPACE}", DDL | OUTSIDE},
    {"{GRANT,REVOKE} * ON", DDL},
    {"{GRANT,REVOKE}", DDL | OUTSIDE}, /* of roles */
    {"SECURITY LABEL * ON {DATABASE,ROLE,TABLESPACE}", DDL | OUTSIDE},
    {"SECURITY LABEL", DDL},
    {"REASSIGN", DDL | OUTSIDE},
    {"IMPORT FOREIGN SCHEMA", DDL | OUTSIDE},
    {"TRUNCATE", DATA},
    {"REFRESH MATERIALIZED VIEW", DATA | AGAIN},
    {"DO", DDL | DATA},
    {"CALL", DATA},
    {"EXECUTE", DATA},
    {"NOTIFY", DATA},
    {"VALUES", QUERY},
    {"TABLE", QUERY},
    {"SHOW", QUERY},
    {"EXPLAIN ANALYZE", DATA},
    {"EXPLAIN ( * ANALYZE", DATA},
    {"EXPLAIN", QUERY},
    {"VACUUM", ALONE | AGAIN},
    {"ANALYZE", AGAIN},
    {"ANALYSE", AGAIN},
    {"REINDEX ( * CONCURRENTLY * )", ALONE | AGAIN},
    {"REINDEX () {SCHEMA,DATABASE,SYSTEM}", ALONE | AGAIN},
    {"REINDEX () {TABLE,INDEX} CONCURRENTLY", ALONE | AGAIN},
    {"REINDEX", AGAIN},
    {"CLUSTER () [VERBOSE] ;", ALONE | AGAIN},
    {"CLUSTER", AGAIN},
    {"CHECKPOINT", AGAIN},
    {"DISCARD ALL", ALONE | AGAIN | DUNLIN_CLASS_SESSION},
    {"BEGIN", DUNLIN_CLASS_BEGIN},
    {"START TRANSACTION", DUNLIN_CLASS_BEGIN},
    {"COMMIT PREPARED", DATA | ALONE},
    {"ROLLBACK PREPARED", DATA | ALONE},
    {"PREPARE TRANSACTION", DATA | DUNLIN_CLASS_COMMITS},
    {"COMMIT", DUNLIN_CLASS_COMMIT},
    {"END", DUNLIN_CLASS_COMMIT},
    {"ROLLBACK [{WORK,TRANSACTION}] TO", DUNLIN_CLASS_SAVEPOINT},
    {"ROLLBACK", DUNLIN_CLASS_ROLLBACK},
    {"ABORT", DUNLIN_CLASS_ROLLBACK},
    {"SAVEPOINT", DUNLIN_CLASS_SAVEPOINT},
    {"RELEASE", DUNLIN_CLASS_SAVEPOINT},
    {"SET LOCAL STANDARD_CONFORMING_STRINGS {=,TO} ON ;", 0},
    {"SET LOCAL STANDARD_CONFORMING_STRINGS", DUNLIN_CLASS_CHANGES_LEXING},
    {"SET [SESSION] STANDARD_CONFORMING_STRINGS {=,TO} ON ;", DUNLIN_CLASS_SESSION},
    {"SET [SESSION] STANDARD_CONFORMING_STRINGS",
     DUNLIN_CLASS_CHANGES_LEXING | DUNLIN_CLASS_SESSION},
    {"SET {LOCAL,TRANSACTION,CONSTRAINTS}", 0},
    {"SET", DUNLIN_CLASS_SESSION},
    {"RESET", DUNLIN_CLASS_SESSION},
};

/* --- SELECT, WITH --------------------------------------------------------------------------------- */
static bool
is_any_of(const dn_pg_token *token, const char *const *words)
{
    for (; *words != NULL; words++)
        if (dn_pg_is_word(token, *words))
            return true;
    return false;
}

/* A word before a parenthesis is a call, but for these. */
static bool
is_call(const dn_pg_token *word)
{
    static const char *const keywords[] = {"AND",
                                           "ANY",
                                           "ARRAY",
                                           "AS",
                                           "ALL",
                                           "BETWEEN",
                                           "BY",
                                           "CASE",
                                           "CAST",
                                           "ELSE",
                                           "EXISTS",
                                           "EXTRACT",
                                           "FROM",
                                           "IN",
                                           "INTO",
                                           "JOIN",
                                           "LATERAL",
                                           "NOT",
                                           "ON",
                                           "OR",
                                           "OVER",
                                           "ROW",
                                           "SELECT",
                                           "SOME",
                                           "THEN",
                                           "UNION",
                                           "USING",
                                           "WHEN",
                                           "WHERE",
                                           "VALUES",
                                           "COUNT",
                                           "MAX",
                                           "MIN",
                                           "SUM",
                                           "AVG",
                                           "COALESCE",
                                           "NULLIF",
                                           "LOWER",
                                           "UPPER",
                                           "LENGTH",
                                           "GREATEST",
                                           "LEAST",
                                           "NOW",
                                           "TO_REGCLASS",
                                           "BOOL_AND",
                                           "BOOL_OR",
                                           "STRING_AGG",
                                           "ARRAY_AGG",
                                           "CURRENT_SETTING",
                                           "VERSION",
                                           NULL};

    return word->kind == DN_PG_NAME || (word->kind == DN_PG_WORD && !is_any_of(word, keywords));
}

static bool
is_dblink(const dn_pg_token *word)
{
    return word->kind == DN_PG_WORD && word->text.length >= 6 &&
           dn_kit_same_word((dunlin_string){word->text.data, 6}, "dblink");
}

/* A function may do anything, so a query that calls one it is not sure of is said to change data. */
static uint64_t
classify_query(dn_pg_scan scan)
{
    static const char *const changes[] = {"INSERT", "UPDATE", "DELETE", "MERGE", NULL};
    uint64_t flags = QUERY;
    dn_pg_token last = {.kind = DN_PG_END};
    dn_pg_token token;

    if (scan.end - scan.at > LOOK_INTO)
        scan.end = scan.at + LOOK_INTO;
    while (dn_pg_scan_next(&scan, &token)) {
        if (dn_pg_is_word(&token, "INTO"))
            flags = (flags & ~(uint64_t)QUERY) | DDL | DATA;
        else if (is_any_of(&token, changes))
            flags = (flags & ~(uint64_t)QUERY) | DATA;
        if (dn_pg_is_symbol(&token, '(') && is_call(&last)) {
            flags = (flags & ~(uint64_t)QUERY) | DATA;
            if (is_dblink(&last))
                flags |= OUTSIDE;
        }
        last = token;
    }
    return flags;
}

/* SELECT [pg_catalog.]set_config(...) and nothing else, as pg_dump begins its files with. Whether it
 * holds for the transaction only cannot matter: said again, it is outside any. */
static bool
is_setting(dn_pg_scan scan)
{
    dn_pg_scan ahead;
    dn_pg_token token;

    if (!dn_pg_scan_fits(&scan, "SELECT"))
        return false;
    ahead = scan;
    if (dn_pg_scan_fits(&ahead, "PG_CATALOG")) {
        dn_pg_scan_next(&ahead, &token);
        scan = ahead;
    }
    return dn_pg_scan_fits(&scan, "SET_CONFIG () ;");
}

/* --- COPY -------------------------------------------------------------------------------------------- */
enum { COPY_NONE, COPY_FROM_CLIENT, COPY_TO_CLIENT, COPY_FROM_FILE, COPY_TO_FILE };

/* COPY { table [(columns)] | (query) } { FROM | TO } { STDIN | STDOUT | PROGRAM '..' | '..' } */
static int
copy_direction(dn_pg_scan scan)
{
    dn_pg_scan ahead;

    if (!dn_pg_scan_fits(&scan, "COPY"))
        return COPY_NONE;
    dn_pg_scan_fits(&scan, "[BINARY]");
    ahead = scan;
    if (!dn_pg_scan_fits(&ahead, "."))
        ahead = scan;
    dn_pg_scan_fits(&ahead, "()");
    scan = ahead;
    if (dn_pg_scan_fits(&scan, "FROM"))
        return dn_pg_scan_fits(&scan, "{STDIN,STDOUT}") ? COPY_FROM_CLIENT : COPY_FROM_FILE;
    if (dn_pg_scan_fits(&scan, "TO"))
        return dn_pg_scan_fits(&scan, "{STDIN,STDOUT}") ? COPY_TO_CLIENT : COPY_TO_FILE;
    return COPY_NONE;
}

bool
dn_pg_is_copy_stream(dunlin_string sql)
{
    int direction = copy_direction(dn_pg_scan_begin(sql));

    return direction == COPY_FROM_CLIENT || direction == COPY_TO_CLIENT;
}

static uint64_t
classify_copy(dn_pg_scan scan)
{
    switch (copy_direction(scan)) {
    case COPY_FROM_CLIENT: return DATA | DUNLIN_CLASS_COPY_IN;
    case COPY_TO_CLIENT: return QUERY;
    case COPY_FROM_FILE: return DATA | OUTSIDE;
    case COPY_TO_FILE: return QUERY | OUTSIDE;
    default: return DATA;
    }
}

/* --- all ------------------------------------------------------------------------------------------------ */
/* Past empty statements, to the first word. */
static dn_pg_scan
find_head(dunlin_string sql, dn_pg_token *head)
{
    dn_pg_scan scan = dn_pg_scan_begin(sql);
    dn_pg_scan at;

    do {
        at = scan;
        dn_pg_scan_next(&scan, head);
    } while (dn_pg_is_symbol(head, ';'));
    return at;
}

uint64_t
dn_pg_statement_flags(dunlin_string sql)
{
    dn_pg_token head;
    dn_pg_scan at = find_head(sql, &head);

    if (dn_pg_is_symbol(&head, '\\'))
        return DUNLIN_CLASS_CLIENT_COMMAND;
    if (dn_pg_is_word(&head, "SELECT") || dn_pg_is_word(&head, "WITH") ||
        dn_pg_is_symbol(&head, '('))
        return classify_query(at) | (is_setting(at) ? DUNLIN_CLASS_SESSION : 0);
    if (dn_pg_is_word(&head, "COPY"))
        return classify_copy(at);
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        dn_pg_scan scan = at;

        if (dn_pg_scan_fits(&scan, patterns[i].pattern))
            return patterns[i].flags;
    }
    return 0;
}

static bool
fits(dn_pg_scan scan, const char *pattern)
{
    return dn_pg_scan_fits(&scan, pattern);
}

/* Whether names without a schema may be looked for elsewhere behind it: search_path is said in it, if only in a text. */
static bool
changes_names(dunlin_string sql)
{
    static const char *const heads[] = {"SET", "RESET", "SELECT", "WITH",
                                        "DO",  "CALL",  "VALUES", NULL};
    static const char word[] = "search_path";
    dn_pg_token head;
    dn_pg_scan at = find_head(sql, &head);

    if (fits(at, "DISCARD ALL") || fits(at, "RESET ALL") ||
        fits(at, "SET [{SESSION,LOCAL}] SCHEMA"))
        return true;
    if (!is_any_of(&head, heads))
        return false;
    for (uint64_t i = 0; i + sizeof word - 1 <= sql.length; i++)
        if (strncasecmp(sql.data + i, word, sizeof word - 1) == 0)
            return true;
    return false;
}

bool
dn_pg_may_change_session(dunlin_string sql)
{
    static const char *const harmless[] = {"INSERT", "CREATE", "ALTER",   "DROP",     "UPDATE",
                                           "DELETE", "MERGE",  "COMMENT", "GRANT",    "REVOKE",
                                           "COPY",   "VALUES", "ANALYZE", "TRUNCATE", NULL};
    dn_pg_token head;

    find_head(sql, &head);
    return head.kind != DN_PG_END && !is_any_of(&head, harmless);
}

bool
dn_pg_waits_aside(dunlin_string sql)
{
    dn_pg_scan scan = dn_pg_scan_begin(sql);
    dn_pg_token token;

    while (dn_pg_scan_next(&scan, &token))
        if (dn_pg_is_word(&token, "CONCURRENTLY"))
            return true;
    return false;
}

bool
dn_pg_drops_prepared(dunlin_string sql)
{
    dn_pg_token head;

    find_head(sql, &head);
    return dn_pg_is_word(&head, "DISCARD") || dn_pg_is_word(&head, "DEALLOCATE");
}

int32_t
dn_pg_classify(const dunlin_call *call, const dunlin_profile *profile,
               dunlin_connection *connection, dunlin_string statement)
{
    dunlin_class result = {.size = sizeof(result), .flags = dn_pg_statement_flags(statement)};
    bool ends;
    int32_t status = dn_pg_ends_transaction(call, connection, statement, &ends);

    DN_KIT_UNUSED(profile);
    if (status != DUNLIN_OK)
        return status;
    if (changes_names(statement))
        result.flags |= DUNLIN_CLASS_CHANGES_NAMES;
    if (ends)
        result.flags |= DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_LOSSY_DATA;
    if (connection != NULL && connection->shadow != NULL && dn_pg_reaches_outside(statement))
        result.flags |= OUTSIDE;
    if (result.flags & (ALONE | DUNLIN_CLASS_COMMITS)) {
        status = dn_pg_touch(call, statement, &result.touches_known);
        if (status != DUNLIN_OK)
            return status;
    }
    return call->host->classified(call, &result);
}
