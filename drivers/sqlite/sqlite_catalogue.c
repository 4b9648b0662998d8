/* SPDX-License-Identifier: MIT */
#include "drivers/sqlite/sqlite_catalogue.h"

#include <string.h>
#include <strings.h>

#include "drivers/sqlite/sqlite_schema.h"

enum { TABLE_LIST_SINCE = 3037000 };

/* --- by name ---------------------------------------------------------------------------------------- */
static size_t
hash_name(dunlin_string name)
{
    uint64_t hash = dn_kit_hash_word(DN_KIT_HASH_BASIS, name);

    return (size_t)(hash ^ (hash >> 32));
}

dn_sqlite_object *
dn_sqlite_catalogue_find(const dn_sqlite_catalogue *catalogue, dunlin_string name)
{
    size_t at = catalogue->bucket_count > 0
                    ? catalogue->buckets[hash_name(name) % catalogue->bucket_count]
                    : 0;

    while (at > 0 && !dn_sqlite_same_name(catalogue->objects[at - 1].name, name))
        at = catalogue->objects[at - 1].next_same;
    return at > 0 ? &catalogue->objects[at - 1] : NULL;
}

bool
dn_sqlite_is_relation(const dn_sqlite_object *object)
{
    return (object->type == 't' || object->type == 'v') && !object->hidden;
}

static void
put_in_bucket(dn_sqlite_catalogue *catalogue, size_t index)
{
    dn_sqlite_object *relation = &catalogue->objects[index];
    size_t *bucket;

    if (relation->type != 't' && relation->type != 'v')
        return;
    bucket = &catalogue->buckets[hash_name(relation->name) % catalogue->bucket_count];
    relation->next_same = *bucket;
    *bucket = index + 1;
}

/* Objects from `first` on are new. */
static void
fill_buckets(dn_sqlite_catalogue *catalogue, size_t first)
{
    if (catalogue->count >= catalogue->bucket_count) {
        size_t wanted = catalogue->count * 2 + 1;

        first = 0;
        catalogue->bucket_count = 0;
        catalogue->buckets =
            dn_kit_pool_take(&catalogue->names, wanted * sizeof(*catalogue->buckets));
        if (catalogue->buckets == NULL)
            return;
        catalogue->bucket_count = wanted;
    }
    for (size_t i = first; i < catalogue->count; i++)
        put_in_bucket(catalogue, i);
}

static void
link_members(dn_sqlite_catalogue *catalogue, size_t first)
{
    for (size_t i = first; i < catalogue->count; i++) {
        dn_sqlite_object *member = &catalogue->objects[i];
        dn_sqlite_object *relation = NULL;

        if (member->type == 'i' || member->type == 'x')
            relation = dn_sqlite_catalogue_find(catalogue, member->table);
        if (relation == NULL)
            continue;
        member->table = relation->name;
        if (relation->last_member > 0)
            catalogue->objects[relation->last_member - 1].next_member = i + 1;
        else
            relation->next_member = i + 1;
        relation->last_member = i + 1;
    }
}

/* --- reading ---------------------------------------------------------------------------------------- */
dunlin_string
dn_sqlite_copy_column(dn_kit_pool *pool, sqlite3_stmt *handle, int column)
{
    const char *text = (const char *)sqlite3_column_text(handle, column);

    return dn_kit_pool_copy(
        pool,
        (dunlin_string){text, text != NULL ? (uint64_t)sqlite3_column_bytes(handle, column) : 0});
}

/* A view on whatever has those names now; a table through the keys of its parents. */
static bool
may_refer(const dn_sqlite_object *object)
{
    return object->type == 'v' ||
           (object->type == 't' && strcasestr(object->sql.data, "REFERENCES") != NULL);
}

/* SQLite's words for them are dunlin's. */
static const struct {
    char type;
    const char *kind;
} types[] = {{'t', DUNLIN_KIND_TABLE},
             {'v', DUNLIN_KIND_VIEW},
             {'i', DUNLIN_KIND_INDEX},
             {'x', DUNLIN_KIND_TRIGGER}};

const char *
dn_sqlite_kind(const dn_sqlite_object *object)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (types[i].type == object->type)
            return types[i].kind;
    return NULL;
}

/* NULL: no memory. */
static dn_sqlite_object *
add_object(dn_sqlite_catalogue *catalogue, dunlin_string type)
{
    dn_sqlite_object *next =
        dn_kit_pool_grow(&catalogue->names, catalogue->objects, catalogue->count,
                         &catalogue->capacity, sizeof(*next));

    if (next == NULL)
        return NULL;
    catalogue->objects = next;
    next += catalogue->count++;
    memset(next, 0, sizeof(*next));
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (dn_kit_same(type, types[i].kind))
            next->type = types[i].type;
    return next;
}

/* type, name, tbl_name, rowid, rootpage, sql */
static bool
keep_object(dn_sqlite_catalogue *catalogue, sqlite3_stmt *handle, bool texts)
{
    const char *type = (const char *)sqlite3_column_text(handle, 0);
    const char *name = (const char *)sqlite3_column_text(handle, 1);
    bool own = name != NULL && strncasecmp(name, "sqlite_", 7) == 0;
    dn_sqlite_object *next;

    if (own && !texts)
        return true;
    next = type != NULL ? add_object(catalogue, dn_kit_string(own ? "" : type)) : NULL;
    if (next == NULL)
        return false;
    next->name = dn_sqlite_copy_column(&catalogue->names, handle, 1);
    next->table = dn_sqlite_copy_column(&catalogue->names, handle, 2);
    next->rowid = sqlite3_column_int64(handle, 3);
    next->is_virtual = next->type == 't' && sqlite3_column_int64(handle, 4) == 0;
    catalogue->has_virtual = catalogue->has_virtual || next->is_virtual;
    if (texts) {
        next->sql = dn_sqlite_copy_column(&catalogue->names, handle, 5);
        next->refers = may_refer(next);
    }
    return !catalogue->names.failed;
}

static int64_t
last_rowid(const dn_sqlite_catalogue *catalogue)
{
    return catalogue->count > 0 ? catalogue->objects[catalogue->count - 1].rowid : 0;
}

int32_t
dn_sqlite_catalogue_read(const dunlin_call *call, dunlin_connection *connection, bool texts,
                         dn_sqlite_catalogue *catalogue)
{
    /* Automatic indexes have no text. */
    const char *sql = texts ? "SELECT type, name, tbl_name, rowid, rootpage, sql "
                              "FROM main.sqlite_master WHERE rowid > ?1 AND sql IS NOT NULL"
                            : "SELECT type, name, tbl_name, rowid, rootpage "
                              "FROM main.sqlite_master WHERE rowid > ?1";
    size_t first = catalogue->count;
    sqlite3_stmt *handle = NULL;
    int code;

    if (sqlite3_prepare_v2(connection->db, sql, -1, &handle, NULL) != SQLITE_OK)
        return dn_sqlite_fail(connection, "reading the schema");
    sqlite3_bind_int64(handle, 1, last_rowid(catalogue));
    while ((code = sqlite3_step(handle)) == SQLITE_ROW)
        if (!keep_object(catalogue, handle, texts)) {
            sqlite3_finalize(handle);
            return dn_kit_no_memory(call);
        }
    sqlite3_finalize(handle);
    if (code != SQLITE_DONE)
        return dn_sqlite_fail(connection, "reading the schema");
    fill_buckets(catalogue, first);
    link_members(catalogue, first);
    return catalogue->names.failed ? dn_kit_no_memory(call) : DUNLIN_OK;
}

int32_t
dn_sqlite_catalogue_remember(const dunlin_call *call, const dunlin_scope *scope,
                             dn_sqlite_catalogue *catalogue)
{
    for (uint64_t i = 0; i < scope->text_count; i++) {
        const dunlin_fact *fact = scope->texts[i];
        dn_sqlite_object *next = add_object(catalogue, fact->kind);

        if (next == NULL)
            return dn_kit_no_memory(call);
        if (next->type == 0 || fact->path_count == 0 || fact->property_count != 1)
            return dn_kit_fail(call, DUNLIN_USAGE, "a text of the kind '%.*s' that nobody told",
                               (int)fact->kind.length, fact->kind.data);
        next->rowid = (int64_t)i + 1;
        next->table = dn_kit_pool_copy(&catalogue->names, fact->path[0]);
        next->name = dn_kit_pool_copy(&catalogue->names, fact->path[fact->path_count - 1]);
        next->sql = dn_kit_pool_copy(&catalogue->names, fact->properties[0].text);
        next->refers = !catalogue->names.failed && may_refer(next);
    }
    fill_buckets(catalogue, 0);
    link_members(catalogue, 0);
    return catalogue->names.failed ? dn_kit_no_memory(call) : DUNLIN_OK;
}

/* Rows are compared where they lie: nothing is copied. */
static bool
is_same_row(const dn_sqlite_object *object, sqlite3_stmt *handle)
{
    const unsigned char *sql = sqlite3_column_text(handle, 1);

    return sql != NULL && object->rowid == sqlite3_column_int64(handle, 0) &&
           object->sql.length == (uint64_t)sqlite3_column_bytes(handle, 1) &&
           memcmp(object->sql.data, sql, object->sql.length) == 0;
}

int32_t
dn_sqlite_catalogue_holds(dunlin_connection *connection, const dn_sqlite_catalogue *catalogue,
                          bool *holds)
{
    sqlite3_stmt *handle = NULL;
    int code = SQLITE_ROW;
    size_t same = 0;

    *holds = false;
    if (sqlite3_prepare_v2(connection->db,
                           "SELECT rowid, sql FROM main.sqlite_master "
                           "WHERE rowid <= ?1 AND sql IS NOT NULL",
                           -1, &handle, NULL) != SQLITE_OK)
        return dn_sqlite_fail(connection, "reading the schema");
    sqlite3_bind_int64(handle, 1, last_rowid(catalogue));
    while (same < catalogue->count && (code = sqlite3_step(handle)) == SQLITE_ROW &&
           is_same_row(&catalogue->objects[same], handle))
        same++;
    sqlite3_finalize(handle);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return dn_sqlite_fail(connection, "reading the schema");
    *holds = same == catalogue->count;
    return DUNLIN_OK;
}

/* --- hiding ----------------------------------------------------------------------------------------- */
static void
hide(dn_sqlite_catalogue *catalogue, dunlin_string name)
{
    dn_sqlite_object *relation = dn_sqlite_catalogue_find(catalogue, name);

    if (relation != NULL)
        relation->hidden = true;
}

int32_t
dn_sqlite_catalogue_hide(dunlin_connection *connection, const dunlin_scope *scope,
                         dn_sqlite_catalogue *catalogue)
{
    sqlite3_stmt *handle = NULL;

    for (uint64_t i = 0; i < scope->exclusion_count; i++)
        hide(catalogue, scope->exclusions[i]);
    if (!catalogue->has_virtual || sqlite3_libversion_number() < TABLE_LIST_SINCE)
        return DUNLIN_OK;
    if (sqlite3_prepare_v2(connection->db,
                           "SELECT name FROM pragma_table_list "
                           "WHERE schema = 'main' AND type = 'shadow'",
                           -1, &handle, NULL) != SQLITE_OK)
        return dn_sqlite_fail(connection, "reading the schema");
    while (sqlite3_step(handle) == SQLITE_ROW)
        hide(catalogue, dn_kit_string((const char *)sqlite3_column_text(handle, 0)));
    sqlite3_finalize(handle);
    return DUNLIN_OK;
}

void
dn_sqlite_catalogue_free(dn_sqlite_catalogue *catalogue)
{
    dn_kit_pool_free(&catalogue->names);
    *catalogue = (dn_sqlite_catalogue){.objects = NULL};
}
