/* SPDX-License-Identifier: MIT
 *
 * Values of a column whose type changes without USING. The other databases convert whatever they can;
 * PostgreSQL asks for a cast where it does not assign one type to the other by itself.
 */
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

bool
dn_pg_keeps_default(dn_pg_conversion how, const dunlin_operation *operation,
                    const dunlin_property *value)
{
    return how != DN_PG_CONVERTS_BY_ITSELF && value != NULL && !dn_pg_sets(operation, "default") &&
           !dn_pg_is_unset(operation, "default");
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

/* A value stays one: only what is computed is converted each time. */
void
dn_pg_say_default_converted(dn_pg_render_work *work, dn_pg_conversion how,
                            const dunlin_operation *operation, dunlin_string value)
{
    dunlin_string constant = constant_of(value);
    dunlin_string inner = {constant.length > 2 ? constant.data + 1 : NULL,
                           constant.length > 2 ? constant.length - 2 : 0};
    bool yes = dn_kit_same(value, "true");

    if (how == DN_PG_CONVERTS_BY_NUMBER && (yes || dn_kit_same(value, "false")))
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
