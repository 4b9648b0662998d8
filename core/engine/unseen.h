/* SPDX-License-Identifier: MIT
 *
 * A text as a migration, in a file that nobody sees and nothing has to remove.
 */
#ifndef DN_ENGINE_UNSEEN_H
#define DN_ENGINE_UNSEEN_H

#include "core/base/file.h"
#include "core/journal/journal.h"

typedef struct dn_unseen {
    dn_fd fd;
    char path[32];
    dn_migration migration;
} dn_unseen;

#define DN_UNSEEN_INIT                                                                             \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

int dn_unseen_open(dn_unseen *file, const char *name, const char *text, size_t length,
                   dn_error *error);
/* What is said of it, with `name` in place of its path. NULL: no memory. */
const char *dn_unseen_name(const dn_unseen *file, const char *said, const char *name,
                           dn_arena *arena);
static inline void
dn_unseen_cleanup(dn_unseen *file)
{
    dn_fd_cleanup(&file->fd);
}

#endif
