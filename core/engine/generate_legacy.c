/* SPDX-License-Identifier: MIT
 *
 * What stands in a target and belongs to no migration.
 */
#include "core/engine/generate.h"

#include <string.h>

#include "core/execute/harden.h"

#define STANDING                                                                                   \
    "table view matview sequence enum domain type collation function procedure aggregate schema"

typedef struct leaving {
    dn_generation *work;
    dn_side live;        /* the target as it is */
    dn_side left;        /* ... without what belongs to no migration */
    dn_fact_map *going;  /* of STANDING */
    dn_fact_map *all;    /* the target with what is ignored */
    dn_fact_map *kept;   /* of `left` */
    dunlin_string space; /* while one is looked into */
    const dunlin_fact *in_it;
} leaving;

/* --- the target --------------------------------------------------------------------------------------- */

/* What an unknown migration made, or one that is pending renames, would look as if it were nobody's. */
static int
check_target(dn_generation *work)
{
    dn_session *session = work->session;
    const dn_reconciliation *found = &session->reconciliation;

    if (dn_session_reconcile(session, DN_TRACKER_FULL, work->error) < 0)
        return -1;
    if (!found->journal_files || !found->files_tracker || session->observation.unknown_count)
        return dn_fail(
            work->error, DUNLIN_DISAGREEMENT, "generate.disagreement",
            "what in target '%s' belongs to no migration cannot be told: %s", session->target->name,
            session->observation.unknown_count ? "it has migrations that are not known here"
                                               : dn_reconcile_summary(found, &session->arena));
    if (found->pending)
        return dn_fail(work->error, DUNLIN_DISAGREEMENT, "generate.disagreement",
                       "what in target '%s' belongs to no migration cannot be told while %zu %s "
                       "pending",
                       session->target->name, found->pending, found->pending == 1 ? "is" : "are");
    return 0;
}

static int
read_target(leaving *state)
{
    dn_generation *work = state->work;
    dn_arena *arena = &work->session->arena;
    dn_unreadable unreadable = {.arena = arena};

    state->live = work->like;
    if (dn_observe_snapshot(work->like.connection, &work->like.sight, arena, &state->live.snapshot,
                            work->error) < 0)
        return dn_while(work->error, "reading the schema of '%s'", work->like.name);
    state->live.facts = state->live.snapshot.facts;
    state->all = dn_fact_map_new(arena, dn_fact_map_naming(state->live.facts));
    if (!state->all)
        return dn_no_memory(work->error);
    return dn_connection_schema(work->like.connection, state->all, &unreadable, work->error);
}

/* --- what goes ---------------------------------------------------------------------------------------- */

static bool
goes(const leaving *state, const char *kind, const dunlin_string *path, uint64_t count)
{
    return dn_fact_map_find(state->going, dn_string(kind), path, count) != NULL;
}

static int
take_going(const dunlin_fact *fact, void *context)
{
    leaving *state = context;

    if (!dn_string_among(fact->kind, STANDING) ||
        dn_fact_map_find(state->work->before.facts, fact->kind, fact->path, fact->path_count))
        return 0;
    return dn_fact_map_put(state->going, fact, state->work->error);
}

static int
look_inside(const dunlin_fact *fact, void *context)
{
    leaving *state = context;
    bool inside = fact->path_count > 1 && fact->path[0].length == state->space.length &&
                  memcmp(fact->path[0].data, state->space.data, (size_t)state->space.length) == 0;

    if (inside && dn_string_among(fact->kind, STANDING) &&
        !dn_fact_map_find(state->going, fact->kind, fact->path, fact->path_count))
        state->in_it = fact;
    return state->in_it != NULL;
}

/* It is not empty when the rest is gone. */
static int
keep_used_schema(const dunlin_fact *fact, void *context)
{
    leaving *state = context;

    state->space = fact->path[0];
    state->in_it = NULL;
    dn_fact_map_each(state->all, NULL, look_inside, state);
    if (state->in_it)
        dn_fact_map_remove(state->going, fact->kind, fact->path, fact->path_count);
    return 0;
}

static bool
lies_in_going(const leaving *state, const dunlin_fact *fact)
{
    static const char *const kinds[] = {DUNLIN_KIND_TABLE, DUNLIN_KIND_VIEW,
                                        DUNLIN_KIND_MATERIALIZED_VIEW};
    const dunlin_fact *granted_on = dn_grant_object_in(state->live.facts, fact);

    if (granted_on &&
        dn_fact_map_find(state->going, granted_on->kind, granted_on->path, granted_on->path_count))
        return true;
    fact = granted_on ? granted_on : fact;
    if (dn_string_among(fact->kind, STANDING " extension") || fact->path_count < 2)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (goes(state, kinds[i], fact->path, fact->path_count - 1))
            return true;
    return false;
}

/* A foreign key that nobody's table is referred to by goes with it. */
static bool
refers_to_going(const leaving *state, const dunlin_fact *fact)
{
    const dunlin_property *ref = dn_property_find(fact->properties, fact->property_count, "ref");
    dunlin_string table[4];
    uint64_t count = 0;

    if (!dn_fact_is(fact, DUNLIN_KIND_FOREIGN_KEY) ||
        dn_fact_map_find(state->work->before.facts, fact->kind, fact->path, fact->path_count))
        return false;
    for (ref = ref ? ref + 1 : NULL; ref && ref->type != DUNLIN_PROPERTY_END && count < 4; ref++)
        table[count++] = ref->text;
    return goes(state, DUNLIN_KIND_TABLE, table, count);
}

static int
take_kept(const dunlin_fact *fact, void *context)
{
    leaving *state = context;

    if (dn_fact_map_find(state->going, fact->kind, fact->path, fact->path_count) ||
        lies_in_going(state, fact) || refers_to_going(state, fact))
        return 0;
    return dn_fact_map_put(state->kept, fact, state->work->error);
}

static int
split(leaving *state)
{
    dn_generation *work = state->work;
    dn_arena *arena = &work->session->arena;
    uint64_t naming = dn_fact_map_naming(state->live.facts);

    state->going = dn_fact_map_new(arena, naming);
    state->kept = dn_fact_map_new(arena, naming);
    if (!state->going || !state->kept)
        return dn_no_memory(work->error);
    if (dn_fact_map_each(state->live.facts, NULL, take_going, state) < 0 ||
        dn_fact_map_each(state->going, DUNLIN_KIND_SCHEMA, keep_used_schema, state) < 0 ||
        dn_fact_map_each(state->live.facts, NULL, take_kept, state) < 0)
        return -1;
    state->left = state->live;
    state->left.name = "the target without what belongs to no migration";
    state->left.facts = state->kept;
    return 0;
}

/* --- the migration ------------------------------------------------------------------------------------ */

/* Something of the migrations' own uses what is to go, and would have to be made anew. */
static int
check_unused(const dn_generation *work, const dn_operations *operations)
{
    for (size_t i = 0; i < operations->count; i++) {
        dn_auto(dn_text) words = DN_TEXT_INIT;

        if (operations->items[i]->verb == DUNLIN_VERB_DROP)
            continue;
        dn_fact_describe(&words, operations->items[i]->kind, operations->items[i]->path,
                         operations->items[i]->path_count);
        if (words.failed)
            return dn_no_memory(work->error);
        return dn_fail(work->error, DUNLIN_DISAGREEMENT, "generate.legacy-used",
                       "%s belongs to the migrations and uses something that does not", words.data);
    }
    return 0;
}

/* IF EXISTS wherever it may stand. */
static int
guard(dn_generation *work)
{
    dn_arena *arena = &work->session->arena;
    dn_text *text = &work->up.text;
    dn_harden_options options = {.own = true};
    dn_hardened hardened;

    options.keep_case = !(dn_fact_map_naming(work->like.facts) & DN_FACT_NAMESPACES);
    if (dn_driver_rules(work->like.driver, work->like.profile, arena, &options.rules, work->error) <
            0 ||
        dn_harden("the new migration", dn_span(text->data, text->length), &options, arena,
                  &hardened, work->error) < 0)
        return -1;
    dn_text_clear(text);
    dn_text_add(text, hardened.text.data, (size_t)hardened.text.length);
    return text->failed ? dn_no_memory(work->error) : 0;
}

/* In the words of this database, whichever those of the folder are. */
static int
wrap(dn_generation *work, dn_text *text)
{
    dn_text_printf(text, "-- dunlin: only %s\n", work->like.driver->table.name);
    dn_text_add(text, work->up.text.data, work->up.text.length);
    dn_text_add_string(text, "-- dunlin: end\n");
    return text->failed ? dn_no_memory(work->error) : 0;
}

int
dn_generate_legacy(dn_generation *work)
{
    leaving state = {.work = work};
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (check_target(work) < 0 || read_target(&state) < 0 || split(&state) < 0)
        return -1;
    work->up = (dn_generated){.from = &state.live, .to = &state.left};
    if (dn_schema_diff(state.live.facts, state.left.facts, NULL, &work->session->arena,
                       &work->up.diff, work->error) < 0 ||
        check_unused(work, &work->up.diff.operations) < 0)
        return -1;
    work->loses = true;
    work->no_down = "what belongs to no migration does not come back";
    if (!work->up.diff.operations.count)
        return 0;
    return dn_generate_text(work, &work->up) < 0 || guard(work) < 0 || wrap(work, &text) < 0
               ? -1
               : dn_generate_prove_on_copy(work, &state.live, text.data, &state.left);
}
