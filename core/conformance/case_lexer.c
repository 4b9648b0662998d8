/* SPDX-License-Identifier: MIT
 *
 * The driver's lexer rules: text falls into the statements that the server reads in it.
 */
#include <string.h>

#include "core/conformance/check.h"

enum { MOST_STATEMENTS = 16 };

/* --- splitting ------------------------------------------------------------------------------- */

static int
rules_of(dn_check *check, const dn_lex_rules **rules)
{
    dn_connection *connection = dn_check_first(check);

    if (!connection)
        return -1;
    *rules = dn_connection_rules(connection);
    return 0;
}

typedef struct reader {
    const char *text;
    size_t left;
} reader;

/* A few bytes at a time, so that tokens are cut by the ends of reads. */
static int64_t
read_text(void *context, void *buffer, size_t bytes, dn_error *error)
{
    reader *from = context;
    size_t length = from->left < 7 ? from->left : 7;

    (void)error;
    length = length < bytes ? length : bytes;
    memcpy(buffer, from->text, length);
    from->text += length;
    from->left -= length;
    return (int64_t)length;
}

typedef struct pieces {
    const char *list[MOST_STATEMENTS];
    size_t count;
} pieces;

static int
split(dn_check *check, const char *text, pieces *found, dn_error *error)
{
    const dn_lex_rules *rules;
    reader from = {text, strlen(text)};
    dn_lex_splitter *splitter;
    dn_lex_item item;
    int answer;

    found->count = 0;
    if (rules_of(check, &rules) < 0) {
        *error = check->error;
        return -1;
    }
    splitter = dn_lex_open(rules, "check.sql", read_text, &from, error);
    if (!splitter)
        return -1;
    while ((answer = dn_lex_next(splitter, &item, error)) == 0 && item.kind != DN_LEX_END) {
        const char *copy = dn_arena_copy(&check->arena, item.text.data, item.text.length);

        if (!copy || found->count == MOST_STATEMENTS) {
            answer = dn_fail(error, DUNLIN_INTERNAL, "internal",
                             "the text has more statements than there is room for");
            break;
        }
        found->list[found->count++] = copy;
    }
    dn_lex_close(splitter);
    return answer;
}

static int
splits_into(dn_check *check, const char *text, const char *const *expected, size_t count)
{
    pieces found;

    if (split(check, text, &found, &check->error) < 0)
        return -1;
    for (size_t i = 0; i < found.count && i < count; i++)
        if (strcmp(found.list[i], expected[i]) != 0)
            return dn_check_fail(check, "statement %zu is '%s' and not '%s'", i + 1,
                                 dn_check_shown(check, dn_string(found.list[i])),
                                 dn_check_shown(check, dn_string(expected[i])));
    if (found.count != count)
        return dn_check_fail(check, "'%s' falls into %zu statements and not %zu",
                             dn_check_shown(check, dn_string(text)), found.count, count);
    return 0;
}

#define SPLITS(check, text, ...)                                                                   \
    splits_into(check, text, (const char *const[]){__VA_ARGS__},                                   \
                sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static int
rules(dn_check *check)
{
    const dn_lex_rules *offline;

    if (dn_driver_rules(check->driver, NULL, &check->arena, &offline, &check->error) < 0)
        return dn_while(&check->error, "asking without a profile");
    return rules_of(check, &offline);
}

static int
separators(dn_check *check)
{
    if (SPLITS(check, "SELECT 1;SELECT 2;\n\n;;\r\n  SELECT\n3 ;\t;", "SELECT 1", "SELECT 2",
               "SELECT\n3") < 0)
        return -1;
    return SPLITS(check, "SELECT 1;\nSELECT 2", "SELECT 1", "SELECT 2");
}

static int
comments(dn_check *check)
{
    if (SPLITS(check, "-- one; two\nSELECT 1 -- three; four\n+ 2;\n-- five", //
               "SELECT 1 -- three; four\n+ 2") < 0)
        return -1;
    return SPLITS(check, "/* one; */ SELECT /* 'two; */ 1; /* three;\n */ SELECT 2 /* \"; */;",
                  "SELECT /* 'two; */ 1", "SELECT 2");
}

/* --- quoted text ----------------------------------------------------------------------------- */

static const char *const tricky[] = {
    "a; b",          "it's; here", "say \"a; b\"", "-- no; comment", "/* no; comment */",
    "back\\; slash", "tick `; ",   "line\n; end",  "$tag$; $tag$",   "$$;",
    "[bracket;",     "';",
};
enum { TRICKY = sizeof tricky / sizeof tricky[0] };

static int32_t
take_text(dn_call *call, dunlin_string text)
{
    dn_text *out = call->target;

    dn_text_add(out, text.data, (size_t)text.length);
    return out->failed ? dn_call_no_memory(call) : DUNLIN_OK;
}

static char *
literal(dn_check *check, const char *value)
{
    static const dn_call_sinks sinks = {.text = take_text};
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_connection *connection = dn_check_first(check);
    char *copy;
    dn_call call;

    if (!connection || !check->driver->table.quote_literal) {
        dn_check_fail(check, "the driver cannot quote literals");
        return NULL;
    }
    dn_check_begin(check, connection, &call, "quote_literal", &sinks, &text);
    if (dn_call_end(&call, check->driver->table.quote_literal(&call.driver_view,
                                                              connection->server.profile,
                                                              dn_string(value))) < 0)
        return NULL;
    copy = dn_arena_copy(&check->arena, text.data, text.length);
    if (!copy)
        dn_check_no_memory(check);
    return copy;
}

static int
quoted_text(dn_check *check, bool names)
{
    for (size_t i = 0; i < TRICKY; i++) {
        const char *quoted = NULL;
        const char *first;
        const char *text;

        if (dn_check_first(check))
            quoted = names ? dn_check_quoted(check, tricky[i]) : literal(check, tricky[i]);
        if (!quoted)
            return -1;
        first = dn_arena_printf(&check->arena, "SELECT %s FROM t", quoted);
        text = first ? dn_arena_printf(&check->arena, "%s;SELECT 2", first) : NULL;
        if (!text)
            return dn_check_no_memory(check);
        if (SPLITS(check, text, first, "SELECT 2") < 0)
            return -1;
    }
    return 0;
}

static int
literals(dn_check *check)
{
    return quoted_text(check, false);
}

static int
identifiers(dn_check *check)
{
    return quoted_text(check, true);
}

static int
unterminated(dn_check *check)
{
    static const char *const texts[] = {"SELECT 'abc; SELECT 2", "SELECT 1 /* abc; SELECT 2"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        dn_error error;
        pieces found;

        dn_error_clear(&error);
        if (split(check, texts[i], &found, &error) == 0)
            return dn_check_fail(check, "the text '%s' has no end, and is taken", texts[i]);
        if (strcmp(error.id, "lex.unterminated") != 0) {
            check->error = error;
            return -1;
        }
    }
    return 0;
}

/* --- together with the server ---------------------------------------------------------------- */

/* A file of statements with every tricky text, cut and run, leaves them as they were. */
static int
file(dn_check *check)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    pieces found;

    if (dn_check_items(check) < 0)
        return -1;
    for (size_t i = 0; i < TRICKY; i++) {
        const char *quoted = literal(check, tricky[i]);

        if (!quoted)
            return -1;
        dn_text_printf(&text,
                       "-- row %zu; of the file\nINSERT INTO " DN_CHECK_ITEMS
                       " (id, note) VALUES (%zu, %s); /* done; */\n",
                       i, i, quoted);
    }
    if (text.failed)
        return dn_check_no_memory(check);
    if (split(check, text.data, &found, &check->error) < 0)
        return -1;
    for (size_t i = 0; i < found.count; i++)
        if (dn_check_execute(check, DUNLIN_ITEM_STATEMENT, found.list[i]) < 0)
            return -1;
    return dn_check_count(check, dn_check_second(check), DN_CHECK_ITEMS, TRICKY);
}

/* Statements with others inside, one per way of writing that a dialect may have. The server is the
 * judge: one that it takes whole must not be cut. */
static const struct {
    const char *name; /* in the quirks file */
    const char *kind;
    const char *object;
    const char *sql;
} bodies[] = {
    {"trigger", "TRIGGER", "dunlin_check_trigger",
     "CREATE TRIGGER dunlin_check_trigger AFTER INSERT ON " DN_CHECK_ITEMS " FOR EACH ROW BEGIN\n"
     "  UPDATE " DN_CHECK_ITEMS " SET note = 'a; b' WHERE id = 0;\n"
     "  DELETE FROM " DN_CHECK_ITEMS " WHERE id = CASE WHEN 1 = 1 THEN 0 ELSE 1 END;\n"
     "END"},
    {"procedure", "PROCEDURE", "dunlin_check_procedure",
     "CREATE PROCEDURE dunlin_check_procedure()\nBEGIN\n"
     "  DECLARE a INT DEFAULT 1;\n  IF a = 1 THEN\n    SET a = 2;\n  END IF;\n"
     "  WHILE a < 5 DO SET a = a + 1; END WHILE;\nEND"},
    {"atomic", "FUNCTION", "dunlin_check_function",
     "CREATE FUNCTION dunlin_check_function() RETURNS integer LANGUAGE SQL\nBEGIN ATOMIC\n"
     "  SELECT 1;\n  SELECT CASE WHEN 1 = 1 THEN 2 ELSE 3 END;\nEND"},
    {"dollar", "FUNCTION", "dunlin_check_function",
     "CREATE FUNCTION dunlin_check_function() RETURNS integer LANGUAGE sql AS $body$\n"
     "  SELECT 1; -- it's not the end\n  SELECT 2;\n$body$"},
};

static int
body(dn_check *check, size_t which, bool *taken)
{
    const char *sql = dn_check_sql(check, bodies[which].name, bodies[which].sql);
    const char *text = dn_arena_printf(&check->arena, "%s;\nSELECT 1;", sql);
    const char *drop =
        dn_arena_printf(&check->arena, "DROP %s %s", bodies[which].kind, bodies[which].object);
    dn_connection *connection = dn_check_first(check);
    dn_error ignored;

    *taken = false;
    if (!text || !drop)
        return dn_check_no_memory(check);
    /* A run that was killed may have left it. */
    dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, drop, NULL, 0, &ignored);
    if (dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql, NULL, 0, &ignored) < 0)
        return 0;
    *taken = true;
    if (dn_check_statement(check, connection, drop) < 0)
        return -1;
    if (SPLITS(check, text, sql, "SELECT 1") < 0)
        return dn_while(&check->error, "cutting the statement '%s'", bodies[which].name);
    return 0;
}

static int
all_bodies(dn_check *check)
{
    size_t count = 0;

    if (dn_check_items(check) < 0)
        return -1;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        bool taken;

        if (body(check, i, &taken) < 0)
            return -1;
        count += taken;
    }
    return count
               ? 0
               : dn_check_skip(check, "the server took none of the statements with others inside");
}

static const dn_case cases[] = {
    {"lexer.rules", "the rules are complete, without a profile and with the server's", rules, NULL,
     0},
    {"lexer.separators", "semicolons end statements, and empty ones disappear", separators, NULL,
     0},
    {"lexer.comments", "a semicolon in a comment ends nothing", comments, NULL, 0},
    {"lexer.literals", "a semicolon in text quoted by quote_literal() ends nothing", literals, NULL,
     0},
    {"lexer.identifiers", "a semicolon in a name quoted by quote_identifier() ends nothing",
     identifiers, NULL, 0},
    {"lexer.unterminated", "a text or comment without an end is an error", unterminated, NULL, 0},
    {"lexer.file", "a file of quoted text and comments, cut and run, does what it says", file, NULL,
     0},
    {"lexer.bodies", "a statement with others inside that the server takes is not cut", all_bodies,
     NULL, 0},
};

const dn_area dn_area_lexer = DN_AREA(cases);
