/* SPDX-License-Identifier: MIT
 *
 * Comparisons in scripts: the like of what is wanted is made beside it, and a query tells how they
 * differ.
 */
#ifndef DN_MYSQL_COMPARE_H
#define DN_MYSQL_COMPARE_H

#include "drivers/mysql/my_render.h"

typedef struct dn_mysql_comparing {
    const dn_mysql_server *server;
    const dunlin_operation *operation;
    dn_kit_text *text;
} dn_mysql_comparing;

static inline bool
dn_mysql_operates_on(const dunlin_operation *operation, const char *kind)
{
    return dn_kit_same(operation->kind, kind);
}

static inline void
dn_mysql_compare_add(const dn_mysql_comparing *at, const char *words)
{
    dn_kit_text_add(at->text, words);
}

static inline void
dn_mysql_compare_add_literal(const dn_mysql_comparing *at, dunlin_string value)
{
    dn_mysql_add_literal(at->text, at->server, value);
}

/* Statements, in this order. Those that are not needed are empty. */
typedef struct dn_mysql_likeness {
    dunlin_string drop; /* before and behind it all */
    dunlin_string base; /* a copy of the table .. */
    dunlin_string less; /* .. without the column that is to be made */
    dunlin_string sql;
} dn_mysql_likeness;

bool dn_mysql_can_compare(const dunlin_script_item *item, const dn_mysql_server *server);
void dn_mysql_like(const dunlin_script_item *item, dn_mysql_rendering *work,
                   dn_mysql_likeness *like);
/* "SET @dunlin_message = ..": the message, or NULL. */
void dn_mysql_add_difference(dn_kit_text *text, const dn_mysql_server *server,
                             const dunlin_script_item *item);

/* --- what is no part of a table (my_compare_object.c) -------------------------------------------- */
bool dn_mysql_compares_object(const dunlin_operation *operation);
void dn_mysql_add_difference_of_object(const dn_mysql_comparing *at);

#endif
