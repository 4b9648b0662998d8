/* SPDX-License-Identifier: MIT
 *
 * Privileges named beforehand. Which ones a user lacks the kit cannot arrange; that nobody is
 * refused who may, it can.
 */
#include <string.h>

#include "core/conformance/check.h"

enum { MOST = 8 };

static int
take(const dunlin_missing *missing, void *context, dn_error *error)
{
    dn_check *check = context;

    (void)error;
    return dn_check_fail(check, "it misses %s on %s", dn_check_shown(check, missing->privilege),
                         dn_check_shown(check, missing->object));
}

/* Asks about all of them in order. */
static int
none_missing(dn_check *check, const char *const *statements, uint64_t flags)
{
    dunlin_operation operations[MOST] = {{0}};
    const dunlin_operation *list[MOST];
    size_t count = 0;

    if (!check->driver->table.check_privileges)
        return dn_check_skip(check, "this driver does not tell");
    if (!dn_check_first(check))
        return -1;
    for (; statements[count] && count < MOST; count++) {
        operations[count].size = sizeof operations[count];
        operations[count].verb = DUNLIN_VERB_NATIVE;
        operations[count].flags = flags;
        operations[count].body = dn_string(statements[count]);
        list[count] = &operations[count];
    }
    return dn_connection_privileges(dn_check_first(check), list, count, take, check, &check->error);
}

static int
allowed(dn_check *check)
{
    static const char *const statements[] = {
        "INSERT INTO " DN_CHECK_ITEMS " (id) VALUES (1)",
        "UPDATE " DN_CHECK_ITEMS " SET name = 'a'",
        "ALTER TABLE " DN_CHECK_ITEMS " ADD COLUMN extra integer",
        "CREATE TABLE " DN_CHECK_PREFIX "other (id integer)",
        "ALTER TABLE " DN_CHECK_PREFIX "other ADD COLUMN extra integer",
        "DROP TABLE " DN_CHECK_PREFIX "other",
        "DELETE FROM " DN_CHECK_ITEMS,
        NULL};

    if (dn_check_items(check) < 0 || none_missing(check, statements, 0) < 0)
        return -1;
    /* What it says is true. */
    for (size_t i = 0; !check->skipped[0] && statements[i]; i++)
        if (dn_check_statement(check, dn_check_first(check), statements[i]) < 0)
            return -1;
    return 0;
}

static int
not_understood(dn_check *check)
{
    static const char *const statements[] = {"frobnicate the " DN_CHECK_ITEMS,
                                             "",
                                             "INSERT INTO",
                                             "ALTER TABLE '",
                                             "DROP TABLE (((",
                                             NULL};

    return none_missing(check, statements, DUNLIN_OPERATION_CUT);
}

static const dn_case cases[] = {
    {"privileges.allowed", "what the user may do is not called missing", allowed, NULL, 0},
    {"privileges.not-understood", "what is no statement, or cut short, is not refused",
     not_understood, NULL, 0},
};

const dn_area dn_area_privileges = DN_AREA(cases);
