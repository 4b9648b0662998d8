/* SPDX-License-Identifier: MIT
 *
 * Where in a TypeScript definition a table, a column or an enum stands. Text is looked at, nothing is
 * run: what is written in an unusual way is not found.
 */
#include <ctype.h>
#include <string.h>

#include "core/drizzle/source_internal.h"

const char *
dn_source_skip_brackets(const char *at, const char *end)
{
    int depth = 0;

    for (; at < end; at++) {
        if (*at == '"' || *at == '\'' || *at == '`') {
            char quote = *at;

            for (at++; at < end && *at != quote; at++)
                if (*at == '\\')
                    at++;
        } else if (*at == '/' && at + 1 < end && at[1] == '/') {
            while (at < end && *at != '\n')
                at++;
        } else if (strchr("([{", *at)) {
            depth++;
        } else if (strchr(")]}", *at) && --depth == 0) {
            return at + 1;
        }
    }
    return NULL;
}

unsigned
dn_source_line(const dn_source_file *file, const char *at)
{
    unsigned line = 1;

    for (const char *c = file->text; c < at; c++)
        line += *c == '\n';
    return line;
}

const char *
dn_source_find_name(const char *at, const char *end, dunlin_string name)
{
    for (; at + name.length + 2 <= end; at++)
        if (strchr("\"'`", *at) && memcmp(at + 1, name.data, (size_t)name.length) == 0 &&
            at[name.length + 1] == *at)
            return at;
    return NULL;
}

/* pgTable("users", { .. }, (t) => [ .. ]) at its name. */
static bool
read_declaration(const dn_source_file *file, const char *name, dunlin_string table,
                 dn_source_declaration *found)
{
    const char *end = file->text + file->length;
    const char *open = name;
    const char *at = name + table.length + 2;

    while (open > file->text && *--open != '(')
        if (!isspace((unsigned char)*open))
            return false;
    if (open - file->text < 5 || strncasecmp(open - 5, "table", 5) != 0)
        return false;
    *found = (dn_source_declaration){.file = file, .end = dn_source_skip_brackets(open, end)};
    if (!found->end)
        return false;
    at = memchr(at, '{', (size_t)(found->end - at));
    if (!at)
        return false;
    found->columns = at;
    found->columns_end = dn_source_skip_brackets(at, found->end);
    if (!found->columns_end)
        return false;
    at = strstr(found->columns_end, "=>");
    if (at && at < found->end) {
        at += strcspn(at, "[{");
        if (at < found->end && *at == '[') {
            found->extras = at;
            found->extras_end = dn_source_skip_brackets(at, found->end);
        }
    }
    return true;
}

bool
dn_source_table(const dn_drizzle_source *source, dunlin_string table, dn_source_declaration *found)
{
    for (size_t i = 0; i < source->count; i++) {
        const dn_source_file *file = &source->files[i];
        const char *end = file->text + file->length;

        for (const char *at = file->text; (at = dn_source_find_name(at, end, table)) != NULL; at++)
            if (read_declaration(file, at, table, found))
                return true;
    }
    return false;
}

const char *
dn_source_column(const dn_drizzle_source *source, const dn_source_declaration *table,
                 dunlin_string column)
{
    const char *at = dn_source_find_name(table->columns, table->columns_end, column);
    const char *key = dn_drizzle_key(source->arena, column);
    size_t length = key ? strlen(key) : 0;

    if (at || !length)
        return at;
    for (at = table->columns; at + length < table->columns_end; at++)
        if (memcmp(at, key, length) == 0 && !isalnum((unsigned char)at[-1]) &&
            at[length + strspn(at + length, " ")] == ':')
            return at;
    return NULL;
}

unsigned
dn_source_last_line(const dn_source_file *file, const char *at, const char *end)
{
    while (at < end && !strchr(",}", *at) && *at != '\n') {
        const char *next = strchr("([{", *at) ? dn_source_skip_brackets(at, end) : at + 1;

        at = next ? next : end;
    }
    return dn_source_line(file, at);
}

const char *
dn_source_enum(const dn_drizzle_source *source, dunlin_string name, const dn_source_file **file)
{
    for (size_t i = 0; i < source->count; i++) {
        const char *text = source->files[i].text;
        const char *end = text + source->files[i].length;

        *file = &source->files[i];
        for (const char *at = text; (at = dn_source_find_name(at, end, name)) != NULL; at++) {
            const char *open = at;

            while (open > text && isspace((unsigned char)open[-1]))
                open--;
            if (open - text > 5 && strncasecmp(open - 5, "enum(", 5) == 0)
                return at;
        }
    }
    return NULL;
}

const char *
dn_source_variable(const dn_drizzle_source *source, const dn_source_file *file, const char *name)
{
    const char *end = name;
    const char *start;

    while (end > file->text && *end != '=' && *end != '\n')
        end--;
    if (*end != '=')
        return NULL;
    while (end > file->text && isspace((unsigned char)end[-1]))
        end--;
    for (start = end;
         start > file->text && (isalnum((unsigned char)start[-1]) || strchr("_$", start[-1]));)
        start--;
    return start < end ? dn_arena_copy(source->arena, start, (size_t)(end - start)) : NULL;
}
