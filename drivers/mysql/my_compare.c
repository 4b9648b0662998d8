/* SPDX-License-Identifier: MIT
 *
 * Comparisons in scripts: the like of what is wanted is made as a table of its own, since
 * information_schema shows no temporary ones ([MDB] before 11.2, and [M]), and read there beside what
 * is there.
 */
#include <string.h>

#include "drivers/mysql/my_compare.h"
#include "drivers/mysql/my_scan.h"
#include "drivers/mysql/my_schema.h"

#define OF_TABLE "TABLE_SCHEMA = DATABASE() AND TABLE_NAME = "

static bool
is_key(const dunlin_operation *operation)
{
    return dn_mysql_operates_on(operation, DUNLIN_KIND_INDEX) ||
           dn_mysql_operates_on(operation, DUNLIN_KIND_UNIQUE) ||
           dn_mysql_operates_on(operation, DUNLIN_KIND_PRIMARY_KEY);
}

static dunlin_string
last_name(const dunlin_operation *operation)
{
    return operation->path[operation->path_count - 1];
}

/* One statement, which can be prepared. */
static bool
is_single(dunlin_string *sql)
{
    dn_mysql_scan scan;
    dn_mysql_token token;
    bool ended = false;

    dn_mysql_scan_begin(&scan, *sql);
    while (dn_mysql_scan_next(&scan, &token)) {
        if (ended)
            return false;
        ended = dn_mysql_is_symbol(&token, ';');
        if (ended)
            sql->length = (uint64_t)(token.text.data - sql->data);
    }
    return true;
}

bool
dn_mysql_can_compare(const dunlin_script_item *item, const dn_mysql_server *server)
{
    const dunlin_operation *operation = item->operations[0];
    dunlin_string sql = item->sql;

    if (dn_mysql_operates_on(operation, DUNLIN_KIND_FOREIGN_KEY))
        return true;
    if (dn_mysql_operates_on(operation, DUNLIN_KIND_TRIGGER) ||
        dn_mysql_operates_on(operation, DUNLIN_KIND_CHECK))
        return server->mariadb && sql.length > 0;
    return (dn_mysql_operates_on(operation, DUNLIN_KIND_TABLE) ||
            dn_mysql_operates_on(operation, DUNLIN_KIND_COLUMN) || is_key(operation) ||
            dn_mysql_compares_object(operation)) &&
           sql.length > 0 && is_single(&sql);
}

/* --- what the server tells ---------------------------------------------------------------------------- */
static void
add_columns(const dn_mysql_comparing *at, dunlin_string table)
{
    dn_mysql_compare_add(
        at,
        "(SELECT ORDINAL_POSITION AS at, COLUMN_NAME AS name, COLUMN_KEY AS role, IS_NULLABLE AS "
        "nullable, CONCAT(COLUMN_TYPE, IF(IS_NULLABLE = 'NO', ' NOT NULL', ''), "
        "IF(COALESCE(COLUMN_DEFAULT, 'NULL') = 'NULL', '', CONCAT(' DEFAULT ', COLUMN_DEFAULT)), "
        "IF(EXTRA LIKE '%auto_increment%', ' AUTO_INCREMENT', ''), IF(COALESCE("
        "GENERATION_EXPRESSION, '') = '', '', CONCAT(' AS (', GENERATION_EXPRESSION, ') ', "
        "SUBSTRING_INDEX(EXTRA, ' ', 1)))) AS said, CONCAT(COLUMN_TYPE, ' ', "
        "COALESCE(COLUMN_DEFAULT, 'NULL'), EXTRA LIKE '%auto_increment%', "
        "COALESCE(GENERATION_EXPRESSION, ''), EXTRA LIKE '%VIRTUAL%') AS essence FROM "
        "information_schema.COLUMNS WHERE " OF_TABLE);
    dn_mysql_compare_add_literal(at, table);
    dn_mysql_compare_add(at, ")");
}

static void
add_keys(const dn_mysql_comparing *at, dunlin_string table, const char *condition)
{
    dn_mysql_compare_add(
        at, "(SELECT INDEX_NAME AS name, CONCAT(IF(MAX(NON_UNIQUE), '', 'UNIQUE '), 'KEY (', "
            "GROUP_CONCAT(COALESCE(COLUMN_NAME, 'an expression'), COALESCE(CONCAT('(', SUB_PART, "
            "')'), ''), IF(COLLATION = 'D', ' DESC', '') ORDER BY SEQ_IN_INDEX SEPARATOR ', '), "
            "')') AS said FROM information_schema.STATISTICS WHERE " OF_TABLE);
    dn_mysql_compare_add_literal(at, table);
    dn_kit_text_format(at->text, "%s GROUP BY INDEX_NAME)", condition);
}

/* RESTRICT and NO ACTION are the same to InnoDB. */
static void
add_foreign_keys(const dn_mysql_comparing *at, dunlin_string table)
{
    dn_mysql_compare_add(
        at,
        "(SELECT CONCAT('FOREIGN KEY (', GROUP_CONCAT(k.COLUMN_NAME ORDER BY k.ORDINAL_POSITION "
        "SEPARATOR ', '), ') REFERENCES ', MAX(k.REFERENCED_TABLE_NAME), ' ON DELETE ', "
        "REPLACE(MAX(r.DELETE_RULE), 'NO ACTION', 'RESTRICT'), ' ON UPDATE ', "
        "REPLACE(MAX(r.UPDATE_RULE), 'NO ACTION', 'RESTRICT')) AS said FROM "
        "information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS "
        "r ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = "
        "k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME WHERE k.TABLE_SCHEMA = DATABASE() "
        "AND k.TABLE_NAME = ");
    dn_mysql_compare_add_literal(at, table);
    dn_mysql_compare_add(at, " GROUP BY k.CONSTRAINT_NAME)");
}

/* --- differences ------------------------------------------------------------------------------------------ */
/* One SELECT of messages; `name` follows that of the table. */
static void
begin_difference(const dn_mysql_comparing *at, const char *kind, const char *name)
{
    dn_kit_text_format(at->text, "SELECT CONCAT('%s ''', ", kind);
    dn_mysql_compare_add_literal(at, at->operation->path[0]);
    dn_kit_text_format(
        at->text,
        ", %s, ''' exists, but different: it is (', COALESCE(t.said, 'nothing'), '), "
        "wanted is (', w.said, ')') FROM ",
        name);
}

static void
add_difference_of_columns(const dn_mysql_comparing *at)
{
    begin_difference(at, "column", "'.', w.name");
    add_columns(at, dn_kit_string(DUNLIN_SCRIPT_LIKE));
    dn_mysql_compare_add(at, " w LEFT JOIN ");
    add_columns(at, at->operation->path[0]);
    dn_mysql_compare_add(
        at, " t ON t.name = w.name WHERE (NOT BINARY w.essence <=> t.essence OR (w.nullable <> "
            "t.nullable AND t.role <> 'PRI'))");
    if (dn_kit_set_find(dn_mysql_set(at->operation), "generated") != NULL) {
        dn_mysql_compare_add(at, " AND w.name = ");
        dn_mysql_compare_add_literal(at, last_name(at->operation));
    }
}

static void
add_difference_of_keys(const dn_mysql_comparing *at)
{
    dn_mysql_compare_add(at, " UNION ALL ");
    begin_difference(at, "key", "'.', w.name");
    add_keys(at, dn_kit_string(DUNLIN_SCRIPT_LIKE), " AND NON_UNIQUE = 0");
    dn_mysql_compare_add(at, " w LEFT JOIN ");
    add_keys(at, at->operation->path[0], "");
    dn_mysql_compare_add(at, " t ON t.name = w.name WHERE NOT w.said <=> t.said");
}

/* MariaDB calls a check CONSTRAINT_1 that has no name, and one of a column as the column. */
static void
add_difference_of_checks(const dn_mysql_comparing *at)
{
    begin_difference(at, "check", "'.', w.CONSTRAINT_NAME");
    dn_mysql_compare_add(
        at, "(SELECT *, CHECK_CLAUSE AS said FROM information_schema.CHECK_CONSTRAINTS WHERE "
            "CONSTRAINT_SCHEMA = DATABASE() AND TABLE_NAME = '" DUNLIN_SCRIPT_LIKE "') w LEFT JOIN "
            "(SELECT *, CHECK_CLAUSE AS said FROM information_schema.CHECK_CONSTRAINTS WHERE "
            "CONSTRAINT_SCHEMA = DATABASE() AND TABLE_NAME = ");
    dn_mysql_compare_add_literal(at, at->operation->path[0]);
    dn_mysql_compare_add(
        at,
        ") t ON t.CONSTRAINT_NAME = w.CONSTRAINT_NAME WHERE NOT BINARY w.said <=> t.said AND NOT "
        "(w.CONSTRAINT_NAME LIKE 'CONSTRAINT\\_%' AND EXISTS (SELECT 1 FROM "
        "information_schema.CHECK_CONSTRAINTS o WHERE o.CONSTRAINT_SCHEMA = DATABASE() AND "
        "o.TABLE_NAME = ");
    dn_mysql_compare_add_literal(at, at->operation->path[0]);
    dn_mysql_compare_add(at, " AND BINARY o.CHECK_CLAUSE = w.said))");
}

static void
add_difference_of_key(const dn_mysql_comparing *at)
{
    const dunlin_operation *operation = at->operation;
    bool primary = dn_mysql_operates_on(operation, DUNLIN_KIND_PRIMARY_KEY);
    dunlin_string name = primary ? dn_kit_string("PRIMARY") : last_name(operation);
    bool index = dn_mysql_operates_on(operation, DUNLIN_KIND_INDEX);

    begin_difference(at, "key", "'.', t.name");
    add_keys(at, dn_kit_string(DUNLIN_SCRIPT_LIKE), "");
    dn_mysql_compare_add(at, " w JOIN ");
    add_keys(at, operation->path[0], "");
    dn_mysql_compare_add(at, " t ON t.name = ");
    dn_mysql_compare_add_literal(at, name);
    dn_mysql_compare_add(at, " WHERE w.name = ");
    dn_mysql_compare_add_literal(at, index ? dn_kit_string(DUNLIN_SCRIPT_LIKE_INDEX) : name);
    dn_mysql_compare_add(at, " AND w.said <> t.said");
}

static void
add_action(const dn_mysql_comparing *at, const char *words, const char *name)
{
    dunlin_string action = dn_kit_set_text(dn_mysql_set(at->operation), name);

    dn_mysql_compare_add(at, words);
    dn_kit_text_add(at->text, "REPLACE(UPPER(");
    dn_mysql_compare_add_literal(at, action.length > 0 ? action : dn_kit_string("restrict"));
    dn_mysql_compare_add(at, "), 'NO ACTION', 'RESTRICT')");
}

static void
add_difference_of_foreign_key(const dn_mysql_comparing *at)
{
    dn_kit_set set = dn_mysql_set(at->operation);
    dn_kit_set columns = dn_kit_set_list(set, "columns");
    dn_kit_set ref = dn_kit_set_list(set, "ref");
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text names = {0};

    for (uint64_t i = 0; i < columns.count; i++) {
        dn_kit_text_add(&names, i > 0 ? ", " : "FOREIGN KEY (");
        dn_kit_text_add_string(&names, columns.list[i].text);
    }
    dn_kit_text_add(&names, ") REFERENCES ");
    if (ref.count > 0)
        dn_kit_text_add_string(&names, ref.list[ref.count - 1].text);
    dn_mysql_compare_add(at, "SELECT CONCAT('foreign key ''', ");
    dn_mysql_compare_add_literal(at, at->operation->path[0]);
    dn_mysql_compare_add(at, ", '.', ");
    dn_mysql_compare_add_literal(at, last_name(at->operation));
    dn_mysql_compare_add(
        at, ", ''' exists, but different: it is (', COALESCE((SELECT GROUP_CONCAT(t.said SEPARATOR "
            "'; ') FROM ");
    add_foreign_keys(at, at->operation->path[0]);
    dn_mysql_compare_add(at,
                         " t), 'nothing'), '), wanted is (', w.said, ')') FROM (SELECT CONCAT(");
    dn_mysql_compare_add_literal(at, dn_kit_text_string(&names));
    add_action(at, ", ' ON DELETE ', ", "on_delete");
    add_action(at, ", ' ON UPDATE ', ", "on_update");
    dn_mysql_compare_add(at, ") AS said) w WHERE w.said NOT IN (SELECT said FROM ");
    add_foreign_keys(at, at->operation->path[0]);
    dn_mysql_compare_add(at, " t)");
    at->text->failed = at->text->failed || names.failed;
}

static void
add_difference_of_table(const dn_mysql_comparing *at, bool columns)
{
    bool table = dn_mysql_operates_on(at->operation, DUNLIN_KIND_TABLE);

    if (columns)
        add_difference_of_columns(at);
    if (table)
        add_difference_of_keys(at);
    if (at->server->mariadb) {
        dn_mysql_compare_add(at, columns ? " UNION ALL " : "");
        add_difference_of_checks(at);
    }
}

static void
add_all_differences(const dn_mysql_comparing *at)
{
    if (dn_mysql_compares_object(at->operation))
        dn_mysql_add_difference_of_object(at);
    else if (dn_mysql_operates_on(at->operation, DUNLIN_KIND_FOREIGN_KEY))
        add_difference_of_foreign_key(at);
    else if (is_key(at->operation))
        add_difference_of_key(at);
    else
        add_difference_of_table(at, !dn_mysql_operates_on(at->operation, DUNLIN_KIND_CHECK));
}

void
dn_mysql_add_difference(dn_kit_text *text, const dn_mysql_server *server,
                        const dunlin_script_item *item)
{
    dn_mysql_comparing at = {server, item->operations[0], text};

    dn_mysql_compare_add(&at, "SET @dunlin_message = (SELECT * FROM (");
    add_all_differences(&at);
    for (uint64_t i = 1; i < item->operation_count; i++) {
        at.operation = item->operations[i];
        if (!dn_mysql_operates_on(at.operation, DUNLIN_KIND_FOREIGN_KEY))
            continue;
        dn_mysql_compare_add(&at, " UNION ALL ");
        add_difference_of_foreign_key(&at);
    }
    dn_mysql_compare_add(&at, ") d LIMIT 1)");
}

/* --- the like --------------------------------------------------------------------------------------------- */
/* A copy of the table, for what is a part of it; a column that is computed needs the others. */
static void
copy_table(const dunlin_operation *operation, dn_mysql_rendering *work, dn_mysql_likeness *like)
{
    dn_kit_text_clear(&work->sql);
    dn_kit_text_add(&work->sql, "CREATE TABLE " DUNLIN_SCRIPT_LIKE " AS SELECT * FROM ");
    dn_mysql_add_name(work, operation->path[0]);
    dn_kit_text_add(&work->sql, " LIMIT 0");
    like->base = dn_kit_pool_copy(&work->pool, dn_kit_text_string(&work->sql));
    if (!dn_mysql_operates_on(operation, DUNLIN_KIND_COLUMN))
        return;
    dn_kit_text_clear(&work->sql);
    dn_kit_text_add(&work->sql, "ALTER TABLE " DUNLIN_SCRIPT_LIKE " DROP COLUMN ");
    dn_mysql_add_name(work, last_name(operation));
    like->less = dn_kit_pool_copy(&work->pool, dn_kit_text_string(&work->sql));
}

/* The same trigger on an empty table like its own. */
static void
copy_trigger(const dunlin_script_item *item, dn_mysql_rendering *work, dn_mysql_likeness *like)
{
    const dunlin_string name = dn_kit_string(DUNLIN_SCRIPT_LIKE);
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    dunlin_string when;
    dunlin_string body;

    dn_mysql_scan_trigger(item->sql, &when, &body);
    copy_table(item->operations[0], work, like);
    dn_mysql_add_trigger(&text, name, when, name, body);
    like->sql = dn_kit_pool_text(&work->pool, &text);
}

/* [M] MySQL has the name of a check once in a database: those of the like get others. */
static void
forget_names_of_checks(const dunlin_script_item *item, dn_mysql_rendering *work, dunlin_string *sql)
{
    for (uint64_t i = 0; i < item->operation_count; i++) {
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text less = {0};
        const char *found;

        if (!dn_mysql_operates_on(item->operations[i], DUNLIN_KIND_CHECK))
            continue;
        dn_kit_text_add(&name, "CONSTRAINT ");
        dn_kit_text_quote(&name, '`', last_name(item->operations[i]));
        dn_kit_text_add(&name, " CHECK");
        found = name.failed ? NULL : memmem(sql->data, sql->length, name.data, name.length);
        if (found == NULL)
            continue;
        dn_kit_text_add_string(&less, (dunlin_string){sql->data, (uint64_t)(found - sql->data)});
        found += name.length - strlen("CHECK");
        dn_kit_text_add_string(&less,
                               (dunlin_string){found, (uint64_t)(sql->data + sql->length - found)});
        *sql = dn_kit_pool_copy(&work->pool, dn_kit_text_string(&less));
    }
}

void
dn_mysql_like(const dunlin_script_item *item, dn_mysql_rendering *work, dn_mysql_likeness *like)
{
    const dunlin_operation *operation = item->operations[0];

    *like = (dn_mysql_likeness){.sql = item->sql};
    if (dn_mysql_operates_on(operation, DUNLIN_KIND_FOREIGN_KEY)) {
        like->sql.length = 0;
        return;
    }
    is_single(&like->sql);
    if (!work->server.mariadb)
        forget_names_of_checks(item, work, &like->sql);
    like->drop = dn_kit_string(dn_mysql_operates_on(operation, DUNLIN_KIND_VIEW)
                                   ? "DROP VIEW IF EXISTS " DUNLIN_SCRIPT_LIKE
                               : dn_mysql_operates_on(operation, DUNLIN_KIND_SEQUENCE)
                                   ? "DROP SEQUENCE IF EXISTS " DUNLIN_SCRIPT_LIKE
                                   : "DROP TABLE IF EXISTS " DUNLIN_SCRIPT_LIKE);
    if (is_key(operation) || dn_mysql_operates_on(operation, DUNLIN_KIND_CHECK) ||
        dn_kit_set_find(dn_mysql_set(operation), "generated") != NULL)
        copy_table(operation, work, like);
    if (dn_mysql_operates_on(operation, DUNLIN_KIND_TRIGGER))
        copy_trigger(item, work, like);
}
