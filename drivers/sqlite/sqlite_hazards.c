/* SPDX-License-Identifier: MIT
 *
 * What this database does to texts and times.
 */
#include "drivers/sqlite/sqlite_local.h"

static const char query[] =
    "SELECT 'charset', encoding <> 'UTF-8', 'texts are kept as ' || encoding, "
    "CASE WHEN encoding <> 'UTF-8' THEN 'it is chosen when a file is new: make one with PRAGMA "
    "encoding = ''UTF-8'' and load a dump of this one into it' END FROM pragma_encoding "
    "UNION ALL "
    "SELECT 'clock', n > 0, CASE WHEN n > 0 THEN n || ' object' || CASE n WHEN 1 THEN ' asks' "
    "ELSE 's ask' END || ' for local time (' || first || '): each machine has its own' "
    "ELSE 'CURRENT_TIMESTAMP is UTC, and nothing asks for local time' END, "
    "CASE WHEN n > 0 THEN 'leave ''localtime'' to the program that shows it' END "
    "FROM (SELECT count(*) AS n, min(name) AS first FROM main.sqlite_master "
    "WHERE sql LIKE '%''localtime''%')";

int32_t
dn_sqlite_hazards(const dunlin_call *call, const dunlin_profile *profile)
{
    DN_KIT_UNUSED(profile);
    return call->host->text(call, dn_kit_string(query));
}
