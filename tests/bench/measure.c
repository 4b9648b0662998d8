/* SPDX-License-Identifier: MIT
 *
 * measure REPORT COMMAND...: runs COMMAND and writes to the file REPORT one line
 *     exit-status wall-microseconds user-microseconds system-microseconds peak-kilobytes
 * A small program of its own, because on Linux ru_maxrss of a child starts at the size of the
 * process that forked it: measured from a script, everything would be as big as its interpreter.
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long
microseconds(struct timespec from, struct timespec to)
{
    return (to.tv_sec - from.tv_sec) * 1000000LL + (to.tv_nsec - from.tv_nsec) / 1000;
}

static long long
time_value(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

int
main(int argc, char **argv)
{
    struct timespec start, end;
    struct rusage usage;
    pid_t child;
    int status, failure;
    FILE *report;

    if (argc < 3) {
        fprintf(stderr, "usage: measure REPORT COMMAND...\n");
        return 2;
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    failure = posix_spawnp(&child, argv[2], NULL, NULL, argv + 2, environ);
    if (failure) {
        fprintf(stderr, "measure: cannot run '%s': %s\n", argv[2], strerror(failure));
        return 127;
    }
    while (wait4(child, &status, 0, &usage) < 0)
        if (errno != EINTR)
            return 127;
    clock_gettime(CLOCK_MONOTONIC, &end);

    report = fopen(argv[1], "we");
    if (!report) {
        fprintf(stderr, "measure: cannot write '%s': %s\n", argv[1], strerror(errno));
        return 127;
    }
    fprintf(report, "%d %lld %lld %lld %ld\n",
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            microseconds(start, end), time_value(usage.ru_utime), time_value(usage.ru_stime),
            usage.ru_maxrss);
    return fclose(report) ? 127 : 0;
}
