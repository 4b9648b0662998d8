/* SPDX-License-Identifier: MIT */
#include "core/engine/dry_run.h"

/* What the kind of an item says for itself. */
static const char *
text_of(const dn_session *session, const dn_preview_item *item)
{
    switch (item->kind) {
    case DN_PREVIEW_BEGIN: return "BEGIN";
    case DN_PREVIEW_COMMIT: return "COMMIT";
    case DN_PREVIEW_RECORD: return session->observation.tracker.table;
    default: return item->text;
    }
}

static void
tell_item(dn_session *session, dunlin_node *list, const dn_preview_item *item)
{
    dunlin_result *result = session->result;
    dunlin_node *node = dn_node_object(result, list, NULL);

    if (item->line)
        dn_node_set_integer(result, node, "line", item->line);
    dn_node_set_text(result, node, "kind", dn_preview_kind_name(item->kind));
    dn_node_set_text(result, node, "text", text_of(session, item));
    dn_node_set_boolean(result, node, "transaction", item->inside);
    if (item->expected)
        dn_node_set_text(result, node, "expected", item->expected);
    if (item->why)
        dn_node_set_text(result, node, "why", item->why);
    if (item->note_count) {
        dunlin_node *notes = dn_node_array(result, node, "notes");

        for (size_t i = 0; i < item->note_count; i++)
            dn_node_set_text(result, notes, NULL, item->notes[i]);
    }
}

void
dn_dry_run_tell(dn_session *session, dunlin_node *step, const dn_preview *preview)
{
    dunlin_node *list = dn_node_array(session->result, step, "sql");

    for (size_t i = 0; i < preview->count; i++)
        tell_item(session, list, &preview->items[i]);
}
