/* SPDX-License-Identifier: MIT */
#include "core/base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"

/* Under AddressSanitizer unused parts of a chunk are poisoned, and blocks kept apart. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
enum { BLOCK_GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
enum { BLOCK_GAP = 0 };
#endif

enum { ALIGNMENT = alignof(max_align_t), FIRST_CHUNK = 1024, LARGEST_CHUNK = 256 * 1024 };
enum { KEPT_CHUNK = 64 * 1024 }; /* the largest that stays in a cleared arena */

typedef struct dn_arena_chunk {
    struct dn_arena_chunk *next;
    size_t size; /* of data */
    size_t used;
    alignas(max_align_t) char data[];
} arena_chunk;

static arena_chunk *
new_chunk(size_t size)
{
    arena_chunk *chunk;

    if (size > SIZE_MAX - sizeof(arena_chunk))
        return NULL;
    /* Fresh pages are zero already: calloc() does not touch what is never used. */
    chunk = dn_calloc(1, sizeof(arena_chunk) + size);
    if (!chunk)
        return NULL;
    chunk->size = size;
    ASAN_POISON_MEMORY_REGION(chunk->data, size);
    return chunk;
}

/* The chunk to take `bytes` from. A block that would waste much of the current chunk gets one of
 * its own behind it, so that small blocks go on filling the current one. */
static arena_chunk *
chunk_for(dn_arena *arena, size_t bytes)
{
    arena_chunk *head = arena->head;
    arena_chunk *chunk;
    size_t size = FIRST_CHUNK;

    if (head && bytes <= head->size - head->used)
        return head;
    if (head)
        size = head->size < LARGEST_CHUNK / 2 ? head->size * 2 : LARGEST_CHUNK;
    if (head && bytes > size / 4) {
        chunk = new_chunk(bytes);
        if (chunk) {
            chunk->next = head->next;
            head->next = chunk;
        }
        return chunk;
    }
    chunk = new_chunk(bytes > size ? bytes : size);
    if (chunk) {
        chunk->next = head;
        arena->head = chunk;
    }
    return chunk;
}

/* What a block takes up in its chunk; 0 when the size cannot be represented. */
static size_t
block_size(size_t bytes)
{
    size_t mask = ALIGNMENT - 1;

    if (bytes > SIZE_MAX - BLOCK_GAP - ALIGNMENT)
        return 0;
    return ((bytes ? bytes : 1) + BLOCK_GAP + mask) & ~mask;
}

void *
dn_arena_alloc(dn_arena *arena, size_t bytes)
{
    size_t size = block_size(bytes);
    arena_chunk *chunk = size ? chunk_for(arena, size) : NULL;
    char *block;

    if (!chunk)
        return NULL;
    block = chunk->data + chunk->used;
    chunk->used += size;
    arena->used += bytes;
    ASAN_UNPOISON_MEMORY_REGION(block, bytes);
    return block;
}

void *
dn_arena_array(dn_arena *arena, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return dn_arena_alloc(arena, bytes);
}

char *
dn_arena_copy(dn_arena *arena, const void *data, size_t length)
{
    char *copy = length < SIZE_MAX ? dn_arena_alloc(arena, length + 1) : NULL;

    if (copy && length)
        memcpy(copy, data, length);
    return copy;
}

char *
dn_arena_text(dn_arena *arena, const char *text)
{
    return dn_arena_copy(arena, text, strlen(text));
}

char *
dn_arena_vprintf(dn_arena *arena, const char *format, va_list arguments)
{
    char usual[128]; /* most are shorter, and need not be written twice */
    va_list again;
    int length;
    char *text;

    va_copy(again, arguments);
    length = vsnprintf(usual, sizeof usual, format, again);
    va_end(again);
    if (length < 0)
        return NULL;
    if ((size_t)length < sizeof usual)
        return dn_arena_copy(arena, usual, (size_t)length);
    text = dn_arena_alloc(arena, (size_t)length + 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

char *
dn_arena_printf(dn_arena *arena, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = dn_arena_vprintf(arena, format, arguments);
    va_end(arguments);
    return text;
}

/* Makes the last block of the current chunk longer where it stands, if it is that block. */
static bool
extend(dn_arena *arena, const void *array, size_t old_bytes, size_t new_bytes)
{
    arena_chunk *chunk = arena->head;
    size_t old_size = block_size(old_bytes);
    size_t new_size = block_size(new_bytes);
    size_t start;

    if (!chunk || !array || !new_size || old_size > chunk->used)
        return false;
    start = chunk->used - old_size;
    if (chunk->data + start != (const char *)array || new_size > chunk->size - start)
        return false;
    ASAN_UNPOISON_MEMORY_REGION(chunk->data + start, new_bytes);
    chunk->used = start + new_size;
    arena->used += new_bytes - old_bytes;
    return true;
}

void *
dn_arena_grow(dn_arena *arena, void *array, size_t *capacity, size_t need, size_t size)
{
    size_t old = array ? *capacity : 0;
    size_t wanted = old < 8 ? 8 : old;
    size_t bytes;
    void *grown;

    if (array && need <= old)
        return array;
    if (array)
        wanted = old > SIZE_MAX / 2 ? need : old * 2;
    if (wanted < need)
        wanted = need;
    if (__builtin_mul_overflow(wanted, size, &bytes))
        return NULL;
    if (!extend(arena, array, old * size, bytes)) {
        grown = dn_arena_alloc(arena, bytes);
        if (!grown)
            return NULL;
        if (old)
            memcpy(grown, array, old * size);
        array = grown;
    }
    *capacity = wanted;
    return array;
}

void
dn_arena_clear(dn_arena *arena)
{
    arena_chunk *kept = arena->head;

    if (kept && kept->size <= KEPT_CHUNK) {
        arena->head = kept->next;
        dn_arena_free(arena);
        ASAN_UNPOISON_MEMORY_REGION(kept->data, kept->used);
        memset(kept->data, 0, kept->used);
        ASAN_POISON_MEMORY_REGION(kept->data, kept->size);
        kept->used = 0;
        kept->next = NULL;
        arena->head = kept;
    } else {
        dn_arena_free(arena);
    }
}

void
dn_arena_free(dn_arena *arena)
{
    arena_chunk *chunk = arena->head;

    while (chunk) {
        arena_chunk *next = chunk->next;

        ASAN_UNPOISON_MEMORY_REGION(chunk->data, chunk->size);
        free(chunk);
        chunk = next;
    }
    arena->head = NULL;
    arena->used = 0;
}
