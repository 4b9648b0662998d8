/* SPDX-License-Identifier: MIT
 *
 * The names that PostgreSQL gives to constraints and indexes without one, given on every target, and
 * the NOT NULLs that it implies. Observed on PostgreSQL 12 to 18: table, columns and a label joined
 * by '_', the longer of the first two shortened until 63 bytes hold it, a number behind the label
 * when the name is taken.
 */
#include "core/schema/schema_internal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NAME_BYTES = 63, TRIES = 1000 };

typedef struct naming {
    const dn_schema_target *target;
    dunlin_operation **operations;
    size_t count;
    const dn_fact_map *facts;
    dn_arena *arena;
    dn_error *error;
} naming;

static const char *
label_of(dunlin_string kind)
{
    static const struct {
        const char *kind;
        const char *label;
    } labels[] = {
        {DUNLIN_KIND_PRIMARY_KEY, "pkey"}, {DUNLIN_KIND_UNIQUE, "key"},
        {DUNLIN_KIND_FOREIGN_KEY, "fkey"}, {DUNLIN_KIND_CHECK, "check"},
        {DUNLIN_KIND_INDEX, "idx"},
    };

    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (dn_string_equal(kind, labels[i].kind))
            return labels[i].label;
    return NULL;
}

static bool
creates(const dunlin_operation *operation, const char *kind)
{
    return dn_operation_is(operation, DUNLIN_VERB_CREATE, kind);
}

/* --- which columns the name tells of ----------------------------------------------------------------- */

static void
join(dn_text *text, dunlin_string name)
{
    if (text->length)
        dn_text_add_char(text, '_');
    dn_text_add(text, name.data, (size_t)name.length);
}

static void
join_columns(const dunlin_operation *operation, dn_text *text)
{
    const dunlin_property *list = dn_property_find(operation->set, operation->set_count, "columns");
    const dunlin_property *end = operation->set + operation->set_count;

    for (const dunlin_property *item = list ? list + 1 : end;
         item < end && item->type != DUNLIN_PROPERTY_END; item++)
        join(text, item->text);
}

static void
join_keys(const dunlin_operation *operation, dn_text *text)
{
    const dunlin_property *list = dn_property_find(operation->set, operation->set_count, "keys");
    uint64_t at = list ? (uint64_t)(list - operation->set) + 1 : operation->set_count;

    while (at < operation->set_count && operation->set[at].type != DUNLIN_PROPERTY_END) {
        uint64_t next = dn_property_next(operation->set, operation->set_count, at);
        const dunlin_property *column =
            dn_property_find(&operation->set[at + 1], next - at - 2, "column");

        join(text, column ? column->text : dn_string("expr"));
        at = next;
    }
}

static bool
is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool
mentions(dunlin_string expression, dunlin_string name)
{
    for (uint64_t i = 0; i + name.length <= expression.length; i++)
        if (strncasecmp(expression.data + i, name.data, (size_t)name.length) == 0 &&
            (i == 0 || !is_word(expression.data[i - 1])) &&
            (i + name.length == expression.length || !is_word(expression.data[i + name.length])))
            return true;
    return false;
}

typedef struct mentioned {
    uint64_t naming;
    const dunlin_operation *check;
    dunlin_string expression;
    dunlin_string column;
    size_t count;
} mentioned;

static int
note_column(const dunlin_fact *column, void *context)
{
    mentioned *seen = context;
    uint64_t last = column->path_count - 1;

    if (column->path_count != seen->check->path_count)
        return 0;
    for (uint64_t i = 0; i < last; i++)
        if (!dn_fact_same_name(seen->naming, i, column->path_count, column->path[i],
                               seen->check->path[i]))
            return 0;
    if (!mentions(seen->expression, column->path[last]) ||
        (seen->count && dn_schema_same(seen->column, column->path[last])))
        return 0;
    seen->column = column->path[last];
    seen->count++;
    return 0;
}

/* A check is called after its column when there is just one in it. */
static void
join_mentioned(const naming *work, const dunlin_operation *check, dn_text *text)
{
    const dunlin_property *expression = dn_property_find(check->set, check->set_count, "expr");
    mentioned seen = {.naming = work->target->naming, .check = check};

    if (!expression)
        return;
    seen.expression = expression->text;
    for (size_t i = 0; i < work->count; i++)
        if (creates(work->operations[i], DUNLIN_KIND_COLUMN)) {
            dunlin_fact column = dn_operation_fact(work->operations[i]);

            note_column(&column, &seen);
        }
    if (work->facts)
        dn_fact_map_members(work->facts, DUNLIN_KIND_COLUMN, check->path, check->path_count - 1,
                            note_column, &seen);
    if (seen.count == 1)
        join(text, seen.column);
}

/* --- making a name ------------------------------------------------------------------------------------- */

/* Not in the middle of a character of UTF-8. */
static size_t
clip(const char *text, size_t length, size_t limit)
{
    if (length <= limit)
        return length;
    while (limit > 0 && ((unsigned char)text[limit] & 0xC0) == 0x80)
        limit--;
    return limit;
}

static char *
make_name(dn_arena *arena, dunlin_string table, dunlin_string columns, const char *label,
          int number)
{
    size_t table_length = (size_t)table.length;
    size_t columns_length = (size_t)columns.length;
    char suffix[24];
    size_t room;

    if (number)
        snprintf(suffix, sizeof suffix, "%s%d", label, number);
    else
        snprintf(suffix, sizeof suffix, "%s", label);
    room = NAME_BYTES - strlen(suffix) - 1 - (columns_length ? 1 : 0);
    while (table_length + columns_length > room)
        if (table_length > columns_length)
            table_length--;
        else
            columns_length--;
    table_length = clip(table.data, (size_t)table.length, table_length);
    columns_length =
        columns_length ? clip(columns.data, (size_t)columns.length, columns_length) : 0;
    if (!columns_length)
        return dn_arena_printf(arena, "%.*s_%s", (int)table_length, table.data, suffix);
    return dn_arena_printf(arena, "%.*s_%.*s_%s", (int)table_length, table.data,
                           (int)columns_length, columns.data, suffix);
}

char *
dn_schema_counter_name(dn_arena *arena, dunlin_string table, dunlin_string column)
{
    return make_name(arena, table, column, "seq", 0);
}

static bool
is_taken(const naming *work, const dunlin_operation *operation, dunlin_string name)
{
    static const char *const kinds[] = {DUNLIN_KIND_PRIMARY_KEY, DUNLIN_KIND_UNIQUE,
                                        DUNLIN_KIND_FOREIGN_KEY, DUNLIN_KIND_CHECK,
                                        DUNLIN_KIND_INDEX};
    uint64_t last = operation->path_count - 1;
    dunlin_string path[3];

    if (operation->path_count > 3)
        return false;
    memcpy(path, operation->path, (size_t)operation->path_count * sizeof *path);
    path[last] = name;
    for (size_t i = 0; i < work->count; i++) {
        const dunlin_operation *other = work->operations[i];

        if (other != operation && label_of(other->kind) &&
            other->path_count == operation->path_count && dn_schema_same(other->path[last], name) &&
            dn_schema_same(other->path[last - 1], path[last - 1]))
            return true;
    }
    for (size_t i = 0; work->facts && i < sizeof kinds / sizeof kinds[0]; i++) {
        const dunlin_fact *other =
            dn_fact_map_find(work->facts, dn_string(kinds[i]), path, operation->path_count);

        if (other && dn_schema_same(other->path[last], name))
            return true;
    }
    return false;
}

static int
set_name(const naming *work, dunlin_operation *operation, dunlin_string name)
{
    dunlin_string *path = dn_arena_array(work->arena, (size_t)operation->path_count, sizeof *path);

    if (!path)
        return dn_no_memory(work->error);
    memcpy(path, operation->path, (size_t)operation->path_count * sizeof *path);
    path[operation->path_count - 1] = name;
    operation->path = path;
    return 0;
}

static int
name_one(const naming *work, dunlin_operation *operation, const char *label)
{
    dn_auto(dn_text) columns = DN_TEXT_INIT;
    char *name = NULL;

    if (creates(operation, DUNLIN_KIND_INDEX))
        join_keys(operation, &columns);
    else if (creates(operation, DUNLIN_KIND_CHECK))
        join_mentioned(work, operation, &columns);
    else if (!creates(operation, DUNLIN_KIND_PRIMARY_KEY))
        join_columns(operation, &columns);
    if (columns.failed)
        return dn_no_memory(work->error);
    for (int number = 0; number < TRIES; number++) {
        name = make_name(work->arena, operation->path[operation->path_count - 2],
                         dn_span(columns.data, columns.length), label, number);
        if (!name)
            return dn_no_memory(work->error);
        /* A guard asks for the very name that the first run gave. */
        if (operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS ||
            !is_taken(work, operation, dn_string(name)))
            break;
    }
    return set_name(work, operation, dn_string(name));
}

/* --- NOT NULL ---------------------------------------------------------------------------------------------- */

static int
set_not_null(const naming *work, dunlin_operation *column)
{
    dn_properties set = {.arena = work->arena};

    if (dn_property_find(column->set, column->set_count, "not_null"))
        return 0;
    dn_properties_add_all(&set, column->set, column->set_count, NULL);
    dn_properties_add(&set, "not_null", DUNLIN_PROPERTY_BOOLEAN, 1, dn_string(NULL));
    if (set.failed)
        return dn_no_memory(work->error);
    column->set = set.items;
    column->set_count = set.count;
    return 0;
}

static bool
is_key_column(const naming *work, const dunlin_operation *column)
{
    uint64_t last = column->path_count - 1;

    for (size_t i = 0; i < work->count; i++) {
        const dunlin_operation *key = work->operations[i];

        if (creates(key, DUNLIN_KIND_PRIMARY_KEY) && key->path_count == column->path_count &&
            dn_schema_same(key->path[last - 1], column->path[last - 1]) &&
            dn_property_lists(key->set, key->set_count, "columns", column->path[last]))
            return true;
    }
    return false;
}

int
dn_schema_name_all(const dn_schema_target *target, dunlin_operation **operations, size_t count,
                   const dn_fact_map *facts, dn_arena *arena, dn_error *error)
{
    const naming work = {target, operations, count, facts, arena, error};

    for (size_t i = 0; i < count; i++) {
        dunlin_operation *operation = operations[i];
        const char *label = label_of(operation->kind);

        if (operation->verb != DUNLIN_VERB_CREATE || operation->path_count < 2)
            continue;
        if (label && operation->path[operation->path_count - 1].length == 0 &&
            name_one(&work, operation, label) < 0)
            return -1;
        if (creates(operation, DUNLIN_KIND_COLUMN) &&
            (dn_property_find(operation->set, operation->set_count, "auto") ||
             is_key_column(&work, operation)) &&
            set_not_null(&work, operation) < 0)
            return -1;
    }
    return 0;
}

uint64_t
dn_schema_printed_path(dn_arena *arena, dunlin_string text, dunlin_string path[2])
{
    uint64_t count = 0;
    uint64_t at = 0;

    while (at < text.length && count < 2) {
        char *name = dn_arena_alloc(arena, (size_t)text.length + 1);
        bool quoted = text.data[at] == '"';
        size_t length = 0;

        if (!name)
            return 0;
        for (at += quoted; at < text.length; at++) {
            if (quoted && text.data[at] == '"') {
                if (at + 1 >= text.length || text.data[at + 1] != '"')
                    break;
                at++;
            } else if (!quoted && text.data[at] == '.') {
                break;
            }
            name[length++] = text.data[at];
        }
        at += quoted;
        at += at < text.length && text.data[at] == '.';
        path[count++] = dn_span(name, length);
    }
    return count;
}
