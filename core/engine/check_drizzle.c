/* SPDX-License-Identifier: MIT
 *
 * What drizzle-kit's newest snapshot, and its definition, say beside what the migrations make.
 */
#include <string.h>

#include "core/engine/check.h"
#include "core/engine/declared.h"

typedef struct declaring {
    dn_checking *checking;
    const dn_check_ground *ground;
    const dn_side *made;
    dn_drizzle_source *source;
    dn_check_item check;
    bool placed;         /* lines were told, and where they go */
    const char *missing; /* the newest migration, if there is no snapshot of it */
    dn_error *error;
} declaring;

static int
tell_hint(declaring *work, const dn_difference *one, const char *object, const char *message)
{
    dunlin_result *result = work->checking->session->result;
    dn_drizzle_hint hint;
    dunlin_node *node;
    dunlin_node *lines;

    if (dn_drizzle_hint_for(work->source, work->made->facts, one, &hint, work->error) < 0)
        return -1;
    node = dn_checks_problem(work->checking, &work->check, object, message, NULL);
    if (!hint.file)
        return 0;
    work->placed = true;
    dn_node_set_text(result, node, "file", hint.file);
    dn_node_set_integer(result, node, "line", hint.line);
    dn_node_set_boolean(result, node, "replaces", hint.replaces);
    lines = dn_node_array(result, node, "lines");
    for (size_t i = 0; hint.lines[i]; i++)
        dn_node_set_text(result, lines, NULL, hint.lines[i]);
    if (hint.import.text) {
        dn_node_set_text(result, node, "imports", hint.import.text);
        dn_node_set_integer(result, node, "imports_line", hint.import.line);
    }
    return 0;
}

static int
tell(declaring *work, const dn_declared *declared, const char *holder)
{
    for (size_t i = 0; i < declared->differences.count; i++) {
        const dn_difference *one = &declared->differences.items[i];
        dn_auto(dn_text) object = DN_TEXT_INIT;
        dn_auto(dn_text) message = DN_TEXT_INIT;
        bool declares = false;

        /* Then it is the snapshot that is old, and a declaration would be a second one. */
        if (work->missing &&
            dn_drizzle_declares(work->source, work->made->facts, one, &declares, work->error) < 0)
            return -1;
        if (declares)
            continue;
        if (dn_checks_describe(one, &dn_drizzle_comparison, holder, &object, &message,
                               work->error) < 0 ||
            tell_hint(work, one, object.data, message.data) < 0)
            return -1;
    }
    return 0;
}

/* What cannot be loaded says nothing; why not is told. */
static int
failed(declaring *work, dn_check_outcome outcome, const char *summary, const char *mend)
{
    if (dn_error_ends_all(work->error) || strcmp(work->error->id, "definition.command") == 0 ||
        strncmp(work->error->id, "process.", 8) == 0)
        return -1;
    dn_checks_problem(work->checking, &work->check, NULL, work->error->message, NULL);
    dn_error_clear(work->error);
    dn_checks_end(work->checking, &work->check, outcome, summary, mend);
    return 0;
}

/* A file that was cut or badly merged is not right, whatever it was to say; one of a form that dunlin does not know
 * may be. Of 0.x it knows all. */
static int
failed_snapshot(declaring *work)
{
    bool known = work->checking->session->journal.layout != DN_LAYOUT_DRIZZLE_V1;
    bool broken = strcmp(work->error->id, "snapshot.syntax") == 0 ||
                  strncmp(work->error->id, "file.", 5) == 0 ||
                  (known && strcmp(work->error->id, "snapshot.invalid") == 0);
    const char *command = broken ? dn_session_command(work->checking->session,
                                                      &work->ground->target, "snapshot --drizzle")
                                 : NULL;

    return broken ? failed(work, DN_CHECK_DISAGREES, "drizzle-kit's newest snapshot cannot be read",
                           command)
                  : failed(work, DN_CHECK_UNVERIFIED,
                           "drizzle-kit's newest snapshot cannot be loaded", NULL);
}

/* Each of the two checks tells all that its lines need. */
static int
open_source(declaring *work)
{
    dn_session *session = work->checking->session;

    return dn_drizzle_source_open(session->project.root, work->ground->driver->table.dialect,
                                  &session->arena, &work->source, work->error);
}

/* The newest snapshot may be one of an earlier migration. */
static int
find_missing(declaring *work, const char *newest)
{
    const dn_session *session = work->checking->session;
    size_t last = session->journal.count - 1;
    const char *path = dn_declared_path(session, last, &work->checking->session->arena);

    if (!path)
        return dn_no_memory(work->error);
    work->missing = strcmp(path, newest) == 0 ? NULL : session->journal.migrations[last].tag;
    return 0;
}

static int
conclude_snapshot(declaring *work, const dn_declared *declared)
{
    dn_session *session = work->checking->session;
    const char *command = dn_session_command(session, &work->ground->target, "snapshot --drizzle");
    const char *mend = command;

    if (work->missing && declared->differences.count && !work->check.count) {
        dn_checks_problem(work->checking, &work->check, work->missing,
                          "there is no snapshot of it, and the definition has what it makes", NULL);
        dn_checks_end(work->checking, &work->check, DN_CHECK_DISAGREES,
                      "drizzle-kit's newest snapshot is missing", mend);
        return command ? 0 : dn_no_memory(work->error);
    }
    if (command)
        mend =
            dn_arena_printf(&session->arena, "bring the definition up to date, then %s", command);
    if (!mend)
        return dn_no_memory(work->error);
    return dn_checks_conclude(
        work->checking, &work->check, "drizzle-kit's newest snapshot is what the migrations make",
        "drizzle-kit's newest snapshot is not what the migrations make", mend, work->error);
}

static int
check_snapshot(declaring *work, const dn_declared_place *place)
{
    dn_session *session = work->checking->session;
    dn_declared declared;
    const char *path;

    if (open_source(work) < 0 ||
        dn_declared_newest(session, &session->arena, &path, work->error) < 0)
        return -1;
    if (!path)
        return 0;
    dn_checks_begin(work->checking, &work->check, "drizzle-snapshot", work->ground->dialect, path);
    if (dn_declared_by_snapshot(session, place, path, &declared, work->error) < 0)
        return failed_snapshot(work);
    if (find_missing(work, path) < 0 || tell(work, &declared, "the snapshot") < 0)
        return -1;
    return conclude_snapshot(work, &declared);
}

static int
check_command(declaring *work, const dn_declared_place *place)
{
    dn_session *session = work->checking->session;
    const char *command = work->checking->options->definition_command;
    dn_declared declared;

    work->checking->definition_was_run = true;
    work->missing = NULL;
    if (open_source(work) < 0)
        return -1;
    dn_checks_begin(work->checking, &work->check, "definition-command", work->ground->dialect,
                    dn_drizzle_source_path(work->source));
    if (dn_declared_by_command(session, place, command, &declared, work->error) < 0)
        return failed(work, DN_CHECK_DISAGREES, "what the command printed cannot be loaded", NULL);
    if (tell(work, &declared, "the definition") < 0)
        return -1;
    return dn_checks_conclude(
        work->checking, &work->check, "the definition is what the migrations make",
        "the definition is not what the migrations make",
        work->placed
            ? "add the lines above; what only the definition has, drizzle-kit generate makes a migration of"
            : "add to the definition what is missing there; make a migration of what only it has",
        work->error);
}

int
dn_checks_drizzle(dn_checking *checking, const dn_check_ground *ground, const dn_side *made,
                  dn_error *error)
{
    dn_session *session = checking->session;
    declaring work = {.checking = checking, .ground = ground, .made = made, .error = error};
    const dn_declared_place place = {made, checking->options->shadow != 0, ground->given};

    /* Written for one database, and by its own words. */
    if (!dn_declared_concerns(session, ground->driver, false))
        return 0;
    if (check_snapshot(&work, &place) < 0)
        return -1;
    return checking->options->definition_command ? check_command(&work, &place) : 0;
}
