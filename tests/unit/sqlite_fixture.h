/* SPDX-License-Identifier: MIT
 *
 * For tests of what works on a database: the SQLite driver of the build tree, an empty database
 * and a folder of migration files, which is the working folder as well. Include after <cmocka.h>.
 */
#ifndef SQLITE_FIXTURE_H
#define SQLITE_FIXTURE_H

#include "core/base/clock.h"
#include "core/execute/execute.h"
#include "tests/unit/tree_fixture.h"

static dn_arena arena; /* of the test */
static dn_error error;
static dn_connection *connection; /* to app.db */

/* What was sent, one line each: "begin", "statement: SQL", "commit" ... What concerns our own
 * tables is named in short. */
static dn_text sent;
/* The user wants to stop from the nth time on that somebody asks; -1: never. */
static int cancel_after;

static inline void
keep_item(int32_t level, const char *line, void *context)
{
    static const struct {
        const char *verb;
        const char *table;
        const char *name;
    } ours[] = {
        {"INSERT INTO", "dunlin_migrations", "record"},
        {"INSERT INTO", "__drizzle_migrations", "record drizzle"},
        {"CREATE TABLE", "dunlin_statements", "ledger"},
        {"INSERT INTO", "dunlin_statements", "book"},
        {"UPDATE", "dunlin_statements", "mark"},
        {"DELETE FROM", "dunlin_statements", "clear"},
    };
    const char *end = strrchr(line, '(');
    int length = end && end > line ? (int)(end - line) - 1 : (int)strlen(line);

    (void)level;
    (void)context;
    if (strncmp(line, "query: ", 7) == 0 || strncmp(line, "opened ", 7) == 0)
        return;
    while (length && (line[length - 1] == ' ' || line[length - 1] == ':'))
        length--;
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (strstr(line, ours[i].verb) && strstr(line, ours[i].table)) {
            dn_text_printf(&sent, "%s\n", ours[i].name);
            return;
        }
    dn_text_printf(&sent, "%.*s\n", length, line);
}

static inline int32_t
is_cancelled(void *context)
{
    (void)context;
    if (cancel_after > 0) {
        cancel_after--;
        return 0;
    }
    return cancel_after == 0;
}

static const dn_log test_log = {
    .line = keep_item, .cancelled = is_cancelled, .level = DUNLIN_LOG_LINE_DEBUG};

static inline const dn_driver *
sqlite_driver(void)
{
    const char *build = getenv("BUILD");
    const char *path = dn_path_join(&arena, build ? build : ".", "lib/dunlin/drivers/0/sqlite.so");
    const dn_driver *driver;

    if (dn_driver_load(path, &driver, &error) < 0)
        fail_msg("%s", error.message);
    return driver;
}

static inline void
connect_again(void)
{
    const dn_open_options options = {.log = test_log};
    const dn_driver *driver = sqlite_driver();
    const char *url = dn_arena_printf(&arena, "sqlite:%s/app.db", tree);

    dn_connection_close(connection);
    connection = NULL;
    if (dn_connection_open(driver, url, &options, &connection, &error) < 0)
        fail_msg("%s", error.message);
    dn_text_clear(&sent);
}

static inline int
database_make(void **state)
{
    cancel_after = -1;
    if (tree_make(state) < 0 || chdir(tree) < 0)
        return -1;
    connect_again();
    return 0;
}

static inline int
database_remove(void **state)
{
    dn_connection_close(connection);
    connection = NULL;
    dn_text_free(&sent);
    dn_arena_free(&arena);
    return chdir("/") < 0 ? -1 : tree_remove(state);
}

#define DATABASE_TEST(name) cmocka_unit_test_setup_teardown(name, database_make, database_remove)

static inline void
run_sql(const char *sql)
{
    if (dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql, NULL, 0, &error) < 0)
        fail_msg("%s: %s", sql, error.message);
}

static inline int
add_cells(const dunlin_value *values, size_t count, void *context, dn_error *problem)
{
    dn_text *text = context;

    (void)problem;
    for (size_t i = 0; i < count; i++) {
        if (i)
            dn_text_add_char(text, '|');
        if (values[i].type == DUNLIN_VALUE_NULL)
            dn_text_add_string(text, "null");
        else if (values[i].type == DUNLIN_VALUE_INTEGER)
            dn_text_printf(text, "%lld", (long long)values[i].integer);
        else
            dn_text_add(text, values[i].text.data, (size_t)values[i].text.length);
    }
    dn_text_add_char(text, '\n');
    return 0;
}

/* All cells: "a|1\nb|null\n". */
static inline const char *
cells(const char *sql)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (dn_connection_query(connection, sql, NULL, 0, add_cells, &text, &error) < 0)
        fail_msg("%s: %s", sql, error.message);
    return text.length ? dn_arena_copy(&arena, text.data, text.length) : "";
}

/* Writes <tag>.sql and describes it as the journal does. */
static inline dn_migration
file_of(const char *tag, const char *text, size_t length)
{
    dn_migration migration = {.tag = tag, .listed = true, .has_file = true, .size = length};

    migration.path = dn_arena_printf(&arena, "%s.sql", tag);
    migration.raw = dn_hash_of(text, length);
    put_bytes(migration.path, text, length);
    return migration;
}

static inline dn_migration
migration_of(const char *tag, const char *text)
{
    return file_of(tag, text, strlen(text));
}

static inline void
expect_error(const char *id, const char *message)
{
    assert_string_equal(error.message, message);
    assert_string_equal(error.id, id);
}

/* A digest as text, as the tracker keeps it. */
static inline const char *
hex_of(const dn_digest *digest)
{
    char *hex = dn_arena_alloc(&arena, DN_DIGEST_HEX);

    dn_digest_hex(digest, hex);
    return hex;
}

#endif
