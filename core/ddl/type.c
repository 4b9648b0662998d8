/* SPDX-License-Identifier: MIT
 *
 * Types of columns: all spellings, folded to the portable names of docs/facts.md.
 */
#include "core/ddl/parts.h"

#include <string.h>

typedef enum length_use {
    NO_LENGTH = 0,
    KEEPS,    /* varchar(20): part of the name */
    DROPS,    /* int(11): says how to show it, blob(100): no limit elsewhere */
    BY_DIGITS /* float(p): real up to 24 binary digits */
} length_use;

typedef struct type_name {
    const char *words;
    const char *portable; /* NULL: known, but native */
    length_use length;
    const char *wider; /* what holds all values when it is UNSIGNED */
    const char *automatic;
} type_name;

/* Longer spellings first where one begins another. */
static const type_name types[] = {
    {"BOOLEAN", "boolean", NO_LENGTH, NULL, NULL},
    {"BOOL", "boolean", NO_LENGTH, NULL, NULL},
    {"TINYINT", "smallint", DROPS, "smallint", NULL}, /* (1) is boolean: below */
    {"SMALLINT", "smallint", DROPS, "integer", NULL},
    {"INT2", "smallint", DROPS, "integer", NULL},
    {"MEDIUMINT", "integer", DROPS, "integer", NULL},
    {"INTEGER", "integer", DROPS, "bigint", NULL},
    {"INT4", "integer", DROPS, "bigint", NULL},
    {"INT8", "bigint", DROPS, "", NULL},
    {"INT", "integer", DROPS, "bigint", NULL},
    {"BIGINT", "bigint", DROPS, "", NULL},
    {"SMALLSERIAL", "smallint", NO_LENGTH, NULL, "serial"},
    {"SERIAL2", "smallint", NO_LENGTH, NULL, "serial"},
    {"SERIAL4", "integer", NO_LENGTH, NULL, "serial"},
    {"SERIAL8", "bigint", NO_LENGTH, NULL, "serial"},
    {"SERIAL", "integer", NO_LENGTH, NULL, "serial"},
    {"BIGSERIAL", "bigint", NO_LENGTH, NULL, "serial"},
    {"NUMERIC", "numeric", KEEPS, "numeric", NULL},
    {"DECIMAL", "numeric", KEEPS, "numeric", NULL},
    {"DEC", "numeric", KEEPS, "numeric", NULL},
    {"FIXED", "numeric", KEEPS, "numeric", NULL},
    {"REAL", "real", NO_LENGTH, "real", NULL},
    {"FLOAT4", "real", NO_LENGTH, NULL, NULL},
    {"FLOAT8", "double precision", NO_LENGTH, NULL, NULL},
    {"FLOAT", "double precision", BY_DIGITS, "double precision", NULL},
    {"DOUBLE PRECISION", "double precision", NO_LENGTH, "double precision", NULL},
    {"DOUBLE", "double precision", DROPS, "double precision", NULL},
    {"TEXT", "text", DROPS, NULL, NULL},
    {"TINYTEXT", "text", NO_LENGTH, NULL, NULL},
    {"MEDIUMTEXT", "text", NO_LENGTH, NULL, NULL},
    {"LONGTEXT", "text", NO_LENGTH, NULL, NULL},
    {"CLOB", "text", DROPS, NULL, NULL},
    {"CHARACTER VARYING", "varchar", KEEPS, NULL, NULL},
    {"CHAR VARYING", "varchar", KEEPS, NULL, NULL},
    {"NATIONAL CHARACTER VARYING", "varchar", KEEPS, NULL, NULL},
    {"NATIONAL VARCHAR", "varchar", KEEPS, NULL, NULL},
    {"VARCHAR", "varchar", KEEPS, NULL, NULL},
    {"NVARCHAR", "varchar", KEEPS, NULL, NULL},
    {"NATIONAL CHARACTER", "char", KEEPS, NULL, NULL},
    {"NATIONAL CHAR", "char", KEEPS, NULL, NULL},
    {"CHARACTER LARGE OBJECT", "text", DROPS, NULL, NULL},
    {"CHARACTER", "char", KEEPS, NULL, NULL},
    {"CHAR", "char", KEEPS, NULL, NULL},
    {"NCHAR", "char", KEEPS, NULL, NULL},
    {"BLOB", "blob", DROPS, NULL, NULL},
    {"BYTEA", "blob", NO_LENGTH, NULL, NULL},
    {"TINYBLOB", "blob", NO_LENGTH, NULL, NULL},
    {"MEDIUMBLOB", "blob", NO_LENGTH, NULL, NULL},
    {"LONGBLOB", "blob", NO_LENGTH, NULL, NULL},
    {"VARBINARY", "blob", DROPS, NULL, NULL},
    {"BINARY", NULL, KEEPS, NULL, NULL},
    {"DATE", "date", NO_LENGTH, NULL, NULL},
    {"DATETIME", "timestamp", KEEPS, NULL, NULL},
    {"TIMESTAMPTZ", "timestamptz", KEEPS, NULL, NULL},
    {"TIMESTAMP", "timestamp", KEEPS, NULL, NULL}, /* WITH TIME ZONE: below */
    {"TIMETZ", NULL, KEEPS, NULL, NULL},
    {"TIME", "time", KEEPS, NULL, NULL},
    {"YEAR", "smallint", DROPS, NULL, NULL},
    {"INTERVAL", "interval", NO_LENGTH, NULL, NULL},
    {"JSONB", "jsonb", NO_LENGTH, NULL, NULL},
    {"JSON", "json", NO_LENGTH, NULL, NULL},
    {"UUID", "uuid", NO_LENGTH, NULL, NULL},
    {"BIT VARYING", NULL, KEEPS, NULL, NULL},
    {"VARBIT", NULL, KEEPS, NULL, NULL},
    {"BIT", NULL, KEEPS, NULL, NULL},
    {"SET", NULL, KEEPS, NULL, NULL},
    /* PostgreSQL's own, which could not be told from a type of the author's otherwise. */
    {"BPCHAR", NULL, KEEPS, NULL, NULL},
    {"MONEY", NULL, NO_LENGTH, NULL, NULL},
    {"INET", NULL, NO_LENGTH, NULL, NULL},
    {"CIDR", NULL, NO_LENGTH, NULL, NULL},
    {"MACADDR", NULL, NO_LENGTH, NULL, NULL},
    {"MACADDR8", NULL, NO_LENGTH, NULL, NULL},
    {"POINT", NULL, NO_LENGTH, NULL, NULL},
    {"LINE", NULL, NO_LENGTH, NULL, NULL},
    {"LSEG", NULL, NO_LENGTH, NULL, NULL},
    {"BOX", NULL, NO_LENGTH, NULL, NULL},
    {"PATH", NULL, NO_LENGTH, NULL, NULL},
    {"POLYGON", NULL, NO_LENGTH, NULL, NULL},
    {"CIRCLE", NULL, NO_LENGTH, NULL, NULL},
    {"XML", NULL, NO_LENGTH, NULL, NULL},
    {"TSVECTOR", NULL, NO_LENGTH, NULL, NULL},
    {"TSQUERY", NULL, NO_LENGTH, NULL, NULL},
    {"OID", NULL, NO_LENGTH, NULL, NULL},
    {"NAME", NULL, NO_LENGTH, NULL, NULL},
    {"REGCLASS", NULL, NO_LENGTH, NULL, NULL},
    {"INT4RANGE", NULL, NO_LENGTH, NULL, NULL},
    {"INT8RANGE", NULL, NO_LENGTH, NULL, NULL},
    {"NUMRANGE", NULL, NO_LENGTH, NULL, NULL},
    {"TSRANGE", NULL, NO_LENGTH, NULL, NULL},
    {"TSTZRANGE", NULL, NO_LENGTH, NULL, NULL},
    {"DATERANGE", NULL, NO_LENGTH, NULL, NULL},
    {"CITEXT", NULL, NO_LENGTH, NULL, NULL},
    {"HSTORE", NULL, NO_LENGTH, NULL, NULL},
    {"LTREE", NULL, NO_LENGTH, NULL, NULL},
    {"VECTOR", NULL, KEEPS, NULL, NULL},
    {"GEOMETRY", NULL, KEEPS, NULL, NULL},
    {"GEOGRAPHY", NULL, KEEPS, NULL, NULL},
};

/* Is it whole numbers with commas between them? "varchar(20 CHAR)" and "geometry(point)" are not. */
static bool
is_numbers(const dn_ddl_token *tokens, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool comma = i % 2 != 0;

        if (comma ? !dn_ddl_token_is(&tokens[i], ",") : tokens[i].kind != DUNLIN_TOKEN_NUMBER)
            return false;
        for (uint64_t k = 0; !comma && k < tokens[i].text.length; k++)
            if (tokens[i].text.data[k] < '0' || tokens[i].text.data[k] > '9')
                return false;
    }
    return count % 2 != 0;
}

/* "(10,2)" without blanks, or "". What else stands in the parenthesis makes it `odd`. */
static bool
read_length(dn_ddl_parser *parser, dunlin_string *length, int64_t *first, bool *odd)
{
    size_t begin = parser->at;
    char *text;
    size_t used = 0;

    *length = dn_string("");
    *first = -1;
    *odd = false;
    if (!dn_ddl_is(parser, "("))
        return true;
    if (!dn_ddl_skip_parenthesis(parser))
        return false;
    if (parser->at - begin == 2) {
        parser->at--;
        return dn_ddl_expected(parser, "a number");
    }
    text = dn_arena_alloc(parser->arena, dn_ddl_slice(parser, begin, parser->at).length);
    if (!text)
        return dn_ddl_no_memory(parser);
    for (size_t i = begin; i < parser->at; i++) {
        memcpy(text + used, parser->tokens[i].text.data, parser->tokens[i].text.length);
        used += parser->tokens[i].text.length;
    }
    *length = dn_span(text, used);
    *odd = !is_numbers(parser->tokens + begin + 1, parser->at - begin - 2);
    if (!*odd) {
        *first = 0;
        for (uint64_t i = 0; i < parser->tokens[begin + 1].text.length && *first < 100000000; i++)
            *first = *first * 10 + (parser->tokens[begin + 1].text.data[i] - '0');
    }
    return true;
}

/* [], [3], ARRAY: the number of dimensions does not matter to PostgreSQL either. */
static bool
read_array(dn_ddl_parser *parser, bool *array)
{
    *array = false;
    for (;;) {
        if (dn_ddl_accept(parser, "ARRAY")) {
            *array = true;
        } else if (dn_ddl_is(parser, "[")) {
            parser->at++;
            if (dn_ddl_peek(parser)->kind == DUNLIN_TOKEN_NUMBER)
                parser->at++;
            if (!dn_ddl_expect(parser, "]"))
                return false;
            *array = true;
        } else {
            return true;
        }
    }
}

static bool
set_type(dn_ddl_parser *parser, dn_ddl_draft *draft, const char *name, dunlin_string length,
         bool array)
{
    const char *text = dn_arena_printf(parser->arena, "%s%.*s%s", name, (int)length.length,
                                       length.data, array ? "[]" : "");

    if (!text)
        return dn_ddl_no_memory(parser);
    return dn_ddl_set_text(parser, draft, "type", dn_string(text));
}

/* The type as it is written, for databases that know it. */
static bool
set_written(dn_ddl_parser *parser, dn_ddl_draft *draft, size_t begin)
{
    dunlin_string text;

    if (!dn_ddl_text_of(parser, begin, parser->at, &text))
        return false;
    /* Drivers of databases without namespaces tell their own types from ours by this. */
    if (parser->options->own && parser->options->keep_case)
        return dn_ddl_set_expression(parser, draft, "type", text);
    return dn_ddl_set_text(parser, draft, "type", text);
}

static bool
refuse(dn_ddl_parser *parser, dn_ddl_draft *draft, size_t begin)
{
    dunlin_string text = dn_ddl_slice(parser, begin, parser->at);

    return set_written(parser, draft, begin) &&
           dn_ddl_mark_native(parser, draft, begin, "the type %.*s is not portable",
                              text.length < 80 ? (int)text.length : 80, text.data);
}

static bool
read_values(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    if (!dn_ddl_expect(parser, "(") || !dn_ddl_open_list(parser, draft, "values"))
        return false;
    do {
        dunlin_string value;

        if (!dn_ddl_string(parser, &value) || !dn_ddl_set_text(parser, draft, "", value))
            return false;
    } while (dn_ddl_accept(parser, ","));
    return dn_ddl_expect(parser, ")") && dn_ddl_close(parser, draft);
}

static bool
accept_zone(dn_ddl_parser *parser, bool *zone)
{
    *zone =
        dn_ddl_accept(parser, "WITH TIME ZONE") || dn_ddl_accept(parser, "WITH LOCAL TIME ZONE");
    return *zone || dn_ddl_accept(parser, "WITHOUT TIME ZONE");
}

static bool
is_portable(const type_name *type, const char *name)
{
    return type->portable && strcmp(type->portable, name) == 0;
}

/* UNSIGNED and ZEROFILL, which MySQL has. */
static void
accept_signs(dn_ddl_parser *parser, bool *is_unsigned)
{
    *is_unsigned = false;
    for (;;) {
        if (dn_ddl_accept(parser, "UNSIGNED") || dn_ddl_accept(parser, "ZEROFILL"))
            *is_unsigned = true;
        else if (!dn_ddl_accept(parser, "SIGNED"))
            return;
    }
}

/* A known type with what stands behind its name. */
typedef struct spelled_type {
    const type_name *type;
    dunlin_string length;
    int64_t first; /* number in the length, or -1 */
    bool odd;      /* there is something else than numbers in the length */
    bool zone;
    bool is_unsigned;
    bool array;
} spelled_type;

static bool
read_rest(dn_ddl_parser *parser, spelled_type *spelled)
{
    const type_name *type = spelled->type;

    if (!read_length(parser, &spelled->length, &spelled->first, &spelled->odd))
        return false;
    if (is_portable(type, "timestamp") || is_portable(type, "time"))
        accept_zone(parser, &spelled->zone);
    if (is_portable(type, "interval") &&
        (dn_ddl_is(parser, "YEAR") || dn_ddl_is(parser, "DAY") || dn_ddl_is(parser, "MONTH") ||
         dn_ddl_is(parser, "HOUR") || dn_ddl_is(parser, "MINUTE")))
        return dn_ddl_native(parser, "an interval of certain fields is not portable");
    accept_signs(parser, &spelled->is_unsigned);
    return read_array(parser, &spelled->array);
}

static bool
has_portable_form(const spelled_type *spelled)
{
    const type_name *type = spelled->type;

    return type->portable && !spelled->odd && !(spelled->zone && is_portable(type, "time")) &&
           !(spelled->length.length && type->length == NO_LENGTH) &&
           !(spelled->is_unsigned && (!type->wider || !*type->wider));
}

static const char *
portable_name(const spelled_type *spelled)
{
    const type_name *type = spelled->type;

    if (spelled->zone)
        return "timestamptz";
    if (spelled->is_unsigned)
        return type->wider;
    if (spelled->first == 1 && strcmp(type->words, "TINYINT") == 0)
        return "boolean";
    if (type->length == BY_DIGITS && spelled->first >= 1 && spelled->first <= 24)
        return "real";
    return type->portable;
}

static bool
read_known(dn_ddl_parser *parser, dn_ddl_draft *draft, const type_name *type, size_t begin)
{
    spelled_type spelled = {.type = type, .first = -1};

    if (!read_rest(parser, &spelled))
        return false;
    if (parser->options->own)
        return set_written(parser, draft, begin);
    if (!has_portable_form(&spelled))
        return refuse(parser, draft, begin);
    if (type->length != KEEPS)
        spelled.length = dn_string("");
    if (is_portable(type, "char") && !spelled.length.length)
        spelled.length = dn_string("(1)");
    if (type->automatic && !dn_ddl_set_text(parser, draft, "auto", dn_string(type->automatic)))
        return false;
    return set_type(parser, draft, portable_name(&spelled), spelled.length, spelled.array);
}

/* Some other name: an enum or a domain of the author's, or a type of an extension. */
static bool
read_named(dn_ddl_parser *parser, dn_ddl_draft *draft, size_t begin)
{
    dn_ddl_object name;
    bool array;

    if (!dn_ddl_qualified(parser, &name))
        return false;
    if (dn_ddl_is(parser, "(")) {
        if (!dn_ddl_skip_parenthesis(parser) || !read_array(parser, &array))
            return false;
        return refuse(parser, draft, begin);
    }
    if (!read_array(parser, &array))
        return false;
    if (array)
        return refuse(parser, draft, begin);
    if (parser->options->own && !name.space.length &&
        parser->tokens[begin].kind == DUNLIN_TOKEN_WORD) {
        /* SQLite takes any words for a type. */
        while (dn_ddl_peek(parser)->kind == DUNLIN_TOKEN_WORD && dn_ddl_is(parser, "UNSIGNED"))
            parser->at++;
        return set_written(parser, draft, begin);
    }
    return dn_ddl_open_list(parser, draft, "type_path") &&
           dn_ddl_set_name(parser, draft, "", name.space) &&
           dn_ddl_set_name(parser, draft, "", name.name) && dn_ddl_close(parser, draft);
}

bool
dn_ddl_type(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    size_t begin = parser->at;

    dn_ddl_accept(parser, "PG_CATALOG .");
    if (dn_ddl_is(parser, "ENUM") && dn_ddl_token_is(dn_ddl_ahead(parser, 1), "(")) {
        parser->at++;
        if (parser->options->own) {
            return dn_ddl_skip_parenthesis(parser) && set_written(parser, draft, begin);
        }
        return dn_ddl_set_text(parser, draft, "type", dn_string("enum")) &&
               read_values(parser, draft);
    }
    if (dn_ddl_peek(parser)->kind == DUNLIN_TOKEN_WORD &&
        !dn_ddl_token_is(dn_ddl_ahead(parser, 1), ".")) {
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
            if (dn_ddl_accept(parser, types[i].words))
                return read_known(parser, draft, &types[i], begin);
    }
    if (dn_ddl_is(parser, ",") || dn_ddl_is(parser, ")"))
        return dn_ddl_native(parser, "columns without a type are not portable; names of what a "
                                     "query gives go into the query");
    if (!dn_ddl_name_follows(parser))
        return dn_ddl_expected(parser, "a type");
    return read_named(parser, draft, begin);
}
