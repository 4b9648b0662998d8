/* SPDX-License-Identifier: MIT */
#include "tests/conformance/fact_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static fact_list *current; /* the one the host pushes to */

/* --- memory --------------------------------------------------------------------------------------- */
static void *
keep(fact_list *list, size_t bytes)
{
    void *memory = calloc(1, bytes > 0 ? bytes : 1);

    assert_non_null(memory);
    if (list->memory_count == list->memory_capacity) {
        list->memory_capacity = 2 * list->memory_capacity + 64;
        list->memory = realloc(list->memory, list->memory_capacity * sizeof(void *));
        assert_non_null(list->memory);
    }
    list->memory[list->memory_count++] = memory;
    return memory;
}

static void
append(void ***array, size_t *count, size_t *capacity, void *one)
{
    if (*count == *capacity) {
        *capacity = 2 * *capacity + 64;
        *array = realloc(*array, *capacity * sizeof(void *));
        assert_non_null(*array);
    }
    (*array)[(*count)++] = one;
}

static dunlin_string
copy_string(fact_list *list, dunlin_string from)
{
    char *copy = keep(list, from.length + 1);

    if (from.length > 0)
        memcpy(copy, from.data, from.length);
    return (dunlin_string){copy, from.length};
}

static dunlin_fact *
copy_fact(fact_list *list, const dunlin_fact *from)
{
    dunlin_fact *copy = keep(list, sizeof(*copy));
    dunlin_string *path = keep(list, from->path_count * sizeof(*path));
    dunlin_property *properties = keep(list, from->property_count * sizeof(*properties));

    *copy = (dunlin_fact){.size = sizeof(*copy),
                          .kind = copy_string(list, from->kind),
                          .path = path,
                          .path_count = from->path_count,
                          .properties = properties,
                          .property_count = from->property_count};
    for (uint64_t i = 0; i < from->path_count; i++)
        path[i] = copy_string(list, from->path[i]);
    for (uint64_t i = 0; i < from->property_count; i++) {
        properties[i] = from->properties[i];
        properties[i].name = copy_string(list, from->properties[i].name);
        properties[i].text = copy_string(list, from->properties[i].text);
    }
    return copy;
}

/* --- services --------------------------------------------------------------------------------------- */
static int32_t
take_fact(const dunlin_call *call, const dunlin_fact *fact)
{
    (void)call;
    append((void ***)&current->facts, &current->count, &current->capacity,
           copy_fact(current, fact));
    return DUNLIN_OK;
}

static int32_t
take_gone(const dunlin_call *call, const dunlin_fact *key)
{
    (void)call;
    append((void ***)&current->gone, &current->gone_count, &current->gone_capacity,
           copy_fact(current, key));
    return DUNLIN_OK;
}

static int32_t
take_unreadable(const dunlin_call *call, const dunlin_fact *key, dunlin_string reason)
{
    (void)call;
    (void)key;
    assert_true(reason.length > 0);
    current->unreadable_count++;
    return DUNLIN_OK;
}

static int32_t
take_step(const dunlin_call *call, const dunlin_step *step)
{
    (void)call;
    append((void ***)&current->steps, &current->step_count, &current->step_capacity,
           (char *)copy_string(current, step->sql).data);
    return DUNLIN_OK;
}

static int32_t
take_note(const dunlin_call *call, const dunlin_note *note)
{
    (void)call;
    append((void ***)&current->notes, &current->note_count, &current->note_capacity,
           (char *)copy_string(current, note->message).data);
    return DUNLIN_OK;
}

static void *
give_scratch(const dunlin_call *call, uint64_t bytes)
{
    (void)call;
    return keep(current, bytes);
}

void
fact_list_begin(fact_list *list, fake_host *host)
{
    memset(list, 0, sizeof(*list));
    current = list;
    host->services.fact = take_fact;
    host->services.gone = take_gone;
    host->services.unreadable = take_unreadable;
    host->services.step = take_step;
    host->services.note = take_note;
    host->services.scratch = give_scratch;
}

void
fact_list_clear(fact_list *list)
{
    for (size_t i = 0; i < list->memory_count; i++)
        free(list->memory[i]);
    list->memory_count = list->count = list->gone_count = list->step_count = list->note_count = 0;
    list->unreadable_count = 0;
}

void
fact_list_end(fact_list *list)
{
    fact_list_clear(list);
    free(list->facts);
    free(list->gone);
    free(list->steps);
    free(list->notes);
    free(list->memory);
    memset(list, 0, sizeof(*list));
}

/* --- printing ----------------------------------------------------------------------------------------- */
typedef struct printing {
    char *data;
    size_t length;
    size_t capacity;
} printing;

static void
print(printing *work, const char *text, size_t length)
{
    if (work->length + length + 1 > work->capacity) {
        work->capacity = 2 * (work->length + length + 1);
        work->data = realloc(work->data, work->capacity);
        assert_non_null(work->data);
    }
    memcpy(work->data + work->length, text, length);
    work->length += length;
    work->data[work->length] = '\0';
}

static void
print_text(printing *work, dunlin_string text)
{
    print(work, "\"", 1);
    for (uint64_t i = 0; i < text.length; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\')
            print(work, "\\", 1);
        if (text.data[i] == '\n')
            print(work, "\\n", 2);
        else
            print(work, text.data + i, 1);
    }
    print(work, "\"", 1);
}

static void
print_one(printing *work, const dunlin_property *property)
{
    char number[32];

    switch (property->type) {
    case DUNLIN_PROPERTY_INTEGER:
        snprintf(number, sizeof(number), "%lld", (long long)property->integer);
        print(work, number, strlen(number));
        break;
    case DUNLIN_PROPERTY_BOOLEAN:
        print(work, property->integer ? "true" : "false", property->integer ? 4 : 5);
        break;
    case DUNLIN_PROPERTY_LIST_BEGIN: print(work, "[", 1); break;
    case DUNLIN_PROPERTY_STRUCT_BEGIN: print(work, "{", 1); break;
    default: print_text(work, property->text); break;
    }
}

static void
print_members(printing *work, const dunlin_fact *fact)
{
    char closers[32];
    int depth = 0;
    bool first = true;

    print(work, "{", 1);
    for (uint64_t i = 0; i < fact->property_count; i++) {
        const dunlin_property *property = &fact->properties[i];

        if (property->type == DUNLIN_PROPERTY_END) {
            assert_true(depth > 0);
            print(work, &closers[--depth], 1);
            first = false;
            continue;
        }
        print(work, ",", first ? 0 : 1);
        if (property->name.length > 0) {
            print_text(work, property->name);
            print(work, ":", 1);
        }
        print_one(work, property);
        first = property->type == DUNLIN_PROPERTY_LIST_BEGIN ||
                property->type == DUNLIN_PROPERTY_STRUCT_BEGIN;
        if (first) {
            assert_true(depth < (int)sizeof(closers));
            closers[depth++] = property->type == DUNLIN_PROPERTY_LIST_BEGIN ? ']' : '}';
        }
    }
    assert_int_equal(depth, 0);
    print(work, "}", 1);
}

static void
print_key(printing *work, const dunlin_fact *fact)
{
    print(work, fact->kind.data, fact->kind.length);
    print(work, " ", 1);
    for (uint64_t i = 0; i < fact->path_count; i++) {
        print(work, "/", i > 0 ? 1 : 0);
        print(work, fact->path[i].data, fact->path[i].length);
    }
}

static char *
hand_over(fact_list *list, printing *work)
{
    char *copy = keep(list, work->length + 1);

    if (work->length > 0)
        memcpy(copy, work->data, work->length);
    free(work->data);
    return copy;
}

char *
fact_list_line(fact_list *list, const dunlin_fact *fact)
{
    printing work = {0};

    print_key(&work, fact);
    print(&work, " ", 1);
    print_members(&work, fact);
    return hand_over(list, &work);
}

static int
compare_facts(const void *left, const void *right)
{
    const dunlin_fact *one = *(dunlin_fact *const *)left;
    const dunlin_fact *other = *(dunlin_fact *const *)right;
    printing first = {0};
    printing second = {0};
    int order;

    print_key(&first, one);
    print_key(&second, other);
    order = strcmp(first.data, second.data);
    free(first.data);
    free(second.data);
    return order;
}

const char *
fact_list_text(fact_list *list)
{
    printing work = {0};

    qsort(list->facts, list->count, sizeof(*list->facts), compare_facts);
    for (size_t i = 0; i < list->count; i++) {
        const char *line = fact_list_line(list, list->facts[i]);

        print(&work, line, strlen(line));
        print(&work, "\n", 1);
    }
    return hand_over(list, &work);
}

const dunlin_fact *
fact_list_find(const fact_list *list, const char *kind, const char *path)
{
    char wanted[1024];

    snprintf(wanted, sizeof(wanted), "%s %s", kind, path);
    for (size_t i = 0; i < list->count; i++) {
        printing work = {0};
        bool found;

        print_key(&work, list->facts[i]);
        found = strcmp(work.data, wanted) == 0;
        free(work.data);
        if (found)
            return list->facts[i];
    }
    return NULL;
}

const char *
fact_list_value(fact_list *list, const char *kind, const char *path)
{
    const dunlin_fact *fact = fact_list_find(list, kind, path);
    printing work = {0};

    if (fact == NULL)
        return "";
    print_members(&work, fact);
    return hand_over(list, &work);
}

const char *
fact_list_gone(fact_list *list)
{
    printing work = {0};

    for (size_t i = 0; i < list->gone_count; i++) {
        print_key(&work, list->gone[i]);
        print(&work, "\n", 1);
    }
    return hand_over(list, &work);
}

static const char *
join(fact_list *list, char **texts, size_t count)
{
    printing work = {0};

    for (size_t i = 0; i < count; i++) {
        print(&work, texts[i], strlen(texts[i]));
        print(&work, "\n", 1);
    }
    return hand_over(list, &work);
}

const char *
fact_list_steps(fact_list *list)
{
    return join(list, list->steps, list->step_count);
}

const char *
fact_list_notes(fact_list *list)
{
    return join(list, list->notes, list->note_count);
}

/* --- keys and operations ------------------------------------------------------------------------------- */
const dunlin_fact *
fact_list_key(fact_list *list, const char *kind, const char *path)
{
    dunlin_fact *key = keep(list, sizeof(*key));
    dunlin_string *names = keep(list, 8 * sizeof(*names));
    char *copy = keep(list, strlen(path) + 1);

    strcpy(copy, path);
    *key = (dunlin_fact){.size = sizeof(*key), .kind = fake_string(kind), .path = names};
    for (;;) {
        char *end = strchr(copy, '/');

        if (end != NULL)
            *end = '\0';
        names[key->path_count++] = fake_string(copy);
        if (end == NULL)
            return key;
        copy = end + 1;
    }
}

static bool
is_kind(const dunlin_fact *fact, const char *kind)
{
    return fact->kind.length == strlen(kind) &&
           memcmp(fact->kind.data, kind, fact->kind.length) == 0;
}

static bool
belongs_to(const dunlin_fact *fact, const dunlin_fact *table)
{
    if (fact->path_count <= table->path_count)
        return false;
    for (uint64_t i = 0; i < table->path_count; i++)
        if (fact->path[i].length != table->path[i].length ||
            memcmp(fact->path[i].data, table->path[i].data, table->path[i].length) != 0)
            return false;
    return true;
}

/* Without members that nobody compares. */
static dunlin_operation *
operation_of(fact_list *list, const dunlin_fact *fact)
{
    static const char *const informational[] = {"order", "depends", "version"};
    dunlin_operation *operation = keep(list, sizeof(*operation));
    dunlin_property *set = keep(list, fact->property_count * sizeof(*set));
    int depth = 0;
    bool skips = false;

    *operation = (dunlin_operation){.size = sizeof(*operation),
                                    .verb = DUNLIN_VERB_CREATE,
                                    .kind = fact->kind,
                                    .path = fact->path,
                                    .path_count = fact->path_count,
                                    .set = set};
    for (uint64_t i = 0; i < fact->property_count; i++) {
        const dunlin_property *one = &fact->properties[i];

        if (depth == 0) {
            skips = false;
            for (size_t k = 0; k < 3; k++)
                skips = skips || (one->name.length == strlen(informational[k]) &&
                                  memcmp(one->name.data, informational[k], one->name.length) == 0);
        }
        if (one->type == DUNLIN_PROPERTY_LIST_BEGIN || one->type == DUNLIN_PROPERTY_STRUCT_BEGIN)
            depth++;
        else if (one->type == DUNLIN_PROPERTY_END)
            depth--;
        if (!skips)
            set[operation->set_count++] = *one;
    }
    return operation;
}

typedef struct operations {
    fact_list *list;
    const dunlin_operation **all;
    size_t count;
} operations;

static void
take_kind(operations *work, const char *kind)
{
    for (size_t i = 0; i < work->list->count; i++)
        if (is_kind(work->list->facts[i], kind))
            work->all[work->count++] = operation_of(work->list, work->list->facts[i]);
}

/* A column's place is that of `order`. */
static void
take_columns(operations *work, const dunlin_fact *table)
{
    bool inside = false;

    for (uint64_t i = 0; i < table->property_count; i++) {
        const dunlin_property *one = &table->properties[i];

        if (one->name.length == 5 && memcmp(one->name.data, "order", 5) == 0)
            inside = true;
        if (one->type == DUNLIN_PROPERTY_END)
            inside = false;
        for (size_t k = 0; inside && k < work->list->count; k++) {
            const dunlin_fact *fact = work->list->facts[k];
            dunlin_string name = fact->path[fact->path_count - 1];

            if (is_kind(fact, DUNLIN_KIND_COLUMN) && belongs_to(fact, table) &&
                one->type == DUNLIN_PROPERTY_IDENTIFIER && name.length == one->text.length &&
                memcmp(name.data, one->text.data, name.length) == 0)
                work->all[work->count++] = operation_of(work->list, fact);
        }
    }
}

static void
take_tables(operations *work, bool children)
{
    static const char *const members[] = {DUNLIN_KIND_PRIMARY_KEY, DUNLIN_KIND_UNIQUE,
                                          DUNLIN_KIND_CHECK, "exclude"};

    for (size_t i = 0; i < work->list->count; i++) {
        const dunlin_fact *table = work->list->facts[i];
        bool is_child = false;

        if (!is_kind(table, DUNLIN_KIND_TABLE))
            continue;
        for (uint64_t k = 0; k < table->property_count; k++)
            is_child = is_child || (table->properties[k].name.length > 0 &&
                                    (memcmp(table->properties[k].name.data, "partition_of",
                                            table->properties[k].name.length) == 0 ||
                                     memcmp(table->properties[k].name.data, "inherits",
                                            table->properties[k].name.length) == 0));
        if (is_child != children)
            continue;
        work->all[work->count++] = operation_of(work->list, table);
        take_columns(work, table);
        for (size_t kind = 0; kind < sizeof(members) / sizeof(members[0]); kind++)
            for (size_t k = 0; k < work->list->count; k++)
                if (is_kind(work->list->facts[k], members[kind]) &&
                    belongs_to(work->list->facts[k], table))
                    work->all[work->count++] = operation_of(work->list, work->list->facts[k]);
    }
}

const dunlin_operation **
fact_list_operations(fact_list *list, size_t *count)
{
    static const char *const before[] = {DUNLIN_KIND_SCHEMA,   DUNLIN_KIND_EXTENSION,
                                         DUNLIN_KIND_ENUM,     DUNLIN_KIND_DOMAIN,
                                         DUNLIN_KIND_SEQUENCE, NULL};
    static const char *const after[] = {
        DUNLIN_KIND_FOREIGN_KEY, DUNLIN_KIND_INDEX, DUNLIN_KIND_FUNCTION,
        DUNLIN_KIND_PROCEDURE,   DUNLIN_KIND_VIEW,  DUNLIN_KIND_MATERIALIZED_VIEW,
        DUNLIN_KIND_TRIGGER,     "policy",          NULL};
    operations work = {.list = list};

    fact_list_text(list); /* sorts */
    work.all = keep(list, (list->count + 1) * sizeof(*work.all));
    for (const char *const *kind = before; *kind != NULL; kind++)
        take_kind(&work, *kind);
    take_tables(&work, false);
    take_tables(&work, true);
    for (const char *const *kind = after; *kind != NULL; kind++)
        take_kind(&work, *kind);
    *count = work.count;
    return work.all;
}
