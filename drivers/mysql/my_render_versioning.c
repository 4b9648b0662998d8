/* SPDX-License-Identifier: MIT
 *
 * [MDB] System versioning of a table that is there. Columns for the times of its rows come and go in the same
 * statement (errors 4125 and 4134); no column can be kept out of it there (error 4124).
 */
#include "drivers/mysql/my_render.h"
#include "drivers/mysql/my_schema.h"

/* ROW START or ROW END of a column that comes or goes; empty: it is another one. */
static dunlin_string
row_time(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set members = dn_mysql_set(operation);
    dunlin_string generated;

    if (!dn_kit_same(operation->kind, DUNLIN_KIND_COLUMN) || operation->path_count != 2 ||
        (operation->verb != DUNLIN_VERB_CREATE && operation->verb != DUNLIN_VERB_DROP))
        return dn_kit_string("");
    if (operation->verb == DUNLIN_VERB_DROP)
        members = dn_mysql_fact_members(
            dn_mysql_find(work, DUNLIN_KIND_COLUMN, operation->path[0], operation->path[1]));
    generated = dn_kit_set_text(members, "generated");
    return dn_mysql_is_row_time(generated) ? generated : dn_kit_string("");
}

static int32_t
add_row_time(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    int32_t status = dn_mysql_tell(work, operation);

    if (operation->verb == DUNLIN_VERB_DROP) {
        dn_kit_text_add(&work->sql, "DROP COLUMN ");
        dn_mysql_add_name(work, operation->path[1]);
    } else if (status == DUNLIN_OK) {
        dn_kit_text_add(&work->sql, "ADD COLUMN ");
        status = dn_mysql_add_column(work, operation->path[0], operation->path[1],
                                     dn_mysql_set(operation));
    }
    dn_kit_text_add(&work->sql, ",\n    ");
    return status;
}

/* The columns, and of new ones that they are the period of the table. */
static int32_t
add_row_times(dn_mysql_rendering *work, dunlin_string table, int32_t verb)
{
    dunlin_string start = dn_kit_string("");
    dunlin_string end = dn_kit_string("");
    int32_t status = DUNLIN_OK;

    for (uint64_t i = 0; i < work->count && status == DUNLIN_OK; i++) {
        const dunlin_operation *one = work->operations[i];
        dunlin_string time = row_time(work, one);

        if (time.length == 0 || one->verb != verb || !dn_kit_equal(one->path[0], table))
            continue;
        if (dn_kit_same_word(time, "ROW START"))
            start = one->path[1];
        else
            end = one->path[1];
        status = add_row_time(work, one);
    }
    if (verb != DUNLIN_VERB_CREATE || start.length == 0 || end.length == 0)
        return status;
    dn_kit_text_add(&work->sql, "ADD PERIOD FOR SYSTEM_TIME (");
    dn_mysql_add_name(work, start);
    dn_kit_text_add(&work->sql, ", ");
    dn_mysql_add_name(work, end);
    dn_kit_text_add(&work->sql, "),\n    ");
    return status;
}

int32_t
dn_mysql_change_versioning(dn_mysql_rendering *work, const dunlin_operation *operation, bool ends)
{
    dunlin_string table = operation->path[0];
    int32_t status = dn_mysql_begin_clause(work, table, NULL, 0);

    work->guard = work->script ? dn_mysql_guard(work, operation)
                               : dn_mysql_versioning_guard(work, table, ends);
    if (status == DUNLIN_OK)
        status = add_row_times(work, table, ends ? DUNLIN_VERB_DROP : DUNLIN_VERB_CREATE);
    dn_kit_text_add(&work->sql, ends ? "DROP SYSTEM VERSIONING" : "ADD SYSTEM VERSIONING");
    work->name_count = DN_MYSQL_NAMES;
    return status;
}

int32_t
dn_mysql_check_row_time(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    if (row_time(work, operation).length == 0)
        return DUNLIN_OK;
    return dn_mysql_refuse(work,
                           "take the versioning off, which loses the rows' history, and give it "
                           "anew together with the columns",
                           "columns for the times of rows that come or go while the table is "
                           "versioned: '%.*s' of '%.*s'",
                           (int)operation->path[1].length, operation->path[1].data,
                           (int)operation->path[0].length, operation->path[0].data);
}
