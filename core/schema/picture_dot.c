/* SPDX-License-Identifier: MIT
 *
 * Graphviz: one HTML-like label per table, an arrow from a foreign key to the table it points at
 * (https://graphviz.org/doc/info/shapes.html#html).
 */
#include "core/schema/picture.h"

#include <string.h>

/* Graphviz takes no mark with nothing in it. */
static void
add_words(dn_text *text, const char *data, size_t length)
{
    if (length)
        dn_text_add_markup(text, data, length);
    else
        dn_text_add_string(text, "&#160;");
}

static void
add_column(dn_text *text, const dn_picture_column *column, size_t at)
{
    dn_text_printf(text, "<tr><td align=\"left\" port=\"c%zu\">%s", at,
                   column->primary ? "<u>" : "");
    add_words(text, column->name.data, column->name.length);
    dn_text_printf(text, "%s</td><td align=\"left\"><font color=\"#555555\">",
                   column->primary ? "</u>" : "");
    add_words(text, column->type, strlen(column->type));
    dn_text_printf(text, "%s%s</font></td></tr>", column->not_null ? "" : " null",
                   column->unique && !column->primary ? " unique" : "");
}

/* The place of the first column of a foreign key in its table. */
static size_t
first_column(const dn_picture_table *table, const dunlin_fact *key)
{
    const dunlin_property *list = dn_property_find(key->properties, key->property_count, "columns");

    for (size_t i = 0; list && i < table->column_count; i++)
        if (table->columns[i].name.length == list[1].text.length &&
            memcmp(table->columns[i].name.data, list[1].text.data, list[1].text.length) == 0)
            return i;
    return 0;
}

void
dn_picture_dot(const dn_picture *picture, dn_text *text)
{
    dn_text_add_string(text, "digraph schema {\n"
                             "    graph [rankdir=RL, fontname=\"Helvetica\"];\n"
                             "    node [shape=plain, fontname=\"Helvetica\", fontsize=11];\n"
                             "    edge [dir=both, color=\"#555555\"];\n");
    for (size_t i = 0; i < picture->table_count; i++) {
        const dn_picture_table *table = &picture->tables[i];

        if (!table->shown)
            continue;
        dn_text_printf(text,
                       "    t%zu [label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\" "
                       "cellpadding=\"4\"><tr><td colspan=\"2\" bgcolor=\"#e8eef7\"><b>",
                       i);
        add_words(text, table->name, strlen(table->name));
        dn_text_add_string(text, "</b></td></tr>");
        for (size_t k = 0; k < table->column_count; k++)
            add_column(text, &table->columns[k], k);
        dn_text_add_string(text, "</table>>];\n");
    }
    for (size_t i = 0; i < picture->link_count; i++) {
        const dn_picture_link *link = &picture->links[i];
        const dn_picture_table *child = &picture->tables[link->child];

        if (!child->shown || !picture->tables[link->parent].shown)
            continue;
        dn_text_printf(text, "    t%zu:c%zu -> t%zu [arrowtail=%s, arrowhead=%s];\n", link->child,
                       first_column(child, link->fact), link->parent,
                       link->single ? "teeodot" : "crowodot",
                       link->optional ? "teeodot" : "teetee");
    }
    dn_text_add_string(text, "}\n");
}
