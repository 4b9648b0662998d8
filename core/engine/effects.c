/* SPDX-License-Identifier: MIT */
#include "core/engine/effects.h"

#include <string.h>

#include "core/base/file.h"
#include "core/engine/accepted.h"
#include "core/state/named.h"
#include "core/state/replay.h"
#include "core/state/snapshot.h"

typedef struct collecting {
    dn_session *session;
    const dunlin_doctor_options *doctor;
    const dn_fact_map *schema;
    dn_evidence *evidence;
    dn_error *error;
} collecting;

static const dn_migration **
files_of(const collecting *work)
{
    const dn_evidence *evidence = work->evidence;
    const dn_migration **files =
        dn_arena_array(&work->session->arena, evidence->count + 1, sizeof *files);

    for (size_t i = 0; files && i < evidence->count; i++)
        files[i] = evidence->history[i].file;
    return files;
}

static int
begin_replay(collecting *work)
{
    dn_session *session = work->session;
    dn_evidence *evidence = work->evidence;
    const dn_migration **files = files_of(work);
    const dn_replay_options options = {
        .target = session->connection,
        .url = session->url,
        .shadow = evidence->choice.kind,
        .given = work->doctor->shadow_url,
        .translate = dn_session_translation(session, false),
        .folder = dn_snapshot_folder(session->project.migrations, session->driver->table.dialect,
                                     &session->arena),
        .keep = !session->reads_only,
        .log = session->log,
    };

    if (!files || !options.folder)
        return dn_no_memory(work->error);
    return dn_replay_begin(&options, files, evidence->count, &session->arena, &evidence->replay,
                           work->error);
}

/* --- what is ignored ------------------------------------------------------------------------------ */

static void
ignore_changes(const dn_session *session, uint64_t naming, dn_differences *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++)
        if (!dn_ignore_hides(session->sight.ignore, naming, dn_difference_key(&list->items[i]),
                             NULL))
            list->items[kept++] = list->items[i];
    list->count = kept;
}

/* Of what the user may not see nothing tells whether it is there. */
static void
hide_changes(const collecting *work, dn_differences *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++)
        if (!dn_connection_hides(work->session->connection, dn_difference_key(&list->items[i]),
                                 work->schema))
            list->items[kept++] = list->items[i];
    list->count = kept;
}

/* The schema of the target is without it, too. */
static void
ignore_effects(collecting *work)
{
    dn_evidence *evidence = work->evidence;
    uint64_t naming = dn_driver_naming(dn_connection_capabilities(work->session->connection));

    for (size_t i = 0; i < evidence->count; i++) {
        dn_migration_effects *effects = &evidence->effects[i];

        ignore_changes(work->session, naming, &effects->effects);
        hide_changes(work, &effects->effects);
        for (size_t k = 0; k < effects->step_count; k++) {
            ignore_changes(work->session, naming, (dn_differences *)&effects->steps[k].effects);
            hide_changes(work, (dn_differences *)&effects->steps[k].effects);
        }
    }
}

/* --- collecting ----------------------------------------------------------------------------------- */

/* The schema of a target says nothing of rows; their probes do. */
static void
ask_probes(collecting *work)
{
    for (size_t i = 0; i < work->evidence->count; i++) {
        const dn_migration *file = work->evidence->history[i].file;
        dn_migration_effects *effects = &work->evidence->effects[i];

        if (file && (!effects->known || effects->data))
            effects->probe = dn_observe_probe(work->session->connection, file);
    }
}

static int
prove(collecting *work)
{
    dn_evidence *evidence = work->evidence;

    return dn_reconcile_prove(&work->session->reconciliation, evidence->history, evidence->effects,
                              evidence->count, work->schema, &work->session->arena,
                              &evidence->proofs, work->error);
}

static int
look_closer(collecting *work)
{
    dn_evidence *evidence = work->evidence;
    bool more = false;

    for (size_t i = 0; i < evidence->count; i++) {
        if (!evidence->proofs.items[i].wants_steps)
            continue;
        if (dn_replay_steps(work->evidence->replay, i, &evidence->effects[i], work->error) < 0)
            return -1;
        more = true;
    }
    ignore_effects(work);
    return more ? prove(work) : 0;
}

static void
tell_source(collecting *work)
{
    dn_evidence *evidence = work->evidence;
    bool any = false;
    bool all = true;

    for (size_t i = 0; i < evidence->count; i++) {
        any = any || evidence->effects[i].known;
        all = all && (evidence->effects[i].known || !evidence->history[i].file);
    }
    if (dn_replay_runs(work->evidence->replay))
        evidence->source = "shadow";
    else
        evidence->source = any || !evidence->count ? "cache" : "none";
    if (all)
        evidence->why = NULL;
}

/* --- by names ------------------------------------------------------------------------------------- */

/* Of those that no replay tells of. What cannot be parsed stays unknown: it is no reason to say nothing
 * of all the others. */
static int
fill_by_names(collecting *work)
{
    dn_session *session = work->session;
    dn_evidence *evidence = work->evidence;
    const dn_migration **files = files_of(work);
    dn_migration_effects *named =
        dn_arena_array(&session->arena, evidence->count + 1, sizeof *named);
    dn_fact_map *names;
    dn_proofs proofs;
    dn_error problem;

    evidence->judged =
        dn_arena_array(&session->arena, evidence->count + 1, sizeof *evidence->judged);
    if (!files || !named || !evidence->judged)
        return dn_no_memory(work->error);
    memcpy(evidence->judged, evidence->effects, evidence->count * sizeof *evidence->judged);
    dn_error_clear(&problem);
    if (dn_named_effects(session->connection, session->journal.dialect, files, evidence->count,
                         work->schema, &session->arena, named, &names, &problem) < 0) {
        dn_log_debug(&session->log, "the text of the migrations tells nothing: %s",
                     problem.message);
        return 0;
    }
    for (size_t i = 0; i < evidence->count; i++) {
        named[i].text = evidence->effects[i].text;
        hide_changes(work, &named[i].effects);
        if (files[i] && named[i].data)
            named[i].probe = dn_observe_probe(session->connection, files[i]);
    }
    if (dn_accepted_undo_names(session, evidence, named, names, work->error) < 0 ||
        dn_reconcile_prove(&session->reconciliation, evidence->history, named, evidence->count,
                           names, &session->arena, &proofs, work->error) < 0)
        return -1;
    for (size_t i = 0; i < evidence->count; i++) {
        if (evidence->proofs.items[i].kind != DN_EFFECTS_UNKNOWN || !named[i].known)
            continue;
        evidence->judged[i] = named[i];
        evidence->proofs.items[i] = proofs.items[i];
        evidence->source = "files";
    }
    return dn_evidence_drift(session, work->schema, &proofs, evidence, work->error);
}

/* Of what could not be replayed the text still has names. */
static int
read_texts(collecting *work)
{
    dn_evidence *evidence = work->evidence;

    for (size_t i = 0; i < evidence->count; i++) {
        const dn_migration *file = evidence->history[i].file;
        dn_auto(dn_text) text = DN_TEXT_INIT;
        const char *copy;

        if (evidence->effects[i].known || !file || !file->path)
            continue;
        if (dn_file_read(file->path, &text, work->error) < 0)
            return -1;
        copy = dn_arena_copy(&work->session->arena, text.data ? text.data : "", text.length);
        if (!copy)
            return dn_no_memory(work->error);
        evidence->effects[i].text = dn_span(copy, text.length);
    }
    return 0;
}

static int
replay(collecting *work)
{
    if (dn_replay_effects(work->evidence->replay, work->evidence->effects, work->error) < 0 ||
        read_texts(work) < 0)
        return -1;
    ignore_effects(work);
    tell_source(work);
    return 0;
}

static int
collect(collecting *work)
{
    dn_evidence *evidence = work->evidence;

    if (replay(work) < 0 ||
        dn_accepted_undo(work->session, evidence, &work->schema, work->error) < 0)
        return -1;
    ask_probes(work);
    if (prove(work) < 0)
        return -1;
    if (work->evidence->choice.kind != DN_SHADOW_NONE && look_closer(work) < 0)
        return -1;
    tell_source(work);
    evidence->judged = evidence->effects;
    return work->evidence->choice.kind == DN_SHADOW_NONE && evidence->why ? fill_by_names(work) : 0;
}

static int
begin(collecting *work)
{
    dn_session *session = work->session;
    dn_evidence *evidence = work->evidence;
    const dunlin_doctor_options *doctor = work->doctor;

    if (dn_reconcile_history(&session->reconciliation, &session->arena, &evidence->history,
                             &evidence->count, work->error) < 0)
        return -1;
    evidence->effects =
        dn_arena_array(&session->arena, evidence->count + 1, sizeof *evidence->effects);
    if (!evidence->effects)
        return dn_no_memory(work->error);
    evidence->choice = dn_shadow_choose(session->connection, session->target, doctor->shadow != 0,
                                        doctor->shadow_url);
    if (evidence->choice.kind == DN_SHADOW_NONE)
        evidence->why = evidence->choice.why;
    return begin_replay(work);
}

int
dn_evidence_begin(dn_session *session, const dunlin_doctor_options *doctor, dn_evidence *evidence,
                  dn_error *error)
{
    collecting work = {.session = session, .doctor = doctor, .evidence = evidence, .error = error};

    if (begin(&work) < 0)
        return -1;
    dn_replay_read_ahead(evidence->replay, &session->journal_arena);
    return 0;
}

void
dn_evidence_end(dn_evidence *evidence)
{
    dn_replay_end(evidence->replay);
    evidence->replay = NULL;
}

int
dn_evidence_collect(dn_session *session, const dunlin_doctor_options *doctor,
                    const dn_fact_map *schema, dn_evidence *evidence, dn_error *error)
{
    collecting work = {.session = session,
                       .doctor = doctor,
                       .schema = schema,
                       .evidence = evidence,
                       .error = error};

    return collect(&work);
}

int
dn_evidence_replay(dn_session *session, const dunlin_doctor_options *doctor, dn_evidence *evidence,
                   dn_error *error)
{
    collecting work = {.session = session, .doctor = doctor, .evidence = evidence, .error = error};
    int answer = begin(&work) < 0 ? -1 : replay(&work);

    dn_evidence_end(evidence);
    return answer;
}
