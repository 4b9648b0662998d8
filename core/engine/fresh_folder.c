/* SPDX-License-Identifier: MIT
 *
 * Fresh snapshots of drizzle-kit 1.0: the newest one of a folder, which goes on from those from which
 * no other does.
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/engine/fresh.h"
#include "core/engine/upkeep.h"

typedef struct folder {
    dn_session *session;
    const dn_declared_place *place;
    size_t at;
    const char *dialect;
    dn_fresh *fresh;
    dn_drizzle_chain others;
    dn_drizzle_chain all; /* with the one that is there; empty: it cannot be read */
    dn_drizzle_ids parents;
    cJSON *previous;
    cJSON *own; /* NULL: none that can be read */
    dn_drizzle_base bases[2];
    cJSON *trees[2];
    size_t base_count;
    bool own_is_right;
    dn_error *error;
} folder;

/* --- what is known already ------------------------------------------------------------------------------ */

static const char *
member_of(const dn_drizzle_link *link, const char *name)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(link->json.root, name);

    return cJSON_IsString(found) ? found->valuestring : "";
}

/* Of an older form drizzle-kit itself makes the newer one. */
static int
read_others(folder *work)
{
    dn_arena *arena = &work->session->arena;

    if (dn_declared_chain(work->session, work->at, arena, &work->others, work->error) < 0)
        return -1;
    for (size_t i = 0; i < work->others.count; i++)
        if (strcmp(member_of(&work->others.links[i], "version"),
                   dn_drizzle_chain_version(work->dialect)) != 0)
            return dn_fail(work->error, DUNLIN_UNSUPPORTED, "snapshot.not-written",
                           "'%s' is not written: '%s' has the form of another drizzle-kit than "
                           "1.0.0-rc.5; 'drizzle-kit up' brings it there",
                           work->fresh->path, work->others.links[i].path);
    return dn_drizzle_chain_leaves(&work->others, arena, &work->parents, work->error) < 0 ||
                   dn_drizzle_chain_rows(&work->others, &work->parents, &work->previous,
                                         work->error) < 0
               ? -1
               : 0;
}

/* What cannot be read lends no words. */
static int
read_own(folder *work)
{
    const char *id;
    dn_drizzle_ids ids = {&id, 1};

    if (!dn_file_exists(work->fresh->path))
        return 0;
    if (dn_declared_chain(work->session, SIZE_MAX, &work->session->arena, &work->all, work->error) <
        0) {
        dn_drizzle_chain_cleanup(&work->all);
        return dn_error_ends_all(work->error) ? -1 : (dn_error_clear(work->error), 0);
    }
    id = work->all.links[work->all.count - 1].id;
    if (dn_drizzle_chain_rows(&work->all, &ids, &work->own, work->error) == 0)
        return 0;
    return dn_error_ends_all(work->error) ? -1 : (dn_error_clear(work->error), 0);
}

static int
add_base(folder *work, const cJSON *rows, bool *same)
{
    const dn_fact_map *made = work->place->made->facts;
    dn_declared declared;
    cJSON *tree;

    *same = false;
    if (!rows || !rows->child)
        return 0;
    if (dn_declared_by_rows(work->session, work->place, work->fresh->path, rows, &declared,
                            work->error) < 0)
        return dn_error_ends_all(work->error) ? -1 : (dn_error_clear(work->error), 0);
    tree = dn_drizzle_rows_tree(work->dialect, rows, made);
    if (!tree)
        return dn_no_memory(work->error);
    *same = declared.differences.count == 0;
    work->trees[work->base_count] = tree;
    work->bases[work->base_count++] = (dn_drizzle_base){tree, declared.side.facts};
    return 0;
}

/* --- writing --------------------------------------------------------------------------------------------- */

static bool
goes_on_from_parents(const folder *work)
{
    const dn_drizzle_link *own = &work->all.links[work->all.count - 1];
    const cJSON *ids = cJSON_GetObjectItemCaseSensitive(own->json.root, "prevIds");
    const cJSON *id = ids->child;

    for (size_t i = 0; i < work->parents.count; i++, id = id->next)
        if (!cJSON_IsString(id) || strcmp(id->valuestring, work->parents.items[i]) != 0)
            return false;
    return work->parents.count
               ? !id
               : cJSON_IsString(id) && strcmp(id->valuestring, dn_drizzle_origin) == 0;
}

/* It has to say what the migrations make, by what it changes. */
static int
verify(folder *work, const cJSON *deltas)
{
    dn_auto(dn_text) name = DN_TEXT_INIT;
    cJSON *rows = cJSON_Duplicate(work->previous, true);
    const dunlin_fact *key;
    dn_declared declared;
    int answer =
        rows ? dn_drizzle_apply(rows, NULL, deltas, work->error) : dn_no_memory(work->error);

    if (answer == 0)
        answer = dn_declared_by_rows(work->session, work->place, work->fresh->path, rows, &declared,
                                     work->error);
    cJSON_Delete(rows);
    if (answer < 0)
        return dn_while(work->error, "trying the snapshot that would be written");
    if (!declared.differences.count)
        return 0;
    key = dn_difference_key(&declared.differences.items[0]);
    dn_fact_describe(&name, key->kind, key->path, key->path_count);
    return dn_fail(
        work->error, DUNLIN_UNSUPPORTED, "snapshot.not-written",
        "'%s' is not written: drizzle-kit's form cannot say %s as the migrations make it",
        work->fresh->path, name.failed ? "something" : name.data);
}

static int
put_rows(folder *work, const cJSON *rows)
{
    const dn_drizzle_header header = {work->fresh->id, &work->parents};
    dn_auto(dn_text) text = DN_TEXT_INIT;
    cJSON *deltas = dn_drizzle_deltas(work->previous, rows, &work->session->arena);
    int answer = deltas ? verify(work, deltas) : dn_no_memory(work->error);

    if (answer == 0)
        answer = dn_drizzle_write_link(work->dialect, &header, deltas, rows, &text, work->error);
    cJSON_Delete(deltas);
    return answer < 0 ? -1
                      : dn_file_keep(work->fresh->path, &text, &work->fresh->changed, work->error);
}

/* Behind the newest migration that has a snapshot. */
static size_t
first_unknown(const folder *work)
{
    const dn_migration *files = work->session->journal.migrations;
    size_t from = work->at;

    while (work->others.count && from > 0 &&
           !strstr(work->others.links[work->others.count - 1].path, files[from - 1].tag))
        from--;
    return work->others.count ? from : 0;
}

static int
write_it(folder *work)
{
    dn_auto(dn_text) history = DN_TEXT_INIT;
    dn_auto(dn_text) recent = DN_TEXT_INIT;
    const dn_drizzle_rows known = {work->own, work->previous};
    const dn_drizzle_write how = {
        .facts = work->place->made->facts,
        .bases = work->bases,
        .base_count = work->base_count,
        .history = &history,
        .recent = &recent,
    };
    cJSON *rows;
    int answer;

    work->fresh->previous = work->parents.count ? work->parents.items[0] : dn_drizzle_origin;
    if (work->own_is_right && goes_on_from_parents(work)) {
        work->fresh->id = work->all.links[work->all.count - 1].id;
        return 0;
    }
    work->fresh->id = dn_fresh_id(&work->session->arena);
    if (!work->fresh->id)
        return dn_no_memory(work->error);
    if (dn_fresh_history(work->session, 0, work->at, &history, work->error) < 0 ||
        dn_fresh_history(work->session, first_unknown(work), work->at, &recent, work->error) < 0 ||
        dn_drizzle_write_rows(work->dialect, &how, &known, &work->session->arena, &rows,
                              work->error) < 0)
        return -1;
    answer = put_rows(work, rows);
    cJSON_Delete(rows);
    return answer;
}

int
dn_fresh_in_folder(dn_session *session, const dn_declared_place *place, size_t at, dn_fresh *fresh,
                   dn_error *error)
{
    folder work = {
        .session = session,
        .place = place,
        .at = at,
        .dialect = place->made->driver->table.dialect,
        .fresh = fresh,
        .error = error,
    };
    bool ignored;
    int answer = -1;

    *fresh = (dn_fresh){.path = dn_declared_path(session, at, &session->arena)};
    if (!fresh->path)
        return dn_no_memory(error);
    if (read_others(&work) == 0 && read_own(&work) == 0 &&
        add_base(&work, work.own, &work.own_is_right) == 0 &&
        add_base(&work, work.previous, &ignored) == 0)
        answer = write_it(&work);
    if (answer == 0) {
        fresh->id = dn_arena_text(&session->arena, fresh->id);
        fresh->previous = dn_arena_text(&session->arena, fresh->previous);
    }
    for (size_t i = 0; i < work.base_count; i++)
        cJSON_Delete(work.trees[i]);
    cJSON_Delete(work.own);
    cJSON_Delete(work.previous);
    dn_drizzle_chain_cleanup(&work.all);
    dn_drizzle_chain_cleanup(&work.others);
    return answer;
}
