/* SPDX-License-Identifier: MIT
 *
 * Letting the server print what only it can: a CHECK, a default, or what a column is computed from,
 * in a temporary copy of its table, the query of a view in a view that is there for a moment. Other
 * members stay unsure, and so does what the server refuses.
 */
#include <string.h>

#include "drivers/mysql/my_driver.h"
#include "drivers/mysql/my_property.h"
#include "drivers/mysql/my_scan.h"
#include "drivers/mysql/my_schema.h"

#define SCRATCH "`dunlin_settle`"
#define NAME "`dunlin_check`"
#define COLUMN "`dunlin_column`"

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

/* What SHOW CREATE TABLE prints of a temporary copy of the table with that in it; NULL: it is refused.
 * Within the call's scratch memory. */
static const char *
print_copy(dunlin_connection *connection, dunlin_string table, dn_kit_text *addition)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    const char *cells[2] = {NULL, NULL};
    bool found = false;

    run(connection, "DROP TEMPORARY TABLE IF EXISTS " SCRATCH);
    dn_kit_text_add(&sql, "CREATE TEMPORARY TABLE " SCRATCH " LIKE ");
    dn_kit_text_quote(&sql, '`', table);
    if (!run_text(connection, &sql))
        return NULL;
    dn_kit_text_add(&sql, "ALTER TABLE " SCRATCH " ADD ");
    dn_kit_text_add_string(&sql, dn_kit_text_string(addition));
    sql.failed = sql.failed || addition->failed;
    if (run_text(connection, &sql))
        dn_mysql_try_first_row(connection, dn_kit_string("SHOW CREATE TABLE " SCRATCH), cells, 2,
                               &found);
    run(connection, "DROP TEMPORARY TABLE IF EXISTS " SCRATCH);
    return found ? cells[1] : NULL;
}

static dunlin_string
print_check(dunlin_connection *connection, const dunlin_fact *fact, dunlin_string expression)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text check = {0};

    dn_kit_text_add(&check, "CONSTRAINT " NAME " CHECK (");
    dn_kit_text_add_string(&check, expression);
    dn_kit_text_add(&check, ")");
    return printed(print_copy(connection, fact->path[0], &check));
}

/* --- columns --- */
static void
add_type(dn_kit_text *sql, dn_kit_set members)
{
    dunlin_string type = dn_kit_set_text(members, "type");
    dn_kit_set values = dn_kit_set_list(members, "values");

    dn_kit_text_add_string(sql, type);
    for (uint64_t i = 0; dn_kit_same(type, "enum") && i < values.count; i++) {
        dn_kit_text_add(sql, i > 0 ? "," : "(");
        dn_kit_text_quote(sql, '\'', values.list[i].text);
        dn_kit_text_add(sql, i + 1 < values.count ? "" : ")");
    }
}

/* The line of the column, from the words on that stand outside of quotes; data is NULL without them. */
static dunlin_string
behind_words(const char *definition, const char *words)
{
    const char *at = definition != NULL ? strstr(definition, "\n  " COLUMN " ") : NULL;
    const char *end;
    bool quoted = false;

    if (at == NULL)
        return (dunlin_string){NULL, 0};
    at++;
    end = at + strcspn(at, "\n");
    end -= end[-1] == ',';
    for (; at < end; at++) {
        quoted = quoted != (*at == '\'');
        if (!quoted && strncmp(at, words, strlen(words)) == 0)
            return (dunlin_string){at + strlen(words), (uint64_t)(end - at) - strlen(words)};
    }
    return (dunlin_string){NULL, 0};
}

static dunlin_string
print_default(dunlin_connection *connection, const dunlin_fact *fact, dn_kit_set members)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text column = {0};

    dn_kit_text_add(&column, "COLUMN " COLUMN " ");
    add_type(&column, members);
    dn_kit_text_add(&column, " NULL DEFAULT ");
    dn_kit_text_add_string(&column, dn_kit_set_text(members, "default"));
    return behind_words(print_copy(connection, fact->path[0], &column), " DEFAULT ");
}

static dunlin_string
print_generated(dunlin_connection *connection, const dunlin_fact *fact, dn_kit_set members)
{
    static const char *const kinds[] = {") VIRTUAL", ") STORED"};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text column = {0};
    dunlin_string text;

    dn_kit_text_add(&column, "COLUMN " COLUMN " ");
    add_type(&column, members);
    dn_kit_text_add(&column, " GENERATED ALWAYS AS (");
    dn_kit_text_add_string(&column, dn_kit_set_text(members, "generated"));
    dn_kit_text_add(&column, dn_kit_same(dn_kit_set_text(members, "generated_kind"), "virtual")
                                 ? kinds[0]
                                 : kinds[1]);
    text = behind_words(print_copy(connection, fact->path[0], &column), " GENERATED ALWAYS AS (");
    for (size_t i = 0; text.data != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        uint64_t length = strlen(kinds[i]);

        if (text.length > length && memcmp(text.data + text.length - length, kinds[i], length) == 0)
            return (dunlin_string){text.data, text.length - length};
    }
    return (dunlin_string){NULL, 0};
}

/* --- views --- */
static bool
takes_lock(dunlin_connection *connection)
{
    static const char ask[] = "SELECT GET_LOCK(CONCAT('dunlin_settle.', MD5(DATABASE())), 5)";
    const char *cell = NULL;
    bool found = false;

    return dn_mysql_try_first_row(connection, dn_kit_string(ask), &cell, 1, &found) && found &&
           cell != NULL && strcmp(cell, "1") == 0;
}

static void
release_lock(dunlin_connection *connection)
{
    static const char release[] = "SELECT RELEASE_LOCK(CONCAT('dunlin_settle.', MD5(DATABASE())))";
    const char *cell;
    bool found;

    dn_mysql_try_first_row(connection, dn_kit_string(release), &cell, 1, &found);
}

static void
add_columns(dn_kit_text *sql, dn_kit_set columns)
{
    for (uint64_t i = 0; i < columns.count; i++) {
        dn_kit_text_add(sql, i > 0 ? ", " : " (");
        dn_kit_text_quote(sql, '`', columns.list[i].text);
    }
    if (columns.count > 0)
        dn_kit_text_add(sql, ")");
}

/* VIEWS leaves out the character sets of its literals. */
static dunlin_string
print_shown_view(dunlin_connection *connection)
{
    const char *cells[2] = {NULL, NULL};
    bool found = false;

    return dn_mysql_try_first_row(connection, dn_kit_string("SHOW CREATE VIEW " SCRATCH), cells, 2,
                                  &found) &&
                   found && cells[1] != NULL
               ? dn_mysql_shown_query(dn_kit_string(cells[1]), dn_kit_string("dunlin_settle"),
                                      dn_kit_string(""))
               : (dunlin_string){NULL, 0};
}

/* There are no temporary views. This one is of a name that introspection passes over, replaces what
 * a run that died may have left, and is made while nothing is open that CREATE VIEW would commit. */
static dunlin_string
print_view(dunlin_connection *connection, dn_kit_set members, dunlin_string definition)
{
    static const char read[] = "SELECT VIEW_DEFINITION FROM information_schema.VIEWS "
                               "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'dunlin_settle'";
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    dunlin_string shown = {NULL, 0};
    const char *cell = NULL;
    bool found = false;

    if ((connection->mysql->server_status & SERVER_STATUS_IN_TRANS) != 0 || !takes_lock(connection))
        return (dunlin_string){NULL, 0};
    dn_kit_text_add(&sql, "CREATE OR REPLACE VIEW " SCRATCH);
    add_columns(&sql, dn_kit_set_list(members, "columns"));
    dn_kit_text_add(&sql, " AS ");
    dn_kit_text_add_string(&sql, definition);
    if (run_text(connection, &sql)) {
        dn_mysql_try_first_row(connection, dn_kit_string(read), &cell, 1, &found);
        if (dn_mysql_says_charset(definition))
            shown = print_shown_view(connection);
        run(connection, "DROP VIEW IF EXISTS " SCRATCH);
    }
    release_lock(connection);
    if (shown.length > 0)
        return shown;
    /* [M] empty for who has no SHOW VIEW. */
    return found && cell != NULL && cell[0] != '\0' ? dn_kit_string(cell)
                                                    : (dunlin_string){NULL, 0};
}

/* --- all of them --- */
/* The names of a view's columns stand in its query once that is printed. */
static int32_t
push(dunlin_connection *connection, const dunlin_fact *fact, const char *member, dunlin_string text)
{
    dn_kit_set members = {fact->properties, fact->property_count};
    dunlin_fact settled = *fact;
    dn_mysql_list list = {0};
    int32_t status;

    for (uint64_t i = 0; i < members.count; i = dn_kit_set_next(members, i)) {
        if (dn_kit_same(members.list[i].name, member))
            dn_mysql_add(&list, member, DUNLIN_PROPERTY_EXPRESSION, text);
        else if (!dn_kit_same(members.list[i].name, "unsure") &&
                 !(strcmp(member, "definition") == 0 &&
                   dn_kit_same(members.list[i].name, "columns")))
            dn_mysql_add_copy(&list, &members.list[i]);
    }
    settled.properties = list.items;
    settled.property_count = list.count;
    status = list.failed ? dn_kit_no_memory(connection->call)
                         : connection->call->host->fact(connection->call, &settled);
    dn_mysql_list_free(&list);
    return status;
}

static int32_t
settle_view(dunlin_connection *connection, const dunlin_fact *fact, dunlin_string definition)
{
    dn_kit_set members = {fact->properties, fact->property_count};
    dunlin_string text = print_view(connection, members, definition);
    dn_kit_pool pool = {0};
    int32_t status;

    if (text.data == NULL)
        return connection->call->host->fact(connection->call, fact);
    text = dn_mysql_unqualified(&pool, text, dn_kit_string(connection->facts.database), NULL);
    status = pool.failed ? dn_kit_no_memory(connection->call)
                         : push(connection, fact, "definition", text);
    dn_kit_pool_free(&pool);
    return status;
}

/* Its text is kept as it was written, but for what stands before the body. */
static int32_t
settle_trigger(dunlin_connection *connection, const dunlin_fact *fact, dunlin_string definition)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    dunlin_string when;
    dunlin_string body;

    dn_mysql_scan_trigger(definition, &when, &body);
    dn_mysql_add_trigger(&text, fact->path[1], when, fact->path[0], body);
    return text.failed ? dn_kit_no_memory(connection->call)
                       : push(connection, fact, "definition", dn_kit_text_string(&text));
}

/* One of the two it has: what is computed has no default. */
static int32_t
settle_column(dunlin_connection *connection, const dunlin_fact *fact)
{
    dn_kit_set members = {fact->properties, fact->property_count};
    bool computed = dn_kit_set_text(members, "generated").length > 0;
    dunlin_string text = {NULL, 0};
    dn_kit_pool pool = {0};
    int32_t status;

    if (computed)
        text = print_generated(connection, fact, members);
    else if (dn_kit_set_text(members, "default").length > 0)
        text = print_default(connection, fact, members);
    if (text.data == NULL)
        return connection->call->host->fact(connection->call, fact);
    text = dn_mysql_unqualified(&pool, text, dn_kit_string(connection->facts.database), NULL);
    status = pool.failed ? dn_kit_no_memory(connection->call)
                         : push(connection, fact, computed ? "generated" : "default", text);
    dn_kit_pool_free(&pool);
    return status;
}

static int32_t
settle(dunlin_connection *connection, const dunlin_fact *fact)
{
    dn_kit_set members = {fact->properties, fact->property_count};
    dunlin_string expression = dn_kit_set_text(members, "expr");
    dunlin_string definition = dn_kit_set_text(members, "definition");
    dunlin_string text = {NULL, 0};

    if (dn_kit_same(fact->kind, DUNLIN_KIND_TRIGGER) && fact->path_count == 2 &&
        definition.length > 0)
        return settle_trigger(connection, fact, definition);
    /* [MDB] what MySQL prints has the character sets of its texts in it. */
    if (!connection->facts.mariadb || dn_kit_set_find(members, "unsure") == NULL)
        return connection->call->host->fact(connection->call, fact);
    if (dn_kit_same(fact->kind, DUNLIN_KIND_VIEW) && definition.length > 0)
        return settle_view(connection, fact, definition);
    if (dn_kit_same(fact->kind, DUNLIN_KIND_COLUMN) && fact->path_count == 2)
        return settle_column(connection, fact);
    if (dn_kit_same(fact->kind, DUNLIN_KIND_CHECK) && fact->path_count == 2 &&
        expression.length > 0)
        text = print_check(connection, fact, expression);
    if (text.data == NULL || text.length == 0)
        return connection->call->host->fact(connection->call, fact);
    return push(connection, fact, "expr", text);
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
