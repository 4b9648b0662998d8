/* SPDX-License-Identifier: MIT
 *
 * Definitions as the catalog keeps them, in a spelling that can be compared within a script: small
 * letters, names without quotes, no comments, blanks only between words. Texts in quotes stay.
 */
#ifndef DN_SQLITE_SAID_H
#define DN_SQLITE_SAID_H

#include "drivers/kit/kit.h"

/* Makes temp.dunlin_said (type, name, tbl_name, said), for all that main has. What stands between the
 * outer parentheses of a definition has a line for each element, comma included. */
void dn_sqlite_write_said(dn_kit_text *text);
/* The same of a text that is known: in one line. */
void dn_sqlite_say_plain(dn_kit_text *text, dunlin_string sql);

#endif
