/* SPDX-License-Identifier: MIT
 *
 * Portable types as columns of SQLite are declared, and the classes of declared types.
 */
#include "drivers/sqlite/sqlite_local.h"

#include <string.h>

/* json_valid(NULL) is 0 before SQLite 3.43. */
#define JSON_CHECK "json_valid(coalesce($, 'null'))"

static const struct {
    const char *portable; /* without its length */
    const char *native;
    bool takes_length;  /* and keeps it */
    const char *strict; /* in a STRICT table */
    const char *check;
    const char *lost;        /* always */
    const char *lost_length; /* when a length is given */
} types[] = {
    {"boolean", "BOOLEAN", false, "INTEGER", NULL, NULL, NULL},
    {"smallint", "INTEGER", false, "INTEGER", NULL, NULL, NULL},
    {"integer", "INTEGER", false, "INTEGER", NULL, NULL, NULL},
    {"bigint", "INTEGER", false, "INTEGER", NULL, NULL, NULL},
    {"numeric", "NUMERIC", true, "ANY", NULL, NULL,
     "precision and scale are not enforced, and beyond 15 digits values are not exact"},
    {"real", "REAL", false, "REAL", NULL, "it keeps 15 digits, where PostgreSQL rounds to 6", NULL},
    {"double precision", "REAL", false, "REAL", NULL, NULL, NULL},
    {"text", "TEXT", false, "TEXT", NULL, NULL, NULL},
    {"varchar", "VARCHAR", true, "TEXT", NULL, NULL, "the length is not enforced"},
    {"char", "CHAR", true, "TEXT", NULL, NULL, "the length is not enforced, and nothing is padded"},
    {"blob", "BLOB", false, "BLOB", NULL, NULL, NULL},
    {"date", "TEXT", false, "TEXT", NULL, NULL, NULL},
    {"time", "TEXT", false, "TEXT", NULL, NULL, "digits of a second are not rounded"},
    {"timestamp", "TEXT", false, "TEXT", NULL, NULL, "digits of a second are not rounded"},
    {"timestamptz", "TEXT", false, "TEXT", NULL,
     "it is text, and keeps and compares a time zone as it is written: write UTC", NULL},
    {"interval", "TEXT", false, "TEXT", NULL, "it is text, with which nothing can be reckoned",
     NULL},
    {"json", "TEXT", false, "TEXT", JSON_CHECK, NULL, NULL},
    {"jsonb", "TEXT", false, "TEXT", JSON_CHECK, NULL, NULL},
    {"uuid", "TEXT", false, "TEXT", NULL, NULL, NULL},
};
enum { TYPES = sizeof(types) / sizeof(types[0]) };

/* $ IN ('a', 'b') */
static dunlin_string
values_check(dn_kit_pool *pool, dn_kit_set values)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

    dn_kit_text_add(&text, "$ IN (");
    for (uint64_t i = 0; i < values.count; i++) {
        if (i > 0)
            dn_kit_text_add(&text, ", ");
        dn_kit_text_quote(&text, '\'', values.list[i].text);
    }
    dn_kit_text_add(&text, ")");
    pool->failed = pool->failed || text.failed;
    return dn_kit_pool_copy(pool, dn_kit_text_string(&text));
}

static bool
is_own_spelling(dunlin_string type)
{
    for (uint64_t i = 0; i < type.length; i++)
        if (type.data[i] >= 'a' && type.data[i] <= 'z')
            return false;
    return true;
}

/* "varchar(40)" is the row of "varchar"; TYPES: it is none of ours. */
static size_t
find_type(dunlin_string type, dunlin_string *length)
{
    const char *open = type.length > 0 ? memchr(type.data, '(', type.length) : NULL;
    dunlin_string base = type;
    size_t at = 0;

    *length = dn_kit_string(NULL);
    if (open != NULL && type.data[type.length - 1] == ')') {
        base.length = (uint64_t)(open - type.data);
        *length = (dunlin_string){open, type.length - base.length};
    }
    while (at < TYPES && !dn_kit_same(base, types[at].portable))
        at++;
    return at;
}

dn_sqlite_type_of
dn_sqlite_type_for(dn_kit_pool *pool, dn_kit_set given, bool strict)
{
    const dunlin_property *property = dn_kit_set_find(given, "type");
    dunlin_string type = property != NULL ? property->text : dn_kit_string(NULL);
    dn_sqlite_type_of result = {.native = type, .check = dn_kit_string(NULL)};
    dunlin_string length;
    size_t at;

    if (property != NULL && property->type == DUNLIN_PROPERTY_EXPRESSION) {
        dn_sqlite_tokens tokens;

        if (dn_sqlite_tokens_cut(pool, type, &tokens))
            result.native = dn_sqlite_type(pool, &tokens, 0, tokens.count);
        return result;
    }
    if (is_own_spelling(type))
        return result;
    result.portable = true;
    if (dn_kit_same(type, "enum")) {
        result.native = dn_kit_string("TEXT");
        result.check = values_check(pool, dn_kit_set_list(given, "values"));
        return result;
    }
    if (type.length > 2 && memcmp(type.data + type.length - 2, "[]", 2) == 0) {
        type.length -= 2;
        result.unknown = find_type(type, &length) == TYPES;
        result.native = dn_kit_string("TEXT");
        result.lost = "it is text: SQLite has no arrays";
        return result;
    }
    at = find_type(type, &length);
    if (at == TYPES) {
        result.unknown = true;
        return result;
    }
    result.native = dn_kit_string(types[at].native);
    if (dn_kit_same(type, "varchar"))
        result.native = dn_kit_string("TEXT");
    else if (types[at].takes_length && length.length > 0)
        result.native =
            dn_kit_pool_format(pool, "%s%.*s", types[at].native, (int)length.length, length.data);
    if (strict)
        result.native = dn_kit_string(types[at].strict);
    result.check = dn_kit_string(types[at].check);
    result.lost =
        length.length > 0 && types[at].lost_length != NULL ? types[at].lost_length : types[at].lost;
    return result;
}

/* --- classes ---------------------------------------------------------------------------------------- */
static bool
contains(dunlin_string text, const char *part)
{
    return text.length > 0 && memmem(text.data, text.length, part, strlen(part)) != NULL;
}

/* The first word that the declared type contains decides. */
static const struct {
    const char *word;
    const char *classes;
} classes[] = {
    {"BOOL", "bool"},
    {"DATETIME", "ts"},
    {"TIMESTAMP", "ts"},
    {"DATE", "date"},
    {"TIME", "time"},
    {"JSON", "json"},
    {"UUID", "uuid"},
    {"INTERVAL", "interval"},
    {"INT", "int bool ts"},
    {"CHAR", "text ts date time uuid json decimal enum array net interval"},
    {"CLOB", "text ts date time uuid json decimal enum array net interval"},
    {"TEXT", "text ts date time uuid json decimal enum array net interval"},
    {"BLOB", "blob uuid"},
    {"REAL", "float decimal"},
    {"FLOA", "float decimal"},
    {"DOUB", "float decimal"},
    {"NUMERIC", "decimal int bool"},
    {"DECIMAL", "decimal int bool"},
};

static uint32_t
letter(char c)
{
    return c >= 'A' && c <= 'Z' ? UINT32_C(1) << (c - 'A') : 0;
}

static const char *
classes_of(dunlin_string type)
{
    uint32_t letters = 0;

    for (uint64_t i = 0; i < type.length; i++)
        letters |= letter(type.data[i]);
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if ((letters & letter(*classes[i].word)) != 0 && contains(type, classes[i].word))
            return classes[i].classes;
    return "any";
}

bool
dn_sqlite_type_is(dn_kit_pool *pool, dn_kit_set column, const char *class)
{
    const char *all = classes_of(dn_sqlite_type_for(pool, column, false).native);
    size_t length = strlen(class);

    return strncmp(all, class, length) == 0 && (all[length] == ' ' || all[length] == '\0');
}

int32_t
dn_sqlite_type_classes(const dunlin_call *call, const dunlin_profile *profile,
                       const dunlin_fact *column)
{
    DN_KIT_CLEANUP(dn_kit_pool_free) dn_kit_pool pool = {0};
    dn_kit_set given = {column->properties, column->property_count};
    dunlin_string type = dn_sqlite_type_for(&pool, given, false).native;

    DN_KIT_UNUSED(profile);
    if (pool.failed)
        return dn_kit_no_memory(call);
    return call->host->text(call, dn_kit_string(classes_of(type)));
}
