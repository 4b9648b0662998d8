/* SPDX-License-Identifier: MIT
 *
 * What a table says of itself, changed: engine, character set, options, comment, partitions. A member
 * that goes is said by what the server takes where nothing is said.
 */
#include <string.h>

#include "drivers/mysql/my_render.h"
#include "drivers/mysql/my_schema.h"

static const char versioning[] = "WITH SYSTEM VERSIONING";

/* "name=value" of CREATE_OPTIONS; versioning, which stands behind them, is none. */
static dunlin_string
next_option(dunlin_string *rest)
{
    dunlin_string word;

    while (rest->length > 0 && *rest->data == ' ')
        *rest = (dunlin_string){rest->data + 1, rest->length - 1};
    word.data = rest->data;
    for (word.length = 0; word.length < rest->length && rest->data[word.length] != ' ';)
        word.length++;
    if (memchr(word.data != NULL ? word.data : "", '=', word.length) == NULL)
        word.length = 0;
    *rest = (dunlin_string){rest->data + word.length, rest->length - word.length};
    return word;
}

static uint64_t
name_length(dunlin_string option)
{
    const char *sign = memchr(option.data, '=', option.length);

    return (uint64_t)(sign - option.data);
}

/* The option of this name in a list; empty: there is none. */
static dunlin_string
find_option(dunlin_string list, dunlin_string option)
{
    dunlin_string other;

    while ((other = next_option(&list)).length > 0)
        if (dn_mysql_same_name((dunlin_string){other.data, name_length(other)},
                               (dunlin_string){option.data, name_length(option)}))
            return other;
    return dn_kit_string("");
}

/* [MDB] CREATE TABLE, "Table Options": numbers have no DEFAULT, nought stands for it, or what is so unless it is
 * said. */
static const char *
default_of(dunlin_string option)
{
    static const char *const names[] = {"avg_row_length", "checksum", "delay_key_write",
                                        "key_block_size", "max_rows", "min_rows"};
    dunlin_string name = {option.data, name_length(option)};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (dn_kit_same_word(name, names[i]))
            return "0";
    return dn_kit_same_word(name, "page_checksum") ? "1" : "DEFAULT";
}

/* The options that are new or said otherwise. */
static void
add_new_options(dn_kit_text *text, dunlin_string before, dunlin_string after)
{
    dunlin_string list = after;
    dunlin_string option;

    while ((option = next_option(&list)).length > 0)
        if (!dn_kit_equal(find_option(before, option), option))
            dn_kit_text_format(text, " %.*s", (int)option.length, option.data);
}

/* An end to those that are gone. */
static void
end_old_options(dn_kit_text *text, dunlin_string before, dunlin_string after)
{
    dunlin_string list = before;
    dunlin_string option;

    while ((option = next_option(&list)).length > 0)
        if (find_option(after, option).length == 0)
            dn_kit_text_format(text, " %.*s = %s", (int)name_length(option), option.data,
                               default_of(option));
}

/* A comment that is there already is not written again. */
static bool
is_known_comment(dn_kit_set now, const dunlin_property *member)
{
    return dn_kit_same(member->name, "comment") &&
           dn_kit_equal(dn_kit_set_text(now, "comment"), member->text);
}

static bool
changes_engine(const dunlin_operation *operation)
{
    return dn_kit_set_find(dn_mysql_set(operation), "engine") != NULL ||
           dn_mysql_unsets(operation, "engine");
}

/* What stands behind ALTER TABLE without commas; empty where nothing of it changes. */
static int32_t
add_settings(dn_mysql_rendering *work, const dunlin_operation *operation, dn_kit_set now,
             dunlin_string after, dn_kit_text *settings)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = work->sql;
    dn_kit_set set = dn_mysql_set(operation);
    dn_mysql_list plain = {0};
    int32_t status;

    for (uint64_t i = 0; i < set.count; i = dn_kit_set_next(set, i))
        if (!dn_kit_same(set.list[i].name, "options") && !is_known_comment(now, &set.list[i]))
            dn_mysql_add_copy(&plain, &set.list[i]);
    memset(&work->sql, 0, sizeof(work->sql));
    status = dn_mysql_add_table_options(work, (dn_kit_set){plain.items, plain.count}, false);
    *settings = work->sql;
    work->sql = sql;
    memset(&sql, 0, sizeof(sql));
    if (dn_mysql_unsets(operation, "engine"))
        dn_kit_text_add(settings, " ENGINE = InnoDB");
    add_new_options(settings, dn_kit_set_text(now, "options"), after);
    if (!changes_engine(operation))
        end_old_options(settings, dn_kit_set_text(now, "options"), after);
    if (dn_mysql_unsets(operation, "comment"))
        dn_kit_text_add(settings, " COMMENT = ''");
    if (plain.failed || settings->failed)
        status = dn_kit_no_memory(work->call);
    dn_mysql_list_free(&plain);
    return status;
}

static int32_t
begin(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    int32_t status = dn_mysql_begin_clause(work, operation->path[0], NULL, 0);

    work->guard = dn_mysql_guard(work, operation);
    return status;
}

static int32_t
write_settings(dn_mysql_rendering *work, const dunlin_operation *operation, dunlin_string text)
{
    int32_t status;

    if (text.length == 0)
        return DUNLIN_OK;
    status = begin(work, operation);
    while (text.length > 0 && *text.data == ' ')
        text = (dunlin_string){text.data + 1, text.length - 1};
    dn_kit_text_add_string(&work->sql, text);
    return status;
}

/* [MDB] error 1911: only the engine that they are of takes an end to them, before it is another one. */
static int32_t
leave_engine(dn_mysql_rendering *work, const dunlin_operation *operation, dn_kit_set now,
             dunlin_string after)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text old = {0};
    int32_t status;

    end_old_options(&old, dn_kit_set_text(now, "options"), after);
    if (old.failed)
        return dn_kit_no_memory(work->call);
    status = write_settings(work, operation, dn_kit_text_string(&old));
    if (!work->script && old.length > 0)
        work->guard =
            dn_mysql_engine_guard(work, operation->path[0], dn_kit_set_text(now, "engine"));
    return status == DUNLIN_OK && old.length > 0 ? dn_mysql_end_alter(work) : status;
}

static int32_t
change_settings(dn_mysql_rendering *work, const dunlin_operation *operation, dn_kit_set now,
                dunlin_string after)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text settings = {0};
    int32_t status = add_settings(work, operation, now, after, &settings);

    if (status == DUNLIN_OK && changes_engine(operation))
        status = leave_engine(work, operation, now, after);
    return status == DUNLIN_OK ? write_settings(work, operation, dn_kit_text_string(&settings))
                               : status;
}

/* `p` of `p` (`from`, `to`) */
static void
add_period_name(dn_mysql_rendering *work, dunlin_string period)
{
    while (period.length > 0 && period.data[period.length - 1] != '(')
        period.length--;
    period.length -= period.length > 0 ? strlen(" (") : 0;
    dn_kit_text_add_string(&work->sql, period);
}

/* [MDB] In one statement, a period cannot take the place of another one. */
static int32_t
change_period(dn_mysql_rendering *work, const dunlin_operation *operation, dunlin_string before)
{
    dunlin_string after = dn_kit_set_text(dn_mysql_set(operation), "period");
    int32_t status = DUNLIN_OK;

    if (after.length == 0 && !dn_mysql_unsets(operation, "period"))
        return DUNLIN_OK;
    if (before.length > 0) {
        status = begin(work, operation);
        dn_kit_text_add(&work->sql,
                        dn_mysql_repeats(work) ? "DROP PERIOD IF EXISTS FOR " : "DROP PERIOD FOR ");
        add_period_name(work, before);
        work->name_count = DN_MYSQL_NAMES;
    }
    if (status == DUNLIN_OK && after.length > 0) {
        status = begin(work, operation);
        dn_kit_text_add(&work->sql, dn_mysql_repeats(work) ? "ADD PERIOD IF NOT EXISTS FOR "
                                                           : "ADD PERIOD FOR ");
        dn_kit_text_add_string(&work->sql, after);
    }
    return status;
}

/* It stands at the end of a statement, without a comma: in one of its own. */
static int32_t
change_partitions(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dunlin_string text = dn_kit_set_text(dn_mysql_set(operation), "partition_by");
    int32_t status;

    if (text.length == 0 && !dn_mysql_unsets(operation, "partition_by"))
        return DUNLIN_OK;
    if (text.length > 0 && (work->call->flags & DUNLIN_CALL_OWN_WORDS) == 0)
        return dn_mysql_refuse(work, NULL, "way to divide a table of a portable history");
    status = dn_mysql_end_alter(work);
    dn_kit_text_add(&work->sql, "ALTER TABLE ");
    dn_mysql_add_name(work, operation->path[0]);
    dn_kit_text_add(&work->sql, text.length > 0 ? " PARTITION BY " : " REMOVE PARTITIONING");
    dn_kit_text_add_string(&work->sql, text);
    if (status != DUNLIN_OK)
        return status;
    return dn_mysql_push_step(work, work->at, 1,
                              text.length == 0 && !work->script
                                  ? dn_mysql_partition_guard(work, operation->path[0])
                                  : dn_mysql_guard(work, operation));
}

int32_t
dn_mysql_render_table_change(dn_mysql_rendering *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    dn_kit_set set = dn_mysql_set(operation);
    dn_kit_set now = dn_mysql_fact_members(
        dn_mysql_find(work, DUNLIN_KIND_TABLE, operation->path[0], dn_kit_string("")));
    dunlin_string before = dn_kit_set_text(now, "options");
    bool changes = dn_kit_set_find(set, "options") != NULL || dn_mysql_unsets(operation, "options");
    dunlin_string after = changes ? dn_kit_set_text(set, "options") : before;
    bool ends = dn_mysql_contains(before, versioning);
    int32_t status = change_settings(work, operation, now, after);

    if (status == DUNLIN_OK && ends != dn_mysql_contains(after, versioning))
        status = dn_mysql_change_versioning(work, operation, ends);
    if (status == DUNLIN_OK)
        status = change_period(work, operation, dn_kit_set_text(now, "period"));
    return status == DUNLIN_OK ? change_partitions(work, operation) : status;
}
