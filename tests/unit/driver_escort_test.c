/* SPDX-License-Identifier: MIT
 *
 * Escorts: what a connection adds to each transaction, and that nobody hears of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/driver_fixture.h"

#define BEGIN " pull begin\n"
#define CHECK " pull check MINE\n"
#define RENEW " pull statement RENEW\n"
#define COMMIT " pull commit\n"

static const dn_log no_log = {.line = NULL};

/* Items of a batch, and what was heard of them. */
typedef struct caller {
    const char *const *items;
    size_t at;
    char heard[200];
    int renewals;
    int released;
} caller;

static int
next_item(void *context, dunlin_item *item, dn_error *error)
{
    caller *self = context;
    const char *text = self->items[self->at];

    (void)error;
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

    (void)failure;
    (void)error;
    snprintf(self->heard + used, sizeof self->heard - used, "%llu:%d;",
             (unsigned long long)outcome->ordinal, (int)outcome->outcome);
    return 0;
}

static size_t
renew(void *context, dunlin_value values[DN_ESCORT_VALUES])
{
    caller *self = context;

    values[0] = (dunlin_value){.type = DUNLIN_VALUE_INTEGER, .integer = ++self->renewals};
    return 1;
}

static void
lost(void *context, dn_error *error)
{
    (void)context;
    dn_fail(error, DUNLIN_FAILED, "run.lease-lost", "it is not mine any more");
}

static void
release(void *context)
{
    ((caller *)context)->released++;
}

static int
run(driver_fixture *fixture, const char *script, caller *self)
{
    const dn_batch batch = {next_item, item_done, NULL, self};
    const dn_escort escort = {.check = "MINE",
                              .expected = "yes",
                              .renewal = "RENEW",
                              .renew = renew,
                              .lost = lost,
                              .release = release,
                              .context = self};
    dn_connection *connection = open_scripted(fixture, script, no_log);
    int answer;

    dn_connection_escort(connection, &escort);
    assert_ptr_equal(dn_connection_escort_context(connection), self);
    answer = dn_connection_run(connection, &batch, &fixture->error);
    assert_int_equal(self->released, 0);
    dn_connection_close(connection);
    assert_int_equal(self->released, 1);
    assert_string_equal(complaints(fixture), "");
    return answer;
}

static void
every_transaction_proves_itself_at_its_beginning_and_its_end(void **state)
{
    static const char *const items[] = {"begin", "A", "commit", "begin", "commit", NULL};
    driver_fixture *fixture = *state;
    caller self = {.items = items};

    assert_int_equal(run(fixture,
                         "run\n" BEGIN " done 0 ran\n" CHECK " done 1 ran\n pull statement A\n"
                         " done 2 ran\n" CHECK " done 3 ran\n" RENEW " done 4 ran\n" COMMIT
                         " done 5 ran\n" BEGIN CHECK CHECK RENEW COMMIT
                         " done 6 ran\n done 7 ran\n done 8 ran\n done 9 ran\n done 10 ran\n"
                         " pull end\n",
                         &self),
                     0);
    assert_string_equal(self.heard, "0:1;1:1;2:1;3:1;4:1;");
    assert_int_equal(self.renewals, 2);
}

static void
statements_outside_transactions_are_left_alone(void **state)
{
    static const char *const items[] = {"A", "B", NULL};
    driver_fixture *fixture = *state;
    caller self = {.items = items};

    assert_int_equal(run(fixture,
                         "run\n pull statement A\n done 0 ran\n pull statement B\n done 1 ran\n"
                         " pull end\n",
                         &self),
                     0);
    assert_string_equal(self.heard, "0:1;1:1;");
}

static void
a_check_that_fails_ends_the_batch_in_the_escorts_words(void **state)
{
    static const char *const items[] = {"begin", "A", "commit", NULL};
    driver_fixture *fixture = *state;
    caller self = {.items = items};

    assert_int_equal(run(fixture,
                         "run\n" BEGIN " done 0 ran\n" CHECK
                         " fail CONSTRAINT expected yes, got no\n done 1 failed\n"
                         " return CONSTRAINT\n",
                         &self),
                     -1);
    assert_string_equal(self.heard, "0:1;");
    assert_string_equal(fixture->error.id, "run.lease-lost");
    assert_string_equal(fixture->error.message, "it is not mine any more");
    assert_int_equal(fixture->error.exit_code, DUNLIN_EXIT_LOCKED);
}

static void
any_other_failure_of_an_escort_keeps_its_own_words(void **state)
{
    static const char *const items[] = {"begin", "commit", NULL};
    driver_fixture *fixture = *state;
    caller self = {.items = items};

    assert_int_equal(run(fixture,
                         "run\n" BEGIN " done 0 ran\n" CHECK " done 1 ran\n" CHECK
                         " done 2 ran\n" RENEW " fail LOCKED busy\n done 3 failed\n"
                         " return LOCKED\n",
                         &self),
                     -1);
    assert_string_equal(self.heard, "0:1;");
    assert_string_equal(fixture->error.id, "database.locked");
}

static void
a_statement_that_fails_is_told_like_any_other(void **state)
{
    static const char *const items[] = {"begin", "A", "commit", NULL};
    driver_fixture *fixture = *state;
    caller self = {.items = items};

    assert_int_equal(run(fixture,
                         "run\n" BEGIN " done 0 ran\n" CHECK " done 1 ran\n pull statement A\n"
                         " fail EXISTS it exists\n done 2 failed\n return EXISTS\n",
                         &self),
                     -1);
    assert_string_equal(self.heard, "0:1;1:3;");
    assert_string_equal(fixture->error.message, "it exists");
}

static void
many_transactions_may_be_under_way(void **state)
{
    enum { TRANSACTIONS = 20 };
    const char *items[2 * TRANSACTIONS + 1] = {NULL};
    driver_fixture *fixture = *state;
    const char *script = "run\n";
    caller self = {.items = items};

    for (int i = 0; i < TRANSACTIONS; i++) {
        items[2 * i] = "begin";
        items[2 * i + 1] = "commit";
        script = dn_arena_printf(&fixture->arena, "%s" BEGIN CHECK CHECK RENEW COMMIT, script);
    }
    for (int i = 0; i < 5 * TRANSACTIONS; i++)
        script = dn_arena_printf(&fixture->arena, "%s done %d ran\n", script, i);
    assert_int_equal(run(fixture, dn_arena_printf(&fixture->arena, "%s pull end\n", script), &self),
                     0);
    assert_non_null(strstr(self.heard, "39:1;"));
    assert_int_equal(self.renewals, TRANSACTIONS);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_fixture, teardown_fixture)
    const struct CMUnitTest tests[] = {
        TEST(every_transaction_proves_itself_at_its_beginning_and_its_end),
        TEST(statements_outside_transactions_are_left_alone),
        TEST(a_check_that_fails_ends_the_batch_in_the_escorts_words),
        TEST(any_other_failure_of_an_escort_keeps_its_own_words),
        TEST(a_statement_that_fails_is_told_like_any_other),
        TEST(many_transactions_may_be_under_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
