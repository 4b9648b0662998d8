/* SPDX-License-Identifier: MIT
 *
 * What changed since: a hash of the stored texts of each table and view, kept with the connection
 * under the mark that the host was given. ALTER TABLE rewrites the texts of all objects that name
 * what it renames, so nothing that changed keeps its hash; facts that also depend on another object
 * (a foreign key on its parent's key, a view on what there is) are found by the name in the text.
 */
#include "drivers/sqlite/sqlite_since.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct dn_sqlite_seen {
    char *name;
    uint64_t hash;
    bool view;
    bool met; /* by the reading at work */
};

void
dn_sqlite_since_forget(dunlin_connection *connection)
{
    for (size_t i = 0; i < connection->seen_count; i++)
        free(connection->seen[i].name);
    free(connection->seen);
    connection->seen = NULL;
    connection->seen_count = 0;
}

static void
write_mark(const dunlin_connection *connection, char mark[DN_SQLITE_MARK])
{
    snprintf(mark, DN_SQLITE_MARK, "%llu", (unsigned long long)connection->seen_mark);
}

bool
dn_sqlite_since_knows(const dunlin_connection *connection, dunlin_string mark)
{
    char present[DN_SQLITE_MARK];

    write_mark(connection, present);
    return connection->seen_mark > 0 && dn_kit_same(mark, present);
}

static int
by_name(const void *left, const void *right)
{
    return strcasecmp(((const struct dn_sqlite_seen *)left)->name,
                      ((const struct dn_sqlite_seen *)right)->name);
}

static struct dn_sqlite_seen *
find_seen(const dunlin_connection *connection, const char *name)
{
    struct dn_sqlite_seen wanted = {.name = (char *)name};

    if (connection->seen_count == 0)
        return NULL;
    return bsearch(&wanted, connection->seen, connection->seen_count, sizeof(wanted), by_name);
}

/* Texts hold names in any spelling; one that only looks like it costs a reading, nothing else. */
static bool
names_any(const dn_sqlite_relation *relation, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcasestr(relation->sql.data, names[i]) != NULL)
            return true;
    return false;
}

static int32_t
push_gone(const dunlin_call *call, dunlin_string name, bool view)
{
    dunlin_fact key = {
        .size = sizeof(key),
        .kind = dn_kit_string(view ? DUNLIN_KIND_VIEW : DUNLIN_KIND_TABLE),
        .path = &name,
        .path_count = 1,
    };

    return call->host->gone(call, &key);
}

int32_t
dn_sqlite_since_compare(const dunlin_call *call, dunlin_connection *connection,
                        dn_sqlite_relation *relations, size_t count)
{
    /* Of what is new, changed or gone. */
    const char **names =
        call->host->scratch(call, (connection->seen_count + count + 1) * sizeof(*names));
    size_t name_count = 0;
    int32_t status = DUNLIN_OK;

    if (names == NULL)
        return dn_kit_no_memory(call);
    for (size_t i = 0; i < connection->seen_count; i++)
        connection->seen[i].met = false;
    for (size_t i = 0; i < count; i++) {
        struct dn_sqlite_seen *seen = find_seen(connection, relations[i].name.data);

        if (seen != NULL)
            seen->met = true;
        relations[i].fresh =
            seen == NULL || seen->hash != relations[i].hash || seen->view != relations[i].view;
        relations[i].changed = relations[i].fresh;
        if (relations[i].fresh)
            names[name_count++] = relations[i].name.data;
    }
    for (size_t i = 0; i < connection->seen_count && status == DUNLIN_OK; i++) {
        const struct dn_sqlite_seen *seen = &connection->seen[i];

        if (seen->met)
            continue;
        names[name_count++] = seen->name;
        status = push_gone(call, dn_kit_string(seen->name), seen->view);
    }
    for (size_t i = 0; i < count && status == DUNLIN_OK; i++) {
        relations[i].changed = relations[i].changed || names_any(&relations[i], names, name_count);
        if (relations[i].changed)
            status = push_gone(call, relations[i].name, relations[i].view);
    }
    return status;
}

int32_t
dn_sqlite_since_keep(const dunlin_call *call, dunlin_connection *connection,
                     const dn_sqlite_relation *relations, size_t count)
{
    char mark[DN_SQLITE_MARK];

    dn_sqlite_since_forget(connection);
    connection->seen_mark++;
    connection->seen = calloc(count + 1, sizeof(*connection->seen));
    if (connection->seen == NULL)
        return dn_kit_no_memory(call);
    for (size_t i = 0; i < count; i++) {
        struct dn_sqlite_seen *seen = &connection->seen[i];

        *seen = (struct dn_sqlite_seen){dn_kit_copy(relations[i].name), relations[i].hash,
                                        relations[i].view, false};
        if (seen->name == NULL)
            return dn_kit_no_memory(call);
        connection->seen_count++;
    }
    qsort(connection->seen, count, sizeof(*connection->seen), by_name);
    write_mark(connection, mark);
    return call->host->mark(call, dn_kit_string(mark));
}
