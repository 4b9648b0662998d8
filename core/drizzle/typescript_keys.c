/* SPDX-License-Identifier: MIT
 *
 * Keys, indexes and checks as drizzle-orm's TypeScript.
 */
#include <ctype.h>
#include <string.h>

#include "core/drizzle/drizzle_internal.h"

typedef struct keying {
    const dn_drizzle_dialect *dialect;
    const dn_fact_map *made;
    const dunlin_fact *fact;
    dn_arena *arena;
    dn_text *text;
} keying;

static const dunlin_property *
find(const keying *work, const char *name)
{
    return dn_property_find(work->fact->properties, work->fact->property_count, name);
}

static bool
is_set(const keying *work, const char *name)
{
    return dn_fact_flag(work->fact, name);
}

static void
add_key(keying *work, const char *variable, dunlin_string name)
{
    const char *key = dn_drizzle_key(work->arena, name);

    if (!key)
        work->text->failed = true;
    else
        dn_text_printf(work->text, "%s.%s", variable, key);
}

static void
add_name(keying *work, const char *function)
{
    dunlin_string name = work->fact->path[work->fact->path_count - 1];

    dn_text_printf(work->text, "%s(", function);
    dn_json_add_string(work->text, name.data, (size_t)name.length);
    dn_text_add_string(work->text, ")");
}

static void
add_keys(keying *work, const char *variable, const char *list)
{
    const dunlin_property *one = find(work, list);
    const char *joint = "";

    for (one = one ? one + 1 : NULL; one && one->type != DUNLIN_PROPERTY_END; one++) {
        dn_text_add_string(work->text, joint);
        add_key(work, variable, one->text);
        joint = ", ";
    }
}

/* --- expressions ---------------------------------------------------------------------------------------- */

/* Is there a column of that name in the table? */
static bool
is_column(const keying *work, dunlin_string word)
{
    uint64_t count = work->fact->path_count;
    dunlin_string path[8];

    if (count > sizeof path / sizeof path[0] || !word.length)
        return false;
    memcpy(path, work->fact->path, (size_t)count * sizeof *path);
    path[count - 1] = word;
    return dn_fact_map_find(work->made, dn_string(DUNLIN_KIND_COLUMN), path, count) != NULL;
}

static size_t
word_length(dunlin_string text, size_t at)
{
    size_t length = 0;
    char quote = text.data[at];

    if (quote == '"' || quote == '`') {
        for (length = 1; at + length < text.length && text.data[at + length] != quote; length++)
            ;
        return at + length < text.length ? length + 1 : 0;
    }
    if (!isalpha((unsigned char)quote) && quote != '_')
        return 0;
    while (at + length < text.length &&
           (isalnum((unsigned char)text.data[at + length]) || text.data[at + length] == '_'))
        length++;
    return length;
}

static size_t
skip_string(dunlin_string text, size_t at)
{
    size_t length = 1;

    while (at + length < text.length && text.data[at + length] != '\'')
        length++;
    return at + length < text.length ? length + 1 : length;
}

/* Names of columns become ${t.key}; what is left is safe in a template. */
static void
add_expression(keying *work, dunlin_string text)
{
    dn_text_add_string(work->text, "sql`");
    for (size_t at = 0; at < text.length;) {
        size_t length = text.data[at] == '\'' ? skip_string(text, at) : word_length(text, at);
        bool quoted = text.data[at] == '"' || text.data[at] == '`';
        dunlin_string word = dn_span(text.data + at + (quoted ? 1 : 0),
                                     length > 2 || !quoted ? length - (quoted ? 2 : 0) : 0);

        if (length && text.data[at] != '\'' && is_column(work, word)) {
            dn_text_add_string(work->text, "${");
            add_key(work, "t", word);
            dn_text_add_string(work->text, "}");
            at += length;
            continue;
        }
        for (size_t end = at + (length ? length : 1); at < end; at++) {
            if (text.data[at] == '`' || text.data[at] == '\\')
                dn_text_add_char(work->text, '\\');
            dn_text_add_char(work->text, text.data[at]);
        }
    }
    dn_text_add_string(work->text, "`");
}

/* PostgreSQL prints checks in parentheses. */
static dunlin_string
bare(dunlin_string text)
{
    int depth = 0;

    if (text.length < 2 || text.data[0] != '(' || text.data[text.length - 1] != ')')
        return text;
    for (size_t i = 0; i + 1 < text.length; i++) {
        depth += text.data[i] == '(' ? 1 : text.data[i] == ')' ? -1 : 0;
        if (depth == 0)
            return text;
    }
    return dn_span(text.data + 1, (size_t)text.length - 2);
}

/* --- each kind ---------------------------------------------------------------------------------------------- */

static void
add_index_keys(keying *work)
{
    const dunlin_property *keys = find(work, "keys");
    uint64_t span = keys ? dn_property_span(work->fact->properties, work->fact->property_count,
                                            (uint64_t)(keys - work->fact->properties))
                         : 0;
    const char *joint = "";

    for (uint64_t i = 1; i + 1 < span; i++) {
        const dunlin_property *one = &keys[i];

        if (one->type == DUNLIN_PROPERTY_STRUCT_BEGIN || one->type == DUNLIN_PROPERTY_END)
            continue;
        if (dn_string_equal(one->name, "column")) {
            dn_text_add_string(work->text, joint);
            add_key(work, "t", one->text);
            joint = ", ";
        } else if (dn_string_equal(one->name, "expr")) {
            dn_text_add_string(work->text, joint);
            add_expression(work, one->text);
            joint = ", ";
        } else if (dn_string_equal(one->name, "desc") && one->integer) {
            dn_text_add_string(work->text, ".desc()");
        }
    }
}

static void
add_index(keying *work)
{
    const dunlin_property *method = find(work, "method");
    const dunlin_property *where = find(work, "where");

    add_name(work, is_set(work, "unique") ? "uniqueIndex" : "index");
    if (method && work->dialect->prefix[0] == 'p') {
        dn_text_printf(work->text, ".using(\"%.*s\", ", (int)method->text.length,
                       method->text.data);
    } else {
        dn_text_add_string(work->text, ".on(");
    }
    add_index_keys(work);
    dn_text_add_string(work->text, ")");
    if (where) {
        dn_text_add_string(work->text, ".where(");
        add_expression(work, bare(where->text));
        dn_text_add_string(work->text, ")");
    }
}

static void
add_action(keying *work, const char *member, const char *function)
{
    const dunlin_property *action = find(work, member);

    if (action)
        dn_text_printf(work->text, ".%s(\"%.*s\")", function, (int)action->text.length,
                       action->text.data);
}

static void
add_reference(keying *work)
{
    const dunlin_property *ref = find(work, "ref");
    const char *table = NULL;

    for (ref = ref ? ref + 1 : NULL; ref && ref->type != DUNLIN_PROPERTY_END; ref++)
        table = dn_drizzle_key(work->arena, ref->text);
    dn_text_add_string(work->text, "foreignKey({ columns: [");
    add_keys(work, "t", "columns");
    dn_text_add_string(work->text, "], foreignColumns: [");
    add_keys(work, table ? table : "", "ref_columns");
    dn_text_add_string(work->text, "]");
    if (!work->dialect->inline_references) {
        dn_text_add_string(work->text, ", name: ");
        dn_json_add_string(work->text, work->fact->path[work->fact->path_count - 1].data,
                           (size_t)work->fact->path[work->fact->path_count - 1].length);
    }
    dn_text_add_string(work->text, " })");
    add_action(work, "on_delete", "onDelete");
    add_action(work, "on_update", "onUpdate");
}

int
dn_drizzle_write_member(const dn_drizzle_dialect *dialect, const dn_fact_map *made,
                        const dunlin_fact *fact, dn_arena *arena, dn_text *text, dn_error *error)
{
    keying work = {dialect, made, fact, arena, text};

    if (dn_fact_is(fact, DUNLIN_KIND_INDEX)) {
        add_index(&work);
    } else if (dn_fact_is(fact, DUNLIN_KIND_FOREIGN_KEY)) {
        add_reference(&work);
    } else if (dn_fact_is(fact, DUNLIN_KIND_CHECK)) {
        const dunlin_property *expression = find(&work, "expr");

        dn_text_add_string(text, "check(");
        dn_json_add_string(text, fact->path[fact->path_count - 1].data,
                           (size_t)fact->path[fact->path_count - 1].length);
        dn_text_add_string(text, ", ");
        add_expression(&work, expression ? bare(expression->text) : dn_string(""));
        dn_text_add_string(text, ")");
    } else if (dn_fact_is(fact, DUNLIN_KIND_UNIQUE)) {
        add_name(&work, "unique");
        dn_text_add_string(text, ".on(");
        add_keys(&work, "t", "columns");
        dn_text_add_string(text, ")");
    } else {
        dn_text_add_string(text, "primaryKey({ columns: [");
        add_keys(&work, "t", "columns");
        dn_text_add_string(text, "] })");
    }
    return text->failed ? dn_no_memory(error) : 0;
}
