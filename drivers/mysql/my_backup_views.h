/* SPDX-License-Identifier: MIT
 *
 * Views that read what is not there any more. The server has their text, and would not take it again,
 * so neither mariadb-dump nor a restore gets past one.
 */
#ifndef DN_MYSQL_BACKUP_VIEWS_H
#define DN_MYSQL_BACKUP_VIEWS_H

#include "drivers/mysql/my_shadow.h"

/* {0} is none; freed by dn_mysql_broken_views_free. */
typedef struct dn_mysql_broken_views {
    dn_mysql_names names; /* that may be */
    bool *broken;         /* of each name */
    size_t count;         /* that are broken */
    dn_kit_text texts;    /* of their definitions, as comments */
} dn_mysql_broken_views;

void dn_mysql_broken_views_free(dn_mysql_broken_views *views);
/* Over a connection of its own. */
int32_t dn_mysql_broken_views_find(const dunlin_call *call, dunlin_string url,
                                   dn_mysql_broken_views *views);
/* Tells which are left out, as a warning. */
int32_t dn_mysql_broken_views_tell(const dunlin_call *call, const dn_mysql_broken_views *views);

#endif
