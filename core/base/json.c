/* SPDX-License-Identifier: MIT */
#include "core/base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/arena.h"
#include "core/base/json_place.h"

static bool
starts_with(const dn_json_scan *scan, const char *what)
{
    return scan->length - scan->at >= 2 && memcmp(scan->text + scan->at, what, 2) == 0;
}

/* Behind a quoted string, or to the end of the text when it is not closed. */
static void
skip_string(dn_json_scan *scan)
{
    for (scan->at++; scan->at < scan->length && scan->text[scan->at] != '"'; scan->at++)
        if (scan->text[scan->at] == '\\' && scan->at + 1 < scan->length)
            scan->at++;
    if (scan->at < scan->length)
        scan->at++;
}

/* Puts blanks where comments are, so that every offset stays what it was. */
static int
blank_comments(char *text, size_t length, dn_json_scan *scan)
{
    *scan = (dn_json_scan){.text = text, .length = length};
    while (scan->at < length) {
        size_t start = scan->at;
        const char *end;

        if (text[start] == '"') {
            skip_string(scan);
            continue;
        }
        if (starts_with(scan, "//")) {
            end = memchr(text + start, '\n', length - start);
            scan->at = end ? (size_t)(end - text) : length;
        } else if (starts_with(scan, "/*")) {
            end = memmem(text + start + 2, length - start - 2, "*/", 2);
            if (!end) {
                scan->problem = "a comment that is not closed";
                return -1;
            }
            scan->at = (size_t)(end - text) + 2;
        } else {
            scan->at++;
            continue;
        }
        for (size_t i = start; i < scan->at; i++)
            if (text[i] != '\n')
                text[i] = ' ';
    }
    return 0;
}

static int
check_syntax(dn_json_scan *scan)
{
    dn_json_scan_blank(scan);
    if (dn_json_scan_value(scan) < 0)
        return -1;
    return dn_json_scan_end(scan);
}

static int
parse_text(dn_json *json, bool comments, const char *id, dn_error *error)
{
    dn_json_lines lines;
    dn_json_scan scan;

    lines = dn_json_lines_of(json->name, json->text, json->length, json->bom);
    if (dn_json_check_bytes(&lines, id, error) < 0)
        return -1;
    if (json->bom)
        memset(json->text, ' ', DN_JSON_BOM);
    if (comments && blank_comments(json->text, json->length, &scan) < 0)
        return dn_json_scan_fail(&lines, &scan, id, error);
    scan = (dn_json_scan){.text = json->text, .length = json->length};
    if (check_syntax(&scan) < 0) {
        if (!comments && (starts_with(&scan, "//") || starts_with(&scan, "/*")))
            scan.problem = "comments are not allowed here";
        return dn_json_scan_fail(&lines, &scan, id, error);
    }
    /* The text is right, so that only memory can be missing now. */
    json->root = cJSON_ParseWithLength(json->text, json->length);
    if (!json->root)
        return dn_no_memory(error);
    return dn_json_check_names(&lines, 0, json->root, id, error);
}

int
dn_json_parse(dn_json *json, const char *name, const char *text, size_t length, bool comments,
              const char *id, dn_error *error)
{
    *json = (dn_json){.name = name};
    json->text = length < SIZE_MAX ? dn_malloc(length + 1) : NULL;
    if (!json->text)
        return dn_no_memory(error);
    if (length)
        memcpy(json->text, text, length);
    json->text[length] = '\0';
    json->length = length;
    json->bom = dn_json_has_bom(text, length);
    if (parse_text(json, comments, id, error) < 0) {
        dn_json_free(json);
        return -1;
    }
    return 0;
}

void
dn_json_free(dn_json *json)
{
    free(json->text);
    cJSON_Delete(json->root);
    *json = (dn_json){.name = json->name};
}

static dn_json_offsets
offsets_of(const dn_json *json, const cJSON *node)
{
    return dn_json_find(json->text, json->length, 0, json->root, node);
}

static dn_json_place
place_of(const dn_json *json, size_t offset)
{
    dn_json_lines lines = dn_json_lines_of(json->name, json->text, json->length, json->bom);

    return dn_json_lines_place(&lines, offset);
}

dn_json_place
dn_json_value_place(const dn_json *json, const cJSON *node)
{
    return place_of(json, offsets_of(json, node).value);
}

dn_json_place
dn_json_name_place(const dn_json *json, const cJSON *node)
{
    return place_of(json, offsets_of(json, node).name);
}

int
dn_json_fail(const dn_json *json, const cJSON *node, const char *id, dn_error *error,
             const char *format, ...)
{
    dn_json_place place = dn_json_value_place(json, node);
    char words[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    return dn_fail(error, DUNLIN_USAGE, id, "%s:%u:%u: %s", json->name, place.line, place.column,
                   words);
}

const char *
dn_json_kind(const cJSON *node)
{
    switch (node ? node->type & 0xFF : cJSON_Invalid) {
    case cJSON_Object: return "an object";
    case cJSON_Array: return "an array";
    case cJSON_String: return "a string";
    case cJSON_Number: return "a number";
    case cJSON_True: return "true";
    case cJSON_False: return "false";
    case cJSON_NULL: return "null";
    default: return "nothing";
    }
}

bool
dn_json_integer(const cJSON *node, int64_t *value)
{
    const double limit = 9007199254740992.0; /* 2^53: from here on neighbours round together */

    if (!cJSON_IsNumber(node) || !(node->valuedouble > -limit && node->valuedouble < limit))
        return false;
    if ((double)(int64_t)node->valuedouble != node->valuedouble)
        return false;
    *value = (int64_t)node->valuedouble;
    return true;
}

/* JavaScript's JSON.stringify escapes the same characters the same way. What is not UTF-8 becomes
 * U+FFFD, as JSON cannot hold it. */
void
dn_json_add_string(dn_text *text, const char *data, size_t length)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    size_t done = 0;
    size_t valid = dn_utf8_prefix(data, length);

    dn_text_add_char(text, '"');
    for (size_t at = 0; at < length; at++) {
        unsigned char c = (unsigned char)data[at];
        const char *named;

        if (at == valid) {
            dn_text_add(text, data + done, at - done);
            dn_text_add_string(text, replacement);
            done = at + 1;
            valid = done + dn_utf8_prefix(data + done, length - done);
            continue;
        }
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        dn_text_add(text, data + done, at - done);
        done = at + 1;
        named = c ? strchr("\"\"\\\\\bb\ff\nn\rr\tt", c) : NULL;
        if (named)
            dn_text_printf(text, "\\%c", named[1]);
        else
            dn_text_printf(text, "\\u%04x", c);
    }
    if (done < length) /* an empty text may have no address */
        dn_text_add(text, data + done, length - done);
    dn_text_add_char(text, '"');
}
