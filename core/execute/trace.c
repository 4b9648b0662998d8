/* SPDX-License-Identifier: MIT */
#include "core/execute/trace.h"

#include <string.h>
#include <strings.h>

#include "core/ddl/ddl.h"

/* --- reading -------------------------------------------------------------------------------------- */

typedef struct reading {
    dn_trace *trace;
    dn_arena *arena;
    dn_script_reader reader;
    dn_ddl_options folder; /* how text of the folder is parsed */
    dn_ddl_options own;    /* and text for this database alone */
} reading;

/* Text that is not understood: drops and renames have these words in every dialect. */
static bool
names_removal(dunlin_string sql)
{
    static const char *const words[] = {"drop", "rename", "change"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        for (uint64_t at = 0; at + strlen(words[i]) <= sql.length; at++)
            if (strncasecmp(sql.data + at, words[i], strlen(words[i])) == 0)
                return true;
    return false;
}

/* An index, a default or a view holds no rows. */
static bool
removes_rows(const dunlin_operation *operation)
{
    return (operation->verb == DUNLIN_VERB_DROP || operation->verb == DUNLIN_VERB_RENAME) &&
           dn_string_among(operation->kind, "table column");
}

/* What changes rows changes no schema. */
static bool
is_of_rows(const dn_script_item *item)
{
    return (item->flags & DUNLIN_CLASS_DATA) && !(item->flags & DUNLIN_CLASS_DDL);
}

/* It changes neither schema nor rows, nor what later statements mean. */
static bool
is_upkeep(const dn_script_item *item)
{
    return (item->flags & DUNLIN_CLASS_REPEATABLE) &&
           !(item->flags &
             (DUNLIN_CLASS_DATA | DUNLIN_CLASS_SESSION | DUNLIN_CLASS_REACHES_OUTSIDE));
}

static void
note_other(dn_trace *trace, size_t migration, const dn_script_item *item)
{
    trace->others[migration] = true;
    trace->unclear[migration] = trace->unclear[migration] || !is_of_rows(item);
}

static int
read_statement(reading *work, size_t migration, const dn_script_item *item, dn_error *error)
{
    dn_trace *trace = work->trace;
    const dn_ddl_options *options = item->native ? &work->own : &work->folder;
    const char *copy = dn_arena_copy(work->arena, item->sql.data, (size_t)item->sql.length);
    dn_ddl_statement parsed;

    if (!copy)
        return dn_no_memory(error);
    if (dn_ddl_parse(dn_span(copy, (size_t)item->sql.length), options, work->arena, &parsed,
                     error) < 0)
        return -1;
    if (item->flags & DUNLIN_CLASS_DATA)
        trace->rows[migration] = true;
    if (parsed.kind != DN_DDL_OPERATIONS) {
        note_other(trace, migration, item);
        trace->opaque[migration] = trace->opaque[migration] || !is_upkeep(item);
        trace->rows[migration] = trace->rows[migration] || names_removal(item->sql);
        return 0;
    }
    trace->items = dn_arena_grow(work->arena, trace->items, &trace->capacity,
                                 trace->count + parsed.count, sizeof *trace->items);
    if (!trace->items)
        return dn_no_memory(error);
    for (size_t i = 0; i < parsed.count; i++) {
        const dunlin_operation *operation = parsed.operations[i];

        trace->rows[migration] = trace->rows[migration] || removes_rows(operation);
        if (operation->verb <= DUNLIN_VERB_DATA)
            trace->items[trace->count++] = (dn_trace_item){migration, operation, options->rules};
        else
            trace->opaque[migration] = true;
        if (operation->verb < DUNLIN_VERB_DATA)
            continue;
        note_other(trace, migration, item);
        trace->rows[migration] = trace->rows[migration] || operation->verb == DUNLIN_VERB_DATA ||
                                 names_removal(item->sql);
    }
    return 0;
}

static int
read_migration(reading *work, const dn_journal *journal, size_t migration, dn_error *error)
{
    dn_auto(dn_script) *script = NULL;
    dn_script_item item;

    if (!journal->migrations[migration].has_file)
        return 0;
    if (dn_script_read(&work->reader, &journal->migrations[migration], NULL, false, &script,
                       error) < 0)
        return -1;
    do {
        if (dn_script_next(script, &item, error) < 0)
            return -1;
        if (item.kind == DN_SCRIPT_STATEMENT && read_statement(work, migration, &item, error) < 0)
            return -1;
    } while (item.kind != DN_SCRIPT_END);
    return 0;
}

int
dn_trace_read(const dn_driver *driver, const dn_journal *journal, dn_arena *arena, dn_trace *trace,
              dn_error *error)
{
    reading work = {.trace = trace, .arena = arena};
    dunlin_capabilities capabilities;
    const dn_lex_rules *own;
    const dn_lex_rules *folder;

    *trace =
        (dn_trace){.others = dn_arena_array(arena, journal->count + 1, sizeof *trace->others),
                   .opaque = dn_arena_array(arena, journal->count + 1, sizeof *trace->opaque),
                   .unclear = dn_arena_array(arena, journal->count + 1, sizeof *trace->unclear),
                   .rows = dn_arena_array(arena, journal->count + 1, sizeof *trace->rows)};
    if (!trace->others || !trace->opaque || !trace->unclear || !trace->rows)
        return dn_no_memory(error);
    if (dn_driver_capabilities(driver, NULL, &capabilities, error) < 0 ||
        dn_driver_rules(driver, NULL, arena, &own, error) < 0 ||
        dn_ddl_portable_rules(arena, &folder, error) < 0)
        return -1;
    trace->capabilities = capabilities;
    work.own = (dn_ddl_options){
        .rules = own, .own = true, .keep_case = !(capabilities.flags & DUNLIN_CAN_NAMESPACES)};
    work.folder = (dn_ddl_options){.rules = folder};
    if (!journal->dialect || dn_driver_is_called(driver, dn_string(journal->dialect)))
        work.folder = work.own;
    work.reader = (dn_script_reader){.driver = driver, .own = own, .folder = work.folder.rules};
    for (size_t i = 0; i < journal->count; i++)
        if (read_migration(&work, journal, i, error) < 0)
            return -1;
    return 0;
}

/* --- searching --------------------------------------------------------------------------------------- */

static bool
same(dunlin_string left, dunlin_string right)
{
    return left.length == right.length &&
           (left.length == 0 || strncasecmp(left.data, right.data, (size_t)left.length) == 0);
}

void
dn_trace_begin(dn_trace_search *search, const dn_trace *trace, const dunlin_fact *fact,
               uint64_t naming, const char *member)
{
    uint64_t lead = (naming & DN_FACT_NAMESPACES) ? 1 : 0;

    *search = (dn_trace_search){
        .trace = trace, .fact = fact, .member = member, .naming = naming, .at = trace->count};
    if (fact->path_count > lead)
        search->table = fact->path[lead];
    if (fact->path_count > lead + 1 && !dn_string_among(fact->kind, "function procedure aggregate"))
        search->name = fact->path[lead + 1];
}

/* The table or object of an operation; its path begins with a namespace always. */
static dunlin_string
table_of(const dunlin_operation *operation)
{
    return operation->path_count > 1 ? operation->path[1] : dn_string(NULL);
}

static dunlin_string
name_of(const dunlin_operation *operation)
{
    return operation->path_count > 2 ? operation->path[2] : dn_string(NULL);
}

static bool
sets(const dunlin_operation *operation, const char *members)
{
    for (uint64_t i = 0; i < operation->set_count;
         i = dn_property_next(operation->set, operation->set_count, i))
        if (dn_string_among(operation->set[i].name, members))
            return true;
    for (uint64_t i = 0; i < operation->unset_count; i++)
        if (dn_string_among(operation->unset[i], members))
            return true;
    return false;
}

/* Does an ALTER of the column change what is looked for? */
static bool
alters_member(const char *member, const dunlin_operation *operation)
{
    if (dn_string_among(dn_string(member), "type values auto"))
        return sets(operation, "type type_path values auto");
    return sets(operation, member);
}

/* What became of the type itself: ALTER TYPE mood ADD VALUE. */
static bool
concerns_type(const dn_trace_search *search, const dunlin_operation *operation)
{
    const dunlin_property *path =
        dn_property_find(search->fact->properties, search->fact->property_count, "type_path");
    const dunlin_property *end = search->fact->properties + search->fact->property_count;
    dunlin_string type = dn_string(NULL);

    if (!path || !dn_string_among(operation->kind, "enum domain"))
        return false;
    for (const dunlin_property *item = path + 1; item < end && item->type != DUNLIN_PROPERTY_END;
         item++)
        type = item->text;
    return same(table_of(operation), type);
}

static bool
concerns_column(dn_trace_search *search, const dunlin_operation *operation)
{
    if (concerns_type(search, operation))
        return true;
    if (!dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN) ||
        !same(table_of(operation), search->table))
        return false;
    if (operation->verb == DUNLIN_VERB_RENAME && operation->new_path_count > 2 &&
        same(operation->new_path[2], search->name)) {
        search->name = operation->path[2];
        return !search->member;
    }
    if (!same(name_of(operation), search->name))
        return false;
    return operation->verb != DUNLIN_VERB_ALTER || !search->member ||
           alters_member(search->member, operation);
}

/* Both on the same columns, whatever their names? */
static bool
same_columns(const dunlin_fact *fact, const dunlin_operation *operation)
{
    const dunlin_property *left =
        dn_property_find(fact->properties, fact->property_count, "columns");
    const dunlin_property *right =
        dn_property_find(operation->set, operation->set_count, "columns");

    for (; left && right; left++, right++) {
        if (left->type == DUNLIN_PROPERTY_END || right->type == DUNLIN_PROPERTY_END)
            return left->type == right->type;
        if (!same(left->text, right->text))
            return false;
    }
    return false;
}

static bool
concerns_key(dn_trace_search *search, const dunlin_operation *operation)
{
    dunlin_string table = table_of(operation);
    bool by_name = same(name_of(operation), search->name) && search->name.length;

    if (!dn_string_among(operation->kind, "pk unique fk check index constraint trigger"))
        return false;
    if (table.length ? !same(table, search->table)
                     : !dn_string_equal(operation->kind, DUNLIN_KIND_INDEX))
        return false;
    if (operation->verb == DUNLIN_VERB_RENAME && operation->new_path_count > 2 &&
        same(operation->new_path[2], search->name)) {
        search->name = operation->path[2];
        return !search->member;
    }
    return by_name ||
           (dn_fact_is(search->fact, DUNLIN_KIND_PRIMARY_KEY) &&
            dn_string_equal(operation->kind, DUNLIN_KIND_PRIMARY_KEY)) ||
           (dn_string_among(operation->kind, "unique fk") && same_columns(search->fact, operation));
}

/* The object itself, or the table that a member lies in; a search goes on under its old name. */
static bool
concerns_object(dn_trace_search *search, const dunlin_operation *operation)
{
    if (!dn_string_among(operation->kind, "table view matview sequence function procedure"))
        return false;
    if (operation->verb == DUNLIN_VERB_RENAME && operation->new_path_count > 1 &&
        same(operation->new_path[1], search->table)) {
        search->table = table_of(operation);
        return search->name.length == 0;
    }
    if (!same(table_of(operation), search->table))
        return false;
    return search->name.length == 0 || operation->verb == DUNLIN_VERB_DROP ||
           operation->body.length > 0;
}

static bool
concerns(dn_trace_search *search, const dunlin_operation *operation)
{
    if (concerns_object(search, operation))
        return true;
    if (search->name.length == 0)
        return false;
    return dn_fact_is(search->fact, DUNLIN_KIND_COLUMN) ? concerns_column(search, operation)
                                                        : concerns_key(search, operation);
}

size_t
dn_trace_back(dn_trace_search *search)
{
    while (search->at > 0) {
        const dn_trace_item *item = &search->trace->items[--search->at];

        if (concerns(search, item->operation))
            return item->migration;
    }
    return SIZE_MAX;
}
