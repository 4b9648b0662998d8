/* SPDX-License-Identifier: MIT
 *
 * The host services. Those that push results go to the taker of the call at hand; once a call has
 * failed or was stopped, every push answers so and is not passed on.
 */
#include <string.h>

#include "core/base/process.h"
#include "core/driver/call.h"

/* Lines of a notice or of the log that a driver writes are cut here. */
enum { LOG_LIMIT = 2000 };

static dn_call *
call_of(const dunlin_call *call)
{
    return call->context;
}

/* Answers when nothing more is wanted, or nobody takes `service`. */
#define REFUSE_WITHOUT(call, service)                                                              \
    do {                                                                                           \
        if ((call)->failed || (call)->stopped)                                                     \
            return (call)->answer;                                                                 \
        if (!(call)->sinks->service)                                                               \
            return dn_call_breach(call, "called %s() in '%s'", #service, (call)->function);        \
    } while (0)

static int32_t
host_fail(const dunlin_call *call, const dunlin_failure *failure)
{
    return dn_call_fail(call_of(call), failure);
}

static void
log_text(dn_call *call, int32_t level, const char *lead, dunlin_string message)
{
    int length = message.length < LOG_LIMIT ? (int)message.length : LOG_LIMIT;

    if (!call->log || !call->log->line)
        return;
    if (level >= DUNLIN_LOG_WARNING)
        dn_log_warning(call->log, "%s%.*s", lead, length, message.data);
    else if (level == DUNLIN_LOG_INFO)
        dn_log_info(call->log, "%s%.*s", lead, length, message.data);
    else
        dn_log_debug(call->log, "%s%.*s", lead, length, message.data);
}

static void
host_log(const dunlin_call *call, int32_t level, dunlin_string message)
{
    log_text(call_of(call), level, "", message);
}

static void
host_notice(const dunlin_call *call, dunlin_string sqlstate, dunlin_string message)
{
    (void)sqlstate;
    log_text(call_of(call), DUNLIN_LOG_INFO, "database: ", message);
}

static void
host_progress(const dunlin_call *call, int64_t done, int64_t total, dunlin_string unit)
{
    dn_call *own = call_of(call);

    (void)unit;
    dn_log_progress(own->log, own->function, done, total);
}

static int32_t
host_cancelled(const dunlin_call *call)
{
    return dn_log_cancelled(call_of(call)->log);
}

static void *
host_scratch(const dunlin_call *call, uint64_t bytes)
{
    if (bytes > SIZE_MAX / 2)
        return NULL;
    return dn_arena_alloc(&call_of(call)->scratch, bytes ? (size_t)bytes : 1);
}

static int32_t
host_text(const dunlin_call *call, dunlin_string text)
{
    dn_call *own = call_of(call);

    REFUSE_WITHOUT(own, text);
    return own->sinks->text(own, text);
}

/* Nobody wants the names of columns: the core asks for what it knows. */
static int32_t
host_columns(const dunlin_call *call, const dunlin_string *names, uint64_t count)
{
    dn_call *own = call_of(call);

    (void)names;
    (void)count;
    REFUSE_WITHOUT(own, row);
    return DUNLIN_OK;
}

static int32_t
host_row(const dunlin_call *call, const dunlin_value *values, uint64_t count)
{
    dn_call *own = call_of(call);

    REFUSE_WITHOUT(own, row);
    return own->sinks->row(own, values, count);
}

/* The three of a batch keep order themselves: they go on after a failure. */
static int32_t
host_next_item(const dunlin_call *call, dunlin_item *item)
{
    dn_call *own = call_of(call);

    if (!own->sinks->next_item)
        return dn_call_breach(own, "called next_item() in '%s'", own->function);
    return own->sinks->next_item(own, item);
}

static int32_t
host_item_done(const dunlin_call *call, const dunlin_outcome *outcome)
{
    dn_call *own = call_of(call);

    if (!own->sinks->item_done)
        return dn_call_breach(own, "called item_done() in '%s'", own->function);
    return own->sinks->item_done(own, outcome);
}

static int64_t
host_read_chunk(const dunlin_call *call, void *buffer, uint64_t bytes)
{
    dn_call *own = call_of(call);

    if (!own->sinks->read_chunk) {
        dn_call_breach(own, "called read_chunk() in '%s'", own->function);
        return -1;
    }
    return own->sinks->read_chunk(own, buffer, bytes);
}

static int32_t
host_fact(const dunlin_call *call, const dunlin_fact *fact)
{
    dn_call *own = call_of(call);

    REFUSE_WITHOUT(own, fact);
    return own->sinks->fact(own, fact);
}

/* An object that cannot be read is no reason to see none at all. */
static int32_t
host_unreadable(const dunlin_call *call, const dunlin_fact *key, dunlin_string reason)
{
    dn_call *own = call_of(call);
    dunlin_string name;

    REFUSE_WITHOUT(own, fact);
    if (own->sinks->unreadable)
        return own->sinks->unreadable(own, key, reason);
    name = key->path_count ? key->path[key->path_count - 1] : key->kind;
    if (own->log)
        dn_log_warning(own->log, "cannot read %.*s '%.*s': %.*s", (int)key->kind.length,
                       key->kind.data, (int)name.length, name.data, (int)reason.length,
                       reason.data);
    return DUNLIN_OK;
}

static int32_t
host_mark(const dunlin_call *call, dunlin_string mark)
{
    dn_call *own = call_of(call);

    REFUSE_WITHOUT(own, fact);
    return own->sinks->mark ? own->sinks->mark(own, mark) : DUNLIN_OK;
}

/* A service of the interface that this version of the core does not offer yet. */
static int32_t
not_offered(const dunlin_call *call, const char *service)
{
    dn_call *own = call_of(call);
    dunlin_failure failure = {
        .size = sizeof failure,
        .status = DUNLIN_UNSUPPORTED,
        .offset = -1,
        .inner_offset = -1,
    };
    char *message = dn_arena_printf(&own->scratch, "this dunlin does not offer %s() to driver '%s'",
                                    service, own->driver->table.name);

    if (!message)
        return dn_call_no_memory(own);
    failure.message = dn_string(message);
    return dn_call_fail(own, &failure);
}

static int32_t
host_gone(const dunlin_call *call, const dunlin_fact *key)
{
    dn_call *own = call_of(call);

    REFUSE_WITHOUT(own, gone);
    return own->sinks->gone(own, key);
}

static int32_t
host_find(const dunlin_call *call, const dunlin_fact *key, const dunlin_fact **found)
{
    dn_call *own = call_of(call);

    *found = NULL;
    if (own->failed || own->stopped)
        return own->answer;
    if (own->facts)
        *found = dn_fact_map_find(own->facts, key->kind, key->path, key->path_count);
    return DUNLIN_OK;
}

/* NULL for all kinds, and when there is no memory. */
static const char *
kind_name(dn_call *call, dunlin_string kind)
{
    return kind.length ? dn_arena_copy(&call->scratch, kind.data, kind.length) : NULL;
}

/* Whether there are facts to visit for a caller that still works; if not, `answer` tells it why. */
static bool
can_visit(dn_call *own, dunlin_string kind, const char **name, int32_t *answer)
{
    *answer = DUNLIN_OK;
    if (own->failed || own->stopped) {
        *answer = own->answer;
        return false;
    }
    if (!own->facts)
        return false;
    *name = kind_name(own, kind);
    if (kind.length && !*name) {
        *answer = dn_call_no_memory(own);
        return false;
    }
    return true;
}

static int32_t
host_each(const dunlin_call *call, dunlin_string kind,
          int32_t (*visit)(const dunlin_fact *fact, void *context), void *context)
{
    dn_call *own = call_of(call);
    const char *name = NULL;
    int32_t answer;

    return can_visit(own, kind, &name, &answer) ? dn_fact_map_each(own->facts, name, visit, context)
                                                : answer;
}

static int32_t
host_members(const dunlin_call *call, dunlin_string kind, const dunlin_string *path,
             uint64_t path_count, int32_t (*visit)(const dunlin_fact *fact, void *context),
             void *context)
{
    dn_call *own = call_of(call);
    const char *name = NULL;
    int32_t answer;

    if (!can_visit(own, kind, &name, &answer))
        return answer;
    return dn_fact_map_members(own->facts, name, path, path_count, visit, context);
}

/* The rules of the calling driver for `profile`; those of the last one asked for are kept. */
static const dn_lex_rules *
rules_for(dn_call *call, const dunlin_profile *profile)
{
    if (!call->rules || (profile && profile != call->profile)) {
        call->rules = NULL;
        if (dn_driver_rules(call->driver, profile, &call->scratch, &call->rules, call->error) < 0)
            return NULL;
        call->profile = profile;
    }
    return call->rules;
}

static int32_t
host_tokens(const dunlin_call *call, const dunlin_profile *profile, dunlin_string text,
            int32_t (*visit)(const dunlin_token *token, void *context), void *context)
{
    dn_call *own = call_of(call);
    const dn_lex_rules *rules;

    if (own->failed || own->stopped)
        return own->answer;
    if (own->sinks->lexer_rule)
        return dn_call_breach(own, "called tokens() while it gave its rules");
    rules = rules_for(own, profile);
    if (!rules)
        return dn_call_abort(own);
    return dn_lex_tokens(rules, text, visit, context);
}

static int32_t
host_parse(const dunlin_call *call, const dunlin_profile *profile, dunlin_string text,
           int32_t (*visit)(const dunlin_fact *fact, void *context), void *context)
{
    (void)profile;
    (void)text;
    (void)visit;
    (void)context;
    return not_offered(call, "parse");
}

static int32_t
host_step(const dunlin_call *call, const dunlin_step *step)
{
    dn_call *own = call_of(call);

    REFUSE_WITHOUT(own, step);
    return own->sinks->step(own, step);
}

static int32_t
host_note(const dunlin_call *call, const dunlin_note *note)
{
    dn_call *own = call_of(call);

    REFUSE_WITHOUT(own, note);
    return own->sinks->note(own, note);
}

/* Borrowed strings as the C strings that the system wants, in the memory of the call. */
static const char **
c_strings(dn_call *call, const dunlin_string *strings, uint64_t count)
{
    const char **list =
        (const char **)dn_arena_array(&call->scratch, (size_t)count + 1, sizeof(*list));

    for (uint64_t i = 0; list && i < count; i++) {
        list[i] = dn_arena_copy(&call->scratch, strings[i].data, (size_t)strings[i].length);
        if (!list[i])
            return NULL;
    }
    return list;
}

static int32_t
host_process(const dunlin_call *call, const dunlin_process *told)
{
    dn_call *own = call_of(call);
    dunlin_process wanted = {0};
    dn_process process = {.log = own->log};

    if (own->failed || own->stopped)
        return own->answer;
    memcpy(&wanted, told, told->size < sizeof wanted ? (size_t)told->size : sizeof wanted);
    if (!wanted.argument_count)
        return dn_call_breach(own, "called process() without a program");
    process.arguments = c_strings(own, wanted.arguments, wanted.argument_count);
    process.environment = c_strings(own, wanted.environment, wanted.environment_count);
    process.output = dn_arena_copy(&own->scratch, wanted.output.data, (size_t)wanted.output.length);
    process.input = dn_arena_copy(&own->scratch, wanted.input.data, (size_t)wanted.input.length);
    process.visit = wanted.visit;
    process.context = wanted.context;
    if (!process.arguments || !process.environment || !process.output || !process.input)
        return dn_call_no_memory(own);
    return dn_process_run(&process, own->error) < 0 ? dn_call_abort(own) : DUNLIN_OK;
}

static int32_t
host_lexer_rule(const dunlin_call *call, const dunlin_lexer_rule *rule)
{
    dn_call *own = call_of(call);

    REFUSE_WITHOUT(own, lexer_rule);
    return own->sinks->lexer_rule(own, rule);
}

static int32_t
host_classified(const dunlin_call *call, const dunlin_class *result)
{
    dn_call *own = call_of(call);

    REFUSE_WITHOUT(own, classified);
    return own->sinks->classified(own, result);
}

static int32_t
host_touched(const dunlin_call *call, const dunlin_fact *key)
{
    dn_call *own = call_of(call);

    if (!own->sinks->touched)
        REFUSE_WITHOUT(own, classified);
    if (own->failed || own->stopped)
        return own->answer;
    return own->sinks->touched ? own->sinks->touched(own, key) : DUNLIN_OK;
}

static int32_t
host_expression_rule(const dunlin_call *call, const dunlin_expression_rule *rule)
{
    dn_call *own = call_of(call);

    REFUSE_WITHOUT(own, expression_rule);
    return own->sinks->expression_rule(own, rule);
}

/* The translator for `profile`; that of the last one asked for is kept. */
static const dn_driver_translations *
translator_for(dn_call *call, const dunlin_profile *profile)
{
    dn_driver_translations *made;

    if (call->translator && (!profile || profile == call->translator_profile))
        return call->translator;
    call->translator = NULL;
    made = dn_arena_alloc(&call->scratch, sizeof *made);
    if (!made) {
        dn_no_memory(call->error);
        return NULL;
    }
    if (dn_driver_translator(call->driver, profile, &call->scratch, made, call->error) < 0)
        return NULL;
    made->columns = call->columns;
    call->translator = made;
    call->translator_profile = profile;
    return made;
}

/* Bytes of the text that a reason shows. */
enum { SHOWN_LIMIT = 40 };

static int32_t
untranslatable(dn_call *call, const dn_ddl_translation *translation, dunlin_string text)
{
    dunlin_failure failure = {
        .size = sizeof failure,
        .status = DUNLIN_UNSUPPORTED,
        .offset = -1,
        .inner_offset = -1,
    };
    uint64_t offset = translation->offset < text.length ? translation->offset : text.length;
    dn_text message = DN_TEXT_INIT;
    int32_t status;

    dn_text_add_string(&message, translation->reason);
    if (offset < text.length) {
        dn_text_add_string(&message, ", at '");
        dn_text_add_visible(&message, text.data + offset, text.length - offset, SHOWN_LIMIT);
        dn_text_add_char(&message, '\'');
    }
    if (message.failed) {
        dn_text_free(&message);
        return dn_call_no_memory(call);
    }
    failure.message = dn_span(message.data, message.length);
    status = dn_call_fail(call, &failure);
    dn_text_free(&message);
    return status;
}

static int32_t
host_translate(const dunlin_call *call, const dunlin_profile *profile, int32_t what,
               dunlin_string text, dunlin_string *native)
{
    dn_call *own = call_of(call);
    const dn_driver_translations *translator;
    dn_ddl_translation translation;

    *native = text;
    if (own->failed || own->stopped)
        return own->answer;
    /* A driver without rules speaks for itself. */
    if (own->own_dialect || !own->driver->table.expression_rules)
        return DUNLIN_OK;
    if (own->sinks->expression_rule)
        return dn_call_breach(own, "called translate() while it gave its rules");
    translator = translator_for(own, profile);
    if (!translator ||
        dn_driver_translate(translator, what, text, &own->scratch, &translation, own->error) < 0)
        return dn_call_abort(own);
    if (!translation.text.data)
        return untranslatable(own, &translation, text);
    *native = translation.text;
    return DUNLIN_OK;
}

static int32_t
host_url_part(const dunlin_call *call, const dunlin_url_part *part)
{
    (void)part;
    REFUSE_WITHOUT(call_of(call), url_text);
    return DUNLIN_OK;
}

static int32_t
host_profile(const dunlin_call *call, const dunlin_profile *profile)
{
    dn_call *own = call_of(call);

    REFUSE_WITHOUT(own, profile);
    return own->sinks->profile(own, profile);
}

static int32_t
host_server(const dunlin_call *call, const dunlin_server *server)
{
    dn_call *own = call_of(call);

    REFUSE_WITHOUT(own, server);
    return own->sinks->server(own, server);
}

static int32_t
host_holder(const dunlin_call *call, const dunlin_holder *holder)
{
    dn_call *own = call_of(call);

    REFUSE_WITHOUT(own, holder);
    return own->sinks->holder(own, holder);
}

static int32_t
host_url_text(const dunlin_call *call, dunlin_string redacted, dunlin_string identity)
{
    dn_call *own = call_of(call);

    REFUSE_WITHOUT(own, url_text);
    return own->sinks->url_text(own, redacted, identity);
}

static int32_t
host_missing(const dunlin_call *call, const dunlin_missing *missing)
{
    dn_call *own = call_of(call);

    REFUSE_WITHOUT(own, missing);
    return own->sinks->missing(own, missing);
}

static int32_t
host_shadow(const dunlin_call *call, const dunlin_shadow_found *found)
{
    dn_call *own = call_of(call);

    REFUSE_WITHOUT(own, shadow);
    return own->sinks->shadow(own, found);
}

const dunlin_host dn_host_services = {
    .size = sizeof(dunlin_host),
    .abi = DUNLIN_DRIVER_ABI,
    .revision = DUNLIN_DRIVER_REVISION,
    .fail = host_fail,
    .log = host_log,
    .notice = host_notice,
    .progress = host_progress,
    .cancelled = host_cancelled,
    .scratch = host_scratch,
    .text = host_text,
    .columns = host_columns,
    .row = host_row,
    .next_item = host_next_item,
    .item_done = host_item_done,
    .read_chunk = host_read_chunk,
    .fact = host_fact,
    .gone = host_gone,
    .unreadable = host_unreadable,
    .mark = host_mark,
    .find = host_find,
    .each = host_each,
    .tokens = host_tokens,
    .parse = host_parse,
    .step = host_step,
    .note = host_note,
    .process = host_process,
    .lexer_rule = host_lexer_rule,
    .classified = host_classified,
    .touched = host_touched,
    .url_part = host_url_part,
    .profile = host_profile,
    .server = host_server,
    .holder = host_holder,
    .url_text = host_url_text,
    .expression_rule = host_expression_rule,
    .translate = host_translate,
    .missing = host_missing,
    .shadow = host_shadow,
    .members = host_members,
};
