/* SPDX-License-Identifier: MIT
 *
 * Facts as written -> facts as SQLite has them: types, expressions, and what gets lost. render()
 * writes what comes out here, and realise() pushes it, so that a table is found to be as it was
 * wanted.
 */
#ifndef DN_SQLITE_LOCAL_H
#define DN_SQLITE_LOCAL_H

#include "drivers/sqlite/sqlite_driver.h"
#include "drivers/sqlite/sqlite_schema.h"

typedef struct dn_sqlite_local {
    const dunlin_call *call;
    const dunlin_profile *profile;
    dn_kit_pool *pool;
    uint64_t operation; /* for notes */
    dunlin_string name; /* of the object at work, for notes */
} dn_sqlite_local;

/* --- notes ------------------------------------------------------------------------------------ */
int32_t dn_sqlite_note(dn_sqlite_local *local, int32_t kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* It cannot be done, and why: a note on the operation and the call's failure. */
int32_t dn_sqlite_refuse(dn_sqlite_local *local, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* No object of this kind is there. */
int32_t dn_sqlite_refuse_kind(dn_sqlite_local *local, dunlin_string kind);

/* --- members ------------------------------------------------------------------------------------ */
/* Adds the member, or nothing where SQLite has none and a note says so. A column may bring a check
 * that stands for its type. Columns come before what uses them. */
int32_t dn_sqlite_local_member(dn_sqlite_local *local, dn_sqlite_table *table,
                               dunlin_string kind_name, dunlin_string name, dn_kit_set given);
/* The properties of the table itself. */
int32_t dn_sqlite_local_table(dn_sqlite_local *local, dn_sqlite_table *table, dn_kit_set given);
/* What depends on several members: how columns of the key fill themselves and refuse nulls. */
int32_t dn_sqlite_local_settle(dn_sqlite_local *local, dn_sqlite_table *table);
/* Properties of a column; *check is the expression that stands for its type, or empty, and
 * *portable tells that the type was a portable one. */
int32_t dn_sqlite_local_column(dn_sqlite_local *local, const dn_sqlite_table *table,
                               dunlin_string name, dn_kit_set given, dn_kit_properties *set,
                               dunlin_string *check, bool *portable);
int32_t dn_sqlite_local_view(dn_sqlite_local *local, dn_kit_set given, dunlin_string body,
                             dn_kit_properties *set);
/* A default that is no whole number, of a column of these: PostgreSQL and MariaDB store it rounded. */
void dn_sqlite_round_default(const dn_sqlite_local *local, dn_kit_properties *set);
/* Portable text as SQLite's own. */
int32_t dn_sqlite_translate(dn_sqlite_local *local, int32_t what, dunlin_string text,
                            dunlin_string *native);
/* Whether this check stands for the type of the column: json_valid(c), c IN ('..', ..). */
bool dn_sqlite_is_type_check(dn_kit_pool *pool, dunlin_string expression, dunlin_string column);

/* --- types (sqlite_types.c) ----------------------------------------------------------------------- */
typedef struct dn_sqlite_type_of {
    dunlin_string native; /* empty: none */
    dunlin_string check;  /* an expression in which the column is $, or empty */
    const char *lost;     /* what SQLite does not keep, or NULL */
    bool portable;
    bool unknown; /* neither portable nor SQLite's own spelling */
} dn_sqlite_type_of;

/* Of the members `type` and `values` of a column. */
dn_sqlite_type_of dn_sqlite_type_for(dn_kit_pool *pool, dn_kit_set given, bool strict);
/* Is this what the type of the column is mainly for? */
bool dn_sqlite_type_is(dn_kit_pool *pool, dn_kit_set column, const char *class);
int32_t dn_sqlite_hazards(const dunlin_call *call, const dunlin_profile *profile);
int32_t dn_sqlite_script(const dunlin_call *call, const dunlin_profile *profile,
                         const dunlin_script_part *part);
int32_t dn_sqlite_type_classes(const dunlin_call *call, const dunlin_profile *profile,
                               const dunlin_fact *column);
int32_t dn_sqlite_expression_rules(const dunlin_call *call, const dunlin_profile *profile);
int32_t dn_sqlite_realise(const dunlin_call *call, const dunlin_profile *profile,
                          const dunlin_fact *const *facts, uint64_t count);

#endif
