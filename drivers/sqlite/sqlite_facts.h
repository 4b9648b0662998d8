/* SPDX-License-Identifier: MIT */
#ifndef DN_SQLITE_FACTS_H
#define DN_SQLITE_FACTS_H

#include "drivers/sqlite/sqlite_driver.h"

/* Pushes the facts that the scope asks for; between enter and leave. */
int32_t dn_sqlite_push_facts(const dunlin_call *call, dunlin_connection *connection,
                             const dunlin_scope *scope);

#endif
