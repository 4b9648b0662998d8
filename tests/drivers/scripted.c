/* SPDX-License-Identifier: MIT
 *
 * A driver that does what a script says: for error paths that real databases cannot be made to
 * take, and to see that the core calls what it should, in order. The script is the file that the
 * environment variable DUNLIN_SCRIPTED names; a new name starts a new script.
 *
 *     query SELECT 1        a call that must come next, with its argument where it has one
 *       row a|#3|null       what the driver does in it, in order: see the table `actions`
 *       fail LOCKED busy
 *       return LOCKED       (OK when there is no such line; "answer": what the host last said)
 *
 * url, capabilities, lexer_rules, classify, open, describe and close succeed by themselves when the
 * script does not have them next. What went otherwise than scripted is written to <script>.complaints,
 * what the script still held at close as well.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dunlin/driver.h>

enum { MAX_LINES = 256, MAX_PARTS = 16, ANSWER = -1 };

struct dunlin_connection {
    int unused;
};

static struct {
    char path[512];
    char *text;
    char *lines[MAX_LINES];
    size_t count;
    size_t at;
    int32_t answer; /* of the last host service */
    int32_t result; /* of the call being played, or ANSWER */
    int32_t acquired;
} script;

static struct dunlin_connection the_connection;

static const char *const class_names[] = {
    [DUNLIN_OK] = "OK",
    [DUNLIN_INTERNAL] = "INTERNAL",
    [DUNLIN_UNSUPPORTED] = "UNSUPPORTED",
    [DUNLIN_USAGE] = "USAGE",
    [DUNLIN_CONNECT] = "CONNECT",
    [DUNLIN_AUTH] = "AUTH",
    [DUNLIN_PERMISSION] = "PERMISSION",
    [DUNLIN_SYNTAX] = "SYNTAX",
    [DUNLIN_EXISTS] = "EXISTS",
    [DUNLIN_MISSING] = "MISSING",
    [DUNLIN_CONSTRAINT] = "CONSTRAINT",
    [DUNLIN_LOCKED] = "LOCKED",
    [DUNLIN_LOST] = "LOST",
    [DUNLIN_CANCELLED] = "CANCELLED",
    [DUNLIN_NO_MEMORY] = "NO_MEMORY",
    [DUNLIN_STOP] = "STOP",
    [DUNLIN_DISK_FULL] = "DISK_FULL",
    [DUNLIN_READ_ONLY] = "READ_ONLY",
    [DUNLIN_CORRUPT] = "CORRUPT",
    [DUNLIN_FAILED] = "FAILED",
    [DUNLIN_DISAGREEMENT] = "DISAGREEMENT",
    [DUNLIN_PARTIAL] = "PARTIAL",
};
static const char *const item_names[] = {NULL,        "begin",    "statement", "copy", "commit",
                                         "savepoint", "rollback", "reset",     "check"};
static const char *const outcome_names[] = {NULL, "ran", "skipped", "failed", "lost"};

static void
complain(const char *what, const char *expected, const char *got)
{
    char path[600];
    FILE *file;

    snprintf(path, sizeof path, "%s.complaints", script.path);
    file = fopen(path, "ae");
    if (!file)
        return;
    fprintf(file, "%s: expected '%s', got '%s'\n", what, expected, got);
    fclose(file);
}

static dunlin_string
text_of(const char *text)
{
    return (dunlin_string){text, strlen(text)};
}

static bool
same(dunlin_string text, const char *other)
{
    return text.length == strlen(other) &&
           (text.length == 0 || memcmp(text.data, other, text.length) == 0);
}

/* The first word of `line`, cut off; *rest is what follows it. */
static const char *
cut_word(char *line, char **rest)
{
    size_t length = strcspn(line, " ");

    *rest = line + length + (line[length] == ' ');
    line[length] = '\0';
    return line;
}

static int32_t
index_of(const char *word, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (names[i] && strcmp(names[i], word) == 0)
            return (int32_t)i;
    return (int32_t)strtol(word, NULL, 10);
}

static int32_t
class_of(const char *word)
{
    return index_of(word, class_names, sizeof class_names / sizeof class_names[0]);
}

static size_t
cut_parts(char *rest, char **parts)
{
    size_t count = 0;

    while (*rest && count < MAX_PARTS) {
        size_t length = strcspn(rest, "|");

        parts[count++] = rest;
        rest += length;
        if (*rest)
            *rest++ = '\0';
    }
    return count;
}

/* --- actions --- */
static void
act_fail(const dunlin_call *call, char *rest)
{
    char *parts[MAX_PARTS] = {0};
    char *words;
    dunlin_failure failure = {.size = sizeof failure, .offset = -1, .inner_offset = -1};
    size_t count;

    failure.status = class_of(cut_word(rest, &words));
    count = cut_parts(words, parts); /* message | detail | hint | sqlstate | offset */
    failure.message = text_of(count > 0 ? parts[0] : "");
    failure.detail = text_of(count > 1 ? parts[1] : "");
    failure.hint = text_of(count > 2 ? parts[2] : "");
    if (count > 3)
        snprintf(failure.sqlstate, sizeof failure.sqlstate, "%s", parts[3]);
    if (count > 4)
        failure.offset = strtoll(parts[4], NULL, 10);
    script.answer = call->host->fail(call, &failure);
}

static void
act_row(const dunlin_call *call, char *rest)
{
    char *parts[MAX_PARTS];
    dunlin_value values[MAX_PARTS] = {{0}};
    size_t count = cut_parts(rest, parts);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(parts[i], "null") == 0)
            continue;
        values[i].type = parts[i][0] == '#' ? DUNLIN_VALUE_INTEGER : DUNLIN_VALUE_TEXT;
        values[i].integer = parts[i][0] == '#' ? strtoll(parts[i] + 1, NULL, 10) : 0;
        values[i].text = text_of(parts[i]);
    }
    script.answer = call->host->row(call, values, count);
}

/* pull KIND text | pull end | pull STATUS */
static void
act_pull(const dunlin_call *call, char *rest)
{
    char *sql;
    const char *wanted = cut_word(rest, &sql);
    dunlin_item item = {.size = sizeof item};
    const char *got;

    script.answer = call->host->next_item(call, &item);
    if (script.answer == DUNLIN_STOP)
        got = "end";
    else if (script.answer != DUNLIN_OK)
        got = class_names[script.answer];
    else
        got = item_names[item.kind];
    if (strcmp(wanted, got) != 0)
        complain("pull", wanted, got);
    else if (script.answer == DUNLIN_OK && *sql && !same(item.sql, sql))
        complain("pull", sql, "another statement");
}

static void
act_done(const dunlin_call *call, char *rest)
{
    char *name;
    dunlin_outcome outcome = {.size = sizeof outcome, .rows = 1, .elapsed_us = 5};

    outcome.ordinal = strtoull(cut_word(rest, &name), NULL, 10);
    outcome.outcome = index_of(name, outcome_names, 5);
    script.answer = call->host->item_done(call, &outcome);
}

static void
act_chunk(const dunlin_call *call, char *rest)
{
    char buffer[64];
    int64_t got = call->host->read_chunk(call, buffer, sizeof buffer);

    if (got < 0 ? strcmp(rest, "error") != 0 : !same((dunlin_string){buffer, (uint64_t)got}, rest))
        complain("chunk", rest, "another answer");
}

static void
act_text(const dunlin_call *call, char *rest)
{
    script.answer = call->host->text(call, text_of(rest));
}

static void
act_fact(const dunlin_call *call, char *rest)
{
    char *parts[MAX_PARTS];
    char *words;
    dunlin_string path[MAX_PARTS];
    dunlin_fact fact = {.size = sizeof fact, .path = path};

    fact.kind = text_of(cut_word(rest, &words));
    fact.path_count = cut_parts(words, parts);
    for (uint64_t i = 0; i < fact.path_count; i++)
        path[i] = text_of(parts[i]);
    script.answer = call->host->fact(call, &fact);
}

static void
act_unreadable(const dunlin_call *call, char *rest)
{
    dunlin_string name = text_of(rest);
    dunlin_fact key = {.size = sizeof key, .kind = {"view", 4}, .path = &name, .path_count = 1};

    script.answer = call->host->unreadable(call, &key, text_of("it is odd"));
}

static void
act_holder(const dunlin_call *call, char *rest)
{
    char *parts[MAX_PARTS] = {0};
    size_t count = cut_parts(rest, parts);
    dunlin_holder holder = {.size = sizeof holder};

    holder.backend = text_of(count > 0 ? parts[0] : "");
    holder.host = text_of(count > 1 ? parts[1] : "");
    holder.application = text_of(count > 2 ? parts[2] : "");
    holder.since = text_of(count > 3 ? parts[3] : "");
    script.answer = call->host->holder(call, &holder);
}

/* classified FLAGS [NAME]: with the one table that it touches. */
static void
act_classified(const dunlin_call *call, char *rest)
{
    char *name;
    dunlin_class result = {.size = sizeof result};

    result.flags = strtoull(cut_word(rest, &name), NULL, 10);
    result.touches_known = *name != '\0';
    script.answer = call->host->classified(call, &result);
    if (*name) {
        dunlin_string path = text_of(name);
        dunlin_fact key = {
            .size = sizeof key, .kind = {"table", 5}, .path = &path, .path_count = 1};

        script.answer = call->host->touched(call, &key);
    }
}

static void
act_server(const dunlin_call *call, char *rest)
{
    static const dunlin_string settings[] = {{"mode", 4}, {"strict", 6}};
    dunlin_profile profile = {.size = sizeof profile};
    dunlin_server server = {.size = sizeof server, .read_only = 1};

    server.profile = &profile;
    profile.version = text_of("7.5");
    profile.settings = settings;
    profile.setting_count = 2;
    server.name = text_of(rest);
    script.answer = call->host->server(call, &server);
}

static void
act_url_text(const dunlin_call *call, char *rest)
{
    char *parts[MAX_PARTS] = {0};
    size_t count = cut_parts(rest, parts);

    script.answer = call->host->url_text(call, text_of(count > 0 ? parts[0] : ""),
                                         text_of(count > 1 ? parts[1] : ""));
}

static int32_t
count_token(const dunlin_token *token, void *context)
{
    (void)token;
    ++*(int64_t *)context;
    return 0;
}

/* tokens NUMBER text */
static void
act_tokens(const dunlin_call *call, char *rest)
{
    char *text;
    const char *wanted = cut_word(rest, &text);
    int64_t count = 0;
    char got[32];

    script.answer = call->host->tokens(call, NULL, text_of(text), count_token, &count);
    snprintf(got, sizeof got, "%lld", (long long)count);
    if (strcmp(wanted, got) != 0)
        complain("tokens", wanted, got);
}

static void
act_step(const dunlin_call *call, char *rest)
{
    char *sql;
    dunlin_step step = {.size = sizeof step};

    step.role = (int32_t)strtol(cut_word(rest, &sql), NULL, 10);
    step.sql = text_of(sql);
    script.answer = call->host->step(call, &step);
}

static void
act_note(const dunlin_call *call, char *rest)
{
    char *message;
    dunlin_note note = {.size = sizeof note};

    note.kind = (int32_t)strtol(cut_word(rest, &message), NULL, 10);
    note.message = text_of(message);
    script.answer = call->host->note(call, &note);
}

/* Memory of the call must come zeroed and writable. */
static void
act_scratch(const dunlin_call *call, char *rest)
{
    size_t bytes = strtoul(rest, NULL, 10);
    char *memory = call->host->scratch(call, bytes);

    for (size_t i = 0; memory && i < bytes; i++)
        if (memory[i]++ != 0)
            complain("scratch", "zeroed memory", "something else");
    if (!memory)
        complain("scratch", "memory", "none");
}

static void
act_cancelled(const dunlin_call *call, char *rest)
{
    const char *got = call->host->cancelled(call) ? "1" : "0";

    if (strcmp(rest, got) != 0)
        complain("cancelled", rest, got);
}

static void
act_log(const dunlin_call *call, char *rest)
{
    call->host->log(call, DUNLIN_LOG_WARNING, text_of(rest));
}

static void
act_notice(const dunlin_call *call, char *rest)
{
    call->host->notice(call, text_of("00000"), text_of(rest));
}

static void
act_progress(const dunlin_call *call, char *rest)
{
    (void)rest;
    call->host->progress(call, 3, 10, text_of("pages"));
}

static void
act_find(const dunlin_call *call, char *rest)
{
    const dunlin_fact *found;
    dunlin_fact key = {.size = sizeof key};

    (void)rest;
    script.answer = call->host->find(call, &key, &found);
}

static void
act_parse(const dunlin_call *call, char *rest)
{
    script.answer = call->host->parse(call, NULL, text_of(rest), NULL, NULL);
}

static void
act_acquired(const dunlin_call *call, char *rest)
{
    (void)call;
    script.acquired = (int32_t)strtol(rest, NULL, 10);
}

static void
act_answer(const dunlin_call *call, char *rest)
{
    (void)call;
    if (script.answer != class_of(rest))
        complain("answer", rest, class_names[script.answer]);
}

static void
act_return(const dunlin_call *call, char *rest)
{
    (void)call;
    script.result = strcmp(rest, "answer") == 0 ? ANSWER : class_of(rest);
}

static const struct {
    const char *name;
    void (*act)(const dunlin_call *call, char *rest);
} actions[] = {
    {"acquired", act_acquired},
    {"answer", act_answer},
    {"cancelled", act_cancelled},
    {"chunk", act_chunk},
    {"classified", act_classified},
    {"done", act_done},
    {"fact", act_fact},
    {"fail", act_fail},
    {"find", act_find},
    {"holder", act_holder},
    {"log", act_log},
    {"note", act_note},
    {"notice", act_notice},
    {"parse", act_parse},
    {"progress", act_progress},
    {"pull", act_pull},
    {"return", act_return},
    {"row", act_row},
    {"scratch", act_scratch},
    {"server", act_server},
    {"step", act_step},
    {"text", act_text},
    {"tokens", act_tokens},
    {"unreadable", act_unreadable},
    {"url_text", act_url_text},
};

/* --- playing --- */
static void
read_script(const char *path)
{
    FILE *file = fopen(path, "re");
    long length = 0;
    char *at;

    free(script.text);
    memset(&script, 0, sizeof script);
    snprintf(script.path, sizeof script.path, "%s", path);
    if (!file || fseek(file, 0, SEEK_END) < 0 || (length = ftell(file)) < 0) {
        complain("script", path, "no file");
        return;
    }
    rewind(file);
    script.text = calloc(1, (size_t)length + 1);
    if (!script.text || fread(script.text, 1, (size_t)length, file) != (size_t)length)
        complain("script", "its text", "less");
    fclose(file);
    for (at = script.text; at && *at && script.count < MAX_LINES;) {
        size_t line = strcspn(at, "\n");
        char *begin = at;

        at += line + (at[line] == '\n');
        begin[line] = '\0';
        if (line && begin[0] != '#')
            script.lines[script.count++] = begin;
    }
}

static void
follow(void)
{
    const char *path = getenv("DUNLIN_SCRIPTED");

    if (path && strcmp(path, script.path) != 0)
        read_script(path);
}

static bool
is_next(const char *function, const char **argument)
{
    size_t length = strlen(function);
    const char *line;

    if (script.at == script.count)
        return false;
    line = script.lines[script.at];
    if (strncmp(line, function, length) != 0 || (line[length] != ' ' && line[length] != '\0'))
        return false;
    *argument = line[length] ? line + length + 1 : "";
    return true;
}

static void
act(const dunlin_call *call, char *line)
{
    char *rest;
    const char *name = cut_word(line + strspn(line, " "), &rest);

    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(actions[i].name, name) == 0) {
            actions[i].act(call, rest);
            return;
        }
    complain("action", "a known one", name);
}

/* Plays a call; false when the script does not have it next. */
static bool
play(const dunlin_call *call, const char *function, dunlin_string given, int32_t *result)
{
    const char *argument;

    follow();
    if (!is_next(function, &argument))
        return false;
    if (*argument && !same(given, argument))
        complain(function, argument, "another argument");
    script.at++;
    script.result = DUNLIN_OK;
    while (script.at < script.count && script.lines[script.at][0] == ' ')
        act(call, script.lines[script.at++]);
    *result = script.result == ANSWER ? script.answer : script.result;
    return true;
}

static int32_t
play_strictly(const dunlin_call *call, const char *function, dunlin_string given)
{
    dunlin_failure failure = {.size = sizeof failure, .status = DUNLIN_INTERNAL, .offset = -1};
    int32_t result;

    if (play(call, function, given, &result))
        return result;
    complain("call", script.at < script.count ? script.lines[script.at] : "nothing", function);
    failure.message = text_of("this call is not in the script");
    return call->host->fail(call, &failure);
}

static const dunlin_string nothing = {"", 0};

static int32_t
scripted_url(const dunlin_call *call, dunlin_string url)
{
    int32_t result;

    return play(call, "url", url, &result)
               ? result
               : call->host->url_text(call, text_of("scripted:***"), text_of("scripted"));
}

static int32_t
scripted_capabilities(const dunlin_call *call, const dunlin_profile *profile,
                      dunlin_capabilities *capabilities)
{
    int32_t result;

    /* What a server says of itself decides. */
    capabilities->identifier_limit = profile != NULL ? 63 : 0;
    capabilities->flags =
        DUNLIN_CAN_TRANSACTIONAL_DDL | DUNLIN_CAN_PIPELINE | DUNLIN_CAN_FINGERPRINT;
    capabilities->lock_kind = DUNLIN_LOCK_LEASE;
    return play(call, "capabilities", nothing, &result) ? result : DUNLIN_OK;
}

static int32_t
scripted_lexer_rules(const dunlin_call *call, const dunlin_profile *profile)
{
    dunlin_lexer_rule rule = {.size = sizeof rule,
                              .kind = DUNLIN_LEX_QUOTE,
                              .flags = DUNLIN_LEX_DOUBLED,
                              .open = {"'", 1},
                              .close = {"'", 1},
                              .head = {"", 0},
                              .openers = {"", 0},
                              .closers = {"", 0}};
    int32_t result;

    (void)profile;
    return play(call, "lexer_rules", nothing, &result) ? result
                                                       : call->host->lexer_rule(call, &rule);
}

static int32_t
scripted_quote(const dunlin_call *call, const dunlin_profile *profile, dunlin_string name)
{
    (void)profile;
    return play_strictly(call, "quote_identifier", name);
}

static int32_t
scripted_classify(const dunlin_call *call, const dunlin_profile *profile,
                  dunlin_connection *connection, dunlin_string statement)
{
    dunlin_class ordinary = {.size = sizeof ordinary};
    int32_t result;

    (void)profile;
    (void)connection;
    return play(call, "classify", statement, &result) ? result
                                                      : call->host->classified(call, &ordinary);
}

static int32_t
scripted_render(const dunlin_call *call, const dunlin_profile *profile, int32_t mode,
                const dunlin_operation *const *operations, uint64_t count)
{
    (void)profile;
    (void)mode;
    (void)operations;
    (void)count;
    return play_strictly(call, "render", nothing);
}

static int32_t
scripted_open(const dunlin_call *call, dunlin_string url, const dunlin_open_options *options,
              dunlin_connection **connection)
{
    int32_t result = DUNLIN_OK;

    (void)options;
    play(call, "open", url, &result);
    if (result == DUNLIN_OK)
        *connection = &the_connection;
    return result;
}

static void
scripted_close(dunlin_connection *connection)
{
    const char *argument;

    (void)connection;
    follow();
    if (is_next("close", &argument))
        script.at++;
    if (script.at < script.count)
        complain("close", script.lines[script.at], "the end");
}

static int32_t
scripted_describe(const dunlin_call *call, dunlin_connection *connection)
{
    dunlin_profile profile = {.size = sizeof profile};
    dunlin_server server = {.size = sizeof server};
    int32_t result;

    (void)connection;
    if (play(call, "describe", nothing, &result))
        return result;
    server.profile = &profile;
    server.name = text_of("scripted");
    return call->host->server(call, &server);
}

static int32_t
scripted_run(const dunlin_call *call, dunlin_connection *connection)
{
    (void)connection;
    return play_strictly(call, "run", nothing);
}

static int32_t
scripted_query(const dunlin_call *call, dunlin_connection *connection, dunlin_string sql,
               const dunlin_value *values, uint64_t count)
{
    (void)connection;
    (void)values;
    (void)count;
    return play_strictly(call, "query", sql);
}

static int32_t
scripted_introspect(const dunlin_call *call, dunlin_connection *connection,
                    const dunlin_scope *scope)
{
    (void)connection;
    (void)scope;
    return play_strictly(call, "introspect", nothing);
}

static int32_t
scripted_try_lock(const dunlin_call *call, dunlin_connection *connection, dunlin_string key,
                  int32_t *acquired)
{
    int32_t result;

    (void)connection;
    script.acquired = 0;
    result = play_strictly(call, "try_lock", key);
    *acquired = script.acquired;
    return result;
}

static int32_t
scripted_unlock(const dunlin_call *call, dunlin_connection *connection, dunlin_string key)
{
    (void)connection;
    return play_strictly(call, "unlock", key);
}

static int32_t
scripted_lock_holder(const dunlin_call *call, dunlin_connection *connection, dunlin_string key)
{
    (void)connection;
    return play_strictly(call, "lock_holder", key);
}

static int32_t
scripted_backup_check(const dunlin_call *call, dunlin_string url,
                      const dunlin_backup_options *options)
{
    int32_t result;

    (void)url;
    return play(call, "backup_check", options->path, &result) ? result : DUNLIN_OK;
}

static int32_t
scripted_backup(const dunlin_call *call, dunlin_string url, const dunlin_backup_options *options)
{
    (void)url;
    return play_strictly(call, "backup", options->path);
}

static const dunlin_driver table = {
    .size = sizeof(dunlin_driver),
    .abi = DUNLIN_DRIVER_ABI,
    .revision = DUNLIN_DRIVER_REVISION,
    .name = "scripted",
    .version = "1",
    .description = "does what a script says, for tests",
    .dialect = "scripted",
    .schemes = "",
    .url = scripted_url,
    .capabilities = scripted_capabilities,
    .lexer_rules = scripted_lexer_rules,
    .quote_identifier = scripted_quote,
    .classify = scripted_classify,
    .render = scripted_render,
    .open = scripted_open,
    .close = scripted_close,
    .describe = scripted_describe,
    .run = scripted_run,
    .query = scripted_query,
    .introspect = scripted_introspect,
    .try_lock = scripted_try_lock,
    .unlock = scripted_unlock,
    .lock_holder = scripted_lock_holder,
    .backup_check = scripted_backup_check,
    .backup = scripted_backup,
};

DUNLIN_DRIVER_EXPORT const dunlin_driver *dunlin_driver_entry_v0(uint32_t abi, uint32_t revision);

const dunlin_driver *
dunlin_driver_entry_v0(uint32_t abi, uint32_t revision)
{
    (void)abi;
    (void)revision;
    return &table;
}
