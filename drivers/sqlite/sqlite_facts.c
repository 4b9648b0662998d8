/* SPDX-License-Identifier: MIT
 *
 * introspect() with DUNLIN_SCOPE_FACTS. One query reads sqlite_master, whole or without the
 * texts, which then come by rowid for the objects that were asked for.
 */
#include "drivers/sqlite/sqlite_facts.h"

#include <string.h>
#include <strings.h>

#include "drivers/sqlite/sqlite_catalogue.h"
#include "drivers/sqlite/sqlite_schema.h"
#include "drivers/sqlite/sqlite_since.h"

typedef struct reading {
    const dunlin_call *call;
    dunlin_connection *connection;
    const dunlin_scope *scope;
    dn_sqlite_catalogue *all;
    dn_kit_pool work;   /* of one object */
    sqlite3_stmt *text; /* reads one sql */
} reading;

/* --- one object -------------------------------------------------------------------------------------- */
static int32_t
read_text(reading *work, dn_sqlite_object *wanted)
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
    wanted->sql = code == SQLITE_ROW ? dn_sqlite_copy_column(&work->all->names, work->text, 0)
                                     : dn_kit_string("");
    sqlite3_reset(work->text);
    return work->all->names.failed ? dn_kit_no_memory(work->call) : DUNLIN_OK;
}

/* --- keys ---------------------------------------------------------------------------------------------- */
static bool
is_member_kind(dunlin_string kind)
{
    return dn_sqlite_kind_named(kind) < DN_SQLITE_KINDS;
}

static int32_t
push(reading *work, const char *kind, dunlin_string table, dunlin_string name, dn_kit_set set)
{
    dunlin_string path[2] = {table, name};
    bool is_member = is_member_kind(dn_kit_string(kind));
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
    bool is_member = is_member_kind(dn_kit_string(kind));
    dunlin_fact key = {
        .size = sizeof(key),
        .kind = dn_kit_string(kind),
        .path = is_member ? path : &path[1],
        .path_count = is_member ? 2 : 1,
    };

    if (work->work.failed || work->all->names.failed)
        return dn_kit_no_memory(work->call);
    return work->call->host->unreadable(work->call, &key,
                                        dn_kit_string("its CREATE statement is not understood"));
}

static bool
is_known(dunlin_string *name, void *context)
{
    const reading *work = context;
    const dn_sqlite_object *relation = dn_sqlite_catalogue_find(work->all, *name);

    if (relation != NULL)
        *name = relation->name;
    return relation != NULL;
}

static int32_t
push_view(reading *work, dn_sqlite_object *view)
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
    dn_sqlite_object *relation;
    int32_t status;

    if (ref == NULL || ref[1].type != DUNLIN_PROPERTY_IDENTIFIER)
        return DUNLIN_OK;
    relation = dn_sqlite_catalogue_find(work->all, ref[1].text);
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
        dn_sqlite_member *column = dn_sqlite_member_add(
            table, DN_SQLITE_KIND_COLUMN, dn_sqlite_copy_column(&work->work, handle, 0));
        dunlin_string type = dn_sqlite_copy_column(&work->work, handle, 1);

        if (column != NULL && type.length > 0)
            dn_kit_properties_add(&column->set, "type", DUNLIN_PROPERTY_TEXT, type);
    }
    sqlite3_finalize(handle);
    return DUNLIN_OK;
}

static int32_t
add_members(reading *work, dn_sqlite_object *relation, dn_sqlite_table *table)
{
    dn_sqlite_names names = dn_sqlite_table_names(table);

    for (size_t at = relation->next_member; at > 0; at = work->all->objects[at - 1].next_member) {
        dn_sqlite_object *member = &work->all->objects[at - 1];
        dn_sqlite_member_kind kind =
            member->type == 'i' ? DN_SQLITE_KIND_INDEX : DN_SQLITE_KIND_TRIGGER;
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
            status = tell_unreadable(work, dn_sqlite_kind_name(kind), table->name, member->name);
        }
        if (status != DUNLIN_OK)
            return status;
    }
    return DUNLIN_OK;
}

/* STOP: it could not be understood, which was told. */
static int32_t
read_table(reading *work, dn_sqlite_object *relation, dn_sqlite_table *table)
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
        if (table->members[i].kind == DN_SQLITE_KIND_FOREIGN_KEY)
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
        if (table->members[i].kind == DN_SQLITE_KIND_COLUMN)
            dn_kit_properties_add(&set, "", DUNLIN_PROPERTY_IDENTIFIER, table->members[i].name);
    dn_kit_properties_end(&set);
    return push(work, DUNLIN_KIND_TABLE, dn_kit_string(NULL), table->name, dn_kit_set_of(&set));
}

static int32_t
push_table(reading *work, dn_sqlite_object *relation)
{
    dn_sqlite_table table;
    int32_t status = read_table(work, relation, &table);

    if (status != DUNLIN_OK)
        return status == DUNLIN_STOP ? DUNLIN_OK : status;
    status = push_table_fact(work, &table);
    for (size_t i = 0; i < table.count && status == DUNLIN_OK; i++)
        if (!table.members[i].gone)
            status = push(work, dn_sqlite_kind_name(table.members[i].kind), table.name,
                          table.members[i].name, dn_kit_set_of(&table.members[i].set));
    return status;
}

static int32_t
push_relation(reading *work, dn_sqlite_object *relation)
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
push_view_triggers(reading *work, dn_sqlite_object *view)
{
    dn_sqlite_table nothing = {.pool = &work->work, .name = view->name};
    int32_t status = add_members(work, view, &nothing);

    for (size_t i = 0; i < nothing.count && status == DUNLIN_OK; i++)
        if (!nothing.members[i].gone)
            status = push(work, dn_sqlite_kind_name(nothing.members[i].kind), view->name,
                          nothing.members[i].name, dn_kit_set_of(&nothing.members[i].set));
    dn_kit_pool_clear(&work->work);
    return status;
}

static int32_t
push_all_of(reading *work, dn_sqlite_object *relation)
{
    bool is_new = !relation->pushed && !relation->hidden;
    int32_t status = push_relation(work, relation);

    if (status == DUNLIN_OK && is_new && relation->type == 'v' && relation->next_member > 0)
        status = push_view_triggers(work, relation);
    return status;
}

/* The table of an index or trigger that is asked for by its own name alone. */
static dn_sqlite_object *
find_home(const reading *work, const dunlin_fact *key)
{
    char type = dn_kit_same(key->kind, DUNLIN_KIND_INDEX) ? 'i' : 'x';

    if (key->path[0].length > 0)
        return dn_sqlite_catalogue_find(work->all, key->path[0]);
    for (size_t i = 0; i < work->all->count; i++)
        if (work->all->objects[i].type == type &&
            dn_sqlite_same_name(work->all->objects[i].name, key->path[key->path_count - 1]))
            return dn_sqlite_catalogue_find(work->all, work->all->objects[i].table);
    return NULL;
}

static const dn_sqlite_member *
find_wanted(const dn_sqlite_table *table, const dunlin_fact *key)
{
    dn_sqlite_member_kind kind = dn_sqlite_kind_named(key->kind);

    for (size_t i = 0; i < table->count; i++) {
        const dn_sqlite_member *member = &table->members[i];

        if (!member->gone && member->kind == kind &&
            (kind == DN_SQLITE_KIND_PRIMARY_KEY ||
             dn_sqlite_same_name(member->name, key->path[key->path_count - 1])))
            return member;
    }
    return NULL;
}

static int32_t
push_member(reading *work, const dunlin_fact *key)
{
    dn_sqlite_object *home = find_home(work, key);
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
        status = push(work, dn_sqlite_kind_name(member->kind), home->name, member->name,
                      dn_kit_set_of(&member->set));
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
        dn_sqlite_object *relation = NULL;

        if (is_member_kind(key->kind) && key->path_count > 1)
            continue;
        if (key->path_count > 0 &&
            (dn_kit_same(key->kind, DUNLIN_KIND_TABLE) || dn_kit_same(key->kind, DUNLIN_KIND_VIEW)))
            relation = dn_sqlite_catalogue_find(work->all, key->path[key->path_count - 1]);
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

/* --- all -------------------------------------------------------------------------------------------- */
static int32_t
push_since(reading *work)
{
    int32_t status = dn_sqlite_since_read(work->call, work->connection, work->scope, &work->all);

    for (size_t i = 0; status == DUNLIN_OK && i < work->all->count; i++)
        if (work->all->objects[i].changed)
            status = push_all_of(work, &work->all->objects[i]);
    return status == DUNLIN_OK ? dn_sqlite_since_end(work->call, work->connection) : status;
}

static int32_t
push_now(reading *work)
{
    dn_sqlite_catalogue all = {.objects = NULL};
    bool keys = work->scope->key_count > 0;
    int32_t status = work->scope->text_count > 0
                         ? dn_sqlite_catalogue_remember(work->call, work->scope, &all)
                         : dn_sqlite_catalogue_read(work->call, work->connection, !keys, &all);

    work->all = &all;
    if (status == DUNLIN_OK)
        status = dn_sqlite_catalogue_hide(work->connection, work->scope, &all);
    if (status == DUNLIN_OK && keys)
        status = push_keys(work);
    for (size_t i = 0; !keys && i < all.count && status == DUNLIN_OK; i++)
        if (all.objects[i].type == 't' || all.objects[i].type == 'v')
            status = push_all_of(work, &all.objects[i]);
    dn_sqlite_catalogue_free(&all);
    return status;
}

int32_t
dn_sqlite_push_facts(const dunlin_call *call, dunlin_connection *connection,
                     const dunlin_scope *scope)
{
    reading work = {.call = call, .connection = connection, .scope = scope};
    bool since = scope->key_count == 0 && scope->since.length > 0;
    int32_t status = since ? push_since(&work) : push_now(&work);

    sqlite3_finalize(work.text);
    dn_kit_pool_free(&work.work);
    return status;
}
