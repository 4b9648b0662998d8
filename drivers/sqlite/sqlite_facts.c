/* SPDX-License-Identifier: MIT
 *
 * introspect() with DUNLIN_SCOPE_FACTS. One query reads sqlite_master, whole or without the
 * texts, which then come by rowid for the objects that were asked for.
 */
#include "drivers/sqlite/sqlite_facts.h"

#include <string.h>
#include <strings.h>

#include "drivers/sqlite/sqlite_schema.h"
#include "drivers/sqlite/sqlite_since.h"

typedef struct object {
    dunlin_string name;
    dunlin_string table; /* of an index or trigger */
    dunlin_string sql;   /* data NULL: not read yet */
    int64_t rowid;
    char type; /* 't'able, 'v'iew, 'i'ndex, 'x' trigger */
    bool is_virtual;
    bool hidden; /* excluded, or where a virtual table keeps its data */
    bool pushed;
    size_t next_member; /* of the same table, counted from 1 */
    size_t next_same;   /* of the same hash, counted from 1 */
} object;

typedef struct reading {
    const dunlin_call *call;
    dunlin_connection *connection;
    const dunlin_scope *scope;
    dn_kit_pool names; /* for the whole call */
    dn_kit_pool work;  /* of one object */
    object *objects;
    size_t count;
    size_t capacity;
    size_t *buckets; /* tables and views by name: an object, counted from 1 */
    size_t bucket_count;
    sqlite3_stmt *text; /* reads one sql */
    bool has_virtual;
} reading;

/* --- reading the names ---------------------------------------------------------------------------- */
static size_t
hash_name(dunlin_string name)
{
    uint64_t hash = 14695981039346656037u;

    for (uint64_t i = 0; i < name.length; i++) {
        unsigned char byte = (unsigned char)name.data[i];

        if (byte >= 'A' && byte <= 'Z')
            byte = (unsigned char)(byte - 'A' + 'a');
        hash = (hash ^ byte) * 1099511628211u;
    }
    return (size_t)(hash ^ (hash >> 32));
}

static object *
find_relation(const reading *work, dunlin_string name)
{
    size_t at = work->bucket_count > 0 ? work->buckets[hash_name(name) % work->bucket_count] : 0;

    while (at > 0 && !dn_sqlite_same_name(work->objects[at - 1].name, name))
        at = work->objects[at - 1].next_same;
    return at > 0 ? &work->objects[at - 1] : NULL;
}

static dunlin_string
copy_column(dn_kit_pool *pool, sqlite3_stmt *handle, int column)
{
    const char *text = (const char *)sqlite3_column_text(handle, column);

    return dn_kit_pool_copy(
        pool,
        (dunlin_string){text, text != NULL ? (uint64_t)sqlite3_column_bytes(handle, column) : 0});
}

/* type, name, tbl_name, rowid, rootpage, sql */
static bool
keep_object(reading *work, sqlite3_stmt *handle)
{
    static const char types[][2][8] = {
        {"table", "t"}, {"view", "v"}, {"index", "i"}, {"trigger", "x"}};
    const char *type = (const char *)sqlite3_column_text(handle, 0);
    const char *name = (const char *)sqlite3_column_text(handle, 1);
    object *next;

    if (name != NULL && strncasecmp(name, "sqlite_", 7) == 0)
        return true; /* the library's own */
    next =
        dn_kit_pool_grow(&work->names, work->objects, work->count, &work->capacity, sizeof(*next));

    if (next == NULL || type == NULL)
        return false;
    work->objects = next;
    next += work->count++;
    memset(next, 0, sizeof(*next));
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i][0], type) == 0)
            next->type = types[i][1][0];
    next->name = copy_column(&work->names, handle, 1);
    next->table = copy_column(&work->names, handle, 2);
    next->rowid = sqlite3_column_int64(handle, 3);
    next->is_virtual = next->type == 't' && sqlite3_column_int64(handle, 4) == 0;
    work->has_virtual = work->has_virtual || next->is_virtual;
    if (sqlite3_column_count(handle) > 5)
        next->sql = copy_column(&work->names, handle, 5);
    return !work->names.failed;
}

static int32_t
read_objects(reading *work)
{
    const char *sql = work->scope->key_count > 0
                          ? "SELECT type, name, tbl_name, rowid, rootpage FROM main.sqlite_master"
                          : "SELECT type, name, tbl_name, rowid, rootpage, sql "
                            "FROM main.sqlite_master";
    sqlite3_stmt *handle = NULL;
    int code;

    if (sqlite3_prepare_v2(work->connection->db, sql, -1, &handle, NULL) != SQLITE_OK)
        return dn_sqlite_fail(work->connection, "reading the schema");
    while ((code = sqlite3_step(handle)) == SQLITE_ROW)
        if (!keep_object(work, handle)) {
            sqlite3_finalize(handle);
            return dn_kit_no_memory(work->call);
        }
    sqlite3_finalize(handle);
    return code == SQLITE_DONE ? DUNLIN_OK : dn_sqlite_fail(work->connection, "reading the schema");
}

static void
fill_buckets(reading *work)
{
    work->bucket_count = work->count * 2 + 1;
    work->buckets = dn_kit_pool_take(&work->names, work->bucket_count * sizeof(*work->buckets));
    if (work->buckets == NULL) {
        work->bucket_count = 0;
        return;
    }
    for (size_t i = 0; i < work->count; i++) {
        object *relation = &work->objects[i];
        size_t *bucket = &work->buckets[hash_name(relation->name) % work->bucket_count];

        if (relation->type != 't' && relation->type != 'v')
            continue;
        relation->next_same = *bucket;
        *bucket = i + 1;
    }
    for (size_t i = work->count; i-- > 0;) {
        object *member = &work->objects[i];
        object *relation = NULL;

        if (member->type == 'i' || member->type == 'x')
            relation = find_relation(work, member->table);
        if (relation == NULL)
            continue;
        member->next_member = relation->next_member;
        member->table = relation->name;
        relation->next_member = i + 1;
    }
}

static void
hide(reading *work, dunlin_string name)
{
    object *relation = find_relation(work, name);

    if (relation != NULL)
        relation->hidden = true;
}

/* Excluded tables, and those in which a virtual table keeps its data (told since 3.37). */
static int32_t
hide_objects(reading *work)
{
    sqlite3_stmt *handle = NULL;

    for (uint64_t i = 0; i < work->scope->exclusion_count; i++)
        hide(work, work->scope->exclusions[i]);
    if (!work->has_virtual || sqlite3_libversion_number() < 3037000)
        return DUNLIN_OK;
    if (sqlite3_prepare_v2(work->connection->db,
                           "SELECT name FROM pragma_table_list "
                           "WHERE schema = 'main' AND type = 'shadow'",
                           -1, &handle, NULL) != SQLITE_OK)
        return dn_sqlite_fail(work->connection, "reading the schema");
    while (sqlite3_step(handle) == SQLITE_ROW)
        hide(work, dn_kit_string((const char *)sqlite3_column_text(handle, 0)));
    sqlite3_finalize(handle);
    return DUNLIN_OK;
}

/* --- one object -------------------------------------------------------------------------------------- */
static int32_t
read_text(reading *work, object *wanted)
{
    int code;

    if (wanted->sql.data != NULL)
        return DUNLIN_OK;
    if (work->text == NULL &&
        sqlite3_prepare_v2(work->connection->db,
                           "SELECT sql FROM main.sqlite_master WHERE rowid = ?1", -1, &work->text,
                           NULL) != SQLITE_OK)
        return dn_sqlite_fail(work->connection, "reading the schema");
    sqlite3_bind_int64(work->text, 1, wanted->rowid);
    code = sqlite3_step(work->text);
    wanted->sql = code == SQLITE_ROW ? copy_column(&work->names, work->text, 0) : dn_kit_string("");
    sqlite3_reset(work->text);
    return work->names.failed ? dn_kit_no_memory(work->call) : DUNLIN_OK;
}

static int32_t
push(reading *work, const char *kind, dunlin_string table, dunlin_string name, dn_kit_set set)
{
    dunlin_string path[2] = {table, name};
    bool is_member = table.length > 0;
    dunlin_fact fact = {
        .size = sizeof(fact),
        .kind = dn_kit_string(kind),
        .path = is_member ? path : &path[1],
        .path_count = is_member ? 2 : 1,
        .properties = set.list,
        .property_count = set.count,
    };

    if (work->work.failed)
        return dn_kit_no_memory(work->call);
    return work->call->host->fact(work->call, &fact);
}

static int32_t
tell_unreadable(reading *work, const char *kind, dunlin_string table, dunlin_string name)
{
    dunlin_string path[2] = {table, name};
    bool is_member = table.length > 0;
    dunlin_fact key = {
        .size = sizeof(key),
        .kind = dn_kit_string(kind),
        .path = is_member ? path : &path[1],
        .path_count = is_member ? 2 : 1,
    };

    if (work->work.failed || work->names.failed)
        return dn_kit_no_memory(work->call);
    return work->call->host->unreadable(work->call, &key,
                                        dn_kit_string("its CREATE statement is not understood"));
}

static bool
is_known(dunlin_string *name, void *context)
{
    const reading *work = context;
    const object *relation = find_relation(work, *name);

    if (relation != NULL)
        *name = relation->name;
    return relation != NULL;
}

static int32_t
push_view(reading *work, object *view)
{
    dn_kit_properties set = {.pool = &work->work};
    int32_t status = read_text(work, view);

    if (status != DUNLIN_OK)
        return status;
    if (!dn_sqlite_read_view(&set, view->sql, is_known, work))
        return tell_unreadable(work, DUNLIN_KIND_VIEW, dn_kit_string(NULL), view->name);
    return push(work, DUNLIN_KIND_VIEW, dn_kit_string(NULL), view->name, dn_kit_set_of(&set));
}

/* --- tables ------------------------------------------------------------------------------------------ */
/* A foreign key that names no columns means the primary key of its parent. */
static int32_t
complete_key(reading *work, dn_sqlite_member *key)
{
    dn_kit_set set = dn_kit_set_of(&key->set);
    const dunlin_property *ref = dn_kit_set_find(set, "ref");
    dn_sqlite_table parent = {.pool = &work->work};
    const dn_sqlite_member *parent_key;
    object *relation;
    int32_t status;

    if (ref == NULL || ref[1].type != DUNLIN_PROPERTY_IDENTIFIER)
        return DUNLIN_OK;
    relation = find_relation(work, ref[1].text);
    if (relation == NULL || relation->type != 't')
        return DUNLIN_OK;
    key->set.list[ref + 1 - set.list].text = relation->name;
    if (dn_kit_set_find(set, "ref_columns") != NULL || relation->is_virtual)
        return DUNLIN_OK;
    status = read_text(work, relation);
    if (status != DUNLIN_OK || !dn_sqlite_read_table(&parent, relation->sql))
        return status;
    parent_key = dn_sqlite_table_key(&parent);
    if (parent_key == NULL)
        return DUNLIN_OK;
    set = dn_kit_set_list(dn_kit_set_of(&parent_key->set), "columns");
    dn_kit_properties_begin(&key->set, "ref_columns", DUNLIN_PROPERTY_LIST_BEGIN);
    for (uint64_t i = 0; i < set.count; i++)
        dn_kit_properties_add(&key->set, "", DUNLIN_PROPERTY_IDENTIFIER, set.list[i].text);
    dn_kit_properties_end(&key->set);
    return DUNLIN_OK;
}

/* The columns of a virtual table are known to its module alone. */
static int32_t
read_virtual_columns(reading *work, dn_sqlite_table *table)
{
    sqlite3_stmt *handle = NULL;

    if (sqlite3_prepare_v2(work->connection->db,
                           "SELECT name, upper(type) FROM pragma_table_xinfo(?1, 'main') "
                           "WHERE hidden <> 1",
                           -1, &handle, NULL) != SQLITE_OK)
        return dn_sqlite_fail(work->connection, "reading the schema");
    sqlite3_bind_text(handle, 1, table->name.data, (int)table->name.length, SQLITE_STATIC);
    while (sqlite3_step(handle) == SQLITE_ROW) { /* no such module: no columns */
        dn_sqlite_member *column =
            dn_sqlite_member_add(table, DUNLIN_KIND_COLUMN, copy_column(&work->work, handle, 0));
        dunlin_string type = copy_column(&work->work, handle, 1);

        if (column != NULL && type.length > 0)
            dn_kit_properties_add(&column->set, "type", DUNLIN_PROPERTY_TEXT, type);
    }
    sqlite3_finalize(handle);
    return DUNLIN_OK;
}

static int32_t
add_members(reading *work, object *relation, dn_sqlite_table *table)
{
    dn_sqlite_names names = dn_sqlite_table_names(table);

    for (size_t at = relation->next_member; at > 0; at = work->objects[at - 1].next_member) {
        object *member = &work->objects[at - 1];
        const char *kind = member->type == 'i' ? DUNLIN_KIND_INDEX : DUNLIN_KIND_TRIGGER;
        dn_sqlite_member *added;
        int32_t status = read_text(work, member);

        if (status != DUNLIN_OK)
            return status;
        added = dn_sqlite_member_add(table, kind, member->name);
        if (added == NULL)
            return dn_kit_no_memory(work->call);
        if (!(member->type == 'i' ? dn_sqlite_read_index(added, member->sql, &names)
                                  : dn_sqlite_read_trigger(&added->set, member->sql))) {
            added->gone = true;
            status = tell_unreadable(work, kind, table->name, member->name);
        }
        if (status != DUNLIN_OK)
            return status;
    }
    return DUNLIN_OK;
}

/* STOP: it could not be understood, which was told. */
static int32_t
read_table(reading *work, object *relation, dn_sqlite_table *table)
{
    int32_t status = read_text(work, relation);

    *table = (dn_sqlite_table){.pool = &work->work};
    if (status != DUNLIN_OK)
        return status;
    if (relation->type != 't' || !dn_sqlite_read_table(table, relation->sql)) {
        if (relation->type == 't')
            status = tell_unreadable(work, DUNLIN_KIND_TABLE, dn_kit_string(NULL), relation->name);
        return status == DUNLIN_OK ? DUNLIN_STOP : status;
    }
    table->name = relation->name;
    if (relation->is_virtual)
        status = read_virtual_columns(work, table);
    for (size_t i = 0; i < table->count && status == DUNLIN_OK; i++)
        if (strcmp(table->members[i].kind, DUNLIN_KIND_FOREIGN_KEY) == 0)
            status = complete_key(work, &table->members[i]);
    dn_sqlite_name_members(table);
    return status == DUNLIN_OK ? add_members(work, relation, table) : status;
}

static int32_t
push_table_fact(reading *work, const dn_sqlite_table *table)
{
    dn_kit_properties set = table->set;

    dn_kit_properties_begin(&set, "order", DUNLIN_PROPERTY_LIST_BEGIN);
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->members[i].kind, DUNLIN_KIND_COLUMN) == 0)
            dn_kit_properties_add(&set, "", DUNLIN_PROPERTY_IDENTIFIER, table->members[i].name);
    dn_kit_properties_end(&set);
    return push(work, DUNLIN_KIND_TABLE, dn_kit_string(NULL), table->name, dn_kit_set_of(&set));
}

static int32_t
push_table(reading *work, object *relation)
{
    dn_sqlite_table table;
    int32_t status = read_table(work, relation, &table);

    if (status != DUNLIN_OK)
        return status == DUNLIN_STOP ? DUNLIN_OK : status;
    status = push_table_fact(work, &table);
    for (size_t i = 0; i < table.count && status == DUNLIN_OK; i++)
        if (!table.members[i].gone)
            status = push(work, table.members[i].kind, table.name, table.members[i].name,
                          dn_kit_set_of(&table.members[i].set));
    return status;
}

static int32_t
push_relation(reading *work, object *relation)
{
    int32_t status = DUNLIN_OK;

    if (relation->hidden || relation->pushed)
        return DUNLIN_OK;
    relation->pushed = true;
    status = relation->type == 'v' ? push_view(work, relation) : push_table(work, relation);
    dn_kit_pool_clear(&work->work);
    return status;
}

/* Triggers on a view stand there without a table of theirs. */
static int32_t
push_view_triggers(reading *work, object *view)
{
    dn_sqlite_table nothing = {.pool = &work->work, .name = view->name};
    int32_t status = add_members(work, view, &nothing);

    for (size_t i = 0; i < nothing.count && status == DUNLIN_OK; i++)
        if (!nothing.members[i].gone)
            status = push(work, nothing.members[i].kind, view->name, nothing.members[i].name,
                          dn_kit_set_of(&nothing.members[i].set));
    dn_kit_pool_clear(&work->work);
    return status;
}

static int32_t
push_all_of(reading *work, object *relation)
{
    bool is_new = !relation->pushed && !relation->hidden;
    int32_t status = push_relation(work, relation);

    if (status == DUNLIN_OK && is_new && relation->type == 'v' && relation->next_member > 0)
        status = push_view_triggers(work, relation);
    return status;
}

/* --- keys ---------------------------------------------------------------------------------------------- */
static bool
is_member_kind(dunlin_string kind)
{
    static const char *const kinds[] = {
        DUNLIN_KIND_COLUMN,      DUNLIN_KIND_PRIMARY_KEY, DUNLIN_KIND_UNIQUE, DUNLIN_KIND_CHECK,
        DUNLIN_KIND_FOREIGN_KEY, DUNLIN_KIND_INDEX,       DUNLIN_KIND_TRIGGER};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (dn_kit_same(kind, kinds[i]))
            return true;
    return false;
}

/* The table of an index or trigger that is asked for by its own name alone. */
static object *
find_home(const reading *work, const dunlin_fact *key)
{
    char type = dn_kit_same(key->kind, DUNLIN_KIND_INDEX) ? 'i' : 'x';

    if (key->path[0].length > 0)
        return find_relation(work, key->path[0]);
    for (size_t i = 0; i < work->count; i++)
        if (work->objects[i].type == type &&
            dn_sqlite_same_name(work->objects[i].name, key->path[key->path_count - 1]))
            return find_relation(work, work->objects[i].table);
    return NULL;
}

static const dn_sqlite_member *
find_wanted(const dn_sqlite_table *table, const dunlin_fact *key)
{
    for (size_t i = 0; i < table->count; i++) {
        const dn_sqlite_member *member = &table->members[i];

        if (!member->gone && dn_kit_same(key->kind, member->kind) &&
            (dn_kit_same(key->kind, DUNLIN_KIND_PRIMARY_KEY) ||
             dn_sqlite_same_name(member->name, key->path[key->path_count - 1])))
            return member;
    }
    return NULL;
}

static int32_t
push_member(reading *work, const dunlin_fact *key)
{
    object *home = find_home(work, key);
    const dn_sqlite_member *member = NULL;
    dn_sqlite_table table = {.pool = &work->work};
    int32_t status = DUNLIN_STOP;

    if (home != NULL && !home->hidden && home->type == 't')
        status = read_table(work, home, &table);
    else if (home != NULL && !home->hidden)
        status = add_members(work, home, &table);
    if (status == DUNLIN_OK)
        member = find_wanted(&table, key);
    if (status == DUNLIN_OK || status == DUNLIN_STOP)
        status = DUNLIN_OK;
    if (status == DUNLIN_OK && member == NULL)
        status = work->call->host->gone(work->call, key);
    else if (status == DUNLIN_OK && !home->pushed)
        status = push(work, member->kind, home->name, member->name, dn_kit_set_of(&member->set));
    dn_kit_pool_clear(&work->work);
    return status;
}

static int32_t
push_keys(reading *work)
{
    const dunlin_scope *scope = work->scope;
    int32_t status = DUNLIN_OK;

    for (uint64_t i = 0; i < scope->key_count && status == DUNLIN_OK; i++) {
        const dunlin_fact *key = scope->keys[i];
        object *relation = NULL;

        if (is_member_kind(key->kind) && key->path_count > 1)
            continue;
        if (key->path_count > 0 &&
            (dn_kit_same(key->kind, DUNLIN_KIND_TABLE) || dn_kit_same(key->kind, DUNLIN_KIND_VIEW)))
            relation = find_relation(work, key->path[key->path_count - 1]);
        if (relation != NULL && dn_kit_same(key->kind, DUNLIN_KIND_VIEW) && relation->type != 'v')
            relation = NULL;
        status = relation != NULL && !relation->hidden ? push_all_of(work, relation)
                                                       : work->call->host->gone(work->call, key);
    }
    for (uint64_t i = 0; i < scope->key_count && status == DUNLIN_OK; i++)
        if (is_member_kind(scope->keys[i]->kind) && scope->keys[i]->path_count > 1)
            status = push_member(work, scope->keys[i]);
    return status;
}

/* --- since ---------------------------------------------------------------------------------------------- */
/* All texts are hashed at each reading, so eight bytes at a time. Multiplying carries upwards alone:
 * the shift brings it back (as in splitmix64, https://prng.di.unimi.it/splitmix64.c). */
static uint64_t
mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0xbf58476d1ce4e5b9u;
    return hash ^ (hash >> 29);
}

static uint64_t
add_hash(uint64_t hash, dunlin_string text)
{
    const char *at = text.data;
    uint64_t left = text.length;

    for (; left >= sizeof(uint64_t); at += sizeof(uint64_t), left -= sizeof(uint64_t)) {
        uint64_t word;

        memcpy(&word, at, sizeof(word));
        hash = mix(hash, word);
    }
    for (; left > 0; left--)
        hash = mix(hash, (unsigned char)*at++);
    return mix(hash, text.length);
}

static uint64_t
hash_relation(const reading *work, const object *relation)
{
    uint64_t hash = add_hash(add_hash(14695981039346656037u, relation->name), relation->sql);

    for (size_t at = relation->next_member; at > 0; at = work->objects[at - 1].next_member)
        hash = add_hash(add_hash(hash, work->objects[at - 1].name), work->objects[at - 1].sql);
    return hash;
}

static bool
is_relation(const object *one)
{
    return (one->type == 't' || one->type == 'v') && !one->hidden;
}

static int32_t
push_since(reading *work)
{
    const dunlin_call *call = work->call;
    dunlin_connection *connection = work->connection;
    dn_sqlite_relation *relations =
        call->host->scratch(call, (work->count + 1) * sizeof(*relations));
    bool known = dn_sqlite_since_knows(connection, work->scope->since);
    int32_t status = DUNLIN_OK;
    size_t count = 0;

    if (relations == NULL)
        return dn_kit_no_memory(call);
    for (size_t i = 0; i < work->count; i++) {
        const object *one = &work->objects[i];

        if (is_relation(one))
            relations[count++] = (dn_sqlite_relation){
                one->name, one->sql, hash_relation(work, one), one->type == 'v', true, true};
    }
    if (known)
        status = dn_sqlite_since_compare(call, connection, relations, count);
    for (size_t i = 0, at = 0; i < work->count && status == DUNLIN_OK; i++)
        if (is_relation(&work->objects[i]) && relations[at++].changed)
            status = push_all_of(work, &work->objects[i]);
    return status == DUNLIN_OK ? dn_sqlite_since_keep(call, connection, relations, count) : status;
}

int32_t
dn_sqlite_push_facts(const dunlin_call *call, dunlin_connection *connection,
                     const dunlin_scope *scope)
{
    reading work = {.call = call, .connection = connection, .scope = scope};
    int32_t status = read_objects(&work);

    if (status == DUNLIN_OK) {
        fill_buckets(&work);
        status = work.names.failed ? dn_kit_no_memory(call) : hide_objects(&work);
    }
    if (status == DUNLIN_OK && scope->key_count > 0)
        status = push_keys(&work);
    else if (status == DUNLIN_OK && scope->since.length > 0)
        status = push_since(&work);
    for (size_t i = 0;
         scope->key_count + scope->since.length == 0 && i < work.count && status == DUNLIN_OK; i++)
        if (work.objects[i].type == 't' || work.objects[i].type == 'v')
            status = push_all_of(&work, &work.objects[i]);
    sqlite3_finalize(work.text);
    dn_kit_pool_free(&work.work);
    dn_kit_pool_free(&work.names);
    return status;
}
