/* SPDX-License-Identifier: MIT
 *
 * The sequence behind a column, changed: its type, and what it was told of where and how to count.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/kit/kit_sequence.h"
#include "drivers/postgres/pg_render.h"
#include "drivers/postgres/pg_type.h"

dn_kit_text
dn_pg_path_text(dn_pg_render_work *work, const dunlin_string *path, uint64_t count)
{
    dn_kit_text outer = work->sql;
    dn_kit_text text;

    work->sql = (dn_kit_text){0};
    dn_pg_say_path(work, path, count);
    text = work->sql;
    work->sql = outer;
    return text;
}

dn_kit_text
dn_pg_table_text(dn_pg_render_work *work, const dunlin_operation *operation)
{
    return dn_pg_path_text(work, operation->path, dn_pg_table_names(operation));
}

/* --- options -------------------------------------------------------------------------------------------- */

/* The number behind the words in "INCREMENT BY 5 START WITH 10"; NULL: they are not there. */
static const char *
number_behind(const char *options, const char *words)
{
    const char *found = strstr(options, words);

    return found != NULL ? found + strlen(words) + 1 : NULL;
}

static int64_t
number_or(const char *options, const char *words, int64_t usual)
{
    const char *found = number_behind(options, words);

    return found != NULL ? strtoll(found, NULL, 10) : usual;
}

static dn_kit_sequence
numbers_of(const char *options, dunlin_string type)
{
    int64_t limit = dn_pg_type_largest(type);
    dn_kit_sequence numbers = {.increment = number_or(options, "INCREMENT BY", 1)};
    bool down = numbers.increment < 0;

    numbers.min = number_or(options, "MINVALUE", down ? -limit - 1 : 1);
    numbers.max = number_or(options, "MAXVALUE", down ? -1 : limit);
    numbers.start = number_or(options, "START WITH", down ? numbers.max : numbers.min);
    return numbers;
}

/* All of them: what is not among the options is as the server would choose it. */
static void
say_options(dn_pg_render_work *work, const char *options, int64_t start, const char *before)
{
    static const struct {
        const char *words;
        const char *usual;
    } parts[] = {
        {"INCREMENT BY", "INCREMENT BY 1"},
        {"MINVALUE", "NO MINVALUE"},
        {"MAXVALUE", "NO MAXVALUE"},
        {"START WITH", NULL},
        {"CACHE", "CACHE 1"},
    };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const char *number = number_behind(options, parts[i].words);

        dn_pg_say(work, before);
        if (number != NULL)
            dn_kit_text_format(&work->sql, "%s %lld", parts[i].words, strtoll(number, NULL, 10));
        else if (parts[i].usual != NULL)
            dn_pg_say(work, parts[i].usual);
        else
            dn_kit_text_format(&work->sql, "START WITH %lld", (long long)start);
    }
    dn_pg_say(work, before);
    dn_pg_say(work, strstr(options, "CYCLE") != NULL ? "CYCLE" : "NO CYCLE");
}

/* --- the statements ------------------------------------------------------------------------------------- */

/* What the column counts with before and behind the operation. */
typedef struct change {
    dn_kit_sequence before;
    dn_kit_sequence after;
    const char *options; /* behind it */
} change;

void
dn_pg_say_counter(dn_pg_render_work *work, const dunlin_operation *operation, dunlin_string table)
{
    dn_pg_say(work, "pg_catalog.pg_get_serial_sequence(");
    dn_pg_say_literal(work, table);
    dn_pg_say(work, ", ");
    dn_pg_say_literal(work, dn_pg_last_name(operation));
    dn_pg_say(work, ")");
}

/* As alter_sequence() in pg_render_object.c does it. */
static void
push_jump(dn_pg_render_work *work, const dunlin_operation *operation, dunlin_string table,
          const change *counter)
{
    int64_t first;

    if (!dn_kit_sequence_jumps(&counter->before, &counter->after, &first))
        return;
    dn_pg_say(work, "SELECT pg_catalog.setval(s.seqrelid, ");
    dn_kit_text_format(&work->sql,
                       "%lld, false) FROM pg_catalog.pg_sequence AS s"
                       " WHERE s.seqrelid = CAST(",
                       (long long)first);
    dn_pg_say_counter(work, operation, table);
    dn_kit_text_format(
        &work->sql,
        " AS pg_catalog.regclass) AND"
        " coalesce(pg_catalog.pg_sequence_last_value(s.seqrelid), s.seqstart) %s %lld",
        counter->after.increment < 0 ? ">" : "<", (long long)first);
    dn_pg_push(work, work->at, 1);
}

static void
push_identity(dn_pg_render_work *work, const dunlin_operation *operation, dunlin_string table,
              const change *counter)
{
    dn_pg_say(work, "ALTER TABLE ");
    dn_pg_say_text(work, table);
    dn_pg_say(work, " ALTER COLUMN ");
    dn_pg_say_name(work, dn_pg_last_name(operation));
    say_options(work, counter->options, counter->after.start, " SET ");
    if (dn_kit_sequence_parts(&counter->before, &counter->after))
        dn_kit_text_format(&work->sql, " RESTART WITH %lld", (long long)counter->after.start);
    dn_pg_push(work, work->at, 1);
}

static void
push_serial(dn_pg_render_work *work, const dunlin_operation *operation, dunlin_string table,
            const change *counter)
{
    dn_pg_say(work, "DO $dunlin$ BEGIN EXECUTE 'ALTER SEQUENCE ' || ");
    dn_pg_say_counter(work, operation, table);
    dn_pg_say(work, " || '");
    if (dn_pg_sets(operation, "type")) {
        dn_pg_say(work, " AS ");
        dn_pg_say_text(work, dn_pg_text_of(operation, "type"));
    }
    if (dn_pg_sets(operation, "auto_options") || dn_pg_is_unset(operation, "auto_options")) {
        say_options(work, counter->options, counter->after.start, " ");
        if (dn_kit_sequence_parts(&counter->before, &counter->after))
            dn_kit_text_format(&work->sql, " RESTART WITH %lld", (long long)counter->after.start);
    }
    dn_pg_say(work, "'; END $dunlin$");
    dn_pg_push(work, work->at, 1);
}

void
dn_pg_push_counter(dn_pg_render_work *work, const dunlin_operation *operation, bool serial)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text table = dn_pg_table_text(work, operation);
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text old = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text new = {0};
    const dunlin_fact *fact =
        dn_pg_current(work, DUNLIN_KIND_COLUMN, operation->path, operation->path_count);
    dn_kit_set now = {fact != NULL ? fact->properties : NULL,
                      fact != NULL ? fact->property_count : 0};
    dunlin_string type = dn_kit_set_text(now, "type");
    change counter;

    dn_kit_text_add_string(&old, dn_kit_set_text(now, "auto_options"));
    dn_kit_text_add_string(&new, dn_pg_text_of(operation, "auto_options"));
    dn_kit_text_add(&old, "");
    dn_kit_text_add(&new, "");
    work->sql.failed = work->sql.failed || table.failed || old.failed || new.failed;
    if (work->sql.failed)
        return;
    counter.options = new.data;
    counter.before = numbers_of(old.data, type);
    counter.after = numbers_of(
        new.data, dn_pg_sets(operation, "type") ? dn_pg_text_of(operation, "type") : type);
    if (fact == NULL || dn_kit_set_find(now, "auto") == NULL)
        counter.before = counter.after;
    push_jump(work, operation, dn_kit_text_string(&table), &counter);
    if (serial)
        push_serial(work, operation, dn_kit_text_string(&table), &counter);
    else
        push_identity(work, operation, dn_kit_text_string(&table), &counter);
}
