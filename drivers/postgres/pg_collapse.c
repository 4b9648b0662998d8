/* SPDX-License-Identifier: MIT
 *
 * One spelling of arrays that are cast. `x IN ('a', 'b')` of a varchar is printed
 *     ((x)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))
 * and, once that text was read again (after a restore, say),
 *     ((x)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))
 * which stays as it is from then on: the parser hands the cast to the elements. The second one is
 * what facts have.
 */
#include <ctype.h>
#include <string.h>

#include "drivers/postgres/pg_facts.h"

static const char opening[] = "(ARRAY[";

uint64_t
dn_pg_behind_quoted(dunlin_string text, uint64_t at)
{
    char quote = text.data[at];

    for (at++; at < text.length; at++)
        if (text.data[at] == quote) {
            if (at + 1 >= text.length || text.data[at + 1] != quote)
                return at + 1;
            at++;
        }
    return text.length;
}

/* Of the bracket that opened before `at`, its closing one; and where commas part the elements. */
static uint64_t
find_close(dunlin_string text, uint64_t at, uint64_t *comma)
{
    int depth = 1;

    *comma = 0;
    while (at < text.length) {
        char c = text.data[at];

        if (c == '\'' || c == '"') {
            at = dn_pg_behind_quoted(text, at);
            continue;
        }
        if (c == '[' || c == '(')
            depth++;
        if ((c == ']' || c == ')') && --depth == 0)
            return at;
        if (c == ',' && depth == 1 && *comma == 0)
            *comma = at;
        at++;
    }
    return text.length;
}

/* ")::character varying(10)[]" behind the closing bracket: the type without its brackets, and the
 * place behind it. Empty where it is something else. */
static dunlin_string
cast_behind(dunlin_string text, uint64_t at, uint64_t *end)
{
    static const char cast[] = ")::";
    uint64_t first = at + strlen(cast);
    uint64_t last = first;

    if (first >= text.length || strncmp(text.data + at, cast, strlen(cast)) != 0)
        return dn_kit_string("");
    while (last < text.length && text.data[last] != '[' && text.data[last] != ':') {
        if (text.data[last] == '"')
            last = dn_pg_behind_quoted(text, last);
        else if (isalnum((unsigned char)text.data[last]) || strchr(" _.(,)", text.data[last]))
            last++;
        else
            return dn_kit_string("");
    }
    if (last + 1 >= text.length || strncmp(text.data + last, "[]", 2) != 0)
        return dn_kit_string("");
    *end = last + 2;
    return (dunlin_string){text.data + first, last - first};
}

static void collapse(dn_kit_text *out, dunlin_string text);

/* Each element with the cast. */
static void
add_elements(dn_kit_text *out, dunlin_string elements, dunlin_string type)
{
    uint64_t at = 0;

    dn_kit_text_add(out, "ARRAY[");
    while (at < elements.length) {
        dunlin_string rest = {elements.data + at, elements.length - at};
        uint64_t comma;
        uint64_t close = find_close(rest, 0, &comma);
        uint64_t length = comma > 0 ? comma : close;

        dn_kit_text_add(out, at > 0 ? ", (" : "(");
        collapse(out, (dunlin_string){rest.data, length});
        dn_kit_text_add(out, ")::");
        dn_kit_text_add_string(out, type);
        at += length + (comma > 0 ? 1 : 0);
        while (comma > 0 && at < elements.length && elements.data[at] == ' ')
            at++;
    }
    dn_kit_text_add(out, "]");
}

static void
collapse(dn_kit_text *out, dunlin_string text)
{
    uint64_t copied = 0;

    for (uint64_t at = 0; at < text.length;) {
        uint64_t begin = at + strlen(opening);
        uint64_t comma;
        uint64_t close;
        uint64_t end = 0;
        dunlin_string type;

        if (text.data[at] == '\'' || text.data[at] == '"') {
            at = dn_pg_behind_quoted(text, at);
            continue;
        }
        if (begin >= text.length || strncmp(text.data + at, opening, strlen(opening)) != 0) {
            at++;
            continue;
        }
        close = find_close(text, begin, &comma);
        type = close < text.length ? cast_behind(text, close + 1, &end) : dn_kit_string("");
        if (type.length == 0 || close == begin) {
            at++;
            continue;
        }
        dn_kit_text_add_string(out, (dunlin_string){text.data + copied, at - copied});
        add_elements(out, (dunlin_string){text.data + begin, close - begin}, type);
        at = copied = end;
    }
    dn_kit_text_add_string(out, (dunlin_string){text.data + copied, text.length - copied});
}

dunlin_string
dn_pg_collapse(dn_pg_arena *arena, dunlin_string text)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text out = {0};

    if (text.length == 0 || memmem(text.data, text.length, opening, strlen(opening)) == NULL)
        return dn_pg_flatten(arena, dn_pg_unname(arena, text));
    collapse(&out, text);
    if (out.failed)
        return dn_kit_string(NULL);
    text = dn_pg_arena_copy(arena, dn_kit_text_string(&out));
    return dn_pg_flatten(arena, dn_pg_unname(arena, text));
}
