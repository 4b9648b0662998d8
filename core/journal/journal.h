/* SPDX-License-Identifier: MIT
 *
 * The journal and the migration files: what the project says its history is.
 *
 * Layouts, one reader each, all read in place:
 *   native      migrations/<tag>.sql, migrations/meta/_journal.json ("layout": "dunlin")
 *   drizzle     <tag>.sql, meta/_journal.json as drizzle-kit 0.x writes it
 *   drizzle-v1  <tag>/migration.sql, no journal: the folders are the journal
 *   files       <tag>.sql and no journal at all: name order is the order, and a finding says so
 *   others      as other tools have them: one reader for all, by the table in layout.h
 *
 * Problems that leave the rest readable are findings; a journal that cannot be read at all is an
 * error with line and column. Nothing here writes unless its name says so.
 */
#ifndef DN_JOURNAL_JOURNAL_H
#define DN_JOURNAL_JOURNAL_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/text.h"
#include "core/base/thread.h"
#include "core/journal/layout.h"
#include "core/project/project.h"

/* One problem, told to the user. severity orders: an ERROR keeps `migrate` from running. */
typedef enum dn_severity { DN_NOTE = 0, DN_WARNING, DN_ERROR_FINDING } dn_severity;
typedef struct dn_finding {
    const char *id;      /* "journal.duplicate-tag" */
    const char *message; /* one sentence, lower case, no full stop, with file:line:column */
    const char *object;  /* tag, file or table it is about, or NULL */
    dn_severity severity;
} dn_finding;
typedef struct dn_findings {
    dn_finding *items;
    size_t count;
    size_t capacity;
} dn_findings;
int dn_findings_add(dn_findings *findings, dn_arena *arena, dn_severity severity, const char *id,
                    const char *object, dn_error *error, const char *format, ...)
    __attribute__((format(printf, 7, 8)));

typedef struct dn_migration {
    int64_t idx; /* as the journal says; position where it says nothing */
    const char *tag;
    const char *key;       /* what another tool's table calls it; NULL: the tag */
    dn_layout layout;      /* of the tool that it is written for, else 0 */
    bool code;             /* a program of another tool: its file is not for us to run */
    bool repeated;         /* run again whenever its file changes */
    int64_t when_ms;       /* since 1970, UTC; 0 unknown */
    unsigned line, column; /* of the entry in the journal, 0 when there is none */
    size_t entry;          /* position in the journal's array, from 1; 0: not from a journal */
    bool listed;           /* has a journal entry (all, where there is no journal file) */
    bool has_file;
    const char *path;          /* of the file to run for this driver, NULL when missing */
    const char *down_path;     /* <tag>.down.sql, or NULL */
    uint64_t size;             /* bytes */
    dn_digest raw;             /* of the file's bytes, valid when has_file */
    const char *text;          /* these bytes, of a small file; NULL: they have to be read again */
    bool unprobed;             /* there is no `-- dunlin: probe` in it: the word is not */
    const dn_project *project; /* whose drivers its sections may name; NULL: any name will do */
    size_t file;               /* for the reader of the folder alone */
} dn_migration;

/* Tells, without reading it, whether a file is still the one that was read. */
typedef struct dn_journal_stamp {
    uint64_t device, inode, size;
    int64_t modified_ns;
} dn_journal_stamp;

typedef struct dn_journal {
    dn_layout layout;
    bool ambiguous;               /* its files are laid out as more than one tool does */
    const char *folder;           /* migrations folder */
    const char *path;             /* of the journal file, NULL where there is none */
    const char *plan;             /* of sqitch, where it has the order, else NULL */
    const char *plan_project;     /* the plan's name for the project, or NULL */
    const char *dialect;          /* configured, else of the journal; NULL unknown */
    dn_journal_stamp stamp;       /* the journal file as it was read */
    struct dn_sql_folder *reader; /* hashing still goes on: finish or close; else NULL */
    dn_migration *migrations;     /* in journal order: listed ones */
    size_t count;
    dn_migration *unlisted; /* files without entry, by name */
    size_t unlisted_count;
    dn_findings findings;
    bool bom; /* the journal starts with a byte order mark */
} dn_journal;

/* Reads journal and folder and hashes every file. `driver` picks <tag>.<driver>.sql overrides;
 * <x>.<word>.sql is an override and no migration wherever <x>.sql or an entry <x> exists. Hot
 * path: one read per file, nothing lexed. Errors, all with a place: journal.folder-missing,
 * journal.syntax, journal.type, journal.bad-tag, journal.version, journal.layout, file.*.
 * docs/journal.md lists the findings. */
typedef struct dn_journal_options {
    const char *folder;
    const char *driver;  /* NULL: no overrides chosen */
    const char *dialect; /* configured, or NULL */
    /* Another tool's name (layout.h), for folders without a native journal; NULL: by its files. */
    const char *layout;
    const char *database;      /* the dialect of a Drizzle journal that is made anew; or NULL */
    const dn_project *project; /* of the migrations; may be NULL */
    bool keep; /* some texts, of small files: where running one takes as long as reading it */
} dn_journal_options;
int dn_journal_read(const dn_journal_options *options, dn_arena *arena, dn_journal *journal,
                    dn_error *error);
/* The same in two steps, for who has other work while the files are being hashed: digests and
 * sizes are there after _finish. `text`: the journal is this text; NULL: the file's. Close is for
 * a journal that is given up in between; after a failure there is nothing to close. */
int dn_journal_begin(const dn_journal_options *options, const dn_text *text, dn_arena *arena,
                     dn_journal *journal, dn_error *error);
/* Its two halves, for who does not know the driver yet: the listing needs none of the options. Helpers
 * wait before the gate, which is to outlive the journal, with hashing. */
int dn_journal_list(const char *folder, dn_gate *gate, dn_arena *arena, dn_journal *journal,
                    dn_error *error);
int dn_journal_resolve(const dn_journal_options *options, const dn_text *text, dn_arena *arena,
                       dn_journal *journal, dn_error *error);
int dn_journal_finish(dn_journal *journal, dn_error *error);
/* Hashes in this thread what no other one does: for one that has nothing else to do in between. */
void dn_journal_hash(dn_journal *journal);
void dn_journal_close(dn_journal *journal);

/* What is missing of drizzle-kit's snapshots beside a Drizzle journal, as findings; other layouts have
 * none. Only for people: drizzle-kit alone reads them. */
int dn_journal_check_snapshots(const dn_journal *journal, dn_arena *arena, dn_findings *findings,
                               dn_error *error);

/* Do their tags begin with one number? */
bool dn_journal_same_number(const dn_migration *one, const dn_migration *other);

/* Tag rules: [A-Za-z0-9_.-]+ plus non-ASCII UTF-8, no leading dot, no "..", no '/', no control
 * byte, at most 200 bytes. 0 or -1 with journal.bad-tag. */
int dn_tag_check(const char *tag, size_t length, dn_error *error);

/* --- writing --------------------------------------------------------------------------------------- */
/* The bytes a journal file of this layout has for these migrations: native one entry a line,
 * drizzle as drizzle-kit writes it. Members it does not know are kept from the file the journal
 * was read from, entry by entry (`entry`); journal.changed when that file has other bytes now. */
int dn_journal_render(const dn_journal *journal, const dn_migration *migrations, size_t count,
                      dn_text *text, dn_error *error);
typedef struct dn_journal_texts {
    const char *up;
    const char *down; /* of the other file, in a folder of pairs; NULL: there is none */
    bool blank;       /* still to be written by a person: another tool's marks stand instead */
} dn_journal_texts;
/* Adds a migration file with this content and its entry, durably, file first. *migration tells
 * what was made. An existing file is never overwritten. `now_ms` is the time for tag and entry.
 * `sequence` numbers a native tag instead; a Drizzle folder keeps its own way. Errors:
 * journal.bad-name, journal.changed, file.*. */
int dn_journal_new(const dn_journal *journal, const char *name, bool sequence, int64_t now_ms,
                   const dn_journal_texts *texts, dn_arena *arena, dn_migration *migration,
                   dn_error *error);
/* Whether new migrations of another tool's folder are two files: one there, one back. */
bool dn_journal_has_pairs(const dn_journal *journal);
/* The journal as the files say: kept entries in their order, gone files out, new files in by
 * name, duplicates once. Says in `changes` what it did or would do (ids journal.added ...), with
 * a warning for every `when` that is a guess. `write` false: only tells. Of a journal that cannot
 * be parsed it keeps the entries that are still legible. No changes: nothing is written. */
int dn_journal_rebuild(const dn_journal_options *options, bool write, dn_arena *arena,
                       dn_findings *changes, dn_error *error);
/* The text that a rebuild would write; nothing is written. */
int dn_journal_rebuilt(const dn_journal_options *options, dn_arena *arena, dn_text *text,
                       dn_error *error);
/* Is this how dn_journal_read fails on a journal that a rebuild puts right? */
bool dn_journal_is_illegible(const dn_error *error);
/* The text of a native journal for a folder that has none, and writing it there. */
int dn_journal_native_text(const dn_journal *journal, const char *dialect, dn_arena *arena,
                           dn_text *text, dn_error *error);
int dn_journal_native_write(const dn_journal *journal, const dn_text *text, dn_arena *arena,
                            dn_error *error);
/* Changes single entries of a journal file and leaves the others as they are: durable, and refused
 * (journal.changed) when the file is not the one that was read. Errors: journal.no-entry. */
typedef struct dn_amendment {
    const char *tag;     /* of the entry */
    const char *new_tag; /* that it gets; NULL: an entry is added, before those with later names */
    int64_t when_ms;     /* 0: as it is; of an added one, later than the one before it */
} dn_amendment;
int dn_journal_amend(const dn_journal *journal, const dn_amendment *amendments,
                     size_t amendment_count, bool renumber, dn_arena *arena, dn_error *error);
/* Three-way merge of native journals for git, written to `ours`: the entries of ours without what
 * theirs removed, then what theirs added, by tag; idx renumbered. journal.merge-conflict
 * (DISAGREEMENT, `ours` untouched) when one side removed or changed what the other changed, and
 * for a Drizzle journal. An empty `base` is a file that both sides added. */
int dn_journal_merge(const char *base, const char *ours, const char *theirs, dn_error *error);

#endif
