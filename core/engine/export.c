/* SPDX-License-Identifier: MIT
 *
 * dunlin export: migrations as a script for a database's stock client. Nothing is connected to.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/engine/session.h"
#include "core/export/export.h"

/* The driver that was named, else that of the target. *server is what it is to assume. */
static int
choose_driver(dn_session *session, const dunlin_export_options *wanted, const char **server,
              dn_error *error)
{
    const dn_driver_places places = {session->options->driver_path};

    *server = wanted->server;
    if (session->options->url || session->options->target || !wanted->driver) {
        if (dn_session_target(session, error) < 0)
            return -1;
    }
    if (!wanted->driver)
        return 0;
    if (dn_driver_find(&places, wanted->driver, &session->driver, error) < 0)
        return -1;
    /* "mariadb" is a server of the driver mysql. */
    if (!*server && strcmp(wanted->driver, session->driver->table.name) != 0)
        *server = wanted->driver;
    return 0;
}

static int
refuse_findings(const dn_journal *journal, dn_error *error)
{
    for (size_t i = 0; i < journal->findings.count; i++) {
        const dn_finding *finding = &journal->findings.items[i];

        if (finding->severity == DN_ERROR_FINDING)
            return dn_fail(error, DUNLIN_DISAGREEMENT, finding->id, "%s", finding->message);
    }
    return 0;
}

/* --- telling -------------------------------------------------------------------------------------- */

static void
tell_migrations(dn_session *session, const dn_export *made)
{
    dunlin_result *result = session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "migrations");

    for (size_t i = 0; i < made->count; i++) {
        const dn_exported *one = &made->migrations[i];
        dunlin_node *node = dn_node_object(result, list, NULL);

        dn_node_set_integer(result, node, "idx", one->migration->idx);
        dn_node_set_text(result, node, "tag", one->migration->tag);
        dn_node_set_text(result, node, "path", one->migration->path);
        dn_node_set_integer(result, node, "statements", (int64_t)one->statements);
        dn_node_set_boolean(result, node, "transactional", one->transactional);
        dn_node_set_text(result, node, "reason", one->reason);
    }
}

static void
tell_losses(dn_session *session, const dn_losses *losses)
{
    dunlin_result *result = session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "losses");

    for (size_t i = 0; i < losses->count; i++) {
        dunlin_node *node = dn_node_object(result, list, NULL);

        dn_node_set_text(result, node, "what", losses->items[i].what);
        dn_node_set_text(result, node, "first", losses->items[i].first);
        dn_node_set_integer(result, node, "count", (int64_t)losses->items[i].count);
    }
}

static int
tell(dn_session *session, const dunlin_export_options *wanted, const dunlin_profile *profile,
     const dn_export *made, const dn_text *script, dn_error *error)
{
    dunlin_result *result = session->result;
    dunlin_node *root = dn_result_node(result);
    dn_auto(dn_text) summary = DN_TEXT_INIT;

    dn_session_tell_project(session);
    dn_session_tell_findings(session, "findings", &session->journal.findings);
    dn_node_set_text(result, root, "driver", session->driver->table.name);
    dn_node_set_text(result, root, "server",
                     profile ? dn_arena_printf(&session->arena, "%.*s %.*s",
                                               (int)profile->flavour.length, profile->flavour.data,
                                               (int)profile->version.length, profile->version.data)
                             : NULL);
    tell_migrations(session, made);
    tell_losses(session, &made->losses);
    dn_node_set_text(result, root, "output", wanted->output);
    dn_node_set_text(result, root, "script", wanted->output ? NULL : script->data);
    dn_text_add_count(&summary, (int64_t)made->count, "migration", "migrations");
    if (wanted->output)
        dn_text_printf(&summary, " written to %s", wanted->output);
    dn_node_set_text(result, root, "summary", summary.data);
    return summary.failed ? dn_no_memory(error) : 0;
}

/* --- the export ----------------------------------------------------------------------------------- */

static int export(dn_session *session, const dunlin_export_options *wanted, dn_text *script,
                  dn_error *error)
{
    dn_export_options options = {.from = wanted->from, .to = wanted->to};
    const char *server;
    dn_export made;

    if (dn_session_project(session, error) < 0 ||
        choose_driver(session, wanted, &server, error) < 0 ||
        dn_session_result(session, "dunlin-export/1", error) < 0 ||
        dn_session_journal(session, error) < 0 || dn_journal_finish(&session->journal, error) < 0 ||
        refuse_findings(&session->journal, error) < 0)
        return -1;
    if (dn_driver_assume(session->driver, server, &session->arena, &options.profile, error) < 0)
        return dn_while(error, "assuming a server for the script");
    options.driver = session->driver;
    options.tracker = session->target ? session->target->tracker : NULL;
    options.native_guards = session->project.native_guards;
    options.strict = session->project.strict;
    if (dn_export_write(&options, &session->journal, &session->arena, script, &made, error) < 0)
        return -1;
    if (wanted->output && dn_file_write(wanted->output, script->data, script->length, error) < 0)
        return -1;
    return tell(session, wanted, options.profile, &made, script, error);
}

int
dunlin_export(const dunlin_options *options, const dunlin_export_options *export_options,
              dunlin_result **result, dunlin_error *error)
{
    dunlin_export_options wanted = {.size = sizeof wanted};
    dn_auto(dn_text) script = DN_TEXT_INIT;
    dn_session session;

    if (export_options)
        memcpy(&wanted, export_options,
               export_options->size < sizeof wanted ? export_options->size : sizeof wanted);
    dn_session_begin(&session, options);
    return dn_session_finish(&session, export(&session, &wanted, &script, error), result, error);
}
