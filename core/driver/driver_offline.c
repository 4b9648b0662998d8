/* SPDX-License-Identifier: MIT
 *
 * Questions that need no connection.
 */
#include <string.h>
#include <strings.h>

#include "core/driver/call.h"

bool
dn_driver_is_called(const dn_driver *driver, dunlin_string name)
{
    const char *at = driver->table.schemes ? driver->table.schemes : "";

    if (dn_string_equal_fold(name, driver->table.name) ||
        dn_string_equal_fold(name, driver->table.dialect))
        return true;
    while (*at) {
        size_t size = strcspn(at, " ");

        if (size == name.length && strncasecmp(at, name.data, size) == 0)
            return true;
        at += size;
        at += strspn(at, " ");
    }
    return false;
}

static bool
stands_between(char byte)
{
    return byte == ' ' || byte == '\t' || byte == ',';
}

bool
dn_driver_next_name(dunlin_string *list, dunlin_string *name)
{
    while (list->length && stands_between(*list->data)) {
        list->data++;
        list->length--;
    }
    *name = dn_span(list->data, 0);
    while (list->length && !stands_between(*list->data)) {
        list->data++;
        list->length--;
        name->length++;
    }
    return name->length > 0;
}

/* --- URL --- */
typedef struct url_target {
    dn_arena *arena;
    dn_url_info *info;
} url_target;

static int32_t
take_url_text(dn_call *call, dunlin_string redacted, dunlin_string identity)
{
    url_target *target = call->target;

    target->info->redacted = dn_arena_copy(target->arena, redacted.data, redacted.length);
    target->info->identity = dn_arena_copy(target->arena, identity.data, identity.length);
    if (!target->info->redacted || !target->info->identity)
        return dn_call_no_memory(call);
    return DUNLIN_OK;
}

int
dn_driver_url(const dn_driver *driver, const char *url, dn_arena *arena, dn_url_info *info,
              dn_error *error)
{
    static const dn_call_sinks sinks = {.url_text = take_url_text};
    url_target target = {arena, info};
    dn_call call;
    int32_t status;

    *info = (dn_url_info){NULL, NULL};
    dn_call_begin(&call, driver, "url", &sinks, &target, error);
    call.url = url;
    status = driver->table.url(&call.driver_view, dn_string(url));
    if (status == DUNLIN_OK && !info->redacted)
        status = dn_call_breach(&call, "took a URL and did not say how to show it");
    return dn_call_end(&call, status);
}

/* --- rules and capabilities --- */
static int32_t
take_rule(dn_call *call, const dunlin_lexer_rule *rule)
{
    return dn_lex_rules_add(call->target, rule, call->error) < 0 ? dn_call_abort(call) : DUNLIN_OK;
}

int
dn_driver_rules(const dn_driver *driver, const dunlin_profile *profile, dn_arena *arena,
                const dn_lex_rules **rules, dn_error *error)
{
    static const dn_call_sinks sinks = {.lexer_rule = take_rule};
    dn_lex_rules *made = dn_lex_rules_new(arena);
    dn_call call;

    *rules = NULL;
    if (!made)
        return dn_no_memory(error);
    dn_call_begin(&call, driver, "lexer_rules", &sinks, made, error);
    if (dn_call_end(&call, driver->table.lexer_rules(&call.driver_view, profile)) < 0)
        return -1;
    if (dn_lex_rules_finish(made, error) < 0)
        return dn_while(error, "taking the lexer rules of driver '%s'", driver->table.name);
    *rules = made;
    return 0;
}

int
dn_driver_capabilities(const dn_driver *driver, const dunlin_profile *profile,
                       dunlin_capabilities *capabilities, dn_error *error)
{
    dn_call call;

    memset(capabilities, 0, sizeof *capabilities);
    capabilities->size = sizeof *capabilities;
    dn_call_begin(&call, driver, "capabilities", NULL, NULL, error);
    return dn_call_end(&call, driver->table.capabilities(&call.driver_view, profile, capabilities));
}

/* --- quoting --- */
static int32_t
take_text(dn_call *call, dunlin_string text)
{
    dn_text *out = call->target;

    dn_text_add(out, text.data, text.length);
    return out->failed ? dn_call_no_memory(call) : DUNLIN_OK;
}

int
dn_driver_quote(const dn_driver *driver, const dunlin_profile *profile, const char *name,
                dn_text *text, dn_error *error)
{
    static const dn_call_sinks sinks = {.text = take_text};
    size_t before = text->length;
    dn_call call;
    int32_t status;

    if (!driver->table.quote_identifier)
        return dn_driver_cannot(driver, "quote names", error);
    dn_call_begin(&call, driver, "quote_identifier", &sinks, text, error);
    status = driver->table.quote_identifier(&call.driver_view, profile, dn_string(name));
    if (status == DUNLIN_OK && text->length == before)
        status = dn_call_breach(&call, "quoted the name '%.100s' as nothing", name);
    return dn_call_end(&call, status);
}

int
dn_driver_hazards(const dn_driver *driver, const dunlin_profile *profile, dn_text *text,
                  dn_error *error)
{
    static const dn_call_sinks sinks = {.text = take_text};
    dn_call call;

    if (!driver->table.hazards)
        return 0;
    dn_call_begin(&call, driver, "hazards", &sinks, text, error);
    return dn_call_end(&call, driver->table.hazards(&call.driver_view, profile));
}

/* --- files of a database --- */
static int32_t
take_backup_note(dn_call *call, const dunlin_note *note)
{
    const dunlin_backup_options *options = call->target;

    if (note->kind == DUNLIN_NOTE_INFORMATION) {
        if (call->log)
            dn_log_info(call->log, "%.*s", (int)note->message.length, note->message.data);
        return DUNLIN_OK;
    }
    dn_fail(call->error, DUNLIN_FAILED, "backup.refused", "a backup to '%.*s' would not work: %.*s",
            (int)options->path.length, options->path.data, (int)note->message.length,
            note->message.data);
    return dn_call_abort(call);
}

typedef int32_t (*file_function)(const dunlin_call *call, dunlin_string url,
                                 const dunlin_backup_options *options);

static int
call_file_function(const dn_driver *driver, const char *name, file_function function,
                   const char *url, const dunlin_backup_options *options, const dn_log *log,
                   dn_error *error)
{
    static const dn_call_sinks sinks = {.note = take_backup_note};
    dn_call call;

    dn_call_begin(&call, driver, name, &sinks, (void *)(uintptr_t)options, error);
    call.log = log;
    call.url = url;
    return dn_call_end(&call, function(&call.driver_view, dn_string(url), options));
}

int
dn_driver_backup_check(const dn_driver *driver, const char *url,
                       const dunlin_backup_options *options, const dn_log *log, dn_error *error)
{
    if (!driver->table.backup)
        return dn_driver_cannot(driver, "take backups", error);
    if (!driver->table.backup_check)
        return 0;
    return call_file_function(driver, "backup check", driver->table.backup_check, url, options, log,
                              error);
}

int
dn_driver_backup(const dn_driver *driver, const char *url, const dunlin_backup_options *options,
                 const dn_log *log, dn_error *error)
{
    if (dn_driver_backup_check(driver, url, options, log, error) < 0)
        return -1;
    return call_file_function(driver, "backup", driver->table.backup, url, options, log, error);
}

int
dn_driver_restore(const dn_driver *driver, const char *url, const dunlin_backup_options *options,
                  const dn_log *log, dn_error *error)
{
    if (!driver->table.restore)
        return dn_driver_cannot(driver, "restore backups", error);
    return call_file_function(driver, "restore", driver->table.restore, url, options, log, error);
}
