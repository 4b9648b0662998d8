/* SPDX-License-Identifier: MIT */
#include "core/reconcile/votes.h"

#include <string.h>

typedef struct counting {
    dn_ballot *ballot;
    dn_arena *arena;
    size_t *places; /* of the line of each change, in order */
    size_t change_count;
    size_t capacity; /* of in_others */
    dn_error *error;
} counting;

/* --- lines ---------------------------------------------------------------------------------------- */

bool
dn_ballot_ignores(const dunlin_fact *fact)
{
    return dn_fact_flag(fact, "implied");
}

bool
dn_ballot_same(const dunlin_fact *left, const dunlin_fact *right)
{
    static const dn_compare_options as_they_are = {.any_line_ends = true};

    if (!left || !right)
        return left == right;
    return dn_schema_equal(left, right, &as_they_are);
}

static const dn_line *
numbered_line(const dn_ballot *ballot, size_t number)
{
    return number ? &ballot->lines[number - 1] : NULL;
}

const dn_line *
dn_ballot_line_at(const dn_ballot *ballot, size_t number)
{
    return numbered_line(ballot, ballot->in_schema[number - 1]);
}

const dn_line *
dn_ballot_line(const dn_ballot *ballot, const dunlin_fact *key)
{
    size_t number = dn_fact_map_number(ballot->schema, key->kind, key->path, key->path_count);

    if (number)
        return dn_ballot_line_at(ballot, number);
    number = dn_fact_map_number(ballot->others, key->kind, key->path, key->path_count);
    return number ? numbered_line(ballot, ballot->in_others[number - 1]) : NULL;
}

/* Where the number of its line stands. NULL: no memory. */
static size_t *
other_place(counting *work, const dunlin_fact *key)
{
    dn_ballot *ballot = work->ballot;
    size_t number = dn_fact_map_number(ballot->others, key->kind, key->path, key->path_count);

    if (number)
        return &ballot->in_others[number - 1];
    if (dn_fact_map_share(ballot->others, key, work->error) < 0)
        return NULL;
    number = dn_fact_map_last(ballot->others);
    ballot->in_others = dn_arena_grow(work->arena, ballot->in_others, &work->capacity, number,
                                      sizeof *ballot->in_others);
    if (!ballot->in_others) {
        dn_no_memory(work->error);
        return NULL;
    }
    ballot->in_others[number - 1] = 0;
    return &ballot->in_others[number - 1];
}

static void
begin_line(dn_line *line, const dn_difference *change, const dunlin_fact *actual)
{
    bool there = actual && !dn_ballot_ignores(actual);

    *line = (dn_line){.key = dn_difference_key(change), .initial = change->before};
    line->actual = there ? actual : NULL;
    line->initial_candidate = dn_ballot_same(line->initial, line->actual);
}

/* The number of the line that a change is on, which begins here if it is the first. 0: no memory. */
static size_t
find_line(counting *work, const dn_difference *change)
{
    dn_ballot *ballot = work->ballot;
    const dunlin_fact *key = dn_difference_key(change);
    size_t number = dn_fact_map_number(ballot->schema, key->kind, key->path, key->path_count);
    size_t *place = number ? &ballot->in_schema[number - 1] : other_place(work, key);

    if (!place)
        return 0;
    if (!*place) {
        *place = ++ballot->line_count;
        begin_line(&ballot->lines[*place - 1], change,
                   number ? dn_fact_map_numbered(ballot->schema, number) : NULL);
    }
    return *place;
}

static int
find_lines(counting *work)
{
    dn_ballot *ballot = work->ballot;
    size_t at = 0;

    for (size_t e = 0; e < ballot->entry_count; e++) {
        const dn_differences *changes = ballot->entries[e].changes;

        for (size_t i = 0; changes && i < changes->count; i++) {
            size_t number = find_line(work, &changes->items[i]);

            if (!number)
                return -1;
            work->places[at++] = number - 1;
            ballot->lines[number - 1].count++;
        }
    }
    return 0;
}

static int
fill_lines(counting *work)
{
    dn_ballot *ballot = work->ballot;
    dn_touch *touches = dn_arena_array(work->arena, work->change_count + 1, sizeof *touches);
    size_t at = 0;

    if (!touches)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < ballot->line_count; i++) {
        ballot->lines[i].touches = touches;
        touches += ballot->lines[i].count;
        ballot->lines[i].count = 0;
    }
    for (size_t e = 0; e < ballot->entry_count; e++) {
        const dn_differences *changes = ballot->entries[e].changes;

        for (size_t i = 0; changes && i < changes->count; i++) {
            dn_line *line = &ballot->lines[work->places[at++]];

            line->touches[line->count++] = (dn_touch){
                .change = &changes->items[i],
                .entry = e,
                .candidate = dn_ballot_same(changes->items[i].after, line->actual),
            };
        }
    }
    return 0;
}

/* --- votes ---------------------------------------------------------------------------------------- */

/* Versions are numbered: 0 is the initial one, k what touch k - 1 left. */
static void
vote_on(dn_line *line)
{
    size_t least = line->initial_candidate ? 0 : line->count + 1;
    size_t most = 0;

    for (size_t i = 0; i < line->count; i++)
        if (line->touches[i].candidate) {
            least = i + 1 < least ? i + 1 : least;
            most = i + 1;
        }
    for (size_t i = 0; i < line->count; i++) {
        dn_touch *touch = &line->touches[i];
        bool needed = i + 1 < line->count && line->touches[i + 1].change->before;

        if (least > line->count)
            touch->vote = DN_VOTE_ALTERED;
        else if (i + 1 > most)
            touch->vote = DN_VOTE_ABSENT;
        else if (i + 1 < least)
            touch->vote = DN_VOTE_SUPERSEDED;
        else if (i + 1 == least && (most == least || needed))
            touch->vote = DN_VOTE_PRESENT;
        else
            touch->vote = DN_VOTE_AMBIGUOUS;
    }
}

static void
add_vote(dn_entry *entry, const dn_touch *touch)
{
    entry->votes[touch->vote]++;
    switch (touch->vote) {
    case DN_VOTE_PRESENT:
        entry->solid += !dn_fact_is(dn_difference_key(touch->change), DUNLIN_KIND_TABLE);
        break;
    case DN_VOTE_ABSENT: entry->stuck += touch->stuck; break;
    case DN_VOTE_ALTERED: entry->clashes += !touch->change->before; break;
    case DN_VOTE_SUPERSEDED:
    case DN_VOTE_AMBIGUOUS: entry->unproved += !touch->implied; break;
    default: break;
    }
}

static void
find_stuck(const dn_ballot *ballot, dn_line *line)
{
    for (size_t i = 1; i < line->count; i++) {
        const dn_touch *before = &line->touches[i - 1];

        line->touches[i].stuck = line->touches[i].change->before && !before->candidate &&
                                 ballot->entries[before->entry].standing == DN_STANDING_DONE;
    }
}

static void
tally(dn_ballot *ballot)
{
    for (size_t e = 0; e < ballot->entry_count; e++) {
        dn_entry *entry = &ballot->entries[e];

        memset(entry->votes, 0, sizeof entry->votes);
        entry->solid = entry->clashes = entry->stuck = entry->unproved = 0;
    }
    for (size_t i = 0; i < ballot->line_count; i++) {
        dn_line *line = &ballot->lines[i];

        vote_on(line);
        find_stuck(ballot, line);
        for (size_t k = 0; k < line->count; k++)
            add_vote(&ballot->entries[line->touches[k].entry], &line->touches[k]);
    }
}

/* --- what follows from what ------------------------------------------------------------------------- */

static size_t
candidates(const dn_line *line)
{
    size_t count = line->initial_candidate;

    for (size_t i = 0; i < line->count; i++)
        count += line->touches[i].candidate;
    return count;
}

static bool
has_candidate_from(const dn_line *line, size_t first)
{
    for (size_t i = first; i < line->count; i++)
        if (line->touches[i].candidate)
            return true;
    return false;
}

static void
rule_out_before(dn_line *line, size_t first)
{
    line->initial_candidate = false;
    for (size_t i = 0; i < first; i++)
        line->touches[i].candidate = false;
}

/* Whatever stands against all evidence was changed by hand, and rules out nothing. */
static void
narrow(dn_ballot *ballot, dn_line *line)
{
    for (size_t i = line->count; i-- > 0;)
        if (ballot->entries[line->touches[i].entry].standing == DN_STANDING_DONE &&
            has_candidate_from(line, i)) {
            rule_out_before(line, i);
            break;
        }
    for (size_t i = 0; i < line->count; i++) {
        dn_touch *touch = &line->touches[i];

        if (touch->candidate && candidates(line) > 1 &&
            ballot->entries[touch->entry].standing == DN_STANDING_UNDONE)
            touch->candidate = false;
    }
}

/* Whoever changed or dropped a fact found it there. So somebody had made it; who else left it otherwise in
 * between is superseded, whether that was run or not. */
static bool
imply_before(dn_ballot *ballot, dn_line *line, size_t at)
{
    bool news = false;

    while (at-- > 0 && line->touches[at + 1].change->before && !line->touches[at].implied) {
        dn_touch *touch = &line->touches[at];
        dn_entry *entry = &ballot->entries[touch->entry];

        touch->implied = true;
        news = true;
        if (!touch->change->before && entry->standing == DN_STANDING_UNKNOWN &&
            !entry->votes[DN_VOTE_ABSENT] && !entry->clashes)
            entry->standing = DN_STANDING_DONE;
    }
    return news;
}

static bool
imply(dn_ballot *ballot, dn_line *line)
{
    bool news = false;

    for (size_t i = line->count; i-- > 1;)
        if (ballot->entries[line->touches[i].entry].standing == DN_STANDING_DONE)
            news = imply_before(ballot, line, i) || news;
    return news;
}

/* How much may be decided already. */
typedef enum certainty {
    ONLY_DONE = 0, /* what seems not to have been may still prove to have been */
    BY_SCHEMA,
    BY_RECORD /* records decide what the schema leaves open */
} certainty;

static dn_standing
standing_of(const dn_entry *entry, certainty level)
{
    size_t absent = entry->votes[DN_VOTE_ABSENT];

    if (entry->votes[DN_VOTE_PRESENT] && (!absent || entry->recorded) &&
        (!entry->clashes || entry->recorded || entry->solid > entry->clashes))
        return DN_STANDING_DONE;
    if (level > ONLY_DONE && absent && !entry->stuck && !entry->votes[DN_VOTE_PRESENT] &&
        !entry->votes[DN_VOTE_SUPERSEDED])
        return DN_STANDING_UNDONE;
    if (level == BY_RECORD && entry->recorded)
        return DN_STANDING_DONE;
    return DN_STANDING_UNKNOWN;
}

static void
settle(dn_ballot *ballot, certainty level)
{
    bool news = true;

    while (news) {
        news = false;
        tally(ballot);
        for (size_t e = 0; e < ballot->entry_count; e++) {
            dn_entry *entry = &ballot->entries[e];

            if (entry->standing != DN_STANDING_UNKNOWN)
                continue;
            entry->standing = standing_of(entry, level);
            news = news || entry->standing != DN_STANDING_UNKNOWN;
        }
        for (size_t i = 0; i < ballot->line_count; i++) {
            narrow(ballot, &ballot->lines[i]);
            news = imply(ballot, &ballot->lines[i]) || news;
        }
    }
}

static int
begin(counting *work, const dn_fact_map *schema)
{
    dn_ballot *ballot = work->ballot;

    for (size_t e = 0; e < ballot->entry_count; e++) {
        ballot->entries[e].standing = DN_STANDING_UNKNOWN;
        if (ballot->entries[e].changes)
            work->change_count += ballot->entries[e].changes->count;
    }
    ballot->schema = schema;
    ballot->in_schema =
        dn_arena_array(work->arena, dn_fact_map_last(schema) + 1, sizeof *ballot->in_schema);
    ballot->others = dn_fact_map_new(work->arena, dn_fact_map_naming(schema));
    ballot->in_others = NULL;
    /* At most: each change on a line of its own. */
    ballot->lines = dn_arena_array(work->arena, work->change_count + 1, sizeof *ballot->lines);
    ballot->line_count = 0;
    work->places = dn_arena_array(work->arena, work->change_count + 1, sizeof *work->places);
    return ballot->in_schema && ballot->others && ballot->lines && work->places
               ? 0
               : dn_no_memory(work->error);
}

int
dn_ballot_count(dn_ballot *ballot, const dn_fact_map *schema, dn_arena *arena, dn_error *error)
{
    counting work = {.ballot = ballot, .arena = arena, .error = error};

    if (begin(&work, schema) < 0 || find_lines(&work) < 0 || fill_lines(&work) < 0)
        return -1;
    for (certainty level = ONLY_DONE; level <= BY_RECORD; level++)
        settle(ballot, level);
    return 0;
}
