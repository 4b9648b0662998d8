/* SPDX-License-Identifier: MIT
 *
 * A map of facts: open addressing over hashes of keys, entries in order of arrival, and lists of
 * those that are looked for together.
 */
#include <string.h>

#include "core/fact/chain.h"

enum { FIRST_SLOTS = 64 };

typedef struct entry {
    const dunlin_fact *fact; /* NULL: removed */
    uint64_t hash;
} entry;

struct dn_fact_map {
    dn_arena *arena;
    uint64_t naming;
    entry *entries;
    size_t entry_count;
    size_t entry_capacity;
    size_t live;
    uint32_t *slots; /* 1 + index of an entry, 0: free */
    size_t slot_count;
    size_t slots_used; /* more than entries: what moves leaves its slot behind */
    dn_fact_chains chains;
};

dn_fact_map *
dn_fact_map_new(dn_arena *arena, uint64_t naming)
{
    dn_fact_map *map = dn_arena_alloc(arena, sizeof *map);

    if (map)
        *map = (dn_fact_map){.arena = arena, .naming = naming, .chains = {.arena = arena}};
    return map;
}

uint64_t
dn_fact_map_naming(const dn_fact_map *map)
{
    return map->naming;
}

size_t
dn_fact_map_count(const dn_fact_map *map)
{
    return map->live;
}

/* --- names ---------------------------------------------------------------------------------------- */

static bool
folds(uint64_t naming, uint64_t index, uint64_t count)
{
    uint64_t lead = (naming & DN_FACT_NAMESPACES) ? 1 : 0;
    bool member = count > lead + 1 && index + 1 == count;

    return (naming & (member ? DN_FACT_FOLDS_MEMBERS : DN_FACT_FOLDS_OBJECTS)) != 0;
}

static unsigned char
lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool
dn_fact_same_name(uint64_t naming, uint64_t index, uint64_t count, dunlin_string left,
                  dunlin_string right)
{
    if (dn_string_same(left, right))
        return true;
    if (left.length != right.length || !folds(naming, index, count))
        return false;
    for (uint64_t i = 0; i < left.length; i++)
        if (lower(left.data[i]) != lower(right.data[i]))
            return false;
    return true;
}

/* Elements that count: the name of a primary key does not. */
static uint64_t
elements(dunlin_string kind, uint64_t count)
{
    return count > 1 && dn_string_equal(kind, DUNLIN_KIND_PRIMARY_KEY) ? count - 1 : count;
}

#define HASH_BASIS 14695981039346656037u
#define HASH_FACTOR 0x9E3779B97F4A7C15u /* 2^64 / golden ratio */

static uint64_t
mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * HASH_FACTOR;
    return hash ^ (hash >> 29);
}

/* Eight bytes at once: those that are upper case ASCII get bit 5. */
static uint64_t
lower_word(uint64_t word)
{
    const uint64_t each = 0x0101010101010101u;
    uint64_t low = word & (each * 0x7f);
    uint64_t from_a = low + each * (0x80 - 'A');
    uint64_t beyond_z = low + each * (0x7f - 'Z');

    return word | ((~word & (from_a ^ beyond_z) & (each * 0x80)) >> 2);
}

/* Fewer than eight bytes, without a call for a copy of a length that is not known: kinds and names are that
 * short. */
static uint64_t
last_word(const char *text, uint64_t length)
{
    uint64_t word = 0;
    uint32_t four;
    uint16_t two;

    if (length & 4) {
        memcpy(&four, text, sizeof four);
        word = four;
        text += sizeof four;
    }
    if (length & 2) {
        memcpy(&two, text, sizeof two);
        word = word << 16 | two;
        text += sizeof two;
    }
    return length & 1 ? word << 8 | (unsigned char)*text : word;
}

static uint64_t
hash_text(uint64_t hash, dunlin_string text, bool fold)
{
    uint64_t at = 0;
    uint64_t word;

    for (; text.length - at >= sizeof word; at += sizeof word) {
        memcpy(&word, text.data + at, sizeof word);
        hash = mix(hash, fold ? lower_word(word) : word);
    }
    if (at < text.length) {
        word = last_word(text.data + at, text.length - at);
        hash = mix(hash, fold ? lower_word(word) : word);
    }
    return mix(hash, text.length);
}

static uint64_t
hash_kind(dunlin_string kind)
{
    return hash_text(HASH_BASIS, kind, false);
}

/* Element `index` of a path with `count` elements, behind what `hash` has seen. */
static uint64_t
hash_element(uint64_t hash, uint64_t naming, const dunlin_string *path, uint64_t index,
             uint64_t count)
{
    return hash_text(hash, path[index], folds(naming, index, count));
}

static uint64_t
hash_key(uint64_t naming, dunlin_string kind, const dunlin_string *path, uint64_t count)
{
    uint64_t hash = hash_kind(kind);

    for (uint64_t e = 0; e < elements(kind, count); e++)
        hash = hash_element(hash, naming, path, e, count);
    return hash;
}

/* --- lists ------------------------------------------------------------------------------------------ */

/* Each starts from another value, so that a list of one sort is not taken for one of another. */
static uint64_t
hash_chain(dn_fact_chain chain, uint64_t naming, dunlin_string kind, const dunlin_string *path,
           uint64_t count)
{
    uint64_t hash = HASH_BASIS;

    if (chain != DN_FACT_OF_PARENT)
        hash = hash_kind(kind);
    hash += chain + 1;
    if (chain == DN_FACT_OF_NAME && count)
        hash = hash_element(hash, naming, path, count - 1, count);
    for (uint64_t e = 0; chain == DN_FACT_OF_PARENT && e + 1 < count; e++)
        hash = hash_element(hash, naming, path, e, count);
    return hash ? hash : 1;
}

static uint64_t
hash_list(const dn_fact_map *map, dn_fact_chain chain, const dunlin_fact *fact)
{
    return hash_chain(chain, map->naming, fact->kind, fact->path, fact->path_count);
}

/* Into the lists that the fact belongs to and `other` does not. */
static int
link_lists(dn_fact_map *map, size_t index, const dunlin_fact *fact, const dunlin_fact *other,
           dn_error *error)
{
    for (int chain = 0; chain < DN_FACT_CHAINS; chain++) {
        uint64_t hash = hash_list(map, chain, fact);

        if (!(other && hash_list(map, chain, other) == hash) &&
            dn_fact_chains_add(&map->chains, chain, hash, (uint32_t)index + 1) < 0)
            return dn_no_memory(error);
    }
    return 0;
}

/* Out of the lists that the fact belongs to and `other` does not. */
static void
unlink_lists(dn_fact_map *map, size_t index, const dunlin_fact *fact, const dunlin_fact *other)
{
    for (int chain = 0; chain < DN_FACT_CHAINS; chain++) {
        uint64_t hash = hash_list(map, chain, fact);

        if (!(other && hash_list(map, chain, other) == hash))
            dn_fact_chains_remove(&map->chains, chain, hash, (uint32_t)index + 1);
    }
}

static bool
same_key(uint64_t naming, const dunlin_fact *fact, dunlin_string kind, const dunlin_string *path,
         uint64_t count)
{
    if (fact->kind.length != kind.length || fact->path_count != count ||
        memcmp(fact->kind.data, kind.data, kind.length) != 0)
        return false;
    for (uint64_t i = 0; i < elements(kind, count); i++)
        if (!dn_fact_same_name(naming, i, count, fact->path[i], path[i]))
            return false;
    return true;
}

/* --- slots ------------------------------------------------------------------------------------------ */

static entry *
look_up(const dn_fact_map *map, uint64_t hash, dunlin_string kind, const dunlin_string *path,
        uint64_t count)
{
    if (!map->slot_count)
        return NULL;
    for (size_t slot = hash & (map->slot_count - 1); map->slots[slot];
         slot = (slot + 1) & (map->slot_count - 1)) {
        entry *found = &map->entries[map->slots[slot] - 1];

        if (found->fact && found->hash == hash &&
            same_key(map->naming, found->fact, kind, path, count))
            return found;
    }
    return NULL;
}

static void
place(dn_fact_map *map, size_t index)
{
    size_t slot = map->entries[index].hash & (map->slot_count - 1);

    while (map->slots[slot])
        slot = (slot + 1) & (map->slot_count - 1);
    map->slots[slot] = (uint32_t)index + 1;
    map->slots_used++;
}

/* Removed entries keep their place in the list, and lose their slot. */
static int
rehash(dn_fact_map *map, dn_error *error)
{
    size_t count = map->slot_count ? map->slot_count : FIRST_SLOTS;
    uint32_t *slots;

    while ((map->live + 1) * 4 > count)
        count *= 2;
    slots = dn_arena_array(map->arena, count, sizeof *slots);
    if (!slots)
        return dn_no_memory(error);
    memset(slots, 0, count * sizeof *slots);
    map->slots = slots;
    map->slot_count = count;
    map->slots_used = 0;
    for (size_t i = 0; i < map->entry_count; i++)
        if (map->entries[i].fact)
            place(map, i);
    return 0;
}

/* Byte by byte, where same_key() may fold: such facts are in the same lists. */
static bool
written_alike(const dunlin_fact *one, const dunlin_fact *other)
{
    if (one->path_count != other->path_count)
        return false;
    for (uint64_t i = 0; i < one->path_count; i++)
        if (!dn_string_same(one->path[i], other->path[i]))
            return false;
    return true;
}

/* Of an entry that stays where it is in the order. */
static int
replace(dn_fact_map *map, entry *old, const dunlin_fact *fact, dn_error *error)
{
    size_t index = (size_t)(old - map->entries);

    if (!written_alike(old->fact, fact)) {
        unlink_lists(map, index, old->fact, fact);
        if (link_lists(map, index, fact, old->fact, error) < 0)
            return -1;
    }
    old->fact = fact;
    return 0;
}

int
dn_fact_map_share(dn_fact_map *map, const dunlin_fact *fact, dn_error *error)
{
    uint64_t hash = hash_key(map->naming, fact->kind, fact->path, fact->path_count);
    entry *found = look_up(map, hash, fact->kind, fact->path, fact->path_count);

    if (found)
        return replace(map, found, fact, error);
    if ((map->slots_used + 1) * 2 > map->slot_count && rehash(map, error) < 0)
        return -1;
    map->entries = dn_arena_grow(map->arena, map->entries, &map->entry_capacity,
                                 map->entry_count + 1, sizeof *map->entries);
    if (!map->entries)
        return dn_no_memory(error);
    if (link_lists(map, map->entry_count, fact, NULL, error) < 0)
        return -1;
    map->entries[map->entry_count] = (entry){fact, hash};
    place(map, map->entry_count++);
    map->live++;
    return 0;
}

int
dn_fact_map_put(dn_fact_map *map, const dunlin_fact *fact, dn_error *error)
{
    const dunlin_fact *copy = dn_fact_copy(map->arena, fact);

    return copy ? dn_fact_map_share(map, copy, error) : dn_no_memory(error);
}

const dunlin_fact *
dn_fact_map_find(const dn_fact_map *map, dunlin_string kind, const dunlin_string *path,
                 uint64_t count)
{
    entry *found = look_up(map, hash_key(map->naming, kind, path, count), kind, path, count);

    return found ? found->fact : NULL;
}

size_t
dn_fact_map_number(const dn_fact_map *map, dunlin_string kind, const dunlin_string *path,
                   uint64_t count)
{
    entry *found = look_up(map, hash_key(map->naming, kind, path, count), kind, path, count);

    return found ? (size_t)(found - map->entries) + 1 : 0;
}

size_t
dn_fact_map_last(const dn_fact_map *map)
{
    return map->entry_count;
}

const dunlin_fact *
dn_fact_map_numbered(const dn_fact_map *map, size_t number)
{
    return map->entries[number - 1].fact;
}

void
dn_fact_map_remove(dn_fact_map *map, dunlin_string kind, const dunlin_string *path, uint64_t count)
{
    entry *found = look_up(map, hash_key(map->naming, kind, path, count), kind, path, count);

    if (!found)
        return;
    unlink_lists(map, (size_t)(found - map->entries), found->fact, NULL);
    found->fact = NULL;
    map->live--;
}

int
dn_fact_map_move(dn_fact_map *map, const dunlin_fact *from, const dunlin_fact *to, dn_error *error)
{
    entry *old = look_up(map, hash_key(map->naming, from->kind, from->path, from->path_count),
                         from->kind, from->path, from->path_count);
    const dunlin_fact *copy;

    if (!old)
        return dn_fact_map_put(map, to, error);
    if (!same_key(map->naming, old->fact, to->kind, to->path, to->path_count))
        dn_fact_map_remove(map, to->kind, to->path, to->path_count);
    /* The old slot stays: it leads to an entry of another hash now. */
    if ((map->slots_used + 1) * 2 > map->slot_count && rehash(map, error) < 0)
        return -1;
    copy = dn_fact_copy(map->arena, to);
    if (!copy)
        return dn_no_memory(error);
    if (replace(map, old, copy, error) < 0)
        return -1;
    old->hash = hash_key(map->naming, to->kind, to->path, to->path_count);
    place(map, (size_t)(old - map->entries));
    return 0;
}

/* --- walking ---------------------------------------------------------------------------------------- */

static int
each_of_all(const dn_fact_map *map, dn_fact_visitor visit, void *context)
{
    for (size_t i = 0; i < map->entry_count; i++) {
        int answer = map->entries[i].fact ? visit(map->entries[i].fact, context) : 0;

        if (answer)
            return answer;
    }
    return 0;
}

/* What a walk along a list looks for. */
typedef struct walk {
    const char *kind; /* NULL: all */
    const dunlin_string *path;
    uint64_t first; /* elements of the path that have to be the same: from here */
    uint64_t end;
    uint64_t count; /* of elements of a path; 0: any */
} walk;

static bool
fits(const dn_fact_map *map, const walk *wanted, const dunlin_fact *fact)
{
    if ((wanted->kind && !dn_fact_is(fact, wanted->kind)) ||
        (wanted->count && fact->path_count != wanted->count))
        return false;
    for (uint64_t i = wanted->first; i < wanted->end; i++)
        if (!dn_fact_same_name(map->naming, i, wanted->count, fact->path[i], wanted->path[i]))
            return false;
    return true;
}

static int
each_of_list(const dn_fact_map *map, dn_fact_chain chain, uint64_t hash, const walk *wanted,
             dn_fact_visitor visit, void *context)
{
    uint32_t number = dn_fact_chains_first(&map->chains, hash);

    while (number) {
        const dunlin_fact *fact = map->entries[number - 1].fact;
        int answer = fact && fits(map, wanted, fact) ? visit(fact, context) : 0;

        if (answer)
            return answer;
        number = dn_fact_chains_next(&map->chains, chain, number);
    }
    return 0;
}

int
dn_fact_map_each(const dn_fact_map *map, const char *kind, dn_fact_visitor visit, void *context)
{
    const walk wanted = {.kind = kind};

    if (!kind)
        return each_of_all(map, visit, context);
    return each_of_list(map, DN_FACT_OF_KIND,
                        hash_chain(DN_FACT_OF_KIND, map->naming, dn_string(kind), NULL, 0), &wanted,
                        visit, context);
}

int
dn_fact_map_list(const dn_fact_map *map, dn_arena *arena, dn_fact_list *list, dn_error *error)
{
    for (size_t number = 1; number <= dn_fact_map_last(map); number++) {
        const dunlin_fact *fact = dn_fact_map_numbered(map, number);

        if (fact && dn_fact_list_add(list, arena, fact, error) < 0)
            return -1;
    }
    return 0;
}

int
dn_fact_map_each_view(const dn_fact_map *map, dn_fact_visitor visit, void *context)
{
    int answer = dn_fact_map_each(map, DUNLIN_KIND_VIEW, visit, context);

    return answer ? answer : dn_fact_map_each(map, DUNLIN_KIND_MATERIALIZED_VIEW, visit, context);
}

int
dn_fact_map_members(const dn_fact_map *map, const char *kind, const dunlin_string *path,
                    uint64_t count, dn_fact_visitor visit, void *context)
{
    const walk wanted = {.kind = kind, .path = path, .end = count, .count = count + 1};
    uint64_t hash = hash_chain(DN_FACT_OF_PARENT, map->naming, dn_string(""), path, count + 1);

    return each_of_list(map, DN_FACT_OF_PARENT, hash, &wanted, visit, context);
}

int
dn_fact_map_namesakes(const dn_fact_map *map, const char *kind, const dunlin_string *path,
                      uint64_t count, dn_fact_visitor visit, void *context)
{
    const walk wanted = {
        .kind = kind, .path = path, .first = count - 1, .end = count, .count = count};
    uint64_t hash = hash_chain(DN_FACT_OF_NAME, map->naming, dn_string(kind), path, count);

    return each_of_list(map, DN_FACT_OF_NAME, hash, &wanted, visit, context);
}

typedef struct copying {
    dn_fact_map *map;
    dn_error *error;
} copying;

static int
put_copy(const dunlin_fact *fact, void *context)
{
    copying *work = context;

    return dn_fact_map_put(work->map, fact, work->error);
}

dn_fact_map *
dn_fact_map_copy(const dn_fact_map *map, dn_arena *arena, dn_error *error)
{
    copying work = {dn_fact_map_new(arena, map->naming), error};

    if (!work.map) {
        dn_no_memory(error);
        return NULL;
    }
    return dn_fact_map_each(map, NULL, put_copy, &work) < 0 ? NULL : work.map;
}
