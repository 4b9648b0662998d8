/* SPDX-License-Identifier: MIT
 *
 * The schema of a target.
 */
#include <string.h>

#include "core/fact/canonical.h"
#include "core/state/state_internal.h"

typedef struct sifting {
    const char *tracker; /* a name of its own, or NULL */
    uint64_t naming;
    dn_fact_map *kept;
    dn_fact_map *left_out;
    dn_arena scratch; /* of one fact */
} sifting;

bool
dn_state_is_tracker(uint64_t naming, const char *tracker, const dunlin_fact *fact)
{
    uint64_t lead = (naming & DN_FACT_NAMESPACES) ? 1 : 0;
    size_t prefix = strlen(DN_TRACKER_PREFIX);
    dunlin_string table;
    dunlin_fact object;
    const char *dot;

    if (dn_grant_object(fact, &object))
        fact = &object;
    if (lead && fact->path_count && dn_claimant_has_schema(fact->path[0]))
        return true;
    if (fact->path_count <= lead)
        return false;
    table = fact->path[lead];
    if ((table.length > prefix && memcmp(table.data, DN_TRACKER_PREFIX, prefix) == 0) ||
        dn_string_equal(table, DN_TRACKER_DRIZZLE) || dn_tracker_form_named(table) ||
        dn_claimant_named(table))
        return true;
    if (!tracker)
        return false;
    dot = lead ? strchr(tracker, '.') : NULL;
    if (!dot)
        return dn_string_equal(table, tracker);
    return dn_string_equal(table, dot + 1) && fact->path[0].length == (uint64_t)(dot - tracker) &&
           memcmp(fact->path[0].data, tracker, (size_t)(dot - tracker)) == 0;
}

int
dn_state_canonical(const dunlin_fact *fact, dn_arena *arena, dunlin_fact *canonical,
                   dn_error *error)
{
    dn_properties list = {.arena = arena};

    dn_fact_canonical(&list, fact->properties, fact->property_count);
    if (list.failed)
        return dn_no_memory(error);
    *canonical = *fact;
    canonical->properties = list.items;
    canonical->property_count = list.count;
    return 0;
}

static int
sift_fact(void *context, const dunlin_fact *fact, dn_error *error)
{
    sifting *work = context;
    bool tracker = dn_state_is_tracker(work->naming, work->tracker, fact);
    dunlin_fact canonical;

    dn_arena_clear(&work->scratch);
    if (dn_state_canonical(fact, &work->scratch, &canonical, error) < 0)
        return -1;
    return dn_fact_map_put(tracker ? work->left_out : work->kept, &canonical, error);
}

/* --- a schema that holds nothing but trackers --------------------------------------------------- */

typedef struct inhabitants {
    dunlin_string space;
    bool found;
} inhabitants;

static int
look_inside(const dunlin_fact *fact, void *context)
{
    inhabitants *work = context;
    dunlin_fact object;

    if (dn_grant_object(fact, &object))
        fact = &object;
    work->found = fact->path_count > 1 && fact->path[0].length == work->space.length &&
                  memcmp(fact->path[0].data, work->space.data, (size_t)work->space.length) == 0;
    return work->found;
}

/* What it is on is none of anybody's affair. */
static int
drop_grant(const dunlin_fact *fact, void *context)
{
    sifting *work = context;

    if (!dn_grant_object_in(work->kept, fact))
        dn_fact_map_remove(work->kept, fact->kind, fact->path, fact->path_count);
    return 0;
}

static int
drop_empty_space(const dunlin_fact *fact, void *context)
{
    sifting *work = context;
    inhabitants in_kept = {.space = fact->path[0]};
    inhabitants in_left = {.space = fact->path[0]};

    if (dn_string_equal(fact->path[0], DN_TRACKER_DRIZZLE_SCHEMA)) {
        dn_fact_map_each(work->kept, NULL, look_inside, &in_kept);
        dn_fact_map_each(work->left_out, NULL, look_inside, &in_left);
    }
    if (in_left.found && !in_kept.found)
        dn_fact_map_remove(work->kept, fact->kind, fact->path, fact->path_count);
    return 0;
}

/* --- reading --------------------------------------------------------------------------------------- */

static int
fail_unreadable(dn_connection *connection, const dn_unreadable *unreadable, dn_error *error)
{
    const dunlin_server *server = dn_connection_server(connection);
    const dn_unreadable_key *first = &unreadable->items[0];
    dn_auto(dn_text) name = DN_TEXT_INIT;

    dn_fact_describe(&name, first->key->kind, first->key->path, first->key->path_count);
    if (name.failed)
        return dn_no_memory(error);
    return dn_fail(error, DUNLIN_PERMISSION, "schema.unreadable",
                   "not all of the schema of '%.*s' can be read: %s: %s%s",
                   (int)server->name.length, server->name.data, name.data, first->reason,
                   unreadable->count > 1 ? ", and there are more" : "");
}

/* Nobody wants to read them. */
static void
drop_ignored(const dn_ignore *ignore, const dn_fact_map *all, dn_unreadable *unreadable)
{
    size_t kept = 0;

    for (size_t i = 0; i < unreadable->count; i++)
        if (!dn_ignore_hides(ignore, dn_fact_map_naming(all), unreadable->items[i].key, all))
            unreadable->items[kept++] = unreadable->items[i];
    unreadable->count = kept;
}

/* `unseen` NULL: what cannot be read is an error. */
static int
observe(dn_connection *connection, const dn_sight *sight, dn_arena *arena, dn_fact_map **facts,
        dn_unreadable *unseen, dn_error *error)
{
    dn_auto(dn_arena) scratch = DN_ARENA_INIT;
    uint64_t naming = dn_driver_naming(dn_connection_capabilities(connection));
    const dn_ignore *ignore = sight ? sight->ignore : NULL;
    dn_unreadable unreadable = {.arena = unseen ? arena : &scratch};
    sifting work = {
        .tracker = sight ? sight->tracker : NULL,
        .naming = naming,
        .kept = dn_fact_map_new(arena, naming),
        .left_out = dn_fact_map_new(&scratch, naming),
    };
    const dn_fact_taker taker = {.fact = sift_fact, .context = &work};
    int answer;

    if (!work.kept || !work.left_out)
        return dn_no_memory(error);
    answer = dn_connection_tell_schema(connection, &taker, &unreadable, error);
    dn_arena_free(&work.scratch);
    if (answer < 0)
        return -1;
    if (!sight || !sight->quiet)
        dn_connection_warn_hidden(connection);
    drop_ignored(ignore, work.kept, &unreadable);
    if (unreadable.count && !unseen)
        return fail_unreadable(connection, &unreadable, error);
    if (dn_ignore_apply(ignore, work.kept, error) < 0 ||
        dn_ignore_apply(ignore, work.left_out, error) < 0)
        return -1;
    dn_fact_map_each(work.kept, DUNLIN_KIND_SCHEMA, drop_empty_space, &work);
    dn_fact_map_each(work.kept, DUNLIN_KIND_GRANT, drop_grant, &work);
    *facts = work.kept;
    if (unseen)
        *unseen = unreadable;
    return 0;
}

int
dn_observe_schema(dn_connection *connection, const dn_sight *sight, dn_arena *arena,
                  dn_fact_map **facts, dn_error *error)
{
    return observe(connection, sight, arena, facts, NULL, error);
}

static int
take_snapshot(dn_connection *connection, const dn_sight *sight, dn_arena *arena,
              dn_snapshot *snapshot, dn_unreadable *unseen, dn_error *error)
{
    const dunlin_profile *profile = dn_connection_server(connection)->profile;
    dn_fact_map *facts;

    if (observe(connection, sight, arena, &facts, unseen, error) < 0)
        return -1;
    *snapshot = (dn_snapshot){
        .dialect = dn_connection_driver(connection)->table.dialect,
        .flavour = dn_arena_copy(arena, profile->flavour.data, profile->flavour.length),
        .server = profile->major,
        .grants = dn_connection_sees_grants(connection),
        .facts = facts,
    };
    return snapshot->flavour ? 0 : dn_no_memory(error);
}

int
dn_observe_snapshot(dn_connection *connection, const dn_sight *sight, dn_arena *arena,
                    dn_snapshot *snapshot, dn_error *error)
{
    return take_snapshot(connection, sight, arena, snapshot, NULL, error);
}

int
dn_observe_visible(dn_connection *connection, const dn_sight *sight, dn_arena *arena,
                   dn_snapshot *snapshot, dn_unreadable *unseen, dn_error *error)
{
    return take_snapshot(connection, sight, arena, snapshot, unseen, error);
}
