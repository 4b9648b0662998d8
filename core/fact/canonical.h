/* SPDX-License-Identifier: MIT
 *
 * Facts as canonical JSON, as docs/snapshots.md has it: the one spelling of a schema, so that equal
 * schemas are equal bytes. Keys are "column/public/users/email", values are objects.
 *
 * Canonical are members sorted by their names (bytes), those in structs, too; a boolean that is
 * false is absent; `depends` is sorted, since it is a set. Not written is `text`, the server's own
 * copy of what `definition` says.
 */
#ifndef DN_FACT_CANONICAL_H
#define DN_FACT_CANONICAL_H

#include <cjson/cJSON.h>

#include "core/base/hash.h"
#include "core/fact/fact.h"

/* Members in canonical form, added to the list; strings are borrowed. Only list->failed tells of
 * want of memory. */
void dn_fact_canonical(dn_properties *list, const dunlin_property *properties, uint64_t count);

/* "column/public/users/email", with '%' of names as %25 and '/' as %2F. */
void dn_fact_write_key(dn_text *text, dunlin_string kind, const dunlin_string *path,
                       uint64_t count);
/* {"not_null":true,"type":"text"}; `kind` is the fact's, and decides what its members are. */
int dn_fact_write_value(dn_text *text, dunlin_string kind, const dunlin_property *properties,
                        uint64_t count, dn_error *error);

/* One line of a snapshot, without what ends it: "key":value. */
int dn_fact_write(dn_text *text, const dunlin_fact *fact, dn_error *error);

/* What is wrong, and with which node of the tree (NULL: the key). */
typedef struct dn_fact_flaw {
    const char *words;
    const cJSON *node;
} dn_fact_flaw;

/* From key and value as they were written: the same properties again. 0; 1: not a fact, see *flaw;
 * -1: no memory. Everything is copied into the arena. */
int dn_fact_read(const char *key, const cJSON *value, dn_arena *arena, dunlin_fact *fact,
                 dn_fact_flaw *flaw);

/* The same from a line as dn_fact_write() writes it. The fact borrows from the text and from here;
 * `properties` has an arena, and is used again by the next one. */
typedef struct dn_fact_line {
    dunlin_fact fact;
    dunlin_string parts[8]; /* kind and path */
    dn_properties properties;
} dn_fact_line;
/* 0; 1: the line may be wrong or just unusual, dn_fact_read() knows; -1: no memory. */
int dn_fact_read_line(dunlin_string text, dn_fact_line *line);
/* The same from "key":[before,after]; of `null` the fact has the size 0. Both lists have an arena. */
int dn_fact_read_change(dunlin_string text, dn_fact_line *before, dn_fact_line *after);

/* Facts in the order of their canonical keys, by bytes. NULL: no memory. */
const dunlin_fact **dn_fact_sorted(const dn_fact_map *map, dn_arena *arena);

/* The lines `"key":value` of all facts in that order, a comma at the end of each but the last; and
 * their digest. */
int dn_fact_map_write(const dn_fact_map *map, dn_text *text, dn_digest *digest, dn_error *error);
/* SHA-256 over the lines, each with its line end and without its comma. */
int dn_fact_map_digest(const dn_fact_map *map, dn_digest *digest, dn_error *error);

#endif
