/* SPDX-License-Identifier: MIT
 *
 * Snapshots: a schema as a file, one fact a line, so that a pull request shows what changes in it.
 * docs/snapshots.md describes the format. Pure: nothing here opens a file or asks a database.
 */
#ifndef DN_STATE_SNAPSHOT_H
#define DN_STATE_SNAPSHOT_H

#include "core/fact/canonical.h"

enum { DN_SNAPSHOT_FORMAT = 1 };

typedef struct dn_snapshot {
    const char *dialect; /* of the driver: "postgresql" */
    const char *flavour; /* of the server: "mariadb" */
    int64_t server;      /* its major version */
    bool grants;         /* privileges were read as well */
    dn_digest digest;    /* of the facts, once it was read or written */
    const dn_fact_map *facts;
} dn_snapshot;

/* The bytes of the file; fills in the digest. */
int dn_snapshot_write(dn_snapshot *snapshot, dn_text *text, dn_error *error);

/* Reads a file's text; `name` is for messages. The facts' naming is 0: dn_snapshot_facts() gives
 * them that of a driver. Errors, all with file:line:column where there is a place: snapshot.syntax,
 * snapshot.format (of another version), snapshot.invalid (not a snapshot, or not a fact),
 * snapshot.edited (the facts are not those of the digest). */
int dn_snapshot_read(const char *name, const char *text, size_t length, dn_arena *arena,
                     dn_snapshot *snapshot, dn_error *error);

/* What two files have in common is read once: lines, and what became of them. The text is the caller's
 * and has to stay as long as this is looked into. */
typedef struct dn_snapshot_lines {
    const char *text;
    size_t length;
    const dunlin_fact **facts; /* one for each line */
    size_t count;              /* 0: the file was not read by lines */
} dn_snapshot_lines;

typedef struct dn_snapshot_manner {
    /* The DN_FACT_* of the snapshot's dialect. */
    int (*naming)(const char *dialect, uint64_t *naming, void *context, dn_error *error);
    void *context;
    const dn_snapshot_lines *like; /* of a file whose facts live in the same arena, or NULL */
    dn_snapshot_lines *lines;      /* to be filled in, or NULL */
} dn_snapshot_manner;

/* Both at once: the facts in a map for the servers of their dialect, to be changed at will. */
int dn_snapshot_read_facts(const char *name, const char *text, size_t length,
                           const dn_snapshot_manner *manner, dn_arena *arena, dn_snapshot *snapshot,
                           dn_fact_map **facts, dn_error *error);
/* Where only one of two tells of privileges, it is compared without them. */
int dn_snapshot_level(dn_snapshot *one, dn_snapshot *other, dn_arena *arena, dn_error *error);
/* The same facts, themselves, in a map for a kind of server: DN_FACT_*. `arena` is theirs, or goes
 * before it. */
int dn_snapshot_facts(const dn_fact_map *facts, uint64_t naming, dn_arena *arena,
                      dn_fact_map **copy, dn_error *error);

/* <migrations>/meta/_dunlin/<dialect>, and the snapshot of the newest state in it. NULL: no
 * memory. */
char *dn_snapshot_folder(const char *migrations, const char *dialect, dn_arena *arena);
char *dn_snapshot_head_path(const char *migrations, const char *dialect, dn_arena *arena);

#endif
