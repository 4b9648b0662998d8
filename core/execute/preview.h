/* SPDX-License-Identifier: MIT
 *
 * What a run would send, without sending it: dn_rehearse fills this in for whoever wants to see it.
 *
 *  - In order, with the transactions as dn_execute makes them. Statements are those of the target:
 *    guards are answered from the facts, portable text is translated.
 *  - Earlier pending migrations count as applied. What a native statement changes nobody knows before
 *    it ran: what comes behind it is guessed at, and says so.
 */
#ifndef DN_EXECUTE_PREVIEW_H
#define DN_EXECUTE_PREVIEW_H

#include "core/execute/execute.h"

typedef enum dn_preview_kind {
    DN_PREVIEW_STATEMENT = 0,
    DN_PREVIEW_CHECK,   /* a query that has to give `expected` */
    DN_PREVIEW_SETTING, /* sent outside of any transaction */
    DN_PREVIEW_BEGIN,
    DN_PREVIEW_COMMIT,
    DN_PREVIEW_RECORD,   /* the row of the tracker */
    DN_PREVIEW_LEFT_OUT, /* a statement of the file: it is so already */
    DN_PREVIEW_DONE,     /* a statement of the file: an earlier run did it */
    DN_PREVIEW_UNKNOWN   /* a statement of the file: only the run can tell what becomes of it */
} dn_preview_kind;
const char *dn_preview_kind_name(dn_preview_kind kind);

typedef struct dn_preview_item {
    dn_preview_kind kind;
    bool inside;      /* a transaction is open */
    unsigned line;    /* of the statement in the file; 0: it is none of the file */
    const char *text; /* NULL: the kind says it all; cut where it is too long to be read */
    const char *why;  /* or NULL */
    const char *expected;
    const char **notes; /* what is lost, and what else the driver says */
    size_t note_count;
} dn_preview_item;

typedef struct dn_preview {
    dn_preview_item *items;
    size_t count;
    size_t capacity;
    size_t open; /* statements that the run may decide otherwise */
} dn_preview;

typedef struct dn_previews { /* of dn_rehearse */
    bool single_transaction;
    dn_preview *jobs; /* as many as there are jobs; all of it in the arena of dn_rehearse */
} dn_previews;

/* --- inside core/execute ------------------------------------------------------------------------ */
/* One job while it is rehearsed. */
typedef struct dn_previewer dn_previewer;
dn_previewer *dn_previewer_new(dn_connection *connection, const dn_job *job, bool unfinished,
                               dn_arena *arena, dn_preview *preview, dn_error *error);
/* The next item of the script; `translated` of statements alone. */
int dn_previewer_hear(dn_previewer *previewer, const dn_script *script, const dn_script_item *item,
                      const dn_translated *translated, dn_error *error);
/* What all jobs need around their transactions is known now. */
int dn_previews_finish(dn_previews *previews, const dn_job *jobs, size_t count, dn_arena *arena,
                       dn_error *error);

#endif
