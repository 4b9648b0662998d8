/* SPDX-License-Identifier: MIT
 *
 * Files: whole reads, durable writes, folder listings, paths. Paths are bytes; messages show
 * them as given.
 */
#ifndef DN_BASE_FILE_H
#define DN_BASE_FILE_H

#include <stdbool.h>
#include <unistd.h>

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/text.h"

typedef int dn_fd; /* dn_auto(dn_fd) fd = open(...) closes on every way out */
static inline void
dn_fd_cleanup(dn_fd *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* Appends the whole file. Refuses what is not a regular file. Status MISSING when absent. */
int dn_file_read(const char *path, dn_text *text, dn_error *error);
/* The same in an opened folder, for many of them. */
int dn_file_read_at(dn_fd folder, const char *path, dn_text *text, dn_error *error);
/* Temporary file in the same folder, fsync, rename, fsync of the folder: after a crash there is
 * the old file or the new one. Keeps mode and, when `path` is a symbolic link, the link. */
int dn_file_write(const char *path, const void *data, size_t length, dn_error *error);
/* As dn_file_write, but fails with EXISTS when there is a file already. */
int dn_file_create(const char *path, const void *data, size_t length, dn_error *error);
/* As dn_file_write, in a folder that need not be there. A file that has these bytes is left alone. */
int dn_file_keep(const char *path, const dn_text *text, bool *changed, dn_error *error);
bool dn_file_exists(const char *path);
int dn_folder_create(const char *path, dn_error *error); /* with parents; an existing one is fine */

typedef struct dn_folder_entry {
    const char *name;
    bool folder; /* a folder, following links */
    void *own;   /* of who visits the entries, NULL until then */
} dn_folder_entry;
/* Names sorted by bytes, without "." and "..", of regular files and folders. */
int dn_folder_list(dn_arena *arena, const char *path, dn_folder_entry **entries, size_t *count,
                   dn_error *error);
/* The same for who begins with each entry as soon as it is read, in no order. A visit that fails ends the
 * listing. */
typedef int (*dn_folder_visit)(void *context, dn_folder_entry *entry, dn_error *error);
int dn_folder_visit_all(dn_arena *arena, const char *path, dn_folder_visit visit, void *context,
                        dn_folder_entry **entries, size_t *count, dn_error *error);

char *dn_path_join(dn_arena *arena, const char *folder, const char *name); /* absolute name wins */
char *dn_path_folder(dn_arena *arena, const char *path);   /* dirname, "." when there is none */
char *dn_path_absolute(dn_arena *arena, const char *path); /* lexical, against the working folder */

#endif
