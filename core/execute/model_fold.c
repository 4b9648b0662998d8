/* SPDX-License-Identifier: MIT
 *
 * One operation of the portable history: what it changes in the model.
 */
#include <string.h>

#include "core/execute/model_internal.h"

typedef struct folding {
    dn_model *model;
    const dunlin_operation *operation;
    dn_fact_list list;
    dn_error *error;
} folding;

static bool
is(const dunlin_operation *operation, const char *kind)
{
    return dn_string_equal(operation->kind, kind);
}

static bool
same(dunlin_string left, dunlin_string right)
{
    return left.length == right.length &&
           (left.length == 0 || memcmp(left.data, right.data, (size_t)left.length) == 0);
}

static dunlin_string
last_of(const dunlin_string *path, uint64_t count)
{
    return path[count - 1];
}

static int
note(folding *work, const dunlin_fact *fact)
{
    return dn_fact_list_add(&work->list, &work->model->scratch, fact, work->error);
}

static int
remove_noted(folding *work)
{
    for (size_t i = 0; i < work->list.count; i++)
        dn_fact_map_remove(work->model->facts, work->list.items[i]->kind, work->list.items[i]->path,
                           work->list.items[i]->path_count);
    work->list.count = 0;
    return 0;
}

/* --- views ---------------------------------------------------------------------------------------------- */

static int
words_of_view(folding *work, const dunlin_fact *view, dn_model_words *words)
{
    const dunlin_property *definition =
        dn_property_find(view->properties, view->property_count, "definition");

    return dn_model_words_of(work->model, definition ? definition->text : dn_string(""),
                             &work->model->scratch, words, work->error);
}

/* Does what happens to a column change what the view is? */
static bool
reads_column(const folding *work, const dn_model_words *words)
{
    const dunlin_operation *operation = work->operation;

    return dn_model_takes_all(words) ||
           (operation->verb != DUNLIN_VERB_CREATE &&
            dn_model_names(words, last_of(operation->path, operation->path_count)));
}

static int
note_view(const dunlin_fact *view, void *context)
{
    folding *work = context;
    const dunlin_operation *operation = work->operation;
    uint64_t depth = operation->path_count - (is(operation, DUNLIN_KIND_COLUMN) ? 1 : 0);
    dn_model_words words;

    if (words_of_view(work, view, &words) < 0)
        return -1;
    if (!dn_model_names(&words, operation->path[depth - 1]) ||
        (is(operation, DUNLIN_KIND_COLUMN) && !reads_column(work, &words)))
        return 0;
    return note(work, view);
}

/* And what reads those, in turn. */
static int
forget_views(folding *work)
{
    dn_fact_map *facts = work->model->facts;

    work->list.count = 0;
    if (dn_fact_map_each_view(facts, note_view, work) < 0)
        return -1;
    while (work->list.count) {
        folding readers = {.model = work->model, .error = work->error};
        dunlin_operation gone = {.verb = DUNLIN_VERB_DROP, .kind = dn_string(DUNLIN_KIND_VIEW)};
        const dunlin_fact *view =
            dn_fact_copy(&work->model->scratch, work->list.items[--work->list.count]);

        if (!view)
            return dn_no_memory(work->error);
        dn_fact_map_remove(facts, view->kind, view->path, view->path_count);
        gone.path = view->path;
        gone.path_count = view->path_count;
        readers.operation = &gone;
        if (forget_views(&readers) < 0)
            return -1;
        work->list.count = 0;
        if (dn_fact_map_each_view(facts, note_view, work) < 0)
            return -1;
    }
    return 0;
}

/* --- the order of columns --------------------------------------------------------------------------------- */

static void
add_name(dn_properties *list, uint32_t *index, dunlin_string name)
{
    dn_properties_add(list, NULL, DUNLIN_PROPERTY_IDENTIFIER, 0, name);
    if (!list->failed)
        list->items[list->count - 1].index = (*index)++;
}

/* With `name` at its new place, or without it. */
static int
write_order(folding *work, const dunlin_fact *table, dunlin_string name, bool added)
{
    const dunlin_operation *operation = work->operation;
    const dunlin_property *first = dn_property_find(operation->set, operation->set_count, "first");
    const dunlin_property *after = dn_property_find(operation->set, operation->set_count, "after");
    const dunlin_property *order =
        dn_property_find(table->properties, table->property_count, "order");
    dn_properties list = {.arena = &work->model->scratch};
    dunlin_fact changed = *table;
    bool placed = !added;
    uint32_t index = 0;

    dn_properties_add_all(&list, table->properties, table->property_count, "order");
    dn_properties_add(&list, "order", DUNLIN_PROPERTY_LIST_BEGIN, 0, dn_string(NULL));
    if (added && first) {
        add_name(&list, &index, name);
        placed = true;
    }
    for (const dunlin_property *at = order ? order + 1 : NULL;
         at && at->type != DUNLIN_PROPERTY_END; at++) {
        if (same(at->text, name))
            continue;
        add_name(&list, &index, at->text);
        if (!placed && after && same(after->text, at->text)) {
            add_name(&list, &index, name);
            placed = true;
        }
    }
    if (!placed)
        add_name(&list, &index, name);
    dn_properties_add(&list, NULL, DUNLIN_PROPERTY_END, 0, dn_string(NULL));
    if (list.failed)
        return dn_no_memory(work->error);
    changed.properties = list.items;
    changed.property_count = list.count;
    return dn_fact_map_put(work->model->facts, &changed, work->error);
}

static const dunlin_fact *
table_of(const folding *work)
{
    return dn_fact_map_find(work->model->facts, dn_string(DUNLIN_KIND_TABLE), work->operation->path,
                            work->operation->path_count - 1);
}

/* --- creating and changing ---------------------------------------------------------------------------------- */

static int
fold_create(folding *work)
{
    const dunlin_operation *operation = work->operation;
    dunlin_fact fact = dn_operation_fact(operation);
    dn_properties list = {.arena = &work->model->scratch};

    if (!is(operation, DUNLIN_KIND_COLUMN))
        return dn_fact_map_put(work->model->facts, &fact, work->error) < 0
                   ? -1
                   : dn_schema_fold_key(work->model->facts, operation, work->error);
    dn_properties_add_all(&list, fact.properties, fact.property_count, "first after");
    if (list.failed)
        return dn_no_memory(work->error);
    fact.properties = list.items;
    fact.property_count = list.count;
    if (write_order(work, table_of(work), last_of(operation->path, operation->path_count), true) <
            0 ||
        dn_fact_map_put(work->model->facts, &fact, work->error) < 0)
        return -1;
    return forget_views(work);
}

/* --- a label with another name --- */

static dunlin_string
quoted(folding *work, dunlin_string label)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const char *copy;

    dn_text_add_quoted(&text, '\'', label);
    copy = text.failed ? NULL : dn_arena_copy(&work->model->scratch, text.data, text.length);
    return dn_span(copy, copy ? text.length : 0);
}

static int
note_user(const dunlin_fact *column, void *context)
{
    folding *work = context;
    const dunlin_property *path =
        dn_property_find(column->properties, column->property_count, "type_path");

    return path && same(path[1].text, work->operation->path[0]) &&
                   same(path[2].text, work->operation->path[1])
               ? note(work, column)
               : 0;
}

/* A default that is the label goes with it. */
static int
rename_default(folding *work, const dunlin_fact *column, dunlin_string old, dunlin_string new)
{
    dunlin_fact *copy = (dunlin_fact *)(uintptr_t)dn_fact_copy(&work->model->scratch, column);
    dunlin_property *value;

    if (!copy)
        return dn_no_memory(work->error);
    value = (dunlin_property *)(uintptr_t)dn_property_find(copy->properties, copy->property_count,
                                                           "default");
    if (!value || !same(value->text, old))
        return 0;
    value->text = new;
    return dn_fact_map_put(work->model->facts, copy, work->error);
}

static int
rename_defaults(folding *work, dunlin_string label, dunlin_string now)
{
    dunlin_string old = quoted(work, label);
    dunlin_string new = quoted(work, now);

    if (!old.data || !new.data)
        return dn_no_memory(work->error);
    work->list.count = 0;
    if (dn_fact_map_each(work->model->facts, DUNLIN_KIND_COLUMN, note_user, work) < 0)
        return -1;
    for (size_t i = 0; i < work->list.count; i++)
        if (rename_default(work, work->list.items[i], old, new) < 0)
            return -1;
    return 0;
}

/* The operation has all labels as they will be: where there are as many as before, one has another name. */
static int
rename_label(folding *work)
{
    const dunlin_operation *operation = work->operation;
    const dunlin_fact *type = dn_fact_map_find(work->model->facts, operation->kind, operation->path,
                                               operation->path_count);
    const dunlin_property *old =
        type ? dn_property_find(type->properties, type->property_count, "values") : NULL;
    const dunlin_property *new = dn_property_find(operation->set, operation->set_count, "values");
    dunlin_string label = {NULL, 0};
    dunlin_string now = {NULL, 0};

    if (!old || !new)
        return 0;
    for (old++, new ++; old->type != DUNLIN_PROPERTY_END &&new->type != DUNLIN_PROPERTY_END;
         old++, new ++)
        if (!same(old->text, new->text)) {
            label = old->text;
            now = new->text;
        }
    if (!label.data || old->type != new->type)
        return 0;
    return rename_defaults(work, label, now);
}

/* A type is said in one of several ways. */
static int
fold_alter(folding *work)
{
    const dunlin_operation *operation = work->operation;
    dunlin_operation *copy = dn_operation_copy(&work->model->scratch, operation);
    const dunlin_property *type = dn_property_find(operation->set, operation->set_count, "type");
    const dunlin_property *path =
        dn_property_find(operation->set, operation->set_count, "type_path");
    dunlin_string *unset =
        dn_arena_array(&work->model->scratch, (size_t)operation->unset_count + 3, sizeof *unset);

    if (!copy || !unset)
        return dn_no_memory(work->error);
    if (is(operation, DUNLIN_KIND_ENUM) && rename_label(work) < 0)
        return -1;
    for (uint64_t i = 0; i < operation->unset_count; i++)
        unset[i] = operation->unset[i];
    copy->unset = unset;
    if (is(operation, DUNLIN_KIND_COLUMN) && (type || path)) {
        unset[copy->unset_count++] = dn_string(type ? "type_path" : "type");
        unset[copy->unset_count++] = dn_string("values");
    }
    if (is(operation, DUNLIN_KIND_COLUMN) &&
        (dn_property_find(operation->set, operation->set_count, "first") ||
         dn_property_find(operation->set, operation->set_count, "after"))) {
        dn_properties list = {.arena = &work->model->scratch};

        if (write_order(work, table_of(work), last_of(operation->path, operation->path_count),
                        true) < 0)
            return -1;
        dn_properties_add_all(&list, operation->set, operation->set_count, "first after");
        if (list.failed)
            return dn_no_memory(work->error);
        copy->set = list.items;
        copy->set_count = list.count;
    }
    return dn_schema_fold(work->model->facts, copy, NULL, work->error);
}

/* --- dropping ------------------------------------------------------------------------------------------------- */

static bool
refers_to(const dunlin_fact *key, const dunlin_string *table, dunlin_string column)
{
    const dunlin_property *ref = dn_property_find(key->properties, key->property_count, "ref");

    if (!ref || !same(ref[1].text, table[0]) || !same(ref[2].text, table[1]))
        return false;
    return !column.data ||
           dn_property_lists(key->properties, key->property_count, "ref_columns", column);
}

/* CASCADE takes along the keys of other tables that refer to what goes. */
static int
note_referrer(const dunlin_fact *key, void *context)
{
    folding *work = context;
    const dunlin_operation *operation = work->operation;
    bool column = is(operation, DUNLIN_KIND_COLUMN);

    if (!refers_to(key, operation->path, column ? operation->path[2] : (dunlin_string){NULL, 0}))
        return 0;
    return note(work, key);
}

/* A check that names the column goes with it. */
static int
note_check(const dunlin_fact *check, void *context)
{
    folding *work = context;
    const dunlin_operation *operation = work->operation;
    const dunlin_property *expression =
        dn_property_find(check->properties, check->property_count, "expr");
    dn_model_words words;

    if (!expression)
        return 0;
    if (dn_model_words_of(work->model, expression->text, &work->model->scratch, &words,
                          work->error) < 0)
        return -1;
    return dn_model_names(&words, last_of(operation->path, operation->path_count))
               ? note(work, check)
               : 0;
}

static int
fold_drop(folding *work)
{
    const dunlin_operation *operation = work->operation;
    dn_fact_map *facts = work->model->facts;
    bool column = is(operation, DUNLIN_KIND_COLUMN);

    if (column) {
        if (write_order(work, table_of(work), last_of(operation->path, operation->path_count),
                        false) < 0 ||
            dn_fact_map_members(facts, DUNLIN_KIND_CHECK, operation->path,
                                operation->path_count - 1, note_check, work) < 0 ||
            remove_noted(work) < 0)
            return -1;
    }
    if (column || dn_string_among(operation->kind, "table view matview")) {
        if (forget_views(work) < 0)
            return -1;
        work->list.count = 0;
        if (dn_fact_map_each(facts, DUNLIN_KIND_FOREIGN_KEY, note_referrer, work) < 0 ||
            remove_noted(work) < 0)
            return -1;
    }
    return dn_schema_fold(facts, operation, NULL, work->error);
}

/* --- renaming -------------------------------------------------------------------------------------------------- */

static int
note_any(const dunlin_fact *fact, void *context)
{
    return note(context, fact);
}

static int
rename_inside(folding *work, const dunlin_fact *fact)
{
    dn_arena *arena = &work->model->scratch;
    dunlin_fact *copy = (dunlin_fact *)(uintptr_t)dn_fact_copy(arena, fact);
    dunlin_property *properties;
    bool changed = false;

    if (!copy)
        return dn_no_memory(work->error);
    properties = (dunlin_property *)(uintptr_t)copy->properties;
    for (uint64_t i = 0; i < copy->property_count; i++) {
        dunlin_string text = properties[i].text;

        if (properties[i].type != DUNLIN_PROPERTY_EXPRESSION)
            continue;
        if (dn_model_renamed(work->model, text, work->operation, arena, &properties[i].text,
                             work->error) < 0)
            return -1;
        changed = changed || properties[i].text.data != text.data;
    }
    return changed ? dn_fact_map_put(work->model->facts, copy, work->error) : 0;
}

static int
fold_rename(folding *work)
{
    const dunlin_operation *operation = work->operation;
    bool column = is(operation, DUNLIN_KIND_COLUMN);
    dn_fact_map *facts = work->model->facts;
    const dunlin_string *table = column ? operation->path : operation->new_path;
    uint64_t depth = operation->path_count - (column ? 1 : 0);

    if (!column && !dn_string_among(operation->kind, "table view matview"))
        return dn_schema_fold(facts, operation, NULL, work->error);
    if (forget_views(work) < 0 || dn_schema_fold(facts, operation, NULL, work->error) < 0)
        return -1;
    work->list.count = 0;
    if (dn_fact_map_members(facts, NULL, table, depth, note_any, work) < 0)
        return -1;
    for (size_t i = 0; i < work->list.count; i++)
        if (rename_inside(work, work->list.items[i]) < 0)
            return -1;
    return 0;
}

/* --- all ------------------------------------------------------------------------------------------------------------ */

static bool
is_member(const dunlin_operation *operation)
{
    return dn_string_among(operation->kind, "column pk unique fk check constraint index trigger");
}

/* What it is about is not part of the model. */
static bool
is_beyond(const folding *work)
{
    const dunlin_operation *operation = work->operation;
    bool there = dn_fact_map_find(work->model->facts, operation->kind, operation->path,
                                  operation->path_count) != NULL;

    if (is_member(operation) &&
        (operation->path_count != 3 || (!table_of(work) && !is(operation, DUNLIN_KIND_INDEX))))
        return true;
    if (operation->verb != DUNLIN_VERB_CREATE)
        return !there;
    if (is(operation, DUNLIN_KIND_INDEX) && !table_of(work))
        return true;
    return there && !(operation->flags & DUNLIN_OPERATION_OR_REPLACE);
}

int
dn_model_fold(dn_model *model, const dunlin_operation *operation, dn_error *error)
{
    folding work = {.model = model, .operation = operation, .error = error};

    if (operation->verb >= DUNLIN_VERB_DATA || is_beyond(&work) ||
        dn_string_among(operation->kind, "schema extension"))
        return 0;
    switch (operation->verb) {
    case DUNLIN_VERB_CREATE: return fold_create(&work);
    case DUNLIN_VERB_ALTER: return fold_alter(&work);
    case DUNLIN_VERB_DROP: return fold_drop(&work);
    case DUNLIN_VERB_RENAME: return fold_rename(&work);
    default: return 0;
    }
}
