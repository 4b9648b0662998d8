/* SPDX-License-Identifier: MIT
 *
 * Names that PostgreSQL would give to constraints and indexes without one (makeObjectName() and
 * ChooseConstraintName() in its sources, NAMEDATALEN 64): an unnamed constraint of a portable
 * history is called so everywhere, and a later DROP CONSTRAINT finds it.
 */
#include "core/ddl/parts.h"

#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 63 };

/* Cuts `text` to at most `length` bytes, between characters. */
static size_t
clip(const char *text, size_t length, size_t limit)
{
    if (length <= limit)
        return length;
    while (limit > 0 && ((unsigned char)text[limit] & 0xc0) == 0x80)
        limit--;
    return limit;
}

/* "first_second_label", the longer one of both cut first. */
static char *
object_name(dn_arena *arena, dunlin_string first, dunlin_string second, const char *label)
{
    size_t room = NAME_BYTES - strlen(label) - 1 - (second.length ? 1 : 0);
    size_t one = first.length;
    size_t two = second.length;

    while (one + two > room) {
        if (one > two)
            one--;
        else
            two--;
    }
    one = clip(first.data, first.length, one);
    two = clip(second.data, second.length, two);
    return dn_arena_printf(arena, "%.*s%s%.*s_%s", (int)one, first.data, two ? "_" : "", (int)two,
                           second.data, label);
}

static bool
taken_in(const dn_ddl_drafts *list, const dn_ddl_draft *draft, dunlin_string name)
{
    for (const dn_ddl_draft *other = list->first; other; other = other->following) {
        const dunlin_operation *operation = &other->operation;

        if (other != draft && operation->path_count == 3 &&
            !dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN) &&
            dn_ddl_same(operation->path[2], name))
            return true;
    }
    return false;
}

/* Words in a check that are not columns. */
static const char *const words[] = {
    "AND",
    "OR",
    "NOT",
    "IS",
    "NULL",
    "IN",
    "LIKE",
    "ILIKE",
    "BETWEEN",
    "TRUE",
    "FALSE",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "CAST",
    "AS",
    "ANY",
    "ALL",
    "ARRAY",
    "ESCAPE",
    "COLLATE",
    "DISTINCT",
    "FROM",
    "SIMILAR",
    "TO",
    "CURRENT_DATE",
    "CURRENT_TIMESTAMP",
    "CURRENT_TIME",
    "INTERVAL",
    "UNKNOWN",
    "ISNULL",
    "NOTNULL",
    "EXTRACT",
    "FOR",
    "ROW",
};

static bool
is_word(const dn_ddl_token *token)
{
    if (token->kind != DUNLIN_TOKEN_WORD)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (dn_ddl_token_is(token, words[i]))
            return true;
    return false;
}

/* The one column that the check in parentheses before the cursor names, else nothing. */
static bool
column_of_check(dn_ddl_parser *parser, const dn_ddl_draft *draft, dunlin_string *column)
{
    size_t begin = 0;
    size_t end = parser->at;
    bool cast = false;

    while (begin < end && parser->tokens[begin].offset < draft->operation.span_begin)
        begin++;
    while (begin < end && !dn_ddl_token_is(&parser->tokens[begin], "("))
        begin++;
    *column = dn_string("");
    for (size_t i = begin; i < end; i++) {
        const dn_ddl_token *token = &parser->tokens[i];
        const dn_ddl_token *next = &parser->tokens[i + 1];
        dunlin_string name;

        if ((token->kind != DUNLIN_TOKEN_WORD && token->kind != DUNLIN_TOKEN_NAME) || cast ||
            is_word(token) || dn_ddl_token_is(next, "(") || dn_ddl_token_is(next, ".")) {
            cast = dn_ddl_token_is(token, "::");
            continue;
        }
        if (!dn_ddl_decode_name(parser, token, &name))
            return false;
        if (column->length && !dn_ddl_same(*column, name)) {
            *column = dn_string("");
            return true;
        }
        *column = name;
    }
    return true;
}

/* The columns of a list member joined by '_'; those of an index by their keys. */
static bool
joined_columns(dn_ddl_parser *parser, const dn_ddl_draft *draft, const char *member,
               dunlin_string *joined)
{
    const dunlin_property *list = dn_ddl_member(draft, member);
    const dunlin_property *end = draft->properties + draft->operation.set_count;
    dn_text text = DN_TEXT_INIT;
    unsigned depth = 0;
    char *copy;

    for (const dunlin_property *at = list; at && at < end; at++) {
        bool column = at->type == DUNLIN_PROPERTY_IDENTIFIER;

        if (at->type == DUNLIN_PROPERTY_LIST_BEGIN || at->type == DUNLIN_PROPERTY_STRUCT_BEGIN)
            depth++;
        if (at->type == DUNLIN_PROPERTY_END && --depth == 0)
            break;
        if (!column && at->type != DUNLIN_PROPERTY_EXPRESSION)
            continue;
        if (text.length)
            dn_text_add_char(&text, '_');
        if (column) {
            dn_text_add(&text, at->text.data, at->text.length);
        } else {
            /* PostgreSQL calls it after the function, if it is one. */
            const char *open = memchr(at->text.data, '(', at->text.length);
            size_t length = open ? (size_t)(open - at->text.data) : 0;
            bool name = length > 0;

            for (size_t i = 0; i < length; i++)
                name = name && (at->text.data[i] == '_' || (at->text.data[i] | 32) >= 'a');
            dn_text_add(&text, name ? at->text.data : "expr", name ? length : 4);
        }
    }
    copy =
        text.failed ? NULL : dn_arena_copy(parser->arena, text.data ? text.data : "", text.length);
    *joined = dn_span(copy, text.length);
    dn_text_free(&text);
    return copy ? true : dn_ddl_no_memory(parser);
}

bool
dn_ddl_make_name(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *suffix,
                 const char *columns)
{
    dunlin_string *path = (dunlin_string *)(uintptr_t)draft->operation.path;
    dunlin_string second = dn_string("");
    char label[32];
    char *name;

    if (path[2].length)
        return true;
    draft->mark.named = true;
    if (parser->options->own)
        return true;
    if (columns && !(*columns ? joined_columns(parser, draft, columns, &second)
                              : column_of_check(parser, draft, &second)))
        return false;
    for (unsigned i = 0;; i++) {
        if (i == 0)
            snprintf(label, sizeof label, "%s", suffix);
        else
            snprintf(label, sizeof label, "%s%u", suffix, i);
        name = object_name(parser->arena, path[1], second, label);
        if (!name)
            return dn_ddl_no_memory(parser);
        path[2] = dn_string(name);
        if (!taken_in(&parser->drafts, draft, path[2]) &&
            !taken_in(&parser->constraints, draft, path[2]))
            return true;
    }
}
