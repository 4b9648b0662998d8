/* SPDX-License-Identifier: MIT
 *
 * The migration that makes the journal agree with a drifted database, or takes the database back.
 * Guarded, so that it does nothing where things are so already. What another tool sends as it stands
 * gets only the guards that its database has: then the migration is recorded here, not run.
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/ddl/ddl.h"
#include "core/engine/drift.h"
#include "core/engine/generate.h"
#include "core/engine/written.h"
#include "core/execute/harden.h"

typedef struct fixing {
    dn_drifting *work;
    dn_side from;
    dn_side to;
    dn_diff diff;
    bool portable; /* the folder is */
    bool bare;     /* something stayed without a guard */
} fixing;

/* --- from where to where -------------------------------------------------------------------------------- */

static dn_side
side_of(dn_drifting *work, const char *name, const dn_fact_map *facts)
{
    dn_session *session = work->session;

    return (dn_side){
        .name = name,
        .source = "migration",
        .driver = session->driver,
        .snapshot = work->live,
        .facts = facts,
        .profile = dn_connection_server(session->connection)->profile,
        .sight = session->sight,
    };
}

static bool
is_dropped_before(const dn_operations *list, size_t end, const dunlin_operation *created)
{
    for (size_t i = 0; i < end; i++) {
        const dunlin_operation *one = list->items[i];
        bool same = one->verb == DUNLIN_VERB_DROP && dn_string_same(one->kind, created->kind) &&
                    one->path_count == created->path_count;

        for (uint64_t k = 0; k < created->path_count && same; k++)
            same = dn_string_same(one->path[k], created->path[k]);
        if (same)
            return true;
    }
    return false;
}

static int
add_drop(const fixing *fix, dn_operations *list, const dunlin_operation *like)
{
    dunlin_operation *copy = dn_operation_copy(list->arena, like);

    if (!copy)
        return dn_no_memory(fix->work->error);
    copy->verb = DUNLIN_VERB_DROP;
    copy->condition = DUNLIN_CONDITION_IF_EXISTS;
    copy->set = NULL;
    copy->set_count = 0;
    copy->unset_count = 0;
    return dn_operations_add(list, copy, fix->work->error);
}

/* NULL: no memory. */
static const dunlin_operation *
repeatable(const fixing *fix, const dunlin_operation *changed)
{
    dunlin_operation *copy = dn_operation_copy(fix->diff.operations.arena, changed);

    if (copy)
        copy->condition = changed->verb == DUNLIN_VERB_DROP ? DUNLIN_CONDITION_IF_EXISTS
                                                            : DUNLIN_CONDITION_IF_NOT_EXISTS;
    else
        dn_no_memory(fix->work->error);
    return copy;
}

/* What is no statement that dunlin reads gets no guard later: the database that it is about has it already, or no
 * more. What is made is dropped first. Some servers also refuse to revoke what nobody has. */
static int
guard_unread(fixing *fix)
{
    static const char made[] = "policy rule statistics aggregate collation trigger";
    static const char dropped[] = "policy rule statistics grant";
    const dn_operations *old = &fix->diff.operations;
    dn_operations list = {.arena = old->arena};
    dn_risk *risks = dn_arena_array(old->arena, 2 * old->count + 1, sizeof *risks);

    if (!risks)
        return dn_no_memory(fix->work->error);
    for (size_t i = 0; i < old->count; i++) {
        const dunlin_operation *one = old->items[i];
        bool drops = one->verb == DUNLIN_VERB_DROP && dn_string_among(one->kind, dropped);
        bool makes = one->verb == DUNLIN_VERB_CREATE && dn_string_among(one->kind, made) &&
                     !is_dropped_before(old, i, one);

        if (drops || makes) {
            risks[list.count] = drops ? fix->diff.risks[i] : (dn_risk){DN_DANGER_NONE, NULL};
            if (add_drop(fix, &list, one) < 0)
                return -1;
        }
        if (drops)
            continue;
        one = repeatable(fix, one);
        risks[list.count] = fix->diff.risks[i];
        if (!one || dn_operations_add(&list, one, fix->work->error) < 0)
            return -1;
    }
    fix->diff.operations = list;
    fix->diff.risks = risks;
    return 0;
}

/* What belongs to no migration, and what was accepted, is left out. */
static int
choose_sides(fixing *fix)
{
    dn_drifting *work = fix->work;
    dn_fact_map *found;

    if (dn_snapshot_facts(work->implied, dn_fact_map_naming(work->implied), &work->session->arena,
                          &found, work->error) < 0)
        return -1;
    for (size_t i = 0; i < work->count; i++) {
        const dn_difference change = {.before = work->items[i].implied,
                                      .after = work->items[i].found};
        const dn_differences step = {.items = (dn_difference *)&change, .count = 1};

        if (change.before != change.after && dn_differences_apply(&step, found, work->error) < 0)
            return -1;
    }
    fix->from = side_of(work, "the migrations", work->implied);
    fix->to = side_of(work, "the database", found);
    if (work->options->revert) {
        const dn_side side = fix->from;

        fix->from = fix->to;
        fix->to = side;
    }
    return dn_schema_diff(fix->from.facts, fix->to.facts, NULL, &work->session->arena, &fix->diff,
                          work->error) < 0
               ? -1
               : guard_unread(fix);
}

/* --- text ------------------------------------------------------------------------------------------------- */

/* Which rules read the text, portable or not. */
static int
guard(fixing *fix, bool portable, dn_text *text)
{
    dn_session *session = fix->work->session;
    dn_harden_options options = {.own = !portable,
                                 .sent_as_is = session->project.native_guards ||
                                               dn_written_is_shared(&session->journal)};
    dn_hardened hardened;

    if (portable ? dn_ddl_portable_rules(&session->arena, &options.rules, fix->work->error) < 0
                 : dn_driver_rules(session->driver, fix->from.profile, &session->arena,
                                   &options.rules, fix->work->error) < 0)
        return -1;
    options.keep_case = !portable && !(dn_connection_capabilities(session->connection)->flags &
                                       DUNLIN_CAN_NAMESPACES);
    if (dn_harden("the migration", dn_span(text->data ? text->data : "", text->length), &options,
                  &session->arena, &hardened, fix->work->error) < 0)
        return -1;
    fix->bare = hardened.lacking > 0;
    if (fix->bare && fix->work->options->revert) {
        dn_fail(fix->work->error, DUNLIN_UNSUPPORTED, "generate.layout",
                "taking it back would need IF EXISTS where '%s' knows none, and other programs run "
                "'%s' as it stands: it would fail wherever there is nothing to take back",
                session->driver->table.name, session->journal.folder);
        return dn_hint(fix->work->error, "take it back by hand; 'dunlin drift' says what it is");
    }
    dn_text_clear(text);
    dn_text_add(text, hardened.text.data, (size_t)hardened.text.length);
    return text->failed ? dn_no_memory(fix->work->error) : 0;
}

/* A table that is built anew gets the rows of the columns that it had before. Where it has the new
 * column already, as in this very database, nothing tells so, and what stands in it would be lost. */
static int
check_rows(const fixing *fix, const dn_text *text)
{
    const dn_drifting *work = fix->work;
    uint64_t can = dn_connection_capabilities(work->session->connection)->flags;

    if (work->options->revert || !(can & DUNLIN_CAN_REBUILD) || !text->data ||
        !strstr(text->data, "\nINSERT INTO "))
        return 0;
    for (size_t i = 0; i < work->count; i++) {
        const dunlin_fact *found = work->items[i].found;

        if (!found || work->items[i].implied || !dn_string_equal(found->kind, DUNLIN_KIND_COLUMN))
            continue;
        dn_fail(work->error, DUNLIN_UNSUPPORTED, "generate.unproved",
                "column '%.*s' of '%.*s' is new, and the migration builds tables anew: run in this "
                "database, it would lose what stands in the column",
                (int)found->path[1].length, found->path[1].data, (int)found->path[0].length,
                found->path[0].data);
        return dn_hint(work->error,
                       "write a migration that adds the column with IF NOT EXISTS first, then "
                       "--fix what is left; or take the change back with --revert");
    }
    return 0;
}

/* What a build that failed left behind is nothing to record. */
static int
check_valid(const fixing *fix)
{
    const dn_drifting *work = fix->work;

    for (size_t i = 0; i < work->count && !work->options->revert; i++) {
        const dn_deviation *one = &work->items[i];
        dn_auto(dn_text) name = DN_TEXT_INIT;

        if (!one->found || !dn_fact_flag(one->found, "invalid") ||
            (one->implied && dn_fact_flag(one->implied, "invalid")))
            continue;
        dn_fact_describe(&name, one->found->kind, one->found->path, one->found->path_count);
        if (name.failed)
            return dn_no_memory(work->error);
        dn_fail(work->error, DUNLIN_UNSUPPORTED, "generate.unproved",
                "%s is invalid in the database, and no migration makes one that is", name.data);
        return dn_hint(work->error,
                       "make it valid by hand (REINDEX), or drop it; --revert writes a "
                       "migration that brings back what was there before");
    }
    return 0;
}

/* In the words of this database. */
static int
write_native(fixing *fix, dn_text *text)
{
    dn_session *session = fix->work->session;
    dn_side_script script = {.stock_client = false};
    dn_side from = fix->from;
    dn_side to = fix->to;

    from.facts = fix->diff.before;
    to.facts = fix->diff.after;
    if (check_valid(fix) < 0)
        return -1;
    if (dn_side_render(session, &from, &to, &fix->diff.operations, &script, fix->work->error) < 0)
        return dn_while(fix->work->error, "writing the SQL that makes '%s' into '%s'",
                        fix->from.name, fix->to.name);
    return dn_definition_write(&fix->from, &fix->diff, &script,
                               DN_SCRIPT_RISKS | DN_SCRIPT_MIGRATION, text, fix->work->error) < 0 ||
                   check_rows(fix, text) < 0
               ? -1
               : guard(fix, false, text);
}

static int
compose(fixing *fix, const dn_text *body, dn_text *text, dn_text *down)
{
    dn_session *session = fix->work->session;
    const char *driver = session->driver->table.name;
    dn_auto(dn_text) up = DN_TEXT_INIT;
    dn_written parts = {
        .head = dn_arena_printf(&session->arena, "-- Made by `dunlin drift --fix` from '%s'.\n",
                                session->target->name),
    };
    const dn_lex_rules *rules;

    if (fix->portable && !dn_written_has_sections(&session->journal))
        return dn_fail(fix->work->error, DUNLIN_UNSUPPORTED, "generate.layout",
                       "the change needs SQL for %s alone, and what else runs '%s' knows no "
                       "sections",
                       driver, session->journal.folder);
    if (fix->portable)
        dn_text_printf(&up, "-- dunlin: only %s\n", driver);
    dn_text_add(&up, body->data ? body->data : "", body->length);
    if (fix->portable)
        dn_text_add_string(&up, "-- dunlin: end\n");
    if (up.failed || !parts.head)
        return dn_no_memory(fix->work->error);
    parts.up = up.data ? up.data : "";
    return dn_driver_rules(session->driver, fix->from.profile, &session->arena, &rules,
                           fix->work->error) < 0
               ? -1
               : dn_written_compose(&session->journal, &parts, rules, text, down, fix->work->error);
}

/* --- the proof -------------------------------------------------------------------------------------------- */

static int
open_proof(fixing *fix, dn_generation *proof)
{
    dn_drifting *work = fix->work;
    dn_session *session = work->session;

    proof->like = side_of(work, session->target->name,
                          dn_fact_map_new(&session->arena, dn_fact_map_naming(work->found)));
    if (!proof->like.facts)
        return dn_no_memory(work->error);
    proof->like.connection = session->connection;
    proof->like.borrowed = true;
    proof->like.url = session->url;
    proof->like.target = session->target;
    proof->choice = dn_shadow_choose(session->connection, session->target,
                                     work->options->shadow != 0, work->options->shadow_url);
    if (proof->choice.kind == DN_SHADOW_NONE)
        return dn_fail(work->error, DUNLIN_USAGE, "generate.no-shadow",
                       "a migration is only written when it was tried: %s", proof->choice.why);
    return dn_generate_before(proof);
}

/* Behind the history it makes what was found, or, going back, nothing; in a copy of the target it is the
 * other way round. */
static int
prove(fixing *fix, const char *text)
{
    dn_drifting *work = fix->work;
    const bool revert = work->options->revert != 0;
    const dunlin_generate_options options = {.size = sizeof options,
                                             .shadow = work->options->shadow,
                                             .shadow_url = work->options->shadow_url};
    dn_generation proof = {.session = work->session,
                           .options = &options,
                           .given = work->options->shadow_url,
                           .error = work->error};
    const dn_side live = side_of(work, work->session->target->name, work->found);
    dn_side wanted = live;

    if (open_proof(fix, &proof) < 0)
        return -1;
    proof.after = proof.before;
    proof.after.name = revert ? proof.before.name : fix->to.name;
    if (!revert)
        proof.after.facts = dn_drift_state(work, proof.before.facts, true);
    wanted.name = fix->to.name;
    if (revert)
        wanted.facts = dn_drift_state(work, work->found, false);
    if (!proof.after.facts || !wanted.facts)
        return -1;
    if (dn_generate_prove(&proof, text, NULL) < 0)
        return -1;
    return fix->bare ? 0 : dn_generate_prove_on_copy(&proof, &live, text, &wanted);
}

/* What it makes is here, and it would not run. */
static int
tell_how_to_record(fixing *fix)
{
    dn_session *session = fix->work->session;

    return dn_findings_add(
        &session->reconciliation.findings, &session->arena, DN_NOTE, "drift.to-record",
        fix->work->fix.tag, fix->work->error,
        "'%s' makes what '%s' has already, without a guard, since other programs "
        "run it too: 'dunlin repair --apply' records it here",
        fix->work->fix.tag, session->target->name);
}

/* --- what is not written ---------------------------------------------------------------------------------- */

/* A second migration of the same would keep the next run from going on. */
static int
check_unrecorded(const dn_drifting *work)
{
    for (size_t i = 0; i < work->count; i++) {
        const dn_deviation *one = &work->items[i];
        const dunlin_fact *key = one->found ? one->found : one->implied;
        dn_auto(dn_text) name = DN_TEXT_INIT;

        if (!one->unrecorded)
            continue;
        dn_fact_describe(&name, key->kind, key->path, key->path_count);
        if (name.failed)
            return dn_no_memory(work->error);
        return dn_fail(work->error, DUNLIN_DISAGREEMENT, "drift.unrecorded",
                       "%s: '%s' makes that%s, and is not recorded in '%s': a second migration of "
                       "it would be one too many",
                       name.data, one->unrecorded,
                       one->stale == DN_STALE_TRACKER ? "" : " otherwise",
                       work->session->target->name);
    }
    return 0;
}

static int
tell_nothing_to_write(dn_drifting *work)
{
    static const char as_made[] = "the database is as the migrations make it";
    dn_session *session = work->session;
    const char *command = dn_session_command(session, session->target, "drift --replay --fix NAME");
    const char *mend = work->count ? dn_drift_mend(work, &work->items[0]) : NULL;
    bool accepted = work->known.present && strcmp(work->known.basis, DN_BASIS_ACCEPTED) == 0;

    if (!command || (work->count && !mend))
        return dn_no_memory(work->error);
    work->unwritten = as_made;
    if (mend && work->items[0].implied != work->items[0].found)
        work->unwritten = "no statement makes the difference";
    else if (mend)
        work->unwritten = dn_arena_printf(
            &session->arena, "%s, and the definition alone is otherwise: %s", as_made, mend);
    else if (accepted)
        work->unwritten =
            dn_arena_printf(&session->arena,
                            "there is nothing but what was accepted, and '%s' makes that a "
                            "migration",
                            command);
    return work->unwritten ? 0 : dn_no_memory(work->error);
}

/* What cannot be taken away and made anew may have been renamed. */
static int
hint_at_renames(const dn_drifting *work)
{
    const dn_rename_candidate *first = work->candidates;
    const char *mend = work->candidate_count ? dn_drift_rename_mend(work) : NULL;
    dn_auto(dn_text) name = DN_TEXT_INIT;
    dunlin_string to;

    if (!mend)
        return -1;
    dn_fact_describe(&name, first->from->kind, first->from->path, first->from->path_count);
    to = first->to->path[first->to->path_count - 1];
    return name.failed ? -1
                       : dn_hint(work->error, "perhaps %s was renamed to '%.*s': %s", name.data,
                                 (int)to.length, to.data, mend);
}

/* --- the file --------------------------------------------------------------------------------------------- */

int
dn_drift_fix(dn_drifting *work)
{
    dn_session *session = work->session;
    const char *dialect = session->journal.dialect;
    fixing fix = {.work = work, .portable = dialect && strcmp(dialect, "portable") == 0};
    dn_auto(dn_text) body = DN_TEXT_INIT;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_auto(dn_text) down = DN_TEXT_INIT;
    dn_journal_texts texts;

    if (work->unreadable.count)
        return dn_fail(work->error, DUNLIN_PERMISSION, "drift.unseen",
                       "what cannot be seen cannot be written down: %zu of the objects of '%s'",
                       work->unreadable.count, session->target->name);
    if (check_unrecorded(work) < 0 || dn_written_check(&session->journal, work->error) < 0 ||
        choose_sides(&fix) < 0)
        return -1;
    if (!fix.diff.operations.count)
        return tell_nothing_to_write(work);
    if (write_native(&fix, &body) < 0)
        return hint_at_renames(work);
    if (compose(&fix, &body, &text, &down) < 0 || prove(&fix, text.data) < 0)
        return -1;
    texts = (dn_journal_texts){.up = text.data};
    if (dn_journal_new(&session->journal, work->options->fix,
                       session->project.tags == DN_TAGS_SEQUENCE, dn_clock_wall_us() / 1000, &texts,
                       &session->arena, &work->fix, work->error) < 0)
        return -1;
    work->fixed = true;
    return fix.bare ? tell_how_to_record(&fix) : 0;
}
