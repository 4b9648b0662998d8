/* SPDX-License-Identifier: MIT
 *
 * Backups of drivers that take them themselves.
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/conformance/check.h"

static char *
destination(dn_check *check)
{
    char id[33];

    dn_random_id(id);
    return dn_arena_printf(&check->arena, "%s-dunlin-check-%s",
                           check->file[0] ? check->file : "/tmp/backup", id);
}

/* 0: go on, or check->skipped is filled. */
static int
begin(dn_check *check, dunlin_backup_options *options, const char *path)
{
    dn_connection *connection = dn_check_first(check);
    dn_error error;

    if (!check->driver->table.backup || !check->driver->table.restore)
        return dn_check_skip(check, "this driver takes no backups");
    if (!path)
        return dn_check_no_memory(check);
    if (!connection)
        return -1;
    options->path = dn_string(path);
    options->profile = dn_connection_server(connection)->profile;
    dn_error_clear(&error);
    if (dn_driver_backup_check(check->driver, check->kit->url, options, &check->kit->log, &error) <
        0)
        return dn_check_skip(check, "%s", error.message);
    return 0;
}

static int
back_up_and_restore(dn_check *check, const dunlin_backup_options *options)
{
    const dn_log *log = &check->kit->log;
    dunlin_backup_options back = *options;

    back.profile = NULL; /* it goes with its connection */
    if (dn_driver_backup(check->driver, check->kit->url, options, log, &check->error) < 0)
        return dn_while(&check->error, "backing up");
    if (!dn_file_exists(options->path.data))
        return dn_check_fail(check, "backup() wrote no file");
    if (dn_check_execute(check, DUNLIN_ITEM_STATEMENT, "DELETE FROM " DN_CHECK_ITEMS) < 0)
        return -1;
    dn_check_close(check, 0);
    if (dn_driver_restore(check->driver, check->kit->url, &back, log, &check->error) < 0)
        return dn_while(&check->error, "restoring");
    return dn_check_count(check, dn_check_first(check), DN_CHECK_ITEMS, 100);
}

static int
round_trip(dn_check *check)
{
    const char *path = destination(check);
    dunlin_backup_options options = {.size = sizeof options, .content = DUNLIN_BACKUP_FULL};
    int answer = begin(check, &options, path);

    if (answer < 0 || check->skipped[0])
        return answer;
    if (dn_check_filled(check, 100) < 0)
        return -1;
    answer = back_up_and_restore(check, &options);
    unlink(path);
    return answer;
}

/* A schema without its rows is not put over rows. */
static int
keep_rows(dn_check *check, const dunlin_backup_options *options)
{
    dunlin_backup_options full = *options;
    dn_error error;

    if (dn_driver_backup(check->driver, check->kit->url, options, &check->kit->log, &check->error) <
        0)
        return dn_while(&check->error, "backing up the schema");
    full.content = DUNLIN_BACKUP_FULL;
    dn_error_clear(&error);
    if (dn_driver_restore(check->driver, check->kit->url, &full, &check->kit->log, &error) == 0)
        return dn_check_fail(check, "a file without rows was restored where rows were asked for");
    return dn_check_count(check, dn_check_first(check), DN_CHECK_ITEMS, 100);
}

static int
schema(dn_check *check)
{
    const char *path = destination(check);
    dunlin_backup_options options = {.size = sizeof options, .content = DUNLIN_BACKUP_SCHEMA};
    int answer = begin(check, &options, path);

    if (answer < 0 || check->skipped[0])
        return answer;
    if (dn_check_filled(check, 100) < 0)
        return -1;
    answer = keep_rows(check, &options);
    unlink(path);
    return answer;
}

static int
refused(dn_check *check)
{
    const char *path = destination(check);
    dunlin_backup_options options = {.size = sizeof options, .content = DUNLIN_BACKUP_FULL};
    dn_error error;

    if (!check->driver->table.backup)
        return dn_check_skip(check, "this driver takes no backups");
    path = path ? dn_arena_printf(&check->arena, "%s/missing/backup", path) : NULL;
    if (!path)
        return dn_check_no_memory(check);
    if (dn_check_filled(check, 1) < 0)
        return -1;
    options.path = dn_string(path);
    dn_error_clear(&error);
    if (dn_driver_backup(check->driver, check->kit->url, &options, &check->kit->log, &error) == 0)
        return dn_check_fail(check, "a backup into a folder that does not exist succeeded");
    if (!error.message[0])
        return dn_check_fail(check, "a backup failed without a message");
    return dn_check_count(check, dn_check_first(check), DN_CHECK_ITEMS, 1);
}

static const dn_case cases[] = {
    {"backup.round-trip", "what was backed up comes back by restore", round_trip, NULL, 0},
    {"backup.schema", "a schema is saved without rows, and is not restored over rows", schema, NULL,
     DUNLIN_CAN_BACKUP_SCHEMA},
    {"backup.refused", "a backup that cannot be written fails, and nothing is lost", refused, NULL,
     0},
};

const dn_area dn_area_backup = DN_AREA(cases);
