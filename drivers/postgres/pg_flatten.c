/* SPDX-License-Identifier: MIT
 *
 * One spelling of conditions that are joined. `a BETWEEN 1 AND 5 AND b` is printed
 *     (((a >= 1) AND (a <= 5)) AND b)
 * and, once that text was read again (after a restore, say),
 *     ((a >= 1) AND (a <= 5) AND b)
 * which stays as it is from then on: the parser takes what stands to the left of an AND into its list. The second one is
 * what facts have. So it is with OR.
 */
#include <string.h>

#include "drivers/postgres/pg_facts.h"

enum { DEEPEST = 200 };

/* Between two parentheses. */
typedef struct group {
    uint64_t open;
    bool joined[2];
} group;

static const char *const joints[] = {" AND ", " OR "};

/* A parenthesis that is to go; no text of the server has such a byte. */
static const char gone = '\001';

static bool
begins_with(dunlin_string text, uint64_t at, const char *words)
{
    size_t length = strlen(words);

    return text.length - at >= length && memcmp(text.data + at, words, length) == 0;
}

/* Is it a list of its own, joined in this way, at the left end of one that is? A SELECT has a blank there. */
static bool
is_needless(dunlin_string text, const group *one, size_t joint)
{
    return one->joined[joint] && !one->joined[1 - joint] && text.data[one->open + 1] != ' ';
}

/* Answers how many parentheses go. */
static size_t
mark(dunlin_string text, char *marked)
{
    group stack[DEEPEST];
    group closed = {.open = 0};
    size_t depth = 0;
    size_t count = 0;

    for (uint64_t at = 0; at < text.length;) {
        char c = text.data[at];

        if (c == '\'' || c == '"') {
            at = dn_pg_behind_quoted(text, at);
            continue;
        }
        if (c == '(') {
            if (depth == DEEPEST)
                return 0;
            stack[depth++] = (group){.open = at};
        } else if (c == ')') {
            if (depth == 0)
                return 0;
            closed = stack[--depth];
        }
        for (size_t joint = 0; c == ' ' && depth > 0 && joint < 2; joint++) {
            if (!begins_with(text, at, joints[joint]))
                continue;
            stack[depth - 1].joined[joint] = true;
            if (text.data[at - 1] == ')' && closed.open == stack[depth - 1].open + 1 &&
                is_needless(text, &closed, joint)) {
                marked[closed.open] = marked[at - 1] = gone;
                count += 2;
            }
        }
        at++;
    }
    return depth == 0 ? count : 0;
}

dunlin_string
dn_pg_flatten(dn_pg_arena *arena, dunlin_string text)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text out = {0};
    uint64_t kept = 0;

    if (text.length == 0 || memmem(text.data, text.length, "((", 2) == NULL)
        return text;
    dn_kit_text_add_string(&out, text);
    if (out.failed)
        return dn_kit_string(NULL);
    if (mark(text, out.data) == 0)
        return text;
    for (uint64_t at = 0; at < text.length; at++)
        if (out.data[at] != gone)
            out.data[kept++] = out.data[at];
    return dn_pg_arena_copy(arena, (dunlin_string){out.data, kept});
}
