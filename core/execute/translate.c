/* SPDX-License-Identifier: MIT
 *
 * The translator: what a run knows of the target while it goes from statement to statement.
 */
#include "core/execute/translate_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORTABLE "portable"

/* --- making one --------------------------------------------------------------------------------------- */

static int
prepare_translations(dn_translator *made, dn_error *error)
{
    if (dn_ddl_portable_rules(&made->arena, &made->rules, error) < 0 ||
        dn_driver_translator(dn_connection_driver(made->connection),
                             dn_connection_server(made->connection)->profile, &made->arena,
                             &made->translations, error) < 0)
        return -1;
    made->columns = dn_translator_columns(made);
    made->translations.columns = &made->columns;
    return 0;
}

dn_translator *
dn_translator_new(dn_connection *connection, const dn_translate_options *options, const dn_log *log)
{
    const dunlin_capabilities *capabilities = dn_connection_capabilities(connection);
    dn_translator *made = calloc(1, sizeof *made);
    uint64_t naming = dn_driver_naming(capabilities);
    dn_error ignored;

    if (!made)
        return NULL;
    made->connection = connection;
    made->options = *options;
    made->log = log;
    made->own = !options->dialect ||
                dn_driver_is_called(dn_connection_driver(connection), dn_string(options->dialect));
    made->target = (dn_schema_target){naming, dn_connection_namespace(connection),
                                      (capabilities->flags & DUNLIN_CAN_NAMED_TYPES) != 0};
    made->rules = dn_connection_rules(connection);
    made->keys = dn_fact_map_new(&made->arena, naming);
    made->actual = dn_fact_map_new(&made->arena, naming);
    made->remembered = dn_fact_map_new(&made->arena, naming);
    if (!made->keys || !made->actual || !made->remembered ||
        (!made->own && prepare_translations(made, &ignored) < 0)) {
        dn_translator_free(made);
        return NULL;
    }
    return made;
}

void
dn_translator_free(dn_translator *translator)
{
    if (!translator)
        return;
    dn_arena_free(&translator->arena);
    dn_arena_free(&translator->rehearsal);
    dn_arena_free(&translator->types);
    dn_arena_free(&translator->scratch);
    free(translator);
}

bool
dn_translator_is_own(const dn_translator *translator)
{
    return translator->own;
}

const dn_lex_rules *
dn_translator_rules(const dn_translator *translator)
{
    return translator->rules;
}

/* --- reading a statement -------------------------------------------------------------------------------- */

int
dn_translator_blame(const dn_source *source, uint64_t offset, dn_error *error)
{
    char message[sizeof error->message];
    unsigned line = source->line;
    unsigned column = source->column;

    if (offset > 0 && offset <= source->sql.length)
        dn_lex_place(source->sql, offset, &line, &column);
    memcpy(message, error->message, sizeof message);
    snprintf(error->message, sizeof error->message, "%s:%u:%u: %.*s", source->path, line, column,
             (int)(sizeof message - 200), message);
    return -1;
}

static int
refuse_native(const dn_translator *translator, const dn_source *source, const char *id,
              const char *reason, uint64_t offset, dn_error *error)
{
    dn_fail(error, DUNLIN_UNSUPPORTED, id, "not portable to '%s': %s",
            dn_connection_driver(translator->connection)->table.name, reason);
    return dn_translator_blame(source, offset, error);
}

/* On a target of another dialect everything has to be portable. */
static int
check_portable(const dn_translator *translator, const dn_source *source,
               const dn_ddl_statement *parsed, dn_error *error)
{
    if (translator->own)
        return 0;
    if (parsed->kind == DN_DDL_SYNTAX) {
        dn_fail(error, DUNLIN_SYNTAX, "translate.syntax", "%s", parsed->reason);
        return dn_translator_blame(source, parsed->offset, error);
    }
    if (parsed->kind == DN_DDL_NATIVE)
        return refuse_native(translator, source, "translate.native", parsed->reason, parsed->offset,
                             error);
    for (size_t i = 0; i < parsed->count; i++)
        if (parsed->marks[i].native)
            return refuse_native(translator, source, "translate.native", parsed->marks[i].native,
                                 parsed->marks[i].offset, error);
    return 0;
}

bool
dn_translator_is_conditional(const dn_ddl_statement *parsed)
{
    for (size_t i = 0; i < parsed->count; i++)
        if (dn_operation_is_guarded(parsed->operations[i]))
            return true;
    return false;
}

static int
parse(dn_translator *translator, const dn_source *source, dn_reading *reading, dn_error *error)
{
    const dn_ddl_options options = {
        .rules = translator->rules,
        .own = translator->own,
        .keep_case = translator->own && !(translator->target.naming & DN_FACT_NAMESPACES),
    };

    memset(reading, 0, sizeof *reading);
    reading->operations.arena = &translator->scratch;
    if (dn_ddl_parse(source->sql, &options, &translator->scratch, &reading->parsed, error) < 0)
        return -1;
    reading->conditional = dn_translator_is_conditional(&reading->parsed);
    return check_portable(translator, source, &reading->parsed, error);
}

static int
address(dn_translator *translator, const dn_source *source, const dn_fact_map *facts,
        dn_reading *reading, dn_error *error)
{
    if (dn_schema_address(&translator->target, reading->parsed.operations, reading->parsed.count,
                          !translator->own, facts, translator->logical, &reading->operations,
                          error) < 0)
        return dn_translator_blame(source, 0, error);
    return 0;
}

/* What an earlier run left half done is there, and means nothing. What is remembered of types is what
 * was there before; facts are of no use behind the unknown. */
static int
check_types(dn_translator *translator, const dn_source *source, const dn_reading *reading,
            bool again, dn_error *error)
{
    bool named = translator->target.named_types;
    dn_auto(dn_text) kept = DN_TEXT_INIT;

    if (translator->own || again ||
        (named ? translator->stale : translator->phase != DN_TRANSLATOR_REHEARSES))
        return 0;
    if (dn_schema_check_types(&translator->target, reading->parsed.operations,
                              reading->parsed.count,
                              named ? dn_translator_facts(translator) : translator->logical,
                              translator->options.keep_different ? &kept : NULL, error) < 0)
        return dn_translator_blame(source, 0, error);
    return kept.length ? dn_translator_keep(translator, source, 0, kept.data, error) : 0;
}

static int
read_statement(dn_translator *translator, const dn_source *source, bool again, dn_reading *reading,
               dn_error *error)
{
    dn_arena_clear(&translator->scratch);
    translator->reading = reading;
    if (parse(translator, source, reading, error) < 0 ||
        check_types(translator, source, reading, again, error) < 0)
        return -1;
    return address(translator, source, dn_translator_facts(translator), reading, error);
}

/* Which routine is meant, by types of arguments alone, and which schema, where these are databases
 * beside this one, the server knows better than facts. */
static bool
is_server_affair(const dn_translator *translator, const dn_reading *reading)
{
    const dunlin_operation *first;

    if (reading->parsed.kind != DN_DDL_OPERATIONS)
        return translator->own;
    if (!translator->own || reading->parsed.count == 0)
        return false;
    first = reading->parsed.operations[0];
    if (dn_string_equal(first->kind, DUNLIN_KIND_SCHEMA))
        return !(translator->target.naming & DN_FACT_NAMESPACES);
    return first->verb == DUNLIN_VERB_DROP && (dn_string_equal(first->kind, DUNLIN_KIND_FUNCTION) ||
                                               dn_string_equal(first->kind, DUNLIN_KIND_PROCEDURE));
}

dn_driver_view
dn_translator_view(const dn_translator *translator)
{
    return (dn_driver_view){
        .driver = dn_connection_driver(translator->connection),
        .profile = dn_connection_server(translator->connection)->profile,
        .facts = dn_translator_facts(translator),
        .translations = translator->own ? NULL : &translator->translations,
        .own_dialect = translator->own,
    };
}

/* --- before the run ---------------------------------------------------------------------------------------- */

/* Types are what applied migrations left: what was heard of in another phase is forgotten. */
static int
begin_types(dn_translator *translator, dn_error *error)
{
    dn_arena_free(&translator->types);
    translator->logical = dn_fact_map_copy(translator->remembered, &translator->types, error);
    return translator->logical ? 0 : -1;
}

/* Is this statement none of the translator's affairs? Of the own dialect it looks at whatever changes
 * the schema: guards behind it want to know. */
static bool
passes(const dn_translator *translator, const dn_source *source)
{
    if (source->native)
        return true;
    return translator->own &&
           (translator->options.native_guards || !(source->flags & DUNLIN_CLASS_DDL));
}

static int
note_key(dn_translator *translator, dunlin_fact key, dn_error *error)
{
    key.properties = NULL;
    key.property_count = 0;
    return dn_fact_map_put(translator->keys, &key, error);
}

/* The one that has its name in another table, and the one that a rename made. */
static int
note_index(dn_translator *translator, const dunlin_operation *operation, dn_error *error)
{
    uint64_t naming = translator->target.naming;
    bool renames = operation->verb == DUNLIN_VERB_RENAME;
    dunlin_fact index = dn_operation_fact(operation);
    dunlin_string path[3] = {{0}};
    uint64_t count = renames ? operation->new_path_count : operation->path_count;

    if (!dn_string_equal(operation->kind, DUNLIN_KIND_INDEX) || count < 2 || count > 3 ||
        !(renames || (operation->verb == DUNLIN_VERB_CREATE && !(naming & DN_FACT_TABLE_INDEXES))))
        return 0;
    memcpy(path, renames ? operation->new_path : operation->path, (size_t)count * sizeof *path);
    path[count - 2] = dn_string("");
    if (path[count - 1].length == 0)
        return 0;
    index.path = path;
    index.path_count = count;
    return note_key(translator, index, error);
}

/* Views share their names with tables: a key of a table finds whatever has the name. */
static int
note_namesake(dn_translator *translator, const dunlin_operation *operation, dn_error *error)
{
    dunlin_fact named = dn_operation_fact(operation);

    if (!dn_string_equal(operation->kind, DUNLIN_KIND_VIEW) &&
        !dn_string_equal(operation->kind, DUNLIN_KIND_MATERIALIZED_VIEW))
        return 0;
    named.kind = dn_string(DUNLIN_KIND_TABLE);
    return note_key(translator, named, error);
}

/* Servers with types of their own know what hangs on what, and refuse or drop it; that a view needs a
 * column as it is, is to be seen before. Elsewhere the driver has to see all that may use what goes,
 * or gets another name. */
static void
note_dependents(dn_translator *translator, const dunlin_operation *operation)
{
    if (!translator->own && translator->target.named_types &&
        operation->verb == DUNLIN_VERB_ALTER &&
        dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN) &&
        (dn_property_find(operation->set, operation->set_count, "type") ||
         dn_property_find(operation->set, operation->set_count, "type_path")))
        translator->everything = true;
    if (!translator->own && !translator->target.named_types &&
        (operation->verb == DUNLIN_VERB_DROP || operation->verb == DUNLIN_VERB_RENAME) &&
        (dn_string_equal(operation->kind, DUNLIN_KIND_TABLE) ||
         dn_string_equal(operation->kind, DUNLIN_KIND_VIEW) ||
         dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN)))
        translator->everything = true;
}

static int
note_keys(dn_translator *translator, const dn_operations *operations, dn_error *error)
{
    uint64_t object = (translator->target.naming & DN_FACT_NAMESPACES) ? 2 : 1;

    for (size_t i = 0; i < operations->count; i++) {
        const dunlin_operation *operation = operations->items[i];
        dunlin_fact renamed = dn_operation_fact(operation);

        if (operation->verb >= DUNLIN_VERB_DATA)
            continue;
        note_dependents(translator, operation);
        dn_translator_note_referred(translator, operation);
        if (note_key(translator, dn_schema_key(&translator->target, operation), error) < 0 ||
            note_index(translator, operation, error) < 0 ||
            note_namesake(translator, operation, error) < 0)
            return -1;
        renamed.path = operation->new_path;
        renamed.path_count = operation->new_path_count;
        if (operation->verb == DUNLIN_VERB_RENAME && operation->new_path_count <= object &&
            note_key(translator, renamed, error) < 0)
            return -1;
    }
    return 0;
}

/* Rows are read when their turn comes; what has to be known of their tables is asked for here. */
static int
expect_rows(dn_translator *translator, const dn_source *source, dn_error *error)
{
    enum { MOST = 1 << 20 }; /* bytes: whoever writes more has a list of values, not expressions */
    dn_ddl_translation ignored;

    if (source->sql.length > MOST)
        return 0;
    dn_arena_clear(&translator->scratch);
    translator->reading = NULL;
    return dn_driver_translate(&translator->translations, DUNLIN_TRANSLATE_DATA, source->sql,
                               &translator->scratch, &ignored, error);
}

static int
expect_operations(dn_translator *translator, const dn_source *source, dn_error *error)
{
    dn_reading reading;

    dn_arena_clear(&translator->scratch);
    if (parse(translator, source, &reading, error) < 0)
        return -1;
    translator->guarded = translator->guarded || !translator->own || reading.conditional;
    if (translator->own && reading.parsed.kind != DN_DDL_OPERATIONS)
        return 0;
    if (dn_schema_address(&translator->target, reading.parsed.operations, reading.parsed.count,
                          false, NULL, translator->logical, &reading.operations, error) < 0)
        return dn_translator_blame(source, 0, error);
    translator->reading = NULL;
    return dn_translator_expect_queries(translator, &reading.operations, error) < 0
               ? -1
               : note_keys(translator, &reading.operations, error);
}

int
dn_translator_expect(dn_translator *translator, const dn_source *source, dn_error *error)
{
    if (dn_translator_is_guarded_section(translator, source))
        return dn_translator_expect_section(translator, source, error);
    if (translator->phase != DN_TRANSLATOR_EXPECTS || passes(translator, source))
        return 0;
    if (!translator->expecting) {
        translator->expecting = true;
        if (begin_types(translator, error) < 0)
            return -1;
    }
    if (!translator->own && !(source->flags & DUNLIN_CLASS_DDL) &&
        (source->flags & DUNLIN_CLASS_DATA)) {
        translator->guarded = true;
        return expect_rows(translator, source, error);
    }
    /* Without a guard nobody asks what there is; and once somebody does, all of it is read. */
    if (translator->own &&
        (translator->guarded ? translator->shares
                             : !dn_string_contains_fold(source->sql, "exists"))) {
        translator->passed_over = true;
        return 0;
    }
    return expect_operations(translator, source, error);
}

bool
dn_translator_expects_again(const dn_translator *translator)
{
    return translator->guarded && translator->passed_over && !translator->shares;
}

bool
dn_translator_needs_history(const dn_translator *translator)
{
    return !translator->own && !translator->target.named_types;
}

bool
dn_translator_may_remember(const dn_translator *translator, dunlin_string text)
{
    return dn_fact_map_count(translator->remembered) > 0 || dn_string_contains_fold(text, "type") ||
           dn_string_contains_fold(text, "domain") || dn_string_contains_fold(text, "table");
}

int
dn_translator_remember(dn_translator *translator, const dn_source *source, dn_error *error)
{
    /* What a run passes over is known to its statements, and to the next run. */
    dn_fact_map *maps[] = {translator->remembered, translator->phase == DN_TRANSLATOR_PERFORMS
                                                       ? translator->logical
                                                       : NULL};
    dn_reading reading;

    if (source->native || !(source->flags & DUNLIN_CLASS_DDL))
        return 0;
    dn_arena_clear(&translator->scratch);
    if (parse(translator, source, &reading, error) < 0) {
        dn_error_clear(error); /* it is applied: how, is no question any more */
        return 0;
    }
    for (size_t i = 0; i < sizeof maps / sizeof *maps && maps[i]; i++)
        if (dn_schema_address(&translator->target, reading.parsed.operations, reading.parsed.count,
                              false, NULL, maps[i], &reading.operations, error) < 0)
            dn_error_clear(error);
    return 0;
}

static int
begin_again(dn_translator *translator, dn_translator_phase phase, dn_error *error)
{
    translator->phase = phase;
    translator->stale = false;
    translator->changes = 0;
    return begin_types(translator, error);
}

int
dn_translator_rehearse(dn_translator *translator, dn_error *error)
{
    dn_arena_free(&translator->rehearsal);
    translator->rehearsed = dn_fact_map_copy(translator->actual, &translator->rehearsal, error);
    translator->unseen = dn_fact_map_new(&translator->rehearsal, translator->target.naming);
    if (!translator->rehearsed)
        return -1;
    if (!translator->unseen)
        return dn_no_memory(error);
    return begin_again(translator, DN_TRANSLATOR_REHEARSES, error);
}

void
dn_translator_foresee(dn_translator *translator)
{
    translator->foresees = true;
}

int
dn_translator_perform(dn_translator *translator, dn_error *error)
{
    dn_translator_tell_losses(translator);
    translator->rehearsed = NULL;
    translator->unseen = NULL;
    dn_arena_free(&translator->rehearsal); /* the run makes as much again */
    return begin_again(translator, DN_TRANSLATOR_PERFORMS, error);
}

void
dn_translator_forget(dn_translator *translator)
{
    translator->stale = true;
    /* Keys of what was known when it was rehearsed were not noted. */
    if (translator->shares && translator->phase == DN_TRANSLATOR_PERFORMS)
        translator->everything = true;
}

int
dn_translator_renew(dn_translator *translator, dn_error *error)
{
    uint64_t naming = translator->target.naming;

    translator->keys = dn_fact_map_new(&translator->arena, naming);
    translator->actual = dn_fact_map_new(&translator->arena, naming);
    translator->guarded = !translator->own;
    translator->losses.count = translator->told_losses = 0;
    if (!translator->keys || !translator->actual)
        return dn_no_memory(error);
    return begin_again(translator, DN_TRANSLATOR_EXPECTS, error);
}

bool
dn_translator_matters(const dn_translator *translator)
{
    return translator->guarded;
}

/* --- translating ----------------------------------------------------------------------------------------------- */

/* Where in a statement that changes rows something has no translation; else 0. */
static uint64_t
place_of_refusal(dn_translator *translator, const dn_decisions *decisions)
{
    const dunlin_operation *first = decisions->run.count == 1 ? decisions->run.items[0] : NULL;
    dn_ddl_translation translation;
    dn_error ignored;

    if (!first || first->verb != DUNLIN_VERB_DATA || translator->own ||
        dn_driver_translate(&translator->translations, DUNLIN_TRANSLATE_DATA, first->body,
                            &translator->scratch, &translation, &ignored) < 0 ||
        !translation.reason)
        return 0;
    return first->span_begin + translation.offset;
}

static int
render(dn_translator *translator, const dn_source *source, dn_decisions *decisions,
       dn_translated *out, dn_error *error)
{
    const dn_driver_view view = dn_translator_view(translator);

    if (dn_driver_render_steps(&view, DUNLIN_RENDER_RUN, decisions->run.items, decisions->run.count,
                               &translator->scratch, &decisions->steps, &decisions->notes,
                               error) < 0) {
        const dn_source own = dn_source_of_refusal(source, &decisions->run, &decisions->notes);

        dn_translator_untranslatable(error);
        return dn_error_ends_all(error)
                   ? -1
                   : dn_translator_blame(&own, place_of_refusal(translator, decisions), error);
    }
    out->kind = DN_TRANSLATED_STEPS;
    out->steps = decisions->steps.items;
    out->count = decisions->steps.count;
    out->operations = decisions->run.items;
    out->operation_count = decisions->run.count;
    return 0;
}

/* Why only the run itself can tell. */
static const char behind_native[] =
    "as far as can be foreseen: behind a native statement, the run looks again";
static const char made_before[] =
    "as far as can be foreseen: the run compares it with what an earlier statement of it made, and "
    "refuses another one";

/* The own text, freed of its guards. */
static int
plain_text(dn_translator *translator, dunlin_string sql, dn_translated *out, dn_error *error)
{
    dn_step *step = dn_arena_alloc(&translator->scratch, sizeof *step);
    size_t length;
    const char *text =
        step ? dn_translator_strip(translator->rules, sql, &translator->scratch, &length) : NULL;

    if (!text)
        return dn_no_memory(error);
    *step = (dn_step){.role = DUNLIN_STEP_STATEMENT, .sql = dn_span(text, length)};
    out->kind = DN_TRANSLATED_STEPS;
    out->steps = step;
    out->count = 1;
    return 0;
}

/* Of the own text what is left to be done. */
static int
remaining_text(dn_translator *translator, const dn_source *source, const dn_reading *reading,
               dn_decisions *decisions, dn_translated *out, dn_error *error)
{
    dn_auto(dn_text) kept = DN_TEXT_INIT;
    bool whole =
        dn_translator_remaining(translator->rules, source->sql, reading, &decisions->run, &kept);

    if (kept.failed)
        return dn_no_memory(error);
    return whole ? plain_text(translator, dn_span(kept.data, kept.length), out, error)
                 : render(translator, source, decisions, out, error);
}

static int
report_losses(dn_translator *translator, const dn_source *source, const dn_decisions *decisions,
              dn_translated *out, dn_error *error)
{
    out->notes = decisions->notes.items;
    out->note_count = decisions->notes.count;
    if (translator->own)
        return 0;
    for (size_t i = 0; i < decisions->notes.count; i++) {
        dn_source own;

        if (decisions->notes.items[i].kind != DUNLIN_NOTE_LOSSY)
            continue;
        own = dn_source_of(source, &decisions->run, decisions->notes.items[i].operation);
        if (translator->options.strict) {
            dn_fail(error, DUNLIN_UNSUPPORTED, "translate.lossy", "%s",
                    decisions->notes.items[i].message);
            return dn_translator_blame(&own, 0, error);
        }
        if (translator->phase != DN_TRANSLATOR_EXPECTS &&
            dn_translator_note_loss(translator, &own, decisions->notes.items[i].message, error) < 0)
            return -1;
    }
    return 0;
}

static int
translate_known(dn_translator *translator, const dn_source *source, const dn_reading *reading,
                bool again, dn_translated *out, dn_error *error)
{
    dn_decisions decisions;
    int status = 0;

    if (dn_translator_decide(translator, source, reading, again, &decisions, error) < 0)
        return -1;
    if (decisions.open) {
        out->unsure = made_before;
        if (translator->phase == DN_TRANSLATOR_PERFORMS) {
            out->kind = DN_TRANSLATED_LOOK;
            return 0;
        }
    }
    if (decisions.run.count == 0) {
        out->kind = reading->operations.count || !translator->own ? DN_TRANSLATED_SKIP
                                                                  : DN_TRANSLATED_AS_IT_IS;
        out->why = decisions.why ? decisions.why : "there is nothing to do on this database";
        return 0;
    }
    /* An extension that is part of the server, such as plpgsql, is no fact, nor is a sequence that a column owns. */
    if (translator->own &&
        ((!reading->conditional && !again) ||
         dn_operation_is(decisions.run.items[0], DUNLIN_VERB_CREATE, DUNLIN_KIND_EXTENSION) ||
         dn_operation_is(decisions.run.items[0], DUNLIN_VERB_CREATE, DUNLIN_KIND_SEQUENCE)))
        out->kind = DN_TRANSLATED_AS_IT_IS;
    else if (translator->own && decisions.skipped == 0)
        status = plain_text(translator, source->sql, out, error);
    else if (translator->own)
        status = remaining_text(translator, source, reading, &decisions, out, error);
    else
        status = render(translator, source, &decisions, out, error);
    out->swaps = dn_operations_swap(&decisions.run);
    if (status < 0 || report_losses(translator, source, &decisions, out, error) < 0)
        return -1;
    return dn_translator_fold(translator, &decisions, error);
}

/* Text for this database alone, and what the parser does not know: what it changed is seen by
 * looking, when somebody wants to know. */
static int
go_as_it_is(dn_translator *translator, const dn_source *source)
{
    translator->stale = translator->stale || (source->flags & DUNLIN_CLASS_DDL);
    translator->changes++;
    return 0;
}

static int
leave_to_server(dn_translator *translator, const dn_source *source, const dn_reading *reading,
                dn_error *error)
{
    return dn_translator_check_guards(translator, source, reading, error) < 0
               ? -1
               : go_as_it_is(translator, source);
}

/* Behind the unknown only the run itself can tell. Who asks beforehand is shown what it will be if
 * nothing of what it names was changed. */
static int
foresee(dn_translator *translator, const dn_source *source, const dn_reading *reading, bool again,
        dn_translated *out, dn_error *error)
{
    int answer = translator->foresees || !translator->own
                     ? translate_known(translator, source, reading, again, out, error)
                     : 0;

    translator->reading = NULL;
    if (answer < 0 && error->status == DUNLIN_NO_MEMORY)
        return -1;
    dn_error_clear(error);
    if (!translator->foresees)
        *out = (dn_translated){.kind = 0}; /* what is told of it here helps with what follows */
    else if (answer < 0)
        *out = (dn_translated){.kind = DN_TRANSLATED_LOOK};
    else
        out->unsure = behind_native;
    return 0;
}

/* Rows of a table that the unknown may have made: its columns tell how they are written. */
static int
foresee_rows(dn_translator *translator, const dn_source *source, const dn_reading *reading,
             bool again, dn_translated *out, dn_error *error)
{
    int answer;

    translator->missed = false;
    answer = translate_known(translator, source, reading, again, out, error);
    translator->reading = NULL;
    if (answer == 0 || error->status == DUNLIN_NO_MEMORY || !translator->missed)
        return answer;
    dn_error_clear(error);
    *out = (dn_translated){.kind = DN_TRANSLATED_LOOK};
    return 0;
}

static int
translate_behind(dn_translator *translator, const dn_source *source, const dn_reading *reading,
                 bool again, dn_translated *out, dn_error *error)
{
    if (translator->phase != DN_TRANSLATOR_REHEARSES) {
        out->kind = DN_TRANSLATED_LOOK;
        return 0;
    }
    return dn_reading_is_of_schema(source, reading)
               ? foresee(translator, source, reading, again, out, error)
               : foresee_rows(translator, source, reading, again, out, error);
}

int
dn_translate(dn_translator *translator, const dn_source *source, bool again,
             dn_translated *translated, dn_error *error)
{
    dn_reading reading;
    int status;

    memset(translated, 0, sizeof *translated);
    if (dn_translator_note_names(translator, source, error) < 0)
        return -1;
    if (dn_translator_is_guarded_section(translator, source))
        return dn_translate_section(translator, source, again, translated, error);
    if (source->native || !translator->guarded)
        return go_as_it_is(translator, source);
    if (passes(translator, source))
        return 0;
    /* Of the own dialect, behind the unknown: without a guard there is nothing to ask. */
    if (translator->own && translator->stale && !dn_string_contains_fold(source->sql, "exists"))
        return 0;
    if (read_statement(translator, source, again, &reading, error) < 0)
        return -1;
    /* What is looked at again is what stands behind the unknown. */
    if (translator->shares && translator->stale && translator->phase == DN_TRANSLATOR_REHEARSES &&
        note_keys(translator, &reading.operations, error) < 0)
        return -1;
    if (is_server_affair(translator, &reading))
        return go_as_it_is(translator, source);
    if (dn_translator_means_elsewhere(translator, source, &reading))
        return leave_to_server(translator, source, &reading, error);
    if (dn_translator_is_behind(translator, source, &reading))
        return translate_behind(translator, source, &reading, again, translated, error);
    if (dn_translator_may_mean_elsewhere(translator, &reading))
        return leave_to_server(translator, source, &reading, error);
    status = translate_known(translator, source, &reading, again, translated, error);
    translator->reading = NULL;
    return status;
}
