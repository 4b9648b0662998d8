/* SPDX-License-Identifier: MIT */
#include "core/state/named.h"

#include "core/execute/trace.h"
#include "core/schema/schema.h"

/* What is seen by its name. Names of constraints are mostly the server's own. */
#define SEEN "table column index view matview sequence enum"

typedef struct naming_work {
    dn_arena *arena;
    dn_schema_target target;
    const dn_trace *trace;
    size_t at; /* in the trace */
    dn_fact_map *now;
    dn_fact_map *logical;
    dn_error *error;
} naming_work;

/* --- the schema ----------------------------------------------------------------------------------- */

typedef struct stripping {
    dn_fact_map *names;
    dn_error *error;
} stripping;

static int
put_name(dn_fact_map *names, const dunlin_fact *fact, dn_error *error)
{
    const dunlin_fact bare = {.size = sizeof bare,
                              .kind = fact->kind,
                              .path = fact->path,
                              .path_count = fact->path_count};

    return dn_fact_map_put(names, &bare, error);
}

static int
strip(const dunlin_fact *fact, void *context)
{
    const stripping *work = context;
    dunlin_fact named = *fact;

    /* CREATE UNIQUE INDEX, where the server knows it as a key. */
    if (dn_fact_is(fact, DUNLIN_KIND_UNIQUE))
        named.kind = dn_string(DUNLIN_KIND_INDEX);
    if (!dn_string_among(named.kind, SEEN) || dn_fact_flag(fact, "implied"))
        return 0;
    return put_name(work->names, &named, work->error);
}

/* --- the history ----------------------------------------------------------------------------------- */

static dn_schema_target
target_of(const dn_connection *connection, const dn_fact_map *schema)
{
    const dunlin_profile *profile = dn_connection_server(connection)->profile;
    dn_schema_target target = {
        .naming = dn_fact_map_naming(schema),
        .home = dn_string(""),
        .named_types =
            (dn_connection_capabilities(connection)->flags & DUNLIN_CAN_NAMED_TYPES) != 0,
    };

    if (!(target.naming & DN_FACT_NAMESPACES))
        return target;
    target.home = dn_string("public");
    for (uint64_t i = 0; i + 1 < profile->setting_count; i += 2)
        if (dn_string_equal(profile->settings[i], "namespace") && profile->settings[i + 1].length)
            target.home = profile->settings[i + 1];
    return target;
}

static int
fold(naming_work *work, const dunlin_operation *operation)
{
    const dunlin_fact made = dn_operation_fact(operation);

    if (!dn_string_among(operation->kind, SEEN) || operation->verb == DUNLIN_VERB_ALTER)
        return 0;
    if (operation->verb == DUNLIN_VERB_CREATE)
        return put_name(work->now, &made, work->error);
    return dn_schema_fold(work->now, operation, NULL, work->error);
}

/* Names that cannot be completed tell nothing. */
static int
fold_addressed(naming_work *work, const dunlin_operation *operation)
{
    dn_operations list = {.arena = work->arena};
    dn_error unclear;

    dn_error_clear(&unclear);
    if (dn_schema_address(&work->target, &operation, 1, false, work->now, work->logical, &list,
                          &unclear) < 0)
        return 0;
    for (size_t i = 0; i < list.count; i++)
        if (fold(work, list.items[i]) < 0)
            return -1;
    return 0;
}

static int
fold_migration(naming_work *work, size_t migration, dn_migration_effects *effects)
{
    static const dn_compare_options as_they_are = {.column_order = false};
    dn_fact_map *before = dn_fact_map_copy(work->now, work->arena, work->error);

    if (!before)
        return -1;
    for (; work->at < work->trace->count && work->trace->items[work->at].migration == migration;
         work->at++)
        if (fold_addressed(work, work->trace->items[work->at].operation) < 0)
            return -1;
    if (dn_schema_compare(before, work->now, &as_they_are, work->arena, &effects->effects,
                          work->error) < 0)
        return -1;
    effects->named = true;
    effects->unclear = work->trace->unclear[migration];
    effects->data = work->trace->others[migration] || !effects->effects.count;
    effects->known = effects->effects.count || effects->data;
    return 0;
}

/* Files as the entries of a journal; those that are missing have no text. */
static int
read_texts(dn_connection *target, const char *dialect, const dn_migration *const *files,
           size_t count, dn_arena *arena, dn_trace *trace, dn_error *error)
{
    dn_journal journal = {.dialect = dialect, .count = count};

    journal.migrations = dn_arena_array(arena, count + 1, sizeof *journal.migrations);
    if (!journal.migrations)
        return dn_no_memory(error);
    for (size_t i = 0; i < count; i++)
        journal.migrations[i] = files[i] ? *files[i] : (dn_migration){.tag = ""};
    return dn_trace_read(dn_connection_driver(target), &journal, arena, trace, error);
}

int
dn_named_effects(dn_connection *target, const char *dialect, const dn_migration *const *files,
                 size_t count, const dn_fact_map *schema, dn_arena *arena,
                 dn_migration_effects *effects, dn_fact_map **names, dn_error *error)
{
    dn_trace trace;
    naming_work work = {.arena = arena, .trace = &trace, .error = error};
    stripping stripped = {.error = error};

    work.target = target_of(target, schema);
    work.now = dn_fact_map_new(arena, work.target.naming);
    work.logical = dn_fact_map_new(arena, work.target.naming);
    *names = stripped.names = dn_fact_map_new(arena, work.target.naming);
    if (!work.now || !work.logical || !*names)
        return dn_no_memory(error);
    if (dn_fact_map_each(schema, NULL, strip, &stripped) < 0 ||
        read_texts(target, dialect, files, count, arena, &trace, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        effects[i] = (dn_migration_effects){.why = "its file is missing"};
        if (files[i] && fold_migration(&work, i, &effects[i]) < 0)
            return -1;
    }
    return 0;
}
