/* SPDX-License-Identifier: MIT
 *
 * Inside the translator.
 */
#ifndef DN_EXECUTE_TRANSLATE_INTERNAL_H
#define DN_EXECUTE_TRANSLATE_INTERNAL_H

#include "core/ddl/ddl.h"
#include "core/execute/losses.h"
#include "core/execute/translate.h"
#include "core/schema/schema.h"

typedef enum dn_translator_phase {
    DN_TRANSLATOR_EXPECTS = 0, /* hears what is pending */
    DN_TRANSLATOR_REHEARSES,   /* tries it on a copy of the facts */
    DN_TRANSLATOR_PERFORMS
} dn_translator_phase;

/* A fact as it was put to the server, and as the server prints it. */
typedef struct dn_settled {
    const dunlin_fact *asked;
    const dunlin_fact *answer;
    size_t look;   /* of the translator's counts, when it was asked */
    size_t change; /* of the run's own changes */
} dn_settled;

struct dn_translator {
    dn_translator_phase phase;
    dn_connection *connection;
    dn_translate_options options;
    const dn_log *log;
    bool own;                  /* the folder is in the target's dialect */
    const dn_lex_rules *rules; /* of the folder's text */
    dn_schema_target target;
    dn_arena arena;         /* as long as the translator */
    dn_fact_map *keys;      /* what pending statements name; nothing but keys */
    dn_fact_map *actual;    /* the facts, as of the statement at hand */
    dn_fact_map *rehearsed; /* a copy of them to try on, in the arena of the rehearsal */
    dn_fact_map *
        unseen; /* keys of tables that were made from queries there: what is in them is not known */
    dn_arena rehearsal;
    dn_fact_map *remembered; /* types that applied migrations made, where they have no names */
    dn_fact_map *logical;    /* the same as of the statement at hand, in the arena `types` */
    dn_arena types;
    bool guarded;     /* some statement needs facts */
    bool passed_over; /* statements without a guard were not looked into */
    bool stale;       /* the facts are not known any more */
    bool missed;      /* somebody asked for a column of a table that is not known */
    bool everything;  /* all facts are wanted, not those of the keys alone */
    bool shares;      /* the run wants to know the whole schema as well, before it begins */
    bool expecting;   /* the first pending statement was heard of */
    bool foresees;    /* statements behind unknown ones are guessed at */
    dn_arena scratch; /* of the statement at hand */
    dn_driver_translations translations;
    dn_driver_columns columns;
    const struct dn_reading *reading; /* the statement at hand, for its new columns */
    dn_losses losses;
    size_t told_losses;   /* of these; what a run finds out when it looks again, it tells at once */
    struct dn_kept *kept; /* what --if-different=keep was said of */
    dn_settled *settled;  /* what was put to the server */
    size_t settled_count;
    size_t settled_capacity;
    size_t recalled; /* where the next one is looked for first: they come in the same order again */
    dn_fact_list open; /* wanted by the statement at hand, to be compared once it was looked at */
    size_t looks;      /* how often facts were read */
    size_t changes;    /* of what is known, in this phase */
    const char *elsewhere; /* the migration that looks names up elsewhere; NULL: none did yet */
};

/* What the driver may know now. */
dn_driver_view dn_translator_view(const dn_translator *translator);

/* columns.c: who knows columns, for expressions whose meaning depends on types. */
dn_driver_columns dn_translator_columns(dn_translator *translator);
typedef struct dn_column_search {
    dn_driver_view view;
    uint64_t naming;             /* DN_FACT_* */
    const dn_operations *making; /* of the statement at hand; may be NULL */
    const dn_fact_map *logical;  /* what the history said of types; may be NULL */
    dn_arena *scratch;
    unsigned depth; /* of views that are asked for a column of other views */
} dn_column_search;
const char *dn_column_class(const dn_column_search *where, dunlin_string table,
                            dunlin_string column);
/* The portable type that the history gave it; empty where that is not known. */
/* A whole number that is the key of a table which the migrations made, of which they do not say that it counts. */
bool dn_column_numbers(const dn_column_search *where, dunlin_string table, dunlin_string column);
dunlin_string dn_column_type(const dn_column_search *where, dunlin_string table,
                             dunlin_string column);
/* look.c: the facts of a table are to be read; empty: of none. */
void dn_translator_note_table(dn_translator *translator, dunlin_string table);
/* ... of the one that a foreign key refers to, where it does not say its columns. */
void dn_translator_note_referred(dn_translator *translator, const dunlin_operation *operation);
/* ... of those that queries of views, and of CREATE TABLE AS, read. */
int dn_translator_expect_queries(dn_translator *translator, const dn_operations *operations,
                                 dn_error *error);
/* elsewhere.c: whether names may be looked up elsewhere from here on. */
int dn_translator_note_names(dn_translator *translator, const dn_source *source, dn_error *error);
/* Are they, so that facts are no use? Or may they be, where facts tell of no such thing? */
bool dn_translator_means_elsewhere(const dn_translator *translator, const dn_source *source,
                                   const struct dn_reading *reading);
bool dn_translator_may_mean_elsewhere(const dn_translator *translator,
                                      const struct dn_reading *reading);
/* Fails if the server does not know the guards of the statement. */
int dn_translator_check_guards(const dn_translator *translator, const dn_source *source,
                               const struct dn_reading *reading, dn_error *error);
/* Does it say something of the schema, rather than of rows? */
bool dn_reading_is_of_schema(const dn_source *source, const struct dn_reading *reading);
/* Does the statement depend on what is not known? */
bool dn_translator_is_behind(const dn_translator *translator, const dn_source *source,
                             const struct dn_reading *reading);
/* A column of a table by its place, from 0; data is NULL when it is not known. */
dunlin_string dn_column_at(const dn_fact_map *facts, dunlin_string table, uint64_t at);

/* Which of the facts count now. */
static inline dn_fact_map *
dn_translator_facts(const dn_translator *translator)
{
    return translator->phase == DN_TRANSLATOR_REHEARSES ? translator->rehearsed
                                                        : translator->actual;
}

/* Something else than was wanted, which stays. */
typedef struct dn_kept {
    const char *message; /* with its place */
    struct dn_kept *next;
} dn_kept;

/* The operations of a statement, complete for the target. */
typedef struct dn_reading {
    dn_ddl_statement parsed;
    dn_operations operations;
    bool conditional; /* a guard stands on one of them */
} dn_reading;

/* "path:line:column: " of the byte at `offset` of the statement, before the message; -1. */
int dn_translator_blame(const dn_source *source, uint64_t offset, dn_error *error);
/* Where a statement cannot be translated, the hint says what can be done about it. Always -1. */
int dn_translator_point_out(const dn_translator *translator, const dn_source *source,
                            dn_error *error);
/* Warns of what is there, and different, and stays. */
int dn_translator_keep(dn_translator *translator, const dn_source *source, uint64_t offset,
                       const char *why, dn_error *error);
/* join.c: the statement of the file that one of the operations stands in, alone. */
dn_source dn_source_of(const dn_source *source, const dn_operations *operations,
                       uint64_t operation);
/* The same, of what the driver could not do by its notes. */
dn_source dn_source_of_refusal(const dn_source *source, const dn_operations *operations,
                               const dn_notes *notes);

/* Decisions of one statement. */
typedef struct dn_decisions {
    dn_operations run; /* what is to be done, conditions taken off */
    dn_wanted *wanted; /* of each in `run` */
    size_t skipped;    /* operations that are so already */
    const char *why;   /* of the first of these */
    bool open;         /* some of these could not be compared yet */
    dn_notes notes;
    dn_steps steps; /* that carry it out, once it is rendered */
} dn_decisions;

/* outcome.c: the facts after what was decided took effect. */
int dn_translator_fold(dn_translator *translator, const dn_decisions *decisions, dn_error *error);
/* What a driver cannot do, for want of a translation: translate.untranslatable. Returns -1. */
int dn_translator_untranslatable(dn_error *error);
/* settle.c: what of the wanted is there, but could not be compared so far, as the server prints it.
 * 1: only the run can tell, once it has looked at what an earlier statement of it made. */
int dn_translator_settle(dn_translator *translator, const dn_fact_map *facts, dn_wanted *wanted,
                         dn_error *error);
/* Reads what the statement at hand left open, and asks how the server prints what is wanted. */
int dn_translator_look_at_open(dn_translator *translator, dn_error *error);
void dn_translator_tell_losses(dn_translator *translator);
int dn_translator_note_loss(dn_translator *translator, const dn_source *source, const char *message,
                            dn_error *error);

/* nameless.c: what is there and says the same as a key or check without a name, as if it had been wanted by
 * the name that it has; `operation` is NULL without one. */
typedef struct dn_nameless {
    const dunlin_operation *operation;
    dn_wanted wanted;
    bool open; /* only the run can tell whether it says the same */
} dn_nameless;
int dn_translator_find_nameless(dn_translator *translator, const dn_fact_map *facts,
                                const dunlin_operation *operation, const dn_wanted *wanted,
                                dn_nameless *found, dn_error *error);

/* remaining.c: the text without the clauses of which nothing is to be run; what is to be run are copies
 * of some of the reading's operations. False: it cannot be cut so. */
bool dn_translator_remaining(const dn_lex_rules *rules, dunlin_string text,
                             const dn_reading *reading, const dn_operations *run, dn_text *kept);

/* Did the parser make the operation's name up, or is there none? */
bool dn_reading_is_nameless(const dn_reading *reading, const dunlin_operation *operation);

/* Does IF [NOT] EXISTS stand on one of its operations? */
bool dn_translator_is_conditional(const dn_ddl_statement *parsed);

/* section.c: text for this database alone with IF [NOT] EXISTS, which is guarded like that of a folder
 * in the database's own dialect. */
bool dn_translator_is_guarded_section(dn_translator *translator, const dn_source *source);
int dn_translator_expect_section(dn_translator *translator, const dn_source *source,
                                 dn_error *error);
int dn_translate_section(dn_translator *translator, const dn_source *source, bool again,
                         dn_translated *translated, dn_error *error);

/* Nothing is known of objects of this kind but their names, or it is text of the database's own that is not compared. */
bool dn_operation_is_by_name(dunlin_string kind);
/* The fact to put to a driver's realise for a CREATE or ALTER; may live in the arena. */
int dn_operation_fact_on(const dn_fact_map *facts, const dunlin_operation *operation,
                         dn_arena *arena, dunlin_fact *fact, dn_error *error);
int dn_translator_decide(dn_translator *translator, const dn_source *source,
                         const dn_reading *reading, bool again, dn_decisions *decisions,
                         dn_error *error);

/* The text without the IF [NOT] EXISTS of its own clauses. NULL: no memory. */
/* Does the database take them all? */
bool dn_translator_knows_guards(const dn_lex_rules *rules, dunlin_string text);
const char *dn_translator_strip(const dn_lex_rules *rules, dunlin_string text, dn_arena *arena,
                                size_t *length);

/* "CREATE TABLE users (": how a statement begins, on one line, for lists of them. NULL: no memory. */
const char *dn_first_words(dunlin_string sql, dn_arena *arena);

#endif
