/* SPDX-License-Identifier: MIT
 *
 * Snapshots of drizzle-kit 1.0: rows, each of a kind of entity. A file holds all rows, or what changes
 * in those of the files that it names as its parents. Names and rules were read off files that
 * drizzle-kit 1.0.0-rc.5 wrote and what it makes of them.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/drizzle/chain.h"

const char dn_drizzle_origin[] = "00000000-0000-0000-0000-000000000000";

/* --- keys of rows ------------------------------------------------------------------------------------ */

static const struct {
    const char *type;
    const char *fields[6];
} identities[] = {
    {"schemas", {"name"}},
    {"roles", {"name"}},
    {"tables", {"schema", "name"}},
    {"enums", {"schema", "name"}},
    {"sequences", {"schema", "name"}},
    {"views", {"schema", "name"}},
    {"indexes", {"schema", "name"}},
    {"columns", {"schema", "table", "name"}},
    {"pks", {"schema", "table", "name"}},
    {"fks", {"schema", "table", "name"}},
    {"uniques", {"schema", "table", "name"}},
    {"checks", {"schema", "table", "name"}},
    {"policies", {"schema", "table", "name"}},
    {"privileges", {"schema", "table", "grantor", "grantee", "type"}},
};

static const char *const *
fields_of(const char *type)
{
    for (size_t i = 0; i < sizeof identities / sizeof identities[0]; i++)
        if (strcmp(identities[i].type, type) == 0)
            return identities[i].fields;
    return NULL;
}

bool
dn_drizzle_row_same(const cJSON *one, const cJSON *other)
{
    const char *type = dn_drizzle_text(one, "entityType");
    const char *const *fields = fields_of(type);

    if (!fields || strcmp(type, dn_drizzle_text(other, "entityType")) != 0)
        return false;
    for (; *fields; fields++)
        if (strcmp(dn_drizzle_text(one, *fields), dn_drizzle_text(other, *fields)) != 0)
            return false;
    return true;
}

cJSON *
dn_drizzle_row_find(const cJSON *rows, const cJSON *wanted)
{
    for (cJSON *row = rows ? rows->child : NULL; row; row = row->next)
        if (dn_drizzle_row_same(row, wanted))
            return row;
    return NULL;
}

char *
dn_drizzle_row_key(const cJSON *row, dn_arena *arena)
{
    const char *type = dn_drizzle_text(row, "entityType");
    const char *const *fields = fields_of(type);
    cJSON *list = cJSON_CreateArray();
    char *printed;
    char *key = NULL;

    for (; fields && *fields; fields++)
        cJSON_AddItemToArray(list, cJSON_CreateString(dn_drizzle_text(row, *fields)));
    printed = cJSON_PrintUnformatted(list);
    if (printed)
        key = dn_arena_printf(arena, "%s%c%s", type, DN_DRIZZLE_KEY_MARK, printed);
    cJSON_free(printed);
    cJSON_Delete(list);
    return key;
}

/* The row that a key names. */
static cJSON *
find_key(const cJSON *rows, const char *key)
{
    const char *mark = strchr(key, DN_DRIZZLE_KEY_MARK);
    cJSON *values = mark ? cJSON_Parse(mark + 1) : NULL;
    cJSON *found = NULL;

    for (cJSON *row = rows->child; values && row && !found; row = row->next) {
        const char *type = dn_drizzle_text(row, "entityType");
        const char *const *fields = fields_of(type);
        const cJSON *value = values->child;

        if (!fields || strlen(type) != (size_t)(mark - key) ||
            strncmp(type, key, strlen(type)) != 0)
            continue;
        for (; *fields && cJSON_IsString(value); fields++, value = value->next)
            if (strcmp(dn_drizzle_text(row, *fields), value->valuestring) != 0)
                break;
        found = !*fields && !value ? row : NULL;
    }
    cJSON_Delete(values);
    return found;
}

/* --- what follows from a new name --------------------------------------------------------------------- */

static void
set_text(cJSON *row, const char *name, const char *text)
{
    if (dn_drizzle_member(row, name))
        cJSON_ReplaceItemInObjectCaseSensitive(row, name, cJSON_CreateString(text));
}

static bool
is_at(const cJSON *row, const char *space, const char *table, const cJSON *old, const char *name)
{
    return strcmp(dn_drizzle_text(row, space), dn_drizzle_text(old, "schema")) == 0 &&
           strcmp(dn_drizzle_text(row, table), dn_drizzle_text(old, name)) == 0;
}

static void
rename_in_list(cJSON *row, const char *list, const char *from, const char *to)
{
    const cJSON *items = dn_drizzle_member(row, list);

    for (cJSON *item = items ? items->child : NULL; item; item = item->next) {
        if (cJSON_IsString(item) && strcmp(item->valuestring, from) == 0)
            cJSON_SetValuestring(item, to);
        else if (cJSON_IsObject(item) && !cJSON_IsTrue(dn_drizzle_member(item, "isExpression")) &&
                 strcmp(dn_drizzle_text(item, "value"), from) == 0)
            set_text(item, "value", to);
    }
}

static void
follow_schema(cJSON *row, const cJSON *old, const cJSON *now)
{
    static const char *const names[] = {"schema", "schemaTo", "typeSchema"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (cJSON_IsString(dn_drizzle_member(row, names[i])) &&
            strcmp(dn_drizzle_text(row, names[i]), dn_drizzle_text(old, "name")) == 0)
            set_text(row, names[i], dn_drizzle_text(now, "name"));
}

static void
follow_table(cJSON *row, const cJSON *old, const cJSON *now)
{
    if (dn_drizzle_member(row, "table") && is_at(row, "schema", "table", old, "name")) {
        set_text(row, "schema", dn_drizzle_text(now, "schema"));
        set_text(row, "table", dn_drizzle_text(now, "name"));
    }
    if (dn_drizzle_member(row, "tableTo") && is_at(row, "schemaTo", "tableTo", old, "name")) {
        set_text(row, "schemaTo", dn_drizzle_text(now, "schema"));
        set_text(row, "tableTo", dn_drizzle_text(now, "name"));
    }
}

static void
follow_column(cJSON *row, const cJSON *old, const cJSON *now)
{
    if (dn_drizzle_member(row, "columns") && is_at(row, "schema", "table", old, "table"))
        rename_in_list(row, "columns", dn_drizzle_text(old, "name"), dn_drizzle_text(now, "name"));
    if (dn_drizzle_member(row, "columnsTo") && is_at(row, "schemaTo", "tableTo", old, "table"))
        rename_in_list(row, "columnsTo", dn_drizzle_text(old, "name"),
                       dn_drizzle_text(now, "name"));
}

/* drizzle-kit writes a renamed table, and nothing of what refers to it. */
static void
follow(cJSON *rows, const cJSON *old, const cJSON *now)
{
    const char *type = dn_drizzle_text(now, "entityType");

    if (dn_drizzle_row_same(old, now))
        return;
    for (cJSON *row = rows->child; row; row = row->next) {
        if (strcmp(type, "schemas") == 0) {
            follow_schema(row, old, now);
        } else if (strcmp(type, "tables") == 0) {
            follow_table(row, old, now);
        } else if (strcmp(type, "columns") == 0) {
            follow_column(row, old, now);
        } else if (strcmp(type, "enums") == 0 && is_at(row, "typeSchema", "type", old, "name")) {
            set_text(row, "typeSchema", dn_drizzle_text(now, "schema"));
            set_text(row, "type", dn_drizzle_text(now, "name"));
        }
    }
}

/* --- changes ------------------------------------------------------------------------------------------ */

static int
apply_set(cJSON *rows, cJSON *row, const cJSON *set)
{
    cJSON *old = cJSON_Duplicate(row, true);

    if (!old)
        return -1;
    for (const cJSON *value = set ? set->child : NULL; value; value = value->next) {
        cJSON *copy = cJSON_Duplicate(value, true);

        if (!copy || !(dn_drizzle_member(row, value->string)
                           ? cJSON_ReplaceItemInObjectCaseSensitive(row, value->string, copy)
                           : cJSON_AddItemToObject(row, value->string, copy))) {
            cJSON_Delete(copy);
            cJSON_Delete(old);
            return -1;
        }
    }
    follow(rows, old, row);
    cJSON_Delete(old);
    return 0;
}

static int
apply_delta(cJSON *rows, const dn_json *json, const cJSON *delta, dn_error *error)
{
    const char *op = dn_drizzle_text(delta, "op");
    const cJSON *created = dn_drizzle_member(delta, "row");
    cJSON *row;

    if (strcmp(op, "create") == 0 && cJSON_IsObject(created)) {
        cJSON *copy = dn_drizzle_row_find(rows, created) ? NULL : cJSON_Duplicate(created, true);

        if (copy)
            cJSON_AddItemToArray(rows, copy);
        return 0;
    }
    row = find_key(rows, dn_drizzle_text(delta, "key"));
    if (strcmp(op, "drop") == 0) {
        if (row)
            cJSON_Delete(cJSON_DetachItemViaPointer(rows, row));
        return 0;
    }
    if (strcmp(op, "alter") != 0 && strcmp(op, "rename") != 0)
        return dn_json_fail(json, delta, "snapshot.invalid", error,
                            "this is no change that a snapshot of drizzle-kit 1.0 has");
    return row && apply_set(rows, row, dn_drizzle_member(delta, "set")) < 0 ? dn_no_memory(error)
                                                                            : 0;
}

int
dn_drizzle_apply(cJSON *rows, const dn_json *json, const cJSON *deltas, dn_error *error)
{
    for (const cJSON *delta = deltas ? deltas->child : NULL; delta; delta = delta->next)
        if (apply_delta(rows, json, delta, error) < 0)
            return -1;
    return 0;
}

/* --- files ---------------------------------------------------------------------------------------------- */

/* cJSON ends a text at a NUL, which drizzle-kit has between the kind and the name of a row. */
static void
mark_keys(dn_text *text)
{
    static const char escape[] = "\\u0000";

    for (char *at = text->data; at && (at = strstr(at, escape)) != NULL; at += sizeof escape - 1)
        at[sizeof escape - 2] = '0' + DN_DRIZZLE_KEY_MARK;
}

int
dn_drizzle_chain_add(dn_drizzle_chain *chain, const char *path, dn_arena *arena, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_drizzle_link *link;
    dn_json json;

    if (dn_file_read(path, &text, error) < 0)
        return -1;
    mark_keys(&text);
    if (dn_json_parse(&json, path, text.data ? text.data : "", text.length, false,
                      "snapshot.syntax", error) < 0)
        return -1;
    chain->links =
        dn_arena_grow(arena, chain->links, &chain->capacity, chain->count + 1, sizeof *link);
    if (!chain->links) {
        dn_json_free(&json);
        chain->count = 0;
        return dn_no_memory(error);
    }
    link = &chain->links[chain->count++];
    *link = (dn_drizzle_link){path, dn_drizzle_text(json.root, "id"), json};
    if (!*link->id || !cJSON_IsArray(dn_drizzle_member(json.root, "prevIds")) ||
        (!cJSON_IsArray(dn_drizzle_member(json.root, "ddl")) &&
         !cJSON_IsArray(dn_drizzle_member(json.root, "deltas"))))
        return dn_json_fail(&link->json, link->json.root, "snapshot.invalid", error,
                            "this is no snapshot of drizzle-kit 1.0");
    return 0;
}

void
dn_drizzle_chain_cleanup(dn_drizzle_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        dn_json_free(&chain->links[i].json);
    chain->count = 0;
}

const char *
dn_drizzle_chain_version(const char *dialect)
{
    return strcmp(dialect, "postgresql") == 0 ? "9" : strcmp(dialect, "mysql") == 0 ? "6" : "7";
}

const char *
dn_drizzle_chain_dialect(const dn_drizzle_link *link)
{
    const char *dialect = dn_drizzle_text(link->json.root, "dialect");

    return strcmp(dialect, "postgres") == 0 ? "postgresql" : dialect;
}

static bool
has_parent(const dn_drizzle_link *link, const char *id)
{
    const cJSON *parents = dn_drizzle_member(link->json.root, "prevIds");

    for (const cJSON *parent = parents->child; parent; parent = parent->next)
        if (cJSON_IsString(parent) && strcmp(parent->valuestring, id) == 0)
            return true;
    return false;
}

int
dn_drizzle_chain_leaves(const dn_drizzle_chain *chain, dn_arena *arena, dn_drizzle_ids *leaves,
                        dn_error *error)
{
    leaves->items = dn_arena_array(arena, chain->count + 1, sizeof *leaves->items);
    leaves->count = 0;
    if (!leaves->items)
        return dn_no_memory(error);
    for (size_t i = chain->count; i-- > 0;) {
        bool named = false;

        for (size_t other = 0; !named && other < chain->count; other++)
            named = has_parent(&chain->links[other], chain->links[i].id);
        if (!named)
            leaves->items[leaves->count++] = chain->links[i].id;
    }
    return 0;
}

/* --- the rows behind snapshots -------------------------------------------------------------------------- */

enum { MOST_PARENTS = 64 };

typedef struct walking {
    const dn_drizzle_chain *chain;
    cJSON *rows;
    bool *applied;
    dn_error *error;
} walking;

static size_t
place_of(const dn_drizzle_chain *chain, const char *id)
{
    size_t at = 0;

    while (at < chain->count && strcmp(chain->links[at].id, id) != 0)
        at++;
    return at;
}

static const cJSON *
parents_of(const dn_drizzle_chain *chain, size_t at)
{
    return dn_drizzle_member(chain->links[at].json.root, "prevIds")->child;
}

static const char *
name_of(const cJSON *id)
{
    return cJSON_IsString(id) ? id->valuestring : "";
}

static int
no_parent(const dn_drizzle_link *child, const char *id, dn_error *error)
{
    return dn_json_fail(&child->json, dn_drizzle_member(child->json.root, "prevIds"),
                        "snapshot.invalid", error,
                        "the snapshot '%s', from which this one goes on, is not there", id);
}

/* Marks all those behind the marked ones. */
static void
mark_history(const dn_drizzle_chain *chain, bool *marks)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = chain->count; i-- > 0;)
            for (const cJSON *id = marks[i] ? parents_of(chain, i) : NULL; id; id = id->next) {
                size_t at = place_of(chain, name_of(id));

                more = more || (at < chain->count && !marks[at]);
                if (at < chain->count)
                    marks[at] = true;
            }
    }
}

/* What the first of several parents does not have, in the order of folders. */
static int
join_others(walking *work, const dn_drizzle_ids *ids)
{
    const dn_drizzle_chain *chain = work->chain;
    bool *marks = calloc(chain->count + 1, sizeof *marks);
    int answer = marks ? 0 : dn_no_memory(work->error);

    for (size_t i = 1; answer == 0 && i < ids->count; i++)
        marks[place_of(chain, ids->items[i])] = true;
    if (answer == 0)
        mark_history(chain, marks);
    for (size_t i = 0; answer == 0 && i < chain->count; i++) {
        const dn_json *json = &chain->links[i].json;
        const cJSON *deltas = dn_drizzle_member(json->root, "deltas");

        if (!marks[i] || work->applied[i])
            continue;
        work->applied[i] = true;
        answer = deltas ? dn_drizzle_apply(work->rows, json, deltas, work->error)
                        : dn_json_fail(json, json->root, "snapshot.invalid", work->error,
                                       "two branches meet, and this snapshot of one of them does "
                                       "not say what it changes");
    }
    free(marks);
    return answer;
}

static int
apply_link(walking *work, size_t at)
{
    const dn_json *json = &work->chain->links[at].json;
    const cJSON *deltas = dn_drizzle_member(json->root, "deltas");
    const cJSON *parent = parents_of(work->chain, at);
    const char *names[MOST_PARENTS];
    dn_drizzle_ids ids = {names, 0};

    work->applied[at] = true;
    if (!deltas) {
        cJSON_Delete(work->rows);
        work->rows = cJSON_Duplicate(dn_drizzle_member(json->root, "ddl"), true);
        return work->rows ? 0 : dn_no_memory(work->error);
    }
    for (; parent && ids.count < MOST_PARENTS; parent = parent->next) {
        names[ids.count++] = name_of(parent);
        if (ids.count > 1 && place_of(work->chain, name_of(parent)) == work->chain->count)
            return no_parent(&work->chain->links[at], name_of(parent), work->error);
    }
    if (ids.count > 1 && join_others(work, &ids) < 0)
        return -1;
    return dn_drizzle_apply(work->rows, json, deltas, work->error);
}

/* From the last one that holds all rows, along first parents. */
static int
apply_history(walking *work, size_t at)
{
    const dn_drizzle_chain *chain = work->chain;
    size_t *path = calloc(chain->count + 1, sizeof *path);
    size_t count = 0;
    int answer = path ? 0 : dn_no_memory(work->error);

    while (answer == 0) {
        const char *first;
        size_t next;

        path[count++] = at;
        if (!dn_drizzle_member(chain->links[at].json.root, "deltas"))
            break;
        first = name_of(parents_of(chain, at));
        next = place_of(chain, first);
        if (next == chain->count || count > chain->count)
            answer = no_parent(&chain->links[at], first, work->error);
        at = next;
    }
    while (answer == 0 && count-- > 0)
        answer = apply_link(work, path[count]);
    free(path);
    return answer;
}

int
dn_drizzle_chain_rows(const dn_drizzle_chain *chain, const dn_drizzle_ids *ids, cJSON **rows,
                      dn_error *error)
{
    walking work = {chain, cJSON_CreateArray(), calloc(chain->count + 1, sizeof(bool)), error};
    int answer = work.rows && work.applied ? 0 : dn_no_memory(error);

    if (answer == 0 && ids->count)
        answer = apply_history(&work, place_of(chain, ids->items[0]));
    if (answer == 0 && ids->count > 1)
        answer = join_others(&work, ids);
    free(work.applied);
    if (answer < 0) {
        cJSON_Delete(work.rows);
        work.rows = NULL;
    }
    *rows = work.rows;
    return answer;
}
