/* SPDX-License-Identifier: MIT
 *
 * Whether a TypeScript definition has already what a snapshot lacks: then the snapshot alone is old.
 */
#include <ctype.h>
#include <string.h>

#include "core/drizzle/source_internal.h"

/* --- columns ------------------------------------------------------------------------------------------ */

/* Is what is to stand in for the line that line, but for spaces? */
static bool
is_line(const dn_drizzle_source *source, const dn_drizzle_hint *hint)
{
    const char *at = NULL;
    const char *wanted = hint->lines[0];

    for (size_t i = 0; i < source->count && !at; i++)
        if (strcmp(source->files[i].path, hint->file) == 0)
            at = source->files[i].text;
    for (unsigned line = 1; at && line < hint->line; line++) {
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    while (at && *wanted) {
        at += strspn(at, " \t");
        wanted += strspn(wanted, " \t");
        if (*wanted && *at++ != *wanted++)
            return false;
    }
    return at && (*at == '\0' || isspace((unsigned char)*at));
}

/* --- keys ----------------------------------------------------------------------------------------------- */

static bool
has_words(const char *at, const char *end, const char *words)
{
    return at && end > at && memmem(at, (size_t)(end - at), words, strlen(words));
}

/* `.unique()` with the column, or in the list of keys with that column. */
static bool
is_of_column(const dn_drizzle_source *source, const dn_source_declaration *table,
             dunlin_string column, const char *call)
{
    const char *own = dn_source_column(source, table, column);
    const char *key = dn_drizzle_key(source->arena, column);
    const char *words = key ? dn_arena_printf(source->arena, ".%s", key) : NULL;
    const char *end = own;

    while (end && end < table->columns_end && !strchr(",}", *end))
        if (!(end =
                  strchr("([{", *end) ? dn_source_skip_brackets(end, table->columns_end) : end + 1))
            return false;
    return has_words(own, end, call) ||
           (words && has_words(table->extras, table->extras_end, call + (*call == '.')) &&
            has_words(table->extras, table->extras_end, words));
}

/* What has no name of its own. */
static bool
has_unnamed(const dn_drizzle_source *source, const dn_source_declaration *table,
            const dunlin_fact *fact)
{
    static const struct {
        const char *kind, *call, *other;
    } calls[] = {{DUNLIN_KIND_PRIMARY_KEY, ".primaryKey(", NULL},
                 {DUNLIN_KIND_UNIQUE, ".unique(", NULL},
                 {DUNLIN_KIND_INDEX, ".unique(", NULL},
                 {DUNLIN_KIND_FOREIGN_KEY, ".references(", "foreignKey("}};
    const dunlin_property *columns =
        dn_property_find(fact->properties, fact->property_count, "columns");

    for (size_t i = 0; columns && i < sizeof calls / sizeof calls[0]; i++) {
        const dunlin_property *one = columns + 1;

        if (!dn_fact_is(fact, calls[i].kind))
            continue;
        while (one->type != DUNLIN_PROPERTY_END &&
               (is_of_column(source, table, one->text, calls[i].call) ||
                (calls[i].other && is_of_column(source, table, one->text, calls[i].other))))
            one++;
        return one->type == DUNLIN_PROPERTY_END;
    }
    return false;
}

/* --- what is there --------------------------------------------------------------------------------------- */

static bool
is_anywhere(const dn_drizzle_source *source, dunlin_string name)
{
    for (size_t i = 0; i < source->count; i++)
        if (dn_source_find_name(source->files[i].text,
                                source->files[i].text + source->files[i].length, name))
            return true;
    return false;
}

static bool
is_there(const dn_drizzle_source *source, const dunlin_fact *fact)
{
    size_t lead = source->dialect->namespaces ? 1 : 0;
    dunlin_string name = fact->path[fact->path_count - 1];
    dn_source_declaration table;
    const dn_source_file *file;

    if (dn_fact_is(fact, DUNLIN_KIND_TABLE))
        return dn_source_table(source, name, &table);
    if (dn_fact_is(fact, DUNLIN_KIND_ENUM))
        return dn_source_enum(source, name, &file);
    if (fact->path_count <= lead + 1)
        return is_anywhere(source, name);
    if (!dn_source_table(source, fact->path[lead], &table))
        return false;
    if (dn_fact_is(fact, DUNLIN_KIND_COLUMN))
        return dn_source_column(source, &table, name);
    return dn_source_find_name(table.columns, table.end, name) || has_unnamed(source, &table, fact);
}

static bool
has_labels(const dn_drizzle_source *source, const dunlin_fact *type)
{
    const dunlin_property *label =
        dn_property_find(type->properties, type->property_count, "values");
    const dn_source_file *file;
    const char *at = dn_source_enum(source, type->path[type->path_count - 1], &file);
    const char *end = at ? memchr(at, ']', (size_t)(file->text + file->length - at)) : NULL;

    for (label = label ? label + 1 : NULL; end && label && label->type != DUNLIN_PROPERTY_END;
         label++)
        if (!dn_source_find_name(at, end, label->text))
            return false;
    return end;
}

int
dn_drizzle_declares(const dn_drizzle_source *source, const dn_fact_map *made,
                    const dn_difference *difference, bool *answer, dn_error *error)
{
    const dunlin_fact *before = difference->before;
    dn_drizzle_hint hint;

    *answer = false;
    if (!source->count || !source->dialect)
        return 0;
    *answer = before ? is_there(source, before) : !is_there(source, difference->after);
    if (!before || !difference->after || !*answer)
        return 0;
    if (dn_fact_is(before, DUNLIN_KIND_ENUM)) {
        *answer = has_labels(source, before);
    } else if (dn_fact_is(before, DUNLIN_KIND_COLUMN)) {
        if (dn_source_hint(source, made, difference, &hint, error) < 0)
            return -1;
        *answer = hint.file && hint.replaces && is_line(source, &hint);
    }
    return 0;
}
