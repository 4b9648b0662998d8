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
expect(dn_check *check, bool asked, size_t expected)
{
    dn_connection *connection = dn_check_first(check);
    dn_unreadable unreadable = {.arena = &check->arena};
    dn_fact_map *facts = dn_fact_map_new(&check->arena, dn_driver_naming(check->capabilities));
    size_t count = 0;

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
    dn_fact_map_each(facts, DUNLIN_KIND_GRANT, count_grant, &count);
    if (count != expected)
        return dn_check_fail(check, "%zu privileges on a table were told, not %zu, with grants %s",
                             count, expected, asked ? "asked for" : "left out");
    return 0;
}

static int
grants(dn_check *check)
{
    const char *give = dn_check_sql(check, "grant", "GRANT SELECT ON " DN_CHECK_ITEMS " TO PUBLIC");
    const char *take =
        dn_check_sql(check, "revoke", "REVOKE SELECT ON " DN_CHECK_ITEMS " FROM PUBLIC");

    if (dn_check_items(check) < 0 || expect(check, true, 0) < 0)
        return -1;
    if (dn_check_execute(check, DUNLIN_ITEM_STATEMENT, give) < 0) {
        dn_error_clear(&check->error);
        return dn_check_skip(check, "the server does not take '%s'", give);
    }
    if (expect(check, false, 0) < 0 || expect(check, true, 1) < 0)
        return -1;
    return dn_check_execute(check, DUNLIN_ITEM_STATEMENT, take) < 0 ? -1 : expect(check, true, 0);
}

static const dn_case cases[] = {
    {"grants.told", "a privilege is told where grants are asked for, and only there", grants, NULL,
     DUNLIN_CAN_INTROSPECT_FACTS | DUNLIN_CAN_GRANTS},
};

const dn_area dn_area_grants = DN_AREA(cases);
