/* SPDX-License-Identifier: MIT */
#ifndef DN_PG_COPY_H
#define DN_PG_COPY_H

#include "drivers/postgres/pg_pipeline.h"

/* Runs a COPY that talks to the client and, where data belong to it, the item behind it. */
void dn_pg_copy(dn_pg_pipeline *line, const dunlin_item *item, const char *sql);

#endif
