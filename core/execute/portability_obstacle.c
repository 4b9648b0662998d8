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

/* --- what is told -------------------------------------------------------------------------------------- */

static size_t
places_of(const dn_losses *losses)
{
    size_t count = 0;

    for (size_t i = 0; i < losses->count; i++)
        count += losses->items[i].count;
    return count;
}

bool
dn_portability_holds(const dn_portability *found, bool strict)
{
    return found->count == 0 && !(strict && found->losses.count);
}

void
dn_portability_summarise(const dn_portability *found, bool strict, dn_text *text)
{
    size_t lost = places_of(&found->losses);

    if (found->own) {
        dn_text_add_string(text, "the migrations are written for it: nothing is translated");
        return;
    }
    dn_text_add_count(text, (int64_t)found->statements, "statement", "statements");
    if (found->refused)
        dn_text_printf(text,
                       found->statements == 1 ? ", which cannot be translated"
                                              : ", %zu of them cannot be translated",
                       found->refused);
    else
        dn_text_add_string(text, found->unsure            ? ", no obstacle is seen"
                                 : found->statements == 1 ? ", can be translated"
                                                          : ", all can be translated");
    if (found->unsure)
        dn_text_printf(text, "; %zu concern what native text made, so only a run can tell",
                       found->unsure);
    if (found->native)
        dn_text_printf(text, "; %zu of its own", found->native);
    if (lost)
        dn_text_printf(text, "; something is lost in %zu %s%s", lost,
                       lost == 1 ? "place" : "places",
                       strict ? ", which \"portability\": \"strict\" does not allow" : "");
}
