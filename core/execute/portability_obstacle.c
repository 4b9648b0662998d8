/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "core/execute/portability_internal.h"

int
dn_portability_find_place(dn_checking *work, uint64_t offset, dn_obstacle *place)
{
    const dn_script_item *item = work->item;

    *place = (dn_obstacle){.migration = work->migration,
                           .line = item->line,
                           .column = item->column,
                           .statement_line = item->line,
                           .statement = dn_first_words(item->sql, work->arena)};
    if (offset > 0 && offset <= item->sql.length)
        dn_lex_place(item->sql, offset, &place->line, &place->column);
    return place->statement ? 0 : dn_no_memory(work->error);
}

int
dn_portability_add(dn_checking *work, const dn_obstacle *one)
{
    dn_portability *found = work->found;

    found->obstacles = dn_arena_grow(work->arena, found->obstacles, &found->capacity,
                                     found->count + 1, sizeof *found->obstacles);
    if (!found->obstacles || !one->reason)
        return dn_no_memory(work->error);
    found->obstacles[found->count++] = *one;
    return 0;
}

int
dn_portability_obstruct(dn_checking *work, uint64_t offset, const char *reason, bool wrong)
{
    dn_obstacle one;

    if (dn_portability_find_place(work, offset, &one) < 0)
        return -1;
    one.reason = dn_arena_text(work->arena, reason);
    one.wrong = wrong;
    work->found->refused += !work->refused;
    work->refused = true;
    return dn_portability_add(work, &one);
}

int
dn_portability_obstruct_by(dn_checking *work, uint64_t offset)
{
    char reason[sizeof work->error->message];

    if (work->error->status == DUNLIN_NO_MEMORY)
        return -1;
    memcpy(reason, work->error->message, sizeof reason);
    dn_error_clear(work->error);
    return dn_portability_obstruct(work, offset, reason, false);
}
