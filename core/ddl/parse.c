/* SPDX-License-Identifier: MIT
 *
 * A statement goes to whoever reads its kind.
 */
#include "core/ddl/parts.h"

#include <string.h>

/* What PostgreSQL's strings and comments are, and names in backquotes besides. Bodies only matter
 * for splitting: routines are native, but their text must not fall apart. */
#define TEXT(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }
#define RULE(kind, flags, open, close, head, openers, closers)                                     \
    {                                                                                              \
        sizeof(dunlin_lexer_rule), kind, flags, TEXT(open), TEXT(close), TEXT(head),               \
            TEXT(openers), TEXT(closers)                                                           \
    }
#define QUOTE(flags, mark, words) RULE(DUNLIN_LEX_QUOTE, flags, mark, mark, words, "", "")

static const dunlin_lexer_rule portable_rules[] = {
    QUOTE(DUNLIN_LEX_DOUBLED, "'", ""),
    QUOTE(DUNLIN_LEX_DOUBLED | DUNLIN_LEX_BACKSLASH | DUNLIN_LEX_PREFIXED, "'", "E"),
    QUOTE(DUNLIN_LEX_DOUBLED | DUNLIN_LEX_PREFIXED, "'", "B|N|X|U&"),
    QUOTE(DUNLIN_LEX_DOUBLED | DUNLIN_LEX_IDENTIFIER, "\"", ""),
    QUOTE(DUNLIN_LEX_DOUBLED | DUNLIN_LEX_IDENTIFIER | DUNLIN_LEX_PREFIXED, "\"", "U&"),
    QUOTE(DUNLIN_LEX_DOUBLED | DUNLIN_LEX_IDENTIFIER, "`", ""),
    RULE(DUNLIN_LEX_DOLLAR_QUOTE, 0, "", "", "", "", ""),
    RULE(DUNLIN_LEX_COMMENT, DUNLIN_LEX_CR_ENDS, "--", "", "", "", ""),
    RULE(DUNLIN_LEX_COMMENT, DUNLIN_LEX_NESTS, "/*", "*/", "", "", ""),
    RULE(DUNLIN_LEX_BODY, 0, "", "", "CREATE [OR REPLACE] {FUNCTION,PROCEDURE}",
         "BEGIN ATOMIC|+CASE", "END"),
    RULE(DUNLIN_LEX_BODY, 0, "", "", "CREATE [OR REPLACE] RULE", "(", ")"),
};

int
dn_ddl_portable_rules(dn_arena *arena, const dn_lex_rules **rules, dn_error *error)
{
    dn_lex_rules *made = dn_lex_rules_new(arena);

    *rules = NULL;
    if (!made)
        return dn_no_memory(error);
    for (size_t i = 0; i < sizeof portable_rules / sizeof portable_rules[0]; i++)
        if (dn_lex_rules_add(made, &portable_rules[i], error) < 0)
            return -1;
    if (dn_lex_rules_finish(made, error) < 0)
        return -1;
    *rules = made;
    return 0;
}

/* --- which statement is it --- */
typedef struct reader {
    const char *words;
    bool (*read)(dn_ddl_parser *parser);
    const char *native; /* instead of a function: why it is not portable */
} reader;

static bool read_create(dn_ddl_parser *parser);

#define RIGHTS "rights and roles are not portable"
#define SETTING "settings of a session are not portable"

static const reader statements[] = {
    {"CREATE", read_create, NULL},
    {"ALTER TABLE", dn_ddl_alter_table, NULL},
    {"ALTER INDEX", dn_ddl_alter_index, NULL},
    {"ALTER VIEW", dn_ddl_alter_view, NULL},
    {"ALTER MATERIALIZED VIEW", dn_ddl_alter_view, NULL},
    {"ALTER SEQUENCE", dn_ddl_alter_sequence, NULL},
    {"ALTER SCHEMA", dn_ddl_alter_schema, NULL},
    {"ALTER TYPE", dn_ddl_alter_type, NULL},
    {"ALTER DOMAIN", dn_ddl_alter_domain, NULL},
    {"DROP", dn_ddl_drop, NULL},
    {"RENAME TABLE", dn_ddl_rename_table, NULL},
    {"COMMENT ON", dn_ddl_comment, NULL},
    {"INSERT", dn_ddl_data, NULL},
    {"UPDATE", dn_ddl_data, NULL},
    {"DELETE", dn_ddl_data, NULL},
    {"REPLACE", dn_ddl_data, NULL},
    {"TRUNCATE", dn_ddl_data, NULL},
    {"WITH", dn_ddl_data, NULL},
    {"BEGIN", NULL, DN_DDL_CONTROL},
    {"START TRANSACTION", NULL, DN_DDL_CONTROL},
    {"COMMIT", NULL, DN_DDL_CONTROL},
    {"END", NULL, DN_DDL_CONTROL},
    {"ROLLBACK", NULL, DN_DDL_CONTROL},
    {"SAVEPOINT", NULL, DN_DDL_CONTROL},
    {"RELEASE", NULL, DN_DDL_CONTROL},
    {"GRANT", NULL, RIGHTS},
    {"REVOKE", NULL, RIGHTS},
    {"SET", NULL, SETTING},
    {"RESET", NULL, SETTING},
    {"PRAGMA", NULL, SETTING},
    {"DO", NULL, "a DO block is written in the database's own language"},
    {"SELECT", NULL, "a query that stands alone is not portable"},
    {"VALUES", NULL, "a query that stands alone is not portable"},
    {"MERGE", NULL, "MERGE is not portable; write INSERT .. ON CONFLICT"},
};

static const reader creations[] = {
    {"TABLE", dn_ddl_create_table, NULL},
    {"INDEX", dn_ddl_create_index, NULL},
    {"VIEW", dn_ddl_create_view, NULL},
    {"SEQUENCE", dn_ddl_create_sequence, NULL},
    {"SCHEMA", dn_ddl_create_schema, NULL},
    {"TYPE", dn_ddl_create_type, NULL},
    {"DOMAIN", dn_ddl_create_domain, NULL},
    {"EXTENSION", dn_ddl_create_extension, NULL},
    {"FUNCTION", dn_ddl_create_routine, NULL},
    {"PROCEDURE", dn_ddl_create_routine, NULL},
    {"TRIGGER", dn_ddl_create_trigger, NULL},
    {"CONSTRAINT TRIGGER", dn_ddl_create_trigger, NULL},
    {"ROLE", NULL, RIGHTS},
    {"USER", NULL, RIGHTS},
    {"DATABASE", NULL, "databases are not made by portable migrations"},
};

static bool
dispatch(dn_ddl_parser *parser, const reader *readers, size_t count, const char *before)
{
    const dn_ddl_token *token = dn_ddl_peek(parser);

    for (size_t i = 0; i < count; i++) {
        if (!dn_ddl_is(parser, readers[i].words))
            continue;
        if (!readers[i].read)
            return dn_ddl_native(parser, "%s", readers[i].native);
        dn_ddl_accept(parser, readers[i].words);
        return readers[i].read(parser);
    }
    if (token->kind == DUNLIN_TOKEN_WORD)
        return dn_ddl_native(parser, "%s%.*s has no portable form", before,
                             token->text.length < 40 ? (int)token->text.length : 40,
                             token->text.data);
    return dn_ddl_expected(parser, "a statement");
}

/* MySQL prints these before VIEW: how it is looked up, not what it is. */
static bool
accept_view_hint(dn_ddl_parser *parser)
{
    if (dn_ddl_accept(parser, "ALGORITHM"))
        dn_ddl_accept(parser, "=");
    else if (!dn_ddl_accept(parser, "SQL SECURITY"))
        return false;
    parser->at += !dn_ddl_at_end(parser);
    return true;
}

/* The words between CREATE and the kind of object, in any order: their readers know which fit. */
static bool
read_create(dn_ddl_parser *parser)
{
    for (;;) {
        if (dn_ddl_accept(parser, "OR REPLACE"))
            parser->or_replace = true;
        else if (dn_ddl_accept(parser, "TEMPORARY") || dn_ddl_accept(parser, "TEMP"))
            parser->temporary = true;
        else if (dn_ddl_accept(parser, "UNLOGGED"))
            parser->unlogged = true;
        else if (dn_ddl_accept(parser, "UNIQUE"))
            parser->unique = true;
        else if (dn_ddl_accept(parser, "MATERIALIZED"))
            parser->materialized = true;
        else if (dn_ddl_accept(parser, "FULLTEXT"))
            parser->method = "fulltext";
        else if (dn_ddl_accept(parser, "SPATIAL"))
            parser->method = "spatial";
        else if (!accept_view_hint(parser))
            break;
    }
    return dispatch(parser, creations, sizeof creations / sizeof creations[0], "CREATE ");
}

/* The statement as one operation NATIVE. */
static bool
whole(dn_ddl_parser *parser, dn_ddl_statement *statement)
{
    dn_ddl_draft *draft;
    dunlin_string none = dn_string("");

    statement->kind = parser->outcome == DN_DDL_IS_NATIVE ? DN_DDL_NATIVE : DN_DDL_SYNTAX;
    statement->reason = parser->reason;
    statement->offset = parser->reason_offset;
    parser->outcome = DN_DDL_GOES_ON;
    parser->drafts = (dn_ddl_drafts){NULL, NULL, 0};
    parser->table_flags = 0;
    parser->begin = 0;
    parser->at = parser->count;
    draft = dn_ddl_draft_new(parser, DUNLIN_VERB_NATIVE, "", none, none, none, 0);
    if (!draft)
        return false;
    draft->operation.body = dn_ddl_slice(parser, 0, parser->count);
    draft->mark.native = statement->reason;
    draft->mark.offset = statement->offset;
    return dn_ddl_done(parser, draft);
}

int
dn_ddl_parse(dunlin_string text, const dn_ddl_options *options, dn_arena *arena,
             dn_ddl_statement *statement, dn_error *error)
{
    dn_ddl_parser parser = {.text = text, .options = options, .arena = arena};

    memset(statement, 0, sizeof *statement);
    if (!dn_ddl_tokenise(&parser))
        return dn_no_memory(error);
    if (dispatch(&parser, statements, sizeof statements / sizeof statements[0], "") &&
        !dn_ddl_at_end(&parser))
        dn_ddl_expected(&parser, "the end of the statement");
    if (parser.outcome == DN_DDL_NO_MEMORY || (parser.outcome && !whole(&parser, statement)) ||
        !dn_ddl_finish(&parser, statement))
        return dn_no_memory(error);
    statement->clauses = parser.clauses;
    statement->gaps = parser.gaps;
    statement->gap_count = parser.gap_count;
    return 0;
}
