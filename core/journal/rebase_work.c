/* SPDX-License-Identifier: MIT
 *
 * Carrying a rebase out: the note of what is to be done, then renames, writes and removals, each of
 * which is skipped where it was done already; then the note goes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/journal/parts.h"
#include "core/journal/rebase.h"

/* --- what is to be done --------------------------------------------------------------------------- */

int
dn_rebase_add_rename(dn_rebase_work *work, const char *from, const char *to, dn_arena *arena,
                     dn_error *error)
{
    work->renames = dn_arena_grow(arena, work->renames, &work->rename_capacity,
                                  work->rename_count + 1, sizeof *work->renames);
    if (!work->renames || !from || !to)
        return dn_no_memory(error);
    work->renames[work->rename_count++] = (dn_rebase_rename){from, to};
    return 0;
}

int
dn_rebase_add_write(dn_rebase_work *work, const char *path, const dn_text *text, dn_arena *arena,
                    dn_error *error)
{
    const char *copy = dn_arena_copy(arena, text->data ? text->data : "", text->length);

    work->writes = dn_arena_grow(arena, work->writes, &work->write_capacity, work->write_count + 1,
                                 sizeof *work->writes);
    if (!work->writes || !copy || !path)
        return dn_no_memory(error);
    work->writes[work->write_count++] = (dn_rebase_write){path, copy, text->length};
    return 0;
}

int
dn_rebase_add_remove(dn_rebase_work *work, const char *path, dn_arena *arena, dn_error *error)
{
    work->removes = dn_arena_grow(arena, work->removes, &work->remove_capacity,
                                  work->remove_count + 1, sizeof *work->removes);
    if (!work->removes || !path)
        return dn_no_memory(error);
    work->removes[work->remove_count++] = path;
    return 0;
}

/* Is it "<tag>.sql", "<tag>.down.sql", "<tag>.<driver>.sql", and of no migration with a longer tag? */
static bool
is_file_of(const char *name, const char *tag, const dn_rebase_entry *entries, size_t count)
{
    size_t length = strlen(tag);
    size_t whole = strlen(name);

    if (strncmp(name, tag, length) != 0 || name[length] != '.' || whole < length + 4 ||
        strcmp(name + whole - 4, ".sql") != 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(entries[i].was->tag);

        if (other > length && strncmp(name, entries[i].was->tag, other) == 0 && name[other] == '.')
            return false;
    }
    return true;
}

/* From the last one on: where a new name is another one's old name, that one is gone by then. */
int
dn_rebase_collect_files(const dn_journal *journal, const dn_rebase_entry *entries, size_t count,
                        dn_rebase_work *work, dn_arena *arena, dn_error *error)
{
    dn_folder_entry *names = NULL;
    size_t name_count = 0;

    if (dn_folder_list(arena, journal->folder, &names, &name_count, error) < 0)
        return -1;
    for (size_t i = count; i-- > 0;) {
        const char *tag = entries[i].was->tag;

        if (strcmp(tag, entries[i].now.tag) == 0)
            continue;
        for (size_t k = 0; k < name_count; k++)
            if (!names[k].folder && is_file_of(names[k].name, tag, entries, count) &&
                dn_rebase_add_rename(
                    work, names[k].name,
                    dn_arena_printf(arena, "%s%s", entries[i].now.tag, names[k].name + strlen(tag)),
                    arena, error) < 0)
                return -1;
    }
    return 0;
}

/* --- the note ------------------------------------------------------------------------------------- */

static void
add_string(dn_text *text, const char *string, size_t length)
{
    dn_json_add_string(text, string, length);
}

static void
write_note(const dn_rebase_work *work, dn_text *text)
{
    dn_text_add_string(text, "{\"dunlin\": 1, \"renames\": [");
    for (size_t i = 0; i < work->rename_count; i++) {
        dn_text_add_string(text, i ? ",\n[" : "\n[");
        add_string(text, work->renames[i].from, strlen(work->renames[i].from));
        dn_text_add_char(text, ',');
        add_string(text, work->renames[i].to, strlen(work->renames[i].to));
        dn_text_add_char(text, ']');
    }
    dn_text_add_string(text, "],\n\"writes\": [");
    for (size_t i = 0; i < work->write_count; i++) {
        dn_text_add_string(text, i ? ",\n[" : "\n[");
        add_string(text, work->writes[i].path, strlen(work->writes[i].path));
        dn_text_add_char(text, ',');
        add_string(text, work->writes[i].text, work->writes[i].length);
        dn_text_add_char(text, ']');
    }
    dn_text_add_string(text, "],\n\"removes\": [");
    for (size_t i = 0; i < work->remove_count; i++) {
        dn_text_add_string(text, i ? ",\n" : "\n");
        add_string(text, work->removes[i], strlen(work->removes[i]));
    }
    dn_text_add_string(text, "]}\n");
}

/* The note is a file of the repository: it is not believed to stay in its folder. */
static bool
is_inside(const char *path)
{
    return *path && *path != '/' && strcmp(path, "..") != 0 && strncmp(path, "../", 3) != 0 &&
           !strstr(path, "/../");
}

static const char *
path_of(const cJSON *node)
{
    return cJSON_IsString(node) && is_inside(node->valuestring) ? node->valuestring : NULL;
}

static int
bad_note(const dn_json *json, const cJSON *node, dn_error *error)
{
    return dn_json_fail(json, node, "merge.note", error,
                        "this is nothing that a merge writes down");
}

static int
read_note(const dn_json *json, dn_rebase_work *work, dn_arena *arena, dn_error *error)
{
    const cJSON *renames = cJSON_GetObjectItemCaseSensitive(json->root, "renames");
    const cJSON *writes = cJSON_GetObjectItemCaseSensitive(json->root, "writes");
    const cJSON *removes = cJSON_GetObjectItemCaseSensitive(json->root, "removes");

    if (!cJSON_IsArray(renames) || !cJSON_IsArray(writes) || !cJSON_IsArray(removes))
        return bad_note(json, json->root, error);
    for (const cJSON *one = renames->child; one; one = one->next) {
        const char *from = path_of(cJSON_GetArrayItem(one, 0));
        const char *to = path_of(cJSON_GetArrayItem(one, 1));

        if (!from || !to)
            return bad_note(json, one, error);
        if (dn_rebase_add_rename(work, from, to, arena, error) < 0)
            return -1;
    }
    for (const cJSON *one = writes->child; one; one = one->next) {
        const char *path = path_of(cJSON_GetArrayItem(one, 0));
        const cJSON *text = cJSON_GetArrayItem(one, 1);
        dn_text whole = DN_TEXT_INIT;

        if (!path || !cJSON_IsString(text))
            return bad_note(json, one, error);
        whole.data = text->valuestring;
        whole.length = strlen(text->valuestring);
        if (dn_rebase_add_write(work, path, &whole, arena, error) < 0)
            return -1;
    }
    for (const cJSON *one = removes->child; one; one = one->next) {
        if (!path_of(one))
            return bad_note(json, one, error);
        if (dn_rebase_add_remove(work, one->valuestring, arena, error) < 0)
            return -1;
    }
    return 0;
}

/* --- doing it ------------------------------------------------------------------------------------- */

static int
make_durable(const char *path, dn_arena *arena, dn_error *error)
{
    const char *folder = dn_path_folder(arena, path);
    dn_auto(dn_fd) fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

    if (!folder)
        return dn_no_memory(error);
    if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
        return dn_fail_errno(error, "file.unwritable", "cannot write", folder);
    return 0;
}

/* Where the new name is there, it was done. */
static int
rename_one(const char *folder, const dn_rebase_rename *one, dn_arena *arena, dn_error *error)
{
    const char *from = dn_path_join(arena, folder, one->from);
    const char *to = dn_path_join(arena, folder, one->to);

    if (!from || !to)
        return dn_no_memory(error);
    if (dn_file_exists(to) || !dn_file_exists(from))
        return 0;
    if (rename(from, to) < 0)
        return dn_fail_errno(error, "file.unwritable", "cannot rename", from);
    dn_fault("merge.after-rename");
    return make_durable(to, arena, error);
}

static int
perform(const char *folder, const dn_rebase_work *work, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    const char *path;

    for (size_t i = 0; i < work->rename_count; i++)
        if (rename_one(folder, &work->renames[i], &arena, error) < 0)
            return -1;
    for (size_t i = 0; i < work->write_count; i++) {
        const char *parent;

        path = dn_path_join(&arena, folder, work->writes[i].path);
        parent = path ? dn_path_folder(&arena, path) : NULL;
        if (!parent)
            return dn_no_memory(error);
        if (dn_folder_create(parent, error) < 0 ||
            dn_file_write(path, work->writes[i].text, work->writes[i].length, error) < 0)
            return -1;
        dn_fault("merge.after-write");
    }
    for (size_t i = 0; i < work->remove_count; i++) {
        path = dn_path_join(&arena, folder, work->removes[i]);
        if (!path)
            return dn_no_memory(error);
        if (unlink(path) < 0 && errno != ENOENT)
            return dn_fail_errno(error, "file.unwritable", "cannot remove", path);
    }
    dn_fault("merge.before-end");
    path = dn_path_join(&arena, folder, DN_REBASE_NOTE);
    if (!path)
        return dn_no_memory(error);
    if (unlink(path) < 0)
        return dn_fail_errno(error, "file.unwritable", "cannot remove", path);
    return make_durable(path, &arena, error);
}

/* Nothing is ever written over: a name that is not given up by a rename before has to be free. */
static int
check_free(const char *folder, const dn_rebase_work *work, dn_arena *arena, dn_error *error)
{
    for (size_t i = 0; i < work->rename_count; i++) {
        const char *path = dn_path_join(arena, folder, work->renames[i].to);
        bool given_up = false;

        if (!path)
            return dn_no_memory(error);
        for (size_t k = 0; k < i && !given_up; k++)
            given_up = strcmp(work->renames[k].from, work->renames[i].to) == 0;
        if (!given_up && dn_file_exists(path))
            return dn_fail(error, DUNLIN_EXISTS, "merge.in-the-way",
                           "'%s' has to be renamed to '%s', which is there already",
                           work->renames[i].from, work->renames[i].to);
    }
    return 0;
}

int
dn_rebase_carry_out(const dn_journal *journal, const dn_rebase_work *work, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_auto(dn_fd) lock = -1;
    dn_auto(dn_text) note = DN_TEXT_INIT;
    const char *path = dn_path_join(&arena, journal->folder, DN_REBASE_NOTE);

    write_note(work, &note);
    if (!path || note.failed)
        return dn_no_memory(error);
    if (dn_journal_lock(journal->folder, &lock, error) < 0 ||
        check_free(journal->folder, work, &arena, error) < 0 ||
        dn_file_create(path, note.data, note.length, error) < 0)
        return -1;
    dn_fault("merge.after-note");
    return perform(journal->folder, work, error);
}

bool
dn_rebase_is_unfinished(const char *folder)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", folder, DN_REBASE_NOTE);

    return length > 0 && (size_t)length < sizeof path && access(path, F_OK) == 0;
}

int
dn_rebase_finish(const char *folder, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_auto(dn_fd) lock = -1;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_auto(dn_json) json = {0};
    dn_rebase_work work = {0};
    const char *path = dn_path_join(&arena, folder, DN_REBASE_NOTE);

    if (!path)
        return dn_no_memory(error);
    if (dn_journal_lock(folder, &lock, error) < 0 || dn_file_read(path, &text, error) < 0 ||
        dn_json_parse(&json, path, text.data ? text.data : "", text.length, false, "merge.note",
                      error) < 0 ||
        read_note(&json, &work, &arena, error) < 0)
        return -1;
    return perform(folder, &work, error);
}
