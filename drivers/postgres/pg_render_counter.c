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

dn_kit_sequence
dn_pg_counter_numbers(dn_pg_render_work *work, dunlin_string options, dunlin_string type)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

    dn_kit_text_add_string(&text, options);
    dn_kit_text_add(&text, "");
    work->sql.failed = work->sql.failed || text.failed;
    return numbers_of(text.failed ? "" : text.data, type);
}

void
dn_pg_say_counter_options(dn_pg_render_work *work, dunlin_string options, int64_t start)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

    dn_kit_text_add_string(&text, options);
    dn_kit_text_add(&text, "");
    work->sql.failed = work->sql.failed || text.failed;
    if (!text.failed)
        say_options(work, text.data, start, " ");
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

/* '"s"."t_c_seq"': the name is text in text. */
void
dn_pg_say_own_sequence_as_text(dn_pg_render_work *work, const dunlin_operation *operation)
{
    dn_kit_text outer = work->sql;
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};

    work->sql = name;
    dn_pg_say_own_sequence(work, operation);
    name = work->sql;
    work->sql = outer;
    dn_pg_say_literal(work, dn_kit_text_string(&name));
}

/* The column may own another sequence than the one that was made for it, which still has to go. */
static void
say_counter_of(dn_pg_render_work *work, const dunlin_operation *operation, dunlin_string table)
{
    if (dn_pg_has_own_sequence(operation))
        dn_pg_say_own_sequence_as_text(work, operation);
    else
        dn_pg_say_counter(work, operation, table);
}

/* The next value is the one behind the greatest; of a column that counts down, behind the least. */
void
dn_pg_push_catch_up(dn_pg_render_work *work, const dunlin_operation *operation, dunlin_string type)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text table = dn_pg_table_text(work, operation);
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text options = {0};
    dn_kit_sequence numbers;
    const char *furthest;

    dn_kit_text_add_string(&options, dn_pg_text_of(operation, "auto_options"));
    dn_kit_text_add(&options, "");
    work->sql.failed = work->sql.failed || options.failed;
    if (work->sql.failed)
        return;
    numbers = numbers_of(options.data, type);
    furthest = numbers.increment < 0 ? "pg_catalog.min(" : "pg_catalog.max(";
    dn_pg_say(work, "SELECT pg_catalog.setval(");
    say_counter_of(work, operation, dn_kit_text_string(&table));
    dn_pg_say(work, ", ");
    dn_pg_say(work, furthest);
    dn_pg_say_name(work, dn_pg_last_name(operation));
    dn_pg_say(work, ")) FROM ");
    dn_pg_say_text(work, dn_kit_text_string(&table));
    dn_pg_say(work, " HAVING ");
    dn_pg_say(work, furthest);
    dn_pg_say_name(work, dn_pg_last_name(operation));
    if (numbers.increment < 0)
        dn_kit_text_format(&work->sql, ") <= %lld", (long long)numbers.start);
    else
        dn_kit_text_format(&work->sql, ") > %lld", (long long)numbers.start - 1);
    /* One that has counted knows better than the rows that are left. */
    if (dn_pg_is_repeated(work) || dn_pg_comes_behind_column(work, operation) != NULL) {
        dn_pg_say(work, " AND pg_catalog.pg_sequence_last_value(CAST(");
        say_counter_of(work, operation, dn_kit_text_string(&table));
        dn_pg_say(work, " AS pg_catalog.regclass)) IS NULL");
    }
    dn_pg_push(work, work->at, 1);
}

/* Copies of the column (LIKE .. INCLUDING ALL) count by its sequence. Where that is to end, it does before the sequence
 * goes. */
static void
push_copies(dn_pg_render_work *work)
{
    if ((work->call->flags & DUNLIN_CALL_OWN_WORDS) == 0)
        return;
    for (uint64_t i = work->at + 1; i < work->count; i++) {
        const dunlin_operation *later = work->operations[i];
        const dunlin_fact *column;
        const dunlin_property *value;

        if (!dn_pg_is_kind(later, DUNLIN_KIND_COLUMN) ||
            !((later->verb == DUNLIN_VERB_DROP && !dn_pg_is_repeated(work)) ||
              (later->verb == DUNLIN_VERB_ALTER &&
               (dn_pg_is_unset(later, "default") || dn_pg_sets(later, "default")))))
            continue;
        column = dn_pg_current(work, DUNLIN_KIND_COLUMN, later->path, later->path_count);
        value = column != NULL
                    ? dn_kit_set_find((dn_kit_set){column->properties, column->property_count},
                                      "default")
                    : NULL;
        if (value == NULL || value->text.length < sizeof("nextval(") - 1 ||
            memcmp(value->text.data, "nextval(", sizeof("nextval(") - 1) != 0)
            continue;
        dn_pg_say(work, "ALTER TABLE ");
        dn_pg_say_path(work, later->path, later->path_count - 1);
        dn_pg_say(work, " ALTER COLUMN ");
        dn_pg_say_name(work, dn_pg_last_name(later));
        dn_pg_say(work, " DROP DEFAULT");
        dn_pg_push(work, work->at, 1);
    }
}

/* Whatever it is called. */
void
dn_pg_push_drop_sequence(dn_pg_render_work *work, const dunlin_operation *operation)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text table = dn_pg_table_text(work, operation);
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    push_copies(work);
    dn_pg_say(work, "DO $dunlin$ BEGIN EXECUTE coalesce('DROP SEQUENCE ' || ");
    dn_pg_say_counter(work, operation, dn_kit_text_string(&table));
    dn_pg_say(work, ", 'SELECT 1'); END $dunlin$");
    dn_pg_guard_column(&guard, operation, dn_pg_last_name(operation), " AND a.attidentity = ''",
                       false);
    dn_pg_push_guarded(work, &guard, work->at, 1);
}

/* --- other sequences of the column --------------------------------------------------------------------- */
/* pg_get_serial_sequence() gives one of those that a column owns. So those that are facts of their own are nobody's
 * while the column's is spoken of. */
typedef struct owning {
    dn_pg_render_work *work;
    const dunlin_string *column; /* with its schema */
    bool back;
} owning;

static bool
is_owner(const dunlin_property *list, const dunlin_string *column)
{
    uint64_t at = 0;

    for (list = list != NULL ? list + 1 : NULL;
         list != NULL && list->type != DUNLIN_PROPERTY_END && at < 3; list++)
        if (!dn_kit_equal(list->text, column[at++]))
            return false;
    return at == 3;
}

static void
push_owner(const owning *state, const dunlin_string *path, uint64_t count)
{
    dn_pg_render_work *work = state->work;

    dn_pg_say(work, "ALTER SEQUENCE IF EXISTS ");
    dn_pg_say_path(work, path, count);
    dn_pg_say(work, " OWNED BY ");
    if (state->back)
        dn_pg_say_path(work, state->column, 3);
    else
        dn_pg_say(work, "NONE");
    dn_pg_push(work, work->at, 1);
}

static int32_t
look_at_sequence(const dunlin_fact *fact, void *context)
{
    const owning *state = context;
    const dunlin_operation found = {.set = fact->properties, .set_count = fact->property_count};
    const dunlin_operation *earlier =
        dn_pg_last_on(state->work, DUNLIN_KIND_SEQUENCE, fact->path, fact->path_count);

    if (is_owner(dn_kit_property_find(&found, "owned_by"), state->column) &&
        (earlier == NULL ||
         (earlier->verb == DUNLIN_VERB_ALTER && !dn_pg_sets(earlier, "owned_by") &&
          !dn_pg_is_unset(earlier, "owned_by"))))
        push_owner(state, fact->path, fact->path_count);
    return 0;
}

/* Given to the column by an operation before this one; what is made is given away in the end. */
static void
look_at_operations(const owning *state)
{
    dn_pg_render_work *work = state->work;

    for (uint64_t i = 0; i < work->at; i++) {
        const dunlin_operation *earlier = work->operations[i];

        if (dn_pg_is_kind(earlier, DUNLIN_KIND_SEQUENCE) && earlier->verb == DUNLIN_VERB_ALTER &&
            is_owner(dn_kit_property_find(earlier, "owned_by"), state->column) &&
            dn_pg_last_on(work, DUNLIN_KIND_SEQUENCE, earlier->path, earlier->path_count) ==
                earlier)
            push_owner(state, earlier->path, earlier->path_count);
    }
}

void
dn_pg_push_owned(dn_pg_render_work *work, const dunlin_string *column, uint64_t count, bool back)
{
    owning state = {work, column, back};
    dn_kit_text begun = work->sql;

    if (count != 3)
        return;
    work->sql = (dn_kit_text){0};
    if (work->status == DUNLIN_OK && work->call->host->each != NULL)
        work->status = work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_SEQUENCE),
                                              look_at_sequence, &state);
    look_at_operations(&state);
    dn_kit_text_free(&work->sql);
    begun.failed = begun.failed || work->sql.failed;
    work->sql = begun;
}
