/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/journal/layout.h"
#include "core/journal/markup.h"
#include "core/tracker/form.h"

static dn_arena arena;

static int
release(void **state)
{
    (void)state;
    dn_arena_free(&arena);
    return 0;
}

static void
each_tool_recognises_the_names_of_its_files(void **state)
{
    static const struct {
        dn_layout layout;
        const char *name;
        const char *tag; /* NULL: no migration of it */
        const char *key;
    } cases[] = {
        {DN_LAYOUT_DBMATE, "20250101000000_first.sql", "20250101000000_first", "20250101000000"},
        {DN_LAYOUT_DBMATE, "first.sql", NULL, NULL},
        {DN_LAYOUT_GOOSE, "00012_add.sql", "00012_add", "12"},
        {DN_LAYOUT_GOOSE, "00012.sql", NULL, NULL},
        {DN_LAYOUT_GOLANG_MIGRATE, "000001_a.up.sql", "000001_a", "1"},
        {DN_LAYOUT_GOLANG_MIGRATE, "000001_a.down.sql", NULL, NULL},
        {DN_LAYOUT_SQLX, "3_b.up.sql", "3_b", "3"},
        {DN_LAYOUT_SQLX, "3_b.sql", "3_b", "3"},
        {DN_LAYOUT_FLYWAY, "V1_02__a_b.sql", "V1_02__a_b", "1.2"},
        {DN_LAYOUT_FLYWAY, "V1.0__a.sql", "V1.0__a", "1"},
        {DN_LAYOUT_FLYWAY, "R__views.sql", "R__views", "R__views"},
        {DN_LAYOUT_FLYWAY, "U1__a.sql", NULL, NULL},
        {DN_LAYOUT_FLYWAY, "V1_a.sql", NULL, NULL},
        {DN_LAYOUT_KNEX, "2025_a.js", "2025_a.js", "2025_a.js"},
        {DN_LAYOUT_KNEX, "2025_a.d.ts", NULL, NULL},
        {DN_LAYOUT_GOOSE, ".00012_add.sql", NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dn_error error = {0};
        const char *tag = dn_layout_tag(cases[i].layout, cases[i].name, &arena, &error);

        if (!cases[i].tag) {
            assert_null(tag);
            continue;
        }
        assert_string_equal(tag, cases[i].tag);
        assert_string_equal(dn_layout_key(cases[i].layout, tag, &arena), cases[i].key);
    }
}

static void
migrations_come_in_the_order_of_their_tool(void **state)
{
    (void)state;
    assert_true(dn_layout_compare(DN_LAYOUT_GOOSE, "2_a", "10_b") < 0);
    assert_true(dn_layout_compare(DN_LAYOUT_DBMATE, "2_a", "10_b") > 0);
    assert_true(dn_layout_compare(DN_LAYOUT_FLYWAY, "V1.9__a", "V1.10__b") < 0);
    assert_true(dn_layout_compare(DN_LAYOUT_FLYWAY, "V2__a", "V1.10__b") > 0);
    assert_true(dn_layout_compare(DN_LAYOUT_FLYWAY, "R__a", "V99__b") > 0);
    assert_true(dn_layout_compare(DN_LAYOUT_FLYWAY, "R__a", "R__b") < 0);
    assert_int_equal(dn_layout_compare_keys(DN_LAYOUT_FLYWAY, "1.2", "1.02.0"), 0);
    assert_string_equal(dn_layout_spell(DN_LAYOUT_FLYWAY, "001.00", &arena), "1");
    assert_string_equal(dn_layout_description(DN_LAYOUT_FLYWAY, "V1__a_b", &arena), "a b");
}

static void
only_what_goes_up_is_left(void **state)
{
    static const struct {
        const char *text;
        const char *left;
    } cases[] = {
        {"-- migrate:up\na;\n-- migrate:down\nb;\n", "-- migrate:up\na;\n               \n  \n"},
        {"-- +goose Up\na;\n-- +goose Down\r\nb;\r\n-- +goose Up\nc;\n",
         "-- +goose Up\na;\n              \r\n  \r\n-- +goose Up\nc;\n"},
        {"a;\n-- migrate:down\nb;\n", "a;\n-- migrate:down\nb;\n"},
        {"-- migrate:up\n-- migrate:downn\nb;\n", "-- migrate:up\n-- migrate:downn\nb;\n"},
        {"--liquibase formatted sql\n--changeset a:1\na; --x\n--rollback b;\n--x\n",
         "                         \n               \na; --x\n             \n--x\n"},
        {"-- +goose up\na;\n-- +goose Down\n", "-- +goose up\na;\n-- +goose Down\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = dn_arena_text(&arena, cases[i].text);

        dn_markup_blank(text, strlen(text));
        assert_string_equal(text, cases[i].left);
    }
}

static void
marks_say_what_the_file_needs(void **state)
{
    static const struct {
        dn_layout layout;
        const char *text;
        bool no_transaction;
        const char *id; /* of the error, or NULL */
    } cases[] = {
        {DN_LAYOUT_DBMATE, "-- migrate:up transaction:false\na;\n", true, NULL},
        {DN_LAYOUT_DBMATE, "-- migrate:up\na;\n-- migrate:down transaction:false\n", false, NULL},
        {DN_LAYOUT_DBMATE, "a;\n", false, "markup.no-up"},
        {DN_LAYOUT_GOOSE, "-- +goose NO TRANSACTION\n-- +goose Up\na;\n", true, NULL},
        {DN_LAYOUT_GOOSE, "-- +goose Down\na;\n", false, "markup.no-up"},
        {DN_LAYOUT_GOOSE, "-- +goose ENVSUB ON\n-- +goose Up\na;\n", false, "markup.unsupported"},
        {DN_LAYOUT_GOOSE, "-- +goose NO TRANSACTION\nb;\n-- +goose Up\na;\n", false,
         "markup.before-up"},
        {DN_LAYOUT_SQLX, "-- no-transaction\na;\n", true, NULL},
        {DN_LAYOUT_ATLAS, "-- atlas:txmode none\n\na;\n", true, NULL},
        {DN_LAYOUT_ATLAS, "-- atlas:delimiter \\n\\n\n\na\n", false, "markup.unsupported"},
        {DN_LAYOUT_NATIVE, "a;\n", false, NULL},
        {DN_LAYOUT_FILES, "--liquibase formatted sql\n--changeset a:1\na;\n--rollback b;\n", false,
         NULL},
        {DN_LAYOUT_FILES,
         "\n-- Liquibase formatted SQL\n-- changeset \"a b\":\"dbms:\" runInTransaction:false\na;\n",
         true, NULL},
        {DN_LAYOUT_FILES,
         "--liquibase formatted sql\n--changeset a:1 logicalFilePath:x runOnChange:false\na;\n",
         false, NULL},
        {DN_LAYOUT_FILES, "--liquibase formatted sql\n--changeset a:1 runonchange:TRUE\na;\n",
         false, "markup.unsupported"},
        {DN_LAYOUT_FILES,
         "--liquibase formatted sql\n--changeset a:1\na;\n--changeset a:2 dbms:oracle\n", false,
         "markup.unsupported"},
        {DN_LAYOUT_FILES,
         "--liquibase formatted sql\n--changeset a:1\n--preconditions onFail:HALT\na;\n", false,
         "markup.unsupported"},
        {DN_LAYOUT_FILES, "--liquibase formatted sql\n--changeset a:1\na ${b};\n", false,
         "markup.unsupported"},
        {DN_LAYOUT_FILES, "a;\n--liquibase formatted sql\n--changeset a:1 dbms:oracle\n", false,
         NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const dn_migration migration = {.path = "m.sql", .layout = cases[i].layout};
        dn_error error = {0};
        dn_markup markup;
        int answer =
            dn_markup_read(&migration, cases[i].text, strlen(cases[i].text), &markup, &error);

        if (cases[i].id) {
            assert_int_equal(answer, -1);
            assert_string_equal(error.id, cases[i].id);
            continue;
        }
        assert_int_equal(answer, 0);
        assert_int_equal(markup.no_transaction, cases[i].no_transaction);
    }
}

/* Of Flyway: what 13.12 stored for the same bytes; of sqlx: sha384sum. */
static void
sums_are_those_of_the_tools(void **state)
{
    static const char text[] = "create table a(x int);\n";
    static const char *const same[] = {text, "create table a(x int);\r\n",
                                       "\xEF\xBB\xBF"
                                       "create table a(x int);"};
    dn_auto(dn_text) sum = DN_TEXT_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        dn_text_clear(&sum);
        assert_int_equal(dn_checksum_flyway(same[i], strlen(same[i]), &sum), 0);
        assert_string_equal(sum.data, "365469020");
    }
    dn_text_clear(&sum);
    assert_int_equal(dn_checksum_sqlx(text, strlen(text), &sum), 0);
    assert_string_equal(sum.data,
                        "75a479738e1feacada3e7e72be8f0b8bb8c743706e59997b36d0e027c85d3928a8a2f6b461"
                        "b04fe29b8f235a05681613");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_tool_recognises_the_names_of_its_files),
        cmocka_unit_test(migrations_come_in_the_order_of_their_tool),
        cmocka_unit_test(only_what_goes_up_is_left),
        cmocka_unit_test(marks_say_what_the_file_needs),
        cmocka_unit_test(sums_are_those_of_the_tools),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
