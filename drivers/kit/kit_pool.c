/* SPDX-License-Identifier: MIT */
#include "drivers/kit/kit_pool.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 16, SMALLEST_BLOCK = 16 * 1024 };

struct dn_kit_block {
    struct dn_kit_block *older;
    size_t size; /* of data */
    size_t used;
    size_t padding;
    char data[];
};

static struct dn_kit_block *
add_block(dn_kit_pool *pool, size_t bytes)
{
    size_t size = pool->block != NULL ? pool->block->size : SMALLEST_BLOCK / 2;
    struct dn_kit_block *block;

    size = size < SIZE_MAX / 8 && size < ((size_t)1 << 20) ? size * 2 : size;
    if (size < bytes)
        size = bytes;
    block = malloc(sizeof(*block) + size);
    if (block == NULL) {
        pool->failed = true;
        return NULL;
    }
    block->older = pool->block;
    block->size = size;
    block->used = 0;
    pool->block = block;
    return block;
}

/* Not zeroed. */
static void *
take(dn_kit_pool *pool, size_t bytes)
{
    struct dn_kit_block *block = pool->block;
    void *data;

    if (pool->failed || bytes > SIZE_MAX / 4) {
        pool->failed = true;
        return NULL;
    }
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (block == NULL || block->size - block->used < bytes)
        block = add_block(pool, bytes);
    if (block == NULL)
        return NULL;
    data = block->data + block->used;
    block->used += bytes;
    return data;
}

void *
dn_kit_pool_take(dn_kit_pool *pool, size_t bytes)
{
    void *data = take(pool, bytes);

    return data != NULL ? memset(data, 0, bytes) : NULL;
}

dunlin_string
dn_kit_pool_copy(dn_kit_pool *pool, dunlin_string text)
{
    char *copy = text.length < SIZE_MAX / 8 ? take(pool, text.length + 1) : NULL;

    if (copy == NULL) {
        pool->failed = true;
        return (dunlin_string){"", 0};
    }
    if (text.length > 0)
        memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return (dunlin_string){copy, text.length};
}

dunlin_string
dn_kit_pool_text(dn_kit_pool *pool, dn_kit_text *text)
{
    dunlin_string kept = dn_kit_pool_copy(pool, dn_kit_text_string(text));

    pool->failed |= text->failed;
    dn_kit_text_clear(text);
    return kept;
}

dunlin_string
dn_kit_pool_format(dn_kit_pool *pool, const char *format, ...)
{
    char usual[128]; /* most are shorter, and need not be written twice */
    va_list arguments;
    char *text = NULL;
    int length;

    va_start(arguments, format);
    length = vsnprintf(usual, sizeof(usual), format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < sizeof(usual))
        return dn_kit_pool_copy(pool, (dunlin_string){usual, (uint64_t)length});
    if (length >= 0)
        text = dn_kit_pool_take(pool, (size_t)length + 1);
    if (text == NULL) {
        pool->failed = true;
        return (dunlin_string){"", 0};
    }
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return (dunlin_string){text, (uint64_t)length};
}

void *
dn_kit_pool_grow(dn_kit_pool *pool, void *list, size_t count, size_t *capacity, size_t size)
{
    size_t wanted = *capacity > 0 ? *capacity * 2 : 8;
    void *larger;

    if (count < *capacity)
        return list;
    if (wanted > SIZE_MAX / 4 / size) {
        pool->failed = true;
        return NULL;
    }
    larger = take(pool, wanted * size);
    if (larger == NULL)
        return NULL;
    if (count > 0)
        memcpy(larger, list, count * size);
    memset((char *)larger + count * size, 0, (wanted - count) * size);
    *capacity = wanted;
    return larger;
}

void
dn_kit_pool_clear(dn_kit_pool *pool)
{
    struct dn_kit_block *kept = pool->block;

    if (kept == NULL)
        return;
    pool->block = kept->older;
    dn_kit_pool_free(pool);
    kept->older = NULL;
    kept->used = 0;
    pool->block = kept;
}

void
dn_kit_pool_free(dn_kit_pool *pool)
{
    while (pool->block != NULL) {
        struct dn_kit_block *older = pool->block->older;

        free(pool->block);
        pool->block = older;
    }
    pool->failed = false;
}
