/* SPDX-License-Identifier: MIT
 *
 * A schema as the texts that the database itself keeps of its objects (DUNLIN_CAN_KEEP_TEXTS). They
 * cost far less to read than facts; whoever wants the facts has the driver make them later.
 */
#ifndef DN_STATE_TEXTS_H
#define DN_STATE_TEXTS_H

#include "core/driver/driver.h"

/* Of everything that is there now, trackers too, since views may look at them; equal bytes mean that
 * nothing was changed. *can is false where the driver cannot, or cannot with this schema. */
int dn_texts_read(dn_connection *connection, dn_text *out, bool *can, dn_error *error);
/* Whether these bytes are of that kind. */
bool dn_texts_are(const char *data, size_t length);
/* Their facts in canonical form, without trackers, in the arena. *facts stays NULL where the bytes
 * are damaged or the driver makes nothing of them. */
int dn_texts_facts(dn_connection *connection, const char *tracker, const char *data, size_t length,
                   dn_arena *arena, dn_fact_map **facts, dn_error *error);

#endif
