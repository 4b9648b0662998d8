/* SPDX-License-Identifier: MIT
 *
 * Names, labels and simple defaults as the server prints them.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/pg_scan.h"
#include "drivers/postgres/pg_type.h"

/* --- names as the server prints them --------------------------------------------------------------------- */
/* Words that quote_ident() quotes although they look like names: all but the unreserved ones
 * (kwlist.h of 12 to 18). */
static const char quoted_words[] =
    " all analyse analyze and any array as asc asymmetric authorization between bigint binary bit"
    " boolean both case cast char character check coalesce collate collation column concurrently"
    " constraint create cross current_catalog current_date current_role current_schema current_time"
    " current_timestamp current_user dec decimal default deferrable desc distinct do else end except"
    " exists extract false fetch float for foreign freeze from full grant greatest group grouping"
    " having ilike in initially inner inout int integer intersect interval into is isnull join json"
    " json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar"
    " json_serialize json_table json_value lateral leading least left like limit localtime"
    " localtimestamp merge_action national natural nchar none normalize not notnull null nullif"
    " numeric offset on only or order out outer overlaps overlay placing position precision primary"
    " real references returning right row select session_user setof similar smallint some substring"
    " symmetric system_user table tablesample then time timestamp to trailing treat trim true union"
    " unique user using values varchar variadic verbose when where window with xmlattributes"
    " xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize"
    " xmltable ";

static bool
needs_quotes(dunlin_string name)
{
    char word[66];

    for (uint64_t i = 0; i < name.length; i++) {
        char byte = name.data[i];

        if (!(byte == '_' || (byte >= 'a' && byte <= 'z') || (i > 0 && byte >= '0' && byte <= '9')))
            return true;
    }
    if (name.length == 0 || name.length > 63)
        return true;
    word[0] = ' ';
    memcpy(word + 1, name.data, name.length);
    word[name.length + 1] = ' ';
    word[name.length + 2] = '\0';
    return strstr(quoted_words, word) != NULL;
}

void
dn_pg_name_print(dn_kit_text *text, dunlin_string name)
{
    if (needs_quotes(name))
        dn_kit_text_quote(text, '"', name);
    else
        dn_kit_text_add_string(text, name);
}

/* --- defaults ------------------------------------------------------------------------------------------------ */
/* The one token a text consists of, with a sign before a number. */
static bool
is_one_token(dunlin_string text, dn_pg_token *token, bool *negative)
{
    dn_pg_scan scan = dn_pg_scan_begin(text);
    dn_pg_token rest;

    *negative = false;
    if (!dn_pg_scan_next(&scan, token))
        return false;
    if (dn_pg_is_symbol(token, '-')) {
        *negative = true;
        if (!dn_pg_scan_next(&scan, token) || token->kind != DN_PG_NUMBER)
            return false;
    }
    return !dn_pg_scan_next(&scan, &rest);
}

static bool
is_whole(dunlin_string number)
{
    for (uint64_t i = 0; i < number.length; i++)
        if (number.data[i] < '0' || number.data[i] > '9')
            return false;
    return number.length > 0 && (number.length == 1 || number.data[0] != '0');
}

static bool
is_plain_decimal(dunlin_string number)
{
    size_t points = 0;

    for (uint64_t i = 0; i < number.length; i++) {
        if (number.data[i] == '.')
            points++;
        else if (number.data[i] < '0' || number.data[i] > '9')
            return false;
    }
    return points == 1 && number.data[0] != '.' && number.data[number.length - 1] != '.';
}

/* Constants are of the smallest of integer, bigint and numeric that holds them. */
static bool
print_number(dn_kit_text *text, dunlin_string number, bool negative, const char *classes)
{
    bool whole = is_whole(number);
    const char *type;
    char digits[32];

    if (strcmp(classes, "int") != 0 && strcmp(classes, "decimal") != 0 &&
        strcmp(classes, "float") != 0)
        return false;
    if ((!whole && !is_plain_decimal(number)) || number.length > 18)
        return false;
    memcpy(digits, number.data, number.length);
    digits[number.length] = '\0';
    type = !whole                                                      ? "numeric"
           : strtoll(digits, NULL, 10) > (int64_t)INT32_MAX + negative ? "bigint"
                                                                       : "integer";
    /* -2147483648 is read as minus and a number that is too large. */
    if (whole && negative && strcmp(digits, "2147483648") == 0)
        return false;
    if (negative || strcmp(type, "bigint") == 0)
        dn_kit_text_format(text, "'%s%s'::%s", negative ? "-" : "", digits, type);
    else
        dn_kit_text_add(text, digits);
    return true;
}

static bool
print_string(dn_kit_text *text, dunlin_string literal, dunlin_string type, const char *classes)
{
    const char *cast = NULL;

    if (literal.length < 2 || *literal.data != '\'' || memchr(literal.data, '\\', literal.length))
        return false;
    if (dn_kit_same(type, "text"))
        cast = "text";
    else if (type.length >= 17 && memcmp(type.data, "character varying", 17) == 0 &&
             memchr(type.data, '[', type.length) == NULL)
        cast = "character varying";
    else if (type.length >= 10 && memcmp(type.data, "character(", 10) == 0 &&
             memchr(type.data, '[', type.length) == NULL)
        cast = "bpchar";
    else if (strcmp(classes, "json") == 0 &&
             (dn_kit_same(literal, "'{}'") || dn_kit_same(literal, "'[]'")))
        cast = dn_kit_same(type, "json") ? "json" : "jsonb";
    else if (strcmp(classes, "array") == 0 && dn_kit_same(literal, "'{}'")) {
        dn_kit_text_add(text, "'{}'::");
        dn_kit_text_add_string(text, type);
        return true;
    }
    if (cast == NULL)
        return false;
    dn_kit_text_add_string(text, literal);
    dn_kit_text_format(text, "::%s", cast);
    return true;
}

/* now() and the like are kept as they are written, also where the column is of another type. */
static bool
print_word(dn_kit_text *text, dunlin_string value, const char *classes)
{
    static const struct {
        const char *written;
        const char *printed;
        const char *classes;
    } words[] = {
        {"true", "true", "bool"},
        {"false", "false", "bool"},
        {"now()", "now()", "ts date time"},
        {"current_timestamp", "CURRENT_TIMESTAMP", "ts date time"},
        {"localtimestamp", "LOCALTIMESTAMP", "ts date time"},
        {"current_date", "CURRENT_DATE", "date ts"},
        {"current_time", "CURRENT_TIME", "time"},
        {"localtime", "LOCALTIME", "time"},
        {"gen_random_uuid()", "gen_random_uuid()", "uuid"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (dn_kit_same_word(value, words[i].written) &&
            strstr(words[i].classes, classes) != NULL) {
            dn_kit_text_add(text, words[i].printed);
            return true;
        }
    return false;
}

/* '\x6162'::bytea */
static bool
print_blob(dn_kit_text *text, dunlin_string value)
{
    static const char begin[] = "'\\x";
    static const char end[] = "'::bytea";
    const size_t first = sizeof begin - 1;
    const size_t last = sizeof end - 1;

    if (value.length > 2 && *value.data == '(' && value.data[value.length - 1] == ')')
        value = (dunlin_string){value.data + 1, value.length - 2};
    if (value.length < first + last || memcmp(value.data, begin, first) != 0 ||
        memcmp(value.data + value.length - last, end, last) != 0)
        return false;
    for (uint64_t i = first; i < value.length - last; i++)
        if (strchr("0123456789abcdef", value.data[i]) == NULL)
            return false;
    dn_kit_text_add_string(text, value);
    return true;
}

bool
dn_pg_default_print(dn_kit_text *text, dunlin_string value, dunlin_string type)
{
    const char *classes = dn_pg_type_classes(type);
    dn_pg_token token;
    bool negative;

    if (print_word(text, value, classes) ||
        (strcmp(classes, "blob") == 0 && print_blob(text, value)))
        return true;
    if (!is_one_token(value, &token, &negative))
        return false;
    if (token.kind == DN_PG_NUMBER)
        return print_number(text, token.text, negative, classes);
    return token.kind == DN_PG_STRING && print_string(text, token.text, type, classes);
}

bool
dn_pg_label_print(dn_kit_text *text, dunlin_string value, const dunlin_property *path)
{
    dn_pg_token token;
    bool negative;

    if (!is_one_token(value, &token, &negative) || token.kind != DN_PG_STRING ||
        *token.text.data != '\'' || memchr(token.text.data, '\\', token.text.length))
        return false;
    dn_kit_text_add_string(text, token.text);
    dn_kit_text_add(text, "::");
    for (path++; path->type != DUNLIN_PROPERTY_END; path++) {
        dn_pg_name_print(text, path->text);
        dn_kit_text_add(text, path[1].type == DUNLIN_PROPERTY_END ? "" : ".");
    }
    return true;
}
