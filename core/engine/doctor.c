/* SPDX-License-Identifier: MIT
 *
 * `dunlin doctor`: what happened, the state of each migration in all four places, and what would
 * put it right. Reads only.
 */
#include "core/engine/diagnosis.h"
#include "core/engine/leftovers.h"

static int
run(dn_session *session, const dunlin_doctor_options *doctor, dn_error *error)
{
    dn_diagnosis own = {.rebuilt = false};

    if (dn_session_project(session, error) < 0 ||
        dn_session_open_or_rebuilt(session, true, &own.rebuilt, error) < 0 ||
        dn_session_reconcile(session, DN_TRACKER_FULL, error) < 0 ||
        dn_diagnosis_make(session, doctor, &own, error) < 0 ||
        dn_diagnosis_environment(session, &own.repair, error) < 0 ||
        dn_session_result(session, "dunlin-doctor/1", error) < 0)
        return -1;
    dn_leftovers_sweep(session, &own.evidence);
    dn_diagnosis_tell(session, &own);
    return 0;
}

int
dunlin_doctor(const dunlin_options *options, const dunlin_doctor_options *doctor,
              dunlin_result **result, dunlin_error *error)
{
    static const dunlin_doctor_options defaults = {.size = sizeof defaults};
    dn_session session;

    dn_session_begin(&session, options);
    session.shadow = doctor && doctor->shadow;
    session.shadow_url = doctor ? doctor->shadow_url : NULL;
    return dn_session_finish(&session, run(&session, doctor ? doctor : &defaults, error), result,
                             error);
}
