/* SPDX-License-Identifier: MIT */
#ifndef DN_SQLITE_SINCE_H
#define DN_SQLITE_SINCE_H

#include "drivers/sqlite/sqlite_catalogue.h"

/* Brings what the connection remembers up to date: sets `fresh` and `changed` of its tables and
 * views, and pushes gone() for what changed and for what is no more since the mark of the scope. */
int32_t dn_sqlite_since_read(const dunlin_call *call, dunlin_connection *connection,
                             const dunlin_scope *scope, dn_sqlite_catalogue **catalogue);
/* Pushes the new mark, once everything was told. */
int32_t dn_sqlite_since_end(const dunlin_call *call, dunlin_connection *connection);

#endif
