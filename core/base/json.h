/* SPDX-License-Identifier: MIT
 *
 * Reading JSON with places, and writing it. cJSON does the parsing; this module finds the line
 * and column of any node again when a message needs it, walks long arrays without building a
 * tree for all of them, and writes in a form we choose.
 */
#ifndef DN_BASE_JSON_H
#define DN_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "core/base/error.h"
#include "core/base/text.h"

typedef struct dn_json_place {
    size_t offset;
    unsigned line;   /* from 1 */
    unsigned column; /* in bytes, from 1 */
} dn_json_place;

/* A parsed document together with its text. */
typedef struct dn_json {
    const char *name; /* of the file, for messages; borrowed */
    char *text;       /* own copy; comments blanked when they are allowed */
    size_t length;
    bool bom; /* a byte order mark was skipped */
    cJSON *root;
} dn_json;

/* Parses. `comments` allows // and block comments. Duplicate member names, text after the document
 * and nesting deeper than 100 are errors. Syntax errors say name:line:column and what was
 * expected; id is the error id to use ("config.syntax"). */
int dn_json_parse(dn_json *json, const char *name, const char *text, size_t length, bool comments,
                  const char *id, dn_error *error);
void dn_json_free(dn_json *json);
static inline void
dn_json_cleanup(dn_json *json)
{
    dn_json_free(json);
}
/* Each of these walks the text from its start: for messages, not for loops. The tree must still be
 * as it was parsed.
 * Where a node of the tree stands in the text: of the value, or of its member name. */
dn_json_place dn_json_value_place(const dn_json *json, const cJSON *node);
dn_json_place dn_json_name_place(const dn_json *json, const cJSON *node);
/* Fails with "name:line:column: ..." for this node; returns -1. */
int dn_json_fail(const dn_json *json, const cJSON *node, const char *id, dn_error *error,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));
/* "a string", "a number" ... for messages. */
const char *dn_json_kind(const cJSON *node);
/* True when the number is a whole one between -2^53 and 2^53, both excluded. */
bool dn_json_integer(const cJSON *node, int64_t *value);

/* A member of an object, read without a tree. */
typedef struct dn_json_member {
    const char *name; /* as it stands in the text, like a string: no NUL behind it */
    size_t name_length;
    enum { DN_JSON_STRING, DN_JSON_NUMBER, DN_JSON_WORD /* true, false or null */ } kind;
    const char *text; /* of a string */
    size_t length;
    int64_t number; /* of a number */
} dn_json_member;

/* A long document { ..., "array": [ e, e, ... ], ... } in one pass and little memory: `other` is
 * called for each other member, `element` for each element, with a tree that lives for the call
 * and the place where it starts; either may be NULL. `plain` gets an element first when it is an
 * object of a few plain values (no escapes, whole numbers from 0 on, nothing nested): much cheaper
 * than a tree; it returns 1 to be given the tree all the same. Each returns -1 to stop. Errors as above, at
 * the end at the latest, so what the callbacks saw counts only once this has returned 0. */
typedef struct dn_json_stream {
    const char *name;
    const char *array; /* member whose elements are streamed */
    const char *id;
    int (*other)(const char *name, const cJSON *value, dn_json_place place, void *context,
                 dn_error *error);
    int (*plain)(const dn_json_member *members, size_t count, dn_json_place place, void *context,
                 dn_error *error);
    int (*element)(const cJSON *value, dn_json_place place, size_t offset, size_t length,
                   void *context, dn_error *error);
    void *context;
    bool *bom; /* may be NULL: told whether there was a byte order mark */
} dn_json_stream;
int dn_json_read_stream(const dn_json_stream *stream, const char *text, size_t length,
                        dn_error *error);

void dn_json_add_string(dn_text *text, const char *data, size_t length); /* quoted and escaped */

#endif
