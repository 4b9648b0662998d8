/* SPDX-License-Identifier: MIT
 *
 * What a text is split into, as a list of strings; the same for every way to read it in chunks.
 */
#ifndef TESTS_UNIT_LEX_HELPER_H
#define TESTS_UNIT_LEX_HELPER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/lex_rules_fixture.h"

#define TEST(name) static void name(void **unused __attribute__((unused)))

typedef struct source {
    const char *text;
    size_t length;
    size_t at;
    size_t chunk;
} source;

static inline int64_t
read_source(void *context, void *buffer, size_t bytes, dn_error *error)
{
    source *s = context;
    size_t count = s->length - s->at;

    (void)error;
    if (count > s->chunk)
        count = s->chunk;
    if (count > bytes)
        count = bytes;
    memcpy(buffer, s->text + s->at, count);
    s->at += count;
    return (int64_t)count;
}

/* A statement as its text, a directive as "@text", data as "=text" and "=text|" at the end of the
 * section, an error as "!message"; with `places` a line and a column before each but errors. */
static inline void
describe(dn_text *out, const dn_lex_item *item, bool places)
{
    dn_text_clear(out);
    if (places)
        dn_text_printf(out, "%u:%u ", item->line, item->column);
    if (item->kind != DN_LEX_STATEMENT)
        dn_text_add_char(out, item->kind == DN_LEX_DATA ? '=' : '@');
    dn_text_add(out, item->text.data, item->text.length);
    if (item->last_data)
        dn_text_add_char(out, '|');
}

static inline void
check_chunked(const dn_lex_rules *rules, source from, bool places, const char *const *expected)
{
    dn_error error = {0};
    dn_lex_item item = {.kind = DN_LEX_STATEMENT};
    dn_lex_splitter *splitter = dn_lex_open(rules, "t.sql", read_source, &from, &error);
    dn_text got = DN_TEXT_INIT;
    unsigned ordinal = 0;

    assert_non_null(splitter);
    for (;;) {
        if (dn_lex_next(splitter, &item, &error) < 0) {
            dn_text_clear(&got);
            dn_text_printf(&got, "!%s", error.message);
        } else if (item.kind == DN_LEX_END)
            break;
        else {
            describe(&got, &item, places);
            /* The text is where the item says. */
            assert_memory_equal(from.text + item.offset, item.text.data, item.text.length);
            if (item.kind == DN_LEX_STATEMENT)
                assert_int_equal(item.ordinal, ++ordinal);
        }
        if (!*expected)
            fail_msg("chunks of %zu: unexpected: %s", from.chunk, got.data);
        assert_string_equal(got.data, *expected);
        expected++;
        if (got.data[0] == '!')
            break;
    }
    if (*expected)
        fail_msg("chunks of %zu: missing: %s", from.chunk, *expected);
    dn_text_free(&got);
    dn_lex_close(splitter);
}

static inline void
check_bytes(int dialect, const char *text, size_t length, bool places, const char *const *expected)
{
    static const size_t chunks[] = {1, 2, 3, 7, 64, 65536};
    dn_arena arena = DN_ARENA_INIT;
    dn_error error = {0};
    dn_lex_rules *rules = dialect_rules(&arena, dialect, &error);

    if (!rules)
        fail_msg("%s", error.message);
    for (size_t i = 0; i < COUNT(chunks); i++)
        check_chunked(rules, (source){text, length, 0, chunks[i]}, places, expected);
    dn_arena_free(&arena);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})
#define SPLITS(dialect, text, ...)                                                                 \
    check_bytes(dialect, text, strlen(text), false, LIST(__VA_ARGS__))
#define SPLITS_BYTES(dialect, text, ...)                                                           \
    check_bytes(dialect, text, sizeof(text) - 1, false, LIST(__VA_ARGS__))
#define PLACES(dialect, text, ...) check_bytes(dialect, text, strlen(text), true, LIST(__VA_ARGS__))

/* The error that splitting ends with. */
static inline dn_error
error_of(int dialect, const char *text)
{
    dn_arena arena = DN_ARENA_INIT;
    dn_error error = {0};
    dn_lex_rules *rules = dialect_rules(&arena, dialect, &error);
    source from = {text, strlen(text), 0, 7};
    dn_lex_splitter *splitter = dn_lex_open(rules, "t.sql", read_source, &from, &error);
    dn_lex_item item;

    assert_non_null(splitter);
    while (dn_lex_next(splitter, &item, &error) == 0)
        assert_int_not_equal(item.kind, DN_LEX_END);
    dn_lex_close(splitter);
    dn_arena_free(&arena);
    return error;
}

#endif
