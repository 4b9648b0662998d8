/* SPDX-License-Identifier: MIT
 *
 * A shared object that is no driver.
 */
#include <dunlin/driver.h>

DUNLIN_DRIVER_EXPORT int no_entry_at_all(void);

int
no_entry_at_all(void)
{
    return 0;
}
