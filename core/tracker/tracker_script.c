/* SPDX-License-Identifier: MIT
 *
 * Trackers in scripts: what makes their tables, and conditions on their rows. A row records what
 * core/state would say that it records, as far as one row alone can tell.
 */
#include <string.h>

#include "core/tracker/tracker_internal.h"

int
dn_tracker_definitions(const dn_tracker_place *place, const dn_tracker *tracker, bool ledger,
                       dn_arena *arena, const char ***statements, size_t *count, dn_error *error)
{
    const char **parts[2];
    const char *owners[DN_OWNER_STATEMENTS];
    size_t counts[3] = {0, 0, 0};
    size_t at = 0;

    if (dn_tracker_table_migrations(place, dn_tracker_our_table(tracker), arena, &parts[0],
                                    &counts[0], error) < 0 ||
        (ledger && dn_tracker_table_statements(place, arena, &parts[1], &counts[1], error) < 0) ||
        dn_tracker_owner_statements(place, tracker, arena, owners, &counts[2], error) < 0)
        return -1;
    *count = counts[0] + counts[1] + counts[2];
    *statements = dn_arena_array(arena, *count + 1, sizeof **statements);
    if (!*statements)
        return dn_no_memory(error);
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < counts[i]; k++)
            (*statements)[at++] = parts[i][k];
    for (size_t k = 0; k < counts[2]; k++)
        (*statements)[at++] = owners[k];
    return 0;
}

/* Files that are equal byte for byte are told apart by their tags. */
static bool
has_twin(const dn_journal *journal, const dn_migration *migration)
{
    for (size_t i = 0; i < journal->count; i++) {
        const dn_migration *other = &journal->migrations[i];

        if (other != migration && other->has_file && dn_digest_equal(&other->raw, &migration->raw))
            return true;
    }
    return false;
}

/* Tags have no character that strings would have to escape. */
int
dn_tracker_recorded(const dn_tracker *tracker, const dn_journal *journal,
                    const dn_migration *migration, dn_arena *arena, dn_text *sql, dn_error *error)
{
    bool twin = has_twin(journal, migration);
    char hex[DN_DIGEST_HEX];

    dn_digest_hex(&migration->raw, hex);
    if (tracker->owner == DN_OWNER_DUNLIN) {
        dn_text_printf(sql, "EXISTS (SELECT 1 FROM %s WHERE ", tracker->quoted);
        if (twin)
            dn_text_printf(sql, "tag = '%s' AND state <> 'reverted')", migration->tag);
        else
            dn_text_printf(sql, "(tag = '%s' OR digest_raw = '%s') AND state <> 'reverted')",
                           migration->tag, hex);
    } else if (tracker->owner == DN_OWNER_FOREIGN) {
        const char *condition =
            dn_tracker_expand(arena, tracker->form->recorded, tracker->quoted, migration->key);

        if (!condition)
            return dn_no_memory(error);
        dn_text_printf(sql, "EXISTS (SELECT 1 FROM %s WHERE %s)", tracker->quoted, condition);
    } else {
        dn_text_printf(sql, "EXISTS (SELECT 1 FROM %s WHERE ", tracker->quoted);
        if (!twin)
            dn_text_printf(sql, "hash = '%s' OR ", hex);
        if (tracker->named) {
            const char *name = dn_drizzle_name(arena, migration, tracker->layout);

            if (!name)
                return dn_no_memory(error);
            dn_text_printf(sql, "name = '%s')", name);
        } else {
            dn_text_printf(sql, "created_at = %lld)", (long long)migration->when_ms);
        }
    }
    return sql->failed ? dn_no_memory(error) : 0;
}
