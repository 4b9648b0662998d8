/* SPDX-License-Identifier: MIT
 *
 * Everything the program prints goes through here: results on `out`, the rest on `err`.
 */
#ifndef DN_CLI_OUTPUT_H
#define DN_CLI_OUTPUT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <dunlin/dunlin.h>

struct libscols_table;

typedef enum dn_style {
    DN_STYLE_PLAIN,
    DN_STYLE_GOOD,
    DN_STYLE_WAIT,
    DN_STYLE_BAD,
    DN_STYLE_DIM,
    DN_STYLE_BOLD
} dn_style;
extern const char *const dn_cli_sequences[]; /* that switch a style on */

typedef struct dn_output {
    FILE *out;
    FILE *err;
    bool color_out;
    bool color_err;
    bool terminal_out;
    bool terminal_err;
    bool json;
    bool quiet;
    int verbose;      /* 1: info, 2: debug */
    int64_t began_ms; /* of the command, monotonic */
    int64_t drawn_ms; /* when the progress line was drawn last */
    bool drawn;       /* there is a progress line on the terminal */
} dn_output;

/* color: "auto", "always", "never" or NULL for auto. */
void dn_cli_output_init(dn_output *output, FILE *out, FILE *err, const char *color);

/* --- text: values are escaped (dn_cli_put), the words around them are not */
void dn_cli_put_styled(FILE *stream, bool color, dn_style style, const char *text);
void dn_cli_say(dn_output *output, dn_style style, const char *text); /* on out, no line end */
/* "label  value\n", nothing for a NULL value. */
void dn_cli_field(dn_output *output, const char *label, const char *value);

/* --- errors and events on err */
void dn_cli_error(dn_output *output, const dunlin_error *error);
void dn_cli_warning(dn_output *output, const char *text);
/* The dunlin-error/1 document, on out. */
void dn_cli_error_document(dn_output *output, const dunlin_error *error);

/* Callbacks for dunlin_options; context is the dn_output. */
void dn_cli_log(int32_t level, const char *line, void *context);
void dn_cli_progress(const char *what, int64_t done, int64_t total, void *context);
void dn_cli_progress_erase(dn_output *output);

/* Columns of the terminal that stream is; 80 when it does not say. */
size_t dn_cli_width(FILE *stream);

/* --- tables: cut or wrapped to the width of a terminal, full text elsewhere */
typedef enum dn_fit { DN_FIT_WHOLE, DN_FIT_RIGHT, DN_FIT_CUT } dn_fit;
typedef struct dn_column {
    const char *title; /* NULL ends a list */
    dn_fit fit;
} dn_column;
typedef struct dn_listing {
    dn_output *output;
    struct libscols_table *table;
    struct libscols_line *line; /* the last one */
    char *text;                 /* the table while it is printed into memory */
    char **notes;               /* by line */
    size_t lines;
    size_t notes_capacity;
    bool failed; /* out of memory */
} dn_listing;
void dn_cli_listing_begin(dn_listing *listing, dn_output *output, const dn_column *columns);
void dn_cli_listing_line(dn_listing *listing);
void dn_cli_listing_cell(dn_listing *listing, size_t column, const char *text, dn_style style);
/* A text of its own below the line, wrapped. */
void dn_cli_listing_note(dn_listing *listing, const char *text);
void dn_cli_listing_end(dn_listing *listing); /* prints and frees */

#endif
