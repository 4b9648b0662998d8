/* SPDX-License-Identifier: MIT
 *
 * The part of file.h that only looks at names.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"

char *
dn_path_join(dn_arena *arena, const char *folder, const char *name)
{
    size_t length = strlen(folder);
    size_t rest = strlen(name) + 1;
    char *path;

    if (name[0] == '/' || length == 0)
        return dn_arena_text(arena, name);
    path = dn_arena_alloc(arena, length + 1 + rest);
    if (!path)
        return NULL;
    memcpy(path, folder, length);
    if (folder[length - 1] != '/')
        path[length++] = '/';
    memcpy(path + length, name, rest);
    return path;
}

char *
dn_path_folder(dn_arena *arena, const char *path)
{
    size_t length = strlen(path);

    while (length > 1 && path[length - 1] == '/')
        length--;
    while (length > 0 && path[length - 1] != '/')
        length--;
    while (length > 1 && path[length - 1] == '/')
        length--;
    return length ? dn_arena_copy(arena, path, length) : dn_arena_text(arena, ".");
}

static char *
working_folder(dn_arena *arena)
{
    for (size_t size = 512; size <= (1u << 20); size *= 4) {
        char *buffer = dn_arena_alloc(arena, size);

        if (!buffer)
            return NULL;
        if (getcwd(buffer, size))
            return buffer;
        if (errno != ERANGE)
            return NULL;
    }
    return NULL;
}

/* Takes out "." and repeated slashes, in place. ".." stays: behind a symbolic link it means
 * another folder than the text suggests. */
static void
tidy(char *path)
{
    const char *from = path;
    char *to = path;

    while (*from) {
        size_t length;

        while (*from == '/')
            from++;
        length = strcspn(from, "/");
        if (length && !(length == 1 && *from == '.')) {
            *to++ = '/';
            memmove(to, from, length);
            to += length;
        }
        from += length;
    }
    if (to == path)
        *to++ = '/';
    *to = '\0';
}

char *
dn_path_absolute(dn_arena *arena, const char *path)
{
    char *folder = path[0] == '/' ? dn_arena_text(arena, "/") : working_folder(arena);
    char *absolute = folder ? dn_path_join(arena, folder, path) : NULL;

    if (absolute)
        tidy(absolute);
    return absolute;
}
