/* SPDX-License-Identifier: MIT
 *
 * Mermaid's entity-relationship diagrams. Names of entities may be quoted; types and attributes may
 * not, so what they cannot hold becomes '_' (https://mermaid.js.org/syntax/entityRelationshipDiagram.html).
 */
#include "core/schema/picture.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* It would be read as what says which key a column is in: "pk", "fk-2". */
static bool
is_key_word(const char *data, size_t length)
{
    static const char *const words[] = {"pk", "fk", "uk"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (length >= 2 && strncasecmp(data, words[i], 2) == 0 &&
            (length == 2 || !(isalnum((unsigned char)data[2]) || data[2] == '_')))
            return true;
    return false;
}

/* Letters, digits, '_', '-' and brackets, the first one a letter or '_'; beyond ASCII what is above U+00BF. */
static void
add_word(dn_text *text, const char *data, size_t length)
{
    if (length == 0 || (data[0] >= '0' && data[0] <= '9') || is_key_word(data, length))
        dn_text_add_char(text, '_');
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)data[i];
        bool plain = isalnum(c) || c == '_' || c >= 0x80 || (i && strchr("-()[]", c));

        if (c == 0xc2 && i + 1 < length)
            i++;
        dn_text_add_char(text, plain && c && c != 0xc2 ? (char)c : '_');
    }
}

/* Mermaid has no escapes inside quotes: a quote becomes another one, what it does not take there '_'. */
static void
add_quoted(dn_text *text, const char *data, size_t length)
{
    dn_text_add_char(text, '"');
    if (length == 0)
        dn_text_add_char(text, '_');
    for (size_t i = 0; i < length; i++)
        dn_text_add_char(text, data[i] == '"'                                           ? '\''
                               : strchr("%\\", data[i]) || (unsigned char)data[i] < ' ' ? '_'
                                                                                        : data[i]);
    dn_text_add_char(text, '"');
}

static void
add_column(dn_text *text, const dn_picture_column *column)
{
    const char *separator = " ";

    dn_text_add_string(text, "        ");
    add_word(text, column->type, strlen(column->type));
    dn_text_add_char(text, ' ');
    add_word(text, column->name.data, column->name.length);
    if (column->primary) {
        dn_text_add_string(text, " PK");
        separator = ", ";
    }
    if (column->foreign) {
        dn_text_printf(text, "%sFK", separator);
        separator = ", ";
    }
    if (column->unique && !column->primary)
        dn_text_printf(text, "%sUK", separator);
    if (!column->not_null)
        dn_text_add_string(text, " \"null\"");
    dn_text_add_char(text, '\n');
}

void
dn_picture_mermaid(const dn_picture *picture, dn_text *text)
{
    dn_text_add_string(text, "erDiagram\n");
    for (size_t i = 0; i < picture->table_count; i++) {
        const dn_picture_table *table = &picture->tables[i];

        if (!table->shown)
            continue;
        dn_text_add_string(text, "    ");
        add_quoted(text, table->name, strlen(table->name));
        dn_text_add_string(text, " {\n");
        for (size_t k = 0; k < table->column_count; k++)
            add_column(text, &table->columns[k]);
        dn_text_add_string(text, "    }\n");
    }
    for (size_t i = 0; i < picture->link_count; i++) {
        const dn_picture_link *link = &picture->links[i];
        const dn_picture_table *parent = &picture->tables[link->parent];
        const dn_picture_table *child = &picture->tables[link->child];
        dunlin_string name = link->fact->path[link->fact->path_count - 1];

        if (!parent->shown || !child->shown)
            continue;
        dn_text_add_string(text, "    ");
        add_quoted(text, parent->name, strlen(parent->name));
        dn_text_printf(text, " %s--%s ", link->optional ? "|o" : "||", link->single ? "o|" : "o{");
        add_quoted(text, child->name, strlen(child->name));
        dn_text_add_string(text, " : ");
        add_quoted(text, name.data, name.length);
        dn_text_add_char(text, '\n');
    }
}
