/* SPDX-License-Identifier: MIT
 *
 * A migration file as the statements that concern one driver.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/execute/join.h"
#include "core/journal/markup.h"

/* Files up to this size are read whole, and their text can be kept in the tracker. */
enum { WHOLE_FILE_LIMIT = 4 * 1024 * 1024 };

struct dn_script {
    dn_script_reader reader;
    const dn_migration *migration;
    dn_lex_splitter *splitter;
    dn_fd fd;             /* -1 when the text is in memory */
    dn_text whole;        /* what was read, when nobody else kept it */
    dn_script_kept text;  /* in memory: all of it */
    dn_text shown;        /* the text with what is not to be run blanked, where there is such */
    dn_script_kept input; /* what is cut into statements: one of these two */
    size_t text_read;
    dn_hash raw;
    bool checked; /* the text is what the digest of the migration is of */
    bool plain;   /* ... and has nothing to normalise: it has that digest, too */
    bool digests;
    bool no_transaction;
    bool override;               /* the whole file is for this database alone */
    bool skipping;               /* in an `only` section of other drivers */
    bool down;                   /* behind `-- dunlin: down` */
    unsigned only_line;          /* of the open `only` section, 0: none */
    const dn_lex_rules *section; /* of the database that it is for; NULL: not known */
    dn_arena rules;              /* what these live in */
    unsigned ordinal;
    dn_text probe;
    dn_text assertion;
    dunlin_string data; /* of a data section, not read yet */
    bool more_data;     /* the section goes on behind it */
    dn_join *join;      /* or NULL */
};

static int64_t
read_input(void *context, void *buffer, size_t bytes, dn_error *error)
{
    dn_script *script = (dn_script *)context;
    ssize_t got;

    if (script->fd < 0) {
        size_t left = script->input.length - script->text_read;

        got = (ssize_t)(left < bytes ? left : bytes);
        if (got)
            memcpy(buffer, script->input.data + script->text_read, (size_t)got);
        script->text_read += (size_t)got;
        return got;
    }
    do {
        got = read(script->fd, buffer, bytes);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return dn_fail_errno(error, "file.unreadable", "cannot read", script->migration->path);
    dn_hash_add(&script->raw, buffer, (size_t)got);
    return got;
}

/* Files in another tool's markup: what goes down, or is nothing to us, becomes blanks. */
static int
apply_markup(dn_script *script, dn_error *error)
{
    dn_markup markup;

    script->input = script->text;
    if (dn_markup_read(script->migration, script->text.data, script->text.length, &markup, error) <
        0)
        return -1;
    script->no_transaction = markup.no_transaction;
    if (!markup.marked)
        return 0;
    dn_text_add(&script->shown, script->text.data, script->text.length);
    if (script->shown.failed)
        return dn_no_memory(error);
    dn_markup_blank(script->shown.data, script->shown.length);
    script->input = (dn_script_kept){script->shown.data, script->shown.length};
    return 0;
}

static int
open_input(dn_script *script, const dn_script_kept *kept, dn_error *error)
{
    const char *path = script->migration->path;

    if (kept && kept->data) {
        script->text = *kept;
        script->checked = true;
        return apply_markup(script, error);
    }
    if (script->migration->text) {
        script->text = (dn_script_kept){script->migration->text, script->migration->size};
        script->checked = true;
        return apply_markup(script, error);
    }
    /* What is in another tool's markup has to be seen whole. */
    if (script->migration->size <= WHOLE_FILE_LIMIT || script->migration->layout) {
        if (dn_file_read(path, &script->whole, error) < 0)
            return -1;
        script->text.data = script->whole.data ? script->whole.data : "";
        script->text.length = script->whole.length;
        return apply_markup(script, error);
    }
    script->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (script->fd < 0)
        return dn_fail_errno(error, "file.unreadable", "cannot open", path);
    return 0;
}

/* Is the text in memory what its digest as text is of? */
static bool
is_normal(const dn_script *script)
{
    const dn_script_kept *text = &script->text;

    return text->data && !script->shown.data && !memchr(text->data, '\r', text->length) &&
           !(text->length >= 3 && memcmp(text->data, "\xEF\xBB\xBF", 3) == 0);
}

/* <tag>.<driver>.sql */
static bool
is_override(const dn_script *script)
{
    const dn_driver *driver = script->reader.driver;
    const char *name = driver ? driver->table.name : "";
    const char *path = script->migration->path;
    size_t length = strlen(path);
    size_t size = strlen(name);

    return driver && length > size + 5 && strcmp(path + length - 4, ".sql") == 0 &&
           memcmp(path + length - 4 - size, name, size) == 0 && path[length - 5 - size] == '.';
}

/* Text for all databases, for this one, or for another one, whose quotes and bodies only its own rules
 * know. */
static const dn_lex_rules *
rules_of(const dn_script *script)
{
    if (script->override || (script->only_line && !script->skipping))
        return script->reader.own;
    return script->only_line && script->section ? script->section : script->reader.folder;
}

int
dn_script_open(dn_connection *connection, const dn_translator *translator,
               const dn_migration *migration, const dn_script_kept *kept, bool digests,
               dn_script **result, dn_error *error)
{
    const dn_lex_rules *own = dn_connection_rules(connection);
    const dn_script_reader reader = {
        .driver = dn_connection_driver(connection),
        .own = own,
        .folder = translator ? dn_translator_rules(translator) : own,
        .connection = connection,
    };

    return dn_script_read(&reader, migration, kept, digests, result, error);
}

int
dn_script_read(const dn_script_reader *reader, const dn_migration *migration,
               const dn_script_kept *kept, bool digests, dn_script **result, dn_error *error)
{
    dn_script *script = (dn_script *)calloc(1, sizeof(*script));

    *result = script;
    if (!script)
        return dn_no_memory(error);
    script->reader = *reader;
    script->migration = migration;
    script->override = is_override(script);
    script->fd = -1;
    script->digests = digests;
    dn_hash_begin(&script->raw);
    if (open_input(script, kept, error) < 0)
        return -1;
    script->splitter = dn_lex_open(rules_of(script), migration->path, read_input, script, error);
    if (!script->splitter)
        return -1;
    script->plain = digests && script->checked && is_normal(script);
    if (script->plain)
        dn_lex_take_token_digest(script->splitter);
    else if (digests)
        dn_lex_take_digests(script->splitter);
    return 0;
}

void
dn_script_close(dn_script *script)
{
    if (!script)
        return;
    dn_arena_free(&script->rules);
    dn_join_free(script->join);
    dn_lex_close(script->splitter);
    if (script->fd >= 0)
        close(script->fd);
    dn_text_free(&script->whole);
    dn_text_free(&script->shown);
    dn_text_free(&script->probe);
    dn_text_free(&script->assertion);
    free(script);
}

bool
dn_script_no_transaction(const dn_script *script)
{
    return script->no_transaction;
}

const char *
dn_script_text(const dn_script *script, size_t *length)
{
    *length = script->text.length;
    return script->text.data;
}

void
dn_script_digests(const dn_script *script, dn_digest *text, dn_digest *tokens)
{
    dn_lex_digests(script->splitter, script->plain ? NULL : text, tokens);
    if (script->plain)
        *text = script->migration->raw;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

const char *
dn_script_probe(const dn_script *script)
{
    return script->probe.length ? script->probe.data : NULL;
}

/* --- directives ------------------------------------------------------------------------------- */

static int
bad_directive(const dn_script *script, const dn_lex_item *item, const char *id, dn_error *error,
              const char *what)
{
    return dn_fail(error, DUNLIN_USAGE, id, "%s:%u:%u: %s: '-- dunlin: %.*s'",
                   script->migration->path, item->line, item->column, what,
                   (int)(item->text.length < 120 ? item->text.length : 120), item->text.data);
}

static int
check_driver_name(const dn_script *script, const dn_lex_item *item, dunlin_string name,
                  dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_auto(dn_text) names = DN_TEXT_INIT;
    const dn_project *project = script->migration->project;
    const char *driver;

    if (!project)
        return 0;
    if (dn_project_driver_name(project, name, &arena, &driver, &names, error) < 0)
        return -1;
    if (driver)
        return 0;
    return dn_fail(error, DUNLIN_USAGE, "script.unknown-driver",
                   "%s:%u:%u: there is no driver '%.*s'; known are %s", script->migration->path,
                   item->line, item->column + (unsigned)(name.data - item->text.data),
                   (int)(name.length < 60 ? name.length : 60), name.data, names.data);
}

/* The driver may not be there: the folder's rules have to do then. */
static void
learn_rules(dn_script *script, dunlin_string name)
{
    const dn_project *project = script->migration->project;
    const dn_driver_places places = {project ? project->driver_path : NULL};
    const char *copy = dn_arena_copy(&script->rules, name.data, (size_t)name.length);
    const dn_driver *driver;
    dn_error ignored;

    if (copy && dn_driver_find(&places, copy, &driver, &ignored) == 0)
        dn_driver_rules(driver, NULL, &script->rules, &script->section, &ignored);
}

static int
directive_only(dn_script *script, const dn_lex_item *item, dunlin_string rest, dn_script_item *out,
               dn_error *error)
{
    const dn_driver *driver = script->reader.driver;
    dunlin_string name;
    bool ours = false;
    size_t names = 0;

    if (script->only_line)
        return bad_directive(script, item, "script.nested-only", error,
                             "a section may not stand inside another one");
    out->sql = rest;
    script->section = NULL;
    for (; dn_driver_next_name(&rest, &name); names++) {
        bool called = driver && dn_driver_is_called(driver, name);

        if (!called && check_driver_name(script, item, name, error) < 0)
            return -1;
        ours = ours || called;
        if (!called && !script->section)
            learn_rules(script, name);
    }
    if (!names)
        return bad_directive(script, item, "script.bad-directive", error,
                             "'only' wants names of drivers");
    script->only_line = item->line;
    script->skipping = !ours;
    dn_lex_switch(script->splitter, rules_of(script));
    if (driver || script->down)
        return 0;
    out->kind = DN_SCRIPT_SECTION;
    return 1;
}

static int
directive_assert(dn_script *script, const dn_lex_item *item, dunlin_string rest,
                 dn_script_item *out, dn_error *error)
{
    const char *equals = (const char *)memrchr(rest.data, '=', (size_t)rest.length);
    const char *value = equals ? equals + 1 : NULL;
    const char *end = rest.data + rest.length;

    while (value && value < end && (*value == ' ' || *value == '\t'))
        value++;
    if (!value || value == end || equals == rest.data)
        return bad_directive(script, item, "script.bad-directive", error,
                             "'assert' wants a query, '=' and a value");
    dn_text_clear(&script->assertion);
    dn_text_add(&script->assertion, rest.data, (size_t)(equals - rest.data));
    dn_text_add(&script->assertion, value, (size_t)(end - value));
    if (script->assertion.failed)
        return dn_no_memory(error);
    out->kind = DN_SCRIPT_ASSERT;
    out->sql = dn_span(script->assertion.data, (size_t)(equals - rest.data));
    out->expected = dn_span(script->assertion.data + out->sql.length, (size_t)(end - value));
    return 0;
}

/* A directive at work: 1 when *out holds something to do, 0 when there is nothing, -1. */
typedef int (*directive_handler)(dn_script *script, const dn_lex_item *item, dunlin_string rest,
                                 dn_script_item *out, dn_error *error);

static int
on_only(dn_script *script, const dn_lex_item *item, dunlin_string rest, dn_script_item *out,
        dn_error *error)
{
    return directive_only(script, item, rest, out, error);
}

static int
on_end(dn_script *script, const dn_lex_item *item, dunlin_string rest, dn_script_item *out,
       dn_error *error)
{
    (void)rest;
    (void)out;
    if (!script->only_line)
        return bad_directive(script, item, "script.bad-directive", error,
                             "there is no 'only' section to end");
    script->only_line = 0;
    script->skipping = false;
    dn_lex_switch(script->splitter, rules_of(script));
    return 0;
}

static int
on_down(dn_script *script, const dn_lex_item *item, dunlin_string rest, dn_script_item *out,
        dn_error *error)
{
    (void)rest;
    (void)out;
    if (script->only_line)
        return bad_directive(script, item, "script.nested-only", error,
                             "'down' may not stand inside an 'only' section");
    script->down = true;
    return 0;
}

static int
on_no_transaction(dn_script *script, const dn_lex_item *item, dunlin_string rest,
                  dn_script_item *out, dn_error *error)
{
    (void)item;
    (void)rest;
    (void)out;
    (void)error;
    script->no_transaction = script->no_transaction || !(script->skipping || script->down);
    return 0;
}

static int
on_assert(dn_script *script, const dn_lex_item *item, dunlin_string rest, dn_script_item *out,
          dn_error *error)
{
    if (script->skipping || script->down)
        return 0;
    if (directive_assert(script, item, rest, out, error) < 0)
        return -1;
    out->ordinal = ++script->ordinal;
    return 1;
}

/* Of several the last counts. */
static int
on_probe(dn_script *script, const dn_lex_item *item, dunlin_string rest, dn_script_item *out,
         dn_error *error)
{
    (void)item;
    (void)out;
    if (script->skipping || script->down)
        return 0;
    dn_text_clear(&script->probe);
    dn_text_add(&script->probe, rest.data, (size_t)rest.length);
    return script->probe.failed ? dn_no_memory(error) : 0;
}

static int
directive(dn_script *script, const dn_lex_item *item, dn_script_item *out, dn_error *error)
{
    static const struct {
        const char *word;
        directive_handler handler; /* NULL: for reconciliation, not for running */
    } directives[] = {
        {"only", on_only},     {"end", on_end},
        {"down", on_down},     {"no-transaction", on_no_transaction},
        {"assert", on_assert}, {"probe", on_probe},
        {"rename", NULL},      {"portable", NULL},
    };
    dunlin_string word = item->text;
    dunlin_string rest;

    word.length = 0;
    while (word.length < item->text.length && !is_blank(word.data[word.length]))
        word.length++;
    rest = dn_span(word.data + word.length, (size_t)(item->text.length - word.length));
    while (rest.length && is_blank(*rest.data)) {
        rest.data++;
        rest.length--;
    }
    for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++)
        if (dn_string_equal(word, directives[i].word))
            return directives[i].handler ? directives[i].handler(script, item, rest, out, error)
                                         : 0;
    return bad_directive(script, item, "script.unknown-directive", error, "unknown directive");
}

/* --- items ------------------------------------------------------------------------------------ */

static dn_script_kind
kind_of(uint64_t flags)
{
    if (flags & DUNLIN_CLASS_AROUND)
        return DN_SCRIPT_AROUND;
    if (flags & (DUNLIN_CLASS_BEGIN | DUNLIN_CLASS_COMMIT | DUNLIN_CLASS_ROLLBACK))
        return DN_SCRIPT_CONTROL;
    return DN_SCRIPT_STATEMENT;
}

/* One hash serves both digests where there is nothing to normalise. */
static dn_digest
raw_digest(dn_script *script)
{
    const dn_script_kept *text = &script->text;
    dn_digest digest;
    dn_digest tokens;

    if (script->fd >= 0)
        return dn_hash_end(&script->raw);
    if (!script->digests || !is_normal(script))
        return dn_hash_of(text->data, text->length);
    dn_lex_digests(script->splitter, &digest, &tokens);
    return digest;
}

static int
check_end(dn_script *script, dn_error *error)
{
    dn_digest raw;

    if (script->only_line)
        return dn_fail(error, DUNLIN_USAGE, "script.unended-only",
                       "%s:%u:1: the section '-- dunlin: only' has no '-- dunlin: end'",
                       script->migration->path, script->only_line);
    if (script->checked)
        return 0; /* kept by somebody who checked it */
    raw = raw_digest(script);
    if (!dn_digest_equal(&raw, &script->migration->raw))
        return dn_fail(error, DUNLIN_DISAGREEMENT, "script.changed",
                       "the file '%s' changed while it was read", script->migration->path);
    return 0;
}

static int
classify(const dn_script *script, dunlin_string sql, uint64_t *flags, dn_error *error)
{
    const dn_script_reader *reader = &script->reader;

    if (!reader->driver)
        return 0;
    if (reader->connection)
        return dn_connection_classify(reader->connection, sql, flags, error);
    return dn_driver_classify(reader->driver, reader->profile, reader->own, sql, flags, error);
}

static int
statement(dn_script *script, const dn_lex_item *item, dn_script_item *out, dn_error *error)
{
    out->sql = item->text;
    out->native = script->override || script->only_line;
    if (classify(script, item->text, &out->flags, error) < 0)
        return dn_while(error, "reading '%s' line %u", script->migration->path, item->line);
    if (out->flags & DUNLIN_CLASS_CLIENT_COMMAND)
        return dn_fail(error, DUNLIN_USAGE, "script.client-command",
                       "%s:%u:%u: this is a command of a client program, not a statement: '%.*s'",
                       script->migration->path, item->line, item->column,
                       (int)(item->text.length < 60 ? item->text.length : 60), item->text.data);
    out->kind = kind_of(out->flags);
    out->chained = script->ordinal > 0 && !item->breakpoint;
    out->ordinal = ++script->ordinal;
    return 0;
}

/* 1: a section begins, 0: nobody wants these lines. */
static int
data(dn_script *script, const dn_lex_item *item, dn_script_item *out)
{
    bool begins = !script->more_data;

    script->more_data = !item->last_data;
    if (!begins || script->skipping || script->down)
        return 0;
    script->data = item->text;
    out->kind = DN_SCRIPT_DATA;
    out->ordinal = script->ordinal;
    return 1;
}

int64_t
dn_script_chunk(dn_script *script, void *buffer, size_t bytes, dn_error *error)
{
    size_t size;

    while (!script->data.length && script->more_data) {
        dn_lex_item item;

        if (dn_lex_next(script->splitter, &item, error) < 0)
            return -1;
        script->data = item.text;
        script->more_data = !item.last_data;
    }
    size = script->data.length < bytes ? (size_t)script->data.length : bytes;
    if (size)
        memcpy(buffer, script->data.data, size);
    script->data.data += size;
    script->data.length -= size;
    return (int64_t)size;
}

int
dn_script_next_single(dn_script *script, dn_script_item *out, dn_error *error)
{
    for (;;) {
        dn_lex_item item;
        int answer = 0;

        memset(out, 0, sizeof(*out));
        script->data.length = 0;
        if (dn_lex_next(script->splitter, &item, error) < 0)
            return -1;
        out->offset = item.offset;
        out->line = item.line;
        out->column = item.column;
        switch (item.kind) {
        case DN_LEX_END: return check_end(script, error);
        case DN_LEX_DATA: answer = data(script, &item, out); break;
        case DN_LEX_DIRECTIVE: answer = directive(script, &item, out, error); break;
        case DN_LEX_STATEMENT:
            if (script->skipping || script->down)
                break;
            answer = statement(script, &item, out, error) < 0 ? -1 : 1;
            break;
        }
        if (answer)
            return answer < 0 ? -1 : 0;
    }
}

dunlin_string
dn_script_input(const dn_script *script)
{
    return dn_span(script->input.data, script->input.length);
}

int
dn_script_join(dn_script *script, const dn_joiner *joiner, dn_error *error)
{
    script->join = dn_join_new(joiner);
    return script->join ? 0 : dn_no_memory(error);
}

int
dn_script_next(dn_script *script, dn_script_item *item, dn_error *error)
{
    return script->join ? dn_join_next(script->join, script, item, error)
                        : dn_script_next_single(script, item, error);
}
