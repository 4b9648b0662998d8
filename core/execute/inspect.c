/* SPDX-License-Identifier: MIT
 *
 * How a file must run, found out before anything is sent.
 */
#include <string.h>

#include "core/execute/execute_internal.h"
#include "core/execute/translate_internal.h"

/* What one pass gathers. */
typedef struct inspection {
    dn_script_info *info;
    dn_arena *arena;
    const dn_migration *migration;
    bool open; /* between BEGIN and COMMIT */
    unsigned open_line;
    unsigned work;     /* statements seen that are neither control nor around */
    unsigned controls; /* BEGIN and COMMIT seen */
    bool begin_first;  /* no work stands before the first BEGIN */
    bool commit_last;  /* the last thing seen is a COMMIT */
    unsigned control_line;
} inspection;

static void
blame(inspection *seen, const char *reason, unsigned line)
{
    if (seen->info->reason)
        return;
    seen->info->reason = reason;
    seen->info->reason_line = line;
}

static int
bad_control(const inspection *seen, const dn_script_item *item, const char *id, const char *what,
            dn_error *error)
{
    return dn_fail(error, DUNLIN_USAGE, id, "%s:%u:%u: %s", seen->migration->path, item->line,
                   item->column, what);
}

static int
see_control(inspection *seen, const dn_script_item *item, dn_error *error)
{
    bool begin = (item->flags & DUNLIN_CLASS_BEGIN) != 0;

    if (item->flags & DUNLIN_CLASS_ROLLBACK)
        return bad_control(seen, item, "script.rollback",
                           "a migration cannot roll back what it did", error);
    if (begin == seen->open)
        return bad_control(seen, item, "script.transaction",
                           begin ? "BEGIN inside a transaction that was not committed"
                                 : "COMMIT without a BEGIN before it",
                           error);
    seen->open = begin;
    seen->controls++;
    if (seen->controls == 1) {
        seen->control_line = item->line;
        seen->begin_first = seen->work == 0;
    }
    if (begin)
        seen->open_line = item->line;
    seen->commit_last = !begin;
    return 0;
}

static int
see_around(inspection *seen, const dn_script_item *item, dn_error *error)
{
    bool relaxes = (item->flags & DUNLIN_CLASS_RELAXES) != 0;

    if (seen->info->around && (seen->info->relaxes || !relaxes))
        return 0;
    seen->info->relaxes = relaxes;
    seen->info->around = dn_arena_copy(seen->arena, item->sql.data, (size_t)item->sql.length);
    return seen->info->around ? 0 : dn_no_memory(error);
}

static void
see_statement(inspection *seen, const dn_script_item *item)
{
    seen->info->statements++;
    if ((item->flags & DUNLIN_CLASS_REACHES_OUTSIDE) && !seen->info->outside_line)
        seen->info->outside_line = item->line;
    if ((item->flags & DUNLIN_CLASS_DATA) && !(item->flags & DUNLIN_CLASS_DDL))
        seen->info->data++;
    if (item->flags & DUNLIN_CLASS_NO_TRANSACTION)
        blame(seen, "a statement that cannot run inside a transaction", item->line);
    if (item->flags & DUNLIN_CLASS_COMMITS)
        blame(seen, "a statement that commits by itself", item->line);
    if (item->flags & DUNLIN_CLASS_LOSSY_DATA)
        blame(seen, "a statement that changes rows which no transaction protects", item->line);
    if (!(item->flags & DUNLIN_CLASS_COMMIT_BEFORE_USE)) {
        if (seen->info->commit_line)
            blame(seen, "a statement whose effect must be committed before it is used",
                  seen->info->commit_line);
    } else if (!seen->info->commit_line) {
        seen->info->commit_line = item->line;
    }
}

static int
see(inspection *seen, const dn_script_item *item, dn_error *error)
{
    switch (item->kind) {
    case DN_SCRIPT_CONTROL: return see_control(seen, item, error);
    case DN_SCRIPT_AROUND: return see_around(seen, item, error);
    case DN_SCRIPT_STATEMENT: see_statement(seen, item); break;
    case DN_SCRIPT_DATA: return 0;
    default: break;
    }
    seen->work++;
    seen->commit_last = false;
    return 0;
}

static int
keep(const dn_script *script, const dn_migration *migration, dn_arena *arena, size_t *budget,
     dn_script_info *info, dn_error *error)
{
    size_t length;
    const char *text = dn_script_text(script, &length);

    if (migration->text) {
        info->kept = (dn_script_kept){text, length};
        return 0;
    }
    if (!text || length > *budget)
        return 0;
    *budget -= length;
    info->kept.data = dn_arena_copy(arena, text, length);
    info->kept.length = length;
    return info->kept.data ? 0 : dn_no_memory(error);
}

static int
expect(dn_translator *translator, const dn_migration *migration, const dn_script_item *item,
       dn_error *error)
{
    const dn_source source = dn_script_source(migration, item);

    if (!translator || item->kind != DN_SCRIPT_STATEMENT)
        return 0;
    if (dn_translator_expect(translator, &source, error) == 0)
        return 0;
    return dn_translator_point_out(translator, &source, error);
}

int
dn_script_inspect(dn_connection *connection, dn_translator *translator,
                  const dn_migration *migration, dn_arena *arena, size_t *budget,
                  dn_script_info *info, dn_error *error)
{
    return dn_script_examine(connection, translator, migration, arena, budget, info, NULL, error);
}

/* One pass over an open script. */
static int
survey(dn_script *script, dn_translator *translator, inspection *seen, dn_needs *needs,
       dn_error *error)
{
    const dn_migration *migration = seen->migration;

    for (;;) {
        dn_script_item item;

        if (dn_script_next(script, &item, error) < 0)
            return -1;
        if (item.kind == DN_SCRIPT_END)
            break;
        if (see(seen, &item, error) < 0 || expect(translator, migration, &item, error) < 0 ||
            (needs && dn_needs_add(needs, migration, &item, error) < 0))
            return -1;
    }
    if (seen->open)
        return dn_fail(error, DUNLIN_USAGE, "script.transaction",
                       "%s:%u:1: the transaction begun here is never committed", migration->path,
                       seen->open_line);
    if (dn_script_no_transaction(script))
        blame(seen, "the directive no-transaction", 0);
    if (seen->controls && !(seen->controls == 2 && seen->begin_first && seen->commit_last))
        blame(seen, "transaction control other than one BEGIN and one COMMIT around everything",
              seen->control_line);
    seen->info->transactional = seen->info->reason == NULL;
    dn_script_digests(script, &seen->info->text, &seen->info->tokens);
    return 0;
}

int
dn_script_examine(dn_connection *connection, dn_translator *translator,
                  const dn_migration *migration, dn_arena *arena, size_t *budget,
                  dn_script_info *info, dn_needs *needs, dn_error *error)
{
    dn_auto(dn_script) *script = NULL;
    inspection seen = {.info = info, .arena = arena, .migration = migration};

    memset(info, 0, sizeof(*info));
    if (dn_script_open(connection, translator, migration, NULL, true, &script, error) < 0 ||
        survey(script, translator, &seen, needs, error) < 0)
        return -1;
    return keep(script, migration, arena, budget, info, error);
}

int
dn_script_survey(const dn_script_reader *reader, const dn_migration *migration, dn_arena *arena,
                 size_t *budget, dn_script_info *info, dn_error *error)
{
    dn_auto(dn_script) *script = NULL;
    inspection seen = {.info = info, .arena = arena, .migration = migration};

    memset(info, 0, sizeof(*info));
    if (dn_script_read(reader, migration, NULL, true, &script, error) < 0 ||
        survey(script, NULL, &seen, NULL, error) < 0)
        return -1;
    return keep(script, migration, arena, budget, info, error);
}
