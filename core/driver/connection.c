/* SPDX-License-Identifier: MIT
 *
 * Opening a connection and asking it things.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/driver/connection_internal.h"

void
dn_connection_begin(dn_connection *connection, dn_call *call, const char *function,
                    const dn_call_sinks *sinks, void *target, dn_error *error)
{
    dn_call_begin(call, connection->driver, function, sinks, target, error);
    call->log = &connection->log;
    call->url = connection->secret;
    call->redacted = connection->url.redacted;
    call->rules = connection->rules;
    call->profile = connection->server.profile;
    if (connection->grants)
        call->driver_view.flags |= DUNLIN_CALL_GRANTS;
}

/* --- opening --- */
static bool
keep(dn_arena *arena, dunlin_string *string)
{
    char *copy = dn_arena_copy(arena, string->length ? string->data : "", string->length);

    string->data = copy;
    return copy != NULL;
}

static bool
keep_profile(dn_connection *connection, const dunlin_profile *told)
{
    dunlin_profile *profile = &connection->profile;
    dn_arena *arena = &connection->arena;
    dunlin_string *settings;

    memcpy(profile, told, told->size < sizeof *profile ? (size_t)told->size : sizeof *profile);
    profile->size = sizeof *profile;
    connection->server.profile = profile;
    settings = dn_arena_array(arena, profile->setting_count + 1, sizeof *settings);
    if (!settings || !keep(arena, &profile->flavour) || !keep(arena, &profile->version))
        return false;
    for (uint64_t i = 0; i < profile->setting_count; i++) {
        settings[i] = profile->settings[i];
        if (!keep(arena, &settings[i]))
            return false;
    }
    profile->settings = settings;
    return true;
}

static int32_t
take_server(dn_call *call, const dunlin_server *told)
{
    dn_connection *connection = call->target;
    dunlin_server *server = &connection->server;
    dn_arena *arena = &connection->arena;

    if (connection->described)
        return dn_call_breach(call, "called server() twice");
    memcpy(server, told, told->size < sizeof *server ? (size_t)told->size : sizeof *server);
    server->size = sizeof *server;
    if (!told->profile)
        return dn_call_breach(call, "described a server without a profile");
    if (!keep_profile(connection, told->profile) || !keep(arena, &server->identity) ||
        !keep(arena, &server->name) || !keep(arena, &server->path) ||
        !keep(arena, &server->backend) || !keep(arena, &server->backend_start))
        return dn_call_no_memory(call);
    connection->described = true;
    return DUNLIN_OK;
}

static int
describe(dn_connection *connection, dn_error *error)
{
    static const dn_call_sinks sinks = {.server = take_server};
    dn_call call;
    int32_t status;

    dn_connection_begin(connection, &call, "describe", &sinks, connection, error);
    status = connection->driver->table.describe(&call.driver_view, connection->handle);
    if (status == DUNLIN_OK && !connection->described)
        status = dn_call_breach(&call, "returned from 'describe' without calling server()");
    return dn_call_end(&call, status);
}

static int
connect_to(dn_connection *connection, const void *context, dn_error *error)
{
    const dn_open_options *options = context;
    dunlin_open_options wanted = {
        .size = sizeof wanted,
        .purpose = options->purpose ? options->purpose : DUNLIN_PURPOSE_WORK,
        .read_only = options->read_only,
        .connect_timeout_ms = options->connect_timeout_ms,
        .lock_timeout_ms = options->lock_timeout_ms,
        .application = dn_string("dunlin"),
    };
    dn_call call;
    int32_t status;

    dn_connection_begin(connection, &call, "open", NULL, NULL, error);
    if (options->connect_timeout_ms > 0 && options->connect_timeout_ms < INT64_MAX / 2000000)
        call.driver_view.deadline_ns =
            dn_clock_monotonic_ns() + options->connect_timeout_ms * INT64_C(1000000);
    status = connection->driver->table.open(&call.driver_view, dn_string(connection->secret),
                                            &wanted, &connection->handle);
    if (status == DUNLIN_OK && !connection->handle)
        status = dn_call_breach(&call, "opened a connection and did not give it");
    return dn_call_end(&call, status);
}

dunlin_string
dn_connection_namespace(const dn_connection *connection)
{
    const dunlin_profile *profile = connection->server.profile;

    for (uint64_t i = 0; profile && i + 1 < profile->setting_count; i += 2)
        if (dn_string_equal(profile->settings[i], "namespace"))
            return profile->settings[i + 1];
    return dn_string("");
}

static int
find_home(dn_connection *connection, dn_error *error)
{
    dunlin_string name = dn_connection_namespace(connection);
    dn_auto(dn_text) home = DN_TEXT_INIT;

    if (name.length) {
        if (dn_driver_quote(connection->driver, connection->server.profile, name.data, &home,
                            error) < 0)
            return -1;
        dn_text_add_char(&home, '.');
    }
    connection->home = dn_arena_text(&connection->arena, home.data ? home.data : "");
    return connection->home && !home.failed ? 0 : dn_no_memory(error);
}

static int
open_all(dn_connection *connection, const char *url, dn_connection_opener open, const void *context,
         dn_error *error)
{
    const dn_driver *driver = connection->driver;
    const dunlin_profile *profile = &connection->profile; /* once it is described */

    connection->secret = dn_arena_text(&connection->arena, url);
    if (!connection->secret)
        return dn_no_memory(error);
    if (dn_driver_url(driver, url, &connection->arena, &connection->url, error) < 0 ||
        open(connection, context, error) < 0 || describe(connection, error) < 0 ||
        find_home(connection, error) < 0 ||
        dn_driver_capabilities(driver, profile, &connection->capabilities, error) < 0 ||
        dn_driver_rules(driver, profile, &connection->arena, &connection->rules, error) < 0)
        return dn_while(error, "opening '%s'",
                        connection->url.redacted ? connection->url.redacted : driver->table.name);
    return 0;
}

int
dn_connection_make(const dn_driver *driver, const char *url, const dn_log *log,
                   dn_connection_opener open, const void *context, dn_connection **connection,
                   dn_error *error)
{
    int64_t begin;
    dn_connection *made = dn_malloc(sizeof *made);

    *connection = NULL;
    if (!made)
        return dn_no_memory(error);
    memset(made, 0, sizeof *made);
    made->driver = driver;
    made->log = *log;
    begin = dn_connection_logs(made) ? dn_clock_monotonic_ns() : 0;
    if (open_all(made, url, open, context, error) < 0) {
        dn_connection_close(made);
        return -1;
    }
    if (dn_connection_logs(made))
        dn_log_debug(&made->log, "opened '%s' through %s in %lld us", made->url.redacted,
                     driver->path, (long long)(dn_clock_monotonic_ns() - begin) / 1000);
    *connection = made;
    return 0;
}

int
dn_connection_open(const dn_driver *driver, const char *url, const dn_open_options *options,
                   dn_connection **connection, dn_error *error)
{
    return dn_connection_make(driver, url, &options->log, connect_to, options, connection, error);
}

void
dn_connection_close(dn_connection *connection)
{
    if (!connection)
        return;
    dn_connection_escort(connection, NULL);
    if (connection->handle)
        connection->driver->table.close(connection->handle);
    dn_text_free(&connection->hidden);
    dn_text_free(&connection->why);
    dn_arena_free(&connection->ahead_arena);
    dn_arena_free(&connection->arena);
    free(connection);
}

static int32_t
take_empty(dn_call *call, const dunlin_server *told)
{
    dn_connection *connection = call->target;

    connection->server.empty = told->empty;
    return DUNLIN_OK;
}

int
dn_connection_is_empty(dn_connection *connection, bool *empty, dn_error *error)
{
    static const dn_call_sinks sinks = {.server = take_empty};

    if (connection->server.empty == DUNLIN_EMPTY_UNKNOWN) {
        dn_call call;
        int32_t status;

        dn_connection_begin(connection, &call, "describe", &sinks, connection, error);
        status = connection->driver->table.describe(&call.driver_view, connection->handle);
        if (status == DUNLIN_OK && connection->server.empty == DUNLIN_EMPTY_UNKNOWN)
            status = dn_call_breach(&call, "did not say, asked again, whether all is empty");
        if (dn_call_end(&call, status) < 0)
            return -1;
    }
    *empty = connection->server.empty != 0;
    return 0;
}

const dunlin_server *
dn_connection_server(const dn_connection *connection)
{
    return &connection->server;
}

const dn_driver *
dn_connection_driver(const dn_connection *connection)
{
    return connection->driver;
}

const char *
dn_connection_home(const dn_connection *connection)
{
    return connection->home;
}

void
dn_connection_see_grants(dn_connection *connection, bool wanted)
{
    connection->grants = wanted && (connection->capabilities.flags & DUNLIN_CAN_GRANTS);
    if (wanted && !connection->grants)
        dn_log_info(&connection->log, "the driver '%s' tells no grants: \"grants\" changes nothing",
                    connection->driver->table.name);
}

void
dn_connection_warn_of_unread(dn_connection *connection)
{
    connection->unread = true;
}

bool
dn_connection_sees_grants(const dn_connection *connection)
{
    return connection->grants;
}

const dn_lex_rules *
dn_connection_rules(const dn_connection *connection)
{
    return connection->rules;
}

const dunlin_capabilities *
dn_connection_capabilities(const dn_connection *connection)
{
    return &connection->capabilities;
}

/* --- classification --- */
typedef struct class_target {
    uint64_t flags;
    bool told;
} class_target;

static int32_t
take_class(dn_call *call, const dunlin_class *result)
{
    class_target *target = call->target;

    if (target->told)
        return dn_call_breach(call, "called classified() twice for one statement");
    target->told = true;
    target->flags = result->flags;
    return DUNLIN_OK;
}

static const dn_call_sinks class_sinks = {.classified = take_class};

static int
classify(dn_call *call, const dunlin_profile *profile, dunlin_connection *handle,
         dunlin_string statement, class_target *target)
{
    int32_t status = call->driver->table.classify(&call->driver_view, profile, handle, statement);

    if (status == DUNLIN_OK && !target->told)
        status = dn_call_breach(call, "returned from 'classify' without calling classified()");
    return dn_call_end(call, status);
}

int
dn_connection_classify(dn_connection *connection, dunlin_string statement, uint64_t *flags,
                       dn_error *error)
{
    class_target target = {0, false};
    dn_call call;
    int answer;

    *flags = 0;
    if (!connection->driver->table.classify)
        return dn_driver_cannot(connection->driver, "classify statements", error);
    dn_connection_begin(connection, &call, "classify", &class_sinks, &target, error);
    answer = classify(&call, connection->server.profile, connection->handle, statement, &target);
    *flags = target.flags;
    return answer;
}

int
dn_driver_classify(const dn_driver *driver, const dunlin_profile *profile,
                   const dn_lex_rules *rules, dunlin_string statement, uint64_t *flags,
                   dn_error *error)
{
    class_target target = {0, false};
    dn_call call;
    int answer;

    *flags = 0;
    if (!driver->table.classify)
        return dn_driver_cannot(driver, "classify statements", error);
    dn_call_begin(&call, driver, "classify", &class_sinks, &target, error);
    call.rules = rules;
    call.profile = profile;
    answer = classify(&call, profile, NULL, statement, &target);
    *flags = target.flags;
    return answer;
}

/* --- objects --- */
typedef struct object_target {
    dn_arena *arena;
    dunlin_string home; /* the namespace that goes without saying; empty: paths have none */
    dn_object *objects;
    size_t count;
    size_t capacity;
} object_target;

static bool
is_at_home(const object_target *target, const dunlin_fact *fact)
{
    return target->home.length && fact->path_count > 1 &&
           fact->path[0].length == target->home.length &&
           memcmp(fact->path[0].data, target->home.data, target->home.length) == 0;
}

static int32_t
take_object(dn_call *call, const dunlin_fact *fact)
{
    object_target *target = call->target;
    dn_auto(dn_text) name = DN_TEXT_INIT;
    dn_object *object;

    target->objects = dn_arena_grow(target->arena, target->objects, &target->capacity,
                                    target->count + 1, sizeof *target->objects);
    if (!target->objects)
        return dn_call_no_memory(call);
    for (uint64_t i = is_at_home(target, fact) ? 1 : 0; i < fact->path_count; i++) {
        if (name.length)
            dn_text_add_char(&name, '.');
        dn_text_add(&name, fact->path[i].data, fact->path[i].length);
    }
    if (name.failed)
        return dn_call_no_memory(call);
    object = &target->objects[target->count];
    object->kind = dn_arena_copy(target->arena, fact->kind.data, fact->kind.length);
    object->name = dn_arena_copy(target->arena, name.length ? name.data : "", name.length);
    if (!object->kind || !object->name)
        return dn_call_no_memory(call);
    target->count++;
    return DUNLIN_OK;
}

int
dn_connection_objects(dn_connection *connection, dn_arena *arena, dn_object **objects,
                      size_t *count, dn_error *error)
{
    static const dn_call_sinks sinks = {.fact = take_object};
    const dunlin_scope scope = {.size = sizeof scope, .depth = DUNLIN_SCOPE_OBJECTS};
    object_target target = {.arena = arena};
    dn_call call;

    *objects = NULL;
    *count = 0;
    if (connection->capabilities.flags & DUNLIN_CAN_NAMESPACES)
        target.home = dn_connection_namespace(connection);
    if (!connection->driver->table.introspect)
        return dn_driver_cannot(connection->driver, "list the objects of a database", error);
    dn_connection_begin(connection, &call, "introspect", &sinks, &target, error);
    if (dn_call_end(&call, connection->driver->table.introspect(&call.driver_view,
                                                                connection->handle, &scope)) < 0)
        return -1;
    *objects = target.objects;
    *count = target.count;
    return 0;
}
