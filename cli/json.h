/* SPDX-License-Identifier: MIT
 *
 * Writes the documents that the program makes itself (errors, its own description). Results of
 * the library come as JSON already.
 */
#ifndef DN_CLI_JSON_H
#define DN_CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct dn_json_writer {
    FILE *stream;
    bool comma; /* the next member or element needs one before it */
} dn_json_writer;

/* `name` is NULL inside an array and for the document itself. */
void dn_cli_json_open(dn_json_writer *json, const char *name, char bracket);     /* '{' or '[' */
void dn_cli_json_close(dn_json_writer *json, char bracket);                      /* '}' or ']' */
void dn_cli_json_text(dn_json_writer *json, const char *name, const char *text); /* NULL: null */
void dn_cli_json_integer(dn_json_writer *json, const char *name, int64_t value);
void dn_cli_json_boolean(dn_json_writer *json, const char *name, bool value);

#endif
