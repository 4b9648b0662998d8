/* SPDX-License-Identifier: MIT
 *
 * What a user must be allowed to do for a list of statements, as far as their text tells with
 * certainty.
 */
#ifndef DN_PG_NEED_H
#define DN_PG_NEED_H

#include "drivers/postgres/pg_driver.h"

typedef enum dn_pg_need_kind {
    DN_PG_NEED_MAKE = 0,  /* something in a schema; the name is left empty */
    DN_PG_NEED_SCHEMA,    /* a schema, which is the name */
    DN_PG_NEED_OWN,       /* to own a relation */
    DN_PG_NEED_DROP,      /* to own a relation or its schema */
    DN_PG_NEED_PRIVILEGE, /* a privilege on a relation */
    DN_PG_NEED_GRANT,     /* to hand on these privileges on a relation */
    DN_PG_NEED_ATTRIBUTE, /* one of the role itself; the name is left empty */
    DN_PG_NEED_LOCK,      /* one of these privileges on a table, the usual one first */
    DN_PG_NEED_TYPE,      /* to own a type or domain */
    DN_PG_NEED_DROP_TYPE, /* to own a type or domain, or its schema */
    DN_PG_NEED_DATABASE,  /* to make something in the database itself; the name is left empty */
    DN_PG_NEED_EXTENSION, /* to make this extension, where the server says who may */
} dn_pg_need_kind;

typedef struct dn_pg_need {
    dn_pg_need_kind kind;
    uint64_t operation;
    /* of PRIVILEGE: "INSERT"; of GRANT and LOCK: "UPDATE, DELETE"; of ATTRIBUTE: "CREATEDB" */
    const char *privilege;
    const char *schema; /* as the server keeps names; "" where none was written */
    const char *name;
} dn_pg_need;

enum { DN_PG_MOST_NEEDS = 2000 };

/* In memory of the call, in order; those beyond DN_PG_MOST_NEEDS are left out. */
typedef struct dn_pg_needs {
    dn_pg_need items[DN_PG_MOST_NEEDS];
    uint64_t count;
} dn_pg_needs;

int32_t dn_pg_needs_find(const dunlin_call *call, const dunlin_operation *const *operations,
                         uint64_t count, dn_pg_needs *needs);

#endif
