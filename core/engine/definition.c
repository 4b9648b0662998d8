/* SPDX-License-Identifier: MIT
 *
 * Running a schema definition.
 */
#include "core/engine/definition.h"

#include <string.h>

#include "core/base/file.h"
#include "core/engine/portable.h"

typedef struct place {
    unsigned line;
    unsigned column;
} place;

typedef struct loading {
    const char *path;
    const dn_text *text;
    dn_lex_text input; /* what of it the splitter has not */
    dn_lex_splitter *splitter;
    dn_arena arena;
    place *places; /* of the items, by their ordinals */
    size_t count;
    size_t capacity;
    size_t statements;
    size_t together; /* of these, in the transaction at hand */
    bool transaction;
    bool throw_away; /* nobody misses the first half: the server need not hold all of it together */
    bool open;       /* a transaction */
    bool ended;
} loading;

/* A transaction holds a lock on all that it makes, and a PostgreSQL server has too few of them for 10,000
 * tables, unless it is told otherwise. */
enum { STATEMENTS_TOGETHER = 500 };

static int
add_item(loading *work, dunlin_item *item, int32_t kind, unsigned line, unsigned column,
         dn_error *error)
{
    item->kind = kind;
    work->places = dn_arena_grow(&work->arena, work->places, &work->capacity, work->count + 1,
                                 sizeof *work->places);
    if (!work->places)
        return dn_no_memory(error);
    work->places[work->count++] = (place){line, column};
    return 0;
}

static int
next(void *context, dunlin_item *item, dn_error *error)
{
    loading *work = context;
    dn_lex_item found;

    if (work->ended)
        return 1;
    if (work->transaction && !work->open) {
        work->open = true;
        return add_item(work, item, DUNLIN_ITEM_BEGIN, 0, 0, error);
    }
    if (work->throw_away && work->together == STATEMENTS_TOGETHER) {
        work->together = 0;
        work->open = false;
        return add_item(work, item, DUNLIN_ITEM_COMMIT, 0, 0, error);
    }
    do {
        if (dn_lex_next(work->splitter, &found, error) < 0)
            return -1;
        if (found.kind == DN_LEX_DATA)
            return dn_fail(error, DUNLIN_UNSUPPORTED, "definition.rows",
                           "%s:%u:%u: lines of data have no place in a schema definition",
                           work->path, found.line, found.column);
    } while (found.kind == DN_LEX_DIRECTIVE);
    if (found.kind == DN_LEX_STATEMENT) {
        work->statements++;
        work->together += work->transaction ? 1 : 0;
        item->sql = found.text;
        return add_item(work, item, DUNLIN_ITEM_STATEMENT, found.line, found.column, error);
    }
    work->ended = true;
    return work->transaction ? add_item(work, item, DUNLIN_ITEM_COMMIT, 0, 0, error) : 1;
}

static int
done(void *context, const dunlin_outcome *outcome, const dunlin_failure *failure, dn_error *error)
{
    const loading *work = context;

    if (failure && outcome->outcome == DUNLIN_OUTCOME_FAILED && outcome->ordinal < work->count &&
        work->places[outcome->ordinal].line)
        dn_while(error, "running the statement at %s:%u:%u", work->path,
                 work->places[outcome->ordinal].line, work->places[outcome->ordinal].column);
    return 0;
}

static int
run(dn_connection *connection, loading *work, dn_error *error)
{
    const dn_batch batch = {.next = next, .done = done, .context = work};
    dn_error ignored;

    work->input = (dn_lex_text){work->text->data, work->text->length};
    work->splitter = dn_lex_open(dn_connection_rules(connection), work->path, dn_lex_read_text,
                                 &work->input, error);
    if (!work->splitter)
        return -1;
    if (dn_connection_run(connection, &batch, error) == 0)
        return 0;
    if (work->transaction)
        dn_connection_execute(connection, DUNLIN_ITEM_ROLLBACK, NULL, NULL, 0, &ignored);
    return -1;
}

static int
load(dn_connection *connection, const char *name, const dn_text *sql, bool throw_away,
     size_t *statements, dn_error *error)
{
    loading work = {.path = name, .text = sql, .arena = DN_ARENA_INIT, .throw_away = throw_away};
    int answer;

    work.transaction =
        (dn_connection_capabilities(connection)->flags & DUNLIN_CAN_TRANSACTIONAL_DDL) != 0;
    answer = run(connection, &work, error);
    *statements = work.statements;
    dn_lex_close(work.splitter);
    dn_arena_free(&work.arena);
    return answer;
}

int
dn_definition_run(dn_connection *connection, const char *name, const dn_text *sql,
                  size_t *statements, dn_error *error)
{
    return load(connection, name, sql, false, statements, error);
}

int
dn_definition_load(dn_connection *connection, const char *path, size_t *statements, dn_error *error)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;

    *statements = 0;
    if (dn_file_read(path, &sql, error) < 0)
        return -1;
    return dn_definition_run(connection, path, &sql, statements, error);
}

/* --- as a side ------------------------------------------------------------------------------------ */

static int
read_loaded(dn_session *session, const char *name, const dn_text *sql, const dn_side *like,
            dn_connection *shadow, dn_side *side, dn_error *error)
{
    size_t statements;
    int answer = dn_portable_is(session, name, sql)
                     ? dn_portable_load(session, shadow, name, sql, true, &statements, error)
                     : load(shadow, name, sql, true, &statements, error);

    if (answer < 0 ||
        dn_observe_snapshot(shadow, &like->sight, &session->arena, &side->snapshot, error) < 0)
        return -1;
    side->facts = side->snapshot.facts;
    return 0;
}

int
dn_definition_side(dn_session *session, const char *path, const dn_side *like, bool asked,
                   const char *given, dn_side *side, dn_error *error)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;

    if (dn_file_read(path, &sql, error) < 0)
        return -1;
    return dn_definition_side_of(session, path, &sql, like, asked, given, side, error);
}

int
dn_definition_side_of(dn_session *session, const char *name, const dn_text *sql,
                      const dn_side *like, bool asked, const char *given, dn_side *side,
                      dn_error *error)
{
    static const dn_target plain = {.name = NULL};
    dn_connection *shadow = NULL;
    dn_shadow_choice choice = {DN_SHADOW_NONE, "there is no server to make one on"};
    dn_error second;
    int answer;

    if (like->connection)
        choice =
            dn_shadow_choose(like->connection, like->target ? like->target : &plain, asked, given);
    if (choice.kind == DN_SHADOW_NONE)
        return dn_fail(error, DUNLIN_USAGE, "definition.no-shadow",
                       "'%s' has to be loaded somewhere to be compared: %s", name, choice.why);
    *side = *like;
    side->connection = NULL;
    side->name = name;
    side->source = "definition";
    if (dn_shadow_open(like->driver, like->url, given, &session->log, &shadow, error) < 0)
        return -1;
    dn_connection_see_grants(shadow, dn_connection_sees_grants(like->connection));
    if (session->writes_schema)
        dn_connection_warn_of_unread(shadow);
    answer = read_loaded(session, name, sql, like, shadow, side, error);
    if (dn_shadow_end(shadow, answer == 0 ? error : &second) < 0)
        answer = -1;
    return answer;
}
