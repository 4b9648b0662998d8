/* SPDX-License-Identifier: MIT
 *
 * A driver that needs a function nobody has, and was linked without -z now.
 */
#include <dunlin/driver.h>

const char *dunlin_unbound_nowhere(void);

static const char *
library(void)
{
    return dunlin_unbound_nowhere();
}

static const dunlin_driver table = {
    .size = sizeof(dunlin_driver),
    .abi = DUNLIN_DRIVER_ABI,
    .revision = DUNLIN_DRIVER_REVISION,
    .name = "unbound",
    .library = library,
};

DUNLIN_DRIVER_EXPORT const dunlin_driver *dunlin_driver_entry_v0(uint32_t abi, uint32_t revision);

const dunlin_driver *
dunlin_driver_entry_v0(uint32_t abi, uint32_t revision)
{
    (void)abi;
    (void)revision;
    return &table;
}
