/* SPDX-License-Identifier: MIT */
#include "cli/source.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/format.h"

/* Longer ones are rows of data, or no text for people. */
enum { WIDEST = 400 };

/* "FILE:LINE:COLUMN: ..." */
typedef struct place {
    char path[sizeof((dunlin_error *)NULL)->message];
    unsigned long line;
    unsigned long column; /* in bytes, from 1 */
} place;

static bool
take_number(const char **at, unsigned long *number)
{
    char *end;

    if (**at < '1' || **at > '9')
        return false;
    *number = strtoul(*at, &end, 10);
    *at = end;
    return true;
}

/* The first colon that a line and a column follow. */
static bool
find_place(const char *message, place *found)
{
    for (const char *at = strchr(message, ':'); at; at = strchr(at + 1, ':')) {
        const char *number = at + 1;

        if (!take_number(&number, &found->line) || *number++ != ':' ||
            !take_number(&number, &found->column) || strncmp(number, ": ", 2) != 0)
            continue;
        snprintf(found->path, sizeof found->path, "%.*s", (int)(at - message), message);
        return true;
    }
    return false;
}

static bool
read_line(const place *wanted, char *line, size_t size)
{
    FILE *file = fopen(wanted->path, "re");
    unsigned long number = 0;
    bool whole = true; /* what was read before ended a line */

    if (!file)
        return false;
    while (number < wanted->line && fgets(line, (int)size, file)) {
        number += whole;
        whole = strchr(line, '\n') != NULL;
    }
    fclose(file);
    if (number < wanted->line || (!whole && strlen(line) + 1 == size))
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    return true;
}

void
dn_cli_caret(FILE *stream, const char *lead, const char *line, int64_t column)
{
    fputs(lead, stream);
    dn_cli_put(stream, line, 0);
    putc('\n', stream);
    fputs(lead, stream);
    /* Bytes of one character take one column. */
    for (int64_t i = 0; i + 1 < column && line[i]; i++)
        if (((unsigned char)line[i] & 0xc0) != 0x80)
            putc(line[i] == '\t' ? '\t' : ' ', stream);
    fputs("^\n", stream);
}

void
dn_cli_source(FILE *stream, const dunlin_error *error)
{
    static const char *const about_sql[] = {"lex.", "script.", "translate."};
    char line[WIDEST];
    place found;

    for (size_t i = 0; i < sizeof about_sql / sizeof *about_sql; i++)
        if (strncmp(error->id, about_sql[i], strlen(about_sql[i])) == 0 &&
            find_place(error->message, &found) && read_line(&found, line, sizeof line))
            dn_cli_caret(stream, "        ", line, (int64_t)found.column);
}
