/* SPDX-License-Identifier: MIT */
#include "core/execute/portability.h"

#include <string.h>

#include "core/execute/execute.h"
#include "core/execute/translate_internal.h"

enum { FIRST_WORDS = 50 };

/* A foreign key to a table that nothing has made yet. */
typedef struct awaited {
    dunlin_fact table; /* its kind and path */
    dn_obstacle place;
} awaited;

typedef struct checking {
    dn_portability *found;
    dn_arena *arena;
    dn_arena scratch; /* of the statement at hand */
    dn_schema_target target;
    dn_script_reader reader;
    dn_driver_translations translations;
    dn_driver_columns columns;
    dn_driver_view view;
    dn_fact_map *facts;
    dn_fact_map *logical;
    dn_fact_map *hazy; /* keys of what native text touched: the database alone knows it */
    bool blind;        /* some native text was not understood: it may have made anything */
    const dn_operations *making;
    const dn_migration *migration;
    const dn_script_item *item;
    bool refused; /* the statement at hand has an obstacle */
    bool refers_ahead;
    awaited *awaited;
    size_t awaited_count;
    size_t awaited_capacity;
    dn_error *error;
} checking;

/* --- obstacles ------------------------------------------------------------------------------------- */

/* "CREATE TABLE users (", on one line. */
static const char *
first_words(checking *work)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_auto(dn_text) shown = DN_TEXT_INIT;
    dunlin_string sql = work->item->sql;

    for (uint64_t i = 0; i < sql.length && text.length <= FIRST_WORDS; i++) {
        bool blank = strchr(" \t\r\n", sql.data[i]) != NULL && sql.data[i] != '\0';

        if (!blank)
            dn_text_add_char(&text, sql.data[i]);
        else if (text.length && text.data[text.length - 1] != ' ')
            dn_text_add_char(&text, ' ');
    }
    if (text.data)
        dn_text_add_visible(&shown, text.data, text.length, FIRST_WORDS);
    if (text.failed || shown.failed)
        return NULL;
    return dn_arena_text(work->arena, shown.data ? shown.data : "");
}

/* `offset` in bytes of the statement. */
static int
find_place(checking *work, uint64_t offset, dn_obstacle *place)
{
    const dn_script_item *item = work->item;

    *place = (dn_obstacle){.migration = work->migration,
                           .line = item->line,
                           .column = item->column,
                           .statement_line = item->line,
                           .statement = first_words(work)};
    if (offset > 0 && offset <= item->sql.length)
        dn_lex_place(item->sql, offset, &place->line, &place->column);
    return place->statement ? 0 : dn_no_memory(work->error);
}

static int
add_obstacle(checking *work, const dn_obstacle *one)
{
    dn_portability *found = work->found;

    found->obstacles = dn_arena_grow(work->arena, found->obstacles, &found->capacity,
                                     found->count + 1, sizeof *found->obstacles);
    if (!found->obstacles || !one->reason)
        return dn_no_memory(work->error);
    found->obstacles[found->count++] = *one;
    return 0;
}

static int
obstruct(checking *work, uint64_t offset, const char *reason, bool wrong)
{
    dn_obstacle one;

    if (find_place(work, offset, &one) < 0)
        return -1;
    one.reason = dn_arena_text(work->arena, reason);
    one.wrong = wrong;
    work->found->refused += !work->refused;
    work->refused = true;
    return add_obstacle(work, &one);
}

/* What failed is an obstacle, unless memory did. */
static int
obstruct_by(checking *work, uint64_t offset)
{
    char reason[sizeof work->error->message];

    if (work->error->status == DUNLIN_NO_MEMORY)
        return -1;
    memcpy(reason, work->error->message, sizeof reason);
    dn_error_clear(work->error);
    return obstruct(work, offset, reason, false);
}

/* --- facts ------------------------------------------------------------------------------------------- */

static const char *
class_of(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    checking *work = context;
    const dn_column_search where = {
        .view = work->view,
        .naming = work->target.naming,
        .making = work->making,
        .scratch = &work->scratch,
    };

    (void)space;
    return dn_column_class(&where, table, column);
}

static dunlin_string
column_at(void *context, dunlin_string space, dunlin_string table, uint64_t at)
{
    const checking *work = context;

    (void)space;
    return dn_column_at(work->view.facts, table, at);
}

static int
realise(checking *work, const dunlin_operation *operation, dn_wanted *wanted)
{
    const dunlin_fact *list[1];
    const dunlin_fact **facts;
    dunlin_fact fact;

    *wanted = (dn_wanted){NULL, 0};
    if ((operation->verb != DUNLIN_VERB_CREATE && operation->verb != DUNLIN_VERB_ALTER) ||
        !work->view.driver->table.realise)
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
fold_what_is_known(checking *work, const dn_ddl_statement *parsed)
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
note_hazy(checking *work, const dn_ddl_statement *parsed)
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
is_hazy(const checking *work, const dn_operations *list)
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
follow_native(checking *work)
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
check_text(checking *work, const dn_ddl_statement *parsed)
{
    if (parsed->kind != DN_DDL_OPERATIONS)
        return obstruct(work, parsed->offset, parsed->reason, parsed->kind == DN_DDL_SYNTAX);
    for (size_t i = 0; i < parsed->count; i++) {
        const dn_ddl_mark *mark = &parsed->marks[i];

        if (mark->native && obstruct(work, mark->offset, mark->native, false) < 0)
            return -1;
    }
    return 0;
}

/* The operations that are to be done, and what they make. */
static int
choose(checking *work, const dn_operations *from, dn_operations *run, dn_wanted *wanted)
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
            if (obstruct_by(work, operation->span_begin) < 0)
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
take_notes(checking *work, const dn_operations *run, const dn_notes *notes)
{
    const dn_source source = dn_script_source(work->migration, work->item);

    for (size_t i = 0; i < notes->count; i++) {
        const dn_note *note = &notes->items[i];
        uint64_t offset =
            note->operation < run->count ? run->items[note->operation]->span_begin : 0;

        if (note->kind == DUNLIN_NOTE_UNTRANSLATABLE) {
            if (obstruct(work, offset, note->message, false) < 0)
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
note_made_of_query(checking *work, const dn_operations *run)
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
render(checking *work, const dn_operations *run)
{
    dn_steps steps = {NULL, 0, 0};
    dn_notes notes = {NULL, 0, 0};
    size_t before = work->found->count;
    int answer = dn_driver_render_steps(&work->view, DUNLIN_RENDER_RUN, run->items, run->count,
                                        &work->scratch, &steps, &notes, work->error);

    if (answer < 0 && work->error->status == DUNLIN_NO_MEMORY)
        return -1;
    if (take_notes(work, run, &notes) < 0)
        return -1;
    if (answer < 0 && work->found->count == before)
        return obstruct_by(work, 0);
    dn_error_clear(work->error);
    return note_made_of_query(work, run);
}

/* Of statements on rows the place of the trouble is known, too. */
static int
check_rows(checking *work, const dunlin_operation *operation)
{
    dn_ddl_translation translation;
    const char *body = operation->body.data;
    dunlin_string sql = work->item->sql;
    uint64_t begin = 0;

    if (dn_driver_translate(&work->translations, DUNLIN_TRANSLATE_DATA, operation->body,
                            &work->scratch, &translation, work->error) < 0)
        return obstruct_by(work, operation->span_begin);
    if (!translation.reason)
        return 0;
    if (body >= sql.data && body < sql.data + sql.length)
        begin = (uint64_t)(body - sql.data);
    return obstruct(work, begin + translation.offset, translation.reason, false);
}

/* --- tables that are made later ------------------------------------------------------------------------ */

static bool
is_known(const checking *work, const dunlin_fact *table)
{
    return work->blind ||
           dn_fact_map_find(work->facts, table->kind, table->path, table->path_count) ||
           dn_fact_map_find(work->hazy, table->kind, table->path, table->path_count);
}

/* What a foreign key names. */
static int
find_referred(const checking *work, const dunlin_operation *key, dunlin_fact *table)
{
    const dunlin_property *ref = dn_property_find(key->set, key->set_count, "ref");
    dunlin_string *path = dn_arena_array(work->arena, 2, sizeof *path);

    *table =
        (dunlin_fact){.size = sizeof *table, .kind = dn_string(DUNLIN_KIND_TABLE), .path = path};
    if (!path)
        return dn_no_memory(work->error);
    for (ref = ref ? ref + 1 : NULL; ref && ref->type != DUNLIN_PROPERTY_END; ref++) {
        const char *name = dn_arena_copy(work->arena, ref->text.data, (size_t)ref->text.length);

        if (!name)
            return dn_no_memory(work->error);
        if (table->path_count < 2)
            path[table->path_count++] = dn_span(name, (size_t)ref->text.length);
    }
    return 0;
}

static int
await_table(checking *work, const dunlin_operation *key)
{
    awaited one;

    if (find_referred(work, key, &one.table) < 0)
        return -1;
    if (!one.table.path_count || is_known(work, &one.table))
        return 0;
    work->awaited = dn_arena_grow(work->arena, work->awaited, &work->awaited_capacity,
                                  work->awaited_count + 1, sizeof *work->awaited);
    if (!work->awaited)
        return dn_no_memory(work->error);
    if (find_place(work, key->span_begin, &one.place) < 0)
        return -1;
    work->awaited[work->awaited_count++] = one;
    return 0;
}

/* Now it is there. A table that no migration makes is of those that were there before. */
static int
take_awaited(checking *work)
{
    size_t left = 0;

    for (size_t i = 0; i < work->awaited_count; i++) {
        awaited one = work->awaited[i];
        dunlin_string name = one.table.path[one.table.path_count - 1];

        if (!dn_fact_map_find(work->facts, one.table.kind, one.table.path, one.table.path_count)) {
            work->awaited[left++] = one;
            continue;
        }
        one.place.reason = dn_arena_printf(
            work->arena,
            "the table '%.*s' is made later, in line %u of %s: the foreign key belongs into an "
            "ALTER TABLE behind that",
            (int)name.length, name.data, work->item->line, work->migration->path);
        work->found->refused++;
        if (add_obstacle(work, &one.place) < 0)
            return -1;
    }
    work->awaited_count = left;
    return 0;
}

static int
look_ahead(checking *work, const dn_operations *run)
{
    for (size_t i = 0; i < run->count && !work->refers_ahead; i++)
        if (dn_operation_is(run->items[i], DUNLIN_VERB_CREATE, DUNLIN_KIND_FOREIGN_KEY) &&
            await_table(work, run->items[i]) < 0)
            return -1;
    return 0;
}

/* --- one statement, translated ------------------------------------------------------------------------- */

static int
check_types(checking *work, const dn_ddl_statement *parsed, const dn_fact_map *types)
{
    return dn_schema_check_types(&work->target, parsed->operations, parsed->count, types, NULL,
                                 work->error);
}

static int
translate(checking *work, const dn_ddl_statement *parsed)
{
    dn_operations all = {.arena = &work->scratch};
    dn_operations run = {.arena = &work->scratch};
    dn_wanted *wanted;

    if (!work->target.named_types && check_types(work, parsed, work->logical) < 0)
        return obstruct_by(work, 0);
    if (dn_schema_address(&work->target, parsed->operations, parsed->count, true, work->facts,
                          work->logical, &all, work->error) < 0)
        return obstruct_by(work, 0);
    work->making = &all;
    if (is_hazy(work, &all)) {
        work->found->unsure++;
        return fold_what_is_known(work, parsed);
    }
    if (work->target.named_types && check_types(work, parsed, work->facts) < 0)
        return obstruct_by(work, 0);
    if (all.count && all.items[0]->verb == DUNLIN_VERB_DATA) {
        if (check_rows(work, all.items[0]) < 0)
            return -1;
        if (work->refused)
            return 0;
    }
    wanted = dn_arena_array(&work->scratch, all.count + 1, sizeof *wanted);
    if (!wanted)
        return dn_no_memory(work->error);
    if (choose(work, &all, &run, wanted) < 0)
        return -1;
    if (!work->refused && run.count && render(work, &run) < 0)
        return -1;
    for (size_t i = 0; i < run.count; i++)
        if (dn_schema_fold(work->facts, run.items[i], &wanted[i], work->error) < 0)
            return -1;
    return look_ahead(work, &run);
}

static int
check_statement(checking *work)
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
check_migration(checking *work)
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
            (check_statement(work) < 0 || take_awaited(work) < 0))
            return -1;
    }
}

static int
prepare(checking *work, const dn_driver *driver, const char *dialect)
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
    work->columns = (dn_driver_columns){class_of, column_at, work};
    work->translations.columns = &work->columns;
    work->view.facts = work->facts;
    work->view.translations = &work->translations;
    return 0;
}

int
dn_portability_check(const dn_driver *driver, const dn_journal *journal, dn_arena *arena,
                     dn_portability *found, dn_error *error)
{
    checking work = {.found = found, .arena = arena, .scratch = DN_ARENA_INIT, .error = error};
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
