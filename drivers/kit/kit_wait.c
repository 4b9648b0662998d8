/* SPDX-License-Identifier: MIT */
#include "drivers/kit/kit.h"

#include <poll.h>
#include <time.h>

int64_t
dn_kit_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

bool
dn_kit_should_stop(const dunlin_call *call)
{
    if (call->host->cancelled != NULL && call->host->cancelled(call) != 0)
        return true;
    return call->deadline_ns != 0 && dn_kit_now_ns() >= call->deadline_ns;
}

void
dn_kit_pause(const dunlin_call *call, int64_t milliseconds)
{
    struct pollfd wake = {.fd = call->wake_fd, .events = POLLIN};

    /* A signal that interrupts the wait only makes it shorter. */
    poll(&wake, call->wake_fd >= 0 ? 1 : 0, (int)milliseconds);
}
