/* SPDX-License-Identifier: MIT
 *
 * What a TypeScript definition lacks, as lines, and where they go. What is not found in its text has no
 * place, and then nothing is said of lines.
 */
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "core/base/file.h"
#include "core/drizzle/source_internal.h"

/* --- which files ------------------------------------------------------------------------------------- */

static int
add_file(dn_drizzle_source *source, const char *path, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_source_file *file;

    if (!dn_file_exists(path))
        return 0;
    if (dn_file_read(path, &text, error) < 0) {
        dn_error_clear(error);
        return 0; /* a folder, or nothing that can be read */
    }
    source->files = dn_arena_grow(source->arena, source->files, &source->capacity,
                                  source->count + 1, sizeof *source->files);
    if (!source->files)
        return dn_no_memory(error);
    file = &source->files[source->count++];
    *file = (dn_source_file){dn_arena_text(source->arena, path),
                             dn_arena_copy(source->arena, text.data ? text.data : "", text.length),
                             text.length, ""};
    return file->path && file->text ? 0 : dn_no_memory(error);
}

/* One word of `schema`: a file, a folder, or a pattern. */
static int
add_pattern(dn_drizzle_source *source, const char *root, const char *word, size_t length,
            dn_error *error)
{
    glob_t found = {0};
    int answer = 0;
    const char *path;

    if (length > 2 && word[0] == '.' && word[1] == '/') {
        word += 2;
        length -= 2;
    }
    path = dn_arena_printf(source->arena, "%s/%.*s", root, (int)length, word);
    if (!path)
        return dn_no_memory(error);
    if (glob(path, GLOB_MARK, NULL, &found) == 0)
        for (size_t i = 0; answer == 0 && i < found.gl_pathc; i++) {
            size_t end = strlen(found.gl_pathv[i]);

            if (found.gl_pathv[i][end - 1] == '/')
                answer = add_pattern(source, root,
                                     dn_arena_printf(source->arena, "%.*s/*.ts", (int)length, word),
                                     length + strlen("/*.ts"), error);
            else
                answer = add_file(source, found.gl_pathv[i], error);
        }
    globfree(&found);
    return answer;
}

/* schema: "./schema.ts" or schema: ["a.ts", "b.ts"] */
static int
read_config(dn_drizzle_source *source, const char *root, const dn_text *config, dn_error *error)
{
    const char *at = config->data ? strstr(config->data, "schema") : NULL;
    const char *end;

    while (at && at[strlen("schema") + strspn(at + strlen("schema"), "\"' ")] != ':')
        at = strstr(at + 1, "schema");
    if (!at)
        return 0;
    at = strchr(at, ':') + 1;
    at += strspn(at, " \t\r\n");
    end = *at == '[' ? strchr(at, ']') : at + 1 + strcspn(at + 1, "\n,}");
    while (end && at < end) {
        char quote = *at++;

        if (quote == '"' || quote == '\'' || quote == '`') {
            const char *close = strchr(at, quote);

            if (!close)
                return 0;
            if (add_pattern(source, root, at, (size_t)(close - at), error) < 0)
                return -1;
            at = close + 1;
        }
    }
    return 0;
}

static int
find_files(dn_drizzle_source *source, const char *root, dn_error *error)
{
    static const char *const configs[] = {"drizzle.config.ts", "drizzle.config.js",
                                          "drizzle.config.mjs", "drizzle.config.json"};
    static const char *const usual[] = {"schema.ts", "src/schema.ts", "src/db/schema.ts",
                                        "db/schema.ts"};

    for (size_t i = 0; !source->count && i < sizeof configs / sizeof configs[0]; i++) {
        dn_auto(dn_text) text = DN_TEXT_INIT;
        const char *path = dn_arena_printf(source->arena, "%s/%s", root, configs[i]);

        if (!path)
            return dn_no_memory(error);
        if (!dn_file_exists(path))
            continue;
        if (dn_file_read(path, &text, error) < 0 || read_config(source, root, &text, error) < 0)
            return -1;
    }
    for (size_t i = 0; !source->count && i < sizeof usual / sizeof usual[0]; i++) {
        const char *path = dn_arena_printf(source->arena, "%s/%s", root, usual[i]);

        if (!path)
            return dn_no_memory(error);
        if (add_file(source, path, error) < 0)
            return -1;
    }
    return 0;
}

int
dn_drizzle_source_open(const char *root, const char *dialect, dn_arena *arena,
                       dn_drizzle_source **source, dn_error *error)
{
    *source = dn_arena_alloc(arena, sizeof **source);
    if (!*source)
        return dn_no_memory(error);
    **source = (dn_drizzle_source){.dialect = dn_drizzle_dialect_named(dialect), .arena = arena};
    return (*source)->dialect ? find_files(*source, root, error) : 0;
}

const char *
dn_drizzle_source_path(const dn_drizzle_source *source)
{
    return source->count ? source->files[0].path : NULL;
}

/* --- hints ----------------------------------------------------------------------------------------------- */

static dunlin_string
table_of(const dn_drizzle_source *source, const dunlin_fact *fact)
{
    size_t lead = source->dialect->namespaces ? 1 : 0;

    return fact->path_count > lead ? fact->path[lead] : dn_string("");
}

/* The column before it in the table, of those that the definition has. */
static const char *
place_of_column(const dn_drizzle_source *source, const dn_fact_map *made,
                const dn_source_declaration *table, const dunlin_fact *column)
{
    dunlin_fact key = {.kind = dn_string(DUNLIN_KIND_TABLE), .path = column->path};
    const dunlin_fact *owner =
        dn_fact_map_find(made, key.kind, column->path, column->path_count - 1);
    const dunlin_property *order =
        owner ? dn_property_find(owner->properties, owner->property_count, "order") : NULL;
    const char *place = table->columns;

    for (order = order ? order + 1 : NULL; order && order->type != DUNLIN_PROPERTY_END; order++) {
        const char *found;

        if (order->text.length == column->path[column->path_count - 1].length &&
            memcmp(order->text.data, column->path[column->path_count - 1].data,
                   (size_t)order->text.length) == 0)
            return place;
        found = dn_source_column(source, table, order->text);
        place = found ? found : place;
    }
    /* What a fold made does not know the order of columns that came later: they are the last ones. */
    for (place = table->columns_end - 1; place > table->columns && place[-1] != '\n'; place--)
        ;
    return place > table->columns ? place - 1 : place;
}

/* What an enum is called in the definition, or would be. */
static const char *
enum_of(const dn_drizzle_source *source, const dunlin_fact *column)
{
    const dunlin_property *path =
        dn_property_find(column->properties, column->property_count, "type_path");
    const dn_source_file *file;
    dunlin_string name = {NULL, 0};
    const char *place;
    const char *variable;

    for (path = path ? path + 1 : NULL; path && path->type != DUNLIN_PROPERTY_END; path++)
        name = path->text;
    if (!name.data)
        return NULL;
    place = dn_source_enum(source, name, &file);
    variable = place ? dn_source_variable(source, file, place) : NULL;
    return variable ? variable : dn_drizzle_key(source->arena, name);
}

static const char *
column_line(const dn_drizzle_source *source, const dn_fact_map *made, const dunlin_fact *column,
            dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const dunlin_fact *key = dn_fact_map_find(made, dn_string(DUNLIN_KIND_PRIMARY_KEY),
                                              column->path, column->path_count);
    const dunlin_property *columns =
        key ? dn_property_find(key->properties, key->property_count, "columns") : NULL;

    dn_text_add_string(&text, "  ");
    if (dn_drizzle_write_column(source->dialect, column, enum_of(source, column), &text, error) < 0)
        return NULL;
    /* The one column of a key. */
    if (columns && columns[1].type != DUNLIN_PROPERTY_END &&
        columns[2].type == DUNLIN_PROPERTY_END &&
        columns[1].text.length == column->path[column->path_count - 1].length &&
        memcmp(columns[1].text.data, column->path[column->path_count - 1].data,
               (size_t)columns[1].text.length) == 0) {
        const dunlin_property *automatic =
            dn_property_find(column->properties, column->property_count, "auto");
        bool counts = source->dialect->prefix[0] == 's' && automatic &&
                      dn_string_equal(automatic->text, "increment");

        dn_text_add_string(&text,
                           counts ? ".primaryKey({ autoIncrement: true })" : ".primaryKey()");
    }
    dn_text_add_string(&text, ",");
    if (text.failed) {
        dn_no_memory(error);
        return NULL;
    }
    return dn_arena_copy(source->arena, text.data, text.length);
}

/* Calls that say more than the column itself stay in its line. */
static void
add_other_calls(const char *at, const char *end, dn_text *text)
{
    static const char *const kept[] = {".unique(", ".references(", ".$"};

    while (at < end && !strchr(",}\n", *at)) {
        const char *start = at;
        bool keeps = false;

        for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
            keeps |=
                (size_t)(end - at) > strlen(kept[i]) && memcmp(at, kept[i], strlen(kept[i])) == 0;
        while (keeps && at < end && *at != '(')
            at++;
        at = at < end && strchr("([{", *at) ? dn_source_skip_brackets(at, end) : at + 1;
        if (!at)
            return;
        if (keeps)
            dn_text_add(text, start, (size_t)(at - start));
    }
}

/* The second argument of integer("n", { mode: "boolean" }), which no database tells, where the new call of the
 * same function has none. Both begin behind the key of the column; *call is how much of `made` is the call. */
static dunlin_string
options_that_stay(const char *declared, const char *end, const char *made, size_t *call)
{
    const dunlin_string none = {NULL, 0};
    const char *open = memchr(declared, '(', (size_t)(end - declared));
    const char *close = open ? dn_source_skip_brackets(open, end) : NULL;
    const char *comma = close ? memchr(open, ',', (size_t)(close - open)) : NULL;
    size_t head = open ? (size_t)(open - declared) + 1 : 0;
    const char *closing = strchr(made, ')');
    dunlin_string options;

    if (!comma || !closing || strncmp(declared, made, head) != 0 ||
        memchr(made, ',', (size_t)(closing - made)))
        return none;
    options = dn_span(comma, (size_t)(close - 1 - comma));
    *call = (size_t)(closing - made);
    return memmem(options.data, (size_t)options.length, "mode:", 5) ||
                   memmem(options.data, (size_t)options.length, "enum:", 5)
               ? options
               : none;
}

/* `line` for the column that is declared at `own`: by its own key, with what else is said of it. */
static const char *
line_in_place(const dn_drizzle_source *source, const dn_source_declaration *table, const char *own,
              const char *line, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const char *rest = strchr(line, ':');
    const char *colon;
    dunlin_string stay;
    size_t call = 0;

    while (own > table->columns && own[-1] != '\n')
        own--;
    own += strspn(own, " \t");
    colon = memchr(own, ':', (size_t)(table->columns_end - own));
    if (!colon || !rest)
        return line;
    dn_text_add_string(&text, "  ");
    dn_text_add(&text, own, (size_t)(colon - own));
    stay = options_that_stay(colon, table->columns_end, rest, &call);
    if (stay.length) {
        dn_text_add(&text, rest, call);
        dn_text_add(&text, stay.data, (size_t)stay.length);
        rest += call;
    }
    dn_text_add(&text, rest, strlen(rest) - 1);
    add_other_calls(colon, table->columns_end, &text);
    dn_text_add_string(&text, ",");
    line = text.failed ? NULL : dn_arena_copy(source->arena, text.data, text.length);
    if (!line)
        dn_no_memory(error);
    return line;
}

static int
hint_column(const dn_drizzle_source *source, const dn_fact_map *made,
            const dn_difference *difference, const dn_source_declaration *table,
            dn_drizzle_hint *hint, dn_error *error)
{
    const dunlin_fact *column = difference->before;
    const char *own = dn_source_column(source, table, column->path[column->path_count - 1]);
    const char *place = own ? own : place_of_column(source, made, table, column);

    hint->lines[0] = column_line(source, made, column, error);
    if (hint->lines[0] && own)
        hint->lines[0] = line_in_place(source, table, own, hint->lines[0], error);
    if (!hint->lines[0])
        return -1;
    hint->file = table->file->path;
    hint->replaces = own != NULL;
    hint->line = place == table->columns
                     ? dn_source_line(table->file, place)
                     : dn_source_last_line(table->file, place, table->columns_end);
    return 0;
}

static int
hint_member(const dn_drizzle_source *source, const dn_fact_map *made,
            const dn_difference *difference, const dn_source_declaration *table,
            dn_drizzle_hint *hint, dn_error *error)
{
    const dunlin_fact *fact = difference->before;
    dn_auto(dn_text) text = DN_TEXT_INIT;

    dn_text_add_string(&text, "  ");
    if (dn_drizzle_write_member(source->dialect, made, fact, source->arena, &text, error) < 0)
        return -1;
    dn_text_add_string(&text, ",");
    hint->lines[0] = text.failed ? NULL : dn_arena_copy(source->arena, text.data, text.length);
    if (!hint->lines[0])
        return dn_no_memory(error);
    hint->file = table->file->path;
    if (table->extras) {
        hint->line = dn_source_line(table->file, table->extras);
        return 0;
    }
    /* The table has no list of keys so far. */
    hint->lines[1] = hint->lines[0];
    hint->lines[0] = "}, (t) => [";
    hint->lines[2] = "]);";
    hint->line = dn_source_line(table->file, table->columns_end);
    hint->replaces = true;
    return 0;
}

/* --- whole tables and types ---------------------------------------------------------------------------------- */

typedef struct gathering {
    const dn_drizzle_source *source;
    const dn_fact_map *made;
    dn_text *text;
    dn_error *error;
    bool any;
} gathering;

static int
gather_column(const dunlin_fact *column, void *context)
{
    gathering *work = context;
    const char *line = column_line(work->source, work->made, column, work->error);

    if (!line)
        return -1;
    dn_text_printf(work->text, "\n%s", line);
    return 0;
}

static int
gather_member(const dunlin_fact *fact, void *context)
{
    gathering *work = context;
    const dunlin_property *columns =
        dn_property_find(fact->properties, fact->property_count, "columns");

    if (dn_fact_flag(fact, "implied") || (dn_fact_is(fact, DUNLIN_KIND_PRIMARY_KEY) && columns &&
                                          columns[2].type == DUNLIN_PROPERTY_END))
        return 0;
    dn_text_add_string(work->text, work->any ? "\n  " : "}, (t) => [\n  ");
    work->any = true;
    if (dn_drizzle_write_member(work->source->dialect, work->made, fact, work->source->arena,
                                work->text, work->error) < 0)
        return -1;
    dn_text_add_string(work->text, ",");
    return 0;
}

/* The variable of a schema of its own; NULL: it is in public, or there are none. */
static const char *
own_space(const dn_drizzle_source *source, const dunlin_fact *fact)
{
    return source->dialect->namespaces && !dn_string_equal(fact->path[0], "public")
               ? dn_drizzle_key(source->arena, fact->path[0])
               : NULL;
}

static int
write_table(gathering *work, const dunlin_fact *table)
{
    static const char *const kinds[] = {DUNLIN_KIND_PRIMARY_KEY, DUNLIN_KIND_UNIQUE,
                                        DUNLIN_KIND_FOREIGN_KEY, DUNLIN_KIND_INDEX,
                                        DUNLIN_KIND_CHECK};
    dunlin_string name = table->path[table->path_count - 1];
    const char *key = dn_drizzle_key(work->source->arena, name);
    const char *space = own_space(work->source, table);

    if (!key)
        return dn_no_memory(work->error);
    if (space)
        dn_text_printf(work->text, "export const %s = %s.table(", key, space);
    else
        dn_text_printf(work->text, "export const %s = %sTable(", key,
                       work->source->dialect->prefix);
    dn_json_add_string(work->text, name.data, (size_t)name.length);
    dn_text_add_string(work->text, ", {");
    if (dn_fact_map_members(work->made, DUNLIN_KIND_COLUMN, table->path, table->path_count,
                            gather_column, work) < 0)
        return -1;
    dn_text_add_string(work->text, "\n");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (dn_fact_map_members(work->made, kinds[i], table->path, table->path_count, gather_member,
                                work) < 0)
            return -1;
    dn_text_add_string(work->text, work->any ? "\n]);" : "});");
    return 0;
}

/* ["draft", "open"] */
static void
add_values(dn_text *text, const dunlin_fact *type)
{
    const dunlin_property *value =
        dn_property_find(type->properties, type->property_count, "values");
    const char *joint = "[";

    for (value = value ? value + 1 : NULL; value && value->type != DUNLIN_PROPERTY_END; value++) {
        dn_text_add_string(text, joint);
        dn_json_add_string(text, value->text.data, (size_t)value->text.length);
        joint = ", ";
    }
    dn_text_add_char(text, ']');
}

static int
write_enum(gathering *work, const dunlin_fact *type)
{
    dunlin_string name = type->path[type->path_count - 1];
    const char *space = own_space(work->source, type);
    const char *key = dn_drizzle_key(work->source->arena, name);

    if (!key)
        return dn_no_memory(work->error);
    dn_text_printf(work->text, "export const %s = %s%s(", key, space ? space : "",
                   space ? ".enum" : "pgEnum");
    dn_json_add_string(work->text, name.data, (size_t)name.length);
    dn_text_add_string(work->text, ", ");
    add_values(work->text, type);
    dn_text_add_string(work->text, ");");
    return 0;
}

/* An enum has to stand before the tables that use it: behind the schema that it is of, or the imports. */
static unsigned
line_for_enum(const dn_drizzle_source *source, const dunlin_fact *type)
{
    const char *text = source->files[0].text;
    const char *space = own_space(source, type);
    const char *declared =
        space ? dn_arena_printf(source->arena, "const %s = pgSchema(", space) : NULL;
    const char *at = declared ? strstr(text, declared) : NULL;

    return at ? dn_source_line(&source->files[0], at) : dn_drizzle_last_import(text);
}

/* An enum that is there with other labels. */
static int
hint_values(const dn_drizzle_source *source, const dunlin_fact *type, dn_drizzle_hint *hint,
            dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dunlin_string name = type->path[type->path_count - 1];
    const dn_source_file *file;
    const char *at = dn_source_enum(source, name, &file);
    const char *end = at ? at + strcspn(at, "\n") : NULL;
    const char *list = at ? at + name.length + 2 : NULL;
    const char *behind = list && *(list += strspn(list, " \t\r\n,")) == '['
                             ? dn_source_skip_brackets(list, file->text + file->length)
                             : NULL;
    const char *start = at;

    if (!behind)
        return 0;
    if (behind > end)
        return dn_source_hint_labels(source, file, list, behind, type, hint, error);
    while (start > file->text && start[-1] != '\n')
        start--;
    dn_text_add(&text, start, (size_t)(list - start));
    add_values(&text, type);
    dn_text_add(&text, behind, (size_t)(end - behind));
    hint->lines[0] = text.failed ? NULL : dn_arena_copy(source->arena, text.data, text.length);
    if (!hint->lines[0])
        return dn_no_memory(error);
    hint->file = file->path;
    hint->line = dn_source_line(file, at);
    hint->replaces = true;
    return 0;
}

static int
hint_whole(const dn_drizzle_source *source, const dn_fact_map *made, const dunlin_fact *fact,
           dn_drizzle_hint *hint, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    gathering work = {source, made, &text, error, false};

    if ((dn_fact_is(fact, DUNLIN_KIND_TABLE) ? write_table(&work, fact) : write_enum(&work, fact)) <
        0)
        return -1;
    hint->lines[0] = text.failed ? NULL : dn_arena_copy(source->arena, text.data, text.length);
    hint->file = dn_drizzle_source_path(source);
    if (dn_fact_is(fact, DUNLIN_KIND_ENUM))
        hint->line = line_for_enum(source, fact);
    return hint->lines[0] ? 0 : dn_no_memory(error);
}

int
dn_source_hint(const dn_drizzle_source *source, const dn_fact_map *made,
               const dn_difference *difference, dn_drizzle_hint *hint, dn_error *error)
{
    const dunlin_fact *fact = difference->before;
    dn_source_declaration table;

    *hint = (dn_drizzle_hint){.file = NULL};
    if (!fact || !source->count || !source->dialect)
        return 0;
    if ((dn_fact_is(fact, DUNLIN_KIND_TABLE) || dn_fact_is(fact, DUNLIN_KIND_ENUM)) &&
        !difference->after)
        return hint_whole(source, made, fact, hint, error);
    if (dn_fact_is(fact, DUNLIN_KIND_ENUM))
        return hint_values(source, fact, hint, error);
    if (!dn_source_table(source, table_of(source, fact), &table))
        return 0;
    if (dn_fact_is(fact, DUNLIN_KIND_COLUMN))
        return hint_column(source, made, difference, &table, hint, error);
    return difference->after ? 0 : hint_member(source, made, difference, &table, hint, error);
}

static int
add_import(const dn_drizzle_source *source, dn_drizzle_hint *hint, dn_error *error)
{
    dn_source_file *file = source->files;

    while (strcmp(file->path, hint->file) != 0)
        file++;
    if (dn_drizzle_missing_imports(source->dialect, hint->lines, file->text, file->imports,
                                   source->arena, &hint->import, error) < 0)
        return -1;
    if (hint->import.text)
        file->imports = dn_arena_printf(source->arena, "%s%s\n", file->imports, hint->import.text);
    return file->imports ? 0 : dn_no_memory(error);
}

int
dn_drizzle_hint_for(const dn_drizzle_source *source, const dn_fact_map *made,
                    const dn_difference *difference, dn_drizzle_hint *hint, dn_error *error)
{
    if (dn_source_hint(source, made, difference, hint, error) < 0)
        return -1;
    return hint->file ? add_import(source, hint, error) : 0;
}
