/* SPDX-License-Identifier: MIT
 *
 * Facts as written -> facts as introspection prints them, as far as that is certain.
 */
#include <string.h>

#include "drivers/postgres/pg_facts.h"
#include "drivers/postgres/pg_render.h"
#include "drivers/postgres/pg_type.h"

enum { MOST_UNSURE = 4 };

typedef struct realising {
    const dunlin_call *call;
    const dunlin_profile *profile;
    int version;
    const dunlin_fact *const *facts;
    uint64_t count;
    dn_pg_arena arena;
    dn_pg_fact fact; /* the one that is built */
    const char *unsure[MOST_UNSURE];
    size_t unsure_count;
    int32_t status;
} realising;

/* --- members of facts -------------------------------------------------------------------------------- */
static uint64_t
next_member(const dunlin_fact *fact, uint64_t at)
{
    int depth = 0;

    do {
        int32_t type = fact->properties[at].type;

        if (type == DUNLIN_PROPERTY_LIST_BEGIN || type == DUNLIN_PROPERTY_STRUCT_BEGIN)
            depth++;
        else if (type == DUNLIN_PROPERTY_END)
            depth--;
        at++;
    } while (depth > 0 && at < fact->property_count);
    return at;
}

static const dunlin_property *
member(const dunlin_fact *fact, const char *name)
{
    for (uint64_t i = 0; i < fact->property_count; i = next_member(fact, i))
        if (dn_kit_same(fact->properties[i].name, name))
            return &fact->properties[i];
    return NULL;
}

static bool
is_true(const dunlin_fact *fact, const char *name)
{
    const dunlin_property *one = member(fact, name);

    return one != NULL && one->integer != 0;
}

static bool
is_kind(const dunlin_fact *fact, const char *kind)
{
    return dn_kit_same(fact->kind, kind);
}

/* Copies a member with all that is in it. */
static void
copy_member(realising *work, const dunlin_fact *fact, const char *name)
{
    const dunlin_property *one = member(fact, name);
    uint64_t first;
    uint64_t end;

    if (one == NULL || (one->type == DUNLIN_PROPERTY_BOOLEAN && one->integer == 0))
        return;
    first = (uint64_t)(one - fact->properties);
    end = next_member(fact, first);
    for (uint64_t i = first; i < end; i++)
        dn_pg_fact_add(&work->fact, fact->properties[i]);
}

/* As it is rendered: without one of MySQL's. */
static void
copy_collation(realising *work, const dunlin_fact *fact)
{
    const dunlin_property *given = member(fact, "collation");

    if (given != NULL && !dn_pg_is_mysql_collation(given->text))
        copy_member(work, fact, "collation");
}

static void
mark_unsure(realising *work, const char *name)
{
    for (size_t i = 0; i < work->unsure_count; i++)
        if (strcmp(work->unsure[i], name) == 0)
            return;
    if (work->unsure_count < MOST_UNSURE)
        work->unsure[work->unsure_count++] = name;
}

static dunlin_string
keep(realising *work, const dn_kit_text *text)
{
    dunlin_string copy = dn_pg_arena_copy(&work->arena, dn_kit_text_string(text));

    if (text->failed || copy.data == NULL)
        work->status = work->status == DUNLIN_OK ? dn_kit_no_memory(work->call) : work->status;
    return copy.data != NULL ? copy : dn_kit_string("");
}

static dunlin_string
translated(realising *work, int32_t what, dunlin_string text)
{
    dunlin_string native = text;

    if (work->status == DUNLIN_OK && work->call->host->translate != NULL)
        work->status = work->call->host->translate(work->call, work->profile, what, text, &native);
    return native;
}

static void
push(realising *work)
{
    if (work->unsure_count > 0) {
        dn_pg_fact_open(&work->fact, DUNLIN_PROPERTY_LIST_BEGIN, "unsure");
        for (size_t i = 0; i < work->unsure_count; i++)
            dn_pg_fact_element(&work->fact, DUNLIN_PROPERTY_TEXT, dn_kit_string(work->unsure[i]));
        dn_pg_fact_close(&work->fact);
    }
    work->unsure_count = 0;
    if (work->status == DUNLIN_OK && work->fact.failed)
        work->status = dn_kit_no_memory(work->call);
    if (work->status == DUNLIN_OK)
        work->status = work->call->host->fact(work->call, &work->fact.fact);
}

static void
begin(realising *work, const char *kind, const dunlin_fact *fact)
{
    dn_pg_fact_begin(&work->fact, kind, fact->path, (size_t)fact->path_count);
}

/* --- defaults ---------------------------------------------------------------------------------------- */
static bool
is_null(dunlin_string value)
{
    return dn_kit_same_word(value, "null");
}

static void
add_default(realising *work, const dunlin_fact *fact, dunlin_string type,
            const dunlin_property *path)
{
    const dunlin_property *given = member(fact, "default");
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text printed = {0};
    dunlin_string value;

    if (given == NULL)
        return;
    value = translated(work, DUNLIN_TRANSLATE_EXPRESSION, given->text);
    if (is_null(value))
        return;
    if (path != NULL ? dn_pg_label_print(&printed, value, path)
                     : dn_pg_default_print(&printed, value, type)) {
        dn_pg_fact_expression(&work->fact, "default", keep(work, &printed));
        return;
    }
    dn_pg_fact_expression(&work->fact, "default", value);
    mark_unsure(work, "default");
}

/* --- columns ----------------------------------------------------------------------------------------------- */
/* As it is printed; "" for one with a path. */
static dunlin_string
add_type(realising *work, const dunlin_fact *fact, const char **automatic)
{
    static const struct {
        const char *written;
        const char *printed;
    } serials[] = {{"smallserial", "smallint"}, {"serial2", "smallint"}, {"serial", "integer"},
                   {"serial4", "integer"},      {"bigserial", "bigint"}, {"serial8", "bigint"}};
    const dunlin_property *type = member(fact, "type");
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text printed = {0};
    dunlin_string text;

    if (member(fact, "type_path") != NULL) {
        copy_member(work, fact, "type_path");
        return dn_kit_string("");
    }
    if (member(fact, "values") != NULL) {
        dn_pg_fact_words(&work->fact, "type", "text");
        return dn_kit_string("text");
    }
    if (type == NULL)
        return dn_kit_string("");
    for (size_t i = 0; i < sizeof(serials) / sizeof(serials[0]); i++)
        if (dn_kit_same_word(type->text, serials[i].written)) {
            *automatic = "serial";
            dn_pg_fact_words(&work->fact, "type", serials[i].printed);
            return dn_kit_string(serials[i].printed);
        }
    if (!dn_pg_type_print(&printed, type->text, type->type == DUNLIN_PROPERTY_TEXT))
        mark_unsure(work, "type");
    text = keep(work, &printed);
    dn_pg_fact_text(&work->fact, "type", text);
    return text;
}

static bool
same_table(const dunlin_fact *key, const dunlin_fact *column)
{
    uint64_t names = column->path_count - 1;

    if (key->path_count < names)
        return false;
    for (uint64_t i = 0; i < names; i++)
        if (!dn_kit_equal(key->path[i], column->path[i]))
            return false;
    return true;
}

static bool
is_in_primary_key(const realising *work, const dunlin_fact *column)
{
    for (uint64_t i = 0; i < work->count; i++) {
        const dunlin_fact *key = work->facts[i];
        const dunlin_property *list = member(key, "columns");

        if (!is_kind(key, DUNLIN_KIND_PRIMARY_KEY) || list == NULL || !same_table(key, column))
            continue;
        for (list++; list->type != DUNLIN_PROPERTY_END; list++)
            if (dn_kit_equal(list->text, column->path[column->path_count - 1]))
                return true;
    }
    return false;
}

/* (c = ANY (ARRAY['a'::text, 'b'::text])) of a column whose labels stand in it. */
static void
push_labels(realising *work, const dunlin_fact *column, const dunlin_property *label)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};
    uint64_t last = column->path_count - 1;
    dunlin_string path[3];
    bool several = label[1].type != DUNLIN_PROPERTY_END && label[2].type != DUNLIN_PROPERTY_END;

    for (uint64_t i = 0; i < last && i < 2; i++)
        path[i] = column->path[i];
    dn_pg_make_name(&name, column->path[last - 1], column->path[last], "check");
    path[last] = keep(work, &name);
    dn_kit_text_add(&text, "(");
    dn_pg_name_print(&text, column->path[last]);
    dn_kit_text_add(&text, several ? " = ANY (ARRAY[" : " = ");
    for (label++; label->type != DUNLIN_PROPERTY_END; label++) {
        dn_kit_text_quote(&text, '\'', label->text);
        dn_kit_text_add(&text, label[1].type == DUNLIN_PROPERTY_END ? "::text" : "::text, ");
    }
    dn_kit_text_add(&text, several ? "]))" : ")");
    dn_pg_fact_begin(&work->fact, DUNLIN_KIND_CHECK, path, (size_t)column->path_count);
    dn_pg_fact_expression(&work->fact, "expr", keep(work, &text));
    push(work);
}

static void
realise_column(realising *work, const dunlin_fact *fact)
{
    const dunlin_property *given = member(fact, "auto");
    const dunlin_property *generated = member(fact, "generated");
    const dunlin_property *kind = member(fact, "generated_kind");
    const char *automatic = NULL;
    dunlin_string type;

    begin(work, DUNLIN_KIND_COLUMN, fact);
    type = add_type(work, fact, &automatic);
    if (given != NULL)
        automatic = dn_kit_same(given->text, "serial")   ? "serial"
                    : dn_kit_same(given->text, "always") ? "always"
                                                         : "identity";
    dn_pg_fact_boolean(&work->fact, "not_null",
                       is_true(fact, "not_null") || automatic != NULL ||
                           is_in_primary_key(work, fact));
    if (automatic != NULL) {
        dn_pg_fact_words(&work->fact, "auto", automatic);
        copy_member(work, fact, "auto_options");
    } else if (generated != NULL) {
        bool is_virtual = kind != NULL && dn_kit_same(kind->text, "virtual") && work->version >= 18;

        dn_pg_fact_expression(&work->fact, "generated",
                              translated(work, DUNLIN_TRANSLATE_EXPRESSION, generated->text));
        dn_pg_fact_words(&work->fact, "generated_kind", is_virtual ? "virtual" : "stored");
        mark_unsure(work, "generated");
    } else {
        add_default(work, fact, type, member(fact, "type_path"));
    }
    copy_collation(work, fact);
    copy_member(work, fact, "foreign_options");
    copy_member(work, fact, "comment");
    push(work);
    if (member(fact, "values") != NULL)
        push_labels(work, fact, member(fact, "values"));
}

/* --- keys --------------------------------------------------------------------------------------------------- */
/* Named as the server would where there is no name. */
static void
begin_constraint(realising *work, const dunlin_fact *fact, bool nameless)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};
    dunlin_string path[3];

    if (!nameless) {
        dn_pg_fact_begin(&work->fact, "", fact->path, (size_t)fact->path_count);
    } else {
        for (uint64_t i = 0; i < fact->path_count; i++)
            path[i] = fact->path[i];
        dn_pg_make_name(&name, fact->path[fact->path_count - 1], dn_kit_string(""), "pkey");
        path[fact->path_count] = keep(work, &name);
        dn_pg_fact_begin(&work->fact, "", path, (size_t)fact->path_count + 1);
    }
    work->fact.fact.kind = fact->kind;
}

static void
copy_action(realising *work, const dunlin_fact *fact, const char *name, const char *usual)
{
    const dunlin_property *one = member(fact, name);

    if (one != NULL && !dn_kit_same(one->text, usual))
        dn_pg_fact_text(&work->fact, name, one->text);
}

/* Without columns a key refers to the primary key. */
static void
add_referenced(realising *work, const dunlin_fact *fact)
{
    const dunlin_property *ref = member(fact, "ref");
    dunlin_string path[3];
    uint64_t count = 0;
    dunlin_fact key = {.size = sizeof(key), .kind = dn_kit_string(DUNLIN_KIND_PRIMARY_KEY)};
    const dunlin_fact *found = NULL;

    if (member(fact, "ref_columns") != NULL || ref == NULL) {
        copy_member(work, fact, "ref_columns");
        return;
    }
    for (ref++; ref->type != DUNLIN_PROPERTY_END && count < 2; ref++)
        path[count++] = ref->text;
    path[count++] = dn_kit_string("");
    key.path = path;
    key.path_count = count;
    for (uint64_t i = 0; i < work->count && found == NULL; i++)
        if (is_kind(work->facts[i], DUNLIN_KIND_PRIMARY_KEY) && same_table(work->facts[i], &key))
            found = work->facts[i];
    if (found == NULL && work->status == DUNLIN_OK && work->call->host->find != NULL)
        work->status = work->call->host->find(work->call, &key, &found);
    if (work->status == DUNLIN_OK && found != NULL && member(found, "columns") != NULL) {
        const dunlin_property *list = member(found, "columns");

        dn_pg_fact_open(&work->fact, DUNLIN_PROPERTY_LIST_BEGIN, "ref_columns");
        for (list++; list->type != DUNLIN_PROPERTY_END; list++)
            dn_pg_fact_element(&work->fact, DUNLIN_PROPERTY_IDENTIFIER, list->text);
        dn_pg_fact_close(&work->fact);
    } else {
        mark_unsure(work, "ref_columns");
    }
}

static void
realise_constraint(realising *work, const dunlin_fact *fact)
{
    const dunlin_property *expression = member(fact, "expr");
    bool enforced = !is_true(fact, "not_enforced");

    begin_constraint(work, fact, is_kind(fact, DUNLIN_KIND_PRIMARY_KEY) && fact->path_count < 3);
    copy_member(work, fact, "columns");
    copy_member(work, fact, "definition");
    copy_member(work, fact, "include");
    copy_member(work, fact, "nulls_not_distinct");
    if (is_kind(fact, DUNLIN_KIND_FOREIGN_KEY)) {
        copy_member(work, fact, "ref");
        add_referenced(work, fact);
        copy_action(work, fact, "on_delete", "no action");
        copy_action(work, fact, "on_update", "no action");
        copy_action(work, fact, "match", "simple");
        copy_member(work, fact, "on_delete_columns");
    }
    if (expression != NULL) {
        dn_pg_fact_expression(&work->fact, "expr",
                              translated(work, DUNLIN_TRANSLATE_EXPRESSION, expression->text));
        mark_unsure(work, "expr");
    }
    dn_pg_fact_boolean(&work->fact, "deferrable",
                       is_true(fact, "deferrable") || is_true(fact, "deferred"));
    copy_member(work, fact, "deferred");
    copy_member(work, fact, "options");
    copy_member(work, fact, "no_inherit");
    copy_member(work, fact, "not_enforced");
    dn_pg_fact_boolean(&work->fact, "not_valid", enforced && is_true(fact, "not_valid"));
    copy_member(work, fact, "comment");
    push(work);
}

/* One {column or expr, ..}; answers what is behind it. */
static const dunlin_property *
add_key(realising *work, const dunlin_property *one)
{
    const dunlin_property *nulls = NULL;
    bool descending = false;

    dn_pg_fact_open(&work->fact, DUNLIN_PROPERTY_STRUCT_BEGIN, NULL);
    for (one++; one->type != DUNLIN_PROPERTY_END; one++) {
        if (dn_kit_same(one->name, "column")) {
            dn_pg_fact_name(&work->fact, "column", one->text);
        } else if (dn_kit_same(one->name, "expr")) {
            dn_pg_fact_expression(&work->fact, "expr",
                                  translated(work, DUNLIN_TRANSLATE_EXPRESSION, one->text));
            mark_unsure(work, "keys");
        } else if (dn_kit_same(one->name, "desc")) {
            descending = one->integer != 0;
            dn_pg_fact_boolean(&work->fact, "desc", descending);
        } else if (dn_kit_same(one->name, "nulls")) {
            nulls = one;
        } else if (dn_kit_same(one->name, "opclass_options")) {
            dn_pg_fact_add(&work->fact, *one);
        } else if (dn_kit_same(one->name, "opclass") ||
                   (dn_kit_same(one->name, "collation") && !dn_pg_is_mysql_collation(one->text))) {
            dn_pg_fact_add(&work->fact, *one);
            mark_unsure(work, "keys");
        }
    }
    if (nulls != NULL && dn_kit_same(nulls->text, descending ? "last" : "first"))
        dn_pg_fact_text(&work->fact, "nulls", nulls->text);
    dn_pg_fact_close(&work->fact);
    return one + 1;
}

static void
add_keys(realising *work, const dunlin_fact *fact)
{
    const dunlin_property *list = member(fact, "keys");
    const dunlin_property *columns = member(fact, "columns");

    dn_pg_fact_open(&work->fact, DUNLIN_PROPERTY_LIST_BEGIN, "keys");
    for (list = list != NULL ? list + 1 : NULL;
         list != NULL && list->type == DUNLIN_PROPERTY_STRUCT_BEGIN;)
        list = add_key(work, list);
    for (columns = columns != NULL ? columns + 1 : NULL;
         columns != NULL && columns->type != DUNLIN_PROPERTY_END; columns++) {
        dn_pg_fact_open(&work->fact, DUNLIN_PROPERTY_STRUCT_BEGIN, NULL);
        dn_pg_fact_name(&work->fact, "column", columns->text);
        dn_pg_fact_close(&work->fact);
    }
    dn_pg_fact_close(&work->fact);
}

static void
realise_index(realising *work, const dunlin_fact *fact)
{
    const dunlin_property *where = member(fact, "where");

    begin(work, DUNLIN_KIND_INDEX, fact);
    copy_member(work, fact, "unique");
    add_keys(work, fact);
    copy_action(work, fact, "method", "btree");
    copy_member(work, fact, "include");
    if (where != NULL) {
        dn_pg_fact_expression(&work->fact, "where",
                              translated(work, DUNLIN_TRANSLATE_EXPRESSION, where->text));
        mark_unsure(work, "where");
    }
    copy_member(work, fact, "nulls_not_distinct");
    copy_member(work, fact, "options");
    copy_member(work, fact, "comment");
    push(work);
}

/* --- other kinds ---------------------------------------------------------------------------------------------- */
static void
realise_table(realising *work, const dunlin_fact *fact)
{
    static const char *const members[] = {
        "order",         "unlogged",       "temporary",       "partition_by",
        "partition_of",  "bound",          "inherits",        "options",
        "access_method", "tablespace",     "row_security",    "row_security_forced",
        "of_type",       "foreign_server", "foreign_options", "comment"};

    begin(work, DUNLIN_KIND_TABLE, fact);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        copy_member(work, fact, members[i]);
    if (member(fact, "partition_by") != NULL)
        mark_unsure(work, "partition_by");
    if (member(fact, "bound") != NULL)
        mark_unsure(work, "bound");
    push(work);
}

static void
realise_view(realising *work, const dunlin_fact *fact)
{
    const dunlin_property *definition = member(fact, "definition");

    dn_pg_fact_begin(&work->fact, "", fact->path, (size_t)fact->path_count);
    work->fact.fact.kind = fact->kind;
    if (definition != NULL) {
        dn_pg_fact_expression(&work->fact, "definition",
                              translated(work, DUNLIN_TRANSLATE_QUERY, definition->text));
        mark_unsure(work, "definition");
    }
    /* The server keeps their names in the definition. */
    if (member(fact, "columns") != NULL) {
        copy_member(work, fact, "columns");
        mark_unsure(work, "columns");
    }
    copy_member(work, fact, "depends");
    copy_member(work, fact, "options");
    copy_member(work, fact, "comment");
    push(work);
}

static int64_t
number_of(const dunlin_fact *fact, const char *name, int64_t usual)
{
    const dunlin_property *one = member(fact, name);

    return one != NULL ? one->integer : usual;
}

static void
add_number(realising *work, const char *name, int64_t number, int64_t usual)
{
    if (number != usual)
        dn_pg_fact_integer(&work->fact, name, number);
}

static void
realise_sequence(realising *work, const dunlin_fact *fact)
{
    const dunlin_property *given = member(fact, "type");
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text type = {0};
    int64_t step = number_of(fact, "increment", 1);
    int64_t limit = INT64_MAX;
    int64_t least;
    int64_t most;

    begin(work, DUNLIN_KIND_SEQUENCE, fact);
    if (given != NULL) {
        dn_pg_type_print(&type, given->text, given->type == DUNLIN_PROPERTY_TEXT);
        if (!dn_kit_same(dn_kit_text_string(&type), "bigint"))
            dn_pg_fact_text(&work->fact, "type", keep(work, &type));
        limit = dn_kit_same(dn_kit_text_string(&type), "smallint")  ? INT16_MAX
                : dn_kit_same(dn_kit_text_string(&type), "integer") ? INT32_MAX
                                                                    : INT64_MAX;
    }
    least = number_of(fact, "min", step > 0 ? 1 : -limit - 1);
    most = number_of(fact, "max", step > 0 ? limit : -1);
    add_number(work, "increment", step, 1);
    add_number(work, "min", least, step > 0 ? 1 : -limit - 1);
    add_number(work, "max", most, step > 0 ? limit : -1);
    add_number(work, "start", number_of(fact, "start", step > 0 ? least : most),
               step > 0 ? least : most);
    add_number(work, "cache", number_of(fact, "cache", 1), 1);
    copy_member(work, fact, "cycle");
    copy_member(work, fact, "owned_by");
    copy_member(work, fact, "comment");
    push(work);
}

static void
realise_domain(realising *work, const dunlin_fact *fact)
{
    const dunlin_property *given = member(fact, "type");
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text type = {0};

    begin(work, DUNLIN_KIND_DOMAIN, fact);
    if (given != NULL && !dn_pg_type_print(&type, given->text, given->type == DUNLIN_PROPERTY_TEXT))
        mark_unsure(work, "type");
    dn_pg_fact_text(&work->fact, "type", keep(work, &type));
    copy_member(work, fact, "not_null");
    add_default(work, fact, dn_kit_text_string(&type), NULL);
    copy_member(work, fact, "checks");
    if (member(fact, "checks") != NULL)
        mark_unsure(work, "checks");
    copy_member(work, fact, "check_names");
    copy_member(work, fact, "not_valid_checks");
    copy_member(work, fact, "check_comments");
    copy_member(work, fact, "collation");
    copy_member(work, fact, "comment");
    push(work);
}

/* As it is; texts that the server prints in its own way are not compared. */
static void
realise_other(realising *work, const dunlin_fact *fact)
{
    static const char *const texts[] = {"definition", "using", "check"};

    dn_pg_fact_begin(&work->fact, "", fact->path, (size_t)fact->path_count);
    work->fact.fact.kind = fact->kind;
    for (uint64_t i = 0; i < fact->property_count; i++)
        dn_pg_fact_add(&work->fact, fact->properties[i]);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (member(fact, texts[i]) != NULL)
            mark_unsure(work, texts[i]);
    push(work);
}

static void
realise(realising *work, const dunlin_fact *fact)
{
    static const struct {
        const char *kind;
        void (*realise)(realising *work, const dunlin_fact *fact);
    } kinds[] = {
        {DUNLIN_KIND_COLUMN, realise_column},
        {DUNLIN_KIND_TABLE, realise_table},
        {DUNLIN_KIND_PRIMARY_KEY, realise_constraint},
        {DUNLIN_KIND_UNIQUE, realise_constraint},
        {DUNLIN_KIND_FOREIGN_KEY, realise_constraint},
        {DUNLIN_KIND_CHECK, realise_constraint},
        {DUNLIN_KIND_INDEX, realise_index},
        {DUNLIN_KIND_VIEW, realise_view},
        {DUNLIN_KIND_MATERIALIZED_VIEW, realise_view},
        {DUNLIN_KIND_SEQUENCE, realise_sequence},
        {DUNLIN_KIND_DOMAIN, realise_domain},
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (is_kind(fact, kinds[i].kind) && fact->path_count > 0) {
            kinds[i].realise(work, fact);
            return;
        }
    realise_other(work, fact);
}

int32_t
dn_pg_realise(const dunlin_call *call, const dunlin_profile *profile,
              const dunlin_fact *const *facts, uint64_t count)
{
    realising work = {.call = call,
                      .profile = profile,
                      .version = profile != NULL ? profile->major : 17,
                      .facts = facts,
                      .count = count,
                      .status = DUNLIN_OK};

    for (uint64_t i = 0; i < count && work.status == DUNLIN_OK; i++)
        if (facts[i]->path_count > 3)
            work.status = dn_kit_fail(call, DUNLIN_USAGE, "a fact of the kind '%.*s' with %d names",
                                      (int)facts[i]->kind.length, facts[i]->kind.data,
                                      (int)facts[i]->path_count);
        else
            realise(&work, facts[i]);
    dn_pg_fact_free(&work.fact);
    dn_pg_arena_free(&work.arena);
    return work.status;
}
