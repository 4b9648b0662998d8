/* SPDX-License-Identifier: MIT
 *
 * Indexes of two tables, by what they hold. Unique ones on plain columns are keys.
 */
#include <stdlib.h>
#include <string.h>

#include "core/schema/equivalent_internal.h"

/* --- what an index holds ----------------------------------------------------------------------------- */

enum { EXPRESSION = 1, PREFIX = 2, DESCENDING = 4 };

typedef struct part {
    dunlin_string column; /* empty: an expression */
    unsigned flags;
} part;

typedef struct content {
    part *parts;
    size_t count;
    unsigned flags; /* of all parts together */
} content;

static int
read_content(dn_arena *arena, const dunlin_fact *fact, content *found)
{
    const dunlin_property *keys = dn_property_find(fact->properties, fact->property_count, "keys");
    const dunlin_property *end = fact->properties + fact->property_count;
    unsigned depth = 1;

    *found = (content){
        .parts = dn_arena_array(arena, (size_t)fact->property_count + 1, sizeof *found->parts)};
    if (!found->parts)
        return -1;
    for (const dunlin_property *item = keys ? keys + 1 : end; item < end && depth; item++) {
        part *one = &found->parts[found->count ? found->count - 1 : 0];

        if (item->type == DUNLIN_PROPERTY_END)
            depth--;
        else if (item->type == DUNLIN_PROPERTY_STRUCT_BEGIN && depth++ == 1)
            found->parts[found->count++].flags = EXPRESSION;
        else if (dn_string_equal(item->name, "column"))
            *one = (part){item->text, one->flags & ~(unsigned)EXPRESSION};
        else if (dn_string_equal(item->name, "length"))
            one->flags |= PREFIX;
        else if (dn_string_equal(item->name, "desc") && item->integer)
            one->flags |= DESCENDING;
    }
    for (size_t i = 0; i < found->count; i++)
        found->flags |= found->parts[i].flags;
    return 0;
}

static int
order_names(const void *left, const void *right)
{
    const char *const *a = left;
    const char *const *b = right;

    return strcmp(*a, *b);
}

const char *
dn_key_columns(dn_arena *arena, const dunlin_fact *fact, bool sort)
{
    const char **names;
    char *text = dn_arena_text(arena, "");
    content holds;

    if (!dn_fact_is(fact, DUNLIN_KIND_INDEX))
        return dn_fact_names(arena, fact, "columns", sort);
    if (read_content(arena, fact, &holds) < 0 || (holds.flags & EXPRESSION))
        return NULL;
    names = dn_arena_array(arena, holds.count + 1, sizeof *names);
    for (size_t i = 0; names && i < holds.count; i++) {
        names[i] = dn_lower_copy(arena, holds.parts[i].column);
        if (!names[i])
            return NULL;
    }
    if (names && sort && holds.count)
        qsort(names, holds.count, sizeof *names, order_names);
    for (size_t i = 0; names && text && i < holds.count; i++)
        text = dn_arena_printf(arena, "%s%s%s", text, i ? ", " : "", names[i]);
    return names ? text : NULL;
}

bool
dn_index_is_unique_key(const dunlin_fact *fact)
{
    dn_auto(dn_arena) scratch = DN_ARENA_INIT;
    content holds;

    return dn_fact_is(fact, DUNLIN_KIND_INDEX) && dn_fact_flag(fact, "unique") &&
           !dn_fact_text(fact, "where").length && !dn_fact_flag(fact, "invalid") &&
           read_content(&scratch, fact, &holds) == 0 && !(holds.flags & (EXPRESSION | PREFIX));
}

/* --- pairs --------------------------------------------------------------------------------------------------- */

typedef struct indexed {
    const dunlin_fact *fact;
    content holds;
    const char *text; /* "(a, <expression>)" */
    bool paired;
} indexed;

typedef struct indexes {
    indexed *items;
    size_t count;
} indexes;

static const char *
content_text(dn_arena *arena, const content *holds)
{
    const char *text = "";

    for (size_t i = 0; i < holds->count && text; i++) {
        const part *one = &holds->parts[i];
        const char *name =
            one->flags & EXPRESSION ? "<expression>" : dn_lower_copy(arena, one->column);

        text = name ? dn_arena_printf(arena, "%s%s%s", text, i ? ", " : "", name) : NULL;
    }
    return text;
}

static int
list_indexes(dn_equivalence *work, int side, indexes *list)
{
    const dn_members *members = &work->members[side];

    *list = (indexes){dn_arena_array(work->arena, members->count + 1, sizeof *list->items), 0};
    if (!list->items)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < members->count; i++) {
        indexed *one = &list->items[list->count];

        if (!dn_fact_is(members->items[i], DUNLIN_KIND_INDEX) ||
            dn_index_is_unique_key(members->items[i]))
            continue;
        *one = (indexed){.fact = members->items[i]};
        if (read_content(work->arena, one->fact, &one->holds) < 0)
            return dn_no_memory(work->error);
        one->text = content_text(work->arena, &one->holds);
        if (!one->text)
            return dn_no_memory(work->error);
        list->count++;
    }
    return 0;
}

/* MySQL indexes the beginning of a column where others take an expression, or all of it. */
static bool
alike(const part *left, const part *right, bool loosely)
{
    unsigned flags = left->flags | right->flags;

    if (left->flags & right->flags & EXPRESSION)
        return true;
    if (!(flags & EXPRESSION))
        return left->column.length == right->column.length &&
               strncasecmp(left->column.data, right->column.data, left->column.length) == 0;
    return loosely && (flags & PREFIX);
}

static bool
holds_alike(const indexed *left, const indexed *right, bool loosely)
{
    if (left->holds.count != right->holds.count)
        return false;
    for (size_t i = 0; i < left->holds.count; i++)
        if (!alike(&left->holds.parts[i], &right->holds.parts[i], loosely))
            return false;
    return true;
}

static bool
same_name(const dunlin_fact *left, const dunlin_fact *right)
{
    dunlin_string a = left->path[left->path_count - 1];
    dunlin_string b = right->path[right->path_count - 1];

    return a.length == b.length && strncasecmp(a.data, b.data, a.length) == 0;
}

/* --- differences ----------------------------------------------------------------------------------------------- */

static int
only_one(dn_equivalence *work, bool warning, const char *what, dn_fact_pair pair, const char *text,
         bool left, bool right, const char *is)
{
    if (left == right)
        return 0;
    return dn_equivalence_add(work, warning, what, pair, "index (%s) %s in %s only", text, is,
                              work->sides[right]->label);
}

static int
compare_pair(dn_equivalence *work, indexed *left, indexed *right)
{
    const dn_fact_pair pair = {{left->fact, right->fact}};
    const unsigned flags[2] = {left->holds.flags, right->holds.flags};
    bool partial[2];
    bool included[2];
    bool unique[2];
    bool invalid[2];

    for (int side = 0; side < 2; side++) {
        partial[side] = dn_fact_text(pair.sides[side], "where").length > 0;
        unique[side] = dn_fact_flag(pair.sides[side], "unique");
        invalid[side] = dn_fact_flag(pair.sides[side], "invalid");
        included[side] = dn_property_find(pair.sides[side]->properties,
                                          pair.sides[side]->property_count, "include") != NULL;
    }
    left->paired = right->paired = true;
    if (only_one(work, partial[0] || partial[1], "unique", pair, left->text, unique[0], unique[1],
                 "is unique") < 0 ||
        only_one(work, false, "invalid", pair, left->text, invalid[0], invalid[1],
                 "was not built to the end, and is invalid,") < 0 ||
        only_one(work, true, "where", pair, left->text, partial[0], partial[1], "leaves rows out") <
            0 ||
        only_one(work, true, "include", pair, left->text, included[0], included[1],
                 "includes further columns") < 0 ||
        only_one(work, true, "desc", pair, left->text, flags[0] & DESCENDING, flags[1] & DESCENDING,
                 "is descending") < 0 ||
        only_one(work, true, "length", pair, left->text, flags[0] & PREFIX, flags[1] & PREFIX,
                 "holds beginnings of columns") < 0)
        return -1;
    return only_one(work, true, "method", pair, left->text,
                    dn_fact_text(left->fact, "method").length > 0,
                    dn_fact_text(right->fact, "method").length > 0, "is of another method");
}

/* First those of one name, then equal ones, then those that only stand for each other. */
static int
pair_up(dn_equivalence *work, indexes lists[2])
{
    for (int pass = 0; pass < 3; pass++)
        for (size_t i = 0; i < lists[0].count; i++)
            for (size_t k = 0; k < lists[1].count && !lists[0].items[i].paired; k++) {
                indexed *left = &lists[0].items[i];
                indexed *right = &lists[1].items[k];

                if (right->paired || !holds_alike(left, right, pass == 2) ||
                    (pass == 0 && !same_name(left->fact, right->fact)))
                    continue;
                if (compare_pair(work, left, right) < 0)
                    return -1;
            }
    return 0;
}

/* A key on the same columns, of either side, makes an index unnecessary. */
static bool
repeats_key(dn_equivalence *work, const indexed *one)
{
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < work->members[side].count; i++) {
            const dunlin_fact *fact = work->members[side].items[i];
            const char *columns =
                dn_string_among(fact->kind, "pk unique") || dn_index_is_unique_key(fact)
                    ? dn_key_columns(work->arena, fact, false)
                    : NULL;

            if (columns && strcmp(columns, one->text) == 0)
                return true;
        }
    return false;
}

int
dn_equivalent_indexes(dn_equivalence *work)
{
    indexes lists[2];

    if (list_indexes(work, 0, &lists[0]) < 0 || list_indexes(work, 1, &lists[1]) < 0 ||
        pair_up(work, lists) < 0)
        return -1;
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < lists[side].count; i++) {
            const indexed *one = &lists[side].items[i];

            if (!one->paired && !dn_fact_flag(one->fact, "implied") && !repeats_key(work, one) &&
                dn_equivalence_alone(
                    work, false, (dn_fact_pair){{side ? NULL : one->fact, side ? one->fact : NULL}},
                    dn_arena_printf(work->arena, "index '%.*s' (%s)",
                                    (int)one->fact->path[one->fact->path_count - 1].length,
                                    one->fact->path[one->fact->path_count - 1].data, one->text)) <
                    0)
                return -1;
        }
    return 0;
}
