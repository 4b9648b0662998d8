/* SPDX-License-Identifier: MIT
 *
 * Views: what reads what, and what goes with it; making them.
 */
#include <string.h>

#include "drivers/sqlite/sqlite_views.h"

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

int32_t
dn_sqlite_read_views(dn_sqlite_rendering *work)
{
    bool known = work->views_known || work->call->host->each == NULL;

    work->views_known = true;
    return known ? DUNLIN_OK
                 : work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_VIEW), take_view,
                                          work);
}

dn_sqlite_view *
dn_sqlite_find_view(const dn_sqlite_rendering *work, dunlin_string name)
{
    for (size_t i = 0; i < work->view_count; i++)
        if (!work->views[i].gone && dn_sqlite_same_name(work->views[i].name, name))
            return &work->views[i];
    return NULL;
}

static int32_t
drop_view(dn_sqlite_rendering *work, dunlin_string name, bool if_exists)
{
    dn_sqlite_view *view = dn_sqlite_find_view(work, name);

    if (view != NULL)
        view->gone = true;
    return dn_sqlite_drop(work, "VIEW", name, if_exists);
}

int32_t
dn_sqlite_look_for_mention(const dunlin_fact *view, void *context)
{
    dn_sqlite_mention *looking = context;
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
bool
dn_sqlite_may_have_views(dn_sqlite_rendering *work, dunlin_string name)
{
    dn_sqlite_mention looking = {.name = name};

    /* What was renamed has another name in the facts; a quote in a name is written twice. */
    return work->views_known || work->view_count > 0 || work->renaming_count > 0 ||
           work->call->host->each == NULL || memchr(name.data, '"', (size_t)name.length) != NULL ||
           work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_VIEW),
                                  dn_sqlite_look_for_mention, &looking) != DUNLIN_OK ||
           looking.found;
}

int32_t
dn_sqlite_views_over(dn_sqlite_rendering *work, dunlin_string name, dunlin_string **names,
                     size_t *count)
{
    int32_t status = DUNLIN_OK;

    *count = 0;
    *names = NULL;
    if (!dn_sqlite_may_have_views(work, name))
        return DUNLIN_OK;
    status = dn_sqlite_read_views(work);
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
int32_t
dn_sqlite_drop_views_over(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    dunlin_string name = dn_sqlite_object_name(operation);
    dunlin_string *names;
    size_t count;
    int32_t status = dn_sqlite_views_over(work, name, &names, &count);

    if (status == DUNLIN_OK && count > 0 && !dn_sqlite_cascades(operation))
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
    dunlin_string column = dn_sqlite_object_name(operation);
    dunlin_string *names;
    size_t count;
    int32_t status = DUNLIN_OK;

    if (!dn_sqlite_cascades(operation) || !dn_sqlite_may_have_views(work, table))
        return DUNLIN_OK;
    status = dn_sqlite_read_views(work);
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
void
dn_sqlite_keep_names(dn_sqlite_rendering *work, dunlin_string written, dn_kit_properties *set)
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
        dn_sqlite_keep_names(work, dn_kit_set_text(given, "text"), &set);
    view->set = set;
    dn_sqlite_write_view(&work->sql, name, dn_kit_set_of(&set),
                         dn_sqlite_if_not_exists(work, work->operations[work->at]));
    return dn_sqlite_step_statement(work);
}

/* A view that is called or defined otherwise is made anew. */
int32_t
dn_sqlite_render_view(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set given = dn_sqlite_set_of(operation);
    bool creates = operation->verb == DUNLIN_VERB_CREATE;
    dunlin_string name = dn_sqlite_object_name(operation);
    bool replaces = !creates || (operation->flags & DUNLIN_OPERATION_OR_REPLACE) != 0;
    int32_t status = replaces ? dn_sqlite_read_views(work) : DUNLIN_OK;

    if (status == DUNLIN_OK && operation->verb == DUNLIN_VERB_DROP)
        status = dn_sqlite_drop_views_over(work, operation);
    if (status != DUNLIN_OK || operation->verb == DUNLIN_VERB_DROP)
        return status == DUNLIN_OK ? drop_view(work, name, false) : status;
    if (operation->verb == DUNLIN_VERB_RENAME)
        return dn_sqlite_rename_view(work, operation);
    if (!creates && dn_kit_set_find(given, "definition") == NULL)
        return dn_sqlite_note(&work->local, DUNLIN_NOTE_LOSSY, "'%.*s': SQLite keeps no comments",
                              (int)name.length, name.data);
    if (replaces)
        status = drop_view(work, name, creates);
    return status == DUNLIN_OK ? create_view(work, name, given, operation->body) : status;
}
