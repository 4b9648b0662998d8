/* SPDX-License-Identifier: MIT
 *
 * What pending statements need to be allowed, and asking the driver about it.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/execute/execute_internal.h"

enum {
    MOST_STATEMENTS = 20000,
    MOST_BYTES = 2 * 1024 * 1024,
    LONGEST = 8192, /* bytes of a statement's text that are kept */
    LONGEST_DATA = 256,
    ALIKE = 48, /* bytes in which statements that change rows are alike */
    RECENT = 64
};

typedef struct need {
    dunlin_operation operation;
    const dn_migration *migration; /* NULL: of dunlin's own */
    unsigned line;
} need;

struct dn_needs {
    dn_arena *arena;
    need **items;
    size_t count;
    size_t capacity;
    size_t bytes;
    bool full; /* nothing more is noted */
    dn_digest recent[RECENT];
    size_t recent_count;
};

dn_needs *
dn_needs_new(dn_arena *arena)
{
    dn_needs *needs = (dn_needs *)dn_arena_alloc(arena, sizeof(*needs));

    if (needs)
        *needs = (dn_needs){.arena = arena};
    return needs;
}

/* IF [NOT] EXISTS: it may turn out that there is nothing to do, and such a statement is not sent. */
static bool
is_guarded(dunlin_string body)
{
    static const char word[] = "EXISTS";
    const size_t length = sizeof(word) - 1;

    for (size_t at = 0; at + length <= body.length; at++)
        if ((body.data[at] == 'E' || body.data[at] == 'e') &&
            strncasecmp(body.data + at, word, length) == 0)
            return true;
    return false;
}

static int
add(dn_needs *needs, dunlin_string body, bool cut, const dn_migration *migration, unsigned line,
    dn_error *error)
{
    need *item = (need *)dn_arena_alloc(needs->arena, sizeof(*item));

    needs->items = (need **)dn_arena_grow(needs->arena, needs->items, &needs->capacity,
                                          needs->count + 1, sizeof(need *));
    if (!item || !needs->items || !body.data)
        return dn_no_memory(error);
    *item = (need){.migration = migration, .line = line};
    item->operation.size = sizeof(item->operation);
    item->operation.verb = DUNLIN_VERB_NATIVE;
    item->operation.flags = cut ? DUNLIN_OPERATION_CUT : 0;
    item->operation.condition =
        is_guarded(body) ? DUNLIN_CONDITION_IF_EXISTS : DUNLIN_CONDITION_NONE;
    item->operation.body = body;
    needs->items[needs->count++] = item;
    needs->bytes += body.length;
    return 0;
}

int
dn_needs_add_own(dn_needs *needs, const char *sql, dn_error *error)
{
    return add(needs, dn_string(sql), true, NULL, 0, error);
}

/* INSERT INTO t, a million times: only the first tells something new. */
static bool
is_known(dn_needs *needs, const dn_script_item *item)
{
    size_t length = item->sql.length < ALIKE ? (size_t)item->sql.length : ALIKE;
    const char *end = (const char *)memchr(item->sql.data, '(', length);
    dn_digest head;

    if (!(item->flags & DUNLIN_CLASS_DATA) || (item->flags & DUNLIN_CLASS_DDL))
        return false;
    head = dn_hash_of(item->sql.data, end ? (size_t)(end - item->sql.data) : length);
    for (size_t i = 0; i < needs->recent_count && i < RECENT; i++)
        if (dn_digest_equal(&needs->recent[i], &head))
            return true;
    needs->recent[needs->recent_count++ % RECENT] = head;
    return false;
}

int
dn_needs_add(dn_needs *needs, const dn_migration *migration, const dn_script_item *item,
             dn_error *error)
{
    bool data = (item->flags & DUNLIN_CLASS_DATA) && !(item->flags & DUNLIN_CLASS_DDL);
    size_t longest = data ? LONGEST_DATA : LONGEST;
    bool cut = item->sql.length > longest;
    size_t length = cut ? longest : (size_t)item->sql.length;

    if (item->kind != DN_SCRIPT_STATEMENT || needs->full || is_known(needs, item))
        return 0;
    if (needs->count == MOST_STATEMENTS || needs->bytes + length > MOST_BYTES) {
        needs->full = true;
        return 0;
    }
    return add(needs, dn_span(dn_arena_copy(needs->arena, item->sql.data, length), length), cut,
               migration, item->line, error);
}

/* --- asking ----------------------------------------------------------------------------------- */
typedef struct gathering {
    const dn_needs *needs;
    dn_text text; /* a line for each, as many as an error can hold */
    dn_text account;
    size_t count;
    size_t shown;
} gathering;

static int
take(const dunlin_missing *missing, void *context, dn_error *error)
{
    gathering *seen = context;
    const need *item = seen->needs->items[missing->operation];
    size_t before = seen->text.length;

    if (seen->count == 0)
        dn_text_add(&seen->account, missing->account.data, (size_t)missing->account.length);
    if (seen->count++ > seen->shown)
        return 0;
    dn_text_printf(&seen->text, "%smissing: %.*s on %.*s (", seen->count > 1 ? "\n" : "",
                   (int)missing->privilege.length, missing->privilege.data,
                   (int)missing->object.length, missing->object.data);
    if (item->migration)
        dn_text_printf(&seen->text, "%s line %u", item->migration->tag, item->line);
    else
        dn_text_add_string(&seen->text, "for the tracker");
    dn_text_printf(&seen->text, "): %.*s", (int)missing->grant.length, missing->grant.data);
    if (seen->text.failed)
        return dn_no_memory(error);
    if (seen->text.length < sizeof(error->context))
        seen->shown++;
    else
        seen->text.data[seen->text.length = before] = '\0';
    return 0;
}

static bool
all_own(const dn_needs *needs)
{
    for (size_t i = 0; i < needs->count; i++)
        if (needs->items[i]->migration)
            return false;
    return true;
}

static int
fail(const gathering *seen, dn_error *error)
{
    dn_fail(error, DUNLIN_PERMISSION, "privileges.missing",
            "the user %s lacks %s that %s; nothing was sent",
            seen->account.data ? seen->account.data : "?",
            seen->count == 1 ? "a privilege" : "privileges",
            all_own(seen->needs) ? "writing the tracker needs" : "the pending migrations need");
    snprintf(error->context, sizeof(error->context), "%s", seen->text.data);
    if (seen->count > seen->shown)
        dn_hint(error,
                "these are %zu of %zu; let somebody who may run the statements given, or "
                "connect as another user",
                seen->shown, seen->count);
    return -1;
}

int
dn_needs_check(dn_connection *connection, const dn_needs *needs, dn_error *error)
{
    gathering seen = {.needs = needs, .text = DN_TEXT_INIT, .account = DN_TEXT_INIT};
    const dunlin_operation **list =
        (const dunlin_operation **)dn_arena_array(needs->arena, needs->count + 1, sizeof(*list));
    int answer;

    if (!list)
        return dn_no_memory(error);
    for (size_t i = 0; i < needs->count; i++)
        list[i] = &needs->items[i]->operation;
    answer = dn_connection_privileges(connection, list, needs->count, take, &seen, error);
    if (answer == 0 && seen.count)
        answer = fail(&seen, error);
    dn_text_free(&seen.text);
    dn_text_free(&seen.account);
    return answer;
}
