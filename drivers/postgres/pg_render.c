/* SPDX-License-Identifier: MIT
 *
 * Operations -> PostgreSQL's SQL: plain statements to run or to show, or pieces of a script for
 * psql, each of which may run any number of times.
 */
#include "drivers/postgres/pg_render.h"

/* What is written for where nobody says which server it is. */
enum { LATEST = 17 };

static void
render_text(dn_pg_render_work *work)
{
    const dunlin_operation *operation = work->operations[work->at];

    if (operation->verb == DUNLIN_VERB_DATA)
        dn_pg_say_translated(work, DUNLIN_TRANSLATE_DATA, operation->body);
    else
        dn_pg_say_text(work, operation->body);
    dn_pg_push(work, work->at, 1);
    work->at++;
}

static void
render_next(dn_pg_render_work *work)
{
    static const struct {
        const char *kind;
        void (*render)(dn_pg_render_work *work);
    } renderers[] = {
        {DUNLIN_KIND_TABLE, dn_pg_render_table},
        {DUNLIN_KIND_COLUMN, dn_pg_render_column},
        {DUNLIN_KIND_INDEX, dn_pg_render_index},
        {DUNLIN_KIND_SCHEMA, dn_pg_render_schema},
        {DUNLIN_KIND_EXTENSION, dn_pg_render_extension},
        {DUNLIN_KIND_VIEW, dn_pg_render_view},
        {DUNLIN_KIND_MATERIALIZED_VIEW, dn_pg_render_view},
        {DUNLIN_KIND_SEQUENCE, dn_pg_render_sequence},
        {DUNLIN_KIND_ENUM, dn_pg_render_enum},
        {DUNLIN_KIND_DOMAIN, dn_pg_render_domain},
        {DUNLIN_KIND_FUNCTION, dn_pg_render_routine},
        {DUNLIN_KIND_PROCEDURE, dn_pg_render_routine},
        {DUNLIN_KIND_TRIGGER, dn_pg_render_trigger},
        {"policy", dn_pg_render_policy},
        {DUNLIN_KIND_GRANT, dn_pg_render_grant},
    };
    const dunlin_operation *operation = work->operations[work->at];

    dn_kit_text_clear(&work->sql);
    if (operation->verb == DUNLIN_VERB_DATA || operation->verb == DUNLIN_VERB_NATIVE) {
        render_text(work);
        return;
    }
    if (operation->path_count == 0 || operation->verb < DUNLIN_VERB_CREATE ||
        operation->verb > DUNLIN_VERB_NATIVE ||
        (operation->verb == DUNLIN_VERB_RENAME && operation->new_path_count == 0)) {
        dn_pg_refuse(work, "an operation on '%.*s' that names nothing", (int)operation->kind.length,
                     operation->kind.data);
        return;
    }
    if (dn_pg_is_constraint(operation)) {
        dn_pg_render_constraint(work);
        return;
    }
    if (dn_pg_is_definition(operation)) {
        dn_pg_render_definition(work);
        return;
    }
    for (size_t i = 0; i < sizeof(renderers) / sizeof(renderers[0]); i++)
        if (dn_pg_is_kind(operation, renderers[i].kind)) {
            renderers[i].render(work);
            return;
        }
    dn_pg_refuse(work, "the PostgreSQL driver knows no '%.*s'", (int)operation->kind.length,
                 operation->kind.data);
}

int32_t
dn_pg_render(const dunlin_call *call, const dunlin_profile *profile, int32_t mode,
             const dunlin_operation *const *operations, uint64_t count)
{
    dn_pg_render_work work = {
        .call = call,
        .profile = profile,
        .version = profile != NULL && profile->major > 0 ? profile->major : LATEST,
        .script = mode == DUNLIN_RENDER_SCRIPT,
        .operations = operations,
        .count = count,
        .status = DUNLIN_OK,
    };
    dn_pg_bodies bodies;

    bodies = dn_pg_early_bodies(&work);
    while (work.at < count && work.status == DUNLIN_OK) {
        if (work.at == bodies.first && bodies.behind > 0) {
            dn_pg_say(&work, "SET check_function_bodies = off");
            dn_pg_push(&work, work.at, 1);
        }
        render_next(&work);
        if (work.at == bodies.behind && work.status == DUNLIN_OK) {
            dn_pg_say(&work, "RESET check_function_bodies");
            dn_pg_push(&work, work.at - 1, 1);
        }
    }
    if (work.status == DUNLIN_OK)
        dn_pg_push_owners(&work);
    dn_kit_text_free(&work.sql);
    return work.status;
}
