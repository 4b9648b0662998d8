/* SPDX-License-Identifier: MIT
 *
 * `dunlin backup`, `backups` and `restore`.
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/engine/session.h"

static int
open_target(dn_session *session, bool read_only, const char *format, dn_error *error)
{
    if (dn_session_project(session, error) < 0 || dn_session_target(session, error) < 0 ||
        dn_session_connect(session, read_only, error) < 0)
        return -1;
    return dn_session_result(session, format, error);
}

/* By hand a backup is a whole one, or what the target's command makes. */
static int
wish_for(dn_session *session, dn_backup_wish *wish, dn_error *error)
{
    const dunlin_server *server = dn_connection_server(session->connection);
    uint64_t flags = dn_connection_capabilities(session->connection)->flags;

    if (dn_session_backup(session, wish, error) < 0)
        return -1;
    if (!server->path.length && (flags & DUNLIN_CAN_BACKUP_ITSELF))
        return dn_fail(error, DUNLIN_UNSUPPORTED, "backup.no-file",
                       "the database of target '%s' is in memory, so it has no backups",
                       session->target->name);
    if (wish->mode != DN_BACKUP_COMMAND)
        wish->mode = DN_BACKUP_FULL;
    return 0;
}

static int
take(dn_session *session, const char *destination, dn_error *error)
{
    dn_backup_wish wish;
    dn_backup backup;
    dunlin_node *root;
    bool empty;
    int64_t start = dn_clock_monotonic_ns();

    if (open_target(session, true, "dunlin-backup/1", error) < 0 ||
        wish_for(session, &wish, error) < 0)
        return -1;
    if (dn_connection_is_empty(session->connection, &empty, error) < 0)
        return -1;
    if (empty)
        return dn_fail(error, DUNLIN_MISSING, "backup.nothing",
                       "there is nothing to back up: the database of target '%s' is empty",
                       session->target->name);
    wish.destination = destination;
    if (dn_backup_take(session->connection, &wish, &session->log, &session->arena, &backup, error) <
        0)
        return -1;
    dn_session_tell_target(session);
    root = dn_result_node(session->result);
    dn_node_set_text(session->result, root, "content", backup.content);
    dn_node_set_text(session->result, root, "path", backup.path);
    dn_node_set_integer(session->result, root, "bytes", backup.bytes);
    dn_node_set_integer(session->result, root, "duration_us",
                        (dn_clock_monotonic_ns() - start) / 1000);
    return 0;
}

int
dunlin_backup(const dunlin_options *options, const char *destination, dunlin_result **result,
              dunlin_error *error)
{
    dn_session session;

    dn_session_begin(&session, options);
    return dn_session_finish(&session, take(&session, destination, error), result, error);
}

static int
list(dn_session *session, dn_error *error)
{
    dn_backup_wish wish;
    dn_backup *backups;
    size_t count;
    dunlin_result *result;
    dunlin_node *nodes;

    if (open_target(session, true, "dunlin-backups/1", error) < 0 ||
        wish_for(session, &wish, error) < 0 ||
        dn_backup_list(wish.folder, &session->arena, &backups, &count, error) < 0)
        return -1;
    result = session->result;
    dn_session_tell_target(session);
    dn_node_set_text(result, dn_result_node(result), "folder", wish.folder);
    nodes = dn_node_array(result, dn_result_node(result), "backups");
    for (size_t i = 0; i < count; i++) {
        dunlin_node *node = dn_node_object(result, nodes, NULL);

        dn_node_set_text(result, node, "name", backups[i].name);
        dn_node_set_text(result, node, "path", backups[i].path);
        dn_node_set_integer(result, node, "bytes", backups[i].bytes);
        dn_node_set_text(result, node, "taken_at", backups[i].taken_at);
    }
    return 0;
}

int
dunlin_backups(const dunlin_options *options, dunlin_result **result, dunlin_error *error)
{
    dn_session session;

    dn_session_begin(&session, options);
    return dn_session_finish(&session, list(&session, error), result, error);
}

/* A name in the folder, else a path. */
static int
find_source(dn_session *session, const char *folder, const char *name, const char **source,
            dn_error *error)
{
    *source = strchr(name, '/') ? name : dn_path_join(&session->arena, folder, name);
    if (!*source)
        return dn_no_memory(error);
    if (dn_file_exists(*source))
        return 0;
    *source = name;
    if (dn_file_exists(name))
        return 0;
    return dn_fail(error, DUNLIN_MISSING, "backup.unknown", "there is no backup '%s' in '%s'", name,
                   folder);
}

/* Under the lock: nobody migrates meanwhile, and the present state is saved first. */
static int
put_back(dn_session *session, dn_backup_wish *wish, const char *source, dn_backup *saved,
         dn_error *error)
{
    dn_connection *connection = session->connection;
    const dunlin_server *server = dn_connection_server(connection);
    dunlin_backup_options options = {
        .size = sizeof(options),
        .content = DUNLIN_BACKUP_FULL,
        .path = dn_string(source),
        .profile = server->profile,
    };
    bool empty;

    if (dn_connection_is_empty(connection, &empty, error) < 0)
        return -1;
    if (empty)
        options.content = DUNLIN_BACKUP_SCHEMA;

    /* One more is kept: the copy asked for must not be the one that makes room. */
    wish->keep++;
    if (!empty &&
        dn_backup_take(connection, wish, &session->log, &session->arena, saved, error) < 0)
        return dn_while(error, "saving the present state first");
    if (dn_driver_restore(session->driver, session->url, &options, &session->log, error) == 0)
        return 0;
    if (saved->path)
        dn_while(error, "restoring; the state before is saved in '%s'", saved->path);
    return -1;
}

static int
restore(dn_session *session, const char *name, dn_error *error)
{
    dn_backup_wish wish;
    dn_backup saved = {0};
    const char *source;
    dunlin_result *result;
    int answer;

    if (open_target(session, false, "dunlin-restore/1", error) < 0 ||
        wish_for(session, &wish, error) < 0 ||
        dn_backup_check_way(session->connection, DN_BACKUP_FULL, error) < 0 ||
        find_source(session, wish.folder, name, &source, error) < 0 ||
        dn_run_lock(session->connection, DN_TRACKER_TABLE, dn_session_lock_timeout(session),
                    &session->log, error) < 0)
        return -1;
    if (wish.mode == DN_BACKUP_COMMAND)
        wish.mode = DN_BACKUP_FULL;
    answer = put_back(session, &wish, source, &saved, error);
    dn_run_unlock(session->connection, DN_TRACKER_TABLE);
    if (answer < 0)
        return -1;
    result = session->result;
    dn_session_tell_target(session);
    dn_node_set_text(result, dn_result_node(result), "restored", source);
    dn_node_set_text(result, dn_result_node(result), "saved", saved.path);
    dn_node_set_text(result, dn_result_node(result), "summary",
                     saved.path ? "restored; the state before is saved" : "restored");
    return 0;
}

int
dunlin_restore(const dunlin_options *options, const char *name, dunlin_result **result,
               dunlin_error *error)
{
    dn_session session;

    dn_session_begin(&session, options);
    return dn_session_finish(&session, restore(&session, name, error), result, error);
}
