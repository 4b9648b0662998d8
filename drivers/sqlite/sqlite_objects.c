/* SPDX-License-Identifier: MIT
 *
 * Tables as a whole, views, triggers, and statements with a text of their own.
 */
#include <string.h>

#include "drivers/sqlite/sqlite_rebuild.h"

static dunlin_string
name_of(const dunlin_operation *operation)
{
    return operation->path_count > 0 ? operation->path[operation->path_count - 1]
                                     : dn_kit_string(NULL);
}

static dunlin_string
new_name_of(const dunlin_operation *operation)
{
    return operation->new_path_count > 0 ? operation->new_path[operation->new_path_count - 1]
                                         : dn_kit_string(NULL);
}

static bool
cascades(const dunlin_operation *operation)
{
    return (operation->flags & DUNLIN_OPERATION_CASCADE) != 0;
}

/* DROP `what` "name" */
static int32_t
drop(dn_sqlite_rendering *work, const char *what, dunlin_string name, bool if_exists)
{
    dn_kit_text_format(&work->sql, "DROP %s %s", what,
                       if_exists ? "IF EXISTS "
                                 : dn_sqlite_if_exists(work, work->operations[work->at]));
    dn_sqlite_write_name(&work->sql, name);
    return dn_sqlite_step_statement(work);
}

/* --- views -------------------------------------------------------------------------------------- */
static dn_sqlite_view *
add_view(dn_sqlite_rendering *work, dunlin_string name)
{
    dn_sqlite_view *list = dn_kit_pool_grow(&work->pool, work->views, work->view_count,
                                            &work->view_capacity, sizeof(*list));

    if (list == NULL)
        return NULL;
    work->views = list;
    list += work->view_count++;
    *list = (dn_sqlite_view){.name = name, .set = {.pool = &work->pool}};
    return list;
}

static bool
is_source(dunlin_string *name, void *context)
{
    static const char *const kinds[] = {DUNLIN_KIND_TABLE, DUNLIN_KIND_VIEW};
    const dn_sqlite_rendering *work = context;

    for (size_t i = 0; i < 2; i++) {
        dunlin_fact key = {
            .size = sizeof(key), .kind = dn_kit_string(kinds[i]), .path = name, .path_count = 1};

        const dunlin_fact *found = NULL;

        if (work->call->host->find != NULL &&
            work->call->host->find(work->call, &key, &found) == DUNLIN_OK && found != NULL)
            return true;
    }
    return false;
}

static int32_t
take_view(const dunlin_fact *fact, void *context)
{
    dn_sqlite_rendering *work = context;
    dn_kit_pool *pool = &work->pool;
    dn_kit_set set = {fact->properties, fact->property_count};
    dn_sqlite_view *view =
        fact->path_count > 0 ? add_view(work, dn_kit_pool_copy(pool, fact->path[0])) : NULL;

    if (view == NULL)
        return 0;
    for (uint64_t i = 0; i < set.count; i = dn_kit_set_next(set, i))
        dn_kit_properties_take(&view->set, set, i);
    for (size_t i = 0; i < view->set.count; i++) {
        view->set.list[i].name = dn_kit_pool_copy(pool, view->set.list[i].name);
        view->set.list[i].text = dn_kit_pool_copy(pool, view->set.list[i].text);
    }
    /* One that this very run makes was never read. */
    if (dn_kit_set_find(dn_kit_set_of(&view->set), "depends") == NULL)
        dn_sqlite_add_sources(&view->set, dn_kit_set_text(dn_kit_set_of(&view->set), "definition"),
                              is_source, work);
    return 0;
}

static int32_t
read_views(dn_sqlite_rendering *work)
{
    bool known = work->views_known || work->call->host->each == NULL;

    work->views_known = true;
    return known ? DUNLIN_OK
                 : work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_VIEW), take_view,
                                          work);
}

static dn_sqlite_view *
find_view(const dn_sqlite_rendering *work, dunlin_string name)
{
    for (size_t i = 0; i < work->view_count; i++)
        if (!work->views[i].gone && dn_sqlite_same_name(work->views[i].name, name))
            return &work->views[i];
    return NULL;
}

static int32_t
drop_view(dn_sqlite_rendering *work, dunlin_string name, bool if_exists)
{
    dn_sqlite_view *view = find_view(work, name);

    if (view != NULL)
        view->gone = true;
    return drop(work, "VIEW", name, if_exists);
}

typedef struct mention {
    dunlin_string name;
    bool found;
    bool owns; /* a trigger that is of it */
} mention;

static int32_t
look_for_mention(const dunlin_fact *view, void *context)
{
    mention *looking = context;
    const dn_kit_set set = {view->properties, view->property_count};
    dunlin_string text = dn_kit_set_text(set, "definition");
    uint64_t length = looking->name.length;

    looking->found =
        looking->found || dn_sqlite_list_has(dn_kit_set_list(set, "depends"), looking->name);
    for (uint64_t at = 0; !looking->found && at + length <= text.length; at++)
        looking->found =
            dn_sqlite_same_name((dunlin_string){text.data + at, length}, looking->name);
    return 0;
}

/* Most tables have no view, and reading all views for each would take long where there are many. */
static bool
may_have_views(dn_sqlite_rendering *work, dunlin_string name)
{
    mention looking = {.name = name};

    /* What was renamed has another name in the facts; a quote in a name is written twice. */
    return work->views_known || work->view_count > 0 || work->renaming_count > 0 ||
           work->call->host->each == NULL || memchr(name.data, '"', (size_t)name.length) != NULL ||
           work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_VIEW), look_for_mention,
                                  &looking) != DUNLIN_OK ||
           looking.found;
}

int32_t
dn_sqlite_views_over(dn_sqlite_rendering *work, dunlin_string name, dunlin_string **names,
                     size_t *count)
{
    int32_t status = DUNLIN_OK;

    *count = 0;
    *names = NULL;
    if (!may_have_views(work, name))
        return DUNLIN_OK;
    status = read_views(work);
    *names = dn_kit_pool_take(&work->pool, (work->view_count + 1) * sizeof(**names));
    if (status != DUNLIN_OK || *names == NULL)
        return status != DUNLIN_OK ? status : dn_kit_no_memory(work->call);
    for (size_t i = 0; i < work->view_count; i++)
        work->views[i].taken = work->views[i].gone;
    for (size_t done = 0; done <= *count; done++) {
        dunlin_string source = done == 0 ? name : (*names)[done - 1];

        for (size_t i = 0; i < work->view_count; i++) {
            dn_sqlite_view *view = &work->views[i];
            dn_kit_set depends = dn_kit_set_list(dn_kit_set_of(&view->set), "depends");

            if (view->taken || !dn_sqlite_list_has(depends, source))
                continue;
            view->taken = true;
            (*names)[(*count)++] = view->name;
        }
    }
    return DUNLIN_OK;
}

/* Those that use what is about to go: with CASCADE they go first, else they are a reason not to. */
static int32_t
drop_views_over(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    dunlin_string name = name_of(operation);
    dunlin_string *names;
    size_t count;
    int32_t status = dn_sqlite_views_over(work, name, &names, &count);

    if (status == DUNLIN_OK && count > 0 && !cascades(operation))
        return dn_sqlite_refuse(&work->local, "'%.*s' cannot be dropped: view '%.*s' uses it",
                                (int)name.length, name.data, (int)names[0].length, names[0].data);
    while (status == DUNLIN_OK && count-- > 0)
        status = drop_view(work, names[count], false);
    return status;
}

/* 0: the query does not say the name, 1: it does, 2: perhaps it does. */
static int
says_column(dn_sqlite_rendering *work, dunlin_string query, dunlin_string column)
{
    dn_sqlite_tokens tokens;
    int answer = 0;

    if (!dn_sqlite_tokens_cut(&work->pool, query, &tokens))
        return 2;
    for (size_t i = 0; i < tokens.count; i++) {
        bool star = dn_sqlite_tokens_symbol(&tokens, i, '*') && i > 0 &&
                    (dn_sqlite_tokens_word(&tokens, i - 1, "select") ||
                     dn_sqlite_tokens_word(&tokens, i - 1, "distinct") ||
                     dn_sqlite_tokens_symbol(&tokens, i - 1, ',') ||
                     dn_sqlite_tokens_symbol(&tokens, i - 1, '.'));
        bool name = dn_sqlite_is_name(&tokens.list[i]) &&
                    !dn_sqlite_tokens_symbol(&tokens, i + 1, '(') &&
                    dn_sqlite_same_name(dn_sqlite_name(&work->pool, &tokens.list[i]), column);

        if (star || (name && i > 0 && dn_sqlite_tokens_word(&tokens, i - 1, "as")))
            answer = answer == 1 ? 1 : 2;
        else if (name)
            answer = 1;
    }
    return answer;
}

int32_t
dn_sqlite_drop_views_of(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    dunlin_string table = operation->path[0];
    dunlin_string column = name_of(operation);
    dunlin_string *names;
    size_t count;
    int32_t status = DUNLIN_OK;

    if (!cascades(operation) || !may_have_views(work, table))
        return DUNLIN_OK;
    status = read_views(work);
    for (size_t i = 0; i < work->view_count && status == DUNLIN_OK; i++) {
        dn_kit_set set = dn_kit_set_of(&work->views[i].set);
        dn_kit_set depends = dn_kit_set_list(set, "depends");
        dunlin_string name = work->views[i].name;
        int says;

        if (work->views[i].gone || !dn_sqlite_list_has(depends, table))
            continue;
        says = says_column(work, dn_kit_set_text(set, "definition"), column);
        if (says == 2 || (says == 1 && depends.count > 1))
            return dn_sqlite_refuse(&work->local,
                                    "whether view '%.*s' uses '%.*s' is not known here: drop the "
                                    "view before, or leave out CASCADE",
                                    (int)name.length, name.data, (int)column.length, column.data);
        if (says == 0)
            continue;
        status = dn_sqlite_views_over(work, name, &names, &count);
        while (status == DUNLIN_OK && count-- > 0)
            status = drop_view(work, names[count], false);
        if (status == DUNLIN_OK)
            status = drop_view(work, name, false);
    }
    return status;
}

/* The query as it was stored, where its fact has left out names that say nothing new: a rename below the
 * view writes another name in front of them, and they stay. */
static void
keep_names(dn_sqlite_rendering *work, dunlin_string written, dn_kit_properties *set)
{
    dn_sqlite_tokens tokens;
    size_t at = 0;
    size_t depth = 0;

    if (written.length == 0 || !dn_sqlite_tokens_cut(&work->pool, written, &tokens))
        return;
    while (at < tokens.count && (depth > 0 || !dn_sqlite_tokens_word(&tokens, at, "as"))) {
        depth += dn_sqlite_tokens_symbol(&tokens, at, '(');
        depth -= dn_sqlite_tokens_symbol(&tokens, at, ')') && depth > 0;
        at++;
    }
    for (size_t i = 0; i < set->count && at + 1 < tokens.count; i++)
        if (dn_kit_same(set->list[i].name, "definition"))
            set->list[i].text =
                dn_sqlite_statement_text(&work->pool, &tokens, at + 1, tokens.count);
}

static int32_t
create_view(dn_sqlite_rendering *work, dunlin_string name, dn_kit_set given, dunlin_string body)
{
    dn_kit_properties set = {.pool = &work->pool};
    int32_t status = dn_sqlite_local_view(&work->local, given, body, &set);
    dn_sqlite_view *view;

    if (status != DUNLIN_OK)
        return status;
    view = add_view(work, name);
    if (view == NULL)
        return dn_kit_no_memory(work->call);
    if ((work->call->flags & DUNLIN_CALL_OWN_WORDS) != 0)
        keep_names(work, dn_kit_set_text(given, "text"), &set);
    view->set = set;
    dn_sqlite_write_view(&work->sql, name, dn_kit_set_of(&set),
                         dn_sqlite_if_not_exists(work, work->operations[work->at]));
    return dn_sqlite_step_statement(work);
}

/* SQLite writes the new name into views, whose text nobody else tells: what they read is known, so that they go with
 * CASCADE. */
static int32_t
tell_new_source(dn_sqlite_rendering *work, const dn_sqlite_renaming *renaming)
{
    int32_t status = may_have_views(work, renaming->table) ? read_views(work) : DUNLIN_OK;

    for (size_t i = 0; i < work->view_count && status == DUNLIN_OK; i++) {
        dn_sqlite_view *view = &work->views[i];
        dn_kit_set now = dn_kit_set_of(&view->set);
        dn_kit_set depends = dn_kit_set_list(now, "depends");
        dn_kit_properties set = {.pool = &work->pool};
        dunlin_fact told = {.size = sizeof(told),
                            .kind = dn_kit_string(DUNLIN_KIND_VIEW),
                            .path = &view->name,
                            .path_count = 1};

        if (view->gone || !dn_sqlite_list_has(depends, renaming->table))
            continue;
        dn_kit_properties_begin(&set, "depends", DUNLIN_PROPERTY_LIST_BEGIN);
        for (uint64_t k = 0; k < depends.count; k++)
            dn_kit_properties_add(&set, "", DUNLIN_PROPERTY_TEXT,
                                  dn_sqlite_same_name(depends.list[k].text, renaming->table)
                                      ? renaming->to
                                      : depends.list[k].text);
        dn_kit_properties_end(&set);
        told.properties = set.list;
        told.property_count = set.count;
        status = set.list == NULL ? dn_kit_no_memory(work->call)
                                  : work->call->host->fact(work->call, &told);
        for (uint64_t k = 0; k < now.count; k = dn_kit_set_next(now, k))
            if (!dn_kit_same(now.list[k].name, "depends"))
                dn_kit_properties_take(&set, now, k);
        view->set = set;
    }
    return status;
}

static int32_t
rename_to(dn_sqlite_rendering *work, dunlin_string from, dunlin_string to, bool may_be_missing)
{
    dn_kit_text_add(&work->sql, "ALTER TABLE ");
    dn_sqlite_write_name(&work->sql, from);
    dn_kit_text_add(&work->sql, " RENAME TO ");
    dn_sqlite_write_name(&work->sql, to);
    return dn_sqlite_guarded_table(work, may_be_missing ? from : to, may_be_missing);
}

/* A table of no rows stands where the view was while SQLite writes the new name into what reads it, as it
 * does for tables alone. */
static int32_t
pass_name_on(dn_sqlite_rendering *work, dunlin_string from, dunlin_string to)
{
    const dunlin_string copies[][2] = {{to, from}, {from, to}};
    int32_t status = DUNLIN_OK;

    for (size_t i = 0; i < 2 && status == DUNLIN_OK; i++) {
        dn_kit_text_add(&work->sql, "CREATE TABLE ");
        dn_sqlite_write_name(&work->sql, copies[i][0]);
        dn_kit_text_add(&work->sql, " AS SELECT * FROM ");
        dn_sqlite_write_name(&work->sql, copies[i][1]);
        dn_kit_text_add(&work->sql, " LIMIT 0");
        status = dn_sqlite_step_statement(work);
        if (status == DUNLIN_OK)
            status = drop(work, i == 0 ? "VIEW" : "TABLE", copies[i][1], false);
    }
    if (status == DUNLIN_OK)
        status = rename_to(work, from, to, false);
    return status == DUNLIN_OK ? drop(work, "TABLE", to, false) : status;
}

static int32_t
note_trigger(const dunlin_fact *trigger, void *context)
{
    mention *looking = context;

    if (trigger->path_count > 1 && dn_sqlite_same_name(trigger->path[0], looking->name))
        looking->owns = true;
    return look_for_mention(trigger, context);
}

static int32_t
make_under(dn_sqlite_rendering *work, const dunlin_operation *operation, const dn_sqlite_view *view)
{
    dn_sqlite_write_view(&work->sql, new_name_of(operation), dn_kit_set_of(&view->set),
                         dn_sqlite_if_not_exists(work, operation));
    return dn_sqlite_step_statement(work);
}

static int32_t
rename_view(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    const dn_sqlite_renaming renaming = {
        .table = name_of(operation), .column = dn_kit_string(NULL), .to = new_name_of(operation)};
    dunlin_string name = renaming.table;
    dn_sqlite_view *view = find_view(work, name);
    mention looking = {.name = name};
    dunlin_string *readers;
    size_t count = 0;
    int32_t status;

    if (view == NULL)
        return dn_kit_fail(work->call, DUNLIN_MISSING, "there is no view '%.*s'", (int)name.length,
                           name.data);
    if (work->call->host->each != NULL &&
        work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_TRIGGER), note_trigger,
                               &looking) != DUNLIN_OK)
        return dn_kit_no_memory(work->call);
    if (looking.owns)
        return dn_sqlite_refuse(&work->local,
                                "view '%.*s' cannot be renamed with its triggers: drop them "
                                "before, and make them again behind it",
                                (int)name.length, name.data);
    keep_names(work, dn_kit_set_text(dn_kit_set_of(&view->set), "text"), &view->set);
    status = dn_sqlite_views_over(work, name, &readers, &count);
    if (status != DUNLIN_OK)
        return status;
    if ((!looking.found && count == 0) || dn_sqlite_same_name(name, renaming.to)) {
        status = drop(work, "VIEW", name, false);
        view->name = renaming.to;
        return status == DUNLIN_OK ? make_under(work, operation, view) : status;
    }
    status = pass_name_on(work, name, renaming.to);
    view->name = renaming.to;
    if (status == DUNLIN_OK)
        status = make_under(work, operation, view);
    return status == DUNLIN_OK ? tell_new_source(work, &renaming) : status;
}

/* A view that is called or defined otherwise is made anew. */
static int32_t
render_view(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set given = dn_sqlite_set_of(operation);
    bool creates = operation->verb == DUNLIN_VERB_CREATE;
    dunlin_string name = name_of(operation);
    bool replaces = !creates || (operation->flags & DUNLIN_OPERATION_OR_REPLACE) != 0;
    int32_t status = replaces ? read_views(work) : DUNLIN_OK;

    if (status == DUNLIN_OK && operation->verb == DUNLIN_VERB_DROP)
        status = drop_views_over(work, operation);
    if (status != DUNLIN_OK || operation->verb == DUNLIN_VERB_DROP)
        return status == DUNLIN_OK ? drop_view(work, name, false) : status;
    if (operation->verb == DUNLIN_VERB_RENAME)
        return rename_view(work, operation);
    if (!creates && dn_kit_set_find(given, "definition") == NULL)
        return dn_sqlite_note(&work->local, DUNLIN_NOTE_LOSSY, "'%.*s': SQLite keeps no comments",
                              (int)name.length, name.data);
    if (replaces)
        status = drop_view(work, name, creates);
    return status == DUNLIN_OK ? create_view(work, name, given, operation->body) : status;
}

/* --- tables -------------------------------------------------------------------------------------- */
typedef struct children {
    dn_sqlite_rendering *work;
    dunlin_string parent;
    dunlin_string *list;
    size_t count;
    size_t capacity;
} children;

static bool
is_key_to(const dn_sqlite_member *member, dunlin_string parent)
{
    dn_kit_set ref = dn_kit_set_list(dn_kit_set_of(&member->set), "ref");

    return !member->gone && member->kind == DN_SQLITE_KIND_FOREIGN_KEY && ref.count > 0 &&
           dn_sqlite_same_name(ref.list[ref.count - 1].text, parent);
}

static void
add_child(children *found, dunlin_string child)
{
    dunlin_string *list = dn_kit_pool_grow(&found->work->pool, found->list, found->count,
                                           &found->capacity, sizeof(*list));

    if (list == NULL || dn_sqlite_same_name(child, found->parent))
        return;
    found->list = list;
    for (size_t i = 0; i < found->count; i++)
        if (dn_sqlite_same_name(list[i], child))
            return;
    list[found->count++] = dn_kit_pool_copy(&found->work->pool, child);
}

/* From the facts, where the list did not touch the table. */
static int32_t
take_child(const dunlin_fact *fact, void *context)
{
    children *found = context;
    dn_kit_set ref = dn_kit_set_list((dn_kit_set){fact->properties, fact->property_count}, "ref");

    if (fact->path_count < 2 || ref.count == 0 ||
        !dn_sqlite_same_name(ref.list[ref.count - 1].text, found->parent))
        return 0;
    for (size_t i = 0; i < found->work->state_count; i++)
        if (dn_sqlite_same_name(found->work->states[i].name, fact->path[0]))
            return 0;
    add_child(found, fact->path[0]);
    return 0;
}

static int32_t
find_children(children *found)
{
    dn_sqlite_rendering *work = found->work;

    for (size_t i = 0; i < work->state_count; i++)
        for (size_t j = 0; j < work->states[i].table.count && !work->states[i].dropped; j++)
            if (is_key_to(&work->states[i].table.members[j], found->parent))
                add_child(found, work->states[i].name);
    if (work->call->host->each == NULL)
        return DUNLIN_OK;
    return work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_FOREIGN_KEY), take_child,
                                  found);
}

static int32_t
drop_keys_to(dn_sqlite_rendering *work, dunlin_string child, dunlin_string parent)
{
    dn_sqlite_state *state = dn_sqlite_state_of(work, child);
    dn_sqlite_table before;
    int32_t status;

    if (state == NULL)
        return dn_kit_no_memory(work->call);
    before = state->table;
    before.members = dn_kit_pool_take(&work->pool, (before.count + 1) * sizeof(*before.members));
    if (before.members == NULL)
        return dn_kit_no_memory(work->call);
    memcpy(before.members, state->table.members, before.count * sizeof(*before.members));
    for (size_t i = 0; i < state->table.count; i++)
        if (is_key_to(&state->table.members[i], parent))
            state->table.members[i].gone = true;
    status = dn_sqlite_state_queue(work, state);
    if (status == DUNLIN_OK)
        status = dn_sqlite_rebuild(work, state, &before);
    state->queued = 0;
    return status;
}

static int32_t
drop_table(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    dunlin_string name = name_of(operation);
    children found = {.work = work, .parent = name};
    int32_t status = drop_views_over(work, operation);

    if (status == DUNLIN_OK)
        status = find_children(&found);
    if (status == DUNLIN_OK && found.count > 0 && !cascades(operation))
        return dn_sqlite_refuse(
            &work->local, "'%.*s' cannot be dropped: a foreign key of '%.*s' refers to it",
            (int)name.length, name.data, (int)found.list[0].length, found.list[0].data);
    for (size_t i = 0; i < found.count && status == DUNLIN_OK; i++)
        status = drop_keys_to(work, found.list[i], name);
    for (size_t i = 0; i < work->state_count; i++)
        if (dn_sqlite_same_name(work->states[i].name, name))
            work->states[i].dropped = true;
    if (status == DUNLIN_OK && dn_sqlite_state_add(work, name) != NULL)
        work->states[work->state_count - 1].dropped = true;
    return status == DUNLIN_OK ? drop(work, "TABLE", name, false) : status;
}

static int32_t
rename_table(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    const dn_sqlite_renaming renaming = {
        .table = name_of(operation), .column = dn_kit_string(NULL), .to = new_name_of(operation)};
    dunlin_string from = renaming.table;
    bool may_be_missing = operation->condition == DUNLIN_CONDITION_IF_EXISTS ||
                          dn_sqlite_same_name(from, renaming.to);
    int32_t status = DUNLIN_OK;

    /* SQLite takes another case of the same name for a table that is there already. */
    if (dn_sqlite_same_name(from, renaming.to)) {
        dunlin_string between =
            dn_kit_pool_format(&work->pool, DN_SQLITE_REBUILT "%.*s", (int)from.length, from.data);

        status = rename_to(work, from, between, true);
        from = between;
    }
    if (status == DUNLIN_OK)
        status = rename_to(work, from, renaming.to, may_be_missing);
    if (status == DUNLIN_OK)
        status = tell_new_source(work, &renaming);
    dn_sqlite_apply_renaming(work, &renaming);
    return status;
}

static int32_t
create_table_as(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    dunlin_string name = name_of(operation);
    dunlin_string query;
    int32_t status =
        dn_sqlite_translate(&work->local, DUNLIN_TRANSLATE_QUERY, operation->body, &query);

    if (status == DUNLIN_OK)
        status = dn_sqlite_note(&work->local, DUNLIN_NOTE_LOSSY,
                                "'%.*s': columns that SQLite makes from a query have no types but "
                                "INT, TEXT, NUM, REAL and none",
                                (int)name.length, name.data);
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(&work->sql, "CREATE TABLE ");
    dn_kit_text_add(&work->sql, dn_sqlite_if_not_exists(work, operation));
    dn_sqlite_write_name(&work->sql, name);
    dn_kit_text_add(&work->sql, " AS ");
    dn_kit_text_add_string(&work->sql, query);
    return dn_sqlite_step_statement(work);
}

static int32_t
render_table(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    if (operation->verb == DUNLIN_VERB_CREATE)
        return create_table_as(work, operation);
    return operation->verb == DUNLIN_VERB_DROP ? drop_table(work, operation)
                                               : rename_table(work, operation);
}

/* --- the rest ---------------------------------------------------------------------------------------- */
/* A rebuild of its table, which comes later, does not bring it back. */
static int32_t
drop_trigger(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    if (operation->path_count > 1) {
        dn_sqlite_state *state = dn_sqlite_state_of(work, operation->path[0]);
        dn_sqlite_member *member =
            state == NULL
                ? NULL
                : dn_sqlite_member_find(&state->table, DN_SQLITE_KIND_TRIGGER, name_of(operation));

        if (state == NULL)
            return dn_kit_no_memory(work->call);
        if (member != NULL)
            member->gone = true;
    }
    return drop(work, "TRIGGER", name_of(operation), false);
}

static int32_t
render_trigger(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set given = dn_sqlite_set_of(operation);
    dunlin_string definition = dn_kit_set_text(given, "definition");
    int32_t status = DUNLIN_OK;

    if (operation->verb == DUNLIN_VERB_DROP)
        return drop_trigger(work, operation);
    if (operation->verb == DUNLIN_VERB_RENAME)
        return dn_sqlite_refuse(&work->local, "SQLite cannot rename a trigger");
    if (operation->verb == DUNLIN_VERB_ALTER && definition.length == 0)
        return DUNLIN_OK;
    if (operation->verb == DUNLIN_VERB_ALTER || work->mode == DUNLIN_RENDER_SCRIPT)
        status = drop(work, "TRIGGER", name_of(operation), true);
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add_string(&work->sql, operation->body.length > 0 ? operation->body : definition);
    return dn_sqlite_step_statement(work);
}

static int32_t
render_index(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    return drop(work, "INDEX", name_of(operation), false);
}

static const struct {
    const char *kind;
    int32_t (*render)(dn_sqlite_rendering *work, const dunlin_operation *operation);
    const char *reason; /* why not */
} kinds[] = {
    {DUNLIN_KIND_TABLE, render_table, NULL},
    {DUNLIN_KIND_VIEW, render_view, NULL},
    {DUNLIN_KIND_TRIGGER, render_trigger, NULL},
    {DUNLIN_KIND_INDEX, render_index, NULL},
    {DUNLIN_KIND_MATERIALIZED_VIEW, NULL, "SQLite has no materialized views"},
    {DUNLIN_KIND_SEQUENCE, NULL,
     "SQLite has no sequences; a whole number that is the primary key numbers itself"},
    {DUNLIN_KIND_SCHEMA, NULL, "SQLite has no schemas"},
    {DUNLIN_KIND_ENUM, NULL, "SQLite has no types of one's own"},
    {DUNLIN_KIND_DOMAIN, NULL, "SQLite has no types of one's own"},
    {DUNLIN_KIND_FUNCTION, NULL, "SQLite has no stored functions"},
    {DUNLIN_KIND_PROCEDURE, NULL, "SQLite has no stored procedures"},
    {DUNLIN_KIND_EXTENSION, NULL, "SQLite has no extensions that a database keeps"},
};

int32_t
dn_sqlite_refuse_kind(dn_sqlite_local *local, dunlin_string kind)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (dn_kit_same(kind, kinds[i].kind) && kinds[i].reason != NULL)
            return dn_sqlite_refuse(local, "%s", kinds[i].reason);
    return dn_sqlite_refuse(local, "SQLite has no objects of the kind '%.*s'", (int)kind.length,
                            kind.data);
}

int32_t
dn_sqlite_render_object(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    dunlin_string text = operation->body;
    int32_t status = DUNLIN_OK;

    if (operation->verb == DUNLIN_VERB_DATA)
        status = dn_sqlite_translate(&work->local, DUNLIN_TRANSLATE_DATA, operation->body, &text);
    if (operation->verb == DUNLIN_VERB_DATA || operation->verb == DUNLIN_VERB_NATIVE) {
        dn_kit_text_add_string(&work->sql, text);
        return status == DUNLIN_OK ? dn_sqlite_step_statement(work) : status;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (dn_kit_same(operation->kind, kinds[i].kind) && kinds[i].render != NULL &&
            operation->path_count > 0)
            return kinds[i].render(work, operation);
    return dn_sqlite_refuse_kind(&work->local, operation->kind);
}
