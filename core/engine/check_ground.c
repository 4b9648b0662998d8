/* SPDX-License-Identifier: MIT
 *
 * Which dialects are checked, and where their migrations can be replayed.
 */
#include <string.h>

#include "core/engine/check.h"

typedef struct choosing {
    dn_checking *checking;
    dn_check_ground *items;
    size_t count;
    size_t capacity;
    dn_error *error;
} choosing;

/* --- which ------------------------------------------------------------------------------------------ */

static dn_check_ground *
ground_of(choosing *work, const dn_driver *driver)
{
    dn_check_ground *one;

    for (size_t i = 0; i < work->count; i++)
        if (work->items[i].driver == driver)
            return &work->items[i];
    work->items = dn_arena_grow(&work->checking->session->arena, work->items, &work->capacity,
                                work->count + 1, sizeof *work->items);
    if (!work->items) {
        dn_no_memory(work->error);
        return NULL;
    }
    one = &work->items[work->count++];
    *one = (dn_check_ground){.driver = driver, .dialect = driver->table.name, .url = ""};
    return one;
}

/* `name` NULL: the one that the options name. A target for development is the best of all. */
static int
add_target(choosing *work, const char *name)
{
    dn_session *session = work->checking->session;
    const dn_driver_places places = {session->options->driver_path};
    dunlin_options options = *session->options;
    const dn_target *target;
    const dn_driver *driver;
    dn_check_ground *ground;
    const char *scheme;
    const char *url;

    if (name) {
        options.target = name;
        options.url = NULL;
    }
    if (dn_project_target(&session->project, &options, &session->arena, &target, &url,
                          work->error) < 0)
        return -1;
    scheme = dn_url_scheme(&session->arena, url);
    if (!scheme)
        return dn_fail(work->error, DUNLIN_USAGE, "target.bad-url",
                       "the URL of target '%s' does not start with a scheme, as in sqlite:app.db",
                       target->name);
    if (dn_driver_find(&places, scheme, &driver, work->error) < 0)
        return dn_while(work->error, "looking for the driver of target '%s'", target->name);
    ground = ground_of(work, driver);
    if (!ground)
        return -1;
    if (!*ground->url || (target->development && !ground->target.development)) {
        ground->target = *target;
        ground->url = url;
    }
    return 0;
}

static int
add_driver(choosing *work, const char *name)
{
    const dn_driver_places places = {work->checking->session->options->driver_path};
    const dn_driver *driver;

    if (dn_driver_find(&places, name, &driver, work->error) < 0)
        return -1;
    return ground_of(work, driver) ? 0 : -1;
}

/* Whose URL is in a variable that is not set here, as those of production are not in CI, is left out. */
static int
add_targets(choosing *work)
{
    const dn_project *project = &work->checking->session->project;
    dn_findings *left_out = &work->checking->left_out;
    dn_error last = {0};

    for (size_t i = 0; i < project->target_count; i++) {
        if (add_target(work, project->targets[i].name) == 0)
            continue;
        last = *work->error;
        if (dn_session_leave_out(work->checking->session, project->targets[i].name, left_out,
                                 work->error) < 0)
            return -1;
    }
    if (work->count || !left_out->count)
        return 0;
    *work->error = last;
    return dn_hint(work->error, "a driver that is named with --driver needs no target");
}

static int
add_given(choosing *work)
{
    dn_session *session = work->checking->session;
    const dn_driver_places places = {session->options->driver_path};
    const char *given = work->checking->options->shadow_url;
    const dn_driver *driver;
    dn_check_ground *ground;
    const char *scheme;

    if (!given)
        return 0;
    scheme = dn_url_scheme(&session->arena, given);
    if (!scheme)
        return dn_fail(work->error, DUNLIN_USAGE, "target.bad-url",
                       "the URL of --shadow-url does not start with a scheme");
    if (dn_driver_find(&places, scheme, &driver, work->error) < 0)
        return dn_while(work->error, "looking for the driver of --shadow-url");
    ground = ground_of(work, driver);
    if (!ground)
        return -1;
    ground->given = given;
    return 0;
}

/* Without any target, the journal says in which SQL the migrations are. */
static int
add_dialect(choosing *work)
{
    dn_session *session = work->checking->session;
    const char *dialect = session->journal.dialect;

    if (dn_project_variable(&session->project, &session->arena, "DATABASE_URL"))
        return add_target(work, NULL);
    return !dialect || strcmp(dialect, "portable") == 0 ? 0 : add_driver(work, dialect);
}

int
dn_checks_grounds(dn_checking *checking, dn_check_ground **grounds, size_t *count, dn_error *error)
{
    const dunlin_check_options *options = checking->options;
    const dunlin_options *global = checking->session->options;
    choosing work = {.checking = checking, .error = error};

    for (uint64_t i = 0; i < options->driver_count; i++)
        if (add_driver(&work, options->drivers[i]) < 0)
            return -1;
    if (add_given(&work) < 0)
        return -1;
    if (!options->driver_count &&
        (((global->url || global->target) && add_target(&work, NULL) < 0) ||
         add_targets(&work) < 0))
        return -1;
    if (!work.count && add_dialect(&work) < 0)
        return -1;
    *grounds = work.items;
    *count = work.count;
    return 0;
}

/* --- where ------------------------------------------------------------------------------------------- */

/* In memory, nothing of the target is needed. */
static int
open_memory(dn_checking *checking, dn_check_ground *ground, dn_error *error)
{
    if (!*ground->url)
        ground->url = dn_arena_printf(&checking->session->arena, "%s:x", ground->dialect);
    if (!ground->url)
        return dn_no_memory(error);
    ground->choice = (dn_shadow_choice){DN_SHADOW_MEMORY, "it takes place in memory"};
    ground->given = NULL;
    return dn_shadow_open(ground->driver, ground->url, NULL, &checking->session->log,
                          &ground->reference, error);
}

static int
open_given(dn_checking *checking, dn_check_ground *ground, dn_error *error)
{
    const dn_open_options options = {
        .purpose = DUNLIN_PURPOSE_WORK, .read_only = true, .log = checking->session->log};

    ground->url = "";
    ground->choice = (dn_shadow_choice){DN_SHADOW_GIVEN, "--shadow-url names a database for it"};
    if (dn_connection_open(ground->driver, ground->given, &options, &ground->reference, error) < 0)
        return dn_while(error, "opening the database of --shadow-url");
    dn_connection_see_grants(ground->reference, checking->session->project.grants);
    return 0;
}

/* A server that is not there keeps nobody from checking the rest. */
static int
open_server(dn_checking *checking, dn_check_ground *ground, dn_error *error)
{
    const dn_open_options options = {
        .purpose = DUNLIN_PURPOSE_WORK, .read_only = true, .log = checking->session->log};
    dn_session *session = checking->session;

    if (dn_connection_open(ground->driver, ground->url, &options, &ground->reference, error) < 0) {
        if (dn_error_ends_all(error))
            return -1;
        ground->why = dn_arena_text(&session->arena, error->message);
        dn_error_clear(error);
        return ground->why ? 0 : dn_no_memory(error);
    }
    dn_connection_see_grants(ground->reference, session->project.grants);
    ground->choice =
        dn_shadow_choose(ground->reference, &ground->target, checking->options->shadow != 0, NULL);
    if (ground->choice.kind == DN_SHADOW_NONE) {
        ground->why = ground->choice.why;
        dn_connection_close(ground->reference);
        ground->reference = NULL;
    }
    return 0;
}

int
dn_checks_ground_open(dn_checking *checking, dn_check_ground *ground, dn_error *error)
{
    dunlin_capabilities capabilities;

    if (dn_driver_capabilities(ground->driver, NULL, &capabilities, error) < 0)
        return -1;
    if (capabilities.flags & DUNLIN_CAN_SHADOW_MEMORY)
        return open_memory(checking, ground, error);
    if (ground->given)
        return open_given(checking, ground, error);
    if (*ground->url && (ground->target.development || checking->options->shadow))
        return open_server(checking, ground, error);
    ground->why = dn_arena_printf(
        &checking->session->arena,
        "there is nowhere to replay migrations for %s: name an empty database with --shadow-url, or "
        "say \"kind\": \"development\" of a target in dunlin.json%s",
        ground->dialect,
        *ground->url ? ", or allow a throw-away database on the target's server with --shadow"
                     : "");
    return ground->why ? 0 : dn_no_memory(error);
}

void
dn_checks_ground_close(dn_check_ground *ground)
{
    dn_error ignored;

    if (ground->choice.kind == DN_SHADOW_MEMORY)
        dn_shadow_end(ground->reference, &ignored);
    else
        dn_connection_close(ground->reference);
    ground->reference = NULL;
}
