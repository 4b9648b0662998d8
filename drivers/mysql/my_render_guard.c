/* SPDX-License-Identifier: MIT
 *
 * Guards of scripts: conditions on information_schema, in one row of text.
 */
#include <ctype.h>
#include <string.h>

#include "drivers/mysql/my_render.h"
#include "drivers/mysql/my_schema.h"

/* Where an object of a kind is found. */
static const struct {
    const char *kind;
    const char *view;
    const char *schema;
    const char *table; /* NULL: it is not in a table */
    const char *name;
} places[] = {
    {DUNLIN_KIND_TABLE, "TABLES", "TABLE_SCHEMA", NULL, "TABLE_NAME"},
    {DUNLIN_KIND_VIEW, "TABLES", "TABLE_SCHEMA", NULL, "TABLE_NAME"},
    {DUNLIN_KIND_SEQUENCE, "TABLES", "TABLE_SCHEMA", NULL, "TABLE_NAME"},
    {DUNLIN_KIND_COLUMN, "COLUMNS", "TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME"},
    {DUNLIN_KIND_INDEX, "STATISTICS", "TABLE_SCHEMA", "TABLE_NAME", "INDEX_NAME"},
    {DUNLIN_KIND_UNIQUE, "STATISTICS", "TABLE_SCHEMA", "TABLE_NAME", "INDEX_NAME"},
    {DUNLIN_KIND_PRIMARY_KEY, "STATISTICS", "TABLE_SCHEMA", "TABLE_NAME", "INDEX_NAME"},
    {DUNLIN_KIND_FOREIGN_KEY, "TABLE_CONSTRAINTS", "TABLE_SCHEMA", "TABLE_NAME", "CONSTRAINT_NAME"},
    {DUNLIN_KIND_CHECK, "TABLE_CONSTRAINTS", "TABLE_SCHEMA", "TABLE_NAME", "CONSTRAINT_NAME"},
    {DUNLIN_KIND_TRIGGER, "TRIGGERS", "TRIGGER_SCHEMA", "EVENT_OBJECT_TABLE", "TRIGGER_NAME"},
};

static void
add_test(dn_mysql_rendering *work, dn_kit_text *text, const dunlin_operation *operation,
         const char *letters, const dunlin_string *path, uint64_t count, bool is)
{
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        dunlin_string name = path[count - 1];

        if (!dn_kit_same(operation->kind, places[i].kind))
            continue;
        if (strcmp(places[i].kind, DUNLIN_KIND_PRIMARY_KEY) == 0)
            name = dn_kit_string("PRIMARY");
        dn_kit_text_format(text,
                           "%s%sEXISTS (SELECT 1 FROM information_schema.%s WHERE %s = "
                           "DATABASE()",
                           text->length > 0 ? " AND " : "", is ? "" : "NOT ", places[i].view,
                           places[i].schema);
        if (places[i].table != NULL) {
            dn_kit_text_format(text, " AND %s = ", places[i].table);
            dn_mysql_add_literal(text, &work->server, path[0]);
        }
        dn_kit_text_format(text, " AND %s%s = ", letters, places[i].name);
        dn_mysql_add_literal(text, &work->server, name);
        dn_kit_text_add(text, ")");
        return;
    }
}

/* Names are found whatever the case of their letters, but for a rename to just another case. */
static bool
is_other_case(const dunlin_operation *operation)
{
    return operation->verb == DUNLIN_VERB_RENAME && operation->new_path_count > 0 &&
           dn_mysql_same_name(operation->path[operation->path_count - 1],
                              operation->new_path[operation->new_path_count - 1]);
}

/* What the statement changes or renames, and does nothing else to: where it is missing, the statement must
 * fail. Else an earlier run may have come as far as that. */
static bool
must_be_there(const dn_mysql_rendering *work, const dunlin_operation *operation)
{
    if (operation->condition == DUNLIN_CONDITION_IF_EXISTS ||
        (!dn_kit_same(operation->kind, DUNLIN_KIND_COLUMN) &&
         !dn_kit_same(operation->kind, DUNLIN_KIND_TABLE)) ||
        (operation->verb != DUNLIN_VERB_RENAME && operation->verb != DUNLIN_VERB_ALTER))
        return false;
    for (uint64_t i = 0; i < work->count; i++)
        if (work->operations[i] != operation && (work->operations[i]->verb == DUNLIN_VERB_RENAME ||
                                                 work->operations[i]->verb == DUNLIN_VERB_DROP))
            return false;
    return true;
}

const char *
dn_mysql_guard(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    const char *letters = "";
    char *kept;

    if (!work->script)
        return dn_mysql_repeats(work) ? dn_mysql_repeat_guard(work, operation) : NULL;
    if (operation->path_count == 0)
        return NULL;
    if (is_other_case(operation))
        letters = "BINARY ";
    if (!must_be_there(work, operation))
        add_test(work, &text, operation, letters, operation->path, operation->path_count,
                 operation->verb != DUNLIN_VERB_CREATE);
    if (operation->verb == DUNLIN_VERB_RENAME && operation->new_path_count > 0)
        add_test(work, &text, operation, letters, operation->new_path, operation->new_path_count,
                 false);
    if (text.length == 0)
        return NULL;
    kept = dn_kit_pool_take(&work->pool, text.length + 1);
    if (kept == NULL || text.failed)
        return NULL;
    memcpy(kept, text.data, text.length);
    return kept;
}

/* --- what cannot be guarded ---------------------------------------------------------------------------- */
/* [M] SQL Syntax Permitted in Prepared Statements: none of these; MariaDB prepares them all. */
static bool
is_never_prepared(dunlin_string sql)
{
    static const char *const words[] = {"TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"};
    static const char *const verbs[] = {"CREATE", "DROP", "ALTER"};
    uint64_t at = 0;
    size_t seen = 0;
    bool defines = false;

    while (at < sql.length && seen < 8) {
        uint64_t begin;

        while (at < sql.length && !isalnum((unsigned char)sql.data[at]))
            at++;
        begin = at;
        while (at < sql.length && (isalnum((unsigned char)sql.data[at]) || sql.data[at] == '_'))
            at++;
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
            if (dn_kit_same_word((dunlin_string){sql.data + begin, at - begin}, words[i]))
                return defines;
        for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]) && seen == 0; i++)
            defines = defines ||
                      dn_kit_same_word((dunlin_string){sql.data + begin, at - begin}, verbs[i]);
        seen++;
    }
    return false;
}

int32_t
dn_mysql_check_prepared(const dunlin_call *call, const dn_mysql_server *server, dunlin_string sql)
{
    if (server->mariadb || !is_never_prepared(sql))
        return DUNLIN_OK;
    return dn_kit_fail(
        call, DUNLIN_UNSUPPORTED,
        "MySQL prepares no statements about triggers and routines, so a script cannot "
        "ask first whether one is wanted");
}
