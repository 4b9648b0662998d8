/* SPDX-License-Identifier: MIT */
#include "core/engine/generate.h"

#include <string.h>

#include "core/ddl/ddl.h"

typedef struct writing {
    dn_generation *work;
    dn_generated *one;
    const dunlin_operation *last;
    uint64_t told; /* operations before this one have their comments */
} writing;

/* --- rows --------------------------------------------------------------------------------------------- */

static int
quote_path(writing *state, const dunlin_string *path, uint64_t count, dn_text *text)
{
    const dn_side *like = &state->work->like;

    for (uint64_t i = 0; i < count; i++) {
        const char *name =
            dn_arena_copy(&state->work->session->arena, path[i].data, (size_t)path[i].length);

        if (!name)
            return dn_no_memory(state->work->error);
        if (i)
            dn_text_add_char(text, '.');
        if (dn_driver_quote(like->driver, like->profile, name, text, state->work->error) < 0)
            return -1;
    }
    return 0;
}

/* Rows of a table, or values of a column, in the target; -1 in *rows where it does not tell. */
static int
count_rows(writing *state, const dunlin_operation *operation, int64_t *rows)
{
    bool column = dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN);
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    dn_error ignored;

    *rows = -1;
    /* The way back is taken in a state that is not known yet. */
    if (operation->verb != DUNLIN_VERB_DROP || state->one->backwards ||
        !(column || dn_string_among(operation->kind, "table matview")))
        return 0;
    dn_text_add_string(&sql, "SELECT count(");
    if (column && quote_path(state, &operation->path[operation->path_count - 1], 1, &sql) < 0)
        return -1;
    dn_text_add_string(&sql, column ? ") FROM " : "*) FROM ");
    if (quote_path(state, operation->path, operation->path_count - (column ? 1 : 0), &sql) < 0)
        return -1;
    if (sql.failed)
        return dn_no_memory(state->work->error);
    if (dn_connection_query_integer(state->work->like.connection, sql.data, NULL, 0, -1, rows,
                                    &ignored) < 0)
        *rows = -1;
    return 0;
}

/* --- comments ------------------------------------------------------------------------------------------- */

static void
add_name(const writing *state, const dunlin_operation *operation)
{
    dunlin_string home = dn_side_home(&state->work->like);
    uint64_t first = home.length && operation->path_count > 1 &&
                             operation->path[0].length == home.length &&
                             memcmp(operation->path[0].data, home.data, (size_t)home.length) == 0
                         ? 1
                         : 0;
    dn_auto(dn_text) name = DN_TEXT_INIT;

    for (uint64_t i = first; i < operation->path_count; i++) {
        if (i > first)
            dn_text_add_char(&name, '.');
        dn_text_add(&name, operation->path[i].data, (size_t)operation->path[i].length);
    }
    if (name.data)
        dn_text_add_visible(&state->one->text, name.data, name.length, name.length);
}

static int
add_risk(writing *state, const dunlin_operation *operation, dn_risk risk)
{
    dn_text *text = &state->one->text;
    bool column = dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN);
    int64_t rows;

    if (risk.danger == DN_DANGER_NONE)
        return 0;
    if (count_rows(state, operation, &rows) < 0)
        return -1;
    dn_text_add_string(text, risk.danger == DN_DANGER_LOSES ? "-- ! " : "-- ? ");
    add_name(state, operation);
    dn_text_printf(text, ": %s", risk.reason);
    if (rows >= 0) {
        dn_text_add_string(text, ": ");
        if (column)
            dn_text_add_count(text, rows, "value", "values");
        else
            dn_text_add_count(text, rows, "row", "rows");
        dn_text_printf(text, " in '%s'", state->work->like.name);
    }
    dn_text_add_char(text, '\n');
    return 0;
}

static int
add_risks(writing *state, const dn_step *step)
{
    const dn_diff *diff = &state->one->diff;

    uint64_t end = step->first_operation + step->operation_count;

    for (uint64_t i = step->first_operation; i < end && i < diff->operations.count; i++)
        if (i >= state->told && add_risk(state, diff->operations.items[i], diff->risks[i]) < 0)
            return -1;
    state->told = end > state->told ? end : state->told;
    return 0;
}

/* --- statements ----------------------------------------------------------------------------------------- */

static bool
same_table(const writing *state, const dunlin_operation *left, const dunlin_operation *right)
{
    uint64_t lead = (dn_fact_map_naming(state->work->like.facts) & DN_FACT_NAMESPACES) ? 1 : 0;

    for (uint64_t i = 0; i <= lead; i++)
        if (i >= left->path_count || i >= right->path_count ||
            left->path[i].length != right->path[i].length ||
            memcmp(left->path[i].data, right->path[i].data, (size_t)left->path[i].length) != 0)
            return false;
    return true;
}

static void
begin_group(writing *state, const dn_step *step)
{
    const dn_operations *list = &state->one->diff.operations;
    const dunlin_operation *operation =
        step->first_operation < list->count ? list->items[step->first_operation] : NULL;

    if (operation && state->last && !same_table(state, state->last, operation))
        dn_text_add_char(&state->one->text, '\n');
    state->last = operation ? operation : state->last;
}

static void
add_statement(writing *state, dunlin_string sql)
{
    dn_text_add(&state->one->text, sql.data, (size_t)sql.length);
    dn_text_add_string(&state->one->text, ";\n");
}

/* What dunlin checks by itself has no place in a file. */
static int
add_step(writing *state, const dn_step *step)
{
    switch (step->role) {
    case DUNLIN_STEP_BEFORE_BEGIN:
    case DUNLIN_STEP_FINALLY:
        add_statement(state, step->sql);
        state->last = NULL;
        return 0;
    case DUNLIN_STEP_STATEMENT:
        begin_group(state, step);
        if (add_risks(state, step) < 0)
            return -1;
        add_statement(state, step->sql);
        return 0;
    default: return 0;
    }
}

int
dn_generate_text(dn_generation *work, dn_generated *one)
{
    writing state = {.work = work, .one = one};
    dn_side_script script;

    if (dn_side_render(work->session, one->from, one->to, &one->diff.operations, &script,
                       work->error) < 0)
        return dn_while(work->error, "writing the SQL that makes '%s' into '%s'", one->from->name,
                        one->to->name);
    for (size_t i = 0; i < script.steps.count; i++)
        if (add_step(&state, &script.steps.items[i]) < 0)
            return -1;
    return one->text.failed ? dn_no_memory(work->error) : 0;
}

/* --- portable ------------------------------------------------------------------------------------------- */

/* Operations of the parser begin with a namespace, which is empty where none is written. */
static int
make_portable_path(writing *state, const dunlin_string **path, uint64_t *count)
{
    bool spaces = (dn_fact_map_naming(state->work->like.facts) & DN_FACT_NAMESPACES) != 0;
    dunlin_string home = dn_side_home(&state->work->like);
    uint64_t more = spaces ? 0 : 1;
    dunlin_string *copy = dn_arena_array(&state->work->session->arena, *count + 1, sizeof *copy);

    if (!copy)
        return dn_no_memory(state->work->error);
    if (*count)
        memcpy(copy + more, *path, (size_t)*count * sizeof *copy);
    if (!spaces || (*count && copy[0].length == home.length &&
                    memcmp(copy[0].data, home.data, (size_t)home.length) == 0))
        copy[0] = dn_string("");
    *path = copy;
    *count += more;
    return 0;
}

/* The same for the paths that members hold. */
static int
make_portable_members(writing *state, dunlin_operation *operation)
{
    bool spaces = (dn_fact_map_naming(state->work->like.facts) & DN_FACT_NAMESPACES) != 0;
    dunlin_string home = dn_side_home(&state->work->like);
    dn_properties list = {.arena = &state->work->session->arena};
    bool first = false;

    for (uint64_t i = 0; i < operation->set_count; i++) {
        dunlin_property one = operation->set[i];

        if (first && !spaces)
            dn_properties_add(&list, NULL, DUNLIN_PROPERTY_IDENTIFIER, 0, dn_string(""));
        else if (first && one.text.length == home.length &&
                 memcmp(one.text.data, home.data, (size_t)home.length) == 0)
            one.text = dn_string("");
        first =
            one.type == DUNLIN_PROPERTY_LIST_BEGIN && dn_string_among(one.name, "ref type_path");
        dn_properties_add_span(&list, &one, 1);
    }
    if (list.failed)
        return dn_no_memory(state->work->error);
    operation->set = list.items;
    operation->set_count = list.count;
    return 0;
}

static int
make_portable(writing *state, const dunlin_operation *operation, dn_operations *list)
{
    dunlin_operation *copy = dn_operation_copy(list->arena, operation);

    if (!copy)
        return dn_no_memory(state->work->error);
    if (make_portable_path(state, &copy->path, &copy->path_count) < 0 ||
        (copy->new_path_count &&
         make_portable_path(state, &copy->new_path, &copy->new_path_count) < 0) ||
        make_portable_members(state, copy) < 0)
        return -1;
    return dn_operations_add(list, copy, state->work->error);
}

static int
flush(writing *state, dn_operations *list)
{
    int answer = dn_ddl_write(list->items, list->count, &state->one->text, state->work->error);

    list->count = 0;
    return answer;
}

int
dn_generate_portable(dn_generation *work, dn_generated *one)
{
    writing state = {.work = work, .one = one};
    dn_operations list = {.arena = &work->session->arena};

    for (size_t i = 0; i < one->diff.operations.count; i++) {
        const dunlin_operation *operation = one->diff.operations.items[i];
        bool risky = one->diff.risks[i].danger != DN_DANGER_NONE;

        /* Another server makes an index of its own for a foreign key, or none. */
        if (dn_property_flag(operation->set, operation->set_count, "implied"))
            continue;
        if (dn_string_among(operation->kind, "schema extension function procedure trigger policy"))
            return 1;
        if (risky &&
            (flush(&state, &list) < 0 || add_risk(&state, operation, one->diff.risks[i]) < 0))
            return -1;
        if (make_portable(&state, operation, &list) < 0 || (risky && flush(&state, &list) < 0))
            return -1;
    }
    return flush(&state, &list);
}
