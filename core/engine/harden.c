/* SPDX-License-Identifier: MIT
 *
 * `dunlin harden`: guards for the statements of migrations that are not applied.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/engine/session.h"
#include "core/engine/written.h"
#include "core/execute/harden.h"

typedef struct hardening {
    dn_session session;
    const dunlin_harden_options *wanted;
    dn_harden_options options;
    bool observed; /* the target was asked what it has applied */
    dunlin_node *files;
    size_t changed;
    size_t guards;
    size_t written;
    dn_error *error;
} hardening;

/* --- what is known ------------------------------------------------------------------------------------- */

/* The target, where one is configured: without, a single file can still be looked at. */
static int
find_target(hardening *work)
{
    if (dn_session_target(&work->session, work->error) == 0)
        return 0;
    if (work->wanted->pending || strcmp(work->error->id, "target.none") != 0)
        return -1;
    dn_error_clear(work->error);
    work->session.target = NULL;
    return 0;
}

/* A file need not lie in a migrations folder. */
static int
read_journal(hardening *work)
{
    if (dn_session_journal(&work->session, work->error) < 0) {
        if (work->wanted->pending || strcmp(work->error->id, "journal.folder-missing") != 0)
            return -1;
        dn_error_clear(work->error);
        return 0;
    }
    return dn_journal_finish(&work->session.journal, work->error);
}

static int
observe(hardening *work)
{
    dn_session *session = &work->session;

    if (!session->target || !session->journal.folder)
        return 0;
    if (dn_session_connect(session, true, work->error) < 0 ||
        dn_observe(session->connection, &session->journal, &session->sight, DN_TRACKER_FULL,
                   &session->arena, &session->observation, work->error) < 0)
        return dn_hint(work->error, "'%s' tells what is applied, and that is never changed",
                       session->target->name);
    work->observed = true;
    return 0;
}

/* Of a section's database, if its driver is here. */
static const dn_lex_rules *
rules_of(void *context, dunlin_string name)
{
    hardening *work = context;
    const dn_driver_places places = {work->session.options->driver_path};
    const char *copy = dn_arena_copy(&work->session.arena, name.data, (size_t)name.length);
    const dn_lex_rules *rules = NULL;
    const dn_driver *driver;
    dn_error ignored;

    return copy && dn_driver_find(&places, copy, &driver, &ignored) == 0 &&
                   dn_driver_rules(driver, NULL, &work->session.arena, &rules, &ignored) == 0
               ? rules
               : NULL;
}

/* The SQL that the files are written in, and how it is read. */
static int
choose_dialect(hardening *work)
{
    dn_session *session = &work->session;
    const char *dialect =
        session->journal.dialect ? session->journal.dialect : session->project.dialect;
    const dn_driver_places places = {session->options->driver_path};
    const dn_driver *driver = session->driver;
    const dunlin_profile *profile = NULL;
    dunlin_capabilities capabilities;

    work->options.rules_of = rules_of;
    work->options.context = work;
    if (dialect && strcmp(dialect, "portable") == 0)
        return dn_ddl_portable_rules(&session->arena, &work->options.rules, work->error);
    if (dialect && (!driver || !dn_driver_is_called(driver, dn_string(dialect))) &&
        dn_driver_find(&places, dialect, &driver, work->error) < 0)
        return dn_fail(work->error, DUNLIN_USAGE, "harden.dialect",
                       "the migrations are written in '%s', and there is no driver for it",
                       dialect);
    if (!driver)
        return dn_fail(work->error, DUNLIN_USAGE, "harden.dialect",
                       "nothing says in which SQL the migrations are written");
    work->options.own = true;
    work->options.sent_as_is =
        session->project.native_guards || dn_written_is_shared(&session->journal);
    if (session->connection && dn_connection_driver(session->connection) == driver)
        profile = dn_connection_server(session->connection)->profile;
    if (dn_driver_capabilities(driver, NULL, &capabilities, work->error) < 0)
        return -1;
    work->options.keep_case = !(capabilities.flags & DUNLIN_CAN_NAMESPACES);
    return dn_driver_rules(driver, profile, &session->arena, &work->options.rules, work->error);
}

/* --- one file ---------------------------------------------------------------------------------------------- */

static const char *
status_of(const dn_hardened_statement *one)
{
    static const char *const names[] = {"hardened", "guarded", "needless", "unguarded", "native"};

    return names[one->guarding];
}

static void
tell_statements(hardening *work, dunlin_node *node, const dn_hardened *hardened)
{
    dunlin_result *result = work->session.result;
    dunlin_node *list = dn_node_array(result, node, "statements");

    for (size_t i = 0; i < hardened->count; i++) {
        const dn_hardened_statement *one = &hardened->statements[i];
        dunlin_node *item = dn_node_object(result, list, NULL);

        dn_node_set_integer(result, item, "line", one->line);
        dn_node_set_integer(result, item, "column", one->column);
        dn_node_set_text(result, item, "statement", one->first);
        dn_node_set_text(result, item, "status", status_of(one));
        dn_node_set_integer(result, item, "guards", (int64_t)one->guards);
        dn_node_set_text(result, item, "reason", one->reason);
    }
}

/* As seen from the working folder, where it lies in it: for people, and for patch. */
static const char *
shown_path(hardening *work, const char *path)
{
    const char *folder = dn_path_absolute(&work->session.arena, ".");
    size_t length = folder ? strlen(folder) : 0;

    if (length && strncmp(path, folder, length) == 0 && path[length] == '/')
        return path + length + 1;
    return path;
}

static int
harden_file(hardening *work, const char *path, const char *tag)
{
    const char *shown = shown_path(work, path);
    dunlin_result *result = work->session.result;
    dunlin_node *node = dn_node_object(result, work->files, NULL);
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_auto(dn_text) diff = DN_TEXT_INIT;
    dn_hardened hardened;
    dunlin_string before;

    if (dn_file_read(path, &text, work->error) < 0)
        return -1;
    before = dn_span(text.data ? text.data : "", text.length);
    if (dn_harden(shown, before, &work->options, &work->session.arena, &hardened, work->error) < 0)
        return -1;
    dn_harden_diff(shown, before, hardened.text, &diff);
    if (diff.failed)
        return dn_no_memory(work->error);
    if (work->wanted->write && hardened.guards &&
        dn_file_write(path, hardened.text.data, hardened.text.length, work->error) < 0)
        return -1;
    dn_node_set_text(result, node, "file", shown);
    dn_node_set_text(result, node, "tag", tag);
    dn_node_set_boolean(result, node, "changed", hardened.guards > 0);
    dn_node_set_boolean(result, node, "written", work->wanted->write && hardened.guards);
    dn_node_set_integer(result, node, "guards", (int64_t)hardened.guards);
    dn_node_set_text(result, node, "diff", diff.data ? diff.data : "");
    tell_statements(work, node, &hardened);
    work->changed += hardened.guards > 0;
    work->written += work->wanted->write && hardened.guards;
    work->guards += hardened.guards;
    return 0;
}

/* --- which ---------------------------------------------------------------------------------------------------- */

/* Why a migration is left alone, or NULL. */
static const char *
applied_already(const hardening *work, const dn_migration *migration, const dn_match *match)
{
    const dn_observation *seen = &work->session.observation;

    if (match->row)
        return "it is applied";
    for (size_t i = 0; i < seen->unfinished_count; i++)
        if (strcmp(seen->unfinished[i], migration->tag) == 0)
            return "it stopped part-way, and its statements are in the ledger";
    return NULL;
}

/* <tag>.<driver>.sql: sent as it is written. */
static bool
is_override(const dn_migration *migration, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t length = strlen(migration->tag);

    return strncmp(name, migration->tag, length) == 0 && name[length] == '.' &&
           strcmp(name + length, ".sql") != 0;
}

static bool
is_file_of(const dn_migration *migration, const char *path)
{
    char *left;
    char *right;
    bool same;

    if (!migration->path)
        return false;
    left = realpath(migration->path, NULL);
    right = realpath(path, NULL);
    same = left && right && strcmp(left, right) == 0;
    free(left);
    free(right);
    return same;
}

/* <tag>.<another driver>.sql and <tag>.down.sql in the folder of the migrations. */
static bool
is_beside(const hardening *work, const dn_migration *migration, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *left = realpath(work->session.journal.folder, NULL);
    char *right = realpath(path, NULL);
    size_t length = left ? strlen(left) : 0;
    bool beside = left && right && is_override(migration, slash ? slash + 1 : path) &&
                  strncmp(left, right, length) == 0 && right[length] == '/' &&
                  !strchr(right + length + 1, '/');

    free(left);
    free(right);
    return beside;
}

static int
refuse_native(hardening *work, const char *path)
{
    size_t length = strlen(path);
    bool down = length > 9 && strcmp(path + length - 9, ".down.sql") == 0;

    return dn_fail(work->error, DUNLIN_USAGE, "harden.native",
                   down ? "'%s' reverts a migration"
                        : "'%s' is for one database, which gets it as it is written",
                   path);
}

static int
harden_one(hardening *work, const char *path)
{
    const dn_journal *journal = &work->session.journal;
    const dn_observation *seen = &work->session.observation;
    const char *tag = NULL;

    for (size_t i = 0; i < journal->count + journal->unlisted_count; i++) {
        bool listed = i < journal->count;
        const dn_migration *one =
            listed ? &journal->migrations[i] : &journal->unlisted[i - journal->count];
        const char *reason;

        if (is_beside(work, one, path))
            return refuse_native(work, path);
        if (!is_file_of(one, path))
            continue;
        tag = one->tag;
        if (!work->observed)
            break;
        reason = applied_already(work, one,
                                 listed ? &seen->matches[i] : &seen->unlisted[i - journal->count]);
        if (reason)
            return dn_fail(work->error, DUNLIN_DISAGREEMENT, "harden.applied",
                           "'%s' is not changed: %s on '%s'", path, reason,
                           work->session.target->name);
        break;
    }
    return harden_file(work, path, tag);
}

static int
leave_out(hardening *work, dunlin_node *skipped, const dn_migration *one, const char *reason)
{
    dunlin_node *node = dn_node_object(work->session.result, skipped, NULL);

    dn_node_set_text(work->session.result, node, "tag", one->tag);
    dn_node_set_text(work->session.result, node, "reason", reason);
    return 0;
}

static int
harden_pending(hardening *work, dunlin_node *skipped)
{
    const dn_journal *journal = &work->session.journal;

    for (size_t i = 0; i < journal->count; i++) {
        const dn_migration *one = &journal->migrations[i];
        const dn_match *match = &work->session.observation.matches[i];
        const char *reason = applied_already(work, one, match);
        int answer = 0;

        if (match->row)
            continue;
        if (!one->has_file)
            answer = leave_out(work, skipped, one, "its file is missing");
        else if (reason)
            answer = leave_out(work, skipped, one, reason);
        else if (is_override(one, one->path))
            answer = leave_out(work, skipped, one, "it has a file for this database alone");
        else
            answer = harden_file(work, one->path, one->tag);
        if (answer < 0)
            return -1;
    }
    return 0;
}

/* --- all of it -------------------------------------------------------------------------------------------------- */

static int
tell_summary(hardening *work)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dunlin_node *root = dn_result_node(work->session.result);

    if (!work->changed) {
        dn_text_add_string(&text, "nothing to add");
    } else {
        dn_text_add_count(&text, (int64_t)work->guards, "guard", "guards");
        dn_text_add_string(&text, " in ");
        dn_text_add_count(&text, (int64_t)work->changed, "file", "files");
        dn_text_add_string(&text, work->written ? ", written" : "; --write writes them");
        if (!work->observed)
            dn_text_add_string(&text, "; no target was asked whether they are applied");
    }
    dn_node_set_text(work->session.result, root, "summary", text.data);
    return text.failed ? dn_no_memory(work->error) : 0;
}

static int
harden(hardening *work)
{
    dn_session *session = &work->session;
    dunlin_node *root;
    dunlin_node *skipped;

    if (dn_session_project(session, work->error) < 0 || find_target(work) < 0 ||
        read_journal(work) < 0 || observe(work) < 0 || choose_dialect(work) < 0 ||
        dn_session_result(session, "dunlin-harden/1", work->error) < 0)
        return -1;
    root = dn_result_node(session->result);
    if (work->observed)
        dn_session_tell_target(session);
    else
        dn_node_set_null(session->result, root, "target");
    work->files = dn_node_array(session->result, root, "files");
    skipped = dn_node_array(session->result, root, "skipped");
    if (work->wanted->pending ? harden_pending(work, skipped) < 0
                              : harden_one(work, work->wanted->file) < 0)
        return -1;
    dn_node_set_integer(session->result, root, "guards", (int64_t)work->guards);
    return tell_summary(work);
}

int
dunlin_harden(const dunlin_options *options, const dunlin_harden_options *wanted,
              dunlin_result **result, dunlin_error *error)
{
    hardening work = {.wanted = wanted, .error = error};
    int answer = 0;

    dn_session_begin(&work.session, options);
    if (!wanted || (wanted->file != NULL) == (wanted->pending != 0))
        answer = dn_fail(error, DUNLIN_USAGE, "usage.missing-argument",
                         "harden wants a file or --pending, and not both");
    return dn_session_finish(&work.session, answer < 0 ? answer : harden(&work), result, error);
}
