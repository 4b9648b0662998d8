/* SPDX-License-Identifier: MIT
 *
 * The statements of the pending migrations, one after the other, for before_judge.c.
 */
#include <string.h>
#include <strings.h>

#include "core/ddl/ddl.h"
#include "core/execute/before_internal.h"

enum { MOST_STATEMENTS = 4096, MOST_BYTES = 4 * 1024 * 1024 };

typedef struct reading {
    dn_before_work work;
    dn_ddl_options folder; /* how text of the folder is parsed */
    dn_ddl_options own;    /* and text for this database alone */
    const char **unfinished;
    size_t unfinished_count;
    size_t statements;
    size_t bytes;
    bool ended; /* enough is judged */
    dn_stop *stop;
    dn_arena *told; /* of what the stop says */
    dn_text why;
} reading;

/* --- one statement ------------------------------------------------------------------------------------ */

static bool
begins_with(dunlin_string text, const char *words)
{
    size_t length = 0;

    while (length < text.length && ((text.data[length] | 0x20) >= 'a') &&
           ((text.data[length] | 0x20) <= 'z'))
        length++;
    for (const char *at = words; *at;) {
        size_t word = strcspn(at, " ");

        if (word == length && strncasecmp(at, text.data, word) == 0)
            return true;
        at += word + (at[word] == ' ');
    }
    return false;
}

/* Rows are no affair of the schema. A query of its own is: it may call what changes everything. */
static bool
is_harmless(const dn_script_item *item)
{
    return item->kind != DN_SCRIPT_STATEMENT ||
           (!(item->flags & DUNLIN_CLASS_DDL) &&
            begins_with(item->sql, "INSERT UPDATE DELETE REPLACE TRUNCATE COPY LOAD ANALYZE")) ||
           begins_with(item->sql, "GRANT REVOKE");
}

/* MySQL runs what stands in such a comment, or does not, by its version. */
static bool
depends_on_version(dunlin_string text)
{
    for (uint64_t i = 0; i + 2 < text.length; i++)
        if (text.data[i] == '/' && text.data[i + 1] == '*' &&
            (text.data[i + 2] == '!' || text.data[i + 2] == 'M'))
            return true;
    return false;
}

/* A statement that nobody here understands: it may also change where names are looked for. */
static int
forget_all(dn_before_work *work)
{
    work->homeless = (work->target.naming & DN_FACT_NAMESPACES) != 0;
    return dn_before_forget(work);
}

/* Names that cannot be completed say nothing of what they name. */
static int
blur_all(dn_before_work *work, const dn_ddl_statement *parsed)
{
    for (size_t i = 0; i < parsed->count; i++)
        if (parsed->operations[i]->path_count > 1 &&
            dn_before_blur(work, parsed->operations[i]->path + 1, 1) < 0)
            return -1;
    return 0;
}

static int
judge_parsed(reading *all, const dn_ddl_statement *parsed, bool native)
{
    dn_before_work *work = &all->work;
    bool foreign = !native && !all->folder.own;
    dn_operations list = {.arena = work->arena};
    bool *named = dn_arena_array(work->arena, parsed->count + 1, sizeof *named);
    dn_fact_map *logical = dn_fact_map_new(work->arena, work->target.naming);
    dn_error unclear;

    if (!named || !logical)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < parsed->count; i++)
        named[i] = !parsed->marks[i].named;
    dn_error_clear(&unclear);
    if (dn_schema_address(&work->target, parsed->operations, parsed->count, foreign, NULL, logical,
                          &list, &unclear) < 0) {
        if (unclear.status == DUNLIN_NO_MEMORY)
            return dn_no_memory(work->error);
        return work->target.naming & DN_FACT_NAMESPACES ? forget_all(work) : blur_all(work, parsed);
    }
    work->raw = list.count == parsed->count ? parsed->operations : NULL;
    work->named = list.count == parsed->count ? named : NULL;
    work->operations = list.items;
    work->count = list.count;
    work->passed = false;
    work->foreign = foreign;
    return dn_before_judge(work);
}

static int
judge_statement(reading *all, const dn_script_item *item)
{
    dn_before_work *work = &all->work;
    const char *copy;
    dn_ddl_statement parsed;

    if (is_harmless(item))
        return 0;
    if (depends_on_version(item->sql))
        return forget_all(work);
    copy = dn_arena_copy(work->arena, item->sql.data, (size_t)item->sql.length);
    if (!copy)
        return dn_no_memory(work->error);
    if (dn_ddl_parse(dn_span(copy, (size_t)item->sql.length),
                     item->native ? &all->own : &all->folder, work->arena, &parsed,
                     work->error) < 0)
        return -1;
    if (parsed.kind != DN_DDL_OPERATIONS)
        return forget_all(work);
    return judge_parsed(all, &parsed, item->native);
}

/* --- all of them -------------------------------------------------------------------------------------- */

static bool
is_among(const char *const *tags, size_t count, const char *tag)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(tags[i], tag) == 0)
            return true;
    return false;
}

static int
blame(reading *all, const dn_job *job, const dn_script_item *item)
{
    dn_before_work *work = &all->work;

    *all->stop = (dn_stop){
        .migration = job->migration,
        .statement = item->ordinal,
        .line = item->line,
        .column = item->column,
        .sql = dn_arena_copy(all->told, item->sql.data,
                             item->sql.length < 200 ? (size_t)item->sql.length : 200),
    };
    if (all->why.failed || !all->stop->sql)
        return dn_no_memory(work->error);
    dn_fail(work->error, DUNLIN_DISAGREEMENT, work->id, "%s:%u:%u: %s; nothing was sent",
            job->migration->path, item->line, item->column, all->why.data);
    dn_hint(
        work->error,
        "'dunlin doctor' tells what happened to this database; --allow %s sends it all the same",
        job->migration->tag);
    return 1;
}

static int
judge_job(reading *all, const dn_job *job)
{
    dn_before_work *work = &all->work;
    const dn_before *asked = work->asked;
    dn_auto(dn_script) *script = NULL;
    dn_script_item item;

    work->lenient = is_among(asked->allow, asked->allow_count, job->migration->tag) ||
                    is_among(all->unfinished, all->unfinished_count, job->migration->tag);
    if (dn_script_open(asked->connection, asked->translator, job->migration, &job->info.kept, false,
                       &script, work->error) < 0)
        return -1;
    do {
        int answer;

        if (dn_script_next(script, &item, work->error) < 0)
            return -1;
        all->bytes += (size_t)item.sql.length;
        all->ended = all->statements++ == MOST_STATEMENTS || all->bytes > MOST_BYTES;
        answer = all->ended ? 0 : judge_statement(all, &item);
        if (answer)
            return answer < 0 ? -1 : blame(all, job, &item);
    } while (item.kind != DN_SCRIPT_END && !all->ended);
    return 0;
}

static int
prepare(reading *all, const dn_before *before, dn_arena *arena, dn_error *error)
{
    dn_connection *connection = before->connection;
    const dunlin_capabilities *capabilities = dn_connection_capabilities(connection);
    const dn_translator *translator = before->translator;
    dn_before_work *work = &all->work;
    uint64_t naming = dn_driver_naming(capabilities);
    bool complete = true;

    work->asked = before;
    work->arena = arena;
    work->error = error;
    work->target = (dn_schema_target){naming, dn_connection_namespace(connection),
                                      (capabilities->flags & DUNLIN_CAN_NAMED_TYPES) != 0};
    work->homeless = (naming & DN_FACT_NAMESPACES) && !work->target.home.length;
    work->now = dn_fact_map_new(arena, naming);
    work->types = dn_fact_map_new(arena, naming);
    for (size_t i = 0; i < DN_BEFORE_MARKS; i++) {
        work->marks[i] = dn_fact_map_new(arena, naming);
        complete = complete && work->marks[i];
    }
    if (!work->now || !work->types || !complete)
        return dn_no_memory(error);
    all->own = (dn_ddl_options){.rules = dn_connection_rules(connection),
                                .own = true,
                                .keep_case = !(naming & DN_FACT_NAMESPACES)};
    all->folder = all->own;
    if (translator && !dn_translator_is_own(translator))
        all->folder = (dn_ddl_options){.rules = dn_translator_rules(translator)};
    return 0;
}

/* 1: something is wrong, which is told already. */
static int
judge_all(const dn_before *before, const char **unfinished, size_t unfinished_count, dn_arena *told,
          dn_stop *stop, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    reading all = {
        .unfinished = unfinished, .unfinished_count = unfinished_count, .stop = stop, .told = told};
    int answer = prepare(&all, before, &arena, error);

    all.work.why = &all.why;
    for (size_t i = 0; answer == 0 && i < before->count && !all.ended; i++)
        answer = judge_job(&all, &before->jobs[i]);
    dn_text_free(&all.why);
    return answer;
}

/* All of it is there, so that nothing but records is sent. */
static bool
are_idle(const dn_job *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!jobs[i].idle)
            return false;
    return true;
}

static int
note_inhabitant(const dunlin_fact *fact, void *context)
{
    (void)context;
    return !dn_fact_is(fact, DUNLIN_KIND_SCHEMA) && !dn_fact_is(fact, DUNLIN_KIND_EXTENSION);
}

int
dn_before_check(const dn_before *before, dn_arena *arena, dn_stop *stop, dn_error *error)
{
    const char **unfinished = NULL;
    size_t count = 0;
    dn_error ignored;
    int answer;

    /* Where nothing is, nothing is in the way, and what is pending was in the way of itself before. */
    if (are_idle(before->jobs, before->count) ||
        dn_fact_map_each(before->schema, NULL, note_inhabitant, NULL) == 0)
        return 0;
    answer = judge_all(before, NULL, 0, arena, stop, error);
    if (answer <= 0)
        return answer;
    /* A migration that an earlier run left half done is not as its file has it; the ledger knows. */
    dn_error_clear(&ignored);
    if (dn_tracker_unfinished(before->connection, arena, &unfinished, &count, &ignored) < 0)
        count = 0;
    if (count) {
        dn_error_clear(error);
        *stop = (dn_stop){.migration = NULL};
        answer = judge_all(before, unfinished, count, arena, stop, error);
    }
    return answer ? -1 : 0;
}
