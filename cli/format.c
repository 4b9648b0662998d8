/* SPDX-License-Identifier: MIT */
#include "cli/format.h"

#include <stdbool.h>
#include <string.h>

void
dn_cli_format_duration(int64_t us, char out[DN_FORMAT_SIZE])
{
    long long seconds = us / 1000000;

    if (us < 10000)
        snprintf(out, DN_FORMAT_SIZE, "%.1f ms", (double)us / 1000);
    else if (us < 1000000)
        snprintf(out, DN_FORMAT_SIZE, "%lld ms", (long long)us / 1000);
    else if (seconds < 60)
        snprintf(out, DN_FORMAT_SIZE, "%lld.%lld s", seconds, (long long)us / 100000 % 10);
    else if (seconds < 3600)
        snprintf(out, DN_FORMAT_SIZE, "%lld min %lld s", seconds / 60, seconds % 60);
    else
        snprintf(out, DN_FORMAT_SIZE, "%lld h %lld min", seconds / 3600, seconds / 60 % 60);
}

void
dn_cli_format_bytes(int64_t bytes, char out[DN_FORMAT_SIZE])
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB"};
    double value = (double)bytes / 1000;
    size_t unit = 0;

    if (bytes < 1000) {
        snprintf(out, DN_FORMAT_SIZE, "%lld byte%s", (long long)bytes, bytes == 1 ? "" : "s");
        return;
    }
    /* 999.95 would be printed as 1000.0 of the smaller unit */
    for (; value >= 999.95 && unit + 1 < sizeof(units) / sizeof(units[0]); unit++)
        value /= 1000;
    snprintf(out, DN_FORMAT_SIZE, "%.1f %s", value, units[unit]);
}

void
dn_cli_format_time(const char *iso, char out[DN_FORMAT_SIZE])
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd";
    size_t i = 0;

    snprintf(out, DN_FORMAT_SIZE, "%s", iso ? iso : "");
    for (; shape[i]; i++)
        if (shape[i] == 'd' ? out[i] < '0' || out[i] > '9' : out[i] != shape[i])
            return;
    out[10] = ' ';
    out[i] = '\0';
}

/* The least code point that needs so many bytes; the rest of the rules is in the caller. */
static const uint32_t least_of_length[] = {0, 0, 0x80, 0x800, 0x10000};

size_t
dn_cli_utf8_length(const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t length = *byte < 0x80 ? 1 : *byte < 0xc2 ? 0 : *byte < 0xe0 ? 2 : *byte < 0xf0 ? 3 : 4;
    uint32_t code;

    if (length < 2 || *byte > 0xf4)
        return length < 2 ? length : 0;
    code = *byte & (0x7fU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (byte[i] & 0x3f);
    }
    if (code < least_of_length[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return 0;
    return length;
}

static bool
harmless(const char *text, size_t length)
{
    const unsigned char *byte = (const unsigned char *)text;

    if (length == 1)
        return (*byte >= 0x20 && *byte != 0x7f) || *byte == '\t';
    /* U+0080 to U+009F are control characters, too */
    return length > 1 && !(byte[0] == 0xc2 && byte[1] < 0xa0);
}

void
dn_cli_put(FILE *stream, const char *text, int indent)
{
    for (size_t length; text && *text; text += length) {
        length = dn_cli_utf8_length(text);
        if (harmless(text, length)) {
            fwrite(text, 1, length, stream);
            continue;
        }
        length = length ? length : 1;
        if (*text == '\n')
            fprintf(stream, "\n%*s", indent, "");
        else
            for (size_t i = 0; i < length; i++)
                fprintf(stream, "\\x%02x", (unsigned char)text[i]);
    }
}
