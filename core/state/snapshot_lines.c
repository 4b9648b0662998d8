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

/* What one line takes until the map has its copy of the fact. */
typedef struct line_room {
    dn_text text;
    dn_arena arena;
} line_room;

static int
read_line(dunlin_string line, line_room *room, dn_fact_map *facts, dn_snapshot_reading *work)
{
    dn_text *buffer = &room->text;
    dn_fact_flaw flaw;
    dunlin_fact fact;
    cJSON *tree;
    int answer = 1;

    dn_text_clear(buffer);
    dn_arena_clear(&room->arena);
    dn_text_add_char(buffer, '{');
    dn_text_add(buffer, line.data, (size_t)line.length);
    dn_text_add_char(buffer, '}');
    if (buffer->failed)
        return dn_no_memory(work->error);
    tree = cJSON_ParseWithLength(buffer->data, buffer->length);
    if (tree && tree->child && !tree->child->next)
        answer = dn_fact_read(tree->child->string, tree->child, &room->arena, &fact, &flaw);
    cJSON_Delete(tree);
    if (answer < 0)
        return dn_no_memory(work->error);
    return answer == 0 ? dn_fact_map_put(facts, &fact, work->error) : 1;
}

static int
read_facts(lines *rest, dn_fact_map *facts, dn_snapshot_reading *work)
{
    line_room room = {.text = DN_TEXT_INIT, .arena = DN_ARENA_INIT};
    dunlin_string line;
    int answer;
    int left;

    do {
        left = next_fact(rest, &line);
        answer = left > 0 ? read_line(line, &room, facts, work) : 0;
    } while (left > 0 && answer == 0);
    dn_text_free(&room.text);
    dn_arena_free(&room.arena);
    return left < 0 ? 1 : answer;
}

int
dn_snapshot_read_lines(const char *text, size_t length, dn_snapshot_reading *work)
{
    dn_fact_map *facts = dn_fact_map_new(work->arena, 0);
    lines rest = {text, text + length};
    dunlin_string line;
    int answer;

    if (!facts)
        return dn_no_memory(work->error);
    answer = read_first_line(&rest, work);
    if (answer != 0)
        return answer;
    if (!next_line(&rest, &line) || !dn_string_equal(line, "\"facts\":{") ||
        !fits_digest(rest, work->snapshot))
        return 1;
    work->snapshot->facts = facts;
    return read_facts(&rest, facts, work);
}
