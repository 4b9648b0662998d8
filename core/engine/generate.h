/* SPDX-License-Identifier: MIT
 *
 * Private to `dunlin generate`: from what the migrations make to what is wanted.
 *
 *   generate.c        the use case, and what it tells
 *   generate_words.c  a portable definition, and the migrations, in their own words
 *   generate_hints.c  renames, of the command line and of the definition
 *   generate_turn.c   the same for the way back
 *   generate_safe.c   operations in forms that lock little
 *   generate_text.c   operations as the text of a migration
 *   generate_legacy.c what belongs to no migration
 *   generate_proof.c  the history replayed, with what is to be added to it
 *   generate_elsewhere.c  the same on the other kinds of database of the project
 */
#ifndef DN_ENGINE_GENERATE_H
#define DN_ENGINE_GENERATE_H

#include "core/engine/definition.h"
#include "core/engine/written.h"

struct dn_check_ground;

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
    const char *name;  /* of the new migration */
    dn_side like;      /* the target: what kind of database all this is about */
    const char *given; /* --shadow-url, when it is of this kind */
    dn_shadow_choice choice;
    const dn_migration **files; /* of the history */
    size_t count;
    dn_side before;   /* what they make */
    dn_side after;    /* what is wanted; no facts: nobody says it for this kind of database */
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
    /* Portable text is tried on the other kinds of database, too. */
    struct dn_generation *others;
    size_t other_count;
    struct dn_check_ground *ground; /* of one of them */
    const char *untried;            /* why it is not, or NULL */
    const dn_lex_rules *rules;      /* of what is written */
    dn_error *error;
} dn_generation;

/* Its text, that of the file for the way back, and the way back by itself. */
typedef struct dn_new_file {
    dn_text text;
    dn_text down;
    dn_text back;
} dn_new_file;
static inline void
dn_new_file_cleanup(dn_new_file *file)
{
    dn_text_free(&file->text);
    dn_text_free(&file->down);
    dn_text_free(&file->back);
}

/* --- generate.c --- */
/* `files` and `before`; `like` has a connection. */
int dn_generate_before(dn_generation *work);

/* --- generate_words.c --- */
/* Where the definition is portable, `words`. */
int dn_generate_words(dn_generation *work, const char *definition);
/* `rest`, from what portable text reached. */
int dn_generate_rest(dn_generation *work);

/* --- generate_hints.c --- */
/* In order: those of the definition that are not done yet, then those of the command line. */
int dn_generate_renames(dn_generation *work, const dn_side *from, const dn_side *to,
                        const char *definition, dn_operations *renames);

/* --- generate_turn.c --- */
/* The renames of the way there, the other way round; tables first, since columns are named by them. */
int dn_generate_turn_renames(dn_generation *work, dn_operations *turned);

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

/* --- generate_elsewhere.c --- */
/* `others`, with what their migrations make and the definition says. Close them even after a failure. */
int dn_generate_elsewhere_open(dn_generation *work, const char *definition);
void dn_generate_elsewhere_close(dn_generation *work);
/* As dn_generate_prove, for each of them. 1: the `rest` of one is new. */
int dn_generate_elsewhere_prove(dn_generation *work, const char *up, const char *down);
/* "tried": where it was, and where it was not. */
void dn_generate_elsewhere_tell(dn_generation *work);

/* "the new migration does not lead to 'WANTED' ...": generate.unproved. */
int dn_generate_differs(dn_generation *work, const dn_differences *differences, const char *wanted);
/* In a throw-away database with the schema of `live`: the text has to lead to `wanted`. */
int dn_generate_prove_on_copy(dn_generation *work, const dn_side *live, const char *text,
                              const dn_side *wanted);

/* --- generate_legacy.c --- */
/* `up` drops what stands in the target and belongs to no migration, with IF EXISTS. Errors:
 * generate.disagreement, generate.legacy-used, generate.unproved. */
int dn_generate_legacy(dn_generation *work);

#endif
