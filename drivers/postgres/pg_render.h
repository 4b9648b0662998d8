/* SPDX-License-Identifier: MIT
 *
 * What the files that write operations as SQL share. A statement grows in `sql`; once something
 * cannot be written, `status` says so and nothing more is pushed, so that nobody has to look after
 * every word.
 */
#ifndef DN_PG_RENDER_H
#define DN_PG_RENDER_H

#include "drivers/kit/kit_operation.h"
#include "drivers/postgres/pg_driver.h"

typedef struct dn_pg_render_work {
    const dunlin_call *call;
    const dunlin_profile *profile;
    int version; /* major */
    bool script; /* for psql, guarded */
    const dunlin_operation *const *operations;
    uint64_t count;
    uint64_t at;          /* the operation at work */
    uint64_t table_names; /* of the table that is being created, else 0 */
    dn_kit_text sql;
    int32_t status;
} dn_pg_render_work;

/* --- refusing and noting --------------------------------------------------------------------------- */
/* A note on the operation at work, which is also the call's failure. */
void dn_pg_refuse(dn_pg_render_work *work, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Refuses what came with PostgreSQL 18 where the server is older. */
void dn_pg_need_18(dn_pg_render_work *work, const char *words);
/* DUNLIN_NOTE_LOSSY or _INFORMATION. */
void dn_pg_note(dn_pg_render_work *work, int32_t kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Refuses what is neither known here nor in the list, so that nothing is lost without a word. */
void dn_pg_check_known(dn_pg_render_work *work, const dunlin_operation *operation,
                       const char *const *known);

/* --- words ------------------------------------------------------------------------------------------- */
void dn_pg_say(dn_pg_render_work *work, const char *words);
void dn_pg_say_text(dn_pg_render_work *work, dunlin_string text);
/* In quotes; refused when it is longer than the server keeps. */
void dn_pg_say_name(dn_pg_render_work *work, dunlin_string name);
void dn_pg_say_path(dn_pg_render_work *work, const dunlin_string *path, uint64_t count);
/* What the operation is about, as DROP and COMMENT ON name it: with ON its table, or its arguments. */
void dn_pg_say_object(dn_pg_render_work *work, const dunlin_operation *operation);
void dn_pg_say_literal(dn_pg_render_work *work, dunlin_string text);
/* A name of introspection: quoted as it stands, or alone. */
void dn_pg_say_outer_name(dn_pg_render_work *work, dunlin_string name);
/* " COLLATE name"; nothing and a note where it is one of MySQL's. */
void dn_pg_say_collation(dn_pg_render_work *work, dunlin_string name);
/* utf8mb4_unicode_ci and its like. */
bool dn_pg_is_mysql_collation(dunlin_string name);
/* Portable text in PostgreSQL's words: DUNLIN_TRANSLATE_*. */
void dn_pg_say_translated(dn_pg_render_work *work, int32_t what, dunlin_string text);
void dn_pg_say_expression(dn_pg_render_work *work, const dunlin_property *expression);
/* (a, b) of a list of names. */
void dn_pg_say_list(dn_pg_render_work *work, const dunlin_property *list,
                    const dunlin_operation *operation);
/* ('a', 'b') of a list of texts. */
void dn_pg_say_literals(dn_pg_render_work *work, const dunlin_property *list,
                        const dunlin_operation *operation);
/* The column's type, with its collation. */
void dn_pg_say_type(dn_pg_render_work *work, const dunlin_operation *operation);

/* --- operations -------------------------------------------------------------------------------------- */
dunlin_string dn_pg_last_name(const dunlin_operation *operation);
/* Names of the table that a member's path begins with. */
uint64_t dn_pg_table_names(const dunlin_operation *operation);
bool dn_pg_is_kind(const dunlin_operation *operation, const char *kind);
/* Takes "name rest" from a list of such, as the server writes it. False: there is no more. */
bool dn_pg_next_pair(dunlin_string *list, dunlin_string *name, dunlin_string *rest);
bool dn_pg_is_unset(const dunlin_operation *operation, const char *name);
bool dn_pg_sets(const dunlin_operation *operation, const char *name);
dunlin_string dn_pg_text_of(const dunlin_operation *operation, const char *name);
/* The object as it is now, or NULL where that is not known. */
const dunlin_fact *dn_pg_current(dn_pg_render_work *work, const char *kind,
                                 const dunlin_string *path, uint64_t count);
/* The last thing that is done with an object in the list so far, renames aside; NULL: nothing. */
const dunlin_operation *dn_pg_last_on(const dn_pg_render_work *work, const char *kind,
                                      const dunlin_string *path, uint64_t count);
/* Whether two operations are about one table (columns and keys of it, or itself). */
bool dn_pg_same_table(const dunlin_operation *left, const dunlin_operation *right);

/* --- steps ------------------------------------------------------------------------------------------- */
/* What was said so far is one step that serves `count` operations from `first` on. */
void dn_pg_push(dn_pg_render_work *work, uint64_t first, uint64_t count);
/* The same without what ends a statement. */
void dn_pg_push_bare(dn_pg_render_work *work, uint64_t first, uint64_t count);
/* $dunlin$, or $dunlin1$ .. when one of the texts contains that. */
enum { DN_PG_TAG_SIZE = 32 };
void dn_pg_choose_tag(const dn_kit_text *text, const dn_kit_text *other, char tag[DN_PG_TAG_SIZE]);
/* It may run where it was run before: in a script, or as a change that may find itself done. */
bool dn_pg_is_repeated(const dn_pg_render_work *work);
bool dn_pg_is_guarded_exclude(const dunlin_operation *operation);
/* As dn_pg_push(); where that may be so, only if `guard`, a condition in SQL, holds. It is cleared. */
void dn_pg_push_guarded(dn_pg_render_work *work, dn_kit_text *guard, uint64_t first,
                        uint64_t count);
/* COMMENT ON words path IS .. when the operation sets or unsets it. */
void dn_pg_push_comment(dn_pg_render_work *work, const char *words);
/* The same for each {column, comment} of "column_comments". */
void dn_pg_push_column_comments(dn_pg_render_work *work);
/* The same for each {constraint, comment} of "check_comments"; all of them where the checks change, too. */
void dn_pg_push_check_comments(dn_pg_render_work *work);
/* pg_render_inherit.c: INHERIT and NO INHERIT, as "inherits" has it. */
void dn_pg_guard_parent(dn_kit_text *guard, dunlin_string table, dunlin_string parent, bool comes);
void dn_pg_push_parents(dn_pg_render_work *work, const dunlin_operation *table);
/* ALTER TABLE .. ENABLE words name, as "enabled" has it, when the operation sets or unsets it. */
void dn_pg_push_enabled(dn_pg_render_work *work, const char *words);
/* "IF EXISTS " and the like, which only scripts have. */
const char *dn_pg_if_exists(const dn_pg_render_work *work);
const char *dn_pg_if_not_exists(const dn_pg_render_work *work);
/* Also where the operation says so, of what nobody else guards. */
const char *dn_pg_if_exists_said(const dn_pg_render_work *work);

/* Behind ALTER COLUMN .. TYPE: what is computed from the column is dropped and added anew in the same
 * ALTER TABLE. */
void dn_pg_say_computed_anew(dn_pg_render_work *work, const dunlin_operation *operation);
/* pg_render_held.c: refuses a type or a value that the server would, since the column is in a partition key, or a
 * column of another table has rows of this one. */
void dn_pg_refuse_held_type(dn_pg_render_work *work, const dunlin_operation *operation);
void dn_pg_refuse_held_value(dn_pg_render_work *work, const dunlin_operation *operation);
/* Is there a view that uses the column, or one of which that is not known? */
bool dn_pg_may_be_viewed(dn_pg_render_work *work, const dunlin_operation *operation);
/* What was said so far becomes a statement that drops those views before it, and makes them again. */
void dn_pg_say_around_views(dn_pg_render_work *work, const dunlin_operation *operation);
/* pg_render_convert.c: how values of the old type become those of the new one. */
typedef enum dn_pg_conversion {
    DN_PG_CONVERTS_BY_ITSELF = 0, /* or nothing is known of it */
    DN_PG_CONVERTS_BY_CAST,
    DN_PG_CONVERTS_BY_NUMBER, /* a boolean, which is one on other databases */
    DN_PG_CONVERTS_BY_TEXT,
    DN_PG_CONVERTS_TO_BOOLEAN,
    DN_PG_CONVERTS_TO_BYTES,
    DN_PG_CONVERTS_FROM_BYTES
} dn_pg_conversion;
/* Refuses what PostgreSQL has no conversion for. `current` is the column, or NULL. */
dn_pg_conversion dn_pg_conversion_of(dn_pg_render_work *work, const dunlin_operation *operation,
                                     const dunlin_fact *current);
/* Has the column a default that stays, and goes the same way? */
bool dn_pg_keeps_default(dn_pg_render_work *work, dn_pg_conversion how,
                         const dunlin_operation *operation, const dunlin_fact *current);
/* " USING .." */
void dn_pg_say_conversion(dn_pg_render_work *work, dn_pg_conversion how,
                          const dunlin_operation *operation, const dunlin_fact *current);
void dn_pg_say_default_converted(dn_pg_render_work *work, dn_pg_conversion how,
                                 const dunlin_operation *operation, const dunlin_fact *current);

/* Conditions for guards: that the object is there. `negated`: that it is not. */
void dn_pg_guard_relation(dn_kit_text *guard, const dunlin_string *path, uint64_t count,
                          bool negated);
void dn_pg_guard_column(dn_kit_text *guard, const dunlin_operation *operation, dunlin_string name,
                        const char *condition, bool negated);
void dn_pg_guard_constraint(dn_kit_text *guard, const dunlin_operation *operation,
                            dunlin_string name, bool negated);
void dn_pg_guard_trigger(dn_kit_text *guard, const dunlin_operation *operation, dunlin_string name,
                         bool negated);
void dn_pg_guard_type(dn_kit_text *guard, const dunlin_string *path, uint64_t count, bool negated);
void dn_pg_guard_schema(dn_kit_text *guard, dunlin_string name, bool negated);
void dn_pg_guard_label(dn_kit_text *guard, const dunlin_operation *operation, dunlin_string label,
                       bool negated);
void dn_pg_guard_policy(dn_kit_text *guard, const dunlin_operation *operation, dunlin_string name,
                        bool negated);
void dn_pg_guard_routine(dn_kit_text *guard, const dunlin_string *path, uint64_t count,
                         bool negated);
void dn_pg_guard_valid_index(dn_kit_text *guard, const dunlin_operation *operation, bool valid,
                             bool negated);

/* --- kinds: each writes the operation at work and moves behind what it wrote --------------------------- */
void dn_pg_render_table(dn_pg_render_work *work);
void dn_pg_render_column(dn_pg_render_work *work);
void dn_pg_render_constraint(dn_pg_render_work *work);
void dn_pg_render_index(dn_pg_render_work *work);
void dn_pg_render_schema(dn_pg_render_work *work);
void dn_pg_render_extension(dn_pg_render_work *work);
void dn_pg_render_view(dn_pg_render_work *work);
void dn_pg_render_sequence(dn_pg_render_work *work);
void dn_pg_render_enum(dn_pg_render_work *work);
void dn_pg_render_domain(dn_pg_render_work *work);
void dn_pg_render_routine(dn_pg_render_work *work);
void dn_pg_render_trigger(dn_pg_render_work *work);
void dn_pg_render_policy(dn_pg_render_work *work);
void dn_pg_render_grant(dn_pg_render_work *work);
/* Kinds whose fact is their CREATE statement. */
void dn_pg_render_definition(dn_pg_render_work *work);
bool dn_pg_is_definition(const dunlin_operation *operation);

/* Routines whose bodies name what a later operation makes: the first one, and what is behind the last routine;
 * 0: there are none. */
typedef struct dn_pg_bodies {
    uint64_t first;
    uint64_t behind;
} dn_pg_bodies;
dn_pg_bodies dn_pg_early_bodies(dn_pg_render_work *work);
/* What changes in the attributes of a composite type that was made by this statement. */
void dn_pg_push_composite(dn_pg_render_work *work, dunlin_string before);
/* " OPTIONS (..)" of a foreign table or a column of one. */
void dn_pg_say_foreign_options(dn_pg_render_work *work, const dunlin_operation *operation);
/* What changes in them: before, they are these. */
void dn_pg_push_foreign_table(dn_pg_render_work *work, dunlin_string before);
void dn_pg_push_foreign_column(dn_pg_render_work *work, const dunlin_property *before);

/* "s"."t", as a text of its own, to be freed. */
dn_kit_text dn_pg_path_text(dn_pg_render_work *work, const dunlin_string *path, uint64_t count);
/* The same of a column's table. */
dn_kit_text dn_pg_table_text(dn_pg_render_work *work, const dunlin_operation *operation);
/* What gives the name of the sequence of a column; `table` is quoted. */
void dn_pg_say_counter(dn_pg_render_work *work, const dunlin_operation *operation,
                       dunlin_string table);
/* The sequence behind a column gets the type and the options that the operation sets. */
void dn_pg_push_counter(dn_pg_render_work *work, const dunlin_operation *operation, bool serial);
void dn_pg_push_drop_sequence(dn_pg_render_work *work, const dunlin_operation *operation);
/* The sequence behind a column goes on where the column's values end. */
void dn_pg_push_catch_up(dn_pg_render_work *work, const dunlin_operation *operation,
                         dunlin_string type);
/* What the sequence behind a column counts by, as its options say; and all of them, said or not. */
struct dn_kit_sequence dn_pg_counter_numbers(dn_pg_render_work *work, dunlin_string options,
                                             dunlin_string type);
void dn_pg_say_counter_options(dn_pg_render_work *work, dunlin_string options, int64_t start);
/* The sequence that the operation is about goes on from `first` unless it has got there. */
void dn_pg_push_jump(dn_pg_render_work *work, const dunlin_operation *operation, bool down,
                     int64_t first);
/* The change of the column behind which the sequence is that the operation makes: it is to be serial no more. */
const dunlin_operation *dn_pg_was_behind_column(dn_pg_render_work *work,
                                                const dunlin_operation *sequence);
/* A sequence that goes stays where a column becomes serial: the operation on the other one of the two. */
const dunlin_operation *dn_pg_comes_behind_column(dn_pg_render_work *work,
                                                  const dunlin_operation *operation);
/* The sequence gets what it is made with, or what the column wants. */
void dn_pg_push_let_go(dn_pg_render_work *work, const dunlin_operation *sequence,
                       const dunlin_operation *column);
void dn_pg_push_taken(dn_pg_render_work *work, const dunlin_operation *sequence,
                      const dunlin_operation *column, dunlin_string type);
/* A column that is to be serial no more counts with a new sequence of another name, which goes on where the old one is;
 * before that goes. */
void dn_pg_push_passed_on(dn_pg_render_work *work, const dunlin_operation *column);
/* Whatever else the column owns is nobody's, or its own again, before the statement that is begun. */
void dn_pg_push_owned(dn_pg_render_work *work, const dunlin_string *column, uint64_t count,
                      bool back);

/* Of a column or constraint inside CREATE TABLE or behind ADD. */
void dn_pg_say_column(dn_pg_render_work *work, const dunlin_operation *operation);
void dn_pg_say_constraint(dn_pg_render_work *work, const dunlin_operation *operation);
bool dn_pg_is_constraint(const dunlin_operation *operation);
/* "CONSTRAINT t_c_check CHECK (..)" of a column whose labels stand in it. */
bool dn_pg_has_labels(const dunlin_operation *operation);
void dn_pg_say_labels_check(dn_pg_render_work *work, const dunlin_operation *operation);
/* What a serial column with options of its own needs before and behind its statement. */
bool dn_pg_has_own_sequence(const dunlin_operation *operation);
void dn_pg_say_own_sequence(dn_pg_render_work *work, const dunlin_operation *operation);
void dn_pg_say_own_sequence_as_text(dn_pg_render_work *work, const dunlin_operation *operation);
void dn_pg_push_own_sequence(dn_pg_render_work *work, const dunlin_operation *operation);
void dn_pg_push_sequence_owner(dn_pg_render_work *work, const dunlin_operation *operation);
/* Says of the new sequences of the list which columns own them, when all tables are there. */
void dn_pg_push_owners(dn_pg_render_work *work);
/* DROP, and RENAME, of a type; the words as in SQL. */
void dn_pg_push_drop_type(dn_pg_render_work *work, const char *words);
void dn_pg_push_rename_type(dn_pg_render_work *work, const char *words);
/* RENAME of anything that has "ALTER words path RENAME TO". */
void dn_pg_push_rename(dn_pg_render_work *work, const char *words, dn_kit_text *guard);
/* t_c_suffix, cut as the server does it; in the text, which is cleared before. */
void dn_pg_make_name(dn_kit_text *text, dunlin_string table, dunlin_string column,
                     const char *suffix);

#endif
