/* SPDX-License-Identifier: MIT
 *
 * The PostgreSQL driver runs statements: items, pipelines, values, errors and their places, COPY,
 * lost connections.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/conformance/postgres_server.h"
#include "tests/conformance/relay.h"

static void
assert_outcomes(const char *expected)
{
    char got[FAKE_ITEMS + 1] = "";

    for (int i = 0; i < host.outcome_count; i++)
        got[i] = ".rsfl"[host.outcomes[i].outcome];
    assert_string_equal(got, expected);
}

/* --- items --- */
static void
items_run_in_order_inside_their_transaction(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        {.kind = DUNLIN_ITEM_STATEMENT,
         .sql = "INSERT INTO t VALUES ($2, $1), (2, 'it''s $1')",
         .values = {{.type = DUNLIN_VALUE_TEXT, .text = NAMED("seven")},
                    {.type = DUNLIN_VALUE_INTEGER, .integer = 1}},
         .value_count = 2},
        STATEMENT("UPDATE t SET a = a + 1 WHERE a = 2"),
        {.kind = DUNLIN_ITEM_SAVEPOINT, .sql = "SAVEPOINT s"},
        STATEMENT("SELECT * FROM t"),
        COMMIT_ITEM,
    };

    (void)state;
    execute("CREATE TABLE t (a int, b text)");
    assert_done(&host, fake_run(&host, db, items, COUNT(items)));
    assert_outcomes("rrrrrr");
    for (int i = 0; i < 6; i++)
        assert_int_equal(host.outcomes[i].in_transaction, i < 5);
    assert_int_equal(host.outcomes[1].rows, 2);
    assert_int_equal(host.outcomes[2].rows, 1);
    assert_int_equal(host.outcomes[4].rows, 0);
    assert_string_equal(rows("SELECT * FROM t ORDER BY a"), "1|'seven'\n3|'it's $1'\n");
}

static void
nothing_behind_a_failed_item_takes_effect(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        STATEMENT("INSERT INTO t VALUES (1)"),
        COMMIT_ITEM,
        BEGIN_ITEM,
        STATEMENT("INSERT INTO t VALUES (2)"),
        STATEMENT("INSERT INTO t VALUES ('\xc3\xa4'::text, nosuch)"),
        COMMIT_ITEM,
        BEGIN_ITEM,
        STATEMENT("INSERT INTO t VALUES (3)"),
        COMMIT_ITEM,
    };

    (void)state;
    execute("CREATE TABLE t (a int)");
    assert_fails(&host, fake_run(&host, db, items, COUNT(items)), DUNLIN_MISSING,
                 "column \"nosuch\" does not exist");
    assert_string_equal(host.sqlstate, "42703");
    assert_int_equal(host.offset, 34); /* in bytes, behind a character of two */
    assert_outcomes("rrrrrfssss");
    assert_int_equal(host.outcomes[5].in_transaction, 1);
    assert_int_equal(host.outcomes[9].in_transaction, 1);
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_ROLLBACK));
    assert_int_equal(host.outcomes[0].in_transaction, 0);
    assert_string_equal(rows("SELECT * FROM t"), "1\n");
}

static void
nothing_behind_a_failed_commit_takes_effect(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM, STATEMENT("INSERT INTO child VALUES (1)"),  COMMIT_ITEM,
        BEGIN_ITEM, STATEMENT("INSERT INTO parent VALUES (2)"), COMMIT_ITEM,
    };

    (void)state;
    execute("CREATE TABLE parent (id int PRIMARY KEY)");
    execute("CREATE TABLE child (parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
    assert_int_equal(fake_run(&host, db, items, COUNT(items)), DUNLIN_CONSTRAINT);
    assert_string_equal(host.message, "insert or update on table \"child\" violates foreign key "
                                      "constraint \"child_parent_fkey\"");
    assert_string_equal(host.detail, "Key (parent)=(1) is not present in table \"parent\".");
    assert_string_equal(host.object, "child_parent_fkey");
    assert_outcomes("rrfsss");
    assert_int_equal(host.outcomes[2].in_transaction, 0);
    assert_string_equal(rows("SELECT count(*) FROM parent"), "0\n");
    /* Outside a transaction the commit comes behind the statement, and is part of it. */
    assert_int_equal(fake_execute(&host, db, "INSERT INTO child VALUES (1)"), DUNLIN_CONSTRAINT);
    assert_outcomes("f");
    assert_int_equal(host.failures, 1);
    assert_string_equal(rows("SELECT count(*) FROM child"), "0\n");
}

static void
a_commit_of_a_failed_transaction_is_a_failure(void **state)
{
    static const fake_item commit[] = {COMMIT_ITEM};
    static const fake_item items[] = {BEGIN_ITEM, STATEMENT("SELECT 1 / 0")};

    (void)state;
    assert_int_equal(fake_run(&host, db, items, 2), DUNLIN_FAILED);
    assert_fails(&host, fake_run(&host, db, commit, 1), DUNLIN_FAILED,
                 "the server rolled the transaction back instead of committing it: a statement in "
                 "it had failed");
    assert_outcomes("f");
}

static void
rollback_and_reset_without_need_ask_nobody(void **state)
{
    relay *between = relay_start(postgres_port());
    dunlin_connection *connection =
        fake_open(&host, postgres_url_as("dunlin", relay_port(between), "driver_test"));

    (void)state;
    relay_round_trips(between);
    assert_done(&host, fake_do(&host, connection, DUNLIN_ITEM_ROLLBACK));
    assert_done(&host, fake_do(&host, connection, DUNLIN_ITEM_RESET));
    assert_int_equal(relay_round_trips(between), 0);
    driver->close(connection);
    relay_stop(between);
}

static void
reset_puts_settings_back_that_a_file_changed(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        STATEMENT("SET search_path TO pg_catalog"),
        STATEMENT("SELECT set_config('TimeZone', 'Asia/Tokyo', false)"),
        STATEMENT("SET ROLE pg_monitor"),
        COMMIT_ITEM,
        {.kind = DUNLIN_ITEM_RESET},
        BEGIN_ITEM,
        COMMIT_ITEM,
    };

    (void)state;
    assert_done(&host, fake_run(&host, db, items, COUNT(items)));
    assert_outcomes("rrrrrrrr");
    assert_string_equal(rows("SELECT current_setting('search_path'), current_setting('TimeZone'), "
                             "current_user = session_user"),
                        "'\"$user\", public'|'UTC'|'t'\n");
}

static void
a_reset_undone_by_a_later_failure_is_done_again(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,  STATEMENT("SET search_path TO pg_catalog"),
        COMMIT_ITEM, {.kind = DUNLIN_ITEM_RESET},
        BEGIN_ITEM,  STATEMENT("nonsense"),
        COMMIT_ITEM,
    };

    (void)state;
    assert_int_equal(fake_run(&host, db, items, COUNT(items)), DUNLIN_SYNTAX);
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_ROLLBACK));
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_RESET));
    assert_string_equal(rows("SHOW search_path"), "'\"$user\", public'\n");
}

static void
a_check_compares_the_first_cell_and_keeps_the_commit_back(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        STATEMENT("INSERT INTO t VALUES (1), (2)"),
        {.kind = DUNLIN_ITEM_CHECK, .sql = "SELECT count(*), 'x' FROM t", .expected = "2"},
        {.kind = DUNLIN_ITEM_CHECK, .sql = "SELECT a FROM t ORDER BY a", .expected = "7"},
        COMMIT_ITEM,
    };
    static const fake_item none = {
        .kind = DUNLIN_ITEM_CHECK, .sql = "SELECT 1 WHERE false", .expected = "1"};
    static const fake_item null = {.kind = DUNLIN_ITEM_CHECK, .sql = "SELECT NULL", .expected = ""};

    (void)state;
    execute("CREATE TABLE t (a int)");
    assert_fails(&host, fake_run(&host, db, items, COUNT(items)), DUNLIN_CONSTRAINT,
                 "expected 7, got 1");
    assert_outcomes("rrrf");
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_ROLLBACK));
    assert_string_equal(rows("SELECT count(*) FROM t"), "0\n");
    assert_fails(&host, fake_run(&host, db, &none, 1), DUNLIN_CONSTRAINT, "expected 1, got no row");
    assert_fails(&host, fake_run(&host, db, &null, 1), DUNLIN_CONSTRAINT, "expected , got null");
}

static void
statements_that_refuse_a_transaction_run_between_others(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        STATEMENT("CREATE TABLE t (a int)"),
        COMMIT_ITEM,
        STATEMENT("CREATE INDEX CONCURRENTLY i ON t (a)"),
        STATEMENT("VACUUM t"),
        STATEMENT("REINDEX TABLE CONCURRENTLY t"),
        BEGIN_ITEM,
        STATEMENT("INSERT INTO t VALUES (1)"),
        COMMIT_ITEM,
        STATEMENT("DROP INDEX CONCURRENTLY i"),
    };

    (void)state;
    assert_done(&host, fake_run(&host, db, items, COUNT(items)));
    assert_outcomes("rrrrrrrrrr");
    assert_true(host.outcomes[3].elapsed_us > 0);
    assert_string_equal(rows("SELECT count(*) FROM t"), "1\n");
}

static void
one_item_is_one_statement(void **state)
{
    (void)state;
    assert_fails(&host, fake_execute(&host, db, "SELECT 1; SELECT 2"), DUNLIN_SYNTAX,
                 "cannot insert multiple commands into a prepared statement");
    execute("-- nothing but this");
}

static void
an_item_that_cannot_be_sent_fails_behind_those_before_it(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        STATEMENT("CREATE TABLE t (a int)"),
        {.kind = DUNLIN_ITEM_STATEMENT,
         .sql = "INSERT INTO t VALUES ($1)",
         .values = {{.type = DUNLIN_VALUE_TEXT, .text = NAMED("a\0b")}},
         .value_count = 1},
        COMMIT_ITEM,
    };

    (void)state;
    assert_fails(&host, fake_run(&host, db, items, COUNT(items)), DUNLIN_USAGE,
                 "the value of '$1' contains a NUL byte, which PostgreSQL cannot store in a text");
    assert_outcomes("rrf");
    assert_int_equal(host.outcomes[1].in_transaction, 1);
}

/* --- values --- */
static void
values_take_the_type_of_their_place(void **state)
{
    static const fake_item item = {
        .kind = DUNLIN_ITEM_STATEMENT,
        .sql = "INSERT INTO t (a, b, c, d) VALUES ($1, $2, $3, $4)",
        .values = {{.type = DUNLIN_VALUE_INTEGER, .integer = INT64_MAX},
                   {.type = DUNLIN_VALUE_TEXT, .text = NAMED("2024-02-29 12:00:00.5")},
                   {.type = DUNLIN_VALUE_BLOB, .text = NAMED("\0\xff\\")},
                   {.type = DUNLIN_VALUE_NULL}},
        .value_count = 4};
    dunlin_value empty = fake_text("");

    (void)state;
    execute("CREATE TABLE t (a bigint, b timestamp(6), c bytea, d varchar(255) DEFAULT 'x')");
    assert_done(&host, fake_run(&host, db, &item, 1));
    assert_string_equal(rows("SELECT a, b, c, d, c = '\\x00ff5c' FROM t"),
                        "9223372036854775807|'2024-02-29 12:00:00.5'|blob(3)|null|'t'\n");
    assert_done(&host, driver->query(fake_call(&host), db, fake_string("SELECT 1 WHERE $1 = ''"),
                                     &empty, 1));
    assert_string_equal(host.lines, "1\n");
}

static void
statements_with_values_survive_what_takes_prepared_ones_away(void **state)
{
#define INSERT(number)                                                                             \
    {                                                                                              \
        .kind = DUNLIN_ITEM_STATEMENT, .sql = "INSERT INTO t VALUES ($1)",                         \
        .values = {{.type = DUNLIN_VALUE_INTEGER, .integer = number}}, .value_count = 1            \
    }
    static const fake_item items[] = {
        BEGIN_ITEM, INSERT(1), INSERT(2),   STATEMENT("DEALLOCATE ALL"),
        INSERT(3),  INSERT(4), COMMIT_ITEM,
    };
    static const fake_item hidden[] = {
        BEGIN_ITEM, INSERT(5),   STATEMENT("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$"),
        INSERT(6),  COMMIT_ITEM,
    };

    (void)state;
    execute("CREATE TABLE t (a int)");
    assert_done(&host, fake_run(&host, db, items, COUNT(items)));
    /* Nobody can see this one coming; the next attempt knows nothing of the old ones. */
    assert_int_equal(fake_run(&host, db, hidden, COUNT(hidden)), DUNLIN_FAILED);
    assert_string_equal(host.sqlstate, "26000");
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_ROLLBACK));
    assert_done(&host, fake_run(&host, db, items, COUNT(items)));
    assert_string_equal(rows("SELECT string_agg(a::text, ' ') FROM t"), "'1 2 3 4 1 2 3 4'\n");
}

static void
cells_are_integers_texts_blobs_and_nulls(void **state)
{
    (void)state;
    assert_string_equal(rows("SELECT 1::int2, 2::int4, -3::int8, 4::oid, true, 1.50, 'a'::char(3), "
                             "''::bytea, NULL::int, '{1,2}'::int[], 0.1::float8"),
                        "1|2|-3|4|'t'|'1.50'|'a  '|blob(0)|null|'{1,2}'|'0.1'\n");
    assert_string_equal(rows("SELECT timestamptz '2024-01-01 00:00+02', interval '1 day 2 hours'"),
                        "'2023-12-31 22:00:00+00'|'1 day 02:00:00'\n");
    assert_string_equal(rows("SELECT 1 WHERE false"), "");
    host.stop_after = 3;
    assert_int_equal(driver->query(fake_call(&host), db,
                                   fake_string("SELECT * FROM generate_series(1, 100000)"), NULL,
                                   0),
                     DUNLIN_STOP);
    host.stop_after = 0;
    assert_string_equal(host.lines, "1\n2\n3\n");
    assert_string_equal(rows("SELECT 5"), "5\n");
}

/* --- errors --- */
static void
errors_have_classes(void **state)
{
    static const struct {
        const char *sql;
        int32_t class;
        const char *sqlstate;
    } cases[] = {
        {"CREATE TABLE t (a int)", DUNLIN_EXISTS, "42P07"},
        {"ALTER TABLE t ADD a int", DUNLIN_EXISTS, "42701"},
        {"CREATE SCHEMA public", DUNLIN_EXISTS, "42P06"},
        {"DROP TABLE nosuch", DUNLIN_MISSING, "42P01"},
        {"CREATE TABLE nosuch.t (a int)", DUNLIN_MISSING, "3F000"},
        {"SELECT nosuch()", DUNLIN_MISSING, "42883"},
        {"SELEKT", DUNLIN_SYNTAX, "42601"},
        {"INSERT INTO t VALUES (NULL)", DUNLIN_CONSTRAINT, "23502"},
        {"INSERT INTO t VALUES (1)", DUNLIN_CONSTRAINT, "23505"},
        {"INSERT INTO t VALUES (1, 'x'::int)", DUNLIN_FAILED, "22P02"},
        {"SELECT $1", DUNLIN_FAILED, "08P01"},
        {"DROP VIEW t", DUNLIN_FAILED, "42809"},
    };

    (void)state;
    execute("CREATE TABLE t (a int PRIMARY KEY, b int)");
    execute("INSERT INTO t VALUES (1)");
    for (int i = 0; i < COUNT(cases); i++) {
        assert_int_equal(fake_execute(&host, db, cases[i].sql), cases[i].class);
        assert_string_equal(host.sqlstate, cases[i].sqlstate);
    }
    assert_string_equal(rows("SELECT 1"), "1\n");
}

static void
an_error_inside_a_function_names_its_place(void **state)
{
    (void)state;
    execute("CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN "
            "EXECUTE 'SELECT nosuch FROM pg_class'; END $$");
    assert_fails(&host, fake_execute(&host, db, "SELECT f()"), DUNLIN_MISSING,
                 "column \"nosuch\" does not exist");
    assert_int_equal(host.offset, -1);
    assert_string_equal(host.inner_sql, "SELECT nosuch FROM pg_class");
    assert_int_equal(host.inner_offset, 7);
    assert_string_equal(host.detail, "PL/pgSQL function f() line 1 at EXECUTE");
}

static void
notices_reach_the_host(void **state)
{
    (void)state;
    execute("DROP TABLE IF EXISTS nosuch");
    assert_string_equal(host.lines, "notice table \"nosuch\" does not exist, skipping\n");
}

/* --- waiting --- */
static void
a_lock_is_waited_for_as_long_as_the_item_says(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        {.kind = DUNLIN_ITEM_STATEMENT, .sql = "ALTER TABLE t ADD b int", .lock_timeout_ms = 50},
    };
    static const fake_item alone = {
        .kind = DUNLIN_ITEM_STATEMENT, .sql = "DROP TABLE t", .lock_timeout_ms = 50};
    static const fake_item hold[] = {BEGIN_ITEM, STATEMENT("SELECT * FROM t")};
    fake_host other;
    dunlin_connection *second;

    (void)state;
    execute("CREATE TABLE t (a int)");
    postgres_second(&other, &second);
    assert_done(&other, fake_run(&other, second, hold, 2));
    assert_fails(&host, fake_run(&host, db, items, 2), DUNLIN_LOCKED,
                 "canceling statement due to lock timeout");
    assert_outcomes("rf");
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_ROLLBACK));
    assert_fails(&host, fake_run(&host, db, &alone, 1), DUNLIN_LOCKED,
                 "canceling statement due to lock timeout");
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_RESET));
    assert_string_equal(rows("SHOW lock_timeout"), "'10s'\n");
    postgres_end_second(&other, second);
}

static void
a_statement_is_ended_by_its_time_limit(void **state)
{
    static const fake_item item = {
        .kind = DUNLIN_ITEM_STATEMENT, .sql = "SELECT pg_sleep(10)", .statement_timeout_ms = 50};

    (void)state;
    assert_fails(&host, fake_run(&host, db, &item, 1), DUNLIN_FAILED,
                 "canceling statement due to statement timeout");
    execute("SELECT pg_sleep(0.1)");
}

static int wake[2];

static void *
stop_soon(void *context)
{
    (void)context;
    usleep(200000);
    host.cancelled = 1;
    if (write(wake[1], "x", 1) != 1)
        abort();
    return NULL;
}

static void
the_wish_to_stop_ends_a_statement(void **state)
{
    static const fake_item items[] = {BEGIN_ITEM, STATEMENT("SELECT pg_sleep(20)"), COMMIT_ITEM};
    static const fake_item tidy[] = {{.kind = DUNLIN_ITEM_ROLLBACK}, {.kind = DUNLIN_ITEM_RESET}};
    pthread_t thread;

    (void)state;
    assert_int_equal(pipe(wake), 0);
    host.call.wake_fd = wake[0];
    pthread_create(&thread, NULL, stop_soon, NULL);
    assert_fails(&host, fake_run(&host, db, items, 3), DUNLIN_CANCELLED,
                 "canceling statement due to user request");
    assert_outcomes("rfs");
    pthread_join(thread, NULL);
    /* What has to be done is done all the same. */
    assert_done(&host, fake_run(&host, db, tidy, 2));
    assert_int_equal(host.outcomes[0].in_transaction, 0);
    assert_fails(&host, fake_run(&host, db, items, 1), DUNLIN_CANCELLED, "cancelled");
    host.cancelled = 0;
    host.call.wake_fd = -1;
    close(wake[0]);
    close(wake[1]);
}

static void *
cancel_soon(void *context)
{
    dunlin_call call = host.call;

    usleep(200000);
    driver->cancel(&call, context);
    return NULL;
}

static void
another_thread_cancels_with_a_handle(void **state)
{
    dunlin_cancel *handle = NULL;
    pthread_t thread;

    (void)state;
    assert_done(&host, driver->cancel_handle(fake_call(&host), db, &handle));
    pthread_create(&thread, NULL, cancel_soon, handle);
    assert_fails(&host, fake_execute(&host, db, "SELECT pg_sleep(20)"), DUNLIN_CANCELLED,
                 "canceling statement due to user request");
    pthread_join(thread, NULL);
    execute("SELECT 1");
    driver->close(db);
    assert_done(&host, driver->cancel(fake_call(&host), handle)); /* to no effect */
    driver->cancel_free(handle);
    db = fake_open(&host, postgres_url("driver_test"));
}

static void
set_deadline(int milliseconds)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    host.call.deadline_ns =
        now.tv_sec * INT64_C(1000000000) + now.tv_nsec + milliseconds * INT64_C(1000000);
}

static void
a_query_ends_at_the_deadline_of_its_call(void **state)
{
    (void)state;
    set_deadline(200);
    assert_fails(&host,
                 driver->query(fake_call(&host), db, fake_string("SELECT pg_sleep(20)"), NULL, 0),
                 DUNLIN_CANCELLED, "canceling statement due to user request");
    host.call.deadline_ns = 0;
    assert_string_equal(rows("SELECT 1"), "1\n");
}

/* --- COPY --- */
static const char *copy_text;

static int64_t
give_chunk(const dunlin_call *call, void *buffer, uint64_t bytes)
{
    size_t length = copy_text != NULL ? strlen(copy_text) : 0;

    (void)call;
    if (copy_text == NULL)
        return -1;
    if (length > 4)
        length = 4;
    if (length > bytes)
        length = (size_t)bytes;
    memcpy(buffer, copy_text, length);
    copy_text += length;
    return (int64_t)length;
}

static void
copied_data_are_part_of_the_transaction(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        STATEMENT("CREATE TABLE t (a int, b text)"),
        STATEMENT("COPY t (a, b) FROM stdin"),
        {.kind = DUNLIN_ITEM_COPY_DATA},
        STATEMENT("COPY t TO STDOUT"),
        STATEMENT("UPDATE t SET a = a + 1"),
        COMMIT_ITEM,
    };

    (void)state;
    host.services.read_chunk = give_chunk;
    copy_text = "1\tone; two\n2\t\\N\n";
    assert_done(&host, fake_run(&host, db, items, COUNT(items)));
    assert_outcomes("rrrrrrr");
    assert_int_equal(host.outcomes[3].rows, 2);
    assert_int_equal(host.outcomes[5].rows, 2);
    assert_string_equal(rows("SELECT * FROM t ORDER BY a"), "2|'one; two'\n3|null\n");
}

static void
broken_copy_data_are_a_failure(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        STATEMENT("COPY t FROM stdin"),
        {.kind = DUNLIN_ITEM_COPY_DATA},
        COMMIT_ITEM,
    };
    static const fake_item bare[] = {STATEMENT("COPY t FROM stdin"), BEGIN_ITEM};

    (void)state;
    host.services.read_chunk = give_chunk;
    execute("CREATE TABLE t (a int)");
    copy_text = "1\nx\n";
    assert_fails(&host, fake_run(&host, db, items, COUNT(items)), DUNLIN_FAILED,
                 "invalid input syntax for type integer: \"x\"");
    assert_string_equal(host.detail, "COPY t, line 2, column a: \"x\"");
    assert_outcomes("rrf");
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_ROLLBACK));
    copy_text = NULL;
    assert_fails(&host, fake_run(&host, db, items, COUNT(items)), DUNLIN_FAILED,
                 "COPY from stdin failed: the data cannot be read");
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_ROLLBACK));
    assert_fails(&host, fake_run(&host, db, bare, 2), DUNLIN_USAGE,
                 "COPY .. FROM STDIN without data behind it");
    assert_outcomes("rf");
    assert_string_equal(rows("SELECT count(*) FROM t"), "0\n");
}

/* --- lost connections --- */
static void
a_lost_connection_leaves_in_doubt_what_may_have_committed(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        STATEMENT("INSERT INTO t VALUES (1)"),
        COMMIT_ITEM,
        BEGIN_ITEM,
        STATEMENT("INSERT INTO t VALUES (/* cut here */ 2)"),
    };
    static const fake_item more = BEGIN_ITEM;
    relay *between = relay_start(postgres_port());
    dunlin_connection *connection;

    (void)state;
    execute("CREATE TABLE t (a int)");
    connection = fake_open(&host, postgres_url_as("dunlin", relay_port(between), "driver_test"));
    assert_non_null(connection);
    relay_cut_after(between, "cut here");
    assert_int_equal(fake_run(&host, connection, items, COUNT(items)), DUNLIN_LOST);
    assert_int_equal(host.failures, 1);
    assert_memory_equal(host.message, "the connection to the server was lost: ", 39);
    assert_outcomes("lllss");
    /* From then on it is dead, and says so. */
    assert_int_equal(fake_run(&host, connection, &more, 1), DUNLIN_LOST);
    assert_outcomes("l");
    assert_int_equal(driver->query(fake_call(&host), connection, fake_string("SELECT 1"), NULL, 0),
                     DUNLIN_LOST);
    driver->close(connection);
    relay_stop(between);
    /* In truth the server had committed. */
    assert_string_equal(rows("SELECT a FROM t"), "1\n");
}

static void
a_server_that_ends_the_session_names_the_statement(void **state)
{
    static const fake_item items[] = {
        BEGIN_ITEM,
        STATEMENT("INSERT INTO t VALUES (1)"),
        COMMIT_ITEM,
        BEGIN_ITEM,
        STATEMENT("SELECT pg_terminate_backend(pg_backend_pid())"),
        COMMIT_ITEM,
    };

    (void)state;
    execute("CREATE TABLE t (a int)");
    assert_fails(&host, fake_run(&host, db, items, COUNT(items)), DUNLIN_LOST,
                 "terminating connection due to administrator command");
    assert_string_equal(host.sqlstate, "57P01");
    assert_outcomes("rrrrls");
}

static void
a_hanging_server_is_given_up_after_the_wish_to_stop(void **state)
{
    static const fake_item item = STATEMENT("SELECT 'hang here'");
    relay *between = relay_start(postgres_port());
    dunlin_connection *connection =
        fake_open(&host, postgres_url_as("dunlin", relay_port(between), "driver_test"));

    (void)state;
    assert_non_null(connection);
    relay_hang_after(between, "hang here");
    set_deadline(500);
    assert_fails(&host, fake_run(&host, connection, &item, 1), DUNLIN_LOST,
                 "the server did not answer when it was asked to stop");
    assert_outcomes("l");
    host.call.deadline_ns = 0;
    driver->close(connection);
    relay_stop(between);
}

/* --- much at once --- */
enum { MIGRATIONS = 100, ITEMS_EACH = 5 };

static int given;
static int64_t reported;
static bool in_order;
static char padding[3000];

static int32_t
give_migration(const dunlin_call *call, dunlin_item *item)
{
    static const int32_t kinds[ITEMS_EACH] = {DUNLIN_ITEM_BEGIN, DUNLIN_ITEM_STATEMENT,
                                              DUNLIN_ITEM_STATEMENT, DUNLIN_ITEM_COMMIT,
                                              DUNLIN_ITEM_RESET};
    static char sql[sizeof(padding) + 100];
    static dunlin_value value;

    (void)call;
    if (given == MIGRATIONS * ITEMS_EACH)
        return DUNLIN_STOP;
    item->kind = kinds[given % ITEMS_EACH];
    item->ordinal = (uint64_t)given;
    snprintf(sql, sizeof(sql), "CREATE TABLE t%d (a int) /* %s */", given / ITEMS_EACH, padding);
    item->sql = fake_string(given % ITEMS_EACH == 1 ? sql : "INSERT INTO tracker VALUES ($1)");
    value = fake_integer(given / ITEMS_EACH);
    item->values = given % ITEMS_EACH == 2 ? &value : NULL;
    item->value_count = given % ITEMS_EACH == 2 ? 1 : 0;
    given++;
    return DUNLIN_OK;
}

static int32_t
take_in_order(const dunlin_call *call, const dunlin_outcome *outcome)
{
    (void)call;
    in_order =
        in_order && (int64_t)outcome->ordinal == reported && outcome->outcome == DUNLIN_OUTCOME_RAN;
    reported++;
    return DUNLIN_OK;
}

static void
run_migrations(dunlin_connection *connection)
{
    const dunlin_call *call = fake_call(&host);

    given = 0;
    reported = 0;
    in_order = true;
    host.services.next_item = give_migration;
    host.services.item_done = take_in_order;
    assert_done(&host, driver->run(call, connection));
    assert_true(in_order);
    assert_int_equal(reported, MIGRATIONS * ITEMS_EACH);
}

static void
many_transactions_go_in_a_few_round_trips(void **state)
{
    relay *between = relay_start(postgres_port());
    dunlin_connection *connection;
    int trips;

    (void)state;
    execute("CREATE TABLE tracker (id int)");
    connection = fake_open(&host, postgres_url_as("dunlin", relay_port(between), "driver_test"));
    relay_round_trips(between);
    run_migrations(connection);
    trips = relay_round_trips(between);
    print_message("%d migrations: %d changes of direction\n", MIGRATIONS, trips);
    assert_in_range(trips, 1, MIGRATIONS / 2);
    driver->close(connection);
    relay_stop(between);
    assert_string_equal(rows("SELECT count(*), min(id), max(id) FROM tracker"), "100|0|99\n");
}

static void
more_text_than_may_be_under_way_still_runs_in_order(void **state)
{
    (void)state;
    execute("CREATE TABLE tracker (id int)");
    memset(padding, 'x', sizeof(padding) - 1); /* 100 times that: not all at once */
    for (int i = 0; i < 4; i++) {
        run_migrations(db);
        host.services.next_item = NULL;
        fake_begin(&host, driver);
        execute("DO $$ BEGIN FOR i IN 0..99 LOOP EXECUTE 'DROP TABLE t' || i; END LOOP; END $$");
    }
    memset(padding, 0, sizeof(padding));
    assert_string_equal(rows("SELECT count(*) FROM tracker"), "400\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(items_run_in_order_inside_their_transaction),
        TEST(nothing_behind_a_failed_item_takes_effect),
        TEST(nothing_behind_a_failed_commit_takes_effect),
        TEST(a_commit_of_a_failed_transaction_is_a_failure),
        TEST(rollback_and_reset_without_need_ask_nobody),
        TEST(reset_puts_settings_back_that_a_file_changed),
        TEST(a_reset_undone_by_a_later_failure_is_done_again),
        TEST(a_check_compares_the_first_cell_and_keeps_the_commit_back),
        TEST(statements_that_refuse_a_transaction_run_between_others),
        TEST(one_item_is_one_statement),
        TEST(an_item_that_cannot_be_sent_fails_behind_those_before_it),
        TEST(values_take_the_type_of_their_place),
        TEST(statements_with_values_survive_what_takes_prepared_ones_away),
        TEST(cells_are_integers_texts_blobs_and_nulls),
        TEST(errors_have_classes),
        TEST(an_error_inside_a_function_names_its_place),
        TEST(notices_reach_the_host),
        TEST(a_lock_is_waited_for_as_long_as_the_item_says),
        TEST(a_statement_is_ended_by_its_time_limit),
        TEST(the_wish_to_stop_ends_a_statement),
        TEST(another_thread_cancels_with_a_handle),
        TEST(a_query_ends_at_the_deadline_of_its_call),
        TEST(copied_data_are_part_of_the_transaction),
        TEST(broken_copy_data_are_a_failure),
        TEST(a_lost_connection_leaves_in_doubt_what_may_have_committed),
        TEST(a_server_that_ends_the_session_names_the_statement),
        TEST(a_hanging_server_is_given_up_after_the_wish_to_stop),
        TEST(many_transactions_go_in_a_few_round_trips),
        TEST(more_text_than_may_be_under_way_still_runs_in_order),
    };
    int answer;

    if (!postgres_begin(&answer))
        return answer;
    return cmocka_run_group_tests_name("postgres run", tests, NULL, NULL);
}
