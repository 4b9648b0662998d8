/* SPDX-License-Identifier: MIT
 *
 * The rows of sqlite_master, with tables and views found by their names.
 */
#ifndef DN_SQLITE_CATALOGUE_H
#define DN_SQLITE_CATALOGUE_H

#include "drivers/kit/kit_pool.h"
#include "drivers/sqlite/sqlite_driver.h"

typedef struct dn_sqlite_object {
    dunlin_string name;  /* with a NUL behind it, as is sql */
    dunlin_string table; /* of an index or trigger */
    dunlin_string sql;   /* data NULL: not read yet */
    int64_t rowid;
    char type; /* 't'able, 'v'iew, 'i'ndex, 'x' trigger; 0: the library's own */
    bool is_virtual;
    bool hidden;        /* excluded, or where a virtual table keeps its data */
    bool pushed;        /* by the reading at work */
    bool refers;        /* its facts may depend on what other tables and views there are */
    bool fresh;         /* new, or other than it was: sqlite_since.c */
    bool changed;       /* fresh, or its facts may depend on what is */
    size_t next_member; /* of the same table, counted from 1 */
    size_t last_member;
    size_t next_same; /* of the same hash, counted from 1 */
} dn_sqlite_object;

typedef struct dn_sqlite_catalogue {
    dn_kit_pool names;         /* and texts */
    dn_sqlite_object *objects; /* in the order of their rowids */
    size_t count;
    size_t capacity;
    size_t *buckets; /* tables and views by name: an object, counted from 1 */
    size_t bucket_count;
    bool has_virtual;
} dn_sqlite_catalogue;

/* Adds the rows behind those that it has. Without `texts`, they are read when they are needed. */
int32_t dn_sqlite_catalogue_read(const dunlin_call *call, dunlin_connection *connection, bool texts,
                                 dn_sqlite_catalogue *catalogue);
/* The rows that dn_sqlite_push_texts told, instead of those of the database. */
int32_t dn_sqlite_catalogue_remember(const dunlin_call *call, const dunlin_scope *scope,
                                     dn_sqlite_catalogue *catalogue);
/* Whether the rows that it has, with their texts, are still there, and as they were. */
int32_t dn_sqlite_catalogue_holds(dunlin_connection *connection,
                                  const dn_sqlite_catalogue *catalogue, bool *holds);
/* Hides what the scope excludes and the tables in which virtual ones keep their data. */
int32_t dn_sqlite_catalogue_hide(dunlin_connection *connection, const dunlin_scope *scope,
                                 dn_sqlite_catalogue *catalogue);
/* A table or view, or NULL. */
dn_sqlite_object *dn_sqlite_catalogue_find(const dn_sqlite_catalogue *catalogue,
                                           dunlin_string name);
/* NULL: the library's own. */
const char *dn_sqlite_kind(const dn_sqlite_object *object);
/* A table or view that is not hidden? */
bool dn_sqlite_is_relation(const dn_sqlite_object *object);
dunlin_string dn_sqlite_copy_column(dn_kit_pool *pool, sqlite3_stmt *handle, int column);
void dn_sqlite_catalogue_free(dn_sqlite_catalogue *catalogue);

#endif
