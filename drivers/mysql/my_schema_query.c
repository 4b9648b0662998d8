/* SPDX-License-Identifier: MIT
 *
 * The questions to information_schema. It is no set of tables: a join of two of its views can take
 * hours, and a filter on another column than these reads every database of the server. A whole
 * schema is read view by view; some objects in one go, by a union of the same questions.
 */
#include "drivers/mysql/my_schema.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct part_question {
    const char *view;
    const char *schema;  /* the column that narrows to one database */
    const char *name;    /* and to one object */
    const char *mariadb; /* cells, the name of the object first */
    const char *mysql;   /* NULL: the same */
    const char *more;    /* conditions */
    const char *light;   /* [MDB] cells for which no data is opened; NULL: the same */
} part_question;

static const part_question questions[] = {
    [DN_MYSQL_TABLES] = {"TABLES", "TABLE_SCHEMA", "TABLE_NAME",
                         "TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COLLATION, CREATE_OPTIONS, "
                         "TABLE_COMMENT",
                         NULL, "",
                         "TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COLLATION, NULL, TABLE_COMMENT"},
    [DN_MYSQL_COLUMNS] = {"COLUMNS", "TABLE_SCHEMA", "TABLE_NAME",
                          "TABLE_NAME, ORDINAL_POSITION, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, "
                          "COLUMN_DEFAULT, EXTRA, COLLATION_NAME, @generated, "
                          "COLUMN_COMMENT",
                          NULL, "", NULL},
    [DN_MYSQL_INDEXES] = {"STATISTICS", "TABLE_SCHEMA", "TABLE_NAME",
                          "TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, NON_UNIQUE, COLUMN_NAME, "
                          "SUB_PART, COLLATION, INDEX_TYPE, INDEX_COMMENT, NULL, @ignored",
                          "TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, NON_UNIQUE, COLUMN_NAME, "
                          "SUB_PART, COLLATION, INDEX_TYPE, INDEX_COMMENT, @expression, @visible",
                          "",
                          "TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, NON_UNIQUE, COLUMN_NAME, "
                          "SUB_PART, NULL, NULL, INDEX_COMMENT, NULL, @ignored"},
    [DN_MYSQL_KEYS] = {"KEY_COLUMN_USAGE", "TABLE_SCHEMA", "TABLE_NAME",
                       "TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION, COLUMN_NAME, "
                       "REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME",
                       NULL, " AND REFERENCED_TABLE_NAME IS NOT NULL", NULL},
    [DN_MYSQL_REFERENCES] = {"REFERENTIAL_CONSTRAINTS", "CONSTRAINT_SCHEMA", "TABLE_NAME",
                             "TABLE_NAME, CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE", NULL, "",
                             NULL},
    [DN_MYSQL_CHECKS] = {"CHECK_CONSTRAINTS", "CONSTRAINT_SCHEMA", "TABLE_NAME",
                         "TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE, @level", NULL, "", NULL},
    [DN_MYSQL_VIEWS] = {"VIEWS", "TABLE_SCHEMA", "TABLE_NAME",
                        "TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION, SECURITY_TYPE, @algorithm, "
                        "COLLATION_CONNECTION",
                        NULL, "", NULL},
    [DN_MYSQL_TRIGGERS] = {"TRIGGERS", "EVENT_OBJECT_SCHEMA", "EVENT_OBJECT_TABLE",
                           "EVENT_OBJECT_TABLE, TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, "
                           "ACTION_STATEMENT, ACTION_ORDER, SQL_MODE, COLLATION_CONNECTION",
                           NULL, "", NULL},
    [DN_MYSQL_ROUTINES] = {"ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_NAME",
                           "ROUTINE_NAME, ROUTINE_TYPE, DTD_IDENTIFIER, ROUTINE_DEFINITION, "
                           "IS_DETERMINISTIC, SQL_DATA_ACCESS, SECURITY_TYPE, ROUTINE_COMMENT, "
                           "CHARACTER_SET_NAME, COLLATION_NAME, DATABASE_COLLATION, SQL_MODE, "
                           "COLLATION_CONNECTION",
                           NULL, " AND ROUTINE_TYPE IN ('FUNCTION', 'PROCEDURE')", NULL},
    [DN_MYSQL_PARAMETERS] = {"PARAMETERS", "SPECIFIC_SCHEMA", "SPECIFIC_NAME",
                             "SPECIFIC_NAME, ROUTINE_TYPE, ORDINAL_POSITION, PARAMETER_MODE, "
                             "PARAMETER_NAME, DTD_IDENTIFIER, CHARACTER_SET_NAME, COLLATION_NAME",
                             NULL, " AND ORDINAL_POSITION > 0", NULL},
    [DN_MYSQL_PARTITIONS] = {"PARTITIONS", "TABLE_SCHEMA", "TABLE_NAME",
                             "TABLE_NAME, PARTITION_NAME, SUBPARTITION_NAME, PARTITION_METHOD, "
                             "SUBPARTITION_METHOD, PARTITION_EXPRESSION, SUBPARTITION_EXPRESSION, "
                             "PARTITION_DESCRIPTION, PARTITION_ORDINAL_POSITION, PARTITION_COMMENT",
                             NULL, " AND PARTITION_NAME IS NOT NULL", NULL},
};

/* Beyond this many names, all is read and most of it left. */
enum { NAMES_AT_MOST = 300 };

typedef struct dn_mysql_found {
    struct dn_mysql_found *next;
    dunlin_string name;
} dn_mysql_found;

typedef struct asking {
    dn_mysql_schema *schema;
    dn_kit_text sql;
    bool relations; /* of the scope's keys */
    bool routines;
    bool some;
    dn_mysql_found *found; /* tables of what is asked for by its own name */
} asking;

/* [MDB] IGNORED since 10.6, LEVEL since 10.5.10, GENERATION_EXPRESSION since 10.2.5; [M] EXPRESSION
 * since 8.0.13, IS_VISIBLE since 8.0.0, GENERATION_EXPRESSION since 5.7.6. */
static unsigned
version_of(const dunlin_connection *connection)
{
    return connection->facts.major * 10000 + connection->facts.minor * 100 +
           connection->facts.patch;
}

static const char *
cell_of(const dunlin_connection *connection, dunlin_string word)
{
    unsigned version = version_of(connection);

    if (dn_kit_same(word, "@ignored"))
        return version >= 100600 ? "IGNORED" : "NULL";
    if (dn_kit_same(word, "@level"))
        return version >= 100510 ? "LEVEL" : "NULL";
    if (dn_kit_same(word, "@generated"))
        return version >= (connection->facts.mariadb ? 100205 : 50706) ? "GENERATION_EXPRESSION"
                                                                       : "NULL";
    if (dn_kit_same(word, "@expression"))
        return version >= 80013 ? "EXPRESSION" : "NULL";
    if (dn_kit_same(word, "@visible"))
        return version >= 80000 ? "IF(IS_VISIBLE = 'NO', 'YES', 'NO')" : "NULL";
    if (dn_kit_same(word, "@algorithm"))
        return connection->facts.mariadb && version >= 100100 ? "ALGORITHM" : "NULL";
    return NULL;
}

/* The cells of a part; in a union all of one kind of text, and as many everywhere. */
static unsigned
add_cells(asking *ask, const char *cells, bool joined)
{
    unsigned count = 0;

    while (*cells != '\0') {
        dunlin_string word = {cells, strcspn(cells, ",")};
        const char *other = cell_of(ask->schema->connection, word);

        dn_kit_text_add(&ask->sql, count > 0 ? ", " : "");
        dn_kit_text_add(&ask->sql, joined ? "CONVERT(" : "");
        if (other != NULL)
            dn_kit_text_add(&ask->sql, other);
        else
            dn_kit_text_add_string(&ask->sql, word);
        dn_kit_text_add(&ask->sql, joined ? " USING utf8mb4) COLLATE utf8mb4_bin" : "");
        cells += word.length;
        cells += strspn(cells, ", ");
        count++;
    }
    return count;
}

/* --- the names that are asked for -------------------------------------------------------------------- */
static void
add_value(asking *ask, dunlin_string text)
{
    dunlin_value value = {.type = DUNLIN_VALUE_TEXT, .text = text};

    dn_mysql_add_value(&ask->sql, &value);
}

static bool
is_routine(const dunlin_fact *key)
{
    return dn_kit_same(key->kind, DUNLIN_KIND_FUNCTION) ||
           dn_kit_same(key->kind, DUNLIN_KIND_PROCEDURE);
}

/* Visits the names; each once where they stand in a row. */
static size_t
add_name_list(asking *ask, bool routines, dn_kit_text *text)
{
    const dn_mysql_wish *wishes = ask->schema->all;
    dunlin_value value = {.type = DUNLIN_VALUE_TEXT};
    dunlin_string last = {NULL, 0};
    size_t count = 0;

    for (uint64_t i = 0; i < ask->schema->scope->key_count; i++) {
        value.text = wishes[i].path[0];
        if (is_routine(wishes[i].key) != routines || value.text.length == 0 ||
            dn_kit_equal(value.text, last))
            continue;
        dn_kit_text_add(text, count++ > 0 ? ", " : "");
        dn_mysql_add_value(text, &value);
        last = value.text;
    }
    for (const dn_mysql_found *found = ask->found; found != NULL && !routines;
         found = found->next) {
        value.text = found->name;
        dn_kit_text_add(text, count++ > 0 ? ", " : "");
        dn_mysql_add_value(text, &value);
    }
    return count;
}

/* = 'one', for which the server opens that one alone; IN ('one', 'other'), for which it looks
 * through the names of all. */
static void
add_names(asking *ask, bool routines)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text names = {0};
    size_t count = add_name_list(ask, routines, &names);

    dn_kit_text_add(&ask->sql, count == 1 ? " = " : " IN (");
    dn_kit_text_add(&ask->sql, count > 0 ? names.data : "NULL");
    dn_kit_text_add(&ask->sql, count == 1 ? "" : ")");
    ask->sql.failed |= names.failed;
}

static bool
is_of_routines(dn_mysql_part part)
{
    return part == DN_MYSQL_ROUTINES || part == DN_MYSQL_PARAMETERS;
}

/* FROM ... WHERE ... */
static void
add_source(asking *ask, dn_mysql_part part)
{
    const part_question *question = &questions[part];

    dn_kit_text_format(&ask->sql, " FROM information_schema.%s WHERE %s = ", question->view,
                       question->schema);
    add_value(ask, ask->schema->database);
    dn_kit_text_add(&ask->sql, question->more);
    if (!ask->some)
        return;
    dn_kit_text_format(&ask->sql, " AND %s", question->name);
    add_names(ask, is_of_routines(part));
}

/* [M] the name of the table a check belongs to is in another view. */
static void
add_mysql_checks(asking *ask, bool joined)
{
    const char *convert = joined ? "CONVERT(%s USING utf8mb4) COLLATE utf8mb4_bin" : "%s";
    static const char *const cells[] = {"t.TABLE_NAME", "t.CONSTRAINT_NAME", "c.CHECK_CLAUSE",
                                        "t.ENFORCED"};

    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        const char *mark = strstr(convert, "%s");

        dn_kit_text_add(&ask->sql, i > 0 ? ", " : "");
        dn_kit_text_add_string(&ask->sql, (dunlin_string){convert, (uint64_t)(mark - convert)});
        dn_kit_text_add(&ask->sql, cells[i]);
        dn_kit_text_add(&ask->sql, mark + 2);
    }
}

static void
add_mysql_check_source(asking *ask)
{
    dn_kit_text_add(&ask->sql, " FROM information_schema.TABLE_CONSTRAINTS t JOIN "
                               "information_schema.CHECK_CONSTRAINTS c ON c.CONSTRAINT_SCHEMA = "
                               "t.CONSTRAINT_SCHEMA AND c.CONSTRAINT_NAME = t.CONSTRAINT_NAME "
                               "WHERE t.CONSTRAINT_TYPE = 'CHECK' AND t.TABLE_SCHEMA = ");
    add_value(ask, ask->schema->database);
    if (!ask->some)
        return;
    dn_kit_text_add(&ask->sql, " AND t.TABLE_NAME");
    add_names(ask, false);
}

/* [M] CHECK_CONSTRAINTS since 8.0.16; [MDB] since 10.3.10, and 10.2.22 of the versions before. */
static bool
shows_checks(const dunlin_connection *connection)
{
    unsigned version = version_of(connection);

    if (!connection->facts.mariadb)
        return version >= 80016;
    return version >= 100310 || (version >= 100222 && version < 100300);
}

static bool
has_part(const asking *ask, dn_mysql_part part)
{
    if (part >= DN_MYSQL_PARTITIONS)
        return false;
    if (part == DN_MYSQL_CHECKS && !shows_checks(ask->schema->connection))
        return false;
    return is_of_routines(part) ? ask->routines : ask->relations;
}

/* SELECT ... of a part. A union has the part's number in front and as many cells everywhere. */
static void
add_question(asking *ask, dn_mysql_part part, bool joined)
{
    bool mysql = !ask->schema->connection->facts.mariadb;
    const char *cells =
        mysql && questions[part].mysql != NULL ? questions[part].mysql : questions[part].mariadb;
    unsigned count = 4;

    if (ask->schema->light && questions[part].light != NULL)
        cells = questions[part].light;
    dn_kit_text_add(&ask->sql, "SELECT ");
    if (joined)
        dn_kit_text_format(&ask->sql, "%d AS part, ", (int)part);
    if (part == DN_MYSQL_CHECKS && mysql)
        add_mysql_checks(ask, joined);
    else
        count = add_cells(ask, cells, joined);
    for (; joined && count < DN_MYSQL_CELLS - 1; count++)
        dn_kit_text_add(&ask->sql, ", NULL");
    if (part == DN_MYSQL_CHECKS && mysql)
        add_mysql_check_source(ask);
    else
        add_source(ask, part);
}

/* --- rows ---------------------------------------------------------------------------------------------- */
static char
space_of(dn_mysql_part part, dunlin_string type)
{
    return is_of_routines(part) && type.length > 0 ? type.data[0] : 't';
}

/* Some rows have a number that says where they belong; most come in order. */
static int
order_cell(dn_mysql_part part)
{
    return part == DN_MYSQL_COLUMNS ? 1 : part == DN_MYSQL_PARAMETERS ? 2 : 0;
}

static void
link_row(dn_mysql_rows *rows, dn_mysql_row *row, int cell)
{
    dn_mysql_row **place = &rows->first;

    if (rows->last == NULL || cell == 0 ||
        dn_mysql_number(rows->last->cells[cell]) <= dn_mysql_number(row->cells[cell])) {
        if (rows->last != NULL)
            rows->last->next = row;
        else
            rows->first = row;
        rows->last = row;
        return;
    }
    while (dn_mysql_number((*place)->cells[cell]) <= dn_mysql_number(row->cells[cell]))
        place = &(*place)->next;
    row->next = *place;
    *place = row;
}

/* With its texts in one piece, each with a NUL behind it. */
bool
dn_mysql_schema_keep(dn_mysql_schema *schema, dn_mysql_part part, char *const *cells,
                     const unsigned long *lengths, unsigned count)
{
    size_t texts = 0;
    dn_mysql_record *record;
    dn_mysql_row *row;
    char *at;

    for (unsigned i = 0; i < count; i++)
        texts += lengths[i] + 1;
    row = dn_kit_pool_take(&schema->pool, sizeof(*row) + count * sizeof(row->cells[0]) + texts);
    if (row == NULL || cells[0] == NULL)
        return row != NULL;
    at = (char *)(row->cells + count);
    for (unsigned i = 0; i < count; i++) {
        if (cells[i] == NULL)
            continue;
        memcpy(at, cells[i], lengths[i]);
        row->cells[i] = (dunlin_string){at, lengths[i]};
        at += lengths[i] + 1;
    }
    record = dn_mysql_record_of(schema, space_of(part, row->cells[1]), row->cells[0], true);
    if (record == NULL)
        return false;
    if (schema->mending && !record->unclear)
        return true;
    link_row(&record->parts[part], row, order_cell(part));
    if (part == DN_MYSQL_TABLES) {
        schema->views |= dn_kit_same(row->cells[1], "VIEW");
        schema->partitions |= dn_mysql_contains(row->cells[4], "partitioned");
        schema->sequences |= dn_kit_same(row->cells[1], "SEQUENCE");
    }
    return true;
}

/* `part` is DN_MYSQL_PARTS in a union, whose first cell tells. */
static int32_t
keep_rows(dn_mysql_schema *schema, dn_mysql_part part)
{
    dunlin_connection *connection = schema->connection;
    MYSQL_RES *result = mysql_use_result(connection->mysql);
    int32_t status = DUNLIN_OK;
    unsigned count;
    bool ok = true;
    MYSQL_ROW row;

    if (result == NULL)
        return dn_mysql_fail(connection, "reading the schema");
    count = mysql_num_fields(result);
    while (ok && (row = mysql_fetch_row(result)) != NULL) {
        const unsigned long *lengths = mysql_fetch_lengths(result);

        ok = part == DN_MYSQL_PARTS
                 ? dn_mysql_schema_keep(schema, (dn_mysql_part)strtol(row[0], NULL, 10), row + 1,
                                        lengths + 1, count - 1)
                 : dn_mysql_schema_keep(schema, part, row, lengths, count);
    }
    if (!ok)
        status = dn_kit_no_memory(connection->call);
    else if (mysql_errno(connection->mysql) != 0)
        status = dn_mysql_fail(connection, "reading the schema");
    mysql_free_result(result);
    return status;
}

/* What a server sends behind the last answer that was waited for. */
static void
drain_rest(dunlin_connection *connection)
{
    int64_t ignored;

    if (mysql_next_result(connection->mysql) == 0)
        dn_mysql_drain(connection, &ignored);
}

static int32_t
ask_now(asking *ask, dn_mysql_part part)
{
    dunlin_connection *connection = ask->schema->connection;
    int32_t status;

    if (ask->sql.failed)
        return dn_kit_no_memory(connection->call);
    if (!dn_mysql_send(connection, dn_kit_text_string(&ask->sql)))
        return dn_mysql_fail(connection, "reading the schema");
    dn_kit_text_clear(&ask->sql);
    status = keep_rows(ask->schema, part);
    drain_rest(connection);
    return status;
}

/* All questions in one text: the server goes on while the rows are taken. */
static int32_t
ask_together(asking *ask, const dn_mysql_part *parts, size_t count)
{
    dunlin_connection *connection = ask->schema->connection;
    int32_t status = DUNLIN_OK;

    for (size_t i = 0; i < count; i++) {
        dn_kit_text_add(&ask->sql, i > 0 ? ";\n" : "");
        add_question(ask, parts[i], false);
    }
    if (ask->sql.failed)
        return dn_kit_no_memory(connection->call);
    if (!dn_mysql_send(connection, dn_kit_text_string(&ask->sql)))
        return dn_mysql_fail(connection, "reading the schema");
    dn_kit_text_clear(&ask->sql);
    for (size_t i = 0; i < count && status == DUNLIN_OK; i++) {
        if (i > 0 && !dn_mysql_next(connection))
            return dn_mysql_fail(connection, "reading the schema");
        status = keep_rows(ask->schema, parts[i]);
    }
    drain_rest(connection);
    return status;
}

/* --- what is behind a first answer -------------------------------------------------------------------------- */
/* [MDB] a sequence is a table of one row; there is no view of all of them before 12. Literals of names differ in
 * their collations, which do not mix in a union. */
static void
add_sequences(asking *ask)
{
    bool first = true;

    for (const dn_mysql_record *record = ask->schema->first; record != NULL;
         record = record->next) {
        const dn_mysql_row *row = record->parts[DN_MYSQL_TABLES].first;

        if (row == NULL || !dn_kit_same(row->cells[1], "SEQUENCE"))
            continue;
        dn_kit_text_add(&ask->sql, first ? "" : " UNION ALL ");
        dn_kit_text_add(&ask->sql, "SELECT CONVERT(");
        add_value(ask, record->name);
        dn_kit_text_add(
            &ask->sql,
            " USING utf8mb4) COLLATE utf8mb4_bin, start_value, increment, minimum_value, maximum_value, "
            "cache_size, cycle_option FROM ");
        dn_kit_text_quote(&ask->sql, '`', ask->schema->database);
        dn_kit_text_add(&ask->sql, ".");
        dn_kit_text_quote(&ask->sql, '`', record->name);
        first = false;
    }
}

static int32_t
ask_more(asking *ask)
{
    int32_t status = DUNLIN_OK;

    if (ask->schema->partitions) {
        add_question(ask, DN_MYSQL_PARTITIONS, false);
        dn_kit_text_add(&ask->sql, " ORDER BY PARTITION_ORDINAL_POSITION, "
                                   "SUBPARTITION_ORDINAL_POSITION");
        status = ask_now(ask, DN_MYSQL_PARTITIONS);
    }
    if (status == DUNLIN_OK && ask->schema->sequences) {
        add_sequences(ask);
        status = ask_now(ask, DN_MYSQL_SEQUENCES);
    }
    return status;
}

/* --- indexes and triggers that are named without their table ------------------------------------------------ */
static void
add_search(asking *ask, dn_mysql_part part, const char *name)
{
    const part_question *question = &questions[part];
    bool first = true;

    dn_kit_text_format(&ask->sql,
                       "SELECT CONVERT(%s USING utf8mb4) COLLATE utf8mb4_bin FROM "
                       "information_schema.%s WHERE %s = ",
                       question->name, question->view, question->schema);
    add_value(ask, ask->schema->database);
    dn_kit_text_format(&ask->sql, " AND %s IN (", name);
    for (const dn_mysql_wish *wish = ask->schema->anywhere; wish != NULL; wish = wish->next) {
        dn_kit_text_add(&ask->sql, first ? "" : ", ");
        add_value(ask, wish->path[wish->path_count - 1]);
        first = false;
    }
    dn_kit_text_add(&ask->sql, ")");
}

/* Finds the tables that have one of those. */
static int32_t
find_tables(asking *ask)
{
    dn_mysql_schema *schema = ask->schema;
    dunlin_connection *connection = schema->connection;
    MYSQL_RES *result;
    MYSQL_ROW row;
    int64_t ignored;

    add_search(ask, DN_MYSQL_INDEXES, "INDEX_NAME");
    dn_kit_text_add(&ask->sql, " UNION ");
    add_search(ask, DN_MYSQL_TRIGGERS, "TRIGGER_NAME");
    if (ask->sql.failed)
        return dn_kit_no_memory(connection->call);
    if (!dn_mysql_send(connection, dn_kit_text_string(&ask->sql)) ||
        (result = mysql_store_result(connection->mysql)) == NULL)
        return dn_mysql_fail(connection, "reading the schema");
    dn_kit_text_clear(&ask->sql);
    while ((row = mysql_fetch_row(result)) != NULL) {
        dn_mysql_found *found = dn_kit_pool_take(&schema->pool, sizeof(*found));

        if (found == NULL || row[0] == NULL)
            continue;
        found->name = dn_kit_pool_copy(&schema->pool, dn_kit_string(row[0]));
        found->next = ask->found;
        ask->found = found;
    }
    mysql_free_result(result);
    if (mysql_next_result(connection->mysql) == 0)
        dn_mysql_drain(connection, &ignored);
    return schema->pool.failed ? dn_kit_no_memory(connection->call) : DUNLIN_OK;
}

/* --- a whole schema of MariaDB, lightly ---------------------------------------------------------------------- */
/* The unclear ones, by name if there are few: all that opening their data tells. */
static int32_t
mend(asking *ask)
{
    static const dn_mysql_part parts[] = {DN_MYSQL_TABLES, DN_MYSQL_INDEXES, DN_MYSQL_KEYS,
                                          DN_MYSQL_REFERENCES, DN_MYSQL_CHECKS};
    dn_mysql_schema *schema = ask->schema;
    const size_t count =
        sizeof(parts) / sizeof(parts[0]) - (shows_checks(schema->connection) ? 0 : 1);
    int32_t status;

    ask->some = schema->unclear <= NAMES_AT_MOST;
    for (dn_mysql_record *record = schema->first; record != NULL; record = record->next) {
        dn_mysql_found *found;

        if (!record->unclear)
            continue;
        for (size_t i = 0; i < count; i++)
            record->parts[parts[i]] = (dn_mysql_rows){NULL, NULL};
        found = dn_kit_pool_take(&schema->pool, sizeof(*found));
        if (found == NULL)
            return dn_kit_no_memory(schema->connection->call);
        *found = (dn_mysql_found){ask->found, record->name};
        ask->found = found;
    }
    schema->mending = true;
    status = ask_together(ask, parts, count);
    schema->mending = false;
    return status;
}

static int32_t
read_light(asking *ask)
{
    static const dn_mysql_part parts[] = {DN_MYSQL_TABLES,   DN_MYSQL_COLUMNS,
                                          DN_MYSQL_INDEXES,  DN_MYSQL_TRIGGERS,
                                          DN_MYSQL_ROUTINES, DN_MYSQL_PARAMETERS};
    dn_mysql_schema *schema = ask->schema;
    int32_t status;

    schema->light = true;
    status = ask_together(ask, parts, sizeof(parts) / sizeof(parts[0]));
    schema->light = false;
    if (status == DUNLIN_OK)
        status = dn_mysql_schema_print(schema);
    if (status == DUNLIN_OK && schema->unclear > 0)
        status = mend(ask);
    ask->some = false;
    if (status == DUNLIN_OK && schema->views) {
        add_question(ask, DN_MYSQL_VIEWS, false);
        status = ask_now(ask, DN_MYSQL_VIEWS);
    }
    return status == DUNLIN_OK ? ask_more(ask) : status;
}

static bool
goes_light(const dn_mysql_schema *schema)
{
    const dunlin_connection *connection = schema->connection;

    return schema->scope->key_count == 0 && connection->facts.mariadb && connection->joins &&
           connection->several && !schema->folds;
}

static int32_t
read_fully(asking *ask)
{
    int32_t status = DUNLIN_OK;
    bool asked = false;

    if (ask->some && ask->schema->anywhere != NULL)
        status = find_tables(ask);
    for (int part = 0; part < DN_MYSQL_PARTS && status == DUNLIN_OK; part++) {
        if (!has_part(ask, (dn_mysql_part)part))
            continue;
        dn_kit_text_add(&ask->sql, ask->some && asked ? " UNION ALL " : "");
        add_question(ask, (dn_mysql_part)part, ask->some);
        asked = true;
        if (!ask->some)
            status = ask_now(ask, (dn_mysql_part)part);
    }
    if (status == DUNLIN_OK && ask->some && asked)
        status = ask_now(ask, DN_MYSQL_PARTS);
    return status == DUNLIN_OK ? ask_more(ask) : status;
}

void
dn_mysql_ask_of(const dn_mysql_schema *schema, const char *question, dn_kit_text *sql)
{
    const dunlin_value database = {.type = DUNLIN_VALUE_TEXT, .text = schema->database};

    for (const char *at = question; *at != '\0'; at++) {
        bool variable = at[0] == '@' && at[1] == '@';

        if (*at == '@' && !variable)
            dn_mysql_add_value(sql, &database);
        else
            dn_kit_text_add_string(sql, (dunlin_string){at, variable ? 2 : 1});
        at += variable ? 1 : 0;
    }
}

int32_t
dn_mysql_schema_read(dn_mysql_schema *schema)
{
    asking ask = {.schema = schema,
                  .relations = schema->scope->key_count == 0,
                  .routines = schema->scope->key_count == 0,
                  .some =
                      schema->scope->key_count > 0 && schema->scope->key_count <= NAMES_AT_MOST};
    int32_t status;

    for (uint64_t i = 0; i < schema->scope->key_count; i++) {
        ask.routines |= is_routine(schema->scope->keys[i]);
        ask.relations |= !is_routine(schema->scope->keys[i]);
    }
    status = goes_light(schema) ? read_light(&ask) : read_fully(&ask);
    dn_kit_text_free(&ask.sql);
    if (status == DUNLIN_OK)
        status = dn_mysql_schema_views(schema);
    return status == DUNLIN_OK ? dn_mysql_schema_periods(schema) : status;
}
