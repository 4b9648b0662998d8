/* SPDX-License-Identifier: MIT
 *
 * Facts of what is a text: views, triggers, routines; and of sequences.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drivers/mysql/my_scan.h"
#include "drivers/mysql/my_schema.h"

enum view_cell {
    VIEW_NAME,
    VIEW_DEFINITION,
    VIEW_CHECK,
    VIEW_SECURITY,
    VIEW_ALGORITHM,
    VIEW_COLLATION
};
enum trigger_cell {
    TRIGGER_TABLE,
    TRIGGER_NAME,
    TRIGGER_TIMING,
    TRIGGER_EVENT,
    TRIGGER_BODY,
    TRIGGER_ORDER,
    TRIGGER_MODE,
    TRIGGER_COLLATION
};
enum sequence_cell {
    SEQUENCE_NAME,
    SEQUENCE_START,
    SEQUENCE_INCREMENT,
    SEQUENCE_MINIMUM,
    SEQUENCE_MAXIMUM,
    SEQUENCE_CACHE,
    SEQUENCE_CYCLE
};
enum routine_cell {
    ROUTINE_NAME,
    ROUTINE_TYPE,
    ROUTINE_RETURNS,
    ROUTINE_BODY,
    ROUTINE_DETERMINISTIC,
    ROUTINE_ACCESS,
    ROUTINE_SECURITY,
    ROUTINE_COMMENT,
    ROUTINE_CHARSET,
    ROUTINE_COLLATION,
    ROUTINE_USUAL_COLLATION,
    ROUTINE_MODE,
    ROUTINE_SESSION_COLLATION
};
enum parameter_cell {
    PARAMETER_ROUTINE,
    PARAMETER_TYPE,
    PARAMETER_NUMBER,
    PARAMETER_MODE,
    PARAMETER_NAME,
    PARAMETER_IS,
    PARAMETER_CHARSET,
    PARAMETER_COLLATION
};

static int32_t
push_unreadable(dn_mysql_schema *schema, const dn_mysql_record *record, const char *kind,
                const char *why)
{
    const dunlin_call *call = schema->connection->call;
    dunlin_string path[2] = {record->name, dn_kit_string("")};
    dunlin_fact key = {.size = sizeof(key),
                       .kind = dn_kit_string(kind),
                       .path = path,
                       .path_count = record->space == 't' ? 1 : 2};

    if (schema->scope->key_count > 0 && !record->whole)
        return DUNLIN_OK;
    return call->host->unreadable(call, &key, dn_kit_string(why));
}

/* --- the session in which code was made ----------------------------------------------------------------- */

/* Code keeps the sql_mode of the session that made it, and is read and run in it: of that, what gives the same
 * text another meaning. */
static void
add_mode(dn_mysql_schema *schema, dn_mysql_list *list, dunlin_string mode)
{
    static const char *const telling[] = {
        "ANSI_QUOTES",
        "EMPTY_STRING_IS_NULL",
        "HIGH_NOT_PRECEDENCE",
        "IGNORE_SPACE",
        "NO_AUTO_VALUE_ON_ZERO",
        "NO_BACKSLASH_ESCAPES",
        "NO_UNSIGNED_SUBTRACTION",
        "ORACLE",
        "PAD_CHAR_TO_FULL_LENGTH",
        "PIPES_AS_CONCAT",
        "REAL_AS_FLOAT",
        "SIMULTANEOUS_ASSIGNMENT",
        "TIME_ROUND_FRACTIONAL",
    };
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

    for (size_t i = 0; mode.length > 0 && i < sizeof(telling) / sizeof(telling[0]); i++)
        if (dn_mysql_mode_has(mode.data, telling[i]))
            dn_kit_text_format(&text, "%s%s", text.length > 0 ? "," : "", telling[i]);
    if (text.length > 0)
        dn_mysql_add(list, "sql_mode", DUNLIN_PROPERTY_TEXT,
                     dn_kit_pool_text(&schema->pool, &text));
}

bool
dn_mysql_makes_text(dunlin_string text)
{
    dn_mysql_scan scan;
    dn_mysql_token token;

    dn_mysql_scan_begin(&scan, text);
    while (dn_mysql_scan_next(&scan, &token))
        if (token.kind == DN_MYSQL_STRING ||
            dn_mysql_is_one_of(&token, "CAST CHAR CONCAT CONCAT_WS CONVERT DATE_FORMAT FORMAT "
                                       "GROUP_CONCAT HEX LPAD MAKE_SET RPAD"))
            return true;
    return false;
}

/* Such texts have the collation, and the character set, of the session that made the view or the code. Nothing is
 * said of the one that sessions of migrations have. */
static void
add_collation(dn_mysql_list *list, dunlin_string text, dunlin_string collation)
{
    if (!dn_kit_same(collation, DN_MYSQL_SESSION_COLLATION) && dn_mysql_makes_text(text))
        dn_mysql_add(list, "session_collation", DUNLIN_PROPERTY_TEXT, collation);
}

/* --- views ----------------------------------------------------------------------------------------------- */
int32_t
dn_mysql_push_view(dn_mysql_schema *schema, dn_mysql_record *record)
{
    const dn_mysql_row *row = record->parts[DN_MYSQL_VIEWS].first;
    dunlin_string definition;
    dn_mysql_list depends = {0};
    dn_mysql_list list = {0};

    /* [M] "The INFORMATION_SCHEMA VIEWS Table": empty for who has no SHOW VIEW. */
    if (row == NULL || row->cells[VIEW_DEFINITION].length == 0)
        return push_unreadable(schema, record, DUNLIN_KIND_VIEW,
                               "its definition is shown to whom SHOW VIEW is granted");
    dn_mysql_open_member(&depends, "depends", DUNLIN_PROPERTY_LIST_BEGIN);
    definition = dn_mysql_unqualified(&schema->pool, row->cells[VIEW_DEFINITION], schema->database,
                                      &depends);
    if (schema->connection->facts.mariadb)
        definition = dn_mysql_nested_joins(&schema->pool, definition);
    dn_mysql_close_member(&depends);
    /* It names no database by which it could be told what it depends on. */
    if (record->printed.length > 0)
        definition = dn_mysql_nested_joins(
            &schema->pool,
            dn_mysql_unqualified(&schema->pool, record->printed, schema->database, NULL));
    dn_mysql_add(&list, "definition", DUNLIN_PROPERTY_EXPRESSION, definition);
    dn_mysql_add_copy(&list, depends.items);
    if (!dn_kit_same(row->cells[VIEW_CHECK], "NONE"))
        dn_mysql_add(&list, "check_option", DUNLIN_PROPERTY_TEXT, row->cells[VIEW_CHECK]);
    if (dn_kit_same(row->cells[VIEW_SECURITY], "INVOKER"))
        dn_mysql_add(&list, "security", DUNLIN_PROPERTY_TEXT, dn_kit_string("invoker"));
    if (row->cells[VIEW_ALGORITHM].length > 0 &&
        !dn_kit_same(row->cells[VIEW_ALGORITHM], "UNDEFINED"))
        dn_mysql_add(&list, "algorithm", DUNLIN_PROPERTY_TEXT, row->cells[VIEW_ALGORITHM]);
    add_collation(&list, definition, row->cells[VIEW_COLLATION]);
    schema->pool.failed |= depends.failed;
    dn_mysql_list_free(&depends);
    return dn_mysql_push(schema, record, DUNLIN_KIND_VIEW, NULL, &list);
}

/* --- bodies as they were written ------------------------------------------------------------------------ */
/* Of a routine: behind a line end, and it begins as the server shows it before the first literal or comment. */
static bool
find_body(dunlin_string *text, dunlin_string shown)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text start = {0};
    uint64_t length = 0;
    const char *found;

    while (length < shown.length && memchr("'\"`#/\\-", shown.data[length], 7) == NULL)
        length++;
    dn_kit_text_add(&start, "\n");
    dn_kit_text_add_string(&start, (dunlin_string){shown.data, length});
    found = start.failed || length == 0
                ? NULL
                : memmem(text->data, text->length, start.data, start.length);
    if (found == NULL)
        return false;
    *text = (dunlin_string){found + 1, (uint64_t)(text->data + text->length - found) - 1};
    return true;
}

/* [MDB] information_schema shows what literals of a body mean, and not how they were written: '\\n' and a line end
 * alike. So a body with a backslash is taken from SHOW CREATE, one round trip each. */
static dunlin_string
body_of(dn_mysql_schema *schema, const char *kind, dunlin_string name, dunlin_string shown)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    const char *cells[3] = {NULL};
    dunlin_string text;
    dunlin_string when;
    bool found = false;

    if (!schema->connection->facts.mariadb || memchr(shown.data, '\\', shown.length) == NULL)
        return shown;
    dn_kit_text_format(&sql, "SHOW CREATE %s ", kind);
    dn_kit_text_quote(&sql, '`', schema->database);
    dn_kit_text_add(&sql, ".");
    dn_kit_text_quote(&sql, '`', name);
    if (sql.failed ||
        !dn_mysql_try_first_row(schema->connection, dn_kit_text_string(&sql), cells, 3, &found) ||
        !found || cells[2] == NULL)
        return shown;
    text = dn_kit_string(cells[2]);
    if (strcmp(kind, "TRIGGER") == 0)
        dn_mysql_scan_trigger(text, &when, &text);
    else if (!find_body(&text, shown))
        return shown;
    return dn_kit_pool_copy(&schema->pool, text);
}

/* --- triggers ---------------------------------------------------------------------------------------------- */
void
dn_mysql_add_trigger(dn_kit_text *text, dunlin_string name, dunlin_string when, dunlin_string table,
                     dunlin_string body)
{
    dn_kit_text_add(text, "CREATE TRIGGER ");
    dn_kit_text_quote(text, '`', name);
    dn_kit_text_add(text, " ");
    dn_kit_text_add_string(text, when);
    dn_kit_text_add(text, " ON ");
    dn_kit_text_quote(text, '`', table);
    dn_kit_text_add(text, " FOR EACH ROW ");
    dn_kit_text_add_string(text, body);
}

/* [MDB] Who has no TRIGGER on the table is shown their names alone. */
static int32_t
push_hidden_trigger(dn_mysql_schema *schema, const dn_mysql_record *record, dunlin_string name)
{
    const dunlin_call *call = schema->connection->call;
    const dunlin_string path[] = {record->name, name};
    const dunlin_fact key = {.size = sizeof(key),
                             .kind = dn_kit_string(DUNLIN_KIND_TRIGGER),
                             .path = path,
                             .path_count = 2};

    if (schema->scope->key_count > 0 && !record->whole)
        return DUNLIN_OK;
    return call->host->unreadable(call, &key,
                                  dn_kit_string("its body is shown to whom TRIGGER is granted"));
}

int32_t
dn_mysql_push_triggers(dn_mysql_schema *schema, dn_mysql_record *record)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text when = {0};
    int32_t status = DUNLIN_OK;

    for (const dn_mysql_row *row = record->parts[DN_MYSQL_TRIGGERS].first;
         row != NULL && status == DUNLIN_OK; row = row->next) {
        dn_mysql_list list = {0};

        if (row->cells[TRIGGER_BODY].data == NULL) {
            status = push_hidden_trigger(schema, record, row->cells[TRIGGER_NAME]);
            continue;
        }
        dn_kit_text_clear(&when);
        dn_kit_text_format(&when, "%s %s", row->cells[TRIGGER_TIMING].data,
                           row->cells[TRIGGER_EVENT].data);
        dn_mysql_add_trigger(
            &text, row->cells[TRIGGER_NAME], dn_kit_text_string(&when), record->name,
            body_of(schema, "TRIGGER", row->cells[TRIGGER_NAME], row->cells[TRIGGER_BODY]));
        text.failed = text.failed || when.failed;
        dn_mysql_add(&list, "definition", DUNLIN_PROPERTY_EXPRESSION,
                     dn_kit_pool_text(&schema->pool, &text));
        add_mode(schema, &list, row->cells[TRIGGER_MODE]);
        add_collation(&list, row->cells[TRIGGER_BODY], row->cells[TRIGGER_COLLATION]);
        /* The place among others of the same time and event. */
        if (dn_mysql_number(row->cells[TRIGGER_ORDER]) > 1)
            dn_mysql_add_number(&list, "rank", dn_mysql_number(row->cells[TRIGGER_ORDER]));
        status =
            dn_mysql_push(schema, record, DUNLIN_KIND_TRIGGER, &row->cells[TRIGGER_NAME], &list);
    }
    return status;
}

/* --- sequences ------------------------------------------------------------------------------------------------ */
/* [MDB] the values that CREATE SEQUENCE takes by itself. */
static int64_t
usual(enum sequence_cell cell, int64_t increment, int64_t minimum, int64_t maximum)
{
    switch (cell) {
    case SEQUENCE_START: return increment < 0 ? maximum : minimum;
    case SEQUENCE_INCREMENT: return 1;
    case SEQUENCE_MINIMUM: return increment < 0 ? INT64_MIN + 1 : 1;
    case SEQUENCE_MAXIMUM: return increment < 0 ? -1 : INT64_MAX - 1;
    default: return 1000;
    }
}

int32_t
dn_mysql_push_sequence(dn_mysql_schema *schema, dn_mysql_record *record)
{
    static const char *const names[] = {NULL, "start", "increment", "min", "max", "cache"};
    const dn_mysql_row *row = record->parts[DN_MYSQL_SEQUENCES].first;
    const dn_mysql_row *table = record->parts[DN_MYSQL_TABLES].first;
    int64_t values[SEQUENCE_CYCLE];
    dn_mysql_list list = {0};

    if (row == NULL)
        return push_unreadable(schema, record, DUNLIN_KIND_SEQUENCE, "its row cannot be read");
    for (int i = SEQUENCE_START; i < SEQUENCE_CYCLE; i++)
        values[i] = strtoll(row->cells[i].data, NULL, 10);
    for (int i = SEQUENCE_START; i < SEQUENCE_CYCLE; i++)
        if (values[i] != usual((enum sequence_cell)i, values[SEQUENCE_INCREMENT],
                               values[SEQUENCE_MINIMUM], values[SEQUENCE_MAXIMUM]))
            dn_mysql_add_number(&list, names[i], values[i]);
    dn_mysql_add_flag(&list, "cycle", dn_kit_same(row->cells[SEQUENCE_CYCLE], "1"));
    if (!dn_kit_same_word(table->cells[2], "InnoDB"))
        dn_mysql_add(&list, "engine", DUNLIN_PROPERTY_TEXT, table->cells[2]);
    dn_mysql_add(&list, "comment", DUNLIN_PROPERTY_TEXT, table->cells[5]);
    return dn_mysql_push(schema, record, DUNLIN_KIND_SEQUENCE, NULL, &list);
}

/* --- routines --------------------------------------------------------------------------------------------------- */
/* A type, with its collation unless it is what the database had when the routine was made. */
static void
add_type(dn_kit_text *text, dunlin_string type, dunlin_string charset, dunlin_string collation,
         dunlin_string usual)
{
    dn_kit_text_add_string(text, type);
    if (collation.length > 0 && !dn_kit_equal(collation, usual))
        dn_kit_text_format(text, " CHARSET %s COLLATE %s", charset.data, collation.data);
}

/* [MDB] "sql_mode=ORACLE": RETURN for RETURNS, and what a parameter is for stands behind its name. */
static bool
is_oracle(const dn_mysql_row *routine)
{
    return routine->cells[ROUTINE_MODE].length > 0 &&
           dn_mysql_mode_has(routine->cells[ROUTINE_MODE].data, "ORACLE");
}

static void
add_parameters(dn_kit_text *text, const dn_mysql_record *record, bool function)
{
    const dn_mysql_row *routine = record->parts[DN_MYSQL_ROUTINES].first;
    const dn_mysql_row *row = record->parts[DN_MYSQL_PARAMETERS].first;
    bool oracle = is_oracle(routine);

    dn_kit_text_add(text, "(");
    for (bool first = true; row != NULL; row = row->next, first = false) {
        /* [MDB] Those of a function may be OUT and INOUT since 10.8; IN is not said. */
        bool says = row->cells[PARAMETER_MODE].length > 0 &&
                    !(function && dn_kit_same(row->cells[PARAMETER_MODE], "IN"));

        dn_kit_text_add(text, first ? "" : ", ");
        if (says && !oracle)
            dn_kit_text_format(text, "%s ", row->cells[PARAMETER_MODE].data);
        dn_kit_text_quote(text, '`', row->cells[PARAMETER_NAME]);
        if (says && oracle)
            dn_kit_text_format(text, " %s", row->cells[PARAMETER_MODE].data);
        dn_kit_text_add(text, " ");
        add_type(text, row->cells[PARAMETER_IS], row->cells[PARAMETER_CHARSET],
                 row->cells[PARAMETER_COLLATION], routine->cells[ROUTINE_USUAL_COLLATION]);
    }
    dn_kit_text_add(text, ")");
}

/* [MDB] "Stored Aggregate Functions": they have FETCH GROUP NEXT ROW, and no other function may. */
static bool
is_aggregate(dunlin_string body)
{
    static const char *const words[] = {"FETCH", "GROUP", "NEXT", "ROW"};
    const size_t count = sizeof(words) / sizeof(words[0]);
    dn_mysql_scan scan;
    dn_mysql_token token;
    size_t at = 0;

    dn_mysql_scan_begin(&scan, body);
    while (at < count && dn_mysql_scan_next(&scan, &token))
        at = dn_mysql_is_word(&token, words[at])  ? at + 1
             : dn_mysql_is_word(&token, words[0]) ? 1
                                                  : 0;
    return at == count;
}

int32_t
dn_mysql_push_routine(dn_mysql_schema *schema, dn_mysql_record *record)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    const dn_mysql_row *row = record->parts[DN_MYSQL_ROUTINES].first;
    bool function = record->space == 'F';
    const char *kind = function ? DUNLIN_KIND_FUNCTION : DUNLIN_KIND_PROCEDURE;
    dunlin_string arguments = dn_kit_string("");
    dn_mysql_list list = {0};

    if (row->cells[ROUTINE_BODY].data == NULL)
        return push_unreadable(
            schema, record, kind,
            "its body is shown to whom SELECT on mysql.proc, or SHOW_ROUTINE, is granted");
    if (function && is_aggregate(row->cells[ROUTINE_BODY]))
        dn_kit_text_add(&text, "CREATE AGGREGATE FUNCTION ");
    else
        dn_kit_text_format(&text, "CREATE %s ", function ? "FUNCTION" : "PROCEDURE");
    dn_kit_text_quote(&text, '`', record->name);
    add_parameters(&text, record, function);
    if (function) {
        dn_kit_text_add(&text, is_oracle(row) ? " RETURN " : " RETURNS ");
        add_type(&text, row->cells[ROUTINE_RETURNS], row->cells[ROUTINE_CHARSET],
                 row->cells[ROUTINE_COLLATION], row->cells[ROUTINE_USUAL_COLLATION]);
    }
    if (dn_kit_same(row->cells[ROUTINE_DETERMINISTIC], "YES"))
        dn_kit_text_add(&text, " DETERMINISTIC");
    if (!dn_kit_same(row->cells[ROUTINE_ACCESS], "CONTAINS SQL"))
        dn_kit_text_format(&text, " %s", row->cells[ROUTINE_ACCESS].data);
    if (dn_kit_same(row->cells[ROUTINE_SECURITY], "INVOKER"))
        dn_kit_text_add(&text, " SQL SECURITY INVOKER");
    dn_kit_text_add(&text, "\n");
    dn_kit_text_add_string(&text, body_of(schema, function ? "FUNCTION" : "PROCEDURE", record->name,
                                          row->cells[ROUTINE_BODY]));
    dn_mysql_add(&list, "definition", DUNLIN_PROPERTY_EXPRESSION,
                 dn_kit_pool_text(&schema->pool, &text));
    add_mode(schema, &list, row->cells[ROUTINE_MODE]);
    add_collation(&list, row->cells[ROUTINE_BODY], row->cells[ROUTINE_SESSION_COLLATION]);
    dn_mysql_add(&list, "comment", DUNLIN_PROPERTY_TEXT, row->cells[ROUTINE_COMMENT]);
    return dn_mysql_push(schema, record, kind, &arguments, &list);
}
