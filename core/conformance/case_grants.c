/* SPDX-License-Identifier: MIT
 *
 * Privileges as facts.
 */
#include "core/conformance/check.h"

static int
count_grant(const dunlin_fact *fact, void *context)
{
    size_t *count = context;
    dunlin_fact object;

    if (!dn_grant_object(fact, &object) ||
        !dn_string_equal(object.path[object.path_count - 1], DN_CHECK_ITEMS))
        return 0;
    ++*count;
    return 0;
}

/* How many privileges on the table are told. */
static int
count_told(dn_check *check, bool asked, size_t *count)
{
    dn_connection *connection = dn_check_first(check);
    dn_unreadable unreadable = {.arena = &check->arena};
    dn_fact_map *facts = dn_fact_map_new(&check->arena, dn_driver_naming(check->capabilities));

    *count = 0;
    if (!connection)
        return -1;
    if (!facts)
        return dn_check_no_memory(check);
    dn_connection_see_grants(connection, asked);
    if (dn_connection_schema(connection, facts, &unreadable, &check->error) < 0)
        return -1;
    dn_connection_see_grants(connection, false);
    if (unreadable.count)
        return dn_check_skip(check, "not all can be read: %s", unreadable.items[0].reason);
    dn_fact_map_each(facts, DUNLIN_KIND_GRANT, count_grant, count);
    return 0;
}

static int
expect(dn_check *check, bool asked, size_t expected)
{
    size_t count;

    if (count_told(check, asked, &count) < 0)
        return -1;
    if (count != expected && !check->skipped[0])
        return dn_check_fail(check, "%zu privileges on a table were told, not %zu, with grants %s",
                             count, expected, asked ? "asked for" : "left out");
    return 0;
}

/* Where the owner has all anyway, it has to be somebody else, and an old server makes an account of
 * whom it does not know. *told: it is a privilege of its own. */
static int
give(dn_check *check, const char *sql, bool *told)
{
    size_t count = 0;

    *told = false;
    if (dn_check_execute(check, DUNLIN_ITEM_STATEMENT, sql) < 0) {
        dn_error_clear(&check->error);
        return 0;
    }
    if (count_told(check, true, &count) < 0)
        return -1;
    *told = count > 0;
    return 0;
}

static int
grants(dn_check *check)
{
    static const char *const forms[][2] = {
        {"GRANT SELECT ON " DN_CHECK_ITEMS " TO CURRENT_USER",
         "REVOKE SELECT ON " DN_CHECK_ITEMS " FROM CURRENT_USER"},
        {"GRANT SELECT ON " DN_CHECK_ITEMS " TO PUBLIC",
         "REVOKE SELECT ON " DN_CHECK_ITEMS " FROM PUBLIC"},
    };
    size_t at = 0;
    bool told = false;

    if (dn_check_items(check) < 0 || expect(check, true, 0) < 0)
        return -1;
    for (; at < sizeof forms / sizeof forms[0] && !told && !check->skipped[0]; at++)
        if (give(check, dn_check_sql(check, "grant", forms[at][0]), &told) < 0)
            return -1;
    if (check->skipped[0])
        return 0;
    if (!told)
        return dn_check_fail(check, "a privilege on a table was given and not told");
    return expect(check, false, 0) < 0 || expect(check, true, 1) < 0 ||
                   dn_check_execute(check, DUNLIN_ITEM_STATEMENT,
                                    dn_check_sql(check, "revoke", forms[at - 1][1])) < 0
               ? -1
               : expect(check, true, 0);
}

static const dn_case cases[] = {
    {"grants.told", "a privilege is told where grants are asked for, and only there", grants, NULL,
     DUNLIN_CAN_INTROSPECT_FACTS | DUNLIN_CAN_GRANTS},
};

const dn_area dn_area_grants = DN_AREA(cases);
