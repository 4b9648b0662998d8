/* SPDX-License-Identifier: MIT
 *
 * Taking up a statement that was announced and perhaps run: what it touches decides. On a driver
 * that reads its objects, as no embedded database needs to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/execute/execute.h"
#include "tests/unit/driver_fixture.h"

/* The flags of S: it fits no transaction, and running it twice does harm. */
#define CLASS "classify S\n classified 1\n"
#define WHOLE "classify S\n classified 1048577\n"
#define LOOK "classify S\n classified 1 a\n"
#define AS_BEFORE LOOK "introspect\n fact table a\n"
#define CHANGED LOOK "introspect\n fact table a\n fact index b\n"
#define LEDGER "render\n step 3 CREATE\n" SEND("statement CREATE")
#define SEND(item) "run\n pull " item "\n done 0 ran\n pull end\n"
#define RECORDED                                                                                   \
    SEND("begin")                                                                                  \
    SEND("statement")                                                                              \
    SEND("statement DELETE FROM dunlin_statements WHERE run_id = $1 OR tag = $2")                  \
    SEND("commit") SEND("reset")
#define TIDIED SEND("rollback") SEND("reset")
#define ANNOUNCE SEND("statement")
#define RUN SEND("statement S")
#define REFUSED                                                                                    \
    "run\n pull statement S\n fail EXISTS b exists\n done 0 failed\n return EXISTS\n" SEND(        \
        "statement UPDATE dunlin_statements SET digest = $3, phase = $4, facts_digest = $5, "      \
        "backend = $6, backend_start = $7 WHERE tag = $1 AND ordinal = $2")

static const dn_log no_log = {.line = NULL};

/* How what S touches is remembered while only the table is there. */
static const char *
facts_before(driver_fixture *fixture)
{
    dn_connection *connection = open_scripted(fixture, AS_BEFORE, no_log);
    char *hex = dn_arena_alloc(&fixture->arena, DN_DIGEST_HEX);
    dn_digest digest;
    bool known;

    assert_int_equal(
        dn_connection_fingerprint(connection, dn_string("S"), &known, &digest, &fixture->error), 0);
    assert_true(known);
    dn_connection_close(connection);
    dn_digest_hex(&digest, hex);
    return hex;
}

/* Runs a file of the one statement S. `phase` and `facts` are of the row an earlier run left. */
static int
run(driver_fixture *fixture, const char *phase, const char *facts, const char *script,
    dn_execution *execution)
{
    static const char text[] = "S";
    const char *path = inside(fixture, "m.sql");
    dn_digest digest = dn_hash_of(text, 1);
    dn_migration migration = {.tag = "m1", .path = path, .size = 1, .raw = digest};
    dn_job job = {.migration = &migration, .info.kept = {text, 1}};
    dn_tracker tracker = {.ours = "o", .quoted = "o"};
    char hex[DN_DIGEST_HEX];
    int answer;

    dn_digest_hex(&digest, hex);
    assert_int_equal(dn_file_write(path, text, 1, &fixture->error), 0);
    *execution = (dn_execution){.jobs = &job, .count = 1, .arena = &fixture->arena};
    execution->connection = open_scripted(
        fixture,
        dn_arena_printf(&fixture->arena, "query SELECT max(seq) FROM o\n" LEDGER "query\n%s%s",
                        phase ? dn_arena_printf(&fixture->arena, " row m1\nquery\n row %s|%s|%s\n",
                                                hex, phase, facts)
                              : "",
                        script),
        no_log);
    assert_int_equal(dn_tracker_writer_open(execution->connection, &tracker, "run",
                                            &execution->writer, &fixture->error),
                     0);
    answer = dn_execute(execution, &fixture->error);
    assert_int_equal(job.applied, answer == 0);
    dn_tracker_writer_close(execution->writer);
    dn_connection_close(execution->connection);
    assert_string_equal(complaints(fixture), "");
    return answer;
}

static void
what_it_touches_tells_whether_a_statement_took_effect(void **state)
{
    static const struct {
        const char *phase; /* NULL: no row */
        const char *script;
    } cases[] = {
        {NULL, CLASS AS_BEFORE ANNOUNCE RUN RECORDED},
        {"done", CLASS RECORDED},
        {"intent", CLASS AS_BEFORE AS_BEFORE ANNOUNCE RUN RECORDED}, /* it did not */
        {"intent", CLASS CHANGED RECORDED},                          /* it did */
        {"failed", CLASS CHANGED ANNOUNCE RUN RECORDED},
    };
    driver_fixture *fixture = *state;
    const char *facts = facts_before(fixture);
    dn_execution execution;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (run(fixture, cases[i].phase, facts, cases[i].script, &execution) < 0)
            fail_msg("%zu: %s", i, fixture->error.message);
}

static void
where_nothing_can_tell_a_person_is_asked(void **state)
{
    driver_fixture *fixture = *state;
    const char *facts = facts_before(fixture);
    const char *message = dn_arena_printf(&fixture->arena,
                                          "%s:1:1: an earlier run stopped while this statement was "
                                          "running, and nothing tells whether it took effect",
                                          inside(fixture, "m.sql"));
    dn_execution execution;

    /* nothing was remembered; nothing can be read now */
    assert_int_equal(run(fixture, "intent", "null", CLASS TIDIED, &execution), -1);
    assert_string_equal(fixture->error.message, message);
    assert_int_equal(run(fixture, "intent", facts, CLASS CLASS TIDIED, &execution), -1);
    assert_string_equal(fixture->error.message, message);
    assert_int_equal(run(fixture, "intent", facts,
                         CLASS LOOK "introspect\n fact table a\n unreadable b\n" TIDIED,
                         &execution),
                     -1);
    assert_string_equal(fixture->error.message, message);
    assert_string_equal(fixture->error.id, "ledger.undecided");
    assert_int_equal(fixture->error.exit_code, DUNLIN_EXIT_PARTIAL);
}

/* 262144: DUNLIN_CLASS_SESSION */
static void
a_setting_that_was_done_is_said_again(void **state)
{
    driver_fixture *fixture = *state;
    dn_execution execution;

    if (run(fixture, "done", "null", "classify S\n classified 262144\n" RUN RECORDED, &execution) <
        0)
        fail_msg("%s", fixture->error.message);
}

static void
a_refusal_is_remembered_and_a_lost_connection_is_not_taken_for_one(void **state)
{
    driver_fixture *fixture = *state;
    dn_execution execution;

    assert_int_equal(
        run(fixture, NULL, NULL, WHOLE AS_BEFORE ANNOUNCE REFUSED TIDIED CLASS, &execution), -1);
    assert_int_equal(fixture->error.status, DUNLIN_EXISTS);
    assert_int_equal(execution.stop.statement, 1);
    /* Of others, or where an earlier run may have done it, something may be done. */
    assert_int_equal(
        run(fixture, NULL, NULL, CLASS AS_BEFORE ANNOUNCE REFUSED TIDIED CLASS, &execution), -1);
    assert_int_equal(fixture->error.status, DUNLIN_PARTIAL);
    assert_int_equal(
        run(fixture, "failed", "null", WHOLE AS_BEFORE ANNOUNCE REFUSED TIDIED CLASS, &execution),
        -1);
    assert_int_equal(fixture->error.status, DUNLIN_PARTIAL);
    assert_int_equal(run(fixture, NULL, NULL,
                         CLASS AS_BEFORE ANNOUNCE
                         "run\n pull statement S\n fail LOST gone\n done 0 lost\n return LOST\n"
                         "run\n fail LOST still\n return LOST\nrun\n fail LOST still\n"
                         " return LOST\n" CLASS,
                         &execution),
                     -1);
    assert_int_equal(execution.cause, DUNLIN_LOST);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_fixture, teardown_fixture)
    const struct CMUnitTest tests[] = {
        TEST(what_it_touches_tells_whether_a_statement_took_effect),
        TEST(a_setting_that_was_done_is_said_again),
        TEST(where_nothing_can_tell_a_person_is_asked),
        TEST(a_refusal_is_remembered_and_a_lost_connection_is_not_taken_for_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
