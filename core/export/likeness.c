/* SPDX-License-Identifier: MIT */
#include "core/export/likeness.h"

#include <string.h>

static bool
creates(const dunlin_operation *operation, const char *kind)
{
    return operation->verb == DUNLIN_VERB_CREATE && dn_string_equal(operation->kind, kind);
}

static bool
has(const dunlin_operation *operation, const char *name)
{
    return dn_property_find(operation->set, operation->set_count, name) != NULL;
}

/* An expression that names its table would be about the wrong one. */
static bool
names_its_table(const dunlin_operation *operation)
{
    dunlin_string table = operation->path[operation->path_count - 2];

    for (uint64_t i = 0; i < operation->set_count; i++) {
        dunlin_string text = operation->set[i].text;

        if (operation->set[i].type == DUNLIN_PROPERTY_EXPRESSION && text.length && table.length &&
            memmem(text.data, text.length, table.data, table.length) &&
            memchr(text.data, '.', text.length))
            return true;
    }
    return false;
}

/* The name it goes by while it is compared. */
static int
rename_to_like(dn_history *history, const dunlin_operation *operation, bool member,
               dn_operations *list, dn_error *error)
{
    dunlin_operation *copy = dn_operation_copy(&history->scratch, operation);
    dunlin_string *path = dn_arena_array(&history->scratch, 3, sizeof *path);

    if (!copy || !path)
        return dn_no_memory(error);
    path[0] = dn_string(DUNLIN_SCRIPT_LIKE);
    if (member)
        path[1] = creates(operation, DUNLIN_KIND_INDEX)
                      ? dn_string(DUNLIN_SCRIPT_LIKE_INDEX)
                      : operation->path[operation->path_count - 1];
    copy->path = path;
    copy->path_count = member ? 2 : 1;
    copy->flags &= ~(uint64_t)DUNLIN_OPERATION_CONCURRENTLY;
    return dn_operations_add(list, copy, error);
}

/* Its statements, in a row; no text: it cannot be made. */
static int
render(dn_history *history, const dn_operations *like, dunlin_string *sql, dn_error *error)
{
    const dn_operations *making = history->making;
    dn_notes notes = {NULL, 0, 0};
    dn_steps steps = {NULL, 0, 0};
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const char *copy;
    int answer;

    *sql = dn_string("");
    history->making = like;
    answer = dn_driver_render_steps(&history->view, DUNLIN_RENDER_RUN, like->items, like->count,
                                    &history->scratch, &steps, &notes, error);
    history->making = making;
    if (answer < 0 && error->status == DUNLIN_NO_MEMORY)
        return -1;
    dn_error_clear(error);
    for (size_t i = 0; answer == 0 && i < steps.count; i++) {
        if (steps.items[i].role != DUNLIN_STEP_STATEMENT)
            return 0;
        dn_text_add(&text, steps.items[i].sql.data, steps.items[i].sql.length);
        dn_text_add_string(&text, ";\n");
    }
    copy = text.failed ? NULL
                       : dn_arena_copy(&history->scratch, text.data ? text.data : "", text.length);
    *sql = dn_span(copy, text.length);
    return copy ? 0 : dn_no_memory(error);
}

static int
add(dn_history *history, const dn_operations *what, const dn_operations *like,
    dn_followed *followed, dn_error *error)
{
    dn_comparison *list =
        dn_arena_grow(&history->scratch, followed->comparisons, &followed->comparison_capacity,
                      followed->comparison_count + 1, sizeof *list);
    dn_comparison *comparison;

    if (!list)
        return dn_no_memory(error);
    followed->comparisons = list;
    comparison = &list[followed->comparison_count];
    comparison->operations = what->items;
    comparison->count = what->count;
    if (render(history, like, &comparison->sql, error) < 0)
        return -1;
    followed->comparison_count +=
        comparison->sql.length > 0 || creates(what->items[0], DUNLIN_KIND_FOREIGN_KEY);
    return 0;
}

static int
compare_table(dn_history *history, const dn_operations *run, size_t at, dn_followed *followed,
              dn_error *error)
{
    static const char *const others[] = {"partition_of", "partition_by", "inherits",
                                         "bound",        "virtual",      "temporary"};
    const dunlin_operation *table = run->items[at];
    dn_operations what = {.arena = &history->scratch};
    dn_operations like = {.arena = &history->scratch};

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (has(table, others[i]))
            return 0;
    if (table->body.length)
        return 0;
    if (dn_operations_add(&what, table, error) < 0 ||
        rename_to_like(history, table, false, &like, error) < 0)
        return -1;
    for (size_t i = at + 1; i < run->count && dn_operation_within(run->items[i], table); i++) {
        const dunlin_operation *member = run->items[i];

        if (creates(member, DUNLIN_KIND_FOREIGN_KEY)) {
            if (dn_operations_add(&what, member, error) < 0)
                return -1;
        } else if (!creates(member, DUNLIN_KIND_INDEX) && !names_its_table(member) &&
                   rename_to_like(history, member, true, &like, error) < 0) {
            return -1;
        }
    }
    return add(history, &what, &like, followed, error);
}

static bool
is_same(dunlin_string left, dunlin_string right)
{
    return left.length == right.length && memcmp(left.data, right.data, (size_t)left.length) == 0;
}

static dunlin_string
last_name(const dunlin_operation *operation)
{
    return operation->path[operation->path_count - 1];
}

/* Later in the statement the column becomes another one. */
static bool
is_changed_later(const dn_operations *run, size_t at)
{
    for (size_t i = at + 1; i < run->count; i++)
        if (run->items[i]->verb == DUNLIN_VERB_ALTER &&
            dn_string_equal(run->items[i]->kind, DUNLIN_KIND_COLUMN) &&
            is_same(last_name(run->items[i]), last_name(run->items[at])))
            return true;
    return false;
}

static bool
has_same_name(const dunlin_operation *left, const dunlin_operation *right)
{
    /* A table has one primary key, whatever it is called. */
    return is_same(last_name(left), last_name(right)) ||
           (dn_string_equal(left->kind, DUNLIN_KIND_PRIMARY_KEY) &&
            dn_string_equal(right->kind, DUNLIN_KIND_PRIMARY_KEY));
}

/* What is there before the statement is not what is there when it makes this. */
static bool
makes_room(const dn_operations *run, const dunlin_operation *member)
{
    for (size_t i = 0; i < run->count; i++)
        if (run->items[i]->verb == DUNLIN_VERB_RENAME ||
            (run->items[i]->verb == DUNLIN_VERB_DROP && has_same_name(run->items[i], member)))
            return true;
    return false;
}

static int
compare_member(dn_history *history, const dn_operations *run, size_t at, dn_followed *followed,
               dn_error *error)
{
    static const char *const kinds[] = {DUNLIN_KIND_COLUMN, DUNLIN_KIND_INDEX,
                                        DUNLIN_KIND_PRIMARY_KEY, DUNLIN_KIND_UNIQUE,
                                        DUNLIN_KIND_CHECK};
    const dunlin_operation *member = run->items[at];
    dn_operations what = {.arena = &history->scratch};
    dn_operations like = {.arena = &history->scratch};
    bool known = creates(member, DUNLIN_KIND_FOREIGN_KEY);

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        known = known || creates(member, kinds[i]);
    if (!known || member->path_count < 2 || makes_room(run, member) || names_its_table(member) ||
        has(member, "generated") ||
        (creates(member, DUNLIN_KIND_COLUMN) && is_changed_later(run, at)))
        return 0;
    if (dn_operations_add(&what, member, error) < 0)
        return -1;
    if (creates(member, DUNLIN_KIND_FOREIGN_KEY))
        return add(history, &what, &like, followed, error);
    /* A column is compared as the only one of a table. */
    if (creates(member, DUNLIN_KIND_COLUMN)) {
        dunlin_operation *table = dn_arena_alloc(&history->scratch, sizeof *table);

        if (!table)
            return dn_no_memory(error);
        *table = (dunlin_operation){.size = sizeof *table,
                                    .verb = DUNLIN_VERB_CREATE,
                                    .kind = dn_string(DUNLIN_KIND_TABLE)};
        if (rename_to_like(history, table, false, &like, error) < 0)
            return -1;
    }
    return rename_to_like(history, member, true, &like, error) < 0
               ? -1
               : add(history, &what, &like, followed, error);
}

int
dn_history_compare(dn_history *history, const dn_operations *run, dn_followed *followed,
                   dn_error *error)
{
    const dunlin_operation *passed = NULL; /* CREATE TABLE, with what stands in it */

    for (size_t i = 0; i < run->count; i++) {
        const dunlin_operation *operation = run->items[i];
        int answer = 0;

        if (passed && dn_operation_within(operation, passed))
            continue;
        if (creates(operation, DUNLIN_KIND_TABLE)) {
            passed = operation;
            answer = compare_table(history, run, i, followed, error);
        } else {
            answer = compare_member(history, run, i, followed, error);
        }
        if (answer < 0)
            return -1;
    }
    return 0;
}
