/* SPDX-License-Identifier: MIT
 *
 * What a type is called when the server prints it, and to which classes it belongs.
 */
#include "drivers/postgres/pg_type.h"

#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/pg_scan.h"

/* Where the modifier in parentheses goes, and what is said without one. */
typedef enum shape {
    PLAIN,     /* none: never has one */
    BEHIND,    /* name(n) */
    NUMERIC,   /* name(p,s): the scale is always printed */
    CHARACTER, /* name(n), and (1) without */
    ZONELESS,  /* name(p) without time zone */
    ZONED,     /* name(p) with time zone */
    FLOATING   /* chooses between two */
} shape;

static const struct {
    const char *written;
    const char *printed;
    shape shape;
    const char *classes;
} types[] = {
    {"smallint", "smallint", PLAIN, "int"},
    {"int2", "smallint", PLAIN, "int"},
    {"integer", "integer", PLAIN, "int"},
    {"int", "integer", PLAIN, "int"},
    {"int4", "integer", PLAIN, "int"},
    {"bigint", "bigint", PLAIN, "int"},
    {"int8", "bigint", PLAIN, "int"},
    {"boolean", "boolean", PLAIN, "bool"},
    {"bool", "boolean", PLAIN, "bool"},
    {"numeric", "numeric", NUMERIC, "decimal"},
    {"decimal", "numeric", NUMERIC, "decimal"},
    {"dec", "numeric", NUMERIC, "decimal"},
    {"real", "real", PLAIN, "float"},
    {"float4", "real", PLAIN, "float"},
    {"double precision", "double precision", PLAIN, "float"},
    {"float8", "double precision", PLAIN, "float"},
    {"float", "double precision", FLOATING, "float"},
    {"text", "text", PLAIN, "text"},
    {"varchar", "character varying", BEHIND, "text"},
    {"character varying", "character varying", BEHIND, "text"},
    {"char varying", "character varying", BEHIND, "text"},
    {"char", "character", CHARACTER, "text"},
    {"character", "character", CHARACTER, "text"},
    {"nchar", "character", CHARACTER, "text"},
    {"bpchar", "bpchar", PLAIN, "text"},
    {"name", "name", PLAIN, "text"},
    {"citext", "citext", PLAIN, "text"},
    {"bytea", "bytea", PLAIN, "blob"},
    {"date", "date", PLAIN, "date"},
    {"time", "time", ZONELESS, "time"},
    {"time without time zone", "time", ZONELESS, "time"},
    {"timetz", "time", ZONED, "time"},
    {"time with time zone", "time", ZONED, "time"},
    {"timestamp", "timestamp", ZONELESS, "ts"},
    {"timestamp without time zone", "timestamp", ZONELESS, "ts"},
    {"timestamptz", "timestamp", ZONED, "ts"},
    {"timestamp with time zone", "timestamp", ZONED, "ts"},
    {"interval", "interval", BEHIND, "interval"},
    {"json", "json", PLAIN, "json"},
    {"jsonb", "jsonb", PLAIN, "json"},
    {"uuid", "uuid", PLAIN, "uuid"},
    {"xml", "xml", PLAIN, "any"},
    {"money", "money", PLAIN, "decimal"},
    {"oid", "oid", PLAIN, "int"},
    {"inet", "inet", PLAIN, "any"},
    {"cidr", "cidr", PLAIN, "any"},
    {"macaddr", "macaddr", PLAIN, "any"},
    {"macaddr8", "macaddr8", PLAIN, "any"},
    {"point", "point", PLAIN, "any"},
    {"line", "line", PLAIN, "any"},
    {"lseg", "lseg", PLAIN, "any"},
    {"box", "box", PLAIN, "any"},
    {"path", "path", PLAIN, "any"},
    {"polygon", "polygon", PLAIN, "any"},
    {"circle", "circle", PLAIN, "any"},
    {"tsvector", "tsvector", PLAIN, "any"},
    {"tsquery", "tsquery", PLAIN, "any"},
    {"bit", "bit", CHARACTER, "any"},
    {"varbit", "bit varying", BEHIND, "any"},
    {"bit varying", "bit varying", BEHIND, "any"},
    {"int4range", "int4range", PLAIN, "range"},
    {"int8range", "int8range", PLAIN, "range"},
    {"numrange", "numrange", PLAIN, "range"},
    {"tsrange", "tsrange", PLAIN, "range"},
    {"tstzrange", "tstzrange", PLAIN, "range"},
    {"daterange", "daterange", PLAIN, "range"},
    {"int4multirange", "int4multirange", PLAIN, "multirange"},
    {"int8multirange", "int8multirange", PLAIN, "multirange"},
    {"nummultirange", "nummultirange", PLAIN, "multirange"},
    {"tsmultirange", "tsmultirange", PLAIN, "multirange"},
    {"tstzmultirange", "tstzmultirange", PLAIN, "multirange"},
    {"datemultirange", "datemultirange", PLAIN, "multirange"},
};

enum { TYPES = sizeof(types) / sizeof(types[0]) };

/* A type taken apart: "timestamp", "(3)", "with time zone", and whether it is an array. */
typedef struct parts {
    dn_kit_text words;
    dn_kit_text modifier; /* "3", "10,2": without blanks and parentheses */
    bool array;
    bool strange; /* a qualified or quoted name, or something else not known here */
} parts;

static void
add_lower(dn_kit_text *text, dunlin_string word)
{
    for (uint64_t i = 0; i < word.length; i++) {
        char byte = word.data[i];

        if (byte >= 'A' && byte <= 'Z')
            byte = (char)(byte - 'A' + 'a');
        dn_kit_text_add_string(text, (dunlin_string){&byte, 1});
    }
}

static void
take_apart(dunlin_string type, parts *result)
{
    dn_pg_scan scan = dn_pg_scan_begin(type);
    dn_pg_token token;
    bool inside = false;

    while (dn_pg_scan_next(&scan, &token)) {
        if (dn_pg_is_symbol(&token, '('))
            inside = true;
        else if (dn_pg_is_symbol(&token, ')'))
            inside = false;
        else if (inside)
            dn_kit_text_add_string(&result->modifier, token.text);
        else if (dn_pg_is_symbol(&token, '[') || dn_pg_is_word(&token, "ARRAY"))
            result->array = true;
        else if (dn_pg_is_symbol(&token, ']') || (result->array && token.kind == DN_PG_NUMBER))
            continue;
        else if (token.kind == DN_PG_WORD && !result->array) {
            dn_kit_text_add(&result->words, result->words.length > 0 ? " " : "");
            add_lower(&result->words, token.text);
        } else {
            result->strange = true;
        }
    }
}

static void
free_parts(parts *result)
{
    dn_kit_text_free(&result->words);
    dn_kit_text_free(&result->modifier);
}

static void
print(dn_kit_text *text, size_t number, const char *modifier)
{
    shape form = types[number].shape;
    bool has = *modifier != '\0';

    if (form == FLOATING) {
        dn_kit_text_add(text,
                        has && strtol(modifier, NULL, 10) <= 24 ? "real" : "double precision");
        return;
    }
    dn_kit_text_add(text, types[number].printed);
    if (has)
        dn_kit_text_format(text, "(%s%s)", modifier,
                           form == NUMERIC && strchr(modifier, ',') == NULL ? ",0" : "");
    else if (form == CHARACTER)
        dn_kit_text_add(text, "(1)");
    if (form == ZONELESS || form == ZONED)
        dn_kit_text_add(text, form == ZONED ? " with time zone" : " without time zone");
}

static size_t
find(const parts *one)
{
    size_t number = 0;

    if (one->strange || one->words.length == 0)
        return TYPES;
    while (number < TYPES && strcmp(types[number].written, one->words.data) != 0)
        number++;
    if (number < TYPES && one->modifier.length > 0 && types[number].shape == PLAIN)
        return TYPES;
    return number;
}

bool
dn_pg_type_print(dn_kit_text *text, dunlin_string type, bool portable)
{
    parts one = {.array = false};
    size_t number;

    if (portable && type.length >= 4 && memcmp(type.data, "blob", 4) == 0)
        type = type.length == 4 ? dn_kit_string("bytea") : dn_kit_string("bytea[]");
    take_apart(type, &one);
    number = find(&one);
    if (number < TYPES) {
        print(text, number, one.modifier.length > 0 ? one.modifier.data : "");
        dn_kit_text_add(text, one.array ? "[]" : "");
    } else {
        dn_kit_text_add_string(text, type);
    }
    free_parts(&one);
    return number < TYPES;
}

const char *
dn_pg_type_classes(dunlin_string type)
{
    parts one = {.array = false};
    size_t number;
    bool array;

    if (type.length >= 4 && memcmp(type.data, "blob", 4) == 0)
        return type.length == 4 ? "blob" : "array";
    take_apart(type, &one);
    number = find(&one);
    array = one.array;
    free_parts(&one);
    if (array)
        return "array";
    return number < TYPES ? types[number].classes : "any";
}

int32_t
dn_pg_classes_of_column(const dunlin_call *call, const dunlin_profile *profile,
                        const dunlin_fact *column)
{
    const char *classes = "any";

    DN_KIT_UNUSED(profile);
    for (uint64_t i = 0; i < column->property_count; i++) {
        const dunlin_property *one = &column->properties[i];

        if (dn_kit_same(one->name, "values") ||
            (dn_kit_same(one->name, "type") && dn_kit_same(one->text, "enum")))
            return call->host->text(call, dn_kit_string("enum text"));
        if (dn_kit_same(one->name, "type"))
            classes = dn_pg_type_classes(one->text);
        else if (dn_kit_same(one->name, "type_path"))
            classes = "enum text";
    }
    return call->host->text(call, dn_kit_string(classes));
}

int64_t
dn_pg_type_largest(dunlin_string type)
{
    if (dn_kit_same(type, "smallint"))
        return INT16_MAX;
    return dn_kit_same(type, "integer") ? INT32_MAX : INT64_MAX;
}
