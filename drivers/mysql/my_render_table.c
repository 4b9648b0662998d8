/* SPDX-License-Identifier: MIT
 *
 * New tables with what belongs in their parentheses, keys and indexes.
 */
#include <string.h>
#include <strings.h>

#include "drivers/mysql/my_render.h"
#include "drivers/mysql/my_schema.h"

/* --- columns of keys ------------------------------------------------------------------------------------ */
/* A key has to hold its columns whole: a prefix would take different values for equal ones. [MDB]
 * keeps a hash of a long unique key since 10.4. */
int32_t
dn_mysql_check_key_columns(dn_mysql_rendering *work, const dunlin_operation *operation,
                           dn_kit_set columns)
{
    bool unique = !dn_kit_same(operation->kind, DUNLIN_KIND_PRIMARY_KEY) &&
                  !dn_kit_same(operation->kind, DUNLIN_KIND_FOREIGN_KEY);
    int32_t status = DUNLIN_OK;

    if (unique && work->server.mariadb)
        return DUNLIN_OK;
    for (uint64_t i = 0; i < columns.count && status == DUNLIN_OK; i++) {
        dunlin_string type;

        status = dn_mysql_column_type(
            work, operation->path[0], columns.list[i].text,
            operation->verb == DUNLIN_VERB_CREATE ? work->count : work->at, &type);
        if (status == DUNLIN_OK && dn_mysql_prefix(type) > 0)
            return dn_mysql_refuse(work,
                                   "give the column a length, varchar(255) say, in the migration "
                                   "that makes it",
                                   "keys on columns without a length: '%.*s' of '%.*s' is a %.*s",
                                   (int)columns.list[i].text.length, columns.list[i].text.data,
                                   (int)operation->path[0].length, operation->path[0].data,
                                   (int)type.length, type.data);
    }
    return status;
}

/* --- constraints --------------------------------------------------------------------------------------------- */
int32_t
dn_mysql_note_deferral(dn_mysql_rendering *work, dn_kit_set set)
{
    int32_t status = DUNLIN_OK;

    if (dn_kit_set_is_true(set, "deferrable") || dn_kit_set_is_true(set, "deferred"))
        status = dn_mysql_lossy(work, "a constraint cannot be deferred here: it is checked by "
                                      "each statement");
    if (status == DUNLIN_OK && dn_kit_set_is_true(set, "not_valid"))
        status = dn_mysql_inform(work, "rows that are there already are checked, too");
    return status;
}

static void
add_constraint_name(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    if (operation->path_count < 2 || operation->path[1].length == 0)
        return;
    dn_kit_text_add(&work->sql, "CONSTRAINT ");
    dn_mysql_add_name(work, operation->path[1]);
    dn_kit_text_add(&work->sql, " ");
}

static bool
lists(dn_kit_set names, dunlin_string name)
{
    for (uint64_t i = 0; i < names.count; i++)
        if (dn_kit_equal(names.list[i].text, name))
            return true;
    return false;
}

/* With the lengths and directions that they have in the key. */
static void
add_key_columns(dn_mysql_rendering *work, dn_kit_set set)
{
    dn_kit_set columns = dn_kit_set_list(set, "columns");
    dn_kit_set lengths = dn_kit_set_list(set, "lengths");

    dn_kit_text_add(&work->sql, "(");
    for (uint64_t i = 0; i < columns.count; i++) {
        const dunlin_property *length = dn_kit_set_element(lengths, i);

        dn_kit_text_add(&work->sql, i > 0 ? ", " : "");
        dn_mysql_add_name(work, columns.list[i].text);
        if (length != NULL && length->integer > 0)
            dn_kit_text_format(&work->sql, "(%lld)", (long long)length->integer);
        if (lists(dn_kit_set_list(set, "desc_columns"), columns.list[i].text))
            dn_kit_text_add(&work->sql, " DESC");
    }
    if (dn_kit_set_is_true(set, "without_overlaps"))
        dn_kit_text_add(&work->sql, " WITHOUT OVERLAPS");
    dn_kit_text_add(&work->sql, ")");
}

void
dn_mysql_add_key_options(dn_mysql_rendering *work, dn_kit_set set)
{
    dunlin_string method = dn_kit_set_text(set, "method");

    if (dn_kit_same(method, "hash") || dn_kit_same(method, "btree"))
        dn_kit_text_add(&work->sql, dn_kit_same(method, "hash") ? " USING HASH" : " USING BTREE");
    if (dn_kit_set_find(set, "comment") != NULL) {
        dn_kit_text_add(&work->sql, " COMMENT ");
        dn_mysql_add_string(work, dn_kit_set_text(set, "comment"));
    }
    if (dn_kit_set_is_true(set, "invisible"))
        dn_kit_text_add(&work->sql, work->server.mariadb ? " IGNORED" : " INVISIBLE");
}

/* Nothing to say where lengths are given. */
static int32_t
check_lengths(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set set = dn_mysql_set(operation);

    return dn_kit_set_find(set, "lengths") != NULL
               ? DUNLIN_OK
               : dn_mysql_check_key_columns(work, operation, dn_kit_set_list(set, "columns"));
}

static int32_t
add_unique(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set set = dn_mysql_set(operation);
    int32_t status = check_lengths(work, operation);

    if (status == DUNLIN_OK && dn_kit_set_is_true(set, "nulls_not_distinct"))
        return dn_mysql_refuse(work, NULL, "unique keys in which nulls are equal: '%.*s'",
                               (int)operation->path[1].length, operation->path[1].data);
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(&work->sql, "UNIQUE KEY ");
    /* In CREATE TABLE it has no place. */
    if (work->server.mariadb && dn_mysql_repeats(work) && !work->in_table &&
        !dn_mysql_takes_stand_in(work, operation))
        dn_kit_text_add(&work->sql, "IF NOT EXISTS ");
    if (operation->path_count > 1 && operation->path[1].length > 0) {
        dn_mysql_add_name(work, operation->path[1]);
        dn_kit_text_add(&work->sql, " ");
    }
    add_key_columns(work, set);
    dn_mysql_add_key_options(work, set);
    return dn_mysql_note_deferral(work, set);
}

/* The server takes no such key (errno 150, and error 1830 of MySQL); others fail when it sets one. */
static int32_t
check_set_null(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set columns = dn_kit_set_list(dn_mysql_set(operation), "columns");

    for (uint64_t i = 0; i < columns.count; i++) {
        dunlin_string column = columns.list[i].text;
        dn_mysql_list now = {0};
        int32_t status = dn_mysql_column_now(work, operation->path[0], column, work->count, &now);
        bool not_null = status == DUNLIN_OK &&
                        dn_kit_set_is_true((dn_kit_set){now.items, now.count}, "not_null");

        dn_mysql_list_free(&now);
        if (status != DUNLIN_OK)
            return status;
        if (not_null)
            return dn_mysql_refuse(work, "drop NOT NULL, or let the key do something else",
                                   "foreign keys that set a column to null which is NOT NULL: "
                                   "'%.*s' of '%.*s'",
                                   (int)column.length, column.data, (int)operation->path[0].length,
                                   operation->path[0].data);
    }
    return DUNLIN_OK;
}

static int32_t
add_actions(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    static const char *const names[][2] = {{"on_delete", " ON DELETE "},
                                           {"on_update", " ON UPDATE "}};

    for (size_t i = 0; i < 2; i++) {
        dunlin_string action = dn_kit_set_text(dn_mysql_set(operation), names[i][0]);

        if (dn_kit_same(action, "set default"))
            return dn_mysql_refuse(work, NULL, "foreign keys that set a default: '%.*s'",
                                   (int)operation->path[1].length, operation->path[1].data);
        if (dn_kit_same(action, "set null")) {
            int32_t status = check_set_null(work, operation);

            if (status != DUNLIN_OK)
                return status;
        }
        if (action.length == 0 || dn_kit_same(action, "no action"))
            continue;
        dn_kit_text_add(&work->sql, names[i][1]);
        dn_kit_text_add(&work->sql, dn_kit_same(action, "cascade")    ? "CASCADE"
                                    : dn_kit_same(action, "set null") ? "SET NULL"
                                                                      : "RESTRICT");
    }
    return DUNLIN_OK;
}

/* The primary key of the table that is referred to, of the operations or of what there is. */
static dn_kit_set
primary_columns(dn_mysql_rendering *work, dunlin_string table)
{
    for (uint64_t i = 0; i < work->count; i++) {
        const dunlin_operation *operation = work->operations[i];

        if (dn_mysql_is_op(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_PRIMARY_KEY) &&
            dn_kit_equal(operation->path[0], table))
            return dn_kit_set_list(dn_mysql_set(operation), "columns");
    }
    return dn_kit_set_list(dn_mysql_fact_members(dn_mysql_find(work, DUNLIN_KIND_PRIMARY_KEY, table,
                                                               dn_kit_string("PRIMARY"))),
                           "columns");
}

/* Up to MariaDB 12.1, and on MySQL, there is one set of names of foreign keys for all tables of a database
 * (errors 1005 with errno 121, and 1826). */
typedef struct name_search {
    const dn_mysql_rendering *work;
    const dunlin_operation *operation;
    dunlin_string table; /* that has a key of this name */
} name_search;

/* By an operation of the same list. */
static bool
goes(const dn_mysql_rendering *work, const dunlin_fact *key)
{
    for (uint64_t i = 0; i < work->count; i++) {
        const dunlin_operation *one = work->operations[i];
        bool table = dn_mysql_is_op(one, DUNLIN_VERB_DROP, DUNLIN_KIND_TABLE);

        if ((table || dn_mysql_is_op(one, DUNLIN_VERB_DROP, DUNLIN_KIND_FOREIGN_KEY) ||
             dn_mysql_is_op(one, DUNLIN_VERB_RENAME, DUNLIN_KIND_FOREIGN_KEY)) &&
            dn_kit_equal(one->path[0], key->path[0]) &&
            (table || dn_mysql_same_name(one->path[1], key->path[1])))
            return true;
    }
    return false;
}

static int32_t
look_for_name(const dunlin_fact *key, void *context)
{
    name_search *looking = context;
    const dunlin_operation *operation = looking->operation;

    if (key->path_count == 2 && !dn_kit_equal(key->path[0], operation->path[0]) &&
        dn_mysql_same_name(key->path[1], operation->path[1]) && !goes(looking->work, key))
        looking->table = key->path[0];
    return DUNLIN_OK;
}

static int32_t
check_foreign_name(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    name_search looking = {.work = work, .operation = operation};
    int32_t status;

    if (!work->runs || (work->server.mariadb && work->server.version >= 120100u) ||
        work->call->host->each == NULL || operation->path_count < 2 ||
        operation->path[1].length == 0)
        return DUNLIN_OK;
    status = work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_FOREIGN_KEY),
                                    look_for_name, &looking);
    if (status != DUNLIN_OK || looking.table.length == 0)
        return status;
    return dn_mysql_refuse(work,
                           "give one of them another name, or write it for this database in a "
                           "section '-- dunlin: only mysql'",
                           "second foreign key of one name in a database: '%.*s' is in '%.*s' "
                           "already",
                           (int)operation->path[1].length, operation->path[1].data,
                           (int)looking.table.length, looking.table.data);
}

/* InnoDB follows no update into the table that it began in: it refuses it (error 1451). */
static int32_t
note_update_of_self(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set set = dn_mysql_set(operation);
    dn_kit_set ref = dn_kit_set_list(set, "ref");
    dunlin_string action = dn_kit_set_text(set, "on_update");
    dunlin_string table = operation->path[0];

    if (!dn_kit_equal(ref.list[ref.count - 1].text, table) ||
        (!dn_kit_same(action, "cascade") && !dn_kit_same(action, "set null")))
        return DUNLIN_OK;
    return dn_mysql_lossy(work,
                          "ON UPDATE %s does not reach rows of the same table: an update of a key "
                          "in '%.*s' that others of its rows refer to fails here",
                          dn_kit_same(action, "cascade") ? "CASCADE" : "SET NULL",
                          (int)table.length, table.data);
}

static int32_t
add_foreign_key(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set set = dn_mysql_set(operation);
    dn_kit_set ref = dn_kit_set_list(set, "ref");
    dn_kit_set columns = dn_kit_set_list(set, "ref_columns");
    int32_t status = dn_mysql_check_key_columns(work, operation, dn_kit_set_list(set, "columns"));

    if (status == DUNLIN_OK && ref.count == 0)
        return dn_kit_fail(work->call, DUNLIN_USAGE, "a foreign key that refers to nothing");
    if (status == DUNLIN_OK)
        status = check_foreign_name(work, operation);
    if (status != DUNLIN_OK)
        return status;
    if (columns.count == 0)
        columns = primary_columns(work, ref.list[ref.count - 1].text);
    if (columns.count == 0)
        return dn_kit_fail(work->call, DUNLIN_MISSING,
                           "the columns that foreign key '%.*s' refers to are not known: '%.*s' "
                           "has no primary key",
                           (int)operation->path[1].length, operation->path[1].data,
                           (int)ref.list[ref.count - 1].text.length,
                           ref.list[ref.count - 1].text.data);
    add_constraint_name(work, operation);
    dn_kit_text_add(&work->sql, "FOREIGN KEY ");
    dn_mysql_add_columns(work, dn_kit_set_list(set, "columns"));
    dn_kit_text_add(&work->sql, " REFERENCES ");
    for (uint64_t i = 0; i < ref.count; i++) {
        dn_kit_text_add(&work->sql, i > 0 ? "." : "");
        dn_mysql_add_name(work, ref.list[i].text);
    }
    dn_kit_text_add(&work->sql, " ");
    dn_mysql_add_columns(work, columns);
    status = add_actions(work, operation);
    if (status == DUNLIN_OK)
        status = note_update_of_self(work, operation);
    if (status == DUNLIN_OK && dn_kit_set_is_true(set, "not_enforced"))
        return dn_mysql_refuse(work, NULL, "foreign keys that are not enforced");
    if (status == DUNLIN_OK && dn_kit_set_find(set, "match") != NULL)
        status = dn_mysql_lossy(work, "MATCH FULL is not kept: a foreign key with a null in it is "
                                      "not checked");
    return status == DUNLIN_OK ? dn_mysql_note_deferral(work, set) : status;
}

static int32_t
add_check(dn_mysql_rendering *work, const dunlin_operation *operation, bool *left_out)
{
    dn_kit_set set = dn_mysql_set(operation);
    bool unenforced = dn_kit_set_is_true(set, "not_enforced");
    int32_t status;

    if (!dn_mysql_checks(&work->server) || (unenforced && work->server.mariadb)) {
        *left_out = true;
        return dn_mysql_lossy(work, unenforced ? "a CHECK is always enforced here: it is left out"
                                               : "this server ignores CHECK: it is left out");
    }
    add_constraint_name(work, operation);
    dn_kit_text_add(&work->sql, "CHECK ");
    status = dn_mysql_add_expression(work, dn_kit_set_text(set, "expr"));
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(&work->sql, unenforced ? " NOT ENFORCED" : "");
    return dn_mysql_note_deferral(work, set);
}

int32_t
dn_mysql_add_constraint(dn_mysql_rendering *work, const dunlin_operation *operation, bool *left_out)
{
    dn_kit_set set = dn_mysql_set(operation);
    int32_t status;

    *left_out = false;
    if (dn_kit_same(operation->kind, DUNLIN_KIND_UNIQUE))
        return add_unique(work, operation);
    if (dn_kit_same(operation->kind, DUNLIN_KIND_FOREIGN_KEY))
        return add_foreign_key(work, operation);
    if (dn_kit_same(operation->kind, DUNLIN_KIND_CHECK))
        return add_check(work, operation, left_out);
    status = check_lengths(work, operation);
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(&work->sql, "PRIMARY KEY ");
    add_key_columns(work, set);
    dn_mysql_add_key_options(work, set);
    return dn_mysql_note_deferral(work, set);
}

/* --- tables ------------------------------------------------------------------------------------------------------- */
static bool
is_member(const dunlin_operation *operation, dunlin_string table)
{
    static const char *const kinds[] = {DUNLIN_KIND_COLUMN, DUNLIN_KIND_PRIMARY_KEY,
                                        DUNLIN_KIND_UNIQUE, DUNLIN_KIND_CHECK,
                                        DUNLIN_KIND_FOREIGN_KEY};

    if (operation->path_count == 0 || !dn_kit_equal(operation->path[0], table))
        return false;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (dn_mysql_is_op(operation, DUNLIN_VERB_CREATE, kinds[i]))
            return true;
    return false;
}

/* [MDB] The operation for the check that is written with a column of this table, and called like it;
 * NULL: there is none. */
static const dunlin_operation *
own_check_of(dn_mysql_rendering *work, dunlin_string column, uint64_t first, uint64_t end)
{
    if (!work->server.mariadb || !dn_mysql_checks(&work->server))
        return NULL;
    for (uint64_t i = first; i < end; i++) {
        const dunlin_operation *check = work->operations[i];

        if (dn_mysql_is_op(check, DUNLIN_VERB_CREATE, DUNLIN_KIND_CHECK) &&
            check->path_count == 2 && dn_mysql_same_name(check->path[1], column) &&
            dn_kit_same(dn_kit_set_text(dn_mysql_set(check), "level"), "column"))
            return check;
    }
    return NULL;
}

static int32_t
add_own_check(dn_mysql_rendering *work, dunlin_string column, uint64_t first, uint64_t end)
{
    const dunlin_operation *check = own_check_of(work, column, first, end);

    if (check == NULL)
        return DUNLIN_OK;
    dn_kit_text_add(&work->sql, " CHECK ");
    return dn_mysql_add_expression(work, dn_kit_set_text(dn_mysql_set(check), "expr"));
}

/* It stands with its column. */
static bool
is_told_with_column(dn_mysql_rendering *work, const dunlin_operation *operation, uint64_t first,
                    uint64_t end)
{
    if (!dn_kit_same(operation->kind, DUNLIN_KIND_CHECK) || operation->path_count != 2)
        return false;
    for (uint64_t i = first; i < end; i++)
        if (dn_kit_same(work->operations[i]->kind, DUNLIN_KIND_COLUMN) &&
            work->operations[i]->path_count == 2 &&
            dn_mysql_same_name(work->operations[i]->path[1], operation->path[1]))
            return own_check_of(work, operation->path[1], first, end) == operation;
    return false;
}

static int32_t
add_new_column(dn_mysql_rendering *work, const dunlin_operation *operation, uint64_t first,
               uint64_t end)
{
    dn_mysql_list native = {0};
    int32_t status =
        dn_mysql_native_column(work, operation->path[1], dn_mysql_set(operation), &native);
    dn_kit_set members = {native.items, native.count};

    if (status == DUNLIN_OK && dn_kit_set_find(members, "auto") != NULL)
        status = dn_mysql_check_counter(work, first, end);
    if (status == DUNLIN_OK)
        status = dn_mysql_add_column(work, operation->path[0], operation->path[1], members);
    if (status == DUNLIN_OK)
        status = add_own_check(work, operation->path[1], first, end);
    dn_mysql_list_free(&native);
    return status;
}

/* The set is what the collation's name begins with. */
static void
add_collation(dn_mysql_rendering *work, dunlin_string set, dunlin_string collation, bool made)
{
    if (set.length == 0) {
        set.data = collation.data;
        while (set.length < collation.length && collation.data[set.length] != '_')
            set.length++;
    }
    dn_kit_text_format(&work->sql, "%sCHARACTER SET %.*s", made ? "DEFAULT " : "", (int)set.length,
                       set.data);
    if (collation.length > 0)
        dn_kit_text_format(&work->sql, " COLLATE %.*s", (int)collation.length, collation.data);
}

int32_t
dn_mysql_add_table_options(dn_mysql_rendering *work, dn_kit_set table, bool made)
{
    dunlin_string engine = dn_kit_set_text(table, "engine");
    dunlin_string collation = dn_kit_set_text(table, "collation");
    dunlin_string set = dn_kit_set_text(table, "charset");
    dunlin_string options = dn_kit_set_text(table, "options");
    const char *blank = made ? " " : "";
    bool pads = false;

    if (made && engine.length == 0)
        engine = dn_kit_string("InnoDB");
    if (made && collation.length == 0 && set.length == 0)
        collation = dn_kit_string(dn_mysql_binary_collation(&work->server, &pads));
    if (engine.length > 0) {
        dn_kit_text_format(&work->sql, "%sENGINE = %.*s", blank, (int)engine.length, engine.data);
        blank = " ";
    }
    if (collation.length + set.length > 0) {
        dn_kit_text_add(&work->sql, blank);
        add_collation(work, set, collation, made);
        blank = " ";
    }
    if (options.length > 0) {
        dn_kit_text_format(&work->sql, "%s%.*s", blank, (int)options.length, options.data);
        blank = " ";
    }
    if (dn_kit_set_find(table, "comment") != NULL) {
        dn_kit_text_format(&work->sql, "%sCOMMENT = ", blank);
        dn_mysql_add_string(work, dn_kit_set_text(table, "comment"));
    }
    if (made && dn_kit_set_find(table, "partition_by") != NULL) {
        dn_kit_text_add(&work->sql, "\nPARTITION BY ");
        dn_kit_text_add_string(&work->sql, dn_kit_set_text(table, "partition_by"));
    }
    return pads ? dn_mysql_lossy(work, "blanks at the end of a text do not count when it is "
                                       "compared, before MySQL 8.0.17")
                : DUNLIN_OK;
}

static int32_t
check_table(dn_mysql_rendering *work, dn_kit_set set)
{
    static const char *const others[] = {"partition_of", "bound", "inherits"};

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (dn_kit_set_find(set, others[i]) != NULL)
            return dn_mysql_refuse(work, NULL, "tables made of other tables (%s)", others[i]);
    if (dn_kit_set_is_true(set, "unlogged"))
        return dn_mysql_inform(work, "an unlogged table is one like any other here");
    return DUNLIN_OK;
}

/* [MDB] "System-Versioned Tables": columns that say since when and until when a row was there have to be
 * named once more. */
static void
add_period(dn_mysql_rendering *work, uint64_t first, uint64_t end)
{
    dunlin_string names[2] = {{NULL, 0}, {NULL, 0}};

    for (uint64_t i = first; i < end; i++) {
        const dunlin_operation *operation = work->operations[i];
        dunlin_string generated = dn_kit_set_text(dn_mysql_set(operation), "generated");

        if (dn_mysql_is_row_time(generated))
            names[dn_kit_same_word(generated, "ROW END")] =
                operation->path[operation->path_count - 1];
    }
    if (names[0].data == NULL || names[1].data == NULL)
        return;
    dn_kit_text_add(&work->sql, ",\n    PERIOD FOR SYSTEM_TIME (");
    dn_mysql_add_name(work, names[0]);
    dn_kit_text_add(&work->sql, ", ");
    dn_mysql_add_name(work, names[1]);
    dn_kit_text_add(&work->sql, ")");
}

static int32_t
add_members(dn_mysql_rendering *work, uint64_t first, uint64_t end, dunlin_string period)
{
    bool any = false;
    int32_t status = DUNLIN_OK;

    dn_kit_text_add(&work->sql, " (");
    for (work->at = first; work->at < end && status == DUNLIN_OK; work->at++) {
        const dunlin_operation *operation = work->operations[work->at];
        size_t length = work->sql.length;
        bool left_out = false;

        if (is_told_with_column(work, operation, first, end))
            continue;
        dn_kit_text_add(&work->sql, any ? ",\n    " : "\n    ");
        status = dn_kit_same(operation->kind, DUNLIN_KIND_COLUMN) && operation->path_count == 2
                     ? add_new_column(work, operation, first, end)
                     : dn_mysql_add_constraint(work, operation, &left_out);
        if (left_out && !work->sql.failed) {
            work->sql.length = length;
            work->sql.data[length] = '\0';
        } else {
            any = true;
        }
    }
    if (status == DUNLIN_OK)
        status = dn_mysql_add_counter_key(work, first, end);
    add_period(work, first, end);
    if (period.length > 0) {
        dn_kit_text_add(&work->sql, ",\n    PERIOD FOR ");
        dn_kit_text_add_string(&work->sql, period);
    }
    dn_kit_text_add(&work->sql, "\n)");
    return status;
}

static int32_t
check_columns(dn_mysql_rendering *work, const dunlin_operation *table, uint64_t first, uint64_t end)
{
    for (uint64_t i = first; i < end; i++)
        if (dn_kit_same(work->operations[i]->kind, DUNLIN_KIND_COLUMN))
            return DUNLIN_OK;
    return table->body.length > 0
               ? DUNLIN_OK
               : dn_mysql_refuse(work, NULL, "tables without columns: '%.*s'",
                                 (int)table->path[0].length, table->path[0].data);
}

int32_t
dn_mysql_render_create_table(dn_mysql_rendering *work)
{
    const dunlin_operation *table = work->operations[work->at];
    dn_kit_set set = dn_mysql_set(table);
    bool guarded = work->script || table->condition == DUNLIN_CONDITION_IF_NOT_EXISTS;
    uint64_t first = work->at;
    uint64_t end = first + 1;
    int32_t status = check_table(work, set);

    if (status != DUNLIN_OK)
        return status;
    while (end < work->count && is_member(work->operations[end], table->path[0]))
        end++;
    status = check_columns(work, table, first + 1, end);
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_format(&work->sql, "CREATE %sTABLE %s",
                       dn_kit_set_is_true(set, "temporary") ? "TEMPORARY " : "",
                       guarded ? "IF NOT EXISTS " : "");
    dn_mysql_add_name(work, table->path[0]);
    work->in_table = true;
    if (end > first + 1)
        status = add_members(work, first + 1, end, dn_kit_set_text(set, "period"));
    work->in_table = false;
    work->at = first;
    if (status == DUNLIN_OK)
        status = dn_mysql_add_table_options(work, set, true);
    if (status == DUNLIN_OK && table->body.length > 0) {
        dunlin_string native;

        status = dn_mysql_native(work, DUNLIN_TRANSLATE_QUERY, table->body, &native);
        if (status == DUNLIN_OK)
            status = dn_mysql_lossy(work,
                                    "'%.*s': columns made from a query are NOT NULL and have "
                                    "defaults here where those of the query are and have",
                                    (int)table->path[0].length, table->path[0].data);
        dn_kit_text_add(&work->sql, "\nAS ");
        dn_kit_text_add_string(&work->sql, native);
    }
    work->at = end;
    return status == DUNLIN_OK ? dn_mysql_push_step(work, first, end - first, NULL) : status;
}
