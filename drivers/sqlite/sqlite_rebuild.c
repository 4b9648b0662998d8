/* SPDX-License-Identifier: MIT
 *
 * The rebuild of a table, as the manual has it (sqlite.org/lang_altertable.html, "Making Other
 * Kinds Of Table Schema Changes"): a new table, the rows, DROP, RENAME. With foreign keys on, the
 * DROP would delete the rows of children; without legacy_alter_table, the RENAME stumbles over
 * views and triggers that use the table, which by then is gone.
 */
#include "drivers/sqlite/sqlite_rebuild.h"

#include <string.h>

typedef struct building {
    dn_sqlite_rendering *work;
    const dn_sqlite_state *state;
    const dn_sqlite_table *before;
    dunlin_string temporary;
    uint64_t first;
    uint64_t count;
} building;

static int32_t
add_step(building *build)
{
    return dn_sqlite_step_add(build->work, DUNLIN_STEP_STATEMENT, build->first, build->count, NULL);
}

static bool
is_column(const dn_sqlite_member *member)
{
    return !member->gone && member->kind == DN_SQLITE_KIND_COLUMN;
}

int32_t
dn_sqlite_check_columns(dn_sqlite_rendering *work, const dn_sqlite_state *state)
{
    for (size_t i = 0; i < state->table.count; i++)
        if (is_column(&state->table.members[i]))
            return DUNLIN_OK;
    return dn_sqlite_refuse(&work->local, "'%.*s': SQLite has no tables without columns",
                            (int)state->name.length, state->name.data);
}

static bool
increments(const dn_sqlite_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        if (is_column(&table->members[i]) &&
            dn_kit_same(dn_kit_set_text(dn_kit_set_of(&table->members[i].set), "auto"),
                        "increment"))
            return true;
    return false;
}

/* --- the rows ------------------------------------------------------------------------------------ */
/* A column that took the place of one of its name, which is gone with its values. */
static bool
is_made_anew(const building *build, dunlin_string column)
{
    for (size_t i = 0; i < build->state->queued; i++) {
        const dunlin_operation *operation = build->work->operations[build->state->queue[i]];

        if (operation->verb == DUNLIN_VERB_DROP &&
            dn_kit_same(operation->kind, DUNLIN_KIND_COLUMN) &&
            dn_sqlite_same_name(dn_sqlite_member_name(operation), column))
            return true;
    }
    return false;
}

/* The value that goes into a column of the new table; empty: its default. */
static int32_t
value_of(building *build, const dn_sqlite_member *column, dunlin_string *value)
{
    const dn_sqlite_member *old =
        dn_sqlite_member_find(build->before, DN_SQLITE_KIND_COLUMN, column->name);
    dn_kit_pool *pool = &build->work->pool;
    int32_t status;

    *value = dn_kit_string(NULL);
    if (dn_kit_set_find(dn_kit_set_of(&column->set), "generated") != NULL || old == NULL ||
        is_made_anew(build, column->name))
        return DUNLIN_OK;
    status = dn_sqlite_convert(build->work, build->state, old, column->name, value);
    if (status != DUNLIN_OK || value->length > 0)
        return status;
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text quoted = {0};

    dn_sqlite_write_name(&quoted, column->name);
    pool->failed = pool->failed || quoted.failed;
    *value = dn_kit_pool_copy(pool, dn_kit_text_string(&quoted));
    return DUNLIN_OK;
}

/* A rowid nobody gave a name stays the same, too; unless columns have taken all its names. */
static const char *
name_of_rowid(const building *build)
{
    static const char *const names[] = {"rowid", "_rowid_", "oid"};
    const dn_sqlite_table *tables[] = {build->before, &build->state->table};

    for (size_t i = 0; i < 2; i++) {
        if (dn_kit_set_is_true(dn_kit_set_of(&tables[i]->set), "without_rowid"))
            return NULL;
        for (size_t j = 0; j < tables[i]->count; j++)
            if (is_column(&tables[i]->members[j]) &&
                dn_sqlite_is_rowid(tables[i], &tables[i]->members[j]))
                return NULL;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (dn_sqlite_member_find(build->before, DN_SQLITE_KIND_COLUMN, dn_kit_string(names[i])) ==
                NULL &&
            dn_sqlite_member_find(&build->state->table, DN_SQLITE_KIND_COLUMN,
                                  dn_kit_string(names[i])) == NULL)
            return names[i];
    return NULL;
}

static int32_t
copy_rows(building *build)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text values = {0};
    dn_kit_text *sql = &build->work->sql;
    const char *rowid = name_of_rowid(build);
    const char *comma = "";

    dn_kit_text_add(sql, "INSERT INTO ");
    dn_sqlite_write_name(sql, build->temporary);
    dn_kit_text_add(sql, " (");
    if (rowid != NULL) {
        dn_kit_text_add(sql, rowid);
        dn_kit_text_add(&values, rowid);
        comma = ", ";
    }
    for (size_t i = 0; i < build->state->table.count; i++) {
        const dn_sqlite_member *column = &build->state->table.members[i];
        dunlin_string value;
        int32_t status;

        if (!is_column(column))
            continue;
        status = value_of(build, column, &value);
        if (status != DUNLIN_OK)
            return status;
        if (value.length == 0)
            continue;
        dn_kit_text_add(sql, comma);
        dn_sqlite_write_name(sql, column->name);
        dn_kit_text_add(&values, comma);
        dn_kit_text_add_string(&values, value);
        comma = ", ";
    }
    dn_kit_text_add(sql, ") SELECT ");
    dn_kit_text_add_string(sql, dn_kit_text_string(&values));
    dn_kit_text_add(sql, " FROM ");
    dn_sqlite_write_name(sql, build->state->name);
    sql->failed = sql->failed || values.failed;
    return add_step(build);
}

static int32_t
compare_counts(building *build)
{
    dn_kit_text *sql = &build->work->sql;

    dn_kit_text_add(sql, "SELECT (SELECT count(*) FROM ");
    dn_sqlite_write_name(sql, build->state->name);
    dn_kit_text_add(sql, ") - (SELECT count(*) FROM ");
    dn_sqlite_write_name(sql, build->temporary);
    dn_kit_text_add(sql, ")");
    return dn_sqlite_step_add(build->work, DUNLIN_STEP_CHECK, build->first, build->count, "0");
}

/* What AUTOINCREMENT counts from, which may be more than the largest number there is. */
static int32_t
copy_sequence(building *build)
{
    dn_kit_text *sql = &build->work->sql;
    int32_t status;

    if (!increments(build->before) || !increments(&build->state->table))
        return DUNLIN_OK;
    dn_kit_text_add(sql, "DELETE FROM sqlite_sequence WHERE name = ");
    dn_kit_text_quote(sql, '\'', build->temporary);
    status = add_step(build);
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(sql, "INSERT INTO sqlite_sequence (name, seq) SELECT ");
    dn_kit_text_quote(sql, '\'', build->temporary);
    dn_kit_text_add(sql, ", seq FROM sqlite_sequence WHERE name = ");
    dn_kit_text_quote(sql, '\'', build->before->name);
    return add_step(build);
}

/* --- the exchange ----------------------------------------------------------------------------------- */
static int32_t
say(building *build, const char *text)
{
    return dn_sqlite_step_text(build->work, DUNLIN_STEP_STATEMENT, build->first, build->count,
                               text);
}

/* Rows that change before and behind the rebuild take others along; it itself must not. */
static bool
puts_keys_aside(const building *build)
{
    return build->work->mode != DUNLIN_RENDER_PLAN &&
           dn_sqlite_has_foreign_keys(build->work->profile);
}

static int32_t
put_keys_aside(building *build)
{
    return puts_keys_aside(build) ? say(build, DN_SQLITE_KEYS_ASIDE) : DUNLIN_OK;
}

static int32_t
take_keys_back(building *build)
{
    return puts_keys_aside(build) ? say(build, DN_SQLITE_KEYS_BACK) : DUNLIN_OK;
}

static int32_t
exchange(building *build)
{
    dn_kit_text *sql = &build->work->sql;
    int32_t status;

    dn_kit_text_add(sql, "DROP TABLE ");
    dn_sqlite_write_name(sql, build->state->name);
    status = add_step(build);
    if (status == DUNLIN_OK)
        status = say(build, "PRAGMA legacy_alter_table = ON");
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(sql, "ALTER TABLE ");
    dn_sqlite_write_name(sql, build->temporary);
    dn_kit_text_add(sql, " RENAME TO ");
    dn_sqlite_write_name(sql, build->state->name);
    status = add_step(build);
    if (status == DUNLIN_OK && build->work->mode == DUNLIN_RENDER_SCRIPT)
        status = say(build, DN_SQLITE_OTHERS_BACK);
    if (status == DUNLIN_OK)
        status = take_keys_back(build);
    return status == DUNLIN_OK ? say(build, "PRAGMA legacy_alter_table = OFF") : status;
}

static int32_t
create(building *build)
{
    int32_t status = dn_sqlite_check_columns(build->work, build->state);

    if (status != DUNLIN_OK)
        return status;
    dn_sqlite_write_table(&build->work->sql, &build->state->table, "CREATE TABLE ",
                          build->temporary);
    return add_step(build);
}

static int32_t
restore_members(building *build)
{
    int32_t status = DUNLIN_OK;

    for (size_t i = 0; i < build->state->table.count && status == DUNLIN_OK; i++) {
        const dn_sqlite_member *member = &build->state->table.members[i];
        dn_kit_set set = dn_kit_set_of(&member->set);

        if (member->gone)
            continue;
        if (member->kind == DN_SQLITE_KIND_INDEX) {
            dn_sqlite_write_index(&build->work->sql, member, build->state->name, "");
            status = add_step(build);
        } else if (member->kind == DN_SQLITE_KIND_TRIGGER &&
                   build->work->mode != DUNLIN_RENDER_SCRIPT) {
            dunlin_string text = dn_kit_set_text(set, "text");

            dn_kit_text_add_string(&build->work->sql,
                                   text.length > 0 ? text : dn_kit_set_text(set, "definition"));
            status = add_step(build);
        }
    }
    return status;
}

/* Every view over the table must still mean something. */
static int32_t
check_views(building *build)
{
    dunlin_string *names;
    size_t count;
    int32_t status = dn_sqlite_views_over(build->work, build->state->name, &names, &count);

    for (size_t i = 0; i < count && status == DUNLIN_OK; i++) {
        dn_kit_text_add(&build->work->sql, "SELECT count(*) FROM (SELECT * FROM ");
        dn_sqlite_write_name(&build->work->sql, names[i]);
        dn_kit_text_add(&build->work->sql, " LIMIT 0)");
        status =
            dn_sqlite_step_add(build->work, DUNLIN_STEP_CHECK, build->first, build->count, "0");
    }
    return status;
}

int32_t
dn_sqlite_rebuild(dn_sqlite_rendering *work, dn_sqlite_state *state, const dn_sqlite_table *before)
{
    building build = {.work = work, .state = state, .before = before, .first = state->queue[0]};
    int32_t (*const parts[])(building *) = {put_keys_aside,  create,        copy_rows,
                                            compare_counts,  copy_sequence, exchange,
                                            restore_members, check_views};
    size_t first_step = work->step_count;
    int32_t status = DUNLIN_OK;

    build.count = state->queue[state->queued - 1] - build.first + 1;
    if (before->count == 0 || dn_kit_set_find(dn_kit_set_of(&before->set), "unsure") != NULL)
        return dn_kit_fail(work->call, DUNLIN_MISSING,
                           "table '%.*s' has to be built anew for this, and its definition is not "
                           "known",
                           (int)state->name.length, state->name.data);
    build.temporary = dn_kit_pool_format(&work->pool, DN_SQLITE_REBUILT "%.*s",
                                         (int)state->name.length, state->name.data);
    dn_sqlite_name_members(&state->table);
    work->rebuilds = true;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && status == DUNLIN_OK; i++)
        status = parts[i](&build);
    return status == DUNLIN_OK && work->mode == DUNLIN_RENDER_SCRIPT
               ? dn_sqlite_guard_rebuild(work, first_step, before, &state->table)
               : status;
}
