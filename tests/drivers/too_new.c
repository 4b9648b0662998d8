/* SPDX-License-Identifier: MIT
 *
 * A driver built for the next revision of the interface.
 */
#include <dunlin/driver.h>

static const dunlin_driver table = {
    .size = sizeof(dunlin_driver),
    .abi = DUNLIN_DRIVER_ABI,
    .revision = DUNLIN_DRIVER_REVISION + 1,
    .name = "too_new",
};

DUNLIN_DRIVER_EXPORT const dunlin_driver *dunlin_driver_entry_v0(uint32_t abi, uint32_t revision);

const dunlin_driver *
dunlin_driver_entry_v0(uint32_t abi, uint32_t revision)
{
    (void)abi;
    (void)revision;
    return &table;
}
