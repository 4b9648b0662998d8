/* SPDX-License-Identifier: MIT */
#include "core/run/mend.h"

#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/tracker/event.h"

enum { KEPT_TEXT = 4 * 1024 * 1024 };

/* --- transactions --------------------------------------------------------------------------------- */

static int
execute(dn_mend *mend, int32_t kind, const char *sql, const dunlin_value *values, size_t count,
        dn_error *error)
{
    return dn_connection_execute(mend->connection, kind, sql, values, count, error);
}

int
dn_mend_log(dn_mend *mend, const dn_repair_step *step, dn_error *error)
{
    dn_event event = {
        .action = mend->by,
        .run_id = mend->run_id,
        .step = step->op ? step->op : dn_repair_action_name(step->action),
        .statements = step->statements,
        .statement_count = step->statement_count,
        .why = step->why,
    };
    const char **tags = dn_arena_array(mend->arena, step->count + 1, sizeof *tags);

    if (!tags)
        return dn_no_memory(error);
    for (size_t i = 0; i < step->count; i++)
        tags[event.tag_count++] = step->verdicts[i]->migration->tag;
    if (!step->count && step->tag)
        tags[event.tag_count++] = step->tag;
    event.tags = tags;
    return dn_event_write(mend->connection, &event, error);
}

/* The log before the transaction, since some databases end it when they make a table. */
int
dn_mend_in_transaction(dn_mend *mend, const dn_repair_step *step, dn_mend_work work,
                       dn_error *error)
{
    dn_error ignored;

    if (dn_event_prepare(mend->connection, error) < 0)
        return -1;
    dn_fault("mend.before-begin");
    if (execute(mend, DUNLIN_ITEM_BEGIN, NULL, NULL, 0, error) < 0)
        return -1;
    if (work(mend, step, error) == 0 && dn_mend_log(mend, step, error) == 0) {
        dn_fault("mend.before-commit");
        if (execute(mend, DUNLIN_ITEM_COMMIT, NULL, NULL, 0, error) < 0)
            return -1;
        dn_fault("mend.after-commit");
        return 0;
    }
    (void)execute(mend, DUNLIN_ITEM_ROLLBACK, NULL, NULL, 0, &ignored);
    return -1;
}

/* --- records -------------------------------------------------------------------------------------- */

const dn_migration *
dn_mend_file(const dn_verdict *verdict)
{
    return verdict->migration->has_file ? verdict->migration : verdict->match->found;
}

static const char *
evidence_of(dn_mend *mend, const dn_verdict *verdict, const char *why)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    dn_text_printf(&text, "{\"by\": \"%s\", \"why\": ", mend->by);
    dn_json_add_string(&text, why, strlen(why));
    if (mend->confidence || strcmp(mend->state, "asserted") != 0)
        dn_text_printf(&text, ", \"confidence\": \"%s\"",
                       mend->confidence ? mend->confidence : verdict->confidence);
    if (verdict->proof)
        dn_text_printf(&text, ", \"effects\": %zu, \"present\": %zu", verdict->proof->effects,
                       verdict->proof->present);
    dn_text_add_string(&text, "}");
    return text.failed ? NULL : dn_arena_copy(mend->arena, text.data, text.length);
}

static int
inspect(dn_mend *mend, const dn_migration *file, dn_tracker_entry *entry, dn_error *error)
{
    size_t budget = KEPT_TEXT;
    dn_script_info info;

    if (dn_script_inspect(mend->connection, mend->translator, file, mend->arena, &budget, &info,
                          error) < 0)
        return -1;
    entry->text = info.text;
    entry->tokens = info.tokens;
    entry->statements = info.statements;
    entry->sql = info.kept.data;
    entry->sql_length = info.kept.length;
    return 0;
}

static int
record_one(dn_mend *mend, dn_tracker_writer *writer, const dn_verdict *verdict, const char *why,
           dn_error *error)
{
    const dn_migration *file = dn_mend_file(verdict);
    dn_migration migration = *file;
    const dn_tracker_statement *statements;
    dn_tracker_entry entry = {.migration = &migration, .state = mend->state, .duration_us = -1};
    size_t count;

    migration.when_ms = verdict->migration->when_ms;
    if (inspect(mend, file, &entry, error) < 0)
        return -1;
    entry.evidence = evidence_of(mend, verdict, why);
    if (!entry.evidence)
        return dn_no_memory(error);
    if (dn_tracker_record(writer, &entry, &statements, &count, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (execute(mend, DUNLIN_ITEM_STATEMENT, statements[i].sql, statements[i].values,
                    statements[i].count, error) < 0)
            return dn_while(error, "recording '%s'", migration.tag);
    return 0;
}

static int
record_all(dn_mend *mend, const dn_repair_step *step, dn_error *error)
{
    for (size_t i = 0; i < step->count; i++)
        if (record_one(mend, mend->writer, step->verdicts[i], step->why, error) < 0)
            return -1;
    return 0;
}

/* The writer looks at the tables before the transaction: a question that fails would end it. */
int
dn_mend_record(dn_mend *mend, const dn_repair_step *step, dn_error *error)
{
    int answer;

    if ((!mend->tracker->present || !mend->tracker->ours_present) &&
        dn_tracker_create(mend->connection, mend->tracker, error) < 0)
        return -1;
    answer =
        dn_tracker_writer_open(mend->connection, mend->tracker, mend->run_id, &mend->writer, error);
    if (answer == 0)
        answer = dn_mend_in_transaction(mend, step, record_all, error);
    dn_tracker_writer_close(mend->writer);
    mend->writer = NULL;
    return answer;
}

static int
unrecord_all(dn_mend *mend, const dn_repair_step *step, dn_error *error)
{
    for (size_t i = 0; i < step->count; i++) {
        const dn_verdict *verdict = step->verdicts[i];

        if (dn_tracker_unrecord(mend->connection, mend->tracker, verdict->match->row,
                                verdict->migration->tag, error) < 0)
            return dn_while(error, "taking back the record of '%s'", verdict->migration->tag);
    }
    return 0;
}

int
dn_mend_unrecord(dn_mend *mend, const dn_repair_step *step, dn_error *error)
{
    return dn_mend_in_transaction(mend, step, unrecord_all, error);
}

static int
relink(dn_mend *mend, const dn_repair_step *step, dn_error *error)
{
    return dn_tracker_relink(mend->connection, mend->tracker, step->verdicts[0]->match->row->seq,
                             step->new_tag, error);
}

int
dn_mend_relink(dn_mend *mend, const dn_repair_step *step, dn_error *error)
{
    return dn_mend_in_transaction(mend, step, relink, error);
}

static int
renew_all(dn_mend *mend, const dn_repair_step *step, dn_error *error)
{
    for (size_t i = 0; i < step->count; i++) {
        const dn_verdict *verdict = step->verdicts[i];
        dn_tracker_entry entry = {.migration = verdict->migration};

        if (inspect(mend, verdict->migration, &entry, error) < 0 ||
            dn_tracker_renew(mend->connection, mend->tracker, verdict->match->row, &entry, error) <
                0)
            return dn_while(error, "renewing the digest of '%s'", verdict->migration->tag);
    }
    return 0;
}

int
dn_mend_renew(dn_mend *mend, const dn_repair_step *step, dn_error *error)
{
    return dn_mend_in_transaction(mend, step, renew_all, error);
}
