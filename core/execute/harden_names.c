/* SPDX-License-Identifier: MIT */
#include "core/execute/harden_names.h"

#include "core/fact/fact.h"

struct dn_name_change {
    uint64_t statement; /* where it begins */
    const dunlin_operation *operation;
    bool takes_over;
};

/* Does the second one, a rename, give the name that the first one takes? */
static bool
gives_again(const dunlin_operation *first, const dunlin_operation *second)
{
    uint64_t last = first->path_count ? first->path_count - 1 : 0;

    if (!first->path_count || second->verb != DUNLIN_VERB_RENAME ||
        !dn_string_same(first->kind, second->kind) || first->path_count != second->path_count ||
        !second->new_path_count)
        return false;
    for (uint64_t i = 0; i < last; i++)
        if (!dn_string_same(first->path[i], second->path[i]))
            return false;
    return dn_string_same(first->path[last], second->new_path[second->new_path_count - 1]);
}

/* The last one, compared with those before it. */
static void
compare(dn_name_changes *changes)
{
    dn_name_change *last = &changes->list[changes->count - 1];

    for (dn_name_change *one = changes->list; one < last; one++)
        if (gives_again(one->operation, last->operation))
            one->takes_over = last->takes_over = true;
}

int
dn_names_see(dn_name_changes *changes, const dn_lex_item *item, const dn_ddl_options *options,
             dn_arena *arena, dn_error *error)
{
    const char *copy = dn_arena_copy(arena, item->text.data, (size_t)item->text.length);
    dn_ddl_statement parsed;

    if (!copy)
        return dn_no_memory(error);
    if (dn_ddl_parse(dn_span(copy, (size_t)item->text.length), options, arena, &parsed, error) < 0)
        return -1;
    for (size_t i = 0; parsed.kind == DN_DDL_OPERATIONS && i < parsed.count; i++) {
        const dunlin_operation *operation = parsed.operations[i];

        if (operation->verb != DUNLIN_VERB_DROP && operation->verb != DUNLIN_VERB_RENAME)
            continue;
        changes->list = dn_arena_grow(arena, changes->list, &changes->capacity, changes->count + 1,
                                      sizeof *changes->list);
        if (!changes->list)
            return dn_no_memory(error);
        changes->list[changes->count++] = (dn_name_change){item->offset, operation, false};
        compare(changes);
    }
    return 0;
}

bool
dn_names_take_over(const dn_name_changes *changes, uint64_t statement)
{
    for (size_t i = 0; i < changes->count; i++)
        if (changes->list[i].statement == statement && changes->list[i].takes_over)
            return true;
    return false;
}
