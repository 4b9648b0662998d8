/* SPDX-License-Identifier: MIT
 *
 * What `doctor` and `repair` find out alike.
 */
#include "core/engine/diagnosis.h"

#include "core/engine/accepted.h"
#include "core/engine/late.h"
#include "core/engine/lost_drizzle.h"

/* --- examining ------------------------------------------------------------------------------------ */

static int
look(dn_session *session, const dunlin_doctor_options *doctor, dn_diagnosis *own, dn_error *error)
{
    int answer = dn_evidence_begin(session, doctor, &own->evidence, error);

    if (answer == 0)
        answer = dn_observe_schema(session->connection, &session->sight, &session->arena,
                                   &own->schema, error);
    if (answer == 0)
        answer = dn_evidence_collect(session, doctor, own->schema, &own->evidence, error);
    dn_evidence_end(&own->evidence);
    return answer;
}

/* What migrate would stop at. Texts that cannot be read it tells itself. */
static int
judge_late(dn_session *session, dn_error *error)
{
    const dn_plan_options options = {.replay_late = dn_late_replay, .context = session};
    dn_error problem;

    dn_error_clear(&problem);
    if (dn_plan_judge_late(session->connection, &session->observation, &session->reconciliation,
                           &options, &session->arena, &problem) == 0 ||
        !dn_error_ends_all(&problem))
        return 0;
    *error = problem;
    return -1;
}

int
dn_diagnosis_make(dn_session *session, const dunlin_doctor_options *doctor, dn_diagnosis *own,
                  dn_error *error)
{
    dn_reconciliation *found = &session->reconciliation;
    dn_evidence *evidence = &own->evidence;

    if (dn_lost_drizzle_find(session, &own->rebuilt, error) < 0 ||
        look(session, doctor, own, error) < 0 ||
        dn_reconcile_schema(found, &session->observation, evidence->history, evidence->judged,
                            &evidence->proofs, &session->arena, error) < 0 ||
        dn_accepted_find(session, evidence, &found->findings, error) < 0 ||
        judge_late(session, error) < 0 ||
        dn_journal_check_snapshots(&session->journal, &session->arena, &found->findings, error) <
            0 ||
        dn_diagnosis_declared(session, doctor, evidence, error) < 0)
        return -1;
    return dn_repair_plan(found, &session->observation, own->rebuilt, session->renews_digests,
                          &session->arena, &own->repair, error);
}

/* --- telling -------------------------------------------------------------------------------------- */

static void
tell_evidence(dn_session *session, const dn_diagnosis *own)
{
    dunlin_result *result = session->result;
    dunlin_node *node = dn_node_object(result, dn_result_node(result), "evidence");

    dn_node_set_text(result, node, "source", own->evidence.source);
    dn_node_set_text(result, node, "why", own->evidence.why);
}

static void
tell_subjects(dn_session *session, dunlin_node *node, const dn_repair_step *step)
{
    dunlin_result *result = session->result;
    dunlin_node *idx = dn_node_array(result, node, "idx");
    dunlin_node *tags = dn_node_array(result, node, "tags");
    dunlin_node *statements;
    bool has_text = step->action == DN_REPAIR_SQL; /* which says it better */

    for (size_t i = 0; i < step->count && !has_text; i++) {
        const dn_migration *migration = step->verdicts[i]->migration;

        if (migration->listed)
            dn_node_set_integer(result, idx, NULL, migration->idx);
        dn_node_set_text(result, tags, NULL, migration->tag);
    }
    statements = dn_node_array(result, node, "statements");
    for (size_t i = 0; i < step->statement_count && !has_text; i++)
        dn_node_set_integer(result, statements, NULL, step->statements[i]);
}

/* What a person adds to a definition in another language. */
static void
tell_additions(dn_session *session, dunlin_node *node)
{
    const dn_reconciliation *found = &session->reconciliation;
    dunlin_result *result = session->result;
    dunlin_node *list = dn_node_array(result, node, "additions");

    for (size_t i = 0; i < found->addition_count; i++) {
        const dn_addition *one = &found->additions[i];
        dunlin_node *item = dn_node_object(result, list, NULL);

        dn_node_set_text(result, item, "object", one->object);
        dn_node_set_text(result, item, "file", one->file);
        dn_node_set_integer(result, item, "line", one->line);
        dn_node_set_boolean(result, item, "replaces", one->replaces);
        dn_node_set_text(result, item, "text", one->text);
    }
}

static void
tell_step(dn_session *session, dunlin_node *list, const dn_repair_step *step)
{
    dunlin_result *result = session->result;
    dunlin_node *node = dn_node_object(result, list, NULL);
    bool file = step->action == DN_REPAIR_FILE;

    dn_node_set_text(result, node, "action", dn_repair_action_name(step->action));
    dn_node_set_text(result, node, "op", step->op);
    dn_node_set_text(result, node, "tag", step->tag);
    if (step->new_tag)
        dn_node_set_text(result, dn_node_object(result, node, "set"), "tag", step->new_tag);
    tell_subjects(session, node, step);
    dn_node_set_text(result, node, "path", file ? session->journal.path : NULL);
    dn_node_set_text(result, node, "sql", step->sql);
    dn_node_set_text(result, node, "why", step->why);
    dn_node_set_boolean(result, node, "waits", step->waits);
    if (step->action == DN_REPAIR_DEFINITION)
        tell_additions(session, node);
}

void
dn_diagnosis_tell_steps(dn_session *session, const char *name, const dn_repair *repair)
{
    dunlin_result *result = session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), name);

    for (size_t i = 0; i < repair->count; i++)
        tell_step(session, list, &repair->steps[i]);
}

void
dn_diagnosis_tell(dn_session *session, const dn_diagnosis *own)
{
    const dn_reconciliation *found = &session->reconciliation;
    dunlin_result *result = session->result;
    dunlin_node *root = dn_result_node(result);

    dn_session_tell_project(session);
    dn_session_tell_target(session);
    dn_session_tell_tracker(session);
    tell_evidence(session, own);
    dn_node_set_text(result, root, "story",
                     dn_reconcile_story(found, &session->observation, &session->arena));
    dn_session_tell_migrations(session);
    dn_session_tell_unknown(session);
    dn_session_tell_findings(session, "findings", &found->findings);
    dn_diagnosis_tell_steps(session, "plan", &own->repair);
    dn_node_set_boolean(result, root, "automatic", own->repair.automatic);
    dn_session_tell_agreement(session);
    if (!dn_reconcile_agrees(found))
        dn_result_set_exit_code(result, DUNLIN_EXIT_DISAGREEMENT);
    else if (found->pending)
        dn_result_set_exit_code(result, DUNLIN_EXIT_PENDING);
}
