/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "core/execute/portability_internal.h"

enum { FIRST_WORDS = 50 };

/* "CREATE TABLE users (", on one line. */
static const char *
first_words(dn_checking *work)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_auto(dn_text) shown = DN_TEXT_INIT;
    dunlin_string sql = work->item->sql;

    for (uint64_t i = 0; i < sql.length && text.length <= FIRST_WORDS; i++) {
        bool blank = strchr(" \t\r\n", sql.data[i]) != NULL && sql.data[i] != '\0';

        if (!blank)
            dn_text_add_char(&text, sql.data[i]);
        else if (text.length && text.data[text.length - 1] != ' ')
            dn_text_add_char(&text, ' ');
    }
    if (text.data)
        dn_text_add_visible(&shown, text.data, text.length, FIRST_WORDS);
    if (text.failed || shown.failed)
        return NULL;
    return dn_arena_text(work->arena, shown.data ? shown.data : "");
}

int
dn_portability_find_place(dn_checking *work, uint64_t offset, dn_obstacle *place)
{
    const dn_script_item *item = work->item;

    *place = (dn_obstacle){.migration = work->migration,
                           .line = item->line,
                           .column = item->column,
                           .statement_line = item->line,
                           .statement = first_words(work)};
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
