/* SPDX-License-Identifier: MIT
 *
 * Statements that may find done what they do: operations in this database's own words on which IF [NOT] EXISTS
 * stands. Whoever asked for them puts it into their text, so each stands by itself. Where a name does not tell
 * whether it is done, MariaDB asks its catalog first.
 */
#include <string.h>

#include "drivers/mysql/my_render.h"
#include "drivers/mysql/my_schema.h"

bool
dn_mysql_repeats(const dn_mysql_rendering *work)
{
    return !work->script && (work->call->flags & DUNLIN_CALL_OWN_WORDS) != 0 &&
           work->at < work->count && work->operations[work->at]->condition != DUNLIN_CONDITION_NONE;
}

/* A column that counts comes with its key. */
static bool
begins_with_counter(const dn_mysql_rendering *work)
{
    const dunlin_operation *first = work->operations[work->first];

    return work->clauses > 0 && work->first != work->at &&
           dn_mysql_is_op(first, DUNLIN_VERB_CREATE, DUNLIN_KIND_COLUMN) &&
           dn_kit_set_find(dn_mysql_set(first), "auto") != NULL;
}

/* A check that stands with its column comes and goes by saying that. */
static bool
says_column(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set members = dn_mysql_set(operation);

    if (!dn_kit_same(operation->kind, DUNLIN_KIND_CHECK))
        return operation->verb == DUNLIN_VERB_ALTER;
    if (operation->verb == DUNLIN_VERB_DROP)
        members = dn_mysql_fact_members(
            dn_mysql_find(work, DUNLIN_KIND_CHECK, operation->path[0], operation->path[1]));
    return dn_kit_same(dn_kit_set_text(members, "level"), "column");
}

bool
dn_mysql_goes_along(dn_mysql_rendering *work)
{
    const dunlin_operation *operation;

    if (!dn_mysql_repeats(work))
        return true;
    operation = work->operations[work->at];
    if (begins_with_counter(work))
        return operation->verb == DUNLIN_VERB_CREATE;
    return work->guard == NULL && work->operations[work->first]->verb == operation->verb &&
           !says_column(work, operation) && !says_column(work, work->operations[work->first]) &&
           dn_mysql_guard(work, operation) == NULL;
}

/* --- what the catalog says of it ------------------------------------------------------------------------ */
static const char *
keep(dn_mysql_rendering *work, dn_kit_text *text)
{
    return dn_kit_pool_text(&work->pool, text).data;
}

/* "<what> FROM information_schema.<view> WHERE ..", of a table. */
static void
add_question(dn_mysql_rendering *work, dn_kit_text *text, const char *what, const char *view,
             dunlin_string table)
{
    dn_kit_text_format(text,
                       "SELECT %s FROM information_schema.%s WHERE TABLE_SCHEMA = DATABASE() AND "
                       "TABLE_NAME = ",
                       what, view);
    dn_mysql_add_literal(text, &work->server, table);
}

const char *
dn_mysql_versioning_guard(dn_mysql_rendering *work, dunlin_string table, bool ends)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

    if (!dn_mysql_repeats(work))
        return NULL;
    dn_kit_text_add(&text, ends ? "EXISTS (" : "NOT EXISTS (");
    add_question(work, &text, "1", "TABLES", table);
    dn_kit_text_add(&text, " AND TABLE_TYPE = 'SYSTEM VERSIONED')");
    return keep(work, &text);
}

const char *
dn_mysql_engine_guard(dn_mysql_rendering *work, dunlin_string table, dunlin_string engine)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

    if (!dn_mysql_repeats(work))
        return NULL;
    dn_kit_text_add(&text, "EXISTS (");
    add_question(work, &text, "1", "TABLES", table);
    dn_kit_text_add(&text, " AND ENGINE = ");
    dn_mysql_add_literal(&text, &work->server,
                         engine.length > 0 ? engine : dn_kit_string("InnoDB"));
    dn_kit_text_add(&text, ")");
    return keep(work, &text);
}

const char *
dn_mysql_partition_guard(dn_mysql_rendering *work, dunlin_string table)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

    if (!dn_mysql_repeats(work))
        return NULL;
    dn_kit_text_add(&text, "EXISTS (");
    add_question(work, &text, "1", "PARTITIONS", table);
    dn_kit_text_add(&text, " AND PARTITION_NAME IS NOT NULL)");
    return keep(work, &text);
}

/* a,b of columns, or of the keys of an index, without a period of time; empty where there is anything else in it. */
static dunlin_string
names_of_key(dn_mysql_rendering *work, dn_kit_set members)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    dn_kit_set list = dn_kit_set_list(members, "columns");
    bool columns = list.count > 0;

    if (!columns)
        list = dn_kit_set_list(members, "keys");
    else if (dn_kit_set_is_true(members, "without_overlaps"))
        list.count--;
    for (uint64_t i = 0; i < list.count; i++) {
        if (!columns && !dn_kit_same(list.list[i].name, "column"))
            continue;
        dn_kit_text_add(&text, text.length > 0 ? "," : "");
        dn_kit_text_add_string(&text, list.list[i].text);
    }
    return dn_kit_pool_text(&work->pool, &text);
}

static bool
is_key(const dunlin_operation *operation)
{
    return dn_kit_same(operation->kind, DUNLIN_KIND_PRIMARY_KEY) ||
           dn_kit_same(operation->kind, DUNLIN_KIND_UNIQUE) ||
           dn_kit_same(operation->kind, DUNLIN_KIND_INDEX);
}

static bool
is_unique(const dunlin_operation *operation, dn_kit_set members)
{
    return dn_kit_same(operation->kind, DUNLIN_KIND_UNIQUE) ||
           dn_kit_set_is_true(members, "unique");
}

static bool
is_foreign_key_of(const dunlin_operation *one, const dunlin_operation *gone)
{
    return one->verb == DUNLIN_VERB_CREATE && one->path_count == 2 &&
           dn_kit_same(one->kind, DUNLIN_KIND_FOREIGN_KEY) &&
           dn_kit_equal(one->path[0], gone->path[0]) &&
           dn_mysql_same_name(one->path[1], gone->path[1]);
}

/* A foreign key that is made later makes an index of its name, for itself. */
static bool
comes_with_foreign_key(const dn_mysql_rendering *work, const dunlin_operation *gone)
{
    for (uint64_t i = work->at + 1; i < work->count; i++)
        if (is_foreign_key_of(work->operations[i], gone))
            return true;
    return false;
}

/* What is made later under the name of what goes. */
static bool
comes_again(const dn_mysql_rendering *work, const dunlin_operation *gone)
{
    bool primary = dn_kit_same(gone->kind, DUNLIN_KIND_PRIMARY_KEY);

    for (uint64_t i = work->at + 1; i < work->count; i++) {
        const dunlin_operation *one = work->operations[i];

        if (one->verb != DUNLIN_VERB_CREATE || one->path_count != 2 ||
            !dn_kit_equal(one->path[0], gone->path[0]))
            continue;
        if (primary ? dn_kit_same(one->kind, DUNLIN_KIND_PRIMARY_KEY)
                    : (is_key(gone) ? is_key(one) : dn_kit_equal(one->kind, gone->kind)) &&
                          dn_mysql_same_name(one->path[1], gone->path[1]))
            return true;
    }
    return false;
}

static bool
is_counter(dn_mysql_rendering *work, dunlin_string table, dunlin_string column)
{
    return dn_kit_set_find(
               dn_mysql_fact_members(dn_mysql_find(work, DUNLIN_KIND_COLUMN, table, column)),
               "auto") != NULL;
}

/* The first of the names of a key. */
static dunlin_string
first_of(dunlin_string names)
{
    const char *comma = names.length > 0 ? memchr(names.data, ',', names.length) : NULL;

    return (dunlin_string){names.data,
                           comma != NULL ? (uint64_t)(comma - names.data) : names.length};
}

/* A foreign key that has its name stays: without it the server wants another index of that name. */
static bool
stays_for_foreign_key(dn_mysql_rendering *work, const dunlin_operation *gone)
{
    const dunlin_fact *key =
        dn_mysql_find(work, DUNLIN_KIND_FOREIGN_KEY, gone->path[0], gone->path[1]);

    for (uint64_t i = 0; key != NULL && i < work->count; i++)
        if (dn_mysql_is_op(work->operations[i], DUNLIN_VERB_DROP, DUNLIN_KIND_FOREIGN_KEY) &&
            dn_kit_equal(work->operations[i]->path[0], key->path[0]) &&
            dn_mysql_same_name(work->operations[i]->path[1], key->path[1]))
            return false;
    return key != NULL;
}

/* The index that a foreign key gets instead of this one makes room for a later one of its own name. */
static bool
hands_over(dn_mysql_rendering *work, const dunlin_operation *gone)
{
    for (uint64_t i = work->at + 1; i < work->count; i++) {
        const dunlin_operation *one = work->operations[i];

        if (one->verb == DUNLIN_VERB_CREATE && is_key(one) && one->path_count == 2 &&
            dn_kit_equal(one->path[0], gone->path[0]) && stays_for_foreign_key(work, one))
            return true;
    }
    return false;
}

/* "(SELECT .. of the columns of the index) = ", for the names to follow. */
static void
add_columns_of_index(dn_mysql_rendering *work, dn_kit_text *text, dunlin_string table,
                     dunlin_string name, const char *unique)
{
    dn_kit_text_add(text, "(");
    add_question(work, text, "GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX)", "STATISTICS",
                 table);
    dn_kit_text_add(text, " AND INDEX_NAME = ");
    dn_mysql_add_literal(text, &work->server, name);
    if (unique != NULL)
        dn_kit_text_format(text, " AND NON_UNIQUE = %s", unique);
}

const char *
dn_mysql_guard_of_stand_in(dn_mysql_rendering *work, const dunlin_operation *made)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    dn_kit_set key = dn_mysql_fact_members(
        dn_mysql_find(work, DUNLIN_KIND_FOREIGN_KEY, made->path[0], made->path[1]));

    if (!dn_mysql_repeats(work) || !work->server.mariadb)
        return NULL;
    add_columns_of_index(work, &text, made->path[0], made->path[1], "1");
    dn_kit_text_add(&text, ") = ");
    dn_mysql_add_literal(&text, &work->server, names_of_key(work, key));
    return keep(work, &text);
}

/* The key is there with the columns that it had. A primary key has no name by which its absence could be told from
 * another one's presence; and a key cannot go as long as a column counts by it. */
static const char *
guard_of_key(dn_mysql_rendering *work, const dunlin_operation *gone)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    DN_KIT_CLEANUP(dn_kit_free) char *kind = dn_kit_copy(gone->kind);
    bool primary = dn_kit_same(gone->kind, DUNLIN_KIND_PRIMARY_KEY);
    bool foreign = !primary && comes_with_foreign_key(work, gone);
    dn_kit_set key = dn_mysql_fact_members(
        kind != NULL ? dn_mysql_find(work, kind, gone->path[0], gone->path[1]) : NULL);
    dunlin_string names = names_of_key(work, key);

    bool stays = !primary && stays_for_foreign_key(work, gone);

    if (names.length == 0 ||
        !(primary || foreign || stays || comes_again(work, gone) || hands_over(work, gone) ||
          is_counter(work, gone->path[0], first_of(names))))
        return NULL;
    add_columns_of_index(work, &text, gone->path[0],
                         primary ? dn_kit_string("PRIMARY") : gone->path[1],
                         !stays                 ? NULL
                         : is_unique(gone, key) ? "0"
                                                : "1");
    /* The catalog lists both columns of a period. */
    dn_kit_text_add(&text, dn_kit_set_is_true(key, "without_overlaps") ? ") LIKE CONCAT(" : ") = ");
    dn_mysql_add_literal(&text, &work->server, names);
    if (dn_kit_set_is_true(key, "without_overlaps"))
        dn_kit_text_add(&text, ", ',%')");
    if (foreign) {
        dn_kit_text_add(&text, " AND NOT EXISTS (");
        add_question(work, &text, "1", "TABLE_CONSTRAINTS", gone->path[0]);
        dn_kit_text_add(&text, " AND CONSTRAINT_TYPE = 'FOREIGN KEY' AND CONSTRAINT_NAME = ");
        dn_mysql_add_literal(&text, &work->server, gone->path[1]);
        dn_kit_text_add(&text, ")");
    }
    return keep(work, &text);
}

/* The column is computed as it was: others may be computed of the new one. */
static const char *
guard_of_column(dn_mysql_rendering *work, const dunlin_operation *gone)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    dn_kit_set column = dn_mysql_fact_members(
        dn_mysql_find(work, DUNLIN_KIND_COLUMN, gone->path[0], gone->path[1]));
    dunlin_string kind = dn_kit_set_text(column, "generated_kind");

    if (kind.length == 0 || !comes_again(work, gone))
        return NULL;
    dn_kit_text_add(&text, "EXISTS (");
    add_question(work, &text, "1", "COLUMNS", gone->path[0]);
    dn_kit_text_add(&text, " AND COLUMN_NAME = ");
    dn_mysql_add_literal(&text, &work->server, gone->path[1]);
    dn_kit_text_format(&text,
                       " AND EXTRA LIKE '%%%.*s%%' AND GENERATION_EXPRESSION = ", (int)kind.length,
                       kind.data);
    dn_mysql_add_literal(&text, &work->server, dn_kit_set_text(column, "generated"));
    dn_kit_text_add(&text, ")");
    return keep(work, &text);
}

/* Of what has no IF NOT EXISTS that a file may have. */
static const char *
guard_of_new(dn_mysql_rendering *work, const dunlin_operation *made)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    bool primary = dn_kit_same(made->kind, DUNLIN_KIND_PRIMARY_KEY);

    if (!primary && dn_kit_set_find(dn_mysql_set(made), "auto") == NULL)
        return NULL;
    dn_kit_text_add(&text, "NOT EXISTS (");
    add_question(work, &text, "1", primary ? "STATISTICS" : "COLUMNS", made->path[0]);
    dn_kit_text_add(&text, primary ? " AND INDEX_NAME = " : " AND COLUMN_NAME = ");
    dn_mysql_add_literal(&text, &work->server, primary ? dn_kit_string("PRIMARY") : made->path[1]);
    dn_kit_text_add(&text, ")");
    return keep(work, &text);
}

const char *
dn_mysql_repeat_guard(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    if (!work->server.mariadb || operation->path_count != 2)
        return NULL;
    if (operation->verb == DUNLIN_VERB_CREATE)
        return begins_with_counter(work) ? work->guard : guard_of_new(work, operation);
    if (operation->verb != DUNLIN_VERB_DROP)
        return NULL;
    if (is_key(operation))
        return guard_of_key(work, operation);
    return dn_kit_same(operation->kind, DUNLIN_KIND_COLUMN) ? guard_of_column(work, operation)
                                                            : NULL;
}

/* [MDB] BEGIN NOT ATOMIC: a program without a name. */
void
dn_mysql_wrap_guarded(dn_kit_text *sql, const char *guard)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text inner = *sql;

    *sql = (dn_kit_text){0};
    dn_kit_text_format(sql, "BEGIN NOT ATOMIC\n    IF %s THEN\n        ", guard);
    dn_kit_text_add_string(sql, dn_kit_text_string(&inner));
    dn_kit_text_add(sql, ";\n    END IF;\nEND");
    sql->failed |= inner.failed;
}
