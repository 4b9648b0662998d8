/* SPDX-License-Identifier: MIT
 *
 * Keys, checks and indexes in the words of SQL, for people.
 */
#include <string.h>

#include "core/schema/page.h"
#include "core/schema/schema_internal.h"

/* Adds a property at a place of its own; what has no rule is told by its name. */
typedef struct wording {
    const dunlin_property *properties;
    uint64_t count;
    dn_text *text;
} wording;

static const dunlin_property *
find(const wording *work, const char *name)
{
    return dn_property_find(work->properties, work->count, name);
}

/* "a, b"; or "a.b", the path of a table. */
static void
add_names(const wording *work, const dunlin_property *list, const char *between)
{
    const dunlin_property *end = work->properties + work->count;
    const char *lead = "";

    for (list = list ? list + 1 : end; list < end && list->type != DUNLIN_PROPERTY_END; list++) {
        dn_text_add_string(work->text, lead);
        dn_text_add(work->text, list->text.data, (size_t)list->text.length);
        lead = between;
    }
}

static void
add_list(const wording *work, const char *before, const char *name)
{
    dn_text_add_string(work->text, before);
    dn_text_add_char(work->text, '(');
    add_names(work, find(work, name), ", ");
    dn_text_add_char(work->text, ')');
}

/* One of an index: "lower(n) DESC", and what else there is by its name. */
static uint64_t
add_key(const wording *work, uint64_t at)
{
    uint64_t end = at + dn_property_span(work->properties, work->count, at);

    for (uint64_t i = at + 1; i + 1 < end; i++) {
        const dunlin_property *one = &work->properties[i];
        bool named = !dn_string_among(one->name, "column expr");

        if (one->type == DUNLIN_PROPERTY_BOOLEAN) {
            if (one->integer)
                dn_text_printf(work->text, " %.*s", (int)one->name.length, one->name.data);
            continue;
        }
        if (named)
            dn_text_printf(work->text, " %.*s ", (int)one->name.length, one->name.data);
        if (one->type == DUNLIN_PROPERTY_INTEGER)
            dn_text_printf(work->text, "%lld", (long long)one->integer);
        else
            dn_text_add(work->text, one->text.data, (size_t)one->text.length);
    }
    return end;
}

static void
add_keys(const wording *work)
{
    const dunlin_property *keys = find(work, "keys");
    const char *lead = "(";

    if (!keys)
        return;
    for (uint64_t at = (uint64_t)(keys - work->properties) + 1;
         at < work->count && work->properties[at].type == DUNLIN_PROPERTY_STRUCT_BEGIN;) {
        dn_text_add_string(work->text, lead);
        at = add_key(work, at);
        lead = ", ";
    }
    dn_text_add_string(work->text, ")");
}

static void
add_reference(const wording *work)
{
    add_list(work, "", "columns");
    dn_text_add_string(work->text, " references ");
    add_names(work, find(work, "ref"), ".");
    add_list(work, " ", "ref_columns");
}

/* "on_delete cascade" -> "on delete cascade" */
static void
add_rest(const wording *work, const char *said)
{
    for (uint64_t at = 0; at < work->count;
         at = dn_property_next(work->properties, work->count, at)) {
        const dunlin_property *one = &work->properties[at];
        uint64_t span = dn_property_span(work->properties, work->count, at);
        dn_auto(dn_text) words = DN_TEXT_INIT;

        if (dn_string_among(one->name, said) ||
            (one->type == DUNLIN_PROPERTY_BOOLEAN && !one->integer))
            continue;
        dn_property_describe(&words, one, span);
        for (size_t i = 0; i < one->name.length && i < words.length; i++)
            if (words.data[i] == '_')
                words.data[i] = ' ';
        if (one->type == DUNLIN_PROPERTY_LIST_BEGIN && words.length > one->name.length + 1) {
            words.data[one->name.length + 1] = '(';
            words.data[words.length - 1] = ')';
        }
        if (work->text->length)
            dn_text_add_string(
                work->text, one->name.length && strncmp(words.data, "where", 5) == 0 ? " " : ", ");
        dn_text_add(work->text, words.data ? words.data : "", words.length);
        work->text->failed = work->text->failed || words.failed;
    }
}

void
dn_page_words(const dunlin_fact *fact, dn_text *text)
{
    const wording work = {fact->properties, fact->property_count, text};
    const dunlin_property *expression = find(&work, "expr");

    if (dn_fact_is(fact, DUNLIN_KIND_FOREIGN_KEY)) {
        add_reference(&work);
    } else if (dn_fact_is(fact, DUNLIN_KIND_INDEX)) {
        dn_text_add_string(text, dn_property_flag(fact->properties, fact->property_count, "unique")
                                     ? "unique "
                                     : "");
        add_keys(&work);
    } else if (dn_fact_is(fact, DUNLIN_KIND_PRIMARY_KEY) || dn_fact_is(fact, DUNLIN_KIND_UNIQUE)) {
        if (find(&work, "keys"))
            add_keys(&work);
        else
            add_list(&work, "", "columns");
    } else if (expression) {
        dn_text_add(text, expression->text.data, (size_t)expression->text.length);
    }
    add_rest(&work, dn_fact_is(fact, DUNLIN_KIND_INDEX) ? "unique keys"
                                                        : "columns keys ref ref_columns expr");
}
