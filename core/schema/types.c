/* SPDX-License-Identifier: MIT
 *
 * Enum types and domains on a target where types have no names: their definition goes into the
 * columns. The logical map remembers types, and which column was declared with which.
 */
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

/* --- columns of a type --------------------------------------------------------------------------------- */

typedef struct column_change {
    const dunlin_operation *operation;
    const dn_properties *values;
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
    if (!operation || set.failed)
        return dn_no_memory(change->error);
    operation->kind = dn_string(DUNLIN_KIND_COLUMN);
    operation->path = column->path;
    operation->path_count = column->path_count;
    operation->set = set.items;
    operation->set_count = set.count;
    return dn_operations_add(change->out, operation, change->error);
}

static int
alter_enum(dunlin_operation *operation, dn_fact_map *logical, dn_operations *out, dn_error *error)
{
    const dunlin_fact *type =
        dn_fact_map_find(logical, operation->kind, operation->path, operation->path_count);
    dn_properties values = {.arena = out->arena};
    column_change change = {operation, &values, out, error};
    dunlin_fact altered = dn_operation_fact(operation);

    if (!type)
        return dn_fail(error, DUNLIN_UNSUPPORTED, "translate.unknown-type",
                       "the type '%.*s' is made by no migration of this project",
                       (int)operation->path[operation->path_count - 1].length,
                       operation->path[operation->path_count - 1].data);
    if (dn_property_find(operation->set, operation->set_count, "rename_value"))
        return dn_fail(error, DUNLIN_UNSUPPORTED, "translate.enum-rename",
                       "renaming a value of an enum changes rows where types have no names");
    if (!dn_property_find(operation->set, operation->set_count, "add_value"))
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

    if (!is_enum && dn_property_find(type->properties, type->property_count, "checks"))
        return dn_fail(error, DUNLIN_UNSUPPORTED, "translate.domain-check",
                       "the domain '%.*s' has a CHECK, and this database has no domains",
                       (int)type->path[type->path_count - 1].length,
                       type->path[type->path_count - 1].data);
    if (is_enum)
        dn_properties_add(&set, "type", DUNLIN_PROPERTY_TEXT, 0, dn_string("enum"));
    dn_properties_add_all(&set, type->properties, type->property_count, "comment");
    dn_properties_add_all(&set, operation->set, operation->set_count,
                          is_enum ? "type_path" : "type_path not_null");
    if (set.failed)
        return dn_no_memory(error);
    operation->set = set.items;
    operation->set_count = set.count;
    return 0;
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

    if (!path) {
        if (dn_property_find(operation->set, operation->set_count, "type"))
            dn_fact_map_remove(logical, operation->kind, operation->path, operation->path_count);
        return dn_operations_add(out, operation, error);
    }
    type = find_type(logical, path, DUNLIN_KIND_ENUM);
    if (!type) {
        type = find_type(logical, path, DUNLIN_KIND_DOMAIN);
        is_enum = false;
    }
    if (!type)
        return dn_fail(error, DUNLIN_UNSUPPORTED, "translate.unknown-type",
                       "the type of column '%.*s' is made by no migration of this project",
                       (int)operation->path[operation->path_count - 1].length,
                       operation->path[operation->path_count - 1].data);
    if (dn_fact_map_put(logical, &declared, error) < 0 ||
        substitute(operation, type, is_enum, out, error) < 0)
        return -1;
    return dn_operations_add(out, operation, error);
}

int
dn_schema_inline_types(const dn_schema_target *target, dunlin_operation *operation,
                       dn_fact_map *logical, dn_operations *out, dn_error *error)
{
    bool is_enum = dn_string_equal(operation->kind, DUNLIN_KIND_ENUM);
    bool changes = operation->verb == DUNLIN_VERB_CREATE || operation->verb == DUNLIN_VERB_ALTER;

    (void)target;
    if (operation->verb >= DUNLIN_VERB_DATA)
        return dn_operations_add(out, operation, error);
    if (dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN) && changes)
        return declare_column(operation, logical, out, error);
    if (is_enum && operation->verb == DUNLIN_VERB_ALTER)
        return alter_enum(operation, logical, out, error);
    if (is_enum || dn_string_equal(operation->kind, DUNLIN_KIND_DOMAIN))
        return dn_schema_fold(logical, operation, NULL, error);
    /* Renames and drops move what is remembered. */
    if (!changes && dn_schema_fold(logical, operation, NULL, error) < 0)
        return -1;
    return dn_operations_add(out, operation, error);
}
