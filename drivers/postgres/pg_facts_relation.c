/* SPDX-License-Identifier: MIT
 *
 * Tables and views, their columns, and the sequences behind columns.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/pg_catalog.h"
#include "drivers/postgres/pg_type.h"

/* A sequence that fills a column; it is no fact of its own. */
struct dn_pg_owned {
    uint32_t relation;
    int32_t column;
    bool identity;
    dunlin_string options; /* those that are not the default ones */
    dunlin_string nextval;
};

bool
dn_pg_reading_grow(void **array, size_t *capacity, size_t count, size_t size)
{
    size_t wanted = *capacity > 0 ? 2 * *capacity : 64;
    void *more;

    if (count <= *capacity)
        return true;
    if (wanted < count || wanted > SIZE_MAX / 2 / size)
        return false;
    more = realloc(*array, wanted * size);
    if (more == NULL)
        return false;
    memset((char *)more + *capacity * size, 0, (wanted - *capacity) * size);
    *array = more;
    *capacity = wanted;
    return true;
}

/* The text of a routine is its author's, unless it is parsed when the routine is made (BEGIN ATOMIC, RETURN). */
static bool
has_text_of_author(const dn_pg_fact *fact)
{
    static const char text[] = "\nAS ";

    if (!dn_kit_same(fact->fact.kind, DUNLIN_KIND_FUNCTION) &&
        !dn_kit_same(fact->fact.kind, DUNLIN_KIND_PROCEDURE))
        return false;
    for (uint64_t i = 0; i < fact->fact.property_count; i++)
        if (dn_kit_same(fact->properties[i].name, "definition"))
            return memmem(fact->properties[i].text.data, fact->properties[i].text.length, text,
                          sizeof(text) - 1) != NULL;
    return true;
}

static void
collapse_expressions(dn_pg_reading *reading)
{
    dn_pg_fact *fact = &reading->fact;

    if (has_text_of_author(fact))
        return;
    for (uint64_t i = 0; i < fact->fact.property_count; i++)
        if (fact->properties[i].type == DUNLIN_PROPERTY_EXPRESSION ||
            dn_kit_same(fact->properties[i].name, "partition_by")) {
            fact->properties[i].text = dn_pg_collapse(&reading->arena, fact->properties[i].text);
            fact->failed = fact->failed || fact->properties[i].text.data == NULL;
        }
}

int32_t
dn_pg_reading_push(dn_pg_reading *reading)
{
    collapse_expressions(reading);
    if (reading->fact.failed)
        return dn_kit_no_memory(reading->call);
    if (!dn_pg_wishes_include(&reading->wishes, &reading->fact.fact))
        return DUNLIN_OK;
    return reading->call->host->fact(reading->call, &reading->fact.fact);
}

/* --- relations ------------------------------------------------------------------------------------ */
static int
compare_relations(const void *left, const void *right)
{
    const dn_pg_relation *one = left;
    const dn_pg_relation *other = right;

    return (one->oid > other->oid) - (one->oid < other->oid);
}

dn_pg_relation *
dn_pg_relation_find_any(dn_pg_reading *reading, int64_t oid)
{
    dn_pg_relation asked = {.oid = (uint32_t)oid};

    if (reading->relation_count == 0)
        return NULL;
    if (!reading->relations_sorted)
        qsort(reading->relations, reading->relation_count, sizeof(asked), compare_relations);
    reading->relations_sorted = true;
    return bsearch(&asked, reading->relations, reading->relation_count, sizeof(asked),
                   compare_relations);
}

dn_pg_relation *
dn_pg_relation_find(dn_pg_reading *reading, int64_t oid)
{
    dn_pg_relation *found = dn_pg_relation_find_any(reading, oid);

    return found == NULL || found->left_out ? NULL : found;
}

dunlin_string
dn_pg_relation_column(const dn_pg_relation *relation, int64_t number)
{
    if (number < 1 || (uint64_t)number > relation->column_count)
        return (dunlin_string){NULL, 0};
    return relation->columns[number - 1];
}

static bool
is_excluded(const dunlin_scope *scope, dunlin_string name)
{
    for (uint64_t i = 0; i < scope->exclusion_count; i++)
        if (dn_kit_equal(scope->exclusions[i], name))
            return true;
    return false;
}

/* What is rarely there is copied only where it is. */
static bool
copy_cells(dn_pg_reading *reading, dn_pg_relation *relation, const dn_pg_row *row)
{
    dunlin_string *cells = NULL;

    for (int i = DN_PG_RELATION_PERSISTENCE; i < DN_PG_RELATION_CELLS; i++) {
        if (dn_pg_cell_is_null(row, i))
            continue;
        if (cells == NULL)
            cells = dn_pg_arena_take(&reading->arena, DN_PG_RELATION_CELLS * sizeof(*cells));
        if (cells == NULL)
            return false;
        cells[i] = dn_pg_arena_copy(&reading->arena, dn_pg_cell(row, i));
        if (cells[i].data == NULL)
            return false;
    }
    relation->cells = cells;
    return true;
}

int32_t
dn_pg_take_relation(void *context, const dn_pg_row *row)
{
    dn_pg_reading *reading = context;
    dn_pg_arena *arena = &reading->arena;
    dn_pg_relation *relation;
    size_t columns = (size_t)dn_pg_cell_integer(row, DN_PG_RELATION_COLUMNS);

    if (!dn_pg_reading_grow((void **)&reading->relations, &reading->relation_capacity,
                            reading->relation_count + 1, sizeof(*relation)))
        return dn_kit_no_memory(reading->call);
    relation = &reading->relations[reading->relation_count];
    relation->oid = (uint32_t)dn_pg_cell_integer(row, DN_PG_RELATION_OID);
    relation->kind = dn_pg_cell_char(row, DN_PG_RELATION_KIND);
    relation->is_partition = dn_pg_cell_is_true(row, DN_PG_RELATION_IS_PARTITION);
    relation->left_out = dn_pg_cell_is_true(row, DN_PG_RELATION_LEFT_OUT) ||
                         is_excluded(reading->scope, dn_pg_cell(row, DN_PG_RELATION_NAME));
    relation->path[0] = dn_pg_arena_copy(arena, dn_pg_cell(row, DN_PG_RELATION_SCHEMA));
    relation->path[1] = dn_pg_arena_copy(arena, dn_pg_cell(row, DN_PG_RELATION_NAME));
    relation->columns = dn_pg_arena_take(arena, columns * sizeof(*relation->columns));
    relation->collations = dn_pg_arena_take(arena, columns * sizeof(*relation->collations));
    relation->column_count = columns;
    reading->relation_count++;
    reading->relations_sorted = false;
    if (relation->path[0].data == NULL || relation->path[1].data == NULL ||
        relation->columns == NULL || relation->collations == NULL ||
        !copy_cells(reading, relation, row))
        return dn_kit_no_memory(reading->call);
    return DUNLIN_OK;
}

static dunlin_string
cell_of(const dn_pg_relation *relation, int cell)
{
    return relation->cells != NULL ? relation->cells[cell] : dn_kit_string(NULL);
}

static void
add_order(dn_pg_fact *fact, const dn_pg_relation *relation)
{
    dn_pg_fact_open(fact, DUNLIN_PROPERTY_LIST_BEGIN, "order");
    for (size_t i = 0; i < relation->column_count; i++)
        if (relation->columns[i].data != NULL)
            dn_pg_fact_element(fact, DUNLIN_PROPERTY_IDENTIFIER, relation->columns[i]);
    dn_pg_fact_close(fact);
}

static void
add_parents(dn_pg_reading *reading, const dn_pg_relation *relation)
{
    dn_pg_fact *fact = &reading->fact;
    dunlin_string parents = cell_of(relation, DN_PG_RELATION_PARENTS);
    dn_pg_array array = dn_pg_array_begin(parents);
    dunlin_string parent;

    if (parents.length == 0)
        return;
    if (!relation->is_partition)
        dn_pg_fact_open(fact, DUNLIN_PROPERTY_LIST_BEGIN, "inherits");
    while (dn_pg_array_next(&array, &parent)) {
        parent = dn_pg_arena_copy(&reading->arena, parent);
        fact->failed = fact->failed || parent.data == NULL;
        if (relation->is_partition)
            dn_pg_fact_text(fact, "partition_of", parent);
        else
            dn_pg_fact_element(fact, DUNLIN_PROPERTY_TEXT, parent);
    }
    if (!relation->is_partition)
        dn_pg_fact_close(fact);
    dn_pg_array_free(&array);
}

static void
fill_table(dn_pg_reading *reading, const dn_pg_relation *relation)
{
    dn_pg_fact *fact = &reading->fact;

    dn_pg_fact_begin(fact, DUNLIN_KIND_TABLE, relation->path, 2);
    if (!relation->is_partition)
        add_order(fact, relation);
    if (relation->cells == NULL)
        return;
    dn_pg_fact_boolean(fact, "unlogged",
                       dn_kit_same(cell_of(relation, DN_PG_RELATION_PERSISTENCE), "u"));
    dn_pg_fact_text(fact, "partition_by", cell_of(relation, DN_PG_RELATION_PARTITION_BY));
    add_parents(reading, relation);
    dn_pg_fact_text(fact, "bound", cell_of(relation, DN_PG_RELATION_BOUND));
    dn_pg_fact_text(fact, "options", cell_of(relation, DN_PG_RELATION_OPTIONS));
    dn_pg_fact_text(fact, "access_method", cell_of(relation, DN_PG_RELATION_METHOD));
    dn_pg_fact_text(fact, "tablespace", cell_of(relation, DN_PG_RELATION_TABLESPACE));
    dn_pg_fact_text(fact, "of_type", cell_of(relation, DN_PG_RELATION_OF_TYPE));
    dn_pg_fact_text(fact, "foreign_server", cell_of(relation, DN_PG_RELATION_SERVER));
    dn_pg_fact_text(fact, "foreign_options", cell_of(relation, DN_PG_RELATION_FOREIGN_OPTIONS));
    dn_pg_fact_boolean(fact, "row_security", cell_of(relation, DN_PG_RELATION_SECURITY).length > 0);
    dn_pg_fact_boolean(fact, "row_security_forced",
                       cell_of(relation, DN_PG_RELATION_SECURITY_FORCED).length > 0);
    dn_pg_fact_text(fact, "comment", cell_of(relation, DN_PG_RELATION_COMMENT));
}

/* "SELECT ...;" without what the server puts around it. */
static dunlin_string
bare(dunlin_string definition)
{
    while (definition.length > 0 && (*definition.data == ' ' || *definition.data == '\n')) {
        definition.data++;
        definition.length--;
    }
    if (definition.length > 0 && definition.data[definition.length - 1] == ';')
        definition.length--;
    return definition;
}

static int
compare_texts(const void *left, const void *right)
{
    const dunlin_string *one = left;
    const dunlin_string *other = right;

    return strcmp(one->data, other->data);
}

static void
fill_view(dn_pg_reading *reading, const dn_pg_relation *relation)
{
    dn_pg_fact *fact = &reading->fact;

    dn_pg_fact_begin(fact, relation->kind == 'v' ? DUNLIN_KIND_VIEW : DUNLIN_KIND_MATERIALIZED_VIEW,
                     relation->path, 2);
    dn_pg_fact_expression(fact, "definition", bare(cell_of(relation, DN_PG_RELATION_DEFINITION)));
    if (relation->depend_count > 0) {
        qsort(relation->depends, relation->depend_count, sizeof(*relation->depends), compare_texts);
        dn_pg_fact_open(fact, DUNLIN_PROPERTY_LIST_BEGIN, "depends");
        for (size_t i = 0; i < relation->depend_count; i++)
            dn_pg_fact_element(fact, DUNLIN_PROPERTY_TEXT, relation->depends[i]);
        dn_pg_fact_close(fact);
    }
    dn_pg_fact_text(fact, "options", cell_of(relation, DN_PG_RELATION_OPTIONS));
    dn_pg_fact_comments(reading, "column_comments", "column",
                        cell_of(relation, DN_PG_RELATION_COLUMN_COMMENTS));
    dn_pg_fact_text(fact, "comment", cell_of(relation, DN_PG_RELATION_COMMENT));
}

int32_t
dn_pg_push_relations(dn_pg_reading *reading)
{
    int32_t status = DUNLIN_OK;

    for (size_t i = 0; i < reading->relation_count && status == DUNLIN_OK; i++) {
        const dn_pg_relation *relation = &reading->relations[i];

        if (relation->left_out)
            continue;
        if (relation->kind == 'v' || relation->kind == 'm')
            fill_view(reading, relation);
        else
            fill_table(reading, relation);
        status = dn_pg_reading_push(reading);
    }
    return status;
}

/* --- sequences --------------------------------------------------------------------------------------- */
static int
compare_owned(const void *left, const void *right)
{
    const dn_pg_owned *one = left;
    const dn_pg_owned *other = right;

    if (one->relation != other->relation)
        return one->relation > other->relation ? 1 : -1;
    return (one->column > other->column) - (one->column < other->column);
}

static const dn_pg_owned *
find_owned(dn_pg_reading *reading, uint32_t relation, int64_t column)
{
    dn_pg_owned asked = {.relation = relation, .column = (int32_t)column};

    if (reading->owned_count == 0)
        return NULL;
    if (!reading->owned_sorted)
        qsort(reading->owned, reading->owned_count, sizeof(asked), compare_owned);
    reading->owned_sorted = true;
    return bsearch(&asked, reading->owned, reading->owned_count, sizeof(asked), compare_owned);
}

/* LIKE .. INCLUDING IDENTITY makes a bigint sequence for any column, with the numbers of the column's type said. */
static int64_t
limit_of(const dn_pg_row *row)
{
    int64_t own = dn_pg_type_largest(dn_pg_cell(row, DN_PG_SEQUENCE_TYPE));
    int64_t column = dn_pg_type_largest(dn_pg_cell(row, DN_PG_SEQUENCE_OWNER_TYPE));
    bool fits = dn_pg_cell_integer(row, DN_PG_SEQUENCE_MAX) <= column &&
                dn_pg_cell_integer(row, DN_PG_SEQUENCE_MIN) >= -column - 1;

    return dn_pg_cell_is_true(row, DN_PG_SEQUENCE_IS_IDENTITY) && fits ? column : own;
}

/* "START WITH 10 INCREMENT BY 2": what is not as CREATE SEQUENCE would choose it. */
static void
write_options(dn_kit_text *text, const dn_pg_row *row)
{
    int64_t step = dn_pg_cell_integer(row, DN_PG_SEQUENCE_INCREMENT);
    int64_t limit = limit_of(row);
    const struct {
        const char *words;
        int column;
        int64_t usual;
    } numbers[] = {
        {"INCREMENT BY", DN_PG_SEQUENCE_INCREMENT, 1},
        {"MINVALUE", DN_PG_SEQUENCE_MIN, step > 0 ? 1 : -limit - 1},
        {"MAXVALUE", DN_PG_SEQUENCE_MAX, step > 0 ? limit : -1},
        {"START WITH", DN_PG_SEQUENCE_START,
         dn_pg_cell_integer(row, step > 0 ? DN_PG_SEQUENCE_MIN : DN_PG_SEQUENCE_MAX)},
        {"CACHE", DN_PG_SEQUENCE_CACHE, 1},
    };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        int64_t number = dn_pg_cell_integer(row, numbers[i].column);

        if (number != numbers[i].usual)
            dn_kit_text_format(text, "%s%s %lld", text->length > 0 ? " " : "", numbers[i].words,
                               (long long)number);
    }
    if (dn_pg_cell_is_true(row, DN_PG_SEQUENCE_CYCLE))
        dn_kit_text_add(text, text->length > 0 ? " CYCLE" : "CYCLE");
}

static int32_t
keep_owned(dn_pg_reading *reading, const dn_pg_row *row)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text options = {0};
    dn_pg_owned *owned;

    if (!dn_pg_reading_grow((void **)&reading->owned, &reading->owned_capacity,
                            reading->owned_count + 1, sizeof(*owned)))
        return dn_kit_no_memory(reading->call);
    owned = &reading->owned[reading->owned_count++];
    reading->owned_sorted = false;
    owned->relation = (uint32_t)dn_pg_cell_integer(row, DN_PG_SEQUENCE_OWNER);
    owned->column = (int32_t)dn_pg_cell_integer(row, DN_PG_SEQUENCE_OWNER_COLUMN);
    owned->identity = dn_pg_cell_is_true(row, DN_PG_SEQUENCE_IS_IDENTITY);
    write_options(&options, row);
    owned->options = dn_pg_arena_copy(&reading->arena, dn_kit_text_string(&options));
    owned->nextval = dn_pg_arena_copy(&reading->arena, dn_pg_cell(row, DN_PG_SEQUENCE_NEXTVAL));
    return options.failed || owned->options.data == NULL || owned->nextval.data == NULL
               ? dn_kit_no_memory(reading->call)
               : DUNLIN_OK;
}

static void
add_number(dn_pg_fact *fact, const char *name, const dn_pg_row *row, int column, int64_t usual)
{
    int64_t number = dn_pg_cell_integer(row, column);

    if (number != usual)
        dn_pg_fact_integer(fact, name, number);
}

static int32_t
push_sequence(dn_pg_reading *reading, const dn_pg_row *row)
{
    dn_pg_fact *fact = &reading->fact;
    dunlin_string path[2] = {dn_pg_cell(row, DN_PG_SEQUENCE_SCHEMA),
                             dn_pg_cell(row, DN_PG_SEQUENCE_NAME)};
    dunlin_string owner[3] = {dn_pg_cell(row, DN_PG_SEQUENCE_OWNER_SCHEMA),
                              dn_pg_cell(row, DN_PG_SEQUENCE_OWNER_TABLE),
                              dn_pg_cell(row, DN_PG_SEQUENCE_OWNER_NAME)};
    dunlin_string type = dn_pg_cell(row, DN_PG_SEQUENCE_TYPE);
    int64_t step = dn_pg_cell_integer(row, DN_PG_SEQUENCE_INCREMENT);
    int64_t limit = dn_pg_type_largest(type);

    dn_pg_fact_begin(fact, DUNLIN_KIND_SEQUENCE, path, 2);
    if (!dn_kit_same(type, "bigint"))
        dn_pg_fact_text(fact, "type", type);
    add_number(fact, "increment", row, DN_PG_SEQUENCE_INCREMENT, 1);
    add_number(fact, "min", row, DN_PG_SEQUENCE_MIN, step > 0 ? 1 : -limit - 1);
    add_number(fact, "max", row, DN_PG_SEQUENCE_MAX, step > 0 ? limit : -1);
    add_number(fact, "start", row, DN_PG_SEQUENCE_START,
               dn_pg_cell_integer(row, step > 0 ? DN_PG_SEQUENCE_MIN : DN_PG_SEQUENCE_MAX));
    add_number(fact, "cache", row, DN_PG_SEQUENCE_CACHE, 1);
    dn_pg_fact_boolean(fact, "cycle", dn_pg_cell_is_true(row, DN_PG_SEQUENCE_CYCLE));
    if (!dn_pg_cell_is_null(row, DN_PG_SEQUENCE_OWNER_NAME))
        dn_pg_fact_names(fact, "owned_by", owner, 3);
    dn_pg_fact_text(fact, "comment", dn_pg_cell(row, DN_PG_SEQUENCE_COMMENT));
    return dn_pg_reading_push(reading);
}

/* One that a column owns and takes its default from is part of the column, unless something else needs its name. */
int32_t
dn_pg_take_sequence(void *context, const dn_pg_row *row)
{
    dn_pg_reading *reading = context;

    if (is_excluded(reading->scope, dn_pg_cell(row, DN_PG_SEQUENCE_NAME)))
        return DUNLIN_OK;
    if (dn_pg_cell_is_true(row, DN_PG_SEQUENCE_IS_IDENTITY) ||
        (!dn_pg_cell_is_null(row, DN_PG_SEQUENCE_DEFAULT) &&
         !dn_pg_cell_is_true(row, DN_PG_SEQUENCE_IS_CALLED) &&
         dn_kit_equal(dn_pg_cell(row, DN_PG_SEQUENCE_DEFAULT),
                      dn_pg_cell(row, DN_PG_SEQUENCE_NEXTVAL))))
        return keep_owned(reading, row);
    return push_sequence(reading, row);
}

/* --- columns -------------------------------------------------------------------------------------------- */
/* The time at which a replay made the column, 'time'::type, as it was written: DEFAULT 'now'. So each replay
 * tells the same. */
static void
fill_frozen(dn_pg_reading *reading, dunlin_string expression)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    const char *quote = memrchr(expression.data, '\'', expression.length);
    dunlin_string written;

    dn_kit_text_add(&text, "'now");
    dn_kit_text_add_string(
        &text, (dunlin_string){quote, (uint64_t)(expression.data + expression.length - quote)});
    written = dn_pg_arena_copy(&reading->arena, dn_kit_text_string(&text));
    reading->fact.failed = reading->fact.failed || text.failed || written.data == NULL;
    dn_pg_fact_expression(&reading->fact, "default", written);
    dn_pg_fact_boolean(&reading->fact, "frozen", true);
}

static void
fill_value(dn_pg_reading *reading, const dn_pg_relation *relation, const dn_pg_row *row)
{
    dn_pg_fact *fact = &reading->fact;
    dunlin_string expression = dn_pg_cell(row, DN_PG_COLUMN_EXPRESSION);
    char identity = dn_pg_cell_char(row, DN_PG_COLUMN_IDENTITY);
    char generated = dn_pg_cell_char(row, DN_PG_COLUMN_GENERATED);
    const dn_pg_owned *owned = NULL;

    if (identity != '\0' || expression.length > 0)
        owned = find_owned(reading, relation->oid, dn_pg_cell_integer(row, DN_PG_COLUMN_NUMBER));
    if (identity != '\0') {
        dn_pg_fact_words(fact, "auto", identity == 'a' ? "always" : "identity");
    } else if (owned != NULL && dn_kit_equal(owned->nextval, expression)) {
        dn_pg_fact_words(fact, "auto", "serial");
    } else if (generated != '\0') {
        dn_pg_fact_expression(fact, "generated", expression);
        dn_pg_fact_words(fact, "generated_kind", generated == 'v' ? "virtual" : "stored");
        return;
    } else if (dn_pg_cell_is_true(row, DN_PG_COLUMN_FROZEN)) {
        fill_frozen(reading, expression);
        return;
    } else {
        dn_pg_fact_expression(fact, "default", expression);
        return;
    }
    if (owned != NULL)
        dn_pg_fact_text(fact, "auto_options", owned->options);
}

int32_t
dn_pg_take_column(void *context, const dn_pg_row *row)
{
    dn_pg_reading *reading = context;
    dn_pg_fact *fact = &reading->fact;
    dn_pg_relation *relation =
        dn_pg_relation_find_any(reading, dn_pg_cell_integer(row, DN_PG_COLUMN_RELATION));
    int64_t number = dn_pg_cell_integer(row, DN_PG_COLUMN_NUMBER);
    dunlin_string path[3];

    if (relation == NULL || number < 1 || (uint64_t)number > relation->column_count)
        return DUNLIN_OK;
    path[0] = relation->path[0];
    path[1] = relation->path[1];
    path[2] = dn_pg_arena_copy(&reading->arena, dn_pg_cell(row, DN_PG_COLUMN_NAME));
    if (path[2].data == NULL)
        return dn_kit_no_memory(reading->call);
    relation->columns[number - 1] = path[2];
    relation->collations[number - 1] =
        (uint32_t)dn_pg_cell_integer(row, DN_PG_COLUMN_COLLATION_OID);
    if (relation->left_out || relation->kind == 'm' || relation->is_partition ||
        !dn_pg_cell_is_true(row, DN_PG_COLUMN_IS_LOCAL))
        return DUNLIN_OK;
    dn_pg_fact_begin(fact, DUNLIN_KIND_COLUMN, path, 3);
    if (dn_pg_cell_is_null(row, DN_PG_COLUMN_TYPE_SCHEMA)) {
        dn_pg_fact_text(fact, "type", dn_pg_cell(row, DN_PG_COLUMN_TYPE));
    } else {
        dunlin_string type[2] = {dn_pg_cell(row, DN_PG_COLUMN_TYPE_SCHEMA),
                                 dn_pg_cell(row, DN_PG_COLUMN_TYPE_NAME)};

        dn_pg_fact_names(fact, "type_path", type, 2);
    }
    dn_pg_fact_boolean(fact, "not_null", dn_pg_cell_is_true(row, DN_PG_COLUMN_NOT_NULL));
    dn_pg_fact_boolean(fact, "not_null_no_inherit",
                       dn_pg_cell_is_true(row, DN_PG_COLUMN_NOT_NULL_ALONE));
    fill_value(reading, relation, row);
    dn_pg_fact_text(fact, "collation", dn_pg_cell(row, DN_PG_COLUMN_COLLATION));
    dn_pg_fact_text(fact, "foreign_options", dn_pg_cell(row, DN_PG_COLUMN_FOREIGN_OPTIONS));
    dn_pg_fact_text(fact, "comment", dn_pg_cell(row, DN_PG_COLUMN_COMMENT));
    return dn_pg_reading_push(reading);
}

void
dn_pg_reading_free(dn_pg_reading *reading)
{
    for (size_t i = 0; i < reading->relation_count; i++)
        free(reading->relations[i].depends);
    free(reading->relations);
    free(reading->owned);
    free(reading->classes);
    dn_kit_text_free(&reading->unread);
    dn_pg_fact_free(&reading->fact);
    dn_pg_arena_free(&reading->arena);
}
