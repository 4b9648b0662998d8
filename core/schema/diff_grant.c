/* SPDX-License-Identifier: MIT
 *
 * Grants that have to be made once more although they are the same before and after: those on what is
 * dropped and made anew, those on columns of a table from which the privilege is revoked, which
 * PostgreSQL takes from the columns as well (its manual, REVOKE), and those that may have been passed on by somebody who
 * loses the right to.
 */
#include "core/schema/diff_internal.h"

/* Of the fact, or NULL. */
static dn_move *
move_of(const dn_diffing *work, const dunlin_fact *fact)
{
    for (size_t i = 0; fact && i < work->count; i++)
        if (work->moves[i].before == fact || work->moves[i].after == fact)
            return &work->moves[i];
    return NULL;
}

/* What it is on goes. */
static bool
loses_object(const dn_diffing *work, const dunlin_fact *grant)
{
    const dunlin_fact *object = dn_grant_object_in(work->before, grant);
    const dn_move *move = move_of(work, object);

    return move && (move->what & DN_MOVE_DROP);
}

/* The same privilege on the whole table. */
static const dunlin_fact *
wider_grant(const dn_diffing *work, const dunlin_fact *grant)
{
    static const char words[] = " ON COLUMN";
    uint64_t count = grant->path_count;
    dunlin_fact object;
    dunlin_string path[4];

    if (!dn_grant_object(grant, &object) || !dn_fact_is(&object, DUNLIN_KIND_COLUMN) ||
        object.path_count > 3)
        return NULL;
    for (uint64_t i = 0; i + 1 < object.path_count; i++)
        path[i] = grant->path[i];
    path[object.path_count - 1] = grant->path[count - 2];
    path[object.path_count] = grant->path[count - 1];
    if (path[object.path_count].length < sizeof words)
        return NULL;
    path[object.path_count].length -= sizeof words - 1;
    return dn_fact_map_find(work->before, grant->kind, path, count - 1);
}

/* It is revoked, or the right to pass it on is. */
static bool
loses_wider(const dn_diffing *work, const dunlin_fact *grant)
{
    const dn_move *move = move_of(work, wider_grant(work, grant));

    return move && (move->what & (DN_MOVE_DROP | DN_MOVE_ALTER)) &&
           (!move->after || !dn_fact_flag(move->after, "grantable"));
}

static int
add_move(dn_diffing *work, const dunlin_fact *before, const dunlin_fact *after)
{
    work->moves = dn_arena_grow(work->arena, work->moves, &work->capacity, work->count + 1,
                                sizeof *work->moves);
    if (!work->moves)
        return dn_no_memory(work->error);
    work->moves[work->count++] =
        (dn_move){.before = before, .after = after, .what = DN_MOVE_CREATE};
    return 0;
}

static int
look_at(const dunlin_fact *grant, void *context)
{
    dn_diffing *work = context;
    const dunlin_fact *after =
        dn_fact_map_find(work->after, grant->kind, grant->path, grant->path_count);
    dn_move *move = move_of(work, grant);
    bool gone = loses_object(work, grant);

    if (gone && move && !after)
        move->what = DN_MOVE_SILENT_DROP;
    if (!after || (!gone && !loses_wider(work, grant)))
        return 0;
    if (!move)
        return add_move(work, grant, after);
    move->what = DN_MOVE_CREATE;
    return 0;
}

/* --- what was passed on ------------------------------------------------------------------------------ */

/* Who gave a privilege is no fact. So whoever may have given it counts as the one who did. */
typedef struct passing {
    dn_diffing *work;
    const dunlin_fact *grant; /* one that is taken away */
    bool held;                /* with the right to pass it on */
} passing;

/* The same privilege on the same. What was given on a column by who has it on the table stays, whatever becomes of that. */
static bool
is_same(const dunlin_fact *one, const dunlin_fact *other)
{
    const uint64_t last = one->path_count - 1;

    if (one == other || other->path_count != one->path_count ||
        !dn_string_same(one->path[last], other->path[last]))
        return false;
    for (uint64_t i = 0; i + 1 < last; i++)
        if (!dn_string_same(one->path[i], other->path[i]))
            return false;
    return true;
}

static bool
is_taken(const dn_move *move)
{
    return move->before && dn_fact_is(move->before, DUNLIN_KIND_GRANT) &&
           !dn_fact_flag(move->before, "revoked") &&
           ((move->what & DN_MOVE_DROP) || ((move->what & DN_MOVE_ALTER) && move->after &&
                                            !dn_fact_flag(move->after, "grantable")));
}

/* A holder who keeps the right gets it anew, for what was passed on to go; whoever stays gets it anew, too. */
static int
look_at_other(const dunlin_fact *other, void *context)
{
    passing *state = context;
    dn_diffing *work = state->work;
    const bool gave = dn_fact_flag(other, "grantable");
    const dunlin_fact *after;

    if (!(gave || state->held) || !is_same(state->grant, other) || dn_fact_flag(other, "revoked"))
        return 0;
    after = dn_fact_map_find(work->after, other->kind, other->path, other->path_count);
    if (!after || move_of(work, other))
        return 0;
    if (add_move(work, other, after) < 0)
        return -1;
    if (gave)
        work->moves[work->count - 1].what = DN_MOVE_DROP | DN_MOVE_CREATE;
    return 0;
}

/* Moves that this adds are looked at in their turn. */
static int
close_passed(dn_diffing *work)
{
    for (size_t i = 0; i < work->count; i++) {
        passing state = {.work = work, .grant = work->moves[i].before};

        if (!is_taken(&work->moves[i]))
            continue;
        state.held = dn_fact_flag(state.grant, "grantable");
        if (dn_fact_map_each(work->before, DUNLIN_KIND_GRANT, look_at_other, &state) < 0)
            return -1;
    }
    return 0;
}

int
dn_diff_close_grants(dn_diffing *work)
{
    return dn_fact_map_each(work->before, DUNLIN_KIND_GRANT, look_at, work) < 0
               ? -1
               : close_passed(work);
}
