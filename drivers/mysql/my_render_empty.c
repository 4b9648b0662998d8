/* SPDX-License-Identifier: MIT
 *
 * A new column that must not be null and has no default. Rows have no value for it: elsewhere that is an
 * error, and here they would get 0 or an empty text.
 */
#include "drivers/mysql/my_render.h"

static bool
has_no_value(dn_kit_set column)
{
    return dn_kit_set_is_true(column, "not_null") && dn_kit_set_find(column, "default") == NULL &&
           dn_kit_set_find(column, "auto") == NULL && dn_kit_set_find(column, "generated") == NULL;
}

static void
add_message(dn_kit_text *text, const dunlin_operation *operation)
{
    dn_kit_text_format(text,
                       "column '%.*s.%.*s' is NOT NULL and has no default, and there are rows",
                       (int)operation->path[0].length, operation->path[0].data,
                       (int)operation->path[1].length, operation->path[1].data);
}

/* [MDB] SIGNAL can be prepared. MySQL says near what it found an error. */
static void
add_stop(dn_mysql_rendering *work, dn_kit_text *text, const dunlin_operation *operation)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text message = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text stop = {0};

    add_message(&message, operation);
    if (work->server.mariadb) {
        dn_kit_text_add(&stop, "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = ");
        dn_mysql_add_literal(&stop, &work->server, dn_kit_text_string(&message));
    } else {
        dn_kit_text_add_string(&stop, dn_kit_text_string(&message));
    }
    dn_kit_text_add(text, "SET @dunlin_rows = IF(@dunlin_rows <=> 1, ");
    dn_mysql_add_literal(text, &work->server, dn_kit_text_string(&stop));
    dn_kit_text_add(text, ", 'DO 0')");
    text->failed |= message.failed || stop.failed;
}

/* The table may be missing where the statement is not wanted: the question is prepared. */
static int32_t
stop_script(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    const char *guard = dn_mysql_guard(work, operation);
    int32_t status = dn_mysql_end_alter(work);

    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(&work->sql, "SET @dunlin_rows = EXISTS (SELECT 1 FROM ");
    dn_mysql_add_name(work, operation->path[0]);
    dn_kit_text_add(&work->sql, ")");
    status = dn_mysql_push_step(work, work->at, 1, guard);
    if (status != DUNLIN_OK)
        return status;
    add_stop(work, &work->sql, operation);
    return dn_mysql_push_prepared(work, "@dunlin_rows");
}

static int32_t
check_run(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text why = {0};
    dn_kit_text before = work->sql;
    dunlin_step step = {
        .size = sizeof(step),
        .role = DUNLIN_STEP_CHECK,
        .first_operation = work->at,
        .operation_count = 1,
        .expected = dn_kit_string("0"),
    };
    int32_t status;

    work->sql = (dn_kit_text){0};
    dn_kit_text_format(&why, "rows, and %.*s is NOT NULL without a default",
                       (int)operation->path[1].length, operation->path[1].data);
    dn_kit_text_add(&work->sql, "SELECT EXISTS (SELECT 1 FROM ");
    dn_mysql_add_name(work, operation->path[0]);
    dn_kit_text_add(&work->sql, ") AS ");
    dn_mysql_add_name(work, dn_kit_text_string(&why));
    step.sql = dn_kit_text_string(&work->sql);
    status = work->sql.failed || why.failed ? dn_kit_no_memory(work->call)
                                            : work->call->host->step(work->call, &step);
    dn_kit_text_free(&work->sql);
    work->sql = before;
    return status;
}

int32_t
dn_mysql_check_empty(dn_mysql_rendering *work, const dunlin_operation *operation, dn_kit_set column)
{
    if (!has_no_value(column) || (work->call->flags & DUNLIN_CALL_OWN_WORDS) != 0)
        return DUNLIN_OK;
    return work->script ? stop_script(work, operation) : check_run(work, operation);
}
