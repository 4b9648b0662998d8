/* SPDX-License-Identifier: MIT
 *
 * A snapshot file that is byte for byte as it was written: one fact a line. Its digest is that of the
 * lines as they stand, and no tree is made for all of it. Any other file is for the reader that takes
 * any JSON and says what is wrong where.
 */
#include <string.h>

#include "core/state/snapshot_internal.h"

typedef struct lines {
    const char *at;
    const char *end;
} lines;

static bool
next_line(lines *rest, dunlin_string *line)
{
    const char *stop = memchr(rest->at, '\n', (size_t)(rest->end - rest->at));

    if (!stop)
        return false;
    *line = dn_span(rest->at, (uint64_t)(stop - rest->at));
    rest->at = stop + 1;
    return true;
}

/* {"dunlin":{...}, without the comma, and closed. */
static int
read_first_line(lines *rest, dn_snapshot_reading *work)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dunlin_string line;
    int answer;

    if (!next_line(rest, &line) || line.length == 0 || line.data[line.length - 1] != ',')
        return 1;
    dn_text_add(&text, line.data, (size_t)line.length - 1);
    dn_text_add_char(&text, '}');
    if (text.failed)
        return dn_no_memory(work->error);
    if (dn_json_parse(&work->json, "", text.data, text.length, false, "snapshot.syntax",
                      work->error) < 0)
        return 1;
    answer = dn_snapshot_read_head(work) < 0 ? 1 : 0;
    dn_json_free(&work->json);
    return answer;
}

/* A fact's line without what ends it. 0: the last one is past. */
static int
next_fact(lines *rest, dunlin_string *fact)
{
    if (!next_line(rest, fact) || fact->length == 0)
        return -1;
    if (dn_string_equal(*fact, "}}"))
        return rest->at == rest->end ? 0 : -1;
    if (fact->data[fact->length - 1] == ',')
        fact->length--;
    return 1;
}

/* Are they the facts that the digest is of? */
static bool
fits_digest(lines rest, const dn_snapshot *snapshot)
{
    dunlin_string fact;
    dn_digest digest;
    dn_hash hash;
    int answer;

    dn_hash_begin(&hash);
    while ((answer = next_fact(&rest, &fact)) > 0) {
        dn_hash_add(&hash, fact.data, (size_t)fact.length);
        dn_hash_add(&hash, "\n", 1);
    }
    digest = dn_hash_end(&hash);
    return answer == 0 && dn_digest_equal(&digest, &snapshot->digest);
}

/* What one line takes until the fact has its own memory. */
typedef struct line_room {
    dn_text text;
    dn_arena arena;
    dn_arena list;
    dn_fact_line line;
} line_room;

/* Any JSON: the line may have escapes, or blanks, or be no fact. */
static int
read_json(dunlin_string line, line_room *room)
{
    dn_text *buffer = &room->text;
    dn_fact_flaw flaw;
    cJSON *tree;
    int answer = 1;

    dn_text_clear(buffer);
    dn_arena_clear(&room->arena);
    dn_text_add_char(buffer, '{');
    dn_text_add(buffer, line.data, (size_t)line.length);
    dn_text_add_char(buffer, '}');
    if (buffer->failed)
        return -1;
    tree = cJSON_ParseWithLength(buffer->data, buffer->length);
    if (tree && tree->child && !tree->child->next)
        answer =
            dn_fact_read(tree->child->string, tree->child, &room->arena, &room->line.fact, &flaw);
    cJSON_Delete(tree);
    return answer;
}

/* The lines of a file that was read before, which has most of these, in the same order. */
typedef struct companion {
    lines rest;
    dunlin_string line; /* the next one, and its fact */
    const dunlin_fact **fact;
    bool more;
} companion;

static companion
first_along(const dn_snapshot_manner *manner)
{
    const dn_snapshot_lines *like = manner ? manner->like : NULL;
    companion along = {.more = like && like->count};

    if (!along.more)
        return along;
    along.rest = (lines){like->text, like->text + like->length};
    along.fact = like->facts;
    along.more = next_fact(&along.rest, &along.line) > 0;
    return along;
}

static int
order_lines(dunlin_string left, dunlin_string right)
{
    uint64_t length = left.length < right.length ? left.length : right.length;
    int order = memcmp(left.data, right.data, (size_t)length);

    return order ? order : (left.length > right.length) - (left.length < right.length);
}

/* The fact of the same line there, or NULL. Where lines are in another order, it is just not found. */
static const dunlin_fact *
find_along(companion *along, dunlin_string line)
{
    const dunlin_fact *found = NULL;

    while (along->more && !found) {
        int order = order_lines(along->line, line);

        if (order > 0)
            return NULL;
        if (order == 0)
            found = *along->fact;
        along->fact++;
        along->more = next_fact(&along->rest, &along->line) > 0;
    }
    return found;
}

static int
read_line(dunlin_string line, line_room *room, dn_snapshot_reading *work, const dunlin_fact **fact)
{
    int answer = dn_fact_read_line(line, &room->line);

    if (answer > 0)
        answer = read_json(line, room);
    if (answer != 0)
        return answer;
    *fact = dn_fact_copy(work->arena, &room->line.fact);
    return *fact ? 0 : -1;
}

/* The facts in the order of their lines. */
typedef struct found_facts {
    const dunlin_fact **items;
    size_t count;
    size_t capacity;
} found_facts;

static int
take_fact(const dunlin_fact *fact, found_facts *found, dn_snapshot_reading *work)
{
    if (work->manner && work->manner->lines) {
        found->items = dn_arena_grow(work->arena, (void *)found->items, &found->capacity,
                                     found->count + 1, sizeof *found->items);
        if (!found->items)
            return -1;
        found->items[found->count++] = fact;
    }
    return dn_fact_map_share(work->facts, fact, work->error);
}

static int
read_facts(lines *rest, dn_snapshot_reading *work)
{
    line_room room = {.text = DN_TEXT_INIT, .arena = DN_ARENA_INIT, .list = DN_ARENA_INIT};
    companion along = first_along(work->manner);
    found_facts found = {.items = NULL};
    const lines all = *rest;
    dunlin_string line;
    int answer = 0;
    int left;

    room.line.properties.arena = &room.list;
    while (answer == 0 && (left = next_fact(rest, &line)) > 0) {
        const dunlin_fact *fact = find_along(&along, line);

        if (!fact)
            answer = read_line(line, &room, work, &fact);
        if (answer == 0)
            answer = take_fact(fact, &found, work);
    }
    dn_text_free(&room.text);
    dn_arena_free(&room.arena);
    dn_arena_free(&room.list);
    if (answer == 0 && left == 0 && work->manner && work->manner->lines)
        *work->manner->lines =
            (dn_snapshot_lines){all.at, (size_t)(all.end - all.at), found.items, found.count};
    return answer ? answer : left < 0;
}

/* Names are compared as its dialect does, if that is known. */
static int
make_map(dn_snapshot_reading *work)
{
    const dn_snapshot_manner *manner = work->manner;
    dn_error unsaid; /* until it is known that the rest of the file is good */

    work->naming = 0;
    work->named = manner && manner->naming(work->snapshot->dialect, &work->naming, manner->context,
                                           &unsaid) == 0;
    work->facts = dn_fact_map_new(work->arena, work->named ? work->naming : 0);
    work->snapshot->facts = work->facts;
    return work->facts ? 0 : -1;
}

int
dn_snapshot_read_lines(const char *text, size_t length, dn_snapshot_reading *work)
{
    lines rest = {text, text + length};
    dunlin_string line;
    int answer;

    answer = read_first_line(&rest, work);
    if (answer != 0)
        return answer;
    if (!next_line(&rest, &line) || !dn_string_equal(line, "\"facts\":{") ||
        !fits_digest(rest, work->snapshot))
        return 1;
    return make_map(work) < 0 ? -1 : read_facts(&rest, work);
}
