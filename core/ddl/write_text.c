/* SPDX-License-Identifier: MIT
 *
 * Names, literals and templates.
 */
#include "core/ddl/write.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool
dn_write_refuse(dn_writer *writer, uint64_t offset, const char *format, ...)
{
    va_list arguments;

    if (writer->reason || writer->failed)
        return false;
    va_start(arguments, format);
    writer->reason = dn_arena_vprintf(writer->arena, format, arguments);
    va_end(arguments);
    writer->offset = offset;
    if (!writer->reason) {
        dn_no_memory(writer->error);
        writer->failed = true;
    }
    return false;
}

static bool
no_memory(dn_writer *writer)
{
    if (!writer->failed)
        dn_no_memory(writer->error);
    writer->failed = true;
    return false;
}

bool
dn_write_wrap(dn_writer *writer, dn_node_kind kind, const char *name, dn_node *node)
{
    dn_node *inner = dn_arena_alloc(writer->arena, sizeof *inner);
    dn_node **items = dn_arena_array(writer->arena, 1, sizeof *items);

    if (!inner || !items)
        return no_memory(writer);
    *inner = *node;
    items[0] = inner;
    *node = (dn_node){.kind = kind,
                      .offset = inner->offset,
                      .name = name,
                      .text = dn_string(""),
                      .items = {items, 1, 1}};
    return true;
}

/* Where the name stands first; the beginning where it stands otherwise. */
static uint64_t
place_of(const dn_writer *writer, dunlin_string name)
{
    for (uint64_t at = 0; at + name.length <= writer->text.length; at++)
        if (strncasecmp(writer->text.data + at, name.data, (size_t)name.length) == 0)
            return at;
    return 0;
}

/* A name that the database has not, because it is too long, is a reason. */
bool
dn_write_name(dn_writer *writer, dunlin_string name, dn_text *out)
{
    char reason[sizeof writer->error->message];

    if (writer->target->quote_name(writer->target->context, name, out, writer->error) == 0)
        return true;
    if (writer->error->status != DUNLIN_UNSUPPORTED) {
        writer->failed = true;
        return false;
    }
    memcpy(reason, writer->error->message, sizeof reason);
    dn_error_clear(writer->error);
    return dn_write_refuse(writer, place_of(writer, name), "%s", reason);
}

bool
dn_write_names(dn_writer *writer, const dn_names *names, dn_text *out)
{
    for (size_t i = 0; i < names->count; i++) {
        if (i)
            dn_text_add_string(out, ", ");
        if (!dn_write_name(writer, names->list[i], out))
            return false;
    }
    return true;
}

bool
dn_write_literal(dn_writer *writer, dunlin_string value, dn_text *out)
{
    if (writer->target->quote_literal(writer->target->context, value, out, writer->error) < 0) {
        writer->failed = true;
        return false;
    }
    return true;
}

bool
dn_write_table(dn_writer *writer, const dn_ddl_object *table, uint64_t offset, dn_text *out)
{
    if (table->space.length) {
        if (writer->target->namespaces) {
            if (!dn_write_name(writer, table->space, out))
                return false;
            dn_text_add_char(out, '.');
        } else if (!dn_string_equal(table->space, "public")) {
            return dn_write_refuse(writer, offset, "there are no schemas like '%.*s' here",
                                   table->space.length < 64 ? (int)table->space.length : 64,
                                   table->space.data);
        }
    }
    return dn_write_name(writer, table->name, out);
}

bool
dn_write_part(dn_writer *writer, dn_text *text, dn_shape shape, dn_part *part)
{
    char *copy = text->failed
                     ? NULL
                     : dn_arena_copy(writer->arena, text->length ? text->data : "", text->length);

    if (!copy)
        return no_memory(writer);
    part->text = dn_span(copy, text->length);
    part->shape = shape;
    dn_text_clear(text);
    return true;
}

/* --- LIKE patterns --- */
/* A constant pattern as SQLite's GLOB reads it. */
static bool
write_glob(dn_writer *writer, const dn_node *pattern, dn_text *out)
{
    dn_text glob = DN_TEXT_INIT;
    dunlin_string text = pattern->text;
    bool fine;

    for (uint64_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        bool escaped = c == '\\' && i + 1 < text.length;

        if (escaped)
            c = text.data[++i];
        if (!escaped && c == '%')
            dn_text_add_char(&glob, '*');
        else if (!escaped && c == '_')
            dn_text_add_char(&glob, '?');
        else if (c == '*' || c == '?' || c == '[')
            dn_text_printf(&glob, "[%c]", c);
        else
            dn_text_add_char(&glob, c);
    }
    fine = glob.failed
               ? no_memory(writer)
               : dn_write_literal(writer, dn_span(glob.data ? glob.data : "", glob.length), out);
    dn_text_free(&glob);
    return fine;
}

/* --- templates --- */
typedef struct template_use {
    dn_writer *writer;
    dunlin_string native;
    const dn_part *parts;
    size_t count;
    const dn_node *const *operands;
    dunlin_string length;
    const dn_part *each; /* $0 */
} template_use;

static char
neighbour(dunlin_string text, uint64_t at, int step)
{
    int64_t i = (int64_t)at;

    for (i += step; i >= 0 && i < (int64_t)text.length; i += step)
        if (text.data[i] != ' ')
            return text.data[i];
    return 0;
}

/* An operand gets a parenthesis, unless it stands between others or is one thing. */
static void
add_operand(dunlin_string native, uint64_t begin, uint64_t end, const dn_part *part, dn_text *out)
{
    char before = neighbour(native, begin, -1);
    char behind = neighbour(native, end - 1, 1);
    bool alone = (before == '(' || before == ',') && (behind == ')' || behind == ',');

    /* Of a clause, parts are whole pieces of text. */
    if (part->shape == DN_SHAPE_ATOM || alone || native.length == end - begin) {
        dn_text_add(out, part->text.data, part->text.length);
        return;
    }
    dn_text_add_char(out, '(');
    dn_text_add(out, part->text.data, part->text.length);
    dn_text_add_char(out, ')');
}

static void
add_all(const template_use *expansion, size_t first, dn_text *out)
{
    for (size_t i = first; i < expansion->count; i++) {
        if (i > first)
            dn_text_add_string(out, ", ");
        dn_text_add(out, expansion->parts[i].text.data, expansion->parts[i].text.length);
    }
}

static bool expand(const template_use *expansion, dn_text *out);

/* $[PIECE$|SEPARATOR$]; *at stands behind "$[". */
static bool
add_each(const template_use *outer, uint64_t *at, dn_text *out)
{
    dunlin_string native = outer->native;
    uint64_t begin = *at;
    uint64_t middle = 0;
    uint64_t end = begin;

    while (end + 1 < native.length && !(native.data[end] == '$' && native.data[end + 1] == ']')) {
        if (native.data[end] == '$' && native.data[end + 1] == '|')
            middle = end;
        end++;
    }
    *at = end + 2;
    for (size_t i = 0; i < outer->count; i++) {
        template_use one = *outer;

        one.native = dn_span(native.data + begin, (middle ? middle : end) - begin);
        one.each = &outer->parts[i];
        if (i && middle)
            dn_text_add(out, native.data + middle + 2, end - middle - 2);
        if (!expand(&one, out))
            return false;
    }
    return true;
}

/* Of (10,2) the 2; 0 where there is no such number. */
static void
add_scale(dunlin_string length, dn_text *out)
{
    const char *comma = length.length ? memchr(length.data, ',', length.length) : NULL;

    if (comma)
        dn_text_add(out, comma + 1, length.length - (uint64_t)(comma + 1 - length.data) - 1);
    else
        dn_text_add_char(out, '0');
}

/* The placeholder behind the '$' at at-1. */
static bool
add_placeholder(const template_use *expansion, uint64_t *at, dn_text *out)
{
    dunlin_string native = expansion->native;
    uint64_t begin = *at - 1;
    char c = native.data[(*at)++];
    size_t index = (size_t)(c - '1');

    if (c == '$') {
        dn_text_add_char(out, '$');
    } else if (c == '*') {
        add_all(expansion, 0, out);
    } else if (c == '(') {
        dn_text_add(out, expansion->length.data, expansion->length.length);
    } else if (c == '.') {
        add_scale(expansion->length, out);
    } else if (c == '[') {
        return add_each(expansion, at, out);
    } else if (c == '0' && expansion->each) {
        add_operand(native, begin, *at, expansion->each, out);
    } else if ((c == 'G' || c == 'L') && *at < native.length) {
        (*at)++;
        return c == 'G' ? write_glob(expansion->writer, expansion->operands[1], out)
                        : dn_write_literal(expansion->writer, expansion->operands[1]->text, out);
    } else if (c >= '1' && c <= '9') {
        if (*at < native.length && native.data[*at] == '*') {
            (*at)++;
            add_all(expansion, index, out);
        } else if (index < expansion->count) {
            add_operand(native, begin, *at, &expansion->parts[index], out);
        }
    } else {
        return dn_write_refuse(expansion->writer, 0, "the template '%.*s' of a rule is wrong",
                               (int)native.length, native.data);
    }
    return true;
}

static bool
expand(const template_use *expansion, dn_text *out)
{
    dunlin_string native = expansion->native;
    uint64_t at = 0;

    while (at < native.length) {
        const char *dollar = memchr(native.data + at, '$', native.length - at);
        uint64_t stop = dollar ? (uint64_t)(dollar - native.data) : native.length;

        dn_text_add(out, native.data + at, stop - at);
        at = stop + 1;
        if (dollar && at < native.length && !add_placeholder(expansion, &at, out))
            return false;
    }
    return true;
}

static bool
is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
}

/* One call, one parenthesis, one word: nothing around it can tear it apart. */
static bool
is_atom(dunlin_string text)
{
    uint64_t at = 0;
    unsigned depth = 0;
    char quote = 0;

    while (at < text.length && is_word_byte(text.data[at]))
        at++;
    if (at == text.length)
        return true;
    if (text.data[at] != '(')
        return at == 0 && text.data[0] == '\'' &&
               memchr(text.data + 1, '\'', text.length - 1) == text.data + text.length - 1;
    for (; at < text.length; at++) {
        char c = text.data[at];

        if (quote) {
            if (c == quote)
                quote = 0;
        } else if (c == '\'' || c == '"' || c == '`') {
            quote = c;
        } else if (c == '(') {
            depth++;
        } else if (c == ')' && --depth == 0) {
            return at + 1 == text.length;
        }
    }
    return false;
}

bool
dn_write_template(dn_writer *writer, dunlin_string native, const dn_part *parts, size_t count,
                  const dn_node *const *operands, dunlin_string length, dn_text *out,
                  dn_shape *shape)
{
    template_use expansion = {writer, native, parts, count, operands, length, NULL};
    size_t before = out->length;

    if (!expand(&expansion, out))
        return false;
    if (out->failed)
        return no_memory(writer);
    *shape = native.length == 2 && native.data[0] == '$' && count         ? parts[0].shape
             : is_atom(dn_span(out->data + before, out->length - before)) ? DN_SHAPE_ATOM
                                                                          : DN_SHAPE_OTHER;
    return true;
}

/* --- clauses --- */
bool
dn_write_clause(dn_writer *writer, const char *name, uint64_t offset, const dn_rule **rule)
{
    *rule = NULL;
    if (!writer->target->rules)
        return true;
    *rule = dn_rule_named(writer->target->rules, DUNLIN_RULE_CLAUSE, name);
    if (!*rule)
        return dn_write_refuse(writer, offset, "%s has no translation", name);
    if ((*rule)->refusal.length)
        return dn_write_refuse(writer, offset, "%s: %.*s", name, (int)(*rule)->refusal.length,
                               (*rule)->refusal.data);
    return true;
}

bool
dn_write_clause_parts(dn_writer *writer, const char *name, uint64_t offset, const char *standard,
                      const dn_part *parts, size_t count, dn_text *out)
{
    const dn_rule *rule;
    dn_shape shape;

    if (!dn_write_clause(writer, name, offset, &rule))
        return false;
    return dn_write_template(writer,
                             rule && rule->native.length ? rule->native : dn_string(standard),
                             parts, count, NULL, dn_string(""), out, &shape);
}
