/* SPDX-License-Identifier: MIT */
#include "core/plan/late.h"

#include <string.h>

#include "core/plan/late_pair.h"

typedef struct late_check {
    const dn_reconciliation *reconciliation;
    const dn_plan_options *options;
    dn_trace trace;
    bool asked;
    bool replayed;
    bool equal; /* as options->replay_late found */
} late_check;

/* --- two of them ---------------------------------------------------------------------------------- */

static bool
differs_by_text(const dn_late_side *late, const dn_late_side *applied)
{
    return dn_late_meeting(late, applied) ||
           (!late->fresh && !applied->fresh && (late->opaque || applied->opaque));
}

/* A replay has no rows, so it is no witness of what happens to them. */
static int
ask_replay(late_check *work, const dn_late_side *late, const dn_late_side *applied, bool *equal,
           dn_error *error)
{
    const dn_plan_options *options = work->options;

    *equal = false;
    if (!options->replay_late || late->rows || applied->rows)
        return 0;
    if (!work->asked) {
        int answer = options->replay_late(options->context, &work->equal, error);

        if (answer < 0)
            return -1;
        work->asked = true;
        work->replayed = answer == 0;
    }
    *equal = work->equal;
    return 0;
}

/* The table, or an index without one, or a schema. */
static dunlin_string
object_of(const dunlin_operation *operation)
{
    for (uint64_t i = 1; i < operation->path_count; i++)
        if (operation->path[i].length)
            return operation->path[i];
    return operation->path_count ? operation->path[0] : dn_string("");
}

static int
fail_words(const late_check *work, const dn_late_side *late, const dn_late_side *applied,
           const char *tag, const char *other, dn_error *error)
{
    const dunlin_operation *common = dn_late_meeting(late, applied);
    dunlin_string object = common ? object_of(common) : dn_string("");
    const char *replayed =
        work->replayed ? "; a replay does not show that both orders give one schema" : "";

    if (common)
        return dn_fail(error, DUNLIN_DISAGREEMENT, "plan.late-conflict",
                       "'%s' arrived late: it touches '%.*s', and so does '%s', which is applied "
                       "already%s",
                       tag, (int)object.length, object.data, other, replayed);
    return dn_fail(error, DUNLIN_DISAGREEMENT, "plan.late-conflict",
                   "'%s' arrived late, and nothing tells whether it does the same behind '%s', "
                   "which is applied already: %s changes rows, or is not understood%s",
                   tag, other, late->opaque ? "it" : "that one", replayed);
}

/* Where nothing may be replayed, it says how it could be. */
static int
fail_pair(const late_check *work, const dn_late_side *late, const dn_late_side *applied,
          const char *tag, const char *other, dn_error *error)
{
    fail_words(work, late, applied, tag, other, error);
    if (work->asked && !work->replayed)
        dn_hint(error,
                "let a replay of both orders tell, with --shadow or --shadow-url URL; or put it "
                "behind the applied ones in the journal, or apply it all the same with --allow %s",
                tag);
    return -1;
}

/* --- all of them ---------------------------------------------------------------------------------- */

static bool
is_allowed(const dn_plan_options *options, const char *tag)
{
    for (size_t i = 0; i < options->allow_count; i++)
        if (strcmp(options->allow[i], tag) == 0)
            return true;
    return false;
}

/* Or will be, once a repair has recorded what the schema shows. */
static bool
is_applied(const dn_verdict *verdict)
{
    return verdict->recorded || (verdict->proof && verdict->proof->done && !verdict->pending);
}

static size_t
last_applied(const dn_observation *observation, const dn_reconciliation *reconciliation)
{
    size_t last = 0;

    for (size_t i = 0; i < observation->journal->count; i++)
        if (is_applied(&reconciliation->verdicts[i]))
            last = i;
    return last;
}

static bool
is_late(const dn_reconciliation *reconciliation, const dn_plan_options *options, size_t at)
{
    const dn_verdict *verdict = &reconciliation->verdicts[at];

    return verdict->pending && verdict->verdict == DN_VERDICT_PENDING &&
           !is_allowed(options, verdict->migration->tag);
}

static int
check_one(late_check *work, size_t at, size_t last, dn_error *error)
{
    const dn_verdict *verdicts = work->reconciliation->verdicts;
    const dn_late_side late = dn_late_side_of(&work->trace, at);

    for (size_t i = at + 1; i <= last; i++) {
        const dn_late_side applied = dn_late_side_of(&work->trace, i);
        bool equal = false;

        if (!is_applied(&verdicts[i]) || !differs_by_text(&late, &applied))
            continue;
        if (ask_replay(work, &late, &applied, &equal, error) < 0)
            return -1;
        if (!equal)
            return fail_pair(work, &late, &applied, verdicts[at].migration->tag,
                             verdicts[i].migration->tag, error);
    }
    return 0;
}

/* `at` is of one that is late; the texts are read for the first of them. */
static int
check_late(late_check *work, dn_connection *connection, const dn_observation *observation,
           size_t at, size_t last, dn_arena *arena, dn_error *error)
{
    if (!work->trace.others && dn_trace_read(dn_connection_driver(connection), observation->journal,
                                             arena, &work->trace, error) < 0)
        return -1;
    return check_one(work, at, last, error);
}

int
dn_plan_check_late(dn_connection *connection, const dn_observation *observation,
                   const dn_reconciliation *reconciliation, const dn_plan_options *options,
                   dn_arena *arena, dn_error *error)
{
    size_t last = last_applied(observation, reconciliation);
    late_check work = {.reconciliation = reconciliation, .options = options};

    for (size_t i = 0; i < last; i++)
        if (is_late(reconciliation, options, i) &&
            check_late(&work, connection, observation, i, last, arena, error) < 0)
            return -1;
    return 0;
}

int
dn_plan_judge_late(dn_connection *connection, const dn_observation *observation,
                   dn_reconciliation *reconciliation, const dn_plan_options *options,
                   dn_arena *arena, dn_error *error)
{
    size_t last = last_applied(observation, reconciliation);
    late_check work = {.reconciliation = reconciliation, .options = options};

    for (size_t i = 0; i < last; i++) {
        dn_verdict *verdict = &reconciliation->verdicts[i];

        if (!is_late(reconciliation, options, i) ||
            check_late(&work, connection, observation, i, last, arena, error) == 0)
            continue;
        if (strcmp(error->id, "plan.late-conflict") != 0)
            return -1;
        verdict->late = dn_arena_text(arena, error->message);
        dn_error_clear(error);
        if (!verdict->late)
            return dn_no_memory(error);
    }
    return 0;
}
