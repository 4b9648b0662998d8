/* SPDX-License-Identifier: MIT
 *
 * How the server spells things, made into how facts spell them.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drivers/mysql/my_schema.h"

int64_t
dn_mysql_number(dunlin_string cell)
{
    return cell.data != NULL ? strtoll(cell.data, NULL, 10) : 0;
}

bool
dn_mysql_begins(dunlin_string text, const char *begin)
{
    size_t length = strlen(begin);

    return text.length >= length && strncasecmp(text.data, begin, length) == 0;
}

bool
dn_mysql_contains(dunlin_string text, const char *part)
{
    size_t length = strlen(part);

    for (uint64_t i = 0; i + length <= text.length; i++)
        if (strncasecmp(text.data + i, part, length) == 0)
            return true;
    return false;
}

bool
dn_mysql_same_name(dunlin_string left, dunlin_string right)
{
    return left.length == right.length &&
           (left.length == 0 || strncasecmp(left.data, right.data, left.length) == 0);
}

/* --- types ------------------------------------------------------------------------------------------ */
/* How wide a number is shown says nothing of its values. But tinyint(1) is a boolean to everybody, unsigned or not,
 * and a width that is filled with zeros shows in results. */
dunlin_string
dn_mysql_plain_type(dn_kit_pool *pool, dunlin_string type)
{
    static const char *const numbers[] = {"tinyint(", "smallint(", "mediumint(",
                                          "int(",     "bigint(",   "year("};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

    if (dn_mysql_begins(type, "tinyint(1)") || dn_mysql_contains(type, "zerofill"))
        return type;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        size_t length = strlen(numbers[i]);
        const char *close;

        if (!dn_mysql_begins(type, numbers[i]))
            continue;
        close = memchr(type.data, ')', type.length);
        if (close == NULL)
            return type;
        dn_kit_text_add_string(&text, (dunlin_string){type.data, length - 1});
        dn_kit_text_add_string(
            &text, (dunlin_string){close + 1, type.length - (uint64_t)(close + 1 - type.data)});
        return dn_kit_pool_text(pool, &text);
    }
    return type;
}

/* [MDB] a line end in a label is printed as \n or \r, since a backslash is doubled there. */
static const char *
unescaped(char letter)
{
    switch (letter) {
    case 'n': return "\n";
    case 'r': return "\r";
    default: return NULL;
    }
}

/* enum('a','it''s'). A backslash is printed doubled by some and alone by others: it is doubled
 * exactly where the next one is a backslash or a quote. */
void
dn_mysql_add_labels(dn_mysql_list *list, dn_kit_pool *pool, dunlin_string type, bool mariadb)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text label = {0};
    bool inside = false;

    for (uint64_t i = 0; i < type.length; i++) {
        const char *at = type.data + i;
        bool more = i + 1 < type.length;

        if (!inside) {
            inside = *at == '\'';
            continue;
        }
        if (*at == '\\' && more && (at[1] == '\\' || at[1] == '\'')) {
            at++;
            i++;
        } else if (*at == '\\' && more && mariadb && unescaped(at[1]) != NULL) {
            at = unescaped(at[1]);
            i++;
        } else if (*at == '\'' && more && at[1] == '\'') {
            i++;
        } else if (*at == '\'') {
            dunlin_string kept = dn_kit_pool_text(pool, &label);

            dn_mysql_add(list, NULL, DUNLIN_PROPERTY_TEXT, kept);
            inside = false;
            continue;
        }
        dn_kit_text_add_string(&label, (dunlin_string){at, 1});
    }
}

/* --- expressions --------------------------------------------------------------------------------------- */
dunlin_string
dn_mysql_unescape(dn_kit_pool *pool, dunlin_string text)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text plain = {0};

    if (text.length == 0 || memchr(text.data, '\\', text.length) == NULL)
        return text;
    for (uint64_t i = 0; i < text.length; i++) {
        if (text.data[i] == '\\' && i + 1 < text.length &&
            (text.data[i + 1] == '\'' || text.data[i + 1] == '\\'))
            i++;
        dn_kit_text_add_string(&plain, (dunlin_string){text.data + i, 1});
    }
    return dn_kit_pool_text(pool, &plain);
}

/* The place behind a quoted part that begins at `at`. */
static uint64_t
skip_quoted(dunlin_string text, uint64_t at)
{
    char quote = text.data[at++];

    while (at < text.length && text.data[at] != quote)
        at += quote == '\'' && text.data[at] == '\\' ? 2 : 1;
    return at + 1 < text.length ? at + 1 : text.length;
}

dunlin_string
dn_mysql_unwrap(dunlin_string text)
{
    int depth = 0;

    if (text.length < 2 || text.data[0] != '(' || text.data[text.length - 1] != ')')
        return text;
    for (uint64_t i = 0; i < text.length;) {
        char letter = text.data[i];

        if (letter == '\'' || letter == '`' || letter == '"') {
            i = skip_quoted(text, i);
            continue;
        }
        depth += (letter == '(') - (letter == ')');
        i++;
        if (depth == 0 && i < text.length)
            return text;
    }
    return (dunlin_string){text.data + 1, text.length - 2};
}

bool
dn_mysql_is_row_time(dunlin_string generated)
{
    return dn_kit_same_word(generated, "ROW START") || dn_kit_same_word(generated, "ROW END");
}

static void
note_name(dn_mysql_list *names, dunlin_string name)
{
    for (size_t i = 0; i < names->count; i++)
        if (dn_kit_equal(names->items[i].text, name))
            return;
    dn_mysql_add(names, NULL, DUNLIN_PROPERTY_TEXT, name);
}

dunlin_string
dn_mysql_unqualified(dn_kit_pool *pool, dunlin_string text, dunlin_string database,
                     dn_mysql_list *names)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text prefix = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text plain = {0};
    uint64_t at = 0;

    dn_kit_text_quote(&prefix, '`', database);
    dn_kit_text_add(&prefix, ".");
    if (prefix.failed)
        pool->failed = true;
    while (at < text.length && !pool->failed) {
        char letter = text.data[at];
        uint64_t end = at + 1;

        if (letter == '`' && text.length - at > prefix.length + 1 &&
            memcmp(text.data + at, prefix.data, prefix.length) == 0) {
            at += prefix.length;
            end = skip_quoted(text, at);
            if (names != NULL && end - at > 2)
                note_name(names, (dunlin_string){text.data + at + 1, end - at - 2});
        } else if (letter == '\'' || letter == '`' || letter == '"') {
            end = skip_quoted(text, at);
        }
        dn_kit_text_add_string(&plain, (dunlin_string){text.data + at, end - at});
        at = end;
    }
    return dn_kit_pool_text(pool, &plain);
}
