/* SPDX-License-Identifier: MIT
 *
 * classify(): what kind of statement is this.
 */
#include <string.h>

#include "core/conformance/check.h"

enum {
    KINDS = DUNLIN_CLASS_BEGIN | DUNLIN_CLASS_COMMIT | DUNLIN_CLASS_ROLLBACK |
            DUNLIN_CLASS_SAVEPOINT | DUNLIN_CLASS_DDL | DUNLIN_CLASS_DATA | DUNLIN_CLASS_QUERY
};

/* What classify() said of one statement. */
typedef struct told_class {
    uint64_t flags;
    unsigned times;
    int32_t touches_known;
    size_t touched; /* keys told */
} told_class;

static int32_t
take_class(dn_call *call, const dunlin_class *result)
{
    told_class *told = call->target;

    told->times++;
    told->flags = result->flags;
    told->touches_known = result->touches_known;
    return DUNLIN_OK;
}

static int32_t
take_touched(dn_call *call, const dunlin_fact *key)
{
    told_class *told = call->target;

    if (!key->kind.length || !key->path_count)
        return dn_call_breach(call, "told a touched key without a kind or a path");
    told->touched++;
    return DUNLIN_OK;
}

static int
classify(dn_check *check, dn_connection *connection, const char *statement, told_class *told)
{
    static const dn_call_sinks sinks = {.classified = take_class, .touched = take_touched};
    dunlin_connection *handle = connection ? connection->handle : NULL;
    const dunlin_profile *profile = connection ? connection->server.profile : NULL;
    dn_call call;

    memset(told, 0, sizeof *told);
    if (!check->driver->table.classify)
        return dn_check_fail(check, "the driver cannot classify statements");
    if (connection)
        dn_check_begin(check, connection, &call, "classify", &sinks, told);
    else
        dn_call_begin(&call, check->driver, "classify", &sinks, told, &check->error);
    if (dn_call_end(&call, check->driver->table.classify(&call.driver_view, profile, handle,
                                                         dn_string(statement))) < 0)
        return dn_while(&check->error, "classifying '%.200s'", statement);
    if (told->times != 1)
        return dn_check_fail(check, "classified() was called %u times for '%.200s'", told->times,
                             statement);
    return 0;
}

/* Of the flags in `mask`, exactly `wanted` are set; with a connection and without one. */
static int
expect(dn_check *check, const char *statement, uint64_t mask, uint64_t wanted)
{
    dn_connection *connection = dn_check_first(check);
    told_class told;

    if (!connection)
        return -1;
    for (int offline = 0; offline < 2; offline++) {
        if (classify(check, offline ? NULL : connection, statement, &told) < 0)
            return -1;
        if ((told.flags & mask) != wanted)
            return dn_check_fail(check, "'%.200s' has the flags 0x%llx and not 0x%llx%s", statement,
                                 (unsigned long long)(told.flags & mask),
                                 (unsigned long long)wanted, offline ? ", without a server" : "");
    }
    return 0;
}

typedef struct kind_list {
    uint64_t wanted;
    const char *const *statements;
} kind_list;

static int
kinds(dn_check *check)
{
    const kind_list *list = check->current->argument;

    for (const char *const *statement = list->statements; *statement; statement++)
        if (expect(check, *statement, KINDS, list->wanted) < 0)
            return -1;
    return 0;
}

static const kind_list begin = {DUNLIN_CLASS_BEGIN, (const char *const[]){"BEGIN", "begin", NULL}};
static const kind_list commit = {DUNLIN_CLASS_COMMIT,
                                 (const char *const[]){"COMMIT", "commit", NULL}};
static const kind_list rollback = {DUNLIN_CLASS_ROLLBACK,
                                   (const char *const[]){"ROLLBACK", "Rollback", NULL}};
static const kind_list savepoint = {DUNLIN_CLASS_SAVEPOINT,
                                    (const char *const[]){"SAVEPOINT a", "RELEASE SAVEPOINT a",
                                                          "ROLLBACK TO SAVEPOINT a",
                                                          "ROLLBACK TO a", NULL}};
static const kind_list ddl = {
    DUNLIN_CLASS_DDL,
    (const char *const[]){"CREATE TABLE t (id INTEGER)", "CREATE INDEX i ON t (id)",
                          "CREATE UNIQUE INDEX i ON t (id)", "CREATE VIEW v AS SELECT 1",
                          "ALTER TABLE t ADD COLUMN c INTEGER", "DROP TABLE t",
                          "DROP VIEW IF EXISTS v", NULL}};
static const kind_list data = {DUNLIN_CLASS_DATA,
                               (const char *const[]){"INSERT INTO t (id) VALUES (1)",
                                                     "INSERT INTO t (id) SELECT id FROM u",
                                                     "UPDATE t SET id = 1", "DELETE FROM t", NULL}};
static const kind_list query = {
    DUNLIN_CLASS_QUERY,
    (const char *const[]){"SELECT 1", "SELECT id FROM t WHERE name = 'DROP TABLE t'",
                          "WITH a AS (SELECT 1) SELECT * FROM a", NULL}};

static int
leading(dn_check *check)
{
    if (expect(check, "-- DROP TABLE t;\nINSERT INTO t (id) VALUES (1)", KINDS, DUNLIN_CLASS_DATA) <
            0 ||
        expect(check, "/* SELECT */ create table t (id integer)", KINDS, DUNLIN_CLASS_DDL) < 0)
        return -1;
    return expect(check, "\n\t  select\n1", KINDS, DUNLIN_CLASS_QUERY);
}

/* Whether DDL ends a transaction has to fit what the driver claims. */
static int
commits(dn_check *check)
{
    bool transactional = check->capabilities->flags & DUNLIN_CAN_TRANSACTIONAL_DDL;
    const uint64_t mask = DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_NO_TRANSACTION;

    return expect(check, "CREATE TABLE t (id INTEGER)", mask,
                  transactional ? 0 : (uint64_t)DUNLIN_CLASS_COMMITS);
}

static int
anything(dn_check *check)
{
    static const char *const statements[] = {"",         "FROBNICATE THE TABLE",
                                             "'",        "\"",
                                             "/*",       "(((",
                                             "\xff\xfe", ";",
                                             "$1",       "-- only",
                                             "CREATE",   "WITH"};
    dn_connection *connection = dn_check_first(check);
    told_class told;

    if (!connection)
        return -1;
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        if (classify(check, connection, statements[i], &told) < 0 ||
            classify(check, NULL, statements[i], &told) < 0)
            return -1;
    return 0;
}

/* Only what cannot share a transaction with its record needs to be looked at after a crash. */
static int
touches(dn_check *check)
{
    static const char *const statements[] = {
        "CREATE TABLE " DN_CHECK_ITEMS " (id INTEGER)",
        "ALTER TABLE " DN_CHECK_ITEMS " ADD COLUMN c INTEGER",
        "CREATE INDEX dunlin_check_index ON " DN_CHECK_ITEMS " (name)",
        "CREATE INDEX CONCURRENTLY dunlin_check_other ON " DN_CHECK_ITEMS " (id)",
        "DROP TABLE " DN_CHECK_ITEMS,
    };
    size_t count = 0;
    told_class told;

    if (dn_check_items(check) < 0)
        return -1;
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        if (classify(check, dn_check_first(check), statements[i], &told) < 0)
            return -1;
        if (!(told.flags & (DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_NO_TRANSACTION)))
            continue;
        if (told.touches_known != 1 || !told.touched)
            return dn_check_fail(check,
                                 "'%s' runs outside of transactions, and what it touches is "
                                 "not told",
                                 statements[i]);
        count++;
    }
    return count ? 0 : dn_check_skip(check, "no DDL of the kit runs outside of transactions here");
}

static const dn_case cases[] = {
    {"classify.begin", "BEGIN is the beginning of a transaction", kinds, &begin, 0},
    {"classify.commit", "COMMIT is the end of a transaction", kinds, &commit, 0},
    {"classify.rollback", "ROLLBACK is the undoing of a transaction", kinds, &rollback, 0},
    {"classify.savepoint", "savepoints, and ROLLBACK TO one, are no transaction control", kinds,
     &savepoint, 0},
    {"classify.ddl", "CREATE, ALTER and DROP change the schema", kinds, &ddl, 0},
    {"classify.data", "INSERT, UPDATE and DELETE change rows", kinds, &data, 0},
    {"classify.query", "SELECT only reads", kinds, &query, 0},
    {"classify.leading", "comments, blanks and case before the first word do not matter", leading,
     NULL, 0},
    {"classify.commits", "DDL commits by itself if, and only if, it is not transactional", commits,
     NULL, 0},
    {"classify.anything", "any text gets one answer", anything, NULL, 0},
    {"classify.touches", "what DDL that runs outside of transactions touches is told", touches,
     NULL, DUNLIN_CAN_FINGERPRINT},
};

const dn_area dn_area_classify = DN_AREA(cases);
