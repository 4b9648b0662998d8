/* SPDX-License-Identifier: MIT
 *
 * What a server with types of its own refuses, on a target where they have no names: whoever tries a
 * history on such a target would else hear of it on the other one only. And labels on all of them.
 */
#include <string.h>

#include "core/schema/schema_internal.h"

static const char way_out[] = "take the statement out, or write IF NOT EXISTS";

typedef struct checking {
    const dunlin_operation *operation;
    const dunlin_fact *there; /* the type of that name, or NULL */
    dn_text *kept;
    dn_error *error;
} checking;

static dunlin_string
name_of(const dunlin_operation *operation)
{
    return operation->path[operation->path_count - 1];
}

static int
check_create(const checking *work, const dn_fact_map *logical)
{
    const dunlin_string name = name_of(work->operation);
    const dn_guard_options options = {.keep_different = work->kept != NULL, .foreign = true};
    dn_auto(dn_text) why = DN_TEXT_INIT;
    dunlin_operation plain = *work->operation;
    dunlin_fact own;
    const dunlin_fact *list[1] = {&own};
    const dn_wanted wanted = {list, 1};
    dn_guard guard;

    if (!work->there)
        return 0;
    if (work->operation->condition == DUNLIN_CONDITION_NONE) {
        dn_fail(work->error, DUNLIN_DISAGREEMENT, "plan.exists",
                "cannot create %.*s '%.*s': it exists already", (int)plain.kind.length,
                plain.kind.data, (int)name.length, name.data);
        return dn_hint(work->error, way_out);
    }
    /* Expressions of domains may be written in several ways. */
    if (!dn_string_equal(plain.kind, DUNLIN_KIND_ENUM))
        return 0;
    plain.path = &name;
    plain.path_count = 1;
    own = dn_operation_fact(&plain);
    guard = dn_schema_resolve(logical, &plain, &wanted, &options, &why);
    if (guard != DN_GUARD_CONFLICT && guard != DN_GUARD_KEEP)
        return 0;
    if (guard == DN_GUARD_KEEP)
        dn_text_add(work->kept, why.data, why.length);
    if (why.failed || (work->kept && work->kept->failed))
        return dn_no_memory(work->error);
    return guard == DN_GUARD_KEEP
               ? 0
               : dn_fail(work->error, DUNLIN_DISAGREEMENT, "translate.conflict", "%s", why.data);
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
find_type(const dn_schema_target *target, const dunlin_operation *operation,
          const dn_fact_map *types)
{
    const dunlin_string said = operation->path[0]; /* empty: it says no namespace */
    const dunlin_string path[] = {said.length ? said : target->home, name_of(operation)};

    return target->named_types ? dn_fact_map_find(types, operation->kind, path, 2)
                               : dn_fact_map_find(types, operation->kind, path + 1, 1);
}

int
dn_schema_check_types(const dn_schema_target *target, const dunlin_operation *const *operations,
                      size_t count, const dn_fact_map *types, dn_text *kept, dn_error *error)
{
    for (size_t i = 0; i < count; i++) {
        checking work = {operations[i], NULL, kept, error};
        bool is_enum = dn_string_equal(operations[i]->kind, DUNLIN_KIND_ENUM);
        int answer = 0;

        if (!is_enum && !dn_string_equal(operations[i]->kind, DUNLIN_KIND_DOMAIN))
            continue;
        work.there = find_type(target, operations[i], types);
        if (operations[i]->verb == DUNLIN_VERB_CREATE && !target->named_types)
            answer = check_create(&work, types);
        else if (is_enum && operations[i]->verb == DUNLIN_VERB_ALTER && work.there)
            answer = check_labels(&work);
        if (answer < 0)
            return -1;
    }
    return 0;
}
