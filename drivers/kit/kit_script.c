/* SPDX-License-Identifier: MIT
 *
 * Statements of scripts, with the values that a run would send beside them. Only SQL of dunlin's own
 * has placeholders, none of them in quotes.
 */
#include "drivers/kit/kit.h"

#include <ctype.h>
#include <string.h>

static void
add_hex(dn_kit_text *text, dunlin_string bytes)
{
    static const char digits[] = "0123456789abcdef";
    char part[512];
    size_t used = 0;

    for (uint64_t i = 0; i < bytes.length; i++) {
        unsigned char byte = (unsigned char)bytes.data[i];

        part[used++] = digits[byte >> 4];
        part[used++] = digits[byte & 15];
        if (used == sizeof(part) || i + 1 == bytes.length) {
            dn_kit_text_add_string(text, (dunlin_string){part, used});
            used = 0;
        }
    }
}

static void
add_value(dn_kit_text *text, const dunlin_value *value, const char *before, const char *after)
{
    switch (value->type) {
    case DUNLIN_VALUE_INTEGER: dn_kit_text_format(text, "%lld", (long long)value->integer); break;
    case DUNLIN_VALUE_TEXT: dn_kit_text_quote(text, '\'', value->text); break;
    case DUNLIN_VALUE_BLOB:
        dn_kit_text_add(text, before);
        add_hex(text, value->text);
        dn_kit_text_add(text, after);
        break;
    default: dn_kit_text_add(text, "NULL"); break;
    }
}

void
dn_kit_text_fill(dn_kit_text *text, dunlin_string sql, const dunlin_value *values, uint64_t count,
                 const char *before, const char *after)
{
    const char *end = sql.data + sql.length;
    const char *copied = sql.data;

    for (const char *at = sql.data; at < end;) {
        uint64_t number = 0;

        if (*at != '$' || at + 1 == end || !isdigit((unsigned char)at[1])) {
            at++;
            continue;
        }
        dn_kit_text_add_string(text, (dunlin_string){copied, (uint64_t)(at - copied)});
        for (at++; at < end && isdigit((unsigned char)*at); at++)
            number = number * 10 + (uint64_t)(*at - '0');
        copied = at;
        if (number > 0 && number <= count)
            add_value(text, &values[number - 1], before, after);
    }
    dn_kit_text_add_string(text, (dunlin_string){copied, (uint64_t)(end - copied)});
}

void
dn_kit_text_add_statement(dn_kit_text *text, dunlin_string sql)
{
    const char *line = sql.length > 0 ? memrchr(sql.data, '\n', sql.length) : NULL;
    dunlin_string last = sql;

    if (line != NULL)
        last = (dunlin_string){line, (uint64_t)(sql.data + sql.length - line)};
    dn_kit_text_add_string(text, sql);
    if (last.length > 0 && (memmem(last.data, last.length, "--", 2) != NULL ||
                            memchr(last.data, '#', last.length) != NULL))
        dn_kit_text_add(text, "\n");
    dn_kit_text_add(text, ";\n");
}

void
dn_kit_script_check(dn_kit_text *text, const dunlin_script_item *item, const char *equals,
                    dn_kit_stop stop)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text condition = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text message = {0};

    dn_kit_text_add(&condition, "(");
    dn_kit_text_add_string(&condition, item->sql);
    dn_kit_text_add(&condition, equals);
    dn_kit_text_quote(&condition, '\'', item->expected);
    dn_kit_text_add(&message, "the answer is not ");
    dn_kit_text_add_string(&message, item->expected);
    dn_kit_text_add(&message, ": ");
    dn_kit_text_add_string(&message, item->sql);
    text->failed = text->failed || condition.failed || message.failed;
    stop(text, dn_kit_text_string(&condition), dn_kit_text_string(&message));
}

void
dn_kit_script_require(dn_kit_text *text, const dunlin_script_part *part, dunlin_string present,
                      dn_kit_stop stop)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text condition = {0};

    dn_kit_text_add(&condition, "(");
    dn_kit_text_add_string(&condition, part->condition);
    dn_kit_text_add(&condition, ")");
    if (part->absent_count > 0) {
        dn_kit_text_add(&condition, " OR NOT EXISTS (");
        dn_kit_text_add_string(&condition, present);
        for (uint64_t i = 0; i < part->absent_count; i++) {
            dn_kit_text_add(&condition, i > 0 ? ", " : "");
            dn_kit_text_quote(&condition, '\'', part->absent[i]);
        }
        dn_kit_text_add(&condition, "))");
    }
    text->failed = text->failed || condition.failed;
    stop(text, dn_kit_text_string(&condition), part->message);
}
