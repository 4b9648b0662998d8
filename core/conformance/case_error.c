/* SPDX-License-Identifier: MIT
 *
 * Classes of errors: dunlin decides by them what it does next.
 */
#include <string.h>

#include "core/conformance/raw.h"

/* A statement that fails, and what has to be there before. NULL: nothing. */
typedef struct wrong_statement {
    const char *before[2]; /* statements */
    const char *view;      /* object that they make besides the items */
    const char *sql;
    int32_t status;
} wrong_statement;

#define KEYED                                                                                               \
    "CREATE TABLE dunlin_check_keyed (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL "         \
    "UNIQUE, amount INTEGER CHECK (amount > 0), item BIGINT, FOREIGN KEY (item) REFERENCES " DN_CHECK_ITEMS \
    " (id))"
#define ONE_ROW "INSERT INTO dunlin_check_keyed (id, name, amount) VALUES (1, 'a', 1)"

static int
fails_as(dn_check *check)
{
    const wrong_statement *wrong = check->current->argument;
    dn_raw_item items[] = {{.kind = DUNLIN_ITEM_STATEMENT}};
    dn_raw_run run = DN_RAW_RUN(items);

    if (dn_check_items(check) < 0 || dn_check_own(check, "TABLE", "dunlin_check_keyed") < 0 ||
        (wrong->view && dn_check_own(check, "VIEW", wrong->view) < 0))
        return -1;
    for (size_t i = 0; i < 2 && wrong->before[i]; i++)
        if (dn_check_execute(
                check, DUNLIN_ITEM_STATEMENT,
                dn_check_sql(check, i == 0 ? "before" : "also-before", wrong->before[i])) < 0)
            return -1;
    items[0].sql = dn_check_sql(check, "statement", wrong->sql);
    if (dn_raw_run_failing(check, dn_check_first(check), &run, 0, wrong->status) < 0)
        return dn_while(&check->error, "running '%.300s'", items[0].sql);
    if (run.failure.offset < -1 || run.failure.offset > (int64_t)strlen(items[0].sql))
        return dn_check_fail(check, "the error is at byte %lld of a statement of %zu",
                             (long long)run.failure.offset, strlen(items[0].sql));
    if (dn_check_execute(check, DUNLIN_ITEM_ROLLBACK, NULL) < 0)
        return -1;
    return dn_check_count(check, dn_check_first(check), DN_CHECK_ITEMS, 0);
}

static const wrong_statement syntax = {.sql = "SELEC id FROM " DN_CHECK_ITEMS,
                                       .status = DUNLIN_SYNTAX};
static const wrong_statement syntax_at_end = {.sql = "INSERT INTO " DN_CHECK_ITEMS " (id) VALUES (",
                                              .status = DUNLIN_SYNTAX};
static const wrong_statement table_exists = {.sql = "CREATE TABLE " DN_CHECK_ITEMS " (id INTEGER)",
                                             .status = DUNLIN_EXISTS};
static const wrong_statement column_exists = {
    .sql = "ALTER TABLE " DN_CHECK_ITEMS " ADD COLUMN name VARCHAR(10)", .status = DUNLIN_EXISTS};
static const wrong_statement index_exists = {
    .before = {"CREATE INDEX dunlin_check_index ON " DN_CHECK_ITEMS " (name)"},
    .sql = "CREATE INDEX dunlin_check_index ON " DN_CHECK_ITEMS " (name)",
    .status = DUNLIN_EXISTS};
static const wrong_statement view_exists = {
    .before = {"CREATE VIEW dunlin_check_view AS SELECT id FROM " DN_CHECK_ITEMS},
    .view = "dunlin_check_view",
    .sql = "CREATE VIEW dunlin_check_view AS SELECT id FROM " DN_CHECK_ITEMS,
    .status = DUNLIN_EXISTS};
static const wrong_statement table_missing = {
    .sql = "INSERT INTO dunlin_check_missing (id) VALUES (1)", .status = DUNLIN_MISSING};
static const wrong_statement drop_missing = {.sql = "DROP TABLE dunlin_check_missing",
                                             .status = DUNLIN_MISSING};
static const wrong_statement alter_missing = {
    .sql = "ALTER TABLE dunlin_check_missing ADD COLUMN a INTEGER", .status = DUNLIN_MISSING};
static const wrong_statement column_missing = {.sql = "SELECT missing_column FROM " DN_CHECK_ITEMS,
                                               .status = DUNLIN_MISSING};
static const wrong_statement unique = {
    .before = {KEYED, ONE_ROW},
    .sql = "INSERT INTO dunlin_check_keyed (id, name, amount) VALUES (2, 'a', 1)",
    .status = DUNLIN_CONSTRAINT};
static const wrong_statement primary_key = {
    .before = {KEYED, ONE_ROW},
    .sql = "INSERT INTO dunlin_check_keyed (id, name, amount) VALUES (1, 'b', 1)",
    .status = DUNLIN_CONSTRAINT};
static const wrong_statement not_null = {
    .before = {KEYED},
    .sql = "INSERT INTO dunlin_check_keyed (id, name) VALUES (1, NULL)",
    .status = DUNLIN_CONSTRAINT};
static const wrong_statement foreign_key = {
    .before = {KEYED},
    .sql = "INSERT INTO dunlin_check_keyed (id, name, item) VALUES (1, 'a', 99)",
    .status = DUNLIN_CONSTRAINT};
static const wrong_statement broken_check = {
    .before = {KEYED},
    .sql = "INSERT INTO dunlin_check_keyed (id, name, amount) VALUES (1, 'a', -1)",
    .status = DUNLIN_CONSTRAINT};

/* A place in the middle of a long statement: where the driver tells one, it must be about there. */
static int
offset(dn_check *check)
{
    static const char sql[] = "SELECT id,\n  name\nFROM " DN_CHECK_ITEMS "\nWHERE id = 1 AND name\n"
                              "  FROBNICATE 'x'\n  AND note IS NULL";
    static const dn_raw_item items[] = {{.kind = DUNLIN_ITEM_STATEMENT, .sql = sql}};
    dn_raw_run run = DN_RAW_RUN(items);
    const char *place = strstr(sql, "FROBNICATE");
    int64_t wanted = place - sql;
    int64_t told;

    if (dn_check_items(check) < 0 ||
        dn_raw_run_failing(check, dn_check_first(check), &run, 0, DUNLIN_SYNTAX) < 0)
        return -1;
    told = run.failure.offset;
    if (told == -1)
        return dn_check_skip(check, "the driver does not say where in a statement an error is");
    /* Parsers blame the word, or the one behind it. */
    if (told < wanted || told > wanted + (int64_t)strlen("FROBNICATE 'x'"))
        return dn_check_fail(check, "the error at byte %lld is reported at byte %lld",
                             (long long)wanted, (long long)told);
    return 0;
}

static const dn_case cases[] = {
    {"error.syntax", "an unknown keyword fails as syntax", fails_as, &syntax, 0},
    {"error.syntax-at-end", "a statement without its end fails as syntax", fails_as, &syntax_at_end,
     0},
    {"error.offset", "the place of a syntax error, where it is told, is right", offset, NULL, 0},
    {"error.table-exists", "creating a table that exists fails as exists", fails_as, &table_exists,
     0},
    {"error.column-exists", "adding a column that exists fails as exists", fails_as, &column_exists,
     0},
    {"error.index-exists", "creating an index that exists fails as exists", fails_as, &index_exists,
     0},
    {"error.view-exists", "creating a view that exists fails as exists", fails_as, &view_exists, 0},
    {"error.table-missing", "writing to a missing table fails as missing", fails_as, &table_missing,
     0},
    {"error.drop-missing", "dropping a missing table fails as missing", fails_as, &drop_missing, 0},
    {"error.alter-missing", "altering a missing table fails as missing", fails_as, &alter_missing,
     0},
    {"error.column-missing", "reading a missing column fails as missing", fails_as, &column_missing,
     0},
    {"error.unique", "a row twice in a unique column fails as constraint", fails_as, &unique, 0},
    {"error.primary-key", "a key twice fails as constraint", fails_as, &primary_key, 0},
    {"error.not-null", "null where it is forbidden fails as constraint", fails_as, &not_null, 0},
    {"error.foreign-key", "a row without its parent fails as constraint", fails_as, &foreign_key,
     0},
    {"error.check", "a row that a CHECK forbids fails as constraint", fails_as, &broken_check, 0},
};

const dn_area dn_area_error = DN_AREA(cases);
