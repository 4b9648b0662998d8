/* SPDX-License-Identifier: MIT */
#include "core/engine/generate.h"

#include <string.h>

#include "core/engine/unseen.h"

enum { MOST_TOLD = 3 };

/* --- replaying -------------------------------------------------------------------------------------- */

static int
replay(dn_generation *work, const dn_migration *const *files, size_t count,
       dn_migration_effects **effects)
{
    dn_session *session = work->session;
    dn_arena *arena = &session->arena;
    dn_replay_options options = {
        .target = work->like.connection,
        .url = work->like.url,
        .shadow = work->choice.kind,
        .given = work->given,
        .translate = dn_session_translation(session, false),
        .log = session->log,
    };
    dn_replay *run = NULL;
    int answer;

    *effects = dn_arena_array(arena, count + 1, sizeof **effects);
    options.folder =
        dn_snapshot_folder(session->project.migrations, work->like.driver->table.dialect, arena);
    if (!*effects || !options.folder)
        return dn_no_memory(work->error);
    answer = dn_replay_begin(&options, files, count, arena, &run, work->error) < 0
                 ? -1
                 : dn_replay_effects(run, *effects, work->error);
    dn_replay_end(run);
    return answer;
}

/* --- the new migration ------------------------------------------------------------------------------ */

#define THE_NEW "the new migration"

int
dn_generate_differs(dn_generation *work, const dn_differences *differences, const char *wanted)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    for (size_t i = 0; i < differences->count && i < MOST_TOLD; i++) {
        const dn_difference *one = &differences->items[i];
        const dunlin_fact *key = dn_difference_key(one);

        dn_text_add_string(&text, i ? "; " : "");
        dn_fact_describe(&text, key->kind, key->path, key->path_count);
        dn_text_add_string(&text, !one->before  ? " is missing"
                                  : !one->after ? " is too much"
                                                : " is different");
    }
    if (differences->count > MOST_TOLD)
        dn_text_printf(&text, "; and %zu more", differences->count - MOST_TOLD);
    if (text.failed)
        return dn_no_memory(work->error);
    return dn_fail(work->error, DUNLIN_FAILED, "generate.unproved",
                   "the new migration does not lead to '%s', and is not written: %s", wanted,
                   text.data);
}

/* Behind the history and the texts up to this one. */
static int
compare_with(dn_generation *work, dn_fact_map *facts, const dn_side *wanted,
             dn_differences *differences)
{
    if (dn_ignore_apply(work->like.sight.ignore, facts, work->error) < 0)
        return -1;
    return dn_schema_compare(facts, wanted->facts, &dn_diff_comparison, &work->session->arena,
                             differences, work->error);
}

static int
prove_up(dn_generation *work, const dn_unseen *file, const dn_migration_effects *effects,
         dn_fact_map *facts)
{
    dn_differences differences;

    if (!effects->known)
        return dn_fail(work->error, DUNLIN_FAILED, "generate.unproved",
                       "the new migration does not run, and is not written: %s",
                       dn_unseen_name(file, effects->why, THE_NEW, &work->session->arena));
    if (dn_differences_apply(&effects->effects, facts, work->error) < 0)
        return -1;
    if (!work->after.facts)
        return 0;
    if (compare_with(work, facts, &work->after, &differences) < 0)
        return -1;
    if (!differences.count)
        return 0;
    if (work->portable && work->words[0].facts && !work->reached) {
        work->reached = facts;
        return 1;
    }
    return dn_generate_differs(work, &differences, work->after.name);
}

static int
prove_down(dn_generation *work, const dn_unseen *file, const dn_migration_effects *effects,
           dn_fact_map *facts)
{
    dn_differences differences;

    if (!effects->known) {
        work->no_down =
            dn_arena_printf(&work->session->arena, "it would not run: %s",
                            dn_unseen_name(file, effects->why, THE_NEW, &work->session->arena));
        return work->no_down ? 0 : dn_no_memory(work->error);
    }
    if (dn_differences_apply(&effects->effects, facts, work->error) < 0 ||
        compare_with(work, facts, &work->before, &differences) < 0)
        return -1;
    if (differences.count)
        work->no_down = "it would not lead back to the schema from before";
    return 0;
}

int
dn_generate_prove(dn_generation *work, const char *up, const char *down)
{
    dn_arena *arena = &work->session->arena;
    dn_unseen files[2] = {DN_UNSEEN_INIT, DN_UNSEEN_INIT};
    size_t count = work->count + (down ? 2 : 1);
    const dn_migration **list = dn_arena_array(arena, count, sizeof *list);
    dn_fact_map *facts = dn_fact_map_copy(work->before.facts, arena, work->error);
    dn_migration_effects *effects = NULL;
    int answer = -1;

    if (!list || !facts)
        return dn_no_memory(work->error);
    if (dn_unseen_open(&files[0], THE_NEW, up, strlen(up), work->error) == 0 &&
        (!down ||
         dn_unseen_open(&files[1], "its way back", down, strlen(down), work->error) == 0)) {
        for (size_t i = 0; i < count; i++)
            list[i] = i < work->count ? work->files[i]
                                      : (const dn_migration *)&files[i - work->count].migration;
        answer = replay(work, list, count, &effects);
    }
    if (answer == 0)
        answer = prove_up(work, &files[0], &effects[work->count], facts);
    if (answer == 0 && down)
        answer = prove_down(work, &files[1], &effects[work->count + 1], facts);
    dn_unseen_cleanup(&files[0]);
    dn_unseen_cleanup(&files[1]);
    return answer;
}

/* --- in a copy of the target ------------------------------------------------------------------------ */

/* In the words of this database, whichever those of the folder are. */
static int
write_dump(dn_generation *work, const dn_side *live, dn_text *text)
{
    size_t statements;

    dn_text_printf(text, "-- dunlin: only %s\n", work->like.driver->table.name);
    if (dn_definition_text(work->session, live, text, &statements, work->error) < 0)
        return -1;
    dn_text_add_string(text, "-- dunlin: end\n");
    return text->failed ? dn_no_memory(work->error) : 0;
}

/* One that cannot be made, since something that is ignored is used, proves nothing. */
static int
judge_copy(dn_generation *work, const dn_unseen *files, const dn_migration_effects *effects,
           const dn_side *wanted)
{
    dn_arena *arena = &work->session->arena;
    dn_differences differences;
    dn_fact_map *facts;
    dn_side empty;

    if (!effects[0].known) {
        dn_log_info(&work->session->log, "no copy of the target's schema could be made: %s",
                    dn_unseen_name(&files[0], effects[0].why, "its dump", arena));
        return 0;
    }
    if (!effects[1].known)
        return dn_fail(work->error, DUNLIN_FAILED, "generate.unproved",
                       "the new migration does not run, and is not written: %s",
                       dn_unseen_name(&files[1], effects[1].why, THE_NEW, arena));
    if (dn_side_empty(work->session, &work->like, &empty, work->error) < 0)
        return -1;
    facts = (dn_fact_map *)empty.facts;
    if (dn_differences_apply(&effects[0].effects, facts, work->error) < 0 ||
        dn_differences_apply(&effects[1].effects, facts, work->error) < 0 ||
        compare_with(work, facts, wanted, &differences) < 0)
        return -1;
    return differences.count ? dn_generate_differs(work, &differences, wanted->name) : 0;
}

int
dn_generate_prove_on_copy(dn_generation *work, const dn_side *live, const char *text,
                          const dn_side *wanted)
{
    dn_unseen files[2] = {DN_UNSEEN_INIT, DN_UNSEEN_INIT};
    const dn_migration *list[] = {&files[0].migration, &files[1].migration};
    dn_auto(dn_text) dump = DN_TEXT_INIT;
    dn_migration_effects *effects = NULL;
    int answer = write_dump(work, live, &dump);

    if (answer == 0)
        answer =
            dn_unseen_open(&files[0], "the target's schema", dump.data, dump.length, work->error);
    if (answer == 0)
        answer = dn_unseen_open(&files[1], THE_NEW, text, strlen(text), work->error);
    if (answer == 0)
        answer = replay(work, list, 2, &effects);
    if (answer == 0)
        answer = judge_copy(work, files, effects, wanted);
    dn_unseen_cleanup(&files[0]);
    dn_unseen_cleanup(&files[1]);
    return answer;
}
