/* SPDX-License-Identifier: MIT
 *
 * Creating trackers and recording migrations in them: rows byte for byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/sqlite_fixture.h"

/* sha256sum of TEXT. */
#define TEXT "CREATE TABLE a (x int);\n"
#define TEXT_HASH "1c0a5f21cdffcd4210b24724676c9084acc427f170eb1a8bdd097e359601ecca"

static dn_tracker
created(dn_layout layout)
{
    dn_tracker tracker;

    if (dn_tracker_read(connection, layout, NULL, DN_TRACKER_MATCH, &arena, &tracker, &error) < 0 ||
        dn_tracker_create(connection, &tracker, &error) < 0)
        fail_msg("%s", error.message);
    assert_true(tracker.present && tracker.ours_present);
    return tracker;
}

/* Records an entry under run "run-1", as an execution would. */
static void
record(const dn_tracker *tracker, const dn_tracker_entry *entry)
{
    dn_tracker_writer *writer;
    const dn_tracker_statement *statements;
    size_t count;

    assert_int_equal(dn_tracker_writer_open(connection, tracker, "run-1", &writer, &error), 0);
    assert_int_equal(dn_tracker_record(writer, entry, &statements, &count, &error), 0);
    assert_int_equal(count, tracker->owner == DN_OWNER_DRIZZLE ? 2 : 1);
    for (size_t i = 0; i < count; i++)
        if (dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, statements[i].sql,
                                  statements[i].values, statements[i].count, &error) < 0)
            fail_msg("%s", error.message);
    dn_tracker_writer_close(writer);
}

static dn_tracker_entry
entry_of(const dn_migration *migration, const char *sql, size_t length)
{
    return (dn_tracker_entry){.migration = migration,
                              .state = "applied",
                              .text = dn_hash_of("t", 1),
                              .tokens = dn_hash_of("k", 1),
                              .statements = 3,
                              .duration_us = 456,
                              .sql = sql,
                              .sql_length = length};
}

static const char *
columns_of(const char *table)
{
    return cells(dn_arena_printf(&arena,
                                 "SELECT group_concat(name || ' ' || type || CASE WHEN \"notnull\""
                                 " THEN '!' ELSE '' END || CASE WHEN pk THEN '*' ELSE '' END, ', ')"
                                 " FROM pragma_table_info('%s')",
                                 table));
}

static void
our_tables_have_the_columns_that_are_documented(void **state)
{
    (void)state;
    created(DN_LAYOUT_NATIVE);
    assert_int_equal(dn_tracker_create_statements(connection, &error), 0);
    assert_string_equal(
        columns_of("dunlin_migrations"),
        "seq INTEGER!*, tag VARCHAR(255)!, state VARCHAR(255)!, digest_raw VARCHAR(255)!, "
        "digest_text VARCHAR(255), digest_tokens VARCHAR(255), algorithm VARCHAR(255)!, statements "
        "INTEGER, applied_at TEXT!, duration_us INTEGER, applied_by VARCHAR(255), host "
        "VARCHAR(255), run_id VARCHAR(255), tool_version VARCHAR(255), schema_digest "
        "VARCHAR(255), evidence TEXT, sql_up BLOB, sql_down BLOB\n");
    assert_string_equal(columns_of("dunlin_statements"),
                        "run_id VARCHAR(255)!, tag VARCHAR(255)!, ordinal INTEGER!, digest "
                        "VARCHAR(255)!, phase VARCHAR(255)!, backend VARCHAR(255), backend_start "
                        "VARCHAR(255), facts_digest VARCHAR(255), at TEXT!, error TEXT\n");
}

static void
drizzles_tables_are_as_drizzle_makes_them(void **state)
{
    (void)state;
    created(DN_LAYOUT_DRIZZLE);
    assert_string_equal(columns_of("__drizzle_migrations"),
                        "id SERIAL*, hash TEXT!, created_at numeric\n");
    run_sql("DROP TABLE __drizzle_migrations");
    created(DN_LAYOUT_DRIZZLE_V1); /* ours is there already */
    assert_string_equal(columns_of("__drizzle_migrations"),
                        "id INTEGER*, hash TEXT!, created_at numeric, name TEXT, applied_at "
                        "TEXT\n");
}

static void
tables_are_made_in_one_transaction_and_only_those_that_are_missing(void **state)
{
    dn_tracker tracker;

    (void)state;
    tracker = created(DN_LAYOUT_NATIVE);
    dn_text_clear(&sent);
    assert_int_equal(dn_tracker_create(connection, &tracker, &error), 0);
    assert_string_equal(sent.data, "");
    created(DN_LAYOUT_DRIZZLE);
    assert_ptr_equal(strstr(sent.data, "begin\nstatement: CREATE TABLE IF NOT EXISTS main."
                                       "__drizzle_migrations"),
                     sent.data);
    assert_non_null(strstr(sent.data, "\ncommit\n"));
    assert_null(strstr(sent.data, "dunlin_migrations"));
}

static void
a_row_of_ours_holds_what_was_applied(void **state)
{
    dn_migration migration = migration_of("001_a", TEXT);
    dn_tracker_entry entry = entry_of(&migration, TEXT, strlen(TEXT));
    dn_tracker tracker = created(DN_LAYOUT_NATIVE);
    char user[256];
    char host[256];

    (void)state;
    dn_user_name(user, sizeof user);
    dn_host_name(host, sizeof host);
    record(&tracker, &entry);
    assert_string_equal(
        cells("SELECT seq, tag, state, digest_raw, digest_text, digest_tokens, algorithm,"
              " statements, duration_us, applied_by, host, run_id, tool_version, schema_digest,"
              " evidence, sql_up, sql_down FROM dunlin_migrations"),
        dn_arena_printf(&arena,
                        "1|001_a|applied|" TEXT_HASH
                        /* printf t | sha256sum; printf k | sha256sum */
                        "|e3b98a4da31a127d4bde6e43033f66ba274cab0eb7eb1c70ec41402bf6273dd8"
                        "|8254c329a92850f6d539dd376f4816ee2764517da5e0235514af433164480d7a"
                        "|sha256/1|3|456|%s|%s|run-1|%s|null|null|" TEXT "|null\n",
                        user, host, dunlin_version()));
    assert_string_equal(cells("SELECT typeof(seq), typeof(statements), typeof(duration_us),"
                              " typeof(digest_raw), typeof(sql_up),"
                              " applied_at LIKE '____-__-__ __:__:__.______',"
                              " abs(julianday(applied_at) - julianday('now')) < 0.01"
                              " FROM dunlin_migrations"),
                        "integer|integer|integer|text|blob|1|1\n");
}

static void
numbers_go_on_behind_the_highest(void **state)
{
    dn_migration migration = migration_of("001_a", TEXT);
    dn_tracker tracker = created(DN_LAYOUT_NATIVE);
    dn_tracker_entry entry = entry_of(&migration, NULL, 0);

    (void)state;
    entry.evidence = "{\"why\":\"'\"}";
    record(&tracker, &entry);
    run_sql("UPDATE dunlin_migrations SET seq = 41, state = 'reverted'");
    record(&tracker, &entry);
    assert_string_equal(cells("SELECT seq, evidence, sql_up FROM dunlin_migrations"),
                        "41|{\"why\":\"'\"}|null\n42|{\"why\":\"'\"}|null\n");
}

static void
a_text_is_kept_up_to_four_mebibytes(void **state)
{
    static const struct {
        size_t length;
        bool kept;
    } cases[] = {{4 * 1024 * 1024, true}, {4 * 1024 * 1024 + 1, false}, {2000, true}, {10, true}};
    dn_tracker tracker = created(DN_LAYOUT_NATIVE);
    char *text = dn_arena_alloc(&arena, 4 * 1024 * 1024 + 1);

    (void)state;
    memset(text, ' ', 4 * 1024 * 1024 + 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dn_migration migration = file_of("001_a", text, cases[i].length);
        dn_tracker_entry entry = entry_of(&migration, text, cases[i].length);
        dn_auto(dn_text) sql = DN_TEXT_INIT;
        dn_tracker_kept kept;

        run_sql("DELETE FROM dunlin_migrations");
        record(&tracker, &entry);
        assert_int_equal(
            dn_tracker_explain(connection, &tracker, &migration.raw, NULL, &kept, &sql, &error), 0);
        assert_true(kept.found);
        assert_int_equal(kept.has_text, cases[i].kept);
        assert_int_equal(sql.length, cases[i].kept ? cases[i].length : 0);
        assert_true(!sql.length || memcmp(sql.data, text, sql.length) == 0);
    }
}

/* --- drizzle's -------------------------------------------------------------------------------- */
static void
a_row_of_drizzles_holds_its_hash_and_the_time_of_the_journal(void **state)
{
    dn_migration migration = migration_of("0003_a", TEXT);
    dn_tracker tracker = created(DN_LAYOUT_DRIZZLE);
    dn_tracker_entry entry = entry_of(&migration, TEXT, strlen(TEXT));

    (void)state;
    migration.when_ms = 1736154000123;
    record(&tracker, &entry);
    assert_string_equal(
        cells("SELECT id, hash, created_at, typeof(created_at) FROM __drizzle_migrations"),
        "null|" TEXT_HASH "|1736154000123|integer\n");
    assert_string_equal(cells("SELECT seq, tag, digest_raw FROM dunlin_migrations"),
                        "1|0003_a|" TEXT_HASH "\n");
}

static void
a_row_of_drizzle_1_has_name_and_time_as_well(void **state)
{
    dn_migration migration = migration_of("20250106090000_a", "M\xfcll");
    dn_tracker tracker = created(DN_LAYOUT_DRIZZLE_V1);
    dn_tracker_entry entry = entry_of(&migration, "M\xfcll", 4);

    (void)state;
    migration.when_ms = 1736154000000;
    record(&tracker, &entry);
    /* Node's hash of "M\xfcll" read as UTF-8; ours is that of the bytes. */
    assert_string_equal(
        cells("SELECT id, hash, created_at, name,"
              " applied_at LIKE '____-__-__T__:__:__.______Z' FROM __drizzle_migrations"),
        "1|3f2545fc5f4ef21c7dd4a1b006a5e0d3c792852a26b998a43dc96d7ed84cf65f|1736154000000"
        "|20250106090000_a|1\n");
    assert_string_equal(cells("SELECT digest_raw FROM dunlin_migrations"),
                        "ef6f3b9b832b9a5e0ace4178e360610c0afb0b86a5a5a4e41605b5a35445542e\n");
}

/* Each hash is what Node gives for sha256 of fs.readFileSync(file).toString(). */
static void
drizzles_hash_is_that_of_the_text_decoded_and_encoded_again(void **state)
{
    static const struct {
        const char *bytes;
        const char *hash;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
         "df9226927fd572c1ee66eec85de1bb139497614899f36e4e90474cb71f6ef9d0"},
        {"\xff", "83d544ccc223c057d2bf80d3f2a32982c32c3c0db8e2674820da5064783fb097"},
        {"a\xc3", "51d277510ba4bf97b25f12d38513c1b620a2a33fc83b3beeeb0dd971bf429e6d"},
        {"\xc3(", "2d4bf56bf338c578dae8b2b20d4d8b28801557d4c38e1d7c6699abddf69fee8d"},
        {"\xe2\x82", "83d544ccc223c057d2bf80d3f2a32982c32c3c0db8e2674820da5064783fb097"},
        {"\xe2\x82x", "a87ce46793cc659b79bd187e998f8488635f707d5be0957e1d565981efd2b04b"},
        {"\xf0\x9f\x98", "83d544ccc223c057d2bf80d3f2a32982c32c3c0db8e2674820da5064783fb097"},
        {"\xf0\x9f\x98x", "a87ce46793cc659b79bd187e998f8488635f707d5be0957e1d565981efd2b04b"},
        {"\xf0\x80\x80\x80", "c22917d19a6656769f72fb7090d6590cb857aa735ef9e646a4ef15d78e7d2317"},
        {"\xed\xa0\x80", "a73f4cb996ceb6ee097888d897ae1004c9b1faab6c97629214139b9639aaf1af"},
        {"\xf4\x90\x80\x80", "c22917d19a6656769f72fb7090d6590cb857aa735ef9e646a4ef15d78e7d2317"},
        {"\xc0\xaf", "52793f8dc1d85e409f8c88be99d8b31d58f676246340150f406289e04a11151e"},
        {"\x80\x80", "52793f8dc1d85e409f8c88be99d8b31d58f676246340150f406289e04a11151e"},
        {"\xf8\x88\x80\x80\x80",
         "cf7f18b3357e0c3ce1b92f1d169ceb68364e747dc146576cb23d00a874a4638d"},
        {"\xef\xbb\xbfx", "84144a41283d6dc344addf4e83189d83fdd656439675abf54e6f44ccb73b4eb6"},
        {"\xe0\x80\x80", "a73f4cb996ceb6ee097888d897ae1004c9b1faab6c97629214139b9639aaf1af"},
        {"\xe0\xa0\x41", "1b6d8a78363cf390895eba876b9fefb99d73506bb40fe31c4efeb2b58f7fe1fc"},
        {"\xed\x9f\xbf", "4ebbb7b74dcc9b0b81efbbcf4991f2c57244312fc919377648906b6ea93f7c81"},
        {"\xf4\x8f\xbf\xbf", "708b8add9f6b5b556a07b72973b10ff9a3ec30e002034ef24aa076fab4b40e50"},
        {"\xf5"
         "ABC",
         "91e2f69052f6e9a2565addd3357007260a313fc418cdb70b89481b315eb43cbd"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dn_digest digest = dn_drizzle_hash(cases[i].bytes, strlen(cases[i].bytes));

        assert_string_equal(hex_of(&digest), cases[i].hash);
    }
}

static void
a_name_of_drizzle_1_is_the_time_and_the_tag_without_its_number(void **state)
{
    static const struct {
        const char *tag;
        int64_t when_ms;
        dn_layout layout;
        const char *name;
    } cases[] = {
        {"0000_init_accounts", 1736154000000, DN_LAYOUT_DRIZZLE, "20250106090000_init_accounts"},
        {"0012_x", 951782399999, DN_LAYOUT_DRIZZLE, "20000228235959_x"},
        {"0012_x", 951782400000, DN_LAYOUT_DRIZZLE, "20000229000000_x"},
        {"20250106090000_init", 1, DN_LAYOUT_DRIZZLE_V1, "20250106090000_init"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const dn_migration migration = {.tag = cases[i].tag, .when_ms = cases[i].when_ms};

        assert_string_equal(dn_drizzle_name(&arena, &migration, cases[i].layout), cases[i].name);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DATABASE_TEST(our_tables_have_the_columns_that_are_documented),
        DATABASE_TEST(drizzles_tables_are_as_drizzle_makes_them),
        DATABASE_TEST(tables_are_made_in_one_transaction_and_only_those_that_are_missing),
        DATABASE_TEST(a_row_of_ours_holds_what_was_applied),
        DATABASE_TEST(numbers_go_on_behind_the_highest),
        DATABASE_TEST(a_text_is_kept_up_to_four_mebibytes),
        DATABASE_TEST(a_row_of_drizzles_holds_its_hash_and_the_time_of_the_journal),
        DATABASE_TEST(a_row_of_drizzle_1_has_name_and_time_as_well),
        DATABASE_TEST(drizzles_hash_is_that_of_the_text_decoded_and_encoded_again),
        DATABASE_TEST(a_name_of_drizzle_1_is_the_time_and_the_tag_without_its_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
