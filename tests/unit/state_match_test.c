/* SPDX-License-Identifier: MIT
 *
 * Which tracker row records which migration. Journals and trackers are written in short:
 * "tag content when", where contents are single letters and '-' is "none".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/state/state_internal.h"

enum { MOST = 8 };

static dn_arena arena;

typedef struct line {
    char tag[40];
    char content[8];
    long long when;
} line;

/* "a X 1, b Y 2" */
static size_t
read_lines(const char *text, line *lines)
{
    size_t count = 0;

    for (const char *at = text; at && *at; at = strchr(at, ',')) {
        at += *at == ',';
        memset(&lines[count], 0, sizeof lines[count]);
        assert_true(sscanf(at, " %39s %7[^ ,] %lld", lines[count].tag, lines[count].content,
                           &lines[count].when) >= 2);
        count++;
    }
    assert_true(count <= MOST);
    return count;
}

static dn_migration *
read_migrations(const char *text, bool listed, size_t *count)
{
    line lines[MOST];
    dn_migration *list = dn_arena_array(&arena, MOST, sizeof *list);

    *count = read_lines(text, lines);
    for (size_t i = 0; i < *count; i++) {
        list[i].tag = dn_arena_text(&arena, lines[i].tag);
        list[i].listed = listed;
        list[i].when_ms = lines[i].when;
        list[i].has_file = lines[i].content[0] != '-';
        list[i].raw = dn_hash_of(lines[i].content, 1);
    }
    return list;
}

static void
read_tracker(const char *text, dn_tracker *tracker)
{
    line lines[MOST];

    tracker->count = read_lines(text, lines);
    tracker->rows = dn_arena_array(&arena, MOST, sizeof *tracker->rows);
    for (size_t i = 0; i < tracker->count; i++) {
        dn_tracker_row *row = &tracker->rows[i];

        row->seq = (int64_t)i + 1;
        row->tag = lines[i].tag[0] == '-' ? NULL : dn_arena_text(&arena, lines[i].tag);
        row->when_ms = lines[i].when;
        row->has_digest = lines[i].content[0] != '-';
        row->digest = dn_hash_of(lines[i].content, 1);
    }
}

static const char *
show_match(const dn_match *match)
{
    static const char *const hows[] = {"-", "digest", "tag", "when"};
    static const char *const edits[] = {"", " cosmetic", " changed"};

    return dn_arena_printf(&arena, "%lld %s%s%s%s%s; ",
                           match->row ? (long long)match->row->seq : 0LL, hows[match->how],
                           edits[match->edit], match->renamed ? " renamed" : "",
                           match->found ? dn_arena_printf(&arena, " is %s", match->found->tag) : "",
                           match->found_proved ? "!" : "");
}

/* "row how [edit] [renamed] [is FILE[!]]; ..." of the listed, then "| ..." of the unlisted, then
 * "? row" for each row that records nothing here, "& count" of rows that say the same again. */
static const char *
match(dn_tracker_owner owner, const char *listed, const char *unlisted, const char *rows)
{
    dn_journal journal = {0};
    dn_observation observation = {.journal = &journal, .tracker = {.owner = owner}};
    const char *text = "";
    dn_error error;

    journal.migrations = read_migrations(listed, true, &journal.count);
    journal.unlisted = read_migrations(unlisted, false, &journal.unlisted_count);
    read_tracker(rows, &observation.tracker);
    assert_int_equal(dn_state_match(&observation, NULL, &arena, &error), 0);
    for (size_t i = 0; i < journal.count; i++)
        text = dn_arena_printf(&arena, "%s%s", text, show_match(&observation.matches[i]));
    for (size_t i = 0; i < journal.unlisted_count; i++)
        text = dn_arena_printf(&arena, "%s| %s", text, show_match(&observation.unlisted[i]));
    for (size_t i = 0; i < observation.unknown_count; i++)
        text = dn_arena_printf(&arena, "%s? %lld", text, (long long)observation.unknown[i]->seq);
    return observation.doubles ? dn_arena_printf(&arena, "%s& %zu", text, observation.doubles)
                               : text;
}

typedef struct match_case {
    const char *listed;
    const char *unlisted;
    const char *rows;
    const char *matches;
} match_case;

static void
expect(dn_tracker_owner owner, const match_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *matches = match(owner, cases[i].listed, cases[i].unlisted, cases[i].rows);

        if (strcmp(matches, cases[i].matches) != 0)
            fail_msg("[%s] [%s] [%s] is\n    %s\nnot %s", cases[i].listed, cases[i].unlisted,
                     cases[i].rows, matches, cases[i].matches);
    }
    dn_arena_free(&arena);
}

#define EXPECT(owner, cases) expect(owner, cases, sizeof cases / sizeof cases[0])

static void
rows_in_step_record_their_migrations(void **state)
{
    static const match_case cases[] = {
        {"", "", "", ""},
        {"a X, b Y", "", "", "0 -; 0 -; "},
        {"a X, b Y", "", "a X", "1 digest; 0 -; "},
        {"a X, b Y", "", "a X, b Y", "1 digest; 2 digest; "},
        {"a X, b X", "", "a X", "1 digest; 0 -; "},
        {"", "", "a X", "? 1"},
        {"a X", "", "a X, b Y", "1 digest; ? 2"},
    };

    (void)state;
    EXPECT(DN_OWNER_DUNLIN, cases);
}

static void
rows_out_of_step_are_found_by_content_then_by_tag(void **state)
{
    static const match_case cases[] = {
        /* gaps and another order */
        {"a X, b Y, c Z", "", "a X, c Z", "1 digest; 0 -; 2 digest; "},
        {"a X, b Y, c Z", "", "c Z, a X", "2 digest; 0 -; 1 digest; "},
        /* another name, the same content */
        {"a X, new Y", "", "a X, old Y", "1 digest; 2 digest renamed; "},
        {"new Y, a X", "", "a X, old Y", "2 digest renamed; 1 digest; "},
        /* the same name, another content */
        {"a X, b Y", "", "a X, b Q", "1 digest; 2 tag changed; "},
        {"a X, b Y", "", "a X, b -", "1 digest; 2 tag changed; "},
        /* contents change places */
        {"a Y, b X", "", "a X, b Y", "2 digest renamed; 1 digest renamed; "},
        /* a's new content is what b has: b keeps its row */
        {"a Y, b Y", "", "a X, b Y", "1 tag changed; 2 digest; "},
        /* rows of nobody */
        {"a X", "", "q Q, a X, r -", "2 digest; ? 1? 3"},
    };

    (void)state;
    EXPECT(DN_OWNER_DUNLIN, cases);
}

static void
of_equal_contents_each_has_the_row_of_its_name(void **state)
{
    static const match_case cases[] = {
        {"a X, b X", "", "b X", "0 -; 1 digest; "},
        {"a X, b X, c X", "", "c X, b X", "0 -; 2 digest; 1 digest; "},
        {"a X, b X", "", "a X, b X, b X", "1 digest; 2 digest; & 1"},
        {"a X", "", "a X, c X", "1 digest; ? 2"},
        {"a X, b X", "", "b X, q X", "2 digest renamed; 1 digest; "},
        {"a X, b X, c X", "", "q X, c X", "1 digest renamed; 0 -; 2 digest; "},
    };

    (void)state;
    EXPECT(DN_OWNER_DUNLIN, cases);
}

static void
a_migration_without_file_may_be_a_file_of_another_name(void **state)
{
    static const match_case cases[] = {
        /* proved by the recorded content */
        {"1_a -", "1_b X, 2_c Y", "1_a Y", "1 tag renamed is 2_c!; | 0 -; | 0 -; "},
        {"a -", "b X", "a X", "1 tag renamed is b!; | 0 -; "},
        /* suggested by the number alone */
        {"0001_a -", "0001_b X", "", "0 - renamed is 0001_b; | 0 -; "},
        {"0001_a -", "0001_b X", "0001_a Q", "1 tag renamed is 0001_b; | 0 -; "},
        {"0001_a -", "0001_b X", "0001_b X", "1 digest renamed is 0001_b; | 0 -; "},
        {"0001_a -", "00010_b X, 001_c Y, x0001_d Z", "", "0 -; | 0 -; | 0 -; | 0 -; "},
        {"a -", "b X", "", "0 -; | 0 -; "},
        /* without either */
        {"a -, b Y", "", "a X, b Y", "1 tag; 2 digest; "},
    };

    (void)state;
    EXPECT(DN_OWNER_DUNLIN, cases);
}

static void
an_unlisted_file_may_be_recorded_by_its_content_alone(void **state)
{
    static const match_case cases[] = {
        {"a X", "b Y", "a X", "1 digest; | 0 -; "},
        {"a X", "b Y", "b Y, a X", "2 digest; | 1 digest; "},
        {"a X", "b Q", "a X, b Y", "1 digest; | 0 -; ? 2"},
        /* the listed one comes first, and in step as well */
        {"a X", "b X", "a X", "1 digest; | 0 -; "},
        {"a X", "b X", "b X", "1 digest renamed; | 0 -; "},
    };

    (void)state;
    EXPECT(DN_OWNER_DUNLIN, cases);
}

static void
drizzles_rows_have_no_tag_and_are_known_by_their_time(void **state)
{
    static const match_case cases[] = {
        {"a X 1, b Y 2", "", "- X 1, - Y 2", "1 digest; 2 digest; "},
        {"a X 1, b Q 2", "", "- X 1, - Y 2", "1 digest; 2 when changed; "},
        {"a Q 1, b Y 2", "", "- X 1, - Y 2", "1 when changed; 2 digest; "},
        {"a X 1, b Q 2", "", "- X 1, - Y 3", "1 digest; 0 -; ? 2"},
        {"a X 1, b - 2", "", "- X 1, - Y 2", "1 digest; 2 when; "},
        {"a X 1, b Q 0", "", "- X 1, - - 0", "1 digest; 0 -; ? 2"},
        /* of equal contents each has the row of its time */
        {"a X 1, b X 2", "", "- X 2", "0 -; 1 digest; "},
        {"a X 1, b X 2, c X 3", "", "- X 3, - X 1", "2 digest; 0 -; 1 digest; "},
        /* names of 1.0 are no tags of 0.x, and no renaming */
        {"0001_a X 1", "", "2025_a X 1", "1 digest; "},
        {"0001_a X 1", "", "2025_a X 9", "1 digest; "},
    };

    (void)state;
    EXPECT(DN_OWNER_DRIZZLE, cases);
}

static void
time_means_nothing_where_the_tracker_is_ours(void **state)
{
    static const match_case cases[] = {{"a Q 1", "", "b X 1", "0 -; ? 1"}};

    (void)state;
    EXPECT(DN_OWNER_DUNLIN, cases);
}

/* More rows than the smallest index has slots: chains and growth. */
static void
many_rows_are_found_as_well(void **state)
{
    enum { COUNT = 500 };
    dn_journal journal = {.count = COUNT};
    dn_observation observation = {.journal = &journal, .tracker = {.count = COUNT}};
    dn_error error;

    (void)state;
    journal.migrations = dn_arena_array(&arena, COUNT, sizeof *journal.migrations);
    observation.tracker.rows = dn_arena_array(&arena, COUNT, sizeof *observation.tracker.rows);
    for (size_t i = 0; i < COUNT; i++) {
        dn_migration *migration = &journal.migrations[i];
        dn_tracker_row *row = &observation.tracker.rows[COUNT - 1 - i];

        migration->tag = row->tag = dn_arena_printf(&arena, "m%zu", i);
        migration->has_file = row->has_digest = true;
        migration->raw = row->digest = dn_hash_of(&i, sizeof i);
        if (i % 3 == 0)
            row->digest = dn_hash_of("edited", 6);
        row->seq = (int64_t)i;
    }
    assert_int_equal(dn_state_match(&observation, NULL, &arena, &error), 0);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(observation.matches[i].row->seq, i);
        assert_int_equal(observation.matches[i].how, i % 3 ? DN_MATCH_DIGEST : DN_MATCH_TAG);
    }
    assert_int_equal(observation.unknown_count, 0);
    dn_arena_free(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_in_step_record_their_migrations),
        cmocka_unit_test(rows_out_of_step_are_found_by_content_then_by_tag),
        cmocka_unit_test(of_equal_contents_each_has_the_row_of_its_name),
        cmocka_unit_test(a_migration_without_file_may_be_a_file_of_another_name),
        cmocka_unit_test(an_unlisted_file_may_be_recorded_by_its_content_alone),
        cmocka_unit_test(drizzles_rows_have_no_tag_and_are_known_by_their_time),
        cmocka_unit_test(time_means_nothing_where_the_tracker_is_ours),
        cmocka_unit_test(many_rows_are_found_as_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
