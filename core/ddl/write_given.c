/* SPDX-License-Identifier: MIT
 *
 * What a column is given of another type. PostgreSQL converts it where that is an assignment, and refuses it
 * where it is none; others convert all, in their own way, or keep it as it is.
 */
#include "core/ddl/write.h"

#include <string.h>

/* Its class can be relied on: that of a function which is not known may be any. */
static bool
is_certain(const dn_node *node)
{
    switch (node->kind) {
    case DN_NODE_CALL: return dn_class_knows_call(node->name);
    case DN_NODE_PREFIX:
        return node->items.list[0]->kind != DN_NODE_NUMBER &&
               (strcmp(node->name, "not") == 0 || strcmp(node->name, "-") == 0);
    case DN_NODE_COLUMN:
    case DN_NODE_EXCLUDED:
    case DN_NODE_CAST:
    case DN_NODE_NUMBER:
    case DN_NODE_VALUE:
    case DN_NODE_OPERATOR:
    case DN_NODE_IN:
    case DN_NODE_BETWEEN:
    case DN_NODE_IS_NULL:
    case DN_NODE_EXISTS: return true;
    default: return false;
    }
}

static bool
is_text(dn_class class)
{
    return class == DN_CLASS_TEXT || class == DN_CLASS_CHAR;
}

/* Of the classes that are told apart here, is it none that another one becomes? */
static bool
stands_alone(dn_class class)
{
    return class == DN_CLASS_BOOL || class == DN_CLASS_UUID || dn_class_is_number(class) ||
           dn_literal_is_time(class);
}

static bool
is_assigned(dn_class class, dn_class given)
{
    if (class == given || (dn_class_is_number(class) && dn_class_is_number(given)))
        return true;
    if (given == DN_CLASS_TS)
        return class == DN_CLASS_DATE || class == DN_CLASS_TIME;
    return given == DN_CLASS_DATE && class == DN_CLASS_TS;
}

/* 2.5e0: a numeric to PostgreSQL, and elsewhere a float, of which another half is rounded up. */
static bool
round_number(dn_writer *writer, dn_node *node)
{
    dunlin_string rounded = dn_literal_rounded(writer->arena, node->text);

    if (!rounded.length) {
        dn_no_memory(writer->error);
        writer->failed = true;
        return false;
    }
    node->text = rounded;
    return true;
}

static bool
has_rule(const dn_writer *writer, const char *name)
{
    return writer->target->rules && dn_rule_named(writer->target->rules, DUNLIN_RULE_CLAUSE, name);
}

static const char *
words_for(dn_class class)
{
    return class == DN_CLASS_BOOL   ? "a boolean"
           : class == DN_CLASS_UUID ? "a uuid"
           : class == DN_CLASS_DATE ? "a date"
           : class == DN_CLASS_TIME ? "a time"
           : class == DN_CLASS_TS   ? "a timestamp"
           : is_text(class)         ? "a text"
                                    : "a number";
}

/* TRUE and 1.50 as PostgreSQL prints them. */
static bool
become_text(dn_writer *writer, dn_class given, dn_node *node)
{
    if (node->kind == DN_NODE_VALUE && given == DN_CLASS_BOOL) {
        node->kind = DN_NODE_STRING;
        node->text = dn_string(node->name);
        return true;
    }
    if (node->kind == DN_NODE_NUMBER) {
        if (dn_literal_is_plain(node->text))
            node->kind = DN_NODE_STRING;
        return true;
    }
    return (given != DN_CLASS_BOOL && given != DN_CLASS_DECIMAL && given != DN_CLASS_FLOAT &&
            given != DN_CLASS_TS && given != DN_CLASS_TIME) ||
           !has_rule(writer, "given of another type") ||
           dn_write_wrap(writer, DN_NODE_CAST, "text", node);
}

/* What CURRENT_TIMESTAMP is as a date or time has a name of its own. */
static bool
become_part_of_now(dn_class class, dn_node *node)
{
    if (node->kind != DN_NODE_VALUE || class == DN_CLASS_TS)
        return false;
    node->name = class == DN_CLASS_DATE ? "current_date" : "localtime";
    return true;
}

static bool
become_time(dn_writer *writer, dn_class class, dn_node *node)
{
    if (has_rule(writer, "given of another type") && become_part_of_now(class, node))
        return true;
    return !has_rule(writer, "given of another type") ||
           dn_write_wrap(writer, DN_NODE_CAST,
                         class == DN_CLASS_DATE   ? "date"
                         : class == DN_CLASS_TIME ? "time"
                                                  : "timestamp",
                         node);
}

bool
dn_write_assigned(dn_writer *writer, dn_class class, dunlin_string column, dn_node *node)
{
    dn_class given = is_certain(node) ? dn_class_of(writer, node) : DN_CLASS_UNKNOWN;

    if (dn_class_is_whole(class) && node->kind == DN_NODE_NUMBER && given == DN_CLASS_FLOAT)
        return round_number(writer, node);
    if (given == class || (!stands_alone(given) && !is_text(given)))
        return true;
    if (is_text(class))
        return is_text(given) || become_text(writer, given, node);
    /* A number that is a constant is looked at as such. */
    if (!stands_alone(class) || node->kind == DN_NODE_NUMBER ||
        (is_text(given) && (dn_literal_is_time(class) || class == DN_CLASS_UUID) &&
         has_rule(writer, "text for a time")))
        return true;
    if (!is_assigned(class, given))
        return dn_write_refuse(writer, node->offset,
                               "'%.*s' is %s and is given %s, which PostgreSQL refuses: cast it",
                               (int)column.length, column.data, words_for(class), words_for(given));
    return !dn_literal_is_time(class) || become_time(writer, class, node);
}

bool
dn_write_is_decimal_for_integer(const dn_writer *writer, dn_class class, const dn_node *node)
{
    dn_class given;

    if (!dn_class_is_whole(class) || !has_rule(writer, "decimal for an integer"))
        return false;
    given = dn_class_of(writer, node);
    return given == DN_CLASS_DECIMAL || given == DN_CLASS_FLOAT;
}

bool
dn_write_defined(dn_writer *writer, dn_class class, dunlin_string column, dn_node *node)
{
    const dn_node before = *node;

    /* Constants are looked at as such, and those that are numbers are rounded as such. */
    if (class == DN_CLASS_UNKNOWN || node->kind == DN_NODE_NUMBER || node->kind == DN_NODE_STRING)
        return false;
    /* The text of the moment is another everywhere. */
    if (is_text(class) && node->kind == DN_NODE_VALUE && dn_class_of(writer, node) == DN_CLASS_TS)
        return false;
    if (!dn_write_assigned(writer, class, column, node))
        return false;
    if (dn_write_is_decimal_for_integer(writer, class, node) &&
        !dn_write_wrap(writer, DN_NODE_CAST, "integer", node))
        return false;
    return node->kind != before.kind || node->name != before.name;
}

/* --- rows with fewer values than the table has columns --------------------------------------------------- */
/* How many values there are; 0: that is not known. */
static size_t
count_values(const dn_query *query)
{
    if (query->rows.count)
        return query->rows.list[0]->items.count;
    while (query->left)
        query = query->left;
    for (size_t i = 0; i < query->item_count; i++)
        if (query->items[i].node->kind == DN_NODE_STAR)
            return 0;
    return query->item_count;
}

/* --- a key that gets no value ------------------------------------------------------------------------------ */
static bool
is_nothing(const dn_node *node)
{
    return node->kind == DN_NODE_VALUE &&
           (strcmp(node->name, "null") == 0 || strcmp(node->name, "default") == 0);
}

/* The NULL that rows or columns of the query have at the place; NULL: there is none. */
static const dn_node *
nothing_at(const dn_query *query, size_t at)
{
    const dn_node *found = NULL;

    if (!query)
        return NULL;
    for (size_t i = 0; i < query->rows.count; i++)
        if (at < query->rows.list[i]->items.count &&
            is_nothing(query->rows.list[i]->items.list[at]))
            return query->rows.list[i]->items.list[at];
    for (size_t i = 0; i <= at && i < query->item_count; i++) {
        if (query->items[i].node->kind == DN_NODE_STAR)
            break;
        if (i == at && is_nothing(query->items[i].node))
            return query->items[i].node;
    }
    found = nothing_at(query->left, at);
    return found ? found : nothing_at(query->right, at);
}

static bool
refuse_numbering(dn_writer *writer, dunlin_string column, uint64_t offset)
{
    return dn_write_refuse(writer, offset,
                           "'%.*s' is the primary key and is given no value: this database would "
                           "number it, and others do not; give it a value, or declare it "
                           "GENERATED BY DEFAULT AS IDENTITY",
                           (int)column.length, column.data);
}

static bool
check_key(dn_writer *writer, const dn_data *data, dunlin_string column, size_t place)
{
    size_t at = place;
    const dn_node *nothing;

    if (data->columns.count)
        for (at = 0; at < data->columns.count; at++)
            if (dn_ddl_same(data->columns.list[at], column))
                break;
    if (!data->source || (data->columns.count && at == data->columns.count))
        return refuse_numbering(writer, column, data->offset);
    nothing = nothing_at(data->source, at);
    return !nothing || refuse_numbering(writer, column, nothing->offset);
}

bool
dn_write_check_key(dn_writer *writer, const dn_data *data)
{
    const dn_ddl_target *target = writer->target;

    if (data->kind != DN_DATA_INSERT || !target->column_numbers || !target->column_at ||
        !has_rule(writer, "key that numbers itself"))
        return true;
    for (size_t i = 0;; i++) {
        dunlin_string column =
            target->column_at(target->context, data->table.space, data->table.name, i);

        if (!column.length)
            return true;
        if (target->column_numbers(target->context, data->table.space, data->table.name, column))
            return check_key(writer, data, column, i);
    }
}

bool
dn_write_name_given(dn_writer *writer, dn_data *data)
{
    const dn_ddl_target *target = writer->target;
    size_t count = data->source && !data->columns.count ? count_values(data->source) : 0;
    dn_names names = {0};

    if (!count || !target->column_at ||
        !target->column_at(target->context, data->table.space, data->table.name, count).length)
        return true;
    names.list = dn_arena_array(writer->arena, count, sizeof *names.list);
    if (!names.list) {
        dn_no_memory(writer->error);
        writer->failed = true;
        return false;
    }
    for (; names.count < count; names.count++)
        names.list[names.count] =
            target->column_at(target->context, data->table.space, data->table.name, names.count);
    data->columns = names;
    return true;
}
