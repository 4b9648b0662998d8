/* SPDX-License-Identifier: MIT
 *
 * What changed since: the rows of sqlite_master, kept with the connection under the mark that the
 * host was given. As long as all of them are still there as they were, what is new stands behind
 * them, and nothing else is read. ALTER TABLE rewrites the texts of all objects that name what it
 * renames, so nothing that changed keeps its text; facts that also depend on another object (a
 * foreign key on its parent's key, a view on what there is) are found by the name in the text.
 */
#include "drivers/sqlite/sqlite_since.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MARK_SIZE = 24 };

void
dn_sqlite_since_forget(dunlin_connection *connection)
{
    if (connection->seen == NULL)
        return;
    dn_sqlite_catalogue_free(connection->seen);
    free(connection->seen);
    connection->seen = NULL;
}

static void
write_mark(const dunlin_connection *connection, char mark[MARK_SIZE])
{
    snprintf(mark, MARK_SIZE, "%llu", (unsigned long long)connection->seen_mark);
}

static bool
knows(const dunlin_connection *connection, dunlin_string mark)
{
    char present[MARK_SIZE];

    write_mark(connection, present);
    return connection->seen != NULL && dn_kit_same(mark, present);
}

static int32_t
push_gone(const dunlin_call *call, const dn_sqlite_object *relation)
{
    dunlin_fact key = {
        .size = sizeof(key),
        .kind = dn_kit_string(relation->type == 'v' ? DUNLIN_KIND_VIEW : DUNLIN_KIND_TABLE),
        .path = &relation->name,
        .path_count = 1,
    };

    return call->host->gone(call, &key);
}

/* --- fresh ------------------------------------------------------------------------------------------ */
static bool
same_text(const dn_sqlite_object *left, const dn_sqlite_object *right)
{
    return dn_kit_equal(left->name, right->name) && dn_kit_equal(left->sql, right->sql);
}

/* With its indexes and triggers, in their order. */
static bool
same_relation(const dn_sqlite_catalogue *before, const dn_sqlite_object *old,
              const dn_sqlite_catalogue *now, const dn_sqlite_object *new)
{
    while (same_text(old, new)) {
        if (old->next_member == 0 || new->next_member == 0)
            return old->next_member == new->next_member;
        old = &before->objects[old->next_member - 1];
        new = &now->objects[new->next_member - 1];
    }
    return false;
}

static dn_sqlite_object *
find_relation(const dn_sqlite_catalogue *catalogue, dunlin_string name)
{
    dn_sqlite_object *found = dn_sqlite_catalogue_find(catalogue, name);

    return found != NULL && !found->hidden ? found : NULL;
}

static void
compare(const dn_sqlite_catalogue *before, dn_sqlite_catalogue *now)
{
    for (size_t i = 0; i < now->count; i++) {
        dn_sqlite_object *relation = &now->objects[i];
        const dn_sqlite_object *old;

        if (!dn_sqlite_is_relation(relation))
            continue;
        old = find_relation(before, relation->name);
        relation->fresh = old == NULL || old->type != relation->type ||
                          !same_relation(before, old, now, relation);
    }
}

/* What stands behind `first` is new, and so is what it belongs to. */
static void
mark_grown(dn_sqlite_catalogue *now, size_t first)
{
    for (size_t i = 0; i < now->count; i++)
        now->objects[i].fresh = now->objects[i].pushed = false;
    for (size_t i = first; i < now->count; i++) {
        const dn_sqlite_object *object = &now->objects[i];
        bool member = object->type == 'i' || object->type == 'x';
        dn_sqlite_object *relation =
            object->type ? find_relation(now, member ? object->table : object->name) : NULL;

        if (relation != NULL)
            relation->fresh = true;
    }
}

/* --- changed ---------------------------------------------------------------------------------------- */
/* Texts hold names in any spelling; one that only looks like it costs a reading, nothing else. */
static bool
names_any(const dn_sqlite_object *relation, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcasestr(relation->sql.data, names[i]) != NULL)
            return true;
    return false;
}

/* Tables and views of which `before` knew, and that are no more; NULL: nothing is gone. */
static int32_t
list_gone(const dunlin_call *call, const dn_sqlite_catalogue *before,
          const dn_sqlite_catalogue *now, const char **names, size_t *count)
{
    int32_t status = DUNLIN_OK;

    for (size_t i = 0; before != NULL && i < before->count && status == DUNLIN_OK; i++) {
        const dn_sqlite_object *old = &before->objects[i];

        if (!dn_sqlite_is_relation(old) || find_relation(now, old->name) != NULL)
            continue;
        names[(*count)++] = old->name.data;
        status = push_gone(call, old);
    }
    return status;
}

static int32_t
mark_changed(const dunlin_call *call, const dn_sqlite_catalogue *before, dn_sqlite_catalogue *now)
{
    /* Of what is new, changed or gone. */
    size_t most = now->count + (before != NULL ? before->count : 0);
    const char **names = calloc(most + 1, sizeof(*names));
    size_t count = 0;
    int32_t status;

    if (names == NULL)
        return dn_kit_no_memory(call);
    for (size_t i = 0; i < now->count; i++)
        if (now->objects[i].fresh)
            names[count++] = now->objects[i].name.data;
    status = list_gone(call, before, now, names, &count);
    for (size_t i = 0; i < now->count && status == DUNLIN_OK; i++) {
        dn_sqlite_object *relation = &now->objects[i];

        relation->changed =
            relation->fresh || (dn_sqlite_is_relation(relation) && relation->refers &&
                                names_any(relation, names, count));
        if (relation->changed)
            status = push_gone(call, relation);
    }
    free(names);
    return status;
}

/* --- reading ---------------------------------------------------------------------------------------- */
/* All of it; what was remembered is compared with that if the host knows it. */
static int32_t
read_all(const dunlin_call *call, dunlin_connection *connection, const dunlin_scope *scope,
         bool known)
{
    dn_sqlite_catalogue *now = calloc(1, sizeof(*now));
    dn_sqlite_catalogue *before = connection->seen;
    int32_t status = DUNLIN_OK;

    if (now == NULL)
        return dn_kit_no_memory(call);
    connection->seen = now;
    status = dn_sqlite_catalogue_read(call, connection, true, now);
    if (status == DUNLIN_OK)
        status = dn_sqlite_catalogue_hide(connection, scope, now);
    if (status == DUNLIN_OK && known) {
        compare(before, now);
        status = mark_changed(call, before, now);
    } else {
        for (size_t i = 0; i < now->count; i++)
            now->objects[i].fresh = now->objects[i].changed = true;
    }
    if (before != NULL) {
        dn_sqlite_catalogue_free(before);
        free(before);
    }
    return status;
}

static int32_t
read_new(const dunlin_call *call, dunlin_connection *connection, const dunlin_scope *scope)
{
    dn_sqlite_catalogue *seen = connection->seen;
    size_t first = seen->count;
    int32_t status = dn_sqlite_catalogue_read(call, connection, true, seen);

    if (status == DUNLIN_OK)
        status = dn_sqlite_catalogue_hide(connection, scope, seen);
    if (status != DUNLIN_OK)
        return status;
    mark_grown(seen, first);
    return mark_changed(call, NULL, seen);
}

int32_t
dn_sqlite_since_read(const dunlin_call *call, dunlin_connection *connection,
                     const dunlin_scope *scope, dn_sqlite_catalogue **catalogue)
{
    bool known = knows(connection, scope->since);
    bool holds = false;
    int32_t status = DUNLIN_OK;

    /* Which of them are hidden may be another matter each time. */
    if (known && scope->exclusion_count == 0 && !connection->seen->has_virtual)
        status = dn_sqlite_catalogue_holds(connection, connection->seen, &holds);
    connection->seen_mark++; /* nobody has this one until all was told */
    if (status == DUNLIN_OK)
        status =
            holds ? read_new(call, connection, scope) : read_all(call, connection, scope, known);
    *catalogue = connection->seen;
    return status;
}

int32_t
dn_sqlite_since_end(const dunlin_call *call, dunlin_connection *connection)
{
    char mark[MARK_SIZE];

    write_mark(connection, mark);
    return call->host->mark(call, dn_kit_string(mark));
}
