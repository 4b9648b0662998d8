/* SPDX-License-Identifier: MIT
 *
 * Shared by the files that find out whether two schemas mean the same. Functions that answer int
 * give 0, or -1 with the error of the work filled.
 */
#ifndef DN_SCHEMA_EQUIVALENT_INTERNAL_H
#define DN_SCHEMA_EQUIVALENT_INTERNAL_H

#include "core/schema/equivalent.h"
#include "core/schema/schema_internal.h"

/* A table with what lies in it, the members in the order of kinds and names. */
typedef struct dn_members {
    const dunlin_fact *const *items;
    size_t count;
} dn_members;

typedef struct dn_equivalence {
    const dn_schema_side *sides[2];
    dn_arena *arena;
    dn_inequalities *list;
    dn_error *error;
    const char *object; /* the one at hand */
    dn_members members[2];
} dn_equivalence;

/* Two facts, one of which may be NULL. */
typedef struct dn_fact_pair {
    const dunlin_fact *sides[2];
} dn_fact_pair;

/* --- equivalent.c ------------------------------------------------------------------------------- */
int dn_equivalence_add(dn_equivalence *work, bool warning, const char *what, dn_fact_pair pair,
                       const char *format, ...) __attribute__((format(printf, 5, 6)));
/* "index (a, b) is only in dev", for what one side lacks. */
int dn_equivalence_alone(dn_equivalence *work, bool warning, dn_fact_pair pair, const char *name);
/* A table's name without its default namespace, in lower case; NULL: no memory. */
const char *dn_equivalence_name(dn_equivalence *work, int side, const dunlin_string *path,
                                uint64_t count);

/* --- equivalent_value.c ------------------------------------------------------------------------- */
const char *dn_lower_copy(dn_arena *arena, dunlin_string text); /* ASCII; NULL: no memory */
/* Names of a list, lower case, with ", " between, sorted if asked for; NULL: no memory. */
const char *dn_fact_names(dn_arena *arena, const dunlin_fact *fact, const char *member, bool sort);

typedef enum dn_default_form {
    DN_DEFAULT_NONE = 0,
    DN_DEFAULT_LITERAL,
    DN_DEFAULT_NOW,
    DN_DEFAULT_EXPRESSION
} dn_default_form;
/* Of an expression in whatever dialect; *value gets what a literal stands for. */
dn_default_form dn_default_of(dn_arena *arena, const dn_schema_side *side, dunlin_string expression,
                              const char **value);
/* What two literals are compared as: numbers, times or truth values are more than their text. */
typedef enum dn_literals { DN_LITERALS_TEXT = 0, DN_LITERALS_TYPED, DN_LITERALS_WHOLE } dn_literals;
bool dn_same_literal(dn_arena *arena, const char *left, const char *right, dn_literals are);

/* Does a check no more than a type would: of which column, and how. *column in lower case; of VALUES,
 * *values are the literals, with ", " between. */
dn_type_check dn_check_of(dn_arena *arena, dunlin_string expression, const char **column,
                          const char **values);

/* --- equivalent_column.c, equivalent_key.c, equivalent_index.c ------------------------------------ */
int dn_equivalent_columns(dn_equivalence *work);
/* The classes of a column, resolved through its domain. NULL: -1 was to be returned. */
const char *dn_column_classes(dn_equivalence *work, int side, const dunlin_fact *column);
bool dn_classes_have(const char *classes, const char *class);
/* The column of a table by its name in lower case, or NULL. */
const dunlin_fact *dn_member_column(const dn_members *members, const char *name);
/* The labels of a column with an enumerated type, ", " between; NULL: it has none. */
const char *dn_column_values(dn_equivalence *work, int side, const dunlin_fact *column);
int dn_equivalent_keys(dn_equivalence *work);
int dn_equivalent_indexes(dn_equivalence *work);
int dn_equivalent_checks(dn_equivalence *work);
/* How many checks the columns of a table have from their domains. */
size_t dn_domain_checks(const dn_equivalence *work, int side);

/* Is it an index that does what a unique constraint does? */
bool dn_index_is_unique_key(const dunlin_fact *fact);
/* The columns of pk, unique or a plain index in order; NULL where it has an expression or there is
 * no memory. */
const char *dn_key_columns(dn_arena *arena, const dunlin_fact *fact, bool sort);

#endif
