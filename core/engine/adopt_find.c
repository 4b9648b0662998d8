/* SPDX-License-Identifier: MIT
 *
 * Whose folder and tables they are.
 */
#include <string.h>

#include "core/engine/adopt.h"

static int
read_journal(dn_session *session, dn_error *error)
{
    dn_journal_close(&session->journal);
    return dn_session_journal(session, error) < 0 || dn_journal_finish(&session->journal, error) < 0
               ? -1
               : 0;
}

static int
fail_unknown(const char *from, dn_error *error)
{
    dn_auto(dn_text) names = DN_TEXT_INIT;

    dn_layout_list(&names);
    dn_claimant_list(&names);
    if (names.failed)
        return dn_no_memory(error);
    return dn_fail(error, DUNLIN_USAGE, "adopt.unknown-tool",
                   "'%s' is no tool that can be taken over from: %s can", from, names.data);
}

/* Tools among whose tables one of the target's is. */
typedef struct sighting {
    dn_layout layout; /* DN_LAYOUT_NATIVE: none */
    const char *table;
    const dn_claimant *claimant; /* one that only claims, or NULL */
    const char *claimed_in;
} sighting;

static int
look_for_tables(dn_session *session, sighting *seen, dn_error *error)
{
    dn_object *objects;
    size_t count;

    if (dn_connection_objects(session->connection, &session->arena, &objects, &count, error) < 0)
        return -1;
    for (size_t i = 0; i < count && !seen->layout; i++) {
        const dn_claimant *claimant = dn_claimant_named(dn_string(objects[i].name));

        seen->layout = dn_tracker_form_named(dn_string(objects[i].name));
        seen->table = objects[i].name;
        if (claimant && !dn_claimant_is_other(claimant, dn_string(objects[i].name))) {
            seen->claimant = claimant;
            seen->claimed_in = objects[i].name;
        }
    }
    return 0;
}

/* Two tools that call their tables alike, or lay files out alike. */
static bool
goes_with(const dn_journal *journal, const sighting *seen)
{
    const dn_tracker_form *form = dn_tracker_form_of(journal->layout);

    return !seen->layout || (form && (strcmp(form->table, seen->table) == 0 ||
                                      (form->other && strcmp(form->other, seen->table) == 0)));
}

static int
fail_two(const dn_session *session, const sighting *seen, dn_error *error)
{
    return dn_fail(error, DUNLIN_USAGE, "adopt.ambiguous",
                   "the files in '%s' are those of %s, and the database has '%s', a tracker of %s",
                   session->journal.folder, dn_layout_form_of(session->journal.layout)->title,
                   seen->table, dn_layout_form_of(seen->layout)->title);
}

/* Migrations of SQL are proved from the schema, whoever ran them; without any there is nothing to prove. */
static int
check_claimed(const dn_session *session, const sighting *seen, dn_error *error)
{
    if (!seen->claimant || session->journal.count || session->journal.unlisted_count)
        return 0;
    return dn_fail(error, DUNLIN_UNSUPPORTED, "adopt.programs",
                   "'%s' holds no migrations of SQL: of %s, whose table '%s' is, dunlin "
                   "reads no others",
                   session->journal.folder, seen->claimant->title, seen->claimed_in);
}

/* --from names a tool that only claims. */
static int
find_claimant(dn_session *session, const dn_claimant *claimant, dn_error *error)
{
    sighting seen = {DN_LAYOUT_NATIVE, NULL, NULL, NULL};
    const char *claim;

    if (read_journal(session, error) < 0 || look_for_tables(session, &seen, error) < 0)
        return -1;
    if (!seen.claimant && session->journal.plan && strcmp(claimant->name, "sqitch") == 0) {
        if (dn_claim_read_registry(session->connection, claimant, session->journal.plan_project,
                                   &session->arena, &seen.claimed_in, &claim, error) < 0)
            return -1;
        seen.claimant = seen.claimed_in ? claimant : NULL;
    }
    if (seen.claimant != claimant)
        return dn_fail(error, DUNLIN_USAGE, "adopt.no-table",
                       "the database of target '%s' has no table '%s' of %s", session->target->name,
                       claimant->table, claimant->title);
    return check_claimed(session, &seen, error);
}

/* By files, and by tables where they do not tell. */
static int
find(dn_session *session, bool *found, dn_error *error)
{
    sighting seen = {DN_LAYOUT_NATIVE, NULL, NULL, NULL};

    if (read_journal(session, error) < 0)
        return -1;
    *found = dn_layout_is_foreign(session->journal.layout);
    if (session->journal.count && (session->journal.path || session->project.layout))
        return 0;
    if (look_for_tables(session, &seen, error) < 0)
        return -1;
    if (session->journal.path || session->project.layout)
        return check_claimed(session, &seen, error);
    if (*found && goes_with(&session->journal, &seen))
        return 0;
    if (*found && !(session->journal.ambiguous && seen.layout == DN_LAYOUT_SQLX))
        return fail_two(session, &seen, error);
    if (!seen.layout || strcmp(seen.table, "schema_migrations") == 0)
        return check_claimed(session, &seen, error);
    /* Files that any tool could have: the table tells. */
    session->project.layout = dn_layout_name(seen.layout);
    *found = true;
    return read_journal(session, error);
}

int
dn_adopt_find(dn_session *session, const char *from, bool *found, dn_error *error)
{
    const dn_claimant *claimant = from ? dn_claimant_find(from) : NULL;
    dn_layout layout;

    *found = false;
    if (claimant)
        return find_claimant(session, claimant, error);
    if (!from || strcmp(from, "auto") == 0)
        return find(session, found, error);
    if (!dn_layout_find(from, &layout) || !dn_layout_is_foreign(layout))
        return fail_unknown(from, error);
    session->project.layout = from;
    *found = true;
    if (read_journal(session, error) < 0)
        return -1;
    if (session->journal.path)
        return dn_fail(error, DUNLIN_USAGE, "adopt.already",
                       "'%s' has a journal, '%s': it is dunlin's or Drizzle's already",
                       session->journal.folder, session->journal.path);
    return 0;
}
