/* SPDX-License-Identifier: MIT
 *
 * Following the facts of a shadow: after each change only what may have changed is read. Which that
 * is the driver tells, exactly (by marks) or from the text of statements; where it cannot, all is
 * read. What was taken from texts is verified in the end.
 */
#include <stdlib.h>
#include <string.h>

#include "core/fact/canonical.h"
#include "core/schema/schema.h"
#include "core/state/replay_internal.h"
#include "core/state/state_internal.h"

static const dn_compare_options as_they_are = {.column_order = false};
static const dn_compare_options by_places = {.column_order = true};

/* One reading. */
typedef struct reading {
    dn_follow *follow;
    dn_fact_list old;       /* facts whose object is told anew */
    dn_differences changes; /* facts that were told, `before` NULL: new */
    const dunlin_fact *key; /* of collect() */
    dn_error *error;
} reading;

int
dn_follow_begin(dn_follow *follow, dn_connection *shadow, bool thorough, dn_arena *arena,
                dn_error *error)
{
    const dunlin_capabilities *capabilities = dn_connection_capabilities(shadow);

    *follow = (dn_follow){
        .shadow = shadow,
        .arena = arena,
        .naming = dn_driver_naming(capabilities),
        .marks = (capabilities->flags & DUNLIN_CAN_INTROSPECT_SINCE) && !thorough,
        .thorough = thorough,
    };
    follow->facts = dn_fact_map_new(arena, follow->naming);
    follow->keys = dn_fact_map_new(&follow->scratch, follow->naming);
    if (!follow->facts || !follow->keys)
        return dn_no_memory(error);
    return 0;
}

void
dn_follow_end(dn_follow *follow)
{
    dn_text_free(&follow->mark);
    dn_arena_free(&follow->scratch);
}

int
dn_follow_sent(dn_follow *follow, dunlin_string sql, dn_error *error)
{
    const dunlin_fact **keys;
    size_t count;
    bool known;

    if (follow->marks || follow->thorough || follow->unknown)
        return 0;
    if (dn_connection_affected(follow->shadow, sql, &follow->scratch, &keys, &count, &known,
                               error) < 0)
        return -1;
    follow->unknown = !known;
    for (size_t i = 0; known && i < count; i++)
        if (dn_fact_map_put(follow->keys, keys[i], error) < 0)
            return -1;
    return 0;
}

int
dn_follow_is_wide(dn_follow *follow, dunlin_string sql, bool *wide, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    const dunlin_fact **keys;
    size_t count;
    bool known;

    if (dn_connection_affected(follow->shadow, sql, &arena, &keys, &count, &known, error) < 0)
        return -1;
    *wide = !known;
    return 0;
}

/* --- what belongs to an object ------------------------------------------------------------------ */
#define RELATIONS "table view matview sequence"
#define ALONE "function procedure aggregate enum domain type collation extension schema event"

/* Tables and all that is called like one share names; what has kinds of its own does not. */
static bool
belongs_to(uint64_t naming, const dunlin_fact *fact, const dunlin_fact *key)
{
    bool same_kind = dn_string_among(key->kind, RELATIONS)
                         ? !dn_string_among(fact->kind, ALONE)
                         : fact->kind.length == key->kind.length &&
                               memcmp(fact->kind.data, key->kind.data, key->kind.length) == 0;

    if (dn_fact_is(fact, DUNLIN_KIND_GRANT))
        return dn_grant_lies_in(naming, fact, key->kind, key->path, key->path_count);
    if (!same_kind || fact->path_count < key->path_count)
        return false;
    for (uint64_t i = 0; i < key->path_count; i++)
        if (key->path[i].length && /* an index whose table is not told */
            !dn_fact_same_name(naming, i, fact->path_count, fact->path[i], key->path[i]))
            return false;
    return true;
}

static int
collect(const dunlin_fact *fact, void *context)
{
    reading *work = context;

    if (work->key && !belongs_to(work->follow->naming, fact, work->key))
        return 0;
    return dn_fact_list_add(&work->old, &work->follow->scratch, fact, work->error);
}

/* A relation and its members, found without walking through all facts. */
static int
collect_relation(reading *work, const dunlin_fact *key)
{
    static const char *const kinds[] = {DUNLIN_KIND_TABLE, DUNLIN_KIND_VIEW,
                                        DUNLIN_KIND_MATERIALIZED_VIEW, DUNLIN_KIND_SEQUENCE};
    const dn_fact_map *facts = work->follow->facts;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const dunlin_fact *fact =
            dn_fact_map_find(facts, dn_string(kinds[i]), key->path, key->path_count);

        if (fact && collect(fact, work) < 0)
            return -1;
    }
    return dn_fact_map_members(facts, NULL, key->path, key->path_count, collect, work) < 0
               ? -1
               : dn_fact_map_each(facts, DUNLIN_KIND_GRANT, collect, work);
}

static bool
is_whole_relation(const dunlin_fact *key)
{
    for (uint64_t i = 0; i < key->path_count; i++)
        if (!key->path[i].length)
            return false;
    return dn_string_among(key->kind, RELATIONS);
}

static int
collect_object(reading *work, const dunlin_fact *key)
{
    int answer;

    work->key = key;
    answer = is_whole_relation(key) ? collect_relation(work, key)
                                    : dn_fact_map_each(work->follow->facts, NULL, collect, work);
    return answer < 0 ? dn_no_memory(work->error) : 0;
}

/* --- taking what is read ------------------------------------------------------------------------ */
static int
take_fact(void *context, const dunlin_fact *fact, dn_error *error)
{
    reading *work = context;
    dn_follow *follow = work->follow;
    dn_differences *list = &work->changes;
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dunlin_fact canonical;
    const dunlin_fact *before;

    if (dn_state_is_tracker(follow->naming, NULL, fact))
        return 0;
    if (dn_state_canonical(fact, &arena, &canonical, error) < 0)
        return -1;
    before = dn_fact_map_find(follow->facts, fact->kind, fact->path, fact->path_count);
    if (dn_fact_map_put(follow->facts, &canonical, error) < 0)
        return -1;
    list->items = dn_arena_grow(&follow->scratch, list->items, &list->capacity, list->count + 1,
                                sizeof *list->items);
    if (!list->items)
        return dn_no_memory(error);
    list->items[list->count++] = (dn_difference){
        before, dn_fact_map_find(follow->facts, fact->kind, fact->path, fact->path_count)};
    return 0;
}

/* Facts that came before in this reading are those of another object. */
static int
take_gone(void *context, const dunlin_fact *key, dn_error *error)
{
    reading *work = context;

    work->error = error;
    return work->follow->marks ? collect_object(work, key) : 0;
}

/* --- what changed --------------------------------------------------------------------------------- */
static int
add_effect(dn_follow *follow, dn_differences *effects, dn_difference effect, dn_error *error)
{
    if (dn_fact_flag(dn_difference_key(&effect), "implied"))
        return 0;
    effects->items = dn_arena_grow(follow->arena, effects->items, &effects->capacity,
                                   effects->count + 1, sizeof *effects->items);
    if (!effects->items)
        return dn_no_memory(error);
    effects->items[effects->count++] = effect;
    return 0;
}

static bool
share_table(const dunlin_fact *left, const dunlin_fact *right)
{
    if (!dn_fact_is(left, DUNLIN_KIND_COLUMN) || !dn_fact_is(right, DUNLIN_KIND_COLUMN) ||
        left->path_count != right->path_count)
        return false;
    for (uint64_t i = 0; i + 1 < left->path_count; i++)
        if (!dn_string_same(left->path[i], right->path[i]))
            return false;
    return true;
}

static int
in_order(const void *left, const void *right, void *context)
{
    const dn_follow *follow = context;
    const dunlin_fact *one = dn_difference_key(left);
    const dunlin_fact *other = dn_difference_key(right);
    const dunlin_fact *table = share_table(one, other)
                                   ? dn_fact_map_find(follow->facts, dn_string(DUNLIN_KIND_TABLE),
                                                      one->path, one->path_count - 1)
                                   : NULL;
    size_t before = table ? dn_fact_place(table, one) : 0;
    size_t behind = table ? dn_fact_place(table, other) : 0;

    if (before != behind)
        return before < behind ? -1 : 1;
    return dn_fact_order(follow->naming, one, other);
}

static bool
is_of_table(const dunlin_fact *fact, const dunlin_fact *table)
{
    for (uint64_t i = 0; i < table->path_count; i++)
        if (fact->path_count != table->path_count + 1 ||
            !dn_string_same(fact->path[i], table->path[i]))
            return false;
    return dn_fact_is(fact, DUNLIN_KIND_COLUMN);
}

/* Columns that come and go leave an order behind; another one than the table has (FIRST, AFTER, or a column
 * that was dropped and is there again) is an effect, though no difference. */
static int
add_order(dn_follow *follow, dn_differences *effects, const dn_difference *table, dn_error *error)
{
    dn_fact_map *facts = dn_fact_map_new(&follow->scratch, follow->naming);
    dn_differences columns = {
        .items = dn_arena_array(&follow->scratch, effects->count + 1, sizeof *columns.items)};

    if (!facts || !columns.items)
        return dn_no_memory(error);
    for (size_t i = 0; i < effects->count; i++)
        if (is_of_table(dn_difference_key(&effects->items[i]), table->after))
            columns.items[columns.count++] = effects->items[i];
    if (dn_fact_map_put(facts, table->before, error) < 0 ||
        dn_differences_apply(&columns, facts, error) < 0)
        return -1;
    return dn_schema_equal(dn_fact_map_find(facts, table->after->kind, table->after->path,
                                            table->after->path_count),
                           table->after, &by_places)
               ? 0
               : add_effect(follow, effects, *table, error);
}

static int
conclude(reading *work, dn_differences *effects, dn_error *error)
{
    dn_follow *follow = work->follow;

    *effects = (dn_differences){.items = NULL};
    for (size_t i = 0; i < work->old.count; i++) {
        const dunlin_fact *old = work->old.items[i];

        /* What was told is another copy by now. */
        if (dn_fact_map_find(follow->facts, old->kind, old->path, old->path_count) != old)
            continue;
        dn_fact_map_remove(follow->facts, old->kind, old->path, old->path_count);
        if (add_effect(follow, effects, (dn_difference){old, NULL}, error) < 0)
            return -1;
    }
    for (size_t i = 0; i < work->changes.count; i++) {
        const dn_difference *change = &work->changes.items[i];
        dn_difference effect = dn_difference_of(change->before, change->after);

        if (effect.before && effect.after &&
            dn_schema_equal(effect.before, effect.after, &as_they_are) &&
            dn_schema_spelled_alike(effect.before, effect.after))
            continue;
        if (add_effect(follow, effects, effect, error) < 0)
            return -1;
    }
    if (effects->count)
        qsort_r(effects->items, effects->count, sizeof *effects->items, in_order, follow);
    for (size_t i = 0; i < work->changes.count; i++) {
        const dn_difference *change = &work->changes.items[i];

        if (change->before && dn_fact_is(change->after, DUNLIN_KIND_TABLE) &&
            dn_schema_equal(change->before, change->after, &as_they_are) &&
            !dn_schema_equal(change->before, change->after, &by_places) &&
            add_order(follow, effects, change, error) < 0)
            return -1;
    }
    return 0;
}

/* --- reading -------------------------------------------------------------------------------------- */
static int
forget(dn_follow *follow, dn_error *error)
{
    dn_arena_free(&follow->scratch);
    follow->unknown = false;
    follow->keys = dn_fact_map_new(&follow->scratch, follow->naming);
    return follow->keys ? 0 : dn_no_memory(error);
}

static int
finish(reading *work, const dunlin_fact *const *keys, size_t count, dn_text *mark,
       dn_differences *effects, dn_error *error)
{
    const dn_fact_taker taker = {take_fact, take_gone, work};

    if (dn_connection_read(work->follow->shadow, keys, count, mark, &taker, error) < 0 ||
        conclude(work, effects, error) < 0)
        return -1;
    return forget(work->follow, error);
}

int
dn_follow_read_all(dn_follow *follow, dn_differences *effects, dn_error *error)
{
    reading work = {.follow = follow, .error = error};

    work.key = NULL;
    if (dn_fact_map_each(follow->facts, NULL, collect, &work) < 0)
        return dn_no_memory(error);
    dn_text_clear(&follow->mark);
    follow->guessed = false;
    return finish(&work, NULL, 0, follow->marks ? &follow->mark : NULL, effects, error);
}

static int
read_keys(dn_follow *follow, dn_differences *effects, dn_error *error)
{
    reading work = {.follow = follow, .error = error};
    dn_fact_list list = {NULL, 0, 0};

    if (dn_fact_map_list(follow->keys, &follow->scratch, &list, error) < 0)
        return -1;
    follow->guessed = true;
    if (!list.count) {
        *effects = (dn_differences){.items = NULL};
        return 0;
    }
    for (size_t i = 0; i < list.count; i++)
        if (collect_object(&work, list.items[i]) < 0)
            return -1;
    return finish(&work, list.items, list.count, NULL, effects, error);
}

int
dn_follow_read(dn_follow *follow, dn_differences *effects, dn_error *error)
{
    reading work = {.follow = follow, .error = error};

    if (follow->marks && follow->mark.length)
        return finish(&work, NULL, 0, &follow->mark, effects, error);
    if (follow->marks || follow->thorough || follow->unknown)
        return dn_follow_read_all(follow, effects, error);
    return read_keys(follow, effects, error);
}

int
dn_follow_verify(dn_follow *follow, bool *right, dn_error *error)
{
    dn_differences effects;

    *right = true;
    if (!follow->guessed)
        return 0;
    if (dn_follow_read_all(follow, &effects, error) < 0)
        return -1;
    *right = effects.count == 0;
    return 0;
}
