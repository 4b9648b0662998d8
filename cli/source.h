/* SPDX-License-Identifier: MIT
 *
 * The line of SQL that something is said of.
 */
#ifndef DN_CLI_SOURCE_H
#define DN_CLI_SOURCE_H

#include <stdint.h>
#include <stdio.h>

#include <dunlin/dunlin.h>

/* The line behind `lead`, and below it a caret under its byte `column`, from 1. */
void dn_cli_caret(FILE *stream, const char *lead, const char *line, int64_t column);

/* Of an error in a file of SQL that begins with its place; nothing where the file is not to be had. */
void dn_cli_source(FILE *stream, const dunlin_error *error);

#endif
