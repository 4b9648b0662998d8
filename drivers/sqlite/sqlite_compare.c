/* SPDX-License-Identifier: MIT
 *
 * Comparisons in scripts: what is wanted is made under another name, SQLite's pragmas tell of both,
 * and where they differ a file is written whose statement violates a constraint: the name of that is
 * the message. What pragmas do not tell is compared by its text (sqlite_compare_text.c).
 */
#include <string.h>

#include "drivers/sqlite/sqlite_compare.h"

#define COMPARE_FILE "dunlin-compare.sql"

static bool
is_kind(const dunlin_operation *operation, const char *kind)
{
    return dn_kit_same(operation->kind, kind);
}

static dunlin_string
last_name(const dunlin_operation *operation)
{
    return operation->path[operation->path_count - 1];
}

/* The like can be made in a statement of its own. */
static bool
has_like(const dunlin_operation *operation)
{
    return is_kind(operation, DUNLIN_KIND_TABLE) || is_kind(operation, DUNLIN_KIND_INDEX) ||
           (is_kind(operation, DUNLIN_KIND_COLUMN) &&
            dn_kit_set_find(dn_sqlite_set_of(operation), "generated") == NULL);
}

bool
dn_sqlite_can_compare(const dunlin_script_item *item)
{
    return has_like(item->operations[0]) ? item->sql.length > 0
                                         : dn_sqlite_compares_text(item->operations[0]);
}

/* --- what pragmas tell ------------------------------------------------------------------------------ */
static void
add_columns(dn_kit_text *text, dunlin_string table)
{
    dn_kit_text_add(text,
                    "(SELECT cid, name, pk, \"notnull\" AS filled, upper(type) || coalesce(' "
                    "DEFAULT ' || dflt_value, '') || CASE hidden WHEN 2 THEN ' VIRTUAL' WHEN 3 "
                    "THEN ' STORED' ELSE '' END AS said FROM pragma_table_xinfo(");
    dn_kit_text_quote(text, '\'', table);
    dn_kit_text_add(text, ", 'main'))");
}

/* The columns of the primary key, in its order; NULL where there is none. */
static void
add_primary_key(dn_kit_text *text, dunlin_string table)
{
    dn_kit_text_add(text,
                    "(SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_table_info(");
    dn_kit_text_quote(text, '\'', table);
    dn_kit_text_add(text, ", 'main') WHERE pk > 0 ORDER BY pk))");
}

void
dn_sqlite_add_uniques(dn_kit_text *text, dunlin_string table, const char *condition)
{
    dn_kit_text_add(text, "(SELECT (SELECT group_concat(coalesce(name, ''), ', ') FROM "
                          "pragma_index_info(l.name)) AS said FROM pragma_index_list(");
    dn_kit_text_quote(text, '\'', table);
    dn_kit_text_format(text, ", 'main') l WHERE %s)", condition);
}

static void
add_index(dn_kit_text *text, dunlin_string index, dunlin_string table)
{
    dn_kit_text_add(text,
                    "(SELECT CASE WHEN said LIKE 'create unique%' THEN 'UNIQUE ' ELSE '' END || "
                    "'INDEX ' || replace(replace(substr(said, instr(said, '(')), char(10), "
                    "''), ' asc', '') FROM temp.dunlin_said WHERE type = 'index' AND tbl_name "
                    "= ");
    dn_kit_text_quote(text, '\'', table);
    dn_kit_text_add(text, " COLLATE NOCASE AND name = ");
    dn_kit_text_quote(text, '\'', index);
    dn_kit_text_add(text, " COLLATE NOCASE)");
}

void
dn_sqlite_add_foreign_keys(dn_kit_text *text, dunlin_string table)
{
    dn_kit_text_add(text,
                    "(SELECT 'FOREIGN KEY (' || group_concat(\"from\", ', ') || ') REFERENCES "
                    "' || \"table\" || ' ON DELETE ' || on_delete || ' ON UPDATE ' || "
                    "on_update AS said FROM (SELECT * FROM pragma_foreign_key_list(");
    dn_kit_text_quote(text, '\'', table);
    dn_kit_text_add(text, ", 'main') ORDER BY id, seq) GROUP BY id)");
}

/* --- differences: kind, name, there, wanted ------------------------------------------------------------ */
/* Whether a column of a key is NOT NULL says nothing. */
static void
add_difference_of_columns(dn_kit_text *text, dunlin_string table)
{
#define PLAIN(said) "lower(replace(replace(replace(" said ", ' ', ''), '(', ''), ')', ''))"
#define FILLED(column) " || CASE WHEN " column ".filled THEN ' NOT NULL' ELSE '' END"
    dn_kit_text_add(text, "SELECT 'column', '.' || w.name, coalesce(t.said" FILLED(
                              "t") ", "
                                   "'nothing') AS there, w.said" FILLED("w") " AS wanted FROM ");
    add_columns(text, dn_kit_string(DUNLIN_SCRIPT_LIKE));
    dn_kit_text_add(text, " w LEFT JOIN ");
    add_columns(text, table);
    dn_kit_text_add(text,
                    " t ON t.name = w.name COLLATE NOCASE WHERE " PLAIN("w.said") " IS NOT " PLAIN(
                        "t.said") " OR (t.filled <> w.filled AND t.pk = 0 AND "
                                  "w.pk = 0)");
#undef FILLED
#undef PLAIN
}

/* A table may have got its key later. */
static void
add_difference_of_primary_key(dn_kit_text *text, dunlin_string table)
{
    dn_kit_text_add(text,
                    " UNION ALL SELECT 'primary key', '', coalesce(there, 'nothing'), wanted FROM "
                    "(SELECT ");
    add_primary_key(text, table);
    dn_kit_text_add(text, " AS there, ");
    add_primary_key(text, dn_kit_string(DUNLIN_SCRIPT_LIKE));
    dn_kit_text_add(text, " AS wanted) WHERE lower(wanted) <> lower(coalesce(there, ''))");
}

static void
add_difference_of_uniques(dn_kit_text *text, dunlin_string table)
{
    dn_kit_text_add(text, " UNION ALL SELECT 'table', '', 'not unique (' || w.said || ')', 'UNIQUE "
                          "(' || w.said || ')' FROM ");
    dn_sqlite_add_uniques(text, dn_kit_string(DUNLIN_SCRIPT_LIKE), "l.origin = 'u'");
    dn_kit_text_add(text, " w WHERE lower(w.said) NOT IN (SELECT lower(said) FROM ");
    dn_sqlite_add_uniques(text, table, "l.\"unique\"");
    dn_kit_text_add(text, ")");
}

static void
add_action(dn_kit_text *text, const dunlin_operation *operation, const char *name)
{
    dunlin_string action = dn_kit_set_text(dn_sqlite_set_of(operation), name);

    dn_kit_text_add(text, " || upper(");
    dn_kit_text_quote(text, '\'', action.length > 0 ? action : dn_kit_string("no action"));
    dn_kit_text_add(text, ")");
}

void
dn_sqlite_add_difference_of_key(dn_kit_text *text, const dunlin_operation *operation)
{
    dn_kit_set set = dn_sqlite_set_of(operation);
    dn_kit_set columns = dn_kit_set_list(set, "columns");
    dn_kit_set ref = dn_kit_set_list(set, "ref");
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text names = {0};

    if (ref.count == 0)
        return;
    for (uint64_t i = 0; i < columns.count; i++) {
        dn_kit_text_add(&names, i > 0 ? ", " : "FOREIGN KEY (");
        dn_kit_text_add_string(&names, columns.list[i].text);
    }
    dn_kit_text_add(&names, ") REFERENCES ");
    dn_kit_text_add_string(&names, ref.list[ref.count - 1].text);
    dn_kit_text_add(text, " UNION ALL SELECT 'foreign key', '.' || ");
    dn_kit_text_quote(text, '\'', last_name(operation));
    dn_kit_text_add(text, ", coalesce((SELECT group_concat(said, '; ') FROM ");
    dn_sqlite_add_foreign_keys(text, operation->path[0]);
    dn_kit_text_add(text, "), 'nothing'), f.wanted FROM (SELECT ");
    dn_kit_text_quote(text, '\'', dn_kit_text_string(&names));
    dn_kit_text_add(text, " || ' ON DELETE '");
    add_action(text, operation, "on_delete");
    dn_kit_text_add(text, " || ' ON UPDATE '");
    add_action(text, operation, "on_update");
    dn_kit_text_add(text, " AS wanted) f WHERE lower(f.wanted) NOT IN (SELECT lower(said) FROM ");
    dn_sqlite_add_foreign_keys(text, operation->path[0]);
    dn_kit_text_add(text, ")");
    text->failed = text->failed || names.failed;
}

static void
add_difference_of_index(dn_kit_text *text, const dunlin_operation *operation)
{
    dn_kit_text_add(text, "SELECT 'index', '.' || ");
    dn_kit_text_quote(text, '\'', last_name(operation));
    dn_kit_text_add(text, ", coalesce(there, 'on another table'), wanted FROM (SELECT ");
    add_index(text, last_name(operation), operation->path[0]);
    dn_kit_text_add(text, " AS there, ");
    add_index(text, dn_kit_string(DUNLIN_SCRIPT_LIKE_INDEX), dn_kit_string(DUNLIN_SCRIPT_LIKE));
    dn_kit_text_add(text, " AS wanted) WHERE replace(replace(there, '(', ''), ')', '') IS NOT "
                          "replace(replace(wanted, '(', ''), ')', '')");
}

/* --- all of it ------------------------------------------------------------------------------------------ */
static void
add_existence(dn_kit_text *text, const dunlin_operation *operation)
{
    bool column = is_kind(operation, DUNLIN_KIND_COLUMN);

    if (!column && !has_like(operation)) {
        dn_sqlite_add_text_existence(text, operation);
        return;
    }
    dn_kit_text_add(text, "EXISTS (SELECT 1 FROM ");
    if (column) {
        dn_kit_text_add(text, "pragma_table_xinfo(");
        dn_kit_text_quote(text, '\'', operation->path[0]);
        dn_kit_text_add(text, ", 'main') WHERE name = ");
    } else {
        dn_kit_text_format(text, "main.sqlite_master WHERE type = '%s' AND name = ",
                           is_kind(operation, DUNLIN_KIND_TABLE) ? "table" : "index");
    }
    dn_kit_text_quote(text, '\'', last_name(operation));
    dn_kit_text_add(text, " COLLATE NOCASE)");
}

static void
add_differences(dn_kit_text *text, const dunlin_script_item *item)
{
    const dunlin_operation *operation = item->operations[0];
    bool table = is_kind(operation, DUNLIN_KIND_TABLE);

    if (is_kind(operation, DUNLIN_KIND_INDEX))
        add_difference_of_index(text, operation);
    else if (!has_like(operation))
        dn_sqlite_add_text_difference(text, item);
    else
        add_difference_of_columns(text, operation->path[0]);
    if (table) {
        add_difference_of_primary_key(text, operation->path[0]);
        add_difference_of_uniques(text, operation->path[0]);
    }
    for (uint64_t i = 1; i < item->operation_count; i++) {
        operation = item->operations[i];
        if (is_kind(operation, DUNLIN_KIND_FOREIGN_KEY))
            dn_sqlite_add_difference_of_key(text, operation);
        else
            dn_sqlite_add_part_difference(text, operation);
    }
}

static void
make_like(dn_kit_text *block, const dunlin_script_item *item)
{
    const dunlin_operation *operation = item->operations[0];

    if (is_kind(operation, DUNLIN_KIND_INDEX)) {
        dn_kit_text_add(block, "CREATE TABLE main." DUNLIN_SCRIPT_LIKE " AS SELECT * FROM main.");
        dn_sqlite_write_name(block, operation->path[0]);
        dn_kit_text_add(block, " LIMIT 0;\n");
    }
    if (has_like(operation))
        dn_kit_text_add_string(block, item->sql);
}

void
dn_sqlite_script_compare(dn_kit_text *text, const dunlin_script_item *item)
{
    const dunlin_operation *operation = item->operations[0];
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text block = {0};

    make_like(&block, item);
    dn_kit_text_add(&block,
                    ".mode list\n.headers off\n.once dunlin-guard.sql\nSELECT coalesce((SELECT "
                    "'CREATE TEMPORARY TABLE dunlin_stop (is_right INTEGER CONSTRAINT \"' || "
                    "replace(kind || ' ''' || ");
    dn_kit_text_quote(&block, '\'', operation->path[0]);
    dn_kit_text_add(&block,
                    " || name || ''' exists, but different: it is (' || there || '), wanted "
                    "is (' || wanted || ')', '\"', '\"\"') || '\" CHECK (is_right)); INSERT "
                    "INTO temp.dunlin_stop VALUES (0);' FROM (SELECT NULL AS kind, NULL AS "
                    "name, NULL AS there, NULL AS wanted WHERE 0 UNION ALL ");
    add_differences(&block, item);
    dn_kit_text_add(&block, ") LIMIT 1), '');\n.read dunlin-guard.sql\n");
    if (has_like(operation))
        dn_kit_text_add(&block, "DROP TABLE main." DUNLIN_SCRIPT_LIKE ";\n");
    dn_kit_text_add(text, ".mode list\n.headers off\n.once " COMPARE_FILE "\nSELECT CASE WHEN ");
    add_existence(text, operation);
    dn_kit_text_add(text, " THEN ");
    dn_kit_text_quote(text, '\'', dn_kit_text_string(&block));
    dn_kit_text_add(text, " ELSE '' END;\n.read " COMPARE_FILE "\n");
    text->failed = text->failed || block.failed;
}
