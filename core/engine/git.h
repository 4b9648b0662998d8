/* SPDX-License-Identifier: MIT
 *
 * Telling git how to merge journals, and asking it what another branch has. Folders are inside of the
 * repository; where there is no git, or no repository, nothing is found.
 */
#ifndef DN_ENGINE_GIT_H
#define DN_ENGINE_GIT_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/text.h"

/* Sets merge.dunlin-journal.* in the repository's own configuration. False when `folder` is in no
 * repository, or there is no git. */
bool dn_git_set_merge_driver(const char *folder);
/* The name of the commit that a branch, tag ... is, or NULL. */
const char *dn_git_commit(const char *folder, const char *ref, dn_arena *arena);
/* Names of the files that the commit has in the folder and below it, relative to it, a NUL byte
 * behind each. */
bool dn_git_files(const char *folder, const char *commit, dn_text *names);
/* The text of one of them. */
bool dn_git_show(const char *folder, const char *commit, const char *path, dn_text *text);

#endif
