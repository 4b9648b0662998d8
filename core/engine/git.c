/* SPDX-License-Identifier: MIT */
#include "core/engine/git.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool
run_git(const char *folder, const char *name, const char *value)
{
    char *arguments[] = {"git",     "-C",         (char *)folder, "config",
                         "--local", (char *)name, (char *)value,  NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = -1;
    bool started;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return false;
    /* What git says is of no interest: the answer is its exit code. */
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    started = posix_spawnp(&child, "git", &actions, NULL, arguments, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    if (!started)
        return false;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool
dn_git_set_merge_driver(const char *folder)
{
    return run_git(folder, "merge.dunlin-journal.name", "dunlin migration journal") &&
           run_git(folder, "merge.dunlin-journal.driver", "dunlin merge-driver %O %A %B");
}
