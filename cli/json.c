/* SPDX-License-Identifier: MIT */
#include "cli/json.h"

#include <string.h>

#include "cli/format.h"

static void
put_string(FILE *stream, const char *text)
{
    static const char escapes[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* character, its letter */

    putc('"', stream);
    for (size_t length; *text; text += length) {
        const char *escape = NULL;

        length = dn_cli_utf8_length(text);
        for (size_t i = 0; escapes[i] && !escape; i += 2)
            if (escapes[i] == *text)
                escape = &escapes[i + 1];
        if (escape)
            fprintf(stream, "\\%c", *escape);
        else if (length == 0)
            fputs("\\ufffd", stream);
        else if ((unsigned char)*text < 0x20)
            fprintf(stream, "\\u%04x", (unsigned char)*text);
        else
            fwrite(text, 1, length, stream);
        length = length ? length : 1;
    }
    putc('"', stream);
}

static void
begin(dn_json_writer *json, const char *name)
{
    if (json->comma)
        putc(',', json->stream);
    json->comma = true;
    if (name) {
        put_string(json->stream, name);
        putc(':', json->stream);
    }
}

void
dn_cli_json_open(dn_json_writer *json, const char *name, char bracket)
{
    begin(json, name);
    putc(bracket, json->stream);
    json->comma = false;
}

void
dn_cli_json_close(dn_json_writer *json, char bracket)
{
    putc(bracket, json->stream);
    json->comma = true;
}

void
dn_cli_json_text(dn_json_writer *json, const char *name, const char *text)
{
    begin(json, name);
    if (text)
        put_string(json->stream, text);
    else
        fputs("null", json->stream);
}

void
dn_cli_json_integer(dn_json_writer *json, const char *name, int64_t value)
{
    begin(json, name);
    fprintf(json->stream, "%lld", (long long)value);
}

void
dn_cli_json_boolean(dn_json_writer *json, const char *name, bool value)
{
    begin(json, name);
    fputs(value ? "true" : "false", json->stream);
}
