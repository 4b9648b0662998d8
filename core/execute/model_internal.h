/* SPDX-License-Identifier: MIT
 *
 * Private to the portable model.
 */
#ifndef DN_EXECUTE_MODEL_INTERNAL_H
#define DN_EXECUTE_MODEL_INTERNAL_H

#include "core/execute/execute.h"
#include "core/execute/model.h"
#include "core/schema/schema.h"

#define DN_MODEL_HOME "public"

struct dn_model {
    dn_arena *arena;
    dn_arena scratch; /* of the statement at hand */
    dn_script_reader reader;
    dn_schema_target target;
    dn_fact_map *facts;
    dn_fact_map *logical; /* what addressing remembers */
    size_t native;
};

/* --- model_text.c: names inside of expressions and queries ---------------------------------------- */
typedef struct dn_model_words {
    dunlin_string *texts; /* as written */
    dunlin_string *names; /* what they name, in lower case where they are not quoted; or no data */
    uint64_t *offsets;
    size_t count;
} dn_model_words;

int dn_model_words_of(const dn_model *model, dunlin_string text, dn_arena *arena,
                      dn_model_words *words, dn_error *error);
bool dn_model_names(const dn_model_words *words, dunlin_string name);
/* Whether a query takes all columns of what it reads, whichever these are. */
bool dn_model_takes_all(const dn_model_words *words);
/* The expression behind the renaming of a column, or of the table, that it belongs to. */
int dn_model_renamed(const dn_model *model, dunlin_string text, const dunlin_operation *operation,
                     dn_arena *arena, dunlin_string *renamed, dn_error *error);
/* With one blank between words, which are in lower case. */
int dn_model_plain(const dn_model *model, dunlin_string text, dn_arena *arena, dunlin_string *plain,
                   dn_error *error);

/* --- model_fold.c ------------------------------------------------------------------------------------ */
/* One addressed operation. */
int dn_model_fold(dn_model *model, const dunlin_operation *operation, dn_error *error);

#endif
