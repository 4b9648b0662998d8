/* SPDX-License-Identifier: MIT
 *
 * Members of tables, from how they were written to how SQLite has them.
 */
#include "drivers/sqlite/sqlite_local.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* --- notes ------------------------------------------------------------------------------------ */
static int32_t
push_note(dn_sqlite_local *local, int32_t kind, const char *message)
{
    dunlin_note note = {.size = sizeof(note),
                        .kind = kind,
                        .operation = local->operation,
                        .message = dn_kit_string(message)};

    return local->call->host->note != NULL ? local->call->host->note(local->call, &note)
                                           : DUNLIN_OK;
}

int32_t
dn_sqlite_note(dn_sqlite_local *local, int32_t kind, const char *format, ...)
{
    char message[1000];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    return push_note(local, kind, message);
}

int32_t
dn_sqlite_refuse(dn_sqlite_local *local, const char *format, ...)
{
    char message[1000];
    va_list arguments;
    int32_t status;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    status = push_note(local, DUNLIN_NOTE_UNTRANSLATABLE, message);
    if (status != DUNLIN_OK)
        return status;
    return dn_kit_fail(local->call, DUNLIN_UNSUPPORTED, "%s", message);
}

/* "'name': what is lost". */
static int32_t
note_lost(dn_sqlite_local *local, const char *what)
{
    return dn_sqlite_note(local, DUNLIN_NOTE_LOSSY, "'%.*s': %s", (int)local->name.length,
                          local->name.data, what);
}

/* --- expressions ---------------------------------------------------------------------------------- */
int32_t
dn_sqlite_translate(dn_sqlite_local *local, int32_t what, dunlin_string text, dunlin_string *native)
{
    *native = text;
    if (local->call->host->translate == NULL)
        return DUNLIN_OK;
    return local->call->host->translate(local->call, local->profile, what, text, native);
}

static int32_t
add_expression(dn_sqlite_local *local, const dn_sqlite_table *table,
               const dunlin_property *property, dn_kit_properties *set, const char *name)
{
    dn_sqlite_names names = dn_sqlite_table_names(table);
    dunlin_string native;
    int32_t status =
        dn_sqlite_translate(local, DUNLIN_TRANSLATE_EXPRESSION, property->text, &native);

    if (status != DUNLIN_OK)
        return status;
    names.complete = false; /* what is in double quotes is a name, known or not */
    dn_kit_properties_add(set, name, DUNLIN_PROPERTY_EXPRESSION,
                          dn_sqlite_expression_text(local->pool, native, &names));
    return DUNLIN_OK;
}

static int32_t
add_default(dn_sqlite_local *local, const dunlin_property *property, dn_kit_properties *set)
{
    dn_sqlite_tokens tokens;
    dunlin_string native;
    int32_t status =
        dn_sqlite_translate(local, DUNLIN_TRANSLATE_EXPRESSION, property->text, &native);

    if (status != DUNLIN_OK)
        return status;
    if (!dn_sqlite_tokens_cut(local->pool, native, &tokens) || tokens.count == 0)
        return DUNLIN_OK;
    native = dn_sqlite_default(local->pool, &tokens, 0, tokens.count,
                               dn_kit_set_text(dn_kit_set_of(set), "type"));
    if (native.length > 0)
        dn_kit_properties_add(set, "default", DUNLIN_PROPERTY_EXPRESSION, native);
    return DUNLIN_OK;
}

bool
dn_sqlite_is_type_check(dn_kit_pool *pool, dunlin_string expression, dunlin_string column)
{
    dn_sqlite_tokens tokens;
    size_t name = 0;

    if (!dn_sqlite_tokens_cut(pool, expression, &tokens) || tokens.count < 4)
        return false;
    if (dn_sqlite_tokens_word(&tokens, 0, "json_valid") && tokens.count == 4)
        name = 2;
    else if (dn_sqlite_tokens_word(&tokens, 0, "json_valid") && tokens.count == 9 &&
             dn_sqlite_tokens_word(&tokens, 2, "coalesce"))
        name = 4;
    else if (!dn_sqlite_tokens_word(&tokens, 1, "in") ||
             dn_sqlite_tokens_close(&tokens, 2) != tokens.count - 1)
        return false;
    for (size_t i = 3; name == 0 && i + 1 < tokens.count; i++)
        if (tokens.list[i].kind != DN_SQLITE_STRING && !dn_sqlite_tokens_symbol(&tokens, i, ','))
            return false;
    return dn_sqlite_same_name(dn_sqlite_name(pool, &tokens.list[name]), column);
}

/* --- properties that need no thought ---------------------------------------------------------------- */
typedef enum treatment {
    KEEP,    /* it is SQLite's, too */
    IGNORE,  /* it means nothing here */
    LOSE,    /* with a note */
    REFUSE,  /* it would mean something else without it */
    HANDLED, /* by the kind's own code */
    DROP     /* the whole member, with a note */
} treatment;

typedef struct handling {
    const char *name;
    treatment how;
    const char *why;
} handling;

static int32_t
handle(dn_sqlite_local *local, const handling *table, dn_kit_set given, uint64_t at,
       dn_kit_properties *set, bool *dropped)
{
    const dunlin_property *property = &given.list[at];
    bool is_false = property->type == DUNLIN_PROPERTY_BOOLEAN && property->integer == 0;

    while (table->name != NULL && !dn_kit_same(property->name, table->name))
        table++;
    if (table->name == NULL)
        return dn_sqlite_refuse(local, "'%.*s': SQLite has no '%.*s'", (int)local->name.length,
                                local->name.data, (int)property->name.length, property->name.data);
    if (is_false)
        return DUNLIN_OK;
    switch (table->how) {
    case KEEP: dn_kit_properties_take(set, given, at); return DUNLIN_OK;
    case DROP: *dropped = true; return note_lost(local, table->why);
    case LOSE: return note_lost(local, table->why);
    case REFUSE:
        return dn_sqlite_refuse(local, "'%.*s': %s", (int)local->name.length, local->name.data,
                                table->why);
    default: return DUNLIN_OK;
    }
}

static int32_t
handle_all(dn_sqlite_local *local, const handling *table, dn_kit_set given, dn_kit_properties *set,
           bool *dropped)
{
    int32_t status = DUNLIN_OK;

    for (uint64_t i = 0; i < given.count && status == DUNLIN_OK; i = dn_kit_set_next(given, i))
        status = handle(local, table, given, i, set, dropped);
    return status;
}

#define NO_COMMENTS                                                                                \
    {                                                                                              \
        "comment", LOSE, "SQLite keeps no comments"                                                \
    }
#define INFORMATIONAL                                                                              \
    {"unsure", IGNORE, NULL}, {"order", IGNORE, NULL}, {"depends", IGNORE, NULL},                  \
    {                                                                                              \
        "text", IGNORE, NULL                                                                       \
    }
#define AT_ONCE "SQLite checks it with every statement and not at COMMIT"

static const handling table_handling[] = {
    {"strict", KEEP, NULL},
    {"without_rowid", KEEP, NULL},
    {"temporary", KEEP, NULL},
    {"virtual", KEEP, NULL},
    {"engine", IGNORE, NULL},
    {"charset", IGNORE, NULL},
    {"options", IGNORE, NULL},
    {"collation", LOSE, "SQLite has collations of columns only"},
    {"unlogged", LOSE, "SQLite has no unlogged tables"},
    {"partition_by", REFUSE, "SQLite has no partitions"},
    {"partition_of", REFUSE, "SQLite has no partitions"},
    {"bound", REFUSE, "SQLite has no partitions"},
    {"inherits", REFUSE, "SQLite has no inheritance"},
    NO_COMMENTS,
    INFORMATIONAL,
    {NULL, IGNORE, NULL},
};

static const handling column_handling[] = {
    {"type", HANDLED, NULL},
    {"values", HANDLED, NULL},
    {"type_path", REFUSE, "SQLite has no types of one's own"},
    {"not_null", KEEP, NULL},
    {"default", HANDLED, NULL},
    {"auto", HANDLED, NULL},
    {"auto_options", LOSE, "SQLite numbers from 1 by 1"},
    {"generated", HANDLED, NULL},
    {"generated_kind", HANDLED, NULL},
    {"collation", HANDLED, NULL},
    {"charset", IGNORE, NULL},
    {"on_update", LOSE, "SQLite has no ON UPDATE of columns: a trigger can do it"},
    {"invisible", LOSE, "SQLite has no invisible columns"},
    {"not_null_on_conflict", KEEP, NULL},
    {"first", IGNORE, NULL},
    {"after", IGNORE, NULL},
    NO_COMMENTS,
    INFORMATIONAL,
    {NULL, IGNORE, NULL},
};

static const handling key_handling[] = {
    {"columns", KEEP, NULL},
    {"keys", KEEP, NULL},
    {"descending", KEEP, NULL},
    {"on_conflict", KEEP, NULL},
    {"deferrable", LOSE, AT_ONCE},
    {"deferred", IGNORE, NULL},
    {"nulls_not_distinct", REFUSE, "in SQLite nulls in a key are distinct"},
    NO_COMMENTS,
    INFORMATIONAL,
    {NULL, IGNORE, NULL},
};

static const handling foreign_handling[] = {
    {"columns", KEEP, NULL},
    {"ref", HANDLED, NULL},
    {"ref_columns", KEEP, NULL},
    {"on_delete", HANDLED, NULL},
    {"on_update", HANDLED, NULL},
    {"match", HANDLED, NULL},
    {"deferrable", KEEP, NULL},
    {"deferred", KEEP, NULL},
    {"not_valid", IGNORE, NULL},
    {"not_enforced", DROP, "it is left out, since SQLite enforces every foreign key"},
    NO_COMMENTS,
    INFORMATIONAL,
    {NULL, IGNORE, NULL},
};

static const handling check_handling[] = {
    {"expr", HANDLED, NULL},
    {"no_inherit", IGNORE, NULL},
    {"not_valid", LOSE, "SQLite checks the rows that are there, too"},
    {"not_enforced", DROP, "it is left out, since SQLite enforces every check"},
    {"on_conflict", KEEP, NULL},
    NO_COMMENTS,
    INFORMATIONAL,
    {NULL, IGNORE, NULL},
};

static const handling index_handling[] = {
    {"unique", KEEP, NULL},
    {"columns", HANDLED, NULL},
    {"keys", HANDLED, NULL},
    {"where", HANDLED, NULL},
    {"method", HANDLED, NULL},
    {"include", LOSE, "SQLite has no INCLUDE: the columns are left out"},
    {"nulls_not_distinct", REFUSE, "in SQLite nulls in an index are distinct"},
    {"invalid", IGNORE, NULL},
    NO_COMMENTS,
    INFORMATIONAL,
    {NULL, IGNORE, NULL},
};

static const handling view_handling[] = {
    {"definition", HANDLED, NULL}, {"columns", KEEP, NULL}, NO_COMMENTS, INFORMATIONAL,
    {NULL, IGNORE, NULL},
};

/* --- tables and columns ----------------------------------------------------------------------------- */
int32_t
dn_sqlite_local_table(dn_sqlite_local *local, dn_sqlite_table *table, dn_kit_set given)
{
    bool dropped = false;

    table->set.pool = local->pool;
    local->name = table->name;
    return handle_all(local, table_handling, given, &table->set, &dropped);
}

static int32_t
add_type(dn_sqlite_local *local, const dn_sqlite_table *table, dunlin_string name, dn_kit_set given,
         dn_kit_properties *set, dunlin_string *check, bool *portable)
{
    bool strict = dn_kit_set_is_true(dn_kit_set_of(&table->set), "strict");
    dn_sqlite_type_of type = dn_sqlite_type_for(local->pool, given, strict);

    *portable = type.portable;
    *check = dn_kit_string(NULL);
    if (type.unknown)
        return dn_sqlite_refuse(local, "'%.*s': the type '%.*s' is not a portable one",
                                (int)name.length, name.data, (int)type.native.length,
                                type.native.data);
    if (type.native.length > 0)
        dn_kit_properties_add(set, "type", DUNLIN_PROPERTY_TEXT, type.native);
    if (type.check.length > 0) {
        const char *place = memchr(type.check.data, '$', type.check.length);
        dunlin_string quoted = dn_sqlite_name_text(local->pool, name);
        int before = (int)(place - type.check.data);

        *check = dn_kit_pool_format(local->pool, "%.*s%.*s%.*s", before, type.check.data,
                                    (int)quoted.length, quoted.data,
                                    (int)type.check.length - before - 1, place + 1);
    }
    return type.lost != NULL ? note_lost(local, type.lost) : DUNLIN_OK;
}

static int32_t
add_collation(dn_sqlite_local *local, dunlin_string given, dn_kit_properties *set)
{
    static const char *const binary[] = {"C", "POSIX", "ucs_basic", "C.UTF-8", "default"};
    static const char *const own[] = {"NOCASE", "RTRIM", "BINARY"};

    for (size_t i = 0; i < sizeof(binary) / sizeof(binary[0]); i++)
        if (dn_kit_same_word(given, binary[i]))
            return DUNLIN_OK;
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (dn_kit_same_word(given, own[i])) {
            dn_kit_properties_add(set, "collation", DUNLIN_PROPERTY_TEXT, dn_kit_string(own[i]));
            return DUNLIN_OK;
        }
    return dn_sqlite_note(local, DUNLIN_NOTE_LOSSY,
                          "'%.*s': SQLite has no collation '%.*s', texts are compared by bytes",
                          (int)local->name.length, local->name.data, (int)given.length, given.data);
}

static int32_t
add_auto(dn_sqlite_local *local, dunlin_string given, dn_kit_properties *set)
{
    bool is_rowid = dn_kit_same(given, "rowid");

    dn_kit_properties_add(set, "auto", DUNLIN_PROPERTY_TEXT,
                          dn_kit_string(is_rowid ? "rowid" : "increment"));
    if (dn_kit_same(given, "always"))
        return note_lost(local,
                         "SQLite takes a value for it, too, although it is generated always");
    return DUNLIN_OK;
}

int32_t
dn_sqlite_local_column(dn_sqlite_local *local, const dn_sqlite_table *table, dunlin_string name,
                       dn_kit_set given, dn_kit_properties *set, dunlin_string *check,
                       bool *portable)
{
    const dunlin_property *property;
    bool dropped = false;
    int32_t status;

    local->name = name;
    status = add_type(local, table, name, given, set, check, portable);
    if (status == DUNLIN_OK)
        status = handle_all(local, column_handling, given, set, &dropped);
    property = dn_kit_set_find(given, "default");
    if (status == DUNLIN_OK && property != NULL)
        status = add_default(local, property, set);
    property = dn_kit_set_find(given, "auto");
    if (status == DUNLIN_OK && property != NULL)
        status = add_auto(local, property->text, set);
    property = dn_kit_set_find(given, "generated");
    if (status == DUNLIN_OK && property != NULL) {
        status = add_expression(local, table, property, set, "generated");
        dn_kit_properties_add(
            set, "generated_kind", DUNLIN_PROPERTY_TEXT,
            dn_kit_string(dn_kit_same(dn_kit_set_text(given, "generated_kind"), "virtual")
                              ? "virtual"
                              : "stored"));
    }
    property = dn_kit_set_find(given, "collation");
    if (status == DUNLIN_OK && property != NULL)
        status = add_collation(local, property->text, set);
    dn_sqlite_round_default(local, set);
    return status;
}

static int32_t
add_column(dn_sqlite_local *local, dn_sqlite_table *table, dunlin_string name, dn_kit_set given)
{
    dn_sqlite_member *column = dn_sqlite_member_add(table, DN_SQLITE_KIND_COLUMN, name);
    dn_kit_properties set = {.pool = local->pool};
    dunlin_string check;
    bool portable;
    int32_t status;

    if (column == NULL)
        return dn_kit_no_memory(local->call);
    status = dn_sqlite_local_column(local, table, name, given, &set, &check, &portable);
    column->set = set;
    column->portable = portable;
    if (status != DUNLIN_OK || check.length == 0)
        return status;
    set = (dn_kit_properties){.pool = local->pool};
    dn_kit_properties_add(&set, "expr", DUNLIN_PROPERTY_EXPRESSION, check);
    column = dn_sqlite_member_add(
        table, DN_SQLITE_KIND_CHECK,
        dn_sqlite_content_name(local->pool, DN_SQLITE_KIND_CHECK, dn_kit_set_of(&set)));
    if (column == NULL)
        return dn_kit_no_memory(local->call);
    column->set = set;
    return DUNLIN_OK;
}

/* --- keys, checks, indexes ----------------------------------------------------------------------------- */
static int32_t
add_foreign_key(dn_sqlite_local *local, dn_kit_set given, dn_kit_properties *set)
{
    static const char *const actions[] = {"on_delete", "on_update"};
    dn_kit_set ref = dn_kit_set_list(given, "ref");
    dunlin_string match = dn_kit_set_text(given, "match");

    dn_kit_properties_begin(set, "ref", DUNLIN_PROPERTY_LIST_BEGIN);
    if (ref.count > 0)
        dn_kit_properties_add(set, "", DUNLIN_PROPERTY_IDENTIFIER, ref.list[ref.count - 1].text);
    dn_kit_properties_end(set);
    for (size_t i = 0; i < 2; i++) {
        dunlin_string action = dn_kit_set_text(given, actions[i]);

        if (action.length > 0 && !dn_kit_same(action, "no action"))
            dn_kit_properties_add(set, actions[i], DUNLIN_PROPERTY_TEXT, action);
    }
    if (match.length == 0 || dn_kit_same_word(match, "simple"))
        return DUNLIN_OK;
    /* In small letters it is a portable one. SQLite keeps any word, and takes it for SIMPLE. */
    if (dn_kit_same(match, "full") || dn_kit_same(match, "partial"))
        return note_lost(local, "SQLite knows MATCH SIMPLE only");
    dn_kit_properties_add(set, "match", DUNLIN_PROPERTY_TEXT, match);
    return DUNLIN_OK;
}

/* One of an index's keys. */
static int32_t
add_key(dn_sqlite_local *local, const dn_sqlite_table *table, dn_kit_set key,
        dn_kit_properties *set)
{
    const dunlin_property *column = dn_kit_set_find(key, "column");
    const dunlin_property *expression = dn_kit_set_find(key, "expr");
    dunlin_string collation = dn_kit_set_text(key, "collation");
    int32_t status = DUNLIN_OK;

    dn_kit_properties_begin(set, "", DUNLIN_PROPERTY_STRUCT_BEGIN);
    if (column != NULL)
        dn_kit_properties_add(set, "column", DUNLIN_PROPERTY_IDENTIFIER, column->text);
    else if (expression != NULL)
        status = add_expression(local, table, expression, set, "expr");
    if (dn_kit_set_is_true(key, "desc"))
        dn_kit_properties_true(set, "desc");
    if (status == DUNLIN_OK && collation.length > 0)
        status = add_collation(local, collation, set);
    dn_kit_properties_end(set);
    if (status == DUNLIN_OK && dn_kit_set_find(key, "nulls") != NULL)
        status = note_lost(local, "SQLite has nulls first in every index");
    if (status == DUNLIN_OK && dn_kit_set_find(key, "opclass") != NULL)
        status = note_lost(local, "SQLite has no operator classes");
    if (status == DUNLIN_OK && dn_kit_set_find(key, "length") != NULL)
        status = note_lost(local, "SQLite indexes the whole column, not its beginning");
    return status;
}

static int32_t
add_index(dn_sqlite_local *local, const dn_sqlite_table *table, dn_kit_set given,
          dn_kit_properties *set)
{
    dn_kit_set keys = dn_kit_set_list(given, "keys");
    dn_kit_set columns = dn_kit_set_list(given, "columns");
    const dunlin_property *where = dn_kit_set_find(given, "where");
    dunlin_string method = dn_kit_set_text(given, "method");
    int32_t status = DUNLIN_OK;

    if (keys.count == 0 && columns.count == 0 && given.count == 1 &&
        dn_kit_set_find(given, "comment") != NULL)
        return DUNLIN_OK; /* said of one that is there */
    if (keys.count == 0 && columns.count == 0)
        return dn_sqlite_refuse(local, "'%.*s': an index without columns", (int)local->name.length,
                                local->name.data);
    dn_kit_properties_begin(set, "keys", DUNLIN_PROPERTY_LIST_BEGIN);
    for (uint64_t i = 0; i < keys.count && status == DUNLIN_OK; i = dn_kit_set_next(keys, i))
        status = add_key(local, table, dn_kit_set_inside(keys, &keys.list[i]), set);
    for (uint64_t i = 0; i < columns.count && status == DUNLIN_OK; i++) {
        dn_kit_properties_begin(set, "", DUNLIN_PROPERTY_STRUCT_BEGIN);
        if (columns.list[i].type == DUNLIN_PROPERTY_EXPRESSION)
            status = add_expression(local, table, &columns.list[i], set, "expr");
        else
            dn_kit_properties_add(set, "column", DUNLIN_PROPERTY_IDENTIFIER, columns.list[i].text);
        dn_kit_properties_end(set);
    }
    dn_kit_properties_end(set);
    if (status == DUNLIN_OK && where != NULL)
        status = add_expression(local, table, where, set, "where");
    if (status == DUNLIN_OK && method.length > 0 && !dn_kit_same_word(method, "btree"))
        status = note_lost(local, "SQLite has B-tree indexes only");
    return status;
}

static const handling *const handlings[DN_SQLITE_KINDS + 1] = {
    [DN_SQLITE_KIND_PRIMARY_KEY] = key_handling,     [DN_SQLITE_KIND_UNIQUE] = key_handling,
    [DN_SQLITE_KIND_FOREIGN_KEY] = foreign_handling, [DN_SQLITE_KIND_CHECK] = check_handling,
    [DN_SQLITE_KIND_INDEX] = index_handling,
};

int32_t
dn_sqlite_local_member(dn_sqlite_local *local, dn_sqlite_table *table, dunlin_string kind_name,
                       dunlin_string name, dn_kit_set given)
{
    dn_sqlite_member_kind kind = dn_sqlite_kind_named(kind_name);
    dn_kit_properties set = {.pool = local->pool};
    dn_sqlite_member *member;
    bool dropped = false;
    int32_t status;

    local->name = name;
    if (kind == DN_SQLITE_KIND_COLUMN)
        return add_column(local, table, name, given);
    if (handlings[kind] == NULL)
        return dn_sqlite_refuse(local, "SQLite has no %.*s in a table", (int)kind_name.length,
                                kind_name.data);
    status = handle_all(local, handlings[kind], given, &set, &dropped);
    if (status == DUNLIN_OK && kind == DN_SQLITE_KIND_FOREIGN_KEY)
        status = add_foreign_key(local, given, &set);
    else if (status == DUNLIN_OK && kind == DN_SQLITE_KIND_INDEX)
        status = add_index(local, table, given, &set);
    else if (status == DUNLIN_OK && kind == DN_SQLITE_KIND_CHECK &&
             dn_kit_set_find(given, "expr") != NULL)
        status = add_expression(local, table, dn_kit_set_find(given, "expr"), &set, "expr");
    if (status != DUNLIN_OK || dropped)
        return status;
    if (name.length == 0 && dn_sqlite_kind_is_constraint(kind))
        name = dn_sqlite_content_name(local->pool, kind, dn_kit_set_of(&set));
    member = dn_sqlite_member_add(table, kind, name);
    if (member == NULL)
        return dn_kit_no_memory(local->call);
    member->set = set;
    return DUNLIN_OK;
}

/* That a rowid numbers itself nobody asked for: it comes and goes with the key. */
static void
forget_rowid(dn_sqlite_local *local, dn_sqlite_member *column)
{
    dn_kit_set set = dn_kit_set_of(&column->set);
    dn_kit_properties kept = {.pool = local->pool};

    if (!dn_kit_same(dn_kit_set_text(set, "auto"), "rowid"))
        return;
    for (uint64_t i = 0; i < set.count; i = dn_kit_set_next(set, i))
        if (!dn_kit_same(set.list[i].name, "auto"))
            dn_kit_properties_take(&kept, set, i);
    column->set = kept;
}

int32_t
dn_sqlite_local_settle(dn_sqlite_local *local, dn_sqlite_table *table)
{
    const dn_sqlite_member *key = dn_sqlite_table_key(table);
    dn_kit_set columns =
        key != NULL ? dn_kit_set_list(dn_kit_set_of(&key->set), "columns") : (dn_kit_set){NULL, 0};

    for (size_t i = 0; i < table->count; i++) {
        dn_sqlite_member *column = &table->members[i];
        dn_kit_set set;
        bool is_rowid;
        bool counts;

        if (column->gone || column->kind != DN_SQLITE_KIND_COLUMN)
            continue;
        is_rowid = dn_sqlite_is_rowid(table, column);
        if (!is_rowid)
            forget_rowid(local, column);
        set = dn_kit_set_of(&column->set);
        counts = dn_kit_set_find(set, "auto") != NULL;
        if (counts && !is_rowid)
            return dn_sqlite_refuse(local,
                                    "'%.*s': in SQLite only a whole number that is the primary key "
                                    "alone numbers itself",
                                    (int)column->name.length, column->name.data);
        if (is_rowid && !counts)
            dn_kit_properties_add(&column->set, "auto", DUNLIN_PROPERTY_TEXT,
                                  dn_kit_string("rowid"));
        if (column->portable && dn_sqlite_list_has(columns, column->name) &&
            dn_kit_set_find(set, "not_null") == NULL)
            dn_kit_properties_true(&column->set, "not_null");
    }
    return DUNLIN_OK;
}

/* --- views ------------------------------------------------------------------------------------------ */
int32_t
dn_sqlite_local_view(dn_sqlite_local *local, dn_kit_set given, dunlin_string body,
                     dn_kit_properties *set)
{
    const dunlin_property *definition = dn_kit_set_find(given, "definition");
    bool dropped = false;
    bool named;
    dn_sqlite_tokens tokens;
    dunlin_string native;
    int32_t status = handle_all(local, view_handling, given, set, &dropped);

    if (status == DUNLIN_OK)
        status = dn_sqlite_translate(local, DUNLIN_TRANSLATE_QUERY,
                                     definition != NULL ? definition->text : body, &native);
    if (status != DUNLIN_OK)
        return status;
    /* Where its columns are listed, the names in the query do not matter, and a rename would leave them be. */
    named = dn_kit_set_list(dn_kit_set_of(set), "columns").count > 0;
    if (dn_sqlite_tokens_cut(local->pool, native, &tokens))
        dn_kit_properties_add(
            set, "definition", DUNLIN_PROPERTY_EXPRESSION,
            named ? dn_sqlite_view_text(local->pool, &tokens, 0, tokens.count, true)
                  : dn_sqlite_statement_text(local->pool, &tokens, 0, tokens.count));
    return local->pool->failed ? dn_kit_no_memory(local->call) : DUNLIN_OK;
}
