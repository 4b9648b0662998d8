/* SPDX-License-Identifier: MIT
 *
 * An honest driver from end to end: the toy, whose database is a text file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/driver_fixture.h"

static dn_connection *
open_toy(driver_fixture *fixture, const char *options)
{
    const dn_open_options wanted = {.purpose = DUNLIN_PURPOSE_WORK};
    const char *url = dn_arena_printf(&fixture->arena, "toy:%s/db%s", fixture->folder, options);
    dn_connection *connection;

    if (dn_connection_open(load_module(fixture, "toy"), url, &wanted, &connection,
                           &fixture->error) < 0)
        fail_msg("%s", fixture->error.message);
    return connection;
}

static int
execute(driver_fixture *fixture, dn_connection *connection, int32_t kind, const char *sql)
{
    return dn_connection_execute(connection, kind, sql, NULL, 0, &fixture->error);
}

static const char *
file_text(driver_fixture *fixture)
{
    dn_text text = DN_TEXT_INIT;
    const char *result = NULL;

    if (dn_file_read(inside(fixture, "db"), &text, &fixture->error) == 0)
        result = dn_arena_copy(&fixture->arena, text.data ? text.data : "", text.length);
    dn_text_free(&text);
    return result;
}

static const char *
class_of_names(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    (void)context;
    (void)space;
    (void)table;
    return dn_string_equal(column, "name") ? "text" : NULL;
}

static void
portable_text_is_translated_by_the_rules_of_the_driver(void **state)
{
    static const dn_driver_columns columns = {.class_of = class_of_names};
    driver_fixture *fixture = *state;
    dn_driver_translations translator;
    dn_ddl_translation translation;

    assert_int_equal(dn_driver_translator(load_module(fixture, "toy"), NULL, &fixture->arena,
                                          &translator, &fixture->error),
                     0);
    translator.columns = &columns;
    assert_int_equal(dn_driver_translate(&translator, DUNLIN_TRANSLATE_EXPRESSION,
                                         dn_string("lower(name) || 'it''s'"), &fixture->arena,
                                         &translation, &fixture->error),
                     0);
    assert_true(dn_string_equal(translation.text, "JOIN(lower(\"name\"), 'it''s')"));
    assert_int_equal(dn_driver_translate(&translator, DUNLIN_TRANSLATE_EXPRESSION,
                                         dn_string("'a' || other"), &fixture->arena, &translation,
                                         &fixture->error),
                     0);
    assert_null(translation.text.data);
    assert_string_equal(translation.reason,
                        "the operator || has no translation for text and unknown");
    assert_int_equal(translation.offset, 4);
}

static const char *
class_as_told(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    (void)space;
    (void)table;
    (void)column;
    return *(const char **)context;
}

static bool
is_translated(driver_fixture *fixture, const dn_driver_translations *translator, const char *text)
{
    dn_ddl_translation translation;

    assert_int_equal(dn_driver_translate(translator, DUNLIN_TRANSLATE_EXPRESSION, dn_string(text),
                                         &fixture->arena, &translation, &fixture->error),
                     0);
    return translation.text.data != NULL;
}

static void
what_was_translated_once_is_translated_anew_when_a_column_is_something_else(void **state)
{
    driver_fixture *fixture = *state;
    const char *class = "text";
    const dn_driver_columns columns = {.class_of = class_as_told, .context = &class};
    dn_driver_translations translator;

    assert_int_equal(dn_driver_translator(load_module(fixture, "toy"), NULL, &fixture->arena,
                                          &translator, &fixture->error),
                     0);
    translator.columns = &columns;
    for (int turn = 0; turn < 2; turn++) {
        class = "text";
        assert_true(is_translated(fixture, &translator, "a || b"));
        assert_true(is_translated(fixture, &translator, "a || b"));
        class = "int";
        assert_false(is_translated(fixture, &translator, "a || b"));
        class = NULL;
        assert_false(is_translated(fixture, &translator, "a || b"));
    }
    class = "text";
    translator.columns = NULL;
    assert_false(is_translated(fixture, &translator, "a || b"));
}

/* More, and longer ones, than are kept. */
static void
any_number_of_translations_of_any_length_are_right(void **state)
{
    static const dn_driver_columns columns = {.class_of = class_of_names};
    driver_fixture *fixture = *state;
    dn_driver_translations translator;
    dn_ddl_translation translation;

    assert_int_equal(dn_driver_translator(load_module(fixture, "toy"), NULL, &fixture->arena,
                                          &translator, &fixture->error),
                     0);
    translator.columns = &columns;
    for (int i = 0; i < 200; i++) {
        int number = i % 70;
        const char *text = dn_arena_printf(&fixture->arena, "name || '%0*d'", number * 10, number);
        const char *wanted =
            dn_arena_printf(&fixture->arena, "JOIN(\"name\", '%0*d')", number * 10, number);

        assert_int_equal(dn_driver_translate(&translator, DUNLIN_TRANSLATE_EXPRESSION,
                                             dn_string(text), &fixture->arena, &translation,
                                             &fixture->error),
                         0);
        assert_true(dn_string_equal(translation.text, wanted));
    }
}

static void
what_is_committed_is_there_and_what_is_rolled_back_is_not(void **state)
{
    driver_fixture *fixture = *state;
    dn_connection *connection = open_toy(fixture, "");
    dunlin_value values[2] = {{.type = DUNLIN_VALUE_INTEGER, .integer = 7},
                              {.type = DUNLIN_VALUE_TEXT, .text = dn_string("it's")}};
    int64_t count;

    assert_int_equal(dn_connection_server(connection)->empty, 1);
    assert_int_equal(execute(fixture, connection, DUNLIN_ITEM_BEGIN, NULL), 0);
    assert_int_equal(
        execute(fixture, connection, DUNLIN_ITEM_STATEMENT, "CREATE TABLE t (a INT, b TEXT)"), 0);
    assert_null(file_text(fixture));
    assert_int_equal(execute(fixture, connection, DUNLIN_ITEM_COMMIT, NULL), 0);
    assert_int_equal(dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT,
                                           "INSERT INTO t (a, b) VALUES ($1, $2)", values, 2,
                                           &fixture->error),
                     0);
    assert_int_equal(execute(fixture, connection, DUNLIN_ITEM_BEGIN, NULL), 0);
    assert_int_equal(
        execute(fixture, connection, DUNLIN_ITEM_STATEMENT, "INSERT INTO t (a) VALUES (8)"), 0);
    assert_int_equal(execute(fixture, connection, DUNLIN_ITEM_ROLLBACK, NULL), 0);
    assert_string_equal(file_text(fixture), "CREATE TABLE t (a INT, b TEXT)\n"
                                            "INSERT INTO t (a, b) VALUES (7, 'it''s')\n");
    assert_int_equal(dn_connection_query_integer(connection, "SELECT count(*) FROM t", NULL, 0, -1,
                                                 &count, &fixture->error),
                     0);
    assert_int_equal(count, 1);
    dn_connection_close(connection);
}

static void
a_failed_statement_rolls_back_and_says_why(void **state)
{
    driver_fixture *fixture = *state;
    dn_connection *connection = open_toy(fixture, "?fail=forbidden");

    assert_int_equal(execute(fixture, connection, DUNLIN_ITEM_STATEMENT, "do what is forbidden"),
                     -1);
    assert_string_equal(fixture->error.message, "the word 'forbidden' is forbidden");
    assert_string_equal(fixture->error.id, "database.syntax");
    assert_null(file_text(fixture));
    dn_connection_close(connection);
}

static void
a_table_that_is_missing_has_that_class(void **state)
{
    driver_fixture *fixture = *state;
    dn_connection *connection = open_toy(fixture, "");

    assert_int_equal(dn_connection_query(connection, "SELECT max(seq) FROM nowhere", NULL, 0, NULL,
                                         NULL, &fixture->error),
                     -1);
    assert_int_equal(fixture->error.status, DUNLIN_MISSING);
    assert_string_equal(fixture->error.message, "there is no table 'nowhere'");
    dn_connection_close(connection);
}

static void
only_one_connection_holds_the_lock(void **state)
{
    driver_fixture *fixture = *state;
    dn_connection *first = open_toy(fixture, "");
    dn_connection *second = open_toy(fixture, "");
    dn_auto(dn_text) holder = DN_TEXT_INIT;
    bool acquired;

    assert_int_equal(dn_connection_try_lock(first, "k", &acquired, &fixture->error), 0);
    assert_true(acquired);
    assert_int_equal(dn_connection_try_lock(second, "k", &acquired, &fixture->error), 0);
    assert_false(acquired);
    assert_int_equal(dn_connection_lock_holder(second, "k", &holder, &fixture->error), 0);
    assert_string_equal(holder.data,
                        dn_arena_printf(&fixture->arena, "process %ld (dunlin)", (long)getpid()));
    dn_connection_close(first); /* dies with its connection */
    assert_int_equal(dn_connection_try_lock(second, "k", &acquired, &fixture->error), 0);
    assert_true(acquired);
    dn_connection_close(second);
}

static void
statements_are_classified_and_tables_listed(void **state)
{
    driver_fixture *fixture = *state;
    dn_connection *connection = open_toy(fixture, "");
    dn_object *objects;
    size_t count;
    uint64_t flags;

    assert_int_equal(
        dn_connection_classify(connection, dn_string("create table x"), &flags, &fixture->error),
        0);
    assert_int_equal(flags, DUNLIN_CLASS_DDL);
    assert_int_equal(execute(fixture, connection, DUNLIN_ITEM_STATEMENT, "CREATE TABLE x (a)"), 0);
    assert_int_equal(
        dn_connection_objects(connection, &fixture->arena, &objects, &count, &fixture->error), 0);
    assert_int_equal(count, 1);
    assert_string_equal(objects[0].name, "x");
    dn_connection_close(connection);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_fixture, teardown_fixture)
    const struct CMUnitTest tests[] = {
        TEST(portable_text_is_translated_by_the_rules_of_the_driver),
        TEST(what_was_translated_once_is_translated_anew_when_a_column_is_something_else),
        TEST(any_number_of_translations_of_any_length_are_right),
        TEST(what_is_committed_is_there_and_what_is_rolled_back_is_not),
        TEST(a_failed_statement_rolls_back_and_says_why),
        TEST(a_table_that_is_missing_has_that_class),
        TEST(only_one_connection_holds_the_lock),
        TEST(statements_are_classified_and_tables_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
