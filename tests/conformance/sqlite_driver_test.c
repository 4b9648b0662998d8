/* SPDX-License-Identifier: MIT
 *
 * The SQLite driver without files: what it says offline, and how it runs statements.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/conformance/fake_host.h"

#define COUNT(list) (int)(sizeof(list) / sizeof((list)[0]))
#define STATEMENT(text)                                                                            \
    {                                                                                              \
        .kind = DUNLIN_ITEM_STATEMENT, .sql = (text)                                               \
    }
#define BEGIN_ITEM                                                                                 \
    {                                                                                              \
        .kind = DUNLIN_ITEM_BEGIN                                                                  \
    }
#define COMMIT_ITEM                                                                                \
    {                                                                                              \
        .kind = DUNLIN_ITEM_COMMIT                                                                 \
    }

static const dunlin_driver *driver;
static fake_host host;
static dunlin_connection *memory;

static int
set_up(void **state)
{
    (void)state;
    fake_begin(&host, driver);
    memory = fake_open(&host, "sqlite::memory:");
    return memory != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    driver->close(memory);
    fake_end(&host);
    return 0;
}

static void
execute(const char *sql)
{
    assert_done(&host, fake_execute(&host, memory, sql));
}

/* --- offline --- */
static void
the_table_names_driver_and_library(void **state)
{
    (void)state;
    assert_string_equal(driver->name, "sqlite");
    assert_string_equal(driver->schemes, "sqlite3");
    assert_int_equal(driver->abi, DUNLIN_DRIVER_ABI);
    assert_int_equal(driver->revision, DUNLIN_DRIVER_REVISION);
    assert_memory_equal(driver->library(), "SQLite 3.", 9);
}

static void
an_assumed_version_becomes_a_profile(void **state)
{
    (void)state;
    assert_done(&host, driver->assume(fake_call(&host), fake_string("sqlite 3.35.2")));
    assert_string_equal(host.lines, "sqlite 3.35.2\n");
    assert_fails(&host, driver->assume(fake_call(&host), fake_string("mariadb 10.11")),
                 DUNLIN_USAGE, "'mariadb 10.11' is not a version of SQLite ('sqlite 3.40')");
}

static void
lexer_rules_are_those_of_sqlite(void **state)
{
    (void)state;
    assert_done(&host, driver->lexer_rules(fake_call(&host), NULL));
    /* kind, flags, open, close, head */
    assert_string_equal(host.lines,
                        "1 1 ['] ['] []\n"
                        "1 8 ['] ['] [X]\n"
                        "1 5 [\"] [\"] []\n"
                        "1 5 [`] [`] []\n"
                        "1 4 [[] []] []\n"
                        "3 0 [--] [] []\n"
                        "3 0 [/*] [*/] []\n"
                        "4 128 [] [] [[EXPLAIN [QUERY PLAN]] CREATE [{TEMP,TEMPORARY}] TRIGGER]\n"
                        "7 0 [.] [] []\n"
                        "8 0 [] [] [CREATE [{TEMP,TEMPORARY}] {TABLE,VIEW,TRIGGER}"
                        "|CREATE VIRTUAL TABLE|CREATE [UNIQUE] INDEX"
                        "|DROP {TABLE,VIEW,TRIGGER,INDEX}]\n");
}

static void
quotes_inside_names_and_texts_are_doubled(void **state)
{
    (void)state;
    assert_done(&host, driver->quote_identifier(fake_call(&host), NULL, fake_string("a`\"b")));
    assert_string_equal(host.lines, "`a``\"b`\n");
    assert_done(&host, driver->quote_identifier(fake_call(&host), NULL, fake_string("plain_1")));
    assert_string_equal(host.lines, "plain_1\n");
    assert_done(&host, driver->quote_identifier(fake_call(&host), NULL, fake_string("order")));
    assert_string_equal(host.lines, "`order`\n");
    assert_done(&host, driver->quote_literal(fake_call(&host), NULL, fake_string("it's ''")));
    assert_string_equal(host.lines, "'it''s '''''\n");
    assert_done(&host, driver->quote_literal(fake_call(&host), NULL, fake_string("")));
    assert_string_equal(host.lines, "''\n");
    assert_fails(&host, driver->quote_literal(fake_call(&host), NULL, (dunlin_string){"a\0b", 3}),
                 DUNLIN_USAGE, "a text with a NUL byte cannot be written in SQL");
}

static void
statements_are_classified_by_their_first_words(void **state)
{
    static const struct {
        const char *sql;
        uint64_t flags;
    } cases[] = {
        {"CREATE TABLE t (a)", DUNLIN_CLASS_DDL},
        {"/* x */ -- y\n alter table t add b", DUNLIN_CLASS_DDL},
        {";; DROP TABLE t", DUNLIN_CLASS_DDL},
        {"insert into t values (1)", DUNLIN_CLASS_DATA},
        {"REPLACE INTO t VALUES (1)", DUNLIN_CLASS_DATA},
        {"WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", DUNLIN_CLASS_DATA},
        {"WITH a AS (DELETE FROM x) SELECT * FROM a", DUNLIN_CLASS_QUERY},
        {"SELECT 1", DUNLIN_CLASS_QUERY},
        {"BEGIN IMMEDIATE", DUNLIN_CLASS_BEGIN},
        {"COMMIT", DUNLIN_CLASS_COMMIT},
        {"END TRANSACTION", DUNLIN_CLASS_COMMIT},
        {"ROLLBACK", DUNLIN_CLASS_ROLLBACK},
        {"ROLLBACK TRANSACTION", DUNLIN_CLASS_ROLLBACK},
        {"ROLLBACK TO a", DUNLIN_CLASS_SAVEPOINT},
        {"ROLLBACK TRANSACTION TO SAVEPOINT a", DUNLIN_CLASS_SAVEPOINT},
        {"SAVEPOINT a", DUNLIN_CLASS_SAVEPOINT},
        {"RELEASE a", DUNLIN_CLASS_SAVEPOINT},
        {"PRAGMA foreign_keys=OFF", DUNLIN_CLASS_AROUND | DUNLIN_CLASS_RELAXES},
        {"pragma main.foreign_keys ( off )", DUNLIN_CLASS_AROUND | DUNLIN_CLASS_RELAXES},
        {"PRAGMA \"foreign_keys\" = 0", DUNLIN_CLASS_AROUND | DUNLIN_CLASS_RELAXES},
        {"PRAGMA foreign_keys", DUNLIN_CLASS_QUERY},
        {"PRAGMA foreign_key_check(t)", DUNLIN_CLASS_QUERY},
        {"PRAGMA journal_mode = WAL", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REPEATABLE},
        {"PRAGMA journal_mode", DUNLIN_CLASS_QUERY},
        {"PRAGMA synchronous=1", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REPEATABLE},
        {"PRAGMA user_version=3", DUNLIN_CLASS_DATA},
        {"PRAGMA legacy_alter_table=ON", 0},
        {"VACUUM", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REPEATABLE},
        {"VACUUM main INTO 'x'", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REACHES_OUTSIDE},
        {"ATTACH 'x' AS y",
         DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REACHES_OUTSIDE | DUNLIN_CLASS_REPEATABLE},
        {"DETACH y",
         DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REACHES_OUTSIDE | DUNLIN_CLASS_REPEATABLE},
        {".tables", DUNLIN_CLASS_CLIENT_COMMAND},
        {"-- only a comment", 0},
        {"\"create\" table t (a)", 0},
        {"", 0},
    };

    (void)state;
    for (int i = 0; i < COUNT(cases); i++) {
        assert_done(&host,
                    driver->classify(fake_call(&host), NULL, NULL, fake_string(cases[i].sql)));
        if (host.class_flags != cases[i].flags)
            print_error("'%s': %#llx\n", cases[i].sql, (unsigned long long)host.class_flags);
        assert_int_equal(host.class_flags, cases[i].flags);
    }
}

#define NAMED(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

/* --- running --- */
static void
items_run_in_order_inside_their_transaction(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        STATEMENT("CREATE TABLE t (a, b)"),
        {.kind = DUNLIN_ITEM_STATEMENT,
         .sql = "INSERT INTO t VALUES ($2, $1)",
         .values = {{.type = DUNLIN_VALUE_INTEGER, .integer = 7},
                    {.type = DUNLIN_VALUE_TEXT, .text = NAMED("seven")}},
         .value_count = 2},
        STATEMENT("UPDATE t SET b = b + 1"),
        COMMIT_ITEM,
    };

    (void)state;
    assert_done(&host, fake_run(&host, memory, items, COUNT(items)));
    assert_int_equal(host.outcome_count, 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(host.outcomes[i].outcome, DUNLIN_OUTCOME_RAN);
        assert_int_equal(host.outcomes[i].in_transaction, i < 4);
        assert_true(host.outcomes[i].elapsed_us >= 0);
    }
    assert_int_equal(host.outcomes[2].rows, 1);
    assert_string_equal(fake_rows(&host, memory, "SELECT * FROM t"), "'seven'|8\n");
}

static void
nothing_runs_behind_a_failed_item(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        STATEMENT("CREATE TABLE t (a)"),
        STATEMENT("INSERT INTO t VALUES (1), (2) x"),
        STATEMENT("CREATE TABLE u (a)"),
        COMMIT_ITEM,
    };

    (void)state;
    assert_fails(&host, fake_run(&host, memory, items, COUNT(items)), DUNLIN_SYNTAX,
                 "near \"x\": syntax error");
    assert_int_equal(host.offset, 30);
    assert_int_equal(host.native_code, 1);
    assert_int_equal(host.outcome_count, 3);
    assert_int_equal(host.outcomes[2].outcome, DUNLIN_OUTCOME_FAILED);
    assert_int_equal(host.outcomes[2].in_transaction, 1);
    assert_done(&host, fake_do(&host, memory, DUNLIN_ITEM_ROLLBACK));
    assert_int_equal(host.outcomes[0].in_transaction, 0);
    assert_string_equal(fake_rows(&host, memory, "SELECT count(*) FROM sqlite_master"), "0\n");
}

static void
rollback_without_a_transaction_is_harmless(void **state)
{
    (void)state;
    assert_done(&host, fake_do(&host, memory, DUNLIN_ITEM_ROLLBACK));
}

static void
errors_have_the_class_that_decides_what_follows(void **state)
{
    static const struct {
        const char *sql;
        int32_t class;
        int32_t code;
        const char *message;
        const char *object;
    } cases[] = {
        {"CREATE TABLE T (a)", DUNLIN_EXISTS, 1, "table T already exists", "T"},
        {"CREATE INDEX i ON t (a)", DUNLIN_EXISTS, 1, "index i already exists", "i"},
        {"CREATE TABLE i (a)", DUNLIN_EXISTS, 1, "there is already an index named i", ""},
        {"ALTER TABLE t ADD a", DUNLIN_EXISTS, 1, "duplicate column name: a", "a"},
        {"DROP TABLE no", DUNLIN_MISSING, 1, "no such table: no", "no"},
        {"SELECT nope FROM t", DUNLIN_MISSING, 1, "no such column: nope", "nope"},
        {"DROP INDEX no", DUNLIN_MISSING, 1, "no such index: no", "no"},
        {"SELECT (", DUNLIN_SYNTAX, 1, "incomplete input", ""},
        {"SELECT 'a", DUNLIN_SYNTAX, 1, "unrecognized token: \"'a\"", ""},
        {"DROP TABLE v", DUNLIN_FAILED, 1, "use DROP VIEW to delete view v", ""},
        {"INSERT INTO t VALUES (1, 1)", DUNLIN_CONSTRAINT, 2067, "UNIQUE constraint failed: t.a",
         "t.a"},
        {"INSERT INTO t VALUES (2, NULL)", DUNLIN_CONSTRAINT, 1299,
         "NOT NULL constraint failed: t.b", "t.b"},
        {"INSERT INTO t VALUES (3, 0)", DUNLIN_CONSTRAINT, 275, "CHECK constraint failed: b > 0",
         "b > 0"},
        {"INSERT INTO child VALUES (9)", DUNLIN_CONSTRAINT, 787, "FOREIGN KEY constraint failed",
         ""},
        {"SELECT 1; SELECT 2", DUNLIN_USAGE, 0, "more than one statement where one was expected",
         ""},
        {"SELECT ?", DUNLIN_USAGE, 0, "the statement has 1 placeholders and 0 values", ""},
        {"SELECT zeroblob(2000000000)", DUNLIN_FAILED, 18, "string or blob too big", ""},
        {"COMMIT", DUNLIN_FAILED, 1, "cannot commit - no transaction is active", ""},
    };

    (void)state;
    execute("CREATE TABLE t (a UNIQUE, b NOT NULL CHECK (b > 0))");
    execute("CREATE INDEX i ON t (b)");
    execute("CREATE VIEW v AS SELECT 1");
    execute("CREATE TABLE child (a REFERENCES t (a))");
    execute("INSERT INTO t VALUES (1, 1)");
    for (int i = 0; i < COUNT(cases); i++) {
        assert_fails(&host, fake_execute(&host, memory, cases[i].sql), cases[i].class,
                     cases[i].message);
        assert_int_equal(host.native_code, cases[i].code);
        assert_string_equal(host.object, cases[i].object);
    }
}

static void
a_full_database_is_told_apart(void **state)
{
    (void)state;
    execute("CREATE TABLE t (a)");
    execute("PRAGMA max_page_count = 3");
    assert_fails(&host, fake_execute(&host, memory, "INSERT INTO t VALUES (zeroblob(100000))"),
                 DUNLIN_DISK_FULL, "database or disk is full");
}

static void
comments_and_semicolons_around_a_statement_are_fine(void **state)
{
    (void)state;
    execute("-- first\nCREATE TABLE t (a); -- and last\n /* really */ ;");
    execute("-- nothing at all");
    execute("");
    assert_string_equal(fake_rows(&host, memory, "SELECT name FROM sqlite_master"), "'t'\n");
}

static void
a_nul_byte_never_cuts_a_statement_short(void **state)
{
    (void)state;
    assert_fails(
        &host,
        driver->query(fake_call(&host), memory, (dunlin_string){"SELECT 1\0 + 1", 13}, NULL, 0),
        DUNLIN_USAGE, "the statement contains a NUL byte");
}

static void
values_of_every_kind_come_back_as_they_went_in(void **state)
{
    const dunlin_value values[] = {
        fake_text(""),
        {.type = DUNLIN_VALUE_BLOB, .text = {"\0\1", 2}},
        {.type = DUNLIN_VALUE_BLOB},
        {.type = DUNLIN_VALUE_NULL},
        fake_integer(INT64_MIN),
        fake_text("a|b"),
    };

    (void)state;
    assert_done(&host, driver->query(fake_call(&host), memory,
                                     fake_string("SELECT $1, $2, $3, $4, $5, $6, 1.5"), values, 6));
    assert_string_equal(host.lines, "''|blob(2)|blob(0)|null|-9223372036854775808|'a|b'|'1.5'\n");
    assert_fails(&host,
                 driver->query(fake_call(&host), memory, fake_string("SELECT $1"), values, 2),
                 DUNLIN_USAGE, "the statement has no placeholder '$2'");
}

static void
a_kept_statement_survives_a_changed_schema(void **state)
{
    fake_item insert = {.kind = DUNLIN_ITEM_STATEMENT,
                        .sql = "INSERT INTO t (a) VALUES ($1)",
                        .values = {fake_integer(1)},
                        .value_count = 1};

    (void)state;
    execute("CREATE TABLE t (a)");
    assert_done(&host, fake_run(&host, memory, &insert, 1));
    execute("ALTER TABLE t ADD b DEFAULT 5");
    insert.values[0] = fake_integer(2);
    assert_done(&host, fake_run(&host, memory, &insert, 1));
    execute("DROP TABLE t");
    assert_fails(&host, fake_run(&host, memory, &insert, 1), DUNLIN_MISSING, "no such table: t");
    execute("CREATE TABLE t (a UNIQUE)");
    assert_done(&host, fake_run(&host, memory, &insert, 1));
    assert_fails(&host, fake_run(&host, memory, &insert, 1), DUNLIN_CONSTRAINT,
                 "UNIQUE constraint failed: t.a");
    assert_string_equal(fake_rows(&host, memory, "SELECT a FROM t"), "2\n");
}

static void
a_host_that_stops_gets_its_own_answer_back(void **state)
{
    (void)state;
    host.stop_after = 2;
    assert_int_equal(
        driver->query(fake_call(&host), memory, fake_string("VALUES (1), (2), (3)"), NULL, 0),
        DUNLIN_STOP);
    assert_string_equal(host.lines, "1\n2\n");
    assert_int_equal(host.failures, 0);
}

static void
reset_puts_the_session_back(void **state)
{
    (void)state;
    execute("PRAGMA foreign_keys = OFF");
    execute("PRAGMA legacy_alter_table = ON");
    execute("PRAGMA recursive_triggers = ON");
    execute("PRAGMA ignore_check_constraints = ON");
    execute("PRAGMA query_only = ON");
    execute("PRAGMA busy_timeout = 1");
    execute("ATTACH ':memory:' AS other");
    assert_done(&host, fake_do(&host, memory, DUNLIN_ITEM_RESET));
    assert_string_equal(fake_rows(&host, memory,
                                  "SELECT (SELECT * FROM pragma_foreign_keys), "
                                  "(SELECT * FROM pragma_legacy_alter_table), "
                                  "(SELECT * FROM pragma_recursive_triggers), "
                                  "(SELECT * FROM pragma_query_only)"),
                        "1|0|0|0\n");
    assert_string_equal(fake_rows(&host, memory, "PRAGMA ignore_check_constraints"), "0\n");
    assert_string_equal(fake_rows(&host, memory, "SELECT name FROM pragma_database_list"),
                        "'main'\n");
}

/* --- foreign keys around a rebuild --- */
static const char *const parent_and_child[] = {
    "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT)",
    "CREATE TABLE child (code TEXT PRIMARY KEY, parent INTEGER REFERENCES parent (id) "
    "ON DELETE CASCADE)",
    "INSERT INTO parent VALUES (1, 'one'), (2, 'two')",
    "INSERT INTO child VALUES ('a', 1), ('b', 2)",
};

static void
make_parent_and_child(void)
{
    for (int i = 0; i < COUNT(parent_and_child); i++)
        execute(parent_and_child[i]);
}

static void
a_rebuild_with_foreign_keys_off_keeps_the_children(void **state)
{
    static const fake_item items[] = {
        STATEMENT("PRAGMA foreign_keys=OFF"),
        BEGIN_ITEM,
        STATEMENT("CREATE TABLE new_parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL)"),
        STATEMENT("INSERT INTO new_parent SELECT id, name FROM parent"),
        STATEMENT("DROP TABLE parent"),
        STATEMENT("ALTER TABLE new_parent RENAME TO parent"),
        COMMIT_ITEM,
        {.kind = DUNLIN_ITEM_RESET},
    };

    (void)state;
    make_parent_and_child();
    assert_done(&host, fake_run(&host, memory, items, COUNT(items)));
    assert_string_equal(fake_rows(&host, memory, "SELECT * FROM child"), "'a'|1\n'b'|2\n");
    assert_string_equal(fake_rows(&host, memory, "PRAGMA foreign_keys"), "1\n");
}

static void
a_rebuild_that_loses_a_parent_is_not_committed(void **state)
{
    static const fake_item items[] = {
        STATEMENT("PRAGMA foreign_keys=OFF"),
        BEGIN_ITEM,
        STATEMENT("DELETE FROM parent WHERE id = 2"),
        COMMIT_ITEM,
    };

    (void)state;
    make_parent_and_child();
    assert_fails(&host, fake_run(&host, memory, items, COUNT(items)), DUNLIN_CONSTRAINT,
                 "row 2 of table 'child' refers to a row of 'parent' that does not exist");
    assert_int_equal(host.native_code, 787);
    assert_string_equal(host.object, "child");
    assert_int_equal(host.outcomes[3].outcome, DUNLIN_OUTCOME_FAILED);
    assert_int_equal(host.outcomes[3].in_transaction, 1);
    assert_done(&host, fake_do(&host, memory, DUNLIN_ITEM_ROLLBACK));
    assert_string_equal(fake_rows(&host, memory, "SELECT count(*) FROM parent"), "2\n");
}

static void
what_was_broken_before_does_not_stop_a_rebuild(void **state)
{
    static const fake_item items[] = {
        STATEMENT("PRAGMA foreign_keys=OFF"),
        BEGIN_ITEM,
        STATEMENT("CREATE TABLE new_child (code TEXT PRIMARY KEY, "
                  "parent INTEGER REFERENCES parent (id))"),
        /* The rows get other numbers. */
        STATEMENT("INSERT INTO new_child SELECT * FROM child ORDER BY code DESC"),
        STATEMENT("DROP TABLE child"),
        STATEMENT("ALTER TABLE new_child RENAME TO child"),
        COMMIT_ITEM,
    };
    static const fake_item worse[] = {
        BEGIN_ITEM,
        STATEMENT("INSERT INTO child VALUES ('d', 9)"),
        COMMIT_ITEM,
    };

    (void)state;
    make_parent_and_child();
    execute("PRAGMA foreign_keys=OFF");
    execute("INSERT INTO child VALUES ('c', 9)");
    assert_done(&host, fake_do(&host, memory, DUNLIN_ITEM_RESET));
    assert_done(&host, fake_run(&host, memory, items, COUNT(items)));
    assert_fails(&host, fake_run(&host, memory, worse, COUNT(worse)), DUNLIN_CONSTRAINT,
                 "row 4 of table 'child' refers to a row of 'parent' that does not exist");
}

static void
a_key_that_cannot_be_checked_any_more_is_not_committed(void **state)
{
    static const fake_item items[] = {
        STATEMENT("PRAGMA foreign_keys=OFF"),
        BEGIN_ITEM,
        STATEMENT("DROP TABLE parent"),
        STATEMENT("CREATE TABLE parent (id INTEGER, name TEXT)"),
        COMMIT_ITEM,
    };

    (void)state;
    make_parent_and_child();
    assert_fails(&host, fake_run(&host, memory, items, COUNT(items)), DUNLIN_CONSTRAINT,
                 "the foreign keys of table 'child' cannot be checked: foreign key mismatch - "
                 "\"child\" referencing \"parent\"");
}

/* --- stopping --- */
#define ENDLESS                                                                                    \
    "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) "                          \
    "SELECT count(*) FROM n"

static void
a_statement_has_a_time_limit(void **state)
{
    const fake_item item = {
        .kind = DUNLIN_ITEM_STATEMENT, .sql = ENDLESS, .statement_timeout_ms = 20};

    (void)state;
    assert_fails(&host, fake_run(&host, memory, &item, 1), DUNLIN_CANCELLED,
                 "the statement took longer than its time limit");
}

static void *
cancel_soon(void *handle)
{
    const struct timespec moment = {.tv_nsec = 20000000};

    nanosleep(&moment, NULL);
    driver->cancel(NULL, handle);
    return NULL;
}

static void
another_thread_can_cancel(void **state)
{
    dunlin_cancel *handle = NULL;
    dunlin_connection *connection = fake_open(&host, "sqlite::memory:");
    pthread_t thread;

    (void)state;
    assert_done(&host, driver->cancel_handle(fake_call(&host), connection, &handle));
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, handle), 0);
    assert_fails(&host, fake_execute(&host, connection, ENDLESS), DUNLIN_CANCELLED, "cancelled");
    pthread_join(thread, NULL);
    assert_done(&host, fake_execute(&host, connection, "SELECT 1"));
    driver->close(connection);
    /* The handle outlives its connection. */
    assert_int_equal(driver->cancel(NULL, handle), DUNLIN_OK);
    driver->cancel_free(handle);
}

static void
a_cancelled_run_still_rolls_back(void **state)
{
    (void)state;
    execute("CREATE TABLE t (a)");
    assert_done(&host, fake_do(&host, memory, DUNLIN_ITEM_BEGIN));
    execute("INSERT INTO t VALUES (1)");
    host.cancelled = 1;
    assert_fails(&host, fake_execute(&host, memory, "INSERT INTO t VALUES (2)"), DUNLIN_CANCELLED,
                 "cancelled");
    assert_int_equal(host.outcomes[0].in_transaction, 1);
    assert_done(&host, fake_do(&host, memory, DUNLIN_ITEM_ROLLBACK));
    host.cancelled = 0;
    assert_string_equal(fake_rows(&host, memory, "SELECT count(*) FROM t"), "0\n");
}

/* --- names of objects --- */
static void
make_objects(void)
{
    execute("CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email UNIQUE)");
    execute("CREATE INDEX by_email ON users (email)");
    execute("CREATE VIEW people AS SELECT email FROM users");
    execute("CREATE TRIGGER touch AFTER UPDATE ON users BEGIN SELECT 1; END");
    execute("CREATE VIRTUAL TABLE words USING fts5 (word)");
    execute("CREATE TABLE tracker (id)");
    execute("CREATE INDEX tracker_id ON tracker (id)");
}

static void
names_of_objects_are_read_without_internals(void **state)
{
    const dunlin_string excluded = NAMED("Tracker");
    dunlin_scope scope = {.size = sizeof(scope),
                          .depth = DUNLIN_SCOPE_OBJECTS,
                          .exclusions = &excluded,
                          .exclusion_count = 1};

    (void)state;
    make_objects();
    assert_done(&host, driver->introspect(fake_call(&host), memory, &scope));
    assert_string_equal(host.lines, "index users/by_email\n"
                                    "table users\n"
                                    "table words\n"
                                    "trigger users/touch\n"
                                    "view people\n");
}

static void
named_objects_alone_are_read_and_absent_ones_reported(void **state)
{
    static const dunlin_string users[] = {NAMED("USERS")};
    static const dunlin_string lost[] = {NAMED("users"), NAMED("lost")};
    const dunlin_fact table = {.kind = NAMED("table"), .path = users, .path_count = 1};
    const dunlin_fact index = {.kind = NAMED("index"), .path = lost, .path_count = 2};
    const dunlin_fact *const keys[] = {&table, &index};
    const dunlin_scope scope = {
        .size = sizeof(scope), .depth = DUNLIN_SCOPE_OBJECTS, .keys = keys, .key_count = 2};

    (void)state;
    make_objects();
    assert_done(&host, driver->introspect(fake_call(&host), memory, &scope));
    assert_string_equal(host.lines, "table users\ngone index users/lost\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_table_names_driver_and_library),
        TEST(an_assumed_version_becomes_a_profile),
        TEST(lexer_rules_are_those_of_sqlite),
        TEST(quotes_inside_names_and_texts_are_doubled),
        TEST(statements_are_classified_by_their_first_words),
        TEST(items_run_in_order_inside_their_transaction),
        TEST(nothing_runs_behind_a_failed_item),
        TEST(rollback_without_a_transaction_is_harmless),
        TEST(errors_have_the_class_that_decides_what_follows),
        TEST(a_full_database_is_told_apart),
        TEST(comments_and_semicolons_around_a_statement_are_fine),
        TEST(a_nul_byte_never_cuts_a_statement_short),
        TEST(values_of_every_kind_come_back_as_they_went_in),
        TEST(a_kept_statement_survives_a_changed_schema),
        TEST(a_host_that_stops_gets_its_own_answer_back),
        TEST(reset_puts_the_session_back),
        TEST(a_rebuild_with_foreign_keys_off_keeps_the_children),
        TEST(a_rebuild_that_loses_a_parent_is_not_committed),
        TEST(what_was_broken_before_does_not_stop_a_rebuild),
        TEST(a_key_that_cannot_be_checked_any_more_is_not_committed),
        TEST(a_statement_has_a_time_limit),
        TEST(another_thread_can_cancel),
        TEST(a_cancelled_run_still_rolls_back),
        TEST(names_of_objects_are_read_without_internals),
        TEST(named_objects_alone_are_read_and_absent_ones_reported),
    };

    driver = fake_load("sqlite");
    return driver != NULL ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
