/* SPDX-License-Identifier: MIT
 *
 * `dunlin merge`: puts what is not applied yet behind what is, after two branches came together.
 * Applied is what the tracker of the target records, and what the branch has that the others build on.
 */
#include "core/engine/merge.h"

#include <string.h>

#include "core/base/file.h"
#include "core/engine/git.h"

int
dn_merge_add_step(dn_merge *merge, const dn_merge_step *step, dn_error *error)
{
    merge->steps = dn_arena_grow(&merge->session.arena, merge->steps, &merge->step_capacity,
                                 merge->step_count + 1, sizeof *merge->steps);
    if (!merge->steps)
        return dn_no_memory(error);
    merge->steps[merge->step_count++] = *step;
    return 0;
}

/* --- branches ------------------------------------------------------------------------------------- */

bool
dn_merge_side_has(const dn_merge_side *side, const char *tag)
{
    const char *name = side->files.data;
    size_t length = strlen(tag);

    for (; name && *name; name += strlen(name) + 1)
        if (strncmp(name, tag, length) == 0 && name[length] == '.')
            return true;
    return false;
}

static void
open_side(dn_merge *merge, int at, const char *ref)
{
    dn_merge_side *side = &merge->sides[at];
    const char *folder = merge->session.project.migrations;

    side->name = ref;
    side->commit = dn_git_commit(folder, ref, &merge->session.arena);
    if (side->commit && !dn_git_files(folder, side->commit, &side->files))
        side->commit = NULL;
}

/* Both that came together: while the merge goes on, and behind its commit. */
static void
open_both(dn_merge *merge)
{
    open_side(merge, 1, "HEAD");
    open_side(merge, 2, "MERGE_HEAD");
    if (merge->sides[2].commit)
        return;
    open_side(merge, 2, "HEAD^2");
    if (!merge->sides[2].commit)
        return;
    dn_text_free(&merge->sides[1].files);
    open_side(merge, 1, "HEAD^1");
}

static int
open_sides(dn_merge *merge, dn_error *error)
{
    const char *onto = merge->options->onto;

    open_both(merge);
    if (!onto && merge->options->offline) {
        if (!merge->sides[2].commit)
            return dn_fail(error, DUNLIN_USAGE, "merge.no-branch",
                           "no merge is under way in '%s', and the last commit is none",
                           merge->session.project.migrations);
        onto = merge->sides[2].name;
    }
    if (!onto)
        return 0;
    open_side(merge, 0, onto);
    if (!merge->sides[0].commit)
        return dn_fail(error, DUNLIN_USAGE, "merge.no-branch",
                       "git knows no '%s' that has the folder '%s'", onto,
                       merge->session.project.migrations);
    return 0;
}

/* --- what is applied ------------------------------------------------------------------------------ */

static int
look_at_target(dn_merge *merge, dn_error *error)
{
    dn_session *session = &merge->session;

    if (dn_session_connect(session, true, error) < 0 ||
        dn_session_reconcile(session, DN_TRACKER_MATCH, error) < 0)
        return dn_while(error, "finding out what is applied; 'dunlin merge --offline' goes by the "
                               "merged branch instead");
    return 0;
}

static bool
is_recorded(const dn_merge *merge, const dn_migration *migration)
{
    const dn_reconciliation *found = &merge->session.reconciliation;

    for (size_t i = 0; i < found->count; i++)
        if (found->verdicts[i].migration == migration)
            return found->verdicts[i].recorded || found->verdicts[i].verdict == DN_VERDICT_PARTIAL;
    return false;
}

/* golang-migrate's table has one number: what is below it may have come later. */
static bool
knows_the_newest_alone(const dn_merge *merge)
{
    const dn_tracker *tracker = &merge->session.observation.tracker;

    return merge->session.connection && tracker->owner == DN_OWNER_FOREIGN &&
           tracker->layout == DN_LAYOUT_GOLANG_MIGRATE;
}

static dn_rebase_entry *
namesake(dn_merge *merge, size_t at)
{
    const char *key = merge->entries[at].was->key;

    for (size_t i = 0; key && i < merge->count; i++)
        if (i != at && merge->entries[i].was->key && !merge->entries[i].was->repeated &&
            strcmp(merge->entries[i].was->key, key) == 0)
            return &merge->entries[i];
    return NULL;
}

/* Numbers do not tell which of two it is that the tracker records. */
static int
settle_one_of_two(dn_merge *merge, dn_rebase_entry *entry, dn_rebase_entry *other, dn_error *error)
{
    dn_shown one;
    dn_shown two;

    if (dn_merge_show(merge, entry->was, &one, error) < 0 ||
        dn_merge_show(merge, other->was, &two, error) < 0)
        return -1;
    if (!one || !two || one == two)
        return dn_fail(error, DUNLIN_DISAGREEMENT, "merge.ambiguous",
                       "the tracker records '%s', which is the number of '%s' and of '%s', and the "
                       "schema does not show which of them was applied",
                       entry->was->key, entry->was->tag, other->was->tag);
    entry->settled = one == DN_SHOWN_THERE;
    other->settled = two == DN_SHOWN_THERE;
    return 0;
}

/* Of what is not above the newest number, the schema has to show each. */
static int
settle_by_schema(dn_merge *merge, dn_error *error)
{
    for (size_t i = 0; i < merge->count; i++) {
        dn_rebase_entry *entry = &merge->entries[i];
        const dn_rebase_entry *other = namesake(merge, i);
        dn_shown shown = DN_SHOWN_ABSENT;

        if (!is_recorded(merge, entry->was) && !(other && is_recorded(merge, other->was)))
            continue;
        if (dn_merge_show(merge, entry->was, &shown, error) < 0)
            return -1;
        if (!shown)
            return dn_fail(error, DUNLIN_DISAGREEMENT, "merge.ambiguous",
                           "the table of golang-migrate has the newest version alone, and the "
                           "schema does not show whether '%s' was applied",
                           entry->was->tag);
        entry->settled = shown == DN_SHOWN_THERE;
    }
    return 0;
}

static int
settle(dn_merge *merge, dn_error *error)
{
    const dn_merge_side *kept = &merge->sides[0];

    if (knows_the_newest_alone(merge) && !kept->commit)
        return settle_by_schema(merge, error);
    for (size_t i = 0; i < merge->count; i++)
        merge->entries[i].settled =
            kept->commit && dn_merge_side_has(kept, merge->entries[i].was->tag);
    for (size_t i = 0; i < merge->count && !knows_the_newest_alone(merge); i++) {
        dn_rebase_entry *entry = &merge->entries[i];
        dn_rebase_entry *other = namesake(merge, i);

        if (entry->settled || (other && other->settled) || !is_recorded(merge, entry->was))
            continue;
        entry->settled = !other;
        if (other && settle_one_of_two(merge, entry, other, error) < 0)
            return -1;
    }
    return 0;
}

/* --- the plan ------------------------------------------------------------------------------------- */

/* Entries, then files without one that are applied or come from the other branch. */
static int
list_entries(dn_merge *merge, dn_error *error)
{
    const dn_journal *journal = &merge->session.journal;

    merge->entries =
        dn_arena_array(&merge->session.arena, journal->count + journal->unlisted_count + 1,
                       sizeof *merge->entries);
    if (!merge->entries)
        return dn_no_memory(error);
    for (size_t i = 0; i < journal->count; i++)
        merge->entries[merge->count++].was = &journal->migrations[i];
    for (size_t i = 0; i < journal->unlisted_count; i++) {
        const dn_migration *file = &journal->unlisted[i];
        const dn_merge_step step = {.action = "list",
                                    .tag = file->tag,
                                    .why = "it is applied, or came with the other branch"};
        bool wanted = is_recorded(merge, file);

        for (int k = 0; k < DN_MERGE_SIDES; k++)
            wanted = wanted ||
                     (merge->sides[k].commit && dn_merge_side_has(&merge->sides[k], file->tag));
        if (!wanted)
            continue;
        if (dn_merge_add_step(merge, &step, error) < 0)
            return -1;
        merge->entries[merge->count++].was = file;
        merge->changes_journal = true;
    }
    return 0;
}

/* Two branches with a file of one name: git leaves both texts in it. */
static int
check_marks(const dn_merge *merge, dn_error *error)
{
    for (size_t i = 0; i < merge->count; i++) {
        const dn_migration *was = merge->entries[i].was;
        dn_auto(dn_text) text = DN_TEXT_INIT;

        if (!was->path || was->code)
            continue;
        if (dn_file_read(was->path, &text, error) < 0)
            return -1;
        if (text.data &&
            (strncmp(text.data, "<<<<<<< ", 8) == 0 || strstr(text.data, "\n<<<<<<< ")) &&
            strstr(text.data, "\n>>>>>>> "))
            return dn_fail(
                error, DUNLIN_DISAGREEMENT, "merge.conflict-marks",
                "'%s' holds git's conflict marks: both branches have a file of that name",
                was->path);
    }
    return 0;
}

/* What it has to make way for. */
static const char *
reason_of(const dn_merge *merge, const dn_rebase_entry *entry)
{
    const dn_rebase_entry *same = NULL;
    dn_layout layout = merge->session.journal.layout;
    size_t length = dn_rebase_head(layout, entry->was->tag);

    for (size_t i = 0; i < merge->count; i++) {
        const dn_rebase_entry *other = &merge->entries[i];

        if (other != entry && length == dn_rebase_head(layout, other->now.tag) &&
            strncmp(other->now.tag, entry->was->tag, length) == 0)
            same = other;
    }
    if (!same)
        return "it comes behind what is applied";
    return dn_arena_printf((dn_arena *)&merge->session.arena, "'%s' has this number%s",
                           same->now.tag, same->settled ? " and is applied" : "");
}

static int
tell_entry(dn_merge *merge, const dn_rebase_entry *entry, dn_error *error)
{
    bool renamed = strcmp(entry->was->tag, entry->now.tag) != 0;
    const dn_merge_step move = {
        .action = "move", .tag = entry->now.tag, .why = "it stood before what is applied"};
    const dn_merge_step renumber = {.action = "renumber",
                                    .tag = entry->was->tag,
                                    .new_tag = entry->now.tag,
                                    .why = reason_of(merge, entry)};

    merge->changes_journal = merge->changes_journal || entry->moved || renamed ||
                             entry->was->idx != entry->now.idx ||
                             entry->was->when_ms != entry->now.when_ms;
    if (!renumber.why)
        return dn_no_memory(error);
    if (renamed)
        return dn_merge_add_step(merge, &renumber, error);
    return entry->moved && merge->session.journal.path ? dn_merge_add_step(merge, &move, error) : 0;
}

static int
plan_files(dn_merge *merge, dn_error *error)
{
    dn_session *session = &merge->session;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_merge_step step = {.action = "file", .why = "the name follows the number"};

    if (dn_rebase_collect_files(&session->journal, merge->entries, merge->count, &merge->work,
                                &session->arena, error) < 0)
        return -1;
    for (size_t i = 0; i < merge->work.rename_count; i++) {
        step.path = merge->work.renames[i].from;
        step.new_path = merge->work.renames[i].to;
        if (dn_merge_add_step(merge, &step, error) < 0)
            return -1;
    }
    if (!session->journal.path)
        return 0;
    if (dn_rebase_journal(&session->journal, merge->is_rebuilt ? &merge->rebuilt : NULL,
                          merge->entries, merge->count, &text, error) < 0 ||
        dn_rebase_add_write(&merge->work, "meta/_journal.json", &text, &session->arena, error) < 0)
        return -1;
    step = (dn_merge_step){.action = "journal",
                           .path = "meta/_journal.json",
                           .why = merge->is_rebuilt
                                      ? "it cannot be read; whole entries of both sides are kept"
                                      : "order, numbers and times follow"};
    return dn_merge_add_step(merge, &step, error);
}

/* Two that are applied and share a number: nobody may be renumbered. */
static int
find_collisions(dn_merge *merge, dn_error *error)
{
    dn_layout layout = merge->session.journal.layout;

    for (size_t i = 0; i < merge->count; i++)
        for (size_t k = 0; k < i && merge->entries[i].settled; k++) {
            const char *tag = merge->entries[i].was->tag;
            const char *other = merge->entries[k].was->tag;
            size_t length = dn_rebase_head(layout, tag);

            if (!length || !merge->entries[k].settled || length != dn_rebase_head(layout, other) ||
                strncmp(tag, other, length) != 0)
                continue;
            if (dn_findings_add(&merge->findings, &merge->session.arena, DN_WARNING,
                                "merge.settled", tag, error,
                                "'%s' and '%s' have one number, and both are applied: neither is "
                                "renumbered",
                                other, tag) < 0)
                return -1;
        }
    return 0;
}

static int
plan(dn_merge *merge, dn_error *error)
{
    dn_session *session = &merge->session;

    if (list_entries(merge, error) < 0 || check_marks(merge, error) < 0 ||
        settle(merge, error) < 0 ||
        dn_rebase_plan(&session->journal, merge->is_rebuilt, merge->entries, merge->count,
                       &session->arena, error) < 0)
        return -1;
    merge->changes_journal = merge->changes_journal || merge->is_rebuilt;
    for (size_t i = 0; i < merge->count; i++)
        if (tell_entry(merge, &merge->entries[i], error) < 0)
            return -1;
    if (find_collisions(merge, error) < 0)
        return -1;
    if (!merge->changes_journal)
        return 0;
    if (plan_files(merge, error) < 0 || dn_merge_snapshots(merge, error) < 0)
        return -1;
    return dn_merge_effects(merge, error);
}

/* --- the use case --------------------------------------------------------------------------------- */

static int
read_journal(dn_merge *merge, dn_error *error)
{
    dn_session *session = &merge->session;
    const dn_journal_options options = dn_session_journal_options(session);
    const char *why;

    if (dn_session_journal_or_rebuilt(session, &merge->is_rebuilt, error) < 0 ||
        dn_journal_finish(&session->journal, error) < 0)
        return -1;
    if (merge->is_rebuilt &&
        dn_journal_rebuilt(&options, &session->arena, &merge->rebuilt, error) < 0)
        return -1;
    if (dn_rebase_has_numbers(session->journal.layout, &why))
        return 0;
    return dn_fail(error, DUNLIN_UNSUPPORTED, "merge.layout", "nothing in '%s' is renumbered: %s",
                   session->journal.folder, why);
}

static int
finish_earlier(dn_merge *merge, dn_error *error)
{
    const dn_merge_step step = {
        .action = "finish", .path = DN_REBASE_NOTE, .why = "an earlier merge was broken off"};
    const char *folder = merge->session.project.migrations;

    merge->unfinished = dn_rebase_is_unfinished(folder);
    if (!merge->unfinished)
        return 0;
    if (merge->options->apply && dn_rebase_finish(folder, error) < 0)
        return -1;
    return dn_merge_add_step(merge, &step, error);
}

static void
tell(dn_merge *merge)
{
    dunlin_result *result = merge->session.result;
    dunlin_node *root = dn_result_node(result);
    dunlin_node *list;

    dn_session_tell_project(&merge->session);
    if (merge->session.connection)
        dn_session_tell_target(&merge->session);
    else
        dn_node_set_null(result, root, "target");
    dn_node_set_text(result, root, "onto", merge->sides[0].commit ? merge->sides[0].name : NULL);
    dn_node_set_boolean(result, root, "applied", merge->options->apply && merge->step_count);
    list = dn_node_array(result, root, "steps");
    for (size_t i = 0; i < merge->step_count; i++) {
        const dn_merge_step *step = &merge->steps[i];
        dunlin_node *node = dn_node_object(result, list, NULL);

        dn_node_set_text(result, node, "action", step->action);
        dn_node_set_text(result, node, "tag", step->tag);
        dn_node_set_text(result, node, "new_tag", step->new_tag);
        dn_node_set_text(result, node, "path", step->path);
        dn_node_set_text(result, node, "new_path", step->new_path);
        dn_node_set_text(result, node, "why", step->why);
    }
    dn_session_tell_findings(&merge->session, "findings", &merge->findings);
    dn_node_set_text(result, root, "summary",
                     !merge->step_count      ? "what is not applied stands behind what is, with "
                                               "numbers of its own: nothing to do"
                     : merge->options->apply ? "done; look at the changes and commit them"
                                             : "nothing is changed yet: --apply does it");
    if ((merge->step_count && !merge->options->apply) || merge->findings.count)
        dn_result_set_exit_code(result, DUNLIN_EXIT_DISAGREEMENT);
}

static int
run(dn_merge *merge, dn_error *error)
{
    dn_session *session = &merge->session;

    if (dn_session_project(session, error) < 0 ||
        (!merge->options->offline && dn_session_target(session, error) < 0) ||
        finish_earlier(merge, error) < 0)
        return -1;
    if (!merge->unfinished || merge->options->apply) {
        if (read_journal(merge, error) < 0 || open_sides(merge, error) < 0 ||
            (!merge->options->offline && look_at_target(merge, error) < 0) ||
            plan(merge, error) < 0)
            return -1;
    } else if (dn_session_journal(session, error) < 0) {
        dn_error_clear(error); /* half of it may be done */
    }
    if (merge->options->apply && merge->changes_journal &&
        dn_rebase_carry_out(&session->journal, &merge->work, error) < 0)
        return -1;
    if (dn_session_result(session, "dunlin-merge/1", error) < 0)
        return -1;
    tell(merge);
    return 0;
}

int
dunlin_merge(const dunlin_options *options, const dunlin_merge_options *merge_options,
             dunlin_result **result, dunlin_error *error)
{
    static const dunlin_merge_options defaults = {.size = sizeof defaults};
    dn_merge merge;
    int answer;

    memset(&merge, 0, sizeof merge);
    dn_session_begin(&merge.session, options);
    merge.options = merge_options ? merge_options : &defaults;
    answer = run(&merge, error);
    dn_text_free(&merge.rebuilt);
    for (int i = 0; i < DN_MERGE_SIDES; i++)
        dn_text_free(&merge.sides[i].files);
    return dn_session_finish(&merge.session, answer, result, error);
}
