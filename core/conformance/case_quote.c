/* SPDX-License-Identifier: MIT
 *
 * Quoting: names and texts go to the server and come back as they were.
 */
#include <string.h>

#include "core/conformance/check.h"

enum { LONG_TEXT = 65536 };

/* --- names ----------------------------------------------------------------------------------- */

static int
listed(dn_check *check, const char *name)
{
    dn_object *objects;
    size_t count;

    if (!(check->capabilities->flags & DUNLIN_CAN_INTROSPECT_OBJECTS))
        return 0;
    if (dn_connection_objects(dn_check_first(check), &check->arena, &objects, &count,
                              &check->error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (strcmp(objects[i].name, name) == 0)
            return 0;
    return dn_check_fail(check, "introspect() does not list the table '%s'",
                         dn_check_shown(check, dn_string(name)));
}

/* A table and a column of this name; `column` may be a word that no table of ours is called. */
static int
name_round_trip(dn_check *check, const char *name, const char *column)
{
    const char *quoted_name;
    const char *quoted_column;
    const char *sql[3];

    if (dn_check_own(check, "TABLE", name) < 0)
        return -1;
    quoted_name = dn_check_quoted(check, name);
    quoted_column = quoted_name ? dn_check_quoted(check, column) : NULL;
    if (!quoted_column)
        return -1;
    sql[0] =
        dn_arena_printf(&check->arena, "CREATE TABLE %s (%s INTEGER)", quoted_name, quoted_column);
    sql[1] = dn_arena_printf(&check->arena, "INSERT INTO %s (%s) VALUES (7)", quoted_name,
                             quoted_column);
    sql[2] = dn_arena_printf(&check->arena, "SELECT %s FROM %s", quoted_column, quoted_name);
    for (size_t i = 0; i < 3; i++)
        if (!sql[i])
            return dn_check_no_memory(check);
    for (size_t i = 0; i < 2; i++)
        if (dn_check_execute(check, DUNLIN_ITEM_STATEMENT, sql[i]) < 0)
            return -1;
    if (dn_check_cell(check, dn_check_first(check), sql[2], &sql[0]) < 0)
        return -1;
    if (strcmp(sql[0], "7") != 0)
        return dn_check_fail(check, "'%s' gave '%s' and not '7'", sql[2], sql[0]);
    return listed(check, name);
}

static int
identifier(dn_check *check)
{
    const char *rest = check->current->argument;
    const char *name = dn_arena_printf(&check->arena, DN_CHECK_PREFIX "%s", rest);

    return name ? name_round_trip(check, name, rest) : dn_check_no_memory(check);
}

static int
keyword(dn_check *check)
{
    static const char *const words[] = {"select", "table", "order", "user", "group", "values"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (name_round_trip(check, DN_CHECK_PREFIX "keyword", words[i]) < 0)
            return dn_while(&check->error, "using the name '%s'", words[i]);
    return 0;
}

/* The longest name; 63 bytes where there is no limit, or none that low. */
static int
longest(dn_check *check)
{
    enum { LONGEST = 63 };
    int32_t limit = check->capabilities->identifier_limit;
    size_t length = limit > 0 && limit < LONGEST ? (size_t)limit : LONGEST;
    char *name = dn_arena_printf(&check->arena, "%s%0*d", DN_CHECK_PREFIX,
                                 (int)(length - strlen(DN_CHECK_PREFIX)), 7);

    return name ? name_round_trip(check, name, name) : dn_check_no_memory(check);
}

/* --- texts ----------------------------------------------------------------------------------- */

static int32_t
take_text(dn_call *call, dunlin_string text)
{
    dn_text *out = call->target;

    dn_text_add(out, text.data, (size_t)text.length);
    return out->failed ? dn_call_no_memory(call) : DUNLIN_OK;
}

typedef struct cell_check {
    dn_check *check;
    dunlin_string expected;
    bool seen;
} cell_check;

static int
compare(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    cell_check *wanted = context;

    wanted->seen = true;
    if (count == 1 && values[0].type == DUNLIN_VALUE_TEXT &&
        values[0].text.length == wanted->expected.length &&
        (!wanted->expected.length ||
         memcmp(values[0].text.data, wanted->expected.data, wanted->expected.length) == 0))
        return 0;
    return dn_fail(error, DUNLIN_FAILED, "database.failed",
                   "the text '%s' came back as %s of %llu bytes: '%s'",
                   dn_check_shown(wanted->check, wanted->expected),
                   values[0].type == DUNLIN_VALUE_TEXT ? "text" : "another type",
                   (unsigned long long)values[0].text.length,
                   dn_check_shown(wanted->check, values[0].text));
}

static int
literal_round_trip(dn_check *check, dunlin_string value)
{
    static const dn_call_sinks sinks = {.text = take_text};
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    dn_connection *connection = dn_check_first(check);
    cell_check wanted = {check, value, false};
    dn_call call;

    if (!connection)
        return -1;
    if (!check->driver->table.quote_literal)
        return dn_check_fail(check, "the driver cannot quote literals");
    dn_text_add_string(&sql, "SELECT ");
    dn_check_begin(check, connection, &call, "quote_literal", &sinks, &sql);
    if (dn_call_end(&call, check->driver->table.quote_literal(
                               &call.driver_view, connection->server.profile, value)) < 0 ||
        dn_connection_query(connection, sql.data, NULL, 0, compare, &wanted, &check->error) < 0)
        return -1;
    return wanted.seen ? 0 : dn_check_fail(check, "SELECT of a text gave no row");
}

static int
literal(dn_check *check)
{
    for (const char *const *text = check->current->argument; *text; text++)
        if (literal_round_trip(check, dn_string(*text)) < 0)
            return -1;
    return 0;
}

static int
long_literal(dn_check *check)
{
    char *text = dn_arena_alloc(&check->arena, LONG_TEXT + 1);

    if (!text)
        return dn_check_no_memory(check);
    for (size_t i = 0; i < LONG_TEXT; i++)
        text[i] = "ab'c\\d\"e\n"[i % 9];
    return literal_round_trip(check, dn_span(text, LONG_TEXT));
}

static const char *const quotes[] = {"it's", "'", "''", "say \"yes\"", "a`b", "'\"`'", NULL};
static const char *const backslashes[] = {"a\\b",           "\\",  "\\\\", "\\'",
                                          "c:\\new\\table", "\\0", NULL};
static const char *const line_ends[] = {"a\nb", "a\r\nb", "\n", "\t", "tab\there", NULL};
static const char *const unicode[] = {"\xc3\xa9t\xc3\xa9", "\xe6\x97\xa5\xe6\x9c\xac",
                                      "\xf0\x9f\x8c\xb1", "e\xcc\x81", NULL};
static const char *const empty[] = {"", " ", "  a  ", NULL};
static const char *const signs[] = {"$1",      "$1 and $2", "?",          "%s %d", "100%", "a_b",
                                    "-- text", "/* a */",   ":name @var", "{a}",   ";",    NULL};

static const dn_case cases[] = {
    {"quote.identifier-quotes", "a name with every kind of quote is a name", identifier,
     "a\"b'c`d[e]", 0},
    {"quote.identifier-blanks", "a name with blanks is a name", identifier, "a b  c", 0},
    {"quote.identifier-keyword", "a keyword, quoted, is a name", keyword, NULL, 0},
    {"quote.identifier-unicode", "a name may have letters that are not ASCII", identifier,
     "\xc3\xbc\xe6\x97\xa5", 0},
    {"quote.identifier-case", "a quoted name keeps its capitals", identifier, "MixedCase", 0},
    {"quote.identifier-signs", "a name may hold what separates and comments statements", identifier,
     "a;b--c/*d*/$1?%s", 0},
    {"quote.identifier-backslash", "a backslash in a name is a letter like others", identifier,
     "a\\b\\", 0},
    {"quote.identifier-long", "a name of 63 bytes, or of the limit, is not cut", longest, NULL, 0},
    {"quote.literal-quotes", "a text with quotes comes back as it was", literal, quotes, 0},
    {"quote.literal-backslash", "a text with backslashes comes back as it was", literal,
     backslashes, 0},
    {"quote.literal-lines", "a text with line ends and tabs comes back as it was", literal,
     line_ends, 0},
    {"quote.literal-unicode", "a text of any script comes back as it was", literal, unicode, 0},
    {"quote.literal-empty", "an empty text is no null, and blanks stay", literal, empty, 0},
    {"quote.literal-signs", "a text with placeholders and comments in it is only a text", literal,
     signs, 0},
    {"quote.literal-long", "a text of 64 KiB comes back as it was", long_literal, NULL, 0},
};

const dn_area dn_area_quote = DN_AREA(cases);
