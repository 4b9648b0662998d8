/* SPDX-License-Identifier: MIT
 *
 * Text as facts hold it: the tokens of a statement, names without their quotes, and expressions
 * in one spelling, so that equal meaning is equal text however an author or SQLite's own ALTER
 * TABLE wrote it.
 */
#ifndef DN_SQLITE_TEXT_H
#define DN_SQLITE_TEXT_H

#include "drivers/kit/kit.h"
#include "drivers/kit/kit_pool.h"
#include "drivers/sqlite/sqlite_scan.h"

typedef struct dn_sqlite_tokens {
    dn_sqlite_token *list; /* one of kind END behind the last */
    size_t count;
} dn_sqlite_tokens;

/* Operators are one token, and so are numbers and blobs. false: no memory. */
bool dn_sqlite_tokens_cut(dn_kit_pool *pool, dunlin_string text, dn_sqlite_tokens *tokens);
/* The place of the parenthesis that closes the one at `open`; count where none does. */
size_t dn_sqlite_tokens_close(const dn_sqlite_tokens *tokens, size_t open);
/* The place of the first comma outside parentheses in [at, end), or end. */
size_t dn_sqlite_tokens_comma(const dn_sqlite_tokens *tokens, size_t at, size_t end);
bool dn_sqlite_tokens_word(const dn_sqlite_tokens *tokens, size_t at, const char *word);
bool dn_sqlite_tokens_symbol(const dn_sqlite_tokens *tokens, size_t at, char symbol);

/* Without its quotes, whichever of the four they are. */
dunlin_string dn_sqlite_name(dn_kit_pool *pool, const dn_sqlite_token *token);
/* As SQLite compares names: ASCII letters without regard to case. */
bool dn_sqlite_same_name(dunlin_string left, dunlin_string right);
/* Quoted where it has to be. */
dunlin_string dn_sqlite_name_text(dn_kit_pool *pool, dunlin_string name);

/* What names may mean in an expression of a table. {0}: nothing is known of it. */
typedef struct dn_sqlite_names {
    dunlin_string table; /* its name in front of a column is dropped */
    const dunlin_string *columns;
    size_t count;
    bool complete; /* what is in double quotes and no column is a text, as SQLite has it */
} dn_sqlite_names;

/* [begin, end) in one spelling: keywords in capitals, names as the table spells them or small,
 * quotes only where they are needed, no comments, single blanks, no parentheses around it all. */
dunlin_string dn_sqlite_expression(dn_kit_pool *pool, const dn_sqlite_tokens *tokens, size_t begin,
                                   size_t end, const dn_sqlite_names *names);
/* The same of a text of its own. */
dunlin_string dn_sqlite_expression_text(dn_kit_pool *pool, dunlin_string text,
                                        const dn_sqlite_names *names);
/* A SELECT or a trigger: blanks, comments and the kind of quotes made alike, names as written. */
dunlin_string dn_sqlite_statement_text(dn_kit_pool *pool, const dn_sqlite_tokens *tokens,
                                       size_t begin, size_t end);
/* The SELECT of a view (sqlite_view.c): the same, without "AS a" behind a column a, which says what it is
 * called in any case, and behind any column where the view has names of its own (`named`) and nothing else
 * says that one. Names that can be no text have quotes only where they are needed: ALTER TABLE .. RENAME TO
 * quotes what it writes. Where all is read from one table, its columns are called by their names alone. */
dunlin_string dn_sqlite_view_text(dn_kit_pool *pool, const dn_sqlite_tokens *tokens, size_t begin,
                                  size_t end, bool named);
/* A default of a column of this type: also a name that is none is a text. What SQLite makes of the other
 * when it is stored, a text that is a number in a column of numbers, and a number in one of texts, is written
 * as that. Empty for NULL, which is no default. */
dunlin_string dn_sqlite_default(dn_kit_pool *pool, const dn_sqlite_tokens *tokens, size_t begin,
                                size_t end, dunlin_string type);
/* "VARCHAR(10)": capitals, no blanks but single ones between words. */
dunlin_string dn_sqlite_type(dn_kit_pool *pool, const dn_sqlite_tokens *tokens, size_t begin,
                             size_t end);

/* Whether the expression uses this column. */
bool dn_sqlite_mentions(dn_kit_pool *pool, dunlin_string expression, dunlin_string column);
/* The expression with the column called otherwise. */
dunlin_string dn_sqlite_rename_in(dn_kit_pool *pool, dunlin_string expression, dunlin_string from,
                                  dunlin_string to);
/* One number, text, blob, sign and number, TRUE, NULL or CURRENT_TIMESTAMP. */
bool dn_sqlite_is_literal(dn_kit_pool *pool, dunlin_string expression);
/* The same without CURRENT_TIMESTAMP and its like: what ADD COLUMN takes for any row. */
bool dn_sqlite_is_constant(dn_kit_pool *pool, dunlin_string expression);

#endif
