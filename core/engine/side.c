/* SPDX-License-Identifier: MIT */
#include "core/engine/side.h"

#include <string.h>

#include "core/base/file.h"

/* --- databases ---------------------------------------------------------------------------------- */

static int
read_schema(dn_session *session, const char *url, dn_side *side, dn_error *error)
{
    if (dn_observe_snapshot(side->connection, &side->sight, &session->arena, &side->snapshot,
                            error) < 0)
        return dn_while(error, "reading the schema of '%s'", side->name);
    side->url = url;
    side->facts = side->snapshot.facts;
    side->profile = dn_connection_server(side->connection)->profile;
    return 0;
}

static int
read_database(dn_session *session, const char *url, dn_side *side, dn_error *error)
{
    const dn_open_options options = {
        .purpose = DUNLIN_PURPOSE_WORK, .read_only = true, .log = session->log};

    if (dn_connection_open(side->driver, url, &options, &side->connection, error) < 0)
        return dn_while(error, "reading the schema of '%s'", side->name);
    dn_connection_see_grants(side->connection, session->project.grants);
    if (session->writes_schema)
        dn_connection_warn_of_unread(side->connection);
    return read_schema(session, url, side, error);
}

static int
open_url(dn_session *session, const char *url, const char *name, dn_side *side, dn_error *error)
{
    const dn_driver_places places = {session->options->driver_path};
    const char *scheme = dn_url_scheme(&session->arena, url);
    dn_url_info shown;

    if (!scheme)
        return dn_fail(error, DUNLIN_USAGE, "target.bad-url",
                       "the URL of '%s' does not start with a scheme, as in sqlite:app.db",
                       name ? name : "a side");
    if (dn_driver_find(&places, scheme, &side->driver, error) < 0 ||
        dn_driver_url(side->driver, url, &session->arena, &shown, error) < 0)
        return -1;
    side->name = name ? name : shown.redacted;
    return read_database(session, url, side, error);
}

static int
open_named(dn_session *session, const char *name, dn_side *side, dn_error *error)
{
    dunlin_options options = *session->options;
    const dn_target *target;
    const char *url;

    options.url = NULL;
    options.target = name;
    if (dn_project_target(&session->project, &options, &session->arena, &target, &url, error) < 0)
        return -1;
    side->source = "target";
    side->sight.tracker = target->tracker;
    side->target = target;
    return open_url(session, url, target->name, side, error);
}

int
dn_side_connect_target(dn_session *session, dn_side *side, dn_error *error)
{
    *side = (dn_side){.source = "target", .borrowed = true};
    if (dn_session_target(session, error) < 0 || dn_session_connect(session, true, error) < 0)
        return -1;
    side->connection = session->connection;
    side->name = session->target->name ? session->target->name : session->shown.redacted;
    side->driver = session->driver;
    side->sight = session->sight;
    side->target = session->target;
    side->url = session->url;
    side->profile = dn_connection_server(side->connection)->profile;
    return 0;
}

int
dn_side_open_target(dn_session *session, dn_side *side, dn_error *error)
{
    return dn_side_connect_target(session, side, error) < 0
               ? -1
               : read_schema(session, session->url, side, error);
}

/* --- files ---------------------------------------------------------------------------------------- */

typedef struct naming_side {
    dn_session *session;
    dn_side *side;
} naming_side;

static int
find_naming(const char *dialect, uint64_t *naming, void *context, dn_error *error)
{
    naming_side *work = context;
    const dn_driver_places places = {work->session->options->driver_path};
    dunlin_capabilities capabilities;

    if (dn_driver_find(&places, dialect, &work->side->driver, error) < 0 ||
        dn_driver_capabilities(work->side->driver, NULL, &capabilities, error) < 0)
        return dn_while(error, "looking for the driver of '%s'", work->side->name);
    *naming = dn_driver_naming(&capabilities);
    return 0;
}

static int
open_snapshot(dn_session *session, const char *path, dn_side_file *file, dn_side *side,
              dn_error *error)
{
    naming_side naming = {session, side};
    const dn_snapshot_manner manner = {.naming = find_naming,
                                       .context = &naming,
                                       .like = file->like ? &file->like->lines : NULL,
                                       .lines = &file->lines};
    dn_fact_map *facts;

    side->name = path;
    side->source = "snapshot";
    if (dn_file_read(path, &file->text, error) < 0 ||
        dn_snapshot_read_facts(path, file->text.data ? file->text.data : "", file->text.length,
                               &manner, &session->arena, &side->snapshot, &facts, error) < 0)
        return -1;
    side->facts = facts;
    return dn_ignore_apply(side->sight.ignore, facts, error);
}

int
dn_side_open(dn_session *session, const dn_operand *operand, dn_side_file *file, dn_side *side,
             dn_error *error)
{
    const char *url;

    *side = (dn_side){.source = "url", .sight = {.ignore = &session->project.ignore}};
    if (operand->kind == DN_SIDE_SNAPSHOT)
        return open_snapshot(session, operand->text, file, side, error);
    if (operand->kind == DN_SIDE_TARGET)
        return open_named(session, operand->text, side, error);
    url = dn_url_anchor(&session->arena, operand->text, session->project.root);
    return url ? open_url(session, url, NULL, side, error) : dn_no_memory(error);
}

/* --- what one of them cannot see ----------------------------------------------------------------- */

typedef struct levelling {
    const dn_side *seen;
    dn_fact_map *kept;
    dn_error *error;
} levelling;

static int
keep_visible(const dunlin_fact *fact, void *context)
{
    levelling *work = context;

    return dn_connection_hides(work->seen->connection, fact, work->seen->facts)
               ? 0
               : dn_fact_map_put(work->kept, fact, work->error);
}

static int
level(dn_session *session, const dn_side *seen, dn_side *other, dn_error *error)
{
    levelling work = {.seen = seen, .error = error};

    if (!dn_connection_hides_any(seen->connection))
        return 0;
    work.kept = dn_fact_map_new(&session->arena, dn_fact_map_naming(other->facts));
    if (!work.kept)
        return dn_no_memory(error);
    if (dn_fact_map_each(other->facts, NULL, keep_visible, &work) < 0)
        return -1;
    other->facts = work.kept;
    return 0;
}

int
dn_sides_level(dn_session *session, dn_side *a, dn_side *b, dn_error *error)
{
    return level(session, a, b, error) < 0 ? -1 : level(session, b, a, error);
}

void
dn_side_close(dn_side *side)
{
    if (!side->borrowed)
        dn_connection_close(side->connection);
    side->connection = NULL;
}

/* --- nothing ---------------------------------------------------------------------------------------- */

dunlin_string
dn_side_home(const dn_side *side)
{
    const dunlin_profile *profile = side->profile;

    if (!(dn_fact_map_naming(side->facts) & DN_FACT_NAMESPACES))
        return dn_string("");
    for (uint64_t i = 0; profile && i + 1 < profile->setting_count; i += 2)
        if (dn_string_equal(profile->settings[i], "namespace") && profile->settings[i + 1].length)
            return profile->settings[i + 1];
    return dn_string("public");
}

/* What the server makes itself is there: the namespace of names without one. */
int
dn_side_empty(dn_session *session, const dn_side *like, dn_side *side, dn_error *error)
{
    dn_fact_map *facts = dn_fact_map_new(&session->arena, dn_fact_map_naming(like->facts));
    dunlin_string home = dn_side_home(like);
    const dunlin_fact space = {.size = sizeof space,
                               .kind = dn_string(DUNLIN_KIND_SCHEMA),
                               .path = &home,
                               .path_count = 1};

    *side = *like;
    side->connection = NULL;
    side->name = "an empty database";
    side->facts = facts;
    if (!facts)
        return dn_no_memory(error);
    return home.length ? dn_fact_map_put(facts, &space, error) : 0;
}

/* --- statements -------------------------------------------------------------------------------------- */

int
dn_side_render(dn_session *session, const dn_side *from, const dn_side *to,
               dn_operations *operations, dn_side_script *script, dn_error *error)
{
    const dn_driver_view view = {
        .driver = from->driver,
        .profile = from->profile ? from->profile : to->profile,
        .facts = from->facts,
        .own_dialect = true,
        .stock_client = script->stock_client,
    };

    *script = (dn_side_script){.stock_client = script->stock_client};
    if (dn_side_cast(session, from, to, &view, operations, error) < 0)
        return -1;
    return dn_driver_render_steps(&view, DUNLIN_RENDER_PLAN, operations->items, operations->count,
                                  &session->arena, &script->steps, &script->notes, error);
}
