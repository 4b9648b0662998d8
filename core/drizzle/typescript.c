/* SPDX-License-Identifier: MIT
 *
 * Columns as drizzle-orm's TypeScript.
 */
#include <stdlib.h>
#include <string.h>

#include "core/drizzle/drizzle_internal.h"

/* Which function makes a type. %p: numbers in its parentheses, by `options`. */
typedef struct builder {
    const char *dialects; /* first letters: p, m, s */
    const char *type;     /* before its parenthesis */
    const char *function;
    const char *options; /* what follows the name: "" or members with %1 and %2 for the numbers */
    const char *bare;    /* ... without numbers */
} builder;

static const builder builders[] = {
    {"pm", "boolean", "boolean", "", ""},
    {"p", "smallint", "smallint", "", ""},
    {"p", "integer", "integer", "", ""},
    {"p", "bigint", "bigint", "", "{ mode: \"number\" }"},
    {"p", "text", "text", "", ""},
    {"p", "character varying", "varchar", "{ length: %1 }", ""},
    {"p", "character", "char", "{ length: %1 }", ""},
    {"pm", "numeric", "numeric", "{ precision: %1, scale: %2 }", ""},
    {"p", "real", "real", "", ""},
    {"p", "double precision", "doublePrecision", "", ""},
    {"p", "timestamp with time zone", "timestamp", "{ withTimezone: true, precision: %1 }",
     "{ withTimezone: true }"},
    {"p", "timestamp without time zone", "timestamp", "{ precision: %1 }", ""},
    {"p", "time without time zone", "time", "{ precision: %1 }", ""},
    {"p", "time with time zone", "time", "{ withTimezone: true, precision: %1 }",
     "{ withTimezone: true }"},
    {"pm", "date", "date", "", ""},
    {"p", "interval", "interval", "", ""},
    {"pm", "json", "json", "", ""},
    {"p", "jsonb", "jsonb", "", ""},
    {"p", "uuid", "uuid", "", ""},
    {"p", "inet", "inet", "", ""},
    {"p", "cidr", "cidr", "", ""},
    {"p", "macaddr", "macaddr", "", ""},
    {"m", "tinyint", "tinyint", "", ""},
    {"m", "smallint", "smallint", "", ""},
    {"m", "mediumint", "mediumint", "", ""},
    {"m", "int", "int", "", ""},
    {"m", "bigint", "bigint", "", "{ mode: \"number\" }"},
    {"m", "decimal", "decimal", "{ precision: %1, scale: %2 }", ""},
    {"m", "double", "double", "", ""},
    {"m", "float", "float", "", ""},
    {"m", "varchar", "varchar", "{ length: %1 }", ""},
    {"m", "char", "char", "{ length: %1 }", ""},
    {"m", "binary", "binary", "{ length: %1 }", ""},
    {"m", "varbinary", "varbinary", "{ length: %1 }", ""},
    {"m", "TEXT", "text", "", ""},
    {"m", "text", "text", "", ""},
    {"m", "tinytext", "tinytext", "", ""},
    {"m", "mediumtext", "mediumtext", "", ""},
    {"m", "longtext", "longtext", "", ""},
    {"m", "datetime", "datetime", "{ fsp: %1 }", ""},
    {"m", "TIMESTAMP", "timestamp", "{ fsp: %1 }", ""},
    {"m", "timestamp", "timestamp", "{ fsp: %1 }", ""},
    {"m", "TIME", "time", "{ fsp: %1 }", ""},
    {"m", "time", "time", "{ fsp: %1 }", ""},
    {"m", "year", "year", "", ""},
    {"s", "INTEGER", "integer", "", ""},
    {"s", "INT", "integer", "", ""},
    {"s", "TEXT", "text", "", ""},
    {"s", "REAL", "real", "", ""},
    {"s", "NUMERIC", "numeric", "", ""},
    {"s", "BLOB", "blob", "", ""},
};

static dunlin_string
last_of(const dunlin_fact *fact)
{
    return fact->path[fact->path_count - 1];
}

/* A JavaScript string. */
static void
add_string(dn_text *text, dunlin_string value)
{
    dn_json_add_string(text, value.data, (size_t)value.length);
}

/* "timestamp(3) with time zone" -> "timestamp with time zone" and "3" */
typedef struct split_type {
    char name[64];
    char numbers[2][12];
    bool array;
    bool is_unsigned;
} split_type;

static void
split(dunlin_string type, split_type *out)
{
    size_t length = 0;
    int number = -1;

    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < type.length && length + 1 < sizeof out->name; i++) {
        char c = type.data[i];

        if (c == '(') {
            number = 0;
        } else if (c == ')') {
            number = -1;
        } else if (number >= 0 && c == ',') {
            number = 1;
        } else if (number >= 0) {
            size_t used = strlen(out->numbers[number]);

            if (used + 1 < sizeof out->numbers[number] && c != ' ')
                out->numbers[number][used] = c;
        } else if (c == '[') {
            out->array = true;
            break;
        } else {
            out->name[length++] = c;
        }
    }
    if (length > 9 && strcmp(out->name + length - 9, " unsigned") == 0) {
        out->is_unsigned = true;
        out->name[length - 9] = '\0';
    }
}

static const builder *
builder_of(const dn_drizzle_dialect *dialect, const char *type)
{
    for (size_t i = 0; i < sizeof builders / sizeof builders[0]; i++)
        if (strchr(builders[i].dialects, dialect->prefix[0]) && strcmp(builders[i].type, type) == 0)
            return &builders[i];
    return NULL;
}

bool
dn_drizzle_is_builder(dunlin_string name)
{
    for (size_t i = 0; i < sizeof builders / sizeof builders[0]; i++)
        if (dn_string_equal(name, builders[i].function))
            return true;
    return false;
}

static void
add_options(dn_text *text, const char *options, const split_type *type)
{
    if (!*options)
        return;
    dn_text_add_string(text, ", ");
    for (; *options; options++) {
        if (*options == '%') {
            options++;
            dn_text_add_string(text, *options == '1'     ? type->numbers[0]
                                     : *type->numbers[1] ? type->numbers[1]
                                                         : "0");
        } else {
            dn_text_add_char(text, *options);
        }
    }
}

static void
add_values(dn_text *text, const dunlin_fact *column)
{
    const dunlin_property *value =
        dn_property_find(column->properties, column->property_count, "values");
    const char *joint = ", [";

    for (value = value ? value + 1 : NULL; value && value->type != DUNLIN_PROPERTY_END; value++) {
        dn_text_add_string(text, joint);
        add_string(text, value->text);
        joint = ", ";
    }
    dn_text_add_string(text, "]");
}

static void
add_call(dn_text *text, const char *function, const dunlin_fact *column)
{
    dn_text_printf(text, "%s(", function);
    add_string(text, last_of(column));
}

/* What counts by itself has functions of its own. */
static bool
add_serial(const dn_drizzle_dialect *dialect, const dunlin_fact *column, dn_text *text)
{
    dunlin_string type = dn_fact_text(column, "type");

    if (dialect->prefix[0] != 'p' || !dn_string_equal(dn_fact_text(column, "auto"), "serial"))
        return false;
    if (dn_string_equal(type, "bigint")) {
        add_call(text, "bigserial", column);
        dn_text_add_string(text, ", { mode: \"number\" }");
    } else {
        add_call(text, dn_string_equal(type, "smallint") ? "smallserial" : "serial", column);
    }
    dn_text_add_string(text, ")");
    return true;
}

/* SQLite has no type for it, and the default is all that tells. */
static bool
is_truth(const dn_drizzle_dialect *dialect, const dunlin_fact *column)
{
    dunlin_string type = dn_fact_text(column, "type");
    dunlin_string value = dn_fact_text(column, "default");

    return dialect->prefix[0] == 's' && dn_string_equal_fold(type, "integer") &&
           (dn_string_equal_fold(value, "true") || dn_string_equal_fold(value, "false"));
}

static void
add_type(const dn_drizzle_dialect *dialect, const dunlin_fact *column, const char *enum_name,
         dn_text *text)
{
    dunlin_string words = dn_fact_text(column, "type");
    split_type type;
    const builder *found;

    split(words, &type);
    if (add_serial(dialect, column, text))
        return;
    if (enum_name) {
        add_call(text, enum_name, column);
    } else if (strcmp(type.name, "enum") == 0) {
        add_call(text, "mysqlEnum", column);
        add_values(text, column);
    } else if (dialect->prefix[0] == 'm' && dn_string_equal(words, "tinyint(1)")) {
        add_call(text, "boolean", column);
    } else if (is_truth(dialect, column)) {
        add_call(text, "integer", column);
        dn_text_add_string(text, ", { mode: \"boolean\" }");
    } else if ((found = builder_of(dialect, type.name)) != NULL) {
        add_call(text, found->function, column);
        add_options(text,
                    type.is_unsigned                      ? strcmp(found->type, "bigint") == 0
                                                                ? "{ mode: \"number\", unsigned: true }"
                                                                : "{ unsigned: true }"
                    : *type.numbers[0] && *found->options ? found->options
                                                          : found->bare,
                    &type);
    } else {
        dn_text_add_string(text, "customType<{ data: unknown }>({ dataType: () => ");
        add_string(text, words);
        dn_text_add_string(text, " })(");
        add_string(text, last_of(column));
    }
    dn_text_add_string(text, type.array ? ").array()" : ")");
}

/* --- defaults ---------------------------------------------------------------------------------------- */

/* In a template of JavaScript. */
static void
add_sql(dn_text *text, dunlin_string expression)
{
    dn_text_add_string(text, "sql`");
    for (size_t i = 0; i < expression.length; i++) {
        if (expression.data[i] == '`' || expression.data[i] == '\\' ||
            (expression.data[i] == '$' && i + 1 < expression.length &&
             expression.data[i + 1] == '{'))
            dn_text_add_char(text, '\\');
        dn_text_add_char(text, expression.data[i]);
    }
    dn_text_add_string(text, "`");
}

/* 'it''s' or 'it''s'::text as a value; false: it is another expression. */
static bool
read_literal(dunlin_string expression, dn_text *value)
{
    size_t at = 1;

    if (!expression.length || expression.data[0] != '\'')
        return false;
    for (; at < expression.length; at++) {
        if (expression.data[at] == '\'') {
            if (at + 1 < expression.length && expression.data[at + 1] == '\'')
                at++;
            else
                break;
        }
        dn_text_add_char(value, expression.data[at]);
    }
    at++;
    return at == expression.length || (at + 1 < expression.length && expression.data[at] == ':' &&
                                       expression.data[at + 1] == ':');
}

static bool
is_number(dunlin_string expression)
{
    size_t at = expression.length && expression.data[0] == '-' ? 1 : 0;

    if (at == expression.length)
        return false;
    for (; at < expression.length; at++)
        if (!strchr("0123456789.", expression.data[at]))
            return false;
    return true;
}

static bool
among(dunlin_string value, const char *words)
{
    return dn_string_among(value, words);
}

/* Values of numeric types are strings in drizzle-orm. */
static void
add_number(const dunlin_fact *column, dunlin_string value, dn_text *text)
{
    split_type type;

    split(dn_fact_text(column, "type"), &type);
    if (strcmp(type.name, "tinyint") == 0 && strcmp(type.numbers[0], "1") == 0)
        dn_text_add_string(text, value.data[0] == '0' ? "false" : "true");
    else if (strcmp(type.name, "numeric") == 0 || strcmp(type.name, "decimal") == 0)
        add_string(text, value);
    else
        dn_text_add(text, value.data, (size_t)value.length);
}

static void
add_default(const dn_drizzle_dialect *dialect, const dunlin_fact *column, dn_text *text)
{
    dunlin_string value = dn_fact_text(column, "default");
    dn_auto(dn_text) literal = DN_TEXT_INIT;

    if (!value.length)
        return;
    if (among(value, "now() current_timestamp()") && dialect->prefix[0] != 's') {
        dn_text_add_string(text, ".defaultNow()");
        return;
    }
    if (among(value, "gen_random_uuid()")) {
        dn_text_add_string(text, ".defaultRandom()");
        return;
    }
    dn_text_add_string(text, ".default(");
    if (is_number(value)) {
        add_number(column, value, text);
    } else if (among(value, "true false")) {
        dn_text_add(text, value.data, (size_t)value.length);
    } else if (!among(dn_fact_text(column, "type"), "json jsonb") &&
               read_literal(value, &literal)) {
        add_string(text, dn_span(literal.data ? literal.data : "", literal.length));
    } else {
        bool bare = dialect->prefix[0] == 'p' || value.data[0] == '\'';

        dn_auto(dn_text) expression = DN_TEXT_INIT;
        dn_text_printf(&expression, bare ? "%.*s" : "(%.*s)", (int)value.length, value.data);
        add_sql(text, dn_span(expression.data ? expression.data : "", expression.length));
    }
    dn_text_add_string(text, ")");
}

int
dn_drizzle_write_column(const dn_drizzle_dialect *dialect, const dunlin_fact *column,
                        const char *enum_name, dn_text *text, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    const char *key = dn_drizzle_key(&arena, last_of(column));
    dunlin_string generated = dn_fact_text(column, "generated");
    dunlin_string automatic = dn_fact_text(column, "auto");

    if (!key)
        return dn_no_memory(error);
    dn_text_printf(text, "%s: ", key);
    add_type(dialect, column, enum_name, text);
    if (dn_fact_flag(column, "not_null") && !dn_string_equal(automatic, "serial"))
        dn_text_add_string(text, ".notNull()");
    if (generated.length) {
        dn_text_add_string(text, ".generatedAlwaysAs(");
        add_sql(text, generated);
        dn_text_add_string(text, ")");
    } else {
        add_default(dialect, column, text);
    }
    if (dn_string_equal(automatic, "always"))
        dn_text_add_string(text, ".generatedAlwaysAsIdentity()");
    else if (dn_string_equal(automatic, "identity"))
        dn_text_add_string(text, ".generatedByDefaultAsIdentity()");
    else if (dn_string_equal(automatic, "increment") && dialect->prefix[0] == 'm')
        dn_text_add_string(text, ".autoincrement()");
    if (dn_fact_text(column, "on_update").length)
        dn_text_add_string(text, ".onUpdateNow()");
    return text->failed ? dn_no_memory(error) : 0;
}
