/* SPDX-License-Identifier: MIT
 *
 * `dunlin diff`: what makes one schema into another.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/engine/check.h"
#include "core/engine/difference.h"
#include "core/engine/portable.h"

typedef struct comparing {
    dn_session *session;
    dn_side a;
    dn_side b;
    dn_check_ground ground; /* of the kind of a snapshot */
    const char *note;       /* what is not compared, or NULL */
    dn_diff diff;
} comparing;

/* --- what is compared ----------------------------------------------------------------------------- */

static void
tell_side(dn_session *session, const char *name, const dn_side *side)
{
    dunlin_result *result = session->result;
    dunlin_node *node = dn_node_object(result, dn_result_node(result), name);

    dn_node_set_text(result, node, "name", side->name);
    dn_node_set_text(result, node, "source", side->source);
    dn_node_set_text(result, node, "dialect", side->snapshot.dialect);
    dn_node_set_text(result, node, "flavour", side->snapshot.flavour);
    dn_node_set_integer(result, node, "server", side->snapshot.server);
}

static int
check_dialects(const comparing *work, dn_error *error)
{
    if (work->a.driver == work->b.driver)
        return 0;
    return dn_fail(error, DUNLIN_USAGE, "diff.dialects",
                   "'%s' is %s and '%s' is %s: they have no differences that SQL could mend",
                   work->a.name, work->a.snapshot.dialect, work->b.name, work->b.snapshot.dialect);
}

/* --- comparing ------------------------------------------------------------------------------------ */

static int
compare(comparing *work, const dunlin_diff_options *options, dn_error *error)
{
    dn_operations renames = {.arena = &work->session->arena};
    dn_diff_options how = {.renames = NULL};

    if (dn_side_renames(&work->session->arena, &work->a, options->renames,
                        (size_t)options->rename_count, &renames, error) < 0)
        return -1;
    how.renames = renames.items;
    how.rename_count = renames.count;
    return dn_schema_diff(work->a.facts, work->b.facts, &how, &work->session->arena, &work->diff,
                          error);
}

/* --- differences -------------------------------------------------------------------------------------- */

static bool
is_about(const dunlin_operation *operation, const dunlin_fact *fact)
{
    if (operation->kind.length != fact->kind.length || operation->path_count != fact->path_count ||
        memcmp(operation->kind.data, fact->kind.data, (size_t)fact->kind.length) != 0)
        return false;
    for (uint64_t i = 0; i < fact->path_count; i++)
        if (operation->path[i].length != fact->path[i].length ||
            memcmp(operation->path[i].data, fact->path[i].data, (size_t)fact->path[i].length) != 0)
            return false;
    return true;
}

static dn_risk
worst_risk(const dn_diff *diff, const dunlin_fact *fact)
{
    dn_risk worst = {DN_DANGER_NONE, NULL};

    for (size_t i = 0; i < diff->operations.count; i++)
        if (diff->risks[i].danger > worst.danger && is_about(diff->operations.items[i], fact))
            worst = diff->risks[i];
    return worst;
}

static int
tell_differences(comparing *work, dn_error *error)
{
    dunlin_result *result = work->session->result;
    const dn_differences *differences = &work->diff.differences;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "differences");

    for (size_t i = 0; i < differences->count; i++) {
        const dn_difference *one = &differences->items[i];
        const dunlin_fact *key = dn_difference_key(one);
        dn_risk risk = worst_risk(&work->diff, key);
        dunlin_node *node = dn_node_object(result, list, NULL);

        dn_node_set_text(result, node, "change",
                         !one->before  ? "added"
                         : !one->after ? "removed"
                                       : "changed");
        if (dn_difference_tell(result, node, one->before, one->after, &dn_diff_comparison, error) <
            0)
            return -1;
        dn_node_set_text(result, node, "danger", dn_danger_name(risk.danger));
        dn_node_set_text(result, node, "reason", risk.reason);
    }
    return 0;
}

static void
tell_candidates(comparing *work)
{
    dunlin_result *result = work->session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "rename_candidates");

    for (size_t i = 0; i < work->diff.candidate_count; i++) {
        dunlin_node *node = dn_node_object(result, list, NULL);

        dn_node_set_string(result, node, "kind", work->diff.candidates[i].from->kind);
        dn_difference_tell_path(result, node, "from", work->diff.candidates[i].from);
        dn_difference_tell_path(result, node, "to", work->diff.candidates[i].to);
    }
}

/* --- operations and statements -------------------------------------------------------------------------- */

static int
tell_operations(comparing *work, dn_error *error)
{
    dunlin_result *result = work->session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "operations");

    for (size_t i = 0; i < work->diff.operations.count; i++) {
        dn_auto(dn_text) words = DN_TEXT_INIT;
        dunlin_node *node = dn_node_object(result, list, NULL);

        dn_operation_describe(&words, work->diff.operations.items[i]);
        if (words.failed)
            return dn_no_memory(error);
        dn_node_set_text(result, node, "description", words.data);
        dn_node_set_text(result, node, "danger", dn_danger_name(work->diff.risks[i].danger));
        dn_node_set_text(result, node, "reason", work->diff.risks[i].reason);
    }
    return 0;
}

static dn_risk
risk_of_step(const dn_diff *diff, const dn_step *step)
{
    dn_risk worst = {DN_DANGER_NONE, NULL};

    for (uint64_t i = step->first_operation; i < step->first_operation + step->operation_count; i++)
        if (i < diff->operations.count && diff->risks[i].danger > worst.danger)
            worst = diff->risks[i];
    return worst;
}

/* The same as one text. */
static int
tell_script(comparing *work, const dn_side_script *script, dn_error *error)
{
    dunlin_result *result = work->session->result;
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (work->diff.candidate_count)
        dn_text_add_string(&text, "-- Something may have been renamed: see `dunlin diff` without "
                                  "--sql.\n");
    if (dn_definition_write(&work->b, &work->diff, script, DN_SCRIPT_RISKS, &text, error) < 0)
        return -1;
    dn_node_set_string(result, dn_result_node(result), "script",
                       dn_span(text.data ? text.data : "", text.length));
    return 0;
}

static int
tell_statements(comparing *work, bool wanted, dn_error *error)
{
    dunlin_result *result = work->session->result;
    dunlin_node *root = dn_result_node(result);
    dn_side_script script = {.stock_client = true};
    dn_side from = work->a;
    dn_side to = work->b;
    dunlin_node *list;

    if (!wanted) {
        dn_node_set_null(result, root, "statements");
        dn_node_set_null(result, root, "script");
        return 0;
    }
    from.facts = work->diff.before;
    to.facts = work->diff.after;
    if (dn_side_render(work->session, &from, &to, &work->diff.operations, &script, error) < 0)
        return dn_while(error, "writing the SQL that makes '%s' into '%s'", work->a.name,
                        work->b.name);
    list = dn_node_array(result, root, "statements");
    for (size_t i = 0; i < script.steps.count; i++) {
        const dn_step *step = &script.steps.items[i];
        dunlin_node *node = dn_node_object(result, list, NULL);
        dn_risk risk = step->role == DUNLIN_STEP_STATEMENT ? risk_of_step(&work->diff, step)
                                                           : (dn_risk){DN_DANGER_NONE, NULL};
        bool check = step->role == DUNLIN_STEP_PROBE || step->role == DUNLIN_STEP_CHECK ||
                     step->role == DUNLIN_STEP_POST_CONDITION;

        dn_node_set_string(result, node, "sql", step->sql);
        dn_node_set_text(result, node, "role",
                         check                                    ? "check"
                         : step->role == DUNLIN_STEP_BEFORE_BEGIN ? "before-begin"
                         : step->role == DUNLIN_STEP_FINALLY      ? "finally"
                                                                  : "statement");
        dn_node_set_text(result, node, "danger", dn_danger_name(risk.danger));
        dn_node_set_text(result, node, "reason", risk.reason);
    }
    return tell_script(work, &script, error);
}

static int
tell_summary(comparing *work, dn_error *error)
{
    dunlin_result *result = work->session->result;
    dunlin_node *root = dn_result_node(result);
    const dn_differences *list = &work->diff.differences;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    int64_t counts[3] = {0, 0, 0};
    int64_t losses = 0;

    for (size_t i = 0; i < list->count; i++)
        counts[!list->items[i].before ? 0 : !list->items[i].after ? 1 : 2]++;
    for (size_t i = 0; i < work->diff.operations.count; i++)
        losses += work->diff.risks[i].danger == DN_DANGER_LOSES;
    if (list->count)
        dn_text_printf(&text, "%lld added, %lld removed, %lld changed", (long long)counts[0],
                       (long long)counts[1], (long long)counts[2]);
    else
        dn_text_add_string(&text, "no differences");
    if (losses)
        dn_text_printf(&text, "; %lld of the changes %s data", (long long)losses,
                       losses == 1 ? "loses" : "lose");
    dn_node_set_boolean(result, root, "equal", list->count == 0);
    dn_node_set_text(result, root, "summary", text.data);
    return text.failed ? dn_no_memory(error) : 0;
}

/* Where only one of them tells who may do what, that is no difference. */
static int
level_grants(comparing *work, dn_error *error)
{
    const dn_side *silent = work->a.snapshot.grants ? &work->b : &work->a;

    if (work->a.snapshot.grants == work->b.snapshot.grants)
        return 0;
    work->note = dn_arena_printf(
        &work->session->arena, "grants are not compared: '%s' was read without them", silent->name);
    if (!work->note)
        return dn_no_memory(error);
    work->a.snapshot.facts = work->a.facts;
    work->b.snapshot.facts = work->b.facts;
    if (dn_snapshot_level(&work->a.snapshot, &work->b.snapshot, &work->session->arena, error) < 0)
        return -1;
    work->a.facts = work->a.snapshot.facts;
    work->b.facts = work->b.snapshot.facts;
    return 0;
}

static int
level(comparing *work, dn_error *error)
{
    return level_grants(work, error) < 0 || dn_sides_level(work->session, &work->a, &work->b, error)
               ? -1
               : 0;
}

static int
open_sides(comparing *work, const char *a, const char *b, const dunlin_diff_options *options,
           dn_error *error)
{
    dn_operand operands[2];

    if (dn_side_name(work->session, a, &operands[0], error) < 0 ||
        dn_side_name(work->session, b, &operands[1], error) < 0)
        return -1;
    work->session->writes_schema = options->sql != 0;
    return dn_sides_open(work->session, operands, options->shadow != 0, options->shadow_url,
                         &work->ground, &work->a, &work->b, error) < 0
               ? -1
               : level(work, error);
}

static void
warn_of_versions(const comparing *work)
{
    const dn_snapshot *a = &work->a.snapshot;
    const dn_snapshot *b = &work->b.snapshot;

    if (work->diff.differences.count && a->server && b->server && a->server != b->server)
        dn_log_warning(
            &work->session->log,
            "'%s' was read from version %lld of the server and '%s' from %lld: each prints"
            " views, for one, in its own words, and some differences may be of words alone",
            work->a.name, (long long)a->server, work->b.name, (long long)b->server);
}

static int
tell(comparing *work, const dunlin_diff_options *options, dn_error *error)
{
    dn_session *session = work->session;

    if (check_dialects(work, error) < 0 || compare(work, options, error) < 0 ||
        dn_session_result(session, "dunlin-diff/1", error) < 0)
        return -1;
    warn_of_versions(work);
    tell_side(session, "a", &work->a);
    tell_side(session, "b", &work->b);
    if (tell_summary(work, error) < 0 || tell_differences(work, error) < 0 ||
        tell_operations(work, error) < 0)
        return -1;
    tell_candidates(work);
    dn_node_set_text(session->result, dn_result_node(session->result), "note", work->note);
    if (tell_statements(work, options->sql != 0, error) < 0)
        return -1;
    if (options->exit_code && work->diff.differences.count)
        dn_result_set_exit_code(session->result, DUNLIN_EXIT_DISAGREEMENT);
    return 0;
}

static const dunlin_diff_options defaults = {.size = sizeof defaults};

int
dunlin_diff(const dunlin_options *options, const char *a, const char *b,
            const dunlin_diff_options *diff, dunlin_result **result, dunlin_error *error)
{
    dn_session session;
    comparing work = {.session = &session};
    int answer;

    diff = diff ? diff : &defaults;
    dn_session_begin(&session, options);
    answer = dn_session_project(&session, error) < 0 || open_sides(&work, a, b, diff, error) < 0 ||
                     tell(&work, diff, error) < 0
                 ? -1
                 : 0;
    dn_side_close(&work.a);
    dn_side_close(&work.b);
    dn_checks_ground_close(&work.ground);
    return dn_session_finish(&session, answer, result, error);
}

/* A portable definition of no target in particular is about all of them. */
static int
check_portable(dn_session *session, const char *path, const dunlin_diff_options *diff,
               dn_error *error)
{
    const dunlin_check_options options = {
        .size = sizeof options, .shadow = diff->shadow, .shadow_url = diff->shadow_url};
    dn_auto(dn_text) sql = DN_TEXT_INIT;

    if (session->options->url || session->options->target)
        return 1;
    if (dn_file_read(path, &sql, error) < 0)
        return -1;
    return dn_portable_is(session, path, &sql)
               ? dn_checks_definition(session, path, &options, error)
               : 1;
}

int
dunlin_schema_check(const dunlin_options *options, const char *path,
                    const dunlin_diff_options *diff, dunlin_result **result, dunlin_error *error)
{
    dn_session session;
    comparing work = {.session = &session};
    int answer;

    diff = diff ? diff : &defaults;
    dn_session_begin(&session, options);
    answer =
        dn_session_project(&session, error) < 0 ? -1 : check_portable(&session, path, diff, error);
    if (answer <= 0)
        return dn_session_finish(&session, answer, result, error);
    answer = dn_side_open_target(&session, &work.a, error) < 0 ||
                     dn_definition_side(&session, path, &work.a, diff->shadow != 0,
                                        diff->shadow_url, &work.b, error) < 0 ||
                     dn_sides_level(&session, &work.a, &work.b, error) < 0 ||
                     tell(&work, diff, error) < 0
                 ? -1
                 : 0;
    dn_side_close(&work.a);
    dn_side_close(&work.b);
    return dn_session_finish(&session, answer, result, error);
}
