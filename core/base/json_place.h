/* SPDX-License-Identifier: MIT
 *
 * Private to core/base: from offsets and tree nodes to places, and what dn_json_parse() and
 * dn_json_read_stream() check alike.
 */
#ifndef DN_BASE_JSON_PLACE_H
#define DN_BASE_JSON_PLACE_H

#include "core/base/json.h"
#include "core/base/json_scan.h"

enum { DN_JSON_BOM = 3 /* bytes of a byte order mark */ };

/* Finds places in one text; quick as long as the offsets asked for grow. */
typedef struct dn_json_lines {
    const char *name;
    const char *text;
    size_t length;
    bool bom; /* the mark takes no column */
    size_t counted;
    size_t line_start;
    unsigned line;
} dn_json_lines;

dn_json_lines dn_json_lines_of(const char *name, const char *text, size_t length, bool bom);
dn_json_place dn_json_lines_place(dn_json_lines *lines, size_t offset);

bool dn_json_has_bom(const char *text, size_t length);
/* NUL bytes and what is not UTF-8. */
int dn_json_check_bytes(dn_json_lines *lines, const char *id, dn_error *error);
/* "name:line:column: <the scan's problem>"; returns -1. */
int dn_json_scan_fail(dn_json_lines *lines, const dn_json_scan *scan, const char *id,
                      dn_error *error);

/* Where `node` of the tree `root` stands, whose text begins at `start`. */
typedef struct dn_json_offsets {
    size_t value;
    size_t name; /* = value for what has no name */
} dn_json_offsets;
dn_json_offsets dn_json_find(const char *text, size_t length, size_t start, const cJSON *root,
                             const cJSON *node);

/* Fails when an object somewhere in the tree has two members of one name. */
int dn_json_check_names(dn_json_lines *lines, size_t start, const cJSON *root, const char *id,
                        dn_error *error);

#endif
