/* SPDX-License-Identifier: MIT
 *
 * `dunlin merge`: what is kept beside migrations. A snapshot of drizzle-kit is the schema behind a
 * migration, so one that comes behind others has to say what those make, too. Both branches tell what
 * they made of what they had in common.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/engine/git.h"
#include "core/engine/merge.h"

typedef struct snapshot {
    dn_json json;  /* no root: there is none that can be read */
    bool restored; /* it is not the one in the folder */
} snapshot;

typedef struct joining {
    dn_merge *merge;
    dn_arena *arena;
    snapshot *list; /* by entry, of what it was before the merge; read when asked for */
    bool *known;
} joining;

static const char *
path_of(const joining *work, const char *tag)
{
    return dn_arena_printf(work->arena, "meta/%.*s_snapshot.json",
                           (int)dn_rebase_head(DN_LAYOUT_DRIZZLE, tag), tag);
}

static bool
shares_number(const char *tag, const char *other)
{
    size_t length = dn_rebase_head(DN_LAYOUT_DRIZZLE, tag);

    return length == dn_rebase_head(DN_LAYOUT_DRIZZLE, other) && strncmp(tag, other, length) == 0;
}

/* The branch whose file of that number is this migration's; NULL where only one has the number. */
static const dn_merge_side *
side_of(const joining *work, size_t at)
{
    const dn_merge *merge = work->merge;
    const char *tag = merge->entries[at].was->tag;

    for (int i = 0; i < DN_MERGE_SIDES; i++) {
        const dn_merge_side *side = &merge->sides[i];
        bool clear = dn_merge_side_has(side, tag);

        for (size_t k = 0; clear && k < merge->count; k++)
            clear = k == at || !shares_number(tag, merge->entries[k].was->tag) ||
                    !dn_merge_side_has(side, merge->entries[k].was->tag);
        if (clear)
            return side;
    }
    return NULL;
}

static bool
is_shared(const joining *work, size_t at)
{
    for (size_t k = 0; k < work->merge->count; k++)
        if (k != at &&
            shares_number(work->merge->entries[at].was->tag, work->merge->entries[k].was->tag))
            return true;
    return false;
}

static bool
parse(snapshot *one, const dn_text *text)
{
    dn_error ignored;

    dn_error_clear(&ignored);
    return dn_json_parse(&one->json, "", text->data ? text->data : "", text->length, false,
                         "snapshot.syntax", &ignored) == 0 &&
           cJSON_IsObject(one->json.root);
}

static const snapshot *
look(joining *work, size_t at)
{
    snapshot *one = &work->list[at];
    const char *path = path_of(work, work->merge->entries[at].was->tag);
    const char *folder = work->merge->session.journal.folder;
    const char *whole = path ? dn_path_join(work->arena, folder, path) : NULL;
    const dn_merge_side *side = is_shared(work, at) ? side_of(work, at) : NULL;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_auto(dn_text) file = DN_TEXT_INIT;
    dn_error ignored;

    if (work->known[at] || !whole)
        return one;
    work->known[at] = true;
    dn_error_clear(&ignored);
    (void)dn_file_read(whole, &file, &ignored);
    if (side && dn_git_show(folder, side->commit, path, &text) && parse(one, &text)) {
        one->restored = text.length != file.length ||
                        (file.length && memcmp(text.data, file.data, file.length) != 0);
        return one;
    }
    dn_json_free(&one->json);
    if (is_shared(work, at) || !parse(one, &file))
        dn_json_free(&one->json);
    return one;
}

static const char *
member(const snapshot *one, const char *name)
{
    const cJSON *node =
        one->json.root ? cJSON_GetObjectItemCaseSensitive(one->json.root, name) : NULL;

    return cJSON_IsString(node) ? node->valuestring : NULL;
}

/* The snapshot that another one builds on. */
static const snapshot *
base_of(joining *work, const snapshot *one)
{
    const char *previous = member(one, "prevId");

    for (size_t i = work->merge->count; previous && i-- > 0;) {
        const snapshot *other = look(work, i);
        const char *id = member(other, "id");

        if (id && other != one && strcmp(id, previous) == 0)
            return other;
    }
    return NULL;
}

static int
give_up(joining *work, size_t at, const char *why)
{
    const dn_rebase_entry *entry = &work->merge->entries[at];
    dn_error error;

    dn_error_clear(&error);
    if (!why ||
        dn_findings_add(&work->merge->findings, work->arena, DN_WARNING, "snapshot.missing",
                        entry->now.tag, &error,
                        "the snapshot of '%s' is not made: %s; once the migrations are in order, "
                        "'dunlin repair --apply' makes it by a replay",
                        entry->now.tag, why) < 0)
        return -1;
    return 0;
}

static int
put(joining *work, const char *path, const dn_text *text, const char *tag, const char *why,
    dn_error *error)
{
    const dn_merge_step step = {.action = "snapshot", .tag = tag, .path = path, .why = why};

    if (!path || !why)
        return dn_no_memory(error);
    return dn_rebase_add_write(&work->merge->work, path, text, work->arena, error) < 0
               ? -1
               : dn_merge_add_step(work->merge, &step, error);
}

/* What stands in the folder is the other one's, or both with git's marks between. */
static int
restore(joining *work, size_t at, dn_error *error)
{
    const dn_rebase_entry *entry = &work->merge->entries[at];
    const snapshot *one = look(work, at);
    dn_text text = {.data = one->json.text, .length = one->json.length};

    if (!one->restored)
        return 0;
    return put(work, path_of(work, entry->was->tag), &text, entry->now.tag,
               "the one in the folder is not this migration's", error);
}

/* 1: it cannot be told, and neither can those behind it. */
static int
rewrite(joining *work, size_t at, const dn_json *onto, dn_json *made, dn_error *error)
{
    const dn_rebase_entry *entry = &work->merge->entries[at];
    const snapshot *own = look(work, at);
    const snapshot *base = own->json.root ? base_of(work, own) : NULL;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_auto(dn_text) where = DN_TEXT_INIT;
    int answer;

    if (!own->json.root || !base || !onto->root)
        return give_up(work, at,
                       !own->json.root ? "neither the folder nor git has the one that it had"
                       : !base         ? "the one that it was built on is not to be found"
                                       : "there is none of the migration before it") < 0
                   ? dn_no_memory(error)
                   : 1;
    answer = dn_rebase_snapshot(&base->json, &own->json, onto, &text, &where, error);
    if (answer == 1)
        return give_up(work, at,
                       dn_arena_printf(work->arena, "both branches changed '%s'", where.data)) < 0
                   ? dn_no_memory(error)
                   : 1;
    if (answer < 0 ||
        dn_json_parse(made, "", text.data, text.length, false, "snapshot.syntax", error) < 0)
        return -1;
    if (!own->restored &&
        strcmp(path_of(work, entry->was->tag), path_of(work, entry->now.tag)) == 0 &&
        own->json.length == text.length && memcmp(own->json.text, text.data, text.length) == 0)
        return 0;
    return put(work, path_of(work, entry->now.tag), &text, entry->now.tag,
               "it has to say what the migrations before it make, too", error);
}

/* The old names that nobody has any more. */
static int
remove_old(joining *work, dn_error *error)
{
    const dn_merge *merge = work->merge;

    for (size_t i = 0; i < merge->count; i++) {
        const char *path = path_of(work, merge->entries[i].was->tag);
        bool used = false;

        for (size_t k = 0; k < merge->count && !used; k++)
            used = shares_number(merge->entries[i].was->tag, merge->entries[k].now.tag);
        if (!used && dn_rebase_add_remove(&work->merge->work, path, work->arena, error) < 0)
            return -1;
    }
    return 0;
}

static int
join_all(joining *work, dn_error *error)
{
    dn_merge *merge = work->merge;
    dn_json made[2] = {{0}, {0}};
    const dn_json *onto = NULL;
    int answer = 0;

    for (size_t i = 0; i < merge->count && answer == 0; i++) {
        dn_json *next = &made[i % 2];

        if (merge->entries[i].settled) {
            answer = restore(work, i, error);
            onto = i + 1 < merge->count && !merge->entries[i + 1].settled ? &look(work, i)->json
                                                                          : NULL;
            continue;
        }
        if (i == 0) { /* nothing before it */
            onto = &look(work, i)->json;
            continue;
        }
        dn_json_free(next);
        answer = rewrite(work, i, onto, next, error);
        onto = next;
    }
    dn_json_free(&made[0]);
    dn_json_free(&made[1]);
    return answer < 0 ? -1 : remove_old(work, error);
}

int
dn_merge_snapshots(dn_merge *merge, dn_error *error)
{
    joining work = {.merge = merge, .arena = &merge->session.arena};
    int answer;

    if (merge->session.journal.layout != DN_LAYOUT_DRIZZLE)
        return 0;
    work.list = dn_arena_array(work.arena, merge->count + 1, sizeof *work.list);
    work.known = dn_arena_array(work.arena, merge->count + 1, sizeof *work.known);
    if (!work.list || !work.known)
        return dn_no_memory(error);
    answer = join_all(&work, error);
    for (size_t i = 0; i < merge->count; i++)
        dn_json_free(&work.list[i].json);
    return answer;
}

/* --- effects -------------------------------------------------------------------------------------- */

/* The first place whose contents, or what comes before, are no longer the same. */
static size_t
first_changed(const dn_merge *merge)
{
    size_t at = 0;

    while (at < merge->count && merge->entries[at].was == &merge->session.journal.migrations[at])
        at++;
    return at;
}

/* What a replay or the next run makes anew. */
static int
drop(dn_merge *merge, const char *path, const char *why, dn_error *error)
{
    const dn_merge_step step = {.action = "remove", .path = path, .why = why};

    return dn_rebase_add_remove(&merge->work, path, &merge->session.arena, error) < 0
               ? -1
               : dn_merge_add_step(merge, &step, error);
}

/* The schema behind all migrations, as one of the branches had it. */
static int
drop_head(dn_merge *merge, const char *dialect, dn_error *error)
{
    dn_arena *arena = &merge->session.arena;
    const char *head = dn_arena_printf(arena, "meta/_dunlin/%s/head.json", dialect);
    const char *path = head ? dn_path_join(arena, merge->session.journal.folder, head) : NULL;

    if (!path)
        return dn_no_memory(error);
    return dn_file_exists(path) ? drop(merge, head,
                                       "it is the schema of one branch; the next migrate writes it "
                                       "anew",
                                       error)
                                : 0;
}

static int
move_effects(dn_merge *merge, const char *dialect, dn_error *error)
{
    dn_arena *arena = &merge->session.arena;
    size_t changed = first_changed(merge);

    for (size_t i = merge->count; i-- > 0;) {
        const dn_rebase_entry *entry = &merge->entries[i];
        const char *from =
            dn_arena_printf(arena, "meta/_dunlin/%s/%s.effects.json", dialect, entry->was->tag);
        const char *to =
            dn_arena_printf(arena, "meta/_dunlin/%s/%s.effects.json", dialect, entry->now.tag);
        const char *path = from ? dn_path_join(arena, merge->session.journal.folder, from) : NULL;

        if (!path || !to)
            return dn_no_memory(error);
        if (!dn_file_exists(path))
            continue;
        if (i >= changed ? drop(merge, from, "it was found out behind other migrations", error) < 0
                         : strcmp(from, to) != 0 &&
                               dn_rebase_add_rename(&merge->work, from, to, arena, error) < 0)
            return -1;
    }
    return drop_head(merge, dialect, error);
}

int
dn_merge_effects(dn_merge *merge, dn_error *error)
{
    dn_arena *arena = &merge->session.arena;
    const char *folder = dn_path_join(arena, merge->session.journal.folder, "meta/_dunlin");
    dn_folder_entry *names = NULL;
    size_t count = 0;

    if (!folder)
        return dn_no_memory(error);
    if (!dn_file_exists(folder))
        return 0;
    if (dn_folder_list(arena, folder, &names, &count, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (names[i].folder && move_effects(merge, names[i].name, error) < 0)
            return -1;
    return 0;
}
