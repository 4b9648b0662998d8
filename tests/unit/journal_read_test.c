/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/journal/journal.h"
#include "tests/unit/tree_fixture.h"

typedef struct row {
    const char *hash;
    int64_t when_ms;
} row;

/* What drizzle-orm wrote into its tracker when it ran these folders. */
static const row sqlite_rows[] = {
    {"016b5c6ec8ecf9c8907117a56d67617762dffbfaf5164e9be41192b2a695f654", INT64_C(1736154000306)},
    {"36b62c843221f13d1d0140b9613cf90f6ac50a2545dc56754f8c04b96f792c7e", INT64_C(1736683631473)},
    {"1e7164d9948742df94d7da291f89856d471e9ce8fd262447dd4f5fb0c203373d", INT64_C(1737213262878)},
    {"f43757273728ebb171f9cbbf49410ad72f06381c70b0097fc6cf23a1538fcbb5", INT64_C(1737742894563)},
    {"9b021692c605bb783f7766a1ec2262891c09e0c400113503dfc07f89acb3876b", INT64_C(1738272526491)},
    {"19863e7bb839f82cc7169dac911970882f68b31e430231f97fe7377b9fd12bb5", INT64_C(1738802160541)},
    {"325cfc8384c5fbc76115fe7c1f46e9acf7b7ed5b15438598474e641f2e414ee9", INT64_C(1739331791229)},
    {"5e3b58e8f0bbbc0819055f3ec7f3d00eb52999aae02177232f2ac6eec59a57d7", INT64_C(1739861424023)},
    {"5e5cc62a036698a5d181bf39e8b4b27a0d94e73bba9541dac0ba501494627ef3", INT64_C(1740391057104)},
    {"c8245f58e035c6e9c3cc9cc2d76b108e6fc492722625f896fccfc9ecf5bf3ced", INT64_C(1740920690424)},
    {"daf1ee05b79157a23b247053cc82114804871a62f8aa3196fe71a9cad217ad3e", INT64_C(1741450324041)},
    {"4dbb321e77dcf1ab264a7b61974a17162ff256f949aa7d66675f08f346f547b3", INT64_C(1741979957900)},
    {"a8be034ef37eb831b06b7ab9e06d3387579510b7b7c03bf486e32db678988c1c", INT64_C(1742509592057)},
};
static const row folder_rows[] = {
    {"06ce812c6533ba06f7ff11e9e0c0ad1cc430e4737aa85c48417cf26afc2cd53a", INT64_C(1736154000000)},
    {"fe1ab32a4026a6c88c54a72df0b461668ab10cde3497bd2a8b289cc86330cff5", INT64_C(1736683631000)},
    {"ac420aadca5e5dcac1a6ed219825ac0ff2a9276db2e56510344f077b9848b976", INT64_C(1737213262000)},
    {"a3d8903587445c2a2d6dcc3320f004b6c46cb12fc64ec43677da5ac8129b0a99", INT64_C(1737742894000)},
    {"453f6b33841878e027be6bc9d4566737de6b93a69d5c7474cc9a85a51fcdb9f8", INT64_C(1738272526000)},
    {"f672a224cc268495340e3109fde2d6dcdcc9eb98f1c046074d937547865e106a", INT64_C(1738802160000)},
    {"2340f8326ead6f3754b179b6925e6664d333dd4df8541e84a157090d2b811c02", INT64_C(1739331791000)},
    {"7619ce46fbb60f306052cc857fa3d3fe0e22c526aff798c0e1dd48ce625dd6a6", INT64_C(1739861424000)},
    {"24cb9ed42dd2d5380a5990a401c0a756b1569b2deb8055d3313fdf82a20e8bc3", INT64_C(1740391057000)},
    {"a7ae843f95a86c6cf6218ac16b7b001dba2f58d187005f29d8e0cdaf3b87fb8b", INT64_C(1740920690000)},
    {"0f0b8264ee3cfd1d796967d41bdf985e085aaa37e158b123cba97f387086f41c", INT64_C(1741450324000)},
    {"aa38434dd0e7a87d628844d6fb04b4ec19eb4b7feeca4fb1940225418e246e23", INT64_C(1741979957000)},
    {"2058059d84d350fe38bf24610857a7b5e2c303776c3f7ac61d216386b0c55440", INT64_C(1742509592000)},
};
enum { ROWS = 13 };

static dn_arena arena;
static dn_journal journal;
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

static int
read_for(const char *folder, const char *driver)
{
    dn_journal_options options = {.folder = at(folder), .driver = driver, .keep = true};

    dn_error_clear(&error);
    return dn_journal_read(&options, &arena, &journal, &error);
}

static void
must_read(const char *folder)
{
    if (read_for(folder, NULL) < 0)
        fail_msg("%s", error.message);
}

/* A message that starts with the journal's path. */
static void
expect_message(const char *message, const char *expected)
{
    const char *path = at("m/meta/_journal.json");

    if (strncmp(message, path, strlen(path)) == 0)
        message += strlen(path);
    assert_string_equal(message, expected);
}

static void
expect_finding(size_t i, dn_severity severity, const char *id, const char *object,
               const char *message)
{
    const dn_finding *finding;

    if (i >= journal.findings.count)
        fail_msg("there is no finding %zu", i);
    finding = &journal.findings.items[i];
    assert_string_equal(finding->id, id);
    expect_message(finding->message, message);
    assert_int_equal(finding->severity, severity);
    if (object)
        assert_string_equal(finding->object, object);
    else
        assert_null(finding->object);
}

static void
expect_findings(size_t count)
{
    if (journal.findings.count > count)
        fail_msg("unexpected: %s", journal.findings.items[count].message);
    assert_int_equal(journal.findings.count, count);
}

static void
expect_rows(const row *rows)
{
    assert_int_equal(journal.count, ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        const dn_migration *migration = &journal.migrations[i];
        char hex[DN_DIGEST_HEX];

        dn_digest_hex(&migration->raw, hex);
        assert_string_equal(hex, rows[i].hash);
        assert_int_equal(migration->when_ms, rows[i].when_ms);
        assert_int_equal(migration->idx, i);
        assert_true(migration->listed);
        assert_true(migration->has_file);
    }
}

/* --- layouts ---------------------------------------------------------------------------------- */

static void
a_drizzle_journal_gives_the_hashes_and_times_drizzle_records(void **state)
{
    const dn_migration *last;

    (void)state;
    copy_fixture("drizzle-sqlite/drizzle", "m");
    must_read("m");
    assert_int_equal(journal.layout, DN_LAYOUT_DRIZZLE);
    assert_string_equal(dn_layout_name(journal.layout), "drizzle");
    assert_string_equal(journal.folder, at("m"));
    assert_string_equal(journal.path, at("m/meta/_journal.json"));
    assert_string_equal(journal.dialect, "sqlite");
    assert_int_equal(journal.unlisted_count, 0);
    expect_findings(0);
    expect_rows(sqlite_rows);
    last = &journal.migrations[12];
    assert_string_equal(last->tag, "0012_team_invites");
    assert_string_equal(last->path, at("m/0012_team_invites.sql"));
    assert_int_equal(last->size, 565);
    assert_int_equal(last->line, 89);
    assert_int_equal(last->column, 5);
    assert_int_equal(last->entry, 13);
    assert_null(last->down_path);
}

static void
folders_without_a_journal_are_read_in_the_order_of_their_names(void **state)
{
    (void)state;
    copy_fixture("drizzle-v1-postgresql/drizzle", "m");
    put("m/20250107000000_no_migration/notes.txt", "");
    must_read("m");
    assert_int_equal(journal.layout, DN_LAYOUT_DRIZZLE_V1);
    assert_null(journal.path);
    expect_findings(0);
    expect_rows(folder_rows);
    assert_string_equal(journal.migrations[0].tag, "20250106090000_init_accounts");
    assert_string_equal(journal.migrations[0].path,
                        at("m/20250106090000_init_accounts/migration.sql"));
    assert_int_equal(journal.migrations[0].size, 1107);
}

static void
a_native_journal_says_so(void **state)
{
    (void)state;
    put("m/meta/_journal.json", "{\n  \"version\": 1,\n  \"layout\": \"dunlin\",\n"
                                "  \"dialect\": \"portable\",\n  \"entries\": [\n"
                                "    {\"idx\": 0, \"tag\": \"20260101000000_a\", \"when\": 5},\n"
                                "    {\"idx\": 1, \"tag\": \"20260102000000_b\", \"when\": 4}\n"
                                "  ]\n}\n");
    put("m/20260101000000_a.sql", "abc");
    put("m/20260101000000_a.down.sql", "x");
    put("m/20260102000000_b.sql", "");
    must_read("m");
    assert_int_equal(journal.layout, DN_LAYOUT_NATIVE);
    assert_string_equal(journal.dialect, "portable");
    assert_int_equal(journal.count, 2);
    expect_findings(0);
    assert_string_equal(journal.migrations[0].down_path, at("m/20260101000000_a.down.sql"));
    assert_null(journal.migrations[1].down_path);
    assert_int_equal(journal.migrations[1].line, 7);
    assert_int_equal(journal.migrations[1].column, 5);
    assert_true(journal.migrations[1].has_file);
    assert_int_equal(journal.migrations[1].size, 0);
}

static void
files_without_a_journal_are_in_the_order_of_their_names(void **state)
{
    (void)state;
    put("m/20260102000000_b.sql", "b");
    put("m/0001_a.sql", "a");
    put("m/.hidden.sql", "x");
    put("m/readme.md", "x");
    put("m/0001_a.down.sql", "x");
    put("m/folder.sql/x", "x");
    must_read("m");
    assert_int_equal(journal.layout, DN_LAYOUT_FILES);
    assert_null(journal.path);
    assert_int_equal(journal.count, 2);
    assert_int_equal(journal.unlisted_count, 0);
    assert_string_equal(journal.migrations[0].tag, "0001_a");
    assert_int_equal(journal.migrations[0].when_ms, 0);
    assert_string_equal(journal.migrations[1].tag, "20260102000000_b");
    assert_int_equal(journal.migrations[1].when_ms, INT64_C(1767312000000)); /* date -u -d */
    assert_int_equal(journal.migrations[1].idx, 1);
    assert_true(journal.migrations[1].listed);
    expect_findings(1);
    assert_string_equal(journal.findings.items[0].id, "journal.none");
    assert_int_equal(journal.findings.items[0].severity, DN_NOTE);
}

static void
numbers_without_leading_zeros_are_warned_about(void **state)
{
    (void)state;
    put("m/1_a.sql", "");
    put("m/10_b.sql", "");
    put("m/2_c.sql", "");
    must_read("m");
    expect_findings(2);
    expect_finding(1, DN_WARNING, "journal.number-order", "1_a",
                   "'10_b' comes before '1_a': the order is that of the bytes of their names, not "
                   "of their numbers");
}

static void
an_empty_folder_is_an_empty_history(void **state)
{
    (void)state;
    put("m/readme.md", "");
    must_read("m");
    assert_int_equal(journal.layout, DN_LAYOUT_FILES);
    assert_int_equal(journal.count, 0);
    put("m/meta/_journal.json", "{\"version\": 1, \"layout\": \"dunlin\", \"entries\": []}");
    must_read("m");
    assert_int_equal(journal.layout, DN_LAYOUT_NATIVE);
    assert_int_equal(journal.count, 0);
    assert_null(journal.dialect);
}

static void
a_missing_folder_is_an_error(void **state)
{
    char message[128];

    (void)state;
    assert_int_equal(read_for("m", NULL), -1);
    assert_string_equal(error.id, "journal.folder-missing");
    snprintf(message, sizeof message, "there is no migrations folder '%s'", at("m"));
    assert_string_equal(error.message, message);
    assert_int_equal(error.exit_code, DUNLIN_EXIT_USAGE);
}

static void
a_configured_dialect_goes_before_that_of_the_journal(void **state)
{
    dn_journal_options options = {.dialect = "portable"};

    (void)state;
    copy_fixture("drizzle-sqlite/drizzle", "m");
    options.folder = at("m");
    assert_int_equal(dn_journal_read(&options, &arena, &journal, &error), 0);
    assert_string_equal(journal.dialect, "portable");
}

/* --- files ------------------------------------------------------------------------------------ */

static void
the_file_for_the_driver_replaces_the_common_one(void **state)
{
    (void)state;
    put("m/0001_a.sql", "common");
    put("m/0001_a.toy.sql", "toys");
    put("m/0001_a.other.sql", "others");
    put("m/0002_b.sql", "common");
    put("m/0002_b.1.sql", "one");
    assert_int_equal(read_for("m", "toy"), 0);
    assert_int_equal(journal.count, 2);
    assert_string_equal(journal.migrations[0].tag, "0001_a");
    assert_string_equal(journal.migrations[0].path, at("m/0001_a.toy.sql"));
    assert_int_equal(journal.migrations[0].size, 4);
    assert_string_equal(journal.migrations[1].path, at("m/0002_b.sql"));
    must_read("m");
    assert_string_equal(journal.migrations[0].path, at("m/0001_a.sql"));
}

static void
a_name_with_a_dot_is_a_migration_when_nothing_has_the_name_before_it(void **state)
{
    (void)state;
    put("m/0001_v1.sql", "");
    put("m/0002_release.2.sql", "");
    put("m/0003_Upper.Word.sql", "");
    put("m/0003_Upper.sql", "");
    must_read("m");
    assert_int_equal(journal.count, 4);
    assert_string_equal(journal.migrations[1].tag, "0002_release.2");
    assert_string_equal(journal.migrations[3].tag, "0003_Upper.Word");
}

static void
an_entry_with_files_for_other_databases_only_says_so(void **state)
{
    (void)state;
    put("m/meta/_journal.json", "{\"version\":1,\"layout\":\"dunlin\",\"entries\":[\n"
                                "{\"idx\":0,\"tag\":\"0001_a\",\"when\":1}]}");
    put("m/0001_a.toy.sql", "toys");
    assert_int_equal(read_for("m", "toy"), 0);
    expect_findings(0);
    assert_true(journal.migrations[0].has_file);
    assert_int_equal(journal.unlisted_count, 0);
    assert_int_equal(read_for("m", "other"), 0);
    assert_false(journal.migrations[0].has_file);
    expect_findings(1);
    expect_finding(0, DN_ERROR_FINDING, "journal.file-missing", "0001_a",
                   ":2:1: '0001_a' is listed and '0001_a.sql' is missing; there are only files for "
                   "other databases");
}

static void
links_to_files_are_followed_and_links_to_nothing_are_missing_files(void **state)
{
    (void)state;
    put("m/meta/_journal.json", "{\"version\":\"7\",\"dialect\":\"toy\",\"entries\":[\n"
                                "{\"idx\":0,\"when\":1,\"tag\":\"0000_a\"},\n"
                                "{\"idx\":1,\"when\":2,\"tag\":\"0001_b\"}]}");
    put("elsewhere.sql", "12345");
    assert_int_equal(symlink("../elsewhere.sql", at("m/0000_a.sql")), 0);
    assert_int_equal(symlink("../gone.sql", at("m/0001_b.sql")), 0);
    must_read("m");
    assert_int_equal(journal.migrations[0].size, 5);
    assert_false(journal.migrations[1].has_file);
    expect_findings(1);
    expect_finding(0, DN_ERROR_FINDING, "journal.file-missing", "0001_b",
                   ":3:1: '0001_b' is listed and '0001_b.sql' is missing");
}

static void
an_unreadable_file_is_an_error_with_its_path(void **state)
{
    char message[256];

    (void)state;
    put("m/0001_a.sql", "");
    assert_int_equal(chmod(at("m/0001_a.sql"), 0), 0);
    drop_rights();
    assert_int_equal(read_for("m", NULL), -1);
    regain_rights();
    assert_string_equal(error.id, "file.unreadable");
    snprintf(message, sizeof message, "cannot read '%s': Permission denied", at("m/0001_a.sql"));
    assert_string_equal(error.message, message);
}

static void
a_file_name_that_cannot_be_a_tag_is_left_out_and_reported(void **state)
{
    char message[256];

    (void)state;
    put("m/0001 a.sql", "");
    put("m/0002_b.sql", "");
    must_read("m");
    assert_int_equal(journal.count, 1);
    expect_findings(2);
    snprintf(message, sizeof message,
             "the name of '0001 a.sql' in '%s' has a character other than letters, digits and _ . "
             "- in it; the file is left out",
             at("m"));
    expect_finding(0, DN_ERROR_FINDING, "journal.bad-file-name", NULL, message);
}

static void
a_file_longer_than_the_buffer_is_hashed_whole(void **state)
{
    size_t length = 1000000;
    char *data = malloc(length);
    char hex[DN_DIGEST_HEX];

    (void)state;
    assert_non_null(data);
    memset(data, 'a', length);
    put_bytes("m/0001_a.sql", data, length);
    free(data);
    must_read("m");
    assert_int_equal(journal.migrations[0].size, length);
    dn_digest_hex(&journal.migrations[0].raw, hex);
    /* FIPS 180-2, appendix B.3: one million letters a. */
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* One read takes 16 KiB, and half a MiB is kept of all files. */
static void
the_texts_of_small_files_are_kept_as_long_as_there_is_room(void **state)
{
    enum { LENGTH = 16 * 1024 - 1, FILES = 40, KEPT = 32 };
    char *data = malloc(LENGTH + 1);
    size_t kept = 0;

    (void)state;
    assert_non_null(data);
    memset(data, ' ', LENGTH + 1);
    put_bytes("m/0000_empty.sql", "", 0);
    must_read("m");
    assert_string_equal(journal.migrations[0].text, "");
    put_bytes("m/0001_large.sql", data, LENGTH + 1);
    for (int i = 0; i < FILES; i++) {
        char name[32];

        snprintf(name, sizeof name, "m/%04d_b.sql", i + 2);
        data[0] = (char)('A' + i);
        put_bytes(name, data, LENGTH);
    }
    must_read("m");
    assert_int_equal(journal.count, FILES + 2);
    assert_null(journal.migrations[1].text);
    for (int i = 0; i < FILES; i++) {
        const dn_migration *migration = &journal.migrations[i + 2];

        if (!migration->text)
            continue;
        kept++;
        data[0] = (char)('A' + i);
        assert_int_equal(migration->size, LENGTH);
        assert_memory_equal(migration->text, data, LENGTH);
        assert_int_equal(migration->text[LENGTH], 0);
    }
    assert_in_range(kept, KEPT - 1, KEPT);
    free(data);
}

static void
a_small_file_without_the_word_has_no_probe(void **state)
{
    enum { LENGTH = 16 * 1024 };
    char *data = malloc(LENGTH);

    (void)state;
    assert_non_null(data);
    memset(data, ' ', LENGTH);
    put_bytes("m/0000_a.sql", "SELECT 1;", 9);
    put_bytes("m/0001_b.sql", "-- dunlin: probe SELECT 1", 25);
    put_bytes("m/0002_c.sql", data, LENGTH);
    free(data);
    must_read("m");
    assert_true(journal.migrations[0].unprobed);
    assert_false(journal.migrations[1].unprobed);
    assert_false(journal.migrations[2].unprobed);
}

static void
no_text_is_kept_for_who_does_not_ask(void **state)
{
    dn_journal_options options = {.folder = at("m")};

    (void)state;
    put_bytes("m/0000_empty.sql", "", 0);
    dn_arena_clear(&arena);
    assert_int_equal(dn_journal_read(&options, &arena, &journal, &error), 0);
    assert_int_equal(journal.count, 1);
    assert_null(journal.migrations[0].text);
}

/* --- scenarios -------------------------------------------------------------------------------- */

static void
an_entry_twice_is_one_migration_and_a_warning(void **state)
{
    (void)state;
    copy_fixture("drizzle-sqlite/drizzle", "m");
    replace("m/meta/_journal.json", "    {\n      \"idx\": 11,",
            "    {\n      \"idx\": 10,\n      \"version\": \"6\",\n      \"when\": 1741450324041,\n"
            "      \"tag\": \"0010_session_timeout_preference\",\n      \"breakpoints\": true\n"
            "    },\n    {\n      \"idx\": 11,");
    must_read("m");
    expect_rows(sqlite_rows);
    expect_findings(1);
    expect_finding(0, DN_WARNING, "journal.duplicate-tag", "0010_session_timeout_preference",
                   ":82:5: the tag '0010_session_timeout_preference' is listed again; the entry in "
                   "line 75 counts");
    assert_int_equal(journal.migrations[11].entry, 13);
}

static void
a_byte_order_mark_is_read_over_and_reported(void **state)
{
    char *text;
    char *marked;

    (void)state;
    copy_fixture("drizzle-sqlite/drizzle", "m");
    text = get("m/meta/_journal.json");
    marked = malloc(strlen(text) + 4);
    assert_non_null(marked);
    snprintf(marked, strlen(text) + 4, "\xEF\xBB\xBF%s", text);
    put("m/meta/_journal.json", marked);
    free(marked);
    free(text);
    must_read("m");
    assert_true(journal.bom);
    expect_rows(sqlite_rows);
    expect_findings(1);
    expect_finding(0, DN_WARNING, "journal.bom", NULL,
                   ":1:1: the journal starts with a byte order mark, which Drizzle cannot read");
}

static void
an_entry_whose_file_has_another_name_names_that_file(void **state)
{
    char message[256];

    (void)state;
    copy_fixture("drizzle-sqlite/drizzle", "m");
    replace("m/meta/_journal.json", "0009_glamorous_boom_boom", "0009_sleepy_dreaming_celestial");
    must_read("m");
    assert_int_equal(journal.count, ROWS);
    assert_false(journal.migrations[9].has_file);
    assert_null(journal.migrations[9].path);
    assert_int_equal(journal.unlisted_count, 1);
    assert_string_equal(journal.unlisted[0].tag, "0009_glamorous_boom_boom");
    assert_false(journal.unlisted[0].listed);
    assert_true(journal.unlisted[0].has_file);
    expect_findings(2);
    expect_finding(0, DN_ERROR_FINDING, "journal.file-missing", "0009_sleepy_dreaming_celestial",
                   ":68:5: '0009_sleepy_dreaming_celestial' is listed and "
                   "'0009_sleepy_dreaming_celestial.sql' is missing; the folder has "
                   "'0009_glamorous_boom_boom.sql' instead");
    snprintf(message, sizeof message, "'%s' has no entry in '%s'",
             at("m/0009_glamorous_boom_boom.sql"), at("m/meta/_journal.json"));
    expect_finding(1, DN_WARNING, "journal.unlisted-file", "0009_glamorous_boom_boom", message);
}

static void
a_file_renumbered_under_the_same_name_is_a_candidate_too(void **state)
{
    (void)state;
    copy_fixture("drizzle-sqlite/drizzle", "m");
    assert_int_equal(rename(at("m/0012_team_invites.sql"), at("m/0013_team_invites.sql")), 0);
    must_read("m");
    expect_findings(2);
    expect_finding(0, DN_ERROR_FINDING, "journal.file-missing", "0012_team_invites",
                   ":89:5: '0012_team_invites' is listed and '0012_team_invites.sql' is missing; "
                   "the folder has '0013_team_invites.sql' instead");
}

static void
a_late_entry_of_a_merge_is_reported_by_number_and_time(void **state)
{
    (void)state;
    copy_fixture("drizzle-sqlite/drizzle", "m");
    put("m/0009_quiet_payment_methods.sql", "CREATE TABLE payment_methods (id int);");
    replace("m/meta/_journal.json", "    {\n      \"idx\": 10,",
            "    {\n      \"idx\": 9,\n      \"version\": \"6\",\n      \"when\": 1740917090424,\n"
            "      \"tag\": \"0009_quiet_payment_methods\",\n      \"breakpoints\": true\n"
            "    },\n    {\n      \"idx\": 10,");
    must_read("m");
    assert_int_equal(journal.count, ROWS + 1);
    expect_findings(3);
    expect_finding(0, DN_WARNING, "journal.duplicate-idx", "0009_quiet_payment_methods",
                   ":75:5: idx 9 of '0009_quiet_payment_methods' is also that of "
                   "'0009_glamorous_boom_boom' in line 68");
    expect_finding(1, DN_WARNING, "journal.when-order", "0009_quiet_payment_methods",
                   ":75:5: \"when\" of '0009_quiet_payment_methods' is not later than that of "
                   "'0009_glamorous_boom_boom': Drizzle never applies it where that one was "
                   "applied");
    expect_finding(2, DN_WARNING, "journal.duplicate-number", "0009_quiet_payment_methods",
                   "'0009_glamorous_boom_boom' and '0009_quiet_payment_methods' have one number, "
                   "0009: 'dunlin merge' gives the one that is not applied the next");
}

static void
odd_numbers_and_times_are_reported(void **state)
{
    (void)state;
    put("m/meta/_journal.json", "{\"version\":\"7\",\"dialect\":\"toy\",\"entries\":[\n"
                                "{\"idx\":0,\"when\":1,\"tag\":\"a\"},\n"
                                "{\"idx\":5,\"tag\":\"b\"},\n"
                                "{\"idx\":3,\"when\":2,\"tag\":\"c\"},\n"
                                "{\"when\":3,\"tag\":\"d\"}]}");
    put("m/a.sql", "");
    put("m/b.sql", "");
    put("m/c.sql", "");
    put("m/d.sql", "");
    must_read("m");
    expect_findings(4);
    expect_finding(0, DN_NOTE, "journal.idx-gap", "b",
                   ":3:1: idx 5 of 'b' follows idx 0; there is none in between");
    expect_finding(1, DN_NOTE, "journal.idx-order", "c",
                   ":4:1: idx 3 of 'c' follows idx 5; the order of the entries counts");
    expect_finding(2, DN_WARNING, "journal.duplicate-idx", "d",
                   ":5:1: idx 3 of 'd' is also that of 'c' in line 4");
    expect_finding(3, DN_WARNING, "journal.when-missing", "b",
                   ":3:1: 'b' has no \"when\", by which Drizzle decides what to apply");
    assert_int_equal(journal.migrations[3].idx, 3);
}

/* --- malformed journals ----------------------------------------------------------------------- */

static void
expect_error(const char *text, const char *id, const char *message)
{
    put("m/meta/_journal.json", text);
    assert_int_equal(read_for("m", NULL), -1);
    expect_message(error.message, message);
    assert_string_equal(error.id, id);
    assert_int_equal(error.exit_code, DUNLIN_EXIT_USAGE);
}

static void
wrong_types_are_errors_with_their_place(void **state)
{
    (void)state;
    expect_error("[]", "journal.syntax", ":1:1: expected an object");
    expect_error("{\"entries\": {}}", "journal.syntax", ":1:13: expected an array");
    expect_error("{\"version\": \"7\"}", "journal.type", ":1:1: there is no \"entries\"");
    expect_error("{\"entries\": [\n  7]}", "journal.type",
                 ":2:3: an entry wants to be an object, there is a number");
    expect_error("{\"entries\": [\n  {\"idx\": 0}]}", "journal.type",
                 ":2:3: an entry without \"tag\"");
    expect_error("{\"entries\": [\n  {\n    \"idx\": 0,\n    \"tag\": null}]}", "journal.type",
                 ":4:12: \"tag\" wants a string, there is null");
    expect_error("{\"entries\": [{\"tag\": \"a\", \"idx\": \"0\"}]}", "journal.type",
                 ":1:34: \"idx\" wants a number, there is a string");
    expect_error("{\"entries\": [{\"tag\": \"a\", \"idx\": -1}]}", "journal.type",
                 ":1:34: \"idx\" wants a whole number from 0 on, there is a number");
    expect_error("{\"entries\": [{\"tag\": \"a\", \"when\": 1.5}]}", "journal.type",
                 ":1:35: \"when\" wants a whole number from 0 on, there is a number");
    expect_error("{\"entries\": [{\"tag\": \"a\", \"when\": 1e300}]}", "journal.type",
                 ":1:35: \"when\" wants a whole number from 0 on, there is a number");
    expect_error("{\"dialect\": 7, \"entries\": []}", "journal.type",
                 ":1:13: \"dialect\" wants a string, there is a number");
    expect_error("{\"version\": [], \"entries\": []}", "journal.type",
                 ":1:13: \"version\" wants a whole number or a string, there is an array");
    expect_error("{\"layout\": 1, \"entries\": []}", "journal.type",
                 ":1:12: \"layout\" wants a string, there is a number");
}

static void
unknown_layouts_and_versions_are_errors(void **state)
{
    (void)state;
    expect_error("{\"version\": 1, \"entries\": []}", "journal.layout",
                 ":1:13: \"version\" is a number and there is no \"layout\": this is neither a "
                 "journal of dunlin nor of Drizzle");
    expect_error("{\"version\": 1, \"layout\": \"x\", \"entries\": []}", "journal.layout",
                 ":1:26: \"layout\" is neither absent nor \"dunlin\"");
    expect_error("{\"version\": 2, \"layout\": \"dunlin\", \"entries\": []}", "journal.version",
                 ":1:13: this version of the journal's format is not known here, 1 is");
}

static void
hostile_tags_are_errors_and_no_path_is_made_of_them(void **state)
{
    char tag[4097];
    char text[8192];

    (void)state;
    put("x.sql", "outside");
    put("m/a.sql", "");
    expect_error("{\"entries\": [\n{\"tag\": \"../x\"}]}", "journal.bad-tag",
                 ":2:9: the tag '../x' has two dots in a row in it");
    expect_error("{\"entries\": [{\"tag\": \"/etc/passwd\"}]}", "journal.bad-tag",
                 ":1:22: the tag '/etc/passwd' has a slash in it");
    expect_error("{\"entries\": [{\"tag\": \"\"}]}", "journal.bad-tag",
                 ":1:22: the tag '' is empty");
    expect_error("{\"entries\": [{\"tag\": \".a\"}]}", "journal.bad-tag",
                 ":1:22: the tag '.a' starts with a dot");
    expect_error("{\"entries\": [{\"tag\": \"a\\u001b[2J\"}]}", "journal.bad-tag",
                 ":1:22: the tag 'a\\x1b[2J' has a control character in it");
    /* JSON text with U+0000 in it is refused before a tag is made of it. */
    expect_error("{\"entries\": [{\"tag\": \"a\\u0000b\"}]}", "journal.syntax",
                 ":1:24: a string must not hold the character U+0000");
    memset(tag, 'a', sizeof tag - 1);
    tag[sizeof tag - 1] = '\0';
    snprintf(text, sizeof text, "{\"entries\": [{\"tag\": \"%s\"}]}", tag);
    expect_error(text, "journal.bad-tag",
                 ":1:22: the tag 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...' "
                 "is longer than 200 bytes");
}

static void
a_journal_cut_off_at_any_byte_is_an_error_with_a_place(void **state)
{
    const char *path;
    char *text;

    (void)state;
    copy_fixture("drizzle-sqlite/drizzle", "m");
    text = get("m/meta/_journal.json");
    path = at("m/meta/_journal.json");
    for (size_t length = 0; length < strlen(text); length++) {
        unsigned line = 0;
        unsigned column = 0;

        assert_int_equal(truncate(path, 0), 0);
        put_bytes("m/meta/_journal.json", text, length);
        assert_int_equal(read_for("m", NULL), -1);
        assert_string_equal(error.id, "journal.syntax");
        assert_non_null(strstr(error.hint, "dunlin journal rebuild"));
        assert_int_equal(sscanf(error.message + strlen(path), ":%u:%u: ", &line, &column), 2);
        assert_true(line >= 1 && column >= 1);
        dn_arena_free(&arena);
        path = at("m/meta/_journal.json");
    }
    free(text);
}

static void
an_unreadable_journal_is_an_error(void **state)
{
    (void)state;
    put("m/meta/_journal.json/x", "");
    assert_int_equal(read_for("m", NULL), -1);
    assert_string_equal(error.id, "file.not-regular");
    assert_string_equal(error.context, "while reading the journal");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_drizzle_journal_gives_the_hashes_and_times_drizzle_records),
        TEST(folders_without_a_journal_are_read_in_the_order_of_their_names),
        TEST(a_native_journal_says_so),
        TEST(files_without_a_journal_are_in_the_order_of_their_names),
        TEST(numbers_without_leading_zeros_are_warned_about),
        TEST(an_empty_folder_is_an_empty_history),
        TEST(a_missing_folder_is_an_error),
        TEST(a_configured_dialect_goes_before_that_of_the_journal),
        TEST(the_file_for_the_driver_replaces_the_common_one),
        TEST(a_name_with_a_dot_is_a_migration_when_nothing_has_the_name_before_it),
        TEST(an_entry_with_files_for_other_databases_only_says_so),
        TEST(links_to_files_are_followed_and_links_to_nothing_are_missing_files),
        TEST(an_unreadable_file_is_an_error_with_its_path),
        TEST(a_file_name_that_cannot_be_a_tag_is_left_out_and_reported),
        TEST(a_file_longer_than_the_buffer_is_hashed_whole),
        TEST(the_texts_of_small_files_are_kept_as_long_as_there_is_room),
        TEST(a_small_file_without_the_word_has_no_probe),
        TEST(no_text_is_kept_for_who_does_not_ask),
        TEST(an_entry_twice_is_one_migration_and_a_warning),
        TEST(a_byte_order_mark_is_read_over_and_reported),
        TEST(an_entry_whose_file_has_another_name_names_that_file),
        TEST(a_file_renumbered_under_the_same_name_is_a_candidate_too),
        TEST(a_late_entry_of_a_merge_is_reported_by_number_and_time),
        TEST(odd_numbers_and_times_are_reported),
        TEST(wrong_types_are_errors_with_their_place),
        TEST(unknown_layouts_and_versions_are_errors),
        TEST(hostile_tags_are_errors_and_no_path_is_made_of_them),
        TEST(a_journal_cut_off_at_any_byte_is_an_error_with_a_place),
        TEST(an_unreadable_journal_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
