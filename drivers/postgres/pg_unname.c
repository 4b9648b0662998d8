/* SPDX-License-Identifier: MIT
 *
 * One spelling of literals in a query. `EXISTS (SELECT 'a')` is printed
 *     (EXISTS ( SELECT 'a'::text))
 * and, once that text was read again (after a restore, say),
 *     (EXISTS ( SELECT 'a'::text AS text))
 * which stays as it is from then on: a column that is a cast is called after its type. The first one is what facts
 * have, wherever the name says no more than the cast does.
 */
#include <ctype.h>
#include <string.h>

#include "drivers/postgres/pg_facts.h"

static const char naming[] = " AS ";

static bool
contains(dunlin_string text, const char *words)
{
    return memmem(text.data, text.length, words, strlen(words)) != NULL;
}

/* The name of a type in the catalog, by the words that the server prints for it; array or not, and whatever its length.
 * Empty: it is no type, or one of a name that is not looked into. */
static dunlin_string
name_of_type(dunlin_string type)
{
    static const char *const words[][2] = {
        {"character varying", "varchar"},
        {"character", "bpchar"},
        {"integer", "int4"},
        {"bigint", "int8"},
        {"smallint", "int2"},
        {"real", "float4"},
        {"double precision", "float8"},
        {"boolean", "bool"},
        {"bit varying", "varbit"},
        {"timestamp without time zone", "timestamp"},
        {"time without time zone", "time"},
        {"timestamp with time zone", "timestamptz"},
        {"time with time zone", "timetz"},
    };
    uint64_t length = 0;
    uint64_t first = 0;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (type.length >= strlen(words[i][0]) &&
            memcmp(type.data, words[i][0], strlen(words[i][0])) == 0 &&
            (type.length == strlen(words[i][0]) || strchr("([", type.data[strlen(words[i][0])])))
            return dn_kit_string(words[i][1]);
    while (length < type.length && type.data[length] != '(' && type.data[length] != '[') {
        if (type.data[length] == '.')
            first = length + 1;
        else if (!isalnum((unsigned char)type.data[length]) && type.data[length] != '_')
            return dn_kit_string("");
        length++;
    }
    /* "timestamp(3) with time zone" has a word behind it that counts. */
    for (uint64_t at = length; at < type.length; at++)
        if (!isdigit((unsigned char)type.data[at]) && !strchr("(),[]", type.data[at]))
            return dn_kit_string("");
    return (dunlin_string){type.data + first, length - first};
}

/* Of "::text AS text", which begins at `at`, where the name begins that is to go, and *end where it ends; 0: there is none
 * that says the same. */
static uint64_t
needless_name(dunlin_string text, uint64_t at, uint64_t *end)
{
    const uint64_t first = at + 2;
    dunlin_string type;
    dunlin_string name;
    uint64_t last = first;
    bool quoted;

    if (first >= text.length || text.data[at] != ':' || text.data[at + 1] != ':')
        return 0;
    while (last < text.length &&
           (isalnum((unsigned char)text.data[last]) || strchr("_ .()[],", text.data[last])) &&
           strncmp(text.data + last, naming, strlen(naming)) != 0)
        last++;
    if (last + strlen(naming) >= text.length ||
        strncmp(text.data + last, naming, strlen(naming)) != 0)
        return 0;
    type = name_of_type((dunlin_string){text.data + first, last - first});
    at = last + strlen(naming);
    quoted = text.data[at] == '"';
    *end = at;
    if (quoted)
        *end = dn_pg_behind_quoted(text, at);
    while (!quoted && *end < text.length &&
           (isalnum((unsigned char)text.data[*end]) || strchr("_$", text.data[*end])))
        (*end)++;
    name = (dunlin_string){text.data + at + quoted, *end - at - 2 * (uint64_t)quoted};
    return type.length > 0 && *end > at + 2 * (uint64_t)quoted && dn_kit_equal(type, name) ? last
                                                                                           : 0;
}

/* NULL as a word of its own. */
static bool
is_null(dunlin_string text, uint64_t at)
{
    return text.length - at > 4 && strncmp(text.data + at, "NULL", 4) == 0 &&
           (at == 0 || !(isalnum((unsigned char)text.data[at - 1]) || text.data[at - 1] == '_'));
}

dunlin_string
dn_pg_unname(dn_pg_arena *arena, dunlin_string text)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text out = {0};
    uint64_t copied = 0;
    uint64_t at = 0;

    /* There a name is no column's. */
    if (text.length == 0 || !contains(text, naming) || !contains(text, "::") ||
        contains(text, "XMLATTRIBUTES(") || contains(text, "XMLFOREST(") ||
        contains(text, " PASSING "))
        return text;
    while (at < text.length) {
        const bool literal = text.data[at] == '\'';
        uint64_t begin;
        uint64_t end = 0;

        if (literal || text.data[at] == '"')
            at = dn_pg_behind_quoted(text, at);
        else
            at += is_null(text, at) ? 4 : 1;
        if (!literal && !(at >= 4 && is_null(text, at - 4)))
            continue;
        begin = needless_name(text, at, &end);
        if (begin == 0)
            continue;
        dn_kit_text_add_string(&out, (dunlin_string){text.data + copied, begin - copied});
        at = copied = end;
    }
    if (copied == 0)
        return text;
    dn_kit_text_add_string(&out, (dunlin_string){text.data + copied, text.length - copied});
    return out.failed ? dn_kit_string(NULL) : dn_pg_arena_copy(arena, dn_kit_text_string(&out));
}
