/* SPDX-License-Identifier: MIT
 *
 * What a script compares before it takes an object that is there for the one that is wanted: how the
 * server itself would tell of it. For that the like of it is made beside it, under a name of our own.
 */
#ifndef DN_EXPORT_LIKENESS_H
#define DN_EXPORT_LIKENESS_H

#include "core/export/follow.h"

/* Of what the statement makes, all that can be compared; `run` are its operations without guards,
 * `wanted` what each of them makes. Lives in the history's scratch. */
int dn_history_compare(dn_history *history, const dn_operations *run, const dn_wanted *wanted,
                       dn_followed *followed, dn_error *error);

#endif
