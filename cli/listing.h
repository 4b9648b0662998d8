/* SPDX-License-Identifier: MIT
 *
 * Private to the tables of output.h: what one holds before it is printed.
 */
#ifndef DN_CLI_LISTING_H
#define DN_CLI_LISTING_H

#include "cli/output.h"

struct dn_listing_cell {
    size_t text;  /* where it begins in the listing's; 0: it is empty */
    size_t width; /* in columns of a terminal */
    dn_style style;
};

/* Of a line, 0 being the heading; column_count is the note's. */
static inline struct dn_listing_cell *
dn_cli_listing_at(const dn_listing *listing, size_t line, size_t column)
{
    return &listing->cells[line * (listing->column_count + 1) + column];
}

static inline const char *
dn_cli_listing_text(const dn_listing *listing, size_t line, size_t column)
{
    return listing->text + dn_cli_listing_at(listing, line, column)->text;
}

/* The library measures text by the locale; ours is UTF-8 always. */
void dn_cli_listing_choose_locale(void);
void dn_cli_listing_put_note(const dn_listing *listing, size_t line);
/* listing_terminal.c: 0, or -1 when out of memory. */
int dn_cli_listing_put_on_terminal(const dn_listing *listing);

#endif
