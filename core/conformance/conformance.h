/* SPDX-License-Identifier: MIT
 *
 * The conformance kit: cases that any driver has to pass, run against a database that the kit may
 * write to. docs/conformance.md describes every case. Cases are independent of each other; what
 * they make is called dunlin_check_* and is dropped again, also after a failure.
 *
 * A quirks file (JSON with comments) says what a database cannot do:
 *
 *     {
 *       "format": "dunlin-quirks/1",
 *       "cases": {
 *         "error.check": {"skip": "this server parses CHECK and ignores it"},
 *         "lock.*": {"todo": "issue 12: locks are not there yet"},
 *         "session.reset": {"sql": {"change": "SET a = 1", "read": "SHOW a"}}
 *       }
 *     }
 *
 * A key is the id of a case, or an area and ".*"; the longer one counts. "skip": the case is not
 * run. "todo": it is run, and a failure does not count. "sql" replaces statements of a case by
 * their names.
 */
#ifndef DN_CONFORMANCE_CONFORMANCE_H
#define DN_CONFORMANCE_CONFORMANCE_H

#include "core/driver/driver.h"

typedef enum dn_case_outcome {
    DN_CASE_PASSED = 0,
    DN_CASE_FAILED,
    DN_CASE_SKIPPED, /* by the quirks file, or because the driver does not claim to do it */
    DN_CASE_EXCUSED  /* failed, which the quirks file says it would */
} dn_case_outcome;

typedef struct dn_case_result {
    const char *id;     /* "run.outcomes" */
    const char *demand; /* what a driver has to do, one sentence */
    dn_case_outcome outcome;
    const char *message; /* what went wrong, or NULL */
    const char *reason;  /* why it was skipped or excused, or NULL */
    int64_t duration_us;
} dn_case_result;

typedef struct dn_conformance {
    const dn_driver *driver;
    const char *url;         /* never shown */
    const char *quirks_file; /* NULL: none */
    const char *const *only; /* ids and "area.*" of the cases to run; none given: all */
    size_t only_count;
    dn_log log;
    dn_arena *arena; /* of what follows */
    /* Results. */
    const char *shown_url;
    const char *flavour; /* of the server */
    const char *version;
    const char *database;
    dn_case_result *results;
    size_t count;
    size_t counts[DN_CASE_EXCUSED + 1]; /* by outcome */
} dn_conformance;

/* -1 when the cases could not be run: no connection, bad quirks file (driver.quirks), unknown case
 * (driver.unknown-case), cancelled. Cases that fail are results. */
int dn_conformance_run(dn_conformance *conformance, dn_error *error);

#endif
