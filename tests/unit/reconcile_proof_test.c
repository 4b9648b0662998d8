/* SPDX-License-Identifier: MIT
 *
 * The effects of a history held against a schema.
 */
#include "tests/unit/history_fixture.h"

#include "core/base/clock.h"

/* --- reading what came of it ------------------------------------------------------------------------ */

static void
say_fact(dn_text *text, const dunlin_fact *fact)
{
    dn_fact_describe(text, fact->kind, fact->path, fact->path_count);
}

static void
say_proof(dn_text *text, const char *tag, const dn_proof *proof)
{
    dn_text_printf(text, "%s%s %s%s%s", text->length ? "; " : "", tag, dn_effects_name(proof->kind),
                   proof->done ? " done" : "", proof->proved ? " proved" : "");
    for (size_t i = 0; i < proof->missing_count; i++)
        dn_text_printf(text, "%s%u", i ? "," : " missing ", proof->missing[i]);
    if (proof->chained)
        dn_text_add_string(text, " chained");
}

static void
say_drift(history *self, const dn_drift *drift)
{
    static const char *const kinds[] = {"extra ", "missing ", "changed ", "legacy "};

    dn_text_add_string(&self->text, "; ");
    dn_text_add_string(&self->text, kinds[drift->kind]);
    say_fact(&self->text, drift->actual ? drift->actual : drift->expected);
    if (drift->kind == DN_DRIFT_MISSING || drift->kind == DN_DRIFT_CHANGED)
        dn_text_printf(&self->text, " of %s", self->claims[drift->claim].tag);
}

static const char *
prove(history *self)
{
    dn_text_clear(&self->text);
    assert_int_equal(dn_prove(self->claims, self->count, self->schema, &self->arena, &self->proofs,
                              &self->error),
                     0);
    for (size_t i = 0; i < self->count; i++)
        say_proof(&self->text, self->claims[i].tag, &self->proofs.items[i]);
    for (size_t i = 0; i < self->proofs.drift_count; i++)
        say_drift(self, &self->proofs.drift[i]);
    return self->text.data ? self->text.data : "";
}

/* --- the usual --------------------------------------------------------------------------------------- */

#define USERS "+table users & +column users/id type=int & +column users/name type=text"

static void
what_is_there_was_run_and_what_is_not_was_not(void **state)
{
    history *self = *state;

    add(self, "m1", false, USERS);
    seen(self);
    add(self, "m2", false, "+column users/age type=int");
    assert_string_equal(prove(self), "m1 present done proved; m2 absent proved");
}

static void
an_empty_database_has_nothing_of_anything(void **state)
{
    history *self = *state;

    add(self, "m1", false, USERS);
    add(self, "m2", false, "rows");
    add(self, "m3", false, "+column users/age type=int");
    assert_string_equal(prove(self), "m1 absent proved; m2 none; m3 absent proved");
}

static void
a_hole_in_the_history_is_seen(void **state)
{
    history *self = *state;

    add(self, "m1", true, USERS);
    add(self, "m2", false, "+table a & +column a/id type=int");
    add(self, "m3", false, "+table b & +column b/id type=int");
    seen(self);
    by_hand(self, "-table a");
    by_hand(self, "-column a/id");
    assert_string_equal(prove(self),
                        "m1 present done proved; m2 absent proved; m3 present done proved");
}

/* --- superseded ----------------------------------------------------------------------------------------- */

static void
a_renamed_column_proves_the_one_before_it(void **state)
{
    history *self = *state;

    add(self, "m1", false, USERS);
    add(self, "m2", false, "-column users/name & +column users/display_name type=text");
    seen(self);
    assert_string_equal(prove(self), "m1 present done proved; m2 present done proved");
}

static void
a_renamed_table_takes_along_all_that_was_in_it(void **state)
{
    history *self = *state;

    add(self, "m1", false, "+table u & +column u/id type=int");
    add(self, "m2", false, "-table u & -column u/id & +table users & +column users/id type=int");
    seen(self);
    assert_string_equal(prove(self), "m1 superseded done proved; m2 present done proved");
}

static void
a_changed_column_proves_the_one_that_made_it(void **state)
{
    history *self = *state;

    add(self, "m1", false, USERS);
    add(self, "m2", false, "+column users/name type=varchar");
    add(self, "m3", false, "+column users/name type=text");
    seen(self);
    assert_string_equal(prove(self), "m1 present done proved; m2 none; m3 none");
    by_hand(self, "+column users/name type=varchar");
    assert_string_equal(prove(self),
                        "m1 present done proved; m2 present done proved; m3 absent proved");
}

static void
a_change_that_a_later_one_overwrote_need_not_have_been_made(void **state)
{
    history *self = *state;

    add(self, "m1", true, USERS);
    add(self, "m2", false, "+column users/name type=varchar");
    add(self, "m3", true, "+column users/name type=json");
    seen(self);
    assert_string_equal(prove(self),
                        "m1 present done proved; m2 superseded proved; m3 present done proved");
}

static void
what_was_made_and_dropped_again_leaves_no_trace(void **state)
{
    history *self = *state;

    add(self, "m1", false, USERS);
    add(self, "m2", false, "+table tmp & +column tmp/id type=int");
    add(self, "m3", false, "-table tmp & -column tmp/id");
    add(self, "m4", false, "+column users/age type=int");
    seen(self);
    assert_string_equal(prove(self),
                        "m1 present done proved; m2 none; m3 none; m4 present done proved");
}

static void
who_drops_something_and_does_more_proves_who_made_it(void **state)
{
    history *self = *state;

    add(self, "m1", false, USERS);
    add(self, "m2", false, "+table tmp & +column tmp/id type=int");
    add(self, "m3", false, "-table tmp & -column tmp/id | +column users/age type=int");
    seen(self);
    assert_string_equal(
        prove(self), "m1 present done proved; m2 superseded done proved; m3 present done proved");
}

static void
a_dropped_column_is_seen_when_its_table_is_known_to_have_had_it(void **state)
{
    history *self = *state;

    add(self, "m1", false, USERS);
    add(self, "m2", false, "-column users/name");
    seen(self);
    assert_string_equal(prove(self), "m1 present done proved; m2 present done proved");
    by_hand(self, "+column users/name type=text");
    assert_string_equal(prove(self), "m1 present done proved; m2 absent proved");
}

static void
the_record_decides_what_the_schema_leaves_open(void **state)
{
    history *self = *state;

    add(self, "m1", true, USERS);
    add(self, "m2", true, "+table tmp & +column tmp/id type=int");
    add(self, "m3", true, "-table tmp & -column tmp/id");
    add(self, "m4", true, "rows");
    seen(self);
    assert_string_equal(prove(self), "m1 present done proved; m2 superseded done proved; "
                                     "m3 present done proved; m4 none done");
}

static void
a_column_that_was_renamed_and_dropped_by_hand_is_missing(void **state)
{
    history *self = *state;

    add(self, "m1", true, USERS);
    add(self, "m2", true, "-column users/name & +column users/display_name type=text");
    seen(self);
    by_hand(self, "-column users/display_name");
    assert_string_equal(prove(self), "m1 present done proved; m2 partial done proved; "
                                     "missing column 'users.display_name' of m2");
}

static void
what_changes_something_that_is_gone_cannot_be_run(void **state)
{
    history *self = *state;

    add(self, "m1", true, USERS " & +index users/age on=id");
    seen(self);
    add(self, "m2", false, "+index users/age on=name");
    by_hand(self, "-index users/age");
    assert_string_equal(prove(self), "m1 partial done proved; m2 contradicted; "
                                     "missing index 'users.age' of m1");
    self->claims[1].recorded = true;
    assert_string_equal(prove(self), "m1 partial done proved; m2 absent done proved; "
                                     "missing index 'users.age' of m2");
}

/* --- rows -------------------------------------------------------------------------------------------------- */

static void
rows_are_never_proved_but_by_a_probe(void **state)
{
    history *self = *state;
    dn_migration_effects *mixed;

    add(self, "m1", false, USERS);
    mixed = add(self, "m2", false, "rows | +column users/age type=int");
    add(self, "m3", false, "rows")->probe = DN_PROBE_TRUE;
    add(self, "m4", false, "rows")->probe = DN_PROBE_FALSE;
    seen(self);
    assert_string_equal(
        prove(self),
        "m1 present done proved; m2 present done; m3 none done proved; m4 none proved");
    mixed->probe = DN_PROBE_TRUE;
    assert_string_equal(prove(self), "m1 present done proved; m2 present done proved; "
                                     "m3 none done proved; m4 none proved");
}

/* --- parts --------------------------------------------------------------------------------------------------- */

static void
of_a_half_run_migration_the_missing_statements_are_named(void **state)
{
    history *self = *state;

    add(self, "m1", true, USERS);
    seen(self);
    add(self, "m2", false,
        "+table a & +column a/id type=int | +index a/i keys=[id] | +index a/k keys=[id] | rows");
    by_hand(self, "+table a");
    by_hand(self, "+column a/id type=int");
    by_hand(self, "+index a/i keys=[id]");
    assert_string_equal(prove(self), "m1 present done proved; m2 partial done proved missing 3,4");
}

static void
what_a_later_migration_took_away_is_no_missing_statement(void **state)
{
    history *self = *state;

    add(self, "m1", true, USERS);
    add(self, "m2", false,
        "+table a & +column a/id type=int | +index a/i keys=[id] | +column users/zz type=int");
    add(self, "m3", false, "-table a & -column a/id & -index a/i | +column users/age type=int");
    seen(self);
    by_hand(self, "-column users/zz");
    assert_string_equal(prove(self), "m1 present done proved; m2 partial done proved missing 3; "
                                     "m3 present done proved");
}

static void
rows_at_the_break_are_in_doubt(void **state)
{
    history *self = *state;

    add(self, "m1", true, USERS);
    seen(self);
    add(self, "m2", false, "+column users/a type=int | rows | +column users/b type=int");
    by_hand(self, "+column users/a type=int");
    assert_string_equal(prove(self), "m1 present done proved; m2 partial done missing 3");
}

static void
without_its_statements_a_part_remains_a_part(void **state)
{
    history *self = *state;
    dn_migration_effects *effects;

    add(self, "m1", true, USERS);
    seen(self);
    effects = add(self, "m2", false, "+column users/a type=int | +column users/b type=int");
    effects->steps = NULL;
    by_hand(self, "+column users/a type=int");
    assert_string_equal(prove(self), "m1 present done proved; m2 partial done");
    assert_true(self->proofs.items[1].wants_steps);
}

static void
a_recorded_migration_that_lacks_a_statement_behind_another_was_cut_short(void **state)
{
    history *self = *state;
    dn_migration_effects *effects;

    effects = add(self, "m1", true, USERS " | +index users/i keys=[id]");
    ((dn_statement_effects *)effects->steps)[1].chained = true;
    seen(self);
    by_hand(self, "-index users/i");
    assert_string_equal(prove(self), "m1 partial done proved missing 2 chained");
}

/* --- by hand ------------------------------------------------------------------------------------------------- */

static void
a_column_of_another_type_contradicts_the_migration_that_would_make_it(void **state)
{
    history *self = *state;

    add(self, "m1", true, USERS);
    seen(self);
    add(self, "m2", false, "+column users/age type=int | +check users/age_ok");
    by_hand(self, "+column users/age type=text");
    assert_string_equal(prove(self), "m1 present done proved; m2 contradicted");
}

static void
a_table_of_the_same_name_and_another_shape_is_no_half_run_migration(void **state)
{
    history *self = *state;

    add(self, "m1", true, USERS);
    seen(self);
    add(self, "m2", false, "+table audit & +column audit/id type=int & +column audit/at type=int");
    by_hand(self, "+table audit");
    by_hand(self, "+column audit/id type=int");
    by_hand(self, "+column audit/who type=text");
    assert_string_equal(prove(self), "m1 present done proved; m2 contradicted");
}

static void
drift_and_legacy_are_told_apart(void **state)
{
    history *self = *state;

    add(self, "m1", true, USERS " | +index users/i keys=[id]");
    seen(self);
    by_hand(self, "-index users/i");
    by_hand(self, "+column users/nickname type=text");
    by_hand(self, "+column users/name type=varchar");
    by_hand(self, "+table old");
    by_hand(self, "+column old/id type=int");
    by_hand(self, "+view old_report definition=x");
    by_hand(self, "+index users/own keys=[name] implied!");
    assert_string_equal(prove(self),
                        "m1 partial done proved missing 2; changed column 'users.name' of m1; "
                        "missing index 'users.i' of m1; extra column 'users.nickname'; "
                        "legacy table 'old'; legacy view 'old_report'");
}

/* As core/state/named.h tells of a text of which not all was understood. */
static void
by_name(dn_migration_effects *effects, const char *text)
{
    effects->named = true;
    effects->steps = NULL;
    effects->step_count = 0;
    effects->unclear = *text != '\0';
    effects->text = dn_string(text);
}

static void
names_tell_of_columns_tables_and_views_that_no_text_speaks_of(void **state)
{
    history *self = *state;

    by_name(add(self, "m1", true, "+table users & +column users/id & +index users/i"), "");
    by_name(add(self, "m2", true, "+column users/age & +view report"),
            "ALTER TABLE users ADD age int; FROB users ADD COLUMN shoe int;");
    seen(self);
    by_hand(self, "-index users/i");
    by_hand(self, "-view report");
    by_hand(self, "-column users/id");
    by_hand(self, "+column users/shoe");
    by_hand(self, "+column users/hat");
    by_hand(self, "+index users/own");
    by_hand(self, "+table old");
    by_hand(self, "+column old/id");
    assert_string_equal(prove(self),
                        "m1 partial done; m2 partial done; "
                        "missing column 'users.id' of m1; missing view 'report' of m2; "
                        "extra column 'users.hat'; legacy table 'old'");
}

static void
names_tell_that_an_index_is_gone_unless_it_may_have_gone_with_something(void **state)
{
    static const char *const texts[] = {"DROP INDEX \"i\"", "ALTER TABLE users FROB id"};
    history *self = *state;
    dn_migration_effects *other;

    by_name(add(self, "m1", true, "+table users & +column users/id & +index users/i"), "");
    other = add(self, "m2", true, "+table teams & +column teams/id");
    by_name(other, "");
    seen(self);
    by_hand(self, "-index users/i");
    assert_string_equal(prove(self),
                        "m1 partial done; m2 present done; missing index 'users.i' of m1");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        by_name(other, texts[i]);
        assert_string_equal(prove(self), "m1 partial done; m2 present done");
    }
    by_name(other, "");
    by_name(add(self, "m3", true, "-column users/id"), "");
    by_hand(self, "-column users/id");
    assert_string_equal(prove(self), "m1 partial done; m2 present done; m3 present done");
}

static void
names_tell_nothing_beside_text_that_makes_what_it_does_not_name(void **state)
{
    history *self = *state;

    by_name(add(self, "m1", true, "+table users & +column users/id"), "DO $$ ... $$");
    seen(self);
    by_hand(self, "+column users/hat");
    by_hand(self, "+table old");
    by_hand(self, "-column users/id");
    assert_string_equal(prove(self), "m1 partial done");
}

static void
an_edited_file_is_not_drift(void **state)
{
    history *self = *state;

    add(self, "m1", true, USERS);
    seen(self);
    self->claims[0].edited = true;
    by_hand(self, "+column users/name type=varchar");
    assert_string_equal(prove(self), "m1 present done");
}

static void
a_record_without_effects_is_seen(void **state)
{
    history *self = *state;

    add(self, "m1", true, USERS);
    seen(self);
    add(self, "m2", true, "+table a & +column a/id type=int");
    assert_string_equal(prove(self), "m1 present done proved; m2 absent proved");
}

/* --- unknown effects ------------------------------------------------------------------------------------------- */

static void
of_a_migration_that_cannot_be_replayed_nothing_is_said(void **state)
{
    history *self = *state;

    add(self, "m1", true, USERS);
    seen(self);
    *add(self, "m2", true, "rows") = (dn_migration_effects){.known = false, .why = "lost"};
    assert_string_equal(prove(self), "m1 present done proved; m2 unknown done");
}

static void
what_a_text_dropped_went_with_all_that_was_in_it(void **state)
{
    static const struct {
        const char *text, *proved;
    } cases[] = {
        {"DROP TABLE IF EXISTS users", "m1 unknown done; m2 unknown done"},
        {"ALTER TABLE users ADD COLUMN age int", "m1 absent proved; m2 unknown done"},
    };
    history *self = *state;
    dn_migration_effects *lost;

    add(self, "m1", true, "+table users & +column users/id type=int");
    lost = add(self, "m2", true, "rows");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        *lost = (dn_migration_effects){
            .known = false, .why = "not replayed", .text = dn_string(cases[i].text)};
        assert_string_equal(prove(self), cases[i].proved);
    }
}

static void
what_a_lost_text_may_have_made_is_not_extra_unless_it_names_no_such_column(void **state)
{
    history *self = *state;
    dn_migration_effects *lost;

    add(self, "m1", true, USERS);
    seen(self);
    lost = add(self, "m2", true, "rows");
    *lost = (dn_migration_effects){.known = false, .why = "lost"};
    by_hand(self, "+column users/by_hand type=text");
    assert_string_equal(prove(self), "m1 present done proved; m2 unknown done");
    lost->text = dn_string("ALTER TABLE users ADD COLUMN by_handed text");
    assert_string_equal(prove(self), "m1 present done proved; m2 unknown done; extra column "
                                     "'users.by_hand'");
    lost->text = dn_string("ALTER TABLE users ADD COLUMN \"by_hand\" text");
    assert_string_equal(prove(self), "m1 present done proved; m2 unknown done");
    lost->text = dn_string("DO $$ BEGIN EXECUTE format('ALTER TABLE users ADD %I', x); END $$");
    assert_string_equal(prove(self), "m1 present done proved; m2 unknown done");
}

/* --- scale ----------------------------------------------------------------------------------------------------- */

enum { LONG = 1000, FACTS = 8 };

static void
a_thousand_migrations_take_less_than_a_quarter_of_a_second(void **state)
{
    history *self = *state;
    dn_arena *arena = &self->arena;
    dn_claim *claims = dn_arena_array(arena, LONG, sizeof *claims);
    dn_migration_effects *effects = dn_arena_array(arena, LONG, sizeof *effects);
    int64_t begin;

    assert_non_null(claims);
    assert_non_null(effects);
    for (int m = 0; m < LONG; m++) {
        dn_difference *changes = dn_arena_array(arena, FACTS, sizeof *changes);

        for (int i = 0; i < FACTS; i++) {
            char *key = dn_arena_printf(arena, "column t%d/c%d type=type%d", m / 4, i, m % 4);

            changes[i].after = fact_of(arena, key);
            changes[i].before = m % 4 ? effects[m - 1].effects.items[i].after : NULL;
            if (m < LONG / 2)
                assert_int_equal(dn_fact_map_put(self->schema, changes[i].after, &self->error), 0);
        }
        effects[m] = (dn_migration_effects){.known = true, .effects = {changes, FACTS, FACTS}};
        claims[m] = (dn_claim){&effects[m], "m", false, false};
    }
    begin = dn_clock_monotonic_ns();
    assert_int_equal(dn_prove(claims, LONG, self->schema, arena, &self->proofs, &self->error), 0);
    assert_in_range(dn_clock_monotonic_ns() - begin, 0, 250000000);
    for (int m = 0; m < LONG; m++) {
        assert_true(self->proofs.items[m].proved);
        /* What only changed a type that others changed again need not have been. */
        assert_int_equal(self->proofs.items[m].done, m < LONG / 2 && (m % 4 == 0 || m % 4 == 3));
    }
    assert_int_equal(self->proofs.drift_count, 0);
}

#define PROOF(name) cmocka_unit_test_setup_teardown(name, make_history, unmake_history)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PROOF(what_is_there_was_run_and_what_is_not_was_not),
        PROOF(an_empty_database_has_nothing_of_anything),
        PROOF(a_hole_in_the_history_is_seen),
        PROOF(a_renamed_column_proves_the_one_before_it),
        PROOF(a_renamed_table_takes_along_all_that_was_in_it),
        PROOF(a_changed_column_proves_the_one_that_made_it),
        PROOF(a_change_that_a_later_one_overwrote_need_not_have_been_made),
        PROOF(what_was_made_and_dropped_again_leaves_no_trace),
        PROOF(who_drops_something_and_does_more_proves_who_made_it),
        PROOF(a_dropped_column_is_seen_when_its_table_is_known_to_have_had_it),
        PROOF(the_record_decides_what_the_schema_leaves_open),
        PROOF(a_column_that_was_renamed_and_dropped_by_hand_is_missing),
        PROOF(what_changes_something_that_is_gone_cannot_be_run),
        PROOF(rows_are_never_proved_but_by_a_probe),
        PROOF(of_a_half_run_migration_the_missing_statements_are_named),
        PROOF(what_a_later_migration_took_away_is_no_missing_statement),
        PROOF(rows_at_the_break_are_in_doubt),
        PROOF(without_its_statements_a_part_remains_a_part),
        PROOF(a_recorded_migration_that_lacks_a_statement_behind_another_was_cut_short),
        PROOF(a_column_of_another_type_contradicts_the_migration_that_would_make_it),
        PROOF(a_table_of_the_same_name_and_another_shape_is_no_half_run_migration),
        PROOF(drift_and_legacy_are_told_apart),
        PROOF(names_tell_of_columns_tables_and_views_that_no_text_speaks_of),
        PROOF(names_tell_that_an_index_is_gone_unless_it_may_have_gone_with_something),
        PROOF(names_tell_nothing_beside_text_that_makes_what_it_does_not_name),
        PROOF(an_edited_file_is_not_drift),
        PROOF(a_record_without_effects_is_seen),
        PROOF(of_a_migration_that_cannot_be_replayed_nothing_is_said),
        PROOF(what_a_text_dropped_went_with_all_that_was_in_it),
        PROOF(what_a_lost_text_may_have_made_is_not_extra_unless_it_names_no_such_column),
        PROOF(a_thousand_migrations_take_less_than_a_quarter_of_a_second),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
