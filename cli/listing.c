/* SPDX-License-Identifier: MIT */
#include <langinfo.h>
#include <libsmartcols.h>
#include <locale.h>
#include <string.h>

#include "cli/output.h"

/* The library measures text by the locale; ours is UTF-8 always. */
static void
choose_locale(void)
{
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

void
dn_cli_listing_begin(dn_listing *listing, dn_output *output, const dn_column *columns)
{
    static const int flags[] = {[DN_FIT_WHOLE] = 0,
                                [DN_FIT_RIGHT] = SCOLS_FL_RIGHT,
                                [DN_FIT_CUT] = SCOLS_FL_TRUNC,
                                [DN_FIT_WRAP] = SCOLS_FL_WRAP};

    choose_locale();
    memset(listing, 0, sizeof(*listing));
    listing->output = output;
    listing->table = scols_new_table();
    listing->failed = !listing->table;
    if (listing->failed)
        return;
    scols_table_enable_colors(listing->table, output->color_out);
    scols_table_set_stream(listing->table, output->out);
    scols_table_set_termforce(listing->table, output->terminal_out ? SCOLS_TERMFORCE_ALWAYS
                                                                   : SCOLS_TERMFORCE_NEVER);
    for (; columns->title; columns++)
        if (!scols_table_new_column(listing->table, columns->title, 0, flags[columns->fit]))
            listing->failed = true;
}

void
dn_cli_listing_line(dn_listing *listing)
{
    if (listing->failed)
        return;
    listing->line = scols_table_new_line(listing->table, NULL);
    listing->failed = !listing->line;
}

void
dn_cli_listing_cell(dn_listing *listing, size_t column, const char *text, dn_style style)
{
    struct libscols_cell *cell;

    if (listing->failed)
        return;
    if (scols_line_set_data(listing->line, column, text ? text : "") != 0) {
        listing->failed = true;
        return;
    }
    cell = scols_line_get_cell(listing->line, column);
    if (cell && style != DN_STYLE_PLAIN)
        scols_cell_set_color(cell, dn_cli_sequences[style]);
}

void
dn_cli_listing_end(dn_listing *listing)
{
    if (!listing->failed && scols_print_table(listing->table) != 0)
        listing->failed = true;
    if (listing->failed)
        dn_cli_warning(listing->output, "the table could not be printed: out of memory");
    scols_unref_table(listing->table);
}
