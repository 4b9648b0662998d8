/* SPDX-License-Identifier: MIT
 *
 * A table as a list of members, each with the properties of its fact in SQLite's own spelling:
 * what the stored CREATE statements say, what render() changes, and what is written out again.
 * Everything lives in a pool.
 */
#ifndef DN_SQLITE_SCHEMA_H
#define DN_SQLITE_SCHEMA_H

#include "drivers/kit/kit_property.h"
#include "drivers/sqlite/sqlite_text.h"

/* DUNLIN_KIND_*, as numbers: each table of a statement is walked by kind many times. */
typedef enum dn_sqlite_member_kind {
    DN_SQLITE_KIND_COLUMN,
    DN_SQLITE_KIND_PRIMARY_KEY,
    DN_SQLITE_KIND_UNIQUE,
    DN_SQLITE_KIND_FOREIGN_KEY,
    DN_SQLITE_KIND_CHECK,
    DN_SQLITE_KIND_INDEX,
    DN_SQLITE_KIND_TRIGGER, /* found and kept; changed as an object of its own */
    DN_SQLITE_KINDS,        /* how many there are; of a kind that no table has */
} dn_sqlite_member_kind;

typedef struct dn_sqlite_member {
    dn_sqlite_member_kind kind;
    dunlin_string name;
    bool gone;     /* dropped since */
    bool portable; /* a column whose type was written as a portable one */
    bool retold;   /* a column whose default became one of its new type */
    dn_kit_properties set;
} dn_sqlite_member;

typedef struct dn_sqlite_table {
    dn_kit_pool *pool;
    dunlin_string name;
    dn_kit_properties set; /* of the table's own fact, without `order` */
    dn_sqlite_member *members;
    size_t count;
    size_t capacity;
} dn_sqlite_table;

const char *dn_sqlite_kind_name(dn_sqlite_member_kind kind);
dn_sqlite_member_kind dn_sqlite_kind_named(dunlin_string name);
/* Whether it is one of the table's, and neither a column nor an object of its own. */
bool dn_sqlite_kind_is_constraint(dn_sqlite_member_kind kind);

/* NULL: no memory. */
dn_sqlite_member *dn_sqlite_member_add(dn_sqlite_table *table, dn_sqlite_member_kind kind,
                                       dunlin_string name);
dn_sqlite_member *dn_sqlite_member_find(const dn_sqlite_table *table, dn_sqlite_member_kind kind,
                                        dunlin_string name);
/* The primary key, whatever it is called; NULL: there is none. */
dn_sqlite_member *dn_sqlite_table_key(const dn_sqlite_table *table);
/* Names of the columns in order, for expressions. */
dn_sqlite_names dn_sqlite_table_names(const dn_sqlite_table *table);
/* The name that a constraint without one gets from its content. */
dunlin_string dn_sqlite_content_name(dn_kit_pool *pool, dn_sqlite_member_kind kind, dn_kit_set set);
/* Whether the member bears such a name. */
bool dn_sqlite_is_unnamed(const dn_sqlite_member *member);
/* A list of names in parentheses: "(a,b)". */
dunlin_string dn_sqlite_list_text(dn_kit_pool *pool, dn_kit_set list);
bool dn_sqlite_list_has(dn_kit_set list, dunlin_string name);

/* Whether the column is the rowid under a name of its own: INTEGER, and all of the key. */
bool dn_sqlite_is_rowid(const dn_sqlite_table *table, const dn_sqlite_member *column);

/* --- reading CREATE statements (sqlite_create.c) ------------------------------------------------- */
/* Fills table->name, set and members; table->pool is given. Foreign keys that name no columns of
 * their parent have no ref_columns yet. false: not understood, or no memory (see the pool). */
bool dn_sqlite_read_table(dn_sqlite_table *table, dunlin_string sql);
/* Names of constraints that have none, and no name twice. */
void dn_sqlite_name_members(dn_sqlite_table *table);
bool dn_sqlite_read_index(dn_sqlite_member *index, dunlin_string sql, const dn_sqlite_names *names);
/* `known`, when given, tells which names are tables and views, for `depends`. */
typedef bool (*dn_sqlite_known)(dunlin_string *name, void *context);
/* Adds what a query takes its rows from, as far as it is known, as "depends". */
bool dn_sqlite_add_sources(dn_kit_properties *set, dunlin_string definition, dn_sqlite_known known,
                           void *context);
bool dn_sqlite_read_view(dn_kit_properties *set, dunlin_string sql, dn_sqlite_known known,
                         void *context);
bool dn_sqlite_read_trigger(dn_kit_properties *set, dunlin_string sql);

#endif
