/* SPDX-License-Identifier: MIT
 *
 * Facts and operations out of text, and operations out of facts.
 */
#include "tests/conformance/fact_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- keys and operations ------------------------------------------------------------------------------- */
const dunlin_fact *
fact_list_key(fact_list *list, const char *kind, const char *path)
{
    dunlin_fact *key = fact_list_keep(list, sizeof(*key));
    dunlin_string *names = fact_list_keep(list, 8 * sizeof(*names));
    char *copy = fact_list_keep(list, strlen(path) + 1);

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
is_text(dunlin_string text, const char *words)
{
    return text.length == strlen(words) && memcmp(text.data, words, text.length) == 0;
}

static bool
is_kind(const dunlin_fact *fact, const char *kind)
{
    return is_text(fact->kind, kind);
}

/* --- reading ------------------------------------------------------------------------------------------- */
typedef struct reading {
    fact_list *list;
    const char *at;
    dunlin_property *properties;
    size_t count;
} reading;

static int32_t
type_of_member(dunlin_string name)
{
    static const char *const expressions[] = {"default", "generated",  "expr",
                                              "where",   "using",      "check",
                                              "checks",  "definition", "on_update"};
    static const char *const names[] = {"columns", "ref",       "ref_columns", "include",  "order",
                                        "column",  "type_path", "check_names", "owned_by", "after"};

    for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++)
        if (name.length == strlen(expressions[i]) &&
            memcmp(name.data, expressions[i], name.length) == 0)
            return DUNLIN_PROPERTY_EXPRESSION;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (name.length == strlen(names[i]) && memcmp(name.data, names[i], name.length) == 0)
            return DUNLIN_PROPERTY_IDENTIFIER;
    return DUNLIN_PROPERTY_TEXT;
}

static dunlin_string
read_string(reading *work)
{
    char *text = fact_list_keep(work->list, strlen(work->at) + 1);
    uint64_t length = 0;

    assert_int_equal(*work->at, '"');
    for (work->at++; *work->at != '"'; work->at++) {
        assert_int_not_equal(*work->at, 0);
        if (*work->at == '\\') {
            work->at++;
            text[length++] = *work->at == 'n' ? '\n' : *work->at;
        } else {
            text[length++] = *work->at;
        }
    }
    work->at++;
    return (dunlin_string){text, length};
}

static void read_value(reading *work, dunlin_property property, int32_t text_type);

/* Members up to the closing bracket, which is passed over. */
static void
read_members(reading *work, char closer, int32_t text_type)
{
    uint32_t index = 0;

    while (*work->at != closer) {
        dunlin_property property = {.name = fake_string("")};

        if (closer == '}') {
            property.name = read_string(work);
            assert_int_equal(*work->at++, ':');
            text_type = type_of_member(property.name);
        } else {
            property.index = index++;
        }
        read_value(work, property, text_type);
        if (*work->at == ',')
            work->at++;
    }
    work->at++;
}

static void
read_value(reading *work, dunlin_property property, int32_t text_type)
{
    dunlin_property *one = &work->properties[work->count++];

    if (*work->at == '"') {
        property.type = text_type;
        property.text = read_string(work);
    } else if (*work->at == '[' || *work->at == '{') {
        char closer = *work->at == '[' ? ']' : '}';

        property.type =
            *work->at++ == '[' ? DUNLIN_PROPERTY_LIST_BEGIN : DUNLIN_PROPERTY_STRUCT_BEGIN;
        *one = property;
        read_members(work, closer, text_type);
        work->properties[work->count++] = (dunlin_property){
            .name = fake_string(""), .type = DUNLIN_PROPERTY_END, .text = fake_string("")};
        return;
    } else if (*work->at == 't' || *work->at == 'f') {
        property.type = DUNLIN_PROPERTY_BOOLEAN;
        property.integer = *work->at == 't';
        work->at += property.integer ? 4 : 5;
    } else {
        char *end;

        property.type = DUNLIN_PROPERTY_INTEGER;
        property.integer = strtoll(work->at, &end, 10);
        assert_ptr_not_equal(end, work->at);
        work->at = end;
    }
    *one = property;
}

dunlin_fact *
fact_list_read(fact_list *list, const char *kind, const char *path, const char *json)
{
    dunlin_fact *fact = fact_list_keep(list, sizeof(*fact));
    reading work = {.list = list, .at = json + 1};

    *fact = *fact_list_key(list, kind, path);
    work.properties = fact_list_keep(list, (strlen(json) + 1) * sizeof(*work.properties));
    assert_int_equal(*json, '{');
    read_members(&work, '}', DUNLIN_PROPERTY_TEXT);
    fact->properties = work.properties;
    fact->property_count = work.count;
    return fact;
}

static int32_t
verb_of(const char *word)
{
    static const char *const verbs[] = {"CREATE", "ALTER", "DROP", "RENAME", "DATA", "NATIVE"};

    for (int32_t i = 0; i < 6; i++)
        if (strcmp(word, verbs[i]) == 0)
            return DUNLIN_VERB_CREATE + i;
    fail_msg("no verb: %s", word);
    return 0;
}

static void
take_word(fact_list *list, dunlin_operation *operation, const char *word)
{
    static const struct {
        const char *word;
        uint64_t flag;
    } flags[] = {{"CASCADE", DUNLIN_OPERATION_CASCADE},
                 {"CONCURRENTLY", DUNLIN_OPERATION_CONCURRENTLY},
                 {"OR_REPLACE", DUNLIN_OPERATION_OR_REPLACE}};

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if (strcmp(word, flags[i].word) == 0) {
            operation->flags |= flags[i].flag;
            return;
        }
    if (*word == '-') {
        dunlin_string *unset = fact_list_keep(list, 8 * sizeof(*unset));

        for (uint64_t i = 0; i < operation->unset_count; i++)
            unset[i] = operation->unset[i];
        unset[operation->unset_count++] = fake_string(word + 1);
        operation->unset = unset;
    } else {
        const dunlin_fact *key = fact_list_key(list, "", word);

        operation->new_path = key->path;
        operation->new_path_count = key->path_count;
    }
}

dunlin_operation *
fact_list_operation(fact_list *list, const char *words, const char *json)
{
    dunlin_operation *operation = fact_list_keep(list, sizeof(*operation));
    char *copy = fact_list_keep(list, strlen(words) + 1);
    char *place = NULL;
    char *verb;
    char *kind;
    char *path;
    const dunlin_fact *fact;

    strcpy(copy, words);
    verb = strtok_r(copy, " ", &place);
    kind = strtok_r(NULL, " ", &place);
    path = strtok_r(NULL, " ", &place);
    fact = fact_list_read(list, kind, path, json);
    *operation = (dunlin_operation){.size = sizeof(*operation),
                                    .verb = verb_of(verb),
                                    .kind = fact->kind,
                                    .path = fact->path,
                                    .path_count = fact->path_count,
                                    .set = fact->properties,
                                    .set_count = fact->property_count};
    for (char *word = strtok_r(NULL, " ", &place); word != NULL; word = strtok_r(NULL, " ", &place))
        take_word(list, operation, word);
    return operation;
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
    dunlin_operation *operation = fact_list_keep(list, sizeof(*operation));
    dunlin_property *set = fact_list_keep(list, fact->property_count * sizeof(*set));
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
            is_child = is_child || is_text(table->properties[k].name, "partition_of") ||
                       is_text(table->properties[k].name, "inherits");
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

static bool
is_view(const dunlin_fact *fact)
{
    return is_kind(fact, DUNLIN_KIND_VIEW) || is_kind(fact, DUNLIN_KIND_MATERIALIZED_VIEW);
}

/* Whether the text, "view/a/b", is the key of a view that was not taken yet. */
static bool
is_awaited(const operations *work, dunlin_string text, const bool *taken)
{
    for (size_t i = 0; i < work->list->count; i++) {
        const dunlin_fact *fact = work->list->facts[i];
        char *key;

        if (!is_view(fact) || taken[i])
            continue;
        key = fact_list_line(work->list, fact);
        *strstr(key, " {") = '\0';
        *strchr(key, ' ') = '/';
        if (is_text(text, key))
            return true;
    }
    return false;
}

/* Those first that no other one needs. */
static void
take_views(operations *work)
{
    bool *taken = fact_list_keep(work->list, work->list->count * sizeof(*taken));
    bool more = true;

    while (more) {
        more = false;
        for (size_t i = 0; i < work->list->count; i++) {
            const dunlin_fact *view = work->list->facts[i];
            bool waits = !is_view(view) || taken[i];

            for (uint64_t k = 0; !waits && k < view->property_count; k++)
                waits = view->properties[k].type == DUNLIN_PROPERTY_TEXT &&
                        is_awaited(work, view->properties[k].text, taken);
            if (waits)
                continue;
            taken[i] = more = true;
            work->all[work->count++] = operation_of(work->list, view);
        }
    }
}

const dunlin_operation **
fact_list_operations(fact_list *list, size_t *count)
{
    static const char *const before[] = {DUNLIN_KIND_SCHEMA,   DUNLIN_KIND_EXTENSION,
                                         DUNLIN_KIND_ENUM,     DUNLIN_KIND_DOMAIN,
                                         DUNLIN_KIND_SEQUENCE, NULL};
    static const char *const after[] = {DUNLIN_KIND_FOREIGN_KEY, DUNLIN_KIND_FUNCTION,
                                        DUNLIN_KIND_PROCEDURE, NULL};
    static const char *const last[] = {DUNLIN_KIND_INDEX, DUNLIN_KIND_TRIGGER, "policy", NULL};
    operations work = {.list = list};

    fact_list_text(list); /* sorts */
    work.all = fact_list_keep(list, (list->count + 1) * sizeof(*work.all));
    for (const char *const *kind = before; *kind != NULL; kind++)
        take_kind(&work, *kind);
    take_tables(&work, false);
    take_tables(&work, true);
    for (const char *const *kind = after; *kind != NULL; kind++)
        take_kind(&work, *kind);
    take_views(&work);
    for (const char *const *kind = last; *kind != NULL; kind++)
        take_kind(&work, *kind);
    *count = work.count;
    return work.all;
}
