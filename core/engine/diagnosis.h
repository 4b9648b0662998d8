/* SPDX-License-Identifier: MIT
 *
 * All four places held against each other, and what would bring them together.
 */
#ifndef DN_ENGINE_DIAGNOSIS_H
#define DN_ENGINE_DIAGNOSIS_H

#include "core/engine/effects.h"
#include "core/reconcile/repair.h"

typedef struct dn_diagnosis {
    dn_evidence evidence;
    dn_fact_map *schema;
    dn_repair repair;
    bool rebuilt; /* the journal, in memory */
} dn_diagnosis;

/* Needs a fresh reconciliation, and judges it anew. */
int dn_diagnosis_make(dn_session *session, const dunlin_doctor_options *doctor, dn_diagnosis *own,
                      dn_error *error);
/* What a definition and drizzle-kit's newest snapshot say beside that, as findings and as lines that
 * are missing. Part of dn_diagnosis_make. */
int dn_diagnosis_declared(dn_session *session, const dunlin_doctor_options *doctor,
                          const dn_evidence *evidence, dn_error *error);
/* The document of `doctor`, and its exit code. */
void dn_diagnosis_tell(dn_session *session, const dn_diagnosis *own);
void dn_diagnosis_tell_steps(dn_session *session, const char *name, const dn_repair *repair);
/* A repair under another name: who recorded what it records, and what its document is called. */
int dn_repair_as(const dunlin_options *options, const dunlin_repair_options *repair,
                 const char *format, const char *by, dunlin_result **result, dn_error *error);

/* diagnosis_environment.c: what would keep the repair from working, as findings: no backup tool, a folder that
 * cannot be written, missing privileges. Where there is nothing to repair nothing is looked at. */
int dn_diagnosis_environment(dn_session *session, const dn_repair *repair, dn_error *error);
/* May what these steps write be written? Errors: privileges.missing. */
int dn_diagnosis_check_tracker(dn_session *session, const dn_repair *repair, dn_error *error);

#endif
