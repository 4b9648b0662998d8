/* SPDX-License-Identifier: MIT
 *
 * `dunlin drift`: what a target holds otherwise than its tracker and the journal imply.
 */
#include "core/engine/drift.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/tracker/event.h"

/* --- looking ---------------------------------------------------------------------------------------------- */

static int
look(dn_drifting *work)
{
    dn_session *session = work->session;
    const dn_sight whole = {.tracker = session->sight.tracker};

    work->unreadable.arena = &session->arena;
    if (dn_session_reconcile(session, DN_TRACKER_FULL, work->error) < 0 ||
        dn_observe_visible(session->connection, &whole, &session->arena, &work->live,
                           &work->unreadable, work->error) < 0 ||
        dn_known_read(session->connection, session->observation.tracker.table, &session->arena,
                      &work->known, work->error) < 0 ||
        dn_snapshot_facts(work->live.facts, dn_fact_map_naming(work->live.facts), &session->arena,
                          &work->found, work->error) < 0)
        return -1;
    return dn_ignore_apply(session->sight.ignore, work->found, work->error);
}

/* --- accepting -------------------------------------------------------------------------------------------- */

static int
accept_state(dn_drifting *work)
{
    dn_known known = {.action = "accept", .basis = DN_BASIS_ACCEPTED, .why = work->options->why};
    dn_event event = {.action = "drift", .step = "accept", .why = work->options->why};
    char run_id[33];

    if (work->unreadable.count)
        return dn_fail(work->error, DUNLIN_PERMISSION, "drift.unseen",
                       "what cannot be seen cannot be accepted: %zu of the objects of '%s'",
                       work->unreadable.count, work->session->target->name);
    dn_random_id(run_id);
    known.run_id = event.run_id = run_id;
    if (dn_event_prepare(work->session->connection, work->error) < 0 ||
        dn_fingerprint_keep(work->session, &work->live, &known, work->error) < 0 ||
        dn_event_write(work->session->connection, &event, work->error) < 0)
        return -1;
    work->taken = true;
    return 0;
}

/* Under the lock, since a run would change what is accepted. What nothing tells can be accepted, too. */
static int
accept_locked(void *context, dn_error *error)
{
    dn_drifting *work = context;
    int answer = look(work) < 0 ? -1 : dn_drift_find(work);

    if (answer < 0 &&
        (strcmp(error->id, "drift.unknown") == 0 || strcmp(error->id, "drift.upgraded") == 0)) {
        work->note = dn_arena_copy(&work->session->arena, error->message, strlen(error->message));
        if (!work->note)
            return dn_no_memory(error);
        dn_error_clear(error);
        work->how = "nothing";
        work->implied = work->found;
        work->count = 0;
        answer = 0;
    }
    return answer < 0 ? -1 : accept_state(work);
}

/* --- the use case ----------------------------------------------------------------------------------------- */

static int
check_options(const dn_drifting *work)
{
    const dunlin_drift_options *options = work->options;

    if (options->accept && (!options->why || !*options->why))
        return dn_fail(work->error, DUNLIN_USAGE, "usage.missing-argument",
                       "--accept wants the reason: --why TEXT");
    if (options->accept && options->fix)
        return dn_fail(work->error, DUNLIN_USAGE, "usage.extra-argument",
                       "what is accepted needs no migration: either --accept or --fix");
    if (options->revert && !options->fix)
        return dn_fail(work->error, DUNLIN_USAGE, "usage.missing-argument",
                       "--revert is about a migration: --fix NAME");
    return 0;
}

static int
find(dn_drifting *work)
{
    if (work->options->accept)
        return dn_session_locked(work->session, accept_locked, work, work->error);
    if (dn_drift_find(work) < 0 || dn_drift_definition(work) < 0 || dn_drift_renames(work) < 0)
        return -1;
    return work->options->fix ? dn_drift_fix(work) : 0;
}

static int
run(dn_drifting *work)
{
    dn_session *session = work->session;

    if (check_options(work) < 0 || dn_session_project(session, work->error) < 0 ||
        dn_session_target(session, work->error) < 0 ||
        dn_session_journal(session, work->error) < 0 ||
        dn_session_connect(session, !work->options->accept, work->error) < 0 || look(work) < 0 ||
        find(work) < 0)
        return -1;
    return dn_drift_tell(work);
}

int
dunlin_drift(const dunlin_options *options, const dunlin_drift_options *drift,
             dunlin_result **result, dunlin_error *error)
{
    static const dunlin_drift_options defaults = {.size = sizeof defaults};
    dn_session session;
    dn_drifting work = {.session = &session, .options = drift ? drift : &defaults, .error = error};

    dn_session_begin(&session, options);
    return dn_session_finish(&session, run(&work), result, error);
}
