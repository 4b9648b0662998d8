/* SPDX-License-Identifier: MIT
 *
 * Reconciliation: evidence -> verdicts. Pure: no files, no database. The words are those of
 * docs/verdicts.md.
 */
#ifndef DN_RECONCILE_RECONCILE_H
#define DN_RECONCILE_RECONCILE_H

#include "core/project/project.h"
#include "core/state/state.h"

typedef enum dn_verdict_kind {
    DN_VERDICT_APPLIED = 0,
    DN_VERDICT_PENDING,
    DN_VERDICT_PARTIAL,
    DN_VERDICT_EDITED,
    DN_VERDICT_RENAMED,
    DN_VERDICT_MISSING_FILE,
    DN_VERDICT_UNLISTED_FILE,
    DN_VERDICT_COUNT
} dn_verdict_kind;
const char *dn_verdict_name(dn_verdict_kind verdict);

typedef struct dn_verdict {
    dn_verdict_kind verdict;
    const char *file; /* ok, edited-cosmetic, edited, renamed, missing-file, unlisted-file */
    bool recorded;
    const char *confidence; /* "recorded": the tracker says so; "unprovable" otherwise */
    bool pending;           /* to be applied by migrate, unless something stops it */
    bool stops;             /* keeps migrate from running unless its tag is allowed */
    const dn_migration *migration;
    const dn_match *match;
    const char *note; /* one sentence for people, or NULL */
} dn_verdict;

typedef struct dn_reconciliation {
    dn_verdict *verdicts; /* listed migrations in journal order, then unlisted files */
    size_t count;
    size_t counts[DN_VERDICT_COUNT];
    size_t pending;
    size_t applied;       /* recorded, whatever their verdict */
    dn_findings findings; /* those of the journal included */
    bool stops;           /* a finding that belongs to no single tag keeps migrate from running */
    const char *stop_id;  /* of the first such finding */
    bool journal_files;   /* journal and files agree */
    bool files_tracker;   /* files and tracker agree, pending ones apart */
} dn_reconciliation;

int dn_reconcile(const dn_observation *observation, dn_ahead ahead, dn_arena *arena,
                 dn_reconciliation *reconciliation, dn_error *error);

/* "journal, files and tracker agree: 12 applied, nothing pending" */
const char *dn_reconcile_summary(const dn_reconciliation *reconciliation, dn_arena *arena);

#endif
