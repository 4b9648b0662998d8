/* SPDX-License-Identifier: MIT
 *
 * `dunlin adopt`: takes a database over from another tool. What its table claims is held against the
 * schema; with --apply it is recorded in our own tracker, and the folder gets a native journal. Records
 * come first: stopped before the journal is there, the folder is still the tool's and all goes on.
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/engine/adopt.h"
#include "core/run/mend.h"

typedef struct adopting {
    dn_session session;
    const dunlin_adopt_options *options;
    dunlin_doctor_options doctor;
    bool foreign;
    dn_tracker ours;
    dn_adoption adoption;
    dn_diagnosis found;
    dn_diagnosis at_last;
    dn_repair performed;
    dn_repair left;
    char run_id[33];
    dn_backup backup;
    bool backed_up;
    const char *tool;
    const char *tool_table;
    size_t rows;
} adopting;

/* --- looking ------------------------------------------------------------------------------------------ */

/* A name that dunlin.json gives the tracker would be that of ours from then on. */
static int
choose_table(adopting *state, dn_error *error)
{
    dn_session *session = &state->session;

    if (session->target->tracker)
        return dn_fail(error, DUNLIN_USAGE, "adopt.tracker-setting",
                       "\"tracker\" of the target '%s' names the table '%s' for good",
                       session->target->name, session->target->tracker);
    session->sight.tracker = state->options->table;
    return 0;
}

static int
look(adopting *state, dn_error *error)
{
    dn_session *session = &state->session;

    if (dn_session_reconcile(session, DN_TRACKER_FULL, error) < 0 ||
        dn_diagnosis_make(session, &state->doctor, &state->found, error) < 0 ||
        dn_tracker_read(session->connection, DN_LAYOUT_NATIVE, NULL, DN_TRACKER_MATCH,
                        &session->arena, &state->ours, error) < 0)
        return -1;
    state->tool = dn_layout_name(session->journal.layout);
    state->tool_table = session->observation.tracker.table;
    state->rows = session->observation.tracker.count;
    if (dn_adopt_judge(session, &state->ours, &state->adoption, error) < 0)
        return -1;
    return dn_adopt_plan(session, &state->adoption, &state->ours, &state->found.repair, error);
}

/* --- steps --------------------------------------------------------------------------------------------- */

static int
take_backup(adopting *state, dn_error *error)
{
    dn_session *session = &state->session;
    dn_backup_wish wish;

    if (state->options->no_backup)
        return 0;
    if (dn_session_backup(session, &wish, error) < 0)
        return -1;
    wish.tracker = &session->observation.tracker;
    if (wish.mode == DN_BACKUP_NONE)
        return 0;
    if (dn_backup_take(session->connection, &wish, &session->log, &session->arena, &state->backup,
                       error) < 0)
        return -1;
    state->backed_up = true;
    return 0;
}

static int
record(adopting *state, const dn_repair_step *step, dn_error *error)
{
    dn_session *session = &state->session;
    bool proved = strcmp(step->op, "proved") == 0;
    dn_mend mend = {
        .connection = session->connection,
        .tracker = &state->ours,
        .run_id = state->run_id,
        .log = session->log,
        .arena = &session->arena,
        .by = "adopt",
        .state = proved ? "baselined" : "asserted",
        .confidence = step->op,
    };

    return dn_mend_record(&mend, step, error);
}

static int
write_journal(adopting *state, dn_error *error)
{
    dn_session *session = &state->session;
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (dn_journal_native_text(&session->journal, session->driver->table.dialect, &session->arena,
                               &text, error) < 0)
        return -1;
    dn_fault("adopt.before-journal");
    if (dn_journal_native_write(&session->journal, &text, &session->arena, error) < 0)
        return -1;
    dn_fault("adopt.after-journal");
    return 0;
}

static int
perform(adopting *state, const dn_repair_step *step, dn_error *error)
{
    switch (step->action) {
    case DN_REPAIR_BACKUP: return take_backup(state, error);
    case DN_REPAIR_CREATE_TRACKER:
        return dn_tracker_create(state->session.connection, &state->ours, error);
    case DN_REPAIR_RECORD: return record(state, step, error);
    case DN_REPAIR_FILE: return write_journal(state, error);
    default: return 0;
    }
}

static int
note(adopting *state, dn_repair *list, const dn_repair_step *step, dn_error *error)
{
    list->steps = dn_arena_grow(&state->session.arena, list->steps, &list->capacity,
                                list->count + 1, sizeof *list->steps);
    if (!list->steps)
        return dn_no_memory(error);
    list->steps[list->count++] = *step;
    return 0;
}

static int
perform_all(adopting *state, dn_error *error)
{
    const dn_repair *plan = &state->found.repair;

    for (size_t i = 0; i < plan->count; i++) {
        const dn_repair_step *step = &plan->steps[i];
        bool left = step->action == DN_REPAIR_REPORT;

        if (perform(state, step, error) < 0)
            return dn_while(error, "adopting, step %zu of %zu: %s", i + 1, plan->count,
                            dn_repair_action_name(step->action));
        if (step->action == DN_REPAIR_BACKUP && !state->backed_up)
            continue; /* nobody wanted one */
        if (note(state, left ? &state->left : &state->performed, step, error) < 0)
            return -1;
    }
    return 0;
}

/* --- all of it ------------------------------------------------------------------------------------------ */

/* Under the lock of the tool's table, which `migrate` takes as long as the folder is the tool's. */
static int
adopt_locked(void *context, dn_error *error)
{
    adopting *state = context;

    return look(state, error) < 0 ? -1 : perform_all(state, error);
}

/* The folder as it is now, which is dunlin's. */
static int
look_again(adopting *state, dn_error *error)
{
    dn_session *session = &state->session;

    session->sight.tracker = NULL;
    dn_journal_close(&session->journal);
    if (dn_session_journal(session, error) < 0 || dn_journal_finish(&session->journal, error) < 0 ||
        dn_session_reconcile(session, DN_TRACKER_FULL, error) < 0)
        return -1;
    return dn_diagnosis_make(session, &state->doctor, &state->at_last, error);
}

static void
tell(adopting *state)
{
    dn_session *session = &state->session;
    dunlin_result *result = session->result;
    dunlin_node *root = dn_result_node(result);
    dunlin_node *from = dn_node_object(result, root, "from");

    dn_node_set_boolean(result, root, "applied", state->options->apply != 0);
    dn_node_set_text(result, from, "tool", state->tool);
    dn_node_set_text(result, from, "table", state->tool_table);
    dn_node_set_integer(result, from, "rows", (int64_t)state->rows);
    dn_node_set_integer(result, from, "proved", (int64_t)state->adoption.proved_count);
    dn_node_set_integer(result, from, "claimed", (int64_t)state->adoption.claimed_count);
    dn_node_set_text(
        result, root, "before",
        dn_reconcile_story(&session->reconciliation, &session->observation, &session->arena));
}

static int
adopt(adopting *state, dn_error *error)
{
    dn_session *session = &state->session;
    bool apply_it = state->options->apply != 0;

    if (choose_table(state, error) < 0 || look(state, error) < 0)
        return -1;
    if (apply_it && !state->options->no_backup &&
        dn_session_check_backup(session, &state->found.repair, error) < 0)
        return -1;
    if (apply_it && dn_session_locked(session, adopt_locked, state, error) < 0)
        return -1;
    if (dn_session_result(session, "dunlin-adopt/1", error) < 0)
        return -1;
    tell(state);
    if (apply_it && look_again(state, error) < 0)
        return -1;
    dn_diagnosis_tell(session, apply_it ? &state->at_last : &state->found);
    dn_diagnosis_tell_steps(session, "performed", &state->performed);
    dn_diagnosis_tell_steps(session, "left", &state->left);
    dn_node_set_text(session->result, dn_result_node(session->result), "backup",
                     state->backed_up ? state->backup.path : NULL);
    return 0;
}

static int
run(adopting *state, dn_error *error)
{
    dn_session *session = &state->session;

    if (dn_session_project(session, error) < 0 || dn_session_target(session, error) < 0 ||
        dn_session_connect(session, state->options->apply == 0, error) < 0 ||
        dn_adopt_find(session, state->options->from, &state->foreign, error) < 0)
        return -1;
    return state->foreign ? adopt(state, error) : 0;
}

/* Nobody's but ours: what is true is recorded by proof alone, as repair does it. */
static int
repair_instead(const dunlin_options *options, const dunlin_adopt_options *adopt_options,
               dunlin_result **result, dn_error *error)
{
    const dunlin_repair_options repair = {
        .size = sizeof repair,
        .apply = adopt_options->apply,
        .no_backup = adopt_options->no_backup,
        .shadow = adopt_options->shadow,
        .shadow_url = adopt_options->shadow_url,
    };

    return dn_repair_as(options, &repair, "dunlin-adopt/1", "adopt", result, error);
}

int
dunlin_adopt(const dunlin_options *options, const dunlin_adopt_options *adopt_options,
             dunlin_result **result, dunlin_error *error)
{
    static const dunlin_adopt_options defaults = {.size = sizeof defaults};
    adopting state;
    int answer;

    memset(&state, 0, sizeof state);
    dn_session_begin(&state.session, options);
    state.options = adopt_options ? adopt_options : &defaults;
    state.doctor = (dunlin_doctor_options){.size = sizeof state.doctor,
                                           .shadow = state.options->shadow,
                                           .shadow_url = state.options->shadow_url};
    dn_random_id(state.run_id);
    answer = run(&state, error);
    if (answer == 0 && !state.foreign) {
        dn_session_end(&state.session);
        return repair_instead(options, state.options, result, error);
    }
    return dn_session_finish(&state.session, answer, result, error);
}
