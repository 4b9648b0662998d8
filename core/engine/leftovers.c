/* SPDX-License-Identifier: MIT */
#include "core/engine/leftovers.h"

#include <string.h>

static bool
can_have_some(dn_session *session, const dn_evidence *evidence)
{
    return (dn_connection_capabilities(session->connection)->flags & DUNLIN_CAN_SHADOW_DATABASE) &&
           !dn_connection_server(session->connection)->pooled &&
           strcmp(evidence->source, "shadow") != 0;
}

/* Whoever makes a new one drops these first. */
static int
drop_all(dn_session *session, dn_error *error)
{
    dn_connection *shadow;

    if (dn_shadow_open(session->driver, session->url, NULL, &session->log, &shadow, error) < 0)
        return -1;
    return dn_shadow_end(shadow, error);
}

void
dn_leftovers_sweep(dn_session *session, const dn_evidence *evidence)
{
    dn_shadow *list = NULL;
    size_t count = 0;
    size_t found = 0;
    dn_error problem;

    if (!can_have_some(session, evidence))
        return;
    dn_error_clear(&problem);
    if (dn_shadow_list(session->driver, session->url, &session->log, &session->arena, &list, &count,
                       &problem) < 0)
        count = 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i].state != DUNLIN_SHADOW_ABANDONED)
            continue;
        found++;
        if (evidence->choice.kind != DN_SHADOW_DATABASE)
            dn_log_warning(&session->log,
                           "a replay that was killed left the database '%s' behind on the target's "
                           "server: 'dunlin doctor --shadow' drops it",
                           list[i].name);
    }
    if (found && evidence->choice.kind == DN_SHADOW_DATABASE)
        drop_all(session, &problem);
    if (problem.status)
        dn_log_debug(&session->log, "databases that replays left behind are not looked for: %s",
                     problem.message);
}
