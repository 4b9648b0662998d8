/* SPDX-License-Identifier: MIT */
#include "core/plan/late.h"

#include <string.h>
#include <strings.h>

#include "core/execute/trace.h"

typedef struct side {
    const dn_trace_item *items;
    size_t count;
    bool opaque; /* it does what its operations do not tell */
    bool rows;   /* it may change rows, or take them away */
    bool fresh;  /* it only makes tables, and what is in them */
} side;

typedef struct late_check {
    const dn_reconciliation *reconciliation;
    const dn_plan_options *options;
    dn_trace trace;
    bool asked;
    bool replayed;
    bool equal; /* as options->replay_late found */
} late_check;

static bool
same(dunlin_string left, dunlin_string right)
{
    return left.length == right.length &&
           (!left.length || strncasecmp(left.data, right.data, (size_t)left.length) == 0);
}

/* An element of a path that begins with a namespace always; nothing where there is none. */
static dunlin_string
element(const dunlin_string *path, uint64_t count, uint64_t at)
{
    return at < count ? path[at] : dn_string("");
}

/* What a table is called once the operation was done. */
static dunlin_string
name_after(const dunlin_operation *operation)
{
    return operation->new_path_count ? element(operation->new_path, operation->new_path_count, 1)
                                     : element(operation->path, operation->path_count, 1);
}

/* --- one migration -------------------------------------------------------------------------------- */

static bool
makes_table(const side *one, dunlin_string table)
{
    for (size_t i = 0; i < one->count; i++) {
        const dunlin_operation *operation = one->items[i].operation;

        if (operation->verb == DUNLIN_VERB_CREATE && !operation->condition &&
            dn_string_among(operation->kind, "table") &&
            same(element(operation->path, operation->path_count, 1), table))
            return true;
    }
    return false;
}

static bool
is_fresh(const side *one)
{
    for (size_t i = 0; i < one->count; i++) {
        const dunlin_operation *operation = one->items[i].operation;

        if (operation->verb != DUNLIN_VERB_CREATE ||
            !makes_table(one, element(operation->path, operation->path_count, 1)))
            return false;
    }
    return true;
}

/* Does it take the table away and make one of that name, as a rebuild does? */
static bool
remakes(const side *one, dunlin_string table)
{
    bool dropped = false;

    for (size_t i = 0; i < one->count; i++) {
        const dunlin_operation *operation = one->items[i].operation;

        if (!dn_string_among(operation->kind, DUNLIN_KIND_TABLE))
            continue;
        if (operation->verb == DUNLIN_VERB_DROP)
            dropped = dropped || same(element(operation->path, operation->path_count, 1), table);
        else if (dropped &&
                 (operation->verb == DUNLIN_VERB_CREATE || operation->verb == DUNLIN_VERB_RENAME) &&
                 same(name_after(operation), table))
            return true;
    }
    return false;
}

static side
side_of(const dn_trace *trace, size_t migration)
{
    side one = {.items = trace->items};

    while (one.items < trace->items + trace->count && one.items->migration < migration)
        one.items++;
    while (one.items + one.count < trace->items + trace->count &&
           one.items[one.count].migration == migration)
        one.count++;
    one.opaque = trace->others[migration];
    one.rows = trace->rows[migration];
    one.fresh = is_fresh(&one) && !one.opaque;
    return one;
}

/* --- two of them ---------------------------------------------------------------------------------- */

/* Do two paths name one thing, or one of them what the other is in? A member whose table is not told
 * may be anywhere but in a table that one of them makes. */
static bool
meets(const dunlin_string *left, uint64_t left_count, const dunlin_string *right,
      uint64_t right_count, bool fresh)
{
    dunlin_string tables[2] = {element(left, left_count, 1), element(right, right_count, 1)};
    dunlin_string members[2] = {element(left, left_count, 2), element(right, right_count, 2)};
    bool known = tables[0].length && tables[1].length;

    if (known && !same(tables[0], tables[1]))
        return false;
    if (!members[0].length || !members[1].length)
        return known || !fresh;
    return same(members[0], members[1]);
}

/* Is the name in what the operation says, as a whole word? */
static bool
says(const dunlin_operation *operation, dunlin_string name)
{
    for (uint64_t i = 0; i < operation->set_count; i++)
        if (dn_string_mentions(operation->set[i].text, name))
            return true;
    return dn_string_mentions(operation->using_expression, name) ||
           dn_string_mentions(operation->body, name);
}

/* A foreign key is of a table's name; what is made of its columns or rows says it in a text. */
static bool
only_refers(const dunlin_operation *user, dunlin_string table)
{
    return dn_string_among(user->kind, "table column fk constraint") &&
           !dn_string_mentions(user->body, table);
}

/* Does the one say what the other, which belongs to `of`, makes, renames or takes away? A column counts in its own
 * table, and where that is said, too. */
static bool
uses_name(const dunlin_operation *user, const dunlin_operation *other, const side *of,
          const dunlin_string *path, uint64_t count)
{
    dunlin_string table = element(path, count, 1);
    dunlin_string member = element(path, count, 2);

    if (!member.length)
        return table.length && says(user, table) &&
               !(only_refers(user, table) && remakes(of, table));
    return dn_string_among(other->kind, DUNLIN_KIND_COLUMN) && says(user, member) &&
           (same(element(user->path, user->path_count, 1), table) || says(user, table));
}

/* A view may be of all columns of what it says. */
static bool
uses(const dunlin_operation *user, const dunlin_operation *other, const side *of)
{
    return uses_name(user, other, of, other->path, other->path_count) ||
           uses_name(user, other, of, other->new_path, other->new_path_count) ||
           (dn_string_among(user->kind, "view matview") &&
            dn_string_among(other->kind, "table column view matview") &&
            says(user, element(other->path, other->path_count, 1)));
}

static bool
touches(const dunlin_operation *left, const side *of_left, const dunlin_operation *right,
        const side *of_right)
{
    bool fresh = of_left->fresh || of_right->fresh;

    return uses(left, right, of_right) || uses(right, left, of_left) ||
           meets(left->path, left->path_count, right->path, right->path_count, fresh) ||
           (left->new_path_count &&
            meets(left->new_path, left->new_path_count, right->path, right->path_count, fresh)) ||
           (right->new_path_count &&
            meets(left->path, left->path_count, right->new_path, right->new_path_count, fresh));
}

/* What both touch, or the one touches and the other uses; or NULL. */
static const dunlin_operation *
meeting(const side *late, const side *applied)
{
    for (size_t i = 0; i < late->count; i++)
        for (size_t k = 0; k < applied->count; k++)
            if (touches(late->items[i].operation, late, applied->items[k].operation, applied))
                return late->items[i].operation;
    return NULL;
}

static bool
differs_by_text(const side *late, const side *applied)
{
    return meeting(late, applied) ||
           (!late->fresh && !applied->fresh && (late->opaque || applied->opaque));
}

/* A replay has no rows, so it is no witness of what happens to them. */
static int
ask_replay(late_check *work, const side *late, const side *applied, bool *equal, dn_error *error)
{
    const dn_plan_options *options = work->options;

    *equal = false;
    if (!options->replay_late || late->rows || applied->rows)
        return 0;
    if (!work->asked) {
        int answer = options->replay_late(options->context, &work->equal, error);

        if (answer < 0)
            return -1;
        work->asked = true;
        work->replayed = answer == 0;
    }
    *equal = work->equal;
    return 0;
}

static int
fail_words(const late_check *work, const side *late, const side *applied, const char *tag,
           const char *other, dn_error *error)
{
    const dunlin_operation *common = meeting(late, applied);
    dunlin_string table = common ? element(common->path, common->path_count, 1) : dn_string("");
    const char *replayed =
        work->replayed ? "; a replay does not show that both orders give one schema" : "";

    if (common)
        return dn_fail(error, DUNLIN_DISAGREEMENT, "plan.late-conflict",
                       "'%s' arrived late: it touches '%.*s', and so does '%s', which is applied "
                       "already%s",
                       tag, (int)table.length, table.data, other, replayed);
    return dn_fail(error, DUNLIN_DISAGREEMENT, "plan.late-conflict",
                   "'%s' arrived late, and nothing tells whether it does the same behind '%s', "
                   "which is applied already: %s changes rows, or is not understood%s",
                   tag, other, late->opaque ? "it" : "that one", replayed);
}

/* Where nothing may be replayed, it says how it could be. */
static int
fail_pair(const late_check *work, const side *late, const side *applied, const char *tag,
          const char *other, dn_error *error)
{
    fail_words(work, late, applied, tag, other, error);
    if (work->asked && !work->replayed)
        dn_hint(error,
                "let a replay of both orders tell, with --shadow or --shadow-url URL; or put it "
                "behind the applied ones in the journal, or apply it all the same with --allow %s",
                tag);
    return -1;
}

/* --- all of them ---------------------------------------------------------------------------------- */

static bool
is_allowed(const dn_plan_options *options, const char *tag)
{
    for (size_t i = 0; i < options->allow_count; i++)
        if (strcmp(options->allow[i], tag) == 0)
            return true;
    return false;
}

/* Or will be, once a repair has recorded what the schema shows. */
static bool
is_applied(const dn_verdict *verdict)
{
    return verdict->recorded || (verdict->proof && verdict->proof->done && !verdict->pending);
}

static size_t
last_applied(const dn_observation *observation, const dn_reconciliation *reconciliation)
{
    size_t last = 0;

    for (size_t i = 0; i < observation->journal->count; i++)
        if (is_applied(&reconciliation->verdicts[i]))
            last = i;
    return last;
}

static bool
is_late(const dn_reconciliation *reconciliation, const dn_plan_options *options, size_t at)
{
    const dn_verdict *verdict = &reconciliation->verdicts[at];

    return verdict->pending && verdict->verdict == DN_VERDICT_PENDING &&
           !is_allowed(options, verdict->migration->tag);
}

static int
check_one(late_check *work, size_t at, size_t last, dn_error *error)
{
    const dn_verdict *verdicts = work->reconciliation->verdicts;
    const side late = side_of(&work->trace, at);

    for (size_t i = at + 1; i <= last; i++) {
        const side applied = side_of(&work->trace, i);
        bool equal = false;

        if (!is_applied(&verdicts[i]) || !differs_by_text(&late, &applied))
            continue;
        if (ask_replay(work, &late, &applied, &equal, error) < 0)
            return -1;
        if (!equal)
            return fail_pair(work, &late, &applied, verdicts[at].migration->tag,
                             verdicts[i].migration->tag, error);
    }
    return 0;
}

/* `at` is of one that is late; the texts are read for the first of them. */
static int
check_late(late_check *work, dn_connection *connection, const dn_observation *observation,
           size_t at, size_t last, dn_arena *arena, dn_error *error)
{
    if (!work->trace.others && dn_trace_read(dn_connection_driver(connection), observation->journal,
                                             arena, &work->trace, error) < 0)
        return -1;
    return check_one(work, at, last, error);
}

int
dn_plan_check_late(dn_connection *connection, const dn_observation *observation,
                   const dn_reconciliation *reconciliation, const dn_plan_options *options,
                   dn_arena *arena, dn_error *error)
{
    size_t last = last_applied(observation, reconciliation);
    late_check work = {.reconciliation = reconciliation, .options = options};

    for (size_t i = 0; i < last; i++)
        if (is_late(reconciliation, options, i) &&
            check_late(&work, connection, observation, i, last, arena, error) < 0)
            return -1;
    return 0;
}

int
dn_plan_judge_late(dn_connection *connection, const dn_observation *observation,
                   dn_reconciliation *reconciliation, const dn_plan_options *options,
                   dn_arena *arena, dn_error *error)
{
    size_t last = last_applied(observation, reconciliation);
    late_check work = {.reconciliation = reconciliation, .options = options};

    for (size_t i = 0; i < last; i++) {
        dn_verdict *verdict = &reconciliation->verdicts[i];

        if (!is_late(reconciliation, options, i) ||
            check_late(&work, connection, observation, i, last, arena, error) == 0)
            continue;
        if (strcmp(error->id, "plan.late-conflict") != 0)
            return -1;
        verdict->late = dn_arena_text(arena, error->message);
        dn_error_clear(error);
        if (!verdict->late)
            return dn_no_memory(error);
    }
    return 0;
}
