/* SPDX-License-Identifier: MIT
 *
 * Steps, and the guards that scripts have in front of them. A script runs any number of times: what
 * the server has no IF [NOT] EXISTS for stands in a DO block that asks the catalogs. So does a change that may find
 * itself done, as core/engine/drift_fix.c says it.
 */
#include <stdio.h>
#include <string.h>

#include "drivers/postgres/pg_render.h"
#include "drivers/postgres/pg_facts.h"

const char *
dn_pg_if_exists(const dn_pg_render_work *work)
{
    return work->script ? "IF EXISTS " : "";
}

const char *
dn_pg_if_exists_said(const dn_pg_render_work *work)
{
    return work->operations[work->at]->condition == DUNLIN_CONDITION_IF_EXISTS
               ? "IF EXISTS "
               : dn_pg_if_exists(work);
}

const char *
dn_pg_if_not_exists(const dn_pg_render_work *work)
{
    return work->script ? "IF NOT EXISTS " : "";
}

static void
push_text(dn_pg_render_work *work, dn_kit_text *text, uint64_t first, uint64_t count)
{
    dunlin_step step = {
        .size = sizeof(step),
        .role = DUNLIN_STEP_STATEMENT,
        .first_operation = first,
        .operation_count = count,
        .expected = dn_kit_string(NULL),
    };

    if (work->status == DUNLIN_OK && text->failed)
        work->status = dn_kit_no_memory(work->call);
    step.sql = dn_kit_text_string(text);
    if (work->status == DUNLIN_OK)
        work->status = work->call->host->step(work->call, &step);
    dn_kit_text_clear(text);
}

/* A script passes over a column that is missing, where the statement says so. */
static bool
may_lack_column(const dn_pg_render_work *work)
{
    const dunlin_operation *operation =
        work->script && work->at < work->count ? work->operations[work->at] : NULL;

    return operation != NULL && operation->verb == DUNLIN_VERB_ALTER &&
           operation->condition == DUNLIN_CONDITION_IF_EXISTS &&
           dn_pg_is_kind(operation, DUNLIN_KIND_COLUMN);
}

void
dn_pg_push(dn_pg_render_work *work, uint64_t first, uint64_t count)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    if (may_lack_column(work)) {
        dn_pg_push_guarded(work, &guard, first, count);
        return;
    }
    if (work->script)
        dn_pg_say(work, ";");
    push_text(work, &work->sql, first, count);
}

void
dn_pg_push_bare(dn_pg_render_work *work, uint64_t first, uint64_t count)
{
    push_text(work, &work->sql, first, count);
}

static bool
contains(const dn_kit_text *text, const char *word)
{
    return text->data != NULL && strstr(text->data, word) != NULL;
}

void
dn_pg_choose_tag(const dn_kit_text *text, const dn_kit_text *other, char tag[DN_PG_TAG_SIZE])
{
    int number = 0;

    do
        snprintf(tag, DN_PG_TAG_SIZE, number > 0 ? "$dunlin%d$" : "$dunlin$", number);
    while (number++ < INT16_MAX && (contains(text, tag) || contains(other, tag)));
}

/* EXCLUDE is no statement that dunlin reads, so that it can answer IF NOT EXISTS there. */
bool
dn_pg_is_guarded_exclude(const dunlin_operation *operation)
{
    return operation->verb == DUNLIN_VERB_CREATE && dn_pg_is_kind(operation, "exclude") &&
           operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS;
}

bool
dn_pg_is_repeated(const dn_pg_render_work *work)
{
    const dunlin_operation *operation = work->operations[work->at];

    return work->script || dn_pg_is_guarded_exclude(operation) ||
           (operation->verb == DUNLIN_VERB_ALTER &&
            operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS);
}

void
dn_pg_push_guarded(dn_pg_render_work *work, dn_kit_text *guard, uint64_t first, uint64_t count)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text block = {0};
    char tag[DN_PG_TAG_SIZE];

    if (!dn_pg_is_repeated(work)) {
        dn_kit_text_clear(guard);
        dn_pg_push(work, first, count);
        return;
    }
    if (may_lack_column(work))
        dn_pg_guard_column(guard, work->operations[work->at],
                           dn_pg_last_name(work->operations[work->at]), "", false);
    dn_pg_choose_tag(&work->sql, guard, tag);
    dn_kit_text_format(&block, "DO %s BEGIN\nIF ", tag);
    dn_kit_text_add_string(&block, dn_kit_text_string(guard));
    dn_kit_text_add(&block, " THEN\n    ");
    dn_kit_text_add_string(&block, dn_kit_text_string(&work->sql));
    dn_kit_text_format(&block, ";\nEND IF;\nEND %s%s", tag, work->script ? ";" : "");
    block.failed = block.failed || guard->failed || work->sql.failed;
    dn_kit_text_clear(guard);
    dn_kit_text_clear(&work->sql);
    push_text(work, &block, first, count);
}

static bool
is_among(const dunlin_operation *operation, const char *const *kinds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (dn_pg_is_kind(operation, kinds[i]))
            return true;
    return false;
}

void
dn_pg_say_object(dn_pg_render_work *work, const dunlin_operation *operation)
{
    static const char *const on_tables[] = {DUNLIN_KIND_TRIGGER, DN_PG_KIND_POLICY,
                                            DN_PG_KIND_RULE};
    static const char *const with_arguments[] = {DUNLIN_KIND_FUNCTION, DUNLIN_KIND_PROCEDURE,
                                                 DN_PG_KIND_AGGREGATE};
    bool aggregate = dn_pg_is_kind(operation, DN_PG_KIND_AGGREGATE);

    if (dn_pg_is_constraint(operation) || is_among(operation, on_tables, 3)) {
        dn_pg_say_name(work, dn_pg_last_name(operation));
        dn_pg_say(work, " ON ");
        dn_pg_say_path(work, operation->path, dn_pg_table_names(operation));
    } else if (is_among(operation, with_arguments, 3)) {
        dn_pg_say_path(work, operation->path, operation->path_count - 1);
        dn_pg_say(work, "(");
        dn_pg_say_text(work, dn_pg_last_name(operation));
        dn_pg_say(work, aggregate && dn_pg_last_name(operation).length == 0 ? "*)" : ")");
    } else if (dn_pg_is_kind(operation, DUNLIN_KIND_INDEX) ||
               dn_pg_is_kind(operation, DN_PG_KIND_STATISTICS)) {
        dn_pg_say_path(work, operation->path, operation->path_count > 2 ? 1 : 0);
        dn_pg_say(work, operation->path_count > 2 ? "." : "");
        dn_pg_say_name(work, dn_pg_last_name(operation));
    } else {
        dn_pg_say_path(work, operation->path, operation->path_count);
    }
}

/* NULL: no comment any more. */
static void
push_is(dn_pg_render_work *work, const dunlin_property *comment)
{
    dn_pg_say(work, " IS ");
    if (comment != NULL)
        dn_pg_say_literal(work, comment->text);
    else
        dn_pg_say(work, "NULL");
    dn_pg_push(work, work->at, 1);
}

void
dn_pg_push_comment(dn_pg_render_work *work, const char *words)
{
    const dunlin_operation *operation = work->operations[work->at];
    const dunlin_property *comment = dn_kit_property_find(operation, "comment");

    if (comment == NULL && !dn_pg_is_unset(operation, "comment"))
        return;
    dn_pg_say(work, "COMMENT ON ");
    dn_pg_say(work, words);
    dn_pg_say(work, " ");
    dn_pg_say_object(work, operation);
    push_is(work, comment);
}

/* --- comments on parts of what is no table --------------------------------------------------------------- */

typedef struct commented {
    const char *member; /* a list of {part, comment} */
    const char *part;
} commented;

static const commented columns = {"column_comments", "column"};
static const commented checks = {"check_comments", "constraint"};

/* What stands behind the part of this name; NULL: nothing. */
static const dunlin_property *
comment_of(const commented *what, const dunlin_property *list, dunlin_string name)
{
    for (const dunlin_property *at = list != NULL ? list + 1 : NULL;
         at != NULL && at->type != DUNLIN_PROPERTY_END; at++) {
        const dunlin_property *comment = NULL;
        bool here = false;

        for (at++; at->type != DUNLIN_PROPERTY_END; at++) {
            if (dn_kit_same(at->name, what->part))
                here = dn_kit_equal(at->text, name);
            else
                comment = at;
        }
        if (here)
            return comment;
    }
    return NULL;
}

static void
say_part(dn_pg_render_work *work, const commented *what, dunlin_string name)
{
    const dunlin_operation *operation = work->operations[work->at];

    if (what == &checks) {
        dn_pg_say(work, "COMMENT ON CONSTRAINT ");
        dn_pg_say_name(work, name);
        dn_pg_say(work, " ON DOMAIN ");
        dn_pg_say_path(work, operation->path, operation->path_count);
        return;
    }
    dn_pg_say(work, "COMMENT ON COLUMN ");
    dn_pg_say_path(work, operation->path, operation->path_count);
    dn_pg_say(work, ".");
    dn_pg_say_name(work, name);
}

/* Comments that `list` has and `other` has not; those of the operation itself are set, others end. */
static void
push_differing(dn_pg_render_work *work, const commented *what, const dunlin_property *list,
               const dunlin_property *other, bool set)
{
    for (const dunlin_property *at = list != NULL ? list + 1 : NULL;
         at != NULL && at->type != DUNLIN_PROPERTY_END; at++) {
        for (at++; at->type != DUNLIN_PROPERTY_END; at++) {
            const dunlin_property *comment = comment_of(what, list, at->text);
            const dunlin_property *there = comment_of(what, other, at->text);

            if (!dn_kit_same(at->name, what->part) ||
                (there != NULL && (!set || dn_kit_equal(there->text, comment->text))))
                continue;
            say_part(work, what, at->text);
            push_is(work, set ? comment : NULL);
        }
    }
}

/* As they are now; NULL: there are none, or the object is made. */
static const dunlin_property *
comments_now(dn_pg_render_work *work, const commented *what)
{
    const dunlin_operation *operation = work->operations[work->at];
    const dunlin_fact *current;
    char kind[16];

    if (operation->verb != DUNLIN_VERB_ALTER &&
        (operation->flags & DUNLIN_OPERATION_OR_REPLACE) == 0)
        return NULL;
    snprintf(kind, sizeof(kind), "%.*s", (int)operation->kind.length, operation->kind.data);
    current = dn_pg_current(work, kind, operation->path, operation->path_count);
    for (uint64_t i = 0; current != NULL && i < current->property_count; i++)
        if (dn_kit_same(current->properties[i].name, what->member))
            return &current->properties[i];
    return NULL;
}

void
dn_pg_push_column_comments(dn_pg_render_work *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    const dunlin_property *comments = dn_kit_property_find(operation, columns.member);
    const dunlin_property *before;

    if (comments == NULL && !dn_pg_is_unset(operation, columns.member))
        return;
    before = comments_now(work, &columns);
    push_differing(work, &columns, before, comments, false);
    push_differing(work, &columns, comments, before, true);
}

/* A check that goes takes its comment along. */
static bool
has_check(const dunlin_operation *domain, dunlin_string name)
{
    const dunlin_property *at = dn_kit_property_find(domain, "check_names");

    for (at = at != NULL ? at + 1 : NULL; at != NULL && at->type != DUNLIN_PROPERTY_END; at++)
        if (dn_kit_equal(at->text, name))
            return true;
    return false;
}

void
dn_pg_push_check_comments(dn_pg_render_work *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    const dunlin_property *comments = dn_kit_property_find(operation, checks.member);
    bool anew = dn_pg_sets(operation, "checks") || dn_pg_is_unset(operation, "checks");
    const dunlin_property *before;

    if (comments == NULL && !dn_pg_is_unset(operation, checks.member))
        return;
    before = comments_now(work, &checks);
    for (const dunlin_property *at = before != NULL ? before + 1 : NULL;
         at != NULL && at->type != DUNLIN_PROPERTY_END; at++)
        for (at++; at->type != DUNLIN_PROPERTY_END; at++)
            if (dn_kit_same(at->name, checks.part) &&
                comment_of(&checks, comments, at->text) == NULL &&
                (!anew || has_check(operation, at->text))) {
                say_part(work, &checks, at->text);
                push_is(work, NULL);
            }
    push_differing(work, &checks, comments, anew ? NULL : before, true);
}

/* --- conditions ---------------------------------------------------------------------------------------- */
static void
begin(dn_kit_text *guard, const char *from, bool negated)
{
    if (guard->length > 0)
        dn_kit_text_add(guard, " AND ");
    dn_kit_text_format(guard, "%sEXISTS (SELECT FROM pg_catalog.%s", negated ? "NOT " : "", from);
}

static void
equals(dn_kit_text *guard, const char *column, dunlin_string name)
{
    dn_kit_text_format(guard, " AND %s = ", column);
    dn_kit_text_quote(guard, '\'', name);
}

/* c is in the namespace of the path, or in the one where new objects go. */
static void
in_namespace(dn_kit_text *guard, const char *column, const dunlin_string *path, uint64_t count)
{
    dn_kit_text_format(guard, " WHERE %s = ", column);
    if (count > 1) {
        dn_kit_text_add(guard, "(SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = ");
        dn_kit_text_quote(guard, '\'', path[0]);
    } else {
        dn_kit_text_add(guard, "(SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = "
                               "pg_catalog.current_schema()");
    }
    dn_kit_text_add(guard, ")");
}

static void
of_table(dn_kit_text *guard, const dunlin_operation *operation)
{
    uint64_t names = dn_pg_table_names(operation);

    in_namespace(guard, "c.relnamespace", operation->path, names);
    equals(guard, "c.relname", operation->path[names - 1]);
}

void
dn_pg_guard_relation(dn_kit_text *guard, const dunlin_string *path, uint64_t count, bool negated)
{
    begin(guard, "pg_class c", negated);
    in_namespace(guard, "c.relnamespace", path, count);
    equals(guard, "c.relname", path[count - 1]);
    dn_kit_text_add(guard, ")");
}

void
dn_pg_guard_column(dn_kit_text *guard, const dunlin_operation *operation, dunlin_string name,
                   const char *condition, bool negated)
{
    begin(guard, "pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid", negated);
    of_table(guard, operation);
    equals(guard, "a.attname", name);
    dn_kit_text_format(guard, " AND NOT a.attisdropped%s)", condition);
}

void
dn_pg_guard_constraint(dn_kit_text *guard, const dunlin_operation *operation, dunlin_string name,
                       bool negated)
{
    begin(guard, "pg_class c JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid", negated);
    of_table(guard, operation);
    if (dn_pg_is_kind(operation, DUNLIN_KIND_PRIMARY_KEY) && operation->verb == DUNLIN_VERB_CREATE)
        dn_kit_text_add(guard, " AND k.contype = 'p'");
    else
        equals(guard, "k.conname", name);
    dn_kit_text_add(guard, ")");
}

void
dn_pg_guard_trigger(dn_kit_text *guard, const dunlin_operation *operation, dunlin_string name,
                    bool negated)
{
    begin(guard, "pg_class c JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid", negated);
    of_table(guard, operation);
    equals(guard, "t.tgname", name);
    dn_kit_text_add(guard, ")");
}

void
dn_pg_guard_policy(dn_kit_text *guard, const dunlin_operation *operation, dunlin_string name,
                   bool negated)
{
    begin(guard, "pg_class c JOIN pg_catalog.pg_policy p ON p.polrelid = c.oid", negated);
    of_table(guard, operation);
    equals(guard, "p.polname", name);
    dn_kit_text_add(guard, ")");
}

void
dn_pg_guard_type(dn_kit_text *guard, const dunlin_string *path, uint64_t count, bool negated)
{
    begin(guard, "pg_type t", negated);
    in_namespace(guard, "t.typnamespace", path, count);
    equals(guard, "t.typname", path[count - 1]);
    dn_kit_text_add(guard, ")");
}

void
dn_pg_guard_label(dn_kit_text *guard, const dunlin_operation *operation, dunlin_string label,
                  bool negated)
{
    begin(guard, "pg_type t JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid", negated);
    in_namespace(guard, "t.typnamespace", operation->path, operation->path_count);
    equals(guard, "t.typname", dn_pg_last_name(operation));
    equals(guard, "e.enumlabel", label);
    dn_kit_text_add(guard, ")");
}

void
dn_pg_guard_schema(dn_kit_text *guard, dunlin_string name, bool negated)
{
    begin(guard, "pg_namespace n WHERE true", negated);
    equals(guard, "n.nspname", name);
    dn_kit_text_add(guard, ")");
}

void
dn_pg_guard_routine(dn_kit_text *guard, const dunlin_string *path, uint64_t count, bool negated)
{
    begin(guard, "pg_proc p", negated);
    in_namespace(guard, "p.pronamespace", path, count - 1);
    equals(guard, "p.proname", path[count - 2]);
    equals(guard, "pg_catalog.pg_get_function_identity_arguments(p.oid)", path[count - 1]);
    dn_kit_text_add(guard, ")");
}

void
dn_pg_guard_valid_index(dn_kit_text *guard, const dunlin_operation *operation, bool valid,
                        bool negated)
{
    begin(guard, "pg_class c JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid", negated);
    in_namespace(guard, "c.relnamespace", operation->path, operation->path_count - 1);
    equals(guard, "c.relname", dn_pg_last_name(operation));
    dn_kit_text_format(guard, " AND %si.indisvalid)", valid ? "" : "NOT ");
}
