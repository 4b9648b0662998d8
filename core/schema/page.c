/* SPDX-License-Identifier: MIT
 *
 * Facts -> HTML.
 */
#include "core/schema/page.h"

#include <string.h>

#include "core/fact/canonical.h"
#include "core/schema/schema_internal.h"

typedef struct paging {
    const dn_fact_map *facts;
    uint64_t lead;
    const char *kind; /* of the list in the making */
    bool any;         /* something was written of that kind */
    size_t section;
    dn_text *text;
} paging;

/* Kinds that lie in a table, and what a list of them is called. */
static const char *const member_kinds[][2] = {
    {DUNLIN_KIND_PRIMARY_KEY, "Primary key"},
    {DUNLIN_KIND_UNIQUE, "Unique"},
    {DUNLIN_KIND_FOREIGN_KEY, "Foreign keys"},
    {DUNLIN_KIND_CHECK, "Checks"},
    {"exclude", "Exclusions"},
    {DUNLIN_KIND_INDEX, "Indexes"},
    {DUNLIN_KIND_TRIGGER, "Triggers"},
    {"policy", "Policies"},
    {"rule", "Rules"},
    {"statistics", "Statistics"},
};

static const char *const object_kinds[] = {
    DUNLIN_KIND_VIEW,
    DUNLIN_KIND_MATERIALIZED_VIEW,
    DUNLIN_KIND_ENUM,
    DUNLIN_KIND_DOMAIN,
    DUNLIN_KIND_SEQUENCE,
    DUNLIN_KIND_FUNCTION,
    DUNLIN_KIND_PROCEDURE,
    "aggregate",
    "type",
    "collation",
    DUNLIN_KIND_EXTENSION,
};

enum {
    MEMBER_KINDS = sizeof member_kinds / sizeof member_kinds[0],
    OBJECT_KINDS = sizeof object_kinds / sizeof object_kinds[0]
};

static void
add_cell(dn_text *text, const char *tag, dunlin_string content)
{
    dn_text_printf(text, "<%s>", tag);
    dn_text_add_markup(text, content.data, content.length);
    dn_text_printf(text, "</%s>", tag);
}

static dunlin_string
member_of(const dunlin_fact *fact, const char *name)
{
    const dunlin_property *found = dn_property_find(fact->properties, fact->property_count, name);

    return found ? found->text : dn_string("");
}

static void
add_comment(dn_text *text, const dunlin_fact *fact)
{
    dunlin_string comment = member_of(fact, "comment");

    if (comment.length)
        add_cell(text, "p", comment);
}

/* --- columns ----------------------------------------------------------------------------------------- */

static void
add_column(dn_text *text, const dn_picture_column *column)
{
    dunlin_string filled = member_of(column->fact, "default");
    dn_auto(dn_text) computed = DN_TEXT_INIT;

    if (!filled.length && member_of(column->fact, "auto").length)
        filled = dn_string("counts by itself");
    dn_text_printf(&computed, "= %.*s", (int)member_of(column->fact, "generated").length,
                   member_of(column->fact, "generated").data);
    text->failed = text->failed || computed.failed;
    if (!filled.length && member_of(column->fact, "generated").length && !computed.failed)
        filled = dn_span(computed.data, computed.length);
    dn_text_add_string(text, "<tr>");
    add_cell(text, "th", column->name);
    add_cell(text, "td", dn_string(column->type));
    dn_text_printf(text, "<td>%s</td><td>%s%s%s</td>", column->not_null ? "" : "yes",
                   column->primary ? "<abbr title=\"primary key\">PK</abbr> " : "",
                   column->foreign ? "<abbr title=\"foreign key\">FK</abbr> " : "",
                   column->unique && !column->primary ? "<abbr title=\"unique\">UK</abbr>" : "");
    add_cell(text, "td", filled);
    add_cell(text, "td", member_of(column->fact, "comment"));
    dn_text_add_string(text, "</tr>\n");
}

static void
add_columns(dn_text *text, const dn_picture_table *table)
{
    dn_text_add_string(text,
                       "<table><thead><tr><th>column</th><th>type</th><th>null</th><th>key</th>"
                       "<th>default</th><th>comment</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < table->column_count; i++)
        add_column(text, &table->columns[i]);
    dn_text_add_string(text, "</tbody></table>\n");
}

/* --- keys, checks, indexes ... --------------------------------------------------------------------------- */

static void
add_details(dn_text *text, const dunlin_fact *fact)
{
    dunlin_string definition = member_of(fact, "definition");
    dn_auto(dn_text) words = DN_TEXT_INIT;

    if (definition.length) {
        dn_text_add_string(text, "<pre>");
        dn_text_add_markup(text, definition.data, definition.length);
        dn_text_add_string(text, "</pre>");
        return;
    }
    dn_page_words(fact, &words);
    text->failed = text->failed || words.failed;
    if (words.length)
        add_cell(text, "code", dn_span(words.data, words.length));
}

static int
add_member(const dunlin_fact *fact, void *context)
{
    paging *page = context;

    dn_text_add_string(page->text, page->any ? "<li>" : "<ul><li>");
    page->any = true;
    add_cell(page->text, "b", fact->path[fact->path_count - 1]);
    dn_text_add_char(page->text, ' ');
    add_details(page->text, fact);
    dn_text_add_string(page->text, "</li>\n");
    return 0;
}

static void
begin_section(paging *page, const char *kind, dunlin_string name)
{
    dn_text_printf(page->text, "<section id=\"o%zu\" data-name=\"", ++page->section);
    dn_text_add_markup(page->text, name.data, name.length);
    dn_text_printf(page->text, "\"><h2><small>%s</small> ", kind);
    dn_text_add_markup(page->text, name.data, name.length);
    dn_text_add_string(page->text, "</h2>\n");
}

static void
add_table(paging *page, const dn_picture_table *table)
{
    begin_section(page, DUNLIN_KIND_TABLE, dn_string(table->name));
    add_comment(page->text, table->fact);
    add_columns(page->text, table);
    for (size_t i = 0; i < MEMBER_KINDS; i++) {
        size_t before = page->text->length;

        page->any = false;
        dn_text_printf(page->text, "<h3>%s</h3>", member_kinds[i][1]);
        dn_fact_map_members(page->facts, member_kinds[i][0], table->fact->path,
                            table->fact->path_count, add_member, page);
        if (page->any)
            dn_text_add_string(page->text, "</ul>\n");
        else
            page->text->length = before;
    }
    dn_text_add_string(page->text, "</section>\n");
}

/* --- other objects ------------------------------------------------------------------------------------------ */

/* "name", or "namespace.name(arguments)". */
static void
name_object(const paging *page, const dunlin_fact *fact, dn_text *name)
{
    for (uint64_t i = 0; i < fact->path_count; i++) {
        bool arguments = i > page->lead;

        dn_text_add_string(name, i == 0 ? "" : arguments ? "(" : ".");
        dn_text_add(name, fact->path[i].data, fact->path[i].length);
        dn_text_add_string(name, arguments ? ")" : "");
    }
}

static int
add_object(const dunlin_fact *fact, void *context)
{
    paging *page = context;
    dn_auto(dn_text) name = DN_TEXT_INIT;

    name_object(page, fact, &name);
    page->text->failed = page->text->failed || name.failed;
    begin_section(page, page->kind, dn_span(name.data ? name.data : "", name.length));
    add_comment(page->text, fact);
    add_details(page->text, fact);
    dn_text_add_string(page->text, "</section>\n");
    return 0;
}

/* Calls visit for each object that is no table, kind by kind, by their names. */
static int
each_object(paging *page, int (*visit)(const dunlin_fact *fact, void *context), dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    const dunlin_fact **sorted = dn_fact_sorted(page->facts, &arena);

    if (!sorted)
        return dn_no_memory(error);
    for (size_t kind = 0; kind < OBJECT_KINDS; kind++)
        for (size_t i = 0; i < dn_fact_map_count(page->facts); i++)
            if (dn_fact_is(sorted[i], object_kinds[kind])) {
                page->kind = object_kinds[kind];
                visit(sorted[i], page);
            }
    return page->text->failed ? dn_no_memory(error) : 0;
}

int
dn_page_sections(const dn_fact_map *facts, const dn_picture *picture, dn_text *text,
                 dn_error *error)
{
    paging page = {
        .facts = facts,
        .lead = dn_schema_lead(dn_fact_map_naming(facts)),
        .text = text,
    };

    for (size_t i = 0; i < picture->table_count; i++)
        add_table(&page, &picture->tables[i]);
    return each_object(&page, add_object, error);
}

/* --- the index ------------------------------------------------------------------------------------------------ */

static void
add_entry(paging *page, const char *kind, dunlin_string name)
{
    dn_text_printf(page->text, "<li><a href=\"#o%zu\">", ++page->section);
    dn_text_add_markup(page->text, name.data, name.length);
    dn_text_printf(page->text, "</a> <small>%s</small></li>\n", kind);
}

static int
index_object(const dunlin_fact *fact, void *context)
{
    paging *page = context;
    dn_auto(dn_text) name = DN_TEXT_INIT;

    name_object(page, fact, &name);
    page->text->failed = page->text->failed || name.failed;
    add_entry(page, page->kind, dn_span(name.data ? name.data : "", name.length));
    return 0;
}

int
dn_page_index(const dn_fact_map *facts, const dn_picture *picture, dn_text *text, dn_error *error)
{
    paging page = {
        .facts = facts,
        .lead = dn_schema_lead(dn_fact_map_naming(facts)),
        .text = text,
    };

    for (size_t i = 0; i < picture->table_count; i++)
        add_entry(&page, DUNLIN_KIND_TABLE, dn_string(picture->tables[i].name));
    return each_object(&page, index_object, error);
}
