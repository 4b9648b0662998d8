/* SPDX-License-Identifier: MIT
 *
 * Private to `dunlin generate`: from what the migrations make to what is wanted.
 *
 *   generate.c        the use case, and what it tells
 *   generate_words.c  a portable definition, and the migrations, in their own words
 *   generate_hints.c  renames, of the command line and of the definition
 *   generate_safe.c   operations in forms that lock little
 *   generate_text.c   operations as the text of a migration
 *   generate_legacy.c what belongs to no migration
 *   generate_proof.c  the history replayed, with what is to be added to it
 */
#ifndef DN_ENGINE_GENERATE_H
#define DN_ENGINE_GENERATE_H

#include "core/engine/definition.h"

/* One direction of the new migration. */
typedef struct dn_generated {
    const dn_side *from;
    const dn_side *to;
    dn_diff diff;
    bool backwards;
    bool apart;   /* its statements have to commit one by one */
    dn_text text; /* without the directives that are about the whole file */
} dn_generated;

typedef struct dn_generation {
    dn_session *session;
    const dunlin_generate_options *options;
    dn_side like; /* the target: what kind of database all this is about */
    dn_shadow_choice choice;
    const dn_migration **files; /* of the history */
    size_t count;
    dn_side before;   /* what they make */
    dn_side after;    /* what is wanted */
    dn_side words[2]; /* the same as a portable definition says it; no facts: it is not portable */
    dn_generated up;
    dn_generated down;
    const dn_fact_map
        *reached; /* where portable text leads on this database, if not to what is wanted */
    dn_side halfway;
    dn_generated rest[2]; /* from there to what is wanted, for this database alone; and back */
    bool portable;        /* its text is for all databases */
    bool loses;           /* the new migration loses what no other one brings back */
    const char *no_down;  /* why it has no way back; NULL: it has one */
    dn_error *error;
} dn_generation;

/* --- generate_words.c --- */
/* Where the definition is portable, `words`. */
int dn_generate_words(dn_generation *work, const char *definition);
/* `rest`, from what portable text reached. */
int dn_generate_rest(dn_generation *work);

/* --- generate_hints.c --- */
/* In order: those of the definition that are not done yet, then those of the command line. */
int dn_generate_renames(dn_generation *work, const dn_side *from, const char *definition,
                        dn_operations *renames);

/* --- generate_safe.c --- */
/* Operations on tables that were there before, in forms that hold locks for a short time only, where
 * the server has such forms; `apart` when any is used. */
int dn_generate_safe(dn_generation *work, dn_generated *one);

/* --- generate_text.c --- */
/* Appends to the text: statements, and comments before those that lose data or may fail. */
int dn_generate_text(dn_generation *work, dn_generated *one);

/* The same in portable SQL. 1: there are things that it has no words for. Whether the text is understood and
 * means the same only a replay can tell. */
int dn_generate_portable(dn_generation *work, dn_generated *one);

/* --- generate_proof.c --- */
/* Does the history with the new migration make what is wanted, and its way back what was before? 1: portable
 * text of a portable definition leads elsewhere, `reached`. Errors: generate.unproved. A way back that does not is given up: `no_down`. */
int dn_generate_prove(dn_generation *work, const char *up, const char *down);

/* "the new migration does not lead to 'WANTED' ...": generate.unproved. */
int dn_generate_differs(dn_generation *work, const dn_differences *differences, const char *wanted);
/* The statements of a text, as those of a definition. */
int dn_generate_run(dn_generation *work, dn_connection *connection, const char *text,
                    size_t *statements);

/* --- generate_legacy.c --- */
/* `up` drops what stands in the target and belongs to no migration, with IF EXISTS. Errors:
 * generate.disagreement, generate.legacy-used, generate.unproved. */
int dn_generate_legacy(dn_generation *work);

#endif
