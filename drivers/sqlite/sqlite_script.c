/* SPDX-License-Identifier: MIT
 *
 * Guards for the stock sqlite3 shell, which has no conditions: a query writes the statement, or
 * nothing, into a file, which is then read.
 */
#include "drivers/sqlite/sqlite_render.h"

const char *
dn_sqlite_if_exists(const dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    return work->mode == DUNLIN_RENDER_SCRIPT || operation->condition == DUNLIN_CONDITION_IF_EXISTS
               ? "IF EXISTS "
               : "";
}

const char *
dn_sqlite_if_not_exists(const dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    return work->mode == DUNLIN_RENDER_SCRIPT ||
                   operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS
               ? "IF NOT EXISTS "
               : "";
}

int32_t
dn_sqlite_guard(dn_sqlite_rendering *work, dunlin_string condition, uint64_t first, uint64_t count)
{
    dunlin_string statement = dn_kit_pool_copy(&work->pool, dn_kit_text_string(&work->sql));

    dn_kit_text_clear(&work->sql);
    dn_kit_text_add(&work->sql,
                    ".mode list\n.headers off\n.once dunlin-guard.sql\nSELECT CASE WHEN ");
    dn_kit_text_add_string(&work->sql, condition);
    dn_kit_text_add(&work->sql, " THEN ");
    dn_kit_text_quote(&work->sql, '\'', statement);
    dn_kit_text_add(&work->sql, " || ';' ELSE '' END;\n.read dunlin-guard.sql");
    return dn_sqlite_step_add(work, DUNLIN_STEP_STATEMENT, first, count, NULL);
}

int32_t
dn_sqlite_guarded(dn_sqlite_rendering *work, dunlin_string table, dunlin_string column,
                  bool when_there)
{
    dn_kit_text condition = {0};
    int32_t status;

    if (work->mode != DUNLIN_RENDER_SCRIPT)
        return dn_sqlite_step_statement(work);
    if (!when_there) {
        dn_kit_text_add(&condition, "EXISTS (SELECT 1 FROM main.sqlite_master WHERE type = 'table' "
                                    "AND name = ");
        dn_kit_text_quote(&condition, '\'', table);
        dn_kit_text_add(&condition, " COLLATE NOCASE) AND NOT ");
    }
    dn_kit_text_add(&condition, "EXISTS (SELECT 1 FROM pragma_table_xinfo(");
    dn_kit_text_quote(&condition, '\'', table);
    dn_kit_text_add(&condition, ", 'main') WHERE name = ");
    dn_kit_text_quote(&condition, '\'', column);
    dn_kit_text_add(&condition, " COLLATE NOCASE)");
    work->sql.failed = work->sql.failed || condition.failed;
    status = dn_sqlite_guard(work, dn_kit_text_string(&condition), work->at, 1);
    dn_kit_text_free(&condition);
    return status;
}

int32_t
dn_sqlite_guarded_table(dn_sqlite_rendering *work, dunlin_string table)
{
    dn_kit_text condition = {0};
    int32_t status;

    if (work->mode != DUNLIN_RENDER_SCRIPT)
        return dn_sqlite_step_statement(work);
    dn_kit_text_add(&condition,
                    "EXISTS (SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = ");
    dn_kit_text_quote(&condition, '\'', table);
    dn_kit_text_add(&condition, " COLLATE NOCASE)");
    work->sql.failed = work->sql.failed || condition.failed;
    status = dn_sqlite_guard(work, dn_kit_text_string(&condition), work->at, 1);
    dn_kit_text_free(&condition);
    return status;
}
