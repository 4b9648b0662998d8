/* SPDX-License-Identifier: MIT
 *
 * Batches: who pulls what when, who hears of it, and how a driver is held to the order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/driver_fixture.h"

static const dn_log no_log = {.line = NULL};

/* A caller with items to run, that writes down what it hears. */
typedef struct caller {
    const char *const *items; /* "begin", "commit", else a statement; NULL at the end */
    size_t at;
    int next_fails_at; /* item, -1: never */
    int done_fails_at;
    bool words; /* gives failures a place */
    char heard[600];
    int64_t chunks; /* left */
    char lines[1000];
    int32_t cancelled;
} caller;

static int
next_item(void *context, dunlin_item *item, dn_error *error)
{
    caller *self = context;
    const char *text = self->items[self->at];

    if ((int)self->at == self->next_fails_at)
        return dn_fail(error, DUNLIN_DISAGREEMENT, "memory", "the file has no item %zu", self->at);
    if (!text)
        return 1;
    self->at++;
    item->kind = strcmp(text, "begin") == 0    ? DUNLIN_ITEM_BEGIN
                 : strcmp(text, "commit") == 0 ? DUNLIN_ITEM_COMMIT
                                               : DUNLIN_ITEM_STATEMENT;
    item->sql = dn_string(item->kind == DUNLIN_ITEM_STATEMENT ? text : "");
    return 0;
}

static int
item_done(void *context, const dunlin_outcome *outcome, const dunlin_failure *failure,
          dn_error *error)
{
    caller *self = context;
    size_t used = strlen(self->heard);

    snprintf(self->heard + used, sizeof self->heard - used, "%llu:%d%s%.*s;",
             (unsigned long long)outcome->ordinal, (int)outcome->outcome, failure ? " " : "",
             failure ? (int)failure->message.length : 0, failure ? failure->message.data : "");
    if (failure && self->words)
        dn_fail(error, failure->status, "database.failed", "%s at a.sql:%d: %.*s", error->id,
                (int)failure->offset, (int)failure->message.length, failure->message.data);
    if ((int)outcome->ordinal == self->done_fails_at)
        return dn_fail(error, DUNLIN_DISAGREEMENT, "memory", "item %d was not to run",
                       self->done_fails_at);
    return 0;
}

static int64_t
read_chunk(void *context, void *buffer, size_t bytes, dn_error *error)
{
    caller *self = context;

    if (bytes < 5)
        return dn_fail(error, DUNLIN_INTERNAL, "internal", "small buffer");
    if (self->chunks < 0)
        return dn_fail(error, DUNLIN_DISAGREEMENT, "memory", "the data ends early");
    if (self->chunks-- == 0)
        return 0;
    memcpy(buffer, "1,2;", 4);
    return 4;
}

static void
keep_line(int32_t level, const char *line, void *context)
{
    caller *self = context;
    size_t used = strlen(self->lines);

    (void)level;
    snprintf(self->lines + used, sizeof self->lines - used, "%s\n", line);
}

static int32_t
is_cancelled(void *context)
{
    return ((caller *)context)->cancelled;
}

static const char *const three[] = {"begin", "CREATE TABLE a", "commit", NULL};

static caller
caller_of(const char *const *items)
{
    return (caller){.items = items, .next_fails_at = -1, .done_fails_at = -1};
}

static int
run_logged(driver_fixture *fixture, const char *script, caller *self, dn_log log)
{
    const dn_batch batch = {next_item, item_done, read_chunk, self};
    dn_connection *connection = open_scripted(fixture, script, log);
    int result = dn_connection_run(connection, &batch, &fixture->error);

    dn_connection_close(connection);
    assert_string_equal(complaints(fixture), "");
    return result;
}

static int
run(driver_fixture *fixture, const char *script, caller *self)
{
    return run_logged(fixture, script, self, no_log);
}

static void
expect_breach(driver_fixture *fixture, const char *script, const char *message)
{
    caller self = caller_of(three);

    assert_int_equal(run(fixture, script, &self), -1);
    assert_string_equal(
        fixture->error.message,
        dn_arena_printf(&fixture->arena, "driver 'scripted' broke the contract: it %s", message));
    assert_string_equal(fixture->error.id, "driver.broken");
}

static void
items_are_pulled_and_their_outcomes_heard_in_order(void **state)
{
    driver_fixture *fixture = *state;
    caller self = caller_of(three);

    assert_int_equal(run(fixture,
                         "run\n pull begin\n done 0 ran\n pull statement CREATE TABLE a\n"
                         " done 1 ran\n pull commit\n done 2 ran\n pull end\n",
                         &self),
                     0);
    assert_string_equal(self.heard, "0:1;1:1;2:1;");
}

static void
a_pipeline_may_pull_ahead_and_report_late(void **state)
{
    driver_fixture *fixture = *state;
    caller self = caller_of(three);

    assert_int_equal(run(fixture,
                         "run\n pull begin\n pull statement\n pull commit\n pull end\n pull end\n"
                         " done 0 ran\n done 1 ran\n done 2 ran\n return STOP\n",
                         &self),
                     0);
    assert_string_equal(self.heard, "0:1;1:1;2:1;");
}

static void
a_failed_item_ends_the_batch_in_the_servers_words(void **state)
{
    driver_fixture *fixture = *state;
    caller self = caller_of(three);

    assert_int_equal(run(fixture,
                         "run\n pull begin\n done 0 ran\n pull statement\n"
                         " fail EXISTS table a already exists\n done 1 failed\n answer OK\n"
                         " pull end\n return EXISTS\n",
                         &self),
                     -1);
    assert_string_equal(self.heard, "0:1;1:3 table a already exists;");
    assert_string_equal(fixture->error.message, "table a already exists");
    assert_string_equal(fixture->error.id, "database.exists");
    /* What returns OK behind a failed item has failed none the less. */
    self = caller_of(three);
    assert_int_equal(run(fixture, "run\n pull begin\n fail LOCKED busy\n done 0 failed\n", &self),
                     -1);
    assert_string_equal(fixture->error.id, "database.locked");
}

static void
the_failure_of_an_item_is_the_first_one_told(void **state)
{
    driver_fixture *fixture = *state;
    caller self = caller_of(three);

    assert_int_equal(
        run(fixture,
            "run\n pull begin\n fail DISK_FULL no room\n fail FAILED cannot roll back\n"
            " answer FAILED\n done 0 failed\n return DISK_FULL\n",
            &self),
        -1);
    assert_string_equal(self.heard, "0:3 no room;");
    assert_string_equal(fixture->error.message, "no room");
}

static void
what_was_sent_behind_a_failed_item_is_skipped_or_lost(void **state)
{
    driver_fixture *fixture = *state;
    caller self = caller_of(three);

    assert_int_equal(run(fixture,
                         "run\n pull begin\n pull statement\n pull commit\n done 0 ran\n"
                         " fail LOST server closed the connection\n done 1 lost\n done 2 lost\n"
                         " return LOST\n",
                         &self),
                     -1);
    assert_string_equal(self.heard, "0:1;1:4 server closed the connection;2:4 server closed the "
                                    "connection;");
    self = caller_of(three);
    assert_int_equal(run(fixture,
                         "run\n pull begin\n pull statement\n pull commit\n done 0 ran\n"
                         " fail SYNTAX bad\n done 1 failed\n done 2 skipped\n return SYNTAX\n",
                         &self),
                     -1);
    assert_string_equal(self.heard, "0:1;1:3 bad;2:2;");
    assert_string_equal(fixture->error.message, "bad");
}

static void
the_caller_may_word_a_failure_anew_and_nothing_behind_it_may(void **state)
{
    driver_fixture *fixture = *state;
    caller self = caller_of(three);

    self.words = true;
    self.done_fails_at = 2;
    assert_int_equal(
        run(fixture,
            "run\n pull begin\n pull statement\n pull commit\n done 0 ran\n"
            " fail SYNTAX bad||||14\n done 1 failed\n done 2 skipped\n return SYNTAX\n",
            &self),
        -1);
    assert_string_equal(fixture->error.message, "database.syntax at a.sql:14: bad");
}

static void
a_caller_that_cannot_go_on_stops_the_driver_with_its_own_error(void **state)
{
    driver_fixture *fixture = *state;
    caller self = caller_of(three);

    self.next_fails_at = 1;
    assert_int_equal(run(fixture,
                         "run\n pull begin\n pull DISAGREEMENT\n pull DISAGREEMENT\n done 0 ran\n"
                         " return DISAGREEMENT\n",
                         &self),
                     -1);
    assert_string_equal(fixture->error.message, "the file has no item 1");
    assert_string_equal(self.heard, "0:1;");

    self = caller_of(three);
    self.done_fails_at = 0;
    assert_int_equal(run(fixture,
                         "run\n pull begin\n pull statement\n done 0 ran\n answer DISAGREEMENT\n"
                         " done 1 skipped\n return DISAGREEMENT\n",
                         &self),
                     -1);
    assert_string_equal(fixture->error.message, "item 0 was not to run");
    assert_string_equal(self.heard, "0:1;");
}

static void
a_user_who_stops_gets_no_further_item_run(void **state)
{
    driver_fixture *fixture = *state;
    caller self = caller_of(three);
    const dn_log log = {.cancelled = is_cancelled, .context = &self};

    self.cancelled = 1;
    assert_int_equal(run_logged(fixture, "run\n pull CANCELLED\n return CANCELLED\n", &self, log),
                     -1);
    assert_string_equal(fixture->error.message, "stopped on request");
    assert_string_equal(fixture->error.id, "database.cancelled");
    assert_int_equal(fixture->error.status, DUNLIN_CANCELLED);
}

static void
a_user_who_stops_is_still_tidied_up_after(void **state)
{
    driver_fixture *fixture = *state;
    caller self = {.cancelled = 1};
    const dn_log log = {.cancelled = is_cancelled, .context = &self};
    dn_connection *connection = open_scripted(fixture,
                                              "run\n pull rollback\n done 0 ran\n pull end\n"
                                              "run\n pull reset\n done 0 ran\n pull end\n"
                                              "run\n pull CANCELLED\n return CANCELLED\n",
                                              log);

    for (int32_t kind = DUNLIN_ITEM_ROLLBACK; kind <= DUNLIN_ITEM_RESET; kind++)
        assert_int_equal(dn_connection_execute(connection, kind, NULL, NULL, 0, &fixture->error),
                         0);
    assert_int_equal(
        dn_connection_execute(connection, DUNLIN_ITEM_COMMIT, NULL, NULL, 0, &fixture->error), -1);
    dn_connection_close(connection);
    assert_string_equal(complaints(fixture), "");
}

/* What is wanted after the last item comes too late to undo anything. */
static void
a_batch_that_is_done_is_not_stopped(void **state)
{
    static const char *const none[] = {NULL};
    driver_fixture *fixture = *state;
    caller self = caller_of(none);
    const dn_log log = {.cancelled = is_cancelled, .context = &self};

    self.cancelled = 1;
    assert_int_equal(run_logged(fixture, "run\n pull end\n", &self, log), 0);
}

static void
a_driver_that_reports_out_of_order_is_named(void **state)
{
    driver_fixture *fixture = *state;

    expect_breach(fixture, "run\n done 0 ran\n return answer\n",
                  "reported item 0 when item 0 was due");
    expect_breach(fixture, "run\n pull begin\n pull statement\n done 1 ran\n return answer\n",
                  "reported item 1 when item 0 was due");
    expect_breach(fixture, "run\n pull begin\n done 0 ran\n done 0 ran\n return answer\n",
                  "reported item 0 when item 1 was due");
    expect_breach(fixture, "run\n pull begin\n done 0 7\n return answer\n",
                  "reported item 0 with the outcome 7");
}

static void
a_driver_that_fails_an_item_without_a_reason_is_named(void **state)
{
    driver_fixture *fixture = *state;

    expect_breach(fixture, "run\n pull begin\n done 0 failed\n return answer\n",
                  "reported item 0 as failed without saying why");
    expect_breach(fixture, "run\n pull begin\n done 0 lost\n return answer\n",
                  "reported item 0 as lost without saying why");
    expect_breach(fixture, "run\n pull begin\n done 0 skipped\n return answer\n",
                  "skipped item 0 though none had failed");
}

static void
a_driver_that_leaves_items_out_is_named(void **state)
{
    driver_fixture *fixture = *state;

    expect_breach(fixture, "run\n pull begin\n done 0 ran\n",
                  "returned from 'run' before the end of the batch");
    expect_breach(fixture, "run\n pull begin\n done 0 ran\n return STOP\n",
                  "returned status 15 from 'run' without saying why");
    expect_breach(fixture,
                  "run\n pull begin\n pull statement\n pull commit\n pull end\n done 0 ran\n",
                  "returned from 'run' and said nothing of item 1");
}

static void
an_item_that_ran_behind_a_failure_is_not_believed(void **state)
{
    driver_fixture *fixture = *state;
    caller self = caller_of(three);
    const dn_log log = {.line = keep_line, .context = &self, .level = DUNLIN_LOG_LINE_DEBUG};

    assert_int_equal(run_logged(fixture,
                                "run\n pull begin\n pull statement\n fail LOCKED busy\n"
                                " done 0 failed\n done 1 ran\n answer LOCKED\n return LOCKED\n",
                                &self, log),
                     -1);
    assert_string_equal(fixture->error.message, "busy");
    assert_string_equal(self.heard, "0:3 busy;");
    assert_non_null(strstr(self.lines, "driver 'scripted' broke the contract: it reported item 1 "
                                       "as ran behind a failure\n"));
}

static void
data_is_read_in_chunks(void **state)
{
    driver_fixture *fixture = *state;
    caller self = caller_of(three);

    self.chunks = 2;
    assert_int_equal(run(fixture,
                         "run\n pull begin\n chunk 1,2;\n chunk 1,2;\n chunk \n done 0 ran\n"
                         " pull statement\n done 1 ran\n pull commit\n done 2 ran\n pull end\n",
                         &self),
                     0);
    self = caller_of(three);
    self.chunks = -1;
    assert_int_equal(run(fixture,
                         "run\n pull begin\n chunk error\n chunk error\n done 0 skipped\n"
                         " return FAILED\n",
                         &self),
                     -1);
    assert_string_equal(fixture->error.message, "the data ends early");
}

static void
every_item_is_logged_with_its_time_when_somebody_listens(void **state)
{
    driver_fixture *fixture = *state;
    caller self = caller_of(three);
    const dn_log log = {.line = keep_line, .context = &self, .level = DUNLIN_LOG_LINE_DEBUG};

    assert_int_equal(run_logged(fixture,
                                "run\n pull begin\n pull statement\n done 0 ran\n done 1 ran\n"
                                " pull commit\n done 2 ran\n pull end\n",
                                &self, log),
                     0);
    assert_non_null(strstr(self.lines, "item 0: ran, 1 rows\n"
                                       "statement: CREATE TABLE a (ran, 1 rows, 5 us)\n"
                                       "commit:  (ran, 1 rows, 5 us)\n"));
}

static void
one_statement_can_be_run_alone(void **state)
{
    driver_fixture *fixture = *state;
    dn_connection *connection = open_scripted(
        fixture,
        "run\n pull rollback\n done 0 ran\n pull end\n"
        "run\n pull statement DROP TABLE a\n fail MISSING no a\n done 0 failed\n return MISSING\n",
        no_log);

    assert_int_equal(
        dn_connection_execute(connection, DUNLIN_ITEM_ROLLBACK, NULL, NULL, 0, &fixture->error), 0);
    assert_int_equal(dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, "DROP TABLE a", NULL,
                                           0, &fixture->error),
                     -1);
    assert_string_equal(fixture->error.message, "no a");
    assert_int_equal(fixture->error.status, DUNLIN_MISSING);
    dn_connection_close(connection);
    assert_string_equal(complaints(fixture), "");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_fixture, teardown_fixture)
    const struct CMUnitTest tests[] = {
        TEST(items_are_pulled_and_their_outcomes_heard_in_order),
        TEST(a_pipeline_may_pull_ahead_and_report_late),
        TEST(a_failed_item_ends_the_batch_in_the_servers_words),
        TEST(the_failure_of_an_item_is_the_first_one_told),
        TEST(what_was_sent_behind_a_failed_item_is_skipped_or_lost),
        TEST(the_caller_may_word_a_failure_anew_and_nothing_behind_it_may),
        TEST(a_caller_that_cannot_go_on_stops_the_driver_with_its_own_error),
        TEST(a_user_who_stops_gets_no_further_item_run),
        TEST(a_user_who_stops_is_still_tidied_up_after),
        TEST(a_batch_that_is_done_is_not_stopped),
        TEST(a_driver_that_reports_out_of_order_is_named),
        TEST(a_driver_that_fails_an_item_without_a_reason_is_named),
        TEST(a_driver_that_leaves_items_out_is_named),
        TEST(an_item_that_ran_behind_a_failure_is_not_believed),
        TEST(data_is_read_in_chunks),
        TEST(every_item_is_logged_with_its_time_when_somebody_listens),
        TEST(one_statement_can_be_run_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
