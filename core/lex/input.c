/* SPDX-License-Identifier: MIT */
#include "core/lex/split.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"

static const char marker[] = "--> statement-breakpoint";
enum { MARKER_BYTES = sizeof marker - 1 };

/* --- places ---------------------------------------------------------------------------------------- */
static void
count_lines(dn_lex_splitter *s, size_t to)
{
    const unsigned char *p = s->data + s->counted;
    const unsigned char *end = s->data + to;

    if (to <= s->counted)
        return;
    while ((p = memchr(p, '\n', (size_t)(end - p)))) {
        p++;
        s->line++;
        s->line_start = s->base + (uint64_t)(p - s->data);
    }
    s->counted = to;
}

void
dn_lex_place_of(dn_lex_splitter *s, size_t at, unsigned *line, unsigned *column)
{
    count_lines(s, at);
    *line = s->line;
    *column = (unsigned)(s->base + at - s->line_start) + 1;
}

void
dn_lex_fill_item(dn_lex_splitter *s, dn_lex_item *item, size_t begin, size_t end)
{
    item->text = dn_span((const char *)s->data + begin, end - begin);
    item->offset = s->base + begin;
    dn_lex_place_of(s, begin, &item->line, &item->column);
}

bool
dn_lex_at_line_start(const dn_lex_splitter *s, size_t at)
{
    while (at > 0 && (s->data[at - 1] == ' ' || s->data[at - 1] == '\t'))
        at--;
    if (at == 0)
        return s->clean;
    return s->data[at - 1] == '\n' || s->data[at - 1] == '\r';
}

/* --- the buffer ------------------------------------------------------------------------------------ */
/* The first byte that is still needed. */
static size_t
first_needed(const dn_lex_splitter *s)
{
    if (s->state == DN_LEX_INSIDE || s->state == DN_LEX_IN_DATA)
        return s->start;
    if (s->run.kind == DN_LEX_RUN_LINE && s->line_is != DN_LEX_LINE_COMMENT)
        return s->run.begin;
    return s->position;
}

static size_t
less(size_t index, size_t bytes)
{
    return index > bytes ? index - bytes : 0;
}

static void
drop(dn_lex_splitter *s, size_t bytes)
{
    count_lines(s, bytes);
    s->clean = dn_lex_at_line_start(s, bytes);
    memmove(s->data, s->data + bytes, s->end - bytes);
    s->base += bytes;
    s->end -= bytes;
    s->window.limit -= bytes;
    s->position -= bytes;
    s->searched = less(s->searched, bytes);
    s->hashed = less(s->hashed, bytes);
    s->counted = less(s->counted, bytes);
    s->run.begin = less(s->run.begin, bytes);
    s->run.content = less(s->run.content, bytes);
    s->start = less(s->start, bytes);
    s->gap = less(s->gap, bytes);
    s->token_end = less(s->token_end, bytes);
    s->line_begin = less(s->line_begin, bytes);
}

/* Most files are small: the buffer starts so, and then holds one chunk and what is still needed. */
static bool
has_room(const dn_lex_splitter *s)
{
    size_t room = s->capacity - s->end;

    return room >= (s->capacity < DN_LEX_CHUNK ? DN_LEX_LEAST_ROOM : DN_LEX_CHUNK);
}

/* Room for a chunk. Bytes are only moved when at least as many go, so that the cost stays linear. */
static int
make_room(dn_lex_splitter *s, dn_error *error)
{
    size_t needed = first_needed(s);
    size_t capacity = s->capacity ? s->capacity * 2 : DN_LEX_FIRST_BUFFER;
    unsigned char *bigger;

    if (has_room(s))
        return 0;
    if (needed && needed >= s->end - needed)
        drop(s, needed);
    if (has_room(s))
        return 0;
    bigger = dn_realloc(s->data, capacity);
    if (!bigger)
        return dn_no_memory(error);
    s->capacity = capacity;
    s->data = bigger;
    s->window.data = bigger;
    return 0;
}

/* --- the edge of the window ------------------------------------------------------------------------ */
/* The bytes at the end that may be the beginning of a marker stay outside the window. */
static void
find_edge(dn_lex_splitter *s)
{
    const unsigned char *from = s->data + s->searched;
    size_t length = s->end - s->searched;
    const unsigned char *nul = memchr(from, '\0', length);
    const unsigned char *found =
        memmem(from, nul ? (size_t)(nul - from) : length, marker, MARKER_BYTES);

    s->edge = DN_LEX_EDGE_MORE;
    s->window.limit = less(s->end, MARKER_BYTES - 1);
    if (found) {
        s->edge = DN_LEX_EDGE_MARKER;
        s->window.limit = (size_t)(found - s->data);
    } else if (nul) {
        s->edge = DN_LEX_EDGE_NUL;
        s->window.limit = (size_t)(nul - s->data);
    } else if (s->read_all) {
        s->edge = DN_LEX_EDGE_END;
        s->window.limit = s->end;
    } else if (s->window.limit < s->searched)
        s->window.limit = s->searched;
    s->searched = s->window.limit;
    s->window.final = s->edge != DN_LEX_EDGE_MORE;
}

/* Nothing is in the window before it is known whether the input begins with a byte order mark. */
static void
skip_bom(dn_lex_splitter *s)
{
    static const char bom[] = {'\xEF', '\xBB', '\xBF'};

    if (s->bom_looked_for)
        return;
    if (s->window.limit < sizeof bom && !s->window.final) {
        s->window.limit = s->searched = 0;
        return;
    }
    s->bom_looked_for = true;
    if (s->window.limit < sizeof bom || memcmp(s->data, bom, sizeof bom) != 0)
        return;
    memmove(s->data, s->data + sizeof bom, s->end - sizeof bom);
    s->base = s->line_start = sizeof bom;
    s->end -= sizeof bom;
    s->window.limit -= sizeof bom;
    s->searched = s->window.limit;
}

int
dn_lex_refill(dn_lex_splitter *s, dn_error *error)
{
    size_t room;
    int64_t got;

    if (make_room(s, error) < 0)
        return -1;
    room = s->capacity - s->end;
    got = s->read(s->context, s->data + s->end, room < DN_LEX_CHUNK ? room : DN_LEX_CHUNK, error);
    if (got < 0)
        return -1;
    s->read_all = got == 0;
    s->end += (size_t)got;
    find_edge(s);
    skip_bom(s);
    dn_lex_hash_text(s);
    return 0;
}

void
dn_lex_pass_marker(dn_lex_splitter *s)
{
    s->position = s->searched = s->window.limit + MARKER_BYTES;
    s->behind_marker = true;
    find_edge(s);
}

void
dn_lex_place(dunlin_string text, uint64_t offset, unsigned *line, unsigned *column)
{
    const char *p = text.data;
    const char *end = text.data + (offset < text.length ? offset : text.length);
    const char *newline;

    while (p < end && (newline = memchr(p, '\n', (size_t)(end - p)))) {
        p = newline + 1;
        ++*line;
        *column = 1;
    }
    *column += (unsigned)(end - p);
}
