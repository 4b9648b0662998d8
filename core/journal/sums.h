/* SPDX-License-Identifier: MIT
 *
 * The file of sums that Atlas keeps beside its migrations, without which it takes none of them.
 */
#ifndef DN_JOURNAL_SUMS_H
#define DN_JOURNAL_SUMS_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/text.h"

/* What the file has to hold for the migrations that lie in the folder. */
int dn_sums_make(const char *folder, dn_arena *arena, dn_text *text, dn_error *error);
/* Whether it does: journal.sums. */
int dn_sums_check(const char *folder, dn_arena *arena, dn_error *error);
int dn_sums_write(const char *folder, dn_arena *arena, dn_error *error);

#endif
