/* SPDX-License-Identifier: MIT */
#include "core/base/alloc.h"

#include <stdlib.h>

#ifdef DN_TEST_FAULTS
static long calls;
static long fail_at;
static bool fail_after;

void
dn_alloc_fail_at(long nth, bool and_after)
{
    calls = 0;
    fail_at = nth;
    fail_after = and_after;
}

long
dn_alloc_calls(void)
{
    return calls;
}

static bool
fails_now(void)
{
    calls++;
    return fail_at > 0 && (calls == fail_at || (fail_after && calls > fail_at));
}
#else
static inline bool
fails_now(void)
{
    return false;
}
#endif

void *
dn_malloc(size_t bytes)
{
    return fails_now() ? NULL : malloc(bytes);
}

void *
dn_calloc(size_t count, size_t bytes)
{
    return fails_now() ? NULL : calloc(count, bytes);
}

void *
dn_realloc(void *block, size_t bytes)
{
    return fails_now() ? NULL : realloc(block, bytes);
}
