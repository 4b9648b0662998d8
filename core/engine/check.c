/* SPDX-License-Identifier: MIT */
#include "core/engine/check.h"

#include <string.h>

/* --- telling --------------------------------------------------------------------------------------- */

void
dn_checks_begin(dn_checking *checking, dn_check_item *check, const char *id, const char *dialect,
                const char *object)
{
    dunlin_result *result = checking->session->result;

    *check = (dn_check_item){.id = id, .dialect = dialect, .object = object};
    check->node = dn_node_object(result, checking->list, NULL);
    dn_node_set_text(result, check->node, "check", id);
    dn_node_set_text(result, check->node, "driver", dialect);
    dn_node_set_text(result, check->node, "object", object);
    check->problems = dn_node_array(result, check->node, "problems");
}

dunlin_node *
dn_checks_problem(dn_checking *checking, dn_check_item *check, const char *object,
                  const char *message, const char *mend)
{
    dunlin_result *result = checking->session->result;
    dunlin_node *node = dn_node_object(result, check->problems, NULL);

    dn_node_set_text(result, node, "object", object);
    dn_node_set_text(result, node, "message", message);
    dn_node_set_text(result, node, "mend", mend);
    check->count++;
    return node;
}

void
dn_checks_note(dn_checking *checking, dn_check_item *check, const char *message)
{
    dn_node_set_text(checking->session->result, check->node, "note", message);
}

void
dn_checks_end(dn_checking *checking, dn_check_item *check, dn_check_outcome outcome,
              const char *summary, const char *mend)
{
    static const char *const names[] = {"agrees", "pending", "unverified", "disagrees"};
    dunlin_result *result = checking->session->result;

    dn_node_set_text(result, check->node, "outcome", names[outcome]);
    dn_node_set_text(result, check->node, "summary", summary);
    dn_node_set_text(result, check->node, "mend", outcome == DN_CHECK_AGREES ? NULL : mend);
    checking->counts[outcome]++;
}

/* --- differences -------------------------------------------------------------------------------------- */

typedef struct describing {
    dn_text *text;
    const dunlin_fact *should;
    const dunlin_fact *is;
} describing;

static void
add_value(describing *work, const dunlin_fact *fact, const dunlin_property *member)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_properties list = {.arena = &arena};

    if (!member) {
        dn_text_add_string(work->text, "none");
        return;
    }
    if (member->type == DUNLIN_PROPERTY_BOOLEAN) {
        dn_text_add_string(work->text, member->integer ? "true" : "false");
        return;
    }
    dn_properties_add_span(&list, member,
                           dn_property_span(fact->properties, fact->property_count,
                                            (uint64_t)(member - fact->properties)));
    if (list.failed || !list.items) {
        work->text->failed = true;
        return;
    }
    list.items[0].name = dn_string("");
    dn_property_describe(work->text, list.items, list.count);
}

static int
describe_member(const dunlin_property *should, const dunlin_property *is, void *context)
{
    describing *work = context;
    dunlin_string name = should ? should->name : is->name;

    dn_text_printf(work->text, "%s%.*s ", work->text->length ? "; " : "", (int)name.length,
                   name.data);
    add_value(work, work->is, is);
    dn_text_add_string(work->text, " instead of ");
    add_value(work, work->should, should);
    return 0;
}

int
dn_checks_describe(const dn_difference *one, const dn_compare_options *how, const char *holder,
                   dn_text *object, dn_text *message, dn_error *error)
{
    describing work = {.text = message, .should = one->before, .is = one->after};
    const dunlin_fact *key = dn_difference_key(one);

    dn_fact_describe(object, key->kind, key->path, key->path_count);
    if (!one->after)
        dn_text_printf(message, "missing in %s", holder);
    else if (!one->before)
        dn_text_printf(message, "only in %s", holder);
    else
        dn_schema_each_member(one->before, one->after, how, describe_member, &work);
    return object->failed || message->failed ? dn_no_memory(error) : 0;
}

static int
tell_difference(dn_checking *checking, dn_check_item *check, const dn_difference *one,
                const dn_compare_options *how, const char *holder, dn_error *error)
{
    dn_auto(dn_text) object = DN_TEXT_INIT;
    dn_auto(dn_text) message = DN_TEXT_INIT;

    if (dn_checks_describe(one, how, holder, &object, &message, error) < 0)
        return -1;
    dn_checks_problem(checking, check, object.data, message.data ? message.data : "", NULL);
    return 0;
}

int
dn_checks_differences(dn_checking *checking, dn_check_item *check, const dn_fact_map *should,
                      const dn_fact_map *is, const dn_compare_options *how, const char *holder,
                      dn_error *error)
{
    dn_differences list;

    if (dn_schema_compare(should, is, how, &checking->session->arena, &list, error) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++)
        if (tell_difference(checking, check, &list.items[i], how, holder, error) < 0)
            return -1;
    return 0;
}

int
dn_checks_conclude(dn_checking *checking, dn_check_item *check, const char *agrees,
                   const char *disagrees, const char *mend, dn_error *error)
{
    const char *summary = agrees;

    if (check->count)
        summary = dn_arena_printf(&checking->session->arena, "%s: %zu difference%s", disagrees,
                                  check->count, check->count == 1 ? "" : "s");
    if (!summary)
        return dn_no_memory(error);
    dn_checks_end(checking, check, check->count ? DN_CHECK_DISAGREES : DN_CHECK_AGREES, summary,
                  mend);
    return 0;
}

/* --- what mends ----------------------------------------------------------------------------------------- */

const char *
dn_checks_command_there(const dn_check_replay *work, const char *verb)
{
    const dn_target *target = &work->ground->target;
    const char *then = dn_session_command(work->checking->session, target, verb);
    const char *first = target->development
                            ? dn_session_command(work->checking->session, target, "migrate")
                            : "dunlin migrate to a database for development";

    return then && first
               ? dn_arena_printf(&work->checking->session->arena, "%s, then %s", first, then)
               : NULL;
}

/* --- journal and files -------------------------------------------------------------------------------- */

static const char *
mend_of(const char *finding)
{
    const char *mend = dn_session_mend_of(finding, false);

    return mend ? mend : dn_error_hint_of(finding);
}

static int
check_journal(dn_checking *checking, dn_error *error)
{
    const dn_journal *journal = &checking->session->journal;
    dn_check_item check;

    dn_checks_begin(checking, &check, "journal", NULL, journal->path);
    for (size_t i = 0; i < journal->findings.count; i++) {
        const dn_finding *finding = &journal->findings.items[i];

        if (finding->severity != DN_NOTE)
            dn_checks_problem(checking, &check, finding->object, finding->message,
                              mend_of(finding->id));
    }
    return dn_checks_conclude(checking, &check, "journal and files agree",
                              "journal and files do not agree", NULL, error);
}

/* --- all of them ----------------------------------------------------------------------------------------- */

static int
tell_summary(dn_checking *checking, dn_error *error)
{
    dunlin_result *result = checking->session->result;
    dunlin_node *root = dn_result_node(result);
    const size_t *counts = checking->counts;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    size_t all = 0;
    bool fails =
        counts[DN_CHECK_DISAGREES] || (checking->options->complete && counts[DN_CHECK_UNVERIFIED]);

    for (int i = 0; i <= DN_CHECK_DISAGREES; i++)
        all += counts[i];
    if (counts[DN_CHECK_DISAGREES])
        dn_text_printf(&text, "%zu of %zu checks disagree", counts[DN_CHECK_DISAGREES], all);
    else
        dn_text_printf(&text, "%s of %zu checks agrees",
                       counts[DN_CHECK_UNVERIFIED] ? "what could be verified" : "each", all);
    if (counts[DN_CHECK_PENDING])
        dn_text_add_string(&text, "; migrations are pending");
    if (counts[DN_CHECK_UNVERIFIED])
        dn_text_printf(&text, "; %zu could not be verified", counts[DN_CHECK_UNVERIFIED]);
    dn_node_set_boolean(result, root, "agrees", counts[DN_CHECK_DISAGREES] == 0);
    dn_node_set_boolean(result, root, "verified", counts[DN_CHECK_UNVERIFIED] == 0);
    dn_node_set_text(result, root, "summary", text.data);
    if (fails)
        dn_result_set_exit_code(result, DUNLIN_EXIT_DISAGREEMENT);
    else if (counts[DN_CHECK_PENDING])
        dn_result_set_exit_code(result, DUNLIN_EXIT_PENDING);
    return text.failed ? dn_no_memory(error) : 0;
}

static int
check_grounds(dn_checking *checking, dn_check_ground *grounds, size_t count, dn_error *error)
{
    for (size_t i = 0; i < count; i++) {
        int answer = dn_checks_ground_open(checking, &grounds[i], error);

        if (answer == 0)
            answer = dn_checks_dialect(checking, &grounds[i], error);
        dn_checks_ground_close(&grounds[i]);
        if (answer < 0)
            return -1;
    }
    return 0;
}

static int
run_environment(dn_checking *checking, dn_error *error)
{
    dn_session *session = checking->session;

    if (dn_session_project(session, error) < 0 || dn_session_journal(session, error) < 0 ||
        dn_session_result(session, "dunlin-check/1", error) < 0)
        return -1;
    dn_session_tell_project(session);
    checking->list = dn_node_array(session->result, dn_result_node(session->result), "checks");
    return dn_checks_environment(checking, error) < 0 ? -1 : tell_summary(checking, error);
}

int
dn_checks_definition(dn_session *session, const char *path, const dunlin_check_options *options,
                     dn_error *error)
{
    dn_checking checking = {.session = session, .options = options, .definition = path};
    dn_check_ground *grounds;
    size_t count;

    if (dn_session_journal(session, error) < 0 || dn_journal_finish(&session->journal, error) < 0 ||
        dn_checks_grounds(&checking, &grounds, &count, error) < 0 ||
        dn_session_result(session, "dunlin-check/1", error) < 0)
        return -1;
    dn_session_tell_project(session);
    dn_session_tell_findings(session, "findings", &checking.left_out);
    checking.list = dn_node_array(session->result, dn_result_node(session->result), "checks");
    return check_grounds(&checking, grounds, count, error) < 0 ? -1
                                                               : tell_summary(&checking, error);
}

static int
run(dn_checking *checking, dn_error *error)
{
    dn_session *session = checking->session;
    dn_check_ground *grounds;
    size_t count;
    bool asked = session->options->url || session->options->target;

    if (dn_session_project(session, error) < 0 || dn_session_journal(session, error) < 0 ||
        dn_journal_finish(&session->journal, error) < 0 ||
        dn_checks_grounds(checking, &grounds, &count, error) < 0 ||
        dn_session_result(session, "dunlin-check/1", error) < 0)
        return -1;
    dn_session_tell_project(session);
    dn_session_tell_findings(session, "findings", &checking->left_out);
    checking->list = dn_node_array(session->result, dn_result_node(session->result), "checks");
    if (check_journal(checking, error) < 0 || check_grounds(checking, grounds, count, error) < 0 ||
        (asked && dn_checks_target(checking, error) < 0))
        return -1;
    return tell_summary(checking, error);
}

int
dunlin_check(const dunlin_options *options, const dunlin_check_options *check,
             dunlin_result **result, dunlin_error *error)
{
    static const dunlin_check_options defaults = {.size = sizeof defaults};
    dn_session session;
    dn_checking checking = {.session = &session, .options = check ? check : &defaults};

    dn_session_begin(&session, options);
    session.shadow = checking.options->shadow != 0;
    session.shadow_url = checking.options->shadow_url;
    return dn_session_finish(&session,
                             checking.options->environment ? run_environment(&checking, error)
                                                           : run(&checking, error),
                             result, error);
}
