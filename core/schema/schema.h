/* SPDX-License-Identifier: MIT
 *
 * A schema as a map of facts, and operations on it: completing what the parser left open, deciding
 * guards, and keeping the map current. Pure: nothing here asks a database. docs/facts.md has the
 * vocabulary.
 *
 * The way of an operation:  parse -> dn_schema_address -> (the driver's realise) ->
 * dn_schema_resolve -> (the driver's render, and the database) -> dn_schema_fold
 *
 * Operations and facts live in arenas of the caller; nothing here is freed.
 */
#ifndef DN_SCHEMA_SCHEMA_H
#define DN_SCHEMA_SCHEMA_H

#include "core/fact/fact.h"

/* --- lists of operations ---------------------------------------------------------------------- */
typedef struct dn_operations {
    dn_arena *arena;
    const dunlin_operation **items;
    size_t count;
    size_t capacity;
} dn_operations;

int dn_operations_add(dn_operations *list, const dunlin_operation *operation, dn_error *error);
/* A copy to be changed; paths and properties are still the original's. NULL: no memory. */
dunlin_operation *dn_operation_copy(dn_arena *arena, const dunlin_operation *operation);
/* The fact that a CREATE makes: shares everything with the operation. */
dunlin_fact dn_operation_fact(const dunlin_operation *operation);
/* "create column 'users.email'" */
void dn_operation_describe(dn_text *text, const dunlin_operation *operation);
bool dn_operation_is(const dunlin_operation *operation, int32_t verb, const char *kind);
/* Is the last name of its path empty, which the database will give it? */
bool dn_operation_is_nameless(const dunlin_operation *operation);
/* Place of a column in the `order` of its table; behind all others when it is not there. */
size_t dn_fact_place(const dunlin_fact *table, const dunlin_fact *column);
/* Does its text stand in that of the other one? `whole` may be NULL. */
bool dn_operation_within(const dunlin_operation *part, const dunlin_operation *whole);

/* ALTER TABLE t RENAME COLUMN a TO b, ALTER COLUMN b ..: is what comes later of what came before? */
bool dn_operations_build_on_each_other(const dn_operations *list);
/* RENAME TABLE a TO z, b TO a, z TO b: are all names there afterwards as they were before? */
bool dn_operations_swap(const dn_operations *list);

/* --- addressing ------------------------------------------------------------------------------- */
/* What a target is like, for names. */
typedef struct dn_schema_target {
    uint64_t naming;    /* DN_FACT_* */
    dunlin_string home; /* namespace of unqualified names, where there are namespaces */
    bool named_types;   /* enum and domain are objects of their own */
} dn_schema_target;

/* Completes the operations of one statement for a target: namespaces filled in or taken out, the
 * names PostgreSQL would give to unnamed constraints (when `name_all`), NOT NULL for the columns of
 * primary keys, tables of indexes named alone, kinds of constraints (both from `facts`), enum types
 * of columns where types have no names (from `logical`, which it keeps current). `facts` may be
 * NULL when nothing is known. Errors: translate.namespace, translate.unknown-type,
 * translate.ambiguous. */
int dn_schema_address(const dn_schema_target *target, const dunlin_operation *const *operations,
                      size_t count, bool name_all, const dn_fact_map *facts, dn_fact_map *logical,
                      dn_operations *addressed, dn_error *error);
/* Where types have no names, nothing in the target says what a server with types of its own would: that
 * a type is there already, or another one. And no server says of portable text without IF [NOT] EXISTS
 * that a label is there already, or is not there: what is sent is the list as it is to be. Told of parsed
 * operations, before they are addressed, by the types there are: the target's facts where types have
 * names, else what the history made. What is different is an error where `kept` is NULL; else it gets
 * the sentence about it. Errors: plan.exists, translate.conflict, translate.missing. */
int dn_schema_check_types(const dn_schema_target *target, const dunlin_operation *const *operations,
                          size_t count, const dn_fact_map *types, dn_text *kept, dn_error *error);
/* Kind and path of the object whose facts decide the guard of an operation, for introspect: the
 * table of members. Both borrowed. */
dunlin_fact dn_schema_key(const dn_schema_target *target, const dunlin_operation *operation);
/* The same, of what a fact describes. */
dunlin_fact dn_schema_key_of(const dn_schema_target *target, const dunlin_fact *fact);

/* --- guards ----------------------------------------------------------------------------------- */
typedef enum dn_guard {
    DN_GUARD_RUN = 0,
    DN_GUARD_SKIP,     /* already so */
    DN_GUARD_KEEP,     /* there is something else, and it is to stay */
    DN_GUARD_CONFLICT, /* there is something else */
    DN_GUARD_CANNOT    /* what it belongs to is missing */
} dn_guard;

typedef struct dn_wanted {
    const dunlin_fact *const *facts; /* what the operation makes, as the server would print it */
    size_t count;
} dn_wanted;

typedef struct dn_guard_options {
    bool assume_guarded; /* decide as if IF [NOT] EXISTS stood on it */
    bool keep_different; /* what exists and is different counts as present */
    bool foreign;        /* written in another dialect: kinds of `auto` are alike */
} dn_guard_options;

/* Does IF [NOT] EXISTS stand on it, or on its table? */
bool dn_operation_is_guarded(const dunlin_operation *operation);
/* Answers the guard of one addressed operation from the facts. `why` gets one sentence for SKIP,
 * CONFLICT and CANNOT; a CONFLICT says both definitions. */
dn_guard dn_schema_resolve(const dn_fact_map *facts, const dunlin_operation *operation,
                           const dn_wanted *wanted, const dn_guard_options *options, dn_text *why);

/* judge.c: the same of a statement's operations, one after the other. What stands in a table or column
 * that is passed over, or under a guard, is decided as if the guard stood on it. */
typedef struct dn_judging {
    const dunlin_operation *table; /* the last CREATE TABLE, whose members may follow */
    bool table_passed;
    const dunlin_operation *column; /* the last new column, whose clauses may follow */
    bool column_passed;
} dn_judging;
typedef struct dn_judging_options {
    dn_guard_options guards;  /* assume_guarded is found out here */
    dunlin_string loose_type; /* of the database */
    bool again;   /* every operation is decided as if it had a guard, and what is lacking is made */
    bool insists; /* what is so already is carried out nevertheless */
} dn_judging_options;
/* Does it stand in that CREATE TABLE? */
bool dn_judging_is_member(const dn_judging *work, const dunlin_operation *operation);
/* ... in a table or column that is passed over? */
bool dn_judging_is_passed(const dn_judging *work, const dunlin_operation *operation);
/* Is it under the guard of what it stands in? */
bool dn_judging_guards(const dn_judging *work, const dunlin_operation *operation);
dn_guard dn_judging_answer(const dn_judging *work, const dn_fact_map *facts,
                           const dunlin_operation *operation, const dn_wanted *wanted,
                           const dn_judging_options *options, dn_text *why);
/* To be told of each, once it is decided. */
void dn_judging_note(dn_judging *work, const dunlin_operation *operation, dn_guard guard);

/* --- several statements as one ------------------------------------------------------------------ */
/* May changes of the members of one table be made at once with others that stand before them, and
 * mean the same? Then neither rows nor what may be in them come out otherwise, and what fails alone
 * fails here. Operations as they were parsed (namespace, table, member); `facts` as they are before
 * the first of them. */
bool dn_schema_go_together(const dn_schema_target *target, const dn_fact_map *facts,
                           const dunlin_operation *const *before, size_t before_count,
                           const dunlin_operation *const *after, size_t after_count);

/* Is what the server says of a failure, "... failed: t.c", about what this operation changes? */
bool dn_operation_is_blamed(const dunlin_operation *operation, dunlin_string message);

/* The labels of an enum after an ALTER, as a list of properties in the arena of `list`. */
int dn_schema_new_values(const dunlin_fact *type, const dunlin_operation *operation,
                         dn_properties *list, dn_error *error);

/* Does the operation change a column's type to the loose one of the database, which it has already? Where it lists
 * the values, a check tells. */
bool dn_schema_is_loose(const dn_fact_map *facts, const dunlin_operation *operation,
                        dunlin_string loose_type);

/* --- folding ---------------------------------------------------------------------------------- */
/* The facts after an operation took effect. `wanted` as above (CREATE and ALTER). */
int dn_schema_fold(dn_fact_map *facts, const dunlin_operation *operation, const dn_wanted *wanted,
                   dn_error *error);
/* And after that: a default that stays behind a change of type is one of the new type, as the database prints
 * it, and "unsure" until it is looked at. */
int dn_schema_doubt_default(dn_fact_map *facts, const dunlin_operation *operation, dn_arena *arena,
                            dn_error *error);
/* And after that, where nothing can be looked at: "unsure" says "columns" of a table made from a query. */
int dn_schema_doubt_columns(dn_fact_map *facts, const dunlin_operation *operation, dn_arena *arena,
                            dn_error *error);
/* Such a table that the operation is about, or NULL. */
const dunlin_fact *dn_schema_table_in_doubt(const dn_fact_map *facts,
                                            const dunlin_operation *operation);
/* And after that, for all operations that were rendered together: what the driver told of their outcome
 * (dn_steps). Of objects that are not there it is left. */
int dn_schema_fold_told(dn_fact_map *facts, const dunlin_fact *const *told, size_t count,
                        dn_arena *arena, dn_error *error);
/* And after that: a new name is written into views, and how, only the database tells; they are marked
 * "rewritten". 1: there are any. */
int dn_schema_doubt_views(dn_fact_map *facts, const dunlin_operation *operation, dn_arena *arena,
                          dn_error *error);
/* And after that, in portable SQL: columns of a new primary key are never null, and stay so without
 * it. */
int dn_schema_fold_key(dn_fact_map *facts, const dunlin_operation *operation, dn_error *error);

/* --- checks that stand for a type --------------------------------------------------------------- */
typedef enum dn_type_check { DN_CHECK_PROPER = 0, DN_CHECK_VALUES, DN_CHECK_JSON } dn_type_check;
/* Where types have no names: what a check that no statement gave a name to says of the values of a
 * column, and nothing else. The arena is for a moment. */
dn_type_check dn_schema_type_check(const dunlin_fact *check, dunlin_string column, dn_arena *arena);

/* --- names.c --- */
/* public.t, "Odd"."na""me", as introspection prints what a table or a type belongs to; the count of names. */
uint64_t dn_schema_printed_path(dn_arena *arena, dunlin_string text, dunlin_string path[2]);

#endif
