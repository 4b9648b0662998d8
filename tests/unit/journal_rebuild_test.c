/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "core/journal/parts.h"
#include "tests/unit/tree_fixture.h"

static dn_arena arena;
static dn_findings changes;
static dn_error error;

static int
setup(void **state)
{
    changes = (dn_findings){0};
    return tree_make(state);
}

static int
teardown(void **state)
{
    dn_arena_free(&arena);
    return tree_remove(state);
}

static int
rebuild(bool write)
{
    dn_journal_options options = {.folder = at("m")};

    changes = (dn_findings){0};
    dn_error_clear(&error);
    return dn_journal_rebuild(&options, write, &arena, &changes, &error);
}

static void
must_rebuild(void)
{
    if (rebuild(true) < 0)
        fail_msg("%s", error.message);
}

static void
expect_change(size_t i, const char *id, const char *message)
{
    if (i >= changes.count)
        fail_msg("there is no change %zu", i);
    assert_string_equal(changes.items[i].message, message);
    assert_string_equal(changes.items[i].id, id);
}

static void
expect_changes(size_t count)
{
    if (changes.count > count)
        fail_msg("unexpected: %s", changes.items[count].message);
    assert_int_equal(changes.count, count);
}

static void
expect_journal(const char *text)
{
    char *found = get("m/meta/_journal.json");

    assert_string_equal(found, text);
    free(found);
}

static void
set_time(const char *name, int64_t ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    struct timespec times[2] = {time, time};

    assert_int_equal(utimensat(AT_FDCWD, at(name), times, 0), 0);
}

#define NATIVE(entries)                                                                            \
    "{\n  \"version\": 1,\n  \"layout\": \"dunlin\",\n  \"dialect\": \"portable\",\n"              \
    "  \"entries\": [" entries "]\n}\n"

/* --- journals that can be read ---------------------------------------------------------------- */

static void
a_journal_in_order_is_left_as_it_is(void **state)
{
    char *before;

    (void)state;
    copy_fixture("drizzle-sqlite/drizzle", "m");
    before = get("m/meta/_journal.json");
    set_time("m/meta/_journal.json", 1000000);
    must_rebuild();
    expect_changes(0);
    expect_journal(before);
    free(before);
    {
        struct stat status;

        assert_int_equal(stat(at("m/meta/_journal.json"), &status), 0);
        assert_int_equal(status.st_mtime, 1000);
    }
}

static void
folders_that_are_the_journal_need_none(void **state)
{
    (void)state;
    copy_fixture("drizzle-v1-postgresql/drizzle", "m");
    must_rebuild();
    expect_changes(0);
    assert_false(dn_file_exists(at("m/meta")));
}

static void
gone_files_go_and_new_ones_come_in_by_name(void **state)
{
    (void)state;
    put("m/meta/_journal.json", NATIVE("\n    {\"idx\": 0, \"tag\": \"0001_a\", \"when\": 10},\n"
                                       "    {\"idx\": 1, \"tag\": \"0002_b\", \"when\": 20},\n"
                                       "    {\"idx\": 2, \"tag\": \"0004_d\", \"when\": 40, "
                                       "\"by\": \"me\"}\n  "));
    put("m/0001_a.sql", "");
    put("m/0003_c.sql", "");
    put("m/0004_d.sql", "");
    put("m/0005_e.sql", "");
    set_time("m/0003_c.sql", INT64_C(4102444800000)); /* 2100, too late for its place */
    set_time("m/0005_e.sql", INT64_C(1700000000000));
    must_rebuild();
    expect_changes(5);
    expect_change(0, "journal.removed", "'0002_b' is taken out: there is no '0002_b.sql'");
    expect_change(1, "journal.added", "'0003_c' is added as entry 2");
    expect_change(2, "journal.added", "'0005_e' is added as entry 4");
    expect_change(3, "journal.when-guessed",
                  "\"when\" of '0003_c' is a guess: one millisecond after the entry before it");
    expect_change(4, "journal.when-guessed",
                  "\"when\" of '0005_e' is a guess: the time of its file");
    expect_journal(NATIVE("\n    {\"idx\": 0, \"tag\": \"0001_a\", \"when\": 10},\n"
                          "    {\"idx\": 1, \"tag\": \"0003_c\", \"when\": 11},\n"
                          "    {\"idx\": 2, \"tag\": \"0004_d\", \"when\": 40, \"by\": \"me\"},\n"
                          "    {\"idx\": 3, \"tag\": \"0005_e\", \"when\": 1700000000000}\n  "));
}

static void
without_writing_it_only_tells(void **state)
{
    (void)state;
    put("m/meta/_journal.json", NATIVE(""));
    put("m/20260102000000_a.sql", "");
    assert_int_equal(rebuild(false), 0);
    expect_changes(1);
    expect_change(0, "journal.added", "'20260102000000_a' is added as entry 1");
    expect_journal(NATIVE(""));
}

static void
an_entry_with_files_for_other_databases_stays(void **state)
{
    static const char text[] = NATIVE("\n    {\"idx\": 0, \"tag\": \"0001_a\", \"when\": 1}\n  ");

    (void)state;
    put("m/meta/_journal.json", text);
    put("m/0001_a.toy.sql", "");
    must_rebuild();
    expect_changes(0);
    expect_journal(text);
}

static void
duplicates_marks_and_numbers_are_put_right(void **state)
{
    (void)state;
    put("m/meta/_journal.json", "\xEF\xBB\xBF" NATIVE("\n    {\"idx\": 0, \"tag\": \"b\"},\n"
                                                      "    {\"idx\": 0, \"tag\": \"b\"},\n"
                                                      "    {\"idx\": 7, \"tag\": \"a\"}\n  "));
    put("m/a.sql", "");
    put("m/b.sql", "");
    must_rebuild();
    expect_changes(3);
    expect_change(0, "journal.deduplicated", "'b' is listed once");
    expect_change(1, "journal.bom-removed", "the byte order mark goes");
    expect_change(2, "journal.renumbered", "1 entry gets another idx");
    expect_journal(NATIVE("\n    {\"idx\": 0, \"tag\": \"b\"},\n"
                          "    {\"idx\": 1, \"tag\": \"a\"}\n  "));
}

static void
a_journal_laid_out_in_another_way_is_laid_out_anew(void **state)
{
    (void)state;
    put("m/meta/_journal.json", "{\"version\":1,\"layout\":\"dunlin\",\"dialect\":\"portable\","
                                "\"entries\":[{\"idx\":0,\"tag\":\"a\",\"when\":1}]}");
    put("m/a.sql", "");
    must_rebuild();
    expect_changes(1);
    expect_change(0, "journal.rewritten", "the journal is laid out anew; it says the same");
    expect_journal(NATIVE("\n    {\"idx\": 0, \"tag\": \"a\", \"when\": 1}\n  "));
}

static void
a_journal_is_made_where_there_is_none(void **state)
{
    (void)state;
    put("m/20260102000000_b.sql", "");
    put("m/20260101000000_a.sql", "");
    must_rebuild();
    expect_changes(2);
    expect_journal(NATIVE("\n    {\"idx\": 0, \"tag\": \"20260101000000_a\", \"when\": "
                          "1767225600000},\n    {\"idx\": 1, \"tag\": \"20260102000000_b\", "
                          "\"when\": 1767312000000}\n  "));
}

static void
a_newer_format_is_not_rebuilt(void **state)
{
    static const char text[] = "{\"version\": 2, \"layout\": \"dunlin\", \"entries\": []}";

    (void)state;
    put("m/meta/_journal.json", text);
    assert_int_equal(rebuild(true), -1);
    assert_string_equal(error.id, "journal.version");
    expect_journal(text);
}

/* --- Drizzle's -------------------------------------------------------------------------------- */

static void
a_removed_drizzle_entry_comes_back_at_its_place(void **state)
{
    char *before;

    (void)state;
    copy_fixture("drizzle-sqlite/drizzle", "m");
    before = get("m/meta/_journal.json");
    replace("m/meta/_journal.json",
            ",\n    {\n      \"idx\": 12,\n      \"version\": \"6\",\n      \"when\": "
            "1742509592057,\n      \"tag\": \"0012_team_invites\",\n      \"breakpoints\": true\n"
            "    }",
            "");
    set_time("m/0012_team_invites.sql", INT64_C(1742509592057));
    must_rebuild();
    expect_changes(2);
    expect_change(0, "journal.added", "'0012_team_invites' is added as entry 13");
    expect_change(1, "journal.when-guessed",
                  "\"when\" of '0012_team_invites' is a guess: the time of its file");
    assert_int_equal(changes.items[1].severity, DN_WARNING);
    expect_journal(before);
    free(before);
}

static void
a_missing_drizzle_journal_is_made_from_files_and_snapshots(void **state)
{
    dn_journal journal;
    dn_journal_options options;
    char *text;

    (void)state;
    copy_fixture("drizzle-sqlite/drizzle", "m");
    assert_int_equal(unlink(at("m/meta/_journal.json")), 0);
    must_rebuild();
    options = (dn_journal_options){.folder = at("m")};
    assert_int_equal(dn_journal_read(&options, &arena, &journal, &error), 0);
    assert_int_equal(journal.layout, DN_LAYOUT_DRIZZLE);
    assert_string_equal(journal.dialect, "sqlite");
    assert_int_equal(journal.count, 13);
    assert_int_equal(journal.findings.count, 0);
    text = get("m/meta/_journal.json");
    assert_non_null(strstr(text, "      \"idx\": 12,\n      \"version\": \"6\",\n"));
    assert_null(strstr(text + strlen(text) - 1, "\n"));
    free(text);
}

/* The first `keep` bytes of the fixture's journal. */
static void
cut_journal(size_t keep)
{
    size_t length = 0;
    char *text = get_path(at("m/meta/_journal.json"), &length);

    assert_true(keep <= length);
    put_bytes("m/meta/_journal.json", text, keep);
    free(text);
}

static void
what_is_legible_in_a_cut_off_journal_is_kept(void **state)
{
    static const int64_t times[] = {INT64_C(1736154000306), INT64_C(1736683631473),
                                    INT64_C(1737213262878), INT64_C(1737742894563),
                                    INT64_C(1738272526491), INT64_C(1738802160541),
                                    INT64_C(1739331791229)};
    dn_journal journal;
    dn_journal_options options;

    (void)state;
    copy_fixture("drizzle-sqlite/drizzle", "m");
    cut_journal(1185); /* 0.6 of it, as in the scenario: seven entries are whole */
    must_rebuild();
    assert_string_equal(changes.items[0].id, "journal.salvaged");
    assert_non_null(strstr(changes.items[0].message, "7 of its entries were ("));
    assert_non_null(strstr(changes.items[0].message, "/meta/_journal.json:"));
    options = (dn_journal_options){.folder = at("m")};
    assert_int_equal(dn_journal_read(&options, &arena, &journal, &error), 0);
    assert_int_equal(journal.count, 13);
    assert_int_equal(journal.findings.count, 0);
    for (size_t i = 0; i < 13; i++) {
        assert_int_equal(journal.migrations[i].idx, i);
        assert_true(journal.migrations[i].has_file);
        if (i < 7)
            assert_int_equal(journal.migrations[i].when_ms, times[i]);
    }
    assert_string_equal(journal.migrations[12].tag, "0012_team_invites");
}

static void
a_journal_cut_off_at_any_byte_can_be_rebuilt(void **state)
{
    size_t length = 0;
    char *text;

    (void)state;
    copy_fixture("drizzle-sqlite/drizzle", "m");
    text = get_path(at("m/meta/_journal.json"), &length);
    for (size_t keep = 0; keep < length; keep += 7) {
        dn_journal_options options = {.folder = at("m")};
        dn_journal journal;

        put_bytes("m/meta/_journal.json", text, keep);
        must_rebuild();
        assert_int_equal(dn_journal_read(&options, &arena, &journal, &error), 0);
        assert_int_equal(journal.layout, DN_LAYOUT_DRIZZLE);
        assert_int_equal(journal.count, 13);
        assert_int_equal(journal.findings.count, 0);
        assert_string_equal(journal.dialect, "sqlite");
        dn_arena_free(&arena);
    }
    free(text);
}

static void
both_sides_of_a_conflict_are_kept(void **state)
{
    dn_journal journal;
    dn_journal_options options;

    (void)state;
    put("m/meta/_journal.json",
        "{\n  \"version\": \"7\",\n  \"dialect\": \"toy\",\n  \"entries\": [\n    {\n"
        "      \"idx\": 0,\n      \"version\": \"5\",\n      \"when\": 100,\n"
        "      \"tag\": \"0000_a\",\n      \"breakpoints\": true\n    },\n    {\n"
        "      \"idx\": 1,\n      \"version\": \"5\",\n<<<<<<< HEAD\n      \"when\": 200,\n"
        "      \"tag\": \"0001_ours\",\n=======\n      \"when\": 300,\n"
        "      \"tag\": \"0001_theirs\",\n>>>>>>> topic\n      \"breakpoints\": true\n    }\n"
        "  ]\n}");
    put("m/0000_a.sql", "");
    put("m/0001_ours.sql", "");
    put("m/0001_theirs.sql", "");
    must_rebuild();
    expect_changes(1);
    assert_string_equal(changes.items[0].id, "journal.salvaged");
    options = (dn_journal_options){.folder = at("m")};
    assert_int_equal(dn_journal_read(&options, &arena, &journal, &error), 0);
    assert_int_equal(journal.findings.count, 1);
    assert_string_equal(journal.findings.items[0].id, "journal.duplicate-number");
    assert_int_equal(journal.count, 3);
    assert_string_equal(journal.migrations[1].tag, "0001_ours");
    assert_int_equal(journal.migrations[1].when_ms, 200);
    assert_string_equal(journal.migrations[2].tag, "0001_theirs");
    assert_int_equal(journal.migrations[2].when_ms, 300);
    assert_int_equal(journal.migrations[2].idx, 2);
}

static void
a_broken_native_journal_stays_native(void **state)
{
    (void)state;
    put("m/meta/_journal.json",
        "{\"version\": 1, \"layout\": \"dunlin\", \"dialect\": \"portable\", \"entries\": [\n"
        "{\"idx\": 0, \"tag\": \"a\", \"when\": 5, \"by\": \"me\"},\n"
        "{\"idx\": \"1\", \"tag\": \"b\", \"when\": 6},\n"
        "{\"idx\": 2, \"tag\": \"../../etc/passwd\", \"when\": 7}\n]}");
    put("m/a.sql", "");
    put("m/b.sql", "");
    must_rebuild();
    expect_changes(1);
    assert_string_equal(changes.items[0].id, "journal.salvaged");
    expect_journal(NATIVE("\n    {\"idx\": 0, \"tag\": \"a\", \"when\": 5, \"by\": \"me\"},\n"
                          "    {\"idx\": 1, \"tag\": \"b\", \"when\": 6}\n  "));
}

static void
a_drizzle_journal_without_a_word_of_its_dialect_is_an_error(void **state)
{
    dn_journal_options options;

    (void)state;
    put("m/meta/_journal.json", "{\"version\": \"7\", \"entries\": [");
    put("m/0000_a.sql", "");
    assert_int_equal(rebuild(true), -1);
    assert_string_equal(error.id, "journal.dialect");
    options = (dn_journal_options){.folder = at("m"), .dialect = "toy"};
    assert_int_equal(dn_journal_rebuild(&options, true, &arena, &changes, &error), 0);
    {
        char *text = get("m/meta/_journal.json");

        assert_non_null(strstr(text, "\"dialect\": \"toy\""));
        free(text);
    }
}

/* --- salvage ---------------------------------------------------------------------------------- */

static void
expect_salvaged(const char *text, const char *expected)
{
    dn_auto(dn_text) repaired = DN_TEXT_INIT;
    dn_journal_form form = {.layout = DN_LAYOUT_NATIVE};

    assert_int_equal(dn_journal_salvage(text, strlen(text), &form, &repaired, &error), 0);
    assert_string_equal(repaired.data, expected);
}

#define HEAD "{\"version\": 1, \"layout\": \"dunlin\", \"entries\": ["

static void
salvaging_takes_tags_and_times_in_any_order(void **state)
{
    (void)state;
    expect_salvaged("", HEAD "]}");
    expect_salvaged("}}}]][[{{{\"\"\"", HEAD "]}");
    expect_salvaged("{\"tag\": \"a\"", HEAD "{\"tag\": \"a\"}]}");
    expect_salvaged("{\"tag\": \"a\", \"when\": 5", HEAD "{\"tag\": \"a\", \"when\": 5}]}");
    expect_salvaged("{\"when\": 5, \"tag\": \"a\"", HEAD "{\"tag\": \"a\", \"when\": 5}]}");
    expect_salvaged("\"tag\": \"a\", \"tag\": \"b\", \"when\": 6",
                    HEAD "{\"tag\": \"a\"},{\"tag\": \"b\", \"when\": 6}]}");
    expect_salvaged("{\"when\": 5}, {\"tag\": \"a\"", HEAD "{\"tag\": \"a\"}]}");
    expect_salvaged("{\"when\": -5, \"tag\": \"a\"", HEAD "{\"tag\": \"a\"}]}");
    expect_salvaged("{\"tag\": \"a\\u0000b\"}", HEAD "]}");
    expect_salvaged("{\"tag\": \"cut", HEAD "]}");
    expect_salvaged("{\"tag\": \"a\", \"x\": {\"y\": [1]}}",
                    HEAD "{\"tag\": \"a\", \"x\": {\"y\": [1]}}]}");
    expect_salvaged("{\"version\": \"6\", \"dialect\": \"toy\", \"entries\": [{\"version\": \"9\",",
                    "{\"version\": \"6\", \"dialect\": \"toy\", \"entries\": []}");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_journal_in_order_is_left_as_it_is),
        TEST(folders_that_are_the_journal_need_none),
        TEST(gone_files_go_and_new_ones_come_in_by_name),
        TEST(without_writing_it_only_tells),
        TEST(an_entry_with_files_for_other_databases_stays),
        TEST(duplicates_marks_and_numbers_are_put_right),
        TEST(a_journal_laid_out_in_another_way_is_laid_out_anew),
        TEST(a_journal_is_made_where_there_is_none),
        TEST(a_newer_format_is_not_rebuilt),
        TEST(a_removed_drizzle_entry_comes_back_at_its_place),
        TEST(a_missing_drizzle_journal_is_made_from_files_and_snapshots),
        TEST(what_is_legible_in_a_cut_off_journal_is_kept),
        TEST(a_journal_cut_off_at_any_byte_can_be_rebuilt),
        TEST(both_sides_of_a_conflict_are_kept),
        TEST(a_broken_native_journal_stays_native),
        TEST(a_drizzle_journal_without_a_word_of_its_dialect_is_an_error),
        TEST(salvaging_takes_tags_and_times_in_any_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
