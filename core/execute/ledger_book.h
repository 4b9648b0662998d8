/* SPDX-License-Identifier: MIT
 *
 * One migration on its way through the statement ledger: shared by running its statements
 * (ledger.c) and recording it (ledger_record.c).
 */
#ifndef DN_EXECUTE_LEDGER_BOOK_H
#define DN_EXECUTE_LEDGER_BOOK_H

#include "core/execute/ledger.h"
#include "core/execute/parcel.h"

typedef struct dn_ledger {
    dn_execution *execution;
    dn_job *job;
    dn_script *script;
    dn_arena arena;
    dn_ledger_rows rows; /* of earlier runs, then of this one */
    size_t known;        /* how many of them earlier runs left */
    size_t at;           /* statements met so far; the present one is rows.items[at - 1] */
    size_t written;      /* rows that are in the table, or will be with the open transaction */
    size_t done;         /* statements that are done for good */
    bool partly;         /* and some of the steps of the one behind them */
    bool doubtful;       /* something of it may be done */
    bool unclear;        /* an earlier run may have done something of the present statement */
    bool open;           /* a transaction of ours is open */
    bool group;          /* between BEGIN and COMMIT of the file */
    bool alone;          /* the file asks for no transactions */
    bool again;          /* an earlier run began the present statement */
    bool blameless;      /* what failed is the record of the job before */
    int64_t started_ns;
    dn_culprit culprit; /* the statement being run, ordinal 0: none */
    /* Of one that waits: its record, which the tracker's writer holds until the next one. */
    const dn_tracker_statement *records;
    size_t record_count;
} dn_ledger;

/* Every change of the schema commits by itself. */
static inline bool
dn_ledger_commits_ddl(const dn_execution *execution)
{
    return !(dn_connection_capabilities(execution->connection)->flags &
             DUNLIN_CAN_TRANSACTIONAL_DDL);
}

/* NULL is fine. */
void dn_ledger_close(dn_ledger *book);
/* Commits the migration together with its record; or leaves that to wait as execution->waiting, in
 * which the book lives on. */
int dn_ledger_record(dn_ledger *book, dn_error *error);
/* What waits, if anything does, is recorded, together with `announcement` (NULL: none), the row of a
 * later job. On failure that migration is the one to blame, and nothing took effect. */
int dn_ledger_settle(dn_execution *execution, const dunlin_item *announcement, dn_error *error);
/* Tidies up behind a failure and says what it amounts to. Returns -1. */
int dn_ledger_fail(dn_ledger *book, dn_error *error);

#endif
