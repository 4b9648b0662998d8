/* SPDX-License-Identifier: MIT
 *
 * Cancelling: a request over a connection of its own, to the server that we are connected to. It
 * may hang as any connecting may, so while a call is waiting it is made by a thread.
 */
#include "drivers/postgres/pg_driver.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum { FINISH_SECONDS = 2 };

struct dunlin_cancel {
    dn_pg_control *control;
    PGcancel *request;
};

dn_pg_control *
dn_pg_control_new(void)
{
    dn_pg_control *control = calloc(1, sizeof(*control));

    if (control == NULL)
        return NULL;
    if (pthread_mutex_init(&control->mutex, NULL) != 0) {
        free(control);
        return NULL;
    }
    control->references = 1;
    control->open = true;
    return control;
}

void
dn_pg_control_release(dn_pg_control *control)
{
    int left;

    pthread_mutex_lock(&control->mutex);
    left = --control->references;
    pthread_mutex_unlock(&control->mutex);
    if (left > 0)
        return;
    pthread_mutex_destroy(&control->mutex);
    free(control);
}

/* --- from the call itself ------------------------------------------------------------------------ */
static void *
send_request(void *context)
{
    PGcancel *request = context;
    char ignored[256];

    PQcancel(request, ignored, sizeof(ignored));
    PQfreeCancel(request);
    return NULL;
}

void
dn_pg_cancel_start(dunlin_connection *connection)
{
    PGcancel *request = PQgetCancel(connection->pg);
    sigset_t all;
    sigset_t before;

    if (request == NULL)
        return;
    /* The program's signals are for its own threads. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    if (pthread_create(&connection->cancel_thread, NULL, send_request, request) == 0)
        connection->cancel_running = true;
    else
        PQfreeCancel(request);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* A request that arrives late would hit the next statement. */
void
dn_pg_cancel_finish(dunlin_connection *connection)
{
    struct timespec end;

    if (!connection->cancel_running)
        return;
    connection->cancel_running = false;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += FINISH_SECONDS;
    if (pthread_timedjoin_np(connection->cancel_thread, NULL, &end) != 0)
        pthread_detach(connection->cancel_thread);
}

/* --- from another thread --------------------------------------------------------------------------- */
int32_t
dn_pg_cancel_handle(const dunlin_call *call, dunlin_connection *connection, dunlin_cancel **handle)
{
    dunlin_cancel *made = calloc(1, sizeof(*made));

    if (made == NULL)
        return dn_kit_no_memory(call);
    made->request = PQgetCancel(connection->pg);
    if (made->request == NULL) {
        free(made);
        return dn_kit_fail(call, DUNLIN_LOST, "the connection to the server was lost");
    }
    made->control = connection->control;
    pthread_mutex_lock(&made->control->mutex);
    made->control->references++;
    pthread_mutex_unlock(&made->control->mutex);
    *handle = made;
    return DUNLIN_OK;
}

int32_t
dn_pg_cancel(const dunlin_call *call, dunlin_cancel *handle)
{
    char message[256] = "";
    bool open;

    pthread_mutex_lock(&handle->control->mutex);
    open = handle->control->open;
    pthread_mutex_unlock(&handle->control->mutex);
    if (!open)
        return DUNLIN_OK;
    __atomic_store_n(&handle->control->cancelled, 1, __ATOMIC_RELAXED);
    if (PQcancel(handle->request, message, sizeof(message)) == 0)
        return dn_kit_fail(call, DUNLIN_CONNECT, "cannot ask the server to cancel: %s", message);
    return DUNLIN_OK;
}

void
dn_pg_cancel_free(dunlin_cancel *handle)
{
    if (handle == NULL)
        return;
    PQfreeCancel(handle->request);
    dn_pg_control_release(handle->control);
    free(handle);
}
