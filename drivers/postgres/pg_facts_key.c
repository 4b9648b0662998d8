/* SPDX-License-Identifier: MIT
 *
 * Constraints and indexes.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/pg_catalog.h"

/* A class of operators. */
struct dn_pg_class_name {
    uint32_t oid;
    bool is_default;
    dunlin_string name;
};

/* --- numbers of columns ---------------------------------------------------------------------------- */
enum { MOST_KEYS = 1600 }; /* columns of a table (MaxHeapAttributeNumber) */

typedef struct numbers {
    int64_t list[MOST_KEYS];
    size_t count;
} numbers;

/* "{1,2}", of at most MOST_KEYS. */
static void
read_numbers(dunlin_string text, numbers *result)
{
    dn_pg_array array = dn_pg_array_begin(text);
    dunlin_string element;

    result->count = 0;
    while (result->count < MOST_KEYS && dn_pg_array_next(&array, &element))
        result->list[result->count++] = strtoll(element.data, NULL, 10);
    dn_pg_array_free(&array);
}

/* Those from `first` on. A column that is not known would make the fact a lie. */
static int32_t
add_columns(dn_pg_reading *reading, const char *name, const dn_pg_relation *relation,
            dunlin_string text, size_t first)
{
    numbers list;

    read_numbers(text, &list);
    dn_pg_fact_open(&reading->fact, DUNLIN_PROPERTY_LIST_BEGIN, name);
    for (size_t i = first; i < list.count; i++) {
        dunlin_string column = dn_pg_relation_column(relation, list.list[i]);

        if (column.data == NULL)
            return dn_kit_fail(reading->call, DUNLIN_FAILED,
                               "column %lld of the table '%.*s' changed while it was read",
                               (long long)list.list[i], (int)relation->path[1].length,
                               relation->path[1].data);
        dn_pg_fact_element(&reading->fact, DUNLIN_PROPERTY_IDENTIFIER, column);
    }
    dn_pg_fact_close(&reading->fact);
    return DUNLIN_OK;
}

/* --- constraints -------------------------------------------------------------------------------------- */
static const char *
action_of(char letter)
{
    switch (letter) {
    case 'c': return "cascade";
    case 'r': return "restrict";
    case 'n': return "set null";
    case 'd': return "set default";
    default: return "";
    }
}

static int32_t
add_referenced(dn_pg_reading *reading, const dn_pg_row *row)
{
    dn_pg_fact *fact = &reading->fact;
    dn_pg_array array = dn_pg_array_begin(dn_pg_cell(row, DN_PG_CONSTRAINT_REF_NAMES));
    dunlin_string name;

    if (dn_pg_cell_is_null(row, DN_PG_CONSTRAINT_REF_NAMES)) {
        const dn_pg_relation *other =
            dn_pg_relation_find_any(reading, dn_pg_cell_integer(row, DN_PG_CONSTRAINT_REF_OID));

        if (other == NULL)
            return dn_kit_fail(reading->call, DUNLIN_FAILED,
                               "the table behind the foreign key '%s' changed while it was read",
                               dn_pg_cell(row, DN_PG_CONSTRAINT_NAME).data);
        return add_columns(reading, "ref_columns", other,
                           dn_pg_cell(row, DN_PG_CONSTRAINT_REF_COLUMNS), 0);
    }
    dn_pg_fact_open(fact, DUNLIN_PROPERTY_LIST_BEGIN, "ref_columns");
    while (dn_pg_array_next(&array, &name)) {
        name = dn_pg_arena_copy(&reading->arena, name);
        fact->failed = fact->failed || name.data == NULL;
        dn_pg_fact_element(fact, DUNLIN_PROPERTY_IDENTIFIER, name);
    }
    dn_pg_fact_close(fact);
    dn_pg_array_free(&array);
    return DUNLIN_OK;
}

static int32_t
fill_foreign_key(dn_pg_reading *reading, const dn_pg_relation *relation, const dn_pg_row *row)
{
    dn_pg_fact *fact = &reading->fact;
    dunlin_string path[2] = {dn_pg_cell(row, DN_PG_CONSTRAINT_REF_SCHEMA),
                             dn_pg_cell(row, DN_PG_CONSTRAINT_REF_TABLE)};
    char match = dn_pg_cell_char(row, DN_PG_CONSTRAINT_MATCH);
    int32_t status;

    dn_pg_fact_names(fact, "ref", path, 2);
    status = add_referenced(reading, row);
    dn_pg_fact_words(fact, "on_delete",
                     action_of(dn_pg_cell_char(row, DN_PG_CONSTRAINT_ON_DELETE)));
    dn_pg_fact_words(fact, "on_update",
                     action_of(dn_pg_cell_char(row, DN_PG_CONSTRAINT_ON_UPDATE)));
    dn_pg_fact_words(fact, "match", match == 'f' ? "full" : match == 'p' ? "partial" : "");
    dn_pg_fact_boolean(fact, "period", dn_pg_cell_is_true(row, DN_PG_CONSTRAINT_PERIOD));
    if (status == DUNLIN_OK && dn_pg_cell(row, DN_PG_CONSTRAINT_DELETE_COLUMNS).length > 0)
        status = add_columns(reading, "on_delete_columns", relation,
                             dn_pg_cell(row, DN_PG_CONSTRAINT_DELETE_COLUMNS), 0);
    return status;
}

/* Columns of INCLUDE stand in the index behind the constraint. */
static int32_t
fill_key(dn_pg_reading *reading, const dn_pg_relation *relation, const dn_pg_row *row)
{
    dn_pg_fact *fact = &reading->fact;

    dn_pg_fact_boolean(fact, "nulls_not_distinct",
                       dn_pg_cell_is_true(row, DN_PG_CONSTRAINT_NULLS_NOT_DISTINCT));
    dn_pg_fact_boolean(fact, "without_overlaps", dn_pg_cell_is_true(row, DN_PG_CONSTRAINT_PERIOD));
    dn_pg_fact_text(fact, "options", dn_pg_cell(row, DN_PG_CONSTRAINT_STORAGE));
    dn_pg_fact_boolean(fact, "invalid", dn_pg_cell_is_true(row, DN_PG_CONSTRAINT_INVALID));
    if (dn_pg_cell_is_null(row, DN_PG_CONSTRAINT_INDEX_COLUMNS))
        return DUNLIN_OK;
    return add_columns(reading, "include", relation,
                       dn_pg_cell(row, DN_PG_CONSTRAINT_INDEX_COLUMNS),
                       (size_t)dn_pg_cell_integer(row, DN_PG_CONSTRAINT_KEY_COUNT));
}

static int32_t
fill_constraint(dn_pg_reading *reading, const dn_pg_relation *relation, const dn_pg_row *row)
{
    dn_pg_fact *fact = &reading->fact;
    dunlin_string path[3] = {relation->path[0], relation->path[1],
                             dn_pg_cell(row, DN_PG_CONSTRAINT_NAME)};
    dunlin_string expression = dn_pg_cell(row, DN_PG_CONSTRAINT_EXPRESSION);
    char kind = dn_pg_cell_char(row, DN_PG_CONSTRAINT_KIND);
    int32_t status = DUNLIN_OK;

    dn_pg_fact_begin(fact,
                     kind == 'p'   ? DUNLIN_KIND_PRIMARY_KEY
                     : kind == 'u' ? DUNLIN_KIND_UNIQUE
                     : kind == 'f' ? DUNLIN_KIND_FOREIGN_KEY
                     : kind == 'c' ? DUNLIN_KIND_CHECK
                                   : DN_PG_KIND_EXCLUDE,
                     path, 3);
    if (kind == 'c')
        dn_pg_fact_expression(fact, "expr", expression);
    else if (kind == 'x')
        dn_pg_fact_expression(fact, "definition", expression);
    else
        status =
            add_columns(reading, "columns", relation, dn_pg_cell(row, DN_PG_CONSTRAINT_COLUMNS), 0);
    if (status == DUNLIN_OK && kind == 'f')
        status = fill_foreign_key(reading, relation, row);
    if (status == DUNLIN_OK && (kind == 'p' || kind == 'u'))
        status = fill_key(reading, relation, row);
    return status;
}

int32_t
dn_pg_take_constraint(void *context, const dn_pg_row *row)
{
    dn_pg_reading *reading = context;
    dn_pg_fact *fact = &reading->fact;
    const dn_pg_relation *relation =
        dn_pg_relation_find(reading, dn_pg_cell_integer(row, DN_PG_CONSTRAINT_RELATION));
    bool enforced = dn_pg_cell_is_true(row, DN_PG_CONSTRAINT_ENFORCED);
    bool excludes = dn_pg_cell_char(row, DN_PG_CONSTRAINT_KIND) == 'x';
    int32_t status;

    if (relation == NULL)
        return DUNLIN_OK;
    status = fill_constraint(reading, relation, row);
    if (status != DUNLIN_OK)
        return status;
    /* The definition of an exclusion says this itself. */
    dn_pg_fact_boolean(fact, "deferrable",
                       !excludes && dn_pg_cell_is_true(row, DN_PG_CONSTRAINT_DEFERRABLE));
    dn_pg_fact_boolean(fact, "deferred",
                       !excludes && dn_pg_cell_is_true(row, DN_PG_CONSTRAINT_DEFERRED));
    dn_pg_fact_boolean(fact, "no_inherit",
                       dn_pg_cell_char(row, DN_PG_CONSTRAINT_KIND) == 'c' &&
                           dn_pg_cell_is_true(row, DN_PG_CONSTRAINT_NO_INHERIT));
    /* What is not enforced was never validated either. */
    dn_pg_fact_boolean(fact, "not_enforced", !enforced);
    dn_pg_fact_boolean(fact, "not_valid",
                       enforced && !dn_pg_cell_is_true(row, DN_PG_CONSTRAINT_VALID));
    dn_pg_fact_text(fact, "comment", dn_pg_cell(row, DN_PG_CONSTRAINT_COMMENT));
    return dn_pg_reading_push(reading);
}

/* --- indexes -------------------------------------------------------------------------------------------- */
int32_t
dn_pg_take_class(void *context, const dn_pg_row *row)
{
    dn_pg_reading *reading = context;
    dn_pg_class_name *one;

    if (!dn_pg_reading_grow((void **)&reading->classes, &reading->class_capacity,
                            reading->class_count + 1, sizeof(*one)))
        return dn_kit_no_memory(reading->call);
    one = &reading->classes[reading->class_count++];
    one->oid = (uint32_t)dn_pg_cell_integer(row, DN_PG_CLASS_OID);
    one->is_default = dn_pg_cell_is_true(row, DN_PG_CLASS_IS_DEFAULT);
    one->name = dn_pg_arena_copy(&reading->arena, dn_pg_cell(row, DN_PG_CLASS_NAME));
    reading->classes_sorted = false;
    return one->name.data != NULL ? DUNLIN_OK : dn_kit_no_memory(reading->call);
}

static int
compare_classes(const void *left, const void *right)
{
    const dn_pg_class_name *one = left;
    const dn_pg_class_name *other = right;

    return (one->oid > other->oid) - (one->oid < other->oid);
}

/* "" for the one that is taken by itself, unless it has to be named. */
static dunlin_string
class_of(dn_pg_reading *reading, int64_t oid, bool named)
{
    dn_pg_class_name asked = {.oid = (uint32_t)oid};
    const dn_pg_class_name *found;

    if (!reading->classes_sorted)
        qsort(reading->classes, reading->class_count, sizeof(asked), compare_classes);
    reading->classes_sorted = true;
    found = bsearch(&asked, reading->classes, reading->class_count, sizeof(asked), compare_classes);
    return found == NULL || (found->is_default && !named) ? dn_kit_string(NULL) : found->name;
}

typedef struct index_keys {
    numbers columns;
    numbers options;
    numbers classes;
    numbers collations;
    dn_pg_array expressions;
    dn_pg_array collation_names;
    dn_pg_array class_options;
} index_keys;

static int32_t
add_key(dn_pg_reading *reading, const dn_pg_relation *relation, index_keys *keys, size_t place)
{
    dn_pg_fact *fact = &reading->fact;
    int64_t number = keys->columns.list[place];
    int64_t options = place < keys->options.count ? keys->options.list[place] : 0;
    int64_t collation = place < keys->collations.count ? keys->collations.list[place] : 0;
    dunlin_string column = dn_pg_relation_column(relation, number);
    dunlin_string expression = {NULL, 0};
    dunlin_string collation_name = {NULL, 0};
    dunlin_string class_options = {NULL, 0};
    bool descending = (options & 1) != 0;
    bool nulls_first = (options & 2) != 0;

    if (number != 0 && column.data == NULL)
        return dn_kit_fail(reading->call, DUNLIN_FAILED,
                           "an index of the table '%.*s' changed while it was read",
                           (int)relation->path[1].length, relation->path[1].data);
    dn_pg_array_next(&keys->expressions, &expression);
    dn_pg_array_next(&keys->collation_names, &collation_name);
    dn_pg_array_next(&keys->class_options, &class_options);
    dn_pg_fact_open(fact, DUNLIN_PROPERTY_STRUCT_BEGIN, NULL);
    if (number != 0) {
        dn_pg_fact_name(fact, "column", column);
        if ((uint32_t)collation == relation->collations[number - 1])
            collation_name.length = 0;
    } else {
        /* What is no call of a function is printed in parentheses of its own. */
        if (expression.length > 2 && *expression.data == '(')
            expression = (dunlin_string){expression.data + 1, expression.length - 2};
        expression = dn_pg_arena_copy(&reading->arena, expression);
        fact->failed = fact->failed || expression.data == NULL;
        dn_pg_fact_expression(fact, "expr", expression);
    }
    dn_pg_fact_boolean(fact, "desc", descending);
    if (descending != nulls_first)
        dn_pg_fact_words(fact, "nulls", nulls_first ? "first" : "last");
    if (place < keys->classes.count)
        dn_pg_fact_text(fact, "opclass",
                        class_of(reading, keys->classes.list[place], class_options.length > 0));
    if (class_options.length > 0)
        dn_pg_fact_text(fact, "opclass_options", dn_pg_arena_copy(&reading->arena, class_options));
    if (collation != 100 && collation_name.length > 0)
        dn_pg_fact_text(fact, "collation", dn_pg_arena_copy(&reading->arena, collation_name));
    dn_pg_fact_close(fact);
    return DUNLIN_OK;
}

static int32_t
add_keys(dn_pg_reading *reading, const dn_pg_relation *relation, const dn_pg_row *row)
{
    index_keys keys; /* too large to be cleared for each index */
    size_t count = (size_t)dn_pg_cell_integer(row, DN_PG_INDEX_KEY_COUNT);
    int32_t status = DUNLIN_OK;

    keys.expressions = dn_pg_array_begin(dn_pg_cell(row, DN_PG_INDEX_EXPRESSIONS));
    keys.collation_names = dn_pg_array_begin(dn_pg_cell(row, DN_PG_INDEX_COLLATIONS));
    keys.class_options = dn_pg_array_begin(dn_pg_cell(row, DN_PG_INDEX_CLASS_OPTIONS));
    read_numbers(dn_pg_cell(row, DN_PG_INDEX_KEYS), &keys.columns);
    read_numbers(dn_pg_cell(row, DN_PG_INDEX_OPTIONS), &keys.options);
    read_numbers(dn_pg_cell(row, DN_PG_INDEX_CLASSES), &keys.classes);
    read_numbers(dn_pg_cell(row, DN_PG_INDEX_COLLATION_OIDS), &keys.collations);
    dn_pg_fact_open(&reading->fact, DUNLIN_PROPERTY_LIST_BEGIN, "keys");
    for (size_t i = 0; i < count && i < keys.columns.count && status == DUNLIN_OK; i++)
        status = add_key(reading, relation, &keys, i);
    dn_pg_fact_close(&reading->fact);
    if (status == DUNLIN_OK && keys.columns.count > count)
        status =
            add_columns(reading, "include", relation, dn_pg_cell(row, DN_PG_INDEX_KEYS), count);
    dn_pg_array_free(&keys.expressions);
    dn_pg_array_free(&keys.collation_names);
    dn_pg_array_free(&keys.class_options);
    return status;
}

int32_t
dn_pg_take_index(void *context, const dn_pg_row *row)
{
    dn_pg_reading *reading = context;
    dn_pg_fact *fact = &reading->fact;
    const dn_pg_relation *relation =
        dn_pg_relation_find(reading, dn_pg_cell_integer(row, DN_PG_INDEX_RELATION));
    dunlin_string path[3];
    int32_t status;

    if (relation == NULL)
        return DUNLIN_OK;
    path[0] = relation->path[0];
    path[1] = relation->path[1];
    path[2] = dn_pg_cell(row, DN_PG_INDEX_NAME);
    dn_pg_fact_begin(fact, DUNLIN_KIND_INDEX, path, 3);
    dn_pg_fact_boolean(fact, "unique", dn_pg_cell_is_true(row, DN_PG_INDEX_UNIQUE));
    status = add_keys(reading, relation, row);
    if (status != DUNLIN_OK)
        return status;
    if (!dn_kit_same(dn_pg_cell(row, DN_PG_INDEX_METHOD), "btree"))
        dn_pg_fact_text(fact, "method", dn_pg_cell(row, DN_PG_INDEX_METHOD));
    dn_pg_fact_expression(fact, "where", dn_pg_cell(row, DN_PG_INDEX_WHERE));
    dn_pg_fact_boolean(fact, "nulls_not_distinct",
                       dn_pg_cell_is_true(row, DN_PG_INDEX_NULLS_NOT_DISTINCT));
    dn_pg_fact_boolean(fact, "invalid", !dn_pg_cell_is_true(row, DN_PG_INDEX_VALID));
    dn_pg_fact_text(fact, "options", dn_pg_cell(row, DN_PG_INDEX_STORAGE));
    dn_pg_fact_text(fact, "comment", dn_pg_cell(row, DN_PG_INDEX_COMMENT));
    return dn_pg_reading_push(reading);
}
