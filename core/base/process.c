/* SPDX-License-Identifier: MIT */
#include "core/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"

extern char **environ;

enum { ROOM = 4096, KEPT_ERRORS = 2048, SHOWN_ERRORS = 300, LOOK_EVERY_MS = 100 };

typedef struct child {
    const dn_process *process;
    pid_t id;
    dn_fd errors;  /* read end of its standard error */
    dn_fd output;  /* of its standard output, -1: nobody reads it */
    dn_text said;  /* the end of its standard error */
    bool unwanted; /* visit answered so */
    bool cancelled;
} child;

static bool
is_given(const char *path)
{
    return path && *path;
}

static int
fail_start(const dn_process *process, int code, dn_error *error)
{
    if (code == ENOENT)
        return dn_fail(error, DUNLIN_MISSING, "process.missing",
                       "the program '%s' is not installed, or not in PATH", process->arguments[0]);
    return dn_fail(error, DUNLIN_FAILED, "process.start", "cannot run '%s': %s",
                   process->arguments[0], strerror(code));
}

/* --- its environment -------------------------------------------------------------------------- */
static bool
is_replaced(const char *entry, const char *const *additions)
{
    size_t length = strcspn(entry, "=");

    for (; additions && *additions; additions++)
        if (strncmp(*additions, entry, length + 1) == 0)
            return true;
    return false;
}

/* Ours with the additions; NULL: no memory. */
static char **
make_environment(const char *const *additions)
{
    size_t count = 1;
    char **list;

    for (size_t i = 0; environ && environ[i]; i++)
        count++;
    for (size_t i = 0; additions && additions[i]; i++)
        count++;
    list = (char **)dn_malloc(count * sizeof(*list));
    if (!list)
        return NULL;
    count = 0;
    for (size_t i = 0; environ && environ[i]; i++)
        if (!is_replaced(environ[i], additions))
            list[count++] = environ[i];
    for (size_t i = 0; additions && additions[i]; i++)
        list[count++] = (char *)(uintptr_t)additions[i];
    list[count] = NULL;
    return list;
}

/* --- starting it ------------------------------------------------------------------------------ */
/* What becomes its standard output; -1 with *error. */
static int
open_output(const dn_process *process, dn_error *error)
{
    const char *path = is_given(process->output) ? process->output : "/dev/null";
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    return fd >= 0 ? fd : dn_fail_errno(error, "file.unwritable", "cannot write", path);
}

static int
open_input(const dn_process *process, dn_error *error)
{
    const char *path = is_given(process->input) ? process->input : "/dev/null";
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    return fd >= 0 ? fd : dn_fail_errno(error, "file.unreadable", "cannot open", path);
}

/* Signals as a program expects them: the caller may ignore or block some. */
static int
spawn(child *job, int input, int output, int errors)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t signals;
    char **environment = make_environment(job->process->environment);
    int code = environment ? 0 : ENOMEM;

    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigaddset(&signals, SIGPIPE);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (code == 0 && job->process->directory)
        code = posix_spawn_file_actions_addchdir_np(&files, job->process->directory);
    if (code == 0)
        code = posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    if (code == 0)
        code = posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    if (code == 0)
        code = posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
    if (code == 0)
        code = posix_spawnp(&job->id, job->process->arguments[0], &files, &attributes,
                            (char *const *)(uintptr_t)job->process->arguments, environment);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    free(environment);
    return code;
}

static int
start(child *job, dn_error *error)
{
    const dn_process *process = job->process;
    bool reads = process->visit && !is_given(process->output);
    dn_auto(dn_fd) input = open_input(process, error);
    dn_auto(dn_fd) output = -1;
    int errors[2];
    int answers[2];
    int code;

    if (input < 0)
        return -1;
    if (!reads && (output = open_output(process, error)) < 0)
        return -1;
    if (reads) {
        if (pipe2(answers, O_CLOEXEC) < 0)
            return fail_start(process, errno, error);
        job->output = answers[0];
        output = answers[1];
    }
    if (pipe2(errors, O_CLOEXEC) < 0)
        return fail_start(process, errno, error);
    job->errors = errors[0];
    code = spawn(job, input, output, errors[1]);
    close(errors[1]);
    return code == 0 ? 0 : fail_start(process, code, error);
}

/* --- while it runs ---------------------------------------------------------------------------- */
static void
keep_errors(child *job, const char *text, size_t length)
{
    dn_text_add(&job->said, text, length);
    if (!job->said.failed && job->said.length > KEPT_ERRORS) {
        size_t extra = job->said.length - KEPT_ERRORS;

        memmove(job->said.data, job->said.data + extra, KEPT_ERRORS + 1);
        job->said.length = KEPT_ERRORS;
    }
}

/* false: the other end is closed. */
static bool
take(child *job, int fd)
{
    char buffer[ROOM];
    ssize_t got;

    do {
        got = read(fd, buffer, sizeof(buffer));
    } while (got < 0 && errno == EINTR);
    if (got <= 0)
        return false;
    if (fd == job->errors)
        keep_errors(job, buffer, (size_t)got);
    else if (!job->unwanted &&
             job->process->visit((dunlin_string){buffer, (uint64_t)got}, job->process->context))
        job->unwanted = true;
    return true;
}

static void
listen_to(child *job)
{
    struct pollfd ends[] = {{job->errors, POLLIN, 0}, {job->output, POLLIN, 0}};
    bool told = false;

    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        if (!told && job->process->log && dn_log_cancelled(job->process->log))
            job->cancelled = true;
        if (!told && (job->cancelled || job->unwanted)) {
            told = true;
            kill(job->id, SIGTERM);
        }
        if (poll(ends, 2, LOOK_EVERY_MS) < 0 && errno != EINTR)
            break;
        for (int i = 0; i < 2; i++)
            if (ends[i].fd >= 0 && ends[i].revents && !take(job, ends[i].fd))
                ends[i].fd = -1;
    }
}

/* Its last line says best what was wrong. */
static const char *
last_line(child *job)
{
    char *text = job->said.failed || !job->said.data ? NULL : job->said.data;
    size_t length = text ? job->said.length : 0;
    char *line;

    while (length && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        text[--length] = '\0';
    if (!length)
        return "it did not say why";
    line = strrchr(text, '\n');
    return line ? line + 1 : text;
}

static int
judge(child *job, int status, dn_error *error)
{
    const char *name = job->process->arguments[0];

    if (job->cancelled)
        return dn_fail(error, DUNLIN_CANCELLED, "run.cancelled", "stopped on request");
    if (job->unwanted || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
        return 0;
    /* posix_spawn of some systems reports a failed exec so. */
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127 && !job->said.length)
        return fail_start(job->process, ENOENT, error);
    if (WIFSIGNALED(status))
        return dn_fail(error, DUNLIN_FAILED, "process.failed", "'%s' was ended by signal %d: %.*s",
                       name, WTERMSIG(status), SHOWN_ERRORS, last_line(job));
    return dn_fail(error, DUNLIN_FAILED, "process.failed", "'%s' failed with exit code %d: %.*s",
                   name, WEXITSTATUS(status), SHOWN_ERRORS, last_line(job));
}

static int
wait_for(child *job, dn_error *error)
{
    int status;

    while (waitpid(job->id, &status, 0) < 0)
        if (errno != EINTR)
            return dn_fail(error, DUNLIN_FAILED, "process.start", "cannot learn how '%s' ended: %s",
                           job->process->arguments[0], strerror(errno));
    return judge(job, status, error);
}

int
dn_process_run(const dn_process *process, dn_error *error)
{
    child job = {.process = process, .errors = -1, .output = -1, .said = DN_TEXT_INIT};
    int answer = start(&job, error);

    if (answer == 0) {
        listen_to(&job);
        answer = wait_for(&job, error);
        if (process->said && job.said.length)
            dn_text_add(process->said, job.said.data, job.said.length);
    }
    dn_fd_cleanup(&job.errors);
    dn_fd_cleanup(&job.output);
    dn_text_free(&job.said);
    return answer;
}
