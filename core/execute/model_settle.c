/* SPDX-License-Identifier: MIT
 *
 * Two models before they are compared operation by operation.
 */
#include <string.h>

#include "core/execute/model_internal.h"
#include "core/schema/diff.h"

/* --- spelling -------------------------------------------------------------------------------------------- */

int
dn_model_settle(dn_model *model, const dn_model *other, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_differences every = {.count = 0};
    dn_differences real = {.count = 0};
    size_t at = 0;

    if (dn_schema_compare(other->facts, model->facts, &dn_diff_comparison, &arena, &every, error) <
            0 ||
        dn_model_compare(other, model, &arena, &real, error) < 0)
        return -1;
    /* Both lists are in one order, and the second one lacks what is only spelled otherwise. */
    for (size_t i = 0; i < every.count; i++) {
        const dn_difference *one = &every.items[i];

        if (at < real.count && real.items[at].before == one->before &&
            real.items[at].after == one->after)
            at++;
        else if (dn_fact_map_put(model->facts, one->before, error) < 0)
            return -1;
    }
    return 0;
}

/* --- what views read --------------------------------------------------------------------------------------- */

typedef struct reading {
    dn_model *model;
    dn_fact_list views;
    const dn_model_words *words;
    dn_properties *list;
    uint32_t index;
    bool failed;
    dn_error *error;
} reading;

static int
note_view(const dunlin_fact *fact, void *context)
{
    reading *work = context;

    return dn_fact_list_add(&work->views, &work->model->scratch, fact, work->error);
}

static void
add_part(dn_text *text, dunlin_string name)
{
    for (uint64_t i = 0; i < name.length; i++) {
        if (name.data[i] == '/' || name.data[i] == '%')
            dn_text_add_string(text, name.data[i] == '/' ? "%2F" : "%25");
        else
            dn_text_add_char(text, name.data[i]);
    }
}

/* "column/public/users/email" */
static int
add_key(reading *work, const dunlin_fact *fact)
{
    dn_auto(dn_text) key = DN_TEXT_INIT;
    const char *copy;

    dn_text_add(&key, fact->kind.data, (size_t)fact->kind.length);
    for (uint64_t i = 0; i < fact->path_count; i++) {
        dn_text_add_char(&key, '/');
        add_part(&key, fact->path[i]);
    }
    copy = key.failed ? NULL : dn_arena_copy(&work->model->scratch, key.data, key.length);
    if (!copy)
        return dn_no_memory(work->error);
    dn_properties_add(work->list, NULL, DUNLIN_PROPERTY_TEXT, 0, dn_span(copy, key.length));
    if (!work->list->failed)
        work->list->items[work->list->count - 1].index = work->index++;
    return 0;
}

static int
note_column(const dunlin_fact *column, void *context)
{
    reading *work = context;

    return dn_model_takes_all(work->words) || dn_model_names(work->words, column->path[2])
               ? add_key(work, column)
               : 0;
}

static int
note_relation(const dunlin_fact *fact, void *context)
{
    reading *work = context;

    if (!dn_model_names(work->words, fact->path[1]))
        return 0;
    if (add_key(work, fact) < 0)
        return -1;
    return dn_fact_map_members(work->model->facts, DUNLIN_KIND_COLUMN, fact->path, 2, note_column,
                               work);
}

static int
add_depends(reading *work, const dunlin_fact *view)
{
    const dunlin_property *definition =
        dn_property_find(view->properties, view->property_count, "definition");
    dn_properties list = {.arena = &work->model->scratch};
    dunlin_fact changed = *view;
    dn_model_words words;

    if (dn_model_words_of(work->model, definition ? definition->text : dn_string(""),
                          &work->model->scratch, &words, work->error) < 0)
        return -1;
    work->words = &words;
    work->list = &list;
    work->index = 0;
    dn_properties_add_all(&list, view->properties, view->property_count, "depends");
    dn_properties_add(&list, "depends", DUNLIN_PROPERTY_LIST_BEGIN, 0, dn_string(NULL));
    if (dn_fact_map_each(work->model->facts, DUNLIN_KIND_TABLE, note_relation, work) < 0 ||
        dn_fact_map_each_view(work->model->facts, note_relation, work) < 0)
        return -1;
    dn_properties_add(&list, NULL, DUNLIN_PROPERTY_END, 0, dn_string(NULL));
    if (list.failed)
        return dn_no_memory(work->error);
    changed.properties = list.items;
    changed.property_count = list.count;
    return dn_fact_map_put(work->model->facts, &changed, work->error);
}

int
dn_model_depend(dn_model *model, dn_error *error)
{
    reading work = {.model = model, .error = error};
    int answer = dn_fact_map_each_view(model->facts, note_view, &work);

    for (size_t i = 0; answer == 0 && i < work.views.count; i++)
        answer = add_depends(&work, work.views.items[i]);
    dn_arena_free(&model->scratch);
    return answer;
}
