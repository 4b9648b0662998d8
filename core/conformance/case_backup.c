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

static int
back_up_and_restore(dn_check *check, const char *path)
{
    const dn_log *log = &check->kit->log;
    const dunlin_backup_options options = {
        .size = sizeof options, .content = DUNLIN_BACKUP_FULL, .path = dn_string(path)};

    if (dn_driver_backup(check->driver, check->kit->url, &options, log, &check->error) < 0)
        return dn_while(&check->error, "backing up");
    if (!dn_file_exists(path))
        return dn_check_fail(check, "backup() wrote no file");
    if (dn_check_execute(check, DUNLIN_ITEM_STATEMENT, "DELETE FROM " DN_CHECK_ITEMS) < 0)
        return -1;
    dn_check_close(check, 0);
    if (dn_driver_restore(check->driver, check->kit->url, &options, log, &check->error) < 0)
        return dn_while(&check->error, "restoring");
    return dn_check_count(check, dn_check_first(check), DN_CHECK_ITEMS, 100);
}

static int
round_trip(dn_check *check)
{
    const char *path = destination(check);
    int answer;

    if (!path)
        return dn_check_no_memory(check);
    if (dn_check_filled(check, 100) < 0)
        return -1;
    answer = back_up_and_restore(check, path);
    unlink(path);
    return answer;
}

static int
refused(dn_check *check)
{
    const char *path = destination(check);
    dunlin_backup_options options = {.size = sizeof options, .content = DUNLIN_BACKUP_FULL};
    dn_error error;

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
    {"backup.round-trip", "what was backed up comes back by restore", round_trip, NULL,
     DUNLIN_CAN_BACKUP_ITSELF},
    {"backup.refused", "a backup that cannot be written fails, and nothing is lost", refused, NULL,
     DUNLIN_CAN_BACKUP_ITSELF},
};

const dn_area dn_area_backup = DN_AREA(cases);
