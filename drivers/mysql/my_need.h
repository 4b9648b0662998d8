/* SPDX-License-Identifier: MIT
 *
 * What a user must be allowed to do for a list of statements, as far as their text tells with
 * certainty. These servers look at privileges before they look whether the object exists, so names
 * are all there is to it.
 */
#ifndef DN_MYSQL_NEED_H
#define DN_MYSQL_NEED_H

#include "drivers/mysql/my_driver.h"

typedef struct dn_mysql_need {
    uint64_t operation;
    const char *privilege; /* as SHOW GRANTS writes it */
    const char *database;  /* "" where none was written */
    const char *table;     /* "": it is given for databases alone */
    bool schema;           /* better granted for the database than for the table */
} dn_mysql_need;

enum { DN_MYSQL_MOST_NEEDS = 2000 };

/* In memory of the call; those that were found before, and those beyond the most, are left out. */
typedef struct dn_mysql_needs {
    dn_mysql_need items[DN_MYSQL_MOST_NEEDS];
    uint64_t count;
} dn_mysql_needs;

int32_t dn_mysql_needs_find(const dunlin_call *call, const dunlin_operation *const *operations,
                            uint64_t count, dn_mysql_needs *needs);

/* What the session's user may do, role and all, by SHOW GRANTS of MariaDB. NULL: nobody knows. */
typedef struct dn_mysql_rights dn_mysql_rights;
int32_t dn_mysql_rights_read(dunlin_connection *connection, dn_mysql_rights **rights);
void dn_mysql_rights_free(dn_mysql_rights **rights);
/* On the table (""; on all of them), and not on some of its columns alone. */
bool dn_mysql_rights_have(const dn_mysql_rights *rights, const char *privilege,
                          const char *database, const char *table);

#endif
