/* SPDX-License-Identifier: MIT
 *
 * Names inside of portable expressions and queries.
 */
#include <string.h>

#include "core/execute/model_internal.h"

typedef struct collecting {
    dn_model_words *words;
    dn_arena *arena;
    size_t capacity[3];
    bool failed;
} collecting;

/* What a word or a quoted name stands for. */
static dunlin_string
name_of(const dunlin_token *token, dn_arena *arena)
{
    dunlin_string text = token->text;
    bool quoted = token->kind == DUNLIN_TOKEN_NAME;
    char *copy = dn_arena_array(arena, (size_t)text.length + 1, 1);
    size_t length = 0;

    if (!copy)
        return dn_span(NULL, 0);
    for (uint64_t i = quoted ? 1 : 0; i + (quoted ? 1 : 0) < text.length; i++) {
        char c = text.data[i];

        if (quoted && c == text.data[0])
            i++;
        if (!quoted && c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        copy[length++] = c;
    }
    return dn_span(copy, length);
}

static int
collect(const dunlin_token *token, void *context)
{
    collecting *work = context;
    dn_model_words *words = work->words;
    dn_arena *arena = work->arena;
    size_t count = words->count + 1;
    bool named = token->kind == DUNLIN_TOKEN_WORD || token->kind == DUNLIN_TOKEN_NAME;

    words->texts =
        dn_arena_grow(arena, words->texts, &work->capacity[0], count, sizeof *words->texts);
    words->names =
        dn_arena_grow(arena, words->names, &work->capacity[1], count, sizeof *words->names);
    words->offsets =
        dn_arena_grow(arena, words->offsets, &work->capacity[2], count, sizeof *words->offsets);
    work->failed = !words->texts || !words->names || !words->offsets;
    if (work->failed)
        return 1;
    words->texts[words->count] = token->text;
    words->offsets[words->count] = token->offset;
    words->names[words->count] = named ? name_of(token, arena) : dn_span(NULL, 0);
    work->failed = named && !words->names[words->count].data;
    words->count++;
    return work->failed;
}

int
dn_model_words_of(const dn_model *model, dunlin_string text, dn_arena *arena, dn_model_words *words,
                  dn_error *error)
{
    collecting work = {.words = words, .arena = arena};

    *words = (dn_model_words){.count = 0};
    dn_lex_tokens(model->reader.folder, text, collect, &work);
    return work.failed ? dn_no_memory(error) : 0;
}

static bool
same(dunlin_string left, dunlin_string right)
{
    return left.data && left.length == right.length &&
           (left.length == 0 || memcmp(left.data, right.data, (size_t)left.length) == 0);
}

bool
dn_model_names(const dn_model_words *words, dunlin_string name)
{
    for (size_t i = 0; i < words->count; i++)
        if (same(words->names[i], name))
            return true;
    return false;
}

bool
dn_model_takes_all(const dn_model_words *words)
{
    for (size_t i = 1; i < words->count; i++)
        if (dn_string_equal(words->texts[i], "*") &&
            (dn_string_equal(words->texts[i - 1], ",") ||
             dn_string_equal(words->texts[i - 1], ".") ||
             dn_string_among(words->names[i - 1], "select distinct all")))
            return true;
    return false;
}

/* --- renaming ----------------------------------------------------------------------------------------- */

static bool
follows(const dn_model_words *words, size_t at, const char *symbol)
{
    return at < words->count && dn_string_equal(words->texts[at], symbol);
}

/* Is it the column, and not a function, or the column of another table? */
static bool
is_meant(const dn_model_words *words, size_t at, const dunlin_operation *operation)
{
    bool column = dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN);
    uint64_t last = operation->path_count - 1;

    if (!same(words->names[at], operation->path[last]))
        return false;
    if (!column)
        return follows(words, at + 1, ".");
    if (follows(words, at + 1, "(") || follows(words, at + 1, "."))
        return false;
    return at < 2 || !follows(words, at - 1, ".") ||
           same(words->names[at - 2], operation->path[last - 1]);
}

int
dn_model_renamed(const dn_model *model, dunlin_string text, const dunlin_operation *operation,
                 dn_arena *arena, dunlin_string *renamed, dn_error *error)
{
    dunlin_string name = operation->new_path[operation->new_path_count - 1];
    dn_auto(dn_text) out = DN_TEXT_INIT;
    dn_model_words words;
    uint64_t at = 0;
    const char *copy;

    *renamed = text;
    if (dn_model_words_of(model, text, arena, &words, error) < 0)
        return -1;
    for (size_t i = 0; i < words.count; i++) {
        if (!is_meant(&words, i, operation))
            continue;
        dn_text_add(&out, text.data + at, (size_t)(words.offsets[i] - at));
        dn_ddl_write_name(name, &out);
        at = words.offsets[i] + words.texts[i].length;
    }
    if (!at)
        return 0;
    dn_text_add(&out, text.data + at, (size_t)(text.length - at));
    copy = out.failed ? NULL : dn_arena_copy(arena, out.data, out.length);
    if (!copy)
        return dn_no_memory(error);
    *renamed = dn_span(copy, out.length);
    return 0;
}

/* --- spelling ------------------------------------------------------------------------------------------ */

int
dn_model_plain(const dn_model *model, dunlin_string text, dn_arena *arena, dunlin_string *plain,
               dn_error *error)
{
    dn_auto(dn_text) out = DN_TEXT_INIT;
    dn_model_words words;
    const char *copy;

    if (dn_model_words_of(model, text, arena, &words, error) < 0)
        return -1;
    for (size_t i = 0; i < words.count; i++) {
        if (i)
            dn_text_add_char(&out, ' ');
        if (words.names[i].data)
            dn_ddl_write_name(words.names[i], &out);
        else
            dn_text_add(&out, words.texts[i].data, (size_t)words.texts[i].length);
    }
    copy = out.failed ? NULL : dn_arena_copy(arena, out.length ? out.data : "", out.length);
    if (!copy)
        return dn_no_memory(error);
    *plain = dn_span(copy, out.length);
    return 0;
}
