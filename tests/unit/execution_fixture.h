/* SPDX-License-Identifier: MIT
 *
 * For tests of execution: runs a few files on the database of sqlite_fixture.h. Include after
 * <cmocka.h>.
 */
#ifndef EXECUTION_FIXTURE_H
#define EXECUTION_FIXTURE_H

#include "tests/unit/sqlite_fixture.h"

enum { MOST_JOBS = 8 };

static dn_layout layout = DN_LAYOUT_NATIVE;
static size_t budget = 4096; /* for texts kept from inspecting to running */
static dn_migration migrations[MOST_JOBS];
static dn_job jobs[MOST_JOBS];
static dn_execution execution;

/* Describes m1, m2 ... of these texts (up to a NULL) as a plan would, and makes the tracker. */
static inline void
prepare(const char *const *texts)
{
    static dn_tracker tracker;

    memset(jobs, 0, sizeof jobs);
    memset(&execution, 0, sizeof execution);
    if (dn_tracker_read(connection, layout, NULL, DN_TRACKER_MATCH, &arena, &tracker, &error) < 0 ||
        dn_tracker_create(connection, &tracker, &error) < 0 ||
        dn_tracker_writer_open(connection, &tracker, "run-1", &execution.writer, &error) < 0)
        fail_msg("%s", error.message);
    execution.connection = connection;
    execution.run_id = "run-1";
    execution.log = test_log;
    execution.jobs = jobs;
    execution.arena = &arena;
    for (; texts[execution.count]; execution.count++) {
        size_t i = execution.count;
        size_t room = budget;

        migrations[i] =
            migration_of(dn_arena_printf(&arena, "m%zu", i + 1), texts[execution.count]);
        migrations[i].when_ms = 1000 * ((int64_t)i + 1);
        jobs[i].migration = &migrations[i];
        if (dn_script_inspect(connection, NULL, &migrations[i], &arena, &room, &jobs[i].info,
                              &error) < 0)
            fail_msg("%s", error.message);
    }
    dn_text_clear(&sent);
}

static inline int
execute_prepared(void)
{
    int answer;

    dn_error_clear(&error);
    answer = dn_execute(&execution, &error);
    dn_tracker_writer_close(execution.writer);
    execution.writer = NULL;
    return answer;
}

static inline int
execute(const char *const *texts)
{
    prepare(texts);
    return execute_prepared();
}

static inline void
expect_executed(const char *const *texts)
{
    if (execute(texts) < 0)
        fail_msg("%s %s", error.message, error.context);
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* What became of the jobs: '+' applied, '-' not. */
static inline const char *
applied(void)
{
    char *marks = dn_arena_alloc(&arena, MOST_JOBS + 1);

    for (size_t i = 0; i < execution.count; i++)
        marks[i] = jobs[i].applied ? '+' : '-';
    return marks;
}

/* "tag statement line:column sql", or "nowhere". */
static inline const char *
stop(void)
{
    const dn_stop *at_stop = &execution.stop;

    if (!at_stop->migration)
        return "nowhere";
    return dn_arena_printf(&arena, "%s %u %u:%u %s", at_stop->migration->tag, at_stop->statement,
                           at_stop->line, at_stop->column, at_stop->sql ? at_stop->sql : "-");
}

static inline const char *
tags(void)
{
    return cells("SELECT group_concat(tag) FROM (SELECT tag FROM dunlin_migrations ORDER BY seq)");
}

static inline const char *
tables(void)
{
    return cells("SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema WHERE type ="
                 " 'table' AND name NOT LIKE '%dunlin%' AND name NOT LIKE '%drizzle%' ORDER BY 1)");
}

#endif
