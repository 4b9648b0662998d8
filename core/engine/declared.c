/* SPDX-License-Identifier: MIT */
#include "core/engine/declared.h"

#include <ctype.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/process.h"

enum { SHOWN_AT_MOST = 200 };

/* --- comparing -------------------------------------------------------------------------------------- */

int
dn_declared_by_text(dn_session *session, const dn_declared_place *place, const char *name,
                    const dn_text *sql, dn_declared *declared, dn_error *error)
{
    if (dn_definition_side_of(session, name, sql, place->made, place->asked, place->given,
                              &declared->side, error) < 0)
        return -1;
    return dn_schema_compare(place->made->facts, declared->side.facts, &dn_drizzle_comparison,
                             &session->arena, &declared->differences, error);
}

/* --- snapshots -------------------------------------------------------------------------------------- */

const char *
dn_declared_path(const dn_session *session, size_t at, dn_arena *arena)
{
    const dn_journal *journal = &session->journal;
    const char *tag = journal->migrations[at].tag;
    const char *meta;

    if (journal->layout == DN_LAYOUT_DRIZZLE_V1)
        return dn_arena_printf(arena, "%s/%s/snapshot.json", journal->folder, tag);
    meta = dn_path_folder(arena, journal->path);
    return meta ? dn_arena_printf(arena, "%s/%.*s_snapshot.json", meta,
                                  (int)strspn(tag, "0123456789"), tag)
                : NULL;
}

int
dn_declared_newest(const dn_session *session, dn_arena *arena, const char **path, dn_error *error)
{
    const dn_journal *journal = &session->journal;

    *path = NULL;
    if (journal->layout != DN_LAYOUT_DRIZZLE_V1 &&
        (journal->layout != DN_LAYOUT_DRIZZLE || !journal->path))
        return 0;
    for (size_t i = journal->count; i-- > 0;) {
        const char *found = dn_declared_path(session, i, arena);

        if (!found)
            return dn_no_memory(error);
        if (dn_file_exists(found)) {
            *path = found;
            return 0;
        }
    }
    return 0;
}

bool
dn_declared_concerns(dn_session *session, const dn_driver *driver, bool unknown)
{
    dn_auto(dn_drizzle_chain) chain = {NULL, 0, 0};
    dn_error ignored;
    const char *path;

    if (session->journal.dialect)
        return dn_driver_is_called(driver, dn_string(session->journal.dialect));
    dn_error_clear(&ignored);
    if (session->journal.layout != DN_LAYOUT_DRIZZLE_V1 ||
        dn_declared_newest(session, &session->arena, &path, &ignored) < 0 || !path)
        return unknown;
    if (dn_drizzle_chain_add(&chain, path, &session->arena, &ignored) < 0)
        return true; /* what is wrong with it is told where it is read */
    return dn_driver_is_called(driver, dn_string(dn_drizzle_chain_dialect(&chain.links[0])));
}

int
dn_declared_chain(const dn_session *session, size_t without, dn_arena *arena,
                  dn_drizzle_chain *chain, dn_error *error)
{
    for (size_t i = 0; i < session->journal.count; i++) {
        const char *path = dn_declared_path(session, i, arena);

        if (!path)
            return dn_no_memory(error);
        if (i != without && dn_file_exists(path) &&
            dn_drizzle_chain_add(chain, path, arena, error) < 0)
            return -1;
    }
    return 0;
}

int
dn_declared_by_rows(dn_session *session, const dn_declared_place *place, const char *name,
                    const cJSON *rows, dn_declared *declared, dn_error *error)
{
    const char *dialect = place->made->driver->table.dialect;
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    cJSON *tree = dn_drizzle_rows_tree(dialect, rows, place->made->facts);
    int answer = tree ? dn_drizzle_tree_sql(dialect, tree, &sql, error) : dn_no_memory(error);

    cJSON_Delete(tree);
    return answer < 0 ? -1 : dn_declared_by_text(session, place, name, &sql, declared, error);
}

/* Of a folder of Drizzle 1.0 all that are there tell the state together. */
static int
by_chain(dn_session *session, const dn_declared_place *place, const char *path,
         dn_declared *declared, dn_error *error)
{
    dn_auto(dn_drizzle_chain) chain = {NULL, 0, 0};
    dn_drizzle_ids leaves;
    cJSON *rows;
    int answer;

    if (dn_declared_chain(session, SIZE_MAX, &session->arena, &chain, error) < 0 ||
        dn_drizzle_chain_leaves(&chain, &session->arena, &leaves, error) < 0 ||
        dn_drizzle_chain_rows(&chain, &leaves, &rows, error) < 0)
        return -1;
    answer = dn_declared_by_rows(session, place, path, rows, declared, error);
    cJSON_Delete(rows);
    return answer;
}

int
dn_declared_by_snapshot(dn_session *session, const dn_declared_place *place, const char *path,
                        dn_declared *declared, dn_error *error)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;

    if (session->journal.layout == DN_LAYOUT_DRIZZLE_V1)
        return by_chain(session, place, path, declared, error);
    if (dn_drizzle_read_sql(path, &sql, error) < 0)
        return -1;
    return dn_declared_by_text(session, place, path, &sql, declared, error);
}

/* --- commands --------------------------------------------------------------------------------------- */

typedef struct words {
    const char **items;
    size_t count;
    size_t capacity;
} words;

/* The next word, with quotes taken off; NULL: they are not closed, or no memory. */
static char *
next_word(dn_arena *arena, const char **command)
{
    char *word = dn_arena_text(arena, *command);
    size_t length = 0;
    char quote = '\0';

    for (; word && **command && (quote || !isspace((unsigned char)**command)); ++*command) {
        char c = **command;

        if (quote ? c == quote : c == '"' || c == '\'') {
            quote = quote ? '\0' : c;
            continue;
        }
        if (c == '\\' && quote != '\'' && (*command)[1])
            c = *++*command;
        word[length++] = c;
    }
    if (!word || quote)
        return NULL;
    word[length] = '\0';
    return word;
}

static int
split(dn_arena *arena, const char *command, words *list, dn_error *error)
{
    for (const char *at = command;;) {
        char *word = NULL;

        at += strspn(at, " \t\r\n");
        if (*at) {
            word = next_word(arena, &at);
            if (!word)
                return dn_fail(error, DUNLIN_USAGE, "definition.command",
                               "a quote is not closed in the command '%s'", command);
        }
        list->items = dn_arena_grow(arena, list->items, &list->capacity, list->count + 1,
                                    sizeof *list->items);
        if (!list->items)
            return dn_no_memory(error);
        list->items[list->count++] = word;
        if (!word)
            break;
    }
    if (list->count > 1)
        return 0;
    return dn_fail(error, DUNLIN_USAGE, "definition.command", "the command is empty");
}

static int32_t
take(dunlin_string text, void *context)
{
    dn_text_add(context, text.data, (size_t)text.length);
    return 0;
}

/* Some programs, drizzle-kit among them, print what is wrong where the SQL would stand. */
static int
fail_asking(const char *command, const dn_text *printed, dn_error *error)
{
    dn_auto(dn_text) line = DN_TEXT_INIT;
    size_t end = printed->data ? printed->length : 0;
    size_t start;

    while (end > 0 && strchr("\r\n ", printed->data[end - 1]))
        end--;
    for (start = end; start > 0 && printed->data[start - 1] != '\n';)
        start--;
    if (end == start)
        return dn_while(error, "asking '%s' for the schema definition", command);
    dn_text_add_visible(&line, printed->data + start, end - start, SHOWN_AT_MOST);
    return line.failed ? dn_no_memory(error)
                       : dn_while(error, "asking '%s' for the schema definition, which printed: %s",
                                  command, line.data);
}

/* drizzle-kit ends with 0 where the definition does not run, too: the first line of its stack says why. */
static int
fail_silent(const char *command, const dn_text *said, dn_error *error)
{
    dn_auto(dn_text) line = DN_TEXT_INIT;
    const char *start = said->data ? said->data : "";

    start += strspn(start, "\r\n ");
    dn_text_add_visible(&line, start, strcspn(start, "\r\n"), SHOWN_AT_MOST);
    if (line.failed)
        return dn_no_memory(error);
    return dn_fail(error, DUNLIN_USAGE, "definition.command", "the command '%s' printed no SQL%s%s",
                   command, line.length ? ", and said: " : "", line.length ? line.data : "");
}

int
dn_declared_by_command(dn_session *session, const dn_declared_place *place, const char *command,
                       dn_declared *declared, dn_error *error)
{
    dn_auto(dn_text) printed = DN_TEXT_INIT;
    dn_auto(dn_text) said = DN_TEXT_INIT;
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    words list = {NULL, 0, 0};
    dn_process process = {.visit = take, .context = &printed, .said = &said, .log = &session->log};
    dunlin_string text;

    if (split(&session->arena, command, &list, error) < 0)
        return -1;
    process.arguments = list.items;
    process.directory = session->project.root;
    if (dn_process_run(&process, error) < 0)
        return fail_asking(command, &printed, error);
    text = dn_drizzle_printed_sql(dn_span(printed.data ? printed.data : "", printed.length));
    dn_text_add(&sql, text.data, (size_t)text.length);
    if (printed.failed || sql.failed)
        return dn_no_memory(error);
    if (!sql.length)
        return fail_silent(command, &said, error);
    return dn_declared_by_text(session, place, command, &sql, declared, error);
}
