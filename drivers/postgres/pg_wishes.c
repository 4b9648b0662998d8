/* SPDX-License-Identifier: MIT
 *
 * Which facts a scope asks for.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/pg_facts.h"

/* What a key is looked up by: [kind,] namespace and the names behind it. */
typedef enum wish_sort {
    WISH_FACT,     /* this fact; a primary key by its table alone */
    WISH_MEMBERS,  /* whatever belongs to this relation */
    WISH_RELATION, /* any relation, or index, of this name */
    WISH_TRIGGER,  /* on whatever table */
    WISH_TYPE      /* any type of this name */
} wish_sort;

struct dn_pg_wish {
    wish_sort sort;
    dunlin_string kind; /* of WISH_FACT */
    const dunlin_string *path;
    uint64_t path_count;
    uint64_t key;
    bool answers; /* what is found is the answer to the key */
};

static bool
is_one_of(dunlin_string kind, const char *const *kinds)
{
    for (; *kinds != NULL; kinds++)
        if (dn_kit_same(kind, *kinds))
            return true;
    return false;
}

static bool
is_relation(dunlin_string kind)
{
    static const char *const kinds[] = {DUNLIN_KIND_TABLE, DUNLIN_KIND_VIEW,
                                        DUNLIN_KIND_MATERIALIZED_VIEW, DUNLIN_KIND_SEQUENCE, NULL};

    return is_one_of(kind, kinds);
}

static bool
is_type(dunlin_string kind)
{
    static const char *const kinds[] = {DUNLIN_KIND_ENUM, DUNLIN_KIND_DOMAIN, DN_PG_KIND_TYPE,
                                        NULL};

    return is_one_of(kind, kinds);
}

static bool
is_member(dunlin_string kind)
{
    static const char *const kinds[] = {
        DUNLIN_KIND_COLUMN,      DUNLIN_KIND_PRIMARY_KEY, DUNLIN_KIND_UNIQUE,    DUNLIN_KIND_CHECK,
        DUNLIN_KIND_FOREIGN_KEY, DUNLIN_KIND_INDEX,       DUNLIN_KIND_TRIGGER,   DN_PG_KIND_EXCLUDE,
        DN_PG_KIND_POLICY,       DN_PG_KIND_RULE,         DN_PG_KIND_STATISTICS, NULL};

    return is_one_of(kind, kinds);
}

static bool
is_routine(dunlin_string kind)
{
    return dn_kit_same(kind, DUNLIN_KIND_FUNCTION) || dn_kit_same(kind, DUNLIN_KIND_PROCEDURE);
}

static int
compare_wishes(const void *left_wish, const void *right_wish)
{
    const dn_pg_wish *left = left_wish;
    const dn_pg_wish *right = right_wish;
    int order = (left->sort > right->sort) - (left->sort < right->sort);

    if (order == 0)
        order = dn_kit_compare(left->kind, right->kind);
    if (order == 0)
        order = (left->path_count > right->path_count) - (left->path_count < right->path_count);
    for (uint64_t i = 0; i < left->path_count && order == 0; i++)
        order = dn_kit_compare(left->path[i], right->path[i]);
    return order;
}

static uint64_t
names_of(dunlin_string kind, uint64_t count)
{
    return dn_kit_same(kind, DUNLIN_KIND_PRIMARY_KEY) && count > 2 ? 2 : count;
}

static dn_pg_wish *
add_wish(dn_pg_wishes *wishes, wish_sort sort, const dn_pg_wish *like)
{
    dn_pg_wish *wish = &wishes->list[wishes->count++];

    *wish = *like;
    wish->sort = sort;
    if (sort != WISH_FACT)
        wish->kind = dn_kit_string(NULL);
    return wish;
}

/* An index or trigger by [namespace, name], `names` being memory for it. Of an index that was
 * asked for with its table, one on another table stands in the way. */
static void
add_nameless(dn_pg_wishes *wishes, const dn_pg_wish *like, dunlin_string *names)
{
    bool is_trigger = dn_kit_same(like->kind, DUNLIN_KIND_TRIGGER);
    bool tableless = like->path[1].length == 0;
    dn_pg_wish *wish;

    if (is_trigger && !tableless)
        return;
    names[0] = like->path[0];
    names[1] = like->path[2];
    wish = add_wish(wishes, is_trigger ? WISH_TRIGGER : WISH_RELATION, like);
    wish->path = names;
    wish->path_count = 2;
    wish->answers = tableless;
}

static void
add_wishes(dn_pg_wishes *wishes, const dunlin_fact *key, uint64_t number, dunlin_string *names)
{
    dn_pg_wish wish = {.sort = WISH_FACT,
                       .kind = key->kind,
                       .path = key->path,
                       .path_count = names_of(key->kind, key->path_count),
                       .key = number,
                       .answers = true};

    add_wish(wishes, WISH_FACT, &wish);
    if (key->path_count == 3 &&
        (dn_kit_same(key->kind, DUNLIN_KIND_INDEX) || dn_kit_same(key->kind, DUNLIN_KIND_TRIGGER)))
        add_nameless(wishes, &wish, names);
    if (is_relation(key->kind) && key->path_count == 2) {
        add_wish(wishes, WISH_MEMBERS, &wish)->answers = false;
        add_wish(wishes, WISH_RELATION, &wish);
    }
    if (is_type(key->kind))
        add_wish(wishes, WISH_TYPE, &wish);
}

dn_pg_extent
dn_pg_wishes_extent(const dunlin_scope *scope)
{
    if (scope->key_count == 0)
        return DN_PG_EXTENT_ALL;
    for (uint64_t i = 0; i < scope->key_count; i++)
        if (!is_relation(scope->keys[i]->kind) && !is_member(scope->keys[i]->kind))
            return DN_PG_EXTENT_NAMED;
    return DN_PG_EXTENT_RELATIONS;
}

int32_t
dn_pg_wishes_begin(const dunlin_call *call, dn_pg_arena *arena, const dunlin_scope *scope,
                   dn_pg_wishes *wishes)
{
    dunlin_string *names = dn_pg_arena_take(arena, (scope->key_count + 1) * 2 * sizeof(*names));

    *wishes = (dn_pg_wishes){.scope = scope};
    wishes->list = dn_pg_arena_take(arena, (scope->key_count + 1) * 3 * sizeof(*wishes->list));
    wishes->seen = dn_pg_arena_take(arena, scope->key_count + 1);
    if (names == NULL || wishes->list == NULL || wishes->seen == NULL)
        return dn_kit_no_memory(call);
    for (uint64_t i = 0; i < scope->key_count; i++)
        add_wishes(wishes, scope->keys[i], i, names + 2 * i);
    qsort(wishes->list, wishes->count, sizeof(*wishes->list), compare_wishes);
    return DUNLIN_OK;
}

static bool
find(dn_pg_wishes *wishes, wish_sort sort, dunlin_string kind, const dunlin_string *path,
     uint64_t count)
{
    dn_pg_wish asked = {.sort = sort, .kind = kind, .path = path, .path_count = count};
    dn_pg_wish *found = bsearch(&asked, wishes->list, wishes->count, sizeof(asked), compare_wishes);

    if (found == NULL)
        return false;
    /* There may be several of one name. */
    while (found > wishes->list && compare_wishes(found - 1, &asked) == 0)
        found--;
    for (; found < wishes->list + wishes->count && compare_wishes(found, &asked) == 0; found++)
        if (found->answers)
            wishes->seen[found->key] = 1;
    return true;
}

static bool
ends_with(dunlin_string text, const char *end)
{
    uint64_t length = strlen(end);

    return text.length >= length && memcmp(text.data + text.length - length, end, length) == 0;
}

/* A privilege comes with what it is on. */
static bool
includes_grant(dn_pg_wishes *wishes, const dunlin_fact *fact)
{
    static const char *const routines[] = {DUNLIN_KIND_FUNCTION, DUNLIN_KIND_PROCEDURE,
                                           DN_PG_KIND_AGGREGATE};
    static const dunlin_string none = {"", 0};
    dunlin_string privilege = fact->path[fact->path_count - 1];
    bool found = false;

    if (ends_with(privilege, " ON SCHEMA"))
        return find(wishes, WISH_FACT, dn_kit_string(DUNLIN_KIND_SCHEMA), fact->path, 1);
    if (ends_with(privilege, " ON TYPE"))
        return find(wishes, WISH_TYPE, none, fact->path, 2);
    if (!ends_with(privilege, " ON FUNCTION") && !ends_with(privilege, " ON PROCEDURE"))
        return find(wishes, WISH_MEMBERS, none, fact->path, 2);
    for (size_t i = 0; i < sizeof(routines) / sizeof(routines[0]); i++)
        for (uint64_t names = 2; names <= 3; names++)
            if (find(wishes, WISH_FACT, dn_kit_string(routines[i]), fact->path, names))
                found = true;
    return found;
}

bool
dn_pg_wishes_include(dn_pg_wishes *wishes, const dunlin_fact *fact)
{
    static const dunlin_string none = {"", 0};
    dunlin_string names[2] = {none, none};
    bool found;

    if (wishes->scope->key_count == 0)
        return true;
    if (dn_kit_same(fact->kind, DUNLIN_KIND_GRANT))
        return includes_grant(wishes, fact);
    if (fact->path_count == 3) {
        names[0] = fact->path[0];
        names[1] = fact->path[2];
    }
    /* All of them, since each may be the answer to another key. */
    found = find(wishes, WISH_FACT, fact->kind, fact->path, names_of(fact->kind, fact->path_count));
    /* A routine by its name, whatever its arguments. */
    if (is_routine(fact->kind) && find(wishes, WISH_FACT, fact->kind, fact->path, 2))
        found = true;
    if (is_member(fact->kind) && find(wishes, WISH_MEMBERS, none, fact->path, 2))
        found = true;
    if (is_type(fact->kind) && find(wishes, WISH_TYPE, none, fact->path, fact->path_count))
        found = true;
    if (is_relation(fact->kind) && find(wishes, WISH_RELATION, none, fact->path, fact->path_count))
        found = true;
    if (dn_kit_same(fact->kind, DUNLIN_KIND_INDEX) && find(wishes, WISH_RELATION, none, names, 2))
        found = true;
    if (dn_kit_same(fact->kind, DUNLIN_KIND_TRIGGER) && find(wishes, WISH_TRIGGER, none, names, 2))
        found = true;
    return found;
}

int32_t
dn_pg_wishes_close(const dunlin_call *call, const dn_pg_wishes *wishes)
{
    int32_t status = DUNLIN_OK;

    for (uint64_t i = 0; status == DUNLIN_OK && i < wishes->scope->key_count; i++)
        if (!wishes->seen[i])
            status = call->host->gone(call, wishes->scope->keys[i]);
    return status;
}
