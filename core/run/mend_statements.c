/* SPDX-License-Identifier: MIT
 *
 * Statements of a migration that is there in part. Those of a portable one go through the translator:
 * against the facts as they are, since an interrupted statement may have done some of its work.
 */
#include "core/run/mend.h"

#include <string.h>

#include "core/tracker/event.h"

static int
send(dn_mend *mend, dunlin_string sql, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    dn_text_add(&text, sql.data, (size_t)sql.length);
    if (text.failed)
        return dn_no_memory(error);
    return dn_connection_execute(mend->connection, DUNLIN_ITEM_STATEMENT, text.data, NULL, 0,
                                 error);
}

static int
ask(dn_mend *mend, const dn_step *step, dn_error *error)
{
    const char *sql = dn_arena_copy(mend->arena, step->sql.data, (size_t)step->sql.length);
    const char *expected = dn_arena_copy(
        mend->arena, step->expected.data ? step->expected.data : "", (size_t)step->expected.length);

    if (!sql || !expected)
        return dn_no_memory(error);
    return dn_connection_check(mend->connection, sql, expected, error);
}

/* --- the file ------------------------------------------------------------------------------------- */

static bool
is_wanted(const dn_repair_step *step, unsigned ordinal)
{
    for (size_t i = 0; i < step->statement_count; i++)
        if (step->statements[i] == ordinal)
            return true;
    return false;
}

typedef int (*visit_statement)(dn_mend *mend, const dn_source *source, dn_error *error);

/* All statements of the file that are missing, or all others. */
static int
each(dn_mend *mend, const dn_repair_step *step, bool wanted, visit_statement visit, dn_error *error)
{
    const dn_migration *file = dn_mend_file(step->verdicts[0]);
    dn_auto(dn_script) *script = NULL;
    dn_script_item item;

    if (dn_script_open(mend->connection, mend->translator, file, NULL, false, &script, error) < 0)
        return -1;
    for (;;) {
        dn_source source;

        if (dn_script_next(script, &item, error) < 0)
            return -1;
        if (item.kind == DN_SCRIPT_END)
            return 0;
        if (item.kind != DN_SCRIPT_STATEMENT || is_wanted(step, item.ordinal) != wanted)
            continue;
        source = dn_script_source(file, &item);
        if (visit(mend, &source, error) < 0)
            return dn_while(error, "running statement %u of '%s' (line %u)", item.ordinal,
                            file->tag, item.line);
    }
}

/* --- what becomes of a statement -------------------------------------------------------------------- */

static int
translate(dn_mend *mend, const dn_source *source, dn_translated *made, dn_error *error)
{
    memset(made, 0, sizeof *made);
    if (!mend->translator)
        return 0;
    do {
        if (dn_translate(mend->translator, source, true, made, error) < 0)
            return -1;
        if (made->kind != DN_TRANSLATED_LOOK)
            return 0;
    } while (dn_translator_look(mend->translator, error) == 0);
    return -1;
}

static int
run_statement(dn_mend *mend, const dn_source *source, dn_error *error)
{
    dn_translated made;

    if (translate(mend, source, &made, error) < 0)
        return -1;
    if (made.kind == DN_TRANSLATED_AS_IT_IS)
        return send(mend, source->sql, error);
    if (made.kind == DN_TRANSLATED_SKIP)
        dn_log_debug(&mend->log, "%s:%u: left out: %s", source->path, source->line, made.why);
    for (size_t i = 0; i < made.count; i++) {
        const dn_step *step = &made.steps[i];
        int answer = 0;

        if (step->role == DUNLIN_STEP_STATEMENT)
            answer = send(mend, step->sql, error);
        else if (step->role != DUNLIN_STEP_BEFORE_BEGIN && step->role != DUNLIN_STEP_FINALLY)
            answer = ask(mend, step, error);
        if (answer < 0)
            return -1;
    }
    return 0;
}

static int
remember(dn_mend *mend, const dn_source *source, dn_error *error)
{
    return dn_translator_remember(mend->translator, source, error);
}

static int
expect(dn_mend *mend, const dn_source *source, dn_error *error)
{
    return dn_translator_expect(mend->translator, source, error);
}

/* What stands in the way of one of them is found before the first is sent. What belongs outside of a
 * transaction has no place here. */
static int
rehearse(dn_mend *mend, const dn_source *source, dn_error *error)
{
    dn_translated made;

    if (dn_translate(mend->translator, source, true, &made, error) < 0)
        return -1;
    for (size_t i = 0; i < made.count; i++)
        if (made.steps[i].role == DUNLIN_STEP_BEFORE_BEGIN ||
            made.steps[i].role == DUNLIN_STEP_FINALLY)
            return dn_fail(error, DUNLIN_UNSUPPORTED, "repair.portable",
                           "%s:%u: this statement needs a setting around its transaction: run it "
                           "by hand",
                           source->path, source->line);
    return 0;
}

static int
prepare(dn_mend *mend, const dn_repair_step *step, dn_error *error)
{
    dn_translator *translator = mend->translator;

    if (each(mend, step, false, remember, error) < 0 || each(mend, step, true, expect, error) < 0 ||
        dn_translator_look(translator, error) < 0 ||
        dn_translator_rehearse(translator, error) < 0 ||
        each(mend, step, true, rehearse, error) < 0)
        return -1;
    return dn_translator_perform(translator, error);
}

static int
run_all(dn_mend *mend, const dn_repair_step *step, dn_error *error)
{
    return each(mend, step, true, run_statement, error);
}

/* Where it can share no transaction with what it tells of. */
static int
log_behind(dn_mend *mend, const dn_repair_step *step, dn_error *error)
{
    return dn_event_prepare(mend->connection, error) < 0 ? -1 : dn_mend_log(mend, step, error);
}

/* Some statements fit no transaction; then each stands for itself, as it does in its file. */
int
dn_mend_statements(dn_mend *mend, const dn_repair_step *step, dn_error *error)
{
    size_t budget = 0;
    dn_script_info info;

    if (mend->translator && prepare(mend, step, error) < 0)
        return -1;
    if (dn_script_inspect(mend->connection, mend->translator, dn_mend_file(step->verdicts[0]),
                          mend->arena, &budget, &info, error) < 0)
        return -1;
    if (info.transactional)
        return dn_mend_in_transaction(mend, step, run_all, error);
    return run_all(mend, step, error) < 0 ? -1 : log_behind(mend, step, error);
}

int
dn_mend_sql(dn_mend *mend, const dn_repair_step *step, dn_error *error)
{
    if (send(mend, dn_string(step->sql), error) < 0)
        return dn_while(error, "running what was left out of '%s'", step->tag);
    return log_behind(mend, step, error);
}
