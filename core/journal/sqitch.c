/* SPDX-License-Identifier: MIT
 *
 * The plan of sqitch beside the folder of its deploy scripts: it has their order.
 */
#include <string.h>

#include "core/journal/parts.h"

#define DEPLOY "deploy"
#define PLAN "sqitch.plan"
#define PROJECT "%project="

typedef struct plan_reading {
    dn_journal *journal;
    dn_migration *ordered;
    size_t count;
    dn_arena *arena;
    dn_error *error;
} plan_reading;

/* The name of the change that a line of the plan adds; length 0: it adds none. */
static dunlin_string
change_of(const char *line, size_t length)
{
    const char *end = line + length;

    while (line < end && strchr(" \t+", *line))
        line++;
    if (line < end && strchr("%@#-", *line))
        return dn_span(line, 0);
    for (length = 0; line + length < end && !strchr(" \t\r", line[length]);)
        length++;
    return dn_span(line, length);
}

static dn_migration *
find_tag(dn_migration *migrations, size_t count, dunlin_string tag)
{
    for (size_t i = 0; i < count; i++)
        if (migrations[i].tag && dn_string_equal(tag, migrations[i].tag))
            return &migrations[i];
    return NULL;
}

static int
complain(plan_reading *work, dunlin_string change, const char *why)
{
    dn_auto(dn_text) shown = DN_TEXT_INIT;

    dn_text_add_visible(&shown, change.data, (size_t)change.length, 60);
    if (shown.failed)
        return dn_no_memory(work->error);
    return dn_findings_add(&work->journal->findings, work->arena, DN_ERROR_FINDING, "journal.plan",
                           NULL, work->error, "the plan '%s' has the change '%s' %s",
                           work->journal->plan, shown.data, why);
}

static int
take_change(plan_reading *work, dunlin_string change)
{
    dn_migration *migration = find_tag(work->journal->migrations, work->journal->count, change);

    if (migration) {
        work->ordered[work->count++] = *migration;
        migration->tag = NULL; /* taken */
        return 0;
    }
    if (find_tag(work->ordered, work->count, change))
        return complain(work, change,
                        "twice: one of its scripts has another name, and which was "
                        "run when only sqitch knows");
    return complain(work, change, "without a script in the folder");
}

static int
take_project(plan_reading *work, const char *line, size_t length)
{
    size_t lead = strlen(PROJECT);

    if (length <= lead || strncmp(line, PROJECT, lead) != 0)
        return 0;
    length -= line[length - 1] == '\r';
    work->journal->plan_project = dn_arena_copy(work->arena, line + lead, length - lead);
    return work->journal->plan_project ? 0 : dn_no_memory(work->error);
}

static int
take_lines(plan_reading *work, const dn_text *text)
{
    const char *at = text->data ? text->data : "";
    const char *end = at + text->length;

    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((stop ? stop : end) - at);
        dunlin_string change = change_of(at, length);

        if (take_project(work, at, length) < 0 || (change.length && take_change(work, change) < 0))
            return -1;
        at += length + 1;
    }
    return 0;
}

int
dn_sqitch_order(dn_journal *journal, dn_arena *arena, dn_error *error)
{
    plan_reading work = {.journal = journal, .arena = arena, .error = error};
    const char *slash = strrchr(journal->folder, '/');
    const char *plan;
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (!slash || strcmp(slash + 1, DEPLOY) != 0)
        return 0;
    plan = dn_arena_printf(arena, "%.*s/" PLAN, (int)(slash - journal->folder), journal->folder);
    work.ordered = dn_arena_array(arena, journal->count + 1, sizeof *work.ordered);
    if (!plan || !work.ordered)
        return dn_no_memory(error);
    if (!dn_file_exists(plan))
        return 0;
    journal->plan = plan;
    if (dn_file_read(plan, &text, error) < 0 || take_lines(&work, &text) < 0)
        return -1;
    /* Files that the plan does not have come after it. */
    for (size_t i = 0; i < journal->count; i++)
        if (journal->migrations[i].tag)
            work.ordered[work.count++] = journal->migrations[i];
    journal->migrations = work.ordered;
    return 0;
}
