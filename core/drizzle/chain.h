/* SPDX-License-Identifier: MIT
 *
 * Snapshots of drizzle-kit 1.0, one beside each migration. Each names those that it goes on from.
 */
#ifndef DN_DRIZZLE_CHAIN_H
#define DN_DRIZZLE_CHAIN_H

#include "core/drizzle/drizzle_internal.h"

/* Stands for the NUL between the kind and the name of a row, once a file is read. */
enum { DN_DRIZZLE_KEY_MARK = 1 };

/* NULL: no memory. */
char *dn_drizzle_row_key(const cJSON *row, dn_arena *arena);
bool dn_drizzle_row_same(const cJSON *one, const cJSON *other);
cJSON *dn_drizzle_row_find(const cJSON *rows, const cJSON *wanted);

/* One row as a member of a snapshot of 0.x. NULL: none there, or no memory. */
cJSON *dn_drizzle_row_node(const dn_drizzle_dialect *dialect, const cJSON *row);

#endif
