/* SPDX-License-Identifier: MIT
 *
 * Indexes, by themselves and within ALTER TABLE.
 */
#include "drivers/mysql/my_render.h"

static int32_t
add_index_expression(dn_mysql_rendering *work, dunlin_string expression)
{
    if (work->server.mariadb || work->server.version < 80013)
        return dn_mysql_refuse(work,
                               "add a generated column of the expression and put the index on it, "
                               "or leave this statement out in a section '-- dunlin: only ...'",
                               "indexes on expressions%s: %.*s",
                               work->server.mariadb ? "" : " before 8.0.13", (int)expression.length,
                               expression.data);
    return dn_mysql_add_expression(work, expression);
}

static int32_t
add_index_column(dn_mysql_rendering *work, const dunlin_operation *operation, dn_kit_set key,
                 bool whole)
{
    dunlin_string column = dn_kit_set_text(key, "column");
    int64_t length = dn_kit_set_number(key, "length", 0);
    dunlin_string type;
    int32_t status = dn_mysql_column_type(work, operation->path[0], column, work->at, &type);

    if (status != DUNLIN_OK)
        return status;
    dn_mysql_add_name(work, column);
    if (length == 0 && type.length == 0 && !whole)
        return dn_mysql_add_open_prefix(work, operation->path[0], column);
    if (length == 0 && dn_mysql_prefix(type) > 0 && !whole) {
        length = dn_mysql_prefix(type);
        status = dn_mysql_inform(work, "only the first %d characters of '%.*s' are in the index",
                                 (int)length, (int)column.length, column.data);
    }
    if (length > 0)
        dn_kit_text_format(&work->sql, "(%lld)", (long long)length);
    return status;
}

int32_t
dn_mysql_add_index_keys(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set set = dn_mysql_set(operation);
    dn_kit_set keys = dn_kit_set_list(set, "keys");
    bool unique = dn_kit_set_is_true(set, "unique");
    dunlin_string method = dn_kit_set_text(set, "method");
    bool whole = unique || dn_kit_same(method, "fulltext") || dn_kit_same(method, "spatial");
    int32_t status = DUNLIN_OK;

    if (dn_kit_set_find(set, "keys") == NULL && dn_kit_set_find(set, "columns") != NULL) {
        dn_mysql_add_columns(work, dn_kit_set_list(set, "columns"));
        return DUNLIN_OK;
    }
    dn_kit_text_add(&work->sql, "(");
    for (uint64_t i = 0; i < keys.count && status == DUNLIN_OK; i = dn_kit_set_next(keys, i)) {
        dn_kit_set key = dn_kit_set_inside(keys, &keys.list[i]);
        dunlin_string expression = dn_kit_set_text(key, "expr");

        dn_kit_text_add(&work->sql, i > 0 ? ", " : "");
        status = expression.length > 0 ? add_index_expression(work, expression)
                                       : add_index_column(work, operation, key, whole);
        if (dn_kit_set_is_true(key, "desc"))
            dn_kit_text_add(&work->sql, " DESC");
        if (status == DUNLIN_OK && dn_kit_set_find(key, "opclass") != NULL)
            status = dn_mysql_lossy(work, "an operator class is not kept");
        if (status == DUNLIN_OK && dn_kit_set_find(key, "collation") != NULL)
            status = dn_mysql_lossy(work, "the collation of an index key is not kept");
    }
    dn_kit_text_add(&work->sql, ")");
    return status;
}

/* What an index has that those here have not. */
static int32_t
check_index(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set set = dn_mysql_set(operation);
    dunlin_string method = dn_kit_set_text(set, "method");
    bool unique = dn_kit_set_is_true(set, "unique");
    int32_t status = DUNLIN_OK;

    if (unique && dn_kit_set_find(set, "where") != NULL)
        return dn_mysql_refuse(
            work,
            "make the key of a generated column that is null where the condition does not hold, "
            "in a section '-- dunlin: only mysql' or a file <tag>.mysql.sql",
            "unique indexes with a condition: '%.*s'", (int)operation->path[1].length,
            operation->path[1].data);
    if (unique && dn_kit_set_is_true(set, "nulls_not_distinct"))
        return dn_mysql_refuse(work, NULL, "unique keys in which nulls are equal: '%.*s'",
                               (int)operation->path[1].length, operation->path[1].data);
    if (dn_kit_set_find(set, "where") != NULL)
        status = dn_mysql_lossy(work, "index '%.*s' is of all rows here, its condition is not kept",
                                (int)operation->path[1].length, operation->path[1].data);
    if (status == DUNLIN_OK && dn_kit_set_find(set, "include") != NULL)
        status = dn_mysql_lossy(work, "the columns that index '%.*s' includes are not kept",
                                (int)operation->path[1].length, operation->path[1].data);
    if (status == DUNLIN_OK && method.length > 0 && !dn_kit_same(method, "btree") &&
        !dn_kit_same(method, "hash") && !dn_kit_same(method, "fulltext") &&
        !dn_kit_same(method, "spatial"))
        return dn_mysql_refuse(work, NULL, "indexes of the kind %.*s", (int)method.length,
                               method.data);
    if (status == DUNLIN_OK && unique) {
        dn_kit_set keys = dn_kit_set_list(set, "keys");

        for (uint64_t i = 0; i < keys.count && status == DUNLIN_OK; i = dn_kit_set_next(keys, i)) {
            dn_kit_set key = dn_kit_set_inside(keys, &keys.list[i]);
            const dunlin_property *column = dn_kit_set_find(key, "column");
            dn_kit_set one = {column, 1};

            if (column != NULL && dn_kit_set_find(key, "length") == NULL)
                status = dn_mysql_check_key_columns(work, operation, one);
        }
    }
    return status;
}

int32_t
dn_mysql_add_index(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set set = dn_mysql_set(operation);
    int32_t status = check_index(work, operation);

    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_format(&work->sql, "%sKEY ", dn_kit_set_is_true(set, "unique") ? "UNIQUE " : "");
    dn_mysql_add_name(work, operation->path[1]);
    dn_kit_text_add(&work->sql, " ");
    status = dn_mysql_add_index_keys(work, operation);
    dn_mysql_add_key_options(work, set);
    return status;
}

int32_t
dn_mysql_render_index(dn_mysql_rendering *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    dn_kit_set set = dn_mysql_set(operation);
    dunlin_string method = dn_kit_set_text(set, "method");
    bool guarded = work->server.mariadb &&
                   (work->script || operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS);
    bool in_place = false;
    int32_t status;

    if (operation->path_count != 2)
        return dn_kit_fail(work->call, DUNLIN_USAGE, "an index without a table or a name");
    status = check_index(work, operation);
    if (status != DUNLIN_OK)
        return status;
    status = dn_mysql_begin_in_place(work, operation, &in_place);
    if (status != DUNLIN_OK)
        return status;
    if (in_place)
        return dn_mysql_add_index_anew(work, operation);
    if (dn_kit_set_is_true(set, "unique"))
        status = dn_mysql_keep_history(work, operation->path[0]);
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_format(&work->sql, "CREATE %s%sINDEX %s",
                       dn_kit_set_is_true(set, "unique") ? "UNIQUE " : "",
                       dn_kit_same(method, "fulltext")  ? "FULLTEXT "
                       : dn_kit_same(method, "spatial") ? "SPATIAL "
                                                        : "",
                       guarded ? "IF NOT EXISTS " : "");
    dn_mysql_add_name(work, operation->path[1]);
    dn_kit_text_add(&work->sql, " ON ");
    dn_mysql_add_name(work, operation->path[0]);
    dn_kit_text_add(&work->sql, " ");
    status = dn_mysql_add_index_keys(work, operation);
    if (status != DUNLIN_OK)
        return status;
    dn_mysql_add_key_options(work, set);
    if ((operation->flags & DUNLIN_OPERATION_CONCURRENTLY) != 0)
        dn_kit_text_add(&work->sql, " ALGORITHM = INPLACE LOCK = NONE");
    return dn_mysql_push_step(work, work->at, 1, guarded ? NULL : dn_mysql_guard(work, operation));
}
