/* SPDX-License-Identifier: MIT
 *
 * introspect() with DUNLIN_SCOPE_FACTS, and realise(): what is found is what was foretold.
 * Facts are compared as lines of text, members by name, without what is informational or unsure,
 * and without the name of a primary key, which some servers choose themselves.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conformance/check.h"

#define PARENT "dunlin_check_parent"
#define CHILD "dunlin_check_child"

enum { FACTS = 64, SET = 24 };

/* A member of a table, as a portable history has it. */
typedef struct wanted {
    const char *table;
    const char *kind;
    const char *name;
    const char *type;    /* of a column */
    const char *flag;    /* a boolean member, or NULL */
    const char *list[2]; /* columns; for an index, its keys */
    const char *ref;     /* of a foreign key */
    const char *ref_columns[2];
} wanted;

static const wanted model[] = {
    {.table = PARENT, .kind = "table"},
    {.table = PARENT, .kind = "column", .name = "a", .type = "integer", .flag = "not_null"},
    {.table = PARENT, .kind = "column", .name = "b", .type = "varchar(40)", .flag = "not_null"},
    {.table = PARENT, .kind = "pk", .name = PARENT "_pkey", .list = {"a", "b"}},
    {.table = CHILD, .kind = "table"},
    {.table = CHILD, .kind = "column", .name = "id", .type = "bigint", .flag = "not_null"},
    {.table = CHILD, .kind = "column", .name = "a", .type = "integer"},
    {.table = CHILD, .kind = "column", .name = "b", .type = "varchar(40)"},
    {.table = CHILD, .kind = "column", .name = "c1", .type = "boolean", .flag = "not_null"},
    {.table = CHILD, .kind = "column", .name = "c2", .type = "smallint"},
    {.table = CHILD, .kind = "column", .name = "c3", .type = "numeric(12,2)"},
    {.table = CHILD, .kind = "column", .name = "c4", .type = "double precision"},
    {.table = CHILD, .kind = "column", .name = "c5", .type = "text"},
    {.table = CHILD, .kind = "column", .name = "c6", .type = "char(3)"},
    {.table = CHILD, .kind = "column", .name = "c7", .type = "blob"},
    {.table = CHILD, .kind = "column", .name = "c8", .type = "date"},
    {.table = CHILD, .kind = "column", .name = "c9", .type = "time"},
    {.table = CHILD, .kind = "column", .name = "c10", .type = "timestamp(6)"},
    {.table = CHILD, .kind = "column", .name = "c11", .type = "timestamptz"},
    {.table = CHILD, .kind = "column", .name = "c12", .type = "json"},
    {.table = CHILD, .kind = "column", .name = "c13", .type = "uuid"},
    {.table = CHILD, .kind = "column", .name = "c14", .type = "real"},
    {.table = CHILD, .kind = "pk", .name = CHILD "_pkey", .list = {"id"}},
    {.table = CHILD, .kind = "unique", .name = "dunlin_check_c2_key", .list = {"c2", "c8"}},
    {.table = CHILD,
     .kind = "fk",
     .name = "dunlin_check_ab_fkey",
     .list = {"a", "b"},
     .ref = PARENT,
     .ref_columns = {"a", "b"}},
    {.table = CHILD, .kind = "index", .name = "dunlin_check_c3_c4", .list = {"c3", "c4"}},
    {.table = CHILD,
     .kind = "index",
     .name = "dunlin_check_c10",
     .flag = "unique",
     .list = {"c10"}},
};
enum { MODEL = sizeof model / sizeof model[0] };

typedef struct built {
    dunlin_operation operations[MODEL];
    const dunlin_operation *operation_list[MODEL];
    dunlin_fact facts[MODEL];
    const dunlin_fact *fact_list[MODEL];
    dunlin_property sets[MODEL][SET];
    dunlin_string paths[MODEL][3];
    dunlin_string namespace; /* of the connection; empty where there is none */
} built;

/* --- building ---------------------------------------------------------------------------------- */
static void
add(dunlin_property *set, size_t *count, const char *name, int32_t type, const char *text,
    uint32_t place)
{
    set[(*count)++] = (dunlin_property){.name = dn_string(name),
                                        .type = type,
                                        .index = place,
                                        .integer = type == DUNLIN_PROPERTY_BOOLEAN,
                                        .text = dn_string(text)};
}

static void
add_names(dunlin_property *set, size_t *count, const char *name, const char *const *list,
          bool as_keys)
{
    if (!list[0])
        return;
    add(set, count, name, DUNLIN_PROPERTY_LIST_BEGIN, "", 0);
    for (uint32_t i = 0; i < 2 && list[i]; i++) {
        if (as_keys)
            add(set, count, "", DUNLIN_PROPERTY_STRUCT_BEGIN, "", i);
        add(set, count, as_keys ? "column" : "", DUNLIN_PROPERTY_IDENTIFIER, list[i], i);
        if (as_keys)
            add(set, count, "", DUNLIN_PROPERTY_END, "", 0);
    }
    add(set, count, "", DUNLIN_PROPERTY_END, "", 0);
}

static size_t
fill_set(const built *build, const wanted *member, dunlin_property *set)
{
    bool is_index = strcmp(member->kind, "index") == 0;
    size_t count = 0;

    if (member->type)
        add(set, &count, "type", DUNLIN_PROPERTY_TEXT, member->type, 0);
    if (member->flag)
        add(set, &count, member->flag, DUNLIN_PROPERTY_BOOLEAN, "", 0);
    add_names(set, &count, is_index ? "keys" : "columns", member->list, is_index);
    if (member->ref) {
        add(set, &count, "ref", DUNLIN_PROPERTY_LIST_BEGIN, "", 0);
        if (build->namespace.length) {
            add(set, &count, "", DUNLIN_PROPERTY_IDENTIFIER, "", 0);
            set[count - 1].text = build->namespace;
        }
        add(set, &count, "", DUNLIN_PROPERTY_IDENTIFIER, member->ref,
            build->namespace.length ? 1 : 0);
        add(set, &count, "", DUNLIN_PROPERTY_END, "", 0);
    }
    add_names(set, &count, "ref_columns", member->ref_columns, false);
    return count;
}

/* "t" or "t", "c", behind the namespace where paths have one. */
static uint64_t
fill_path(const built *build, const char *table, const char *name, dunlin_string *path)
{
    uint64_t count = 0;

    if (build->namespace.length)
        path[count++] = build->namespace;
    path[count++] = dn_string(table);
    if (name)
        path[count++] = dn_string(name);
    return count;
}

static dunlin_string
namespace_of(const dn_check *check, const dn_connection *connection)
{
    const dunlin_profile *profile = &connection->profile;

    for (uint64_t i = 0; i + 1 < profile->setting_count; i += 2)
        if (check->capabilities->flags & DUNLIN_CAN_NAMESPACES &&
            dn_string_equal(profile->settings[i], "namespace"))
            return profile->settings[i + 1];
    return dn_string("");
}

/* The model as operations and as facts, in the arena. NULL: with check->error. */
static built *
build_model(dn_check *check)
{
    built *build = dn_arena_alloc(&check->arena, sizeof *build);
    dn_connection *connection = dn_check_first(check);

    if (!connection)
        return NULL;
    if (!build) {
        dn_check_no_memory(check);
        return NULL;
    }
    build->namespace = namespace_of(check, connection);
    for (size_t i = 0; i < MODEL; i++) {
        uint64_t count = fill_path(build, model[i].table, model[i].name, build->paths[i]);
        size_t set = fill_set(build, &model[i], build->sets[i]);

        build->operations[i] = (dunlin_operation){.size = sizeof(dunlin_operation),
                                                  .verb = DUNLIN_VERB_CREATE,
                                                  .kind = dn_string(model[i].kind),
                                                  .path = build->paths[i],
                                                  .path_count = count,
                                                  .set = build->sets[i],
                                                  .set_count = set};
        build->facts[i] = (dunlin_fact){.size = sizeof(dunlin_fact),
                                        .kind = dn_string(model[i].kind),
                                        .path = build->paths[i],
                                        .path_count = count,
                                        .properties = build->sets[i],
                                        .property_count = set};
        build->operation_list[i] = &build->operations[i];
        build->fact_list[i] = &build->facts[i];
    }
    return build;
}

static int
make_model(dn_check *check, const built *build)
{
    const char **statements;
    size_t count;

    if (dn_check_own(check, "TABLE", PARENT) < 0 || dn_check_own(check, "TABLE", CHILD) < 0 ||
        dn_driver_render(check->driver, &dn_check_first(check)->profile, build->operation_list,
                         MODEL, &check->arena, &statements, &count, &check->error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (dn_check_statement(check, dn_check_first(check), statements[i]) < 0)
            return -1;
    return 0;
}

/* --- facts as lines ------------------------------------------------------------------------------ */
typedef struct line {
    const char *key; /* "column dunlin_check_child c1" */
    const char *value;
    const char *unsure; /* "|default|", or empty */
} line;

typedef struct lines {
    dn_check *check;
    line list[FACTS * 4];
    size_t count;
    size_t gone;
    char gone_key[256];
    dunlin_fact kept[FACTS * 4]; /* deep copies, for asking again */
    const dunlin_fact *kept_list[FACTS * 4];
} lines;

static bool
is_informational(dunlin_string name)
{
    return dn_string_equal(name, "order") || dn_string_equal(name, "depends") ||
           dn_string_equal(name, "text") || dn_string_equal(name, "unsure") ||
           dn_string_equal(name, "implied") || dn_string_equal(name, "session_collation");
}

static const char *
key_text(dn_check *check, const dunlin_fact *fact)
{
    uint64_t first = check->capabilities->flags & DUNLIN_CAN_NAMESPACES ? 1 : 0;
    uint64_t end = fact->path_count;
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (dn_string_equal(fact->kind, "pk") && end > first)
        end = first + 1;
    dn_text_add(&text, fact->kind.data, (size_t)fact->kind.length);
    for (uint64_t i = first; i < end; i++) {
        dn_text_add_char(&text, ' ');
        dn_text_add(&text, fact->path[i].data, (size_t)fact->path[i].length);
    }
    return text.failed ? NULL : dn_arena_text(&check->arena, text.data);
}

static uint64_t
behind(const dunlin_fact *fact, uint64_t at)
{
    int depth = 0;

    do {
        int32_t type = fact->properties[at].type;

        depth += type == DUNLIN_PROPERTY_LIST_BEGIN || type == DUNLIN_PROPERTY_STRUCT_BEGIN;
        depth -= type == DUNLIN_PROPERTY_END;
        at++;
    } while (depth > 0 && at < fact->property_count);
    return at;
}

/* "name=(a b)" */
static const char *
member_text(dn_check *check, const dunlin_fact *fact, uint64_t at, uint64_t end)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    for (; at < end; at++) {
        const dunlin_property *property = &fact->properties[at];

        dn_text_add(&text, property->name.data, (size_t)property->name.length);
        if (property->type == DUNLIN_PROPERTY_INTEGER || property->type == DUNLIN_PROPERTY_BOOLEAN)
            dn_text_printf(&text, "=%lld ", (long long)property->integer);
        else if (property->type >= DUNLIN_PROPERTY_LIST_BEGIN)
            dn_text_add_string(&text, property->type == DUNLIN_PROPERTY_END ? ")" : "(");
        else
            dn_text_printf(&text, "=%.*s ", (int)property->text.length, property->text.data);
    }
    return text.failed ? NULL : dn_arena_text(&check->arena, text.data);
}

static int
compare_texts(const void *left, const void *right)
{
    const char *const *a = left;
    const char *const *b = right;

    return strcmp(*a, *b);
}

/* A rowid is what a key of one whole number is anyhow. */
static bool
is_compared(const dunlin_property *property)
{
    return !is_informational(property->name) &&
           !(dn_string_equal(property->name, "auto") && dn_string_equal(property->text, "rowid"));
}

static const char *
value_text(dn_check *check, const dunlin_fact *fact, const char *unsure)
{
    const char *members[FACTS];
    size_t count = 0;
    dn_auto(dn_text) text = DN_TEXT_INIT;

    for (uint64_t i = 0; i < fact->property_count && count < FACTS; i = behind(fact, i)) {
        const dunlin_property *property = &fact->properties[i];
        const char *name = dn_arena_printf(&check->arena, "|%.*s|", (int)property->name.length,
                                           property->name.data);

        if (!name || !is_compared(property) || strstr(unsure, name))
            continue;
        members[count] = member_text(check, fact, i, behind(fact, i));
        if (!members[count++])
            return NULL;
    }
    qsort(members, count, sizeof *members, compare_texts);
    for (size_t i = 0; i < count; i++)
        dn_text_add_string(&text, members[i]);
    return text.failed ? NULL : dn_arena_text(&check->arena, text.data ? text.data : "");
}

static const char *
unsure_text(dn_check *check, const dunlin_fact *fact)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    dn_text_add_char(&text, '|');
    for (uint64_t i = 0; i < fact->property_count; i = behind(fact, i))
        if (dn_string_equal(fact->properties[i].name, "unsure"))
            for (uint64_t j = i + 1; j + 1 < behind(fact, i); j++)
                dn_text_printf(&text, "%.*s|", (int)fact->properties[j].text.length,
                               fact->properties[j].text.data);
    return text.failed ? NULL : dn_arena_text(&check->arena, text.data);
}

static dunlin_string
keep_text(lines *found, dunlin_string text)
{
    const char *copy = dn_arena_copy(&found->check->arena, text.data, (size_t)text.length);

    return copy ? (dunlin_string){copy, text.length} : dn_string("");
}

static bool
keep(lines *found, const dunlin_fact *fact)
{
    dn_arena *arena = &found->check->arena;
    dunlin_string *path = dn_arena_array(arena, (size_t)fact->path_count, sizeof *path);
    dunlin_property *set = dn_arena_array(arena, (size_t)fact->property_count + 1, sizeof *set);
    dunlin_fact *copy = &found->kept[found->count];

    if (!path || !set)
        return false;
    *copy = *fact;
    copy->kind = keep_text(found, fact->kind);
    for (uint64_t i = 0; i < fact->path_count; i++)
        path[i] = keep_text(found, fact->path[i]);
    for (uint64_t i = 0; i < fact->property_count; i++) {
        set[i] = fact->properties[i];
        set[i].name = keep_text(found, set[i].name);
        set[i].text = keep_text(found, set[i].text);
    }
    copy->path = path;
    copy->properties = set;
    found->kept_list[found->count] = copy;
    return true;
}

static bool
is_ours(const char *key)
{
    return strstr(key, DN_CHECK_PREFIX) != NULL;
}

/* An index that the server makes for a foreign key and drops with it. */
static bool
is_implied(const dunlin_fact *fact)
{
    for (uint64_t i = 0; i < fact->property_count; i++)
        if (dn_string_equal(fact->properties[i].name, "implied"))
            return true;
    return false;
}

static int32_t
take_fact(dn_call *call, const dunlin_fact *fact)
{
    lines *found = call->target;
    line next = {.key = key_text(found->check, fact), .unsure = unsure_text(found->check, fact)};

    next.value = next.unsure ? value_text(found->check, fact, next.unsure) : NULL;
    if (!next.key || !next.value)
        return dn_call_no_memory(call);
    if (!is_ours(next.key) || is_implied(fact) || found->count == FACTS * 4)
        return DUNLIN_OK;
    if (!keep(found, fact))
        return dn_call_no_memory(call);
    found->list[found->count++] = next;
    return DUNLIN_OK;
}

static int32_t
take_gone(dn_call *call, const dunlin_fact *key)
{
    lines *found = call->target;
    const char *text = key_text(found->check, key);

    found->gone++;
    snprintf(found->gone_key, sizeof found->gone_key, "%s", text ? text : "");
    return DUNLIN_OK;
}

static int32_t
pass_over(dn_call *call, const dunlin_note *note)
{
    (void)call;
    (void)note;
    return DUNLIN_OK;
}

static const line *
find_line(const lines *found, const char *key)
{
    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->list[i].key, key) == 0)
            return &found->list[i];
    return NULL;
}

/* --- asking ---------------------------------------------------------------------------------------- */
static int
read_scope(dn_check *check, const dunlin_scope *scope, lines **found)
{
    static const dn_call_sinks sinks = {.fact = take_fact, .gone = take_gone};
    dn_connection *connection = dn_check_first(check);
    dn_call call;

    *found = dn_arena_alloc(&check->arena, sizeof **found);
    if (!connection)
        return -1;
    if (!*found)
        return dn_check_no_memory(check);
    (*found)->check = check;
    dn_check_begin(check, connection, &call, "introspect", &sinks, *found);
    return dn_call_end(
        &call, check->driver->table.introspect(&call.driver_view, connection->handle, scope));
}

static int
read_facts(dn_check *check, const dunlin_fact *const *keys, size_t count, lines **found)
{
    const dunlin_scope scope = {
        .size = sizeof scope, .depth = DUNLIN_SCOPE_FACTS, .keys = keys, .key_count = count};

    return read_scope(check, &scope, found);
}

/* The model has no expressions: those that a driver asks about are its own. */
static int32_t
as_it_stands(const dunlin_call *call, const dunlin_profile *profile, int32_t what,
             dunlin_string text, dunlin_string *native)
{
    (void)call;
    (void)profile;
    (void)what;
    *native = text;
    return DUNLIN_OK;
}

static int
realise(dn_check *check, const dunlin_fact *const *facts, size_t count, lines **found)
{
    static const dn_call_sinks sinks = {.fact = take_fact, .note = pass_over};
    dn_connection *connection = dn_check_first(check);
    dunlin_host services;
    dn_call call;

    *found = dn_arena_alloc(&check->arena, sizeof **found);
    if (!connection)
        return -1;
    if (!*found)
        return dn_check_no_memory(check);
    (*found)->check = check;
    dn_check_begin(check, connection, &call, "realise", &sinks, *found);
    services = *call.driver_view.host;
    services.translate = as_it_stands;
    call.driver_view.host = &services;
    return dn_call_end(
        &call, check->driver->table.realise(&call.driver_view, &connection->profile, facts, count));
}

static int
compare(dn_check *check, const lines *wanted_lines, const char *one, const lines *found,
        const char *other)
{
    for (size_t i = 0; i < wanted_lines->count; i++) {
        const line *left = &wanted_lines->list[i];
        const line *right = find_line(found, left->key);

        if (!right)
            return dn_check_fail(check, "'%s' is %s and not %s", left->key, one, other);
        if (left->unsure[1] == '\0' && right->unsure[1] == '\0' &&
            strcmp(left->value, right->value) != 0)
            return dn_check_fail(check, "'%s' is %s as '%s' and %s as '%s'", left->key, one,
                                 left->value, other, right->value);
    }
    return 0;
}

static int
compare_both(dn_check *check, const lines *left, const char *one, const lines *right,
             const char *other)
{
    if (compare(check, left, one, right, other) < 0)
        return -1;
    return compare(check, right, other, left, one);
}

/* The facts of the two tables, by their keys. */
static int
read_model(dn_check *check, const built *build, lines **found)
{
    const dunlin_fact *keys[2] = {NULL, NULL};
    size_t count = 0;

    for (size_t i = 0; i < MODEL; i++)
        if (strcmp(model[i].kind, "table") == 0)
            keys[count++] = build->fact_list[i];
    return read_facts(check, keys, count, found);
}

/* --- cases ------------------------------------------------------------------------------------------ */
static int
foretold(dn_check *check)
{
    built *build = build_model(check);
    lines *found;
    lines *expected;

    if (!build || make_model(check, build) < 0 || read_model(check, build, &found) < 0 ||
        realise(check, build->fact_list, MODEL, &expected) < 0)
        return -1;
    if (found->gone)
        return dn_check_fail(check, "'%s' was made and is said to be gone", found->gone_key);
    return compare_both(check, expected, "foretold", found, "found");
}

static int
realise_again(dn_check *check)
{
    built *build = build_model(check);
    lines *once;
    lines *twice;

    if (!build || realise(check, build->fact_list, MODEL, &once) < 0 ||
        realise(check, once->kept_list, once->count, &twice) < 0)
        return -1;
    return compare_both(check, once, "realised", twice, "realised again");
}

static int
found_stays(dn_check *check)
{
    built *build = build_model(check);
    lines *found;
    lines *realised;

    if (!build || make_model(check, build) < 0 || read_model(check, build, &found) < 0 ||
        realise(check, found->kept_list, found->count, &realised) < 0)
        return -1;
    return compare_both(check, found, "found", realised, "realised");
}

static int
whole(dn_check *check)
{
    built *build = build_model(check);
    lines *some;
    lines *all;

    if (!build || make_model(check, build) < 0 || read_model(check, build, &some) < 0 ||
        read_facts(check, NULL, 0, &all) < 0)
        return -1;
    return compare_both(check, some, "found by its key", all, "found with all");
}

static int
same_again(dn_check *check)
{
    built *build = build_model(check);
    lines *first;
    lines *second;

    if (!build || make_model(check, build) < 0 || read_model(check, build, &first) < 0 ||
        read_model(check, build, &second) < 0)
        return -1;
    if (first->count != second->count)
        return dn_check_fail(check, "%zu facts were found, then %zu", first->count, second->count);
    return compare_both(check, first, "found first", second, "found again");
}

/* --- of texts --- */
typedef struct kept_texts {
    dn_arena *arena;
    const dunlin_fact *list[FACTS * 4];
    size_t count;
} kept_texts;

static int
keep_object_text(void *context, const dunlin_fact *fact, dn_error *error)
{
    kept_texts *texts = context;

    if (texts->count == FACTS * 4)
        return 0;
    texts->list[texts->count] = dn_fact_copy(texts->arena, fact);
    return texts->list[texts->count++] ? 0 : dn_no_memory(error);
}

static int
of_texts(dn_check *check)
{
    built *build = build_model(check);
    kept_texts texts = {.arena = &check->arena};
    const dn_fact_taker taker = {.fact = keep_object_text, .context = &texts};
    dunlin_scope scope = {.size = sizeof scope, .depth = DUNLIN_SCOPE_FACTS, .texts = texts.list};
    lines *found;
    lines *made;

    if (!build || make_model(check, build) < 0 || read_facts(check, NULL, 0, &found) < 0 ||
        dn_connection_tell_texts(dn_check_first(check), &taker, &check->error) < 0 ||
        dn_check_statement(check, dn_check_first(check), "DROP TABLE " CHILD) < 0)
        return -1;
    scope.text_count = texts.count;
    if (read_scope(check, &scope, &made) < 0)
        return -1;
    return compare_both(check, found, "found", made, "made of texts");
}

static int
one_member(dn_check *check)
{
    static const struct {
        const char *kind;
        const char *name;
        size_t found;
    } asked[] = {{"column", "c3", 1},
                 {"column", "dunlin_check_none", 0},
                 {"pk", CHILD "_pkey", 1},
                 {"index", "dunlin_check_c10", 1},
                 {"index", "dunlin_check_none", 0}};
    built *build = build_model(check);

    if (!build || make_model(check, build) < 0)
        return -1;
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        dunlin_string path[3];
        const dunlin_fact key = {.size = sizeof key,
                                 .kind = dn_string(asked[i].kind),
                                 .path_count = fill_path(build, CHILD, asked[i].name, path),
                                 .path = path};
        const dunlin_fact *keys[] = {&key};
        lines *found;

        if (read_facts(check, keys, 1, &found) < 0)
            return -1;
        if (found->count != asked[i].found || found->gone != 1 - asked[i].found)
            return dn_check_fail(check, "asked for %s '%s', introspect() found %zu and missed %zu",
                                 asked[i].kind, asked[i].name, found->count, found->gone);
    }
    return 0;
}

/* The name of an index is known, and its table is not. A unique one may read back as a constraint. */
static int
homeless_index(dn_check *check)
{
    built *build = build_model(check);
    dunlin_string path[3];
    dunlin_fact key = {.size = sizeof key, .kind = dn_string("index"), .path = path};
    const dunlin_fact *keys[] = {&key};
    lines *found;

    if (!build || make_model(check, build) < 0)
        return -1;
    key.path_count = fill_path(build, "", "dunlin_check_c10", path);
    if (read_facts(check, keys, 1, &found) < 0)
        return -1;
    if (!find_line(found, "index " CHILD " dunlin_check_c10") &&
        !find_line(found, "unique " CHILD " dunlin_check_c10"))
        return dn_check_fail(check, "an index was not found by its name alone");
    return 0;
}

static int
taken_name(dn_check *check)
{
    built *build = build_model(check);
    dunlin_string path[3];
    dunlin_fact key = {.size = sizeof key, .kind = dn_string("table"), .path = path};
    const dunlin_fact *keys[] = {&key};
    lines *found;

    if (!build || dn_check_items(check) < 0 ||
        dn_check_own(check, "VIEW", "dunlin_check_view") < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_STATEMENT,
                         "CREATE VIEW dunlin_check_view AS SELECT id FROM " DN_CHECK_ITEMS) < 0)
        return -1;
    key.path_count = fill_path(build, "dunlin_check_view", NULL, path);
    if (read_facts(check, keys, 1, &found) < 0)
        return -1;
    if (found->gone || !find_line(found, "view dunlin_check_view"))
        return dn_check_fail(check, "a view was not found under the key of a table of its name");
    return 0;
}

#define READS DUNLIN_CAN_INTROSPECT_FACTS
#define WRITES (DUNLIN_CAN_INTROSPECT_FACTS | DUNLIN_CAN_TRANSLATE)

static const dn_case cases[] = {
    {"facts.foretold", "what introspect() finds of a new table is what realise() foretold",
     foretold, NULL, WRITES},
    {"facts.realise-again", "realising what was realised changes nothing", realise_again, NULL,
     WRITES},
    {"facts.found-stays", "realising what was found changes nothing", found_stays, NULL, WRITES},
    {"facts.whole", "a table has the same facts alone and among all", whole, NULL, WRITES},
    {"facts.same-again", "reading twice gives the same", same_again, NULL, WRITES},
    {"facts.texts", "facts made of texts are those of the schema when they were read", of_texts,
     NULL, WRITES | DUNLIN_CAN_KEEP_TEXTS},
    {"facts.member", "the key of a member brings that member, or it is gone", one_member, NULL,
     WRITES},
    {"facts.homeless-index", "an index is found by its name alone", homeless_index, NULL, WRITES},
    {"facts.taken-name", "a view is found where a table of its name was asked for", taken_name,
     NULL, READS},
};

const dn_area dn_area_facts = DN_AREA(cases);
