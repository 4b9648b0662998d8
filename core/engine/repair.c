/* SPDX-License-Identifier: MIT
 *
 * `dunlin repair`: the plan of doctor, and with --apply its steps in order, under the lock; then all
 * four places are compared again. What waits for an answer is left.
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/engine/diagnosis.h"
#include "core/engine/fingerprint.h"
#include "core/engine/fresh.h"
#include "core/engine/leftovers.h"
#include "core/run/mend.h"
#include "core/tracker/event.h"

enum { MOST_ROUNDS = 3 };

typedef struct repairing {
    dn_session session;
    const dunlin_repair_options *options;
    const char *format;
    const char *by;
    dunlin_doctor_options doctor;
    dn_diagnosis found; /* by the newest look */
    dn_repair performed;
    dn_repair left;
    char run_id[33];
    dn_backup backup;
    bool backed_up;
} repairing;

/* --- looking -------------------------------------------------------------------------------------- */

static int
look(repairing *state, dn_diagnosis *diagnosis, dn_error *error)
{
    dn_session *session = &state->session;

    if (dn_session_reconcile(session, DN_TRACKER_FULL, error) < 0)
        return -1;
    return dn_diagnosis_make(session, &state->doctor, diagnosis, error);
}

static int
note(repairing *state, dn_repair *list, const dn_repair_step *step, dn_error *error)
{
    list->steps = dn_arena_grow(&state->session.arena, list->steps, &list->capacity,
                                list->count + 1, sizeof *list->steps);
    if (!list->steps)
        return dn_no_memory(error);
    list->steps[list->count++] = *step;
    return 0;
}

/* --- files ---------------------------------------------------------------------------------------- */

static int
read_journal_again(repairing *state, dn_error *error)
{
    dn_session *session = &state->session;

    dn_journal_close(&session->journal);
    if (dn_session_journal(session, error) < 0)
        return -1;
    return dn_journal_finish(&session->journal, error);
}

static bool
is_guessed(const dn_findings *changes, const char *tag)
{
    for (size_t i = 0; i < changes->count; i++)
        if (strcmp(changes->items[i].id, "journal.when-guessed") == 0 &&
            strcmp(changes->items[i].object, tag) == 0)
            return true;
    return false;
}

/* The time of an entry, of which the tracker knows nothing, behind `last`: where it is a guess, one before
 * the next time that is known. */
static int64_t
time_between(const repairing *state, const dn_findings *changes, size_t at, int64_t last)
{
    const dn_journal *journal = &state->session.journal;
    const dn_match *matches = state->session.observation.matches;
    int64_t own = journal->migrations[at].when_ms;
    int64_t next = 0;
    size_t end = at;

    if (!is_guessed(changes, journal->migrations[at].tag))
        return own;
    while (!next && ++end < journal->count)
        if (matches[end].row)
            next = matches[end].row->when_ms;
        else if (!is_guessed(changes, journal->migrations[end].tag))
            next = journal->migrations[end].when_ms;
    if (own > last && (!next || own < next))
        return own;
    return next - (int64_t)(end - at) > last ? next - (int64_t)(end - at) : last + 1;
}

/* A rebuild guesses the times of entries that were lost; the tracker knows them, and the others keep to
 * their order. */
static int
take_times_from_tracker(repairing *state, const dn_findings *changes, dn_error *error)
{
    dn_session *session = &state->session;
    const dn_observation *seen = &session->observation;
    dn_amendment *amendments;
    size_t count = 0;
    int64_t last = 0;

    if (dn_session_reconcile(session, DN_TRACKER_MATCH, error) < 0)
        return -1;
    amendments = dn_arena_array(&session->arena, session->journal.count + 1, sizeof *amendments);
    if (!amendments)
        return dn_no_memory(error);
    for (size_t i = 0; i < session->journal.count; i++) {
        const dn_migration *entry = &session->journal.migrations[i];
        const dn_tracker_row *row = seen->matches[i].row;

        last = row && row->when_ms ? row->when_ms : time_between(state, changes, i, last);
        if (last != entry->when_ms)
            amendments[count++] = (dn_amendment){entry->tag, entry->tag, last};
    }
    if (!count)
        return 0;
    if (dn_journal_amend(&session->journal, amendments, count, false, &session->arena, error) < 0)
        return -1;
    return read_journal_again(state, error);
}

static int
rebuild_journal(repairing *state, dn_error *error)
{
    dn_session *session = &state->session;
    const dn_journal_options options = dn_session_journal_options(session);
    dn_findings changes = {0};

    if (dn_journal_rebuild(&options, true, &session->arena, &changes, error) < 0 ||
        read_journal_again(state, error) < 0)
        return -1;
    return take_times_from_tracker(state, &changes, error);
}

static int64_t
recorded_time(const repairing *state, const char *tag)
{
    const dn_reconciliation *found = &state->session.reconciliation;

    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->verdicts[i].migration->tag, tag) == 0 && found->verdicts[i].match->row)
            return found->verdicts[i].match->row->when_ms;
    return 0;
}

static int
mend_file(repairing *state, const dn_repair_step *step, dn_error *error)
{
    dn_session *session = &state->session;
    dn_amendment amendment = {step->tag, step->new_tag, 0};

    if (strcmp(step->op, "journal-rebuild") == 0)
        return rebuild_journal(state, error);
    if (strcmp(step->op, "journal-append") == 0)
        amendment.when_ms = recorded_time(state, step->tag);
    if (dn_journal_amend(&session->journal, &amendment, step->tag ? 1 : 0,
                         strcmp(step->op, "journal-renumber") == 0, &session->arena, error) < 0)
        return -1;
    return read_journal_again(state, error);
}

/* --- the database --------------------------------------------------------------------------------- */

static int
take_backup(repairing *state, dn_error *error)
{
    dn_session *session = &state->session;
    dn_backup_wish wish;

    if (state->options->no_backup || state->backed_up)
        return 0;
    if (dn_session_backup(session, &wish, error) < 0)
        return -1;
    wish.tracker = &session->observation.tracker;
    wish.journal = session->journal.path;
    if (wish.mode == DN_BACKUP_NONE)
        return 0;
    if (dn_backup_take(session->connection, &wish, &session->log, &session->arena, &state->backup,
                       error) < 0)
        return -1;
    state->backed_up = true;
    return 0;
}

static dn_mend
mend_of(repairing *state)
{
    dn_session *session = &state->session;

    return (dn_mend){
        .connection = session->connection,
        .tracker = &session->observation.tracker,
        .run_id = state->run_id,
        .log = session->log,
        .arena = &session->arena,
        .by = state->by,
        .state = "baselined",
    };
}

static int
run_statements(repairing *state, const dn_repair_step *step, dn_error *error)
{
    dn_session *session = &state->session;
    dn_mend mend = mend_of(state);
    const char *dialect = session->journal.dialect;

    if (!dialect || dn_driver_is_called(session->driver, dn_string(dialect)))
        return step->action == DN_REPAIR_SQL ? dn_mend_sql(&mend, step, error)
                                             : dn_mend_statements(&mend, step, error);
    if (dn_session_translator(session, false, error) < 0)
        return -1;
    mend.translator = session->translator;
    return dn_mend_statements(&mend, step, error);
}

/* The place in the journal of the migration whose snapshot it is; the last one without a tag. */
static size_t
place_of_snapshot(const repairing *state, const dn_repair_step *step)
{
    const dn_journal *journal = &state->session.journal;
    size_t at = journal->count;

    while (at-- > 0)
        if (!step->tag || strcmp(journal->migrations[at].tag, step->tag) == 0)
            return at;
    return 0;
}

/* One that two migrations share is nothing that could be written. */
static bool
can_write_snapshot(repairing *state, const dn_repair_step *step)
{
    dn_session *session = &state->session;
    const char *path;

    if (session->journal.layout != DN_LAYOUT_DRIZZLE || !session->journal.count)
        return false;
    path = dn_declared_path(session, place_of_snapshot(state, step), &session->arena);
    return !step->tag || (path && !dn_file_exists(path));
}

static int
write_snapshot(repairing *state, const dn_repair_step *step, dn_error *error)
{
    dn_session *session = &state->session;
    const dn_evidence *evidence = &state->found.evidence;
    size_t at = place_of_snapshot(state, step);
    size_t count = evidence->count;
    dn_side made;
    const dn_declared_place place = {&made, state->doctor.shadow != 0, state->doctor.shadow_url};
    dn_fresh fresh;
    int answer;

    for (size_t i = 0; step->tag && i < evidence->count; i++)
        if (evidence->history[i].file && strcmp(evidence->history[i].file->tag, step->tag) == 0)
            count = i + 1;
    answer = dn_fresh_fold(session, evidence->effects, count, &made, error);
    if (answer == 0)
        return dn_fresh_write(session, &place, at, &fresh, error);
    return answer < 0
               ? -1
               : dn_fail(error, DUNLIN_DISAGREEMENT, "snapshot.not-written",
                         "not all migrations could be replayed, so that nobody knows what the "
                         "snapshot of '%s' has to say",
                         session->journal.migrations[at].tag);
}

/* What is recorded and not there was behind the others once; that it comes late is no question. */
static int
apply(repairing *state, const dn_repair_step *step, dn_error *error)
{
    dn_session *session = &state->session;
    const char **again = dn_arena_array(&session->arena, step->count + 1, sizeof *again);
    size_t count = 0;

    if (!again)
        return dn_no_memory(error);
    for (size_t i = 0; i < step->count; i++)
        if (step->verdicts[i]->verdict == DN_VERDICT_RECORDED_ABSENT)
            again[count++] = step->verdicts[i]->migration->tag;
    return dn_migrate_locked(session, again, count, error);
}

static int
perform(repairing *state, const dn_repair_step *step, dn_error *error)
{
    dn_session *session = &state->session;
    dn_mend mend = mend_of(state);

    switch (step->action) {
    case DN_REPAIR_BACKUP: return take_backup(state, error);
    case DN_REPAIR_FILE: return mend_file(state, step, error);
    case DN_REPAIR_CREATE_TRACKER:
        return dn_tracker_create(session->connection, mend.tracker, error);
    case DN_REPAIR_RECORD: return dn_mend_record(&mend, step, error);
    case DN_REPAIR_UNRECORD: return dn_mend_unrecord(&mend, step, error);
    case DN_REPAIR_RELINK: return dn_mend_relink(&mend, step, error);
    case DN_REPAIR_RENEW: return dn_mend_renew(&mend, step, error);
    case DN_REPAIR_APPLY_STATEMENTS:
    case DN_REPAIR_SQL: return run_statements(state, step, error);
    case DN_REPAIR_APPLY: return apply(state, step, error);
    case DN_REPAIR_SNAPSHOT: return write_snapshot(state, step, error);
    default: return 0;
    }
}

/* What shares no transaction with a row of the log. It is done by now, whatever becomes of the row. */
static void
log_step(repairing *state, const dn_repair_step *step)
{
    dn_mend mend = mend_of(state);
    dn_error problem;

    if (!mend.tracker->ours_present && step->action == DN_REPAIR_FILE)
        return; /* files alone: the database stays as it is */
    dn_error_clear(&problem);
    if (dn_event_prepare(mend.connection, &problem) < 0 || dn_mend_log(&mend, step, &problem) < 0)
        dn_log_warning(&mend.log, "'" DN_TRACKER_LOG "' does not tell of this repair: %s",
                       problem.message);
}

static bool
is_left(repairing *state, const dn_repair_step *step)
{
    return step->waits || step->action == DN_REPAIR_ASK || step->action == DN_REPAIR_REPORT ||
           step->action == DN_REPAIR_DEFINITION ||
           (step->action == DN_REPAIR_SNAPSHOT && !can_write_snapshot(state, step));
}

static bool
is_worth_it(repairing *state, const dn_repair *repair)
{
    for (size_t i = 0; i < repair->count; i++)
        if (!is_left(state, &repair->steps[i]) && repair->steps[i].action != DN_REPAIR_BACKUP &&
            repair->steps[i].action != DN_REPAIR_VERIFY)
            return true;
    return false;
}

static int
perform_all(repairing *state, dn_error *error)
{
    const dn_repair *plan = &state->found.repair;

    for (size_t i = 0; i < plan->count; i++) {
        const dn_repair_step *step = &plan->steps[i];
        bool left = is_left(state, step);

        if (!left && perform(state, step, error) < 0)
            return dn_while(error, "repairing, step %zu of %zu: %s", i + 1, plan->count,
                            dn_repair_action_name(step->action));
        if (step->action == DN_REPAIR_BACKUP && (!state->backed_up || state->performed.count))
            continue; /* nobody wanted one, or it is told already */
        if (!left && (step->action == DN_REPAIR_FILE || step->action == DN_REPAIR_APPLY))
            log_step(state, step);
        if (!left && note(state, &state->performed, step, error) < 0)
            return -1;
    }
    return 0;
}

/* By what the last look says: an answer may have come of itself. */
static int
note_left(repairing *state, dn_error *error)
{
    const dn_repair *plan = &state->found.repair;

    for (size_t i = 0; i < plan->count; i++)
        if (plan->steps[i].action != DN_REPAIR_BACKUP &&
            plan->steps[i].action != DN_REPAIR_VERIFY &&
            note(state, &state->left, &plan->steps[i], error) < 0)
            return -1;
    return 0;
}

/* --- what is known of the schema ---------------------------------------------------------------------- */

static bool
is_of_records(const dn_repair_step *step)
{
    switch (step->action) {
    case DN_REPAIR_CREATE_TRACKER:
    case DN_REPAIR_RECORD:
    case DN_REPAIR_UNRECORD:
    case DN_REPAIR_RELINK:
    case DN_REPAIR_APPLY_STATEMENTS:
    case DN_REPAIR_SQL:
    case DN_REPAIR_APPLY: return true;
    default: return false;
    }
}

/* The file may have another name by now. */
static const dn_migration *
file_of(const repairing *state, const char *tag)
{
    const dn_journal *journal = &state->session.journal;

    for (size_t i = 0; i < journal->count; i++)
        if (strcmp(journal->migrations[i].tag, tag) == 0)
            return &journal->migrations[i];
    return NULL;
}

/* Also behind a repair that failed on its way: files alone leave a database as it is. */
static int
keep_fingerprint(repairing *state, dn_fingerprint *fingerprint, dn_error *error)
{
    dn_arena *arena = &state->session.arena;
    const dn_migration **files = NULL;
    size_t count = 0;
    size_t capacity = 0;
    bool changed = false;

    for (size_t i = 0; i < state->performed.count; i++) {
        const dn_repair_step *step = &state->performed.steps[i];

        changed = changed || is_of_records(step);
        for (size_t k = 0; k < step->count; k++) {
            const dn_migration *file = file_of(state, step->verdicts[k]->migration->tag);

            files = dn_arena_grow(arena, files, &capacity, count + 1, sizeof *files);
            if (!files)
                return dn_no_memory(error);
            if (file)
                files[count++] = file;
        }
    }
    if (changed)
        dn_fingerprint_end(fingerprint, state->by, state->run_id, files, count);
    return 0;
}

/* What was done may have answered a question that other steps waited for. */
static int
perform_rounds(repairing *state, dn_error *error)
{
    for (int round = 0; round < MOST_ROUNDS; round++) {
        if (perform_all(state, error) < 0)
            return -1;
        state->found = (dn_diagnosis){.rebuilt = false};
        if (read_journal_again(state, error) < 0 || look(state, &state->found, error) < 0)
            return -1;
        if (!is_worth_it(state, &state->found.repair))
            break;
    }
    return 0;
}

static int
perform_and_keep(repairing *state, dn_error *error)
{
    dn_fingerprint fingerprint;
    dn_error ignored;
    int answer;

    if (!is_worth_it(state, &state->found.repair))
        return 0;
    if (dn_fingerprint_begin(&state->session, &fingerprint, error) < 0)
        return -1;
    answer = perform_rounds(state, error);
    if (keep_fingerprint(state, &fingerprint, answer < 0 ? &ignored : error) < 0)
        return -1;
    return answer;
}

/* --- all of it ------------------------------------------------------------------------------------- */

static int
repair_locked(void *context, dn_error *error)
{
    repairing *state = context;

    return look(state, &state->found, error) < 0 ? -1 : perform_and_keep(state, error);
}

static void
tell(repairing *state)
{
    dn_session *session = &state->session;
    dunlin_result *result = session->result;
    dunlin_node *root = dn_result_node(result);

    dn_node_set_boolean(result, root, "applied", state->options->apply != 0);
    dn_node_set_text(
        result, root, "before",
        dn_reconcile_story(&session->reconciliation, &session->observation, &session->arena));
}

static int
find_target(repairing *state, dn_error *error)
{
    dn_session *session = &state->session;

    if (dn_session_project(session, error) < 0 || dn_session_target(session, error) < 0)
        return -1;
    session->sight.relinks = state->options->relinks;
    session->sight.relink_count = (size_t)state->options->relink_count;
    return 0;
}

/* The journal says so by now: a run that is repeated. */
static bool
is_relinked(const dn_journal *journal, const char *relink)
{
    const char *equals = strchr(relink, '=');
    bool is_listed = false;

    for (size_t i = 0; equals && i < journal->count; i++) {
        const dn_migration *entry = &journal->migrations[i];

        if (strlen(entry->tag) == (size_t)(equals - relink) &&
            strncmp(entry->tag, relink, (size_t)(equals - relink)) == 0)
            return false;
        is_listed = is_listed || (entry->has_file && strcmp(entry->tag, equals + 1) == 0);
    }
    return is_listed;
}

/* Each has to be of an entry without a file, and of a file without an entry. */
static int
check_relinks(const repairing *state, dn_error *error)
{
    const dn_observation *seen = &state->session.observation;

    for (size_t i = 0; i < state->options->relink_count; i++) {
        const char *relink = state->options->relinks[i];
        bool met = is_relinked(seen->journal, relink);

        for (size_t k = 0; k < seen->journal->count && !met; k++)
            met = dn_match_is_told(relink, &seen->journal->migrations[k], &seen->matches[k]);
        if (!met)
            return dn_fail(error, DUNLIN_USAGE, "repair.relink",
                           "'--relink %s': it takes OLD=NEW, an entry of the journal that has no "
                           "file and a file that the journal does not list, both without '.sql'",
                           relink);
    }
    return 0;
}

static int
repair(repairing *state, dn_error *error)
{
    dn_session *session = &state->session;
    bool apply_it = state->options->apply != 0;

    if (find_target(state, error) < 0 ||
        dn_session_journal_or_rebuilt(session, &state->found.rebuilt, error) < 0 ||
        dn_session_connect(session, !apply_it, error) < 0 ||
        look(state, &state->found, error) < 0 || check_relinks(state, error) < 0 ||
        dn_session_result(session, state->format, error) < 0)
        return -1;
    tell(state);
    dn_leftovers_sweep(session, &state->found.evidence);
    if (!apply_it && dn_diagnosis_environment(session, &state->found.repair, error) < 0)
        return -1;
    if (apply_it && state->found.repair.count) {
        if (dn_diagnosis_check_tracker(session, &state->found.repair, error) < 0)
            return -1;
        if ((!state->options->no_backup && is_worth_it(state, &state->found.repair) &&
             dn_session_check_backup(session, &state->found.repair, error) < 0) ||
            dn_session_locked(session, repair_locked, state, error) < 0)
            return -1;
        if (note_left(state, error) < 0)
            return -1;
    }
    dn_diagnosis_tell(session, &state->found);
    dn_diagnosis_tell_steps(session, "performed", &state->performed);
    dn_diagnosis_tell_steps(session, "left", &state->left);
    dn_node_set_text(session->result, dn_result_node(session->result), "backup",
                     state->backed_up ? state->backup.path : NULL);
    return 0;
}

int
dn_repair_as(const dunlin_options *options, const dunlin_repair_options *repair_options,
             const char *format, const char *by, dunlin_result **result, dn_error *error)
{
    static const dunlin_repair_options defaults = {.size = sizeof defaults};
    repairing state;

    memset(&state, 0, sizeof state);
    dn_session_begin(&state.session, options);
    state.options = repair_options ? repair_options : &defaults;
    state.format = format;
    state.session.renews_digests = state.options->digests != 0;
    state.session.shadow = state.options->shadow != 0;
    state.session.shadow_url = state.options->shadow_url;
    state.by = by;
    state.doctor =
        (dunlin_doctor_options){sizeof state.doctor, state.options->shadow, 0,
                                state.options->shadow_url, state.options->definition_command};
    dn_random_id(state.run_id);
    return dn_session_finish(&state.session, repair(&state, error), result, error);
}

int
dunlin_repair(const dunlin_options *options, const dunlin_repair_options *repair_options,
              dunlin_result **result, dunlin_error *error)
{
    return dn_repair_as(options, repair_options, "dunlin-repair/1", "repair", result, error);
}
