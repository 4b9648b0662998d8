/* SPDX-License-Identifier: MIT
 *
 * Values on their way to the server. Texts and numbers go as text of no stated type, so that the
 * server infers it from where the placeholder stands, as it does for a literal in quotes.
 */
#include "drivers/postgres/pg_driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MAX = 24 };

void
dn_pg_parameters_free(dn_pg_parameters *parameters)
{
    free(parameters->memory);
    memset(parameters, 0, sizeof(*parameters));
}

/* Room a value's text takes, its NUL included. */
static size_t
room_for(const dunlin_value *value)
{
    switch (value->type) {
    case DUNLIN_VALUE_INTEGER: return DIGITS_MAX;
    case DUNLIN_VALUE_TEXT: return value->text.length + 1;
    default: return 0;
    }
}

static int32_t
check_values(const dunlin_call *call, const dunlin_value *values, uint64_t count, size_t *room)
{
    *room = 0;
    if (count > DN_PG_MOST_PARAMETERS)
        return dn_kit_fail(call, DUNLIN_USAGE, "a statement takes at most %d values",
                           DN_PG_MOST_PARAMETERS);
    for (uint64_t i = 0; i < count; i++) {
        const dunlin_value *value = &values[i];

        if (value->text.length > DN_PG_LONGEST_VALUE)
            return dn_kit_fail(call, DUNLIN_USAGE, "the value of '$%llu' is too long",
                               (unsigned long long)(i + 1));
        if (value->type == DUNLIN_VALUE_TEXT && value->text.length > 0 &&
            memchr(value->text.data, '\0', value->text.length) != NULL)
            return dn_kit_fail(call, DUNLIN_USAGE,
                               "the value of '$%llu' contains a NUL byte, which PostgreSQL cannot "
                               "store in a text",
                               (unsigned long long)(i + 1));
        *room += room_for(value);
    }
    return DUNLIN_OK;
}

static void
fill(dn_pg_parameters *parameters, int place, const dunlin_value *value, char **text)
{
    switch (value->type) {
    case DUNLIN_VALUE_INTEGER:
        snprintf(*text, DIGITS_MAX, "%lld", (long long)value->integer);
        parameters->texts[place] = *text;
        break;
    case DUNLIN_VALUE_TEXT:
        if (value->text.length > 0)
            memcpy(*text, value->text.data, value->text.length);
        (*text)[value->text.length] = '\0';
        parameters->texts[place] = *text;
        break;
    case DUNLIN_VALUE_BLOB:
        parameters->texts[place] = value->text.data != NULL ? value->text.data : "";
        parameters->types[place] = DN_PG_BYTEA;
        parameters->lengths[place] = (int)value->text.length;
        parameters->formats[place] = 1;
        break;
    default: break;
    }
    *text += room_for(value);
}

int32_t
dn_pg_parameters_fill(const dunlin_call *call, const dunlin_value *values, uint64_t count,
                      dn_pg_parameters *parameters)
{
    size_t room;
    char *text;
    int32_t status = check_values(call, values, count, &room);

    memset(parameters, 0, sizeof(*parameters));
    if (status != DUNLIN_OK || count == 0)
        return status;
    parameters->memory = calloc(1, count * (sizeof(char *) + sizeof(Oid) + 2 * sizeof(int)) + room);
    if (parameters->memory == NULL)
        return dn_kit_no_memory(call);
    parameters->count = (int)count;
    parameters->texts = parameters->memory;
    parameters->types = (Oid *)(parameters->texts + count);
    parameters->lengths = (int *)(parameters->types + count);
    parameters->formats = parameters->lengths + count;
    text = (char *)(parameters->formats + count);
    for (uint64_t i = 0; i < count; i++)
        fill(parameters, (int)i, &values[i], &text);
    return DUNLIN_OK;
}

int32_t
dn_pg_statement_copy(const dunlin_call *call, dunlin_string sql, char **copy)
{
    *copy = NULL;
    if (sql.length > 0 && memchr(sql.data, '\0', sql.length) != NULL)
        return dn_kit_fail(call, DUNLIN_USAGE, "the statement contains a NUL byte");
    *copy = dn_kit_copy(sql);
    return *copy != NULL ? DUNLIN_OK : dn_kit_no_memory(call);
}
