/* SPDX-License-Identifier: MIT
 *
 * `dunlin parity`: do the schemas of several targets mean the same, and if not, since which
 * migration?
 */
#include <string.h>

#include "core/engine/session.h"
#include "core/execute/trace.h"
#include "core/schema/equivalent.h"

/* One database, with all that is read of it. */
typedef struct party {
    dn_session session;
    dunlin_options options;
    bool open;
    bool traced;
    dn_fact_map *facts;
    const char *label;
    dn_trace trace; /* read when it is asked for */
} party;

typedef struct parity {
    dn_session *session; /* of the result */
    party *parties;
    size_t count;
    bool has_journal;
    dn_error *error;
} parity;

/* --- observing ----------------------------------------------------------------------------------------- */

/* Two databases can be compared without any migrations at hand; then nothing tells where they
 * part. */
static int
read_history(parity *work, party *one)
{
    dn_session *session = &one->session;

    if (dn_session_journal(session, work->error) < 0) {
        if (strcmp(work->error->id, "journal.folder-missing") != 0)
            return -1;
        dn_error_clear(work->error);
        return 0;
    }
    work->has_journal = true;
    return dn_observe(session->connection, &session->journal, &session->sight, DN_TRACKER_MATCH,
                      &session->arena, &session->observation, work->error);
}

/* As configured; a database that is none of those by its own name, where that tells them apart. */
static int
name_party(parity *work, party *one)
{
    dn_session *session = &one->session;
    dunlin_string name = dn_connection_server(session->connection)->name;

    one->label = one->options.target ? session->target->name
                                     : dn_arena_copy(&session->arena, name.data, name.length);
    for (const party *other = work->parties; one->label && other < one; other++)
        if (strcmp(other->label, one->label) == 0)
            one->label = session->shown.redacted;
    return one->label ? 0 : dn_no_memory(work->error);
}

/* There are several, and what names them here is called otherwise than elsewhere. */
static int
explain_target(parity *work)
{
    char hint[sizeof work->error->hint];

    if (strcmp(work->error->id, "target.unknown") == 0)
        return dn_hint(work->error, "name some of them with --targets, as in '--targets dev,prod'");
    if (strcmp(work->error->id, "target.env") != 0)
        return -1;
    memcpy(hint, work->error->hint, sizeof hint);
    return dn_hint(work->error, "%s, or name those that are to be compared with --targets", hint);
}

static int
observe(parity *work, party *one)
{
    dn_session *session = &one->session;

    dn_session_begin(session, &one->options);
    one->open = true;
    if (dn_session_project(session, work->error) < 0)
        return -1;
    if (dn_session_target(session, work->error) < 0)
        return explain_target(work);
    if (dn_session_connect(session, true, work->error) < 0 || read_history(work, one) < 0 ||
        dn_observe_schema(session->connection, &session->sight, &session->arena, &one->facts,
                          work->error) < 0)
        return dn_while(work->error, "reading target '%s'", session->target->name);
    return name_party(work, one);
}

/* --- which ----------------------------------------------------------------------------------------------- */

static const char *
default_first(const dn_project *project, size_t place)
{
    size_t main = 0;

    for (size_t i = 0; project->default_target && i < project->target_count; i++)
        if (strcmp(project->targets[i].name, project->default_target) == 0)
            main = i;
    if (place == 0)
        return project->targets[main].name;
    return project->targets[place <= main ? place - 1 : place].name;
}

static int
choose_parties(parity *work, const dunlin_parity_options *wanted)
{
    const dn_session *session = work->session;
    uint64_t targets = wanted ? wanted->target_count : 0;
    uint64_t urls = wanted ? wanted->url_count : 0;
    bool all = targets + urls == 0;

    if (session->options->url || session->options->target)
        return dn_fail(work->error, DUNLIN_USAGE, "parity.targets",
                       "parity takes its databases from --targets and --urls, not from --target or "
                       "--url");
    work->count = all ? session->project.target_count : (size_t)(targets + urls);
    if (work->count < 2)
        return dn_fail(work->error, DUNLIN_USAGE, "parity.targets",
                       "parity compares two databases or more, and there %s",
                       work->count ? "is one" : "is none");
    work->parties = dn_arena_array(&work->session->arena, work->count, sizeof *work->parties);
    if (!work->parties)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < work->count; i++) {
        dunlin_options *options = &work->parties[i].options;

        *options = *session->options;
        if (all)
            options->target = default_first(&session->project, i);
        else if (i < targets)
            options->target = wanted->targets[i];
        else
            options->url = wanted->urls[i - targets];
    }
    return 0;
}

/* --- where they part ----------------------------------------------------------------------------------------- */

typedef enum applied { NOWHERE = 0, BOTH, LEFT_ONLY, RIGHT_ONLY } applied;

static applied
applied_where(const party *left, const party *right, size_t migration)
{
    bool here = left->session.observation.matches[migration].row != NULL;
    bool there = right->session.observation.matches[migration].row != NULL;

    if (here == there)
        return here ? BOTH : NOWHERE;
    return here ? LEFT_ONLY : RIGHT_ONLY;
}

/* The earliest migration that only one of them has and that concerns the object; else the last one
 * that both have: until then it was the same. */
static size_t
culprit(const parity *work, const party *left, const party *right, const dn_inequality *one)
{
    const bool missing = strcmp(one->what, "missing") == 0;
    size_t alone = SIZE_MAX;
    size_t shared = SIZE_MAX;

    for (int side = 0; work->has_journal && side < 2; side++) {
        const party *of = side ? right : left;
        const dunlin_fact *fact = side ? one->right : one->left;
        dn_trace_search search;
        size_t found;

        if (!fact)
            continue;
        for (int text = 0; text < 2; text++) {
            dn_trace_begin(&search, text ? &right->trace : &left->trace, fact,
                           dn_fact_map_naming(of->facts), missing ? NULL : one->what);
            while ((found = dn_trace_back(&search)) != SIZE_MAX) {
                applied where = applied_where(left, right, found);

                if (where == BOTH && (shared == SIZE_MAX || found > shared))
                    shared = found;
                else if (where > BOTH && found < alone)
                    alone = found;
            }
        }
    }
    return alone != SIZE_MAX ? alone : shared;
}

static int
trace(parity *work, party *one)
{
    if (one->traced || !work->has_journal)
        return 0;
    one->traced = true;
    return dn_trace_read(one->session.driver, &one->session.journal, &one->session.arena,
                         &one->trace, work->error);
}

/* --- what is told ----------------------------------------------------------------------------------------------- */

static void
tell_party(parity *work, dunlin_node *list, party *one)
{
    dunlin_result *result = work->session->result;
    dn_session *session = &one->session;
    dunlin_node *node = dn_node_object(result, list, NULL);
    int64_t recorded = 0;

    for (size_t i = 0; work->has_journal && i < session->journal.count; i++)
        recorded += session->observation.matches[i].row != NULL;
    dn_node_set_text(result, node, "name", one->label);
    dn_node_set_text(result, node, "url", session->shown.redacted);
    dn_node_set_text(result, node, "driver", session->driver->table.name);
    dn_node_set_text(result, node, "server", dn_session_server(session));
    dn_node_set_integer(result, node, "applied", recorded);
    dn_node_set_integer(result, node, "facts", (int64_t)dn_fact_map_count(one->facts));
}

static const char *
tag_of(const party *one, size_t migration)
{
    return migration == SIZE_MAX ? NULL : one->session.journal.migrations[migration].tag;
}

static size_t
tell_differences(parity *work, dunlin_node *list, const party *left, const party *right,
                 const dn_inequalities *found)
{
    dunlin_result *result = work->session->result;
    dunlin_node *differences = NULL;
    const char *object = NULL;
    size_t first = SIZE_MAX;

    for (size_t i = 0; i < found->count; i++) {
        const dn_inequality *one = &found->items[i];
        size_t migration = culprit(work, left, right, one);
        dunlin_node *node;

        if (!object || strcmp(object, one->object) != 0) {
            dunlin_node *group = dn_node_object(result, list, NULL);

            object = one->object;
            dn_node_set_text(result, group, "object", object);
            differences = dn_node_array(result, group, "differences");
        }
        node = dn_node_object(result, differences, NULL);
        dn_node_set_text(result, node, "what", one->what);
        dn_node_set_text(result, node, "severity", one->warning ? "warning" : "error");
        dn_node_set_text(result, node, "message", one->message);
        dn_node_set_text(result, node, "migration", tag_of(left, migration));
        if (!one->warning && migration < first)
            first = migration;
    }
    return first;
}

/* Those that one of the two has and the other has not. */
static size_t
tell_migrations(parity *work, dunlin_node *node, const party *left, const party *right)
{
    dunlin_result *result = work->session->result;
    dunlin_node *list = dn_node_array(result, node, "migrations");
    size_t first = SIZE_MAX;

    for (size_t i = 0; work->has_journal && i < left->session.journal.count; i++) {
        applied where = applied_where(left, right, i);
        dunlin_node *one;

        if (where <= BOTH)
            continue;
        first = i < first ? i : first;
        one = dn_node_object(result, list, NULL);
        dn_node_set_text(result, one, "tag", tag_of(left, i));
        dn_node_set_text(result, one, "applied", where == LEFT_ONLY ? left->label : right->label);
        dn_node_set_text(result, one, "missing", where == LEFT_ONLY ? right->label : left->label);
    }
    return first;
}

static const char *
parting_reason(parity *work, const party *left, const party *right, size_t parted)
{
    applied where = applied_where(left, right, parted);

    if (where == BOTH)
        return "both have it, and it is the last one that names what differs";
    return dn_arena_printf(&work->session->arena, "it is applied to %s only",
                           where == LEFT_ONLY ? left->label : right->label);
}

static void
tell_parting(parity *work, dunlin_node *node, const party *left, const party *right, size_t parted)
{
    dunlin_result *result = work->session->result;
    dunlin_node *one;

    if (parted == SIZE_MAX) {
        dn_node_set_null(result, node, "parted");
        return;
    }
    one = dn_node_object(result, node, "parted");
    dn_node_set_text(result, one, "tag", tag_of(left, parted));
    dn_node_set_integer(result, one, "idx", left->session.journal.migrations[parted].idx);
    dn_node_set_text(result, one, "reason", parting_reason(work, left, right, parted));
}

static int
tell_summary(parity *work, dunlin_node *node, const party *left, const party *right,
             const dn_inequalities *found, size_t parted)
{
    size_t count = found->count - found->warnings;
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (count) {
        dn_text_printf(&text, "%s differs from %s: ", right->label, left->label);
        dn_text_add_count(&text, (int64_t)count, "difference", "differences");
    } else {
        dn_text_printf(&text, "%s means the same as %s", right->label, left->label);
    }
    if (found->warnings) {
        dn_text_add_string(&text, ", ");
        dn_text_add_count(&text, (int64_t)found->warnings, "warning", "warnings");
    }
    if (parted != SIZE_MAX)
        dn_text_printf(&text, "; %s '%s': %s", count ? "they part at" : "they differ in",
                       tag_of(left, parted), parting_reason(work, left, right, parted));
    else if (count && work->has_journal)
        dn_text_add_string(&text, "; no migration that is applied names what differs");
    dn_node_set_text(work->session->result, node, "summary", text.data);
    return text.failed ? dn_no_memory(work->error) : 0;
}

/* --- comparing ------------------------------------------------------------------------------------------------------ */

static int
classes_of(const dunlin_fact *column, dn_text *classes, void *context, dn_error *error)
{
    const party *one = context;
    const dn_driver_view view = {
        .driver = one->session.driver,
        .profile = dn_connection_server(one->session.connection)->profile,
        .facts = one->facts,
    };

    return dn_driver_type_classes(&view, column, classes, error);
}

static dn_schema_side
side_of(party *one)
{
    return (dn_schema_side){.facts = one->facts,
                            .label = one->label,
                            .home = dn_connection_namespace(one->session.connection),
                            .escapes = dn_lex_escapes(dn_connection_rules(one->session.connection)),
                            .classes = classes_of,
                            .context = one};
}

static int
compare(parity *work, dunlin_node *list, party *left, party *right, bool *equal)
{
    dunlin_result *result = work->session->result;
    const dn_schema_side sides[2] = {side_of(left), side_of(right)};
    dunlin_node *node = dn_node_object(result, list, NULL);
    dn_inequalities found;
    size_t parted;
    size_t unlike;

    if (dn_schema_equivalent(&sides[0], &sides[1], &work->session->arena, &found, work->error) < 0)
        return -1;
    if (found.count && (trace(work, left) < 0 || trace(work, right) < 0))
        return -1;
    *equal = found.count == found.warnings;
    dn_node_set_text(result, node, "reference", left->label);
    dn_node_set_text(result, node, "target", right->label);
    dn_node_set_boolean(result, node, "equal", *equal);
    dn_node_set_integer(result, node, "differences", (int64_t)(found.count - found.warnings));
    dn_node_set_integer(result, node, "warnings", (int64_t)found.warnings);
    parted = tell_differences(work, dn_node_array(result, node, "objects"), left, right, &found);
    unlike = tell_migrations(work, node, left, right);
    parted = unlike < parted ? unlike : parted;
    tell_parting(work, node, left, right, parted);
    return tell_summary(work, node, left, right, &found, parted);
}

static int
compare_all(parity *work)
{
    dunlin_node *root = dn_result_node(work->session->result);
    dunlin_node *targets = dn_node_array(work->session->result, root, "targets");
    dunlin_node *list = dn_node_array(work->session->result, root, "comparisons");
    bool all = true;

    for (size_t i = 0; i < work->count; i++)
        tell_party(work, targets, &work->parties[i]);
    for (size_t i = 1; i < work->count; i++) {
        bool equal;

        if (compare(work, list, &work->parties[0], &work->parties[i], &equal) < 0)
            return -1;
        all = all && equal;
    }
    dn_node_set_boolean(work->session->result, root, "equal", all);
    if (!all)
        dn_result_set_exit_code(work->session->result, DUNLIN_EXIT_DISAGREEMENT);
    return 0;
}

static int
find_parity(parity *work, const dunlin_parity_options *wanted)
{
    if (dn_session_project(work->session, work->error) < 0 || choose_parties(work, wanted) < 0)
        return -1;
    for (size_t i = 0; i < work->count; i++)
        if (observe(work, &work->parties[i]) < 0)
            return -1;
    if (dn_session_result(work->session, "dunlin-parity/1", work->error) < 0)
        return -1;
    return compare_all(work);
}

int
dunlin_parity(const dunlin_options *options, const dunlin_parity_options *wanted,
              dunlin_result **result, dunlin_error *error)
{
    dn_session session;
    parity work = {.session = &session, .error = error};
    int answer;

    dn_session_begin(&session, options);
    answer = find_parity(&work, wanted);
    for (size_t i = 0; i < work.count; i++)
        if (work.parties && work.parties[i].open)
            dn_session_end(&work.parties[i].session);
    return dn_session_finish(&session, answer, result, error);
}
