/* SPDX-License-Identifier: MIT
 *
 * `dunlin check --portability`: what of the folder has no translation for the drivers at hand.
 * Nothing is connected to.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/engine/session.h"
#include "core/execute/portability.h"

/* A driver and the targets it serves. */
typedef struct served {
    const dn_driver *driver;
    const char **targets;
    size_t target_count;
} served;

typedef struct drivers {
    served *items;
    size_t count;
    size_t capacity;
} drivers;

/* --- which drivers ----------------------------------------------------------------------------- */

/* `target` NULL: the driver was named itself. */
static int
add_driver(dn_session *session, drivers *list, const dn_driver *driver, const char *target,
           dn_error *error)
{
    served *one = NULL;
    const char **targets;

    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].driver == driver)
            one = &list->items[i];
    if (!one) {
        list->items = dn_arena_grow(&session->arena, list->items, &list->capacity, list->count + 1,
                                    sizeof *list->items);
        if (!list->items)
            return dn_no_memory(error);
        one = &list->items[list->count++];
        *one = (served){.driver = driver};
    }
    if (!target)
        return 0;
    targets = dn_arena_array(&session->arena, one->target_count + 1, sizeof *targets);
    if (!targets)
        return dn_no_memory(error);
    if (one->target_count)
        memcpy(targets, one->targets, one->target_count * sizeof *targets);
    targets[one->target_count++] = target;
    one->targets = targets;
    return 0;
}

static int
add_target(dn_session *session, drivers *list, const char *name, dn_error *error)
{
    const dn_driver_places places = {session->options->driver_path};
    const dn_target *target;
    dunlin_options options = *session->options;
    const dn_driver *driver;
    const char *scheme;
    const char *url;

    if (name)
        options.target = name;
    if (dn_project_target(&session->project, &options, &session->arena, &target, &url, error) < 0)
        return dn_hint(error, "a driver that is named with --driver needs no target");
    scheme = dn_url_scheme(&session->arena, url);
    if (!scheme)
        return dn_fail(error, DUNLIN_USAGE, "target.bad-url",
                       "the URL of target '%s' does not start with a scheme, as in sqlite:app.db",
                       target->name);
    if (dn_driver_find(&places, scheme, &driver, error) < 0)
        return dn_while(error, "looking for the driver of target '%s'", target->name);
    return add_driver(session, list, driver, target->name, error);
}

/* All but those whose URL is not known here; that none is left is an error, which is that of the last. */
static int
add_targets(dn_session *session, drivers *list, dn_findings *left_out, dn_error *error)
{
    const dn_project *project = &session->project;

    for (size_t i = 0; i < project->target_count; i++) {
        dn_error why = {0};

        if (add_target(session, list, project->targets[i].name, &why) == 0)
            continue;
        *error = why;
        if (dn_session_leave_out(session, project->targets[i].name, left_out, error) < 0)
            return -1;
        if (i + 1 == project->target_count && !list->count) {
            *error = why;
            return -1;
        }
    }
    return 0;
}

/* Those that were named; else of all targets, unless one was chosen. */
static int
choose_drivers(dn_session *session, const dunlin_portability_options *check, drivers *list,
               dn_findings *left_out, dn_error *error)
{
    const dn_driver_places places = {session->options->driver_path};
    const dn_project *project = &session->project;
    const dn_driver *driver;

    for (uint64_t i = 0; check && i < check->driver_count; i++)
        if (dn_driver_find(&places, check->drivers[i], &driver, error) < 0 ||
            add_driver(session, list, driver, NULL, error) < 0)
            return -1;
    if (list->count)
        return 0;
    if (session->options->url || session->options->target || !project->target_count)
        return add_target(session, list, NULL, error);
    return add_targets(session, list, left_out, error);
}

/* --- what is told -------------------------------------------------------------------------------- */

static void
tell_obstacles(dn_session *session, dunlin_node *node, const dn_portability *found,
               const char *driver)
{
    dunlin_result *result = session->result;
    dn_arena *arena = &session->arena;
    dunlin_node *list = dn_node_array(result, node, "obstacles");

    for (size_t i = 0; i < found->count; i++) {
        const dn_obstacle *one = &found->obstacles[i];
        dunlin_node *item = dn_node_object(result, list, NULL);

        dn_node_set_text(result, item, "tag", one->migration->tag);
        dn_node_set_text(result, item, "file", one->migration->path);
        dn_node_set_integer(result, item, "line", one->line);
        dn_node_set_integer(result, item, "column", one->column);
        dn_node_set_integer(result, item, "statement_line", one->statement_line);
        dn_node_set_text(result, item, "statement", one->statement);
        dn_node_set_text(result, item, "driver", driver);
        dn_node_set_text(result, item, "kind", one->wrong ? "wrong" : "untranslatable");
        dn_node_set_text(result, item, "reason", one->reason);
        dn_node_set_text(result, item, "section",
                         dn_arena_printf(arena, "-- dunlin: only %s", driver));
        dn_node_set_text(result, item, "override",
                         dn_portability_override(arena, one->migration->path, driver));
        dn_node_set_text(result, item, "way_out",
                         one->wrong ? NULL
                                    : dn_portability_way_out(arena, session->journal.dialect,
                                                             one->migration->path, driver));
    }
}

static void
tell_losses(dn_session *session, dunlin_node *node, const dn_losses *losses)
{
    dunlin_node *list = dn_node_array(session->result, node, "losses");

    for (size_t i = 0; i < losses->count; i++) {
        dunlin_node *item = dn_node_object(session->result, list, NULL);

        dn_node_set_text(session->result, item, "what", losses->items[i].what);
        dn_node_set_text(session->result, item, "first", losses->items[i].first);
        dn_node_set_integer(session->result, item, "count", (int64_t)losses->items[i].count);
    }
}

static int
tell_summary(dn_session *session, dunlin_node *node, const dn_portability *found,
             const char *driver, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    dn_text_printf(&text, "%s: ", driver);
    dn_portability_summarise(found, session->project.strict, &text);
    dn_node_set_text(session->result, node, "summary", text.data);
    return text.failed ? dn_no_memory(error) : 0;
}

static int
tell_driver(dn_session *session, dunlin_node *list, const served *one, const dn_portability *found,
            dn_error *error)
{
    dunlin_result *result = session->result;
    dunlin_node *node = dn_node_object(result, list, NULL);
    dunlin_node *targets;
    const char *driver = one->driver->table.name;

    dn_node_set_text(result, node, "driver", driver);
    targets = dn_node_array(result, node, "targets");
    for (size_t i = 0; i < one->target_count; i++)
        dn_node_set_text(result, targets, NULL, one->targets[i]);
    dn_node_set_boolean(result, node, "own_dialect", found->own);
    dn_node_set_boolean(result, node, "portable",
                        dn_portability_holds(found, session->project.strict));
    dn_node_set_integer(result, node, "statements", (int64_t)found->statements);
    dn_node_set_integer(result, node, "refused", (int64_t)found->refused);
    dn_node_set_integer(result, node, "native", (int64_t)found->native);
    dn_node_set_integer(result, node, "unsure", (int64_t)found->unsure);
    tell_obstacles(session, node, found, driver);
    tell_losses(session, node, &found->losses);
    return tell_summary(session, node, found, driver, error);
}

/* --- the check ------------------------------------------------------------------------------------ */

/* The journal as a run on this driver reads it: with its override files. */
static int
read_journal(dn_session *session, const dn_driver *driver, dn_error *error)
{
    dn_journal_close(&session->journal);
    session->driver = driver;
    if (dn_session_journal(session, error) < 0 || dn_journal_finish(&session->journal, error) < 0)
        return -1;
    if (session->journal.dialect)
        return 0;
    return dn_fail(error, DUNLIN_USAGE, "check.no-dialect",
                   "nothing says in which SQL the migrations in '%s' are written",
                   session->journal.folder);
}

/* "<tag>.<word>" -> the tag of a migration, and the word; false where it is none. */
static bool
is_override(const dn_journal *journal, dunlin_string stem, dunlin_string *word)
{
    const char *dot = stem.length ? memrchr(stem.data, '.', (size_t)stem.length) : NULL;
    dunlin_string tag;

    if (!dot)
        return false;
    tag = dn_span(stem.data, (size_t)(dot - stem.data));
    *word = dn_span(dot + 1, (size_t)stem.length - (size_t)tag.length - 1);
    if (!word->length || dn_string_equal(*word, "up") || dn_string_equal(*word, "down"))
        return false;
    for (size_t i = 0; i < journal->count; i++)
        if (!journal->migrations[i].layout && dn_string_equal(tag, journal->migrations[i].tag))
            return true;
    return false;
}

static int
judge_override(dn_session *session, const char *file, dunlin_string word, dn_error *error)
{
    dn_auto(dn_text) names = DN_TEXT_INIT;
    dn_findings *findings = &session->journal.findings;
    const char *driver;

    if (dn_project_driver_name(&session->project, word, &session->arena, &driver, &names, error) <
        0)
        return -1;
    if (!driver)
        return dn_findings_add(findings, &session->arena, DN_WARNING, "journal.unknown-override",
                               file, error,
                               "no database gets '%s': there is no driver '%.*s'; known are %s",
                               file, (int)word.length, word.data, names.data);
    if (dn_string_equal(word, driver))
        return 0;
    return dn_findings_add(findings, &session->arena, DN_WARNING, "journal.unknown-override", file,
                           error, "no database gets '%s': in names of files the driver is '%s'",
                           file, driver);
}

/* Files that no driver will ever choose. */
static int
find_strays(dn_session *session, dn_error *error)
{
    const dn_journal *journal = &session->journal;
    dn_folder_entry *entries;
    size_t count;

    if (dn_folder_list(&session->arena, journal->folder, &entries, &count, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const char *file = entries[i].name;
        size_t length = strlen(file);
        dunlin_string word;

        if (!entries[i].folder && length > 4 && strcmp(file + length - 4, ".sql") == 0 &&
            is_override(journal, dn_span(file, length - 4), &word) &&
            judge_override(session, file, word, error) < 0)
            return -1;
    }
    return 0;
}

static bool
has_errors(const dn_journal *journal)
{
    for (size_t i = 0; i < journal->findings.count; i++)
        if (journal->findings.items[i].severity == DN_ERROR_FINDING)
            return true;
    return false;
}

static int
add_findings(dn_session *session, const dn_findings *more, dn_error *error)
{
    for (size_t i = 0; i < more->count; i++) {
        const dn_finding *one = &more->items[i];

        if (dn_findings_add(&session->journal.findings, &session->arena, one->severity, one->id,
                            one->object, error, "%s", one->message) < 0)
            return -1;
    }
    return 0;
}

static int
check_drivers(dn_session *session, const drivers *list, const dn_findings *left_out,
              dn_error *error)
{
    dunlin_node *root = dn_result_node(session->result);
    dunlin_node *nodes = NULL;
    bool portable = true;

    for (size_t i = 0; i < list->count; i++) {
        dn_portability found;

        if (read_journal(session, list->items[i].driver, error) < 0)
            return -1;
        if (i == 0) {
            if (find_strays(session, error) < 0 || add_findings(session, left_out, error) < 0)
                return -1;
            dn_session_tell_project(session);
            dn_session_tell_findings(session, "findings", &session->journal.findings);
            nodes = dn_node_array(session->result, root, "drivers");
        }
        if (dn_portability_check(list->items[i].driver, &session->journal, &session->arena, &found,
                                 error) < 0 ||
            tell_driver(session, nodes, &list->items[i], &found, error) < 0)
            return -1;
        portable = portable && dn_portability_holds(&found, session->project.strict);
    }
    dn_node_set_boolean(session->result, root, "portable", portable);
    if (!portable || has_errors(&session->journal))
        dn_result_set_exit_code(session->result, DUNLIN_EXIT_DISAGREEMENT);
    return 0;
}

static int
check(dn_session *session, const dunlin_portability_options *options, dn_error *error)
{
    drivers list = {NULL, 0, 0};
    dn_findings left_out = {NULL, 0, 0};

    if (dn_session_project(session, error) < 0 ||
        choose_drivers(session, options, &list, &left_out, error) < 0 ||
        dn_session_result(session, "dunlin-check/1", error) < 0)
        return -1;
    return check_drivers(session, &list, &left_out, error);
}

int
dunlin_check_portability(const dunlin_options *options, const dunlin_portability_options *wanted,
                         dunlin_result **result, dunlin_error *error)
{
    dn_session session;

    dn_session_begin(&session, options);
    return dn_session_finish(&session, check(&session, wanted, error), result, error);
}
