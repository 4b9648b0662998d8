/* SPDX-License-Identifier: MIT
 *
 * Constraints and indexes.
 */
#include <string.h>

#include "drivers/postgres/pg_render.h"

bool
dn_pg_is_constraint(const dunlin_operation *operation)
{
    static const char *const kinds[] = {
        DUNLIN_KIND_PRIMARY_KEY, DUNLIN_KIND_UNIQUE, DUNLIN_KIND_FOREIGN_KEY,
        DUNLIN_KIND_CHECK,       "exclude",          NULL};

    for (const char *const *kind = kinds; *kind != NULL; kind++)
        if (dn_pg_is_kind(operation, *kind))
            return true;
    return false;
}

static const char *const known[] = {"columns",
                                    "nulls_not_distinct",
                                    "deferrable",
                                    "deferred",
                                    "ref",
                                    "ref_columns",
                                    "on_delete",
                                    "on_update",
                                    "match",
                                    "not_valid",
                                    "include",
                                    "on_delete_columns",
                                    "expr",
                                    "no_inherit",
                                    "definition",
                                    "not_enforced",
                                    "without_overlaps",
                                    "period",
                                    "options",
                                    "invalid",
                                    NULL};

/* --- what a constraint says -------------------------------------------------------------------------- */
static void
say_columns(dn_pg_render_work *work, const dunlin_operation *operation, const char *name)
{
    const dunlin_property *list = dn_kit_property_find(operation, name);

    if (list == NULL || list->type != DUNLIN_PROPERTY_LIST_BEGIN)
        dn_pg_refuse(work, "a '%.*s' without columns", (int)operation->kind.length,
                     operation->kind.data);
    else
        dn_pg_say_list(work, list, operation);
}

/* (a, PERIOD b) or (a, b WITHOUT OVERLAPS) where `member` says so: the last column is a time. */
static void
say_columns_in_time(dn_pg_render_work *work, const dunlin_operation *operation, const char *name,
                    const char *member)
{
    const dunlin_property *one = dn_kit_property_find(operation, name);
    bool period = strcmp(member, "period") == 0;

    if (!dn_kit_property_is_true(operation, member) || one == NULL ||
        one->type != DUNLIN_PROPERTY_LIST_BEGIN) {
        say_columns(work, operation, name);
        return;
    }
    dn_pg_need_18(work, period ? "PERIOD" : "WITHOUT OVERLAPS");
    dn_pg_say(work, "(");
    for (one++; one->type != DUNLIN_PROPERTY_END; one++) {
        bool last = one[1].type == DUNLIN_PROPERTY_END;

        dn_pg_say(work, last && period ? "PERIOD " : "");
        dn_pg_say_name(work, one->text);
        dn_pg_say(work, !last ? ", " : period ? "" : " WITHOUT OVERLAPS");
    }
    dn_pg_say(work, ")");
}

static void
say_nulls(dn_pg_render_work *work, const dunlin_operation *operation)
{
    if (!dn_kit_property_is_true(operation, "nulls_not_distinct"))
        return;
    if (work->version < 15)
        dn_pg_refuse(work, "NULLS NOT DISTINCT is known to PostgreSQL from 15 on; this is %d",
                     work->version);
    dn_pg_say(work, " NULLS NOT DISTINCT");
}

static void
say_action(dn_pg_render_work *work, const dunlin_operation *operation, const char *name,
           const char *words)
{
    static const struct {
        const char *action;
        const char *words;
    } actions[] = {
        {"cascade", "CASCADE"},         {"restrict", "RESTRICT"},   {"set null", "SET NULL"},
        {"set default", "SET DEFAULT"}, {"no action", "NO ACTION"},
    };
    dunlin_string action = dn_pg_text_of(operation, name);
    size_t i = 0;

    if (action.length == 0)
        return;
    while (i < sizeof(actions) / sizeof(actions[0]) && !dn_kit_same(action, actions[i].action))
        i++;
    if (i == sizeof(actions) / sizeof(actions[0])) {
        dn_pg_refuse(work, "PostgreSQL has no action '%.*s'", (int)action.length, action.data);
        return;
    }
    dn_pg_say(work, words);
    dn_pg_say(work, actions[i].words);
}

static void
say_reference(dn_pg_render_work *work, const dunlin_operation *operation)
{
    const dunlin_property *ref = dn_kit_property_find(operation, "ref");
    const dunlin_property *columns = dn_kit_property_find(operation, "ref_columns");
    dunlin_string match = dn_pg_text_of(operation, "match");

    dn_pg_say(work, " REFERENCES ");
    if (ref == NULL)
        dn_pg_refuse(work, "a foreign key that refers to nothing");
    for (ref++; work->status == DUNLIN_OK && ref->type != DUNLIN_PROPERTY_END; ref++) {
        dn_pg_say_name(work, ref->text);
        dn_pg_say(work, ref[1].type == DUNLIN_PROPERTY_END ? "" : ".");
    }
    if (columns != NULL) {
        dn_pg_say(work, " ");
        say_columns_in_time(work, operation, "ref_columns", "period");
    }
    if (dn_kit_same(match, "full"))
        dn_pg_say(work, " MATCH FULL");
    else if (match.length > 0 && !dn_kit_same(match, "simple"))
        dn_pg_refuse(work, "PostgreSQL has no MATCH '%.*s'", (int)match.length, match.data);
    say_action(work, operation, "on_delete", " ON DELETE ");
    if (dn_pg_sets(operation, "on_delete_columns")) {
        dn_pg_say(work, " ");
        say_columns(work, operation, "on_delete_columns");
    }
    say_action(work, operation, "on_update", " ON UPDATE ");
}

static void
say_storage(dn_pg_render_work *work, const dunlin_operation *operation)
{
    if (!dn_pg_sets(operation, "options"))
        return;
    dn_pg_say(work, " WITH (");
    dn_pg_say_text(work, dn_pg_text_of(operation, "options"));
    dn_pg_say(work, ")");
}

static void
say_body(dn_pg_render_work *work, const dunlin_operation *operation)
{
    const dunlin_property *expression;

    if (dn_pg_is_kind(operation, "exclude")) {
        dn_pg_say_text(work, dn_pg_text_of(operation, "definition"));
    } else if (dn_pg_is_kind(operation, DUNLIN_KIND_CHECK)) {
        expression = dn_kit_property_find(operation, "expr");
        dn_pg_say(work, "CHECK (");
        if (expression != NULL)
            dn_pg_say_expression(work, expression);
        else
            dn_pg_refuse(work, "a check without an expression");
        dn_pg_say(work, ")");
    } else if (dn_pg_is_kind(operation, DUNLIN_KIND_FOREIGN_KEY)) {
        dn_pg_say(work, "FOREIGN KEY ");
        say_columns_in_time(work, operation, "columns", "period");
        say_reference(work, operation);
    } else {
        dn_pg_say(work, dn_pg_is_kind(operation, DUNLIN_KIND_UNIQUE) ? "UNIQUE" : "PRIMARY KEY");
        say_nulls(work, operation);
        dn_pg_say(work, " ");
        say_columns_in_time(work, operation, "columns", "without_overlaps");
        if (dn_pg_sets(operation, "include")) {
            dn_pg_say(work, " INCLUDE ");
            say_columns(work, operation, "include");
        }
        say_storage(work, operation);
    }
}

static void
say_deferring(dn_pg_render_work *work, const dunlin_operation *operation)
{
    if (dn_kit_property_is_true(operation, "deferred"))
        dn_pg_say(work, " DEFERRABLE INITIALLY DEFERRED");
    else if (dn_kit_property_is_true(operation, "deferrable"))
        dn_pg_say(work, " DEFERRABLE");
}

void
dn_pg_say_constraint(dn_pg_render_work *work, const dunlin_operation *operation)
{
    dn_pg_check_known(work, operation, known);
    /* Inside CREATE TABLE one may be without a name: its path is the table's. */
    if (operation->path_count > work->table_names && dn_pg_last_name(operation).length > 0) {
        dn_pg_say(work, "CONSTRAINT ");
        dn_pg_say_name(work, dn_pg_last_name(operation));
        dn_pg_say(work, " ");
    }
    say_body(work, operation);
    say_deferring(work, operation);
    if (dn_kit_property_is_true(operation, "no_inherit"))
        dn_pg_say(work, " NO INHERIT");
    if (dn_kit_property_is_true(operation, "not_enforced")) {
        dn_pg_need_18(work, "NOT ENFORCED");
        dn_pg_say(work, " NOT ENFORCED");
    }
    if (dn_kit_property_is_true(operation, "not_valid"))
        dn_pg_say(work, " NOT VALID");
}

/* --- constraints by themselves ------------------------------------------------------------------------ */
static void
say_alter_table(dn_pg_render_work *work, const dunlin_operation *operation)
{
    dn_pg_say(work, "ALTER TABLE ");
    dn_pg_say_path(work, operation->path, dn_pg_table_names(operation));
}

static void
refuse_invalid(dn_pg_render_work *work, const dunlin_operation *operation, const char *what)
{
    dn_pg_refuse(work,
                 "no statement makes the %s '%.*s' invalid: where it is, making it anew makes it"
                 " valid",
                 what, (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data);
}

static void
alter_constraint(dn_pg_render_work *work, const dunlin_operation *operation)
{
    static const char *const changeable[] = {"deferrable", "deferred", "not_valid", NULL};
    bool defers = dn_pg_sets(operation, "deferrable") || dn_pg_sets(operation, "deferred") ||
                  dn_pg_is_unset(operation, "deferrable") || dn_pg_is_unset(operation, "deferred");

    for (uint64_t i = 0; i < operation->set_count; i = dn_kit_property_next(operation, i))
        if (dn_kit_same(operation->set[i].name, "invalid"))
            refuse_invalid(work, operation, "constraint");
        else if (!dn_kit_same(operation->set[i].name, "comment") &&
                 (!dn_pg_is_kind(operation, DUNLIN_KIND_FOREIGN_KEY) ||
                  (!dn_kit_same(operation->set[i].name, changeable[0]) &&
                   !dn_kit_same(operation->set[i].name, changeable[1]))))
            dn_pg_refuse(work,
                         "PostgreSQL cannot change '%.*s' of the constraint '%.*s': drop it"
                         " and add it anew",
                         (int)operation->set[i].name.length, operation->set[i].name.data,
                         (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data);
    if (defers) {
        say_alter_table(work, operation);
        dn_pg_say(work, " ALTER CONSTRAINT ");
        dn_pg_say_name(work, dn_pg_last_name(operation));
        if (dn_kit_property_is_true(operation, "deferrable") ||
            dn_kit_property_is_true(operation, "deferred"))
            say_deferring(work, operation);
        else
            dn_pg_say(work, dn_pg_is_unset(operation, "deferrable") ? " NOT DEFERRABLE"
                                                                    : " INITIALLY IMMEDIATE");
        dn_pg_push(work, work->at, 1);
    }
    if (dn_pg_is_unset(operation, "not_valid")) {
        say_alter_table(work, operation);
        dn_pg_say(work, " VALIDATE CONSTRAINT ");
        dn_pg_say_name(work, dn_pg_last_name(operation));
        dn_pg_push(work, work->at, 1);
    }
}

/* A primary key is found by its table: its name need not be the one that is written. */
static dunlin_string
name_now(dn_pg_render_work *work, const dunlin_operation *operation)
{
    const dunlin_fact *current = NULL;

    if (dn_pg_is_kind(operation, DUNLIN_KIND_PRIMARY_KEY))
        current =
            dn_pg_current(work, DUNLIN_KIND_PRIMARY_KEY, operation->path, operation->path_count);
    return current != NULL ? current->path[current->path_count - 1] : dn_pg_last_name(operation);
}

static void
drop_constraint(dn_pg_render_work *work, const dunlin_operation *operation)
{
    dn_pg_say(work, "ALTER TABLE ");
    dn_pg_say(work, dn_pg_if_exists(work));
    dn_pg_say_path(work, operation->path, dn_pg_table_names(operation));
    dn_pg_say(work, " DROP CONSTRAINT ");
    dn_pg_say(work, dn_pg_if_exists(work));
    dn_pg_say_name(work, name_now(work, operation));
    dn_pg_say(work, operation->flags & DUNLIN_OPERATION_CASCADE ? " CASCADE" : "");
    dn_pg_push(work, work->at, 1);
}

void
dn_pg_render_constraint(dn_pg_render_work *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    switch (operation->verb) {
    case DUNLIN_VERB_CREATE:
        say_alter_table(work, operation);
        dn_pg_say(work, " ADD ");
        dn_pg_say_constraint(work, operation);
        dn_pg_guard_constraint(&guard, operation, dn_pg_last_name(operation), true);
        dn_pg_push_guarded(work, &guard, work->at, 1);
        dn_pg_push_comment(work, "CONSTRAINT");
        break;
    case DUNLIN_VERB_ALTER:
        alter_constraint(work, operation);
        dn_pg_push_comment(work, "CONSTRAINT");
        break;
    case DUNLIN_VERB_DROP: drop_constraint(work, operation); break;
    default:
        say_alter_table(work, operation);
        dn_pg_say(work, " RENAME CONSTRAINT ");
        dn_pg_say_name(work, name_now(work, operation));
        dn_pg_say(work, " TO ");
        dn_pg_say_name(work, operation->new_path[operation->new_path_count - 1]);
        dn_pg_guard_constraint(&guard, operation, name_now(work, operation), false);
        dn_pg_push_guarded(work, &guard, work->at, 1);
        break;
    }
    work->at++;
}

/* --- indexes -------------------------------------------------------------------------------------------- */
static const char *const known_of_index[] = {"unique",  "keys",  "columns", "method",
                                             "include", "where", "invalid", "nulls_not_distinct",
                                             "options", NULL};

/* One {column or expr, ..}; answers what stands behind it. */
static const dunlin_property *
say_key(dn_pg_render_work *work, const dunlin_property *one)
{
    const dunlin_property *direction = NULL;
    const dunlin_property *nulls = NULL;
    const dunlin_property *class = NULL;
    const dunlin_property *class_options = NULL;
    const dunlin_property *collation = NULL;

    for (one++; one->type != DUNLIN_PROPERTY_END; one++) {
        if (dn_kit_same(one->name, "column")) {
            dn_pg_say_name(work, one->text);
        } else if (dn_kit_same(one->name, "expr")) {
            dn_pg_say(work, "(");
            dn_pg_say_expression(work, one);
            dn_pg_say(work, ")");
        } else if (dn_kit_same(one->name, "desc")) {
            direction = one->integer ? one : NULL;
        } else if (dn_kit_same(one->name, "nulls")) {
            nulls = one;
        } else if (dn_kit_same(one->name, "opclass")) {
            class = one;
        } else if (dn_kit_same(one->name, "opclass_options")) {
            class_options = one;
        } else if (dn_kit_same(one->name, "collation")) {
            collation = one;
        } else if (dn_kit_same(one->name, "length")) {
            dn_pg_note(work, DUNLIN_NOTE_LOSSY,
                       "PostgreSQL indexes whole values, not their first %lld characters",
                       (long long)one->integer);
        } else {
            dn_pg_refuse(work, "PostgreSQL has no property '%.*s' for a key of an index",
                         (int)one->name.length, one->name.data);
        }
    }
    if (collation != NULL)
        dn_pg_say_collation(work, collation->text);
    if (class != NULL) {
        dn_pg_say(work, " ");
        dn_pg_say_outer_name(work, class->text);
    }
    if (class_options != NULL) {
        dn_pg_say(work, " (");
        dn_pg_say_text(work, class_options->text);
        dn_pg_say(work, ")");
    }
    dn_pg_say(work, direction != NULL ? " DESC" : "");
    if (nulls != NULL)
        dn_pg_say(work, dn_kit_same(nulls->text, "first") ? " NULLS FIRST" : " NULLS LAST");
    return one + 1;
}

static void
say_keys(dn_pg_render_work *work, const dunlin_operation *operation)
{
    const dunlin_property *list = dn_kit_property_find(operation, "keys");
    const dunlin_property *one;

    if (list == NULL) {
        say_columns(work, operation, "columns");
        return;
    }
    dn_pg_say(work, "(");
    for (one = list + 1; one->type == DUNLIN_PROPERTY_STRUCT_BEGIN;) {
        dn_pg_say(work, one > list + 1 ? ", " : "");
        one = say_key(work, one);
    }
    dn_pg_say(work, ")");
}

static void
say_index(dn_pg_render_work *work, const dunlin_operation *operation, bool concurrently)
{
    const dunlin_property *where = dn_kit_property_find(operation, "where");

    dn_pg_check_known(work, operation, known_of_index);
    dn_pg_say(work, dn_kit_property_is_true(operation, "unique") ? "CREATE UNIQUE INDEX "
                                                                 : "CREATE INDEX ");
    dn_pg_say(work, concurrently ? "CONCURRENTLY " : dn_pg_if_not_exists(work));
    dn_pg_say_name(work, dn_pg_last_name(operation));
    dn_pg_say(work, " ON ");
    dn_pg_say_path(work, operation->path, dn_pg_table_names(operation));
    if (dn_pg_sets(operation, "method")) {
        dn_pg_say(work, " USING ");
        dn_pg_say_name(work, dn_pg_text_of(operation, "method"));
    }
    dn_pg_say(work, " ");
    say_keys(work, operation);
    if (dn_pg_sets(operation, "include")) {
        dn_pg_say(work, " INCLUDE ");
        say_columns(work, operation, "include");
    }
    say_nulls(work, operation);
    say_storage(work, operation);
    if (where != NULL) {
        dn_pg_say(work, " WHERE (");
        dn_pg_say_expression(work, where);
        dn_pg_say(work, ")");
    }
}

/* [namespace.]name: an index is in the namespace of its table, which is not named. */
static void
say_index_name(dn_pg_render_work *work, const dunlin_operation *operation)
{
    if (operation->path_count > 2) {
        dn_pg_say_name(work, operation->path[0]);
        dn_pg_say(work, ".");
    }
    dn_pg_say_name(work, dn_pg_last_name(operation));
}

/* psql runs what a query answers (\gexec), also what no DO block may hold. */
static void
push_executed(dn_pg_render_work *work, dn_kit_text *guard)
{
    dn_kit_text statement = work->sql;
    bool failed = guard->failed || statement.failed;

    work->sql = (dn_kit_text){0};
    dn_pg_say(work, "SELECT ");
    dn_pg_say_literal(work, dn_kit_text_string(&statement));
    dn_pg_say(work, " WHERE ");
    dn_pg_say_text(work, dn_kit_text_string(guard));
    dn_pg_say(work, " \\gexec");
    work->sql.failed = work->sql.failed || failed;
    dn_kit_text_free(&statement);
    dn_kit_text_clear(guard);
    dn_pg_push_bare(work, work->at, 1);
}

static void
create_index(dn_pg_render_work *work, const dunlin_operation *operation)
{
    bool concurrently = (operation->flags & DUNLIN_OPERATION_CONCURRENTLY) != 0;
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    if (work->script && concurrently) {
        dn_pg_say(work, "DROP INDEX CONCURRENTLY IF EXISTS ");
        say_index_name(work, operation);
        dn_pg_guard_valid_index(&guard, operation, false, false);
        push_executed(work, &guard);
        say_index(work, operation, true);
        dn_pg_guard_valid_index(&guard, operation, true, true);
        push_executed(work, &guard);
    } else {
        say_index(work, operation, concurrently);
        dn_pg_push(work, work->at, 1);
    }
}

static void
alter_index(dn_pg_render_work *work, const dunlin_operation *operation)
{
    for (uint64_t i = 0; i < operation->set_count; i = dn_kit_property_next(operation, i))
        if (dn_kit_same(operation->set[i].name, "invalid"))
            refuse_invalid(work, operation, "index");
        else if (!dn_kit_same(operation->set[i].name, "comment") &&
                 !dn_kit_same(operation->set[i].name, "options"))
            dn_pg_refuse(work,
                         "PostgreSQL cannot change '%.*s' of the index '%.*s': drop it and"
                         " create it anew",
                         (int)operation->set[i].name.length, operation->set[i].name.data,
                         (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data);
    if (dn_pg_sets(operation, "options")) {
        dn_pg_say(work, "ALTER INDEX ");
        say_index_name(work, operation);
        dn_pg_say(work, " SET (");
        dn_pg_say_text(work, dn_pg_text_of(operation, "options"));
        dn_pg_say(work, ")");
        dn_pg_push(work, work->at, 1);
    }
    if (dn_pg_is_unset(operation, "invalid")) {
        dn_pg_say(work, operation->flags & DUNLIN_OPERATION_CONCURRENTLY
                            ? "REINDEX INDEX CONCURRENTLY "
                            : "REINDEX INDEX ");
        say_index_name(work, operation);
        dn_pg_push(work, work->at, 1);
    }
}

void
dn_pg_render_index(dn_pg_render_work *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};
    dunlin_string target[2];

    switch (operation->verb) {
    case DUNLIN_VERB_CREATE: create_index(work, operation); break;
    case DUNLIN_VERB_ALTER: alter_index(work, operation); break;
    case DUNLIN_VERB_DROP:
        dn_pg_say(work, "DROP INDEX ");
        dn_pg_say(work, operation->flags & DUNLIN_OPERATION_CONCURRENTLY ? "CONCURRENTLY " : "");
        dn_pg_say(work, dn_pg_if_exists(work));
        say_index_name(work, operation);
        dn_pg_say(work, operation->flags & DUNLIN_OPERATION_CASCADE ? " CASCADE" : "");
        dn_pg_push(work, work->at, 1);
        break;
    default:
        dn_pg_say(work, "ALTER INDEX ");
        say_index_name(work, operation);
        dn_pg_say(work, " RENAME TO ");
        dn_pg_say_name(work, operation->new_path[operation->new_path_count - 1]);
        target[0] = operation->path[0];
        target[1] = dn_pg_last_name(operation);
        dn_pg_guard_relation(&guard, operation->path_count > 2 ? target : target + 1,
                             operation->path_count > 2 ? 2 : 1, false);
        target[1] = operation->new_path[operation->new_path_count - 1];
        dn_pg_guard_relation(&guard, operation->path_count > 2 ? target : target + 1,
                             operation->path_count > 2 ? 2 : 1, true);
        dn_pg_push_guarded(work, &guard, work->at, 1);
        break;
    }
    if (operation->verb == DUNLIN_VERB_CREATE || operation->verb == DUNLIN_VERB_ALTER)
        dn_pg_push_comment(work, "INDEX");
    work->at++;
}
