/* SPDX-License-Identifier: MIT */
#include "core/export/export.h"

#include <string.h>

#include "core/export/deeds.h"
#include "core/export/follow.h"
#include "core/export/once.h"
#include "core/export/units.h"

#define RUN_ID "script"

enum {
    EXCERPT = 60,
    TOGETHER = 50, /* conditions in one question */
    KEPT_TEXT = 64 * 1024 * 1024
};

typedef struct exporting {
    const dn_export_options *options;
    const dn_journal *journal;
    dn_arena *arena;
    dn_export *made;
    dn_text *text;
    dn_text body; /* the migrations */
    dn_history history;
    dn_tracker_place place;
    dn_tracker tracker;
    dn_tracker_writer *writer;
    dn_deeds deeds;
    bool *unsafe; /* by migration */
    size_t first, last;
    bool transactional_ddl;
    bool has_ledger; /* some migration needs it */
    dn_error *error;
} exporting;

/* One migration of the script. */
typedef struct bracket {
    exporting *work;
    size_t index;
    const dn_migration *migration;
    dn_arena arena;
    dn_script_info info;
    dn_unit unit;
    dn_text recorded;      /* the condition */
    const char *otherwise; /* of the statement at hand: takes back that it was begun; or NULL */
} bracket;

/* --- the range -------------------------------------------------------------------------------------- */

static int
find_tag(const exporting *work, const char *tag, const char *option, size_t *index)
{
    for (size_t i = 0; i < work->journal->count; i++)
        if (strcmp(work->journal->migrations[i].tag, tag) == 0) {
            *index = i;
            return 0;
        }
    return dn_fail(work->error, DUNLIN_USAGE, "plan.unknown-tag",
                   "%s names '%s', and there is no such migration", option, tag);
}

static int
choose_range(exporting *work)
{
    const dn_export_options *options = work->options;
    size_t count = work->journal->count;

    if (!count)
        return dn_fail(work->error, DUNLIN_USAGE, "export.nothing",
                       "there are no migrations in '%s'", work->journal->folder);
    work->first = 0;
    work->last = count - 1;
    if ((options->from && find_tag(work, options->from, "--from", &work->first) < 0) ||
        (options->to && find_tag(work, options->to, "--to", &work->last) < 0))
        return -1;
    if (work->first > work->last)
        return dn_fail(work->error, DUNLIN_USAGE, "export.nothing",
                       "'%s' of --from comes behind '%s' of --to", options->from, options->to);
    return 0;
}

/* --- one statement ------------------------------------------------------------------------------------ */

static int
cannot(const bracket *at, const dn_script_item *item, const char *reason)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    char kept[sizeof at->work->error->message];
    size_t length = item->sql.length < EXCERPT * 2 ? (size_t)item->sql.length : EXCERPT * 2;

    memset(kept, 0, sizeof kept);
    memcpy(kept, reason, strnlen(reason, sizeof kept - 1));
    dn_text_add_visible(&text, item->sql.data, length, EXCERPT);
    dn_fail(at->work->error, DUNLIN_UNSUPPORTED, "export.cannot",
            "%s:%u:%u: '%s' cannot stand in a script for '%s': %s", at->migration->path, item->line,
            item->column, text.data ? text.data : "", at->work->options->driver->table.name, kept);
    return -1;
}

static int
add(bracket *at, const dn_script_item *from, const dunlin_script_item *item)
{
    dn_error *error = at->work->error;

    if (dn_unit_add(&at->unit, item, error) == 0)
        return 0;
    return error->status == DUNLIN_UNSUPPORTED ? cannot(at, from, error->message) : -1;
}

static int
add_steps(bracket *at, const dn_script_item *from, const dn_steps *steps)
{
    for (size_t i = 0; i < steps->count; i++) {
        const dn_step *step = &steps->items[i];
        dunlin_script_item item = {
            .kind = DUNLIN_SCRIPT_RENDERED, .sql = step->sql, .expected = step->expected};

        if (step->role == DUNLIN_STEP_BEFORE_BEGIN || step->role == DUNLIN_STEP_FINALLY)
            item.role = step->role;
        else if (step->role != DUNLIN_STEP_STATEMENT)
            item.kind = DUNLIN_SCRIPT_CHECK;
        if (add(at, from, &item) < 0)
            return -1;
    }
    return 0;
}

/* 1: the driver has no guard for it. */
static int
add_guarded(bracket *at, const dn_followed *followed)
{
    const dunlin_script_item item = {
        .kind = DUNLIN_SCRIPT_STATEMENT,
        .sql = followed->plain,
        .operations = followed->operations.items,
        .operation_count = followed->operations.count,
        .otherwise = dn_string(at->otherwise),
    };
    dn_error *error = at->work->error;

    if (dn_unit_add(&at->unit, &item, error) == 0)
        return 0;
    if (error->status != DUNLIN_UNSUPPORTED)
        return -1;
    dn_error_clear(error);
    return 1;
}

/* A driver that cannot compare has said so; then names are all that counts. */
static int
add_comparisons(bracket *at, const dn_followed *followed)
{
    dn_error *error = at->work->error;

    for (size_t i = 0; i < followed->comparison_count; i++) {
        const dunlin_script_item item = {
            .kind = DUNLIN_SCRIPT_COMPARE,
            .sql = followed->comparisons[i].sql,
            .operations = followed->comparisons[i].operations,
            .operation_count = followed->comparisons[i].count,
        };

        if (dn_unit_add(&at->unit, &item, error) < 0 && error->status != DUNLIN_UNSUPPORTED)
            return -1;
        dn_error_clear(error);
    }
    return 0;
}

/* --- what no guard finds -------------------------------------------------------------------------------- */

/* Without a transaction it is noted before it is sent, as a run does. A script that finds the note stops. */
static int
announce(bracket *at, const dn_script_item *item)
{
    exporting *work = at->work;
    const char *home = work->place.home;
    const char *tag = at->migration->tag;
    dn_digest digest = dn_hash_of(item->sql.data, (size_t)item->sql.length);
    dn_requirement known = {NULL, NULL, NULL, 0};
    char hex[DN_DIGEST_HEX];
    const char *note;

    dn_digest_hex(&digest, hex);
    known.condition = dn_arena_printf(&at->arena,
                                      "NOT EXISTS (SELECT 1 FROM %s" DN_TRACKER_STATEMENTS
                                      " WHERE tag = '%s' AND ordinal = %u AND phase = 'intent')",
                                      home, tag, item->ordinal);
    known.message = dn_arena_printf(&at->arena,
                                    "%s: whether statement %u took effect is not known: look, then "
                                    "'dunlin resume' with --done or --redo",
                                    tag, item->ordinal);
    at->otherwise = dn_arena_printf(
        &at->arena, "DELETE FROM %s" DN_TRACKER_STATEMENTS " WHERE tag = '%s' AND ordinal = %u",
        home, tag, item->ordinal);
    note = dn_arena_printf(&at->arena,
                           "INSERT INTO %s" DN_TRACKER_STATEMENTS
                           " (run_id, tag, ordinal, digest, phase, at) VALUES ('" RUN_ID
                           "', '%s', %u, '%s', 'intent', CURRENT_TIMESTAMP)",
                           home, tag, item->ordinal, hex);
    if (!known.condition || !known.message || !at->otherwise || !note)
        return dn_no_memory(work->error);
    return dn_unit_require(work->options->driver, work->options->profile, &known, &work->body,
                           work->error) < 0 ||
                   dn_unit_add_statement(&at->unit, at->otherwise, work->error) < 0 ||
                   dn_unit_add_statement(&at->unit, note, work->error) < 0
               ? -1
               : 0;
}

static int
protect(bracket *at, const dn_script_item *item)
{
    if (at->work->transactional_ddl &&
        !(item->flags & (DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_COMMITS)) &&
        !dn_once_ends_transactions(item->sql, item->flags)) {
        at->unit.flags |= DUNLIN_SCRIPT_TRANSACTION;
        return 0;
    }
    return announce(at, item);
}

static int
add_statement(bracket *at, const dn_script_item *from)
{
    exporting *work = at->work;
    const dn_source source = dn_script_source(at->migration, from);
    dunlin_script_item as_it_is = {.kind = DUNLIN_SCRIPT_STATEMENT, .sql = from->sql};
    dn_followed followed;

    if (from->flags & DUNLIN_CLASS_COPY_IN)
        return cannot(at, from, "data lines follow it, which no client passes over");
    if (dn_history_follow(&work->history, &source, !at->info.transactional, &followed,
                          work->error) < 0)
        return -1;
    work->unsafe[at->index] = work->unsafe[at->index] || !followed.repeatable;
    if (dn_deeds_add(&work->deeds, at->index, &followed.operations, work->error) < 0 ||
        add_comparisons(at, &followed) < 0 ||
        (followed.once && !at->info.transactional && protect(at, from) < 0))
        return -1;
    if (followed.plain.data) {
        int answer = add_guarded(at, &followed);

        if (answer <= 0)
            return answer;
    }
    if (!followed.as_it_is)
        return add_steps(at, from, &followed.steps);
    at->unit.flags |= DUNLIN_SCRIPT_RESET;
    /* Code that fails may have done a part of it. */
    if (!(from->flags & DUNLIN_CLASS_DATA))
        as_it_is.otherwise = dn_string(at->otherwise);
    return add(at, from, &as_it_is);
}

static int
add_item(bracket *at, const dn_script_item *from)
{
    const dunlin_script_item check = {
        .kind = DUNLIN_SCRIPT_CHECK, .sql = from->sql, .expected = from->expected};

    if (from->kind == DN_SCRIPT_ASSERT)
        return add(at, from, &check);
    return from->kind == DN_SCRIPT_STATEMENT ? add_statement(at, from) : 0;
}

/* --- units ---------------------------------------------------------------------------------------------- */

static int
begin_unit(bracket *at)
{
    const dunlin_script_item around = {.kind = DUNLIN_SCRIPT_STATEMENT,
                                       .role = DUNLIN_STEP_BEFORE_BEGIN,
                                       .sql = dn_string(at->info.around)};
    exporting *work = at->work;

    dn_unit_begin(&at->unit, work->options->driver, work->options->profile, &at->arena);
    dn_text_printf(&at->unit.condition, "NOT %s", at->recorded.data);
    if (!at->info.around)
        return 0;
    at->unit.flags |= DUNLIN_SCRIPT_RESET;
    return dn_unit_add(&at->unit, &around, work->error);
}

static int
add_record(bracket *at, const dn_script *script)
{
    exporting *work = at->work;
    dn_tracker_entry entry = {
        .migration = at->migration,
        .state = "applied",
        .text = at->info.text,
        .tokens = at->info.tokens,
        .statements = at->info.statements,
        .duration_us = -1,
    };
    const dn_tracker_statement *statements;
    size_t count;

    entry.sql = dn_script_text(script, &entry.sql_length);
    if (dn_tracker_record(work->writer, &entry, &statements, &count, work->error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const dunlin_script_item item = {
            .kind = DUNLIN_SCRIPT_STATEMENT,
            .sql = dn_string(statements[i].sql),
            .values = statements[i].values,
            .value_count = statements[i].count,
        };

        if (dn_unit_add(&at->unit, &item, work->error) < 0)
            return -1;
    }
    return 0;
}

/* What an earlier run of the script has behind it, by the ledger. */
static int
add_ledger(bracket *at, const dn_script_item *item)
{
    const char *home = at->work->place.home;
    dn_digest digest = dn_hash_of(item->sql.data, (size_t)item->sql.length);
    char hex[DN_DIGEST_HEX];
    const char *sql;

    dn_digest_hex(&digest, hex);
    dn_text_printf(&at->unit.condition,
                   " AND NOT EXISTS (SELECT 1 FROM %s" DN_TRACKER_STATEMENTS
                   " WHERE tag = '%s' AND ordinal = %u AND digest = '%s' AND phase = 'done')",
                   home, at->migration->tag, item->ordinal, hex);
    sql = at->otherwise
              ? dn_arena_printf(&at->arena,
                                "UPDATE %s" DN_TRACKER_STATEMENTS
                                " SET phase = 'done' WHERE tag = '%s' AND ordinal = %u",
                                home, at->migration->tag, item->ordinal)
              : dn_arena_printf(&at->arena,
                                "INSERT INTO %s" DN_TRACKER_STATEMENTS
                                " (run_id, tag, ordinal, digest, phase, at) VALUES ('" RUN_ID
                                "', '%s', %u, '%s', 'done', CURRENT_TIMESTAMP)",
                                home, at->migration->tag, item->ordinal, hex);
    return sql ? dn_unit_add_statement(&at->unit, sql, at->work->error)
               : dn_no_memory(at->work->error);
}

static bool
fits_transaction(const dn_script_item *item)
{
    return (item->flags & DUNLIN_CLASS_DATA) &&
           !(item->flags & (DUNLIN_CLASS_DDL | DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_NO_TRANSACTION |
                            DUNLIN_CLASS_LOSSY_DATA));
}

/* A statement that cannot share a transaction with its record. */
static int
write_alone(bracket *at, const dn_script_item *item)
{
    exporting *work = at->work;

    if (item->kind != DN_SCRIPT_STATEMENT && item->kind != DN_SCRIPT_ASSERT)
        return item->kind == DN_SCRIPT_DATA ? add_item(at, item) : 0;
    at->otherwise = NULL;
    if (begin_unit(at) < 0 || add_item(at, item) < 0)
        return -1;
    if (fits_transaction(item))
        at->unit.flags |= DUNLIN_SCRIPT_TRANSACTION;
    /* What a SET does lasts until the last statement of the migration. */
    at->unit.flags &= ~DUNLIN_SCRIPT_RESET;
    if (item->kind == DN_SCRIPT_STATEMENT && !(item->flags & DUNLIN_CLASS_SESSION) &&
        add_ledger(at, item) < 0)
        return -1;
    return dn_unit_write(&at->unit, &work->body, work->error);
}

static int
forget_ledger(bracket *at)
{
    const char *sql =
        dn_arena_printf(&at->arena, "DELETE FROM %s" DN_TRACKER_STATEMENTS " WHERE tag = '%s'",
                        at->work->place.home, at->migration->tag);

    return sql ? dn_unit_add_statement(&at->unit, sql, at->work->error)
               : dn_no_memory(at->work->error);
}

static int
write_items(bracket *at)
{
    exporting *work = at->work;
    dn_auto(dn_script) *script = NULL;
    dn_script_item item;

    if (dn_script_read(&work->history.reader, at->migration, &at->info.kept, false, &script,
                       work->error) < 0)
        return -1;
    if (at->info.transactional &&
        (dn_history_join(&work->history, script, work->error) < 0 || begin_unit(at) < 0))
        return -1;
    for (;;) {
        if (dn_script_next(script, &item, work->error) < 0)
            return -1;
        if (item.kind == DN_SCRIPT_END)
            break;
        if ((at->info.transactional ? add_item(at, &item) : write_alone(at, &item)) < 0)
            return -1;
    }
    if (!at->info.transactional && begin_unit(at) < 0)
        return -1;
    at->unit.flags |= DUNLIN_SCRIPT_TRANSACTION;
    if (!at->info.transactional)
        at->unit.flags |= DUNLIN_SCRIPT_RESET;
    if (add_record(at, script) < 0 || (!at->info.transactional && forget_ledger(at) < 0))
        return -1;
    return dn_unit_write(&at->unit, &work->body, work->error);
}

/* What was recorded with other SQL is not this migration. */
static int
require_same_text(bracket *at)
{
    exporting *work = at->work;
    const dn_export_options *options = work->options;
    char hex[DN_DIGEST_HEX];
    dn_requirement same = {NULL, NULL, NULL, 0};

    if (work->tracker.owner != DN_OWNER_DUNLIN)
        return 0;
    dn_digest_hex(&at->info.tokens, hex);
    same.condition = dn_arena_printf(&at->arena,
                                     "NOT EXISTS (SELECT 1 FROM %s WHERE tag = '%s' AND state <> "
                                     "'reverted' AND digest_tokens <> '%s')",
                                     work->tracker.quoted, at->migration->tag, hex);
    same.message =
        dn_arena_printf(&at->arena, "%s was applied here with other SQL than it has in this script",
                        at->migration->tag);
    if (!same.condition || !same.message)
        return dn_no_memory(work->error);
    return dn_unit_require(options->driver, options->profile, &same, &work->body, work->error);
}

static int
write_bracket(bracket *at)
{
    exporting *work = at->work;
    dn_exported *told = &work->made->migrations[work->made->count++];
    size_t budget = KEPT_TEXT;

    if (dn_script_survey(&work->history.reader, at->migration, &at->arena, &budget, &at->info,
                         work->error) < 0 ||
        dn_tracker_recorded(&work->tracker, work->journal, at->migration, &at->arena, &at->recorded,
                            work->error) < 0)
        return -1;
    *told = (dn_exported){.migration = at->migration,
                          .statements = at->info.statements,
                          .transactional = at->info.transactional};
    work->has_ledger = work->has_ledger || !at->info.transactional;
    told->reason = at->info.reason ? dn_arena_text(work->arena, at->info.reason) : NULL;
    dn_text_printf(&work->body, "\n-- %s: ", at->migration->tag);
    dn_text_add_count(&work->body, at->info.statements, "statement", "statements");
    dn_text_printf(&work->body, "%s\n", at->info.transactional ? "" : ", not in one transaction");
    return require_same_text(at) < 0 ? -1 : write_items(at);
}

static int
write_migration(exporting *work, size_t index)
{
    bracket at = {.work = work,
                  .index = index,
                  .migration = &work->journal->migrations[index],
                  .arena = DN_ARENA_INIT,
                  .recorded = DN_TEXT_INIT};
    int answer = write_bracket(&at);

    dn_unit_end(&at.unit);
    dn_text_free(&at.recorded);
    dn_arena_free(&at.arena);
    return answer;
}

/* --- the rest of the history ------------------------------------------------------------------------------ */

/* Migrations outside the range are followed as far as they are understood. */
static int
pass_over(exporting *work, size_t index)
{
    const dn_migration *migration = &work->journal->migrations[index];
    dn_auto(dn_script) *script = NULL;
    dn_script_item item;

    if (dn_script_read(&work->history.reader, migration, NULL, false, &script, work->error) < 0)
        return -1;
    for (;;) {
        dn_followed followed;
        dn_source source;

        if (dn_script_next(script, &item, work->error) < 0)
            return -1;
        if (item.kind == DN_SCRIPT_END)
            return 0;
        if (item.kind != DN_SCRIPT_STATEMENT)
            continue;
        source = dn_script_source(migration, &item);
        if (dn_history_follow(&work->history, &source, false, &followed, work->error) == 0) {
            if (dn_deeds_add(&work->deeds, index, &followed.operations, work->error) < 0)
                return -1;
        } else if (work->error->status == DUNLIN_NO_MEMORY) {
            return -1;
        }
        dn_error_clear(work->error);
    }
}

static int
follow_all(exporting *work)
{
    for (size_t i = 0; i < work->journal->count; i++) {
        const dn_migration *migration = &work->journal->migrations[i];
        bool wanted = i >= work->first && i <= work->last;

        if (!migration->has_file && wanted)
            return dn_fail(work->error, DUNLIN_MISSING, "journal.file-missing",
                           "the journal lists '%s', and there is no file for it", migration->tag);
        work->history.elsewhere = !wanted;
        if (migration->has_file && (wanted ? write_migration(work, i) : pass_over(work, i)) < 0)
            return -1;
    }
    return dn_deeds_judge(&work->deeds, work->unsafe, work->error);
}

/* --- around it all -------------------------------------------------------------------------------------------- */

static int
write_session(exporting *work, int32_t kind)
{
    const dunlin_script_part part = {.size = sizeof part, .kind = kind};

    return dn_driver_script(work->options->driver, work->options->profile, &part, work->text,
                            work->error);
}

static int
write_tracker(exporting *work)
{
    const dn_export_options *options = work->options;
    const char **statements;
    dn_unit unit;
    size_t count;

    if (dn_tracker_definitions(&work->place, &work->tracker, work->has_ledger, work->arena,
                               &statements, &count, work->error) < 0)
        return -1;
    dn_text_add_string(work->text, "\n-- What was applied is recorded here.\n");
    dn_unit_begin(&unit, options->driver, options->profile, work->arena);
    if (work->transactional_ddl)
        unit.flags = DUNLIN_SCRIPT_TRANSACTION;
    for (size_t i = 0; i < count; i++)
        if (dn_unit_add_statement(&unit, statements[i], work->error) < 0)
            return -1;
    return dn_unit_write(&unit, work->text, work->error);
}

/* Where the script begins in the middle of the history, what comes before must be there. */
static int
require_earlier(exporting *work)
{
    const dn_export_options *options = work->options;
    const char *message =
        dn_arena_printf(work->arena,
                        "not all migrations before %s, where this script begins, are "
                        "recorded here",
                        work->journal->migrations[work->first].tag);

    for (size_t i = 0; i < work->first; i += TOGETHER) {
        dn_auto(dn_text) condition = DN_TEXT_INIT;
        dn_requirement earlier = {NULL, message, NULL, 0};

        for (size_t k = i; k < work->first && k < i + TOGETHER; k++) {
            dn_text_add_string(&condition, k > i ? " AND " : "");
            if (dn_tracker_recorded(&work->tracker, work->journal, &work->journal->migrations[k],
                                    work->arena, &condition, work->error) < 0)
                return -1;
        }
        earlier.condition = condition.data;
        if (!message || dn_unit_require(options->driver, options->profile, &earlier, work->text,
                                        work->error) < 0)
            return message ? -1 : dn_no_memory(work->error);
    }
    return 0;
}

/* Guards alone do not bring a database without records to where it should be. */
static int
require_records(exporting *work)
{
    const dn_export_options *options = work->options;
    dn_requirement records = {NULL, NULL, NULL, 0};
    dunlin_string *tables;
    const char *culprit = NULL;

    for (size_t i = work->last + 1; i-- > work->first;)
        if (work->unsafe[i])
            culprit = work->journal->migrations[i].tag;
    if (!culprit || work->first > 0)
        return 0;
    records.condition =
        work->has_ledger
            ? dn_arena_printf(work->arena,
                              "EXISTS (SELECT 1 FROM %s) OR EXISTS (SELECT 1 FROM "
                              "%s" DN_TRACKER_STATEMENTS ")",
                              work->tracker.quoted, work->place.home)
            : dn_arena_printf(work->arena, "EXISTS (SELECT 1 FROM %s)", work->tracker.quoted);
    records.message = dn_arena_printf(
        work->arena,
        "tables of these migrations exist here, but nothing is recorded (see dunlin doctor); this must "
        "not run twice: %s",
        culprit);
    if (!records.condition || !records.message ||
        dn_deeds_tables(&work->deeds, &tables, &records.absent_count, work->error) < 0)
        return records.condition && records.message ? -1 : dn_no_memory(work->error);
    records.absent = tables;
    if (!records.absent_count)
        return 0;
    return dn_unit_require(options->driver, options->profile, &records, work->text, work->error);
}

static void
write_heading(exporting *work)
{
    const dn_migration *migrations = work->journal->migrations;

    dn_text_printf(work->text, "-- Migrations %s to %s, written by dunlin %s.\n",
                   migrations[work->first].tag, migrations[work->last].tag, dunlin_version());
    dn_text_printf(
        work->text,
        "-- This may run any number of times: what %s records is left alone.\n"
        "-- It stops at the first error. Remove the cause, and run it again; nobody else "
        "may run\n-- migrations meanwhile.\n",
        work->tracker.table);
}

static int
write_all(exporting *work)
{
    if (follow_all(work) < 0)
        return -1;
    write_heading(work);
    if (write_session(work, DUNLIN_SCRIPT_OPEN) < 0 || write_tracker(work) < 0 ||
        require_earlier(work) < 0 || require_records(work) < 0)
        return -1;
    dn_text_add(work->text, work->body.data ? work->body.data : "", work->body.length);
    dn_text_add_string(work->text, "\n");
    return write_session(work, DUNLIN_SCRIPT_CLOSE);
}

static int
prepare(exporting *work)
{
    const dn_export_options *options = work->options;
    const dn_history_options history = {
        .driver = options->driver,
        .profile = options->profile,
        .dialect = work->journal->dialect,
        .native_guards = options->native_guards,
        .strict = options->strict,
    };
    dunlin_string home = dn_profile_setting(options->profile, "namespace");
    dunlin_capabilities capabilities;
    dn_auto(dn_text) quoted = DN_TEXT_INIT;
    const char *name = dn_arena_copy(work->arena, home.data, (size_t)home.length);

    work->made->migrations =
        dn_arena_array(work->arena, work->journal->count + 1, sizeof *work->made->migrations);
    work->unsafe = dn_arena_array(work->arena, work->journal->count + 1, sizeof *work->unsafe);
    if (!name || !work->made->migrations || !work->unsafe)
        return dn_no_memory(work->error);
    if (dn_history_begin(&work->history, &history, work->arena, work->error) < 0 ||
        dn_driver_capabilities(options->driver, options->profile, &capabilities, work->error) < 0)
        return -1;
    work->transactional_ddl = (capabilities.flags & DUNLIN_CAN_TRANSACTIONAL_DDL) != 0;
    work->deeds = (dn_deeds){.arena = work->arena, .naming = work->history.target.naming};
    if (home.length &&
        (dn_driver_quote(options->driver, options->profile, name, &quoted, work->error) < 0))
        return -1;
    work->place =
        (dn_tracker_place){options->driver, options->profile,
                           dn_arena_printf(work->arena, "%s%s", quoted.data ? quoted.data : "",
                                           home.length ? "." : "")};
    if (!work->place.home)
        return dn_no_memory(work->error);
    if (dn_tracker_name(&work->place, work->journal->layout, options->tracker, work->arena,
                        &work->tracker, work->error) < 0)
        return -1;
    return dn_tracker_writer_offline(&work->place, &work->tracker, RUN_ID, &work->writer,
                                     work->error);
}

int
dn_export_write(const dn_export_options *options, const dn_journal *journal, dn_arena *arena,
                dn_text *text, dn_export *made, dn_error *error)
{
    exporting work = {.options = options,
                      .journal = journal,
                      .arena = arena,
                      .made = made,
                      .text = text,
                      .body = DN_TEXT_INIT,
                      .error = error};
    int answer;

    memset(made, 0, sizeof *made);
    answer = choose_range(&work) < 0 || prepare(&work) < 0 ? -1 : write_all(&work);
    made->losses = work.history.losses;
    dn_history_end(&work.history);
    dn_tracker_writer_close(work.writer);
    if (answer == 0 && (text->failed || work.body.failed))
        answer = dn_no_memory(error);
    dn_text_free(&work.body);
    return answer;
}
