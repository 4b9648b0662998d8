/* SPDX-License-Identifier: MIT
 *
 * Shadows, new ones (pg_shadow.c) and databases that were given (pg_shadow_given.c).
 */
#ifndef DN_PG_SHADOW_H
#define DN_PG_SHADOW_H

#include "drivers/postgres/pg_driver.h"

/* Comment of a shadow's database; behind it the number of the advisory lock. */
#define DN_PG_SHADOW_MARK "dunlin shadow, to be dropped; lock "

struct dn_pg_shadow {
    dunlin_connection *keeper; /* to the target; NULL: the database was given */
    char *name;
    char *home; /* the schema that unqualified names mean in the target; NULL: not known */
};

/* A statement with the quoted name in the place of '@'. */
int32_t dn_pg_shadow_send(dunlin_connection *connection, const char *format, const char *name);
/* Between enter and leave: an advisory lock of this session, and its number. */
int32_t dn_pg_shadow_lock(dunlin_connection *connection, dunlin_string key, int64_t *number);
int32_t dn_pg_shadow_mark(dunlin_connection *connection, const char *name, int64_t number);
/* Makes that schema, which somebody made in the target by hand: the history need not. */
int32_t dn_pg_shadow_make_home(dunlin_connection *connection);
/* Makes the connection one to a shadow; NO_MEMORY is not reported yet. */
int32_t dn_pg_shadow_attach(dunlin_connection *connection, dunlin_string name,
                            dunlin_connection *keeper);

/* Opens the database that was given, if it may be used. */
int32_t dn_pg_shadow_take(const dunlin_call *call, const dunlin_shadow *shadow,
                          const dunlin_open_options *options, dunlin_connection **connection);
/* Between enter and leave. */
int32_t dn_pg_shadow_empty(dunlin_connection *connection);
int32_t dn_pg_shadow_give_back(dunlin_connection *connection);

#endif
