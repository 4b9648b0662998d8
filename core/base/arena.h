/* SPDX-License-Identifier: MIT
 *
 * Memory that lives and dies with one operation. Whatever is allocated from an arena is freed
 * by dn_arena_free() alone; there is no free of single blocks. Blocks are zeroed and aligned for
 * any type. Not thread-safe: one arena, one thread.
 */
#ifndef DN_BASE_ARENA_H
#define DN_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

typedef struct dn_arena {
    struct dn_arena_chunk *head;
    size_t used; /* bytes handed out, for tests and reports */
} dn_arena;

#define DN_ARENA_INIT                                                                              \
    {                                                                                              \
        NULL, 0                                                                                    \
    }

void *dn_arena_alloc(dn_arena *arena, size_t bytes); /* NULL: no memory */
/* count * size with overflow checked. */
void *dn_arena_array(dn_arena *arena, size_t count, size_t size);
char *dn_arena_copy(dn_arena *arena, const void *data, size_t length); /* adds a NUL */
char *dn_arena_text(dn_arena *arena, const char *text);                /* copy of a C string */
char *dn_arena_printf(dn_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *dn_arena_vprintf(dn_arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
/* Grows an array in the arena: returns room for at least `need` elements, *capacity updated,
 * old contents kept. NULL: no memory. */
void *dn_arena_grow(dn_arena *arena, void *array, size_t *capacity, size_t need, size_t size);
void dn_arena_free(dn_arena *arena); /* empties it; it may be used again */
/* The same for one that is filled and emptied again and again: it keeps some of its memory. */
void dn_arena_clear(dn_arena *arena);

/* Release on every way out: dn_auto(dn_arena) arena = DN_ARENA_INIT; */
#define dn_auto(type) __attribute__((cleanup(type##_cleanup))) type
static inline void
dn_arena_cleanup(dn_arena *arena)
{
    dn_arena_free(arena);
}

#endif
