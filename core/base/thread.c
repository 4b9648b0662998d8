/* SPDX-License-Identifier: MIT */
#include "core/base/thread.h"

#include <signal.h>

bool
dn_thread_start(pthread_t *thread, void *(*work)(void *context), void *context)
{
    sigset_t all;
    sigset_t before;
    bool started;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    started = pthread_create(thread, NULL, work, context) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}
