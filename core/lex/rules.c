/* SPDX-License-Identifier: MIT
 *
 * From the rules of a driver to tables.
 */
#include "core/lex/rules.h"

#include <string.h>

static const char *const kind_names[] = {
    [DUNLIN_LEX_QUOTE] = "quote",
    [DUNLIN_LEX_DOLLAR_QUOTE] = "dollar quote",
    [DUNLIN_LEX_COMMENT] = "comment",
    [DUNLIN_LEX_BODY] = "body",
    [DUNLIN_LEX_DELIMITER_COMMAND] = "delimiter command",
    [DUNLIN_LEX_DATA_SECTION] = "data section",
    [DUNLIN_LEX_CLIENT_COMMAND] = "client command",
    [DUNLIN_LEX_CONDITION] = "condition",
};

static const int32_t known_flags[] = {
    [DUNLIN_LEX_QUOTE] =
        DUNLIN_LEX_DOUBLED | DUNLIN_LEX_BACKSLASH | DUNLIN_LEX_IDENTIFIER | DUNLIN_LEX_PREFIXED,
    [DUNLIN_LEX_DOLLAR_QUOTE] = 0,
    [DUNLIN_LEX_COMMENT] =
        DUNLIN_LEX_NESTS | DUNLIN_LEX_NEEDS_BLANK | DUNLIN_LEX_CODE | DUNLIN_LEX_CR_ENDS,
    [DUNLIN_LEX_BODY] = DUNLIN_LEX_END_STATEMENT,
    [DUNLIN_LEX_DELIMITER_COMMAND] = 0,
    [DUNLIN_LEX_DATA_SECTION] = 0,
    [DUNLIN_LEX_CLIENT_COMMAND] = DUNLIN_LEX_ANYWHERE,
    [DUNLIN_LEX_CONDITION] = 0,
};

static const char no_memory[] = ""; /* as a problem: it is not the driver's mistake */

static uint8_t
byte_class(unsigned byte)
{
    if (byte == ' ' || (byte >= '\t' && byte <= '\r'))
        return DN_LEX_BLANK;
    if (byte >= '0' && byte <= '9')
        return DN_LEX_WORD | DN_LEX_DIGIT;
    if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' || byte >= 0x80)
        return DN_LEX_WORD | DN_LEX_WORD_START;
    return 0;
}

dn_lex_rules *
dn_lex_rules_new(dn_arena *arena)
{
    dn_lex_rules *rules = dn_arena_alloc(arena, sizeof *rules);

    if (!rules)
        return NULL;
    rules->arena = arena;
    for (unsigned byte = 0; byte < 256; byte++)
        rules->bytes[byte] = byte_class(byte);
    return rules;
}

static bool
is_word_byte(const dn_lex_rules *rules, char byte)
{
    return byte == '$' || rules->bytes[(unsigned char)byte] & DN_LEX_WORD;
}

static bool
copy(dn_lex_rules *rules, dunlin_string text, bool upper, dunlin_string *out)
{
    char *bytes = dn_arena_copy(rules->arena, text.length ? text.data : "", text.length);

    if (!bytes)
        return false;
    for (uint64_t i = 0; upper && i < text.length; i++)
        bytes[i] = (char)dn_lex_fold(bytes[i]);
    *out = (dunlin_string){bytes, text.length};
    return true;
}

/* Takes what stands before the next `separator` off *list. */
static dunlin_string
next_part(dunlin_string *list, char separator)
{
    const char *end = list->length ? memchr(list->data, separator, list->length) : NULL;
    dunlin_string part = {list->data, end ? (uint64_t)(end - list->data) : list->length};

    list->data += part.length + (end ? 1 : 0);
    list->length -= part.length + (end ? 1 : 0);
    return part;
}

/* Room for one more element at the end of `array`. */
#define GROW(rules, array, count, capacity)                                                        \
    ((array) = dn_arena_grow((rules)->arena, (array), &(capacity), (count) + 1, sizeof *(array)))

static const char *
add_quote(dn_lex_rules *rules, const dunlin_lexer_rule *rule)
{
    dn_lex_quote quote = {0};
    size_t capacity = 0;
    dunlin_string *prefixes = NULL;
    dunlin_string list;

    if (rule->open.length != 1 || rule->close.length != 1)
        return "open and close must be one byte each";
    if (is_word_byte(rules, rule->open.data[0]))
        return "it must not open with a letter, digit, '_' or '$'";
    if (!(rule->flags & DUNLIN_LEX_PREFIXED) != !rule->head.length)
        return "PREFIXED and a head go together";
    quote.open = (unsigned char)rule->open.data[0];
    quote.close = (unsigned char)rule->close.data[0];
    quote.flags = rule->flags;
    if (!copy(rules, rule->head, true, &list))
        return no_memory;
    while (list.length) {
        dunlin_string prefix = next_part(&list, '|');

        if (!prefix.length || !(rules->bytes[(unsigned char)prefix.data[0]] & DN_LEX_WORD_START))
            return "a prefix must begin with a letter";
        if (!GROW(rules, prefixes, quote.prefix_count, capacity))
            return no_memory;
        prefixes[quote.prefix_count++] = prefix;
    }
    quote.prefixes = prefixes;
    if (!GROW(rules, rules->quotes, rules->quote_count, rules->quote_capacity))
        return no_memory;
    rules->quotes[rules->quote_count++] = quote;
    return NULL;
}

static const char *
add_comment(dn_lex_rules *rules, const dunlin_lexer_rule *rule)
{
    dn_lex_comment comment = {.flags = rule->flags};
    size_t at;

    if (!rule->open.length)
        return "open is missing";
    if (is_word_byte(rules, rule->open.data[0]))
        return "it must not open with a letter, digit, '_' or '$'";
    if (!rule->close.length && rule->flags & (DUNLIN_LEX_NESTS | DUNLIN_LEX_CODE))
        return "NESTS and CODE need a close";
    if (rule->close.length && rule->flags & DUNLIN_LEX_CR_ENDS)
        return "CR_ENDS is for comments without close";
    if (!copy(rules, rule->open, false, &comment.open) ||
        !copy(rules, rule->close, false, &comment.close) ||
        !GROW(rules, rules->comments, rules->comment_count, rules->comment_capacity))
        return no_memory;
    for (at = rules->comment_count++;
         at > 0 && rules->comments[at - 1].open.length < comment.open.length; at--)
        rules->comments[at] = rules->comments[at - 1];
    rules->comments[at] = comment;
    return NULL;
}

static const char *
read_phrase(dn_lex_phrase *phrase, dunlin_string text, int change)
{
    *phrase = (dn_lex_phrase){.change = change};
    if (text.length && text.data[0] == '+') {
        if (change < 0)
            return "'+' is for openers";
        phrase->inside_only = true;
        text.data++;
        text.length--;
    }
    if (text.length > 2 && memcmp(text.data + text.length - 2, "!(", 2) == 0) {
        phrase->not_called = true;
        text.length -= 2;
    }
    if (!text.length)
        return "an opener or closer is empty";
    while (text.length) {
        dunlin_string word = next_part(&text, ' ');

        if (!word.length)
            return "the words of an opener or closer have one blank between them";
        if (phrase->count == DN_LEX_PHRASE_WORDS)
            return "an opener or closer has too many words";
        phrase->words[phrase->count++] = word;
    }
    return NULL;
}

static const char *
add_phrases(dn_lex_rules *rules, dn_lex_body_rule *body, dunlin_string text, int change)
{
    dunlin_string list;

    if (!copy(rules, text, true, &list))
        return no_memory;
    while (list.length) {
        dn_lex_phrase phrase;
        const char *problem = read_phrase(&phrase, next_part(&list, '|'), change);

        if (problem)
            return problem;
        if (!GROW(rules, body->phrases, body->phrase_count, body->phrase_capacity))
            return no_memory;
        body->phrases[body->phrase_count++] = phrase;
        body->starts[(unsigned char)phrase.words[0].data[0]] = true;
    }
    return NULL;
}

static const char *
compile_head(dn_lex_rules *rules, const dunlin_lexer_rule *rule, dn_lex_head *head)
{
    dunlin_string pattern;

    if (!rule->head.length)
        return "head is missing";
    return copy(rules, rule->head, true, &pattern) ? dn_lex_head_compile(head, pattern) : no_memory;
}

static const char *
add_body(dn_lex_rules *rules, const dunlin_lexer_rule *rule)
{
    dn_lex_body_rule *body = dn_arena_alloc(rules->arena, sizeof *body);
    const char *problem;

    if (!body)
        return no_memory;
    if (rules->body_count == DN_LEX_BODIES)
        return "there are too many bodies";
    body->end_statement = rule->flags & DUNLIN_LEX_END_STATEMENT;
    if (body->end_statement ? rule->openers.length || rule->closers.length
                            : !rule->openers.length || !rule->closers.length)
        return "it needs either END_STATEMENT or openers and closers";
    if ((problem = compile_head(rules, rule, &body->head)) ||
        (problem = add_phrases(rules, body, rule->openers, 1)) ||
        (problem = add_phrases(rules, body, rule->closers, -1)))
        return problem;
    if (!GROW(rules, rules->bodies, rules->body_count, rules->body_capacity))
        return no_memory;
    rules->bodies[rules->body_count++] = body;
    return NULL;
}

static const char *
add_data(dn_lex_rules *rules, const dunlin_lexer_rule *rule)
{
    dn_lex_data_rule *data = dn_arena_alloc(rules->arena, sizeof *data);
    const char *problem;

    if (!data)
        return no_memory;
    if (!rule->close.length)
        return "close is missing";
    if ((problem = compile_head(rules, rule, &data->head)))
        return problem;
    if (!copy(rules, rule->close, false, &data->close) ||
        !GROW(rules, rules->data, rules->data_count, rules->data_capacity))
        return no_memory;
    rules->data[rules->data_count++] = data;
    return NULL;
}

static const char *
add_condition(dn_lex_rules *rules, const dunlin_lexer_rule *rule)
{
    dn_lex_head *head = dn_arena_alloc(rules->arena, sizeof *head);
    const char *problem = head ? compile_head(rules, rule, head) : no_memory;

    if (problem)
        return problem;
    if (!GROW(rules, rules->conditions, rules->condition_count, rules->condition_capacity))
        return no_memory;
    rules->conditions[rules->condition_count++] = head;
    return NULL;
}

static const char *
add_client(dn_lex_rules *rules, const dunlin_lexer_rule *rule)
{
    dn_lex_client client = {.anywhere = rule->flags & DUNLIN_LEX_ANYWHERE};

    if (!rule->open.length)
        return "open is missing";
    if (client.anywhere && is_word_byte(rules, rule->open.data[0]))
        return "with ANYWHERE it must not open with a letter, digit, '_' or '$'";
    if (!copy(rules, rule->open, true, &client.open) ||
        !GROW(rules, rules->clients, rules->client_count, rules->client_capacity))
        return no_memory;
    rules->clients[rules->client_count++] = client;
    return NULL;
}

static const char *
add_delimiter(dn_lex_rules *rules, const dunlin_lexer_rule *rule)
{
    if (!rule->open.length)
        return "open is missing";
    return copy(rules, rule->open, true, &rules->delimiter_word) ? NULL : no_memory;
}

static const char *
add(dn_lex_rules *rules, const dunlin_lexer_rule *rule)
{
    if (rule->size < sizeof *rule)
        return "its size is too small";
    if (rule->kind < DUNLIN_LEX_QUOTE || rule->kind > DUNLIN_LEX_CONDITION)
        return "its kind is unknown";
    if (rule->flags & ~known_flags[rule->kind])
        return "it has a flag that does not belong to its kind";
    switch (rule->kind) {
    case DUNLIN_LEX_QUOTE: return add_quote(rules, rule);
    case DUNLIN_LEX_COMMENT: return add_comment(rules, rule);
    case DUNLIN_LEX_BODY: return add_body(rules, rule);
    case DUNLIN_LEX_DATA_SECTION: return add_data(rules, rule);
    case DUNLIN_LEX_CLIENT_COMMAND: return add_client(rules, rule);
    case DUNLIN_LEX_DELIMITER_COMMAND: return add_delimiter(rules, rule);
    case DUNLIN_LEX_CONDITION: return add_condition(rules, rule);
    default: rules->dollar_quotes = true; return NULL;
    }
}

int
dn_lex_rules_add(dn_lex_rules *rules, const dunlin_lexer_rule *rule, dn_error *error)
{
    const char *problem = add(rules, rule);
    bool sound = problem && rule->size >= sizeof *rule;
    bool known = sound && rule->kind >= DUNLIN_LEX_QUOTE && rule->kind <= DUNLIN_LEX_CONDITION;
    dunlin_string shown = {"", 0};

    rules->added++;
    if (!problem)
        return 0;
    if (problem == no_memory)
        return dn_no_memory(error);
    if (sound)
        shown = rule->open.length ? rule->open : rule->head;
    return dn_fail(error, DUNLIN_INTERNAL, "lex.bad-rule",
                   "lexer rule %u of the driver (%s%s%.*s) is not valid: %s", rules->added,
                   known ? kind_names[rule->kind] : "unknown kind", shown.length ? " " : "",
                   shown.length < 80 ? (int)shown.length : 80, shown.length ? shown.data : "",
                   problem);
}

/* Both cases of a letter. */
static void
mark_both(bool table[256], char byte)
{
    unsigned char upper = dn_lex_fold(byte);

    table[upper] = true;
    if (upper >= 'A' && upper <= 'Z')
        table[upper + 32] = true;
}

int
dn_lex_rules_finish(dn_lex_rules *rules, dn_error *error)
{
    (void)error;
    rules->stops[';'] |= DN_LEX_STOP_SEPARATOR;
    for (size_t i = 0; i < rules->quote_count; i++) {
        const dn_lex_quote *quote = &rules->quotes[i];

        rules->stops[quote->open] |= DN_LEX_STOP_QUOTE;
        for (size_t k = 0; k < quote->prefix_count; k++)
            mark_both(rules->prefixes, quote->prefixes[k].data[0]);
    }
    for (size_t i = 0; i < rules->comment_count; i++)
        rules->stops[(unsigned char)rules->comments[i].open.data[0]] |= DN_LEX_STOP_COMMENT;
    if (rules->dollar_quotes)
        rules->stops['$'] |= DN_LEX_STOP_DOLLAR;
    for (size_t i = 0; i < rules->body_count; i++)
        dn_lex_head_starts(&rules->bodies[i]->head, rules->body_heads);
    for (size_t i = 0; i < rules->data_count; i++)
        dn_lex_head_starts(&rules->data[i]->head, rules->data_heads);
    for (size_t i = 0; i < rules->client_count; i++) {
        const dn_lex_client *client = &rules->clients[i];

        mark_both(rules->command_starts, client->open.data[0]);
        if (client->anywhere)
            rules->stops[(unsigned char)client->open.data[0]] |= DN_LEX_STOP_CLIENT;
    }
    if (rules->delimiter_word.length)
        mark_both(rules->command_starts, rules->delimiter_word.data[0]);
    return 0;
}

dunlin_string
dn_lex_delimiter(const dn_lex_rules *rules)
{
    return rules->delimiter_word;
}

bool
dn_lex_escapes(const dn_lex_rules *rules)
{
    for (size_t i = 0; i < rules->quote_count; i++)
        if (rules->quotes[i].open == '\'' && !(rules->quotes[i].flags & DUNLIN_LEX_PREFIXED))
            return (rules->quotes[i].flags & DUNLIN_LEX_BACKSLASH) != 0;
    return false;
}
