/* SPDX-License-Identifier: MIT
 *
 * A rebuild runs with foreign keys off, so nothing but a check before COMMIT stands between it and
 * lost references. One that dunlin renders switches them off for itself alone, one written in a
 * file for the whole transaction. What was broken before is not the migration's fault: a violation is known by
 * its table, its parent and the values of its columns, which survive a rebuild that numbers the
 * rows anew.
 */
#include "drivers/sqlite/sqlite_driver.h"

#include <stdlib.h>
#include <string.h>

typedef struct violation {
    uint64_t hash;
    uint64_t count;
} violation;

struct dn_sqlite_violations {
    violation *list; /* by hash */
    size_t count;
    size_t capacity;
};

/* One violation as foreign_key_check reports it. */
typedef struct report_row {
    const char *table;
    const char *parent; /* NULL: the table's foreign keys can't be checked at all, see `problem` */
    int64_t row;
    bool has_row; /* not in a table WITHOUT ROWID */
    uint64_t hash;
    const char *problem;
} report_row;

typedef int32_t (*visit_row)(dunlin_connection *connection, const report_row *row, void *context);

static uint64_t
hash_bytes(uint64_t hash, const void *data, size_t length)
{
    return dn_kit_hash(hash, (dunlin_string){data, length});
}

/* Names are equal without regard to the case of ASCII letters. */
static uint64_t
hash_name(uint64_t hash, const char *name)
{
    return hash_bytes(dn_kit_hash_word(hash, dn_kit_string(name)), "", 1);
}

static uint64_t
hash_cells(uint64_t hash, sqlite3_stmt *handle)
{
    for (int i = 0; i < sqlite3_column_count(handle); i++) {
        int type = sqlite3_column_type(handle, i);
        const void *data = sqlite3_column_blob(handle, i);
        int length = sqlite3_column_bytes(handle, i);

        hash = hash_bytes(hash, &type, sizeof(type));
        hash = hash_bytes(hash, &length, sizeof(length));
        if (length > 0)
            hash = hash_bytes(hash, data, (size_t)length);
    }
    return hash;
}

/* --- the values of a violation ---------------------------------------------------------------- */
/* The statement that reads the columns of one foreign key; neighbours use the same. */
typedef struct key_reader {
    sqlite3_stmt *handle;
    int64_t id; /* of the foreign key, -1: none yet */
} key_reader;

static int32_t
open_key(dunlin_connection *connection, const char *table, int64_t id, key_reader *reader)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    sqlite3_stmt *columns = NULL;
    const char *comma = "SELECT ";

    sqlite3_finalize(reader->handle);
    reader->handle = NULL;
    reader->id = id;
    if (sqlite3_prepare_v2(connection->db,
                           "SELECT \"from\" FROM pragma_foreign_key_list(?1, 'main') "
                           "WHERE id = ?2 ORDER BY seq",
                           -1, &columns, NULL) != SQLITE_OK)
        return dn_sqlite_fail(connection, "cannot read the foreign keys");
    sqlite3_bind_text(columns, 1, table, -1, SQLITE_STATIC);
    sqlite3_bind_int64(columns, 2, id);
    while (sqlite3_step(columns) == SQLITE_ROW) {
        dn_kit_text_add(&sql, comma);
        dn_kit_text_quote(&sql, '"', dn_kit_string((const char *)sqlite3_column_text(columns, 0)));
        comma = ", ";
    }
    sqlite3_finalize(columns);
    dn_kit_text_add(&sql, " FROM main.");
    dn_kit_text_quote(&sql, '"', dn_kit_string(table));
    dn_kit_text_add(&sql, " WHERE rowid = ?1");
    if (sql.failed)
        return dn_kit_no_memory(connection->call);
    if (sqlite3_prepare_v2(connection->db, sql.data, -1, &reader->handle, NULL) != SQLITE_OK)
        return dn_sqlite_fail(connection, "cannot read the foreign keys");
    return DUNLIN_OK;
}

static int32_t
hash_row(dunlin_connection *connection, key_reader *reader, int64_t id, report_row *row)
{
    int32_t status = DUNLIN_OK;

    row->hash = hash_name(hash_name(DN_KIT_HASH_BASIS, row->table), row->parent);
    if (!row->has_row)
        return DUNLIN_OK;
    if (reader->id != id)
        status = open_key(connection, row->table, id, reader);
    if (status != DUNLIN_OK)
        return status;
    sqlite3_reset(reader->handle);
    sqlite3_bind_int64(reader->handle, 1, row->row);
    if (sqlite3_step(reader->handle) == SQLITE_ROW)
        row->hash = hash_cells(row->hash, reader->handle);
    sqlite3_reset(reader->handle);
    return DUNLIN_OK;
}

/* --- reading all violations ---------------------------------------------------------------------- */
/* SQLite can't check a key whose parent lacks the unique index ("foreign key mismatch"). */
static int32_t
report_problem(dunlin_connection *connection, const char *table, visit_row visit, void *context)
{
    int primary = sqlite3_errcode(connection->db) & 0xff;
    DN_KIT_CLEANUP(dn_kit_free) char *problem = NULL;
    report_row row = {.table = table};

    if (primary != SQLITE_ERROR)
        return dn_sqlite_fail(connection, "checking the foreign keys");
    problem = strdup(sqlite3_errmsg(connection->db));
    if (problem == NULL)
        return dn_kit_no_memory(connection->call);
    row.problem = problem;
    row.hash = hash_name(hash_name(DN_KIT_HASH_BASIS, table), problem);
    return visit(connection, &row, context);
}

static int32_t
check_table(dunlin_connection *connection, const char *table, visit_row visit, void *context)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    key_reader reader = {.id = -1};
    sqlite3_stmt *handle = NULL;
    int32_t status = DUNLIN_OK;
    int code;

    dn_kit_text_add(&sql, "PRAGMA main.foreign_key_check(");
    dn_kit_text_quote(&sql, '"', dn_kit_string(table));
    dn_kit_text_add(&sql, ")");
    if (sql.failed)
        return dn_kit_no_memory(connection->call);
    code = sqlite3_prepare_v2(connection->db, sql.data, -1, &handle, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(handle);
    for (; code == SQLITE_ROW && status == DUNLIN_OK; code = sqlite3_step(handle)) {
        report_row row = {
            .table = table,
            .row = sqlite3_column_int64(handle, 1),
            .has_row = sqlite3_column_type(handle, 1) != SQLITE_NULL,
            .parent = (const char *)sqlite3_column_text(handle, 2),
        };

        status = hash_row(connection, &reader, sqlite3_column_int64(handle, 3), &row);
        if (status == DUNLIN_OK)
            status = visit(connection, &row, context);
        if (status != DUNLIN_OK)
            break;
    }
    if (status == DUNLIN_OK && code != SQLITE_DONE)
        status = report_problem(connection, table, visit, context);
    sqlite3_finalize(reader.handle);
    sqlite3_finalize(handle);
    return status;
}

static int32_t
check_all(dunlin_connection *connection, visit_row visit, void *context)
{
    sqlite3_stmt *tables = NULL;
    int32_t status = DUNLIN_OK;
    int code;

    if (sqlite3_prepare_v2(connection->db,
                           "SELECT name FROM main.sqlite_master WHERE type = 'table' "
                           "AND instr(upper(sql), 'REFERENCES')",
                           -1, &tables, NULL) != SQLITE_OK)
        return dn_sqlite_fail(connection, "checking the foreign keys");
    while (status == DUNLIN_OK && (code = sqlite3_step(tables)) == SQLITE_ROW)
        status =
            check_table(connection, (const char *)sqlite3_column_text(tables, 0), visit, context);
    if (status == DUNLIN_OK && code != SQLITE_DONE)
        status = dn_sqlite_fail(connection, "checking the foreign keys");
    sqlite3_finalize(tables);
    return status;
}

/* --- before and after ---------------------------------------------------------------------------- */
static int32_t
note_violation(dunlin_connection *connection, const report_row *row, void *context)
{
    struct dn_sqlite_violations *known = context;

    if (known->count == known->capacity) {
        size_t capacity = known->capacity > 0 ? known->capacity * 2 : 64;
        violation *list = capacity < SIZE_MAX / sizeof(*list)
                              ? realloc(known->list, capacity * sizeof(*list))
                              : NULL;

        if (list == NULL)
            return dn_kit_no_memory(connection->call);
        known->list = list;
        known->capacity = capacity;
    }
    known->list[known->count++] = (violation){row->hash, 1};
    return DUNLIN_OK;
}

static int
compare_violations(const void *left, const void *right)
{
    const violation *a = left;
    const violation *b = right;

    return (a->hash > b->hash) - (a->hash < b->hash);
}

static void
sort_violations(struct dn_sqlite_violations *known)
{
    size_t kept = 0;

    if (known->count == 0)
        return;
    qsort(known->list, known->count, sizeof(*known->list), compare_violations);
    for (size_t i = 1; i < known->count; i++) {
        if (known->list[i].hash == known->list[kept].hash)
            known->list[kept].count++;
        else
            known->list[++kept] = known->list[i];
    }
    known->count = kept + 1;
}

/* What is broken already is noted. */
static int32_t
watch(dunlin_connection *connection)
{
    int32_t status;

    connection->violations = calloc(1, sizeof(*connection->violations));
    if (connection->violations == NULL)
        return dn_kit_no_memory(connection->call);
    status = check_all(connection, note_violation, connection->violations);
    if (status == DUNLIN_OK)
        sort_violations(connection->violations);
    else
        dn_sqlite_foreign_keys_end(connection);
    return status;
}

static int
keys_are_on(dunlin_connection *connection)
{
    int on = 0;

    sqlite3_db_config(connection->db, SQLITE_DBCONFIG_ENABLE_FKEY, -1, &on);
    return on;
}

int32_t
dn_sqlite_foreign_keys_begin(dunlin_connection *connection)
{
    dn_sqlite_foreign_keys_end(connection);
    connection->keys_off = !keys_are_on(connection);
    return connection->keys_off && connection->url.foreign_keys ? watch(connection) : DUNLIN_OK;
}

/* Unlike the PRAGMA, it counts inside a transaction, too (main.c of SQLite 3.6.19 to 3.50). The
 * flag itself says whether it does: a rebuild with foreign keys on would lose rows of children. */
static int32_t
switch_keys(dunlin_connection *connection, int on)
{
    int is_on = !on;

    if (sqlite3_db_config(connection->db, SQLITE_DBCONFIG_ENABLE_FKEY, on, &is_on) != SQLITE_OK ||
        is_on != on)
        return dn_kit_fail(connection->call, DUNLIN_INTERNAL,
                           "this SQLite does not switch foreign keys inside a transaction");
    return DUNLIN_OK;
}

int32_t
dn_sqlite_foreign_keys_aside(dunlin_connection *connection)
{
    int32_t status = DUNLIN_OK;

    connection->keys_before = keys_are_on(connection);
    if (connection->violations == NULL && connection->url.foreign_keys &&
        !sqlite3_get_autocommit(connection->db))
        status = watch(connection);
    return status == DUNLIN_OK ? switch_keys(connection, 0) : status;
}

int32_t
dn_sqlite_foreign_keys_back(dunlin_connection *connection)
{
    return switch_keys(connection, connection->keys_before);
}

void
dn_sqlite_foreign_keys_end(dunlin_connection *connection)
{
    if (connection->violations == NULL)
        return;
    free(connection->violations->list);
    free(connection->violations);
    connection->violations = NULL;
}

static int32_t
fail_violation(dunlin_connection *connection, const report_row *row)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    dunlin_failure failure = {
        .size = sizeof(failure),
        .status = DUNLIN_CONSTRAINT,
        .native_code = SQLITE_CONSTRAINT_FOREIGNKEY,
        .offset = -1,
        .inner_offset = -1,
        .object = dn_kit_string(row->table),
        .detail = dn_kit_string("this was not so before the transaction"),
    };

    if (connection->keys_off) {
        failure.detail = dn_kit_string("foreign keys were off during this transaction, and this "
                                       "was not so before it");
        failure.hint = dn_kit_string("ON DELETE and ON UPDATE did nothing meanwhile: put the "
                                     "statements that change rows into a migration of their own");
    }

    if (row->problem != NULL)
        dn_kit_text_format(&text, "the foreign keys of table '%s' cannot be checked: %s",
                           row->table, row->problem);
    else if (row->has_row)
        dn_kit_text_format(&text,
                           "row %lld of table '%s' refers to a row of '%s' that does not exist",
                           (long long)row->row, row->table, row->parent);
    else
        dn_kit_text_format(&text, "a row of table '%s' refers to a row of '%s' that does not exist",
                           row->table, row->parent);
    if (text.failed)
        return dn_kit_no_memory(connection->call);
    failure.message = dn_kit_text_string(&text);
    return connection->call->host->fail(connection->call, &failure);
}

static int32_t
compare_violation(dunlin_connection *connection, const report_row *row, void *context)
{
    struct dn_sqlite_violations *known = context;
    violation wanted = {.hash = row->hash};
    violation *found = known->count > 0 ? bsearch(&wanted, known->list, known->count,
                                                  sizeof(wanted), compare_violations)
                                        : NULL;

    if (found == NULL || found->count == 0)
        return fail_violation(connection, row);
    found->count--;
    return DUNLIN_OK;
}

int32_t
dn_sqlite_foreign_keys_check(dunlin_connection *connection)
{
    if (connection->violations == NULL)
        return DUNLIN_OK;
    return check_all(connection, compare_violation, connection->violations);
}
