/* SPDX-License-Identifier: MIT
 *
 * The model as portable statements, in an order in which people read them and databases take them.
 */
#include <stdlib.h>
#include <string.h>

#include "core/execute/model_internal.h"

/* A table or a view on its way to the text. */
typedef struct placed {
    const dunlin_fact *fact;
    size_t at; /* among all facts; what lies in a table stands behind it */
    int state; /* 0 not seen, 1 on the way, 2 written */
} placed;

typedef struct writing {
    const dn_model *model;
    dn_arena arena;
    placed *tables;
    size_t table_count;
    placed *views;
    size_t view_count;
    dn_fact_list facts;       /* all, in order */
    const dunlin_fact **late; /* foreign keys of circles */
    size_t late_count;
    dn_operations group; /* what is written together */
    dn_text *text;
    size_t statements;
    dn_error *error;
} writing;

/* --- facts ----------------------------------------------------------------------------------------------- */

static int
collect(const dunlin_fact *fact, void *context)
{
    writing *work = context;

    return dn_fact_list_add(&work->facts, &work->arena, fact, work->error);
}

static int
by_order(const void *left, const void *right)
{
    const dunlin_fact *const *a = left;
    const dunlin_fact *const *b = right;

    return dn_fact_order(DN_FACT_NAMESPACES, *a, *b);
}

static bool
same(dunlin_string left, dunlin_string right)
{
    return left.length == right.length &&
           (left.length == 0 || memcmp(left.data, right.data, (size_t)left.length) == 0);
}

static bool
lies_in(const dunlin_fact *fact, const dunlin_fact *table)
{
    return fact->path_count == 3 && same(fact->path[0], table->path[0]) &&
           same(fact->path[1], table->path[1]);
}

/* --- operations -------------------------------------------------------------------------------------------- */

static bool
is_home(dunlin_string space)
{
    return dn_string_equal(space, DN_MODEL_HOME);
}

/* Names without a namespace are written without one. */
static int
take_home_out(writing *work, dunlin_operation *operation)
{
    dunlin_string *path = dn_arena_array(&work->arena, (size_t)operation->path_count, sizeof *path);
    bool first = false;

    if (!path)
        return dn_no_memory(work->error);
    memcpy(path, operation->path, (size_t)operation->path_count * sizeof *path);
    if (is_home(path[0]))
        path[0] = dn_string("");
    operation->path = path;
    for (uint64_t i = 0; i < operation->set_count; i++) {
        dunlin_property *one = (dunlin_property *)(uintptr_t)&operation->set[i];

        if (first && is_home(one->text))
            one->text = dn_string("");
        first =
            one->type == DUNLIN_PROPERTY_LIST_BEGIN && dn_string_among(one->name, "ref type_path");
    }
    return 0;
}

static int
add_operation(writing *work, int32_t verb, const dunlin_fact *fact, const char *without,
              const char *only)
{
    dunlin_operation operation = {
        .size = sizeof operation,
        .verb = verb,
        .kind = fact->kind,
        .path = fact->path,
        .path_count = fact->path_count,
    };
    dn_properties list = {.arena = &work->arena};
    const dunlin_operation *copy;

    for (uint64_t i = 0; i < fact->property_count;
         i = dn_property_next(fact->properties, fact->property_count, i))
        if (only ? dn_string_among(fact->properties[i].name, only)
                 : !dn_string_among(fact->properties[i].name, without))
            dn_properties_add_span(&list, &fact->properties[i],
                                   dn_property_span(fact->properties, fact->property_count, i));
    if (list.failed)
        return dn_no_memory(work->error);
    operation.set = list.items;
    operation.set_count = list.count;
    if (take_home_out(work, &operation) < 0)
        return -1;
    copy = dn_operation_copy(&work->arena, &operation);
    return copy ? dn_operations_add(&work->group, copy, work->error) : dn_no_memory(work->error);
}

static int
add_create(writing *work, const dunlin_fact *fact)
{
    return add_operation(work, DUNLIN_VERB_CREATE, fact, "order comment owned_by", NULL);
}

static int
add_comment(writing *work, const dunlin_fact *fact)
{
    if (!dn_property_find(fact->properties, fact->property_count, "comment"))
        return 0;
    return add_operation(work, DUNLIN_VERB_ALTER, fact, NULL, "comment");
}

/* What stands in a CREATE TABLE is no statement of its own. */
static size_t
count_statements(const dn_operations *group)
{
    bool table = dn_operation_is(group->items[0], DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE);
    size_t count = 0;

    for (size_t i = 0; i < group->count; i++)
        count += !(table && group->items[i]->verb == DUNLIN_VERB_CREATE &&
                   dn_string_among(group->items[i]->kind, "column pk unique check fk"));
    return count;
}

/* An empty line, and the group. */
static int
flush(writing *work)
{
    int answer;

    if (!work->group.count)
        return 0;
    work->statements += count_statements(&work->group);
    dn_text_add_char(work->text, '\n');
    answer = dn_ddl_write(work->group.items, work->group.count, work->text, work->error);
    work->group.count = 0;
    return answer;
}

/* --- tables ---------------------------------------------------------------------------------------------- */

static int
by_table(const void *left, const void *right)
{
    const placed *a = left;
    const placed *b = right;

    return dn_fact_order(DN_FACT_NAMESPACES, a->fact, b->fact);
}

/* The table that a foreign key refers to; NULL: only databases know it. */
static placed *
find_table(writing *work, const dunlin_fact *key)
{
    const dunlin_property *ref = dn_property_find(key->properties, key->property_count, "ref");
    dunlin_string path[2] = {ref ? ref[1].text : dn_string(""), ref ? ref[2].text : dn_string("")};
    const dunlin_fact table = {
        .size = sizeof table, .kind = dn_string(DUNLIN_KIND_TABLE), .path = path, .path_count = 2};
    const placed wanted = {.fact = &table};

    return ref && work->table_count
               ? bsearch(&wanted, work->tables, work->table_count, sizeof wanted, by_table)
               : NULL;
}

static int
add_columns(writing *work, const dunlin_fact *table)
{
    const dunlin_property *order =
        dn_property_find(table->properties, table->property_count, "order");
    dunlin_string path[3] = {table->path[0], table->path[1], {NULL, 0}};

    for (const dunlin_property *at = order ? order + 1 : NULL;
         at && at->type != DUNLIN_PROPERTY_END; at++) {
        const dunlin_fact *column;

        path[2] = at->text;
        column = dn_fact_map_find(work->model->facts, dn_string(DUNLIN_KIND_COLUMN), path, 3);
        if (column && add_create(work, column) < 0)
            return -1;
    }
    return 0;
}

static int
add_members(writing *work, const placed *table, const char *kinds, size_t late)
{
    for (size_t i = table->at + 1;
         i < work->facts.count && lies_in(work->facts.items[i], table->fact); i++) {
        const dunlin_fact *fact = work->facts.items[i];
        bool passed = false;

        if (!dn_string_among(fact->kind, kinds))
            continue;
        if (dn_fact_is(fact, DUNLIN_KIND_FOREIGN_KEY)) {
            passed = !find_table(work, fact);
            for (size_t k = late; k < work->late_count; k++)
                passed = passed || work->late[k] == fact;
        }
        if (!passed && add_create(work, fact) < 0)
            return -1;
    }
    return 0;
}

static int
add_comments(writing *work, const placed *table)
{
    if (add_comment(work, table->fact) < 0)
        return -1;
    for (size_t i = table->at + 1;
         i < work->facts.count && lies_in(work->facts.items[i], table->fact); i++)
        if (add_comment(work, work->facts.items[i]) < 0)
            return -1;
    return 0;
}

/* Behind the tables that it refers to, but for those that wait for this one. */
static int
write_table(writing *work, placed *table)
{
    size_t late = work->late_count;

    if (table->state)
        return 0;
    table->state = 1;
    for (size_t i = table->at + 1;
         i < work->facts.count && lies_in(work->facts.items[i], table->fact); i++) {
        const dunlin_fact *key = work->facts.items[i];
        placed *other;

        if (!dn_fact_is(key, DUNLIN_KIND_FOREIGN_KEY))
            continue;
        other = find_table(work, key);
        if (other && other != table && other->state == 1)
            work->late[work->late_count++] = key;
        else if (other && write_table(work, other) < 0)
            return -1;
    }
    table->state = 2;
    if (add_create(work, table->fact) < 0 || add_columns(work, table->fact) < 0 ||
        add_members(work, table, "pk", late) < 0 || add_members(work, table, "unique", late) < 0 ||
        add_members(work, table, "check", late) < 0 || add_members(work, table, "fk", late) < 0 ||
        add_members(work, table, "index", late) < 0 || add_comments(work, table) < 0)
        return -1;
    return flush(work);
}

static int
write_late(writing *work)
{
    for (size_t i = 0; i < work->late_count; i++)
        if (add_create(work, work->late[i]) < 0)
            return -1;
    return flush(work);
}

/* --- views ------------------------------------------------------------------------------------------------- */

static int
write_view(writing *work, placed *view)
{
    const dunlin_property *definition =
        dn_property_find(view->fact->properties, view->fact->property_count, "definition");
    dn_model_words words;

    if (view->state)
        return 0;
    view->state = 1;
    if (dn_model_words_of(work->model, definition ? definition->text : dn_string(""), &work->arena,
                          &words, work->error) < 0)
        return -1;
    for (size_t i = 0; i < work->view_count; i++)
        if (dn_model_names(&words, work->views[i].fact->path[1]) &&
            write_view(work, &work->views[i]) < 0)
            return -1;
    if (add_create(work, view->fact) < 0 || add_comment(work, view->fact) < 0)
        return -1;
    return flush(work);
}

/* --- all ---------------------------------------------------------------------------------------------------- */

static int
write_kind(writing *work, const char *kind)
{
    for (size_t i = 0; i < work->facts.count; i++)
        if (dn_fact_is(work->facts.items[i], kind) && (add_create(work, work->facts.items[i]) < 0 ||
                                                       add_comment(work, work->facts.items[i]) < 0))
            return -1;
    return flush(work);
}

/* Which column a sequence goes with can be said once that is there. */
static int
write_owners(writing *work)
{
    for (size_t i = 0; i < work->facts.count; i++)
        if (dn_fact_is(work->facts.items[i], DUNLIN_KIND_SEQUENCE) &&
            dn_property_find(work->facts.items[i]->properties, work->facts.items[i]->property_count,
                             "owned_by") &&
            add_operation(work, DUNLIN_VERB_ALTER, work->facts.items[i], NULL, "owned_by") < 0)
            return -1;
    return flush(work);
}

static int
arrange(writing *work)
{
    if (dn_fact_map_each(work->model->facts, NULL, collect, work) < 0)
        return -1;
    if (work->facts.count)
        qsort(work->facts.items, work->facts.count, sizeof *work->facts.items, by_order);
    work->tables = dn_arena_array(&work->arena, work->facts.count + 1, sizeof *work->tables);
    work->views = dn_arena_array(&work->arena, work->facts.count + 1, sizeof *work->views);
    work->late = dn_arena_array(&work->arena, work->facts.count + 1, sizeof *work->late);
    if (!work->tables || !work->views || !work->late)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < work->facts.count; i++) {
        if (dn_fact_is(work->facts.items[i], DUNLIN_KIND_TABLE))
            work->tables[work->table_count++] = (placed){.fact = work->facts.items[i], .at = i};
        else if (dn_string_among(work->facts.items[i]->kind, "view matview"))
            work->views[work->view_count++] = (placed){.fact = work->facts.items[i], .at = i};
    }
    return 0;
}

static int
write_all(writing *work)
{
    if (arrange(work) < 0 || write_kind(work, DUNLIN_KIND_ENUM) < 0 ||
        write_kind(work, DUNLIN_KIND_DOMAIN) < 0 || write_kind(work, DUNLIN_KIND_SEQUENCE) < 0)
        return -1;
    for (size_t i = 0; i < work->table_count; i++)
        if (write_table(work, &work->tables[i]) < 0)
            return -1;
    if (write_late(work) < 0 || write_owners(work) < 0)
        return -1;
    for (size_t i = 0; i < work->view_count; i++)
        if (write_view(work, &work->views[i]) < 0)
            return -1;
    return 0;
}

int
dn_model_write(const dn_model *model, dn_text *text, size_t *statements, dn_error *error)
{
    writing work = {.model = model, .arena = DN_ARENA_INIT, .text = text, .error = error};
    int answer;

    work.group.arena = &work.arena;
    answer = write_all(&work);
    *statements = work.statements;
    dn_arena_free(&work.arena);
    if (answer == 0 && text->failed)
        answer = dn_no_memory(error);
    return answer;
}
