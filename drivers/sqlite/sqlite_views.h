/* SPDX-License-Identifier: MIT
 *
 * Private to the views of a rendering.
 */
#ifndef SQLITE_VIEWS_H
#define SQLITE_VIEWS_H

#include "drivers/sqlite/sqlite_rebuild.h"

/* Whether a name stands in something. */
typedef struct dn_sqlite_mention {
    dunlin_string name;
    bool found;
    bool owns; /* a trigger that is of it */
} dn_sqlite_mention;

/* Of a fact's definition: a visitor, whose context is a dn_sqlite_mention. */
int32_t dn_sqlite_look_for_mention(const dunlin_fact *fact, void *context);
/* Most tables have no view, and reading all views for each would take long where there are many. */
bool dn_sqlite_may_have_views(dn_sqlite_rendering *work, dunlin_string name);
int32_t dn_sqlite_read_views(dn_sqlite_rendering *work);
dn_sqlite_view *dn_sqlite_find_view(const dn_sqlite_rendering *work, dunlin_string name);
/* The query as it was stored, where its fact has left out names that say nothing new: a rename below the
 * view writes another name in front of them, and they stay. */
void dn_sqlite_keep_names(dn_sqlite_rendering *work, dunlin_string written, dn_kit_properties *set);
int32_t dn_sqlite_rename_view(dn_sqlite_rendering *work, const dunlin_operation *operation);

#endif
