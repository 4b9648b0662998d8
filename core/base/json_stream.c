/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "core/base/arena.h"
#include "core/base/json.h"
#include "core/base/json_place.h"

enum { PLAIN_MEMBERS = 8 };

typedef cJSON *json_tree;
static void
json_tree_cleanup(json_tree *tree)
{
    cJSON_Delete(*tree);
}

/* One pass over one text. */
typedef struct stream_reading {
    const dn_json_stream *stream;
    dn_json_scan scan;
    dn_json_lines lines;
    cJSON *names; /* an object with the root's names, in their order; the values mean nothing */
    dn_error *error;
} stream_reading;

static int
fail_syntax(stream_reading *reading)
{
    return dn_json_scan_fail(&reading->lines, &reading->scan, reading->stream->id, reading->error);
}

/* Takes one value and builds its tree; NULL after an error. */
static cJSON *
take_value(stream_reading *reading, size_t *start)
{
    dn_auto(json_tree) value = NULL;
    cJSON *taken;

    *start = reading->scan.at;
    if (dn_json_scan_value(&reading->scan) < 0) {
        fail_syntax(reading);
        return NULL;
    }
    value = cJSON_ParseWithLength(reading->scan.text + *start, reading->scan.at - *start);
    if (!value) {
        dn_no_memory(reading->error);
        return NULL;
    }
    if (dn_json_check_names(&reading->lines, *start, value, reading->stream->id, reading->error) <
        0)
        return NULL;
    taken = value;
    value = NULL;
    return taken;
}

/* 1: the element is not plain, or not to be read so, and wants its tree. */
static int
read_plain(stream_reading *reading)
{
    const dn_json_stream *stream = reading->stream;
    dn_json_scan before = reading->scan;
    dn_json_member members[PLAIN_MEMBERS];
    int count = stream->plain ? dn_json_scan_plain(&reading->scan, members, PLAIN_MEMBERS) : -1;
    int answer;

    if (count < 0)
        return 1;
    answer = stream->plain(members, (size_t)count, dn_json_lines_place(&reading->lines, before.at),
                           stream->context, reading->error);
    if (answer == 1)
        reading->scan = before;
    return answer;
}

static int
read_tree(stream_reading *reading)
{
    const dn_json_stream *stream = reading->stream;
    size_t start;
    dn_auto(json_tree) value = take_value(reading, &start);

    if (!value)
        return -1;
    if (!stream->element)
        return 0;
    return stream->element(value, dn_json_lines_place(&reading->lines, start), start,
                           reading->scan.at - start, stream->context, reading->error);
}

static int
read_element(stream_reading *reading)
{
    int answer = read_plain(reading);

    return answer == 1 ? read_tree(reading) : answer;
}

static int
read_array(stream_reading *reading)
{
    dn_json_scan *scan = &reading->scan;
    int more;

    if (!dn_json_scan_is(scan, '[')) {
        scan->problem = "expected an array";
        return fail_syntax(reading);
    }
    for (more = dn_json_scan_open(scan); more > 0; more = dn_json_scan_next(scan, ']'))
        if (read_element(reading) < 0)
            return -1;
    return more < 0 ? fail_syntax(reading) : 0;
}

static int
read_other(stream_reading *reading, const char *name)
{
    const dn_json_stream *stream = reading->stream;
    size_t start;
    dn_auto(json_tree) value = take_value(reading, &start);

    if (!value)
        return -1;
    if (!stream->other)
        return 0;
    return stream->other(name, value, dn_json_lines_place(&reading->lines, start), stream->context,
                         reading->error);
}

/* The name of the member that is next, without its escapes; kept in reading->names. */
static const char *
take_name(stream_reading *reading)
{
    dn_json_scan *scan = &reading->scan;
    size_t start = scan->at;
    size_t end;
    dn_auto(json_tree) name = NULL;
    cJSON *mark;

    if (dn_json_scan_name(scan) < 0) {
        fail_syntax(reading);
        return NULL;
    }
    end = scan->at;
    while (scan->text[end - 1] != '"')
        end--;
    name = cJSON_ParseWithLength(scan->text + start, end - start);
    mark = name ? cJSON_AddNullToObject(reading->names, name->valuestring) : NULL;
    if (!mark) {
        dn_no_memory(reading->error);
        return NULL;
    }
    return mark->string;
}

static int
read_members(stream_reading *reading)
{
    dn_json_scan *scan = &reading->scan;
    int more;

    for (more = dn_json_scan_open(scan); more > 0; more = dn_json_scan_next(scan, '}')) {
        const char *name = take_name(reading);
        int result;

        if (!name)
            return -1;
        result = strcmp(name, reading->stream->array) == 0 ? read_array(reading)
                                                           : read_other(reading, name);
        if (result < 0)
            return -1;
    }
    return more < 0 ? fail_syntax(reading) : 0;
}

int
dn_json_read_stream(const dn_json_stream *stream, const char *text, size_t length, dn_error *error)
{
    dn_auto(json_tree) names = cJSON_CreateObject();
    bool bom = dn_json_has_bom(text, length);
    size_t start = bom ? DN_JSON_BOM : 0;
    stream_reading reading = {
        .stream = stream,
        .scan = {.text = text, .length = length, .at = start},
        .lines = dn_json_lines_of(stream->name, text, length, bom),
        .names = names,
        .error = error,
    };

    if (stream->bom)
        *stream->bom = bom;
    if (!names)
        return dn_no_memory(error);
    if (dn_json_check_bytes(&reading.lines, stream->id, error) < 0)
        return -1;
    dn_json_scan_blank(&reading.scan);
    if (!dn_json_scan_is(&reading.scan, '{')) {
        reading.scan.problem = "expected an object";
        return fail_syntax(&reading);
    }
    if (read_members(&reading) < 0)
        return -1;
    if (dn_json_scan_end(&reading.scan) < 0)
        return fail_syntax(&reading);
    return dn_json_check_names(&reading.lines, start, names, stream->id, error);
}
