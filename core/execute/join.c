/* SPDX-License-Identifier: MIT
 *
 * Neighbouring ALTER TABLEs of one table, read as one statement: what its author could have written
 * himself. Its text is that of the file from the first to the last, with a comma and blanks in place
 * of what stood between them and of ALTER TABLE, so that every byte keeps its line and column.
 */
#include "core/execute/join.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/execute/translate_internal.h"

enum { MOST_TOGETHER = 200 };

struct dn_join {
    dn_joiner how;
    dn_script_item held; /* read ahead */
    bool holds;
    dn_arena arena; /* of the statement at hand */
    const dunlin_operation **operations;
    size_t operation_count;
    size_t operation_capacity;
    dn_script_part *parts;
    size_t part_count;
    size_t part_capacity;
    dn_text text;
};

dn_join *
dn_join_new(const dn_joiner *how)
{
    dn_join *join = calloc(1, sizeof *join);

    if (join)
        join->how = *how;
    return join;
}

void
dn_join_free(dn_join *join)
{
    if (!join)
        return;
    dn_arena_free(&join->arena);
    dn_text_free(&join->text);
    free(join);
}

static bool
may_join(const dn_script_item *item)
{
    return item->kind == DN_SCRIPT_STATEMENT && !item->native && (item->flags & DUNLIN_CLASS_DDL) &&
           item->sql.length > 5 && strncasecmp(item->sql.data, "alter", 5) == 0;
}

/* --- one ALTER TABLE ------------------------------------------------------------------------------ */

typedef struct alter {
    dunlin_string sql; /* in the input, which stays */
    dn_ddl_statement parsed;
    uint64_t actions; /* where the first of them begins */
} alter;

static bool
is_member(const dunlin_operation *operation)
{
    static const char *const kinds[] = {
        DUNLIN_KIND_COLUMN, DUNLIN_KIND_PRIMARY_KEY, DUNLIN_KIND_UNIQUE, DUNLIN_KIND_FOREIGN_KEY,
        DUNLIN_KIND_CHECK,  DUNLIN_KIND_CONSTRAINT,  DUNLIN_KIND_INDEX,
    };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (dn_string_equal(operation->kind, kinds[i]))
            return operation->path_count == 3 && operation->path[1].length > 0;
    return false;
}

/* In a script only the database can tell whether a column is there. */
static bool
asks_by_itself(const dunlin_operation *operation)
{
    return operation->condition != DUNLIN_CONDITION_NONE && operation->verb != DUNLIN_VERB_ALTER &&
           dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN);
}

static bool
is_understood(const dn_join *join, const dn_ddl_statement *parsed)
{
    if (parsed->kind != DN_DDL_OPERATIONS || parsed->count == 0)
        return false;
    for (size_t i = 0; i < parsed->count; i++)
        if (parsed->marks[i].native || !is_member(parsed->operations[i]) ||
            (join->how.scripted && asks_by_itself(parsed->operations[i])))
            return false;
    return true;
}

/* ALTER TABLE [IF EXISTS] [ONLY] name [.name] [*] */
typedef struct heading {
    enum { BEFORE_NAME, BEHIND_NAME, BEHIND_DOT } state;
    uint64_t end; /* where what follows begins */
} heading;

static int
see_heading(const dunlin_token *token, void *context)
{
    static const char *const words[] = {"alter", "table", "if", "exists", "only"};
    heading *seen = context;

    seen->end = token->offset;
    switch (seen->state) {
    case BEFORE_NAME:
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (dn_string_equal_fold(token->text, words[i]))
                return 0;
        seen->state = BEHIND_NAME;
        return 0;
    case BEHIND_DOT: seen->state = BEHIND_NAME; return 0;
    default:
        if (*token->text.data == '.')
            seen->state = BEHIND_DOT;
        return *token->text.data != '.' && *token->text.data != '*';
    }
}

/* 0, 1: it stays alone, -1. */
static int
read_alter(dn_join *join, dunlin_string input, const dn_script_item *item, alter *made,
           dn_error *error)
{
    const dn_ddl_options options = {.rules = join->how.rules};
    heading seen = {.state = BEFORE_NAME};

    made->sql = dn_span(input.data + item->offset, (size_t)item->sql.length);
    if (dn_ddl_parse(made->sql, &options, &join->arena, &made->parsed, error) < 0)
        return -1;
    if (!is_understood(join, &made->parsed))
        return 1;
    dn_lex_tokens(join->how.rules, made->sql, see_heading, &seen);
    made->actions = seen.end;
    return 0;
}

static bool
is_same(dunlin_string left, dunlin_string right)
{
    return left.length == right.length && memcmp(left.data, right.data, (size_t)left.length) == 0;
}

/* Of the same table, and with the same IF EXISTS. */
static bool
has_same_head(const dunlin_operation *left, const dunlin_operation *right)
{
    return is_same(left->path[0], right->path[0]) && is_same(left->path[1], right->path[1]) &&
           !((left->flags ^ right->flags) & DUNLIN_OPERATION_PARENT_IF_EXISTS);
}

/* --- several ---------------------------------------------------------------------------------------- */

static bool
has(const dunlin_operation *const *operations, size_t count, int32_t verb)
{
    for (size_t i = 0; i < count; i++)
        if (operations[i]->verb == verb)
            return true;
    return false;
}

/* Where nothing is renamed, what is made is compared with what is there. */
static bool
hides_comparison(const dn_join *join, const dn_ddl_statement *next)
{
    const dunlin_operation *const *all = join->operations;
    size_t count = join->operation_count;

    return join->how.scripted &&
           (has(all, count, DUNLIN_VERB_CREATE) ||
            has(next->operations, next->count, DUNLIN_VERB_CREATE)) &&
           (has(all, count, DUNLIN_VERB_RENAME) ||
            has(next->operations, next->count, DUNLIN_VERB_RENAME));
}

/* What has no name gets one that nothing else in its statement has. */
static bool
takes_freed_name(const dn_join *join, const dn_ddl_statement *next)
{
    for (size_t k = 0; k < next->count; k++)
        for (size_t i = 0; next->marks[k].named && i < join->operation_count; i++)
            if (join->operations[i]->verb != DUNLIN_VERB_CREATE &&
                is_same(join->operations[i]->path[2], next->operations[k]->path[2]))
                return true;
    return false;
}

/* What a guard finds made is compared once it was made. */
static bool
meets_own(const dn_join *join, const dn_ddl_statement *next)
{
    for (size_t k = 0; k < next->count; k++)
        for (size_t i = 0; i < join->operation_count &&
                           next->operations[k]->condition == DUNLIN_CONDITION_IF_NOT_EXISTS;
             i++)
            if (join->operations[i]->verb == DUNLIN_VERB_CREATE &&
                is_same(join->operations[i]->path[2], next->operations[k]->path[2]))
                return true;
    return false;
}

static bool
fits(const dn_join *join, const alter *next)
{
    return !hides_comparison(join, &next->parsed) && !takes_freed_name(join, &next->parsed) &&
           !meets_own(join, &next->parsed) &&
           has_same_head(join->operations[0], next->parsed.operations[0]) &&
           dn_schema_go_together(&join->how.target, *join->how.facts, join->operations,
                                 join->operation_count, next->parsed.operations,
                                 next->parsed.count);
}

static int
add_part(dn_join *join, const dn_script_item *first, const dn_script_item *item, const alter *made,
         dn_error *error)
{
    size_t count = join->operation_count + made->parsed.count;

    join->operations = dn_arena_grow(&join->arena, join->operations, &join->operation_capacity,
                                     count, sizeof *join->operations);
    join->parts = dn_arena_grow(&join->arena, join->parts, &join->part_capacity,
                                join->part_count + 1, sizeof *join->parts);
    if (!join->operations || !join->parts)
        return dn_no_memory(error);
    memcpy(join->operations + join->operation_count, made->parsed.operations,
           made->parsed.count * sizeof *join->operations);
    join->operation_count = count;
    join->parts[join->part_count++] = (dn_script_part){
        .sql = made->sql,
        .begin = item->offset - first->offset,
        .actions = item->offset - first->offset + made->actions,
        .line = item->line,
        .ordinal = item->ordinal,
    };
    return 0;
}

/* All that follow and go together with it. What does not is held. */
static int
gather(dn_join *join, dn_script *script, dunlin_string input, dn_script_item *first,
       dn_error *error)
{
    alter made;
    int answer;

    while (join->part_count < MOST_TOGETHER) {
        if (dn_script_next_single(script, &join->held, error) < 0)
            return -1;
        join->holds = true;
        if (!may_join(&join->held))
            return 0;
        if (!join->part_count) {
            answer = read_alter(join, input, first, &made, error);
            if (answer != 0)
                return answer < 0 ? -1 : 0;
            if (add_part(join, first, first, &made, error) < 0)
                return -1;
        }
        answer = read_alter(join, input, &join->held, &made, error);
        if (answer != 0 || !fits(join, &made))
            return answer < 0 ? -1 : 0;
        if (add_part(join, first, &join->held, &made, error) < 0)
            return -1;
        first->flags |= join->held.flags;
        join->holds = false;
    }
    return 0;
}

static int
write_text(dn_join *join, dunlin_string input, dn_script_item *item, dn_error *error)
{
    const dn_script_part *last = &join->parts[join->part_count - 1];

    dn_text_clear(&join->text);
    dn_text_add(&join->text, input.data + item->offset, (size_t)(last->begin + last->sql.length));
    if (join->text.failed)
        return dn_no_memory(error);
    for (size_t i = 0; i + 1 < join->part_count; i++) {
        uint64_t at = join->parts[i].begin + join->parts[i].sql.length;

        for (uint64_t k = at; k < join->parts[i + 1].actions; k++)
            if (join->text.data[k] != '\n')
                join->text.data[k] = ' ';
        join->text.data[at] = ',';
    }
    item->sql = dn_span(join->text.data, join->text.length);
    item->parts = join->parts;
    item->part_count = join->part_count;
    return 0;
}

int
dn_join_next(dn_join *join, dn_script *script, dn_script_item *item, dn_error *error)
{
    dunlin_string input = dn_script_input(script);

    if (join->holds)
        *item = join->held;
    else if (dn_script_next_single(script, item, error) < 0)
        return -1;
    join->holds = false;
    /* What is read piece by piece cannot be looked back at. */
    if (!input.data || !may_join(item))
        return 0;
    dn_arena_clear(&join->arena);
    join->operations = NULL;
    join->parts = NULL;
    join->operation_count = join->operation_capacity = 0;
    join->part_count = join->part_capacity = 0;
    item->sql.data = input.data + item->offset;
    if (gather(join, script, input, item, error) < 0)
        return -1;
    return join->part_count > 1 ? write_text(join, input, item, error) : 0;
}

/* --- whose fault it was -------------------------------------------------------------------------------- */

static const dn_script_part *
part_at(const dn_script_part *parts, size_t count, uint64_t offset)
{
    const dn_script_part *found = NULL;

    for (size_t i = 0; i < count && (i == 0 || parts[i].begin <= offset); i++)
        found = &parts[i];
    return found;
}

const dn_script_part *
dn_script_part_at(const dn_script_item *item, uint64_t offset)
{
    return part_at(item->parts, item->part_count, offset);
}

dn_source
dn_source_of(const dn_source *source, const dn_operations *operations, uint64_t operation)
{
    const dn_script_part *part =
        operation < operations->count
            ? part_at(source->parts, source->part_count, operations->items[operation]->span_begin)
            : NULL;
    dn_source own = *source;

    if (!part)
        return own;
    dn_lex_place(source->sql, part->begin, &own.line, &own.column);
    own.sql = part->sql;
    own.parts = NULL;
    own.part_count = 0;
    return own;
}

dn_source
dn_source_of_refusal(const dn_source *source, const dn_operations *operations,
                     const dn_notes *notes)
{
    for (size_t i = 0; i < notes->count; i++)
        if (notes->items[i].kind == DUNLIN_NOTE_UNTRANSLATABLE)
            return dn_source_of(source, operations, notes->items[i].operation);
    return *source;
}

unsigned
dn_join_culprit(const dn_script_item *item, const dn_translated *translated, size_t step,
                dunlin_string message)
{
    const dn_step *failed = &translated->steps[step];
    const dunlin_operation *blamed = NULL;

    for (uint64_t i = 0; i < failed->operation_count; i++) {
        uint64_t at = failed->first_operation + i;

        if (at < translated->operation_count &&
            (!blamed || dn_operation_is_blamed(translated->operations[at], message)))
            blamed = translated->operations[at];
    }
    return blamed ? dn_script_part_at(item, blamed->span_begin)->ordinal : item->ordinal;
}

/* --- for the translator ----------------------------------------------------------------------------------- */

int
dn_translator_join(const dn_translator *translator, dn_script *script, dn_error *error)
{
    dn_joiner how;

    if (!translator || translator->own || !translator->guarded ||
        !(dn_connection_capabilities(translator->connection)->flags & DUNLIN_CAN_REBUILD))
        return 0;
    how = (dn_joiner){.rules = translator->rules,
                      .target = translator->target,
                      .facts = translator->phase == DN_TRANSLATOR_REHEARSES ? &translator->rehearsed
                                                                            : &translator->actual};
    return dn_script_join(script, &how, error);
}
