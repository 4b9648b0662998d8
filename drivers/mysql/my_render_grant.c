/* SPDX-License-Identifier: MIT
 *
 * GRANT and REVOKE.
 */
#include <string.h>

#include "drivers/mysql/my_render.h"

/* A privilege as its fact has it. */
typedef struct grant {
    dunlin_string privilege; /* without what it is on */
    const char *words;       /* behind ON */
    dunlin_string column;    /* or no data */
    dunlin_string grantee;
} grant;

static grant
grant_of(const dunlin_operation *operation)
{
    static const struct {
        const char *end;
        const char *words;
    } objects[] = {
        {" ON COLUMN", ""}, {" ON FUNCTION", "FUNCTION "}, {" ON PROCEDURE", "PROCEDURE "}};
    grant one = {.privilege = operation->path[operation->path_count - 1],
                 .words = "",
                 .grantee = operation->path[operation->path_count - 2]};

    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        size_t length = strlen(objects[i].end);
        dunlin_string text = one.privilege;

        if (text.length <= length ||
            memcmp(text.data + text.length - length, objects[i].end, length) != 0)
            continue;
        one.privilege.length -= length;
        one.words = objects[i].words;
        if (i == 0)
            one.column = operation->path[1];
        break;
    }
    return one;
}

/* Several privileges of one grantee on one object are one statement. */
static bool
goes_along(const dunlin_operation *left, const dunlin_operation *right)
{
    if (!dn_mysql_is_op(right, left->verb, DUNLIN_KIND_GRANT) ||
        left->path_count != right->path_count)
        return false;
    for (uint64_t i = 0; i + 1 < left->path_count; i++)
        if (!dn_kit_equal(left->path[i], right->path[i]))
            return false;
    return strcmp(grant_of(left).words, grant_of(right).words) == 0 &&
           (grant_of(left).column.data == NULL) == (grant_of(right).column.data == NULL);
}

/* user@host, or a role: its name alone, or with an '@' behind it. */
static void
add_grantee(dn_mysql_rendering *work, dunlin_string grantee)
{
    const char *at = memrchr(grantee.data, '@', grantee.length);
    dunlin_string user = grantee;
    dunlin_string host = {"", 0};

    if (dn_kit_same(grantee, "PUBLIC")) {
        dn_kit_text_add(&work->sql, "PUBLIC");
        return;
    }
    if (at != NULL) {
        user.length = (uint64_t)(at - grantee.data);
        host = (dunlin_string){at + 1, grantee.length - user.length - 1};
    }
    dn_mysql_add_name(work, user);
    if (host.length == 0)
        return;
    dn_kit_text_add(&work->sql, "@");
    dn_mysql_add_name(work, host);
}

/* What nobody has cannot be revoked: errors 1141, 1147 and 1403 ([MDB]); [M] since 8.0.30 it may be said. */
static void
begin_revoke(dn_mysql_rendering *work, bool guarded)
{
    const dn_mysql_server *server = &work->server;

    if (guarded && server->mariadb)
        dn_kit_text_add(&work->sql,
                        "BEGIN NOT ATOMIC\n    DECLARE CONTINUE HANDLER FOR 1141, 1147, "
                        "1403 BEGIN END;\n    ");
    dn_kit_text_add(&work->sql, guarded && !server->mariadb && server->version >= 80030
                                    ? "REVOKE IF EXISTS "
                                    : "REVOKE ");
}

int32_t
dn_mysql_render_grant(dn_mysql_rendering *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    bool gives = operation->verb == DUNLIN_VERB_CREATE;
    bool guarded = operation->condition == DUNLIN_CONDITION_IF_EXISTS;
    uint64_t count = 1;
    grant first;

    if (operation->path_count < 3 || (!gives && operation->verb != DUNLIN_VERB_DROP))
        return dn_mysql_refuse(work, NULL, "grant that changes: it is given or revoked");
    first = grant_of(operation);
    while (work->at + count < work->count &&
           goes_along(operation, work->operations[work->at + count]))
        count++;
    if (gives)
        dn_kit_text_add(&work->sql, "GRANT ");
    else
        begin_revoke(work, guarded);
    for (uint64_t i = 0; i < count; i++) {
        const grant one = grant_of(work->operations[work->at + i]);

        dn_kit_text_add(&work->sql, i > 0 ? ", " : "");
        dn_kit_text_add_string(&work->sql, one.privilege);
        if (one.column.data == NULL)
            continue;
        dn_kit_text_add(&work->sql, " (");
        dn_mysql_add_name(work, one.column);
        dn_kit_text_add(&work->sql, ")");
    }
    dn_kit_text_format(&work->sql, " ON %s", first.words);
    dn_mysql_add_name(work, operation->path[0]);
    dn_kit_text_add(&work->sql, gives ? " TO " : " FROM ");
    add_grantee(work, first.grantee);
    if (guarded && work->server.mariadb)
        dn_kit_text_add(&work->sql, ";\nEND");
    work->at += count;
    return dn_mysql_push_step(work, work->at - count, count, NULL);
}
