/* SPDX-License-Identifier: MIT */
#include "core/execute/portability_internal.h"

#include <string.h>

/* --- facts ------------------------------------------------------------------------------------------- */

static dn_column_search
search_of(dn_checking *work)
{
    return (dn_column_search){
        .view = work->view,
        .naming = work->target.naming,
        .making = work->making,
        .logical = work->logical,
        .scratch = &work->scratch,
    };
}

static const char *
class_of(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    const dn_column_search where = search_of(context);

    (void)space;
    return dn_column_class(&where, table, column);
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
    const dn_checking *work = context;

    (void)space;
    return dn_column_at(work->view.facts, table, at);
}

static int
realise(dn_checking *work, const dunlin_operation *operation, dn_wanted *wanted)
{
    const dunlin_fact *list[1];
    const dunlin_fact **facts;
    dunlin_fact fact;

    *wanted = (dn_wanted){NULL, 0};
    if ((operation->verb != DUNLIN_VERB_CREATE && operation->verb != DUNLIN_VERB_ALTER) ||
        dn_operation_is_by_name(operation->kind) || !work->view.driver->table.realise)
        return 0;
    if (dn_operation_fact_on(work->facts, operation, &work->scratch, &fact, work->error) < 0)
        return -1;
    list[0] = &fact;
    if (dn_driver_realise(&work->view, list, 1, &work->scratch, &facts, &wanted->count, NULL,
                          work->error) < 0)
        return -1;
    wanted->facts = facts;
    return 0;
}

/* What is known behind a statement of which not all can be said: the rest of it. */
static int
fold_what_is_known(dn_checking *work, const dn_ddl_statement *parsed)
{
    dn_operations list = {.arena = &work->scratch};

    if (dn_schema_address(&work->target, parsed->operations, parsed->count, true, work->facts,
                          work->logical, &list, work->error) < 0)
        list.count = 0;
    for (size_t i = 0; i < list.count && work->error->status != DUNLIN_NO_MEMORY; i++) {
        dn_wanted wanted;

        dn_error_clear(work->error);
        if (realise(work, list.items[i], &wanted) == 0)
            dn_schema_fold(work->facts, list.items[i], &wanted, work->error);
    }
    if (work->error->status == DUNLIN_NO_MEMORY)
        return -1;
    dn_error_clear(work->error);
    return 0;
}

static int
note_hazy(dn_checking *work, const dn_ddl_statement *parsed)
{
    dn_operations list = {.arena = &work->scratch};

    if (dn_schema_address(&work->target, parsed->operations, parsed->count, true, work->facts,
                          work->logical, &list, work->error) < 0) {
        work->blind = true;
        return 0;
    }
    for (size_t i = 0; i < list.count; i++) {
        dunlin_fact key = dn_schema_key(&work->target, list.items[i]);

        if (dn_fact_map_put(work->hazy, &key, work->error) < 0)
            return -1;
    }
    return 0;
}

/* Is one of them about an object that only the database knows? */
static bool
is_hazy(const dn_checking *work, const dn_operations *list)
{
    if (!list->count || list->items[0]->verb == DUNLIN_VERB_DATA)
        return false;
    for (size_t i = 0; i < list->count; i++) {
        dunlin_fact key = dn_schema_key(&work->target, list->items[i]);

        if (dn_fact_map_find(work->hazy, key.kind, key.path, key.path_count))
            return true;
        if (work->blind &&
            !dn_operation_is(list->items[0], DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE) &&
            dn_string_equal(key.kind, DUNLIN_KIND_TABLE) &&
            !dn_fact_map_find(work->facts, key.kind, key.path, key.path_count))
            return true;
    }
    return false;
}

/* Text for this database alone: nothing to translate, but tables to know. */
static int
follow_native(dn_checking *work)
{
    const dn_ddl_options options = {
        .rules = work->reader.own,
        .own = true,
        .keep_case = !(work->target.naming & DN_FACT_NAMESPACES),
    };
    dn_ddl_statement parsed;
    int answer;

    work->found->native++;
    if (!(work->item->flags & DUNLIN_CLASS_DDL))
        return 0;
    if (dn_ddl_parse(work->item->sql, &options, &work->scratch, &parsed, work->error) < 0)
        return -1;
    if (parsed.kind != DN_DDL_OPERATIONS) {
        work->blind = true;
        return 0;
    }
    if (note_hazy(work, &parsed) < 0)
        return -1;
    work->view.own_dialect = true;
    work->view.translations = NULL;
    answer = fold_what_is_known(work, &parsed);
    work->view.own_dialect = false;
    work->view.translations = &work->translations;
    return answer;
}

/* --- one statement -------------------------------------------------------------------------------------- */

/* What no driver could translate. */
static int
check_text(dn_checking *work, const dn_ddl_statement *parsed)
{
    if (parsed->kind != DN_DDL_OPERATIONS)
        return dn_portability_obstruct(work, parsed->offset, parsed->reason,
                                       parsed->kind == DN_DDL_SYNTAX);
    for (size_t i = 0; i < parsed->count; i++) {
        const dn_ddl_mark *mark = &parsed->marks[i];

        if (mark->native && dn_portability_obstruct(work, mark->offset, mark->native, false) < 0)
            return -1;
    }
    return 0;
}

/* The operations that are to be done, and what they make. */
static int
choose(dn_checking *work, const dn_operations *from, dn_operations *run, dn_wanted *wanted)
{
    const dn_guard_options options = {.foreign = true};
    const dunlin_operation *passed = NULL; /* is there already, with all that stands in it */

    for (size_t i = 0; i < from->count; i++) {
        const dunlin_operation *operation = from->items[i];
        dunlin_operation *plain = dn_operation_copy(&work->scratch, operation);
        dn_auto(dn_text) ignored = DN_TEXT_INIT;
        dn_guard guard;

        if (!plain)
            return dn_no_memory(work->error);
        if (realise(work, operation, &wanted[run->count]) < 0) {
            if (dn_portability_obstruct_by(work, operation->span_begin) < 0)
                return -1;
            continue;
        }
        guard = dn_schema_resolve(work->facts, operation, &wanted[run->count], &options, &ignored);
        /* That a guard meets another object is for the run to judge: the database may differ. */
        if (dn_operation_within(operation, passed) || guard == DN_GUARD_SKIP ||
            guard == DN_GUARD_CONFLICT) {
            passed = dn_operation_within(operation, passed) ? passed : operation;
            continue;
        }
        plain->condition = DUNLIN_CONDITION_NONE;
        plain->flags &= ~(uint64_t)DUNLIN_OPERATION_PARENT_IF_EXISTS;
        if (dn_operations_add(run, plain, work->error) < 0)
            return -1;
    }
    return 0;
}

static int
take_notes(dn_checking *work, const dn_operations *run, const dn_notes *notes)
{
    const dn_source source = dn_script_source(work->migration, work->item);

    for (size_t i = 0; i < notes->count; i++) {
        const dn_note *note = &notes->items[i];
        uint64_t offset =
            note->operation < run->count ? run->items[note->operation]->span_begin : 0;

        if (note->kind == DUNLIN_NOTE_UNTRANSLATABLE) {
            if (dn_portability_obstruct(work, offset, note->message, false) < 0)
                return -1;
        } else if (note->kind == DUNLIN_NOTE_LOSSY) {
            if (dn_losses_count(&work->found->losses, work->arena, &source, note->message,
                                work->error) < 0)
                return -1;
        }
    }
    return 0;
}

/* What a table holds that is made from a query, only the database knows. */
static int
note_made_of_query(dn_checking *work, const dn_operations *run)
{
    for (size_t i = 0; i < run->count; i++) {
        dunlin_fact key = dn_schema_key(&work->target, run->items[i]);

        if (dn_operation_is(run->items[i], DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE) &&
            run->items[i]->body.length && dn_fact_map_put(work->hazy, &key, work->error) < 0)
            return -1;
    }
    return 0;
}

static int
render(dn_checking *work, const dn_operations *run, dn_steps *steps)
{
    dn_notes notes = {NULL, 0, 0};
    size_t before = work->found->count;
    int answer = dn_driver_render_steps(&work->view, DUNLIN_RENDER_RUN, run->items, run->count,
                                        &work->scratch, steps, &notes, work->error);

    if (answer < 0 && work->error->status == DUNLIN_NO_MEMORY)
        return -1;
    if (take_notes(work, run, &notes) < 0)
        return -1;
    if (answer < 0 && work->found->count == before)
        return dn_portability_obstruct_by(work, 0);
    dn_error_clear(work->error);
    return note_made_of_query(work, run);
}

typedef struct mention {
    dunlin_string text;
    bool found;
} mention;

static int
note_mention(const dunlin_fact *fact, void *context)
{
    mention *looking = context;

    looking->found =
        looking->found ||
        (fact->path_count && dn_string_mentions(looking->text, fact->path[fact->path_count - 1]));
    return 0;
}

/* Do rows change by what only the database knows the columns of? */
static bool
mentions_hazy(const dn_checking *work, dunlin_string text)
{
    mention looking = {.text = text};

    dn_fact_map_each(work->hazy, DUNLIN_KIND_TABLE, note_mention, &looking);
    return looking.found;
}

/* Of statements on rows the place of the trouble is known, too. 1: only a run can tell. */
static int
check_rows(dn_checking *work, const dunlin_operation *operation)
{
    dn_ddl_translation translation;
    const char *body = operation->body.data;
    dunlin_string sql = work->item->sql;
    uint64_t begin = 0;

    if (dn_driver_translate(&work->translations, DUNLIN_TRANSLATE_DATA, operation->body,
                            &work->scratch, &translation, work->error) < 0)
        return dn_portability_obstruct_by(work, operation->span_begin);
    if (!translation.reason)
        return 0;
    if (mentions_hazy(work, operation->body)) {
        work->found->unsure++;
        return 1;
    }
    if (body >= sql.data && body < sql.data + sql.length)
        begin = (uint64_t)(body - sql.data);
    return dn_portability_obstruct(work, begin + translation.offset, translation.reason, false);
}

/* --- one statement, translated ------------------------------------------------------------------------- */

static int
check_types(dn_checking *work, const dn_ddl_statement *parsed, const dn_fact_map *types)
{
    return dn_schema_check_types(&work->target, parsed->operations, parsed->count, types, NULL,
                                 work->error);
}

static int
translate(dn_checking *work, const dn_ddl_statement *parsed)
{
    dn_operations all = {.arena = &work->scratch};
    dn_operations run = {.arena = &work->scratch};
    dn_wanted *wanted;
    dn_steps steps = {0};

    if (!work->target.named_types && check_types(work, parsed, work->logical) < 0)
        return dn_portability_obstruct_by(work, 0);
    if (dn_schema_address(&work->target, parsed->operations, parsed->count, true, work->facts,
                          work->logical, &all, work->error) < 0)
        return dn_portability_obstruct_by(work, 0);
    work->making = &all;
    if (is_hazy(work, &all)) {
        work->found->unsure++;
        return fold_what_is_known(work, parsed);
    }
    if (work->target.named_types && check_types(work, parsed, work->facts) < 0)
        return dn_portability_obstruct_by(work, 0);
    if (all.count && all.items[0]->verb == DUNLIN_VERB_DATA) {
        int answer = check_rows(work, all.items[0]);

        if (answer || work->refused)
            return answer < 0 ? -1 : 0;
    }
    wanted = dn_arena_array(&work->scratch, all.count + 1, sizeof *wanted);
    if (!wanted)
        return dn_no_memory(work->error);
    if (choose(work, &all, &run, wanted) < 0)
        return -1;
    if (!work->refused && run.count && render(work, &run, &steps) < 0)
        return -1;
    for (size_t i = 0; i < run.count; i++)
        if (dn_schema_fold(work->facts, run.items[i], &wanted[i], work->error) < 0)
            return -1;
    if (dn_schema_fold_told(work->facts, steps.told, steps.told_count, &work->scratch,
                            work->error) < 0)
        return -1;
    return dn_portability_look_ahead(work, &run);
}

static int
check_statement(dn_checking *work)
{
    const dn_ddl_options options = {.rules = work->reader.folder};
    dn_ddl_statement parsed;
    int answer;

    dn_arena_clear(&work->scratch);
    work->refused = false;
    work->making = NULL;
    if (work->item->native)
        return follow_native(work);
    work->found->statements++;
    if (dn_ddl_parse(work->item->sql, &options, &work->scratch, &parsed, work->error) < 0 ||
        dn_ddl_verify(work->item->sql, &options, &work->scratch, &parsed, work->error) < 0 ||
        check_text(work, &parsed) < 0)
        return -1;
    if (!work->refused)
        answer = translate(work, &parsed);
    else
        answer = parsed.kind == DN_DDL_OPERATIONS ? fold_what_is_known(work, &parsed) : 0;
    work->making = NULL;
    return answer;
}

/* --- all of them ------------------------------------------------------------------------------------------ */

static int
check_migration(dn_checking *work)
{
    dn_auto(dn_script) *script = NULL;
    dn_script_item item;

    if (dn_script_read(&work->reader, work->migration, NULL, false, &script, work->error) < 0)
        return -1;
    work->item = &item;
    for (;;) {
        if (dn_script_next(script, &item, work->error) < 0)
            return -1;
        if (item.kind == DN_SCRIPT_END)
            return 0;
        if (item.kind == DN_SCRIPT_STATEMENT && !work->found->own &&
            (check_statement(work) < 0 || dn_portability_take_awaited(work) < 0))
            return -1;
    }
}

static int
prepare(dn_checking *work, const dn_driver *driver, const char *dialect)
{
    dunlin_capabilities capabilities;
    const dn_lex_rules *own;

    if (dn_driver_capabilities(driver, NULL, &capabilities, work->error) < 0 ||
        dn_driver_rules(driver, NULL, work->arena, &own, work->error) < 0)
        return -1;
    work->reader = (dn_script_reader){.driver = driver, .own = own, .folder = own};
    work->refers_ahead = (capabilities.flags & DUNLIN_CAN_REFER_AHEAD) != 0;
    work->view = (dn_driver_view){.driver = driver};
    work->found->own = dn_driver_is_called(driver, dn_string(dialect));
    if (work->found->own)
        return 0;
    if (!(capabilities.flags & DUNLIN_CAN_TRANSLATE))
        return dn_fail(work->error, DUNLIN_UNSUPPORTED, "driver.unsupported",
                       "driver '%s' cannot translate portable SQL", driver->table.name);
    work->target =
        (dn_schema_target){dn_driver_naming(&capabilities),
                           dn_string(capabilities.flags & DUNLIN_CAN_NAMESPACES ? "public" : ""),
                           (capabilities.flags & DUNLIN_CAN_NAMED_TYPES) != 0};
    if (dn_ddl_portable_rules(work->arena, &work->reader.folder, work->error) < 0 ||
        dn_driver_translator(driver, NULL, work->arena, &work->translations, work->error) < 0)
        return -1;
    work->facts = dn_fact_map_new(work->arena, work->target.naming);
    work->logical = dn_fact_map_new(work->arena, work->target.naming);
    work->hazy = dn_fact_map_new(work->arena, work->target.naming);
    if (!work->facts || !work->logical || !work->hazy)
        return dn_no_memory(work->error);
    work->columns = (dn_driver_columns){class_of, column_at, type_of, numbers, work};
    work->translations.columns = &work->columns;
    work->view.facts = work->facts;
    work->view.translations = &work->translations;
    return 0;
}

int
dn_portability_check(const dn_driver *driver, const dn_journal *journal, dn_arena *arena,
                     dn_portability *found, dn_error *error)
{
    dn_checking work = {.found = found, .arena = arena, .scratch = DN_ARENA_INIT, .error = error};
    int answer;

    memset(found, 0, sizeof *found);
    answer = prepare(&work, driver, journal->dialect);
    for (size_t i = 0; answer == 0 && i < journal->count; i++) {
        work.migration = &journal->migrations[i];
        if (work.migration->has_file)
            answer = check_migration(&work);
    }
    dn_arena_free(&work.scratch);
    return answer;
}
