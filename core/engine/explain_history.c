/* SPDX-License-Identifier: MIT */
#include "core/engine/explain.h"

#include <string.h>
#include <sys/stat.h>

static bool
is_same_file(const char *left, const char *right)
{
    struct stat one;
    struct stat other;

    return stat(left, &one) == 0 && stat(right, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

/* What cannot be read or understood is told by the commands that carry it out. */
static int
forgive(dn_error *error)
{
    if (error->status == DUNLIN_NO_MEMORY)
        return -1;
    dn_error_clear(error);
    return 0;
}

int
dn_explain_follow(dn_history *history, const dn_source *source, dn_error *error)
{
    dn_followed followed;

    return dn_history_follow(history, source, false, &followed, error) == 0 ? 0 : forgive(error);
}

static int
follow_migration(dn_history *history, const dn_migration *migration, dn_error *error)
{
    dn_auto(dn_script) *script = NULL;
    dn_script_item item;

    if (!migration->has_file)
        return 0;
    if (dn_script_read(&history->reader, migration, NULL, false, &script, error) < 0)
        return forgive(error);
    for (;;) {
        dn_source source;

        if (dn_script_next(script, &item, error) < 0)
            return forgive(error);
        if (item.kind == DN_SCRIPT_END)
            return 0;
        source = dn_script_source(migration, &item);
        if (item.kind == DN_SCRIPT_STATEMENT && dn_explain_follow(history, &source, error) < 0)
            return -1;
    }
}

int
dn_explain_follow_project(dn_session *session, const char *file, dn_history *history,
                          dn_error *error)
{
    const dn_journal *journal = &session->journal;

    session->driver = history->options.driver;
    if (dn_session_journal(session, error) < 0 || dn_journal_finish(&session->journal, error) < 0)
        return forgive(error);
    if (!journal->dialect || strcmp(journal->dialect, "portable") != 0)
        return 0;
    for (size_t i = 0; i < journal->count; i++) {
        if (is_same_file(journal->migrations[i].path, file))
            return 0;
        if (follow_migration(history, &journal->migrations[i], error) < 0)
            return -1;
    }
    return 0;
}

static bool
is_table(const dunlin_operation *operation)
{
    return dn_string_equal(operation->kind, DUNLIN_KIND_TABLE);
}

dunlin_string
dn_explain_unknown_table(const dn_history *history, const dn_operations *operations)
{
    uint64_t lead = (history->target.naming & DN_FACT_NAMESPACES) ? 1 : 0;
    bool makes = operations->count && is_table(operations->items[0]) &&
                 operations->items[0]->verb == DUNLIN_VERB_CREATE;

    for (size_t i = 0; i < operations->count && !makes; i++) {
        const dunlin_operation *one = operations->items[i];
        uint64_t names = is_table(one) ? one->path_count : one->path_count - 1;

        if (one->verb < DUNLIN_VERB_DATA && names == lead + 1 &&
            !dn_fact_map_find(history->facts, dn_string(DUNLIN_KIND_TABLE), one->path, names))
            return one->path[names - 1];
    }
    return dn_string("");
}
