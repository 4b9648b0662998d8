/* SPDX-License-Identifier: MIT
 *
 * Any bytes as statements: each is read into operations whose spans lie in the text, or into one
 * native operation with a reason and a place. What is portable is written, and what is written is
 * read into the same number of operations of the same verbs, kinds and paths; written again it is
 * the same text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/ddl/ddl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool condition)
{
    if (!condition)
        abort();
}

typedef struct source {
    const char *data;
    size_t length;
} source;

static int64_t
read_source(void *context, void *buffer, size_t bytes, dn_error *error)
{
    source *from = context;
    size_t count = from->length < bytes ? from->length : bytes;

    (void)error;
    if (count)
        memcpy(buffer, from->data, count);
    from->data += count;
    from->length -= count;
    return (int64_t)count;
}

static void
check_spans(const dn_ddl_statement *statement, size_t length)
{
    must(statement->count > 0);
    must(!statement->reason == (statement->kind == DN_DDL_OPERATIONS));
    must(statement->offset <= length);
    for (size_t i = 0; i < statement->count; i++) {
        const dunlin_operation *operation = statement->operations[i];
        unsigned depth = 0;

        must(operation->span_begin <= operation->span_end && operation->span_end <= length);
        must(!statement->marks[i].native || statement->marks[i].offset <= length);
        for (uint64_t p = 0; p < operation->set_count; p++) {
            if (operation->set[p].type == DUNLIN_PROPERTY_END)
                must(depth-- > 0);
            if (operation->set[p].type == DUNLIN_PROPERTY_LIST_BEGIN ||
                operation->set[p].type == DUNLIN_PROPERTY_STRUCT_BEGIN)
                depth++;
        }
        must(depth == 0);
    }
}

static bool
is_portable(const dn_ddl_statement *statement)
{
    for (size_t i = 0; i < statement->count; i++)
        if (statement->marks[i].native)
            return false;
    return statement->kind == DN_DDL_OPERATIONS;
}

static void
same(const dunlin_operation *a, const dunlin_operation *b)
{
    must(a->verb == b->verb && a->condition == b->condition && a->flags == b->flags);
    must(a->path_count == b->path_count && a->set_count == b->set_count);
    must(a->kind.length == b->kind.length &&
         memcmp(a->kind.data, b->kind.data, a->kind.length) == 0);
    for (uint64_t i = 0; i < a->path_count; i++)
        must(a->path[i].length == b->path[i].length &&
             (!a->path[i].length ||
              memcmp(a->path[i].data, b->path[i].data, a->path[i].length) == 0));
}

/* Reads a written text; the operations of all its statements, in order. */
static size_t
read_all(const dn_lex_rules *rules, const dn_text *written, dn_arena *arena,
         const dunlin_operation **operations, size_t limit)
{
    dn_ddl_options options = {.rules = rules};
    source from = {written->data, written->length};
    dn_lex_splitter *splitter;
    dn_lex_item item;
    dn_error error;
    size_t count = 0;

    splitter = dn_lex_open(rules, "written", read_source, &from, &error);
    must(splitter != NULL);
    while (dn_lex_next(splitter, &item, &error) == 0 && item.kind == DN_LEX_STATEMENT) {
        dn_ddl_statement again;
        char *text = dn_arena_copy(arena, item.text.data, item.text.length);

        must(text != NULL);
        must(dn_ddl_parse(dn_span(text, item.text.length), &options, arena, &again, &error) == 0);
        must(is_portable(&again));
        for (size_t i = 0; i < again.count && count < limit; i++)
            operations[count++] = again.operations[i];
    }
    must(item.kind == DN_LEX_END);
    dn_lex_close(splitter);
    return count;
}

static void
write_and_read(const dn_lex_rules *rules, const dn_ddl_statement *statement, dn_arena *arena)
{
    const dunlin_operation **again =
        dn_arena_array(arena, statement->count + 1, sizeof(dunlin_operation *));
    dn_text written = DN_TEXT_INIT;
    dn_text twice = DN_TEXT_INIT;
    dn_error error;
    size_t count;

    must(again != NULL);
    must(dn_ddl_write(statement->operations, statement->count, &written, &error) == 0);
    count = read_all(rules, &written, arena, again, statement->count + 1);
    must(count == statement->count);
    for (size_t i = 0; i < count; i++)
        same(statement->operations[i], again[i]);
    must(dn_ddl_write(again, count, &twice, &error) == 0);
    must(written.length == twice.length && memcmp(written.data, twice.data, written.length) == 0);
    dn_text_free(&written);
    dn_text_free(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_arena arena = DN_ARENA_INIT;
    const dn_lex_rules *rules;
    dn_lex_splitter *splitter;
    source from = {(const char *)data, size};
    dn_lex_item item;
    dn_error error;

    must(dn_ddl_portable_rules(&arena, &rules, &error) == 0);
    splitter = dn_lex_open(rules, "fuzz", read_source, &from, &error);
    must(splitter != NULL);
    while (dn_lex_next(splitter, &item, &error) == 0 && item.kind != DN_LEX_END) {
        dn_ddl_options options = {.rules = rules};
        dn_ddl_statement statement;
        char *text = dn_arena_copy(&arena, item.text.data, item.text.length);
        dn_text words = DN_TEXT_INIT;

        must(text != NULL);
        for (int own = 0; own < 2; own++) {
            options.own = own == 1;
            options.keep_case = own == 1;
            must(dn_ddl_parse(dn_span(text, item.text.length), &options, &arena, &statement,
                              &error) == 0);
            check_spans(&statement, item.text.length);
            if (!own && is_portable(&statement))
                write_and_read(rules, &statement, &arena);
            for (size_t i = 0; i < statement.count; i++)
                dn_ddl_describe(statement.operations[i], &words);
        }
        dn_text_free(&words);
    }
    dn_lex_close(splitter);
    dn_arena_free(&arena);
    return 0;
}
