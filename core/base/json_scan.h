/* SPDX-License-Identifier: MIT
 *
 * Private to core/base: walks JSON text by the letter of RFC 8259 without building anything.
 * It finds every syntax error itself, so that cJSON, which is lenient and knows no lines, only
 * ever sees text that is right.
 */
#ifndef DN_BASE_JSON_SCAN_H
#define DN_BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/json.h"

enum { DN_JSON_DEPTH = 100, DN_JSON_DIGITS = 60 /* cJSON reads no more digits */ };

/* Every function returns 0 with `at` behind what it took, or -1 with `problem` set and `at` where
 * it stands. */
typedef struct dn_json_scan {
    const char *text;
    size_t length;
    size_t at;
    unsigned depth;      /* of the containers that are open */
    const char *problem; /* words for a message, or NULL */
} dn_json_scan;

void dn_json_scan_blank(dn_json_scan *scan);
bool dn_json_scan_is(const dn_json_scan *scan, char c); /* is this the next byte? */
int dn_json_scan_string(dn_json_scan *scan);
int dn_json_scan_value(dn_json_scan *scan); /* any value, whole */
/* Into a container whose '{' or '[' is next, and over blanks. 1: it holds something, 0: it was
 * empty and is closed. */
int dn_json_scan_open(dn_json_scan *scan);
/* Behind a value in a container: over ',' (1) or the closing `close` (0). */
int dn_json_scan_next(dn_json_scan *scan, char close);
/* A member's name and colon, up to its value. */
int dn_json_scan_name(dn_json_scan *scan);
/* An object whose members are all plain: strings without escapes, whole numbers of few digits, and
 * true, false and null. Returns the number of members, or -1 when it is another kind of value (right or wrong), and `at`
 * stays where it was. */
int dn_json_scan_plain(dn_json_scan *scan, dn_json_member *members, int most);
/* Nothing but blanks may be left. */
int dn_json_scan_end(dn_json_scan *scan);

#endif
