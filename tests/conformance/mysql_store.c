/* SPDX-License-Identifier: MIT */
#include "tests/conformance/mysql_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

fact_store *store_to;
fact_store *store_from;

/* --- keeping --------------------------------------------------------------------------------------- */
static dunlin_string
keep(dunlin_string text)
{
    char *copy = malloc(text.length + 1);

    assert_non_null(copy);
    if (text.length > 0)
        memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return (dunlin_string){copy, text.length};
}

static void
print_members(FILE *file, const dunlin_property *items, uint64_t count, int with_order)
{
    int comma = 0;

    for (uint64_t i = 0; i < count; i++) {
        const dunlin_property *item = &items[i];

        if (item->type == DUNLIN_PROPERTY_END) {
            fputc(']', file);
            comma = 1;
            continue;
        }
        if (!with_order && strcmp(item->name.data, "order") == 0) {
            while (items[i].type != DUNLIN_PROPERTY_END)
                i++;
            continue;
        }
        fprintf(file, "%s%.*s%s", comma ? "," : "", (int)item->name.length, item->name.data,
                item->name.length > 0 ? ":" : "");
        comma = 1;
        if (item->type == DUNLIN_PROPERTY_LIST_BEGIN ||
            item->type == DUNLIN_PROPERTY_STRUCT_BEGIN) {
            fputc('[', file);
            comma = 0;
        } else if (item->type == DUNLIN_PROPERTY_INTEGER || item->type == DUNLIN_PROPERTY_BOOLEAN) {
            fprintf(file, "%lld", (long long)item->integer);
        } else {
            fprintf(file, "%.*s", (int)item->text.length, item->text.data);
        }
    }
}

static char *
print_fact(const dunlin_fact *fact, int32_t told, int with_order)
{
    static const char *const leads[] = {"", "gone ", "unreadable "};
    char *line = NULL;
    size_t size;
    FILE *file = open_memstream(&line, &size);

    assert_non_null(file);
    fprintf(file, "%s%.*s ", leads[told], (int)fact->kind.length, fact->kind.data);
    for (uint64_t i = 0; i < fact->path_count; i++)
        fprintf(file, "%s%.*s", i > 0 ? "/" : "", (int)fact->path[i].length, fact->path[i].data);
    if (fact->property_count > 0)
        fputc(' ', file);
    print_members(file, fact->properties, fact->property_count, with_order);
    fclose(file);
    return line;
}

static int32_t
keep_fact(const dunlin_fact *fact, int32_t told)
{
    kept_fact *kept;
    dunlin_string *path;
    dunlin_property *properties;

    assert_non_null(store_to);
    if (store_to->count == store_to->capacity) {
        store_to->capacity = store_to->capacity * 2 + 64;
        store_to->facts = realloc(store_to->facts, store_to->capacity * sizeof(kept_fact));
        assert_non_null(store_to->facts);
    }
    kept = &store_to->facts[store_to->count++];
    path = calloc(fact->path_count + 1, sizeof(*path));
    properties = calloc(fact->property_count + 1, sizeof(*properties));
    assert_non_null(path);
    assert_non_null(properties);
    for (uint64_t i = 0; i < fact->path_count; i++)
        path[i] = keep(fact->path[i]);
    for (uint64_t i = 0; i < fact->property_count; i++) {
        properties[i] = fact->properties[i];
        properties[i].name = keep(fact->properties[i].name);
        properties[i].text = keep(fact->properties[i].text);
    }
    kept->fact = *fact;
    kept->fact.kind = keep(fact->kind);
    kept->fact.path = path;
    kept->fact.properties = properties;
    kept->told = told;
    kept->line = NULL;
    return DUNLIN_OK;
}

void
store_clear(fact_store *store)
{
    for (size_t i = 0; i < store->count; i++) {
        dunlin_fact *fact = &store->facts[i].fact;

        for (uint64_t k = 0; k < fact->path_count; k++)
            free((char *)fact->path[k].data);
        for (uint64_t k = 0; k < fact->property_count; k++) {
            free((char *)fact->properties[k].name.data);
            free((char *)fact->properties[k].text.data);
        }
        free((char *)fact->kind.data);
        free((dunlin_string *)fact->path);
        free((dunlin_property *)fact->properties);
        free(store->facts[i].line);
    }
    free(store->facts);
    free(store->text);
    memset(store, 0, sizeof(*store));
}

static int
by_line(const void *left, const void *right)
{
    return strcmp(((const kept_fact *)left)->line, ((const kept_fact *)right)->line);
}

const char *
store_print(fact_store *store, int with_order)
{
    size_t size;
    FILE *file;

    for (size_t i = 0; i < store->count; i++) {
        free(store->facts[i].line);
        store->facts[i].line = print_fact(&store->facts[i].fact, store->facts[i].told, with_order);
    }
    if (store->count > 0)
        qsort(store->facts, store->count, sizeof(kept_fact), by_line);
    free(store->text);
    store->text = NULL;
    file = open_memstream(&store->text, &size);
    assert_non_null(file);
    for (size_t i = 0; i < store->count; i++)
        if (with_order == 0 || strstr(store->facts[i].line, "implied:1") == NULL)
            fprintf(file, "%s\n", store->facts[i].line);
    fclose(file);
    return store->text;
}

/* --- services --- */
static int32_t
take_fact(const dunlin_call *call, const dunlin_fact *fact)
{
    (void)call;
    return keep_fact(fact, 0);
}

static int32_t
take_gone(const dunlin_call *call, const dunlin_fact *fact)
{
    (void)call;
    return keep_fact(fact, 1);
}

static int32_t
take_unreadable(const dunlin_call *call, const dunlin_fact *fact, dunlin_string reason)
{
    (void)call;
    assert_true(reason.length > 0);
    return keep_fact(fact, 2);
}

static int
same(dunlin_string left, dunlin_string right)
{
    return left.length == right.length && strncasecmp(left.data, right.data, left.length) == 0;
}

static int32_t
find(const dunlin_call *call, const dunlin_fact *key, const dunlin_fact **found)
{
    uint64_t count = key->path_count;

    (void)call;
    *found = NULL;
    if (strcmp(key->kind.data, "pk") == 0)
        count = 1;
    for (size_t i = 0; store_from != NULL && i < store_from->count && *found == NULL; i++) {
        const dunlin_fact *fact = &store_from->facts[i].fact;
        int is = same(fact->kind, key->kind) && fact->path_count >= count;

        for (uint64_t k = 0; k < count && is; k++)
            is = same(fact->path[k], key->path[k]);
        if (is)
            *found = fact;
    }
    return DUNLIN_OK;
}

static int32_t
each(const dunlin_call *call, dunlin_string kind,
     int32_t (*visit)(const dunlin_fact *fact, void *context), void *context)
{
    int32_t status = DUNLIN_OK;

    (void)call;
    for (size_t i = 0; store_from != NULL && i < store_from->count && status == DUNLIN_OK; i++)
        if (same(store_from->facts[i].fact.kind, kind))
            status = visit(&store_from->facts[i].fact, context);
    return status;
}

static int32_t
each_member(const dunlin_call *call, dunlin_string kind, const dunlin_string *path,
            uint64_t path_count, int32_t (*visit)(const dunlin_fact *fact, void *context),
            void *context)
{
    int32_t status = DUNLIN_OK;

    (void)call;
    for (size_t i = 0; store_from != NULL && i < store_from->count && status == DUNLIN_OK; i++) {
        const dunlin_fact *fact = &store_from->facts[i].fact;
        int is = (kind.length == 0 || same(fact->kind, kind)) && fact->path_count == path_count + 1;

        for (uint64_t k = 0; k < path_count && is; k++)
            is = same(fact->path[k], path[k]);
        if (is)
            status = visit(fact, context);
    }
    return status;
}

void
store_serve(fake_host *to)
{
    to->services.fact = take_fact;
    to->services.gone = take_gone;
    to->services.unreadable = take_unreadable;
    to->services.find = find;
    to->services.each = each;
    to->services.members = each_member;
}

void
store_read_keys(fact_store *store, dunlin_connection *connection, const dunlin_fact *const *wanted,
                uint64_t count)
{
    dunlin_scope scope = {
        .size = sizeof(scope), .depth = DUNLIN_SCOPE_FACTS, .keys = wanted, .key_count = count};

    store_clear(store);
    store_to = store;
    assert_done(&host, driver->introspect(fake_call(&host), connection, &scope));
}

void
store_read(fact_store *store, dunlin_connection *connection)
{
    store_read_keys(store, connection, NULL, 0);
}

const kept_fact *
store_find(const fact_store *store, const char *kind, const char *path)
{
    for (size_t i = 0; i < store->count; i++) {
        char *line = print_fact(&store->facts[i].fact, 0, 0);
        size_t lead = strlen(kind);
        int is = strncmp(line, kind, lead) == 0 && line[lead] == ' ' &&
                 strncmp(line + lead + 1, path, strlen(path)) == 0 &&
                 strchr(" ", line[lead + 1 + strlen(path)]) != NULL;

        free(line);
        if (is)
            return &store->facts[i];
    }
    return NULL;
}

/* --- operations --- */
static const char *const order[] = {"sequence", "table",     "index", "fk",
                                    "function", "procedure", "view",  "trigger"};
static const char *const members[] = {"pk", "unique", "check"};

static int
is_kind(const dunlin_fact *fact, const char *kind)
{
    return strcmp(fact->kind.data, kind) == 0;
}

static void
add_operation(operation_list *list, const dunlin_fact *fact)
{
    list->operations[list->count++] = (dunlin_operation){
        .size = sizeof(dunlin_operation),
        .verb = DUNLIN_VERB_CREATE,
        .kind = fact->kind,
        .path = fact->path,
        .path_count = fact->path_count,
        .set = fact->properties,
        .set_count = fact->property_count,
    };
}

static int
is_implied(const dunlin_fact *fact)
{
    for (uint64_t i = 0; i < fact->property_count; i++)
        if (strcmp(fact->properties[i].name.data, "implied") == 0)
            return 1;
    return 0;
}

void
operations_of(const fact_store *store, operation_list *list)
{
    list->count = 0;
    list->operations = calloc(store->count + 1, sizeof(dunlin_operation));
    list->list = calloc(store->count + 1, sizeof(dunlin_operation *));
    assert_non_null(list->operations);
    assert_non_null(list->list);
    for (int kind = 0; kind < COUNT(order); kind++)
        for (size_t i = 0; i < store->count; i++) {
            const dunlin_fact *fact = &store->facts[i].fact;

            if (!is_kind(fact, order[kind]) || is_implied(fact))
                continue;
            add_operation(list, fact);
            for (uint64_t k = 0; kind == 1 && k < fact->property_count; k++)
                for (size_t c = 0; c < store->count; c++)
                    if (fact->properties[k].type == DUNLIN_PROPERTY_IDENTIFIER &&
                        is_kind(&store->facts[c].fact, "column") &&
                        same(store->facts[c].fact.path[0], fact->path[0]) &&
                        same(store->facts[c].fact.path[1], fact->properties[k].text))
                        add_operation(list, &store->facts[c].fact);
            for (int member = 0; kind == 1 && member < COUNT(members); member++)
                for (size_t k = 0; k < store->count; k++)
                    if (is_kind(&store->facts[k].fact, members[member]) &&
                        same(store->facts[k].fact.path[0], fact->path[0]))
                        add_operation(list, &store->facts[k].fact);
        }
    for (size_t i = 0; i < list->count; i++)
        list->list[i] = &list->operations[i];
}

void
operations_free(operation_list *list)
{
    free(list->operations);
    free(list->list);
    memset(list, 0, sizeof(*list));
}
