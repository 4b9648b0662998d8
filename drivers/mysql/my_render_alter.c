/* SPDX-License-Identifier: MIT
 *
 * Clauses of ALTER TABLE. Forms that exist since: MySQL RENAME INDEX 5.7, RENAME COLUMN 8.0, DROP
 * CHECK 8.0.16 [M]; MariaDB RENAME COLUMN and RENAME INDEX 10.5.2 [MDB].
 */
#include <string.h>

#include "drivers/mysql/my_render.h"
#include "drivers/mysql/my_schema.h"

static bool
is_kind(const dunlin_operation *operation, const char *kind)
{
    return dn_kit_same(operation->kind, kind);
}

static bool
is_constraint(const dunlin_operation *operation)
{
    return is_kind(operation, DUNLIN_KIND_PRIMARY_KEY) || is_kind(operation, DUNLIN_KIND_UNIQUE) ||
           is_kind(operation, DUNLIN_KIND_FOREIGN_KEY) || is_kind(operation, DUNLIN_KIND_CHECK);
}

/* The clause's own name; a primary key has none that counts. */
static int32_t
begin(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    bool named = operation->path_count > 1 && !is_kind(operation, DUNLIN_KIND_PRIMARY_KEY);
    int32_t status =
        dn_mysql_begin_clause(work, operation->path[0], operation->path + 1, named ? 1 : 0);

    if (!work->joins)
        work->guard = dn_mysql_guard(work, operation);
    work->joins = false;
    return status;
}

/* --- adding ------------------------------------------------------------------------------------------------ */
/* What follows in the same ALTER: a column that numbers itself needs a key at once. */
static uint64_t
end_of_additions(const dn_mysql_rendering *work, dunlin_string table)
{
    uint64_t end = work->at + 1;

    while (!work->script && end < work->count && work->operations[end]->path_count > 0 &&
           dn_kit_equal(work->operations[end]->path[0], table) &&
           work->operations[end]->verb == DUNLIN_VERB_CREATE)
        end++;
    return end;
}

void
dn_mysql_add_place(dn_mysql_rendering *work, dn_kit_set set)
{
    if (dn_kit_set_is_true(set, "first"))
        dn_kit_text_add(&work->sql, " FIRST");
    if (dn_kit_set_find(set, "after") != NULL) {
        dn_kit_text_add(&work->sql, " AFTER ");
        dn_mysql_add_name(work, dn_kit_set_text(set, "after"));
    }
}

static int32_t
add_column(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set set = dn_mysql_set(operation);
    dn_mysql_list native = {0};
    int32_t status = dn_mysql_native_column(work, operation->path[1], set, &native);
    dn_kit_set members = {native.items, native.count};
    bool counts = dn_kit_set_find(members, "auto") != NULL;
    uint64_t end = end_of_additions(work, operation->path[0]);

    if (status == DUNLIN_OK && counts)
        status = dn_mysql_check_counter(work, work->at, end);
    if (status == DUNLIN_OK)
        status = dn_mysql_check_empty(work, operation, members);
    if (status == DUNLIN_OK)
        status = begin(work, operation);
    if (status == DUNLIN_OK) {
        dn_kit_text_add(&work->sql, "ADD COLUMN ");
        status = dn_mysql_add_column(work, operation->path[0], operation->path[1], members);
    }
    dn_mysql_list_free(&native);
    if (status == DUNLIN_OK)
        dn_mysql_add_place(work, set);
    if (status == DUNLIN_OK && counts)
        status = dn_mysql_add_counter_key(work, work->at, end);
    return status;
}

/* [MDB] a check that was written with a column comes by saying the column with it. */
static int32_t
add_column_check(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_mysql_list now = {0};
    dunlin_string native;
    int32_t status =
        dn_mysql_column_now(work, operation->path[0], operation->path[1], work->at, &now);
    dn_kit_set members = {now.items, now.count};

    if (status == DUNLIN_OK)
        status = begin(work, operation);
    if (status == DUNLIN_OK)
        status = dn_mysql_native(work, DUNLIN_TRANSLATE_EXPRESSION,
                                 dn_kit_set_text(dn_mysql_set(operation), "expr"), &native);
    if (status == DUNLIN_OK) {
        dn_kit_text_add(&work->sql, "MODIFY COLUMN ");
        status = dn_mysql_add_column(work, dn_kit_string(""), operation->path[1], members);
        dn_kit_text_add(&work->sql, " CHECK (");
        dn_kit_text_add_string(&work->sql, native);
        dn_kit_text_add(&work->sql, ")");
    }
    dn_mysql_list_free(&now);
    return status;
}

static int32_t
add_table_constraint(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text before = work->sql;
    bool left_out = false;
    dn_kit_text clause;
    bool in_place = false;
    int32_t status;

    /* Written aside: it may turn out that there is nothing to add. */
    memset(&work->sql, 0, sizeof(work->sql));
    status = dn_mysql_add_constraint(work, operation, &left_out);
    clause = work->sql;
    work->sql = before;
    memset(&before, 0, sizeof(before));
    if (status == DUNLIN_OK && !left_out && is_kind(operation, DUNLIN_KIND_UNIQUE))
        status = dn_mysql_begin_in_place(work, operation, &in_place);
    if (status == DUNLIN_OK && !left_out) {
        if (!in_place)
            status = begin(work, operation);
        dn_kit_text_add(&work->sql, in_place ? "" : "ADD ");
        dn_kit_text_add_string(&work->sql, dn_kit_text_string(&clause));
        work->sql.failed |= clause.failed;
    }
    dn_kit_text_free(&clause);
    return status;
}

static int32_t
add_constraint(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dunlin_string level = dn_kit_set_text(dn_mysql_set(operation), "level");

    return work->server.mariadb && dn_kit_same(level, "column")
               ? add_column_check(work, operation)
               : add_table_constraint(work, operation);
}

/* --- dropping ------------------------------------------------------------------------------------------------- */
typedef struct other_key {
    dn_mysql_rendering *work;
    const dunlin_operation *operation;
    dn_kit_set columns;
    bool found;            /* another key begins with the same column */
    bool has_index;        /* one that nobody made for this key holds its columns */
    dunlin_string implied; /* the one that the server made for it, where it is known */
} other_key;

static bool
holds_columns(const dunlin_fact *fact, const dn_kit_set *columns)
{
    dn_kit_set members = dn_mysql_fact_members(fact);
    dn_kit_set list = dn_kit_set_list(members, "columns");
    uint64_t same = 0;

    if (list.count == 0)
        list = dn_kit_set_list(members, "keys");
    for (uint64_t i = 0; i < list.count && same < columns->count; i++) {
        if (list.list[i].type != DUNLIN_PROPERTY_IDENTIFIER)
            continue;
        if (!dn_mysql_same_name(list.list[i].text, columns->list[same].text))
            return false;
        same++;
    }
    return same == columns->count;
}

static int32_t
look_for_user(const dunlin_fact *fact, void *context)
{
    other_key *other = context;

    if (dn_kit_same(fact->kind, DUNLIN_KIND_FOREIGN_KEY)) {
        dn_kit_set columns = dn_kit_set_list(dn_mysql_fact_members(fact), "columns");

        other->found |= !dn_mysql_same_name(fact->path[1], other->operation->path[1]) &&
                        columns.count > 0 &&
                        dn_mysql_same_name(columns.list[0].text, other->columns.list[0].text);
    } else if (dn_kit_same(fact->kind, DUNLIN_KIND_INDEX) ||
               dn_kit_same(fact->kind, DUNLIN_KIND_UNIQUE) ||
               dn_kit_same(fact->kind, DUNLIN_KIND_PRIMARY_KEY)) {
        if (!holds_columns(fact, &other->columns))
            return DUNLIN_OK;
        if (dn_kit_set_is_true(dn_mysql_fact_members(fact), "implied"))
            other->implied = fact->path[1];
        else
            other->has_index = true;
    }
    return DUNLIN_OK;
}

/* The index that the server made for a foreign key stays behind it, and is to go with it, unless
 * another key uses it. What files of effects tell does not hold it. */
static int32_t
drop_implied_index(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dunlin_string name = operation->path[1];
    other_key other = {.work = work, .operation = operation};

    other.columns =
        dn_kit_set_list(dn_mysql_fact_members(dn_mysql_find(
                            work, DUNLIN_KIND_FOREIGN_KEY, operation->path[0], operation->path[1])),
                        "columns");
    if (other.columns.count == 0)
        return DUNLIN_OK;
    work->call->host->members(work->call, dn_kit_string(""), operation->path, 1, look_for_user,
                              &other);
    if (other.found || other.has_index)
        return DUNLIN_OK;
    /* That of a key that had no name when it was made is called like its first column. */
    if (other.implied.length > 0)
        name = other.implied;
    else if (dn_mysql_is_made_up(name))
        name = other.columns.list[0].text;
    dn_kit_text_add(&work->sql, ",\n    DROP INDEX ");
    if ((work->script || dn_mysql_repeats(work)) && work->server.mariadb)
        dn_kit_text_add(&work->sql, "IF EXISTS ");
    dn_mysql_add_name(work, name);
    return DUNLIN_OK;
}

/* [MDB] a check that was written with a column goes by saying the column without it. */
static int32_t
drop_column_check(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_mysql_list now = {0};
    int32_t status =
        dn_mysql_column_now(work, operation->path[0], operation->path[1], work->at, &now);
    dn_kit_set members = {now.items, now.count};

    if (status == DUNLIN_OK)
        status = begin(work, operation);
    if (status == DUNLIN_OK) {
        dn_kit_text_add(&work->sql, "MODIFY COLUMN ");
        /* No table: the check is not looked for. */
        status = dn_mysql_add_column(work, dn_kit_string(""), operation->path[1], members);
    }
    dn_mysql_list_free(&now);
    return status;
}

static int32_t
drop_check(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set check = dn_mysql_fact_members(
        dn_mysql_find(work, DUNLIN_KIND_CHECK, operation->path[0], operation->path[1]));
    int32_t status;

    if (!dn_mysql_checks(&work->server))
        return DUNLIN_OK;
    if (dn_kit_same(dn_kit_set_text(check, "level"), "column"))
        return drop_column_check(work, operation);
    status = begin(work, operation);
    dn_kit_text_add(&work->sql, work->server.mariadb ? "DROP CONSTRAINT " : "DROP CHECK ");
    dn_mysql_add_name(work, operation->path[1]);
    return status;
}

typedef struct index_need {
    const dn_mysql_rendering *work;
    dunlin_string column;   /* that the index begins with */
    const dunlin_fact *key; /* a foreign key that begins so */
    bool counts;            /* the column numbers itself */
    bool other;             /* so does another index */
} index_need;

/* Of a key or an index. */
static dunlin_string
first_of(dn_kit_set members)
{
    dn_kit_set list = dn_kit_set_list(members, "columns");

    if (list.count > 0)
        return list.list[0].text;
    list = dn_kit_set_list(members, "keys");
    for (uint64_t i = 0; i < list.count; i++)
        if (dn_kit_same(list.list[i].name, "column"))
            return list.list[i].text;
    return dn_kit_string("");
}

static dunlin_string
first_column(const dunlin_fact *fact)
{
    return first_of(dn_mysql_fact_members(fact));
}

/* Does the same ALTER make another key that begins so? What is between is about the table, too; an index has a
 * statement of its own. In a script only the next clause can belong to it. */
static bool
is_replaced(const dn_mysql_rendering *work, uint64_t at, dunlin_string column)
{
    const dunlin_operation *gone = work->operations[at];

    if (dn_mysql_repeats(work))
        return false; /* it stands alone */
    for (uint64_t i = at + 1; i < work->count && (!work->script || i == at + 1); i++) {
        const dunlin_operation *one = work->operations[i];
        bool key = is_kind(one, DUNLIN_KIND_PRIMARY_KEY) || is_kind(one, DUNLIN_KIND_UNIQUE);

        if (one->path_count != 2 || !dn_kit_equal(one->path[0], gone->path[0]) ||
            is_kind(one, DUNLIN_KIND_INDEX) || dn_mysql_same_name(one->path[1], gone->path[1]))
            return false;
        if (key && one->verb == DUNLIN_VERB_CREATE &&
            dn_mysql_same_name(first_of(dn_mysql_set(one)), column))
            return true;
    }
    return false;
}

static bool
is_dropped(const dn_mysql_rendering *work, const dunlin_fact *fact)
{
    for (uint64_t i = 0; i < work->count; i++) {
        const dunlin_operation *one = work->operations[i];

        if (one->verb == DUNLIN_VERB_DROP && dn_kit_equal(one->kind, fact->kind) &&
            one->path_count == 2 && dn_kit_equal(one->path[0], fact->path[0]) &&
            dn_mysql_same_name(one->path[1], fact->path[1]))
            return true;
    }
    return false;
}

static int32_t
look_for_need(const dunlin_fact *fact, void *context)
{
    index_need *need = context;

    if (dn_kit_same(fact->kind, DUNLIN_KIND_COLUMN) && fact->path_count == 2 &&
        dn_mysql_same_name(fact->path[1], need->column))
        need->counts = dn_kit_set_find(dn_mysql_fact_members(fact), "auto") != NULL;
    if (fact->path_count != 2 || !dn_mysql_same_name(first_column(fact), need->column) ||
        is_dropped(need->work, fact))
        return DUNLIN_OK;
    if (dn_kit_same(fact->kind, DUNLIN_KIND_FOREIGN_KEY))
        need->key = fact;
    else
        need->other |= dn_kit_same(fact->kind, DUNLIN_KIND_INDEX) ||
                       dn_kit_same(fact->kind, DUNLIN_KIND_UNIQUE) ||
                       dn_kit_same(fact->kind, DUNLIN_KIND_PRIMARY_KEY);
    return DUNLIN_OK;
}

/* Is the index that gets the name of a foreign key, which stays, to take the place of the one that the server, or
 * add_what_needs_it(), made for the key? */
bool
dn_mysql_takes_stand_in(dn_mysql_rendering *work, const dunlin_operation *made)
{
    index_need need = {.work = work};
    const dunlin_fact *index;
    const dunlin_fact *key;

    if (work->script || made->path_count != 2 || made->path[1].length == 0)
        return false;
    key = dn_mysql_find(work, DUNLIN_KIND_FOREIGN_KEY, made->path[0], made->path[1]);
    if (key == NULL || is_dropped(work, key))
        return false;
    index = dn_mysql_find(work, DUNLIN_KIND_INDEX, made->path[0], made->path[1]);
    if (index != NULL && dn_kit_set_is_true(dn_mysql_fact_members(index), "implied"))
        return !is_dropped(work, index);
    need.column = first_column(key);
    work->call->host->members(work->call, dn_kit_string(""), made->path, 1, look_for_need, &need);
    for (uint64_t i = 0; i < work->at; i++)
        if (work->operations[i]->verb == DUNLIN_VERB_DROP && work->operations[i]->path_count == 2 &&
            dn_kit_equal(work->operations[i]->path[0], made->path[0]) &&
            is_replaced(work, i, need.column))
            return false;
    return need.key == key && !need.other;
}

/* A statement of its own: "ALTER TABLE t DROP INDEX k, ADD ", for the index itself to follow. */
int32_t
dn_mysql_begin_in_place(dn_mysql_rendering *work, const dunlin_operation *made, bool *in_place)
{
    int32_t status;

    *in_place = dn_mysql_takes_stand_in(work, made);
    if (!*in_place)
        return DUNLIN_OK;
    status = dn_mysql_begin_clause(work, made->path[0], made->path + 1, 1);
    work->guard = dn_mysql_guard_of_stand_in(work, made);
    dn_kit_text_add(&work->sql, "DROP INDEX ");
    dn_mysql_add_name(work, made->path[1]);
    dn_kit_text_add(&work->sql, ",\n    ADD ");
    return status;
}

/* Error 1553: no foreign key is left without an index. It gets the one that the server would have made
 * for it. Nor is a column that numbers itself. */
static int32_t
add_what_needs_it(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    DN_KIT_CLEANUP(dn_kit_free) char *kind = dn_kit_copy(operation->kind);
    const dunlin_fact *index =
        kind != NULL ? dn_mysql_find(work, kind, operation->path[0], operation->path[1]) : NULL;
    index_need need = {.work = work};

    /* What is written for this server does what it says there. */
    if (index == NULL || (work->script && (work->call->flags & DUNLIN_CALL_OWN_WORDS) != 0))
        return DUNLIN_OK;
    need.column = first_column(index);
    work->call->host->members(work->call, dn_kit_string(""), operation->path, 1, look_for_need,
                              &need);
    if (need.key != NULL && !need.other && is_replaced(work, work->at, need.column)) {
        work->joins = work->script;
    } else if (need.key != NULL && !need.other) {
        dn_kit_text_add(&work->sql, "ADD INDEX ");
        /* Unless it takes the place of what goes. */
        if (dn_mysql_repeats(work) && work->server.mariadb &&
            !dn_mysql_same_name(need.key->path[1], operation->path[1]))
            dn_kit_text_add(&work->sql, "IF NOT EXISTS ");
        dn_mysql_add_name(work, need.key->path[1]);
        dn_kit_text_add(&work->sql, " ");
        dn_mysql_add_columns(work, dn_kit_set_list(dn_mysql_fact_members(need.key), "columns"));
        dn_kit_text_add(&work->sql, ",\n    ");
    }
    return need.counts && !need.other && !work->script
               ? dn_mysql_pause_counter(work, operation->path[0], need.column)
               : DUNLIN_OK;
}

static int32_t
drop_constraint(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    int32_t status;

    if (is_kind(operation, DUNLIN_KIND_CHECK))
        return drop_check(work, operation);
    status = begin(work, operation);
    if (status != DUNLIN_OK)
        return status;
    if (is_kind(operation, DUNLIN_KIND_FOREIGN_KEY)) {
        dn_kit_text_add(&work->sql, "DROP FOREIGN KEY ");
        dn_mysql_add_name(work, operation->path[1]);
        /* What is written for this server does what it says there. */
        return work->script && (work->call->flags & DUNLIN_CALL_OWN_WORDS) != 0
                   ? DUNLIN_OK
                   : drop_implied_index(work, operation);
    }
    status = add_what_needs_it(work, operation);
    if (is_kind(operation, DUNLIN_KIND_PRIMARY_KEY)) {
        dn_kit_text_add(&work->sql, "DROP PRIMARY KEY");
        return status;
    }
    dn_kit_text_add(&work->sql, "DROP INDEX ");
    dn_mysql_add_name(work, operation->path[1]);
    return status;
}

/* --- renaming ------------------------------------------------------------------------------------------------------ */
static bool
renames_columns(const dn_mysql_server *server)
{
    return server->version >= (server->mariadb ? 100502u : 80000u);
}

static int32_t
rename_column(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dunlin_string names[2] = {operation->path[1], operation->new_path[1]};
    dn_mysql_list now = {0};
    dn_kit_set members;
    int32_t status = dn_mysql_note_views(work);

    if (status == DUNLIN_OK)
        status = dn_mysql_begin_clause(work, operation->path[0], names, 2);
    work->guard = dn_mysql_guard(work, operation);
    if (status == DUNLIN_OK && renames_columns(&work->server)) {
        dn_kit_text_add(&work->sql, "RENAME COLUMN ");
        dn_mysql_add_name(work, names[0]);
        dn_kit_text_add(&work->sql, " TO ");
        dn_mysql_add_name(work, names[1]);
        return DUNLIN_OK;
    }
    if (status == DUNLIN_OK)
        status = dn_mysql_column_now(work, operation->path[0], names[0], work->at, &now);
    if (status == DUNLIN_OK && now.count == 0)
        status =
            dn_kit_fail(work->call, DUNLIN_MISSING,
                        "what column '%.*s' of '%.*s' is now is not known", (int)names[0].length,
                        names[0].data, (int)operation->path[0].length, operation->path[0].data);
    members = (dn_kit_set){now.items, now.count};
    if (status == DUNLIN_OK) {
        dn_kit_text_add(&work->sql, "CHANGE COLUMN ");
        dn_mysql_add_name(work, names[0]);
        dn_kit_text_add(&work->sql, " ");
        status = dn_mysql_add_column(work, operation->path[0], names[1], members);
    }
    dn_mysql_list_free(&now);
    return status;
}

static void
replace_name(dn_mysql_rendering *work, dunlin_property *property, dunlin_string old,
             dunlin_string new)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text from = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

    if (property->type == DUNLIN_PROPERTY_IDENTIFIER && dn_mysql_same_name(property->text, old))
        property->text = new;
    if (property->type != DUNLIN_PROPERTY_EXPRESSION)
        return;
    dn_kit_text_quote(&from, '`', old);
    for (uint64_t at = 0; at < property->text.length && !from.failed;) {
        dunlin_string rest = {property->text.data + at, property->text.length - at};
        bool here = rest.length >= from.length && dn_mysql_begins(rest, from.data);

        if (here)
            dn_kit_text_quote(&text, '`', new);
        else
            dn_kit_text_add_string(&text, (dunlin_string){rest.data, 1});
        at += here ? from.length : 1;
    }
    property->text = dn_kit_pool_text(&work->pool, &text);
}

/* The members of a constraint with the names that its columns have by now. */
static const dunlin_property *
renamed_members(dn_mysql_rendering *work, const dunlin_fact *fact)
{
    dunlin_property *copy =
        dn_kit_pool_take(&work->pool, (fact->property_count + 1) * sizeof(*copy));

    if (copy == NULL)
        return fact->properties;
    if (fact->property_count > 0)
        memcpy(copy, fact->properties, fact->property_count * sizeof(*copy));
    for (uint64_t i = 0; i < work->at; i++) {
        const dunlin_operation *operation = work->operations[i];

        if (!dn_mysql_is_op(operation, DUNLIN_VERB_RENAME, DUNLIN_KIND_COLUMN) ||
            operation->new_path_count != 2 || !dn_kit_equal(operation->path[0], fact->path[0]))
            continue;
        for (uint64_t k = 0; k < fact->property_count; k++)
            replace_name(work, &copy[k], operation->path[1], operation->new_path[1]);
    }
    return copy;
}

/* There is no other way than to make it anew. */
static int32_t
rename_anew(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    DN_KIT_CLEANUP(dn_kit_free) char *kind = dn_kit_copy(operation->kind);
    const dunlin_fact *fact =
        kind != NULL ? dn_mysql_find(work, kind, operation->path[0], operation->path[1]) : NULL;
    dunlin_operation again = *operation;
    dunlin_operation old = *operation;
    int32_t status;

    if (fact == NULL)
        return dn_kit_fail(work->call, DUNLIN_MISSING,
                           "what constraint '%.*s' of '%.*s' is now is not known",
                           (int)operation->path[1].length, operation->path[1].data,
                           (int)operation->path[0].length, operation->path[0].data);
    again.verb = DUNLIN_VERB_CREATE;
    again.path = operation->new_path;
    again.set = renamed_members(work, fact);
    again.set_count = fact->property_count;
    old.verb = DUNLIN_VERB_DROP;
    work->as_is = true;
    status = drop_constraint(work, &old);
    if (status == DUNLIN_OK)
        status = add_constraint(work, &again);
    work->as_is = false;
    return status;
}

static int32_t
rename_key(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dunlin_string names[2] = {operation->path[1], operation->new_path[1]};
    int32_t status;

    if (is_kind(operation, DUNLIN_KIND_PRIMARY_KEY))
        return dn_mysql_inform(work, "a primary key has no name here");
    if (is_kind(operation, DUNLIN_KIND_CHECK) && !dn_mysql_checks(&work->server))
        return DUNLIN_OK;
    if (is_kind(operation, DUNLIN_KIND_CHECK) || is_kind(operation, DUNLIN_KIND_FOREIGN_KEY))
        return rename_anew(work, operation);
    status = dn_mysql_begin_clause(work, operation->path[0], names, 2);
    work->guard = dn_mysql_guard(work, operation);
    dn_kit_text_add(&work->sql, "RENAME INDEX ");
    dn_mysql_add_name(work, names[0]);
    dn_kit_text_add(&work->sql, " TO ");
    dn_mysql_add_name(work, names[1]);
    return status;
}

/* --- keys ---------------------------------------------------------------------------------------------------------- */
/* When it is checked, and whether it was: here always at once, and everything. */
static bool
is_said_of_checking(const dunlin_operation *operation)
{
    static const char *const when[] = {"deferrable", "deferred", "not_valid"};
    uint64_t known = 0;

    for (size_t i = 0; i < sizeof(when) / sizeof(when[0]); i++)
        known += (dn_kit_set_find(dn_mysql_set(operation), when[i]) != NULL) +
                 dn_mysql_unsets(operation, when[i]);
    return known == operation->set_count + operation->unset_count;
}

/* The members that it has, but for the comment that the operation tells. */
static void
recomment(const dunlin_fact *fact, const dunlin_operation *operation, dn_mysql_list *list)
{
    dn_kit_set now = dn_mysql_fact_members(fact);
    const dunlin_property *comment = dn_kit_set_find(dn_mysql_set(operation), "comment");

    for (uint64_t i = 0; i < now.count; i = dn_kit_set_next(now, i))
        if (!dn_kit_same(now.list[i].name, "comment"))
            dn_mysql_add_copy(list, &now.list[i]);
    if (comment != NULL)
        dn_mysql_add_copy(list, comment);
}

int32_t
dn_mysql_add_index_anew(dn_mysql_rendering *work, const dunlin_operation *index)
{
    dunlin_string method = dn_kit_set_text(dn_mysql_set(index), "method");

    dn_kit_text_add(&work->sql, dn_kit_same(method, "fulltext")  ? "FULLTEXT "
                                : dn_kit_same(method, "spatial") ? "SPATIAL "
                                                                 : "");
    return dn_mysql_add_index(work, index);
}

/* The comment on a key or an index is made with it: it goes and comes in one statement. */
static int32_t
comment_anew(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    DN_KIT_CLEANUP(dn_kit_free) char *kind = dn_kit_copy(operation->kind);
    const dunlin_fact *fact =
        kind != NULL ? dn_mysql_find(work, kind, operation->path[0], operation->path[1]) : NULL;
    dunlin_operation again = *operation;
    dn_mysql_list list = {0};
    bool left_out = false;
    int32_t status;

    if (fact == NULL)
        return dn_kit_fail(work->call, DUNLIN_MISSING, "what key '%.*s' of '%.*s' is not known",
                           (int)operation->path[1].length, operation->path[1].data,
                           (int)operation->path[0].length, operation->path[0].data);
    recomment(fact, operation, &list);
    again.verb = DUNLIN_VERB_CREATE;
    again.set = list.items;
    again.set_count = list.count;
    status = list.failed ? dn_kit_no_memory(work->call) : begin(work, operation);
    if (is_kind(operation, DUNLIN_KIND_PRIMARY_KEY)) {
        dn_kit_text_add(&work->sql, "DROP PRIMARY KEY");
    } else {
        dn_kit_text_add(&work->sql, "DROP INDEX ");
        dn_mysql_add_name(work, operation->path[1]);
    }
    dn_kit_text_add(&work->sql, ",\n    ADD ");
    if (status == DUNLIN_OK)
        status = is_kind(operation, DUNLIN_KIND_INDEX)
                     ? dn_mysql_add_index_anew(work, &again)
                     : dn_mysql_add_constraint(work, &again, &left_out);
    dn_mysql_list_free(&list);
    return status;
}

static int32_t
alter_key(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set set = dn_mysql_set(operation);
    bool comment = dn_kit_set_find(set, "comment") != NULL || dn_mysql_unsets(operation, "comment");

    if (comment && (work->call->flags & DUNLIN_CALL_OWN_WORDS) != 0)
        return comment_anew(work, operation);
    if (comment && operation->set_count + operation->unset_count == 1)
        return dn_mysql_lossy(work, "the comment on '%.*s' is not kept",
                              (int)operation->path[1].length, operation->path[1].data);
    if (is_said_of_checking(operation))
        return dn_mysql_note_deferral(work, set);
    return dn_mysql_refuse(work, NULL, "change of a key that is there: '%.*s'",
                           (int)operation->path[1].length, operation->path[1].data);
}

int32_t
dn_mysql_render_alter(dn_mysql_rendering *work, bool *done)
{
    const dunlin_operation *operation = work->operations[work->at];
    bool index = is_kind(operation, DUNLIN_KIND_INDEX);
    bool key = is_constraint(operation);
    bool column = is_kind(operation, DUNLIN_KIND_COLUMN) && operation->path_count == 2;

    *done = true;
    switch (operation->verb) {
    case DUNLIN_VERB_CREATE:
        if (column)
            return add_column(work, operation);
        if (key)
            return add_constraint(work, operation);
        break;
    case DUNLIN_VERB_ALTER:
        if (column)
            return dn_mysql_render_column_change(work);
        if (key || index)
            return alter_key(work, operation);
        if (is_kind(operation, DUNLIN_KIND_TABLE))
            return dn_mysql_render_table_change(work);
        break;
    case DUNLIN_VERB_DROP:
        if (column)
            return dn_mysql_render_drop_column(work);
        if (key || index)
            return drop_constraint(work, operation);
        break;
    case DUNLIN_VERB_RENAME:
        if (column && operation->new_path_count == 2)
            return rename_column(work, operation);
        if ((key || index) && operation->new_path_count == 2)
            return rename_key(work, operation);
        break;
    default: break;
    }
    *done = false;
    return DUNLIN_OK;
}
