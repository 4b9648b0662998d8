/* SPDX-License-Identifier: MIT
 *
 * Between a migration's text and what is sent: guards answered from the facts, portable statements
 * turned into the target's own (docs/facts.md, docs/portable.md).
 *
 *  - One translator serves one run, in the order of execution. It reads the facts of everything that
 *    the pending migrations name in one question, and keeps them current with each statement that it
 *    hands out. Behind a statement that it does not understand it has to look again.
 *  - A statement of the target's own dialect without IF [NOT] EXISTS passes unchanged; one with it
 *    is answered here and sent without the words.
 *  - Who uses one database and no guards never pays: nothing is parsed and nothing is read.
 */
#ifndef DN_EXECUTE_TRANSLATE_H
#define DN_EXECUTE_TRANSLATE_H

#include "core/driver/driver.h"
#include "core/journal/journal.h"

typedef struct dn_translate_options {
    const char *dialect; /* of the folder: "portable", a driver's, or NULL: the target's own */
    bool native_guards; /* "guards": "native": the own dialect's IF EXISTS is the server's affair */
    bool strict;        /* "portability": "strict": what would be lost is an error */
    bool keep_different; /* --if-different=keep */
} dn_translate_options;

typedef struct dn_translator dn_translator;

/* One of several statements that were read as one. */
typedef struct dn_script_part {
    dunlin_string sql; /* as it stands in the file */
    uint64_t begin;    /* of it, in bytes of the one text */
    uint64_t actions;  /* the first of them, behind ALTER TABLE t */
    unsigned line;
    unsigned ordinal;
} dn_script_part;

/* Where a statement stands, for messages. */
typedef struct dn_source {
    const char *path;
    unsigned line, column;
    dunlin_string sql;
    uint64_t flags;              /* DUNLIN_CLASS_* of the text as it is */
    bool native;                 /* for this database alone */
    const dn_script_part *parts; /* or NULL: it is one statement */
    size_t part_count;
} dn_source;

/* What one statement becomes. Texts live until the next call. */
typedef enum dn_translated_kind {
    DN_TRANSLATED_AS_IT_IS = 0,
    DN_TRANSLATED_SKIP, /* it is so already, `why` tells */
    DN_TRANSLATED_STEPS,
    /* Facts must be read again first: dn_translator_look, and not only once. Foreseen: only the run
     * can tell. */
    DN_TRANSLATED_LOOK
} dn_translated_kind;

typedef struct dn_translated {
    dn_translated_kind kind;
    const dn_step *steps;
    size_t count;
    const dunlin_operation *const *operations; /* that the steps are of; may be NULL */
    size_t operation_count;
    bool swaps; /* names, all of which are there afterwards, too */
    const char *why;
    const dn_note *notes; /* what is lost */
    size_t note_count;
    const char *unsure; /* why the run may decide otherwise; NULL: it does not */
} dn_translated;

dn_translator *dn_translator_new(dn_connection *connection, const dn_translate_options *options,
                                 const dn_log *log); /* NULL: no memory */
void dn_translator_free(dn_translator *translator);  /* NULL is fine */
static inline void
dn_translator_cleanup(dn_translator **translator)
{
    dn_translator_free(*translator);
}

/* For the next migration, run by itself: what was expected is forgotten, and types that have no name
 * on the target stay known (dn_translator_remember them). */
int dn_translator_renew(dn_translator *translator, dn_error *error);
/* Is the folder written in the target's own dialect? */
bool dn_translator_is_own(const dn_translator *translator);
/* By which a file of this folder falls into statements. */
const dn_lex_rules *dn_translator_rules(const dn_translator *translator);

/* Is it to hear of the migrations that are applied already? */
bool dn_translator_needs_history(const dn_translator *translator);
/* May there be something to remember in the text of one that is applied already? */
bool dn_translator_may_remember(const dn_translator *translator, dunlin_string text);
/* Types that a migration which is applied already made, before the first _expect; in a run, those of
 * a statement that an earlier one did. */
int dn_translator_remember(dn_translator *translator, const dn_source *source, dn_error *error);
/* Notes what a pending statement names. Errors: translate.native, translate.syntax, with a place. */
int dn_translator_expect(dn_translator *translator, const dn_source *source, dn_error *error);
/* Did a guard come behind statements that were taken for nobody's affair? Then all are to be
 * expected once more. */
bool dn_translator_expects_again(const dn_translator *translator);
/* Whoever runs it reads the whole schema before the run in any case: on a target with schemas, where
 * that is all that a name can mean, it is read once for both (dn_connection_schema_ahead), and what
 * statements of its own dialect name need not be found out first. */
void dn_translator_share(dn_translator *translator);
/* Reads the facts of all that was noted; again, when DN_TRANSLATED_LOOK asks for it. 1: the schema
 * cannot be shared, so all are to be expected once more, and looked at again. */
int dn_translator_look(dn_translator *translator, dn_error *error);
/* From here on, until _perform, statements are tried on a copy of the facts: what stands in the way
 * of a run is found before anything is sent. */
int dn_translator_rehearse(dn_translator *translator, dn_error *error);
/* Somebody wants to see what statements become: those behind unknown ones are guessed at. */
void dn_translator_foresee(dn_translator *translator);
int dn_translator_perform(dn_translator *translator, dn_error *error);
/* What was handed out may not have taken effect: the facts are to be read again. */
void dn_translator_forget(dn_translator *translator);
/* Is the server to be asked how it prints something, when it is looked at? */
bool dn_translator_asks(const dn_translator *translator);
/* Is there any statement to which translating makes a difference? */
bool dn_translator_matters(const dn_translator *translator);

/* `again`: an earlier run began this statement; what took effect already is left out. Errors:
 * translate.*, with a place. */
int dn_translate(dn_translator *translator, const dn_source *source, bool again,
                 dn_translated *translated, dn_error *error);

#endif
