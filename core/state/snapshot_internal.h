/* SPDX-License-Identifier: MIT
 *
 * What the readers of snapshot files share.
 */
#ifndef DN_STATE_SNAPSHOT_INTERNAL_H
#define DN_STATE_SNAPSHOT_INTERNAL_H

#include "core/base/json.h"
#include "core/state/snapshot.h"

typedef struct dn_snapshot_reading {
    dn_json json;
    dn_arena *arena;
    dn_snapshot *snapshot;
    const dn_snapshot_manner *manner; /* NULL: names as in the file */
    dn_fact_map *facts;               /* the snapshot's */
    bool named;                       /* ... and by the names of its dialect, `naming` */
    uint64_t naming;
    dn_error *error;
} dn_snapshot_reading;

/* All but the facts, from the document's member "dunlin". */
int dn_snapshot_read_head(dn_snapshot_reading *work);

/* 0: read; 1: not as dn_snapshot_write() writes it, and nothing is said about it; -1: no memory. */
int dn_snapshot_read_lines(const char *text, size_t length, dn_snapshot_reading *work);

#endif
