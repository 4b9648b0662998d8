/* SPDX-License-Identifier: MIT
 *
 * What the wrapper makes of a driver's answers: results, failures in words, breaches.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/driver_fixture.h"

static const dn_log no_log = {.line = NULL};

typedef struct listener {
    char lines[4000];
    int32_t cancelled;
} listener;

static void
keep_line(int32_t level, const char *line, void *context)
{
    listener *heard = context;
    size_t used = strlen(heard->lines);

    snprintf(heard->lines + used, sizeof heard->lines - used, "%d %s\n", level, line);
}

static void
keep_progress(const char *what, int64_t done, int64_t total, void *context)
{
    listener *heard = context;
    size_t used = strlen(heard->lines);

    snprintf(heard->lines + used, sizeof heard->lines - used, "%s %d of %d\n", what, (int)done,
             (int)total);
}

static int32_t
is_cancelled(void *context)
{
    return ((listener *)context)->cancelled;
}

static dn_log
log_to(listener *heard)
{
    return (dn_log){.line = keep_line,
                    .progress = keep_progress,
                    .cancelled = is_cancelled,
                    .context = heard,
                    .level = DUNLIN_LOG_LINE_DEBUG};
}

static void
expect_error(const driver_fixture *fixture, const char *id, const char *message)
{
    assert_string_equal(fixture->error.message, message);
    assert_string_equal(fixture->error.id, id);
}

/* Ends a script: nothing went otherwise, nothing was left. */
static void
finish(driver_fixture *fixture, dn_connection *connection)
{
    dn_connection_close(connection);
    assert_string_equal(complaints(fixture), "");
}

/* --- opening --- */
static void
what_the_driver_tells_of_the_server_is_kept(void **state)
{
    driver_fixture *fixture = *state;
    dn_connection *connection =
        open_scripted(fixture, "describe\n server the name\nclose\n", no_log);
    const dunlin_server *server = dn_connection_server(connection);

    assert_string_equal(server->name.data, "the name");
    assert_int_equal(server->read_only, 1);
    assert_string_equal(server->profile->version.data, "7.5");
    assert_int_equal(server->profile->setting_count, 2);
    assert_string_equal(server->profile->settings[1].data, "strict");
    assert_string_equal(server->backend.data, "");
    assert_int_equal(dn_connection_capabilities(connection)->lock_kind, DUNLIN_LOCK_LEASE);
    assert_int_equal(dn_connection_capabilities(connection)->identifier_limit, 63);
    assert_non_null(dn_connection_rules(connection));
    assert_string_equal(dn_connection_driver(connection)->table.name, "scripted");
    finish(fixture, connection);
}

static void
expect_open_to_fail(driver_fixture *fixture, const char *script, const char *id,
                    const char *message)
{
    const dn_open_options options = {.log = no_log};
    dn_connection *connection = (dn_connection *)fixture;

    set_script(fixture, script);
    assert_int_equal(dn_connection_open(load_module(fixture, "scripted"), "scripted:secret",
                                        &options, &connection, &fixture->error),
                     -1);
    assert_null(connection);
    expect_error(fixture, id, message);
    assert_string_equal(complaints(fixture), "");
}

static void
a_failure_to_open_names_the_url_without_its_secrets(void **state)
{
    driver_fixture *fixture = *state;

    expect_open_to_fail(fixture,
                        "open scripted:secret\n fail CONNECT cannot reach scripted:secret.\n"
                        " return CONNECT\n",
                        "database.connect", "cannot reach scripted:***");
    assert_string_equal(fixture->error.context, "while opening 'scripted:***'");
    assert_int_equal(fixture->error.status, DUNLIN_CONNECT);
}

static void
a_url_that_is_refused_is_not_shown_at_all(void **state)
{
    driver_fixture *fixture = *state;

    expect_open_to_fail(
        fixture,
        "url scripted:secret\n fail USAGE what is 'scripted:secret'|in scripted:secret\n"
        " return USAGE\n",
        "database.usage", "what is '***': in ***");
    assert_string_equal(fixture->error.context, "while opening 'scripted'");
    assert_int_equal(fixture->error.exit_code, 2);
}

static void
a_connection_that_cannot_be_described_is_closed_again(void **state)
{
    driver_fixture *fixture = *state;

    expect_open_to_fail(fixture,
                        "open\ndescribe\n fail CORRUPT not a database\n return CORRUPT\nclose\n",
                        "database.corrupt", "not a database");
    expect_open_to_fail(fixture, "open\ndescribe\nclose\n", "driver.broken",
                        "driver 'scripted' broke the contract: it returned from 'describe' without "
                        "calling server()");
    expect_open_to_fail(fixture, "open\ndescribe\n server a\n server b\nclose\n", "driver.broken",
                        "driver 'scripted' broke the contract: it called server() twice");
}

/* --- queries --- */
typedef struct rows {
    char text[200];
    int stop_after; /* rows, 0: never */
    int fail_after;
    int count;
} rows;

static int
keep_row(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    rows *kept = context;
    size_t used = strlen(kept->text);

    for (size_t i = 0; i < count; i++) {
        if (values[i].type == DUNLIN_VALUE_INTEGER)
            snprintf(kept->text + used, sizeof kept->text - used, "%d,", (int)values[i].integer);
        else if (values[i].type == DUNLIN_VALUE_NULL)
            snprintf(kept->text + used, sizeof kept->text - used, "NULL,");
        else
            snprintf(kept->text + used, sizeof kept->text - used, "'%.*s',",
                     (int)values[i].text.length, values[i].text.data);
        used = strlen(kept->text);
    }
    kept->count++;
    if (kept->fail_after && kept->count == kept->fail_after)
        return dn_fail(error, DUNLIN_DISAGREEMENT, "memory", "I do not like it");
    return kept->stop_after && kept->count == kept->stop_after;
}

static int
query(driver_fixture *fixture, const char *script, rows *kept, dn_log log)
{
    dn_connection *connection = open_scripted(fixture, script, log);
    int result =
        dn_connection_query(connection, "SELECT 1", NULL, 0, keep_row, kept, &fixture->error);

    finish(fixture, connection);
    return result;
}

static void
rows_arrive_as_they_are_pushed(void **state)
{
    driver_fixture *fixture = *state;
    rows kept = {"", 0, 0, 0};

    assert_int_equal(query(fixture, "query SELECT 1\n row a|#3|null\n row b\n", &kept, no_log), 0);
    assert_string_equal(kept.text, "'a',3,NULL,'b',");
}

static void
who_wants_no_more_rows_gets_none(void **state)
{
    driver_fixture *fixture = *state;
    rows kept = {"", 1, 0, 0};

    assert_int_equal(query(fixture,
                           "query\n row a\n answer STOP\n row b\n answer STOP\n"
                           " return answer\n",
                           &kept, no_log),
                     0);
    assert_int_equal(kept.count, 1);
}

static void
who_fails_over_a_row_gets_that_failure_back(void **state)
{
    driver_fixture *fixture = *state;
    rows kept = {"", 0, 1, 0};

    assert_int_equal(query(fixture,
                           "query\n row a\n answer DISAGREEMENT\n row b\n"
                           " fail FAILED interrupted\n return answer\n",
                           &kept, no_log),
                     -1);
    expect_error(fixture, "memory", "I do not like it");
    assert_int_equal(kept.count, 1);
    /* A driver that does not hear cannot make a success of it. */
    kept = (rows){"", 0, 1, 0};
    assert_int_equal(query(fixture, "query\n row a\n", &kept, no_log), -1);
    expect_error(fixture, "memory", "I do not like it");
}

static void
a_failure_is_told_in_the_servers_words(void **state)
{
    driver_fixture *fixture = *state;
    rows kept = {"", 0, 0, 0};

    assert_int_equal(query(fixture,
                           "query\n fail SYNTAX near \"FORM\": syntax error\n return SYNTAX\n",
                           &kept, no_log),
                     -1);
    expect_error(fixture, "database.syntax", "near \"FORM\": syntax error");
    assert_int_equal(fixture->error.status, DUNLIN_SYNTAX);
    assert_int_equal(fixture->error.exit_code, 1);
    assert_string_equal(fixture->error.hint, "");
    assert_int_equal(query(fixture,
                           "query\n fail EXISTS duplicate key|Key (id)=(1) already exists.|"
                           "use another id|23505\n return EXISTS\n",
                           &kept, no_log),
                     -1);
    expect_error(fixture, "database.exists",
                 "duplicate key: Key (id)=(1) already exists (SQLSTATE 23505)");
    assert_string_equal(fixture->error.hint, "use another id");
    assert_int_equal(query(fixture, "query\n fail LOST \n return LOST\n", &kept, no_log), -1);
    expect_error(fixture, "database.lost", "driver 'scripted' failed and gave no reason");
}

static void
every_class_of_failure_has_its_id_and_exit_code(void **state)
{
    static const struct {
        const char *name;
        int32_t status;
        const char *id;
        int exit_code;
    } classes[] = {
        {"INTERNAL", DUNLIN_INTERNAL, "driver.internal", 1},
        {"UNSUPPORTED", DUNLIN_UNSUPPORTED, "driver.unsupported", 1},
        {"USAGE", DUNLIN_USAGE, "database.usage", 2},
        {"CONNECT", DUNLIN_CONNECT, "database.connect", 1},
        {"AUTH", DUNLIN_AUTH, "database.auth", 1},
        {"PERMISSION", DUNLIN_PERMISSION, "database.permission", 1},
        {"SYNTAX", DUNLIN_SYNTAX, "database.syntax", 1},
        {"EXISTS", DUNLIN_EXISTS, "database.exists", 1},
        {"MISSING", DUNLIN_MISSING, "database.missing", 1},
        {"CONSTRAINT", DUNLIN_CONSTRAINT, "database.constraint", 1},
        {"LOCKED", DUNLIN_LOCKED, "database.locked", 1},
        {"LOST", DUNLIN_LOST, "database.lost", 1},
        {"CANCELLED", DUNLIN_CANCELLED, "database.cancelled", 1},
        {"NO_MEMORY", DUNLIN_NO_MEMORY, "memory", 1},
        {"DISK_FULL", DUNLIN_DISK_FULL, "database.disk-full", 1},
        {"READ_ONLY", DUNLIN_READ_ONLY, "database.read-only", 1},
        {"CORRUPT", DUNLIN_CORRUPT, "database.corrupt", 1},
        {"FAILED", DUNLIN_FAILED, "database.failed", 1},
    };
    driver_fixture *fixture = *state;

    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        rows kept = {"", 0, 0, 0};

        assert_int_equal(query(fixture,
                               dn_arena_printf(&fixture->arena, "query\n fail %s no\n return %s\n",
                                               classes[i].name, classes[i].name),
                               &kept, no_log),
                         -1);
        expect_error(fixture, classes[i].id, "no");
        assert_int_equal(fixture->error.status, classes[i].status);
        assert_int_equal(fixture->error.exit_code, classes[i].exit_code);
    }
}

static void
a_driver_that_breaks_the_contract_is_named(void **state)
{
    static const struct {
        const char *script;
        const char *message;
    } breaches[] = {
        {"query\n return LOCKED\n", "returned status 11 from 'query' without saying why"},
        {"query\n return STOP\n", "returned status 15 from 'query' without saying why"},
        {"query\n fail PARTIAL half\n return PARTIAL\n",
         "failed in 'query' with the status 21, which is no failure"},
        {"query\n fail OK fine\n return OK\n",
         "failed in 'query' with the status 0, which is no failure"},
        {"query\n text x\n return answer\n", "called text() in 'query'"},
        {"query\n fact table a\n return answer\n", "called fact() in 'query'"},
        {"query\n pull INTERNAL\n return answer\n", "called next_item() in 'query'"},
        {"query\n done 0 ran\n return answer\n", "called item_done() in 'query'"},
        {"query\n chunk error\n", "called read_chunk() in 'query'"},
        {"query\n server x\n return answer\n", "called server() in 'query'"},
    };
    driver_fixture *fixture = *state;

    for (size_t i = 0; i < sizeof breaches / sizeof breaches[0]; i++) {
        rows kept = {"", 0, 0, 0};

        assert_int_equal(query(fixture, breaches[i].script, &kept, no_log), -1);
        expect_error(fixture, "driver.broken",
                     dn_arena_printf(&fixture->arena, "driver 'scripted' broke the contract: it %s",
                                     breaches[i].message));
        assert_int_equal(fixture->error.exit_code, 1);
    }
}

static void
a_failure_told_counts_even_when_the_driver_then_returns_ok(void **state)
{
    driver_fixture *fixture = *state;
    rows kept = {"", 0, 0, 0};

    assert_int_equal(
        query(fixture, "query\n fail LOCKED busy\n row a\n answer LOCKED\n", &kept, no_log), -1);
    expect_error(fixture, "database.locked", "busy");
    assert_int_equal(kept.count, 0);
}

static void
the_first_failure_of_a_call_is_reported_and_later_ones_are_logged(void **state)
{
    driver_fixture *fixture = *state;
    rows kept = {"", 0, 0, 0};
    listener heard = {"", 0};

    assert_int_equal(query(fixture,
                           "query\n fail DISK_FULL no room\n fail INTERNAL cannot clean up\n"
                           " return DISK_FULL\n",
                           &kept, log_to(&heard)),
                     -1);
    expect_error(fixture, "database.disk-full", "no room");
    assert_non_null(strstr(heard.lines, "1 driver 'scripted' also failed: cannot clean up\n"));
}

static void
services_not_offered_yet_are_refused_in_words(void **state)
{
    driver_fixture *fixture = *state;
    rows kept = {"", 0, 0, 0};

    assert_int_equal(query(fixture, "query\n parse CREATE\n answer UNSUPPORTED\n return answer\n",
                           &kept, no_log),
                     -1);
    expect_error(fixture, "driver.unsupported",
                 "this dunlin does not offer parse() to driver 'scripted'");
    /* Where nothing was read there is nothing to find. */
    assert_int_equal(query(fixture, "query\n find\n return answer\n", &kept, no_log), 0);
}

static void
a_driver_has_memory_tokens_log_and_progress_for_the_call(void **state)
{
    driver_fixture *fixture = *state;
    rows kept = {"", 0, 0, 0};
    listener heard = {"", 1};

    assert_int_equal(query(fixture,
                           "query\n scratch 1\n scratch 100000\n scratch 0\n"
                           " tokens 3 SELECT 'it''s' ;\n cancelled 1\n log careful\n"
                           " notice a notice\n progress\n",
                           &kept, log_to(&heard)),
                     0);
    assert_non_null(strstr(heard.lines, "3 careful\n2 database: a notice\nquery 3 of 10\n1 query: "
                                        "SELECT 1 ("));
}

static void
an_integer_is_the_first_cell_or_the_answer_for_none(void **state)
{
    static const struct {
        const char *row;
        int64_t answer;
    } cases[] = {{" row #7|#8\n row #9\n", 7}, {" row 12\n", 12}, {" row null\n", -5}, {"", -5}};
    driver_fixture *fixture = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dn_connection *connection = open_scripted(
            fixture, dn_arena_printf(&fixture->arena, "query\n%s", cases[i].row), no_log);
        int64_t answer;

        assert_int_equal(dn_connection_query_integer(connection, "SELECT n", NULL, 0, -5, &answer,
                                                     &fixture->error),
                         0);
        assert_int_equal(answer, cases[i].answer);
        finish(fixture, connection);
    }
}

static void
a_text_that_is_no_number_is_not_taken_for_one(void **state)
{
    driver_fixture *fixture = *state;
    dn_connection *connection = open_scripted(fixture, "query\n row 7x\n return answer\n", no_log);
    int64_t answer;

    assert_int_equal(
        dn_connection_query_integer(connection, "SELECT n", NULL, 0, 0, &answer, &fixture->error),
        -1);
    expect_error(fixture, "driver.broken", "the query 'SELECT n' did not give a number");
    finish(fixture, connection);
}

static void
a_check_compares_the_first_cell_as_text(void **state)
{
    static const struct {
        const char *row;
        const char *message; /* NULL: passes */
    } cases[] = {
        {" row #0\n", NULL},
        {" row 0\n", NULL},
        {" row #3\n row #0\n", "'SELECT c' gives '3' and not '0'"},
        {" row null\n", "'SELECT c' gives 'null' and not '0'"},
        {"", "'SELECT c' gives 'no row' and not '0'"},
    };
    driver_fixture *fixture = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dn_connection *connection = open_scripted(
            fixture, dn_arena_printf(&fixture->arena, "query SELECT c\n%s", cases[i].row), no_log);
        int result = dn_connection_check(connection, "SELECT c", "0", &fixture->error);

        assert_int_equal(result, cases[i].message ? -1 : 0);
        if (cases[i].message) {
            expect_error(fixture, "database.check-failed", cases[i].message);
            assert_int_equal(fixture->error.status, DUNLIN_CONSTRAINT);
        }
        finish(fixture, connection);
    }
}

/* --- the other questions --- */
static void
a_statement_is_classified_once(void **state)
{
    driver_fixture *fixture = *state;
    dn_connection *connection =
        open_scripted(fixture,
                      "classify CREATE TABLE t\n classified 8192\nclassify\nclassify\n"
                      " classified 1\n classified 2\n return answer\n",
                      no_log);
    uint64_t flags;

    assert_int_equal(
        dn_connection_classify(connection, dn_string("CREATE TABLE t"), &flags, &fixture->error),
        0);
    assert_int_equal(flags, DUNLIN_CLASS_DDL);
    assert_int_equal(dn_connection_classify(connection, dn_string("x"), &flags, &fixture->error),
                     -1);
    expect_error(fixture, "driver.broken",
                 "driver 'scripted' broke the contract: it returned from 'classify' without "
                 "calling classified()");
    assert_int_equal(dn_connection_classify(connection, dn_string("x"), &flags, &fixture->error),
                     -1);
    expect_error(fixture, "driver.broken",
                 "driver 'scripted' broke the contract: it called classified() twice for one "
                 "statement");
    finish(fixture, connection);
}

static void
objects_have_their_path_joined_and_unreadable_ones_are_warned_of(void **state)
{
    driver_fixture *fixture = *state;
    listener heard = {"", 0};
    dn_connection *connection = open_scripted(
        fixture, "introspect\n fact table public|users\n unreadable odd\n fact view v\n",
        log_to(&heard));
    dn_object *objects;
    size_t count;

    assert_int_equal(
        dn_connection_objects(connection, &fixture->arena, &objects, &count, &fixture->error), 0);
    assert_int_equal(count, 2);
    assert_string_equal(objects[0].kind, "table");
    assert_string_equal(objects[0].name, "public.users");
    assert_string_equal(objects[1].kind, "view");
    assert_string_equal(objects[1].name, "v");
    assert_non_null(strstr(heard.lines, "3 cannot read view 'odd': it is odd\n"));
    finish(fixture, connection);
}

static void
a_lock_is_tried_once_and_its_holder_named(void **state)
{
    driver_fixture *fixture = *state;
    dn_connection *connection = open_scripted(
        fixture,
        "try_lock k\n acquired 1\ntry_lock\n acquired 0\nlock_holder k\n"
        " holder 4711|db1|psql|2026-11-23T10:00:00Z\n holder |db2\nlock_holder\nunlock k\n"
        "try_lock\n acquired 1\n fail LOST gone\n return LOST\n",
        no_log);
    dn_auto(dn_text) holder = DN_TEXT_INIT;
    bool acquired;

    assert_int_equal(dn_connection_try_lock(connection, "k", &acquired, &fixture->error), 0);
    assert_true(acquired);
    assert_int_equal(dn_connection_try_lock(connection, "k", &acquired, &fixture->error), 0);
    assert_false(acquired);
    assert_int_equal(dn_connection_lock_holder(connection, "k", &holder, &fixture->error), 0);
    assert_string_equal(holder.data, "process 4711 on db1 (psql), since 2026-11-23T10:00:00Z; a "
                                     "process on db2");
    assert_int_equal(dn_connection_lock_holder(connection, "k", &holder, &fixture->error), 0);
    assert_int_equal(holder.length, 0);
    assert_int_equal(dn_connection_unlock(connection, "k", &fixture->error), 0);
    assert_int_equal(dn_connection_try_lock(connection, "k", &acquired, &fixture->error), -1);
    assert_false(acquired);
    expect_error(fixture, "database.lost", "gone");
    finish(fixture, connection);
}

static const dunlin_backup_options to_b = {
    .size = sizeof to_b, .content = DUNLIN_BACKUP_FULL, .path = {"/b", 2}};

static void
what_a_driver_has_no_function_for_is_said_so(void **state)
{
    driver_fixture *fixture = *state;
    const dn_driver *driver = load_module(fixture, "scripted");

    assert_int_equal(dn_driver_restore(driver, "scripted:x", &to_b, &no_log, &fixture->error), -1);
    expect_error(fixture, "driver.unsupported", "driver 'scripted' cannot restore backups");
    assert_int_equal(fixture->error.status, DUNLIN_UNSUPPORTED);
}

/* --- offline --- */
static void
a_note_that_a_backup_would_fail_stops_it(void **state)
{
    driver_fixture *fixture = *state;
    const dn_driver *driver = load_module(fixture, "scripted");
    listener heard = {"", 0};
    const dn_log log = log_to(&heard);

    set_script(fixture, "backup_check /b\n note 3 plenty of room\nbackup /b\n progress\n");
    assert_int_equal(dn_driver_backup(driver, "scripted:x", &to_b, &log, &fixture->error), 0);
    assert_string_equal(heard.lines, "2 plenty of room\nbackup 3 of 10\n");
    set_script(fixture, "backup_check /b\n note 2 no room\n return answer\n");
    assert_int_equal(dn_driver_backup(driver, "scripted:x", &to_b, &log, &fixture->error), -1);
    expect_error(fixture, "backup.refused", "a backup to '/b' would not work: no room");
    assert_string_equal(complaints(fixture), "");
}

static void
a_name_is_quoted_by_the_driver(void **state)
{
    driver_fixture *fixture = *state;
    const dn_driver *driver = load_module(fixture, "scripted");
    dn_auto(dn_text) text = DN_TEXT_INIT;

    dn_text_add_string(&text, "FROM ");
    set_script(fixture, "quote_identifier a b\n text [\n text a b\n text ]\nquote_identifier\n");
    assert_int_equal(dn_driver_quote(driver, NULL, "a b", &text, &fixture->error), 0);
    assert_string_equal(text.data, "FROM [a b]");
    assert_int_equal(dn_driver_quote(driver, NULL, "a b", &text, &fixture->error), -1);
    expect_error(fixture, "driver.broken",
                 "driver 'scripted' broke the contract: it quoted the name 'a b' as nothing");
}

static void
operations_become_statements_or_the_note_says_why_not(void **state)
{
    driver_fixture *fixture = *state;
    const dn_driver *driver = load_module(fixture, "scripted");
    const char **statements;
    size_t count;

    set_script(fixture, "render\n step 3 CREATE TABLE a\n note 1 something is lost\n"
                        " step 3 CREATE INDEX b\n");
    assert_int_equal(dn_driver_render(driver, NULL, NULL, 0, &fixture->arena, &statements, &count,
                                      &fixture->error),
                     0);
    assert_int_equal(count, 2);
    assert_string_equal(statements[0], "CREATE TABLE a");
    assert_string_equal(statements[1], "CREATE INDEX b");
    set_script(fixture, "render\n note 2 there are no enums\n return answer\n");
    assert_int_equal(dn_driver_render(driver, NULL, NULL, 0, &fixture->arena, &statements, &count,
                                      &fixture->error),
                     -1);
    expect_error(fixture, "driver.unsupported",
                 "driver 'scripted' cannot do this: there are no enums");
    set_script(fixture, "render\n step 2 SELECT 1\n return answer\n");
    assert_int_equal(dn_driver_render(driver, NULL, NULL, 0, &fixture->arena, &statements, &count,
                                      &fixture->error),
                     -1);
    expect_error(fixture, "driver.unsupported",
                 "driver 'scripted' needs a step of role 2, which this dunlin does not take");
}

static void
a_url_has_a_form_to_show_and_an_identity(void **state)
{
    driver_fixture *fixture = *state;
    const dn_driver *driver = load_module(fixture, "scripted");
    dn_url_info info;

    set_script(fixture, "url scripted:u:p@h\n url_text scripted:u:***@h|h/app\nurl\n");
    assert_int_equal(
        dn_driver_url(driver, "scripted:u:p@h", &fixture->arena, &info, &fixture->error), 0);
    assert_string_equal(info.redacted, "scripted:u:***@h");
    assert_string_equal(info.identity, "h/app");
    assert_int_equal(
        dn_driver_url(driver, "scripted:u:p@h", &fixture->arena, &info, &fixture->error), -1);
    expect_error(fixture, "driver.broken",
                 "driver 'scripted' broke the contract: it took a URL and did not say how to show "
                 "it");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_fixture, teardown_fixture)
    const struct CMUnitTest tests[] = {
        TEST(what_the_driver_tells_of_the_server_is_kept),
        TEST(a_failure_to_open_names_the_url_without_its_secrets),
        TEST(a_url_that_is_refused_is_not_shown_at_all),
        TEST(a_connection_that_cannot_be_described_is_closed_again),
        TEST(rows_arrive_as_they_are_pushed),
        TEST(who_wants_no_more_rows_gets_none),
        TEST(who_fails_over_a_row_gets_that_failure_back),
        TEST(a_failure_is_told_in_the_servers_words),
        TEST(every_class_of_failure_has_its_id_and_exit_code),
        TEST(a_driver_that_breaks_the_contract_is_named),
        TEST(a_failure_told_counts_even_when_the_driver_then_returns_ok),
        TEST(the_first_failure_of_a_call_is_reported_and_later_ones_are_logged),
        TEST(services_not_offered_yet_are_refused_in_words),
        TEST(a_driver_has_memory_tokens_log_and_progress_for_the_call),
        TEST(an_integer_is_the_first_cell_or_the_answer_for_none),
        TEST(a_text_that_is_no_number_is_not_taken_for_one),
        TEST(a_check_compares_the_first_cell_as_text),
        TEST(a_statement_is_classified_once),
        TEST(objects_have_their_path_joined_and_unreadable_ones_are_warned_of),
        TEST(a_lock_is_tried_once_and_its_holder_named),
        TEST(what_a_driver_has_no_function_for_is_said_so),
        TEST(a_note_that_a_backup_would_fail_stops_it),
        TEST(a_name_is_quoted_by_the_driver),
        TEST(operations_become_statements_or_the_note_says_why_not),
        TEST(a_url_has_a_form_to_show_and_an_identity),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
