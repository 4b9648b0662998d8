/* SPDX-License-Identifier: MIT
 *
 * realise(): facts as written -> facts as introspect() pushes them. SQLite keeps the text that
 * render() writes, so nothing is unsure.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/sqlite/sqlite_local.h"
#include "drivers/sqlite/sqlite_write.h"

typedef struct place {
    const dunlin_fact *fact;
    uint64_t at;
} place;

typedef struct realising {
    dn_sqlite_local local;
    dn_kit_pool pool;
    const place *places;
    size_t begin; /* of the facts of one table */
    size_t end;
} realising;

static dunlin_string
table_of(const dunlin_fact *fact)
{
    return fact->path_count > 0 ? fact->path[0] : dn_kit_string(NULL);
}

/* By table, then as they came. */
static int
compare_places(const void *left, const void *right)
{
    const place *a = left;
    const place *b = right;
    int order = dn_kit_compare(table_of(a->fact), table_of(b->fact));

    return order != 0 ? order : (a->at > b->at) - (a->at < b->at);
}

static bool
is_kind(const dunlin_fact *fact, const char *kind)
{
    return dn_kit_same(fact->kind, kind);
}

static dn_kit_set
set_of(const dunlin_fact *fact)
{
    return (dn_kit_set){fact->properties, fact->property_count};
}

static int32_t
push(realising *work, const char *kind, dunlin_string table, dunlin_string name, dn_kit_set set)
{
    dunlin_string path[2] = {table, name};
    dunlin_fact fact = {
        .size = sizeof(fact),
        .kind = dn_kit_string(kind),
        .path = path,
        .path_count = name.length > 0 ? 2 : 1,
        .properties = set.list,
        .property_count = set.count,
    };

    if (work->pool.failed)
        return dn_kit_no_memory(work->local.call);
    return work->local.call->host->fact(work->local.call, &fact);
}

/* As it is read of one that is there. */
static void
settle_view(realising *work, dunlin_string name, dn_kit_properties *set)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    dn_sqlite_tokens tokens;

    dn_sqlite_write_view(&sql, name, dn_kit_set_of(set), "");
    for (size_t i = 0; i < set->count; i++) {
        dunlin_string plain;

        if (!dn_kit_same(set->list[i].name, "definition") ||
            !dn_sqlite_tokens_cut(&work->pool, set->list[i].text, &tokens))
            continue;
        plain = dn_sqlite_view_text(&work->pool, &tokens, 0, tokens.count,
                                    dn_kit_set_list(dn_kit_set_of(set), "columns").count > 0);
        if (dn_kit_equal(plain, set->list[i].text))
            return;
        set->list[i].text = plain;
        dn_kit_properties_add(set, "text", DUNLIN_PROPERTY_TEXT,
                              dn_kit_pool_copy(&work->pool, dn_kit_text_string(&sql)));
        work->pool.failed = work->pool.failed || sql.failed;
        return;
    }
}

/* --- what is no part of a table ------------------------------------------------------------------- */
static int32_t
realise_other(realising *work, const dunlin_fact *fact)
{
    dn_kit_properties set = {.pool = &work->pool};
    int32_t status = DUNLIN_OK;

    work->local.name = table_of(fact);
    if (is_kind(fact, DUNLIN_KIND_VIEW) && dn_kit_set_find(set_of(fact), "definition") == NULL)
        return push(work, DUNLIN_KIND_VIEW, fact->path[0], dn_kit_string(NULL),
                    dn_kit_set_of(&set)); /* a comment on one that is there */
    if (is_kind(fact, DUNLIN_KIND_VIEW)) {
        status = dn_sqlite_local_view(&work->local, set_of(fact), dn_kit_string(NULL), &set);
        settle_view(work, fact->path[0], &set);
        return status != DUNLIN_OK ? status
                                   : push(work, DUNLIN_KIND_VIEW, fact->path[0],
                                          dn_kit_string(NULL), dn_kit_set_of(&set));
    }
    if (is_kind(fact, DUNLIN_KIND_TRIGGER) && fact->path_count == 2 &&
        dn_sqlite_read_trigger(&set, dn_kit_set_text(set_of(fact), "definition")))
        return push(work, DUNLIN_KIND_TRIGGER, fact->path[0], fact->path[1], dn_kit_set_of(&set));
    return dn_sqlite_refuse_kind(&work->local, fact->kind);
}

static bool
is_member(const dunlin_fact *fact)
{
    static const char *const kinds[] = {DUNLIN_KIND_COLUMN, DUNLIN_KIND_PRIMARY_KEY,
                                        DUNLIN_KIND_UNIQUE, DUNLIN_KIND_FOREIGN_KEY,
                                        DUNLIN_KIND_CHECK,  DUNLIN_KIND_INDEX};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (is_kind(fact, kinds[i]))
            return fact->path_count == 2;
    return false;
}

/* --- tables ---------------------------------------------------------------------------------------- */
static int32_t
add_members(realising *work, dn_sqlite_table *table, bool columns)
{
    int32_t status = DUNLIN_OK;

    for (size_t i = work->begin; i < work->end && status == DUNLIN_OK; i++) {
        const dunlin_fact *fact = work->places[i].fact;

        work->local.operation = work->places[i].at;
        if (is_member(fact) && is_kind(fact, DUNLIN_KIND_COLUMN) == columns)
            status = dn_sqlite_local_member(&work->local, table, fact->kind, fact->path[1],
                                            set_of(fact));
    }
    return status;
}

/* Of members alone: what the table that is there says of their types. */
static void
take_strictness(realising *work, dn_sqlite_table *table)
{
    const dunlin_call *call = work->local.call;
    dunlin_fact key = {.size = sizeof(key),
                       .kind = dn_kit_string(DUNLIN_KIND_TABLE),
                       .path = &table->name,
                       .path_count = 1};
    const dunlin_fact *found = NULL;

    if (call->host->find != NULL && call->host->find(call, &key, &found) == DUNLIN_OK &&
        found != NULL && dn_kit_set_is_true(set_of(found), "strict"))
        dn_kit_properties_true(&table->set, "strict");
}

/* Which column stands where, for rows that are inserted without naming any. */
static void
take_order(dn_sqlite_table *table, dn_kit_set given)
{
    for (uint64_t i = 0; i < given.count; i = dn_kit_set_next(given, i))
        if (dn_kit_same(given.list[i].name, "order"))
            dn_kit_properties_take(&table->set, given, i);
}

static int32_t
realise_table(realising *work)
{
    const dunlin_fact *given = NULL;
    dn_sqlite_table table = {.pool = &work->pool, .name = table_of(work->places[work->begin].fact)};
    int32_t status = DUNLIN_OK;

    table.set.pool = &work->pool;
    for (size_t i = work->begin; i < work->end && status == DUNLIN_OK; i++) {
        const dunlin_fact *fact = work->places[i].fact;

        work->local.operation = work->places[i].at;
        if (is_kind(fact, DUNLIN_KIND_TABLE)) {
            given = fact;
            status = dn_sqlite_local_table(&work->local, &table, set_of(fact));
        } else if (!is_member(fact)) {
            status = realise_other(work, fact);
        }
    }
    if (status == DUNLIN_OK && given == NULL)
        take_strictness(work, &table);
    if (status == DUNLIN_OK)
        status = add_members(work, &table, true);
    if (status == DUNLIN_OK)
        status = add_members(work, &table, false);
    /* A column alone says nothing of the key that it may be. */
    if (status == DUNLIN_OK && dn_sqlite_table_key(&table) != NULL)
        status = dn_sqlite_local_settle(&work->local, &table);
    dn_sqlite_name_members(&table);
    if (given != NULL)
        take_order(&table, set_of(given));
    if (status == DUNLIN_OK && given != NULL)
        status = push(work, DUNLIN_KIND_TABLE, table.name, dn_kit_string(NULL),
                      dn_kit_set_of(&table.set));
    for (size_t i = 0; i < table.count && status == DUNLIN_OK; i++)
        if (!table.members[i].gone)
            status = push(work, dn_sqlite_kind_name(table.members[i].kind), table.name,
                          table.members[i].name, dn_kit_set_of(&table.members[i].set));
    return status;
}

int32_t
dn_sqlite_realise(const dunlin_call *call, const dunlin_profile *profile,
                  const dunlin_fact *const *facts, uint64_t count)
{
    realising work = {.local = {.call = call, .profile = profile}};
    place *places =
        count < SIZE_MAX / sizeof(*places) ? malloc((count + 1) * sizeof(*places)) : NULL;
    int32_t status = DUNLIN_OK;

    if (places == NULL)
        return dn_kit_no_memory(call);
    for (uint64_t i = 0; i < count; i++)
        places[i] = (place){facts[i], i};
    qsort(places, count, sizeof(*places), compare_places);
    work.local.pool = &work.pool;
    work.places = places;
    while (work.begin < count && status == DUNLIN_OK) {
        dunlin_string table = table_of(places[work.begin].fact);

        work.end = work.begin + 1;
        while (work.end < count && dn_kit_equal(table_of(places[work.end].fact), table))
            work.end++;
        status = realise_table(&work);
        dn_kit_pool_clear(&work.pool);
        work.begin = work.end;
    }
    dn_kit_pool_free(&work.pool);
    free(places);
    return status;
}
