/* SPDX-License-Identifier: MIT
 *
 * Columns that change or go.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drivers/mysql/my_render.h"
#include "drivers/mysql/my_schema.h"

/* --- changing -------------------------------------------------------------------------------------------- */
static bool
changes_same_column(const dn_mysql_rendering *work, uint64_t at, const dunlin_operation *first)
{
    const dunlin_operation *operation = work->operations[at];

    return dn_mysql_is_op(operation, DUNLIN_VERB_ALTER, DUNLIN_KIND_COLUMN) &&
           operation->path_count == 2 && dn_kit_equal(operation->path[0], first->path[0]) &&
           dn_mysql_same_name(operation->path[1], first->path[1]);
}

static bool
changes_default_alone(const dunlin_operation *operation)
{
    dn_kit_set set = dn_mysql_set(operation);

    for (uint64_t i = 0; i < set.count; i = dn_kit_set_next(set, i))
        if (!dn_kit_same(set.list[i].name, "default"))
            return false;
    for (uint64_t i = 0; i < operation->unset_count; i++)
        if (!dn_kit_same(operation->unset[i], "default"))
            return false;
    return true;
}

#define BLANKS " \t\n\r"

/* The rest of an expression behind "::" or "as": a type, and nothing done with the result. */
static bool
is_type_alone(const char *rest)
{
    static const char *const operators[] = {"and",   "or", "is",      "in",      "not",    "like",
                                            "ilike", "at", "similar", "between", "collate"};

    while (*rest != '\0') {
        size_t length = strspn(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");

        for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
            if (strlen(operators[i]) == length && strncasecmp(rest, operators[i], length) == 0)
                return false;
        rest += length;
        if (length == 0 && strchr(" \t\n\"().,0123456789", *rest++) == NULL)
            return false;
    }
    return true;
}

/* The server converts as a cast does; "c::bigint" and "cast(c AS bigint)" say no more. */
static bool
is_plain_cast(dunlin_string expression, dunlin_string column)
{
    DN_KIT_CLEANUP(dn_kit_free) char *text = dn_kit_copy(expression);
    DN_KIT_CLEANUP(dn_kit_free) char *name = dn_kit_copy(column);
    const char *at = text;
    bool cast;

    if (text == NULL || name == NULL)
        return false;
    at += strspn(at, BLANKS "(");
    cast = strncasecmp(at, "cast", 4) == 0 && at[4 + strspn(at + 4, BLANKS)] == '(';
    at += cast ? 4 : 0;
    at += strspn(at, BLANKS "(\"`");
    if (strncasecmp(at, name, column.length) != 0)
        return false;
    at += column.length;
    at += strspn(at, "\"`" BLANKS ")");
    if (*at == '\0')
        return true;
    return (strncmp(at, "::", 2) == 0 || (cast && strncasecmp(at, "as", 2) == 0)) &&
           is_type_alone(at + 2);
}

static bool is_dropped_before(const dn_mysql_rendering *work, const dunlin_fact *fact);

typedef struct bond {
    dn_mysql_rendering *work;
    const dunlin_operation *operation;
    const dunlin_fact *found;
} bond;

static bool
lists_column(dn_kit_set list, dunlin_string column)
{
    for (uint64_t i = 0; i < list.count; i++)
        if (dn_mysql_same_name(list.list[i].text, column))
            return true;
    return false;
}

static int32_t
look_for_bond(const dunlin_fact *fact, void *context)
{
    bond *looking = context;
    const dunlin_operation *operation = looking->operation;
    dn_kit_set members = dn_mysql_fact_members(fact);
    dn_kit_set ref = dn_kit_set_list(members, "ref");
    bool child = fact->path_count == 2 && dn_kit_equal(fact->path[0], operation->path[0]) &&
                 lists_column(dn_kit_set_list(members, "columns"), operation->path[1]);
    bool parent = ref.count == 1 && dn_kit_equal(ref.list[0].text, operation->path[0]) &&
                  lists_column(dn_kit_set_list(members, "ref_columns"), operation->path[1]);

    if ((child || parent) && !is_dropped_before(looking->work, fact))
        looking->found = fact;
    return DUNLIN_OK;
}

/* int of int(11) and of int unsigned */
static dunlin_string
type_word(dunlin_string type)
{
    uint64_t length = 0;

    while (length < type.length && type.data[length] != '(')
        length++;
    return (dunlin_string){type.data, length};
}

/* Errors 1832 and 1833, also with foreign_key_checks off: both ends of a foreign key have one type
 * at all times. */
static int32_t
check_bonds(dn_mysql_rendering *work, const dunlin_operation *operation, dunlin_string type)
{
    bond looking = {.work = work, .operation = operation};
    dunlin_string old;
    int32_t status =
        dn_mysql_column_type(work, operation->path[0], operation->path[1], work->at, &old);

    if (status != DUNLIN_OK || work->call->host->each == NULL ||
        dn_kit_equal(type_word(old), type_word(type)))
        return status;
    status = work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_FOREIGN_KEY),
                                    look_for_bond, &looking);
    if (status != DUNLIN_OK || looking.found == NULL)
        return status;
    return dn_mysql_refuse(work,
                           "drop the foreign key, change the columns on both sides, and add it "
                           "again",
                           "change of type under a foreign key: '%.*s' of '%.*s' is in '%.*s'",
                           (int)operation->path[1].length, operation->path[1].data,
                           (int)operation->path[0].length, operation->path[0].data,
                           (int)looking.found->path[1].length, looking.found->path[1].data);
}

/* A text that the server makes of a value is not always the one that PostgreSQL makes: 1 for true, and
 * six digits behind each second. From one schema of a server like this to another it is what is meant. */
static int32_t
check_texts(dn_mysql_rendering *work, const dunlin_operation *operation, dunlin_string type)
{
    static const char *const texts[] = {"varchar", "char", "longtext", NULL};
    static const char *const others[] = {"tinyint(1)", "datetime", "timestamp", "time", NULL};
    static const char *const floats[] = {"float", "double", NULL};
    dunlin_string old;
    int32_t status =
        dn_mysql_column_type(work, operation->path[0], operation->path[1], work->at, &old);

    if (status != DUNLIN_OK || work->call->host->translate == NULL ||
        (work->call->flags & DUNLIN_CALL_OWN_WORDS) != 0 || !dn_mysql_begins_with_any(type, texts))
        return status;
    if (dn_mysql_begins_with_any(old, floats))
        return dn_mysql_lossy(work,
                              "'%.*s': numbers become texts as the server writes them, 1e20 where "
                              "PostgreSQL has 1e+20",
                              (int)operation->path[1].length, operation->path[1].data);
    if (!dn_mysql_begins_with_any(old, others))
        return status;
    return dn_mysql_refuse(work,
                           "add a column of the new type, UPDATE it with the texts that are meant, "
                           "drop the old one and rename the new one",
                           "text of the values of '%.*s' as PostgreSQL writes it",
                           (int)operation->path[1].length, operation->path[1].data);
}

/* Of 5 the server makes five seconds, and of a time one of today. */
static int32_t
check_times(dn_mysql_rendering *work, const dunlin_operation *operation, dunlin_string type)
{
    static const char *const days[] = {"date", "timestamp", NULL}; /* datetime, too */
    static const char *const hours[] = {"time", NULL};
    dunlin_string old;
    int32_t status =
        dn_mysql_column_type(work, operation->path[0], operation->path[1], work->at, &old);
    bool number = dn_mysql_is_number(old);
    bool hour = dn_mysql_begins_with_any(old, hours) && !dn_mysql_begins_with_any(old, days);

    if (status != DUNLIN_OK || work->call->host->translate == NULL ||
        !((number &&
           (dn_mysql_begins_with_any(type, days) || dn_mysql_begins_with_any(type, hours))) ||
          (hour && dn_mysql_begins_with_any(type, days))))
        return status;
    return dn_mysql_refuse(work,
                           "add a column of the new type, UPDATE it with what is meant, drop the "
                           "old one and rename the new one",
                           "way to convert '%.*s' from %.*s to %.*s",
                           (int)operation->path[1].length, operation->path[1].data, (int)old.length,
                           old.data, (int)type.length, type.data);
}

/* Error 1907: a virtual column has no values that it could keep. */
static int32_t
check_computed(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set now = dn_mysql_fact_members(
        dn_mysql_find(work, DUNLIN_KIND_COLUMN, operation->path[0], operation->path[1]));

    if (!dn_mysql_unsets(operation, "generated") ||
        !dn_kit_same(dn_kit_set_text(now, "generated_kind"), "virtual"))
        return DUNLIN_OK;
    return dn_mysql_refuse(
        work, NULL,
        "virtual columns that become others: '%.*s' (add another column, UPDATE it "
        "from this one, drop this one and rename the other)",
        (int)operation->path[1].length, operation->path[1].data);
}

/* What is lost is told operation by operation. */
static int32_t
check_changes(dn_mysql_rendering *work, uint64_t end)
{
    uint64_t begin = work->at;
    int32_t status = DUNLIN_OK;

    for (; work->at < end && status == DUNLIN_OK; work->at++) {
        const dunlin_operation *operation = work->operations[work->at];
        dn_mysql_list native = {0};

        status = check_computed(work, operation);
        if (status == DUNLIN_OK && dn_kit_set_find(dn_mysql_set(operation), "type") != NULL)
            status =
                dn_mysql_native_column(work, operation->path[1], dn_mysql_set(operation), &native);
        if (status == DUNLIN_OK && native.count > 0) {
            dn_kit_set members = {native.items, native.count};

            status = check_bonds(work, operation, dn_kit_set_text(members, "type"));
            if (status == DUNLIN_OK)
                status = check_texts(work, operation, dn_kit_set_text(members, "type"));
            if (status == DUNLIN_OK)
                status = check_times(work, operation, dn_kit_set_text(members, "type"));
        }
        dn_mysql_list_free(&native);
        if (status == DUNLIN_OK && operation->using_expression.length > 0 &&
            dn_kit_set_find(dn_mysql_set(operation), "values") == NULL &&
            !is_plain_cast(operation->using_expression, operation->path[1]))
            status = dn_mysql_refuse(
                work,
                "add a column of the new type, UPDATE it, drop the old one and rename the new one",
                "USING in a change of a type: '%.*s'", (int)operation->path[1].length,
                operation->path[1].data);
    }
    work->at = begin;
    return status;
}

static bool
lists_label(dn_kit_set labels, dunlin_string label)
{
    for (uint64_t i = 0; i < labels.count; i++)
        if (dn_kit_equal(labels.list[i].text, label))
            return true;
    return false;
}

/* A column that takes the labels of before and those of after. */
static void
join_labels(dn_kit_set now, dn_kit_set before, dn_mysql_list *wide)
{
    dn_kit_set labels = dn_kit_set_list(now, "values");

    for (uint64_t i = 0; i < now.count; i = dn_kit_set_next(now, i)) {
        if (!dn_kit_same(now.list[i].name, "values")) {
            dn_mysql_add_copy(wide, &now.list[i]);
            continue;
        }
        dn_mysql_open_member(wide, "values", DUNLIN_PROPERTY_LIST_BEGIN);
        for (uint64_t k = 0; k < before.count; k++)
            dn_mysql_add(wide, NULL, DUNLIN_PROPERTY_TEXT, before.list[k].text);
        for (uint64_t k = 0; k < labels.count; k++)
            if (!lists_label(before, labels.list[k].text))
                dn_mysql_add(wide, NULL, DUNLIN_PROPERTY_TEXT, labels.list[k].text);
        dn_mysql_close_member(wide);
    }
}

/* What the rows of an ENUM have instead of a label that goes: the column has both for a while. */
static int32_t
convert_labels(dn_mysql_rendering *work, const dunlin_operation *operation, dn_kit_set now,
               uint64_t end)
{
    dn_mysql_list old = {0};
    dn_mysql_list wide = {0};
    dunlin_string value;
    uint64_t count = end - work->at;
    int32_t status = dn_mysql_end_alter(work);

    if (status == DUNLIN_OK)
        status = dn_mysql_column_now(work, operation->path[0], operation->path[1], work->at, &old);
    if (status == DUNLIN_OK)
        status =
            dn_mysql_native(work, DUNLIN_TRANSLATE_EXPRESSION, operation->using_expression, &value);
    if (status == DUNLIN_OK) {
        join_labels(now, dn_kit_set_list((dn_kit_set){old.items, old.count}, "values"), &wide);
        dn_kit_text_add(&work->sql, "ALTER TABLE ");
        dn_mysql_add_name(work, operation->path[0]);
        dn_kit_text_add(&work->sql, " MODIFY COLUMN ");
        status = dn_mysql_add_column(work, operation->path[0], operation->path[1],
                                     (dn_kit_set){wide.items, wide.count});
    }
    if (status == DUNLIN_OK)
        status = dn_mysql_push_step(work, work->at, count, dn_mysql_guard(work, operation));
    if (status == DUNLIN_OK) {
        dn_kit_text_add(&work->sql, "UPDATE ");
        dn_mysql_add_name(work, operation->path[0]);
        dn_kit_text_add(&work->sql, " SET ");
        dn_mysql_add_name(work, operation->path[1]);
        dn_kit_text_add(&work->sql, " = ");
        dn_kit_text_add_string(&work->sql, value);
        status = dn_mysql_push_step(work, work->at, count, dn_mysql_guard(work, operation));
    }
    dn_mysql_list_free(&old);
    dn_mysql_list_free(&wide);
    return status;
}

static void
add_new_default(dn_mysql_rendering *work, dunlin_string name, dn_kit_set now)
{
    dunlin_string text = dn_kit_set_text(now, "default");

    dn_kit_text_add(&work->sql, "ALTER COLUMN ");
    dn_mysql_add_name(work, name);
    /* [M] without a default a column that may be null has none at all, not even NULL. */
    if (text.length == 0 && dn_kit_set_is_true(now, "not_null")) {
        dn_kit_text_add(&work->sql, " DROP DEFAULT");
    } else {
        dn_kit_text_add(&work->sql, " SET DEFAULT ");
        dn_kit_text_add_string(&work->sql, text.length > 0 ? text : dn_kit_string("NULL"));
    }
}

static bool
begins_to_count(const dn_mysql_rendering *work, uint64_t end)
{
    for (uint64_t i = work->at; i < end; i++)
        if (dn_kit_set_find(dn_mysql_set(work->operations[i]), "auto") != NULL)
            return true;
    return false;
}

static bool
is_comment_of_view(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    bool commented = dn_kit_set_find(dn_mysql_set(operation), "comment") != NULL ||
                     dn_mysql_unsets(operation, "comment");

    return commented && operation->set_count + operation->unset_count == 1 &&
           dn_mysql_find(work, DUNLIN_KIND_VIEW, operation->path[0], dn_kit_string("")) != NULL;
}

/* Of operations up to `end`, which become one. */
static void
add_last_place(dn_mysql_rendering *work, uint64_t end)
{
    for (uint64_t i = end; i > work->at; i--) {
        dn_kit_set set = dn_mysql_set(work->operations[i - 1]);

        if (dn_kit_set_find(set, "first") == NULL && dn_kit_set_find(set, "after") == NULL)
            continue;
        dn_mysql_add_place(work, set);
        return;
    }
}

/* What the column is from now on: operations up to `end`, which may change its default alone. */
static int32_t
write_change(dn_mysql_rendering *work, const dunlin_operation *operation, dn_kit_set now,
             bool default_alone, uint64_t end)
{
    bool counts = begins_to_count(work, end);
    int32_t status =
        counts ? dn_mysql_begin_counter(work, operation->path[0], operation->path[1]) : DUNLIN_OK;

    if (status == DUNLIN_OK)
        status = dn_mysql_begin_clause(work, operation->path[0], operation->path + 1, 1);
    work->guard = dn_mysql_guard(work, operation);
    if (status != DUNLIN_OK)
        return status;
    if (default_alone && dn_kit_set_find(now, "on_update") == NULL) {
        add_new_default(work, operation->path[1], now);
        return DUNLIN_OK;
    }
    dn_kit_text_add(&work->sql, "MODIFY COLUMN ");
    status = dn_mysql_add_column(work, operation->path[0], operation->path[1], now);
    add_last_place(work, end);
    return status == DUNLIN_OK && counts &&
                   !dn_mysql_is_paused(work, operation->path[0], operation->path[1])
               ? dn_mysql_add_index_of_counter(work, operation)
               : status;
}

/* Of a column that a query made somewhere else: MODIFY would take away what is not said. */
static bool
is_in_doubt(dn_mysql_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set table = dn_mysql_fact_members(
        dn_mysql_find(work, DUNLIN_KIND_TABLE, operation->path[0], dn_kit_string("")));
    dunlin_string type;

    return dn_kit_set_find(table, "unsure") != NULL &&
           dn_mysql_column_type(work, operation->path[0], operation->path[1], work->at, &type) ==
               DUNLIN_OK &&
           type.length == 0;
}

int32_t
dn_mysql_render_column_change(dn_mysql_rendering *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    uint64_t end = work->at;
    bool alone = true;
    dn_mysql_list list = {0};
    dn_kit_set now;
    int32_t status;

    if (is_comment_of_view(work, operation))
        return dn_mysql_lossy(work, "the comment on column '%.*s' of a view is not kept",
                              (int)operation->path[1].length, operation->path[1].data);
    do
        alone &= changes_default_alone(work->operations[end++]);
    while (end < work->count && !work->script && changes_same_column(work, end, operation));
    status = check_changes(work, end);
    if (status == DUNLIN_OK)
        status = dn_mysql_column_now(work, operation->path[0], operation->path[1], end, &list);
    now = (dn_kit_set){list.items, list.count};
    if (status == DUNLIN_OK &&
        (dn_kit_set_find(now, "type") == NULL || is_in_doubt(work, operation)))
        status = dn_kit_fail(work->call, DUNLIN_MISSING,
                             "what column '%.*s' of '%.*s' is now is not known",
                             (int)operation->path[1].length, operation->path[1].data,
                             (int)operation->path[0].length, operation->path[0].data);
    if (status == DUNLIN_OK)
        status = dn_mysql_convert_default(work, end, &list);
    if (status == DUNLIN_OK)
        status = dn_mysql_convert_values(work, operation, end, dn_kit_set_text(now, "type"));
    if (status == DUNLIN_OK && operation->using_expression.length > 0 &&
        dn_kit_set_find(now, "values") != NULL &&
        !is_plain_cast(operation->using_expression, operation->path[1]))
        status = convert_labels(work, operation, now, end);
    if (status == DUNLIN_OK)
        status = write_change(work, operation, now, alone, end);
    dn_mysql_list_free(&list);
    work->at = end - 1;
    return status;
}

/* --- dropping --------------------------------------------------------------------------------------------------- */
typedef struct dropping {
    dn_mysql_rendering *work;
    const dunlin_operation *operation;
    const char *words;
} dropping;

static bool
is_dropped_before(const dn_mysql_rendering *work, const dunlin_fact *fact)
{
    for (uint64_t i = 0; i < work->at; i++) {
        const dunlin_operation *operation = work->operations[i];

        if ((operation->verb == DUNLIN_VERB_DROP || operation->verb == DUNLIN_VERB_RENAME) &&
            operation->path_count == 2 && dn_kit_equal(operation->path[0], fact->path[0]) &&
            !dn_kit_same(operation->kind, DUNLIN_KIND_COLUMN) &&
            (dn_mysql_same_name(operation->path[1], fact->path[1]) ||
             (dn_kit_same(fact->kind, DUNLIN_KIND_PRIMARY_KEY) &&
              dn_kit_same(operation->kind, DUNLIN_KIND_PRIMARY_KEY))))
            return true;
    }
    return false;
}

static bool
has_column(const dunlin_fact *fact, dunlin_string column)
{
    dn_kit_set members = dn_mysql_fact_members(fact);
    dn_kit_set columns = dn_kit_set_list(members, "columns");
    dn_kit_set keys = dn_kit_set_list(members, "keys");

    for (uint64_t i = 0; i < columns.count; i++)
        if (dn_mysql_same_name(columns.list[i].text, column))
            return true;
    for (uint64_t i = 0; i < keys.count; i++)
        if (dn_kit_same(keys.list[i].name, "column") &&
            dn_mysql_same_name(keys.list[i].text, column))
            return true;
    return false;
}

/* `column` in the text of a check. */
static bool
is_in_check(const dunlin_fact *fact, dunlin_string column)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text quoted = {0};
    dn_kit_set members = dn_mysql_fact_members(fact);

    dn_kit_text_quote(&quoted, '`', column);
    return !quoted.failed && dn_mysql_contains(dn_kit_set_text(members, "expr"), quoted.data) &&
           !dn_kit_same(dn_kit_set_text(members, "level"), "column");
}

static int32_t
drop_dependent(const dunlin_fact *fact, void *context)
{
    dropping *drop = context;
    dn_mysql_rendering *work = drop->work;
    const dunlin_operation *operation = drop->operation;
    bool check = dn_kit_same(fact->kind, DUNLIN_KIND_CHECK);

    if (is_dropped_before(work, fact))
        return DUNLIN_OK;
    if (check ? !is_in_check(fact, operation->path[1]) : !has_column(fact, operation->path[1]))
        return DUNLIN_OK;
    dn_kit_text_add(&work->sql, drop->words);
    if (!dn_kit_same(fact->kind, DUNLIN_KIND_PRIMARY_KEY))
        dn_mysql_add_name(work, fact->path[1]);
    dn_kit_text_add(&work->sql, ",\n    ");
    return DUNLIN_OK;
}

/* A column that is made anew is there for the views again. */
static bool
comes_again(const dn_mysql_rendering *work)
{
    const dunlin_operation *operation = work->operations[work->at];

    for (uint64_t i = work->at + 1; i < work->count; i++)
        if (dn_mysql_is_op(work->operations[i], DUNLIN_VERB_CREATE, DUNLIN_KIND_COLUMN) &&
            dn_kit_equal(work->operations[i]->path[0], operation->path[0]) &&
            dn_mysql_same_name(work->operations[i]->path[1], operation->path[1]))
            return true;
    return false;
}

/* The server would take the column out of a key of several and leave the rest: another key. What is
 * made of the column goes with it, as in PostgreSQL. */
int32_t
dn_mysql_render_drop_column(dn_mysql_rendering *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    const struct {
        const char *kind;
        const char *words;
    } kinds[] = {{DUNLIN_KIND_FOREIGN_KEY, "DROP FOREIGN KEY "},
                 {DUNLIN_KIND_PRIMARY_KEY, "DROP PRIMARY KEY"},
                 {DUNLIN_KIND_UNIQUE, "DROP INDEX "},
                 {DUNLIN_KIND_INDEX, "DROP INDEX "},
                 {DUNLIN_KIND_CHECK, work->server.mariadb ? "DROP CONSTRAINT " : "DROP CHECK "}};
    int32_t status = comes_again(work)
                         ? DUNLIN_OK
                         : dn_mysql_check_views(work, operation->path[0], operation->path[1]);

    if (status == DUNLIN_OK)
        status = dn_mysql_begin_clause(work, operation->path[0], operation->path + 1, 1);
    work->guard = dn_mysql_guard(work, operation);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && status == DUNLIN_OK; i++) {
        dropping drop = {.work = work, .operation = operation, .words = kinds[i].words};

        if (work->call->host->members != NULL)
            status = work->call->host->members(work->call, dn_kit_string(kinds[i].kind),
                                               operation->path, 1, drop_dependent, &drop);
    }
    dn_kit_text_add(&work->sql, "DROP COLUMN ");
    dn_mysql_add_name(work, operation->path[1]);
    return status;
}
