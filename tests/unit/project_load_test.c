/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/project/project.h"
#include "tests/unit/tree_fixture.h"

static dn_arena arena;
static dn_project project;
static dn_error error;
static dunlin_options options;
static const dn_target *target;
static const char *url;

static int
setup(void **state)
{
    static const dunlin_options defaults = DUNLIN_OPTIONS_DEFAULTS;

    options = defaults;
    unsetenv("DATABASE_URL");
    unsetenv("DUNLIN_TEST_URL");
    if (tree_make(state) < 0 || chdir(tree) < 0)
        return -1;
    return 0;
}

static int
teardown(void **state)
{
    dn_arena_free(&arena);
    if (chdir("/") < 0)
        return -1;
    return tree_remove(state);
}

static int
load(void)
{
    dn_error_clear(&error);
    return dn_project_load(&options, &arena, &project, &error);
}

static void
must_load(void)
{
    if (load() < 0)
        fail_msg("%s", error.message);
}

static int
resolve(void)
{
    must_load();
    return dn_project_target(&project, &options, &arena, &target, &url, &error);
}

static void
expect_url(const char *name, const char *expected)
{
    if (resolve() < 0)
        fail_msg("%s", error.message);
    assert_string_equal(target->name, name);
    assert_string_equal(url, expected);
}

static void
expect_no_target(const char *id, const char *message)
{
    assert_int_equal(resolve(), -1);
    assert_string_equal(error.message, message);
    assert_string_equal(error.id, id);
    assert_int_equal(error.exit_code, DUNLIN_EXIT_USAGE);
}

static void
in_folder(const char *name)
{
    assert_int_equal(chdir(at(name)), 0);
}

/* --- finding the project ---------------------------------------------------------------------- */

static void
without_any_file_the_working_folder_is_the_project(void **state)
{
    (void)state;
    must_load();
    assert_string_equal(project.root, tree);
    assert_null(project.config);
    assert_string_equal(project.migrations, at("migrations"));
    assert_null(project.env_file);
    assert_string_equal(project.env_path, at(".env"));
}

static void
the_configuration_is_found_in_a_parent_folder(void **state)
{
    (void)state;
    put("dunlin.json", "{\"migrations\": \"db/m\"}");
    put("a/b/c/file", "");
    in_folder("a/b/c");
    must_load();
    assert_string_equal(project.root, tree);
    assert_string_equal(project.config, at("dunlin.json"));
    assert_string_equal(project.migrations, at("db/m"));
}

static void
the_search_ends_at_the_top_of_a_repository(void **state)
{
    (void)state;
    put("dunlin.json", "{}");
    put("repo/.git/HEAD", "");
    put("repo/a/file", "");
    in_folder("repo/a");
    must_load();
    assert_null(project.config);
    assert_string_equal(project.root, at("repo/a"));

    put("repo/dunlin.json", "{}");
    must_load();
    assert_string_equal(project.config, at("repo/dunlin.json"));
}

static void
a_given_folder_is_the_only_one_looked_at(void **state)
{
    (void)state;
    put("dunlin.json", "{}");
    put("a/file", "");
    options.directory = "a";
    must_load();
    assert_null(project.config);
    assert_string_equal(project.root, at("a"));
    assert_string_equal(project.migrations, at("a/migrations"));
}

static void
a_given_folder_must_be_one(void **state)
{
    (void)state;
    options.directory = "gone";
    assert_int_equal(load(), -1);
    assert_string_equal(error.id, "config.folder-missing");
    assert_string_equal(error.message, "there is no folder 'gone'");
    put("file", "");
    options.directory = "file";
    assert_int_equal(load(), -1);
    assert_string_equal(error.message, "'file' is not a folder");
}

static void
a_given_configuration_file_sets_the_root(void **state)
{
    (void)state;
    put("conf/other.json", "{\"migrations\": \"m\"}");
    options.config = "conf/other.json";
    must_load();
    assert_string_equal(project.root, at("conf"));
    assert_string_equal(project.migrations, at("conf/m"));

    options.directory = ".";
    must_load();
    assert_string_equal(project.root, tree);
    assert_string_equal(project.migrations, at("m"));

    options.config = "gone.json";
    assert_int_equal(load(), -1);
    assert_string_equal(error.id, "config.missing");
    assert_string_equal(error.message, "there is no file 'gone.json'");
}

static void
an_error_in_the_configuration_names_its_path(void **state)
{
    char message[256];

    (void)state;
    put("dunlin.json", "{\n  \"x\": 1}");
    assert_int_equal(load(), -1);
    snprintf(message, sizeof message, "%s:2:3: unknown key \"x\"; ", at("dunlin.json"));
    assert_memory_equal(error.message, message, strlen(message));
}

static void
a_given_migrations_folder_is_relative_to_the_working_folder(void **state)
{
    (void)state;
    put("dunlin.json", "{\"migrations\": \"m\"}");
    put("a/file", "");
    in_folder("a");
    options.migrations = "here";
    must_load();
    assert_string_equal(project.migrations, at("a/here"));
}

static void
a_drizzle_folder_is_found_without_configuration(void **state)
{
    (void)state;
    copy_fixture("drizzle-sqlite", "app");
    copy_fixture("drizzle-v1-postgresql", "app1");
    put("other/drizzle/notes.txt", "");
    options.directory = "app";
    must_load();
    assert_string_equal(project.migrations, at("app/drizzle"));
    options.directory = "app1";
    must_load();
    assert_string_equal(project.migrations, at("app1/drizzle"));
    options.directory = "app/drizzle";
    must_load();
    assert_string_equal(project.migrations, at("app/drizzle"));
    options.directory = "other";
    must_load();
    assert_string_equal(project.migrations, at("other/migrations"));
    put("app/migrations/x.sql", "");
    options.directory = "app";
    must_load();
    assert_string_equal(project.migrations, at("app/migrations"));
}

/* --- variables -------------------------------------------------------------------------------- */

static void
the_environment_goes_before_the_env_file(void **state)
{
    (void)state;
    put(".env", "DUNLIN_TEST_URL=x:from-file\n");
    must_load();
    assert_string_equal(dn_project_variable(&project, &arena, "DUNLIN_TEST_URL"), "x:from-file");
    setenv("DUNLIN_TEST_URL", "x:from-environment", 1);
    assert_string_equal(dn_project_variable(&project, &arena, "DUNLIN_TEST_URL"),
                        "x:from-environment");
    assert_null(dn_project_variable(&project, &arena, "DUNLIN_TEST_NONE"));
}

static void
the_env_file_stands_beside_the_configuration(void **state)
{
    (void)state;
    put("conf/dunlin.json", "{}");
    put("conf/.env", "DUNLIN_TEST_URL=x:conf\n");
    put(".env", "DUNLIN_TEST_URL=x:here\n");
    options.config = "conf/dunlin.json";
    must_load();
    assert_string_equal(dn_project_variable(&project, &arena, "DUNLIN_TEST_URL"), "x:conf");
}

static void
a_nul_byte_in_the_env_file_is_an_error(void **state)
{
    char message[256];

    (void)state;
    put_bytes(".env", "A=1\nB=\0x\n", 9);
    assert_int_equal(load(), -1);
    assert_string_equal(error.id, "config.env");
    snprintf(message, sizeof message, "%s:2: a NUL byte, this is not text", at(".env"));
    assert_string_equal(error.message, message);
}

static void
a_folder_named_env_is_no_env_file(void **state)
{
    (void)state;
    put(".env/bin/python", "");
    must_load();
    assert_null(project.env_file);
}

/* --- targets ---------------------------------------------------------------------------------- */

#define TARGETS "\"targets\": {\"one\": {\"url\": \"x:one.db\"}, \"two\": {\"url\": \"x:/two.db\"}}"

static void
the_only_target_needs_no_name(void **state)
{
    char expected[128];

    (void)state;
    put("dunlin.json", "{\"targets\": {\"a\": {\"url\": \"x:a.db\"}}}");
    setenv("DATABASE_URL", "x:/from-environment", 1);
    snprintf(expected, sizeof expected, "x:%s/a.db", tree);
    expect_url("a", expected);
}

static void
targets_are_chosen_by_url_then_name_then_default(void **state)
{
    char expected[128];

    (void)state;
    put("dunlin.json", "{\"default\": \"two\", " TARGETS "}");
    expect_url("two", "x:/two.db");
    options.target = "one";
    snprintf(expected, sizeof expected, "x:%s/one.db", tree);
    expect_url("one", expected);
    options.url = "x:/given.db";
    expect_url("default", "x:/given.db");
    assert_string_equal(target->url_source, "x:/given.db");
}

static void
database_url_serves_when_nothing_else_does(void **state)
{
    char expected[128];

    (void)state;
    setenv("DATABASE_URL", "x:app.db", 1);
    snprintf(expected, sizeof expected, "x:%s/app.db", tree);
    expect_url("default", expected);
    assert_string_equal(target->url_source, "env:DATABASE_URL");
    assert_int_equal(target->lock_timeout_ms, 60000);
    assert_int_equal(target->backups_kept, 5);
    put("dunlin.json", "{" TARGETS "}");
    expect_url("default", expected);
}

static void
no_target_at_all_says_how_to_give_one(void **state)
{
    char message[256];

    (void)state;
    expect_no_target("target.none",
                     "no target was named: there is no dunlin.json and DATABASE_URL is not set");
    assert_non_null(strstr(error.hint, "--url"));
    put("dunlin.json", "{}");
    snprintf(message, sizeof message,
             "no target was named: '%s' has none and DATABASE_URL is not set", at("dunlin.json"));
    expect_no_target("target.none", message);
    put("dunlin.json", "{" TARGETS "}");
    snprintf(message, sizeof message, "no target was named; '%s' has \"one\" and \"two\"",
             at("dunlin.json"));
    expect_no_target("target.none", message);
}

static void
an_unknown_target_lists_the_known_ones(void **state)
{
    char message[256];

    (void)state;
    options.target = "thr\x1b"
                     "ee";
    expect_no_target("target.unknown",
                     "there is no target \"thr\\x1bee\"; there is no dunlin.json");
    put("dunlin.json", "{" TARGETS "}");
    options.target = "three";
    snprintf(message, sizeof message, "there is no target \"three\"; '%s' has \"one\" and \"two\"",
             at("dunlin.json"));
    expect_no_target("target.unknown", message);
}

static void
a_url_may_come_from_a_variable(void **state)
{
    (void)state;
    put("dunlin.json", "{\"targets\": {\"a\": {\"url\": \"env:DUNLIN_TEST_URL\"}}}");
    expect_no_target("target.env",
                     "the URL of target \"a\" is in the variable 'DUNLIN_TEST_URL', which is not "
                     "set");
    put(".env", "DUNLIN_TEST_URL=\" \"\n");
    expect_no_target("target.env",
                     "the URL of target \"a\" is in the variable 'DUNLIN_TEST_URL', which is "
                     "empty");
    put(".env", "DUNLIN_TEST_URL=' x://u:p@h/d '\n");
    expect_url("a", "x://u:p@h/d");
    assert_string_equal(target->url_source, "env:DUNLIN_TEST_URL");
}

static void
a_url_may_come_from_the_first_line_of_a_file(void **state)
{
    char message[256];

    (void)state;
    put("dunlin.json", "{\"targets\": {\"a\": {\"url\": \"file:secrets/url\"}}}");
    snprintf(message, sizeof message,
             "the URL of target \"a\": cannot open '%s': No such file or directory",
             at("secrets/url"));
    expect_no_target("target.file", message);
    put("secrets/url", "\nx:second\n");
    snprintf(message, sizeof message, "the URL of target \"a\": the first line of '%s' is empty",
             at("secrets/url"));
    expect_no_target("target.file", message);
    put("secrets/url", "\xEF\xBB\xBF x://u:p@h/d \r\nmore\n");
    expect_url("a", "x://u:p@h/d");
    assert_string_equal(target->url_source, "file:secrets/url");
}

static void
a_secret_without_a_scheme_is_not_shown(void **state)
{
    (void)state;
    setenv("DATABASE_URL", "s3cret", 1);
    expect_no_target("target.url",
                     "the URL of target \"default\" does not start with a scheme and a colon");
}

static void
a_relative_url_on_the_command_line_starts_from_the_working_folder(void **state)
{
    char expected[128];

    (void)state;
    put("dunlin.json", "{}");
    put("a/file", "");
    in_folder("a");
    options.url = "x:app.db";
    snprintf(expected, sizeof expected, "x:%s/a/app.db", tree);
    expect_url("default", expected);
    options.url = "file:url.txt";
    put("a/url.txt", "x:app.db\n");
    expect_url("default", expected);
}

static void
the_shown_source_of_a_given_url_has_no_password(void **state)
{
    (void)state;
    options.url = "x://u:s3cret@h/d";
    expect_url("default", "x://u:s3cret@h/d");
    assert_string_equal(target->url_source, "x://u:***@h/d");
}

static void
a_lock_timeout_on_the_command_line_goes_before_the_configured_one(void **state)
{
    (void)state;
    put("dunlin.json", "{\"targets\": {\"a\": {\"url\": \"x:/a\", \"lockTimeout\": \"5s\"}}}");
    expect_url("a", "x:/a");
    assert_int_equal(target->lock_timeout_ms, 5000);
    options.lock_timeout_ms = 0;
    expect_url("a", "x:/a");
    assert_int_equal(target->lock_timeout_ms, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_any_file_the_working_folder_is_the_project),
        TEST(the_configuration_is_found_in_a_parent_folder),
        TEST(the_search_ends_at_the_top_of_a_repository),
        TEST(a_given_folder_is_the_only_one_looked_at),
        TEST(a_given_folder_must_be_one),
        TEST(a_given_configuration_file_sets_the_root),
        TEST(an_error_in_the_configuration_names_its_path),
        TEST(a_given_migrations_folder_is_relative_to_the_working_folder),
        TEST(a_drizzle_folder_is_found_without_configuration),
        TEST(the_environment_goes_before_the_env_file),
        TEST(the_env_file_stands_beside_the_configuration),
        TEST(a_nul_byte_in_the_env_file_is_an_error),
        TEST(a_folder_named_env_is_no_env_file),
        TEST(the_only_target_needs_no_name),
        TEST(targets_are_chosen_by_url_then_name_then_default),
        TEST(database_url_serves_when_nothing_else_does),
        TEST(no_target_at_all_says_how_to_give_one),
        TEST(an_unknown_target_lists_the_known_ones),
        TEST(a_url_may_come_from_a_variable),
        TEST(a_url_may_come_from_the_first_line_of_a_file),
        TEST(a_secret_without_a_scheme_is_not_shown),
        TEST(a_relative_url_on_the_command_line_starts_from_the_working_folder),
        TEST(the_shown_source_of_a_given_url_has_no_password),
        TEST(a_lock_timeout_on_the_command_line_goes_before_the_configured_one),
    };
    char source[PATH_MAX];

    /* The tests change the working folder. */
    if (!realpath(getenv("SRC") ? getenv("SRC") : ".", source) || setenv("SRC", source, 1) < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
