/* SPDX-License-Identifier: MIT */
#include "drivers/sqlite/sqlite_write.h"

#include <string.h>

#include "drivers/sqlite/sqlite_local.h"

void
dn_sqlite_write_name(dn_kit_text *sql, dunlin_string name)
{
    dn_kit_text_quote(sql, '"', name);
}

static void
write_names(dn_kit_text *sql, dn_kit_set list)
{
    dn_kit_text_add(sql, "(");
    for (uint64_t i = 0; i < list.count; i++) {
        if (i > 0)
            dn_kit_text_add(sql, ", ");
        dn_sqlite_write_name(sql, list.list[i].text);
    }
    dn_kit_text_add(sql, ")");
}

static void
write_conflict(dn_kit_text *sql, dn_kit_set set, const char *name)
{
    dunlin_string conflict = dn_kit_set_text(set, name);

    if (conflict.length > 0)
        dn_kit_text_format(sql, " ON CONFLICT %.*s", (int)conflict.length, conflict.data);
}

/* ("a" COLLATE NOCASE DESC, (lower("b"))) */
static void
write_keys(dn_kit_text *sql, dn_kit_set keys)
{
    dn_kit_text_add(sql, "(");
    for (uint64_t i = 0; i < keys.count; i = dn_kit_set_next(keys, i)) {
        dn_kit_set key = dn_kit_set_inside(keys, &keys.list[i]);
        dunlin_string collation = dn_kit_set_text(key, "collation");
        dunlin_string expression = dn_kit_set_text(key, "expr");

        if (i > 0)
            dn_kit_text_add(sql, ", ");
        if (expression.length > 0) {
            dn_kit_text_add(sql, "(");
            dn_kit_text_add_string(sql, expression);
            dn_kit_text_add(sql, ")");
        } else {
            dn_sqlite_write_name(sql, dn_kit_set_text(key, "column"));
        }
        if (collation.length > 0) {
            dn_kit_text_add(sql, " COLLATE ");
            dn_kit_text_add_string(sql, collation);
        }
        if (dn_kit_set_is_true(key, "desc"))
            dn_kit_text_add(sql, " DESC");
    }
    dn_kit_text_add(sql, ")");
}

/* --- constraints ------------------------------------------------------------------------------- */
static void
write_constraint_name(dn_kit_text *sql, const dn_sqlite_member *member)
{
    if (dn_sqlite_is_unnamed(member))
        return;
    dn_kit_text_add(sql, "CONSTRAINT ");
    dn_sqlite_write_name(sql, member->name);
    dn_kit_text_add(sql, " ");
}

static void
write_action(dn_kit_text *sql, dn_kit_set set, const char *name, const char *words)
{
    dunlin_string action = dn_kit_set_text(set, name);

    if (action.length == 0)
        return;
    dn_kit_text_add(sql, words);
    for (uint64_t i = 0; i < action.length; i++) {
        char byte = action.data[i];

        byte = byte >= 'a' && byte <= 'z' ? (char)(byte - 'a' + 'A') : byte;
        dn_kit_text_add_string(sql, (dunlin_string){&byte, 1});
    }
}

static void
write_references(dn_kit_text *sql, dn_kit_set set)
{
    dn_kit_set ref = dn_kit_set_list(set, "ref");
    dn_kit_set columns = dn_kit_set_list(set, "ref_columns");
    dunlin_string match = dn_kit_set_text(set, "match");

    dn_kit_text_add(sql, "REFERENCES ");
    if (ref.count > 0)
        dn_sqlite_write_name(sql, ref.list[ref.count - 1].text);
    if (columns.count > 0) {
        dn_kit_text_add(sql, " ");
        write_names(sql, columns);
    }
    write_action(sql, set, "on_delete", " ON DELETE ");
    write_action(sql, set, "on_update", " ON UPDATE ");
    if (match.length > 0)
        dn_kit_text_format(sql, " MATCH %.*s", (int)match.length, match.data);
    if (dn_kit_set_is_true(set, "deferrable"))
        dn_kit_text_add(sql, dn_kit_set_is_true(set, "deferred") ? " DEFERRABLE INITIALLY DEFERRED"
                                                                 : " DEFERRABLE");
}

static void
write_constraint(dn_kit_text *sql, const dn_sqlite_member *member)
{
    dn_kit_set set = dn_kit_set_of(&member->set);
    dunlin_string expression = dn_kit_set_text(set, "expr");
    dn_kit_set keys = dn_kit_set_list(set, "keys");

    write_constraint_name(sql, member);
    if (member->kind == DN_SQLITE_KIND_CHECK) {
        dn_kit_text_add(sql, "CHECK (");
        dn_kit_text_add_string(sql, expression);
        dn_kit_text_add(sql, ")");
    } else if (member->kind == DN_SQLITE_KIND_FOREIGN_KEY) {
        dn_kit_text_add(sql, "FOREIGN KEY ");
        write_names(sql, dn_kit_set_list(set, "columns"));
        dn_kit_text_add(sql, " ");
        write_references(sql, set);
    } else {
        dn_kit_text_add(sql, member->kind == DN_SQLITE_KIND_UNIQUE ? "UNIQUE " : "PRIMARY KEY ");
        if (keys.count > 0)
            write_keys(sql, keys);
        else
            write_names(sql, dn_kit_set_list(set, "columns"));
    }
    write_conflict(sql, set, "on_conflict");
}

/* A word that SQLite takes for its own cannot stand in a type as it is. */
static bool
has_keyword(dunlin_string type)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    uint64_t begin = 0;

    for (uint64_t i = 0; i <= type.length; i++) {
        if (i < type.length && memchr(letters, type.data[i], sizeof(letters) - 1) != NULL)
            continue;
        if (i > begin && sqlite3_keyword_check(type.data + begin, (int)(i - begin)) != 0)
            return true;
        begin = i + 1;
    }
    return false;
}

/* Words with one blank between them, and numbers in parentheses behind them. */
static bool
is_plain_type(dunlin_string type)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    static const char numbers[] = "0123456789+-., ";
    const char *at = type.data;
    const char *end = type.data + type.length;

    do {
        at += at > type.data;
        if (at == end || memchr(letters, *at, 27) == NULL)
            return false;
        while (at < end && memchr(letters, *at, sizeof(letters) - 1) != NULL)
            at++;
    } while (at < end && *at == ' ');
    if (at == end)
        return true;
    if (*at++ != '(')
        return false;
    while (at < end && memchr(numbers, *at, sizeof(numbers) - 1) != NULL)
        at++;
    return at + 1 == end && *at == ')';
}

/* --- columns ------------------------------------------------------------------------------------- */
static void
write_type(dn_kit_text *sql, dunlin_string type)
{
    if (type.length == 0)
        return;
    dn_kit_text_add(sql, " ");
    if (!is_plain_type(type) || has_keyword(type))
        dn_sqlite_write_name(sql, type);
    else
        dn_kit_text_add_string(sql, type);
}

static void
write_default(dn_kit_text *sql, dn_kit_set set)
{
    DN_KIT_CLEANUP(dn_kit_pool_free) dn_kit_pool pool = {0};
    dunlin_string value = dn_kit_set_text(set, "default");
    bool bare;

    if (value.length == 0)
        return;
    bare = dn_sqlite_is_literal(&pool, value);
    dn_kit_text_add(sql, bare ? " DEFAULT " : " DEFAULT (");
    dn_kit_text_add_string(sql, value);
    dn_kit_text_add(sql, bare ? "" : ")");
    sql->failed = sql->failed || pool.failed;
}

/* The key that has to stand with its column. */
static bool
is_inline_key(const dn_sqlite_table *table, const dn_sqlite_member *column,
              const dn_sqlite_member *key)
{
    dn_kit_set set = dn_kit_set_of(&column->set);

    if (key == NULL ||
        !dn_sqlite_list_has(dn_kit_set_list(dn_kit_set_of(&key->set), "columns"), column->name))
        return false;
    return dn_kit_same(dn_kit_set_text(set, "auto"), "increment") ||
           dn_kit_set_is_true(dn_kit_set_of(&key->set), "descending");
    DN_KIT_UNUSED(table);
}

static void
write_column(dn_kit_text *sql, const dn_sqlite_table *table, const dn_sqlite_member *column)
{
    const dn_sqlite_member *key = dn_sqlite_table_key(table);
    dn_kit_set set = dn_kit_set_of(&column->set);
    dunlin_string generated = dn_kit_set_text(set, "generated");
    dunlin_string collation = dn_kit_set_text(set, "collation");

    dn_sqlite_write_name(sql, column->name);
    write_type(sql, dn_kit_set_text(set, "type"));
    if (collation.length > 0)
        dn_kit_text_format(sql, " COLLATE %.*s", (int)collation.length, collation.data);
    if (dn_kit_set_is_true(set, "not_null")) {
        dn_kit_text_add(sql, " NOT NULL");
        write_conflict(sql, set, "not_null_on_conflict");
    }
    write_default(sql, set);
    if (generated.length > 0) {
        dn_kit_text_add(sql, " GENERATED ALWAYS AS (");
        dn_kit_text_add_string(sql, generated);
        dn_kit_text_add(sql, dn_kit_same(dn_kit_set_text(set, "generated_kind"), "stored")
                                 ? ") STORED"
                                 : ") VIRTUAL");
    }
    if (is_inline_key(table, column, key)) {
        dn_kit_text_add(sql, " ");
        write_constraint_name(sql, key);
        dn_kit_text_add(sql, dn_kit_set_is_true(dn_kit_set_of(&key->set), "descending")
                                 ? "PRIMARY KEY DESC"
                                 : "PRIMARY KEY");
        write_conflict(sql, dn_kit_set_of(&key->set), "on_conflict");
        if (dn_kit_same(dn_kit_set_text(set, "auto"), "increment"))
            dn_kit_text_add(sql, " AUTOINCREMENT");
    }
}

static bool
may_stand_for_type(const dn_sqlite_member *member)
{
    return !member->gone && dn_sqlite_is_unnamed(member) && member->kind == DN_SQLITE_KIND_CHECK;
}

/* A check that stands for the type is written with its column: of one that may_stand_for_type(). */
static bool
is_type_check(const dn_sqlite_member *member, const dn_sqlite_member *column)
{
    DN_KIT_CLEANUP(dn_kit_pool_free) dn_kit_pool pool = {0};

    return dn_sqlite_is_type_check(&pool, dn_kit_set_text(dn_kit_set_of(&member->set), "expr"),
                                   column->name);
}

static const dn_sqlite_member *
column_of_check(const dn_sqlite_table *table, const dn_sqlite_member *member)
{
    for (size_t i = 0; may_stand_for_type(member) && i < table->count; i++)
        if (table->members[i].kind == DN_SQLITE_KIND_COLUMN && !table->members[i].gone &&
            is_type_check(member, &table->members[i]))
            return &table->members[i];
    return NULL;
}

static void
write_type_checks(dn_kit_text *sql, const dn_sqlite_table *table, const dn_sqlite_member *column)
{
    for (size_t i = 0; i < table->count; i++)
        if (may_stand_for_type(&table->members[i]) && is_type_check(&table->members[i], column)) {
            dn_kit_text_add(sql, " ");
            write_constraint(sql, &table->members[i]);
        }
}

bool
dn_sqlite_goes_with(const dn_sqlite_table *table, const dn_sqlite_member *member,
                    const dn_sqlite_member *column)
{
    dn_kit_set set = dn_kit_set_of(&member->set);
    dn_kit_set columns = dn_kit_set_list(set, "columns");

    if (member->gone)
        return false;
    if (member->kind == DN_SQLITE_KIND_FOREIGN_KEY)
        return columns.count == 1 && dn_sqlite_same_name(columns.list[0].text, column->name);
    return member->kind == DN_SQLITE_KIND_CHECK &&
           dn_sqlite_mentions(table->pool, dn_kit_set_text(set, "expr"), column->name);
}

void
dn_sqlite_write_added_column(dn_kit_text *sql, const dn_sqlite_table *table,
                             const dn_sqlite_member *column)
{
    write_column(sql, table, column);
    for (size_t i = 0; i < table->count; i++) {
        const dn_sqlite_member *member = &table->members[i];

        if (!dn_sqlite_goes_with(table, member, column))
            continue;
        dn_kit_text_add(sql, " ");
        if (member->kind == DN_SQLITE_KIND_FOREIGN_KEY) {
            write_constraint_name(sql, member);
            write_references(sql, dn_kit_set_of(&member->set));
        } else {
            write_constraint(sql, member);
        }
    }
}

/* --- statements ------------------------------------------------------------------------------------ */
static bool
is_constraint(const dn_sqlite_member *member)
{
    return !member->gone && dn_sqlite_kind_is_constraint(member->kind);
}

/* Is the key written with its column? */
static bool
is_beside_column(const dn_sqlite_table *table, const dn_sqlite_member *key)
{
    dn_kit_set columns = dn_kit_set_list(dn_kit_set_of(&key->set), "columns");
    const dn_sqlite_member *column =
        columns.count > 0
            ? dn_sqlite_member_find(table, DN_SQLITE_KIND_COLUMN, columns.list[0].text)
            : NULL;

    return column != NULL && is_inline_key(table, column, key);
}

static void
write_constraints(dn_kit_text *sql, const dn_sqlite_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const dn_sqlite_member *member = &table->members[i];

        if (!is_constraint(member) || column_of_check(table, member) != NULL ||
            (member == dn_sqlite_table_key(table) && is_beside_column(table, member)))
            continue;
        dn_kit_text_add(sql, ",\n    ");
        write_constraint(sql, member);
    }
}

void
dn_sqlite_write_table(dn_kit_text *sql, const dn_sqlite_table *table, const char *lead,
                      dunlin_string name)
{
    dn_kit_set set = dn_kit_set_of(&table->set);
    bool strict = dn_kit_set_is_true(set, "strict");
    bool without = dn_kit_set_is_true(set, "without_rowid");
    const char *comma = "\n    ";

    dn_kit_text_add(sql, lead);
    dn_sqlite_write_name(sql, name);
    dn_kit_text_add(sql, " (");
    for (size_t i = 0; i < table->count; i++) {
        if (table->members[i].gone || table->members[i].kind != DN_SQLITE_KIND_COLUMN)
            continue;
        dn_kit_text_add(sql, comma);
        comma = ",\n    ";
        write_column(sql, table, &table->members[i]);
        write_type_checks(sql, table, &table->members[i]);
    }
    write_constraints(sql, table);
    dn_kit_text_add(sql, "\n)");
    dn_kit_text_add(sql, strict && without ? " STRICT, WITHOUT ROWID"
                         : strict          ? " STRICT"
                         : without         ? " WITHOUT ROWID"
                                           : "");
}

void
dn_sqlite_write_index(dn_kit_text *sql, const dn_sqlite_member *index, dunlin_string table,
                      const char *condition)
{
    dn_kit_set set = dn_kit_set_of(&index->set);
    dunlin_string where = dn_kit_set_text(set, "where");

    dn_kit_text_format(sql, "CREATE %sINDEX %s", dn_kit_set_is_true(set, "unique") ? "UNIQUE " : "",
                       condition);
    dn_sqlite_write_name(sql, index->name);
    dn_kit_text_add(sql, " ON ");
    dn_sqlite_write_name(sql, table);
    dn_kit_text_add(sql, " ");
    write_keys(sql, dn_kit_set_list(set, "keys"));
    if (where.length > 0) {
        dn_kit_text_add(sql, " WHERE ");
        dn_kit_text_add_string(sql, where);
    }
}

void
dn_sqlite_write_view(dn_kit_text *sql, dunlin_string name, dn_kit_set set, const char *condition)
{
    dn_kit_set columns = dn_kit_set_list(set, "columns");

    dn_kit_text_format(sql, "CREATE VIEW %s", condition);
    dn_sqlite_write_name(sql, name);
    if (columns.count > 0) {
        dn_kit_text_add(sql, " ");
        write_names(sql, columns);
    }
    dn_kit_text_add(sql, " AS ");
    dn_kit_text_add_string(sql, dn_kit_set_text(set, "definition"));
}
