/* SPDX-License-Identifier: MIT
 *
 * Merging native journals for git. An entry is its tag; its idx is its position and no matter of
 * dispute. Whatever one side changed and the other did not is taken; what both changed must be the
 * same change.
 */
#include "core/journal/parts.h"

#include <string.h>

enum side { BASE, OURS, THEIRS, SIDES };

/* One of the three journals. */
typedef struct merge_side {
    dn_json json;
    dn_migration *entries;
    cJSON **nodes; /* by position */
    size_t count;
    size_t *by_tag;
} merge_side;

typedef struct merging {
    dn_arena arena;
    merge_side sides[SIDES];
    cJSON *root;    /* the result: members of ours, the entries replaced */
    cJSON *entries; /* borrowed from it */
    dn_migration *list;
    size_t count;
} merging;

static void
merging_cleanup(merging *work)
{
    for (int i = 0; i < SIDES; i++)
        dn_json_free(&work->sides[i].json);
    cJSON_Delete(work->root);
    dn_arena_free(&work->arena);
}

/* --- reading ---------------------------------------------------------------------------------- */

static int
index_entries(merging *work, merge_side *side, dn_error *error)
{
    cJSON *list = cJSON_GetObjectItemCaseSensitive(side->json.root, "entries");
    size_t at = 0;

    side->nodes = dn_arena_array(&work->arena, side->count + 1, sizeof(cJSON *));
    side->by_tag = dn_journal_by_tag(side->entries, side->count, &work->arena);
    if (!side->nodes || !side->by_tag)
        return dn_no_memory(error);
    for (cJSON *node = list ? list->child : NULL; node && at < side->count; node = node->next)
        side->nodes[at++] = node;
    return 0;
}

static int
read_side(merging *work, merge_side *side, const char *path, bool may_be_empty, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_journal_text parsed = {.layout = DN_LAYOUT_NATIVE};

    if (dn_file_read(path, &text, error) < 0)
        return -1;
    if (text.length == 0 && may_be_empty) /* both sides added the file */
        return index_entries(work, side, error);
    if (dn_journal_parse(path, text.data ? text.data : "", text.length, &work->arena, &parsed,
                         error) < 0 ||
        dn_json_parse(&side->json, path, text.data, text.length, false, "journal.syntax", error) <
            0)
        return -1;
    if (parsed.layout != DN_LAYOUT_NATIVE)
        return dn_fail(
            error, DUNLIN_DISAGREEMENT, "journal.merge-conflict",
            "'%s' is a Drizzle journal: its entries, numbers and snapshots are merged by "
            "Drizzle or by hand",
            path);
    side->entries = parsed.entries;
    side->count = parsed.count;
    return index_entries(work, side, error);
}

/* --- values ----------------------------------------------------------------------------------- */

/* Compares entries without their idx, everything else whole; NULL is an absent one. */
static bool
same(const cJSON *a, const cJSON *b)
{
    size_t left = 0;

    if (!a || !b || !cJSON_IsObject(a) || !cJSON_IsObject(b))
        return a == b || (a && b && cJSON_Compare(a, b, true));
    for (const cJSON *member = b->child; member; member = member->next)
        left += strcmp(member->string, "idx") != 0;
    for (const cJSON *member = a->child; member; member = member->next) {
        if (strcmp(member->string, "idx") == 0)
            continue;
        if (!cJSON_Compare(member, cJSON_GetObjectItemCaseSensitive(b, member->string), true))
            return false;
        left--;
    }
    return left == 0;
}

/* The value that three-way merging gives; *conflict when there is none. */
static const cJSON *
merge_value(const cJSON *base, const cJSON *ours, const cJSON *theirs, bool *conflict)
{
    if (same(ours, theirs) || same(base, theirs))
        return ours;
    if (same(base, ours))
        return theirs;
    *conflict = true;
    return ours;
}

static const cJSON *
entry_of(const merge_side *side, const char *tag)
{
    const dn_migration *entry =
        dn_journal_find(side->entries, side->by_tag, side->count, tag, strlen(tag));

    return entry ? side->nodes[entry - side->entries] : NULL;
}

/* --- entries ---------------------------------------------------------------------------------- */

static int
append(merging *work, const dn_migration *entry, const cJSON *node, dn_error *error)
{
    cJSON *copy = cJSON_Duplicate(node, true);
    dn_migration *made = &work->list[work->count];

    if (!copy || !cJSON_AddItemToArray(work->entries, copy)) {
        cJSON_Delete(copy);
        return dn_no_memory(error);
    }
    /* The reader's default for an entry without a time. */
    *made = *entry;
    if (!dn_json_integer(cJSON_GetObjectItemCaseSensitive(node, "when"), &made->when_ms))
        made->when_ms = 0;
    made->idx = (int64_t)work->count++;
    made->entry = work->count;
    return 0;
}

static int
merge_entry(merging *work, const dn_migration *entry, dn_error *error)
{
    const cJSON *base = entry_of(&work->sides[BASE], entry->tag);
    const cJSON *ours = entry_of(&work->sides[OURS], entry->tag);
    const cJSON *theirs = entry_of(&work->sides[THEIRS], entry->tag);
    bool conflict = false;
    const cJSON *result = merge_value(base, ours, theirs, &conflict);

    if (conflict)
        return dn_fail(error, DUNLIN_DISAGREEMENT, "journal.merge-conflict",
                       ours && theirs ? "both sides changed the entry '%s', each in its own way"
                                      : "one side removed the entry '%s', the other changed it",
                       entry->tag);
    return result ? append(work, entry, result, error) : 0;
}

/* Entries of `side` that `other` has too, are they in the same order there? */
static bool
keeps_order(const merge_side *side, const merge_side *other)
{
    const dn_migration *last = NULL;

    for (size_t i = 0; i < side->count; i++) {
        const char *tag = side->entries[i].tag;
        const dn_migration *at =
            dn_journal_find(other->entries, other->by_tag, other->count, tag, strlen(tag));

        if (at && last && at < last)
            return false;
        if (at)
            last = at;
    }
    return true;
}

static int
merge_entries(merging *work, dn_error *error)
{
    const merge_side *ours = &work->sides[OURS];
    const merge_side *theirs = &work->sides[THEIRS];

    if (!keeps_order(theirs, &work->sides[BASE]) && !keeps_order(theirs, ours))
        return dn_fail(error, DUNLIN_DISAGREEMENT, "journal.merge-conflict",
                       "the other side put the entries into another order");
    work->list = dn_arena_array(&work->arena, ours->count + theirs->count + 1, sizeof *work->list);
    if (!work->list)
        return dn_no_memory(error);
    for (size_t i = 0; i < ours->count; i++)
        if (merge_entry(work, &ours->entries[i], error) < 0)
            return -1;
    for (size_t i = 0; i < theirs->count; i++) {
        const dn_migration *entry = &theirs->entries[theirs->by_tag[i]];

        if (!entry_of(ours, entry->tag) && merge_entry(work, entry, error) < 0)
            return -1;
    }
    return 0;
}

/* --- the rest --------------------------------------------------------------------------------- */

static int
merge_members(merging *work, dn_error *error)
{
    const cJSON *base = work->sides[BASE].json.root;
    const cJSON *ours = work->sides[OURS].json.root;
    const cJSON *theirs = work->sides[THEIRS].json.root;

    for (int pass = OURS; pass <= THEIRS; pass++)
        for (const cJSON *member = work->sides[pass].json.root->child; member;
             member = member->next) {
            const char *name = member->string;
            const cJSON *mine = cJSON_GetObjectItemCaseSensitive(ours, name);
            bool conflict = false;
            const cJSON *value =
                merge_value(cJSON_GetObjectItemCaseSensitive(base, name), mine,
                            cJSON_GetObjectItemCaseSensitive(theirs, name), &conflict);
            cJSON *copy;

            if (strcmp(name, "entries") == 0 || (pass == THEIRS && mine))
                continue;
            if (conflict)
                return dn_fail(error, DUNLIN_DISAGREEMENT, "journal.merge-conflict",
                               "both sides changed \"%s\", each in its own way", name);
            copy = value ? cJSON_Duplicate(value, true) : NULL;
            if (value && (!copy || !cJSON_AddItemToObject(work->root, name, copy))) {
                cJSON_Delete(copy);
                return dn_no_memory(error);
            }
        }
    return 0;
}

static int
merge_all(merging *work, const char *const paths[SIDES], dn_error *error)
{
    for (int i = 0; i < SIDES; i++)
        if (read_side(work, &work->sides[i], paths[i], i == BASE, error) < 0)
            return -1;
    work->root = cJSON_CreateObject();
    if (!work->root)
        return dn_no_memory(error);
    if (merge_members(work, error) < 0)
        return -1;
    work->entries = cJSON_AddArrayToObject(work->root, "entries");
    return work->entries ? merge_entries(work, error) : dn_no_memory(error);
}

int
dn_journal_merge(const char *base, const char *ours, const char *theirs, dn_error *error)
{
    const char *const paths[SIDES] = {base, ours, theirs};
    dn_auto(merging) work = {.arena = DN_ARENA_INIT};
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_json merged = {0};
    dn_journal_form form = {.layout = DN_LAYOUT_NATIVE, .original = &merged};

    if (merge_all(&work, paths, error) < 0)
        return -1;
    merged.root = work.root; /* borrowed: only the tree is looked at */
    if (dn_journal_write(&form, work.list, work.count, &text, error) < 0)
        return -1;
    return dn_file_write(ours, text.data, text.length, error);
}
