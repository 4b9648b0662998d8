/* SPDX-License-Identifier: MIT
 *
 * The PostgreSQL driver connects, describes, locks and looks into the catalogs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/conformance/postgres_server.h"
#include "tests/conformance/relay.h"

static void
assert_does_not_open(const char *url, int32_t class, const char *message)
{
    dunlin_open_options options = {.size = sizeof(options), .connect_timeout_ms = 2000};
    dunlin_connection *connection = NULL;

    assert_fails(&host, driver->open(fake_call(&host), fake_string(url), &options, &connection),
                 class, message);
    assert_null(connection);
}

/* --- connecting --- */
static void
a_wrong_password_is_refused_and_not_shown(void **state)
{
    char expected[300];

    (void)state;
    snprintf(expected, sizeof(expected),
             "connection to server at \"127.0.0.1\", port %d failed: FATAL:  password "
             "authentication failed for user \"restricted\"",
             postgres_port());
    assert_does_not_open(postgres_url_as("restricted:wrong-secret", 0, "driver_test"), DUNLIN_AUTH,
                         expected);
    assert_string_equal(host.sqlstate, "28P01");
    assert_string_equal(host.hint, "");
    snprintf(expected, sizeof(expected),
             "connection to server at \"127.0.0.1\", port %d failed: fe_sendauth: no password "
             "supplied",
             postgres_port());
    assert_does_not_open(postgres_url_as("restricted", 0, "driver_test"), DUNLIN_AUTH, expected);
    assert_string_equal(host.hint, "give the password in the URL, in PGPASSWORD or in ~/.pgpass");
}

static void
a_password_comes_from_the_password_file_too(void **state)
{
    char path[] = "/tmp/dunlin-pgpass.XXXXXX";
    const char *url = getenv("DUNLIN_TEST_POSTGRES_PASSWORD");
    char password[128];
    FILE *file;
    dunlin_connection *connection;

    (void)state;
    if (url == NULL || sscanf(url, "postgres://%*[^:]:%127[^@]@", password) != 1)
        skip();
    file = fdopen(mkstemp(path), "w");
    fprintf(file, "*:*:*:restricted:%s\n", password);
    fclose(file);
    setenv("PGPASSFILE", path, 1);
    connection = fake_open(&host, postgres_url_as("restricted", 0, "driver_test"));
    unsetenv("PGPASSFILE");
    unlink(path);
    assert_non_null(connection);
    assert_string_equal(fake_rows(&host, connection, "SELECT current_user"), "'restricted'\n");
    driver->close(connection);
}

static void
what_is_not_there_is_said_to_be_missing(void **state)
{
    char expected[300];

    (void)state;
    snprintf(expected, sizeof(expected),
             "connection to server at \"127.0.0.1\", port %d failed: FATAL:  database \"nosuch\" "
             "does not exist",
             postgres_port());
    assert_does_not_open(postgres_url("nosuch"), DUNLIN_MISSING, expected);
    assert_string_equal(host.sqlstate, "3D000");
    assert_does_not_open("postgres://a@127.0.0.1:1/x", DUNLIN_CONNECT,
                         "connection to server at \"127.0.0.1\", port 1 failed: Connection "
                         "refused; \tIs the server running on that host and accepting TCP/IP "
                         "connections?");
    assert_does_not_open("postgres://a@/x?host=/nowhere", DUNLIN_CONNECT,
                         "connection to server on socket \"/nowhere/.s.PGSQL.5432\" failed: No "
                         "such file or directory; \tIs the server running locally and accepting "
                         "connections on that socket?");
    assert_does_not_open("postgres://a@/x?nosuch=1", DUNLIN_USAGE,
                         "the URL cannot be read: invalid URI query parameter: \"nosuch\"");
}

static void
encryption_that_the_server_refuses_is_an_error(void **state)
{
    char expected[300];

    (void)state;
    snprintf(expected, sizeof(expected),
             "connection to server at \"127.0.0.1\", port %d failed: server does not support SSL, "
             "but SSL was required",
             postgres_port());
    assert_does_not_open(postgres_url("driver_test?sslmode=require"), DUNLIN_CONNECT, expected);
}

static void
a_server_that_does_not_answer_is_given_up(void **state)
{
    relay *between = relay_start(postgres_port());
    char expected[100];

    (void)state;
    relay_hang_after(between, "driver_test");
    snprintf(expected, sizeof(expected), "the server at '127.0.0.1' did not answer within 2000 ms");
    assert_does_not_open(postgres_url_as("dunlin", relay_port(between), "driver_test"),
                         DUNLIN_CONNECT, expected);
    relay_hang_after(between, "driver_test");
    host.cancelled = 1;
    assert_does_not_open(postgres_url_as("dunlin", relay_port(between), "driver_test"),
                         DUNLIN_CANCELLED, "stopped while connecting");
    host.cancelled = 0;
    relay_stop(between);
}

static void
a_role_out_of_connections_is_told_so(void **state)
{
    char expected[300];

    (void)state;
    execute("CREATE ROLE single LOGIN CONNECTION LIMIT 0");
    snprintf(expected, sizeof(expected),
             "connection to server at \"127.0.0.1\", port %d failed: FATAL:  too many connections "
             "for role \"single\"",
             postgres_port());
    assert_does_not_open(postgres_url_as("single", 0, "driver_test"), DUNLIN_CONNECT, expected);
    assert_string_equal(host.sqlstate, "53300");
    execute("DROP ROLE single");
}

static void
the_first_of_several_hosts_that_answers_is_taken(void **state)
{
    char url[200];
    dunlin_connection *connection;

    (void)state;
    snprintf(url, sizeof(url), "postgres://dunlin@127.0.0.1:1,127.0.0.1:%d/driver_test",
             postgres_port());
    connection = fake_open(&host, url);
    assert_non_null(connection);
    driver->close(connection);
}

static void
settings_are_pinned_whatever_url_and_environment_say(void **state)
{
    static const char settings[] =
        "SELECT split_part(current_setting('DateStyle'), ',', 1), current_setting('TimeZone'), "
        "current_setting('IntervalStyle'), current_setting('client_encoding'), "
        "current_setting('standard_conforming_strings'), current_setting('jit'), "
        "current_setting('work_mem')";
    dunlin_connection *connection;

    (void)state;
    execute("ALTER DATABASE driver_test SET standard_conforming_strings = off");
    execute("ALTER DATABASE driver_test SET jit = on");
    setenv("PGTZ", "Asia/Tokyo", 1);
    setenv("PGDATESTYLE", "German", 1);
    connection = fake_open(&host, postgres_url("driver_test?client_encoding=LATIN1&options="
                                               "-c%20IntervalStyle%3Diso_8601%20-cwork_mem%3D7MB"));
    unsetenv("PGTZ");
    unsetenv("PGDATESTYLE");
    assert_non_null(connection);
    assert_string_equal(fake_rows(&host, connection, settings),
                        "'ISO'|'UTC'|'postgres'|'UTF8'|'on'|'off'|'7MB'\n");
    assert_done(&host, fake_execute(&host, connection, "SET TimeZone = 'Asia/Tokyo'"));
    assert_done(&host, fake_do(&host, connection, DUNLIN_ITEM_RESET));
    assert_string_equal(fake_rows(&host, connection, settings),
                        "'ISO'|'UTC'|'postgres'|'UTF8'|'on'|'off'|'7MB'\n");
    driver->close(connection);
}

static void
a_connection_for_reading_cannot_write(void **state)
{
    dunlin_connection *reader = fake_open_to_read(&host, postgres_url("driver_test"));

    (void)state;
    assert_fails(&host, fake_execute(&host, reader, "CREATE TABLE t (a int)"), DUNLIN_READ_ONLY,
                 "cannot execute CREATE TABLE in a read-only transaction");
    assert_done(&host, driver->describe(fake_call(&host), reader));
    assert_int_equal(host.server.read_only, 0);
    driver->close(reader);
}

static void
a_connection_for_reading_finds_the_server_that_may_write(void **state)
{
    char url[200];
    dunlin_connection *reader;

    (void)state;
    snprintf(
        url, sizeof(url),
        "postgres://dunlin@127.0.0.1:1,127.0.0.1:%d/driver_test?target_session_attrs=read-write",
        postgres_port());
    reader = fake_open_to_read(&host, url);
    assert_non_null(reader);
    driver->close(reader);
    setenv("PGTARGETSESSIONATTRS", "read-write", 1);
    reader = fake_open_to_read(&host, postgres_url("driver_test"));
    unsetenv("PGTARGETSESSIONATTRS");
    assert_non_null(reader);
    driver->close(reader);
}

/* --- describing --- */
static void
a_server_is_described(void **state)
{
    char expected[500];
    char system[64];
    int version;

    (void)state;
    sscanf(rows("SELECT current_setting('server_version_num')::int"), "%d", &version);
    sscanf(rows("SELECT system_identifier FROM pg_control_system()"), "%63s", system);
    snprintf(expected, sizeof(expected),
             "postgresql|postgres:%s/driver_test|driver_test on 127.0.0.1:%d||"
             "standard_conforming_strings|on|namespace|public\n",
             system, postgres_port());
    assert_done(&host, driver->describe(fake_call(&host), db));
    assert_string_equal(host.lines, expected);
    assert_int_equal(host.server.profile->major, version / 10000);
    assert_int_equal(host.server.profile->minor, version % 10000);
    assert_int_equal(host.server.read_only, 0);
    assert_int_equal(host.server.pooled, 0);
    assert_int_equal(host.server.empty, 1);
    execute("CREATE VIEW v AS SELECT 1 AS a");
    assert_done(&host, driver->describe(fake_call(&host), db));
    assert_int_equal(host.server.empty, 0);
}

static void
a_role_without_rights_is_told_what_it_may_know(void **state)
{
    const char *url = getenv("DUNLIN_TEST_POSTGRES_PASSWORD");
    char user[128];
    dunlin_connection *connection;

    (void)state;
    if (url == NULL || sscanf(url, "postgres://%127[^@]@", user) != 1)
        skip();
    execute("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM public");
    connection = fake_open(&host, postgres_url_as(user, 0, "driver_test"));
    assert_non_null(connection);
    assert_done(&host, driver->describe(fake_call(&host), connection));
    assert_memory_equal(host.lines, "postgresql|postgres:/driver_test|", 33);
    driver->close(connection);
}

static void
a_database_set_to_read_only_is_said_to_be(void **state)
{
    dunlin_connection *connection;

    (void)state;
    execute("ALTER DATABASE driver_test SET default_transaction_read_only = on");
    connection = fake_open(&host, postgres_url("driver_test"));
    assert_done(&host, driver->describe(fake_call(&host), connection));
    assert_int_equal(host.server.read_only, 1);
    driver->close(connection);
}

static void
connecting_and_describing_take_few_round_trips(void **state)
{
    relay *between = relay_start(postgres_port());
    dunlin_connection *connection;
    int opened;
    int described;
    int asked;

    (void)state;
    connection = fake_open(&host, postgres_url_as("dunlin", relay_port(between), "driver_test"));
    assert_non_null(connection);
    opened = relay_round_trips(between);
    assert_done(&host, driver->describe(fake_call(&host), connection));
    described = relay_round_trips(between);
    fake_rows(&host, connection, "SELECT * FROM pg_class");
    asked = relay_round_trips(between);
    print_message("round trips: open %d, describe %d, query %d\n", opened, described, asked);
    assert_in_range(opened, 1, 2); /* one for TLS, which the server refuses */
    assert_int_equal(described, 1);
    assert_int_equal(asked, 1);
    driver->close(connection);
    relay_stop(between);
}

/* --- locks and sessions --- */
static void
one_session_at_a_time_holds_the_lock(void **state)
{
    fake_host other;
    dunlin_connection *second;
    dunlin_string key = fake_string("dunlin:postgres:1/app:dunlin_migrations");
    int32_t acquired = -1;
    char holder[100];

    (void)state;
    postgres_second(&other, &second);
    assert_done(&host, driver->try_lock(fake_call(&host), db, key, &acquired));
    assert_int_equal(acquired, 1);
    assert_done(&host, driver->try_lock(fake_call(&host), db, key, &acquired));
    assert_int_equal(acquired, 1);
    assert_done(&other, driver->try_lock(fake_call(&other), second, key, &acquired));
    assert_int_equal(acquired, 0);
    snprintf(holder, sizeof(holder), "%d|test|20\n", atoi(rows("SELECT pg_backend_pid()")));
    assert_done(&other, driver->lock_holder(fake_call(&other), second, key));
    assert_string_equal(other.lines, holder);
    assert_done(&host, driver->unlock(fake_call(&host), db, key));
    assert_done(&other, driver->lock_holder(fake_call(&other), second, key));
    assert_string_equal(other.lines, "");
    assert_done(&other, driver->try_lock(fake_call(&other), second, key, &acquired));
    assert_int_equal(acquired, 1);
    /* Of another key, there is another lock; a dead session holds none. */
    assert_done(&host, driver->try_lock(fake_call(&host), db, fake_string("x"), &acquired));
    assert_int_equal(acquired, 1);
    postgres_end_second(&other, second);
    do
        assert_done(&host, driver->try_lock(fake_call(&host), db, key, &acquired));
    while (acquired == 0);
}

/* FNV-1a of "a" and of "foobar", from its authors' test vectors. */
static void
the_number_of_a_lock_is_the_fnv_hash_of_its_key(void **state)
{
    int32_t acquired;

    (void)state;
    assert_done(&host, driver->try_lock(fake_call(&host), db, fake_string("a"), &acquired));
    assert_done(&host, driver->try_lock(fake_call(&host), db, fake_string("foobar"), &acquired));
    assert_string_equal(rows("SELECT to_hex(classid::bigint), to_hex(objid::bigint) FROM pg_locks "
                             "WHERE locktype = 'advisory' AND pid = pg_backend_pid() ORDER BY 1"),
                        "'85944171'|'f73967e8'\n'af63dc4c'|'8601ec8c'\n");
}

static void
a_session_is_known_by_number_and_start(void **state)
{
    fake_host other;
    dunlin_connection *second;
    char backend[32];
    char start[64];
    int32_t answer;
    const char *ask = "SELECT pg_backend_pid()::text || ' ' || to_char(backend_start AT TIME ZONE "
                      "'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM pg_stat_activity "
                      "WHERE pid = pg_backend_pid()";

    (void)state;
    postgres_second(&other, &second);
    assert_int_equal(sscanf(fake_rows(&other, second, ask), "'%31s %63[^']'", backend, start), 2);
#define ALIVE(backend, start)                                                                      \
    driver->session_alive(fake_call(&host), db, fake_string(backend), fake_string(start), &answer)
    assert_done(&host, ALIVE(backend, start));
    assert_int_equal(answer, DUNLIN_SESSION_ALIVE);
    assert_done(&host, ALIVE(backend, "2001-01-01T00:00:00.000000Z"));
    assert_int_equal(answer, DUNLIN_SESSION_GONE);
    assert_done(&host, ALIVE("nobody", ""));
    assert_int_equal(answer, DUNLIN_SESSION_UNKNOWN);
    postgres_end_second(&other, second);
    do
        assert_done(&host, ALIVE(backend, start));
    while (answer == DUNLIN_SESSION_ALIVE);
    assert_int_equal(answer, DUNLIN_SESSION_GONE);
}

static void
another_session_is_ended_by_number_and_start(void **state)
{
    fake_host other;
    dunlin_connection *second;
    char number[32];
    int32_t answer = -1;

    (void)state;
    postgres_second(&other, &second);
    snprintf(number, sizeof(number), "%s", fake_rows(&other, second, "SELECT pg_backend_pid()"));
    number[strcspn(number, "\n")] = '\0';
#define END(backend, start)                                                                        \
    driver->session_end(fake_call(&host), db, fake_string(backend), fake_string(start), &answer)
    assert_done(&host, END(number, "2001-01-01T00:00:00.000000Z"));
    assert_int_equal(answer, DUNLIN_SESSION_GONE);
    assert_done(&host, END("nobody", ""));
    assert_int_equal(answer, DUNLIN_SESSION_UNKNOWN);
    assert_string_equal(fake_rows(&other, second, "SELECT 1"), "1\n");
    assert_done(&host, END(number, ""));
    assert_int_equal(answer, DUNLIN_SESSION_ALIVE);
    do
        assert_done(&host, END(number, ""));
    while (answer == DUNLIN_SESSION_ALIVE);
    assert_int_equal(answer, DUNLIN_SESSION_GONE);
    postgres_end_second(&other, second);
}

static void
a_session_does_not_end_itself(void **state)
{
    char number[32];
    int32_t answer = -1;

    (void)state;
    snprintf(number, sizeof(number), "%s", rows("SELECT pg_backend_pid()"));
    number[strcspn(number, "\n")] = '\0';
    assert_done(&host, END(number, ""));
    assert_int_equal(answer, DUNLIN_SESSION_UNKNOWN);
    assert_string_equal(rows("SELECT 1"), "1\n");
}

/* --- objects --- */
static void
introspection_names_objects_of_users(void **state)
{
    dunlin_scope scope = {.size = sizeof(scope), .depth = DUNLIN_SCOPE_OBJECTS};
    static const dunlin_string exclusions[] = {NAMED("hidden")};
    static const dunlin_string app[] = {NAMED("app")};
    dunlin_string present_path[] = {NAMED("public"), NAMED("t")};
    dunlin_string absent_path[] = {NAMED("app"), NAMED("t")};
    dunlin_fact present = {
        .size = sizeof(present), .kind = NAMED("table"), .path = present_path, .path_count = 2};
    dunlin_fact absent = {
        .size = sizeof(absent), .kind = NAMED("view"), .path = absent_path, .path_count = 2};
    const dunlin_fact *keys[] = {&present, &absent};

    (void)state;
    execute("CREATE SCHEMA app");
    execute("CREATE TABLE t (id serial PRIMARY KEY, a text UNIQUE, b int GENERATED BY DEFAULT AS "
            "IDENTITY)");
    execute("CREATE INDEX t_a ON t (lower(a))");
    execute("CREATE TABLE hidden (id int)");
    execute("CREATE INDEX hidden_id ON hidden (id)");
    execute("CREATE TABLE app.\"Part\" (id int, at date) PARTITION BY RANGE (at)");
    execute("CREATE TABLE app.part_1 PARTITION OF app.\"Part\" FOR VALUES FROM ('2024-01-01') TO "
            "('2025-01-01')");
    execute("CREATE INDEX part_at ON app.\"Part\" (at)");
    execute("CREATE VIEW v AS SELECT 1 AS a");
    execute("CREATE MATERIALIZED VIEW m AS SELECT 1 AS a");
    execute("CREATE SEQUENCE s");
    execute("CREATE TYPE mood AS ENUM ('a')");
    execute("CREATE DOMAIN app.d AS int");
    execute("CREATE FUNCTION f(int, x text) RETURNS int LANGUAGE sql AS 'SELECT 1'");
    execute("CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'");
    execute("CREATE PROCEDURE p() LANGUAGE sql AS ''");
    execute("CREATE TRIGGER tr AFTER INSERT ON app.\"Part\" FOR EACH ROW EXECUTE FUNCTION g()");
    scope.exclusions = exclusions;
    scope.exclusion_count = 1;
    assert_done(&host, driver->introspect(fake_call(&host), db, &scope));
    assert_string_equal(host.lines, "domain app/d\n"
                                    "enum public/mood\n"
                                    "function public/f/integer, x text\n"
                                    "function public/g/\n"
                                    "index app/Part/part_at\n"
                                    "index public/t/t_a\n"
                                    "matview public/m\n"
                                    "procedure public/p/\n"
                                    "sequence public/s\n"
                                    "table app/Part\n"
                                    "table app/part_1\n"
                                    "table public/t\n"
                                    "trigger app/Part/tr\n"
                                    "view public/v\n");
    scope.namespaces = app;
    scope.namespace_count = 1;
    assert_done(&host, driver->introspect(fake_call(&host), db, &scope));
    assert_string_equal(host.lines, "domain app/d\n"
                                    "index app/Part/part_at\n"
                                    "table app/Part\n"
                                    "table app/part_1\n"
                                    "trigger app/Part/tr\n");
    scope.namespace_count = 0;
    scope.keys = keys;
    scope.key_count = 2;
    assert_done(&host, driver->introspect(fake_call(&host), db, &scope));
    assert_string_equal(host.lines, "table public/t\ngone view app/t\n");
}

static int32_t
take_invalid(const dunlin_call *call, const dunlin_fact *fact)
{
    fake_host *own = call->context;

    assert_int_equal(fact->property_count, 1);
    snprintf(own->lines + strlen(own->lines), 100, "%.*s is invalid\n",
             (int)fact->path[fact->path_count - 1].length, fact->path[fact->path_count - 1].data);
    return DUNLIN_OK;
}

/* The keys that the last classify told, for the introspect behind it. */
static dunlin_string told_path[3];
static char told_text[300];
static dunlin_fact told;

static int32_t
keep_touched(const dunlin_call *call, const dunlin_fact *key)
{
    size_t used = 0;

    (void)call;
    told = *key;
    for (uint64_t i = 0; i < key->path_count; i++) {
        memcpy(told_text + used, key->path[i].data, key->path[i].length);
        told_path[i] = (dunlin_string){told_text + used, key->path[i].length};
        used += key->path[i].length;
    }
    told.path = told_path;
    /* The kinds are constants of the driver. */
    return DUNLIN_OK;
}

static int32_t
take_text_fact(const dunlin_call *call, const dunlin_fact *fact)
{
    fake_host *own = call->context;

    assert_int_equal(fact->property_count, 1);
    assert_memory_equal(fact->properties[0].name.data, "text", 4);
    snprintf(own->lines, 500, "%.*s", (int)fact->properties[0].text.length,
             fact->properties[0].text.data);
    return DUNLIN_OK;
}

/* How what the statement touches is now: a text, or "gone ...". */
static const char *
fingerprint(const char *sql)
{
    const dunlin_fact *keys[] = {&told};
    dunlin_scope scope = {
        .size = sizeof(scope), .depth = DUNLIN_SCOPE_FACTS, .keys = keys, .key_count = 1};

    memset(&told, 0, sizeof(told));
    host.services.touched = keep_touched;
    host.services.fact = take_text_fact;
    assert_done(&host, driver->classify(fake_call(&host), NULL, db, fake_string(sql)));
    assert_int_not_equal(told.path_count, 0);
    assert_done(&host, driver->introspect(fake_call(&host), db, &scope));
    return host.lines;
}

static int
is_said_to_commit(const char *sql)
{
    assert_done(&host, driver->classify(fake_call(&host), NULL, db, fake_string(sql)));
    return (host.class_flags & DUNLIN_CLASS_COMMITS) != 0 &&
           (host.class_flags & DUNLIN_CLASS_LOSSY_DATA) != 0;
}

static void
procedures_that_end_transactions_are_known_before_they_are_called(void **state)
{
    (void)state;
    execute("CREATE PROCEDURE \"Ends\"() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'");
    execute("CREATE PROCEDURE stays() LANGUAGE plpgsql AS 'BEGIN NULL; END'");
    assert_true(is_said_to_commit("CALL public.\"Ends\"()"));
    assert_false(is_said_to_commit("CALL stays()"));
    assert_false(is_said_to_commit("CALL nobody(1)"));
    /* Made by a statement that comes first. */
    assert_false(is_said_to_commit("CREATE OR REPLACE PROCEDURE nobody(n int) LANGUAGE plpgsql "
                                   "AS $$ BEGIN ROLLBACK; END $$"));
    assert_true(is_said_to_commit("CALL nobody(1)"));
    execute("DROP PROCEDURE \"Ends\"");
    execute("DROP PROCEDURE stays");
}

static void
statements_outside_transactions_leave_fingerprints(void **state)
{
    static const char create[] = "CREATE INDEX CONCURRENTLY i ON s.t (a)";
    static const char drop[] = "DROP INDEX CONCURRENTLY IF EXISTS s.i";
    static const char database[] = "CREATE DATABASE driver_other";
    char before[500];

    (void)state;
    execute("CREATE SCHEMA s");
    execute("CREATE TABLE s.t (a int)");
    assert_string_equal(fingerprint(create), "gone built index s/t/i\n");
    assert_string_equal(fingerprint(drop), "gone relation s/i\n");
    execute(create);
    snprintf(before, sizeof(before), "%s", fingerprint(create));
    assert_memory_equal(before, "CREATE INDEX i ON s.t USING btree (a) ", 38);
    assert_string_equal(fingerprint(create), before);
    assert_memory_equal(fingerprint(drop), "i", 1);
    execute(drop);
    assert_string_equal(fingerprint(drop), "gone relation s/i\n");
    assert_string_equal(fingerprint(database), "gone database driver_other\n");
    execute(database);
    assert_true(atoi(fingerprint("DROP DATABASE driver_other")) > 16000);
    execute("DROP DATABASE driver_other");
    assert_string_equal(fingerprint("COMMIT PREPARED 'it''s'"), "gone prepared it's\n");
    assert_string_equal(fingerprint("DROP SUBSCRIPTION x"), "gone subscription x\n");
    assert_string_equal(fingerprint("CREATE TABLESPACE x LOCATION '/x'"), "gone tablespace x\n");
}

static void
an_invalid_index_counts_as_none(void **state)
{
    static const char create[] = "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)";

    (void)state;
    execute("CREATE TABLE t (a int)");
    execute("INSERT INTO t VALUES (1), (1)");
    assert_int_equal(fake_execute(&host, db, create), DUNLIN_CONSTRAINT);
    assert_string_equal(fingerprint(create), "gone built index t/i\n");
}

static void
an_index_left_invalid_is_found_with_its_remedy(void **state)
{
    dunlin_string path[] = {NAMED("t"), NAMED("a.b")};
    dunlin_fact index = {
        .size = sizeof(index), .kind = NAMED("index"), .path = path, .path_count = 2};
    const dunlin_fact *keys[] = {&index};

    (void)state;
    host.services.fact = take_invalid;
    execute("CREATE TABLE t (a int)");
    execute("INSERT INTO t VALUES (1), (1)");
    assert_done(&host, driver->debris(fake_call(&host), db, keys, 1));
    assert_string_equal(host.lines, "");
    assert_int_equal(fake_execute(&host, db, "CREATE UNIQUE INDEX CONCURRENTLY \"a.b\" ON t (a)"),
                     DUNLIN_CONSTRAINT);
    assert_done(&host, driver->debris(fake_call(&host), db, keys, 1));
    assert_string_equal(host.lines, "a.b is invalid\n"
                                    "[0+1] DROP INDEX CONCURRENTLY IF EXISTS public.\"a.b\"\n");
    execute("DROP INDEX CONCURRENTLY IF EXISTS public.\"a.b\"");
    assert_done(&host, driver->debris(fake_call(&host), db, keys, 1));
    assert_string_equal(host.lines, "");
}

/* --- poolers --- */
static void
a_transaction_pooler_is_noticed(void **state)
{
    const char *url = getenv("DUNLIN_TEST_PGBOUNCER");
    static const fake_item items[] = {
        BEGIN_ITEM,
        STATEMENT("CREATE TABLE t (a timestamptz DEFAULT '2024-01-01')"),
        STATEMENT("SELECT 1 / (current_setting('jit') = 'off')::int"),
        COMMIT_ITEM,
        {.kind = DUNLIN_ITEM_RESET},
    };
    char through[300];
    char *slash;
    dunlin_connection *connection;
    int32_t acquired;

    (void)state;
    if (url == NULL)
        skip();
    snprintf(through, sizeof(through), "%s", url);
    slash = strrchr(through, '/');
    strcpy(slash, "/driver_test");
    connection = fake_open(&host, through);
    assert_non_null(connection);
    assert_done(&host, driver->describe(fake_call(&host), connection));
    assert_int_equal(host.server.pooled, 1);
    assert_done(&host, fake_run(&host, connection, items, COUNT(items)));
    assert_string_equal(fake_rows(&host, connection, "SHOW TimeZone"), "'UTC'\n");
    assert_fails(&host, driver->try_lock(fake_call(&host), connection, fake_string("x"), &acquired),
                 DUNLIN_UNSUPPORTED, "behind a transaction pooler no lock holds for a whole run");
    assert_fails(&host, fake_execute(&host, connection, "VACUUM t"), DUNLIN_UNSUPPORTED,
                 "a statement that cannot run in a transaction is not sent through a pooler");
    driver->close(connection);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_wrong_password_is_refused_and_not_shown),
        TEST(a_password_comes_from_the_password_file_too),
        TEST(what_is_not_there_is_said_to_be_missing),
        TEST(encryption_that_the_server_refuses_is_an_error),
        TEST(a_server_that_does_not_answer_is_given_up),
        TEST(a_role_out_of_connections_is_told_so),
        TEST(the_first_of_several_hosts_that_answers_is_taken),
        TEST(settings_are_pinned_whatever_url_and_environment_say),
        TEST(a_connection_for_reading_cannot_write),
        TEST(a_connection_for_reading_finds_the_server_that_may_write),
        TEST(a_server_is_described),
        TEST(a_role_without_rights_is_told_what_it_may_know),
        TEST(a_database_set_to_read_only_is_said_to_be),
        TEST(connecting_and_describing_take_few_round_trips),
        TEST(one_session_at_a_time_holds_the_lock),
        TEST(the_number_of_a_lock_is_the_fnv_hash_of_its_key),
        TEST(a_session_is_known_by_number_and_start),
        TEST(another_session_is_ended_by_number_and_start),
        TEST(a_session_does_not_end_itself),
        TEST(introspection_names_objects_of_users),
        TEST(procedures_that_end_transactions_are_known_before_they_are_called),
        TEST(statements_outside_transactions_leave_fingerprints),
        TEST(an_invalid_index_counts_as_none),
        TEST(an_index_left_invalid_is_found_with_its_remedy),
        TEST(a_transaction_pooler_is_noticed),
    };
    int answer;

    if (!postgres_begin(&answer))
        return answer;
    return cmocka_run_group_tests_name("postgres driver", tests, NULL, NULL);
}
