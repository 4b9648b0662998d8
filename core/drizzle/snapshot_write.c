/* SPDX-License-Identifier: MIT
 *
 * A schema as a snapshot of drizzle-kit 0.x, in the form of 0.31. What another snapshot says of an
 * object that is the same today is taken from there word by word, since drizzle-kit compares the words
 * of authors; for the rest the migrations' own text is asked, and then the server's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/drizzle/drizzle_internal.h"

typedef struct making {
    const dn_drizzle_dialect *dialect;
    const dn_drizzle_write *how;
    dn_arena *arena;
    dn_drizzle_values values;
} making;

static dunlin_string
last_of(const dunlin_fact *fact)
{
    return fact->path[fact->path_count - 1];
}

static const char *
copy(making *work, dunlin_string text)
{
    return dn_arena_copy(work->arena, text.data, (size_t)text.length);
}

/* "public.users", or "users" */
static const char *
table_key(making *work, const dunlin_fact *fact)
{
    if (!work->dialect->namespaces)
        return copy(work, fact->path[0]);
    return dn_arena_printf(work->arena, "%.*s.%.*s", (int)fact->path[0].length, fact->path[0].data,
                           (int)fact->path[1].length, fact->path[1].data);
}

/* --- words that are there already --------------------------------------------------------------------- */

/* The node of another snapshot for an object that is the same there. */
static const cJSON *
known_node(making *work, const dunlin_fact *fact, const char *list)
{
    const char *key = table_key(work, fact);
    const char *name = copy(work, last_of(fact));

    for (size_t i = 0; key && name && i < work->how->base_count; i++) {
        const dn_drizzle_base *base = &work->how->bases[i];
        const dunlin_fact *there =
            dn_fact_map_find(base->facts, fact->kind, fact->path, fact->path_count);
        const cJSON *node = dn_drizzle_member(
            dn_drizzle_member(dn_drizzle_member(dn_drizzle_member(base->root, "tables"), key),
                              list),
            name);

        if (node && there && dn_schema_equal(there, fact, &dn_drizzle_comparison))
            return node;
    }
    return NULL;
}

/* A foreign key of SQLite has no name in the database: by its columns. */
static const cJSON *
known_reference(making *work, const dunlin_fact *fact, const char *name)
{
    const char *key = table_key(work, fact);

    for (size_t i = 0; key && i < work->how->base_count; i++) {
        const dn_drizzle_base *base = &work->how->bases[i];
        const dunlin_fact *there =
            dn_fact_map_find(base->facts, fact->kind, fact->path, fact->path_count);
        const cJSON *node = dn_drizzle_member(
            dn_drizzle_member(dn_drizzle_member(dn_drizzle_member(base->root, "tables"), key),
                              "foreignKeys"),
            name);

        if (node && there && dn_schema_equal(there, fact, &dn_drizzle_comparison))
            return node;
    }
    return NULL;
}

/* --- members of tables ------------------------------------------------------------------------------------ */

static const dunlin_fact *
primary_key_of(making *work, const dunlin_fact *member_of)
{
    return dn_fact_map_find(work->how->facts, dn_string(DUNLIN_KIND_PRIMARY_KEY), member_of->path,
                            member_of->path_count);
}

static bool
is_only_key(making *work, const dunlin_fact *column)
{
    const dunlin_fact *key = primary_key_of(work, column);
    const dunlin_property *list =
        key ? dn_property_find(key->properties, key->property_count, "columns") : NULL;

    return list && list[2].type == DUNLIN_PROPERTY_END &&
           list[1].text.length == last_of(column).length &&
           memcmp(list[1].text.data, last_of(column).data, (size_t)list[1].text.length) == 0;
}

static cJSON *
columns_of(const dunlin_fact *fact, const char *name)
{
    const dunlin_property *one = dn_property_find(fact->properties, fact->property_count, name);
    cJSON *list = cJSON_CreateArray();

    for (one = one ? one + 1 : NULL; one && one->type != DUNLIN_PROPERTY_END; one++) {
        char text[512];

        snprintf(text, sizeof text, "%.*s", (int)one->text.length, one->text.data);
        cJSON_AddItemToArray(list, cJSON_CreateString(text));
    }
    return list;
}

static void
put_column(making *work, cJSON *list, const dunlin_fact *column)
{
    const cJSON *known = known_node(work, column, "columns");
    const char *name = copy(work, last_of(column));
    bool key = work->dialect->column_keys && is_only_key(work, column);
    cJSON *node =
        known ? cJSON_Duplicate(known, true) : dn_drizzle_column_node(&work->values, column, key);

    if (node && known && dn_drizzle_member(node, "primaryKey"))
        cJSON_ReplaceItemInObjectCaseSensitive(node, "primaryKey", cJSON_CreateBool(key));
    if (name)
        dn_drizzle_put(list, name, node);
}

typedef struct listing {
    making *work;
    cJSON *table;
    const char *table_name;
} listing;

static int
list_column(const dunlin_fact *column, void *context)
{
    listing *list = context;
    cJSON *columns = (cJSON *)(uintptr_t)dn_drizzle_member(list->table, "columns");

    if (!dn_drizzle_member(columns, copy(list->work, last_of(column))))
        put_column(list->work, columns, column);
    return 0;
}

/* In the order of the table where it is known. */
static void
put_columns(listing *list, const dunlin_fact *table)
{
    const dunlin_property *order =
        dn_property_find(table->properties, table->property_count, "order");
    cJSON *columns = (cJSON *)(uintptr_t)dn_drizzle_member(list->table, "columns");

    for (order = order ? order + 1 : NULL; order && order->type != DUNLIN_PROPERTY_END; order++) {
        dunlin_string path[4];
        const dunlin_fact *column;

        if (table->path_count + 1 > sizeof path / sizeof path[0])
            return;
        memcpy(path, table->path, (size_t)table->path_count * sizeof *path);
        path[table->path_count] = order->text;
        column = dn_fact_map_find(list->work->how->facts, dn_string(DUNLIN_KIND_COLUMN), path,
                                  table->path_count + 1);
        if (column)
            put_column(list->work, columns, column);
    }
    dn_fact_map_members(list->work->how->facts, DUNLIN_KIND_COLUMN, table->path, table->path_count,
                        list_column, list);
}

static int
list_index(const dunlin_fact *index, void *context)
{
    listing *list = context;
    making *work = list->work;
    const cJSON *known = known_node(work, index, "indexes");
    const char *name = copy(work, last_of(index));
    const char *where = name ? dn_drizzle_find_where(work->how->recent, name, work->arena) : NULL;
    cJSON *node;

    if (dn_fact_flag(index, "implied") || !name)
        return 0;
    node = known ? cJSON_Duplicate(known, true) : dn_drizzle_index_node(&work->values, index);
    if (where && dn_drizzle_member(node, "where"))
        cJSON_ReplaceItemInObjectCaseSensitive(node, "where", cJSON_CreateString(where));
    dn_drizzle_put((cJSON *)(uintptr_t)dn_drizzle_member(list->table, "indexes"), name, node);
    return 0;
}

/* MySQL does not tell a unique constraint from a unique index: the name has to. */
static int
list_unique(const dunlin_fact *unique, void *context)
{
    listing *list = context;
    making *work = list->work;
    const char *name = copy(work, last_of(unique));
    const cJSON *as_index = known_node(work, unique, "indexes");
    const cJSON *known = known_node(work, unique, "uniqueConstraints");
    size_t length = name ? strlen(name) : 0;
    bool index = as_index || (!known && !work->dialect->namespaces && length > 4 &&
                              strcmp(name + length - 4, "_idx") == 0);
    cJSON *node;

    if (!name)
        return 0;
    if (known || as_index) {
        node = cJSON_Duplicate(known ? known : as_index, true);
    } else {
        node = cJSON_CreateObject();
        dn_drizzle_put(node, "name", cJSON_CreateString(name));
        if (work->dialect->namespaces)
            dn_drizzle_put(node, "nullsNotDistinct", cJSON_CreateBool(false));
        dn_drizzle_put(node, "columns", columns_of(unique, "columns"));
        if (index)
            dn_drizzle_put(node, "isUnique", cJSON_CreateBool(true));
    }
    dn_drizzle_put(
        (cJSON *)(uintptr_t)dn_drizzle_member(list->table, index ? "indexes" : "uniqueConstraints"),
        name, node);
    return 0;
}

static const char *
joined(making *work, const dunlin_fact *fact, const char *list, const char *before)
{
    const dunlin_property *one = dn_property_find(fact->properties, fact->property_count, list);
    const char *text = before;

    for (one = one ? one + 1 : NULL; text && one && one->type != DUNLIN_PROPERTY_END; one++)
        text = dn_arena_printf(work->arena, "%s_%.*s", text, (int)one->text.length, one->text.data);
    return text ? text : "";
}

static const char *
action_of(making *work, const dunlin_fact *fact, const char *name)
{
    const dunlin_property *found = dn_property_find(fact->properties, fact->property_count, name);

    return found ? copy(work, found->text) : "no action";
}

static int
list_reference(const dunlin_fact *key, void *context)
{
    listing *list = context;
    making *work = list->work;
    const dunlin_property *ref = dn_property_find(key->properties, key->property_count, "ref");
    dunlin_string space = ref && ref[1].type != DUNLIN_PROPERTY_END ? ref[1].text : dn_string("");
    dunlin_string table = space;
    const char *name = copy(work, last_of(key));
    cJSON *node;
    const cJSON *known;

    if (work->dialect->namespaces && ref)
        table = ref[2].text;
    if (work->dialect->inline_references)
        name =
            dn_arena_printf(work->arena, "%s_fk",
                            joined(work, key, "ref_columns",
                                   dn_arena_printf(work->arena, "%s_%.*s",
                                                   joined(work, key, "columns", list->table_name),
                                                   (int)table.length, table.data)));
    if (!name)
        return 0;
    known = known_reference(work, key, name);
    if (known) {
        dn_drizzle_put((cJSON *)(uintptr_t)dn_drizzle_member(list->table, "foreignKeys"), name,
                       cJSON_Duplicate(known, true));
        return 0;
    }
    node = cJSON_CreateObject();
    dn_drizzle_put(node, "name", cJSON_CreateString(name));
    dn_drizzle_put(node, "tableFrom", cJSON_CreateString(list->table_name));
    dn_drizzle_put(node, "tableTo", cJSON_CreateString(copy(work, table)));
    if (work->dialect->namespaces && !dn_string_equal(space, "public"))
        dn_drizzle_put(node, "schemaTo", cJSON_CreateString(copy(work, space)));
    dn_drizzle_put(node, "columnsFrom", columns_of(key, "columns"));
    dn_drizzle_put(node, "columnsTo", columns_of(key, "ref_columns"));
    dn_drizzle_put(node, "onDelete", cJSON_CreateString(action_of(work, key, "on_delete")));
    dn_drizzle_put(node, "onUpdate", cJSON_CreateString(action_of(work, key, "on_update")));
    dn_drizzle_put((cJSON *)(uintptr_t)dn_drizzle_member(list->table, "foreignKeys"), name, node);
    return 0;
}

/* Of one column it is a member of that column, but on MySQL. */
static int
list_primary_key(const dunlin_fact *key, void *context)
{
    listing *list = context;
    making *work = list->work;
    const dunlin_property *columns =
        dn_property_find(key->properties, key->property_count, "columns");
    bool one = columns && columns[2].type == DUNLIN_PROPERTY_END;
    const char *name;
    cJSON *node = cJSON_CreateObject();

    if (one && work->dialect->column_keys) {
        cJSON_Delete(node);
        return 0;
    }
    name = joined(work, key, "columns", list->table_name);
    if (!one)
        name = dn_arena_printf(work->arena, "%s_pk", name);
    if (work->dialect->namespaces)
        name = copy(work, last_of(key));
    dn_drizzle_put(node, "name", cJSON_CreateString(name ? name : ""));
    dn_drizzle_put(node, "columns", columns_of(key, "columns"));
    dn_drizzle_put((cJSON *)(uintptr_t)dn_drizzle_member(list->table, "compositePrimaryKeys"),
                   name ? name : "", node);
    return 0;
}

/* A migration that builds a table anew on SQLite makes its checks under another name. */
static const char *
of_table(making *work, const char *text, const char *table)
{
    const char *needle = dn_arena_printf(work->arena, "__new_%s", table);
    const char *at;

    while (text && needle && (at = strstr(text, needle)) != NULL)
        text =
            dn_arena_printf(work->arena, "%.*s%s", (int)(at - text), text, at + strlen("__new_"));
    return text;
}

static int
list_check(const dunlin_fact *check, void *context)
{
    listing *list = context;
    making *work = list->work;
    const cJSON *known = known_node(work, check, work->dialect->checks);
    const dunlin_property *expression =
        dn_property_find(check->properties, check->property_count, "expr");
    const char *name = copy(work, last_of(check));
    const char *recent = name ? dn_drizzle_find_check(work->how->recent, name, work->arena) : NULL;
    const char *text = name ? dn_drizzle_find_check(work->how->history, name, work->arena) : NULL;
    cJSON *node;

    text = of_table(work, recent ? recent : text, list->table_name);
    if (known && !recent) {
        node = cJSON_Duplicate(known, true);
    } else {
        node = cJSON_CreateObject();
        dn_drizzle_put(node, "name", cJSON_CreateString(name ? name : ""));
        dn_drizzle_put(node, "value",
                       cJSON_CreateString(text         ? text
                                          : expression ? copy(work, expression->text)
                                                       : ""));
    }
    dn_drizzle_put((cJSON *)(uintptr_t)dn_drizzle_member(list->table, work->dialect->checks),
                   name ? name : "", node);
    return 0;
}

/* --- tables ------------------------------------------------------------------------------------------------- */

static int
list_table(const dunlin_fact *table, void *context)
{
    static const struct {
        const char *kind;
        dn_fact_visitor visit;
    } lists[] = {{DUNLIN_KIND_INDEX, list_index},
                 {DUNLIN_KIND_UNIQUE, list_unique},
                 {DUNLIN_KIND_FOREIGN_KEY, list_reference},
                 {DUNLIN_KIND_PRIMARY_KEY, list_primary_key},
                 {DUNLIN_KIND_CHECK, list_check}};
    listing *outer = context;
    making *work = outer->work;
    const char *key = table_key(work, table);
    listing list = {work, cJSON_CreateObject(), copy(work, last_of(table))};
    bool named = work->dialect->namespaces;

    if (!key || !list.table_name || !list.table)
        return 0;
    dn_drizzle_put(list.table, "name", cJSON_CreateString(list.table_name));
    if (named)
        dn_drizzle_put(list.table, "schema",
                       cJSON_CreateString(dn_string_equal(table->path[0], "public")
                                              ? ""
                                              : copy(work, table->path[0])));
    dn_drizzle_put(list.table, "columns", cJSON_CreateObject());
    dn_drizzle_put(list.table, "indexes", cJSON_CreateObject());
    dn_drizzle_put(list.table, "foreignKeys", cJSON_CreateObject());
    dn_drizzle_put(list.table, "compositePrimaryKeys", cJSON_CreateObject());
    dn_drizzle_put(list.table, "uniqueConstraints", cJSON_CreateObject());
    if (named)
        dn_drizzle_put(list.table, "policies", cJSON_CreateObject());
    dn_drizzle_put(list.table, work->dialect->checks, cJSON_CreateObject());
    if (named)
        dn_drizzle_put(list.table, "isRLSEnabled", cJSON_CreateBool(false));
    put_columns(&list, table);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        dn_fact_map_members(work->how->facts, lists[i].kind, table->path, table->path_count,
                            lists[i].visit, &list);
    dn_drizzle_put(outer->table, key, list.table);
    return 0;
}

static int
list_enum(const dunlin_fact *type, void *context)
{
    listing *list = context;
    making *work = list->work;
    const char *key = table_key(work, type);
    cJSON *node = cJSON_CreateObject();

    dn_drizzle_put(node, "name", cJSON_CreateString(copy(work, last_of(type))));
    dn_drizzle_put(node, "schema", cJSON_CreateString(copy(work, type->path[0])));
    dn_drizzle_put(node, "values", columns_of(type, "values"));
    dn_drizzle_put(list->table, key ? key : "", node);
    return 0;
}

static int
list_schema(const dunlin_fact *schema, void *context)
{
    listing *list = context;
    const char *name = copy(list->work, last_of(schema));

    if (name && strcmp(name, "public") != 0)
        dn_drizzle_put(list->table, name, cJSON_CreateString(name));
    return 0;
}

/* What no fact tells of is taken from another snapshot: views while they exist, roles. */
static cJSON *
other_members(making *work, const char *name)
{
    for (size_t i = 0; i < work->how->base_count; i++) {
        const cJSON *found = dn_drizzle_member(work->how->bases[i].root, name);

        if (found)
            return cJSON_Duplicate(found, true);
    }
    return cJSON_CreateObject();
}

static cJSON *
known_views(making *work)
{
    static const char *const kinds[] = {DUNLIN_KIND_VIEW, DUNLIN_KIND_MATERIALIZED_VIEW};
    cJSON *views = other_members(work, "views");
    cJSON *next;

    for (cJSON *view = views ? views->child : NULL; view; view = next) {
        const cJSON *space = dn_drizzle_member(view, "schema");
        dunlin_string path[2] = {dn_string(cJSON_IsString(space) ? space->valuestring : "public"),
                                 dn_string(dn_drizzle_member(view, "name")
                                               ? dn_drizzle_member(view, "name")->valuestring
                                               : "")};
        uint64_t lead = work->dialect->namespaces ? 0 : 1;
        bool found = false;

        next = view->next;
        for (size_t i = 0; !found && i < 2; i++)
            found = dn_fact_map_find(work->how->facts, dn_string(kinds[i]), path + lead,
                                     2 - lead) != NULL;
        if (!found)
            cJSON_Delete(cJSON_DetachItemViaPointer(views, view));
    }
    return views;
}

/* --- the whole ------------------------------------------------------------------------------------------------ */

static cJSON *
visited(making *work, const char *kind, dn_fact_visitor visit)
{
    listing list = {work, cJSON_CreateObject(), NULL};

    dn_fact_map_each(work->how->facts, kind, visit, &list);
    return list.table;
}

static cJSON *
empty_members(const char *const *names)
{
    cJSON *node = cJSON_CreateObject();

    for (; *names; names++)
        dn_drizzle_put(node, *names, cJSON_CreateObject());
    return node;
}

static cJSON *
build(making *work)
{
    static const char *const meta[] = {"columns", "schemas", "tables", NULL};
    static const char *const small_meta[] = {"schemas", "tables", "columns", NULL};
    cJSON *root = cJSON_CreateObject();
    bool named = work->dialect->namespaces;

    if (!named) {
        dn_drizzle_put(root, "version", cJSON_CreateString(work->dialect->version));
        dn_drizzle_put(root, "dialect", cJSON_CreateString(work->dialect->name));
    }
    dn_drizzle_put(root, "id", cJSON_CreateString(work->how->id));
    dn_drizzle_put(root, "prevId", cJSON_CreateString(work->how->previous));
    if (named) {
        dn_drizzle_put(root, "version", cJSON_CreateString(work->dialect->version));
        dn_drizzle_put(root, "dialect", cJSON_CreateString(work->dialect->name));
    }
    dn_drizzle_put(root, "tables", visited(work, DUNLIN_KIND_TABLE, list_table));
    if (named) {
        dn_drizzle_put(root, "enums", visited(work, DUNLIN_KIND_ENUM, list_enum));
        dn_drizzle_put(root, "schemas", visited(work, DUNLIN_KIND_SCHEMA, list_schema));
        dn_drizzle_put(root, "sequences", other_members(work, "sequences"));
        dn_drizzle_put(root, "roles", other_members(work, "roles"));
        dn_drizzle_put(root, "policies", other_members(work, "policies"));
        dn_drizzle_put(root, "views", known_views(work));
        dn_drizzle_put(root, "_meta", empty_members(meta));
        return root;
    }
    dn_drizzle_put(root, "views", known_views(work));
    if (work->dialect->inline_references)
        dn_drizzle_put(root, "enums", cJSON_CreateObject());
    dn_drizzle_put(root, "_meta", empty_members(small_meta));
    dn_drizzle_put(root, "internal", other_members(work, "internal"));
    return root;
}

cJSON *
dn_drizzle_build(const dn_drizzle_dialect *dialect, const dn_drizzle_write *how, dn_arena *arena)
{
    making work = {
        .dialect = dialect, .how = how, .arena = arena, .values = {dialect, how->history, arena}};

    return build(&work);
}

int
dn_drizzle_write_snapshot(const char *dialect, const dn_drizzle_write *how, dn_arena *arena,
                          dn_text *text, dn_error *error)
{
    const dn_drizzle_dialect *named = dn_drizzle_dialect_named(dialect);
    cJSON *root;

    if (!named)
        return dn_fail(error, DUNLIN_UNSUPPORTED, "snapshot.invalid",
                       "drizzle-kit has no snapshots for %s", dialect);
    root = dn_drizzle_build(named, how, arena);
    if (!root)
        return dn_no_memory(error);
    dn_drizzle_print(root, 0, text);
    cJSON_Delete(root);
    return text->failed ? dn_no_memory(error) : 0;
}
