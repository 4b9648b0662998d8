/* SPDX-License-Identifier: MIT
 *
 * Guards compare definitions, and of some members only the server itself can say how it prints them:
 * of what exists it is asked, so that another CHECK of the same name is no reason to go on.
 */
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

/* Does a member that could not be compared stand in the way of saying that the two are equal? */
static bool
is_open(const dunlin_fact *wanted, const dunlin_fact *there)
{
    const dunlin_property *unsure =
        dn_property_find(wanted->properties, wanted->property_count, "unsure");
    const dunlin_property *end = wanted->properties + wanted->property_count;
    uint64_t span;

    for (const dunlin_property *item = unsure ? unsure + 1 : end;
         item < end && item->type != DUNLIN_PROPERTY_END; item++)
        if (member_of(wanted, item->text, &span) && !same_member(wanted, there, item->text))
            return true;
    return false;
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

/* --- what this very run made --- */
/* Blanks, quotes of names, case and parentheses do not count: an expression has one spelling. */
static int
without_parentheses(dunlin_string text, dn_arena *arena, dunlin_string *plain)
{
    char *copy = dn_arena_alloc(arena, (size_t)text.length + 1);
    size_t length = 0;
    bool quoted = false;

    for (uint64_t i = 0; copy && i < text.length; i++) {
        quoted = quoted != (text.data[i] == '\'');
        if (quoted || (text.data[i] != '(' && text.data[i] != ')'))
            copy[length++] = text.data[i];
    }
    *plain = dn_span(copy, length);
    return copy ? 0 : -1;
}

/* Is it another one, by the texts that are sent for both? */
static int
differs(const dunlin_fact *wanted, const dunlin_fact *there, dunlin_string name, dn_arena *arena,
        bool *other)
{
    uint64_t span;
    const dunlin_property *one = member_of(wanted, name, &span);
    const dunlin_property *two = member_of(there, name, &span);
    dunlin_string left;
    dunlin_string right;

    *other = false;
    if (!one || !two || one->type != DUNLIN_PROPERTY_EXPRESSION || two->type != one->type ||
        !dn_property_lists(there->properties, there->property_count, "unsure", name))
        return 0;
    if (without_parentheses(one->text, arena, &left) < 0 ||
        without_parentheses(two->text, arena, &right) < 0)
        return -1;
    *other = !dn_schema_same_code(left, right);
    return 0;
}

/* Of both only the text that makes them is known. What is another text is another thing: it is not
 * left open any more. */
static int
settle_by_text(dn_translator *translator, const dunlin_fact **wanted, const dunlin_fact *there,
               dn_error *error)
{
    dn_arena *arena = &translator->scratch;
    dn_properties set = {.arena = arena};
    dunlin_fact *settled = dn_arena_alloc(arena, sizeof *settled);
    const dunlin_property *end = (*wanted)->properties + (*wanted)->property_count;
    const dunlin_property *unsure =
        dn_property_find((*wanted)->properties, (*wanted)->property_count, "unsure");

    dn_properties_add_all(&set, (*wanted)->properties, (*wanted)->property_count, "unsure");
    dn_properties_add(&set, "unsure", DUNLIN_PROPERTY_LIST_BEGIN, 0, dn_string(NULL));
    for (const dunlin_property *item = unsure ? unsure + 1 : end;
         item < end && item->type != DUNLIN_PROPERTY_END; item++) {
        bool other;

        if (differs(*wanted, there, item->text, arena, &other) < 0)
            return dn_no_memory(error);
        if (!other)
            dn_properties_add_span(&set, item, 1);
    }
    dn_properties_add(&set, NULL, DUNLIN_PROPERTY_END, 0, dn_string(NULL));
    if (!settled || set.failed)
        return dn_no_memory(error);
    *settled = **wanted;
    settled->properties = set.items;
    settled->property_count = set.count;
    *wanted = settled;
    return 0;
}

static const dunlin_fact *
recall(dn_translator *translator, const dunlin_fact *wanted)
{
    for (size_t i = 0; i < translator->settled_count; i++) {
        size_t at = (translator->recalled + i) % translator->settled_count;

        if (same_fact(translator->settled[at].asked, wanted)) {
            translator->recalled = at + 1;
            return translator->settled[at].answer;
        }
    }
    return NULL;
}

static int
ask(dn_translator *translator, const dunlin_fact **wanted, dn_error *error)
{
    const dunlin_fact *const *answer;
    const dunlin_fact *asked = dn_fact_copy(&translator->arena, *wanted);

    translator->settled =
        dn_arena_grow(&translator->arena, translator->settled, &translator->settled_capacity,
                      translator->settled_count + 1, sizeof *translator->settled);
    if (!asked || !translator->settled)
        return dn_no_memory(error);
    if (dn_connection_settle(translator->connection, &asked, 1, &translator->arena, &answer,
                             error) < 0)
        return -1;
    translator->settled[translator->settled_count++] = (dn_settled){asked, answer[0]};
    *wanted = answer[0];
    return 0;
}

int
dn_translator_settle(dn_translator *translator, const dn_fact_map *facts, dn_wanted *wanted,
                     dn_error *error)
{
    const dunlin_fact **list =
        dn_arena_array(&translator->scratch, wanted->count + 1, sizeof *list);

    if (!list)
        return dn_no_memory(error);
    for (size_t i = 0; i < wanted->count; i++) {
        const dunlin_fact *there = dn_fact_map_find(
            facts, wanted->facts[i]->kind, wanted->facts[i]->path, wanted->facts[i]->path_count);
        const dunlin_fact *known;

        list[i] = wanted->facts[i];
        if (!there || !is_open(list[i], there) || dn_fact_flag(there, "rewritten"))
            continue;
        /* Made by this very run, it is not how the server prints it either. */
        if (dn_property_find(there->properties, there->property_count, "unsure")) {
            if (!translator->own && settle_by_text(translator, &list[i], there, error) < 0)
                return -1;
            continue;
        }
        known = recall(translator, list[i]);
        if (known)
            list[i] = known;
        else if (translator->phase == DN_TRANSLATOR_REHEARSES &&
                 ask(translator, &list[i], error) < 0)
            return -1;
    }
    wanted->facts = list;
    return 0;
}
