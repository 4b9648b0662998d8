/* SPDX-License-Identifier: MIT
 *
 * Building one fact, and the memory that what is read lives in.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/pg_facts.h"

/* --- memory --------------------------------------------------------------------------------------- */
enum { FIRST_BLOCK = 1024, BLOCK = 65536, ALIGNMENT = 16 };

struct dn_pg_block {
    dn_pg_block *next;
    size_t used;
    size_t size;
    size_t padding;
    char data[];
};

void *
dn_pg_arena_take(dn_pg_arena *arena, size_t bytes)
{
    dn_pg_block *block = arena->blocks;
    size_t needed = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    void *memory;

    if (needed < bytes)
        return NULL;
    if (block == NULL || block->size - block->used < needed) {
        /* Most arenas hold a few texts: zeroing a large block would cost more than all else. */
        size_t size = block == NULL             ? FIRST_BLOCK
                      : block->size * 4 < BLOCK ? block->size * 4
                                                : BLOCK;

        size = needed > size ? needed : size;
        block = calloc(1, sizeof(*block) + size);
        if (block == NULL)
            return NULL;
        block->size = size;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    memory = block->data + block->used;
    block->used += needed;
    return memory;
}

dunlin_string
dn_pg_arena_copy(dn_pg_arena *arena, dunlin_string text)
{
    char *copy = dn_pg_arena_take(arena, text.length + 1);

    if (copy == NULL)
        return (dunlin_string){NULL, 0};
    if (text.length > 0)
        memcpy(copy, text.data, text.length);
    return (dunlin_string){copy, text.length};
}

void
dn_pg_arena_free(dn_pg_arena *arena)
{
    while (arena->blocks != NULL) {
        dn_pg_block *next = arena->blocks->next;

        free(arena->blocks);
        arena->blocks = next;
    }
}

/* --- rows ------------------------------------------------------------------------------------------- */
dunlin_string
dn_pg_cell(const dn_pg_row *row, int column)
{
    return (dunlin_string){PQgetvalue(row->result, row->number, column),
                           (uint64_t)PQgetlength(row->result, row->number, column)};
}

bool
dn_pg_cell_is_null(const dn_pg_row *row, int column)
{
    return PQgetisnull(row->result, row->number, column) != 0;
}

char
dn_pg_cell_char(const dn_pg_row *row, int column)
{
    return *PQgetvalue(row->result, row->number, column);
}

bool
dn_pg_cell_is_true(const dn_pg_row *row, int column)
{
    return dn_pg_cell_char(row, column) == 't';
}

int64_t
dn_pg_cell_integer(const dn_pg_row *row, int column)
{
    return strtoll(PQgetvalue(row->result, row->number, column), NULL, 10);
}

/* --- arrays ------------------------------------------------------------------------------------------- */
dn_pg_array
dn_pg_array_begin(dunlin_string text)
{
    dn_pg_array array = {.at = text.data, .end = text.data + text.length};

    /* "[0:1]={a,b}" where an array does not begin with 1 (int2vector). */
    while (array.at < array.end && *array.at++ != '{')
        ;
    return array;
}

static void
take_quoted(dn_pg_array *array)
{
    array->at++;
    while (array->at < array->end && *array->at != '"') {
        if (*array->at == '\\' && array->at + 1 < array->end)
            array->at++;
        dn_kit_text_add_string(&array->buffer, (dunlin_string){array->at++, 1});
    }
    array->at++;
}

bool
dn_pg_array_next(dn_pg_array *array, dunlin_string *element)
{
    const char *begin;

    if (array->at < array->end && *array->at == ',')
        array->at++;
    if (array->at >= array->end || *array->at == '}')
        return false;
    if (*array->at == '"') {
        dn_kit_text_clear(&array->buffer);
        take_quoted(array);
        *element = dn_kit_text_string(&array->buffer);
        if (element->data == NULL)
            *element = dn_kit_string("");
        return true;
    }
    begin = array->at;
    while (array->at < array->end && *array->at != ',' && *array->at != '}')
        array->at++;
    *element = (dunlin_string){begin, (uint64_t)(array->at - begin)};
    if (dn_kit_same(*element, "NULL"))
        *element = (dunlin_string){NULL, 0};
    return true;
}

void
dn_pg_array_free(dn_pg_array *array)
{
    dn_kit_text_free(&array->buffer);
}

void
dn_pg_array_write(dn_kit_text *text, const dunlin_string *elements, uint64_t count)
{
    dn_kit_text_add(text, "{");
    for (uint64_t i = 0; i < count; i++) {
        dn_kit_text_add(text, i > 0 ? ",\"" : "\"");
        for (uint64_t k = 0; k < elements[i].length; k++) {
            char byte = elements[i].data[k];

            if (byte == '"' || byte == '\\')
                dn_kit_text_add(text, "\\");
            dn_kit_text_add_string(text, (dunlin_string){&byte, 1});
        }
        dn_kit_text_add(text, "\"");
    }
    dn_kit_text_add(text, "}");
}

/* --- facts -------------------------------------------------------------------------------------------- */
void
dn_pg_fact_begin(dn_pg_fact *fact, const char *kind, const dunlin_string *path, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fact->path[i] = path[i];
    fact->fact = (dunlin_fact){.size = sizeof(fact->fact),
                               .kind = dn_kit_string(kind),
                               .path = fact->path,
                               .path_count = count,
                               .properties = fact->properties};
}

void
dn_pg_fact_free(dn_pg_fact *fact)
{
    free(fact->properties);
    fact->properties = NULL;
}

void
dn_pg_fact_add(dn_pg_fact *fact, dunlin_property property)
{
    size_t count = fact->fact.property_count;

    if (count == fact->capacity) {
        size_t capacity = count > 0 ? 2 * count : 32;
        dunlin_property *more = realloc(fact->properties, capacity * sizeof(*more));

        if (more == NULL) {
            fact->failed = true;
            return;
        }
        fact->properties = more;
        fact->capacity = capacity;
        fact->fact.properties = more;
    }
    fact->properties[count] = property;
    fact->fact.property_count = count + 1;
}

void
dn_pg_fact_text(dn_pg_fact *fact, const char *name, dunlin_string text)
{
    if (text.length > 0)
        dn_pg_fact_add(fact, (dunlin_property){.name = dn_kit_string(name),
                                               .type = DUNLIN_PROPERTY_TEXT,
                                               .text = text});
}

void
dn_pg_fact_words(dn_pg_fact *fact, const char *name, const char *text)
{
    dn_pg_fact_text(fact, name, dn_kit_string(text));
}

void
dn_pg_fact_expression(dn_pg_fact *fact, const char *name, dunlin_string text)
{
    if (text.length > 0)
        dn_pg_fact_add(fact, (dunlin_property){.name = dn_kit_string(name),
                                               .type = DUNLIN_PROPERTY_EXPRESSION,
                                               .text = text});
}

void
dn_pg_fact_integer(dn_pg_fact *fact, const char *name, int64_t integer)
{
    dn_pg_fact_add(fact, (dunlin_property){.name = dn_kit_string(name),
                                           .type = DUNLIN_PROPERTY_INTEGER,
                                           .integer = integer});
}

void
dn_pg_fact_boolean(dn_pg_fact *fact, const char *name, bool value)
{
    if (value)
        dn_pg_fact_add(fact, (dunlin_property){.name = dn_kit_string(name),
                                               .type = DUNLIN_PROPERTY_BOOLEAN,
                                               .integer = 1});
}

/* The place that a new element has in the list that is open. */
static uint32_t
next_index(const dn_pg_fact *fact)
{
    uint32_t index = 0;
    int depth = 0;

    for (uint64_t i = fact->fact.property_count; i-- > 0;) {
        int32_t type = fact->properties[i].type;

        if (type == DUNLIN_PROPERTY_END)
            depth++;
        else if (type == DUNLIN_PROPERTY_LIST_BEGIN || type == DUNLIN_PROPERTY_STRUCT_BEGIN)
            depth--;
        if (depth < 0)
            return type == DUNLIN_PROPERTY_LIST_BEGIN ? index : 0;
        index += depth == 0 ? 1 : 0;
    }
    return 0;
}

void
dn_pg_fact_open(dn_pg_fact *fact, int32_t type, const char *name)
{
    dn_pg_fact_add(fact, (dunlin_property){.name = dn_kit_string(name),
                                           .type = type,
                                           .index = name == NULL ? next_index(fact) : 0});
}

void
dn_pg_fact_close(dn_pg_fact *fact)
{
    dn_pg_fact_add(fact,
                   (dunlin_property){.name = dn_kit_string(NULL), .type = DUNLIN_PROPERTY_END});
}

void
dn_pg_fact_element(dn_pg_fact *fact, int32_t type, dunlin_string text)
{
    dn_pg_fact_add(fact, (dunlin_property){.name = dn_kit_string(NULL),
                                           .type = type,
                                           .index = next_index(fact),
                                           .text = text});
}

void
dn_pg_fact_element_at(dn_pg_fact *fact, int32_t type, dunlin_string text, uint32_t place)
{
    dn_pg_fact_add(
        fact,
        (dunlin_property){.name = dn_kit_string(NULL), .type = type, .index = place, .text = text});
}

void
dn_pg_fact_name(dn_pg_fact *fact, const char *name, dunlin_string identifier)
{
    dn_pg_fact_add(fact, (dunlin_property){.name = dn_kit_string(name),
                                           .type = DUNLIN_PROPERTY_IDENTIFIER,
                                           .text = identifier});
}

void
dn_pg_fact_names(dn_pg_fact *fact, const char *name, const dunlin_string *names, size_t count)
{
    if (count == 0)
        return;
    dn_pg_fact_open(fact, DUNLIN_PROPERTY_LIST_BEGIN, name);
    for (uint32_t i = 0; i < count; i++)
        dn_pg_fact_add(fact, (dunlin_property){.name = dn_kit_string(NULL),
                                               .type = DUNLIN_PROPERTY_IDENTIFIER,
                                               .index = i,
                                               .text = names[i]});
    dn_pg_fact_close(fact);
}
