/* SPDX-License-Identifier: MIT
 *
 * What other tools write into their files to say which part goes up and which goes down. A file
 * tells by itself whose marks it has, so that it reads the same once dunlin has taken over.
 */
#ifndef DN_JOURNAL_MARKUP_H
#define DN_JOURNAL_MARKUP_H

#include "core/journal/journal.h"

typedef struct dn_markup {
    bool marked;         /* parts of the text are not to be run */
    bool no_transaction; /* the file says that it fits none */
} dn_markup;

/* Whose marks a text begins with, among its first comments. False: nobody's. */
bool dn_markup_owner(const char *text, size_t length, dn_layout *layout);
/* What the marks of a migration's text say; errors for those that ask for what cannot be done here,
 * with file and line: markup.*. */
int dn_markup_read(const dn_migration *migration, const char *text, size_t length,
                   dn_markup *markup, dn_error *error);
/* Writes blanks over what is not to be run; lines and columns stay. */
void dn_markup_blank(char *text, size_t length);

#endif
