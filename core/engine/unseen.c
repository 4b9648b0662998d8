/* SPDX-License-Identifier: MIT */
#include "core/engine/unseen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int
dn_unseen_open(dn_unseen *file, const char *name, const char *text, size_t length, dn_error *error)
{
    size_t done = 0;

    file->fd = memfd_create("dunlin", MFD_CLOEXEC);
    while (file->fd >= 0 && done < length) {
        ssize_t count = write(file->fd, text + done, length - done);

        if (count < 0 && errno != EINTR)
            break;
        done += count > 0 ? (size_t)count : 0;
    }
    if (file->fd < 0 || done < length)
        return dn_fail_errno(error, "file.unwritable", "cannot write", "a file in memory");
    snprintf(file->path, sizeof file->path, "/proc/self/fd/%d", file->fd);
    file->migration = (dn_migration){.tag = name,
                                     .path = file->path,
                                     .size = length,
                                     .raw = dn_hash_of(text, length),
                                     .listed = true,
                                     .has_file = true};
    return 0;
}

const char *
dn_unseen_name(const dn_unseen *file, const char *said, const char *name, dn_arena *arena)
{
    const char *place = *file->path ? strstr(said, file->path) : NULL;

    while (said && place) {
        size_t kept = (size_t)(place - said) + strlen(name);

        said = dn_arena_printf(arena, "%.*s%s%s", (int)(place - said), said, name,
                               place + strlen(file->path));
        place = said ? strstr(said + kept, file->path) : NULL;
    }
    return said;
}
