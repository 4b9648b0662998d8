/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/options.h"

static dn_arguments arguments;
static dunlin_error error;

static int
free_arguments(void **state)
{
    (void)state;
    dn_cli_arguments_free(&arguments);
    return 0;
}

static int
parse(const char *const *words)
{
    char *argv[16] = {(char *)"dunlin"};
    int argc = 1;

    dn_cli_arguments_free(&arguments);
    memset(&error, 0, sizeof(error));
    for (; *words; words++)
        argv[argc++] = (char *)*words;
    return dn_cli_parse(argc, argv, &arguments, &error);
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

/* "message [id] hint" */
static const char *
refusal(const char *const *words)
{
    static char text[4096];

    assert_int_equal(parse(words), -1);
    assert_int_equal(error.status, DUNLIN_USAGE);
    assert_int_equal(error.exit_code, DUNLIN_EXIT_USAGE);
    snprintf(text, sizeof(text), "%s [%s] %s", error.message, error.id, error.hint);
    return text;
}

#define REFUSAL(...) refusal((const char *const[]){__VA_ARGS__, NULL})

static void
global_options_stand_before_or_after_the_command(void **state)
{
    (void)state;
    assert_int_equal(PARSE("-C", "app", "status", "--target=main", "-q"), 0);
    assert_string_equal(arguments.command->name, "status");
    assert_string_equal(arguments.directory, "app");
    assert_string_equal(arguments.target, "main");
    assert_int_equal(arguments.quiet, 1);
    assert_int_equal(arguments.lock_timeout_ms, -1);
}

static void
a_value_follows_after_an_equals_sign_or_as_the_next_word(void **state)
{
    (void)state;
    assert_int_equal(PARSE("migrate", "--to=a=b"), 0);
    assert_string_equal(arguments.to, "a=b");
    assert_int_equal(PARSE("migrate", "--to", "--dry-run"), 0);
    assert_string_equal(arguments.to, "--dry-run");
    assert_int_equal(arguments.dry_run, 0);
    assert_int_equal(PARSE("-Capp", "status"), 0);
    assert_string_equal(arguments.directory, "app");
    assert_int_equal(PARSE("status", "-vvqC", "app"), 0);
    assert_string_equal(arguments.directory, "app");
    assert_int_equal(arguments.verbose, 2);
    assert_int_equal(arguments.quiet, 1);
}

static void
options_of_a_command_stand_before_or_after_its_arguments(void **state)
{
    (void)state;
    assert_int_equal(PARSE("new", "--json", "add", "-v", "users"), 0);
    assert_int_equal(arguments.words.count, 2);
    assert_string_equal(arguments.words.items[0], "add");
    assert_string_equal(arguments.words.items[1], "users");
    assert_int_equal(arguments.json, 1);
    assert_int_equal(arguments.verbose, 1);
}

static void
two_dashes_end_the_options(void **state)
{
    (void)state;
    assert_int_equal(PARSE("new", "--", "--json", "-"), 0);
    assert_int_equal(arguments.json, 0);
    assert_int_equal(arguments.words.count, 2);
    assert_string_equal(arguments.words.items[0], "--json");
}

static void
a_repeated_option_lists_all_its_values_and_others_keep_the_last(void **state)
{
    (void)state;
    assert_int_equal(PARSE("migrate", "--allow", "a", "--to=x", "--allow=b", "--to=y"), 0);
    assert_int_equal(arguments.allow.count, 2);
    assert_string_equal(arguments.allow.items[0], "a");
    assert_string_equal(arguments.allow.items[1], "b");
    assert_string_equal(arguments.to, "y");
}

static void
a_command_in_a_group_is_two_words_with_options_between_or_around(void **state)
{
    (void)state;
    assert_int_equal(PARSE("journal", "-q", "rebuild", "--dry-run"), 0);
    assert_string_equal(arguments.command->name, "journal rebuild");
    assert_int_equal(arguments.dry_run, 1);
    assert_string_equal(REFUSAL("journal"), "'journal' needs a command after it "
                                            "[usage.missing-command] see 'dunlin journal --help'");
    assert_int_equal(PARSE("journal", "--help"), 0);
    assert_null(arguments.command);
    assert_string_equal(arguments.group->name, "journal");
    /* what is in a group is no command alone */
    assert_string_equal(REFUSAL("rebuild"), "there is no command 'rebuild' "
                                            "[usage.unknown-command] see 'dunlin --help'");
}

static void
no_words_are_no_error_and_no_command(void **state)
{
    char *argv[] = {NULL};

    (void)state;
    dn_cli_arguments_free(&arguments);
    assert_int_equal(dn_cli_parse(0, argv, &arguments, &error), 0);
    assert_null(arguments.command);
}

static void
an_unknown_command_suggests_the_nearest(void **state)
{
    (void)state;
    assert_string_equal(REFUSAL("statsu"), "there is no command 'statsu' [usage.unknown-command] "
                                           "did you mean 'status'?");
    assert_string_equal(REFUSAL("mig"), "there is no command 'mig' [usage.unknown-command] "
                                        "did you mean 'migrate'?");
    assert_string_equal(REFUSAL("journal", "chekc"),
                        "there is no command 'journal chekc' [usage.unknown-command] "
                        "did you mean 'journal check'?");
    assert_string_equal(REFUSAL("frobnicate"), "there is no command 'frobnicate' "
                                               "[usage.unknown-command] see 'dunlin --help'");
    assert_string_equal(REFUSAL("x"),
                        "there is no command 'x' [usage.unknown-command] see 'dunlin --help'");
}

static void
an_unknown_option_suggests_the_nearest(void **state)
{
    (void)state;
    assert_string_equal(REFUSAL("migrate", "--alow", "x"),
                        "there is no option '--alow' of 'migrate' [usage.unknown-option] "
                        "did you mean '--allow'?");
    assert_string_equal(REFUSAL("status", "--single-transaction"),
                        "there is no option '--single-transaction' of 'status' "
                        "[usage.unknown-option] see 'dunlin status --help'");
    assert_string_equal(REFUSAL("-x"),
                        "there is no option '-x' [usage.unknown-option] see 'dunlin --help'");
    assert_string_equal(REFUSAL("status", "-\033"), "there is no option '-?' [usage.unknown-option]"
                                                    " see 'dunlin status --help'");
}

static void
an_option_written_before_its_command_says_where_it_belongs(void **state)
{
    (void)state;
    assert_string_equal(REFUSAL("--check", "status"),
                        "there is no option '--check' [usage.unknown-option] write the options of "
                        "a command after it: 'dunlin status --check'");
}

static void
abbreviations_are_not_accepted(void **state)
{
    (void)state;
    assert_string_equal(REFUSAL("migrate", "--dry"),
                        "there is no option '--dry' of 'migrate' [usage.unknown-option] "
                        "did you mean '--dry-run'?");
}

static void
a_missing_value_names_what_is_missing(void **state)
{
    (void)state;
    assert_string_equal(REFUSAL("status", "--url"), "'--url' needs a value: URL "
                                                    "[usage.missing-value] see 'dunlin status "
                                                    "--help'");
    assert_string_equal(REFUSAL("--target=", "status"),
                        "'--target' needs a value: NAME [usage.missing-value] see 'dunlin --help'");
}

static void
a_bad_value_names_those_that_are_accepted(void **state)
{
    (void)state;
    assert_string_equal(REFUSAL("--color=blue", "status"),
                        "'blue' is not a value of '--color' [usage.bad-value] use one of: auto, "
                        "always, never");
    assert_string_equal(REFUSAL("--lock-timeout=soon", "status"),
                        "'soon' is not a value of '--lock-timeout' [usage.bad-value] write a "
                        "duration such as 30s, 500ms, 2m, 1h, or seconds");
    assert_string_equal(REFUSAL("status", "--last", "0"),
                        "'0' is not a value of '--last' [usage.bad-value] write a whole number "
                        "from 1");
    assert_string_equal(REFUSAL("completion", "tcsh"),
                        "'tcsh' is not a value of SHELL [usage.bad-value] use one of: bash, zsh, "
                        "fish");
    assert_string_equal(REFUSAL("status", "--json=yes"), "'--json' takes no value "
                                                         "[usage.bad-value] see 'dunlin status "
                                                         "--help'");
}

static void
arguments_missing_or_too_many_are_refused(void **state)
{
    (void)state;
    assert_string_equal(REFUSAL("restore"), "'restore' needs an argument: NAME "
                                            "[usage.missing-argument] see 'dunlin restore --help'");
    assert_string_equal(REFUSAL("merge-driver", "a", "b"),
                        "'merge-driver' needs an argument: THEIRS [usage.missing-argument] "
                        "see 'dunlin merge-driver --help'");
    assert_string_equal(REFUSAL("backup", "a", "b"), "'backup' does not take the argument 'b' "
                                                     "[usage.extra-argument] see 'dunlin backup "
                                                     "--help'");
    assert_int_equal(PARSE("restore", "--help"), 0);
    assert_int_equal(PARSE("backup"), 0);
    assert_int_equal(PARSE("merge-driver", "a", "b", "c"), 0);
    assert_string_equal(arguments.words.items[2], "c");
}

static void
a_message_never_shows_the_password_of_a_url(void **state)
{
    (void)state;
    assert_null(strstr(REFUSAL("migrate", "postgres://ann:secret@db/app"), "secret"));
    assert_null(strstr(REFUSAL("postgres://ann:secret@db/app"), "secret"));
    assert_null(strstr(REFUSAL("--ulr=postgres://ann:secret@db/app", "status"), "secret"));
    assert_null(strstr(REFUSAL("--color=postgres://ann:secret@db/app", "status"), "secret"));
}

static void
a_wish_for_json_is_known_even_when_the_line_is_wrong(void **state)
{
    (void)state;
    assert_int_equal(PARSE("statsu", "--json"), -1);
    assert_int_equal(arguments.json, 1);
    assert_int_equal(PARSE("statsu", "--", "--json"), -1);
    assert_int_equal(arguments.json, 0);
}

static void
durations_are_read_in_milliseconds(void **state)
{
    (void)state;
    assert_int_equal(dn_cli_parse_duration("0"), 0);
    assert_int_equal(dn_cli_parse_duration("7"), 7000);
    assert_int_equal(dn_cli_parse_duration("30s"), 30000);
    assert_int_equal(dn_cli_parse_duration("500ms"), 500);
    assert_int_equal(dn_cli_parse_duration("2m"), 120000);
    assert_int_equal(dn_cli_parse_duration("1h"), 3600000);
    assert_int_equal(dn_cli_parse_duration(""), -1);
    assert_int_equal(dn_cli_parse_duration("-1s"), -1);
    assert_int_equal(dn_cli_parse_duration(" 1s"), -1);
    assert_int_equal(dn_cli_parse_duration("1 s"), -1);
    assert_int_equal(dn_cli_parse_duration("1.5s"), -1);
    assert_int_equal(dn_cli_parse_duration("1d"), -1);
    assert_int_equal(dn_cli_parse_duration("9223372036854775807ms"), INT64_MAX);
    assert_int_equal(dn_cli_parse_duration("9223372036854775807"), -1);
    assert_int_equal(dn_cli_parse_duration("9223372036854775808ms"), -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(global_options_stand_before_or_after_the_command),
        cmocka_unit_test(a_value_follows_after_an_equals_sign_or_as_the_next_word),
        cmocka_unit_test(options_of_a_command_stand_before_or_after_its_arguments),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(a_repeated_option_lists_all_its_values_and_others_keep_the_last),
        cmocka_unit_test(a_command_in_a_group_is_two_words_with_options_between_or_around),
        cmocka_unit_test(no_words_are_no_error_and_no_command),
        cmocka_unit_test(an_unknown_command_suggests_the_nearest),
        cmocka_unit_test(an_unknown_option_suggests_the_nearest),
        cmocka_unit_test(an_option_written_before_its_command_says_where_it_belongs),
        cmocka_unit_test(abbreviations_are_not_accepted),
        cmocka_unit_test(a_missing_value_names_what_is_missing),
        cmocka_unit_test(a_bad_value_names_those_that_are_accepted),
        cmocka_unit_test(arguments_missing_or_too_many_are_refused),
        cmocka_unit_test(a_message_never_shows_the_password_of_a_url),
        cmocka_unit_test(a_wish_for_json_is_known_even_when_the_line_is_wrong),
        cmocka_unit_test(durations_are_read_in_milliseconds),
    };

    return cmocka_run_group_tests(tests, NULL, free_arguments);
}
