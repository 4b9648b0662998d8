/* SPDX-License-Identifier: MIT
 *
 * Portable migrations are tried on every kind of database that the project has, wherever a throw-away
 * one may be made of it.
 */
#include <string.h>

#include "core/engine/check.h"
#include "core/engine/generate.h"

/* --- one kind of database ------------------------------------------------------------------------------- */

/* It is told, and keeps nobody from writing the migration. */
static int
give_up(dn_generation *other)
{
    if (dn_error_ends_all(other->error))
        return -1;
    other->untried = dn_arena_text(&other->session->arena, other->error->message);
    dn_error_clear(other->error);
    return other->untried ? 0 : dn_no_memory(other->error);
}

/* What went wrong, on which kind of database. */
static int
refuse(dn_generation *other, const char *lead)
{
    const char *why;

    if (dn_error_ends_all(other->error))
        return -1;
    why = dn_arena_text(&other->session->arena, other->error->message);
    return why ? dn_fail(other->error, DUNLIN_FAILED, "generate.unproved", "%s %s: %s", lead,
                         other->like.driver->table.name, why)
               : dn_no_memory(other->error);
}

static int
open_sides(dn_generation *other, const char *definition)
{
    if (dn_generate_before(other) < 0)
        return give_up(other);
    other->after.facts = NULL;
    if (!other->words[0].facts ||
        dn_definition_side(other->session, definition, &other->like, other->options->shadow != 0,
                           other->given, &other->after, other->error) == 0)
        return 0;
    return refuse(other, "the definition cannot be loaded on");
}

/* What it is like is asked of a database of its kind. */
static int
open_other(dn_generation *work, dn_check_ground *ground, const char *definition,
           dn_generation *other)
{
    dn_session *session = work->session;

    *other = (dn_generation){.session = session,
                             .options = work->options,
                             .given = ground->given,
                             .ground = ground,
                             .choice = ground->choice,
                             .portable = true,
                             .untried = ground->why,
                             .error = work->error};
    other->like = (dn_side){.name = ground->target.name ? ground->target.name : ground->dialect,
                            .source = "target",
                            .driver = ground->driver,
                            .connection = ground->reference,
                            .borrowed = true,
                            .sight = {.ignore = &session->project.ignore},
                            .url = ground->url,
                            .target = &ground->target};
    if (!ground->reference)
        return 0;
    memcpy(other->words, work->words, sizeof other->words);
    other->like.profile = dn_connection_server(ground->reference)->profile;
    other->like.facts = dn_fact_map_new(
        &session->arena, dn_driver_naming(dn_connection_capabilities(ground->reference)));
    if (!other->like.facts)
        return dn_no_memory(work->error);
    return open_sides(other, definition);
}

/* --- all of them ------------------------------------------------------------------------------------------ */

int
dn_generate_elsewhere_open(dn_generation *work, const char *definition)
{
    const dunlin_check_options options = {.size = sizeof options,
                                          .shadow = work->options->shadow,
                                          .shadow_url = work->options->shadow_url};
    dn_checking checking = {.session = work->session, .options = &options};
    dn_check_ground *grounds;
    size_t count;

    if (dn_checks_grounds(&checking, &grounds, &count, work->error) < 0)
        return -1;
    work->others = dn_arena_array(&work->session->arena, count + 1, sizeof *work->others);
    if (!work->others)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < count; i++) {
        if (grounds[i].driver == work->like.driver)
            continue;
        if (dn_checks_ground_open(&checking, &grounds[i], work->error) < 0)
            return -1;
        if (open_other(work, &grounds[i], definition, &work->others[work->other_count++]) < 0)
            return -1;
    }
    return dn_session_journal_of(work->session, work->like.driver, work->error);
}

void
dn_generate_elsewhere_close(dn_generation *work)
{
    for (size_t i = 0; i < work->other_count; i++) {
        dn_generation *other = &work->others[i];

        dn_text_free(&other->rest[0].text);
        dn_text_free(&other->rest[1].text);
        dn_checks_ground_close(other->ground);
    }
}

/* 1: `rest` of one is new, so the text has changed. */
static int
prove_one(dn_generation *work, dn_generation *other, const char *up, const char *down)
{
    int answer;

    if (other->untried)
        return 0;
    other->no_down = NULL;
    answer = dn_generate_prove(other, up, down);
    if (answer == 1 && dn_generate_rest(other) == 0)
        return 1;
    if (answer == 0) {
        if (other->no_down && !work->no_down)
            work->no_down = dn_arena_printf(&work->session->arena, "on %s %s",
                                            other->like.driver->table.name, other->no_down);
        return other->no_down && !work->no_down ? dn_no_memory(work->error) : 0;
    }
    return refuse(other, "on");
}

int
dn_generate_elsewhere_prove(dn_generation *work, const char *up, const char *down)
{
    int changed = 0;

    for (size_t i = 0; i < work->other_count; i++) {
        int answer = prove_one(work, &work->others[i], up, down);

        if (answer < 0)
            return -1;
        changed = changed || answer;
    }
    return changed;
}

/* --- telling ------------------------------------------------------------------------------------------------ */

static const char *
place_of(const dn_generation *one)
{
    return one->choice.kind == DN_SHADOW_MEMORY  ? "memory"
           : one->choice.kind == DN_SHADOW_GIVEN ? "given"
                                                 : "database";
}

static void
tell_one(dn_generation *work, dunlin_node *list, const dn_generation *one)
{
    dunlin_result *result = work->session->result;
    dunlin_node *node = dn_node_object(result, list, NULL);

    dn_node_set_text(result, node, "driver", one->like.driver->table.name);
    dn_node_set_boolean(result, node, "proved", !one->untried);
    dn_node_set_text(result, node, "place", one->untried ? NULL : place_of(one));
    dn_node_set_text(result, node, "why", one->untried);
}

void
dn_generate_elsewhere_tell(dn_generation *work)
{
    dunlin_result *result = work->session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "tried");

    if (!work->up.diff.operations.count)
        return;
    tell_one(work, list, work);
    for (size_t i = 0; work->portable && i < work->other_count; i++)
        tell_one(work, list, &work->others[i]);
}
