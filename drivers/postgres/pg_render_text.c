/* SPDX-License-Identifier: MIT
 *
 * Words, names and expressions of rendered statements.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "drivers/postgres/pg_render.h"

enum { LONGEST_MESSAGE = 600 };

/* --- refusing and noting --------------------------------------------------------------------------- */
static void
push_note(dn_pg_render_work *work, int32_t kind, const char *message)
{
    dunlin_note note = {.size = sizeof(note),
                        .kind = kind,
                        .operation = work->at,
                        .message = dn_kit_string(message)};

    if (work->call->host->note != NULL)
        work->status = work->call->host->note(work->call, &note);
}

void
dn_pg_refuse(dn_pg_render_work *work, const char *format, ...)
{
    char message[LONGEST_MESSAGE];
    va_list arguments;

    if (work->status != DUNLIN_OK)
        return;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    push_note(work, DUNLIN_NOTE_UNTRANSLATABLE, message);
    if (work->status == DUNLIN_OK)
        work->status = dn_kit_fail(work->call, DUNLIN_UNSUPPORTED, "%s", message);
}

void
dn_pg_need_18(dn_pg_render_work *work, const char *words)
{
    if (work->version < 18)
        dn_pg_refuse(work, "%s is known to PostgreSQL from 18 on; this is %d", words,
                     work->version);
}

void
dn_pg_note(dn_pg_render_work *work, int32_t kind, const char *format, ...)
{
    char message[LONGEST_MESSAGE];
    va_list arguments;

    if (work->status != DUNLIN_OK)
        return;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    push_note(work, kind, message);
}

void
dn_pg_check_known(dn_pg_render_work *work, const dunlin_operation *operation,
                  const char *const *known)
{
    for (uint64_t i = 0; i < operation->set_count; i = dn_kit_property_next(operation, i)) {
        const char *const *name = known;

        while (*name != NULL && !dn_kit_same(operation->set[i].name, *name))
            name++;
        if (*name == NULL && !dn_kit_same(operation->set[i].name, "comment"))
            dn_pg_refuse(work, "PostgreSQL has no property '%.*s' for '%.*s'",
                         (int)operation->set[i].name.length, operation->set[i].name.data,
                         (int)operation->kind.length, operation->kind.data);
    }
}

/* --- words ------------------------------------------------------------------------------------------- */
void
dn_pg_say(dn_pg_render_work *work, const char *words)
{
    dn_kit_text_add(&work->sql, words);
}

void
dn_pg_say_text(dn_pg_render_work *work, dunlin_string text)
{
    dn_kit_text_add_string(&work->sql, text);
}

void
dn_pg_say_name(dn_pg_render_work *work, dunlin_string name)
{
    if (name.length > DN_PG_LONGEST_NAME)
        dn_pg_refuse(work,
                     "the name '%.*s' has %d bytes; PostgreSQL keeps %d and would silently cut it",
                     (int)name.length, name.data, (int)name.length, DN_PG_LONGEST_NAME);
    else if (name.length == 0)
        dn_pg_refuse(work, "PostgreSQL has no empty names");
    dn_kit_text_quote(&work->sql, '"', name);
}

void
dn_pg_say_path(dn_pg_render_work *work, const dunlin_string *path, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        dn_pg_say(work, i > 0 ? "." : "");
        dn_pg_say_name(work, path[i]);
    }
}

void
dn_pg_say_literal(dn_pg_render_work *work, dunlin_string text)
{
    /* standard_conforming_strings is pinned, and is the server's default for psql. */
    dn_kit_text_quote(&work->sql, '\'', text);
}

void
dn_pg_say_outer_name(dn_pg_render_work *work, dunlin_string name)
{
    if (name.length > 0 && *name.data == '"')
        dn_pg_say_text(work, name);
    else
        dn_pg_say_name(work, name);
}

bool
dn_pg_is_mysql_collation(dunlin_string name)
{
    static const char *const sets[] = {"utf8", "latin", "ascii", "ucs2_", "utf16_", "utf32_", "cp"};
    static const char *const ends[] = {"_ci", "_cs", "_bin"};
    bool begins = false;
    bool ends_so = false;

    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
        begins = begins || (name.length > strlen(sets[i]) &&
                            strncasecmp(name.data, sets[i], strlen(sets[i])) == 0);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        size_t length = strlen(ends[i]);

        ends_so = ends_so || (name.length > length &&
                              strncasecmp(name.data + name.length - length, ends[i], length) == 0);
    }
    return begins && ends_so;
}

void
dn_pg_say_collation(dn_pg_render_work *work, dunlin_string name)
{
    if (dn_pg_is_mysql_collation(name)) {
        dn_pg_note(work, DUNLIN_NOTE_LOSSY,
                   "PostgreSQL has no collation '%.*s', texts are compared as the database does",
                   (int)name.length, name.data);
        return;
    }
    dn_pg_say(work, " COLLATE ");
    dn_pg_say_outer_name(work, name);
}

void
dn_pg_say_translated(dn_pg_render_work *work, int32_t what, dunlin_string text)
{
    dunlin_string native = text;

    if (work->status == DUNLIN_OK && work->call->host->translate != NULL)
        work->status = work->call->host->translate(work->call, work->profile, what, text, &native);
    dn_pg_say_text(work, native);
}

void
dn_pg_say_expression(dn_pg_render_work *work, const dunlin_property *expression)
{
    if (expression->type == DUNLIN_PROPERTY_EXPRESSION)
        dn_pg_say_translated(work, DUNLIN_TRANSLATE_EXPRESSION, expression->text);
    else
        dn_pg_say_text(work, expression->text);
}

static void
say_elements(dn_pg_render_work *work, const dunlin_property *list,
             const dunlin_operation *operation, void (*say)(dn_pg_render_work *, dunlin_string))
{
    const dunlin_property *end = operation->set + operation->set_count;

    dn_pg_say(work, "(");
    for (const dunlin_property *one = list + 1; one < end && one->type != DUNLIN_PROPERTY_END;
         one++) {
        dn_pg_say(work, one > list + 1 ? ", " : "");
        say(work, one->text);
    }
    dn_pg_say(work, ")");
}

void
dn_pg_say_list(dn_pg_render_work *work, const dunlin_property *list,
               const dunlin_operation *operation)
{
    say_elements(work, list, operation, dn_pg_say_name);
}

void
dn_pg_say_literals(dn_pg_render_work *work, const dunlin_property *list,
                   const dunlin_operation *operation)
{
    say_elements(work, list, operation, dn_pg_say_literal);
}

void
dn_pg_make_name(dn_kit_text *text, dunlin_string table, dunlin_string column, const char *suffix)
{
    uint64_t room = DN_PG_LONGEST_NAME - strlen(suffix) - 1 - (column.length > 0 ? 1 : 0);
    uint64_t first = table.length;
    uint64_t second = column.length;

    /* makeObjectName: the longer one gives way. */
    while (first + second > room)
        *(first > second ? &first : &second) -= 1;
    while (first > 0 && first < table.length && (table.data[first] & 0xc0) == 0x80)
        first--;
    while (second > 0 && second < column.length && (column.data[second] & 0xc0) == 0x80)
        second--;
    dn_kit_text_clear(text);
    dn_kit_text_add_string(text, (dunlin_string){table.data, first});
    if (column.length > 0) {
        dn_kit_text_add(text, "_");
        dn_kit_text_add_string(text, (dunlin_string){column.data, second});
    }
    dn_kit_text_add(text, "_");
    dn_kit_text_add(text, suffix);
}

/* --- operations -------------------------------------------------------------------------------------- */
dunlin_string
dn_pg_last_name(const dunlin_operation *operation)
{
    return operation->path[operation->path_count - 1];
}

uint64_t
dn_pg_table_names(const dunlin_operation *operation)
{
    return operation->path_count > 1 ? operation->path_count - 1 : 1;
}

bool
dn_pg_is_kind(const dunlin_operation *operation, const char *kind)
{
    return dn_kit_same(operation->kind, kind);
}

bool
dn_pg_is_unset(const dunlin_operation *operation, const char *name)
{
    for (uint64_t i = 0; i < operation->unset_count; i++)
        if (dn_kit_same(operation->unset[i], name))
            return true;
    return false;
}

bool
dn_pg_sets(const dunlin_operation *operation, const char *name)
{
    return dn_kit_property_find(operation, name) != NULL;
}

dunlin_string
dn_pg_text_of(const dunlin_operation *operation, const char *name)
{
    const dunlin_property *property = dn_kit_property_find(operation, name);

    return property != NULL ? property->text : dn_kit_string(NULL);
}

const dunlin_fact *
dn_pg_current(dn_pg_render_work *work, const char *kind, const dunlin_string *path, uint64_t count)
{
    dunlin_fact key = {
        .size = sizeof(key), .kind = dn_kit_string(kind), .path = path, .path_count = count};
    const dunlin_fact *found = NULL;

    if (work->status == DUNLIN_OK && work->call->host->find != NULL)
        work->status = work->call->host->find(work->call, &key, &found);
    return work->status == DUNLIN_OK ? found : NULL;
}

const dunlin_operation *
dn_pg_last_on(const dn_pg_render_work *work, const char *kind, const dunlin_string *path,
              uint64_t count)
{
    for (uint64_t i = work->at; i-- > 0;) {
        const dunlin_operation *earlier = work->operations[i];
        bool same = dn_pg_is_kind(earlier, kind) && earlier->path_count == count &&
                    earlier->verb != DUNLIN_VERB_RENAME;

        for (uint64_t k = 0; k < count && same; k++)
            same = dn_kit_equal(earlier->path[k], path[k]);
        if (same)
            return earlier;
    }
    return NULL;
}

bool
dn_pg_same_table(const dunlin_operation *left, const dunlin_operation *right)
{
    uint64_t names =
        dn_pg_is_kind(left, DUNLIN_KIND_TABLE) ? left->path_count : dn_pg_table_names(left);
    uint64_t others =
        dn_pg_is_kind(right, DUNLIN_KIND_TABLE) ? right->path_count : dn_pg_table_names(right);

    if (names != others)
        return false;
    for (uint64_t i = 0; i < names; i++)
        if (!dn_kit_equal(left->path[i], right->path[i]))
            return false;
    return true;
}

/* --- lists in words of the server ------------------------------------------------------------------ */
/* The length of the text up to an end that is in no quotes and no parentheses. */
static uint64_t
length_until(dunlin_string text, char end)
{
    char quote = '\0';
    uint64_t length = 0;
    int depth = 0;

    for (; length < text.length && (quote != '\0' || depth > 0 || text.data[length] != end);
         length++) {
        char c = text.data[length];

        if (quote != '\0' ? c == quote : c == '"' || c == '\'')
            quote = quote != '\0' ? '\0' : c;
        else if (quote == '\0')
            depth += (c == '(') - (c == ')');
    }
    return length;
}

bool
dn_pg_next_pair(dunlin_string *list, dunlin_string *name, dunlin_string *rest)
{
    uint64_t length = length_until(*list, ',');
    dunlin_string one = {list->data, length};

    if (list->length == 0)
        return false;
    *name = (dunlin_string){one.data, length_until(one, ' ')};
    *rest = (dunlin_string){one.data + name->length, length - name->length};
    length += length < list->length ? 2 : 0;
    *list = (dunlin_string){list->data + length, list->length - length};
    return true;
}
