/* SPDX-License-Identifier: MIT
 *
 * From evidence to verdicts, findings and what stops a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/reconcile/reconcile.h"

enum { MOST = 4 };

/* What is known of migrations and of unlisted files, to be filled by a test. */
typedef struct scene {
    dn_journal journal;
    dn_migration migrations[MOST];
    dn_migration unlisted[MOST];
    dn_tracker_row rows[MOST];
    dn_match matches[MOST];
    dn_match unlisted_matches[MOST];
    const dn_tracker_row *unknown[MOST];
    dn_observation observation;
    dn_arena arena;
    dn_reconciliation result;
    dn_error error;
} scene;

static int
make(void **state)
{
    static const char *const tags[] = {"m1", "m2", "m3", "m4"};
    static const char *const files[] = {"u1", "u2", "u3", "u4"};
    scene *self = calloc(1, sizeof *self);

    if (!self)
        return -1;
    for (int i = 0; i < MOST; i++) {
        self->migrations[i] = (dn_migration){.tag = tags[i], .listed = true, .has_file = true};
        self->unlisted[i] = (dn_migration){.tag = files[i], .has_file = true};
        self->rows[i].tag = tags[i];
    }
    self->journal.migrations = self->migrations;
    self->journal.unlisted = self->unlisted;
    self->observation.journal = &self->journal;
    self->observation.tracker.table = "dunlin_migrations";
    self->observation.matches = self->matches;
    self->observation.unlisted = self->unlisted_matches;
    self->observation.unknown = self->unknown;
    *state = self;
    return 0;
}

static int
unmake(void **state)
{
    scene *self = *state;

    dn_arena_free(&self->arena);
    free(self);
    return 0;
}

/* Migrations m1 .. of which some are recorded: "+-+" */
static void
records(scene *self, const char *marks)
{
    self->journal.count = strlen(marks);
    for (size_t i = 0; i < self->journal.count; i++)
        if (marks[i] == '+')
            self->matches[i] = (dn_match){.row = &self->rows[i], .how = DN_MATCH_DIGEST};
}

static void
reconcile(scene *self, dn_ahead ahead)
{
    assert_int_equal(
        dn_reconcile(&self->observation, ahead, &self->arena, &self->result, &self->error), 0);
}

/* "id severity object: message" */
static const char *
findings(scene *self)
{
    static const char *const severities[] = {"note", "warning", "error"};
    const char *text = "";

    for (size_t i = 0; i < self->result.findings.count; i++) {
        const dn_finding *finding = &self->result.findings.items[i];

        text = dn_arena_printf(&self->arena, "%s%s %s %s: %s\n", text, finding->id,
                               severities[finding->severity],
                               finding->object ? finding->object : "-", finding->message);
    }
    return text;
}

static const char *
shown(scene *self, const dn_verdict *verdict)
{
    return dn_arena_printf(&self->arena, "%s %s %s%s%s", dn_verdict_name(verdict->verdict),
                           verdict->file, verdict->confidence, verdict->pending ? " pending" : "",
                           verdict->stops ? " stops" : "");
}

static void
each_evidence_has_its_verdict(void **state)
{
    static const struct {
        bool recorded;
        bool missing;
        dn_edit edit;
        const char *row; /* tag of the row, NULL: its own */
        bool renamed;
        int found; /* 1 by its number, 2 by its content */
        const char *verdict;
        const char *note;
        const char *finding; /* NULL: none of its own */
    } cases[] = {
        {false, false, 0, NULL, false, 0, "pending ok unprovable pending", NULL, ""},
        {true, false, 0, NULL, false, 0, "applied ok recorded", NULL, ""},
        {true, false, DN_EDIT_COSMETIC, NULL, false, 0, "edited edited-cosmetic recorded",
         "edited after it was applied, in comments, blanks or line ends only",
         "file.edited-cosmetic note m1: m1: edited after it was applied, in comments, blanks or "
         "line ends only\n"},
        {true, false, DN_EDIT_CHANGED, NULL, false, 0, "edited edited recorded stops",
         "its SQL was edited after it was applied",
         "file.edited error m1: m1: its SQL was edited after it was applied\n"},
        {true, false, 0, "old", true, 0, "renamed renamed recorded",
         "recorded as 'old', with the same content",
         "file.renamed warning m1: m1: recorded as 'old', with the same content\n"},
        {true, true, 0, NULL, false, 0, "missing-file missing-file recorded stops",
         "recorded, but its file is missing", ""},
        {false, true, 0, NULL, false, 0, "missing-file missing-file unprovable stops",
         "its file is missing", ""},
        {true, true, 0, NULL, true, 2, "renamed renamed recorded",
         "its file is 'u1.sql', which has the recorded content",
         "file.renamed warning m1: m1: its file is 'u1.sql', which has the recorded content\n"},
        {true, true, 0, NULL, true, 1, "renamed renamed recorded stops",
         "its file is 'u1.sql', by its number alone",
         "file.renamed error m1: m1: its file is 'u1.sql', by its number alone\n"},
        {false, true, 0, NULL, true, 1, "renamed renamed unprovable stops",
         "its file is 'u1.sql', by its number alone",
         "file.renamed error m1: m1: its file is 'u1.sql', by its number alone\n"},
        /* missing goes before renamed, and edited before renamed */
        {true, false, DN_EDIT_CHANGED, "old", true, 0, "edited edited recorded stops",
         "its SQL was edited after it was applied",
         "file.edited error m1: m1: its SQL was edited after it was applied\n"},
    };
    scene *self = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const dn_verdict *verdict;

        self->journal.count = 1;
        self->journal.unlisted_count = cases[i].found ? 1 : 0;
        self->migrations[0].has_file = !cases[i].missing;
        self->rows[0].tag = cases[i].row ? cases[i].row : "m1";
        self->matches[0] = (dn_match){
            .row = cases[i].recorded ? &self->rows[0] : NULL,
            .edit = cases[i].edit,
            .renamed = cases[i].renamed,
            .found = cases[i].found ? &self->unlisted[0] : NULL,
            .found_proved = cases[i].found == 2,
        };
        reconcile(self, DN_AHEAD_OK);
        assert_int_equal(self->result.count,
                         1); /* a file that was found is no verdict of its own */
        verdict = &self->result.verdicts[0];
        assert_string_equal(shown(self, verdict), cases[i].verdict);
        assert_int_equal(verdict->recorded, cases[i].recorded);
        assert_ptr_equal(verdict->migration, &self->migrations[0]);
        if (cases[i].note)
            assert_string_equal(verdict->note, cases[i].note);
        else
            assert_null(verdict->note);
        assert_string_equal(findings(self), cases[i].finding);
        assert_int_equal(self->result.counts[verdict->verdict], 1);
        assert_int_equal(self->result.pending, verdict->pending);
        assert_int_equal(self->result.applied, cases[i].recorded);
        assert_false(self->result.stops);
    }
}

static void
agreement_is_of_journal_and_files_and_of_files_and_tracker(void **state)
{
    static const struct {
        const char *evidence;
        bool journal_files;
        bool files_tracker;
        const char *summary;
    } cases[] = {
        {"applied", true, true, "journal, files and tracker agree: 2 applied, nothing pending"},
        {"pending", true, true, "journal, files and tracker agree: 1 applied, 1 pending"},
        {"cosmetic", true, true, "journal, files and tracker agree: 2 applied, nothing pending"},
        {"edited", true, false,
         "journal and files agree, but the tracker does not: 2 applied, nothing pending"},
        {"renamed", true, false,
         "journal and files agree, but the tracker does not: 2 applied, nothing pending"},
        {"missing", false, true,
         "files and tracker agree, but the journal does not: 2 applied, nothing pending"},
        {"unlisted", false, true,
         "files and tracker agree, but the journal does not: 2 applied, nothing pending"},
        {"both", false, false,
         "journal, files and tracker do not agree: 2 applied, nothing pending"},
    };
    scene *self = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *evidence = cases[i].evidence;
        bool both = strcmp(evidence, "both") == 0;

        records(self, "++");
        self->journal.unlisted_count = strcmp(evidence, "unlisted") == 0;
        self->migrations[0].has_file = strcmp(evidence, "missing") != 0 && !both;
        self->matches[1].renamed = strcmp(evidence, "renamed") == 0;
        if (strcmp(evidence, "edited") == 0 || both)
            self->matches[1].edit = DN_EDIT_CHANGED;
        if (strcmp(evidence, "cosmetic") == 0)
            self->matches[1].edit = DN_EDIT_COSMETIC;
        if (strcmp(evidence, "pending") == 0)
            self->matches[1].row = NULL;
        reconcile(self, DN_AHEAD_OK);
        assert_int_equal(self->result.journal_files, cases[i].journal_files);
        assert_int_equal(self->result.files_tracker, cases[i].files_tracker);
        assert_string_equal(dn_reconcile_summary(&self->result, &self->arena), cases[i].summary);
    }
}

static void
unlisted_files_come_behind_and_are_left_out(void **state)
{
    scene *self = *state;

    records(self, "+");
    self->journal.unlisted_count = 2;
    self->unlisted_matches[1].row = &self->rows[1];
    reconcile(self, DN_AHEAD_OK);
    assert_int_equal(self->result.count, 3);
    assert_string_equal(shown(self, &self->result.verdicts[1]),
                        "unlisted-file unlisted-file unprovable");
    assert_string_equal(self->result.verdicts[1].note,
                        "the journal does not list this file, so it is left out");
    assert_string_equal(shown(self, &self->result.verdicts[2]),
                        "unlisted-file unlisted-file recorded");
    assert_string_equal(self->result.verdicts[2].note,
                        "the journal does not list this file, though it was applied");
    assert_int_equal(self->result.counts[DN_VERDICT_UNLISTED_FILE], 2);
    assert_int_equal(self->result.pending, 0);
    assert_false(self->result.stops);
}

/* --- findings --------------------------------------------------------------------------------- */
static void
find(scene *self, dn_severity severity, const char *id, const char *object)
{
    assert_int_equal(dn_findings_add(&self->journal.findings, &self->arena, severity, id, object,
                                     &self->error, "words"),
                     0);
}

static void
findings_of_the_journal_count_unless_a_renamed_file_explains_them(void **state)
{
    scene *self = *state;

    records(self, "++");
    find(self, DN_NOTE, "journal.none", NULL);
    reconcile(self, DN_AHEAD_OK);
    assert_true(self->result.journal_files);
    find(self, DN_WARNING, "journal.duplicate-tag", "m1");
    reconcile(self, DN_AHEAD_OK);
    assert_false(self->result.journal_files);
    assert_false(self->result.stops);
    find(self, DN_ERROR_FINDING, "journal.file-missing", "m2");
    find(self, DN_WARNING, "journal.unlisted-file", "u1");
    find(self, DN_WARNING, "journal.unlisted-file", "u2");
    self->journal.unlisted_count = 2;
    self->migrations[1].has_file = false;
    reconcile(self, DN_AHEAD_OK);
    assert_string_equal(findings(self), "journal.none note -: words\n"
                                        "journal.duplicate-tag warning m1: words\n"
                                        "journal.file-missing error m2: words\n"
                                        "journal.unlisted-file warning u1: words\n"
                                        "journal.unlisted-file warning u2: words\n");
    self->matches[1].found = &self->unlisted[0];
    reconcile(self, DN_AHEAD_OK);
    assert_string_equal(findings(self), "journal.none note -: words\n"
                                        "journal.duplicate-tag warning m1: words\n"
                                        "journal.unlisted-file warning u2: words\n"
                                        "file.renamed error m2: m2: its file is 'u1.sql', by its "
                                        "number alone\n");
    assert_false(self->result.stops); /* the verdict does */
}

static void
an_error_of_the_journal_that_no_verdict_speaks_for_stops(void **state)
{
    scene *self = *state;

    records(self, "+");
    find(self, DN_ERROR_FINDING, "journal.bad-file-name", NULL);
    reconcile(self, DN_AHEAD_OK);
    assert_true(self->result.stops);
    assert_string_equal(self->result.stop_id, "journal.bad-file-name");
}

static void
what_stands_before_applied_migrations_came_late(void **state)
{
    static const struct {
        const char *records;
        const char *late;
    } cases[] = {
        {"", ""}, {"--", ""}, {"+-", ""}, {"-+", "m1"}, {"-+-+", "m1, m3"}, {"--+-", "m1, m2"},
    };
    scene *self = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *late = "";

        memset(self->matches, 0, sizeof self->matches);
        records(self, cases[i].records);
        reconcile(self, DN_AHEAD_OK);
        for (size_t k = 0; k < self->result.findings.count; k++) {
            const dn_finding *finding = &self->result.findings.items[k];

            assert_string_equal(finding->id, "migration.late");
            assert_int_equal(finding->severity, DN_WARNING);
            late =
                dn_arena_printf(&self->arena, "%s%s%s", late, *late ? ", " : "", finding->object);
        }
        assert_string_equal(late, cases[i].late);
        assert_false(self->result.stops);
    }
}

static void
a_migration_that_stopped_part_way_is_still_to_be_applied(void **state)
{
    static const char *tags[] = {"m1", "m2", "gone"};
    scene *self = *state;

    records(self, "+--");
    self->observation.unfinished = tags;
    self->observation.unfinished_count = 3;
    reconcile(self, DN_AHEAD_OK);
    assert_string_equal(shown(self, &self->result.verdicts[0]), "applied ok recorded");
    assert_string_equal(shown(self, &self->result.verdicts[1]), "partial ok unprovable pending");
    assert_string_equal(shown(self, &self->result.verdicts[2]), "pending ok unprovable pending");
    assert_int_equal(self->result.pending, 2);
    assert_int_equal(self->result.counts[DN_VERDICT_PARTIAL], 1);
    assert_int_equal(self->result.counts[DN_VERDICT_PENDING], 1);
    assert_string_equal(findings(self), "migration.partial warning m2: m2: stopped part-way; the "
                                        "next migrate goes on where it stood\n");
}

static void
a_migration_that_was_refused_at_once_is_pending(void **state)
{
    static const char *tags[] = {"m2", "m3"};
    scene *self = *state;

    records(self, "+--");
    self->observation.unfinished = tags;
    self->observation.unfinished_count = 2;
    self->observation.refused = tags;
    self->observation.refused_count = 1;
    reconcile(self, DN_AHEAD_OK);
    assert_string_equal(shown(self, &self->result.verdicts[1]), "pending ok unprovable pending");
    assert_string_equal(shown(self, &self->result.verdicts[2]), "partial ok unprovable pending");
}

static void
rows_of_a_later_checkout_stop_as_the_project_wants(void **state)
{
    static const struct {
        const char *records;
        dn_ahead ahead;
        bool stops;
    } cases[] = {
        {"+", DN_AHEAD_OK, false},    {"+-", DN_AHEAD_OK, true},  {"+", DN_AHEAD_WARN, false},
        {"+-", DN_AHEAD_WARN, false}, {"+", DN_AHEAD_FAIL, true}, {"+-", DN_AHEAD_FAIL, true},
    };
    scene *self = *state;

    self->rows[2].tag = "later";
    self->rows[2].has_digest = true;
    memset(self->rows[2].digest.bytes, 0xAB, DN_DIGEST_BYTES);
    self->rows[3].tag = NULL;
    self->unknown[0] = &self->rows[2];
    self->unknown[1] = &self->rows[3];
    self->observation.unknown_count = 2;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        records(self, cases[i].records);
        reconcile(self, cases[i].ahead);
        assert_int_equal(self->result.stops, cases[i].stops);
        assert_int_equal(self->result.files_tracker, !cases[i].stops);
        if (cases[i].stops)
            assert_string_equal(self->result.stop_id, "tracker.unknown-row");
        assert_string_equal(
            findings(self),
            dn_arena_printf(
                &self->arena,
                "tracker.unknown-row %s later: unknown-row: the tracker 'dunlin_migrations' "
                "records 'later' (abababababababababababababababababababababababababababababababab), "
                "which this checkout does not have\n"
                "tracker.unknown-row %s no digest: unknown-row: the tracker 'dunlin_migrations' "
                "records a migration without a name (no digest), which this checkout does not have\n",
                cases[i].stops ? "error" : "warning", cases[i].stops ? "error" : "warning"));
    }
}

static void
objects_without_a_record_stop(void **state)
{
    dn_object objects[] = {{"table", "users"}, {"table", "teams"}};
    scene *self = *state;

    records(self, "-");
    self->observation.objects = objects;
    self->observation.object_count = 1;
    reconcile(self, DN_AHEAD_OK);
    assert_true(self->result.stops);
    assert_string_equal(self->result.stop_id, "tracker.not-empty");
    assert_false(self->result.files_tracker);
    assert_string_equal(findings(self),
                        "tracker.not-empty error users: the database holds 1 object "
                        "('users'), but the tracker 'dunlin_migrations' is "
                        "missing\n");
    self->observation.object_count = 2;
    self->observation.tracker.present = true;
    reconcile(self, DN_AHEAD_OK);
    assert_string_equal(findings(self),
                        "tracker.not-empty error users: the database holds 2 objects "
                        "('users' ...), but the tracker 'dunlin_migrations' is "
                        "empty\n");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(each_evidence_has_its_verdict),
        TEST(agreement_is_of_journal_and_files_and_of_files_and_tracker),
        TEST(unlisted_files_come_behind_and_are_left_out),
        TEST(findings_of_the_journal_count_unless_a_renamed_file_explains_them),
        TEST(an_error_of_the_journal_that_no_verdict_speaks_for_stops),
        TEST(what_stands_before_applied_migrations_came_late),
        TEST(a_migration_that_stopped_part_way_is_still_to_be_applied),
        TEST(a_migration_that_was_refused_at_once_is_pending),
        TEST(rows_of_a_later_checkout_stop_as_the_project_wants),
        TEST(objects_without_a_record_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
