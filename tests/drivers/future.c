/* SPDX-License-Identifier: MIT
 *
 * A driver for a later interface: only its entry symbol is known.
 */
#include <stddef.h>

#include <dunlin/driver.h>

DUNLIN_DRIVER_EXPORT const void *dunlin_driver_entry_v2(uint32_t abi, uint32_t revision);

const void *
dunlin_driver_entry_v2(uint32_t abi, uint32_t revision)
{
    (void)abi;
    (void)revision;
    return NULL;
}
