/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "core/engine/difference.h"
#include "core/engine/drift.h"

static const char *const stale_names[] = {"database", "tracker", "journal", "definition"};
static const char *const words[] = {NULL, "as-implied", "as-found", "otherwise"};

/* --- what to do ----------------------------------------------------------------------------------------- */

/* Where what the definition says otherwise is the same in the database and by the migrations. */
static bool
is_of_definition(const dn_deviation *one)
{
    return one->implied == one->found;
}

const char *
dn_drift_mend(const dn_drifting *work, const dn_deviation *one)
{
    static const struct {
        dn_stale stale;
        bool of_definition;
        const char *first, *does, *second, *then;
    } mends[] = {
        {DN_STALE_DATABASE, false, "drift --fix NAME",
         "makes it a migration, with --revert one that takes it back", "drift --accept --why TEXT",
         "keeps it as it is"},
        {DN_STALE_TRACKER, false, "doctor", "tells how much of that migration is there", "repair",
         "what is to be done: to record it, or to run the rest"},
        {DN_STALE_JOURNAL, false, "drift --fix NAME", "writes what the database has already", NULL,
         NULL},
        {DN_STALE_JOURNAL, true, "generate NAME", "writes the migration that makes it", NULL, NULL},
        {DN_STALE_DEFINITION, true, NULL, "writes it anew", NULL, NULL},
    };
    dn_session *session = work->session;
    size_t at = 0;
    const char *first;
    const char *second;

    while (mends[at].stale != one->stale || mends[at].of_definition != is_of_definition(one))
        at++;
    first = mends[at].first
                ? dn_session_command(session, session->target, mends[at].first)
                : dn_definition_command(session, session->target, work->definition,
                                        session->project.definition_form == DN_DEFINITION_PORTABLE,
                                        work->options->shadow ? " --shadow" : "");
    if (!first || !mends[at].second)
        return first ? dn_arena_printf(&session->arena, "'%s' %s", first, mends[at].does) : NULL;
    second = dn_session_command(session, session->target, mends[at].second);
    return second ? dn_arena_printf(&session->arena, "'%s' %s; '%s' %s", first, mends[at].does,
                                    second, mends[at].then)
                  : NULL;
}

/* --- differences ---------------------------------------------------------------------------------------- */

/* Of the definition alone: what the migrations make against what it says. */
static void
ends_of(const dn_deviation *one, const dunlin_fact **before, const dunlin_fact **after)
{
    bool own = one->implied == one->found && one->word == DN_WORD_OTHER;

    *before = one->implied;
    *after = own ? one->told : one->found;
}

static int
tell_one(dn_drifting *work, dunlin_node *list, const dn_deviation *one)
{
    static const dn_compare_options as_they_are = {.any_line_ends = true};
    dunlin_result *result = work->session->result;
    dunlin_node *node = dn_node_object(result, list, NULL);
    const char *mend = dn_drift_mend(work, one);
    const dunlin_fact *before;
    const dunlin_fact *after;

    if (!mend)
        return dn_no_memory(work->error);
    ends_of(one, &before, &after);
    dn_node_set_text(result, node, "change", !before ? "extra" : !after ? "missing" : "changed");
    dn_node_set_text(result, node, "stale", stale_names[one->stale]);
    dn_node_set_text(result, node, "in",
                     before != one->implied || after != one->found ? "definition" : "database");
    dn_node_set_text(result, node, "definition", words[one->word]);
    dn_node_set_text(result, node, "made_by", one->tag);
    dn_node_set_text(result, node, "unrecorded", one->unrecorded);
    dn_node_set_text(result, node, "mend", mend);
    return dn_difference_tell(result, node, before, after, &as_they_are, work->error);
}

static void
tell_fact_names(dn_drifting *work, const char *name, const dunlin_fact *const *facts, size_t count)
{
    dunlin_result *result = work->session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), name);

    for (size_t i = 0; i < count; i++) {
        dn_auto(dn_text) text = DN_TEXT_INIT;

        dn_fact_describe(&text, facts[i]->kind, facts[i]->path, facts[i]->path_count);
        dn_node_set_text(result, list, NULL, text.failed ? NULL : text.data);
    }
}

static int
tell_candidates(dn_drifting *work)
{
    dunlin_result *result = work->session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "rename_candidates");
    const char *mend = dn_drift_rename_mend(work);

    for (size_t i = 0; mend && i < work->candidate_count; i++) {
        dunlin_node *node = dn_node_object(result, list, NULL);

        dn_node_set_string(result, node, "kind", work->candidates[i].from->kind);
        dn_difference_tell_path(result, node, "from", work->candidates[i].from);
        dn_difference_tell_path(result, node, "to", work->candidates[i].to);
        dn_node_set_text(result, node, "mend", mend);
    }
    return mend ? 0 : dn_no_memory(work->error);
}

static void
tell_unreadable(dn_drifting *work)
{
    dunlin_result *result = work->session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "unreadable");

    for (size_t i = 0; i < work->unreadable.count; i++) {
        const dn_unreadable_key *one = &work->unreadable.items[i];
        dn_auto(dn_text) text = DN_TEXT_INIT;
        dunlin_node *node = dn_node_object(result, list, NULL);

        dn_fact_describe(&text, one->key->kind, one->key->path, one->key->path_count);
        dn_node_set_text(result, node, "object", text.failed ? NULL : text.data);
        dn_node_set_text(result, node, "why", one->reason);
    }
}

/* --- where it is known from ------------------------------------------------------------------------------ */

static void
tell_since(dn_drifting *work)
{
    dunlin_result *result = work->session->result;
    const dn_known *known = &work->known;
    dunlin_node *node;

    if (!known->present) {
        dn_node_set_null(result, dn_result_node(result), "known");
        return;
    }
    node = dn_node_object(result, dn_result_node(result), "known");
    dn_node_set_text(result, node, "at", known->at);
    dn_node_set_text(result, node, "action", known->action);
    dn_node_set_text(result, node, "basis", known->basis);
    dn_node_set_text(result, node, "run_id", known->run_id);
    dn_node_set_text(result, node, "who", known->who);
    dn_node_set_text(result, node, "why", known->why);
    dn_node_set_text(result, node, "digest", known->digest);
}

static void
tell_definition(dn_drifting *work)
{
    dunlin_result *result = work->session->result;
    dunlin_node *node;

    if (!work->definition) {
        dn_node_set_null(result, dn_result_node(result), "definition");
        return;
    }
    node = dn_node_object(result, dn_result_node(result), "definition");
    dn_node_set_text(result, node, "path", work->definition);
    dn_node_set_boolean(result, node, "compared", work->not_compared == NULL);
    dn_node_set_text(result, node, "why", work->not_compared);
}

/* --- the sentence ----------------------------------------------------------------------------------------- */

static size_t
count_stale(const dn_drifting *work, dn_stale stale)
{
    size_t count = 0;

    for (size_t i = 0; i < work->count; i++)
        count += work->items[i].stale == stale;
    return count;
}

static void
add_part(dn_text *text, size_t count, const char *one, const char *many)
{
    if (!count)
        return;
    if (text->length)
        dn_text_add_string(text, "; ");
    dn_text_printf(text, "%zu %s", count, count == 1 ? one : many);
}

static int
tell_summary(dn_drifting *work)
{
    dn_session *session = work->session;
    dn_auto(dn_text) text = DN_TEXT_INIT;

    add_part(&text, count_stale(work, DN_STALE_DATABASE),
             "thing in the database was changed by hand",
             "things in the database were changed by hand");
    add_part(&text, count_stale(work, DN_STALE_TRACKER),
             "thing is made by a migration that is not recorded",
             "things are made by migrations that are not recorded");
    add_part(&text, count_stale(work, DN_STALE_JOURNAL), "thing is in no migration",
             "things are in no migration");
    add_part(&text, count_stale(work, DN_STALE_DEFINITION),
             "thing in the schema definition is stale",
             "things in the schema definition are stale");
    if (!work->count)
        dn_text_add_string(&text, strcmp(work->how, "fingerprint") == 0
                                      ? "no drift: the schema is as it was left"
                                  : strcmp(work->how, "nothing") == 0 ? "nothing was compared"
                                                                      : "no drift");
    if (work->unreadable.count)
        dn_text_printf(&text, ", as far as it can be seen: %zu %s not", work->unreadable.count,
                       work->unreadable.count == 1 ? "object can" : "objects can");
    else if (dn_connection_hides_any(session->connection))
        dn_text_add_string(&text, ", as far as it can be seen: there may be more");
    if (work->accepted)
        dn_text_printf(&text, "; accepted: %zu", work->accepted);
    if (work->taken)
        dn_text_add_string(&text, work->count ? "; accepted as it is" : "; recorded as accepted");
    dn_node_set_text(session->result, dn_result_node(session->result), "summary", text.data);
    return text.failed ? dn_no_memory(work->error) : 0;
}

static bool
disagrees(const dn_drifting *work)
{
    const dn_findings *all = &work->session->reconciliation.findings;

    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].severity == DN_ERROR_FINDING)
            return true;
    return false;
}

int
dn_drift_tell(dn_drifting *work)
{
    dn_session *session = work->session;
    dunlin_node *root;
    dunlin_node *list;

    if (dn_session_result(session, "dunlin-drift/1", work->error) < 0)
        return -1;
    root = dn_result_node(session->result);
    dn_session_tell_project(session);
    dn_session_tell_target(session);
    dn_node_set_boolean(session->result, root, "drift", work->count > 0);
    dn_node_set_text(session->result, root, "compared", work->how);
    dn_node_set_text(session->result, root, "note", work->note);
    tell_since(work);
    tell_definition(work);
    list = dn_node_array(session->result, root, "differences");
    for (size_t i = 0; i < work->count; i++)
        if (tell_one(work, list, &work->items[i]) < 0)
            return -1;
    if (tell_candidates(work) < 0)
        return -1;
    tell_fact_names(work, "legacy", work->legacy, work->legacy_count);
    tell_unreadable(work);
    dn_node_set_integer(session->result, root, "accepted", (int64_t)work->accepted);
    dn_node_set_boolean(session->result, root, "taken", work->taken);
    dn_node_set_text(session->result, root, "fix", work->fixed ? work->fix.path : NULL);
    dn_node_set_text(session->result, root, "not_written", work->unwritten);
    dn_session_tell_findings(session, "findings", &session->reconciliation.findings);
    if ((work->count || disagrees(work)) && !work->taken)
        dn_result_set_exit_code(session->result, DUNLIN_EXIT_DISAGREEMENT);
    return tell_summary(work);
}
