/* SPDX-License-Identifier: MIT
 *
 * Shared by the files that make a diff.
 *
 *   diff.c         what is to be done with each difference
 *   diff_close.c   what else has to be made anew because of it
 *   diff_default.c defaults that give way to a routine, and come back
 *   diff_grant.c   the same of grants
 *   diff_heir.c    tables that come to inherit from others, or no more
 *   diff_inherit.c what tables and parents rule
 *   diff_leave.c   tables that go
 *   diff_order.c   the phases
 *   diff_routine.c what routines have to do with tables and views
 *   diff_rows.c    rows of views as values, and what partition keys are computed with
 *   diff_sort.c    dependencies within a phase
 *   diff_partition.c partitions that leave, come, or get another bound
 *   diff_emit.c    operations
 *   diff_risk.c    what they may destroy
 *   diff_enum.c    values of enums
 *   diff_rename.c  hints, and candidates
 *   diff_renew.c   types that are made anew beside the old ones
 *   diff_replace.c what can be replaced
 *   widening.c     types that hold more
 */
#ifndef DN_SCHEMA_DIFF_INTERNAL_H
#define DN_SCHEMA_DIFF_INTERNAL_H

#include "core/schema/diff.h"
#include "core/schema/schema_internal.h"

enum {
    DN_MOVE_DROP = 1 << 0,
    DN_MOVE_CREATE = 1 << 1,
    DN_MOVE_ALTER = 1 << 2,
    DN_MOVE_RENAME = 1 << 3, /* of the same thing: it is spelled otherwise */
    /* It goes or comes with what it lies in, and needs no operation of its own. */
    DN_MOVE_SILENT_DROP = 1 << 4,
    DN_MOVE_DONE = 1 << 5,    /* its creation was emitted */
    DN_MOVE_REPLACE = 1 << 6, /* with CREATE: it takes the place of what is there */
    DN_MOVE_LATER = 1 << 7,   /* it was made without its default, which comes behind all routines */
    DN_MOVE_WANTED = 1 << 8   /* what it needs is being made */
};

/* A type or collation that is made anew while columns are of it. */
typedef struct dn_renewed {
    const dunlin_fact *before;
    const dunlin_fact *aside; /* the same under the name that it gets */
    bool alters;              /* before that, attributes come or go: it becomes `between` */
    const dunlin_fact *between;
    dn_risk risk;             /* to values that go from the old one to the new one */
    dunlin_string multirange; /* of a range: the name of the type that comes with it, or empty */
} dn_renewed;

typedef struct dn_move {
    const dunlin_fact *before;
    const dunlin_fact *after;
    unsigned what; /* DN_MOVE_* */
    bool holds;    /* a foreign key of a table that goes, which rests on a key that goes as well */
    bool retyped;  /* a column of another type, or that goes: what uses it is in the way */
    const dunlin_fact *comes;  /* a table with what it comes to; NULL: nothing */
    const dn_renewed *renewed; /* NULL: none that is */
    /* Members that call a routine, or use a type, which is made anew: they go first; NULL: none. */
    const char *strip;
} dn_move;

typedef struct dn_chosen {
    const dunlin_fact **facts;
    size_t count;
    size_t capacity;
} dn_chosen;

typedef struct dn_diffing {
    const dn_fact_map *before;
    const dn_fact_map *after;
    uint64_t naming;
    dn_arena *arena;
    dn_error *error;
    dn_move *moves; /* in the order of dn_fact_order */
    size_t count;
    size_t capacity;
    dn_diff *diff;
    size_t risk_capacity;
    size_t candidate_capacity;
    bool for_all;
    const dunlin_fact **late; /* routines that take rows of new tables, though tables call them */
    size_t late_count;
    const dn_renewed **renewed;
    size_t renewed_count;
    size_t renewed_capacity;
    size_t aside_count;     /* names that were tried for old ones */
    dn_fact_map *new_names; /* while ordering: names that are taken by something new */
    /* While ordering: columns from before with rows of views; a view that goes, and what has its rows before it. */
    dn_chosen *row_columns;
    const dunlin_fact *leaving;
} dn_diffing;

/* --- diff.c --- */
static inline const dunlin_fact *
dn_move_key(const dn_move *move)
{
    return move->after ? move->after : move->before;
}
bool dn_fact_is_relation(const dunlin_fact *fact); /* table, view, matview */
bool dn_fact_is_member(const dunlin_fact *fact);   /* whatever lies in one */
/* Members without those that are informational or of a past state. */
void dn_diff_members(dn_properties *list, const dunlin_fact *fact);
/* The place of a trigger among those of its table that fire at the same time; 1: the first, or there are none. */
int64_t dn_diff_rank(const dunlin_fact *trigger);
/* Both have it and it reads the same, or neither has it. */
bool dn_diff_same_text(const dunlin_fact *left, const dunlin_fact *right, const char *member);
/* Does an expression anywhere in the members mention it? */
bool dn_fact_mentions(const dunlin_fact *fact, dunlin_string name);
/* Does a text that the server printed name a relation, a type or a collation? Where there are namespaces, that of it
 * stands before its name, and before nothing that comes with the server. */
bool dn_diff_says(uint64_t naming, dunlin_string text, dunlin_string name);

/* That of a fact from before, which may do nothing yet; NULL: no memory. */
dn_move *dn_diff_move_for(dn_diffing *work, const dunlin_fact *before);
/* Says the type of a column anew, with the move that it has; NULL: it gets one. */
int dn_diff_retype(dn_diffing *work, dn_move *move, const dunlin_fact *before,
                   const dunlin_fact *after);

/* --- diff_heir.c --- */
/* What stays in a table of a parent that it leaves was always its own. */
int dn_diff_keep_inherited(dn_diffing *work);
int dn_diff_leave_parents(dn_diffing *work);
int dn_diff_come_to_parents(dn_diffing *work);
/* The member, as one of that name that another table has. */
int dn_diff_as_member_of(dn_diffing *work, const dunlin_fact *table, const dunlin_fact *member,
                         dunlin_fact *own);

/* --- diff_partition.c --- */
/* What a partition has of the table that it comes to it has before. */
int dn_diff_bring_inherited(dn_diffing *work);
int dn_diff_leave_partitioned(dn_diffing *work);
int dn_diff_change_bounds(dn_diffing *work);
bool dn_diff_waits_for_parent(dn_diffing *work, const dunlin_fact *table);
/* ... and does this, which lies in such a table? */
bool dn_diff_is_waiting(dn_diffing *work, const dunlin_fact *member);

/* --- diff_inherit.c --- */
int dn_diff_inherit(dn_diffing *work);

/* --- diff_enum.c --- */
/* As many as before, each in its place, or with a name that is new. */
bool dn_diff_values_look_renamed(const dunlin_fact *before, const dunlin_fact *after);
/* Are the old ones, in order, among the new ones, which can then be added? */
bool dn_diff_values_grow(const dunlin_fact *before, const dunlin_fact *after);
bool dn_diff_loses_value(const dunlin_fact *before, const dunlin_fact *after);

/* --- diff_renew.c --- */
/* Finds types that are made anew, and what is of them. */
int dn_diff_renew_types(dn_diffing *work);
/* The first of them that a column, a domain or another type is of; NULL: none. */
const dn_renewed *dn_diff_rests_on_renewed(const dn_diffing *work, const dunlin_fact *fact);

/* --- diff_close.c --- */
int dn_diff_close(dn_diffing *work);

/* --- diff_default.c --- */
/* Finds what calls these routines, or uses these types (facts with names alone), and stays. */
int dn_diff_find_callers(dn_diffing *work, const dn_fact_map *routines, const dn_fact_map *types);
int dn_diff_take_off_callers(dn_diffing *work);
/* Makes or changes a column whose default calls what comes behind its table without that. */
int dn_diff_put_off_default(dn_diffing *work, dn_move *column);

/* --- diff_grant.c --- */
int dn_diff_close_grants(dn_diffing *work);

/* --- diff_order.c --- */
/* Facts of these kinds that a move of one of `what` is about, with what they need first. */
int dn_diff_choose(dn_diffing *work, const char *kinds, unsigned what, bool before,
                   dn_chosen *list);
dn_move *dn_diff_move_of(dn_diffing *work, const dunlin_fact *fact); /* there is one */
int dn_diff_come(dn_diffing *work, dn_move *move);
/* The table of the moves at `at`, with its members. */
int dn_diff_come_table(dn_diffing *work, size_t at, bool new);

/* --- diff_leave.c --- */
/* Is what is made called the same as this, an "object" or a "key"? */
int dn_diff_note_new_names(dn_diffing *work);
bool dn_diff_is_new_name(const dn_diffing *work, const char *kind, const dunlin_fact *fact);
/* Drops those that are wanted, and whatever has to go before them. */
int dn_diff_drop_tables(dn_diffing *work,
                        bool (*wanted)(dn_diffing *work, const dunlin_fact *table));

/* --- diff_sort.c --- */
/* Puts facts behind those that they need: views, functions, tables, domains. */
int dn_diff_sort(const dn_diffing *work, const dunlin_fact **facts, size_t count);
/* The table whose partition or (first) heir a table is; 0: of none. */
uint64_t dn_diff_parent(dn_arena *arena, const dunlin_fact *table, dunlin_string path[2]);
/* "column/public/t/c", "view/v" or "t" of a view's `depends`: kind (empty: unknown) and path. */
int dn_diff_depend(dn_arena *arena, dunlin_string text, dunlin_fact *key);

/* --- widening.c --- */
/* Does every value of the one type fit into the other, and stay what it is? */
bool dn_type_widens(dunlin_string before, dunlin_string after);
/* Does the server take a part of a value without a word: digits it rounds, the time of a date? */
bool dn_type_cuts(dunlin_string before, dunlin_string after, bool for_all);
/* Does it read a value without a word that it then writes otherwise, as '007' for a number? */
bool dn_type_respells(dunlin_string before, dunlin_string after, bool for_all);

/* --- diff_emit.c --- */
int dn_diff_emit_drop(dn_diffing *work, const dunlin_fact *before);
/* `replaced`: what it takes the place of, or NULL. */
int dn_diff_emit_create(dn_diffing *work, const dunlin_fact *after, const dunlin_fact *replaced);
int dn_diff_emit_alter(dn_diffing *work, const dn_move *move);
int dn_diff_emit(dn_diffing *work, const dunlin_operation *operation);
int dn_diff_emit_rename(dn_diffing *work, const dunlin_fact *from, const dunlin_fact *to);

/* --- diff_replace.c --- */
bool dn_diff_replaces_view(const dunlin_fact *before, const dunlin_fact *after);
bool dn_diff_replaces_routine(const dunlin_fact *before, const dunlin_fact *after);

/* --- diff_routine.c --- */
/* What of its text the server resolves when the routine is made, and holds it to: its arguments, what it
 * returns, and a body that is no string. */
dunlin_string dn_diff_bound_text(const dunlin_fact *routine);
/* Does an expression mention one of these (facts with names alone)? Of a routine, what is bound. */
bool dn_diff_mentions_one(const dunlin_fact *fact, const dn_fact_map *names);
/* Does a routine take or give rows of this relation, or read it in what is bound; of one of these kinds that is
 * made? */
bool dn_diff_has_rows_of(const dn_diffing *work, const dunlin_fact *routine,
                         dunlin_string relation);
bool dn_diff_has_rows_among(const dn_diffing *work, const dunlin_fact *routine,
                            const dunlin_fact *const *facts, size_t count);
bool dn_diff_has_rows_that_go(const dn_diffing *work, const dunlin_fact *routine);
bool dn_diff_takes_rows(const dn_diffing *work, const dunlin_fact *routine, const char *kinds);
/* Does a check or an index of a table call a routine that has to come behind the table? */
bool dn_diff_calls_late(const dn_diffing *work, const dunlin_fact *member);
/* Is it held to a column that comes, goes or changes its type? */
bool dn_diff_reads_changed_column(const dn_diffing *work, const dunlin_fact *routine);
bool dn_diff_is_held_to_late(const dn_diffing *work, const dunlin_fact *routine);
bool dn_diff_is_remade(const dn_move *move, const char *kinds);
/* One of the same name comes: with arguments of other names, or as another kind of routine, it could not be
 * made beside it. */
bool dn_diff_name_comes_again(const dn_diffing *work, const dn_move *routine);

/* --- diff_order.c --- */
int dn_diff_order(dn_diffing *work);

/* --- diff_rows.c --- */
/* The relation whose rows a column may have; 0: none. */
uint64_t dn_diff_row_type(dn_arena *arena, const dunlin_fact *column, dunlin_string path[2]);
/* What a new column has rows of: a view that is new as well, with what that needs, or a table that stays and changes. */
int dn_diff_come_rows_of(dn_diffing *work, const dunlin_fact *column);
/* Columns that go, and have rows of a table that changes: its types could not. */
int dn_diff_drop_rows_of_changed(dn_diffing *work);
/* A table that is new, behind the views whose rows its columns have. */
int dn_diff_come_new_table(dn_diffing *work, dn_move *table);
/* Drops tables and columns that go and have rows of a view that goes. Errors: diff.held, where one stays. */
int dn_diff_release_rows(dn_diffing *work, const dunlin_fact *view);
/* Errors: diff.held, where what a partition key is computed with goes or is made anew. */
int dn_diff_check_partition_keys(dn_diffing *work);

/* --- diff_risk.c --- */
dn_risk dn_diff_risk(const dn_diffing *work, const dunlin_operation *operation);
#define DN_ATTRIBUTES_CONVERTED "values of attributes of the type are lost or converted"
/* Of values of one type that become values of another, as the server prints them. */
dn_risk dn_diff_risk_of_types(const dn_diffing *work, dunlin_string before, dunlin_string after);

/* --- diff_rename.c --- */
/* The facts behind the renames that were declared, and their operations. */
int dn_diff_apply_renames(dn_diffing *work, const dn_diff_options *options);
int dn_diff_find_candidates(dn_diffing *work);

#endif
