/* SPDX-License-Identifier: MIT
 *
 * Values as people read them, and text that cannot upset a terminal.
 */
#ifndef DN_CLI_FORMAT_H
#define DN_CLI_FORMAT_H

#include <stdint.h>
#include <stdio.h>

enum { DN_FORMAT_SIZE = 40 };

void dn_cli_format_duration(int64_t us, char out[DN_FORMAT_SIZE]); /* "1.2 ms", "2 min 5 s" */
void dn_cli_format_bytes(int64_t bytes, char out[DN_FORMAT_SIZE]); /* "512 bytes", "1.4 MB" */
/* "2026-11-23T10:54:10.123456Z" as "2026-11-23 10:54:10"; other text as it is; NULL: "". */
void dn_cli_format_time(const char *iso, char out[DN_FORMAT_SIZE]);
/* Writes text with control characters shown as \x1b and what is no UTF-8 likewise; lines after
 * the first are indented. NULL writes nothing. */
void dn_cli_put(FILE *stream, const char *text, int indent);

/* Length of the UTF-8 sequence that starts here, 0 when there is none. */
size_t dn_cli_utf8_length(const char *text);

#endif
