/* SPDX-License-Identifier: MIT
 *
 * Backups by pg_dump and pg_restore, which the host runs. Passwords travel in the environment.
 */
#include "drivers/postgres/pg_driver.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_ARGUMENTS = 12 };

typedef struct command {
    dunlin_string arguments[MOST_ARGUMENTS];
    uint64_t count;
    dn_kit_text connection; /* "--dbname=..." */
    dn_kit_text password;   /* "PGPASSWORD=..." */
    dn_kit_text file;
} command;

static void
free_command(command *work)
{
    dn_kit_text_free(&work->connection);
    dn_kit_text_free(&work->password);
    dn_kit_text_free(&work->file);
}

static void
add(command *work, const char *argument)
{
    work->arguments[work->count++] = dn_kit_string(argument);
}

/* key='value', with both of libpq's special bytes escaped. */
static void
add_pair(dn_kit_text *text, const char *key, const char *value)
{
    dn_kit_text_format(text, " %s='", key);
    for (; *value != '\0'; value++) {
        if (*value == '\'' || *value == '\\')
            dn_kit_text_add(text, "\\");
        dn_kit_text_add_string(text, (dunlin_string){value, 1});
    }
    dn_kit_text_add(text, "'");
}

static void
add_connection(command *work, const dn_pg_address *address)
{
    const char *password = dn_pg_address_get(address, "password");

    dn_kit_text_add(&work->connection, "--dbname=");
    for (const PQconninfoOption *option = address->options; option->keyword != NULL; option++)
        if (option->val != NULL && strcmp(option->keyword, "password") != 0 &&
            strcmp(option->keyword, "sslpassword") != 0)
            add_pair(&work->connection, option->keyword, option->val);
    work->arguments[work->count++] = dn_kit_text_string(&work->connection);
    if (password != NULL)
        dn_kit_text_format(&work->password, "PGPASSWORD=%s", password);
}

static int32_t
run(const dunlin_call *call, command *work)
{
    dunlin_string environment = dn_kit_text_string(&work->password);
    dunlin_process process = {
        .size = sizeof(process),
        .arguments = work->arguments,
        .argument_count = work->count,
        .environment = &environment,
        .environment_count = environment.length > 0 ? 1 : 0,
        .output = dn_kit_string(NULL),
        .input = dn_kit_string(NULL),
    };

    if (work->connection.failed || work->password.failed || work->file.failed)
        return dn_kit_no_memory(call);
    if (call->host->process == NULL)
        return dn_kit_fail(call, DUNLIN_UNSUPPORTED, "this program cannot run '%s'",
                           work->arguments[0].data);
    return call->host->process(call, &process);
}

int32_t
dn_pg_backup(const dunlin_call *call, dunlin_string url, const dunlin_backup_options *options)
{
    DN_KIT_CLEANUP(dn_pg_address_free) dn_pg_address address = {0};
    DN_KIT_CLEANUP(free_command) command work = {.count = 0};
    int32_t status = dn_pg_address_read(call, url, &address);

    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(&work.file, "--file=");
    dn_kit_text_add_string(&work.file, options->path);
    add(&work, "pg_dump");
    add(&work, "--format=custom");
    add(&work, "--no-password");
    work.arguments[work.count++] = dn_kit_text_string(&work.file);
    add_connection(&work, &address);
    if (access(work.file.data + strlen("--file="), F_OK) == 0)
        return dn_kit_fail(call, DUNLIN_EXISTS,
                           "the backup '%s' exists already, and is not overwritten",
                           work.file.data + strlen("--file="));
    return run(call, &work);
}

int32_t
dn_pg_restore(const dunlin_call *call, dunlin_string url, const dunlin_backup_options *options)
{
    DN_KIT_CLEANUP(dn_pg_address_free) dn_pg_address address = {0};
    DN_KIT_CLEANUP(free_command) command work = {.count = 0};
    int32_t status = dn_pg_address_read(call, url, &address);

    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add_string(&work.file, options->path);
    add(&work, "pg_restore");
    add(&work, "--clean");
    add(&work, "--if-exists");
    add(&work, "--single-transaction");
    add(&work, "--no-password");
    add_connection(&work, &address);
    work.arguments[work.count++] = dn_kit_text_string(&work.file);
    return run(call, &work);
}

/* --- would it work? -------------------------------------------------------------------------------------- */
static int32_t
push_note(const dunlin_call *call, const char *message)
{
    dunlin_note note = {
        .size = sizeof(note), .kind = DUNLIN_NOTE_INFORMATION, .message = dn_kit_string(message)};

    return call->host->note(call, &note);
}

static bool
is_in_path(const char *program)
{
    const char *at = getenv("PATH");
    bool found = false;

    while (at != NULL && *at != '\0' && !found) {
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text path = {0};
        size_t length = strcspn(at, ":");

        dn_kit_text_format(&path, "%.*s/%s", (int)length, at, program);
        found = !path.failed && access(path.data, X_OK) == 0;
        at += length + (at[length] == ':' ? 1 : 0);
    }
    return found;
}

int32_t
dn_pg_backup_check(const dunlin_call *call, dunlin_string url, const dunlin_backup_options *options)
{
    DN_KIT_CLEANUP(dn_pg_address_free) dn_pg_address address = {0};
    DN_KIT_CLEANUP(dn_kit_free) char *file = dn_kit_copy(options->path);
    int32_t status = dn_pg_address_read(call, url, &address);

    if (status == DUNLIN_OK && file == NULL)
        status = dn_kit_no_memory(call);
    if (status == DUNLIN_OK && access(file, F_OK) == 0)
        status = push_note(call, "the backup file exists already");
    if (status == DUNLIN_OK && !is_in_path("pg_dump"))
        status = push_note(call, "the program 'pg_dump' is missing");
    return status;
}
