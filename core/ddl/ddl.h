/* SPDX-License-Identifier: MIT
 *
 * The portable parser and writer: SQL text <-> operations (schema.h, docs/facts.md).
 *
 *  - One statement in, its operations out, with a mark for each: portable, or why not. What the
 *    parser does not know becomes one operation of the verb NATIVE.
 *  - Read is PostgreSQL's spelling and what MySQL and SQLite call the same things; IF [NOT] EXISTS
 *    is taken everywhere. Unquoted names fold to lower case.
 *  - Of a folder in a database's own dialect (`own` in the options) the same parser reads what
 *    guards need: there types and expressions stay as they are written and names keep their case
 *    where the dialect keeps it.
 *  - Paths begin with a namespace, empty where none is written. An index that is dropped or renamed
 *    without its table has an empty table: [namespace, "", name].
 *  - Everything lives in the arena; strings may point into the text.
 */
#ifndef DN_DDL_DDL_H
#define DN_DDL_DDL_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/lex/lex.h"

/* Lexer rules of portable text: strings and comments as in PostgreSQL, names also in backquotes.
 * Also right for splitting a portable file. */
int dn_ddl_portable_rules(dn_arena *arena, const dn_lex_rules **rules, dn_error *error);

typedef struct dn_ddl_options {
    const dn_lex_rules *rules; /* of the text */
    bool own;                  /* it is in the dialect of its database, not portable */
    bool keep_case;            /* own: unquoted names are not folded to lower case */
    bool gaps;                 /* note where IF [NOT] EXISTS could stand */
} dn_ddl_options;

/* A place where IF [NOT] EXISTS could stand and does not. */
typedef struct dn_ddl_gap {
    uint64_t offset;   /* bytes into the text, behind the token before it */
    int32_t condition; /* DUNLIN_CONDITION_* */
} dn_ddl_gap;

/* What stands beside an operation. */
typedef struct dn_ddl_mark {
    const char *native; /* why it is not portable, or NULL */
    uint64_t offset;    /* of the reason, in bytes of the text */
    bool named;         /* the last name of the path is made up: the text has none */
} dn_ddl_mark;

typedef enum dn_ddl_kind {
    DN_DDL_OPERATIONS = 0, /* all understood; single operations may be marked native */
    DN_DDL_NATIVE,         /* one operation NATIVE; `reason` and `offset` say what is not known */
    DN_DDL_SYNTAX          /* the same, but it looks like a mistake: "expected .., found .." */
} dn_ddl_kind;

typedef struct dn_ddl_statement {
    dn_ddl_kind kind;
    const dunlin_operation *const *operations;
    const dn_ddl_mark *marks; /* one for each operation */
    size_t count;
    const char *reason; /* of NATIVE and SYNTAX */
    uint64_t offset;    /* bytes into the text */
    uint64_t clauses;   /* where those of ALTER TABLE begin, with commas between them; else 0 */
    const dn_ddl_gap *gaps;
    size_t gap_count;
} dn_ddl_statement;

/* `text` is one statement without its separator. Fails only for want of memory. What it finds wrong
 * is for the caller to judge: on the dialect's own database the server has the last word. */
int dn_ddl_parse(dunlin_string text, const dn_ddl_options *options, dn_arena *arena,
                 dn_ddl_statement *statement, dn_error *error);

/* Looks into expressions, queries and data statements as well, which dn_ddl_parse() leaves as they
 * stand: what the translator cannot read in them makes the operation native (marks). Portable text
 * only; `text` and `options` are those of the parse. */
int dn_ddl_verify(dunlin_string text, const dn_ddl_options *options, dn_arena *arena,
                  dn_ddl_statement *statement, dn_error *error);

/* Has it a USING that is more than a cast of the column? `rules` are those of the expression. */
bool dn_ddl_computes(const dn_lex_rules *rules, const dunlin_operation *operation);

/* The statement with IF [NOT] EXISTS wherever it may stand and changes what is guarded: it parses to
 * the same operations with conditions on them. Every other byte stays. */
typedef enum dn_ddl_guarding {
    DN_DDL_GUARDS_ADDED = 0,
    DN_DDL_GUARDED,   /* it had them all */
    DN_DDL_GUARDLESS, /* it needs no guard, or there is no place for one */
    DN_DDL_BARE_ROWS, /* it changes rows, and nothing says what happens to those that are there */
    DN_DDL_UNKNOWN    /* native, or a mistake */
} dn_ddl_guarding;
typedef struct dn_ddl_guarded {
    dn_ddl_guarding guarding;
    dunlin_string text;
    size_t guards; /* added */
    const char
        *reason; /* of GUARDLESS and UNKNOWN; of ADDED and GUARDED: what stays without, or NULL */
    bool wrong;  /* of UNKNOWN: it is a mistake ... */
    uint64_t offset; /* ... that is here */
} dn_ddl_guarded;
/* Has the last word on each step from `before` to `after`, where words were put in behind `at` bytes:
 * NULL, or why not (not copied). */
typedef const char *(*dn_ddl_guard_check)(dunlin_string before, size_t at, dunlin_string after,
                                          void *context);
/* `check` may be NULL: anything goes. */
int dn_ddl_guard(dunlin_string text, const dn_ddl_options *options, dn_ddl_guard_check check,
                 void *context, dn_arena *arena, dn_ddl_guarded *guarded, dn_error *error);

/* Operations -> portable SQL, every statement with ";\n" behind it: what the parser reads into the
 * same operations. Appends to the text. Fails only for want of memory. */
int dn_ddl_write(const dunlin_operation *const *operations, size_t count, dn_text *text,
                 dn_error *error);

/* A name as it stands in portable text, quoted where it has to be. Appends. */
void dn_ddl_write_name(dunlin_string name, dn_text *text);

/* The default of a column of this type: of a boolean "false" for 0, as MySQL and SQLite write it, of a
 * char(n) without blanks at its end, of bytes X'00ff', of a time or uuid as it is printed; else the text itself.
 * Empty: no memory. */
dunlin_string dn_ddl_value_of(dn_arena *arena, dunlin_string type, dunlin_string text);
/* Why the text, a constant, is no default of such a column, "is no whole number"; NULL: it may be one. `type`
 * is a portable one or, where it is not known, its class. */
const char *dn_ddl_default_fault(dunlin_string type, dunlin_string text);

/* The class of a portable type (docs/facts.md), or NULL for what is none. */
const char *dn_ddl_type_class(dunlin_string type);

/* "CREATE TABLE users", "ALTER COLUMN users.email": one operation in few words, for people. */
void dn_ddl_describe(const dunlin_operation *operation, dn_text *text);
/* The reason of BEGIN, COMMIT and their like. */
#define DN_DDL_CONTROL "it is transaction control"

#endif
