/* SPDX-License-Identifier: MIT */
#include "core/engine/fresh.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/engine/upkeep.h"

static const char first_id[] = "00000000-0000-0000-0000-000000000000";

enum { MOST_BASES = 3 };

typedef struct writing {
    dn_session *session;
    const dn_declared_place *place;
    size_t at;
    dn_fresh *fresh;
    dn_json own;  /* the file that is there */
    dn_json next; /* those around it */
    dn_json previous;
    dn_drizzle_base bases[MOST_BASES];
    size_t base_count;
    bool own_is_right;
    dn_error *error;
} writing;

/* --- for both layouts --------------------------------------------------------------------------------- */

const char *
dn_fresh_id(dn_arena *arena)
{
    char hex[33];

    dn_random_id(hex);
    return dn_arena_printf(arena, "%.8s-%.4s-4%.3s-a%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17,
                           hex + 20);
}

int
dn_fresh_history(dn_session *session, size_t from, size_t at, dn_text *history, dn_error *error)
{
    for (size_t i = from; i <= at; i++) {
        const dn_migration *file = &session->journal.migrations[i];

        if (file->has_file && dn_file_read(file->path, history, error) < 0)
            return -1;
        dn_text_add_char(history, '\n');
    }
    return history->failed ? dn_no_memory(error) : 0;
}

/* --- files ------------------------------------------------------------------------------------------- */

/* 1: there is none that could be read. */
static int
read_json(writing *work, const char *path, dn_json *json)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const char *name = dn_arena_text(&work->session->arena, path);
    dn_error ignored;

    dn_error_clear(&ignored);
    if (!name)
        return dn_no_memory(work->error);
    return dn_file_exists(path) && dn_file_read(path, &text, &ignored) == 0 &&
                   dn_json_parse(json, name, text.data ? text.data : "", text.length, false,
                                 "snapshot.syntax", &ignored) == 0
               ? 0
               : 1;
}

static const char *
member_of(const dn_json *json, const char *name)
{
    const cJSON *found = json->root ? cJSON_GetObjectItemCaseSensitive(json->root, name) : NULL;

    return cJSON_IsString(found) ? found->valuestring : NULL;
}

static int
read_neighbours(writing *work)
{
    const dn_journal *journal = &work->session->journal;
    dn_arena *arena = &work->session->arena;
    int answer = 1;

    for (size_t i = work->at; answer == 1 && i-- > 0;) {
        const char *path = dn_declared_path(work->session, i, arena);

        answer = path ? read_json(work, path, &work->previous) : dn_no_memory(work->error);
    }
    for (size_t i = work->at + 1; answer >= 0 && !work->next.root && i < journal->count; i++) {
        const char *path = dn_declared_path(work->session, i, arena);

        answer = path ? read_json(work, path, &work->next) : dn_no_memory(work->error);
    }
    return answer < 0 ? -1 : 0;
}

/* --- what is known already ------------------------------------------------------------------------------ */

/* What cannot be loaded lends no words. */
static int
add_base(writing *work, const dn_json *json, bool *same)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    dn_declared declared;

    *same = false;
    if (!json->root)
        return 0;
    if (dn_drizzle_snapshot_sql(json, &sql, work->error) < 0 ||
        dn_declared_by_text(work->session, work->place, json->name, &sql, &declared, work->error) <
            0) {
        if (dn_error_ends_all(work->error))
            return -1;
        dn_error_clear(work->error);
        return 0;
    }
    *same = declared.differences.count == 0;
    work->bases[work->base_count++] = (dn_drizzle_base){json->root, declared.side.facts};
    return 0;
}

static int
read_bases(writing *work)
{
    bool same;

    if (read_json(work, work->fresh->path, &work->own) < 0 || read_neighbours(work) < 0 ||
        add_base(work, &work->own, &work->own_is_right) < 0 ||
        add_base(work, &work->next, &same) < 0 || add_base(work, &work->previous, &same) < 0)
        return -1;
    return 0;
}

/* The next one names it; one that is there keeps the name that it has. */
static int
choose_ids(writing *work)
{
    const char *wanted = member_of(&work->next, "prevId");
    const char *own = member_of(&work->own, "id");
    const char *previous = member_of(&work->previous, "id");

    work->fresh->previous = previous ? previous : first_id;
    if (work->next.root && own) {
        work->fresh->id = own;
        return 0;
    }
    if (wanted && strcmp(wanted, work->fresh->previous) != 0) {
        work->fresh->id = wanted;
        return 0;
    }
    work->fresh->id = dn_fresh_id(&work->session->arena);
    return work->fresh->id ? 0 : dn_no_memory(work->error);
}

/* --- writing --------------------------------------------------------------------------------------------- */

/* It has to say what the migrations make. */
static int
verify(writing *work, const dn_text *text)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    dn_auto(dn_text) name = DN_TEXT_INIT;
    dn_declared declared;
    dn_json json;
    int answer;

    if (dn_json_parse(&json, work->fresh->path, text->data, text->length, false, "snapshot.syntax",
                      work->error) < 0)
        return -1;
    answer = dn_drizzle_snapshot_sql(&json, &sql, work->error);
    dn_json_free(&json);
    if (answer < 0 || dn_declared_by_text(work->session, work->place, work->fresh->path, &sql,
                                          &declared, work->error) < 0)
        return dn_while(work->error, "trying the snapshot that would be written");
    if (!declared.differences.count)
        return 0;
    dn_fact_describe(&name, dn_difference_key(&declared.differences.items[0])->kind,
                     dn_difference_key(&declared.differences.items[0])->path,
                     dn_difference_key(&declared.differences.items[0])->path_count);
    return dn_fail(
        work->error, DUNLIN_UNSUPPORTED, "snapshot.not-written",
        "'%s' is not written: drizzle-kit's form cannot say %s as the migrations make it",
        work->fresh->path, name.failed ? "something" : name.data);
}

static int
write_it(writing *work)
{
    dn_auto(dn_text) history = DN_TEXT_INIT;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_drizzle_write how = {
        .facts = work->place->made->facts,
        .bases = work->bases,
        .base_count = work->base_count,
        .history = &history,
    };

    if (choose_ids(work) < 0)
        return -1;
    if (work->own_is_right && member_of(&work->own, "prevId") &&
        strcmp(member_of(&work->own, "prevId"), work->fresh->previous) == 0)
        return 0;
    how.id = work->fresh->id;
    how.previous = work->fresh->previous;
    if (dn_fresh_history(work->session, 0, work->at, &history, work->error) < 0 ||
        dn_drizzle_write_snapshot(work->session->driver->table.dialect, &how, &work->session->arena,
                                  &text, work->error) < 0 ||
        verify(work, &text) < 0)
        return -1;
    return dn_file_keep(work->fresh->path, &text, &work->fresh->changed, work->error);
}

int
dn_fresh_write(dn_session *session, const dn_declared_place *place, size_t at, dn_fresh *fresh,
               dn_error *error)
{
    writing work = {.session = session, .place = place, .at = at, .fresh = fresh, .error = error};
    int answer;

    *fresh = (dn_fresh){.path = dn_declared_path(session, at, &session->arena)};
    if (!fresh->path)
        return dn_no_memory(error);
    answer = read_bases(&work);
    if (answer == 0)
        answer = write_it(&work);
    if (answer == 0) {
        fresh->id = dn_arena_text(&session->arena, fresh->id);
        fresh->previous = dn_arena_text(&session->arena, fresh->previous);
    }
    dn_json_free(&work.own);
    dn_json_free(&work.next);
    dn_json_free(&work.previous);
    return answer;
}

/* --- what the migrations make ------------------------------------------------------------------------------- */

int
dn_fresh_fold(dn_session *session, const dn_migration_effects *effects, size_t count, dn_side *made,
              dn_error *error)
{
    dn_side side = {
        .name = "the migrations",
        .source = "replay",
        .driver = session->driver,
        .connection = session->connection,
        .borrowed = true,
        .profile = dn_connection_server(session->connection)->profile,
        .sight = session->sight,
        .url = session->url,
        .target = session->target,
    };
    dn_fact_map *facts = dn_fact_map_new(
        &session->arena, dn_driver_naming(dn_connection_capabilities(session->connection)));

    if (!facts)
        return dn_no_memory(error);
    side.facts = facts;
    *made = side;
    for (size_t i = 0; i < count; i++) {
        if (!effects[i].known)
            return 1;
        if (dn_differences_apply(&effects[i].effects, facts, error) < 0)
            return -1;
    }
    return 0;
}

static int
replay(dn_session *session, const dn_declared_place *place, dn_side *made, dn_error *error)
{
    const dn_shadow_choice choice =
        dn_shadow_choose(session->connection, session->target, place->asked, place->given);
    const dn_journal *journal = &session->journal;
    const dn_migration **files = dn_arena_array(&session->arena, journal->count + 1, sizeof *files);
    dn_migration_effects *effects =
        dn_arena_array(&session->arena, journal->count + 1, sizeof *effects);
    const dn_replay_options options = {
        .target = session->connection,
        .url = session->url,
        .shadow = choice.kind,
        .given = place->given,
        .translate = dn_session_translation(session, false),
        .log = session->log,
    };
    dn_auto(dn_replay) *run = NULL;

    if (!files || !effects)
        return dn_no_memory(error);
    if (choice.kind == DN_SHADOW_NONE)
        return dn_fail(error, DUNLIN_USAGE, "replay.no-shadow",
                       "what the migrations make can be told only by replaying them: %s",
                       choice.why);
    for (size_t i = 0; i < journal->count; i++)
        files[i] = &journal->migrations[i];
    if (dn_replay_begin(&options, files, journal->count, &session->arena, &run, error) < 0 ||
        dn_replay_effects(run, effects, error) < 0)
        return -1;
    for (size_t i = 0; i < journal->count; i++)
        if (!effects[i].known)
            return dn_fail(error, DUNLIN_DISAGREEMENT, "snapshot.not-written",
                           "not all migrations could be replayed: '%s': %s",
                           journal->migrations[i].tag, effects[i].why);
    if (dn_fresh_fold(session, effects, journal->count, made, error) < 0 ||
        dn_replay_state(run, &session->sight, &made->snapshot, error) < 0)
        return -1;
    made->facts = made->snapshot.facts;
    return 0;
}

int
dn_fresh_newest(dn_session *session, bool asked, const char *given, dn_fresh *fresh,
                dn_error *error)
{
    dn_side made;
    const dn_declared_place place = {&made, asked, given};

    if (dn_session_journal(session, error) < 0 || dn_journal_finish(&session->journal, error) < 0 ||
        dn_session_connect(session, true, error) < 0)
        return -1;
    if ((session->journal.layout != DN_LAYOUT_DRIZZLE &&
         session->journal.layout != DN_LAYOUT_DRIZZLE_V1) ||
        !session->journal.count)
        return dn_fail(error, DUNLIN_USAGE, "snapshot.no-drizzle",
                       "'%s' is no folder of Drizzle with migrations", session->journal.folder);
    if (replay(session, &place, &made, error) < 0)
        return -1;
    if (session->journal.layout == DN_LAYOUT_DRIZZLE_V1)
        return dn_fresh_in_folder(session, &place, session->journal.count - 1, fresh, error);
    return dn_fresh_write(session, &place, session->journal.count - 1, fresh, error);
}
