/* SPDX-License-Identifier: MIT */
#include "tests/conformance/fake_host.h"

#include <ctype.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

dunlin_string
fake_string(const char *text)
{
    return (dunlin_string){text, text != NULL ? strlen(text) : 0};
}

dunlin_value
fake_text(const char *text)
{
    return (dunlin_value){.type = DUNLIN_VALUE_TEXT, .text = fake_string(text)};
}

dunlin_value
fake_integer(int64_t integer)
{
    return (dunlin_value){.type = DUNLIN_VALUE_INTEGER, .integer = integer};
}

static void
keep(char *place, size_t size, dunlin_string text)
{
    snprintf(place, size, "%.*s", (int)text.length, text.length > 0 ? text.data : "");
}

static void __attribute__((format(printf, 2, 3))) add(fake_host *host, const char *format, ...)
{
    size_t length = strlen(host->lines);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(host->lines + length, sizeof(host->lines) - length, format, arguments);
    va_end(arguments);
}

#define TEXT(string) (int)(string).length, (string).length > 0 ? (string).data : ""

/* --- services --- */
static int32_t
take_fail(const dunlin_call *call, const dunlin_failure *failure)
{
    fake_host *host = call->context;

    host->failures++;
    host->status = failure->status;
    host->native_code = failure->native_code;
    host->offset = failure->offset;
    keep(host->message, sizeof(host->message), failure->message);
    keep(host->hint, sizeof(host->hint), failure->hint);
    keep(host->detail, sizeof(host->detail), failure->detail);
    keep(host->sqlstate, sizeof(host->sqlstate), fake_string(failure->sqlstate));
    keep(host->inner_sql, sizeof(host->inner_sql), failure->inner_sql);
    host->inner_offset = failure->inner_offset;
    keep(host->object, sizeof(host->object), failure->object);
    return failure->status;
}

static void
take_log(const dunlin_call *call, int32_t level, dunlin_string message)
{
    (void)call;
    (void)level;
    (void)message;
}

static void
take_notice(const dunlin_call *call, dunlin_string sqlstate, dunlin_string message)
{
    (void)sqlstate;
    add(call->context, "notice %.*s\n", TEXT(message));
}

static void
take_progress(const dunlin_call *call, int64_t done, int64_t total, dunlin_string unit)
{
    fake_host *host = call->context;

    (void)unit;
    assert_true(done >= 0 && done <= total);
    host->progress_done = done;
    host->progress_total = total;
}

static int32_t
is_cancelled(const dunlin_call *call)
{
    return ((fake_host *)call->context)->cancelled;
}

static void *
give_scratch(const dunlin_call *call, uint64_t bytes)
{
    fake_host *host = call->context;

    assert_true(host->scratch_count < FAKE_ITEMS);
    return host->scratch[host->scratch_count++] = calloc(1, bytes > 0 ? bytes : 1);
}

static int32_t
take_text(const dunlin_call *call, dunlin_string text)
{
    add(call->context, "%.*s\n", TEXT(text));
    return DUNLIN_OK;
}

static int32_t
take_columns(const dunlin_call *call, const dunlin_string *names, uint64_t count)
{
    (void)call;
    for (uint64_t i = 0; i < count; i++)
        assert_true(names[i].length > 0);
    return DUNLIN_OK;
}

static int32_t
take_row(const dunlin_call *call, const dunlin_value *values, uint64_t count)
{
    fake_host *host = call->context;

    for (uint64_t i = 0; i < count; i++) {
        add(host, "%s", i > 0 ? "|" : "");
        if (values[i].type == DUNLIN_VALUE_INTEGER)
            add(host, "%lld", (long long)values[i].integer);
        else if (values[i].type == DUNLIN_VALUE_TEXT)
            add(host, "'%.*s'", TEXT(values[i].text));
        else if (values[i].type == DUNLIN_VALUE_BLOB)
            add(host, "blob(%d)", (int)values[i].text.length);
        else
            add(host, "null");
    }
    add(host, "\n");
    return ++host->rows == host->stop_after ? DUNLIN_STOP : DUNLIN_OK;
}

static int32_t
give_item(const dunlin_call *call, dunlin_item *item)
{
    fake_host *host = call->context;
    const fake_item *next;

    if (host->pulled >= host->item_count)
        return DUNLIN_STOP;
    next = &host->items[host->pulled];
    item->kind = next->kind;
    item->ordinal = (uint64_t)host->pulled++;
    item->sql = fake_string(next->sql);
    item->values = next->values;
    item->value_count = next->value_count;
    item->lock_timeout_ms = next->lock_timeout_ms;
    item->statement_timeout_ms = next->statement_timeout_ms;
    item->expected = fake_string(next->expected);
    return DUNLIN_OK;
}

static int32_t
take_outcome(const dunlin_call *call, const dunlin_outcome *outcome)
{
    fake_host *host = call->context;

    assert_true(host->outcome_count < FAKE_ITEMS);
    assert_int_equal(outcome->ordinal, host->outcome_count);
    host->outcomes[host->outcome_count++] = *outcome;
    return DUNLIN_OK;
}

static void
add_key(fake_host *host, const char *lead, const dunlin_fact *fact)
{
    add(host, "%s%.*s ", lead, TEXT(fact->kind));
    for (uint64_t i = 0; i < fact->path_count; i++)
        add(host, "%s%.*s", i > 0 ? "/" : "", TEXT(fact->path[i]));
}

/* " type=TEXT not_null columns=[a b] keys=[{column=a desc}]" */
static void
add_property(fake_host *host, const dunlin_property *property)
{
    static const char *const brackets[] = {"[", "{"};
    size_t length = strlen(host->lines);
    const char *blank = length > 0 && strchr("[{", host->lines[length - 1]) ? "" : " ";

    if (property->type == DUNLIN_PROPERTY_END) {
        add(host, "%s", property->integer == 1 ? "}" : "]");
        return;
    }
    add(host, "%s%.*s", blank, TEXT(property->name));
    if (property->type == DUNLIN_PROPERTY_BOOLEAN && property->integer == 1)
        return;
    add(host, "%s", property->name.length > 0 ? "=" : "");
    if (property->type >= DUNLIN_PROPERTY_LIST_BEGIN)
        add(host, "%s", brackets[property->type - DUNLIN_PROPERTY_LIST_BEGIN]);
    else if (property->type >= DUNLIN_PROPERTY_INTEGER)
        add(host, "%lld", (long long)property->integer);
    else
        add(host, "%.*s", TEXT(property->text));
}

static bool
is_informational(dunlin_string name)
{
    static const char *const names[] = {"order", "depends", "text"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (name.length == strlen(names[i]) && memcmp(name.data, names[i], name.length) == 0)
            return true;
    return false;
}

static int
compare_texts(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void
sort_members(fake_host *host, const size_t *begins, size_t count)
{
    char *members[32];

    for (size_t i = 0; i < count; i++)
        members[i] = strndup(host->lines + begins[i], begins[i + 1] - begins[i]);
    qsort(members, count, sizeof *members, compare_texts);
    host->lines[begins[0]] = '\0';
    for (size_t i = 0; i < count; i++) {
        add(host, "%s", members[i]);
        free(members[i]);
    }
}

static int32_t
take_fact(const dunlin_call *call, const dunlin_fact *fact)
{
    fake_host *host = call->context;
    size_t begins[32];
    size_t count = 0;
    int32_t open[8];
    int depth = 0;

    if (host->keep_fact != NULL)
        return host->keep_fact(fact, host->keep_context);

    add_key(host, "", fact);
    begins[0] = strlen(host->lines);
    for (uint64_t i = 0; i < fact->property_count; i++) {
        dunlin_property property = fact->properties[i];

        if (depth == 0 && host->canonical && is_informational(property.name)) {
            while (property.type == DUNLIN_PROPERTY_LIST_BEGIN &&
                   fact->properties[i].type != DUNLIN_PROPERTY_END)
                i++;
            continue;
        }
        if (property.type == DUNLIN_PROPERTY_END) {
            assert_true(depth > 0);
            property.integer = open[--depth] == DUNLIN_PROPERTY_STRUCT_BEGIN ? 1 : 0;
        } else if (property.type >= DUNLIN_PROPERTY_LIST_BEGIN) {
            assert_true(depth < 8);
            open[depth++] = property.type;
        }
        add_property(host, &property);
        if (depth == 0 && count < 30)
            begins[++count] = strlen(host->lines);
    }
    if (host->canonical)
        sort_members(host, begins, count);
    assert_int_equal(depth, 0);
    add(host, "\n");
    return DUNLIN_OK;
}

static int32_t
take_gone(const dunlin_call *call, const dunlin_fact *key)
{
    add_key(call->context, "gone ", key);
    add(call->context, "\n");
    return DUNLIN_OK;
}

static int32_t
take_unreadable(const dunlin_call *call, const dunlin_fact *key, dunlin_string reason)
{
    add_key(call->context, "unreadable ", key);
    add(call->context, ": %.*s\n", TEXT(reason));
    return DUNLIN_OK;
}

/* "[0+1] CREATE ..", and for other roles "[0+1] check 0: SELECT .." */
static int32_t
take_step(const dunlin_call *call, const dunlin_step *step)
{
    static const char *const roles[] = {"",       "before-begin: ",  "probe ",   "",
                                        "check ", "post-condition ", "finally: "};
    fake_host *host = call->context;
    fake_step *kept = &host->steps[host->step_count];

    assert_true(step->role >= DUNLIN_STEP_BEFORE_BEGIN && step->role <= DUNLIN_STEP_FINALLY);
    assert_true(host->step_count < FAKE_ITEMS);
    kept->role = step->role;
    kept->sql = strndup(step->sql.data, step->sql.length);
    kept->expected =
        strndup(step->expected.length > 0 ? step->expected.data : "", step->expected.length);
    host->step_count++;
    add(host, "[%d+%d] %s%.*s%s%.*s\n", (int)step->first_operation, (int)step->operation_count,
        roles[step->role], TEXT(step->expected), step->expected.length > 0 ? ": " : "",
        TEXT(step->sql));
    return DUNLIN_OK;
}

void
fake_forget_steps(fake_host *host)
{
    while (host->step_count > 0) {
        fake_step *step = &host->steps[--host->step_count];

        free(step->sql);
        free(step->expected);
    }
}

static bool
same_name(dunlin_string left, dunlin_string right)
{
    return left.length == right.length && strncasecmp(left.data, right.data, left.length) == 0;
}

static int32_t
find_fact(const dunlin_call *call, const dunlin_fact *key, const dunlin_fact **found)
{
    const fake_host *host = call->context;

    *found = NULL;
    for (size_t i = 0; i < host->fact_count && *found == NULL; i++) {
        const dunlin_fact *fact = host->facts[i];
        bool same = same_name(fact->kind, key->kind) && fact->path_count == key->path_count;

        for (uint64_t j = 0; j < key->path_count && same; j++)
            same = same_name(fact->path[j], key->path[j]);
        *found = same ? fact : NULL;
    }
    return DUNLIN_OK;
}

static int32_t
each_fact(const dunlin_call *call, dunlin_string kind,
          int32_t (*visit)(const dunlin_fact *fact, void *context), void *context)
{
    const fake_host *host = call->context;

    for (size_t i = 0; i < host->fact_count; i++)
        if (same_name(host->facts[i]->kind, kind)) {
            int32_t status = visit(host->facts[i], context);

            if (status != DUNLIN_OK)
                return status;
        }
    return DUNLIN_OK;
}

static int32_t
each_member(const dunlin_call *call, dunlin_string kind, const dunlin_string *path,
            uint64_t path_count, int32_t (*visit)(const dunlin_fact *fact, void *context),
            void *context)
{
    const fake_host *host = call->context;
    int32_t status = DUNLIN_OK;

    for (size_t i = 0; i < host->fact_count && status == DUNLIN_OK; i++) {
        const dunlin_fact *fact = host->facts[i];
        bool same =
            (kind.length == 0 || same_name(fact->kind, kind)) && fact->path_count == path_count + 1;

        for (uint64_t j = 0; j < path_count && same; j++)
            same = same_name(fact->path[j], path[j]);
        if (same)
            status = visit(fact, context);
    }
    return status;
}

static int32_t
translate(const dunlin_call *call, const dunlin_profile *profile, int32_t what, dunlin_string text,
          dunlin_string *native)
{
    const fake_host *host = call->context;

    (void)profile;
    *native = text;
    return host->translate != NULL ? host->translate(what, text, native) : DUNLIN_OK;
}

static int32_t
take_note(const dunlin_call *call, const dunlin_note *note)
{
    add(call->context, "note %d on %d: %.*s\n", (int)note->kind, (int)note->operation,
        TEXT(note->message));
    return DUNLIN_OK;
}

static int32_t
take_rule(const dunlin_call *call, const dunlin_lexer_rule *rule)
{
    add(call->context, "%d %d [%.*s] [%.*s] [%.*s]\n", (int)rule->kind, (int)rule->flags,
        TEXT(rule->open), TEXT(rule->close), TEXT(rule->head));
    return DUNLIN_OK;
}

static int32_t
take_class(const dunlin_call *call, const dunlin_class *result)
{
    ((fake_host *)call->context)->class_flags = result->flags;
    return DUNLIN_OK;
}

static int32_t
take_part(const dunlin_call *call, const dunlin_url_part *part)
{
    if (part->secret)
        add(call->context, "secret %.*s\n", TEXT(part->name));
    return DUNLIN_OK;
}

static int32_t
take_profile(const dunlin_call *call, const dunlin_profile *profile)
{
    add(call->context, "%.*s %d.%d.%d\n", TEXT(profile->flavour), (int)profile->major,
        (int)profile->minor, (int)profile->patch);
    return DUNLIN_OK;
}

static int32_t
take_server(const dunlin_call *call, const dunlin_server *server)
{
    fake_host *host = call->context;

    host->server = *server;
    host->profile = *server->profile;
    host->server.profile = &host->profile;
    keep(host->server_path, sizeof(host->server_path), server->path);
    add(host, "%.*s|%.*s|%.*s|%.*s", TEXT(server->profile->flavour), TEXT(server->identity),
        TEXT(server->name), TEXT(server->path));
    for (uint64_t i = 0; i < server->profile->setting_count; i++)
        add(host, "|%.*s", TEXT(server->profile->settings[i]));
    add(host, "\n");
    return DUNLIN_OK;
}

static int32_t
take_holder(const dunlin_call *call, const dunlin_holder *holder)
{
    add(call->context, "%.*s|%.*s|%d\n", TEXT(holder->backend), TEXT(holder->application),
        (int)holder->since.length);
    return DUNLIN_OK;
}

static int32_t
take_url_text(const dunlin_call *call, dunlin_string redacted, dunlin_string identity)
{
    add(call->context, "%.*s -> %.*s\n", TEXT(redacted), TEXT(identity));
    return DUNLIN_OK;
}

static int32_t
take_expression_rule(const dunlin_call *call, const dunlin_expression_rule *rule)
{
    const fake_host *host = call->context;

    return host->take_expression_rule != NULL ? host->take_expression_rule(rule) : DUNLIN_OK;
}

/* --- the host --- */
const dunlin_driver *
fake_load(const char *name)
{
    const char *build = getenv("BUILD");
    char variable[64];
    char path[4096];
    void *library;
    dunlin_driver_entry entry;

    snprintf(variable, sizeof(variable), "DUNLIN_%s_SO", name);
    for (char *letter = variable; *letter != '\0'; letter++)
        *letter = (char)toupper((unsigned char)*letter);
    snprintf(path, sizeof(path), "%s/lib/dunlin/drivers/%u/%s.so", build != NULL ? build : ".",
             DUNLIN_DRIVER_ABI, name);
    library = dlopen(getenv(variable) != NULL ? getenv(variable) : path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return NULL;
    }
    *(void **)&entry = dlsym(library, DUNLIN_DRIVER_ENTRY_SYMBOL);
    return entry != NULL ? entry(DUNLIN_DRIVER_ABI, DUNLIN_DRIVER_REVISION) : NULL;
}

void
fake_begin(fake_host *host, const dunlin_driver *driver)
{
    memset(host, 0, sizeof(*host));
    host->driver = driver;
    host->services = (dunlin_host){
        .size = sizeof(host->services),
        .abi = DUNLIN_DRIVER_ABI,
        .revision = DUNLIN_DRIVER_REVISION,
        .fail = take_fail,
        .log = take_log,
        .notice = take_notice,
        .progress = take_progress,
        .cancelled = is_cancelled,
        .scratch = give_scratch,
        .text = take_text,
        .columns = take_columns,
        .row = take_row,
        .next_item = give_item,
        .item_done = take_outcome,
        .fact = take_fact,
        .gone = take_gone,
        .unreadable = take_unreadable,
        .find = find_fact,
        .each = each_fact,
        .members = each_member,
        .translate = translate,
        .expression_rule = take_expression_rule,
        .step = take_step,
        .note = take_note,
        .lexer_rule = take_rule,
        .classified = take_class,
        .url_part = take_part,
        .profile = take_profile,
        .server = take_server,
        .holder = take_holder,
        .url_text = take_url_text,
    };
    host->call = (dunlin_call){
        .size = sizeof(host->call), .host = &host->services, .context = host, .wake_fd = -1};
}

void
fake_end(fake_host *host)
{
    fake_call(host);
    fake_forget_steps(host);
}

const dunlin_call *
fake_call(fake_host *host)
{
    while (host->scratch_count > 0)
        free(host->scratch[--host->scratch_count]);
    host->failures = 0;
    host->status = DUNLIN_OK;
    host->native_code = 0;
    host->offset = -1;
    host->inner_offset = -1;
    host->detail[0] = host->sqlstate[0] = host->inner_sql[0] = '\0';
    host->message[0] = host->hint[0] = host->object[0] = host->lines[0] = '\0';
    host->rows = 0;
    host->pulled = host->item_count = host->outcome_count = 0;
    host->items = NULL;
    return &host->call;
}

void
fake_assert_done(fake_host *host, int32_t status, const char *file, int line)
{
    if (status != DUNLIN_OK || host->failures != 0)
        print_error("status %d, %d failures: %s\n", (int)status, host->failures, host->message);
    _assert_int_equal((unsigned long)status, DUNLIN_OK, file, line);
    _assert_int_equal((unsigned long)host->failures, 0, file, line);
}

void
fake_assert_fails(fake_host *host, int32_t status, int32_t class, const char *text,
                  const char *file, int line)
{
    _assert_string_equal(host->message, text, file, line);
    _assert_int_equal((unsigned long)status, (unsigned long)class, file, line);
    _assert_int_equal((unsigned long)host->status, (unsigned long)class, file, line);
    _assert_int_equal((unsigned long)host->failures, 1, file, line);
}

static dunlin_connection *
open_as(fake_host *host, const char *url, int32_t read_only)
{
    dunlin_open_options options = {.size = sizeof(options),
                                   .purpose = DUNLIN_PURPOSE_WORK,
                                   .read_only = read_only,
                                   .application = fake_string("test")};
    dunlin_connection *connection = NULL;

    if (host->driver->open(fake_call(host), fake_string(url), &options, &connection) != DUNLIN_OK)
        return NULL;
    return connection;
}

dunlin_connection *
fake_open(fake_host *host, const char *url)
{
    return open_as(host, url, 0);
}

dunlin_connection *
fake_open_to_read(fake_host *host, const char *url)
{
    return open_as(host, url, 1);
}

int32_t
fake_run(fake_host *host, dunlin_connection *connection, const fake_item *items, int count)
{
    const dunlin_call *call = fake_call(host);

    host->items = items;
    host->item_count = count;
    return host->driver->run(call, connection);
}

int32_t
fake_execute(fake_host *host, dunlin_connection *connection, const char *sql)
{
    fake_item item = {.kind = DUNLIN_ITEM_STATEMENT, .sql = sql};

    return fake_run(host, connection, &item, 1);
}

int32_t
fake_do(fake_host *host, dunlin_connection *connection, int32_t kind)
{
    fake_item item = {.kind = kind};

    return fake_run(host, connection, &item, 1);
}

const char *
fake_rows(fake_host *host, dunlin_connection *connection, const char *sql)
{
    assert_done(host, host->driver->query(fake_call(host), connection, fake_string(sql), NULL, 0));
    return host->lines;
}
