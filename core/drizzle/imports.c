/* SPDX-License-Identifier: MIT
 *
 * What lines of a TypeScript definition need of drizzle-orm, and its file does not import.
 */
#include <ctype.h>
#include <string.h>

#include "core/drizzle/drizzle_internal.h"

/* Functions of drizzle-orm/pg-core, mysql-core and sqlite-core that lines call beside those of types. */
static const char builders[] = "pgTable mysqlTable sqliteTable pgEnum mysqlEnum serial bigserial "
                               "smallserial customType index uniqueIndex unique check foreignKey "
                               "primaryKey";

static bool
is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* The next import statement of a text from `at` on, up to the name of its module; NULL: none. */
static const char *
next_import(const char *text, const char *at, const char **end)
{
    while ((at = strstr(at, "import")) != NULL) {
        const char *from = strstr(at, "from");

        if ((at == text || at[-1] == '\n') && !is_word(at[6]) && from) {
            *end = from;
            return at + 6;
        }
        at += 6;
    }
    return NULL;
}

/* `name`, or `other as name`, but not `name as other`. */
static bool
clause_has(const char *at, const char *end, const char *name)
{
    size_t length = strlen(name);

    for (; at + length <= end; at++)
        if (memcmp(at, name, length) == 0 && !is_word(at[-1]) && !is_word(at[length])) {
            const char *behind = at + length + strspn(at + length, " \t\r\n");

            if (strncmp(behind, "as ", 3) != 0)
                return true;
        }
    return false;
}

static bool
is_declared(const char *text, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = text; (at = strstr(at, name)) != NULL; at += length)
        if (at - text >= 6 && !is_word(at[length]) &&
            (memcmp(at - 6, "const ", 6) == 0 ||
             (at - text >= 9 && !memcmp(at - 9, "function ", 9))))
            return true;
    return false;
}

static bool
is_there(const char *text, const char *name)
{
    const char *end;

    for (const char *at = text; (at = next_import(text, at, &end)) != NULL;)
        if (clause_has(at, end, name))
            return true;
    return is_declared(text, name);
}

unsigned
dn_drizzle_last_import(const char *text)
{
    const char *end = text;
    const char *last = NULL;
    unsigned line = 1;

    for (const char *at = text; (at = next_import(text, at, &end)) != NULL; at = end)
        last = end;
    if (!last)
        return 0;
    for (const char *at = text; at < last; at++)
        line += *at == '\n';
    return line;
}

/* Behind a string that begins at `at`. */
static const char *
skip_string(const char *at)
{
    char quote = *at++;

    while (*at && *at != quote)
        at += *at == '\\' && at[1] ? 2 : 1;
    return *at ? at + 1 : at;
}

/* Names that are missing, each once, with a blank between two. */
typedef struct needs {
    const char *file;
    const char *told; /* imports that were told already */
    dn_text names;
    dn_text sql; /* that one is in drizzle-orm itself */
} needs;

/* A name that is called, unless it is known. */
static void
add_name(needs *work, const char *at, size_t length)
{
    dunlin_string word = {at, length};
    bool is_sql = dn_string_equal(word, "sql");
    dn_text *list = is_sql ? &work->sql : &work->names;
    char name[40];

    if (length >= sizeof name ||
        (!is_sql && !dn_string_among(word, builders) && !dn_drizzle_is_builder(word)))
        return;
    memcpy(name, at, length);
    name[length] = '\0';
    if (!(list->length && dn_string_among(word, list->data)) && !is_there(work->file, name) &&
        !is_there(work->told, name))
        dn_text_printf(list, "%s%s", list->length ? " " : "", name);
}

static void
add_called(needs *work, const char *line)
{
    for (const char *at = line; *at;) {
        size_t length = 0;

        if (*at == '"') {
            at = skip_string(at);
            continue;
        }
        while (is_word(at[length]))
            length++;
        if (length > 0 && (at == line || at[-1] != '.') && strchr("(<`", at[length]))
            add_name(work, at, length);
        at += length ? length : 1;
        if (length && *at == '`') /* a template, which may hold anything */
            at = skip_string(at);
    }
}

int
dn_drizzle_missing_imports(const dn_drizzle_dialect *dialect, const char *const *lines,
                           const char *file, const char *told, dn_arena *arena,
                           dn_drizzle_import *import, dn_error *error)
{
    needs work = {file, told, DN_TEXT_INIT, DN_TEXT_INIT};
    dn_auto(dn_text) text = DN_TEXT_INIT;
    bool failed;

    *import = (dn_drizzle_import){.line = dn_drizzle_last_import(file)};
    for (size_t i = 0; lines[i]; i++)
        add_called(&work, lines[i]);
    if (work.sql.length)
        dn_text_add_string(&text, "import { sql } from \"drizzle-orm\";");
    if (work.names.length) {
        dn_text_add_string(&text, text.length ? "\nimport { " : "import { ");
        for (size_t i = 0; i < work.names.length; i++)
            dn_text_printf(&text, work.names.data[i] == ' ' ? ",%c" : "%c", work.names.data[i]);
        dn_text_printf(&text, " } from \"drizzle-orm/%s-core\";", dialect->prefix);
    }
    if (text.length && !text.failed)
        import->text = dn_arena_copy(arena, text.data, text.length);
    failed = work.sql.failed || work.names.failed || text.failed || (text.length && !import->text);
    dn_text_free(&work.sql);
    dn_text_free(&work.names);
    return failed ? dn_no_memory(error) : 0;
}
