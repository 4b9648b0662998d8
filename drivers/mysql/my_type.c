/* SPDX-License-Identifier: MIT */
#include "drivers/mysql/my_type.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "drivers/mysql/my_driver.h"
#include "drivers/mysql/my_schema.h"

/* --- servers ----------------------------------------------------------------------------------------- */
dn_mysql_server
dn_mysql_server_of(const dunlin_profile *profile)
{
    dn_mysql_server server = {.mariadb = true, .version = 101100, .backslash = true};

    if (profile == NULL || profile->major == 0)
        return server;
    server.mariadb = dn_kit_same(profile->flavour, "mariadb");
    server.version = (unsigned)profile->major * 10000 + (unsigned)profile->minor * 100 +
                     (unsigned)profile->patch;
    server.backslash = !dn_mysql_profile_mode_has(profile, "NO_BACKSLASH_ESCAPES");
    return server;
}

static bool
is_since(const dn_mysql_server *server, unsigned mariadb, unsigned mysql)
{
    return server->version >= (server->mariadb ? mariadb : mysql);
}

/* [M] "CHECK Constraints"; [MDB] since 10.2.1. */
bool
dn_mysql_checks(const dn_mysql_server *server)
{
    return is_since(server, 100201, 80016);
}

/* [M] "Data Type Default Values"; [MDB] since 10.2.1. */
bool
dn_mysql_expression_defaults(const dn_mysql_server *server)
{
    return is_since(server, 100201, 80013);
}

/* [M] utf8mb4_0900_bin came with 8.0.17; [MDB] utf8mb4_nopad_bin with 10.2.2. */
const char *
dn_mysql_binary_collation(const dn_mysql_server *server, bool *pads)
{
    *pads = !is_since(server, 100202, 80017);
    return *pads ? "utf8mb4_bin" : server->mariadb ? "utf8mb4_nopad_bin" : "utf8mb4_0900_bin";
}

void
dn_mysql_add_literal(dn_kit_text *text, const dn_mysql_server *server, dunlin_string value)
{
    dn_kit_text_add(text, "'");
    for (uint64_t i = 0; i < value.length; i++) {
        char letter = value.data[i];

        if (letter == '\'' || (letter == '\\' && server->backslash))
            dn_kit_text_add_string(text, (dunlin_string){value.data + i, 1});
        /* [MDB] the stock client reads both together as the one behind it. */
        if (letter == '\r' && server->backslash)
            dn_kit_text_add(text, "\\r");
        else
            dn_kit_text_add_string(text, (dunlin_string){value.data + i, 1});
    }
    dn_kit_text_add(text, "'");
}

/* --- portable types ------------------------------------------------------------------------------------ */
static const char zones[] =
    "a timestamptz is a TIMESTAMP here, which holds the years 1970 to 2038 only";

/* `$` in a native name stands for the length as written, `?` for the digits of seconds. */
static const struct {
    const char *portable;
    const char *native;
    const char *lossy;
} types[] = {
    {"boolean", "tinyint(1)", NULL},
    {"smallint", "smallint", NULL},
    {"integer", "int", NULL},
    {"bigint", "bigint", NULL},
    {"real", "float", NULL},
    {"double precision", "double", NULL},
    {"text", "longtext", NULL},
    {"varchar", "longtext", NULL},
    {"varchar(", "varchar$", NULL},
    {"char(", "char$", NULL},
    {"blob", "longblob", NULL},
    {"date", "date", NULL},
    {"time", "time(6)", NULL},
    {"time(", "time$", NULL},
    {"timestamp", "datetime(6)", NULL},
    {"timestamp(", "datetime$", NULL},
    {"timestamptz", "TIMESTAMP(6)", zones},
    {"timestamptz(", "TIMESTAMP$", zones},
    {"enum", "enum", NULL},
    {"numeric", "decimal(65,30)",
     "a numeric without a precision holds 35 digits before the point and 30 behind it here"},
};

/* [MDB] JSON is a text that is checked since 10.4.3; [M] since 5.7.8. */
static dn_mysql_type
json_type(const dn_mysql_server *server, const char *lossy)
{
    bool known = is_since(server, 100403, 50708);

    return (dn_mysql_type){dn_kit_string(known ? "json" : "longtext"),
                           known ? lossy : "json is a text here, and nothing checks it", NULL};
}

/* [MDB] UUID since 10.7. */
static dunlin_string
uuid_type(const dn_mysql_server *server)
{
    return dn_kit_string(server->mariadb && server->version >= 100700 ? "uuid" : "char(36)");
}

/* numeric(p) has no digits behind the point: decimal(p,0). */
static dunlin_string
decimal_type(dn_kit_pool *pool, dunlin_string type)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    dunlin_string length = {type.data + strlen("numeric"), type.length - strlen("numeric")};

    dn_kit_text_add(&text, "decimal");
    dn_kit_text_add_string(&text, length);
    if (memchr(length.data, ',', length.length) == NULL) {
        text.data[--text.length] = '\0';
        dn_kit_text_add(&text, ",0)");
    }
    return dn_kit_pool_text(pool, &text);
}

static dunlin_string
with_length(dn_kit_pool *pool, const char *native, dunlin_string type)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    const char *open = memchr(type.data, '(', type.length);

    if (strchr(native, '$') == NULL)
        return dn_kit_string(native);
    dn_kit_text_add_string(&text, (dunlin_string){native, strlen(native) - 1});
    if (!dn_kit_same((dunlin_string){open, type.length - (uint64_t)(open - type.data)}, "(0)") ||
        native[0] != 'd')
        dn_kit_text_add_string(&text,
                               (dunlin_string){open, type.length - (uint64_t)(open - type.data)});
    return dn_kit_pool_text(pool, &text);
}

static bool
ends_with(dunlin_string text, const char *end)
{
    size_t length = strlen(end);

    return text.length >= length && memcmp(text.data + text.length - length, end, length) == 0;
}

/* --- the server's own types ------------------------------------------------------------------------------ */
dunlin_string
dn_mysql_spelled(dn_kit_pool *pool, dunlin_string type)
{
    static const char *const same[] = {"text", "blob", "time", "timestamp", "real"};
    uint64_t length = 0;

    while (length < type.length && type.data[length] != '(' && type.data[length] != ' ')
        length++;
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        char *copy;

        if (!dn_kit_same_word((dunlin_string){type.data, length}, same[i]))
            continue;
        /* TIME(3) is the same everywhere. */
        if (i == 2 && length < type.length)
            return type;
        copy = dn_kit_pool_take(pool, type.length);
        if (copy == NULL)
            return dn_kit_string("");
        for (uint64_t k = 0; k < type.length; k++)
            copy[k] = (char)(k < length ? toupper((unsigned char)type.data[k]) : type.data[k]);
        return (dunlin_string){copy, type.length};
    }
    return type;
}

/* Names that the server prints otherwise. Longer ones first. */
static const struct {
    const char *name;
    const char *printed;
} aliases[] = {
    {"integer", "int"},
    {"int1", "tinyint"},
    {"int2", "smallint"},
    {"int3", "mediumint"},
    {"int4", "int"},
    {"int8", "bigint"},
    {"middleint", "mediumint"},
    {"dec", "decimal"},
    {"numeric", "decimal"},
    {"fixed", "decimal"},
    {"bool", "tinyint(1)"},
    {"boolean", "tinyint(1)"},
    {"double precision", "double"},
    {"float8", "double"},
    {"float4", "float"},
    {"character varying", "varchar"},
    {"character", "char"},
    {"long varchar", "mediumtext"},
    {"long varbinary", "mediumblob"},
    {"long", "mediumtext"},
};

/* decimal(5) unsigned -> decimal(5,0) unsigned */
static dunlin_string
whole_decimal(dn_kit_pool *pool, dunlin_string type)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    const char *close = memchr(type.data, ')', type.length);
    uint64_t at = close != NULL ? (uint64_t)(close - type.data) : type.length;

    dn_kit_text_add_string(&text, (dunlin_string){type.data, at});
    dn_kit_text_add(&text, ",0");
    dn_kit_text_add_string(&text, (dunlin_string){type.data + at, type.length - at});
    return dn_kit_pool_text(pool, &text);
}

/* int(11) UNSIGNED -> int unsigned */
static dunlin_string
native_type(dn_kit_pool *pool, dunlin_string type)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    dunlin_string printed;
    bool quoted = false;
    bool comment = false;

    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]) && text.length == 0; i++) {
        size_t length = strlen(aliases[i].name);

        if (dn_mysql_begins(type, aliases[i].name) &&
            (type.length == length || !isalnum((unsigned char)type.data[length]))) {
            dn_kit_text_add(&text, aliases[i].printed);
            type.data += length;
            type.length -= length;
        }
    }
    for (uint64_t i = 0; i < type.length; i++) {
        char letter = type.data[i];

        quoted ^= letter == '\'';
        /* What the server prints in a comment of its own, as COMPRESSED, it knows in capitals alone. */
        comment |= !quoted && letter == '/' && i + 1 < type.length && type.data[i + 1] == '*';
        if (!quoted && !comment)
            letter = (char)tolower((unsigned char)letter);
        dn_kit_text_add_string(&text, (dunlin_string){&letter, 1});
    }
    printed = dn_kit_pool_text(pool, &text);
    if (dn_mysql_begins(printed, "decimal(") && memchr(printed.data, ',', printed.length) == NULL)
        return whole_decimal(pool, printed);
    if (dn_kit_same(printed, "decimal") || dn_kit_same(printed, "decimal unsigned"))
        return dn_kit_string(dn_kit_same(printed, "decimal") ? "decimal(10,0)"
                                                             : "decimal(10,0) unsigned");
    return dn_mysql_spelled(pool, dn_mysql_plain_type(pool, printed));
}

dn_mysql_type
dn_mysql_type_of(dn_kit_pool *pool, const dn_mysql_server *server, dn_kit_set column)
{
    dunlin_string type = dn_kit_set_text(column, "type");
    dn_mysql_type answer = {type, NULL, NULL};

    if (type.length == 0) {
        answer.refused = "column without a type";
        return answer;
    }
    /* Text of this dialect, as somebody wrote it. */
    if (dn_kit_set_find(column, "type")->type == DUNLIN_PROPERTY_EXPRESSION) {
        answer.text = native_type(pool, type);
        return answer;
    }
    if (ends_with(type, "[]"))
        return json_type(server, "an array is kept as json here");
    if (dn_kit_same(type, "json") || dn_kit_same(type, "jsonb"))
        return json_type(server, NULL);
    if (dn_kit_same(type, "interval")) {
        answer.refused = "type interval";
        return answer;
    }
    if (dn_kit_same(type, "uuid")) {
        answer.text = uuid_type(server);
        return answer;
    }
    if (type.length > 8 && memcmp(type.data, "numeric(", 8) == 0) {
        answer.text = decimal_type(pool, type);
        return answer;
    }
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        size_t length = strlen(types[i].portable);

        if (types[i].portable[length - 1] == '('
                ? type.length < length || memcmp(type.data, types[i].portable, length) != 0
                : !dn_kit_same(type, types[i].portable))
            continue;
        answer.text = with_length(pool, types[i].native, type);
        answer.lossy = types[i].lossy;
        return answer;
    }
    answer.text = native_type(pool, type);
    return answer;
}

bool
dn_mysql_is_long(dunlin_string type)
{
    static const char *const names[] = {"tinytext", "mediumtext", "longtext",
                                        "tinyblob", "mediumblob", "longblob",
                                        "json",     "text",       "blob"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (dn_mysql_begins(type, names[i]))
            return true;
    return false;
}

/* An index of 3072 bytes holds 768 characters: up to three prefixes. */
int
dn_mysql_prefix(dunlin_string type)
{
    enum { PREFIX = 255, LONGEST = 768 };
    const char *open = type.length > 0 ? memchr(type.data, '(', type.length) : NULL;

    if (dn_mysql_is_long(type))
        return PREFIX;
    if (!dn_mysql_begins(type, "varchar(") || open == NULL)
        return 0;
    return dn_mysql_number((dunlin_string){open + 1, 1}) > LONGEST ? PREFIX : 0;
}

int
dn_mysql_digits(dunlin_string type)
{
    const char *open = type.length > 0 ? memchr(type.data, '(', type.length) : NULL;

    if (!dn_mysql_begins(type, "time") && !dn_mysql_begins(type, "datetime"))
        return -1;
    return open != NULL && isdigit((unsigned char)open[1]) ? open[1] - '0' : 0;
}
