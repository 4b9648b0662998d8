/* SPDX-License-Identifier: MIT
 *
 * render(): operations become statements that the server takes.
 */
#include <string.h>

#include "core/conformance/check.h"
#include "core/tracker/tracker_internal.h"

static const char types_name[] = "dunlin_check_types";
static const char tracker_name[] = "dunlin_check_tracker";

static const dn_check_column every_type[] = {
    {"a_boolean", DUNLIN_TYPE_BOOLEAN, false},     {"an_integer", DUNLIN_TYPE_INTEGER, true},
    {"a_bigint", DUNLIN_TYPE_BIGINT, false},       {"a_text", DUNLIN_TYPE_TEXT, false},
    {"a_key_text", DUNLIN_TYPE_KEY_TEXT, false},   {"a_blob", DUNLIN_TYPE_BLOB, false},
    {"a_timestamp", DUNLIN_TYPE_TIMESTAMP, false}, {NULL, NULL, false},
};
static const dn_check_table types_table = {types_name, every_type, "an_integer",
                                           DUNLIN_CONDITION_NONE};

static int
make_types(dn_check *check)
{
    return dn_check_own(check, "TABLE", types_name) < 0 ? -1 : dn_check_create(check, &types_table);
}

static int
types(dn_check *check)
{
    if (make_types(check) < 0)
        return -1;
    return dn_check_count(check, dn_check_second(check), types_name, 0);
}

/* One value for each type, stored and compared with the text it has to read as. */
static int
values(dn_check *check)
{
    const dunlin_value stored[] = {
        {.type = DUNLIN_VALUE_INTEGER, .integer = 2147483647},
        {.type = DUNLIN_VALUE_INTEGER, .integer = INT64_C(9223372036854775807)},
        {.type = DUNLIN_VALUE_TEXT, .text = dn_string("a text")},
        {.type = DUNLIN_VALUE_TEXT, .text = dn_string("a key")},
        {.type = DUNLIN_VALUE_BLOB, .text = dn_string("a blob")},
        {.type = DUNLIN_VALUE_TEXT, .text = dn_string("2026-11-23 12:12:14.683223")},
    };
    static const char *const read[] = {"2147483647", "9223372036854775807",       "a text", "a key",
                                       "a blob",     "2026-11-23 12:12:14.683223"};

    if (make_types(check) < 0 ||
        dn_connection_execute(
            dn_check_first(check), DUNLIN_ITEM_STATEMENT,
            "INSERT INTO dunlin_check_types (an_integer, a_bigint, a_text, a_key_text, a_blob, "
            "a_timestamp) VALUES ($1, $2, $3, $4, $5, $6)",
            stored, sizeof stored / sizeof stored[0], &check->error) < 0)
        return -1;
    for (size_t i = 0; i < sizeof read / sizeof read[0]; i++) {
        const char *column = every_type[i + 1].name;
        const char *sql = dn_arena_printf(&check->arena, "SELECT %s FROM %s", column, types_name);
        const char *cell;

        if (!sql)
            return dn_check_no_memory(check);
        if (dn_check_cell(check, dn_check_first(check), sql, &cell) < 0)
            return -1;
        if (strcmp(cell, read[i]) != 0)
            return dn_check_fail(check, "the column %s gave '%s' and not '%s'", column,
                                 dn_check_shown(check, dn_string(cell)), read[i]);
    }
    return 0;
}

/* 255 letters of four bytes each fit a key text. */
static int
key_text(dn_check *check)
{
    enum { LETTERS = 255 };
    char *text = dn_arena_alloc(&check->arena, LETTERS * 4 + 1);
    dunlin_value value = {.type = DUNLIN_VALUE_TEXT};
    const char *cell;

    if (!text)
        return dn_check_no_memory(check);
    for (size_t i = 0; i < LETTERS; i++)
        memcpy(text + i * 4, "\xf0\x9f\x8c\xb1", 4);
    value.text = dn_string(text);
    if (dn_check_items(check) < 0 ||
        dn_connection_execute(dn_check_first(check), DUNLIN_ITEM_STATEMENT,
                              "INSERT INTO " DN_CHECK_ITEMS " (id, name) VALUES (1, $1)", &value, 1,
                              &check->error) < 0 ||
        dn_check_cell(check, dn_check_first(check), "SELECT name FROM " DN_CHECK_ITEMS, &cell) < 0)
        return -1;
    return strcmp(cell, text) == 0 ? 0 : dn_check_fail(check, "a key text came back changed");
}

static int
if_not_exists(dn_check *check)
{
    dn_check_table table = types_table;

    table.condition = DUNLIN_CONDITION_IF_NOT_EXISTS;
    if (dn_check_own(check, "TABLE", types_name) < 0 || dn_check_create(check, &table) < 0 ||
        dn_check_create(check, &table) < 0)
        return -1;
    return dn_check_count(check, dn_check_first(check), types_name, 0);
}

static int
exists(dn_check *check)
{
    if (make_types(check) < 0)
        return -1;
    if (dn_check_create(check, &types_table) == 0)
        return dn_check_fail(check, "a table that exists was created again");
    if (check->error.status != DUNLIN_EXISTS)
        return dn_check_fail(check, "the class is '%s' and not 'exists': %s",
                             dn_check_class(check->error.status), check->error.message);
    return 0;
}

static int
key(dn_check *check)
{
    static const char row[] = "INSERT INTO dunlin_check_types (an_integer) VALUES (1)";

    if (make_types(check) < 0 || dn_check_execute(check, DUNLIN_ITEM_STATEMENT, row) < 0)
        return -1;
    return dn_check_refused(check, dn_check_first(check), row, DUNLIN_CONSTRAINT);
}

static int
not_null(dn_check *check)
{
    static const dn_check_column columns[] = {
        {"a", DUNLIN_TYPE_INTEGER, true}, {"b", DUNLIN_TYPE_TEXT, true}, {NULL, NULL, false}};
    const dn_check_table table = {types_name, columns, NULL, DUNLIN_CONDITION_NONE};

    if (dn_check_own(check, "TABLE", types_name) < 0 || dn_check_create(check, &table) < 0)
        return -1;
    return dn_check_refused(check, dn_check_first(check),
                            "INSERT INTO dunlin_check_types (a, b) VALUES (1, NULL)",
                            DUNLIN_CONSTRAINT);
}

/* The class of the failure that a row without its counterpart ends with says that the key is one. */
static int
refer_ahead(dn_check *check)
{
    static const char later[] = "dunlin_check_later";

    if (dn_check_own(check, "TABLE", later) < 0 || dn_check_own(check, "TABLE", types_name) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_STATEMENT,
                         "CREATE TABLE dunlin_check_types (id integer, later_id integer REFERENCES "
                         "dunlin_check_later (id))") < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_STATEMENT,
                         "CREATE TABLE dunlin_check_later (id integer NOT NULL PRIMARY KEY)") < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_STATEMENT,
                         "INSERT INTO dunlin_check_later (id) VALUES (1)") < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_STATEMENT,
                         "INSERT INTO dunlin_check_types (id, later_id) VALUES (1, 1)") < 0)
        return -1;
    return dn_check_refused(check, dn_check_first(check),
                            "INSERT INTO dunlin_check_types (id, later_id) VALUES (2, 2)",
                            DUNLIN_CONSTRAINT);
}

static int
names(dn_check *check)
{
    static const char name[] = "dunlin_check_it's \"a\" `b`; c";
    static const dn_check_column columns[] = {{"select", DUNLIN_TYPE_INTEGER, true},
                                              {"a \"b\"", DUNLIN_TYPE_TEXT, false},
                                              {"order", DUNLIN_TYPE_TEXT, false},
                                              {NULL, NULL, false}};
    const dn_check_table table = {name, columns, "select", DUNLIN_CONDITION_NONE};
    const char *quoted;

    if (dn_check_own(check, "TABLE", name) < 0 || dn_check_create(check, &table) < 0)
        return -1;
    quoted = dn_check_quoted(check, name);
    return quoted ? dn_check_count(check, dn_check_second(check), quoted, 0) : -1;
}

static int
offline(dn_check *check)
{
    const char **statements;
    size_t count;

    return dn_check_render(check, NULL, &types_table, &statements, &count);
}

/* The tables of the tracker, under a name of ours, made twice as they are by every run. */
static int
tracker(dn_check *check)
{
    dn_connection *connection = dn_check_first(check);
    dn_tracker_place place;
    const char **statements;
    size_t count;

    if (!connection)
        return -1;
    place = dn_tracker_place_of(connection);
    if (dn_check_own(check, "TABLE", tracker_name) < 0 ||
        dn_tracker_table_migrations(&place, tracker_name, &check->arena, &statements, &count,
                                    &check->error) < 0)
        return -1;
    for (size_t i = 0; i < 2 * count; i++)
        if (dn_check_statement(check, connection, statements[i % count]) < 0)
            return -1;
    return dn_check_count(check, dn_check_second(check), tracker_name, 0);
}

/* What cannot be rendered is refused with a reason, not left out. */
static int
impossible(dn_check *check)
{
    static const dunlin_string path = {"dunlin_check_thing", 18};
    const dunlin_operation operation = {
        .size = sizeof operation,
        .verb = DUNLIN_VERB_CREATE,
        .kind = dn_string("dunlin-check-kind"),
        .path = &path,
        .path_count = 1,
    };
    const dunlin_operation *list = &operation;
    const char **statements;
    size_t count;

    if (dn_driver_render(check->driver, NULL, &list, 1, &check->arena, &statements, &count,
                         &check->error) == 0)
        return dn_check_fail(check, "an object of an unknown kind was rendered as %zu statements",
                             count);
    if (check->error.status != DUNLIN_UNSUPPORTED)
        return dn_check_fail(check, "the class is '%s' and not 'unsupported': %s",
                             dn_check_class(check->error.status), check->error.message);
    return 0;
}

static const dn_case cases[] = {
    {"render.types", "a table with a column of every portable type is made", types, NULL, 0},
    {"render.values", "columns of the portable types hold their values", values, NULL, 0},
    {"render.key-text", "a key text holds 255 letters of any script", key_text, NULL, 0},
    {"render.if-not-exists", "a table that is created if it does not exist may exist",
     if_not_exists, NULL, 0},
    {"render.exists", "a table that is simply created may not", exists, NULL, 0},
    {"render.key", "a primary key holds", key, NULL, 0},
    {"render.not-null", "a column that forbids null does", not_null, NULL, 0},
    {"render.refer-ahead", "a foreign key may name a table that is made later", refer_ahead, NULL,
     DUNLIN_CAN_REFER_AHEAD},
    {"render.names", "names are quoted", names, NULL, 0},
    {"render.offline", "render() works without a profile", offline, NULL, 0},
    {"render.tracker", "the tracker's table can be made, and made again", tracker, NULL, 0},
    {"render.impossible", "what cannot be rendered is refused as unsupported", impossible, NULL, 0},
};

const dn_area dn_area_render = DN_AREA(cases);
