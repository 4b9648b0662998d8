/* SPDX-License-Identifier: MIT
 *
 * What the migrations did that this checkout does not have: the tracker kept their text.
 */
#include <string.h>

#include "core/ddl/ddl.h"
#include "core/journal/markup.h"
#include "core/state/state_internal.h"

enum { MAX_DEEDS = 200 };

typedef struct telling {
    dn_connection *connection;
    dn_arena *arena;
    dn_ddl_options options;
    dn_tracker_row *row;
    size_t capacity;
    bool elsewhere; /* in a section for other databases */
    bool ended;     /* behind it stands what takes it back */
} telling;

static int
add_deed(telling *work, const dunlin_operation *operation, dn_error *error)
{
    dn_tracker_row *row = work->row;
    dn_auto(dn_text) words = DN_TEXT_INIT;

    if (row->deed_count >= MAX_DEEDS)
        return 0;
    dn_ddl_describe(operation, &words);
    row->deeds = dn_arena_grow(work->arena, row->deeds, &work->capacity, row->deed_count + 1,
                               sizeof *row->deeds);
    if (!row->deeds || words.failed)
        return dn_no_memory(error);
    row->deeds[row->deed_count] = dn_arena_copy(work->arena, words.data, words.length);
    return row->deeds[row->deed_count++] ? 0 : dn_no_memory(error);
}

/* "only postgres,mysql", "end", "down" */
static void
obey(telling *work, dunlin_string text)
{
    const dn_driver *driver = dn_connection_driver(work->connection);
    dunlin_string names;
    dunlin_string name;

    if (dn_string_equal(text, "end"))
        work->elsewhere = false;
    if (dn_string_equal(text, "down"))
        work->ended = true;
    if (text.length <= 5 || memcmp(text.data, "only ", 5) != 0)
        return;
    work->elsewhere = true;
    names = dn_span(text.data + 5, (size_t)text.length - 5);
    while (dn_driver_next_name(&names, &name))
        if (dn_driver_is_called(driver, name))
            work->elsewhere = false;
}

static int
tell_statement(telling *work, const dn_lex_item *item, dn_error *error)
{
    const char *copy = dn_arena_copy(work->arena, item->text.data, (size_t)item->text.length);
    dn_ddl_statement parsed;

    if (!copy)
        return dn_no_memory(error);
    if (dn_ddl_parse(dn_span(copy, (size_t)item->text.length), &work->options, work->arena, &parsed,
                     error) < 0)
        return -1;
    /* The columns and keys of a table that is made go without saying. */
    if (parsed.count && parsed.operations[0]->verb == DUNLIN_VERB_CREATE &&
        dn_string_equal(parsed.operations[0]->kind, DUNLIN_KIND_TABLE))
        parsed.count = 1;
    for (size_t i = 0; i < parsed.count; i++)
        if (add_deed(work, parsed.operations[i], error) < 0)
            return -1;
    return 0;
}

/* A text that cannot be cut says as much as it says. */
static int
tell_text(telling *work, const dn_text *sql, dn_error *error)
{
    dn_lex_text input = {sql->data, sql->length};
    dn_error unclear;
    dn_lex_item item;
    dn_lex_splitter *splitter;
    int answer = 0;

    dn_error_clear(&unclear);
    splitter = dn_lex_open(work->options.rules, work->row->tag ? work->row->tag : "",
                           dn_lex_read_text, &input, &unclear);
    if (!splitter)
        return 0;
    while (answer == 0 && !work->ended && dn_lex_next(splitter, &item, &unclear) == 0 &&
           item.kind != DN_LEX_END) {
        if (item.kind == DN_LEX_DIRECTIVE)
            obey(work, item.text);
        else if (item.kind == DN_LEX_STATEMENT && !work->elsewhere)
            answer = tell_statement(work, &item, error);
    }
    dn_lex_close(splitter);
    return answer;
}

static int
tell_row(dn_connection *connection, const dn_observation *seen, dn_tracker_row *row,
         const dn_ddl_options *options, dn_arena *arena, dn_error *error)
{
    telling work = {.connection = connection, .arena = arena, .options = *options, .row = row};
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    dn_tracker_kept kept;

    if (dn_tracker_explain(connection, &seen->tracker, row->has_digest ? &row->digest : NULL,
                           row->tag, &kept, &sql, error) < 0)
        return -1;
    /* Drizzle's table has no names. */
    if (!row->tag && *kept.tag && !(row->tag = dn_arena_text(arena, kept.tag)))
        return dn_no_memory(error);
    if (!kept.found || !sql.data)
        return 0;
    row->has_text = true;
    dn_markup_blank(sql.data, sql.length);
    return tell_text(&work, &sql, error);
}

int
dn_state_explain_unknown(dn_connection *connection, dn_observation *seen, dn_arena *arena,
                         dn_error *error)
{
    const dn_driver *driver = dn_connection_driver(connection);
    const char *dialect = seen->journal->dialect;
    dn_ddl_options options = {.rules = dn_connection_rules(connection)};

    options.own = !dialect || dn_driver_is_called(driver, dn_string(dialect));
    options.keep_case =
        options.own && !(dn_connection_capabilities(connection)->flags & DUNLIN_CAN_NAMESPACES);
    if (!options.own && dn_ddl_portable_rules(arena, &options.rules, error) < 0)
        return -1;
    for (size_t i = 0; i < seen->unknown_count; i++)
        if (tell_row(connection, seen, &seen->tracker.rows[seen->unknown[i] - seen->tracker.rows],
                     &options, arena, error) < 0)
            return -1;
    return 0;
}
