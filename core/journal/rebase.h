/* SPDX-License-Identifier: MIT
 *
 * Rebasing migrations after two branches came together: what is applied somewhere is settled and stays
 * as it is; everything else comes behind it, with numbers and times that follow.
 *
 * The plan is pure. Carrying it out changes several files, so what is to be done is written down first
 * (DN_REBASE_NOTE in the folder): after a crash it is finished, and finishing twice does no harm.
 */
#ifndef DN_JOURNAL_REBASE_H
#define DN_JOURNAL_REBASE_H

#include "core/base/json.h"
#include "core/journal/journal.h"

#define DN_REBASE_NOTE ".dunlin-merge.json"

typedef struct dn_rebase_entry {
    const dn_migration *was;
    dn_migration now; /* with its new tag, idx and time */
    bool settled;
    bool moved; /* it stood before one that is settled */
} dn_rebase_entry;

/* Are there numbers in this layout that can be given anew? Otherwise *why says why not. */
bool dn_rebase_has_numbers(dn_layout layout, const char **why);
/* `entries` are in the order of the journal, `was` and `settled` filled; afterwards in the new
 * order. `rebuilt`: what the journal says of idx was made up. Errors: merge.number. */
int dn_rebase_plan(const dn_journal *journal, bool rebuilt, dn_rebase_entry *entries, size_t count,
                   dn_arena *arena, dn_error *error);
/* The number in front of a tag, as length: of Flyway's "V1.2__name" the "V1.2". */
size_t dn_rebase_head(dn_layout layout, const char *tag);

/* Names are relative to the folder of migrations. */
typedef struct dn_rebase_rename {
    const char *from;
    const char *to;
} dn_rebase_rename;
typedef struct dn_rebase_write {
    const char *path;
    const char *text;
    size_t length;
} dn_rebase_write;
typedef struct dn_rebase_work {
    dn_rebase_rename *renames; /* done in this order */
    size_t rename_count, rename_capacity;
    dn_rebase_write *writes;
    size_t write_count, write_capacity;
    const char **removes; /* files that may be gone */
    size_t remove_count, remove_capacity;
} dn_rebase_work;
int dn_rebase_add_rename(dn_rebase_work *work, const char *from, const char *to, dn_arena *arena,
                         dn_error *error);
int dn_rebase_add_write(dn_rebase_work *work, const char *path, const dn_text *text,
                        dn_arena *arena, dn_error *error);
int dn_rebase_add_remove(dn_rebase_work *work, const char *path, dn_arena *arena, dn_error *error);
/* The files of all entries that get other tags: theirs, those for single drivers, those that go back. */
int dn_rebase_collect_files(const dn_journal *journal, const dn_rebase_entry *entries, size_t count,
                            dn_rebase_work *work, dn_arena *arena, dn_error *error);
/* The journal as it will be. `rebuilt` stands in for a file that cannot be read, or is NULL. */
int dn_rebase_journal(const dn_journal *journal, const dn_text *rebuilt,
                      const dn_rebase_entry *entries, size_t count, dn_text *text, dn_error *error);

bool dn_rebase_is_unfinished(const char *folder);
/* Errors: merge.in-the-way, merge.note, journal.changed, file.*. */
int dn_rebase_carry_out(const dn_journal *journal, const dn_rebase_work *work, dn_error *error);
int dn_rebase_finish(const char *folder, dn_error *error);

/* What `own` made of `base`, made of `onto`: snapshots of drizzle-kit, member by member. The
 * identity is that of `own`, and what it builds on is `onto`. 1: two changes of the same thing, named
 * in *where. */
int dn_rebase_snapshot(const dn_json *base, const dn_json *own, const dn_json *onto, dn_text *text,
                       dn_text *where, dn_error *error);

#endif
