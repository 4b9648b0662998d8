/* SPDX-License-Identifier: MIT
 *
 * Shadows, new ones (my_shadow.c) and databases that were given (my_shadow_given.c).
 */
#ifndef DN_MYSQL_SHADOW_H
#define DN_MYSQL_SHADOW_H

#include "drivers/mysql/my_driver.h"

typedef struct dn_mysql_names {
    char **list;
    size_t count;
} dn_mysql_names;

void dn_mysql_names_free(dn_mysql_names *names);
/* The first column of a query. */
int32_t dn_mysql_names_read(dunlin_connection *connection, const char *sql, dn_mysql_names *names);

struct dn_mysql_shadow {
    char *name;
    char *charset; /* of the target, or of the database that was given */
    char *collation;
    bool given;
    dn_mysql_names others; /* all databases of the server */
};

/* A statement with the quoted name in the place of '@'. */
int32_t dn_mysql_shadow_send(dunlin_connection *connection, const char *format, const char *name);
/* Makes the connection one to a shadow, while it is still in the database to be like. */
int32_t dn_mysql_shadow_attach(dunlin_connection *connection, const char *name, bool given);
int32_t dn_mysql_shadow_mark(dunlin_connection *connection);

/* Opens the database that was given, if it may be used. */
int32_t dn_mysql_shadow_take(const dunlin_call *call, const dunlin_shadow *shadow,
                             const dunlin_open_options *options, dunlin_connection **connection);
/* What a GRANT of a replay left on the server. Between enter and leave, before the database goes. */
int32_t dn_mysql_shadow_revoke(dunlin_connection *connection);
/* Between enter and leave. */
int32_t dn_mysql_shadow_empty(dunlin_connection *connection);
int32_t dn_mysql_shadow_give_back(dunlin_connection *connection);

#endif
