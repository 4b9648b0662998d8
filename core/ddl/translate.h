/* SPDX-License-Identifier: MIT
 *
 * Portable expressions, queries and data statements -> text of one database, by the rules of its
 * driver: docs/expressions.md.
 */
#ifndef DN_DDL_TRANSLATE_H
#define DN_DDL_TRANSLATE_H

#include "core/ddl/ddl.h"

/* --- rules ------------------------------------------------------------------------------------ */
typedef struct dn_ddl_rules dn_ddl_rules;

dn_ddl_rules *dn_ddl_rules_new(dn_arena *arena); /* NULL: no memory */
/* Copies one rule. Errors: ddl.bad-rule (a driver's mistake, named with the rule). */
int dn_ddl_rules_add(dn_ddl_rules *rules, const dunlin_expression_rule *rule, dn_error *error);

/* Why the database cannot have the text, a constant, as the default of a column of that type; empty: it can. */
dunlin_string dn_ddl_default_refusal(const dn_ddl_rules *rules, dunlin_string type,
                                     dunlin_string text);

/* --- translation ------------------------------------------------------------------------------ */
typedef struct dn_ddl_target {
    const dn_lex_rules *portable; /* of the text: dn_ddl_portable_rules() */
    const dn_ddl_rules *rules;    /* NULL: everything in its standard form */
    bool namespaces;              /* tables may be qualified */
    /* Append the quoted form; 0 or -1 with *error. */
    int (*quote_name)(void *context, dunlin_string name, dn_text *text, dn_error *error);
    int (*quote_literal)(void *context, dunlin_string value, dn_text *text, dn_error *error);
    /* Class of a column, or NULL when it is not known. May be absent. `table` is empty for the
     * table that the expression belongs to. */
    const char *(*column_class)(void *context, dunlin_string space, dunlin_string table,
                                dunlin_string column);
    /* A column of a table by its place, from 0; data NULL when it is not known. May be absent. */
    dunlin_string (*column_at)(void *context, dunlin_string space, dunlin_string table,
                               uint64_t at);
    /* Its portable type; empty when that is not known. May be absent. */
    dunlin_string (*column_type)(void *context, dunlin_string space, dunlin_string table,
                                 dunlin_string column);
    /* Is it a whole number and all of the key, and not declared to count? May be absent. */
    bool (*column_numbers)(void *context, dunlin_string space, dunlin_string table,
                           dunlin_string column);
    void *context;
} dn_ddl_target;

typedef struct dn_ddl_translation {
    dunlin_string text; /* data is NULL when there is none */
    const char *reason; /* then: why */
    uint64_t offset;    /* and where in the text that was given */
} dn_ddl_translation;

/* `what` is DUNLIN_TRANSLATE_*. Fails for want of memory, or when quoting fails; what has no
 * translation is no failure but a reason. */
int dn_ddl_translate(const dn_ddl_target *target, int32_t what, dunlin_string text, dn_arena *arena,
                     dn_ddl_translation *translation, dn_error *error);

/* What a column of the type gets of a default, or of what it is computed from, by assignment: the text is
 * the portable expression for it, without data where that is the one given, and `reason` says that
 * PostgreSQL does not assign it. */
int dn_ddl_assign(const dn_ddl_target *target, dunlin_string type, dunlin_string column,
                  dunlin_string text, dn_arena *arena, dn_ddl_translation *translation,
                  dn_error *error);

/* A portable expression in its standard form, whatever blanks, case and parentheses it was written with;
 * as it is where it cannot be read. Fails for want of memory. */
int dn_ddl_standard(dunlin_string text, dn_arena *arena, dunlin_string *standard, dn_error *error);

/* A column of a query, by its name or, where that is empty, its place, from 0. */
typedef struct dn_ddl_result {
    dunlin_string name;
    size_t place;
} dn_ddl_result;
/* Its class; NULL when it is not known. The query is read by target->portable, which may be the rules
 * of the database that keeps it. */
const char *dn_ddl_query_class(const dn_ddl_target *target, dunlin_string query,
                               dn_ddl_result column, dn_arena *arena);
/* What the column at a place, from 0, is called; empty when it is not known. */
dunlin_string dn_ddl_query_column(const dn_lex_rules *rules, dunlin_string query, uint64_t place,
                                  dn_arena *arena);
/* Has target->column_class asked for all that the classes of its columns depend on. */
void dn_ddl_query_ask(const dn_ddl_target *target, dunlin_string query, dn_arena *arena);

#endif
