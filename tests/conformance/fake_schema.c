/* SPDX-License-Identifier: MIT */
#include "tests/conformance/fake_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_LINES = 512, MOST_PROPERTIES = 128 };

static void *
take(fake_schema *schema, size_t bytes)
{
    void *block = calloc(1, bytes > 0 ? bytes : 1);

    assert_non_null(block);
    assert_true(schema->block_count < sizeof schema->blocks / sizeof schema->blocks[0]);
    return schema->blocks[schema->block_count++] = block;
}

void
fake_schema_free(fake_schema *schema)
{
    while (schema->block_count > 0)
        free(schema->blocks[--schema->block_count]);
    memset(schema, 0, sizeof *schema);
}

static char *
copy(fake_schema *schema, const char *text, size_t length)
{
    char *block = take(schema, length + 1);

    memcpy(block, text, length);
    return block;
}

/* --- properties -------------------------------------------------------------------------------- */
typedef struct properties {
    dunlin_property *list;
    size_t count;
} properties;

static dunlin_property *
add(properties *value, const char *name, int32_t type, const char *text)
{
    dunlin_property *property = &value->list[value->count++];

    assert_true(value->count < MOST_PROPERTIES);
    *property = (dunlin_property){
        .name = fake_string(name), .type = type, .text = fake_string(text != NULL ? text : "")};
    property->integer = type == DUNLIN_PROPERTY_BOOLEAN;
    return property;
}

static bool
is_one_of(const char *name, const char *const *list)
{
    while (*list != NULL && strcmp(name, *list) != 0)
        list++;
    return *list != NULL;
}

/* "lower(a) desc collate NOCASE", without its blanks around. */
static void
add_key(properties *value, char *text, uint32_t place)
{
    char *collation = strstr(text, " collate ");
    char *desc = strstr(text, " desc");

    add(value, "", DUNLIN_PROPERTY_STRUCT_BEGIN, NULL)->index = place;
    if (desc != NULL)
        *desc = '\0';
    if (collation != NULL)
        *collation = '\0';
    if (*text == '(') {
        text[strlen(text) - 1] = '\0';
        add(value, "expr", DUNLIN_PROPERTY_EXPRESSION, text + 1);
    } else {
        add(value, "column", DUNLIN_PROPERTY_IDENTIFIER, text);
    }
    if (desc != NULL)
        add(value, "desc", DUNLIN_PROPERTY_BOOLEAN, NULL);
    if (collation != NULL)
        add(value, "collation", DUNLIN_PROPERTY_TEXT, collation + 9);
    add(value, "", DUNLIN_PROPERTY_END, NULL);
}

/* "[a b]", "[a; b c]" */
static void
add_list(properties *value, const char *name, char *text)
{
    bool keys = strcmp(name, "keys") == 0;
    bool texts = strcmp(name, "values") == 0 || strcmp(name, "depends") == 0;
    const char *separator = keys || strchr(text, ';') != NULL ? ";" : " ";
    uint32_t place = 0;
    char *rest = NULL;

    add(value, name, DUNLIN_PROPERTY_LIST_BEGIN, NULL);
    text[strlen(text) - 1] = '\0';
    for (char *item = strtok_r(text + 1, separator, &rest); item != NULL;
         item = strtok_r(NULL, separator, &rest)) {
        item += strspn(item, " ");
        if (keys)
            add_key(value, item, place++);
        else
            add(value, "", texts ? DUNLIN_PROPERTY_TEXT : DUNLIN_PROPERTY_IDENTIFIER, item)->index =
                place++;
    }
    add(value, "", DUNLIN_PROPERTY_END, NULL);
}

static void
add_property(properties *value, const char *name, char *text)
{
    static const char *const expressions[] = {"default",    "generated",     "expr", "where",
                                              "definition", "on_update_now", NULL};

    if (text == NULL || strcmp(text, "false") == 0)
        add(value, name, DUNLIN_PROPERTY_BOOLEAN, NULL)->integer = text == NULL;
    else if (*text == '[')
        add_list(value, name, text);
    else if (strcmp(name, "native") == 0)
        add(value, "type", DUNLIN_PROPERTY_EXPRESSION, text);
    else
        add(value, name,
            is_one_of(name, expressions) ? DUNLIN_PROPERTY_EXPRESSION : DUNLIN_PROPERTY_TEXT, text);
}

/* --- lines -------------------------------------------------------------------------------------- */
static uint64_t
cut_path(fake_schema *schema, char *text, dunlin_string **path)
{
    uint64_t count = 0;
    char *rest = NULL;

    *path = take(schema, 4 * sizeof **path);
    for (char *name = strtok_r(text, "/", &rest); name != NULL && count < 4;
         name = strtok_r(NULL, "/", &rest))
        (*path)[count++] = fake_string(name);
    return count;
}

static bool
is_flag(dunlin_operation *operation, const char *name)
{
    if (strcmp(name, "cascade") == 0)
        operation->flags |= DUNLIN_OPERATION_CASCADE;
    else if (strcmp(name, "or_replace") == 0)
        operation->flags |= DUNLIN_OPERATION_OR_REPLACE;
    else if (strcmp(name, "if_not_exists") == 0)
        operation->condition = DUNLIN_CONDITION_IF_NOT_EXISTS;
    else
        return false;
    return true;
}

static void
read_part(fake_schema *schema, dunlin_operation *operation, properties *value, char *part)
{
    char *text = strchr(part, '=');
    dunlin_string *names;

    part += strspn(part, " ");
    if (text != NULL)
        *text++ = '\0';
    if (text == NULL && is_flag(operation, part))
        return;
    if (text != NULL && strcmp(part, "to") == 0) {
        names = take(schema, 3 * sizeof *names);
        for (uint64_t i = 0; i < operation->path_count; i++)
            names[i] = operation->path[i];
        names[operation->path_count - 1] = fake_string(text);
        operation->new_path = names;
        operation->new_path_count = operation->path_count;
    } else if (text != NULL && strcmp(part, "unset") == 0) {
        names = take(schema, sizeof *names);
        *names = fake_string(text);
        operation->unset = names;
        operation->unset_count = 1;
    } else if (text != NULL && strcmp(part, "using") == 0) {
        operation->using_expression = fake_string(text);
    } else if (text != NULL && strcmp(part, "body") == 0) {
        operation->body = fake_string(text);
    } else {
        add_property(value, part, text);
    }
}

/* "kind path | part | part" */
static void
read_line(fake_schema *schema, char *line, dunlin_operation *operation)
{
    properties value = {.list = take(schema, MOST_PROPERTIES * sizeof *value.list)};
    char *path;
    char *part = strstr(line, " | ");
    dunlin_string *names;

    while (part != NULL) { /* cut into parts first */
        *part = '\0';
        part = strstr(part + 3, " | ");
    }
    path = strchr(line, ' ');
    assert_non_null(path);
    *path++ = '\0';
    operation->kind = fake_string(line);
    part = path + strlen(path) + 3;
    operation->path_count = cut_path(schema, path, &names);
    operation->path = names;
    while (part[-1] != '\n') { /* the copy ends so */
        char *next = part + strlen(part) + 3;

        read_part(schema, operation, &value, part);
        part = next;
    }
    operation->set = value.list;
    operation->set_count = value.count;
}

static void
add_line(fake_schema *schema, const char *line, size_t length)
{
    static const char signs[] = "+~->";
    static const int32_t verbs[] = {DUNLIN_VERB_CREATE, DUNLIN_VERB_ALTER, DUNLIN_VERB_DROP,
                                    DUNLIN_VERB_RENAME};
    dunlin_operation operation = {.size = sizeof operation};
    const char *sign = strchr(signs, *line);
    char *text;

    if (*line == '!') {
        operation.verb = DUNLIN_VERB_DATA;
        operation.body = fake_string(copy(schema, line + 2, length - 2));
        schema->operations[schema->operation_count++] = operation;
        return;
    }
    if (sign != NULL) {
        line += 2;
        length -= 2;
    }
    text = take(schema, length + 8);
    memcpy(text, line, length);
    memcpy(text + length, "\0\0\n", 3);
    read_line(schema, text, &operation);
    if (sign != NULL) {
        operation.verb = verbs[sign - signs];
        schema->operations[schema->operation_count++] = operation;
        return;
    }
    schema->facts[schema->fact_count++] = (dunlin_fact){.size = sizeof(dunlin_fact),
                                                        .kind = operation.kind,
                                                        .path = operation.path,
                                                        .path_count = operation.path_count,
                                                        .properties = operation.set,
                                                        .property_count = operation.set_count};
}

void
fake_schema_read(fake_schema *schema, const char *text)
{
    memset(schema, 0, sizeof *schema);
    schema->operations = take(schema, MOST_LINES * sizeof *schema->operations);
    schema->operation_list = take(schema, MOST_LINES * sizeof *schema->operation_list);
    schema->facts = take(schema, MOST_LINES * sizeof *schema->facts);
    schema->fact_list = take(schema, MOST_LINES * sizeof *schema->fact_list);
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");

        if (length > 0)
            add_line(schema, text, length);
        text += length + (text[length] == '\n');
    }
    for (size_t i = 0; i < schema->operation_count; i++)
        schema->operation_list[i] = &schema->operations[i];
    for (size_t i = 0; i < schema->fact_count; i++)
        schema->fact_list[i] = &schema->facts[i];
}

/* --- facts of a database --------------------------------------------------------------------------- */
static dunlin_string
keep_string(fake_schema *schema, dunlin_string text)
{
    return (dunlin_string){copy(schema, text.length > 0 ? text.data : "", text.length),
                           text.length};
}

static int32_t
keep_fact(const dunlin_fact *fact, void *context)
{
    fake_schema *schema = context;
    dunlin_fact *kept = &schema->facts[schema->fact_count];
    dunlin_string *path = take(schema, fact->path_count * sizeof *path);
    dunlin_property *list = take(schema, fact->property_count * sizeof *list);

    assert_true(schema->fact_count < MOST_LINES);
    *kept = *fact;
    kept->kind = keep_string(schema, fact->kind);
    for (uint64_t i = 0; i < fact->path_count; i++)
        path[i] = keep_string(schema, fact->path[i]);
    for (uint64_t i = 0; i < fact->property_count; i++) {
        list[i] = fact->properties[i];
        list[i].name = keep_string(schema, list[i].name);
        list[i].text = keep_string(schema, list[i].text);
    }
    kept->path = path;
    kept->properties = list;
    schema->fact_list[schema->fact_count++] = kept;
    return DUNLIN_OK;
}

void
fake_schema_introspect(fake_host *host, dunlin_connection *connection, fake_schema *facts)
{
    const dunlin_scope scope = {.size = sizeof scope, .depth = DUNLIN_SCOPE_FACTS};

    fake_schema_read(facts, "");
    host->keep_fact = keep_fact;
    host->keep_context = facts;
    assert_done(host, host->driver->introspect(fake_call(host), connection, &scope));
    host->keep_fact = NULL;
    host->facts = facts->fact_list;
    host->fact_count = facts->fact_count;
}

/* --- rendering and running ---------------------------------------------------------------------------- */
const char *
fake_render(fake_host *host, int32_t mode, const fake_schema *schema)
{
    fake_forget_steps(host);
    assert_done(host, host->driver->render(fake_call(host), NULL, mode, schema->operation_list,
                                           schema->operation_count));
    return host->lines;
}

int32_t
fake_apply(fake_host *host, dunlin_connection *connection, const fake_schema *schema)
{
    static const int32_t kinds[] = {[DUNLIN_STEP_BEFORE_BEGIN] = DUNLIN_ITEM_STATEMENT,
                                    [DUNLIN_STEP_PROBE] = DUNLIN_ITEM_CHECK,
                                    [DUNLIN_STEP_STATEMENT] = DUNLIN_ITEM_STATEMENT,
                                    [DUNLIN_STEP_CHECK] = DUNLIN_ITEM_CHECK,
                                    [DUNLIN_STEP_POST_CONDITION] = DUNLIN_ITEM_CHECK,
                                    [DUNLIN_STEP_FINALLY] = DUNLIN_ITEM_STATEMENT};
    fake_item items[FAKE_ITEMS] = {{.kind = 0}};
    fake_schema facts;
    int count = 0;
    int32_t status;

    fake_schema_introspect(host, connection, &facts);
    fake_forget_steps(host);
    status = host->driver->render(fake_call(host), NULL, DUNLIN_RENDER_RUN, schema->operation_list,
                                  schema->operation_count);
    for (int i = 0; i < host->step_count && status == DUNLIN_OK; i++) {
        int32_t role = host->steps[i].role;
        int32_t before = i > 0 ? host->steps[i - 1].role : DUNLIN_STEP_BEFORE_BEGIN;

        assert_true(count + 3 < FAKE_ITEMS);
        if (role != DUNLIN_STEP_BEFORE_BEGIN && before == DUNLIN_STEP_BEFORE_BEGIN)
            items[count++].kind = DUNLIN_ITEM_BEGIN;
        if (role == DUNLIN_STEP_FINALLY && before != DUNLIN_STEP_FINALLY)
            items[count++].kind = DUNLIN_ITEM_COMMIT;
        items[count++] = (fake_item){
            .kind = kinds[role], .sql = host->steps[i].sql, .expected = host->steps[i].expected};
        if (i + 1 == host->step_count && role != DUNLIN_STEP_FINALLY)
            items[count++].kind = DUNLIN_ITEM_COMMIT;
    }
    if (status == DUNLIN_OK)
        status = fake_run(host, connection, items, count);
    fake_schema_free(&facts);
    host->facts = NULL;
    host->fact_count = 0;
    return status;
}
