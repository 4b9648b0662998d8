/* SPDX-License-Identifier: MIT
 *
 * What `status` and `doctor` tell alike: the tracker, a line per migration, and the agreement.
 */
#include <string.h>

#include "core/engine/session.h"

/* Stored as "2026-11-23 10:54:10.123456" by ours, as ISO 8601 by others. */
static void
tell_time(dn_session *session, dunlin_node *node, const char *applied_at)
{
    char iso[40];
    size_t length = applied_at ? strlen(applied_at) : 0;

    /* Some servers leave out zeros at the end. */
    if (length < 19 || length > 26 || applied_at[10] != ' ') {
        dn_node_set_text(session->result, node, "applied_at", applied_at);
        return;
    }
    memcpy(iso, applied_at, length);
    iso[10] = 'T';
    iso[length] = 'Z';
    iso[length + 1] = '\0';
    dn_node_set_text(session->result, node, "applied_at", iso);
}

static void
tell_row(dn_session *session, dunlin_node *node, const dn_tracker_row *row)
{
    dunlin_result *result = session->result;

    tell_time(session, node, row ? row->applied_at : NULL);
    if (row && row->duration_us >= 0)
        dn_node_set_integer(result, node, "duration_us", row->duration_us);
    else
        dn_node_set_null(result, node, "duration_us");
    dn_node_set_text(result, node, "applied_by", row ? row->applied_by : NULL);
}

void
dn_session_tell_migrations(dn_session *session)
{
    dunlin_result *result = session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "migrations");

    for (size_t i = 0; i < session->reconciliation.count; i++) {
        const dn_verdict *verdict = &session->reconciliation.verdicts[i];
        dunlin_node *node = dn_node_object(result, list, NULL);
        dunlin_node *findings;

        if (verdict->migration->listed)
            dn_node_set_integer(result, node, "idx", verdict->migration->idx);
        else
            dn_node_set_null(result, node, "idx");
        dn_node_set_text(result, node, "tag", verdict->migration->tag);
        dn_node_set_word(result, node, "verdict", dn_verdict_name(verdict->verdict));
        dn_node_set_word(result, node, "confidence", verdict->confidence);
        dn_node_set_word(result, node, "file", verdict->file);
        dn_node_set_word(result, node, "recorded", verdict->recorded ? "yes" : "no");
        dn_node_set_word(result, node, "effects",
                         verdict->proof ? dn_effects_name(verdict->proof->kind) : "unknown");
        tell_row(session, node, verdict->match->row);
        findings = dn_node_array(result, node, "findings");
        if (verdict->note)
            dn_node_set_text(result, findings, NULL, verdict->note);
    }
}

void
dn_session_tell_unknown(dn_session *session)
{
    dunlin_result *result = session->result;
    const dn_observation *seen = &session->observation;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "unknown");

    for (size_t i = 0; i < seen->unknown_count; i++) {
        const dn_tracker_row *row = seen->unknown[i];
        dunlin_node *node = dn_node_object(result, list, NULL);
        dunlin_node *does;
        char hex[DN_DIGEST_HEX];

        if (row->has_digest)
            dn_digest_hex(&row->digest, hex);
        dn_node_set_text(result, node, "tag", row->tag);
        dn_node_set_text(result, node, "digest", row->has_digest ? hex : NULL);
        tell_row(session, node, row);
        dn_node_set_boolean(result, node, "text_kept", row->has_text);
        does = dn_node_array(result, node, "does");
        for (size_t k = 0; k < row->deed_count; k++)
            dn_node_set_text(result, does, NULL, row->deeds[k]);
    }
}

void
dn_session_tell_tracker(dn_session *session)
{
    dunlin_result *result = session->result;
    const dn_tracker *tracker = &session->observation.tracker;
    dunlin_node *node = dn_node_object(result, dn_result_node(result), "tracker");

    dn_node_set_text(result, node, "table", tracker->table);
    dn_node_set_text(result, node, "owner", dn_tracker_owner_name(tracker));
    dn_node_set_boolean(result, node, "present", tracker->present);
    dn_node_set_integer(result, node, "rows", (int64_t)tracker->count);
}

const char *
dn_session_command(dn_session *session, const dn_target *target, const char *verb)
{
    const dn_project *project = &session->project;
    const char *option = "";
    const char *name = "";

    if (target && target->name && session->options->url && !target->line) {
        option = " --url ";
        name = target->url_source;
    } else if (target && target->name && target->line && !dn_project_takes(project, target->name)) {
        option = " --target ";
        name = target->name;
    }
    return dn_arena_printf(&session->arena, "dunlin %s%s%s", verb, option, name);
}

void
dn_session_tell_agreement(dn_session *session)
{
    dunlin_result *result = session->result;
    const dn_reconciliation *found = &session->reconciliation;
    dunlin_node *counts = dn_node_object(result, dn_result_node(result), "counts");
    dunlin_node *node = dn_node_object(result, dn_result_node(result), "agreement");

    for (int i = 0; i < DN_VERDICT_COUNT; i++)
        if (found->counts[i])
            dn_node_set_integer(result, counts, dn_verdict_name((dn_verdict_kind)i),
                                (int64_t)found->counts[i]);
    dn_node_set_boolean(result, node, "agrees", dn_reconcile_agrees(found));
    dn_node_set_boolean(result, node, "journal_files", found->journal_files);
    dn_node_set_boolean(result, node, "files_tracker", found->files_tracker);
    if (found->seen && found->blind)
        dn_node_set_null(result, node, "tracker_schema");
    else if (found->seen)
        dn_node_set_boolean(result, node, "tracker_schema", found->tracker_schema);
    dn_node_set_integer(result, node, "pending", (int64_t)found->pending);
    dn_node_set_text(result, node, "summary", dn_reconcile_summary(found, &session->arena));
}

const char *
dn_session_mend_of(const char *finding, bool applied)
{
    static const char *const of_rebuild[] = {
        "journal.bom",  "journal.duplicate-idx", "journal.duplicate-tag",
        "journal.lost", "journal.unlisted-file", "journal.when-missing",
    };

    for (size_t i = 0; i < sizeof of_rebuild / sizeof of_rebuild[0]; i++)
        if (strcmp(of_rebuild[i], finding) == 0)
            return "dunlin journal rebuild";
    if (strcmp(finding, "journal.file-missing") != 0)
        return NULL;
    return applied ? "restore the file from version control: the migration is applied"
                   : "restore the file from version control, or dunlin journal rebuild";
}

void
dn_session_tell_mend(dn_session *session, dunlin_node *node, const dn_findings *findings,
                     bool applied)
{
    const char *mend = NULL;

    for (size_t i = 0; i < findings->count; i++) {
        const char *one = dn_session_mend_of(findings->items[i].id, applied);

        /* What a file is missing for counts most: a rebuild would take it out. */
        if (one && (!mend || strcmp(findings->items[i].id, "journal.file-missing") == 0))
            mend = one;
    }
    dn_node_set_text(session->result, node, "mend", mend);
}
