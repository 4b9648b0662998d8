/* SPDX-License-Identifier: MIT
 *
 * Feeding a driver that pipelines, loses its connection, fails to commit or reports nonsense.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/execute/execute.h"
#include "tests/unit/driver_fixture.h"

enum { JOBS = 3 };

#define PULLED " pull begin\n pull statement SSSS\n pull statement\n pull commit\n pull reset\n"
#define TIDIED                                                                                     \
    "run\n pull rollback\n done 0 ran\n pull end\nrun\n pull reset\n done 0 ran\n pull end\n"
#define RAN(ordinal) " done " #ordinal " ran\n"
#define SKIPPED(ordinal) " done " #ordinal " skipped\n"

static int lock_retries;
static const char *second_text; /* of m2 alone, or NULL */
static const char *heard;       /* "applied ..." lines */

static void
hear(int32_t level, const char *line, void *context)
{
    driver_fixture *fixture = context;

    (void)level;
    heard = dn_arena_printf(&fixture->arena, "%s%s\n", heard, line);
}

static void
show_progress(const char *what, int64_t done, int64_t total, void *context)
{
    driver_fixture *fixture = context;

    heard = dn_arena_printf(&fixture->arena, "%s%s %lld/%lld\n", heard, what, (long long)done,
                            (long long)total);
}

typedef struct scene {
    dn_migration migrations[JOBS];
    dn_job jobs[JOBS];
    dn_execution execution;
    dn_tracker tracker;
    dn_connection *connection;
} scene;

/* `count` migrations m1, m2 ... of this text, fed to a driver that does what the script says. */
static int
feed(driver_fixture *fixture, scene *played, size_t count, const char *text, const char *script)
{
    const char *path = inside(fixture, "m.sql");
    int answer;

    heard = "";
    memset(played, 0, sizeof *played);
    assert_int_equal(dn_file_write(path, text, strlen(text), &fixture->error), 0);
    played->connection = open_scripted(
        fixture, dn_arena_printf(&fixture->arena, "query SELECT max(seq) FROM o\n%s", script),
        (dn_log){.line = NULL});
    played->tracker.ours = played->tracker.quoted = "o";
    played->execution = (dn_execution){
        .connection = played->connection,
        .log = {.line = hear, .progress = show_progress, .context = fixture, .level = 2},
        .jobs = played->jobs,
        .count = count,
        .lock_retries = lock_retries,
        .arena = &fixture->arena,
    };
    for (size_t i = 0; i < count; i++) {
        dn_migration *migration = &played->migrations[i];

        migration->tag = dn_arena_printf(&fixture->arena, "m%zu", i + 1);
        migration->path = path;
        migration->size = strlen(text);
        migration->raw = dn_hash_of(text, strlen(text));
        played->jobs[i].migration = migration;
        played->jobs[i].info.transactional = true;
        played->jobs[i].info.kept = (dn_script_kept){text, strlen(text)};
    }
    if (second_text)
        played->jobs[1].info.kept = (dn_script_kept){second_text, strlen(second_text)};
    assert_int_equal(dn_tracker_writer_open(played->connection, &played->tracker, "run",
                                            &played->execution.writer, &fixture->error),
                     0);
    dn_error_clear(&fixture->error);
    answer = dn_execute(&played->execution, &fixture->error);
    dn_tracker_writer_close(played->execution.writer);
    dn_connection_close(played->connection);
    assert_string_equal(complaints(fixture), "");
    return answer;
}

/* A script of three times 25 items: five are reported behind the tenth pull, the others behind the
 * last. `fails` is the first item that does not run. */
static const char *
pipeline(driver_fixture *fixture, int fails)
{
    dn_arena *arena = &fixture->arena;
    const char *pulls = "run\n";
    const char *reports = " pull end\n";

    for (int item = 0; item < 75; item++) {
        static const char *const others[] = {"statement", "commit", "reset"};
        int i = item % 25;
        const char *kind = i == 0   ? "begin"
                           : i < 22 ? dn_arena_printf(arena, "statement S%d", i)
                                    : others[i - 22];

        pulls = dn_arena_printf(arena, "%s pull %s\n", pulls, kind);
        if (item == fails)
            reports = dn_arena_printf(arena, "%s fail FAILED odd\n", reports);
        if (item >= 5)
            reports = dn_arena_printf(arena, "%s done %d %s\n", reports, item,
                                      item < fails    ? "ran"
                                      : item == fails ? "failed"
                                                      : "skipped");
        if (item == 9)
            pulls = dn_arena_printf(arena, "%s" RAN(0) RAN(1) RAN(2) RAN(3) RAN(4), pulls);
    }
    return dn_arena_printf(arena, "%s%s%s", pulls, reports,
                           fails < 75 ? " return FAILED\n" TIDIED : "");
}

static void
a_driver_that_pulls_everything_ahead_reports_later(void **state)
{
    driver_fixture *fixture = *state;
    const char *text = "";
    scene played;

    for (int i = 1; i <= 21; i++)
        text = dn_arena_printf(&fixture->arena, "%sS%d;", text, i);
    assert_int_equal(feed(fixture, &played, 3, text, pipeline(fixture, 75)), 0);
    assert_string_equal(heard, "applied m1\nmigrations 1/3\napplied m2\nmigrations 2/3\n"
                               "applied m3\nmigrations 3/3\n");
    for (int i = 0; i < 3; i++)
        assert_true(played.jobs[i].applied);
    /* and each report is taken for the item that it is of */
    for (int item = 5; item < 22; item++) {
        assert_int_equal(feed(fixture, &played, 3, text, pipeline(fixture, item)), -1);
        assert_int_equal(played.execution.stop.statement, item);
    }
    assert_int_equal(feed(fixture, &played, 3, text, pipeline(fixture, 57)), -1);
    assert_string_equal(played.execution.stop.migration->tag, "m3");
    assert_int_equal(played.execution.stop.statement, 7);
}

static void
outcomes_behind_a_failure_are_told_apart(void **state)
{
    static const struct {
        const char *script;
        const char *id;
        const char *message; /* NULL: "<path>:1:3: bad" */
        const char *context;
        const char *stop;
        unsigned statement;
        int applied;
    } cases[] = {
        /* in the second of three, all of them under way */
        {"run\n" PULLED PULLED PULLED RAN(0) RAN(1) RAN(2) RAN(3) RAN(4) RAN(
             5) " fail SYNTAX bad||||2\n done 6 failed\n" SKIPPED(7) SKIPPED(8) SKIPPED(9)
             SKIPPED(10) SKIPPED(11) SKIPPED(12) SKIPPED(13) SKIPPED(14) " return SYNTAX\n" TIDIED,
         "database.syntax", NULL, "while running statement 1 of 'm2'", "m2", 1, 1},
        /* the COMMIT is refused */
        {"run\n" PULLED PULLED RAN(0) RAN(1) RAN(2) RAN(3) RAN(4) RAN(5) RAN(6) RAN(
             7) " fail CONSTRAINT late\n done 8 failed\n" SKIPPED(9) " return CONSTRAINT\n" TIDIED,
         "database.constraint", "late", "while committing 'm2'", "m2", 0, 1},
        /* the connection breaks under several */
        {"run\n" PULLED PULLED RAN(0) RAN(1) RAN(2) RAN(3) RAN(4)
             RAN(5) " fail LOST gone\n done 6 lost\n done 7 lost\n done 8 lost\n done 9 lost\n"
                    " return LOST\nrun\n fail LOST gone\n return LOST\nrun\n fail LOST gone\n"
                    " return LOST\n",
         "database.lost", "gone at 1", "while running statement 1 of 'm2'", "m2", 1, 1},
        /* before, and behind */
        {"run\n pull begin\n fail LOCKED busy\n done 0 failed\n return LOCKED\n" TIDIED,
         "database.locked", "busy", "while beginning 'm1'", "m1", 0, 0},
        {"run\n pull begin\n" RAN(0) " pull statement SSSS\n" RAN(
             1) " pull statement\n fail DISK_FULL full\n done 2 failed\n"
                " return DISK_FULL\n" TIDIED,
         "database.disk-full", "full", "while recording 'm1'", "m1", 0, 0},
        {"run\n" PULLED RAN(0) RAN(1) RAN(2) RAN(3) " fail FAILED odd\n done 4 failed\n"
                                                    " return FAILED\n" TIDIED,
         "database.failed", "odd", "while tidying up after 'm1'", NULL, 0, 1},
    };
    driver_fixture *fixture = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *script = cases[i].script;
        const char *wanted = cases[i].message;
        scene played;

        assert_int_equal(feed(fixture, &played, JOBS, "SSSS", script), -1);
        assert_string_equal(fixture->error.id, cases[i].id);
        if (!wanted || strcmp(wanted, "gone at 1") == 0)
            wanted = dn_arena_printf(&fixture->arena, "%s:1:%d: %s", inside(fixture, "m.sql"),
                                     wanted ? 1 : 3, wanted ? "gone" : "bad");
        assert_string_equal(fixture->error.message, wanted);
        assert_string_equal(fixture->error.context, cases[i].context);
        for (int job = 0; job < JOBS; job++)
            assert_int_equal(played.jobs[job].applied, job < cases[i].applied);
        assert_int_equal(played.execution.stop.statement, cases[i].statement);
        if (cases[i].stop)
            assert_string_equal(played.execution.stop.migration->tag, cases[i].stop);
        else
            assert_null(played.execution.stop.migration);
    }
}

static void
a_driver_that_breaks_the_contract_is_named_and_tidied_up_after(void **state)
{
    static const struct {
        const char *script;
        const char *message;
    } cases[] = {
        {"run\n pull begin\n done 1 ran\n return answer\n" TIDIED,
         "reported item 1 when item 0 was due"},
        {"run\n pull begin\n done 0 ran\n done 1 ran\n return answer\n" TIDIED,
         "reported item 1 when item 1 was due"},
        {"run\n pull begin\n done 0 failed\n return answer\n" TIDIED,
         "reported item 0 as failed without saying why"},
        {"run\n pull begin\n done 0 ran\n" TIDIED,
         "returned from 'run' before the end of the batch"},
        {"run\n pull begin\n done 0 ran\n return LOST\n" TIDIED,
         "returned status 12 from 'run' without saying why"},
    };
    driver_fixture *fixture = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        scene played;

        assert_int_equal(feed(fixture, &played, 1, "SSSS", cases[i].script), -1);
        assert_string_equal(fixture->error.id, "driver.broken");
        assert_string_equal(fixture->error.message,
                            dn_arena_printf(&fixture->arena,
                                            "driver 'scripted' broke the contract: it %s",
                                            cases[i].message));
        assert_false(played.jobs[0].applied);
        assert_string_equal(played.execution.stop.migration->tag, "m1");
        assert_int_equal(played.execution.stop.statement, 0);
    }
}

static void
a_commit_that_ran_counts_even_when_the_driver_forgets_the_rest(void **state)
{
    driver_fixture *fixture = *state;
    scene played;

    assert_int_equal(feed(fixture, &played, 2, "SSSS",
                          "run\n" PULLED RAN(0) RAN(1) RAN(2) RAN(3) " fail LOST gone\n"
                                                                     " return LOST\n" TIDIED),
                     -1);
    assert_string_equal(fixture->error.message, "gone");
    assert_true(played.jobs[0].applied);
    assert_false(played.jobs[1].applied);
}

static void
a_file_that_cannot_be_read_is_not_blamed_on_what_was_under_way(void **state)
{
    driver_fixture *fixture = *state;
    scene played;

    second_text = "S; 'unterminated";
    assert_int_equal(feed(fixture, &played, 2, "SSSS",
                          "run\n" PULLED " pull begin\n pull statement S\n pull SYNTAX\n" SKIPPED(0)
                              SKIPPED(1) SKIPPED(2) SKIPPED(3) SKIPPED(4) SKIPPED(5)
                                  SKIPPED(6) " return SYNTAX\n" TIDIED),
                     -1);
    second_text = NULL;
    assert_string_equal(fixture->error.id, "lex.unterminated");
    assert_string_equal(fixture->error.context, "");
    assert_string_equal(played.execution.stop.migration->tag, "m2");
    assert_int_equal(played.execution.stop.statement, 0);
    assert_false(played.jobs[0].applied);
}

/* The waits in between take up to 0.6 seconds. */
static void
a_migration_that_meets_a_lock_is_tried_again_as_often_as_wanted(void **state)
{
#define BUSY "run\n pull begin\n fail LOCKED busy\n done 0 failed\n return LOCKED\n" TIDIED
    driver_fixture *fixture = *state;
    scene played;

    lock_retries = 2;
    assert_int_equal(feed(fixture, &played, 2, "SSSS",
                          "run\n" PULLED RAN(0) RAN(1) RAN(2) RAN(3)
                              RAN(4) " pull begin\n fail LOCKED busy\n done 5 failed\n"
                                     " return LOCKED\n" TIDIED BUSY "run\n" PULLED
                                     " pull end\n" RAN(0) RAN(1) RAN(2) RAN(3) RAN(4)),
                     0);
    assert_true(played.jobs[0].applied && played.jobs[1].applied);
    assert_string_equal(heard,
                        "applied m1\nmigrations 1/2\nbusy; trying again\nbusy; trying again\n"
                        "applied m2\nmigrations 2/2\n");
    lock_retries = 1;
    assert_int_equal(feed(fixture, &played, 1, "SSSS", BUSY BUSY), -1);
    assert_int_equal(fixture->error.status, DUNLIN_LOCKED);
    assert_int_equal(played.execution.cause, DUNLIN_LOCKED);
    /* nothing else is tried again */
    assert_int_equal(feed(fixture, &played, 1, "SSSS",
                          "run\n pull begin\n fail LOST gone\n done 0 lost\n"
                          " return LOST\n" TIDIED),
                     -1);
    lock_retries = 0;
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_fixture, teardown_fixture)
    const struct CMUnitTest tests[] = {
        TEST(a_driver_that_pulls_everything_ahead_reports_later),
        TEST(outcomes_behind_a_failure_are_told_apart),
        TEST(a_driver_that_breaks_the_contract_is_named_and_tidied_up_after),
        TEST(a_commit_that_ran_counts_even_when_the_driver_forgets_the_rest),
        TEST(a_file_that_cannot_be_read_is_not_blamed_on_what_was_under_way),
        TEST(a_migration_that_meets_a_lock_is_tried_again_as_often_as_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
