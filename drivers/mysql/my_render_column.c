/* SPDX-License-Identifier: MIT
 *
 * Columns: what one is now, and its clause. A MODIFY drops whatever it does not say again, so it
 * says all.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "drivers/mysql/my_render.h"
#include "drivers/mysql/my_schema.h"

/* --- defaults ------------------------------------------------------------------------------------------- */
static bool
is_number(dunlin_string text)
{
    uint64_t at = text.length > 0 && (text.data[0] == '-' || text.data[0] == '+') ? 1 : 0;

    if (at == text.length || (!isdigit((unsigned char)text.data[at]) && text.data[at] != '.'))
        return false;
    for (; at < text.length; at++)
        if (!isdigit((unsigned char)text.data[at]) && strchr(".eE", text.data[at]) == NULL)
            return false;
    return true;
}

/* 'text', x'00', b'01' */
static bool
is_string(dunlin_string text)
{
    uint64_t at = 0;

    if (text.length > 0 && strchr("xXbB", text.data[0]) != NULL)
        at = 1;
    if (text.length < at + 2 || text.data[at] != '\'' || text.data[text.length - 1] != '\'')
        return false;
    for (at++; at + 1 < text.length; at++) {
        if (text.data[at] == '\\' || (text.data[at] == '\'' && text.data[at + 1] == '\''))
            at++;
        else if (text.data[at] == '\'')
            return false;
    }
    return at + 1 == text.length;
}

static dunlin_string
now_default(dn_kit_pool *pool, const dn_mysql_server *server, dunlin_string type)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    int digits = dn_mysql_digits(type);

    dn_kit_text_add(&text, server->mariadb ? "current_timestamp" : "CURRENT_TIMESTAMP");
    if (digits > 0)
        dn_kit_text_format(&text, "(%d)", digits);
    else if (server->mariadb)
        dn_kit_text_add(&text, "()");
    return dn_kit_pool_text(pool, &text);
}

dunlin_string
dn_mysql_default_text(dn_kit_pool *pool, const dn_mysql_server *server, dunlin_string native,
                      dunlin_string type)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    dunlin_string bare = native;

    while (dn_mysql_unwrap(bare).length != bare.length)
        bare = dn_mysql_unwrap(bare);
    if (dn_kit_same_word(bare, "NULL"))
        return dn_kit_string("");
    if (dn_kit_same_word(bare, "TRUE") || dn_kit_same_word(bare, "FALSE"))
        return dn_kit_string(dn_kit_same_word(bare, "TRUE") ? "1" : "0");
    /* The digits must be the column's. */
    if ((dn_mysql_begins(bare, "CURRENT_TIMESTAMP") || dn_kit_same_word(bare, "NOW()")) &&
        memchr(bare.data, ' ', bare.length) == NULL &&
        (dn_mysql_begins(type, "datetime") || dn_mysql_begins(type, "timestamp")))
        return now_default(pool, server, type);
    if ((is_number(bare) || is_string(bare)) && (server->mariadb || !dn_mysql_is_long(type)))
        return bare;
    dn_kit_text_add(&text, "(");
    dn_kit_text_add_string(&text, bare);
    dn_kit_text_add(&text, ")");
    return dn_kit_pool_text(pool, &text);
}

static bool
is_expression(dunlin_string text)
{
    return text.length > 0 && text.data[0] == '(';
}

/* --- members in the server's words --------------------------------------------------------------------------- */
static int32_t
check_collation(dn_mysql_rendering *work, const dunlin_property *member, dn_mysql_list *list)
{
    static const char *const binary[] = {"C", "POSIX", "ucs_basic", "default", "BINARY"};
    static const char *const own[] = {"utf8", "latin", "ascii", "binary", "ucs2", "utf16", "utf32",
                                      "uca",  "cp",    "koi8",  "big5",   "gbk",  "sjis",  "ujis"};

    /* Tables of portable histories compare by bytes as they are. */
    for (size_t i = 0; i < sizeof(binary) / sizeof(binary[0]); i++)
        if (dn_kit_same(member->text, binary[i]))
            return DUNLIN_OK;
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (dn_mysql_begins(member->text, own[i])) {
            dn_mysql_add_copy(list, member);
            return DUNLIN_OK;
        }
    return dn_mysql_refuse(work, NULL, "collation '%.*s'", (int)member->text.length,
                           member->text.data);
}

static int32_t
add_native_default(dn_mysql_rendering *work, dunlin_string column, dunlin_string type,
                   dunlin_string text, dn_mysql_list *list)
{
    dunlin_string native;
    int32_t status = dn_mysql_native(work, DUNLIN_TRANSLATE_EXPRESSION, text, &native);

    if (status != DUNLIN_OK)
        return status;
    native = dn_mysql_default_text(&work->pool, &work->server,
                                   dn_kit_pool_copy(&work->pool, native), type);
    if (is_expression(native) && !dn_mysql_expression_defaults(&work->server))
        return dn_mysql_refuse(work, NULL,
                               "expressions as defaults before 8.0.13: the default of '%.*s'",
                               (int)column.length, column.data);
    dn_mysql_add(list, "default", DUNLIN_PROPERTY_EXPRESSION, native);
    return DUNLIN_OK;
}

static int32_t
add_type(dn_mysql_rendering *work, dunlin_string column, dn_kit_set members, dunlin_string *text,
         dn_mysql_list *list)
{
    dn_mysql_type type = dn_mysql_type_of(&work->pool, &work->server, members);

    *text = type.text;
    if (type.refused != NULL)
        return dn_mysql_refuse(work, NULL, "%s: column '%.*s'", type.refused, (int)column.length,
                               column.data);
    dn_mysql_add(list, "type", DUNLIN_PROPERTY_TEXT, type.text);
    return type.lossy != NULL ? dn_mysql_lossy(work, "column '%.*s': %s", (int)column.length,
                                               column.data, type.lossy)
                              : DUNLIN_OK;
}

int32_t
dn_mysql_native_column(dn_mysql_rendering *work, dunlin_string column, dn_kit_set members,
                       dn_mysql_list *list)
{
    const dunlin_property *end = members.list + members.count;
    dunlin_string type = dn_kit_set_text(members, "type");
    int32_t status = DUNLIN_OK;

    if (dn_kit_set_find(members, "type") != NULL)
        status = add_type(work, column, members, &type, list);
    for (const dunlin_property *member = members.list; member < end && status == DUNLIN_OK;
         member = members.list + dn_kit_set_next(members, (uint64_t)(member - members.list))) {
        dunlin_string native;

        if (dn_kit_same(member->name, "type") || dn_kit_same(member->name, "first") ||
            dn_kit_same(member->name, "after"))
            continue;
        if (dn_kit_same(member->name, "default")) {
            status = add_native_default(work, column, type, member->text, list);
        } else if (dn_kit_same(member->name, "generated")) {
            status = dn_mysql_native(work, DUNLIN_TRANSLATE_EXPRESSION, member->text, &native);
            if (status == DUNLIN_OK)
                dn_mysql_add(list, "generated", DUNLIN_PROPERTY_EXPRESSION,
                             dn_kit_pool_copy(&work->pool, native));
        } else if (dn_kit_same(member->name, "collation")) {
            status = check_collation(work, member, list);
        } else if (dn_kit_same(member->name, "auto_options")) {
            status = dn_mysql_lossy(
                work, "column '%.*s': where its numbers begin, and their steps, are not kept",
                (int)column.length, column.data);
        } else {
            dn_mysql_add_copy(list, member);
            if (dn_kit_same(member->name, "auto") && dn_kit_same(member->text, "always"))
                status = dn_mysql_lossy(work,
                                        "column '%.*s': it takes a value, too, although it is "
                                        "generated always",
                                        (int)column.length, column.data);
        }
    }
    return list->failed ? dn_kit_no_memory(work->call) : status;
}

/* --- what a column is now ---------------------------------------------------------------------------------------- */
static bool
names_column(const dunlin_operation *operation, dunlin_string table, dunlin_string column)
{
    return dn_kit_same(operation->kind, DUNLIN_KIND_COLUMN) && operation->path_count == 2 &&
           dn_kit_equal(operation->path[0], table) &&
           dn_mysql_same_name(operation->path[1], column);
}

/* Undoes a rename that led to this name. */
static void
go_back(const dunlin_operation *operation, dunlin_string *table, dunlin_string *column)
{
    if (operation->verb != DUNLIN_VERB_RENAME || operation->new_path_count == 0)
        return;
    if (dn_kit_same(operation->kind, DUNLIN_KIND_TABLE) &&
        dn_kit_equal(operation->new_path[0], *table))
        *table = operation->path[0];
    if (dn_kit_same(operation->kind, DUNLIN_KIND_COLUMN) && operation->new_path_count == 2 &&
        dn_kit_equal(operation->new_path[0], *table) &&
        dn_mysql_same_name(operation->new_path[1], *column))
        *column = operation->path[1];
}

/* Puts the changes of an ALTER over what is there. */
static int32_t
overlay(dn_mysql_rendering *work, dunlin_string column, const dunlin_operation *operation,
        dn_mysql_list *list)
{
    dn_kit_set set = dn_mysql_set(operation);
    dn_kit_set old = {list->items, list->count};
    bool retyped = dn_kit_set_find(set, "type") != NULL;
    dn_mysql_list merged = {0};
    dn_mysql_list with_type = {0};
    int32_t status;

    for (uint64_t i = 0; i < old.count; i = dn_kit_set_next(old, i)) {
        DN_KIT_CLEANUP(dn_kit_free) char *name = dn_kit_copy(old.list[i].name);

        if (name == NULL) {
            merged.failed = true;
            break;
        }
        if (dn_kit_set_find(set, name) == NULL && !dn_mysql_unsets(operation, name) &&
            !(retyped && (strcmp(name, "values") == 0 || strcmp(name, "collation") == 0)))
            dn_mysql_add_copy(&merged, &old.list[i]);
    }
    /* A new default is written by the type that the column has. */
    if (!retyped && dn_kit_set_find(old, "type") != NULL) {
        const dunlin_property *type = dn_kit_set_find(old, "type");

        for (uint64_t i = 0; i < set.count; i = dn_kit_set_next(set, i))
            dn_mysql_add_copy(&with_type, &set.list[i]);
        dn_mysql_add_copy(&with_type, type);
        set.list = with_type.items;
        set.count = with_type.count;
    }
    if (!retyped && with_type.count > 0) {
        dn_mysql_list again = {0};

        for (size_t i = 0; i < merged.count;) {
            dn_kit_set all = {merged.items, merged.count};

            if (!dn_kit_same(merged.items[i].name, "type"))
                dn_mysql_add_copy(&again, &merged.items[i]);
            i = (size_t)dn_kit_set_next(all, i);
        }
        dn_mysql_list_free(&merged);
        merged = again;
    }
    status = dn_mysql_native_column(work, column, set, &merged);
    dn_mysql_list_free(&with_type);
    dn_mysql_list_free(list);
    *list = merged;
    return list->failed ? dn_kit_no_memory(work->call) : status;
}

int32_t
dn_mysql_column_now(dn_mysql_rendering *work, dunlin_string table, dunlin_string column,
                    uint64_t before, dn_mysql_list *list)
{
    uint64_t count;
    const uint64_t *past = dn_mysql_past_of(work, table, &count);
    uint64_t begin;
    const dunlin_operation *made = NULL;
    bool quiet = work->quiet;
    int32_t status = DUNLIN_OK;

    if (past == NULL)
        return dn_kit_no_memory(work->call);
    while (count > 0 && past[count - 1] >= before)
        count--;
    begin = count;
    while (begin > 0 && made == NULL) {
        const dunlin_operation *operation = work->operations[past[--begin]];

        if (operation->verb == DUNLIN_VERB_CREATE && names_column(operation, table, column))
            made = operation;
        else
            go_back(operation, &table, &column);
    }
    work->quiet = true;
    if (made != NULL) {
        status = dn_mysql_native_column(work, column, dn_mysql_set(made), list);
        begin++;
    } else {
        dn_kit_set members =
            dn_mysql_fact_members(dn_mysql_find(work, DUNLIN_KIND_COLUMN, table, column));

        for (uint64_t i = 0; i < members.count; i = dn_kit_set_next(members, i))
            dn_mysql_add_copy(list, &members.list[i]);
    }
    for (; begin < count && status == DUNLIN_OK; begin++) {
        const dunlin_operation *operation = work->operations[past[begin]];

        if (operation->verb == DUNLIN_VERB_ALTER && names_column(operation, table, column)) {
            status = overlay(work, column, operation, list);
        } else if (operation->verb == DUNLIN_VERB_RENAME && operation->new_path_count > 0) {
            if (names_column(operation, table, column))
                column = operation->new_path[1];
            else if (dn_kit_same(operation->kind, DUNLIN_KIND_TABLE) &&
                     dn_kit_equal(operation->path[0], table))
                table = operation->new_path[0];
        }
    }
    work->quiet = quiet;
    return list->failed ? dn_kit_no_memory(work->call) : status;
}

int32_t
dn_mysql_column_type(dn_mysql_rendering *work, dunlin_string table, dunlin_string column,
                     uint64_t before, dunlin_string *type)
{
    dn_mysql_list now = {0};
    int32_t status = dn_mysql_column_now(work, table, column, before, &now);
    dn_kit_set members = {now.items, now.count};

    *type = dn_kit_pool_copy(&work->pool, dn_kit_set_text(members, "type"));
    dn_mysql_list_free(&now);
    return status;
}

/* --- the clause -------------------------------------------------------------------------------------------------------- */
static void
add_type_text(dn_mysql_rendering *work, dn_kit_set column)
{
    dunlin_string type = dn_kit_set_text(column, "type");
    dn_kit_set values = dn_kit_set_list(column, "values");

    dn_kit_text_add(&work->sql, " ");
    dn_kit_text_add_string(&work->sql, type);
    if (!dn_kit_same(type, "enum"))
        return;
    for (uint64_t i = 0; i < values.count; i++) {
        dn_kit_text_add(&work->sql, i > 0 ? "," : "(");
        dn_mysql_add_string(work, values.list[i].text);
    }
    dn_kit_text_add(&work->sql, ")");
}

/* [MDB] a check that was written with a column goes with a MODIFY that does not have it. */
static void
add_own_check(dn_mysql_rendering *work, dunlin_string table, dunlin_string name)
{
    dn_kit_set check = dn_mysql_fact_members(dn_mysql_find(work, DUNLIN_KIND_CHECK, table, name));
    uint64_t count;
    const uint64_t *past = dn_mysql_past_of(work, table, &count);

    for (uint64_t i = 0; past != NULL && i < count && past[i] < work->at; i++) {
        const dunlin_operation *operation = work->operations[past[i]];

        if (dn_kit_same(operation->kind, DUNLIN_KIND_CHECK) && operation->path_count == 2 &&
            dn_kit_equal(operation->path[0], table) && dn_mysql_same_name(operation->path[1], name))
            check = operation->verb == DUNLIN_VERB_CREATE ? dn_mysql_set(operation)
                                                          : (dn_kit_set){NULL, 0};
    }
    if (!dn_kit_same(dn_kit_set_text(check, "level"), "column"))
        return;
    dn_kit_text_add(&work->sql, " CHECK (");
    dn_kit_text_add_string(&work->sql, dn_kit_set_text(check, "expr"));
    dn_kit_text_add(&work->sql, ")");
}

static int32_t
add_generated(dn_mysql_rendering *work, dunlin_string name, dn_kit_set column)
{
    dunlin_string expression = dn_kit_set_text(column, "generated");
    bool stored = !dn_kit_same(dn_kit_set_text(column, "generated_kind"), "virtual");

    if (dn_mysql_is_row_time(expression)) {
        dn_kit_text_format(&work->sql, " GENERATED ALWAYS AS %.*s", (int)expression.length,
                           expression.data);
        return DUNLIN_OK;
    }
    dn_kit_text_add(&work->sql, " GENERATED ALWAYS AS (");
    dn_kit_text_add_string(&work->sql, dn_mysql_unwrap(expression));
    dn_kit_text_add(&work->sql, stored ? ") STORED" : ") VIRTUAL");
    if (!dn_kit_set_is_true(column, "not_null"))
        return DUNLIN_OK;
    if (!work->server.mariadb) {
        dn_kit_text_add(&work->sql, " NOT NULL");
        return DUNLIN_OK;
    }
    return dn_mysql_lossy(work, "column '%.*s': a generated column cannot be NOT NULL here",
                          (int)name.length, name.data);
}

int32_t
dn_mysql_add_column(dn_mysql_rendering *work, dunlin_string table, dunlin_string name,
                    dn_kit_set column)
{
    dunlin_string type = dn_kit_set_text(column, "type");
    dunlin_string text;
    int32_t status = DUNLIN_OK;

    dn_mysql_add_name(work, name);
    add_type_text(work, column);
    text = dn_kit_set_text(column, "charset");
    if (text.length > 0)
        dn_kit_text_format(&work->sql, " CHARACTER SET %.*s", (int)text.length, text.data);
    text = dn_kit_set_text(column, "collation");
    if (text.length > 0)
        dn_kit_text_format(&work->sql, " COLLATE %.*s", (int)text.length, text.data);
    if (dn_kit_set_find(column, "generated") != NULL) {
        status = add_generated(work, name, column);
    } else {
        /* A TIMESTAMP that says neither may become NOT NULL. */
        if (dn_kit_set_is_true(column, "not_null"))
            dn_kit_text_add(&work->sql, " NOT NULL");
        else if (dn_mysql_begins(type, "timestamp"))
            dn_kit_text_add(&work->sql, " NULL");
        text = dn_kit_set_text(column, "default");
        if (text.length > 0)
            dn_kit_text_format(&work->sql, " DEFAULT %.*s", (int)text.length, text.data);
        text = dn_kit_set_text(column, "on_update");
        if (text.length > 0)
            dn_kit_text_format(&work->sql, " ON UPDATE %.*s", (int)text.length, text.data);
        if (dn_kit_set_find(column, "auto") != NULL && !dn_mysql_is_paused(work, table, name))
            dn_kit_text_add(&work->sql, " AUTO_INCREMENT");
    }
    if (dn_kit_set_is_true(column, "invisible"))
        dn_kit_text_add(&work->sql, " INVISIBLE");
    if (dn_kit_set_is_true(column, "unversioned"))
        dn_kit_text_add(&work->sql, " WITHOUT SYSTEM VERSIONING");
    text = dn_kit_set_text(column, "comment");
    if (text.length > 0) {
        dn_kit_text_add(&work->sql, " COMMENT ");
        dn_mysql_add_string(work, text);
    }
    add_own_check(work, table, name);
    return status;
}
