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
#include "core/engine/explain.h"
#include "core/execute/portability.h"

typedef struct explanation {
    const char *file;
    const char *dialect;     /* of the project, or NULL */
    const dn_driver *driver; /* NULL: none is asked for */
    dn_session session;
    dn_migration migration; /* the file */
    dn_history history;     /* up to the statement at hand, for a driver */
    dn_script_reader reader;
    const dn_lex_rules *rules;
    dn_text text;
    dn_arena arena;
    dunlin_result *result;
    dunlin_node *statements;
    size_t portable;
    size_t native;
    size_t own; /* statements and sections for single databases */
    bool ways;  /* something is to be done about a statement */
} explanation;

/* Why a driver has no statements for one that is portable. */
typedef struct outcome {
    const char *refused;
    uint64_t offset;   /* what that is about */
    const char *needs; /* what would have to be known */
} outcome;

static dunlin_string
line_of(const dn_text *text, unsigned number)
{
    const char *at = text->data ? text->data : "";
    const char *end;

    for (unsigned line = 1; line < number && (end = strchr(at, '\n')); line++)
        at = end + 1;
    return dn_span(at, strcspn(at, "\r\n"));
}

/* Where what a reason or refusal is about stands, and the line, for a caret under it. */
static void
tell_place(explanation *own, dunlin_node *node, const dn_script_item *item, uint64_t offset)
{
    unsigned line = item->line;
    unsigned column = item->column;

    if (offset)
        dn_lex_place(item->sql, offset, &line, &column);
    dn_node_set_integer(own->result, node, "reason_line", line);
    dn_node_set_integer(own->result, node, "reason_column", column);
    dn_node_set_string(own->result, node, "source", line_of(&own->text, line));
}

static void
tell_no_place(explanation *own, dunlin_node *node)
{
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
address(explanation *own, const dn_ddl_statement *statement, dn_operations *addressed,
        dn_error *error)
{
    if (dn_schema_address(&own->history.target, statement->operations, statement->count, true,
                          own->history.facts, own->history.logical, addressed, error) < 0)
        return -1;
    for (size_t i = 0; i < addressed->count; i++) {
        dunlin_operation *plain = dn_operation_copy(&own->arena, addressed->items[i]);

        if (!plain)
            return dn_no_memory(error);
        plain->condition = DUNLIN_CONDITION_NONE;
        plain->flags &= ~(uint64_t)DUNLIN_OPERATION_PARENT_IF_EXISTS;
        addressed->items[i] = plain;
    }
    return 0;
}

static int
render_steps(explanation *own, const dn_operations *addressed, dn_steps *steps, dn_notes *notes,
             dn_error *error)
{
    int answer;

    own->history.making = addressed;
    answer = dn_driver_render_steps(&own->history.view, DUNLIN_RENDER_PLAN, addressed->items,
                                    addressed->count, &own->arena, steps, notes, error);
    own->history.making = NULL;
    return answer;
}

static const dn_note *
untranslatable(const dn_notes *notes)
{
    for (size_t i = 0; i < notes->count; i++)
        if (notes->items[i].kind == DUNLIN_NOTE_UNTRANSLATABLE)
            return &notes->items[i];
    return NULL;
}

/* What an unknown table becomes depends on what it is. */
static int
refuse(explanation *own, const dn_operations *addressed, const dn_notes *notes,
       const dn_error *reason, outcome *told, dn_error *error)
{
    dunlin_string table = dn_explain_unknown_table(&own->history, addressed);
    const dn_note *note = untranslatable(notes);

    if (reason->status == DUNLIN_NO_MEMORY) {
        *error = *reason;
        return -1;
    }
    if (table.length)
        told->needs = dn_arena_printf(&own->arena,
                                      "what this becomes is known once a migration before it makes "
                                      "table '%.*s'",
                                      (int)table.length, table.data);
    else
        told->refused = dn_arena_text(&own->arena, note ? note->message : reason->message);
    if (note && note->operation < addressed->count)
        told->offset = addressed->items[note->operation]->span_begin;
    return told->needs || told->refused ? 0 : dn_no_memory(error);
}

/* What is lost, and what else the driver has to say. */
typedef struct remarks {
    dunlin_node *losses;
    dunlin_node *notes;
} remarks;

static remarks
begin_remarks(explanation *own, dunlin_node *node)
{
    return (remarks){dn_node_array(own->result, node, "losses"),
                     dn_node_array(own->result, node, "notes")};
}

static void
tell_remarks(explanation *own, const remarks *told, const dn_notes *notes)
{
    for (size_t i = 0; i < notes->count; i++)
        if (notes->items[i].kind != DUNLIN_NOTE_UNTRANSLATABLE)
            dn_node_set_text(own->result,
                             notes->items[i].kind == DUNLIN_NOTE_LOSSY ? told->losses : told->notes,
                             NULL, notes->items[i].message);
}

static int
render_rows(explanation *own, const dn_script_item *item, const dunlin_operation *operation,
            dunlin_node *list, outcome *told, dn_error *error)
{
    const char *body = operation->body.data;
    dunlin_string sql = item->sql;
    dn_ddl_translation translation;

    if (dn_driver_translate(&own->history.translations, DUNLIN_TRANSLATE_DATA, operation->body,
                            &own->arena, &translation, error) < 0)
        return -1;
    told->refused = translation.reason;
    told->offset = translation.offset;
    if (body >= sql.data && body < sql.data + sql.length)
        told->offset += (uint64_t)(body - sql.data);
    if (translation.text.data)
        dn_node_set_string(own->result, list, NULL, translation.text);
    return 0;
}

static int
render(explanation *own, const dn_script_item *item, const dn_ddl_statement *statement,
       dunlin_node *list, const remarks *said, outcome *told, dn_error *error)
{
    dn_operations addressed = {.arena = &own->arena};
    dn_steps steps = {0};
    dn_notes notes = {NULL, 0, 0};
    dn_error reason = {0};

    if (statement->operations[0]->verb == DUNLIN_VERB_DATA)
        return render_rows(own, item, statement->operations[0], list, told, error);
    if (address(own, statement, &addressed, &reason) < 0 ||
        render_steps(own, &addressed, &steps, &notes, &reason) < 0)
        return refuse(own, &addressed, &notes, &reason, told, error);
    for (size_t i = 0; i < steps.count; i++)
        if (steps.items[i].role == DUNLIN_STEP_STATEMENT)
            dn_node_set_string(own->result, list, NULL, steps.items[i].sql);
    tell_remarks(own, said, &notes);
    return 0;
}

/* --- statements ------------------------------------------------------------------------------------------ */

static dunlin_node *
begin_statement(explanation *own, const dn_script_item *item, const char *kind)
{
    dunlin_node *node = dn_node_object(own->result, own->statements, NULL);

    dn_node_set_integer(own->result, node, "line", item->line);
    dn_node_set_integer(own->result, node, "column", item->column);
    dn_node_set_text(own->result, node, "kind", kind);
    return node;
}

/* Text that is for single databases, and transactions, which the run makes itself. */
static void
tell_other(explanation *own, const dn_script_item *item, const char *kind)
{
    dunlin_node *node = begin_statement(own, item, kind);
    dunlin_node *list = dn_node_array(own->result, node, "operations");
    dunlin_node *one = dn_node_object(own->result, list, NULL);
    dn_auto(dn_text) words = DN_TEXT_INIT;

    if (item->kind == DN_SCRIPT_SECTION)
        dn_text_printf(&words, "a section for %.*s", (int)item->sql.length, item->sql.data);
    else if (item->native)
        dn_text_printf(&words, "sent to %s as it stands", own->driver->table.name);
    else
        dn_text_add_string(&words, "obeyed around the statements");
    dn_node_set_text(own->result, one, "description", words.data);
    dn_node_set_null(own->result, one, "native");
    list = dn_node_array(own->result, node, "becomes");
    if (own->driver && item->native)
        dn_node_set_string(own->result, list, NULL, item->sql);
    begin_remarks(own, node);
    dn_node_set_null(own->result, node, "reason");
    tell_no_place(own, node);
    dn_node_set_null(own->result, node, "refused");
    dn_node_set_null(own->result, node, "needs");
    own->own++;
}

static int
follow(explanation *own, const dn_script_item *item, dn_error *error)
{
    const dn_source source = dn_script_source(&own->migration, item);

    return own->driver ? dn_explain_follow(&own->history, &source, error) : 0;
}

static int
explain_statement(explanation *own, const dn_script_item *item, dn_error *error)
{
    dn_ddl_options options = {.rules = own->rules};
    dn_ddl_statement statement;
    dunlin_node *node;
    dunlin_node *rendered;
    remarks said;
    outcome told = {NULL, 0, NULL};
    const char *reason;
    uint64_t offset;

    if (dn_ddl_parse(item->sql, &options, &own->arena, &statement, error) < 0 ||
        dn_ddl_verify(item->sql, &options, &own->arena, &statement, error) < 0)
        return -1;
    reason = native_reason(&statement, &offset);
    if (reason && strcmp(reason, DN_DDL_CONTROL) == 0) {
        tell_other(own, item, "control");
        return 0;
    }
    node = begin_statement(own, item,
                           statement.kind == DN_DDL_SYNTAX ? "wrong"
                           : reason                        ? "native"
                                                           : "portable");
    if (tell_operations(own, node, &statement, error) < 0)
        return -1;
    rendered = dn_node_array(own->result, node, "becomes");
    said = begin_remarks(own, node);
    if (!reason && own->driver && render(own, item, &statement, rendered, &said, &told, error) < 0)
        return -1;
    dn_node_set_text(own->result, node, "reason", reason);
    dn_node_set_text(own->result, node, "refused", told.refused);
    dn_node_set_text(own->result, node, "needs", told.needs);
    own->ways = own->ways || ((reason || told.refused) && statement.kind != DN_DDL_SYNTAX);
    if (reason || told.refused)
        tell_place(own, node, item, reason ? offset : told.offset);
    else
        tell_no_place(own, node);
    if (reason || told.refused)
        own->native++;
    else
        own->portable++;
    return follow(own, item, error);
}

static int
explain_item(explanation *own, const dn_script_item *item, dn_error *error)
{
    switch (item->kind) {
    case DN_SCRIPT_SECTION: tell_other(own, item, "section"); return 0;
    case DN_SCRIPT_CONTROL:
    case DN_SCRIPT_AROUND: tell_other(own, item, "control"); return 0;
    case DN_SCRIPT_STATEMENT:
        if (!item->native)
            return explain_statement(own, item, error);
        tell_other(own, item, "section");
        return follow(own, item, error);
    default: return 0;
    }
}

static int
explain_all(explanation *own, dn_error *error)
{
    dn_auto(dn_script) *script = NULL;
    dn_script_item item;
    int answer;

    if (dn_script_read(&own->reader, &own->migration, NULL, false, &script, error) < 0)
        return -1;
    while ((answer = dn_script_next(script, &item, error)) == 0 && item.kind != DN_SCRIPT_END)
        if (explain_item(own, &item, error) < 0)
            return -1;
    return answer;
}

/* The file as a migration of the project that is here, if one is. */
static int
begin_file(explanation *own, dn_error *error)
{
    if (dn_file_read(own->file, &own->text, error) < 0 ||
        dn_ddl_portable_rules(&own->arena, &own->rules, error) < 0)
        return -1;
    own->migration = (dn_migration){.tag = own->file,
                                    .path = own->file,
                                    .project = &own->session.project,
                                    .size = own->text.length,
                                    .listed = true,
                                    .has_file = true,
                                    .text = own->text.data ? own->text.data : ""};
    own->reader.folder = own->rules;
    return 0;
}

static int
choose_driver(explanation *own, const char *driver, bool project, dn_error *error)
{
    const dunlin_options *options = own->session.options;
    const dn_driver_places places = {.option = options ? options->driver_path : NULL};
    dn_history_options wanted = {.dialect = "portable"};

    if (dn_driver_find(&places, driver, &own->driver, error) < 0 ||
        dn_driver_assume(own->driver, NULL, &own->arena, &wanted.profile, error) < 0)
        return -1;
    wanted.driver = own->driver;
    if (dn_history_begin(&own->history, &wanted, &own->arena, error) < 0 ||
        (project && dn_explain_follow_project(&own->session, own->file, &own->history, error) < 0))
        return -1;
    own->reader.driver = own->driver;
    own->reader.own = own->history.reader.own;
    return 0;
}

/* It is the same for all statements of a file. */
static int
tell_way_out(explanation *own, dunlin_node *root, dn_error *error)
{
    const char *way = NULL;

    if (own->ways) {
        way = dn_portability_way_out(&own->arena, own->dialect, own->file,
                                     own->driver ? own->driver->table.name : NULL);
        if (!way)
            return dn_no_memory(error);
    }
    dn_node_set_text(own->result, root, "way_out", way);
    return 0;
}

static int
explain(const char *driver, explanation *own, dn_error *error)
{
    bool project = dn_session_project(&own->session, error) == 0;
    dunlin_node *root = dn_result_node(own->result);
    dn_auto(dn_text) summary = DN_TEXT_INIT;

    if (!project && error->status == DUNLIN_NO_MEMORY)
        return -1;
    dn_error_clear(error);
    own->dialect = project ? own->session.project.dialect : NULL;
    if (driver && choose_driver(own, driver, project, error) < 0)
        return -1;
    if (own->session.journal.dialect)
        own->dialect = own->session.journal.dialect;
    dn_node_set_text(own->result, root, "file", own->file);
    dn_node_set_text(own->result, root, "driver", driver);
    own->statements = dn_node_array(own->result, root, "statements");
    if (begin_file(own, error) < 0 || explain_all(own, error) < 0 ||
        tell_way_out(own, root, error) < 0)
        return -1;
    dn_text_add_count(&summary, (int64_t)own->portable, "statement is portable",
                      "statements are portable");
    dn_text_printf(&summary, ", %zu %s not", own->native, own->native == 1 ? "is" : "are");
    if (own->own)
        dn_text_printf(&summary, "; %zu for single databases or around the others", own->own);
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
    int answer;

    *result = NULL;
    own.result = dn_result_new("dunlin-explain/1");
    if (!own.result)
        return dn_no_memory(error);
    dn_session_begin(&own.session, options);
    answer = explain(driver, &own, error);
    dn_history_end(&own.history);
    dn_session_end(&own.session);
    dn_text_free(&own.text);
    dn_arena_free(&own.arena);
    if (answer < 0) {
        dunlin_result_free(own.result);
        return -1;
    }
    dn_result_set_exit_code(own.result, own.native ? DUNLIN_EXIT_FAILED : DUNLIN_EXIT_OK);
    *result = own.result;
    return 0;
}
