/* SPDX-License-Identifier: MIT
 *
 * Private to render(): the tables that a list of operations changes, as they were found and as
 * they are by now.
 *
 *   sqlite_render.c   goes through the list
 *   sqlite_state.c    tables: how they are found, and what an operation makes of them
 *   sqlite_alter.c    the changes of one table: statements of their own, or a rebuild
 *   sqlite_rebuild.c  the rebuild
 *   sqlite_objects.c  tables as a whole, triggers
 *   sqlite_views.c    views; sqlite_view_rename.c: under another name
 *   sqlite_script.c   guards for the sqlite3 shell
 */
#ifndef DN_SQLITE_RENDER_H
#define DN_SQLITE_RENDER_H

#include "drivers/sqlite/sqlite_local.h"
#include "drivers/sqlite/sqlite_write.h"

typedef struct dn_sqlite_state {
    dunlin_string name;
    dn_sqlite_table table; /* as it is by now */
    bool is_new;           /* CREATE TABLE is still to be written */
    bool is_conditional;   /* with IF NOT EXISTS */
    bool dropped;
    uint64_t *queue; /* operations that wait to be written */
    size_t queued;
    size_t initial; /* of these the CREATE TABLE with its members */
    size_t capacity;
} dn_sqlite_state;

/* What was called otherwise in this list: facts that are read later still have the old names. */
typedef struct dn_sqlite_renaming {
    dunlin_string table;  /* its name at that time */
    dunlin_string column; /* empty: the table itself */
    dunlin_string to;
} dn_sqlite_renaming;

typedef struct dn_sqlite_view {
    dunlin_string name;
    dn_kit_properties set;
    bool gone;
    bool taken; /* while views are gathered */
} dn_sqlite_view;

typedef struct dn_sqlite_step {
    int32_t role;
    dunlin_string sql;
    uint64_t first;
    uint64_t count;
    dunlin_string expected;
} dn_sqlite_step;

typedef struct dn_sqlite_rendering {
    const dunlin_call *call;
    const dunlin_profile *profile;
    int32_t mode;
    const dunlin_operation *const *operations;
    uint64_t count;
    uint64_t at; /* the operation at work */
    dn_kit_pool pool;
    dn_sqlite_local local;
    dn_kit_text sql;
    dn_sqlite_state *states;
    size_t state_count;
    size_t state_capacity;
    dn_sqlite_renaming *renamings;
    size_t renaming_count;
    size_t renaming_capacity;
    dn_sqlite_view *views; /* as they are by now, once they were looked for */
    size_t view_count;
    size_t view_capacity;
    bool views_known;
    dn_sqlite_step *steps;
    size_t step_count;
    size_t step_capacity;
    bool rebuilds; /* foreign keys have to be off meanwhile */
} dn_sqlite_rendering;

/* Does the connection want them? Without a profile, it does. */
bool dn_sqlite_has_foreign_keys(const dunlin_profile *profile);

/* --- steps ------------------------------------------------------------------------------------- */
/* The text in work->sql, which is empty afterwards. */
int32_t dn_sqlite_step_add(dn_sqlite_rendering *work, int32_t role, uint64_t first, uint64_t count,
                           const char *expected);
int32_t dn_sqlite_step_text(dn_sqlite_rendering *work, int32_t role, uint64_t first, uint64_t count,
                            const char *sql);
int32_t dn_sqlite_step_statement(
    dn_sqlite_rendering *work); /* work->sql for the operation at work */
/* The same, in a script only when the table has the column, or has it not. */
int32_t dn_sqlite_guarded(dn_sqlite_rendering *work, dunlin_string table, dunlin_string column,
                          bool when_there);
/* The same when there is such a table. */
int32_t dn_sqlite_guarded_table(dn_sqlite_rendering *work, dunlin_string table, bool when_there);
/* Lines for the shell that carry out a statement where the condition holds. */
void dn_sqlite_write_guard(dn_kit_text *text, dunlin_string condition, dunlin_string statement);
/* The same under a condition of one's own; scripts only. */
int32_t dn_sqlite_guard(dn_sqlite_rendering *work, dunlin_string condition, uint64_t first,
                        uint64_t count);
/* A script ends where the table, view or column that is commented on is missing; scripts only. */
int32_t dn_sqlite_stop_unless_there(dn_sqlite_rendering *work, const dunlin_operation *operation);
/* The steps from `first_step` on become one, which runs only where the table has the columns that
 * it had before and is not what it is to become. */
int32_t dn_sqlite_guard_rebuild(dn_sqlite_rendering *work, size_t first_step,
                                const dn_sqlite_table *before, const dn_sqlite_table *after);
/* "IF EXISTS " in a script or where the operation says so, else nothing. */
const char *dn_sqlite_if_exists(const dn_sqlite_rendering *work, const dunlin_operation *operation);
const char *dn_sqlite_if_not_exists(const dn_sqlite_rendering *work,
                                    const dunlin_operation *operation);

/* --- tables ------------------------------------------------------------------------------------- */
/* The table under its name by now, read from the facts when it is new to us. NULL: no memory. */
dn_sqlite_state *dn_sqlite_state_of(dn_sqlite_rendering *work, dunlin_string name);
dn_sqlite_state *dn_sqlite_state_add(dn_sqlite_rendering *work, dunlin_string name);
int32_t dn_sqlite_state_queue(dn_sqlite_rendering *work, dn_sqlite_state *state);
/* Takes one operation on a member over into the table. */
int32_t dn_sqlite_apply(dn_sqlite_rendering *work, dn_sqlite_table *table,
                        const dunlin_operation *operation);
/* What was dropped is written: a later change must not drop it again. */
void dn_sqlite_forget_gone(dn_sqlite_table *table);
/* A column or (column empty) the table is called otherwise, here and in what refers to it. */
void dn_sqlite_apply_renaming(dn_sqlite_rendering *work, const dn_sqlite_renaming *renaming);
bool dn_sqlite_is_member_kind(dunlin_string kind);
bool dn_sqlite_changes_comment_only(const dunlin_operation *operation);
/* Column that an operation on a column is about. */
dunlin_string dn_sqlite_member_name(const dunlin_operation *operation);

/* --- writing ------------------------------------------------------------------------------------- */
int32_t dn_sqlite_flush(dn_sqlite_rendering *work, dn_sqlite_state *state);
int32_t dn_sqlite_flush_all(dn_sqlite_rendering *work);
int32_t dn_sqlite_rename_column(dn_sqlite_rendering *work, dn_sqlite_state *state,
                                const dunlin_operation *operation);
int32_t dn_sqlite_render_object(dn_sqlite_rendering *work, const dunlin_operation *operation);
/* Views that use this table or view, also by way of others, in an order to make them. */
int32_t dn_sqlite_views_over(dn_sqlite_rendering *work, dunlin_string name, dunlin_string **names,
                             size_t *count);

/* Of DROP COLUMN .. CASCADE: views that use the column go before. Refuses where that cannot be told. */
/* Those that use what is about to go: with CASCADE they go first, else they are a reason not to. */
int32_t dn_sqlite_drop_views_over(dn_sqlite_rendering *work, const dunlin_operation *operation);
/* SQLite has written the new name into views: what they read is told, so that they go with CASCADE, and mostly
 * what they say. */
int32_t dn_sqlite_tell_new_source(dn_sqlite_rendering *work, const dn_sqlite_renaming *renaming);
int32_t dn_sqlite_render_view(dn_sqlite_rendering *work, const dunlin_operation *operation);
/* ALTER TABLE .. RENAME TO */
int32_t dn_sqlite_rename_table_to(dn_sqlite_rendering *work, dunlin_string from, dunlin_string to,
                                  bool may_be_missing);
/* The last name of its path, and of its new one. */
dunlin_string dn_sqlite_object_name(const dunlin_operation *operation);
dunlin_string dn_sqlite_object_new_name(const dunlin_operation *operation);
bool dn_sqlite_cascades(const dunlin_operation *operation);
/* DROP `what` "name" */
int32_t dn_sqlite_drop(dn_sqlite_rendering *work, const char *what, dunlin_string name,
                       bool if_exists);
int32_t dn_sqlite_drop_views_of(dn_sqlite_rendering *work, const dunlin_operation *operation);

static inline dn_kit_set
dn_sqlite_set_of(const dunlin_operation *operation)
{
    return (dn_kit_set){operation->set, operation->set_count};
}

#endif
