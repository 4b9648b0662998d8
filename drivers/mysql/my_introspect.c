/* SPDX-License-Identifier: MIT
 *
 * The names of the objects in the database, in one round trip; definitions are my_define.c's. information_schema is no set of
 * tables: a join of two of its views can take hours, and a filter on another column than these
 * reads every database of the server. A union of separate reads has neither trouble.
 */
#include "drivers/mysql/my_driver.h"

#include <string.h>
#include <strings.h>

/* The views' own collations differ and do not mix in a union. */
#define NAME(column) "CONVERT(" column " USING utf8mb4) COLLATE utf8mb4_bin"

/* '@' stands for the database's name. PRIMARY is the primary key, no index of its own. */
static const char objects_sql[] =
    "SELECT CASE table_type WHEN 'VIEW' THEN 'view' WHEN 'SEQUENCE' THEN 'sequence' "
    "ELSE 'table' END AS kind, " NAME("table_name") " AS owner, " NAME(
        "table_name") " AS name "
                      "FROM information_schema.tables WHERE table_schema = @ "
                      "AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', 'VIEW', 'SEQUENCE') "
                      "UNION ALL SELECT 'index', " NAME("table_name") ", " NAME(
                          "index_name") " "
                                        "FROM information_schema.statistics WHERE table_schema = @ AND seq_in_index = 1 "
                                        "AND index_name <> 'PRIMARY' "
                                        "UNION ALL SELECT 'trigger', " NAME("event_object_table") ", " NAME(
                                            "trigger_name") " "
                                                            "FROM information_schema.triggers WHERE event_object_schema = @ "
                                                            "UNION ALL SELECT LOWER(routine_type), " NAME(
                                                                "routine_name") ", " NAME("routine_name") " "
                                                                                                          "FROM information_schema.routines WHERE routine_schema = @ "
                                                                                                          "AND routine_type IN ('FUNCTION', 'PROCEDURE') "
                                                                                                          "ORDER BY 1, 2, 3";

typedef struct reading {
    const dunlin_call *call;
    const dunlin_scope *scope;
    bool folds;  /* names of tables are equal without regard to case */
    char *seen;  /* of the scope's keys */
    bool marked; /* a shadow: its mark is no object */
} reading;

/* Names of columns, indexes and routines always are. */
static bool
same_name(dunlin_string left, dunlin_string right, bool folds)
{
    if (!folds)
        return dn_kit_equal(left, right);
    return left.length == right.length &&
           (left.length == 0 || strncasecmp(left.data, right.data, left.length) == 0);
}

static bool
is_excluded(const reading *read, dunlin_string table)
{
    for (uint64_t i = 0; i < read->scope->exclusion_count; i++)
        if (same_name(read->scope->exclusions[i], table, read->folds))
            return true;
    return read->marked && dn_kit_same(table, DN_MYSQL_SHADOW_TABLE);
}

static bool
same_key(const reading *read, const dunlin_fact *left, const dunlin_fact *right)
{
    bool of_table = dn_kit_same(left->kind, DUNLIN_KIND_TABLE) ||
                    dn_kit_same(left->kind, DUNLIN_KIND_VIEW) ||
                    dn_kit_same(left->kind, DUNLIN_KIND_SEQUENCE);

    if (!dn_kit_equal(left->kind, right->kind) || left->path_count != right->path_count)
        return false;
    for (uint64_t i = 0; i < left->path_count; i++) {
        bool table = of_table || (left->path_count == 2 && i == 0);

        if (!same_name(left->path[i], right->path[i], read->folds || !table))
            return false;
    }
    return true;
}

/* Whether the scope asks for this object; notes which of its keys were seen. */
static bool
is_asked_for(const reading *read, const dunlin_fact *fact)
{
    for (uint64_t i = 0; i < read->scope->key_count; i++) {
        if (!same_key(read, read->scope->keys[i], fact))
            continue;
        read->seen[i] = 1;
        return true;
    }
    return read->scope->key_count == 0;
}

static int32_t
push_object(const reading *read, dunlin_string kind, dunlin_string owner, dunlin_string name)
{
    bool inside = dn_kit_same(kind, DUNLIN_KIND_INDEX) || dn_kit_same(kind, DUNLIN_KIND_TRIGGER);
    dunlin_string path[2] = {owner, name};
    dunlin_fact fact = {
        .size = sizeof(fact),
        .kind = kind,
        .path = path,
        .path_count = inside ? 2 : 1,
    };

    if (is_excluded(read, owner) || !is_asked_for(read, &fact))
        return DUNLIN_OK;
    return read->call->host->fact(read->call, &fact);
}

static int32_t
push_gone(const reading *read)
{
    for (uint64_t i = 0; i < read->scope->key_count; i++) {
        int32_t status =
            read->seen[i] ? DUNLIN_OK : read->call->host->gone(read->call, read->scope->keys[i]);

        if (status != DUNLIN_OK)
            return status;
    }
    return DUNLIN_OK;
}

static void
write_query(const dunlin_connection *connection, const dunlin_scope *scope, dn_kit_text *sql)
{
    dunlin_value database = {.type = DUNLIN_VALUE_TEXT,
                             .text = scope->namespace_count > 0
                                         ? scope->namespaces[0]
                                         : dn_kit_string(connection->facts.database)};
    const char *at = objects_sql;

    for (;;) {
        size_t length = strcspn(at, "@");

        dn_kit_text_add_string(sql, (dunlin_string){at, length});
        if (at[length] == '\0')
            return;
        dn_mysql_add_value(sql, &database);
        at += length + 1;
    }
}

/* Kept whole: a row callback may want to ask the same connection for more. */
static int32_t
push_result(dunlin_connection *connection, const reading *read)
{
    MYSQL_RES *result = mysql_store_result(connection->mysql);
    int32_t status = DUNLIN_OK;
    int64_t ignored;
    MYSQL_ROW row;

    if (result == NULL)
        return dn_mysql_fail(connection, "reading the names of the objects");
    if (mysql_next_result(connection->mysql) == 0)
        dn_mysql_drain(connection, &ignored);
    while (status == DUNLIN_OK && (row = mysql_fetch_row(result)) != NULL) {
        const unsigned long *lengths = mysql_fetch_lengths(result);

        status =
            push_object(read, (dunlin_string){row[0], lengths[0]},
                        (dunlin_string){row[1], lengths[1]}, (dunlin_string){row[2], lengths[2]});
    }
    mysql_free_result(result);
    return status == DUNLIN_OK ? push_gone(read) : status;
}

static int32_t
push_objects(dunlin_connection *connection, const dunlin_scope *scope)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    const dunlin_call *call = connection->call;
    reading read = {.call = call,
                    .scope = scope,
                    .folds = strcmp(connection->facts.lower_case_table_names, "0") != 0,
                    .seen = call->host->scratch(call, scope->key_count + 1),
                    .marked = connection->shadow != NULL};

    write_query(connection, scope, &sql);
    if (read.seen == NULL || sql.failed)
        return dn_kit_no_memory(call);
    if (!dn_mysql_send(connection, dn_kit_text_string(&sql)))
        return dn_mysql_fail(connection, "reading the names of the objects");
    return push_result(connection, &read);
}

/* Events, and what classify found written with another database's name before it, are told in the
 * server's own words. */
static bool
is_told_in_words(const dunlin_connection *connection, const dunlin_fact *key)
{
    return dn_kit_same(key->kind, DN_MYSQL_KIND_EVENT) ||
           (dn_mysql_key_is_qualified(key) &&
            !dn_kit_same(key->path[0], connection->facts.database));
}

static int32_t
push_facts(dunlin_connection *connection, const dunlin_scope *scope)
{
    const dunlin_call *call = connection->call;
    const dunlin_fact **words = call->host->scratch(call, (scope->key_count + 1) * sizeof(*words));
    const dunlin_fact **facts = call->host->scratch(call, (scope->key_count + 1) * sizeof(*facts));
    dunlin_scope of_words = *scope;
    dunlin_scope of_facts = *scope;
    int32_t status = DUNLIN_OK;

    if (words == NULL || facts == NULL)
        return dn_kit_no_memory(call);
    of_words.keys = words;
    of_facts.keys = facts;
    of_words.key_count = of_facts.key_count = 0;
    for (uint64_t i = 0; i < scope->key_count; i++)
        if (is_told_in_words(connection, scope->keys[i]))
            words[of_words.key_count++] = scope->keys[i];
        else
            facts[of_facts.key_count++] = scope->keys[i];
    if (of_words.key_count > 0)
        status = dn_mysql_definitions(connection, &of_words);
    if (status == DUNLIN_OK && (of_facts.key_count > 0 || scope->key_count == 0))
        status = dn_mysql_schema_facts(connection, &of_facts);
    return status;
}

int32_t
dn_mysql_introspect(const dunlin_call *call, dunlin_connection *connection,
                    const dunlin_scope *scope)
{
    const dunlin_call *outer;
    int32_t status;

    if (scope->namespace_count > 1)
        return dn_kit_fail(call, DUNLIN_UNSUPPORTED,
                           "the MySQL driver reads one database at a time");
    outer = dn_mysql_enter(call, connection);
    if (scope->depth == DUNLIN_SCOPE_OBJECTS)
        status = push_objects(connection, scope);
    else if (scope->depth == DUNLIN_SCOPE_TEXT)
        status = dn_mysql_definitions(connection, scope);
    else
        status = push_facts(connection, scope);
    dn_mysql_leave(connection, outer);
    return status;
}
