/* SPDX-License-Identifier: MIT
 *
 * The parser's view of the text: tokens, and the small things that stand everywhere.
 */
#include "core/ddl/parts.h"

#include <string.h>

enum { FIRST_TOKENS = 64 };

static int
take_token(const dunlin_token *token, void *context)
{
    dn_ddl_parser *parser = context;
    dn_ddl_token *own;

    parser->tokens = dn_arena_grow(parser->arena, parser->tokens, &parser->capacity,
                                   parser->count + 2, sizeof *parser->tokens);
    if (!parser->tokens)
        return -1;
    own = &parser->tokens[parser->count++];
    own->kind = token->kind;
    own->text = token->text;
    own->offset = (uint32_t)token->offset;
    return 0;
}

bool
dn_ddl_tokenise(dn_ddl_parser *parser)
{
    parser->count = 0;
    parser->capacity = FIRST_TOKENS;
    parser->tokens = dn_arena_array(parser->arena, FIRST_TOKENS, sizeof *parser->tokens);
    if (!parser->tokens ||
        dn_lex_tokens(parser->options->rules, parser->text, take_token, parser) != 0)
        return dn_ddl_no_memory(parser);
    parser->tokens[parser->count].kind = 0;
    parser->tokens[parser->count].text = dn_span(parser->text.data + parser->text.length, 0);
    parser->tokens[parser->count].offset = (uint32_t)parser->text.length;
    return true;
}

const dn_ddl_token *
dn_ddl_ahead(const dn_ddl_parser *parser, size_t steps)
{
    size_t at = parser->at + steps;

    return &parser->tokens[at < parser->count ? at : parser->count];
}

bool
dn_ddl_at_end(const dn_ddl_parser *parser)
{
    return parser->at >= parser->count;
}

/* `word` is upper case and `length` long. */
static bool
same(const dn_ddl_token *token, const char *word, size_t length)
{
    if (token->text.length != length ||
        (token->kind != DUNLIN_TOKEN_WORD && token->kind != DUNLIN_TOKEN_SYMBOL))
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = token->text.data[i];

        if ((c >= 'a' && c <= 'z' ? c - 32 : c) != word[i])
            return false;
    }
    return true;
}

bool
dn_ddl_token_is(const dn_ddl_token *token, const char *word)
{
    return same(token, word, strlen(word));
}

static size_t
length_of_word(const char *words)
{
    size_t length = 0;

    while (words[length] && words[length] != ' ')
        length++;
    return length;
}

/* 0 when they do not stand here. */
size_t
dn_ddl_matches(const dn_ddl_parser *parser, const char *words)
{
    size_t at = parser->at;

    for (;;) {
        size_t length;

        if (at >= parser->count || !dn_ddl_begins_alike(&parser->tokens[at], words))
            return 0;
        length = length_of_word(words);
        if (!same(&parser->tokens[at], words, length))
            return 0;
        at++;
        words += length;
        if (!*words)
            return at - parser->at;
        words++;
    }
}

bool
dn_ddl_expect(dn_ddl_parser *parser, const char *words)
{
    if (dn_ddl_accept(parser, words))
        return true;
    return dn_ddl_expected(parser, words);
}

/* --- names --- */
bool
dn_ddl_name_follows(const dn_ddl_parser *parser)
{
    const dn_ddl_token *token = dn_ddl_peek(parser);

    return token->kind == DUNLIN_TOKEN_WORD || token->kind == DUNLIN_TOKEN_NAME ||
           (dn_ddl_token_is(token, "[") && dn_ddl_ahead(parser, 1)->kind != 0 &&
            dn_ddl_token_is(dn_ddl_ahead(parser, 2), "]"));
}

/* The inside of a quoted token; a doubled quote stands for one. */
static bool
unquote(dn_ddl_parser *parser, dunlin_string inside, char quote, dunlin_string *value)
{
    char *copy;
    size_t length = 0;

    *value = inside;
    if (!memchr(inside.data, quote, inside.length))
        return true;
    copy = dn_arena_alloc(parser->arena, inside.length);
    if (!copy)
        return dn_ddl_no_memory(parser);
    for (size_t i = 0; i < inside.length; i++) {
        copy[length++] = inside.data[i];
        if (inside.data[i] == quote && i + 1 < inside.length && inside.data[i + 1] == quote)
            i++;
    }
    *value = dn_span(copy, length);
    return true;
}

static bool
fold(dn_ddl_parser *parser, dunlin_string text, dunlin_string *value)
{
    char *copy;
    size_t upper = 0;

    *value = text;
    if (parser->options->keep_case)
        return true;
    while (upper < text.length && !(text.data[upper] >= 'A' && text.data[upper] <= 'Z'))
        upper++;
    if (upper == text.length)
        return true;
    copy = dn_arena_copy(parser->arena, text.data, text.length);
    if (!copy)
        return dn_ddl_no_memory(parser);
    for (size_t i = upper; i < text.length; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] + 32);
    *value = dn_span(copy, text.length);
    return true;
}

bool
dn_ddl_decode_name(dn_ddl_parser *parser, const dn_ddl_token *token, dunlin_string *value)
{
    dunlin_string text = token->text;

    if (token->kind == DUNLIN_TOKEN_WORD)
        return fold(parser, text, value);
    if (text.length < 3 || text.data[0] == 'U' || text.data[0] == 'u')
        return dn_ddl_native(parser, text.length < 3 ? "a name is empty"
                                                     : "names with U& escapes are not known");
    return unquote(parser, dn_span(text.data + 1, text.length - 2), text.data[text.length - 1],
                   value);
}

bool
dn_ddl_name(dn_ddl_parser *parser, dunlin_string *name)
{
    const dn_ddl_token *token = dn_ddl_peek(parser);

    if (!dn_ddl_name_follows(parser))
        return dn_ddl_expected(parser, "a name");
    if (token->kind == DUNLIN_TOKEN_SYMBOL) {
        /* [name], as SQLite and SQL Server write it; spaces between words stay as they are. */
        *name = dn_ddl_ahead(parser, 1)->text;
        parser->at += 3;
        return true;
    }
    if (!dn_ddl_decode_name(parser, token, name))
        return false;
    parser->at++;
    return true;
}

bool
dn_ddl_dotted(dn_ddl_parser *parser, dunlin_string parts[4], size_t *count)
{
    *count = 0;
    do {
        if (*count == 4)
            return dn_ddl_wrong(parser, "a name has too many parts");
        if (!dn_ddl_name(parser, &parts[(*count)++]))
            return false;
    } while (dn_ddl_accept(parser, "."));
    return true;
}

bool
dn_ddl_qualified(dn_ddl_parser *parser, dn_ddl_object *name)
{
    dunlin_string parts[4];
    size_t count;

    if (!dn_ddl_dotted(parser, parts, &count))
        return false;
    if (count > 2)
        return dn_ddl_native(parser, "the name belongs to another database");
    name->space = count == 2 ? parts[0] : dn_string("");
    name->name = parts[count - 1];
    return true;
}

/* --- literals --- */
static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t
put_code_point(char *at, unsigned long code)
{
    if (code < 0x80) {
        at[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        at[0] = (char)(0xc0 | code >> 6);
        at[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        at[0] = (char)(0xe0 | code >> 12);
        at[1] = (char)(0x80 | (code >> 6 & 0x3f));
        at[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    at[0] = (char)(0xf0 | code >> 18);
    at[1] = (char)(0x80 | (code >> 12 & 0x3f));
    at[2] = (char)(0x80 | (code >> 6 & 0x3f));
    at[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* A number of up to `most` digits behind an escape; returns the digits. */
static size_t
digits(const char *data, size_t length, size_t most, unsigned base, unsigned long *value)
{
    size_t count = 0;

    *value = 0;
    while (count < most && count < length && hex_digit(data[count]) >= 0 &&
           hex_digit(data[count]) < (int)base) {
        *value = *value * base + (unsigned long)hex_digit(data[count]);
        count++;
    }
    return count;
}

/* One escape of E'...' at data[0], behind the backslash: writes to *at, returns what it took. */
static size_t
escape(const char *data, size_t length, char **at)
{
    static const char letters[] = "b\bf\fn\nr\rt\t";
    const char *letter = data[0] ? strchr(letters, data[0]) : NULL;
    unsigned long value = 0;
    size_t count;

    if (letter && (letter - letters) % 2 == 0) {
        *(*at)++ = letter[1];
        return 1;
    }
    if (data[0] >= '0' && data[0] <= '7') {
        count = digits(data, length, 3, 8, &value);
        *(*at)++ = (char)value;
        return count;
    }
    if (data[0] == 'x' && digits(data + 1, length - 1, 2, 16, &value) > 0) {
        count = digits(data + 1, length - 1, 2, 16, &value);
        *(*at)++ = (char)value;
        return count + 1;
    }
    if (data[0] == 'u' || data[0] == 'U') {
        size_t most = data[0] == 'u' ? 4 : 8;

        if (digits(data + 1, length - 1, most, 16, &value) == most && value <= 0x10ffff) {
            *at += put_code_point(*at, value);
            return most + 1;
        }
    }
    *(*at)++ = data[0];
    return 1;
}

static bool
decode_escapes(dn_ddl_parser *parser, dunlin_string inside, dunlin_string *value)
{
    /* The longest thing an escape writes is shorter than the escape. */
    char *copy = dn_arena_alloc(parser->arena, inside.length + 4);
    char *at = copy;

    if (!copy)
        return dn_ddl_no_memory(parser);
    for (size_t i = 0; i < inside.length; i++) {
        if (inside.data[i] == '\\' && i + 1 < inside.length) {
            i += escape(inside.data + i + 1, inside.length - i - 1, &at);
            continue;
        }
        *at++ = inside.data[i];
        if (inside.data[i] == '\'' && i + 1 < inside.length && inside.data[i + 1] == '\'')
            i++;
    }
    *value = dn_span(copy, (size_t)(at - copy));
    if (memchr(copy, '\0', value->length))
        return dn_ddl_native(parser, "a string with a NUL byte has no portable form");
    return true;
}

bool
dn_ddl_decode(dn_ddl_parser *parser, const dn_ddl_token *token, dunlin_string *value)
{
    dunlin_string text = token->text;

    if (text.data[0] == '$') {
        size_t tag =
            1 +
            (size_t)((const char *)memchr(text.data + 1, '$', text.length - 1) - (text.data + 1)) +
            1;

        if (text.length < 2 * tag)
            return dn_ddl_wrong(parser, "the string is not closed");
        *value = dn_span(text.data + tag, text.length - 2 * tag);
        return true;
    }
    if (text.length < 2 || text.data[text.length - 1] != '\'' ||
        (text.length == 2 && text.data[0] != '\''))
        return dn_ddl_wrong(parser, "the string is not closed");
    if (text.data[0] == '\'')
        return unquote(parser, dn_span(text.data + 1, text.length - 2), '\'', value);
    if (text.data[0] == 'E' || text.data[0] == 'e')
        return decode_escapes(parser, dn_span(text.data + 2, text.length - 3), value);
    if (text.data[0] == 'N' || text.data[0] == 'n')
        return unquote(parser, dn_span(text.data + 2, text.length - 3), '\'', value);
    return dn_ddl_native(parser, "strings of this kind have no portable form");
}

bool
dn_ddl_string(dn_ddl_parser *parser, dunlin_string *value)
{
    const dn_ddl_token *token = dn_ddl_peek(parser);

    if (token->kind != DUNLIN_TOKEN_STRING)
        return dn_ddl_expected(parser, "a string");
    if (!dn_ddl_decode(parser, token, value))
        return false;
    parser->at++;
    return true;
}

bool
dn_ddl_integer(dn_ddl_parser *parser, int64_t *value)
{
    bool negative = dn_ddl_accept(parser, "-");
    const dn_ddl_token *token;
    uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
    uint64_t sum = 0;

    if (!negative)
        dn_ddl_accept(parser, "+");
    token = dn_ddl_peek(parser);
    if (token->kind != DUNLIN_TOKEN_NUMBER)
        return dn_ddl_expected(parser, "a whole number");
    for (uint64_t i = 0; i < token->text.length; i++) {
        unsigned digit = (unsigned)(token->text.data[i] - '0');

        if (digit > 9)
            return dn_ddl_expected(parser, "a whole number");
        if (sum > (limit - digit) / 10)
            return dn_ddl_wrong(parser, "the number is too large");
        sum = sum * 10 + digit;
    }
    *value = negative ? (int64_t)(0 - sum) : (int64_t)sum;
    parser->at++;
    return true;
}

/* --- runs of tokens --- */
bool
dn_ddl_skip_parenthesis(dn_ddl_parser *parser)
{
    size_t open = parser->at;
    size_t depth = 0;

    if (!dn_ddl_is(parser, "("))
        return dn_ddl_expected(parser, "(");
    for (; !dn_ddl_at_end(parser); parser->at++) {
        if (dn_ddl_is(parser, "(")) {
            depth++;
        } else if (dn_ddl_is(parser, ")") && --depth == 0) {
            parser->at++;
            return true;
        }
    }
    parser->at = open;
    return dn_ddl_wrong(parser, "this parenthesis is not closed");
}

dunlin_string
dn_ddl_slice(const dn_ddl_parser *parser, size_t begin, size_t end)
{
    const dn_ddl_token *last;

    if (end <= begin)
        return dn_span(parser->text.data + parser->tokens[begin].offset, 0);
    last = &parser->tokens[end - 1];
    return dn_span(parser->text.data + parser->tokens[begin].offset,
                   last->offset + last->text.length - parser->tokens[begin].offset);
}

bool
dn_ddl_text_of(dn_ddl_parser *parser, size_t begin, size_t end, dunlin_string *text)
{
    dunlin_string slice = dn_ddl_slice(parser, begin, end);
    bool plain = true;
    char *copy;
    size_t length = 0;

    for (size_t i = begin; i + 1 < end && plain; i++) {
        uint64_t behind = parser->tokens[i].offset + parser->tokens[i].text.length;
        uint64_t gap = parser->tokens[i + 1].offset - behind;

        plain = gap == 0 || (gap == 1 && parser->text.data[behind] == ' ');
    }
    *text = slice;
    if (plain)
        return true;
    copy = dn_arena_alloc(parser->arena, slice.length);
    if (!copy)
        return dn_ddl_no_memory(parser);
    for (size_t i = begin; i < end; i++) {
        const dn_ddl_token *token = &parser->tokens[i];

        memcpy(copy + length, token->text.data, token->text.length);
        length += token->text.length;
        if (i + 1 < end && parser->tokens[i + 1].offset > token->offset + token->text.length)
            copy[length++] = ' ';
    }
    *text = dn_span(copy, length);
    return true;
}

bool
dn_ddl_same(dunlin_string a, dunlin_string b)
{
    return a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
}

/* --- clauses that stand everywhere --- */
static bool
condition_here(dn_ddl_parser *parser, const char *words, int32_t named, int32_t *condition)
{
    const dn_ddl_token *last;

    if (dn_ddl_accept(parser, words)) {
        *condition = named;
        return true;
    }
    if (!parser->options->gaps || parser->at == 0)
        return true;
    parser->gaps = dn_arena_grow(parser->arena, parser->gaps, &parser->gap_capacity,
                                 parser->gap_count + 1, sizeof *parser->gaps);
    if (!parser->gaps)
        return dn_ddl_no_memory(parser);
    last = &parser->tokens[parser->at - 1];
    parser->gaps[parser->gap_count++] = (dn_ddl_gap){last->offset + last->text.length, named};
    return true;
}

bool
dn_ddl_if_exists(dn_ddl_parser *parser, int32_t *condition)
{
    return condition_here(parser, "IF EXISTS", DUNLIN_CONDITION_IF_EXISTS, condition);
}

bool
dn_ddl_if_not_exists(dn_ddl_parser *parser, int32_t *condition)
{
    return condition_here(parser, "IF NOT EXISTS", DUNLIN_CONDITION_IF_NOT_EXISTS, condition);
}

uint64_t
dn_ddl_behaviour(dn_ddl_parser *parser)
{
    if (dn_ddl_accept(parser, "CASCADE"))
        return DUNLIN_OPERATION_CASCADE;
    if (dn_ddl_accept(parser, "RESTRICT"))
        return DUNLIN_OPERATION_RESTRICT;
    return 0;
}
