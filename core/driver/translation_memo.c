/* SPDX-License-Identifier: MIT */
#include "core/driver/translation_memo.h"

#include <string.h>

/* A table has fewer expressions than that, and what is longer is rarely said twice. */
enum { MEMO_ENTRIES = 32, MEMO_COLUMNS = 4, MEMO_BYTES = 384 };

typedef struct memo_entry {
    int32_t what;
    bool blind;   /* there was nobody to ask */
    size_t count; /* of `asked` */
    size_t used;  /* of `bytes`; 0: there is none */
    dunlin_string text;
    dunlin_string translated;
    dn_asked_column asked[MEMO_COLUMNS];
    char bytes[MEMO_BYTES];
} memo_entry;

struct dn_translation_memo {
    memo_entry entries[MEMO_ENTRIES];
    size_t next; /* the oldest one */
};

dn_translation_memo *
dn_translation_memo_new(dn_arena *arena)
{
    return dn_arena_alloc(arena, sizeof(dn_translation_memo));
}

static bool
same_class(const char *one, const char *other)
{
    return one && other ? strcmp(one, other) == 0 : one == other;
}

static bool
holds(const memo_entry *entry, const dn_driver_columns *columns)
{
    for (size_t i = 0; i < entry->count; i++) {
        const dn_asked_column *asked = &entry->asked[i];

        if (!same_class(asked->class, columns->class_of(columns->context, asked->space,
                                                        asked->table, asked->column)))
            return false;
    }
    return true;
}

dunlin_string
dn_translation_recall(const dn_translation_memo *memo, int32_t what, dunlin_string text,
                      const dn_driver_columns *columns)
{
    for (size_t i = 0; i < MEMO_ENTRIES; i++) {
        const memo_entry *entry = &memo->entries[i];

        if (entry->used && entry->what == what && entry->blind == !columns &&
            dn_string_same(entry->text, text) && holds(entry, columns))
            return entry->translated;
    }
    return (dunlin_string){NULL, 0};
}

/* A copy in the entry, which has room for it. */
static dunlin_string
copy(memo_entry *entry, dunlin_string text)
{
    char *data = entry->bytes + entry->used;

    if (text.length)
        memcpy(data, text.data, text.length);
    data[text.length] = '\0';
    entry->used += text.length + 1;
    return (dunlin_string){data, text.length};
}

static bool
has_room(dunlin_string text, const dn_asked_columns *asked, dunlin_string translated)
{
    size_t needed = text.length + 1 + translated.length + 1;

    if (asked->more || asked->count > MEMO_COLUMNS || text.length > MEMO_BYTES ||
        translated.length > MEMO_BYTES)
        return false;
    for (size_t i = 0; i < asked->count; i++) {
        const dn_asked_column *column = &asked->list[i];

        needed += column->space.length + 1 + column->table.length + 1 + column->column.length + 1 +
                  (column->class ? strlen(column->class) + 1 : 0);
    }
    return needed <= MEMO_BYTES;
}

void
dn_translation_keep(dn_translation_memo *memo, int32_t what, dunlin_string text,
                    const dn_asked_columns *asked, dunlin_string translated)
{
    memo_entry *entry = &memo->entries[memo->next];

    if (!has_room(text, asked, translated))
        return;
    memo->next = (memo->next + 1) % MEMO_ENTRIES;
    entry->what = what;
    entry->used = 0;
    entry->text = copy(entry, text);
    entry->translated = copy(entry, translated);
    entry->blind = asked->blind;
    entry->count = asked->count;
    for (size_t i = 0; i < asked->count; i++) {
        const dn_asked_column *column = &asked->list[i];

        entry->asked[i] = (dn_asked_column){
            copy(entry, column->space), copy(entry, column->table), copy(entry, column->column),
            column->class ? copy(entry, dn_string(column->class)).data : NULL};
    }
}
