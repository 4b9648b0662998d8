/* SPDX-License-Identifier: MIT
 *
 * Any bytes as statements: each is read into operations whose spans lie in the text, or into one
 * native operation with a reason and a place. What is portable, the expressions in it looked into
 * as all users of the parser do, is written, and what is written is read into the same operations;
 * written again it is the same text.
 */
#include <string.h>

#include "core/ddl/ddl.h"
#include "core/fact/fact.h"
#include "tests/fuzz/must.h"

static void
check_spans(const dn_ddl_statement *statement, size_t length)
{
    MUST(statement->count > 0);
    MUST(!statement->reason == (statement->kind == DN_DDL_OPERATIONS));
    MUST(statement->offset <= length);
    for (size_t i = 0; i < statement->count; i++) {
        const dunlin_operation *operation = statement->operations[i];
        unsigned depth = 0;

        MUST(operation->span_begin <= operation->span_end && operation->span_end <= length);
        MUST(!statement->marks[i].native || statement->marks[i].offset <= length);
        for (uint64_t p = 0; p < operation->set_count; p++) {
            if (operation->set[p].type == DUNLIN_PROPERTY_END)
                MUST(depth-- > 0);
            if (operation->set[p].type == DUNLIN_PROPERTY_LIST_BEGIN ||
                operation->set[p].type == DUNLIN_PROPERTY_STRUCT_BEGIN)
                depth++;
        }
        MUST(depth == 0);
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
same_texts(const dunlin_string *a, uint64_t a_count, const dunlin_string *b, uint64_t b_count)
{
    MUST(a_count == b_count);
    for (uint64_t i = 0; i < a_count; i++)
        MUST(a[i].length == b[i].length &&
             (!a[i].length || memcmp(a[i].data, b[i].data, a[i].length) == 0));
}

/* In whatever order the members are. */
static void
same_members(const dunlin_operation *a, const dunlin_operation *b)
{
    MUST(a->set_count == b->set_count);
    for (uint64_t i = 0; i < a->set_count; i = dn_property_next(a->set, a->set_count, i)) {
        const dunlin_property *other;
        char name[32];

        snprintf(name, sizeof name, "%.*s", (int)a->set[i].name.length, a->set[i].name.data);
        other = dn_property_find(b->set, b->set_count, name);
        MUST(other != NULL);
        MUST(dn_property_equal(a->set + i, dn_property_span(a->set, a->set_count, i), other,
                               dn_property_span(b->set, b->set_count, (uint64_t)(other - b->set))));
    }
}

static void
same(const dunlin_operation *a, const dunlin_operation *b)
{
    MUST(a->verb == b->verb && a->condition == b->condition && a->flags == b->flags);
    same_texts(&a->kind, 1, &b->kind, 1);
    same_texts(a->path, a->path_count, b->path, b->path_count);
    same_texts(a->new_path, a->new_path_count, b->new_path, b->new_path_count);
    same_texts(a->unset, a->unset_count, b->unset, b->unset_count);
    same_texts(&a->using_expression, 1, &b->using_expression, 1);
    same_texts(&a->body, 1, &b->body, 1);
    same_members(a, b);
}

/* Reads a written text; the operations of all its statements, in order. */
static size_t
read_all(const dn_lex_rules *rules, const dn_text *written, dn_arena *arena,
         const dunlin_operation **operations, size_t limit)
{
    dn_ddl_options options = {.rules = rules};
    dn_lex_text from = {written->data, written->length};
    dn_lex_splitter *splitter;
    dn_lex_item item;
    dn_error error;
    size_t count = 0;

    splitter = dn_lex_open(rules, "written", dn_lex_read_text, &from, &error);
    MUST(splitter != NULL);
    while (dn_lex_next(splitter, &item, &error) == 0 && item.kind == DN_LEX_STATEMENT) {
        dn_ddl_statement again;
        char *text = dn_arena_copy(arena, item.text.data, item.text.length);

        MUST(text != NULL);
        MUST(dn_ddl_parse(dn_span(text, item.text.length), &options, arena, &again, &error) == 0);
        MUST(dn_ddl_verify(dn_span(text, item.text.length), &options, arena, &again, &error) == 0);
        MUST(is_portable(&again));
        for (size_t i = 0; i < again.count && count < limit; i++)
            operations[count++] = again.operations[i];
    }
    MUST(item.kind == DN_LEX_END);
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

    MUST(again != NULL);
    MUST(dn_ddl_write(statement->operations, statement->count, &written, &error) == 0);
    count = read_all(rules, &written, arena, again, statement->count + 1);
    MUST(count == statement->count);
    for (size_t i = 0; i < count; i++)
        same(statement->operations[i], again[i]);
    MUST(dn_ddl_write(again, count, &twice, &error) == 0);
    MUST(written.length == twice.length && memcmp(written.data, twice.data, written.length) == 0);
    dn_text_free(&written);
    dn_text_free(&twice);
}

/* The same for all inputs. */
static const dn_lex_rules *
portable_rules(void)
{
    static dn_arena arena = DN_ARENA_INIT;
    static const dn_lex_rules *rules;
    dn_error error;

    if (!rules)
        MUST(dn_ddl_portable_rules(&arena, &rules, &error) == 0);
    return rules;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dn_arena arena = DN_ARENA_INIT;
    const dn_lex_rules *rules = portable_rules();
    dn_lex_splitter *splitter;
    dn_lex_text from = {(const char *)data, size};
    dn_lex_item item;
    dn_error error;

    splitter = dn_lex_open(rules, "fuzz", dn_lex_read_text, &from, &error);
    MUST(splitter != NULL);
    while (dn_lex_next(splitter, &item, &error) == 0 && item.kind != DN_LEX_END) {
        dn_ddl_options options = {.rules = rules};
        dn_ddl_statement statement;
        char *text = dn_arena_copy(&arena, item.text.data, item.text.length);
        dn_text words = DN_TEXT_INIT;

        MUST(text != NULL);
        for (int own = 0; own < 2; own++) {
            options.own = own == 1;
            options.keep_case = own == 1;
            MUST(dn_ddl_parse(dn_span(text, item.text.length), &options, &arena, &statement,
                              &error) == 0);
            check_spans(&statement, item.text.length);
            MUST(dn_ddl_verify(dn_span(text, item.text.length), &options, &arena, &statement,
                               &error) == 0);
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
