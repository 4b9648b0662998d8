/* SPDX-License-Identifier: MIT
 *
 * dunlin explain: what each statement of a file is, whether it is portable, and what it becomes
 * for a driver.
 */
#include <dunlin/dunlin.h>

#include <string.h>

#include "core/base/document.h"
#include "core/base/file.h"
#include "core/ddl/ddl.h"
#include "core/driver/driver.h"
#include "core/schema/schema.h"

typedef struct explanation {
    const char *file;
    const dn_driver *driver; /* NULL: none is asked for */
    dn_driver_translations translator;
    dn_schema_target target;
    dn_fact_map *logical; /* enums of the statements so far */
    const dn_lex_rules *rules;
    dn_text text;
    dn_arena arena;
    dunlin_result *result;
    dunlin_node *statements;
    size_t portable;
    size_t native;
} explanation;

/* The reason with its place, and the line it stands in, for a caret under it. */
static void
tell_reason(explanation *own, dunlin_node *node, const char *reason, uint64_t offset)
{
    const char *text = own->text.data;
    unsigned line = 1;
    unsigned column = 1;
    uint64_t begin;
    uint64_t end;

    if (offset > own->text.length)
        offset = own->text.length;
    begin = end = offset;
    dn_lex_place(dn_span(text, own->text.length), offset, &line, &column);
    while (begin > 0 && text[begin - 1] != '\n')
        begin--;
    while (end < own->text.length && text[end] != '\n' && text[end] != '\r')
        end++;
    dn_node_set_text(own->result, node, "reason", reason);
    dn_node_set_integer(own->result, node, "reason_line", line);
    dn_node_set_integer(own->result, node, "reason_column", column);
    dn_node_set_string(own->result, node, "source", dn_span(text + begin, end - begin));
}

static void
tell_no_reason(explanation *own, dunlin_node *node)
{
    dn_node_set_null(own->result, node, "reason");
    dn_node_set_null(own->result, node, "reason_line");
    dn_node_set_null(own->result, node, "reason_column");
    dn_node_set_null(own->result, node, "source");
}

static int
tell_operations(explanation *own, dunlin_node *node, const dn_ddl_statement *statement,
                dn_error *error)
{
    dunlin_node *list = dn_node_array(own->result, node, "operations");

    for (size_t i = 0; i < statement->count; i++) {
        dn_auto(dn_text) words = DN_TEXT_INIT;
        dunlin_node *one = dn_node_object(own->result, list, NULL);

        dn_ddl_describe(statement->operations[i], &words);
        if (words.failed)
            return dn_no_memory(error);
        dn_node_set_text(own->result, one, "description", words.data);
        dn_node_set_text(own->result, one, "native", statement->marks[i].native);
    }
    return 0;
}

/* The first reason why not all of it is portable, or NULL. */
static const char *
native_reason(const dn_ddl_statement *statement, uint64_t *offset)
{
    *offset = statement->offset;
    if (statement->kind != DN_DDL_OPERATIONS)
        return statement->reason;
    for (size_t i = 0; i < statement->count; i++) {
        *offset = statement->marks[i].offset;
        if (statement->marks[i].native)
            return statement->marks[i].native;
    }
    return NULL;
}

/* --- what it becomes --- */
/* As the driver is given them: names completed, and guards answered with "do it". */
static int
render_steps(explanation *own, const dn_ddl_statement *statement, dn_steps *steps, dn_error *error)
{
    const dn_driver_view view = {.driver = own->driver};
    dn_operations addressed = {.arena = &own->arena};
    dn_notes notes = {NULL, 0, 0};

    if (dn_schema_address(&own->target, statement->operations, statement->count, true, NULL,
                          own->logical, &addressed, error) < 0)
        return -1;
    for (size_t i = 0; i < addressed.count; i++) {
        dunlin_operation *plain = dn_operation_copy(&own->arena, addressed.items[i]);

        if (!plain)
            return dn_no_memory(error);
        plain->condition = DUNLIN_CONDITION_NONE;
        plain->flags &= ~(uint64_t)DUNLIN_OPERATION_PARENT_IF_EXISTS;
        addressed.items[i] = plain;
    }
    return dn_driver_render_steps(&view, DUNLIN_RENDER_PLAN, addressed.items, addressed.count,
                                  &own->arena, steps, &notes, error);
}

static int
render(explanation *own, const dn_ddl_statement *statement, dunlin_node *list, const char **refused,
       dn_error *error)
{
    dn_steps steps = {NULL, 0, 0};
    dn_error reason;

    if (statement->operations[0]->verb == DUNLIN_VERB_DATA) {
        dn_ddl_translation translation;

        if (dn_driver_translate(&own->translator, DUNLIN_TRANSLATE_DATA,
                                statement->operations[0]->body, &own->arena, &translation,
                                error) < 0)
            return -1;
        *refused = translation.reason;
        if (translation.text.data)
            dn_node_set_string(own->result, list, NULL, translation.text);
        return 0;
    }
    if (render_steps(own, statement, &steps, &reason) < 0) {
        if (reason.status == DUNLIN_NO_MEMORY) {
            *error = reason;
            return -1;
        }
        *refused = dn_arena_text(&own->arena, reason.message);
        return *refused ? 0 : dn_no_memory(error);
    }
    for (size_t i = 0; i < steps.count; i++)
        if (steps.items[i].role == DUNLIN_STEP_STATEMENT)
            dn_node_set_string(own->result, list, NULL, steps.items[i].sql);
    return 0;
}

static int
explain_statement(explanation *own, const dn_lex_item *item, dn_error *error)
{
    dn_ddl_options options = {.rules = own->rules};
    dn_ddl_statement statement;
    dunlin_node *node = dn_node_object(own->result, own->statements, NULL);
    dunlin_node *rendered;
    const char *refused = NULL;
    const char *reason;
    uint64_t offset;

    if (dn_ddl_parse(item->text, &options, &own->arena, &statement, error) < 0 ||
        dn_ddl_verify(item->text, &options, &own->arena, &statement, error) < 0)
        return -1;
    reason = native_reason(&statement, &offset);
    dn_node_set_integer(own->result, node, "line", item->line);
    dn_node_set_integer(own->result, node, "column", item->column);
    dn_node_set_text(own->result, node, "kind",
                     statement.kind == DN_DDL_SYNTAX ? "wrong"
                     : reason                        ? "native"
                                                     : "portable");
    if (tell_operations(own, node, &statement, error) < 0)
        return -1;
    rendered = dn_node_array(own->result, node, "becomes");
    if (reason)
        tell_reason(own, node, reason, item->offset + offset);
    else
        tell_no_reason(own, node);
    if (!reason && own->driver && render(own, &statement, rendered, &refused, error) < 0)
        return -1;
    dn_node_set_text(own->result, node, "refused", refused);
    if (reason || refused)
        own->native++;
    else
        own->portable++;
    return 0;
}

static int
explain_all(explanation *own, dn_error *error)
{
    dn_lex_text from = {own->text.data, own->text.length};
    dn_lex_splitter *splitter = dn_lex_open(own->rules, own->file, dn_lex_read_text, &from, error);
    dn_lex_item item;
    int outcome;

    if (!splitter)
        return -1;
    while ((outcome = dn_lex_next(splitter, &item, error)) == 0 && item.kind != DN_LEX_END) {
        if (item.kind != DN_LEX_STATEMENT)
            continue;
        outcome = explain_statement(own, &item, error);
        if (outcome < 0)
            break;
    }
    dn_lex_close(splitter);
    return outcome;
}

static int
explain(const dunlin_options *options, const char *driver, explanation *own, dn_error *error)
{
    const dn_driver_places places = {.option = options ? options->driver_path : NULL};
    dunlin_node *root = dn_result_node(own->result);
    dunlin_capabilities capabilities;
    dn_auto(dn_text) summary = DN_TEXT_INIT;

    if (driver) {
        if (dn_driver_find(&places, driver, &own->driver, error) < 0 ||
            dn_driver_translator(own->driver, NULL, &own->arena, &own->translator, error) < 0)
            return -1;
        if (dn_driver_capabilities(own->driver, NULL, &capabilities, error) < 0)
            return -1;
        own->target = (dn_schema_target){
            dn_driver_naming(&capabilities),
            dn_string(capabilities.flags & DUNLIN_CAN_NAMESPACES ? "public" : ""),
            (capabilities.flags & DUNLIN_CAN_NAMED_TYPES) != 0};
        own->logical = dn_fact_map_new(&own->arena, own->target.naming);
        if (!own->logical)
            return dn_no_memory(error);
    }
    dn_node_set_text(own->result, root, "file", own->file);
    dn_node_set_text(own->result, root, "driver", driver);
    own->statements = dn_node_array(own->result, root, "statements");
    if (dn_file_read(own->file, &own->text, error) < 0 ||
        dn_ddl_portable_rules(&own->arena, &own->rules, error) < 0 || explain_all(own, error) < 0)
        return -1;
    dn_text_add_count(&summary, (int64_t)own->portable, "statement is portable",
                      "statements are portable");
    dn_text_printf(&summary, ", %zu %s not", own->native, own->native == 1 ? "is" : "are");
    dn_node_set_integer(own->result, root, "portable", (int64_t)own->portable);
    dn_node_set_integer(own->result, root, "native", (int64_t)own->native);
    dn_node_set_text(own->result, root, "summary", summary.data);
    return summary.failed || !dn_result_ok(own->result) ? dn_no_memory(error) : 0;
}

int
dunlin_explain(const dunlin_options *options, const char *file, const char *driver,
               dunlin_result **result, dunlin_error *error)
{
    explanation own = {.file = file, .text = DN_TEXT_INIT, .arena = DN_ARENA_INIT};
    int outcome;

    *result = NULL;
    own.result = dn_result_new("dunlin-explain/1");
    if (!own.result)
        return dn_no_memory(error);
    outcome = explain(options, driver, &own, error);
    dn_text_free(&own.text);
    dn_arena_free(&own.arena);
    if (outcome < 0) {
        dunlin_result_free(own.result);
        return -1;
    }
    dn_result_set_exit_code(own.result, own.native ? DUNLIN_EXIT_FAILED : DUNLIN_EXIT_OK);
    *result = own.result;
    return 0;
}
