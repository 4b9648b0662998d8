/* SPDX-License-Identifier: MIT
 *
 * What stands inside of operations: is it SQL that the translator can read?
 */
#include <string.h>

#include "core/ddl/translate.h"
#include "core/ddl/tree.h"

typedef struct verifier {
    const dn_ddl_options *options;
    dn_arena *arena;
    dunlin_string text; /* of the statement, for places */
    dn_ddl_mark *mark;
    uint64_t begin; /* of the operation */
    bool failed;
} verifier;

/* The place of a byte of `part`, which may be a copy: then the operation has to do. */
static uint64_t
place(const verifier *of, dunlin_string part, uint64_t offset)
{
    const char *text = of->text.data;

    if (part.data >= text && part.data <= text + of->text.length)
        return (uint64_t)(part.data - text) + offset;
    return of->begin;
}

static void
verify(verifier *of, int32_t what, dunlin_string part)
{
    dn_ddl_parser parser = {.text = part, .options = of->options, .arena = of->arena};
    dn_data data;
    bool fine = false;

    if (of->mark->native || of->failed)
        return;
    if (dn_ddl_tokenise(&parser)) {
        if (what == DUNLIN_TRANSLATE_QUERY)
            fine = dn_tree_query(&parser) != NULL;
        else if (what == DUNLIN_TRANSLATE_DATA)
            fine = dn_tree_data(&parser, &data);
        else
            fine = dn_tree_expression(&parser) != NULL;
        if (fine && !dn_ddl_at_end(&parser))
            dn_ddl_expected(&parser, "the end");
    }
    if (parser.outcome == DN_DDL_NO_MEMORY) {
        of->failed = true;
    } else if (parser.outcome) {
        of->mark->native = parser.reason;
        of->mark->offset = place(of, part, parser.reason_offset);
    }
}

static void
verify_operation(verifier *of, const dunlin_operation *operation)
{
    bool query = dn_string_equal(operation->kind, DUNLIN_KIND_VIEW) ||
                 dn_string_equal(operation->kind, DUNLIN_KIND_MATERIALIZED_VIEW);

    for (uint64_t i = 0; i < operation->set_count; i++)
        if (operation->set[i].type == DUNLIN_PROPERTY_EXPRESSION)
            verify(of, query ? DUNLIN_TRANSLATE_QUERY : DUNLIN_TRANSLATE_EXPRESSION,
                   operation->set[i].text);
    if (operation->using_expression.length)
        verify(of, DUNLIN_TRANSLATE_EXPRESSION, operation->using_expression);
    if (operation->verb == DUNLIN_VERB_DATA)
        verify(of, DUNLIN_TRANSLATE_DATA, operation->body);
    else if (operation->verb == DUNLIN_VERB_CREATE && operation->body.length &&
             dn_string_equal(operation->kind, DUNLIN_KIND_TABLE))
        verify(of, DUNLIN_TRANSLATE_QUERY, operation->body);
}

int
dn_ddl_verify(dunlin_string text, const dn_ddl_options *options, dn_arena *arena,
              dn_ddl_statement *statement, dn_error *error)
{
    dn_ddl_mark *marks;

    if (options->own || !statement->count)
        return 0;
    marks = dn_arena_array(arena, statement->count, sizeof *marks);
    if (!marks)
        return dn_no_memory(error);
    memcpy(marks, statement->marks, statement->count * sizeof *marks);
    statement->marks = marks;
    for (size_t i = 0; i < statement->count; i++) {
        verifier one = {options, arena, text, &marks[i], statement->operations[i]->span_begin,
                        false};

        verify_operation(&one, statement->operations[i]);
        if (one.failed)
            return dn_no_memory(error);
    }
    return 0;
}
