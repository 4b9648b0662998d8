/* SPDX-License-Identifier: MIT
 *
 * The sequence behind a serial column becomes one of its own under the same name, or the other way round. It stays then,
 * for what it has counted, and is told its options. A new one of another name goes on where it was.
 */
#include <string.h>

#include "drivers/kit/kit_sequence.h"
#include "drivers/postgres/pg_render.h"
#include "drivers/postgres/pg_scan.h"
#include "drivers/postgres/pg_type.h"

/* Is that what the server calls the sequence behind the column? One that was renamed is in nobody's way. */
static bool
is_called_so(const dunlin_operation *column, const dunlin_operation *sequence)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};

    if (column->verb != DUNLIN_VERB_ALTER || !dn_pg_is_kind(column, DUNLIN_KIND_COLUMN) ||
        !dn_pg_is_kind(sequence, DUNLIN_KIND_SEQUENCE) ||
        column->path_count != sequence->path_count + 1)
        return false;
    for (uint64_t i = 0; i + 1 < sequence->path_count; i++)
        if (!dn_kit_equal(column->path[i], sequence->path[i]))
            return false;
    dn_pg_make_name(&name, column->path[column->path_count - 2], dn_pg_last_name(column), "seq");
    return !name.failed && dn_kit_equal(dn_kit_text_string(&name), dn_pg_last_name(sequence));
}

/* Somebody's own words say what becomes of a sequence. */
static bool
may_stay(const dn_pg_render_work *work)
{
    return !work->script && (work->call->flags & DUNLIN_CALL_OWN_WORDS) != 0;
}

const dunlin_operation *
dn_pg_was_behind_column(dn_pg_render_work *work, const dunlin_operation *sequence)
{
    for (uint64_t i = work->at + 1; i < work->count && may_stay(work); i++) {
        const dunlin_operation *column = work->operations[i];
        const dunlin_fact *fact;

        if (!dn_pg_is_unset(column, "auto") || !is_called_so(column, sequence))
            continue;
        fact = dn_pg_current(work, DUNLIN_KIND_COLUMN, column->path, column->path_count);
        if (fact != NULL &&
            dn_kit_same(
                dn_kit_set_text((dn_kit_set){fact->properties, fact->property_count}, "auto"),
                "serial"))
            return column;
    }
    return NULL;
}

/* The column is changed first, and the sequence goes behind it. */
const dunlin_operation *
dn_pg_comes_behind_column(dn_pg_render_work *work, const dunlin_operation *operation)
{
    bool drops = operation->verb == DUNLIN_VERB_DROP;
    uint64_t end = drops ? work->at : work->count;

    for (uint64_t i = drops ? 0 : work->at + 1; i < end && may_stay(work); i++) {
        const dunlin_operation *other = work->operations[i];
        const dunlin_operation *column = drops ? other : operation;

        if ((drops || other->verb == DUNLIN_VERB_DROP) &&
            dn_kit_same(dn_pg_text_of(column, "auto"), "serial") &&
            is_called_so(column, drops ? operation : other))
            return other;
    }
    return NULL;
}

static dn_kit_set
members_now(dn_pg_render_work *work, const char *kind, const dunlin_operation *operation)
{
    const dunlin_fact *fact = dn_pg_current(work, kind, operation->path, operation->path_count);

    return (dn_kit_set){fact != NULL ? fact->properties : NULL,
                        fact != NULL ? fact->property_count : 0};
}

static dn_kit_sequence
numbers_of(dn_kit_set sequence)
{
    int64_t largest = dn_pg_type_largest(dn_kit_set_text(sequence, "type"));

    return dn_kit_sequence_of(sequence, NULL, -largest - 1, largest);
}

static void
begin(dn_pg_render_work *work, const dunlin_operation *sequence, const dn_kit_sequence *before,
      const dn_kit_sequence *after, dunlin_string type)
{
    int64_t first;

    if (dn_kit_sequence_jumps(before, after, &first))
        dn_pg_push_jump(work, sequence, after->increment < 0, first);
    dn_pg_say(work, "ALTER SEQUENCE ");
    dn_pg_say_path(work, sequence->path, sequence->path_count);
    dn_pg_say(work, " AS ");
    dn_pg_say_text(work, type.length > 0 ? type : dn_kit_string("bigint"));
}

static void
end(dn_pg_render_work *work, const dn_kit_sequence *before, const dn_kit_sequence *after)
{
    if (dn_kit_sequence_parts(before, after))
        dn_kit_text_format(&work->sql, " RESTART WITH %lld", (long long)after->start);
    dn_pg_push(work, work->at, 1);
}

void
dn_pg_push_let_go(dn_pg_render_work *work, const dunlin_operation *sequence,
                  const dunlin_operation *column)
{
    dn_kit_set now = members_now(work, DUNLIN_KIND_COLUMN, column);
    dn_kit_set set = {sequence->set, sequence->set_count};
    dn_kit_sequence before = dn_pg_counter_numbers(work, dn_kit_set_text(now, "auto_options"),
                                                   dn_kit_set_text(now, "type"));
    dn_kit_sequence after = numbers_of(set);
    const dunlin_property *cache = dn_kit_property_find(sequence, "cache");

    begin(work, sequence, &before, &after, dn_kit_set_text(set, "type"));
    dn_kit_text_format(&work->sql,
                       " INCREMENT BY %lld MINVALUE %lld MAXVALUE %lld START WITH %lld CACHE %lld",
                       (long long)after.increment, (long long)after.min, (long long)after.max,
                       (long long)after.start, cache != NULL ? (long long)cache->integer : 1LL);
    dn_pg_say(work, dn_kit_property_is_true(sequence, "cycle") ? " CYCLE" : " NO CYCLE");
    end(work, &before, &after);
}

void
dn_pg_push_taken(dn_pg_render_work *work, const dunlin_operation *sequence,
                 const dunlin_operation *column, dunlin_string type)
{
    dunlin_string options = dn_pg_text_of(column, "auto_options");
    dn_kit_sequence before = numbers_of(members_now(work, DUNLIN_KIND_SEQUENCE, sequence));
    dn_kit_sequence after = dn_pg_counter_numbers(work, options, type);

    begin(work, sequence, &before, &after, type);
    dn_pg_say_counter_options(work, options, after.start);
    end(work, &before, &after);
}

/* --- another name ---------------------------------------------------------------------------------------- */

/* Is `path` what "nextval('public.s'::regclass)" takes its numbers from? */
static bool
counts_with(dunlin_string value, const dunlin_string *path, uint64_t count)
{
    static const char start[] = "nextval('";
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text first = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text second = {0};
    dn_kit_text names[2] = {{0}, {0}};
    uint64_t found = 0;
    dn_pg_scan scan;
    bool same;

    if (value.length < sizeof start || memcmp(value.data, start, sizeof start - 1) != 0)
        return false;
    scan = dn_pg_scan_begin(
        (dunlin_string){value.data + sizeof start - 1, value.length - (sizeof start - 1)});
    if (!dn_pg_take_names(&scan, names, &found))
        found = 0;
    first = names[0];
    second = names[1];
    same = found == count && found > 0 && !first.failed && !second.failed;
    for (uint64_t i = 0; same && i < count; i++)
        same = dn_kit_equal(dn_kit_text_string(i == 0 ? &first : &second), path[i]);
    return same;
}

static const dunlin_operation *
new_counter_of(dn_pg_render_work *work, const dunlin_operation *column)
{
    dunlin_string value = dn_pg_text_of(column, "default");

    for (uint64_t i = 0; i < work->at && may_stay(work); i++) {
        const dunlin_operation *other = work->operations[i];

        if (other->verb == DUNLIN_VERB_CREATE && dn_pg_is_kind(other, DUNLIN_KIND_SEQUENCE) &&
            !is_called_so(column, other) && counts_with(value, other->path, other->path_count))
            return other;
    }
    return NULL;
}

void
dn_pg_push_passed_on(dn_pg_render_work *work, const dunlin_operation *column)
{
    const dunlin_operation *sequence = new_counter_of(work, column);
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text table = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};
    dn_kit_sequence numbers;

    if (sequence == NULL)
        return;
    numbers = numbers_of((dn_kit_set){sequence->set, sequence->set_count});
    table = dn_pg_table_text(work, column);
    name = dn_pg_path_text(work, sequence->path, sequence->path_count);
    dn_pg_say(work, "SELECT pg_catalog.setval(");
    dn_pg_say_literal(work, dn_kit_text_string(&name));
    dn_pg_say(work, ", pg_catalog.pg_sequence_last_value(o)) FROM CAST(");
    dn_pg_say_counter(work, column, dn_kit_text_string(&table));
    dn_kit_text_format(
        &work->sql,
        " AS pg_catalog.regclass) AS o WHERE pg_catalog.pg_sequence_last_value(o) %s %lld",
        numbers.increment < 0 ? "<=" : ">=", (long long)numbers.start);
    dn_pg_push(work, work->at, 1);
}
