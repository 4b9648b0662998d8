/* SPDX-License-Identifier: MIT
 *
 * Files as scripts: directives, sections, what is left out, and files that change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/sqlite_fixture.h"

enum { WHOLE_FILE = 4 * 1024 * 1024 };

static dn_script *
open_script(const dn_migration *migration, const dn_script_kept *kept, bool digests)
{
    dn_script *script;

    if (dn_script_open(connection, NULL, migration, kept, digests, &script, &error) < 0)
        fail_msg("%s", error.message);
    return script;
}

/* All items, one line each: kind, ordinal, place, text; NULL after a failure. */
static const char *
list(dn_script *script)
{
    static const char *const kinds[] = {"end", "statement", "control", "around", "assert"};
    const char *text = "";
    dn_script_item item;

    while (dn_script_next(script, &item, &error) == 0) {
        if (item.kind == DN_SCRIPT_END)
            return text;
        text = dn_arena_printf(&arena, "%s%s %u %u:%u %.*s", text, kinds[item.kind], item.ordinal,
                               item.line, item.column, (int)item.sql.length, item.sql.data);
        if (item.kind == DN_SCRIPT_ASSERT)
            text = dn_arena_printf(&arena, "%s[%.*s]", text, (int)item.expected.length,
                                   item.expected.data);
        text = dn_arena_printf(&arena, "%s\n", text);
    }
    return NULL;
}

static const char *
list_text(const char *text)
{
    dn_migration migration = migration_of("a", text);
    dn_script *script = open_script(&migration, NULL, false);
    const char *listed = list(script);

    dn_script_close(script);
    return listed;
}

static void
a_file_is_cut_into_what_concerns_this_driver(void **state)
{
    static const struct {
        const char *text;
        const char *items;
    } cases[] = {
        {"", ""},
        {"-- nothing but a comment\n/* and another */\n;;\n", ""},
        {"SELECT 1;\n  SELECT 2", "statement 1 1:1 SELECT 1\nstatement 2 2:3 SELECT 2\n"},
        {"SELECT 1\n--> statement-breakpoint\nSELECT 2;",
         "statement 1 1:1 SELECT 1\nstatement 2 3:1 SELECT 2\n"},
        {"\xEF\xBB\xBF-- x\r\nSELECT 1;\r\n", "statement 1 2:1 SELECT 1\n"},
        {"BEGIN;\nSELECT 1;\nCOMMIT;\nROLLBACK;\nEND",
         "control 1 1:1 BEGIN\nstatement 2 2:1 SELECT 1\ncontrol 3 3:1 COMMIT\n"
         "control 4 4:1 ROLLBACK\ncontrol 5 5:1 END\n"},
        {"SAVEPOINT s; ROLLBACK TO s; RELEASE s;",
         "statement 1 1:1 SAVEPOINT s\nstatement 2 1:14 ROLLBACK TO s\nstatement 3 1:29 RELEASE "
         "s\n"},
        {"PRAGMA foreign_keys=OFF; PRAGMA foreign_keys;",
         "around 1 1:1 PRAGMA foreign_keys=OFF\nstatement 2 1:26 PRAGMA foreign_keys\n"},
        /* sections */
        {"-- dunlin: only postgres\nSELECT 1;\n-- dunlin: end\nSELECT 2;",
         "statement 1 4:1 SELECT 2\n"},
        {"-- dunlin: only mysql, SQLite\nSELECT 1;\n-- dunlin: end\nSELECT 2;",
         "statement 1 2:1 SELECT 1\nstatement 2 4:1 SELECT 2\n"},
        {"-- dunlin: only sqlite3\nSELECT 1;\n-- dunlin: end\n"
         "-- dunlin: only sqlit\nSELECT 2;\n-- dunlin: assert SELECT 1 = 2\n-- dunlin: end\n",
         "statement 1 2:1 SELECT 1\n"},
        {"SELECT 1;\n-- dunlin: down\nSELECT 2;\n-- dunlin: assert SELECT 1 = 2\n"
         "-- dunlin: only sqlite\nSELECT 3;\n-- dunlin: end\nSELECT 4;",
         "statement 1 1:1 SELECT 1\n"},
        /* the others */
        {"-- dunlin: assert SELECT count(*) FROM a WHERE b = 1 =  0\nSELECT 1;",
         "assert 1 1:12 SELECT count(*) FROM a WHERE b = 1 [0]\nstatement 2 2:1 SELECT 1\n"},
        {"-- dunlin: assert\tSELECT 'x' = a b\nSELECT 1;",
         "assert 1 1:12 SELECT 'x' [a b]\nstatement 2 2:1 SELECT 1\n"},
        {"-- dunlin: probe SELECT 1\n-- dunlin: rename a.b -> c\n-- dunlin: no-transaction\n", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *items = list_text(cases[i].text);

        if (!items)
            fail_msg("%s", error.message);
        assert_string_equal(items, cases[i].items);
    }
}

static void
what_a_file_may_not_hold_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *text;
        const char *id;
        const char *message;
    } cases[] = {
        {"SELECT 1;\n-- dunlin: onyl sqlite\n", "script.unknown-directive",
         "a.sql:2:12: unknown directive: '-- dunlin: onyl sqlite'"},
        {"-- dunlin: no-transactions\n", "script.unknown-directive",
         "a.sql:1:12: unknown directive: '-- dunlin: no-transactions'"},
        {"-- dunlin: end\n", "script.bad-directive",
         "a.sql:1:12: there is no 'only' section to end: '-- dunlin: end'"},
        {"-- dunlin: only ,\nSELECT 1;\n", "script.bad-directive",
         "a.sql:1:12: 'only' wants names of drivers: '-- dunlin: only ,'"},
        {"-- dunlin: only sqlite\n-- dunlin: only mysql\n", "script.nested-only",
         "a.sql:2:12: a section may not stand inside another one: '-- dunlin: only mysql'"},
        {"SELECT 1;\n-- dunlin: only mysql\nSELECT 2;\n", "script.unended-only",
         "a.sql:2:1: the section '-- dunlin: only' has no '-- dunlin: end'"},
        {"-- dunlin: assert SELECT 1\n", "script.bad-directive",
         "a.sql:1:12: 'assert' wants a query, '=' and a value: '-- dunlin: assert SELECT 1'"},
        {"-- dunlin: assert SELECT 1 =\n", "script.bad-directive",
         "a.sql:1:12: 'assert' wants a query, '=' and a value: '-- dunlin: assert SELECT 1 ='"},
        {"-- dunlin: assert = 1\n", "script.bad-directive",
         "a.sql:1:12: 'assert' wants a query, '=' and a value: '-- dunlin: assert = 1'"},
        {"SELECT 1;\n  SELECT 'a", "lex.unterminated", NULL},
        {"SELECT 1; .tables\n", "script.client-command",
         "a.sql:1:11: this is a command of a client program, not a statement: '.tables'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_null(list_text(cases[i].text));
        assert_string_equal(error.id, cases[i].id);
        if (cases[i].message)
            assert_string_equal(error.message, cases[i].message);
    }
}

static void
no_transaction_counts_where_its_section_does(void **state)
{
    static const struct {
        const char *text;
        bool outside;
    } cases[] = {
        {"SELECT 1;", false},
        {"SELECT 1;\n-- dunlin: no-transaction\n", true},
        {"-- dunlin: only mysql\n-- dunlin: no-transaction\n-- dunlin: end\n", false},
        {"-- dunlin: only sqlite\n-- dunlin: no-transaction\n-- dunlin: end\n", true},
        {"-- dunlin: down\n-- dunlin: no-transaction\n", false},
        {"-- dunlin: no-transaction\n-- dunlin: down\n-- dunlin: no-transaction\n", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dn_migration migration = migration_of("a", cases[i].text);
        dn_script *script = open_script(&migration, NULL, false);

        assert_non_null(list(script));
        assert_int_equal(dn_script_no_transaction(script), cases[i].outside);
        dn_script_close(script);
    }
}

/* --- texts ------------------------------------------------------------------------------------ */
static char *
blanks(size_t length)
{
    char *text = dn_arena_alloc(&arena, length + 1);

    memset(text, ' ', length);
    memcpy(text, "SELECT 1;", 9);
    return text;
}

static void
a_file_is_kept_up_to_four_mebibytes_and_read_on_beyond(void **state)
{
    char *text = blanks(WHOLE_FILE + 1);

    (void)state;
    for (size_t length = WHOLE_FILE; length <= WHOLE_FILE + 1; length++) {
        dn_migration migration = file_of("a", text, length);
        dn_script *script = open_script(&migration, NULL, false);
        size_t kept;

        assert_string_equal(list(script), "statement 1 1:1 SELECT 1\n");
        if (length > WHOLE_FILE) {
            assert_null(dn_script_text(script, &kept));
        } else {
            assert_memory_equal(dn_script_text(script, &kept), text, length);
            assert_int_equal(kept, length);
        }
        dn_script_close(script);
    }
}

static void
a_file_that_is_another_one_by_now_is_noticed_at_its_end(void **state)
{
    static const size_t lengths[] = {100, WHOLE_FILE + 1};

    (void)state;
    for (int i = 0; i < 4; i++) {
        size_t length = lengths[i / 2];
        char *text = blanks(length);
        dn_migration migration = file_of("a", text, length);
        dn_script *script;

        text[length - 1] = '\n';
        put_bytes("a.sql", text, length);
        script = open_script(&migration, NULL, i % 2 == 1);
        assert_null(list(script));
        expect_error("script.changed", "the file 'a.sql' changed while it was read");
        dn_script_close(script);
    }
}

static void
a_file_that_is_gone_cannot_be_opened(void **state)
{
    static const uint64_t sizes[] = {10, WHOLE_FILE + 1};

    (void)state;
    for (int i = 0; i < 2; i++) {
        dn_migration migration = {.tag = "b", .path = "b.sql", .size = sizes[i]};
        dn_script *script;

        assert_int_equal(dn_script_open(connection, NULL, &migration, NULL, false, &script, &error),
                         -1);
        dn_script_close(script);
        assert_non_null(strstr(error.message, "'b.sql': No such file or directory"));
    }
}

static void
a_text_that_was_kept_is_read_instead_of_the_file(void **state)
{
    dn_migration migration = migration_of("a", "SELECT 1;");
    dn_script_kept kept = {"SELECT 2;", 9};
    dn_script *script;
    size_t length;

    (void)state;
    assert_int_equal(unlink("a.sql"), 0);
    script = open_script(&migration, &kept, false);
    assert_string_equal(list(script), "statement 1 1:1 SELECT 2\n");
    assert_ptr_equal(dn_script_text(script, &length), kept.data);
    assert_int_equal(length, 9);
    dn_script_close(script);
}

/* What was hashed is what is run. */
static void
a_text_that_came_with_the_journal_is_not_read_again(void **state)
{
    dn_migration migration = migration_of("a", "SELECT 1;");
    dn_script *script;
    size_t length;

    (void)state;
    migration.text = "SELECT 1;";
    assert_int_equal(unlink("a.sql"), 0);
    script = open_script(&migration, NULL, false);
    assert_string_equal(list(script), "statement 1 1:1 SELECT 1\n");
    assert_ptr_equal(dn_script_text(script, &length), migration.text);
    assert_int_equal(length, 9);
    dn_script_close(script);
}

static void
digests_are_those_of_the_lines_and_of_the_tokens(void **state)
{
    /* printf 'SELECT 1;\n' | sha256sum; printf 'SELECT\0001\000\000' | sha256sum */
    static const char lines[] = "b4e0497804e46e0a0b0b8c31975b062152d551bac49c3c2e80932567b4085dcd";
    static const char tokens[] = "96e35f6853e58ecb4a000032ee61e3cb0309a946f41e83fd753f3aeeac2d82ed";
    static const char *const texts[] = {"SELECT 1;\n", "SELECT 1;\r\n", "\xEF\xBB\xBFSELECT 1;\n"};

    (void)state;
    for (int i = 0; i < 6; i++) {
        dn_migration migration = migration_of("a", texts[i % 3]);
        dn_script *script;
        dn_digest text_digest;
        dn_digest token_digest;

        if (i >= 3)
            migration.text = texts[i % 3];
        script = open_script(&migration, NULL, true);

        assert_non_null(list(script));
        dn_script_digests(script, &text_digest, &token_digest);
        assert_string_equal(hex_of(&text_digest), lines);
        assert_string_equal(hex_of(&token_digest), tokens);
        dn_script_close(script);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DATABASE_TEST(a_file_is_cut_into_what_concerns_this_driver),
        DATABASE_TEST(what_a_file_may_not_hold_is_refused_with_its_place),
        DATABASE_TEST(no_transaction_counts_where_its_section_does),
        DATABASE_TEST(a_file_is_kept_up_to_four_mebibytes_and_read_on_beyond),
        DATABASE_TEST(a_file_that_is_another_one_by_now_is_noticed_at_its_end),
        DATABASE_TEST(a_file_that_is_gone_cannot_be_opened),
        DATABASE_TEST(a_text_that_was_kept_is_read_instead_of_the_file),
        DATABASE_TEST(a_text_that_came_with_the_journal_is_not_read_again),
        DATABASE_TEST(digests_are_those_of_the_lines_and_of_the_tokens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
