/* SPDX-License-Identifier: MIT
 *
 * Facts and operations from one line of text each:
 *     column users/email type=varchar(40) not_null! default=('x')
 * A path has '/' between its elements ("-" is an empty one); NAME=TEXT, NAME! for a true boolean,
 * NAME=[a,b] for a list of names, NAME={a,b-,c:20,f(d)} for the keys of an index: b descending, 20
 * bytes of c, an expression. Texts hold no blanks; '~' stands for one.
 */
#ifndef DN_TESTS_SCHEMA_FIXTURE_H
#define DN_TESTS_SCHEMA_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/schema/schema.h"

typedef struct schema_fixture {
    dn_arena arena;
    dn_fact_map *map;
    dn_error error;
} schema_fixture;

static inline int
setup_schema(void **state, uint64_t naming)
{
    schema_fixture *fixture = calloc(1, sizeof *fixture);

    fixture->map = dn_fact_map_new(&fixture->arena, naming);
    *state = fixture;
    return fixture->map ? 0 : -1;
}

static inline int
teardown_schema(void **state)
{
    schema_fixture *fixture = *state;

    dn_arena_free(&fixture->arena);
    free(fixture);
    return 0;
}

static inline dunlin_string
word_of(dn_arena *arena, const char *text, size_t length)
{
    char *copy = dn_arena_copy(arena, text, length);

    assert_non_null(copy);
    for (size_t i = 0; i < length; i++)
        if (copy[i] == '~')
            copy[i] = ' ';
    return dn_span(copy, length == 1 && *copy == '-' ? 0 : length);
}

/* One key of an index, up to `length` bytes. */
static inline void
add_key_of(dn_properties *list, const char *text, size_t length)
{
    const char *colon = memchr(text, ':', length);
    size_t name = colon ? (size_t)(colon - text) : length - (text[length - 1] == '-');
    bool expression = memchr(text, '(', name) != NULL;

    dn_properties_add(list, NULL, DUNLIN_PROPERTY_STRUCT_BEGIN, 0, dn_string(NULL));
    dn_properties_add(list, expression ? "expr" : "column",
                      expression ? DUNLIN_PROPERTY_EXPRESSION : DUNLIN_PROPERTY_IDENTIFIER, 0,
                      word_of(list->arena, text, name));
    if (colon)
        dn_properties_add(list, "length", DUNLIN_PROPERTY_INTEGER, strtol(colon + 1, NULL, 10),
                          dn_string(NULL));
    else if (name < length)
        dn_properties_add(list, "desc", DUNLIN_PROPERTY_BOOLEAN, 1, dn_string(NULL));
    dn_properties_add(list, NULL, DUNLIN_PROPERTY_END, 0, dn_string(NULL));
}

static inline void
add_member_of(dn_properties *list, const char *text, size_t length)
{
    const char *equals = memchr(text, '=', length);
    size_t name_length = equals ? (size_t)(equals - text) : length - 1;
    const char *name = dn_arena_copy(list->arena, text, name_length);
    const char *value = equals ? equals + 1 : NULL;

    if (!equals) {
        dn_properties_add(list, name, DUNLIN_PROPERTY_BOOLEAN, 1, dn_string(NULL));
    } else if (*value == '{') {
        dn_properties_add(list, name, DUNLIN_PROPERTY_LIST_BEGIN, 0, dn_string(NULL));
        while (*value != '}') {
            size_t size = strcspn(++value, ",}");

            add_key_of(list, value, size);
            value += size;
        }
        dn_properties_add(list, NULL, DUNLIN_PROPERTY_END, 0, dn_string(NULL));
    } else if (*value == '[') {
        uint32_t index = 0;

        dn_properties_add(list, name, DUNLIN_PROPERTY_LIST_BEGIN, 0, dn_string(NULL));
        while (*value != ']') {
            size_t size = strcspn(++value, ",]");

            dn_properties_add(list, NULL, DUNLIN_PROPERTY_IDENTIFIER, 0,
                              word_of(list->arena, value, size));
            list->items[list->count - 1].index = index++;
            value += size;
        }
        dn_properties_add(list, NULL, DUNLIN_PROPERTY_END, 0, dn_string(NULL));
    } else {
        dn_properties_add(list, name,
                          strcmp(name, "definition") == 0 ? DUNLIN_PROPERTY_EXPRESSION
                                                          : DUNLIN_PROPERTY_TEXT,
                          0, word_of(list->arena, value, (size_t)(text + length - value)));
    }
}

static inline const dunlin_fact *
fact_of(dn_arena *arena, const char *text)
{
    dunlin_fact *fact = dn_arena_alloc(arena, sizeof *fact);
    dunlin_string *path = dn_arena_array(arena, 8, sizeof *path);
    dn_properties list = {.arena = arena};
    size_t length = strcspn(text, " ");

    *fact = (dunlin_fact){.size = sizeof *fact, .path = path};
    fact->kind = word_of(arena, text, length);
    text += length + 1;
    do {
        length = strcspn(text, "/ ");
        path[fact->path_count++] = word_of(arena, text, length);
        text += length;
    } while (*text++ == '/');
    text--;
    while (*text) {
        text += strspn(text, " ");
        length = strcspn(text, " ");
        if (length)
            add_member_of(&list, text, length);
        text += length;
    }
    assert_false(list.failed);
    fact->properties = list.items;
    fact->property_count = list.count;
    return fact;
}

static inline void
given(schema_fixture *fixture, const char *text)
{
    assert_int_equal(dn_fact_map_put(fixture->map, fact_of(&fixture->arena, text), &fixture->error),
                     0);
}

/* "create? table users ..."; '?' is the condition that goes with the verb. RENAME has its new path
 * as the member `to`. */
static inline dunlin_operation *
operation_of(dn_arena *arena, const char *text)
{
    static const char *const verbs[] = {"", "create", "alter", "drop", "rename"};
    dunlin_operation *operation = dn_arena_alloc(arena, sizeof *operation);
    const dunlin_fact *fact;
    size_t length = strcspn(text, " ?");

    memset(operation, 0, sizeof *operation);
    operation->size = sizeof *operation;
    for (int verb = 1; verb < 5; verb++)
        if (strlen(verbs[verb]) == length && memcmp(verbs[verb], text, length) == 0)
            operation->verb = verb;
    assert_int_not_equal(operation->verb, 0);
    if (text[length] == '?')
        operation->condition = operation->verb == DUNLIN_VERB_CREATE
                                   ? DUNLIN_CONDITION_IF_NOT_EXISTS
                                   : DUNLIN_CONDITION_IF_EXISTS;
    fact = fact_of(arena, text + length + strspn(text + length, "? "));
    operation->kind = fact->kind;
    operation->path = fact->path;
    operation->path_count = fact->path_count;
    operation->set = fact->properties;
    operation->set_count = fact->property_count;
    if (operation->verb == DUNLIN_VERB_RENAME) {
        dunlin_string *path = dn_arena_array(arena, 8, sizeof *path);

        memcpy(path, fact->path, fact->path_count * sizeof *path);
        path[fact->path_count - 1] = fact->properties[0].text;
        operation->new_path = path;
        operation->new_path_count = fact->path_count;
        operation->set = NULL;
        operation->set_count = 0;
    }
    return operation;
}

static inline bool
holds(schema_fixture *fixture, const char *text)
{
    const dunlin_fact *wanted = fact_of(&fixture->arena, text);
    const dunlin_fact *found =
        dn_fact_map_find(fixture->map, wanted->kind, wanted->path, wanted->path_count);
    dn_text left = DN_TEXT_INIT;
    dn_text right = DN_TEXT_INIT;
    bool same;

    if (!found)
        return false;
    dn_property_describe(&left, wanted->properties, wanted->property_count);
    dn_property_describe(&right, found->properties, found->property_count);
    same = strcmp(left.data ? left.data : "", right.data ? right.data : "") == 0;
    if (!same)
        print_message("%s: found [%s], wanted [%s]\n", text, right.data ? right.data : "",
                      left.data ? left.data : "");
    dn_text_free(&left);
    dn_text_free(&right);
    return same;
}

/* Facts, one a line. */
static inline dn_fact_map *
schema_of(schema_fixture *fixture, uint64_t naming, const char *text)
{
    dn_fact_map *map = dn_fact_map_new(&fixture->arena, naming);

    assert_non_null(map);
    while (*text) {
        size_t length = strcspn(text, "\n");
        const char *line = dn_arena_copy(&fixture->arena, text, length);

        assert_int_equal(dn_fact_map_put(map, fact_of(&fixture->arena, line), &fixture->error), 0);
        text += length + (text[length] == '\n');
    }
    return map;
}

#endif
