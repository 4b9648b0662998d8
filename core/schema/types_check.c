/* SPDX-License-Identifier: MIT
 *
 * What a server with types of its own refuses, on a target where they have no names: whoever tries a
 * history on such a target would else hear of it on the other one only. And labels on all of them.
 */
#include <string.h>

#include "core/ddl/translate.h"
#include "core/schema/schema_internal.h"

static const char way_out[] = "take the statement out, or write IF NOT EXISTS";

typedef struct checking {
    const dunlin_operation *operation;
    const dn_fact_map *types;
    const dunlin_fact *there; /* the type of that name, or NULL */
    const dunlin_fact *rival; /* one of the other kind */
    dn_text *kept;
    dn_error *error;
} checking;

static dunlin_string
name_of(const dunlin_operation *operation)
{
    return operation->path[operation->path_count - 1];
}

/* The properties with their expressions in one form: those of a domain may be written in several ways. */
static const dunlin_property *
standard_properties(const dunlin_property *properties, uint64_t count, dn_arena *arena,
                    dn_error *error)
{
    dunlin_property *copy = dn_arena_array(arena, (size_t)count + 1, sizeof *copy);

    if (!copy) {
        dn_no_memory(error);
        return NULL;
    }
    memcpy(copy, properties, (size_t)count * sizeof *copy);
    for (uint64_t i = 0; i < count; i++)
        if (copy[i].type == DUNLIN_PROPERTY_EXPRESSION &&
            dn_ddl_standard(copy[i].text, arena, &copy[i].text, error) < 0)
            return NULL;
    return copy;
}

/* The guard's answer; what it says is put into `why`. */
static int
compare(const checking *work, dn_guard *guard, dn_text *why)
{
    const dn_guard_options options = {.keep_different = work->kept != NULL, .foreign = true};
    const dunlin_string name = name_of(work->operation);
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dunlin_operation plain = *work->operation;
    dunlin_fact there = *work->there;
    dn_fact_map *map = dn_fact_map_new(&arena, dn_fact_map_naming(work->types));
    dunlin_fact own;
    const dunlin_fact *list[1] = {&own};
    const dn_wanted wanted = {list, 1};

    if (!map)
        return dn_no_memory(work->error);
    there.properties =
        standard_properties(there.properties, there.property_count, &arena, work->error);
    plain.set = standard_properties(plain.set, plain.set_count, &arena, work->error);
    if (!there.properties || !plain.set || dn_fact_map_put(map, &there, work->error) < 0)
        return -1;
    plain.path = &name;
    plain.path_count = 1;
    own = dn_operation_fact(&plain);
    *guard = dn_schema_resolve(map, &plain, &wanted, &options, why);
    return why->failed ? dn_no_memory(work->error) : 0;
}

static int
check_create(const checking *work)
{
    const dunlin_string name = name_of(work->operation);
    const dunlin_string kind = work->operation->kind;
    dn_auto(dn_text) why = DN_TEXT_INIT;
    dn_guard guard = DN_GUARD_SKIP;

    if (work->rival)
        return dn_fail(work->error, DUNLIN_DISAGREEMENT, "translate.conflict",
                       "cannot create %.*s '%.*s': the name is taken by a type of another kind",
                       (int)kind.length, kind.data, (int)name.length, name.data);
    if (!work->there)
        return 0;
    if (work->operation->condition == DUNLIN_CONDITION_NONE) {
        dn_fail(work->error, DUNLIN_DISAGREEMENT, "plan.exists",
                "cannot create %.*s '%.*s': it exists already", (int)kind.length, kind.data,
                (int)name.length, name.data);
        return dn_hint(work->error, way_out);
    }
    if (compare(work, &guard, &why) < 0)
        return -1;
    if (guard == DN_GUARD_CONFLICT)
        return dn_fail(work->error, DUNLIN_DISAGREEMENT, "translate.conflict", "%s", why.data);
    if (guard == DN_GUARD_KEEP)
        dn_text_add(work->kept, why.data, why.length);
    return work->kept && work->kept->failed ? dn_no_memory(work->error) : 0;
}

static bool
has_label(const dunlin_fact *type, dunlin_string label)
{
    return dn_property_lists(type->properties, type->property_count, "values", label);
}

static int
check_labels(const checking *work)
{
    const dunlin_operation *operation = work->operation;
    const dunlin_string name = name_of(operation);
    const dunlin_property *added =
        dn_property_find(operation->set, operation->set_count, "add_value");
    const dunlin_property *renamed =
        dn_property_find(operation->set, operation->set_count, "rename_value");

    if (operation->condition != DUNLIN_CONDITION_NONE)
        return 0;
    if (added && has_label(work->there, added->text)) {
        dn_fail(work->error, DUNLIN_DISAGREEMENT, "plan.exists",
                "the type '%.*s' has the label '%.*s' already", (int)name.length, name.data,
                (int)added->text.length, added->text.data);
        return dn_hint(work->error, way_out);
    }
    if (renamed && !has_label(work->there, renamed->text))
        return dn_fail(work->error, DUNLIN_DISAGREEMENT, "translate.missing",
                       "the type '%.*s' has no label '%.*s'", (int)name.length, name.data,
                       (int)renamed->text.length, renamed->text.data);
    return 0;
}

/* Where types have no names there are no namespaces either. */
static const dunlin_fact *
find_type(const dn_schema_target *target, const dunlin_operation *operation, dunlin_string kind,
          const dn_fact_map *types)
{
    const dunlin_string said = operation->path[0]; /* empty: it says no namespace */
    const dunlin_string path[] = {said.length ? said : target->home, name_of(operation)};

    return target->named_types ? dn_fact_map_find(types, kind, path, 2)
                               : dn_fact_map_find(types, kind, path + 1, 1);
}

int
dn_schema_check_types(const dn_schema_target *target, const dunlin_operation *const *operations,
                      size_t count, const dn_fact_map *types, dn_text *kept, dn_error *error)
{
    for (size_t i = 0; i < count; i++) {
        checking work = {.operation = operations[i], .types = types, .kept = kept, .error = error};
        bool is_enum = dn_string_equal(operations[i]->kind, DUNLIN_KIND_ENUM);
        int answer = 0;

        if (!is_enum && !dn_string_equal(operations[i]->kind, DUNLIN_KIND_DOMAIN))
            continue;
        work.there = find_type(target, operations[i], operations[i]->kind, types);
        work.rival = find_type(target, operations[i],
                               dn_string(is_enum ? DUNLIN_KIND_DOMAIN : DUNLIN_KIND_ENUM), types);
        if (operations[i]->verb == DUNLIN_VERB_CREATE && !target->named_types)
            answer = check_create(&work);
        else if (is_enum && operations[i]->verb == DUNLIN_VERB_ALTER && work.there)
            answer = check_labels(&work);
        if (answer < 0)
            return -1;
    }
    return 0;
}
