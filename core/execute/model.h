/* SPDX-License-Identifier: MIT
 *
 * The portable model: what portable statements make, in portable words, folded without a database.
 *
 *  - Migrations of a portable folder, or one schema definition, statement after statement. Facts have
 *    types and expressions as they are written, and names as PostgreSQL would give them; the namespace
 *    of names without one is "public".
 *  - What is said for single databases (sections, override files) is passed over, and so is what
 *    depends on it. So is a view whose text the history does not tell any more, since something in it
 *    was renamed: databases disagree about what becomes of it.
 *  - What of it a database really makes, only that database tells.
 */
#ifndef DN_EXECUTE_MODEL_H
#define DN_EXECUTE_MODEL_H

#include "core/driver/driver.h"
#include "core/journal/journal.h"
#include "core/schema/compare.h"

typedef struct dn_model dn_model;

/* For text as it is read for a driver: other drivers may have override files. Lives in the arena.
 * NULL: *error is filled. */
dn_model *dn_model_new(const dn_driver *driver, dn_arena *arena, dn_error *error);
/* The next file. Errors: lex.*, script.*, file.*, and translate.native, translate.syntax for what is not
 * portable, with a place. */
int dn_model_add(dn_model *model, const dn_migration *file, dn_error *error);
/* As they are now; the next file changes them. */
const dn_fact_map *dn_model_facts(const dn_model *model);
/* Takes out what the other model has not, or has otherwise: what is left is said by both. */
int dn_model_intersect(dn_model *model, const dn_model *other, dn_error *error);
/* Statements for single databases that were passed over so far. */
size_t dn_model_native(const dn_model *model);

/* The statements that make the facts in an empty database, for people: types, then each table with its
 * indexes behind those that it refers to, foreign keys of circles, views. Appends. */
int dn_model_write(const dn_model *model, dn_text *text, size_t *statements, dn_error *error);

/* What became of `before` in `after`, where the spelling of expressions does not count. */
int dn_model_compare(const dn_model *before, const dn_model *after, dn_arena *arena,
                     dn_differences *differences, dn_error *error);

/* Ready for a diff that becomes statements: where the model says what `other` says in other words, it
 * takes those; and its views tell what they read (`depends`). */
int dn_model_settle(dn_model *model, const dn_model *other, dn_error *error);
int dn_model_depend(dn_model *model, dn_error *error);

#endif
