/* SPDX-License-Identifier: MIT
 *
 * The lexer rules of the three dialects, as their drivers push them, for tests of the lexer.
 */
#ifndef TESTS_UNIT_LEX_RULES_FIXTURE_H
#define TESTS_UNIT_LEX_RULES_FIXTURE_H

#include "core/lex/lex.h"

/* clang-format off */
#define TEXT(text) {text, sizeof(text) - 1}
#define RULE(kind, flags, open, close, head, openers, closers) \
    {sizeof(dunlin_lexer_rule), kind, flags, TEXT(open), TEXT(close), TEXT(head), TEXT(openers), \
     TEXT(closers)}
#define QUOTE(flags, open, close, words) RULE(DUNLIN_LEX_QUOTE, flags, open, close, words, "", "")
#define COMMENT(flags, open, close) RULE(DUNLIN_LEX_COMMENT, flags, open, close, "", "", "")
#define BODY(flags, head, openers, closers) \
    RULE(DUNLIN_LEX_BODY, flags, "", "", head, openers, closers)
#define CLIENT(flags, open) RULE(DUNLIN_LEX_CLIENT_COMMAND, flags, open, "", "", "", "")

static const dunlin_lexer_rule sqlite_rules[] = {
    QUOTE(DUNLIN_LEX_DOUBLED, "'", "'", ""),
    QUOTE(DUNLIN_LEX_PREFIXED, "'", "'", "X"),
    QUOTE(DUNLIN_LEX_DOUBLED | DUNLIN_LEX_IDENTIFIER, "\"", "\"", ""),
    QUOTE(DUNLIN_LEX_DOUBLED | DUNLIN_LEX_IDENTIFIER, "`", "`", ""),
    QUOTE(DUNLIN_LEX_IDENTIFIER, "[", "]", ""),
    COMMENT(0, "--", ""),
    COMMENT(0, "/*", "*/"),
    BODY(DUNLIN_LEX_END_STATEMENT,
         "[EXPLAIN [QUERY PLAN]] CREATE [{TEMP,TEMPORARY}] TRIGGER", "", ""),
    CLIENT(0, "."),
};

static const dunlin_lexer_rule postgres_rules[] = {
    QUOTE(DUNLIN_LEX_DOUBLED, "'", "'", ""),
    QUOTE(DUNLIN_LEX_DOUBLED | DUNLIN_LEX_BACKSLASH | DUNLIN_LEX_PREFIXED, "'", "'", "E"),
    QUOTE(DUNLIN_LEX_DOUBLED | DUNLIN_LEX_PREFIXED, "'", "'", "B|N|X|U&"),
    QUOTE(DUNLIN_LEX_DOUBLED | DUNLIN_LEX_IDENTIFIER, "\"", "\"", ""),
    QUOTE(DUNLIN_LEX_DOUBLED | DUNLIN_LEX_IDENTIFIER | DUNLIN_LEX_PREFIXED, "\"", "\"", "U&"),
    RULE(DUNLIN_LEX_DOLLAR_QUOTE, 0, "", "", "", "", ""),
    COMMENT(DUNLIN_LEX_CR_ENDS, "--", ""),
    COMMENT(DUNLIN_LEX_NESTS, "/*", "*/"),
    BODY(0, "CREATE [OR REPLACE] {FUNCTION,PROCEDURE}", "BEGIN ATOMIC|+CASE", "END"),
    BODY(0, "CREATE [OR REPLACE] RULE", "(", ")"),
    RULE(DUNLIN_LEX_DATA_SECTION, 0, "", "\\.", "COPY * FROM STDIN", "", ""),
    CLIENT(DUNLIN_LEX_ANYWHERE, "\\"),
};

/* Each THEN of an IF is taken back by its ELSEIF or END IF, each THEN of a CASE by the WHEN before
 * it. So the word IF counts for nothing, and IF(..), IF EXISTS and IF NOT EXISTS need no care. */
#define MYSQL_OPENERS "BEGIN|CASE|THEN|LOOP|REPEAT!(|WHILE|END FOR|ROW END"
#define MYSQL_CLOSERS \
    "END|END IF|END CASE|END LOOP|END REPEAT|END WHILE|END FOR|ROW END|ELSEIF|WHEN"

static const dunlin_lexer_rule mysql_rules[] = {
    QUOTE(DUNLIN_LEX_DOUBLED | DUNLIN_LEX_BACKSLASH, "'", "'", ""),
    QUOTE(DUNLIN_LEX_DOUBLED | DUNLIN_LEX_BACKSLASH | DUNLIN_LEX_PREFIXED, "'", "'", "B|N|X"),
    QUOTE(DUNLIN_LEX_DOUBLED | DUNLIN_LEX_BACKSLASH, "\"", "\"", ""),
    QUOTE(DUNLIN_LEX_DOUBLED | DUNLIN_LEX_IDENTIFIER, "`", "`", ""),
    COMMENT(0, "#", ""),
    COMMENT(DUNLIN_LEX_NEEDS_BLANK, "--", ""),
    COMMENT(0, "/*", "*/"),
    COMMENT(DUNLIN_LEX_CODE, "/*!", "*/"),
    COMMENT(DUNLIN_LEX_CODE, "/*M!", "*/"),
    RULE(DUNLIN_LEX_DELIMITER_COMMAND, 0, "DELIMITER", "", "", "", ""),
    BODY(0,
         "CREATE [OR REPLACE] [DEFINER = *] [AGGREGATE] {PROCEDURE,FUNCTION,TRIGGER,EVENT}"
         "|ALTER [DEFINER = *] EVENT",
         MYSQL_OPENERS, MYSQL_CLOSERS),
    BODY(0, "BEGIN", "NOT ATOMIC|+BEGIN|+CASE|+THEN|+LOOP|+REPEAT!(|+WHILE|+END FOR|+ROW END",
         MYSQL_CLOSERS),
    CLIENT(0, "SOURCE"),
    CLIENT(0, "\\"),
    CLIENT(DUNLIN_LEX_ANYWHERE, "\\G"),
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { SQLITE, POSTGRES, MYSQL };

static inline dn_lex_rules *
compile_rules(dn_arena *arena, const dunlin_lexer_rule *list, size_t count, dn_error *error)
{
    dn_lex_rules *rules = dn_lex_rules_new(arena);

    for (size_t i = 0; rules && i < count; i++)
        if (dn_lex_rules_add(rules, &list[i], error) < 0)
            return NULL;
    return rules && dn_lex_rules_finish(rules, error) == 0 ? rules : NULL;
}

/* NULL with *error filled. */
static inline dn_lex_rules *
dialect_rules(dn_arena *arena, int dialect, dn_error *error)
{
    switch (dialect) {
    case SQLITE: return compile_rules(arena, sqlite_rules, COUNT(sqlite_rules), error);
    case POSTGRES: return compile_rules(arena, postgres_rules, COUNT(postgres_rules), error);
    default: return compile_rules(arena, mysql_rules, COUNT(mysql_rules), error);
    }
}

#endif
