/* SPDX-License-Identifier: MIT
 *
 * Facts: records, keys, and maps of them. docs/facts.md says what facts there are.
 *
 *  - A map owns copies of its facts in an arena; what it hands out is valid until that key is put
 *    again or removed. It keeps the order in which keys were first put.
 *  - Finding takes the same time in a large map: a list of all facts of a kind, of all members of an
 *    object and of all namesakes is kept along.
 *  - Keys are compared as the database compares names (the DN_FACT_FOLDS_* of the map); facts keep
 *    the spelling they were put with.
 *  - A primary key is found by its table alone: databases disagree about its name.
 */
#ifndef DN_FACT_FACT_H
#define DN_FACT_FACT_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/text.h"

#include <dunlin/schema.h>

/* --- properties ------------------------------------------------------------------------------- */
/* Place of the next outermost property, `count` at the end. */
uint64_t dn_property_next(const dunlin_property *properties, uint64_t count, uint64_t at);
/* An outermost property by name, or NULL. */
const dunlin_property *dn_property_find(const dunlin_property *properties, uint64_t count,
                                        const char *name);
/* Is there a boolean of that name, and is it true? */
bool dn_property_flag(const dunlin_property *properties, uint64_t count, const char *name);
/* Number of entries that the property at `at` takes, its END included. */
uint64_t dn_property_span(const dunlin_property *properties, uint64_t count, uint64_t at);
/* Two properties, with everything in them; names of the two need not be equal. */
bool dn_property_equal(const dunlin_property *left, uint64_t left_span,
                       const dunlin_property *right, uint64_t right_span);
/* How many plain values stand in the list that begins there; 0 where it is NULL. */
uint64_t dn_property_list_length(const dunlin_property *list);
/* Is there an element (TEXT or IDENTIFIER) `text` in the list `name`? */
bool dn_property_lists(const dunlin_property *properties, uint64_t count, const char *name,
                       dunlin_string text);
/* "columns [a, b], on_delete cascade": for messages. */
void dn_property_describe(dn_text *text, const dunlin_property *properties, uint64_t count);

/* Lists of properties in the making. `failed` stays set after the first allocation that failed. */
typedef struct dn_properties {
    dn_arena *arena;
    dunlin_property *items;
    size_t count;
    size_t capacity;
    bool failed;
} dn_properties;
/* Room for exactly so many, in a list that has none yet: for lists that are kept. */
void dn_properties_reserve(dn_properties *list, size_t count);
void dn_properties_add(dn_properties *list, const char *name, int32_t type, int64_t integer,
                       dunlin_string text);
/* Copies a property with everything in it; its strings are borrowed. */
void dn_properties_add_span(dn_properties *list, const dunlin_property *from, uint64_t span);
/* All outermost properties but those named in `without` (blanks between the names, NULL: none). */
void dn_properties_add_all(dn_properties *list, const dunlin_property *from, uint64_t count,
                           const char *without);

/* --- facts ------------------------------------------------------------------------------------ */
bool dn_fact_is(const dunlin_fact *fact, const char *kind);
/* Is there a boolean member of that name, and is it true? */
bool dn_fact_flag(const dunlin_fact *fact, const char *member);
/* The text of a member of that name; empty: there is none. */
dunlin_string dn_fact_text(const dunlin_fact *fact, const char *member);
/* kind and path, "column users.email": for messages. */
void dn_fact_describe(dn_text *text, dunlin_string kind, const dunlin_string *path, uint64_t count);
/* Facts that something is to be done about; they stay where they are. */
typedef struct dn_fact_list {
    const dunlin_fact **items;
    size_t count;
    size_t capacity;
} dn_fact_list;
/* All of a list come from one arena. */
int dn_fact_list_add(dn_fact_list *list, dn_arena *arena, const dunlin_fact *fact, dn_error *error);
const dunlin_fact *dn_fact_copy(dn_arena *arena, const dunlin_fact *fact); /* NULL: no memory */
/* The order in which people read facts, as strcmp does: object by object, the object itself before
 * what lies in it, then kinds in the order of docs/facts.md, then names by their bytes. */
int dn_fact_order(uint64_t naming, const dunlin_fact *left, const dunlin_fact *right);

/* --- maps --------------------------------------------------------------------------------------- */
enum {
    DN_FACT_NAMESPACES = 1 << 0,    /* paths begin with a namespace */
    DN_FACT_FOLDS_OBJECTS = 1 << 1, /* ASCII case does not count in names of objects */
    DN_FACT_FOLDS_MEMBERS = 1 << 2, /* ... in the last element of two or more */
    DN_FACT_TABLE_INDEXES = 1 << 3  /* names of indexes are their table's, not the namespace's */
};

typedef struct dn_fact_map dn_fact_map;

dn_fact_map *dn_fact_map_new(dn_arena *arena, uint64_t naming); /* NULL: no memory */
/* A map with the same facts, to go on from, in another arena. NULL: no memory. */
dn_fact_map *dn_fact_map_copy(const dn_fact_map *map, dn_arena *arena, dn_error *error);
uint64_t dn_fact_map_naming(const dn_fact_map *map);
size_t dn_fact_map_count(const dn_fact_map *map);
/* Puts a copy. */
int dn_fact_map_put(dn_fact_map *map, const dunlin_fact *fact, dn_error *error);
/* Puts the fact itself, which has to live as long as the map's arena. */
int dn_fact_map_share(dn_fact_map *map, const dunlin_fact *fact, dn_error *error);
/* By kind and path; NULL when there is none. */
const dunlin_fact *dn_fact_map_find(const dn_fact_map *map, dunlin_string kind,
                                    const dunlin_string *path, uint64_t count);
/* Facts are numbered from 1 in their order, for tables about them; each keeps its number as long as it is
 * there. 0: there is no such fact. */
size_t dn_fact_map_number(const dn_fact_map *map, dunlin_string kind, const dunlin_string *path,
                          uint64_t count);
size_t dn_fact_map_last(const dn_fact_map *map); /* no number is higher */
const dunlin_fact *dn_fact_map_numbered(const dn_fact_map *map, size_t number); /* NULL: removed */
void dn_fact_map_remove(dn_fact_map *map, dunlin_string kind, const dunlin_string *path,
                        uint64_t count);
/* Puts a fact with another key in the place of one that is there. */
int dn_fact_map_move(dn_fact_map *map, const dunlin_fact *from, const dunlin_fact *to,
                     dn_error *error);
/* All of them, in order, appended to the list. */
int dn_fact_map_list(const dn_fact_map *map, dn_arena *arena, dn_fact_list *list, dn_error *error);
typedef int (*dn_fact_visitor)(const dunlin_fact *fact, void *context);
/* Calls visit for each fact of a kind (NULL: of all) in order until it answers non-zero, which is
 * returned. Facts may be put and removed meanwhile. */
int dn_fact_map_each(const dn_fact_map *map, const char *kind, dn_fact_visitor visit,
                     void *context);
/* The same for views, and materialized ones behind them. */
int dn_fact_map_each_view(const dn_fact_map *map, dn_fact_visitor visit, void *context);
/* The same for those right below an object: the columns of a table. Takes as long as there are of
 * them, however many others there are. */
int dn_fact_map_members(const dn_fact_map *map, const char *kind, const dunlin_string *path,
                        uint64_t count, dn_fact_visitor visit, void *context);
/* The same for those whose paths have `count` elements, the last of them being path[count - 1]. */
int dn_fact_map_namesakes(const dn_fact_map *map, const char *kind, const dunlin_string *path,
                          uint64_t count, dn_fact_visitor visit, void *context);
/* --- grants ------------------------------------------------------------------------------------- */
/* What a privilege is on, borrowed from the grant; of what shares the names of tables, functions or
 * types the first kind. false: the fact is no grant. */
bool dn_grant_object(const dunlin_fact *grant, dunlin_fact *object);
/* The fact of it; of a column that is no fact, its view. NULL: none. */
const dunlin_fact *dn_grant_object_in(const dn_fact_map *map, const dunlin_fact *grant);
/* Is it on the object of that name, or on a column of it? Any kind that the privilege may be on. */
bool dn_grant_lies_in(uint64_t naming, const dunlin_fact *grant, dunlin_string kind,
                      const dunlin_string *path, uint64_t count);
/* The same facts, themselves, but for grants. */
int dn_fact_map_without_grants(const dn_fact_map *map, dn_arena *arena, dn_fact_map **copy,
                               dn_error *error);

/* Are two names equal, as elements number `index` of paths with `count` elements? */
bool dn_fact_same_name(uint64_t naming, uint64_t index, uint64_t count, dunlin_string left,
                       dunlin_string right);

#endif
