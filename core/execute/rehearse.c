/* SPDX-License-Identifier: MIT
 *
 * A run without a database to change: every pending statement is translated on a copy of the facts.
 * What cannot be translated, and what stands in the way, is found before anything is sent.
 */
#include "core/execute/join.h"
#include "core/execute/preview.h"
#include "core/execute/translate_internal.h"

#include <string.h>

typedef struct rehearsal {
    dn_connection *connection;
    dn_translator *translator;
    dn_arena *arena;
    const char **unfinished; /* what an earlier run left half done */
    size_t unfinished_count;
    dn_previews *previews; /* or NULL */
    dn_error *error;
} rehearsal;

static int
keep(const rehearsal *work, const char ***list, size_t *count, dunlin_string text)
{
    const char **grown = dn_arena_array(work->arena, *count + 1, sizeof *grown);
    const char *copy = dn_arena_copy(work->arena, text.data, (size_t)text.length);

    if (!grown || !copy)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < *count; i++) {
        grown[i] = (*list)[i];
        if (dn_string_equal(text, grown[i]))
            return 0;
    }
    grown[(*count)++] = copy;
    *list = grown;
    return 0;
}

/* What belongs around the transaction of the migration. */
static int
keep_outer_steps(const rehearsal *work, dn_job *job, const dn_translated *translated)
{
    dn_script_info *info = &job->info;

    for (size_t i = 0; i < translated->count; i++) {
        const dn_step *step = &translated->steps[i];
        int answer = 0;

        if (step->role == DUNLIN_STEP_BEFORE_BEGIN)
            answer = keep(work, &info->before_begin, &info->before_begin_count, step->sql);
        else if (step->role == DUNLIN_STEP_FINALLY)
            answer = keep(work, &info->finally, &info->finally_count, step->sql);
        if (answer < 0)
            return -1;
    }
    return 0;
}

/* A migration that an earlier run left half done is not as its file has it; the ledger knows. */
static bool
is_unfinished(const rehearsal *work, const dn_job *job)
{
    for (size_t i = 0; !job->info.transactional && i < work->unfinished_count; i++)
        if (strcmp(work->unfinished[i], job->migration->tag) == 0)
            return true;
    return false;
}

static bool
is_of_the_facts(const dn_error *error)
{
    return strcmp(error->id, "translate.conflict") == 0 ||
           strcmp(error->id, "translate.missing") == 0 ||
           strcmp(error->id, "translate.untranslatable") == 0;
}

/* Is nothing sent for this item? Of the outer BEGIN and COMMIT nothing is, whatever comes of it. */
static bool
is_idle(const dn_job *job, const dn_script_item *item, const dn_translated *translated)
{
    switch (item->kind) {
    case DN_SCRIPT_END: return true;
    case DN_SCRIPT_CONTROL: return job->info.transactional;
    case DN_SCRIPT_STATEMENT: return translated->kind == DN_TRANSLATED_SKIP;
    default: return false;
    }
}

/* One statement; what cannot be told yet of one that an earlier run began is passed over. */
static int
rehearse_statement(const rehearsal *work, dn_job *job, const dn_script_item *item, bool again,
                   dn_translated *translated)
{
    const dn_source source = dn_script_source(job->migration, item);

    if (dn_translate(work->translator, &source, again, translated, work->error) == 0)
        return keep_outer_steps(work, job, translated);
    if (!again || !is_of_the_facts(work->error))
        return dn_translator_point_out(work->translator, &source, work->error);
    dn_error_clear(work->error);
    dn_translator_forget(work->translator);
    *translated = (dn_translated){.kind = DN_TRANSLATED_LOOK};
    return 0;
}

static int
rehearse_job(const rehearsal *work, dn_job *job, dn_previewer *previewer)
{
    dn_auto(dn_script) *script = NULL;
    bool translates = work->translator && dn_translator_matters(work->translator);
    bool again = is_unfinished(work, job);
    dn_script_item item;

    if (dn_script_open(work->connection, work->translator, job->migration, &job->info.kept, false,
                       &script, work->error) < 0 ||
        (job->info.transactional && dn_translator_join(work->translator, script, work->error) < 0))
        return -1;
    job->idle = translates && !again;
    do {
        dn_translated translated = {.kind = DN_TRANSLATED_AS_IT_IS};

        if (dn_script_next(script, &item, work->error) < 0)
            return -1;
        if (translates && item.kind == DN_SCRIPT_STATEMENT &&
            rehearse_statement(work, job, &item, again, &translated) < 0)
            return -1;
        job->idle = job->idle && is_idle(job, &item, &translated);
        if (previewer && dn_previewer_hear(previewer, script, &item, &translated, work->error) < 0)
            return -1;
    } while (item.kind != DN_SCRIPT_END);
    return 0;
}

/* All that the pending statements name, where the first guard stood behind some of them. */
static int
expect_job(const rehearsal *work, const dn_job *job)
{
    dn_auto(dn_script) *script = NULL;

    if (dn_script_open(work->connection, work->translator, job->migration, &job->info.kept, false,
                       &script, work->error) < 0)
        return -1;
    for (;;) {
        dn_script_item item;
        dn_source source;

        if (dn_script_next(script, &item, work->error) < 0)
            return -1;
        if (item.kind == DN_SCRIPT_END)
            return 0;
        source = dn_script_source(job->migration, &item);
        if (item.kind == DN_SCRIPT_STATEMENT &&
            dn_translator_expect(work->translator, &source, work->error) < 0)
            return -1;
    }
}

static int
rehearse_all(const rehearsal *work, dn_job *jobs, size_t count)
{
    bool idle = true;

    for (size_t i = 0; i < count; i++) {
        dn_previewer *previewer = NULL;

        if (work->previews) {
            previewer = dn_previewer_new(work->connection, &jobs[i], is_unfinished(work, &jobs[i]),
                                         work->arena, &work->previews->jobs[i], work->error);
            if (!previewer)
                return -1;
        }
        if (rehearse_job(work, &jobs[i], previewer) < 0)
            return -1;
        /* What comes behind a change is looked at again when its turn comes. */
        jobs[i].idle = idle = idle && jobs[i].idle;
    }
    if (!work->previews)
        return 0;
    return dn_previews_finish(work->previews, jobs, count, work->arena, work->error);
}

static int
expect_again(const rehearsal *work, const dn_job *jobs, size_t count)
{
    for (size_t i = 0; i < count && dn_translator_expects_again(work->translator); i++)
        if (expect_job(work, &jobs[i]) < 0)
            return -1;
    return 0;
}

/* What the pending statements name is known, and read. */
static int
prepare(const rehearsal *work, const dn_job *jobs, size_t count)
{
    int answer;

    if (expect_again(work, jobs, count) < 0)
        return -1;
    if (work->previews)
        dn_translator_foresee(work->translator);
    answer = dn_translator_look(work->translator, work->error);
    if (answer == 1 && expect_again(work, jobs, count) == 0)
        answer = dn_translator_look(work->translator, work->error);
    if (answer != 0)
        return -1;
    return dn_translator_rehearse(work->translator, work->error);
}

int
dn_rehearse(dn_connection *connection, dn_translator *translator, dn_job *jobs, size_t count,
            dn_previews *previews, dn_arena *arena, dn_error *error)
{
    bool translates = translator && dn_translator_matters(translator);
    rehearsal work = {.connection = connection,
                      .translator = translator,
                      .arena = arena,
                      .previews = previews,
                      .error = error};
    dn_error ignored;

    if (!translates && !previews)
        return 0;
    if (dn_tracker_unfinished(connection, arena, &work.unfinished, &work.unfinished_count,
                              &ignored) < 0)
        work.unfinished_count = 0; /* there is no tracker yet */
    if (translates && prepare(&work, jobs, count) < 0)
        return -1;
    if (rehearse_all(&work, jobs, count) < 0)
        return -1;
    return translates ? dn_translator_perform(translator, error) : 0;
}
