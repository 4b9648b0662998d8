/* SPDX-License-Identifier: MIT
 *
 * Cancelling: KILL QUERY over a connection of its own, which the same user may send for his own
 * sessions. A handle outlives its connection, which merely makes it useless.
 */
#include "drivers/mysql/my_driver.h"

#include <stdio.h>
#include <stdlib.h>

struct dunlin_cancel {
    dn_mysql_control *control;
};

dn_mysql_control *
dn_mysql_control_new(void)
{
    dn_mysql_control *control = calloc(1, sizeof(*control));

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
dn_mysql_control_release(dn_mysql_control *control)
{
    int left;

    pthread_mutex_lock(&control->mutex);
    left = --control->references;
    pthread_mutex_unlock(&control->mutex);
    if (left > 0)
        return;
    pthread_mutex_destroy(&control->mutex);
    dn_mysql_address_free(&control->address);
    free(control);
}

bool
dn_mysql_kill_query(const dunlin_call *call, dn_mysql_control *control)
{
    MYSQL *mysql = dn_mysql_connect_quietly(call, &control->address, 0);
    char sql[64];
    bool sent = false;

    if (mysql == NULL)
        return false;
    pthread_mutex_lock(&control->mutex);
    if (control->session != 0) {
        snprintf(sql, sizeof(sql), "KILL QUERY %lu", control->session);
        sent = mysql_query(mysql, sql) == 0;
    }
    pthread_mutex_unlock(&control->mutex);
    mysql_close(mysql);
    return sent;
}

int32_t
dn_mysql_cancel_handle(const dunlin_call *call, dunlin_connection *connection,
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
dn_mysql_cancel(const dunlin_call *call, dunlin_cancel *handle)
{
    dn_mysql_control *control = handle->control;
    bool open;

    pthread_mutex_lock(&control->mutex);
    open = control->session != 0;
    pthread_mutex_unlock(&control->mutex);
    if (!open)
        return DUNLIN_OK;
    /* First the flag: it also stops what is between two statements. */
    __atomic_store_n(&control->cancelled, 1, __ATOMIC_RELAXED);
    if (!dn_mysql_kill_query(call, control))
        return dn_kit_fail(call, DUNLIN_CONNECT,
                           "cannot open a second connection to cancel the statement");
    return DUNLIN_OK;
}

void
dn_mysql_cancel_free(dunlin_cancel *handle)
{
    if (handle == NULL)
        return;
    dn_mysql_control_release(handle->control);
    free(handle);
}
