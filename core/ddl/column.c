/* SPDX-License-Identifier: MIT
 *
 * Definitions of columns, and the constraints written with them.
 */
#include "core/ddl/parts.h"
#include "core/ddl/write.h"

#include <string.h>
#include <strings.h>

/* The column whose options are read. */
typedef struct definition {
    dn_ddl_parser *parser;
    dn_ddl_draft *draft;
    const dn_ddl_object *table;
    dunlin_string name;
    dunlin_string constraint; /* from CONSTRAINT, for what comes next */
    dn_ddl_draft *last;       /* constraint that DEFERRABLE and the like belong to */
    int32_t condition;
} definition;

static bool
once_true(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name)
{
    return dn_ddl_member(draft, name) || dn_ddl_set_true(parser, draft, name);
}

/* A constraint of this one column; named as PostgreSQL would. */
static dn_ddl_draft *
begin_constraint(definition *column, const char *kind)
{
    dn_ddl_draft *draft = dn_ddl_begin_part(column->parser, DUNLIN_VERB_CREATE, kind, column->table,
                                            column->constraint);

    column->constraint = dn_string("");
    column->last = draft;
    if (draft) {
        draft->operation.condition = column->condition;
        draft->operation.span_begin = column->parser->tokens[column->parser->at - 1].offset;
    }
    return draft;
}

static bool
one_column(definition *column, dn_ddl_draft *draft)
{
    return dn_ddl_open_list(column->parser, draft, "columns") &&
           dn_ddl_set_name(column->parser, draft, "", column->name) &&
           dn_ddl_close(column->parser, draft);
}

static bool
finish_constraint(definition *column, dn_ddl_draft *draft, const char *suffix, const char *columns)
{
    return dn_ddl_make_name(column->parser, draft, suffix, columns) &&
           dn_ddl_done_constraint(column->parser, draft);
}

/* SQLite's ON CONFLICT of a constraint. */
static bool
conflict_clause(definition *column, dn_ddl_draft *draft)
{
    size_t at = column->parser->at;

    if (!dn_ddl_accept(column->parser, "ON CONFLICT"))
        return true;
    column->parser->at++;
    return dn_ddl_mark_native(column->parser, draft, at,
                              "ON CONFLICT of a constraint is not portable");
}

static bool
primary_key(definition *column)
{
    dn_ddl_parser *parser = column->parser;
    dn_ddl_draft *draft = begin_constraint(column, DUNLIN_KIND_PRIMARY_KEY);

    if (!draft || !one_column(column, draft))
        return false;
    if (!dn_ddl_accept(parser, "ASC"))
        dn_ddl_accept(parser, "DESC");
    /* In a portable history a key is what it is in PostgreSQL; SQLite lets nulls in. */
    if (!parser->options->own && !once_true(parser, column->draft, "not_null"))
        return false;
    return conflict_clause(column, draft) && finish_constraint(column, draft, "pkey", NULL);
}

static bool
unique(definition *column)
{
    dn_ddl_parser *parser = column->parser;
    dn_ddl_draft *draft = begin_constraint(column, DUNLIN_KIND_UNIQUE);

    if (!draft)
        return false;
    dn_ddl_accept(parser, "KEY");
    if (!one_column(column, draft))
        return false;
    if (dn_ddl_accept(parser, "NULLS NOT DISTINCT") &&
        !dn_ddl_set_true(parser, draft, "nulls_not_distinct"))
        return false;
    dn_ddl_accept(parser, "NULLS DISTINCT");
    return conflict_clause(column, draft) && finish_constraint(column, draft, "key", "columns");
}

static bool
references(definition *column)
{
    dn_ddl_draft *draft = begin_constraint(column, DUNLIN_KIND_FOREIGN_KEY);

    return draft && one_column(column, draft) && dn_ddl_references(column->parser, draft) &&
           finish_constraint(column, draft, "fkey", "columns");
}

static bool
check(definition *column)
{
    dn_ddl_draft *draft = begin_constraint(column, DUNLIN_KIND_CHECK);
    dunlin_string text;

    return draft && dn_ddl_bracketed(column->parser, &text) &&
           dn_ddl_set_expression(column->parser, draft, "expr", text) &&
           finish_constraint(column, draft, "check", "");
}

static bool
not_null(definition *column)
{
    column->constraint = dn_string("");
    return once_true(column->parser, column->draft, "not_null") &&
           conflict_clause(column, column->draft);
}

static bool
nullable(definition *column)
{
    column->constraint = dn_string("");
    return true;
}

static dunlin_string
boolean_value(dunlin_string text)
{
    static const char *const spellings[][2] = {
        {"0", "false"},     {"1", "true"},    {"'0'", "false"},     {"'1'", "true"},
        {"'f'", "false"},   {"'t'", "true"},  {"'false'", "false"}, {"'true'", "true"},
        {"'n'", "false"},   {"'y'", "true"},  {"'no'", "false"},    {"'yes'", "true"},
        {"'off'", "false"}, {"'on'", "true"}, {"b'0'", "false"},    {"b'1'", "true"},
    };

    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++)
        if (dn_string_equal_fold(text, spellings[i][0]))
            return dn_string(spellings[i][1]);
    return text;
}

static bool
is_char(dunlin_string type)
{
    return (type.length > 5 && strncasecmp(type.data, "char(", 5) == 0) ||
           (type.length > 10 && strncasecmp(type.data, "character(", 10) == 0);
}

/* 'ab  ': the blanks behind it are no part of a char(n). */
static dunlin_string
char_value(dn_arena *arena, dunlin_string text)
{
    uint64_t end = text.length - 1;
    char *copy;

    if (text.length < 3 || text.data[0] != '\'' || text.data[end] != '\'' ||
        text.data[end - 1] != ' ' || memchr(text.data + 1, '\'', (size_t)end - 1))
        return text;
    while (end > 1 && text.data[end - 1] == ' ')
        end--;
    copy = dn_arena_copy(arena, text.data, (size_t)end + 1);
    if (copy)
        copy[end] = '\'';
    return (dunlin_string){copy, copy ? end + 1 : 0};
}

/* '\x00ff' -> X'00ff' */
static dunlin_string
blob_value(dn_arena *arena, dunlin_string text)
{
    dunlin_string digits;
    char *made;

    if (text.length < 2 || text.data[0] != '\'' || text.data[text.length - 1] != '\'' ||
        memchr(text.data + 1, '\'', (size_t)text.length - 2) ||
        dn_bytes_of(arena, (dunlin_string){text.data + 1, text.length - 2}, &digits))
        return text;
    made = dn_arena_printf(arena, "X'%.*s'", (int)digits.length, digits.data);
    return made ? dn_string(made) : dn_string("");
}

static bool
is_blob(dunlin_string type)
{
    return dn_string_equal_fold(type, "blob") || dn_string_equal_fold(type, "bytea") ||
           dn_string_equal_fold(type, "longblob");
}

dunlin_string
dn_ddl_value_of(dn_arena *arena, dunlin_string type, dunlin_string text)
{
    return dn_string_equal_fold(type, "boolean") ? boolean_value(text)
           : is_char(type)                       ? char_value(arena, text)
           : is_blob(type)                       ? blob_value(arena, text)
                                                 : dn_ddl_standard_default(arena, type, text);
}

/* A literal that PostgreSQL does not take for the type, and others take for something else. */
static bool
check_default(definition *column, dunlin_string type, dunlin_string text, size_t token)
{
    const char *fault = dn_ddl_default_fault(type, text);

    return !fault || dn_ddl_mark_native(column->parser, column->draft, token, "the default %.*s %s",
                                        (int)text.length, text.data, fault);
}

static bool
default_value(definition *column)
{
    const dunlin_property *type = dn_ddl_member(column->draft, "type");
    size_t token = column->parser->at;
    dunlin_string text;

    if (!dn_ddl_default(column->parser, &text))
        return false;
    if (type && !column->parser->options->own)
        text = dn_ddl_value_of(column->parser->arena, type->text, text);
    if (!text.length)
        return dn_ddl_no_memory(column->parser);
    if (type && !check_default(column, type->text, text, token))
        return false;
    if (dn_string_equal_fold(text, "NULL"))
        return true;
    return dn_ddl_set_expression(column->parser, column->draft, "default", text);
}

static bool
fills_itself(definition *column, const char *how)
{
    if (!column->parser->options->own && !once_true(column->parser, column->draft, "not_null"))
        return false;
    return dn_ddl_set_text(column->parser, column->draft, "auto", dn_string(how));
}

static bool
auto_increment(definition *column)
{
    return fills_itself(column, "increment");
}

/* Behind GENERATED ALWAYS AS or AS: "(expression) [STORED | VIRTUAL]". */
static bool
expression_column(definition *column)
{
    dn_ddl_parser *parser = column->parser;
    const char *kind = "virtual";
    dunlin_string text;

    if (!dn_ddl_bracketed(parser, &text) ||
        !dn_ddl_set_expression(parser, column->draft, "generated", text))
        return false;
    if (dn_ddl_accept(parser, "STORED") || dn_ddl_accept(parser, "PERSISTENT"))
        kind = "stored";
    else
        dn_ddl_accept(parser, "VIRTUAL");
    return dn_ddl_set_text(parser, column->draft, "generated_kind", dn_string(kind));
}

static bool
whole_number(dn_ddl_parser *parser)
{
    const dn_ddl_token *token;

    if (!dn_ddl_accept(parser, "-"))
        dn_ddl_accept(parser, "+");
    token = dn_ddl_peek(parser);
    for (uint64_t i = 0; i < token->text.length; i++)
        if (token->text.data[i] < '0' || token->text.data[i] > '9')
            return false;
    parser->at++;
    return token->kind == DUNLIN_TOKEN_NUMBER;
}

/* Options of the sequence behind an identity column; their text is kept as it is. */
static bool
identity_option(dn_ddl_parser *parser)
{
    static const char *const alone[] = {"NO MINVALUE", "NO MAXVALUE", "NO CYCLE", "CYCLE"};
    static const char *const numbers[] = {"START WITH", "START",    "INCREMENT BY", "INCREMENT",
                                          "MINVALUE",   "MAXVALUE", "CACHE"};

    for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++)
        if (dn_ddl_accept(parser, alone[i]))
            return true;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (dn_ddl_accept(parser, numbers[i]))
            return whole_number(parser);
    return false;
}

bool
dn_ddl_identity(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    size_t open = parser->at;
    size_t option;
    dunlin_string text;
    size_t end;

    if (!dn_ddl_is(parser, "("))
        return true;
    if (!dn_ddl_bracketed(parser, &text) || !dn_ddl_set_text(parser, draft, "auto_options", text))
        return false;
    end = parser->at;
    parser->at = open + 1;
    do
        option = parser->at;
    while (parser->at + 1 < end && identity_option(parser));
    parser->at = end;
    return option + 1 == end ||
           dn_ddl_mark_native(parser, draft, option,
                              "this option of an identity column is not portable");
}

static bool
generated(definition *column)
{
    dn_ddl_parser *parser = column->parser;

    if (dn_ddl_accept(parser, "ALWAYS AS IDENTITY"))
        return fills_itself(column, "always") && dn_ddl_identity(parser, column->draft);
    if (dn_ddl_accept(parser, "BY DEFAULT AS IDENTITY"))
        return fills_itself(column, "identity") && dn_ddl_identity(parser, column->draft);
    if (dn_ddl_accept(parser, "ALWAYS AS"))
        return expression_column(column);
    return dn_ddl_expected(parser, "ALWAYS AS or BY DEFAULT AS IDENTITY");
}

static bool
collation(definition *column)
{
    dunlin_string parts[4];
    size_t count;

    return dn_ddl_dotted(column->parser, parts, &count) &&
           dn_ddl_set_text(column->parser, column->draft, "collation", parts[count - 1]);
}

static bool
charset(definition *column)
{
    dunlin_string name;

    return dn_ddl_name(column->parser, &name) &&
           dn_ddl_set_text(column->parser, column->draft, "charset", name);
}

static bool
comment(definition *column)
{
    dunlin_string text;

    return dn_ddl_string(column->parser, &text) &&
           dn_ddl_set_text(column->parser, column->draft, "comment", text);
}

static bool
on_update(definition *column)
{
    dunlin_string text;

    return dn_ddl_default(column->parser, &text) &&
           dn_ddl_set_expression(column->parser, column->draft, "on_update", text);
}

static bool
invisible(definition *column)
{
    return dn_ddl_set_true(column->parser, column->draft, "invisible");
}

static bool
named_constraint(definition *column)
{
    dn_ddl_if_not_exists(column->parser, &column->condition);
    return dn_ddl_name(column->parser, &column->constraint);
}

static bool
first(definition *column)
{
    return dn_ddl_set_true(column->parser, column->draft, "first");
}

static bool
after(definition *column)
{
    dunlin_string name;

    return dn_ddl_name(column->parser, &name) &&
           dn_ddl_set_name(column->parser, column->draft, "after", name);
}

static bool
deferrable(definition *column, const char *name)
{
    if (!column->last)
        return dn_ddl_wrong(column->parser, "there is no constraint before this that could be %s",
                            name);
    return once_true(column->parser, column->last, name);
}

static bool
is_deferrable(definition *column)
{
    return deferrable(column, "deferrable");
}

static bool
is_deferred(definition *column)
{
    return deferrable(column, "deferrable") && deferrable(column, "deferred");
}

static bool
is_not_enforced(definition *column)
{
    return deferrable(column, "not_enforced");
}

static bool
is_not_inherited(definition *column)
{
    return deferrable(column, "no_inherit");
}

static const struct {
    const char *words;
    bool (*read)(definition *column);
} options[] = {
    {"NOT NULL", not_null},
    {"NULL", nullable},
    {"DEFAULT", default_value},
    {"PRIMARY KEY", primary_key},
    {"UNIQUE", unique},
    {"REFERENCES", references},
    {"CHECK", check},
    {"CONSTRAINT", named_constraint},
    {"GENERATED", generated},
    {"AS", expression_column},
    {"AUTO_INCREMENT", auto_increment},
    {"AUTOINCREMENT", auto_increment},
    {"KEY", primary_key},
    {"COLLATE", collation},
    {"CHARACTER SET", charset},
    {"CHARSET", charset},
    {"COMMENT", comment},
    {"ON UPDATE", on_update},
    {"INVISIBLE", invisible},
    {"VISIBLE", nullable},
    {"FIRST", first},
    {"AFTER", after},
    {"NOT DEFERRABLE", nullable},
    {"DEFERRABLE", is_deferrable},
    {"INITIALLY DEFERRED", is_deferred},
    {"INITIALLY IMMEDIATE", nullable},
    {"NOT ENFORCED", is_not_enforced},
    {"ENFORCED", nullable},
    {"NO INHERIT", is_not_inherited},
};

static bool
read_option(definition *column, bool *found)
{
    dn_ddl_parser *parser = column->parser;

    *found = false;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (dn_ddl_accept(parser, options[i].words)) {
            *found = true;
            return options[i].read(column);
        }
    }
    if (dn_ddl_is(parser, "STORAGE") || dn_ddl_is(parser, "COMPRESSION")) {
        size_t at = parser->at;

        *found = true;
        parser->at += 2;
        return dn_ddl_mark_native(parser, column->draft, at, "%s of a column is not portable",
                                  parser->tokens[at].text.length == 7 ? "STORAGE" : "COMPRESSION");
    }
    return true;
}

static bool
ends_column(const dn_ddl_parser *parser)
{
    return dn_ddl_at_end(parser) || dn_ddl_is(parser, ",") || dn_ddl_is(parser, ")");
}

static bool
read_body(definition *column)
{
    dn_ddl_parser *parser = column->parser;
    dn_ddl_draft *draft = column->draft;
    bool found = true;

    /* SQLite takes a column without a type. */
    if (ends_column(parser) && parser->options->own)
        return dn_ddl_set_text(parser, draft, "type", dn_string(""));
    if (!dn_ddl_type(parser, draft))
        return false;
    if (!parser->options->own && dn_ddl_member(draft, "auto") &&
        !once_true(parser, draft, "not_null"))
        return false;
    while (found)
        if (!read_option(column, &found))
            return false;
    if (!ends_column(parser))
        return dn_ddl_expected(parser, "an option of the column, a comma or the end");
    return true;
}

bool
dn_ddl_column_body(dn_ddl_parser *parser, dn_ddl_draft *draft, const dn_ddl_object *table,
                   dunlin_string name)
{
    definition column = {parser, draft, table, name, {"", 0}, NULL, DUNLIN_CONDITION_NONE};

    return read_body(&column);
}

bool
dn_ddl_column(dn_ddl_parser *parser, const dn_ddl_object *table, int32_t condition)
{
    definition column = {parser, NULL, table, {"", 0}, {"", 0}, NULL, condition};

    parser->begin = parser->at;
    if (!dn_ddl_name(parser, &column.name))
        return false;
    column.draft =
        dn_ddl_begin_part(parser, DUNLIN_VERB_CREATE, DUNLIN_KIND_COLUMN, table, column.name);
    if (!column.draft)
        return false;
    column.draft->operation.condition = condition;
    return read_body(&column) && dn_ddl_done(parser, column.draft);
}
