/* SPDX-License-Identifier: MIT
 *
 * A TypeScript definition as text, and where in it things stand.
 */
#ifndef DN_DRIZZLE_SOURCE_INTERNAL_H
#define DN_DRIZZLE_SOURCE_INTERNAL_H

#include "core/drizzle/drizzle_internal.h"

typedef struct dn_source_file {
    const char *path;
    const char *text;
    size_t length;
    const char *imports; /* told so far */
} dn_source_file;

struct dn_drizzle_source {
    const dn_drizzle_dialect *dialect;
    dn_arena *arena;
    dn_source_file *files;
    size_t count;
    size_t capacity;
};

/* What a table's declaration consists of. */
typedef struct dn_source_declaration {
    const dn_source_file *file;
    const char *columns; /* the bracket that opens them */
    const char *columns_end;
    const char *extras; /* the bracket that opens the list of keys, or NULL */
    const char *extras_end;
    const char *end; /* behind the closing parenthesis of the call */
} dn_source_declaration;

/* Behind the bracket that closes the one at `at`; NULL: none does. */
const char *dn_source_skip_brackets(const char *at, const char *end);
/* "name" in quotes of any kind, from `at` on; NULL: it is not there. */
const char *dn_source_find_name(const char *at, const char *end, dunlin_string name);
unsigned dn_source_line(const dn_source_file *file, const char *at);
/* The line on which what begins at `at` ends. */
unsigned dn_source_last_line(const dn_source_file *file, const char *at, const char *end);
bool dn_source_table(const dn_drizzle_source *source, dunlin_string table,
                     dn_source_declaration *found);
/* Where the member of the columns that is called so begins; its name, or its key. */
const char *dn_source_column(const dn_drizzle_source *source, const dn_source_declaration *table,
                             dunlin_string column);
/* pgEnum("member_role", [ .. ]), or audit.enum(..): where its name stands. NULL: nowhere. */
const char *dn_source_enum(const dn_drizzle_source *source, dunlin_string name,
                           const dn_source_file **file);
/* The variable that the call before `name` is given to: const memberRole = pgEnum("member_role", ..). NULL: none. */
const char *dn_source_variable(const dn_drizzle_source *source, const dn_source_file *file,
                               const char *name);

/* dn_drizzle_hint_for, and nothing of imports. */
int dn_source_hint(const dn_drizzle_source *source, const dn_fact_map *made,
                   const dn_difference *difference, dn_drizzle_hint *hint, dn_error *error);

/* Labels that an enum lacks whose list, from its bracket to `end`, is over several lines; no hint where they have
 * not one place. */
int dn_source_hint_labels(const dn_drizzle_source *source, const dn_source_file *file,
                          const char *list, const char *end, const dunlin_fact *type,
                          dn_drizzle_hint *hint, dn_error *error);

#endif
