/* SPDX-License-Identifier: MIT
 *
 * Completing operations for a target: what the parser could not know.
 */
#include "core/ddl/ddl.h"
#include "core/schema/schema_internal.h"

#include <string.h>

/* SQL written for PostgreSQL says it where it wants to be sure to mean the usual place. */
#define USUAL_NAMESPACE "public"

typedef struct addressing {
    const dn_schema_target *target;
    const dn_fact_map *facts;
    const dn_fact_map *logical;
    dn_arena *arena;
    dn_error *error;
} addressing;

bool
dn_schema_same(dunlin_string left, dunlin_string right)
{
    return left.length == right.length &&
           (left.length == 0 || memcmp(left.data, right.data, (size_t)left.length) == 0);
}

static bool
one_of(dunlin_string kind, const char *const *kinds)
{
    while (*kinds && !dn_string_equal(kind, *kinds))
        kinds++;
    return *kinds != NULL;
}

bool
dn_schema_is_constraint(dunlin_string kind)
{
    static const char *const kinds[] = {DUNLIN_KIND_PRIMARY_KEY,
                                        DUNLIN_KIND_UNIQUE,
                                        DUNLIN_KIND_FOREIGN_KEY,
                                        DUNLIN_KIND_CHECK,
                                        DUNLIN_KIND_CONSTRAINT,
                                        "exclude",
                                        NULL};

    return one_of(kind, kinds);
}

bool
dn_schema_is_relation(dunlin_string kind)
{
    return dn_string_among(kind, "table view matview sequence");
}

bool
dn_schema_is_member(dunlin_string kind)
{
    static const char *const kinds[] = {DUNLIN_KIND_COLUMN, DUNLIN_KIND_INDEX, DUNLIN_KIND_TRIGGER,
                                        NULL};

    return one_of(kind, kinds) || dn_schema_is_constraint(kind);
}

static bool
is_global(dunlin_string kind)
{
    static const char *const kinds[] = {DUNLIN_KIND_SCHEMA, DUNLIN_KIND_EXTENSION, NULL};

    return one_of(kind, kinds);
}

/* --- namespaces ----------------------------------------------------------------------------------- */

static int
complete_path(const addressing *work, const dunlin_string **path, uint64_t *count)
{
    dunlin_string *full;

    if (*count == 0)
        return 0;
    if (work->target->naming & DN_FACT_NAMESPACES) {
        if ((*path)[0].length)
            return 0;
        full = dn_arena_array(work->arena, (size_t)*count, sizeof *full);
        if (!full)
            return dn_no_memory(work->error);
        memcpy(full, *path, (size_t)*count * sizeof *full);
        full[0] = work->target->home;
        *path = full;
        return 0;
    }
    if ((*path)[0].length && !dn_string_equal((*path)[0], USUAL_NAMESPACE))
        return dn_fail(work->error, DUNLIN_UNSUPPORTED, "translate.namespace",
                       "this database has no schemas inside it, so '%.*s' in front of '%.*s' has "
                       "no meaning there",
                       (int)(*path)[0].length, (*path)[0].data, (int)(*path)[*count - 1].length,
                       (*path)[*count - 1].data);
    ++*path;
    --*count;
    return 0;
}

/* Paths inside of properties: the table of a foreign key, the type of a column. */
static int
complete_list(const addressing *work, dunlin_operation *operation, const char *name)
{
    const dunlin_property *list = dn_property_find(operation->set, operation->set_count, name);
    dn_properties rebuilt = {.arena = work->arena};
    uint64_t at;
    uint64_t span;
    dunlin_string first;

    if (!list || list->type != DUNLIN_PROPERTY_LIST_BEGIN)
        return 0;
    at = (uint64_t)(list - operation->set);
    span = dn_property_span(operation->set, operation->set_count, at);
    if (span < 4)
        return 0; /* no element for a namespace */
    first = list[1].text;
    dn_properties_add_span(&rebuilt, operation->set, at + 1);
    if (work->target->naming & DN_FACT_NAMESPACES)
        dn_properties_add(&rebuilt, NULL, DUNLIN_PROPERTY_IDENTIFIER, 0,
                          first.length ? first : work->target->home);
    else if (first.length && !dn_string_equal(first, USUAL_NAMESPACE))
        return dn_fail(work->error, DUNLIN_UNSUPPORTED, "translate.namespace",
                       "this database has no schemas inside it, so '%.*s' in front of '%.*s' has "
                       "no meaning there",
                       (int)first.length, first.data, (int)list[2].text.length, list[2].text.data);
    dn_properties_add_span(&rebuilt, list + 2, operation->set_count - at - 2);
    if (rebuilt.failed)
        return dn_no_memory(work->error);
    for (uint64_t i = at + 1, index = 0; i < rebuilt.count; i++, index++) {
        if (rebuilt.items[i].type == DUNLIN_PROPERTY_END)
            break;
        rebuilt.items[i].index = (uint32_t)index;
    }
    operation->set = rebuilt.items;
    operation->set_count = rebuilt.count;
    return 0;
}

/* --- what only the facts tell ----------------------------------------------------------------------- */

typedef struct search {
    uint64_t naming;
    const dunlin_operation *wanted;
    const dunlin_fact *found;
    size_t count;
} search;

static int
note_namesake(const dunlin_fact *fact, void *context)
{
    search *looking = context;

    if (dn_schema_lead(looking->naming) && !dn_schema_same(fact->path[0], looking->wanted->path[0]))
        return 0;
    looking->found = fact;
    looking->count++;
    return 0;
}

/* Objects of a kind with the wanted name, whatever their table. */
static void
find_namesakes(const addressing *work, const char *kind, search *looking)
{
    dn_fact_map_namesakes(work->facts, kind, looking->wanted->path, looking->wanted->path_count,
                          note_namesake, looking);
}

/* Renamed already: it bears the new name. */
static void
find_renamed(const addressing *work, const dunlin_operation *operation, search *looking)
{
    dunlin_operation renamed = *operation;

    renamed.path = operation->new_path;
    renamed.path_count = operation->new_path_count;
    looking->wanted = &renamed;
    if (operation->verb == DUNLIN_VERB_RENAME && renamed.path_count)
        find_namesakes(work, DUNLIN_KIND_INDEX, looking);
    looking->wanted = operation;
}

/* Where it was, if this is where its new name is. */
static int
take_old_path(const addressing *work, dunlin_operation *operation, const dunlin_fact *renamed)
{
    dunlin_string *path = dn_arena_array(work->arena, (size_t)renamed->path_count, sizeof *path);

    if (!path)
        return dn_no_memory(work->error);
    memcpy(path, renamed->path, (size_t)renamed->path_count * sizeof *path);
    path[renamed->path_count - 1] = operation->path[operation->path_count - 1];
    operation->path = path;
    operation->path_count = renamed->path_count;
    operation->new_path = renamed->path;
    operation->new_path_count = renamed->path_count;
    return 0;
}

static int
take_path(const addressing *work, dunlin_operation *operation, const dunlin_fact *fact)
{
    operation->path = fact->path;
    if (operation->verb != DUNLIN_VERB_RENAME)
        return 0;
    /* The new name, in the same table. */
    {
        dunlin_string *path = dn_arena_array(work->arena, (size_t)fact->path_count, sizeof *path);

        if (!path)
            return dn_no_memory(work->error);
        memcpy(path, fact->path, (size_t)fact->path_count * sizeof *path);
        path[fact->path_count - 1] = operation->new_path[operation->new_path_count - 1];
        operation->new_path = path;
        operation->new_path_count = fact->path_count;
    }
    return 0;
}

/* Kinds that an index stands behind. Of a key nothing but the name is changed by way of its index. */
static const char *const indexed[] = {DUNLIN_KIND_UNIQUE, DUNLIN_KIND_PRIMARY_KEY, "exclude"};

/* DROP INDEX i: in which table? */
static int
find_table(const addressing *work, dunlin_operation *operation)
{
    search looking = {.naming = work->target->naming, .wanted = operation};
    uint64_t table = dn_schema_lead(looking.naming);
    const char *kind = dn_string_equal(operation->kind, DUNLIN_KIND_INDEX) ? DUNLIN_KIND_INDEX
                                                                           : DUNLIN_KIND_TRIGGER;

    if (!work->facts || operation->path_count != table + 2 || operation->path[table].length ||
        !dn_string_equal(operation->kind, kind))
        return 0;
    find_namesakes(work, kind, &looking);
    for (size_t i = 0; !looking.count && dn_string_equal(operation->kind, DUNLIN_KIND_INDEX) &&
                       i < (operation->verb == DUNLIN_VERB_RENAME ? 3 : 1);
         i++)
        find_namesakes(work, indexed[i], &looking);
    if (looking.count > 1)
        return dn_fail(work->error, DUNLIN_USAGE, "translate.ambiguous",
                       "there are %zu objects of the kind '%s' with the name '%.*s', in different "
                       "tables; name the table",
                       looking.count, kind, (int)operation->path[table + 1].length,
                       operation->path[table + 1].data);
    if (looking.found)
        return take_path(work, operation, looking.found);
    find_renamed(work, operation, &looking);
    return looking.count == 1 ? take_old_path(work, operation, looking.found) : 0;
}

static bool
has_last_name(const addressing *work, const dunlin_operation *operation, const dunlin_fact *fact)
{
    uint64_t last = operation->path_count - 1;

    return dn_fact_same_name(dn_fact_map_naming(work->facts), last, operation->path_count,
                             operation->path[last], fact->path[fact->path_count - 1]);
}

/* A unique index and a unique constraint are one thing to some databases, which read it back as the
 * latter. */
static void
take_unique(const addressing *work, dunlin_operation *operation)
{
    bool index = dn_string_equal(operation->kind, DUNLIN_KIND_INDEX);

    if (!work->facts || operation->verb == DUNLIN_VERB_CREATE || !index ||
        dn_fact_map_find(work->facts, operation->kind, operation->path, operation->path_count))
        return;
    for (size_t i = 0; i < (operation->verb == DUNLIN_VERB_RENAME ? 3 : 1); i++) {
        const dunlin_fact *key = dn_fact_map_find(work->facts, dn_string(indexed[i]),
                                                  operation->path, operation->path_count);

        /* A primary key is found by any name. */
        if (key && has_last_name(work, operation, key)) {
            operation->kind = dn_string(indexed[i]);
            return;
        }
    }
}

/* Databases that keep no name for a primary key call it something of their own. */
static bool
has_own_name(const dunlin_fact *key)
{
    dunlin_string name = key->path[key->path_count - 1];

    return name.length && name.data[0] != '(' && !dn_string_equal(name, "PRIMARY");
}

/* Is it this name that a primary key without one of its own is meant by? The name that the history
 * gave it, or one that looks as if: any other is of something else, or of nothing. */
static bool
means_key(const addressing *work, const dunlin_string *path, uint64_t count)
{
    static const char label[] = "_pkey";
    const size_t length = sizeof label - 1;
    const dunlin_fact *key =
        work->logical
            ? dn_fact_map_find(work->logical, dn_string(DUNLIN_KIND_PRIMARY_KEY), path, count)
            : NULL;
    dunlin_string name = path[count - 1];

    if (key && !has_own_name(key))
        key = NULL;
    if (key && dn_schema_same(key->path[count - 1], name))
        return true;
    return dn_string_equal(name, "PRIMARY") ||
           (!key && name.length > length &&
            memcmp(name.data + name.length - length, label, length) == 0);
}

static bool
find_key(const addressing *work, dunlin_operation *operation, const dunlin_string *path)
{
    uint64_t last = operation->path_count - 1;
    const dunlin_fact *key =
        dn_fact_map_find(work->facts, dn_string(DUNLIN_KIND_PRIMARY_KEY), path, last + 1);

    if (!key || !(has_own_name(key) ? dn_fact_same_name(work->target->naming, last, last + 1,
                                                        key->path[last], path[last])
                                    : means_key(work, path, last + 1)))
        return false;
    operation->kind = dn_string(DUNLIN_KIND_PRIMARY_KEY);
    if (path == operation->path)
        operation->path = key->path;
    else if (operation->condition == DUNLIN_CONDITION_IF_EXISTS)
        operation->new_path = key->path; /* so that it is seen to be renamed already */
    return true;
}

static bool
find_constraint(const addressing *work, dunlin_operation *operation, const dunlin_string *path)
{
    static const char *const kinds[] = {DUNLIN_KIND_UNIQUE, DUNLIN_KIND_FOREIGN_KEY,
                                        DUNLIN_KIND_CHECK, "exclude"};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (dn_fact_map_find(work->facts, dn_string(kinds[i]), path, operation->path_count)) {
            operation->kind = dn_string(kinds[i]);
            return true;
        }
    return false;
}

/* DROP CONSTRAINT c: which kind? Renamed already, it is the one that bears the new name. */
static void
find_kind(const addressing *work, dunlin_operation *operation)
{
    bool renames =
        operation->verb == DUNLIN_VERB_RENAME && operation->new_path_count == operation->path_count;

    if (work->facts && dn_string_equal(operation->kind, DUNLIN_KIND_CONSTRAINT) &&
        !find_constraint(work, operation, operation->path) &&
        !(renames && find_constraint(work, operation, operation->new_path)) &&
        !find_key(work, operation, operation->path) && renames)
        find_key(work, operation, operation->new_path);
}

/* --- one statement ------------------------------------------------------------------------------------ */

static int
complete(const addressing *work, dunlin_operation *operation)
{
    if (operation->verb >= DUNLIN_VERB_DATA)
        return 0;
    if (!is_global(operation->kind)) {
        if (complete_path(work, &operation->path, &operation->path_count) < 0)
            return -1;
        if (operation->verb == DUNLIN_VERB_RENAME &&
            complete_path(work, &operation->new_path, &operation->new_path_count) < 0)
            return -1;
    }
    if (complete_list(work, operation, "ref") < 0 ||
        complete_list(work, operation, "type_path") < 0 || find_table(work, operation) < 0)
        return -1;
    take_unique(work, operation);
    find_kind(work, operation);
    return 0;
}

/* ADD VALUE and RENAME VALUE -> all labels as they will be. */
static int
complete_values(const addressing *work, dunlin_operation *operation)
{
    dn_properties values = {.arena = work->arena};
    const dunlin_fact *type;

    if (!dn_operation_is(operation, DUNLIN_VERB_ALTER, DUNLIN_KIND_ENUM) || !work->facts ||
        dn_property_find(operation->set, operation->set_count, "values"))
        return 0;
    type = dn_fact_map_find(work->facts, operation->kind, operation->path, operation->path_count);
    if (!type)
        return 0; /* the guard, or the database, will say so */
    dn_properties_add_all(&values, operation->set, operation->set_count,
                          "add_value before after rename_value to");
    if (dn_schema_new_values(type, operation, &values, work->error) < 0)
        return -1;
    operation->set = values.items;
    operation->set_count = values.count;
    return 0;
}

static bool
is_same_object(const dunlin_operation *left, const dunlin_operation *right)
{
    bool same = left->path_count == right->path_count && dn_schema_same(left->kind, right->kind);

    for (uint64_t i = 0; same && i < left->path_count; i++)
        same = dn_schema_same(left->path[i], right->path[i]);
    return same;
}

/* What the last of these makes it, the history says, or the target has it as. */
static const dunlin_property *
find_column_type(const addressing *work, const dunlin_operation *column,
                 dunlin_operation *const *before, size_t count)
{
    const dunlin_property *type = NULL;
    const dunlin_fact *there;

    while (!type && count-- > 0)
        if (is_same_object(before[count], column))
            type = dn_property_find(before[count]->set, before[count]->set_count, "type");
    there = !type && work->logical
                ? dn_fact_map_find(work->logical, column->kind, column->path, column->path_count)
                : NULL;
    if (there)
        type = dn_property_find(there->properties, there->property_count, "type");
    if (type || !work->facts)
        return type;
    there = dn_fact_map_find(work->facts, column->kind, column->path, column->path_count);
    return there ? dn_property_find(there->properties, there->property_count, "type") : NULL;
}

/* SET DEFAULT 1: the type of the column is not in the text. */
static int
complete_default(const addressing *work, dunlin_operation *const *operations, size_t at)
{
    dunlin_operation *operation = operations[at];
    const dunlin_property *type;
    dunlin_property *set;

    if (!dn_operation_is(operation, DUNLIN_VERB_ALTER, DUNLIN_KIND_COLUMN) ||
        operation->set_count != 1 || !dn_string_equal(operation->set->name, "default"))
        return 0;
    type = find_column_type(work, operation, operations, at);
    if (!type)
        return 0;
    set = dn_arena_array(work->arena, 1, sizeof *set);
    if (!set)
        return dn_no_memory(work->error);
    *set = *operation->set;
    set->text = dn_ddl_value_of(work->arena, type->text, set->text);
    if (operation->set->text.length && !set->text.length)
        return dn_no_memory(work->error);
    operation->set = set;
    return 0;
}

/* CREATE SCHEMA IF NOT EXISTS public: that is what its names are in. */
static bool
is_usual_namespace(const dn_schema_target *target, const dunlin_operation *operation)
{
    return !(target->naming & DN_FACT_NAMESPACES) &&
           dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_SCHEMA) &&
           operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS && operation->path_count == 1 &&
           dn_string_equal(operation->path[0], USUAL_NAMESPACE);
}

int
dn_schema_address(const dn_schema_target *target, const dunlin_operation *const *operations,
                  size_t count, bool name_all, const dn_fact_map *facts, dn_fact_map *logical,
                  dn_operations *addressed, dn_error *error)
{
    addressing work = {target, facts, logical, addressed->arena, error};
    dunlin_operation **copies = dn_arena_array(addressed->arena, count + 1, sizeof *copies);

    if (!copies)
        return dn_no_memory(error);
    if (count == 1 && is_usual_namespace(target, operations[0]))
        return 0;
    for (size_t i = 0; i < count; i++) {
        copies[i] = dn_operation_copy(addressed->arena, operations[i]);
        if (!copies[i])
            return dn_no_memory(error);
        if (complete(&work, copies[i]) < 0 || (name_all && complete_default(&work, copies, i) < 0))
            return -1;
    }
    if (name_all && dn_schema_name_all(target, copies, count, facts, addressed->arena, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        int answer = target->named_types
                         ? complete_values(&work, copies[i])
                         : dn_schema_inline_types(copies[i], facts, logical, addressed, error);

        if (answer == 0 && target->named_types)
            answer = dn_operations_add(addressed, copies[i], error);
        if (answer < 0)
            return -1;
    }
    return 0;
}

dunlin_fact
dn_schema_key_of(const dn_schema_target *target, const dunlin_fact *fact)
{
    uint64_t table = dn_schema_lead(target->naming);
    dunlin_fact key = *fact;

    key.properties = NULL;
    key.property_count = 0;
    if (dn_schema_is_member(fact->kind) && fact->path_count == table + 2 &&
        fact->path[table].length) {
        key.kind = dn_string(DUNLIN_KIND_TABLE);
        key.path_count = table + 1;
    }
    return key;
}

dunlin_fact
dn_schema_key(const dn_schema_target *target, const dunlin_operation *operation)
{
    const dunlin_fact fact = dn_operation_fact(operation);

    return dn_schema_key_of(target, &fact);
}
