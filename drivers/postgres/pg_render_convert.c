/* SPDX-License-Identifier: MIT
 *
 * Values of a column whose type changes without USING. The other databases convert whatever they can;
 * PostgreSQL asks for a cast where it does not assign one type to the other by itself.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/kit/kit_property.h"
#include "drivers/postgres/pg_render.h"
#include "drivers/postgres/pg_type.h"

static const dunlin_property *
member(const dunlin_fact *fact, const char *name)
{
    return fact != NULL
               ? dn_kit_set_find((dn_kit_set){fact->properties, fact->property_count}, name)
               : NULL;
}

/* Of another array none is converted by itself, as text[] to integer[]. */
static bool
is_array(dunlin_string type)
{
    return type.length > 2 && memcmp(type.data + type.length - 2, "[]", 2) == 0;
}

/* What goes with what: classes of pg_type.c. What is not here cannot be converted at all. */
static const struct {
    const char *from;
    const char *to;
    dn_pg_conversion how;
} conversions[] = {
    {"text", "blob", DN_PG_CONVERTS_TO_BYTES},
    {"text", NULL, DN_PG_CONVERTS_BY_CAST},
    {"blob", "text", DN_PG_CONVERTS_FROM_BYTES},
    {"bool", "int decimal float", DN_PG_CONVERTS_BY_NUMBER},
    {"int decimal float", "bool", DN_PG_CONVERTS_TO_BOOLEAN},
    {"int decimal float", "int decimal float", DN_PG_CONVERTS_BY_ITSELF},
    {"date ts", "date ts", DN_PG_CONVERTS_BY_ITSELF},
    {"ts", "time", DN_PG_CONVERTS_BY_ITSELF},
    {"time", "interval", DN_PG_CONVERTS_BY_ITSELF},
    {"interval", "time", DN_PG_CONVERTS_BY_ITSELF},
};
static const char known[] = "int decimal float bool text blob date time ts interval json uuid";

static bool
is_among(const char *word, const char *words)
{
    size_t length = strlen(word);

    for (const char *at = words; (at = strstr(at, word)) != NULL; at += length)
        if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

static dn_pg_conversion
between(dn_pg_render_work *work, const dunlin_operation *operation, dunlin_string old,
        dunlin_string type)
{
    const char *from = dn_pg_type_classes(old);
    const char *to = dn_pg_type_classes(type);

    if (strcmp(from, to) == 0 || !is_among(from, known) || !is_among(to, known))
        return DN_PG_CONVERTS_BY_ITSELF;
    for (size_t i = 0; i < sizeof(conversions) / sizeof(conversions[0]); i++)
        if (is_among(from, conversions[i].from) &&
            (conversions[i].to == NULL || is_among(to, conversions[i].to)))
            return conversions[i].how;
    if (strcmp(to, "text") != 0)
        dn_pg_refuse(work, "PostgreSQL has no way to convert %s'%.*s' from %.*s to %.*s: %s",
                     operation->using_expression.length > 0 ? "the default of " : "",
                     (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data,
                     (int)old.length, old.data, (int)type.length, type.data,
                     operation->using_expression.length > 0
                         ? "DROP DEFAULT before"
                         : "say with USING how it is done, in a section for PostgreSQL");
    return DN_PG_CONVERTS_BY_ITSELF;
}

/* To an enum or domain. */
static dn_pg_conversion
to_named(const dunlin_fact *current, const dunlin_property *old)
{
    if (member(current, "type_path") != NULL)
        return DN_PG_CONVERTS_BY_TEXT;
    return old != NULL && strcmp(dn_pg_type_classes(old->text), "text") == 0
               ? DN_PG_CONVERTS_BY_CAST
               : DN_PG_CONVERTS_BY_ITSELF;
}

static dn_pg_conversion
conversion_of(dn_pg_render_work *work, const dunlin_operation *operation,
              const dunlin_fact *current)
{
    const dunlin_property *old = member(current, "type");
    dunlin_string type = dn_pg_text_of(operation, "type");

    if ((work->call->flags & DUNLIN_CALL_OWN_WORDS) != 0) {
        if (old == NULL)
            return DN_PG_CONVERTS_BY_ITSELF;
        if (is_array(type) && is_array(old->text))
            return dn_kit_equal(type, old->text) ? DN_PG_CONVERTS_BY_ITSELF
                                                 : DN_PG_CONVERTS_BY_CAST;
        return dn_kit_same(old->text, "boolean") && strcmp(dn_pg_type_classes(type), "int") == 0
                   ? DN_PG_CONVERTS_BY_NUMBER
                   : DN_PG_CONVERTS_BY_ITSELF;
    }
    if (dn_pg_sets(operation, "type_path"))
        return to_named(current, old);
    if (old == NULL || type.length == 0 || dn_pg_has_labels(operation) ||
        member(current, "type_path") != NULL)
        return DN_PG_CONVERTS_BY_ITSELF;
    return between(work, operation, old->text, type);
}

/* USING says what becomes of the rows, and nothing of a default that stays. */
dn_pg_conversion
dn_pg_conversion_of(dn_pg_render_work *work, const dunlin_operation *operation,
                    const dunlin_fact *current)
{
    bool stays = member(current, "default") != NULL && !dn_pg_sets(operation, "default") &&
                 !dn_pg_is_unset(operation, "default");

    if (operation->using_expression.length > 0 &&
        (!stays || (work->call->flags & DUNLIN_CALL_OWN_WORDS) != 0))
        return DN_PG_CONVERTS_BY_ITSELF;
    return conversion_of(work, operation, current);
}

static void
say_converted(dn_pg_render_work *work, dn_pg_conversion how, const dunlin_operation *operation,
              dunlin_string value)
{
    static const char *const words[][2] = {
        [DN_PG_CONVERTS_BY_ITSELF] = {"", ""},
        [DN_PG_CONVERTS_BY_CAST] = {"CAST(", " AS "},
        [DN_PG_CONVERTS_BY_NUMBER] = {"CAST(CAST(", " AS integer) AS "},
        [DN_PG_CONVERTS_BY_TEXT] = {"CAST(CAST(", " AS text) AS "},
        [DN_PG_CONVERTS_TO_BOOLEAN] = {"(", " <> 0)"},
        [DN_PG_CONVERTS_TO_BYTES] = {"convert_to(", ", 'UTF8')"},
        [DN_PG_CONVERTS_FROM_BYTES] = {"convert_from(", ", 'UTF8')"},
    };

    dn_pg_say(work, words[how][0]);
    dn_pg_say_text(work, value);
    dn_pg_say(work, words[how][1]);
    if (how < DN_PG_CONVERTS_BY_CAST || how > DN_PG_CONVERTS_BY_TEXT)
        return;
    dn_pg_say_type(work, operation);
    dn_pg_say(work, ")");
}

/* --- a default --- */
/* The text constant '5'::text, without its type: whatever type the column has takes it. */
static dunlin_string
constant_of(dunlin_string value)
{
    uint64_t at = 1;

    if (value.length < 2 || value.data[0] != '\'')
        return (dunlin_string){NULL, 0};
    while (at < value.length &&
           (value.data[at] != '\'' || (at + 1 < value.length && value.data[at + 1] == '\'')))
        at += value.data[at] == '\'' ? 2 : 1;
    if (at >= value.length || (at + 1 < value.length && value.data[at + 1] != ':') ||
        memchr(value.data + at + 1, '(', value.length - at - 1) != NULL)
        return (dunlin_string){NULL, 0};
    return (dunlin_string){value.data, at + 1};
}

static bool
is_whole(dunlin_string text)
{
    for (uint64_t i = 0; i < text.length; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.length > 0;
}

/* 2.5 as a whole number, away from zero as a numeric is rounded; false: it is none. */
static bool
round_number(dunlin_string value, dn_kit_text *text)
{
    enum { DIGITS = 15 }; /* that a double keeps */
    char digits[DIGITS + 3];
    double number;
    char *end;

    if (value.length == 0 || value.length >= sizeof(digits) ||
        memchr(value.data, '.', value.length) == NULL)
        return false;
    memcpy(digits, value.data, value.length);
    digits[value.length] = '\0';
    if (digits[strspn(digits, "-0123456789.")] != '\0')
        return false;
    number = strtod(digits, &end);
    if (*end != '\0')
        return false;
    dn_kit_text_format(text, "%lld", (long long)(number + (number < 0 ? -0.5 : 0.5)));
    return true;
}

/* numeric, numeric(5,2) */
static bool
is_a(dunlin_string type, const char *word)
{
    size_t length = strlen(word);

    return type.length >= length && memcmp(type.data, word, length) == 0;
}

/* Is the text constant a label of the column's enum as it is now? A label may have got another name since. */
static bool
is_label(dn_pg_render_work *work, const dunlin_fact *column, dunlin_string constant)
{
    const dunlin_property *path = member(column, "type_path");
    dunlin_string names[2] = {{NULL, 0}};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text quoted = {0};
    const dunlin_property *labels;
    uint64_t depth = 0;
    bool found = false;

    for (; path != NULL && (++path)->type != DUNLIN_PROPERTY_END && depth < 2;)
        names[depth++] = path->text;
    labels =
        depth > 0 ? member(dn_pg_current(work, DUNLIN_KIND_ENUM, names, depth), "values") : NULL;
    while (labels != NULL && constant.data != NULL && !found &&
           (++labels)->type != DUNLIN_PROPERTY_END) {
        dn_kit_text_clear(&quoted);
        dn_kit_text_quote(&quoted, '\'', labels->text);
        found = dn_kit_equal(dn_kit_text_string(&quoted), constant);
    }
    return found;
}

/* What the server leaves in the default as it was, to convert it each time, and again behind a further change of
 * type: elsewhere the value is what counts. */
static bool
cut_constant(dn_pg_render_work *work, const dunlin_operation *operation, const dunlin_fact *current,
             dn_kit_text *text)
{
    enum { DAY = sizeof("'2026-01-05") - 1 };
    const dunlin_property *old = member(current, "type");
    const dunlin_property *value = member(current, "default");
    dunlin_string type = dn_pg_text_of(operation, "type");
    dunlin_string constant;

    if (value == NULL || (work->call->flags & DUNLIN_CALL_OWN_WORDS) != 0)
        return false;
    constant = constant_of(value->text);
    /* A label that stays one of its enum keeps that from being dropped. */
    if (type.length > 0 && strcmp(dn_pg_type_classes(type), "text") == 0 &&
        is_label(work, current, constant)) {
        dn_kit_text_add_string(text, constant);
        return true;
    }
    if (old == NULL)
        return false;
    if (dn_kit_same(type, "date") && is_a(old->text, "timestamp") && constant.length > DAY + 1 &&
        constant.data[DAY - 3] == '-') {
        dn_kit_text_add_string(text, (dunlin_string){constant.data, DAY});
        dn_kit_text_add(text, "'");
        return true;
    }
    return type.length > 0 && strcmp(dn_pg_type_classes(type), "int") == 0 &&
           is_a(old->text, "numeric") && round_number(value->text, text);
}

bool
dn_pg_keeps_default(dn_pg_render_work *work, dn_pg_conversion how,
                    const dunlin_operation *operation, const dunlin_fact *current)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

    return member(current, "default") != NULL && !dn_pg_sets(operation, "default") &&
           !dn_pg_is_unset(operation, "default") &&
           (how != DN_PG_CONVERTS_BY_ITSELF || cut_constant(work, operation, current, &text));
}

static bool
is_changed_later(const dn_pg_render_work *work, const dunlin_operation *operation)
{
    for (uint64_t i = work->at + 1; i < work->count; i++) {
        const dunlin_operation *later = work->operations[i];
        bool same = dn_kit_equal(later->kind, operation->kind) &&
                    later->path_count == operation->path_count;

        for (uint64_t j = 0; same && j < later->path_count; j++)
            same = dn_kit_equal(later->path[j], operation->path[j]);
        if (same)
            return true;
    }
    return false;
}

/* What the default became, for what is rendered behind these operations. */
static void
tell_default(dn_pg_render_work *work, const dunlin_operation *operation, dunlin_string value)
{
    dunlin_property members[] = {
        {.name = dn_kit_string("default"), .type = DUNLIN_PROPERTY_EXPRESSION, .text = value},
        {.name = dn_kit_string("unsure"), .type = DUNLIN_PROPERTY_LIST_BEGIN},
        {.type = DUNLIN_PROPERTY_TEXT, .text = dn_kit_string("default")},
        {.type = DUNLIN_PROPERTY_END},
    };
    const dunlin_fact told = {.size = sizeof(told),
                              .kind = operation->kind,
                              .path = operation->path,
                              .path_count = operation->path_count,
                              .properties = members,
                              .property_count = sizeof(members) / sizeof(members[0])};

    if (work->status == DUNLIN_OK && !is_changed_later(work, operation))
        work->status = work->call->host->fact(work->call, &told);
}

/* A value stays one: only what is computed is converted each time. */
void
dn_pg_say_default_converted(dn_pg_render_work *work, dn_pg_conversion how,
                            const dunlin_operation *operation, const dunlin_fact *current)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text cut = {0};
    dunlin_string value = member(current, "default")->text;
    dunlin_string constant = constant_of(value);
    size_t begin = work->sql.length;
    dunlin_string inner = {constant.length > 2 ? constant.data + 1 : NULL,
                           constant.length > 2 ? constant.length - 2 : 0};
    bool yes = dn_kit_same(value, "true");

    if (how == DN_PG_CONVERTS_BY_ITSELF && cut_constant(work, operation, current, &cut))
        dn_pg_say_text(work, dn_kit_text_string(&cut));
    else if (how == DN_PG_CONVERTS_BY_NUMBER && (yes || dn_kit_same(value, "false")))
        dn_pg_say(work, yes ? "1" : "0");
    else if (how == DN_PG_CONVERTS_TO_BOOLEAN && is_whole(value))
        dn_pg_say(work, dn_kit_same(value, "0") ? "false" : "true");
    else if (how == DN_PG_CONVERTS_BY_CAST && constant.data != NULL)
        dn_pg_say_text(
            work, is_whole(inner) &&
                          strcmp(dn_pg_type_classes(dn_pg_text_of(operation, "type")), "int") == 0
                      ? inner
                      : constant);
    else
        say_converted(work, how, operation, value);
    if (!work->sql.failed)
        tell_default(work, operation,
                     (dunlin_string){work->sql.data + begin, work->sql.length - begin});
}

void
dn_pg_say_conversion(dn_pg_render_work *work, dn_pg_conversion how,
                     const dunlin_operation *operation, const dunlin_fact *current)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};
    const dunlin_property *old = member(current, "type");

    if (how == DN_PG_CONVERTS_BY_ITSELF)
        return;
    dn_kit_text_quote(&name, '"', dn_pg_last_name(operation));
    dn_pg_say(work, " USING ");
    say_converted(work, how, operation, dn_kit_text_string(&name));
    if ((work->call->flags & DUNLIN_CALL_OWN_WORDS) == 0)
        dn_pg_note(work, DUNLIN_NOTE_INFORMATION,
                   "PostgreSQL converts '%.*s'%s%.*s on request alone: USING is added",
                   (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data,
                   old != NULL ? " from " : "", old != NULL ? (int)old->text.length : 0,
                   old != NULL ? old->text.data : "");
}
