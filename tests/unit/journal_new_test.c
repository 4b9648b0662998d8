/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/journal/journal.h"
#include "tests/unit/tree_fixture.h"

#define NOW INT64_C(1795432450123) /* 2026-11-23 11:14:10.123 UTC */

static dn_arena arena;
static dn_journal journal;
static dn_migration made;
static dn_error error;

static int
setup(void **state)
{
    return tree_make(state);
}

static int
teardown(void **state)
{
    dn_arena_free(&arena);
    return tree_remove(state);
}

static void
must_read(void)
{
    dn_journal_options options = {.folder = at("m")};

    if (dn_journal_read(&options, &arena, &journal, &error) < 0)
        fail_msg("%s", error.message);
}

static int
add(const char *name, bool sequence)
{
    const dn_journal_texts texts = {.up = "-- new\n", .blank = true};

    dn_error_clear(&error);
    return dn_journal_new(&journal, name, sequence, NOW, &texts, &arena, &made, &error);
}

static void
must_add(const char *name, bool sequence)
{
    must_read();
    if (add(name, sequence) < 0)
        fail_msg("%s", error.message);
}

static void
expect_file(const char *name, const char *text)
{
    char *found = get(name);

    assert_string_equal(found, text);
    free(found);
}

#define NATIVE(entries)                                                                            \
    "{\n  \"version\": 1,\n  \"layout\": \"dunlin\",\n  \"dialect\": \"portable\",\n"              \
    "  \"entries\": [" entries "]\n}\n"

/* --- rendering -------------------------------------------------------------------------------- */

static void
expect_same_bytes(const char *fixture)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    size_t length = 0;
    char *original;

    copy_fixture(fixture, "m");
    must_read();
    assert_int_equal(dn_journal_render(&journal, journal.migrations, journal.count, &text, &error),
                     0);
    original = get_path(at("m/meta/_journal.json"), &length);
    assert_int_equal(text.length, length);
    assert_memory_equal(text.data, original, length);
    free(original);
}

static void
journals_of_drizzle_kit_are_rendered_byte_for_byte(void **state)
{
    (void)state;
    expect_same_bytes("drizzle-sqlite/drizzle");
    expect_same_bytes("drizzle-postgresql/drizzle");
    expect_same_bytes("drizzle-mysql/drizzle");
}

static void
members_that_are_not_known_are_kept(void **state)
{
    static const char drizzle[] =
        "{\n  \"version\": \"7\",\n  \"dialect\": \"toy\",\n"
        "  \"note\": {\n    \"a\": [\n      1,\n      -2.5,\n      true,\n"
        "      null,\n      \"\xC3\xA4\\n\\\"\"\n    ],\n    \"b\": {},\n"
        "    \"c\": []\n  },\n  \"entries\": [\n    {\n"
        "      \"idx\": 0,\n      \"version\": \"6\",\n      \"when\": 5,\n"
        "      \"tag\": \"a\",\n      \"breakpoints\": false,\n"
        "      \"mine\": {\n        \"x\": 1\n      }\n    }\n  ]\n}";
    static const char native[] = NATIVE("\n    {\"mine\": {\"x\": [1, 2]}, \"idx\": 0, \"tag\": "
                                        "\"a\", \"when\": 5, \"by\": \"me\"}\n  ");
    dn_auto(dn_text) text = DN_TEXT_INIT;

    (void)state;
    put("m/meta/_journal.json", drizzle);
    must_read();
    assert_int_equal(dn_journal_render(&journal, journal.migrations, 1, &text, &error), 0);
    assert_string_equal(text.data, drizzle);
    dn_text_clear(&text);
    put("m/meta/_journal.json", native);
    must_read();
    assert_int_equal(dn_journal_render(&journal, journal.migrations, 1, &text, &error), 0);
    assert_string_equal(text.data, native);
}

static void
a_renamed_entry_keeps_its_other_members(void **state)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    (void)state;
    put("m/meta/_journal.json",
        NATIVE("{\"idx\":0,\"tag\":\"a\",\"by\":1},{\"idx\":1,\"tag\":\"b\"}"));
    must_read();
    journal.migrations[0].tag = "new";
    assert_int_equal(dn_journal_render(&journal, journal.migrations, 1, &text, &error), 0);
    assert_string_equal(text.data, NATIVE("\n    {\"idx\": 0, \"tag\": \"new\", \"by\": 1}\n  "));
}

static void
an_empty_journal_is_rendered_on_one_line(void **state)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    (void)state;
    put("m/meta/_journal.json", NATIVE(""));
    must_read();
    assert_int_equal(dn_journal_render(&journal, NULL, 0, &text, &error), 0);
    assert_string_equal(text.data, NATIVE(""));
}

static void
a_journal_that_changed_in_the_meantime_is_not_rendered(void **state)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    char message[128];

    (void)state;
    put("m/meta/_journal.json", NATIVE(""));
    must_read();
    put("m/meta/_journal.json", NATIVE("{\"tag\":\"a\"}"));
    assert_int_equal(dn_journal_render(&journal, NULL, 0, &text, &error), -1);
    assert_string_equal(error.id, "journal.changed");
    snprintf(message, sizeof message, "'%s' was changed by somebody else in the meantime",
             at("m/meta/_journal.json"));
    assert_string_equal(error.message, message);
    assert_int_equal(add("x", false), -1);
    assert_string_equal(error.id, "journal.changed");
}

/* --- native ----------------------------------------------------------------------------------- */

static void
a_new_migration_has_the_time_in_its_tag(void **state)
{
    (void)state;
    put("m/meta/_journal.json", NATIVE(""));
    must_add("Add users", false);
    assert_string_equal(made.tag, "20261123111410_add_users");
    assert_string_equal(made.path, at("m/20261123111410_add_users.sql"));
    assert_int_equal(made.idx, 0);
    assert_int_equal(made.when_ms, NOW);
    assert_int_equal(made.size, 7);
    expect_file("m/20261123111410_add_users.sql", "-- new\n");
    expect_file("m/meta/_journal.json",
                NATIVE("\n    {\"idx\": 0, \"tag\": \"20261123111410_add_users\", \"when\": "
                       "1795432450123}\n  "));
    must_read();
    assert_int_equal(journal.findings.count, 0);
    assert_int_equal(journal.count, 1);
    assert_true(dn_digest_equal(&journal.migrations[0].raw, &made.raw));
}

static void
tags_stay_in_order_when_two_are_made_in_a_second_or_the_clock_is_behind(void **state)
{
    (void)state;
    put("m/meta/_journal.json", NATIVE(""));
    must_add("a", false);
    must_add("b", false);
    assert_string_equal(made.tag, "20261123111411_b");
    assert_int_equal(made.when_ms, NOW + 1);
    put("m/20301231235959_unlisted.sql", "");
    must_add("c", false);
    assert_string_equal(made.tag, "20310101000000_c");
}

static void
there_is_an_end_to_time(void **state)
{
    (void)state;
    put("m/meta/_journal.json", NATIVE(""));
    put("m/99991231235959_a.sql", "");
    must_read();
    assert_int_equal(add("b", false), -1);
    assert_string_equal(error.id, "journal.bad-name");
}

static void
a_sequence_goes_on_from_the_highest_number(void **state)
{
    (void)state;
    put("m/meta/_journal.json", NATIVE(""));
    must_add("a", true);
    assert_string_equal(made.tag, "0001_a");
    put("m/0007_unlisted.sql", "");
    must_add("b", true);
    assert_string_equal(made.tag, "0008_b");
    put("m/20261123111410_stamp.sql", "");
    must_add("c", true);
    assert_string_equal(made.tag, "0009_c");
}

static void
without_a_journal_only_the_file_is_made(void **state)
{
    (void)state;
    put("m/0001_a.sql", "");
    must_add("b", true);
    assert_string_equal(made.tag, "0002_b");
    assert_int_equal(made.idx, 1);
    assert_false(dn_file_exists(at("m/meta")));
    expect_file("m/0002_b.sql", "-- new\n");
}

static void
other_entries_are_not_touched_not_even_a_duplicate(void **state)
{
    (void)state;
    put("m/a.sql", "");
    put("m/meta/_journal.json", NATIVE("\n    {\"idx\": 0, \"tag\": \"a\", \"x\": 1},\n"
                                       "    {\"idx\": 1, \"tag\": \"a\"}\n  "));
    must_add("b", true);
    assert_int_equal(made.idx, 2);
    expect_file("m/meta/_journal.json",
                NATIVE("\n    {\"idx\": 0, \"tag\": \"a\", \"x\": 1},\n"
                       "    {\"idx\": 1, \"tag\": \"a\"},\n"
                       "    {\"idx\": 2, \"tag\": \"0001_b\", \"when\": 1795432450123}\n  "));
}

static void
an_existing_file_is_never_overwritten(void **state)
{
    char message[128];

    (void)state;
    put("m/meta/_journal.json", NATIVE(""));
    must_read();
    put("m/0001_a.sql", "precious");
    assert_int_equal(add("a", true), -1);
    assert_string_equal(error.id, "file.exists");
    snprintf(message, sizeof message, "'%s' exists already", at("m/0001_a.sql"));
    assert_string_equal(error.message, message);
    expect_file("m/0001_a.sql", "precious");
    expect_file("m/meta/_journal.json", NATIVE(""));
}

static void
when_the_journal_cannot_be_written_the_file_goes_again(void **state)
{
    (void)state;
    put("m/meta/_journal.json", NATIVE(""));
    must_read();
    assert_int_equal(chmod(at("m"), 0777), 0);
    assert_int_equal(chmod(at("m/meta"), 0555), 0);
    drop_rights();
    assert_int_equal(add("a", true), -1);
    regain_rights();
    assert_int_equal(chmod(at("m/meta"), 0755), 0);
    assert_string_equal(error.id, "file.unwritable");
    assert_false(dn_file_exists(at("m/0001_a.sql")));
}

/* --- Drizzle ---------------------------------------------------------------------------------- */

static void
a_drizzle_journal_is_continued_as_drizzle_kit_does(void **state)
{
    char *before;
    char *expected;
    size_t size;

    (void)state;
    copy_fixture("drizzle-sqlite/drizzle", "m");
    before = get("m/meta/_journal.json");
    must_add("more-things", false);
    assert_string_equal(made.tag, "0013_more_things");
    size = strlen(before) + 256;
    expected = malloc(size);
    assert_non_null(expected);
    snprintf(expected, size,
             "%.*s,\n    {\n      \"idx\": 13,\n      \"version\": \"6\",\n"
             "      \"when\": 1795432450123,\n      \"tag\": \"0013_more_things\",\n"
             "      \"breakpoints\": true\n    }\n  ]\n}",
             (int)(strlen(before) - strlen("\n  ]\n}")), before);
    expect_file("m/meta/_journal.json", expected);
    free(expected);
    free(before);
}

static void
a_drizzle_entry_is_later_than_all_before_it(void **state)
{
    (void)state;
    copy_fixture("drizzle-sqlite/drizzle", "m");
    replace("m/meta/_journal.json", "1740391057104", "1999999999999");
    must_add("x", false);
    assert_int_equal(made.when_ms, INT64_C(2000000000000));
}

static void
drizzle_tags_with_a_time_stay_that_way(void **state)
{
    (void)state;
    put("m/meta/_journal.json",
        "{\"version\":\"7\",\"dialect\":\"toy\",\"entries\":[{\"idx\":0,\"version\":\"5\","
        "\"when\":1,\"tag\":\"20250101000000_a\",\"breakpoints\":true}]}");
    put("m/20250101000000_a.sql", "");
    must_add("b", true);
    assert_string_equal(made.tag, "20261123111410_b");
}

static void
the_first_entry_of_a_drizzle_journal_is_number_zero(void **state)
{
    (void)state;
    put("m/meta/_journal.json", "{\"version\":\"7\",\"dialect\":\"toy\",\"entries\":[]}");
    must_add("first", false);
    expect_file("m/meta/_journal.json",
                "{\n  \"version\": \"7\",\n  \"dialect\": \"toy\",\n  \"entries\": [\n    {\n"
                "      \"idx\": 0,\n      \"version\": \"7\",\n      \"when\": 1795432450123,\n"
                "      \"tag\": \"0000_first\",\n      \"breakpoints\": true\n    }\n  ]\n}");
}

static void
a_folder_that_is_there_already_is_left_alone(void **state)
{
    (void)state;
    copy_fixture("drizzle-v1-postgresql/drizzle", "m");
    must_read();
    put("m/20261123111410_x/notes", "");
    assert_int_equal(add("x", false), -1);
    assert_string_equal(error.id, "file.exists");
    assert_true(dn_file_exists(at("m/20261123111410_x/notes")));
}

static void
a_folder_layout_gets_a_folder(void **state)
{
    (void)state;
    copy_fixture("drizzle-v1-postgresql/drizzle", "m");
    must_add("last one", false);
    assert_string_equal(made.tag, "20261123111410_last_one");
    assert_string_equal(made.path, at("m/20261123111410_last_one/migration.sql"));
    assert_int_equal(made.when_ms, INT64_C(1795432450000));
    assert_int_equal(made.idx, 13);
    assert_false(dn_file_exists(at("m/meta")));
    must_read();
    assert_int_equal(journal.count, 14);
    assert_string_equal(journal.migrations[13].tag, made.tag);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(journals_of_drizzle_kit_are_rendered_byte_for_byte),
        TEST(members_that_are_not_known_are_kept),
        TEST(a_renamed_entry_keeps_its_other_members),
        TEST(an_empty_journal_is_rendered_on_one_line),
        TEST(a_journal_that_changed_in_the_meantime_is_not_rendered),
        TEST(a_new_migration_has_the_time_in_its_tag),
        TEST(tags_stay_in_order_when_two_are_made_in_a_second_or_the_clock_is_behind),
        TEST(there_is_an_end_to_time),
        TEST(a_sequence_goes_on_from_the_highest_number),
        TEST(without_a_journal_only_the_file_is_made),
        TEST(other_entries_are_not_touched_not_even_a_duplicate),
        TEST(an_existing_file_is_never_overwritten),
        TEST(when_the_journal_cannot_be_written_the_file_goes_again),
        TEST(a_drizzle_journal_is_continued_as_drizzle_kit_does),
        TEST(a_drizzle_entry_is_later_than_all_before_it),
        TEST(drizzle_tags_with_a_time_stay_that_way),
        TEST(the_first_entry_of_a_drizzle_journal_is_number_zero),
        TEST(a_folder_that_is_there_already_is_left_alone),
        TEST(a_folder_layout_gets_a_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
