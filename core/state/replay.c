/* SPDX-License-Identifier: MIT
 *
 * Replaying a history: file after file, reading the facts behind each.
 */
#include "core/state/replay.h"

#include <string.h>

#include "core/state/replay_internal.h"

struct dn_replay {
    dn_replay_options options;
    dn_log quiet; /* of what is sent */
    const dn_migration *const *files;
    size_t count;
    dn_arena *arena;
    dn_digest *chain; /* up to each file, that one included */
    dn_effects_ahead *ahead;
    dn_connection *shadow;
    dn_translator *translator;
    dn_follow follow;
    bool following;
    bool thorough; /* texts of statements told too little once */
    size_t done;   /* files that the shadow went through */
    size_t runs;
    size_t kept; /* files written */
};

/* One file on its way through the shadow. */
typedef struct passage {
    dn_replay *replay;
    dn_migration_effects *effects;
    bool reads; /* facts are of interest */
    bool steps; /* those behind each statement, too */
    size_t capacity;
    unsigned counted;
} passage;

/* --- the shadow --------------------------------------------------------------------------------- */
static bool
same_settings(const dunlin_profile *left, const dunlin_profile *right, bool namespaces,
              const char **name)
{
    for (uint64_t i = 0; i + 1 < left->setting_count; i += 2) {
        *name = left->settings[i].data;
        if (!namespaces && strcmp(*name, "namespace") == 0)
            continue;
        if (i + 1 >= right->setting_count ||
            !dn_string_equal(right->settings[i], left->settings[i].data) ||
            !dn_string_equal(right->settings[i + 1], left->settings[i + 1].data))
            return false;
    }
    return true;
}

/* What another kind of server prints says nothing about the target. */
static int
check_alike(const dn_replay *replay, dn_error *error)
{
    const dunlin_profile *target = dn_connection_server(replay->options.target)->profile;
    const dunlin_profile *shadow = dn_connection_server(replay->shadow)->profile;
    uint64_t flags = dn_connection_capabilities(replay->options.target)->flags;
    const char *name = NULL;

    if (!dn_string_equal(shadow->flavour, target->flavour.data) || shadow->major != target->major)
        return dn_fail(error, DUNLIN_USAGE, "replay.unlike",
                       "the database for the replay is on %s %s, and the target on %s %s",
                       shadow->flavour.data, shadow->version.data, target->flavour.data,
                       target->version.data);
    if (!same_settings(target, shadow, (flags & DUNLIN_CAN_NAMESPACES) != 0, &name))
        return dn_fail(error, DUNLIN_USAGE, "replay.unlike",
                       "the database for the replay has another '%s' than the target", name);
    return 0;
}

static int
open_shadow(dn_replay *replay, dn_error *error)
{
    const dn_replay_options *options = &replay->options;
    const dn_driver *driver = dn_connection_driver(options->target);
    const char *given = options->shadow == DN_SHADOW_GIVEN ? options->given : NULL;

    if (dn_shadow_open(driver, options->url, given, &replay->quiet, &replay->shadow, error) < 0)
        return -1;
    dn_connection_see_grants(replay->shadow, dn_connection_sees_grants(options->target));
    if (check_alike(replay, error) < 0)
        return -1;
    dn_log_debug(&options->log, "replaying migrations in '%.*s'",
                 (int)dn_connection_server(replay->shadow)->name.length,
                 dn_connection_server(replay->shadow)->name.data);
    return 0;
}

/* An empty shadow, and its facts as they are in the beginning. */
static int
start(dn_replay *replay, dn_error *error)
{
    dn_differences nothing;

    if (replay->following)
        dn_follow_end(&replay->follow);
    replay->following = false;
    dn_translator_free(replay->translator);
    replay->translator = NULL;
    if (!replay->shadow ? open_shadow(replay, error) < 0
                        : dn_shadow_reset(replay->shadow, error) < 0)
        return -1;
    replay->done = 0;
    if (dn_connection_capabilities(replay->shadow)->flags & DUNLIN_CAN_TRANSLATE) {
        replay->translator =
            dn_translator_new(replay->shadow, &replay->options.translate, &replay->quiet);
        if (!replay->translator)
            return dn_no_memory(error);
    }
    if (dn_follow_begin(&replay->follow, replay->shadow, replay->thorough, replay->arena, error) <
        0)
        return -1;
    replay->following = true;
    return dn_follow_read_all(&replay->follow, &nothing, error);
}

/* --- one file ------------------------------------------------------------------------------------- */
static int
sent(void *context, dunlin_string sql, dn_error *error)
{
    passage *work = context;

    return work->reads ? dn_follow_sent(&work->replay->follow, sql, error) : 0;
}

static bool
is_of_rows(const dn_script_item *item)
{
    return (item->flags & (DUNLIN_CLASS_DATA | DUNLIN_CLASS_QUERY)) &&
           !(item->flags & (DUNLIN_CLASS_DDL | DUNLIN_CLASS_REACHES_OUTSIDE));
}

static int
add_step(passage *work, const dn_script_item *item, dn_error *error)
{
    dn_migration_effects *effects = work->effects;
    dn_arena *arena = work->replay->arena;
    dn_statement_effects *steps = dn_arena_grow(arena, (void *)effects->steps, &work->capacity,
                                                effects->step_count + 1, sizeof *steps);
    dn_statement_effects *step;

    if (!steps)
        return dn_no_memory(error);
    effects->steps = steps;
    step = &steps[effects->step_count++];
    *step = (dn_statement_effects){
        .ordinal = item->ordinal,
        .sql = dn_arena_copy(arena, item->sql.data, (size_t)item->sql.length),
        .chained = item->chained,
        .data = is_of_rows(item) && (item->flags & DUNLIN_CLASS_DATA),
    };
    if (!step->sql)
        return dn_no_memory(error);
    return dn_follow_read(&work->replay->follow, &step->effects, error);
}

static int
done(void *context, const dn_script_item *item, const char *refused, dn_error *error)
{
    passage *work = context;

    /* Which rows there are does not matter to a schema. */
    if (refused && !is_of_rows(item) && work->effects->known) {
        work->effects->known = false;
        work->effects->unsent = (item->flags & DUNLIN_CLASS_REACHES_OUTSIDE) != 0;
        work->effects->why = refused;
    }
    return work->steps ? add_step(work, item, error) : 0;
}

/* The statements that were read were taken back. */
static int
again(void *context, dn_error *error)
{
    passage *work = context;
    dn_differences taken_back;

    work->effects->known = true;
    work->effects->why = NULL;
    work->effects->step_count = 0;
    return work->steps ? dn_follow_read_all(&work->replay->follow, &taken_back, error) : 0;
}

/* Types that have no name on the target are known from the migrations that made them. */
static int
remember_types(dn_replay *replay, dn_job *job, dn_error *error)
{
    dn_auto(dn_script) *script = NULL;

    if (!replay->translator || !dn_translator_needs_history(replay->translator))
        return 0;
    if (dn_script_open(replay->shadow, replay->translator, job->migration, &job->info.kept, false,
                       &script, error) < 0)
        return -1;
    for (;;) {
        dn_script_item item;
        dn_source source;

        if (dn_script_next(script, &item, error) < 0)
            return -1;
        if (item.kind == DN_SCRIPT_END)
            return 0;
        if (item.kind == DN_SCRIPT_DATA)
            continue;
        source = dn_script_source(job->migration, &item);
        if (dn_translator_remember(replay->translator, &source, error) < 0)
            return -1;
    }
}

static bool
ends_replay(const dn_error *error)
{
    return error->status == DUNLIN_LOST || error->status == DUNLIN_CANCELLED ||
           error->status == DUNLIN_NO_MEMORY || error->status == DUNLIN_INTERNAL ||
           error->status == DUNLIN_DISK_FULL;
}

static int
not_known(passage *work, dn_error *error)
{
    if (ends_replay(error))
        return -1;
    work->effects->known = false;
    work->effects->why = dn_arena_text(work->replay->arena, error->message);
    dn_error_clear(error);
    return work->effects->why ? 0 : dn_no_memory(error);
}

static int
run_file(passage *work, const dn_migration *file, dn_error *error)
{
    dn_replay *replay = work->replay;
    dn_rerun rerun = {
        .connection = replay->shadow,
        .translator = replay->translator,
        .log = replay->quiet,
        .arena = replay->arena,
        .sent = sent,
        .done = done,
        .again = again,
        .context = work,
    };
    dn_job job;

    if (dn_rerun_inspect(&rerun, file, &job, error) < 0)
        return not_known(work, error);
    work->effects->statements = job.info.statements;
    work->effects->data = job.info.data;
    if (!work->steps && dn_rerun_is_whole(&rerun, &job)) {
        if (dn_rerun_whole(&rerun, &job, error) == 0)
            return remember_types(replay, &job, error);
        if (ends_replay(error))
            return -1;
        dn_error_clear(error);
        if (replay->translator)
            dn_translator_forget(replay->translator);
    }
    if (dn_rerun_each(&rerun, &job, error) < 0)
        return not_known(work, error);
    return remember_types(replay, &job, error);
}

static int
pass(passage *work, dn_error *error)
{
    dn_replay *replay = work->replay;
    const dn_migration *file = replay->files[replay->done];

    *work->effects = (dn_migration_effects){.known = true};
    if (!file || !file->has_file) {
        work->effects->known = false;
        work->effects->why = "its file is missing";
    } else {
        if (run_file(work, file, error) < 0)
            return dn_while(error, "replaying '%s'", file->tag);
        replay->runs++;
    }
    replay->done++;
    return 0;
}

/* --- the history -------------------------------------------------------------------------------- */
/* Runs files up to `to` without looking. */
static int
pass_quietly(dn_replay *replay, size_t to, dn_error *error)
{
    dn_migration_effects ignored;
    passage work = {.replay = replay, .effects = &ignored};

    while (replay->done < to)
        if (pass(&work, error) < 0)
            return -1;
    return 0;
}

/* Whether what files told leads to the schema that is there, having run the same migrations. */
static int
check_told(dn_replay *replay, const dn_migration_effects *effects, size_t told, bool *right,
           dn_error *error)
{
    static const dn_compare_options as_they_are = {.spelling = true};
    dn_fact_map *folded = replay->follow.facts;
    dn_differences differences;

    for (size_t i = 0; i < told; i++)
        if (dn_differences_apply(&effects[i].effects, folded, error) < 0)
            return -1;
    replay->follow.facts = dn_fact_map_new(replay->arena, replay->follow.naming);
    if (!replay->follow.facts)
        return dn_no_memory(error);
    if (pass_quietly(replay, told, error) < 0 ||
        dn_follow_read_all(&replay->follow, &differences, error) < 0 ||
        dn_schema_compare(folded, replay->follow.facts, &as_they_are, replay->arena, &differences,
                          error) < 0)
        return -1;
    *right = differences.count == 0;
    return 0;
}

/* Whether the file has a statement that may change anything. What cannot be read has none. */
static int
look_for_wide(dn_replay *replay, const dn_migration *file, bool *wide, dn_error *error)
{
    dn_auto(dn_script) *script = NULL;
    dn_script_item item;

    *wide = false;
    if (!file || !file->has_file)
        return 0;
    if (dn_script_open(replay->shadow, replay->translator, file, NULL, false, &script, error) < 0) {
        dn_error_clear(error);
        return 0;
    }
    while (!*wide) {
        if (dn_script_next(script, &item, error) < 0) {
            dn_error_clear(error);
            return 0;
        }
        if (item.kind == DN_SCRIPT_END)
            return 0;
        if (item.kind == DN_SCRIPT_STATEMENT &&
            dn_follow_is_wide(&replay->follow, item.sql, wide, error) < 0)
            return -1;
    }
    return 0;
}

/* 1: something was overlooked. */
static int
verify_before(dn_replay *replay, const dn_migration *file, dn_error *error)
{
    bool right = true;
    bool wide = false;

    if (replay->follow.guessed && look_for_wide(replay, file, &wide, error) < 0)
        return -1;
    if (wide && dn_follow_verify(&replay->follow, &right, error) < 0)
        return -1;
    return right ? 0 : 1;
}

/* 1: what was read by halves was not right: once more, and thoroughly. */
static int
run_rest(dn_replay *replay, dn_migration_effects *effects, dn_error *error)
{
    bool right;

    while (replay->done < replay->count) {
        size_t at = replay->done;
        passage work = {.replay = replay, .effects = &effects[at], .reads = true};
        int answer = verify_before(replay, replay->files[at], error);

        if (answer)
            return answer;
        if (pass(&work, error) < 0)
            return -1;
        /* Only what it was translated to does not tell. */
        if (replay->follow.guessed && replay->follow.unknown)
            return 1;
        if (dn_follow_read(&replay->follow, &effects[at].effects, error) < 0)
            return -1;
        dn_log_progress(&replay->options.log, "migrations", (int64_t)at + 1,
                        (int64_t)replay->count);
    }
    if (dn_follow_verify(&replay->follow, &right, error) < 0)
        return -1;
    return right ? 0 : 1;
}

static int
run_all(dn_replay *replay, dn_migration_effects *effects, size_t told, dn_error *error)
{
    int answer;
    bool right = false;

    if (start(replay, error) < 0)
        return -1;
    if (told) {
        if (check_told(replay, effects, told, &right, error) < 0)
            return -1;
        if (!right) {
            dn_log_warning(&replay->options.log,
                           "what the files in '%s' tell is not what the "
                           "migrations do: they are replayed",
                           replay->options.folder);
            if (start(replay, error) < 0)
                return -1;
        }
    }
    answer = run_rest(replay, effects, error);
    if (answer <= 0)
        return answer;
    dn_log_info(&replay->options.log,
                "a statement changed more than its text tells: replaying once more");
    replay->thorough = true;
    if (start(replay, error) < 0)
        return -1;
    return run_rest(replay, effects, error);
}

/* --- files ------------------------------------------------------------------------------------------ */
static size_t
read_told(dn_replay *replay, dn_migration_effects *effects, dn_error *error)
{
    dn_effects_room room = {.text = DN_TEXT_INIT, .arena = DN_ARENA_INIT};
    size_t told = dn_effects_ahead_end(replay->ahead, effects);

    for (; replay->options.folder && !replay->options.anew && told < replay->count; told++) {
        const dn_migration *file = replay->files[told];
        dn_effects_file kept = {.chain = replay->chain[told]};

        if (!file || !file->has_file)
            break;
        kept.tag = file->tag;
        if (dn_effects_read(replay->options.folder, &kept, &room, replay->arena,
                            &replay->options.log, error) != 0)
            break;
        effects[told] = kept.effects;
    }
    dn_effects_room_free(&room);
    return told;
}

/* Why a statement failed may lie in this server: what builds on it is not kept. */
static void
write_told(dn_replay *replay, const dn_migration_effects *effects, size_t told)
{
    if (!replay->options.folder || !replay->options.keep)
        return;
    for (size_t i = 0; i < replay->count && effects[i].known; i++) {
        const dn_effects_file kept = {replay->files[i]->tag, replay->chain[i], effects[i]};

        if (i >= told)
            replay->kept += dn_effects_write(replay->options.folder, &kept, &replay->options.log);
    }
}

/* --- the interface ------------------------------------------------------------------------------------ */
int
dn_replay_begin(const dn_replay_options *options, const dn_migration *const *files, size_t count,
                dn_arena *arena, dn_replay **result, dn_error *error)
{
    dn_replay *replay = dn_arena_alloc(arena, sizeof *replay);
    dn_digest digest;

    *result = NULL;
    if (!replay)
        return dn_no_memory(error);
    *replay = (dn_replay){.options = *options,
                          .quiet = options->log,
                          .files = files,
                          .count = count,
                          .arena = arena,
                          .thorough = options->thorough};
    if (replay->quiet.level > DUNLIN_LOG_LINE_DEBUG)
        replay->quiet.level = DUNLIN_LOG_LINE_WARNING + 1;
    replay->chain = dn_arena_array(arena, count + 1, sizeof *replay->chain);
    if (!replay->chain)
        return dn_no_memory(error);
    if (dn_chain_begin(options, &digest, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        dn_chain_add(&digest, files[i]);
        replay->chain[i] = digest;
    }
    *result = replay;
    return 0;
}

void
dn_replay_read_ahead(dn_replay *replay, dn_arena *beside)
{
    if (replay->options.folder)
        replay->ahead = dn_effects_ahead_begin(replay->options.folder, replay->files, replay->count,
                                               replay->chain, beside);
}

int
dn_replay_effects(dn_replay *replay, dn_migration_effects *effects, dn_error *error)
{
    size_t told = read_told(replay, effects, error);

    if (told == replay->count)
        return 0;
    if (replay->options.shadow == DN_SHADOW_NONE) {
        for (size_t i = told; i < replay->count; i++)
            effects[i] = (dn_migration_effects){.why = "it was not replayed"};
        return 0;
    }
    if (run_all(replay, effects, told, error) < 0)
        return -1;
    write_told(replay, effects, told);
    return 0;
}

int
dn_replay_steps(dn_replay *replay, size_t at, dn_migration_effects *effects, dn_error *error)
{
    dn_differences whole = effects->effects;
    dn_probe probe = effects->probe;
    dn_differences nothing;
    passage work = {.replay = replay, .effects = effects, .reads = true, .steps = true};

    if (replay->options.shadow == DN_SHADOW_NONE)
        return dn_fail(error, DUNLIN_USAGE, "replay.no-shadow",
                       "the statements of '%s' can be told apart only by replaying it",
                       replay->files[at] ? replay->files[at]->tag : "a missing file");
    if (start(replay, error) < 0 || pass_quietly(replay, at, error) < 0 ||
        dn_follow_read_all(&replay->follow, &nothing, error) < 0 || pass(&work, error) < 0)
        return -1;
    effects->effects = whole;
    effects->probe = probe;
    return 0;
}

int
dn_replay_state(dn_replay *replay, const dn_sight *sight, dn_snapshot *snapshot, dn_error *error)
{
    if (replay->options.shadow == DN_SHADOW_NONE)
        return dn_fail(error, DUNLIN_USAGE, "replay.no-shadow",
                       "the schema behind a history can be read only by replaying it");
    if (!replay->following && start(replay, error) < 0)
        return -1;
    if (pass_quietly(replay, replay->count, error) < 0)
        return -1;
    return dn_observe_snapshot(replay->shadow, sight, replay->arena, snapshot, error);
}

int
dn_replay_judge_kept(dn_replay *replay, const char *folder, size_t at,
                     const dn_migration_effects *effects, dn_kept *kept, const char **why,
                     dn_error *error)
{
    const dn_migration *file = replay->files[at];
    const dn_effects_file made = {file ? file->tag : NULL, replay->chain[at], *effects};

    *kept = DN_KEPT_NONE;
    if (!file)
        return 0;
    return dn_effects_compare(folder, &made, replay->arena, kept, why, error);
}

size_t
dn_replay_runs(const dn_replay *replay)
{
    return replay->runs;
}

size_t
dn_replay_kept(const dn_replay *replay)
{
    return replay->kept;
}

void
dn_replay_end(dn_replay *replay)
{
    dn_error error;

    if (!replay)
        return;
    dn_effects_ahead_end(replay->ahead, NULL);
    if (replay->following)
        dn_follow_end(&replay->follow);
    dn_translator_free(replay->translator);
    if (dn_shadow_end(replay->shadow, &error) < 0)
        dn_log_warning(&replay->options.log, "the throw-away database was not dropped: %s",
                       error.message);
    replay->following = false;
    replay->translator = NULL;
    replay->shadow = NULL;
}

dn_shadow_choice
dn_shadow_choose(dn_connection *target, const dn_target *settings, bool asked, const char *given)
{
    uint64_t flags = dn_connection_capabilities(target)->flags;

    if (given)
        return (dn_shadow_choice){DN_SHADOW_GIVEN, "--shadow-url names a database for it"};
    if (flags & DUNLIN_CAN_SHADOW_MEMORY)
        return (dn_shadow_choice){DN_SHADOW_MEMORY, "it takes place in memory"};
    if (!(flags & DUNLIN_CAN_SHADOW_DATABASE))
        return (dn_shadow_choice){DN_SHADOW_NONE, "its driver makes no throw-away databases"};
    if (dn_connection_server(target)->pooled)
        return (dn_shadow_choice){DN_SHADOW_NONE,
                                  "the target is behind a transaction pooler: use a direct URL, or "
                                  "name an empty database with --shadow-url"};
    if (asked)
        return (dn_shadow_choice){DN_SHADOW_DATABASE, "--shadow asks for it"};
    if (settings->development)
        return (dn_shadow_choice){DN_SHADOW_DATABASE,
                                  "dunlin.json says that the target is for development"};
    return (dn_shadow_choice){
        DN_SHADOW_NONE, "a throw-away database on the target's server needs --shadow, or \"kind\": "
                        "\"development\" in dunlin.json; or name an empty one with --shadow-url"};
}
