/* SPDX-License-Identifier: MIT
 *
 * `dunlin resume`: a person decides for a statement of which nothing can tell whether it took
 * effect. Only the ledger is written; the next migrate goes on from there.
 */
#include <string.h>

#include "core/engine/session.h"
#include "core/execute/ledger.h"
#include "core/tracker/event.h"

typedef struct resumption {
    dn_session session;
    const char *tag;
    bool done;
    const dn_migration *migration;
    dn_ledger_rows rows;
} resumption;

/* Where the command names no migration: the one that stopped part-way. */
static int
name_migration(resumption *state, dn_error *error)
{
    dn_session *session = &state->session;
    const char **tags;
    size_t count;

    if (state->tag)
        return 0;
    if (dn_tracker_unfinished(session->connection, &session->arena, &tags, &count, error) < 0)
        return -1;
    if (!count)
        return dn_fail(error, DUNLIN_USAGE, "ledger.decided", "no migration stopped part-way");
    if (count > 1)
        return dn_fail(error, DUNLIN_USAGE, "ledger.several",
                       "%zu migrations stopped part-way, '%s' and '%s' among them", count, tags[0],
                       tags[1]);
    state->tag = tags[0];
    return 0;
}

static int
find_migration(resumption *state, dn_error *error)
{
    const dn_journal *journal = &state->session.journal;

    if (name_migration(state, error) < 0)
        return -1;
    for (size_t i = 0; i < journal->count; i++)
        if (strcmp(journal->migrations[i].tag, state->tag) == 0)
            state->migration = &journal->migrations[i];
    if (state->migration && state->migration->has_file)
        return 0;
    return dn_fail(error, DUNLIN_USAGE, "plan.unknown-tag",
                   "there is no migration '%s' with a file", state->tag);
}

/* The text of the statement that is decided. */
static int
tell_statement(resumption *state, dn_error *error)
{
    dn_session *session = &state->session;
    dunlin_node *root = dn_result_node(session->result);
    dn_auto(dn_script) *script = NULL;
    dn_script_item item;
    size_t met = 0;

    if (dn_script_open(session->connection, session->translator, state->migration, NULL, false,
                       &script, error) < 0)
        return -1;
    do {
        if (dn_script_next(script, &item, error) < 0)
            return -1;
        met += item.kind == DN_SCRIPT_STATEMENT;
    } while (item.kind != DN_SCRIPT_END && met < state->rows.count);
    dn_node_set_text(session->result, root, "tag", state->tag);
    dn_node_set_integer(session->result, root, "statement", (int64_t)state->rows.count);
    dn_node_set_integer(session->result, root, "line", item.line);
    dn_node_set_string(session->result, root, "sql", item.sql);
    dn_node_set_text(session->result, root, "decision", state->done ? "done" : "redo");
    return 0;
}

static int
write_decision(resumption *state, const dn_ledger_row *row, dn_error *error)
{
    const unsigned ordinal = (unsigned)state->rows.count;
    const dn_event event = {
        .action = "resume",
        .step = state->done ? "done" : "redo",
        .tags = &state->tag,
        .tag_count = 1,
        .statements = &ordinal,
        .statement_count = 1,
    };
    dn_connection *connection = state->session.connection;
    dn_error ignored;

    if (dn_event_prepare(connection, error) < 0 ||
        dn_connection_execute(connection, DUNLIN_ITEM_BEGIN, NULL, NULL, 0, error) < 0)
        return -1;
    if (dn_ledger_set_phase(connection, state->tag, state->rows.count, row, error) == 0 &&
        dn_event_write(connection, &event, error) == 0)
        return dn_connection_execute(connection, DUNLIN_ITEM_COMMIT, NULL, NULL, 0, error);
    (void)dn_connection_execute(connection, DUNLIN_ITEM_ROLLBACK, NULL, NULL, 0, &ignored);
    return -1;
}

static int
decide(void *context, dn_error *error)
{
    resumption *state = context;
    dn_session *session = &state->session;
    dn_ledger_row *last;

    if (dn_tracker_create_statements(session->connection, error) < 0 ||
        dn_ledger_read(session->connection, state->tag, &session->arena, &state->rows, error) < 0)
        return -1;
    last = state->rows.count ? &state->rows.items[state->rows.count - 1] : NULL;
    if (!last || last->phase != DN_LEDGER_INTENT)
        return dn_fail(error, DUNLIN_USAGE, "ledger.decided",
                       "'%s' has no statement that waits for a decision", state->tag);
    if (tell_statement(state, error) < 0)
        return -1;
    last->phase = state->done ? DN_LEDGER_DONE : DN_LEDGER_FAILED;
    return write_decision(state, last, error);
}

/* The ledger belongs to runs with a session of their own. */
static int
check_session(const dn_session *session, dn_error *error)
{
    if (!dn_connection_server(session->connection)->pooled)
        return 0;
    return dn_fail(error, DUNLIN_UNSUPPORTED, "plan.pooled",
                   "what stopped part-way cannot be decided through a transaction pooler");
}

static int
resume(resumption *state, dn_error *error)
{
    dn_session *session = &state->session;

    if (dn_session_project(session, error) < 0 || dn_session_target(session, error) < 0 ||
        dn_session_journal(session, error) < 0 || dn_session_connect(session, false, error) < 0 ||
        dn_session_reconcile(session, DN_TRACKER_MATCH, error) < 0 ||
        find_migration(state, error) < 0 || check_session(session, error) < 0 ||
        dn_session_result(session, "dunlin-resume/1", error) < 0 ||
        dn_session_locked(session, decide, state, error) < 0)
        return -1;
    dn_session_tell_target(session);
    return 0;
}

int
dunlin_resume(const dunlin_options *options, const char *tag, int done, dunlin_result **result,
              dunlin_error *error)
{
    resumption state;

    memset(&state, 0, sizeof(state));
    dn_session_begin(&state.session, options);
    state.tag = tag;
    state.done = done != 0;
    return dn_session_finish(&state.session, resume(&state, error), result, error);
}
