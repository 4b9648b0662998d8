/* SPDX-License-Identifier: MIT
 *
 * Which tracker row records which migration.
 */
#include <stdlib.h>
#include <string.h>

#include "core/state/state_internal.h"

enum { NO_ROW = -1 };

/* Rows by one of their keys: open addressing, chained in order of the rows. */
typedef struct row_index {
    int32_t *slots; /* first row of a bucket, or NO_ROW */
    int32_t *next;  /* per row */
    size_t mask;
} row_index;

typedef struct matching {
    dn_observation *observation;
    const dn_sight *sight; /* or NULL */
    dn_arena *arena;
    bool *used; /* per row */
    row_index digests;
    row_index tags;
} matching;

static uint64_t
hash_text(const char *text)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

static uint64_t
hash_digest(const dn_digest *digest)
{
    uint64_t hash;

    memcpy(&hash, digest->bytes, sizeof(hash));
    return hash;
}

static uint64_t
row_key(const dn_tracker_row *row, bool by_tag, bool *has)
{
    *has = by_tag ? row->tag != NULL : row->has_digest;
    if (!*has)
        return 0;
    return by_tag ? hash_text(row->tag) : hash_digest(&row->digest);
}

static int
build_index(matching *state, row_index *index, bool by_tag, dn_error *error)
{
    const dn_tracker *tracker = &state->observation->tracker;
    size_t size = 16;

    while (size < tracker->count * 2)
        size *= 2;
    index->mask = size - 1;
    index->slots = (int32_t *)dn_arena_array(state->arena, size, sizeof(*index->slots));
    index->next = (int32_t *)dn_arena_array(state->arena, tracker->count + 1, sizeof(*index->next));
    if (!index->slots || !index->next)
        return dn_no_memory(error);
    memset(index->slots, 0xFF, size * sizeof(*index->slots));
    for (size_t i = tracker->count; i-- > 0;) {
        bool has;
        size_t slot = row_key(&tracker->rows[i], by_tag, &has) & index->mask;

        if (!has)
            continue;
        index->next[i] = index->slots[slot];
        index->slots[slot] = (int32_t)i;
    }
    return 0;
}

static void
take(matching *state, dn_match *match, size_t row, dn_match_how how)
{
    state->used[row] = true;
    match->row = &state->observation->tracker.rows[row];
    match->how = how;
}

/* What the tracker calls it. */
static const char *
name_of(const dn_migration *migration)
{
    return migration->key ? migration->key : migration->tag;
}

static bool
is_namesake(const dn_tracker_row *row, const dn_migration *migration)
{
    return (row->tag && strcmp(row->tag, name_of(migration)) == 0) ||
           (row->when_ms && row->when_ms == migration->when_ms);
}

/* First unused row with this digest and, if `exact`, with the tag or the time as well. */
static bool
take_content(matching *state, const dn_migration *migration, dn_match *match, bool exact)
{
    const dn_tracker *tracker = &state->observation->tracker;

    for (int32_t i = state->digests.slots[hash_digest(&migration->raw) & state->digests.mask];
         i != NO_ROW; i = state->digests.next[i]) {
        const dn_tracker_row *row = &tracker->rows[i];

        if (state->used[i] || !dn_digest_equal(&row->digest, &migration->raw) ||
            (exact && !is_namesake(row, migration)))
            continue;
        take(state, match, (size_t)i, DN_MATCH_DIGEST);
        return true;
    }
    return false;
}

/* Of files with the same content each takes the row of its own name, before any takes another's:
 * otherwise one that is applied would be applied once more. */
static bool
take_exact(matching *state, const dn_migration *migration, dn_match *match)
{
    return take_content(state, migration, match, true);
}

static bool
take_digest(matching *state, const dn_migration *migration, dn_match *match)
{
    return take_content(state, migration, match, false);
}

static bool
take_tag(matching *state, const dn_migration *migration, dn_match *match)
{
    const dn_tracker *tracker = &state->observation->tracker;
    const char *name = name_of(migration);

    for (int32_t i = state->tags.slots[hash_text(name) & state->tags.mask]; i != NO_ROW;
         i = state->tags.next[i]) {
        const dn_tracker_row *row = &tracker->rows[i];

        if (state->used[i] || strcmp(row->tag, name) != 0)
            continue;
        take(state, match, (size_t)i,
             row->has_digest && dn_digest_equal(&row->digest, &migration->raw) ? DN_MATCH_DIGEST
                                                                               : DN_MATCH_TAG);
        return true;
    }
    return false;
}

static bool
take_when(matching *state, const dn_migration *migration, dn_match *match)
{
    const dn_tracker *tracker = &state->observation->tracker;

    if (!migration->when_ms)
        return false;
    for (size_t i = 0; i < tracker->count; i++) {
        if (state->used[i] || tracker->rows[i].when_ms != migration->when_ms)
            continue;
        take(state, match, i, DN_MATCH_WHEN);
        return true;
    }
    return false;
}

/* Row k is migration k, with the digest of its file: nothing more to find out. */
static bool
in_step(matching *state)
{
    dn_observation *observation = state->observation;
    const dn_journal *journal = observation->journal;
    const dn_tracker *tracker = &observation->tracker;

    if (tracker->count > journal->count || tracker->owner == DN_OWNER_FOREIGN)
        return false;
    for (size_t i = 0; i < tracker->count; i++) {
        const dn_tracker_row *row = &tracker->rows[i];
        const dn_migration *migration = &journal->migrations[i];

        if (!row->has_digest || !migration->has_file ||
            !dn_digest_equal(&row->digest, &migration->raw) ||
            (row->tag && tracker->owner == DN_OWNER_DUNLIN &&
             strcmp(row->tag, migration->tag) != 0) ||
            (row->when_ms && row->when_ms != migration->when_ms))
            return false;
    }
    for (size_t i = 0; i < tracker->count; i++)
        take(state, &observation->matches[i], i, DN_MATCH_DIGEST);
    return true;
}

static void
match_rest(matching *state, bool (*attempt)(matching *, const dn_migration *, dn_match *),
           bool needs_file)
{
    dn_observation *observation = state->observation;
    const dn_journal *journal = observation->journal;

    for (size_t i = 0; i < journal->count; i++)
        if (!observation->matches[i].row && (journal->migrations[i].has_file || !needs_file))
            attempt(state, &journal->migrations[i], &observation->matches[i]);
}

/* The same leading digits, "0009" of "0009_name"; a name without digits has no number. */
static bool
same_number(const char *a, const char *b)
{
    size_t length = strspn(a, "0123456789");

    return length && length == strspn(b, "0123456789") && strncmp(a, b, length) == 0;
}

static bool
is_told(const char *relink, const char *entry, const char *file)
{
    size_t length = strlen(entry);

    return strncmp(relink, entry, length) == 0 && relink[length] == '=' &&
           strcmp(relink + length + 1, file) == 0;
}

bool
dn_match_is_told(const char *relink, const dn_migration *migration, const dn_match *match)
{
    return match->found_told && is_told(relink, migration->tag, match->found->tag);
}

/* A person knows best. */
static bool
find_told(const matching *state, const dn_migration *migration, dn_match *match)
{
    const dn_journal *journal = state->observation->journal;
    const dn_sight *sight = state->sight;

    for (size_t i = 0; sight && i < sight->relink_count; i++)
        for (size_t k = 0; k < journal->unlisted_count; k++)
            if (is_told(sight->relinks[i], migration->tag, journal->unlisted[k].tag)) {
                match->found = &journal->unlisted[k];
                match->found_told = true;
                return true;
            }
    return false;
}

/* A listed migration without file may be an unlisted file under another name: the recorded
 * digest proves it, the number in front of the name only suggests it. */
static void
find_file(matching *state, const dn_migration *migration, dn_match *match)
{
    const dn_journal *journal = state->observation->journal;

    if (find_told(state, migration, match))
        return;
    for (size_t i = 0; match->row && match->row->has_digest && i < journal->unlisted_count; i++)
        if (dn_digest_equal(&journal->unlisted[i].raw, &match->row->digest)) {
            match->found = &journal->unlisted[i];
            match->found_proved = true;
            return;
        }
    for (size_t i = 0; i < journal->unlisted_count; i++)
        if (same_number(journal->unlisted[i].tag, migration->tag))
            match->found = &journal->unlisted[i];
}

static void
judge_match(matching *state, const dn_migration *migration, dn_match *match)
{
    const dn_tracker_row *row;

    if (!migration->has_file)
        find_file(state, migration, match);
    /* What the tracker has of the file is of the entry. */
    if (!match->row && match->found)
        take_digest(state, match->found, match);
    row = match->row;
    match->renamed = match->found != NULL;
    if (!row)
        return;
    if (row->tag && state->observation->tracker.owner != DN_OWNER_DRIZZLE)
        match->renamed = match->renamed || strcmp(row->tag, name_of(migration)) != 0;
    /* Most other tools keep nothing that an edit would show in. */
    if (migration->has_file && match->how != DN_MATCH_DIGEST &&
        (row->has_digest || row->checksum || state->observation->tracker.owner != DN_OWNER_FOREIGN))
        match->edit = DN_EDIT_CHANGED; /* until proved cosmetic */
}

static bool
records_the_same(const dn_tracker_row *row, const dn_tracker_row *other)
{
    return row->has_digest && other->has_digest && dn_digest_equal(&row->digest, &other->digest) &&
           (!row->tag || !other->tag || strcmp(row->tag, other->tag) == 0);
}

/* A second row of what is recorded already is nothing that this checkout lacks. */
static bool
is_double(const matching *state, size_t row)
{
    const dn_tracker *tracker = &state->observation->tracker;

    for (size_t i = 0; i < tracker->count; i++)
        if (state->used[i] && records_the_same(&tracker->rows[i], &tracker->rows[row]))
            return true;
    return false;
}

static int
list_unknown(matching *state, dn_error *error)
{
    dn_observation *observation = state->observation;
    const dn_tracker *tracker = &observation->tracker;

    observation->unknown = (const dn_tracker_row **)dn_arena_array(state->arena, tracker->count + 1,
                                                                   sizeof(*observation->unknown));
    if (!observation->unknown)
        return dn_no_memory(error);
    for (size_t i = 0; i < tracker->count; i++) {
        if (state->used[i])
            continue;
        if (is_double(state, i))
            observation->doubles++;
        else
            observation->unknown[observation->unknown_count++] = &tracker->rows[i];
    }
    return 0;
}

/* An unlisted file that carries a recorded digest. One that was taken for a listed migration
 * without file is that migration's. */
static void
match_unlisted(matching *state)
{
    dn_observation *observation = state->observation;
    const dn_journal *journal = observation->journal;

    for (size_t i = 0; i < journal->unlisted_count; i++) {
        bool taken = false;

        for (size_t k = 0; k < journal->count && !taken; k++)
            taken = observation->matches[k].found == &journal->unlisted[i];
        if (!taken)
            take_digest(state, &journal->unlisted[i], &observation->unlisted[i]);
    }
}

static int
allocate(matching *state, dn_error *error)
{
    dn_observation *observation = state->observation;
    const dn_journal *journal = observation->journal;

    observation->matches =
        (dn_match *)dn_arena_array(state->arena, journal->count + 1, sizeof(*observation->matches));
    observation->unlisted = (dn_match *)dn_arena_array(state->arena, journal->unlisted_count + 1,
                                                       sizeof(*observation->unlisted));
    state->used =
        (bool *)dn_arena_array(state->arena, observation->tracker.count + 1, sizeof(bool));
    if (!observation->matches || !observation->unlisted || !state->used)
        return dn_no_memory(error);
    return 0;
}

int
dn_state_match(dn_observation *observation, const dn_sight *sight, dn_arena *arena, dn_error *error)
{
    matching state = {.observation = observation, .sight = sight, .arena = arena};
    const dn_journal *journal = observation->journal;

    if (allocate(&state, error) < 0)
        return -1;
    if (!in_step(&state)) {
        if (build_index(&state, &state.digests, false, error) < 0 ||
            build_index(&state, &state.tags, true, error) < 0)
            return -1;
        /* Other tools go by the name alone. */
        if (observation->tracker.owner == DN_OWNER_FOREIGN)
            match_rest(&state, take_tag, false);
        match_rest(&state, take_exact, true);
        match_rest(&state, take_digest, true);
        match_rest(&state, take_tag, false);
        if (observation->tracker.owner == DN_OWNER_DRIZZLE)
            match_rest(&state, take_when, false);
    } else if (journal->unlisted_count) {
        if (build_index(&state, &state.digests, false, error) < 0)
            return -1;
    }
    for (size_t i = 0; i < journal->count; i++)
        judge_match(&state, &journal->migrations[i], &observation->matches[i]);
    if (journal->unlisted_count)
        match_unlisted(&state);
    return list_unknown(&state, error);
}
