/* SPDX-License-Identifier: MIT
 *
 * The rows of dunlin_statements that belong to one migration.
 *
 * A row is written when a statement is done together with its row, or before a statement that
 * cannot be (intent). A row with a later one behind it is done: the later one could only be
 * written after it. So only the last row ever needs a decision.
 */
#ifndef DN_EXECUTE_LEDGER_H
#define DN_EXECUTE_LEDGER_H

#include "core/execute/execute_internal.h"

typedef enum dn_ledger_phase {
    DN_LEDGER_DONE = 0,
    DN_LEDGER_INTENT, /* announced; nobody knows how it ended */
    DN_LEDGER_FAILED, /* refused by the database, or not to be trusted: something of it may be done */
    DN_LEDGER_REFUSED /* refused by the database: nothing of it was done */
} dn_ledger_phase;

typedef struct dn_ledger_row {
    dn_digest digest; /* of the statement's text */
    dn_ledger_phase phase;
    bool has_facts;
    dn_digest facts; /* of what the statement touches, before it ran */
    /* The session that ran it, of rows that were read; empty when unknown. */
    dunlin_string backend;
    dunlin_string backend_start;
} dn_ledger_row;

typedef struct dn_ledger_rows {
    dn_ledger_row *items;
    size_t count;
    size_t capacity;
} dn_ledger_rows;

/* What earlier runs left, in order; rows with one behind them read as done. */
int dn_ledger_read(dn_connection *connection, const char *tag, dn_arena *arena,
                   dn_ledger_rows *rows, dn_error *error);
enum { DN_LEDGER_AT_ONCE = 100 }; /* rows of one INSERT: what any server takes */
/* The INSERT of rows [first .. first + count), in the arena. */
int dn_ledger_insert(dn_connection *connection, const char *run_id, const char *tag,
                     const dn_ledger_row *rows, size_t first, size_t count, dn_arena *arena,
                     dunlin_item *insert, dn_error *error);
/* Inserts rows [first .. first + count) with ordinals from first + 1. */
int dn_ledger_write(dn_connection *connection, const char *run_id, const char *tag,
                    const dn_ledger_row *rows, size_t first, size_t count, dn_error *error);
/* The present session is noted as the one that runs it. */
int dn_ledger_set_phase(dn_connection *connection, const char *tag, size_t ordinal,
                        const dn_ledger_row *row, dn_error *error);
/* The DELETE of what this run has written, and of all of one migration, in the arena. */
int dn_ledger_clearing(dn_connection *connection, const char *run_id, const char *tag,
                       dn_arena *arena, dunlin_item *item, dn_error *error);

/* --- the session of an earlier run -------------------------------------------------------------- */
/* A client that was killed may have left its session behind, at work on this very statement. Waits
 * until it is gone, or ends it when the user said so. Errors: ledger.session. */
int dn_ledger_wait(dn_execution *execution, const dn_ledger_row *row, dn_error *error);

#endif
