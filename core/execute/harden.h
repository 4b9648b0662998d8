/* SPDX-License-Identifier: MIT
 *
 * Naive migrations made safe to repeat: IF [NOT] EXISTS put into the statements of a file wherever
 * dunlin answers it. Comments, layout and line ends stay byte for byte. Nothing is written here.
 */
#ifndef DN_EXECUTE_HARDEN_H
#define DN_EXECUTE_HARDEN_H

#include "core/ddl/ddl.h"

typedef struct dn_harden_options {
    const dn_lex_rules *rules; /* of the file */
    bool own;                  /* it is in the dialect of its database */
    bool sent_as_is;           /* by whatever runs it: only guards that the database has itself */
    bool keep_case;            /* as in dn_ddl_options */
    /* The rules of the database that a section names, or NULL; may be absent. */
    const dn_lex_rules *(*rules_of)(void *context, dunlin_string driver);
    void *context;
} dn_harden_options;

/* What became of one statement, or of a part of the file that is left alone. */
typedef struct dn_hardened_statement {
    unsigned line, column;
    dn_ddl_guarding guarding;
    size_t guards;      /* added */
    const char *first;  /* its first words */
    const char *reason; /* why (something of) it stays without guards, or NULL */
} dn_hardened_statement;

typedef struct dn_hardened {
    dunlin_string text;
    size_t guards;
    size_t lacking; /* statements without a guard that dunlin knows and the database does not */
    dn_hardened_statement *statements;
    size_t count;
    size_t capacity;
} dn_hardened;

/* `name` is the file, for messages. Everything lives in the arena. Errors: lex.*, with a place. */
int dn_harden(const char *name, dunlin_string text, const dn_harden_options *options,
              dn_arena *arena, dn_hardened *hardened, dn_error *error);

/* A unified diff of two texts that have the same lines but for what stands in them, as git and patch
 * take it; nothing where they are equal. Appended. */
void dn_harden_diff(const char *name, dunlin_string before, dunlin_string after, dn_text *diff);

#endif
