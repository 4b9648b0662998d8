/* SPDX-License-Identifier: MIT
 *
 * A key or check without a name, in the database's own dialect: the database will name it by its own rules, so it is
 * found by what it says. What says the same is it.
 */
#include "core/execute/translate_internal.h"

#include <string.h>

typedef struct search {
    dn_translator *translator;
    const dn_fact_map *facts;
    const dunlin_operation *operation;
    const dn_wanted *wanted;
    dn_nameless *out;
    dn_error *error;
} search;

/* The path with the name of what is there. */
static const dunlin_string *
named_path(search *work, const dunlin_fact *there)
{
    uint64_t count = work->operation->path_count;
    dunlin_string *path = dn_arena_array(&work->translator->scratch, (size_t)count, sizeof *path);

    if (!path)
        return NULL;
    memcpy(path, work->operation->path, (size_t)count * sizeof *path);
    path[count - 1] = there->path[count - 1];
    return path;
}

/* What the server could not print is the same only where it is written alike. */
static int
be_sure(search *work, dunlin_fact *fact)
{
    dn_properties set = {.arena = &work->translator->scratch};

    dn_properties_add_all(&set, fact->properties, fact->property_count, "unsure");
    if (set.failed)
        return dn_no_memory(work->error);
    fact->properties = set.items;
    fact->property_count = set.count;
    return 0;
}

/* 1: it says the same, or only the run can tell; 0: another one. */
static int
compare(search *work, const dunlin_fact *there)
{
    dn_arena *scratch = &work->translator->scratch;
    const dn_guard_options options = {.assume_guarded = true};
    const dunlin_string *path = named_path(work, there);
    dunlin_operation *operation = dn_operation_copy(scratch, work->operation);
    dunlin_fact *fact = dn_arena_alloc(scratch, sizeof *fact);
    const dunlin_fact **list = dn_arena_array(scratch, 1, sizeof *list);
    dn_wanted wanted = {list, 1};
    dn_auto(dn_text) ignored = DN_TEXT_INIT;
    int open;

    if (!path || !operation || !fact || !list)
        return dn_no_memory(work->error);
    *fact = *work->wanted->facts[0];
    fact->path = operation->path = path;
    list[0] = fact;
    open = dn_translator_settle(work->translator, work->facts, &wanted, work->error);
    if (open < 0)
        return -1;
    *fact = *wanted.facts[0];
    list[0] = fact;
    wanted.facts = list;
    if (!open && be_sure(work, fact) < 0)
        return -1;
    if (!open &&
        dn_schema_resolve(work->facts, operation, &wanted, &options, &ignored) != DN_GUARD_SKIP)
        return 0;
    *work->out = (dn_nameless){operation, wanted, open > 0};
    return 1;
}

static int
visit(const dunlin_fact *there, void *context)
{
    const search *work = context;

    return there->path_count == work->operation->path_count ? compare(context, there) : 0;
}

int
dn_translator_find_nameless(dn_translator *translator, const dn_fact_map *facts,
                            const dunlin_operation *operation, const dn_wanted *wanted,
                            dn_nameless *found, dn_error *error)
{
    search work = {translator, facts, operation, wanted, found, error};
    uint64_t count = operation->path_count;

    found->operation = NULL;
    if (operation->verb != DUNLIN_VERB_CREATE || count < 2 || wanted->count != 1 ||
        !dn_string_among(operation->kind, "unique fk check index exclude"))
        return 0;
    /* On MySQL a unique index is a unique constraint. */
    return dn_fact_map_members(facts, wanted->facts[0]->kind.data, operation->path, count - 1,
                               visit, &work) < 0
               ? -1
               : 0;
}
