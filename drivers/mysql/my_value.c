/* SPDX-License-Identifier: MIT
 *
 * Values written into the text: one round trip where a prepared statement takes three. Only SQL
 * of our own has placeholders, so that finding them needs no lexer.
 */
#include "drivers/mysql/my_driver.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Characters that stand for themselves inside '' under every sql_mode and in every character set
 * a session can have; a quote is doubled. */
static bool
is_plain(dunlin_string text)
{
    for (uint64_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];

        if (byte >= 0x7f || byte == '\\' ||
            (byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r'))
            return false;
    }
    return true;
}

static void
add_hex(dn_kit_text *text, dunlin_string bytes)
{
    static const char digits[] = "0123456789abcdef";
    char part[512];
    size_t used = 0;

    dn_kit_text_add(text, "x'");
    for (uint64_t i = 0; i < bytes.length; i++) {
        unsigned char byte = (unsigned char)bytes.data[i];

        part[used++] = digits[byte >> 4];
        part[used++] = digits[byte & 15];
        if (used == sizeof(part) || i + 1 == bytes.length) {
            dn_kit_text_add_string(text, (dunlin_string){part, used});
            used = 0;
        }
    }
    dn_kit_text_add(text, "'");
}

/* A character set introducer makes text of the bytes, whatever SET NAMES a migration has left. */
static void
add_text(dn_kit_text *text, dunlin_string value)
{
    if (is_plain(value)) {
        dn_kit_text_quote(text, '\'', value);
    } else {
        dn_kit_text_add(text, "_utf8mb4 ");
        add_hex(text, value);
    }
}

void
dn_mysql_add_text(dn_kit_text *text, const char *value)
{
    add_text(text, dn_kit_string(value));
}

void
dn_mysql_add_value(dn_kit_text *text, const dunlin_value *value)
{
    switch (value->type) {
    case DUNLIN_VALUE_INTEGER: dn_kit_text_format(text, "%lld", (long long)value->integer); break;
    case DUNLIN_VALUE_TEXT: add_text(text, value->text); break;
    case DUNLIN_VALUE_BLOB: add_hex(text, value->text); break;
    default: dn_kit_text_add(text, "NULL"); break;
    }
}

/* Behind the quoted part that begins at `at`. A doubled quote is two parts in a row. */
static const char *
skip_quoted(const char *at, const char *end)
{
    const char *close = memchr(at + 1, *at, (size_t)(end - at - 1));

    return close != NULL ? close + 1 : end;
}

static const char *
read_number(const char *at, const char *end, uint64_t *number)
{
    *number = 0;
    for (; at < end && isdigit((unsigned char)*at) && *number < 100000; at++)
        *number = *number * 10 + (uint64_t)(*at - '0');
    return at;
}

int32_t
dn_mysql_fill(const dunlin_call *call, dunlin_string sql, const dunlin_value *values,
              uint64_t count, dn_kit_text *text)
{
    const char *at = sql.data;
    const char *end = sql.data + sql.length;
    const char *copied = at;

    while (at < end) {
        uint64_t number;

        if (*at == '\'' || *at == '"' || *at == '`') {
            at = skip_quoted(at, end);
            continue;
        }
        if (*at != '$' || at + 1 == end || !isdigit((unsigned char)at[1])) {
            at++;
            continue;
        }
        dn_kit_text_add_string(text, (dunlin_string){copied, (uint64_t)(at - copied)});
        at = copied = read_number(at + 1, end, &number);
        if (number == 0 || number > count)
            return dn_kit_fail(call, DUNLIN_USAGE,
                               "the statement has the placeholder '$%llu' and %llu values",
                               (unsigned long long)number, (unsigned long long)count);
        dn_mysql_add_value(text, &values[number - 1]);
    }
    dn_kit_text_add_string(text, (dunlin_string){copied, (uint64_t)(end - copied)});
    return text->failed ? dn_kit_no_memory(call) : DUNLIN_OK;
}

/* --- sql_mode ---------------------------------------------------------------------------------------- */
bool
dn_mysql_mode_has(const char *sql_mode, const char *name)
{
    size_t length = strlen(name);

    while (sql_mode != NULL && *sql_mode != '\0') {
        size_t word = strcspn(sql_mode, ",");

        if (word == length && strncasecmp(sql_mode, name, length) == 0)
            return true;
        sql_mode += word + (sql_mode[word] == ',' ? 1 : 0);
    }
    return false;
}

bool
dn_mysql_profile_mode_has(const dunlin_profile *profile, const char *name)
{
    char mode[1024];

    for (uint64_t i = 0; profile != NULL && i + 1 < profile->setting_count; i += 2) {
        dunlin_string value = profile->settings[i + 1];

        if (!dn_kit_same(profile->settings[i], "sql_mode") || value.length >= sizeof(mode))
            continue;
        if (value.length > 0)
            memcpy(mode, value.data, value.length);
        mode[value.length] = '\0';
        return dn_mysql_mode_has(mode, name);
    }
    return false;
}
