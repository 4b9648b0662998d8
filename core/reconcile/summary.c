/* SPDX-License-Identifier: MIT
 *
 * The one sentence at the end of `status` and `doctor`.
 */
#include "core/reconcile/reconcile.h"

bool
dn_reconcile_agrees(const dn_reconciliation *result)
{
    return result->journal_files && result->files_tracker &&
           (!result->seen || result->tracker_schema);
}

const char *
dn_reconcile_summary(const dn_reconciliation *result, dn_arena *arena)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (result->seen && !result->blind && dn_reconcile_agrees(result))
        dn_text_add_string(&text, "journal, files, tracker and schema agree");
    else if (result->seen && !result->tracker_schema)
        dn_text_add_string(&text, "tracker and schema do not agree");
    else if (result->journal_files && result->files_tracker)
        dn_text_add_string(&text, "journal, files and tracker agree");
    else if (result->journal_files)
        dn_text_add_string(&text, "journal and files agree, but the tracker does not");
    else if (result->files_tracker)
        dn_text_add_string(&text, "files and tracker agree, but the journal does not");
    else
        dn_text_add_string(&text, "journal, files and tracker do not agree");
    dn_text_printf(&text, ": %zu applied, ", result->applied);
    if (result->pending)
        dn_text_printf(&text, "%zu pending", result->pending);
    else
        dn_text_add_string(&text, "nothing pending");
    return text.failed ? NULL : dn_arena_copy(arena, text.data, text.length);
}
