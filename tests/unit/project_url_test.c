/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/project/config.h"

static dn_arena arena;

static int
teardown(void **state)
{
    (void)state;
    dn_arena_free(&arena);
    return 0;
}

static void
the_scheme_is_what_stands_before_the_colon_in_lower_case(void **state)
{
    (void)state;
    assert_string_equal(dn_url_scheme(&arena, "sqlite:x.db"), "sqlite");
    assert_string_equal(dn_url_scheme(&arena, "PostgreSQL://h/d"), "postgresql");
    assert_string_equal(dn_url_scheme(&arena, "svn+ssh.2-x_y:"), "svn+ssh.2-x_y");
    assert_null(dn_url_scheme(&arena, "plain"));
    assert_null(dn_url_scheme(&arena, ":x"));
    assert_null(dn_url_scheme(&arena, ""));
    assert_null(dn_url_scheme(&arena, "a b:x"));
    assert_null(dn_url_scheme(&arena, "../x:y"));
}

static void
expect_redacted(const char *url, const char *shown)
{
    assert_string_equal(dn_url_redact(&arena, url), shown);
}

static void
redacting_hides_passwords_and_parameters(void **state)
{
    (void)state;
    expect_redacted("postgres://ann:pw@db.example.org:5432/app",
                    "postgres://ann:***@db.example.org:"
                    "5432/app");
    expect_redacted("postgres://ann@h/app", "postgres://ann@h/app");
    expect_redacted("postgres://h:5432/app", "postgres://h:5432/app");
    expect_redacted("postgres://ann:@h/app", "postgres://ann:***@h/app");
    expect_redacted("postgres://h/app?user=a&password=b;x=c", "postgres://h/app?user=***&"
                                                              "password=***;x=***");
    expect_redacted("mysql://a:b@[::1]:3306/d#frag", "mysql://a:***@[::1]:3306/d#***");
    expect_redacted("sqlite:data/app.db", "sqlite:data/app.db");
    expect_redacted("sqlite:///var/app.db", "sqlite:///var/app.db");
    expect_redacted("sqlite::memory:", "sqlite::memory:");
    expect_redacted("sqlite:/home/a@b/x.db", "sqlite:/home/a@b/x.db");
}

static void
redacting_holds_for_text_that_is_no_proper_url(void **state)
{
    static const char *const urls[] = {
        "s3cret",
        "host=h password=s3cret",
        "postgres:host=h password=s3cret",
        "mysql:root:s3cret@h/d",
        "postgres://u:p@s3cret@h/d",
        "postgres://u:p/s3cret@h/d",
        "postgres://u:p?s3cret@h/d",
        "postgres://u:s3cret?p@h/d",
        "postgres://u:s3cret#p@h/d",
        "postgres://u:p#s3cret@h/d",
        "postgres://u:p@h/d?s3cret",
        "postgres://u:p@h/d?a=b@c&password=s3cret",
        "postgres://h/d?a=b@c&password=s3cret",
        "postgres://u:p@h/d?password=x=s3cret",
        "postgres://u:p@h/d?password=x#s3cret",
        "postgres://u:p@h/d#s3cret",
        "postgres://u:p@h/d#a=1&s3cret",
        "x://:s3cret@",
        "x://u:s3cret@?",
    };

    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        const char *shown = dn_url_redact(&arena, urls[i]);

        if (strstr(shown, "s3cret"))
            fail_msg("'%s' is shown as '%s'", urls[i], shown);
        assert_non_null(strstr(shown, "***"));
    }
}

static void
expect_anchored(const char *url, const char *anchored)
{
    assert_string_equal(dn_url_anchor(&arena, url, "/srv/my app"), anchored);
}

static void
relative_paths_start_from_the_given_folder(void **state)
{
    (void)state;
    expect_anchored("sqlite:app.db", "sqlite:/srv/my app/app.db");
    expect_anchored("sqlite:./data/app.db?x=1", "sqlite:/srv/my app/data/app.db?x=1");
    expect_anchored("sqlite:../app.db", "sqlite:/srv/my app/../app.db");
    expect_anchored("sqlite:/abs/app.db", "sqlite:/abs/app.db");
    expect_anchored("sqlite:///abs/app.db", "sqlite:///abs/app.db");
    expect_anchored("sqlite::memory:", "sqlite::memory:");
    expect_anchored("sqlite:?mode=memory", "sqlite:?mode=memory");
    expect_anchored("sqlite:", "sqlite:");
    expect_anchored("postgres://h/d", "postgres://h/d");
    expect_anchored("no scheme", "no scheme");
    assert_string_equal(dn_url_anchor(&arena, "sqlite:a.db", "/"), "sqlite:/a.db");
}

static void
a_folder_with_bytes_that_mean_something_in_urls_is_encoded(void **state)
{
    (void)state;
    assert_string_equal(dn_url_anchor(&arena, "sqlite:a.db", "/50%/what?/#1"),
                        "sqlite:/50%25/what%3F/%231/a.db");
}

static const char *
env(const char *text, const char *name)
{
    const char *value;

    assert_int_equal(dn_env_find(text, name, &arena, &value, NULL), 0);
    return value;
}

static void
env_files_are_read_as_other_readers_do(void **state)
{
    static const char text[] = "\xEF\xBB\xBF"
                               "FIRST=1\n"
                               "# COMMENTED=x\n"
                               "\n"
                               "  export SPACED = two words  \r\n"
                               "SINGLE='a # b \\n'\n"
                               "DOUBLE=\"a\\tb\\n\\\"c\\\" # d\" # comment\n"
                               "TRAILING=value # comment\n"
                               "HASH=pa#ss\n"
                               "EMPTY=\n"
                               "ONLY_COMMENT= # nothing\n"
                               "URL=p://u:p@h/d?a=b\n"
                               "LINES=\"one\ntwo\"\n"
                               "AFTER=3\n"
                               "TWICE=old\n"
                               "TWICE=new\n"
                               "exporter=4\n"
                               "LAST=5";

    (void)state;
    assert_string_equal(env(text, "FIRST"), "1");
    assert_null(env(text, "COMMENTED"));
    assert_string_equal(env(text, "SPACED"), "two words");
    assert_string_equal(env(text, "SINGLE"), "a # b \\n");
    assert_string_equal(env(text, "DOUBLE"), "a\tb\n\"c\" # d");
    assert_string_equal(env(text, "TRAILING"), "value");
    assert_string_equal(env(text, "HASH"), "pa#ss");
    assert_string_equal(env(text, "EMPTY"), "");
    assert_string_equal(env(text, "ONLY_COMMENT"), "");
    assert_string_equal(env(text, "URL"), "p://u:p@h/d?a=b");
    assert_string_equal(env(text, "LINES"), "one\ntwo");
    assert_string_equal(env(text, "AFTER"), "3");
    assert_string_equal(env(text, "TWICE"), "new");
    assert_string_equal(env(text, "exporter"), "4");
    assert_string_equal(env(text, "LAST"), "5");
    assert_null(env(text, "FIRS"));
    assert_null(env(text, "two"));
}

static void
lines_of_an_env_file_that_are_none_are_passed_over(void **state)
{
    static const char text[] = "just words\n=value\n1A=x\nB C=x\nexport\nexport =x\n"
                               "OPEN=\"never closed\nGOOD=yes\n\\";

    (void)state;
    assert_string_equal(env(text, "GOOD"), "yes");
    assert_string_equal(env(text, "OPEN"), "\"never closed");
    assert_null(env(text, "A"));
    assert_null(env(text, "C"));
    assert_null(env("", "A"));
    assert_null(env("A", "A"));
    assert_string_equal(env("A=", "A"), "");
    assert_string_equal(env("A=\"x\\", "A"), "\"x\\");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_scheme_is_what_stands_before_the_colon_in_lower_case,
                                  teardown),
        cmocka_unit_test_teardown(redacting_hides_passwords_and_parameters, teardown),
        cmocka_unit_test_teardown(redacting_holds_for_text_that_is_no_proper_url, teardown),
        cmocka_unit_test_teardown(relative_paths_start_from_the_given_folder, teardown),
        cmocka_unit_test_teardown(a_folder_with_bytes_that_mean_something_in_urls_is_encoded,
                                  teardown),
        cmocka_unit_test_teardown(env_files_are_read_as_other_readers_do, teardown),
        cmocka_unit_test_teardown(lines_of_an_env_file_that_are_none_are_passed_over, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
