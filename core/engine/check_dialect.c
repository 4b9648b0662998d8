/* SPDX-License-Identifier: MIT
 *
 * What the migrations make from empty, on one kind of database, and what definitions say of it.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/engine/check.h"
#include "core/engine/portable.h"
#include "core/execute/portability.h"

static dn_arena *
arena_of(const dn_check_replay *work)
{
    return &work->checking->session->arena;
}

/* --- portability ---------------------------------------------------------------------------------- */

static int
tell_obstacles(dn_check_replay *work, dn_check_item *check, const dn_portability *found)
{
    const dn_journal *journal = &work->checking->session->journal;

    for (size_t i = 0; i < found->count; i++) {
        const dn_obstacle *one = &found->obstacles[i];
        const char *path = one->migration->path;
        const char *place =
            dn_arena_printf(arena_of(work), "%s:%u:%u", path, one->line, one->column);
        const char *mend = one->wrong ? "correct the statement"
                                      : dn_portability_way_out(arena_of(work), journal->dialect,
                                                               path, work->ground->dialect);

        if (!place || !mend)
            return dn_no_memory(work->error);
        dn_checks_problem(work->checking, check, place, one->reason, mend);
        work->untranslated[one->migration - journal->migrations] = true;
    }
    return 0;
}

static int
tell_losses(dn_check_replay *work, dn_check_item *check, const dn_losses *losses)
{
    for (size_t i = 0; i < losses->count; i++) {
        const dn_loss *one = &losses->items[i];
        const char *what = one->count > 1
                               ? dn_arena_printf(arena_of(work), "lost, and in %zu more places: %s",
                                                 one->count - 1, one->what)
                               : dn_arena_printf(arena_of(work), "lost: %s", one->what);

        if (!what)
            return dn_no_memory(work->error);
        dn_checks_problem(work->checking, check, one->first, what,
                          dn_error_hint_of("translate.lossy"));
    }
    return 0;
}

static int
tell_portability(dn_check_replay *work, const dn_portability *found)
{
    const dn_session *session = work->checking->session;
    const bool strict = session->project.strict;
    dn_auto(dn_text) summary = DN_TEXT_INIT;
    dn_check_item check;

    dn_checks_begin(work->checking, &check, "portability", work->ground->dialect,
                    session->journal.folder);
    if (tell_obstacles(work, &check, found) < 0 ||
        (strict && tell_losses(work, &check, &found->losses) < 0))
        return -1;
    dn_portability_summarise(found, strict, &summary);
    if (summary.failed)
        return dn_no_memory(work->error);
    dn_checks_end(work->checking, &check,
                  dn_portability_holds(found, strict) ? DN_CHECK_AGREES : DN_CHECK_DISAGREES,
                  summary.data, NULL);
    return 0;
}

static int
check_portability(dn_check_replay *work)
{
    dn_session *session = work->checking->session;
    dn_portability found;

    work->untranslated =
        dn_arena_array(&session->arena, session->journal.count + 1, sizeof *work->untranslated);
    if (!work->untranslated)
        return dn_no_memory(work->error);
    if (!session->journal.dialect ||
        dn_driver_is_called(work->ground->driver, dn_string(session->journal.dialect)))
        return 0;
    if (dn_portability_check(work->ground->driver, &session->journal, &session->arena, &found,
                             work->error) < 0)
        return -1;
    return found.own ? 0 : tell_portability(work, &found);
}

/* --- the replay -------------------------------------------------------------------------------------- */

static int
begin_replay(dn_check_replay *work)
{
    dn_session *session = work->checking->session;
    const dn_journal *journal = &session->journal;
    const dn_migration **files = dn_arena_array(&session->arena, journal->count + 1, sizeof *files);
    dn_replay_options options = {
        .target = work->ground->reference,
        .url = work->ground->url,
        .shadow = work->ground->choice.kind,
        .given = work->ground->given,
        .translate = dn_session_translation(session, false),
        .log = session->log,
    };

    /* What may not be lost was told; here it is asked what the migrations make. */
    options.translate.strict = false;
    work->count = journal->count;
    work->effects = dn_arena_array(&session->arena, work->count + 1, sizeof *work->effects);
    if (!files || !work->effects)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < work->count; i++)
        files[i] = &journal->migrations[i];
    return dn_replay_begin(&options, files, work->count, &session->arena, &work->replay,
                           work->error);
}

static int
read_schema(dn_check_replay *work)
{
    const dn_session *session = work->checking->session;
    const dn_side side = {
        .name = "the migrations",
        .source = "replay",
        .driver = work->ground->driver,
        .connection = work->ground->reference,
        .borrowed = true,
        .profile = dn_connection_server(work->ground->reference)->profile,
        .sight = {.ignore = &session->project.ignore},
        .url = work->ground->url,
        .target = &work->ground->target,
    };

    work->side = side;
    if (dn_replay_state(work->replay, &work->side.sight, &work->side.snapshot, work->error) < 0)
        return -1;
    work->side.facts = work->side.snapshot.facts;
    return 0;
}

/* What is behind a migration that did not run whole may fail for nothing else. */
static const char *
mend_of_replay(dn_check_replay *work, const dn_migration *migration, const dn_migration *first)
{
    if (first == migration)
        return "mend the migration";
    return dn_arena_printf(arena_of(work), "mend '%s' first: this may follow from it", first->tag);
}

static int
end_replay(dn_check_replay *work, dn_check_item *check, bool fails, bool untranslated)
{
    const char *summary = "the migrations do not all run from empty";
    dn_check_outcome outcome = DN_CHECK_DISAGREES;

    if (!fails) {
        outcome = DN_CHECK_UNVERIFIED;
        summary = untranslated
                      ? "what cannot be translated was left out, and may be missing behind it"
                      : "a migration reaches outside its database, which is not replayed";
    }
    if (work->known) {
        outcome = DN_CHECK_AGREES;
        summary = dn_arena_printf(arena_of(work), "%zu migration%s run%s from empty", work->count,
                                  work->count == 1 ? "" : "s", work->count == 1 ? "s" : "");
    }
    if (!summary)
        return dn_no_memory(work->error);
    dn_checks_end(work->checking, check, outcome, summary, NULL);
    return 0;
}

static int
tell_replay(dn_check_replay *work)
{
    const dn_migration *first = NULL; /* that did not run whole */
    bool untranslated = false;        /* that one could not */
    bool fails = false;
    dn_check_item check;

    dn_checks_begin(work->checking, &check, "replay", work->ground->dialect, NULL);
    work->known = true;
    for (size_t i = 0; i < work->count; i++) {
        const dn_migration *migration = &work->checking->session->journal.migrations[i];
        const dn_migration_effects *effects = &work->effects[i];
        const char *mend = NULL;

        if (effects->known)
            continue;
        work->known = false;
        if (!first && work->untranslated && work->untranslated[i])
            untranslated = true;
        if (!first && !effects->unsent)
            first = migration;
        /* The check of portability told it. */
        if (work->untranslated && work->untranslated[i])
            continue;
        if (!effects->unsent && migration->has_file &&
            !(mend = mend_of_replay(work, migration, first)))
            return dn_no_memory(work->error);
        fails = fails || (!effects->unsent && !untranslated);
        dn_checks_problem(work->checking, &check, migration->tag, effects->why, mend);
    }
    return end_replay(work, &check, fails, untranslated);
}

/* --- the definition ----------------------------------------------------------------------------------- */

/* How it may be replayed once more, as it was here. */
static const char *
shadow_words(const dn_check_replay *work)
{
    const dn_check_ground *ground = work->ground;

    if (!ground->target.name)
        return ground->choice.kind == DN_SHADOW_GIVEN ? " --url URL --shadow-url URL"
                                                      : " --url URL";
    if (ground->choice.kind == DN_SHADOW_GIVEN)
        return " --shadow-url URL";
    return ground->choice.kind == DN_SHADOW_DATABASE && !ground->target.development ? " --shadow"
                                                                                    : "";
}

/* NULL: no memory. */
static const char *
how_to_mend(const dn_check_replay *work, const char *path, const dn_text *sql)
{
    dn_session *session = work->checking->session;
    const dn_target *target = &work->ground->target;
    const char *dump = dn_definition_command(
        session, target, path, dn_portable_is(session, path, sql), shadow_words(work));
    const char *generate = dn_session_command(session, target, "generate NAME");
    const char *mend = NULL;

    if (dump && generate)
        mend = dn_arena_printf(arena_of(work),
                               "%s to take what the migrations make, or %s to write the migration",
                               dump, generate);
    if (!mend)
        dn_no_memory(work->error);
    return mend;
}

static int
tell_broken(dn_check_replay *work, dn_check_item *check, const char *path, const char *mend)
{
    if (dn_error_ends_all(work->error))
        return -1;
    dn_checks_problem(work->checking, check, path, work->error->message, NULL);
    dn_error_clear(work->error);
    dn_checks_end(work->checking, check, DN_CHECK_DISAGREES,
                  "the schema definition cannot be loaded", mend);
    return 0;
}

static int
check_definition(dn_check_replay *work, const char *path)
{
    const dn_check_ground *ground = work->ground;
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    const char *mend;
    dn_side side;
    dn_check_item check;

    if (dn_file_read(path, &sql, work->error) < 0 || !(mend = how_to_mend(work, path, &sql)))
        return -1;
    dn_checks_begin(work->checking, &check, "definition", ground->dialect, path);
    if (dn_definition_side(work->checking->session, path, &work->side,
                           work->checking->options->shadow != 0, ground->given, &side,
                           work->error) < 0)
        return tell_broken(work, &check, path, mend);
    if (dn_checks_differences(work->checking, &check, work->side.facts, side.facts,
                              &dn_diff_comparison, "the definition", work->error) < 0)
        return -1;
    return dn_checks_conclude(
        work->checking, &check, "the schema definition is what the migrations make",
        "the schema definition is not what the migrations make", mend, work->error);
}

static int
unverified(dn_check_replay *work, const char *id, const char *object, const char *why)
{
    dn_check_item check;

    dn_checks_begin(work->checking, &check, id, work->ground->dialect, object);
    dn_checks_end(work->checking, &check, DN_CHECK_UNVERIFIED, why, NULL);
    return 0;
}

/* Without a database, what the statements for all of them say can be told. */
static int
compare_words(dn_check_replay *work, dn_check_item *check, const char *path, const dn_text *sql)
{
    dn_session *session = work->checking->session;
    dn_differences list = {.count = 0};
    dn_model *should;
    dn_model *is;
    size_t most;

    if (dn_portable_history(session, SIZE_MAX, &should, &most, work->error) < 0 ||
        dn_portable_read(session, path, sql, &is, work->error) < 0 ||
        dn_model_compare(should, is, arena_of(work), &list, work->error) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        dn_auto(dn_text) object = DN_TEXT_INIT;
        dn_auto(dn_text) message = DN_TEXT_INIT;

        if (dn_checks_describe(&list.items[i], &dn_diff_comparison, "the definition", &object,
                               &message, work->error) < 0)
            return -1;
        dn_checks_problem(work->checking, check, object.data, message.data ? message.data : "",
                          NULL);
    }
    return 0;
}

/* Where nothing can be replayed. A definition in the words of one database is not told of. */
static int
check_unseen(dn_check_replay *work, const char *path)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    const char *mend;
    dn_check_item check;

    if (unverified(work, "replay", NULL, work->ground->why) < 0 ||
        (!work->checking->definition && dn_checks_snapshot_alone(work) < 0))
        return -1;
    if (!path || !dn_file_exists(path))
        return 0;
    if (dn_file_read(path, &sql, work->error) < 0)
        return -1;
    if (!dn_portable_is(work->checking->session, path, &sql))
        return 0;
    mend = how_to_mend(work, path, &sql);
    if (!mend)
        return -1;
    dn_checks_begin(work->checking, &check, "definition", work->ground->dialect, path);
    if (compare_words(work, &check, path, &sql) < 0) {
        if (work->error->status == DUNLIN_NO_MEMORY)
            return -1;
        dn_checks_problem(work->checking, &check, path, work->error->message, NULL);
        dn_error_clear(work->error);
    }
    if (check.count)
        return dn_checks_conclude(work->checking, &check, "",
                                  "the schema definition is not what the migrations say", mend,
                                  work->error);
    dn_checks_end(
        work->checking, &check, DN_CHECK_UNVERIFIED,
        "its statements say what the migrations say; that they make it here was not tried", NULL);
    return 0;
}

/* --- all of it ------------------------------------------------------------------------------------------ */

static int
compare(dn_check_replay *work, const char *definition)
{
    bool has_definition = definition && dn_file_exists(definition);
    bool alone = work->checking->definition != NULL;

    if (begin_replay(work) < 0 || dn_replay_effects(work->replay, work->effects, work->error) < 0 ||
        tell_replay(work) < 0)
        return -1;
    if (!work->known && !alone && dn_checks_snapshot_alone(work) < 0)
        return -1;
    if (!work->known)
        return has_definition ? unverified(work, "definition", definition,
                                           "not all migrations could be replayed")
                              : 0;
    if (read_schema(work) < 0 || (!alone && dn_checks_snapshots(work) < 0))
        return -1;
    dn_replay_end(work->replay);
    if (!alone && dn_checks_drizzle(work->checking, work->ground, &work->side, work->error) < 0)
        return -1;
    return has_definition ? check_definition(work, definition) : 0;
}

int
dn_checks_dialect(dn_checking *checking, dn_check_ground *ground, dn_error *error)
{
    dn_check_replay work = {.checking = checking, .ground = ground, .error = error};
    const char *definition = checking->definition;
    int answer;

    if (dn_session_journal_of(checking->session, ground->driver, error) < 0 ||
        (!definition && check_portability(&work) < 0))
        return -1;
    if (!definition)
        definition = dn_definition_path(checking->session, ground->driver);
    if (!ground->reference)
        return check_unseen(&work, definition);
    answer = compare(&work, definition);
    dn_replay_end(work.replay);
    return answer;
}
