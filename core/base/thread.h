/* SPDX-License-Identifier: MIT
 *
 * Threads of ours beside those of the program that uses the library.
 */
#ifndef DN_BASE_THREAD_H
#define DN_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* As pthread_create, and no signal is delivered to the thread: they belong to the threads of the
 * program. false: it could not be started. To be joined. */
bool dn_thread_start(pthread_t *thread, void *(*work)(void *context), void *context);

/* Opened once, for all who wait before it and for all who come later: they see what was written before
 * it was opened. */
typedef struct dn_gate {
    pthread_mutex_t mutex;
    pthread_cond_t opened;
    bool open;
} dn_gate;
#define DN_GATE_INIT                                                                               \
    {                                                                                              \
        .mutex = PTHREAD_MUTEX_INITIALIZER, .opened = PTHREAD_COND_INITIALIZER                     \
    }
void dn_gate_open(dn_gate *gate);
void dn_gate_wait(dn_gate *gate);

#endif
