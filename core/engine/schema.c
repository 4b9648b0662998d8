/* SPDX-License-Identifier: MIT
 *
 * `dunlin schema dump`, `load` and `check`.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/engine/definition.h"
#include "core/engine/portable.h"

/* --- dump ----------------------------------------------------------------------------------------- */

static void
tell_definition(dn_session *session, const char *path, size_t statements, const dn_text *text)
{
    dunlin_node *root = dn_result_node(session->result);

    dn_session_tell_target(session);
    dn_node_set_text(session->result, root, "path", path);
    dn_node_set_integer(session->result, root, "statements", (int64_t)statements);
    dn_node_set_string(session->result, root, "text",
                       path ? dn_string(NULL) : dn_span(text->data, text->length));
    dn_node_set_text(session->result, root, "form", "dialect");
}

static int
open_present(dn_session *session, dn_side *side, dn_error *error)
{
    session->writes_schema = true;
    return dn_side_open_target(session, side, error);
}

/* The target says which kind of database it is. */
static int
open_state(dn_session *session, const dunlin_schema_dump_options *how, dn_side *side,
           dn_error *error)
{
    const char *words = dn_arena_printf(&session->arena, "tag:%s", how->tag);
    dn_operand operand;
    dn_side like;

    if (!words)
        return dn_no_memory(error);
    if (dn_side_name(session, words, &operand, error) < 0 ||
        dn_side_connect_target(session, &like, error) < 0 ||
        dn_side_migration(session, operand.text, &like, how->shadow != 0, how->shadow_url, side,
                          error) < 0)
        return -1;
    side->profile = like.profile;
    return 0;
}

static int
dump(dn_session *session, const dunlin_schema_dump_options *how, dn_side *side, dn_error *error)
{
    const char *path = how->output;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    size_t statements = 0;

    if ((how->tag ? open_state(session, how, side, error) : open_present(session, side, error)) <
            0 ||
        dn_definition_text(session, side, &text, &statements, error) < 0 ||
        (path && dn_file_write(path, text.data, text.length, error) < 0) ||
        dn_session_result(session, "dunlin-schema-dump/1", error) < 0)
        return -1;
    tell_definition(session, path, statements, &text);
    return 0;
}

/* --- dump, for all databases ------------------------------------------------------------------------ */

/* A target or state that is named is what is to be written; else it is the project. */
static bool
is_portable(const dn_session *session, const dunlin_schema_dump_options *how)
{
    return session->project.definition_form == DN_DEFINITION_PORTABLE && !session->options->url &&
           !session->options->target && !how->tag;
}

static void
tell_sections(dn_session *session, const dn_portable_file *file)
{
    dunlin_result *result = session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "sections");

    for (size_t i = 0; i < file->count; i++) {
        const dn_portable_section *one = &file->sections[i];
        dunlin_node *node = dn_node_object(result, list, NULL);

        dn_node_set_text(result, node, "driver", one->driver->table.name);
        dn_node_set_boolean(result, node, "known", one->text != NULL);
        dn_node_set_boolean(result, node, "written", one->text && *one->text);
        dn_node_set_text(result, node, "why", one->why);
        if (!one->text && file->native)
            dn_log_warning(&session->log, "what only %s has is as it was in the file before: %s",
                           one->driver->table.name, one->why);
    }
}

static int
dump_portable(dn_session *session, const dunlin_schema_dump_options *dump, dn_portable_file *file,
              dn_error *error)
{
    const char *path = dump->output;
    dunlin_node *root;

    if (dn_portable_dump(session, dump->shadow != 0, dump->shadow_url, file, error) < 0 ||
        (path && dn_file_write(path, file->text.data, file->text.length, error) < 0) ||
        dn_session_result(session, "dunlin-schema-dump/1", error) < 0)
        return -1;
    root = dn_result_node(session->result);
    dn_node_set_null(session->result, root, "target");
    dn_node_set_text(session->result, root, "path", path);
    dn_node_set_integer(session->result, root, "statements", (int64_t)file->statements);
    dn_node_set_string(session->result, root, "text",
                       path ? dn_string(NULL) : dn_span(file->text.data, file->text.length));
    dn_node_set_text(session->result, root, "form", "portable");
    tell_sections(session, file);
    return 0;
}

/* --- dump, of one database ---------------------------------------------------------------------------- */

/* It is read where it is. */
static int
check_alone(const dunlin_schema_dump_options *how, dn_error *error)
{
    if (how->tag || (!how->shadow && !how->shadow_url))
        return 0;
    return dn_fail(error, DUNLIN_USAGE, "usage.extra-argument",
                   "the schema of a target is read, and needs no throw-away database: --shadow is "
                   "for a portable definition, and for --tag");
}

int
dunlin_schema_dump(const dunlin_options *options, const dunlin_schema_dump_options *wanted,
                   dunlin_result **result, dunlin_error *error)
{
    static const dunlin_schema_dump_options defaults = {.size = sizeof defaults};
    const dunlin_schema_dump_options *how = wanted ? wanted : &defaults;
    dn_session session;
    dn_side side = {.name = NULL};
    dn_portable_file file = {.text = DN_TEXT_INIT};
    int answer;

    dn_session_begin(&session, options);
    answer = dn_session_project(&session, error);
    if (answer == 0)
        answer = is_portable(&session, how)    ? dump_portable(&session, how, &file, error)
                 : check_alone(how, error) < 0 ? -1
                                               : dump(&session, how, &side, error);
    dn_text_free(&file.text);
    dn_side_close(&side);
    return dn_session_finish(&session, answer, result, error);
}

/* --- load ----------------------------------------------------------------------------------------- */

static int
check_empty(dn_session *session, dn_error *error)
{
    dn_object *objects;
    size_t count;

    if (dn_connection_objects(session->connection, &session->arena, &objects, &count, error) < 0)
        return -1;
    if (!count)
        return 0;
    return dn_fail(error, DUNLIN_EXISTS, "definition.not-empty",
                   "the database of target '%s' is not empty: it holds %s '%s'%s",
                   session->target->name, objects[0].kind, objects[0].name,
                   count > 1 ? " and more" : "");
}

/* What is not as it was where the definition comes from. */
static int
warn_of_unread(dn_session *session, dn_error *error)
{
    dn_snapshot loaded;

    dn_connection_warn_of_unread(session->connection);
    return dn_observe_snapshot(session->connection, &session->sight, &session->arena, &loaded,
                               error);
}

static int
load(dn_session *session, const char *path, dn_error *error)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    size_t statements;

    if (dn_session_project(session, error) < 0 || dn_session_target(session, error) < 0 ||
        dn_file_read(path, &sql, error) < 0 || dn_session_connect(session, false, error) < 0 ||
        check_empty(session, error) < 0 ||
        (dn_portable_is(session, path, &sql)
             ? dn_portable_load(session, session->connection, path, &sql, false, &statements, error)
             : dn_definition_run(session->connection, path, &sql, &statements, error)) < 0 ||
        warn_of_unread(session, error) < 0 ||
        dn_session_result(session, "dunlin-schema-load/1", error) < 0)
        return -1;
    dn_session_tell_target(session);
    dn_node_set_text(session->result, dn_result_node(session->result), "path", path);
    dn_node_set_integer(session->result, dn_result_node(session->result), "statements",
                        (int64_t)statements);
    return 0;
}

int
dunlin_schema_load(const dunlin_options *options, const char *path, dunlin_result **result,
                   dunlin_error *error)
{
    dn_session session;

    dn_session_begin(&session, options);
    return dn_session_finish(&session, load(&session, path, error), result, error);
}
