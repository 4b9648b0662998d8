/* SPDX-License-Identifier: MIT
 *
 * Mermaid's entity-relationship diagrams. Names of entities may be quoted; types and attributes may
 * not, so what they cannot hold becomes '_' (https://mermaid.js.org/syntax/entityRelationshipDiagram.html).
 */
#include "core/schema/picture.h"

#include <string.h>

static void
add_word(dn_text *text, const char *data, size_t length)
{
    if (length == 0 || (data[0] >= '0' && data[0] <= '9'))
        dn_text_add_char(text, '_');
    for (size_t i = 0; i < length; i++) {
        char c = data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '_' || c == '-' || (unsigned char)c >= 0x80;

        dn_text_add_char(text, plain || (i && strchr("()[]", c)) ? c : '_');
    }
}

/* Mermaid has no escape for a quote inside quotes. */
static void
add_quoted(dn_text *text, const char *data, size_t length)
{
    dn_text_add_char(text, '"');
    for (size_t i = 0; i < length; i++)
        dn_text_add_char(text, data[i] == '"' || (unsigned char)data[i] < ' ' ? '\'' : data[i]);
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
