/* SPDX-License-Identifier: MIT
 *
 * Schemas, extensions, views, routines, triggers, policies and sequences.
 */
#include "drivers/kit/kit_sequence.h"
#include "drivers/postgres/pg_render.h"
#include "drivers/postgres/pg_type.h"

static void
say_drop(dn_pg_render_work *work, const char *words, const dunlin_string *path, uint64_t count)
{
    const dunlin_operation *operation = work->operations[work->at];

    dn_pg_say(work, "DROP ");
    dn_pg_say(work, words);
    dn_pg_say(work, " ");
    dn_pg_say(work, dn_pg_if_exists(work));
    dn_pg_say_path(work, path, count);
    if (path != operation->path)
        return;
    dn_pg_say(work, operation->flags & DUNLIN_OPERATION_CASCADE ? " CASCADE" : "");
    dn_pg_push(work, work->at, 1);
}

static void
drop(dn_pg_render_work *work, const char *words)
{
    const dunlin_operation *operation = work->operations[work->at];

    say_drop(work, words, operation->path, operation->path_count);
}

/* --- schemas and extensions --------------------------------------------------------------------------- */
void
dn_pg_render_schema(dn_pg_render_work *work)
{
    static const char *const known[] = {"version", NULL};
    const dunlin_operation *operation = work->operations[work->at];
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    dn_pg_check_known(work, operation, known);
    switch (operation->verb) {
    case DUNLIN_VERB_CREATE:
        dn_pg_say(work, "CREATE SCHEMA ");
        if (operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS || work->script)
            dn_pg_say(work, "IF NOT EXISTS ");
        dn_pg_say_name(work, dn_pg_last_name(operation));
        dn_pg_push(work, work->at, 1);
        break;
    case DUNLIN_VERB_DROP: drop(work, "SCHEMA"); break;
    case DUNLIN_VERB_RENAME:
        dn_pg_guard_schema(&guard, dn_pg_last_name(operation), false);
        dn_pg_guard_schema(&guard, operation->new_path[operation->new_path_count - 1], true);
        dn_pg_push_rename(work, "SCHEMA", &guard);
        break;
    default: break;
    }
    if (operation->verb != DUNLIN_VERB_DROP)
        dn_pg_push_comment(work, "SCHEMA");
    work->at++;
}

void
dn_pg_render_extension(dn_pg_render_work *work)
{
    static const char *const known[] = {"schema", "version", NULL};
    const dunlin_operation *operation = work->operations[work->at];
    bool is_new = operation->verb == DUNLIN_VERB_CREATE;
    const dunlin_property *schema = dn_kit_property_find(operation, "schema");
    bool moves = schema != NULL || dn_pg_is_unset(operation, "schema");

    dn_pg_check_known(work, operation, known);
    if (is_new || (operation->verb == DUNLIN_VERB_ALTER && moves)) {
        dn_pg_say(work, is_new ? "CREATE EXTENSION " : "ALTER EXTENSION ");
        if (is_new && (operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS || work->script))
            dn_pg_say(work, "IF NOT EXISTS ");
        dn_pg_say_name(work, dn_pg_last_name(operation));
        if (moves) {
            dn_pg_say(work, is_new ? " SCHEMA " : " SET SCHEMA ");
            dn_pg_say_name(work, schema != NULL ? schema->text : dn_kit_string("public"));
        }
        dn_pg_push(work, work->at, 1);
    } else if (operation->verb == DUNLIN_VERB_DROP) {
        drop(work, "EXTENSION");
    } else if (operation->verb == DUNLIN_VERB_RENAME) {
        dn_pg_refuse(work, "an extension of PostgreSQL cannot be renamed");
    }
    work->at++;
}

/* --- views ------------------------------------------------------------------------------------------------ */
static void
create_view(dn_pg_render_work *work, const dunlin_operation *operation, bool replaces)
{
    static const char *const known[] = {"definition", "columns", "column_comments",
                                        "depends",    "options", NULL};
    const dunlin_property *definition = dn_kit_property_find(operation, "definition");
    const dunlin_property *columns = dn_kit_property_find(operation, "columns");
    bool is_view = dn_pg_is_kind(operation, DUNLIN_KIND_VIEW);

    dn_pg_check_known(work, operation, known);
    if (definition == NULL && operation->body.length == 0)
        dn_pg_refuse(work, "a view without a query");
    dn_pg_say(work, !is_view   ? "CREATE MATERIALIZED VIEW "
                    : replaces ? "CREATE OR REPLACE VIEW "
                               : "CREATE VIEW ");
    dn_pg_say(work, is_view ? "" : dn_pg_if_not_exists(work));
    dn_pg_say_path(work, operation->path, operation->path_count);
    if (columns != NULL) {
        dn_pg_say(work, " ");
        dn_pg_say_list(work, columns, operation);
    }
    if (dn_pg_sets(operation, "options")) {
        dn_pg_say(work, " WITH (");
        dn_pg_say_text(work, dn_pg_text_of(operation, "options"));
        dn_pg_say(work, ")");
    }
    dn_pg_say(work, " AS ");
    dn_pg_say_translated(work, DUNLIN_TRANSLATE_QUERY,
                         definition != NULL ? definition->text : operation->body);
    dn_pg_push(work, work->at, 1);
}

/* The server keeps a materialised view's rows with its query: another query is another view. */
static void
alter_view(dn_pg_render_work *work, const dunlin_operation *operation)
{
    bool is_view = dn_pg_is_kind(operation, DUNLIN_KIND_VIEW);

    if (dn_pg_sets(operation, "definition") || operation->body.length > 0) {
        if (!is_view)
            say_drop(work, "MATERIALIZED VIEW", operation->path, operation->path_count);
        create_view(work, operation, true);
    } else if (dn_pg_sets(operation, "options")) {
        dn_pg_say(work, is_view ? "ALTER VIEW " : "ALTER MATERIALIZED VIEW ");
        dn_pg_say_path(work, operation->path, operation->path_count);
        dn_pg_say(work, " SET (");
        dn_pg_say_text(work, dn_pg_text_of(operation, "options"));
        dn_pg_say(work, ")");
        dn_pg_push(work, work->at, 1);
    }
}

static void
push_comments(dn_pg_render_work *work, const char *words)
{
    dn_pg_push_comment(work, words);
    dn_pg_push_column_comments(work);
}

void
dn_pg_render_view(dn_pg_render_work *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    const char *words = dn_pg_is_kind(operation, DUNLIN_KIND_VIEW) ? "VIEW" : "MATERIALIZED VIEW";
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    switch (operation->verb) {
    case DUNLIN_VERB_CREATE:
        create_view(work, operation,
                    work->script || (operation->flags & DUNLIN_OPERATION_OR_REPLACE) != 0);
        break;
    case DUNLIN_VERB_ALTER: alter_view(work, operation); break;
    case DUNLIN_VERB_DROP: drop(work, words); break;
    default:
        dn_pg_guard_relation(&guard, operation->path, operation->path_count, false);
        dn_pg_guard_relation(&guard, operation->new_path, operation->new_path_count, true);
        dn_pg_push_rename(work, words, &guard);
        break;
    }
    if (operation->verb == DUNLIN_VERB_CREATE || operation->verb == DUNLIN_VERB_ALTER)
        push_comments(work, words);
    work->at++;
}

/* --- routines --------------------------------------------------------------------------------------------- */
/* The last name of a path is its arguments; an older history may have none. */
static void
say_routine(dn_pg_render_work *work, const dunlin_string *path, uint64_t count)
{
    dn_pg_say_path(work, path, count - 1);
    dn_pg_say(work, "(");
    dn_pg_say_text(work, path[count - 1]);
    dn_pg_say(work, ")");
}

void
dn_pg_render_routine(dn_pg_render_work *work)
{
    static const char *const known[] = {"definition", "text", NULL};
    const dunlin_operation *operation = work->operations[work->at];
    const char *words = dn_pg_is_kind(operation, DUNLIN_KIND_PROCEDURE) ? "PROCEDURE" : "FUNCTION";
    dunlin_string definition = dn_pg_text_of(operation, "definition");
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    dn_pg_check_known(work, operation, known);
    switch (operation->verb) {
    case DUNLIN_VERB_CREATE:
    case DUNLIN_VERB_ALTER:
        if (definition.length == 0)
            definition = operation->body;
        if (definition.length > 0) {
            dn_pg_say_text(work, definition);
            dn_pg_push(work, work->at, 1);
        }
        dn_pg_push_comment(work, words);
        break;
    case DUNLIN_VERB_DROP:
        dn_pg_say(work, "DROP ");
        dn_pg_say(work, words);
        dn_pg_say(work, " ");
        dn_pg_say(work, dn_pg_if_exists(work));
        say_routine(work, operation->path, operation->path_count);
        dn_pg_say(work, operation->flags & DUNLIN_OPERATION_CASCADE ? " CASCADE" : "");
        dn_pg_push(work, work->at, 1);
        break;
    default:
        dn_pg_say(work, "ALTER ");
        dn_pg_say(work, words);
        dn_pg_say(work, " ");
        say_routine(work, operation->path, operation->path_count);
        dn_pg_say(work, " RENAME TO ");
        dn_pg_say_name(work, operation->new_path[operation->new_path_count - 2]);
        dn_pg_guard_routine(&guard, operation->path, operation->path_count, false);
        dn_pg_push_guarded(work, &guard, work->at, 1);
        break;
    }
    work->at++;
}

/* --- triggers and policies ---------------------------------------------------------------------------------- */
static void
say_on_table(dn_pg_render_work *work, const char *words, const char *before)
{
    const dunlin_operation *operation = work->operations[work->at];

    dn_pg_say(work, words);
    dn_pg_say(work, before);
    dn_pg_say_name(work, dn_pg_last_name(operation));
    dn_pg_say(work, " ON ");
    dn_pg_say_path(work, operation->path, dn_pg_table_names(operation));
}

void
dn_pg_push_enabled(dn_pg_render_work *work, const char *words)
{
    const dunlin_operation *operation = work->operations[work->at];
    dunlin_string enabled = dn_pg_text_of(operation, "enabled");

    if (enabled.length == 0 && !dn_pg_is_unset(operation, "enabled"))
        return;
    dn_pg_say(work, "ALTER TABLE ");
    dn_pg_say_path(work, operation->path, dn_pg_table_names(operation));
    dn_pg_say(work, dn_kit_same(enabled, "never")     ? " DISABLE "
                    : dn_kit_same(enabled, "replica") ? " ENABLE REPLICA "
                    : dn_kit_same(enabled, "always")  ? " ENABLE ALWAYS "
                                                      : " ENABLE ");
    dn_pg_say(work, words);
    dn_pg_say(work, " ");
    dn_pg_say_name(work, dn_pg_last_name(operation));
    dn_pg_push(work, work->at, 1);
}

void
dn_pg_render_trigger(dn_pg_render_work *work)
{
    static const char *const known[] = {"definition", "text", "enabled", NULL};
    const dunlin_operation *operation = work->operations[work->at];
    dunlin_string definition = dn_pg_text_of(operation, "definition");
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    dn_pg_check_known(work, operation, known);
    switch (operation->verb) {
    case DUNLIN_VERB_CREATE:
    case DUNLIN_VERB_ALTER:
        if (definition.length == 0)
            definition = operation->body;
        if (definition.length > 0 && (operation->verb == DUNLIN_VERB_ALTER || work->script)) {
            say_on_table(work, "DROP TRIGGER ", "IF EXISTS ");
            dn_pg_push(work, work->at, 1);
        }
        if (definition.length > 0) {
            dn_pg_say_text(work, definition);
            dn_pg_push(work, work->at, 1);
        }
        dn_pg_push_enabled(work, "TRIGGER");
        dn_pg_push_comment(work, "TRIGGER");
        break;
    case DUNLIN_VERB_DROP:
        say_on_table(work, "DROP TRIGGER ", dn_pg_if_exists(work));
        dn_pg_push(work, work->at, 1);
        break;
    default:
        say_on_table(work, "ALTER TRIGGER ", "");
        dn_pg_say(work, " RENAME TO ");
        dn_pg_say_name(work, operation->new_path[operation->new_path_count - 1]);
        dn_pg_guard_trigger(&guard, operation, dn_pg_last_name(operation), false);
        dn_pg_push_guarded(work, &guard, work->at, 1);
        break;
    }
    work->at++;
}

static void
say_policy(dn_pg_render_work *work, const dunlin_operation *operation)
{
    const dunlin_property *roles = dn_kit_property_find(operation, "roles");
    const dunlin_property *using = dn_kit_property_find(operation, "using");
    const dunlin_property *check = dn_kit_property_find(operation, "check");

    say_on_table(work, "CREATE POLICY ", "");
    if (dn_kit_property_is_true(operation, "restrictive"))
        dn_pg_say(work, " AS RESTRICTIVE");
    if (dn_pg_sets(operation, "command")) {
        dn_pg_say(work, " FOR ");
        dn_pg_say_text(work, dn_pg_text_of(operation, "command"));
    }
    if (roles != NULL) {
        dn_pg_say(work, " TO ");
        for (roles++; roles->type != DUNLIN_PROPERTY_END; roles++) {
            dn_pg_say_text(work, roles->text);
            dn_pg_say(work, roles[1].type == DUNLIN_PROPERTY_END ? "" : ", ");
        }
    }
    if (using != NULL) {
        dn_pg_say(work, " USING (");
        dn_pg_say_expression(work, using);
        dn_pg_say(work, ")");
    }
    if (check != NULL) {
        dn_pg_say(work, " WITH CHECK (");
        dn_pg_say_expression(work, check);
        dn_pg_say(work, ")");
    }
}

void
dn_pg_render_policy(dn_pg_render_work *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    if (operation->verb == DUNLIN_VERB_CREATE) {
        say_policy(work, operation);
        dn_pg_guard_policy(&guard, operation, dn_pg_last_name(operation), true);
        dn_pg_push_guarded(work, &guard, work->at, 1);
        dn_pg_push_comment(work, "POLICY");
    } else if (operation->verb == DUNLIN_VERB_DROP) {
        say_on_table(work, "DROP POLICY ", dn_pg_if_exists_said(work));
        dn_pg_push(work, work->at, 1);
    } else if (operation->verb == DUNLIN_VERB_RENAME) {
        say_on_table(work, "ALTER POLICY ", "");
        dn_pg_say(work, " RENAME TO ");
        dn_pg_say_name(work, operation->new_path[operation->new_path_count - 1]);
        dn_pg_guard_policy(&guard, operation, dn_pg_last_name(operation), false);
        dn_pg_push_guarded(work, &guard, work->at, 1);
    } else {
        dn_pg_refuse(work, "the policy '%.*s' cannot be changed: drop it and create it anew",
                     (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data);
    }
    work->at++;
}

/* --- sequences ----------------------------------------------------------------------------------------------- */
static void
say_owner(dn_pg_render_work *work, const dunlin_property *owner)
{
    dn_pg_say(work, " OWNED BY ");
    for (owner++; owner->type != DUNLIN_PROPERTY_END; owner++) {
        dn_pg_say_name(work, owner->text);
        dn_pg_say(work, owner[1].type == DUNLIN_PROPERTY_END ? "" : ".");
    }
}

static void
create_sequence(dn_pg_render_work *work, const dunlin_operation *operation)
{
    static const char *const numbers[][2] = {{"increment", "INCREMENT BY"},
                                             {"min", "MINVALUE"},
                                             {"max", "MAXVALUE"},
                                             {"start", "START WITH"},
                                             {"cache", "CACHE"}};

    const dunlin_operation *column = dn_pg_was_behind_column(work, operation);

    if (column != NULL) {
        dn_pg_say(work, "ALTER SEQUENCE IF EXISTS ");
        dn_pg_say_path(work, operation->path, operation->path_count);
        dn_pg_say(work, " OWNED BY NONE");
        dn_pg_push(work, work->at, 1);
    }
    dn_pg_say(work, "CREATE SEQUENCE ");
    if (operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS || work->script || column != NULL)
        dn_pg_say(work, "IF NOT EXISTS ");
    dn_pg_say_path(work, operation->path, operation->path_count);
    if (dn_pg_sets(operation, "type")) {
        dn_pg_say(work, " AS ");
        dn_pg_say_text(work, dn_pg_text_of(operation, "type"));
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        const dunlin_property *number = dn_kit_property_find(operation, numbers[i][0]);

        if (number != NULL)
            dn_kit_text_format(&work->sql, " %s %lld", numbers[i][1], (long long)number->integer);
    }
    if (dn_kit_property_is_true(operation, "cycle"))
        dn_pg_say(work, " CYCLE");
    /* The table may be made behind it: dn_pg_push_owners. */
    dn_pg_push(work, work->at, 1);
    if (column != NULL)
        dn_pg_push_let_go(work, operation, column);
}

/* The server keeps the numbers that it is not told, and refuses a first one behind that which comes next: that
 * one is passed over. */
void
dn_pg_push_jump(dn_pg_render_work *work, const dunlin_operation *operation, bool down,
                int64_t first)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};

    for (uint64_t i = 0; i < operation->path_count; i++) {
        dn_kit_text_add(&name, i > 0 ? "." : "");
        dn_kit_text_quote(&name, '"', operation->path[i]);
    }
    dn_pg_say(work, "SELECT pg_catalog.setval(");
    dn_pg_say_literal(work, dn_kit_text_string(&name));
    dn_kit_text_format(&work->sql, ", %lld, false) FROM ", (long long)first);
    dn_pg_say_path(work, operation->path, operation->path_count);
    dn_kit_text_format(&work->sql, " WHERE last_value %s %lld", down ? ">" : "<", (long long)first);
    work->sql.failed = work->sql.failed || name.failed;
    dn_pg_push(work, work->at, 1);
}

static void
alter_sequence(dn_pg_render_work *work, const dunlin_operation *operation)
{
    const dunlin_fact *fact =
        dn_pg_current(work, DUNLIN_KIND_SEQUENCE, operation->path, operation->path_count);
    const dunlin_property *owner = dn_kit_property_find(operation, "owned_by");
    const dunlin_property *cache = dn_kit_property_find(operation, "cache");
    dn_kit_set now = {fact != NULL ? fact->properties : NULL,
                      fact != NULL ? fact->property_count : 0};
    bool retyped = dn_pg_sets(operation, "type") || dn_pg_is_unset(operation, "type");
    dunlin_string type = dn_kit_set_text(now, "type");
    int64_t old = dn_pg_type_largest(type);
    int64_t new = dn_pg_type_largest(retyped ? dn_pg_text_of(operation, "type") : type);
    dn_kit_sequence before = dn_kit_sequence_of(now, NULL, -old - 1, old);
    dn_kit_sequence after = dn_kit_sequence_of(now, operation, -new - 1, new);
    int64_t first;

    if (dn_kit_sequence_jumps(&before, &after, &first))
        dn_pg_push_jump(work, operation, after.increment < 0, first);
    dn_pg_say(work, "ALTER SEQUENCE ");
    dn_pg_say_path(work, operation->path, operation->path_count);
    if (retyped) {
        dn_pg_say(work, " AS ");
        dn_pg_say_text(work, dn_pg_sets(operation, "type") ? dn_pg_text_of(operation, "type")
                                                           : dn_kit_string("bigint"));
    }
    dn_kit_sequence_say(&work->sql, &before, &after);
    if (cache != NULL || dn_pg_is_unset(operation, "cache"))
        dn_kit_text_format(&work->sql, " CACHE %lld",
                           cache != NULL ? (long long)cache->integer : 1LL);
    if (dn_pg_sets(operation, "cycle") || dn_pg_is_unset(operation, "cycle"))
        dn_pg_say(work, dn_kit_property_is_true(operation, "cycle") ? " CYCLE" : " NO CYCLE");
    if (owner != NULL)
        say_owner(work, owner);
    else if (dn_pg_is_unset(operation, "owned_by"))
        dn_pg_say(work, " OWNED BY NONE");
    dn_pg_push(work, work->at, 1);
}

void
dn_pg_push_owners(dn_pg_render_work *work)
{
    for (work->at = 0; work->at < work->count; work->at++) {
        const dunlin_operation *operation = work->operations[work->at];
        const dunlin_property *owner = dn_kit_property_find(operation, "owned_by");

        if (owner == NULL || operation->verb != DUNLIN_VERB_CREATE)
            continue;
        dn_pg_say(work, "ALTER SEQUENCE ");
        dn_pg_say_path(work, operation->path, operation->path_count);
        say_owner(work, owner);
        dn_pg_push(work, work->at, 1);
    }
}

void
dn_pg_render_sequence(dn_pg_render_work *work)
{
    static const char *const known[] = {"type",  "start", "increment", "min", "max",
                                        "cache", "cycle", "owned_by",  NULL};
    const dunlin_operation *operation = work->operations[work->at];
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};
    bool only_comment = operation->set_count + operation->unset_count == 1 &&
                        (dn_pg_sets(operation, "comment") || dn_pg_is_unset(operation, "comment"));

    dn_pg_check_known(work, operation, known);
    switch (operation->verb) {
    case DUNLIN_VERB_CREATE:
    case DUNLIN_VERB_ALTER:
        if (operation->verb == DUNLIN_VERB_CREATE)
            create_sequence(work, operation);
        else if (!only_comment)
            alter_sequence(work, operation);
        dn_pg_push_comment(work, "SEQUENCE");
        break;
    case DUNLIN_VERB_DROP:
        if (dn_pg_comes_behind_column(work, operation) == NULL)
            drop(work, "SEQUENCE");
        break;
    default:
        dn_pg_guard_relation(&guard, operation->path, operation->path_count, false);
        dn_pg_guard_relation(&guard, operation->new_path, operation->new_path_count, true);
        dn_pg_push_rename(work, "SEQUENCE", &guard);
        break;
    }
    work->at++;
}
