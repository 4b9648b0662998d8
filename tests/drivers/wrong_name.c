/* SPDX-License-Identifier: MIT
 *
 * A driver whose file has another name than the driver.
 */
#include <dunlin/driver.h>

static const dunlin_driver table = {
    .size = sizeof(dunlin_driver),
    .abi = DUNLIN_DRIVER_ABI,
    .revision = DUNLIN_DRIVER_REVISION,
    .name = "right_name",
};

DUNLIN_DRIVER_EXPORT const dunlin_driver *dunlin_driver_entry_v0(uint32_t abi, uint32_t revision);

const dunlin_driver *
dunlin_driver_entry_v0(uint32_t abi, uint32_t revision)
{
    (void)abi;
    (void)revision;
    return &table;
}
