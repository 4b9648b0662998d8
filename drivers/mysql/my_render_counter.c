/* SPDX-License-Identifier: MIT
 *
 * A column that numbers itself has to be the first one of a key of its table as soon as it is there: an
 * index that would be made behind the table stands in its statement then. Engines that number within a
 * group want it in any place of a key.
 */
#include <string.h>

#include "drivers/mysql/my_render.h"
#include "drivers/mysql/my_schema.h"

static bool
counts(const dunlin_operation *operation)
{
    return dn_mysql_is_op(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_COLUMN) &&
           dn_kit_set_find(dn_mysql_set(operation), "auto") != NULL;
}

/* [MDB] "AUTO_INCREMENT on secondary column in multi-column index": MyISAM and Aria. */
static bool
counts_in_groups(const dn_mysql_rendering *work, uint64_t first)
{
    dunlin_string engine;

    if (first == 0 ||
        !dn_mysql_is_op(work->operations[first - 1], DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE))
        return false;
    engine = dn_kit_set_text(dn_mysql_set(work->operations[first - 1]), "engine");
    return dn_kit_same(engine, "MyISAM") || dn_kit_same(engine, "Aria");
}

static bool
has_column(dn_kit_set columns, dunlin_string name, bool anywhere)
{
    for (uint64_t i = 0; i < columns.count && (i == 0 || anywhere); i++)
        if (dn_mysql_same_name(columns.list[i].text, name))
            return true;
    return false;
}

/* By a key of the statement itself. */
static bool
has_key(const dn_mysql_rendering *work, const dunlin_operation *column, uint64_t first,
        uint64_t end)
{
    bool groups = counts_in_groups(work, first);

    for (uint64_t i = first; i < end; i++) {
        const dunlin_operation *key = work->operations[i];

        if ((dn_mysql_is_op(key, DUNLIN_VERB_CREATE, DUNLIN_KIND_PRIMARY_KEY) ||
             dn_mysql_is_op(key, DUNLIN_VERB_CREATE, DUNLIN_KIND_UNIQUE)) &&
            has_column(dn_kit_set_list(dn_mysql_set(key), "columns"), column->path[1], groups))
            return true;
    }
    return false;
}

static bool
begins_with(const dunlin_operation *index, dunlin_string column)
{
    dn_kit_set keys = dn_kit_set_list(dn_mysql_set(index), "keys");
    dn_kit_set key;

    if (keys.count == 0)
        return false;
    key = dn_kit_set_inside(keys, &keys.list[0]);
    return dn_mysql_same_name(dn_kit_set_text(key, "column"), column);
}

/* The first index of the table that begins with the column, or NULL. */
static const dunlin_operation *
find_index(const dn_mysql_rendering *work, const dunlin_operation *column, uint64_t from)
{
    for (uint64_t i = from; i < work->count; i++) {
        const dunlin_operation *index = work->operations[i];

        if (dn_mysql_is_op(index, DUNLIN_VERB_CREATE, DUNLIN_KIND_INDEX) &&
            index->path_count == 2 && dn_kit_equal(index->path[0], column->path[0]) &&
            begins_with(index, column->path[1]))
            return index;
    }
    return NULL;
}

int32_t
dn_mysql_check_counter(dn_mysql_rendering *work, uint64_t first, uint64_t end)
{
    const dunlin_operation *column = work->operations[work->at];

    if (has_key(work, column, first, end) || find_index(work, column, first) != NULL)
        return DUNLIN_OK;
    return dn_mysql_refuse(work,
                           "make it the primary key, or give it a unique key, in the same "
                           "statement",
                           "columns that number themselves without a key that begins with them: "
                           "'%.*s'",
                           (int)column->path[1].length, column->path[1].data);
}

int32_t
dn_mysql_tell(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_mysql_told *told = dn_kit_pool_take(&work->pool, sizeof(*told));

    if (told == NULL)
        return dn_kit_no_memory(work->call);
    told->operation = operation;
    told->next = work->told;
    work->told = told;
    return DUNLIN_OK;
}

int32_t
dn_mysql_add_index_of_counter(dn_mysql_rendering *work, const dunlin_operation *column)
{
    const dunlin_operation *index = find_index(work, column, 0);
    int32_t status;

    if (index == NULL || dn_mysql_is_told(work, index))
        return DUNLIN_OK;
    dn_kit_text_add(&work->sql, work->clauses > 0 ? ", ADD " : ",\n    ");
    status = dn_mysql_add_index(work, index);
    return status == DUNLIN_OK ? dn_mysql_tell(work, index) : status;
}

int32_t
dn_mysql_add_counter_key(dn_mysql_rendering *work, uint64_t first, uint64_t end)
{
    for (uint64_t i = first; i < end; i++) {
        const dunlin_operation *column = work->operations[i];

        if (!counts(column) || has_key(work, column, first, end))
            continue;
        return dn_mysql_add_index_of_counter(work, column);
    }
    return DUNLIN_OK;
}

bool
dn_mysql_is_told(const dn_mysql_rendering *work, const dunlin_operation *operation)
{
    for (const dn_mysql_told *told = work->told; told != NULL; told = told->next)
        if (told->operation == operation)
            return true;
    return false;
}

/* --- keys that go, and come again --------------------------------------------------------------------- */
bool
dn_mysql_is_paused(const dn_mysql_rendering *work, dunlin_string table, dunlin_string column)
{
    for (const dn_mysql_paused *paused = work->paused; paused != NULL; paused = paused->next)
        if (dn_kit_equal(paused->table, table) && dn_mysql_same_name(paused->column, column))
            return true;
    return false;
}

/* The column as it is before an operation; as it is paused, without its numbers. */
static int32_t
add_counter(dn_mysql_rendering *work, const dn_mysql_paused *paused, uint64_t before, bool *counts)
{
    dn_mysql_list now = {0};
    int32_t status = dn_mysql_column_now(work, paused->table, paused->column, before, &now);
    dn_kit_set members = {now.items, now.count};

    *counts = dn_kit_set_find(members, "auto") != NULL;
    if (status == DUNLIN_OK) {
        dn_kit_text_add(&work->sql, "MODIFY COLUMN ");
        status = dn_mysql_add_column(work, paused->table, paused->column, members);
    }
    dn_mysql_list_free(&now);
    return status;
}

static const dn_mysql_paused *
pause_now(dn_mysql_rendering *work, dunlin_string table, dunlin_string column)
{
    dn_mysql_paused *paused = dn_kit_pool_take(&work->pool, sizeof(*paused));

    if (paused == NULL)
        return NULL;
    *paused = (dn_mysql_paused){table, column, work->paused};
    work->paused = paused;
    return paused;
}

/* Error 1075: a column that numbers itself is not left without a key. */
int32_t
dn_mysql_pause_counter(dn_mysql_rendering *work, dunlin_string table, dunlin_string column)
{
    const dn_mysql_paused *paused;
    bool counts;
    int32_t status;

    if ((work->call->flags & DUNLIN_CALL_OWN_WORDS) == 0)
        return DUNLIN_OK;
    paused = pause_now(work, table, column);
    if (paused == NULL)
        return dn_kit_no_memory(work->call);
    status = add_counter(work, paused, work->at, &counts);
    dn_kit_text_add(&work->sql, ",\n    ");
    if (work->name_count < DN_MYSQL_NAMES)
        work->names[work->name_count++] = column;
    return status;
}

static bool
begins_key(const dunlin_operation *key, const dn_mysql_paused *paused)
{
    return key->verb == DUNLIN_VERB_CREATE && key->path_count == 2 &&
           dn_kit_equal(key->path[0], paused->table) &&
           (dn_kit_same(key->kind, DUNLIN_KIND_INDEX)
                ? begins_with(key, paused->column)
                : (dn_kit_same(key->kind, DUNLIN_KIND_PRIMARY_KEY) ||
                   dn_kit_same(key->kind, DUNLIN_KIND_UNIQUE)) &&
                      has_column(dn_kit_set_list(dn_mysql_set(key), "columns"), paused->column,
                                 false));
}

static const dunlin_operation *
key_to_come(const dn_mysql_rendering *work, const dn_mysql_paused *paused)
{
    for (uint64_t i = work->at + 1; i < work->count; i++)
        if (begins_key(work->operations[i], paused))
            return work->operations[i];
    return NULL;
}

/* Does a clause of the ALTER that is being written, or one before the key, speak of what is called like the key? It
 * comes in an ALTER of its own then. */
static bool
comes_apart(const dn_mysql_rendering *work, const dunlin_operation *key)
{
    if (dn_kit_same(key->kind, DUNLIN_KIND_PRIMARY_KEY))
        return false;
    for (uint64_t i = work->clauses > 0 ? work->first : work->at; work->operations[i] != key; i++) {
        const dunlin_operation *one = work->operations[i];

        if (one->path_count == 2 && dn_kit_equal(one->path[0], key->path[0]) &&
            !dn_kit_same(one->kind, DUNLIN_KIND_PRIMARY_KEY) &&
            dn_mysql_same_name(one->path[1], key->path[1]))
            return true;
    }
    return false;
}

/* Another column has not been given its key back: what is to count now stands with its own key, behind. Where each
 * change stands by itself, or the key comes apart, so does this one, once the key is there. */
int32_t
dn_mysql_begin_counter(dn_mysql_rendering *work, dunlin_string table, dunlin_string column)
{
    const dn_mysql_paused wanted = {table, column, NULL};
    const dunlin_operation *key = key_to_come(work, &wanted);
    bool alike =
        key != NULL && dn_kit_same(key->kind, DUNLIN_KIND_UNIQUE) && comes_apart(work, key);

    if (key != NULL && (dn_mysql_repeats(work) || alike))
        return pause_now(work, table, column) != NULL ? DUNLIN_OK : dn_kit_no_memory(work->call);
    for (const dn_mysql_paused *paused = work->paused; paused != NULL; paused = paused->next)
        if (dn_kit_equal(paused->table, table))
            return dn_mysql_end_alter(work);
    return DUNLIN_OK;
}

/* A row with 0 keeps it. */
static int32_t
count_again(dn_mysql_rendering *work, const dn_mysql_paused *paused)
{
    bool counts;
    int32_t status = dn_mysql_keep_history(work, paused->table);

    dn_kit_text_add(&work->sql, "ALTER TABLE ");
    dn_mysql_add_name(work, paused->table);
    dn_kit_text_add(&work->sql, " ");
    if (status == DUNLIN_OK)
        status = add_counter(work, paused, work->count, &counts);
    if (status != DUNLIN_OK || !counts) {
        dn_kit_text_clear(&work->sql);
        return status;
    }
    return dn_mysql_push_in_mode(work, "NO_AUTO_VALUE_ON_ZERO");
}

int32_t
dn_mysql_resume_counter(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_mysql_paused **place = &work->paused;
    const dn_mysql_paused *paused;
    int32_t status;

    while (*place != NULL && !begins_key(operation, *place))
        place = &(*place)->next;
    if (*place == NULL)
        return DUNLIN_OK;
    paused = *place;
    *place = paused->next;
    status = dn_mysql_end_alter(work);
    return status == DUNLIN_OK ? count_again(work, paused) : status;
}
