/* SPDX-License-Identifier: MIT
 *
 * Classes of columns, for expressions that mean something else for another type: of columns that are
 * there, from their facts; of those that the statement at hand makes, from their types.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/execute/translate_internal.h"

typedef struct search {
    const dn_column_search *where;
    dunlin_string table; /* empty: any */
    dunlin_string column;
    const dunlin_fact *found;
} search;

static bool
is_column(const search *looking, const dunlin_string *path, uint64_t count)
{
    uint64_t naming = looking->where->naming;

    return count >= 2 &&
           dn_fact_same_name(naming, count - 1, count, path[count - 1], looking->column) &&
           (looking->table.length == 0 ||
            dn_fact_same_name(naming, count - 2, count, path[count - 2], looking->table));
}

static int
note_column(const dunlin_fact *column, void *context)
{
    search *looking = context;

    looking->found = column;
    return 1;
}

/* The column of a table of the wanted name. */
static int
look_in_table(const dunlin_fact *table, void *context)
{
    search *looking = context;
    dunlin_string path[3] = {{0}};

    if (table->path_count >= sizeof path / sizeof path[0])
        return 0;
    memcpy(path, table->path, (size_t)table->path_count * sizeof *path);
    path[table->path_count] = looking->column;
    looking->found = dn_fact_map_find(looking->where->view.facts, dn_string(DUNLIN_KIND_COLUMN),
                                      path, table->path_count + 1);
    return looking->found ? 1 : 0;
}

static int
note_fact(const dunlin_fact *fact, void *context)
{
    *(const dunlin_fact **)context = fact;
    return 1;
}

/* --- columns of views --- */
static const char *
class_in_view(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    (void)space;
    return table.length ? dn_column_class(context, table, column) : NULL;
}

/* By its place where the database has told the names; false: it has no such column. */
static bool
column_in(const dunlin_fact *view, dunlin_string column, uint64_t naming, dn_ddl_result *found)
{
    const dunlin_property *at = dn_property_find(view->properties, view->property_count, "columns");

    *found = (dn_ddl_result){.name = at ? dn_string("") : column};
    for (; at && (++at)->type != DUNLIN_PROPERTY_END; found->place++)
        if (dn_fact_same_name(naming, 1, 2, at->text, column))
            return true;
    return !at;
}

static const dunlin_fact *
relation_named(const dn_fact_map *facts, const char *kind, dunlin_string name)
{
    uint64_t depth = (dn_fact_map_naming(facts) & DN_FACT_NAMESPACES) ? 2 : 1;
    dunlin_string path[2] = {{0}};
    const dunlin_fact *found = NULL;

    path[depth - 1] = name;
    dn_fact_map_namesakes(facts, kind, path, depth, note_fact, &found);
    return found;
}

/* Its query tells, as the database keeps it. */
static const char *
class_of_view(const search *looking)
{
    enum { MOST_VIEWS = 8 };
    dn_column_search where = *looking->where;
    const dn_driver_columns columns = {.class_of = class_in_view, .context = &where};
    const dunlin_fact *view;
    const dunlin_property *query;
    dn_ddl_result column;

    if (!where.view.facts || !where.view.translations || ++where.depth > MOST_VIEWS)
        return NULL;
    where.making = NULL;
    view = relation_named(where.view.facts, DUNLIN_KIND_VIEW, looking->table);
    query = view ? dn_property_find(view->properties, view->property_count, "definition") : NULL;
    return query && column_in(view, looking->column, where.naming, &column)
               ? dn_driver_query_class(where.view.translations, &columns, query->text, column,
                                       where.scratch)
               : NULL;
}

/* --- columns of tables --- */
static void
look_in_facts(search *looking)
{
    const dn_fact_map *facts = looking->where->view.facts;
    uint64_t depth = (looking->where->naming & DN_FACT_NAMESPACES) ? 2 : 1;
    dunlin_string path[3] = {{0}};

    path[depth - 1] = looking->table;
    path[depth] = looking->column;
    if (looking->table.length)
        dn_fact_map_namesakes(facts, DUNLIN_KIND_TABLE, path, depth, look_in_table, looking);
    else
        dn_fact_map_namesakes(facts, DUNLIN_KIND_COLUMN, path, depth + 1, note_column, looking);
}

/* A word that the type of a column begins with. */
static bool
type_begins(const dunlin_fact *column, const char *word)
{
    const dunlin_property *type =
        dn_property_find(column->properties, column->property_count, "type");
    size_t length = strlen(word);

    return type && type->text.length >= length && strncasecmp(type->text.data, word, length) == 0 &&
           (type->text.length == length || !isalpha((unsigned char)type->text.data[length]));
}

/* Of several classes of a fact, the first is what the type is mainly for. Where a type has more than
 * one use, a whole number may be of any size. */
static const char *
first_class(const dn_column_search *where, const dunlin_fact *column)
{
    dn_auto(dn_text) classes = DN_TEXT_INIT;
    dn_error ignored;
    size_t length;

    if (dn_driver_type_classes(&where->view, column, &classes, &ignored) < 0 || !classes.data)
        return NULL;
    length = strcspn(classes.data, " ");
    if (strncmp(classes.data, "int", length) == 0 && length == 3)
        return type_begins(column, "bigint") ? "bigint" : classes.data[length] ? "whole" : "int";
    if (strncmp(classes.data, "text", length) == 0 && length == 4 &&
        (type_begins(column, "char") ||
         (type_begins(column, "character") && !type_begins(column, "character varying"))))
        return "char";
    return dn_arena_copy(where->scratch, classes.data, length);
}

typedef struct label_search {
    const dn_column_search *where;
    const dunlin_fact *column;
} label_search;

static int
note_labels(const dunlin_fact *check, void *context)
{
    const label_search *looking = context;
    const dunlin_fact *column = looking->column;

    return dn_schema_type_check(check, column->path[column->path_count - 1],
                                looking->where->scratch) == DN_CHECK_VALUES;
}

/* --- what the history says --- */
/* What the statement at hand makes of it. */
static const dunlin_operation *
operation_on(const search *looking, int32_t verb)
{
    const dn_operations *making = looking->where->making;

    for (size_t i = 0; making && i < making->count; i++)
        if (dn_operation_is(making->items[i], verb, DUNLIN_KIND_COLUMN) &&
            is_column(looking, making->items[i]->path, making->items[i]->path_count) &&
            dn_property_find(making->items[i]->set, making->items[i]->set_count, "type"))
            return making->items[i];
    return NULL;
}

/* Of a column that is there, empty while the statement at hand changes it. */
static dunlin_string
remembered_type(const search *looking)
{
    const dn_fact_map *logical = looking->where->logical;
    dunlin_string path[2] = {looking->table, looking->column};
    const dunlin_fact *found;
    const dunlin_property *type;

    if (!logical || !looking->table.length || (looking->where->naming & DN_FACT_NAMESPACES) ||
        operation_on(looking, DUNLIN_VERB_ALTER))
        return dn_string("");
    found = dn_fact_map_find(logical, dn_string(DUNLIN_KIND_COLUMN), path, 2);
    type = found ? dn_property_find(found->properties, found->property_count, "type") : NULL;
    return type ? type->text : dn_string("");
}

/* Where a database keeps times and uuids as texts, the history tells them apart. */
static const char *
class_remembered(const search *looking, const char *class)
{
    dunlin_string type = dn_string("");
    const char *said;

    if (class && strcmp(class, "text") == 0)
        type = remembered_type(looking);
    said = type.length ? dn_ddl_type_class(type) : NULL;
    return said && dn_string_among(dn_string(said), "date time ts uuid") ? said : class;
}

/* Where an enum is a text and a check, its labels have an order that texts have not. */
static const char *
class_of_fact(const dn_column_search *where, const dunlin_fact *column)
{
    const char *class = first_class(where, column);
    label_search looking = {where, column};

    return class && strcmp(class, "text") == 0 &&
                   dn_fact_map_members(where->view.facts, DUNLIN_KIND_CHECK, column->path,
                                       column->path_count - 1, note_labels, &looking)
               ? "enum"
               : class;
}

/* Of the table that the statement makes or alters. */
static dunlin_string
table_at_hand(const dn_column_search *where)
{
    uint64_t lead = (where->naming & DN_FACT_NAMESPACES) ? 1 : 0;

    for (size_t i = 0; where->making && i < where->making->count; i++) {
        const dunlin_operation *operation = where->making->items[i];

        if (operation->verb < DUNLIN_VERB_DATA && operation->path_count > lead)
            return operation->path[lead];
    }
    return (dunlin_string){NULL, 0};
}

const char *
dn_column_class(const dn_column_search *where, dunlin_string table, dunlin_string column)
{
    search looking = {
        .where = where, .table = table.length ? table : table_at_hand(where), .column = column};
    const dunlin_operation *made = operation_on(&looking, DUNLIN_VERB_CREATE);

    if (made)
        return dn_ddl_type_class(dn_property_find(made->set, made->set_count, "type")->text);
    if (where->view.facts)
        look_in_facts(&looking);
    return looking.found          ? class_remembered(&looking, class_of_fact(where, looking.found))
           : looking.table.length ? class_of_view(&looking)
                                  : NULL;
}

/* PostgreSQL calls whole numbers by the portable names, and tells them apart. */
static dunlin_string
type_of_fact(search *looking)
{
    const dunlin_property *type;

    if (!looking->where->view.facts || !(looking->where->naming & DN_FACT_NAMESPACES) ||
        operation_on(looking, DUNLIN_VERB_ALTER))
        return dn_string("");
    look_in_facts(looking);
    type = looking->found ? dn_property_find(looking->found->properties,
                                             looking->found->property_count, "type")
                          : NULL;
    return type && dn_string_among(type->text, "smallint integer bigint") ? type->text
                                                                          : dn_string("");
}

dunlin_string
dn_column_type(const dn_column_search *where, dunlin_string table, dunlin_string column)
{
    search looking = {
        .where = where, .table = table.length ? table : table_at_hand(where), .column = column};
    const dunlin_operation *made = operation_on(&looking, DUNLIN_VERB_CREATE);

    dunlin_string type = made ? dn_property_find(made->set, made->set_count, "type")->text
                              : remembered_type(&looking);

    return type.length ? type : type_of_fact(&looking);
}

/* Is the column all of the key? */
static int
note_key(const dunlin_fact *key, void *context)
{
    search *looking = context;
    const dunlin_property *columns =
        dn_property_find(key->properties, key->property_count, "columns");

    if (columns && columns[1].type != DUNLIN_PROPERTY_END &&
        columns[2].type == DUNLIN_PROPERTY_END &&
        dn_fact_same_name(looking->where->naming, 1, 2, columns[1].text, looking->column))
        return 1;
    return 0;
}

bool
dn_column_numbers(const dn_column_search *where, dunlin_string table, dunlin_string column)
{
    search looking = {.where = where, .table = table, .column = column};
    dunlin_string counts;

    if (!where->view.facts || !table.length ||
        !dn_string_among(remembered_type(&looking), "smallint integer bigint"))
        return false;
    look_in_facts(&looking);
    if (!looking.found)
        return false;
    counts = dn_fact_text(looking.found, "auto");
    return (!counts.length || dn_string_equal(counts, "rowid")) &&
           dn_fact_map_members(where->view.facts, DUNLIN_KIND_PRIMARY_KEY, looking.found->path,
                               looking.found->path_count - 1, note_key, &looking) != 0;
}

dunlin_string
dn_column_at(const dn_fact_map *facts, dunlin_string table, uint64_t at)
{
    const dunlin_fact *found = relation_named(facts, DUNLIN_KIND_TABLE, table);
    const dunlin_property *order =
        found ? dn_property_find(found->properties, found->property_count, "order") : NULL;

    for (uint64_t i = 0; order && (++order)->type != DUNLIN_PROPERTY_END; i++)
        if (i == at)
            return order->text;
    return (dunlin_string){NULL, 0};
}

/* While it is heard what is pending, the tables that rows are changed in are noted: expressions may
 * ask for their columns when it is carried out. */
static bool
only_notes(dn_translator *translator, dunlin_string table)
{
    if (translator->phase != DN_TRANSLATOR_EXPECTS)
        return false;
    dn_translator_note_table(translator, table);
    return true;
}

static dn_column_search
search_of(dn_translator *translator)
{
    return (dn_column_search){
        .view = dn_translator_view(translator),
        .naming = translator->target.naming,
        .making = translator->reading ? &translator->reading->operations : NULL,
        .logical = translator->logical,
        .scratch = &translator->scratch,
    };
}

static const char *
class_of(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    dn_translator *translator = context;
    const dn_column_search where = search_of(translator);
    const char *class;

    (void)space;
    if (only_notes(translator, table))
        return NULL;
    class = dn_column_class(&where, table, column);
    translator->missed =
        translator->missed ||
        (!class && table.length && !dn_column_at(where.view.facts, table, 0).length &&
         !relation_named(where.view.facts, DUNLIN_KIND_VIEW, table));
    return class;
}

static dunlin_string
column_at(void *context, dunlin_string space, dunlin_string table, uint64_t at)
{
    dn_translator *translator = context;

    (void)space;
    return only_notes(translator, table) ? (dunlin_string){NULL, 0}
                                         : dn_column_at(dn_translator_facts(translator), table, at);
}

static dunlin_string
type_of(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    dn_translator *translator = context;
    const dn_column_search where = search_of(translator);

    (void)space;
    return translator->phase == DN_TRANSLATOR_EXPECTS ? dn_string("")
                                                      : dn_column_type(&where, table, column);
}

static bool
numbers(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    dn_translator *translator = context;
    const dn_column_search where = search_of(translator);

    (void)space;
    return translator->phase != DN_TRANSLATOR_EXPECTS && dn_column_numbers(&where, table, column);
}

dn_driver_columns
dn_translator_columns(dn_translator *translator)
{
    return (dn_driver_columns){class_of, column_at, type_of, numbers, translator};
}
