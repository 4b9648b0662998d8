/* SPDX-License-Identifier: MIT */
#include "core/engine/git.h"

#include <string.h>

#include "core/base/process.h"

static int32_t
take(dunlin_string text, void *context)
{
    dn_text_add(context, text.data, (size_t)text.length);
    return 0;
}

/* False: there is no git, or it refuses. What it says is of no interest then. */
static bool
run_git(const char *const *arguments, dn_text *output)
{
    const dn_process process = {
        .arguments = arguments,
        .visit = output ? take : NULL,
        .context = output,
    };
    dn_error ignored;

    dn_error_clear(&ignored);
    return dn_process_run(&process, &ignored) == 0 && (!output || !output->failed);
}

static bool
configure(const char *folder, const char *name, const char *value)
{
    const char *const arguments[] = {"git", "-C", folder, "config", "--local", name, value, NULL};

    return run_git(arguments, NULL);
}

bool
dn_git_set_merge_driver(const char *folder)
{
    return configure(folder, "merge.dunlin-journal.name", "dunlin migration journal") &&
           configure(folder, "merge.dunlin-journal.driver", "dunlin merge-driver %O %A %B");
}

const char *
dn_git_commit(const char *folder, const char *ref, dn_arena *arena)
{
    dn_auto(dn_text) output = DN_TEXT_INIT;
    const char *wanted = dn_arena_printf(arena, "%s^{commit}", ref);
    const char *const arguments[] = {
        "git", "-C", folder, "rev-parse", "--verify", "--quiet", "--end-of-options", wanted, NULL};

    if (!wanted || !run_git(arguments, &output))
        return NULL;
    return dn_arena_copy(arena, output.data ? output.data : "",
                         output.data ? strcspn(output.data, "\n") : 0);
}

bool
dn_git_files(const char *folder, const char *commit, dn_text *names)
{
    const char *const arguments[] = {"git",         "-C", folder, "ls-tree", "-r",
                                     "--name-only", "-z", commit, NULL};

    return run_git(arguments, names);
}

bool
dn_git_show(const char *folder, const char *commit, const char *path, dn_text *text)
{
    dn_auto(dn_text) object = DN_TEXT_INIT;
    const char *arguments[] = {"git", "-C", folder, "cat-file", "blob", NULL, NULL};

    dn_text_printf(&object, "%s:./%s", commit, path);
    if (object.failed)
        return false;
    arguments[5] = object.data;
    return run_git(arguments, text);
}
