/* SPDX-License-Identifier: MIT
 *
 * Telling git how to merge journals.
 */
#ifndef DN_ENGINE_GIT_H
#define DN_ENGINE_GIT_H

#include <stdbool.h>

/* Sets merge.dunlin-journal.* in the repository's own configuration. False when `folder` is in no
 * repository or git is not there; that is never an error. */
bool dn_git_set_merge_driver(const char *folder);

#endif
