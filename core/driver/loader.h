/* SPDX-License-Identifier: MIT
 *
 * Inside core/driver: which files may be loaded. Loading runs code, so a file is looked at before
 * it is opened: nobody but its owner (and those the owner trusts) may have written it.
 */
#ifndef DN_DRIVER_LOADER_H
#define DN_DRIVER_LOADER_H

#include "core/driver/driver.h"

enum { DN_DRIVER_NAME_LIMIT = 64 };

/* [a-z0-9_]+, not longer than the limit. */
bool dn_driver_name_valid(const char *name, size_t length);
/* 0 when the file at `path` and the folders above it may be trusted, else -1 with driver.refused.
 * `own` adds the rule for the user's own folder: it and the file belong to root or the user. */
int dn_driver_check_file(const char *path, bool own, dn_error *error);

#endif
