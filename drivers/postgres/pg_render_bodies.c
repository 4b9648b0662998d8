/* SPDX-License-Identifier: MIT
 *
 * Bodies of routines that name what is made behind them: the server looks into a body when a routine is
 * made, unless it is told not to, as pg_dump does it.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/pg_facts.h"
#include "drivers/postgres/pg_render.h"

typedef struct made_name {
    dunlin_string name;
    uint64_t at; /* the last operation that makes one of this name */
} made_name;

typedef struct made_names {
    made_name *items;
    size_t count;
} made_names;

static bool
is_routine(const dunlin_operation *operation)
{
    return dn_pg_is_kind(operation, DUNLIN_KIND_FUNCTION) ||
           dn_pg_is_kind(operation, DUNLIN_KIND_PROCEDURE);
}

static bool
is_named_in_bodies(const dunlin_operation *operation)
{
    static const char *const kinds[] = {DUNLIN_KIND_TABLE,    DUNLIN_KIND_VIEW,
                                        DUNLIN_KIND_SEQUENCE, DUNLIN_KIND_MATERIALIZED_VIEW,
                                        DN_PG_KIND_AGGREGATE, DUNLIN_KIND_FUNCTION,
                                        DUNLIN_KIND_PROCEDURE};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (dn_pg_is_kind(operation, kinds[i]))
            return operation->verb == DUNLIN_VERB_CREATE && operation->path_count > 1;
    return false;
}

/* Arguments stand behind the names of some. */
static dunlin_string
name_of(const dunlin_operation *operation)
{
    bool arguments = is_routine(operation) ||
                     (operation->path_count > 2 && dn_pg_is_kind(operation, DN_PG_KIND_AGGREGATE));

    return operation->path[operation->path_count - (arguments ? 2 : 1)];
}

static int
by_name(const void *left, const void *right)
{
    return dn_kit_compare(((const made_name *)left)->name, ((const made_name *)right)->name);
}

static bool
collect(dn_pg_render_work *work, made_names *names)
{
    size_t kept = 0;

    names->items = malloc((size_t)(work->count + 1) * sizeof(*names->items));
    if (names->items == NULL)
        return false;
    for (uint64_t i = 0; i < work->count; i++)
        if (is_named_in_bodies(work->operations[i]))
            names->items[names->count++] = (made_name){name_of(work->operations[i]), i};
    qsort(names->items, names->count, sizeof(*names->items), by_name);
    for (size_t i = 0; i < names->count; i++) {
        made_name one = names->items[i];

        if (kept > 0 && dn_kit_equal(names->items[kept - 1].name, one.name)) {
            if (names->items[kept - 1].at < one.at)
                names->items[kept - 1].at = one.at;
        } else {
            names->items[kept++] = one;
        }
    }
    names->count = kept;
    return true;
}

static bool
is_part_of_word(char letter)
{
    return isalnum((unsigned char)letter) || letter == '_' || (unsigned char)letter >= 0x80;
}

/* Does the body have a word that is the name of something behind it? Of names that are no word, words do. */
static bool
is_early(const made_names *names, dunlin_string body, uint64_t at)
{
    for (uint64_t i = 0; i < body.length;) {
        made_name word = {.name = {body.data + i, 0}};
        const made_name *found;

        while (i + word.name.length < body.length &&
               is_part_of_word(word.name.data[word.name.length]))
            word.name.length++;
        i += word.name.length > 0 ? word.name.length : 1;
        found = word.name.length > 0
                    ? bsearch(&word, names->items, names->count, sizeof(word), by_name)
                    : NULL;
        if (found != NULL && found->at > at)
            return true;
    }
    for (size_t i = 0; i < names->count; i++) {
        dunlin_string name = names->items[i].name;
        uint64_t length = 0;

        while (length < name.length && is_part_of_word(name.data[length]))
            length++;
        if (length < name.length && names->items[i].at > at &&
            memmem(body.data, body.length, name.data, name.length) != NULL)
            return true;
    }
    return false;
}

static dunlin_string
body_of(const dunlin_operation *operation)
{
    bool makes = operation->verb == DUNLIN_VERB_CREATE || operation->verb == DUNLIN_VERB_ALTER;

    return makes && is_routine(operation) ? dn_pg_text_of(operation, "definition")
                                          : dn_kit_string("");
}

dn_pg_bodies
dn_pg_early_bodies(dn_pg_render_work *work)
{
    dn_pg_bodies bodies = {0, 0};
    made_names names = {NULL, 0};
    bool any = false;

    for (uint64_t i = 0; i < work->count; i++)
        if (body_of(work->operations[i]).length > 0)
            bodies.behind = i + 1;
    if (bodies.behind == 0)
        return bodies;
    if (!collect(work, &names)) {
        work->status = dn_kit_no_memory(work->call);
        return bodies;
    }
    while (bodies.first < bodies.behind && !any) {
        any = is_early(&names, body_of(work->operations[bodies.first]), bodies.first);
        bodies.first += any ? 0 : 1;
    }
    free(names.items);
    return any ? bodies : (dn_pg_bodies){0, 0};
}
