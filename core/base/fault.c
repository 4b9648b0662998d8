/* SPDX-License-Identifier: MIT */
#include "core/base/fault.h"

#ifdef DN_TEST_FAULTS

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"

static void
trace(const char *name)
{
    const char *path = getenv("DUNLIN_FAULT_TRACE");
    char line[128];
    int fd;
    int length;

    if (!path)
        return;
    fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    length = snprintf(line, sizeof(line), "%s\n", name);
    /* A trace that lacks a line would hide a point from its test. */
    if (fd < 0 || write(fd, line, (size_t)length) != length)
        raise(SIGABRT);
    close(fd);
}

static void
act(const char *action)
{
    if (strcmp(action, "kill") == 0)
        raise(SIGKILL);
    else if (strcmp(action, "stop") == 0)
        raise(SIGSTOP);
    else if (strncmp(action, "pause=", 6) == 0)
        dn_clock_sleep_ms(strtol(action + 6, NULL, 10));
    else
        raise(SIGABRT);
}

bool
dn_fault_armed(void)
{
    return getenv("DUNLIN_FAULT") != NULL;
}

/* Points are passed by one thread, the one that talks to the database. */
void
dn_fault_pass(const char *name)
{
    static long passed;
    const char *fault = getenv("DUNLIN_FAULT");
    size_t length;
    char *action;
    long number;

    trace(name);
    if (!fault)
        return;
    length = strcspn(fault, ":");
    if (!(length == 1 && *fault == '*') &&
        !(strncmp(name, fault, length) == 0 && name[length] == '\0'))
        return;
    number = fault[length] ? strtol(fault + length + 1, &action, 10) : 0;
    if (number < 1 || *action != ':')
        raise(SIGABRT);
    if (++passed == number)
        act(action + 1);
}

#else

typedef int fault_points_are_off; /* a translation unit may not be empty */

#endif
