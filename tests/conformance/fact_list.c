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
void *
fact_list_keep(fact_list *list, size_t bytes)
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
    char *copy = fact_list_keep(list, from.length + 1);

    if (from.length > 0)
        memcpy(copy, from.data, from.length);
    return (dunlin_string){copy, from.length};
}

static dunlin_fact *
copy_fact(fact_list *list, const dunlin_fact *from)
{
    dunlin_fact *copy = fact_list_keep(list, sizeof(*copy));
    dunlin_string *path = fact_list_keep(list, from->path_count * sizeof(*path));
    dunlin_property *properties = fact_list_keep(list, from->property_count * sizeof(*properties));

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
    return fact_list_keep(current, bytes);
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
fact_list_use(fact_list *list)
{
    current = list;
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
    char *copy = fact_list_keep(list, work->length + 1);

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
