/* SPDX-License-Identifier: MIT
 *
 * The sequence behind a column, changed: its type, and what it was told of where and how to count.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/pg_render.h"

dn_kit_text
dn_pg_table_text(dn_pg_render_work *work, const dunlin_operation *operation)
{
    dn_kit_text outer = work->sql;
    dn_kit_text table;

    work->sql = (dn_kit_text){0};
    dn_pg_say_path(work, operation->path, dn_pg_table_names(operation));
    table = work->sql;
    work->sql = outer;
    return table;
}

/* --- options -------------------------------------------------------------------------------------------- */

/* The number behind the words in "INCREMENT BY 5 START WITH 10"; NULL: they are not there. */
static const char *
number_behind(const char *options, const char *words)
{
    const char *found = strstr(options, words);

    return found != NULL ? found + strlen(words) + 1 : NULL;
}

/* Where a sequence starts that was not told. */
static void
say_usual_start(dn_pg_render_work *work, const char *options)
{
    const char *step = number_behind(options, "INCREMENT BY");
    bool down = step != NULL && *step == '-';
    const char *end = number_behind(options, down ? "MAXVALUE" : "MINVALUE");

    dn_kit_text_format(&work->sql, "START WITH %lld",
                       end != NULL ? strtoll(end, NULL, 10)
                       : down      ? -1LL
                                   : 1LL);
}

/* All of them: what is not among the options is as the server would choose it. */
static void
say_options(dn_pg_render_work *work, const char *options, const char *before)
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
            say_usual_start(work, options);
    }
    dn_pg_say(work, before);
    dn_pg_say(work, strstr(options, "CYCLE") != NULL ? "CYCLE" : "NO CYCLE");
}

/* --- the statement -------------------------------------------------------------------------------------- */

void
dn_pg_push_counter(dn_pg_render_work *work, const dunlin_operation *operation, bool serial)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text table = dn_pg_table_text(work, operation);
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text options = {0};
    dunlin_string given = dn_pg_text_of(operation, "auto_options");
    bool changes = given.length > 0 || dn_pg_is_unset(operation, "auto_options");

    dn_kit_text_add_string(&options, given);
    work->sql.failed = work->sql.failed || table.failed || options.failed;
    if (work->sql.failed)
        return;
    if (!serial) {
        dn_pg_say(work, "ALTER TABLE ");
        dn_pg_say_text(work, dn_kit_text_string(&table));
        dn_pg_say(work, " ALTER COLUMN ");
        dn_pg_say_name(work, dn_pg_last_name(operation));
        say_options(work, options.length > 0 ? options.data : "", " SET ");
        dn_pg_push(work, work->at, 1);
        return;
    }
    dn_pg_say(work, "DO $dunlin$ BEGIN EXECUTE 'ALTER SEQUENCE ' ||"
                    " pg_catalog.pg_get_serial_sequence(");
    dn_pg_say_literal(work, dn_kit_text_string(&table));
    dn_pg_say(work, ", ");
    dn_pg_say_literal(work, dn_pg_last_name(operation));
    dn_pg_say(work, ") || '");
    if (dn_pg_sets(operation, "type")) {
        dn_pg_say(work, " AS ");
        dn_pg_say_text(work, dn_pg_text_of(operation, "type"));
    }
    if (changes)
        say_options(work, options.length > 0 ? options.data : "", " ");
    dn_pg_say(work, "'; END $dunlin$");
    dn_pg_push(work, work->at, 1);
}
