/* SPDX-License-Identifier: MIT
 *
 * Snapshot files: their bytes, and what is said about one that is not right.
 */
#include "tests/unit/schema_fixture.h"

#include "core/state/snapshot.h"

/* { printf '"column/public/t/a":{"type":"int"}\n"table/public/t":{"comment":"Ünï"}\n'; } | sha256sum */
#define DIGEST "cee25c0ff73fd5cf85d35f8b37644969050009f96d6c5afdf5bf199c3a23e1da"
#define HEAD                                                                                       \
    "{\"dunlin\":{\"dialect\":\"postgresql\",\"digest\":\"" DIGEST                                 \
    "\",\"flavour\":\"postgresql\",\"format\":1,\"server\":15},\n"
#define FACTS                                                                                      \
    "\"facts\":{\n"                                                                                \
    "\"column/public/t/a\":{\"type\":\"int\"},\n"                                                  \
    "\"table/public/t\":{\"comment\":\"\xC3\x9Cn\xC3\xAF\"}\n"                                     \
    "}}\n"

static int
setup(void **state)
{
    return setup_schema(state, DN_FACT_NAMESPACES);
}

static void
test_a_snapshot_has_these_bytes(void **state)
{
    schema_fixture *fixture = *state;
    dn_snapshot snapshot = {.dialect = "postgresql", .flavour = "postgresql", .server = 15};
    dn_text text = DN_TEXT_INIT;

    given(fixture, "table public/t comment=\xC3\x9Cn\xC3\xAF");
    given(fixture, "column public/t/a type=int");
    snapshot.facts = fixture->map;
    assert_int_equal(dn_snapshot_write(&snapshot, &text, &fixture->error), 0);
    assert_string_equal(text.data, HEAD FACTS);
    dn_text_free(&text);
}

static void
test_an_empty_schema_is_a_snapshot_too(void **state)
{
    schema_fixture *fixture = *state;
    dn_snapshot snapshot = {.dialect = "sqlite", .flavour = "sqlite", .server = 3};
    dn_snapshot again;
    dn_text text = DN_TEXT_INIT;

    snapshot.facts = fixture->map;
    assert_int_equal(dn_snapshot_write(&snapshot, &text, &fixture->error), 0);
    assert_string_equal(text.data,
                        "{\"dunlin\":{\"dialect\":\"sqlite\",\"digest\":\"e3b0c44298fc1c149afbf4c8"
                        "996fb92427ae41e4649b934ca495991b7852b855\",\"flavour\":\"sqlite\","
                        "\"format\":1,\"server\":3},\n\"facts\":{\n}}\n");
    assert_int_equal(dn_snapshot_read("head.json", text.data, text.length, &fixture->arena, &again,
                                      &fixture->error),
                     0);
    assert_int_equal(dn_fact_map_count(again.facts), 0);
    dn_text_free(&text);
}

static void
test_what_was_written_is_read_and_written_again(void **state)
{
    schema_fixture *fixture = *state;
    dn_snapshot snapshot;
    dn_fact_map *facts;
    dn_text text = DN_TEXT_INIT;

    assert_int_equal(dn_snapshot_read("head.json", HEAD FACTS, sizeof HEAD FACTS - 1,
                                      &fixture->arena, &snapshot, &fixture->error),
                     0);
    assert_string_equal(snapshot.dialect, "postgresql");
    assert_string_equal(snapshot.flavour, "postgresql");
    assert_int_equal(snapshot.server, 15);
    assert_int_equal(dn_snapshot_facts(snapshot.facts, DN_FACT_NAMESPACES, &fixture->arena, &facts,
                                       &fixture->error),
                     0);
    assert_int_equal(dn_fact_map_naming(facts), DN_FACT_NAMESPACES);
    snapshot.facts = facts;
    assert_int_equal(dn_snapshot_write(&snapshot, &text, &fixture->error), 0);
    assert_string_equal(text.data, HEAD FACTS);
    dn_text_free(&text);
}

/* Which of the two leaves them out does not matter. */
static void
test_grants_are_said_in_the_head_and_compared_where_both_tell_them(void **state)
{
    schema_fixture *fixture = *state;
    dn_snapshot with = {
        .dialect = "postgresql", .flavour = "postgresql", .server = 15, .grants = true};
    dn_snapshot without = {.dialect = "postgresql", .flavour = "postgresql", .server = 15};
    dn_snapshot again;
    dn_text text = DN_TEXT_INIT;

    given(fixture, "table public/t");
    given(fixture, "grant public/t/bob/SELECT grantable!");
    with.facts = without.facts = fixture->map;
    assert_int_equal(dn_snapshot_write(&with, &text, &fixture->error), 0);
    assert_non_null(strstr(text.data, "\"format\":1,\"grants\":true,\"server\":15},\n"));
    assert_non_null(strstr(text.data, "\"grant/public/t/bob/SELECT\":{\"grantable\":true},\n"));
    assert_int_equal(dn_snapshot_read("head.json", text.data, text.length, &fixture->arena, &again,
                                      &fixture->error),
                     0);
    assert_true(again.grants);
    assert_int_equal(dn_snapshot_level(&again, &with, &fixture->arena, &fixture->error), 0);
    assert_int_equal(dn_fact_map_count(again.facts), 2);
    assert_int_equal(dn_snapshot_level(&without, &again, &fixture->arena, &fixture->error), 0);
    assert_int_equal(dn_fact_map_count(again.facts), 1);
    assert_int_equal(dn_snapshot_level(&with, &without, &fixture->arena, &fixture->error), 0);
    assert_int_equal(dn_fact_map_count(with.facts), 1);
    dn_text_free(&text);
}

static void
is_refused(void **state, const char *text, const char *id, const char *message)
{
    schema_fixture *fixture = *state;
    dn_snapshot snapshot;

    assert_int_equal(dn_snapshot_read("head.json", text, strlen(text), &fixture->arena, &snapshot,
                                      &fixture->error),
                     -1);
    assert_string_equal(fixture->error.id, id);
    assert_string_equal(fixture->error.message, message);
}

static void
test_a_merge_that_was_not_resolved_is_a_syntax_error(void **state)
{
    is_refused(state, HEAD "\"facts\":{\n<<<<<<< HEAD\n\"table/a\":{}\n}}\n", "snapshot.syntax",
               "head.json:3:1: expected a member name in double quotes");
}

static void
test_another_format_is_named(void **state)
{
    is_refused(state, "{\"dunlin\":{\"format\":2},\n\"facts\":[]}", "snapshot.format",
               "head.json:1:21: this is format 2 of snapshots, and this dunlin reads format 1");
}

static void
test_other_json_is_no_snapshot(void **state)
{
    is_refused(state, "[]", "snapshot.invalid",
               "head.json:1:1: not a snapshot: it should begin with {\"dunlin\":{...");
    is_refused(state, "{\"dunlin\":{}}", "snapshot.invalid",
               "head.json:1:11: not a snapshot: \"format\" is missing or not a number");
    is_refused(state, "{\"dunlin\":{\"format\":1}}", "snapshot.invalid",
               "head.json:1:11: \"dialect\" should be a text that is not empty");
    is_refused(state,
               "{\"dunlin\":{\"dialect\":\"x\",\"digest\":\"12\",\"flavour\":\"x\",\"format\":1}}",
               "snapshot.invalid", "head.json:1:35: \"digest\" should be 64 hexadecimal digits");
    is_refused(state, HEAD "\"facts\":1}", "snapshot.invalid",
               "head.json:2:9: not a snapshot: \"facts\" should be an object");
}

static void
test_a_wrong_fact_is_named_with_its_place(void **state)
{
    is_refused(state, HEAD "\"facts\":{\n\"table/a\":{},\n\"users\":{}\n}}", "snapshot.invalid",
               "head.json:4:1: a key is a kind and names, as in 'table/users'");
    is_refused(state, HEAD "\"facts\":{\n\"table/a\":{\"strict\":false}\n}}", "snapshot.invalid",
               "head.json:3:21: what is false or null is left out");
    is_refused(state, HEAD "\"facts\":{\n\"table/a\":{},\n\"table/a\":{}\n}}", "snapshot.syntax",
               "head.json:4:1: the member 'table/a' stands here twice");
}

static void
test_a_snapshot_that_was_edited_by_hand_is_found_out(void **state)
{
    is_refused(state, HEAD "\"facts\":{\n\"table/public/t\":{}\n}}", "snapshot.edited",
               "head.json:1:44: the facts were edited by hand or merged: their digest is "
               "8ea55b2ddead..., not cee25c0ff73f...");
}

/* A formatter changes no fact. */
static void
test_blanks_do_not_count(void **state)
{
    schema_fixture *fixture = *state;
    static const char text[] = HEAD "  \"facts\": {\r\n"
                                    "\"table/public/t\": { \"comment\": \"\\u00dcn\\u00ef\" },\r\n"
                                    "\"column/public/t/a\": { \"type\": \"int\" } } }";
    dn_snapshot snapshot;

    assert_int_equal(dn_snapshot_read("head.json", text, sizeof text - 1, &fixture->arena,
                                      &snapshot, &fixture->error),
                     0);
}

/* All but the last line end is needed; what stands behind it is too much. */
static void
test_half_a_snapshot_is_none(void **state)
{
    schema_fixture *fixture = *state;
    static const char text[] = HEAD FACTS;
    static const char longer[] = HEAD FACTS "\"table/public/u\":{}\n}}\n";
    dn_snapshot snapshot;

    for (size_t length = 0; length + 3 < sizeof text; length++)
        assert_int_equal(dn_snapshot_read("head.json", text, length, &fixture->arena, &snapshot,
                                          &fixture->error),
                         -1);
    assert_int_equal(dn_snapshot_read("head.json", text, sizeof text - 2, &fixture->arena,
                                      &snapshot, &fixture->error),
                     0);
    is_refused(state, longer, "snapshot.syntax",
               "head.json:6:1: expected nothing after the document");
}

/* As for every snapshot, digests are of bytes: one that fits does not make a fact of a line. */
static void
test_a_digest_that_fits_makes_no_fact(void **state)
{
    /* printf '"table/public/t":{"comment":null}\n' | sha256sum */
    is_refused(state,
               "{\"dunlin\":{\"dialect\":\"postgresql\",\"digest\":\""
               "a2ced6d5c8a952e7e3d88c351053eacf965182f0c9b5ca21a311279d442b28ff"
               "\",\"flavour\":\"postgresql\",\"format\":1,\"server\":15},\n\"facts\":{\n"
               "\"table/public/t\":{\"comment\":null}\n}}\n",
               "snapshot.invalid", "head.json:3:29: what is false or null is left out");
}

static int
name_with_namespaces(const char *dialect, uint64_t *naming, void *context, dn_error *error)
{
    int *asked = context;

    (*asked)++;
    if (strcmp(dialect, "postgresql") != 0)
        return dn_fail(error, DUNLIN_MISSING, "driver.missing", "no driver for '%s'", dialect);
    *naming = DN_FACT_NAMESPACES;
    return 0;
}

static const dunlin_fact *
found(const dn_fact_map *facts, const char *kind, const char *a, const char *b, const char *c)
{
    const dunlin_string path[] = {dn_string(a), dn_string(b), dn_string(c ? c : "")};

    return dn_fact_map_find(facts, dn_string(kind), path, c ? 3 : 2);
}

/* { printf '"column/public/t/a":{"type":"text"}\n"table/public/s":{}\n'
 *   printf '"table/public/t":{"comment":"Ünï"}\n'; } | sha256sum */
#define OTHER                                                                                      \
    "{\"dunlin\":{\"dialect\":\"postgresql\",\"digest\":\""                                        \
    "d96fc74baeae3f02e54b0ff5ad7cdf847c353816b416fbecffe50f60f127b056"                             \
    "\",\"flavour\":\"postgresql\",\"format\":1,\"server\":15},\n\"facts\":{\n"                    \
    "\"column/public/t/a\":{\"type\":\"text\"},\n"                                                 \
    "\"table/public/s\":{},\n"                                                                     \
    "\"table/public/t\":{\"comment\":\"\xC3\x9Cn\xC3\xAF\"}\n"                                     \
    "}}\n"

static void
test_what_two_files_have_in_common_is_read_once(void **state)
{
    schema_fixture *fixture = *state;
    dn_snapshot_lines lines = {.count = 0};
    int asked = 0;
    dn_snapshot_manner manner = {
        .naming = name_with_namespaces, .context = &asked, .lines = &lines};
    dn_snapshot first, second;
    dn_fact_map *before, *after;

    assert_int_equal(dn_snapshot_read_facts("a.json", HEAD FACTS, sizeof HEAD FACTS - 1, &manner,
                                            &fixture->arena, &first, &before, &fixture->error),
                     0);
    assert_int_equal(lines.count, 2);
    manner.like = &lines;
    manner.lines = NULL;
    assert_int_equal(dn_snapshot_read_facts("b.json", OTHER, sizeof OTHER - 1, &manner,
                                            &fixture->arena, &second, &after, &fixture->error),
                     0);
    assert_int_equal(dn_fact_map_naming(after), DN_FACT_NAMESPACES);
    assert_int_equal(dn_fact_map_count(after), 3);
    assert_ptr_equal(found(before, "table", "public", "t", NULL),
                     found(after, "table", "public", "t", NULL));
    assert_ptr_not_equal(found(before, "column", "public", "t", "a"),
                         found(after, "column", "public", "t", "a"));
    assert_non_null(found(after, "table", "public", "s", NULL));
    assert_int_equal(asked, 2);
}

/* A formatter's file has no lines, and is compared all the same. */
static void
test_a_file_of_other_lines_shares_nothing(void **state)
{
    schema_fixture *fixture = *state;
    static const char text[] = HEAD "\"facts\":{\n"
                                    "\"table/public/t\":{ \"comment\":\"\xC3\x9Cn\xC3\xAF\" },\n"
                                    "\"column/public/t/a\":{\"type\":\"int\"}\n}}\n";
    dn_snapshot_lines lines = {.count = 0};
    int asked = 0;
    dn_snapshot_manner manner = {
        .naming = name_with_namespaces, .context = &asked, .lines = &lines};
    dn_snapshot snapshot;
    dn_fact_map *facts;

    assert_int_equal(dn_snapshot_read_facts("a.json", text, sizeof text - 1, &manner,
                                            &fixture->arena, &snapshot, &facts, &fixture->error),
                     0);
    assert_int_equal(lines.count, 0);
    assert_int_equal(dn_fact_map_naming(facts), DN_FACT_NAMESPACES);
    assert_int_equal(dn_fact_map_count(facts), 2);
}

/* What is wrong with the file comes before what is wrong with the machine. */
static void
test_a_dialect_without_a_driver_is_told_last(void **state)
{
    schema_fixture *fixture = *state;
    static const char good[] = "{\"dunlin\":{\"dialect\":\"toy\",\"digest\":\"" DIGEST
                               "\",\"flavour\":\"toy\",\"format\":1,\"server\":15},\n" FACTS;
    int asked = 0;
    const dn_snapshot_manner manner = {.naming = name_with_namespaces, .context = &asked};
    dn_snapshot snapshot;
    dn_fact_map *facts;

    assert_int_equal(dn_snapshot_read_facts("a.json", good, sizeof good - 1, &manner,
                                            &fixture->arena, &snapshot, &facts, &fixture->error),
                     -1);
    assert_string_equal(fixture->error.message, "no driver for 'toy'");
    assert_int_equal(dn_snapshot_read_facts("a.json", good, sizeof good - 4, &manner,
                                            &fixture->arena, &snapshot, &facts, &fixture->error),
                     -1);
    assert_string_equal(fixture->error.id, "snapshot.syntax");
}

static void
test_snapshots_lie_where_drizzle_does_not_look(void **state)
{
    schema_fixture *fixture = *state;

    assert_string_equal(dn_snapshot_head_path("app/migrations", "mysql", &fixture->arena),
                        "app/migrations/meta/_dunlin/mysql/head.json");
    assert_string_equal(dn_snapshot_folder("app/migrations", "mysql", &fixture->arena),
                        "app/migrations/meta/_dunlin/mysql");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_snapshot_has_these_bytes, setup, teardown_schema),
        cmocka_unit_test_setup_teardown(test_an_empty_schema_is_a_snapshot_too, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_what_was_written_is_read_and_written_again, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(
            test_grants_are_said_in_the_head_and_compared_where_both_tell_them, setup,
            teardown_schema),
        cmocka_unit_test_setup_teardown(test_a_merge_that_was_not_resolved_is_a_syntax_error, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_another_format_is_named, setup, teardown_schema),
        cmocka_unit_test_setup_teardown(test_other_json_is_no_snapshot, setup, teardown_schema),
        cmocka_unit_test_setup_teardown(test_a_wrong_fact_is_named_with_its_place, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_a_snapshot_that_was_edited_by_hand_is_found_out, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_blanks_do_not_count, setup, teardown_schema),
        cmocka_unit_test_setup_teardown(test_half_a_snapshot_is_none, setup, teardown_schema),
        cmocka_unit_test_setup_teardown(test_a_digest_that_fits_makes_no_fact, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_what_two_files_have_in_common_is_read_once, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_a_file_of_other_lines_shares_nothing, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_a_dialect_without_a_driver_is_told_last, setup,
                                        teardown_schema),
        cmocka_unit_test_setup_teardown(test_snapshots_lie_where_drizzle_does_not_look, setup,
                                        teardown_schema),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
