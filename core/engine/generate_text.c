/* SPDX-License-Identifier: MIT */
#include "core/engine/generate.h"

#include <string.h>

#include "core/ddl/ddl.h"

typedef struct writing {
    dn_generation *work;
    dn_generated *one;
    const dunlin_operation *last;
    bool *told; /* for each operation: it has its comment; steps may come in another order */
} writing;

/* --- rows --------------------------------------------------------------------------------------------- */

static bool
names_spaces(const dn_side *side)
{
    return (dn_fact_map_naming(side->facts) & DN_FACT_NAMESPACES) != 0;
}

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
    uint64_t first = names_spaces(state->one->from) && !names_spaces(&state->work->like) ? 1 : 0;
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
    if (quote_path(state, operation->path + first, operation->path_count - first - (column ? 1 : 0),
                   &sql) < 0)
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
    dunlin_string home = dn_side_home(state->one->from);
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
    dn_text_add_string(text, risk.danger >= DN_DANGER_REVOKE ? "-- ! " : "-- ? ");
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
        if (!state->told[i]) {
            state->told[i] = true;
            if (add_risk(state, diff->operations.items[i], diff->risks[i]) < 0)
                return -1;
        }
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
    dn_side_script script = {.stock_client = false};
    dn_side from = *one->from;
    dn_side to = *one->to;

    from.facts = one->diff.before ? one->diff.before : from.facts;
    to.facts = one->diff.after ? one->diff.after : to.facts;
    state.told =
        dn_arena_array(&work->session->arena, one->diff.operations.count + 1, sizeof(bool));
    if (!state.told)
        return dn_no_memory(work->error);
    memset(state.told, 0, (one->diff.operations.count + 1) * sizeof(bool));
    if (dn_side_render(work->session, &from, &to, &one->diff.operations, &script, work->error) < 0)
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
    bool spaces = names_spaces(state->one->from);
    dunlin_string home = dn_side_home(state->one->from);
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
    bool spaces = names_spaces(state->one->from);
    dunlin_string home = dn_side_home(state->one->from);
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

/* --- foreign keys of new tables --- */

static bool
makes_table(const dunlin_operation *operation, const dunlin_string *path, uint64_t count)
{
    if (!dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE) ||
        operation->path_count != count)
        return false;
    for (uint64_t i = 0; i < count; i++)
        if (operation->path[i].length != path[i].length ||
            memcmp(operation->path[i].data, path[i].data, (size_t)path[i].length) != 0)
            return false;
    return true;
}

/* Where the operations make the table at `path`; their number where they do not. */
static size_t
find_table(const dn_operations *list, const dunlin_string *path, uint64_t count)
{
    size_t at = 0;

    while (at < list->count && !makes_table(list->items[at], path, count))
        at++;
    return at;
}

/* The table in whose CREATE a foreign key may stand, since what it refers to is there by then; else the
 * number of operations. */
static size_t
table_of_key(const dn_operations *list, const dunlin_operation *key)
{
    const dunlin_property *ref = dn_property_find(key->set, key->set_count, "ref");
    dunlin_string path[2];
    uint64_t count = key->path_count - 1;
    size_t table;
    size_t other;

    if (!dn_operation_is(key, DUNLIN_VERB_CREATE, DUNLIN_KIND_FOREIGN_KEY) || !ref || count > 2)
        return list->count;
    for (uint64_t i = 0; i < count; i++)
        path[i] = ref[1 + i].text;
    table = find_table(list, key->path, count);
    other = find_table(list, path, count);
    return other == list->count || other <= table ? table : list->count;
}

static int
add_keys(writing *state, size_t table, dn_operations *list)
{
    const dn_operations *all = &state->one->diff.operations;

    for (size_t i = table + 1; i < all->count; i++)
        if (table_of_key(all, all->items[i]) == table &&
            make_portable(state, all->items[i], list) < 0)
            return -1;
    return 0;
}

/* --- labels of a type --- */

static dunlin_property
text_member(const char *name, dunlin_string text)
{
    return (dunlin_property){.name = dn_string(name), .type = DUNLIN_PROPERTY_TEXT, .text = text};
}

static int
change_label(writing *state, const dunlin_operation *type, dunlin_property one,
             dunlin_property other, dn_operations *list)
{
    dunlin_operation *copy = dn_operation_copy(list->arena, type);
    dunlin_property *set = dn_arena_array(list->arena, 2, sizeof *set);

    if (!copy || !set)
        return dn_no_memory(state->work->error);
    set[0] = one;
    set[1] = other;
    copy->set = set;
    copy->set_count = 2;
    return make_portable(state, copy, list);
}

/* One label more, behind the one before it; the first one before what was first. */
static int
add_label(writing *state, const dunlin_operation *type, const dunlin_property *label,
          const dunlin_property *first, dn_operations *list)
{
    bool leads = label[-1].type == DUNLIN_PROPERTY_LIST_BEGIN;

    return change_label(
        state, type, text_member("add_value", label->text),
        leads ? text_member("before", first->text) : text_member("after", label[-1].text), list);
}

/* As many as before: those that differ were renamed. */
static int
rename_labels(writing *state, const dunlin_operation *type, const dunlin_property *old,
              const dunlin_property *new, dn_operations *list)
{
    for (old++, new ++; old->type != DUNLIN_PROPERTY_END; old++, new ++)
        if (!dn_string_same(old->text, new->text) &&
            change_label(state, type, text_member("rename_value", old->text),
                         text_member("to", new->text), list) < 0)
            return -1;
    return 0;
}

/* 1: labels went, or changed places. */
static int
change_labels(writing *state, const dunlin_operation *type, dn_operations *list)
{
    const dunlin_fact *before =
        dn_fact_map_find(state->one->from->facts, type->kind, type->path, type->path_count);
    const dunlin_property *old =
        before ? dn_property_find(before->properties, before->property_count, "values") : NULL;
    const dunlin_property *new = dn_property_find(type->set, type->set_count, "values");
    const dunlin_property *first = old ? old + 1 : NULL;

    if (!old || !new || first->type == DUNLIN_PROPERTY_END)
        return 1;
    if (dn_property_list_length(old) == dn_property_list_length(new))
        return rename_labels(state, type, old, new, list);
    old++;
    for (const dunlin_property *at = new + 1; at->type != DUNLIN_PROPERTY_END; at++)
        if (old->type != DUNLIN_PROPERTY_END && dn_string_same(old->text, at->text))
            old++;
        else if (add_label(state, type, at, first, list) < 0)
            return -1;
    return old->type == DUNLIN_PROPERTY_END ? 0 : 1;
}

/* --- all --- */

/* 1: portable SQL has no words for it. */
static int
add_portable(writing *state, size_t at, dn_operations *list)
{
    const dn_operations *all = &state->one->diff.operations;
    const dunlin_operation *operation = all->items[at];
    dn_risk risk = state->one->diff.risks[at];
    bool risky = risk.danger != DN_DANGER_NONE;
    int answer;

    /* Another server makes an index of its own for a foreign key, or none. */
    if (dn_property_flag(operation->set, operation->set_count, "implied"))
        return 0;
    if (dn_string_among(
            operation->kind,
            "schema extension function procedure aggregate type collation trigger policy rule statistics grant"))
        return 1;
    if (risky && (flush(state, list) < 0 || add_risk(state, operation, risk) < 0))
        return -1;
    answer = dn_operation_is(operation, DUNLIN_VERB_ALTER, DUNLIN_KIND_ENUM)
                 ? change_labels(state, operation, list)
                 : make_portable(state, operation, list);
    return answer ? answer : risky ? flush(state, list) : 0;
}

static bool
lies_in_table(const dn_operations *all, size_t at, size_t table)
{
    return at < all->count && all->items[at]->verb == DUNLIN_VERB_CREATE &&
           dn_string_among(all->items[at]->kind, "column pk unique check") &&
           makes_table(all->items[table], all->items[at]->path, all->items[at]->path_count - 1);
}

int
dn_generate_portable(dn_generation *work, dn_generated *one)
{
    writing state = {.work = work, .one = one};
    const dn_operations *all = &one->diff.operations;
    dn_operations list = {.arena = &work->session->arena};
    size_t table = all->count; /* whose CREATE is being written */

    for (size_t i = 0; i < all->count; i++) {
        int answer = 0;

        if (dn_operation_is(all->items[i], DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE))
            table = i;
        if (table_of_key(all, all->items[i]) == all->count)
            answer = add_portable(&state, i, &list);
        if (answer == 0 && table < all->count && !lies_in_table(all, i + 1, table)) {
            answer = add_keys(&state, table, &list);
            table = all->count;
        }
        if (answer)
            return answer;
    }
    return flush(&state, &list);
}
