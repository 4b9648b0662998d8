/* SPDX-License-Identifier: MIT
 *
 * Keys and checks of two tables.
 */
#include <stdlib.h>
#include <string.h>

#include "core/schema/equivalent_internal.h"

/* --- primary keys ----------------------------------------------------------------------------------- */

static const dunlin_fact *
primary_key(const dn_members *members)
{
    for (size_t i = 0; i < members->count; i++)
        if (dn_fact_is(members->items[i], DUNLIN_KIND_PRIMARY_KEY))
            return members->items[i];
    return NULL;
}

static int
compare_primary(dn_equivalence *work)
{
    const dn_fact_pair pair = {{primary_key(&work->members[0]), primary_key(&work->members[1])}};
    const char *columns[2] = {"", ""};

    for (int side = 0; side < 2; side++)
        if (pair.sides[side])
            columns[side] = dn_fact_names(work->arena, pair.sides[side], "columns", false);
    if (!columns[0] || !columns[1])
        return dn_no_memory(work->error);
    if (strcmp(columns[0], columns[1]) == 0)
        return 0;
    if (!pair.sides[0] || !pair.sides[1])
        return dn_equivalence_alone(
            work, false, pair,
            dn_arena_printf(work->arena, "primary key (%s)", columns[pair.sides[0] ? 0 : 1]));
    return dn_equivalence_add(work, false, "columns", pair,
                              "the primary key is (%s) in %s, (%s) in %s", columns[0],
                              work->sides[0]->label, columns[1], work->sides[1]->label);
}

/* --- unique ------------------------------------------------------------------------------------------------ */

static bool
is_unique_key(const dunlin_fact *fact)
{
    return dn_fact_is(fact, DUNLIN_KIND_UNIQUE) || dn_index_is_unique_key(fact);
}

/* A unique key on the same set of columns, or the primary key. */
static const dunlin_fact *
find_unique(dn_equivalence *work, int side, const char *columns)
{
    const dn_members *members = &work->members[side];

    for (size_t i = 0; i < members->count; i++) {
        const dunlin_fact *fact = members->items[i];
        const char *other = is_unique_key(fact) || dn_fact_is(fact, DUNLIN_KIND_PRIMARY_KEY)
                                ? dn_key_columns(work->arena, fact, true)
                                : NULL;

        if (other && strcmp(other, columns) == 0)
            return fact;
    }
    return NULL;
}

static int
compare_unique(dn_equivalence *work, int side, const dunlin_fact *fact)
{
    const dn_fact_pair alone = {{side ? NULL : fact, side ? fact : NULL}};
    const char *columns = dn_key_columns(work->arena, fact, true);
    const dunlin_fact *other = columns ? find_unique(work, !side, columns) : NULL;

    if (!columns)
        return dn_no_memory(work->error);
    if (!other)
        return dn_equivalence_alone(work, false, alone,
                                    dn_arena_printf(work->arena, "unique key (%s)", columns));
    if (side || dn_fact_is(other, DUNLIN_KIND_PRIMARY_KEY))
        return 0;
    if (dn_fact_flag(fact, "nulls_not_distinct") != dn_fact_flag(other, "nulls_not_distinct") &&
        dn_equivalence_add(work, true, "nulls_not_distinct", (dn_fact_pair){{fact, other}},
                           "nulls in unique key (%s) count as equal in %s only", columns,
                           work->sides[dn_fact_flag(other, "nulls_not_distinct")]->label) < 0)
        return -1;
    if (dn_fact_flag(fact, "deferrable") == dn_fact_flag(other, "deferrable"))
        return 0;
    return dn_equivalence_add(work, true, "deferrable", (dn_fact_pair){{fact, other}},
                              "unique key (%s) is deferrable in %s only", columns,
                              work->sides[dn_fact_flag(other, "deferrable")]->label);
}

/* --- foreign keys ---------------------------------------------------------------------------------------------- */

static int
order_pairs(const void *left, const void *right)
{
    const char *const *a = left;
    const char *const *b = right;

    return strcmp(*a, *b);
}

/* "(a -> users.id, b -> ...)": pairs of columns in the order of their names; NULL: no memory. */
static const char *
foreign_text(dn_equivalence *work, int side, const dunlin_fact *fact)
{
    const dunlin_property *members[3];
    const dunlin_property *end = fact->properties + fact->property_count;
    static const char *const names[3] = {"columns", "ref_columns", "ref"};
    dunlin_string path[3];
    const char *pairs[64];
    const char *table;
    char *text = dn_arena_text(work->arena, "");
    uint64_t count = 0;

    for (int i = 0; i < 3; i++)
        members[i] = dn_property_find(fact->properties, fact->property_count, names[i]);
    for (const dunlin_property *item = members[2] ? members[2] + 1 : end;
         item < end && item->type != DUNLIN_PROPERTY_END && count < 3; item++)
        path[count++] = item->text;
    table = dn_equivalence_name(work, side, path, count);
    count = 0;
    for (uint64_t i = 1; members[0] && members[0] + i < end && count < 64 &&
                         members[0][i].type != DUNLIN_PROPERTY_END;
         i++) {
        bool named =
            members[1] && members[1] + i < end && members[1][i].type == DUNLIN_PROPERTY_IDENTIFIER;
        const char *from = dn_lower_copy(work->arena, members[0][i].text);
        const char *to = dn_lower_copy(work->arena, named ? members[1][i].text : dn_string(""));

        pairs[count] = from && to && table
                           ? dn_arena_printf(work->arena, "%s -> %s.%s", from, table, to)
                           : NULL;
        if (!pairs[count++])
            return NULL;
    }
    qsort(pairs, (size_t)count, sizeof *pairs, order_pairs);
    for (uint64_t i = 0; i < count && text; i++)
        text = dn_arena_printf(work->arena, "%s%s%s", text, i ? ", " : "", pairs[i]);
    return text;
}

/* Nothing, NO ACTION and RESTRICT are the same to an application. */
static const char *
action_of(const dunlin_fact *fact, const char *member)
{
    dunlin_string action = dn_fact_text(fact, member);

    if (!action.length || dn_string_equal(action, "restrict") ||
        dn_string_equal(action, "no action"))
        return "no action";
    return dn_string_equal(action, "cascade")    ? "cascade"
           : dn_string_equal(action, "set null") ? "set null"
                                                 : "set default";
}

static int
compare_actions(dn_equivalence *work, dn_fact_pair pair, const char *text)
{
    static const char *const actions[] = {"on_delete", "on_update"};
    static const char *const flags[] = {"deferrable", "deferred", "not_valid", "not_enforced"};

    for (size_t i = 0; i < 2; i++) {
        const char *left = action_of(pair.sides[0], actions[i]);
        const char *right = action_of(pair.sides[1], actions[i]);

        if (strcmp(left, right) != 0 &&
            dn_equivalence_add(work, false, actions[i], pair,
                               "%s of foreign key (%s) is %s in %s, %s in %s",
                               i ? "ON UPDATE" : "ON DELETE", text, left, work->sides[0]->label,
                               right, work->sides[1]->label) < 0)
            return -1;
    }
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (dn_fact_flag(pair.sides[0], flags[i]) != dn_fact_flag(pair.sides[1], flags[i]) &&
            dn_equivalence_add(work, true, flags[i], pair, "foreign key (%s) is %s in %s only",
                               text, flags[i],
                               work->sides[dn_fact_flag(pair.sides[1], flags[i])]->label) < 0)
            return -1;
    return 0;
}

static int
compare_foreign(dn_equivalence *work, int side, const dunlin_fact *fact)
{
    const char *text = foreign_text(work, side, fact);
    const dn_members *others = &work->members[!side];

    if (!text)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < others->count; i++) {
        const dunlin_fact *other = others->items[i];
        const char *told =
            dn_fact_is(other, DUNLIN_KIND_FOREIGN_KEY) ? foreign_text(work, !side, other) : NULL;

        if (told && strcmp(told, text) == 0)
            return side ? 0 : compare_actions(work, (dn_fact_pair){{fact, other}}, text);
    }
    return dn_equivalence_alone(work, false,
                                (dn_fact_pair){{side ? NULL : fact, side ? fact : NULL}},
                                dn_arena_printf(work->arena, "foreign key (%s)", text));
}

int
dn_equivalent_keys(dn_equivalence *work)
{
    if (compare_primary(work) < 0)
        return -1;
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < work->members[side].count; i++) {
            const dunlin_fact *fact = work->members[side].items[i];

            if (is_unique_key(fact) && compare_unique(work, side, fact) < 0)
                return -1;
            if (dn_fact_is(fact, DUNLIN_KIND_FOREIGN_KEY) && compare_foreign(work, side, fact) < 0)
                return -1;
        }
    return 0;
}

/* --- checks ------------------------------------------------------------------------------------------------------ */

/* Does the other side have a type for what this check does? */
static int
stands_for_type(dn_equivalence *work, int side, const dunlin_fact *check, bool *stands)
{
    const char *column;
    const char *values;
    const char *classes;
    const dunlin_fact *other;
    dn_type_check form = dn_check_of(work->arena, dn_fact_text(check, "expr"), &column, &values);

    *stands = false;
    other = column ? dn_member_column(&work->members[!side], column) : NULL;
    if (form == DN_CHECK_PROPER || !other)
        return 0;
    classes = dn_column_classes(work, !side, other);
    if (!classes)
        return -1;
    if (form == DN_CHECK_JSON)
        *stands = dn_classes_have(classes, "json");
    else if (strcmp(values, "0, 1") == 0 || strcmp(values, "1, 0") == 0)
        *stands = dn_classes_have(classes, "bool");
    else
        *stands = dn_column_values(work, !side, other) != NULL;
    return 0;
}

static int
list_checks(dn_equivalence *work, int side, const dunlin_fact **checks, size_t *count)
{
    const dn_members *members = &work->members[side];

    *count = 0;
    for (size_t i = 0; i < members->count; i++) {
        bool stands = false;

        if (!dn_fact_is(members->items[i], DUNLIN_KIND_CHECK))
            continue;
        if (stands_for_type(work, side, members->items[i], &stands) < 0)
            return -1;
        if (!stands)
            checks[(*count)++] = members->items[i];
    }
    return 0;
}

static bool
has_name(const dunlin_fact *const *checks, size_t count, dunlin_string name)
{
    for (size_t i = 0; i < count; i++) {
        dunlin_string other = checks[i]->path[checks[i]->path_count - 1];

        if (other.length == name.length && strncasecmp(other.data, name.data, name.length) == 0)
            return true;
    }
    return false;
}

int
dn_equivalent_checks(dn_equivalence *work)
{
    const dunlin_fact **lists[2];
    size_t counts[2];
    size_t totals[2];
    int more;
    size_t missing;

    for (int side = 0; side < 2; side++) {
        lists[side] =
            dn_arena_array(work->arena, work->members[side].count + 1, sizeof *lists[side]);
        if (!lists[side])
            return dn_no_memory(work->error);
        if (list_checks(work, side, lists[side], &counts[side]) < 0)
            return -1;
    }
    for (int side = 0; side < 2; side++)
        totals[side] = counts[side] + dn_domain_checks(work, side);
    more = totals[1] > totals[0];
    missing = totals[more] - totals[!more];
    for (size_t i = 0; i < counts[more] && missing; i++) {
        const dunlin_fact *check = lists[more][i];
        dunlin_string name = check->path[check->path_count - 1];
        dunlin_string text = dn_fact_text(check, "expr");

        if (has_name(lists[!more], counts[!more], name) && counts[more] - i > missing)
            continue;
        missing--;
        if (dn_equivalence_alone(
                work, false, (dn_fact_pair){{more ? NULL : check, more ? check : NULL}},
                dn_arena_printf(work->arena, "check '%.*s' (%.*s)", (int)name.length, name.data,
                                (int)text.length, text.data)) < 0)
            return -1;
    }
    return 0;
}
