/* SPDX-License-Identifier: MIT
 *
 * The same decisions as those of feed.c and ledger.c on where transactions begin and end.
 */
#include "core/execute/preview.h"

#include <string.h>

#include "core/execute/execute_internal.h"
#include "core/execute/join.h"
#include "core/execute/ledger.h"

/* Whoever fills a table by a migration does not want to see all of its rows. */
enum { MOST_OF_ROWS = 500, MOST_OF_SCHEMA = 16 * 1024 };

static const char undecided[] =
    "only the run can tell what becomes of it, behind a native statement";
static const char half_done[] =
    "an earlier run stopped at this statement: the run finds out whether it took effect";

struct dn_previewer {
    dn_connection *connection;
    const dn_job *job;
    dn_arena *arena;
    dn_preview *preview;
    dn_ledger_rows rows; /* of an earlier run that stopped part-way */
    size_t at;           /* statements met so far, where there may be rows */
    bool open;           /* a transaction of ours is open */
    bool group;          /* between BEGIN and COMMIT of the file */
};

const char *
dn_preview_kind_name(dn_preview_kind kind)
{
    static const char *const names[] = {"statement", "check",    "setting", "begin",  "commit",
                                        "record",    "left-out", "done",    "unknown"};

    return names[kind];
}

/* --- lists -------------------------------------------------------------------------------------- */

static int
add(dn_preview *preview, dn_arena *arena, dn_preview_item item, dn_error *error)
{
    preview->items = dn_arena_grow(arena, preview->items, &preview->capacity, preview->count + 1,
                                   sizeof *preview->items);
    if (!preview->items)
        return dn_no_memory(error);
    preview->items[preview->count++] = item;
    return 0;
}

static int
add_kind(dn_previewer *work, dn_preview_kind kind, dn_error *error)
{
    return add(work->preview, work->arena, (dn_preview_item){.kind = kind, .inside = work->open},
               error);
}

static int
begin(dn_previewer *work, dn_error *error)
{
    if (work->open)
        return 0;
    work->open = true;
    return add_kind(work, DN_PREVIEW_BEGIN, error);
}

static int
commit(dn_previewer *work, dn_error *error)
{
    if (!work->open)
        return 0;
    if (add_kind(work, DN_PREVIEW_COMMIT, error) < 0)
        return -1;
    work->open = false;
    return 0;
}

static const char *
excerpt(dn_arena *arena, dunlin_string sql, bool whole)
{
    size_t most = whole ? MOST_OF_SCHEMA : MOST_OF_ROWS;

    while (sql.length && strchr(" \t\r\n", sql.data[sql.length - 1]))
        sql.length--;
    if (sql.length <= most)
        return dn_arena_copy(arena, sql.data ? sql.data : "", (size_t)sql.length);
    most = dn_utf8_prefix(sql.data, most);
    return dn_arena_printf(arena, "%.*s ... (%llu bytes)", (int)most, sql.data,
                           (unsigned long long)sql.length);
}

/* --- statements --------------------------------------------------------------------------------- */

static int
copy_notes(const dn_previewer *work, const dn_translated *translated, dn_preview_item *made,
           dn_error *error)
{
    if (!translated || !translated->note_count)
        return 0;
    made->notes = dn_arena_array(work->arena, translated->note_count, sizeof *made->notes);
    if (!made->notes)
        return dn_no_memory(error);
    for (size_t i = 0; i < translated->note_count; i++) {
        made->notes[i] = dn_arena_text(work->arena, translated->notes[i].message);
        if (!made->notes[i])
            return dn_no_memory(error);
    }
    made->note_count = translated->note_count;
    return 0;
}

static int
add_statement(dn_previewer *work, const dn_script_item *item, dn_preview_item made,
              dunlin_string sql, dn_error *error)
{
    bool rows = (item->flags & DUNLIN_CLASS_DATA) && !(item->flags & DUNLIN_CLASS_DDL);

    made.line = made.line ? made.line : item->line;
    made.inside = work->open;
    made.text = excerpt(work->arena, sql, !rows);
    if (!made.text)
        return dn_no_memory(error);
    return add(work->preview, work->arena, made, error);
}

/* Of a step's operation, counted from its first, the statement of the file. */
static const dn_script_part *
part_of(const dn_script_item *item, const dn_translated *translated, const dn_step *step,
        uint64_t operation)
{
    uint64_t at = step->first_operation + operation;

    return at < translated->operation_count
               ? dn_script_part_at(item, translated->operations[at]->span_begin)
               : NULL;
}

/* Of a step for several statements of the file. */
static int
tell_parts(const dn_previewer *work, const dn_script_item *item, const dn_translated *translated,
           const dn_step *step, const char **why, dn_error *error)
{
    const dn_script_part *first = part_of(item, translated, step, 0);
    const dn_script_part *last = part_of(item, translated, step, step->operation_count - 1);

    if (*why || !first || !last || first == last)
        return 0;
    *why = dn_arena_printf(work->arena, "for the statements of lines %u to %u", first->line,
                           last->line);
    return *why ? 0 : dn_no_memory(error);
}

static bool
is_acted_on(const dn_script_item *item, const dn_script_part *part, const dn_translated *translated)
{
    for (size_t i = 0; i < translated->operation_count; i++)
        if (dn_script_part_at(item, translated->operations[i]->span_begin) == part)
            return true;
    return false;
}

/* Statements that were read together with others, and found done. */
static int
add_done_parts(dn_previewer *work, const dn_script_item *item, const dn_translated *translated,
               dn_error *error)
{
    for (size_t i = 0; translated->operations && i < item->part_count; i++) {
        const dn_script_part *part = &item->parts[i];
        const dn_preview_item made = {
            .kind = DN_PREVIEW_LEFT_OUT, .line = part->line, .why = "it is so already"};

        if (!is_acted_on(item, part, translated) &&
            add_statement(work, item, made, part->sql, error) < 0)
            return -1;
    }
    return 0;
}

static int
add_steps(dn_previewer *work, const dn_script_item *item, const dn_translated *translated,
          dn_error *error)
{
    const dn_script_part *told = NULL; /* the statement whose steps began last */
    bool first = true;

    for (size_t i = 0; i < translated->count; i++) {
        const dn_step *step = &translated->steps[i];
        const dn_script_part *part = part_of(item, translated, step, 0);
        dn_preview_item made = {.why = first ? translated->unsure : NULL};

        if (step->role == DUNLIN_STEP_BEFORE_BEGIN || step->role == DUNLIN_STEP_FINALLY)
            continue;
        if ((first || part != told) &&
            tell_parts(work, item, translated, step, &made.why, error) < 0)
            return -1;
        told = part;
        made.line = part ? part->line : item->line;
        if (step->role != DUNLIN_STEP_STATEMENT) {
            made.kind = DN_PREVIEW_CHECK;
            made.expected =
                dn_arena_copy(work->arena, step->expected.data ? step->expected.data : "",
                              (size_t)step->expected.length);
            if (!made.expected)
                return dn_no_memory(error);
        }
        if ((first && copy_notes(work, translated, &made, error) < 0) ||
            add_statement(work, item, made, step->sql, error) < 0)
            return -1;
        first = false;
    }
    return 0;
}

static bool
may_be_otherwise(const dn_translated *translated)
{
    return translated->unsure || translated->kind == DN_TRANSLATED_LOOK;
}

/* Of a statement of the file that nothing is sent for. */
static int
add_silent(dn_previewer *work, const dn_script_item *item, const dn_translated *translated,
           dn_error *error)
{
    dn_preview_item made = {.kind = DN_PREVIEW_LEFT_OUT};

    work->preview->open += may_be_otherwise(translated);
    if (translated->kind == DN_TRANSLATED_LOOK) {
        made.kind = DN_PREVIEW_UNKNOWN;
        made.why = undecided;
    } else {
        made.why = dn_arena_printf(work->arena, translated->unsure ? "%s (%s)" : "%s",
                                   translated->why, translated->unsure);
        if (!made.why)
            return dn_no_memory(error);
    }
    if (copy_notes(work, translated, &made, error) < 0)
        return -1;
    if (item->part_count == 0)
        return add_statement(work, item, made, item->sql, error);
    for (size_t i = 0; i < item->part_count; i++) {
        made.line = item->parts[i].line;
        if (add_statement(work, item, made, item->parts[i].sql, error) < 0)
            return -1;
    }
    return 0;
}

static bool
is_sent(const dn_translated *translated)
{
    return translated->kind == DN_TRANSLATED_AS_IT_IS || translated->kind == DN_TRANSLATED_STEPS;
}

static int
add_sent(dn_previewer *work, const dn_script_item *item, const dn_translated *translated,
         dn_error *error)
{
    work->preview->open += may_be_otherwise(translated);
    if (translated->kind == DN_TRANSLATED_STEPS)
        return add_done_parts(work, item, translated, error) < 0
                   ? -1
                   : add_steps(work, item, translated, error);
    return add_statement(work, item, (dn_preview_item){.kind = DN_PREVIEW_STATEMENT}, item->sql,
                         error);
}

/* --- outside of one transaction for everything -------------------------------------------------- */

static int
flags_of(const dn_previewer *work, const dn_script_item *item, const dn_translated *translated,
         uint64_t *flags, dn_error *error)
{
    *flags = item->flags;
    if (translated->kind == DN_TRANSLATED_AS_IT_IS)
        return 0;
    *flags = 0;
    for (size_t i = 0; i < translated->count; i++) {
        uint64_t one;

        if (dn_connection_classify(work->connection, translated->steps[i].sql, &one, error) < 0)
            return -1;
        *flags |= one;
    }
    return 0;
}

static int
hear_statement(dn_previewer *work, bool alone, const dn_script_item *item,
               const dn_translated *translated, dn_error *error)
{
    uint64_t flags;

    if (!is_sent(translated))
        return add_silent(work, item, translated, error);
    if (flags_of(work, item, translated, &flags, error) < 0)
        return -1;
    if (flags & (DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_LOSSY_DATA))
        return commit(work, error) < 0 ? -1 : add_sent(work, item, translated, error);
    if (begin(work, error) < 0 || add_sent(work, item, translated, error) < 0)
        return -1;
    if ((flags & DUNLIN_CLASS_COMMIT_BEFORE_USE) ||
        (translated->kind == DN_TRANSLATED_AS_IT_IS && alone && !work->group))
        return commit(work, error);
    return 0;
}

static int
add_check(dn_previewer *work, const dn_script_item *item, dn_error *error)
{
    dn_preview_item made = {.kind = DN_PREVIEW_CHECK};

    made.expected = dn_arena_copy(work->arena, item->expected.data ? item->expected.data : "",
                                  (size_t)item->expected.length);
    return made.expected ? add_statement(work, item, made, item->sql, error) : dn_no_memory(error);
}

/* Did an earlier run do it, or begin it? */
static bool
is_known(const dn_previewer *work)
{
    return work->at < work->rows.count && work->rows.items[work->at].phase < DN_LEDGER_FAILED;
}

static int
hear_known(dn_previewer *work, const dn_script_item *item, dn_error *error)
{
    bool done = work->rows.items[work->at++].phase == DN_LEDGER_DONE;

    return add_statement(
        work, item,
        done ? (dn_preview_item){.kind = DN_PREVIEW_DONE, .why = "an earlier run did it"}
             : (dn_preview_item){.kind = DN_PREVIEW_UNKNOWN, .why = half_done},
        item->sql, error);
}

static int
hear_apart(dn_previewer *work, const dn_script *script, const dn_script_item *item,
           const dn_translated *translated, dn_error *error)
{
    switch (item->kind) {
    case DN_SCRIPT_CONTROL:
        work->group = (item->flags & DUNLIN_CLASS_BEGIN) != 0;
        return commit(work, error);
    case DN_SCRIPT_AROUND:
        if (commit(work, error) < 0)
            return -1;
        return add_statement(work, item, (dn_preview_item){.kind = DN_PREVIEW_SETTING}, item->sql,
                             error);
    case DN_SCRIPT_ASSERT: return add_check(work, item, error);
    case DN_SCRIPT_STATEMENT:
        if (is_known(work))
            return hear_known(work, item, error);
        work->at++;
        return hear_statement(work, dn_script_no_transaction(script), item, translated, error);
    case DN_SCRIPT_END:
        if (begin(work, error) < 0 || add_kind(work, DN_PREVIEW_RECORD, error) < 0)
            return -1;
        return commit(work, error);
    default: return 0;
    }
}

/* --- one job ------------------------------------------------------------------------------------ */

dn_previewer *
dn_previewer_new(dn_connection *connection, const dn_job *job, bool unfinished, dn_arena *arena,
                 dn_preview *preview, dn_error *error)
{
    dn_previewer *work = dn_arena_alloc(arena, sizeof *work);

    if (!work) {
        dn_no_memory(error);
        return NULL;
    }
    *work =
        (dn_previewer){.connection = connection, .job = job, .arena = arena, .preview = preview};
    if (job->info.transactional)
        work->open = true;
    else if (unfinished &&
             dn_ledger_read(connection, job->migration->tag, arena, &work->rows, error) < 0)
        return NULL;
    return work;
}

int
dn_previewer_hear(dn_previewer *work, const dn_script *script, const dn_script_item *item,
                  const dn_translated *translated, dn_error *error)
{
    if (!work->job->info.transactional)
        return hear_apart(work, script, item, translated, error);
    if (item->kind == DN_SCRIPT_ASSERT)
        return add_check(work, item, error);
    if (item->kind != DN_SCRIPT_STATEMENT)
        return 0;
    return is_sent(translated) ? add_sent(work, item, translated, error)
                               : add_silent(work, item, translated, error);
}

/* --- around transactions ------------------------------------------------------------------------ */

typedef struct finishing {
    const dn_job *jobs;
    size_t from; /* the jobs that share a transaction */
    size_t end;
    dn_arena *arena;
    dn_error *error;
} finishing;

static int
add_outer(const finishing *work, dn_preview *made, const char *text)
{
    const dn_preview_item item = {.kind = DN_PREVIEW_SETTING, .text = text};

    return add(made, work->arena, item, work->error);
}

static int
open_outer(const finishing *work, dn_preview *made)
{
    const char *around = dn_jobs_around(work->jobs, work->from, work->end);

    if (around && add_outer(work, made, around) < 0)
        return -1;
    for (size_t i = work->from; i < work->end; i++)
        for (size_t j = 0; j < work->jobs[i].info.before_begin_count; j++)
            if (add_outer(work, made, work->jobs[i].info.before_begin[j]) < 0)
                return -1;
    return add(made, work->arena, (dn_preview_item){.kind = DN_PREVIEW_BEGIN}, work->error);
}

static int
close_outer(const finishing *work, dn_preview *made)
{
    if (add(made, work->arena, (dn_preview_item){.kind = DN_PREVIEW_COMMIT, .inside = true},
            work->error) < 0)
        return -1;
    for (size_t i = work->from; i < work->end; i++)
        for (size_t j = 0; j < work->jobs[i].info.finally_count; j++)
            if (add_outer(work, made, work->jobs[i].info.finally[j]) < 0)
                return -1;
    return 0;
}

static int
finish(const finishing *work, size_t job, dn_preview *preview)
{
    dn_preview made = {.open = preview->open};

    if (job == work->from && open_outer(work, &made) < 0)
        return -1;
    for (size_t i = 0; i < preview->count; i++)
        if (add(&made, work->arena, preview->items[i], work->error) < 0)
            return -1;
    if (add(&made, work->arena, (dn_preview_item){.kind = DN_PREVIEW_RECORD, .inside = true},
            work->error) < 0 ||
        (job + 1 == work->end && close_outer(work, &made) < 0))
        return -1;
    *preview = made;
    return 0;
}

/* Where nothing is sent but the record, that needs no transactions of its own. */
static void
drop_transactions(dn_preview *preview)
{
    size_t kept = 0;

    for (size_t i = 0; i < preview->count; i++) {
        dn_preview_item item = preview->items[i];

        if (item.kind == DN_PREVIEW_BEGIN || item.kind == DN_PREVIEW_COMMIT ||
            item.kind == DN_PREVIEW_RECORD)
            continue;
        item.inside = true;
        preview->items[kept++] = item;
    }
    preview->count = kept;
}

/* The end of the jobs that share the transaction which this one opens. */
static size_t
end_of(const dn_previews *previews, const dn_job *jobs, size_t from, size_t count)
{
    size_t end = from + 1;

    while (end < count && (previews->single_transaction || dn_jobs_join(jobs, from, end)))
        end++;
    return end;
}

int
dn_previews_finish(dn_previews *previews, const dn_job *jobs, size_t count, dn_arena *arena,
                   dn_error *error)
{
    finishing work = {.jobs = jobs, .arena = arena, .error = error};

    for (size_t i = 0; i < count; i++) {
        if (i == work.end) {
            work.from = i;
            work.end = end_of(previews, jobs, i, count);
        }
        if (!jobs[i].info.transactional && !jobs[i].idle)
            continue;
        if (!jobs[i].info.transactional)
            drop_transactions(&previews->jobs[i]);
        if (finish(&work, i, &previews->jobs[i]) < 0)
            return -1;
    }
    return 0;
}
