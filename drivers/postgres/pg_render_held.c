/* SPDX-License-Identifier: MIT
 *
 * What PostgreSQL does to no column because of something else: the server would say so when its turn comes, behind
 * others that are done by then.
 */
#include <string.h>

#include "drivers/kit/kit_property.h"
#include "drivers/postgres/pg_render.h"
#include "drivers/postgres/pg_scan.h"

static const dunlin_property *
member_of(const dunlin_fact *fact, const char *name)
{
    return fact ? dn_kit_set_find((dn_kit_set){fact->properties, fact->property_count}, name)
                : NULL;
}

/* --- in the key of a divided table ---------------------------------------------------------------------- */

static void
refuse_divided(dn_pg_render_work *work, const dunlin_operation *operation)
{
    const dunlin_fact *table =
        dn_pg_current(work, DUNLIN_KIND_TABLE, operation->path, operation->path_count - 1);
    const dunlin_property *key = member_of(table, "partition_by");
    dn_pg_scan scan = dn_pg_scan_begin(key != NULL ? key->text : dn_kit_string(""));
    dn_pg_token token;

    while (dn_pg_scan_next(&scan, &token)) {
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};

        if (token.kind != DN_PG_WORD && token.kind != DN_PG_NAME)
            continue;
        dn_pg_add_name(&name, &token);
        if (!dn_kit_equal(dn_kit_text_string(&name), dn_pg_last_name(operation)))
            continue;
        dn_pg_refuse(work,
                     "the column '%.*s' is in the partition key of its table (%.*s), and PostgreSQL"
                     " does not change its type: make another table, and move the rows into it",
                     (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data,
                     (int)key->text.length, key->text.data);
        return;
    }
}

/* --- rows as values --------------------------------------------------------------------------------------- */

typedef struct looking {
    dn_pg_render_work *work;
    const dunlin_operation *operation;
    const char *change;
} looking;

static bool
is_path(const looking *one, dunlin_string schema, dunlin_string table)
{
    return dn_kit_equal(schema, one->operation->path[0]) &&
           dn_kit_equal(table, one->operation->path[1]);
}

/* schema.table or schema.table[] */
static bool
is_text(const looking *one, dunlin_string type)
{
    dn_kit_text names[2] = {{0}};
    dn_pg_scan scan = dn_pg_scan_begin(type);
    uint64_t count = 0;
    bool same = dn_pg_take_names(&scan, names, &count) && count == 2 &&
                is_path(one, dn_kit_text_string(&names[0]), dn_kit_text_string(&names[1]));

    dn_kit_text_free(&names[0]);
    dn_kit_text_free(&names[1]);
    return same;
}

/* By what stands before. */
static bool
is_gone(const dn_pg_render_work *work, const dunlin_fact *column)
{
    for (uint64_t i = 0; i < work->at; i++) {
        const dunlin_operation *one = work->operations[i];
        bool same = one->verb == DUNLIN_VERB_DROP && dn_kit_equal(one->kind, column->kind) &&
                    one->path_count == column->path_count;

        for (uint64_t k = 0; same && k < one->path_count; k++)
            same = dn_kit_equal(one->path[k], column->path[k]);
        if (same)
            return true;
    }
    return false;
}

static int32_t
look_at_column(const dunlin_fact *fact, void *context)
{
    looking *one = context;
    const dn_kit_set path =
        dn_kit_set_list((dn_kit_set){fact->properties, fact->property_count}, "type_path");
    const dunlin_property *type = member_of(fact, "type");
    bool held = path.count == 2 && is_path(one, path.list[0].text, path.list[1].text);

    if (!held && path.count == 0 && type != NULL && memchr(type->text.data, '.', type->text.length))
        held = is_text(one, type->text);
    if (!held || fact->path_count != 3 || is_gone(one->work, fact))
        return 0;
    dn_pg_refuse(
        one->work,
        "PostgreSQL does not %s '%.*s' of '%.*s' while the column '%.*s' of '%.*s' has rows of "
        "that table: drop the column in a migration before, and add it anew behind",
        one->change, (int)dn_pg_last_name(one->operation).length,
        dn_pg_last_name(one->operation).data, (int)one->operation->path[1].length,
        one->operation->path[1].data, (int)fact->path[2].length, fact->path[2].data,
        (int)fact->path[1].length, fact->path[1].data);
    return 1;
}

static void
refuse_rows(dn_pg_render_work *work, const dunlin_operation *operation, const char *change)
{
    looking one = {.work = work, .operation = operation, .change = change};

    if (work->status == DUNLIN_OK && work->call->host->each != NULL && operation->path_count == 3)
        work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_COLUMN), look_at_column, &one);
}

void
dn_pg_refuse_held_type(dn_pg_render_work *work, const dunlin_operation *operation)
{
    refuse_divided(work, operation);
    refuse_rows(work, operation, "change the type of");
}

void
dn_pg_refuse_held_value(dn_pg_render_work *work, const dunlin_operation *operation)
{
    if (dn_pg_sets(operation, "default") || dn_pg_sets(operation, "auto") ||
        dn_pg_sets(operation, "generated"))
        refuse_rows(work, operation, "fill the new column");
}
