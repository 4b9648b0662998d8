/* SPDX-License-Identifier: MIT */
#include <langinfo.h>
#include <libsmartcols.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "cli/format.h"
#include "cli/output.h"

enum { NOTE_INDENT = 4 };

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
    static const int flags[] = {
        [DN_FIT_WHOLE] = 0, [DN_FIT_RIGHT] = SCOLS_FL_RIGHT, [DN_FIT_CUT] = SCOLS_FL_TRUNC};

    choose_locale();
    memset(listing, 0, sizeof(*listing));
    listing->output = output;
    listing->table = scols_new_table();
    listing->failed = !listing->table;
    if (listing->failed)
        return;
    scols_table_enable_colors(listing->table, output->color_out);
    if (output->terminal_out) {
        scols_table_set_termforce(listing->table, SCOLS_TERMFORCE_ALWAYS);
        scols_table_set_termwidth(listing->table, dn_cli_width(output->out));
    } else {
        scols_table_set_termforce(listing->table, SCOLS_TERMFORCE_NEVER);
    }
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
    listing->lines++;
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
dn_cli_listing_note(dn_listing *listing, const char *text)
{
    size_t need = listing->lines;

    if (listing->failed || !text || need == 0)
        return;
    if (need > listing->notes_capacity) {
        size_t capacity = need * 2 + 16;
        char **notes = realloc(listing->notes, capacity * sizeof(*notes));

        if (!notes) {
            listing->failed = true;
            return;
        }
        for (size_t i = listing->notes_capacity; i < capacity; i++)
            notes[i] = NULL;
        listing->notes = notes;
        listing->notes_capacity = capacity;
    }
    free(listing->notes[need - 1]);
    listing->notes[need - 1] = strdup(text);
    listing->failed = !listing->notes[need - 1];
}

/* Characters up to the next space or line end, and their bytes. */
static size_t
measure_word(const char *text, size_t *bytes)
{
    size_t characters = 0;

    *bytes = 0;
    while (text[*bytes] && text[*bytes] != ' ' && text[*bytes] != '\n') {
        size_t length = dn_cli_utf8_length(text + *bytes);

        *bytes += length ? length : 1;
        characters++;
    }
    return characters;
}

static void
put_note(FILE *out, const char *text, size_t width)
{
    size_t column = 0;
    size_t bytes;
    char *word;

    for (; *text; text += bytes + (text[bytes] != '\0')) {
        size_t characters = measure_word(text, &bytes);

        if (column == 0 || column + 1 + characters > width) {
            fprintf(out, "%s%*s", column == 0 ? "" : "\n", NOTE_INDENT, "");
            column = NOTE_INDENT;
        } else {
            putc(' ', out);
            column++;
        }
        word = strndup(text, bytes);
        dn_cli_put(out, word, NOTE_INDENT);
        free(word);
        column += characters;
    }
    putc('\n', out);
}

/* The heading is the first line; each further one is a line of the table, as no cell wraps. */
static void
put_with_notes(dn_listing *listing)
{
    FILE *out = listing->output->out;
    size_t width = dn_cli_width(out);
    size_t line = 0;

    for (const char *text = listing->text; *text; line++) {
        size_t length = strcspn(text, "\n");

        fprintf(out, "%.*s\n", (int)length, text);
        if (line > 0 && line <= listing->notes_capacity && listing->notes[line - 1])
            put_note(out, listing->notes[line - 1], width);
        text += length + (text[length] != '\0');
    }
}

void
dn_cli_listing_end(dn_listing *listing)
{
    if (!listing->failed && !listing->notes) {
        scols_table_set_stream(listing->table, listing->output->out);
        listing->failed = scols_print_table(listing->table) != 0;
    } else if (!listing->failed) {
        listing->failed = scols_print_table_to_string(listing->table, &listing->text) != 0;
        if (!listing->failed)
            put_with_notes(listing);
    }
    if (listing->failed)
        dn_cli_warning(listing->output, "the table could not be printed: out of memory");
    for (size_t i = 0; i < listing->notes_capacity; i++)
        free(listing->notes[i]);
    free(listing->notes);
    free(listing->text);
    scols_unref_table(listing->table);
}
