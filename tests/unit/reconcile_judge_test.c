/* SPDX-License-Identifier: MIT
 *
 * From what the schema shows to verdicts, a story and a plan.
 */
#include "tests/unit/history_fixture.h"

#include "core/reconcile/repair.h"

static const char *const tags[MOST] = {"m1", "m2", "m3", "m4", "m5", "m6"};

/* Journal, files and tracker that go with a history. */
typedef struct scene {
    history *past;
    dn_journal journal;
    dn_migration migrations[MOST];
    dn_tracker_row rows[MOST];
    dn_match matches[MOST];
    dn_match unlisted_matches[MOST];
    dn_observation observation;
    dn_reconciliation result;
    dn_past *order;
    size_t count;
    dn_proofs proofs;
    dn_repair repair;
} scene;

static scene
scene_of(history *past)
{
    scene self = {.past = past};

    for (size_t i = 0; i < past->count; i++)
        self.migrations[i] = (dn_migration){
            .tag = past->claims[i].tag, .idx = (int64_t)i, .listed = true, .has_file = true};
    self.journal.count = past->count;
    self.observation.tracker = (dn_tracker){.table = "tracker", .present = true};
    return self;
}

/* The scene's pointers point into itself, so this comes when it lies where it stays. */
static void
judge(scene *self)
{
    history *past = self->past;
    dn_error *error = &past->error;

    self->journal.migrations = self->migrations;
    self->observation.journal = &self->journal;
    self->observation.matches = self->matches;
    self->observation.unlisted = self->unlisted_matches;
    for (size_t i = 0; i < past->count; i++)
        if (past->claims[i].recorded) {
            if (!self->rows[i].tag)
                self->rows[i].tag = past->claims[i].tag;
            self->matches[i].row = &self->rows[i];
            self->observation.tracker.count++;
        }
    assert_int_equal(
        dn_reconcile(&self->observation, DN_AHEAD_OK, &past->arena, &self->result, error), 0);
    assert_int_equal(
        dn_reconcile_history(&self->result, &past->arena, &self->order, &self->count, error), 0);
    assert_int_equal(self->count, past->count);
    assert_int_equal(dn_reconcile_prove(&self->result, self->order, past->effects, self->count,
                                        past->schema, &past->arena, &self->proofs, error),
                     0);
    assert_int_equal(dn_reconcile_schema(&self->result, &self->observation, self->order,
                                         past->effects, &self->proofs, &past->arena, error),
                     0);
    assert_int_equal(dn_repair_plan(&self->result, &self->observation, false, false, &past->arena,
                                    &self->repair, error),
                     0);
}

/* "m1 applied proved; m2 pending proved" */
static const char *
verdicts(scene *self)
{
    dn_text *text = &self->past->text;

    dn_text_clear(text);
    for (size_t i = 0; i < self->result.count; i++) {
        const dn_verdict *verdict = &self->result.verdicts[i];

        dn_text_printf(text, "%s%s %s %s", i ? "; " : "", verdict->migration->tag,
                       dn_verdict_name(verdict->verdict), verdict->confidence);
    }
    return text->data;
}

/* "backup; record m1 m2; apply-statements m3 2,3; verify" */
static const char *
plan(scene *self)
{
    dn_text *text = &self->past->text;

    dn_text_clear(text);
    dn_text_add_string(text, "");
    for (size_t i = 0; i < self->repair.count; i++) {
        const dn_repair_step *step = &self->repair.steps[i];

        dn_text_printf(text, "%s%s", i ? "; " : "", dn_repair_action_name(step->action));
        if (step->tag)
            dn_text_printf(text, " %s", step->tag);
        for (size_t k = 0; k < step->count; k++)
            dn_text_printf(text, " %s", step->verdicts[k]->migration->tag);
        for (size_t k = 0; k < step->statement_count; k++)
            dn_text_printf(text, "%s%u", k ? "," : " ", step->statements[k]);
    }
    return text->data ? text->data : "";
}

static const char *
story(scene *self)
{
    return dn_reconcile_story(&self->result, &self->observation, &self->past->arena);
}

#define USERS "+table users & +column users/id type=int"
#define AGE "+column users/age type=int"
#define TEAMS "+table teams & +column teams/id type=int"

/* --- the record is right ------------------------------------------------------------------------- */

static void
all_in_order(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], true, USERS);
    add(past, tags[1], true, "rows");
    seen(past);
    self = scene_of(past);
    judge(&self);
    assert_string_equal(verdicts(&self), "m1 applied proved; m2 applied consistent");
    assert_string_equal(plan(&self), "");
    assert_string_equal(story(&self), "Journal, files, tracker and schema agree.");
    assert_true(dn_reconcile_agrees(&self.result));
}

static void
with_a_record_that_is_right_rows_are_pending_where_it_lacks_them(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], true, USERS);
    seen(past);
    add(past, tags[1], false, "rows");
    add(past, tags[2], false, AGE);
    self = scene_of(past);
    judge(&self);
    assert_string_equal(verdicts(&self),
                        "m1 applied proved; m2 pending consistent; m3 pending proved");
    assert_string_equal(plan(&self), "backup; apply m2 m3; verify");
    assert_string_equal(
        story(&self),
        "Journal, files, tracker and schema agree; migrations m2 and m3 are pending.");
}

static void
a_database_without_anything_needs_no_backup(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], false, USERS);
    add(past, tags[1], false, "rows");
    self = scene_of(past);
    self.observation.tracker.present = false;
    judge(&self);
    assert_string_equal(verdicts(&self), "m1 pending proved; m2 pending consistent");
    assert_string_equal(plan(&self), "apply m1 m2; verify");
}

/* --- the record is lost ---------------------------------------------------------------------------- */

static void
what_is_there_is_recorded_and_what_is_not_applied(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], false, USERS);
    add(past, tags[1], false, TEAMS);
    seen(past);
    add(past, tags[2], false, AGE);
    self = scene_of(past);
    judge(&self);
    assert_string_equal(verdicts(&self), "m1 applied-unrecorded proved; "
                                         "m2 applied-unrecorded proved; m3 pending proved");
    assert_string_equal(plan(&self), "backup; record m1 m2; apply m3; verify");
    assert_string_equal(story(&self),
                        "The schema holds the effects of migrations m1 and m2, but the tracker "
                        "'tracker' is empty: they were run outside of it, or its rows were "
                        "deleted. Migration m3 is pending.");
    assert_false(dn_reconcile_agrees(&self.result));
}

static void
a_tracker_that_is_missing_is_made_before_anything_is_recorded(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], false, USERS);
    seen(past);
    self = scene_of(past);
    self.observation.tracker.present = false;
    judge(&self);
    assert_string_equal(plan(&self), "backup; create-tracker; record m1; verify");
}

static void
rows_without_a_record_are_asked_about_and_what_follows_waits(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], false, USERS);
    add(past, tags[1], false, "rows");
    add(past, tags[2], false, TEAMS);
    seen(past);
    add(past, tags[3], false, AGE);
    self = scene_of(past);
    judge(&self);
    assert_string_equal(verdicts(&self), "m1 applied-unrecorded proved; m2 unprovable unprovable; "
                                         "m3 applied-unrecorded proved; m4 pending proved");
    assert_string_equal(plan(&self), "backup; ask m2; record m1 m3; verify");
    assert_false(self.repair.automatic);
}

static void
rows_right_behind_what_was_run_may_have_been_changed(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], false, USERS);
    seen(past);
    add(past, tags[1], false, "rows");
    add(past, tags[2], false, AGE);
    add(past, tags[3], false, "rows");
    self = scene_of(past);
    judge(&self);
    assert_string_equal(verdicts(&self), "m1 applied-unrecorded proved; m2 unprovable unprovable; "
                                         "m3 pending proved; m4 pending consistent");
}

static void
a_probe_speaks_for_rows(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], false, USERS);
    add(past, tags[1], false, "rows")->probe = DN_PROBE_TRUE;
    seen(past);
    add(past, tags[2], false, "rows")->probe = DN_PROBE_FALSE;
    self = scene_of(past);
    judge(&self);
    assert_string_equal(verdicts(&self),
                        "m1 applied-unrecorded proved; m2 applied-unrecorded proved; "
                        "m3 pending proved");
    assert_string_equal(plan(&self), "backup; record m1 m2; apply m3; verify");
}

static void
what_left_no_trace_goes_with_its_neighbours(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], false, USERS);
    add(past, tags[1], false, TEAMS);
    add(past, tags[2], false, "-table teams & -column teams/id");
    add(past, tags[3], false, AGE);
    seen(past);
    self = scene_of(past);
    judge(&self);
    assert_string_equal(verdicts(&self),
                        "m1 applied-unrecorded proved; m2 applied-unrecorded consistent; "
                        "m3 applied-unrecorded consistent; m4 applied-unrecorded proved");
    assert_string_equal(plan(&self), "backup; record m1 m2 m3 m4; verify");
}

/* --- the record is wrong ------------------------------------------------------------------------------ */

static void
a_record_without_effects_is_taken_back(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], true, USERS);
    seen(past);
    add(past, tags[1], true, TEAMS);
    add(past, tags[2], false, AGE);
    self = scene_of(past);
    judge(&self);
    assert_string_equal(verdicts(&self),
                        "m1 applied proved; m2 recorded-absent proved; m3 pending proved");
    assert_string_equal(plan(&self), "backup; unrecord m2; apply m2 m3; verify");
}

static void
a_part_is_completed_before_the_rest_is_applied(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], true, USERS);
    seen(past);
    add(past, tags[1], false, TEAMS " | +index teams/i keys=[id] | rows");
    add(past, tags[2], false, AGE);
    by_hand(past, "+table teams");
    by_hand(past, "+column teams/id type=int");
    self = scene_of(past);
    judge(&self);
    assert_string_equal(verdicts(&self), "m1 applied proved; m2 partial proved; m3 pending proved");
    assert_string_equal(plan(&self),
                        "backup; apply-statements m2 2,3; record m2; apply m3; verify");
}

static void
something_else_in_its_place_is_asked_about(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], true, USERS);
    seen(past);
    add(past, tags[1], false, AGE);
    add(past, tags[2], false, TEAMS);
    by_hand(past, "+column users/age type=text");
    self = scene_of(past);
    judge(&self);
    assert_string_equal(verdicts(&self),
                        "m1 applied proved; m2 contradicted unprovable; m3 pending proved");
    assert_string_equal(plan(&self), "ask m2");
    assert_string_equal(self.result.verdicts[1].note,
                        "the schema holds something else: column 'users.age' should be (type int) "
                        "and is (type text)");
}

static void
drift_is_asked_about_and_legacy_only_told(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], true, USERS);
    seen(past);
    by_hand(past, "+table old");
    self = scene_of(past);
    judge(&self);
    assert_string_equal(plan(&self), "report");
    assert_true(dn_reconcile_agrees(&self.result));
    by_hand(past, AGE);
    self = scene_of(past);
    judge(&self);
    assert_string_equal(plan(&self), "ask; report");
    assert_false(dn_reconcile_agrees(&self.result));
    assert_string_equal(story(&self), "The schema was changed by hand: column 'users.age' is "
                                      "there, and no migration makes it.");
}

static void
without_effects_nothing_is_said_of_the_schema(void **state)
{
    history *past = *state;
    scene self;

    *add(past, tags[0], true, USERS) = (dn_migration_effects){.why = "no shadow"};
    seen(past);
    *add(past, tags[1], false, AGE) = (dn_migration_effects){.why = "no shadow"};
    self = scene_of(past);
    judge(&self);
    assert_string_equal(verdicts(&self), "m1 applied recorded; m2 pending unprovable");
    assert_int_equal(self.proofs.drift_count, 0);
    assert_string_equal(story(&self), "Journal, files and tracker agree; the schema could not be "
                                      "compared; migration m2 is pending.");
}

static void
rows_without_a_record_are_asked_about_once_more_after_a_repair(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], true, USERS);
    add(past, tags[1], false, "rows");
    add(past, tags[2], true, AGE);
    seen(past);
    self = scene_of(past);
    self.rows[0].state = self.rows[2].state = "baselined";
    judge(&self);
    assert_string_equal(verdicts(&self),
                        "m1 applied proved; m2 unprovable unprovable; m3 applied proved");
    assert_string_equal(plan(&self), "ask m2");
}

static void
what_could_not_be_replayed_of_a_migration_is_asked_about(void **state)
{
    history *past = *state;
    dn_migration_effects *effects;
    scene self;

    effects = add(past, tags[0], false, USERS);
    effects->known = false;
    effects->why = "m1.sql:1: it reaches outside the database, and is not sent";
    add(past, tags[1], false, TEAMS);
    seen(past);
    self = scene_of(past);
    judge(&self);
    assert_string_equal(verdicts(&self), "m1 unprovable unprovable; m2 applied-unrecorded proved");
    assert_string_equal(self.result.verdicts[0].note,
                        "what could be replayed of it is there, and this could not: m1.sql:1: it "
                        "reaches outside the database, and is not sent");
    assert_string_equal(plan(&self), "backup; ask m1; record m2; verify");
    effects->probe = DN_PROBE_TRUE;
    self = scene_of(past);
    judge(&self);
    assert_string_equal(verdicts(&self),
                        "m1 applied-unrecorded consistent; m2 applied-unrecorded proved");
    assert_string_equal(plan(&self), "backup; record m1 m2; verify");
}

static void
a_part_of_the_first_migration_explains_what_is_there(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], false, "+table users & +column users/id type=int | " AGE);
    add(past, tags[1], false, TEAMS);
    self = scene_of(past);
    by_hand(past, "+table users");
    by_hand(past, "+column users/id type=int");
    self.observation.objects = (dn_object[]){{.name = "users"}};
    self.observation.object_count = 1;
    judge(&self);
    assert_string_equal(verdicts(&self), "m1 partial proved; m2 pending proved");
    assert_string_equal(plan(&self), "backup; apply-statements m1 2; record m1; apply m2; verify");
}

static void
what_is_recorded_in_part_is_not_proved(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], true, USERS " & +column users/name type=text");
    seen(past);
    by_hand(past, "-column users/name");
    self = scene_of(past);
    judge(&self);
    assert_string_equal(verdicts(&self), "m1 applied consistent");
}

static void
a_record_under_another_tag_gets_the_right_one(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], true, USERS);
    seen(past);
    self = scene_of(past);
    self.rows[0].tag = "m0";
    self.matches[0].renamed = true;
    judge(&self);
    assert_string_equal(verdicts(&self), "m1 renamed proved");
    assert_string_equal(plan(&self), "backup; relink m0 m1; verify");
    assert_string_equal(self.repair.steps[1].new_tag, "m1");
}

static void
what_migrate_would_stop_at_is_not_planned(void **state)
{
    history *past = *state;
    scene self;

    add(past, tags[0], true, USERS);
    seen(past);
    add(past, tags[1], false, AGE);
    self = scene_of(past);
    self.matches[0].edit = DN_EDIT_CHANGED;
    judge(&self);
    assert_string_equal(verdicts(&self), "m1 edited proved; m2 pending proved");
    assert_string_equal(plan(&self), "report m1");
}

#define JUDGED(name) cmocka_unit_test_setup_teardown(name, make_history, unmake_history)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        JUDGED(all_in_order),
        JUDGED(with_a_record_that_is_right_rows_are_pending_where_it_lacks_them),
        JUDGED(a_database_without_anything_needs_no_backup),
        JUDGED(what_is_there_is_recorded_and_what_is_not_applied),
        JUDGED(a_tracker_that_is_missing_is_made_before_anything_is_recorded),
        JUDGED(rows_without_a_record_are_asked_about_and_what_follows_waits),
        JUDGED(rows_right_behind_what_was_run_may_have_been_changed),
        JUDGED(a_probe_speaks_for_rows),
        JUDGED(what_left_no_trace_goes_with_its_neighbours),
        JUDGED(a_record_without_effects_is_taken_back),
        JUDGED(a_part_is_completed_before_the_rest_is_applied),
        JUDGED(something_else_in_its_place_is_asked_about),
        JUDGED(drift_is_asked_about_and_legacy_only_told),
        JUDGED(rows_without_a_record_are_asked_about_once_more_after_a_repair),
        JUDGED(what_could_not_be_replayed_of_a_migration_is_asked_about),
        JUDGED(a_part_of_the_first_migration_explains_what_is_there),
        JUDGED(what_is_recorded_in_part_is_not_proved),
        JUDGED(a_record_under_another_tag_gets_the_right_one),
        JUDGED(what_migrate_would_stop_at_is_not_planned),
        JUDGED(without_effects_nothing_is_said_of_the_schema),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
