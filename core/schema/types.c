/* SPDX-License-Identifier: MIT
 *
 * Enum types and domains on a target where types have no names: their definition goes into the
 * columns. The logical map remembers types, and which column was declared with which, or with a portable one.
 */
#include <string.h>

#include "core/schema/schema_internal.h"

/* --- labels ------------------------------------------------------------------------------------------ */

typedef struct label_change {
    dunlin_string added;
    dunlin_string before;
    dunlin_string after;
    dunlin_string renamed;
    dunlin_string to;
} label_change;

static dunlin_string
text_of(const dunlin_operation *operation, const char *name)
{
    const dunlin_property *property = dn_property_find(operation->set, operation->set_count, name);

    return property ? property->text : dn_string(NULL);
}

static void
add_label(dn_properties *list, uint32_t *index, dunlin_string label)
{
    dn_properties_add(list, NULL, DUNLIN_PROPERTY_TEXT, 0, label);
    if (!list->failed)
        list->items[list->count - 1].index = (*index)++;
}

int
dn_schema_new_values(const dunlin_fact *type, const dunlin_operation *operation,
                     dn_properties *list, dn_error *error)
{
    const label_change change = {text_of(operation, "add_value"), text_of(operation, "before"),
                                 text_of(operation, "after"), text_of(operation, "rename_value"),
                                 text_of(operation, "to")};
    const dunlin_property *old = dn_property_find(type->properties, type->property_count, "values");
    const dunlin_property *end = type->properties + type->property_count;
    bool placed = change.added.length == 0 ||
                  dn_property_lists(type->properties, type->property_count, "values", change.added);
    uint32_t index = 0;

    dn_properties_add(list, "values", DUNLIN_PROPERTY_LIST_BEGIN, 0, dn_string(NULL));
    for (const dunlin_property *item = old ? old + 1 : end;
         item < end && item->type != DUNLIN_PROPERTY_END; item++) {
        bool here = !placed && change.before.length && dn_schema_same(item->text, change.before);

        if (here)
            add_label(list, &index, change.added);
        add_label(list, &index,
                  change.renamed.length && dn_schema_same(item->text, change.renamed) ? change.to
                                                                                      : item->text);
        if (!placed && !here && change.after.length && dn_schema_same(item->text, change.after)) {
            add_label(list, &index, change.added);
            here = true;
        }
        placed = placed || here;
    }
    if (!placed)
        add_label(list, &index, change.added);
    dn_properties_add(list, NULL, DUNLIN_PROPERTY_END, 0, dn_string(NULL));
    return list->failed ? dn_no_memory(error) : 0;
}

/* --- expressions ------------------------------------------------------------------------------------ */

static bool
is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* Behind the word, string or quoted name that begins at `at`; behind any other single character. */
static uint64_t
word_end(dunlin_string text, uint64_t at)
{
    char first = text.data[at++];

    if (first == '\'' || first == '"') {
        while (at < text.length && text.data[at] != first)
            at++;
        return at < text.length ? at + 1 : at;
    }
    while (is_word(first) && at < text.length && is_word(text.data[at]))
        at++;
    return at;
}

static bool
is_type(const dunlin_operation *operation)
{
    return dn_string_equal(operation->kind, DUNLIN_KIND_ENUM) ||
           dn_string_equal(operation->kind, DUNLIN_KIND_DOMAIN);
}

/* --- columns of a type --------------------------------------------------------------------------------- */

typedef struct column_change {
    const dunlin_operation *operation;
    const dn_properties *values;
    const dn_fact_map *facts; /* of the target; NULL: not known */
    dn_operations *out;
    dn_error *error;
} column_change;

static bool
has_type(const dunlin_fact *column, const dunlin_operation *type)
{
    const dunlin_property *path =
        dn_property_find(column->properties, column->property_count, "type_path");

    for (uint64_t i = 0; path && i < type->path_count; i++)
        if (path[1 + i].type == DUNLIN_PROPERTY_END ||
            !dn_schema_same(path[1 + i].text, type->path[i]))
            return false;
    return path != NULL;
}

static dunlin_string
kept(dn_arena *arena, const dn_text *text)
{
    const char *copy = text->failed ? NULL : dn_arena_copy(arena, text->data, text->length);

    return (dunlin_string){copy, copy ? text->length : 0};
}

/* A renamed label takes its rows along, and the default that is this label. */
static bool
rename_label(const column_change *change, const dunlin_fact *column, dn_properties *set,
             dunlin_operation *operation)
{
    dn_auto(dn_text) old = DN_TEXT_INIT;
    dn_auto(dn_text) now = DN_TEXT_INIT;
    dn_auto(dn_text) name = DN_TEXT_INIT;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const dunlin_fact *there = change->facts ? dn_fact_map_find(change->facts, column->kind,
                                                                column->path, column->path_count)
                                             : NULL;
    const dunlin_property *fallback =
        there ? dn_property_find(there->properties, there->property_count, "default") : NULL;

    dn_text_add_quoted(&old, '\'', text_of(change->operation, "rename_value"));
    dn_text_add_quoted(&now, '\'', text_of(change->operation, "to"));
    dn_text_add_quoted(&name, '"', column->path[column->path_count - 1]);
    if (old.failed || now.failed || name.failed)
        return false;
    dn_text_printf(&text, "CASE WHEN %s = %s THEN %s ELSE %s END", name.data, old.data, now.data,
                   name.data);
    operation->using_expression = kept(change->out->arena, &text);
    if (fallback && dn_string_equal(fallback->text, old.data))
        dn_properties_add(set, "default", DUNLIN_PROPERTY_EXPRESSION, 0,
                          kept(change->out->arena, &now));
    return operation->using_expression.data != NULL;
}

static int
alter_column(const dunlin_fact *column, void *context)
{
    const column_change *change = context;
    dn_properties set = {.arena = change->out->arena};
    dunlin_operation *operation;

    if (!has_type(column, change->operation))
        return 0;
    operation = dn_operation_copy(change->out->arena, change->operation);
    dn_properties_add(&set, "type", DUNLIN_PROPERTY_TEXT, 0, dn_string("enum"));
    dn_properties_add_span(&set, change->values->items, change->values->count);
    if (!operation ||
        (text_of(change->operation, "rename_value").length &&
         !rename_label(change, column, &set, operation)) ||
        set.failed)
        return dn_no_memory(change->error);
    operation->kind = dn_string(DUNLIN_KIND_COLUMN);
    operation->path = column->path;
    operation->path_count = column->path_count;
    operation->set = set.items;
    operation->set_count = set.count;
    return dn_operations_add(change->out, operation, change->error);
}

static int
alter_enum(dunlin_operation *operation, const dn_fact_map *facts, dn_fact_map *logical,
           dn_operations *out, dn_error *error)
{
    const dunlin_fact *type =
        dn_fact_map_find(logical, operation->kind, operation->path, operation->path_count);
    dn_properties values = {.arena = out->arena};
    column_change change = {operation, &values, facts, out, error};
    dunlin_fact altered = dn_operation_fact(operation);

    if (!type)
        return dn_fail(error, DUNLIN_UNSUPPORTED, "translate.unknown-type",
                       "the type '%.*s' is made by no migration of this project",
                       (int)operation->path[operation->path_count - 1].length,
                       operation->path[operation->path_count - 1].data);
    if (!dn_property_find(operation->set, operation->set_count, "add_value") &&
        !dn_property_find(operation->set, operation->set_count, "rename_value"))
        return 0; /* a comment: there is nothing to put it on */
    if (dn_schema_new_values(type, operation, &values, error) < 0)
        return -1;
    altered.properties = values.items;
    altered.property_count = values.count;
    if (dn_fact_map_put(logical, &altered, error) < 0)
        return -1;
    return dn_fact_map_each(logical, DUNLIN_KIND_COLUMN, alter_column, &change);
}

/* --- columns declared with one ----------------------------------------------------------------------- */

/* Of a type_path, the name without its namespace. */
static dunlin_string
last_name(const dunlin_property *path)
{
    dunlin_string name = {NULL, 0};

    for (path++; path->type != DUNLIN_PROPERTY_END; path++)
        name = path->text;
    return name;
}

static const dunlin_fact *
find_type(const dn_fact_map *logical, const dunlin_property *path, const char *kind)
{
    dunlin_string names[2];
    uint64_t count = 0;

    while (count < 2 && path[1 + count].type != DUNLIN_PROPERTY_END) {
        names[count] = path[1 + count].text;
        count++;
    }
    return dn_fact_map_find(logical, dn_string(kind), names, count);
}

static int
substitute(dunlin_operation *operation, const dunlin_fact *type, bool is_enum, dn_operations *out,
           dn_error *error)
{
    dn_properties set = {.arena = out->arena};
    bool has_default = dn_property_find(operation->set, operation->set_count, "default") != NULL;
    bool has_not_null = dn_property_find(operation->set, operation->set_count, "not_null") != NULL;

    if (is_enum)
        dn_properties_add(&set, "type", DUNLIN_PROPERTY_TEXT, 0, dn_string("enum"));
    /* What the column says itself counts. */
    dn_properties_add_all(&set, type->properties, type->property_count,
                          has_default && has_not_null
                              ? "comment checks check_names default not_null"
                          : has_default  ? "comment checks check_names default"
                          : has_not_null ? "comment checks check_names not_null"
                                         : "comment checks check_names");
    dn_properties_add_all(&set, operation->set, operation->set_count, "type_path");
    if (set.failed)
        return dn_no_memory(error);
    operation->set = set.items;
    operation->set_count = set.count;
    return 0;
}

/* A domain's CHECK is about VALUE; the column's is about the column. */
static dunlin_string
about_column(dn_arena *arena, dunlin_string expression, dunlin_string column)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_auto(dn_text) name = DN_TEXT_INIT;
    uint64_t at = 0;

    dn_text_add_quoted(&name, '"', column);
    while (at < expression.length && !name.failed) {
        uint64_t end = word_end(expression, at);

        if (dn_string_equal_fold(dn_span(expression.data + at, (size_t)(end - at)), "value"))
            dn_text_add(&text, name.data, name.length);
        else
            dn_text_add(&text, expression.data + at, (size_t)(end - at));
        at = end;
    }
    return name.failed ? (dunlin_string){NULL, 0} : kept(arena, &text);
}

/* The checks of the domain, as checks of its column: t_c_domain_check, ..._check1. */
static int
check_column(const dunlin_operation *column, const dunlin_fact *domain, dn_operations *out,
             dn_error *error)
{
    const dunlin_property *list =
        dn_property_find(domain->properties, domain->property_count, "checks");
    const dunlin_property *end = domain->properties + domain->property_count;
    dunlin_string table = column->path[column->path_count - 2];
    dunlin_string name = column->path[column->path_count - 1];
    dunlin_string type = domain->path[domain->path_count - 1];
    int number = 0;

    for (const dunlin_property *item = list ? list + 1 : end;
         item < end && item->type != DUNLIN_PROPERTY_END; item++) {
        dn_properties set = {.arena = out->arena};
        dunlin_operation *check = dn_operation_copy(out->arena, column);
        dunlin_string *path = dn_arena_array(out->arena, (size_t)column->path_count, sizeof *path);
        dunlin_string about = about_column(out->arena, item->text, name);
        const char *called =
            dn_arena_printf(out->arena, number ? "%.*s_%.*s_%.*s_check%d" : "%.*s_%.*s_%.*s_check",
                            (int)table.length, table.data, (int)name.length, name.data,
                            (int)type.length, type.data, number);

        number++;
        dn_properties_add(&set, "expr", DUNLIN_PROPERTY_EXPRESSION, 0, about);
        if (!check || !path || !about.data || !called || set.failed)
            return dn_no_memory(error);
        memcpy(path, column->path, (size_t)column->path_count * sizeof *path);
        path[column->path_count - 1] = dn_string(called);
        check->verb = DUNLIN_VERB_CREATE;
        check->kind = dn_string(DUNLIN_KIND_CHECK);
        check->path = path;
        check->set = set.items;
        check->set_count = set.count;
        check->unset_count = 0;
        check->using_expression = dn_span(NULL, 0);
        if (dn_operations_add(out, check, error) < 0)
            return -1;
    }
    return 0;
}

/* A portable type, which the target may not tell from others. */
static int
remember_type(const dunlin_operation *operation, dn_fact_map *logical, dn_error *error)
{
    dunlin_fact declared = dn_operation_fact(operation);
    const dunlin_property *type = dn_property_find(operation->set, operation->set_count, "type");

    if (!type ||
        (operation->verb == DUNLIN_VERB_CREATE &&
         operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS &&
         dn_fact_map_find(logical, operation->kind, operation->path, operation->path_count)))
        return 0;
    declared.properties = type;
    declared.property_count = 1;
    return dn_fact_map_put(logical, &declared, error);
}

static int
declare_column(dunlin_operation *operation, dn_fact_map *logical, dn_operations *out,
               dn_error *error)
{
    const dunlin_property *path =
        dn_property_find(operation->set, operation->set_count, "type_path");
    dunlin_fact declared = dn_operation_fact(operation);
    const dunlin_fact *type;
    bool is_enum = true;

    if (!path)
        return remember_type(operation, logical, error) < 0
                   ? -1
                   : dn_operations_add(out, operation, error);
    type = find_type(logical, path, DUNLIN_KIND_ENUM);
    if (!type) {
        type = find_type(logical, path, DUNLIN_KIND_DOMAIN);
        is_enum = false;
    }
    if (!type)
        return dn_fail(error, DUNLIN_UNSUPPORTED, "translate.unknown-type",
                       "the type '%.*s' of column '%.*s' is no portable one, and no migration of "
                       "this project makes it",
                       (int)last_name(path).length, last_name(path).data,
                       (int)operation->path[operation->path_count - 1].length,
                       operation->path[operation->path_count - 1].data);
    if (dn_fact_map_put(logical, &declared, error) < 0 ||
        substitute(operation, type, is_enum, out, error) < 0 ||
        dn_operations_add(out, operation, error) < 0)
        return -1;
    return is_enum ? 0 : check_column(operation, type, out, error);
}

typedef struct use {
    const dunlin_operation *type;
    const dunlin_fact *column;
} use;

static int
note_use(const dunlin_fact *column, void *context)
{
    use *found = context;

    if (has_type(column, found->type))
        found->column = column;
    return found->column != NULL;
}

/* As a server does where types are objects. CASCADE would drop the columns. */
static int
check_unused(const dunlin_operation *type, const dn_fact_map *logical, dn_error *error)
{
    use found = {type, NULL};
    dn_auto(dn_text) name = DN_TEXT_INIT;

    if (type->verb != DUNLIN_VERB_DROP ||
        dn_fact_map_each(logical, DUNLIN_KIND_COLUMN, note_use, &found) == 0)
        return 0;
    dn_fact_describe(&name, found.column->kind, found.column->path, found.column->path_count);
    return name.failed ? dn_no_memory(error)
                       : dn_fail(error, DUNLIN_UNSUPPORTED, "translate.untranslatable",
                                 "the type '%.*s' is still that of %s: drop the column, or give it "
                                 "another type, before",
                                 (int)type->path[type->path_count - 1].length,
                                 type->path[type->path_count - 1].data, name.data);
}

/* CREATE .. IF NOT EXISTS of one that is there. */
static bool
is_kept_type(const dunlin_operation *operation, const dn_fact_map *logical)
{
    return operation->verb == DUNLIN_VERB_CREATE &&
           operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS && is_type(operation) &&
           dn_fact_map_find(logical, operation->kind, operation->path, operation->path_count);
}

int
dn_schema_inline_types(dunlin_operation *operation, const dn_fact_map *facts, dn_fact_map *logical,
                       dn_operations *out, dn_error *error)
{
    bool is_enum = dn_string_equal(operation->kind, DUNLIN_KIND_ENUM);
    bool changes = operation->verb == DUNLIN_VERB_CREATE || operation->verb == DUNLIN_VERB_ALTER;

    if (operation->verb >= DUNLIN_VERB_DATA)
        return dn_operations_add(out, operation, error);
    if (dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN) && changes)
        return declare_column(operation, logical, out, error);
    if (is_enum && operation->verb == DUNLIN_VERB_ALTER)
        return alter_enum(operation, facts, logical, out, error);
    if (is_kept_type(operation, logical))
        return 0;
    if (is_enum || dn_string_equal(operation->kind, DUNLIN_KIND_DOMAIN))
        return check_unused(operation, logical, error) < 0
                   ? -1
                   : dn_schema_fold(logical, operation, NULL, error);
    /* How a primary key was called, which not every database keeps. */
    if (dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_PRIMARY_KEY) &&
        dn_schema_fold(logical, operation, NULL, error) < 0)
        return -1;
    /* Renames and drops move what is remembered. */
    if (!changes && dn_schema_fold(logical, operation, NULL, error) < 0)
        return -1;
    return dn_operations_add(out, operation, error);
}
