/* SPDX-License-Identifier: MIT
 *
 * Facts as written -> facts as introspect prints them.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "drivers/mysql/my_render.h"
#include "drivers/mysql/my_schema.h"

typedef struct realising {
    dn_mysql_rendering work; /* for what it shares with rendering */
    const dunlin_fact *const *facts;
    uint64_t count;
} realising;

static bool
is_kind(const dunlin_fact *fact, const char *kind)
{
    return dn_kit_same(fact->kind, kind);
}

/* Pushes a fact with what only the server can print. Frees the list. */
static int32_t
push(realising *real, const char *kind, const dunlin_string *path, uint64_t path_count,
     dn_mysql_list *list, const char *unsure)
{
    const dunlin_call *call = real->work.call;
    dunlin_fact fact = {
        .size = sizeof(fact), .kind = dn_kit_string(kind), .path = path, .path_count = path_count};
    int32_t status;

    if (unsure != NULL) {
        dn_mysql_open_member(list, "unsure", DUNLIN_PROPERTY_LIST_BEGIN);
        while (*unsure != '\0') {
            dunlin_string word = {unsure, strcspn(unsure, " ")};

            dn_mysql_add(list, NULL, DUNLIN_PROPERTY_TEXT, word);
            unsure += word.length;
            unsure += strspn(unsure, " ");
        }
        dn_mysql_close_member(list);
    }
    fact.properties = list->items;
    fact.property_count = list->count;
    status = list->failed || real->work.pool.failed ? dn_kit_no_memory(call)
                                                    : call->host->fact(call, &fact);
    dn_mysql_list_free(list);
    return status;
}

static void
copy_text(dn_mysql_list *list, dn_kit_set members, const char *name)
{
    const dunlin_property *member = dn_kit_set_find(members, name);

    if (member != NULL)
        dn_mysql_add_copy(list, member);
}

/* --- tables ------------------------------------------------------------------------------------------- */
static int32_t
realise_table(realising *real, const dunlin_fact *fact)
{
    dn_kit_set members = dn_mysql_fact_members(fact);
    dunlin_string engine = dn_kit_set_text(members, "engine");
    dunlin_string collation = dn_kit_set_text(members, "collation");
    bool said = collation.length > 0;
    dn_mysql_list list = {0};
    bool pads;

    if (!said)
        collation = dn_kit_string(dn_mysql_binary_collation(&real->work.server, &pads));
    if (!dn_kit_same_word(engine, "InnoDB"))
        dn_mysql_add(&list, "engine", DUNLIN_PROPERTY_TEXT, engine);
    dn_mysql_add(&list, "collation", DUNLIN_PROPERTY_TEXT, collation);
    copy_text(&list, members, "options");
    copy_text(&list, members, "partition_by");
    copy_text(&list, members, "period");
    copy_text(&list, members, "comment");
    copy_text(&list, members, "order");
    /* One that was written for this database takes the database's. */
    return push(real, DUNLIN_KIND_TABLE, fact->path, fact->path_count, &list,
                said ? NULL : "collation");
}

/* --- columns --------------------------------------------------------------------------------------------- */
static bool
is_in_primary_key(const realising *real, const dunlin_fact *column)
{
    for (uint64_t i = 0; i < real->count; i++) {
        dn_kit_set columns = dn_kit_set_list(dn_mysql_fact_members(real->facts[i]), "columns");

        if (!is_kind(real->facts[i], DUNLIN_KIND_PRIMARY_KEY) ||
            !dn_kit_equal(real->facts[i]->path[0], column->path[0]))
            continue;
        for (uint64_t k = 0; k < columns.count; k++)
            if (dn_mysql_same_name(columns.list[k].text, column->path[1]))
                return true;
    }
    return false;
}

static bool
is_whole(dunlin_string text)
{
    uint64_t at = text.length > 1 && text.data[0] == '-' ? 1 : 0;

    if (text.length - at > 1 && text.data[at] == '0')
        return false;
    for (; at < text.length; at++)
        if (!isdigit((unsigned char)text.data[at]))
            return false;
    return text.length > 0;
}

static bool
is_of(dunlin_string type, const char *words)
{
    while (*words != '\0') {
        size_t length = strcspn(words, " ");

        if (type.length >= length && strncasecmp(type.data, words, length) == 0)
            return true;
        words += length;
        words += strspn(words, " ");
    }
    return false;
}

/* decimal(5,2): 1 is printed as 1.00. */
static bool
fill_decimal(dn_kit_pool *pool, dunlin_string type, dunlin_string *text)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text filled = {0};
    const char *comma = memchr(type.data, ',', type.length);
    const char *point = memchr(text->data, '.', text->length);
    int64_t scale = comma != NULL ? dn_mysql_number((dunlin_string){comma + 1, 2}) : 0;
    dunlin_string whole = *text;
    int64_t digits = 0;

    if (point != NULL) {
        whole.length = (uint64_t)(point - text->data);
        digits = (int64_t)(text->length - whole.length - 1);
    }
    if (!is_whole(whole) || digits > scale)
        return false;
    dn_kit_text_add_string(&filled, *text);
    if (point == NULL && scale > 0)
        dn_kit_text_add(&filled, ".");
    for (; digits < scale; digits++)
        dn_kit_text_add(&filled, "0");
    *text = dn_kit_pool_text(pool, &filled);
    return true;
}

/* [MDB] the default of a text without a length is an expression, in which quotes are printed behind
 * a backslash; backslashes are printed twice everywhere. */
static bool
fill_string(realising *real, bool expression, dunlin_string *text)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text filled = {0};

    for (uint64_t i = 0; i < text->length; i++) {
        char c = text->data[i];
        bool inside = i > 0 && i + 1 < text->length;

        if ((unsigned char)c < ' ' || (c == '\\' && text->data[i + 1] != '\\'))
            return false;
        if (c == '\\' || (inside && c == '\'')) {
            dn_kit_text_add(&filled, c == '\\'                                 ? "\\\\"
                                     : expression && real->work.server.mariadb ? "\\'"
                                                                               : "''");
            i++;
        } else {
            dn_kit_text_add_string(&filled, (dunlin_string){&text->data[i], 1});
        }
    }
    *text = dn_kit_pool_text(&real->work.pool, &filled);
    return true;
}

/* ON UPDATE, with as many digits as the type has. */
static void
add_on_update(realising *real, dn_kit_set members, dunlin_string type, dn_mysql_list *list)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    const char *digits = memchr(type.data, '(', type.length);

    if (dn_kit_set_find(members, "on_update") == NULL)
        return;
    dn_kit_text_add(&text, "current_timestamp");
    if (digits != NULL)
        dn_kit_text_add_string(
            &text, (dunlin_string){digits, type.length - (uint64_t)(digits - type.data)});
    else
        dn_kit_text_add(&text, "()");
    dn_mysql_add(list, "on_update", DUNLIN_PROPERTY_EXPRESSION,
                 dn_kit_pool_text(&real->work.pool, &text));
}

/* 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2026-01-05': x is a hexadecimal digit and 9 one. */
static bool
has_form(dunlin_string text, const char *form)
{
    if (text.length != strlen(form))
        return false;
    for (uint64_t i = 0; i < text.length; i++)
        if (form[i] == 'x'   ? strchr("0123456789abcdef", text.data[i]) == NULL
            : form[i] == '9' ? text.data[i] < '0' || text.data[i] > '9'
                             : text.data[i] != form[i])
            return false;
    return true;
}

/* X'6a' */
static bool
is_hexadecimal(dunlin_string text)
{
    if (text.length < 3 || memcmp(text.data, "X'", 2) != 0)
        return false;
    for (uint64_t i = 2; i + 1 < text.length; i++)
        if (strchr("0123456789abcdef", text.data[i]) == NULL)
            return false;
    return true;
}

/* What has another name where it is printed. */
static bool
fill_moment(dunlin_string type, dunlin_string *text)
{
    static const struct {
        const char *type;
        const char *written;
        const char *printed;
    } moments[] = {
        {"date", "(CURRENT_DATE)", "curdate()"},
        {"time(6)", "(CURRENT_TIME(6))", "curtime(6)"},
        {"datetime(6)", "(CURRENT_DATE)", "cast(curdate() as datetime(6))"},
    };

    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
        if (dn_kit_same_word(type, moments[i].type) &&
            dn_kit_same_word(*text, moments[i].written)) {
            *text = dn_kit_string(moments[i].printed);
            return true;
        }
    return false;
}

/* Whether this is how the server prints it. */
static bool
is_printed_default(realising *real, dunlin_string type, dunlin_string *text)
{
    bool quoted = text->length >= 2 && text->data[0] == '\'';

    if (is_of(*text, "current_timestamp") || (real->work.server.mariadb && fill_moment(type, text)))
        return true;
    if (is_of(type, "uuid"))
        return has_form(*text, "'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx'");
    if (is_of(type, "datetime(6) timestamp(6)") && has_form(*text, "'9999-99-99 99:99:99'")) {
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text filled = {0};

        dn_kit_text_format(&filled, "%.*s.000000'", (int)text->length - 1, text->data);
        *text = dn_kit_pool_text(&real->work.pool, &filled);
        return true;
    }
    if (dn_kit_same(type, "date"))
        return has_form(*text, "'9999-99-99'");
    if (quoted)
        return is_of(type, "char varchar enum tinytext text mediumtext longtext json") &&
               fill_string(real, is_of(type, "tinytext text mediumtext longtext json"), text);
    if (is_of(type, "longblob"))
        return is_hexadecimal(*text);
    if (is_of(type, "float double"))
        return is_whole(*text);
    if (is_of(type, "decimal"))
        return fill_decimal(&real->work.pool, type, text);
    return is_of(type, "tinyint smallint mediumint int bigint") && is_whole(*text);
}

/* A collation is told where it is another than the table's. */
static void
add_column_collation(const realising *real, const dunlin_fact *fact, dn_kit_set members,
                     dn_mysql_list *list)
{
    const dunlin_property *collation = dn_kit_set_find(members, "collation");

    for (uint64_t i = 0; i < real->count && collation != NULL; i++)
        if (is_kind(real->facts[i], DUNLIN_KIND_TABLE) &&
            dn_kit_equal(real->facts[i]->path[0], fact->path[0]) &&
            dn_kit_equal(dn_kit_set_text(dn_mysql_fact_members(real->facts[i]), "collation"),
                         collation->text))
            return;
    if (collation != NULL)
        dn_mysql_add_copy(list, collation);
}

static const char *
unsure_of(bool generated, bool fallback, bool collation)
{
    if (generated)
        return collation ? "generated collation" : "generated";
    if (fallback)
        return collation ? "default collation" : "default";
    return collation ? "collation" : NULL;
}

/* As one says it to this server alone. */
static bool
lists_labels(dunlin_string type)
{
    uint64_t at = sizeof("enum") - 1;

    if (type.length <= at || strncasecmp(type.data, "enum", at) != 0)
        return false;
    while (at < type.length && isspace((unsigned char)type.data[at]))
        at++;
    return at < type.length && type.data[at] == '(';
}

static void
add_type(realising *real, dn_kit_set members, dunlin_string *type, dn_mysql_list *list)
{
    dunlin_string said = *type;

    *type = lists_labels(said) ? dn_kit_string("enum") : said;
    dn_mysql_add(list, "type", DUNLIN_PROPERTY_TEXT, *type);
    if (type->data == said.data) {
        copy_text(list, members, "values");
        return;
    }
    dn_mysql_open_member(list, "values", DUNLIN_PROPERTY_LIST_BEGIN);
    dn_mysql_add_labels(list, &real->work.pool, said, real->work.server.mariadb);
    dn_mysql_close_member(list);
}

static int32_t
realise_column(realising *real, const dunlin_fact *fact)
{
    dn_mysql_list native = {0};
    dn_mysql_list list = {0};
    dn_kit_set members;
    dunlin_string type;
    dunlin_string fallback;
    bool generated;
    bool sure = true;
    int32_t status =
        dn_mysql_native_column(&real->work, fact->path[1], dn_mysql_fact_members(fact), &native);

    members = (dn_kit_set){native.items, native.count};
    type = dn_kit_set_text(members, "type");
    fallback = dn_kit_set_text(members, "default");
    generated = dn_kit_set_find(members, "generated") != NULL;
    if (status != DUNLIN_OK) {
        dn_mysql_list_free(&native);
        return status;
    }
    add_type(real, members, &type, &list);
    dn_mysql_add_flag(&list, "not_null",
                      (dn_kit_set_is_true(members, "not_null") ||
                       dn_kit_set_find(members, "auto") != NULL || is_in_primary_key(real, fact)) &&
                          !(generated && real->work.server.mariadb));
    if (fallback.length > 0 && !generated) {
        sure = is_printed_default(real, type, &fallback);
        dn_mysql_add(&list, "default", DUNLIN_PROPERTY_EXPRESSION, fallback);
    }
    if (dn_kit_set_find(members, "auto") != NULL)
        dn_mysql_add(&list, "auto", DUNLIN_PROPERTY_TEXT, dn_kit_string("increment"));
    copy_text(&list, members, "generated");
    if (generated)
        dn_mysql_add(&list, "generated_kind", DUNLIN_PROPERTY_TEXT,
                     dn_kit_same(dn_kit_set_text(members, "generated_kind"), "virtual")
                         ? dn_kit_string("virtual")
                         : dn_kit_string("stored"));
    add_column_collation(real, fact, members, &list);
    add_on_update(real, members, type, &list);
    copy_text(&list, members, "invisible");
    copy_text(&list, members, "comment");
    status = push(real, DUNLIN_KIND_COLUMN, fact->path, fact->path_count, &list,
                  unsure_of(generated, !sure,
                            dn_kit_set_find(members, "charset") != NULL &&
                                dn_kit_set_find(members, "collation") == NULL));
    dn_mysql_list_free(&native);
    return status;
}

/* --- keys -------------------------------------------------------------------------------------------------- */
static int32_t
realise_key(realising *real, const dunlin_fact *fact)
{
    bool primary = is_kind(fact, DUNLIN_KIND_PRIMARY_KEY);
    dn_kit_set members = dn_mysql_fact_members(fact);
    dunlin_string path[2] = {fact->path[0], dn_kit_string("PRIMARY")};
    dn_mysql_list list = {0};

    if (!primary && fact->path_count > 1)
        path[1] = fact->path[1];
    copy_text(&list, members, "columns");
    copy_text(&list, members, "lengths");
    copy_text(&list, members, "desc_columns");
    copy_text(&list, members, "method");
    copy_text(&list, members, "invisible");
    copy_text(&list, members, "comment");
    return push(real, primary ? DUNLIN_KIND_PRIMARY_KEY : DUNLIN_KIND_UNIQUE, path, 2, &list, NULL);
}

static int32_t
realise_foreign_key(realising *real, const dunlin_fact *fact)
{
    static const char *const actions[] = {"on_delete", "on_update"};
    dn_kit_set members = dn_mysql_fact_members(fact);
    dn_mysql_list list = {0};

    copy_text(&list, members, "columns");
    copy_text(&list, members, "ref");
    copy_text(&list, members, "ref_columns");
    for (size_t i = 0; i < 2; i++) {
        dunlin_string action = dn_kit_set_text(members, actions[i]);

        if (dn_kit_same(action, "cascade") || dn_kit_same(action, "set null"))
            dn_mysql_add(&list, actions[i], DUNLIN_PROPERTY_TEXT, action);
    }
    return push(real, DUNLIN_KIND_FOREIGN_KEY, fact->path, fact->path_count, &list,
                dn_kit_set_find(members, "ref_columns") == NULL ? "ref_columns" : NULL);
}

static int32_t
realise_check(realising *real, const dunlin_fact *fact)
{
    dn_kit_set members = dn_mysql_fact_members(fact);
    bool unenforced = dn_kit_set_is_true(members, "not_enforced");
    dn_mysql_list list = {0};
    dunlin_string native;
    int32_t status;

    if (!dn_mysql_checks(&real->work.server) || (unenforced && real->work.server.mariadb))
        return DUNLIN_OK;
    status = dn_mysql_native(&real->work, DUNLIN_TRANSLATE_EXPRESSION,
                             dn_kit_set_text(members, "expr"), &native);
    if (status != DUNLIN_OK)
        return status;
    dn_mysql_add(&list, "expr", DUNLIN_PROPERTY_EXPRESSION, native);
    copy_text(&list, members, "level");
    dn_mysql_add_flag(&list, "not_enforced", unenforced);
    return push(real, DUNLIN_KIND_CHECK, fact->path, fact->path_count, &list, "expr");
}

/* --- indexes ------------------------------------------------------------------------------------------------- */
static dunlin_string
type_of(realising *real, dunlin_string table, dunlin_string column)
{
    dn_kit_set now;

    for (uint64_t i = 0; i < real->count; i++)
        if (is_kind(real->facts[i], DUNLIN_KIND_COLUMN) && real->facts[i]->path_count == 2 &&
            dn_kit_equal(real->facts[i]->path[0], table) &&
            dn_mysql_same_name(real->facts[i]->path[1], column))
            return dn_mysql_type_of(&real->work.pool, &real->work.server,
                                    dn_mysql_fact_members(real->facts[i]))
                .text;
    now = dn_mysql_fact_members(dn_mysql_find(&real->work, DUNLIN_KIND_COLUMN, table, column));
    return dn_kit_set_text(now, "type");
}

static bool
is_plain(dn_kit_set keys)
{
    for (uint64_t i = 0; i < keys.count; i = dn_kit_set_next(keys, i)) {
        dn_kit_set key = dn_kit_set_inside(keys, &keys.list[i]);

        if (dn_kit_set_find(key, "expr") != NULL || dn_kit_set_is_true(key, "desc") ||
            dn_kit_set_find(key, "length") != NULL)
            return false;
    }
    return true;
}

static void
add_keys(realising *real, const dunlin_fact *fact, dn_kit_set keys, bool whole, dn_mysql_list *list)
{
    dn_mysql_open_member(list, "keys", DUNLIN_PROPERTY_LIST_BEGIN);
    for (uint64_t i = 0; i < keys.count; i = dn_kit_set_next(keys, i)) {
        dn_kit_set key = dn_kit_set_inside(keys, &keys.list[i]);
        dunlin_string column = dn_kit_set_text(key, "column");
        int64_t length = dn_kit_set_number(key, "length", 0);

        dn_mysql_open_member(list, NULL, DUNLIN_PROPERTY_STRUCT_BEGIN);
        copy_text(list, key, "column");
        copy_text(list, key, "expr");
        copy_text(list, key, "desc");
        if (length == 0 && !whole && column.length > 0)
            length = dn_mysql_prefix(type_of(real, fact->path[0], column));
        if (length > 0)
            dn_mysql_add_number(list, "length", length);
        dn_mysql_close_member(list);
    }
    dn_mysql_close_member(list);
}

static int32_t
realise_index(realising *real, const dunlin_fact *fact)
{
    dn_kit_set members = dn_mysql_fact_members(fact);
    dn_kit_set keys = dn_kit_set_list(members, "keys");
    dunlin_string method = dn_kit_set_text(members, "method");
    bool text = dn_kit_same(method, "fulltext") || dn_kit_same(method, "spatial");
    bool unique = dn_kit_set_is_true(members, "unique");
    dn_mysql_list list = {0};

    if (unique && is_plain(keys)) {
        dn_mysql_open_member(&list, "columns", DUNLIN_PROPERTY_LIST_BEGIN);
        for (uint64_t i = 0; i < keys.count; i = dn_kit_set_next(keys, i))
            dn_mysql_add(&list, NULL, DUNLIN_PROPERTY_IDENTIFIER,
                         dn_kit_set_text(dn_kit_set_inside(keys, &keys.list[i]), "column"));
        dn_mysql_close_member(&list);
    } else {
        dn_mysql_add_flag(&list, "unique", unique);
        add_keys(real, fact, keys, unique || text, &list);
        if (text)
            dn_mysql_add(&list, "method", DUNLIN_PROPERTY_TEXT, method);
        copy_text(&list, members, "implied");
    }
    copy_text(&list, members, "invisible");
    copy_text(&list, members, "comment");
    return push(real, unique && is_plain(keys) ? DUNLIN_KIND_UNIQUE : DUNLIN_KIND_INDEX, fact->path,
                fact->path_count, &list, is_plain(keys) || unique ? NULL : "keys");
}

/* --- all kinds -------------------------------------------------------------------------------------------------- */
static int32_t
realise_view(realising *real, const dunlin_fact *fact)
{
    dn_kit_set members = dn_mysql_fact_members(fact);
    dn_mysql_list list = {0};
    int32_t status = DUNLIN_OK;

    for (uint64_t i = 0; i < members.count && status == DUNLIN_OK;
         i = dn_kit_set_next(members, i)) {
        dunlin_string native;

        if (!dn_kit_same(members.list[i].name, "definition")) {
            dn_mysql_add_copy(&list, &members.list[i]);
            continue;
        }
        status =
            dn_mysql_native(&real->work, DUNLIN_TRANSLATE_QUERY, members.list[i].text, &native);
        if (status == DUNLIN_OK)
            dn_mysql_add(&list, "definition", DUNLIN_PROPERTY_EXPRESSION,
                         dn_kit_pool_copy(&real->work.pool, native));
    }
    if (status == DUNLIN_OK)
        return push(real, DUNLIN_KIND_VIEW, fact->path, fact->path_count, &list,
                    "definition depends columns");
    dn_mysql_list_free(&list);
    return status;
}

static int32_t
realise_text(realising *real, const dunlin_fact *fact)
{
    DN_KIT_CLEANUP(dn_kit_free) char *kind = dn_kit_copy(fact->kind);
    dn_kit_set members = dn_mysql_fact_members(fact);
    dn_mysql_list list = {0};

    if (kind == NULL)
        return dn_kit_no_memory(real->work.call);
    for (uint64_t i = 0; i < members.count; i = dn_kit_set_next(members, i))
        dn_mysql_add_copy(&list, &members.list[i]);
    return push(real, kind, fact->path, fact->path_count, &list, "definition depends columns");
}

static int32_t
realise_sequence(realising *real, const dunlin_fact *fact)
{
    static const struct {
        const char *name;
        int64_t usual;
    } numbers[] = {{"start", 1}, {"increment", 1}, {"min", 1}, {"max", INT64_MAX - 1}};
    dn_kit_set members = dn_mysql_fact_members(fact);
    dn_mysql_list list = {0};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        int64_t number = dn_kit_set_number(members, numbers[i].name, numbers[i].usual);

        if (number != numbers[i].usual && number != INT64_MAX)
            dn_mysql_add_number(&list, numbers[i].name, number);
    }
    dn_mysql_add_flag(&list, "cycle", dn_kit_set_is_true(members, "cycle"));
    copy_text(&list, members, "engine");
    return push(real, DUNLIN_KIND_SEQUENCE, fact->path, fact->path_count, &list, "cache");
}

static const struct {
    const char *kind;
    uint64_t path_count;
    int32_t (*realise)(realising *real, const dunlin_fact *fact);
} kinds[] = {
    {DUNLIN_KIND_TABLE, 1, realise_table},
    {DUNLIN_KIND_COLUMN, 2, realise_column},
    {DUNLIN_KIND_PRIMARY_KEY, 1, realise_key},
    {DUNLIN_KIND_UNIQUE, 2, realise_key},
    {DUNLIN_KIND_FOREIGN_KEY, 2, realise_foreign_key},
    {DUNLIN_KIND_CHECK, 2, realise_check},
    {DUNLIN_KIND_INDEX, 2, realise_index},
    {DUNLIN_KIND_SEQUENCE, 1, realise_sequence},
    {DUNLIN_KIND_VIEW, 1, realise_view},
};

int32_t
dn_mysql_realise(const dunlin_call *call, const dunlin_profile *profile,
                 const dunlin_fact *const *facts, uint64_t count)
{
    realising real = {.work = {.call = call,
                               .profile = profile,
                               .server = dn_mysql_server_of(profile),
                               .quiet = true},
                      .facts = facts,
                      .count = count};
    int32_t status = DUNLIN_OK;

    for (uint64_t i = 0; i < count && status == DUNLIN_OK; i++) {
        size_t k = 0;

        while (k < sizeof(kinds) / sizeof(kinds[0]) && !is_kind(facts[i], kinds[k].kind))
            k++;
        real.work.at = i;
        if (k < sizeof(kinds) / sizeof(kinds[0]) && facts[i]->path_count < kinds[k].path_count)
            status = dn_kit_fail(call, DUNLIN_USAGE, "a fact without a name");
        else
            status = k < sizeof(kinds) / sizeof(kinds[0]) ? kinds[k].realise(&real, facts[i])
                                                          : realise_text(&real, facts[i]);
    }
    dn_kit_text_free(&real.work.sql);
    dn_kit_pool_free(&real.work.pool);
    return status;
}
