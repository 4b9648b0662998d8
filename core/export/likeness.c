/* SPDX-License-Identifier: MIT */
#include "core/export/likeness.h"

#include <string.h>

#include "core/export/unqualify.h"

static bool
is_same(dunlin_string left, dunlin_string right)
{
    return left.length == right.length && memcmp(left.data, right.data, (size_t)left.length) == 0;
}

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

/* Expressions without the name of the table, which is another one of the like; and what a temporary
 * table cannot be. */
static int
adapt_set(dn_history *history, dunlin_string table, dunlin_operation *like, dn_error *error)
{
    const dn_lex_rules *rules =
        history->view.own_dialect ? history->reader.own : history->reader.folder;
    dunlin_property *set = dn_arena_array(&history->scratch, like->set_count + 1, sizeof *set);
    uint64_t count = 0;

    if (!set)
        return dn_no_memory(error);
    for (uint64_t i = 0; i < like->set_count; i++) {
        if (dn_string_equal(like->set[i].name, "unlogged") ||
            dn_string_equal(like->set[i].name, "comment"))
            continue;
        set[count] = like->set[i];
        if (set[count].type == DUNLIN_PROPERTY_EXPRESSION && table.length &&
            dn_export_unqualify(rules, table, &history->scratch, &set[count].text, error) < 0)
            return -1;
        count++;
    }
    like->set = set;
    like->set_count = count;
    return 0;
}

/* The name it goes by while it is compared. */
static int
rename_to_like(dn_history *history, const dunlin_operation *operation, bool member,
               dn_operations *list, dn_error *error)
{
    dunlin_operation *copy = dn_operation_copy(&history->scratch, operation);
    dunlin_string *path = dn_arena_array(&history->scratch, 3, sizeof *path);
    uint64_t names = operation->path_count;

    if (!copy || !path)
        return dn_no_memory(error);
    path[0] = dn_string(DUNLIN_SCRIPT_LIKE);
    if (member)
        path[1] = creates(operation, DUNLIN_KIND_INDEX) ? dn_string(DUNLIN_SCRIPT_LIKE_INDEX)
                                                        : operation->path[names - 1];
    copy->path = path;
    copy->path_count = member ? 2 : 1;
    copy->flags &= ~(uint64_t)DUNLIN_OPERATION_CONCURRENTLY;
    /* Its query is that of a view, and need not be carried out. */
    if (creates(operation, DUNLIN_KIND_MATERIALIZED_VIEW))
        copy->kind = dn_string(DUNLIN_KIND_VIEW);
    if (adapt_set(history, member ? operation->path[names - 2] : dn_string(""), copy, error) < 0)
        return -1;
    return dn_operations_add(list, copy, error);
}

/* Its statements, in a row; no text: it cannot be made. */
static int
render(dn_history *history, const dn_operations *like, dunlin_string *sql, dn_error *error)
{
    const dn_operations *making = history->making;
    dn_notes notes = {NULL, 0, 0};
    dn_steps steps = {0};
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
    followed->comparison_count++;
    return 0;
}

/* --- what is compared by its text ---------------------------------------------------------------------- */

static bool
is_generated(const dunlin_fact *fact)
{
    return dn_fact_is(fact, DUNLIN_KIND_COLUMN) &&
           dn_property_find(fact->properties, fact->property_count, "generated");
}

static int
add_fact(dn_history *history, const dunlin_fact *fact, dn_operations *what, dn_error *error)
{
    dunlin_operation *copy = dn_arena_alloc(&history->scratch, sizeof *copy);

    if (!copy)
        return dn_no_memory(error);
    *copy = (dunlin_operation){.size = sizeof *copy,
                               .verb = DUNLIN_VERB_CREATE,
                               .kind = fact->kind,
                               .path = fact->path,
                               .path_count = fact->path_count,
                               .set = fact->properties,
                               .set_count = fact->property_count};
    return dn_operations_add(what, copy, error);
}

/* Checks and what computes a column, in the database's spelling: not every one can make the like. */
static int
add_texts(dn_history *history, const dn_wanted *wanted, dn_operations *what, dn_error *error)
{
    for (size_t i = 0; i < wanted->count; i++)
        if ((dn_fact_is(wanted->facts[i], DUNLIN_KIND_CHECK) || is_generated(wanted->facts[i])) &&
            add_fact(history, wanted->facts[i], what, error) < 0)
            return -1;
    return 0;
}

/* The object itself, in that spelling where there is one. */
static int
add_own(dn_history *history, const dunlin_operation *operation, const dn_wanted *wanted,
        dn_operations *what, dn_error *error)
{
    bool by_text = creates(operation, DUNLIN_KIND_VIEW) || creates(operation, DUNLIN_KIND_CHECK) ||
                   has(operation, "generated");

    return by_text && wanted->count == 1 && is_same(wanted->facts[0]->kind, operation->kind)
               ? add_fact(history, wanted->facts[0], what, error)
               : dn_operations_add(what, operation, error);
}

/* --- by kind -------------------------------------------------------------------------------------------- */

static int
compare_table(dn_history *history, const dn_operations *run, const dn_wanted *wanted, size_t at,
              dn_followed *followed, dn_error *error)
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
        } else if (add_texts(history, &wanted[i], &what, error) < 0 ||
                   (!creates(member, DUNLIN_KIND_INDEX) &&
                    rename_to_like(history, member, true, &like, error) < 0)) {
            return -1;
        }
    }
    return add(history, &what, &like, followed, error);
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

/* A column is compared as the only one of a table, unless others make it. */
static int
begin_like(dn_history *history, const dunlin_operation *column, dn_operations *like,
           dn_error *error)
{
    dunlin_operation *table;

    if (!creates(column, DUNLIN_KIND_COLUMN) || has(column, "generated"))
        return 0;
    table = dn_arena_alloc(&history->scratch, sizeof *table);
    if (!table)
        return dn_no_memory(error);
    *table = (dunlin_operation){
        .size = sizeof *table, .verb = DUNLIN_VERB_CREATE, .kind = dn_string(DUNLIN_KIND_TABLE)};
    return rename_to_like(history, table, false, like, error);
}

static bool
is_one_of(const dunlin_operation *operation, const char *const *kinds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (creates(operation, kinds[i]))
            return true;
    return false;
}

typedef struct lending {
    dn_history *history;
    dn_fact_list columns;
    dn_error *error;
} lending;

static int
note_column(const dunlin_fact *column, void *context)
{
    lending *work = context;

    return dn_fact_list_add(&work->columns, &work->history->scratch, column, work->error);
}

/* The like has the columns of the table while it is rendered: how much of a text is in an index is a matter of its
 * type. */
static int
add_with_columns(dn_history *history, const dunlin_operation *index, const dn_operations *what,
                 const dn_operations *like, dn_followed *followed, dn_error *error)
{
    dn_fact_map *facts = history->facts;
    lending work = {.history = history, .error = error};
    dunlin_string path[2] = {dn_string(DUNLIN_SCRIPT_LIKE)};
    int answer = 0;

    if (!(dn_fact_map_naming(facts) & DN_FACT_NAMESPACES) &&
        dn_fact_map_members(facts, DUNLIN_KIND_COLUMN, index->path, 1, note_column, &work) < 0)
        return -1;
    for (size_t i = 0; i < work.columns.count && answer == 0; i++) {
        dunlin_fact lent = *work.columns.items[i];

        path[1] = lent.path[1];
        lent.path = path;
        answer = dn_fact_map_put(facts, &lent, error);
    }
    if (answer == 0)
        answer = add(history, what, like, followed, error);
    for (size_t i = 0; i < work.columns.count; i++) {
        path[1] = work.columns.items[i]->path[1];
        dn_fact_map_remove(facts, dn_string(DUNLIN_KIND_COLUMN), path, 2);
    }
    return answer;
}

static int
compare_member(dn_history *history, const dn_operations *run, const dn_wanted *wanted, size_t at,
               dn_followed *followed, dn_error *error)
{
    const dunlin_operation *member = run->items[at];
    dn_operations what = {.arena = &history->scratch};
    dn_operations like = {.arena = &history->scratch};
    int answer;

    /* Nothing is known of UNIQUE USING INDEX but its name. */
    if (member->path_count < 2 || !member->set_count ||
        (creates(member, DUNLIN_KIND_COLUMN) && is_changed_later(run, at)))
        return 0;
    if (add_own(history, member, &wanted[at], &what, error) < 0 ||
        (creates(member, DUNLIN_KIND_COLUMN) && !has(member, "generated") &&
         add_texts(history, &wanted[at], &what, error) < 0))
        return -1;
    if (creates(member, DUNLIN_KIND_FOREIGN_KEY))
        return add(history, &what, &like, followed, error);
    if (begin_like(history, member, &like, error) < 0 ||
        rename_to_like(history, member, true, &like, error) < 0)
        return -1;
    history->copied = member->path[member->path_count - 2];
    answer = creates(member, DUNLIN_KIND_INDEX)
                 ? add_with_columns(history, member, &what, &like, followed, error)
                 : add(history, &what, &like, followed, error);
    history->copied = dn_string("");
    return answer;
}

/* What is no part of a table; a trigger has no name but its own. */
static int
compare_object(dn_history *history, const dunlin_operation *object, const dn_wanted *wanted,
               dn_followed *followed, dn_error *error)
{
    dn_operations what = {.arena = &history->scratch};
    dn_operations like = {.arena = &history->scratch};

    if ((object->flags & DUNLIN_OPERATION_OR_REPLACE) || has(object, "temporary"))
        return 0;
    if (add_own(history, object, wanted, &what, error) < 0 ||
        (creates(object, DUNLIN_KIND_TRIGGER)
             ? dn_operations_add(&like, object, error)
             : rename_to_like(history, object, false, &like, error)) < 0)
        return -1;
    return add(history, &what, &like, followed, error);
}

static int
compare(dn_history *history, const dn_operations *run, const dn_wanted *wanted, size_t at,
        dn_followed *followed, dn_error *error)
{
    static const char *const members[] = {DUNLIN_KIND_COLUMN,      DUNLIN_KIND_INDEX,
                                          DUNLIN_KIND_PRIMARY_KEY, DUNLIN_KIND_UNIQUE,
                                          DUNLIN_KIND_CHECK,       DUNLIN_KIND_FOREIGN_KEY};
    static const char *const objects[] = {DUNLIN_KIND_VIEW,    DUNLIN_KIND_MATERIALIZED_VIEW,
                                          DUNLIN_KIND_TRIGGER, DUNLIN_KIND_SEQUENCE,
                                          DUNLIN_KIND_ENUM,    DUNLIN_KIND_DOMAIN};
    const dunlin_operation *operation = run->items[at];

    if (creates(operation, DUNLIN_KIND_TABLE))
        return compare_table(history, run, wanted, at, followed, error);
    if (makes_room(run, operation))
        return 0;
    if (is_one_of(operation, members, sizeof members / sizeof members[0]))
        return compare_member(history, run, wanted, at, followed, error);
    return is_one_of(operation, objects, sizeof objects / sizeof objects[0])
               ? compare_object(history, operation, &wanted[at], followed, error)
               : 0;
}

int
dn_history_compare(dn_history *history, const dn_operations *run, const dn_wanted *wanted,
                   dn_followed *followed, dn_error *error)
{
    const dunlin_operation *passed = NULL; /* CREATE TABLE, with what stands in it */

    for (size_t i = 0; i < run->count; i++) {
        if (passed && dn_operation_within(run->items[i], passed))
            continue;
        if (creates(run->items[i], DUNLIN_KIND_TABLE))
            passed = run->items[i];
        if (compare(history, run, wanted, i, followed, error) < 0)
            return -1;
    }
    return 0;
}
