/* SPDX-License-Identifier: MIT
 *
 * Cancelling from another thread: a handle with a lifetime of its own, which a closed connection
 * merely makes useless.
 */
#include "drivers/sqlite/sqlite_driver.h"

#include <stdlib.h>

struct dunlin_cancel {
    dn_sqlite_control *control;
};

dn_sqlite_control *
dn_sqlite_control_new(void)
{
    dn_sqlite_control *control = calloc(1, sizeof(*control));

    if (control == NULL)
        return NULL;
    if (pthread_mutex_init(&control->mutex, NULL) != 0) {
        free(control);
        return NULL;
    }
    control->references = 1;
    return control;
}

void
dn_sqlite_control_release(dn_sqlite_control *control)
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

int32_t
dn_sqlite_cancel_handle(const dunlin_call *call, dunlin_connection *connection,
                        dunlin_cancel **handle)
{
    dunlin_cancel *made = calloc(1, sizeof(*made));

    if (made == NULL)
        return dn_kit_no_memory(call);
    made->control = connection->control;
    pthread_mutex_lock(&made->control->mutex);
    made->control->references++;
    pthread_mutex_unlock(&made->control->mutex);
    *handle = made;
    return DUNLIN_OK;
}

int32_t
dn_sqlite_cancel(const dunlin_call *call, dunlin_cancel *handle)
{
    dn_sqlite_control *control = handle->control;

    DN_KIT_UNUSED(call);
    pthread_mutex_lock(&control->mutex);
    if (control->db != NULL) {
        /* The flag is for a wait for a lock, which sqlite3_interrupt does not end. */
        __atomic_store_n(&control->cancelled, 1, __ATOMIC_RELAXED);
        sqlite3_interrupt(control->db);
    }
    pthread_mutex_unlock(&control->mutex);
    return DUNLIN_OK;
}

void
dn_sqlite_cancel_free(dunlin_cancel *handle)
{
    if (handle == NULL)
        return;
    dn_sqlite_control_release(handle->control);
    free(handle);
}
