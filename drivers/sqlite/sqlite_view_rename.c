/* SPDX-License-Identifier: MIT
 *
 * Names of relations that change, as they stand in views; renaming a view, which SQLite cannot.
 */
#include <string.h>

#include "drivers/sqlite/sqlite_views.h"

static bool
has_member(dn_kit_set set, dunlin_string name)
{
    for (uint64_t i = 0; i < set.count; i = dn_kit_set_next(set, i))
        if (dn_kit_equal(set.list[i].name, name))
            return true;
    return false;
}

/* What a name in a query is: of the relation, of something else, or of what is not to be told from it here. */
typedef enum naming { NAMES_OTHER, NAMES_RELATION, NAMES_UNKNOWN } naming;

static naming
naming_at(dn_sqlite_rendering *work, const dn_sqlite_tokens *tokens, size_t at, dunlin_string name)
{
    if (!dn_sqlite_is_name(&tokens->list[at]) ||
        !dn_sqlite_same_name(dn_sqlite_name(&work->pool, &tokens->list[at]), name))
        return NAMES_OTHER;
    if (at > 0 && dn_sqlite_tokens_symbol(tokens, at - 1, '.'))
        return at > 1 && dn_sqlite_tokens_word(tokens, at - 2, "main") ? NAMES_RELATION
                                                                       : NAMES_OTHER;
    return at > 0 && (dn_sqlite_tokens_symbol(tokens, at + 1, '.') ||
                      dn_sqlite_tokens_word(tokens, at - 1, "from") ||
                      dn_sqlite_tokens_word(tokens, at - 1, "join"))
               ? NAMES_RELATION
               : NAMES_UNKNOWN; /* an alias, for one */
}

/* As SQLite writes it; empty where that is not known. */
static dunlin_string
with_new_name(dn_sqlite_rendering *work, dunlin_string definition,
              const dn_sqlite_renaming *renaming)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    const char *done = definition.data;
    dn_sqlite_tokens tokens;

    if (!definition.length || !dn_sqlite_tokens_cut(&work->pool, definition, &tokens))
        return dn_kit_string(NULL);
    for (size_t i = 0; i < tokens.count; i++) {
        const dn_sqlite_token *token = &tokens.list[i];
        naming what = naming_at(work, &tokens, i, renaming->table);

        if (what == NAMES_UNKNOWN)
            return dn_kit_string(NULL);
        if (what == NAMES_OTHER)
            continue;
        dn_kit_text_add_string(&text, (dunlin_string){done, (uint64_t)(token->text.data - done)});
        dn_kit_text_quote(&text, '"', renaming->to);
        done = token->text.data + token->text.length;
    }
    dn_kit_text_add_string(
        &text, (dunlin_string){done, (uint64_t)(definition.data + definition.length - done)});
    return dn_kit_pool_copy(&work->pool, dn_kit_text_string(&text));
}

/* SQLite writes the new name into views: what they read is known, so that they go with CASCADE, and mostly what they
 * say. */
static int32_t
tell_view(dn_sqlite_rendering *work, dn_sqlite_view *view, const dn_sqlite_renaming *renaming)
{
    static const char *const texts[] = {"definition", "text"};
    dn_kit_set now = dn_kit_set_of(&view->set);
    dn_kit_set depends = dn_kit_set_list(now, "depends");
    dn_kit_properties set = {.pool = &work->pool};
    bool known = true;
    dunlin_fact told = {.size = sizeof(told),
                        .kind = dn_kit_string(DUNLIN_KIND_VIEW),
                        .path = &view->name,
                        .path_count = 1};

    dn_kit_properties_begin(&set, "depends", DUNLIN_PROPERTY_LIST_BEGIN);
    for (uint64_t k = 0; k < depends.count; k++)
        dn_kit_properties_add(&set, "", DUNLIN_PROPERTY_TEXT,
                              dn_sqlite_same_name(depends.list[k].text, renaming->table)
                                  ? renaming->to
                                  : depends.list[k].text);
    dn_kit_properties_end(&set);
    for (size_t i = 0; i < 2 && known; i++) {
        dunlin_string old = dn_kit_set_text(now, texts[i]);
        dunlin_string text = with_new_name(work, old, renaming);

        known = text.length > 0 || old.length == 0;
        if (text.length > 0)
            dn_kit_properties_add(&set, texts[i], DUNLIN_PROPERTY_TEXT, text);
    }
    told.property_count = set.count;
    for (uint64_t k = 0; k < now.count; k = dn_kit_set_next(now, k))
        if (!has_member(dn_kit_set_of(&set), now.list[k].name))
            dn_kit_properties_take(&set, now, k);
    told.properties = set.list;
    view->set = set;
    return set.list == NULL ? dn_kit_no_memory(work->call)
                            : work->call->host->fact(work->call, &told);
}

int32_t
dn_sqlite_tell_new_source(dn_sqlite_rendering *work, const dn_sqlite_renaming *renaming)
{
    int32_t status =
        dn_sqlite_may_have_views(work, renaming->table) ? dn_sqlite_read_views(work) : DUNLIN_OK;

    for (size_t i = 0; i < work->view_count && status == DUNLIN_OK; i++) {
        dn_sqlite_view *view = &work->views[i];

        if (!view->gone && dn_sqlite_list_has(dn_kit_set_list(dn_kit_set_of(&view->set), "depends"),
                                              renaming->table))
            status = tell_view(work, view, renaming);
    }
    return status;
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
            status = dn_sqlite_drop(work, i == 0 ? "VIEW" : "TABLE", copies[i][1], false);
    }
    if (status == DUNLIN_OK)
        status = dn_sqlite_rename_table_to(work, from, to, false);
    return status == DUNLIN_OK ? dn_sqlite_drop(work, "TABLE", to, false) : status;
}

static int32_t
note_trigger(const dunlin_fact *trigger, void *context)
{
    dn_sqlite_mention *looking = context;

    if (trigger->path_count > 1 && dn_sqlite_same_name(trigger->path[0], looking->name))
        looking->owns = true;
    return dn_sqlite_look_for_mention(trigger, context);
}

static int32_t
make_under(dn_sqlite_rendering *work, const dunlin_operation *operation, const dn_sqlite_view *view)
{
    dn_sqlite_write_view(&work->sql, dn_sqlite_object_new_name(operation),
                         dn_kit_set_of(&view->set), dn_sqlite_if_not_exists(work, operation));
    return dn_sqlite_step_statement(work);
}

int32_t
dn_sqlite_rename_view(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    const dn_sqlite_renaming renaming = {.table = dn_sqlite_object_name(operation),
                                         .column = dn_kit_string(NULL),
                                         .to = dn_sqlite_object_new_name(operation)};
    dunlin_string name = renaming.table;
    dn_sqlite_view *view = dn_sqlite_find_view(work, name);
    dn_sqlite_mention looking = {.name = name};
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
    dn_sqlite_keep_names(work, dn_kit_set_text(dn_kit_set_of(&view->set), "text"), &view->set);
    status = dn_sqlite_views_over(work, name, &readers, &count);
    if (status != DUNLIN_OK)
        return status;
    if ((!looking.found && count == 0) || dn_sqlite_same_name(name, renaming.to)) {
        status = dn_sqlite_drop(work, "VIEW", name, false);
        view->name = renaming.to;
        return status == DUNLIN_OK ? make_under(work, operation, view) : status;
    }
    status = pass_name_on(work, name, renaming.to);
    view->name = renaming.to;
    if (status == DUNLIN_OK)
        status = make_under(work, operation, view);
    return status == DUNLIN_OK ? dn_sqlite_tell_new_source(work, &renaming) : status;
}
