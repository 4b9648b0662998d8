/* SPDX-License-Identifier: MIT
 *
 * Reading portable text into the model.
 */
#include <stdio.h>
#include <string.h>

#include "core/execute/model_internal.h"
#include "core/schema/diff.h"

dn_model *
dn_model_new(const dn_driver *driver, dn_arena *arena, dn_error *error)
{
    dn_model *model = dn_arena_alloc(arena, sizeof *model);
    const dn_lex_rules *own;

    if (!model) {
        dn_no_memory(error);
        return NULL;
    }
    *model = (dn_model){
        .arena = arena,
        .scratch = DN_ARENA_INIT,
        .reader = {.driver = driver},
        .target = {DN_FACT_NAMESPACES, dn_string(DN_MODEL_HOME), true},
        .facts = dn_fact_map_new(arena, DN_FACT_NAMESPACES),
        .logical = dn_fact_map_new(arena, DN_FACT_NAMESPACES),
    };
    if (!model->facts || !model->logical) {
        dn_no_memory(error);
        return NULL;
    }
    if (dn_driver_rules(driver, NULL, arena, &own, error) < 0 ||
        dn_ddl_portable_rules(arena, &model->reader.folder, error) < 0)
        return NULL;
    model->reader.own = own;
    return model;
}

const dn_fact_map *
dn_model_facts(const dn_model *model)
{
    return model->facts;
}

size_t
dn_model_native(const dn_model *model)
{
    return model->native;
}

/* --- one statement ------------------------------------------------------------------------------------ */

static int
refuse(const dn_migration *file, const dn_script_item *item, uint64_t offset, const char *id,
       const char *reason, dn_error *error)
{
    unsigned line = item->line;
    unsigned column = item->column;

    if (offset > 0 && offset <= item->sql.length)
        dn_lex_place(item->sql, offset, &line, &column);
    return dn_fail(error, DUNLIN_UNSUPPORTED, id, "%s:%u:%u: not portable: %s", file->path, line,
                   column, reason);
}

static int
check(const dn_migration *file, const dn_script_item *item, const dn_ddl_statement *parsed,
      dn_error *error)
{
    if (parsed->kind == DN_DDL_SYNTAX)
        return refuse(file, item, parsed->offset, "translate.syntax", parsed->reason, error);
    if (parsed->kind == DN_DDL_NATIVE)
        return refuse(file, item, parsed->offset, "translate.native", parsed->reason, error);
    for (size_t i = 0; i < parsed->count; i++)
        if (parsed->marks[i].native)
            return refuse(file, item, parsed->marks[i].offset, "translate.native",
                          parsed->marks[i].native, error);
    return 0;
}

/* A table that is made IF NOT EXISTS, and is there already: with all that stands in it. */
static bool
is_passed(const dn_model *model, const dunlin_operation *operation)
{
    return dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE) &&
           operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS &&
           dn_fact_map_find(model->facts, operation->kind, operation->path,
                            operation->path_count) != NULL;
}

/* Of a table that a query fills, only the database knows the columns. */
static bool
is_unknown(const dunlin_operation *operation)
{
    return dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE) &&
           operation->body.length > 0;
}

static int
fold_all(dn_model *model, const dn_operations *list, dn_error *error)
{
    const dunlin_operation *passed = NULL;

    for (size_t i = 0; i < list->count; i++) {
        const dunlin_operation *operation = list->items[i];

        if (dn_operation_within(operation, passed) || is_unknown(operation))
            continue;
        if (is_passed(model, operation)) {
            passed = operation;
            continue;
        }
        if (dn_model_fold(model, operation, error) < 0)
            return -1;
    }
    return 0;
}

static int
read_statement(dn_model *model, const dn_migration *file, const dn_script_item *item,
               dn_error *error)
{
    const dn_ddl_options options = {.rules = model->reader.folder};
    dn_operations list = {.arena = &model->scratch};
    dn_ddl_statement parsed;

    dn_arena_clear(&model->scratch);
    if (dn_ddl_parse(item->sql, &options, &model->scratch, &parsed, error) < 0 ||
        check(file, item, &parsed, error) < 0)
        return -1;
    if (dn_schema_address(&model->target, parsed.operations, parsed.count, true, model->facts,
                          model->logical, &list, error) < 0)
        return refuse(file, item, 0, error->id, dn_arena_text(&model->scratch, error->message),
                      error);
    return fold_all(model, &list, error);
}

int
dn_model_add(dn_model *model, const dn_migration *file, dn_error *error)
{
    dn_auto(dn_script) *script = NULL;
    dn_script_item item;
    int answer = dn_script_read(&model->reader, file, NULL, false, &script, error);

    while (answer == 0) {
        answer = dn_script_next(script, &item, error);
        if (answer < 0 || item.kind == DN_SCRIPT_END)
            break;
        if (item.kind != DN_SCRIPT_STATEMENT)
            continue;
        if (item.native)
            model->native++;
        else
            answer = read_statement(model, file, &item, error);
    }
    dn_arena_free(&model->scratch);
    return answer;
}

/* --- comparing ------------------------------------------------------------------------------------------ */

static int
without_spelling(const dn_model *model, const dunlin_fact *fact, dn_arena *arena,
                 const dunlin_fact **plain, dn_error *error)
{
    dunlin_fact *copy = (dunlin_fact *)(uintptr_t)dn_fact_copy(arena, fact);
    dunlin_property *properties;

    if (!copy)
        return dn_no_memory(error);
    properties = (dunlin_property *)(uintptr_t)copy->properties;
    for (uint64_t i = 0; i < copy->property_count; i++)
        if (properties[i].type == DUNLIN_PROPERTY_EXPRESSION &&
            dn_model_plain(model, properties[i].text, arena, &properties[i].text, error) < 0)
            return -1;
    *plain = copy;
    return 0;
}

static int
is_same(const dn_model *model, const dunlin_fact *left, const dunlin_fact *right, bool *answer,
        dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    const dunlin_fact *plain[2];

    if (without_spelling(model, left, &arena, &plain[0], error) < 0 ||
        without_spelling(model, right, &arena, &plain[1], error) < 0)
        return -1;
    *answer = dn_schema_equal(plain[0], plain[1], &dn_diff_comparison);
    return 0;
}

int
dn_model_compare(const dn_model *before, const dn_model *after, dn_arena *arena,
                 dn_differences *differences, dn_error *error)
{
    size_t count = 0;

    if (dn_schema_compare(before->facts, after->facts, &dn_diff_comparison, arena, differences,
                          error) < 0)
        return -1;
    for (size_t i = 0; i < differences->count; i++) {
        const dn_difference *one = &differences->items[i];
        bool equal = false;

        if (one->before && one->after &&
            is_same(before, one->before, one->after, &equal, error) < 0)
            return -1;
        if (!equal)
            differences->items[count++] = *one;
    }
    differences->count = count;
    return 0;
}

/* --- what two of them have in common ---------------------------------------------------------------------- */

typedef struct common {
    dn_model *model;
    const dn_model *other;
    dn_fact_list gone;
    dn_error *error;
} common;

static int
note_other(const dunlin_fact *fact, void *context)
{
    common *work = context;
    const dunlin_fact *there =
        dn_fact_map_find(work->other->facts, fact->kind, fact->path, fact->path_count);

    if (there && dn_schema_equal(fact, there, &dn_diff_comparison))
        return 0;
    return dn_fact_list_add(&work->gone, work->model->arena, fact, work->error);
}

int
dn_model_intersect(dn_model *model, const dn_model *other, dn_error *error)
{
    common work = {.model = model, .other = other, .error = error};

    if (dn_fact_map_each(model->facts, NULL, note_other, &work) < 0)
        return -1;
    for (size_t i = 0; i < work.gone.count; i++) {
        const dunlin_operation gone = {
            .size = sizeof gone,
            .verb = DUNLIN_VERB_DROP,
            .kind = work.gone.items[i]->kind,
            .path = work.gone.items[i]->path,
            .path_count = work.gone.items[i]->path_count,
        };

        if (dn_model_fold(model, &gone, error) < 0)
            return -1;
    }
    dn_arena_free(&model->scratch);
    if (other->native > model->native)
        model->native = other->native;
    return 0;
}
