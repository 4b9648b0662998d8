/* SPDX-License-Identifier: MIT
 *
 * `dunlin mark` and `dunlin baseline`: what a person asserts about the tracker. Only it is written.
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/engine/fingerprint.h"
#include "core/run/mend.h"

typedef struct marking {
    dn_session session;
    const char *tag;
    const char *why;
    bool baseline; /* all migrations up to the tag */
    bool pending;  /* the record is taken back */
    char run_id[33];
    const dn_verdict **chosen;
    size_t count;
} marking;

/* --- what it is about ------------------------------------------------------------------------------ */

static const dn_verdict *
find(const marking *state)
{
    const dn_reconciliation *found = &state->session.reconciliation;

    for (size_t i = 0; i < found->count; i++)
        if (found->verdicts[i].migration->listed &&
            strcmp(found->verdicts[i].migration->tag, state->tag) == 0)
            return &found->verdicts[i];
    return NULL;
}

static int
check_file(const dn_verdict *verdict, dn_error *error)
{
    if (verdict->migration->has_file || verdict->match->found)
        return 0;
    return dn_fail(error, DUNLIN_DISAGREEMENT, "journal.file-missing",
                   "'%s' has no file, so there is nothing whose digest could be recorded",
                   verdict->migration->tag);
}

/* Everything up to the tag that is not as asserted already. */
static int
choose(marking *state, dn_error *error)
{
    const dn_reconciliation *found = &state->session.reconciliation;
    const dn_verdict *last = find(state);

    if (!last)
        return dn_fail(error, DUNLIN_USAGE, "plan.unknown-tag",
                       "there is no migration '%s' in the journal", state->tag);
    state->chosen = dn_arena_array(&state->session.arena, found->count, sizeof(*state->chosen));
    if (!state->chosen)
        return dn_no_memory(error);
    for (size_t i = 0; i < found->count && &found->verdicts[i] <= last; i++) {
        const dn_verdict *verdict = &found->verdicts[i];

        if ((!state->baseline && verdict != last) || verdict->recorded != state->pending)
            continue;
        if (!state->pending && check_file(verdict, error) < 0)
            return -1;
        state->chosen[state->count++] = verdict;
    }
    return 0;
}

/* --- writing it --------------------------------------------------------------------------------------- */

static int
write_down(marking *state, dn_error *error)
{
    dn_session *session = &state->session;
    const dn_repair_step step = {
        .action = state->pending ? DN_REPAIR_UNRECORD : DN_REPAIR_RECORD,
        .verdicts = state->chosen,
        .count = state->count,
        .why = state->why,
    };
    dn_mend mend = {
        .connection = session->connection,
        .tracker = &session->observation.tracker,
        .run_id = state->run_id,
        .log = session->log,
        .arena = &session->arena,
        .by = state->baseline ? "baseline" : "mark",
        .state = "asserted",
    };

    return state->pending ? dn_mend_unrecord(&mend, &step, error)
                          : dn_mend_record(&mend, &step, error);
}

/* What was known of the schema goes on with the records as they are now. That all of it was made by
 * migrations is no more than an assertion from here on. */
static int
write_and_keep(marking *state, dn_error *error)
{
    dn_session *session = &state->session;
    const dn_migration **files = dn_arena_array(&session->arena, state->count + 1, sizeof *files);
    dn_fingerprint fingerprint;

    if (!files)
        return dn_no_memory(error);
    if (!state->count)
        return 0;
    for (size_t i = 0; i < state->count; i++)
        files[i] = state->chosen[i]->migration;
    if (dn_fingerprint_begin(session, &fingerprint, error) < 0 || write_down(state, error) < 0)
        return -1;
    if (fingerprint.seen && strcmp(fingerprint.basis, DN_BASIS_EMPTY) == 0)
        fingerprint.basis = DN_BASIS_OBSERVED;
    dn_fingerprint_end(&fingerprint, state->baseline ? "baseline" : "mark", state->run_id, files,
                       state->count);
    return 0;
}

static void
tell(marking *state)
{
    dunlin_result *result = state->session.result;
    dunlin_node *root = dn_result_node(result);
    dunlin_node *list = dn_node_array(result, root, "migrations");

    dn_session_tell_target(&state->session);
    dn_node_set_text(result, root, "recorded", state->pending ? "no" : "yes");
    dn_node_set_text(result, root, "why", state->why);
    for (size_t i = 0; i < state->count; i++)
        dn_node_set_text(result, list, NULL, state->chosen[i]->migration->tag);
}

static int
mark_locked(void *context, dn_error *error)
{
    marking *state = context;

    return dn_session_reconcile(&state->session, DN_TRACKER_FULL, error) < 0 ||
                   choose(state, error) < 0
               ? -1
               : write_and_keep(state, error);
}

static int
mark(marking *state, dn_error *error)
{
    dn_session *session = &state->session;

    if (dn_session_project(session, error) < 0 || dn_session_target(session, error) < 0 ||
        dn_session_journal(session, error) < 0 || dn_session_connect(session, false, error) < 0 ||
        dn_session_reconcile(session, DN_TRACKER_MATCH, error) < 0 ||
        dn_session_result(session, state->baseline ? "dunlin-baseline/1" : "dunlin-mark/1", error) <
            0)
        return -1;
    if (dn_session_locked(session, mark_locked, state, error) < 0)
        return -1;
    tell(state);
    return 0;
}

static int
run(marking *state, const dunlin_options *options, dunlin_result **result, dunlin_error *error)
{
    dn_session_begin(&state->session, options);
    dn_random_id(state->run_id);
    return dn_session_finish(&state->session, mark(state, error), result, error);
}

int
dunlin_mark(const dunlin_options *options, const char *tag, int applied, const char *why,
            dunlin_result **result, dunlin_error *error)
{
    marking state = {.tag = tag, .why = why, .pending = !applied};

    return run(&state, options, result, error);
}

int
dunlin_baseline(const dunlin_options *options, const char *tag, const char *why,
                dunlin_result **result, dunlin_error *error)
{
    marking state = {.tag = tag, .why = why ? why : "asserted by hand", .baseline = true};

    return run(&state, options, result, error);
}
