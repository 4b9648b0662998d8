/* SPDX-License-Identifier: MIT
 *
 * Replaying histories on real servers: DUNLIN_TEST_POSTGRES and DUNLIN_TEST_MYSQL (tests/servers).
 * Without any of them the program answers SKIPPED.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>

#include "core/base/clock.h"
#include "tests/unit/replay_fixture.h"

enum { SKIPPED = 77, PATIENCE_MS = 15000 };

/* The server at work. */
static const struct {
    const char *name;
    const char *variable;
    const char *dialect; /* of the fixture */
} servers[] = {
    {"postgres", "DUNLIN_TEST_POSTGRES", "postgresql"},
    {"mysql", "DUNLIN_TEST_MYSQL", "mysql"},
};
static size_t server;

#define TARGET "replay_target"
#define GIVEN "replay_given"

static bool
is_postgres(void)
{
    return server == 0;
}

/* The URL of another database of the server. */
static const char *
url_of(const char *database)
{
    const char *url = getenv(servers[server].variable);
    const char *slash = strrchr(url, '/');

    return dn_arena_printf(&at.arena, "%.*s/%s", (int)(slash - url), url, database);
}

static void
run_on(const char *url, const char *sql)
{
    dn_open_options open = {.purpose = DUNLIN_PURPOSE_WORK};
    dn_driver_places places = {NULL};
    dn_connection *connection;
    const char *build = getenv("BUILD");

    places.option = dn_path_join(&at.arena, build ? build : ".", DRIVERS);
    if (dn_driver_find(&places, servers[server].name, &at.driver, &at.error) < 0 ||
        dn_connection_open(at.driver, url, &open, &connection, &at.error) < 0 ||
        dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql, NULL, 0, &at.error) < 0)
        fail_msg("%s", at.error.message);
    dn_connection_close(connection);
}

static void
run_outside(const char *sql)
{
    run_on(getenv(servers[server].variable), sql);
}

static int
set_up(void **state)
{
    if (set_up_folder(state) < 0)
        return -1;
    run_outside("DROP DATABASE IF EXISTS " TARGET);
    run_outside("DROP DATABASE IF EXISTS " GIVEN);
    run_outside("CREATE DATABASE " TARGET);
    begin_with(servers[server].name, url_of(TARGET));
    at.options.shadow = DN_SHADOW_DATABASE;
    return 0;
}

static int
tear_down(void **state)
{
    forget_replay();
    dn_connection_close(at.target);
    at.target = NULL;
    run_outside("DROP DATABASE IF EXISTS " TARGET);
    run_outside("DROP DATABASE IF EXISTS " GIVEN);
    return tear_down_folder(state);
}

static void
expect_shadows(size_t wanted)
{
    dn_shadow *list;
    size_t count;

    if (dn_shadow_list(at.driver, at.url, &at.options.log, &at.arena, &list, &count, &at.error) < 0)
        fail_msg("%s", at.error.message);
    assert_int_equal(count, wanted);
}

/* Effects name objects with their schema on PostgreSQL only. */
static const char *
plain(const dn_differences *effects)
{
    const char *text = told(effects);
    dn_text out = DN_TEXT_INIT;
    const char *copy;

    while (*text) {
        const char *space = strstr(text, "/public/");

        dn_text_add(&out, text, space ? (size_t)(space - text) : strlen(text));
        text = space ? space + strlen("/public") : text + strlen(text);
    }
    copy = dn_arena_text(&at.arena, out.data ? out.data : "");
    dn_text_free(&out);
    return copy;
}

/* --- effects ---------------------------------------------------------------------------------- */
static void
each_migration_has_its_effects_and_the_shadow_goes(void **state)
{
    (void)state;
    HISTORY("CREATE TABLE a (x INT NOT NULL, y VARCHAR(20)); CREATE TABLE b (x INT); DROP TABLE b;",
            "CREATE INDEX a_y ON a (y);", "INSERT INTO a (x) VALUES (1);",
            "ALTER TABLE a ADD COLUMN z INT; CREATE VIEW v AS SELECT x FROM a;",
            "ALTER TABLE a RENAME TO c;", "DROP VIEW v; ALTER TABLE c DROP COLUMN z;");
    replay_all();
    assert_string_equal(plain(&at.effects[0].effects), "+table/a +column/a/x +column/a/y");
    assert_string_equal(plain(&at.effects[1].effects), "+index/a/a_y");
    assert_string_equal(plain(&at.effects[2].effects), "");
    assert_string_equal(plain(&at.effects[3].effects), "+column/a/z +view/v");
    assert_non_null(strstr(plain(&at.effects[4].effects), "-table/a -column/a/x"));
    assert_non_null(strstr(plain(&at.effects[4].effects), "+table/c +column/c/x"));
    assert_string_equal(plain(&at.effects[5].effects), "-column/c/z -view/v");
    expect_shadows(1);
    forget_replay();
    expect_shadows(0);
    assert_string_equal(at.warnings, "");
}

static void
run_files_in_target(void)
{
    for (size_t i = 0; i < at.journal.count; i++) {
        dn_auto(dn_text) text = DN_TEXT_INIT;

        assert_int_equal(dn_file_read(at.files[i]->path, &text, &at.error), 0);
        for (char *one = text.data, *next; one; one = next) {
            next = strstr(one, "--> statement-breakpoint");
            if (next) {
                *next = '\0';
                next += strlen("--> statement-breakpoint");
            }
            if (dn_connection_execute(at.target, DUNLIN_ITEM_STATEMENT, one, NULL, 0, &at.error) <
                0)
                fail_msg("%s: %s", at.files[i]->tag, at.error.message);
        }
    }
}

static void
effects_lead_to_the_schema_that_drizzle_makes(void **state)
{
    dn_fact_map *start;

    (void)state;
    if (dn_observe_schema(at.target, NULL, &at.arena, &start, &at.error) < 0)
        fail_msg("%s", at.error.message);
    read_history(fixture_folder(servers[server].dialect));
    replay_all();
    for (size_t i = 0; i < at.journal.count; i++)
        if (!at.effects[i].known)
            fail_msg("%s", at.effects[i].why);
    run_files_in_target();
    expect_to_lead_to(start, at.target);
}

/* Read by what the texts of statements tell, it is the same as reading everything each time. */
static void
nothing_is_overlooked(void **state)
{
    const char *one_by_one[MOST_FILES];

    (void)state;
    read_history(fixture_folder(servers[server].dialect));
    replay_all();
    for (size_t i = 0; i < at.journal.count; i++)
        one_by_one[i] = told(&at.effects[i].effects);
    at.options.thorough = true;
    replay_all();
    for (size_t i = 0; i < at.journal.count; i++)
        assert_string_equal(told(&at.effects[i].effects), one_by_one[i]);
}

/* What the text of a statement does not tell is found out in the end, and everything read again. */
static void
what_texts_do_not_tell_is_found_out(void **state)
{
    (void)state;
    if (!is_postgres())
        return;
    HISTORY("CREATE TABLE a (x INT); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN EXECUTE 'CREATE TABLE made (x INT)'; RETURN NEW; END $$; "
            "CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW EXECUTE FUNCTION f();",
            "INSERT INTO a VALUES (1);", "DO $$ BEGIN PERFORM 1; END $$; CREATE TABLE q (x INT);");
    replay_all();
    assert_string_equal(plain(&at.effects[1].effects), "+table/made +column/made/x");
    assert_string_equal(plain(&at.effects[2].effects), "+table/q +column/q/x");
}

static void
statements_are_told_apart(void **state)
{
    (void)state;
    HISTORY("CREATE TABLE a (x INT);",
            "CREATE TABLE b (x INT); ALTER TABLE a ADD COLUMN y INT; INSERT INTO a (x) VALUES (1); "
            "DROP TABLE b;");
    replay_all();
    assert_int_equal(dn_replay_steps(at.replay, 1, &at.effects[1], &at.error), 0);
    assert_int_equal(at.effects[1].step_count, 4);
    assert_string_equal(plain(&at.effects[1].steps[0].effects), "+table/b +column/b/x");
    assert_string_equal(plain(&at.effects[1].steps[1].effects), "+column/a/y");
    assert_string_equal(plain(&at.effects[1].steps[2].effects), "");
    assert_string_equal(plain(&at.effects[1].steps[3].effects), "-table/b -column/b/x");
}

/* --- what cannot be replayed ------------------------------------------------------------------- */
static void
a_statement_that_fails_leaves_the_others(void **state)
{
    (void)state;
    HISTORY("CREATE TABLE a (x INT);",
            "CREATE TABLE b (x INT); ALTER TABLE nosuch ADD COLUMN y INT; CREATE TABLE c (x INT);",
            "ALTER TABLE c ADD COLUMN y INT;");
    replay_all();
    assert_false(at.effects[1].known);
    assert_non_null(strstr(at.effects[1].why, "0001_m.sql:1: "));
    assert_string_equal(plain(&at.effects[1].effects), "+table/b +column/b/x +table/c +column/c/x");
    assert_true(at.effects[2].known);
    assert_string_equal(plain(&at.effects[2].effects), "+column/c/y");
    assert_int_equal(dn_replay_steps(at.replay, 1, &at.effects[1], &at.error), 0);
    assert_string_equal(plain(&at.effects[1].steps[0].effects), "+table/b +column/b/x");
    assert_string_equal(plain(&at.effects[1].steps[1].effects), "");
    assert_string_equal(plain(&at.effects[1].steps[2].effects), "+table/c +column/c/x");
}

/* Each would change the target, the server or its files. */
enum { OUTSIDE = 14 };
static const char *const outside[][OUTSIDE] = {
    {"ALTER DATABASE " TARGET " SET work_mem = '1MB'", "COMMENT ON DATABASE " TARGET " IS 'x'",
     "CREATE ROLE replay_role", "DO $$ BEGIN CREATE  ROLE replay_role; END $$",
     "GRANT CONNECT ON DATABASE " TARGET " TO PUBLIC", "COPY a TO '/tmp/dunlin-replay-copy'",
     "SELECT pg_reload_conf()", "CREATE DATABASE replay_other", "DROP DATABASE " TARGET,
     "SELECT pg_create_physical_replication_slot('replay_slot')", "SELECT pg_ls_waldir()",
     "SELECT pg_create_restore_point('x')"},
    {"CREATE TABLE " TARGET ".made (x INT)", "INSERT INTO `" TARGET "`.`kept` VALUES (2)",
     "DROP DATABASE " TARGET, "CREATE DATABASE replay_other", "USE " TARGET,
     "CREATE USER replay_role", "SET GLOBAL max_connections = 100",
     "CREATE PROCEDURE p() INSERT INTO " TARGET ".kept VALUES (3)",
     "SELECT 1 INTO OUTFILE '/tmp/dunlin-replay-copy'", "FLUSH HOSTS",
     "INSERT INTO a SELECT length(LOAD_FILE('/etc/passwd'))",
     "CREATE TABLE c (x INT) ENGINE=CONNECT TABLE_TYPE=CSV FILE_NAME='/etc/passwd'",
     "CREATE TABLE c (x INT) ENGINE SPIDER"},
};

static void
what_reaches_outside_is_not_sent(void **state)
{
    const char *before;

    (void)state;
    run_on(at.url, "CREATE TABLE kept (x INT)");
    before = schema_of(at.target);
    unlink("/tmp/dunlin-replay-copy");
    for (size_t i = 0; i < OUTSIDE && outside[server][i]; i++) {
        HISTORY("CREATE TABLE a (x INT);", dn_arena_printf(&at.arena, "%s;", outside[server][i]),
                "CREATE TABLE b (x INT);");
        replay_all();
        if (at.effects[1].known)
            fail_msg("'%s' was sent", outside[server][i]);
        if (!strstr(at.effects[1].why, "it reaches outside the database"))
            fail_msg("'%s': %s", outside[server][i], at.effects[1].why);
        assert_string_equal(plain(&at.effects[2].effects), "+table/b +column/b/x");
    }
    assert_string_equal(schema_of(at.target), before);
    assert_int_equal(access("/tmp/dunlin-replay-copy", F_OK), -1);
}

/* --- files of effects ---------------------------------------------------------------------------- */
static void
what_was_found_out_is_not_replayed_again(void **state)
{
    dn_fact_map *start;

    (void)state;
    if (dn_observe_schema(at.target, NULL, &at.arena, &start, &at.error) < 0)
        fail_msg("%s", at.error.message);
    at.options.folder = dn_path_join(&at.arena, at.folder, "effects");
    at.options.keep = true;
    read_history(fixture_folder(servers[server].dialect));
    replay_all();
    assert_int_equal(dn_replay_runs(at.replay), 13);
    replay_all();
    assert_int_equal(dn_replay_runs(at.replay), 0);
    expect_shadows(0);
    run_files_in_target();
    expect_to_lead_to(start, at.target);
    unlink(dn_path_join(&at.arena, at.options.folder, "0012_team_invites.effects.json"));
    replay_all();
    assert_int_equal(dn_replay_runs(at.replay), 13);
    assert_string_equal(at.warnings, "");
}

/* --- killed runs ---------------------------------------------------------------------------------- */
/* A run that opens a shadow, works in it and is killed. */
static void
kill_a_run(const char *given)
{
    int pipes[2];
    char byte;
    pid_t child;

    assert_int_equal(pipe(pipes), 0);
    child = fork();
    if (child == 0) {
        dn_connection *shadow;
        bool made =
            dn_shadow_open(at.driver, at.url, given, &at.options.log, &shadow, &at.error) == 0 &&
            dn_connection_execute(shadow, DUNLIN_ITEM_STATEMENT, "CREATE TABLE left_behind (x INT)",
                                  NULL, 0, &at.error) == 0;

        if (write(pipes[1], made ? "y" : "n", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(pipes[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(pipes[0]);
    close(pipes[1]);
}

static void
wait_until_abandoned(void)
{
    int64_t end = dn_clock_monotonic_ns() + PATIENCE_MS * INT64_C(1000000);
    dn_shadow *list;
    size_t count;

    do {
        if (dn_shadow_list(at.driver, at.url, &at.options.log, &at.arena, &list, &count,
                           &at.error) < 0)
            fail_msg("%s", at.error.message);
        assert_int_equal(count, 1);
        if (list[0].state == DUNLIN_SHADOW_ABANDONED)
            return;
        dn_clock_sleep_ms(20);
    } while (dn_clock_monotonic_ns() < end);
    fail_msg("the shadow of a killed run is in the state %d", (int)list[0].state);
}

static void
what_a_killed_run_left_the_next_one_drops(void **state)
{
    (void)state;
    HISTORY("CREATE TABLE a (x INT);");
    kill_a_run(NULL);
    wait_until_abandoned();
    replay_all();
    expect_shadows(1);
    forget_replay();
    expect_shadows(0);
}

/* --- databases that are given ------------------------------------------------------------------------ */
static void
give(void)
{
    run_outside("CREATE DATABASE " GIVEN);
    at.options.shadow = DN_SHADOW_GIVEN;
    at.options.given = url_of(GIVEN);
}

static void
expect_given_is_empty(void)
{
    dn_open_options open = {.purpose = DUNLIN_PURPOSE_WORK};
    dn_connection *connection;
    dn_object *objects;
    size_t count;

    if (dn_connection_open(at.driver, at.options.given, &open, &connection, &at.error) < 0 ||
        dn_connection_objects(connection, &at.arena, &objects, &count, &at.error) < 0)
        fail_msg("%s", at.error.message);
    assert_int_equal(count, 0);
    dn_connection_close(connection);
}

static void
a_given_database_is_used_and_left_empty(void **state)
{
    (void)state;
    give();
    HISTORY("CREATE TABLE a (x INT);", "CREATE TABLE b (x INT); ALTER TABLE a ADD COLUMN y INT;");
    replay_all();
    assert_string_equal(plain(&at.effects[1].effects), "+column/a/y +table/b +column/b/x");
    expect_shadows(0);
    assert_int_equal(dn_replay_steps(at.replay, 1, &at.effects[1], &at.error), 0);
    assert_string_equal(plain(&at.effects[1].steps[1].effects), "+column/a/y");
    forget_replay();
    expect_given_is_empty();
    assert_string_equal(at.warnings, "");
    replay_all();
    assert_string_equal(plain(&at.effects[0].effects), "+table/a +column/a/x");
}

static void
a_given_database_has_to_be_empty(void **state)
{
    (void)state;
    give();
    HISTORY("CREATE TABLE a (x INT);");
    run_on(at.options.given, "CREATE TABLE precious (x INT)");
    assert_int_equal(try_replay(), -1);
    assert_string_equal(at.error.id, "database.usage");
    assert_non_null(strstr(at.error.message, "it is not empty"));
    run_on(at.options.given, "DROP TABLE precious");
    replay_all();
}

static void
what_a_killed_run_left_in_a_given_database_goes(void **state)
{
    int64_t end = dn_clock_monotonic_ns() + PATIENCE_MS * INT64_C(1000000);

    (void)state;
    give();
    HISTORY("CREATE TABLE a (x INT);");
    kill_a_run(at.options.given);
    while (try_replay() < 0 && dn_clock_monotonic_ns() < end)
        dn_clock_sleep_ms(50);
    assert_string_equal(plain(&at.effects[0].effects), "+table/a +column/a/x");
    forget_replay();
    expect_given_is_empty();
}

static void
a_database_of_another_kind_is_refused(void **state)
{
    (void)state;
    run_outside(is_postgres() ? "CREATE DATABASE " GIVEN
                                " TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'"
                              : "CREATE DATABASE " GIVEN " CHARACTER SET ucs2");
    at.options.shadow = DN_SHADOW_GIVEN;
    at.options.given = url_of(GIVEN);
    HISTORY("CREATE TABLE a (x INT);");
    assert_int_equal(try_replay(), -1);
    assert_non_null(strstr(at.error.message, "does not serve as a shadow"));
}

/* --- where ---------------------------------------------------------------------------------------- */
static void
a_server_is_used_only_when_somebody_says_so(void **state)
{
    const dn_target plain_target = {.name = "t"};
    const dn_target development = {.name = "t", .development = true};

    (void)state;
    assert_int_equal(dn_shadow_choose(at.target, &plain_target, false, NULL).kind, DN_SHADOW_NONE);
    assert_int_equal(dn_shadow_choose(at.target, &plain_target, true, NULL).kind,
                     DN_SHADOW_DATABASE);
    assert_int_equal(dn_shadow_choose(at.target, &development, false, NULL).kind,
                     DN_SHADOW_DATABASE);
    assert_int_equal(dn_shadow_choose(at.target, &development, false, "url").kind, DN_SHADOW_GIVEN);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_migration_has_its_effects_and_the_shadow_goes),
        TEST(effects_lead_to_the_schema_that_drizzle_makes),
        TEST(nothing_is_overlooked),
        TEST(what_texts_do_not_tell_is_found_out),
        TEST(statements_are_told_apart),
        TEST(a_statement_that_fails_leaves_the_others),
        TEST(what_reaches_outside_is_not_sent),
        TEST(what_was_found_out_is_not_replayed_again),
        TEST(what_a_killed_run_left_the_next_one_drops),
        TEST(a_given_database_is_used_and_left_empty),
        TEST(a_given_database_has_to_be_empty),
        TEST(what_a_killed_run_left_in_a_given_database_goes),
        TEST(a_database_of_another_kind_is_refused),
        TEST(a_server_is_used_only_when_somebody_says_so),
    };
    int answer = SKIPPED;

    for (server = 0; server < sizeof servers / sizeof servers[0]; server++)
        if (getenv(servers[server].variable)) {
            int failed = cmocka_run_group_tests_name(servers[server].name, tests, NULL, NULL);

            answer = (answer == SKIPPED ? 0 : answer) + failed;
        }
    return answer;
}
