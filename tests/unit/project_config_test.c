/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/project/config.h"
#include "tests/unit/tree_fixture.h"

static dn_arena arena;
static dn_project project;
static dn_error error;

static int
read_config(const char *text)
{
    project = (dn_project){0};
    dn_error_clear(&error);
    return dn_config_read("dunlin.json", text, strlen(text), &arena, &project, &error);
}

static int
teardown(void **state)
{
    (void)state;
    dn_arena_free(&arena);
    return 0;
}

static void
expect_error(const char *text, const char *id, const char *message)
{
    assert_int_equal(read_config(text), -1);
    assert_string_equal(error.message, message);
    assert_string_equal(error.id, id);
    assert_int_equal(error.status, DUNLIN_USAGE);
    assert_int_equal(error.exit_code, DUNLIN_EXIT_USAGE);
}

static void
every_key_is_read(void **state)
{
    (void)state;
    assert_int_equal(read_config("{\n"
                                 "  // where a newcomer looks first\n"
                                 "  \"$schema\": \"https://example.org/schema.json\",\n"
                                 "  \"migrations\": \"db/migrations\",\n"
                                 "  \"dialect\": \"postgresql\",\n"
                                 "  \"default\": \"dev\",\n"
                                 "  \"tags\": \"sequence\",\n"
                                 "  \"ahead\": \"fail\", \"snapshots\": \"off\",\n"
                                 "  \"definition\": \"db/schema.sql\", "
                                 "\"definitionForm\": \"portable\",\n"
                                 "  \"targets\": {\n"
                                 "    \"dev\": {\"url\": \"sqlite:dev.db\"},\n"
                                 "    \"prod-1\": {\n"
                                 "      \"url\": \"env:PROD_URL\", \"kind\": \"production\",\n"
                                 "      \"backup\": \"none\", \"backups\": 12,\n"
                                 "      \"lockTimeout\": \"2m\", \"tracker\": \"history\"\n"
                                 "    }\n"
                                 "  }\n"
                                 "}\n"),
                     0);
    assert_string_equal(project.migrations, "db/migrations");
    assert_string_equal(project.dialect, "postgresql");
    assert_string_equal(project.default_target, "dev");
    assert_int_equal(project.tags, DN_TAGS_SEQUENCE);
    assert_int_equal(project.ahead, DN_AHEAD_FAIL);
    assert_int_equal(project.snapshots, DN_SNAPSHOTS_OFF);
    assert_string_equal(project.definition, "db/schema.sql");
    assert_int_equal(project.definition_form, DN_DEFINITION_PORTABLE);
    assert_int_equal(project.target_count, 2);

    assert_string_equal(project.targets[0].name, "dev");
    assert_string_equal(project.targets[0].url, "sqlite:dev.db");
    assert_int_equal(project.targets[0].backup, DN_BACKUP_DEFAULT);
    assert_int_equal(project.targets[0].backups_kept, 5);
    assert_int_equal(project.targets[0].lock_timeout_ms, 60000);
    assert_null(project.targets[0].tracker);
    assert_false(project.targets[0].development);

    assert_string_equal(project.targets[1].name, "prod-1");
    assert_string_equal(project.targets[1].url_source, "env:PROD_URL");
    assert_int_equal(project.targets[1].line, 12);
    assert_int_equal(project.targets[1].column, 5);
    assert_int_equal(project.targets[1].backup, DN_BACKUP_NONE);
    assert_int_equal(project.targets[1].backups_kept, 12);
    assert_int_equal(project.targets[1].lock_timeout_ms, 120000);
    assert_string_equal(project.targets[1].tracker, "history");
}

static void
what_is_ignored_is_read_and_has_a_place_where_it_is_wrong(void **state)
{
    (void)state;
    assert_int_equal(read_config("{\"ignore\": [\"audit_*\", \"view:billing.x\"]}"), 0);
    assert_int_equal(project.ignore.count, 2);
    assert_null(project.ignore.patterns[0].kind);
    assert_string_equal(project.ignore.patterns[0].parts[0], "audit_*");
    assert_string_equal(project.ignore.patterns[1].kind, "view");
    assert_string_equal(project.ignore.patterns[1].parts[0], "billing");
    assert_string_equal(project.ignore.patterns[1].parts[1], "x");
    expect_error("{\n  \"ignore\": [\"ok\",\n    \"tabel:x\"]}", "config.value",
                 "dunlin.json:3:5: \"ignore\" wants patterns such as \"audit_*\", \"billing.*\" or "
                 "\"view:report_*\", there is \"tabel:x\": there is no such kind of object; the "
                 "kinds are those of docs/facts.md");
    expect_error("{\"ignore\": [{}]}", "config.type",
                 "dunlin.json:1:13: \"ignore\" wants patterns as strings, there is an object");
    expect_error("{\"ignore\": \"x\"}", "config.type",
                 "dunlin.json:1:12: \"ignore\" wants an array of patterns, there is a string");
}

static void
an_empty_object_means_all_defaults(void **state)
{
    (void)state;
    assert_int_equal(read_config("{}"), 0);
    assert_null(project.migrations);
    assert_null(project.definition);
    assert_int_equal(project.snapshots, DN_SNAPSHOTS_AUTO);
    assert_int_equal(project.definition_form, DN_DEFINITION_DIALECT);
    assert_null(project.dialect);
    assert_null(project.default_target);
    assert_int_equal(project.tags, DN_TAGS_TIMESTAMP);
    assert_int_equal(project.ahead, DN_AHEAD_OK);
    assert_int_equal(project.target_count, 0);
}

static void
only_a_development_target_is_one(void **state)
{
    (void)state;
    assert_int_equal(read_config("{\"targets\": {"
                                 "\"a\": {\"url\": \"x:1\", \"kind\": \"development\"},"
                                 "\"b\": {\"url\": \"x:1\", \"kind\": \"test\"}}}"),
                     0);
    assert_true(project.targets[0].development);
    assert_false(project.targets[1].development);
}

static void
an_unknown_key_is_an_error_that_names_the_nearest(void **state)
{
    (void)state;
    expect_error("{\n  \"migratons\": \"x\"\n}", "config.unknown-key",
                 "dunlin.json:2:3: unknown key \"migratons\"; did you mean \"migrations\"?");
    expect_error("{\"targets\": {\"a\": {\"url\": \"x:1\", \"LockTimeOut\": 5}}}",
                 "config.unknown-key",
                 "dunlin.json:1:34: unknown key \"LockTimeOut\" in a target; did you mean "
                 "\"lockTimeout\"?");
}

static void
an_unknown_key_like_no_other_gets_the_list(void **state)
{
    (void)state;
    expect_error("{\"x\": 1}", "config.unknown-key",
                 "dunlin.json:1:2: unknown key \"x\"; the keys there are: $schema, migrations, "
                 "dialect, default, tags, ahead, guards, portability, snapshots, definition, "
                 "definitionForm, ignore, concurrently, grants, targets, layout");
    expect_error("{\"targets\": {\"a\": {\"password\": \"geheim\"}}}", "config.unknown-key",
                 "dunlin.json:1:20: unknown key \"password\" in a target; the keys there are: url, "
                 "kind, backup, backupFolder, backups, lockTimeout, statementLockTimeout, "
                 "lockRetries, tracker");
}

static void
a_wrong_type_says_what_is_there_and_what_is_wanted(void **state)
{
    (void)state;
    expect_error("[]", "config.type",
                 "dunlin.json:1:1: the file wants to be an object, there is an array");
    expect_error("{\n\t\"migrations\": 7}", "config.type",
                 "dunlin.json:2:16: \"migrations\" wants a string, there is a number");
    expect_error("{\"$schema\": []}", "config.type",
                 "dunlin.json:1:13: \"$schema\" wants a string, there is an array");
    expect_error("{\"tags\": true}", "config.type",
                 "dunlin.json:1:10: \"tags\" wants \"timestamp\" or \"sequence\", there is true");
    expect_error("{\"grants\": \"yes\"}", "config.type",
                 "dunlin.json:1:12: \"grants\" wants true or false, there is a string");
    expect_error("{\"targets\": [\"a\"]}", "config.type",
                 "dunlin.json:1:13: \"targets\" wants an object, there is an array");
    expect_error("{\"targets\": {\"a\": \"x:1\"}}", "config.type",
                 "dunlin.json:1:19: \"a\" wants an object, there is a string");
    expect_error("{\"targets\": {\"a\": {\"url\": null}}}", "config.type",
                 "dunlin.json:1:27: \"url\" wants a string, there is null");
    expect_error("{\"targets\": {\"a\": {\"url\": \"x:1\", \"backups\": \"5\"}}}", "config.type",
                 "dunlin.json:1:45: \"backups\" wants a number, there is a string");
    expect_error("{\"targets\": {\"a\": {\"lockTimeout\": {}}}}", "config.type",
                 "dunlin.json:1:35: \"lockTimeout\" wants a time such as \"30s\", \"500ms\" or "
                 "\"2m\", or milliseconds, there is an object");
}

static void
a_value_that_is_not_possible_is_an_error_with_its_place(void **state)
{
    (void)state;
    expect_error("{\"tags\": \"stamps\"}", "config.value",
                 "dunlin.json:1:10: \"tags\" wants \"timestamp\" or \"sequence\", there is "
                 "\"stamps\"");
    expect_error("{\"ahead\": \"\\u001b[31m\"}", "config.value",
                 "dunlin.json:1:11: \"ahead\" wants \"ok\", \"warn\" or \"fail\", there is "
                 "\"\\x1b[31m\"");
    expect_error(
        "{\"dialect\": \"My SQL\"}", "config.value",
        "dunlin.json:1:13: \"dialect\" wants \"portable\" or the name of a driver, there is "
        "\"My SQL\"");
    expect_error("{\"migrations\": \"\"}", "config.value",
                 "dunlin.json:1:16: \"migrations\" is empty");
    expect_error("{\"targets\": {\"a\": {\"kind\": \"prod\"}}}", "config.value",
                 "dunlin.json:1:28: \"kind\" wants \"development\", \"production\" or \"test\", "
                 "there is \"prod\"");
    expect_error("{\"targets\": {\"a\": {\"backups\": 0}}}", "config.value",
                 "dunlin.json:1:31: \"backups\" wants a whole number from 1 on");
    expect_error("{\"targets\": {\"a\": {\"backups\": 1.5}}}", "config.value",
                 "dunlin.json:1:31: \"backups\" wants a whole number from 1 on");
    expect_error("{\"targets\": {\"a\": {\"lockTimeout\": -1}}}", "config.value",
                 "dunlin.json:1:35: \"lockTimeout\" wants a time such as \"30s\", \"500ms\" or "
                 "\"2m\", or milliseconds");
    expect_error("{\"targets\": {\"a\": {\"kind\": \"test\"}}}", "config.value",
                 "dunlin.json:1:19: target \"a\" has no \"url\"");
    expect_error("{\"targets\": {\"a b\": {\"url\": \"x:1\"}}}", "config.value",
                 "dunlin.json:1:21: a target's name has letters, digits and _ . - only, there is "
                 "\"a b\"");
    expect_error("{\"default\": \"x\", \"targets\": {\"a\": {\"url\": \"x:1\"}}}", "config.value",
                 "dunlin.json:1:13: \"default\" wants the name of one of the \"targets\", there is "
                 "\"x\"");
}

static void
a_backup_is_of_a_kind_or_made_by_a_command(void **state)
{
    (void)state;
    read_config("{\"targets\": {\"a\": {\"url\": \"x:1\", \"backup\": \"schema\", "
                "\"backupFolder\": \"saved\"}}}");
    assert_int_equal(project.targets[0].backup, DN_BACKUP_SCHEMA);
    assert_non_null(strstr(project.targets[0].backup_folder, "/saved"));
    read_config("{\"targets\": {\"a\": {\"url\": \"x:1\", \"backup\": [\"save\", \"-v\"]}}}");
    assert_int_equal(project.targets[0].backup, DN_BACKUP_COMMAND);
    assert_string_equal(project.targets[0].backup_command[0], "save");
    assert_string_equal(project.targets[0].backup_command[1], "-v");
    assert_null(project.targets[0].backup_command[2]);
    expect_error("{\"targets\": {\"a\": {\"url\": \"x:1\", \"backup\": [\"\"]}}}", "config.type",
                 "dunlin.json:1:44: \"backup\" wants a program and its arguments as strings");
    expect_error("{\"targets\": {\"a\": {\"url\": \"x:1\", \"backup\": []}}}", "config.value",
                 "dunlin.json:1:44: \"backup\" is a command without a program");
    expect_error("{\"targets\": {\"a\": {\"url\": \"x:1\", \"backup\": \"most\"}}}", "config.value",
                 "dunlin.json:1:44: \"backup\" wants \"none\", \"schema\", \"full\" or a command, "
                 "there is \"most\"");
}

static void
lock_timeouts_are_read_in_every_unit(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } cases[] = {{"\"500ms\"", 500},      {"\"30s\"", 30000}, {"\"2m\"", 120000},
                 {"\"1h\"", 3600000},     {"250", 250},       {"0", 0},
                 {"\"0s\"", 0},           {"\"30\"", -1},     {"\"s\"", -1},
                 {"\"1.5s\"", -1},        {"\"-1s\"", -1},    {"\"30 s\"", -1},
                 {"\"9999999999s\"", -1}, {"0.5", -1}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[128];
        int result;

        snprintf(text, sizeof text,
                 "{\"targets\": {\"a\": {\"url\": \"x:1\", \"lockTimeout\": %s}}}", cases[i].text);
        result = read_config(text);
        assert_int_equal(result, cases[i].ms < 0 ? -1 : 0);
        if (result == 0)
            assert_int_equal(project.targets[0].lock_timeout_ms, cases[i].ms);
    }
}

static void
syntax_errors_and_double_keys_have_a_place(void **state)
{
    (void)state;
    assert_int_equal(read_config("{\"tags\": \"sequence\",}"), -1);
    assert_string_equal(error.id, "config.syntax");
    assert_non_null(strstr(error.message, "dunlin.json:1:21: "));
    assert_int_equal(read_config("{\"tags\": \"sequence\",\n \"tags\": \"sequence\"}"), -1);
    assert_string_equal(error.id, "config.syntax");
    assert_non_null(strstr(error.message, "dunlin.json:2:2: "));
}

static void
a_password_is_in_no_message(void **state)
{
    static const char *const texts[] = {
        "{\"targets\": {\"a\": {\"url\": \"s3cret\"}}}",
        "{\"targets\": {\"a\": {\"url\": \"//u:s3cret@h/d\"}}}",
        "{\"targets\": {\"a\": {\"url\": [\"p://u:s3cret@h/d\"]}}}",
        "{\"targets\": {\"a\": {\"url\": \"p://u:s3cret@h/d\", \"kind\": 1}}}",
        "{\"targets\": {\"a\": {\"url\": \"p://u:s3cret@h/d\" \"kind\": 1}}}",
        "{\"targets\": {\"a\": {\"url\": \"p://u:s3cret@h/d\", \"url\": \"\"}}}",
        "{\"targets\": {\"a\": {\"url\": \"p://u:s3cret@h/d",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(read_config(texts[i]), -1);
        assert_null(strstr(error.message, "s3cret"));
        assert_null(strstr(error.hint, "s3cret"));
        assert_null(strstr(error.context, "s3cret"));
    }
}

static void
the_shown_source_of_a_url_has_no_password(void **state)
{
    (void)state;
    assert_int_equal(read_config("{\"targets\": {\"a\": {\"url\": \"p://u:s3cret@h/d\"}}}"), 0);
    assert_string_equal(project.targets[0].url, "p://u:s3cret@h/d");
    assert_string_equal(project.targets[0].url_source, "p://u:***@h/d");
}

static void
the_manual_describes_every_key(void **state)
{
    static const char *const keys[] = {"$schema",      "migrations",
                                       "dialect",      "default",
                                       "tags",         "ahead",
                                       "targets",      "url",
                                       "kind",         "backup",
                                       "backupFolder", "backups",
                                       "lockTimeout",  "statementLockTimeout",
                                       "lockRetries",  "tracker"};
    const char *source = getenv("SRC");
    char path[PATH_MAX];
    char *manual;

    (void)state;
    snprintf(path, sizeof path, "%s/docs/configuration.md", source ? source : ".");
    manual = get_path(path, NULL);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char row[64];

        snprintf(row, sizeof row, "\n| `%s` |", keys[i]);
        if (!strstr(manual, row))
            fail_msg("docs/configuration.md has no row for \"%s\"", keys[i]);
    }
    free(manual);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(every_key_is_read, teardown),
        cmocka_unit_test_teardown(what_is_ignored_is_read_and_has_a_place_where_it_is_wrong,
                                  teardown),
        cmocka_unit_test_teardown(an_empty_object_means_all_defaults, teardown),
        cmocka_unit_test_teardown(only_a_development_target_is_one, teardown),
        cmocka_unit_test_teardown(an_unknown_key_is_an_error_that_names_the_nearest, teardown),
        cmocka_unit_test_teardown(an_unknown_key_like_no_other_gets_the_list, teardown),
        cmocka_unit_test_teardown(a_wrong_type_says_what_is_there_and_what_is_wanted, teardown),
        cmocka_unit_test_teardown(a_value_that_is_not_possible_is_an_error_with_its_place,
                                  teardown),
        cmocka_unit_test_teardown(a_backup_is_of_a_kind_or_made_by_a_command, teardown),
        cmocka_unit_test_teardown(lock_timeouts_are_read_in_every_unit, teardown),
        cmocka_unit_test_teardown(syntax_errors_and_double_keys_have_a_place, teardown),
        cmocka_unit_test_teardown(a_password_is_in_no_message, teardown),
        cmocka_unit_test_teardown(the_shown_source_of_a_url_has_no_password, teardown),
        cmocka_unit_test_teardown(the_manual_describes_every_key, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
