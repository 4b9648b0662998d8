/* SPDX-License-Identifier: MIT
 *
 * Tables: collecting their cells, and printing them where there is no terminal to fit.
 */
#include "cli/listing.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "cli/format.h"

enum { NOTE_INDENT = 4, ESCAPE_BYTES = 4, FIRST_BYTES = 1024, FIRST_LINES = 16 };

/* --- text that cannot upset a table ----------------------------------------------------------- */

void
dn_cli_listing_choose_locale(void)
{
    if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
        return;
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

static bool
is_plain(char byte)
{
    return byte >= ' ' && byte <= '~';
}

/* Negative: it is not to be printed. */
static int
columns_of(const char *text, size_t length)
{
    mbstate_t state = {0};
    wchar_t wide;

    if (length < 2)
        return -1;
    dn_cli_listing_choose_locale();
    return mbrtowc(&wide, text, length, &state) == length ? wcwidth(wide) : -1;
}

/* `to` has room. Answers the bytes written. */
static size_t
copy_safely(char *to, const char *text, size_t *width)
{
    char *start = to;
    size_t length;

    for (*width = 0; *text; text += length) {
        int columns;

        length = 1;
        if (is_plain(*text)) {
            *to++ = *text;
            ++*width;
            continue;
        }
        length = dn_cli_utf8_length(text);
        columns = columns_of(text, length);
        length = length ? length : 1;
        if (columns >= 0) {
            memcpy(to, text, length);
            to += length;
            *width += (size_t)columns;
            continue;
        }
        for (size_t i = 0; i < length; i++, to += ESCAPE_BYTES)
            snprintf(to, ESCAPE_BYTES + 1, "\\x%02x", (unsigned char)text[i]);
        *width += length * ESCAPE_BYTES;
    }
    *to = '\0';
    return (size_t)(to - start) + 1;
}

/* --- collecting ------------------------------------------------------------------------------- */

/* Room for so many bytes more. */
static bool
make_room(dn_listing *listing, size_t bytes)
{
    size_t room = listing->room ? listing->room : FIRST_BYTES;
    char *text;

    while (room - listing->length < bytes)
        room *= 2;
    if (room == listing->room)
        return true;
    text = realloc(listing->text, room);
    listing->failed = !text;
    if (!text)
        return false;
    listing->text = text;
    listing->room = room;
    return true;
}

static bool
begin_line(dn_listing *listing)
{
    size_t stride = listing->column_count + 1;
    size_t capacity = listing->capacity ? listing->capacity * 2 : FIRST_LINES;
    struct dn_listing_cell *cells;

    if (listing->lines == listing->capacity) {
        cells = realloc(listing->cells, capacity * stride * sizeof *cells);
        listing->failed = !cells;
        if (!cells)
            return false;
        listing->cells = cells;
        listing->capacity = capacity;
    }
    memset(dn_cli_listing_at(listing, listing->lines++, 0), 0, stride * sizeof *cells);
    return true;
}

void
dn_cli_listing_line(dn_listing *listing)
{
    if (!listing->failed)
        begin_line(listing);
}

void
dn_cli_listing_cell(dn_listing *listing, size_t column, const char *text, dn_style style)
{
    struct dn_listing_cell *cell;

    if (listing->failed || !text || !make_room(listing, strlen(text) * ESCAPE_BYTES + 1))
        return;
    cell = dn_cli_listing_at(listing, listing->lines - 1, column);
    cell->style = style;
    cell->text = listing->length;
    listing->length += copy_safely(listing->text + listing->length, text, &cell->width);
}

void
dn_cli_listing_note(dn_listing *listing, const char *text)
{
    size_t bytes = text ? strlen(text) + 1 : 0;

    if (listing->failed || !bytes || !make_room(listing, bytes))
        return;
    dn_cli_listing_at(listing, listing->lines - 1, listing->column_count)->text = listing->length;
    memcpy(listing->text + listing->length, text, bytes);
    listing->length += bytes;
}

void
dn_cli_listing_begin(dn_listing *listing, dn_output *output, const dn_column *columns)
{
    *listing = (dn_listing){.output = output, .columns = columns};
    while (columns[listing->column_count].title)
        listing->column_count++;
    if (!make_room(listing, 1) || !begin_line(listing))
        return;
    listing->text[listing->length++] = '\0'; /* of all cells that are empty */
    for (size_t i = 0; i < listing->column_count; i++)
        dn_cli_listing_cell(listing, i, columns[i].title, DN_STYLE_PLAIN);
}

/* --- notes ------------------------------------------------------------------------------------ */

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

void
dn_cli_listing_put_note(const dn_listing *listing, size_t line)
{
    const char *text = dn_cli_listing_text(listing, line, listing->column_count);
    FILE *out = listing->output->out;
    size_t width = *text ? dn_cli_width(out) : 0;
    size_t column = 0;
    size_t bytes;
    char *word;

    if (!*text)
        return;
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

/* --- printing --------------------------------------------------------------------------------- */

static void
put_blanks(FILE *out, size_t count)
{
    static const char blanks[] = "                                ";

    for (; count >= sizeof blanks; count -= sizeof blanks - 1)
        fwrite(blanks, 1, sizeof blanks - 1, out);
    fwrite(blanks, 1, count, out);
}

static void
put_cell(const dn_listing *listing, size_t line, size_t column, size_t width)
{
    FILE *out = listing->output->out;
    const struct dn_listing_cell *cell = dn_cli_listing_at(listing, line, column);
    const char *text = listing->text + cell->text;
    size_t blanks = width - cell->width;
    bool right = listing->columns[column].fit == DN_FIT_RIGHT;
    bool last = column + 1 == listing->column_count;
    bool styled = listing->output->color_out && cell->style != DN_STYLE_PLAIN;

    put_blanks(out, right ? blanks : 0);
    if (styled)
        fputs(dn_cli_sequences[cell->style], out);
    fputs(text, out);
    if (styled)
        fputs("\033[0m", out);
    put_blanks(out, right || last ? 0 : blanks);
    putc(last ? '\n' : ' ', out);
}

static size_t
width_of_column(const dn_listing *listing, size_t column)
{
    size_t most = 0;

    for (size_t line = 0; line < listing->lines; line++) {
        size_t width = dn_cli_listing_at(listing, line, column)->width;

        most = width > most ? width : most;
    }
    return most;
}

static int
put_whole(const dn_listing *listing)
{
    size_t *widths = calloc(listing->column_count, sizeof *widths);

    if (!widths)
        return -1;
    for (size_t column = 0; column < listing->column_count; column++)
        widths[column] = width_of_column(listing, column);
    for (size_t line = 0; line < listing->lines; line++) {
        for (size_t column = 0; column < listing->column_count; column++)
            put_cell(listing, line, column, widths[column]);
        dn_cli_listing_put_note(listing, line);
    }
    free(widths);
    return 0;
}

void
dn_cli_listing_end(dn_listing *listing)
{
    if (!listing->failed)
        listing->failed = (listing->output->terminal_out ? dn_cli_listing_put_on_terminal(listing)
                                                         : put_whole(listing)) < 0;
    if (listing->failed)
        dn_cli_warning(listing->output, "the table could not be printed: out of memory");
    free(listing->cells);
    free(listing->text);
}
