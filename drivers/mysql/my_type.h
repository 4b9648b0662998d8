/* SPDX-License-Identifier: MIT
 *
 * Types: portable ones, this server's, and how the server prints them.
 */
#ifndef DN_MYSQL_TYPE_H
#define DN_MYSQL_TYPE_H

#include "drivers/mysql/my_property.h"

/* What differs by server, from a profile; without one, MariaDB 10.11. */
typedef struct dn_mysql_server {
    bool mariadb;
    unsigned version; /* major * 10000 + minor * 100 + patch */
    bool backslash;   /* is an escape in strings */
} dn_mysql_server;

dn_mysql_server dn_mysql_server_of(const dunlin_profile *profile);
/* A script prepares its statements; fails for one that this server does not prepare. */
int32_t dn_mysql_check_prepared(const dunlin_call *call, const dn_mysql_server *server,
                                dunlin_string sql);
bool dn_mysql_checks(const dn_mysql_server *server);              /* CHECK is enforced */
bool dn_mysql_expression_defaults(const dn_mysql_server *server); /* DEFAULT (1 + 1) */
/* Equal only where the bytes are; *pads is set where blanks at the end do not count. */
const char *dn_mysql_binary_collation(const dn_mysql_server *server, bool *pads);

typedef struct dn_mysql_type {
    dunlin_string text;  /* as the server prints it; of an enum "enum" */
    const char *lossy;   /* what gets lost, or NULL */
    const char *refused; /* why there is no such type here, or NULL */
} dn_mysql_type;

/* Of a column's members. A type that is not portable is the server's own. */
dn_mysql_type dn_mysql_type_of(dn_kit_pool *pool, const dn_mysql_server *server, dn_kit_set column);
/* A type of the server's as facts spell it: one with the name of a portable type is in capitals. */
dunlin_string dn_mysql_spelled(dn_kit_pool *pool, dunlin_string type);
/* Texts and blobs that a key cannot hold whole. */
bool dn_mysql_is_long(dunlin_string type);
/* So many characters of a column of this type are kept in an index; 0: all of them. */
int dn_mysql_prefix(dunlin_string type);
/* Digits behind the seconds of TIME, DATETIME and TIMESTAMP; -1: not one of these. */
int dn_mysql_digits(dunlin_string type);
/* 'text', for reading under the profile's sql_mode. */
void dn_mysql_add_literal(dn_kit_text *text, const dn_mysql_server *server, dunlin_string value);

#endif
