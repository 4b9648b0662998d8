/* SPDX-License-Identifier: MIT
 *
 * Operations -> MySQL's SQL. A statement is made of one or more operations; what several of them
 * change in one table is one ALTER TABLE where that means the same.
 */
#ifndef DN_MYSQL_RENDER_H
#define DN_MYSQL_RENDER_H

#include "drivers/mysql/my_driver.h"
#include "drivers/mysql/my_property.h"
#include "drivers/mysql/my_type.h"

enum { DN_MYSQL_NAMES = 64 };

/* An operation that stands in the statement of another one already. */
typedef struct dn_mysql_told {
    const dunlin_operation *operation;
    struct dn_mysql_told *next;
} dn_mysql_told;

/* A column that does not number itself until a new key begins with it. */
typedef struct dn_mysql_paused {
    dunlin_string table;
    dunlin_string column;
    struct dn_mysql_paused *next;
} dn_mysql_paused;

/* Places of operations, those of a table together. */
typedef struct dn_mysql_past {
    uint64_t buckets; /* a power of two */
    uint64_t *ends;   /* of each bucket, in .. */
    uint64_t *places; /* .. these, which ascend in each */
} dn_mysql_past;

typedef struct dn_mysql_rendering {
    const dunlin_call *call;
    const dunlin_profile *profile;
    dn_mysql_server server;
    bool script;
    bool runs; /* it is sent, or tried for that */
    const dunlin_operation *const *operations;
    uint64_t count;
    uint64_t at; /* the operation at work */
    dn_kit_pool pool;
    dn_kit_text sql;  /* the statement at work */
    dn_kit_text open; /* of a script: what it is to find out of that statement's indexes */
    size_t open_count;
    /* ALTER TABLE at work: its table, its first operation, and the names it has spoken of. */
    dunlin_string table;
    uint64_t first;
    size_t clauses;
    dunlin_string names[DN_MYSQL_NAMES];
    size_t name_count;
    const char *guard; /* of its clause, in a script */
    bool joins;        /* in a script: the next clause belongs to it, under the same guard */
    bool in_table;     /* what is said stands in CREATE TABLE */
    dn_mysql_told *told;
    dn_mysql_paused *paused;
    bool as_is; /* expressions are native already */
    bool keeps; /* the session was told to keep the history of versioned tables */
    bool quiet; /* earlier operations are gone through again: no notes */
    dn_mysql_past past;
} dn_mysql_rendering;

/* Places of the operations that may concern a table, ascending; NULL: no memory. */
const uint64_t *dn_mysql_past_of(dn_mysql_rendering *work, dunlin_string table, uint64_t *count);
void dn_mysql_past_free(dn_mysql_rendering *work);

/* --- saying what cannot be, or not quite -------------------------------------------------------------- */
/* A note that this operation cannot be done here, and the call's failure. `way` is what to do
 * instead, or NULL for the usual two ways out. */
int32_t dn_mysql_refuse(dn_mysql_rendering *work, const char *way, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The operation is done, and this of it is lost. */
int32_t dn_mysql_lossy(dn_mysql_rendering *work, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Of a key: that it cannot be checked later, or for new rows alone. */
int32_t dn_mysql_note_deferral(dn_mysql_rendering *work, dn_kit_set set);
int32_t dn_mysql_inform(dn_mysql_rendering *work, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* How much of a column of an index the script finds out: nothing is known of the column. */
int32_t dn_mysql_add_open_prefix(dn_mysql_rendering *work, dunlin_string table,
                                 dunlin_string column);

/* --- statements ------------------------------------------------------------------------------------------ */
/* Pushes the statement at work for operations first .. first + count - 1. In a script, `guard` is a
 * condition under which it is sent, or NULL; it takes the pool's memory. */
int32_t dn_mysql_push_step(dn_mysql_rendering *work, uint64_t first, uint64_t count,
                           const char *guard);
/* In a script: the statement at work as it is, then what a variable holds is prepared and executed. */
int32_t dn_mysql_push_prepared(dn_mysql_rendering *work, const char *variable);
/* Before a column is added (my_render_empty.c): has the table rows, which have no value for it? */
int32_t dn_mysql_check_empty(dn_mysql_rendering *work, const dunlin_operation *operation,
                             dn_kit_set column);
/* Pushes it between statements that set the mode of the session, and set it back, for the operation that was
 * rendered last. */
int32_t dn_mysql_push_in_mode(dn_mysql_rendering *work, const char *mode);
/* The condition under which an operation is to run, in the pool; NULL: always. */
const char *dn_mysql_guard(dn_mysql_rendering *work, const dunlin_operation *operation);
/* --- of what may be done already (my_render_repeat.c) ------------------------------------------------- */
/* May the operation at work find done what it does? */
bool dn_mysql_repeats(const dn_mysql_rendering *work);
/* Whether its clause may share the statement at work with those that are in it. */
bool dn_mysql_goes_along(dn_mysql_rendering *work);
/* Conditions under which it is still to be done, in the pool; NULL: a name tells, or it does not matter. */
const char *dn_mysql_repeat_guard(dn_mysql_rendering *work, const dunlin_operation *operation);
/* The index by the name of a foreign key is the one that the server would make for it; NULL: not asked. */
const char *dn_mysql_guard_of_stand_in(dn_mysql_rendering *work, const dunlin_operation *made);
/* my_render_alter.c */
int32_t dn_mysql_add_index_anew(dn_mysql_rendering *work, const dunlin_operation *index);
bool dn_mysql_takes_stand_in(dn_mysql_rendering *work, const dunlin_operation *made);
int32_t dn_mysql_begin_in_place(dn_mysql_rendering *work, const dunlin_operation *made,
                                bool *in_place);
const char *dn_mysql_versioning_guard(dn_mysql_rendering *work, dunlin_string table, bool ends);
const char *dn_mysql_engine_guard(dn_mysql_rendering *work, dunlin_string table,
                                  dunlin_string engine);
const char *dn_mysql_partition_guard(dn_mysql_rendering *work, dunlin_string table);
void dn_mysql_wrap_guarded(dn_kit_text *sql, const char *guard);

/* Ends the ALTER TABLE at work, if there is one. */
int32_t dn_mysql_end_alter(dn_mysql_rendering *work);
/* Begins a statement that alters a table so that a versioned one takes it. */
int32_t dn_mysql_keep_history(dn_mysql_rendering *work, dunlin_string table);
/* Begins a clause of ALTER TABLE for the operation at work; ends the one before where they do not
 * go together: `names` are what the clause speaks of, `makes` of them are new. */
int32_t dn_mysql_begin_clause(dn_mysql_rendering *work, dunlin_string table,
                              const dunlin_string *names, size_t count);
/* Members of the operation at work. */
dn_kit_set dn_mysql_set(const dunlin_operation *operation);
bool dn_mysql_unsets(const dunlin_operation *operation, const char *name);
bool dn_mysql_is_op(const dunlin_operation *operation, int32_t verb, const char *kind);

/* --- parts of statements ----------------------------------------------------------------------------------- */
void dn_mysql_add_name(dn_mysql_rendering *work, dunlin_string name);
/* (`a`, `b`) of a list of names. */
void dn_mysql_add_columns(dn_mysql_rendering *work, dn_kit_set list);
void dn_mysql_add_string(dn_mysql_rendering *work, dunlin_string text);
/* Portable text in the words of this server. */
int32_t dn_mysql_native(dn_mysql_rendering *work, int32_t what, dunlin_string text,
                        dunlin_string *native);
/* The same of an expression, written between parentheses. */
int32_t dn_mysql_add_expression(dn_mysql_rendering *work, dunlin_string text);

/* A column as it is before operation `before`, in members; expressions and types are native. NULL
 * list->items: nothing is known of it. */
int32_t dn_mysql_column_now(dn_mysql_rendering *work, dunlin_string table, dunlin_string column,
                            uint64_t before, dn_mysql_list *list);
/* Operations at work->at to end - 1 change one column, which is `now` behind them: where its type changes, a
 * default that stays becomes one of the new type, and the core is told of it. */
int32_t dn_mysql_convert_default(dn_mysql_rendering *work, uint64_t end, dn_mysql_list *now);
/* Members of an operation that makes or changes a column, native. */
int32_t dn_mysql_native_column(dn_mysql_rendering *work, dunlin_string column, dn_kit_set members,
                               dn_mysql_list *list);
/* `name` type ... of native members. */
int32_t dn_mysql_add_column(dn_mysql_rendering *work, dunlin_string table, dunlin_string name,
                            dn_kit_set column);
/* FIRST, or AFTER another one. */
void dn_mysql_add_place(dn_mysql_rendering *work, dn_kit_set set);
/* The type of a column before operation `before`, or "". */
int32_t dn_mysql_column_type(dn_mysql_rendering *work, dunlin_string table, dunlin_string column,
                             uint64_t before, dunlin_string *type);
/* The default as a column's clause has it: a literal or (an expression). */
dunlin_string dn_mysql_default_text(dn_kit_pool *pool, const dn_mysql_server *server,
                                    dunlin_string native, dunlin_string type);

/* A key or check as it stands in CREATE TABLE and behind ADD. *left_out: this server has none. */
int32_t dn_mysql_add_constraint(dn_mysql_rendering *work, const dunlin_operation *operation,
                                bool *left_out);
/* Refuses what a key cannot hold whole. */
int32_t dn_mysql_check_key_columns(dn_mysql_rendering *work, const dunlin_operation *operation,
                                   dn_kit_set columns);
/* What stands behind the columns of a key or an index. */
void dn_mysql_add_key_options(dn_mysql_rendering *work, dn_kit_set set);
/* (`a`, `b` DESC, `c`(5)) of an index, with notes for what cannot be. */
int32_t dn_mysql_add_index_keys(dn_mysql_rendering *work, const dunlin_operation *operation);
/* KEY `name` (...) of an index, as it stands in CREATE TABLE and behind ADD. */
int32_t dn_mysql_add_index(dn_mysql_rendering *work, const dunlin_operation *operation);
int32_t dn_mysql_render_grant(dn_mysql_rendering *work);
int32_t dn_mysql_render_create_table(dn_mysql_rendering *work);
/* ENGINE = ... of a table's members; `made` for a new one. */
int32_t dn_mysql_add_table_options(dn_mysql_rendering *work, dn_kit_set table, bool made);
int32_t dn_mysql_render_index(dn_mysql_rendering *work);
/* Clauses of ALTER TABLE: *done is false where the operation is none. */
int32_t dn_mysql_render_alter(dn_mysql_rendering *work, bool *done);
int32_t dn_mysql_render_column_change(dn_mysql_rendering *work);
/* Before a type changes, by operations up to `end`: what the server would make of the values where
 * PostgreSQL makes something else, or fails. `type`: what the column becomes. */
int32_t dn_mysql_convert_values(dn_mysql_rendering *work, const dunlin_operation *operation,
                                uint64_t end, dunlin_string type);
bool dn_mysql_begins_with_any(dunlin_string type, const char *const *words);
/* Of native types. */
bool dn_mysql_is_number(dunlin_string type);
/* [MDB] WITH SYSTEM VERSIONING comes or goes. */
int32_t dn_mysql_change_versioning(dn_mysql_rendering *work, const dunlin_operation *operation,
                                   bool ends);
/* Refuses a column for the times of rows that comes or goes without it. */
int32_t dn_mysql_check_row_time(dn_mysql_rendering *work, const dunlin_operation *operation);
int32_t dn_mysql_render_table_change(dn_mysql_rendering *work);
int32_t dn_mysql_render_drop_column(dn_mysql_rendering *work);
/* Refuses what would leave a view broken: the object, or a column of it. */
int32_t dn_mysql_check_views(dn_mysql_rendering *work, dunlin_string object, dunlin_string column);
/* Views of an object, or of a column of it, that gets another name (my_render_follow.c): tells which of them say the
 * old one from then on; makes those again that can be, behind the rename, which was the last operation. */
int32_t dn_mysql_note_views(dn_mysql_rendering *work);
int32_t dn_mysql_follow_views(dn_mysql_rendering *work);
/* Everything else. */
int32_t dn_mysql_render_object(dn_mysql_rendering *work);

/* --- columns that number themselves (my_render_counter.c) ------------------------------------------- */
/* Refuses the one at work when nothing gives it the key that the server wants: operations first .. end -
 * 1 are those of its statement. */
int32_t dn_mysql_check_counter(dn_mysql_rendering *work, uint64_t first, uint64_t end);
/* Before a key goes: "MODIFY COLUMN ..., " where a column numbers itself and nothing else begins with it. */
int32_t dn_mysql_pause_counter(dn_mysql_rendering *work, dunlin_string table, dunlin_string column);
/* Before the clause by which a column begins to number itself. */
int32_t dn_mysql_begin_counter(dn_mysql_rendering *work, dunlin_string table, dunlin_string column);
bool dn_mysql_is_paused(const dn_mysql_rendering *work, dunlin_string table, dunlin_string column);
/* Behind the operation: lets it number itself again where there is a key now. */
int32_t dn_mysql_resume_counter(dn_mysql_rendering *work, const dunlin_operation *operation);
/* ", KEY ..." where a column of the statement has no key but an index that comes later. */
int32_t dn_mysql_add_counter_key(dn_mysql_rendering *work, uint64_t first, uint64_t end);
/* The same for one column, whatever keys there are. */
int32_t dn_mysql_add_index_of_counter(dn_mysql_rendering *work, const dunlin_operation *column);
int32_t dn_mysql_tell(dn_mysql_rendering *work, const dunlin_operation *operation);
bool dn_mysql_is_told(const dn_mysql_rendering *work, const dunlin_operation *operation);

/* --- current facts ---------------------------------------------------------------------------------------------- */
const dunlin_fact *dn_mysql_find(dn_mysql_rendering *work, const char *kind, dunlin_string table,
                                 dunlin_string name);
dn_kit_set dn_mysql_fact_members(const dunlin_fact *fact);

#endif
