/* SPDX-License-Identifier: MIT
 *
 * The items of one run call as one pipeline: sent ahead of the answers, answered in order. After
 * the first error the server skips everything up to the next Sync, a COMMIT included; so there is
 * one Sync at the end, and none behind each transaction. Outside a transaction every statement
 * commits at its Sync, and has one of its own.
 *
 * What is under way is bounded, in items and in bytes.
 */
#ifndef DN_PG_PIPELINE_H
#define DN_PG_PIPELINE_H

#include "drivers/postgres/pg_driver.h"

enum {
    DN_PG_MOST_ITEMS = 512,
    DN_PG_MOST_BYTES = 1024 * 1024,
    DN_PG_QUEUE = 2048 /* a power of 2; an item needs a few entries at most */
};

typedef enum dn_pg_role {
    DN_PG_ROLE_ITEM,    /* of the host */
    DN_PG_ROLE_VIRTUAL, /* of the host, with nothing to send */
    DN_PG_ROLE_OWN,     /* a statement of ours; the item behind it answers for it */
    DN_PG_ROLE_SYNC
} dn_pg_role;

/* Something sent whose answer is not complete. */
typedef struct dn_pg_entry {
    dn_pg_role role;
    int32_t kind; /* DUNLIN_ITEM_* */
    uint64_t ordinal;
    char *sql;               /* as sent, for the place of an error */
    char *expected;          /* of a CHECK */
    char *got;               /* by a CHECK: the first cell, NULL when there was none */
    size_t bytes;            /* of its values; when sent, of all of it */
    bool was_in_transaction; /* before it */
    bool in_transaction;     /* behind it */
    bool decides;            /* commits: whether it took effect matters when the answer is lost */
    bool held;               /* its outcome is known only with its Sync */
    bool started;            /* its results are being read */
    bool answered;           /* there was one */
    bool has_row;
    int32_t outcome; /* DUNLIN_OUTCOME_*, 0: still good */
    int64_t rows;
    int64_t began_ns; /* 0: not measured */
} dn_pg_entry;

typedef struct dn_pg_pipeline {
    dunlin_connection *connection;
    const dunlin_call *call;
    dn_pg_entry *queue; /* ring */
    size_t head;
    size_t count;
    uint64_t bytes;
    dn_pg_entry waiting; /* the held one, while its Sync is due */
    bool has_waiting;
    size_t unflushed; /* commands sent since the server was last asked for answers */
    size_t unflushed_bytes;
    size_t unsynced;     /* commands sent since the last Sync */
    bool in_transaction; /* behind all that was sent */
    bool reported_open;  /* a transaction was open behind the last item reported */
    bool over;           /* an item failed: nothing more is sent */
    bool blame;          /* a statement of ours failed: the next item answers for it */
    bool lost;
    int32_t status; /* of the failure */
    int32_t answer; /* of a host that wanted to stop */
} dn_pg_pipeline;

int32_t dn_pg_pipeline_open(dn_pg_pipeline *line, dunlin_connection *connection);
/* Waits for all answers and leaves libpq's pipeline mode. */
void dn_pg_pipeline_close(dn_pg_pipeline *line);
/* The same for a while: out of pipeline mode and back. */
bool dn_pg_pipeline_pause(dn_pg_pipeline *line);
void dn_pg_pipeline_resume(dn_pg_pipeline *line);

/* A new entry at the end of the queue, of the role and of `item` (NULL: none). Whether the
 * connection is still there shows when it is sent. */
dn_pg_entry *dn_pg_pipeline_add(dn_pg_pipeline *line, dn_pg_role role, const dunlin_item *item);
/* Sends the statement of `entry`, which is the last one added. */
void dn_pg_pipeline_send(dn_pg_pipeline *line, dn_pg_entry *entry, const char *sql,
                         const dn_pg_parameters *parameters);
/* The same of a statement that comes again. */
void dn_pg_pipeline_send_again(dn_pg_pipeline *line, dn_pg_entry *entry, const char *name,
                               const dn_pg_parameters *parameters);
/* Has the server prepare a statement, as one of ours. */
void dn_pg_pipeline_prepare(dn_pg_pipeline *line, dn_pg_prepared *one);
void dn_pg_pipeline_own(dn_pg_pipeline *line, const char *sql);
void dn_pg_pipeline_sync(dn_pg_pipeline *line);
/* Waits until the queue is empty. */
void dn_pg_pipeline_drain(dn_pg_pipeline *line);
/* Sync and drain, so that everything before is known and done with. */
void dn_pg_pipeline_settle(dn_pg_pipeline *line);
/* Waits when too much is under way. */
void dn_pg_pipeline_throttle(dn_pg_pipeline *line);

/* Reports an outcome; releases what the entry holds. */
void dn_pg_pipeline_report(dn_pg_pipeline *line, dn_pg_entry *entry, int32_t outcome);
/* Of an item that never got into the queue, behind everything that did. host->fail() was called
 * with `status`, or the item is skipped because something before it failed. */
void dn_pg_pipeline_refuse(dn_pg_pipeline *line, const dunlin_item *item, int32_t status);
/* Reports everything under way after the connection broke. */
void dn_pg_pipeline_abandon(dn_pg_pipeline *line);

#endif
