/* SPDX-License-Identifier: MIT
 *
 * Where a syntax error is. The server says "... near 'TEXT' at line N", where TEXT is the rest of
 * the statement from the error on, cut to 80 characters; MariaDB ends what it cut with "...".
 */
#include "drivers/mysql/my_driver.h"

#include <stdlib.h>
#include <string.h>

enum { NEAR_LIMIT = 80 };

static uint64_t
characters(dunlin_string text)
{
    uint64_t count = 0;

    for (uint64_t i = 0; i < text.length; i++)
        if (((unsigned char)text.data[i] & 0xc0) != 0x80)
            count++;
    return count;
}

/* The first place on `line` where `part` stands, or -1. */
static int64_t
find_on_line(dunlin_string sql, dunlin_string part, unsigned long line)
{
    const char *at = sql.data;
    const char *end = sql.data + sql.length;

    for (unsigned long number = 1; number < line && at != NULL; number++) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (at != NULL)
            at++;
    }
    if (at == NULL)
        return -1;
    at = memmem(at, (size_t)(end - at), part.data, part.length);
    return at != NULL ? at - sql.data : -1;
}

int64_t
dn_mysql_error_offset(dunlin_string sql, const char *message)
{
    static const char before[] = " near '";
    static const char behind[] = "' at line ";
    const char *begin = strstr(message, before);
    const char *close = NULL;
    dunlin_string part;

    if (begin == NULL || sql.length == 0)
        return -1;
    begin += sizeof(before) - 1;
    /* The last one: the text itself may say the like. */
    for (const char *next = strstr(begin, behind); next != NULL; next = strstr(next + 1, behind))
        close = next;
    if (close == NULL)
        return -1;
    part = (dunlin_string){begin, (uint64_t)(close - begin)};
    if (part.length <= sql.length && characters(part) < NEAR_LIMIT &&
        memcmp(sql.data + sql.length - part.length, part.data, part.length) == 0)
        return (int64_t)(sql.length - part.length);
    if (part.length > 3 && memcmp(close - 3, "...", 3) == 0)
        part.length -= 3;
    return find_on_line(sql, part, strtoul(close + sizeof(behind) - 1, NULL, 10));
}
