/* SPDX-License-Identifier: MIT
 *
 * Each object is a line of numbers, which say how long its kind, the names of its path and its text
 * are, and these behind it without anything in between.
 */
#include "core/state/texts.h"

#include <stdlib.h>
#include <string.h>

#include "core/state/state_internal.h"

#define OPENING "texts 1\n"

enum { LONGEST_PATH = 2, LONGEST_LINE = 100 };

/* --- writing ---------------------------------------------------------------------------------------- */

static int
write_text(void *context, const dunlin_fact *fact, dn_error *error)
{
    dn_text *out = context;
    dunlin_string text = fact->property_count ? fact->properties[0].text : dn_string("");

    dn_text_printf(out, "%zu %zu %zu", (size_t)fact->kind.length, (size_t)text.length,
                   (size_t)fact->path[0].length);
    for (uint64_t i = 1; i < fact->path_count; i++)
        dn_text_printf(out, " %zu", (size_t)fact->path[i].length);
    dn_text_add_char(out, '\n');
    dn_text_add(out, fact->kind.data, (size_t)fact->kind.length);
    for (uint64_t i = 0; i < fact->path_count; i++)
        dn_text_add(out, fact->path[i].data, (size_t)fact->path[i].length);
    dn_text_add(out, text.data, (size_t)text.length);
    return out->failed ? dn_no_memory(error) : 0;
}

int
dn_texts_read(dn_connection *connection, dn_text *out, bool *can, dn_error *error)
{
    const dn_fact_taker taker = {.fact = write_text, .context = out};

    *can = false;
    if (!(dn_connection_capabilities(connection)->flags & DUNLIN_CAN_KEEP_TEXTS))
        return 0;
    dn_text_clear(out);
    dn_text_add_string(out, OPENING);
    if (dn_connection_tell_texts(connection, &taker, error) < 0) {
        if (error->status != DUNLIN_UNSUPPORTED)
            return -1;
        dn_error_clear(error);
        return 0;
    }
    *can = true;
    return 0;
}

/* --- reading ---------------------------------------------------------------------------------------- */

bool
dn_texts_are(const char *data, size_t length)
{
    return length >= sizeof OPENING - 1 && memcmp(data, OPENING, sizeof OPENING - 1) == 0;
}

typedef struct scan {
    const char *at;
    const char *end;
} scan;

static bool
take(scan *work, unsigned long long length, dunlin_string *taken)
{
    if (length > (unsigned long long)(work->end - work->at))
        return false;
    *taken = dn_span(work->at, (size_t)length);
    work->at += length;
    return true;
}

/* The numbers of a line; 0: it is none. */
static size_t
take_lengths(scan *work, unsigned long long lengths[2 + LONGEST_PATH])
{
    size_t left = (size_t)(work->end - work->at);
    const char *close = memchr(work->at, '\n', left < LONGEST_LINE ? left : LONGEST_LINE);
    size_t count = 0;

    while (close && work->at < close && count < 2 + LONGEST_PATH) {
        char *behind;

        if (*work->at < '0' || *work->at > '9')
            return 0;
        lengths[count++] = strtoull(work->at, &behind, 10);
        work->at = behind + (behind < close && *behind == ' ');
    }
    if (!close || work->at != close || count < 3)
        return 0;
    work->at++;
    return count;
}

/* *taken stays NULL where the bytes are damaged. */
static int
take_fact(scan *work, dn_arena *arena, const dunlin_fact **taken, dn_error *error)
{
    unsigned long long lengths[2 + LONGEST_PATH];
    size_t count = take_lengths(work, lengths);
    dunlin_fact *fact = dn_arena_alloc(arena, sizeof *fact);
    dunlin_string *path = dn_arena_alloc(arena, LONGEST_PATH * sizeof *path);
    dunlin_property *text = dn_arena_alloc(arena, sizeof *text);

    *taken = NULL;
    if (!fact || !path || !text)
        return dn_no_memory(error);
    *text = (dunlin_property){.name = dn_string("text"), .type = DUNLIN_PROPERTY_TEXT};
    *fact = (dunlin_fact){.size = sizeof *fact,
                          .path = path,
                          .path_count = count > 2 ? count - 2 : 0,
                          .properties = text,
                          .property_count = 1};
    if (!count || !take(work, lengths[0], &fact->kind))
        return 0;
    for (size_t i = 0; i + 2 < count; i++)
        if (!take(work, lengths[2 + i], &path[i]))
            return 0;
    if (take(work, lengths[1], &text->text))
        *taken = fact;
    return 0;
}

typedef struct making {
    uint64_t naming;
    const char *tracker;
    dn_fact_map *facts;
    dn_arena scratch; /* of one fact */
} making;

static int
keep_fact(void *context, const dunlin_fact *fact, dn_error *error)
{
    making *work = context;
    dunlin_fact canonical;

    if (dn_state_is_tracker(work->naming, work->tracker, fact))
        return 0;
    dn_arena_clear(&work->scratch);
    if (dn_state_canonical(fact, &work->scratch, &canonical, error) < 0)
        return -1;
    return dn_fact_map_put(work->facts, &canonical, error);
}

int
dn_texts_facts(dn_connection *connection, const char *tracker, const char *data, size_t length,
               dn_arena *arena, dn_fact_map **facts, dn_error *error)
{
    uint64_t naming = dn_driver_naming(dn_connection_capabilities(connection));
    making work = {.naming = naming, .tracker = tracker, .facts = dn_fact_map_new(arena, naming)};
    const dn_fact_taker taker = {.fact = keep_fact, .context = &work};
    scan from = {data + sizeof OPENING - 1, data + length};
    const dunlin_fact **texts = NULL;
    size_t count = 0;
    size_t capacity = 0;
    int answer;

    *facts = NULL;
    if (!work.facts)
        return dn_no_memory(error);
    while (from.at < from.end) {
        texts = dn_arena_grow(arena, texts, &capacity, count + 1, sizeof *texts);
        if (!texts)
            return dn_no_memory(error);
        if (take_fact(&from, arena, &texts[count], error) < 0)
            return -1;
        if (!texts[count++])
            return 0;
    }
    answer = dn_connection_tell_facts_of(connection, texts, count, &taker, error);
    dn_arena_free(&work.scratch);
    if (answer == 0)
        *facts = work.facts;
    return answer;
}
