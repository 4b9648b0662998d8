/* SPDX-License-Identifier: MIT
 *
 * The plan of a rebase: order, numbers, times.
 */
#include "core/journal/rebase.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/journal/parts.h"

enum { MAX_NUMBER = 18 };

typedef struct rebasing {
    dn_layout layout;
    bool positions; /* idx is the position */
    dn_arena *arena;
    const dn_migration *highest; /* by number, of those that were looked at */
    dn_error *error;
} rebasing;

bool
dn_rebase_has_numbers(dn_layout layout, const char **why)
{
    *why = NULL;
    if (layout == DN_LAYOUT_DRIZZLE_V1)
        *why = "Drizzle 1.0 names its folders by their times, and its snapshots know several "
               "predecessors: late ones apply as they are";
    else if (layout == DN_LAYOUT_PRISMA)
        *why = "Prisma names its folders by their times, and applies late ones as they are";
    else if (layout == DN_LAYOUT_ATLAS)
        *why = "a file of sums knows its files: 'atlas migrate rebase' gives them other versions";
    else if (layout == DN_LAYOUT_KNEX)
        *why = "its files are programs that refer to each other, for knex to name";
    return !*why;
}

static bool
has_journal(dn_layout layout)
{
    return layout == DN_LAYOUT_NATIVE || layout == DN_LAYOUT_DRIZZLE;
}

/* --- numbers -------------------------------------------------------------------------------------- */

size_t
dn_rebase_head(dn_layout layout, const char *tag)
{
    if (dn_layout_form_of(layout)->naming == DN_NAMING_VERSION) {
        const char *end = tag[0] == 'V' ? strstr(tag, "__") : NULL;

        return end && end[-1] >= '0' && end[-1] <= '9' ? (size_t)(end - tag) : 0;
    }
    return dn_tag_digits(tag) <= MAX_NUMBER ? dn_tag_digits(tag) : 0;
}

static long long
number_of(const char *tag)
{
    return strtoll(tag, NULL, 10);
}

static bool
is_stamp(const char *tag)
{
    int64_t ms;

    return dn_tag_time(tag, &ms);
}

/* Where the order is the journal's, a time in front of a name is no number. */
static bool
is_numbered(const rebasing *work, const char *tag)
{
    return dn_rebase_head(work->layout, tag) && !(has_journal(work->layout) && is_stamp(tag));
}

static int
compare(const rebasing *work, const char *tag, const char *other)
{
    if (dn_layout_form_of(work->layout)->naming == DN_NAMING_TAG && has_journal(work->layout)) {
        long long a = number_of(tag);
        long long b = number_of(other);

        return (a > b) - (a < b);
    }
    if (dn_layout_form_of(work->layout)->naming == DN_NAMING_TAG) {
        size_t a = dn_rebase_head(work->layout, tag);
        size_t b = dn_rebase_head(work->layout, other);
        int order = strncmp(tag, other, a < b ? a : b);

        return order ? order : (a > b) - (a < b);
    }
    {
        const char *a = dn_layout_key(work->layout, tag, work->arena);
        const char *b = dn_layout_key(work->layout, other, work->arena);

        return a && b ? dn_layout_compare_keys(work->layout, a, b) : 0;
    }
}

/* The number behind that of `tag`, written as that one is. */
static const char *
next_head(const rebasing *work, const char *tag)
{
    size_t length = dn_rebase_head(work->layout, tag);
    char *text;
    int64_t ms;
    char stamp[16];

    if (dn_tag_time(tag, &ms)) {
        dn_clock_stamp((ms + 1000) * 1000, stamp);
        return dn_arena_text(work->arena, stamp);
    }
    text = dn_arena_copy(work->arena, tag, length);
    for (size_t i = length; text && i > 0; i--) {
        if (text[i - 1] < '0' || text[i - 1] > '9') /* Flyway: 1.9 -> 1.10 */
            return dn_arena_printf(work->arena, "%.*s1%s", (int)i, text, text + i);
        if (text[i - 1] != '9') {
            text[i - 1]++;
            return text;
        }
        text[i - 1] = '0';
    }
    return text ? dn_arena_printf(work->arena, "1%s", text) : NULL;
}

static int
give_number(rebasing *work, dn_rebase_entry *entry, const char *head)
{
    const char *tag = entry->was->tag;
    const char *made =
        head ? dn_arena_printf(work->arena, "%s%s", head, tag + dn_rebase_head(work->layout, tag))
             : NULL;

    if (!made)
        return dn_no_memory(work->error);
    if (!has_journal(work->layout) && work->highest &&
        dn_layout_compare(work->layout, made, work->highest->tag) <= 0)
        return dn_fail(
            work->error, DUNLIN_DISAGREEMENT, "merge.number",
            "'%s' has to come behind '%s', and '%s' would not: names are ordered byte by "
            "byte",
            tag, work->highest->tag, made);
    entry->now.tag = made;
    entry->now.key = work->layout >= DN_LAYOUT_PRISMA
                         ? dn_layout_key(work->layout, made, work->arena)
                         : entry->was->key;
    return dn_tag_check(made, strlen(made), work->error);
}

/* drizzle-kit names a file by its idx, and finds its snapshot by that number. */
static int
number_by_idx(rebasing *work, dn_rebase_entry *entry)
{
    const dn_migration *was = entry->was;
    long long own = number_of(was->tag);
    bool behind = !work->highest || own > number_of(work->highest->tag);
    long long wanted = work->highest ? number_of(work->highest->tag) + 1 : 0;

    if (behind && (own != was->idx || was->idx == entry->now.idx))
        return 0;
    if (wanted < entry->now.idx)
        wanted = entry->now.idx;
    return give_number(
        work, entry, dn_arena_printf(work->arena, "%0*lld", (int)dn_tag_digits(was->tag), wanted));
}

static int
number_entry(rebasing *work, dn_rebase_entry *entry)
{
    int answer = 0;

    if (!is_numbered(work, entry->was->tag) || entry->was->repeated)
        return 0;
    if (!entry->settled && work->layout == DN_LAYOUT_DRIZZLE)
        answer = number_by_idx(work, entry);
    else if (!entry->settled && work->highest &&
             compare(work, entry->was->tag, work->highest->tag) <= 0)
        answer = give_number(work, entry, next_head(work, work->highest->tag));
    if (answer == 0 && (!work->highest || compare(work, entry->now.tag, work->highest->tag) > 0))
        work->highest = &entry->now;
    return answer;
}

/* --- order and times ------------------------------------------------------------------------------ */

/* Settled ones first, each group in its order; what is repeated stays last. */
static int
put_in_order(rebasing *work, dn_rebase_entry *entries, size_t count)
{
    dn_rebase_entry *list = dn_arena_array(work->arena, count + 1, sizeof *list);
    size_t at = 0;
    size_t last = 0;

    if (!list)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < count; i++)
        if (entries[i].settled && !entries[i].was->repeated)
            last = i + 1;
    for (int pass = 0; pass < 3; pass++)
        for (size_t i = 0; i < count; i++) {
            bool repeated = entries[i].was->repeated;

            if (pass != (repeated ? 2 : entries[i].settled ? 0 : 1))
                continue;
            list[at] = entries[i];
            list[at].now = *entries[i].was;
            list[at++].moved = pass == 1 && i < last;
        }
    if (count)
        memcpy(entries, list, count * sizeof *list);
    return 0;
}

/* Position in a native journal. drizzle-kit goes on counting from the last one, so gaps stay. */
static void
give_idx(const rebasing *work, dn_rebase_entry *entries, size_t count)
{
    int64_t before = -1;

    for (size_t i = 0; i < count; i++) {
        dn_migration *now = &entries[i].now;

        if (work->positions)
            now->idx = (int64_t)i;
        else if (!entries[i].settled && (now->idx <= before || entries[i].moved))
            now->idx = before + 1;
        if (now->idx > before)
            before = now->idx;
    }
}

/* Drizzle applies what is newer than the newest that it has applied. */
static void
give_times(const rebasing *work, dn_rebase_entry *entries, size_t count)
{
    int64_t newest = 0;

    for (size_t i = 0; work->layout == DN_LAYOUT_DRIZZLE && i < count; i++) {
        dn_migration *now = &entries[i].now;

        if (!entries[i].settled && now->when_ms <= newest)
            now->when_ms = newest + 1;
        if (now->when_ms > newest)
            newest = now->when_ms;
    }
}

int
dn_rebase_plan(const dn_journal *journal, bool rebuilt, dn_rebase_entry *entries, size_t count,
               dn_arena *arena, dn_error *error)
{
    rebasing work = {.layout = journal->layout,
                     .positions = rebuilt || journal->layout == DN_LAYOUT_NATIVE,
                     .arena = arena,
                     .error = error};

    if (put_in_order(&work, entries, count) < 0)
        return -1;
    if (has_journal(work.layout)) {
        give_idx(&work, entries, count);
        give_times(&work, entries, count);
    }
    for (size_t i = 0; i < count; i++)
        if (number_entry(&work, &entries[i]) < 0)
            return -1;
    return 0;
}

int
dn_rebase_journal(const dn_journal *journal, const dn_text *rebuilt, const dn_rebase_entry *entries,
                  size_t count, dn_text *text, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_auto(dn_json) original = {0};
    dn_journal_form form = {
        .layout = journal->layout, .dialect = journal->dialect, .original = &original};
    dn_migration *list = dn_arena_array(&arena, count + 1, sizeof *list);

    if (!list)
        return dn_no_memory(error);
    for (size_t i = 0; i < count; i++)
        list[i] = entries[i].now;
    if (rebuilt ? dn_json_parse(&original, DN_JOURNAL_NAME, rebuilt->data, rebuilt->length, false,
                                "journal.syntax", error) < 0
                : dn_journal_original(journal, &original, error) < 0)
        return -1;
    return dn_journal_write(&form, list, count, text, error);
}
