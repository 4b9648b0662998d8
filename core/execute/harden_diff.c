/* SPDX-License-Identifier: MIT
 *
 * A unified diff of texts whose lines correspond one by one.
 */
#include "core/execute/harden.h"

#include <string.h>

enum { CONTEXT = 3 };

typedef struct cursor {
    dunlin_string rest;
    dunlin_string line; /* with its line end, if it has one */
} cursor;

static bool
next(cursor *at)
{
    const char *end;

    if (!at->rest.length)
        return false;
    end = memchr(at->rest.data, '\n', at->rest.length);
    at->line = dn_span(at->rest.data, end ? (size_t)(end - at->rest.data) + 1 : at->rest.length);
    at->rest = dn_span(at->rest.data + at->line.length, at->rest.length - at->line.length);
    return true;
}

static bool
same(const cursor *left, const cursor *right)
{
    return left->line.length == right->line.length &&
           memcmp(left->line.data, right->line.data, left->line.length) == 0;
}

static void
put(dn_text *diff, char mark, dunlin_string line)
{
    dn_text_add_char(diff, mark);
    dn_text_add(diff, line.data, (size_t)line.length);
    if (!line.length || line.data[line.length - 1] != '\n')
        dn_text_add_string(diff, "\n\\ No newline at end of file\n");
}

/* The lines [first, end) of both. */
static void
put_hunk(dn_text *diff, cursor before, cursor after, size_t first, size_t end)
{
    dn_text old = DN_TEXT_INIT;
    dn_text new = DN_TEXT_INIT;

    dn_text_printf(diff, "@@ -%zu,%zu +%zu,%zu @@\n", first + 1, end - first, first + 1,
                   end - first);
    for (size_t i = first; i < end && next(&before) && next(&after); i++) {
        if (!same(&before, &after)) {
            put(&old, '-', before.line);
            put(&new, '+', after.line);
            continue;
        }
        dn_text_add(diff, old.data ? old.data : "", old.length);
        dn_text_add(diff, new.data ? new.data : "", new.length);
        dn_text_clear(&old);
        dn_text_clear(&new);
        put(diff, ' ', before.line);
    }
    dn_text_add(diff, old.data ? old.data : "", old.length);
    dn_text_add(diff, new.data ? new.data : "", new.length);
    diff->failed = diff->failed || old.failed || new.failed;
    dn_text_free(&old);
    dn_text_free(&new);
}

/* Places of the window of lines that a hunk begins with. */
typedef struct window {
    cursor before[CONTEXT + 1];
    cursor after[CONTEXT + 1];
} window;

void
dn_harden_diff(const char *name, dunlin_string before, dunlin_string after, dn_text *diff)
{
    cursor left = {before, {NULL, 0}};
    cursor right = {after, {NULL, 0}};
    window starts; /* cursors in front of the last lines, by number */
    size_t line = 0;
    size_t first = SIZE_MAX; /* of the hunk at hand */
    size_t last = 0;         /* line that differs in it */
    cursor from[2];

    if (before.length == after.length && memcmp(before.data, after.data, before.length) == 0)
        return;
    dn_text_printf(diff, *name == '/' ? "--- %s\n+++ %s\n" : "--- a/%s\n+++ b/%s\n", name, name);
    for (;; line++) {
        bool more;

        starts.before[line % (CONTEXT + 1)] = left;
        starts.after[line % (CONTEXT + 1)] = right;
        more = next(&left) && next(&right);
        if (first != SIZE_MAX && (!more || line > last + 2 * (size_t)CONTEXT)) {
            put_hunk(diff, from[0], from[1], first,
                     line < last + 1 + CONTEXT ? line : last + 1 + CONTEXT);
            first = SIZE_MAX;
        }
        if (!more)
            return;
        if (same(&left, &right))
            continue;
        if (first == SIZE_MAX) {
            first = line > CONTEXT ? line - CONTEXT : 0;
            from[0] = starts.before[first % (CONTEXT + 1)];
            from[1] = starts.after[first % (CONTEXT + 1)];
        }
        last = line;
    }
}
