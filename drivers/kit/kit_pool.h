/* SPDX-License-Identifier: MIT
 *
 * Memory that is given back all at once. {0} is an empty pool. After a failed allocation `failed`
 * stays set until the pool is freed, so that a caller checks once.
 */
#ifndef DN_KIT_KIT_POOL_H
#define DN_KIT_KIT_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "drivers/kit/kit.h"

typedef struct dn_kit_pool {
    struct dn_kit_block *block; /* the one at work, the older ones behind it */
    bool failed;
} dn_kit_pool;

/* Zeroed; NULL: no memory. */
void *dn_kit_pool_take(dn_kit_pool *pool, size_t bytes);
/* A copy with a NUL behind it; empty when there is no memory. */
dunlin_string dn_kit_pool_copy(dn_kit_pool *pool, dunlin_string text);
/* What was written so far, kept; the text is emptied. */
dunlin_string dn_kit_pool_text(dn_kit_pool *pool, dn_kit_text *text);
dunlin_string dn_kit_pool_format(dn_kit_pool *pool, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Room for one more element of `size` bytes: `list`, or a larger copy of it. NULL: no memory. */
void *dn_kit_pool_grow(dn_kit_pool *pool, void *list, size_t count, size_t *capacity, size_t size);
/* Forgets what was taken and keeps memory for the next round. */
void dn_kit_pool_clear(dn_kit_pool *pool);
void dn_kit_pool_free(dn_kit_pool *pool); /* also for DN_KIT_CLEANUP */

#endif
