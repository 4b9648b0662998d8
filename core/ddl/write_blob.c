/* SPDX-License-Identifier: MIT
 *
 * Texts in the place of a blob. PostgreSQL reads '\x00ff' and 'a\\b\001' as bytes where a column is of
 * bytea; elsewhere these would be kept, or compared, as they are written.
 */
#include "core/ddl/write.h"

#include <ctype.h>
#include <string.h>

static bool
is_hexadecimal(dunlin_string text)
{
    uint64_t digits = 0;

    for (uint64_t i = 2; i < text.length; i++)
        if (isxdigit((unsigned char)text.data[i]))
            digits++;
        else if (!isspace((unsigned char)text.data[i]) || digits % 2)
            return false;
    return digits % 2 == 0;
}

static bool
is_octal(dunlin_string text, uint64_t at)
{
    return at + 3 < text.length && text.data[at + 1] >= '0' && text.data[at + 1] <= '3' &&
           text.data[at + 2] >= '0' && text.data[at + 2] <= '7' && text.data[at + 3] >= '0' &&
           text.data[at + 3] <= '7';
}

/* The byte at `*at`, which goes on behind it; -1: PostgreSQL refuses the text. */
static int
next_byte(dunlin_string text, uint64_t *at)
{
    unsigned char byte = (unsigned char)text.data[*at];

    if (byte == '\\' && is_octal(text, *at)) {
        byte = (unsigned char)((text.data[*at + 1] - '0') * 64 + (text.data[*at + 2] - '0') * 8 +
                               (text.data[*at + 3] - '0'));
        *at += 4;
        return byte;
    }
    if (byte == '\\' && (*at + 1 == text.length || text.data[*at + 1] != '\\'))
        return -1;
    *at += byte == '\\' ? 2 : 1;
    return byte;
}

const char *
dn_bytes_of(dn_arena *arena, dunlin_string text, dunlin_string *digits)
{
    static const char all[] = "0123456789abcdef";
    bool hexadecimal = text.length >= 2 && text.data[0] == '\\' && text.data[1] == 'x';
    char *made = dn_arena_alloc(arena, (size_t)text.length * 2 + 1);
    size_t length = 0;

    if (!made)
        return "there is no memory";
    if (hexadecimal && !is_hexadecimal(text))
        return "these are no hexadecimal digits of bytes";
    for (uint64_t i = hexadecimal ? 2 : 0; i < text.length;) {
        int byte;

        if (hexadecimal) {
            if (isxdigit((unsigned char)text.data[i]))
                made[length++] = (char)tolower((unsigned char)text.data[i]);
            i++;
            continue;
        }
        byte = next_byte(text, &i);
        if (byte < 0)
            return "a backslash in the text of bytes stands before another one or three octal "
                   "digits: write '\\x..'";
        made[length++] = all[byte >> 4];
        made[length++] = all[byte & 15];
    }
    *digits = dn_span(made, length);
    return NULL;
}

static bool
become_blob(dn_writer *writer, dn_node *node)
{
    const char *reason = dn_bytes_of(writer->arena, node->text, &node->text);

    if (reason)
        return dn_write_refuse(writer, node->offset, "%s", reason);
    node->kind = DN_NODE_BLOB;
    return true;
}

static bool
has_rule(const dn_writer *writer)
{
    return writer->target->rules &&
           dn_rule_named(writer->target->rules, DUNLIN_RULE_VALUE, "blob") != NULL;
}

bool
dn_write_given_blob(dn_writer *writer, dn_class class, dn_node *node)
{
    return node->kind != DN_NODE_STRING || class != DN_CLASS_BLOB || !has_rule(writer) ||
           become_blob(writer, node);
}

bool
dn_write_compared_blobs(dn_writer *writer, const dn_node *node)
{
    bool constant = false;
    bool blob = false;

    if (!dn_write_compares(node) || !has_rule(writer))
        return true;
    for (size_t i = 0; i < node->items.count; i++)
        constant = constant || node->items.list[i]->kind == DN_NODE_STRING;
    for (size_t i = 0; constant && !blob && i < node->items.count; i++)
        blob = dn_class_of(writer, node->items.list[i]) == DN_CLASS_BLOB;
    for (size_t i = 0; blob && i < node->items.count; i++)
        if (node->items.list[i]->kind == DN_NODE_STRING &&
            !become_blob(writer, node->items.list[i]))
            return false;
    return true;
}
