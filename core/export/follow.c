/* SPDX-License-Identifier: MIT */
#include "core/export/follow.h"

#include <string.h>

#include "core/execute/translate_internal.h"
#include "core/export/likeness.h"
#include "core/export/once.h"

static dn_column_search
search_of(dn_history *history)
{
    return (dn_column_search){
        .view = history->view,
        .naming = history->target.naming,
        .making = history->making,
        .logical = history->logical,
        .scratch = &history->scratch,
    };
}

/* That a query made, where nothing else is known of its columns. */
static const dn_made_table *
made_by_query(const dn_history *history, dunlin_string table)
{
    for (const dn_made_table *made = history->made; made && table.length; made = made->next) {
        const dunlin_operation about = {.verb = DUNLIN_VERB_ALTER,
                                        .path = made->table->path,
                                        .path_count = made->table->path_count};
        uint64_t last = about.path_count - 1;

        if (dn_fact_same_name(history->target.naming, last, last + 1, about.path[last], table))
            return dn_schema_table_in_doubt(history->facts, &about) ? made : NULL;
    }
    return NULL;
}

static const char *
class_by_query(const dn_history *history, dunlin_string table, dunlin_string column)
{
    const dn_made_table *made = made_by_query(history, table);

    for (size_t i = 0; made && i < made->count; i++)
        if (dn_fact_same_name(history->target.naming, 1, 2, made->names[i], column))
            return made->classes[i];
    return NULL;
}

static const char *
class_of(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    dn_history *history = context;
    const dn_column_search where = search_of(history);
    const char *found = dn_column_class(&where, table, column);

    (void)space;
    if (!found)
        found = class_by_query(history, table, column);
    return found || !history->copied.length ||
                   (table.length && !dn_string_equal(table, DUNLIN_SCRIPT_LIKE))
               ? found
               : dn_column_class(&where, history->copied, column);
}

static dunlin_string
type_of(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    const dn_column_search where = search_of(context);

    (void)space;
    return dn_column_type(&where, table, column);
}

static bool
numbers(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    const dn_column_search where = search_of(context);

    (void)space;
    return dn_column_numbers(&where, table, column);
}

static dunlin_string
column_at(void *context, dunlin_string space, dunlin_string table, uint64_t at)
{
    const dn_history *history = context;
    dunlin_string found = dn_column_at(history->facts, table, at);
    const dn_made_table *made = found.length ? NULL : made_by_query(history, table);

    (void)space;
    return made && at < made->count ? made->names[at] : found;
}

static int
begin_translating(dn_history *history, dn_error *error)
{
    const dn_history_options *options = &history->options;

    if (dn_ddl_portable_rules(history->arena, &history->reader.folder, error) < 0 ||
        dn_driver_translator(options->driver, options->profile, history->arena,
                             &history->translations, error) < 0)
        return -1;
    history->columns = (dn_driver_columns){class_of, column_at, type_of, numbers, history};
    history->translations.columns = &history->columns;
    history->view.translations = &history->translations;
    return 0;
}

int
dn_history_begin(dn_history *history, const dn_history_options *options, dn_arena *arena,
                 dn_error *error)
{
    const dn_driver *driver = options->driver;
    dunlin_capabilities capabilities;
    dunlin_string home = dn_profile_setting(options->profile, "namespace");
    const dn_lex_rules *own;

    memset(history, 0, sizeof *history);
    history->options = *options;
    history->arena = arena;
    history->own = !options->dialect || dn_driver_is_called(driver, dn_string(options->dialect));
    if (dn_driver_capabilities(driver, options->profile, &capabilities, error) < 0 ||
        dn_driver_rules(driver, options->profile, arena, &own, error) < 0)
        return -1;
    if (!(capabilities.flags & DUNLIN_CAN_TRANSLATE) || !driver->table.script)
        return dn_fail(error, DUNLIN_UNSUPPORTED, "driver.unsupported",
                       "driver '%s' cannot write scripts", driver->table.name);
    history->loose_type = dn_string(capabilities.loose_type);
    history->joins = !history->own && (capabilities.flags & DUNLIN_CAN_REBUILD);
    history->reader = (dn_script_reader){
        .driver = driver, .own = own, .folder = own, .profile = options->profile};
    history->target = (dn_schema_target){dn_driver_naming(&capabilities), home,
                                         (capabilities.flags & DUNLIN_CAN_NAMED_TYPES) != 0};
    history->facts = dn_fact_map_new(arena, history->target.naming);
    history->logical = dn_fact_map_new(arena, history->target.naming);
    if (!history->facts || !history->logical)
        return dn_no_memory(error);
    history->view = (dn_driver_view){.driver = driver,
                                     .profile = options->profile,
                                     .facts = history->facts,
                                     .own_dialect = history->own};
    return history->own ? 0 : begin_translating(history, error);
}

void
dn_history_end(dn_history *history)
{
    dn_arena_free(&history->scratch);
}

/* --- facts --------------------------------------------------------------------------------------- */

/* Nothing is known of them but their name, or their text is the database's own. */
static bool
has_own_text(const dunlin_operation *operation)
{
    static const char *const kinds[] = {DUNLIN_KIND_CONSTRAINT, DUNLIN_KIND_TRIGGER,
                                        DUNLIN_KIND_FUNCTION, DUNLIN_KIND_PROCEDURE};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (dn_string_equal(operation->kind, kinds[i]))
            return true;
    return false;
}

static int
realise(dn_history *history, const dunlin_operation *operation, dn_wanted *wanted, dn_error *error)
{
    const dunlin_fact *list[1];
    const dunlin_fact **facts;
    dunlin_fact fact;

    *wanted = (dn_wanted){NULL, 0};
    if ((operation->verb != DUNLIN_VERB_CREATE && operation->verb != DUNLIN_VERB_ALTER) ||
        has_own_text(operation) || !history->options.driver->table.realise)
        return 0;
    if (dn_operation_fact_on(history->facts, operation, &history->scratch, &fact, error) < 0)
        return -1;
    list[0] = &fact;
    if (dn_driver_realise(&history->view, list, 1, &history->scratch, &facts, &wanted->count, NULL,
                          error) < 0)
        return -1;
    wanted->facts = facts;
    return 0;
}

/* Of text that is sent as it is, what can be known of it. */
static int
fold_what_is_known(dn_history *history, const dn_operations *list, dn_error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        dn_wanted wanted;

        if (list->items[i]->verb < DUNLIN_VERB_DATA &&
            realise(history, list->items[i], &wanted, error) == 0)
            dn_schema_fold(history->facts, list->items[i], &wanted, error);
        if (error->status == DUNLIN_NO_MEMORY)
            return -1;
        dn_error_clear(error);
    }
    return 0;
}

/* --- what is to be written ---------------------------------------------------------------------------- */

/* Objects of their own can be dropped without being known. */
static bool
drops_unknown(const dunlin_operation *operation)
{
    static const char *const kinds[] = {DUNLIN_KIND_TABLE, DUNLIN_KIND_VIEW, DUNLIN_KIND_INDEX,
                                        DUNLIN_KIND_MATERIALIZED_VIEW, DUNLIN_KIND_SEQUENCE};

    for (size_t i = 0; operation->verb == DUNLIN_VERB_DROP && i < sizeof kinds / sizeof kinds[0];
         i++)
        if (dn_string_equal(operation->kind, kinds[i]))
            return true;
    return false;
}

/* Without what the script answers itself. */
static int
make_plain(dn_history *history, dunlin_operation *operation, dn_error *error)
{
    size_t length;

    if (operation->condition != DUNLIN_CONDITION_NONE && operation->body.length &&
        has_own_text(operation)) {
        const char *text =
            dn_translator_strip(history->reader.own, operation->body, &history->scratch, &length);

        if (!text)
            return dn_no_memory(error);
        operation->body = dn_span(text, length);
    }
    /* What is to be changed or renamed may be missing where the statement says so, and else must not. */
    if (operation->condition != DUNLIN_CONDITION_IF_EXISTS ||
        (operation->verb != DUNLIN_VERB_ALTER && operation->verb != DUNLIN_VERB_RENAME))
        operation->condition = DUNLIN_CONDITION_NONE;
    operation->flags &= ~(uint64_t)DUNLIN_OPERATION_PARENT_IF_EXISTS;
    return 0;
}

/* A default behind a change of type, and a view behind a rename: the script compares them in the database. */
static bool
is_in_doubt(const dn_history *history, const dunlin_operation *operation)
{
    bool column = dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_COLUMN);
    bool view = dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_VIEW);
    const dunlin_fact *now = column || view
                                 ? dn_fact_map_find(history->facts, operation->kind,
                                                    operation->path, operation->path_count)
                                 : NULL;

    return now &&
           dn_property_find(now->properties, now->property_count, column ? "unsure" : "rewritten");
}

/* What could be there is no object of this database. */
static bool
cannot_be_there(dn_history *history, const dunlin_operation *drop)
{
    dn_steps steps = {0};
    dn_notes notes = {NULL, 0, 0};
    dn_error ignored;

    dn_error_clear(&ignored);
    return dn_driver_render_steps(&history->view, DUNLIN_RENDER_SCRIPT, &drop, 1, &history->scratch,
                                  &steps, &notes, &ignored) < 0 &&
           ignored.status == DUNLIN_UNSUPPORTED;
}

/* Before it is folded: what the query reads may be another one later. */
static int
note_made(dn_history *history, const dunlin_operation *operation, dn_error *error)
{
    enum { MOST_COLUMNS = 200 };
    const dunlin_fact key = {.size = sizeof key,
                             .kind = operation->kind,
                             .path = operation->path,
                             .path_count = operation->path_count};
    const char *query;
    dn_made_table *made;

    if (history->own || !dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE) ||
        !operation->body.length)
        return 0;
    query = dn_arena_copy(history->arena, operation->body.data, (size_t)operation->body.length);
    made = dn_arena_array(history->arena, 1, sizeof *made);
    if (!made || !query)
        return dn_no_memory(error);
    *made = (dn_made_table){
        .next = history->made,
        .table = dn_fact_copy(history->arena, &key),
        .names = dn_arena_array(history->arena, MOST_COLUMNS, sizeof *made->names),
        .classes = dn_arena_array(history->arena, MOST_COLUMNS, sizeof *made->classes),
    };
    if (!made->table || !made->names || !made->classes)
        return dn_no_memory(error);
    while (made->count < MOST_COLUMNS) {
        dunlin_string text = dn_span(query, (size_t)operation->body.length);
        dunlin_string name =
            dn_ddl_query_column(history->translations.portable, text, made->count, history->arena);

        if (!name.length)
            break;
        made->names[made->count] = name;
        made->classes[made->count++] = dn_driver_portable_class(
            &history->translations, &history->columns, text, name, &history->scratch);
    }
    history->made = made;
    return 0;
}

/* The facts behind an operation, as far as they can be known. */
static int
fold(dn_history *history, const dunlin_operation *operation, const dn_wanted *wanted,
     dn_error *error)
{
    return note_made(history, operation, error) < 0 ||
                   dn_schema_fold(history->facts, operation, wanted, error) < 0 ||
                   (!history->view.own_dialect &&
                    dn_schema_fold_key(history->facts, operation, error) < 0) ||
                   dn_schema_doubt_default(history->facts, operation, &history->scratch, error) <
                       0 ||
                   dn_schema_doubt_columns(history->facts, operation, &history->scratch, error) <
                       0 ||
                   dn_schema_doubt_views(history->facts, operation, &history->scratch, error) < 0
               ? -1
               : 0;
}

typedef struct choosing {
    dn_history *history;
    const dn_source *source;
    dn_operations *run;
    dn_wanted *wanted;
    bool folds;
    dn_judging judging;
} choosing;

/* A column of a table that a query made. */
static bool
may_be_there(const dn_history *history, const dunlin_operation *operation)
{
    return operation->verb != DUNLIN_VERB_CREATE &&
           dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN) &&
           dn_schema_table_in_doubt(history->facts, operation) &&
           !dn_fact_map_find(history->facts, operation->kind, operation->path,
                             operation->path_count);
}

static dn_guard
judge(const choosing *work, const dunlin_operation *operation, const dn_wanted *wanted,
      dn_text *why)
{
    const dn_history *history = work->history;
    /* A type that is so already: what it was before the history tells, and what USING makes of the values. */
    dn_judging_options options = {
        .guards = {.foreign = !history->own},
        .loose_type = history->loose_type,
        .insists = dn_ddl_computes(
            history->view.own_dialect ? history->reader.own : history->reader.folder, operation),
    };
    dn_guard guard;

    if ((dn_once_nameless(operation) && !dn_judging_is_member(&work->judging, operation)) ||
        may_be_there(history, operation))
        return DN_GUARD_RUN;
    guard = dn_judging_answer(&work->judging, history->facts, operation, wanted, &options, why);
    if (guard != DN_GUARD_RUN || operation->verb != DUNLIN_VERB_RENAME)
        return guard;
    /* No condition is on it, but the script's guard would pass it over where both names are taken. */
    options.again = true;
    return dn_judging_answer(&work->judging, history->facts, operation, wanted, &options, why) ==
                   DN_GUARD_CONFLICT
               ? DN_GUARD_CONFLICT
               : DN_GUARD_RUN;
}

static int
take(const choosing *work, dunlin_operation *plain, dn_error *error)
{
    dn_history *history = work->history;
    const dn_wanted *wanted = &work->wanted[work->run->count];

    if (make_plain(history, plain, error) < 0)
        return -1;
    if (work->folds && fold(history, plain, wanted, error) < 0)
        return -1;
    return dn_operations_add(work->run, plain, error);
}

static int
choose_one(choosing *work, const dunlin_operation *operation, dn_error *error)
{
    dn_history *history = work->history;
    dunlin_operation *plain = dn_operation_copy(&history->scratch, operation);
    dn_wanted *wanted = &work->wanted[work->run->count];
    dn_auto(dn_text) why = DN_TEXT_INIT;
    bool doubt;
    dn_guard guard;

    if (!plain)
        return dn_no_memory(error);
    if (realise(history, operation, wanted, error) < 0)
        return dn_translator_blame(work->source, operation->span_begin, error);
    guard = judge(work, operation, wanted, &why);
    doubt = is_in_doubt(history, operation);
    dn_judging_note(&work->judging, operation, guard);
    if (guard == DN_GUARD_CONFLICT && !doubt) {
        dn_fail(error, DUNLIN_DISAGREEMENT, "translate.conflict", "%s",
                why.data ? why.data : "it exists, but different");
        return dn_translator_blame(work->source, operation->span_begin, error);
    }
    if (guard == DN_GUARD_SKIP && !doubt &&
        (!drops_unknown(operation) || cannot_be_there(history, operation)))
        return 0;
    if (guard != DN_GUARD_RUN && dn_judging_is_member(&work->judging, operation))
        return 0; /* in doubt */
    return take(work, plain, error);
}

/* The operations that the script is to have. What the history has made already, and makes again
 * under a guard, it has. */
static int
choose(dn_history *history, const dn_source *source, const dn_operations *from, dn_operations *run,
       dn_wanted *wanted, bool folds, dn_error *error)
{
    choosing work = {
        .history = history, .source = source, .run = run, .wanted = wanted, .folds = folds};

    for (size_t i = 0; i < from->count; i++)
        if (choose_one(&work, from->items[i], error) < 0)
            return -1;
    return 0;
}

/* The driver is given all operations at once, and the facts as they are before the first of them. */
static int
choose_on_copy(dn_history *history, const dn_source *source, const dn_operations *from,
               dn_operations *run, dn_wanted *wanted, dn_error *error)
{
    dn_fact_map *facts = history->facts;
    bool folds = dn_operations_build_on_each_other(from);
    int answer;

    if (folds) {
        history->facts = dn_fact_map_copy(facts, &history->scratch, error);
        if (!history->facts) {
            history->facts = facts;
            return -1;
        }
        history->view.facts = history->facts;
    }
    answer = choose(history, source, from, run, wanted, folds, error);
    history->facts = facts;
    history->view.facts = facts;
    return answer;
}

static int
count_losses(dn_history *history, const dn_source *source, const dn_operations *run,
             const dn_notes *notes, dn_error *error)
{
    for (size_t i = 0; i < notes->count && !history->own && !history->elsewhere; i++) {
        const dn_source own = dn_source_of(source, run, notes->items[i].operation);

        if (notes->items[i].kind != DUNLIN_NOTE_LOSSY)
            continue;
        if (history->options.strict) {
            dn_fail(error, DUNLIN_UNSUPPORTED, "translate.lossy", "%s", notes->items[i].message);
            return dn_translator_blame(&own, 0, error);
        }
        if (dn_losses_count(&history->losses, history->arena, &own, notes->items[i].message,
                            error) < 0)
            return -1;
    }
    return 0;
}

/* Why a driver has no words for it: nobody is asked what a query made. */
static void
say_why(const dn_history *history, const dn_operations *run, const char *reason, dn_error *error)
{
    const dunlin_fact *table = NULL;

    for (size_t i = 0; i < run->count && !table; i++)
        table = dn_schema_table_in_doubt(history->facts, run->items[i]);
    if (table)
        dn_fail(
            error, DUNLIN_UNSUPPORTED, "translate.untranslatable",
            "what columns table '%.*s' has is not known in a script, as CREATE TABLE .. AS made "
            "it: name them in CREATE TABLE, and fill it by INSERT INTO .. SELECT",
            (int)table->path[table->path_count - 1].length,
            table->path[table->path_count - 1].data);
    else
        dn_fail(error, DUNLIN_UNSUPPORTED, "translate.untranslatable", "%s", reason);
}

static int
write_operations(dn_history *history, const dn_source *source, dn_followed *out, dn_error *error)
{
    dn_operations run = {.arena = &history->scratch};
    dn_wanted *wanted =
        dn_arena_array(&history->scratch, out->operations.count + 1, sizeof *wanted);
    dn_notes notes = {NULL, 0, 0};
    char reason[sizeof error->message];
    dn_source own;

    if (!wanted)
        return dn_no_memory(error);
    if (choose_on_copy(history, source, &out->operations, &run, wanted, error) < 0)
        return -1;
    if (run.count &&
        dn_driver_render_steps(&history->view, DUNLIN_RENDER_SCRIPT, run.items, run.count,
                               &history->scratch, &out->steps, &notes, error) < 0) {
        if (error->status == DUNLIN_NO_MEMORY)
            return -1;
        memcpy(reason, error->message, sizeof reason);
        say_why(history, &run, reason, error);
        own = dn_source_of_refusal(source, &run, &notes);
        return dn_translator_blame(&own, 0, error);
    }
    if (count_losses(history, source, &run, &notes, error) < 0 ||
        dn_history_compare(history, &run, wanted, out, error) < 0)
        return -1;
    for (size_t i = 0; i < run.count; i++)
        if (fold(history, run.items[i], &wanted[i], error) < 0)
            return -1;
    return dn_schema_fold_told(history->facts, out->steps.told, out->steps.told_count,
                               &history->scratch, error);
}

/* --- the own dialect ------------------------------------------------------------------------------------- */

static bool
is_conditional(const dn_operations *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (dn_operation_is_guarded(list->items[i]))
            return true;
    return false;
}

/* Each of them, or what it stands in. */
static bool
is_conditional_throughout(const dn_operations *list)
{
    for (size_t i = 0; i < list->count; i++) {
        bool conditional = list->items[i]->condition != DUNLIN_CONDITION_NONE;

        for (size_t k = 0; k < list->count && !conditional; k++)
            conditional = list->items[k]->condition != DUNLIN_CONDITION_NONE &&
                          dn_operation_within(list->items[i], list->items[k]);
        if (!conditional)
            return false;
    }
    return true;
}

static bool
has_nameless(const dn_operations *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (dn_once_nameless(list->items[i]))
            return true;
    return false;
}

static bool
changes_rows(const dn_operations *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i]->verb >= DUNLIN_VERB_DATA)
            return true;
    return false;
}

/* May it be carried out twice? */
static bool
repeats(const dn_lex_rules *rules, const dn_operations *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (dn_ddl_computes(rules, list->items[i]))
            return false;
    return !changes_rows(list);
}

/* Its own text is the best there is to say; the steps are for drivers that guard nothing else. */
static int
guard_text(dn_history *history, const dn_source *source, dn_followed *out, dn_error *error)
{
    size_t length;
    const char *plain =
        dn_translator_strip(history->reader.own, source->sql, &history->scratch, &length);

    if (!plain)
        return dn_no_memory(error);
    out->repeatable = repeats(history->reader.own, &out->operations) && !out->once;
    if (write_operations(history, source, out, error) == 0) {
        out->plain = dn_span(plain, length);
        out->as_it_is = false;
        return 0;
    }
    if (error->status == DUNLIN_NO_MEMORY || error->status == DUNLIN_DISAGREEMENT)
        return -1;
    dn_error_clear(error);
    out->plain = dn_span(plain, length);
    return fold_what_is_known(history, &out->operations, error);
}

/* Text of this database alone. It is written as it stands, unless it wants a guard. */
static int
follow_own(dn_history *history, const dn_source *source, bool guarded, dn_followed *out,
           dn_error *error)
{
    const dn_ddl_options options = {
        .rules = history->reader.own,
        .own = true,
        .keep_case = !(history->target.naming & DN_FACT_NAMESPACES),
    };
    dn_driver_view view = history->view;
    dn_ddl_statement parsed;
    bool renders;
    int answer;

    out->as_it_is = true;
    if (!(source->flags & DUNLIN_CLASS_DDL))
        return 0;
    out->once = dn_once_text(history->reader.own, source->sql, source->flags);
    if (dn_ddl_parse(source->sql, &options, &history->scratch, &parsed, error) < 0)
        return -1;
    if (parsed.kind != DN_DDL_OPERATIONS)
        return 0;
    if (dn_schema_address(&history->target, parsed.operations, parsed.count, false, history->facts,
                          history->logical, &out->operations, error) < 0) {
        dn_error_clear(error);
        out->operations.count = 0;
        return 0;
    }
    out->once = dn_once_operations(&out->operations);
    history->view.own_dialect = true;
    history->view.translations = NULL;
    renders = !changes_rows(&out->operations) && !dn_once_swaps(&out->operations) &&
              ((guarded && history->own) ||
               (is_conditional(&out->operations) && !history->options.native_guards));
    /* By which name would the script look for them? The database itself passes them over with their column. */
    if (renders && !guarded && has_nameless(&out->operations) &&
        dn_translator_knows_guards(history->reader.own, source->sql)) {
        renders = false;
        out->repeatable = is_conditional_throughout(&out->operations);
        out->once = !out->repeatable;
    }
    answer = renders ? guard_text(history, source, out, error)
                     : fold_what_is_known(history, &out->operations, error);
    history->view = view;
    return answer;
}

/* --- portable text ------------------------------------------------------------------------------------------ */

static int
refuse(const dn_history *history, const dn_source *source, const char *reason, uint64_t offset,
       dn_error *error)
{
    dn_fail(error, DUNLIN_UNSUPPORTED, "translate.native", "not portable to '%s': %s",
            history->options.driver->table.name, reason);
    return dn_translator_blame(source, offset, error);
}

static int
check_portable(const dn_history *history, const dn_source *source, const dn_ddl_statement *parsed,
               dn_error *error)
{
    if (parsed->kind == DN_DDL_SYNTAX) {
        dn_fail(error, DUNLIN_SYNTAX, "translate.syntax", "%s", parsed->reason);
        return dn_translator_blame(source, parsed->offset, error);
    }
    if (parsed->kind == DN_DDL_NATIVE)
        return refuse(history, source, parsed->reason, parsed->offset, error);
    for (size_t i = 0; i < parsed->count; i++)
        if (parsed->marks[i].native)
            return refuse(history, source, parsed->marks[i].native, parsed->marks[i].offset, error);
    return 0;
}

static int
follow_portable(dn_history *history, const dn_source *source, dn_followed *out, dn_error *error)
{
    const dn_ddl_options options = {.rules = history->reader.folder};
    dn_ddl_statement parsed;
    int answer;

    if (dn_ddl_parse(source->sql, &options, &history->scratch, &parsed, error) < 0 ||
        dn_ddl_verify(source->sql, &options, &history->scratch, &parsed, error) < 0 ||
        check_portable(history, source, &parsed, error) < 0)
        return -1;
    if (dn_schema_check_types(&history->target, parsed.operations, parsed.count,
                              history->target.named_types ? history->facts : history->logical, NULL,
                              error) < 0 ||
        dn_schema_address(&history->target, parsed.operations, parsed.count, true, history->facts,
                          history->logical, &out->operations, error) < 0)
        return dn_translator_blame(source, 0, error);
    out->once = dn_once_operations(&out->operations);
    out->repeatable = repeats(history->reader.folder, &out->operations) && !out->once;
    history->making = &out->operations;
    answer = write_operations(history, source, out, error);
    history->making = NULL;
    return answer;
}

int
dn_history_join(const dn_history *history, dn_script *script, dn_error *error)
{
    const dn_joiner how = {.rules = history->reader.folder,
                           .target = history->target,
                           .facts = &history->facts,
                           .scripted = true};

    return history->joins ? dn_script_join(script, &how, error) : 0;
}

int
dn_history_follow(dn_history *history, const dn_source *source, bool guarded, dn_followed *followed,
                  dn_error *error)
{
    dn_arena_free(&history->scratch);
    *followed = (dn_followed){.operations = {.arena = &history->scratch}};
    if (source->native || history->own)
        return follow_own(history, source, guarded, followed, error);
    return follow_portable(history, source, followed, error);
}
