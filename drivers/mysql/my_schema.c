/* SPDX-License-Identifier: MIT
 *
 * All facts of the database, or those of some objects.
 */
#include "drivers/mysql/my_schema.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ER_WRONG_TABLE_NAME = 1103 };

/* --- records --------------------------------------------------------------------------------------- */
static uint64_t
hash_name(char space, dunlin_string name)
{
    return dn_kit_hash_word(DN_KIT_HASH_BASIS ^ (unsigned char)space, name);
}

static bool
same_record(const dn_mysql_schema *schema, const dn_mysql_record *record, char space,
            dunlin_string name)
{
    /* Names of routines are equal without regard to case everywhere. */
    return record->space == space &&
           (schema->folds || space != 't' ? dn_mysql_same_name(record->name, name)
                                          : dn_kit_equal(record->name, name));
}

static bool
grow(dn_mysql_schema *schema)
{
    size_t count = schema->bucket_count > 0 ? schema->bucket_count * 4 : 256;
    dn_mysql_record **buckets = calloc(count, sizeof(dn_mysql_record *));

    if (buckets == NULL)
        return false;
    free(schema->buckets);
    schema->buckets = buckets;
    schema->bucket_count = count;
    for (dn_mysql_record *record = schema->first; record != NULL; record = record->next) {
        size_t at = hash_name(record->space, record->name) % count;

        record->chain = buckets[at];
        buckets[at] = record;
    }
    return true;
}

static bool
is_excluded(const dn_mysql_schema *schema, dunlin_string name)
{
    for (uint64_t i = 0; i < schema->scope->exclusion_count; i++) {
        dunlin_string other = schema->scope->exclusions[i];

        if (schema->folds ? dn_mysql_same_name(other, name) : dn_kit_equal(other, name))
            return true;
    }
    return false;
}

dn_mysql_record *
dn_mysql_record_of(dn_mysql_schema *schema, char space, dunlin_string name, bool make)
{
    uint64_t hash = hash_name(space, name);
    dn_mysql_record *record =
        schema->bucket_count > 0 ? schema->buckets[hash % schema->bucket_count] : NULL;

    while (record != NULL && !same_record(schema, record, space, name))
        record = record->chain;
    if (record != NULL || !make)
        return record;
    if (schema->record_count >= schema->bucket_count && !grow(schema))
        return NULL;
    record = dn_kit_pool_take(&schema->pool, sizeof(*record));
    if (record == NULL)
        return NULL;
    record->space = space;
    record->name = dn_kit_pool_copy(&schema->pool, name);
    record->excluded = space == 't' && is_excluded(schema, name);
    record->chain = schema->buckets[hash % schema->bucket_count];
    schema->buckets[hash % schema->bucket_count] = record;
    if (schema->last != NULL)
        schema->last->next = record;
    else
        schema->first = record;
    schema->last = record;
    schema->record_count++;
    return record;
}

/* --- what is asked for ---------------------------------------------------------------------------------- */
static bool
is_relation(dunlin_string kind)
{
    return dn_kit_same(kind, DUNLIN_KIND_TABLE) || dn_kit_same(kind, DUNLIN_KIND_VIEW) ||
           dn_kit_same(kind, DUNLIN_KIND_SEQUENCE);
}

static char
space_of(dunlin_string kind)
{
    return dn_kit_same(kind, DUNLIN_KIND_FUNCTION)    ? 'F'
           : dn_kit_same(kind, DUNLIN_KIND_PROCEDURE) ? 'P'
                                                      : 't';
}

/* A unique index and a unique constraint are one thing here. A primary key has one name. */
static bool
is_meant(const dn_mysql_wish *wish, const char *kind, dunlin_string name)
{
    const dunlin_fact *key = wish->key;
    dunlin_string asked = wish->path[wish->path_count - 1];

    if (dn_kit_same(key->kind, DUNLIN_KIND_PRIMARY_KEY))
        return strcmp(kind, DUNLIN_KIND_PRIMARY_KEY) == 0;
    if (!dn_mysql_same_name(asked, name))
        return false;
    if (dn_kit_same(key->kind, kind))
        return true;
    return (dn_kit_same(key->kind, DUNLIN_KIND_INDEX) && strcmp(kind, DUNLIN_KIND_UNIQUE) == 0) ||
           (dn_kit_same(key->kind, DUNLIN_KIND_UNIQUE) && strcmp(kind, DUNLIN_KIND_INDEX) == 0);
}

static bool
meets(dn_mysql_wish *wishes, const char *kind, const dunlin_string *name)
{
    bool asked = false;

    for (dn_mysql_wish *wish = wishes; wish != NULL && name != NULL; wish = wish->next)
        if (is_meant(wish, kind, *name))
            asked = wish->met = true;
    return asked;
}

/* Before reading: those without a table must be known. */
static bool
note_wishes(dn_mysql_schema *schema)
{
    const dunlin_scope *scope = schema->scope;

    if (scope->key_count == 0)
        return true;
    schema->all = dn_kit_pool_take(&schema->pool, scope->key_count * sizeof(*schema->all));
    for (uint64_t i = 0; i < scope->key_count && schema->all != NULL; i++) {
        dn_mysql_wish *wish = &schema->all[i];

        wish->key = scope->keys[i];
        wish->path = wish->key->path;
        wish->path_count = wish->key->path_count;
        if (dn_mysql_key_is_qualified(wish->key)) {
            wish->path++;
            wish->path_count--;
        }
        if (wish->path[0].length > 0)
            continue;
        wish->next = schema->anywhere;
        schema->anywhere = wish;
    }
    return schema->all != NULL;
}

/* After it: each is put where its object is. */
static void
place_wishes(dn_mysql_schema *schema)
{
    for (uint64_t i = 0; i < schema->scope->key_count; i++) {
        dn_mysql_wish *wish = &schema->all[i];
        char space = space_of(wish->key->kind);
        dn_mysql_record *record = dn_mysql_record_of(schema, space, wish->path[0], false);

        if (wish->path[0].length == 0 || record == NULL || record->excluded)
            continue;
        if (space != 't' || is_relation(wish->key->kind)) {
            wish->met = record->whole = true;
        } else {
            wish->next = record->wishes;
            record->wishes = wish;
        }
    }
}

int32_t
dn_mysql_push(dn_mysql_schema *schema, dn_mysql_record *record, const char *kind,
              const dunlin_string *name, dn_mysql_list *list)
{
    const dunlin_call *call = schema->connection->call;
    dunlin_string path[2] = {record->name, name != NULL ? *name : dn_kit_string("")};
    dunlin_fact fact = {
        .size = sizeof(fact),
        .kind = dn_kit_string(kind),
        .path = path,
        .path_count = name != NULL ? 2 : 1,
        .properties = list->items,
        .property_count = list->count,
    };
    bool asked = schema->scope->key_count == 0 || record->whole;
    int32_t status = DUNLIN_OK;

    if (list->failed || schema->pool.failed)
        status = dn_kit_no_memory(call);
    if (schema->scope->key_count > 0) {
        asked |= meets(record->wishes, kind, name);
        if (strcmp(kind, DUNLIN_KIND_INDEX) == 0 || strcmp(kind, DUNLIN_KIND_UNIQUE) == 0 ||
            strcmp(kind, DUNLIN_KIND_TRIGGER) == 0)
            asked |= meets(schema->anywhere, kind, name);
    }
    if (status == DUNLIN_OK && asked)
        status = call->host->fact(call, &fact);
    dn_mysql_list_free(list);
    return status;
}

/* Without SELECT or the like, COLUMNS has none of a table that TABLES has: CREATE or ALTER on the
 * database show its name. */
static int32_t
push_unreadable(dn_mysql_schema *schema, const dn_mysql_record *record, const char *why)
{
    const dunlin_call *call = schema->connection->call;
    const dunlin_string path[] = {record->name};
    const dunlin_fact key = {.size = sizeof(key),
                             .kind = dn_kit_string(DUNLIN_KIND_TABLE),
                             .path = path,
                             .path_count = 1};

    return call->host->unreadable(call, &key, dn_kit_string(why));
}

static int32_t
push_record(dn_mysql_schema *schema, dn_mysql_record *record)
{
    const dn_mysql_row *table = record->parts[DN_MYSQL_TABLES].first;
    int32_t status;

    if (record->excluded)
        return DUNLIN_OK;
    if (record->space != 't')
        return record->parts[DN_MYSQL_ROUTINES].first != NULL
                   ? dn_mysql_push_routine(schema, record)
                   : DUNLIN_OK;
    if (table == NULL)
        return DUNLIN_OK;
    if (dn_kit_same(table->cells[1], "VIEW"))
        return dn_mysql_push_view(schema, record);
    if (dn_kit_same(table->cells[1], "SEQUENCE"))
        return dn_mysql_push_sequence(schema, record);
    if (!dn_kit_same(table->cells[1], "BASE TABLE") &&
        !dn_kit_same(table->cells[1], "SYSTEM VERSIONED"))
        return DUNLIN_OK;
    if (record->parts[DN_MYSQL_COLUMNS].first == NULL &&
        (record->whole || schema->scope->key_count == 0))
        return push_unreadable(schema, record, "the user may not see its columns");
    if (record->in_part)
        return push_unreadable(schema, record, "the user may see some of its columns alone");
    status = dn_mysql_push_table(schema, record);
    if (status == DUNLIN_OK)
        status = dn_mysql_push_keys(schema, record);
    if (status == DUNLIN_OK)
        status = dn_mysql_push_triggers(schema, record);
    return status;
}

/* A table that this account may not see looks like one that does not exist, but asking for it by
 * name tells them apart. Who may see any table of the database sees all: then asking once does. */
static int32_t
push_absent(dn_mysql_schema *schema, const dn_mysql_wish *wish)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    dunlin_connection *connection = schema->connection;
    const dunlin_call *call = connection->call;
    const char *cells[2];
    bool found;

    if (!is_relation(wish->key->kind) || schema->sees_all || wish->path_count != 1)
        return call->host->gone(call, wish->key);
    dn_kit_text_add(&sql, "SHOW CREATE TABLE ");
    dn_kit_text_quote(&sql, '`', schema->database);
    dn_kit_text_add(&sql, ".");
    dn_kit_text_quote(&sql, '`', wish->path[0]);
    if (sql.failed)
        return dn_kit_no_memory(call);
    if (!dn_mysql_try_first_row(connection, dn_kit_text_string(&sql), cells, 2, &found)) {
        unsigned error = mysql_errno(connection->mysql);

        if (dn_mysql_class(error) == DUNLIN_PERMISSION)
            return call->host->unreadable(call, wish->key,
                                          dn_kit_string(mysql_error(connection->mysql)));
        /* Nothing has a name that is too long for one. */
        if (dn_mysql_class(error) != DUNLIN_MISSING && error != ER_WRONG_TABLE_NAME)
            return dn_mysql_fail(connection, "reading the schema");
    }
    schema->sees_all = true;
    return call->host->gone(call, wish->key);
}

static int32_t
push_all(dn_mysql_schema *schema)
{
    int32_t status = schema->scope->key_count == 0 ? dn_mysql_push_hidden(schema) : DUNLIN_OK;

    place_wishes(schema);
    for (dn_mysql_record *record = schema->first; record != NULL && status == DUNLIN_OK;
         record = record->next)
        if (schema->scope->key_count == 0 || record->whole || record->wishes != NULL ||
            schema->anywhere != NULL)
            status = push_record(schema, record);
    if (status == DUNLIN_OK && (schema->connection->call->flags & DUNLIN_CALL_GRANTS))
        status = dn_mysql_push_grants(schema);
    if (status == DUNLIN_OK && (schema->connection->call->flags & DUNLIN_CALL_UNREAD))
        status = dn_mysql_warn_of_unread(schema);
    for (uint64_t i = 0; i < schema->scope->key_count && status == DUNLIN_OK; i++)
        if (!schema->all[i].met)
            status = push_absent(schema, &schema->all[i]);
    return status;
}

/* --- the session ------------------------------------------------------------------------------------------ */
/* What a SET of a migration, or the server's sql_mode, changes in printed expressions. Migrations that dunlin
 * writes keep a mode of their own in @dunlin_mode. */
static const char pin[] =
    "SET @dunlin_read_mode = @@SESSION.sql_mode, @dunlin_read_zone = @@SESSION.time_zone, "
    "@dunlin_read_set = @@SESSION.character_set_results, sql_mode = '', time_zone = '+00:00', "
    "character_set_results = utf8mb4";
static const char unpin[] = "SET sql_mode = @dunlin_read_mode, time_zone = @dunlin_read_zone, "
                            "character_set_results = @dunlin_read_set";

static bool
needs_pins(const dunlin_connection *connection)
{
    return connection->settings_touched ||
           dn_mysql_mode_has(connection->facts.sql_mode, "ANSI_QUOTES") ||
           dn_mysql_mode_has(connection->facts.sql_mode, "NO_BACKSLASH_ESCAPES") ||
           dn_mysql_mode_has(connection->facts.sql_mode, "NO_KEY_OPTIONS") ||
           dn_mysql_mode_has(connection->facts.sql_mode, "NO_FIELD_OPTIONS");
}

static int32_t
read_pinned(dn_mysql_schema *schema)
{
    dunlin_connection *connection = schema->connection;
    bool pinned = needs_pins(connection);
    int32_t status = DUNLIN_OK;

    if (pinned)
        status = dn_mysql_execute(connection, dn_kit_string(pin), NULL);
    if (status == DUNLIN_OK)
        status = dn_mysql_schema_read(schema);
    if (pinned && status == DUNLIN_OK)
        status = dn_mysql_execute(connection, dn_kit_string(unpin), NULL);
    return status;
}

int32_t
dn_mysql_schema_facts(dunlin_connection *connection, const dunlin_scope *scope)
{
    dn_mysql_schema schema = {
        .connection = connection,
        .scope = scope,
        .database = scope->namespace_count > 0 ? scope->namespaces[0]
                                               : dn_kit_string(connection->facts.database),
        .folds = strcmp(connection->facts.lower_case_table_names, "0") != 0,
    };
    int32_t status = DUNLIN_OK;

    if (!note_wishes(&schema))
        status = dn_kit_no_memory(connection->call);
    if (status == DUNLIN_OK)
        status = read_pinned(&schema);
    if (status == DUNLIN_OK)
        status = push_all(&schema);
    free(schema.buckets);
    dn_kit_pool_free(&schema.pool);
    return status;
}
