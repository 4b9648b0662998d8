/* SPDX-License-Identifier: MIT
 *
 * Comparing code: a database keeps the text of a trigger as somebody once laid it out.
 */
#include <ctype.h>
#include <string.h>

#include "core/schema/schema_internal.h"

typedef struct reading {
    const char *at;
    const char *end;
    bool quoted; /* within '...' */
} reading;

static bool
begins(const reading *code, const char *mark)
{
    size_t length = strlen(mark);

    return (size_t)(code->end - code->at) >= length && memcmp(code->at, mark, length) == 0;
}

static void
skip_comment(reading *code, const char *until)
{
    while (code->at < code->end && !begins(code, until))
        code->at++;
    if (code->at < code->end)
        code->at += strlen(until);
}

/* The next character that counts, 0 at the end. A blank within '...' does. */
static int
next(reading *code)
{
    while (code->at < code->end) {
        unsigned char c = (unsigned char)*code->at;

        if (!code->quoted && begins(code, "--")) {
            skip_comment(code, "\n");
        } else if (!code->quoted && begins(code, "/*")) {
            skip_comment(code, "*/");
        } else if (!code->quoted && strchr(" \t\r\n\"`;", c)) {
            code->at++;
        } else {
            code->at++;
            code->quoted = code->quoted != (c == '\'');
            return code->quoted ? c : tolower(c);
        }
    }
    return 0;
}

bool
dn_schema_same_code(dunlin_string left, dunlin_string right)
{
    reading one = {left.data, left.data + left.length, false};
    reading other = {right.data, right.data + right.length, false};
    int c;

    do {
        c = next(&one);
        if (c != next(&other))
            return false;
    } while (c != 0);
    return true;
}
