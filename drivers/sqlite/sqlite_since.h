/* SPDX-License-Identifier: MIT */
#ifndef DN_SQLITE_SINCE_H
#define DN_SQLITE_SINCE_H

#include "drivers/sqlite/sqlite_driver.h"

enum { DN_SQLITE_MARK = 24 };

/* A table or view as it is now. */
typedef struct dn_sqlite_relation {
    dunlin_string name; /* with a NUL behind it, as is sql */
    dunlin_string sql;
    uint64_t hash; /* of the texts of itself and of its indexes and triggers */
    bool view;
    bool fresh;   /* new, or other than it was */
    bool changed; /* fresh, or its facts may depend on what is */
} dn_sqlite_relation;

/* Is this the mark of what the connection remembers? */
bool dn_sqlite_since_knows(const dunlin_connection *connection, dunlin_string mark);
/* Fills fresh and changed, and pushes gone() for what changed and for what is no more. */
int32_t dn_sqlite_since_compare(const dunlin_call *call, dunlin_connection *connection,
                                dn_sqlite_relation *relations, size_t count);
/* Remembers, and pushes the new mark. */
int32_t dn_sqlite_since_keep(const dunlin_call *call, dunlin_connection *connection,
                             const dn_sqlite_relation *relations, size_t count);

#endif
