/* SPDX-License-Identifier: MIT */
#include "core/driver/call.h"

#include <stdio.h>
#include <string.h>

/* Failures a driver may report, by class. The classes that only the core deals in are missing. */
static const struct {
    int32_t status;
    const char *id;
} failure_ids[] = {
    {DUNLIN_INTERNAL, "driver.internal"},     {DUNLIN_UNSUPPORTED, "driver.unsupported"},
    {DUNLIN_USAGE, "database.usage"},         {DUNLIN_CONNECT, "database.connect"},
    {DUNLIN_AUTH, "database.auth"},           {DUNLIN_PERMISSION, "database.permission"},
    {DUNLIN_SYNTAX, "database.syntax"},       {DUNLIN_EXISTS, "database.exists"},
    {DUNLIN_MISSING, "database.missing"},     {DUNLIN_CONSTRAINT, "database.constraint"},
    {DUNLIN_LOCKED, "database.locked"},       {DUNLIN_LOST, "database.lost"},
    {DUNLIN_CANCELLED, "database.cancelled"}, {DUNLIN_NO_MEMORY, "memory"},
    {DUNLIN_DISK_FULL, "database.disk-full"}, {DUNLIN_READ_ONLY, "database.read-only"},
    {DUNLIN_CORRUPT, "database.corrupt"},     {DUNLIN_FAILED, "database.failed"},
};

static const char *
failure_id(int32_t status)
{
    for (size_t i = 0; i < sizeof failure_ids / sizeof failure_ids[0]; i++)
        if (failure_ids[i].status == status)
            return failure_ids[i].id;
    return NULL;
}

static bool own_process;

void
dn_call_own_process(void)
{
    own_process = true;
}

void
dn_call_begin(dn_call *call, const dn_driver *driver, const char *function,
              const dn_call_sinks *sinks, void *target, dn_error *error)
{
    static const dn_call_sinks none;

    memset(call, 0, sizeof *call);
    call->driver_view.size = sizeof call->driver_view;
    call->driver_view.host = &dn_host_services;
    call->driver_view.context = call;
    call->driver_view.wake_fd = -1;
    call->driver_view.flags = own_process ? DUNLIN_CALL_OWN_PROCESS : 0;
    call->driver = driver;
    call->function = function;
    call->sinks = sinks ? sinks : &none;
    call->target = target;
    call->error = error;
}

int
dn_call_end(dn_call *call, int32_t status)
{
    if (!call->failed && status != DUNLIN_OK && !call->stopped)
        dn_call_breach(call, "returned status %d from '%s' without saying why", (int)status,
                       call->function);
    dn_arena_free(&call->scratch);
    return call->failed ? -1 : 0;
}

int32_t
dn_call_abort(dn_call *call)
{
    int32_t status = call->error ? call->error->status : DUNLIN_INTERNAL;

    /* OK and STOP mean something else to a driver. */
    if (status == DUNLIN_OK || status == DUNLIN_STOP)
        status = DUNLIN_CANCELLED;
    if (!call->failed)
        call->answer = status;
    call->failed = true;
    return call->answer;
}

int32_t
dn_call_no_memory(dn_call *call)
{
    if (!call->failed)
        dn_no_memory(call->error);
    return dn_call_abort(call);
}

int32_t
dn_call_stop(dn_call *call)
{
    call->stopped = true;
    call->answer = DUNLIN_STOP;
    return DUNLIN_STOP;
}

int32_t
dn_call_breach(dn_call *call, const char *format, ...)
{
    char what[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    if (call->failed) {
        if (call->log)
            dn_log_warning(call->log, "driver '%s' broke the contract: it %s",
                           call->driver->table.name, what);
        return call->answer;
    }
    dn_fail(call->error, DUNLIN_INTERNAL, "driver.broken", "driver '%s' broke the contract: it %s",
            call->driver->table.name, what);
    return dn_call_abort(call);
}

int
dn_driver_cannot(const dn_driver *driver, const char *what, dn_error *error)
{
    return dn_fail(error, DUNLIN_UNSUPPORTED, "driver.unsupported", "driver '%s' cannot %s",
                   driver->table.name, what);
}

/* Adds a part of a message with the URL, should it hold it, in its redacted form. */
static void
add_safe(dn_text *text, const dn_call *call, dunlin_string part)
{
    size_t secret = call->url ? strlen(call->url) : 0;
    const char *from = part.data;
    size_t left = part.length;

    while (secret && left >= secret) {
        const char *hit = memmem(from, left, call->url, secret);

        if (!hit)
            break;
        dn_text_add(text, from, (size_t)(hit - from));
        dn_text_add_string(text, call->redacted ? call->redacted : "***");
        left -= (size_t)(hit - from) + secret;
        from = hit + secret;
    }
    if (left)
        dn_text_add(text, from, left);
}

/* The server's words as one sentence: line ends become blanks, a full stop at the end goes. */
static void
add_sentence(dn_text *text, const dn_call *call, dunlin_string part)
{
    size_t begin = text->length;

    add_safe(text, call, part);
    if (text->failed || !text->data)
        return;
    for (size_t i = begin; i < text->length; i++)
        if (text->data[i] == '\n' || text->data[i] == '\r' || text->data[i] == '\t')
            text->data[i] = ' ';
    while (text->length > begin &&
           (text->data[text->length - 1] == ' ' || text->data[text->length - 1] == '.'))
        text->data[--text->length] = '\0';
}

static void
failure_to_error(dn_call *call, const dunlin_failure *failure)
{
    dn_auto(dn_text) message = DN_TEXT_INIT;
    dn_auto(dn_text) hint = DN_TEXT_INIT;

    add_sentence(&message, call, failure->message);
    if (!message.length)
        dn_text_printf(&message, "driver '%s' failed and gave no reason", call->driver->table.name);
    if (failure->detail.length) {
        dn_text_add_string(&message, ": ");
        add_sentence(&message, call, failure->detail);
    }
    if (failure->sqlstate[0])
        dn_text_printf(&message, " (SQLSTATE %.5s)", failure->sqlstate);
    if (message.failed) {
        dn_no_memory(call->error);
        return;
    }
    dn_fail(call->error, failure->status, failure_id(failure->status), "%s", message.data);
    add_safe(&hint, call, failure->hint);
    if (hint.length && !hint.failed)
        dn_hint(call->error, "%s", hint.data);
}

static bool
copy_string(dn_arena *arena, dunlin_string *string)
{
    if (!string->length) {
        string->data = "";
        return true;
    }
    string->data = dn_arena_copy(arena, string->data, string->length);
    return string->data != NULL;
}

static void
log_failure(const dn_call *call, const dunlin_failure *failure)
{
    if (call->log)
        dn_log_debug(call->log, "driver '%s' also failed: %.*s", call->driver->table.name,
                     (int)failure->message.length, failure->message.data);
}

/* The first failure of a call counts; what a driver says while it cleans up is only logged. */
int32_t
dn_call_fail(dn_call *call, const dunlin_failure *told)
{
    dunlin_failure given = {.offset = -1, .inner_offset = -1};
    dunlin_failure *copy;

    if (!told || told->size < offsetof(dunlin_failure, native_code))
        return dn_call_breach(call, "called fail() in '%s' without a failure", call->function);
    memcpy(&given, told, told->size < sizeof given ? (size_t)told->size : sizeof given);
    given.size = sizeof given;
    given.sqlstate[sizeof given.sqlstate - 1] = '\0';
    if (!failure_id(given.status))
        return dn_call_breach(call, "failed in '%s' with the status %d, which is no failure",
                              call->function, (int)given.status);
    if (call->told) {
        log_failure(call, &given);
        return given.status;
    }
    copy = dn_arena_alloc(&call->scratch, sizeof *copy);
    if (!copy)
        return dn_call_no_memory(call);
    *copy = given;
    if (!copy_string(&call->scratch, &copy->message) ||
        !copy_string(&call->scratch, &copy->detail) || !copy_string(&call->scratch, &copy->hint) ||
        !copy_string(&call->scratch, &copy->object) ||
        !copy_string(&call->scratch, &copy->inner_sql))
        return dn_call_no_memory(call);
    call->failure = copy;
    call->told = true;
    if (call->failed || call->stopped) {
        log_failure(call, copy);
        return given.status;
    }
    failure_to_error(call, copy);
    call->failed = true;
    call->answer = given.status;
    return given.status;
}
