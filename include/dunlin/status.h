/* SPDX-License-Identifier: MIT
 *
 * The classes of outcome that the embedding API, the driver ABI and the core share.
 */
#ifndef DUNLIN_STATUS_H
#define DUNLIN_STATUS_H

/* A class chooses exit code, retry and path of recovery, so it must be right; words are free.
 * Numbers are part of the driver ABI: never renumbered, only added to. */
enum {
    DUNLIN_OK = 0,
    DUNLIN_INTERNAL = 1,    /* a bug */
    DUNLIN_UNSUPPORTED = 2, /* this database or driver cannot do it */
    DUNLIN_USAGE = 3,       /* bad URL, option, configuration or file */
    DUNLIN_CONNECT = 4,     /* never got through: safe to retry */
    DUNLIN_AUTH = 5,
    DUNLIN_PERMISSION = 6,
    DUNLIN_SYNTAX = 7,
    DUNLIN_EXISTS = 8,
    DUNLIN_MISSING = 9,
    DUNLIN_CONSTRAINT = 10,
    DUNLIN_LOCKED = 11, /* lock not available in time */
    DUNLIN_LOST = 12,   /* connection lost, outcome unknown: never retried */
    DUNLIN_CANCELLED = 13,
    DUNLIN_NO_MEMORY = 14,
    DUNLIN_STOP = 15,         /* a callback asked to stop; not an error */
    DUNLIN_DISK_FULL = 16,    /* the storage refused to grow */
    DUNLIN_READ_ONLY = 17,    /* database, file system or transaction cannot be written */
    DUNLIN_CORRUPT = 18,      /* not a database of this kind, or a damaged one */
    DUNLIN_FAILED = 19,       /* the server refused for a reason with no class of its own */
    DUNLIN_DISAGREEMENT = 20, /* journal, files, tracker and schema do not agree */
    DUNLIN_PARTIAL = 21       /* stopped part-way; resumable */
};

#endif
