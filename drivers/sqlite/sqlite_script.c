/* SPDX-License-Identifier: MIT
 *
 * Guards for the stock sqlite3 shell, which has no conditions: a query writes the statement, or
 * nothing, into a file, which is then read.
 */
#include "drivers/sqlite/sqlite_rebuild.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/sqlite/sqlite_said.h"

#define CHECK "check(" /* as dunlin_said has it */

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

void
dn_sqlite_write_guard(dn_kit_text *text, dunlin_string condition, dunlin_string statement)
{
    dn_kit_text_add(text, ".mode list\n.headers off\n.once dunlin-guard.sql\nSELECT CASE WHEN ");
    dn_kit_text_add_string(text, condition);
    dn_kit_text_add(text, " THEN ");
    dn_kit_text_quote(text, '\'', statement);
    dn_kit_text_add(text, " || ';' ELSE '' END;\n.read dunlin-guard.sql\n");
}

int32_t
dn_sqlite_guard(dn_sqlite_rendering *work, dunlin_string condition, uint64_t first, uint64_t count)
{
    dunlin_string statement = dn_kit_pool_copy(&work->pool, dn_kit_text_string(&work->sql));

    dn_kit_text_clear(&work->sql);
    dn_sqlite_write_guard(&work->sql, condition, statement);
    return dn_sqlite_step_add(work, DUNLIN_STEP_STATEMENT, first, count, NULL);
}

static void
add_column_test(dn_kit_text *text, dunlin_string table, dunlin_string column)
{
    dn_kit_text_add(text, "EXISTS (SELECT 1 FROM pragma_table_xinfo(");
    dn_kit_text_quote(text, '\'', table);
    dn_kit_text_add(text, ", 'main') WHERE name = ");
    dn_kit_text_quote(text, '\'', column);
    dn_kit_text_add(text, " COLLATE NOCASE)");
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
    add_column_test(&condition, table, column);
    work->sql.failed = work->sql.failed || condition.failed;
    status = dn_sqlite_guard(work, dn_kit_text_string(&condition), work->at, 1);
    dn_kit_text_free(&condition);
    return status;
}

int32_t
dn_sqlite_guarded_table(dn_sqlite_rendering *work, dunlin_string table, bool when_there)
{
    dn_kit_text condition = {0};
    int32_t status;

    if (work->mode != DUNLIN_RENDER_SCRIPT)
        return dn_sqlite_step_statement(work);
    dn_kit_text_format(
        &condition, "%sEXISTS (SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = ",
        when_there ? "" : "NOT ");
    dn_kit_text_quote(&condition, '\'', table);
    dn_kit_text_add(&condition, " COLLATE NOCASE)");
    work->sql.failed = work->sql.failed || condition.failed;
    status = dn_sqlite_guard(work, dn_kit_text_string(&condition), work->at, 1);
    dn_kit_text_free(&condition);
    return status;
}

/* --- rebuilds ------------------------------------------------------------------------------------ */
static int
compare_names(const void *left, const void *right)
{
    const dunlin_string *a = left;
    const dunlin_string *b = right;
    uint64_t length = a->length < b->length ? a->length : b->length;
    int order = length > 0 ? memcmp(a->data, b->data, length) : 0;

    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

/* The names of the columns, in the order of their bytes, one a line. */
static void
write_columns(dn_kit_text *text, const dn_sqlite_table *table)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text all = {0};
    dunlin_string *names = dn_kit_pool_take(table->pool, (table->count + 1) * sizeof(*names));
    size_t count = 0;

    for (size_t i = 0; names != NULL && i < table->count; i++)
        if (!table->members[i].gone && table->members[i].kind == DN_SQLITE_KIND_COLUMN)
            names[count++] = table->members[i].name;
    if (count > 0)
        qsort(names, count, sizeof(*names), compare_names);
    for (size_t i = 0; i < count; i++) {
        dn_kit_text_add(&all, i > 0 ? "\n" : "");
        dn_kit_text_add_string(&all, names[i]);
    }
    text->failed = text->failed || all.failed;
    dn_kit_text_quote(text, '\'', dn_kit_text_string(&all));
}

/* A check that does not hold violates a constraint, whose name is all that the shell shows. */
static void
write_check(dn_kit_text *sql, const dn_sqlite_step *step)
{
    dn_kit_text_add(sql, "CREATE TEMPORARY TABLE dunlin_check (is_right INTEGER CONSTRAINT "
                         "\"the table that was built anew is not right\" CHECK (is_right));\n"
                         "INSERT INTO temp.dunlin_check SELECT (");
    dn_kit_text_add_string(sql, step->sql);
    dn_kit_text_add(sql, ") || '' = ");
    dn_kit_text_quote(sql, '\'', step->expected);
    dn_kit_text_add(sql, ";\nDROP TABLE temp.dunlin_check");
}

/* What goes with the old table and comes back as the database has it: its triggers, whose text is
 * nobody's but SQLite's, and the indexes that no migration made. */
static void
put_others_aside(dn_kit_text *sql, const dn_sqlite_table *before)
{
    dn_kit_text_add(sql, ".once dunlin-others.sql\n"
                         "SELECT sql || ';' FROM main.sqlite_master WHERE tbl_name = ");
    dn_kit_text_quote(sql, '\'', before->name);
    dn_kit_text_add(sql, " COLLATE NOCASE AND (type = 'trigger' OR (type = 'index' AND sql IS NOT "
                         "NULL AND name COLLATE NOCASE NOT IN (");
    for (size_t i = 0, count = 0; i < before->count; i++)
        if (before->members[i].kind == DN_SQLITE_KIND_INDEX) {
            dn_kit_text_add(sql, count++ > 0 ? ", " : "");
            dn_kit_text_quote(sql, '\'', before->members[i].name);
        }
    dn_kit_text_add(sql, "))) ORDER BY rowid;\n");
}

/* Foreign keys put aside and taken back, by the shell's word for sqlite3_db_config, which would
 * print the answer. */
static bool
write_shell(dn_kit_text *sql, dunlin_string step)
{
    bool aside = dn_kit_same(step, DN_SQLITE_KEYS_ASIDE);

    if (aside)
        dn_kit_text_add(sql,
                        ".once dunlin-keys.sql\n"
                        "SELECT '.once dunlin-keys.txt' || char(10) || '.dbconfig enable_fkey '"
                        " || CASE foreign_keys WHEN 1 THEN 'on' ELSE 'off' END"
                        " FROM pragma_foreign_keys;\n"
                        ".once dunlin-keys.txt\n"
                        ".dbconfig enable_fkey off\n");
    else if (dn_kit_same(step, DN_SQLITE_KEYS_BACK))
        dn_kit_text_add(sql, ".read dunlin-keys.sql\n");
    else if (dn_kit_same(step, DN_SQLITE_OTHERS_BACK))
        dn_kit_text_add(sql, ".read dunlin-others.sql\n");
    else
        return false;
    return true;
}

static uint64_t
count_members(const dn_sqlite_table *table, dn_sqlite_member_kind kind)
{
    uint64_t count = 0;

    for (size_t i = 0; i < table->count; i++)
        count += !table->members[i].gone && table->members[i].kind == kind;
    return count;
}

static uint64_t
count_checks(const dn_sqlite_table *table)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text plain = {0};
    uint64_t count = 0;

    dn_sqlite_write_table(&sql, table, "CREATE TABLE ", table->name);
    dn_sqlite_say_plain(&plain, dn_kit_text_string(&sql));
    for (const char *at = plain.data; at != NULL && (at = strstr(at, CHECK)) != NULL; count++)
        at += sizeof(CHECK) - 1;
    return count;
}

static uint64_t
larger(uint64_t left, uint64_t right)
{
    return left > right ? left : right;
}

/* The name of a constraint that fails is all that the shell shows. */
static void
stop_with(dn_kit_text *text, dunlin_string condition, dunlin_string message)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};

    dn_kit_text_add(&sql, "CREATE TEMPORARY TABLE dunlin_stop (is_right INTEGER CONSTRAINT ");
    dn_kit_text_quote(&sql, '"', message);
    dn_kit_text_add(&sql, " CHECK (is_right)); INSERT INTO temp.dunlin_stop VALUES (0)");
    dn_sqlite_write_guard(text, condition, dn_kit_text_string(&sql));
    text->failed = text->failed || sql.failed;
}

static void
stop(dn_kit_text *text, dunlin_string condition, const dn_sqlite_table *table, const char *what)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text message = {0};

    dn_kit_text_add(&message, "table '");
    dn_kit_text_add_string(&message, table->name);
    dn_kit_text_add(&message, "' is to be built anew, and has ");
    dn_kit_text_add(&message, what);
    stop_with(text, condition, dn_kit_text_string(&message));
    text->failed = text->failed || message.failed;
}

int32_t
dn_sqlite_stop_unless_there(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text condition = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text message = {0};
    dunlin_string table = operation->path[0];

    dn_kit_text_add(&condition, "NOT ");
    dn_kit_text_add(&message, "there is no '");
    dn_kit_text_add_string(&message, table);
    if (operation->path_count > 1) {
        add_column_test(&condition, table, dn_sqlite_member_name(operation));
        dn_kit_text_add(&message, ".");
        dn_kit_text_add_string(&message, dn_sqlite_member_name(operation));
    } else {
        dn_kit_text_add(&condition, "EXISTS (SELECT 1 FROM main.sqlite_master WHERE type IN "
                                    "('table', 'view') AND name = ");
        dn_kit_text_quote(&condition, '\'', table);
        dn_kit_text_add(&condition, " COLLATE NOCASE)");
    }
    dn_kit_text_add(&message, "'");
    stop_with(&work->sql, dn_kit_text_string(&condition), dn_kit_text_string(&message));
    work->sql.failed = work->sql.failed || condition.failed || message.failed;
    return dn_sqlite_step_add(work, DUNLIN_STEP_STATEMENT, work->at, 1, NULL);
}

/* ALTER COLUMN IF EXISTS and nothing else: there is nothing to do where none of these columns is there. */
static void
unless_all_are_missing(dn_kit_text *condition, const dn_sqlite_rendering *work,
                       const dn_sqlite_table *table, uint64_t first, uint64_t count)
{
    for (uint64_t i = first; i < first + count; i++)
        if (work->operations[i]->verb != DUNLIN_VERB_ALTER ||
            work->operations[i]->condition != DUNLIN_CONDITION_IF_EXISTS ||
            !dn_kit_same(work->operations[i]->kind, DUNLIN_KIND_COLUMN))
            return;
    for (uint64_t i = first; i < first + count; i++) {
        dn_kit_text_add(condition, i > first ? " OR " : " AND (");
        add_column_test(condition, table->name, dn_sqlite_member_name(work->operations[i]));
    }
    dn_kit_text_add(condition, ")");
}

/* Another column than before, and not because all of this was done. */
static void
stop_if_other(dn_kit_text *text, const dn_sqlite_table *before, const dn_sqlite_table *after,
              dunlin_string columns, dunlin_string other_text)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text condition = {0};

    dn_kit_text_add(&condition, "NOT ");
    dn_kit_text_add_string(&condition, columns);
    dn_kit_text_add(&condition, " AND ");
    dn_kit_text_add_string(&condition, other_text);
    dn_kit_text_add(&condition, " AND NOT (");
    dn_sqlite_write_is_done(&condition, before, after);
    dn_kit_text_add(&condition, ")");
    stop(text, dn_kit_text_string(&condition), after, "other columns than the migrations made");
    text->failed = text->failed || condition.failed;
}

/* A rebuild would leave out what no migration has made. Two keys of the same columns have one index. */
static void
stop_if_more(dn_kit_text *text, const dn_sqlite_table *before, const dn_sqlite_table *after,
             dunlin_string condition)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text more = {0};

    dn_kit_text_add_string(&more, condition);
    dn_kit_text_add(&more,
                    " AND ((SELECT (length(said) - length(replace(said, '" CHECK
                    "', ''))) / length('" CHECK "') FROM temp.dunlin_said WHERE type = 'table' "
                    "AND name = ");
    dn_kit_text_quote(&more, '\'', after->name);
    dn_kit_text_format(&more,
                       " COLLATE NOCASE) > %" PRIu64 " OR (SELECT count(*) FROM pragma_index_list(",
                       larger(count_checks(before), count_checks(after)));
    dn_kit_text_quote(&more, '\'', after->name);
    dn_kit_text_format(&more,
                       ", 'main') WHERE origin = 'u') > %" PRIu64
                       " OR (SELECT count(DISTINCT id) FROM "
                       "pragma_foreign_key_list(",
                       larger(count_members(before, DN_SQLITE_KIND_UNIQUE),
                              count_members(after, DN_SQLITE_KIND_UNIQUE)));
    dn_kit_text_quote(&more, '\'', after->name);
    dn_kit_text_format(&more, ", 'main')) > %" PRIu64 ")",
                       larger(count_members(before, DN_SQLITE_KIND_FOREIGN_KEY),
                              count_members(after, DN_SQLITE_KIND_FOREIGN_KEY)));
    stop(text, dn_kit_text_string(&more), after, "keys or checks that no migration made");
    text->failed = text->failed || more.failed;
}

int32_t
dn_sqlite_guard_rebuild(dn_sqlite_rendering *work, size_t first_step, const dn_sqlite_table *before,
                        const dn_sqlite_table *after)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text condition = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text columns = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text other = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text wanted = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text old = {0};
    dunlin_string statements;
    uint64_t first = work->steps[first_step].first;
    uint64_t count = work->steps[first_step].count;

    dn_kit_text_clear(&work->sql);
    put_others_aside(&work->sql, before);
    for (size_t i = first_step; i < work->step_count; i++) {
        bool last = i + 1 == work->step_count;

        if (write_shell(&work->sql, work->steps[i].sql))
            continue;
        if (work->steps[i].role == DUNLIN_STEP_CHECK)
            write_check(&work->sql, &work->steps[i]);
        else
            dn_kit_text_add_string(&work->sql, work->steps[i].sql);
        dn_kit_text_add(&work->sql, last ? "" : ";\n");
    }
    work->step_count = first_step;
    statements = dn_kit_pool_copy(&work->pool, dn_kit_text_string(&work->sql));
    dn_kit_text_clear(&work->sql);
    dn_sqlite_write_table(&wanted, after, "CREATE TABLE ", after->name);
    dn_sqlite_write_table(&old, before, "CREATE TABLE ", after->name);
    dn_kit_text_add(&columns, "(SELECT group_concat(name, char(10)) FROM (SELECT name FROM "
                              "pragma_table_xinfo(");
    dn_kit_text_quote(&columns, '\'', after->name);
    dn_kit_text_add(&columns, ", 'main') ORDER BY name)) = ");
    write_columns(&columns, before);
    dn_kit_text_add(&other, "(SELECT sql FROM main.sqlite_master WHERE type = 'table' AND name = ");
    dn_kit_text_quote(&other, '\'', after->name);
    dn_kit_text_add(&other, " COLLATE NOCASE) <> ");
    dn_kit_text_quote(&other, '\'', dn_kit_text_string(&wanted));
    /* Its rows alone come out otherwise. */
    if (dn_kit_equal(dn_kit_text_string(&wanted), dn_kit_text_string(&old))) {
        dn_kit_text_clear(&other);
        dn_kit_text_add(&other, "TRUE");
    }
    dn_kit_text_add_string(&condition, dn_kit_text_string(&columns));
    dn_kit_text_add(&condition, " AND ");
    dn_kit_text_add_string(&condition, dn_kit_text_string(&other));
    unless_all_are_missing(&other, work, after, first, count);
    stop_if_other(&work->sql, before, after, dn_kit_text_string(&columns),
                  dn_kit_text_string(&other));
    stop_if_more(&work->sql, before, after, dn_kit_text_string(&condition));
    dn_sqlite_write_guard(&work->sql, dn_kit_text_string(&condition), statements);
    work->sql.failed = work->sql.failed || condition.failed || columns.failed || other.failed ||
                       wanted.failed || old.failed;
    return dn_sqlite_step_add(work, DUNLIN_STEP_STATEMENT, first, count, NULL);
}
