/* SPDX-License-Identifier: MIT
 *
 * Private to `dunlin merge`: what its files share.
 */
#ifndef DN_ENGINE_MERGE_H
#define DN_ENGINE_MERGE_H

#include "core/engine/session.h"
#include "core/journal/rebase.h"

/* A branch that came together with the other. */
typedef struct dn_merge_side {
    const char *name;   /* "HEAD", "MERGE_HEAD", or as it was given */
    const char *commit; /* NULL: there is none */
    dn_text files;      /* a NUL byte behind each */
} dn_merge_side;
enum { DN_MERGE_SIDES = 3 }; /* what is kept, then both that were merged */

typedef struct dn_merge_step {
    const char
        *action; /* "finish", "journal", "list", "move", "renumber", "file", "snapshot", "remove" */
    const char *tag;
    const char *new_tag;
    const char *path;
    const char *new_path;
    const char *why;
} dn_merge_step;

typedef struct dn_merge {
    dn_session session;
    const dunlin_merge_options *options;
    dn_merge_side sides[DN_MERGE_SIDES];
    dn_rebase_entry *entries;
    size_t count;
    dn_text rebuilt; /* stands in for a journal that cannot be read */
    bool is_rebuilt;
    bool changes_journal;
    dn_rebase_work work;
    dn_merge_step *steps;
    size_t step_count, step_capacity;
    dn_findings findings;
    bool unfinished;              /* an earlier one was broken off */
    struct dn_evidence *evidence; /* NULL: nobody asked what the schema shows */
} dn_merge;

int dn_merge_add_step(dn_merge *merge, const dn_merge_step *step, dn_error *error);
/* Does the commit have a file of the migration? */
bool dn_merge_side_has(const dn_merge_side *side, const char *tag);

/* The snapshots of drizzle-kit of all that is not settled: merge_snapshots.c. */
int dn_merge_snapshots(dn_merge *merge, dn_error *error);
/* What dunlin keeps of schemas and of the effects of migrations. */
int dn_merge_effects(dn_merge *merge, dn_error *error);
/* What the schema shows of a migration, by a replay: merge_proof.c */
typedef enum dn_shown { DN_SHOWN_NOTHING = 0, DN_SHOWN_THERE, DN_SHOWN_ABSENT } dn_shown;
int dn_merge_show(dn_merge *merge, const dn_migration *migration, dn_shown *shown, dn_error *error);

#endif
