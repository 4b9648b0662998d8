/* SPDX-License-Identifier: MIT
 *
 * Letting the server print what only it can: a CHECK, in a temporary copy of its table. Other members
 * stay unsure, and so does what the server refuses.
 */
#include <string.h>

#include "drivers/mysql/my_driver.h"
#include "drivers/mysql/my_property.h"

#define SCRATCH "`dunlin_settle`"
#define NAME "`dunlin_check`"

static bool
run(dunlin_connection *connection, const char *sql)
{
    int64_t ignored;

    return dn_mysql_send(connection, dn_kit_string(sql)) && dn_mysql_drain(connection, &ignored);
}

static bool
run_text(dunlin_connection *connection, dn_kit_text *sql)
{
    bool good = !sql->failed && run(connection, sql->data);

    dn_kit_text_clear(sql);
    return good;
}

/* From CONSTRAINT `dunlin_check` CHECK (...) of SHOW CREATE TABLE; data is NULL without it. */
static dunlin_string
printed(const char *definition)
{
    static const char words[] = "CONSTRAINT " NAME " CHECK (";
    const char *begin = definition != NULL ? strstr(definition, words) : NULL;
    const char *end;

    if (begin == NULL)
        return (dunlin_string){NULL, 0};
    begin += sizeof(words) - 1;
    end = begin + strcspn(begin, "\n");
    if (end > begin && end[-1] == ',')
        end--;
    return (dunlin_string){begin, end > begin ? (uint64_t)(end - begin) - 1 : 0};
}

/* A text within the call's scratch memory, or data NULL. */
static dunlin_string
print_check(dunlin_connection *connection, const dunlin_fact *fact, dunlin_string expression)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    const char *cells[2] = {NULL, NULL};
    bool found = false;

    run(connection, "DROP TEMPORARY TABLE IF EXISTS " SCRATCH);
    dn_kit_text_add(&sql, "CREATE TEMPORARY TABLE " SCRATCH " LIKE ");
    dn_kit_text_quote(&sql, '`', fact->path[0]);
    if (!run_text(connection, &sql))
        return (dunlin_string){NULL, 0};
    dn_kit_text_add(&sql, "ALTER TABLE " SCRATCH " ADD CONSTRAINT " NAME " CHECK (");
    dn_kit_text_add_string(&sql, expression);
    dn_kit_text_add(&sql, ")");
    if (run_text(connection, &sql))
        dn_mysql_try_first_row(connection, dn_kit_string("SHOW CREATE TABLE " SCRATCH), cells, 2,
                               &found);
    run(connection, "DROP TEMPORARY TABLE IF EXISTS " SCRATCH);
    return printed(found ? cells[1] : NULL);
}

static int32_t
push(dunlin_connection *connection, const dunlin_fact *fact, dunlin_string expression)
{
    dn_mysql_members members = {fact->properties, fact->property_count};
    dunlin_fact settled = *fact;
    dn_mysql_list list = {0};
    int32_t status;

    for (uint64_t i = 0; i < members.count; i = dn_mysql_member_next(members, i)) {
        if (dn_kit_same(members.items[i].name, "expr"))
            dn_mysql_add(&list, "expr", DUNLIN_PROPERTY_EXPRESSION, expression);
        else if (!dn_kit_same(members.items[i].name, "unsure"))
            dn_mysql_add_copy(&list, &members.items[i]);
    }
    settled.properties = list.items;
    settled.property_count = list.count;
    status = list.failed ? dn_kit_no_memory(connection->call)
                         : connection->call->host->fact(connection->call, &settled);
    dn_mysql_list_free(&list);
    return status;
}

static int32_t
settle(dunlin_connection *connection, const dunlin_fact *fact)
{
    dn_mysql_members members = {fact->properties, fact->property_count};
    dunlin_string expression = dn_mysql_member_text(members, "expr");
    dunlin_string text = {NULL, 0};

    /* [MDB] what MySQL prints has the character sets of its texts in it. */
    if (connection->facts.mariadb && dn_kit_same(fact->kind, DUNLIN_KIND_CHECK) &&
        fact->path_count == 2 && expression.length > 0 &&
        dn_mysql_member(members, "unsure") != NULL)
        text = print_check(connection, fact, expression);
    if (text.data == NULL || text.length == 0)
        return connection->call->host->fact(connection->call, fact);
    return push(connection, fact, text);
}

int32_t
dn_mysql_settle(const dunlin_call *call, dunlin_connection *connection,
                const dunlin_fact *const *facts, uint64_t count)
{
    const dunlin_call *outer = dn_mysql_enter(call, connection);
    int32_t status = DUNLIN_OK;

    for (uint64_t i = 0; i < count && status == DUNLIN_OK; i++)
        status = settle(connection, facts[i]);
    dn_mysql_leave(connection, outer);
    return status;
}
