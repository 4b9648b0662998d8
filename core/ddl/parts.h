/* SPDX-License-Identifier: MIT
 *
 * Private to core/ddl: the parser's cursor, what it builds, and who reads what.
 *
 * Every function that reads returns true when it went well. Otherwise the parser has an outcome
 * (native, syntax error, no memory), and everybody returns false at once.
 */
#ifndef DN_DDL_PARTS_H
#define DN_DDL_PARTS_H

#include "core/ddl/ddl.h"

typedef struct dn_ddl_token {
    dunlin_string text; /* as written */
    uint32_t offset;
    int32_t kind; /* DUNLIN_TOKEN_*, 0 at the end */
} dn_ddl_token;

typedef enum dn_ddl_outcome {
    DN_DDL_GOES_ON = 0,
    DN_DDL_IS_NATIVE,
    DN_DDL_IS_WRONG,
    DN_DDL_NO_MEMORY
} dn_ddl_outcome;

/* An operation while it is built. */
typedef struct dn_ddl_draft {
    dunlin_operation operation;
    dunlin_property *properties;
    size_t property_capacity;
    dunlin_string *unset;
    size_t unset_capacity;
    uint32_t depth;   /* of open lists and structs */
    uint32_t next[4]; /* position in the list at each depth */
    dn_ddl_mark mark;
    struct dn_ddl_draft *following;
} dn_ddl_draft;

typedef struct dn_ddl_drafts {
    dn_ddl_draft *first;
    dn_ddl_draft **last;
    size_t count;
} dn_ddl_drafts;

typedef struct dn_ddl_parser {
    dunlin_string text;
    const dn_ddl_options *options;
    dn_arena *arena;
    dn_ddl_token *tokens; /* ends with one of kind 0 */
    size_t count;
    size_t capacity;
    size_t at;
    size_t begin; /* token at which the action at hand begins, for spans */
    dn_ddl_drafts drafts;
    dn_ddl_drafts constraints; /* of the table or column at hand; they follow it */
    uint64_t table_flags;      /* of every operation of an ALTER TABLE IF EXISTS */
    uint64_t clauses;          /* where its actions begin; else 0 */
    bool or_replace;           /* words between CREATE and the kind of object */
    bool temporary;
    bool unlogged;
    bool unique;
    bool materialized;
    const char *method; /* FULLTEXT, SPATIAL */
    unsigned depth;     /* of nested expressions */
    bool bare;          /* in the outermost level of one without parentheses */
    dn_ddl_gap *gaps;
    size_t gap_count;
    size_t gap_capacity;
    dn_ddl_outcome outcome;
    const char *reason;
    uint64_t reason_offset;
} dn_ddl_parser;

/* A name with its namespace. */
typedef struct dn_ddl_object {
    dunlin_string space; /* empty: none */
    dunlin_string name;
} dn_ddl_object;

/* --- outcome.c ---------------------------------------------------------------------------------- */
/* These return false. */
bool dn_ddl_native(dn_ddl_parser *parser, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool dn_ddl_expected(dn_ddl_parser *parser, const char *what);
bool dn_ddl_wrong(dn_ddl_parser *parser, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool dn_ddl_no_memory(dn_ddl_parser *parser);
/* The operation at hand is understood, but not portable. Of several reasons the first stays. */
bool dn_ddl_mark_native(dn_ddl_parser *parser, dn_ddl_draft *draft, size_t token,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));

/* --- cursor.c ----------------------------------------------------------------------------------- */
bool dn_ddl_tokenise(dn_ddl_parser *parser);
static inline const dn_ddl_token *
dn_ddl_peek(const dn_ddl_parser *parser)
{
    return &parser->tokens[parser->at];
}
const dn_ddl_token *dn_ddl_ahead(const dn_ddl_parser *parser, size_t steps);
bool dn_ddl_at_end(const dn_ddl_parser *parser);
/* Unquoted words, in upper case, separated by one blank; symbols count as words, too. */
size_t dn_ddl_matches(const dn_ddl_parser *parser, const char *words); /* so many tokens */
/* Most words that are looked for differ in their first letter. */
static inline bool
dn_ddl_begins_alike(const dn_ddl_token *token, const char *words)
{
    return token->text.length > 0 && ((token->text.data[0] ^ *words) & ~0x20) == 0;
}
static inline bool
dn_ddl_is(const dn_ddl_parser *parser, const char *words)
{
    return dn_ddl_begins_alike(dn_ddl_peek(parser), words) && dn_ddl_matches(parser, words) > 0;
}
static inline bool
dn_ddl_accept(dn_ddl_parser *parser, const char *words)
{
    size_t count =
        dn_ddl_begins_alike(dn_ddl_peek(parser), words) ? dn_ddl_matches(parser, words) : 0;

    parser->at += count;
    return count > 0;
}
bool dn_ddl_expect(dn_ddl_parser *parser, const char *words);
bool dn_ddl_token_is(const dn_ddl_token *token, const char *word);
/* A name at the cursor, without a word of `not` (a list as above, '|' between), or false. */
bool dn_ddl_name_follows(const dn_ddl_parser *parser);
bool dn_ddl_name(dn_ddl_parser *parser, dunlin_string *name);
bool dn_ddl_qualified(dn_ddl_parser *parser, dn_ddl_object *name);
/* Up to four parts with dots between. */
bool dn_ddl_dotted(dn_ddl_parser *parser, dunlin_string parts[4], size_t *count);
bool dn_ddl_string(dn_ddl_parser *parser, dunlin_string *value); /* decoded */
bool dn_ddl_integer(dn_ddl_parser *parser, int64_t *value);      /* with its sign */
/* What a token of kind STRING or NAME stands for. */
bool dn_ddl_decode(dn_ddl_parser *parser, const dn_ddl_token *token, dunlin_string *value);
bool dn_ddl_decode_name(dn_ddl_parser *parser, const dn_ddl_token *token, dunlin_string *value);
/* Steps over "( ... )" at the cursor. */
bool dn_ddl_skip_parenthesis(dn_ddl_parser *parser);
/* The text of tokens [begin, end), comments left out and blanks as one. */
bool dn_ddl_text_of(dn_ddl_parser *parser, size_t begin, size_t end, dunlin_string *text);
/* The same as written. */
dunlin_string dn_ddl_slice(const dn_ddl_parser *parser, size_t begin, size_t end);
bool dn_ddl_same(dunlin_string a, dunlin_string b);
/* IF EXISTS or IF NOT EXISTS, if it stands here; else the place is noted where that is asked for. */
bool dn_ddl_if_exists(dn_ddl_parser *parser, int32_t *condition);
bool dn_ddl_if_not_exists(dn_ddl_parser *parser, int32_t *condition);
/* CASCADE, RESTRICT or nothing. */
uint64_t dn_ddl_behaviour(dn_ddl_parser *parser);

/* --- build.c ------------------------------------------------------------------------------------ */
/* A new operation on `kind` with these names in its path; NULL: no memory. */
dn_ddl_draft *dn_ddl_draft_new(dn_ddl_parser *parser, int32_t verb, const char *kind,
                               dunlin_string first, dunlin_string second, dunlin_string third,
                               size_t names);
dn_ddl_draft *dn_ddl_begin(dn_ddl_parser *parser, int32_t verb, const char *kind,
                           const dn_ddl_object *object);
dn_ddl_draft *dn_ddl_begin_part(dn_ddl_parser *parser, int32_t verb, const char *kind,
                                const dn_ddl_object *table, dunlin_string part);
bool dn_ddl_new_path(dn_ddl_parser *parser, dn_ddl_draft *draft, dunlin_string last);
bool dn_ddl_set(dn_ddl_parser *parser, dn_ddl_draft *draft, int32_t type, const char *name,
                dunlin_string text, int64_t integer);
bool dn_ddl_set_text(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name,
                     dunlin_string text);
bool dn_ddl_set_name(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name,
                     dunlin_string text);
bool dn_ddl_set_expression(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name,
                           dunlin_string text);
bool dn_ddl_set_integer(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name,
                        int64_t value);
bool dn_ddl_set_true(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name);
bool dn_ddl_open_list(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name);
bool dn_ddl_open_struct(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name);
bool dn_ddl_close(dn_ddl_parser *parser, dn_ddl_draft *draft);
bool dn_ddl_unset(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name);
/* In an ALTER only: a CREATE says nothing where the default is meant. */
bool dn_ddl_unset_if_altering(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name);
const dunlin_property *dn_ddl_member(const dn_ddl_draft *draft, const char *name);
/* The operation is complete, up to the cursor. */
bool dn_ddl_done(dn_ddl_parser *parser, dn_ddl_draft *draft);
bool dn_ddl_done_constraint(dn_ddl_parser *parser, dn_ddl_draft *draft);
/* Moves what dn_ddl_done_constraint collected behind the other operations. */
void dn_ddl_flush_constraints(dn_ddl_parser *parser);
bool dn_ddl_finish(dn_ddl_parser *parser, dn_ddl_statement *statement);

/* --- readers ------------------------------------------------------------------------------------ */
/* type.c: sets type, values, type_path, auto. */
bool dn_ddl_type(dn_ddl_parser *parser, dn_ddl_draft *draft);
/* expression.c: the text of an expression that ends before a word of column options, a comma or a
 * closing parenthesis (`default`), or of one in parentheses, which are left out. */
bool dn_ddl_default(dn_ddl_parser *parser, dunlin_string *text);
bool dn_ddl_bracketed(dn_ddl_parser *parser, dunlin_string *text);
/* The rest of the statement as an expression (WHERE of an index) or up to `stop`. */
bool dn_ddl_rest(dn_ddl_parser *parser, const char *stop, dunlin_string *text);
/* column.c */
bool dn_ddl_column(dn_ddl_parser *parser, const dn_ddl_object *table, int32_t condition);
/* What follows the name of a column, into `draft`: type and options. `table`, `column` name
 * constraints that stand with it. */
bool dn_ddl_column_body(dn_ddl_parser *parser, dn_ddl_draft *draft, const dn_ddl_object *table,
                        dunlin_string column);
bool dn_ddl_identity(dn_ddl_parser *parser, dn_ddl_draft *draft);
/* constraint.c */
bool dn_ddl_constraint_follows(const dn_ddl_parser *parser);
bool dn_ddl_constraint(dn_ddl_parser *parser, const dn_ddl_object *table);
bool dn_ddl_names_in_parentheses(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *member);
bool dn_ddl_references(dn_ddl_parser *parser, dn_ddl_draft *draft);
bool dn_ddl_constraint_attributes(dn_ddl_parser *parser, dn_ddl_draft *draft);
bool dn_ddl_storage(dn_ddl_parser *parser, dn_ddl_draft *draft);
/* name.c: "pkey", "key", "fkey", "check", "idx" of PostgreSQL; `columns` of the draft or of the check. */
bool dn_ddl_make_name(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *suffix,
                      const char *columns);
/* index.c */
bool dn_ddl_index_keys(dn_ddl_parser *parser, dn_ddl_draft *draft);
bool dn_ddl_index_options(dn_ddl_parser *parser, dn_ddl_draft *draft);
/* sequence.c: the options, into `draft` */
bool dn_ddl_sequence_options(dn_ddl_parser *parser, dn_ddl_draft *draft);
/* table.c: one option of a table, if one stands here */
bool dn_ddl_table_option(dn_ddl_parser *parser, dn_ddl_draft *draft, bool *found);
/* alter.c */
bool dn_ddl_set_schema(dn_ddl_parser *parser, const char *kind, const dn_ddl_object *object,
                       int32_t condition);

/* Statements; the cursor stands behind the words that name them. */
bool dn_ddl_create_table(dn_ddl_parser *parser);
/* table_as.c: "[(names)] AS query [WITH [NO] DATA]", up to the end. */
bool dn_ddl_table_as_follows(const dn_ddl_parser *parser);
bool dn_ddl_table_as(dn_ddl_parser *parser, dn_ddl_draft *draft);
bool dn_ddl_create_index(dn_ddl_parser *parser);
bool dn_ddl_create_view(dn_ddl_parser *parser);
bool dn_ddl_create_sequence(dn_ddl_parser *parser);
bool dn_ddl_create_schema(dn_ddl_parser *parser);
bool dn_ddl_create_type(dn_ddl_parser *parser);
bool dn_ddl_create_domain(dn_ddl_parser *parser);
bool dn_ddl_create_extension(dn_ddl_parser *parser);
bool dn_ddl_create_routine(dn_ddl_parser *parser);
bool dn_ddl_create_trigger(dn_ddl_parser *parser);
bool dn_ddl_alter_table(dn_ddl_parser *parser);
bool dn_ddl_alter_index(dn_ddl_parser *parser);
bool dn_ddl_alter_view(dn_ddl_parser *parser);
bool dn_ddl_alter_sequence(dn_ddl_parser *parser);
bool dn_ddl_alter_schema(dn_ddl_parser *parser);
bool dn_ddl_alter_type(dn_ddl_parser *parser);
bool dn_ddl_alter_domain(dn_ddl_parser *parser);
bool dn_ddl_drop(dn_ddl_parser *parser);
bool dn_ddl_rename_table(dn_ddl_parser *parser);
bool dn_ddl_comment(dn_ddl_parser *parser);
bool dn_ddl_data(dn_ddl_parser *parser);

/* write_blob.c: the hexadecimal digits of what PostgreSQL reads as bytea; else why it does not. */
const char *dn_bytes_of(dn_arena *arena, dunlin_string text, dunlin_string *digits);

#endif
