/* SPDX-License-Identifier: MIT
 *
 * Comparisons in scripts of what only the text of a definition tells.
 */
#include <string.h>

#include "drivers/sqlite/sqlite_compare.h"
#include "drivers/sqlite/sqlite_said.h"
#include "drivers/sqlite/sqlite_write.h"

static bool
is_kind(const dunlin_operation *operation, const char *kind)
{
    return dn_kit_same(operation->kind, kind);
}

static bool
is_object(const dunlin_operation *operation)
{
    return is_kind(operation, DUNLIN_KIND_VIEW) || is_kind(operation, DUNLIN_KIND_TRIGGER);
}

static bool
is_column(const dunlin_operation *operation)
{
    return is_kind(operation, DUNLIN_KIND_COLUMN);
}

bool
dn_sqlite_compares_text(const dunlin_operation *operation)
{
    return is_object(operation) || is_column(operation) || is_kind(operation, DUNLIN_KIND_CHECK) ||
           is_kind(operation, DUNLIN_KIND_UNIQUE) || is_kind(operation, DUNLIN_KIND_PRIMARY_KEY) ||
           is_kind(operation, DUNLIN_KIND_FOREIGN_KEY);
}

static dunlin_string
last_name(const dunlin_operation *operation)
{
    return operation->path[operation->path_count - 1];
}

/* --- what is there --------------------------------------------------------------------------------- */
/* The row of dunlin_said. */
static void
add_row(dn_kit_text *text, const char *type, dunlin_string name)
{
    dn_kit_text_format(text, "FROM temp.dunlin_said WHERE type = '%s' AND name = ", type);
    dn_kit_text_quote(text, '\'', name);
    dn_kit_text_add(text, " COLLATE NOCASE");
}

/* Where the constraint or column begins in the text, as a literal. */
static void
add_beginning(dn_kit_text *text, const dunlin_operation *operation)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text quoted = {0};

    dn_kit_text_quote(&quoted, '"', last_name(operation));
    dn_kit_text_add(&name, is_column(operation) ? "" : "constraint ");
    dn_sqlite_say_plain(&name, dn_kit_text_string(&quoted));
    dn_kit_text_add(&name, " ");
    dn_kit_text_add(text, is_column(operation) ? "char(10) || " : "");
    dn_kit_text_quote(text, '\'', dn_kit_text_string(&name));
    text->failed = text->failed || name.failed || quoted.failed;
}

/* The constraint or column, to the end of its line; NULL where there is none. */
static void
add_element(dn_kit_text *text, const dunlin_operation *operation)
{
    dn_kit_text_add(text, "(SELECT rtrim(substr(rest, 1, instr(rest, char(10)) - 1), ',') FROM "
                          "(SELECT ltrim(substr(said || char(10), instr(said, ");
    add_beginning(text, operation);
    dn_kit_text_add(text, ")), char(10)) AS rest ");
    add_row(text, "table", operation->path[0]);
    dn_kit_text_add(text, " AND instr(said, ");
    add_beginning(text, operation);
    dn_kit_text_add(text, ") > 0))");
}

void
dn_sqlite_add_text_existence(dn_kit_text *text, const dunlin_operation *operation)
{
    if (is_object(operation)) {
        dn_kit_text_format(
            text, "EXISTS (SELECT 1 FROM main.sqlite_master WHERE type IN (%s) AND name = ",
            is_kind(operation, DUNLIN_KIND_VIEW) ? "'view', 'table'" : "'trigger'");
        dn_kit_text_quote(text, '\'', last_name(operation));
        dn_kit_text_add(text, " COLLATE NOCASE)");
    } else if (is_kind(operation, DUNLIN_KIND_PRIMARY_KEY)) {
        dn_kit_text_add(text, "EXISTS (SELECT 1 FROM pragma_table_info(");
        dn_kit_text_quote(text, '\'', operation->path[0]);
        dn_kit_text_add(text, ", 'main') WHERE pk > 0)");
    } else {
        add_element(text, operation);
        dn_kit_text_add(text, " IS NOT NULL");
    }
}

/* --- what is wanted -------------------------------------------------------------------------------- */
static void
add_plain(dn_kit_text *text, dunlin_string sql)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text plain = {0};

    dn_sqlite_say_plain(&plain, sql);
    dn_kit_text_quote(text, '\'', dn_kit_text_string(&plain));
    text->failed = text->failed || plain.failed;
}

/* check(..) or as(..), as a literal: with what comes before it where there is a name. */
static void
add_parenthesis(dn_kit_text *text, const char *word, dunlin_string expression)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};

    dn_kit_text_format(&sql, "%s(", word);
    dn_kit_text_add_string(&sql, expression);
    dn_kit_text_add(&sql, ")");
    add_plain(text, dn_kit_text_string(&sql));
    text->failed = text->failed || sql.failed;
}

/* a, b */
static void
add_columns(dn_kit_text *text, const dunlin_operation *operation)
{
    dn_kit_set columns = dn_kit_set_list(dn_sqlite_set_of(operation), "columns");
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text names = {0};

    for (uint64_t i = 0; i < columns.count; i++) {
        dn_kit_text_add(&names, i > 0 ? ", " : "");
        dn_kit_text_add_string(&names, columns.list[i].text);
    }
    dn_kit_text_quote(text, '\'', dn_kit_text_string(&names));
    text->failed = text->failed || names.failed;
}

/* --- differences ----------------------------------------------------------------------------------- */
static void
begin_part(dn_kit_text *text, const char *kind, const dunlin_operation *operation)
{
    dn_kit_text_format(text, "SELECT '%s', '.' || ", kind);
    dn_kit_text_quote(text, '\'', last_name(operation));
    dn_kit_text_add(text, ", coalesce(");
    add_element(text, operation);
    dn_kit_text_add(text, ", 'nothing') AS there, ");
}

/* The text of a trigger is the database's own. */
static void
add_object(dn_kit_text *text, const dunlin_operation *operation, dunlin_string trigger)
{
    bool view = is_kind(operation, DUNLIN_KIND_VIEW);
    const char *kind = view ? "view" : "trigger";
    dunlin_string written = dn_kit_set_text(dn_sqlite_set_of(operation), "text");
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};

    while (trigger.length > 0 && strchr(" \t\r\n;", trigger.data[trigger.length - 1]) != NULL)
        trigger.length--;
    if (view && written.length > 0)
        dn_kit_text_add_string(&sql, written);
    else if (view)
        dn_sqlite_write_view(&sql, operation->path[0], dn_sqlite_set_of(operation), "");
    else
        dn_kit_text_add_string(&sql, trigger);
    dn_kit_text_format(text, "SELECT '%s', ", kind);
    dn_kit_text_add(text, view ? "''" : "'.' || ");
    if (!view)
        dn_kit_text_quote(text, '\'', last_name(operation));
    dn_kit_text_add(text,
                    ", there, wanted FROM (SELECT coalesce((SELECT replace(said, char(10), '') ");
    add_row(text, kind, last_name(operation));
    dn_kit_text_format(text, "), 'no %s') AS there, ", kind);
    add_plain(text, dn_kit_text_string(&sql));
    dn_kit_text_add(text, " AS wanted) WHERE there <> wanted");
    text->failed = text->failed || sql.failed;
}

static void
add_check(dn_kit_text *text, const dunlin_operation *operation)
{
    dunlin_string expression = dn_kit_set_text(dn_sqlite_set_of(operation), "expr");

    begin_part(text, "check", operation);
    add_parenthesis(text, "check", expression);
    dn_kit_text_add(text, " WHERE NOT EXISTS (SELECT 1 ");
    add_row(text, "table", operation->path[0]);
    dn_kit_text_add(text, " AND instr(said, ");
    add_parenthesis(text, "check", expression);
    dn_kit_text_add(text, ") > 0)");
}

/* One that is added later has its own name. */
static void
add_named_check(dn_kit_text *text, const dunlin_operation *operation)
{
    dunlin_string expression = dn_kit_set_text(dn_sqlite_set_of(operation), "expr");

    begin_part(text, "check", operation);
    add_parenthesis(text, "check", expression);
    dn_kit_text_add(text, " AS wanted WHERE instr(there, ");
    add_beginning(text, operation);
    dn_kit_text_add(text, " || wanted) = 0");
}

static void
add_unique(dn_kit_text *text, const dunlin_operation *operation)
{
    begin_part(text, "constraint", operation);
    dn_kit_text_add(text, "'unique(' || ");
    add_columns(text, operation);
    dn_kit_text_add(text, " || ')' WHERE lower(");
    add_columns(text, operation);
    dn_kit_text_add(text, ") NOT IN (SELECT lower(said) FROM ");
    dn_sqlite_add_uniques(text, operation->path[0], "l.\"unique\"");
    dn_kit_text_add(text, ")");
}

static void
add_primary_key(dn_kit_text *text, const dunlin_operation *operation)
{
    dn_kit_text_add(text, "SELECT 'primary key', '.' || ");
    dn_kit_text_quote(text, '\'', last_name(operation));
    dn_kit_text_add(text,
                    ", there, wanted FROM (SELECT (SELECT group_concat(name, ', ') FROM (SELECT "
                    "name FROM pragma_table_info(");
    dn_kit_text_quote(text, '\'', operation->path[0]);
    dn_kit_text_add(text, ", 'main') WHERE pk > 0 ORDER BY pk)) AS there, ");
    add_columns(text, operation);
    dn_kit_text_add(text, " AS wanted) WHERE lower(there) <> lower(wanted)");
}

static void
add_computed(dn_kit_text *text, const dunlin_operation *operation)
{
    dn_kit_set set = dn_sqlite_set_of(operation);
    dunlin_string expression = dn_kit_set_text(set, "generated");
    dunlin_string type = dn_kit_set_text(set, "type");
    bool stored = dn_kit_same(dn_kit_set_text(set, "generated_kind"), "stored");

    begin_part(text, "column", operation);
    dn_kit_text_add(text, "lower(");
    dn_kit_text_quote(text, '\'', type);
    dn_kit_text_add(text, " || ' ') || ");
    add_parenthesis(text, "as", expression);
    dn_kit_text_format(text, " || '%s' FROM pragma_table_xinfo(", stored ? "stored" : "virtual");
    dn_kit_text_quote(text, '\'', operation->path[0]);
    dn_kit_text_add(text, ", 'main') WHERE name = ");
    dn_kit_text_quote(text, '\'', last_name(operation));
    dn_kit_text_format(text, " COLLATE NOCASE AND (hidden <> %d OR upper(type) <> upper(",
                       stored ? 3 : 2);
    dn_kit_text_quote(text, '\'', type);
    dn_kit_text_add(text, ") OR instr(there, ");
    add_parenthesis(text, "as", expression);
    dn_kit_text_add(text, ") = 0)");
}

void
dn_sqlite_add_text_difference(dn_kit_text *text, const dunlin_script_item *item)
{
    const dunlin_operation *operation = item->operations[0];

    if (is_object(operation)) {
        add_object(text, operation, item->sql);
    } else if (is_column(operation)) {
        add_computed(text, operation);
    } else if (is_kind(operation, DUNLIN_KIND_CHECK)) {
        add_named_check(text, operation);
    } else if (is_kind(operation, DUNLIN_KIND_UNIQUE)) {
        add_unique(text, operation);
    } else if (is_kind(operation, DUNLIN_KIND_PRIMARY_KEY)) {
        add_primary_key(text, operation);
    } else {
        dn_kit_text_add(text, "SELECT 0, 0, 0, 0 WHERE 0");
        dn_sqlite_add_difference_of_key(text, operation);
    }
}

void
dn_sqlite_add_part_difference(dn_kit_text *text, const dunlin_operation *operation)
{
    dn_kit_text_add(text, " UNION ALL ");
    if (is_column(operation))
        add_computed(text, operation);
    else
        add_check(text, operation);
}
