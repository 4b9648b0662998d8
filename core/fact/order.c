/* SPDX-License-Identifier: MIT
 *
 * The order in which people read facts.
 */
#include <string.h>

#include "core/fact/fact.h"

static int
order_strings(dunlin_string left, dunlin_string right)
{
    uint64_t length = left.length < right.length ? left.length : right.length;
    int order = length ? memcmp(left.data, right.data, length) : 0;

    if (order)
        return order;
    return (left.length > right.length) - (left.length < right.length);
}

/* As in docs/facts.md: what a table is made of, then what goes by itself. */
static unsigned
rank(dunlin_string kind)
{
    static const char *const kinds[] = {
        DUNLIN_KIND_SCHEMA,   DUNLIN_KIND_EXTENSION,   DUNLIN_KIND_TABLE,
        DUNLIN_KIND_COLUMN,   DUNLIN_KIND_PRIMARY_KEY, DUNLIN_KIND_UNIQUE,
        DUNLIN_KIND_CHECK,    DUNLIN_KIND_FOREIGN_KEY, DUNLIN_KIND_INDEX,
        DUNLIN_KIND_TRIGGER,  DUNLIN_KIND_VIEW,        DUNLIN_KIND_MATERIALIZED_VIEW,
        DUNLIN_KIND_FUNCTION, DUNLIN_KIND_PROCEDURE,   DUNLIN_KIND_SEQUENCE,
        DUNLIN_KIND_ENUM,     DUNLIN_KIND_DOMAIN,
    };
    unsigned count = sizeof kinds / sizeof kinds[0];

    if (dn_string_equal(kind, DUNLIN_KIND_GRANT))
        return count + 1;
    for (unsigned i = 0; i < count; i++)
        if (dn_string_equal(kind, kinds[i]))
            return i;
    return count;
}

static int
order_kinds(dunlin_string left, dunlin_string right)
{
    unsigned left_rank = rank(left);
    unsigned right_rank = rank(right);

    if (left_rank != right_rank)
        return left_rank < right_rank ? -1 : 1;
    return order_strings(left, right);
}

/* `from` to before `end`, where a path that ends earlier comes first. */
static int
order_paths(const dunlin_fact *left, const dunlin_fact *right, uint64_t from, uint64_t end)
{
    for (uint64_t i = from; i < end; i++) {
        int order;

        if (i >= left->path_count || i >= right->path_count)
            return (left->path_count > i) - (right->path_count > i);
        order = order_strings(left->path[i], right->path[i]);
        if (order)
            return order;
    }
    return 0;
}

/* The path of what it is grouped by: a grant on a schema goes with the schema. */
static dunlin_fact
place_of(const dunlin_fact *fact)
{
    dunlin_fact place;

    return dn_grant_object(fact, &place) ? place : *fact;
}

int
dn_fact_order(uint64_t naming, const dunlin_fact *left, const dunlin_fact *right)
{
    uint64_t object = (naming & DN_FACT_NAMESPACES) ? 2 : 1;
    const dunlin_fact left_place = place_of(left);
    const dunlin_fact right_place = place_of(right);
    int order = order_paths(&left_place, &right_place, 0, object);

    if (!order)
        order = order_kinds(left->kind, right->kind);
    return order ? order : order_paths(left, right, 0, UINT64_MAX);
}
