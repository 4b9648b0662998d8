/* SPDX-License-Identifier: MIT
 *
 * What a statement touches, and a digest of how that looks.
 */
#include <string.h>

#include "core/base/hash.h"
#include "core/driver/connection_internal.h"

typedef struct key_list {
    dn_arena *arena;
    const dunlin_fact **keys;
    size_t count;
    size_t capacity;
    bool known; /* these are all */
    bool told;
} key_list;

static int32_t
take_class(dn_call *call, const dunlin_class *result)
{
    key_list *list = call->target;

    if (list->told)
        return dn_call_breach(call, "called classified() twice for one statement");
    list->told = true;
    list->known = result->touches_known != 0;
    return DUNLIN_OK;
}

static int32_t
take_key(dn_call *call, const dunlin_fact *key)
{
    key_list *list = call->target;
    const dunlin_fact *copy = dn_fact_copy(list->arena, key);

    list->keys = dn_arena_grow(list->arena, list->keys, &list->capacity, list->count + 1,
                               sizeof *list->keys);
    if (!copy || !list->keys)
        return dn_call_no_memory(call);
    list->keys[list->count++] = copy;
    return DUNLIN_OK;
}

static int
list_keys(dn_connection *connection, dunlin_string statement, key_list *list, dn_error *error)
{
    static const dn_call_sinks sinks = {.classified = take_class, .touched = take_key};
    const dunlin_driver *table = &connection->driver->table;
    dn_call call;

    if (!table->classify)
        return 0;
    dn_connection_begin(connection, &call, "classify", &sinks, list, error);
    return dn_call_end(&call, table->classify(&call.driver_view, connection->server.profile,
                                              connection->handle, statement));
}

int
dn_connection_touched(dn_connection *connection, dunlin_string statement, dn_arena *arena,
                      const dunlin_fact ***keys, size_t *count, bool *known, dn_error *error)
{
    key_list list = {.arena = arena};
    int answer = list_keys(connection, statement, &list, error);

    *keys = list.keys;
    *count = list.count;
    *known = list.known;
    return answer;
}

/* --- the facts themselves --------------------------------------------------------------------- */

static int32_t
take_fact(dn_call *call, const dunlin_fact *fact)
{
    return dn_fact_map_put(call->target, fact, call->error) < 0 ? dn_call_abort(call) : DUNLIN_OK;
}

static int32_t
take_gone(dn_call *call, const dunlin_fact *key)
{
    dn_fact_map_remove(call->target, key->kind, key->path, key->path_count);
    return DUNLIN_OK;
}

/* What exists and may not be seen must not be taken for absent. */
static int32_t
refuse_unreadable(dn_call *call, const dunlin_fact *key, dunlin_string reason)
{
    dn_auto(dn_text) name = DN_TEXT_INIT;

    dn_fact_describe(&name, key->kind, key->path, key->path_count);
    dn_fail(call->error, DUNLIN_PERMISSION, "schema.unreadable", "%s cannot be read: %.*s",
            name.failed ? "an object" : name.data, (int)reason.length, reason.data);
    return dn_call_abort(call);
}

static int
read_facts(dn_connection *connection, const dunlin_scope *scope, uint32_t without,
           const dn_call_sinks *sinks, void *target, dn_error *error)
{
    dn_call call;

    if (!(connection->capabilities.flags & DUNLIN_CAN_INTROSPECT_FACTS))
        return dn_driver_cannot(connection->driver, "read the definitions of objects", error);
    dn_connection_begin(connection, &call, "introspect", sinks, target, error);
    call.driver_view.flags &= ~without;
    if (connection->unread && !scope->key_count)
        call.driver_view.flags |= DUNLIN_CALL_UNREAD;
    return dn_call_end(
        &call, connection->driver->table.introspect(&call.driver_view, connection->handle, scope));
}

int
dn_connection_facts(dn_connection *connection, const dunlin_fact *const *keys, size_t count,
                    dn_fact_map *map, dn_error *error)
{
    static const dn_call_sinks sinks = {
        .fact = take_fact, .gone = take_gone, .unreadable = refuse_unreadable};
    const dunlin_scope scope = {
        .size = sizeof scope,
        .depth = DUNLIN_SCOPE_FACTS,
        .keys = keys,
        .key_count = count,
    };

    return read_facts(connection, &scope, DUNLIN_CALL_GRANTS, &sinks, map, error);
}

/* --- the whole schema --- */
typedef struct whole {
    dn_connection *connection;
    const dn_fact_taker *taker;
    dn_unreadable *unreadable;
} whole;

static int32_t
take_schema_fact(dn_call *call, const dunlin_fact *fact)
{
    const dn_fact_taker *taker = ((whole *)call->target)->taker;

    return taker->fact(taker->context, fact, call->error) < 0 ? dn_call_abort(call) : DUNLIN_OK;
}

/* Nobody knows whether there are any: no reason to fail, and none to be silent. */
static int32_t
note_hidden(dn_call *call, dn_connection *connection, const dunlin_fact *key, dunlin_string reason)
{
    bool first = connection->hidden.length == 0;

    if (connection->shadow)
        return DUNLIN_OK;
    dn_text_printf(&connection->hidden, "%s%.*s", first ? "" : " ", (int)key->kind.length,
                   key->kind.data);
    if (first)
        dn_text_clear(&connection->why);
    /* One of several kinds is told once. */
    if (first ||
        !memmem(connection->why.data, connection->why.length, reason.data, (size_t)reason.length)) {
        dn_text_add_string(&connection->why, first ? "" : "; ");
        dn_text_add(&connection->why, reason.data, (size_t)reason.length);
    }
    return connection->hidden.failed || connection->why.failed ? dn_call_no_memory(call)
                                                               : DUNLIN_OK;
}

static int32_t
take_unreadable(dn_call *call, const dunlin_fact *key, dunlin_string reason)
{
    dn_connection *connection = ((whole *)call->target)->connection;
    dn_unreadable *list = ((whole *)call->target)->unreadable;
    const dunlin_fact *copy = dn_fact_copy(list->arena, key);
    const char *words = dn_arena_copy(list->arena, reason.data, reason.length);

    /* Grants are facts on request only: who asked for them is not content with some. */
    if (!key->path_count && !dn_string_equal(key->kind, DUNLIN_KIND_GRANT))
        return note_hidden(call, connection, key, reason);
    list->items = dn_arena_grow(list->arena, list->items, &list->capacity, list->count + 1,
                                sizeof *list->items);
    if (!copy || !words || !list->items)
        return dn_call_no_memory(call);
    list->items[list->count++] = (dn_unreadable_key){copy, words};
    return DUNLIN_OK;
}

static int
read_schema(dn_connection *connection, const dn_fact_taker *taker, dn_unreadable *unreadable,
            dn_error *error)
{
    static const dn_call_sinks sinks = {.fact = take_schema_fact, .unreadable = take_unreadable};
    const dunlin_scope scope = {.size = sizeof scope, .depth = DUNLIN_SCOPE_FACTS};
    whole schema = {connection, taker, unreadable};

    dn_text_clear(&connection->hidden);
    return read_facts(connection, &scope, 0, &sinks, &schema, error);
}

bool
dn_connection_hides(const dn_connection *connection, const dunlin_fact *fact,
                    const dn_fact_map *seen)
{
    return seen && dn_connection_hides_any(connection) &&
           dn_string_among(fact->kind, connection->hidden.data) &&
           !dn_fact_map_find(seen, fact->kind, fact->path, fact->path_count);
}

void
dn_connection_warn_hidden(dn_connection *connection)
{
    if (connection->hidden.length && !connection->warned)
        dn_log_warning(&connection->log, "%s", connection->why.data);
    connection->warned = connection->warned || connection->hidden.length;
}

bool
dn_connection_hides_any(const dn_connection *connection)
{
    return connection && connection->hidden.length;
}

typedef struct telling {
    const dn_fact_taker *taker;
    dn_error *error;
} telling;

static int
tell_fact(const dunlin_fact *fact, void *context)
{
    const telling *work = context;

    return work->taker->fact(work->taker->context, fact, work->error);
}

int
dn_connection_tell_schema(dn_connection *connection, const dn_fact_taker *taker,
                          dn_unreadable *unreadable, dn_error *error)
{
    telling work = {taker, error};
    int answer;

    if (!connection->ahead)
        return read_schema(connection, taker, unreadable, error);
    answer = dn_fact_map_each(connection->ahead, NULL, tell_fact, &work);
    dn_connection_drop_ahead(connection);
    return answer;
}

static int
put_fact(void *context, const dunlin_fact *fact, dn_error *error)
{
    return dn_fact_map_put(context, fact, error);
}

int
dn_connection_schema(dn_connection *connection, dn_fact_map *map, dn_unreadable *unreadable,
                     dn_error *error)
{
    const dn_fact_taker taker = {.fact = put_fact, .context = map};

    return dn_connection_tell_schema(connection, &taker, unreadable, error);
}

int
dn_connection_schema_ahead(dn_connection *connection, const dn_fact_map **map, dn_error *error)
{
    dn_unreadable unreadable = {.arena = &connection->ahead_arena};
    dn_fact_taker taker = {.fact = put_fact};
    dn_fact_map *facts;

    *map = NULL;
    dn_connection_drop_ahead(connection);
    facts = dn_fact_map_new(&connection->ahead_arena, dn_driver_naming(&connection->capabilities));
    if (!facts)
        return dn_no_memory(error);
    taker.context = facts;
    if (read_schema(connection, &taker, &unreadable, error) < 0)
        return -1;
    if (!unreadable.count)
        *map = connection->ahead = facts;
    return 0;
}

void
dn_connection_drop_ahead(dn_connection *connection)
{
    connection->ahead = NULL;
    dn_arena_free(&connection->ahead_arena);
}

/* --- what changed ------------------------------------------------------------------------------ */
typedef struct read_target {
    const dn_fact_taker *taker;
    dn_text *mark;
} read_target;

static int32_t
pass_fact(dn_call *call, const dunlin_fact *fact)
{
    const dn_fact_taker *taker = ((read_target *)call->target)->taker;

    return taker->fact(taker->context, fact, call->error) < 0 ? dn_call_abort(call) : DUNLIN_OK;
}

static int32_t
pass_gone(dn_call *call, const dunlin_fact *key)
{
    const dn_fact_taker *taker = ((read_target *)call->target)->taker;

    return taker->gone(taker->context, key, call->error) < 0 ? dn_call_abort(call) : DUNLIN_OK;
}

static int32_t
take_mark(dn_call *call, dunlin_string mark)
{
    dn_text *text = ((read_target *)call->target)->mark;

    if (!text)
        return DUNLIN_OK;
    dn_text_clear(text);
    dn_text_add(text, mark.data, (size_t)mark.length);
    return text->failed ? dn_call_no_memory(call) : DUNLIN_OK;
}

int
dn_connection_read(dn_connection *connection, const dunlin_fact *const *keys, size_t count,
                   dn_text *mark, const dn_fact_taker *taker, dn_error *error)
{
    static const dn_call_sinks sinks = {.fact = pass_fact, .gone = pass_gone, .mark = take_mark};
    read_target target = {taker, mark};
    dunlin_scope scope = {
        .size = sizeof scope,
        .depth = DUNLIN_SCOPE_FACTS,
        .keys = keys,
        .key_count = count,
    };
    dn_call call;
    int answer;

    if (!(connection->capabilities.flags & DUNLIN_CAN_INTROSPECT_FACTS))
        return dn_driver_cannot(connection->driver, "read the definitions of objects", error);
    dn_connection_begin(connection, &call, "introspect", &sinks, &target, error);
    if (mark)
        scope.since = dn_string(mark->length ? mark->data : "-");
    answer = dn_call_end(
        &call, connection->driver->table.introspect(&call.driver_view, connection->handle, &scope));
    return answer;
}

/* --- texts -------------------------------------------------------------------------------------- */
static int
tell(dn_connection *connection, const dunlin_scope *scope, const dn_fact_taker *taker,
     dn_error *error)
{
    static const dn_call_sinks sinks = {.fact = pass_fact};
    read_target target = {taker, NULL};

    return read_facts(connection, scope, 0, &sinks, &target, error);
}

int
dn_connection_tell_texts(dn_connection *connection, const dn_fact_taker *taker, dn_error *error)
{
    const dunlin_scope scope = {.size = sizeof scope, .depth = DUNLIN_SCOPE_TEXT};

    return tell(connection, &scope, taker, error);
}

int
dn_connection_tell_facts_of(dn_connection *connection, const dunlin_fact *const *texts,
                            size_t count, const dn_fact_taker *taker, dn_error *error)
{
    const dunlin_scope scope = {
        .size = sizeof scope, .depth = DUNLIN_SCOPE_FACTS, .texts = texts, .text_count = count};

    /* No texts are those of an empty schema. */
    return count ? tell(connection, &scope, taker, error) : 0;
}

int
dn_connection_affected(dn_connection *connection, dunlin_string statement, dn_arena *arena,
                       const dunlin_fact ***keys, size_t *count, bool *known, dn_error *error)
{
    static const dn_call_sinks sinks = {.touched = take_key};
    const dunlin_driver *table = &connection->driver->table;
    key_list list = {.arena = arena};
    int32_t told = 0;
    int answer = 0;

    if (table->affected) {
        dn_call call;

        dn_connection_begin(connection, &call, "affected", &sinks, &list, error);
        answer = dn_call_end(
            &call, table->affected(&call.driver_view, connection->handle, statement, &told));
    }
    *keys = list.keys;
    *count = list.count;
    *known = told != 0;
    return answer;
}

/* --- the digest ------------------------------------------------------------------------------- */

typedef struct fact_hash {
    dn_hash hash;
    bool unreadable; /* not all was seen: nothing can be said */
} fact_hash;

static void
hash_string(dn_hash *hash, dunlin_string text)
{
    dn_hash_add(hash, &text.length, sizeof text.length);
    dn_hash_add(hash, text.data, text.length);
}

static void
hash_key(dn_hash *hash, const dunlin_fact *fact)
{
    hash_string(hash, fact->kind);
    for (uint64_t i = 0; i < fact->path_count; i++)
        hash_string(hash, fact->path[i]);
}

static int32_t
hash_fact(dn_call *call, const dunlin_fact *fact)
{
    dn_hash *hash = &((fact_hash *)call->target)->hash;

    dn_hash_add(hash, "+", 1);
    hash_key(hash, fact);
    for (uint64_t i = 0; i < fact->property_count; i++) {
        const dunlin_property *property = &fact->properties[i];

        hash_string(hash, property->name);
        dn_hash_add(hash, &property->type, sizeof property->type);
        dn_hash_add(hash, &property->integer, sizeof property->integer);
        hash_string(hash, property->text);
    }
    return DUNLIN_OK;
}

static int32_t
hash_gone(dn_call *call, const dunlin_fact *key)
{
    dn_hash *hash = &((fact_hash *)call->target)->hash;

    dn_hash_add(hash, "-", 1);
    hash_key(hash, key);
    return DUNLIN_OK;
}

static int32_t
note_unreadable(dn_call *call, const dunlin_fact *key, dunlin_string reason)
{
    (void)key;
    (void)reason;
    ((fact_hash *)call->target)->unreadable = true;
    return DUNLIN_OK;
}

static int
hash_facts(dn_connection *connection, const key_list *list, bool *known, dn_digest *digest,
           dn_error *error)
{
    static const dn_call_sinks sinks = {
        .fact = hash_fact, .gone = hash_gone, .unreadable = note_unreadable};
    const dunlin_scope scope = {
        .size = sizeof scope,
        .depth = DUNLIN_SCOPE_TEXT,
        .keys = list->keys,
        .key_count = list->count,
    };
    fact_hash hash = {.unreadable = false};
    dn_call call;

    dn_hash_begin(&hash.hash);
    dn_connection_begin(connection, &call, "introspect", &sinks, &hash, error);
    if (dn_call_end(&call, connection->driver->table.introspect(&call.driver_view,
                                                                connection->handle, &scope)) < 0)
        return -1;
    *digest = dn_hash_end(&hash.hash);
    *known = !hash.unreadable;
    return 0;
}

int
dn_connection_fingerprint(dn_connection *connection, dunlin_string statement, bool *known,
                          dn_digest *digest, dn_error *error)
{
    dn_auto(dn_arena) scratch = DN_ARENA_INIT;
    key_list list = {.arena = &scratch};
    int answer;

    *known = false;
    if (!(connection->capabilities.flags & DUNLIN_CAN_FINGERPRINT) ||
        !connection->driver->table.introspect)
        return 0;
    answer = list_keys(connection, statement, &list, error);
    if (answer == 0 && list.known && list.count)
        answer = hash_facts(connection, &list, known, digest, error);
    return answer;
}

/* --- what was left half done --- */
typedef struct debris {
    dn_arena *arena;
    const char **statements;
    size_t count;
    size_t capacity;
} debris;

static int32_t
take_step(dn_call *call, const dunlin_step *step)
{
    debris *found = call->target;
    char *sql = dn_arena_copy(found->arena, step->sql.data, step->sql.length);

    if (step->role != DUNLIN_STEP_STATEMENT)
        return dn_call_breach(call, "cleans up with a step of role %d", (int)step->role);
    found->statements = dn_arena_grow(found->arena, found->statements, &found->capacity,
                                      found->count + 1, sizeof *found->statements);
    if (!sql || !found->statements)
        return dn_call_no_memory(call);
    found->statements[found->count++] = sql;
    return DUNLIN_OK;
}

/* The objects themselves: the steps name them. */
static int32_t
pass_over(dn_call *call, const dunlin_fact *fact)
{
    (void)call;
    (void)fact;
    return DUNLIN_OK;
}

int
dn_connection_debris(dn_connection *connection, dunlin_string statement, dn_arena *arena,
                     const char ***statements, size_t *count, dn_error *error)
{
    static const dn_call_sinks sinks = {.fact = pass_over, .step = take_step};
    const dunlin_driver *table = &connection->driver->table;
    dn_auto(dn_arena) scratch = DN_ARENA_INIT;
    key_list list = {.arena = &scratch};
    debris found = {.arena = arena};
    int answer = 0;

    if (table->debris)
        answer = list_keys(connection, statement, &list, error);
    if (answer == 0 && list.count) {
        dn_call call;

        dn_connection_begin(connection, &call, "debris", &sinks, &found, error);
        answer = dn_call_end(
            &call, table->debris(&call.driver_view, connection->handle, list.keys, list.count));
    }
    *statements = found.statements;
    *count = found.count;
    return answer;
}

/* --- privileges --- */
typedef struct missing_target {
    dn_missing_visit visit;
    void *context;
    size_t count; /* of operations */
} missing_target;

static int32_t
take_missing(dn_call *call, const dunlin_missing *told)
{
    missing_target *target = call->target;
    dunlin_missing missing = {0};

    memcpy(&missing, told, told->size < sizeof missing ? (size_t)told->size : sizeof missing);
    missing.size = sizeof missing;
    if (missing.operation >= target->count)
        return dn_call_breach(call, "named operation %llu of %zu",
                              (unsigned long long)missing.operation, target->count);
    return target->visit(&missing, target->context, call->error) < 0 ? dn_call_abort(call)
                                                                     : DUNLIN_OK;
}

int
dn_connection_privileges(dn_connection *connection, const dunlin_operation *const *operations,
                         size_t count, dn_missing_visit visit, void *context, dn_error *error)
{
    static const dn_call_sinks sinks = {.missing = take_missing};
    missing_target target = {visit, context, count};
    const dunlin_driver *table = &connection->driver->table;
    dn_call call;

    if (!table->check_privileges || !count)
        return 0;
    dn_connection_begin(connection, &call, "check_privileges", &sinks, &target, error);
    return dn_call_end(
        &call, table->check_privileges(&call.driver_view, connection->handle, operations, count));
}
