/* SPDX-License-Identifier: MIT */
#include "core/fact/ignore.h"

#include <fnmatch.h>
#include <string.h>

#define STANDING                                                                                   \
    "table view matview sequence enum domain type collation function procedure aggregate"
#define ROUTINES "function procedure aggregate"
#define MEMBERS "column pk unique fk check exclude index trigger policy rule statistics"
#define NAMELESS "schema extension" /* no namespace before their names */
#define GRANTS DUNLIN_KIND_GRANT    /* by the one who has it, whose name may hold dots */

/* --- patterns ----------------------------------------------------------------------------------- */

static size_t
most_parts(const char *kind)
{
    if (kind && dn_string_among(dn_string(kind), NAMELESS))
        return 1;
    return kind && dn_string_among(dn_string(kind), MEMBERS) ? 3 : 2;
}

static int
split(char *text, dn_ignore_pattern *pattern, const char **wrong)
{
    for (char *at = text; at;) {
        char *dot = strchr(at, '.');

        if (pattern->count == most_parts(pattern->kind)) {
            *wrong = "it has too many parts";
            return 1;
        }
        if (dot)
            *dot = '\0';
        if (!*at) {
            *wrong = "a part of its name is empty";
            return 1;
        }
        pattern->parts[pattern->count++] = at;
        at = dot ? dot + 1 : NULL;
    }
    return 0;
}

int
dn_ignore_parse(const char *text, dn_arena *arena, dn_ignore_pattern *pattern, const char **wrong)
{
    char *copy = dn_arena_text(arena, text);
    char *colon = copy ? strchr(copy, ':') : NULL;

    *pattern = (dn_ignore_pattern){.kind = NULL};
    if (!copy)
        return -1;
    if (strncmp(copy, GRANTS ":", sizeof GRANTS) == 0 && copy[sizeof GRANTS]) {
        *pattern = (dn_ignore_pattern){.kind = GRANTS, .parts = {copy + sizeof GRANTS}, .count = 1};
        return 0;
    }
    if (colon) {
        *colon = '\0';
        pattern->kind = copy;
        if (!dn_string_among(dn_string(copy), STANDING " " MEMBERS " " NAMELESS)) {
            *wrong = "there is no such kind of object; the kinds are those of docs/facts.md";
            return 1;
        }
        copy = colon + 1;
    }
    return split(copy, pattern, wrong);
}

/* --- matching ----------------------------------------------------------------------------------- */

static bool
part_matches(const char *part, dunlin_string name, int flags)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    dn_text_add(&text, name.data, (size_t)name.length);
    return !text.failed && fnmatch(part, text.data ? text.data : "", flags) == 0;
}

static bool
path_matches(const dn_ignore_pattern *pattern, uint64_t naming, const dunlin_string *path,
             uint64_t count)
{
    int flags = FNM_NOESCAPE | ((naming & DN_FACT_FOLDS_OBJECTS) ? FNM_CASEFOLD : 0);

    if (pattern->count > count)
        return false;
    for (size_t i = 0; i < pattern->count; i++)
        if (!part_matches(pattern->parts[i], path[count - pattern->count + i], flags))
            return false;
    return true;
}

static bool
matches(const dn_ignore_pattern *pattern, uint64_t naming, const char *kind,
        const dunlin_string *path, uint64_t count)
{
    if (pattern->kind ? strcmp(pattern->kind, kind) != 0
                      : !dn_string_among(dn_string(kind), STANDING))
        return false;
    /* Arguments of a routine are no part of its name. */
    if (dn_string_among(dn_string(kind), ROUTINES) && count > 1)
        count--;
    return path_matches(pattern, naming, path, count);
}

static const char *
kind_of_owner(const dn_fact_map *map, const dunlin_fact *fact)
{
    static const char *const kinds[] = {DUNLIN_KIND_VIEW, DUNLIN_KIND_MATERIALIZED_VIEW};

    if (map && dn_string_among(fact->kind, "index trigger"))
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
            if (dn_fact_map_find(map, dn_string(kinds[i]), fact->path, fact->path_count - 1))
                return kinds[i];
    return DUNLIN_KIND_TABLE;
}

/* By its grantee. */
static bool
hides_grant(const dn_ignore *ignore, const dunlin_fact *fact)
{
    dunlin_fact object;

    if (!dn_grant_object(fact, &object))
        return false;
    for (size_t i = 0; i < ignore->count; i++) {
        const dn_ignore_pattern *pattern = &ignore->patterns[i];

        if (pattern->kind && strcmp(pattern->kind, GRANTS) == 0 &&
            part_matches(pattern->parts[0], fact->path[fact->path_count - 2], FNM_NOESCAPE))
            return true;
    }
    return false;
}

static bool
hidden_by(const dn_ignore_pattern *pattern, uint64_t naming, const dunlin_fact *fact,
          const dn_fact_map *map)
{
    char kind[32];

    if (fact->kind.length >= sizeof kind || !fact->path_count)
        return false;
    memcpy(kind, fact->kind.data, (size_t)fact->kind.length);
    kind[fact->kind.length] = '\0';
    if (matches(pattern, naming, kind, fact->path, fact->path_count))
        return true;
    if (dn_string_among(fact->kind, MEMBERS) && fact->path_count > 1 &&
        matches(pattern, naming, kind_of_owner(map, fact), fact->path, fact->path_count - 1))
        return true;
    return (naming & DN_FACT_NAMESPACES) && fact->path_count > 1 &&
           matches(pattern, naming, DUNLIN_KIND_SCHEMA, fact->path, 1);
}

bool
dn_ignore_hides(const dn_ignore *ignore, uint64_t naming, const dunlin_fact *fact,
                const dn_fact_map *map)
{
    const dunlin_fact *granted_on = map ? dn_grant_object_in(map, fact) : NULL;
    dunlin_fact object;

    if (ignore && hides_grant(ignore, fact))
        return true;
    if (granted_on)
        fact = granted_on;
    else if (dn_grant_object(fact, &object))
        fact = &object;
    for (size_t i = 0; ignore && i < ignore->count; i++)
        if (hidden_by(&ignore->patterns[i], naming, fact, map))
            return true;
    return false;
}

bool
dn_ignore_hides_object(const dn_ignore *ignore, dunlin_string home, const char *kind,
                       const char *name)
{
    const char *dot = strchr(name, '.');
    size_t first = home.length && dot ? (size_t)(dot - name) : 0;
    dunlin_string path[2] = {home, dn_string(name)};
    dunlin_fact fact = {.size = sizeof fact, .kind = dn_string(kind)};

    if (first) {
        path[0] = dn_span(name, first);
        path[1] = dn_string(dot + 1);
    }
    fact.path = home.length ? path : path + 1;
    fact.path_count = home.length ? 2 : 1;
    return dn_ignore_hides(ignore, home.length ? DN_FACT_NAMESPACES : 0, &fact, NULL);
}

/* --- maps --------------------------------------------------------------------------------------- */

typedef struct hiding {
    const dn_ignore *ignore;
    const dn_fact_map *facts;
    dn_arena arena;
    dn_fact_list found;
    dn_error *error;
} hiding;

static int
note_hidden(const dunlin_fact *fact, void *context)
{
    hiding *work = context;

    if (!dn_ignore_hides(work->ignore, dn_fact_map_naming(work->facts), fact, work->facts))
        return 0;
    return dn_fact_list_add(&work->found, &work->arena, fact, work->error);
}

/* All are found before the first one goes: what lies in something needs to find it. */
int
dn_ignore_apply(const dn_ignore *ignore, dn_fact_map *facts, dn_error *error)
{
    hiding work = {.ignore = ignore, .facts = facts, .arena = DN_ARENA_INIT, .error = error};
    int answer;

    if (!ignore || !ignore->count)
        return 0;
    answer = dn_fact_map_each(facts, NULL, note_hidden, &work);
    for (size_t i = 0; answer == 0 && i < work.found.count; i++)
        dn_fact_map_remove(facts, work.found.items[i]->kind, work.found.items[i]->path,
                           work.found.items[i]->path_count);
    dn_arena_free(&work.arena);
    return answer < 0 ? dn_no_memory(error) : 0;
}
