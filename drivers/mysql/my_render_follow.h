/* SPDX-License-Identifier: MIT
 *
 * Which tables a view's text reads, under which names: enough to say them otherwise where one of them, or a
 * column, gets another name.
 */
#ifndef DN_MYSQL_RENDER_FOLLOW_H
#define DN_MYSQL_RENDER_FOLLOW_H

#include "drivers/mysql/my_render.h"

enum { DN_MYSQL_READ = 64 };

/* What stands behind FROM, JOIN or a comma. */
typedef struct dn_mysql_read {
    dunlin_string relation; /* empty: a query, of WITH too */
    dunlin_string name;     /* its columns are called by it */
    dunlin_string token;    /* of the relation, in the text */
} dn_mysql_read;

typedef struct dn_mysql_reads {
    dn_mysql_read list[DN_MYSQL_READ];
    size_t count;
    bool unsure; /* there may be others */
} dn_mysql_reads;

void dn_mysql_read_query(dunlin_string query, dn_mysql_reads *reads);

#endif
