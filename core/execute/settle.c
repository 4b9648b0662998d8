/* SPDX-License-Identifier: MIT
 *
 * Guards compare definitions, and of some members only the server itself can say how it prints them:
 * it is asked, so that another CHECK of the same name is no reason to go on. What an earlier statement
 * of the run made, or renamed, is seen once that was run: while it is rehearsed the question stays
 * open, and in the run the object is looked at again.
 */
#include <string.h>

#include "core/execute/translate_internal.h"

static bool
same_text(dunlin_string left, dunlin_string right)
{
    return dn_fact_same_name(0, 0, 1, left, right);
}

static const dunlin_property *
member_of(const dunlin_fact *fact, dunlin_string name, uint64_t *span)
{
    for (uint64_t i = 0; i < fact->property_count;
         i = dn_property_next(fact->properties, fact->property_count, i)) {
        const dunlin_property *member = &fact->properties[i];

        *span = dn_property_span(fact->properties, fact->property_count, i);
        if (same_text(member->name, name))
            return member;
    }
    return NULL;
}

static bool
same_member(const dunlin_fact *left, const dunlin_fact *right, dunlin_string name)
{
    uint64_t left_span;
    uint64_t right_span;
    const dunlin_property *one = member_of(left, name, &left_span);
    const dunlin_property *other = member_of(right, name, &right_span);

    return one && other && dn_property_equal(one, left_span, other, right_span);
}

static bool
has_unsure(const dunlin_fact *fact)
{
    return dn_property_find(fact->properties, fact->property_count, "unsure") != NULL;
}

/* The same query means another view where its * stands for more columns. */
static bool
has_star(const dunlin_property *member)
{
    return member->text.length > 0 &&
           memchr(member->text.data, '*', (size_t)member->text.length) != NULL;
}

/* The first member that is not known to be printed so, or the end of the properties. */
static const dunlin_property *
first_unsure(const dunlin_fact *fact)
{
    const dunlin_property *list =
        dn_property_find(fact->properties, fact->property_count, "unsure");

    return list ? list + 1 : fact->properties + fact->property_count;
}

static bool
is_at_end(const dunlin_fact *fact, const dunlin_property *item)
{
    return item == fact->properties + fact->property_count || item->type == DUNLIN_PROPERTY_END;
}

static bool
differ_where_unsure(const dunlin_fact *unsure, const dunlin_fact *wanted, const dunlin_fact *there)
{
    uint64_t span;

    for (const dunlin_property *item = first_unsure(unsure); !is_at_end(unsure, item); item++) {
        const dunlin_property *member = member_of(wanted, item->text, &span);

        if (member && (!same_member(wanted, there, item->text) || has_star(member)))
            return true;
    }
    return false;
}

/* Does a member that could not be compared stand in the way of saying that the two are equal? */
static bool
is_open(const dunlin_fact *wanted, const dunlin_fact *there)
{
    return differ_where_unsure(wanted, wanted, there) || differ_where_unsure(there, wanted, there);
}

/* What it is like now only the server can tell: this run made it, or renamed what is in its text. */
static bool
is_made_here(const dunlin_fact *there)
{
    return has_unsure(there) || dn_fact_flag(there, "rewritten");
}

static bool
same_fact(const dunlin_fact *left, const dunlin_fact *right)
{
    if (!same_text(left->kind, right->kind) || left->path_count != right->path_count ||
        left->property_count != right->property_count)
        return false;
    for (uint64_t i = 0; i < left->path_count; i++)
        if (!same_text(left->path[i], right->path[i]))
            return false;
    for (uint64_t i = 0; i < left->property_count;
         i = dn_property_next(left->properties, left->property_count, i))
        if (!same_member(left, right, left->properties[i].name))
            return false;
    return true;
}

/* --- answers of the server --- */
static const dn_settled *
recall(dn_translator *translator, const dunlin_fact *wanted)
{
    for (size_t i = 0; i < translator->settled_count; i++) {
        size_t at = (translator->recalled + i) % translator->settled_count;

        if (same_fact(translator->settled[at].asked, wanted)) {
            translator->recalled = at + 1;
            return &translator->settled[at];
        }
    }
    return NULL;
}

static dn_settled *
place_for(dn_translator *translator, const dunlin_fact *wanted)
{
    const dn_settled *known = recall(translator, wanted);

    if (known)
        return &translator->settled[known - translator->settled];
    translator->settled =
        dn_arena_grow(&translator->arena, translator->settled, &translator->settled_capacity,
                      translator->settled_count + 1, sizeof *translator->settled);
    return translator->settled ? &translator->settled[translator->settled_count] : NULL;
}

static int
ask(dn_translator *translator, const dunlin_fact *wanted, const dunlin_fact **settled,
    dn_error *error)
{
    const dunlin_fact *const *answer;
    const dunlin_fact *asked = dn_fact_copy(&translator->arena, wanted);
    dn_settled *place = place_for(translator, wanted);

    if (!asked || !place)
        return dn_no_memory(error);
    if (dn_connection_settle(translator->connection, &asked, 1, &translator->arena, &answer,
                             error) < 0)
        return -1;
    if (place == &translator->settled[translator->settled_count])
        translator->settled_count++;
    *place = (dn_settled){asked, answer[0], translator->looks,
                          translator->phase == DN_TRANSLATOR_PERFORMS ? translator->changes : 0};
    *settled = answer[0];
    return 0;
}

/* --- what is looked at again --- */
static int
look_at(dn_translator *translator, const dunlin_fact *wanted, dn_error *error)
{
    const dunlin_fact key = dn_schema_key_of(&translator->target, wanted);
    const dunlin_fact *keys[] = {&key};

    return dn_connection_facts(translator->connection, keys, 1, translator->actual, error);
}

bool
dn_translator_asks(const dn_translator *translator)
{
    return translator->open.count > 0;
}

int
dn_translator_look_at_open(dn_translator *translator, dn_error *error)
{
    translator->looks++;
    for (size_t i = 0; i < translator->open.count; i++) {
        const dunlin_fact *ignored;

        if (look_at(translator, translator->open.items[i], error) < 0 ||
            ask(translator, translator->open.items[i], &ignored, error) < 0)
            return -1;
    }
    translator->open.count = 0;
    return 0;
}

/* The same, with members to be passed over that are unsure in either of two; NULL: with none. */
static int
change_unsure(dn_translator *translator, const dunlin_fact **wanted, const dunlin_fact *const *of,
              dn_error *error)
{
    dn_properties set = {.arena = &translator->scratch};
    dunlin_fact *changed = dn_arena_alloc(&translator->scratch, sizeof *changed);

    dn_properties_add_all(&set, (*wanted)->properties, (*wanted)->property_count, "unsure");
    if (of)
        dn_properties_add(&set, "unsure", DUNLIN_PROPERTY_LIST_BEGIN, 0, dn_string(NULL));
    for (int i = 0; of && i < 2; i++)
        for (const dunlin_property *item = first_unsure(of[i]); !is_at_end(of[i], item); item++)
            dn_properties_add(&set, NULL, DUNLIN_PROPERTY_TEXT, 0, item->text);
    if (of)
        dn_properties_add(&set, NULL, DUNLIN_PROPERTY_END, 0, dn_string(NULL));
    if (!changed || set.failed)
        return dn_no_memory(error);
    *changed = **wanted;
    changed->properties = set.items;
    changed->property_count = set.count;
    *wanted = changed;
    return 0;
}

/* 1: nobody knows yet. While it is rehearsed, what is unsure in either of the two is passed over. */
static int
leave_open(dn_translator *translator, const dunlin_fact **wanted, const dunlin_fact *there,
           dn_error *error)
{
    const dunlin_fact *const both[] = {*wanted, there};
    const dunlin_fact *copy;

    if (translator->phase != DN_TRANSLATOR_PERFORMS)
        return change_unsure(translator, wanted, both, error) < 0 ? -1 : 1;
    copy = dn_fact_copy(&translator->arena, *wanted);
    if (!copy)
        return dn_no_memory(error);
    return dn_fact_list_add(&translator->open, &translator->arena, copy, error) < 0 ? -1 : 1;
}

/* --- one of them --- */
static bool
is_of_statement(dn_translator *translator, const dn_fact_map *facts, const dunlin_fact *there)
{
    const dn_fact_map *before = dn_translator_facts(translator);
    const dunlin_fact *then = dn_fact_map_find(before, there->kind, there->path, there->path_count);

    return facts != before && (!then || !same_fact(then, there));
}

/* What has been read since is to be compared with what was asked since; and where there was no answer,
 * there may be one once something has changed. */
static bool
is_final(const dn_translator *translator, const dn_settled *known)
{
    return known->change == translator->changes ||
           (known->look == translator->looks && !has_unsure(known->answer));
}

static int
settle_known(dn_translator *translator, const dunlin_fact **wanted, const dunlin_fact *there,
             dn_error *error)
{
    const dn_settled *known = recall(translator, *wanted);
    const dunlin_fact *asked = *wanted;

    if (known && is_final(translator, known)) {
        *wanted = known->answer;
        return 0;
    }
    if (translator->phase == DN_TRANSLATOR_PERFORMS)
        return leave_open(translator, wanted, there, error);
    if (known)
        *wanted = known->answer;
    else if (translator->phase == DN_TRANSLATOR_REHEARSES &&
             ask(translator, asked, wanted, error) < 0)
        return -1;
    return translator->changes > 0 && has_unsure(*wanted) && is_open(*wanted, there);
}

static int
settle_one(dn_translator *translator, const dn_fact_map *facts, const dunlin_fact **wanted,
           dn_error *error)
{
    const dunlin_fact *there =
        dn_fact_map_find(facts, (*wanted)->kind, (*wanted)->path, (*wanted)->path_count);

    if (!there)
        return 0;
    if (dn_fact_flag(there, "rewritten") && !same_member(*wanted, there, dn_string("definition")))
        return leave_open(translator, wanted, there, error);
    if (!is_open(*wanted, there))
        return 0;
    if (!is_made_here(there))
        return settle_known(translator, wanted, there, error);
    /* Made by the very statement, it cannot be looked at: only what is written alike is the same. */
    return is_of_statement(translator, facts, there)
               ? change_unsure(translator, wanted, NULL, error)
               : leave_open(translator, wanted, there, error);
}

int
dn_translator_settle(dn_translator *translator, const dn_fact_map *facts, dn_wanted *wanted,
                     dn_error *error)
{
    const dunlin_fact **list =
        dn_arena_array(&translator->scratch, wanted->count + 1, sizeof *list);
    int answer = 0;

    if (!list)
        return dn_no_memory(error);
    for (size_t i = 0; i < wanted->count; i++) {
        int one;

        list[i] = wanted->facts[i];
        one = settle_one(translator, facts, &list[i], error);
        if (one < 0)
            return -1;
        answer = one ? 1 : answer;
    }
    wanted->facts = list;
    return answer;
}
