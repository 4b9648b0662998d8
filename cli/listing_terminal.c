/* SPDX-License-Identifier: MIT
 *
 * A table on a terminal: as wide as that is.
 */
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "cli/listing.h"

static int
add_columns(const dn_listing *listing, struct libscols_table *table)
{
    static const int flags[] = {
        [DN_FIT_WHOLE] = 0, [DN_FIT_RIGHT] = SCOLS_FL_RIGHT, [DN_FIT_CUT] = SCOLS_FL_TRUNC};

    for (const dn_column *column = listing->columns; column->title; column++)
        if (!scols_table_new_column(table, column->title, 0, flags[column->fit]))
            return -1;
    return 0;
}

static int
add_line(const dn_listing *listing, size_t number, struct libscols_table *table)
{
    struct libscols_line *line = scols_table_new_line(table, NULL);

    if (!line)
        return -1;
    for (size_t column = 0; column < listing->column_count; column++) {
        dn_style style = dn_cli_listing_at(listing, number, column)->style;

        if (scols_line_set_data(line, column, dn_cli_listing_text(listing, number, column)) != 0)
            return -1;
        if (style != DN_STYLE_PLAIN)
            scols_cell_set_color(scols_line_get_cell(line, column), dn_cli_sequences[style]);
    }
    return 0;
}

/* The heading is the first line; each further one is a line of the table, as no cell wraps. */
static void
put_with_notes(const dn_listing *listing, const char *text)
{
    for (size_t line = 0; *text && line < listing->lines; line++) {
        size_t length = strcspn(text, "\n");

        fprintf(listing->output->out, "%.*s\n", (int)length, text);
        dn_cli_listing_put_note(listing, line);
        text += length + (text[length] != '\0');
    }
}

static int
fill(const dn_listing *listing, struct libscols_table *table)
{
    const dn_output *output = listing->output;
    char *text = NULL;

    scols_table_enable_colors(table, output->color_out);
    scols_table_enable_noencoding(table, 1); /* harmless it is already */
    scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
    scols_table_set_termwidth(table, dn_cli_width(output->out));
    if (add_columns(listing, table) < 0)
        return -1;
    for (size_t line = 1; line < listing->lines; line++)
        if (add_line(listing, line, table) < 0)
            return -1;
    if (scols_print_table_to_string(table, &text) != 0)
        return -1;
    put_with_notes(listing, text);
    free(text);
    return 0;
}

int
dn_cli_listing_put_on_terminal(const dn_listing *listing)
{
    struct libscols_table *table;
    int answer = -1;

    dn_cli_listing_choose_locale();
    table = scols_new_table();
    if (table)
        answer = fill(listing, table);
    scols_unref_table(table);
    return answer;
}
