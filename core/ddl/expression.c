/* SPDX-License-Identifier: MIT
 *
 * Where expressions end inside of DDL.
 */
#include "core/ddl/tree.h"

/* Words that end a DEFAULT without parentheses. PostgreSQL's grammar allows only what cannot
 * contain them (b_expr); MySQL and SQLite allow less. */
static const char *const column_words[] = {
    "NOT NULL",  "NOT DEFERRABLE", "NULL",      "PRIMARY KEY", "UNIQUE",         "REFERENCES",
    "CHECK",     "CONSTRAINT",     "KEY",       "GENERATED",   "AUTO_INCREMENT", "AUTOINCREMENT",
    "COMMENT",   "COLLATE",        "ON UPDATE", "FIRST",       "AFTER",          "DEFERRABLE",
    "INITIALLY", "AS (",           "STORED",    "VIRTUAL",     "DEFAULT",        "INVISIBLE",
    "VISIBLE",   "CHARACTER SET",  "USING",
};

static bool
ends_default(const dn_ddl_parser *parser)
{
    if (dn_ddl_is(parser, ",") || dn_ddl_is(parser, ")"))
        return true;
    if (dn_ddl_peek(parser)->kind != DUNLIN_TOKEN_WORD)
        return false;
    for (size_t i = 0; i < sizeof column_words / sizeof column_words[0]; i++)
        if (dn_ddl_is(parser, column_words[i]))
            return true;
    return false;
}

/* One step over a token, or over a whole parenthesis or CASE. */
static bool
step(dn_ddl_parser *parser)
{
    unsigned depth = 0;

    if (dn_ddl_is(parser, "("))
        return dn_ddl_skip_parenthesis(parser);
    if (!dn_ddl_is(parser, "CASE")) {
        parser->at++;
        return true;
    }
    for (; !dn_ddl_at_end(parser); parser->at++) {
        if (dn_ddl_is(parser, "CASE"))
            depth++;
        else if (dn_ddl_accept(parser, "END") && --depth == 0)
            return true;
    }
    return dn_ddl_expected(parser, "END of the CASE");
}

/* Steps over a portable expression. What the grammar does not know, it leaves: such text is stepped
 * over by its tokens, stays as it is written, and dn_ddl_verify() says that it is native. */
static bool
by_grammar(dn_ddl_parser *parser)
{
    dn_ddl_parser before = *parser;

    if (parser->options->own)
        return false;
    if (dn_tree_bare(parser) && (dn_ddl_at_end(parser) || ends_default(parser)))
        return true;
    if (parser->outcome != DN_DDL_NO_MEMORY)
        *parser = before;
    return false;
}

bool
dn_ddl_default(dn_ddl_parser *parser, dunlin_string *text)
{
    size_t begin = parser->at;

    if (dn_ddl_at_end(parser) || dn_ddl_is(parser, ",") || dn_ddl_is(parser, ")"))
        return dn_ddl_expected(parser, "an expression");
    /* DEFAULT (1 + 1), as MySQL and SQLite want it: the parenthesis is not part of it. */
    if (!parser->options->own && dn_ddl_is(parser, "(")) {
        if (!dn_ddl_skip_parenthesis(parser))
            return false;
        if (parser->at - begin > 2 && (dn_ddl_at_end(parser) || ends_default(parser)))
            return dn_ddl_text_of(parser, begin + 1, parser->at - 1, text);
        parser->at = begin;
    }
    if (!by_grammar(parser)) {
        if (parser->outcome)
            return false;
        do {
            if (!step(parser))
                return false;
        } while (!dn_ddl_at_end(parser) && !ends_default(parser));
    }
    return dn_ddl_text_of(parser, begin, parser->at, text);
}

bool
dn_ddl_bracketed(dn_ddl_parser *parser, dunlin_string *text)
{
    size_t begin = parser->at;

    if (!dn_ddl_skip_parenthesis(parser))
        return false;
    if (parser->at - begin == 2) {
        parser->at = begin + 1;
        return dn_ddl_expected(parser, "an expression");
    }
    return dn_ddl_text_of(parser, begin + 1, parser->at - 1, text);
}

bool
dn_ddl_rest(dn_ddl_parser *parser, const char *stop, dunlin_string *text)
{
    size_t begin = parser->at;

    while (!dn_ddl_at_end(parser) && !(stop && dn_ddl_is(parser, stop)))
        if (!step(parser))
            return false;
    if (parser->at == begin)
        return dn_ddl_expected(parser, "an expression");
    return dn_ddl_text_of(parser, begin, parser->at, text);
}
