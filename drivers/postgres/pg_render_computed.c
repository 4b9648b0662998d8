/* SPDX-License-Identifier: MIT
 *
 * What uses a column whose type changes. PostgreSQL refuses that while it is there. Columns computed from it
 * are dropped by the same ALTER TABLE and added anew, unless something hangs on them. Views: pg_render_viewed.c.
 */
#include "drivers/kit/kit_property.h"
#include "drivers/postgres/pg_render.h"
#include "drivers/postgres/pg_scan.h"

typedef struct computed {
    dn_pg_render_work *work;
    const dunlin_operation *operation; /* whose type changes */
    const dunlin_fact *column;         /* that is computed from it */
} computed;

static dunlin_string
last_of(const dunlin_fact *fact)
{
    return fact->path[fact->path_count - 1];
}

static const dunlin_property *
member(const dunlin_fact *fact, const char *name)
{
    for (uint64_t i = 0; i < fact->property_count; i++)
        if (dn_kit_same(fact->properties[i].name, name))
            return &fact->properties[i];
    return NULL;
}

/* Is it one of the names in an expression? */
static bool
is_in(dunlin_string expression, dunlin_string name)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text one = {0};
    dn_pg_scan scan = dn_pg_scan_begin(expression);
    dn_pg_token token;

    while (dn_pg_scan_next(&scan, &token)) {
        if (token.kind != DN_PG_WORD && token.kind != DN_PG_NAME)
            continue;
        dn_kit_text_clear(&one);
        dn_pg_add_name(&one, &token);
        if (dn_kit_equal(dn_kit_text_string(&one), name))
            return true;
    }
    return false;
}

/* An earlier operation of the same statement may have dropped it. */
static bool
is_dropped(const computed *one, dunlin_string name)
{
    for (uint64_t i = 0; i < one->work->at; i++) {
        const dunlin_operation *earlier = one->work->operations[i];

        if (earlier->verb == DUNLIN_VERB_DROP && dn_pg_is_kind(earlier, DUNLIN_KIND_COLUMN) &&
            dn_pg_same_table(earlier, one->operation) &&
            dn_kit_equal(dn_pg_last_name(earlier), name))
            return true;
    }
    return false;
}

/* Of a key, an index, a check: does it need the computed column? */
static int32_t
refuse_dependent(const dunlin_fact *fact, void *context)
{
    const computed *one = context;
    dunlin_string column = last_of(one->column);

    for (uint64_t i = 0; i < fact->property_count && !dn_kit_same(fact->kind, DUNLIN_KIND_COLUMN);
         i++) {
        if (!is_in(fact->properties[i].text, column))
            continue;
        dn_pg_refuse(
            one->work,
            "PostgreSQL cannot change the type of '%.*s' while '%.*s' is computed from it, "
            "and '%.*s' needs that: drop both before, and make them anew behind it",
            (int)dn_pg_last_name(one->operation).length, dn_pg_last_name(one->operation).data,
            (int)column.length, column.data, (int)last_of(fact).length, last_of(fact).data);
        return 1;
    }
    return 0;
}

static int32_t
say_anew(const dunlin_fact *fact, void *context)
{
    computed *one = context;
    dn_pg_render_work *work = one->work;
    const dunlin_property *expression = member(fact, "generated");
    const dunlin_property *type = member(fact, "type");
    const dunlin_property *kind = member(fact, "generated_kind");
    dunlin_string name = last_of(fact);

    if (expression == NULL || !is_in(expression->text, dn_pg_last_name(one->operation)) ||
        is_dropped(one, name))
        return 0;
    one->column = fact;
    if (type == NULL || member(fact, "comment") != NULL || member(fact, "type_path") != NULL) {
        dn_pg_refuse(
            work,
            "PostgreSQL cannot change the type of '%.*s' while '%.*s' is computed from it: "
            "drop that before, and add it anew behind it",
            (int)dn_pg_last_name(one->operation).length, dn_pg_last_name(one->operation).data,
            (int)name.length, name.data);
        return 1;
    }
    work->call->host->members(work->call, dn_kit_string(""), fact->path, fact->path_count - 1,
                              refuse_dependent, one);
    dn_pg_note(work, DUNLIN_NOTE_LOSSY,
               "PostgreSQL computes '%.*s' anew, and puts it at the end of the table",
               (int)name.length, name.data);
    dn_pg_say(work, ",\n    DROP COLUMN ");
    dn_pg_say(work, dn_pg_if_exists(work));
    dn_pg_say_name(work, name);
    dn_pg_say(work, ",\n    ADD COLUMN ");
    dn_pg_say_name(work, name);
    dn_pg_say(work, " ");
    dn_pg_say_text(work, type->text);
    if (member(fact, "collation") != NULL)
        dn_pg_say_collation(work, member(fact, "collation")->text);
    dn_pg_say(work, " GENERATED ALWAYS AS (");
    dn_pg_say_text(work, expression->text);
    dn_pg_say(work, kind != NULL && dn_kit_same(kind->text, "virtual") ? ") VIRTUAL" : ") STORED");
    dn_pg_say(work, member(fact, "not_null") != NULL ? " NOT NULL" : "");
    return 0;
}

void
dn_pg_say_computed_anew(dn_pg_render_work *work, const dunlin_operation *operation)
{
    computed one = {.work = work, .operation = operation};

    if (work->status == DUNLIN_OK && work->call->host->members != NULL)
        work->call->host->members(work->call, dn_kit_string(DUNLIN_KIND_COLUMN), operation->path,
                                  dn_pg_table_names(operation), say_anew, &one);
}
