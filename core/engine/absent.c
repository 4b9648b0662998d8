/* SPDX-License-Identifier: MIT */
#include "core/engine/absent.h"

#include <string.h>

#include "core/base/file.h"
#include "core/state/named.h"

static const dunlin_fact *
find(const dn_fact_map *map, const dunlin_fact *key)
{
    return dn_fact_map_find(map, key->kind, key->path, key->path_count);
}

/* Whoever writes a migration about what is gone, as `drift --fix` does, knows of it. Columns of many
 * tables have the same name. */
static bool
is_dealt_with(const dunlin_fact *gone, const dn_text *pending)
{
    const dunlin_string text = dn_span(pending->data, pending->length);
    uint64_t last = gone->path_count - 1;

    return dn_string_mentions(text, gone->path[last]) &&
           (!dn_fact_is(gone, DUNLIN_KIND_COLUMN) ||
            dn_string_mentions(text, gone->path[last - 1]));
}

/* The first thing that is gone, when all of it is; NULL: some of it is there, or there was nothing. */
static const dunlin_fact *
find_gone(const dn_differences *effects, const dn_fact_map *then, const dn_fact_map *now,
          const dn_text *pending)
{
    const dunlin_fact *first = NULL;

    for (size_t i = 0; i < effects->count; i++) {
        const dunlin_fact *made = effects->items[i].after;

        if (!made || !find(then, made))
            continue; /* a later one took it away */
        if (find(now, made) || is_dealt_with(made, pending))
            return NULL;
        if (!first)
            first = made;
    }
    return first;
}

static bool
is_allowed(const char *tag, const char *const *allow, size_t allow_count)
{
    for (size_t i = 0; i < allow_count; i++)
        if (strcmp(tag, allow[i]) == 0)
            return true;
    return false;
}

static int
fail(const char *tag, const dunlin_fact *gone, dn_error *error)
{
    dn_auto(dn_text) name = DN_TEXT_INIT;

    dn_fact_describe(&name, gone->kind, gone->path, gone->path_count);
    if (name.failed)
        return dn_no_memory(error);
    dn_fail(error, DUNLIN_DISAGREEMENT, "migration.recorded-absent",
            "'%s' is recorded, and nothing of it is left in the schema: %s is gone since the last "
            "run; nothing was sent",
            tag, name.data);
    dn_hint(error,
            "'dunlin doctor' tells what happened to this database, 'dunlin repair' applies it "
            "anew; --allow %s goes on all the same",
            tag);
    return -1;
}

/* Its files may tell nothing: that is said where they are run. */
static int
read_names(dn_session *session, const dn_fact_map *then, dn_migration_effects **named,
           dn_error *error)
{
    const dn_journal *journal = &session->journal;
    dn_arena *arena = &session->arena;
    const dn_migration **files = dn_arena_array(arena, journal->count + 1, sizeof *files);
    dn_fact_map *names;
    dn_error problem;

    *named = dn_arena_array(arena, journal->count + 1, sizeof **named);
    if (!files || !*named)
        return dn_no_memory(error);
    for (size_t i = 0; i < journal->count; i++)
        files[i] = journal->migrations[i].has_file ? &journal->migrations[i] : NULL;
    dn_error_clear(&problem);
    if (dn_named_effects(session->connection, journal->dialect, files, journal->count, then, arena,
                         *named, &names, &problem) == 0)
        return 0;
    if (dn_error_ends_all(&problem)) {
        *error = problem;
        return -1;
    }
    return 1;
}

/* The texts of what is to be run, one behind the other. */
static int
read_pending(const dn_session *session, dn_text *pending, dn_error *error)
{
    for (size_t i = 0; i < session->journal.count; i++) {
        const dn_migration *migration = &session->journal.migrations[i];
        dn_auto(dn_text) text = DN_TEXT_INIT;

        if (session->reconciliation.verdicts[i].recorded || !migration->has_file)
            continue;
        if (dn_file_read(migration->path, &text, error) < 0)
            return -1;
        dn_text_add(pending, text.data ? text.data : "", text.length);
        dn_text_add_char(pending, '\n');
    }
    return pending->failed ? dn_no_memory(error) : 0;
}

int
dn_absent_check(dn_session *session, const dn_fact_map *then, const dn_fact_map *now,
                const char *const *allow, size_t allow_count, dn_error *error)
{
    dn_auto(dn_text) pending = DN_TEXT_INIT;
    dn_migration_effects *named;
    int answer = read_names(session, then, &named, error);

    if (answer)
        return answer < 0 ? -1 : 0;
    if (read_pending(session, &pending, error) < 0)
        return -1;
    for (size_t i = 0; i < session->journal.count; i++) {
        const dn_verdict *verdict = &session->reconciliation.verdicts[i];
        const dunlin_fact *gone;

        if (!verdict->recorded || is_allowed(verdict->migration->tag, allow, allow_count))
            continue;
        gone = find_gone(&named[i].effects, then, now, &pending);
        if (gone)
            return fail(verdict->migration->tag, gone, error);
    }
    return 0;
}
