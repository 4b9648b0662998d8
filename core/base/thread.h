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

#endif
