/* SPDX-License-Identifier: MIT
 *
 * Kinds whose fact is the whole CREATE statement: composite types and ranges, aggregates, collations,
 * statistics, rules.
 */
#include <string.h>

#include "drivers/postgres/pg_facts.h"
#include "drivers/postgres/pg_render.h"

typedef struct named_form {
    const char *kind;
    const char *words;
} named_form;

static const named_form forms[] = {
    {DN_PG_KIND_TYPE, "TYPE"},           {DN_PG_KIND_AGGREGATE, "AGGREGATE"},
    {DN_PG_KIND_COLLATION, "COLLATION"}, {DN_PG_KIND_STATISTICS, "STATISTICS"},
    {DN_PG_KIND_RULE, "RULE"},
};

static const named_form *
form_of(const dunlin_operation *operation)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (dn_pg_is_kind(operation, forms[i].kind))
            return &forms[i];
    return NULL;
}

bool
dn_pg_is_definition(const dunlin_operation *operation)
{
    return form_of(operation) != NULL;
}

static void
drop(dn_pg_render_work *work, const named_form *form, const char *before)
{
    const dunlin_operation *operation = work->operations[work->at];

    dn_pg_say(work, "DROP ");
    dn_pg_say(work, form->words);
    dn_pg_say(work, " ");
    dn_pg_say(work, before);
    dn_pg_say_object(work, operation);
    dn_pg_say(work, operation->flags & DUNLIN_OPERATION_CASCADE ? " CASCADE" : "");
    dn_pg_push(work, work->at, 1);
}

static dunlin_string
definition_now(dn_pg_render_work *work, const dunlin_operation *operation)
{
    const dunlin_fact *now =
        dn_pg_current(work, DN_PG_KIND_TYPE, operation->path, operation->path_count);
    const dunlin_operation told = {.set = now != NULL ? now->properties : NULL,
                                   .set_count = now != NULL ? now->property_count : 0};

    return dn_pg_text_of(&told, "definition");
}

/* What comes with a range keeps its name otherwise, and another range of this name would need it: the functions that make
 * one, and the type of several ranges (of 14 and later) with its own. */
static void
push_rename_range(dn_pg_render_work *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    bool multi = work->version >= 14;
    DN_KIT_CLEANUP(dn_kit_text_free)
    dn_kit_text type = dn_pg_path_text(work, operation->path, operation->path_count);
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text quoted = {0};

    dn_kit_text_add_string(&name, operation->new_path[operation->new_path_count - 1]);
    dn_kit_text_add(&name, "_multirange");
    dn_kit_text_quote(&quoted, '"', dn_kit_text_string(&name));
    dn_pg_say(work, "DO $dunlin$ DECLARE one text; BEGIN FOR one IN"
                    " SELECT 'ALTER FUNCTION ' || p.oid::regprocedure"
                    " FROM pg_catalog.pg_range r JOIN pg_catalog.pg_depend d"
                    " ON d.refobjid IN (r.rngtypid");
    dn_pg_say(work, multi ? ", r.rngmultitypid)" : ")");
    dn_pg_say(work, " AND d.refclassid = 'pg_catalog.pg_type'::regclass AND d.deptype = 'i'"
                    " JOIN pg_catalog.pg_proc p ON p.oid = d.objid"
                    " AND d.classid = 'pg_catalog.pg_proc'::regclass"
                    " WHERE r.rngtypid = pg_catalog.to_regtype(");
    dn_pg_say_literal(work, dn_kit_text_string(&type));
    if (multi) {
        dn_pg_say(work, ") UNION ALL SELECT 'ALTER TYPE ' || r.rngmultitypid::regtype"
                        " FROM pg_catalog.pg_range r WHERE r.rngtypid = pg_catalog.to_regtype(");
        dn_pg_say_literal(work, dn_kit_text_string(&type));
    }
    dn_pg_say(work, ") LOOP EXECUTE one || ' RENAME TO ");
    dn_pg_say_text(work, dn_kit_text_string(&quoted));
    dn_pg_say(work, "'; END LOOP; END $dunlin$");
    dn_pg_push(work, work->at, 1);
}

static void
rename_it(dn_pg_render_work *work, const named_form *form)
{
    const dunlin_operation *operation = work->operations[work->at];
    dunlin_string definition;

    if (!dn_pg_is_kind(operation, DN_PG_KIND_TYPE) &&
        !dn_pg_is_kind(operation, DN_PG_KIND_COLLATION)) {
        dn_pg_refuse(work, "a %s keeps its name: drop it and create it", operation->kind.data);
        return;
    }
    definition = definition_now(work, operation);
    if (dn_pg_is_kind(operation, DN_PG_KIND_TYPE) && definition.length > 0 &&
        memmem(definition.data, definition.length, " AS RANGE (", strlen(" AS RANGE (")) != NULL)
        push_rename_range(work);
    dn_pg_push_rename_type(work, form->words);
}

void
dn_pg_render_definition(dn_pg_render_work *work)
{
    static const char *const known[] = {"definition", "enabled", "column_comments", NULL};
    const dunlin_operation *operation = work->operations[work->at];
    const named_form *form = form_of(operation);
    dunlin_string definition = dn_pg_text_of(operation, "definition");

    dn_pg_check_known(work, operation, known);
    switch (operation->verb) {
    case DUNLIN_VERB_CREATE:
    case DUNLIN_VERB_ALTER:
        if (definition.length > 0 && work->script)
            drop(work, form, "IF EXISTS ");
        if (definition.length > 0 && operation->verb == DUNLIN_VERB_ALTER &&
            dn_pg_is_kind(operation, DN_PG_KIND_TYPE)) {
            dn_pg_push_composite(work, definition_now(work, operation));
        } else if (definition.length > 0) {
            dn_pg_say_text(work, definition);
            dn_pg_push(work, work->at, 1);
        }
        if (dn_pg_is_kind(operation, DN_PG_KIND_RULE))
            dn_pg_push_enabled(work, form->words);
        dn_pg_push_comment(work, form->words);
        dn_pg_push_column_comments(work);
        break;
    case DUNLIN_VERB_DROP:
        /* Guards are put into DROP TYPE when it is a text already, but not into others. */
        drop(work, form,
             dn_pg_is_kind(operation, DN_PG_KIND_AGGREGATE) ||
                     dn_pg_is_kind(operation, DN_PG_KIND_COLLATION)
                 ? "IF EXISTS "
                 : dn_pg_if_exists_said(work));
        break;
    default: rename_it(work, form); break;
    }
    work->at++;
}
