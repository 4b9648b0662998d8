/* SPDX-License-Identifier: MIT */
#include "core/export/once.h"

#include "core/ddl/ddl.h"

enum { HEAD_WORDS = 3 };

/* --- operations ----------------------------------------------------------------------------------- */
bool
dn_once_nameless(const dunlin_operation *operation)
{
    return operation->verb == DUNLIN_VERB_CREATE && operation->path_count > 1 &&
           dn_operation_is_nameless(operation) &&
           dn_string_among(operation->kind, "unique fk check index exclude");
}

/* One that comes alone, ADD CHECK (..), and not with its table or column: no guard finds it. */
static bool
adds_nameless(const dn_operations *list)
{
    for (size_t i = 0; i < list->count; i++) {
        bool alone = dn_once_nameless(list->items[i]);

        for (size_t k = 0; k < list->count && alone; k++)
            alone = !((dn_operation_is(list->items[k], DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE) ||
                       dn_operation_is(list->items[k], DUNLIN_VERB_CREATE, DUNLIN_KIND_COLUMN)) &&
                      dn_operation_within(list->items[i], list->items[k]));
        if (alone)
            return true;
    }
    return false;
}

static bool
takes_away(const dunlin_operation *later, const dunlin_operation *rename)
{
    if ((later->verb != DUNLIN_VERB_RENAME && later->verb != DUNLIN_VERB_DROP) ||
        !dn_string_same(later->kind, rename->kind) || later->path_count != rename->new_path_count)
        return false;
    for (uint64_t i = 0; i < later->path_count; i++)
        if (!dn_string_same(later->path[i], rename->new_path[i]))
            return false;
    return true;
}

bool
dn_once_swaps(const dn_operations *list)
{
    for (size_t i = 0; i < list->count; i++)
        for (size_t k = i + 1; list->items[i]->verb == DUNLIN_VERB_RENAME && k < list->count; k++)
            if (takes_away(list->items[k], list->items[i]))
                return true;
    return false;
}

bool
dn_once_operations(const dn_operations *list)
{
    return adds_nameless(list) || dn_once_swaps(list);
}

/* --- text ------------------------------------------------------------------------------------------- */
typedef struct head {
    dunlin_string words[HEAD_WORDS];
    size_t count;
} head;

static int
see(const dunlin_token *token, void *context)
{
    head *seen = context;

    seen->words[seen->count++] = token->text;
    return seen->count == HEAD_WORDS;
}

static bool
begins_with(const head *seen, const char *word)
{
    return dn_string_equal_fold(seen->words[0], word);
}

/* CREATE UNIQUE INDEX, ALTER IGNORE TABLE */
static bool
is_about(const head *seen, const char *kind)
{
    return dn_string_equal_fold(seen->words[1], kind) || dn_string_equal_fold(seen->words[2], kind);
}

bool
dn_once_text(const dn_lex_rules *rules, dunlin_string sql, uint64_t flags)
{
    head seen = {.count = 0};

    if (flags & DUNLIN_CLASS_REPEATABLE)
        return false;
    dn_lex_tokens(rules, sql, see, &seen);
    /* Of most objects the database refuses it a second time, or it says again what is so. */
    if (begins_with(&seen, "create"))
        return is_about(&seen, "index");
    if (begins_with(&seen, "alter"))
        return is_about(&seen, "table") || is_about(&seen, "domain");
    return !begins_with(&seen, "drop") && !begins_with(&seen, "comment") &&
           !begins_with(&seen, "grant") && !begins_with(&seen, "revoke") &&
           !begins_with(&seen, "security");
}

bool
dn_once_ends_transactions(dunlin_string sql, uint64_t flags)
{
    return (flags & DUNLIN_CLASS_DATA) &&
           (dn_string_contains_fold(sql, "commit") || dn_string_contains_fold(sql, "rollback") ||
            dn_string_contains_fold(sql, "call"));
}
