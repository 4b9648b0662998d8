/* SPDX-License-Identifier: MIT
 *
 * Keeping a map of facts current: what an operation changes.
 */
#include "core/schema/diff_internal.h"
#include "core/schema/equivalent_internal.h"

#include <string.h>
#include <strings.h>

typedef struct moving {
    dn_fact_map *facts;
    const dunlin_operation *operation;
    dn_arena arena; /* of copies that are about to be put */
    dn_fact_list list;
    dn_error *error;
} moving;

/* --- wanted facts --------------------------------------------------------------------------------------- */

static int
put_wanted(dn_fact_map *facts, const dn_wanted *wanted, dn_error *error)
{
    for (size_t i = 0; i < wanted->count; i++)
        if (dn_fact_map_put(facts, wanted->facts[i], error) < 0)
            return -1;
    return 0;
}

/* The members that an ALTER set, over those that were there. */
static int
put_altered(dn_fact_map *facts, const dunlin_operation *operation, const dunlin_fact *changed,
            dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_auto(dn_text) without = DN_TEXT_INIT;
    dn_properties set = {.arena = &arena};
    const dunlin_fact *old =
        dn_fact_map_find(facts, changed->kind, changed->path, changed->path_count);
    dunlin_fact fact = *changed;

    for (uint64_t i = 0; i < operation->unset_count; i++)
        dn_text_printf(&without, "%.*s ", (int)operation->unset[i].length,
                       operation->unset[i].data);
    for (uint64_t i = 0; i < changed->property_count;
         i = dn_property_next(changed->properties, changed->property_count, i))
        dn_text_printf(&without, "%.*s ", (int)changed->properties[i].name.length,
                       changed->properties[i].name.data);
    if (old)
        dn_properties_add_all(&set, old->properties, old->property_count, without.data);
    for (uint64_t i = 0; i < changed->property_count;) {
        uint64_t next = dn_property_next(changed->properties, changed->property_count, i);
        const dunlin_property *property = &changed->properties[i];

        /* "false" is how a boolean is taken away. */
        if (property->type != DUNLIN_PROPERTY_BOOLEAN || property->integer)
            dn_properties_add_span(&set, property, next - i);
        i = next;
    }
    if (set.failed || without.failed)
        return dn_no_memory(error);
    fact.properties = set.items;
    fact.property_count = set.count;
    return dn_fact_map_put(facts, &fact, error);
}

dn_type_check
dn_schema_type_check(const dunlin_fact *check, dunlin_string column, dn_arena *arena)
{
    dunlin_string name = check->path[check->path_count - 1];
    const char *about;
    const char *values;
    dn_type_check form;

    /* Without a name, its content is its name (docs/facts.md). */
    if (!name.length || name.data[0] != '{')
        return DN_CHECK_PROPER;
    form = dn_check_of(arena, dn_fact_text(check, "expr"), &about, &values);
    return form != DN_CHECK_PROPER && dn_string_equal_fold(column, about) ? form : DN_CHECK_PROPER;
}

static int
collect_type_check(const dunlin_fact *fact, void *context)
{
    moving *work = context;
    const dunlin_operation *operation = work->operation;

    return dn_schema_type_check(fact, operation->path[operation->path_count - 1], &work->arena) !=
                   DN_CHECK_PROPER
               ? dn_fact_list_add(&work->list, &work->arena, fact, work->error)
               : 0;
}

static int
drop_type_checks(dn_fact_map *facts, const dunlin_operation *operation, dn_error *error)
{
    moving work = {.facts = facts, .operation = operation, .arena = DN_ARENA_INIT, .error = error};
    int answer = dn_fact_map_members(facts, DUNLIN_KIND_CHECK, operation->path,
                                     operation->path_count - 1, collect_type_check, &work);

    for (size_t i = 0; answer == 0 && i < work.list.count; i++)
        dn_fact_map_remove(facts, work.list.items[i]->kind, work.list.items[i]->path,
                           work.list.items[i]->path_count);
    dn_arena_free(&work.arena);
    return answer;
}

static int
fold_alter(dn_fact_map *facts, const dunlin_operation *operation, const dn_wanted *wanted,
           dn_error *error)
{
    dunlin_fact own = dn_operation_fact(operation);

    if (dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN) &&
        dn_property_find(operation->set, operation->set_count, "type") &&
        drop_type_checks(facts, operation, error) < 0)
        return -1;
    if (dn_string_equal(operation->kind, DUNLIN_KIND_ENUM) &&
        dn_schema_relabel(facts, operation, error) < 0)
        return -1;
    if (!wanted)
        return put_altered(facts, operation, &own, error);
    for (size_t i = 0; i < wanted->count; i++)
        if (put_altered(facts, operation, wanted->facts[i], error) < 0)
            return -1;
    return wanted->count ? 0 : put_altered(facts, operation, &own, error);
}

int
dn_schema_fold_key(dn_fact_map *facts, const dunlin_operation *operation, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    const dunlin_property *at = dn_property_find(operation->set, operation->set_count, "columns");
    dunlin_string path[3];

    if (operation->verb != DUNLIN_VERB_CREATE ||
        !dn_string_equal(operation->kind, DUNLIN_KIND_PRIMARY_KEY) || operation->path_count > 3)
        return 0;
    memcpy(path, operation->path, (size_t)operation->path_count * sizeof *path);
    for (at = at ? at + 1 : NULL; at && at->type != DUNLIN_PROPERTY_END; at++) {
        dn_properties set = {.arena = &arena};
        const dunlin_fact *column;
        dunlin_fact filled;

        path[operation->path_count - 1] = at->text;
        column =
            dn_fact_map_find(facts, dn_string(DUNLIN_KIND_COLUMN), path, operation->path_count);
        if (!column || dn_fact_flag(column, "not_null"))
            continue;
        dn_properties_add_all(&set, column->properties, column->property_count, "not_null");
        dn_properties_add(&set, "not_null", DUNLIN_PROPERTY_BOOLEAN, 1, dn_string(NULL));
        if (set.failed)
            return dn_no_memory(error);
        filled = *column;
        filled.properties = set.items;
        filled.property_count = set.count;
        if (dn_fact_map_put(facts, &filled, error) < 0)
            return -1;
    }
    return 0;
}

/* --- what hangs on an object ------------------------------------------------------------------------------- */

/* Does `fact` lie in, or equal, the object at `path`? */
static bool
is_within(uint64_t naming, const dunlin_fact *fact, const dunlin_string *path, uint64_t count)
{
    if (fact->path_count < count)
        return false;
    for (uint64_t i = 0; i < count; i++)
        if (!dn_fact_same_name(naming, i, count, fact->path[i], path[i]))
            return false;
    return true;
}

/* The last element of a list of names is the object's; here the table's columns. */
static bool
refers_to_column(const moving *work, const dunlin_fact *fact)
{
    const dunlin_operation *operation = work->operation;
    dunlin_string column = operation->path[operation->path_count - 1];
    const dunlin_property *keys;

    if (!is_within(dn_fact_map_naming(work->facts), fact, operation->path,
                   operation->path_count - 1))
        return false;
    if (dn_property_lists(fact->properties, fact->property_count, "columns", column))
        return true;
    keys = dn_property_find(fact->properties, fact->property_count, "keys");
    for (uint64_t i = keys ? (uint64_t)(keys - fact->properties) : fact->property_count;
         i < fact->property_count; i++)
        if (dn_string_equal(fact->properties[i].name, "column") &&
            dn_schema_same(fact->properties[i].text, column))
            return true;
    /* What a check or an index computes; a computed column would have kept it from going. */
    return !dn_fact_is(fact, DUNLIN_KIND_COLUMN) && dn_fact_mentions(fact, column);
}

static int
collect(moving *work, const dunlin_fact *fact)
{
    return dn_fact_list_add(&work->list, &work->arena, fact, work->error);
}

static int
collect_member(const dunlin_fact *fact, void *context)
{
    return dn_schema_is_member(fact->kind) ? collect(context, fact) : 0;
}

/* Of the table, what is the column or names it. */
static int
collect_of_column(const dunlin_fact *fact, void *context)
{
    moving *work = context;
    const dunlin_operation *operation = work->operation;
    bool itself =
        dn_fact_is(fact, DUNLIN_KIND_COLUMN) &&
        is_within(dn_fact_map_naming(work->facts), fact, operation->path, operation->path_count);

    return itself || refers_to_column(work, fact) ? collect(work, fact) : 0;
}

static int
collect_of_schema(const dunlin_fact *fact, void *context)
{
    moving *work = context;

    return fact->path_count > 1 && dn_schema_same(fact->path[0], work->operation->path[0])
               ? collect(work, fact)
               : 0;
}

/* A privilege on the object, or on a column of it. */
static int
collect_grant(const dunlin_fact *fact, void *context)
{
    moving *work = context;
    const dunlin_operation *operation = work->operation;

    return dn_grant_lies_in(dn_fact_map_naming(work->facts), fact, operation->kind, operation->path,
                            operation->path_count)
               ? collect(work, fact)
               : 0;
}

/* What goes with the object, itself left aside. */
static int
collect_dropped(moving *work)
{
    const dunlin_operation *operation = work->operation;

    if (dn_fact_map_each(work->facts, DUNLIN_KIND_GRANT, collect_grant, work) < 0)
        return -1;
    if (dn_schema_is_relation(operation->kind))
        return dn_fact_map_members(work->facts, NULL, operation->path, operation->path_count,
                                   collect_member, work);
    if (dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN))
        return dn_fact_map_members(work->facts, NULL, operation->path, operation->path_count - 1,
                                   collect_of_column, work);
    if (dn_string_equal(operation->kind, DUNLIN_KIND_SCHEMA) &&
        (dn_fact_map_naming(work->facts) & DN_FACT_NAMESPACES))
        return dn_fact_map_each(work->facts, NULL, collect_of_schema, work);
    return 0;
}

/* The table's columns in their order, without the one that goes: one of its name comes last. */
static int
leave_order(moving *work)
{
    const dunlin_operation *operation = work->operation;
    dunlin_string column = operation->path[operation->path_count - 1];
    const dunlin_fact *table = dn_fact_map_find(work->facts, dn_string(DUNLIN_KIND_TABLE),
                                                operation->path, operation->path_count - 1);
    const dunlin_property *at =
        table ? dn_property_find(table->properties, table->property_count, "order") : NULL;
    dn_properties list = {.arena = &work->arena};
    dunlin_fact changed;
    uint32_t place = 0;

    if (!at)
        return 0;
    dn_properties_add_all(&list, table->properties, table->property_count, "order");
    dn_properties_add(&list, "order", DUNLIN_PROPERTY_LIST_BEGIN, 0, dn_string(NULL));
    while ((++at)->type != DUNLIN_PROPERTY_END) {
        if (dn_schema_same(at->text, column))
            continue;
        dn_properties_add(&list, NULL, DUNLIN_PROPERTY_IDENTIFIER, 0, at->text);
        if (!list.failed)
            list.items[list.count - 1].index = place++;
    }
    dn_properties_add(&list, NULL, DUNLIN_PROPERTY_END, 0, dn_string(NULL));
    if (list.failed)
        return dn_no_memory(work->error);
    changed = *table;
    changed.properties = list.items;
    changed.property_count = list.count;
    return dn_fact_map_put(work->facts, &changed, work->error);
}

static int
fold_drop(dn_fact_map *facts, const dunlin_operation *operation, dn_error *error)
{
    moving work = {.facts = facts, .operation = operation, .arena = DN_ARENA_INIT, .error = error};
    int answer = dn_schema_fold_cascade(facts, operation, error);

    if (answer == 0)
        answer = collect_dropped(&work);
    for (size_t i = 0; answer == 0 && i < work.list.count; i++)
        dn_fact_map_remove(facts, work.list.items[i]->kind, work.list.items[i]->path,
                           work.list.items[i]->path_count);
    if (answer == 0)
        dn_fact_map_remove(facts, operation->kind, operation->path, operation->path_count);
    if (answer == 0 && dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN))
        answer = leave_order(&work);
    /* DROP TYPE says not what it drops. */
    for (size_t i = 0; answer == 0 && dn_string_equal(operation->kind, DUNLIN_KIND_ENUM) && i < 2;
         i++)
        dn_fact_map_remove(facts, dn_string(i ? "type" : DUNLIN_KIND_DOMAIN), operation->path,
                           operation->path_count);
    dn_arena_free(&work.arena);
    return answer;
}

/* --- renames ------------------------------------------------------------------------------------------------- */

static bool
is_list_of(const dunlin_property *property, const char *name)
{
    return property->type == DUNLIN_PROPERTY_LIST_BEGIN && dn_string_equal(property->name, name);
}

static bool
in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

/* Behind the word or quoted piece that begins at `at`, or the one byte. */
static uint64_t
end_of_piece(dunlin_string text, uint64_t at)
{
    char quote = text.data[at];
    uint64_t end = at + 1;

    if (quote == '\'' || quote == '"' || quote == '`') {
        while (end < text.length && text.data[end] != quote)
            end++;
        return end < text.length ? end + 1 : end;
    }
    while (in_word(quote) && end < text.length && in_word(text.data[end]))
        end++;
    return end;
}

/* Is this piece a column of that name, bare or in quotes? */
static bool
is_name_of(dunlin_string text, uint64_t at, uint64_t end, dunlin_string name)
{
    bool quoted = text.data[at] == '"' || text.data[at] == '`';

    return end - at == name.length + (quoted ? 2 : 0) &&
           (quoted || end == text.length || text.data[end] != '(') &&
           strncasecmp(text.data + at + quoted, name.data, (size_t)name.length) == 0;
}

static bool
is_bare(dunlin_string name)
{
    for (uint64_t i = 0; i < name.length; i++)
        if (!in_word(name.data[i]) || (i == 0 && name.data[i] >= '0' && name.data[i] <= '9'))
            return false;
    return true;
}

/* The expression with its column called otherwise; every other byte stays. */
static int
rename_in_expression(moving *work, dunlin_string *expression, dunlin_string old, dunlin_string now)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    uint64_t end;
    const char *copy;

    for (uint64_t at = 0; at < expression->length; at = end) {
        const char *quote = expression->data + at;
        bool quoted = *quote == '"' || *quote == '`';

        end = end_of_piece(*expression, at);
        if (!is_name_of(*expression, at, end, old)) {
            dn_text_add(&text, expression->data + at, (size_t)(end - at));
            continue;
        }
        if (!quoted && !is_bare(now)) {
            quote = "\"";
            quoted = true;
        }
        dn_text_add(&text, quote, quoted);
        dn_text_add(&text, now.data, (size_t)now.length);
        dn_text_add(&text, quote, quoted);
    }
    copy =
        text.failed ? NULL : dn_arena_copy(&work->arena, text.data ? text.data : "", text.length);
    if (!copy)
        return dn_no_memory(work->error);
    *expression = dn_span(copy, text.length);
    return 0;
}

/* The list that begins at `at`: of columns, or the name of an object, of which the last counts. */
static void
rename_in_list(dunlin_property *properties, uint64_t count, uint64_t at, bool column,
               const dunlin_operation *operation)
{
    dunlin_string old = operation->path[operation->path_count - 1];
    dunlin_string now = operation->new_path[operation->new_path_count - 1];

    for (uint64_t k = at + 1; k < count && properties[k].type != DUNLIN_PROPERTY_END; k++)
        if (dn_schema_same(properties[k].text, old) &&
            (column || properties[k + 1].type == DUNLIN_PROPERTY_END))
            properties[k].text = now;
}

/* A column of the table, wherever it stands. */
static int
rename_column(moving *work, dunlin_property *properties, uint64_t count)
{
    const dunlin_operation *operation = work->operation;
    dunlin_string old = operation->path[operation->path_count - 1];
    dunlin_string now = operation->new_path[operation->new_path_count - 1];

    for (uint64_t i = 0; i < count; i++) {
        if (is_list_of(&properties[i], "columns") || is_list_of(&properties[i], "order") ||
            is_list_of(&properties[i], "include"))
            rename_in_list(properties, count, i, true, operation);
        if (dn_string_equal(properties[i].name, "column") &&
            dn_schema_same(properties[i].text, old))
            properties[i].text = now;
        if (properties[i].type == DUNLIN_PROPERTY_EXPRESSION &&
            rename_in_expression(work, &properties[i].text, old, now) < 0)
            return -1;
    }
    return 0;
}

/* The table of a foreign key, the type of a column. */
static void
rename_object(const moving *work, dunlin_property *properties, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (is_list_of(&properties[i], "ref") || is_list_of(&properties[i], "type_path"))
            rename_in_list(properties, count, i, false, work->operation);
}

/* ref_columns of foreign keys elsewhere that refer to the renamed column's table. */
static void
rename_referred(const moving *work, dunlin_property *properties, uint64_t count)
{
    const dunlin_operation *operation = work->operation;
    uint64_t table = operation->path_count - 2;
    const dunlin_property *ref = dn_property_find(properties, count, "ref");
    const dunlin_property *list = dn_property_find(properties, count, "ref_columns");

    if (!dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN) || !ref || !list ||
        !dn_schema_same(ref[1 + table].text, operation->path[table]))
        return;
    for (uint64_t i = (uint64_t)(list - properties) + 1;
         i < count && properties[i].type != DUNLIN_PROPERTY_END; i++)
        if (dn_schema_same(properties[i].text, operation->path[table + 1]))
            properties[i].text = operation->new_path[table + 1];
}

static bool
is_type(dunlin_string kind)
{
    return dn_string_equal(kind, DUNLIN_KIND_ENUM) || dn_string_equal(kind, DUNLIN_KIND_DOMAIN);
}

/* Elsewhere, what may name the object: foreign keys, and columns of a type. */
static int
collect_user(const dunlin_fact *fact, void *context)
{
    const moving *work = context;
    const dunlin_operation *operation = work->operation;
    bool column = dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN);
    uint64_t depth = operation->path_count - (column ? 1 : 0);
    bool type = is_type(operation->kind);

    if (!dn_property_lists(fact->properties, fact->property_count, type ? "type_path" : "ref",
                           operation->path[depth - 1]))
        return 0;
    /* Those of the table itself are among its members. */
    if (!type && fact->path_count == depth + 1 &&
        is_within(dn_fact_map_naming(work->facts), fact, operation->path, depth))
        return 0;
    return collect(context, fact);
}

static int
collect_any(const dunlin_fact *fact, void *context)
{
    return dn_fact_is(fact, DUNLIN_KIND_GRANT) ? 0 : collect(context, fact);
}

static int
collect_renamed(moving *work)
{
    const dunlin_operation *operation = work->operation;
    const dunlin_fact *itself =
        dn_fact_map_find(work->facts, operation->kind, operation->path, operation->path_count);
    bool column = dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN);
    bool table = column || dn_schema_is_relation(operation->kind);
    bool type = is_type(operation->kind);

    /* Of a column, the table knows the order. */
    if (column)
        itself = dn_fact_map_find(work->facts, dn_string(DUNLIN_KIND_TABLE), operation->path,
                                  operation->path_count - 1);
    if ((itself && collect(work, itself) < 0) ||
        dn_fact_map_each(work->facts, DUNLIN_KIND_GRANT, collect_grant, work) < 0)
        return -1;
    if (table &&
        dn_fact_map_members(work->facts, NULL, operation->path,
                            operation->path_count - (column ? 1 : 0), collect_any, work) < 0)
        return -1;
    if (!table && !type)
        return 0;
    return dn_fact_map_each(work->facts, type ? DUNLIN_KIND_COLUMN : DUNLIN_KIND_FOREIGN_KEY,
                            collect_user, work);
}

static int
rename_one(moving *work, const dunlin_fact *fact)
{
    const dunlin_operation *operation = work->operation;
    uint64_t naming = dn_fact_map_naming(work->facts);
    uint64_t depth = operation->path_count;
    bool relation = dn_schema_is_relation(operation->kind);
    bool column = dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN);
    bool itself =
        is_within(naming, fact, operation->path, depth) &&
        (dn_schema_same(fact->kind, operation->kind) || dn_fact_is(fact, DUNLIN_KIND_GRANT) ||
         (relation && dn_schema_is_member(fact->kind)));
    bool same_table = column && is_within(naming, fact, operation->path, depth - 1);
    dunlin_fact *copy = (dunlin_fact *)(uintptr_t)dn_fact_copy(&work->arena, fact);
    dunlin_property *properties;

    if (!copy)
        return dn_no_memory(work->error);
    properties = (dunlin_property *)(uintptr_t)copy->properties;
    if (same_table && rename_column(work, properties, copy->property_count) < 0)
        return -1;
    if (!column)
        rename_object(work, properties, copy->property_count);
    rename_referred(work, properties, copy->property_count);
    if (itself) {
        dunlin_string *path = (dunlin_string *)(uintptr_t)copy->path;

        memcpy(path, operation->new_path, (size_t)depth * sizeof *path);
        return dn_fact_map_move(work->facts, fact, copy, work->error);
    }
    return dn_fact_map_put(work->facts, copy, work->error);
}

static int
fold_rename(dn_fact_map *facts, const dunlin_operation *operation, dn_error *error)
{
    moving work = {.facts = facts, .operation = operation, .arena = DN_ARENA_INIT, .error = error};
    int answer = collect_renamed(&work);

    for (size_t i = 0; answer == 0 && i < work.list.count; i++)
        answer = rename_one(&work, work.list.items[i]);
    dn_arena_free(&work.arena);
    return answer;
}

int
dn_schema_fold(dn_fact_map *facts, const dunlin_operation *operation, const dn_wanted *wanted,
               dn_error *error)
{
    dunlin_fact own = dn_operation_fact(operation);

    switch (operation->verb) {
    case DUNLIN_VERB_CREATE:
        return wanted && wanted->count ? put_wanted(facts, wanted, error)
                                       : dn_fact_map_put(facts, &own, error);
    case DUNLIN_VERB_ALTER: return fold_alter(facts, operation, wanted, error);
    case DUNLIN_VERB_DROP: return fold_drop(facts, operation, error);
    case DUNLIN_VERB_RENAME: return fold_rename(facts, operation, error);
    default: return 0;
    }
}
