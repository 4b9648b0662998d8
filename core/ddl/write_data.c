/* SPDX-License-Identifier: MIT
 *
 * INSERT, UPDATE, DELETE and TRUNCATE -> text.
 */
#include "core/ddl/write.h"

#include <string.h>

/* What is written is made of parts for templates. */
typedef bool (*write_piece)(dn_writer *writer, const dn_data *data, dn_text *out);

static bool
piece(dn_writer *writer, const dn_data *data, write_piece write, dn_part *part)
{
    dn_text text = DN_TEXT_INIT;
    bool fine = write(writer, data, &text) && dn_write_part(writer, &text, DN_SHAPE_ATOM, part);

    dn_text_free(&text);
    return fine;
}

static bool
write_table(dn_writer *writer, const dn_data *data, dn_text *out)
{
    return dn_write_table(writer, &data->table, data->offset, out);
}

static bool
write_aliased(dn_writer *writer, const dn_data *data, dn_text *out)
{
    if (!write_table(writer, data, out))
        return false;
    if (!data->alias.length)
        return true;
    dn_text_add_string(out, " AS ");
    return dn_write_name(writer, data->alias, out);
}

/* The name that columns of the table are qualified with. */
static bool
write_called(dn_writer *writer, const dn_data *data, dn_text *out)
{
    return data->alias.length ? dn_write_name(writer, data->alias, out)
                              : write_table(writer, data, out);
}

static bool
write_assignments(dn_writer *writer, const dn_data *data, dn_text *out)
{
    return dn_write_set(writer, data, dn_string(""), out);
}

static bool
write_qualified_assignments(dn_writer *writer, const dn_data *data, dn_text *out)
{
    dn_part called;

    return piece(writer, data, write_called, &called) &&
           dn_write_set(writer, data, called.text, out);
}

static bool
write_from(dn_writer *writer, const dn_data *data, dn_text *out)
{
    return dn_write_from(writer, data->from, out);
}

static bool
write_where(dn_writer *writer, const dn_data *data, dn_text *out)
{
    if (!data->where)
        return true;
    dn_text_add_string(out, " WHERE ");
    return dn_write_expression(writer, data->where, out);
}

static bool
write_target(dn_writer *writer, const dn_data *data, dn_text *out)
{
    return data->constraint.length ? dn_write_name(writer, data->constraint, out)
                                   : dn_write_names(writer, &data->target, out);
}

/* Some column of the table, for a driver that has to name one. */
static bool
write_first_column(dn_writer *writer, const dn_data *data, dn_text *out)
{
    dunlin_string column = {NULL, 0};

    if (data->target.count)
        column = data->target.list[0];
    else if (data->columns.count)
        column = data->columns.list[0];
    else if (writer->target->column_at)
        column = writer->target->column_at(writer->target->context, data->table.space,
                                           data->table.name, 0);
    return !column.length || dn_write_name(writer, column, out);
}

/* The row that is there has the same values in the columns of the target. */
static bool
write_same_target(dn_writer *writer, const dn_data *data, dn_text *out)
{
    for (size_t i = 0; i < data->target.count; i++) {
        dn_node there = {.kind = DN_NODE_COLUMN,
                         .offset = data->conflict_offset,
                         .parts = {data->table.name, data->target.list[i]},
                         .part_count = 2};
        dn_node given = {.kind = DN_NODE_EXCLUDED,
                         .offset = data->conflict_offset,
                         .parts = {data->target.list[i]},
                         .part_count = 1};
        dn_node *operands[] = {&there, &given};
        const dn_node same = {.kind = DN_NODE_OPERATOR,
                              .offset = data->conflict_offset,
                              .name = "is not distinct from",
                              .items = {operands, 2, 2}};

        dn_text_add_string(out, i ? " AND " : "");
        if (!dn_write_expression(writer, &same, out))
            return false;
    }
    return true;
}

static bool
wants_part(const dn_writer *writer, const char *clause, char part)
{
    const dn_rule *rule = writer->target->rules
                              ? dn_rule_named(writer->target->rules, DUNLIN_RULE_CLAUSE, clause)
                              : NULL;

    for (uint64_t i = 0; rule && i + 1 < rule->native.length; i++)
        if (rule->native.data[i] == '$' && rule->native.data[i + 1] == part)
            return true;
    return false;
}

/* --- INSERT --- */
static bool
write_conflict_update(dn_writer *writer, const dn_data *data, const char *kind, dn_text *out)
{
    const char *name = dn_arena_printf(writer->arena, "on conflict %sdo update", kind);
    const char *standard = *kind == 't'   ? "ON CONFLICT ($1) DO UPDATE SET $2"
                           : *kind == 'c' ? "ON CONFLICT ON CONSTRAINT $1 DO UPDATE SET $2"
                                          : "ON CONFLICT DO UPDATE SET $2";
    dn_part parts[5] = {0};
    const dn_rule *rule;

    if (!name)
        return dn_write_refuse(writer, data->conflict_offset, "there is no memory");
    if (!piece(writer, data, write_target, &parts[0]) ||
        !piece(writer, data, write_assignments, &parts[1]) ||
        !piece(writer, data, write_table, &parts[2]) ||
        (wants_part(writer, name, '4') && (!piece(writer, data, write_same_target, &parts[3]) ||
                                           !piece(writer, data, write_first_column, &parts[4]))) ||
        !dn_write_clause_parts(writer, name, data->conflict_offset, standard, parts, 5, out))
        return false;
    if (!data->update_where)
        return true;
    if (!dn_write_clause(writer, "on conflict do update where", data->conflict_offset, &rule))
        return false;
    dn_text_add_string(out, " WHERE ");
    return dn_write_expression(writer, data->update_where, out);
}

static bool
write_conflict(dn_writer *writer, const dn_data *data, dn_text *out)
{
    const char *kind = data->constraint.length ? "constraint "
                       : data->target.count    ? "target "
                                               : "";
    const char *standard = *kind == 't'   ? "ON CONFLICT ($1) DO NOTHING"
                           : *kind == 'c' ? "ON CONFLICT ON CONSTRAINT $1 DO NOTHING"
                                          : "ON CONFLICT DO NOTHING";
    const char *name = dn_arena_printf(writer->arena, "on conflict %sdo nothing", kind);
    dn_part parts[4] = {0};

    if (!data->conflict)
        return true;
    if (data->target_where)
        return dn_write_refuse(writer, data->conflict_offset,
                               "a condition behind the columns of ON CONFLICT has no translation");
    dn_text_add_char(out, ' ');
    if (data->conflict_updates)
        return write_conflict_update(writer, data, kind, out);
    if (!name)
        return dn_write_refuse(writer, data->conflict_offset, "there is no memory");
    if (!piece(writer, data, write_target, &parts[0]) ||
        !piece(writer, data, write_table, &parts[1]) ||
        !piece(writer, data, write_first_column, &parts[2]) ||
        (wants_part(writer, name, '4') && !piece(writer, data, write_same_target, &parts[3])))
        return false;
    if (!parts[2].text.length && wants_part(writer, name, '3'))
        return dn_write_refuse(writer, data->conflict_offset,
                               "the columns of the table are not known: name them in the INSERT");
    return dn_write_clause_parts(writer, name, data->conflict_offset, standard, parts, 4, out);
}

/* WITH before INSERT, where the database has it before its SELECT only. */
static bool
with_goes_inside(const dn_writer *writer, const dn_data *data)
{
    return data->with && data->kind == DN_DATA_INSERT && data->source && !data->source->with &&
           writer->target->rules &&
           !dn_rule_named(writer->target->rules, DUNLIN_RULE_CLAUSE, "data with");
}

/* SQLite's parser takes the ON of ON CONFLICT for a join's, unless a WHERE comes before. */
static bool
reads_from(const dn_from *from, const dn_ddl_object *table)
{
    for (; from; from = from->next) {
        if (from->kind == DN_FROM_TABLE && dn_ddl_same(from->table.name, table->name))
            return true;
        if (from->kind == DN_FROM_JOIN &&
            (reads_from(from->left, table) || reads_from(from->right, table)))
            return true;
    }
    return false;
}

/* A column behind ON CONFLICT would be one of the SELECT, too. */
static bool
is_to_be_hidden(const dn_writer *writer, const dn_data *data)
{
    return data->conflict && writer->target->rules &&
           reads_from(data->source->from, &data->table) &&
           dn_rule_named(writer->target->rules, DUNLIN_RULE_CLAUSE, "on conflict sees the select");
}

static bool
write_source(dn_writer *writer, const dn_data *data, dn_text *out)
{
    const dn_rule *rule = NULL;
    dn_query copy = *data->source;
    dn_node always;

    if (with_goes_inside(writer, data)) {
        copy.with = data->with;
        copy.recursive = data->recursive;
    }
    if (data->conflict && writer->target->rules && !copy.where && copy.from && !copy.group.count &&
        !copy.order.count)
        rule = dn_rule_named(writer->target->rules, DUNLIN_RULE_CLAUSE, "on conflict after select");
    if (rule) {
        memset(&always, 0, sizeof always);
        always.kind = DN_NODE_VALUE;
        always.name = "true";
        copy.where = &always;
    }
    if (!is_to_be_hidden(writer, data))
        return dn_write_query(writer, &copy, out);
    dn_text_add_string(out, "SELECT * FROM ");
    if (!dn_write_in_parentheses(writer, &copy, out))
        return false;
    dn_text_add_string(out, " AS source");
    return true;
}

static bool
write_insert(dn_writer *writer, const dn_data *data, dn_text *out)
{
    const dn_rule *rule;
    dn_part table;

    if (!data->source) {
        if (!piece(writer, data, write_table, &table))
            return false;
        if (data->columns.count || data->conflict || data->alias.length || data->replaces)
            return dn_write_refuse(writer, data->offset,
                                   "DEFAULT VALUES of this form has no "
                                   "translation");
        return dn_write_clause_parts(writer, "insert default values", data->offset,
                                     "INSERT INTO $1 DEFAULT VALUES", &table, 1, out);
    }
    if (data->replaces) {
        if (!dn_write_clause_parts(writer, "insert or replace", data->offset,
                                   "INSERT OR REPLACE INTO", NULL, 0, out))
            return false;
        dn_text_add_char(out, ' ');
    } else {
        dn_text_add_string(out, "INSERT INTO ");
    }
    if (data->alias.length && !dn_write_clause(writer, "insert alias", data->offset, &rule))
        return false;
    if (!write_aliased(writer, data, out))
        return false;
    if (data->columns.count) {
        dn_text_add_string(out, " (");
        if (!dn_write_names(writer, &data->columns, out))
            return false;
        dn_text_add_char(out, ')');
    }
    dn_text_add_char(out, ' ');
    return write_source(writer, data, out) &&
           dn_write_enter_table(writer, &data->table, data->alias) &&
           write_conflict(writer, data, out);
}

/* --- UPDATE, DELETE, TRUNCATE --- */
static bool
write_update(dn_writer *writer, const dn_data *data, dn_text *out)
{
    const dn_rule *rule;
    dn_part parts[5];

    if (!dn_write_enter_table(writer, &data->table, data->alias) ||
        !dn_write_enter(writer, data->from))
        return false;
    if (data->alias.length && !dn_write_clause(writer, "update alias", data->offset, &rule))
        return false;
    if (!data->from) {
        dn_text_add_string(out, "UPDATE ");
        if (!write_aliased(writer, data, out))
            return false;
        dn_text_add_string(out, " SET ");
        return write_assignments(writer, data, out) && write_where(writer, data, out);
    }
    return piece(writer, data, write_aliased, &parts[0]) &&
           piece(writer, data, write_assignments, &parts[1]) &&
           piece(writer, data, write_from, &parts[2]) &&
           piece(writer, data, write_where, &parts[3]) &&
           piece(writer, data, write_qualified_assignments, &parts[4]) &&
           dn_write_clause_parts(writer, "update from", data->offset, "UPDATE $1 SET $2 FROM $3$4",
                                 parts, 5, out);
}

static bool
write_delete(dn_writer *writer, const dn_data *data, dn_text *out)
{
    dn_part parts[4];

    if (!dn_write_enter_table(writer, &data->table, data->alias) ||
        !dn_write_enter(writer, data->from))
        return false;
    if (!data->from && data->alias.length)
        return piece(writer, data, write_aliased, &parts[0]) &&
               piece(writer, data, write_where, &parts[1]) &&
               piece(writer, data, write_called, &parts[2]) &&
               dn_write_clause_parts(writer, "delete alias", data->offset, "DELETE FROM $1$2",
                                     parts, 3, out);
    if (!data->from) {
        dn_text_add_string(out, "DELETE FROM ");
        return write_aliased(writer, data, out) && write_where(writer, data, out);
    }
    return piece(writer, data, write_aliased, &parts[0]) &&
           piece(writer, data, write_from, &parts[1]) &&
           piece(writer, data, write_where, &parts[2]) &&
           piece(writer, data, write_called, &parts[3]) &&
           dn_write_clause_parts(writer, "delete using", data->offset, "DELETE FROM $1 USING $2$3",
                                 parts, 4, out);
}

static bool
write_tables(dn_writer *writer, const dn_data *data, dn_text *out)
{
    for (size_t i = 0; i < data->table_count; i++) {
        if (i)
            dn_text_add_string(out, ", ");
        if (!dn_write_table(writer, &data->tables[i], data->offset, out))
            return false;
    }
    return true;
}

static bool
write_truncate(dn_writer *writer, const dn_data *data, dn_text *out)
{
    dn_part tables;

    if (!piece(writer, data, write_tables, &tables) ||
        !dn_write_clause_parts(writer, data->table_count > 1 ? "truncate several" : "truncate",
                               data->offset, "TRUNCATE TABLE $1", &tables, 1, out))
        return false;
    if (data->restart) {
        dn_text_add_char(out, ' ');
        if (!dn_write_clause_parts(writer, "truncate restart identity", data->offset,
                                   "RESTART IDENTITY", NULL, 0, out))
            return false;
    }
    if (!data->cascade)
        return true;
    dn_text_add_char(out, ' ');
    return dn_write_clause_parts(writer, "truncate cascade", data->offset, "CASCADE", NULL, 0, out);
}

bool
dn_write_data(dn_writer *writer, const dn_data *data, dn_text *out)
{
    if (!with_goes_inside(writer, data) &&
        !dn_write_with(writer, data->with, data->recursive, "data with", out))
        return false;
    switch (data->kind) {
    case DN_DATA_INSERT: return write_insert(writer, data, out);
    case DN_DATA_UPDATE: return write_update(writer, data, out);
    case DN_DATA_DELETE: return write_delete(writer, data, out);
    default: return write_truncate(writer, data, out);
    }
}
