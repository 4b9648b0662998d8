/* SPDX-License-Identifier: MIT
 *
 * The one way core/base gets memory from the system, so that tests can make it fail. Blocks are
 * freed with free().
 */
#ifndef DN_BASE_ALLOC_H
#define DN_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

void *dn_malloc(size_t bytes); /* never asked for 0 bytes by us; NULL: no memory */
void *dn_calloc(size_t count, size_t bytes);
void *dn_realloc(void *block, size_t bytes);

#ifdef DN_TEST_FAULTS
/* The nth call from now (from 1) fails, and with `and_after` every later one too; 0: none fails.
 * Not thread-safe. */
void dn_alloc_fail_at(long nth, bool and_after);
long dn_alloc_calls(void); /* since the last dn_alloc_fail_at() */
#endif

#endif
