/* SPDX-License-Identifier: MIT */
#include "core/engine/upkeep.h"

#include <string.h>

#include "core/base/file.h"
#include "core/engine/upkeep_internal.h"

/* What comes with a server as often as not. */
static const dn_compare_options without_furniture = {.without_kinds = "schema extension"};

bool
dn_upkeep_wanted(const dn_session *session)
{
    return session->project.snapshots == DN_SNAPSHOTS_ON ||
           (session->project.snapshots == DN_SNAPSHOTS_AUTO && session->target->development);
}

/* --- files ------------------------------------------------------------------------------------------ */

/* What cannot be written is told, and ends nothing: the database is as it should be. */
static int
put(keeping *work, const char *what, const char *path, const dn_text *text)
{
    dn_upkeep_file *file = &work->upkeep->files[work->upkeep->count++];
    dn_error problem;
    bool changed = false;

    dn_error_clear(&problem);
    *file = (dn_upkeep_file){.what = what, .path = path};
    if (dn_file_keep(path, text, &changed, &problem) == 0) {
        file->written = changed;
        return 0;
    }
    file->why = dn_arena_text(&work->session->arena, problem.message);
    return file->why ? 0 : dn_no_memory(work->error);
}

int
dn_upkeep_definition_put(keeping *work, const char *path, const dn_text *text)
{
    return put(work, "definition", path, text);
}

/* --- effects ---------------------------------------------------------------------------------------- */

static int
list_history(keeping *work)
{
    dn_session *session = work->session;
    dn_past *past;

    if (dn_reconcile_history(&session->reconciliation, &session->arena, &past, &work->count,
                             work->error) < 0)
        return -1;
    work->files = dn_arena_array(&session->arena, work->count + 1, sizeof *work->files);
    work->effects = dn_arena_array(&session->arena, work->count + 1, sizeof *work->effects);
    if (!work->files || !work->effects)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < work->count; i++)
        work->files[i] = past[i].file;
    return 0;
}

static int
replay(keeping *work)
{
    dn_session *session = work->session;
    const dn_replay_options options = {
        .target = session->connection,
        .url = session->url,
        .shadow = work->choice.kind,
        .given = work->options->shadow_url,
        .translate = dn_session_translation(session, false),
        .folder = work->folder,
        .keep = true,
        .anew = work->options->anew,
        .log = session->log,
    };

    if (dn_replay_begin(&options, work->files, work->count, &session->arena, &work->replay,
                        work->error) < 0)
        return -1;
    return dn_replay_effects(work->replay, work->effects, work->error);
}

/* NULL: all are known. */
static const char *
first_unknown(const keeping *work)
{
    for (size_t i = 0; i < work->count; i++)
        if (!work->effects[i].known)
            return work->choice.kind == DN_SHADOW_NONE
                       ? work->choice.why
                       : dn_arena_printf(&work->session->arena, "'%s' could not be replayed: %s",
                                         work->files[i] ? work->files[i]->tag : "a migration",
                                         work->effects[i].why);
    return NULL;
}

static int
keep_effects(keeping *work)
{
    dn_upkeep_file *file = &work->upkeep->files[work->upkeep->count++];

    *file = (dn_upkeep_file){.what = "effects", .path = work->folder};
    if (list_history(work) < 0)
        return -1;
    work->choice = dn_shadow_choose(work->session->connection, work->session->target,
                                    work->options->shadow, work->options->shadow_url);
    if (replay(work) < 0)
        return -1;
    file->written = dn_replay_kept(work->replay);
    file->why = first_unknown(work);
    work->known = !file->why;
    return 0;
}

/* --- the head snapshot ------------------------------------------------------------------------------ */

static int
read_head(keeping *work)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_error ignored;

    dn_error_clear(&ignored);
    if (dn_file_read(work->head, &text, &ignored) < 0 ||
        dn_snapshot_read(work->head, text.data ? text.data : "", text.length, &work->session->arena,
                         &work->old, &ignored) < 0) {
        work->old = (dn_snapshot){.facts = NULL};
        return 0;
    }
    return dn_snapshot_facts(work->old.facts, work->naming, &work->session->arena, &work->old_facts,
                             work->error);
}

/* Of an object that no migration made: that is nobody's drift. */
static bool
is_strange(const keeping *work, const dunlin_fact *fact)
{
    static const char *const kinds[] = {DUNLIN_KIND_TABLE, DUNLIN_KIND_VIEW,
                                        DUNLIN_KIND_MATERIALIZED_VIEW};
    const dn_fact_map *made = work->upkeep->snapshot.facts;
    uint64_t lead = (work->naming & DN_FACT_NAMESPACES) ? 1 : 0;

    if (fact->path_count <= lead + 1)
        return true;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (dn_fact_map_find(made, dn_string(kinds[i]), fact->path, lead + 1))
            return false;
    return true;
}

/* Somebody else's change of the target is not the project's. */
static int
tell_drift(keeping *work, const dn_snapshot *live)
{
    dn_session *session = work->session;
    dn_auto(dn_text) name = DN_TEXT_INIT;
    dn_differences differences = {.count = 0};
    const dunlin_fact *first;
    size_t count = 0;

    if (dn_schema_compare(work->upkeep->snapshot.facts, live->facts, &without_furniture,
                          &session->arena, &differences, work->error) < 0)
        return -1;
    for (size_t i = 0; i < differences.count; i++)
        if (differences.items[i].before || !is_strange(work, differences.items[i].after))
            differences.items[count++] = differences.items[i];
    differences.count = count;
    if (!count)
        return 0;
    first = dn_difference_key(&differences.items[0]);
    dn_fact_describe(&name, first->kind, first->path, first->path_count);
    if (name.failed)
        return dn_no_memory(work->error);
    return dn_findings_add(&session->reconciliation.findings, &session->arena, DN_WARNING,
                           "snapshot.drift", NULL, work->error,
                           "the target is not what its migrations make (%s%s): the snapshot says "
                           "what they make; 'dunlin drift' tells more",
                           name.data, differences.count > 1 ? ", and more" : "");
}

static int
find_state(keeping *work)
{
    dn_session *session = work->session;
    dn_snapshot *state = &work->upkeep->snapshot;
    dn_snapshot live;

    if (dn_observe_snapshot(session->connection, &session->sight, &session->arena, &live,
                            work->error) < 0)
        return -1;
    if (!work->known || work->choice.kind == DN_SHADOW_NONE) {
        *state = live;
        return 0;
    }
    return dn_replay_state(work->replay, &session->sight, state, work->error) < 0
               ? -1
               : tell_drift(work, &live);
}

static int
keep_definition(keeping *work)
{
    if (!work->options->definition)
        return 0;
    return work->session->project.definition_form == DN_DEFINITION_PORTABLE
               ? dn_upkeep_portable(work)
               : dn_upkeep_definition(work);
}

static int
keep_head(keeping *work)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (read_head(work) < 0 || find_state(work) < 0 ||
        dn_snapshot_write(&work->upkeep->snapshot, &text, work->error) < 0)
        return -1;
    return put(work, "snapshot", work->head, &text);
}

/* --- all -------------------------------------------------------------------------------------------- */

int
dn_upkeep_write(dn_session *session, const dn_upkeep_options *options, dn_upkeep *upkeep,
                dn_error *error)
{
    const char *dialect = session->driver->table.dialect;
    keeping work = {
        .session = session,
        .options = options,
        .upkeep = upkeep,
        .folder = dn_snapshot_folder(session->project.migrations, dialect, &session->arena),
        .head = dn_snapshot_head_path(session->project.migrations, dialect, &session->arena),
        .naming = dn_driver_naming(dn_connection_capabilities(session->connection)),
        .error = error,
    };
    int answer;

    *upkeep = (dn_upkeep){.count = 0};
    if (!work.folder || !work.head)
        return dn_no_memory(error);
    answer = keep_effects(&work) < 0 || keep_head(&work) < 0 || keep_definition(&work) < 0 ? -1 : 0;
    dn_replay_end(work.replay);
    return answer;
}

void
dn_upkeep_tell(dn_session *session, const dn_upkeep *upkeep)
{
    dunlin_result *result = session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "files");

    for (size_t i = 0; i < upkeep->count; i++) {
        const dn_upkeep_file *file = &upkeep->files[i];
        dunlin_node *node = dn_node_object(result, list, NULL);

        dn_node_set_text(result, node, "what", file->what);
        dn_node_set_text(result, node, "path", file->path);
        dn_node_set_integer(result, node, "written", (int64_t)file->written);
        dn_node_set_text(result, node, "why", file->why);
    }
}
