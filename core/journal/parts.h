/* SPDX-License-Identifier: MIT
 *
 * Private to core/journal: what its files share.
 */
#ifndef DN_JOURNAL_PARTS_H
#define DN_JOURNAL_PARTS_H

#include "core/base/file.h"
#include "core/base/json.h"
#include <pthread.h>
#include <stdatomic.h>

#include "core/journal/journal.h"

#define DN_JOURNAL_NAME "meta/_journal.json"
#define DN_NATIVE_LAYOUT "dunlin"

/* --- tags (tag.c) ----------------------------------------------------------------------------- */
enum { DN_TAG_BYTES = 200, DN_STAMP_DIGITS = 14 };

/* What is wrong with a tag, as the end of a sentence ("is empty"), or NULL. */
const char *dn_tag_fault(const char *tag, size_t length);
/* A tag in a message: control bytes visible, cut. */
const char *dn_tag_shown(const char *tag, size_t length, char out[80]);
size_t dn_tag_digits(const char *tag); /* length of the number it starts with */
/* The time that a prefix YYYYMMDDHHMMSS says, in milliseconds since 1970, UTC. */
bool dn_tag_time(const char *tag, int64_t *ms);
/* "Add users-table" -> "add_users_table"; NULL with journal.bad-name. */
char *dn_tag_slug(dn_arena *arena, const char *name, dn_error *error);

/* --- the text of a journal (parse.c) ---------------------------------------------------------- */
typedef struct dn_journal_text {
    dn_layout layout;    /* NATIVE or DRIZZLE */
    const char *dialect; /* or NULL */
    dn_migration *entries;
    size_t count;
    size_t capacity;
    bool bom;
} dn_journal_text;
/* Every entry in its order, duplicates included, each tag checked. `name` is for messages. */
int dn_journal_parse(const char *name, const char *text, size_t length, dn_arena *arena,
                     dn_journal_text *parsed, dn_error *error);

/* --- digests of many files (hash_files.c) ----------------------------------------------------- */
enum { DN_HASH_HELPERS = 3, DN_HASH_KEPT = 512 * 1024 };
typedef struct dn_hash_task {
    const char *name; /* in the folder */
    uint64_t size;
    dn_digest digest;
    const char *text; /* all of it, with a NUL behind it; NULL: it was not kept */
    bool unprobed;    /* as of dn_migration */
    int problem;      /* errno, 0 when all went well */
    bool listed;      /* the <tag>.sql of a migration that was resolved; of no concern to helpers */
} dn_hash_task;
/* One thread owns it; helpers only take tasks from it. */
typedef struct dn_hash_pool {
    int fd;             /* of the folder */
    char *_Atomic kept; /* DN_HASH_KEPT bytes for texts, zeroed, or NULL */
    atomic_size_t kept_bytes;
    struct dn_hash_batch *filling; /* the owner's */
    size_t count;
    dn_gate *gate;         /* helpers begin behind it; or NULL */
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t changed;
    struct dn_hash_batch *first; /* to be taken */
    struct dn_hash_batch *last;
    bool closed;
    pthread_t threads[DN_HASH_HELPERS];
    size_t helpers;
} dn_hash_pool;
#define DN_HASH_POOL_INIT                                                                          \
    {                                                                                              \
        .fd = -1, .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER          \
    }
/* Helpers may begin at once; the task is theirs until dn_hash_pool_finish has come back. NULL: no memory. */
dn_hash_task *dn_hash_pool_add(dn_hash_pool *pool, const char *name, dn_arena *arena,
                               dn_error *error);
void dn_hash_pool_finish(dn_hash_pool *pool);  /* does what is left; may be called again */
void dn_hash_pool_abandon(dn_hash_pool *pool); /* waits for the helpers only */
/* Size, digest and text of a finished task, or why there are none. */
int dn_hash_take(const dn_hash_task *task, dn_migration *migration, dn_error *error);

/* --- the folder (folder.c) -------------------------------------------------------------------- */
typedef struct dn_sql_folder {
    const char *path;
    dn_fd fd;
    dn_folder_entry *names; /* sorted by bytes; their own: the dn_hash_task */
    size_t count;
    size_t hint; /* where the last look-up ended */
    dn_hash_pool pool;
} dn_sql_folder;
/* Lists the folder, and starts hashing every <tag>.sql of it meanwhile, or once the gate is open. */
int dn_sql_folder_open(dn_sql_folder *folder, const char *path, dn_gate *gate, dn_arena *arena,
                       dn_error *error);
/* From now on texts are kept. */
int dn_sql_folder_keep(dn_sql_folder *folder, dn_arena *arena, dn_error *error);
static inline void
dn_sql_folder_cleanup(dn_sql_folder *folder)
{
    dn_hash_pool_abandon(&folder->pool);
    dn_fd_cleanup(&folder->fd);
}
/* NULL: the entry is no migration. */
static inline dn_hash_task *
dn_sql_folder_task(const dn_sql_folder *folder, size_t at)
{
    return folder->names[at].own;
}
/* The file of a migration that is not named so: as a migration that is code is not. */
int dn_sql_folder_add(dn_sql_folder *folder, size_t at, const char *name, dn_arena *arena,
                      dn_error *error);
/* The file named <tag><suffix>, where the tag is the first `length` bytes, or NULL. */
const char *dn_sql_folder_find(const dn_sql_folder *folder, const char *tag, size_t length,
                               const char *suffix);
/* Is there <tag>.sql or an override of it for any driver? */
bool dn_sql_folder_has(const dn_sql_folder *folder, const char *tag);
/* Size and digest of every migration that has a file, once hashing was started. */
int dn_sql_folder_hash(dn_sql_folder *folder, dn_migration *migrations, size_t count,
                       dn_error *error);
/* File and down file of a migration <tag>.sql. `override` is the suffix of files that
 * replace it (".sqlite.sql"), or NULL. */
int dn_sql_folder_resolve(dn_sql_folder *folder, const char *override, dn_arena *arena,
                          dn_migration *migration, dn_error *error);

/* Zeros when there is no such file. */
dn_journal_stamp dn_journal_stamp_of(const char *path);

/* --- reading (read.c, check.c) ---------------------------------------------------------------- */
/* As dn_journal_read; with `text` the journal is this text instead of the file's. */
int dn_journal_read_text(const dn_journal_options *options, const dn_text *text, dn_arena *arena,
                         dn_journal *journal, dn_error *error);
/* Takes duplicates out and reports what is odd about the entries. */
int dn_journal_check_entries(dn_journal *journal, dn_arena *arena, dn_error *error);
/* Reports entries without a file and files without an entry. */
int dn_journal_check_files(dn_journal *journal, const dn_sql_folder *folder, dn_arena *arena,
                           dn_error *error);
/* Reports migrations that share a number, where it is not their name (of folders of other tools:
 * dn_foreign_read). */
int dn_journal_check_numbers(dn_journal *journal, dn_arena *arena, dn_error *error);
/* Indexes of the migrations, sorted by tag, equal ones in their order; NULL: no memory. */
size_t *dn_journal_by_tag(const dn_migration *migrations, size_t count, dn_arena *arena);
const dn_migration *dn_journal_find(const dn_migration *migrations, const size_t *by_tag,
                                    size_t count, const char *tag, size_t length);

/* --- other tools' folders (foreign.c) --------------------------------------------------------- */
/* Whose the folder is, where its files tell: 1, 0: they do not, or -1. `ambiguous`: somebody else lays
 * files out alike. */
int dn_foreign_detect(const dn_sql_folder *folder, dn_layout *layout, bool *ambiguous,
                      dn_error *error);
/* The migrations of a folder of journal->layout. */
int dn_foreign_read(dn_journal *journal, dn_sql_folder *folder, dn_arena *arena, dn_error *error);

/* --- writing (render.c, salvage.c) ------------------------------------------------------------ */
/* What a new journal text is made from. */
typedef struct dn_journal_form {
    dn_layout layout;
    const char *dialect;
    const char *entry_version; /* Drizzle: where no entry says one */
    const dn_json *original;   /* or NULL */
} dn_journal_form;
int dn_journal_write(const dn_journal_form *form, const dn_migration *migrations, size_t count,
                     dn_text *text, dn_error *error);
/* A value as JSON.stringify(value, null, 2) prints it. */
void dn_journal_add_json(dn_text *text, const cJSON *value);
/* The file a journal was read from, unchanged since; journal.changed otherwise. */
int dn_journal_original(const dn_journal *journal, dn_json *original, dn_error *error);

/* Makes a journal that can be parsed from whatever is legible in one that cannot; `form` says what
 * the text does not tell. */
int dn_journal_salvage(const char *text, size_t length, const dn_journal_form *form,
                       dn_text *repaired, dn_error *error);
/* Held while files of the folder are written, so that two writers take turns. */
int dn_journal_lock(const char *folder, dn_fd *lock, dn_error *error);

/* --- sqitch's plan (sqitch.c) ----------------------------------------------------------------- */
/* Puts the migrations of a folder of deploy scripts into the order of the plan beside it, which
 * journal->plan names; without one nothing is done. */
int dn_sqitch_order(dn_journal *journal, dn_arena *arena, dn_error *error);

#endif
