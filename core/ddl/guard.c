/* SPDX-License-Identifier: MIT
 *
 * IF [NOT] EXISTS put into a statement. The parser notes where it could stand; whether it does there
 * what it should, and nothing else, is found out by reading the statement again with it.
 */
#include "core/ddl/ddl.h"

#include <string.h>

#include "core/fact/fact.h"

typedef struct guarding {
    dn_ddl_options options;
    dn_ddl_guard_check check;
    void *context;
    const char *refused; /* why the first step that was not allowed was not */
    dn_arena *arena;
    dunlin_string text;
    dn_ddl_statement parsed; /* of the text */
    dn_error *error;
} guarding;

/* --- operations ------------------------------------------------------------------------------------ */

static bool
same_text(dunlin_string left, dunlin_string right)
{
    return left.length == right.length &&
           (left.length == 0 || memcmp(left.data, right.data, left.length) == 0);
}

static bool
same_texts(const dunlin_string *left, uint64_t left_count, const dunlin_string *right,
           uint64_t right_count)
{
    bool same = left_count == right_count;

    for (uint64_t i = 0; same && i < left_count; i++)
        same = same_text(left[i], right[i]);
    return same;
}

/* But for their conditions. */
static bool
same_operation(const dunlin_operation *left, const dunlin_operation *right)
{
    bool same =
        left->verb == right->verb && left->flags == right->flags &&
        left->set_count == right->set_count && same_text(left->kind, right->kind) &&
        same_text(left->using_expression, right->using_expression) &&
        same_text(left->body, right->body) &&
        same_texts(left->path, left->path_count, right->path, right->path_count) &&
        same_texts(left->new_path, left->new_path_count, right->new_path, right->new_path_count) &&
        same_texts(left->unset, left->unset_count, right->unset, right->unset_count);

    for (uint64_t i = 0; same && i < left->set_count; i++)
        same = same_text(left->set[i].name, right->set[i].name);
    return same && dn_property_equal(left->set, left->set_count, right->set, right->set_count);
}

static int32_t
proper_condition(const dunlin_operation *operation)
{
    bool adds = operation->verb == DUNLIN_VERB_CREATE ||
                dn_property_find(operation->set, operation->set_count, "add_value") != NULL;

    return adds ? DUNLIN_CONDITION_IF_NOT_EXISTS : DUNLIN_CONDITION_IF_EXISTS;
}

/* What lies in a new table is guarded with it. */
static size_t
guardable(const dn_ddl_statement *parsed)
{
    const dunlin_operation *first = parsed->operations[0];
    bool table =
        first->verb == DUNLIN_VERB_CREATE && dn_string_equal(first->kind, DUNLIN_KIND_TABLE);

    return table ? 1 : parsed->count;
}

static size_t
unguarded(const dn_ddl_statement *parsed)
{
    size_t count = 0;

    for (size_t i = 0; i < guardable(parsed); i++)
        count += parsed->operations[i]->condition == DUNLIN_CONDITION_NONE;
    return count;
}

/* The same, with at least one condition more, and each new one of the right kind? */
static bool
is_better(const dn_ddl_statement *before, const dn_ddl_statement *after)
{
    bool better = false;

    if (after->kind != DN_DDL_OPERATIONS || after->count != before->count)
        return false;
    for (size_t i = 0; i < before->count; i++) {
        const dunlin_operation *old = before->operations[i];
        const dunlin_operation *now = after->operations[i];

        if (!same_operation(old, now))
            return false;
        if (old->condition == now->condition)
            continue;
        if (old->condition || now->condition != proper_condition(now) || i >= guardable(before))
            return false;
        better = true;
    }
    return better;
}

/* --- text --------------------------------------------------------------------------------------------- */

/* The words in the case of the word before them. */
static const char *
words_for(const guarding *work, const dn_ddl_gap *gap)
{
    char last = work->text.data[gap->offset - 1];
    bool small = last >= 'a' && last <= 'z';

    if (gap->condition == DUNLIN_CONDITION_IF_EXISTS)
        return small ? " if exists" : " IF EXISTS";
    return small ? " if not exists" : " IF NOT EXISTS";
}

static int
insert(const guarding *work, const dn_ddl_gap *gap, dunlin_string *longer)
{
    const char *words = words_for(work, gap);
    size_t length = strlen(words);
    size_t total = (size_t)work->text.length + length;
    bool apart = gap->offset < work->text.length &&
                 strchr(" \t\r\n(;-/", work->text.data[gap->offset]) != NULL;
    char *text = dn_arena_alloc(work->arena, total + 2);

    if (!text)
        return dn_no_memory(work->error);
    memcpy(text, work->text.data, gap->offset);
    memcpy(text + gap->offset, words, length);
    if (!apart && gap->offset < work->text.length) { /* CREATE TABLE"t" */
        text[gap->offset + length++] = ' ';
        total++;
    }
    memcpy(text + gap->offset + length, work->text.data + gap->offset,
           (size_t)work->text.length - gap->offset);
    *longer = dn_span(text, total);
    return 0;
}

/* 1: the text is better now. */
static int
try_gap(guarding *work, const dn_ddl_gap *gap)
{
    dn_ddl_statement parsed;
    dunlin_string longer;
    const char *refused;

    if (insert(work, gap, &longer) < 0 ||
        dn_ddl_parse(longer, &work->options, work->arena, &parsed, work->error) < 0)
        return -1;
    if (!is_better(&work->parsed, &parsed))
        return 0;
    refused = work->check ? work->check(work->text, gap->offset, longer, work->context) : NULL;
    if (refused) {
        work->refused = work->refused ? work->refused : refused;
        return 0;
    }
    work->text = longer;
    work->parsed = parsed;
    return 1;
}

/* Gaps come in the order of the text, and behind a guard they have all moved. */
static int
fill_gaps(guarding *work, size_t *guards)
{
    for (size_t i = 0; i < work->parsed.gap_count && unguarded(&work->parsed);) {
        int answer = try_gap(work, &work->parsed.gaps[i]);

        if (answer < 0)
            return -1;
        *guards += (size_t)answer;
        i += answer == 0;
    }
    return 0;
}

/* --- what needs none ------------------------------------------------------------------------------------ */

static const char *
needless(const dn_ddl_statement *parsed)
{
    const dunlin_operation *first = parsed->operations[0];

    if (first->flags & DUNLIN_OPERATION_OR_REPLACE)
        return "it replaces what is there";
    if (dn_property_find(first->set, first->set_count, "temporary"))
        return "it is temporary, and gone with its session";
    return NULL;
}

/* Words outside of quotes by which a statement says what happens to rows that are there. */
static int
see_conflict(const dunlin_token *token, void *context)
{
    static const char *const words[] = {"conflict", "duplicate", "ignore", "replace", "exists"};
    bool *found = context;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        *found = *found || dn_string_equal_fold(token->text, words[i]);
    return *found;
}

/* Of one that changes rows: run again, is it the same? */
static dn_ddl_guarding
judge_rows(const guarding *work, const char **reason)
{
    bool handled = false;
    const char *text = work->text.data;

    dn_lex_tokens(work->options.rules, work->text, see_conflict, &handled);
    if (handled) {
        *reason = "it says itself what happens to rows that are there";
        return DN_DDL_GUARDLESS;
    }
    *reason =
        work->text.length > 6 && strncasecmp(text, "insert", 6) == 0
            ? "run again, it fails at a key, or adds its rows twice: ON CONFLICT (key) DO NOTHING "
              "behind it passes over those that are there"
            : "run again, it changes what its WHERE finds then: where that must not be changed "
              "twice, WHERE has to leave it out";
    return DN_DDL_BARE_ROWS;
}

static const char *
without_place(const dn_ddl_statement *parsed)
{
    bool alters = true;

    for (size_t i = 0; i < guardable(parsed); i++)
        alters = alters && (parsed->operations[i]->condition ||
                            parsed->operations[i]->verb == DUNLIN_VERB_ALTER);
    return alters ? "it says what is to be so, and may be repeated as it stands"
                  : "there is no place for IF [NOT] EXISTS in it";
}

int
dn_ddl_guard(dunlin_string text, const dn_ddl_options *options, dn_ddl_guard_check check,
             void *context, dn_arena *arena, dn_ddl_guarded *guarded, dn_error *error)
{
    guarding work = {.options = *options,
                     .check = check,
                     .context = context,
                     .arena = arena,
                     .text = text,
                     .error = error};

    work.options.gaps = true;
    *guarded = (dn_ddl_guarded){.text = text};
    if (dn_ddl_parse(text, &work.options, arena, &work.parsed, error) < 0)
        return -1;
    guarded->reason = work.parsed.reason;
    guarded->wrong = work.parsed.kind == DN_DDL_SYNTAX;
    guarded->offset = work.parsed.offset;
    for (size_t i = 0; !options->own && i < work.parsed.count && !guarded->reason; i++)
        guarded->reason = work.parsed.marks[i].native;
    if (work.parsed.kind != DN_DDL_OPERATIONS || guarded->reason) {
        guarded->guarding = DN_DDL_UNKNOWN;
        return 0;
    }
    if (work.parsed.operations[0]->verb == DUNLIN_VERB_DATA) {
        guarded->guarding = judge_rows(&work, &guarded->reason);
        return 0;
    }
    guarded->reason = needless(&work.parsed);
    if (guarded->reason) {
        guarded->guarding = DN_DDL_GUARDLESS;
        return 0;
    }
    for (size_t i = 0; i < work.parsed.count; i++)
        if (dn_ddl_computes(options->rules, work.parsed.operations[i])) {
            guarded->reason = "USING computes with what is there: run again, it does so twice";
            guarded->guarding = DN_DDL_BARE_ROWS;
            return 0;
        }
    if (fill_gaps(&work, &guarded->guards) < 0)
        return -1;
    guarded->text = work.text;
    if (unguarded(&work.parsed))
        guarded->reason = work.refused ? work.refused : without_place(&work.parsed);
    guarded->guarding = guarded->guards                                     ? DN_DDL_GUARDS_ADDED
                        : unguarded(&work.parsed) < guardable(&work.parsed) ? DN_DDL_GUARDED
                                                                            : DN_DDL_GUARDLESS;
    return 0;
}
