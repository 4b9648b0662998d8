/* SPDX-License-Identifier: MIT
 *
 * The portable definition of the project as it stands: the model of its migrations, and for each kind of
 * database that migrations can be replayed on, what it has beyond that.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/engine/check.h"
#include "core/engine/portable.h"

typedef struct dumping {
    dn_session *session;
    bool asked;        /* --shadow */
    const char *given; /* --shadow-url */
    dn_portable_file *file;
    dn_check_ground *ground;
    dn_error *error;
} dumping;

/* --- one kind of database ------------------------------------------------------------------------------- */

static int
list_files(dn_session *session, const dn_migration ***files, dn_migration_effects **effects,
           dn_error *error)
{
    const dn_journal *journal = &session->journal;

    *files = dn_arena_array(&session->arena, journal->count + 1, sizeof **files);
    *effects = dn_arena_array(&session->arena, journal->count + 1, sizeof **effects);
    if (!*files || !*effects)
        return dn_no_memory(error);
    for (size_t i = 0; i < journal->count; i++)
        (*files)[i] = &journal->migrations[i];
    return 0;
}

static int
replay(dumping *work, dn_side *side)
{
    dn_session *session = work->session;
    const dn_check_ground *ground = work->ground;
    const dn_replay_options options = {
        .target = ground->reference,
        .url = ground->url,
        .shadow = ground->choice.kind,
        .given = ground->given,
        .translate = dn_session_translation(session, false),
        .log = session->log,
    };
    dn_auto(dn_replay) *run = NULL;
    const dn_migration **files;
    dn_migration_effects *effects;

    if (list_files(session, &files, &effects, work->error) < 0 ||
        dn_replay_begin(&options, files, session->journal.count, &session->arena, &run,
                        work->error) < 0 ||
        dn_replay_effects(run, effects, work->error) < 0)
        return -1;
    for (size_t i = 0; i < session->journal.count; i++)
        if (!effects[i].known)
            return dn_fail(work->error, DUNLIN_FAILED, "diff.unknown-state",
                           "what the migrations make of %s is not known: '%s': %s", ground->dialect,
                           files[i]->tag, effects[i].why);
    *side = (dn_side){
        .name = "the migrations",
        .source = "replay",
        .driver = ground->driver,
        .connection = ground->reference,
        .borrowed = true,
        .profile = dn_connection_server(ground->reference)->profile,
        .sight = {.ignore = &session->project.ignore},
        .url = ground->url,
        .target = &ground->target,
    };
    if (dn_replay_state(run, &side->sight, &side->snapshot, work->error) < 0)
        return -1;
    side->facts = side->snapshot.facts;
    return 0;
}

static int
find_section(dumping *work, dn_portable_section *section)
{
    const dn_check_ground *ground = work->ground;
    dn_side side;

    if (!ground->reference) {
        *section = (dn_portable_section){.driver = ground->driver, .why = ground->why};
        return 0;
    }
    if (dn_session_journal_of(work->session, ground->driver, work->error) < 0 ||
        replay(work, &side) < 0)
        return -1;
    return dn_portable_section_of(work->session, &work->file->text, &side, work->asked,
                                  ground->given, section, work->error);
}

/* --- all of them ------------------------------------------------------------------------------------------ */

static int
find_sections(dumping *work)
{
    const dunlin_check_options options = {
        .size = sizeof options, .shadow = work->asked, .shadow_url = work->given};
    dn_checking checking = {.session = work->session, .options = &options};
    dn_check_ground *grounds;
    size_t count;

    if (dn_checks_grounds(&checking, &grounds, &count, work->error) < 0)
        return -1;
    work->file->sections =
        dn_arena_array(&work->session->arena, count + 1, sizeof *work->file->sections);
    if (!work->file->sections)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < count; i++) {
        int answer;

        work->ground = &grounds[i];
        answer = dn_checks_ground_open(&checking, work->ground, work->error);
        if (answer == 0)
            answer = find_section(work, &work->file->sections[work->file->count++]);
        dn_checks_ground_close(work->ground);
        if (answer < 0)
            return -1;
    }
    return 0;
}

int
dn_portable_dump(dn_session *session, bool asked, const char *given, dn_portable_file *file,
                 dn_error *error)
{
    dumping work = {
        .session = session, .asked = asked, .given = given, .file = file, .error = error};
    dn_auto(dn_text) present = DN_TEXT_INIT;
    const char *path = session->project.definition;
    bool exists = dn_file_exists(path);
    dn_model *model;
    size_t most;

    if (dn_session_journal(session, error) < 0 || dn_journal_finish(&session->journal, error) < 0 ||
        dn_portable_check(session, error) < 0 ||
        (exists && dn_file_read(path, &present, error) < 0) ||
        dn_portable_history(session, SIZE_MAX, &model, &most, error) < 0 ||
        dn_portable_statements(model, &file->text, &file->statements, error) < 0)
        return -1;
    file->native = dn_model_native(model);
    if (find_sections(&work) < 0)
        return -1;
    return dn_portable_sections(file->sections, file->count, exists ? &present : NULL, &file->text,
                                error);
}
