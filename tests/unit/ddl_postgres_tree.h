/* SPDX-License-Identifier: MIT
 *
 * PostgreSQL's parse tree, as libpg_query gives it, as lines like "create column s.t.c int4".
 */
#ifndef TESTS_UNIT_DDL_POSTGRES_TREE_H
#define TESTS_UNIT_DDL_POSTGRES_TREE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cJSON.h>

#include "core/base/text.h"

enum { LINES = 512 };

/* --- lines --- */
typedef struct lines {
    char *list[LINES];
    size_t count;
} lines;

static inline void add(lines *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline void
add(lines *to, const char *format, ...)
{
    va_list arguments;

    assert_true(to->count < LINES);
    va_start(arguments, format);
    assert_true(vasprintf(&to->list[to->count++], format, arguments) >= 0);
    va_end(arguments);
}

static inline int
compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static inline char *
joined(lines *from)
{
    dn_text text = DN_TEXT_INIT;

    qsort(from->list, from->count, sizeof from->list[0], compare);
    dn_text_add_string(&text, "");
    for (size_t i = 0; i < from->count; i++) {
        dn_text_printf(&text, "  %s\n", from->list[i]);
        free(from->list[i]);
    }
    from->count = 0;
    if (!text.data)
        return strdup("");
    return text.data;
}

/* --- PostgreSQL's tree --- */
static const char *
string(const cJSON *node, const char *name)
{
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItem(node, name));

    return value ? value : "";
}

static inline bool
yes(const cJSON *node, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItem(node, name));
}

static const cJSON *
get(const cJSON *node, const char *name)
{
    return cJSON_GetObjectItem(node, name);
}

/* [{"String": {"sval": "a"}}, ..] with dots between. */
static inline void
names(const cJSON *list, char *out, size_t size)
{
    const cJSON *item;
    size_t used = 0;

    out[0] = '\0';
    cJSON_ArrayForEach(item, list) used += (size_t)snprintf(
        out + used, size - used, "%s%s", used ? "." : "", string(get(item, "String"), "sval"));
}

static inline void
relation(const cJSON *node, char *out, size_t size)
{
    const char *space = string(node, "schemaname");

    snprintf(out, size, "%s%s%s", space, *space ? "." : "", string(node, "relname"));
}

static inline void
pg_type(const cJSON *type, char *out, size_t size)
{
    const cJSON *list = get(type, "names");

    names(list, out, size);
    if (strncmp(out, "pg_catalog.", 11) == 0)
        memmove(out, out + 11, strlen(out + 11) + 1);
    if (get(type, "arrayBounds"))
        strncat(out, "[]", size - strlen(out) - 1);
}

static inline void
pg_constraint(const cJSON *node, const char *table, const char *column, bool deferred, lines *to)
{
    static const struct {
        const char *type;
        const char *kind;
    } kinds[] = {{"CONSTR_PRIMARY", "pk"},
                 {"CONSTR_UNIQUE", "unique"},
                 {"CONSTR_CHECK", "check"},
                 {"CONSTR_FOREIGN", "fk"}};
    const char *type = string(node, "contype");
    const char *name = string(node, "conname");
    char columns[600];
    char target[300] = "";
    char target_columns[300] = "";

    names(get(node, *string(node, "conname") && get(node, "fk_attrs") ? "fk_attrs" : "keys"),
          columns, sizeof columns);
    if (get(node, "fk_attrs"))
        names(get(node, "fk_attrs"), columns, sizeof columns);
    if (!*columns && strcmp(type, "CONSTR_CHECK") != 0)
        snprintf(columns, sizeof columns, "%s", column);
    if (get(node, "pktable"))
        relation(get(node, "pktable"), target, sizeof target);
    names(get(node, "pk_attrs"), target_columns, sizeof target_columns);
    for (size_t i = 0; i < 4; i++)
        if (strcmp(type, kinds[i].type) == 0)
            add(to, "%s %s.%s (%s) %s (%s)%s%s", kinds[i].kind, table, *name ? name : "?", columns,
                target, target_columns, deferred || yes(node, "deferrable") ? " deferrable" : "",
                deferred || yes(node, "initdeferred") ? " deferred" : "");
}

/* Is the column in a PRIMARY KEY among the other elements of its table? */
static inline bool
in_key(const cJSON *elements, const char *column)
{
    const cJSON *element;
    const cJSON *key;

    cJSON_ArrayForEach(element, elements)
    {
        const cJSON *constraint = get(element, "Constraint");

        if (!constraint || strcmp(string(constraint, "contype"), "CONSTR_PRIMARY") != 0)
            continue;
        cJSON_ArrayForEach(key, get(constraint, "keys"))
        {
            if (strcmp(string(get(key, "String"), "sval"), column) == 0)
                return true;
        }
    }
    return false;
}

static inline bool
has_kind(const cJSON *constraints, const char *kind)
{
    const cJSON *constraint;

    cJSON_ArrayForEach(constraint, constraints)
    {
        if (strcmp(string(get(constraint, "Constraint"), "contype"), kind) == 0)
            return true;
    }
    return false;
}

static inline void
pg_column(const cJSON *node, const cJSON *elements, const char *table, const char *verb, lines *to)
{
    const cJSON *constraint;
    char type[300];
    bool not_null = false;
    bool has_default = false;

    pg_type(get(node, "typeName"), type, sizeof type);
    cJSON_ArrayForEach(constraint, get(node, "constraints"))
    {
        const cJSON *body = get(constraint, "Constraint");
        const char *kind = string(body, "contype");

        not_null = not_null || strcmp(kind, "CONSTR_NOTNULL") == 0 ||
                   strcmp(kind, "CONSTR_PRIMARY") == 0 || strcmp(kind, "CONSTR_IDENTITY") == 0;
        has_default = has_default || strcmp(kind, "CONSTR_DEFAULT") == 0;
        /* What belongs to a constraint stands behind it in the list; there is one at most here. */
        pg_constraint(body, table, string(node, "colname"),
                      has_kind(get(node, "constraints"), "CONSTR_ATTR_DEFERRED"), to);
    }
    not_null = not_null || strstr(type, "serial") || in_key(elements, string(node, "colname"));
    add(to, "%s column %s.%s %s%s%s", verb, table, string(node, "colname"), type,
        not_null ? " not-null" : "", has_default ? " default" : "");
}

static inline void
pg_create_table(const cJSON *node, lines *to)
{
    const cJSON *element;
    char table[300];

    relation(get(node, "relation"), table, sizeof table);
    add(to, "create table %s%s", table, yes(node, "if_not_exists") ? " if-not-exists" : "");
    cJSON_ArrayForEach(element, get(node, "tableElts"))
    {
        if (get(element, "ColumnDef"))
            pg_column(get(element, "ColumnDef"), get(node, "tableElts"), table, "create", to);
        else
            pg_constraint(get(element, "Constraint"), table, "", false, to);
    }
}

static inline void
pg_alter_table(const cJSON *node, lines *to)
{
    static const struct {
        const char *subtype;
        const char *words;
    } simple[] = {
        {"AT_DropColumn", "drop column"},      {"AT_DropConstraint", "drop constraint"},
        {"AT_SetNotNull", "alter not-null"},   {"AT_DropNotNull", "alter no not_null"},
        {"AT_ColumnDefault", "alter default"}, {"AT_ValidateConstraint", "validate"},
    };
    const cJSON *item;
    char table[300];
    char type[300];

    relation(get(node, "relation"), table, sizeof table);
    cJSON_ArrayForEach(item, get(node, "cmds"))
    {
        const cJSON *command = get(item, "AlterTableCmd");
        const char *subtype = string(command, "subtype");
        const char *cascade =
            strcmp(string(command, "behavior"), "DROP_CASCADE") == 0 ? " cascade" : "";

        if (strcmp(subtype, "AT_AddColumn") == 0)
            pg_column(get(get(command, "def"), "ColumnDef"), NULL, table, "create", to);
        if (strcmp(subtype, "AT_AddConstraint") == 0)
            pg_constraint(get(get(command, "def"), "Constraint"), table, "", false, to);
        if (strcmp(subtype, "AT_AlterColumnType") == 0) {
            pg_type(get(get(get(command, "def"), "ColumnDef"), "typeName"), type, sizeof type);
            add(to, "alter type %s.%s %s%s", table, string(command, "name"), type,
                get(get(get(command, "def"), "ColumnDef"), "raw_default") ? " using" : "");
        }
        for (size_t i = 0; i < sizeof simple / sizeof simple[0]; i++)
            if (strcmp(subtype, simple[i].subtype) == 0)
                add(to, "%s %s.%s%s%s", simple[i].words, table, string(command, "name"), cascade,
                    yes(command, "missing_ok") && strncmp(simple[i].words, "drop", 4) == 0
                        ? " if-exists"
                        : "");
    }
}

static inline void
pg_index(const cJSON *node, lines *to)
{
    const char *name = string(node, "idxname");
    char table[300];

    relation(get(node, "relation"), table, sizeof table);
    add(to, "create index %s.%s keys=%d%s%s%s%s", table, *name ? name : "?",
        cJSON_GetArraySize(get(node, "indexParams")), yes(node, "unique") ? " unique" : "",
        yes(node, "concurrent") ? " concurrently" : "",
        yes(node, "if_not_exists") ? " if-not-exists" : "",
        get(node, "whereClause") ? " where" : "");
}

static inline void
pg_drop(const cJSON *node, lines *to)
{
    static const char *const kinds[][2] = {
        {"OBJECT_TABLE", "table"},         {"OBJECT_VIEW", "view"},
        {"OBJECT_INDEX", "index"},         {"OBJECT_SEQUENCE", "sequence"},
        {"OBJECT_TYPE", "enum"},           {"OBJECT_SCHEMA", "schema"},
        {"OBJECT_MATVIEW", "matview"},     {"OBJECT_DOMAIN", "domain"},
        {"OBJECT_FUNCTION", "function"},   {"OBJECT_PROCEDURE", "procedure"},
        {"OBJECT_EXTENSION", "extension"},
    };
    const cJSON *item;
    char name[300];

    cJSON_ArrayForEach(item, get(node, "objects"))
    {
        if (get(item, "List"))
            names(get(get(item, "List"), "items"), name, sizeof name);
        else if (get(item, "ObjectWithArgs"))
            names(get(get(item, "ObjectWithArgs"), "objname"), name, sizeof name);
        else if (get(item, "TypeName"))
            names(get(get(item, "TypeName"), "names"), name, sizeof name);
        else
            snprintf(name, sizeof name, "%s", string(get(item, "String"), "sval"));
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
            if (strcmp(string(node, "removeType"), kinds[i][0]) == 0)
                add(to, "drop %s %s%s%s%s", kinds[i][1], name,
                    yes(node, "missing_ok") ? " if-exists" : "",
                    strcmp(string(node, "behavior"), "DROP_CASCADE") == 0 ? " cascade" : "",
                    yes(node, "concurrent") ? " concurrently" : "");
    }
}

static inline void
pg_rename(const cJSON *node, lines *to)
{
    static const char *const kinds[][2] = {
        {"OBJECT_TABLE", "table"}, {"OBJECT_COLUMN", "column"},
        {"OBJECT_INDEX", "index"}, {"OBJECT_TABCONSTRAINT", "constraint"},
        {"OBJECT_VIEW", "view"},   {"OBJECT_SEQUENCE", "sequence"},
        {"OBJECT_TYPE", "enum"},   {"OBJECT_SCHEMA", "schema"},
    };
    char name[300];

    if (get(node, "relation"))
        relation(get(node, "relation"), name, sizeof name);
    else
        names(get(get(get(node, "object"), "List"), "items"), name, sizeof name);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(string(node, "renameType"), kinds[i][0]) == 0)
            add(to, "rename %s %s%s%s -> %s", kinds[i][1], name,
                *string(node, "subname") && i != 7 ? "." : "", string(node, "subname"),
                string(node, "newname"));
}

static inline void
pg_statement(const cJSON *statement, lines *to)
{
    const cJSON *node = statement->child;
    const char *kind = node->string;
    char name[300];

    if (strcmp(kind, "CreateStmt") == 0) {
        pg_create_table(node, to);
    } else if (strcmp(kind, "AlterTableStmt") == 0) {
        pg_alter_table(node, to);
    } else if (strcmp(kind, "IndexStmt") == 0) {
        pg_index(node, to);
    } else if (strcmp(kind, "DropStmt") == 0) {
        pg_drop(node, to);
    } else if (strcmp(kind, "RenameStmt") == 0) {
        pg_rename(node, to);
    } else if (strcmp(kind, "ViewStmt") == 0) {
        relation(get(node, "view"), name, sizeof name);
        add(to, "create view %s%s", name, yes(node, "replace") ? " or-replace" : "");
    } else if (strcmp(kind, "CreateEnumStmt") == 0) {
        names(get(node, "typeName"), name, sizeof name);
        add(to, "create enum %s values=%d", name, cJSON_GetArraySize(get(node, "vals")));
    } else if (strcmp(kind, "CreateSeqStmt") == 0) {
        relation(get(node, "sequence"), name, sizeof name);
        add(to, "create sequence %s", name);
    } else if (strcmp(kind, "CreateSchemaStmt") == 0) {
        add(to, "create schema %s", string(node, "schemaname"));
    } else if (strcmp(kind, "AlterEnumStmt") == 0) {
        names(get(node, "typeName"), name, sizeof name);
        add(to, "alter enum %s", name);
    } else if (strcmp(kind, "CommentStmt") == 0) {
        add(to, "comment");
    } else if (strcmp(kind, "InsertStmt") == 0 || strcmp(kind, "UpdateStmt") == 0 ||
               strcmp(kind, "DeleteStmt") == 0 || strcmp(kind, "TruncateStmt") == 0) {
        add(to, "data");
    } else {
        add(to, "other");
    }
}

#endif
