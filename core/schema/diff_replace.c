/* SPDX-License-Identifier: MIT
 *
 * What CREATE OR REPLACE can change. PostgreSQL is the strictest: a view keeps its columns, with their
 * types, and gets further ones only behind them; a function keeps what it returns and the names of its
 * arguments (its manual, CREATE VIEW and CREATE FUNCTION). Of what a text says, only equal text is sure to
 * mean the same.
 */
#include "core/schema/diff_internal.h"

#include <string.h>
#include <strings.h>

static dunlin_string
member_text(const dunlin_fact *fact, const char *name)
{
    const dunlin_property *member = dn_property_find(fact->properties, fact->property_count, name);

    return member ? member->text : dn_string("");
}

static bool
in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Behind a quoted piece that begins at `at`. */
static uint64_t
behind_quote(dunlin_string text, uint64_t at)
{
    char quote = text.data[at];

    for (at++; at < text.length && text.data[at] != quote; at++)
        ;
    return at < text.length ? at + 1 : at;
}

/* Where one of the words stands outside of quotes and parentheses; the length when nowhere. */
static uint64_t
find_word(dunlin_string text, const char *words)
{
    int depth = 0;

    for (uint64_t at = 0; at < text.length;) {
        char c = text.data[at];
        uint64_t end = at;

        if (c == '\'' || c == '"' || c == '`') {
            at = behind_quote(text, at);
            continue;
        }
        depth += (c == '(') - (c == ')');
        while (end < text.length && in_word(text.data[end]))
            end++;
        if (end > at && end - at < 16 && depth == 0) {
            char word[16];

            for (uint64_t i = at; i < end; i++)
                word[i - at] =
                    (char)(text.data[i] >= 'A' && text.data[i] <= 'Z' ? text.data[i] - 'A' + 'a'
                                                                      : text.data[i]);
            if (dn_string_among(dn_span(word, (size_t)(end - at)), words))
                return at;
        }
        at = end > at ? end : at + 1;
    }
    return text.length;
}

static dunlin_string
trimmed(dunlin_string text)
{
    while (text.length && strchr(" \t\r\n", text.data[text.length - 1]))
        text.length--;
    return text;
}

/* --- views ------------------------------------------------------------------------------------------ */

/* SELECT with its list; nothing where columns have other sources as well. */
static dunlin_string
select_list(dunlin_string query)
{
    static const char others[] = "union intersect except values with table";
    uint64_t end = find_word(query, "from");

    if (query.length < 6 || strncasecmp(query.data, "select", 6) != 0 ||
        find_word(query, others) < query.length || end == query.length)
        return dn_string("");
    return trimmed(dn_span(query.data, (size_t)end));
}

/* The same text, or followed by more columns. */
static bool
extends(dunlin_string longer, dunlin_string shorter)
{
    return shorter.length && longer.length >= shorter.length &&
           memcmp(longer.data, shorter.data, (size_t)shorter.length) == 0 &&
           (longer.length == shorter.length || longer.data[shorter.length] == ',');
}

static bool
columns_extend(const dunlin_fact *before, const dunlin_fact *after)
{
    const dunlin_property *old =
        dn_property_find(before->properties, before->property_count, "columns");
    const dunlin_property *new =
        dn_property_find(after->properties, after->property_count, "columns");

    if (!old || !new)
        return !old && !new;
    for (old++, new ++; old->type != DUNLIN_PROPERTY_END; old++, new ++)
        if (new->type == DUNLIN_PROPERTY_END || !dn_schema_same(old->text, new->text))
            return false;
    return true;
}

static dunlin_string
relation_of(dunlin_string key)
{
    const char *slash;

    if (key.length > 7 && memcmp(key.data, "column/", 7) == 0) {
        slash = memrchr(key.data, '/', (size_t)key.length);
        return dn_span(key.data + 7, (size_t)(slash - key.data) - 7);
    }
    slash = memchr(key.data, '/', (size_t)key.length);
    return slash ? dn_span(slash + 1, (size_t)(key.data + key.length - slash) - 1) : key;
}

/* An alias may stand for another table than before. */
static bool
still_uses_all(const dunlin_fact *before, const dunlin_fact *after)
{
    const dunlin_property *old =
        dn_property_find(before->properties, before->property_count, "depends");

    for (old = old ? old + 1 : NULL; old && old->type != DUNLIN_PROPERTY_END; old++) {
        const dunlin_property *new =
            dn_property_find(after->properties, after->property_count, "depends");
        bool found = false;

        for (new = new ? new + 1 : NULL; new &&new->type != DUNLIN_PROPERTY_END; new ++)
            found = found || dn_schema_same(relation_of(old->text), relation_of(new->text));
        if (!found)
            return false;
    }
    return true;
}

bool
dn_diff_replaces_view(const dunlin_fact *before, const dunlin_fact *after)
{
    return extends(select_list(member_text(after, "definition")),
                   select_list(member_text(before, "definition"))) &&
           columns_extend(before, after) && still_uses_all(before, after);
}

/* --- routines --------------------------------------------------------------------------------------- */

/* Up to where the body and its settings begin. */
static dunlin_string
head_of(const dunlin_fact *routine)
{
    dunlin_string text = member_text(routine, "definition");

    return trimmed(dn_span(text.data, (size_t)find_word(text, "language as begin return")));
}

bool
dn_diff_replaces_routine(const dunlin_fact *before, const dunlin_fact *after)
{
    return dn_schema_same(head_of(before), head_of(after));
}
