/* SPDX-License-Identifier: MIT
 *
 * The toy driver; see toy.h. It uses nothing but the public headers.
 */
#include "tests/drivers/toy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

struct dunlin_connection {
    toy_store store;
    char fail_word[32];
    int lock_fd;
    bool in_transaction;
};

static dunlin_string
text_of(const char *text)
{
    return (dunlin_string){text, strlen(text)};
}

static int32_t
fail(const dunlin_call *call, int32_t status, const char *message)
{
    dunlin_failure failure = {
        .size = sizeof failure, .status = status, .offset = -1, .inner_offset = -1};

    failure.message = text_of(message);
    return call->host->fail(call, &failure);
}

/* --- URL --- */
typedef struct toy_url {
    char path[512];
    char fail_word[32];
} toy_url;

/* With its colon; 0: not one of ours. */
static size_t
length_of_scheme(dunlin_string url)
{
    static const char *const schemes[] = {"toy:", "toys:", "plaything:"};

    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (url.length >= strlen(schemes[i]) &&
            memcmp(url.data, schemes[i], strlen(schemes[i])) == 0)
            return strlen(schemes[i]);
    return 0;
}

static int32_t
cut_url(const dunlin_call *call, dunlin_string url, toy_url *parts)
{
    static const char option[] = "?fail=";
    size_t lead = length_of_scheme(url);
    const char *query = memchr(url.data, '?', url.length);
    size_t end = query ? (size_t)(query - url.data) : url.length;
    size_t rest = url.length - end;

    memset(parts, 0, sizeof *parts);
    if (lead == 0 || url.length <= lead || url.data[lead] != '/' ||
        memchr(url.data, 0, url.length) || memchr(url.data, '%', end))
        return fail(call, DUNLIN_USAGE, "a toy URL reads toy:/absolute/path");
    if (end - lead >= sizeof parts->path)
        return fail(call, DUNLIN_USAGE, "the path is too long");
    memcpy(parts->path, url.data + lead, end - lead);
    if (!rest)
        return DUNLIN_OK;
    if (rest < sizeof option || memcmp(query, option, sizeof option - 1) != 0 ||
        rest - (sizeof option - 1) >= sizeof parts->fail_word)
        return fail(call, DUNLIN_USAGE, "a toy URL knows the parameter 'fail' alone");
    memcpy(parts->fail_word, query + sizeof option - 1, rest - (sizeof option - 1));
    return DUNLIN_OK;
}

static int32_t
toy_url_parts(const dunlin_call *call, dunlin_string url)
{
    toy_url parts;
    int32_t status = cut_url(call, url, &parts);
    dunlin_url_part part = {.size = sizeof part, .name = {"path", 4}};

    if (status != DUNLIN_OK)
        return status;
    part.value = text_of(parts.path);
    status = call->host->url_part(call, &part);
    return status != DUNLIN_OK ? status : call->host->url_text(call, url, text_of(parts.path));
}

/* --- facts about the database --- */
static const char *
toy_library(void)
{
    return "Toy 1.0";
}

static int32_t
toy_capabilities(const dunlin_call *call, const dunlin_profile *profile,
                 dunlin_capabilities *capabilities)
{
    (void)call;
    (void)profile;
    capabilities->flags = DUNLIN_CAN_TRANSACTIONAL_DDL | DUNLIN_CAN_INTROSPECT_OBJECTS;
    capabilities->lock_kind = DUNLIN_LOCK_SESSION;
    capabilities->identifier_limit = TOY_NAME - 1;
    return DUNLIN_OK;
}

static int32_t
toy_lexer_rules(const dunlin_call *call, const dunlin_profile *profile)
{
    static const struct {
        int32_t kind;
        int32_t flags;
        const char *open;
        const char *close;
    } rules[] = {
        {DUNLIN_LEX_QUOTE, DUNLIN_LEX_DOUBLED, "'", "'"},
        {DUNLIN_LEX_QUOTE, DUNLIN_LEX_DOUBLED | DUNLIN_LEX_IDENTIFIER, "\"", "\""},
        {DUNLIN_LEX_COMMENT, 0, "--", ""},
        {DUNLIN_LEX_COMMENT, 0, "/*", "*/"},
    };

    (void)profile;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        dunlin_lexer_rule rule = {
            .size = sizeof rule, .kind = rules[i].kind, .flags = rules[i].flags};
        int32_t status;

        rule.open = text_of(rules[i].open);
        rule.close = text_of(rules[i].close);
        rule.head = rule.openers = rule.closers = text_of("");
        status = call->host->lexer_rule(call, &rule);
        if (status != DUNLIN_OK)
            return status;
    }
    return DUNLIN_OK;
}

static int32_t
push_quoted(const dunlin_call *call, dunlin_string text, const char *quote)
{
    int32_t status = call->host->text(call, text_of(quote));

    for (uint64_t i = 0; i < text.length && status == DUNLIN_OK; i++) {
        status = call->host->text(call, (dunlin_string){text.data + i, 1});
        if (status == DUNLIN_OK && text.data[i] == *quote)
            status = call->host->text(call, text_of(quote));
    }
    return status == DUNLIN_OK ? call->host->text(call, text_of(quote)) : status;
}

/* Enough to see that rules and quoting meet. */
static int32_t
toy_expression_rules(const dunlin_call *call, const dunlin_profile *profile)
{
    static const dunlin_expression_rule rules[] = {
        {.size = sizeof(dunlin_expression_rule),
         .kind = DUNLIN_RULE_OPERATOR,
         .name = {"||", 2},
         .operands = {"text text", 9},
         .native = {"JOIN($1, $2)", 12}},
        {.size = sizeof(dunlin_expression_rule),
         .kind = DUNLIN_RULE_FUNCTION,
         .name = {"lower", 5}},
    };

    (void)profile;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        int32_t answer = call->host->expression_rule(call, &rules[i]);

        if (answer != DUNLIN_OK)
            return answer;
    }
    return DUNLIN_OK;
}

static int32_t
toy_quote_identifier(const dunlin_call *call, const dunlin_profile *profile, dunlin_string name)
{
    (void)profile;
    return push_quoted(call, name, "\"");
}

static int32_t
toy_quote_literal(const dunlin_call *call, const dunlin_profile *profile, dunlin_string value)
{
    (void)profile;
    return push_quoted(call, value, "'");
}

/* The first two words, as the toy's own rules cut them. */
typedef struct lead {
    dunlin_string words[2];
    int count;
} lead;

static int32_t
take_word(const dunlin_token *token, void *context)
{
    lead *first = context;

    first->words[first->count++] = token->text;
    return first->count == 2;
}

static int32_t
toy_classify(const dunlin_call *call, const dunlin_profile *profile, dunlin_connection *connection,
             dunlin_string statement)
{
    static const struct {
        const char *word;
        uint64_t flags;
    } words[] = {
        {"CREATE", DUNLIN_CLASS_DDL},
        {"ALTER", DUNLIN_CLASS_DDL},
        {"DROP", DUNLIN_CLASS_DDL},
        {"SELECT", DUNLIN_CLASS_QUERY},
        {"WITH", DUNLIN_CLASS_QUERY},
        {"BEGIN", DUNLIN_CLASS_BEGIN},
        {"COMMIT", DUNLIN_CLASS_COMMIT},
        {"ROLLBACK", DUNLIN_CLASS_ROLLBACK},
        {"SAVEPOINT", DUNLIN_CLASS_SAVEPOINT},
        {"RELEASE", DUNLIN_CLASS_SAVEPOINT},
        {"PRAGMA", DUNLIN_CLASS_AROUND},
        {"VACUUM", DUNLIN_CLASS_NO_TRANSACTION},
    };
    dunlin_class result = {.size = sizeof result, .flags = DUNLIN_CLASS_DATA};
    lead first = {{{NULL, 0}, {NULL, 0}}, 0};
    int32_t status = call->host->tokens(call, profile, statement, take_word, &first);

    (void)connection;
    if (first.count == 0)
        return status ? status : call->host->classified(call, &result);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (toy_begins(first.words[0], words[i].word))
            result.flags = words[i].flags;
    if (result.flags == DUNLIN_CLASS_ROLLBACK && first.count > 1 &&
        toy_begins(first.words[1], "TO"))
        result.flags = DUNLIN_CLASS_SAVEPOINT;
    return call->host->classified(call, &result);
}

/* Appends the quoted name; the caller has made room. */
static size_t
write_name(char *to, dunlin_string name)
{
    size_t used = 0;

    to[used++] = '"';
    for (uint64_t i = 0; i < name.length; i++) {
        if (name.data[i] == '"')
            to[used++] = '"';
        to[used++] = name.data[i];
    }
    to[used++] = '"';
    return used;
}

/* Creates tables from a table operation and the columns that follow it; keys are left out, as
 * the toy has none. */
static int32_t
toy_render(const dunlin_call *call, const dunlin_profile *profile, int32_t mode,
           const dunlin_operation *const *operations, uint64_t count)
{
    char sql[2048];
    size_t used = 0;
    dunlin_step step = {.size = sizeof step, .role = DUNLIN_STEP_STATEMENT};

    (void)profile;
    (void)mode;
    for (uint64_t i = 0; i < count; i++) {
        const dunlin_operation *one = operations[i];
        bool table = one->kind.length == 5 && memcmp(one->kind.data, "table", 5) == 0;
        bool column = one->kind.length == 6 && memcmp(one->kind.data, "column", 6) == 0;
        const dunlin_string *name = &one->path[one->path_count - 1];

        if (one->verb != DUNLIN_VERB_CREATE || (i == 0) != table)
            return fail(call, DUNLIN_UNSUPPORTED, "the toy creates one table at a time");
        if ((!table && !column) || used + 2 * name->length + 64 > sizeof sql)
            continue;
        used += (size_t)snprintf(sql + used, sizeof sql - used, "%s",
                                 !table ? used && sql[used - 1] == '(' ? "" : ", "
                                 : one->condition == DUNLIN_CONDITION_IF_NOT_EXISTS
                                     ? "CREATE TABLE IF NOT EXISTS "
                                     : "CREATE TABLE ");
        used += write_name(sql + used, *name);
        if (table)
            used += (size_t)snprintf(sql + used, sizeof sql - used, " (");
    }
    used += (size_t)snprintf(sql + used, sizeof sql - used, ")");
    step.sql = (dunlin_string){sql, used};
    step.operation_count = count;
    return call->host->step(call, &step);
}

/* --- a connection --- */
static bool
folder_exists(char *path)
{
    char *slash = strrchr(path, '/');
    bool exists;

    *slash = '\0';
    exists = access(path[0] ? path : "/", X_OK) == 0;
    *slash = '/';
    return exists;
}

static int32_t
no_folder(toy_store *store)
{
    snprintf(store->message, sizeof store->message, "there is no folder for '%s'", store->path);
    return DUNLIN_CONNECT;
}

static int32_t
toy_open(const dunlin_call *call, dunlin_string url, const dunlin_open_options *options,
         dunlin_connection **connection)
{
    toy_url parts;
    dunlin_connection *made;
    int32_t status = cut_url(call, url, &parts);

    (void)options;
    if (status != DUNLIN_OK)
        return status;
    made = calloc(1, sizeof *made);
    if (!made || !(made->store.path = strdup(parts.path))) {
        free(made);
        return fail(call, DUNLIN_NO_MEMORY, "no memory");
    }
    made->lock_fd = -1;
    memcpy(made->fail_word, parts.fail_word, sizeof made->fail_word);
    status = folder_exists(parts.path) ? toy_load(&made->store) : no_folder(&made->store);
    if (status != DUNLIN_OK) {
        status = fail(call, status, made->store.message);
        toy_free(&made->store);
        free(made);
        return status;
    }
    *connection = made;
    return DUNLIN_OK;
}

static void
toy_close(dunlin_connection *connection)
{
    if (connection->lock_fd >= 0)
        close(connection->lock_fd);
    toy_free(&connection->store);
    free(connection);
}

static int32_t
toy_describe(const dunlin_call *call, dunlin_connection *connection)
{
    dunlin_profile profile = {.size = sizeof profile};
    dunlin_server server = {.size = sizeof server};
    char backend[32];

    snprintf(backend, sizeof backend, "%ld", (long)getpid());
    server.profile = &profile;
    profile.flavour = text_of("toy");
    profile.version = text_of("1.0");
    profile.major = 1;
    server.identity = text_of(connection->store.path);
    server.name = text_of(connection->store.path);
    server.path = text_of(connection->store.path);
    server.backend = text_of(backend);
    server.empty = connection->store.tables == NULL;
    return call->host->server(call, &server);
}

typedef struct pushing {
    const dunlin_call *call;
} pushing;

static int32_t
push_row(const dunlin_value *values, uint64_t count, void *context)
{
    const pushing *to = context;

    return to->call->host->row(to->call, values, count);
}

static int32_t
toy_query(const dunlin_call *call, dunlin_connection *connection, dunlin_string sql,
          const dunlin_value *values, uint64_t count)
{
    pushing to = {call};
    int32_t status;

    (void)values;
    (void)count;
    connection->store.message[0] = '\0';
    if (!connection->in_transaction && toy_load(&connection->store) != DUNLIN_OK)
        return fail(call, DUNLIN_CORRUPT, connection->store.message);
    status = toy_select(&connection->store, sql, push_row, &to);
    return status != DUNLIN_OK && connection->store.message[0]
               ? fail(call, status, connection->store.message)
               : status;
}

typedef struct expectation {
    dunlin_string text;
    bool met;
    char given[64]; /* in words */
} expectation;

static int32_t
compare_cell(const dunlin_value *values, uint64_t count, void *context)
{
    expectation *expected = context;
    char number[32];
    dunlin_string text = values[0].text;

    (void)count;
    if (values[0].type == DUNLIN_VALUE_INTEGER) {
        snprintf(number, sizeof number, "%lld", (long long)values[0].integer);
        text = text_of(number);
    }
    expected->met = values[0].type != DUNLIN_VALUE_NULL && text.length == expected->text.length &&
                    memcmp(text.data, expected->text.data, text.length) == 0;
    snprintf(expected->given, sizeof expected->given, "%.*s", (int)text.length,
             values[0].type == DUNLIN_VALUE_NULL ? "" : text.data);
    return DUNLIN_STOP;
}

static int32_t
check_cell(toy_store *store, const dunlin_item *item)
{
    expectation expected = {item->expected, false, "nothing"};
    int32_t status = toy_select(store, item->sql, compare_cell, &expected);

    if (status != DUNLIN_OK && status != DUNLIN_STOP)
        return status;
    if (!expected.met)
        snprintf(store->message, sizeof store->message, "the check gives '%s' and not '%.*s'",
                 expected.given, (int)item->expected.length, item->expected.data);
    return expected.met ? DUNLIN_OK : DUNLIN_CONSTRAINT;
}

static int32_t
run_item(dunlin_connection *connection, const dunlin_item *item)
{
    toy_store *store = &connection->store;
    int32_t status = DUNLIN_OK;

    switch (item->kind) {
    case DUNLIN_ITEM_BEGIN: connection->in_transaction = true; return toy_load(store);
    case DUNLIN_ITEM_COMMIT: connection->in_transaction = false; return toy_commit(store);
    case DUNLIN_ITEM_ROLLBACK: connection->in_transaction = false; return toy_load(store);
    case DUNLIN_ITEM_STATEMENT:
        if (connection->fail_word[0] &&
            memmem(item->sql.data, item->sql.length, connection->fail_word,
                   strlen(connection->fail_word))) {
            snprintf(store->message, sizeof store->message, "the word '%s' is forbidden",
                     connection->fail_word);
            return DUNLIN_SYNTAX;
        }
        status = toy_execute(store, item->sql, item->values, item->value_count);
        return status == DUNLIN_OK && !connection->in_transaction ? toy_commit(store) : status;
    case DUNLIN_ITEM_CHECK: return check_cell(store, item);
    case DUNLIN_ITEM_RESET: return DUNLIN_OK;
    default:
        snprintf(store->message, sizeof store->message, "the toy has no items of kind %d",
                 (int)item->kind);
        return DUNLIN_UNSUPPORTED;
    }
}

static int32_t
toy_run(const dunlin_call *call, dunlin_connection *connection)
{
    dunlin_item item;
    int32_t status;

    while ((status = call->host->next_item(call, &item)) == DUNLIN_OK) {
        dunlin_outcome outcome = {.size = sizeof outcome,
                                  .ordinal = item.ordinal,
                                  .outcome = DUNLIN_OUTCOME_RAN,
                                  .rows = -1,
                                  .elapsed_us = -1};
        int32_t answer;

        status = run_item(connection, &item);
        outcome.in_transaction = connection->in_transaction;
        if (status == DUNLIN_OK) {
            answer = call->host->item_done(call, &outcome);
        } else {
            fail(call, status, connection->store.message);
            outcome.outcome = DUNLIN_OUTCOME_FAILED;
            call->host->item_done(call, &outcome);
            answer = status;
        }
        if (answer != DUNLIN_OK) {
            connection->in_transaction = false;
            toy_load(&connection->store);
            return answer;
        }
    }
    return status == DUNLIN_STOP ? DUNLIN_OK : status;
}

static bool
is_excluded(const dunlin_scope *scope, dunlin_string name)
{
    for (uint64_t i = 0; i < scope->exclusion_count; i++)
        if (scope->exclusions[i].length == name.length &&
            memcmp(scope->exclusions[i].data, name.data, name.length) == 0)
            return true;
    return false;
}

static int32_t
toy_introspect(const dunlin_call *call, dunlin_connection *connection, const dunlin_scope *scope)
{
    for (const toy_table *table = connection->store.tables; table; table = table->next) {
        dunlin_string name = text_of(table->name);
        dunlin_fact fact = {
            .size = sizeof fact, .kind = {"table", 5}, .path = &name, .path_count = 1};
        int32_t status = is_excluded(scope, name) ? DUNLIN_OK : call->host->fact(call, &fact);

        if (status != DUNLIN_OK)
            return status;
    }
    return DUNLIN_OK;
}

/* --- the lock: a file beside the database --- */
static int32_t
toy_try_lock(const dunlin_call *call, dunlin_connection *connection, dunlin_string key,
             int32_t *acquired)
{
    char path[600];

    (void)key;
    *acquired = 0;
    snprintf(path, sizeof path, "%s.lock", connection->store.path);
    if (connection->lock_fd < 0)
        connection->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (connection->lock_fd < 0)
        return fail(call, DUNLIN_READ_ONLY, "cannot make the lock file");
    if (flock(connection->lock_fd, LOCK_EX | LOCK_NB) == 0) {
        *acquired = 1;
        if (ftruncate(connection->lock_fd, 0) < 0 ||
            dprintf(connection->lock_fd, "%ld", (long)getpid()) < 0)
            return fail(call, DUNLIN_DISK_FULL, "cannot write the lock file");
        return DUNLIN_OK;
    }
    return errno == EWOULDBLOCK ? DUNLIN_OK : fail(call, DUNLIN_FAILED, "cannot lock");
}

static int32_t
toy_unlock(const dunlin_call *call, dunlin_connection *connection, dunlin_string key)
{
    (void)call;
    (void)key;
    if (connection->lock_fd >= 0)
        close(connection->lock_fd);
    connection->lock_fd = -1;
    return DUNLIN_OK;
}

static int32_t
toy_lock_holder(const dunlin_call *call, dunlin_connection *connection, dunlin_string key)
{
    dunlin_holder holder = {.size = sizeof holder};
    char text[32];
    ssize_t length = -1;

    (void)key;
    if (connection->lock_fd >= 0)
        length = pread(connection->lock_fd, text, sizeof text, 0);
    if (length <= 0)
        return DUNLIN_OK;
    holder.backend = (dunlin_string){text, (uint64_t)length};
    holder.application = text_of("dunlin");
    return call->host->holder(call, &holder);
}

static const dunlin_driver table = {
    .size = sizeof(dunlin_driver),
    .abi = DUNLIN_DRIVER_ABI,
    .revision = DUNLIN_DRIVER_REVISION,
    .name = "toy",
    .version = "1.0",
    .description = "statements in a text file, for tests",
    .dialect = "toy",
    .schemes = "toys plaything",
    .library = toy_library,
    .url = toy_url_parts,
    .capabilities = toy_capabilities,
    .lexer_rules = toy_lexer_rules,
    .quote_identifier = toy_quote_identifier,
    .quote_literal = toy_quote_literal,
    .expression_rules = toy_expression_rules,
    .classify = toy_classify,
    .render = toy_render,
    .open = toy_open,
    .close = toy_close,
    .describe = toy_describe,
    .run = toy_run,
    .query = toy_query,
    .introspect = toy_introspect,
    .try_lock = toy_try_lock,
    .unlock = toy_unlock,
    .lock_holder = toy_lock_holder,
};

const dunlin_driver *
toy_functions(void)
{
    return &table;
}
